"""The picture of a planar map: a filling for everything that holds somewhere, and the curves between."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.reports.region_map import Boundary, NamedPoint, Region, Shaded, region_map

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from detente.conclusions.planar_map import Curve, PlanarMap
    from detente.reports.scale import Scale

    Signs = tuple[int, ...]

__all__ = ["Picture", "planar_figure"]

#: Cells per side of the grid on which regions are told apart; edges are drawn where the curves are.
GRID = 240
#: Orders in which curves are dropped when the pieces of a region are put together.
_ORDERS = 8
#: Newton steps that move a traced point onto its curve.
_STEPS = 4


@dataclass(frozen=True)
class Picture:
    """What a region map is drawn from, what it shows in words, and what occurs but is too small to be seen on it."""

    parts: Mapping[str, Any]
    words: str
    unseen: tuple[str, ...]

    @cached_property
    def figure(self) -> Figure:
        """The picture, drawn when it is asked for."""
        return region_map(**self.parts)


def planar_figure(
    found: PlanarMap,
    axes: tuple[Scale, Scale],
    label: Callable[[tuple[str, ...]], str],
    fill: Callable[[tuple[str, ...]], int],
    symbols: Mapping[str, str],
    points: Sequence[NamedPoint] = (),
) -> Picture:
    """Draw a planar map.

    Parameters
    ----------
    found : PlanarMap
    axes : pair of Scale
        The two parameters with their ranges.
    label, fill : callable
        What a reader sees for a state, and the number of its filling.
    symbols : mapping
        Parameter name to mathematical symbol.
    points : sequence of NamedPoint
        The first is the baseline.
    """
    import numpy as np

    from detente.printing import latex, relation_normal

    xs, ys = np.meshgrid(*(np.linspace(each.low, each.high, GRID) for each in axes))
    values = [_value_of(each, None, found.names) for each in found.curves]
    fields = [np.nan_to_num(each(xs, ys), nan=0.0, posinf=0.0, neginf=0.0) for each in values]
    scales = [float(np.max(np.abs(each))) or 1.0 for each in fields]
    patterns = _patterns(fields) if fields else [()]
    states: dict[tuple[str, ...], list[Signs]] = {}
    for pattern in patterns:
        state = None if 0 in pattern else found.state(pattern)
        if state is not None and (not found.undecided or state in found.witnesses):
            states.setdefault(state, []).append(pattern)
    strict = [pattern for pattern in patterns if 0 not in pattern]
    regions = []
    for state in sorted(states, key=lambda each: (len(each), each)):
        members = states[state]
        pieces = []
        for literals in _covers(members, [each for each in strict if each not in members]):
            parts = [sign * fields[at] / scales[at] for at, sign in literals]
            pieces.append(np.min(parts, axis=0) if parts else np.ones_like(xs))
        regions.append(Region(label(state), np.max(pieces, axis=0), fill(state)))
    boundaries = []
    for at, (curve, field) in enumerate(zip(found.curves, fields, strict=True)):
        text = latex(relation_normal(curve.equation), symbols)
        for branch in _branches(curve, field, axes, found.names):
            for part in _where_it_matters(found, at, branch, values):
                boundaries.append(Boundary(np.array(part), text))
                text = ""
    open_ = [(float(a), float(b), float(c), float(d)) for a, b, c, d in found.undecided]
    share = f"{100 * (1 - float(found.proved)):.2g} %"
    shaded = Shaded(open_, f"not proved ({share} of the map)") if open_ else None
    given = {"x": axes[0], "y": axes[1], "regions": regions, "boundaries": boundaries, "points": points, "shaded": shaded}
    unseen = tuple(label(state) for state in found.witnesses if state not in states)
    return Picture(given, f"regions: {'; '.join(region.label for region in regions)}", unseen)


def _patterns(fields: Sequence[NDArray[np.float64]]) -> list[Signs]:
    """Return the signs of the curves at the points of the grid, each pattern once, in order."""
    import numpy as np

    # as bytes from 0 to 2, which sort as the signs do, and much faster than rows of numbers
    signs = np.stack([np.sign(each).astype(np.int8).ravel() + 1 for each in fields], axis=1)
    rows = np.unique(np.ascontiguousarray(signs).view(f"V{len(fields)}"))
    return [tuple(own - 1 for own in row.tobytes()) for row in rows]


def _covers(members: Sequence[Signs], others: Sequence[Signs]) -> list[tuple[tuple[int, int], ...]]:
    """Return conjunctions of signs of curves that cover all members and none of the others, each as wide as can be.

    Those that overlap leave no seam where two pieces of a region meet. Patterns that no point of the map has may be
    covered: they are nowhere.
    """
    generator = random.Random(0)  # noqa: S311 - orders in which curves are dropped
    size = len(members[0])
    orders = [list(range(size)), list(range(size))[::-1]]
    orders += [generator.sample(range(size), size) for _ in range(_ORDERS)]
    found: dict[tuple[tuple[int, int], ...], None] = {}
    for member in members:
        # where each of the others differs, as bits
        apart = [sum(1 << k for k in range(size) if other[k] != member[k]) for other in others]
        for order in orders:
            kept = (1 << size) - 1
            for at in order:
                trial = kept & ~(1 << at)
                if all(each & trial for each in apart):
                    kept = trial
            found[tuple((at, member[at]) for at in range(size) if kept >> at & 1)] = None
    return list(found)


def _where_it_matters(
    found: PlanarMap, at: int, branch: NDArray[np.float64], values: Sequence[Callable[[Any, Any], Any]]
) -> list[list[tuple[float, float]]]:
    """Return the pieces of a curve across which something changes."""
    import numpy as np

    xs, ys = branch.T
    signs = np.array([np.sign(each(xs, ys)).astype(int) for each in values]).T
    matters = []
    for here in signs.tolist():
        sides = [found.state([*here[:at], side, *here[at + 1 :]]) for side in (-1, 1)]
        matters.append(sides[0] != sides[1])
    return _runs([(float(x), float(y)) for x, y in branch], matters)


def _runs(curve: Sequence[tuple[float, float]], keep: Sequence[bool]) -> list[list[tuple[float, float]]]:
    """Return the pieces of a curve at which ``keep`` holds, with at least two points each."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point, kept in zip(curve, keep, strict=True):
        if kept:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _branches(
    curve: Curve, field: NDArray[np.float64], axes: Sequence[Scale], names: tuple[str, str]
) -> list[NDArray[np.float64]]:
    """Return the zero curves of a polynomial inside the axes: traced on the grid, then moved onto the curve."""
    import contourpy
    import numpy as np

    if not (field.min() < 0 < field.max()):  # it does not pass through the map, at most along its frame
        return []
    x, y = (np.linspace(each.low, each.high, GRID) for each in axes)
    slopes = [_value_of(curve, at, names) for at in (None, 0, 1)]
    lines = []
    for line in contourpy.contour_generator(x, y, field).lines(0.0):
        points = np.array(line, dtype=float)
        for _ in range(_STEPS):
            value, down, across = (each(points[:, 0], points[:, 1]) for each in slopes)
            size = np.maximum(down**2 + across**2, 1e-300)
            points -= (value / size)[:, None] * np.stack([down, across], axis=1)
        low, high = np.array([[each.low, each.high] for each in axes]).T
        lines.append(np.clip(points, low, high))
    return [each for each in lines if len(each) > 1 and np.isfinite(each).all()]


def _value_of(curve: Curve, slope: int | None, names: tuple[str, str]) -> Callable[[Any, Any], Any]:
    """Return the expression of a curve, or its derivative by one parameter, as a function of arrays of floats."""
    if curve.polynomial is None:
        return _irrational(curve, slope, names)
    polynomial = curve.polynomial if slope is None else curve.polynomial.derivative(slope)
    terms = [(int(i), int(j), int(c.p) / int(c.q)) for (i, j), c in polynomial.terms()]

    def value(x: Any, y: Any) -> Any:
        import numpy as np

        total = np.zeros_like(x)
        for i, j, coefficient in terms:
            total = total + coefficient * x**i * y**j
        return total

    return value


def _irrational(curve: Curve, slope: int | None, names: tuple[str, str]) -> Callable[[Any, Any], Any]:
    """Return an expression that is no polynomial as a function of arrays; derivatives are quotients of differences."""
    from detente.conclusions.ensemble.compile import compiled

    program = compiled([curve.expression], {}, names)

    def value(x: Any, y: Any) -> Any:
        import numpy as np

        return np.broadcast_to(np.asarray(program({names[0]: x, names[1]: y})[0], dtype=float), np.shape(x))

    if slope is None:
        return value

    def derivative(x: Any, y: Any) -> Any:
        step = 1e-6 * (1 + abs(x if slope == 0 else y))
        h, k = (step, 0) if slope == 0 else (0, step)
        return (value(x + h, y + k) - value(x - h, y - k)) / (2 * step)

    return derivative
