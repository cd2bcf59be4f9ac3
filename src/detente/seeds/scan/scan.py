"""Scanning a document: every line against the rules of its language, and the candidates in order."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detente.errors import UsageError
from detente.seeds.scan import chinese, english
from detente.seeds.scan.candidate import Candidate
from detente.seeds.scan.numerals import NUMERAL_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from detente.seeds.reading.lines import Line
    from detente.seeds.scan.candidate import Found

__all__ = ["Scan", "scan_lines"]

#: Above this, nobody decides about one after the other.
MAX_CANDIDATES = 20_000
#: Lines shorter than this may repeat by chance; longer ones are a copy.
_COPY = 30

_HAN = re.compile("[\u3400-\u9fff]")
_LETTERS = re.compile("[A-Za-z]{3}")
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?:\s*年|(?![0-9%]))")
_RUN = re.compile(f"[{''.join(NUMERAL_CHARACTERS)}0-9０-９.,，．]{{25,}}")
#: A line that ends so is no half of a sentence; how much of two lines is looked at for a number that goes over the break.
_ENDS = "。！？!?.;；:：|"
_NEAR = 40
_NUMERAL = re.compile(
    f"[0-9０-９{''.join(NUMERAL_CHARACTERS)}]"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|half|third|quarter|several|dozens|hundreds|thousands|millions|billions|few)\b",
    re.IGNORECASE,
)
_STOP = re.compile("[。！？;；!?]|[.](?![0-9])")


@dataclass(frozen=True)
class Scan:
    """What a scan found.

    Attributes
    ----------
    document : str
        Its name.
    lines : int
        Lines that were read.
    candidates : tuple of Candidate
        In the order of the text.
    copies : tuple of int
        Lines that repeat an earlier one word for word, as captured web pages do; they are not scanned again.
    """

    document: str
    lines: int
    candidates: tuple[Candidate, ...]
    copies: tuple[int, ...]


def scan_lines(
    document: str, lines: Iterable[Line], chinese_rules: Callable[[str], Iterator[Found]] = chinese.find
) -> Scan:
    """Return the candidates of a document.

    Parameters
    ----------
    document : str
        Its name.
    lines : iterable of Line
        Lines as they are counted in ``figures.csv``.
    chinese_rules : callable
        The rules for Chinese, of a line.

    Raises
    ------
    UsageError
        If there are more candidates than anybody could decide about.

    Notes
    -----
    *Scope.* A line with Chinese characters is read by the Chinese rules and, for what these leave, by the English ones.
    A number that goes over the end of a line is placed where its numeral stands. Words that state no numeral ("most", a list
    of three names) are not found either.
    """
    found: list[Candidate] = []
    seen: set[str] = set()
    copies: list[int] = []
    count = 0
    taken = 0  # characters of this line that belong to a number begun in the one before
    following = iter(lines)
    line = next(following, None)
    while line is not None:
        after = next(following, None)
        count += 1
        text = line.text.strip()
        if len(text) >= _COPY and text in seen:
            copies.append(line.number)
            line, taken = after, 0
            continue
        if len(text) >= _COPY:
            seen.add(text)
        own = [each for each in _candidates(document, line, chinese_rules) if each.column > taken]
        across, start, taken = _across(document, line, after, chinese_rules) if after is not None else (None, 0, 0)
        if across is not None:
            own = [each for each in own if each.column - 1 + len(each.token) <= start]
            own.append(across)
        found.extend(own)
        if len(found) > MAX_CANDIDATES:
            raise UsageError(
                f"{document}: found more than {MAX_CANDIDATES} numbers; expected a text; scan a part of it"
            )
        line = after
    return Scan(document, count, tuple(found), tuple(copies))


def _found(whole: str, chinese_rules: Callable[[str], Iterator[Found]]) -> list[Found]:
    """Return what the rules of both languages find in a text."""
    # runs of digits or numerals longer than any number only keep the rules busy
    text = _RUN.sub(lambda match: " " * len(match[0]), whole)
    han = _HAN.search(text) is not None
    found = list(chinese_rules(text)) if han else []
    taken = [False] * len(text)
    for each in found:
        taken[each.start : each.end] = [True] * (each.end - each.start)
    if not han or _LETTERS.search(text):
        for each in english.find(text):
            chinese_text = han and not re.search("[A-Za-z]", text[each.start : each.end + 6])
            if not any(taken[each.start : each.end]) and not chinese_text:
                found.append(each)
    return found


def _across(
    document: str, line: Line, after: Line, chinese_rules: Callable[[str], Iterator[Found]]
) -> tuple[Candidate | None, int, int]:
    """Return a number that begins in one line and ends in the next, as in "24" and "billion marks".

    Also where it starts in the first line, and how many characters of the next belong to it. It stands in the line that
    holds its numeral.
    """
    tail, head = line.text.rstrip(), after.text.lstrip()
    if not tail or not head or tail[-1] in _ENDS or line.page != after.page:
        return None, 0, 0
    cut = max(0, len(tail) - _NEAR)
    near, gap = tail[cut:], "" if _HAN.match(tail[-1]) and _HAN.match(head) else " "
    joint = near + gap + head[:_NEAR]
    for each in _found(joint, chinese_rules):
        inside = each.end - len(near) - len(gap)
        if each.start >= len(near) or inside <= 0 or (each.start == 0 and cut):
            continue
        lead = len(after.text) - len(head)
        first, second = near[each.start :], head[:inside]
        if _NUMERAL.search(first):
            place, span = line, (cut + each.start, len(tail))
        elif _NUMERAL.search(second):
            place, span = after, (lead, lead + inside)
        else:
            continue
        moved = replace(each, start=span[0], end=span[1])
        return Candidate.at(document, place, moved, ""), cut + each.start, lead + inside
    return None, 0, 0


def _candidates(document: str, line: Line, chinese_rules: Callable[[str], Iterator[Found]]) -> Iterator[Candidate]:
    text = line.text
    found = _found(text, chinese_rules)
    # years and ends of sentences from left to right, so that each candidate gets the last year of its sentence
    marks = sorted(
        [*((m.start(), m[1]) for m in _YEAR.finditer(text)), *((m.start(), "") for m in _STOP.finditer(text))]
    )
    year, at = "", 0
    for each in sorted(found, key=lambda one: one.start):
        while at < len(marks) and marks[at][0] < each.start:
            year = marks[at][1]
            at += 1
        yield Candidate.at(document, line, each, year)
