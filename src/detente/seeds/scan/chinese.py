"""Rules for Chinese texts, simplified and traditional.

A numeral counts where something tells that it is one: a unit of measure, a classifier, a sign of percent, a word for a
share (成, 分之), an ordinal mark. Numerals inside words (一方面, 万一, 十分, 百姓, 三番五次) are left alone.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from detente.seeds.scan.candidate import Found
from detente.seeds.scan.numerals import CHINESE_NUMERAL, NUMERAL, Interval, chinese_number, digits

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["find"]

_NUMBER = rf"(?:{NUMERAL}|{CHINESE_NUMERAL})"
#: A numeral in digits with a Chinese magnitude behind it: 3250亿, 580多万, 22.6亿.
_MAGNITUDE = r"[十百千万萬亿億兆]{1,2}"
_FACTORS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}

_BEFORE = {
    "over": "超过|超過|逾|多于|多於|高于|高於|突破|大于|大於|不止",
    "at_least": "至少|不少于|不少於|不低于|不低於|起码|最少|最低",
    "at_most": "不超过|不超過|不得超过|不得超過|不高于|不高於|至多|最多|最高|高达|高達|多达|多達|近|将近|將近|接近|不到|不足|低于|低於|少于|少於",
    "about": "约|約|大约|大約|大概|左右|估计|估計|差不多",
}
_AFTER = {
    "at_least": "以上|及以上|起",
    "over": "多|余|餘",
    "at_most": "以下|以内|以內|之内|之內",
    "about": "左右|上下|许|許",
}
#: Sides that "nearly" leaves open are open below; a person may read it as "about".
_BOUND_OF = {word: bound for bound, words in _BEFORE.items() for word in words.split("|")}
_BOUND_AFTER = {word: bound for bound, words in _AFTER.items() for word in words.split("|")}
for _word in ("接近", "近", "将近", "將近"):
    _BOUND_OF[_word] = "about"

_UNITS = {
    "USD": "美元|美金|美",
    "CNY": "人民币|人民幣|元",
    "EUR": "欧元|歐元",
    "years": "周年|年|载|載",
    "months": "个月|個月",
    "weeks": "周|星期|礼拜",
    "days": "天|日",
    "hours": "小时|小時|钟头",
    "minutes": "分钟|分鐘",
    "tonnes": "公吨|公噸|吨|噸",
    "kg": "公斤|千克",
    "km": "公里|千米",
    "ratio": "倍",
    "count": (
        "个|個|种|種|类|類|项|項|家|国|國|位|名|人|次|条|條|款|份|座|艘|架|辆|輛|台|套|批|起|场|場|轮|輪|步|点|點|大|"
        "方|期|成员|成員|座|支|只|隻|届|屆|级|級|层|層|部|件|号|號|门|門|难|難|者|地|州|省|党|黨"
    ),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split("|")}
_UNIT = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_BEFORES = "|".join(sorted(_BOUND_OF, key=len, reverse=True))
_AFTERS = "|".join(sorted(_BOUND_AFTER, key=len, reverse=True))
_GAP = "[ \u3000]?"
_DASH = "(?:-|－|—|–|~|～|至|到|和|、|或)"

#: Words that hold a numeral and say no number.
_WORDS = re.compile(
    "一方面|另一方面|一个月内|进一步|進一步|一步步|一体|一體|一致|一般|一样|一樣|一定|一切|一些|一直|一旦|一系列|一带一路|一帶一路|"
    "一帶|一带|万一|萬一|十分|百姓|千方百计|千万|三番五次|统一|統一|唯一|同一|之一|第一时间|一度|一起|一同|一时|一時|一味|"
    "单一|單一|一旦|一律|一贯|一貫|一面|一边|一邊|一端|一举|一舉|每一|这一|這一|那一|某一|任何一|另一|逐一|一大批|一批|"
    "两国|兩國|双方|百年|千年|数据|數據|数量|數量|数字|數字|几乎|幾乎|多数|多數|少数|少數|半导体|半導體|半岛|半島|多年|大多|"
    "许多|許多|多个|多個|多国|多國|多种|多種|多家|多项|多項|多边|多邊|多元|余地|餘地|其余|其餘|万众|四处|四處|五金|九牛|七国|"
    "一种|一種|一个|一個|一条|一條|一场|一場|一项|一項|一位|一名|一家|一国|一國|一次|一份|一款|一座|一只|一隻|一点|一點|一类|一類|一部|一大|一套|一层|一級|一级|一门"
)


def find(line: str) -> Iterator[Found]:
    """Yield what the rules find in a line, from left to right; longer matches stand for those inside them."""
    taken = [False] * len(line)
    hidden = [False] * len(line)
    for match in _WORDS.finditer(line):
        for k in range(*match.span()):
            hidden[k] = True
    for rule in (_ranges, _percent, _fractions, _tenths, _money_and_measures, _multiples, _classified, _ordinals):
        for found in rule(line):
            numeral = _numeral_at(line, found)
            if any(taken[found.start : found.end]) or (
                hidden[numeral] and line[numeral] not in "0123456789０１２３４５６７８９"
            ):
                continue
            for k in range(found.start, found.end):
                taken[k] = True
            yield found


def _numeral_at(line: str, found: Found) -> int:
    match = re.compile(_NUMBER).search(line, found.start, found.end)
    return match.start() if match else found.start


def _value(text: str) -> Interval | None:
    """Return the value of a numeral with an optional Chinese magnitude: ``3250亿``, ``580多万``, ``数十亿``."""
    match = re.fullmatch(rf"({NUMERAL}){_GAP}([多余餘几幾]?)({_MAGNITUDE})?", text)
    if match is None:
        return chinese_number(text)
    factor = 1
    for each in match[3] or "":
        factor *= _FACTORS[each]
    return Interval.exactly(digits(match[1])).times(factor)


_AMOUNT = rf"(?:{NUMERAL}{_GAP}[多余餘几幾]?(?:{_MAGNITUDE})?|{CHINESE_NUMERAL})"


def _bound(before: str | None, inner: str, after: str | None) -> str:
    for word in (before, after):
        if word:
            return _BOUND_OF.get(word) or _BOUND_AFTER.get(word, "")
    return "over" if re.search(r"[0-9０-９][多余餘几幾]", inner) else ""


_PERCENT = re.compile(
    rf"(?P<before>{_BEFORES})?(?:有)?{_GAP}(?P<pre>百分之)?(?P<number>{_NUMBER}){_GAP}(?P<sign>[%％]|个百分点|個百分點)?{_GAP}(?P<after>{_AFTERS})?"
)


def _percent(line: str) -> Iterator[Found]:
    for match in _PERCENT.finditer(line):
        if not match["pre"] and not match["sign"]:
            continue
        value = _value(match["number"])
        if value is not None:
            yield Found.of(
                match.span(),
                value.times(Fraction(1, 100)),
                "share",
                _bound(match["before"], "", match["after"]),
                "percent",
            )


_FRACTION = re.compile(rf"(?P<before>{_BEFORES})?(?P<under>{_NUMBER})分之(?P<over>{_NUMBER})(?P<after>{_AFTERS})?")
_HALF = re.compile(rf"(?P<before>{_BEFORES})?(?:一半|半数|半數|过半|過半)(?P<after>{_AFTERS})?")


def _fractions(line: str) -> Iterator[Found]:
    for match in _FRACTION.finditer(line):
        if match["under"] == "百":
            continue
        under, over = _value(match["under"]), _value(match["over"])
        if under is not None and over is not None and under.central:
            value = Interval.exactly(over.central / under.central)
            yield Found.of(match.span(), value, "share", _bound(match["before"], "", match["after"]), "fraction")
    for match in _HALF.finditer(line):
        over = "过" in match[0] or "過" in match[0]
        bound = "over" if over else _bound(match["before"], "", match["after"])
        yield Found.of(match.span(), Interval.exactly(Fraction(1, 2)), "share", bound, "half")


_TENTHS = re.compile(
    rf"(?P<before>{_BEFORES})?(?P<number>{_NUMBER})成(?![本为為员員功果长長就立分交熟都品型])(?P<after>{_AFTERS})?"
)


def _tenths(line: str) -> Iterator[Found]:
    for match in _TENTHS.finditer(line):
        value = _value(match["number"])
        if value is not None and value.high <= 10:
            yield Found.of(
                match.span(),
                value.times(Fraction(1, 10)),
                "share",
                _bound(match["before"], "", match["after"]),
                "tenths",
            )


_RANGE = re.compile(
    rf"(?P<before>{_BEFORES})?(?P<low>{_AMOUNT})(?P<first>[%％]|{_UNIT})?{_GAP}{_DASH}{_GAP}(?P<high>{_AMOUNT})"
    rf"(?P<unit>[%％]|{_UNIT})(?P<money>美元|人民币|人民幣)?(?P<after>{_AFTERS})?"
)
_EVEN = re.compile(
    rf"(?P<low>{_AMOUNT})(?P<first>{_UNIT})?(?:甚至|乃至)(?:上|达|達)?(?P<high>{_AMOUNT})(?P<unit>{_UNIT})"
)


def _ranges(line: str) -> Iterator[Found]:
    for pattern in (_RANGE, _EVEN):
        for match in pattern.finditer(line):
            low, high = _value(match["low"]), _value(match["high"])
            if low is None or high is None:
                continue
            percent = match["unit"] in "%％"
            unit = "share" if percent else _UNIT_OF[match["unit"]]
            if match["first"] and not percent and _UNIT_OF.get(match["first"], unit) != unit:
                continue
            first, last = low.low, high.high
            bare = re.fullmatch(CHINESE_NUMERAL, match["low"]) and not match["first"]
            if bare and low.exact and first < 10 and last >= 20:  # 四到五十年: four to five tens
                place = 10 ** (len(str(int(last))) - 1)
                first *= place if first * place < last else 1
            if match["unit"] == "年" and first >= 1000:
                continue  # years of the calendar
            scale = Fraction(1, 100) if percent else Fraction(1)
            if first < last and (pattern is _EVEN or not re.search("[和、或]", match[0])):
                middle = (low.central + high.central) / 2 if not bare else (first + last) / 2
                value = Interval(first, middle if first <= middle <= last else (first + last) / 2, last)
                yield Found.of(match.span(), value.times(scale), unit, "range", "range")


_MEASURE = re.compile(
    rf"(?P<before>{_BEFORES})?(?:有)?{_GAP}(?P<number>{_AMOUNT}){_GAP}(?P<more>[多余餘几幾])?{_GAP}"
    rf"(?P<unit>{'|'.join(sorted((w for w, u in _UNIT_OF.items() if u not in {'count', 'ratio'}), key=len, reverse=True))})"
    rf"(?P<after>{_AFTERS}|后|後)?"
)
_AMOUNT_ALONE = re.compile(
    rf"(?P<before>{_BEFORES})?(?P<number>{NUMERAL}{_GAP}[多余餘]?(?:{_MAGNITUDE}))(?P<after>{_AFTERS})?"
)


def _money_and_measures(line: str) -> Iterator[Found]:
    for match in _MEASURE.finditer(line):
        value = _value(match["number"])
        if value is None:
            continue
        unit = _UNIT_OF[match["unit"]]
        if unit == "years" and value.exact and value.central >= 1000:
            continue  # a year of the calendar
        if unit == "days" and match["unit"] == "日" and re.search(r"月$", line[: match.start("number")]):
            continue  # a date
        if unit == "CNY" and match["unit"] == "元" and match["number"] in {"多", "一"}:
            continue
        bound = _bound(match["before"], match["number"], match["after"]) or ("over" if match["more"] else "")
        yield Found.of(match.span(), value, unit, bound, "measure")
    for match in _AMOUNT_ALONE.finditer(line):
        value = _value(match["number"])
        if value is not None:
            yield Found.of(
                match.span(), value, "number", _bound(match["before"], match["number"], match["after"]), "magnitude"
            )


_MULTIPLE = re.compile(rf"(?P<before>{_BEFORES})?(?P<number>{_NUMBER}){_GAP}倍(?P<after>{_AFTERS})?")
_DOUBLED = re.compile(r"翻(?:了)?(?:一)?(?:番|倍)|翻倍")


def _multiples(line: str) -> Iterator[Found]:
    for match in _MULTIPLE.finditer(line):
        value = _value(match["number"])
        if value is not None:
            yield Found.of(match.span(), value, "ratio", _bound(match["before"], "", match["after"]), "multiple")
    for match in _DOUBLED.finditer(line):
        yield Found.of(match.span(), Interval.exactly(2), "ratio", "", "doubled")


_CLASSIFIED = re.compile(
    rf"(?P<before>{_BEFORES})?{_GAP}(?P<number>{_AMOUNT}){_GAP}(?P<more>[多余餘几幾])?{_GAP}(?:余|餘)?"
    rf"(?P<unit>{'|'.join(_UNITS['count'].split('|'))})(?P<after>{_AFTERS})?"
)


def _classified(line: str) -> Iterator[Found]:
    for match in _CLASSIFIED.finditer(line):
        value = _value(match["number"])
        if value is None or (value.exact and value.central == 1):
            continue
        if match["unit"] in "期卷页頁" and line[: match.start("number")].rstrip().endswith("第"):
            continue  # issues and volumes
        bound = _bound(match["before"], match["number"], match["after"]) or ("over" if match["more"] else "")
        yield Found.of(match.span(), value, "count", bound, "classifier")


#: Ranks; mere numbering of points, issues and volumes (第一, 第55卷) is left alone.
_ORDINAL = re.compile(
    rf"第(?P<number>{_NUMBER})(?=大|名|位|高|多|长|長|强|強)|(?<![^。；;！!，,\s])第(?P<third>[三四五六七八九])(?=[，,、：:\s])"
)
_HEADING = re.compile(rf"^[ \u3000]*(?P<number>[0-9]{{1,2}})[.．、]")


def _ordinals(line: str) -> Iterator[Found]:
    for match in _ORDINAL.finditer(line):
        value = _value(match["number"] or match["third"])
        if value is not None and value.exact:
            yield Found.of(match.span(), value, "rank", "", "ordinal")
    for match in _HEADING.finditer(line):
        yield Found.of(match.span(), Interval.exactly(digits(match["number"])), "rank", "", "heading")
