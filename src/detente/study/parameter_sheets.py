"""All parameters of a study as one table, and such a table back into the files, all of it or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from detente import toml
from detente.errors import Fault, InputError, Place, did_you_mean
from detente.seeds.parameter_sheet import KEYS, cells_of, edited, entry_names, entry_path
from detente.seeds.sheets import Row
from detente.study.change import change_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.toml import KeyPath, TomlFile

__all__ = ["COLUMNS", "SHARED", "change_parameters", "parameter_rows", "read_parameter_rows", "texts_with"]

COLUMNS = ("file", "name", *KEYS)
SHARED = "seeds/parameters.toml"


def _files(root: Path) -> list[tuple[TomlFile, KeyPath]]:
    """Return the files that hold parameters, each with where in it they stand."""
    found: list[tuple[TomlFile, KeyPath]] = [(toml.read(root / SHARED, SHARED), ())]
    for path in sorted((root / "payoffs").glob("[!.]*.toml")):
        file = toml.read(path, f"payoffs/{path.name}")
        if isinstance(file.data.get("parameters"), dict) or entry_names(file):
            found.append((file, ("parameters",)))
    return found


def _names(file: TomlFile, prefix: KeyPath) -> list[str]:
    tables = file.data.get("parameters", {}) if prefix else file.data
    return [name for name, value in tables.items() if isinstance(value, dict)]


def parameter_rows(root: Path) -> list[dict[str, str]]:
    """Return one row a parameter, in the order of the files; behind them the entries of tables by player or state."""
    rows = []
    for file, prefix in _files(root):
        places = [(name, (*prefix, name)) for name in _names(file, prefix)]
        places += [(name, path) for name in entry_names(file) if (path := entry_path(file, name)) is not None]
        rows += [{"file": file.name, "name": name, **cells_of(file, path)} for name, path in places]
    return rows


def read_parameter_rows(root: Path, rows: Sequence[Row]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Change the parameters of a study as rows say; return the names that changed and those that are new.

    Raises
    ------
    InputError
        With what is wrong, at the cell that says it; nothing is written then.
    """
    faults: list[Fault] = []
    seen: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row["file"].strip() or SHARED, row["name"].strip())
        if not key[1]:
            faults.append(Fault(row.at("name"), "name: found a blank cell", "expected the name of a parameter"))
        elif key in seen:
            faults.append(
                Fault(row.at("name"), f"found {key[1]!r} a second time", f"it stands in row {seen[key].place.line}")
            )
        else:
            seen[key] = row
        unknown = [column for column in row.columns if column not in COLUMNS and row[column].strip()]
        if unknown and row is rows[0]:
            hint = did_you_mean(unknown[0], COLUMNS)
            expected = f"expected some of {', '.join(COLUMNS)}"
            faults.append(Fault(row.at(unknown[0]), f"unknown column {unknown[0]!r}", expected, hint))
    if faults:
        raise InputError(*faults)
    changes = {
        key: ({column: row[column] for column in KEYS if column in row.columns}, row) for key, row in seen.items()
    }
    return change_parameters(root, changes)


def texts_with(root: Path, changes: Mapping[tuple[str, str], tuple[Mapping[str, str], Row | None]]) -> dict[str, str]:
    """Return the files that change, with their new text, for changes by file and name.

    Raises
    ------
    InputError
        If a file has no parameters, or a parameter cannot be changed line by line.
    """
    files = {file.name: (file, prefix) for file, prefix in _files(root)}
    by_file: dict[str, list[tuple[str, Mapping[str, str], Row | None]]] = {}
    for (name, parameter), (cells, row) in changes.items():
        if name not in files:
            place = row.at("file") if row is not None else Place(name)
            raise InputError(Fault(place, f"found the file {name!r}", f"expected one of {', '.join(files)}"))
        by_file.setdefault(name, []).append((parameter, cells, row))
    texts = {name: edited(*files[name], rows) for name, rows in by_file.items()}
    return {name: text for name, text in texts.items() if text != files[name][0].text}


def change_parameters(
    root: Path, changes: Mapping[tuple[str, str], tuple[Mapping[str, str], Row | None]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Change parameters, by file and name; return the names that changed and those that are new.

    Raises
    ------
    InputError
        With every fault that the change would bring, at the cell that says it where one does; nothing is written then.
    """
    before = {(row["file"], row["name"]): row for row in parameter_rows(root)}
    texts = texts_with(root, changes)
    try:
        if texts:
            change_files(root, texts)
    except InputError as error:
        raise InputError(*(_where(fault, texts, changes) for fault in error.faults)) from None
    after = {(row["file"], row["name"]): row for row in parameter_rows(root)}
    changed = tuple(name for key in after if key in before and after[key] != before[key] for name in key[1:])
    return changed, tuple(name for key in after if key not in before for name in key[1:])


def _where(
    fault: Fault, texts: Mapping[str, str], changes: Mapping[tuple[str, str], tuple[Mapping[str, str], Row | None]]
) -> Fault:
    """Return a fault of a changed file at the cell that the change came from."""
    if fault.place.file not in texts or fault.place.line is None:
        return fault
    try:
        file = toml.parse(texts[fault.place.file], fault.place.file)
    except InputError:
        return fault
    at = (fault.place.line, fault.place.column or 1)
    best: tuple[tuple[int, int], KeyPath] = ((0, 0), ())
    for path, span in file.spans.items():
        start = span.key
        if best[0] <= start <= at and (fault.place.file, _named(fault, path)[0]) in changes:
            best = (start, path)
    name, rest = _named(fault, best[1])
    _, row = changes.get((fault.place.file, name), ({}, None))
    if row is None:
        return fault
    key = str(rest[0]) if rest else "name"
    key = key if key in row.columns else f"{key}.en" if f"{key}.en" in row.columns else "name"
    return Fault(row.at(key), f"{name}, {key}: {fault.found}", fault.expected, fault.do, fault.level)


def _named(fault: Fault, path: KeyPath) -> tuple[str, KeyPath]:
    """Return the parameter or entry that a path is in, and what of the path is inside it."""
    if len(path) > 3 and (path[0], path[2]) == ("tables", "values"):
        return f"{path[1]}[{path[3]}]", path[4:]
    position = 0 if fault.place.file == SHARED else 1
    return (str(path[position]), path[position + 1 :]) if len(path) > position else ("", ())
