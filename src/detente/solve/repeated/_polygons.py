"""Convex polygons with rational corners: hulls, cuts, inclusion, all exact.

Corners are pairs of Fractions or of FLINT's rationals, which compute several times faster.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Point",
    "Polygon",
    "boundary_at",
    "contains",
    "cut",
    "distance",
    "grown",
    "hull",
    "includes",
    "least",
]

Point = tuple[Fraction, Fraction]
#: Corners in counter-clockwise order, the lowest of the leftmost first; one or two corners where it is a point or a
#: segment.
Polygon = tuple[Point, ...]


def _turn(o: Point, a: Point, b: Point) -> Fraction:
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


def hull(points: Iterable[Point]) -> Polygon:
    """Return the convex hull (Andrew 1979): corners only, none on an edge.

    Examples
    --------
    >>> from fractions import Fraction as F
    >>> [tuple(map(int, each)) for each in hull([(F(0), F(0)), (F(2), F(0)), (F(1), F(0)), (F(0), F(2)), (F(1), F(1))])]
    [(0, 0), (2, 0), (0, 2)]
    """
    ordered = sorted(points)
    # rationals of FLINT are slow to hash, so equal ones are found side by side
    ordered = [each for k, each in enumerate(ordered) if k == 0 or each != ordered[k - 1]]
    if len(ordered) < 3:
        return tuple(ordered)
    halves = []
    for sweep in (ordered, ordered[::-1]):
        half: list[Point] = []
        for each in sweep:
            while len(half) > 1 and _turn(half[-2], half[-1], each) <= 0:
                half.pop()
            half.append(each)
        halves.append(half[:-1])
    return tuple(halves[0] + halves[1])


def least(polygon: Polygon, axis: int) -> Fraction:
    """Return the least coordinate of a polygon that is not empty."""
    return min(each[axis] for each in polygon)


def cut(polygon: Polygon, axis: int, bound: Fraction) -> Polygon:
    """Return the part of a polygon whose coordinate is at least ``bound``."""
    inside = [each[axis] >= bound for each in polygon]
    if all(inside):
        return polygon
    if not any(inside):
        return ()
    kept: list[Point] = []
    n = len(polygon)
    for k, here in enumerate(polygon):
        after = polygon[(k + 1) % n]
        if inside[k]:
            kept.append(here)
        if inside[k] != inside[(k + 1) % n] and here[axis] != bound != after[axis]:
            kept.append(_crossing(here, after, axis, bound))
    first = min(range(len(kept)), key=kept.__getitem__)
    ordered = kept[first:] + kept[:first]
    # a segment is gone along twice: what was kept first may come again at the end
    return tuple(each for k, each in enumerate(ordered) if k == 0 or each not in (ordered[k - 1], ordered[0]))


def _crossing(a: Point, b: Point, axis: int, bound: Fraction) -> Point:
    share = (bound - a[axis]) / (b[axis] - a[axis])
    other = a[1 - axis] + share * (b[1 - axis] - a[1 - axis])
    return (bound, other) if axis == 0 else (other, bound)


def boundary_at(polygon: Polygon, axis: int, bound: Fraction) -> list[Point]:
    """Return the ends of the part of a polygon that lies on a vertical or horizontal line."""
    sides = [(each[axis] > bound) - (each[axis] < bound) for each in polygon]
    found = [each for each, side in zip(polygon, sides, strict=True) if side == 0]
    n = len(polygon)
    for k, side in enumerate(sides):
        if side * sides[(k + 1) % n] < 0:
            found.append(_crossing(polygon[k], polygon[(k + 1) % n], axis, bound))
    if not found:
        return []
    ordered = sorted(found, key=lambda each: each[1 - axis])
    return [ordered[0], ordered[-1]] if ordered[0] != ordered[-1] else ordered[:1]


def contains(polygon: Polygon, point: Point) -> bool:
    """Return whether a point lies in a polygon or on its edge."""
    n = len(polygon)
    if n == 0:
        return False
    if n == 1:
        return polygon[0] == point
    if n == 2:
        a, b = polygon
        between = all(min(a[k], b[k]) <= point[k] <= max(a[k], b[k]) for k in (0, 1))
        return between and _turn(a, b, point) == 0
    return all(_turn(polygon[k], polygon[(k + 1) % n], point) >= 0 for k in range(n))


def includes(outer: Polygon, inner: Polygon) -> bool:
    """Return whether one polygon lies within another."""
    return all(contains(outer, each) for each in inner)


def grown(polygon: Polygon, grid: int, width: Fraction) -> Polygon:
    """Return a slightly larger polygon whose corners are multiples of ``1/grid``.

    Every corner is replaced by the four corners of a square around it, rounded outward: the hull of them includes the
    polygon.
    """
    return hull(
        (_outward(x + dx, grid, dx > 0), _outward(y + dy, grid, dy > 0))
        for x, y in polygon
        for dx in (-width, width)
        for dy in (-width, width)
    )


def _outward(value: Fraction, grid: int, up: bool) -> Fraction:
    scaled = value * grid
    whole = -(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator
    return type(value)(int(whole), grid)


def distance(outer: Polygon, inner: Polygon) -> float:
    """Return how far a corner of the outer polygon lies from the nearest point of the inner one, in floats."""
    return max((_to_polygon(each, inner) for each in outer), default=0.0)


def _to_polygon(point: Point, polygon: Polygon) -> float:
    if contains(polygon, point):
        return 0.0
    n = len(polygon)
    return min(_to_segment(point, polygon[k], polygon[(k + 1) % n]) for k in range(n))


def _to_segment(point: Point, a: Point, b: Point) -> float:
    px, py, ax, ay, bx, by = map(float, (*point, *a, *b))
    length = (bx - ax) ** 2 + (by - ay) ** 2
    share = 0.0 if length == 0 else max(0.0, min(1.0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length))
    return float(((px - ax - share * (bx - ax)) ** 2 + (py - ay - share * (by - ay)) ** 2) ** 0.5)
