"""Scanning a document: every line against the rules of its language, and the candidates in order."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
    Rules see one line at a time: a number split over two lines is not found. Words that state no numeral ("most", a list
    of three names) are not found either.
    """
    found: list[Candidate] = []
    seen: set[str] = set()
    copies: list[int] = []
    count = 0
    for line in lines:
        count += 1
        text = line.text.strip()
        if len(text) >= _COPY:
            if text in seen:
                copies.append(line.number)
                continue
            seen.add(text)
        found.extend(_candidates(document, line, chinese_rules))
        if len(found) > MAX_CANDIDATES:
            raise UsageError(
                f"{document}: found more than {MAX_CANDIDATES} numbers; expected a text; scan a part of it"
            )
    return Scan(document, count, tuple(found), tuple(copies))


def _candidates(document: str, line: Line, chinese_rules: Callable[[str], Iterator[Found]]) -> Iterator[Candidate]:
    # runs of digits or numerals longer than any number only keep the rules busy
    text = _RUN.sub(lambda match: " " * len(match[0]), line.text)
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
