"""Does each figure stand where it is said to? Hashes and tokens against the documents themselves.

A figure is verified when its token is there at that occurrence of that line and does not cut a longer
number in two: "5%" is not found inside "85%".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.errors import Fault, InputError, Place
from detente.seeds.reading.lines import document_lines, is_plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from detente.seeds.documents import Document
    from detente.seeds.figures import Figure

__all__ = ["Verification", "misplaced", "verify"]

_DIGITS = frozenset("0123456789")


@dataclass(frozen=True)
class Verification:
    """What came of comparing a study with its documents.

    Attributes
    ----------
    faults : tuple of Fault
        Documents that are missing or cannot be read.
    mismatches : tuple of Fault
        Documents with another hash, and figures that do not stand where they are said to.
    figures : int
        How many figures were compared.
    verified : int
        How many of them stand where they are said to.
    """

    faults: tuple[Fault, ...]
    mismatches: tuple[Fault, ...]
    figures: int
    verified: int


def verify(documents: Mapping[str, Document], figures: Mapping[str, Figure], folder: Path) -> Verification:
    """Compare documents and figures with the files in ``folder``.

    Parameters
    ----------
    documents : mapping
        The register, by id.
    figures : mapping
        The figures, by id.
    folder : Path
        The folder with the documents, under the names that the register gives.
    """
    if not folder.is_dir():
        missing = Fault(Place(str(folder)), "found no such folder", "expected the folder with the documents")
        return Verification((missing,), (), 0, 0)
    faults: list[Fault] = []
    mismatches: list[Fault] = []
    lines: dict[str, list[str]] = {}
    for document in documents.values():
        place = document.places.get("file", document.place)
        try:
            content = (folder / document.file).read_bytes()
        except OSError as error:
            reason = "is missing" if isinstance(error, FileNotFoundError) else "cannot be read"
            do = f"put it into {folder}"
            faults.append(
                Fault(place, f"the document {document.file!r} {reason}", "expected it in the folder of documents", do)
            )
            continue
        found = hashlib.sha256(content).hexdigest()
        if found != document.sha256:
            where = document.places.get("sha256", document.place)
            mismatches.append(
                Fault(where, f"the document {document.file!r} has the SHA-256 {found}", "expected the one given here")
            )
        if not is_plain(document.file):
            try:
                lines[document.file] = [each.text for each in document_lines(folder / document.file, content)]
            except InputError as error:
                found = f"{document.file}: {error.faults[0].found}"
                faults.append(Fault(place, found, error.faults[0].expected, error.faults[0].do))
            continue
        try:
            # lines as `sed` counts them: only a line feed ends one
            lines[document.file] = content.decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            found = f"the document {document.file!r} is not UTF-8 (byte {error.start + 1})"
            faults.append(Fault(place, found, "expected UTF-8"))
    compared = [figure for figure in figures.values() if figure.document in lines]
    wrong = [
        fault for figure in compared for fault in [misplaced(figure, lines[figure.document])] if fault is not None
    ]
    return Verification(tuple(faults), (*mismatches, *wrong), len(compared), len(compared) - len(wrong))


def misplaced(figure: Figure, lines: list[str]) -> Fault | None:
    """Return the fault of a figure that does not stand where it is said to."""
    name = f"{figure.id}: "
    if figure.line > len(lines):
        found = f"{name}found line {figure.line} of {figure.document!r}"
        return Fault(figure.places["paragraph"], found, f"expected at most {len(lines)}")
    line = lines[figure.line - 1]
    starts = _starts(line, figure.token)
    if len(starts) < figure.occurrence:
        found = f"{name}{figure.token!r} stands {len(starts)} times in line {figure.line} of {figure.document!r}"
        key = "occurrence" if starts else "match"
        return Fault(figure.places[key], found, f"expected at least {figure.occurrence}")
    if _cuts_number(line, starts[figure.occurrence - 1], figure.token):
        found = f"{name}{figure.token!r} is part of a longer number in line {figure.line} of {figure.document!r}"
        return Fault(figure.places["match"], found, "expected the whole number")
    return None


def _starts(line: str, token: str) -> list[int]:
    """Return where a token stands in a line, from left to right without overlap."""
    starts: list[int] = []
    start = line.find(token)
    while start >= 0:
        starts.append(start)
        start = line.find(token, start + len(token))
    return starts


def _cuts_number(line: str, start: int, token: str) -> bool:
    """Return whether the token at ``start`` begins or ends inside a number."""
    before, after = line[:start], line[start + len(token) :]
    cut_left = token[0] in _DIGITS and (before[-1:] in _DIGITS or (before[-1:] == "." and before[-2:-1] in _DIGITS))
    cut_right = token[-1] in _DIGITS and (after[:1] in _DIGITS or (after[:1] == "." and after[1:2] in _DIGITS))
    return cut_left or cut_right
