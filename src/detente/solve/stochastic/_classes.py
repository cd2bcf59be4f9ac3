"""The pure stationary equilibria of one class of states, when the values of the states behind it are known.

If ``v`` is what the states of the class are worth under a pure stationary profile, every profile ``a`` of a state is
worth ``w(a) = u(a) + d * sum P(t | a) v(t)``. The stationary profile is an equilibrium exactly where in every state
what is played is an outcome of the period with the payoffs ``w`` (:class:`~detente.solve.stochastic._stage.Stage`). And
``v`` depends only on what is played, not on what would be answered to other moves. So it is enough to go through all
combinations of one profile per state.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING, Any

from detente.games.rational import fast
from detente.solve.stochastic._stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from detente.games.normal import Profile
    from detente.games.stochastic import State, StochasticGame
    from detente.solve.stochastic._stage import Seen

__all__ = ["MAX_COMBINATIONS", "Part", "combinations", "pure_parts", "worths"]

#: Combinations of one profile per state that are gone through in one class.
MAX_COMBINATIONS = 200_000
#: Combinations from which on floats sort out what cannot be an equilibrium, before anything is computed exactly.
_FILTER_FROM = 400
_CHUNK = 4096

Values = dict["State", tuple[Any, ...]]


@dataclass(frozen=True)
class Part:
    """A class of states with equilibrium values, the periods with these values, and what may be played there."""

    values: Values
    stages: Mapping[State, Stage]
    options: Mapping[State, tuple[Profile, ...]]

    @property
    def count(self) -> int:
        """How many pure equilibria have these values."""
        return prod(sum(self.stages[s].count(kept) for kept in own) for s, own in self.options.items())


def combinations(game: StochasticGame, states: Sequence[State]) -> int:
    """Return how many combinations of one profile per state there are."""
    return prod(prod(game.shape(state)) for state in states)


def pure_parts(game: StochasticGame, states: Sequence[State], known: Values, slack: tuple[Any, ...]) -> list[Part]:
    """Return every vector of values of a pure stationary equilibrium of a class, each once.

    Combinations are taken in lexicographic order, so that the first part plays the earliest listed actions; where all
    move one by one, the part whose play the rule "of equals the first" gives comes first among those with the same
    values.
    """
    chosen: Iterable[tuple[Profile, ...]] = product(*(tuple(game.profiles(state)) for state in states))
    total = combinations(game, states)
    if total > _FILTER_FROM:
        chosen = _filtered(game, states, known, chosen)
    exactly = all(isinstance(x, Fraction) for x in (*slack, *(x for each in known.values() for x in each)))
    here = _Numbers.of(game, states, exactly)
    if exactly:  # FLINT's rationals are several times faster than Python's
        ahead = {game.states[to] for s in states for own in game.transitions[s].values() for to, _ in own}
        known = {state: tuple(map(fast, each)) for state, each in known.items() if state in ahead}
        slack = tuple(map(fast, slack))
    behind = {state: _Behind.of(game, here, state, states, known, slack) for state in states}
    parts: list[Part] = []
    met: list[Values] = []
    for profiles in chosen:
        if not all(behind[state].allows(kept) for state, kept in zip(states, profiles, strict=True)):
            continue
        values = _evaluated(here, states, profiles, known)
        if any(_same(values, each, slack) for each in met):
            continue
        stages = {state: behind[state].stage({**known, **values}) for state in states}
        if all(kept in stages[state].outcomes() for state, kept in zip(states, profiles, strict=True)):
            met.append(values)
            plain = {s: tuple(map(_fraction, each)) for s, each in values.items()} if exactly else values
            parts.append(Part(plain, stages, {s: _options(stages[s], values[s], slack) for s in states}))
    return parts


@dataclass(frozen=True)
class _Numbers:
    """What the states of a class pay and where they lead, in one kind of numbers."""

    states: tuple[State, ...]
    rewards: Mapping[State, Mapping[Profile, tuple[Any, ...]]]
    transitions: Mapping[State, Mapping[Profile, tuple[tuple[int, Any], ...]]]
    factors: tuple[Any, ...]
    zero: Any
    one: Any

    @classmethod
    def of(cls, game: StochasticGame, states: Sequence[State], exactly: bool) -> _Numbers:
        """Return those of a game, as FLINT's rationals where ``exactly``."""
        number: Any = fast if exactly else lambda each: each
        leads = game.transitions
        return cls(
            game.states,
            {s: {a: tuple(map(number, each)) for a, each in game.rewards[s].items()} for s in states},
            {s: {a: tuple((to, number(q)) for to, q in each) for a, each in leads[s].items()} for s in states},
            tuple(map(number, game.discount_factors)),
            number(Fraction(0)),
            number(Fraction(1)),
        )


@dataclass(frozen=True)
class _Behind:
    """A state of a class: what does not depend on what the class is worth, since play leaves it for sure.

    Attributes
    ----------
    stage_of : callable
        The period with all worths and the outcomes that are known.
    sure : mapping
        What such profiles are worth.
    open : tuple of profiles
        The others.
    outcomes : mapping
        From the points on behind which there are such profiles only: what may be played there.
    """

    stage_of: Callable[[dict[Profile, tuple[Any, ...]], Mapping[Seen, tuple[Profile, ...]]], Stage]
    numbers: _Numbers
    state: State
    sure: Mapping[Profile, tuple[Any, ...]]
    open: tuple[Profile, ...]
    outcomes: Mapping[Seen, tuple[Profile, ...]]
    sequence: tuple[int, ...]

    @classmethod
    def of(
        cls,
        game: StochasticGame,
        numbers: _Numbers,
        state: State,
        states: Sequence[State],
        known: Values,
        slack: tuple[Any, ...],
    ) -> _Behind:
        """Return that of a state, where what all later states are worth is known."""
        shape = game.shape(state)

        def stage_of(worth: dict[Profile, tuple[Any, ...]], below: Mapping[Seen, tuple[Profile, ...]]) -> Stage:
            return Stage(game.order, shape, worth, slack, below)

        leads = game.transitions[state]
        inside = {profile: any(game.states[to] in states for to, _ in own) for profile, own in leads.items()}
        sure = _worths(numbers, state, known, [profile for profile, stays in inside.items() if not stays])
        stage = stage_of(sure, {})
        fixed = {}
        for seen in stage.layout.moves:
            all_behind = (p for p in leads if all(p[i] == a for i, a in zip(stage.sequence, seen, strict=False)))
            if not any(inside[profile] for profile in all_behind):
                fixed[seen] = stage.outcomes(seen)
        still = tuple(profile for profile, stays in inside.items() if stays)
        return cls(stage_of, numbers, state, sure, still, fixed, stage.sequence)

    def allows(self, kept: Profile) -> bool:
        """Return whether a profile is played from every point on its way behind which outcomes are known."""
        path = tuple(kept[i] for i in self.sequence)
        known = (self.outcomes.get(path[:k]) for k in range(len(path)))
        return all(each is None or kept in each for each in known)

    def stage(self, known: Values) -> Stage:
        """Return the period where every state that may follow has a value."""
        worth = {**self.sure, **_worths(self.numbers, self.state, known, self.open)}
        return self.stage_of({profile: worth[profile] for profile in self.numbers.rewards[self.state]}, self.outcomes)


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _options(stage: Stage, values: tuple[Any, ...], slack: tuple[Any, ...]) -> tuple[Profile, ...]:
    """Return the outcomes worth these values, that of the tie rule first."""
    found = [
        each
        for each in stage.outcomes()
        if all(abs(a - b) <= s for a, b, s in zip(stage.worth[each], values, slack, strict=True))
    ]
    if stage.ruled in found:
        found.sort(key=lambda each: each != stage.ruled)
    return tuple(found)


def _same(one: Values, other: Values, slack: tuple[Any, ...]) -> bool:
    return all(abs(a - b) <= s for k in one for a, b, s in zip(one[k], other[k], slack, strict=True))


def worths(game: StochasticGame, state: State, known: Values) -> dict[Profile, tuple[Any, ...]]:
    """Return what every profile of a state is worth to each player, when all states that can follow are known."""
    numbers = _Numbers.of(game, (state,), exactly=False)
    return _worths(numbers, state, known, numbers.rewards[state])


def _worths(
    game: _Numbers, state: State, known: Values, profiles: Iterable[Profile]
) -> dict[Profile, tuple[Any, ...]]:
    found = {}
    for profile in profiles:
        here, ahead = game.rewards[state][profile], game.transitions[state][profile]
        found[profile] = tuple(
            u + d * sum((q * known[game.states[to]][i] for to, q in ahead), start=game.zero)
            for i, (u, d) in enumerate(zip(here, game.factors, strict=True))
        )
    return found


def _evaluated(game: _Numbers, states: Sequence[State], profiles: Sequence[Profile], known: Values) -> Values:
    """Return what the states of a class are worth if a profile is played in each of them for ever."""
    place = {state: k for k, state in enumerate(states)}
    columns = []
    for i, factor in enumerate(game.factors):
        rows, right = [], []
        for k, (state, profile) in enumerate(zip(states, profiles, strict=True)):
            row = [game.zero] * len(states)
            row[k] = game.one
            total = game.rewards[state][profile][i]
            for to, q in game.transitions[state][profile]:
                there = game.states[to]
                if there in place:
                    row[place[there]] = row[place[there]] - factor * q
                else:
                    total = total + factor * q * known[there][i]
            rows.append(row)
            right.append(total)
        columns.append(_eliminated(rows, right))
    return {state: tuple(column[k] for column in columns) for k, state in enumerate(states)}


def _eliminated(rows: list[list[Any]], right: list[Any]) -> list[Any]:
    """Solve a system that is strictly diagonally dominant: no pivoting is needed."""
    size = len(rows)
    for k in range(size):
        for below in range(k + 1, size):
            if rows[below][k] != 0:
                scale = rows[below][k] / rows[k][k]
                rows[below] = [a - scale * b for a, b in zip(rows[below], rows[k], strict=True)]
                right[below] = right[below] - scale * right[k]
    found: list[Any] = [0] * size
    for k in reversed(range(size)):
        found[k] = (right[k] - sum(rows[k][j] * found[j] for j in range(k + 1, size))) / rows[k][k]
    return found


def _filtered(
    game: StochasticGame, states: Sequence[State], known: Values, chosen: Iterable[tuple[Profile, ...]]
) -> Iterator[tuple[Profile, ...]]:
    """Yield the combinations that floats do not rule out.

    Ruled out is what leaves a mover a deviation that gains whatever later movers answer. The margin is far above the
    rounding errors of a linear system with this condition number.
    """
    import numpy as np

    m, players = len(states), len(game.players)
    tables = [tuple(game.profiles(state)) for state in states]
    index = [{profile: k for k, profile in enumerate(own)} for own in tables]
    place = {state: k for k, state in enumerate(states)}
    rewards, inside, outside = [], [], []
    for state, own in zip(states, tables, strict=True):
        rewards.append(np.array([[float(x) for x in game.rewards[state][profile]] for profile in own]))
        moves, rest = np.zeros((len(own), m)), np.zeros((len(own), players))
        for k, profile in enumerate(own):
            for to, q in game.transitions[state][profile]:
                there = game.states[to]
                if there in place:
                    moves[k, place[there]] += float(q)
                else:
                    rest[k] += float(q) * np.array([float(x) for x in known[there]])
        inside.append(moves)
        outside.append(rest)
    deviations = [_deviations(game, state, own) for state, own in zip(states, tables, strict=True)]
    factors = [float(each) for each in game.discount_factors]
    iterator = iter(chosen)
    while batch := list(islice(iterator, _CHUNK)):
        picked = np.array([[index[k][profile] for k, profile in enumerate(each)] for each in batch])
        worth = []
        for i, factor in enumerate(factors):
            flow = [rewards[k][:, i] + factor * outside[k][:, i] for k in range(m)]
            right = np.stack([flow[k][picked[:, k]] for k in range(m)], axis=1)
            rows = np.eye(m) - factor * np.stack([inside[k][picked[:, k]] for k in range(m)], axis=1)
            values = np.linalg.solve(rows, right[:, :, None])[:, :, 0]
            worth.append([flow[k] + factor * values @ inside[k].T for k in range(m)])
        good = np.ones(len(batch), dtype=bool)
        for k in range(m):
            for i in range(players):
                table = worth[i][k]
                margin = 1e-6 * (1 + np.abs(table).max())
                kept = table[np.arange(len(batch)), picked[:, k]]
                for position, groups in deviations[k].get(i, {}).items():
                    at = picked[:, k] == position
                    for reached in groups:
                        good[at] &= table[np.ix_(at, reached)].min(axis=1) <= kept[at] + margin
        yield from (combined for combined, fine in zip(batch, good, strict=True) if fine)


def _deviations(
    game: StochasticGame, state: State, profiles: tuple[Profile, ...]
) -> dict[int, dict[int, list[list[int]]]]:
    """Return for each player and profile the profiles that each other action may lead to."""
    found: dict[int, dict[int, list[list[int]]]] = {}
    for position, group in enumerate(game.order):
        later = {player for each in game.order[position + 1 :] for player in each}
        for i in group:
            others = [j for j in range(len(game.players)) if j != i and j not in later]
            for at, kept in enumerate(profiles):
                for action in range(game.shape(state)[i]):
                    if action != kept[i]:
                        each = [
                            k
                            for k, profile in enumerate(profiles)
                            if profile[i] == action and all(profile[j] == kept[j] for j in others)
                        ]
                        found.setdefault(i, {}).setdefault(at, []).append(each)
    return found
