"""The plane of two players' payoffs: what is feasible, areas, lines and points in it, and a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.reports.figure_labels import text_label
from detente.reports.figure_style import PLAYERS, QUIET, new_figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from detente.solve.repeated.feasible import FeasibleSet

__all__ = ["PayoffPlane"]


class PayoffPlane:
    """The plane of two players' payoffs with what is feasible; the key stands beside it.

    Parameters
    ----------
    feasible : FeasibleSet
        Of two players.
    labels : mapping, optional
        What a reader sees for the players.
    after : list of two str
        What follows a player's name along its axis.
    width : float
        In inches.
    """

    def __init__(
        self, feasible: FeasibleSet, labels: Mapping[str, str] | None, after: list[str], width: float
    ) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch, Polygon

        shown = dict(labels or {})
        self.figure = new_figure(width, 0.62 * width)
        self.axes = self.figure.add_axes((0.1, 0.13, 0.52, 0.76))
        self.feasible = _floats(feasible.vertices)
        grey: dict[str, Any] = {"facecolor": "#f3f3f3", "edgecolor": QUIET, "linewidth": 0.7}
        self.axes.add_patch(Polygon(self.feasible, zorder=1, **grey))
        self.handles: list[Any] = [Patch(label="feasible", **grey)]
        dashed: dict[str, Any] = {"color": QUIET, "linewidth": 0.7, "linestyle": (0, (3, 2))}
        for draw, level in zip((self.axes.axvline, self.axes.axhline), feasible.minmax.values(), strict=True):
            draw(float(level), zorder=2, **dashed)
        self.handles.append(Line2D([], [], label="min-max payoffs", **dashed))
        writers: tuple[Any, Any] = (self.axes.set_xlabel, self.axes.set_ylabel)
        for write, player, more in zip(writers, feasible.players, after, strict=True):
            text, properties = text_label(f"average payoff of {shown.get(player, player)}{more}")
            write(text, **properties)
        for side in ("right", "top"):
            self.axes.spines[side].set_visible(False)

    def area(self, polygon: Any, name: str) -> None:
        """Draw a polygon, a segment or a point."""
        from matplotlib.patches import Patch, Polygon

        style, corners = PLAYERS[0], _floats(polygon)
        if len(corners) > 2:
            self.axes.add_patch(Polygon(corners, facecolor=style.fill, edgecolor=style.ink, linewidth=1.2, zorder=3))
        elif corners:
            self.axes.plot(*zip(*corners, strict=True), color=style.ink, linewidth=2, marker=".", markersize=3, zorder=3)
        if corners:
            self.handles.append(Patch(facecolor=style.fill, edgecolor=style.ink, linewidth=1.2, label=name))

    def outline(self, polygon: Any, name: str) -> None:
        """Draw the edge of a polygon."""
        from matplotlib.lines import Line2D
        from matplotlib.patches import Polygon

        dashed: dict[str, Any] = {"linewidth": 0.9, "linestyle": "--"}
        ink = PLAYERS[1].ink
        self.axes.add_patch(Polygon(_floats(polygon), fill=False, edgecolor=ink, zorder=4, **dashed))
        self.handles.append(Line2D([], [], color=ink, label=name, **dashed))

    def stage_equilibria(self, stage: Any) -> None:
        """Mark the payoffs of the pure equilibria of the stage game."""
        from detente.solve.pure import pure_equilibria

        points = [tuple(map(float, each.payoffs.values())) for each in pure_equilibria(stage).equilibria]
        if points:
            self.dots(points, "stage equilibria, pure", PLAYERS[1].ink, 4.5)

    def dots(self, points: Any, name: str, ink: str, size: float) -> None:
        """Mark points."""
        from matplotlib.lines import Line2D

        drawn: dict[str, Any] = {"marker": "o", "linestyle": "", "color": ink, "markersize": size}
        self.axes.plot(*zip(*points, strict=True), zorder=5, **drawn)
        self.handles.append(Line2D([], [], label=name, **drawn))

    def line(self, one: tuple[float, float], other: tuple[float, float], name: str, ink: str) -> None:
        """Draw the line through two points, across the whole plane."""
        from matplotlib.lines import Line2D

        self.axes.axline(one, other, color=ink, linewidth=1.0, zorder=4)
        self.handles.append(Line2D([], [], color=ink, linewidth=1.0, label=name))

    def say(self, words: str) -> None:
        """Write a line into the key."""
        from matplotlib.lines import Line2D

        self.handles.append(Line2D([], [], linestyle="", label=words))

    def finished(self, title: str, more: Any = ()) -> Figure:
        """Return the picture, wide enough for the feasible payoffs and more points."""
        _frame(self.axes, [*self.feasible, *_floats(more)])
        if title:
            text, properties = text_label(title)
            self.figure.text(0.1, 0.97, text, fontsize=10.5, va="top", **properties)
        self.figure.legend(
            handles=self.handles, loc="upper left", bbox_to_anchor=(0.65, 0.9), frameon=False, fontsize=8.5
        )
        return self.figure


def _floats(polygon: Any) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in polygon]


def _frame(axes: Axes, points: list[tuple[float, float]]) -> None:
    for k, limit in ((0, axes.set_xlim), (1, axes.set_ylim)):
        values = [each[k] for each in points]
        pad = 0.06 * (max(values) - min(values) or 1)
        limit(min(values) - pad, max(values) + pad)
