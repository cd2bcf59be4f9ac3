"""One period of a stochastic game, when it is known what every profile is worth from here on.

Players move in groups, each group at once and in sight of the groups before it. An *outcome* is the profile that a pure
subgame-perfect equilibrium of the period leads to. Backward induction over the groups finds all of them without listing
equilibria: a profile is an outcome at a point if it is one behind the group's own move, and if for each mover and each
other action some outcome behind that is no better for the mover. Deviations of different movers lead to different
points, so what is expected there can be chosen for each alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.games.normal import Profile
    from detente.games.stochastic import Order

__all__ = ["Seen", "Stage", "layout"]

#: What the movers of a point have seen: the actions of the earlier groups, in the order of play.
Seen = tuple[int, ...]
#: The action of each mover at every point of the period.
Moves = dict[Seen, dict[int, int]]


@dataclass(frozen=True)
class Layout:
    """What can be seen in periods of one shape.

    Attributes
    ----------
    sequence : tuple of int
        The players in the order of play, those who move at once in a stated order.
    moves : mapping
        For each point where a group moves: what may be seen afterwards, each with the movers who could deviate and what
        would be seen then.
    """

    sequence: tuple[int, ...]
    moves: Mapping[Seen, Mapping[Seen, tuple[tuple[int, Seen], ...]]]

    def profile(self, seen: Seen) -> Profile:
        """Return a full history as a profile in the order of the players."""
        found = [0] * len(self.sequence)
        for player, action in zip(self.sequence, seen, strict=True):
            found[player] = action
        return tuple(found)


@lru_cache(maxsize=64)
def layout(order: Order, shape: Profile) -> Layout:
    """Return what can be seen in periods of a shape."""
    sequence = tuple(player for group in order for player in group)
    moves: dict[Seen, dict[Seen, tuple[tuple[int, Seen], ...]]] = {}
    points: list[Seen] = [()]
    for group in order:
        first = len(points[0])
        behind = []
        for seen in points:
            moves[seen] = {}
            for actions in product(*(range(shape[player]) for player in group)):
                after = (*seen, *actions)
                moves[seen][after] = tuple(
                    (player, (*after[: first + k], action, *after[first + k + 1 :]))
                    for k, player in enumerate(group)
                    for action in range(shape[player])
                    if action != actions[k]
                )
                behind.append(after)
        points = behind
    return Layout(sequence, moves)


class Stage:
    """The pure subgame-perfect equilibria of one period.

    Parameters
    ----------
    order : groups of players
    shape : the number of actions of each player
    worth : mapping of profile to one number per player
        Payoff of the period and all that follows.
    slack : sequence of numbers, optional
        Gains of each player up to this do not count: by default 0, as in exact arithmetic.
    below : mapping, optional
        Outcomes from points on that are known already.
    """

    def __init__(
        self,
        order: Order,
        shape: Profile,
        worth: Mapping[Profile, Any],
        slack: Any = None,
        below: Mapping[Seen, tuple[Profile, ...]] | None = None,
    ) -> None:
        self.order, self.shape, self.worth = order, shape, worth
        self.slack = slack or (0,) * len(shape)
        self.layout = layout(order, shape)
        self.sequence = self.layout.sequence
        self._below: dict[Seen, tuple[Profile, ...]] = dict(below or {})
        self._counted: dict[tuple[Seen, Profile], int] = {}

    def outcomes(self, seen: Seen = ()) -> tuple[Profile, ...]:
        """Return the outcomes from a point on, in lexicographic order of the moves."""
        if seen not in self._below:
            moves = self.layout.moves.get(seen)
            if moves is None:
                self._below[seen] = (self.layout.profile(seen),)
            else:
                self._below[seen] = tuple(
                    each
                    for after, deviations in moves.items()
                    for each in self.outcomes(after)
                    if all(self.deterring(player, each, self.outcomes(changed)) for player, changed in deviations)
                )
        return self._below[seen]

    def deterring(self, player: int, kept: Profile, instead: tuple[Profile, ...]) -> tuple[Profile, ...]:
        """Return the outcomes among ``instead`` that are no better for a player than the one it keeps to."""
        bound = self.worth[kept][player] + self.slack[player]
        return tuple(each for each in instead if self.worth[each][player] <= bound)

    @cached_property
    def ruled(self) -> Profile | None:
        """The outcome of the rule "of equals the first", or None where a group of several has no pure equilibrium."""
        return self._ruled(())

    def _ruled(self, seen: Seen) -> Profile | None:
        moves = self.layout.moves.get(seen)
        if moves is None:
            return self.layout.profile(seen)
        expected = {after: self._ruled(after) for after in moves}
        for after, each in expected.items():
            if each is not None and all(
                (against := expected[changed]) is not None and self.deterring(player, each, (against,))
                for player, changed in moves[after]
            ):
                return each
        return None

    def moves(self, kept: Profile, seen: Seen = ()) -> Moves:
        """Return one equilibrium with an outcome: elsewhere of equals the first that deters, else the first."""
        return next(self.equilibria(kept, seen))

    def equilibria(self, kept: Profile, seen: Seen = ()) -> Iterator[Moves]:
        """Yield every pure equilibrium with an outcome, as the moves at all points."""
        moves = self.layout.moves.get(seen)
        if moves is None:
            yield {}
            return
        points, choices = [], []
        for after in moves:
            points.append(after)
            choices.append(self.expected(kept, seen, after))
        own = {player: kept[player] for player in self.sequence[len(seen) : len(points[0])]}
        for outcomes in product(*choices):
            parts = [tuple(self.equilibria(each, after)) for after, each in zip(points, outcomes, strict=True)]
            for combined in product(*parts):
                found: Moves = {seen: own}
                for part in combined:
                    found.update(part)
                yield found

    def expected(self, kept: Profile, seen: Seen, after: Seen) -> tuple[Profile, ...]:
        """Return what may be expected behind a joint move, where ``kept`` is the outcome from ``seen`` on."""
        on_path = tuple(kept[player] for player in self.sequence[: len(after)])
        if after == on_path:
            return (kept,)
        for player, changed in self.layout.moves[seen][on_path]:
            if changed == after:
                return self.deterring(player, kept, self.outcomes(after))
        return self.outcomes(after)

    def count(self, kept: Profile, seen: Seen = ()) -> int:
        """Return how many pure equilibria have an outcome, without listing them."""
        moves = self.layout.moves.get(seen)
        if moves is None:
            return 1
        if (seen, kept) not in self._counted:
            self._counted[seen, kept] = prod(
                sum(self.count(each, after) for each in self.expected(kept, seen, after)) for after in moves
            )
        return self._counted[seen, kept]
