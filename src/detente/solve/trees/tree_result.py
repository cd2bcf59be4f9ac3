"""What the solvers of trees return: strategies by information set, path, beliefs, certificates."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.numbers import number_to_json, plain
from detente.solve.trees._tree_values import node_values, reach

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.display import Part
    from detente.games.extensive import GameTree
    from detente.solve.trees._tree_values import Behavior

__all__ = ["PathEnd", "TreeEquilibrium", "TreeResult", "tree_equilibrium"]

#: Equilibria up to which plans stand side by side.
_SIDE_BY_SIDE = 6

#: {player: {information set: {action or node: number}}}
ByAction = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class PathEnd:
    """One way in which play may end: the actions that lead there, their probability, the outcome's name."""

    actions: tuple[str, ...]
    probability: Any
    outcome: str
    payoffs: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the end in the form of the JSON contract."""
        return {
            "actions": list(self.actions),
            "probability": number_to_json(self.probability),
            "outcome": self.outcome,
            "payoffs": {player: number_to_json(value) for player, value in self.payoffs.items()},
        }


@dataclass(frozen=True)
class TreeEquilibrium:
    """A certified equilibrium of a tree, or one member of a family of them.

    Attributes
    ----------
    profile : dict
        ``{player: {information set: {action: probability}}}``, all actions listed.
    payoffs : dict
        Expected payoff of each player.
    regret : number
        The largest gain that any player could make by deviating anywhere the concept looks.
    path : tuple of PathEnd
        The ends that play reaches, with their probabilities.
    beliefs : dict or None
        ``{player: {information set: {node: probability}}}``; a node is named by its history. None where the
        concept has no beliefs.
    strategy_ranges, belief_ranges : dict
        Of a family: the probabilities that vary within it, each with its ``(least, largest)`` value, in the
        shape of ``profile`` and ``beliefs``. Empty where nothing varies.
    belief_vertices : dict
        ``{player: {information set: (beliefs, ...)}}``: the vertices of the set of beliefs that make the
        strategy sequentially rational, where beliefs vary at this strategy freely of one another.
    trembles : dict or None
        ``{player: {information set: {action: (order, coefficient)}}}``: a proof of consistency. With every
        unused action played with probability ``coefficient * e**order``, beliefs by Bayes' rule tend to
        ``beliefs``.
    """

    profile: ByAction
    payoffs: dict[str, Any]
    regret: Any
    path: tuple[PathEnd, ...]
    beliefs: ByAction | None = None
    strategy_ranges: ByAction = field(default_factory=dict)
    belief_ranges: ByAction = field(default_factory=dict)
    belief_vertices: dict[str, dict[str, tuple[dict[str, Any], ...]]] = field(default_factory=dict)
    trembles: ByAction | None = None

    @property
    def pure(self) -> bool:
        """True if one action is played at every information set."""
        return all(
            sum(1 for weight in actions.values() if weight != 0) == 1
            for sets in self.profile.values()
            for actions in sets.values()
        )

    def to_json(self) -> dict[str, Any]:
        """Return the equilibrium in the form of the JSON contract."""
        return {
            "profile": _numbers(self.profile),
            "payoffs": _numbers(self.payoffs),
            "regret": number_to_json(self.regret),
            "pure": self.pure,
            "path": [each.to_json() for each in self.path],
            "beliefs": _numbers(self.beliefs),
            "strategy_ranges": _numbers(self.strategy_ranges),
            "belief_ranges": _numbers(self.belief_ranges),
            "belief_vertices": _numbers(self.belief_vertices),
            "trembles": None
            if self.trembles is None
            else {
                player: {
                    label: {
                        action: {"order": k, "coefficient": number_to_json(c)}
                        for action, (k, c) in own.items()
                    }
                    for label, own in sets.items()
                }
                for player, sets in self.trembles.items()
            },
        }

    def strategy_text(self) -> str:
        """Return the strategies on one line: ``1 [start] in, [later] 1/2 l + 1/2 r; 2 [reply] share``."""
        return "; ".join(
            f"{player} " + ", ".join(f"[{label}] {_mixture(actions)}" for label, actions in sets.items())
            for player, sets in self.profile.items()
            if sets
        )

    def path_text(self) -> str:
        """Return the way of play: ``in,share``, or ``1/2 in,fight; 1/2 in,share`` where it is not certain."""
        return "; ".join(
            (f"{plain(each.probability)} " if each.probability != 1 else "") + ",".join(each.actions)
            for each in self.path
        )

    def belief_text(self) -> str:
        """Return the beliefs where there is something to believe, ranges in brackets."""
        parts = [
            f"[{label}] {self.beliefs_at(player, label)}"
            for player, sets in (self.beliefs or {}).items()
            for label, nodes in sets.items()
            if len(nodes) > 1
        ]
        return "; ".join(parts)

    def beliefs_at(self, player: str, label: str) -> str:
        """Return what a player believes at an information set, ranges in brackets."""
        nodes = (self.beliefs or {})[player][label]
        ranges = self.belief_ranges.get(player, {}).get(label, {})
        return ", ".join(
            f"{node} {plain(weight)}"
            + (f" in [{plain(ranges[node][0])}, {plain(ranges[node][1])}]" if node in ranges else "")
            for node, weight in nodes.items()
            if weight != 0 or node in ranges
        )

    def __str__(self) -> str:
        return self.strategy_text()


def _mixture(actions: Mapping[str, Any]) -> str:
    played = [(label, weight) for label, weight in actions.items() if weight != 0]
    return (
        played[0][0]
        if len(played) == 1
        else " + ".join(f"{plain(weight)} {label}" for label, weight in played)
    )


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_numbers(inner) for inner in value]
    return number_to_json(value)


def by_action(tree: GameTree, rows: Sequence[Sequence[Any]], convert: Any = None) -> ByAction:
    """Return a number per action, by index of the set, under the names of players, sets and actions."""
    return {
        name: {
            each.label: dict(
                zip(each.actions, (convert(v) if convert else v for v in rows[each.index]), strict=True)
            )
            for each in tree.sets_of(player)
        }
        for player, name in enumerate(tree.players)
    }


def tree_equilibrium(
    tree: GameTree,
    behavior: Behavior,
    regret: Fraction,
    beliefs: Sequence[Mapping[int, Fraction]] | None = None,
    **more: Any,
) -> TreeEquilibrium:
    """Return a behavior with payoffs and path worked out; numbers are floats where the tree is float."""
    number = float if tree.arithmetic == "float" else Fraction
    reached, values = reach(tree, behavior), node_values(tree, behavior)
    named_beliefs = None
    if beliefs is not None:
        named_beliefs = {
            name: {
                each.label: {tree.node_labels[x]: number(weight) for x, weight in beliefs[each.index].items()}
                for each in tree.sets_of(player)
            }
            for player, name in enumerate(tree.players)
        }
    return TreeEquilibrium(
        profile=by_action(tree, behavior, number),
        payoffs={name: number(value) for name, value in zip(tree.players, values[0], strict=True)},
        regret=number(regret),
        path=tuple(
            PathEnd(
                tree.history(end.index),
                number(reached[end.index]),
                end.outcome.name if end.outcome else "",
                dict(zip(tree.players, tree.payoffs(end.index), strict=True)),
            )
            for end in tree.terminals
            if reached[end.index]
        ),
        beliefs=named_beliefs,
        **more,
    )


@dataclass(frozen=True)
class TreeResult(Displayed):
    """Equilibria of one tree, how they were found, and whether these are all.

    ``complete`` is True only where that is proved; ``missing`` says in words what the method cannot see. A
    result that is complete may list families: each equilibrium is then a member of a listed one (same actions
    used, numbers within its ranges). ``outcomes`` holds the payoffs of each distinct way of play, where the
    method settles these even though the equilibria are too many to list; otherwise it is None.
    """

    game: GameTree
    equilibria: tuple[TreeEquilibrium, ...]
    method: str
    complete: bool
    concept: str
    missing: str = ""
    notes: tuple[str, ...] = ()
    outcomes: tuple[tuple[PathEnd, ...], ...] | None = None

    @property
    def arithmetic(self) -> str:
        """``exact`` or ``float``."""
        return self.game.arithmetic

    @property
    def pure(self) -> tuple[TreeEquilibrium, ...]:
        """The equilibria in pure strategies."""
        return tuple(each for each in self.equilibria if each.pure)

    def to_json(self) -> dict[str, Any]:
        """Return the result in the form of the JSON contract."""
        tree = self.game
        return {
            "concept": self.concept,
            "method": self.method,
            "form": "extensive",
            "players": list(tree.players),
            "information_sets": {
                name: {
                    each.label: {
                        "actions": list(each.actions),
                        "nodes": [tree.node_labels[x] for x in each.nodes],
                    }
                    for each in tree.sets_of(player)
                }
                for player, name in enumerate(tree.players)
            },
            "arithmetic": self.arithmetic,
            "complete": self.complete,
            "missing": self.missing,
            "degenerate": None,
            "equilibria": [each.to_json() for each in self.equilibria],
            "outcomes": None
            if self.outcomes is None
            else [[end.to_json() for end in each] for each in self.outcomes],
            "components": None,
            "nash_subsets": None,
        }

    def table(self) -> Table:
        """Return the result as a table with a closing line on method and completeness."""
        believing = any(each.belief_text() for each in self.equilibria)
        rows = tuple(
            (
                str(index),
                each.path_text(),
                each.strategy_text(),
                *((each.belief_text(),) if believing else ()),
                ", ".join(plain(value) for value in each.payoffs.values()),
                plain(each.regret),
            )
            for index, each in enumerate(self.equilibria)
        )
        head = (
            "#",
            "path",
            "equilibrium",
            *(("beliefs",) if believing else ()),
            f"payoffs ({', '.join(self.game.players)})",
            "regret",
        )
        return Table(
            title="" if rows else "no equilibrium found",
            columns=head if rows else (),
            rows=rows,
            notes=(self.statement(), *self.notes),
        )

    def statement(self) -> str:
        """Return one sentence on method, arithmetic and completeness."""
        found = f"{len(self.equilibria)} found" if self.equilibria else "none found"
        complete = (
            "these are all"
            if self.complete
            else f"not shown to be all{': ' + self.missing if self.missing else ''}"
        )
        return f"{found} by {self.method}, {self.arithmetic} arithmetic; {complete}."

    def to_frame(self) -> Any:
        """Return a :class:`pandas.DataFrame`, one row per equilibrium, with numbers as floats."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    **{
                        f"{player} [{label}]: {action}": float(weight)
                        for player, sets in each.profile.items()
                        for label, actions in sets.items()
                        for action, weight in actions.items()
                    },
                    **{f"payoff of {player}": float(value) for player, value in each.payoffs.items()},
                    "regret": float(each.regret),
                    "pure": each.pure,
                }
                for each in self.equilibria
            ]
        )

    def tables(self) -> tuple[Table, ...]:
        """Return the result as several small tables: ways of play with payoffs, plans at each set, beliefs.

        Sets at which there is only one action are left out. With more than six equilibria it is the one table.
        """
        if not 0 < len(self.equilibria) <= _SIDE_BY_SIDE:
            return (self.table(),)
        numbers = tuple(f"#{index}" for index in range(len(self.equilibria)))
        ways = tuple(
            (number, each.path_text(), *(plain(value) for value in each.payoffs.values()), plain(each.regret))
            for number, each in zip(numbers, self.equilibria, strict=True)
        )
        head = ("#", "path", *(f"payoff of {name}" for name in self.game.players), "regret")
        plans, believed = [], []
        for each in self.game.information_sets:
            name = self.game.players[each.player]
            if len(each.actions) > 1:
                plans.append((name, each.label, *(_mixture(own.profile[name][each.label]) for own in self.equilibria)))
            if len(each.nodes) > 1 and all(own.beliefs is not None for own in self.equilibria):
                believed.append((name, each.label, *(own.beliefs_at(name, each.label) for own in self.equilibria)))
        found = [Table("", head, ways, (self.statement(), *self.notes))]
        if plans:
            found.append(Table("plans", ("player", "at", *numbers), tuple(plans)))
        if believed:
            found.append(Table("beliefs", ("player", "at", *numbers), tuple(believed)))
        return tuple(found)

    def displayed(self) -> tuple[Part, ...]:
        """Return the tables, and for a page the tree with the moves of the first equilibrium."""
        from detente.games._tree_drawing import drawing

        return (*self.tables(), drawing(self.game, self._played(), text=""))

    def _played(self) -> frozenset[tuple[int, int]]:
        """Return the moves, as node and position of the action, that the first equilibrium makes."""
        if not self.equilibria:
            return frozenset()
        profile = self.equilibria[0].profile
        return frozenset(
            (node, position)
            for each in self.game.information_sets
            for position, action in enumerate(each.actions)
            if profile[self.game.players[each.player]][each.label][action] > 0
            for node in each.nodes
        )

    def __repr__(self) -> str:
        return f"<TreeResult {self.concept}: {len(self.equilibria)} equilibria, complete={self.complete}>"
