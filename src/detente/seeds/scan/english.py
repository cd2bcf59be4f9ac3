"""Rules for English texts: "about 40 percent", "several billion dollars", "two thirds", "10 to 20 years"."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from detente.seeds.scan.candidate import Found
from detente.seeds.scan.numerals import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["find"]

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_VAGUE = {
    "several": Interval(Fraction(2), Fraction(4), Fraction(9)),
    "a few": Interval(Fraction(2), Fraction(3), Fraction(5)),
    "a couple of": Interval(Fraction(2), Fraction(2), Fraction(3)),
    "dozens of": Interval(Fraction(24), Fraction(48), Fraction(96)),
    "tens of": Interval(Fraction(20), Fraction(40), Fraction(90)),
    "hundreds of": Interval(Fraction(200), Fraction(400), Fraction(900)),
    "thousands of": Interval(Fraction(2000), Fraction(4000), Fraction(9000)),
    "millions of": Interval(Fraction(2 * 10**6), Fraction(4 * 10**6), Fraction(9 * 10**6)),
    "billions of": Interval(Fraction(2 * 10**9), Fraction(4 * 10**9), Fraction(9 * 10**9)),
}
_SCALES = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "mn": 10**6, "bn": 10**9,
    "tn": 10**12, "k": 1000, "m": 10**6,
}  # fmt: skip
_BEFORE = {
    "over": "more than|over|above|exceeding|in excess of|greater than|longer than|older than|higher than|larger than",
    "at_least": "at least|no less than|not less than|a minimum of|minimum",
    "at_most": "up to|at most|no more than|not more than|as much as|as many as|less than|fewer than|under|below|a maximum of"
    "|shorter than|younger than|lower than|smaller than",
    "about": "about|around|roughly|approximately|some|nearly|almost|close to|an estimated|estimated|circa",
}
_BOUND_OF = {word: bound for bound, words in _BEFORE.items() for word in words.split("|")}
_AFTER = {"or more": "at_least", "or less": "at_most", "or so": "about", "at least": "at_least", "at most": "at_most"}
_UNITS = {
    "share": r"%|％|percent|per cent|percentage points?",
    "USD": r"US dollars?|U\.S\. dollars?|dollars?|USD",
    "EUR": r"euros?|EUR",
    "CNY": r"yuan|renminbi|RMB|CNY",
    "years": r"years?|yrs?",
    "months": r"months?",
    "weeks": r"weeks?",
    "days": r"days?",
    "hours": r"hours?",
    "minutes": r"minutes?",
    "decades": r"decades?",
    "tonnes": r"tonnes?|metric tons?|tons?",
    "kg": r"kilograms?|kg",
    "km": r"kilometers?|kilometres?|km",
    "ratio": r"times|-?fold",
}
#: Units of measure that keep their own name, as far as they are written in one way only.
_SYMBOL = r"[kMGT]?Wh?|bcm|mcm|tcf|bcf|bpd|boe|TEU|Mt|Gt|kt|ha|nm|km/h|ppm|ppb|bps"
#: What an amount is per: of time in words, of anything else by its symbol or name.
_PER = re.compile(
    rf"[ ]?(?:/|(?:per|a|an|each|every)[ ])[ ]?(?P<per>year|quarter|month|week|day|hour|{_SYMBOL}|tonne|ton|kg|barrel|unit|head|household|person|km)\b"
)
_UNIT = "|".join(f"(?P<u_{name}>{pattern})" for name, pattern in _UNITS.items())
_DIGITS = r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.])\d+(?:\.\d+)?"
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_SPELLED = rf"\b(?:(?:{_WORD})(?:[ -](?:{_WORD}))?)\b"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_VAGUES = "|".join(re.escape(each) for each in sorted(_VAGUE, key=len, reverse=True))
_AMOUNT = (
    rf"(?:{_DIGITS}|{_SPELLED}|\b(?:{_VAGUES})\b|\ba\b(?= (?:hundred|thousand|million|billion|trillion|dozen|decade)))"
)
_BEFORES = "|".join(re.escape(each) for each in sorted(_BOUND_OF, key=len, reverse=True))
_AFTERS = "|".join(_AFTER)
_SIGN = r"(?:US\$|\$|€|¥|£|\b(?:USD|EUR|GBP|CNY|RMB)(?=[ ]?\d))"
_SIGNS = {
    "US$": "USD",
    "$": "USD",
    "€": "EUR",
    "¥": "CNY",
    "£": "GBP",
    "USD": "USD",
    "EUR": "EUR",
    "GBP": "GBP",
    "CNY": "CNY",
    "RMB": "CNY",
}

_MEASURE = re.compile(
    rf"(?:\b(?P<before>{_BEFORES})[ ]+)?(?P<sign>{_SIGN})?[ ]?(?P<number>{_AMOUNT})(?:[ -]?(?P<scale>{_SCALE})\b)?"
    rf"(?:[ -]?(?:{_UNIT})(?![A-Za-z]))?(?:[ ]+(?P<after>{_AFTERS})\b)?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"(?:\b(?P<before>{_BEFORES}|between|from)[ ]+)?(?P<sign>{_SIGN})?(?P<low>{_DIGITS}|{_SPELLED})(?P<lowscale>[ ]?(?:{_SCALE})\b)?(?:[ ]?%)?"
    rf"[ ]?(?:-|–|—|to|and)[ ]?(?:{_SIGN})?(?P<high>{_DIGITS}|{_SPELLED})(?:[ ]?(?P<scale>{_SCALE})\b)?(?:[ -]?(?:{_UNIT})(?![A-Za-z]))?",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    rf"(?:\b(?P<before>{_BEFORES})[ ]+)?\b(?P<over>a|one|two|three|four|five)[ -](?P<under>half|halves|thirds?|quarters?|fifths?|sixths?|tenths?)\b(?!-[a-z])",
    re.IGNORECASE,
)
_UNDER = {"half": 2, "halv": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "tenth": 10}
_EVERY = re.compile(r"\bevery (?P<under>second|third|fourth|fifth|sixth|tenth)\b", re.IGNORECASE)
_NTH = {**_UNDER, "second": 2, "fourth": 4}
_HALF = re.compile(rf"(?:\b(?P<before>{_BEFORES})[ ]+)?\bhalf (?:of|the)\b", re.IGNORECASE)
_DOUBLED = re.compile(r"\b(?P<word>doubled|tripled|quadrupled|twice)\b", re.IGNORECASE)


def find(line: str) -> Iterator[Found]:
    """Yield what the rules find in a line; longer matches stand for those inside them."""
    taken = [False] * len(line)
    for rule in (_ranges, _fractions, _measures):
        for found in rule(line):
            if not any(taken[found.start : found.end]):
                taken[found.start : found.end] = [True] * (found.end - found.start)
                yield found


def _unit(match: re.Match[str]) -> str:
    return next((name for name in _UNITS if match[f"u_{name}"]), "")


def _number(text: str) -> Interval | None:
    lower = text.lower()
    if lower in _VAGUE:
        return _VAGUE[lower]
    if lower == "a":
        return Interval.exactly(1)
    if text[0].isdigit():
        return Interval.exactly(Fraction(text.replace(",", "")))
    parts = [_WORDS[each] for each in re.split("[ -]", lower)]
    if len(parts) == 2 and (parts[0] < 20 or parts[1] >= 10):
        return None
    return Interval.exactly(sum(parts))


def _bound(match: re.Match[str]) -> str:
    before = (match["before"] or "").lower()
    return _BOUND_OF.get(before) or _AFTER.get((match.groupdict().get("after") or "").lower(), "")


def _measures(line: str) -> Iterator[Found]:
    for match in _MEASURE.finditer(line):
        value = _number(match["number"])
        if value is None:
            continue
        unit = _unit(match) or _SIGNS.get((match["sign"] or "").upper(), "")
        scale = _SCALES[match["scale"].lower()] if match["scale"] else 1
        if match["scale"] in {"k", "m"} and not match["sign"]:
            continue
        plain = not unit and not match["scale"] and value.exact
        end, symbol = _symbol(line, match) if plain or match["scale"] else (match.end(), "")
        if plain and not symbol and not _counted(line, match, value):
            continue
        if unit == "share":
            value = value.times(Fraction(1, 100))
        counted = unit or symbol or (_thing(line[end:]) if match["scale"] or not value.exact else "") or "count"
        span = (match.start(), end)
        yield Found.of(
            span,
            value.times(scale),
            counted + _per(line[end:], counted),
            _bound(match),
            "measure" if unit else "number",
        )
    for match in _DOUBLED.finditer(line):
        times = {"doubled": 2, "twice": 2, "tripled": 3, "quadrupled": 4}[match["word"].lower()]
        yield Found.of(match.span(), Interval.exactly(times), "ratio", "", "doubled")


#: Small words behind a number that are not what it counts.
_FEW = frozenset("and but for from had has have that the this was were which with years".split())


def _symbol(line: str, match: re.Match[str]) -> tuple[int, str]:
    """Return where a symbol of a unit ("bcm", "GW") behind a number ends, and the symbol; else where the number ends."""
    found = re.match(rf"[ ]?({_SYMBOL})\b", line[match.end() :])
    return (match.end() + found.end(), found[1]) if found else (match.end(), "")


def _per(rest: str, unit: str) -> str:
    """Return what an amount is per: "9 euros per MWh", "1.2bn a year"; shares and times are left as they are."""
    match = None if unit in _BARE else _PER.match(rest)
    return f" per {match['per']}" if match else ""


#: Units of a length of time, a share or a factor, where "a year" behind them is no part of the unit.
_BARE = frozenset({"share", "years", "months", "weeks", "days", "hours", "minutes", "decades", "ratio", "count"})


def _thing(rest: str) -> str:
    """Return the word behind a large number where it is in the plural: what it counts, as in "24 billion crowns"."""
    word = re.match(r"[ ](?:of[ ])?([a-z]{3,20}s)\b", rest)
    return word[1] if word and word[1] not in _FEW else ""


_MONTH = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|no|vol|pp?|section|chapter|figure|table|part|article)\.?[ ]*$",
    re.IGNORECASE,
)


def _counted(line: str, match: re.Match[str], value: Interval) -> bool:
    """Return whether a bare number counts something: a word follows, and it is no date, year, page or address."""
    if value.central == 1 or (1000 <= value.central < 2200 and "," not in match["number"]):
        return False
    start, end = match.start("number"), match.end("number")
    if re.search(r"[\w/.\-:#=]$", line[:start]) or _MONTH.search(line[:start]):
        return False
    if "," in match["number"] or re.match(r"[ ](?:a|per)[ ](?:year|month|week|day)\b", line[end:]):
        return True
    word = re.match(r"[ ](?:of[ ](?:its|their|our|his|her|the|these|those|them)\b|([a-z]{3,}))", line[end:])
    if word and not word[1]:
        return True
    return word is not None and not _MONTH.search(word[1]) and word[1] not in {"and", "the", "for", "with"}


def _ranges(line: str) -> Iterator[Found]:
    for match in _RANGE.finditer(line):
        low, high = _number(match["low"]), _number(match["high"])
        joined = re.search(r"\d%?\s+and\s+\d", match[0])
        if low is None or high is None or (joined and (match["before"] or "").lower() != "between"):
            continue
        unit = _unit(match) or _SIGNS.get((match["sign"] or "").upper(), "")
        end, symbol = (match.end(), "") if unit else _symbol(line, match)
        told = (
            unit
            or symbol
            or match["scale"]
            or (match["before"] or "").lower() in {"between", "from"}
            or "," in match["low"]
        )
        calendar = not unit and not match["scale"] and "," not in match["low"] and low.central >= 1000
        if not told or calendar:
            continue
        scale = _SCALES[match["scale"].lower()] if match["scale"] else 1
        first = _SCALES[match["lowscale"].strip().lower()] if match["lowscale"] else scale
        percent = Fraction(1, 100) if unit == "share" else Fraction(1)
        bottom, top = low.low * first * percent, high.high * scale * percent
        if bottom < top:
            counted = unit or symbol or (_thing(line[end:]) if match["scale"] else "") or "count"
            counted += _per(line[end:], counted)
            yield Found.of((match.start(), end), Interval(bottom, (bottom + top) / 2, top), counted, "range", "range")


def _fractions(line: str) -> Iterator[Found]:
    for match in _FRACTION.finditer(line):
        over = {"a": 1}.get(match["over"].lower()) or _WORDS[match["over"].lower()]
        under = next(number for word, number in _UNDER.items() if match["under"].lower().startswith(word))
        if over < under:
            yield Found.of(match.span(), Interval.exactly(Fraction(over, under)), "share", _bound(match), "fraction")
    for match in _EVERY.finditer(line):
        value = Interval.exactly(Fraction(1, _NTH[match["under"].lower()]))
        yield Found.of(match.span(), value, "share", "", "every")
    for match in _HALF.finditer(line):
        yield Found.of(match.span(), Interval.exactly(Fraction(1, 2)), "share", _bound(match), "half")
