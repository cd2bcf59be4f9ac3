"""How much fits into the columns of a table, in characters: widths that hold every word, and lines of a row."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from detente.display import width
from detente.reports.characters import soften
from detente.reports.math_alphabet import math_pieces
from detente.reports.spans import Math, as_spans, plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.elements import Column
    from detente.reports.spans import Inline

__all__ = ["PADDING", "SYMBOL", "at_most", "balanced", "characters", "lines_of", "rooms", "roomy", "seen"]

#: What stands for a symbol of a formula.
SYMBOL = "\u25ab"
#: Characters beside a cell's text: the space that keeps columns apart.
PADDING = 2.4
#: How much wider bold letters are.
_BOLD = 1.12
#: Longest word for which other columns make room.
_LONGEST = 18
#: Longest cell and heading of a Chinese table that other columns leave in one line, where there is room and where there is little.
_ONE_LINE = ((24, 16), (20, 14), (16, 14), (12, 14), (9, 14), (16, 9), (9, 9), (8, 7), (7, 6))
#: Where Chinese meets other letters.
_EDGES = re.compile("(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[\u4e00-\u9fff])")
#: Columns beyond which a table is very wide.
_MANY = 12
#: Width beyond which a longer text asks for no more.
_MOST = 130.0
_UPRIGHT = re.compile(r'upright\("([^"]*)"\)')
#: A letter of words in a formula that has no other form in its source.
_CODE = re.compile(r"\\u\{[0-9a-f]+\}")
#: What the source of a formula has and its print has not.
_SYNTAX = re.compile(r"upright\(|[\s_^(),&\"]")
#: Words in an index, which are smaller.
_BELOW = re.compile(r'_\(upright\("([^"]*)"\)\)')
#: Where a line may break.
_BREAKS = re.compile("[\\s\u200b]+")


def characters(size: float) -> float:
    """Return about how many characters of a type size, in points, fit the width of the text.

    Examples
    --------
    >>> characters(9.5), characters(8.5)
    (92.0, 102.8)
    """
    return round(92.0 * 9.5 / size, 1)


def seen(inline: Inline) -> str:
    """Return inline content as text about as wide as it is printed: of a formula one sign for each of its symbols.

    Examples
    --------
    >>> from detente.reports.spans import Math
    >>> seen(("at ", Math("delta_(u) + b", "delta_u + b")))
    'at ▫▫ +▫'
    """
    return "".join(
        " ".join(map(_signs, math_pieces(span.source) or (span.source,))) if isinstance(span, Math) else plain_text((span,))
        for span in as_spans(inline)
    )


def _signs(piece: str) -> str:
    piece = _BELOW.sub(lambda below: " a" * len(_CODE.sub("a", below[1])) + " ", piece)
    words = _CODE.sub("\u25ab\u25ab", "".join(_UPRIGHT.findall(piece)))
    letters = re.sub(r"[a-zA-Z.]{2,}|\d+(?:\.\d+)?|[A-Za-z]", "\u25ab", _UPRIGHT.sub("", piece).replace("frac(", "("))
    return "\u25ab" * len(words) + re.sub(r"[\s_^(),&\"]", "", letters)


def roomy(columns: Sequence[Column], texts: Sequence[Sequence[str]], room: float) -> list[Column]:
    """Return columns in which every word has the room that it needs, at the cost of those that have more.

    ``texts`` are the cells of each column, ``room`` the characters of a line. Columns without a width are left to the
    typesetter, and so is a table whose words need more than a line.

    Examples
    --------
    >>> from detente.reports.elements import Column
    >>> [column.width for column in roomy([Column("probability", width=1), Column("b", width=9)], [["x"], ["y"]], 50)]
    [14.72, 35.28]
    """
    if any(column.width is None for column in columns):
        return list(columns)
    given = [column.width or 1.0 for column in columns]
    needed = [
        max(_BOLD * _word(plain_text(column.header)), *(map(_word, own or ("",)))) + PADDING
        for column, own in zip(columns, texts, strict=True)
    ]
    if sum(needed) >= room:
        return list(columns)
    found = [room * each / sum(given) for each in given]
    for _ in columns:
        short = sum(max(0.0, need - own) for need, own in zip(needed, found, strict=True))
        spare = sum(max(0.0, own - need) for need, own in zip(needed, found, strict=True))
        if short < 1e-9:
            return list(columns) if found == [room * each / sum(given) for each in given] else [
                replace(column, width=round(own, 2)) for column, own in zip(columns, found, strict=True)
            ]  # fmt: skip
        found = [max(need, own - (own - need) * short / spare) for need, own in zip(needed, found, strict=True)]
    return [replace(column, width=round(own, 2)) for column, own in zip(columns, found, strict=True)]


def balanced(columns: Sequence[Column], texts: Sequence[Sequence[str]], room: float) -> list[Column]:
    """Return the columns of a table in Chinese, which breaks between any two characters: as wide as what is in them.

    Short cells and headings stay in one line where the table is not longer for it, and long texts share the rest by their
    lengths. The widths that columns state are for the longer words of other languages.

    Examples
    --------
    >>> from detente.reports.elements import Column
    >>> [column.width for column in balanced([Column("a", width=9), Column("b")], [["\u53c2\u4e0e\u8005"], ["x" * 200]], 60)]
    [8.4, 51.6]
    """
    own = [[_printed(text) for text in (cells or ("",))] for cells in texts]
    heads = [_printed(plain_text(column.header)) for column in columns]
    padding = _padding(len(columns))
    wanted = [min(_MOST, max(head, *cells) + padding) for head, cells in zip(heads, own, strict=True)]
    if sum(wanted) <= room:
        return [replace(column, width=round(room * each / sum(wanted), 2)) for column, each in zip(columns, wanted, strict=True)]
    best: tuple[int, list[Column]] | None = None
    for longest, heading in _ONE_LINE:
        least = [
            max(min(head, heading), *(map(_word, cells or ("",))), *(each if column.align == "decimal" else min(each, longest) for each in widths))
            + padding
            for column, head, cells, widths in zip(columns, heads, texts, own, strict=True)
        ]
        if sum(least) > room:
            continue
        more = [max(0.0, want - need) for want, need in zip(wanted, least, strict=True)]
        part = (room - sum(least)) / (sum(more) or 1.0)
        found = [need + part * each for need, each in zip(least, more, strict=True)]
        lines = _lines(own, found, padding)
        if best is None or lines < best[0]:
            best = lines, [replace(column, width=round(each, 2)) for column, each in zip(columns, found, strict=True)]
    return roomy(columns, texts, room) if best is None else best[1]


def _lines(own: Sequence[Sequence[float]], widths: Sequence[float], padding: float) -> int:
    """Return the lines of all rows of a table in Chinese, from the printed widths of the cells of each column."""
    return sum(
        max(math.ceil(cell / max(1.0, wide - padding)) for cell, wide in zip(row, widths, strict=True)) for row in zip(*own, strict=True)
    )


def _padding(columns: int) -> float:
    """Return the characters that keep a column apart; those of a very wide table stand closer."""
    return PADDING if columns <= _MANY else 0.55 * PADDING


def _printed(text: str) -> float:
    """Return the width of a text in Chinese as it is printed: with the space beside other letters, and wide signs."""
    symbols = 0.3 * text.count("\u25ab") + 0.5 * sum(text.count(sign) for sign in "+=<>\u2265\u2264-")
    letters = 2 * len(text) - width(text)  # those that are narrow, of which most are numerals
    spaces = 0.5 * len(_EDGES.findall(text)) + 0.7 * text.count("%")
    return width(text) - 0.07 * letters + spaces + (symbols if "\u25ab" in text else 0.0)


def lines_of(columns: Sequence[Column], texts: Sequence[Sequence[str]], room: float) -> list[int]:
    """Return about how many lines each row takes."""
    total = sum(column.width or 1.0 for column in columns)
    each = [max(4.0, room * (column.width or 1.0) / total - PADDING) for column in columns]
    return [
        max((int(1.08 * width(text) / own) + 1 for text, own in zip(row, each, strict=True)), default=1)
        for row in zip(*texts, strict=True)
    ]


def rooms(columns: Sequence[Column], room: float) -> list[float]:
    """Return about how many characters fit into each column; 0 where the typesetter finds the widths.

    Examples
    --------
    >>> from detente.reports.elements import Column
    >>> rooms([Column("a", width=1), Column("b", width=3)], 40), rooms([Column("a")], 40)
    ([7.6, 27.6], [0.0])
    """
    if any(column.width is None for column in columns):
        return [0.0 for _ in columns]
    total = sum(column.width or 0.0 for column in columns)
    return [max(0.0, room * (column.width or 0.0) / total - PADDING) for column in columns]


def at_most(source: str) -> float:
    """Return a width, in characters, that a formula of one line never exceeds; infinity for fractions and cases.

    A letter is at most about twice as wide as the mean one, an operator with the space around it three times.

    Examples
    --------
    >>> at_most('c_(upright("reb"))'), at_most("a - b"), at_most("frac(a, b)")
    (8.4, 7.4, inf)
    """
    if "frac(" in source or "cases(" in source:
        return math.inf
    signs = _SYNTAX.sub("", source)
    letters = sum(each.isalnum() or each == "." for each in signs)
    return round(2.1 * letters + 3.2 * (len(signs) - letters), 1)


def _word(text: str) -> float:
    """Return the width of the longest piece of a text that stays together; of Chinese, which breaks anywhere, a few characters."""
    pieces = [piece for piece in _BREAKS.split(soften(text)) if piece]
    return max((width(each) if width(each) == len(each) else min(width(each), 8) for each in map(_capped, pieces)), default=0)


def _capped(piece: str) -> str:
    return piece[:_LONGEST]
