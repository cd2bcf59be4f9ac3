"""Phase portraits: the line of one population with two strategies, the square of two, the triangle of three strategies.

Rest points are drawn full where they are asymptotically stable, open where they are not, half gray for a center. Arrows
show where play goes, paths start at a small mark, and the boundary between two basins is dashed.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.numbers import to_float
from detente.reports.figure_labels import text_label
from detente.reports.figure_style import FILLS, INK, PLATE, PLAYERS, QUIET, figure_style, new_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from detente.solve.dynamics.basins import Basins
    from detente.solve.dynamics.populations import Populations, State
    from detente.solve.dynamics.rest_points import RestPoints

__all__ = ["field_of", "phase_portrait"]

#: Height of the triangle over its side.
_TALL = math.sqrt(3) / 2
_WIDTH = 4.6


def phase_portrait(
    setting: Populations,
    dynamic: str = "replicator",
    *,
    precision: float = 1.0,
    rest: RestPoints | None = None,
    basins: Basins | None = None,
    paths: Sequence[Sequence[State]] = (),
    labels: Mapping[str, str] | None = None,
    title: str = "",
) -> Figure | None:
    """Return the phase portrait of a dynamic, or None where a plane does not show it.

    Parameters
    ----------
    dynamic : str
        ``replicator``, ``logit`` or ``best-response``.
    rest : RestPoints, optional
        Marked where given: of the replicator dynamic.
    basins : Basins, optional
        The boundary in it is drawn, where it has one.
    paths : sequence of sequences of State
        Courses of play to draw.
    labels : mapping, optional
        What a reader sees for players and strategies.
    """
    names = dict(labels or {})
    shown = {name: names.get(name, name) for name in (*setting.names, *(x for own in setting.labels for x in own))}
    field = field_of(setting, dynamic, precision)
    with figure_style():
        if setting.sizes == (2,):
            return _line(setting, field, rest, shown, title)
        if setting.sizes == (2, 2):
            return _square(setting, field, rest, basins, paths, shown, title)
        if setting.sizes == (3,):
            return _triangle(setting, field, rest, paths, shown, title)
    return None


def field_of(setting: Populations, dynamic: str, precision: float = 1.0) -> Callable[[list[Any]], list[Any]]:
    """Return the direction of a dynamic as a function of arrays of shares, strategies on the last axis."""
    import numpy as np

    arrays = setting.arrays

    def pays(x: list[Any]) -> list[Any]:
        return [x[0] @ arrays[0].T] if setting.count == 1 else [x[1] @ arrays[0].T, x[0] @ arrays[1].T]

    def field(x: list[Any]) -> list[Any]:
        found = []
        for own, p in zip(x, pays(x), strict=True):
            if dynamic == "replicator":
                found.append(own * (p - (own * p).sum(axis=-1, keepdims=True)))
                continue
            if dynamic == "logit":
                weight = np.exp(precision * (p - p.max(axis=-1, keepdims=True)))
            else:
                weight = (p >= p.max(axis=-1, keepdims=True) - 1e-12 * setting.spread).astype(float)
            found.append(weight / weight.sum(axis=-1, keepdims=True) - own)
        return found

    return field


def _mark(axes: Axes, x: float, y: float, stability: str) -> None:
    """Draw a rest point: full if it attracts, gray if it is a center, open otherwise."""
    color = {"asymptotically stable": INK, "center": "#9a9a9a"}.get(stability, "white")
    axes.plot([x], [y], "o", markersize=7, markerfacecolor=color, markeredgecolor=INK, markeredgewidth=1.1, zorder=6,
              clip_on=False)  # fmt: skip


def _key(figure: Figure, height: float, *, path: bool, boundary: bool = False) -> None:
    text = "full: asymptotically stable    gray: center    open: other"
    if path:
        text += "    path: colored dot to cross"
    if boundary:
        text += "\nthick dashes: boundary between the basins"
    figure.text(0.03, 0.05 / height, text, fontsize=8, color=QUIET, va="bottom", linespacing=1.3)


def _title(figure: Figure, title: str, height: float) -> None:
    for k, line in enumerate(title.split("\n")):
        text, properties = text_label(line)
        figure.text(0.03, 1 - (0.06 + 0.19 * k) / height, text, fontsize=9.5 if k == 0 else 8.5, va="top", **properties)


def _line(setting: Populations, field: Any, rest: RestPoints | None, shown: Mapping[str, str], title: str) -> Figure:
    """One population with two strategies: speed of the first strategy's share over that share."""
    import numpy as np

    height = 2.9
    figure = new_figure(_WIDTH, height)
    axes = figure.add_axes((0.14, 0.25, 0.82, 0.6))
    share = np.linspace(0, 1, 401)
    speed = field([np.stack([share, 1 - share], axis=-1)])[0][:, 0]
    axes.axhline(0, color=INK, linewidth=0.9)
    axes.plot(share, speed, color=PLAYERS[0].ink, linewidth=1.6)
    axes.set_xlim(0, 1)
    reach = float(np.abs(speed).max()) or 1.0
    axes.set_ylim(-1.25 * reach, 1.25 * reach)
    cuts = [0.0, 1.0, *(to_float(each.state[0][0]) for each in (rest.points if rest else ()))]
    edges = sorted({round(each, 12) for each in cuts} | set(_sign_changes(share, speed)))
    for low, high in pairwise(edges):
        middle = (low + high) / 2
        way = float(np.interp(middle, share, speed))
        if high - low < 0.02 or abs(way) < 1e-12 * reach:
            continue
        length = min(0.08, 0.4 * (high - low)) * (1 if way > 0 else -1)
        axes.annotate("", (middle + length / 2, 0), (middle - length / 2, 0),
                      arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2, "mutation_scale": 13})  # fmt: skip
    if rest:
        for each in rest.points:
            _mark(axes, to_float(each.state[0][0]), 0.0, each.stability)
        _key(figure, height, path=False)
    first = shown[setting.labels[0][0]]
    label, properties = text_label(f"share of {first}")
    axes.set_xlabel(label, **properties)
    label, properties = text_label("change per unit of time")
    axes.set_ylabel(label, **properties)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    _title(figure, title, height)
    return figure


def _sign_changes(x: Any, y: Any) -> list[float]:
    return [float(x[k]) for k in range(len(x) - 1) if y[k] * y[k + 1] < 0]


def _square(
    setting: Populations,
    field: Any,
    rest: RestPoints | None,
    basins: Basins | None,
    paths: Sequence[Sequence[State]],
    shown: Mapping[str, str],
    title: str,
) -> Figure:
    """Two populations with two strategies each: shares of the first strategies."""
    import numpy as np

    height = _WIDTH + 0.35 + 0.19 * title.count("\n")
    figure = new_figure(_WIDTH, height)
    axes = figure.add_axes((0.15, 0.84 / height, 0.8, 0.8 * _WIDTH / height))
    grid = np.linspace(0.04, 0.96, 15)
    x, y = np.meshgrid(grid, grid)
    parts = field([np.stack([x, 1 - x], axis=-1), np.stack([y, 1 - y], axis=-1)])
    dx, dy = parts[0][..., 0], parts[1][..., 0]
    _shade_basins(axes, basins)
    size = np.hypot(dx, dy)
    # arrows of equal length where play moves fast, shorter where it slows down
    scale = np.where(size > 0, (size / (size.max() or 1)) ** 0.35 / np.where(size > 0, size, 1), 0)
    axes.quiver(x, y, dx * scale, dy * scale, color=QUIET, angles="xy", scale=26, width=0.0032, headwidth=4.5, zorder=2)
    _nullclines(axes, setting, shown)
    if basins is not None and basins.separatrix is not None:
        _boundary(axes, basins)
    for k, path in enumerate(paths):
        points = np.array([[to_float(state[0][0]), to_float(state[1][0])] for state in path])
        style = PLAYERS[k % len(PLAYERS)]
        axes.plot(points[:, 0], points[:, 1], color=style.ink, linewidth=1.6, zorder=4)
        axes.plot(points[:1, 0], points[:1, 1], style.marker, color=style.ink, markersize=5, zorder=7, clip_on=False)
        axes.plot(points[-1:, 0], points[-1:, 1], "x", color=style.ink, markersize=6, zorder=7, clip_on=False)
        _arrow_along(axes, points, style.ink)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    if rest:
        for each in rest.points:
            _mark(axes, to_float(each.state[0][0]), to_float(each.state[1][0]), each.stability)
        _key(figure, height, path=bool(paths), boundary=basins is not None and basins.separatrix is not None)
    words = [text_label(f"share of {shown[own[0]]}, {shown[name]}")
             for name, own in zip(setting.names, setting.labels, strict=True)]  # fmt: skip
    axes.set_xlabel(words[0][0], **words[0][1])
    axes.set_ylabel(words[1][0], **words[1][1])
    _title(figure, title, height)
    return figure


def _shade_basins(axes: Axes, basins: Basins | None) -> None:
    """Fill the two sides of a boundary."""
    import numpy as np

    if basins is None or basins.separatrix is None:
        return
    x = np.linspace(0.0005, 0.9995, 400)
    y = np.array([_on_boundary(basins, value) for value in x])
    sides: list[tuple[Any, Any]] = [(0, y), (y, 1)]
    for (low, high), (color, _) in zip(sides, FILLS, strict=False):
        axes.fill_between(x, low, high, color=color, linewidth=0, alpha=0.55, zorder=0)


def _on_boundary(basins: Basins, x: float) -> float:
    boundary = basins.separatrix
    assert boundary is not None
    if boundary.corners:
        ends = sorted((to_float(a), to_float(b)) for a, b in boundary.corners)
        if x < ends[0][0]:
            return 1.0 if ends[0][1] > ends[1][1] else 0.0
        if x > ends[-1][0]:
            return 0.0 if ends[-1][1] < ends[1][1] else 1.0
    return boundary.curve(x)


def _boundary(axes: Axes, basins: Basins) -> None:
    import numpy as np

    x = np.linspace(0.0005, 0.9995, 600)
    y = np.array([_on_boundary(basins, value) for value in x])
    axes.plot(x, y, color=INK, linewidth=1.3, linestyle=(0, (4, 2.5)), zorder=3)


def _nullclines(axes: Axes, setting: Populations, shown: Mapping[str, str]) -> None:
    """Draw where one side is indifferent, and say which."""
    for k, (table, draw) in enumerate(zip(setting.arrays, (axes.axhline, axes.axvline), strict=True)):
        at_first, at_second = table[0] - table[1]
        if at_first == at_second or not 0 < at_second / (at_second - at_first) < 1:
            continue
        at, style = at_second / (at_second - at_first), PLAYERS[k]
        draw(at, color=style.ink, linewidth=0.8, linestyle=style.dash, zorder=1)
        text, properties = text_label(f"{shown[setting.names[k]]} indifferent")
        if k == 0:
            axes.text(0.985, at + 0.01, text, ha="right", va="bottom", fontsize=7.5, color=style.ink, bbox=PLATE, zorder=3,
                      **properties)  # fmt: skip
        else:
            axes.text(at + 0.012, 0.985, text, ha="left", va="top", rotation=90, fontsize=7.5, color=style.ink, bbox=PLATE,
                      zorder=3, **properties)  # fmt: skip


def _arrow_along(axes: Axes, points: Any, color: str) -> None:
    """Put an arrow head a third of the way along a path."""
    import numpy as np

    steps = np.hypot(*np.diff(points, axis=0).T)
    total = steps.sum()
    if total < 0.1:
        return
    k = int(np.searchsorted(np.cumsum(steps), total / 3))
    k = min(k, len(points) - 2)
    a, b = points[k], points[k + 1]
    if np.hypot(*(b - a)) > 0.05:  # a long straight piece: its middle
        middle = (a + b) / 2
        a, b = middle - 0.01 * (b - a) / np.hypot(*(b - a)), middle
    axes.annotate(
        "", b, a, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 1.2, "mutation_scale": 12}, zorder=5
    )


def _triangle(
    setting: Populations,
    field: Any,
    rest: RestPoints | None,
    paths: Sequence[Sequence[State]],
    shown: Mapping[str, str],
    title: str,
) -> Figure:
    """One population with three strategies: the simplex."""
    import numpy as np

    height = _WIDTH * 0.98
    figure = new_figure(_WIDTH, height)
    axes = figure.add_axes((0.08, 0.14, 0.84, 0.76))
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.03, _TALL + 0.03), aspect="equal")
    axes.axis("off")
    corners = np.array([[0, 0], [1, 0], [0.5, _TALL]])
    axes.plot(*np.vstack([corners, corners[:1]]).T, color=INK, linewidth=1.0, zorder=3, clip_on=False)
    n = 16
    states = np.array([[i, j, n - i - j] for i in range(1, n) for j in range(1, n - i)]) / n
    flow = field([states])[0]
    at, way = states @ corners, flow @ corners
    size = np.hypot(way[:, 0], way[:, 1])
    scale = np.where(size > 0, (size / (size.max() or 1)) ** 0.35 / np.where(size > 0, size, 1), 0)[:, None]
    axes.quiver(*at.T, *(way * scale).T, color=QUIET, angles="xy", scale=26, width=0.0032, headwidth=4.5, zorder=2)
    for k, path in enumerate(paths):
        points = np.array([[to_float(w) for w in state[0]] for state in path]) @ corners
        style = PLAYERS[k % len(PLAYERS)]
        axes.plot(*points.T, color=style.ink, linewidth=1.4, zorder=4)
        axes.plot(*points[:1].T, style.marker, color=style.ink, markersize=5, zorder=7, clip_on=False)
        axes.plot(*points[-1:].T, "x", color=style.ink, markersize=6, zorder=7, clip_on=False)
        _arrow_along(axes, points, style.ink)
    if rest:
        for each in rest.points:
            x, y = np.array([to_float(w) for w in each.state[0]]) @ corners
            _mark(axes, float(x), float(y), each.stability)
        _key(figure, height, path=bool(paths))
    places = (((0, -0.05), "center", "top"), ((1, -0.05), "center", "top"), ((0.5, _TALL + 0.05), "center", "bottom"))
    for label, (place, across, along) in zip(setting.labels[0], places, strict=True):
        text, properties = text_label(shown[label])
        axes.text(*place, text, ha=across, va=along, fontsize=9.5, bbox=PLATE, **properties)
    _title(figure, title, height)
    return figure
