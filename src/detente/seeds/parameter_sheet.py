"""Parameters as rows of a table, and rows back into their file with nothing else in it touched.

A cell holds what the file holds, in these words:

===========================  =======================================================
in the file                  in a cell
===========================  =======================================================
``0.74``, ``"3/4"``          ``0.74``, ``3/4``
a text                       the text
a list ``[a, b]``            ``a; b``
a table ``{x = a, ..}``      ``x = a; ..``
``label.en``, ``label.zh``   columns of their own, beside ``label`` for a single text
===========================  =======================================================

Going back, only cells that say something else than the file are written, in the place where the old value stood;
comments, order and spacing stay. A blank cell takes the key out, with its line; a name that is not there yet becomes a
new table at the end of the file. A parameter without a row stays as it is.

An entry of a table by player or state, ``readiness[zambia]`` or ``stake[2]``, is one value in its file: a number, a
formula, or a parameter in braces. It is written anew as a whole when one of its cells changes, as short as its cells
allow.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from detente.errors import Fault, InputError, Place
from detente.toml import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.seeds.sheets import Row
    from detente.toml import KeyPath, TomlFile

__all__ = ["KEYS", "cells_of", "edited", "entry_names", "entry_path"]

KEYS = (
    "kind", "symbol", "label", "label.en", "label.zh", "description", "value", "low", "high", "unit", "domain",
    "figures", "rule", "interval", "scale", "formula", "reason",
)  # fmt: skip
_NUMBERS = {"value", "low", "high", "scale"}
_TOML_NUMBER = re.compile(r"[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9]+)?")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ENTRY = re.compile(r"([a-z][a-z0-9_]*)\[([^\[\]]+)\]")


def entry_names(file: TomlFile) -> list[str]:
    """Return the entries of the tables of a payoff file, as ``table[player]`` or ``table[state]``."""
    names: list[str] = []
    for table, own in file.data.get("tables", {}).items():
        values = own.get("values", {}) if isinstance(own, dict) else {}
        keys = range(len(values)) if isinstance(values, list) else values
        names.extend(f"{table}[{key}]" for key in keys)
    return names


def entry_path(file: TomlFile, name: str) -> KeyPath | None:
    """Return where the entry ``table[key]`` stands, or None for a name that is none of this file's."""
    match = _ENTRY.fullmatch(name)
    if match is None or name not in entry_names(file):
        return None
    values = file.at(("tables", match[1], "values"))
    return ("tables", match[1], "values", int(match[2]) if isinstance(values, list) else match[2])


def cells_of(file: TomlFile, path: KeyPath) -> dict[str, str]:
    """Return the cells of the parameter or entry at a path of a file; keys that it does not have are blank."""
    data = file.at(path)
    cells = dict.fromkeys(KEYS, "")
    if not isinstance(data, dict):
        cells["formula" if isinstance(data, str) else "value"] = _cell(file, path, data)
        return cells
    for key, value in data.items():
        if key == "label" and isinstance(value, dict):
            cells.update({f"label.{language}": text for language, text in value.items()})
        else:
            cells[key] = _cell(file, (*path, key), value)
    return cells


def _cell(file: TomlFile, path: KeyPath, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(_cell(file, (*path, index), each) for index, each in enumerate(value))
    if isinstance(value, dict):
        return "; ".join(f"{key} = {_cell(file, (*path, key), each)}" for key, each in value.items())
    return file.raw(path)


def edited(file: TomlFile, prefix: KeyPath, rows: Sequence[tuple[str, Mapping[str, str], Row | None]]) -> str:
    """Return the text of a file with parameters changed as rows say.

    Parameters
    ----------
    file : TomlFile
    prefix : tuple
        Where the tables of parameters stand: at the top, or under ``parameters``.
    rows : sequence of (name, cells, row)
        Cells by key of :data:`KEYS`; a key that is not there stays as it is. The row is for messages.

    Raises
    ------
    InputError
        If a parameter is written in a way that cannot be changed line by line.
    """
    text = file.text
    for name, cells, row in rows:
        # every edit moves what is behind it, so that places are taken anew
        current = parse(text, file.name)
        entry = entry_path(current, name)
        if entry is not None and current.raw(entry):
            text = _rewritten(current, entry, cells)
            continue
        if "[" in name and entry is None:
            place = row.at("name") if row is not None else Place(file.name)
            known = entry_names(file)
            expected = f"expected an entry that {file.name} has, such as {known[0]}" if known else ""
            raise InputError(Fault(place, f"found the entry {name!r}", expected, "a new entry is written in the file"))
        tables: Any = current.data
        for key in prefix:
            tables = tables.get(key, {})
        path = entry or (*prefix, name)
        if entry is None and name not in tables:
            text = _added(text, path, cells)
            continue
        for key, wanted in _changes(current, path, cells).items():
            text = _set(parse(text, file.name), path, key, wanted, row)
    return text


def _rewritten(file: TomlFile, path: KeyPath, cells: Mapping[str, str]) -> str:
    """Return the text of a file with an entry of a table as its cells say."""
    old = cells_of(file, path)
    merged = {key: cells.get(key, old[key]).strip() for key in KEYS}
    if merged == {key: cell.strip() for key, cell in old.items()}:
        return file.text
    filled = {key: _toml(key, merged[key]) for key in KEYS if not key.startswith("label") and merged[key]}
    if label := _label(merged):
        filled["label"] = label
    if set(filled) == {"value"} or set(filled) == {"formula"}:
        value = next(iter(filled.values()))
    else:
        value = "{ " + ", ".join(f"{key} = {own}" for key, own in filled.items()) + " }"
    start = _offset(file.text.split("\n"), file.spans[path].value)
    return file.text[:start] + value + file.text[start + len(file.raw(path)) :]


def _changes(file: TomlFile, path: KeyPath, cells: Mapping[str, str]) -> dict[str, str]:
    """Return which keys are to be something else, each with its new value in TOML, or nothing where it goes."""
    old = cells_of(file, path)
    changed = {key for key in cells if key in KEYS and cells[key].strip() != old[key].strip()}
    merged = {**old, **{key: cells[key].strip() for key in changed}}
    wanted = {key: _toml(key, merged[key]) for key in KEYS if key in changed and not key.startswith("label")}
    if any(key.startswith("label") for key in changed):
        wanted["label"] = _label(merged)
    return wanted


def _label(cells: Mapping[str, str]) -> str:
    languages = {key: cells.get(f"label.{key}", "") for key in ("en", "zh")}
    if any(languages.values()):
        inner = ", ".join(f"{key} = {_text(words)}" for key, words in languages.items() if words)
        return f"{{ {inner} }}"
    return _text(cells["label"]) if cells.get("label") else ""


def _text(words: str) -> str:
    # JSON writes texts as TOML reads them between double quotes
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


def _number(cell: str) -> str:
    return cell if _TOML_NUMBER.fullmatch(cell) else _text(cell)


def _toml(key: str, cell: str) -> str:
    """Return a cell as TOML; nothing where it is blank."""
    if cell == "":
        return ""
    parts = [each.strip() for each in cell.split(";") if each.strip()]
    if key in _NUMBERS:
        return _number(cell)
    if key == "domain":
        return f"[{', '.join(map(_number, parts))}]"
    if key == "figures" and any("=" in each for each in parts):
        pairs = [each.partition("=") for each in parts]
        return "{ " + ", ".join(f"{_bare(name.strip())} = {_text(own.strip())}" for name, _, own in pairs) + " }"
    if key == "figures":
        return f"[{', '.join(map(_text, parts))}]"
    return _text(cell)


def _bare(name: str) -> str:
    return name if _NAME.fullmatch(name) else _text(name)


def _added(text: str, path: KeyPath, cells: Mapping[str, str]) -> str:
    filled = {key: _toml(key, cells.get(key, "").strip()) for key in KEYS if not key.startswith("label")}
    filled["label"] = _label({key: cell.strip() for key, cell in cells.items()})
    order = dict.fromkeys(["symbol", "label", "description", *filled])
    lines = [f"{key} = {filled[key]}" for key in order if filled[key]]
    header = ".".join(_bare(str(each)) for each in path)
    return "\n".join([text.rstrip("\n"), "", f"[{header}]", *lines]) + "\n"


def _set(file: TomlFile, path: KeyPath, key: str, value: str, row: Row | None) -> str:
    """Return the text with one key of a parameter set, added, or taken out."""
    lines = file.text.split("\n")
    here = (*path, key)
    if here in file.spans and file.raw(here):
        span = file.spans[here]
        start = _offset(lines, span.value)
        end = start + len(span.raw)
        if value:
            return file.text[:start] + value + file.text[end:]
        first, last = span.key[0] - 1, span.value[0] - 1 + span.raw.count("\n")
        if _own_line(lines, file, here):
            return "\n".join([*lines[:first], *lines[last + 1 :]])
    elif here not in file.spans and value:
        own = [each for each in file.spans if len(each) == len(here) and each[:-1] == path and file.raw(each)]
        if own and all(_own_line(lines, file, each) for each in own):
            last = max(file.spans[each].value[0] - 1 + file.spans[each].raw.count("\n") for each in own)
            return "\n".join([*lines[: last + 1], f"{key} = {value}", *lines[last + 1 :]])
    place = row.at(key) if row is not None else file.key_place(path)
    raise InputError(
        Fault(
            place, f"found another {key} for {path[-1]}", f"expected it to stand on a line of its own in {file.name}",
            f"change it there, at line {file.key_place(path).line}",
        )
    )  # fmt: skip


def _offset(lines: list[str], at: tuple[int, int]) -> int:
    return sum(len(line) + 1 for line in lines[: at[0] - 1]) + at[1] - 1


def _own_line(lines: list[str], file: TomlFile, path: KeyPath) -> bool:
    """Return whether a key begins its line and nothing but a comment follows its value."""
    span = file.spans[path]
    before = lines[span.key[0] - 1][: span.key[1] - 1]
    end = _offset(lines, span.value) + len(span.raw)
    after = file.text[end:].partition("\n")[0].strip()
    return before.strip() == "" and (after == "" or after.startswith("#"))
