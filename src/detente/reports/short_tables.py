"""Widths of columns that make a table short: room goes to where a line is saved, from where none is lost.

The widths that a table states are a beginning. Words are measured with the widths of the letters of the text face, so that what is
said to fit a line does.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from detente.display import width
from detente.reports.characters import BREAK, CJK, soften
from detente.reports.room import PADDING, SYMBOL, roomy
from detente.reports.spans import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detente.reports.elements import Column

__all__ = ["shortened"]

#: Widths of letters in hundredths of the type size; what is not here is as wide as a numeral.
_LETTERS = dict(zip(
    "abcdefghijklmnopqrstuvwxyz ,.;:()-'%\u2192",
    (46, 50, 43, 51, 46, 32, 49, 54, 28, 29, 52, 27, 80, 54, 51, 52, 51, 38, 40, 34, 53, 50, 75, 51, 51, 44, 25, 24, 24, 24, 24, 31, 31, 34, 24, 82, 95),
    strict=True,
))  # fmt: skip
_NUMERAL, _CAPITAL, _SIGN = 50, 67, 62
#: Hundredths of the type size of one character, as widths of columns are counted.
_ONE = 50.5
_BOLD, _SAFE = 1.09, 1.03
#: What is moved from one column to another at a time, in characters, and how often.
_STEPS, _ROUNDS = (1.5, 3.0, 5.0, 8.0, 12.0, 17.0), 14
#: Characters up to which a text is not broken for the sake of other columns.
_TOGETHER = 18.0
#: Rows that are measured.
_ROWS = 80


def shortened(columns: Sequence[Column], texts: Sequence[Sequence[str]], room: float) -> list[Column]:
    """Return columns with widths at which the rows take the fewest lines that were found; ties leave them as they are stated.

    Parameters
    ----------
    columns
        The columns of a table.
    texts
        The cells of each column, as text.
    room
        The characters of a line.

    Notes
    -----
    Cost: about a millisecond for ten rows, twenty for eighty, which is the most that is measured.

    Examples
    --------
    >>> from detente.reports.elements import Column
    >>> chosen = shortened([Column("a", width=1), Column("b", width=9)], [["United States"] * 9, ["yes"] * 9], 50)
    >>> [round(column.width) for column in chosen]
    [16, 34]
    """
    chosen = roomy(columns, texts, room)
    if len(chosen) < 2 or any(column.width is None for column in chosen):
        return chosen
    total = sum(column.width or 0.0 for column in chosen)
    found = [room * (column.width or 0.0) / total - PADDING for column in chosen]
    cells = [_Cells(column, cell, own) for column, cell, own in zip(chosen, texts, found, strict=True)]
    began, lines = list(found), _lines(cells, found)
    least = _least(cells)
    for _ in range(_ROUNDS):
        if lines == least:
            break
        fewest, best = _best(cells, found, lines)
        if fewest == lines:
            break
        lines, found = fewest, best
    if found == began:
        return chosen
    return [replace(column, width=round(own + PADDING, 2)) for column, own in zip(chosen, found, strict=True)]


class _Cells:
    """The cells of one column, and the lines that each takes at a width.

    ``own`` is the width that the column has. No other is so narrow that a number, a word, a short text or a formula breaks that it holds.
    """

    def __init__(self, column: Column, texts: Sequence[str], own: float) -> None:
        rows = list(texts[:: -(-len(texts) // _ROWS) or 1])
        self.words = [[_measured(word) for word in _words(text)] for text in rows]
        heads = [text for text in (plain_text(column.header), column.unit) if text]
        self.heads = [[_BOLD * _measured(word) for word in _words(text)] for text in heads]
        every = [word for words in (*self.words, *self.heads) for word in words]
        lengths = [_length(words) for words in self.words]
        whole = [
            length for length, text in zip(lengths, rows, strict=True) if length <= _TOGETHER or SYMBOL in text or column.align == "decimal"
        ]
        self.least = min(own, max([*every, *whole], default=0.0))
        self.known: dict[float, tuple[int, ...]] = {}

    def lines(self, own: float) -> tuple[int, ...]:
        """Return the lines of the head and of each cell."""
        key = round(own, 1)
        if key not in self.known:
            head = sum(_wrapped(words, key) for words in self.heads)
            self.known[key] = (head, *(_wrapped(words, key) for words in self.words))
        return self.known[key]


def _lines(cells: Sequence[_Cells], widths: Sequence[float]) -> int:
    """Return the lines of a table at some widths."""
    return sum(map(max, *(each.lines(own) for each, own in zip(cells, widths, strict=True))))


def _least(cells: Sequence[_Cells]) -> int:
    """Return the lines of a table with all the room in the world."""
    return _lines(cells, [1e6] * len(cells))


def _best(cells: Sequence[_Cells], widths: list[float], lines: int) -> tuple[int, list[float]]:
    """Return the fewest lines that one move leaves and its widths, those given where none leaves fewer than ``lines``.

    A move brings room to one column from another, or from all others by what they can spare. What gives takes no fewer lines than
    before, so that a column which would save none by itself need not be tried with each giver.
    """
    spare = [own - each.least for own, each in zip(widths, cells, strict=True)]
    now = [each.lines(own) for own, each in zip(widths, cells, strict=True)]
    others = {
        to: [max(row) for row in zip(*(own for place, own in enumerate(now) if place != to), strict=True)]
        for to, each in enumerate(cells) if now[to] != each.lines(1e6)
    }  # fmt: skip
    fewest, best = lines, widths
    for step in _STEPS:
        for to, rest in others.items():
            if sum(map(max, rest, cells[to].lines(widths[to] + step))) >= fewest:
                continue
            for moved in _moves(widths, spare, to, step):
                left = _lines(cells, moved)
                if left < fewest:
                    fewest, best = left, moved
    return fewest, best


def _moves(widths: Sequence[float], spare: Sequence[float], to: int, step: float) -> Iterator[list[float]]:
    """Yield widths with room moved to a column, from each that can spare it and from all together."""
    givers = [place for place in range(len(widths)) if place != to]
    for giver in givers:
        if spare[giver] >= step:
            yield [own + step * ((place == to) - (place == giver)) for place, own in enumerate(widths)]
    have = sum(spare[giver] for giver in givers)
    if have >= step:
        yield [own + step if place == to else own - step * spare[place] / have for place, own in enumerate(widths)]


def _words(text: str) -> list[str]:
    """Return what stays together in a text: its words; Chinese may break anywhere."""
    return CJK.sub(lambda run: f" {' '.join(run[0])} ", soften(text).replace(BREAK, " ")).split()


def _wrapped(words: Sequence[float], own: float) -> int:
    """Return the lines that words take, one at least."""
    lines, used = 1, 0.0
    for word in words:
        if used and used + _SPACE + word > own:
            lines, used = lines + 1, word
        else:
            used += word + (_SPACE if used else 0.0)
    return lines


def _length(words: Sequence[float]) -> float:
    return sum(words) + _SPACE * max(0, len(words) - 1)


@lru_cache(maxsize=50_000)
def _measured(word: str) -> float:
    """Return the width of a word in characters."""
    return sum(map(_letter, word)) * _SAFE / _ONE


def _letter(letter: str) -> float:
    if letter in _LETTERS:
        return _LETTERS[letter]
    if letter.isdigit():
        return _NUMERAL
    return _CAPITAL if letter.isupper() else _SIGN * width(letter)


_SPACE = _LETTERS[" "] / _ONE
