"""Strategies of a tree and its normal form."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.normal import NormalFormGame, labels

if TYPE_CHECKING:
    from detente.games.extensive import GameTree

__all__ = ["MAX_CELLS", "Strategy", "normal_form", "strategies", "strategy_label"]

#: Largest number of profiles of a normal form that is made from a tree.
MAX_CELLS = 300_000

#: The action at each of a player's information sets, by index of the set; a set that is missing is ruled out.
Strategy = dict[int, int]


def strategies(tree: GameTree, player: int, *, reduced: bool) -> list[Strategy]:
    """Return a player's pure strategies in lexicographic order.

    With ``reduced``, sets that the strategy's own moves rule out carry no action (Kuhn 1953). Without perfect
    recall a set may carry one all the same.
    """
    made: list[Strategy] = [{}]
    for each in tree.sets_of(player):
        sequences = [tree.own_sequence(node, player) for node in each.nodes]
        grown: list[Strategy] = []
        for chosen in made:
            reached = not reduced or any(
                all(
                    chosen.get(at, action if at not in chosen and at > each.index else None) == action
                    for at, action in own
                )
                for own in sequences
            )
            if not reached:
                grown.append(chosen)
                continue
            grown.extend({**chosen, each.index: action} for action in range(len(each.actions)))
        made = grown
        if len(made) > MAX_CELLS:
            raise UsageError(
                f"found more than {MAX_CELLS:,} strategies of {tree.players[player]}; expected fewer"
            )
    return made


def strategy_label(tree: GameTree, player: int, chosen: Strategy) -> str:
    """Return the actions of a strategy joined by commas, ``*`` at a set that it rules out."""
    return (
        ",".join(
            each.actions[chosen[each.index]] if each.index in chosen else "*" for each in tree.sets_of(player)
        )
        or "-"
    )


def normal_form(tree: GameTree, *, reduced: bool) -> NormalFormGame:
    """Return the (reduced) normal form of a tree with expected payoffs over chance.

    Cost: for each terminal node, the number of profiles that lead to it.

    Raises
    ------
    UsageError
        If there are more than 300,000 profiles.
    """
    import numpy as np

    players = range(len(tree.players))
    own = [strategies(tree, player, reduced=reduced) for player in players]
    cells = prod(len(each) for each in own)
    if cells > MAX_CELLS:
        raise UsageError(f"found {cells:,} profiles in the normal form; expected at most {MAX_CELLS:,}")
    exact = tree.arithmetic == "exact"
    table: Any = np.zeros((len(tree.players), *(len(each) for each in own)), dtype=object if exact else float)
    if exact:
        table.fill(Fraction(0))
    for end in tree.terminals:
        weight = Fraction(1)
        for at, action in tree.path(end.index):
            if tree.nodes[at].kind == "chance":
                weight *= tree.nodes[at].probabilities[action]
        if not weight:
            continue
        meeting = []
        for player in players:
            needed = tree.own_sequence(end.index, player)
            meeting.append(
                [k for k, chosen in enumerate(own[player]) if all(chosen.get(at) == a for at, a in needed)]
            )
        where = np.ix_(*meeting)
        for player in players:
            value = tree.payoffs(end.index)[player]
            table[player][where] += weight * value if exact else float(weight) * value
    names = [[strategy_label(tree, player, chosen) for chosen in own[player]] for player in players]
    return NormalFormGame(table, tree.players, [labels(each, len(each), "strategy") for each in names])
