"""That paths of a parametric tree are outcomes of its subgame-perfect equilibria, as alternatives of inequalities.

A path is an outcome where every mover on it gets at least as much as from the worst outcome below each other action
(:mod:`detente.conclusions.tree_outcomes`); written out, this is a list of alternatives, each of inequalities that hold
together, which levers and what a conclusion rests on search through.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions._conditions import Conditions, Cube, Literal
from detente.conclusions.tree_outcomes import TreeOutcomes
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.extensive import TreeNode
    from detente.games.symbolic_tree import SymbolicTree
    from detente.solve.parametric.tree_ways import Way, WaysCase

__all__ = ["PathConditions"]

#: Most alternatives of one statement.
MAX_ALTERNATIVES = 3000
#: Inequalities ``(expression, strict)`` that hold together.
Conjunction = tuple[tuple[Any, bool], ...]


class PathConditions(Conditions):
    """A statement about the outcomes of subgame-perfect equilibria of a tree, or the one of the tie rule.

    Parameters
    ----------
    tree : SymbolicTree
        Perfect information.
    path : str
        As in :meth:`~detente.conclusions.tree_outcomes.TreeOutcomes.label`; for ``set`` several, joined by ``;``.
    kind : str
        ``equilibrium``: it is an outcome; ``unique``: the only one; ``set``: they are all outcomes; ``selected``: it is
        the one of the tie rule.
    negated : bool
        True for the opposite statement.

    Raises
    ------
    UsageError
        If the kind is another, there is no such path, or there are too many alternatives.
    """

    def __init__(self, tree: SymbolicTree, path: str, kind: str = "equilibrium", negated: bool = False) -> None:
        if kind not in {"equilibrium", "unique", "set", "selected"}:
            raise UsageError(f"found {kind!r} of a tree; expected equilibrium, unique, set or selected")
        super().__init__(tree.formulas, f"{'not ' if negated else ''}{kind}:{path}")
        outcomes = TreeOutcomes(tree)
        self.wanted = tuple(dict.fromkeys(path.split(";") if kind == "set" else [path]))
        for each in self.wanted:
            if each not in outcomes.labels.values():
                known = "; ".join(outcomes.labels.values())
                raise UsageError(f"found the path {each!r}; expected one of {known}")
        self.kind, self.negated = kind, negated
        # At every point some path is an outcome: where one is not, another is.
        self._when: dict[str, list[Cube]] = {label: [] for label in outcomes.labels.values()}
        for case in outcomes.cases:
            ladder = _Ladder(outcomes, case, strict=kind == "selected")
            for conditions in _conjunctions(case.conditions):
                for label, cubes in self._when.items():
                    found = (self._cube((*conditions, *each)) for each in ladder.alternatives(label))
                    cubes.extend(each for each in found if each is not None)
        self._finish()

    def _cube(self, inequalities: Conjunction) -> Cube | None:
        literals: dict[Literal, None] = {}
        for expression, strict in inequalities:
            index, orient = self._register(expression)
            if index is not None:
                literals[Literal(index, orient, strict)] = None
            elif orient < 0 or (strict and orient == 0):
                return None
        return tuple(literals)

    def _occurs(self, label: str, signs: tuple[int, ...]) -> bool:
        return any(all(each.met(signs[each.index]) for each in cube) for cube in self._when[label])

    def holds(self, signs: tuple[int, ...]) -> bool:
        """Return whether the statement is true where the decisive expressions have these signs."""
        found = all(self._occurs(label, signs) for label in self.wanted)
        if found and self.kind in {"unique", "set"}:
            found = not any(self._occurs(label, signs) for label in self._when if label not in self.wanted)
        return found is not self.negated

    def cubes(self, wanted: bool) -> tuple[Cube, ...]:
        """Return conjunctions that cover every point at which the statement is true (or false)."""
        first = self.wanted[0]
        if wanted is not self.negated:
            return tuple(dict.fromkeys(self._when[first]))
        # Where several paths are not all outcomes, any single one of them may be.
        passed: set[str] = set() if len(self.wanted) > 1 else {first}
        return tuple(
            dict.fromkeys(cube for label, cubes in self._when.items() if label not in passed for cube in cubes)
        )


def _conjunctions(conditions: Sequence[tuple[Any, str]]) -> list[Conjunction]:
    """Return the conditions of a case as inequalities; one that is ``!=`` makes two."""
    sides: dict[str, list[list[tuple[int, bool]]]] = {
        ">=": [[(1, False)]],
        ">": [[(1, True)]],
        "<=": [[(-1, False)]],
        "<": [[(-1, True)]],
        "==": [[(1, False), (-1, False)]],
        "!=": [[(1, True)], [(-1, True)]],
    }
    parts = [
        [tuple((turn * expression, strict) for turn, strict in side) for side in sides[kind]]
        for expression, kind in conditions
    ]
    return [tuple(each for part in chosen for each in part) for chosen in product(*parts)]


class _Ladder:
    """When a way of play is an equilibrium outcome from a node on, as alternatives of inequalities.

    ``strict``: when it is the outcome of the rule "of equals the first".
    """

    def __init__(self, outcomes: TreeOutcomes, case: WaysCase, strict: bool) -> None:
        self.tree, self.case, self.strict = outcomes.tree, case, strict
        self.outcomes = outcomes
        self.known: dict[tuple[int, tuple[int, ...]], list[Conjunction]] = {}

    def alternatives(self, path: str) -> list[Conjunction]:
        return [
            each
            for way in self.case.ways[0]
            if self.outcomes.label(way) == path
            for each in self.of(self.tree.nodes[0], way)
        ]

    def of(self, node: TreeNode, way: Way) -> list[Conjunction]:
        """Return when a way is an outcome from a node on."""
        key = node.index, way.ends
        if key not in self.known:
            self.known[key] = self._of(node, way)
        return self.known[key]

    def _of(self, node: TreeNode, way: Way) -> list[Conjunction]:
        if node.kind == "terminal":
            return [()]
        if node.kind == "chance":
            found: list[Conjunction] = [()]
            start = 0
            for child in node.children:
                part = next(
                    each for each in self.case.ways[child] if each.ends == way.ends[start : start + len(each.ends)]
                )
                start += len(part.ends)
                found = self._joined(found, self.of(self.tree.nodes[child], part))
            return found
        assert node.player is not None
        own = next(a for a, child in enumerate(node.children) if way in self.case.ways[child])
        found = self.of(self.tree.nodes[node.children[own]], way)
        for b, child in enumerate(node.children):
            if b != own:
                strict = self.strict and b < own
                found = self._joined(found, self._against(node.player, way, child, strict))
        return found

    def _against(self, player: int, way: Way, child: int, strict: bool) -> list[Conjunction]:
        """Return when a way is worth at least as much to a player as some outcome below another action."""
        node = self.tree.nodes[child]
        if node.kind == "decision" and node.player == player:
            # There the player takes what is best for it: the way has to match every action.
            found: list[Conjunction] = [()]
            for inner in node.children:
                found = self._joined(found, self._against(player, way, inner, strict))
            return found
        return [
            each
            for other in self.case.ways[child]
            for each in self._joined(
                _compared(way.values[player] - other.values[player], strict), self.of(node, other)
            )
        ]

    def _joined(self, left: list[Conjunction], right: list[Conjunction]) -> list[Conjunction]:
        found = list(dict.fromkeys(_merged(a, b) for a, b in product(left, right) if not _contrary(a, b)))
        if len(found) > MAX_ALTERNATIVES:
            raise UsageError(f"found more than {MAX_ALTERNATIVES} alternatives; expected a smaller tree")
        return found


def _compared(gap: Any, strict: bool) -> list[Conjunction]:
    if gap.free_symbols:
        return [((gap, strict),)]
    return [()] if gap > 0 or (gap == 0 and not strict) else []


def _merged(a: Conjunction, b: Conjunction) -> Conjunction:
    joined: dict[Any, bool] = dict(a)
    for expression, strict in b:
        joined[expression] = joined.get(expression, False) or strict
    return tuple(joined.items())


def _contrary(a: Conjunction, b: Conjunction) -> bool:
    """Return whether two conjunctions exclude each other on the sign of one expression."""
    left = dict(a)
    return any(-expression in left and (strict or left[-expression]) for expression, strict in b)
