"""Rankings of the four cells of a 2x2 game: ties, relabelling, equilibria; reading ranks from text.

Cells come in the order (C, C), (C, D), (D, C), (D, D), the first player's strategy first.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import permutations
from typing import Any

from detente.errors import UsageError

__all__ = [
    "CELLS",
    "FLIPS",
    "dense_ranks",
    "pure_ranks",
    "rank_pair",
    "relabelled",
    "same_game",
    "strict_rankings",
]

#: Cells in the order (C, C), (C, D), (D, C), (D, D).
CELLS = ((0, 0), (0, 1), (1, 0), (1, 1))

#: Ways to relabel the strategies of both players.
FLIPS = ((False, False), (False, True), (True, False), (True, True))


def rank_pair(cell: object, i: int, j: int) -> tuple[int, int]:
    if isinstance(cell, str):
        match = re.fullmatch(r"\s*(\d{1,6})\s*[,;\s]\s*(\d{1,6})\s*", cell, re.ASCII)
        numbers: tuple[Any, ...] = () if match is None else tuple(map(int, match.groups()))
    else:
        numbers = tuple(cell) if isinstance(cell, (tuple, list)) else ()
    if len(numbers) != 2 or not all(
        isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in numbers
    ):
        raise UsageError(f"found {cell!r} in row {i + 1}, column {j + 1}; expected two ranks, as in '4,3'")
    return numbers[0], numbers[1]


def dense_ranks(values: list[Any], slack: Any) -> tuple[int, ...]:
    """Return ranks from 1 (worst) up, equal where neighbors in the order differ by at most the slack."""
    order = sorted(range(4), key=values.__getitem__)
    ranks, current = [0] * 4, 1
    for before, here in zip([order[0], *order], order, strict=False):
        current += int(values[here] - values[before] > slack)
        ranks[here] = current
    return tuple(ranks)


def relabelled(ranks: tuple[int, ...], flips: tuple[bool, bool]) -> tuple[int, ...]:
    """Relabel rows and columns of a list of cells."""
    return tuple(ranks[2 * (i ^ flips[0]) + (j ^ flips[1])] for i, j in CELLS)


def transposed(ranks: tuple[int, ...]) -> tuple[int, ...]:
    """Exchange rows and columns."""
    return ranks[0], ranks[2], ranks[1], ranks[3]


def same_game(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Return True if exchanging the players gives the same game up to the labels of strategies."""
    return any(
        relabelled(transposed(second), flips) == first and relabelled(transposed(first), flips) == second
        for flips in FLIPS
    )


def pure_ranks(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Return the ranks at the pure equilibria of a list of cells."""
    return tuple(
        (a[2 * i + j], b[2 * i + j])
        for i, j in CELLS
        if a[2 * i + j] >= a[2 * (1 - i) + j] and b[2 * i + j] >= b[2 * i + 1 - j]
    )


@cache
def strict_rankings(ranks: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return every strict ranking that keeps the strict preferences of a ranking with ties."""
    return [
        each
        for each in permutations((1, 2, 3, 4))
        if all(each[p] < each[q] for p in range(4) for q in range(4) if ranks[p] < ranks[q])
    ]
