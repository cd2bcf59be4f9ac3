"""Rounds in floating point of games with few profiles, number by number: arrays would take several times as long.

What is computed is what :class:`detente.solve.repeated._float_bounds.FloatRounds` computes with arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from detente.solve.repeated._float_polygons import hull_of_few, swollen, widened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.solve.repeated._float_polygons import Corners

__all__ = ["FewProfiles", "few_sustained"]

#: A profile: its payoffs, what a promise to each player has to be above the threat.
Row = tuple[float, float, float, float]


class FewProfiles:
    """A game with one discount factor, as numbers: payoffs and needs of each profile, from 0 to 1.

    Parameters
    ----------
    payoffs, needs : array (profile, 2)
    factor : float
    width : float
        What is in doubt by less is kept.
    """

    def __init__(self, payoffs: Any, needs: Any, factor: float, width: float) -> None:
        self.rows: list[Row] = list(map(tuple, np.concatenate((payoffs, needs), axis=1).tolist()))
        self.factor, self.width = factor, width

    @staticmethod
    def given(polygon: Any) -> Corners:
        """Return a polygon as this engine holds it."""
        return list(map(tuple, polygon.tolist()))

    @staticmethod
    def array(polygon: Corners) -> Any:
        """Return a polygon as an array."""
        return np.array(polygon, dtype=float).reshape(-1, 2)

    @staticmethod
    def extent(polygon: Corners) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the least and the greatest coordinates."""
        xs, ys = zip(*polygon, strict=True)
        return (min(xs), min(ys)), (max(xs), max(ys))

    def reduced(self, promises: Corners, threats: tuple[float, float]) -> Corners:
        """Return R of Abreu and Sannikov, with everything that is in doubt."""
        return few_sustained(self.rows, promises, threats, self.factor, self.width)

    def around(self, points: Corners) -> Corners:
        """Return the hull of points, widened."""
        corners = hull_of_few(points)
        grown = swollen(corners, self.width)
        return self.given(widened(self.array(corners), self.width)) if grown is None else grown

    @staticmethod
    def near(a: Corners, b: Corners) -> float | None:
        """Return how far corners lie apart where they are as many and close, else None."""
        if len(a) != len(b) or len(a) < 3:
            return None
        apart = 0.0
        for (x, y), (u, v) in zip(a, b, strict=True):
            apart = max(apart, abs(x - u), abs(y - v))
        return apart if apart < 1e-3 else None


def few_sustained(
    rows: Sequence[Row], promises: Corners, threats: tuple[float, float], factor: float, width: float
) -> Corners:
    """Return the payoffs of profiles that need no punishment, and what the others sustain where a constraint binds.

    Of each profile that needs one: both ends of the section of the promises along each floor, above the other floor.
    """
    (t, s), d = threats, factor
    xs, ys = zip(*promises, strict=True)
    (left, right), (bottom, top) = (min(xs), max(xs)), (min(ys), max(ys))
    edges = list(zip((xs[-1], *xs[:-1]), (ys[-1], *ys[:-1]), xs, ys, strict=True))
    found: Corners = []
    for g, h, need, other in rows:
        x, y = t + need, s + other
        dx, dy = g - x, h - y
        if dx >= -width and dy >= -width:
            found.append((g, h))
            if dx >= width and dy >= width:
                continue
        if x > right or y > top:
            continue
        if x >= left:
            low, high = _section([(a, b, c, e) for a, b, c, e in edges if a <= x <= c or c <= x <= a], x)
            if high >= y - width:
                along = (1 - d) * g + d * x
                found.append((along, (1 - d) * h + d * max(low, y)))
                found.append((along, (1 - d) * h + d * high))
        if y >= bottom:
            low, high = _section([(b, a, e, c) for a, b, c, e in edges if b <= y <= e or e <= y <= b], y)
            if high >= x - width:
                along = (1 - d) * h + d * y
                found.append(((1 - d) * g + d * max(low, x), along))
                found.append(((1 - d) * g + d * high, along))
    return found


def _section(edges: list[tuple[float, float, float, float]], at: float) -> tuple[float, float]:
    """Return the least and the greatest coordinate across of the edges, from one end to the other, that meet a line."""
    ends: list[float] = []
    for a, b, c, e in edges:
        if c == at:
            ends.append(e)
        elif a != at:
            ends.append(b + (at - a) * ((e - b) / (c - a)))
    return min(ends), max(ends)
