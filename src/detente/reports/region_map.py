"""A map of which outcome holds where in a plane of two parameters, with exact boundaries and named points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from detente.errors import UsageError
from detente.reports.figure_labels import hold_within
from detente.reports.figure_style import FILLS, INK, TEXT_WIDTH, figure_style, new_figure, shade
from detente.reports.label_placement import GRID, Canvas, grow, place_curve_label, place_point, place_region
from detente.reports.scale import Scale, write_title

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Field: TypeAlias = NDArray[np.bool_] | NDArray[np.float64]

__all__ = ["Boundary", "NamedPoint", "Region", "Shaded", "region_map"]

#: The shade of what is not proved: a grey that no filling has.
_SHADE = "#8a8a8a"


@dataclass(frozen=True)
class Region:
    """Where one outcome holds.

    ``where`` is a function of two arrays ``x, y`` or an array whose row 0 lies at the low end of y.
    Booleans say inside or outside; numbers are positive inside, and then the edge is drawn exactly where
    they cross zero. ``fill`` is an index into :data:`~detente.reports.figure_style.FILLS`,
    by default the place in the list; ``detail``
    stands on lines of its own below the label.
    """

    label: str
    where: Callable[[NDArray[np.float64], NDArray[np.float64]], Field] | Field
    fill: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Boundary:
    """A curve through points ``(n, 2)``, with its formula in matplotlib's TeX subset (or plain text)."""

    points: Any
    label: str = ""
    math: bool = True
    dash: str = "-"


@dataclass(frozen=True)
class Shaded:
    """Rectangles ``(left, right, bottom, top)`` over which a veil lies, and what this says below the map."""

    pieces: Sequence[tuple[float, ...]]
    label: str


@dataclass(frozen=True)
class NamedPoint:
    """A point of the plane: the first in a list is drawn as the baseline."""

    label: str
    x: float
    y: float


def region_map(
    x: Scale,
    y: Scale,
    regions: Sequence[Region],
    boundaries: Sequence[Boundary] = (),
    points: Sequence[NamedPoint] = (),
    *,
    shaded: Shaded | None = None,
    width: float = TEXT_WIDTH,
    height: float = 4.3,
) -> Figure:
    """Draw which outcome holds where in a plane of two parameters.

    Regions are labelled inside, at the place with most room; a region too small for its label gets a
    letter, explained below the map. Boundaries carry their formula on the curve. Nothing overlaps: a label
    of a curve for which no place is left is explained below as well.

    Parameters
    ----------
    x, y
        The two parameters with the ranges shown.
    regions
        Later ones are drawn over earlier ones.
    boundaries
        Curves in the units of the axes; parts outside the ranges are cut off.
    points
        Named points; the first is the baseline.
    shaded
        What is not proved, over the regions and under the curves.
    width, height
        In inches.

    Returns
    -------
    matplotlib.figure.Figure
        To be written with :func:`~detente.reports.figure_style.to_svg`.

    Examples
    --------
    >>> from detente.reports.figure_style import to_svg
    >>> from detente.reports.scale import Scale
    >>> share = Scale("Severity", 0, 1, symbol="s")
    >>> regions = [Region("deterred", lambda x, y: x - y), Region("not", lambda x, y: y - x)]
    >>> figure = region_map(share, share, regions)
    >>> to_svg(figure)[:5]
    b'<?xml'
    """
    import numpy as np

    with figure_style():
        figure = new_figure(width, height)
        axes = figure.add_axes((0.1, 0.14, 0.87, 0.83))
        axes.set(xlim=(x.low, x.high), ylim=(y.low, y.high))
        masks = [_draw_region(axes, x, y, region, i) for i, region in enumerate(regions)]
        for i, mask in enumerate(masks):
            for later in masks[i + 1 :]:
                np.logical_and(mask, ~later, out=mask)
        if shaded is not None:
            _draw_shade(axes, shaded)
        canvas = Canvas(axes)
        edges = np.zeros(GRID, dtype=bool)
        curves = [_draw_boundary(axes, canvas, boundary, edges) for boundary in boundaries]
        for index, point in enumerate(points):
            _draw_marker(axes, canvas, point, index)
        key: list[tuple[str, str, dict[str, Any]]] = []
        blocked = grow(edges, 6)
        # points first: their names have few places, those of regions many
        for point in points:
            place_point(canvas, point.label, (point.x, point.y), edges)
        for region, mask in zip(regions, masks, strict=True):
            place_region(canvas, region.label, region.detail, (mask, blocked), key)
        for boundary, curve in zip(boundaries, curves, strict=True):
            place_curve_label(canvas, boundary.label, curve, key, is_math=boundary.math, dash=boundary.dash)
        if shaded is not None:
            key.append(("shade", shaded.label, {}))
        _draw_key(figure, axes, key, width, height)
        box = axes.get_position()
        tall = figure.get_figheight()
        write_title(figure, box.x0 + box.width / 2, box.y0 - 0.39 / tall, x.title())
        write_title(figure, 0.022, box.y0 + box.height / 2, y.title(), up=True)
    return figure


def _draw_region(axes: Axes, x: Scale, y: Scale, region: Region, index: int) -> NDArray[np.bool_]:
    """Fill a region; return it as a mask on the grid of the canvas."""
    import numpy as np

    rows, columns = GRID
    xs, ys = np.meshgrid(np.linspace(x.low, x.high, columns), np.linspace(y.low, y.high, rows))
    field = np.asarray(region.where(xs, ys) if callable(region.where) else region.where)
    if callable(region.where):
        field = np.broadcast_to(field, xs.shape)
    if field.ndim != 2 or min(field.shape) < 2:
        raise UsageError(f"region {region.label!r} gives an array of shape {field.shape}; expected rows and columns")
    exact = field.dtype != np.bool_
    level = 0.0 if exact else 0.5
    values = np.nan_to_num(field.astype(float), nan=-1.0, posinf=1e300, neginf=-1e300)
    color, hatch = FILLS[(index if region.fill is None else region.fill) % len(FILLS)]
    xs1, ys1 = np.linspace(x.low, x.high, values.shape[1]), np.linspace(y.low, y.high, values.shape[0])
    top = float(values.max())
    if top > level:
        filled = axes.contourf(xs1, ys1, values, levels=[level, top * 2 + 1], colors=[color], hatches=[hatch or None])
        filled.set_edgecolor(shade(color))
        filled.set_linewidth(0)
    picked = np.ix_(
        np.linspace(0, values.shape[0] - 1, rows).round().astype(int),
        np.linspace(0, values.shape[1] - 1, columns).round().astype(int),
    )
    return np.asarray(values[picked] > level)


def _draw_shade(axes: Axes, shaded: Shaded) -> None:
    from matplotlib.collections import PolyCollection

    corners = [((a, c), (b, c), (b, d), (a, d)) for a, b, c, d in shaded.pieces]
    axes.add_collection(PolyCollection(corners, facecolors=_SHADE, edgecolors="none", linewidths=0, alpha=0.55))


def _draw_boundary(axes: Axes, canvas: Canvas, boundary: Boundary, edges: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Draw a curve, mark its cells in ``edges``, and return it as rows and columns of finely spaced cells."""
    import numpy as np

    points = np.asarray(boundary.points, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise UsageError(f"boundary {boundary.label!r} has shape {points.shape}; expected at least two points (x, y)")
    axes.plot(points[:, 0], points[:, 1], color=INK, linewidth=1.1, linestyle=boundary.dash)
    rows, columns = canvas.cell(points[:, 0], points[:, 1])  # type: ignore[arg-type]
    pieces = []
    for i in range(len(points) - 1):
        ends = np.array([[rows[i], columns[i]], [rows[i + 1], columns[i + 1]]])  # type: ignore[index]
        if not np.isfinite(ends).all():
            continue
        count = int(min(4000, max(2, np.abs(ends[1] - ends[0]).max() + 1)))
        pieces.append(np.linspace(ends[0], ends[1], count))
    curve = np.concatenate(pieces) if pieces else np.empty((0, 2))
    near = np.rint(curve).astype(int)
    inside = (near >= 0).all(axis=1) & (near[:, 0] < GRID[0]) & (near[:, 1] < GRID[1])
    edges[near[inside, 0], near[inside, 1]] = True
    return np.asarray(curve[inside])


def _draw_marker(axes: Axes, canvas: Canvas, point: NamedPoint, index: int) -> None:
    marker = ("o", "D", "s", "^", "v", "P", "X")[index % 7]
    face = INK if index == 0 else "white"
    axes.plot(
        [point.x], [point.y], marker, color=INK, markerfacecolor=face, markersize=5.5, markeredgewidth=1,
        clip_on=False, zorder=5,
    )  # fmt: skip
    row, column = canvas.cell(point.x, point.y)
    size = 14 * canvas.step[0], 14 * canvas.step[1]
    rows = slice(max(0, int(row - size[0] / 2)), max(0, int(row + size[0] / 2) + 1))
    columns = slice(max(0, int(column - size[1] / 2)), max(0, int(column + size[1] / 2) + 1))
    canvas.taken[rows, columns] = True


def _draw_key(
    figure: Figure, axes: Axes, key: Sequence[tuple[str, str, dict[str, Any]]], width: float, height: float
) -> None:
    """Explain below the map what found no place on it."""
    line = 0.2
    room = 0.56 + line * len(key)
    figure.set_size_inches(width, height + line * len(key))
    full = height + line * len(key)
    axes.set_position((0.1, room / full, 0.87, (full - room - 0.1) / full))
    for index, (sign, label, properties) in enumerate(key):
        at = (line * (len(key) - index) - 0.1) / full
        if sign in ("-", "--", "-.", ":"):
            from matplotlib.lines import Line2D

            figure.add_artist(Line2D((0.1, 0.135), (at, at), color=INK, linewidth=1.1, linestyle=sign))
        elif sign == "shade":
            from matplotlib.patches import Rectangle

            figure.add_artist(Rectangle((0.1, at - 0.05 / full), 0.035, 0.1 / full, facecolor=_SHADE, linewidth=0))
        else:
            figure.text(0.117, at, sign, fontsize=9, fontweight="bold", va="center", ha="center")
        hold_within(figure.text(0.15, at, label, fontsize=9, va="center", ha="left", **properties), 0.84 * width)
