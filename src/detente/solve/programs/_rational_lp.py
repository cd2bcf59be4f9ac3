"""Linear programs in exact arithmetic: the simplex method in integers, with Bland's rule.

Made for the small programs of the tree solvers (tens of variables and rows), where a float answer would need
a proof of its own. Every entry of the tableau is an integer over one common denominator, so no fraction is
ever reduced (Edmonds 1967; Avis, Rosenberg, Savani and von Stengel 2010, section 2.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Optimum", "maximize"]


@dataclass(frozen=True, slots=True)
class Optimum:
    """The largest value (None where there is none) and a point that attains it."""

    value: Fraction | None
    point: tuple[Fraction, ...]


def maximize(
    objective: Sequence[Fraction | int],
    equal: Sequence[tuple[Sequence[Fraction | int], Fraction | int]] = (),
    at_least: Sequence[tuple[Sequence[Fraction | int], Fraction | int]] = (),
) -> Optimum | None:
    """Maximize ``objective . x`` over ``x >= 0``, ``row . x = right`` and ``row . x >= right``.

    Returns None if no x satisfies the constraints; an :class:`Optimum` with value None if the objective is
    unbounded.

    Examples
    --------
    >>> maximize([1, 1], at_least=[([-1, -2], -4), ([-3, -1], -6)])
    Optimum(value=Fraction(14, 5), point=(Fraction(8, 5), Fraction(6, 5)))
    >>> maximize([1], at_least=[([1], 2), ([-1], -1)]) is None
    True
    """
    n = len(objective)
    width = n + len(at_least)
    table: list[list[int]] = []
    basis: list[int] = []
    for row, right in equal:
        entries = _integers([*row, *([0] * len(at_least)), right])
        table.append(entries if entries[-1] >= 0 else [-x for x in entries])
        basis.append(-1)
    for k, (row, right) in enumerate(at_least):
        entries = _integers([*row, right])
        slack = [0] * len(at_least)
        if entries[-1] <= 0:
            slack[k] = 1
            table.append([*(-x for x in entries[:-1]), *slack, -entries[-1]])
            basis.append(n + k)
        else:
            slack[k] = -1
            table.append([*entries[:-1], *slack, entries[-1]])
            basis.append(-1)
    artificial = [r for r, b in enumerate(basis) if b < 0]
    for k, r in enumerate(artificial):
        basis[r] = width + k
    cost = [-sum(table[r][j] for r in artificial) for j in range(width + 1)]
    table.append(cost)
    denominator = _optimize(table, basis, width, 1)
    assert denominator is not None  # the sum of artificial variables is bounded below
    if table[-1][-1] != 0:
        return None
    table.pop()
    denominator = _expel(table, basis, width, denominator)
    scaled = _integers([*objective, 0])[:-1]
    unit = next((Fraction(o) / s for o, s in zip(objective, scaled, strict=True) if s), Fraction(1))
    padded = [*scaled, *([0] * len(at_least))]
    table.append(
        [
            sum(padded[b] * table[r][j] for r, b in enumerate(basis))
            - (padded[j] * denominator if j < width else 0)
            for j in range(width + 1)
        ]
    )
    last = _optimize(table, basis, width, denominator)
    bounded = last is not None
    denominator = last if last is not None else denominator
    point = [Fraction(0)] * n
    if bounded:
        for r, b in enumerate(basis):
            if b < n:
                point[b] = Fraction(table[r][-1], denominator)
    return Optimum(unit * Fraction(table[-1][-1], denominator) if bounded else None, tuple(point))


def _integers(row: Sequence[Fraction | int]) -> list[int]:
    """Return a positive multiple of a row in coprime integers."""
    scale = lcm(*(x.denominator for x in row))
    whole = [int(x * scale) for x in row]
    common = gcd(*whole)
    return [x // common for x in whole] if common > 1 else whole


def _pivot(table: list[list[int]], row: int, column: int, denominator: int) -> int:
    """Bring ``column`` into the basis at ``row`` and return the new common denominator."""
    pivot, own = table[row][column], table[row]
    for r, entries in enumerate(table):
        if r != row:
            factor = entries[column]
            if factor:
                table[r] = [
                    (x * pivot - factor * y) // denominator for x, y in zip(entries, own, strict=True)
                ]
            elif pivot != denominator:
                table[r] = [x * pivot // denominator for x in entries]
    return pivot


def _optimize(table: list[list[int]], basis: list[int], width: int, denominator: int) -> int | None:
    """Pivot until the last row has no negative entry; return the denominator, or None where unbounded."""
    while True:
        cost = table[-1]
        column = next((j for j in range(width) if cost[j] < 0), None)
        if column is None:
            return denominator
        best: int | None = None
        for r, b in enumerate(basis):
            entry = table[r][column]
            if entry > 0:
                if best is None:
                    best = r
                    continue
                compared = table[r][-1] * table[best][column] - table[best][-1] * entry
                if compared < 0 or (compared == 0 and b < basis[best]):
                    best = r
        if best is None:
            return None
        denominator = _pivot(table, best, column, denominator)
        basis[best] = column


def _expel(table: list[list[int]], basis: list[int], width: int, denominator: int) -> int:
    """Take artificial variables, all zero by now, out of the basis; drop rows that say nothing."""
    for r in reversed(range(len(basis))):
        if basis[r] < width:
            continue
        column = next((j for j in range(width) if table[r][j]), None)
        if column is None:
            del table[r], basis[r]
            continue
        if table[r][column] < 0:
            table[r] = [-x for x in table[r]]
        denominator = _pivot(table, r, column, denominator)
        basis[r] = column
    return denominator
