"""Values, best replies and limits of beliefs in a tree: what certifies an answer, apart from any solver.

A *behavior* holds for each information set, by index, the probabilities of its actions. All arithmetic is in
Fractions; a float tree is taken at the exact binary numbers that it stores.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from detente.games.extensive import GameTree

__all__ = [
    "Behavior",
    "best_reply_value",
    "follow_value",
    "limit_beliefs",
    "node_values",
    "reach",
    "require_recall",
    "set_regret",
    "subgame_regret",
]

#: Probabilities of the actions at each information set, by index of the set.
Behavior = tuple[tuple[Fraction, ...], ...]


def require_recall(tree: GameTree, what: str) -> None:
    """Raise UsageError if a player of the tree forgets: ``what`` is defined under perfect recall only."""
    if tree.imperfect_recall is not None:
        raise UsageError(f"{what} need perfect recall; {tree.imperfect_recall}")


def _weights(
    tree: GameTree, behavior: Behavior, start: Mapping[int, Fraction], free: int | None
) -> dict[int, Fraction]:
    """Return for each node below ``start`` its weight times the odds of all moves but those of ``free``."""
    weight: dict[int, Fraction] = {}
    for first, amount in start.items():
        weight[first] = amount
        for index in range(first, tree.ends[first]):
            node = tree.nodes[index]
            odds: Iterable[Fraction] = node.probabilities
            if node.kind == "decision":
                assert node.information_set is not None
                odds = (
                    behavior[node.information_set]
                    if node.player != free
                    else (Fraction(1),) * len(node.actions)
                )
            for child, share in zip(node.children, odds, strict=True):
                weight[child] = weight[index] * share
    return weight


def reach(tree: GameTree, behavior: Behavior) -> tuple[Fraction, ...]:
    """Return the probability with which play reaches each node."""
    weight = _weights(tree, behavior, {0: Fraction(1)}, None)
    return tuple(weight[index] for index in range(len(tree.nodes)))


def node_values(tree: GameTree, behavior: Behavior) -> list[tuple[Fraction, ...]]:
    """Return the expected payoffs of all players at each node if play went through it."""
    players = range(len(tree.players))
    values: list[tuple[Fraction, ...]] = [()] * len(tree.nodes)
    for node in reversed(tree.nodes):
        if node.kind == "terminal":
            values[node.index] = tuple(Fraction(value) for value in tree.payoffs(node.index))
            continue
        odds = node.probabilities if node.information_set is None else behavior[node.information_set]
        values[node.index] = tuple(
            sum(
                (p * values[child][i] for child, p in zip(node.children, odds, strict=True) if p), Fraction(0)
            )
            for i in players
        )
    return values


def follow_value(tree: GameTree, player: int, behavior: Behavior, start: Mapping[int, Fraction]) -> Fraction:
    """Return the player's payoff from the weighted nodes ``start`` if everybody follows ``behavior``."""
    weight = _weights(tree, behavior, start, None)
    return sum(
        (
            w * Fraction(tree.payoffs(x)[player])
            for x, w in weight.items()
            if w and tree.nodes[x].kind == "terminal"
        ),
        Fraction(0),
    )


def best_reply_value(
    tree: GameTree, player: int, behavior: Behavior, start: Mapping[int, Fraction]
) -> Fraction:
    """Return the most that the player can get from the weighted nodes ``start`` by any strategy of its own.

    The others follow ``behavior``. Needs perfect recall: then the player's sets below ``start`` form a forest
    and are settled from the last ones back. Independent of the one-shot deviation principle.
    """
    weight = _weights(tree, behavior, start, player)
    worth: dict[int, Fraction] = {}
    choice: dict[int, int] = {}

    def settle(first: int) -> Fraction:
        for index in range(tree.ends[first] - 1, first - 1, -1):
            if index in worth:
                continue
            node = tree.nodes[index]
            if node.kind == "terminal":
                worth[index] = weight[index] * Fraction(tree.payoffs(index)[player])
            elif node.player == player:
                assert node.information_set is not None
                worth[index] = worth[node.children[choice[node.information_set]]]
            else:
                worth[index] = sum((worth[child] for child in node.children), Fraction(0))
        return worth[first]

    own = [
        (len(tree.own_sequence(each.nodes[0], player)), each, tuple(x for x in each.nodes if x in weight))
        for each in tree.sets_of(player)
    ]
    for _, each, nodes in sorted(own, key=lambda item: -item[0]):
        if nodes:
            totals = [
                sum((settle(tree.nodes[x].children[a]) for x in nodes), Fraction(0))
                for a in range(len(each.actions))
            ]
            choice[each.index] = max(range(len(totals)), key=totals.__getitem__)
    return sum((settle(first) for first in start), Fraction(0))


def set_regret(
    tree: GameTree, information_set: int, behavior: Behavior, belief: Mapping[int, Fraction]
) -> Fraction:
    """Return what the mover at a set would gain by the best change of its whole strategy from there on."""
    player = tree.information_sets[information_set].player
    return best_reply_value(tree, player, behavior, belief) - follow_value(tree, player, behavior, belief)


def subgame_regret(tree: GameTree, behavior: Behavior) -> Fraction:
    """Return the largest gain from deviating in any subgame: 0 if and only if subgame perfect."""
    return max(
        (
            best_reply_value(tree, player, behavior, {root: Fraction(1)})
            - follow_value(tree, player, behavior, {root: Fraction(1)})
            for root in tree.subgame_roots
            for player in range(len(tree.players))
        ),
        default=Fraction(0),
    )


def limit_beliefs(
    tree: GameTree, orders: Sequence[Sequence[int]], coefficients: Sequence[Sequence[Fraction]]
) -> tuple[dict[int, Fraction], ...]:
    """Return the limit, as e falls to 0, of Bayes' rule where action ``a`` of set ``h`` has odds c e^k.

    ``orders[h][a]`` is k and ``coefficients[h][a]`` is c > 0; actions of order 0 carry the strategy itself,
    less what the others take, which does not move the limit. The profile is completely mixed for every small
    e > 0, so the limit is consistent with the strategy by definition (Kreps and Wilson 1982, section 5 and
    lemma A1).
    """
    order: list[int] = [0] * len(tree.nodes)
    factor: list[Fraction] = [Fraction(1)] * len(tree.nodes)
    for node in tree.nodes:
        for position, child in enumerate(node.children):
            if node.kind == "chance":
                order[child] = order[node.index]
                factor[child] = factor[node.index] * node.probabilities[position]
            else:
                assert node.information_set is not None
                order[child] = order[node.index] + orders[node.information_set][position]
                factor[child] = factor[node.index] * coefficients[node.information_set][position]
    beliefs = []
    for each in tree.information_sets:
        least = min(order[x] for x in each.nodes)
        total = sum((factor[x] for x in each.nodes if order[x] == least), Fraction(0))
        beliefs.append({x: factor[x] / total if order[x] == least else Fraction(0) for x in each.nodes})
    return tuple(beliefs)
