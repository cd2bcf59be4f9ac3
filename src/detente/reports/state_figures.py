"""Pictures of games with a state: who does what in which state and what it is worth; a decision over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import to_float
from detente.reports.figure_labels import text_label
from detente.reports.figure_style import FILLS, INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.figure import Figure

    from detente.solve.control.control_result import ControlResult
    from detente.solve.stochastic.markov_result import MarkovResult

__all__ = ["MAX_SHOWN", "control_figure", "markov_figure"]

#: States that fit beside each other.
MAX_SHOWN = 60
#: Inches: a row of cells, a panel of values, the margin left of them, the title, a line of the legend, a letter of it.
_ROW, _PANEL, _LEFT, _TITLE, _LINE, _LETTER = 0.24, 1.15, 1.55, 0.36, 0.21, 0.064
#: Periods of a decision that are drawn.
_PERIODS = 30


def _rows(result: MarkovResult, states: Sequence[Any], label: Callable[[str], str]) -> list[tuple[str, list[str | None]]]:
    """Return for each player, and each action it may see before, what it does in each state; None: it mixes."""
    first = result.equilibria[0]
    found: list[tuple[str, list[str | None]]] = []
    for player, policy in first.policy.items():
        replies = first.replies.get(player)
        if replies is None:
            found.append((label(player), [_pure(policy[s]) for s in states]))
            continue
        seen = dict.fromkeys(moves for s in states for moves in replies[s])
        for moves in seen:
            after = ", ".join(label(each) for each in moves.split(","))
            found.append((f"{label(player)} after {after}", [_pure(replies[s].get(moves, {})) for s in states]))
    return found


def _pure(weights: Mapping[str, Any]) -> str | None:
    played = [action for action, weight in weights.items() if weight != 0]
    return played[0] if len(played) == 1 else None


def markov_figure(result: MarkovResult, label: Callable[[str], str] = str, title: str = "") -> Figure:
    """Return what the first equilibrium does in every state, the path from the start outlined, and the values below.

    Raises
    ------
    UsageError
        If there are more states than fit beside each other, or no equilibrium.
    """
    game = result.game
    states = list(game.playing)
    if not result.equilibria or len(states) > MAX_SHOWN:
        raise UsageError(f"found {len(states)} states and {len(result.equilibria)} equilibria; at most {MAX_SHOWN} states are drawn")
    first = result.equilibria[0]
    rows = _rows(result, states, label)
    played = {each for _, own in rows for each in own}
    actions = [each for each in dict.fromkeys(a for own in game.actions[states[0]] for a in own) if each in played]
    actions += sorted(each for each in played - {*actions} if each is not None)
    fills = {action: FILLS[k % len(FILLS)] for k, action in enumerate(actions)}
    on_path = {state for state, _ in first.path.steps} if first.path is not None else set()
    players = list(first.values)
    legend = _legend([(label(each), fills[each]) for each in actions])
    top_part = _TITLE + _LINE * (1 + max((line for line, *_ in legend), default=0)) + 0.06
    height = top_part + _ROW * len(rows) + 0.25 + (_PANEL + 0.18) * len(players) + 0.3
    with figure_style():
        from matplotlib.patches import Rectangle

        figure = new_figure(TEXT_WIDTH, height)
        wide = TEXT_WIDTH - _LEFT - 0.2
        bottom = 1 - (top_part + _ROW * len(rows)) / height
        axes = figure.add_axes((_LEFT / TEXT_WIDTH, bottom, wide / TEXT_WIDTH, _ROW * len(rows) / height))
        for k, (name, own) in enumerate(rows):
            for at, action in enumerate(own):
                color, hatch = fills[action] if action is not None else ("white", "")
                axes.add_patch(Rectangle((at - 0.5, k), 1, 1, facecolor=color, hatch=hatch, edgecolor="white", linewidth=0.6))
            words, properties = text_label(name)
            axes.text(-0.7, k + 0.5, words, ha="right", va="center", fontsize=8.5, **properties)
        for at, state in enumerate(states):
            if state in on_path:
                axes.add_patch(Rectangle((at - 0.5, 0), 1, len(rows), facecolor="none", edgecolor=INK, linewidth=1.3, zorder=3))
        axes.set_xlim(-0.5, len(states) - 0.5)
        axes.set_ylim(len(rows), 0)
        axes.set_axis_off()
        for line, x, name, (color, hatch) in legend:
            y = height - _TITLE - _LINE * (line + 1) + 0.06
            swatch = Rectangle(
                (x / TEXT_WIDTH, y / height), 0.2 / TEXT_WIDTH, 0.13 / height, facecolor=color, hatch=hatch, edgecolor=QUIET,
                linewidth=0.5, transform=figure.transFigure,
            )  # fmt: skip
            figure.add_artist(swatch)
            words, properties = text_label(name)
            figure.text((x + 0.26) / TEXT_WIDTH, (y + 0.065) / height, words, fontsize=8.5, va="center", **properties)
        for k, player in enumerate(players):
            top = bottom - (0.25 + (_PANEL + 0.18) * k) / height
            panel = figure.add_axes((_LEFT / TEXT_WIDTH, top - _PANEL / height, wide / TEXT_WIDTH, _PANEL / height))
            style = PLAYERS[k % len(PLAYERS)]
            values = [to_float(first.values[player][s]) for s in states]
            panel.plot(range(len(states)), values, color=style.ink, marker=style.marker, markersize=3)
            panel.set_xlim(-0.5, len(states) - 0.5)
            for side in ("top", "right"):
                panel.spines[side].set_visible(False)
            panel.set_xticks(range(len(states)))
            panel.set_xticklabels([str(s) for s in states] if k == len(players) - 1 else [""] * len(states), fontsize=7)
            words, properties = text_label(f"value to\n{label(player)}" if len(label(player)) > 12 else f"value to {label(player)}")
            figure.text(0.1 / TEXT_WIDTH, top - _PANEL / 2 / height, words, fontsize=8.5, va="center", **properties)
        figure.text((_LEFT + wide / 2) / TEXT_WIDTH, 0.08 / height, "state; outlined: the path from the start", ha="center", fontsize=8.5)
        if title:
            words, properties = text_label(title)
            figure.text(0.1 / TEXT_WIDTH, 1 - 0.08 / height, words, fontsize=9.5, va="top", **properties)
    return figure


def _legend(entries: Sequence[tuple[str, tuple[str, str]]]) -> list[tuple[int, float, str, tuple[str, str]]]:
    """Return for each entry its line and how far from the left it begins, in inches."""
    found, line, x = [], 0, 0.1
    for name, fill in entries:
        width = 0.26 + _LETTER * len(name) + 0.18
        if x > 0.1 and x + width > TEXT_WIDTH:
            line, x = line + 1, 0.1
        found.append((line, x, name, fill))
        x += width
    return found


def control_figure(result: ControlResult, title: str = "") -> Figure:
    """Return the state and the best action over the first periods from the start."""
    path = result.path[:_PERIODS]
    if not path:
        raise UsageError("found no path from the start; only problems solved exactly have one")
    name = result.game.action
    with figure_style():
        height = 3.3
        figure = new_figure(TEXT_WIDTH, height)
        for k, (what, values) in enumerate((("state", [s for s, _ in path]), (name, [a for _, a in path]))):
            axes = figure.add_axes((0.62 / TEXT_WIDTH, (0.5 + 1.3 * (1 - k)) / height, (TEXT_WIDTH - 0.8) / TEXT_WIDTH, 1.05 / height))
            style = PLAYERS[k]
            floats = [to_float(each) for each in values]
            axes.step(range(1, len(path) + 1), floats, where="mid", color=style.ink, linestyle=style.dash)
            axes.plot(range(1, len(path) + 1), floats, color=style.ink, marker=style.marker, markersize=3.5, linestyle="none")
            most = max([*floats, 1e-9])
            axes.set_ylim(-0.05 * most, 1.12 * most)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
            words, properties = text_label(what)
            axes.set_ylabel(words, **properties)
            if k == 1:
                axes.set_xlabel("period")
        if title:
            words, properties = text_label(title)
            figure.text(0.1 / TEXT_WIDTH, 1 - 0.08 / height, words, fontsize=9.5, va="top", **properties)
    return figure
