"""Which move of a parametric tree is best, given how play goes on behind each: one comparison a line.

A list of all subgame-perfect plans of a tree grows with the product of the moves at all nodes, and most of its
conditions say the same again. Here the same content stands move by move: at every decision node, for each pair of
moves and for each way in which play may go on behind them, the condition under which the one is worth at least as much
to the mover as the other. A plan is subgame-perfect exactly where, at every node, the move that it takes is at least
as good as every other one, given what the plan does behind each (the one-shot deviation principle for finite trees).

References
----------
M. J. Osborne and A. Rubinstein (1994), A Course in Game Theory, lemma 98.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import DetenteError, UsageError
from detente.solve.parametric._atlas_box import atlas_box
from detente.solve.parametric.atlas_result import Atlas, Comparison, Region
from detente.solve.parametric.tree_ways import ways_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from detente.games.extensive import GameTree, TreeNode
    from detente.games.symbolic_tree import SymbolicTree
    from detente.solve.parametric.redundancy import Decider
    from detente.solve.parametric.tree_ways import Way, WaysCase

__all__ = ["MoveAtlas", "MoveRegion", "move_atlas"]


@dataclass(frozen=True)
class MoveRegion(Region):
    """One comparison of ``player`` at ``node``: of two moves and of how play goes on behind each.

    ``pairs`` holds the ends that play may reach behind the one and behind the other, all with the same comparison.
    """

    player: int = 0
    node: int = 0
    pairs: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()


@dataclass(frozen=True)
class MoveAtlas(Atlas):
    """An atlas whose regions say when one move is at least as good as another, given how play goes on."""

    moves: tuple[MoveRegion, ...] = field(default=(), repr=False)

    def table(self) -> Table:
        """Return the comparisons as a table."""
        from detente.solve.parametric._atlas_text import atlas_table

        found = atlas_table(self)
        columns = ("move, and how play goes on", *found.columns[1:])
        return Table("which move is best", columns, found.rows, self.notes)

    def verify_at(self, numeric: GameTree, point: Mapping[str, Fraction]) -> None:
        """Compare every line that holds at a point with the payoffs of the numeric tree there.

        Raises
        ------
        DetenteError
            Where they differ.
        """
        for region in self.moves:
            conditions = [each for each in region.comparisons if each.why == "case of the payoffs"]
            if not all(each.holds_at(region.game, point) for each in conditions):
                continue
            claimed = region.status == "always" or (
                region.status != "never" and all(each.holds_at(region.game, point) for each in region.unsettled)
            )
            for way, other in region.pairs:
                gap = self._worth(numeric, region.node, way, region.player) - self._worth(
                    numeric, region.node, other, region.player
                )
                if claimed != (gap >= 0):
                    where = ", ".join(f"{name} = {value}" for name, value in point.items())
                    raise DetenteError(f"the condition of {region.label} disagrees with the payoffs at {where}")

    @staticmethod
    def _worth(numeric: GameTree, node: int, ends: tuple[int, ...], player: int) -> Any:
        """Return what a way of play is worth at a node: chances from there on times payoffs."""
        total: Any = 0
        for end in ends:
            odds: Any = 1
            at = numeric.nodes[end]
            while at.index != node:
                assert at.parent is not None
                assert at.action is not None
                above = numeric.nodes[at.parent]
                odds *= above.probabilities[at.action] if above.kind == "chance" else 1
                at = above
            total += odds * numeric.payoffs(end)[player]
        return total


def move_atlas(
    tree: SymbolicTree, over: Sequence[str] | None = None, at: Mapping[str, object] | None = None
) -> MoveAtlas:
    """Return, move by move, when one is at least as good as another.

    Parameters
    ----------
    tree : SymbolicTree
        Perfect information, payoffs rational in the parameters, or in each of finitely many cases.
    over, at : optional
        As in :func:`detente.solve.parametric.atlas.atlas`.

    Returns
    -------
    MoveAtlas
        One region for each pair of moves and of ways in which play goes on, ways with the same comparison joined. Its
        ``profile`` has the move that is compared, its ``payoffs`` those of the first way.

    Examples
    --------
    >>> from detente.games.extensive import decision, terminal
    >>> from detente.games.symbolic_tree import SymbolicTree
    >>> entry = SymbolicTree(["entrant", "incumbent"], decision("entrant", {
    ...     "out": terminal(0, "m"),
    ...     "in": decision("incumbent", {"fight": terminal("-k", "d - f"), "share": terminal("d", "d")}, "reply"),
    ... }, "start"), {"m": (2, 4), "d": (1, 2), "k": (1, 2), "f": (-1, 1)})
    >>> for region in move_atlas(entry).regions:
    ...     print(region.label, region.status, region.condition)
    start: out over in (fight) always True
    start: out over in (share) never False
    reply: fight over share conditional -f >= 0
    """
    game = tree.formulas
    point, box = atlas_box(game, over, at)
    regions = [region for case in ways_of(tree) for region in _of_case(tree, case, box, point)]
    notes = (
        "A line says when a move is at least as good for its mover as another one, given how play goes on behind them.",
        "A plan is subgame-perfect exactly where it takes, at every move, one that is at least as good as all others.",
    )
    return MoveAtlas(game, tuple(regions), complete=True, box=box, notes=notes, tree=tree, moves=tuple(regions))


def _of_case(
    tree: SymbolicTree, case: WaysCase, box: Mapping[str, tuple[Fraction, Fraction]], point: Mapping[str, Fraction]
) -> Iterator[MoveRegion]:
    from detente.solve.parametric._polynomial_ring import GameRing
    from detente.solve.parametric.redundancy import Decider

    ring = GameRing(tree.formulas, [*case.written, *(each for each, _ in case.conditions)])
    try:
        poles = [ring.quotient(each)[1] for each in case.written if each.free_symbols]
    except ZeroDivisionError:
        raise UsageError("a payoff divides by zero for all values of the parameters; check its formula") from None
    decide = Decider(ring, box, [each for each in poles if not each.is_constant()])
    base = [atom for each in case.conditions if (atoms := _atoms(decide, *each)) is not None for atom in atoms]
    impossible = any(_atoms(decide, *each) is None for each in case.conditions)
    if impossible or decide.verdict(tuple(base)).status == "never":
        return
    labels = {each.nodes[0]: each.label for each in tree.information_sets}
    for node in tree.nodes:
        if node.kind != "decision":
            continue
        for a, b in combinations(range(len(node.children)), 2):
            for gap, pairs in _grouped(node, case, a, b).items():
                yield _region(tree, case, decide, node, (a, b), gap, pairs, base, labels[node.index], point)


def _grouped(node: TreeNode, case: WaysCase, a: int, b: int) -> dict[Any, list[tuple[Way, Way]]]:
    """Return the comparisons of two moves, each with the pairs of ways that make it."""
    assert node.player is not None
    found: dict[Any, list[tuple[Way, Way]]] = {}
    for one, other in product(case.ways[node.children[a]], case.ways[node.children[b]]):
        found.setdefault(one.values[node.player] - other.values[node.player], []).append((one, other))
    return found


def _atoms(decide: Decider, expression: Any, relation: str) -> list[Any] | None:
    """Return a condition made simple, None where it never holds."""
    from detente.solve.parametric.redundancy import Atom

    turn = -1 if relation in {"<", "<="} else 1
    kind = {"<": ">", "<=": ">="}.get(relation, relation)
    top, bottom = decide.ring.quotient(turn * expression)
    signs = decide.signs(bottom) - {0}
    form = top if signs == {1} else -top if signs == {-1} else top * bottom
    return decide.simplified(Atom(form, kind, ""))


def _region(
    tree: SymbolicTree,
    case: WaysCase,
    decide: Decider,
    node: TreeNode,
    moves: tuple[int, int],
    gap: Any,
    pairs: list[tuple[Way, Way]],
    base: list[Any],
    label: str,
    point: Mapping[str, Fraction],
) -> MoveRegion:
    from detente.solve.parametric._regions import shown

    assert node.player is not None
    player = tree.players[node.player]
    a, b = (node.actions[move] for move in moves)
    atoms = _atoms(decide, gap, ">=")
    verdict = None if atoms is None else decide.verdict((*base, *atoms))
    status = "never" if verdict is None else verdict.status
    if status == "conditional" and not atoms:
        status = "conditional" if case.conditions else "always"
    named = {each.label: {move: int(move == a) for move in each.actions} for each in tree.information_sets}
    return MoveRegion(
        tree.formulas,
        {player: {label: named[label]}},
        dict(zip(tree.players, pairs[0][0].values, strict=True)),
        (
            *(Comparison(each, relation, "case of the payoffs") for each, relation in case.conditions),
            Comparison(gap, ">=", f"{player} does not gain by {b}"),
        ),
        status,
        () if verdict is None else shown(decide, verdict.atoms),
        point,
        f"{label}: {a}{_behind(tree, node, [one for one, _ in pairs])} over "
        f"{b}{_behind(tree, node, [other for _, other in pairs])}",
        (),
        decide.box,
        None if verdict is None else verdict.holds_at,
        None if verdict is None else verdict.fails_at,
        node.player,
        node.index,
        tuple((one.ends, other.ends) for one, other in pairs),
    )


def _behind(tree: SymbolicTree, node: TreeNode, ways: list[Way]) -> str:
    """Return how play goes on behind a move, in brackets; nothing where it ends."""
    depth = len(tree.history(node.index)) + 1
    shown = []
    for way in dict.fromkeys(ways):
        rest = [",".join(tree.history(end)[depth:]) for end in way.ends]
        shown.append(" | ".join(rest))
    text = " or ".join(each for each in shown if each)
    return f" ({text})" if text else ""
