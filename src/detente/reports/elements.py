"""The elements of which a report is made: headings, paragraphs, tables, figures, as frozen data.

Each refuses what could not be printed when it is made. Text is plain; the one exception are formulas, whose
source is checked against :mod:`detente.reports.math_alphabet`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from detente.reports.math_alphabet import check_math
from detente.reports.spans import KINDS, Inline, Kind, need, plain_text

__all__ = [
    "Alignment",
    "Block",
    "Bullets",
    "Column",
    "Figure",
    "Formula",
    "Heading",
    "KeyPoint",
    "KeyPoints",
    "Note",
    "Outline",
    "PageBreak",
    "Paragraph",
    "PayoffCell",
    "PayoffMatrix",
    "Table",
    "inlines",
]

Alignment: TypeAlias = Literal["left", "center", "right", "decimal"]
_ALIGNMENTS = ("left", "center", "right", "decimal")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}", re.ASCII)


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 4; ``appendix`` numbers it and what follows by letters."""

    level: int
    title: Inline
    anchor: str = ""
    numbered: bool = True
    appendix: bool = False

    def __post_init__(self) -> None:
        need(1 <= self.level <= 4, f"found a heading of level {self.level}; expected 1 to 4")
        need(bool(plain_text(self.title).strip()), "a heading needs a title")
        _check_name(self.anchor, "anchor", optional=True)


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    content: Inline


@dataclass(frozen=True)
class Bullets:
    """A list; ``ordered`` numbers its items."""

    items: tuple[Inline, ...]
    ordered: bool = False

    def __post_init__(self) -> None:
        need(bool(self.items), "a list needs at least one item")


@dataclass(frozen=True)
class Formula:
    """A displayed formula; one with an anchor is numbered and can be referred to.

    ``entries`` are symbols in it, as they stand in the source, each with the anchor to which it leads.
    """

    source: str
    alt: str
    anchor: str = ""
    entries: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        check_math(self.source)
        need(bool(self.alt.strip()), "a formula needs an alternative text")
        _check_name(self.anchor, "anchor", optional=True)


@dataclass(frozen=True)
class Column:
    """A column of a table: heading, unit (set below the heading), alignment, share of the width.

    ``decimal`` aligns numbers on the decimal point; its cells are single strings. ``width`` is a weight;
    the columns of a table that state one divide what the others leave. ``ditto`` is printed for a cell that says what the
    one above it does; the CSV file has all cells.
    """

    header: Inline
    unit: str = ""
    align: Alignment = "left"
    width: float | None = None
    ditto: str = ""

    def __post_init__(self) -> None:
        need(
            self.align in _ALIGNMENTS,
            f"found the alignment {self.align!r}; expected {', '.join(_ALIGNMENTS)}",
        )
        need(
            self.width is None or 0 < self.width < 1000,
            f"found the column width {self.width}; expected a weight",
        )


@dataclass(frozen=True)
class Table:
    """A table with its caption; ``name`` is its anchor and the stem of its CSV file.

    ``marks`` gives each row the sign of its kind (figure, derived, judgement) in a narrow first
    column, explained below the table; empty means no such column. ``shown`` is the number of rows that are printed, None
    for all; the CSV file has all of them, and with 0 the table stands beside the report only and has no number.
    ``anchors`` gives each row the name under which links lead to it, empty for none. ``digits`` is the number of significant digits
    to which numbers are printed, 0 for all; the CSV file has them as they are.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Inline, ...], ...]
    caption: Inline
    name: str
    marks: tuple[Kind, ...] = ()
    note: Inline = ""
    shown: int | None = None
    anchors: tuple[str, ...] = ()
    digits: int = 0

    def __post_init__(self) -> None:
        _check_name(self.name, "table name")
        need(self.shown is None or self.shown >= 0, f"table {self.name!r} shows {self.shown} rows; expected none or more")
        need(bool(self.columns), f"table {self.name!r} needs at least one column")
        for index, row in enumerate(self.rows, 1):
            need(
                len(row) == len(self.columns),
                f"row {index} of table {self.name!r} has {len(row)} cells; expected {len(self.columns)}",
            )
        need(
            len(self.marks) in (0, len(self.rows)),
            f"table {self.name!r} has {len(self.marks)} marks for {len(self.rows)} rows",
        )
        need(all(mark in KINDS for mark in self.marks), f"table {self.name!r} has a mark that is no kind")
        need(
            len(self.anchors) in (0, len(self.rows)),
            f"table {self.name!r} has {len(self.anchors)} anchors for {len(self.rows)} rows",
        )


@dataclass(frozen=True)
class PayoffCell:
    """One cell of a payoff matrix: the row player's payoff first.

    ``row_best`` and ``column_best`` mark best responses; ``target`` is the anchor at which the terms behind
    the cell stand.
    """

    row: Inline
    column: Inline
    row_best: bool = False
    column_best: bool = False
    equilibrium: bool = False
    target: str = ""


@dataclass(frozen=True)
class PayoffMatrix:
    """The payoff table of a two-player game; ``cells[i][j]`` belongs to row strategy i, column strategy j."""

    row_player: str
    column_player: str
    row_strategies: tuple[str, ...]
    column_strategies: tuple[str, ...]
    cells: tuple[tuple[PayoffCell, ...], ...]
    caption: Inline
    name: str
    unit: str = ""

    def __post_init__(self) -> None:
        _check_name(self.name, "name of a payoff matrix")
        shape = (len(self.row_strategies), len(self.column_strategies))
        need(min(shape) > 0, f"payoff matrix {self.name!r} needs strategies for both players")
        need(
            len(self.cells) == shape[0] and all(len(row) == shape[1] for row in self.cells),
            f"payoff matrix {self.name!r} needs {shape[0]} rows of {shape[1]} cells",
        )


@dataclass(frozen=True)
class Figure:
    """A picture in SVG; ``width`` is its share of the text width."""

    svg: bytes
    name: str
    caption: Inline
    alt: str
    width: float = 1.0

    def __post_init__(self) -> None:
        _check_name(self.name, "figure name")
        need(b"<svg" in self.svg[:4096], f"figure {self.name!r} holds no SVG")
        need(bool(self.alt.strip()), f"figure {self.name!r} needs an alternative text")
        need(0 < self.width <= 1, f"figure {self.name!r} has width {self.width}; expected a share in (0, 1]")


@dataclass(frozen=True)
class KeyPoint:
    """One sentence of a summary with its lead, set in strong type."""

    lead: str
    content: Inline = ""


@dataclass(frozen=True)
class KeyPoints:
    """The short list that a reader with one minute reads."""

    points: tuple[KeyPoint, ...]

    def __post_init__(self) -> None:
        need(bool(self.points), "a summary needs at least one point")


@dataclass(frozen=True)
class Note:
    """An aside in smaller type: a limit, a method, a warning."""

    content: Inline
    lead: str = ""


@dataclass(frozen=True)
class PageBreak:
    """The next block starts on a new page."""


@dataclass(frozen=True)
class Outline:
    """The table of contents down to headings of level ``depth``; ``title`` None gives the usual one."""

    depth: int = 2
    title: str | None = None

    def __post_init__(self) -> None:
        need(1 <= self.depth <= 4, f"found an outline of depth {self.depth}; expected 1 to 4")


Block: TypeAlias = (
    Heading | Paragraph | Bullets | Formula | Table | PayoffMatrix | Figure | KeyPoints | Note | PageBreak | Outline
)


def inlines(block: Block) -> tuple[Inline, ...]:
    """Return every piece of inline content of a block, in reading order."""
    match block:
        case Heading(title=title):
            return (title,)
        case Paragraph(content=content) | Note(content=content):
            return (content,)
        case Bullets(items=items):
            return items
        case Table():
            cells = (cell for row in block.rows for cell in row)
            return (block.caption, *(column.header for column in block.columns), *cells, block.note)
        case PayoffMatrix():
            payoffs = (payoff for row in block.cells for cell in row for payoff in (cell.row, cell.column))
            return (block.caption, *payoffs)
        case Figure(caption=caption):
            return (caption,)
        case KeyPoints(points=points):
            return tuple(point.content for point in points)
        case _:
            return ()


def _check_name(name: str, what: str, *, optional: bool = False) -> None:
    if optional and not name:
        return
    expected = "expected lower-case letters, digits, hyphens and underscores"
    need(_NAME.fullmatch(name) is not None, f"found the {what} {name[:120]!r}; {expected}")
