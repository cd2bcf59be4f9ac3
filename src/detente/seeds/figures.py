"""Figures: every number or event that a study takes from a document, and where it stands there.

``figures.csv`` has one figure a line. Its columns:

=============  =====================================================================================
id             unique, in kebab-case
document       name of the document's file
paragraph      1-based line of the document
match          shortest token of the text that carries the figure, at most 16 characters
occurrence     1-based, counted from left to right without overlap inside that line
subject        of whom or what the figure speaks
quantity       what it measures
unit           ``share`` is a fraction of 1; ``qualitative`` is an analyst's code from -4 to 4
low            least value; blank where the document leaves the side open
central        the value
high           greatest value; blank where the document leaves the side open
bound          exact, about, range, at_least, over, at_most
year_observed  of which time the figure speaks, as text
cites          what the document itself gives as its source
theme, kind    see :data:`THEMES` and :data:`KINDS`
note           anything else
=============  =====================================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.errors import Fault, Place, UsageError, did_you_mean
from detente.fields import hidden_characters
from detente.numbers import exact
from detente.schema import Definitions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

__all__ = ["BOUNDS", "COLUMNS", "KINDS", "THEMES", "Figure", "read_figures", "split_cells"]

COLUMNS = (
    "id", "document", "paragraph", "match", "occurrence", "subject", "quantity", "unit", "low", "central", "high",
    "bound", "year_observed", "cites", "theme", "kind", "note",
)  # fmt: skip
THEMES = (
    "processing-dominance", "mining-share", "reserves", "import-dependence", "technology-moat", "rebuild-time",
    "rebuild-cost", "capital-commitment", "export-control", "sanction/tariff", "alliance-membership",
    "alliance-hedging", "third-country-bargain", "resource-nationalism", "price-volatility", "environmental-cost",
    "defence-demand", "subsidy-rule", "deadline", "cooperation", "other",
)  # fmt: skip
#: Which side each bound leaves open.
BOUNDS = {"exact": "", "about": "", "range": "", "at_least": "high", "over": "high", "at_most": "low"}
KINDS = ("figure", "event", "count", "ordinal")
MAX_TOKEN = 16
#: Units whose values lie between bounds, whatever the document says.
LIMITS = {"share": 1, "qualitative": 4}

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True)
class Figure:
    """A figure of a document; ``low`` or ``high`` is ``None`` where the document leaves that side open.

    ``document`` is the name of the document's file, ``line`` the 1-based line in it, ``token`` the text
    that carries the figure and ``occurrence`` which one of that line; ``place`` is the place of the row in
    ``figures.csv`` and ``places`` that of each of its cells.
    """

    id: str
    document: str
    line: int
    token: str
    occurrence: int
    subject: str
    quantity: str
    unit: str
    low: Fraction | None
    central: Fraction
    high: Fraction | None
    bound: str
    year_observed: str
    cites: str
    theme: str
    kind: str
    note: str
    place: Place
    places: dict[str, Place]


def read_figures(text: str, name: str, faults: list[Fault]) -> Definitions[Figure]:
    """Return the figures of the CSV ``text`` by id; what is wrong is added to ``faults``.

    Parameters
    ----------
    text : str
        The content of the file, with LF line ends.
    name : str
        The path that messages show.
    """
    figures: dict[str, Figure] = {}
    declared: dict[str, Place] = {}
    spots: dict[tuple[object, ...], Figure] = {}
    lines = text.split("\n")
    if not _check_header(lines[0], name, faults):
        return Definitions(complete=False)
    for number, line in enumerate(lines[1:], 2):
        if line == "" and number == len(lines):
            continue
        cells = _cells(line, Place(name, number), faults)
        if cells is None:
            declared.setdefault(line.partition(",")[0], Place(name, number, 1))
            continue
        row = _Row(cells)
        own = row.text["id"]
        figure = row.figure()
        if own in declared:
            row.fail("id", f"found the id {own!r} a second time", f"it stands at {declared[own]} already", "rename one")
        else:
            declared[own] = row.places["id"]
        faults.extend(row.faults)
        if figure is None or row.faults:
            continue
        spot = (figure.document, figure.line, figure.token, figure.occurrence, figure.quantity)
        first = spots.setdefault(spot, figure)
        if first is not figure:
            faults.append(
                Fault(
                    row.places["match"],
                    "found the same place and quantity a second time",
                    f"they stand at {first.place} already",
                )
            )
            continue
        figures[own] = figure
    return Definitions(figures, declared)


def _check_header(line: str, name: str, faults: list[Fault]) -> bool:
    found = line.split(",")
    if tuple(found) == COLUMNS:
        return True
    column = 1
    before = len(faults)
    for cell in found:
        if cell not in COLUMNS:
            shown = cell if len(cell) <= 40 else cell[:37] + "..."
            expected = f"expected the columns {','.join(COLUMNS)}"
            faults.append(
                Fault(Place(name, 1, column), f"unknown column {shown!r}", expected, did_you_mean(cell, COLUMNS))
            )
        elif found.count(cell) > 1:
            faults.append(Fault(Place(name, 1, column), f"found the column {cell!r} more than once"))
        column += len(cell) + 1
    missing = [each for each in COLUMNS if each not in found]
    if missing:
        faults.append(Fault(Place(name, 1, 1), f"missing column {', '.join(missing)}", f"expected {','.join(COLUMNS)}"))
    if len(faults) == before:
        faults.append(Fault(Place(name, 1, 1), "found the columns in another order", f"expected {','.join(COLUMNS)}"))
    return False


def _cells(line: str, at: Place, faults: list[Fault]) -> dict[str, tuple[str, Place]] | None:
    """Return the cells of a line with their places, or ``None`` after adding to ``faults``.

    A cell may be quoted, with ``""`` for a quote in it; it may not go over the end of the line.
    """
    try:
        found = [(value, Place(at.file, at.line, column)) for value, column in split_cells(line)]
    except _MisquotedError as error:
        faults.append(Fault(Place(at.file, at.line, error.column), error.found, error.expected))
        return None
    if len(found) != len(COLUMNS):
        place = found[min(len(found), len(COLUMNS)) - 1][1]
        do = (
            "put cells that hold a comma in quotes"
            if len(found) > len(COLUMNS)
            else "write a comma for each cell, blank ones too"
        )
        faults.append(Fault(place, f"found {len(found)} cells", f"expected {len(COLUMNS)}", do))
        return None
    return dict(zip(COLUMNS, found, strict=True))


class _MisquotedError(Exception):
    def __init__(self, column: int, found: str, expected: str) -> None:
        self.column, self.found, self.expected = column, found, expected


def split_cells(line: str) -> Iterator[tuple[str, int]]:
    """Yield the cells of a line, each with its 1-based column."""
    position = 0
    while True:
        start = position
        if line.startswith('"', position):
            value = ""
            position += 1
            while True:
                end = line.find('"', position)
                if end < 0:
                    raise _MisquotedError(
                        start + 1, "found a quoted cell that does not end", "expected a closing quote on the same line"
                    )
                value += line[position:end]
                position = end + 1
                if not line.startswith('"', position):
                    break
                value += '"'
                position += 1
            if position < len(line) and line[position] != ",":
                raise _MisquotedError(
                    position + 1,
                    "found text behind a quoted cell",
                    'expected a comma; a quote inside a cell is written ""',
                )
        else:
            end = line.find(",", position)
            position = len(line) if end < 0 else end
            value = line[start:position]
            if '"' in value:
                raise _MisquotedError(
                    start + value.index('"') + 1,
                    "found a quote inside an unquoted cell",
                    'expected the cell in quotes, with "" for each quote',
                )
        yield value, start + 1
        if position >= len(line):
            return
        position += 1


class _Row:
    """One row on its way to a :class:`Figure`."""

    def __init__(self, cells: dict[str, tuple[str, Place]]) -> None:
        self.text = {column: value for column, (value, _) in cells.items()}
        self.places = {column: place for column, (_, place) in cells.items()}
        self.faults: list[Fault] = []

    def fail(self, column: str, found: str, expected: str = "", do: str = "") -> None:
        self.faults.append(Fault(self.places[column], f"{column}: {found}", expected, do))

    def figure(self) -> Figure | None:
        text = self.text
        self.words()
        line, occurrence = self.count("paragraph"), self.count("occurrence")
        low, central, high = self.number("low"), self.number("central"), self.number("high")
        if self.faults:
            return None
        if central is None:
            self.fail("central", "found a blank cell", "expected a number")
            return None
        self.interval(low, central, high)
        if self.faults:
            return None
        return Figure(
            id=text["id"],
            document=text["document"],
            line=line,
            token=text["match"],
            occurrence=occurrence,
            subject=text["subject"],
            quantity=text["quantity"],
            unit=text["unit"],
            low=low,
            central=central,
            high=high,
            bound=text["bound"],
            year_observed=text["year_observed"],
            cites=text["cites"],
            theme=text["theme"],
            kind=text["kind"],
            note=text["note"],
            place=self.places["id"],
            places=self.places,
        )

    def words(self) -> None:
        text = self.text
        if not _ID.fullmatch(text["id"]) or len(text["id"]) > 80:
            self.fail(
                "id",
                f"found {text['id'][:80]!r}",
                "expected lower-case words and numbers joined by '-', at most 80 characters",
            )
        if not text["match"] or len(text["match"]) > MAX_TOKEN:
            self.fail("match", f"found {len(text['match'])} characters", f"expected 1 to {MAX_TOKEN}")
        for column in ("document", "subject", "quantity", "unit"):
            if not text[column].strip():
                self.fail(column, "found a blank cell", "expected words")
        for column, known in (("theme", THEMES), ("bound", tuple(BOUNDS)), ("kind", KINDS)):
            if text[column] not in known:
                self.fail(
                    column,
                    f"found {text[column][:40]!r}",
                    f"expected one of {', '.join(known)}",
                    did_you_mean(text[column], known),
                )
        for column, value in text.items():
            # the token repeats what the document has, whatever it is
            if column != "match":
                for _, character in hidden_characters(value):
                    found = f"found the invisible character U+{ord(character):04X}"
                    self.fail(column, found, "expected text that shows as it is", "remove it")

    def count(self, column: str) -> int:
        value = self.text[column]
        if not re.fullmatch(r"[1-9][0-9]{0,6}", value, re.ASCII):
            self.fail(column, f"found {value[:40]!r}", "expected a whole number from 1")
            return 0
        return int(value)

    def number(self, column: str) -> Fraction | None:
        value = self.text[column]
        if value == "":
            return None
        try:
            return exact(value)
        except UsageError as error:
            self.fail(column, str(error))
            return None

    def interval(self, low: Fraction | None, central: Fraction, high: Fraction | None) -> None:
        text = self.text
        for column, value in (("low", low), ("high", high)):
            is_open = BOUNDS[text["bound"]] == column
            if is_open and value is not None:
                self.fail(
                    column, f"found {text[column]!r}", f"expected a blank cell, because the bound is {text['bound']}"
                )
            if not is_open and value is None and text["bound"] in ("exact", "about", "range"):
                self.fail(column, "found a blank cell", f"expected a number, because the bound is {text['bound']}")
        if low is not None and low > central:
            self.fail("low", f"found {text['low']} above central {text['central']}", "expected low <= central <= high")
        if high is not None and high < central:
            self.fail(
                "high", f"found {text['high']} below central {text['central']}", "expected low <= central <= high"
            )
        limit = LIMITS.get(text["unit"])
        for column, value in (("low", low), ("central", central), ("high", high)):
            if limit is not None and value is not None and abs(value) > limit:
                self.fail(
                    column,
                    f"found {text[column]}",
                    f"expected at most {limit} in size, because the unit is {text['unit']}",
                )
