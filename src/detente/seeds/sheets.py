"""Tables that people fill in: CSV or spreadsheet out, and back in, cell by cell as text.

CSV is written as spreadsheet programs expect it (UTF-8 with a byte order mark, lines of any length) and read in any of
the ways in which they write it: commas, semicolons or tabs, with or without the mark. A spreadsheet (``.xlsx``, extra
``documents``) holds the same cells as text, so that no program turns ``1/3`` into a date.

No cell becomes a formula: in a CSV, text that a program would run (``=..``, ``@..``) is written behind an apostrophe,
which reading takes off again; in a spreadsheet every cell is text, and formulas found there are not evaluated.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from detente.errors import Fault, InputError, Place, UsageError
from detente.seeds.reading.limits import MAX_UNPACKED
from detente.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Row", "Sheet", "read_sheet", "sheet_bytes", "table_name", "write_sheet"]

MAX_ROWS = 50_000
MAX_BYTES = 20_000_000
_RUN = re.compile(r"['=@\t\r]|[+-](?![0-9.]|$)")  # a sign alone runs nothing
_NUMBER = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?%?")


@dataclass(frozen=True)
class Row:
    """A row as it was read: column to text, and its place for messages."""

    cells: Mapping[str, str]
    place: Place
    columns: Mapping[str, int]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def at(self, column: str) -> Place:
        """Return the place of a cell: file, row, and the column counted from 1."""
        return Place(self.place.file, self.place.line, self.columns.get(column))


@dataclass(frozen=True)
class Sheet:
    """A table as it was read."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def require(self, *columns: str) -> None:
        """Check that some columns are there.

        Raises
        ------
        InputError
            With one fault for all that are missing.
        """
        missing = [each for each in columns if each not in self.columns]
        if missing:
            found = f"missing column {', '.join(missing)}"
            raise InputError(Fault(Place(self.name, 1, 1), found, f"expected the columns {', '.join(columns)}"))


def table_name(path: Path) -> Path:
    """Return the name of a table to write.

    Raises
    ------
    UsageError
        If it ends neither in ``.csv`` nor in ``.xlsx``.
    """
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise UsageError(f"found the name {path}; expected one that ends in .csv or .xlsx")
    return path


def write_sheet(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table as CSV, or as a spreadsheet where the name ends in ``.xlsx``.

    Raises
    ------
    UsageError
        If the file cannot be written, or the extra ``documents`` is needed and missing.
    """
    write_whole(path, sheet_bytes(path, columns, rows))


def sheet_bytes(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return the content of the file that :func:`write_sheet` writes."""
    if path.suffix.lower() == ".xlsx":
        return _spreadsheet(path, columns, rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_guarded(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _guarded(cell: str) -> str:
    return "'" + cell if _RUN.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _RUN.match(cell[1:]) else cell


def read_sheet(path: Path) -> Sheet:
    """Read a table from CSV or a spreadsheet; the first row names the columns, blank rows are left out.

    Raises
    ------
    InputError
        With the place of what is wrong: no such file, no table, columns twice, rows longer than the first.
    UsageError
        If the extra ``documents`` is needed and missing.
    """
    name = str(path)
    if not path.is_file():
        raise InputError(Fault(Place(name), "found no such file", "expected a table as CSV or .xlsx"))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                Fault(Place(name), f"found more than {MAX_BYTES // 10**6} MB", "expected a table", "split it")
            )
        content = path.read_bytes()
    except OSError as error:
        raise InputError(Fault(Place(name), f"the file cannot be read ({error.strerror or error})")) from None
    table = _spreadsheet_rows(path) if path.suffix.lower() == ".xlsx" else _csv_rows(name, content)
    table = [(number, cells) for number, cells in table if any(cell.strip() for cell in cells)]
    if not table:
        raise InputError(
            Fault(Place(name, 1, 1), "found an empty file", "expected a row with the names of the columns")
        )
    first, head = table[0][0], [cell.strip() for cell in table[0][1]]
    while head and not head[-1]:
        head.pop()
    twice = next((each for each in head if head.count(each) > 1), None)
    if twice is not None:
        raise InputError(Fault(Place(name, first, head.index(twice) + 1), f"found the column {twice!r} more than once"))
    columns = {column: index for index, column in enumerate(head, 1)}
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, cells in table[1:]:
        if any(cell.strip() for cell in cells[len(head) :]):
            found = f"found {len(cells)} cells under {len(head)} columns"
            faults.append(Fault(Place(name, number), found, "", "put cells that hold a comma in quotes"))
        padded = [*cells, *[""] * len(head)][: len(head)]
        rows.append(Row(dict(zip(head, padded, strict=True)), Place(name, number), columns))
    if len(rows) > MAX_ROWS:
        faults.append(Fault(Place(name), f"found {len(rows)} rows", f"expected at most {MAX_ROWS}", "split it"))
    if faults:
        raise InputError(*faults[:20])
    return Sheet(name, tuple(head), tuple(rows))


def _csv_rows(name: str, content: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            Fault(Place(name, line), "found bytes that are not UTF-8", "expected UTF-8", "save it as CSV UTF-8")
        ) from None
    if "\x00" in text:
        raise InputError(Fault(Place(name), "found bytes that are no text", "expected a table as CSV or .xlsx"))
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            rows.append((start, [_plain(cell) for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            Fault(Place(name, start), f"found a row that is no CSV ({error})", "", "close its quotes")
        ) from None
    return rows


def _openpyxl(path: Path) -> Any:
    try:
        import openpyxl
    except ModuleNotFoundError:
        raise UsageError(
            f'{path}: spreadsheets need openpyxl; install the extra: python -m pip install "detente[documents]", '
            "or name a file .csv"
        ) from None
    return openpyxl


def _spreadsheet(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    openpyxl = _openpyxl(path)
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate([columns, *rows], 1):
        for index, text in enumerate(row, 1):
            if text:
                cell = sheet.cell(number, index)
                cell.value = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)
                cell.data_type = "s"  # whatever it begins with
                cell.number_format = "@"  # what is typed over it stays text as well
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns):
        widest = max([len(column), *(len(row[index]) for row in rows)])
        sheet.column_dimensions[openpyxl.utils.get_column_letter(index + 1)].width = min(max(widest, 6), 60) + 2
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _spreadsheet_rows(path: Path) -> list[tuple[int, list[str]]]:
    openpyxl = _openpyxl(path)
    place = Place(str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(each.file_size for each in archive.infolist()) > MAX_UNPACKED:
                raise InputError(  # noqa: TRY301
                    Fault(place, f"found more than {MAX_UNPACKED:,} bytes when unpacked", "expected a table")
                )
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        rows: list[tuple[int, list[str]]] = []
        for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            if number > MAX_ROWS + 1:
                break
            rows.append((number, [_cell_text(each, place.file, number, index) for index, each in enumerate(cells, 1)]))
        book.close()
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a broken file does to its reader is said of the file
        said = " ".join(str(error).split())[:100] or type(error).__name__
        raise InputError(Fault(place, f"found no sound spreadsheet ({said})", "expected an .xlsx file")) from None
    return rows


def _cell_text(value: object, name: str, row: int, column: int) -> str:
    if value is None:
        return ""
    if isinstance(value, (datetime, date, time)):
        raise InputError(
            Fault(Place(name, row, column), f"found the date {value}", "expected text or a number", "format it as text")
        )
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
