"""Pictures of games of many members: who does what along a lever, waves of best replies, tipping points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.reports.figure_labels import text_label
from detente.reports.figure_style import FILLS, INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from detente.games.population import PopulationGame
    from detente.solve.population.best_reply import BestReplyPath

__all__ = ["lever_figure", "members_figure", "normal_waves_figure", "tipping_curve", "waves_figure"]

#: Inches: left of a panel, right of it, the title, the legend, below a panel.
_LEFT, _RIGHT, _TITLE, _LEGEND, _BELOW = 0.62, 0.2, 0.3, 0.3, 0.5


def _fills(actions: Sequence[str]) -> dict[str, tuple[str, str]]:
    return {action: FILLS[k % len(FILLS)] for k, action in enumerate(actions)}


def _legend(figure: Figure, names: Mapping[str, tuple[str, str]], top: float, label: Callable[[str], str]) -> None:
    """Draw swatches with names in one line, ``top`` inches below the upper edge."""
    from matplotlib.patches import Rectangle

    width, height = figure.get_size_inches()
    x = 0.12
    for name, (color, hatch) in names.items():
        figure.add_artist(
            Rectangle(
                (x / width, 1 - (top + 0.16) / height), 0.2 / width, 0.13 / height, facecolor=color, hatch=hatch, edgecolor=QUIET,
                linewidth=0.5, transform=figure.transFigure,
            )
        )  # fmt: skip
        words, properties = text_label(label(name))
        figure.text((x + 0.26) / width, 1 - (top + 0.1) / height, words, fontsize=8.5, va="center", **properties)
        x += 0.26 + 0.068 * len(label(name)) + 0.22


def _headed(height: float, title: str) -> Figure:
    figure = new_figure(TEXT_WIDTH, height)
    if title:
        words, properties = text_label(title)
        figure.text(0.1 / TEXT_WIDTH, 1 - 0.08 / height, words, fontsize=9.5, va="top", **properties)
    return figure


def _cells(axes: Axes, grid: Sequence[Sequence[int]], fills: Sequence[tuple[str, str]], edges: Sequence[float]) -> None:
    """Fill columns of members, first member lowest; neighbors of one action make one rectangle."""
    from matplotlib.patches import Rectangle

    for column, own in enumerate(grid):
        start = 0
        for k in range(1, len(own) + 1):
            if k == len(own) or own[k] != own[start]:
                color, hatch = fills[own[start]]
                axes.add_patch(
                    Rectangle(
                        (edges[column], start + 0.5), edges[column + 1] - edges[column], k - start, facecolor=color, hatch=hatch,
                        edgecolor="#ffffff" if hatch == "" else QUIET, linewidth=0,
                    )
                )  # fmt: skip
                start = k


def _bare(axes: Axes, *sides: str) -> None:
    for side in sides or ("top", "right"):
        axes.spines[side].set_visible(False)


def lever_figure(
    curves: Mapping[str, Sequence[tuple[float, Sequence[int], Sequence[int]]]],
    actions: Sequence[str],
    *,
    here: Mapping[str, float],
    critical: Mapping[str, Sequence[float]],
    label: Callable[[str], str] = str,
    title: str = "",
) -> Figure:
    """Return who does what along each lever, member by member.

    Parameters
    ----------
    curves : mapping of lever to (value, actions from all highest, actions from all lowest)
        Action numbers per member, least rank first; values at even distances.
    here, critical : mapping of lever to values
        The point, and where all taking the highest action begins or ends.
    """
    columns = 2 if len(curves) > 1 else 1
    lines = -(-len(curves) // columns)
    panel = 1.9 if columns == 2 else 2.6
    height = _TITLE + _LEGEND + lines * (panel + _BELOW)
    with figure_style():
        figure = _headed(height, title)
        fills = _fills(actions)
        wide = (TEXT_WIDTH - columns * (_LEFT + _RIGHT)) / columns
        _legend(figure, fills, _TITLE, label)
        words, properties = text_label("dotted: the point")
        figure.text((TEXT_WIDTH - 0.1) / TEXT_WIDTH, 1 - (_TITLE + 0.1) / height, words, fontsize=8.5, va="center", ha="right", **properties)
        for k, (lever, points) in enumerate(curves.items()):
            row, column = divmod(k, columns)
            left = _LEFT + column * (wide + _LEFT + _RIGHT)
            bottom = height - _TITLE - _LEGEND - (row + 1) * (panel + _BELOW) + _BELOW
            axes = figure.add_axes((left / TEXT_WIDTH, bottom / height, wide / TEXT_WIDTH, panel / height))
            values = [value for value, *_ in points]
            step = (values[-1] - values[0]) / max(1, len(values) - 1)
            edges = [value - step / 2 for value in values] + [values[-1] + step / 2]
            _cells(axes, [high for _, high, _ in points], list(fills.values()), edges)
            n = len(points[0][1])
            lowest = [_below(low, len(actions) - 1) for _, _, low in points]
            if lowest != [_below(high, len(actions) - 1) for _, high, _ in points]:
                axes.step(values, [each + 0.5 for each in lowest], where="mid", color=INK, linewidth=1.3)
            axes.set(xlim=(values[0], values[-1]), ylim=(0.5, n + 0.5))
            if values[0] <= here.get(lever, values[0] - 1) <= values[-1]:
                axes.axvline(here[lever], color=INK, linestyle=":", linewidth=1)
            for value in critical.get(lever, ()):
                axes.axvline(value, color=INK, linestyle="--", linewidth=1)
                words, properties = text_label(f"all {label(actions[-1])}")
                low_side = value > (values[0] + values[-1]) / 2
                axes.annotate(
                    words, (value, 0.06), xycoords=("data", "axes fraction"), xytext=(-3 if low_side else 3, 0), rotation=90,
                    textcoords="offset points", fontsize=7.5, ha="right" if low_side else "left", va="bottom",
                    bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 1}, **properties,
                )  # fmt: skip
            words, properties = text_label(label(lever))
            axes.set_xlabel(words, **properties)
            if column == 0:
                axes.set_ylabel("rank of dependency")
            _bare(axes)
    return figure


def _below(own: Sequence[int], top: int) -> int:
    """Return how many members are at the highest action."""
    return sum(1 for each in own if each == top)


def waves_figure(paths: Mapping[str, BestReplyPath], label: Callable[[str], str] = str, title: str = "") -> Figure:
    """Return what every member does round by round, one panel a path; members that are held are marked."""
    first = next(iter(paths.values()))
    actions, n = first.game.actions, first.game.n
    panel = 2.7
    height = _TITLE + _LEGEND + panel + _BELOW + 0.2
    with figure_style():
        figure = _headed(height, title)
        fills = _fills(actions)
        _legend(figure, fills, _TITLE, label)
        rounds = [len(path.profiles) for path in paths.values()]
        gap = _LEFT + _RIGHT
        free = TEXT_WIDTH - gap * len(paths)
        left = _LEFT
        for k, (name, path) in enumerate(paths.items()):
            wide = free * (rounds[k] + 1) / (sum(rounds) + len(rounds))
            axes = figure.add_axes((left / TEXT_WIDTH, _BELOW / height, wide / TEXT_WIDTH, panel / height))
            _cells(axes, path.profiles, list(fills.values()), [each - 0.5 for each in range(rounds[k] + 1)])
            for each in range(1, rounds[k]):
                axes.axvline(each - 0.5, color="white", linewidth=1.2)
            for member in path.held:
                axes.text(
                    -0.46, member + 1, "held", fontsize=7.5, va="center", ha="left", zorder=3,
                    bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 1},
                )  # fmt: skip
                axes.plot([-0.5, rounds[k] - 0.5], [member + 1] * 2, color=INK, linewidth=0.8, linestyle=":")
            axes.set(xlim=(-0.5, rounds[k] - 0.5), ylim=(0.5, n + 0.5), xticks=range(rounds[k]))
            axes.set_xlabel("round")
            words, properties = text_label(name)
            axes.set_title(words, fontsize=8.5, loc="left", pad=3, **properties)
            if k == 0:
                axes.set_ylabel("rank")
            _bare(axes)
            left += wide + gap
    return figure


def normal_waves_figure(
    points: Mapping[str, tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]]], players: Sequence[str], strategies: Sequence[str],
    label: Callable[[str], str] = str, title: str = "",
) -> Figure:  # fmt: skip
    """Return in which wave each player of a game with two strategies steps up and whether it does, point by point.

    Parameters
    ----------
    points : mapping of point to (profiles from all lowest, profiles from all highest)
    """
    row, names = 0.24, 1.1 + 0.02
    top = _TITLE + _LEGEND + 0.42
    height = top + row * len(players) + 0.15
    with figure_style():
        from matplotlib.patches import Rectangle

        figure = _headed(height, title)
        fills = _fills(strategies)
        only_high = ("#ffffff", "////")
        low_name, high_name = label(strategies[0]), label(strategies[-1])
        legend = {f"{high_name}, by wave": fills[strategies[-1]], f"{high_name} only in the greatest": only_high, low_name: fills[strategies[0]]}
        _legend(figure, legend, _TITLE, lambda name: name)
        axes = figure.add_axes((names / TEXT_WIDTH, 0.1 / height, (TEXT_WIDTH - names - 0.15) / TEXT_WIDTH, row * len(players) / height))
        for column, (low, high) in enumerate(points.values()):
            for k, _ in enumerate(players):
                wave = next((r for r in range(1, len(low)) if low[r][k] > low[r - 1][k]), 0)
                at_end = low[-1][k] > 0
                color, hatch = fills[strategies[-1]] if at_end else only_high if high[-1][k] > 0 else fills[strategies[0]]
                axes.add_patch(Rectangle((column, k), 0.94, 0.9, facecolor=color, hatch=hatch, edgecolor=QUIET, linewidth=0.4))
                if at_end:
                    axes.text(column + 0.47, k + 0.45, str(wave), ha="center", va="center", fontsize=8.5)
        axes.set(xlim=(0, len(points)), ylim=(len(players), 0))
        axes.set_axis_off()
        for k, player in enumerate(players):
            words, properties = text_label(label(player))
            axes.text(-0.06, k + 0.45, words, ha="right", va="center", fontsize=8.5, **properties)
        for column, point in enumerate(points):
            words, properties = text_label(label(point).replace(" ", "\n", 1))
            axes.text(column + 0.47, -0.15, words, ha="center", va="bottom", fontsize=8, **properties)
    return figure


def tipping_curve(game: PopulationGame, others: int) -> list[int]:
    """Return how many members would take the highest action if the first 0, 1, .., N did, the others at ``others``.

    Where the curve crosses the diagonal from above nobody moves by itself: with members in order of what they gain these
    are the equilibria among such profiles; where it crosses from below the bloc tips. Ties go to the lower action.
    """
    from detente.solve.population.best_reply import best_replies

    top = len(game.actions) - 1
    starts = ([top] * k + [others] * (game.n - k) for k in range(game.n + 1))
    return [best_replies(game, start).count(top) for start in starts]


def members_figure(game: PopulationGame, low: BestReplyPath, high: BestReplyPath, label: Callable[[str], str] = str, title: str = "") -> Figure:
    """Return the tipping diagram: how many take the highest action next, against how many do now."""
    actions, n = game.actions, game.n
    curves = {each: tipping_curve(game, k) for k, each in enumerate(actions[:-1])}
    height = _TITLE + 3.3
    with figure_style():
        figure = _headed(height, title)
        axes = figure.add_axes((_LEFT / TEXT_WIDTH, 0.48 / height, 2.75 / TEXT_WIDTH, 2.75 / height))
        axes.plot([0, n], [0, n], color=QUIET, linewidth=0.8)
        for k, values in enumerate(curves.values()):
            style = PLAYERS[k % len(PLAYERS)]
            axes.step(range(n + 1), values, where="mid", color=style.ink, linestyle=style.dash)
        ends = {path.counts[-1]: path for path in (low, high) if path.cycle is None}
        for count in ends:
            axes.plot([count], [count], marker="o", markersize=6, color=INK, clip_on=False, zorder=4)
        axes.set(xlim=(0, n), ylim=(0, n), aspect="equal")
        words, properties = text_label(f"{label(actions[-1])} now")
        axes.set_xlabel(words, **properties)
        words, properties = text_label(f"{label(actions[-1])} next")
        axes.set_ylabel(words, **properties)
        _bare(axes)
        x = (_LEFT + 2.75 + 0.3) / TEXT_WIDTH
        lines = [(f"the others {label(each)}", PLAYERS[k % len(PLAYERS)]) for k, each in enumerate(curves)]
        for k, (text, style) in enumerate(lines):
            y = 1 - (_TITLE + 0.35 + 0.24 * k) / height
            figure.add_artist(_line(figure, x, y, style))
            words, properties = text_label(text)
            figure.text(x + 0.42 / TEXT_WIDTH, y, words, fontsize=8.5, va="center", **properties)
        said = [f"{count} of {n}: {'least and greatest' if len(ends) == 1 else where}" for count, where in zip(ends, ("least", "greatest"), strict=False)]
        for k, text in enumerate(["dots: where best replies come to rest", *said]):
            words, properties = text_label(text)
            figure.text(x, 1 - (_TITLE + 0.35 + 0.24 * (len(lines) + k) + 0.12) / height, words, fontsize=8.5, va="center", **properties)
    return figure


def _line(figure: Figure, x: float, y: float, style: Any) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([x, x + 0.34 / TEXT_WIDTH], [y, y], color=style.ink, linestyle=style.dash, transform=figure.transFigure)
