"""Rules for Chinese texts, simplified and traditional.

A numeral counts where something tells that it is one: a unit of measure, a classifier, a sign of percent, a word for a
share (成, 分之), an ordinal mark. Numerals inside words (一方面, 万一, 十分, 百姓, 三番五次) are left alone.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from detente.seeds.scan.candidate import Found
from detente.seeds.scan.chinese_words import WORDS
from detente.seeds.scan.numerals import CHINESE_NUMERAL, NUMERAL, Interval, chinese_number, digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from detente.seeds.scan.chinese_words import Words

__all__ = ["Rules", "find"]

_NUMBER = rf"(?:{NUMERAL}|{CHINESE_NUMERAL})"
#: A numeral in digits with a Chinese magnitude behind it: 3250亿, 580多万, 22.6亿.
_MAGNITUDE = r"[十百千万萬亿億兆]{1,2}"
_FACTORS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_GAP = "[ \u3000]?"
_DASH = "(?:-|－|—|–|~|～|至|到|和|、|或)"
_AMOUNT = rf"(?:{NUMERAL}{_GAP}[多余餘几幾]?(?:{_MAGNITUDE})?|{CHINESE_NUMERAL})"
_ANY_NUMBER = re.compile(_NUMBER)
_HEADING = re.compile(r"^[ \u3000]*(?P<number>[0-9]{1,2})[.．、]")
_PERCENT = Fraction(1, 100)
_HALF = Interval.exactly(Fraction(1, 2))


def find(line: str) -> Iterator[Found]:
    """Yield what the rules find in a line; longer matches stand for those inside them."""
    return _rules().find(line)


@cache
def _rules() -> Rules:
    return Rules(WORDS)


def _either(words: Iterable[str]) -> str:
    """Return a pattern for one of the words, the longest first; one that matches nothing where there are none."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or "(?!)"


def _value(text: str) -> Interval | None:
    """Return the value of a numeral with an optional Chinese magnitude: ``3250亿``, ``580多万``, ``数十亿``."""
    match = re.fullmatch(rf"({NUMERAL}){_GAP}([多余餘几幾]?)({_MAGNITUDE})?", text)
    if match is None:
        return chinese_number(text)
    factor = 1
    for each in match[3] or "":
        factor *= _FACTORS[each]
    return Interval.exactly(digits(match[1])).times(factor)


class Rules:
    """The rules, compiled from their words."""

    def __init__(self, words: Words) -> None:
        self.words = words
        before, after = rf"(?P<before>{_either(words.before)})?", rf"(?P<after>{_either(words.after)})?"
        unit = _either(words.units)
        measures = _either(word for word, each in words.units.items() if each not in {"count", "ratio"})
        classifiers = _either(word for word, each in words.units.items() if each == "count")
        more = rf"{_GAP}(?P<more>[多余餘几幾])?{_GAP}"
        self.idiom = re.compile(_either(words.idioms))
        self.percent = re.compile(
            rf"{before}(?:有)?{_GAP}(?P<pre>百分之)?(?P<number>{_NUMBER}){_GAP}(?P<sign>[%％]|个百分点|個百分點)?{_GAP}{after}"
        )
        self.fraction = re.compile(rf"{before}(?P<under>{_NUMBER})分之(?P<over>{_NUMBER}){after}")
        self.half = re.compile(rf"{before}(?:一半|半数|半數|过半|過半){after}")
        self.tenths = re.compile(rf"{before}(?P<number>{_NUMBER})成(?![本为為员員功果长長就立分交熟都品型]){after}")
        self.range = re.compile(
            rf"{before}(?P<low>{_AMOUNT})(?P<first>[%％]|{unit})?{_GAP}{_DASH}{_GAP}(?P<high>{_AMOUNT})"
            rf"(?P<unit>[%％]|{unit})(?P<money>美元|人民币|人民幣)?{after}"
        )
        self.even = re.compile(
            rf"(?P<low>{_AMOUNT})(?P<first>{unit})?(?:甚至|乃至)(?:上|达|達)?(?P<high>{_AMOUNT})(?P<unit>{unit})"
        )
        self.measure = re.compile(
            rf"{before}(?:有)?{_GAP}(?P<number>{_AMOUNT}){more}(?P<unit>{measures}){after}(?:后|後)?"
        )
        self.amount = re.compile(
            rf"{before}(?P<number>{NUMERAL}{_GAP}[多余餘]?(?:{_MAGNITUDE})|[一二三四五六七八九两兩数數几幾十百千]+[多余餘]?[万萬亿億兆]+)[多余餘]?{after}"
        )
        self.multiple = re.compile(rf"{before}(?P<number>{_NUMBER}){_GAP}倍{after}")
        self.doubled = re.compile(r"翻(?:了)?(?:一)?(?:番|倍)|翻倍")
        self.classified = re.compile(
            rf"{before}{_GAP}(?P<number>{_AMOUNT}){more}(?:余|餘)?(?P<unit>{classifiers}){after}"
        )
        # digits in front of a word that no list knows: what they count is for a person to say
        self.digits = re.compile(
            rf"(?<![0-9０-９A-Za-z.第]){before}(?P<number>{NUMERAL}[多余餘]?)(?=[\u4e00-\u9fff])(?![年月日号號期卷页頁时時版章条條])"
        )
        # ranks and places in a list; other numbering (第一, 第55卷) is left alone
        self.ordinal = re.compile(
            rf"第(?P<rank>{_NUMBER})(?=大|名|位|高|多|长|長|强|強)"
            r"|(?<![^。；;！!，,\s])第(?P<listed>[三四五六七八九])(?=[，,、：:\s])"
            r"|其(?P<item>[二贰貳三叁參四肆五伍六陆陸])(?=[，,、：:\s])"
        )

    def find(self, line: str) -> Iterator[Found]:
        """Yield what the rules find in a line; longer matches stand for those inside them."""
        taken = [False] * len(line)
        hidden = [False] * len(line)
        for match in self.idiom.finditer(line):
            hidden[match.start() : match.end()] = [True] * (match.end() - match.start())
        for rule in (
            self._ranges, self._percents, self._fractions, self._tenths, self._measures, self._multiples,
            self._classified, self._ordinals, self._counted,
        ):  # fmt: skip
            for found in rule(line):
                numeral = _ANY_NUMBER.search(line, found.start, found.end)
                at = numeral.start() if numeral else found.start
                idiomatic = hidden[at] and line[at] not in "0123456789０１２３４５６７８９"
                if not idiomatic and not any(taken[found.start : found.end]):
                    taken[found.start : found.end] = [True] * (found.end - found.start)
                    yield found

    def _bound(self, match: re.Match[str], inner: str = "") -> str:
        """Return the bound that the words around an amount state; ``580多万`` is over 5.8 million."""
        if match["before"]:
            return self.words.before[match["before"]]
        if match["after"]:
            return self.words.after[match["after"]]
        return "over" if re.search(r"[0-9０-９][多余餘几幾]", inner) else ""

    def _bound_before(self, match: re.Match[str]) -> str:
        return (
            self.words.before[match["before"]] if match["before"] else "over" if match["number"][-1] in "多余餘" else ""
        )

    def _percents(self, line: str) -> Iterator[Found]:
        for match in self.percent.finditer(line):
            value = _value(match["number"]) if match["pre"] or match["sign"] else None
            if value is not None:
                yield Found.of(match.span(), value.times(_PERCENT), "share", self._bound(match), "percent")

    def _fractions(self, line: str) -> Iterator[Found]:
        for match in self.fraction.finditer(line):
            if match["under"] == "百":
                continue
            under, over = _value(match["under"]), _value(match["over"])
            if under is not None and over is not None and under.central:
                value = Interval.exactly(over.central / under.central)
                yield Found.of(match.span(), value, "share", self._bound(match), "fraction")
        for match in self.half.finditer(line):
            over_half = "过" in match[0] or "過" in match[0]
            yield Found.of(match.span(), _HALF, "share", "over" if over_half else self._bound(match), "half")

    def _tenths(self, line: str) -> Iterator[Found]:
        for match in self.tenths.finditer(line):
            value = _value(match["number"])
            if value is not None and value.high <= 10:
                yield Found.of(match.span(), value.times(Fraction(1, 10)), "share", self._bound(match), "tenths")

    def _ranges(self, line: str) -> Iterator[Found]:
        for pattern in (self.range, self.even):
            for match in pattern.finditer(line):
                low, high = _value(match["low"]), _value(match["high"])
                percent = match["unit"] in "%％"
                unit = "share" if percent else self.words.units[match["unit"]]
                if low is None or high is None or (unit == "years" and low.low >= 1000):  # years of the calendar
                    continue
                if match["first"] and not percent and self.words.units.get(match["first"], unit) != unit:
                    continue
                first, last = low.low, high.high
                bare = re.fullmatch(CHINESE_NUMERAL, match["low"]) and not match["first"]
                if bare and low.exact and first < 10 and last >= 20:  # 四到五十年: four to five tens
                    place = 10 ** (len(str(int(last))) - 1)
                    first *= place if first * place < last else 1
                if first < last and (pattern is self.even or not re.search("[和、或]", match[0])):
                    middle = (low.central + high.central) / 2 if not bare else (first + last) / 2
                    value = Interval(first, middle if first <= middle <= last else (first + last) / 2, last)
                    yield Found.of(match.span(), value.times(_PERCENT if percent else 1), unit, "range", "range")

    def _measures(self, line: str) -> Iterator[Found]:
        for match in self.measure.finditer(line):
            value = _value(match["number"])
            if value is None:
                continue
            unit = self.words.units[match["unit"]]
            if unit == "years" and value.exact and value.central >= 1000:
                continue  # a year of the calendar
            if match["unit"] == "日" and re.search(r"月$", line[: match.start("number")]):
                continue  # a date
            if match["unit"] == "元" and match["number"] in {"多", "一"}:
                continue
            bound = self._bound(match, match["number"]) or ("over" if match["more"] else "")
            yield Found.of(match.span(), value, unit, bound, "measure")
        for match in self.amount.finditer(line):
            value = _value(match["number"])
            if value is not None:
                yield Found.of(match.span(), value, "number", self._bound(match, match["number"]), "magnitude")

    def _multiples(self, line: str) -> Iterator[Found]:
        for match in self.multiple.finditer(line):
            value = _value(match["number"])
            if value is not None:
                yield Found.of(match.span(), value, "ratio", self._bound(match), "multiple")
        for match in self.doubled.finditer(line):
            yield Found.of(match.span(), Interval.exactly(2), "ratio", "", "doubled")

    def _classified(self, line: str) -> Iterator[Found]:
        for match in self.classified.finditer(line):
            value = _value(match["number"])
            if value is None or (value.exact and value.central == 1):
                continue
            if match["unit"] == "期" and line[: match.start("number")].rstrip().endswith("第"):
                continue  # issues
            bound = self._bound(match, match["number"]) or ("over" if match["more"] else "")
            yield Found.of(match.span(), value, "count", bound, "classifier")

    def _counted(self, line: str) -> Iterator[Found]:
        for match in self.digits.finditer(line):
            value = _value(match["number"].rstrip("多余餘"))
            if value is not None and not 1900 <= value.central < 2100:
                yield Found.of(match.span(), value, "count", self._bound_before(match), "digits")

    def _ordinals(self, line: str) -> Iterator[Found]:
        for match in self.ordinal.finditer(line):
            value = _value(match["rank"] or match["listed"] or match["item"])
            if value is not None and value.exact:
                yield Found.of(match.span(), value, "rank", "", "ordinal")
        for match in _HEADING.finditer(line):
            yield Found.of(match.span(), Interval.exactly(digits(match["number"])), "rank", "", "heading")
