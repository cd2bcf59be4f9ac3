"""Documents as PDF, set by Typst in an empty folder of its own.

The compiler sees three things: the template of this package, the document as ``data.json`` and the
figures as SVG. Text of a document is data for it, never code: a label such as ``#import`` prints as it
is written. The output is PDF/A-2b and PDF/UA-1, and the same document gives the same bytes in any
folder on any day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError
from detente.reports.characters import chinese_fonts
from detente.reports.elements import Figure, Formula, Heading, PayoffMatrix, Table, inlines
from detente.reports.spans import plain_text
from detente.reports.typst_compiler import Pages, RefusedError, compile_report, font_book
from detente.reports.typst_data import TypstWriter
from detente.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.reports.document import Document
    from detente.reports.elements import Block

__all__ = ["Pdf", "to_pdf", "typeset", "write_pdf"]

#: Date of the file where the document states none that a program can read.
_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_CJK_FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC")


@dataclass(frozen=True)
class Pdf:
    """A compiled document: the file's bytes, what its reader should know, in words, and what the compiler was given."""

    data: bytes
    notes: tuple[str, ...] = ()
    pages: Pages | None = field(default=None, repr=False, compare=False)


def to_pdf(document: Document, *, fonts: Sequence[str | Path] | None = None) -> bytes:
    """Return a document as PDF; see :func:`typeset`."""
    return typeset(document, fonts=fonts).data


def write_pdf(
    document: Document,
    path: str | Path,
    *,
    fonts: Sequence[str | Path] | None = None,
) -> tuple[str, ...]:
    """Write a document as PDF and return its notes; the file is replaced as a whole or not at all.

    Raises
    ------
    DetenteError
        If the document cannot be set, or the file cannot be written.
    """
    pdf = typeset(document, fonts=fonts)
    path = Path(path)
    write_whole(path, pdf.data)
    return pdf.notes


def typeset(document: Document, *, fonts: Sequence[str | Path] | None = None) -> Pdf:
    """Set a document as PDF/A-2b and PDF/UA-1.

    Parameters
    ----------
    document
        What to print.
    fonts
        Folders with further fonts. By default those of the extra ``zh`` where it is installed; system
        fonts are never used. ``()`` means the embedded fonts only.

    Returns
    -------
    Pdf
        The bytes, equal for equal documents and fonts, and notes: that Chinese text or
        single characters had to be shown by a placeholder. The notes are also printed at the end.

    Raises
    ------
    DetenteError
        If Typst refuses the document; the message names the block.

    Notes
    -----
    About 0.1 s for a short report; Chinese fonts add about as much once per process.
    """
    folders = tuple(str(folder) for folder in (chinese_fonts() if fonts is None else fonts))
    book = font_book(folders)
    families = set(book.families())
    cjk = tuple(family for family in _CJK_FAMILIES if family in families)
    pictures = {f"{b.name}.svg": b.svg for b in document.blocks if isinstance(b, Figure)}

    lost: set[str] = set()
    for _ in range(4):
        data, notes = TypstWriter(document, cjk, frozenset(lost)).data()
        try:
            pages = Pages(data, pictures, _timestamp(document))
            return Pdf(compile_report(pages, book), notes, pages)
        except RefusedError as error:
            # It names every character that no font has, and then what fails in a cluster with a number.
            further = set(error.characters) - lost
            if not further:
                break
            lost |= further
    raise _blame(document, data, pictures, book)


def _timestamp(document: Document) -> int:
    try:
        date = datetime.strptime(document.date or "", "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        date = _DATE
    return int(date.timestamp())


def _blame(document: Document, data: dict[str, Any], pictures: Mapping[str, bytes], book: Any) -> DetenteError:
    """Compile the blocks one at a time to name the one that Typst refuses."""
    labels = [{each for each in (block.get("label"), *block.get("anchors", ())) if each} for block in data["blocks"]]
    every = set().union(*labels)
    for index, block in enumerate(data["blocks"]):
        alone = {**data, "blocks": [_unlinked(block, every - labels[index])]}
        try:
            compile_report(Pages(alone, pictures), book)
        except RefusedError as error:
            what = _describe(document.blocks[index]) if index < len(document.blocks) else "the closing note"
            return DetenteError(f"block {index + 1} ({what}) cannot be set; Typst says: {error}")
    try:
        compile_report(Pages(data, pictures), book)
    except RefusedError as error:
        return DetenteError(f"the report {document.title[:80]!r} cannot be set; Typst says: {error}")
    return DetenteError(f"the report {document.title[:80]!r} cannot be set")


def _unlinked(value: Any, gone: set[str]) -> Any:
    """Return block data without links to labels that stand in other blocks."""
    if isinstance(value, dict):
        if value.get("kind") == "link" and value.get("target") in gone:
            return {"kind": "text", "text": value["text"]}
        return {key: "" if key == "target" and item in gone else _unlinked(item, gone) for key, item in value.items()}
    if isinstance(value, list):
        return [_unlinked(item, gone) for item in value]
    return value


def _describe(block: Block) -> str:
    match block:
        case Table(name=name) | PayoffMatrix(name=name) | Figure(name=name):
            return f"{type(block).__name__} {name!r}"
        case Heading(title=title):
            return f"Heading {plain_text(title)[:60]!r}"
        case Formula(source=source):
            return f"Formula {source[:60]!r}"
        case _:
            pieces = "".join(plain_text(inline) for inline in inlines(block))
            return f"{type(block).__name__} {pieces[:60]!r}" if pieces else type(block).__name__
