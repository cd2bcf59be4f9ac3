"""Numerals of texts as intervals of exact numbers: digits, full-width digits, Chinese numerals, vague ones among them.

Vague words are read the same way everywhere: "several" (数, 几, 數, 幾) is 2 to 9 with 4 in the middle, "some tens"
(数十, 几十) 20 to 90 with 40, "ten odd" (十几, 十余) 11 to 19 with 15, "a hundred and more" (百余) 100 to 199. They are
candidates for a person to accept or to change, not measurements.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

__all__ = ["CHINESE_NUMERAL", "NUMERAL", "NUMERAL_CHARACTERS", "Interval", "chinese_number", "digits"]


@dataclass(frozen=True)
class Interval:
    """Least, likeliest and greatest reading of a numeral; the same three times where it is exact."""

    low: Fraction
    central: Fraction
    high: Fraction

    @classmethod
    def exactly(cls, value: Fraction | int) -> Interval:
        """Return a numeral that leaves no doubt."""
        number = Fraction(value)
        return cls(number, number, number)

    @property
    def exact(self) -> bool:
        """Whether there is one reading only."""
        return self.low == self.high

    def times(self, factor: Fraction | int) -> Interval:
        """Return the interval counted in a larger unit."""
        return Interval(self.low * factor, self.central * factor, self.high * factor)


_DIGITS = {
    **{c: k for k, c in enumerate("零一二三四五六七八九")},
    **{c: k for k, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **{c: k for k, c in enumerate("〇壹貳參肆伍陸柒捌玖")},
    "两": 2, "兩": 2, "叄": 3, "弌": 1,
}  # fmt: skip
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_SEVERAL = "数數几幾"
_ODD = "余餘几幾多"

#: Digits with separators: ``22.6``, ``1,200``, ``１８``.
NUMERAL = r"[0-9０-９]+(?:[,，][0-9０-９]{3})*(?:[.．][0-9０-９]+)?"
NUMERAL_CHARACTERS = frozenset({*_DIGITS, *_PLACES, *_MYRIADS, *_SEVERAL, *_ODD, "半"})
#: Chinese numerals, vague ones among them; what they mean is for :func:`chinese_number` to say. None begins with a word
#: for "and more": 其余十次 is ten.
CHINESE_NUMERAL = f"[{''.join(sorted(NUMERAL_CHARACTERS - set('余餘多')))}][{''.join(sorted(NUMERAL_CHARACTERS))}]*"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def digits(text: str) -> Fraction:
    """Return the number that digits write; separators of thousands are dropped.

    Examples
    --------
    >>> print(digits("1,200"), digits("２２．６"))
    1200 113/5
    """
    return Fraction(text.translate(_FULL_WIDTH).replace(",", ""))


def chinese_number(text: str) -> Interval | None:
    """Return what a Chinese numeral means, or None where it is none.

    Examples
    --------
    >>> [int(chinese_number(each).central) for each in ("二十", "三千五百", "两万", "十")]
    [20, 3500, 20000, 10]
    >>> chinese_number("数十").low, chinese_number("数十").high, chinese_number("十余").high
    (Fraction(20, 1), Fraction(90, 1), Fraction(19, 1))
    """
    if text == "半":
        return Interval.exactly(Fraction(1, 2))
    total = Interval.exactly(0)
    rest = text
    for myriad in ("兆", "亿億", "万萬"):
        found = next((k for k, each in enumerate(rest) if each in myriad), None)
        if found is not None:
            # 数万亿: the part before a larger myriad may hold a smaller one
            head = chinese_number(rest[:found]) if found else Interval.exactly(1)
            if head is None:
                return None
            part = head.times(_MYRIADS[rest[found]])
            total = Interval(total.low + part.low, total.central + part.central, total.high + part.high)
            rest = rest[found + 1 :]
    if rest:
        tail = _section(rest)
        if tail is None:
            return None
        total = Interval(total.low + tail.low, total.central + tail.central, total.high + tail.high)
    return total if text else None


def _section(text: str) -> Interval | None:
    """Return a numeral below ten thousand."""
    if len(text) >= 2 and all(each in _DIGITS for each in text):  # digit by digit, as in years
        return Interval.exactly(Fraction(int("".join(str(_DIGITS[each]) for each in text))))
    low = central = high = Fraction(0)
    digit: Interval | None = None
    smallest = 10_000
    for position, each in enumerate(text):
        if each in _DIGITS:
            if digit is not None and digit.central != 0:
                return None
            digit = Interval.exactly(_DIGITS[each])
        elif each in _PLACES:
            place = _PLACES[each]
            if place >= smallest:
                return None
            smallest = place
            part = (digit or Interval.exactly(1)).times(place)
            low, central, high = low + part.low, central + part.central, high + part.high
            digit = None
        elif each in _SEVERAL and digit is None and position == 0:
            digit = Interval(Fraction(2), Fraction(4), Fraction(9))
        elif each in _ODD and digit is None and position == len(text) - 1 and smallest < 10_000:
            # some units more than the last place: 十几 is 11 to 19, 百余 is 100 to 199
            least, most = (1, 9) if smallest == 10 else (0, smallest - 1)
            return Interval(low + least, central + Fraction(smallest, 2), high + most)
        else:
            return None
    if digit is not None:
        low, central, high = low + digit.low, central + digit.central, high + digit.high
    return Interval(low, central, high)
