"""Trees whose payoffs, and chances, are formulas of parameters over a box."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games._tree_building import TreeBuilder, check_sets
from detente.games._tree_parts import Move, Outcome
from detente.games.normal import labels
from detente.games.symbolic import SymbolicGame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from detente.games.extensive import GameTree, InformationSet, TreeNode

__all__ = ["SymbolicTree"]


class _FormulaBuilder(TreeBuilder):
    """Lay a tree out flat and keep payoffs and chances as they are written, each with a number."""

    def __init__(self, players: tuple[str, ...]) -> None:
        super().__init__(players)
        self.formulas: list[Any] = []

    def _payoff(self, value: Any) -> Any:
        self.formulas.append(value)
        return len(self.formulas) - 1

    def _odds(self, move: Move) -> tuple[Any, ...]:
        return tuple(self._payoff(odds) for _, odds, _ in move.branches)


class SymbolicTree(Displayed):
    """A game tree with payoffs in parameters.

    Parameters
    ----------
    players : sequence of str
        Names in order; payoffs are in this order.
    root : Move
        The tree, from :func:`~detente.games.extensive.decision`, :func:`~detente.games.extensive.chance` and
        :func:`~detente.games.extensive.terminal`, with formulas as payoffs and as probabilities of chance.
    parameters, derived, constraints : optional
        As in :class:`~detente.games.symbolic.SymbolicGame`.
    title : str
        Shown above the tree.

    Raises
    ------
    UsageError
        As for :class:`~detente.games.extensive.GameTree`. That probabilities add up to 1 is checked at every point.

    Examples
    --------
    >>> from detente.games.extensive import decision, terminal
    >>> entry = SymbolicTree(["entrant", "incumbent"], decision("entrant", {
    ...     "out": terminal(0, "m"),
    ...     "in": decision("incumbent", {"fight": terminal("-k", "d - f"), "share": terminal("d", "d")}),
    ... }), {"m": (2, 4), "d": (0, 2), "k": (0, 1), "f": (-1, 1)})
    >>> print(entry.at(d=1, f="1/2", k=1))
    entrant [1]
      out -> (0, 3)
      in -> incumbent [1]
        fight -> (-1, 1/2)
        share -> (1, 1)
    """

    players: tuple[str, ...]
    title: str
    nodes: tuple[TreeNode, ...]
    information_sets: tuple[InformationSet, ...]
    formulas: SymbolicGame

    def __init__(
        self,
        players: Sequence[str],
        root: Move,
        parameters: Mapping[str, Any],
        derived: Mapping[str, Any] | None = None,
        constraints: Sequence[Any] = (),
        title: str = "",
    ) -> None:
        if isinstance(players, str) or not players:
            raise UsageError(f"found players {players!r}; expected a list with at least one name")
        names = labels(players, len(players), "player")
        builder = _FormulaBuilder(names)
        builder.build(root)
        sets = builder.information_sets()
        set_ = self.__dict__.__setitem__
        set_("players", names)
        set_("title", title)
        set_("nodes", builder.finished())
        set_("information_sets", sets)
        # One player whose strategies are the formulas: this parses them, and holds the box.
        row = [builder.formulas or [0]]
        set_("formulas", SymbolicGame(row, parameters, derived=derived or {}, constraints=constraints))
        check_sets(self)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a game is frozen; make a new one instead of setting {name!r}")

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """For each node the index behind its sub-tree, as in a :class:`GameTree`."""
        ends = [0] * len(self.nodes)
        for node in reversed(self.nodes):
            ends[node.index] = ends[node.children[-1]] if node.children else node.index + 1
        return tuple(ends)

    def history(self, node: int) -> tuple[str, ...]:
        """Return the labels of the actions from the root to a node, chance included."""
        found: list[str] = []
        current = self.nodes[node]
        while current.parent is not None:
            assert current.action is not None
            above = self.nodes[current.parent]
            found.append(above.actions[current.action])
            current = above
        return tuple(reversed(found))

    @property
    def perfect_information(self) -> bool:
        """True if every information set is a single node."""
        return all(len(each.nodes) == 1 for each in self.information_sets)

    def odds(self, node: TreeNode) -> tuple[Any, ...]:
        """Return the probabilities of a chance node as SymPy expressions."""
        return tuple(self.formulas.payoffs[0, number] for number in node.probabilities)

    @property
    def parameters(self) -> Any:
        """The box: an interval for every parameter."""
        return self.formulas.parameters

    @cached_property
    def totals(self) -> tuple[tuple[Any, ...], ...]:
        """For each node, the payoffs collected from the root to it as SymPy expressions, in the order of players."""
        import sympy

        made: list[tuple[Any, ...]] = []
        for node in self.nodes:
            before = (sympy.Integer(0),) * len(self.players) if node.parent is None else made[node.parent]
            here = () if node.outcome is None else self._written(node.outcome)
            made.append(tuple(a + b for a, b in zip(before, here, strict=True)) if here else before)
        return tuple(made)

    def _written(self, outcome: Outcome) -> tuple[Any, ...]:
        """Return the formulas of an outcome; the empty outcome of an end counts 0 for all."""
        import sympy

        return tuple(
            self.formulas.payoffs[0, number] if isinstance(number, int) else sympy.Integer(0)
            for number in outcome.payoffs
        )

    def point(self, values: Mapping[str, object] | None = None, **more: object) -> dict[str, Fraction]:
        """Return the baseline with ``values`` in it, as exact numbers; unknown names are refused."""
        return self.formulas.point(values, **more)

    def at(self, values: Mapping[str, object] | None = None, **more: object) -> GameTree:
        """Return the numeric tree at a point; parameters not named keep their value."""
        return self.at_point(self.point(values, **more))

    def at_point(self, point: Mapping[str, Any]) -> GameTree:
        """Return the numeric tree where every parameter has the exact value in ``point``."""
        from detente.games.extensive import GameTree

        made: dict[int, Move] = {}
        labels_of = {index: each.label for each in self.information_sets for index in each.nodes}
        for node in reversed(self.nodes):
            outcome = None
            if node.outcome is not None:
                values = tuple(self.formulas.evaluate(each, point) for each in self._written(node.outcome))
                outcome = Outcome(values, node.outcome.name)
            odds: tuple[Any, ...] = (None,) * len(node.children)
            if node.kind == "chance":
                odds = tuple(self.formulas.evaluate(each, point) for each in self.odds(node))
            branches = tuple(
                (label, p, made.pop(child)) for label, p, child in zip(node.actions, odds, node.children, strict=True)
            )
            made[node.index] = Move(node.kind, node.player, labels_of.get(node.index), branches, outcome, "", node.name)
        return GameTree(self.players, made[0], self.title)

    def table(self) -> Table:
        """Return the formulas of the payoffs at every end."""
        from detente.printing import plain

        rows = tuple(
            (",".join(self.history(node.index)) or "start", *map(plain, self.totals[node.index]))
            for node in self.nodes
            if node.kind == "terminal"
        )
        return Table(self.title, ("history", *(f"payoff of {name}" for name in self.players)), rows)

    def __repr__(self) -> str:
        ends = sum(node.kind == "terminal" for node in self.nodes)
        size = f"{len(self.information_sets)} decisions, {ends} terminal nodes, {len(self.parameters)} parameters"
        return f"<SymbolicTree of {', '.join(self.players)}: {size}>"
