"""A candidate figure: what a rule found, where it stands, and how it would look as a row of ``figures.csv``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.seeds.figures import MAX_TOKEN

if TYPE_CHECKING:
    from fractions import Fraction

    from detente.seeds.scan.numerals import Interval

__all__ = ["Candidate", "Found"]


@dataclass(frozen=True)
class Found:
    """What a rule finds in one line: from ``start`` to ``end``, in characters.

    ``low`` or ``high`` None leaves that side open. ``rule`` names the rule, so that a person can see why.
    """

    start: int
    end: int
    low: Fraction | None
    central: Fraction
    high: Fraction | None
    unit: str
    bound: str
    rule: str

    @classmethod
    def of(cls, span: tuple[int, int], value: Interval, unit: str, bound: str, rule: str) -> Found:
        """Return what a numeral with a bound says: open above for "over", open below for "up to"."""
        kind = bound or ("exact" if value.exact else "range")
        low = None if kind == "at_most" else value.low
        high = None if kind in {"at_least", "over"} else value.high
        return cls(*span, low, value.central, high, unit, kind, rule)


@dataclass(frozen=True)
class Candidate:
    """A figure that a document may hold.

    Attributes
    ----------
    document : str
    line : int
        1-based; of a PDF the line of its page.
    page : int or None
        1-based page of a PDF.
    token : str
        The words that carry it, as they stand in the line, cut to the length that ``figures.csv`` allows.
    occurrence : int
        Which one of that line, from left to right without overlap.
    column : int
        1-based character at which it begins.
    context : str
        The words around it, for whoever decides; not to be published.
    year : str
        A year named before it in the same sentence, if any.
    """

    document: str
    line: int
    page: int | None
    token: str
    occurrence: int
    column: int
    low: Fraction | None
    central: Fraction
    high: Fraction | None
    unit: str
    bound: str
    rule: str
    context: str
    year: str

    @classmethod
    def at(cls, document: str, page: int | None, number: int, line: str, found: Found, year: str) -> Candidate:
        """Return the candidate of something found in a line."""
        text = line[found.start : found.end]
        token = text[:MAX_TOKEN]
        occurrence = 1 + _before(line, token, found.start)
        around = line[max(0, found.start - 24) : found.start] + "[" + text + "]" + line[found.end : found.end + 24]
        return cls(
            document, number, page, token, occurrence, found.start + 1, found.low, found.central, found.high, found.unit,
            found.bound, found.rule, around.strip(), year,
        )  # fmt: skip


def _before(line: str, token: str, start: int) -> int:
    """Return how often a token stands before a place, counted without overlap."""
    count, at = 0, line.find(token)
    while 0 <= at < start:
        count += 1
        at = line.find(token, at + len(token))
    return count
