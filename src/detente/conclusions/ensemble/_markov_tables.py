"""A stochastic game as tables of integers, for the compiled solver.

In a period the groups of players move one after another. A profile is an outcome of the period where no player gains by
another action, given that what follows it is an outcome of what then is left of the period: one *check* for each group
(depth), profile, player of the group and other action, with the profiles that may follow (its *members*).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["MarkovTables", "StateProgram", "checks_of"]


@dataclass(frozen=True)
class StateProgram:
    """A state: number of actions, slots of discount factors and payoffs, and what follows each profile."""

    shape: tuple[int, ...]
    factors: tuple[int, ...]
    pays: tuple[tuple[int, ...], ...]
    moves: tuple[tuple[tuple[int, int | None], ...], ...]


@dataclass(frozen=True, eq=False)
class MarkovTables:
    """Profiles are counted through all states.

    Attributes
    ----------
    factors : (players,)
        Slots of the discount factors.
    spans : (states, 2)
        The first profile of each state, and how many it has.
    pays : (profiles, players)
        Slots of payoffs.
    move_spans, moves : (profiles, 2), (moves, 2)
        Which moves follow a profile; each with its state and the slot of its chance, -1 where it is sure.
    tree_of : (states,)
        Which of the trees below is that of the state.
    check_spans : (trees, depths, most profiles + 1)
        Which checks a profile has at a depth, profiles counted within their state.
    checks : (checks, 3)
        Player, first and last of ``members``.
    members : (members,)
        Profiles.
    """

    factors: Integers
    spans: Integers
    pays: Integers
    move_spans: Integers
    moves: Integers
    tree_of: Integers
    check_spans: Integers
    checks: Integers
    members: Integers

    @classmethod
    def of(cls, states: Sequence[StateProgram], order: tuple[tuple[int, ...], ...]) -> MarkovTables:
        """Return the tables of the states of a game in which groups move in this order."""
        pays: list[tuple[int, ...]] = []
        moves: list[tuple[int, int]] = []
        spans, move_spans, tree_of = [], [], []
        trees: dict[tuple[int, ...], int] = {}
        for own in states:
            spans.append((len(pays), len(own.pays)))
            tree_of.append(trees.setdefault(own.shape, len(trees)))
            pays += own.pays
            for each in own.moves:
                move_spans.append((len(moves), len(moves) + len(each)))
                moves += [(to, -1 if chance is None else chance) for to, chance in each]
        most = max(len(own.pays) for own in states)
        check_spans = np.zeros((len(trees), len(order), most + 1), dtype=np.int64)
        checks: list[tuple[int, int, int]] = []
        members: list[int] = []
        for shape, tree in trees.items():
            size = int(np.prod(shape))
            for depth in range(len(order)):
                for number in range(size):
                    check_spans[tree, depth, number] = len(checks)
                    for player, following in checks_of(shape, order, depth, number):
                        checks.append((player, len(members), len(members) + len(following)))
                        members += following
                check_spans[tree, depth, size:] = len(checks)

        def table(rows: Sequence[Sequence[int]], width: int) -> Integers:
            return np.array(rows, dtype=np.int64).reshape(-1, width)

        return cls(
            np.array(states[0].factors, dtype=np.int64), table(spans, 2), table(pays, len(states[0].factors)),
            table(move_spans, 2), table(moves, 2), np.array(tree_of, dtype=np.int64), check_spans, table(checks, 3),
            np.array(members, dtype=np.int64),
        )  # fmt: skip


def checks_of(
    shape: tuple[int, ...], order: tuple[tuple[int, ...], ...], depth: int, number: int
) -> Iterator[tuple[int, list[int]]]:
    """Yield who may deviate at a depth from a profile, and the profiles that may follow each other action.

    Examples
    --------
    The first mover's other action may be followed by either reply, the second mover's by nothing else.

    >>> list(checks_of((2, 2), ((0,), (1,)), 0, 0)), list(checks_of((2, 2), ((0,), (1,)), 1, 0))
    ([(0, [2, 3])], [(1, [1])])
    """
    profile = tuple(int(each) for each in np.unravel_index(number, shape))
    later = [j for group in order[depth + 1 :] for j in group]
    for player in order[depth]:
        for action in range(shape[player]):
            if action == profile[player]:
                continue
            following = []
            for replies in product(*(range(shape[j]) for j in later)):
                changed = list(profile)
                changed[player] = action
                for j, reply in zip(later, replies, strict=True):
                    changed[j] = reply
                following.append(int(np.ravel_multi_index(changed, shape)))
            yield player, following
