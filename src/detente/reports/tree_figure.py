"""A tree as a picture: who moves, the choices on the branches, the payoffs at the ends, the best moves in bold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.numbers import short
from detente.reports.figure_labels import text_label
from detente.reports.figure_style import INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure
from detente.solve.trees.backward_induction import best_moves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from detente.games.extensive import GameTree, TreeNode
    from detente.reports.figure_style import PlayerStyle

__all__ = ["MOST_ENDS", "tree_figure"]

#: Ends of a tree that are drawn.
MOST_ENDS = 32


def tree_figure(
    tree: GameTree, label: Callable[[str], str], players: Sequence[str], width: float = TEXT_WIDTH, *, styles: Sequence[int] = ()
) -> tuple[Figure, str] | None:
    """Return the picture of a tree, growing to the right, and its words; None where it has too many ends.

    ``styles`` are the numbers of the players' colors and marks, by default in their order.
    """
    ends = tree.terminals
    if len(ends) > MOST_ENDS:
        return None
    best = best_moves(tree)
    depth = [0] * len(tree.nodes)
    for node in tree.nodes:
        for child in node.children:
            depth[child] = depth[node.index] + 1
    rows = {end.index: row for row, end in enumerate(ends)}
    at = [0.0] * len(tree.nodes)
    for node in reversed(tree.nodes):
        at[node.index] = (
            float(rows[node.index])
            if not node.children
            else sum(at[child] for child in node.children) / len(node.children)
        )
    payoffs = [", ".join(short(value, 3).replace("-", "\u2212") for value in tree.payoffs(end.index)) for end in ends]
    room = 0.075 * max(len(each) for each in payoffs) + 0.15
    height = 0.34 * len(ends) + 0.45
    levels = max(1, *depth)
    with figure_style():
        figure = new_figure(width, height)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0, width), ylim=(len(ends) - 0.4, -0.95))
        axes.axis("off")
        start = tree.nodes[0].player
        left = 0.12 + _wide(axes, players[start] if start is not None else "")
        step = (width - left - 0.35 - room) / levels

        def x(node: TreeNode) -> float:
            return left + step * depth[node.index] if node.children else left + step * levels

        for node in tree.nodes:
            for choice, child in enumerate(node.children):
                chosen = (node.index, choice) in best
                below = tree.nodes[child]
                bend = x(node) + 0.34 * step
                style = _style(node, styles)
                axes.plot(
                    [x(node), bend, x(below)], [at[node.index], at[child], at[child]],
                    color=style.ink if node.player is not None else QUIET, linewidth=2.0 if chosen else 0.8,
                    linestyle="-" if chosen else (0, (4, 2)), zorder=1, solid_capstyle="round",
                )  # fmt: skip
                words, properties = text_label(_branch(node, choice, label))
                axes.text(
                    bend + 0.04, at[child] - 0.09, words, fontsize=8, va="bottom", ha="left", color=INK,
                    fontweight="bold" if chosen else "normal", **properties,
                )  # fmt: skip
        for node in tree.nodes:
            if not node.children:
                continue
            style = _style(node, styles)
            ink = style.ink if node.player is not None else QUIET
            axes.plot([x(node)], [at[node.index]], style.marker if node.player is not None else "o", color=ink, markersize=5, zorder=3)
            name = players[node.player] if node.player is not None else ""
            _name(axes, x(node), at[node.index], name, ink, first=node.index == 0)
        for end, text in zip(ends, payoffs, strict=True):
            axes.text(left + step * levels + 0.1, rows[end.index], text, fontsize=8, va="center", ha="left", color=INK)
    said = "; ".join(
        f"{' > '.join(label(_action(tree, node, action)) for node, action in tree.path(end.index))}: {text}"
        for end, text in zip(ends, payoffs, strict=True)
    )
    return figure, said


def _wide(axes: Axes, name: str) -> float:
    """Return the inches that a name takes in front of a tree."""
    if not name:
        return 0.0
    text, properties = text_label(name)
    shown = axes.text(0, 0, text, fontsize=8, **properties)
    wide = shown.get_window_extent(axes.figure.canvas.get_renderer()).width / axes.figure.dpi  # type: ignore[attr-defined]
    shown.remove()
    return float(wide) + 0.05


def _style(node: TreeNode, styles: Sequence[int]) -> PlayerStyle:
    number = node.player or 0
    return PLAYERS[(styles[number] if styles else number) % len(PLAYERS)]


def _name(axes: Axes, x: float, y: float, name: str, ink: str, *, first: bool) -> None:
    """Write who moves below the branch that leads there, where no label of a branch stands; before the first move, in front."""
    if not name:
        return
    text, properties = text_label(name)
    axes.text(
        x - (0.08 if first else 0.03), y if first else y + 0.12, text, fontsize=8, va="center" if first else "top", ha="right", color=ink,
        style="normal", bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}, zorder=4, **properties,
    )  # fmt: skip


def _action(tree: GameTree, node: int, action: int) -> str:
    return str(tree.nodes[node].actions[action])


def _branch(node: TreeNode, choice: int, label: Callable[[str], str]) -> str:
    words = label(str(node.actions[choice]))
    if node.player is None:
        return f"{words} {short(node.probabilities[choice], 3)}"
    return words
