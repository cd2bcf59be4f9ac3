"""A candidate figure: what a rule found, where it stands, and how it would look as a row of ``figures.csv``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.seeds.figures import MAX_TOKEN

if TYPE_CHECKING:
    from fractions import Fraction

    from detente.seeds.reading.lines import Line
    from detente.seeds.scan.numerals import Interval

__all__ = ["Candidate", "Found", "shortened"]

_NUMERAL = re.compile(
    r"[0-9０-９零一二三四五六七八九十百千万亿两壹贰叁數数几]"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b",
    re.IGNORECASE,
)


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
    line : Line
        Where it stands.
    token : str
        The words that carry it, as they stand in the line, cut to the length that ``figures.csv`` allows.
    occurrence : int
        Which one of that line, from left to right without overlap.
    column : int
        1-based character at which it begins.
    low, high : Fraction or None
        None where the text leaves that side open.
    central : Fraction
    unit, bound, rule : str
        The unit in which the values count, what the words say of the bounds, and the rule that found it.
    context : str
        The words around it, for whoever decides; not to be published.
    year : str
        The last year named before it in the same sentence, if any.
    """

    document: str
    line: Line
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
    def at(cls, document: str, line: Line, found: Found, year: str) -> Candidate:
        """Return the candidate of something found in a line."""
        text = line.text
        start = found.start + len(text[found.start : found.end]) - len(text[found.start : found.end].lstrip())
        whole = start
        start, token = shortened(text, start, found.end)
        column = start + 1
        around = (
            "… "
            + text[max(0, whole - 30) : whole]
            + "["
            + text[whole : found.end]
            + "]"
            + text[found.end : found.end + 30]
        )
        return cls(
            document, line, token, 1 + _before(text, token, start), column, found.low, found.central, found.high,
            found.unit, found.bound, found.rule, around, year,
        )  # fmt: skip


def shortened(line: str, start: int, end: int) -> tuple[int, str]:
    """Return the token of a place, and where it starts: from its numeral on if it is too long, and no number cut in two.

    Examples
    --------
    >>> shortened("over 40%", 0, 8), shortened("in excess of 40 billion US dollars", 0, 34)
    ((0, 'over 40%'), (13, '40 billion US do'))
    >>> shortened("between 1,000,000 and 2,000,000", 0, 31)
    (8, '1,000,000 and')
    """
    if end - start > MAX_TOKEN:
        numeral = _NUMERAL.search(line, start, end)
        start = numeral.start() if numeral else start
    cut = line[start : min(end, start + MAX_TOKEN)]
    following = line[start + len(cut) : end][:1]
    if following.isdigit() or following in {",", "."}:
        cut = re.sub("[0-9][0-9.,]*$", "", cut) or cut
    return start, cut.rstrip()


def _before(line: str, token: str, start: int) -> int:
    """Return how often a token stands before a place, counted without overlap."""
    return line.count(token, 0, start)
