"""Characters of a document for which no font has a glyph."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from detente.reports.characters import CJK, is_hidden
from detente.reports.elements import Formula, KeyPoints, Note, Outline, PayoffMatrix, Table, inlines
from detente.reports.spans import Mark, Math, Ref, as_spans
from detente.reports.typst_compiler import RefusedError, run_typst

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detente.reports.document import Document

__all__ = ["unprintable"]


def unprintable(document: Document, book: Any, *, skip_cjk: bool) -> set[str]:
    """Return the characters of a document without a glyph in a book of fonts.

    Hidden characters are left out, and Chinese ones where they will not be printed (``skip_cjk``).
    """
    return _without_glyph(_characters(document, skip_cjk=skip_cjk), book)


def _strings(document: Document) -> Iterator[str]:
    """Yield every string of a document that is printed."""
    yield from (document.title, document.subtitle, document.author, document.footer, document.date or "")
    for block in document.blocks:
        for inline in inlines(block):
            for span in as_spans(inline):
                if isinstance(span, Math):
                    yield span.source
                    yield span.alt
                elif not isinstance(span, Ref | Mark):
                    yield span.text
        match block:
            case Table(columns=columns):
                yield from (column.unit for column in columns)
            case PayoffMatrix():
                yield from (block.row_player, block.column_player, block.unit)
                yield from block.row_strategies
                yield from block.column_strategies
            case Formula(source=source, alt=alt):
                yield from (source, alt)
            case KeyPoints(points=points):
                yield from (point.lead for point in points)
            case Note(lead=lead):
                yield lead
            case Outline(title=title):
                yield title or ""
            case _:
                pass


def _characters(document: Document, *, skip_cjk: bool) -> list[str]:
    """Return the characters beyond Latin-1 whose glyphs have to be looked for."""
    found = {character for character in set("".join(_strings(document))) if ord(character) > 255}
    return sorted(c for c in found if not is_hidden(c) and not (skip_cjk and CJK.match(c)))


def _without_glyph(characters: Sequence[str], book: Any) -> set[str]:
    """Return those characters for which no font has a glyph, found by halving."""
    if not characters:
        return set()
    source = b'#set document(title: "glyphs")\n#for each in json("glyphs.json") [#each ]'
    files = {"glyphs.json": json.dumps(list(characters)).encode("ascii")}
    try:
        run_typst(source, files, book, 0, ("a-2b",))
    except RefusedError:
        if len(characters) == 1:
            return set(characters)
        half = len(characters) // 2
        return _without_glyph(characters[:half], book) | _without_glyph(characters[half:], book)
    return set()
