"""What searches over the supports of a tree share: order, unknowns, bounds."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import combinations
from math import lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.games.extensive import GameTree

__all__ = ["SearchBase", "subsets"]


def subsets(size: int) -> Iterator[tuple[int, ...]]:
    """Yield the nonempty subsets of ``range(size)``, small ones first.

    >>> list(subsets(2))
    [(0,), (1,), (0, 1)]
    """
    for count in range(1, size + 1):
        yield from combinations(range(size), count)


class SearchBase:
    """What searches over supports share: the order of the sets, unknowns, bounds on what a move brings."""

    def __init__(self, tree: GameTree, budget: float | None) -> None:
        self.tree = tree
        self.sets = tree.information_sets
        self.deadline = None if budget is None else time.monotonic() + budget
        self.stopped = False
        self.undecided: list[tuple[tuple[int, ...], ...]] = []
        self.used: list[tuple[int, ...] | None] = [None] * len(self.sets)
        self.order = list(reversed(range(len(self.sets))))
        self.numbers: dict[object, int] = {}
        #: Payoffs and odds of chance in integers: each player's payoffs, and the odds, times one positive
        #: number.
        self.payoff = self._payoffs()
        self.odds = self._chance()
        self.moves = [self._moves(x.index) for x in tree.nodes]
        self.below = [
            {
                inner
                for x in each.nodes
                for y in range(x + 1, tree.ends[x])
                if (inner := tree.nodes[y].information_set) is not None
            }
            for each in self.sets
        ]
        position = {h: k for k, h in enumerate(self.order)}
        #: The sets whose comparisons can be written down once the k-th set of the order is assigned.
        self.ready: list[list[int]] = [[] for _ in self.sets]
        for h, inner_sets in enumerate(self.below):
            self.ready[max(position[k] for k in {h, *inner_sets})].append(h)

    def _payoffs(self) -> dict[int, tuple[int, ...]]:
        ends = {
            x.index: [Fraction(value) for value in self.tree.payoffs(x.index)] for x in self.tree.terminals
        }
        scales = [
            lcm(*(values[i].denominator for values in ends.values())) for i in range(len(self.tree.players))
        ]
        return {
            x: tuple(int(v * k) for v, k in zip(values, scales, strict=True)) for x, values in ends.items()
        }

    def _chance(self) -> list[int]:
        odds = [Fraction(1)] * len(self.tree.nodes)
        for node in self.tree.nodes:
            shares = node.probabilities or (Fraction(1),) * len(node.children)
            for child, share in zip(node.children, shares, strict=True):
                odds[child] = odds[node.index] * share
        scale = lcm(*(share.denominator for share in odds))
        return [int(share * scale) for share in odds]

    def _moves(self, index: int) -> tuple[tuple[int, int], ...]:
        """Return the players' moves on the path to a node as ``(set, action)``."""
        return tuple(
            (own, action)
            for at, action in self.tree.path(index)
            if (own := self.tree.nodes[at].information_set) is not None
        )

    def number(self, key: object) -> int:
        """Return the number of an unknown, a new one for a new key."""
        return self.numbers.setdefault(key, len(self.numbers) + 1)

    def late(self) -> bool:
        """Return True, and remember it, if the budget is spent."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            self.stopped = True
        return self.stopped

    def allowed(self, h: int, nodes: tuple[int, ...]) -> list[int]:
        """Return the actions not worse than another at all of ``nodes``, whatever is used later."""
        player = self.sets[h].player
        lows: list[list[Fraction | int]] = []
        highs: list[list[Fraction | int]] = []
        for x in nodes:
            bounds = [self._bounds(child, player) for child in self.tree.nodes[x].children]
            lows.append([low for low, _ in bounds])
            highs.append([high for _, high in bounds])
        actions = range(len(self.sets[h].actions))
        return [
            a
            for a in actions
            if not any(
                all(high[a] < low[b] for low, high in zip(lows, highs, strict=True))
                for b in actions
                if b != a
            )
        ]

    def _bounds(self, root: int, player: int) -> tuple[Fraction | int, Fraction | int]:
        tree = self.tree
        made: dict[int, tuple[Fraction | int, Fraction | int]] = {}
        for index in range(tree.ends[root] - 1, root - 1, -1):
            node = tree.nodes[index]
            if node.kind == "terminal":
                value = self.payoff[index][player]
                made[index] = (value, value)
            elif node.kind == "chance":
                parts = [made[child] for child in node.children]
                made[index] = (
                    sum(
                        (p * low for p, (low, _) in zip(node.probabilities, parts, strict=True)), Fraction(0)
                    ),
                    sum(
                        (p * high for p, (_, high) in zip(node.probabilities, parts, strict=True)),
                        Fraction(0),
                    ),
                )
            else:
                assert node.information_set is not None
                used = self.used[node.information_set]
                parts = [
                    made[node.children[a]] for a in (used if used is not None else range(len(node.children)))
                ]
                made[index] = (min(low for low, _ in parts), max(high for _, high in parts))
        return made[root]
