r"""The one-shot deviation principle as a check of stationary profiles of stochastic games.

A stationary profile is an equilibrium from every state on if and only if no player, in any state and after anything
seen in the period, gains by choosing another action once and following the profile ever after (Blackwell 1965;
Fudenberg and Tirole 1991, theorem 4.2). The values of a profile solve

.. math:: v_i(s) = \sum_a \sigma(s)(a) \Big( u_i(s, a) + \delta_i \sum_t P(t \mid s, a)\, v_i(t) \Big).

Nothing here is shared with the solvers: the values come from one linear system per player over all states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.rational import fast
from detente.numbers import exact_or_float, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.games.stochastic import State, StochasticGame

__all__ = ["Behavior", "MarkovDeviation", "best_markov_deviation"]

#: For each state and what was seen there in the period (actions of earlier movers, in the order of play), the
#: probabilities of the actions of each player who moves then.
Behavior = Mapping[tuple[Any, tuple[str, ...]], Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class MarkovDeviation:
    """The one-shot deviation that gains most; the profile is Markov perfect if and only if ``gain <= 0``.

    ``gain`` counts all that follows, discounted. ``seen`` are the earlier moves of the period. ``values`` maps players
    to states to values. Where nobody has a choice, ``gain`` is 0 and ``player`` None.
    """

    gain: Any
    player: str | None
    state: Any
    seen: tuple[str, ...]
    action: str | None
    values: Mapping[str, Mapping[Any, Any]]

    def __str__(self) -> str:
        if self.player is None:
            return "nobody has another action"
        after = f" after {', '.join(self.seen)}" if self.seen else ""
        return f"{self.player} gains {plain(self.gain)} by {self.action} once in state {self.state}{after}"


def best_markov_deviation(game: StochasticGame, behavior: Behavior) -> MarkovDeviation:
    """Return the one-shot deviation that gains most from a stationary profile, with the values of the profile.

    Parameters
    ----------
    game : StochasticGame
    behavior : mapping
        ``behavior[state, seen][player][action]`` is a probability; actions left out have 0. ``seen`` is empty for those
        who move first.

    Raises
    ------
    UsageError
        If a point is missing or probabilities do not add up to 1.

    Notes
    -----
    Exact in an exact game with exact probabilities. Cost: a linear system of the size of the states for each player.

    Examples
    --------
    >>> from detente.games.stochastic import StochasticGame
    >>> game = StochasticGame(
    ...     ["worker"], ["field", "house"], {"worker": ["rest", "build"]},
    ...     payoffs={"field": {("rest",): (1,), ("build",): (-2,)}},
    ...     next={"field": {("rest",): "field", ("build",): "house"}},
    ...     discount_factor="9/10", terminal={"house": (20,)},
    ... )
    >>> found = best_markov_deviation(game, {("field", ()): {"worker": {"rest": 1}}})
    >>> print(found, "| resting for ever is worth", found.values["worker"]["field"])
    worker gains 6 by build once in state field | resting for ever is worth 10
    """
    number: type = Fraction if game.arithmetic == "exact" else float
    chosen = _checked(game, behavior)
    if any(isinstance(p, float) for each in chosen.values() for own in each.values() for p in own):
        number = float
    exactly = number is Fraction
    numbers = _numbers(game, exactly)
    if exactly:
        chosen = {at: {i: tuple(map(fast, own)) for i, own in each.items()} for at, each in chosen.items()}
    best: tuple[Any, str, Any, tuple[str, ...], str] | None = None
    values: dict[str, dict[Any, Any]] = {}
    play = _Play(game, chosen)
    for i, player in enumerate(game.players):
        known = _values(game, numbers, play, i, exactly)
        values[player] = {state: _plain(each) for state, each in known.items()} if exactly else known
        expected = _Expected(game, numbers, i, known)
        for (state, seen), own in chosen.items():
            if i not in own or len(game.actions[state][i]) == 1:
                continue
            here = expected(state, play.after(state, seen))
            for action, label in enumerate(game.actions[state][i]):
                if exactly and own[i][action] == 1:  # what it does anyway
                    gain = numbers.zero
                else:
                    gain = expected(state, play.deviating(state, seen, i, action)) - here
                if best is None or gain > best[0]:
                    best = (gain, player, state, _labels(game, state, seen), label)
    if best is None:
        return MarkovDeviation(number(0), None, None, (), None, values)
    gain, *_ = best
    return MarkovDeviation(_plain(gain) if exactly else gain, *best[1:], values)


@dataclass(frozen=True)
class _Numbers:
    """Payoffs, chances and factors in one kind of numbers: FLINT's rationals, faster than Python's, or floats."""

    rewards: Mapping[Any, Mapping[Any, tuple[Any, ...]]]
    transitions: Mapping[Any, Mapping[Any, tuple[tuple[int, Any], ...]]]
    factors: tuple[Any, ...]
    ends: Mapping[Any, tuple[Any, ...]]
    zero: Any

    @classmethod
    def of(cls, game: StochasticGame, exactly: bool) -> _Numbers:
        """Return the numbers of a game."""
        number: Any = fast if exactly else float
        leads = game.transitions
        return cls(
            {s: {a: tuple(map(number, each)) for a, each in own.items()} for s, own in game.rewards.items()},
            {s: {a: tuple((to, number(q)) for to, q in each) for a, each in own.items()} for s, own in leads.items()},
            tuple(map(number, game.discount_factors)),
            {s: tuple(map(number, each)) for s, each in game.terminal.items()},
            number(Fraction(0)),
        )


@lru_cache(maxsize=1)
def _numbers(game: StochasticGame, exactly: bool) -> _Numbers:
    """Return the numbers of a game, kept as long as profiles of the same game are checked."""
    return _Numbers.of(game, exactly)


def _plain(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))


#: Profiles with their probabilities.
_Lottery = tuple[tuple[tuple[int, ...], Any], ...]
_Chosen = dict[tuple[Any, tuple[int, ...]], dict[int, tuple[Any, ...]]]


def _points(game: StochasticGame, state: State) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield what can be seen at each point of a period, with who moves there."""
    earlier: tuple[int, ...] = ()
    for group in game.order:
        for seen in product(*(range(len(game.actions[state][player])) for player in earlier)):
            yield seen, group
        earlier += group


def _labels(game: StochasticGame, state: State, seen: tuple[int, ...]) -> tuple[str, ...]:
    movers = [player for group in game.order for player in group]
    return tuple(game.actions[state][player][action] for player, action in zip(movers, seen, strict=False))


def _checked(game: StochasticGame, behavior: Behavior) -> _Chosen:
    found: _Chosen = {}
    for state in game.playing:
        for seen, group in _points(game, state):
            words = _labels(game, state, seen)
            given = behavior.get((state, words))
            where = f"state {state}" + (f" after {', '.join(words)}" if words else "")
            if given is None:
                raise UsageError(f"found no behavior in {where}")
            found[state, seen] = {}
            for player in group:
                own = given.get(game.players[player], {})
                actions = game.actions[state][player]
                if len(actions) == 1 and not own:
                    own = {actions[0]: 1}
                strange = [action for action in own if action not in actions]
                weights = tuple(exact_or_float(own.get(action, 0)) for action in actions)
                total = sum(weights)
                off = abs(total - 1) > 1e-9 if isinstance(total, float) else total != 1
                if strange or off or min(weights) < 0:
                    shown = ", ".join(f"{action} {p}" for action, p in own.items()) or "nothing"
                    expected = f"probabilities of {', '.join(actions)} that add up to 1"
                    raise UsageError(f"found {shown} for {game.players[player]} in {where}; expected {expected}")
                found[state, seen][player] = weights
    return found


class _Play:
    """Which profiles follow from each point of a period, with their probabilities."""

    def __init__(self, game: StochasticGame, chosen: _Chosen) -> None:
        self._chosen = chosen
        self._movers = [player for group in game.order for player in group]
        self._known: dict[tuple[State, tuple[int, ...]], _Lottery] = {}

    def after(self, state: State, seen: tuple[int, ...]) -> _Lottery:
        """Return what follows from a point."""
        if len(seen) == len(self._movers):
            profile = [0] * len(self._movers)
            for player, action in zip(self._movers, seen, strict=True):
                profile[player] = action
            return ((tuple(profile), 1),)
        if (state, seen) not in self._known:
            self._known[state, seen] = self._drawn(state, seen, self._chosen[state, seen])
        return self._known[state, seen]

    def deviating(self, state: State, seen: tuple[int, ...], player: int, action: int) -> _Lottery:
        """Return what follows if a player who moves at a point takes one action there."""
        own = self._chosen[state, seen]
        sure = tuple(int(k == action) for k in range(len(own[player])))
        return self._drawn(state, seen, {**own, player: sure})

    def _drawn(self, state: State, seen: tuple[int, ...], own: Mapping[int, tuple[Any, ...]]) -> _Lottery:
        found = []
        for actions in product(*([k for k, p in enumerate(each) if p != 0] for each in own.values())):
            chance: Any = 1
            for weights, action in zip(own.values(), actions, strict=True):
                chance *= weights[action]
            found += [(profile, chance * behind) for profile, behind in self.after(state, (*seen, *actions))]
        return tuple(found)


class _Expected:
    """What a player expects of profiles in a state, given what all states are worth to it."""

    def __init__(
        self, game: StochasticGame, numbers: _Numbers, player: int, known: Mapping[Any, Any]
    ) -> None:
        self._states, self._numbers, self._player, self._known = game.states, numbers, player, known
        self._worth: dict[Any, Any] = {}

    def __call__(self, state: State, lottery: _Lottery) -> Any:
        total = self._numbers.zero
        for profile, chance in lottery:
            total += chance * self._of(state, profile)
        return total

    def _of(self, state: State, profile: tuple[int, ...]) -> Any:
        if (state, profile) not in self._worth:
            numbers = self._numbers
            ahead = sum(
                (q * self._known[self._states[to]] for to, q in numbers.transitions[state][profile]),
                start=numbers.zero,
            )
            here = numbers.rewards[state][profile][self._player]
            self._worth[state, profile] = here + numbers.factors[self._player] * ahead
        return self._worth[state, profile]


def _values(game: StochasticGame, numbers: _Numbers, play: _Play, player: int, exactly: bool) -> dict[Any, Any]:
    """Return the value of every state to a player."""
    playing = game.playing
    place = {state: k for k, state in enumerate(playing)}
    size, factor = len(playing), numbers.factors[player]
    rows = [[numbers.zero] * size for _ in range(size)]
    right = [numbers.zero] * size
    for k, state in enumerate(playing):
        rows[k][k] += 1
        for profile, chance in play.after(state, ()):
            right[k] += chance * numbers.rewards[state][profile][player]
            for to, q in numbers.transitions[state][profile]:
                there = game.states[to]
                if there in game.terminal:
                    right[k] += factor * chance * q * numbers.ends[there][player]
                else:
                    rows[k][place[there]] -= factor * chance * q
    found = _solved(rows, right) if exactly else _float_solved(rows, right)
    ends = {state: each[player] for state, each in numbers.ends.items()}
    values = {**ends, **dict(zip(playing, found, strict=True))}
    return {state: values[state] for state in game.states}


def _solved(rows: list[list[Any]], right: list[Any]) -> list[Any]:
    from flint import fmpq_mat

    size = len(rows)
    found = fmpq_mat(size, size, [x for row in rows for x in row]).solve(fmpq_mat(size, 1, right))
    return [found[k, 0] for k in range(size)]


def _float_solved(rows: list[list[Any]], right: list[Any]) -> list[float]:
    import numpy as np

    return [float(x) for x in np.linalg.solve(np.array(rows, dtype=float), np.array(right, dtype=float))]
