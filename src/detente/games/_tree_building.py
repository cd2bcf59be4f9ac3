"""From a tree as it is written down to the flat, checked tables of a game tree."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean
from detente.games._tree_parts import InformationSet, Move, Outcome, TreeNode
from detente.numbers import exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.games.extensive import GameTree
    from detente.games.symbolic_tree import SymbolicTree

__all__ = ["MAX_NODES", "TreeBuilder", "check_sets"]

#: Largest tree that is built; a shared sub-tree counts each time that it is used.
MAX_NODES = 500_000


class TreeBuilder:
    """Lay a written tree out flat, without recursion: a long game must not exhaust the stack."""

    def __init__(self, players: tuple[str, ...]) -> None:
        self.players = players
        self.rows: list[dict[str, Any]] = []
        self.float = False
        self.sets: dict[tuple[int, object], int] = {}
        self.members: list[list[int]] = []
        self.owners: list[int] = []
        self.given: list[str | None] = []

    def build(self, root: Move) -> None:
        stack: list[tuple[Any, int | None, int | None]] = [(root, None, None)]
        while stack:
            move, parent, action = stack.pop()
            index = len(self.rows)
            if index >= MAX_NODES:
                raise UsageError(f"found more than {MAX_NODES:,} nodes; expected a smaller tree")
            if not isinstance(move, Move):
                raise UsageError(
                    f"found {move!r} in the tree; expected decision(...), chance(...) or terminal(...)"
                )
            self.rows.append(self._row(move, index, parent, action))
            if parent is not None:
                self.rows[parent]["children"].append(index)
            below = [(branch[2], index, position) for position, branch in enumerate(move.branches)]
            stack.extend(reversed(below))

    def _row(self, move: Move, index: int, parent: int | None, action: int | None) -> dict[str, Any]:
        actions = tuple(label for label, _, _ in move.branches)
        for label in actions:
            if not isinstance(label, str) or not label:
                raise UsageError(f"found the action {label!r}; expected a label of at least one character")
        if len(set(actions)) != len(actions):
            raise UsageError(f"found the actions {', '.join(actions)}; expected different labels")
        if move.kind != "terminal" and not actions:
            raise UsageError(f"found a {move.kind} node without actions; expected at least one")
        row: dict[str, Any] = {
            "index": index, "parent": parent, "action": action, "kind": move.kind, "player": None,
            "information_set": None, "actions": actions, "probabilities": (), "children": [],
            "outcome": self._outcome(move), "name": move.name,
        }  # fmt: skip
        if move.kind == "chance":
            row["probabilities"] = self._odds(move)
        if move.kind == "decision":
            row["player"] = self._player(move.player)
            row["information_set"] = self._set(row["player"], move.information_set, index)
        return row

    def _odds(self, move: Move) -> tuple[Any, ...]:
        return _probabilities(move)

    def _player(self, given: object) -> int:
        if isinstance(given, str) and given in self.players:
            return self.players.index(given)
        if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < len(self.players):
            return given
        hint = did_you_mean(str(given), self.players)
        known = ", ".join(self.players)
        raise UsageError(f"unknown player {given!r}; expected one of {known}" + (f"; {hint}" if hint else ""))

    def _set(self, player: int, label: str | None, index: int) -> int:
        key = (player, index if label is None else str(label))
        if key not in self.sets:
            self.sets[key] = len(self.members)
            self.members.append([])
            self.owners.append(player)
            self.given.append(label)
        self.members[self.sets[key]].append(index)
        return self.sets[key]

    def _outcome(self, move: Move) -> Outcome | None:
        given = move.outcome
        if given is None:
            return None
        if isinstance(given, Outcome):
            move = Move(move.kind, outcome_name=given.name)
            given = given.payoffs
        if hasattr(given, "keys"):
            if set(given) != set(self.players):
                names = ", ".join(map(str, given)) or "nobody"
                raise UsageError(
                    f"found payoffs of {names}; expected one for each of {', '.join(self.players)}"
                )
            given = [given[name] for name in self.players]
        if len(given) != len(self.players):
            raise UsageError(f"found {len(given)} payoffs; expected {len(self.players)}, one per player")
        return Outcome(tuple(self._payoff(value) for value in given), move.outcome_name)

    def _payoff(self, value: Any) -> Any:
        if isinstance(value, float) or (hasattr(value, "dtype") and value.dtype.kind == "f"):
            if not math.isfinite(value):
                raise UsageError(f"found the payoff {value}; expected a finite number")
            self.float = True
            return float(value)
        return exact(value.item() if hasattr(value, "dtype") else value)

    def finished(self) -> tuple[TreeNode, ...]:
        for row in self.rows:
            outcome = row["outcome"]
            row["children"] = tuple(row["children"])
            if row["kind"] == "terminal" and outcome is None:
                zero = tuple(Fraction(0) for _ in self.players)
                row["outcome"] = outcome = Outcome(zero)
            if self.float and outcome is not None:
                row["outcome"] = Outcome(tuple(float(value) for value in outcome.payoffs), outcome.name)
        return tuple(TreeNode(**row) for row in self.rows)

    def information_sets(self) -> tuple[InformationSet, ...]:
        named: dict[int, str] = {}
        for player in range(len(self.players)):
            own = [k for k, owner in enumerate(self.owners) if owner == player]
            taken = {self.given[k] for k in own}
            for number, k in enumerate(own, start=1):
                label = self.given[k]
                if label is None:
                    label = next(text for text in _numbered(number) if text not in taken)
                    taken.add(label)
                named[k] = str(label)
        return tuple(
            InformationSet(k, self.owners[k], named[k], self.rows[nodes[0]]["actions"], tuple(nodes))
            for k, nodes in enumerate(self.members)
        )


def _numbered(number: int) -> Iterator[str]:
    yield str(number)
    again = 2
    while True:
        yield f"{number}#{again}"
        again += 1


def _probabilities(move: Move) -> tuple[Fraction, ...]:
    shown = ", ".join(f"{label} {probability}" for label, probability, _ in move.branches)
    values = tuple(exact(probability) for _, probability, _ in move.branches)
    if any(value < 0 for value in values):
        raise UsageError(f"found the chance probabilities {shown}; expected none below 0")
    if sum(values) != 1:
        raise UsageError(
            f"found chance probabilities {shown} that add up to {sum(values)}; expected exactly 1"
        )
    return values


def check_sets(tree: GameTree | SymbolicTree) -> None:
    for each in tree.information_sets:
        where = f"information set [{each.label}] of {tree.players[each.player]}"
        start = tree.history(each.nodes[0])
        for index in each.nodes[1:]:
            if tree.nodes[index].actions != each.actions:
                raise UsageError(
                    f"{where}: found the actions {', '.join(each.actions)} after {start} "
                    f"and {', '.join(tree.nodes[index].actions)} after {tree.history(index)}; "
                    "expected the same in the same order"
                )
        for before, after in zip(each.nodes, each.nodes[1:], strict=False):
            # In the order of the tree, what follows a node comes right behind it or behind what also follows.
            if after < tree.ends[before]:
                raise UsageError(
                    f"{where}: found absent-mindedness, a node and one that follows it "
                    f"({tree.history(before)} and {tree.history(after)}); "
                    f"expected at most one node of a set on any path"
                )
