"""Cells of many supports of the same sizes, as arrays: bounds at vertices, derivatives, cutting in two.

See :mod:`detente.solve.many_players._cells` for what they are for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["EPS", "INFLATION", "Batch", "ScaledPayoffs"]

Supports = tuple[tuple[int, ...], ...]

#: Relative inflation of a cell on which the equations must be one-to-one before Newton's method is believed.
INFLATION = 0.25
#: Spacing of floats at 1: twice the largest relative rounding error.
EPS = 2.0**-52


@dataclass(frozen=True)
class ScaledPayoffs:
    """Payoffs per player as float64 between 0 and 1, with the bits that they take exactly."""

    tables: tuple[Floats, ...]
    bits: tuple[int, ...]

    def error(self, player: int, halvings: int) -> float:
        """Return a bound on the rounding error of a payoff difference after some halvings; 0 while exact."""
        if self.bits[player] + halvings + 1 <= 53:
            return 0.0
        return (halvings + 6) * EPS


@dataclass
class Batch:
    """Cells of supports of the same sizes.

    ``gains[i]`` has shape (cells, strategies of i - 1, vertices of each other mixing player ...): what player
    i's other strategies, those of the support first, yield above the first one of the support. ``corners[j]``
    has shape (cells, d_j, d_j): the vertices of the j-th mixing player's simplex as probabilities on its
    support.
    """

    payoffs: ScaledPayoffs
    sizes: tuple[int, ...]
    mixing: tuple[int, ...]
    gains: list[Floats]
    corners: list[Floats]
    owner: npt.NDArray[np.int64]
    halvings: int = 0

    @classmethod
    def start(cls, payoffs: ScaledPayoffs, supports: Sequence[Supports]) -> Batch:
        sizes = tuple(len(own) for own in supports[0])
        mixing = tuple(i for i, size in enumerate(sizes) if size > 1)
        count, players = len(supports), len(sizes)
        own = [np.array([each[i] for each in supports], dtype=np.int64) for i in range(players)]
        gains = []
        for i, table in enumerate(payoffs.tables):
            total = table.shape[i]
            rest = np.ones((count, total), dtype=bool)
            np.put_along_axis(rest, own[i], values=False, axis=1)
            outside = np.nonzero(rest)[1].reshape(count, total - sizes[i])
            index = []
            for j in range(players):
                chosen = np.concatenate([own[i], outside], axis=1) if j == i else own[j]
                shape = [count] + [1] * players
                shape[j + 1] = chosen.shape[1]
                index.append(chosen.reshape(shape))
            block = np.moveaxis(table[tuple(index)], i + 1, 1)
            block = block[:, 1:] - block[:, :1]
            gains.append(block.reshape(count, total - 1, *(sizes[j] for j in mixing if j != i)))
        corners = [np.broadcast_to(np.eye(sizes[j]), (count, sizes[j], sizes[j])).copy() for j in mixing]
        return cls(payoffs, sizes, mixing, gains, corners, np.arange(count))

    @property
    def lopsided(self) -> int | None:
        """The player with more equations than the others have unknowns, if there is one."""
        free = sum(size - 1 for size in self.sizes)
        return next((i for i, size in enumerate(self.sizes) if size > 1 and 2 * (size - 1) > free), None)

    def keep(self, mask: npt.NDArray[np.bool_]) -> Batch:
        """Return the batch with only the cells where ``mask`` holds."""
        if mask.all():
            return self
        return Batch(
            self.payoffs,
            self.sizes,
            self.mixing,
            [each[mask] for each in self.gains],
            [each[mask] for each in self.corners],
            self.owner[mask],
            self.halvings,
        )

    def axis(self, player: int, other: int) -> int:
        """Return the axis of ``gains[player]`` that belongs to the mixing player ``other``."""
        return 2 + [j for j in self.mixing if j != player].index(other)

    def rows(self, player: int) -> Floats:
        return self.gains[player][:, : self.sizes[player] - 1]

    def slices(self) -> list[slice]:
        ends = np.cumsum([0, *(self.sizes[j] - 1 for j in self.mixing)])
        return [slice(int(a), int(b)) for a, b in pairwise(ends)]

    def jacobian(self, gains: Sequence[Floats]) -> tuple[Floats, Floats]:
        """Return middle and radius of the derivatives in the cell's own coordinates, over the cell."""
        parts = self.slices()
        total = parts[-1].stop
        middle = np.zeros((len(self.owner), total, total))
        radius = np.zeros_like(middle)
        for row, i in zip(parts, self.mixing, strict=True):
            table = gains[i][:, : self.sizes[i] - 1]
            error = self.payoffs.error(i, self.halvings) + 2 * EPS
            for column, j in zip(parts, self.mixing, strict=True):
                if i == j:
                    continue
                turned = np.moveaxis(table, self.axis(i, j), 2)
                turned = turned.reshape(*turned.shape[:3], -1)
                slope = turned[:, :, 1:] - turned[:, :, :1]
                high, low = slope.max(axis=3), slope.min(axis=3)
                middle[:, row, column] = (high + low) / 2
                radius[:, row, column] = (high - low) / 2 + 2 * error
        return middle, radius

    def inflated(self) -> list[Floats]:
        """Return the gains at the vertices of cells stretched about their centers."""
        result = list(self.gains)
        for j in self.mixing:
            d = self.sizes[j]
            stretch = (1 + 2 * INFLATION) * np.eye(d) - 2 * INFLATION / d
            for i in self.mixing:
                if i != j:
                    at = self.axis(i, j)
                    result[i] = np.moveaxis(np.moveaxis(result[i], at, -1) @ stretch.T, -1, at)
        return result

    def evaluate(self, weights: Sequence[Floats], *, derivatives: bool) -> tuple[Floats, Floats]:
        """Return the equations, and their derivatives in the cell's own coordinates, at given weights."""
        parts = self.slices()
        total = parts[-1].stop
        values = np.zeros((len(self.owner), total))
        slopes = np.zeros((len(self.owner), total, total))
        for row, i in zip(parts, self.mixing, strict=True):
            values[:, row] = self.against(self.rows(i), i, weights, None)
            if derivatives:
                for column, j in zip(parts, self.mixing, strict=True):
                    if i != j:
                        each = self.against(self.rows(i), i, weights, j)
                        slopes[:, row, column] = each[..., 1:] - each[..., :1]
        return values, slopes

    def against(self, table: Floats, player: int, weights: Sequence[Floats], spare: int | None) -> Floats:
        """Contract a table of gains with the others' weights; the axis of ``spare`` is left, last."""
        if spare is not None:
            table = np.moveaxis(table, self.axis(player, spare), 2)
        for k in reversed(range(len(self.mixing))):
            if self.mixing[k] not in (player, spare):
                table = (table.reshape(len(table), -1, table.shape[-1]) @ weights[k][:, :, None]).reshape(
                    table.shape[:-1]
                )
        return table

    def split(self) -> Batch:
        """Return the batch with every cell cut in two along the edge along which the gains vary most."""
        count = len(self.owner)
        if not count:
            return self
        edges, scores = [], []
        for k, j in enumerate(self.mixing):
            for a in range(self.sizes[j]):
                for b in range(a):
                    score = np.zeros(count)
                    for i in self.mixing:
                        if i != j:
                            at = self.axis(i, j)
                            table = self.rows(i)
                            change = table.take(a, axis=at) - table.take(b, axis=at)
                            score += np.abs(change).reshape(count, -1).max(axis=1)
                    length = np.abs(self.corners[k][:, a] - self.corners[k][:, b]).max(axis=1)
                    edges.append((k, a, b))
                    scores.append(score + 1e-3 * length)
        choice = np.argmax(np.stack(scores), axis=0)
        children = []
        for number, (k, a, b) in enumerate(edges):
            mask = choice == number
            if mask.any():
                part = self.keep(mask)
                children += [part.child(k, a, b), part.child(k, b, a)]
        return Batch(
            self.payoffs,
            self.sizes,
            self.mixing,
            [np.concatenate(each) for each in zip(*(child.gains for child in children), strict=True)],
            [np.concatenate(each) for each in zip(*(child.corners for child in children), strict=True)],
            np.concatenate([child.owner for child in children]),
            self.halvings + 1,
        )

    def child(self, position: int, moved: int, other: int) -> Batch:
        """Return the cells with one vertex of one player moved to the middle of an edge."""
        j = self.mixing[position]
        gains, corners = list(self.gains), list(self.corners)
        for i in range(len(self.sizes)):
            if i != j:
                at = self.axis(i, j)
                table = gains[i].copy()
                index: list[Any] = [slice(None)] * table.ndim
                index[at] = moved
                table[tuple(index)] = (table.take(moved, axis=at) + table.take(other, axis=at)) / 2
                gains[i] = table
        corner = corners[position].copy()
        corner[:, moved] = (corner[:, moved] + corner[:, other]) / 2
        corners[position] = corner
        return Batch(self.payoffs, self.sizes, self.mixing, gains, corners, self.owner, self.halvings)
