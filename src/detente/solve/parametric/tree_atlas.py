"""Subgame-perfect equilibria of parametric trees, with the exact condition under which each exists.

Backward induction: given what follows, an action is optimal exactly where it yields the mover at least as much as
every other action (Zermelo 1913; Kuhn 1953). A choice at every node is therefore a pure subgame-perfect equilibrium
exactly where these weak comparisons hold together, one for each action that is not taken. At every point at least one
does; where no comparison is an equality, exactly one. Payoffs with cases (``piecewise``, ``max``, ``min``, ``abs``)
are taken case by case (:mod:`detente.solve.parametric._cases`).

References
----------
M. J. Osborne and A. Rubinstein (1994), A Course in Game Theory, section 6.2, proposition 99.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.solve.parametric._atlas_box import atlas_box
from detente.solve.parametric._cases import cases, resolved
from detente.solve.parametric.atlas_result import Atlas, Comparison, Region

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from detente.games.extensive import TreeNode
    from detente.games.symbolic_tree import SymbolicTree
    from detente.solve.parametric.redundancy import Atom, Decider

__all__ = ["tree_atlas"]

#: Most partial plans that are followed at one node.
LIMIT = 4000


@dataclass(frozen=True, eq=False)
class _Plan:
    """Choices in a sub-tree, what they lead to, and when they are optimal."""

    choices: tuple[tuple[int, int], ...]
    values: tuple[Any, ...]
    comparisons: tuple[tuple[Any, str], ...]
    atoms: tuple[Atom, ...]


def tree_atlas(
    tree: SymbolicTree,
    over: Sequence[str] | None = None,
    at: Mapping[str, object] | None = None,
    limit: int = LIMIT,
) -> Atlas:
    """Return every pure subgame-perfect equilibrium of a tree, each with its exact condition.

    Parameters
    ----------
    tree : SymbolicTree
        Perfect information, payoffs rational in the parameters, or in each of finitely many cases.
    over, at : optional
        As in :func:`detente.solve.parametric.atlas.atlas`.
    limit : int
        Most plans that are followed at one node, after those that are optimal nowhere have been dropped.

    Returns
    -------
    Atlas
        Regions for the plans that may be equilibria somewhere in the box; ``profile`` maps player to information set
        to action to 0 or 1. A region is named by its actions in the order of information sets.

    Raises
    ------
    UsageError
        If there are more plans than ``limit``, or players cannot tell nodes apart.

    Examples
    --------
    >>> from detente.games.extensive import decision, terminal
    >>> from detente.games.symbolic_tree import SymbolicTree
    >>> entry = SymbolicTree(["entrant", "incumbent"], decision("entrant", {
    ...     "out": terminal(0, "m"),
    ...     "in": decision("incumbent", {"fight": terminal("-k", "d - f"), "share": terminal("d", "d")}),
    ... }), {"m": (2, 4), "d": (1, 2), "k": (1, 2), "f": (-1, 1)})
    >>> [(each.label, each.status, str(each.condition)) for each in tree_atlas(entry).regions]
    [('out,fight', 'conditional', '-f >= 0'), ('in,share', 'conditional', 'f >= 0')]
    """
    for each in tree.information_sets:
        if len(each.nodes) > 1:
            raise UsageError(
                f"the atlas needs perfect information; {tree.players[each.player]} cannot tell apart the "
                f"{len(each.nodes)} nodes of [{each.label}]"
            )
    game = tree.formulas
    point, box = atlas_box(game, over, at)
    cells = [(node.index, i) for node in tree.nodes if node.kind == "terminal" for i in range(len(tree.players))]
    chances = [(node.index, place) for node in tree.nodes for place in range(len(node.probabilities))]
    written = [tree.totals[index][i] for index, i in cells]
    written += [tree.odds(tree.nodes[index])[place] for index, place in chances]
    regions: list[Region] = []
    for conditions, values in cases([resolved(game, each) for each in written]):
        payoffs = dict(zip(cells, values, strict=False))
        odds = dict(zip(chances, values[len(cells) :], strict=True))
        regions += _regions(_Case(tree, payoffs, odds, conditions), box, point, limit)
    notes = ("Plans that are optimal nowhere are left out.",)
    return Atlas(game, tuple(regions), complete=True, box=box, notes=notes, tree=tree)


@dataclass(frozen=True, eq=False)
class _Case:
    """A tree where its payoffs are rational functions, and the conditions under which they are these."""

    tree: SymbolicTree
    payoffs: Mapping[tuple[int, int], Any]
    odds: Mapping[tuple[int, int], Any]
    conditions: tuple[tuple[Any, str], ...]


def _regions(
    case: _Case, box: Mapping[str, tuple[Fraction, Fraction]], point: Mapping[str, Fraction], limit: int
) -> Iterator[Region]:
    """Yield the regions of one case."""
    from detente.solve.parametric._polynomial_ring import GameRing
    from detente.solve.parametric.redundancy import Decider

    game = case.tree.formulas
    values = [*case.payoffs.values(), *case.odds.values()]
    ring = GameRing(game, [*values, *(each for each, _ in case.conditions)])
    try:
        poles = [ring.quotient(each)[1] for each in values if each.free_symbols]
    except ZeroDivisionError:
        raise UsageError("a payoff divides by zero for all values of the parameters; check its formula") from None
    decide = Decider(ring, box, [each for each in poles if not each.is_constant()])
    plans = _Plans(case, decide, limit)
    base = plans.conditions()
    if base is None or decide.verdict(tuple(base)).status == "never":
        return
    for plan in plans.at_root():
        verdict = decide.verdict((*base, *plan.atoms))
        if verdict.status != "never":
            yield _region(case, plan, decide, verdict, point)


class _Plans:
    """Plans that may be optimal, node by node from the ends."""

    def __init__(self, case: _Case, decide: Decider, limit: int) -> None:
        self.case, self.tree, self.decide, self.limit = case, case.tree, decide, limit

    def conditions(self) -> list[Atom] | None:
        """Return the conditions of the case made simple, None where they never hold."""
        found: list[Atom] = []
        for expression, relation in self.case.conditions:
            turn = -1 if relation in {"<", "<="} else 1
            kind = {"<": ">", "<=": ">="}.get(relation, relation)
            atoms = self._atom(turn * expression, kind, "case of the payoffs")
            if atoms is None:
                return None
            found += atoms
        return found

    def _atom(self, expression: Any, relation: str, why: str) -> list[Atom] | None:
        from detente.solve.parametric.redundancy import Atom

        top, bottom = self.decide.ring.quotient(expression)
        signs = self.decide.signs(bottom) - {0}
        form = top if signs == {1} else -top if signs == {-1} else top * bottom
        return self.decide.simplified(Atom(form, relation, why))

    def at_root(self) -> list[_Plan]:
        found: list[list[_Plan]] = [[] for _ in self.tree.nodes]
        for node in reversed(self.tree.nodes):
            if node.kind == "terminal":
                own = tuple(self.case.payoffs[node.index, i] for i in range(len(self.tree.players)))
                found[node.index] = [_Plan((), own, (), ())]
                continue
            below = [found[child] for child in node.children]
            if prod(map(len, below)) * (len(below) if node.kind == "decision" else 1) > self.limit:
                raise UsageError(
                    f"found more than {self.limit} plans at node {node.index}; expected fewer; "
                    "let fewer parameters vary"
                )
            found[node.index] = [plan for each in product(*below) for plan in self._here(node, each)]
            for child in node.children:
                found[child] = []
        return found[0]

    def _here(self, node: TreeNode, below: tuple[_Plan, ...]) -> Iterator[_Plan]:
        choices = tuple(pair for each in below for pair in each.choices)
        comparisons = tuple(pair for each in below for pair in each.comparisons)
        atoms = tuple(atom for each in below for atom in each.atoms)
        if node.kind == "chance":
            import sympy

            odds = [self.case.odds[node.index, place] for place in range(len(below))]
            values = tuple(
                sympy.Add(*(p * each.values[i] for p, each in zip(odds, below, strict=True)))
                for i in range(len(self.tree.players))
            )
            yield _Plan(choices, values, comparisons, atoms)
            return
        assert node.player is not None
        assert node.information_set is not None
        for action, chosen in enumerate(below):
            own: list[tuple[Any, str]] = []
            new: list[Atom] = []
            for other, left in enumerate(below):
                if other != action:
                    made = self._comparison(node, chosen, left, node.actions[other])
                    own.append(made[0])
                    if made[1] is None:
                        break
                    new += made[1]
            else:
                yield _Plan(
                    (*choices, (node.information_set, action)), chosen.values, (*comparisons, *own), (*atoms, *new)
                )

    def _comparison(
        self, node: TreeNode, chosen: _Plan, left: _Plan, action: str
    ) -> tuple[tuple[Any, str], list[Atom] | None]:
        """Return why an action is optimal, and the condition made simple, None where it never holds."""
        assert node.player is not None
        gain = chosen.values[node.player] - left.values[node.player]
        why = f"{self.tree.players[node.player]} does not gain by {action}"
        return (gain, why), self._atom(gain, ">=", why)


def _region(case: _Case, plan: _Plan, decide: Decider, verdict: Any, point: Mapping[str, Fraction]) -> Region:
    from detente.solve.parametric._regions import shown

    tree = case.tree
    chosen = dict(plan.choices)
    profile: dict[str, dict[str, Any]] = {player: {} for player in tree.players}
    for each in tree.information_sets:
        profile[tree.players[each.player]][each.label] = {
            action: int(k == chosen[each.index]) for k, action in enumerate(each.actions)
        }
    return Region(
        tree.formulas,
        profile,
        dict(zip(tree.players, plan.values, strict=True)),
        (
            *(Comparison(each, relation, "case of the payoffs") for each, relation in case.conditions),
            *(Comparison(gain, ">=", why) for gain, why in plan.comparisons),
        ),
        verdict.status,
        shown(decide, verdict.atoms),
        point,
        ",".join(each.actions[chosen[each.index]] for each in tree.information_sets),
        (),
        decide.box,
        verdict.holds_at,
        verdict.fails_at,
    )
