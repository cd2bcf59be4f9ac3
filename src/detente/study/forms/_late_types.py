"""A tree whose types are drawn as late as nobody can tell.

A type that the first movers do not see may be drawn after they have moved: nobody knows or does anything else (the
interchange of moves of Thompson 1952). Where each player then knows all that was chosen and drawn before, backward
induction, commitments and levers work as in any other tree with perfect information.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.study.forms._moves import Play

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.games.symbolic_tree import SymbolicTree
    from detente.payoffs.table import PathPayoffs
    from detente.study.model import GameModel

__all__ = ["LateTree", "late_play", "late_tree"]


def late_play(play: Play) -> Play:
    """Return the same play with every draw moved to just before the first player who sees it."""
    points = [each for each in play.points if each.owner is not None or each.after]
    for drawn in (each for each in play.points if each.owner is None and not each.after):
        asks = (
            k
            for k, each in enumerate(points)
            if drawn.name not in each.unseen or any(drawn.name in one for one in (*each.after, *_conditions(each)))
        )
        points.insert(next(asks, len(points)), drawn)
    return Play(tuple(points))


def _conditions(point: Any) -> list[Mapping[str, Any]]:
    return [each for when in point.only.values() for each in when]


@dataclass(frozen=True)
class LateTree:
    """A tree with late types, and how its ways of play are called."""

    tree: SymbolicTree
    play: Play

    def way(self, paths: Sequence[Mapping[str, str]], asked: str) -> str:
        """Return the name of the way of play that has these paths, one for each draw or some of them.

        Raises
        ------
        UsageError
            If no way has them, or several do.
        """
        from detente.conclusions.tree_outcomes import TreeOutcomes

        names = [",".join(path[point.name] for point in self.play.points if point.name in path) for path in paths]
        labels = list(TreeOutcomes(self.tree).labels.values())
        found = [each for each in labels if set(names) <= set(each.split(" | "))]
        if len(found) != 1:
            some = f"{len(found)} ways of play have it, such as {found[0]}" if found else "no way of play has it"
            raise UsageError(f"found {asked!r}: {some}; expected the path of every type, joined by |")
        return found[0]


def late_tree(model: GameModel, payoffs: PathPayoffs) -> LateTree | None:
    """Return the tree with its types drawn late, or None where that does not make it one of perfect information."""
    from detente.games.symbolic_tree import SymbolicTree

    play: Play = model.definition.data.play
    if not any(each.owner is None for each in play.points):
        return None
    late = late_play(play)
    for k, point in enumerate(late.points):
        if point.owner is not None and point.unseen & {each.name for each in late.points[:k] if each.owner is not None}:
            return None
    seen = Play(tuple(replace(each, unseen=frozenset()) if _tells(late, k) else each for k, each in enumerate(late.points)))
    root = seen.tree(
        lambda path: {player: payoffs.payoff_where(player, path) for player in model.players}, lambda odds: odds
    )
    constraints = tuple(each.formula for each in model.payoff_model.constraints)
    tree = SymbolicTree(model.players, root, model.intervals, model.derived, constraints, model.name)
    return LateTree(tree, seen) if tree.perfect_information else None


def _tells(play: Play, position: int) -> bool:
    """Return whether what is hidden at a point follows there from what is seen."""
    point = play.points[position]
    known: dict[Any, set[Any]] = {}
    for path in play.paths():
        if point.name not in path:
            continue
        before = {each.name: path[each.name] for each in play.points[:position] if each.name in path}
        hidden = tuple(each for each in before.items() if each[0] in point.unseen)
        known.setdefault(play.seen(point, before), set()).add(hidden)
    return all(len(each) == 1 for each in known.values())
