r"""Outcomes of subgame-perfect equilibria of parametric trees, as a matter of the signs of payoff differences.

A *way* of play from a node is what pure choices and chance make of it. Backward induction needs comparisons only: a way
below an action of a mover is an equilibrium outcome if and only if the mover gets from it at least as much as, for each
other action, from the worst equilibrium outcome below that. So the set of equilibrium outcomes, and the one of the rule
"of equals the first", depend on the parameters through the signs of finitely many differences of payoffs; thresholds,
levers and what a conclusion rests on follow as they do for normal forms.

Payoffs with cases (``piecewise``, ``max``, ``min``, ``abs``) are taken case by case.

References
----------
M. J. Osborne and A. Rubinstein (1994), A Course in Game Theory, section 6.2.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from detente.conclusions.thresholds import follow
from detente.errors import UsageError
from detente.solve.parametric.tree_ways import Way, ways_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.thresholds import Thresholds
    from detente.games.extensive import TreeNode
    from detente.games.symbolic_tree import SymbolicTree

__all__ = ["TreeOutcomes", "tree_holds", "tree_thresholds"]


class TreeOutcomes:
    """The outcomes of a parametric tree with perfect information.

    Parameters
    ----------
    tree : SymbolicTree
        Perfect information.

    Raises
    ------
    UsageError
        If players cannot tell nodes apart, or there are too many ways of play.

    Examples
    --------
    >>> from detente.games.extensive import decision, terminal
    >>> from detente.games.symbolic_tree import SymbolicTree
    >>> entry = TreeOutcomes(SymbolicTree(["entrant", "incumbent"], decision("entrant", {
    ...     "out": terminal(0, "m"),
    ...     "in": decision("incumbent", {"share": terminal("d", "d"), "fight": terminal("-k", "d - f")}),
    ... }), {"m": (2, 4), "d": (1, 2), "k": (1, 2), "f": (-1, 1)}))
    >>> entry.at({"m": 3, "d": 1, "k": 1, "f": 0})
    (('out', 'in,share'), 'in,share')
    """

    def __init__(self, tree: SymbolicTree) -> None:
        self.tree = tree
        self.cases = ways_of(tree)
        self.labels = {way.ends: self.label(way) for way in self.cases[0].ways[0]}

    def label(self, way: Way) -> str:
        """Return a way of play as text: the actions, ways behind chance joined by ``|``."""
        return " | ".join(",".join(self.tree.history(end)) for end in way.ends)

    # --- signs

    def expressions(self) -> list[Any]:
        """Return every expression whose sign may matter, each once."""
        found: dict[Any, None] = {}
        for case in self.cases:
            found.update((expression, None) for expression, _ in case.conditions)
            for node in self.tree.nodes:
                if node.kind == "decision":
                    for a, b in combinations(node.children, 2):
                        for one, other in product(case.ways[a], case.ways[b]):
                            gap = one.values[node.player] - other.values[node.player]  # type: ignore[index]
                            if gap.free_symbols and -gap not in found:
                                found[gap] = None
        return list(found)

    @property
    def tied(self) -> bool:
        """Whether two moves are worth the same to their mover whatever the parameters are, for some ways of play."""
        return any(
            one.values[node.player] - other.values[node.player] == 0  # type: ignore[index]
            for case in self.cases
            for node in self.tree.nodes
            if node.kind == "decision"
            for a, b in combinations(node.children, 2)
            for one, other in product(case.ways[a], case.ways[b])
        )

    def choices(self) -> list[Any]:
        """Return the comparisons of ways behind one move, which count where several of them are equilibria."""
        found: dict[Any, None] = {}
        for case in self.cases:
            for node in self.tree.nodes:
                for child in node.children if node.kind == "decision" else ():
                    for one, other in combinations(case.ways[child], 2):
                        gap = one.values[node.player] - other.values[node.player]  # type: ignore[index]
                        if gap.free_symbols and -gap not in found:
                            found[gap] = None
        return list(found)

    def solve(self, sign: Callable[[Any], int]) -> tuple[tuple[str, ...], str]:
        """Return the outcomes of all pure equilibria, in the order of the tree, and that of the tie rule.

        ``sign`` maps one of :meth:`expressions`, or its opposite, to -1, 0 or 1.
        """
        known: dict[Any, int] = {}

        def of(expression: Any) -> int:
            if not expression.free_symbols:
                return _sign(expression)
            if expression not in known:
                known[expression] = sign(expression)
                known[-expression] = -known[expression]
            return known[expression]

        case = self.cases[self.case(of)]
        every: list[list[Way]] = [[] for _ in self.tree.nodes]
        ruled: list[Way | None] = [None] * len(self.tree.nodes)
        for node in reversed(self.tree.nodes):
            if node.kind == "terminal":
                every[node.index], ruled[node.index] = list(case.ways[node.index]), case.ways[node.index][0]
            elif node.kind == "chance":
                joined = {way.ends: way for way in case.ways[node.index]}
                combos = product(*(every[child] for child in node.children))
                every[node.index] = [joined[tuple(end for way in each for end in way.ends)] for each in combos]
                own = tuple(end for child in node.children for end in ruled[child].ends)  # type: ignore[union-attr]
                ruled[node.index] = joined[own]
            else:
                every[node.index], ruled[node.index] = _decide(node, every, ruled, of)
        first = ruled[0]
        assert first is not None
        return tuple(self.label(way) for way in every[0]), self.label(first)

    def case(self, sign: Callable[[Any], int]) -> int:
        """Return the position of the case of the payoffs that holds."""

        def of(expression: Any) -> int:
            return sign(expression) if expression.free_symbols else _sign(expression)

        return next(
            k for k, case in enumerate(self.cases) if all(_met(of(each), kind) for each, kind in case.conditions)
        )

    def ruled(self, sign: Callable[[Any], int]) -> tuple[str, int]:
        """Return the outcome of the tie rule, and the position of the case of the payoffs."""
        return self.solve(sign)[1], self.case(sign)

    def at(self, values: Mapping[str, object]) -> tuple[tuple[str, ...], str]:
        """Return the outcomes at a point, and that of the tie rule."""
        game = self.tree.formulas
        point = game.point(values)

        def sign(expression: Any) -> int:
            value = game.evaluate(expression, point)
            return int(value > 0) - int(value < 0)

        outcomes, ruled = self.solve(sign)
        return outcomes, ruled

    def holds(self, conclusion: Conclusion, sign: Callable[[Any], int]) -> bool:
        """Return whether a conclusion about paths holds."""
        return _holds(conclusion, *self.solve(sign))


def _sign(number: Any) -> int:
    return int(bool(number > 0)) - int(bool(number < 0))


def _met(sign: int, kind: str) -> bool:
    return {">=": sign >= 0, ">": sign > 0, "<=": sign <= 0, "<": sign < 0, "==": sign == 0, "!=": sign != 0}[kind]


def _decide(node: TreeNode, every: list[list[Way]], ruled: list[Way | None], of: Callable[[Any], int]) -> Any:
    """Return the equilibrium outcomes at a decision node and the one of the tie rule."""
    i = node.player
    assert i is not None
    worst = []
    for child in node.children:
        least = every[child][0]
        for way in every[child][1:]:
            if of(way.values[i] - least.values[i]) < 0:
                least = way
        worst.append(least)
    found = [
        way
        for a, child in enumerate(node.children)
        for way in every[child]
        if all(b == a or of(way.values[i] - other.values[i]) >= 0 for b, other in enumerate(worst))
    ]
    best = ruled[node.children[0]]
    for child in node.children[1:]:
        other = ruled[child]
        assert best is not None
        assert other is not None
        if of(other.values[i] - best.values[i]) > 0:
            best = other
    return found, best


def _holds(conclusion: Conclusion, outcomes: Sequence[str], ruled: str) -> bool:
    wanted = conclusion.name.split(";")
    match conclusion.kind:
        case "equilibrium":
            return wanted[0] in outcomes
        case "unique":
            return set(outcomes) == {wanted[0]}
        case "selected":
            return ruled == wanted[0]
        case "set":
            return set(outcomes) == set(wanted)
    raise UsageError(f"found {conclusion.text!r} of a tree; expected equilibrium, unique, selected or set")


def tree_holds(tree: SymbolicTree, conclusion: Conclusion, at: Mapping[str, object]) -> bool:
    """Return whether a conclusion about paths holds at a point."""
    return _holds(conclusion, *TreeOutcomes(tree).at(at))


def tree_thresholds(
    tree: SymbolicTree,
    along: str,
    of: Conclusion | None = None,
    at: Mapping[str, object] | None = None,
    domain: tuple[Fraction | None, Fraction | None] = (None, None),
    name: str = "",
) -> Thresholds:
    """Return the exact values of a parameter at which the set of outcomes, or a conclusion about paths, changes.

    Parameters
    ----------
    tree : SymbolicTree
        Perfect information.
    along, at, domain, name
        As in :func:`detente.conclusions.thresholds.thresholds`.
    of : Conclusion, optional
        ``equilibrium``, ``unique``, ``selected`` or ``set`` with paths in its ``name``; by default the set of outcomes
        of pure subgame-perfect equilibria.
    """
    outcomes = TreeOutcomes(tree)

    def state(sign: Callable[[Any], int]) -> Any:
        found, first = outcomes.solve(sign)
        return found if of is None else _holds(of, found, first)

    label = name or (of.text if of is not None else "set of outcomes")
    defined = [value for way in outcomes.cases[0].ways[0] for value in way.values]
    return follow(tree.formulas, along, outcomes.expressions(), state, at, domain, label, defined)
