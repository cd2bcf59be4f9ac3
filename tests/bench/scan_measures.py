"""How much of a gold standard a first scan finds, document by document, with and without words of that document.

Gold: rows of kind `figure` or `count` in figures.csv whose token holds a digit or a Chinese numeral. A row is found when
a candidate overlaps its token; a candidate is true when it overlaps the token of any row with a numeral.

*Left out.* For each document the rules are compiled again without every word of their lists (bounds, units,
classifiers, idioms) that stands in that document and in none of the other four: what could have been learned from it
alone is gone. Traditional and simplified forms are the same word. The forms of the rules (percent, fraction, range, ..) are common to Chinese texts and stay. Words that
stand in none of the five stay as well.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.seeds.reading.lines import Line
from detente.seeds.scan import chinese
from detente.seeds.scan.chinese_words import WORDS
from detente.seeds.scan.scan import scan_lines

if TYPE_CHECKING:
    from pathlib import Path

#: Traditional characters of the word lists, and the simplified ones.
SIMPLIFIED = str.maketrans(
    "過於萬億兩幾數個項國條輛臺場輪點員隻屆層號門難黨載時鐘噸內許約計將餘類種歐幣週體樣帶進統邊舉單導島處貫聯兆間們禮",
    "过于万亿两几数个项国条辆台场轮点员只届层号门难党载时钟吨内许约计将余类种欧币周体样带进统边举单导岛处贯联兆间们礼",
)
NUMERAL = re.compile("[0-9０-９零〇一二三四五六七八九十百千万萬亿億两兩半几幾数數壹贰叁肆伍陆柒捌玖拾]")


@dataclass(frozen=True)
class Measure:
    """What was found in one document."""

    document: str
    gold: int
    found: int
    candidates: int
    true: int
    words_out: int

    @property
    def recall(self) -> float:
        return self.found / self.gold

    @property
    def precision(self) -> float:
        return self.true / self.candidates


def marked(path: Path) -> Measure:
    """Return what a first scan finds of a text whose figures stand in 【】; the marks are no part of the text."""
    pieces = re.split("([【】])", path.read_text(encoding="utf-8"))
    text, spans = "", []
    for before, piece in zip(["", *pieces], pieces, strict=False):
        if before == "【":
            spans.append((len(text), len(text) + len(piece)))
        text += piece if piece not in "【】" else ""
    lines = text.split("\n")
    starts = [sum(len(each) + 1 for each in lines[:number]) for number in range(len(lines))]
    scan = scan_lines(path.name, [Line(number, each) for number, each in enumerate(lines, 1)])
    places = [(starts[each.line.number - 1] + each.column - 1, each.token) for each in scan.candidates]
    over = [[k for k, (at, token) in enumerate(places) if at < b and a < at + len(token)] for a, b in spans]
    true = {k for each in over for k in each}
    return Measure(path.name, len(spans), sum(map(bool, over)), len(places), len(true), 0)


def _span(line: str, token: str, occurrence: int) -> tuple[int, int]:
    at = start = 0
    for _ in range(occurrence):
        at = line.index(token, start)
        start = at + len(token)
    return at, at + len(token)


def measure(figures: Path, documents: Path, leave_out: bool = True) -> list[Measure]:
    """Return one measure a document."""
    with figures.open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if NUMERAL.search(row["match"])]
    names = sorted({row["document"] for row in rows})
    texts = {name: (documents / name).read_bytes().decode("utf-8") for name in names}
    simple = {name: text.translate(SIMPLIFIED) for name, text in texts.items()}
    measures = []
    for name in names:
        out = frozenset(
            word
            for word in WORDS.every
            if leave_out and [other for other, text in simple.items() if word.translate(SIMPLIFIED) in text] == [name]
        )
        rules = chinese.Rules(WORDS.without(out))
        lines = texts[name].split("\n")
        scan = scan_lines(name, [Line(number, text) for number, text in enumerate(lines, 1)], rules.find)
        spans = [(each.line.number, each.column - 1, each.column - 1 + len(each.token)) for each in scan.candidates]
        hit: set[int] = set()
        gold = found = 0
        for row in rows:
            if row["document"] != name:
                continue
            number = int(row["paragraph"])
            start, end = _span(lines[number - 1], row["match"], int(row["occurrence"]))
            over = [k for k, (line, a, b) in enumerate(spans) if line == number and a < end and start < b]
            hit.update(over)
            if row["kind"] in {"figure", "count"}:
                gold += 1
                found += bool(over)
        measures.append(Measure(name, gold, found, len(spans), len(hit), len(out)))
    return measures
