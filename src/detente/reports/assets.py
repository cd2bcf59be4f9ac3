"""The figures and tables of a report as files beside it: SVG, PNG and CSV.

``report.pdf`` is joined by ``report_files/`` with an SVG and a PNG per figure and one CSV per table or payoff matrix.
A small manifest in that folder remembers which files a build has written, so that the next build removes
what it no longer makes and nothing else.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import DetenteError
from detente.reports.elements import Figure, PayoffMatrix, Table
from detente.reports.spans import plain_text
from detente.whole import put_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.reports.document import Document
    from detente.reports.spans import Inline

__all__ = ["MANIFEST", "Assets", "assets", "assets_folder"]

#: Name of the file that lists what a build has written.
MANIFEST = "manifest.json"
#: Under which name what has been read of a manifest has the version of Typst; no file is called so.
_VERSION = ""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.(svg|png|csv)", re.ASCII)
#: A mark between groups of digits.
_GROUP = re.compile(r"(?<=\d)[,\u2009\u202f](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def assets_folder(report: str | Path) -> Path:
    """Return the folder of a report's files.

    Examples
    --------
    >>> assets_folder("reports/main.pdf").as_posix()
    'reports/main_files'
    """
    report = Path(report)
    return report.with_name(f"{report.stem}_files")


def assets(document: Document) -> dict[str, bytes]:
    """Return the files of a document by name, in order of appearance; pictures as SVG.

    CSV files are UTF-8 with a header row; units stand in the header, numbers are plain (``-1234.5``),
    formulas are given in words. Text that a spreadsheet would take for a formula is led by an apostrophe.
    """
    files: dict[str, bytes] = {}
    for block in document.blocks:
        match block:
            case Figure(name=name, svg=svg):
                files[f"{name}.svg"] = svg
            case Table(name=name):
                files[f"{name}.csv"] = _table_csv(block)
            case PayoffMatrix(name=name):
                files[f"{name}.csv"] = _matrix_csv(block)
            case _:
                pass
    return files


@dataclass(frozen=True)
class Assets:
    """The files of a document by name, ready to be written into a folder.

    ``new`` and ``old`` are digests of the files and of those that the build before wrote there; ``changed`` are those that differ.
    """

    folder: Path
    files: Mapping[str, bytes] = field(repr=False)
    new: Mapping[str, str] = field(repr=False)
    old: Mapping[str, str] = field(repr=False)
    changed: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Document, folder: str | Path) -> Assets:
        """Return the files of a document for a folder; nothing is written yet.

        A PNG is drawn from its SVG where that, or Typst, is another than in the last build.

        Raises
        ------
        DetenteError
            If a file of somebody else stands in the way, or a picture cannot be drawn.
        """
        folder = Path(folder)
        files, old = assets(document), _read_manifest(folder)
        try:
            files |= _drawn(files, old, folder)
            new = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
            changed = tuple(name for name, content in files.items() if old.get(name) != new[name] or not _is(folder / name, content))
            for name in changed:
                path = folder / name
                if name not in old and path.exists() and not _is(path, files[name]):
                    raise DetenteError(f"{path}: found a file that no report has written; move it away and build again")
        except OSError as error:
            raise _unwritable(folder, error) from error
        return cls(folder, files, new, old, changed)

    def write(self) -> tuple[Path, ...]:
        """Write the files and remove those of an earlier build that are gone.

        Each file that differs is replaced as a whole. A file that an earlier build wrote is removed only if nobody has
        changed it since; a file that no build wrote is never touched.

        Returns
        -------
        tuple of Path
            The files written, without the manifest.

        Raises
        ------
        DetenteError
            If the folder cannot be written.
        """
        stale = {name: digest for name, digest in self.old.items() if name not in self.new and name != _VERSION}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # An interrupted build must still know its files: the union is written first.
            put_whole(self.folder / MANIFEST, _manifest({**stale, **self.new}))
            for name in self.changed:
                put_whole(self.folder / name, self.files[name])
            for name, digest in stale.items():
                path = self.folder / name
                if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
                    path.unlink()
            put_whole(self.folder / MANIFEST, _manifest(self.new))
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        return tuple(self.folder / name for name in self.files)


def _unwritable(folder: Path, error: OSError) -> DetenteError:
    return DetenteError(f"{folder}: cannot write the files of the report; {error.strerror or error}")


def _is(path: Path, content: bytes) -> bool:
    """Return whether a file has some content already."""
    return path.is_file() and path.read_bytes() == content


def _drawn(files: Mapping[str, bytes], old: Mapping[str, str], folder: Path) -> dict[str, bytes]:
    """Return the pictures as PNG: those of the last build where nothing changed, else new ones."""
    from detente.reports.typst_compiler import RefusedError, to_png

    kept, changed = {}, {}
    same_typst = old.get(_VERSION) == _typst()
    for name, svg in files.items():
        if not name.endswith(".svg"):
            continue
        picture = f"{name[:-4]}.png"
        path = folder / picture
        if same_typst and old.get(name) == hashlib.sha256(svg).hexdigest() and path.is_file():
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() == old.get(picture):
                kept[picture] = content
                continue
        changed[picture] = svg
    try:
        return kept | to_png(changed)
    except RefusedError as error:
        raise DetenteError(f"{folder}: the figures cannot be drawn as PNG; Typst says: {error}") from error


def _typst() -> str:
    return metadata.version("typst")


def _manifest(files: Mapping[str, str]) -> bytes:
    return (json.dumps({"format": 1, "typst": _typst(), "files": dict(sorted(files.items()))}, indent=1) + "\n").encode("ascii")


def _read_manifest(folder: Path) -> dict[str, str]:
    """Return names and digests of the last build; a manifest that cannot be read lists nothing."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = content["files"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    known = {name: digest for name, digest in files if isinstance(digest, str) and _NAME.fullmatch(name)}
    return {**known, _VERSION: str(content.get("typst", ""))}


# -------------------------------------------------------------------------------------------- csv


def _table_csv(table: Table) -> bytes:
    header = [_with_unit(plain_text(column.header), column.unit) for column in table.columns]
    rows = [[_value(cell) for cell in row] for row in table.rows]
    if table.marks:
        header.insert(0, "kind")
        rows = [[mark, *row] for mark, row in zip(table.marks, rows, strict=True)]
    return _csv([header, *rows])


def _matrix_csv(matrix: PayoffMatrix) -> bytes:
    """One line per profile, so that a program can read it without knowing the layout."""
    players = (matrix.row_player, matrix.column_player)
    header = [f"{player} strategy" for player in players]
    header += [_with_unit(f"{player} payoff", matrix.unit) for player in players]
    header += [f"{player} best response" for player in players] + ["equilibrium"]
    lines = [header]
    for row_strategy, row in zip(matrix.row_strategies, matrix.cells, strict=True):
        for column_strategy, cell in zip(matrix.column_strategies, row, strict=True):
            flags = ("yes" if flag else "no" for flag in (cell.row_best, cell.column_best, cell.equilibrium))
            payoffs = (_value(cell.row), _value(cell.column))
            lines.append([_guard(row_strategy), _guard(column_strategy), *payoffs, *flags])
    return _csv(lines)


def _with_unit(header: str, unit: str) -> str:
    return _guard(f"{header} ({unit})" if unit else header)


def _value(inline: Inline) -> str:
    """Return a cell as a plain number where it is one, else as text."""
    text = plain_text(inline)
    bare = _GROUP.sub("", text.replace("\u2212", "-").strip())
    return bare if _NUMBER.fullmatch(bare) else _guard(text)


def _guard(text: str) -> str:
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") and len(text.strip()) > 1 else text


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\n").writerows(lines)
    return target.getvalue().encode("utf-8", "backslashreplace")
