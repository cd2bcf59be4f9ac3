"""Games in extensive form: trees with chance moves and information sets; nothing that solves them.

A tree is written by hand with :func:`decision`, :func:`chance` and :func:`terminal` and held flat by
:class:`GameTree`, which checks it once and never changes.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.games._tree_building import MAX_NODES, TreeBuilder, check_sets
from detente.games._tree_parts import InformationSet, Move, Outcome, TreeNode, chance, decision, terminal
from detente.games.normal import labels
from detente.numbers import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.display import Part
    from detente.games.normal import NormalFormGame

__all__ = [
    "MAX_NODES",
    "GameTree",
    "InformationSet",
    "Move",
    "Outcome",
    "TreeNode",
    "chance",
    "decision",
    "terminal",
]


class GameTree(Displayed):
    """A finite game in extensive form.

    Parameters
    ----------
    players : sequence of str
        Names in order; payoffs are in this order.
    root : Move
        The tree, from :func:`decision`, :func:`chance` and :func:`terminal`.
    title : str
        Shown above the tree and kept in files.

    Attributes
    ----------
    nodes : tuple of TreeNode
        Root first, each node before what follows it.
    information_sets : tuple of InformationSet
        In the order in which they first appear.
    arithmetic : str
        ``exact`` or ``float``.

    Raises
    ------
    UsageError
        If a player is unknown, an information set has nodes of two players or with different actions,
        or a node and one that follows it (absent-mindedness), if chance probabilities do not add up
        to 1, or if payoffs are missing.

    Notes
    -----
    Perfect recall is not required but told: see :attr:`perfect_recall`.

    References
    ----------
    H. W. Kuhn (1953), "Extensive games and the problem of information", Annals of Mathematics Studies 28.

    Examples
    --------
    >>> tree = GameTree(["entrant", "incumbent"], decision("entrant", {
    ...     "out": terminal(0, 2),
    ...     "in": decision("incumbent", {"fight": terminal(-1, -1), "share": terminal(1, 1)}),
    ... }))
    >>> print(tree)
    entrant [1]
      out -> (0, 2)
      in -> incumbent [1]
        fight -> (-1, -1)
        share -> (1, 1)
    >>> tree.to_normal_form().strategies
    (('out', 'in'), ('fight', 'share'))
    """

    players: tuple[str, ...]
    title: str
    nodes: tuple[TreeNode, ...]
    information_sets: tuple[InformationSet, ...]
    arithmetic: str

    def __init__(self, players: Sequence[str], root: Move, title: str = "") -> None:
        if isinstance(players, str) or not players:
            raise UsageError(f"found players {players!r}; expected a list with at least one name")
        set_ = self.__dict__.__setitem__
        set_("players", labels(players, len(players), "player"))
        set_("title", title)
        builder = TreeBuilder(self.players)
        builder.build(root)
        set_("nodes", builder.finished())
        set_("information_sets", builder.information_sets())
        set_("arithmetic", "float" if builder.float else "exact")
        check_sets(self)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a game is frozen; make a new one instead of setting {name!r}")

    @property
    def terminals(self) -> tuple[TreeNode, ...]:
        """The ends of the game, in order."""
        return tuple(node for node in self.nodes if node.kind == "terminal")

    @cached_property
    def totals(self) -> tuple[tuple[Any, ...], ...]:
        """For each node, the payoffs collected from the root to it, in the order of players."""
        zero = 0.0 if self.arithmetic == "float" else Fraction(0)
        made: list[tuple[Any, ...]] = []
        for node in self.nodes:
            before = (zero,) * len(self.players) if node.parent is None else made[node.parent]
            here = node.outcome
            made.append(
                before if here is None else tuple(a + b for a, b in zip(before, here.payoffs, strict=True))
            )
        return tuple(made)

    def payoffs(self, node: int) -> tuple[Any, ...]:
        """Return what the players have got when play ends at the terminal node with this index."""
        return self.totals[node]

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """For each node the index behind its sub-tree, which is ``range(x, ends[x])``."""
        ends = [0] * len(self.nodes)
        for node in reversed(self.nodes):
            ends[node.index] = ends[node.children[-1]] if node.children else node.index + 1
        return tuple(ends)

    def path(self, node: int) -> tuple[tuple[int, int], ...]:
        """Return the moves from the root to a node as ``(node, position of the action)``."""
        steps = []
        current = self.nodes[node]
        while current.parent is not None:
            assert current.action is not None
            steps.append((current.parent, current.action))
            current = self.nodes[current.parent]
        return tuple(reversed(steps))

    def history(self, node: int) -> tuple[str, ...]:
        """Return the labels of the actions from the root to a node, chance included."""
        return tuple(self.nodes[at].actions[action] for at, action in self.path(node))

    @cached_property
    def node_labels(self) -> tuple[str, ...]:
        """A label for each node: its history, ``start`` for the root, with ``#2`` behind a repetition."""
        return labels(
            [",".join(self.history(x.index)) or "start" for x in self.nodes], len(self.nodes), "node"
        )

    def sets_of(self, player: int | str) -> tuple[InformationSet, ...]:
        """Return the information sets of a player given by index or name."""
        index = self.player_index(player)
        return tuple(each for each in self.information_sets if each.player == index)

    def player_index(self, player: int | str) -> int:
        """Return the index of a player given by index or name."""
        if isinstance(player, str) and player in self.players:
            return self.players.index(player)
        if isinstance(player, int) and 0 <= player < len(self.players):
            return player
        hint = did_you_mean(str(player), self.players)
        known = ", ".join(self.players)
        raise UsageError(
            f"unknown player {player!r}; expected one of {known}" + (f"; {hint}" if hint else "")
        )

    def own_sequence(self, node: int, player: int) -> tuple[tuple[int, int], ...]:
        """Return a player's own moves before a node, as ``(information set, position of the action)``."""
        return tuple(
            (set_index, action)
            for at, action in self.path(node)
            if self.nodes[at].player == player and (set_index := self.nodes[at].information_set) is not None
        )

    @cached_property
    def imperfect_recall(self) -> str | None:
        """What a player forgets, or None: the set and two histories of it that differ in own moves."""
        for each in self.information_sets:
            first = self.own_sequence(each.nodes[0], each.player)
            for other in each.nodes[1:]:
                second = self.own_sequence(other, each.player)
                if second != first:
                    return (
                        f"{self.players[each.player]} at [{each.label}] cannot tell "
                        f"{self.node_labels[each.nodes[0]]!r} "
                        f"(own moves: {self._own_text(first)}) from {self.node_labels[other]!r} "
                        f"(own moves: {self._own_text(second)})"
                    )
        return None

    def _own_text(self, sequence: tuple[tuple[int, int], ...]) -> str:
        sets = self.information_sets
        return (
            ", ".join(f"{sets[at].actions[action]} at [{sets[at].label}]" for at, action in sequence)
            or "none"
        )

    @property
    def perfect_recall(self) -> bool:
        """True if every player remembers all own moves and what it knew (Kuhn 1953, definition 17)."""
        return self.imperfect_recall is None

    @property
    def perfect_information(self) -> bool:
        """True if every information set is a single node."""
        return all(len(each.nodes) == 1 for each in self.information_sets)

    @cached_property
    def subgame_roots(self) -> tuple[int, ...]:
        """The nodes that start a subgame, the whole game first; terminal nodes do not count.

        A node starts a subgame if it is alone in its information set, and every set that meets its
        sub-tree lies in it.
        """
        # First and last node of any set met in each sub-tree: sets lie inside if both do.
        first, last = list(range(len(self.nodes))), list(range(len(self.nodes)))
        for node in reversed(self.nodes):
            spans = [(first[child], last[child]) for child in node.children]
            if node.information_set is not None:
                own = self.information_sets[node.information_set].nodes
                spans.append((own[0], own[-1]))
            for low, high in spans:
                first[node.index] = min(first[node.index], low)
                last[node.index] = max(last[node.index], high)
        roots = [
            x.index
            for x in self.nodes
            if x.children
            and (x.information_set is None or len(self.information_sets[x.information_set].nodes) == 1)
            and x.index <= first[x.index]
            and last[x.index] < self.ends[x.index]
        ]
        return tuple(roots)

    def without_impossible(self) -> GameTree:
        """Return the tree without the branches of chance that have probability 0."""
        if all(p for node in self.nodes for p in node.probabilities):
            return self
        named = {index: each.label for each in self.information_sets for index in each.nodes}
        made: dict[int, Move] = {}
        for node in reversed(self.nodes):
            odds: tuple[Any, ...] = node.probabilities or (None,) * len(node.children)
            branches = tuple(
                (label, p, made[child])
                for label, p, child in zip(node.actions, odds, node.children, strict=True)
                if p != 0
            )
            made[node.index] = Move(
                node.kind, node.player, named.get(node.index), branches, node.outcome, "", node.name
            )
        return GameTree(self.players, made[0], self.title)

    def to_normal_form(self) -> NormalFormGame:
        """Return the normal form: a strategy names an action at each of a player's information sets.

        Labels join the actions by commas, in the order of the sets (``"L,r"``); a player without a
        move has the one strategy ``"-"``.
        """
        from detente.games._strategies import normal_form

        return normal_form(self, reduced=False)

    def reduced_normal_form(self) -> NormalFormGame:
        """Return the normal form without moves at sets that the strategy itself rules out (``"L,*"``)."""
        from detente.games._strategies import normal_form

        return normal_form(self, reduced=True)

    def table(self) -> Any:
        """Return the tree as a :class:`detente.display.Table`: one row per terminal node."""
        return Table(
            title=self.title,
            columns=("history", "outcome", *(f"payoff of {name}" for name in self.players)),
            rows=tuple(
                (
                    self.node_labels[end.index],
                    end.outcome.name if end.outcome else "",
                    *(plain(value) for value in self.payoffs(end.index)),
                )
                for end in self.terminals
            ),
        )

    def to_svg(self) -> str:
        """Return a drawing of the tree as SVG in the page's own color, without scripts or links."""
        from detente.games._tree_drawing import svg

        return svg(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GameTree):
            return NotImplemented
        return (self.players, self.title, self.nodes, self.information_sets) == (
            other.players,
            other.title,
            other.nodes,
            other.information_sets,
        )

    def __hash__(self) -> int:
        return hash((self.players, self.nodes))

    def __repr__(self) -> str:
        sets, ends = len(self.information_sets), len(self.terminals)
        size = f"{sets} information sets, {ends} terminal nodes"
        return f"<GameTree of {', '.join(self.players)}: {size}, {self.arithmetic}>"

    def displayed(self) -> tuple[Part, ...]:
        """Return the drawing, which is the outline in a terminal and the table of ends in LaTeX."""
        from detente.games._tree_drawing import drawing

        return (drawing(self),)
