"""Proof that the indifference equations on a support have one solution in a small box.

The operator of Krawczyk (1969) maps a box X to K = c - Y F(c) + (I - Y J(X)) (X - c), with c its center, F
the equations, J(X) an enclosure of their derivatives over X and Y any matrix. If K lies inside X, the
equations have a solution in X, it is the only one in X, and it lies in K (Neumaier 1990, Theorem 5.1.8). All
of it is computed here in ball arithmetic with outward rounding, from the integer payoffs of the game; floats
enter only as a guess at c.

References
----------
R. Krawczyk (1969), "Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken", Computing 4,
187-201. A. Neumaier (1990), Interval Methods for Systems of Equations, Cambridge University Press.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Box", "SupportSystem"]

Supports = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Box:
    """One ball per strategy of each support, with exactly one solution, the only one in ``unique``."""

    balls: tuple[tuple[Any, ...], ...]
    unique: tuple[tuple[Any, ...], ...]


class SupportSystem:
    """The indifference equations of a game on a support, and the gains from leaving it.

    Parameters
    ----------
    tables : sequence of arrays of int
        Payoffs per player, axis k for player k, as integers (each player's payoffs may be scaled and
        shifted).
    supports : tuple of tuples of int
    """

    def __init__(self, tables: Sequence[Any], supports: Supports) -> None:
        import flint

        self.supports = supports
        self.mixing = tuple(i for i, own in enumerate(supports) if len(own) > 1)
        self.sizes = tuple(len(own) for own in supports)
        lift = np.vectorize(flint.fmpz, otypes=[object])
        self.equations: dict[int, Any] = {}
        self.outside: dict[int, Any] = {}
        for i, table in enumerate(tables):
            rest = [s for s in range(table.shape[i]) if s not in supports[i]]
            order = [*supports[i], *rest]
            block = np.moveaxis(
                table[np.ix_(*(order if j == i else own for j, own in enumerate(supports)))], i, 0
            )
            block = block.reshape(len(order), *(self.sizes[j] for j in self.mixing if j != i))
            gains = block[1:] - block[:1]
            gains = lift(gains) if gains.size else gains
            self.equations[i] = gains[: self.sizes[i] - 1]
            self.outside[i] = gains[self.sizes[i] - 1 :]

    def gains(self, table: Any, player: int, point: Sequence[Sequence[Any]], spare: int | None = None) -> Any:
        """Contract a table of gains with the others' weights; the axis of ``spare`` is left, last."""
        others = [j for j in self.mixing if j != player]
        if spare is not None:
            table = np.moveaxis(table, 1 + others.index(spare), 1)
        for j in reversed([j for j in others if j != spare]):
            weights = [_scalar(weight) for weight in point[j]]
            table = sum(
                (table[..., k] * weights[k] for k in range(1, len(weights))), start=table[..., 0] * weights[0]
            )
        return table

    def values(self, point: Sequence[Sequence[Any]]) -> list[Any]:
        """Return the equations at a point, which has weights on the support for every player."""
        return [value for i in self.mixing for value in self.gains(self.equations[i], i, point)]

    def derivatives(self, point: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """Return the derivatives by the weights of all but the first strategy of each support."""
        rows: list[list[Any]] = []
        for i in self.mixing:
            block: list[list[Any]] = [[] for _ in range(self.sizes[i] - 1)]
            for j in self.mixing:
                if i == j:
                    part = np.zeros((self.sizes[i] - 1, self.sizes[i] - 1), dtype=object)
                else:
                    each = self.gains(self.equations[i], i, point, spare=j)
                    part = each[:, 1:] - each[:, :1]
                for row, more in zip(block, part, strict=True):
                    row.extend(more)
            rows += block
        return rows

    def full(self, free: Sequence[Any]) -> tuple[tuple[Any, ...], ...]:
        """Return weights on the support from the free ones: the first weight is what the others leave."""
        import flint

        point, at = [], 0
        for size in self.sizes:
            own = list(free[at : at + size - 1])
            at += size - 1
            rest = flint.arb(1)
            for each in own:
                rest = rest - each
            point.append((rest, *own))
        return tuple(point)

    @staticmethod
    def free(point: Sequence[Sequence[Any]]) -> list[Any]:
        """Return the free weights of a point."""
        return [weight for own in point for weight in own[1:]]

    def newton(self, free: Sequence[Any], bits: int) -> tuple[list[Any], Any] | None:
        """Return the solution near ``free``, unproved, and near-inverse derivatives there."""
        import flint

        center = [flint.arb(each).mid() for each in free]
        if not center:
            return [], None
        precision = 64
        stall = 0
        while True:
            with flint.ctx.workprec(min(2 * precision, bits) + 64):
                point = self.full(center)
                try:
                    matrix = flint.arb_mat(self.derivatives(point)).mid()
                    inverse = matrix.inv().mid()
                except ZeroDivisionError:
                    return None
                step = inverse * flint.arb_mat([[value] for value in self.values(point)])
                center = [(old - step[k, 0]).mid() for k, old in enumerate(center)]
                size = max(abs(step[k, 0]) for k in range(len(center)))
                if not size < 1e6:
                    return None
                done = size < flint.arb(2) ** -(min(2 * precision, bits) // 2 + 8)
            if done and precision >= bits:
                return center, inverse
            if done:
                precision *= 2
                stall = 0
            elif (stall := stall + 1) > 30:
                return None

    def prove(self, free: Sequence[Any], bits: int = 128) -> Box | None:
        """Return a box near ``free`` proved to hold exactly one solution, or None."""
        import flint

        found = self.newton(free, bits)
        if found is None:
            return None
        center, inverse = found
        if not center:
            point = tuple((flint.arb(1),) for _ in self.sizes)
            return Box(point, point)
        with flint.ctx.workprec(bits + 96):
            image = self._krawczyk(center, inverse, flint.arb(2) ** -(bits - 8))
            if image is None:
                return None
            for power in (6, 10, 16, 24, 40, bits - 8):
                radius = flint.arb(2) ** -power
                if self._krawczyk(center, inverse, radius) is not None:
                    unique = [flint.arb(each, radius) for each in center]
                    return Box(self.full(image), self.full(unique))
        return None

    def _krawczyk(self, center: Sequence[Any], inverse: Any, radius: Any) -> list[Any] | None:
        """Return K(X) for the box of that radius about ``center`` if it lies inside X, else None."""
        import flint

        total = len(center)
        box = [flint.arb(each, radius) for each in center]
        value = inverse * flint.arb_mat([[each] for each in self.values(self.full(center))])
        slopes = flint.arb_mat(self.derivatives(self.full(box)))
        identity = flint.arb_mat([[int(i == j) for j in range(total)] for i in range(total)])
        spread = (identity - inverse * slopes) * flint.arb_mat([[flint.arb(0, radius)] for _ in center])
        image = [center[k] - value[k, 0] + spread[k, 0] for k in range(total)]
        return image if all(box[k].contains_interior(image[k]) for k in range(total)) else None

    def signs(self, box: Box) -> tuple[bool | None, list[tuple[str, int, int]]]:
        """Return whether the solution in a box is an equilibrium on this support, and what is in doubt.

        True: every weight is positive and every gain from leaving is at most zero. False: one of these is
        refuted. None: the listed ones, ("weight" or "gain", player, position), cannot be told from zero at
        this precision.
        """
        doubts = []
        for i, own in enumerate(box.balls):
            for k, weight in enumerate(own):
                if weight < 0:
                    return False, []
                if not weight > 0:
                    doubts.append(("weight", i, k))
        for i in range(len(self.sizes)):
            for k, gain in enumerate(
                self.gains(self.outside[i], i, box.balls) if len(self.outside[i]) else ()
            ):
                if gain > 0:
                    return False, []
                if not gain <= 0:
                    doubts.append(("gain", i, k))
        return (None if doubts else True), doubts

    def degree_bound(self) -> int:
        """Return the most isolated solutions the equations can have (multihomogeneous Bezout number).

        The coefficient of prod h_j^(d_j - 1) in prod_i (sum over j != i of h_j)^(d_i - 1) (McKelvey and
        McLennan 1997, "The maximal number of regular totally mixed Nash equilibria", Journal of Economic
        Theory 72).
        """
        want = tuple(self.sizes[j] - 1 for j in self.mixing)
        terms = {(0,) * len(want): 1}
        for position, exponent in enumerate(want):
            for _ in range(exponent):
                fresh: dict[tuple[int, ...], int] = {}
                for powers, count in terms.items():
                    for j in range(len(want)):
                        if j != position and powers[j] < want[j]:
                            key = (*powers[:j], powers[j] + 1, *powers[j + 1 :])
                            fresh[key] = fresh.get(key, 0) + count
                terms = fresh
        return terms.get(want, 0)


def _scalar(value: Any) -> Any:
    """Return an object as an array without axes: NumPy takes a polynomial for a sequence."""
    array = np.empty((), dtype=object)
    array[()] = value
    return array
