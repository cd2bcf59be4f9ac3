"""The one pure equilibrium of a stochastic game in floating point, where no comparison leaves a doubt.

Made for points along a line of which many have to be looked at: what is found there is a proposal of what to play,
which the caller confirms exactly. That no other play is an equilibrium rests on comparisons each of which is decided by
far more than rounding can do, or between moves that are worth the same to everybody; where one is not, nothing is
proposed.

Games in which players move one by one, each in sight of those before, and play moves on or stays, without chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.games.normal import Profile
    from detente.games.stochastic import State, StochasticGame
    from detente.solve.stochastic.incentives import Plan

__all__ = ["ClearPlay", "behavior_of"]

#: Differences up to this, relative to the largest value a player can have, leave a doubt.
_DOUBT = 1e-9
#: Discount factors nearer to 1 than this leave more rounding than that.
_PATIENT = 1e-4

_Point = tuple[tuple[int, ...], int]
#: A point, and what is seen after each move.
_Choice = tuple[_Point, tuple[tuple[int, ...], ...]]


class _Doubt(Exception):  # noqa: N818 - control flow, not an error
    """A comparison is too close."""


@dataclass(frozen=True)
class _Place:
    """A state: where each profile leads, None where play ends, and who moves at which points, the last ones first.

    ``ends`` has the profiles by their moves in order. The choices that are looked at ``first`` are those behind which
    play leaves the state whatever is done: what is best there does not depend on what the state itself is worth.
    """

    state: State
    leads: Mapping[Profile, State | None]
    ends: Mapping[tuple[int, ...], Profile]
    points: tuple[_Point, ...]
    first: tuple[_Choice, ...]
    then: tuple[_Choice, ...]


class ClearPlay:
    """The order of states and moves of a game, laid out once for numbers at many points.

    Parameters
    ----------
    game : StochasticGame
        Only its states, actions, order and where play goes are looked at.
    """

    def __init__(self, game: StochasticGame) -> None:
        self.game = game
        self.sequence = tuple(i for group in game.order for i in group)
        #: Whether the game is of the kind that this module is for.
        self.fits = (
            all(len(group) == 1 for group in game.order)
            and all(len(part) == 1 for part in game.classes)
            and all(len(to) <= 1 for own in game.transitions.values() for to in own.values())
        )
        self._places = tuple(self._place(part[0]) for part in game.classes) if self.fits else ()

    def _place(self, state: State) -> _Place:
        shape = self.game.shape(state)
        leads = {a: self.game.states[to[0][0]] if to else None for a, to in self.game.transitions[state].items()}
        ends = {tuple(profile[i] for i in self.sequence): profile for profile in leads}
        staying = [seen for seen, profile in ends.items() if leads[profile] == state]
        points: list[_Point] = []
        first: list[_Choice] = []
        then: list[_Choice] = []
        for position in reversed(range(len(self.sequence))):
            mover = self.sequence[position]
            for seen in product(*(range(shape[i]) for i in self.sequence[:position])):
                after = tuple((*seen, action) for action in range(shape[mover]))
                leaves = all(each[:position] != seen for each in staying)
                points.append((seen, mover))
                (first if leaves else then).append(((seen, mover), after))
        return _Place(state, leads, ends, tuple(points), tuple(first), tuple(then))

    def plan(
        self,
        pays: Mapping[State, Mapping[Profile, Sequence[float]]],
        ends: Mapping[State, Sequence[float]],
        factors: Sequence[float],
        settle: Callable[[State, Plan], tuple[Mapping[_Point, int], Sequence[float]] | None] | None = None,
    ) -> Plan | None:
        """Return what is played at every point, of equals the first.

        None where floats leave a doubt, or where there is no equilibrium or there are several with different values.
        Where there is a doubt in a state, ``settle`` may tell what is played there, and what the state is then worth,
        from what is played in the states behind it.

        Examples
        --------
        >>> from detente.games.stochastic import StochasticGame
        >>> game = StochasticGame(
        ...     ["worker"], ["field", "house"], {"worker": ["rest", "build"]},
        ...     {"field": {("rest",): (1,), ("build",): (-2,)}}, {"field": {("rest",): "field", ("build",): "house"}},
        ...     "9/10", terminal={"house": (20,)},
        ... )
        >>> ClearPlay(game).plan({"field": {(0,): [1.0], (1,): [-2.0]}}, {"house": [20.0]}, [0.9])
        {('field', ()): {0: 1}}
        """
        if not self.fits or any(1 - factor < _PATIENT for factor in factors):
            return None
        numbers = [each for own in pays.values() for each in own.values()]
        slack = [
            _DOUBT * max(
                max((abs(each[i]) for each in numbers), default=0.0) / (1 - factor),
                max((abs(each[i]) for each in ends.values()), default=0.0),
            )
            for i, factor in enumerate(factors)
        ]  # fmt: skip
        worth: dict[State, Sequence[float]] = dict(ends)
        found: Plan = {}
        for place in self._places:
            moves: Mapping[_Point, int]
            try:
                moves, values = self._solved(place, pays[place.state], worth, factors, slack)
            except _Doubt:
                settled = None if settle is None else settle(place.state, found)
                if settled is None:
                    return None
                moves, values = settled
            worth[place.state] = values
            for seen, mover in place.points:
                found[place.state, seen] = {mover: moves[seen, mover]}
        return found

    def _solved(
        self, place: _Place, pays: Mapping[Profile, Sequence[float]], worth: Mapping[State, Sequence[float]],
        factors: Sequence[float], slack: Sequence[float],
    ) -> tuple[dict[_Point, int], Sequence[float]]:  # fmt: skip
        """Return the moves in a state and what it is worth, where one profile alone can be played for good there."""
        none = (0.0,) * len(factors)
        sure: dict[Profile, Sequence[float]] = {}
        for each, to in place.leads.items():
            if to != place.state:
                ahead = none if to is None else worth[to]
                sure[each] = [u + d * v for u, d, v in zip(pays[each], factors, ahead, strict=True)]
        settled, behind = self._moves(place.first, place.ends, sure, slack)
        if not place.then:
            return settled, sure[behind[()]]
        kept: list[tuple[dict[_Point, int], Sequence[float]]] = []
        for profile in place.leads:
            path = tuple(profile[i] for i in self.sequence)
            if any(behind.get(path[:k], profile) != profile for k in range(len(path))):
                continue  # not what is played behind a point that is settled
            values = sure.get(profile) or [u / (1 - d) for u, d in zip(pays[profile], factors, strict=True)]
            table = dict(sure)
            for each in place.leads:
                if each not in sure:
                    table[each] = [u + d * v for u, d, v in zip(pays[each], factors, values, strict=True)]
            moves, reached = self._moves(place.then, behind, table, slack)
            if reached[()] == profile:
                kept.append(({**settled, **moves}, values))
        if len(kept) != 1:
            raise _Doubt
        return kept[0]

    def _moves(
        self, choices: Sequence[_Choice], known: Mapping[tuple[int, ...], Profile],
        table: Mapping[Profile, Sequence[float]], slack: Sequence[float],
    ) -> tuple[dict[_Point, int], dict[tuple[int, ...], Profile]]:  # fmt: skip
        """Return the best moves at some points of a period, and the profile that is played behind each point."""
        behind = dict(known)
        moves: dict[_Point, int] = {}
        for point, after in choices:
            seen, mover = point
            outcomes = [table[behind[each]] for each in after]
            offered = [each[mover] for each in outcomes]
            highest = max(offered)
            best = offered.index(highest)
            least = highest - slack[mover]
            for k, each in enumerate(offered):
                # what is the same to everybody is no doubt: of equals the first
                if each >= least and k != best and outcomes[k] != outcomes[best]:
                    raise _Doubt
            moves[point] = best
            behind[seen] = behind[after[best]]
        return moves, behind


def behavior_of(game: StochasticGame, plan: Plan) -> Any:
    """Return a plan of indices as probabilities of actions, as the check of one-shot deviations takes them."""
    sequence = [i for group in game.order for i in group]
    found = {}
    for (state, seen), own in plan.items():
        actions = game.actions[state]
        words = tuple(actions[j][a] for j, a in zip(sequence, seen, strict=False))
        found[state, words] = {game.players[i]: {actions[i][a]: 1} for i, a in own.items()}
    return found
