"""A document as the data of the Typst template, every string made printable on the way."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from detente.display import width
from detente.reports.characters import BREAK, CJK, is_hidden, soften
from detente.reports.chinese_numbers import in_hundred_millions
from detente.reports.document import Document, targets
from detente.reports.elements import (
    Bullets,
    Column,
    Figure,
    Formula,
    Heading,
    KeyPoints,
    Note,
    Outline,
    PageBreak,
    Paragraph,
    PayoffCell,
    PayoffMatrix,
    Table,
)
from detente.reports.figure_style import PLAYERS
from detente.reports.math_alphabet import linked_math, math_pieces
from detente.reports.room import at_most, balanced, characters, lines_of, rooms, seen
from detente.reports.short_tables import shortened
from detente.reports.spans import Code, Emph, Link, Mark, Math, Ref, Strong, Text, as_spans, plain_text
from detente.reports.wordlike import rounded, scientific
from detente.reports.words import GLYPH_NOTE, SIGNS, WORDS, ZH_NOTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.document import Target
    from detente.reports.elements import Block
    from detente.reports.spans import Inline, Span

__all__ = ["TypstWriter"]

_NUMBER = re.compile(r"[~<>≈≤≥]?\s?[+\-\u2212]?[\d,\u2009\u202f]*\d(/\d+)?(?P<decimals>\.\d+)?[*†]?")
#: A hyphen that is the sign of a number.
_MINUS = re.compile(r"(?<![A-Za-z0-9_.)\]\-])-(?=\.?[0-9])")
#: Between Chinese and a number with a sign.
_SIGNED = re.compile("(?<=[\u4e00-\u9fff])(?=[\u2212<>\u2264\u2265] ?\\d)")

#: Greatest type size, in points, of tables in an appendix, where things are looked up.
_APPENDIX_SIZE = 8.5
#: Lines of a row up to which it stays on one page, and lines of a table up to which that does.
_WHOLE, _TOGETHER = 25, 9
#: Rows of a table from which on its first and its last two are pairs.
_PAIRS = 4
#: Length of the source of a formula up to which it fits any column, and from which on it may not fit a line of text.
_SHORT, _LONG = 8, 80
#: Width of a text, in characters, from which on it is not said again in the row below.
_DITTO = 32
#: Greatest height of a figure as a share of the text width; more would not fit on a page.
_TALLEST = 1.25


class TypstWriter:
    """Turns a document into the data of the template.

    ``cjk`` names the font families for Chinese text, ``unprintable`` the characters without a glyph.
    """

    def __init__(self, document: Document, cjk: tuple[str, ...], unprintable: frozenset[str]) -> None:
        self.document, self.cjk, self.unprintable = document, cjk, unprintable
        self.lang = document.lang if document.lang != "zh" or cjk else "en"
        self.words: dict[str, Any] = WORDS[self.lang]
        self.targets = targets(document)
        places = [index for index, block in enumerate(document.blocks) if isinstance(block, Heading) and block.appendix]
        self.appendix = min(places, default=len(document.blocks))
        self.chinese_lost = False
        self.lost: set[str] = set()

    def data(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the data and the notes; the notes are also the last block."""
        document = self.document
        named = {name: found for name, found in self.targets.items() if found.printed and not name.startswith("#")}
        labels = {found.block: _label(name) for name, found in named.items() if found.row is None}
        blocks = [{"label": labels.get(i, ""), **self._block(i, block)} for i, block in enumerate(document.blocks)]
        byline = "  ·  ".join(part for part in (document.author, document.date or "") if part)
        data = {
            "lang": self.lang,
            "title": self._text(document.title),
            "subtitle": self._text(document.subtitle),
            "author": self._printable(document.author),
            "byline": self._text(byline),
            "footer": soften(self._printable(document.footer)),
            "keywords": [self._printable(keyword) for keyword in document.keywords],
            "cjk-fonts": list(self.cjk),
            "words": {"kind": self.words["kind"]},
            "show-title": True,
            "blocks": blocks,
        }
        notes = []
        if self.chinese_lost:
            notes.append(ZH_NOTE)
        if self.lost:
            names = ", ".join(f"U+{ord(c):04X}" for c in sorted(self.lost)[:20])
            notes.append(GLYPH_NOTE.format(names + (", ..." if len(self.lost) > 20 else "")))
        closing = {"kind": "note", "label": "", "lead": ""}
        blocks.extend({**closing, "content": [{"kind": "text", "text": note}]} for note in notes)
        return data, tuple(notes)

    # ---- strings

    def _printable(self, text: str) -> str:
        """Return text with a visible sign for everything that could not be seen."""
        if text.isascii() and text.isprintable():
            return text  # as most texts are
        text = re.sub(r"[\t\n\r\v\f\x85\u2028\u2029]+", " ", text)
        if not self.cjk:
            text, count = CJK.subn("[zh]", text)
            self.chinese_lost = self.chinese_lost or count > 0
        gone = {c for c in set(text) if c in self.unprintable or is_hidden(c)}
        if gone:
            self.lost |= gone
            text = "".join(f"[U+{ord(c):04X}]" if c in gone else c for c in text)
        return text

    def _text(self, text: str) -> str:
        if self.lang == "zh":
            text = in_hundred_millions(text)
        text = _MINUS.sub("\u2212", self._printable(scientific(text)))
        # a number has its space behind Chinese, but the typesetter knows it by its first digit only
        return soften(_SIGNED.sub(" ", text) if self.lang == "zh" else text)

    # ---- spans

    def _spans(self, inline: Inline) -> list[dict[str, Any] | str]:
        return [self._span(span) for span in as_spans(inline)]

    def _span(self, span: Span) -> dict[str, Any] | str:
        """Return a span as data; plain text in which no word may break, as most is, as a string: that is set fastest."""
        match span:
            case Math():
                return {"kind": "math", **self._math(span)}
            case Mark(kind=kind):
                return {"kind": "mark", "text": SIGNS[kind]}
            case Link(text=text, target=target):
                return {"kind": "link", "text": self._text(text), "target": _label(target)}
            case Ref(target=target):
                return {
                    "kind": "link",
                    "text": self._name(self.targets[target]),
                    "target": _label(target),
                }
            case Code(text=text):
                return {"kind": "code", "text": soften(self._printable(text))}
            case Text(text=text):
                shown = self._text(text)
                return {"kind": "text", "text": shown} if BREAK in shown else shown
            case Strong(text=text) | Emph(text=text):
                return {"kind": type(span).__name__.lower(), "text": self._text(text)}

    def _math(self, formula: Math | Formula) -> dict[str, Any]:
        """Return a formula as data: its source, which is measured, and the same with its symbols leading to their entries."""
        alt = self._printable(formula.alt)
        source, symbols = self._source(formula.source), [self._source(symbol) for symbol, _ in formula.entries]
        links = [{"target": _label(target)} for _, target in formula.entries]
        linked = linked_math(source, symbols) if symbols else source
        return {"source": source, "linked": linked, "links": links, "pieces": math_pieces(source), "alt": alt, "plain": soften(alt)}

    def _source(self, source: str) -> str:
        return re.sub(r'"[^"]*"', lambda match: self._printable(match.group()), source)

    def _name(self, target: Target) -> str:
        if self.lang == "zh" and target.kind == "section":
            return f"第 {target.number} 节"
        return f"{self.words[target.kind]}\u00a0{target.number}"

    # ---- blocks

    def _block(self, index: int, block: Block) -> dict[str, Any]:
        match block:
            case Heading():
                number = self._number(block.anchor, index)
                return {
                    "kind": "heading",
                    "level": block.level,
                    "number": number,
                    "title": self._spans(block.title),
                }
            case Paragraph(content=content):
                printed = (each for each in self.document.blocks[index + 1 :] if not isinstance(each, Table) or each.shown != 0)
                sticky = isinstance(next(printed, None), (Formula, Table))
                return {"kind": "paragraph", "sticky": sticky, "content": self._spans(content)}
            case Bullets(items=items, ordered=ordered):
                return {"kind": "bullets", "ordered": ordered, "items": [self._spans(item) for item in items]}
            case Formula(anchor=anchor):
                number = self._number(anchor, index) if anchor else ""
                return {"kind": "formula", "number": number, **self._math(block)}
            case Table(shown=0):
                return {"kind": "nothing"}
            case Table():
                return {"kind": "table", **self._caption(block), **self._table(block, index)}
            case PayoffMatrix():
                return {"kind": "matrix", **self._caption(block), **self._matrix(block)}
            case Figure():
                width = block.width * min(1.0, _TALLEST / _aspect(block.svg) / block.width)
                named = {
                    "file": f"{block.name}.svg",
                    "alt": self._printable(block.alt),
                    "width": round(width, 4),
                }
                return {"kind": "figure", **self._caption(block), **named}
            case KeyPoints(points=points):
                shown = [{"lead": self._text(p.lead), "content": self._spans(p.content)} for p in points]
                return {"kind": "points", "points": shown}
            case Note(content=content, lead=lead):
                return {"kind": "note", "lead": self._text(lead), "content": self._spans(content)}
            case PageBreak():
                return {"kind": "pagebreak"}
            case Outline(depth=depth, title=title):
                shown_title = self.words["contents"] if title is None else self._text(title)
                return {"kind": "outline", "depth": depth, "title": shown_title}

    def _number(self, name: str, index: int) -> str:
        return self.targets[name or f"#{index}"].number

    def _caption(self, block: Table | PayoffMatrix | Figure) -> dict[str, Any]:
        lead = {"kind": "text", "text": self._name(self.targets[block.name])}
        return {"caption-lead": [lead], "caption": self._spans(block.caption)}

    def _table(self, table: Table, place: int) -> dict[str, Any]:
        rows = tuple(tuple(_rounded(cell, table.digits) for cell in row) for row in table.rows[: table.shown])
        rows = _dittoed(rows, [column.ditto for column in table.columns])
        # a column in which nothing stands takes the room of the others
        kept = [index for index in range(len(table.columns)) if any(plain_text(row[index]) for row in rows) or not rows]
        kept = kept or list(range(len(table.columns)))
        size = min(_table_size(len(kept) + bool(table.marks)), _APPENDIX_SIZE if place > self.appendix else 99.0)
        texts = [[self._seen(row[index]) for row in rows] for index in kept]
        room = characters(size) - 3 * bool(table.marks)
        chosen = (balanced if self.lang == "zh" else shortened)([table.columns[index] for index in kept], texts, room)
        cells = []
        for index, column, own in zip(kept, chosen, rooms(chosen, room), strict=True):
            values = [row[index] for row in rows]
            cells.append(self._aligned(values, own) if column.align == "decimal" else [self._cell(v, own) for v in values])
        kinds: dict[str, str] = self.words["kinds"]
        lines = lines_of(chosen, texts, room)
        return {
            "columns": [self._column(column) for column in chosen],
            "rows": [list(row) for row in zip(*cells, strict=True)],
            "whole": [each <= _WHOLE for each in lines],
            "together": sum(lines) <= _TOGETHER,
            "kept": _kept(lines),
            "anchors": [_label(anchor) if anchor else "" for anchor in table.anchors[: table.shown]],
            "marks": [{"kind": kind, "sign": SIGNS[kind]} for kind in table.marks[: table.shown]],
            "legend": [[sign, kinds[kind]] for kind, sign in SIGNS.items() if kind in table.marks],
            "note": self._spans(_rounded(table.note, table.digits)),
            "size": size,
        }

    def _seen(self, cell: Inline) -> str:
        text = seen(cell)
        return in_hundred_millions(text) if self.lang == "zh" else text

    def _column(self, column: Column) -> dict[str, Any]:
        return {
            "header": self._spans(column.header),
            "unit": self._text(column.unit),
            "align": column.align,
            "width": column.width,
        }

    def _cell(self, value: Inline, room: float) -> dict[str, Any] | str:
        """Return a cell of a column with room for so many characters; ``wide`` if it has a formula that may not fit."""
        spans = self._spans(value)
        if len(spans) == 1 and isinstance(spans[0], str):
            return spans[0]
        formulas = [span.source for span in as_spans(value) if isinstance(span, Math)]
        return {"spans": spans, "wide": any(len(each) > _SHORT and (len(each) >= _LONG or at_most(each) > room) for each in formulas)}

    def _aligned(self, values: Sequence[Inline], room: float) -> list[dict[str, Any] | str]:
        """Return the cells of a column of numbers, each with the digits it lacks after the point."""
        decimals = [_decimals(plain_text(value)) for value in values]
        longest = max((part for part in decimals if part is not None), key=len, default="")
        cells: list[dict[str, Any] | str] = []
        for value, part in zip(values, decimals, strict=True):
            if part is None:
                cells.append(self._cell(value, room))
            else:
                text = self._text(plain_text(value).replace("-", "\u2212"))
                target = next((_label(span.target) for span in as_spans(value) if isinstance(span, Link)), "")
                pad = longest[len(part) :]
                plain = not pad and not target and BREAK not in text
                cells.append(text if plain else {"text": text, "pad": pad, "target": target})
        return cells

    def _matrix(self, matrix: PayoffMatrix) -> dict[str, Any]:
        width = len(matrix.column_strategies)
        return {
            "row-player": self._text(matrix.row_player),
            "column-player": self._text(matrix.column_player),
            "row-strategies": [self._text(name) for name in matrix.row_strategies],
            "column-strategies": [self._text(name) for name in matrix.column_strategies],
            "cells": [[self._payoffs(cell) for cell in row] for row in matrix.cells],
            "colors": [player.ink for player in PLAYERS[:2]],
            "key": self._key(matrix),
            "size": 10.5 if width <= 3 else 9.5,
        }

    def _payoffs(self, cell: PayoffCell) -> dict[str, Any]:
        return {
            "row": self._payoff(cell.row),
            "column": self._payoff(cell.column),
            "row-best": cell.row_best,
            "column-best": cell.column_best,
            "equilibrium": cell.equilibrium,
            "target": _label(cell.target) if cell.target else "",
        }

    def _payoff(self, value: Inline) -> list[dict[str, Any] | str]:
        text = plain_text(value)
        return self._spans(text.replace("-", "\u2212") if _NUMBER.fullmatch(text) else value)

    def _key(self, matrix: PayoffMatrix) -> list[dict[str, Any] | str]:
        framed = any(cell.equilibrium for row in matrix.cells for cell in row)
        text = self.words["key"].format(row=matrix.row_player, column=matrix.column_player)
        text += self.words["framed"] if framed else ""
        text += self.words["unit"].format(unit=matrix.unit) if matrix.unit else ""
        return self._spans(text)


def _kept(lines: Sequence[int]) -> list[int]:
    """Return the rows that stand on one page with the next, from the lines of each: no page has the first or the last one alone.

    A table that stands on one page as a whole needs none, and rows that are very long break.

    Examples
    --------
    >>> _kept([1] * 30), _kept([1, 1, 1]), _kept([2, 40, 3, 2, 1])
    ([0, 28], [], [3])
    """
    if sum(lines) <= _TOGETHER or len(lines) < _PAIRS:
        return []
    return [row for row in (0, len(lines) - 2) if lines[row] + lines[row + 1] <= _WHOLE]


def _label(target: str) -> str:
    """Return the label to which links to an anchor lead; it tells no place, so that a block more leaves all other pages as they are."""
    return f"to-{target}"


def _rounded(inline: Inline, digits: int) -> Inline:
    """Return inline content with the numbers of its texts to so many digits, 0 for all."""
    if not digits:
        return inline
    return tuple(
        replace(span, text=rounded(span.text, digits)) if isinstance(span, (Text, Strong, Emph, Link)) else span
        for span in as_spans(inline)
    )


def _dittoed(rows: tuple[tuple[Inline, ...], ...], dittos: Sequence[str]) -> tuple[tuple[Inline, ...], ...]:
    """Return rows with what stands for a cell that repeats the one above it, in the columns that have such a sign."""
    found = [list(row) for row in rows]
    for index, ditto in enumerate(dittos):
        for above, (place, row) in zip(rows, enumerate(rows[1:], 1), strict=False):
            if ditto and row[index] == above[index] and width(plain_text(row[index])) > _DITTO:
                found[place][index] = ditto
    return tuple(map(tuple, found))


def _aspect(svg: bytes) -> float:
    """Return height over width of an SVG, 1 where it does not say."""
    head = svg[:4096].decode("utf-8", "replace")
    box = re.search(r'viewBox="\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)', head)
    width, height = (float(box.group(1)), float(box.group(2))) if box else (1.0, 1.0)
    return height / width if width > 0 and height > 0 else 1.0


def _table_size(columns: int) -> float:
    """Return the type size, in points, of a table with so many columns."""
    return 9.5 if columns <= 6 else 8.5 if columns <= 9 else 7.5 if columns <= 12 else 6.5


def _decimals(text: str) -> str | None:
    """Return a number's part from the decimal point on, or None if the text is no decimal number."""
    match = _NUMBER.fullmatch(text)
    return text[match.start("decimals") :] if match and match.group("decimals") else "" if match else None
