"""Candidates as rows to decide about, and accepted rows as lines of ``figures.csv``.

The table that goes out and comes back has the columns of ``figures.csv`` behind ``accept``, and three more that help to
decide: ``where``, ``context`` and ``rule``. In ``accept``, ``yes`` takes a row, ``no`` rejects it, and a blank leaves it
for later.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from detente.errors import Fault, InputError, Place
from detente.seeds.figures import COLUMNS, LIMITS, Figure, read_figures, split_cells

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from fractions import Fraction

    from detente.seeds.scan.candidate import Candidate
    from detente.seeds.sheets import Row

__all__ = ["REVIEW_COLUMNS", "decided", "decision", "figure_line", "number_text", "review_cells", "unique_id"]

REVIEW_COLUMNS = ("accept", *COLUMNS, "where", "context", "rule")
_YES = {"yes", "y", "1", "x", "true", "ok", "accept", "是", "✓"}
_NO = {"no", "n", "0", "false", "reject", "否"}


def number_text(value: Fraction | None) -> str:
    """Return an exact number as files hold it: a decimal where it ends, else a fraction.

    Examples
    --------
    >>> from fractions import Fraction
    >>> number_text(Fraction(74, 100)), number_text(Fraction(1, 3)), number_text(Fraction(40 * 10**9)), number_text(None)
    ('0.74', '1/3', '40000000000', '')
    """
    if value is None:
        return ""
    rest, places = value.denominator, 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places += max(twos, fives)
    if places == 0:
        return str(value.numerator)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + digits[:-places] + "." + digits[-places:]


def review_cells(candidate: Candidate) -> dict[str, str]:
    """Return a candidate as a row to decide about; who and what the figure is about is for a person to say."""
    sizes = [abs(each) for each in (candidate.low, candidate.central, candidate.high) if each is not None]
    share = candidate.unit == "share" and max(sizes) > LIMITS["share"]
    line = candidate.line
    return {
        "accept": "",
        "id": "",
        "document": candidate.document,
        "paragraph": str(line.number),
        "match": candidate.token,
        "occurrence": str(candidate.occurrence),
        "subject": "",
        "quantity": "",
        "unit": "ratio" if share else candidate.unit,
        "low": number_text(candidate.low),
        "central": number_text(candidate.central),
        "high": number_text(candidate.high),
        "bound": candidate.bound,
        "year_observed": candidate.year,
        "cites": "",
        "theme": "other",
        "kind": "count" if candidate.unit in {"count", "rank"} else "figure",
        "note": "" if line.page is None else line.place,
        "where": line.place,
        "context": candidate.context,
        "rule": candidate.rule,
    }


def decision(row: Row) -> bool | None:
    """Return what the column ``accept`` says: take it, reject it, or None for later.

    Raises
    ------
    InputError
        If it says something else.
    """
    word = row["accept"].strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if word == "":
        return None
    raise InputError(Fault(row.at("accept"), f"accept: found {word[:40]!r}", "expected yes, no, or a blank cell"))


def unique_id(cells: Mapping[str, str], taken: Collection[str]) -> str:
    """Return an id for a figure: the one given, or made of subject and quantity, with a number where it is taken."""
    given = cells["id"].strip()
    words = given or f"{cells['subject']} {cells['quantity']}"
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    parts = [each for each in re.split("[^a-z0-9]+", plain) if each]
    stem = "-".join(parts)[:60].strip("-") or f"figure-line-{cells['paragraph'].strip()}"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def figure_line(cells: Mapping[str, str], place: Place, columns: Mapping[str, int]) -> tuple[str, Figure]:
    """Return a row as a line of ``figures.csv``, and the figure that it is.

    Raises
    ------
    InputError
        With everything that is wrong with the row, at the place where the person wrote it.
    """
    # the token stands as it is in the text, only the rest is tidied
    values = {
        column: cells.get(column, "") if column == "match" else cells.get(column, "").strip() for column in COLUMNS
    }
    line = ",".join(_quoted(values[column]) for column in COLUMNS)
    faults: list[Fault] = []
    broken = [column for column in COLUMNS if "\n" in values[column] or "\r" in values[column]]
    faults.extend(
        Fault(Place(place.file, place.line, columns.get(column)), f"{column}: found a line break") for column in broken
    )
    if not broken:
        found = read_figures(",".join(COLUMNS) + "\n" + line + "\n", place.file, faults)
        if not faults:
            return line, next(iter(found.entries.values()))
    offsets = _columns_at(line)
    raise InputError(
        *(
            Fault(
                Place(place.file, place.line, columns.get(offsets.get(fault.place.column or 1, "id"))),
                fault.found, fault.expected, fault.do,
            )
            for fault in faults
        )
    )  # fmt: skip


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"') else cell


def _columns_at(line: str) -> dict[int, str]:
    """Return which column begins at which character of a line."""
    return {at: COLUMNS[index] for index, (_, at) in enumerate(split_cells(line)) if index < len(COLUMNS)}


def decided(rows: Iterable[Row]) -> tuple[list[Row], int, int]:
    """Return the accepted rows, and how many are rejected and how many left for later.

    Raises
    ------
    InputError
        With every cell of ``accept`` that says something else.
    """
    accepted: list[Row] = []
    rejected = later = 0
    faults: list[Fault] = []
    for row in rows:
        try:
            said = decision(row)
        except InputError as error:
            faults.extend(error.faults)
            continue
        if said:
            accepted.append(row)
        elif said is None:
            later += 1
        else:
            rejected += 1
    if faults:
        raise InputError(*faults)
    return accepted, rejected, later
