"""Pictures of coalitional games: values, nucleolus and core of each player; votes against weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.reports.figure_labels import text_label
from detente.reports.figure_style import INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from detente.study.forms.coalitional import CoalitionalSolution
    from detente.study.forms.voting import VotingSolution

__all__ = ["power_figure", "votes_figure"]

#: Inches: right of the bars, a row, the title, the legend, below.
_RIGHT, _ROW, _TITLE, _LEGEND, _BELOW = 0.5, 0.32, 0.3, 0.3, 0.5


def power_figure(
    found: CoalitionalSolution, options: Mapping[str, Fraction], label: Callable[[str], str] = str, title: str = ""
) -> Figure:
    """Return for every player bars of Shapley's and Banzhaf's value, the core as a range and the nucleolus in it.

    All as per cent of what all together are worth, Banzhaf's of its own sum; ``options`` are marked where they are positive.

    Raises
    ------
    UsageError
        If all together are worth nothing.
    """
    players, total = found.game.players, found.game.worth[-1]
    if total <= 0 or found.banzhaf.total <= 0:
        raise UsageError("all together are worth nothing; no shares of it can be drawn")
    entries = [("Shapley value", "bar", 0), ("Banzhaf value", "bar", 1), ("core", "range", 2), ("nucleolus", "dot", 2)]
    shown = {name: value for name, value in options.items() if value > 0}
    if shown:
        entries.append(("outside option", "option", 3))
    height = _TITLE + _LEGEND + _ROW * len(players) + _BELOW
    with figure_style():
        figure, axes = _rows(len(players), height, title, _margin([label(name) for name in players]))
        for k, name in enumerate(players):
            bars = (100 * float(found.shapley[name] / total), 100 * float(found.banzhaf[name] / found.banzhaf.total))
            for j, value in enumerate(bars):
                style = PLAYERS[j]
                axes.barh(k - 0.2 + 0.22 * j, value, height=0.22, facecolor=style.fill, edgecolor=style.ink, hatch=style.hatch, linewidth=0.5)
            if found.core.ranges is not None:
                low, high = (100 * float(each / total) for each in found.core.ranges[name])
                axes.plot([low, high], [k + 0.27] * 2, color=PLAYERS[2].ink, linewidth=3, solid_capstyle="butt")
            if found.nucleolus is not None:
                axes.plot([100 * float(found.nucleolus[name] / total)], [k + 0.27], color=PLAYERS[2].ink, marker="^", markersize=4.5)
            if name in shown:
                axes.plot([100 * float(shown[name] / total)], [k + 0.27], color=PLAYERS[3].ink, marker="D", markersize=4, mfc="white")
        most = max(
            [100 * float(found.shapley[name] / total) for name in players]
            + [100 * float(found.banzhaf[name] / found.banzhaf.total) for name in players]
            + ([] if found.core.ranges is None else [100 * float(high / total) for _, high in found.core.ranges.values()])
        )
        beyond = [name for name, value in shown.items() if 100 * float(value / total) > 1.6 * most]
        axes.set_xlim(0, (1.6 if shown else 1.05) * most)
        _names(axes, [label(name) for name in players])
        for name in beyond:
            axes.annotate("▸", (1, players.index(name) + 0.27), xycoords=("axes fraction", "data"), va="center", ha="left", fontsize=7,
                          color=PLAYERS[3].ink, annotation_clip=False)  # fmt: skip
        axes.set_xlabel("per cent of what all together are worth")
        _legend(figure, height, entries)
    return figure


def votes_figure(found: VotingSolution, label: Callable[[str], str] = str, title: str = "") -> Figure:
    """Return the Shapley-Shubik index at each quota against the share of the weights; equal players make one row."""
    games = [each for each in found.games if each[0].startswith("quota ") and "," not in each[0] and "without" not in each[0]]
    weights: Mapping[str, Any] = games[0][1].weights
    total = sum(weights.values())
    groups: dict[tuple[Any, ...], list[str]] = {}
    for name in weights:
        groups.setdefault(tuple(each[2][name] for each in games), []).append(name)
    height = _TITLE + _LEGEND + _ROW * len(groups) + _BELOW
    with figure_style():
        words = [
            label(names[0]) if len(names) == 1 else f"{len(names)} single seats" if len(names) > 3 else ", ".join(map(label, names))
            for names in groups.values()
        ]
        figure, axes = _rows(len(groups), height, title, _margin(words))
        for k, (values, names) in enumerate(groups.items()):
            own = [100 * float(weights[name] / total) for name in names]
            axes.barh(k, max(own), height=0.5, facecolor="#e4e4e4", edgecolor=QUIET, linewidth=0.5)
            for j, value in enumerate(values):
                style = PLAYERS[j % len(PLAYERS)]
                axes.plot([100 * float(value)], [k + 0.16 * (j - (len(values) - 1) / 2)], marker=style.marker, color=style.ink, markersize=4.5)
        _names(axes, words)
        axes.set_xlabel("per cent")
        entries = [("share of the weights", "grey", 0), *((each[0], "mark", j) for j, each in enumerate(games))]
        _legend(figure, height, entries)
    return figure


def _rows(rows: int, height: float, title: str, left: float) -> tuple[Figure, Axes]:
    figure = new_figure(TEXT_WIDTH, height)
    if title:
        words, properties = text_label(title)
        figure.text(0.1 / TEXT_WIDTH, 1 - 0.08 / height, words, fontsize=9.5, va="top", **properties)
    wide = TEXT_WIDTH - left - _RIGHT
    axes = figure.add_axes((left / TEXT_WIDTH, _BELOW / height, wide / TEXT_WIDTH, _ROW * rows / height))
    axes.set_ylim(rows - 0.5, -0.5)
    return figure, axes


def _margin(names: list[str]) -> float:
    """Return the inches that names need."""
    return 0.3 + 0.07 * max(map(len, names))


def _names(axes: Axes, names: list[str]) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_yticks([])
    for k, name in enumerate(names):
        words, properties = text_label(name)
        axes.text(-0.02, k, words, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=8.5, **properties)


def _legend(figure: Figure, height: float, entries: list[tuple[str, str, int]]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    x, y = 0.12, height - _TITLE - 0.12
    for name, kind, k in entries:
        style = PLAYERS[k % len(PLAYERS)]
        if kind in {"bar", "grey"}:
            face, edge, hatch = (style.fill, style.ink, style.hatch) if kind == "bar" else ("#e4e4e4", QUIET, "")
            place = (x / TEXT_WIDTH, (y - 0.06) / height)
            figure.add_artist(
                Rectangle(place, 0.2 / TEXT_WIDTH, 0.12 / height, facecolor=face, edgecolor=edge, hatch=hatch, linewidth=0.5, transform=figure.transFigure)
            )
        else:
            marker = {"range": "", "dot": "^", "option": "D", "mark": style.marker}[kind]
            ends = [x / TEXT_WIDTH, (x + 0.2) / TEXT_WIDTH] if kind == "range" else [(x + 0.1) / TEXT_WIDTH]
            figure.add_artist(
                Line2D(ends, [y / height] * len(ends), color=style.ink, linewidth=3 if kind == "range" else 0, marker=marker, markersize=4.5,
                       markerfacecolor="white" if kind == "option" else style.ink, transform=figure.transFigure)
            )  # fmt: skip
        words, properties = text_label(name)
        figure.text((x + 0.27) / TEXT_WIDTH, y / height, words, fontsize=8.5, va="center", color=INK, **properties)
        x += 0.27 + 0.066 * len(name) + 0.2
