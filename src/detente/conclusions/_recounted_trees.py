"""Trees whose payoffs are counted in another way, and whether a conclusion about their paths holds there."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.extensive import GameTree, Move, Outcome

if TYPE_CHECKING:
    from random import Random

    from detente.conclusions.conclusion import Conclusion
    from detente.games.symbolic_tree import SymbolicTree

__all__ = ["increased", "random_point", "tree_truth"]

#: Steps between neighboring payoffs: very different ones, so that differences change their order.
_STEPS = (Fraction(1, 60), Fraction(1, 7), Fraction(1), Fraction(10), Fraction(200))


def random_point(tree: SymbolicTree, random: Random, *, first: bool) -> dict[str, Fraction]:
    """Return the baseline, or a random point of the box that meets the constraints."""
    for _ in range(1000):
        point = {
            name: each.value if first else each.low + (each.high - each.low) * Fraction(random.randrange(61), 60)
            for name, each in tree.parameters.items()
        }
        if first or tree.formulas.allowed(point):
            return point
    raise UsageError("found no point that meets the constraints among 1000 of the box")


def increased(tree: GameTree, random: Random) -> GameTree:
    """Return a tree with the payoffs of each player replaced by a random strictly increasing function of them."""
    totals = {node.index: tree.totals[node.index] for node in tree.terminals}
    new: list[dict[Any, Fraction]] = []
    for player in range(len(tree.players)):
        at, own = Fraction(random.randint(-50, 50)), {}
        for value in sorted({total[player] for total in totals.values()}):
            own[value] = at
            at += random.randint(1, 9) * random.choice(_STEPS)
        new.append(own)
    labels = {index: each.label for each in tree.information_sets for index in each.nodes}
    made: dict[int, Move] = {}
    for node in reversed(tree.nodes):
        outcome = None
        if node.kind == "terminal":
            values = tuple(own[value] for own, value in zip(new, totals[node.index], strict=True))
            outcome = Outcome(values)
        children = [made.pop(child) for child in node.children]
        branches = tuple((label, None, child) for label, child in zip(node.actions, children, strict=True))
        made[node.index] = Move(node.kind, node.player, labels.get(node.index), branches, outcome, "", node.name)
    return GameTree(tree.players, made[0], tree.title)


def tree_truth(tree: GameTree, conclusion: Conclusion) -> bool:
    """Return whether a conclusion about paths of a tree with perfect information and without chance holds."""
    from detente.solve.trees.backward_induction import backward_induction

    solved = backward_induction(tree)
    kind, _, rest = conclusion.text.partition(":")
    wanted = {tuple(part.strip() for part in path.split(",")) for path in (conclusion.name or rest).split(";")}
    assert solved.outcomes is not None
    outcomes = {each[0].actions for each in solved.outcomes}
    if kind == "equilibrium":
        return wanted <= outcomes
    if kind == "selected":
        return wanted == {solved.equilibria[0].path[0].actions}
    if kind in {"unique", "set"}:
        return wanted == outcomes
    raise UsageError(f"found {conclusion.text!r} of a tree; expected equilibrium, unique, selected or set with paths")
