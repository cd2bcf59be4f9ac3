"""Documents into the register of a study, and accepted figures into its ``figures.csv``."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente import toml
from detente.errors import Fault, InputError, Place, UsageError
from detente.seeds.figures import COLUMNS
from detente.seeds.reading.lines import document_lines, is_plain, read_bytes
from detente.seeds.scan.rows import decided, figure_line, unique_id
from detente.seeds.scan.scan import Scan, scan_lines
from detente.seeds.verify import misplaced
from detente.study.change import change_files
from detente.study.load import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.seeds.figures import Figure
    from detente.seeds.sheets import Row

__all__ = ["Accepted", "accept_rows", "add_document", "documents_folder", "scan_document"]

FOLDER = "documents"


def scan_document(path: Path) -> Scan:
    """Return the candidate figures of a document.

    Raises
    ------
    InputError
        If it cannot be read; see :func:`detente.seeds.reading.lines.document_lines`.
    """
    return scan_lines(path.name, document_lines(path))


def documents_folder(root: Path, given: Path | None = None) -> Path | None:
    """Return the folder with the documents: the one given, or ``documents/`` of the study, or None."""
    if given is not None:
        return given
    return root / FOLDER if (root / FOLDER).is_dir() else None


def add_document(root: Path, path: Path, title: str, date: str, genre: str, slant: str, copy: bool = True) -> str:
    """Register a document in ``seeds/documents.toml`` under the next free id, and return the id.

    Parameters
    ----------
    root : Path
        The folder of the study.
    path : Path
        The document; its hash is taken now.
    title, date, genre, slant : str
        See :class:`detente.seeds.documents.Document`.
    copy : bool
        Also copy it into ``documents/`` of the study, unless it is there.

    Raises
    ------
    InputError
        If the document cannot be read, or the register would have a fault.
    UsageError
        If it is registered already, or another file of this name is in the way.
    """
    content = read_bytes(path)
    document_lines(path, content)  # a document that cannot be read is not registered
    study = load(root)
    for known in study.documents.values():
        if known.file == path.name:
            raise UsageError(
                f"{path}: {path.name!r} is registered as document {known.id} already; rename the file or use that one"
            )
    number = max((int(each) for each in study.documents), default=0) + 1
    name = f"{number:03d}"
    target = root / FOLDER / path.name
    if copy and target.exists() and target.read_bytes() != content:
        raise UsageError(f"{target} exists and is another file; rename one of them")
    file = toml.read_text(root / "seeds" / "documents.toml", "seeds/documents.toml")
    entries = {
        "file": path.name, "title": title, "date": date, "genre": genre, "slant": slant,
        "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    # JSON writes texts as TOML reads them between double quotes
    table = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in entries.items())
    change_files(root, {"seeds/documents.toml": f'{file.rstrip()}\n\n["{name}"]\n{table}'})
    if copy and not target.exists():
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
    return name


@dataclass(frozen=True)
class Accepted:
    """What became of the rows of a review.

    Attributes
    ----------
    ids : tuple of str
        Figures that landed.
    there : int
        Accepted rows that stood in ``figures.csv`` already.
    rejected, later : int
    verified : bool
        Whether the document was at hand, so that each figure was looked up in its line.
    """

    ids: tuple[str, ...]
    there: int
    rejected: int
    later: int
    verified: bool

    def __str__(self) -> str:
        landed = f"{len(self.ids)} figure{'' if len(self.ids) == 1 else 's'} accepted"
        if self.ids:
            landed += ", each found in its line" if self.verified else ", not looked up (no documents at hand)"
        rest = [
            f"{count} {what}"
            for count, what in (
                (self.there, "there already"),
                (self.rejected, "rejected"),
                (self.later, "left for later"),
            )
            if count
        ]
        return "; ".join([landed, *rest])


def accept_rows(root: Path, rows: Sequence[Row], documents: Path | None = None) -> Accepted:
    """Put the accepted rows of a review into ``figures.csv``, all of them or none.

    Parameters
    ----------
    root : Path
        The folder of the study.
    rows : sequence of Row
        Rows with the columns of :data:`detente.seeds.scan.rows.REVIEW_COLUMNS`.
    documents : Path, optional
        The folder with the documents; by default ``documents/`` of the study, where it has one.

    Raises
    ------
    InputError
        With everything that is wrong with the accepted rows: cells, documents that are not registered, tokens that do
        not stand where they are said to. Nothing is written then.
    """
    accepted, rejected, later = decided(rows)
    study = load(root)
    text = toml.read_text(root / "seeds" / "figures.csv", "seeds/figures.csv").rstrip("\n")
    spots = {(each.document, each.line, each.token, each.occurrence, each.quantity) for each in study.figures.values()}
    taken = set(study.figures)
    registered = {each.file for each in study.documents.values()}
    folder = documents_folder(root, documents)
    texts: dict[str, list[str]] = {}
    lines: list[str] = []
    ids: list[str] = []
    faults: list[Fault] = []
    there = 0
    verified = folder is not None
    for row in accepted:
        cells = dict(row.cells)
        cells["id"] = unique_id(cells, taken)
        try:
            line, figure = figure_line(cells, row.place, row.columns)
        except InputError as error:
            faults.extend(error.faults)
            continue
        spot = (figure.document, figure.line, figure.token, figure.occurrence, figure.quantity)
        if spot in spots:
            there += 1
            continue
        if figure.document not in registered:
            faults.append(
                Fault(
                    row.at("document"), f"found the document {figure.document!r}, which is not registered",
                    f"expected one of {', '.join(sorted(registered)) or 'the register, which is empty'}",
                    "add it: detente seeds add FILE",
                )
            )  # fmt: skip
            continue
        if folder is not None and (folder / figure.document).is_file():
            if figure.document not in texts:
                texts[figure.document] = _lines(folder / figure.document)
            wrong = misplaced(figure, texts[figure.document])
            if wrong is not None:
                faults.append(Fault(row.at(_column_of(figure, wrong.place)), wrong.found, wrong.expected, wrong.do))
                continue
        else:
            verified = False
        spots.add(spot)
        taken.add(figure.id)
        ids.append(figure.id)
        lines.append(line)
    if faults:
        raise InputError(*faults)
    if lines:
        change_files(root, {"seeds/figures.csv": "\n".join([text or ",".join(COLUMNS), *lines]) + "\n"})
    return Accepted(tuple(ids), there, rejected, later, verified)


def _lines(path: Path) -> list[str]:
    if is_plain(path.name):
        return read_bytes(path).decode("utf-8").split("\n")
    return [line.text for line in document_lines(path)]


def _column_of(figure: Figure, place: Place) -> str:
    return next((column for column, each in figure.places.items() if each == place), "match")
