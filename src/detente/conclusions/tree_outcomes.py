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

from detente.conclusions._conditions import Conditions, Cube, Literal
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
    from detente.solve.parametric.tree_ways import WaysCase

__all__ = ["PathConditions", "TreeOutcomes", "tree_holds", "tree_thresholds"]

#: Most alternatives of one statement.
MAX_ALTERNATIVES = 3000

#: Inequalities ``(expression, strict)`` that hold together.
Conjunction = tuple[tuple[Any, bool], ...]


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


class PathConditions(Conditions):
    """A statement about the outcomes of subgame-perfect equilibria of a tree, or the one of the tie rule.

    Parameters
    ----------
    tree : SymbolicTree
        Perfect information.
    path : str
        As in :meth:`TreeOutcomes.label`; for ``set`` several, joined by ``;``.
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
