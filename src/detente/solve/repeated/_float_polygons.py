"""Convex polygons in floating point: hulls of many points at once, sections along lines.

Corners are rows of an array, counter-clockwise from the lowest of the leftmost. What is lost to rounding is for the
caller to make up for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["edges", "float_hull", "hull_of_few", "outermost", "room", "scaled", "sections", "swollen", "widened"]

Corners = list[tuple[float, float]]

#: Directions in which extreme points are looked for first.
_ANGLES = np.linspace(0.0, 2 * np.pi, 32, endpoint=False)
_DIRECTIONS = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])
#: Points up to which a hull is found directly.
_FEW = 40


def float_hull(points: Any) -> Any:
    """Return the corners of the convex hull of an array, or a list, of points."""
    if len(points) > _FEW:
        points = np.asarray(points)
        points = points[outermost(points)]
    return np.array(hull_of_few(points if isinstance(points, list) else points.tolist()), dtype=float).reshape(-1, 2)


def hull_of_few(points: Sequence[Sequence[float]]) -> Corners:
    """Return the corners of the convex hull of points, as numbers one by one (Andrew 1979)."""
    ordered: Corners = sorted(set(map(tuple, points)))  # type: ignore[arg-type]
    if len(ordered) < 3:
        return ordered
    halves: Corners = []
    for sweep in (ordered, ordered[::-1]):
        half: Corners = []
        for x, y in sweep:
            while len(half) > 1:
                (ox, oy), (ax, ay) = half[-2], half[-1]
                if (ax - ox) * (y - oy) - (ay - oy) * (x - ox) > 0:
                    break
                half.pop()
            half.append((x, y))
        halves += half[:-1]
    return halves


def outermost(points: Any) -> Any:
    """Return which points, of about unit size, do not lie well inside the hull of those extreme in some direction."""
    extreme = np.unique(np.argmax(points @ _DIRECTIONS.T, axis=0))
    inner = float_hull(points[extreme])
    if len(inner) < 3:
        return np.ones(len(points), dtype=bool)
    edge = edges(inner)
    away = points[:, None, :] - inner[None, :, :]
    side = edge[None, :, 0] * away[:, :, 1] - edge[None, :, 1] * away[:, :, 0]
    return ~np.all(side > 1e-12, axis=1)


def edges(polygon: Any) -> Any:
    """Return the steps from each corner to the next."""
    return np.concatenate((polygon[1:], polygon[:1])) - polygon


def room(outer: Any, inner: Any) -> float:
    """Return how far within a polygon another one lies: the least distance of its corners from the edges' lines.

    Negative where a corner lies outside: by how much, but for corners beyond a sharp corner.
    """
    edge = edges(outer)
    away = inner[:, None, :] - outer[None, :, :]
    side = edge[None, :, 0] * away[:, :, 1] - edge[None, :, 1] * away[:, :, 0]
    length = np.hypot(edge[:, 0], edge[:, 1])
    real = length > 0  # of corners that rounding has made equal
    return float((side[:, real] / length[real]).min()) if real.any() else float("-inf")


def widened(polygon: Any, width: float) -> Any:
    """Return a polygon that includes a square of half-width ``width`` around every point of this one."""
    grown = swollen(polygon.tolist(), width)
    if grown is not None:
        return np.array(grown)
    shifts = width * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    return float_hull((polygon[:, None, :] + shifts[None, :, :]).reshape(-1, 2))


def swollen(corners: Sequence[Sequence[float]], width: float) -> Corners | None:
    """Return such a polygon with as many corners, drawn away from the middle; None where the polygon is too thin.

    Numbers one by one: for the few corners of a polygon that is several times faster than arrays.
    """
    n = len(corners)
    if n < 3:
        return None
    mx, my = sum([each[0] for each in corners]) / n, sum([each[1] for each in corners]) / n
    room = float("inf")
    ax, ay = corners[-1]
    for bx, by in corners:
        dx, dy = bx - ax, by - ay
        length = abs(dx) + abs(dy)
        # a square reaches 2 * width / length of an edge's normal beyond it, in the norm in which that is the length
        own = (dx * (my - ay) - dy * (mx - ax)) / length if length else 0.0
        room = min(room, own)
        ax, ay = bx, by
    if room <= 1e4 * width:
        return None
    grow = 1 + width / room
    return [(mx + grow * (x - mx), my + grow * (y - my)) for x, y in corners]


def scaled(polygon: Any, share: float) -> Any:
    """Return a polygon drawn towards the middle of its corners."""
    middle = polygon.mean(axis=0)
    return middle + share * (polygon - middle)


def sections(polygon: Any, axis: int, at: Any, slack: float) -> tuple[Any, Any]:
    """Return the least and the greatest other coordinate of a polygon on lines where coordinate ``axis`` is ``at``.

    With a ``slack``, the outermost of the numbers on the line and at that distance from it; with a negative one the
    innermost. Beyond the ends of the polygon the numbers are those at the end.
    """
    along, across = polygon[:, axis], polygon[:, 1 - axis]
    order = np.lexsort((across, along))
    first, last = int(order[0]), int(order[-1])
    ahead, back = _around(along, across, first, last), _around(along[::-1], across[::-1], -1 - first, -1 - last)
    # seen along the second axis the corners run clockwise
    below, above = (ahead, back) if axis == 0 else (back, ahead)
    # of an edge on a line, the lower chain keeps the lower end, which stands first, the upper chain the upper, the last
    below, above = _rising(*below, last=False), _rising(*above, last=True)
    if slack == 0:
        return np.interp(at, *below), np.interp(at, *above)
    reach, size = abs(slack), len(at)
    spots = np.concatenate([at - reach, at, at + reach])
    lows, highs = np.interp(spots, *below), np.interp(spots, *above)
    if slack >= 0:
        return lows.reshape(3, size).min(axis=0), highs.reshape(3, size).max(axis=0)
    return lows.reshape(3, size).max(axis=0), highs.reshape(3, size).min(axis=0)


def _around(along: Any, across: Any, first: int, last: int) -> tuple[Any, Any]:
    """Return the corners from one on to another one, in the order of the arrays and around their end."""
    n = len(along)
    first, last = first % n, last % n
    if first <= last:
        return along[first : last + 1], across[first : last + 1]
    return np.concatenate((along[first:], along[: last + 1])), np.concatenate((across[first:], across[: last + 1]))


def _rising(along: Any, across: Any, *, last: bool) -> tuple[Any, Any]:
    """Return a chain with strictly rising positions: of corners on one line, the first or the last."""
    equal = along[1:] <= along[:-1]
    if not equal.any():
        return along, across
    keep = np.append(~equal, True) if last else np.insert(~equal, 0, True)
    return along[keep], across[keep]
