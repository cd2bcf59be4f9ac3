"""A tree as an outline in text and as a drawing in SVG."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from detente.display import Drawing, clean, width
from detente.numbers import plain

if TYPE_CHECKING:
    from collections.abc import Collection

    from detente.games.extensive import GameTree, TreeNode

__all__ = ["drawing", "outline", "svg"]

#: Lines of an outline and ends of a drawing beyond which the rest is only counted.
MAX_LINES, MAX_ENDS = 60, 200


def shorten(text: str, limit: int) -> str:
    """Return ``text`` on one line of at most ``limit`` columns, with ``...`` in place of the rest."""
    text = clean(text)
    if width(text) <= limit:
        return text
    while text and width(text) > limit - 3:
        text = text[:-1]
    return text + "..."


def _here(tree: GameTree, node: TreeNode) -> str:
    """Return what happens at a node: who moves at which set, the odds of chance, or the payoffs."""
    if node.kind == "terminal":
        paid = f"({', '.join(plain(value) for value in tree.payoffs(node.index))})"
        return paid + (f" {node.outcome.name}" if node.outcome and node.outcome.name else "")
    bonus = f" pays ({', '.join(plain(value) for value in node.outcome.payoffs)})" if node.outcome else ""
    if node.kind == "chance":
        return f"chance{f' {node.name}' if node.name else ''}{bonus}"
    assert node.player is not None
    assert node.information_set is not None
    return f"{tree.players[node.player]} [{tree.information_sets[node.information_set].label}]{bonus}"


def _mover(tree: GameTree, node: TreeNode) -> str:
    """Return who moves, for a drawing: a set that is named after its player and the moves before needs no more."""
    if node.player is not None and node.information_set is not None and not node.outcome:
        name, label = tree.players[node.player], tree.information_sets[node.information_set].label
        if label == name or label.startswith(f"{name} after "):
            return name
    return _here(tree, node)


def outline(tree: GameTree, limit: int = 80) -> str:
    """Return a tree as indented text, one line per node; a set in brackets returns where nodes share it."""
    lines = [shorten(tree.title, limit)] if tree.title else []
    depth: list[int] = []
    for node in tree.nodes:
        depth.append(0 if node.parent is None else depth[node.parent] + 1)
        if len(lines) >= MAX_LINES:
            lines.append(f"... {len(tree.nodes) - node.index} more nodes")
            break
        text = _here(tree, node)
        if node.parent is not None:
            assert node.action is not None
            parent = tree.nodes[node.parent]
            odds = f" ({plain(parent.probabilities[node.action])})" if parent.kind == "chance" else ""
            text = f"{parent.actions[node.action]}{odds} -> {text}"
        lines.append(shorten("  " * min(depth[-1], 20) + text, limit))
    return "\n".join(lines)


def drawing(tree: GameTree, played: Collection[tuple[int, int]] = (), text: str | None = None) -> Drawing:
    """Return a tree for a page; in a terminal it is its outline, or ``text``, in LaTeX the table of its ends."""
    return Drawing(svg(tree, played), outline(tree) if text is None else text, tree.table())


def svg(tree: GameTree, played: Collection[tuple[int, int]] = ()) -> str:
    """Return a tree as SVG: the root at the left, ends at the right, sets joined by dashed lines.

    ``played`` holds moves, as node and position of the action, that are drawn as thick lines. Everything is drawn in
    ``currentColor``, so that light and dark pages both work. Labels are escaped.
    """
    ends = [node.index for node in tree.nodes if node.kind == "terminal"]
    if len(ends) > MAX_ENDS:
        return f"<pre>{html.escape(outline(tree))}</pre>"
    row, step, top = 34, 165, 48
    left = 26 + 7 * width(shorten(_mover(tree, tree.nodes[0]), 22))
    depth: list[int] = []
    for node in tree.nodes:
        depth.append(0 if node.parent is None else depth[node.parent] + 1)
    y = {index: top + row * k for k, index in enumerate(ends)}
    for node in reversed(tree.nodes):
        if node.children:
            y[node.index] = (y[node.children[0]] + y[node.children[-1]]) // 2
    x = {node.index: left + step * depth[node.index] for node in tree.nodes}
    wide, high = left + step * max(depth) + 200, top + row * len(ends)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        'role="img" style="max-width:100%;height:auto" font-family="sans-serif" font-size="12" '
        'fill="currentColor" stroke="none">'
    )
    parts = [
        head,
        f"<title>{html.escape(clean(tree.title) or 'game tree')}</title>",
    ]
    for each in tree.information_sets:
        for a, b in zip(each.nodes, each.nodes[1:], strict=False):
            bend = (x[a] + x[b]) // 2 - 22 - 14 * (each.index % 3)
            parts.append(
                f'<path d="M{x[a]} {y[a]} Q{bend} {(y[a] + y[b]) // 2} {x[b]} {y[b]}" fill="none" '
                'stroke="currentColor" stroke-dasharray="4 4" opacity="0.7"/>'
            )
    for node in tree.nodes:
        at = node.index
        if node.parent is not None:
            assert node.action is not None
            parent = tree.nodes[node.parent]
            parts.append(
                f'<line x1="{x[node.parent]}" y1="{y[node.parent]}" x2="{x[at]}" y2="{y[at]}" '
                f'stroke="currentColor" stroke-width="{3.2 if (node.parent, node.action) in played else 1.2}"/>'
            )
            odds = f" {plain(parent.probabilities[node.action])}" if parent.kind == "chance" else ""
            middle_x = x[node.parent] + (x[at] - x[node.parent]) * 11 // 20
            middle_y = y[node.parent] + (y[at] - y[node.parent]) * 11 // 20
            # Above a line that rises, below one that falls: there the line does not cross the text.
            shift_y = -6 if y[at] <= y[node.parent] else 14
            parts.append(
                _text(middle_x, middle_y + shift_y, parent.actions[node.action] + odds, "middle", 16)
            )
        if node.kind == "terminal":
            parts.append(_text(x[at] + 8, y[at] + 4, _here(tree, node), "start", 28))
            continue
        hollow = ' fill="none" stroke="currentColor" stroke-width="1.5"' if node.kind == "chance" else ""
        parts.append(f'<circle cx="{x[at]}" cy="{y[at]}" r="4.5"{hollow}/>')
        if node.parent is None:  # beside the root, where no branch crosses it
            parts.append(_text(x[at] - 10, y[at] + 4, _mover(tree, node), "end", 22, bold=True))
            continue
        falls = y[at] > y[node.parent]
        parts.append(_text(x[at] - 16, y[at] + (20 if falls else -11), _mover(tree, node), "middle", 22, bold=True))
    return "".join([*parts, "</svg>"])


def _text(x: int, y: int, text: str, anchor: str, limit: int, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{weight}>{html.escape(shorten(text, limit))}</text>'
