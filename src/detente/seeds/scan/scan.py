"""Scanning a document: every line against the rules of its language, and the candidates in order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from detente.seeds.scan import chinese, english
from detente.seeds.scan.candidate import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from detente.seeds.scan.candidate import Found

__all__ = ["scan_lines"]

_HAN = re.compile("[\u3400-\u9fff]")
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?:\s*年|(?![0-9%]))")


def scan_lines(document: str, lines: Iterable[tuple[int | None, int, str]]) -> list[Candidate]:
    """Return the candidates of a document.

    Parameters
    ----------
    document : str
        Its name.
    lines : iterable of (page or None, line, text)
        Lines as they will be counted in ``figures.csv``.

    Notes
    -----
    *Scope.* A line with Chinese characters is read by the Chinese rules and, for what these leave, by the English ones.
    Rules see one line at a time: a number split over two lines is not found.
    """
    return [candidate for page, number, line in lines for candidate in _candidates(document, page, number, line)]


def _candidates(document: str, page: int | None, number: int, line: str) -> Iterator[Candidate]:
    found: list[Found] = []
    if _HAN.search(line):
        found += chinese.find(line)
    covered = [(each.start, each.end) for each in found]
    if re.search("[A-Za-z]{3}", line) or not found:
        for each in english.find(line):
            inside = any(each.start < end and start < each.end for start, end in covered)
            chinese_text = _HAN.search(line) and not re.search("[A-Za-z]", line[each.start : each.end + 6])
            if not inside and not chinese_text:
                found.append(each)
    years = [(match.start(), match[1]) for match in _YEAR.finditer(line)]
    for each in sorted(found, key=lambda one: one.start):
        stop = max(line.rfind(mark, 0, each.start) for mark in "。！？;；.!?")
        year = next((text for at, text in reversed(years) if stop < at < each.start), "")
        yield Candidate.at(document, page, number, line, each, year)
