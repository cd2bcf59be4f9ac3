"""The nucleolus of a coalitional game, certified by Kohlberg's criterion.

Of all imputations (divisions of ``v(N)`` that give every player at least what it is worth alone) the nucleolus makes
the largest complaint ``v(S) - x(S)`` as small as possible, then the second largest, and so on (Schmeidler 1969). It is
found by at most n linear programs: each lowers the largest excess that can still be lowered, then fixes the coalitions
whose excess is the same in every optimum, which positive multipliers reveal, and with them all coalitions in their
span (Kopelowitz 1967; Maschler, Peleg and Shapley 1979; Reijnierse and Potters 1998).

The certificate knows nothing of that: an imputation is the nucleolus if and only if for every level a the coalitions
with excess at least a, together with the players who get no more than they are worth alone, are balanced with positive
weight on the former (Kohlberg 1971, Theorem 5).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import gcd
from typing import TYPE_CHECKING

from detente.errors import UsageError
from detente.games.coalitional import coalition_sums
from detente.numbers import exact, plain
from detente.solve.coalitional._cuts import Owed, maximize_over_coalitions
from detente.solve.coalitional.allocation import Allocation
from detente.solve.coalitional.core import membership

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.games.coalitional import CoalitionalGame

__all__ = ["is_nucleolus", "nucleolus"]


@lru_cache(maxsize=32)  # several questions ask for the nucleolus of the same game
def nucleolus(game: CoalitionalGame) -> Allocation:
    """Return the nucleolus, exact and certified.

    Raises
    ------
    UsageError
        If single players are together worth more than all: there is no imputation then.

    Notes
    -----
    *Cost.* At most n linear programs, and as many for the certificate, each with the few coalitions that bind; 11
    players in about a tenth of a second.

    References
    ----------
    D. Schmeidler (1969), SIAM Journal on Applied Mathematics 17, 1163-1170. E. Kohlberg (1971), SIAM Journal on Applied
    Mathematics 20, 62-66. H. Reijnierse and J. Potters (1998), Games and Economic Behavior 24, 77-96.

    Examples
    --------
    Three creditors are owed 100, 200 and 300; the estate is worth 200 (Aumann and Maschler 1985):

    >>> from detente.games.coalitional import CoalitionalGame
    >>> owed = {"a": 100, "b": 200, "c": 300}
    >>> estate = CoalitionalGame(list(owed), lambda s: max(0, 200 - sum(owed[i] for i in owed if i not in s)))
    >>> print(*nucleolus(estate).values())
    50 75 75
    """
    n = len(game.players)
    alone = [game.worth[1 << k] for k in range(n)]
    if sum(alone) > game.worth[-1]:
        raise UsageError(
            f"single players are together worth {plain(sum(alone))}, more than all together, {plain(game.worth[-1])}; "
            "expected a game with imputations"
        )
    basis = _Span([[1] * n])
    fixed_rows: list[list[int]] = [[1] * n]
    fixed_values = [game.worth[-1]]
    pool = dict.fromkeys(1 << k for k in range(n) if 1 << k != game.grand)
    floors = [[-int(j == k) for j in range(n)] + [0] for k in range(n)], [-each for each in alone]
    x: Sequence[Fraction] = ()
    owed = Owed(game.worth)
    while basis.rank < n:
        # variables x and e: minimize e over x(S) + e >= v(S) where that is not fixed yet, x_i >= v(i)
        open_ = basis.outside()
        pool = dict.fromkeys(mask for mask in pool if open_[mask])
        found, masks = maximize_over_coalitions(
            [0] * n + [-1],
            owed,
            pool,
            relief=1,
            more=floors,
            equal=([[*row, 0] for row in fixed_rows], fixed_values),
            counts=open_,
            few=basis.rank > 1,
        )
        assert found.x is not None
        assert found.at_most_prices is not None
        x = found.x[:n]
        level = found.x[n]
        before = basis.rank
        for mask, price in zip(masks, found.at_most_prices, strict=False):
            if price and basis.add(membership(game, mask)):
                fixed_rows.append(membership(game, mask))
                fixed_values.append(game.worth[mask] - level)
        for k, price in enumerate(found.at_most_prices[len(masks) :]):
            unit = [int(j == k) for j in range(n)]
            if price and basis.add(unit):
                fixed_rows.append(unit)
                fixed_values.append(alone[k])
        if basis.rank == before:
            raise AssertionError("a step of the nucleolus fixed nothing; please report")
    if not x:  # a single player
        x = (game.worth[-1],)
    payoffs = dict(zip(game.players, _solved(fixed_rows, fixed_values) if n > 1 else x, strict=True))
    if not is_nucleolus(game, payoffs):
        raise AssertionError("the nucleolus found fails Kohlberg's criterion; please report")
    note = "Certified: the coalitions at every level of excess are balanced (Kohlberg's criterion, checked exactly)."
    return Allocation("nucleolus", "a sequence of exact linear programs", payoffs, (note,), game.arithmetic)


def is_nucleolus(game: CoalitionalGame, payoffs: Mapping[str, object]) -> bool:
    """Return whether a division is the nucleolus, by Kohlberg's criterion alone.

    For every level: no direction y with ``y(N) = 0`` that is nonnegative on the coalitions with at least that excess
    and on the players held at what they are worth alone is positive on any of these coalitions.

    Examples
    --------
    >>> from detente.games.coalitional import CoalitionalGame
    >>> majority = CoalitionalGame("a b c".split(), lambda s: int(len(s) > 1))
    >>> third = {"a": "1/3", "b": "1/3", "c": "1/3"}
    >>> is_nucleolus(majority, third), is_nucleolus(majority, {"a": "1/2", "b": "1/2", "c": 0})
    (True, False)
    """
    n = len(game.players)
    x = [exact(payoffs[name]) for name in game.players]
    alone = [game.worth[1 << k] for k in range(n)]
    if sum(x) != game.worth[-1] or any(own < least for own, least in zip(x, alone, strict=True)):
        return False
    held = [[-int(j == k) for j in range(n)] for k in range(n) if x[k] == alone[k]]
    box = [[sign * int(j == k) for j in range(n)] for k in range(n) for sign in (1, -1)]
    # what coalitions get beyond what they are worth, in integers: the more, the less their excess
    surplus = Owed(game.worth).margins(x, Fraction(0))
    at: dict[int, list[int]] = {}
    for mask in range(1, game.grand):
        at.setdefault(surplus[mask], []).append(mask)
    span = _Span([[1] * n])
    above: list[list[int]] = []
    nothing, counts = Owed([Fraction(0)] * len(game.worth)), [False] * len(game.worth)
    pool: dict[int, None] = {}
    for level in sorted(at):
        new = [membership(game, mask) for mask in at[level]]
        above += new
        for mask in at[level]:
            counts[mask] = True
        if all(span.holds(row) for row in new):  # y vanishes on the span of what was balanced before
            continue
        # maximize y(S) summed over these coalitions, y(S) >= 0, y(i) >= 0 for the held, y(N) = 0, |y| <= 1
        found, _ = maximize_over_coalitions(
            [sum(row[k] for row in above) for k in range(n)],
            nothing,
            pool,
            more=([*held, *box], [0] * len(held) + [1] * len(box)),
            equal=([[1] * n], [0]),
            counts=counts,
            few=True,
        )
        if found.value != 0:
            return False
        for row in new:
            span.add(row)
        if span.rank == n:
            return True
    return True


class _Span:
    """The span of integer rows, by integer vectors at right angles to all of them."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self._width = len(rows[0])
        self._normals = [[int(j == k) for j in range(self._width)] for k in range(self._width)]
        for row in rows:
            self.add(row)

    @property
    def rank(self) -> int:
        return self._width - len(self._normals)

    def holds(self, row: Sequence[int]) -> bool:
        """Return whether the row lies in the span."""
        return not any(_product(row, normal) for normal in self._normals)

    def outside(self) -> list[bool]:
        """Return by number of a coalition whether its row of zeros and ones lies outside the span."""
        normals = self._normals or [[0] * self._width]
        return [any(products) for products in zip(*map(coalition_sums, normals), strict=True)]

    def add(self, row: Sequence[int]) -> bool:
        """Add a row; return whether it was outside the span."""
        products = [_product(row, normal) for normal in self._normals]
        place = next((k for k, each in enumerate(products) if each), None)
        if place is None:
            return False
        chosen, by = self._normals[place], products[place]
        turned = [
            [by * a - own * b for a, b in zip(normal, chosen, strict=True)]
            for k, (normal, own) in enumerate(zip(self._normals, products, strict=True)) if k != place
        ]  # fmt: skip
        self._normals = [[each // gcd(*normal) for each in normal] for normal in turned]
        return True


def _product(row: Sequence[int], normal: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(row, normal, strict=True) if a)


def _solved(rows: Sequence[Sequence[int]], values: Sequence[Fraction]) -> list[Fraction]:
    """Return the only solution of square independent equations."""
    from sympy.polys.domains import QQ
    from sympy.polys.matrices import DomainMatrix

    n = len(rows)
    left = DomainMatrix([[QQ(each) for each in row] for row in rows], (n, n), QQ)
    right = DomainMatrix([[QQ(each.numerator, each.denominator)] for each in values], (n, 1), QQ)
    return [Fraction(int(each.numerator), int(each.denominator)) for each in left.lu_solve(right).to_list_flat()]
