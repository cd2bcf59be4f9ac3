"""Backward induction in many stochastic games of one shape at once: all draws state by state.

States only fall or stay. In each state every profile is tried as what is played there for ever, or until play moves on:
with its value the period is solved for subgame-perfect outcomes, ties included, and the profile is kept where it is
one. Of several the first counts, and the draw is marked.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.conclusions.ensemble._engines import numba_installed
from detente.conclusions.ensemble._markov_tables import MarkovTables, StateProgram, checks_of
from detente.conclusions.ensemble.compile import compiled
from detente.errors import UsageError
from detente.solve.stochastic.incentives import constant_plan, plan_deviations, profile_played

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from detente.conclusions.ensemble.compile import Program
    from detente.games.symbolic_stochastic import SymbolicStochasticGame

    Floats = NDArray[np.float64]

__all__ = ["MarkovBatch", "MarkovProgram", "PolicyTest"]

#: Draws times profiles of all states from which on it pays to load numba, which takes a second.
WORTH_LOADING = 500_000


@dataclass(frozen=True, eq=False)
class MarkovBatch:
    """What is played in n draws.

    Attributes
    ----------
    played : (states, n) int
        For each state in which somebody chooses, the number of the profile in lexicographic order; -1 where none is
        pure.
    values : (states, players, n)
    points : mapping of actions seen to (n,) int
        What the mover does at each point of the first period, where all move one by one; else empty.
    several : (n,) bool
        Whether another pure equilibrium with other values was found in some state.
    """

    played: NDArray[np.int64]
    values: Floats
    points: Mapping[tuple[int, ...], NDArray[np.int64]]
    several: NDArray[np.bool_]


@dataclass(frozen=True)
class PolicyTest:
    """A policy, the same after all that was seen: the profile in each state, and its one-shot deviations.

    A deviation is a state, a player, the profile with the deviation and the one without; off the path both hold what
    was seen there. Profiles are numbers in lexicographic order, states those of the program.
    """

    kept: tuple[int, ...]
    deviations: tuple[tuple[int, int, int, int], ...]

    @classmethod
    def of(
        cls, game: SymbolicStochasticGame, policy: Mapping[str, Any], states: Sequence[Any], labels: Sequence[Any]
    ) -> PolicyTest:
        """Return the test of a policy in some states; ``labels`` are the states of the program in its order."""
        plan = constant_plan(game, policy)
        place = {state: k for k, state in enumerate(labels)}

        def number(state: Any, profile: tuple[int, ...]) -> int:
            return int(np.ravel_multi_index(profile, game.shape_of.shape(state)))

        kept = tuple(number(state, profile_played(game, plan, state)) for state in labels if state not in game.terminal)
        return cls(
            kept,
            tuple(
                (place[state], i, number(state, moved), number(state, stayed))
                for state, _, i, moved, stayed in plan_deviations(game, plan, states)
            ),
        )


@dataclass(frozen=True, eq=False)
class MarkovProgram:
    """A parametric stochastic game compiled for draws; it holds compiled programs and plain data only."""

    program: Program
    players: int
    order: tuple[tuple[int, ...], ...]
    #: For each state in order of solution: number of actions, slots of payoffs, and (target, slot of the chance) per
    #: profile.
    states: tuple[StateProgram, ...]
    #: Names of states: those in which somebody chooses, in the order of ``states``, then terminal ones.
    labels: tuple[Any, ...]
    ends: Mapping[int, tuple[int, ...]]
    start: int
    extra: tuple[int, ...] = ()

    @classmethod
    def of(
        cls,
        game: SymbolicStochasticGame,
        derived: Mapping[str, Any],
        names: Sequence[str],
        extra: Sequence[Any] = (),
        written: Callable[[Any], Any] = lambda each: each,
    ) -> MarkovProgram:
        """Compile a game, with further expressions that are evaluated beside it; ``written`` changes each before.

        Raises
        ------
        UsageError
            If play can come back to a state that it has left.
        """
        plain = game.shape_of
        if any(len(part) > 1 for part in plain.classes):
            raise UsageError("many draws are solved at once where play moves on or stays; found states that come back")
        expressions: list[Any] = []

        def slot(expression: Any) -> int:
            expressions.append(written(expression))
            return len(expressions) - 1

        ordered = [part[0] for part in plain.classes]
        labels = (*ordered, *game.terminal)
        place = {state: k for k, state in enumerate(labels)}
        factors = tuple(slot(game.factor(i)) for i in range(len(game.players)))
        ends = {place[state]: tuple(slot(each) for each in game.end(state)) for state in game.terminal}
        states = []
        for state in ordered:
            pays, moves = [], []
            for profile in plain.profiles(state):
                pays.append(tuple(slot(each) for each in game.payoff(state, profile)))
                moves.append(tuple((place[to], None if p == 1 else slot(p)) for to, p in game.moves(state, profile)))
            states.append(StateProgram(plain.shape(state), factors, tuple(pays), tuple(moves)))
        more = tuple(slot(each) for each in extra)
        program = compiled(expressions, derived, names)
        return cls(program, len(game.players), game.order, tuple(states), labels, ends, place[game.start], more)

    @property
    def outputs(self) -> tuple[int, ...]:
        """What the program computes; how much work a draw is."""
        return self.program.outputs

    @cached_property
    def tables(self) -> MarkovTables:
        """The game as tables of integers."""
        return MarkovTables.of(self.states, self.order)

    def __call__(
        self, values: Mapping[str, Any], n: int, relative: float = 1e-9, engine: str | None = None
    ) -> tuple[MarkovBatch, Floats]:
        """Solve n draws; also return all outputs of the program, ``(outputs, n)``.

        ``engine`` is ``numba`` or ``numpy``, which give the same numbers; by default numba where it is installed and
        there is enough to do.
        """
        found = self.evaluated(values, n)
        ends = np.empty((len(self.ends), self.players, n))
        for row, slots in enumerate(self.ends.values()):
            ends[row] = found[list(slots)]
        slack = self._slack(found, relative)
        much = n * len(self.tables.pays) >= WORTH_LOADING or "detente.conclusions.ensemble._markov_numba" in sys.modules
        if engine == "numba" or (engine is None and much and numba_installed()):
            from detente.conclusions.ensemble._markov_numba import solve

            played, worth, several = solve(self.tables, found, ends, slack)
        else:
            played, worth, several = self._solved(found, ends, slack)
        points = {}
        if all(len(group) == 1 for group in self.order) and self.start < len(self.states):
            points = self._ruled(self.start, found, [*worth, *ends])
        return MarkovBatch(played, worth, points, several), found

    def evaluated(self, values: Mapping[str, Any], n: int) -> Floats:
        """Return the outputs of the program, ``(outputs, n)``."""
        outputs = self.program(values)
        # rows a power of two apart would all want the same places of the processor's cache
        found = np.empty((len(outputs), n + 8))[:, :n]
        for row, each in enumerate(outputs):
            found[row] = each
        return found

    def _slack(self, found: Floats, relative: float) -> Floats:
        """Return what counts as no gain: a part of the spread of each player's payoffs, ``(players, n)``."""
        return np.stack([relative * np.ptp(found[own], axis=0) for own in self.tables.pays.T])

    def _solved(self, found: Floats, ends: Floats, slack: Floats) -> tuple[Any, Floats, Any]:
        n = found.shape[1]
        played = np.full((len(self.states), n), -1, dtype=np.int64)
        worth = np.zeros((len(self.states), self.players, n))
        several = np.zeros(n, dtype=bool)
        known: list[Any] = [*worth, *ends]
        for k in range(len(self.states)):
            played[k], twice = self._state(k, found, known, slack)
            several |= twice
        return played, worth, several

    def _period(self, k: int, found: Floats, known: list[Any]) -> tuple[Floats, Floats]:
        """Return what every profile is worth without what staying is worth, and its chance of staying.

        ``(profiles, players, n)`` and ``(profiles, n)``.
        """
        own = self.states[k]
        n = found.shape[1]
        rest, stay = np.empty((len(own.pays), self.players, n)), np.zeros((len(own.pays), n))
        factors = found[list(own.factors)]
        for number, (pays, moves) in enumerate(zip(own.pays, own.moves, strict=True)):
            rest[number] = found[list(pays)]
            for to, chance in moves:
                weight = np.ones(n) if chance is None else found[chance]
                if to == k:
                    stay[number] += weight
                else:
                    rest[number] += factors * weight * known[to]
        return rest, stay

    def _state(self, k: int, found: Floats, known: list[Any], slack: Floats) -> tuple[Any, Any]:
        """Fill in ``known[k]``; return what is played, and where another equilibrium has other values."""
        own = self.states[k]
        factors = found[list(own.factors)]
        rest, stay = self._period(k, found, known)
        n = found.shape[1]
        chosen, apart = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=bool)
        worth, good = rest, None
        for number in range(len(own.pays)):
            mine = rest[number] / (1 - factors * stay[number])
            if good is None or stay.any():
                worth = rest + factors * stay[:, np.newaxis] * mine
                good = np.ones((len(own.pays), n), dtype=bool)
                for depth in range(len(self.order) - 1, 0, -1):
                    below = good
                    kept = [self._kept(own.shape, depth, each, worth, below, slack) for each in range(len(below))]
                    good = np.stack(kept)
            fits = self._kept(own.shape, 0, number, worth, good, slack)
            fresh, other = fits & (chosen < 0), fits & (chosen >= 0)
            differs = np.abs(mine - known[k]) > slack + 1e-9 * np.abs(known[k])
            apart |= other & differs.any(axis=0)
            chosen[fresh] = number
            known[k][:, fresh] = mine[:, fresh]
        return chosen, apart

    def _kept(self, shape: tuple[int, ...], depth: int, profile: int, worth: Floats, good: Any, slack: Floats) -> Any:
        """Return where for every change of one action at a depth some outcome that may follow it deters it."""
        found = good[profile].copy()
        for player, following in checks_of(shape, self.order, depth, profile):
            bound = worth[profile, player] + slack[player]
            found &= (good[following] & (worth[following, player] <= bound)).any(axis=0)
        return found

    def _ruled(self, k: int, found: Floats, known: list[Any]) -> dict[tuple[int, ...], Any]:
        """Return what the rule "of equals the first" does at every point of a period; all move one by one."""
        own = self.states[k]
        sequence = [group[0] for group in self.order]
        rest, stay = self._period(k, found, known)
        worth = rest + found[list(own.factors)] * stay[:, np.newaxis] * known[k]
        points: dict[tuple[int, ...], Any] = {}

        def below(seen: tuple[int, ...]) -> Any:
            if len(seen) == len(sequence):
                made = dict(zip(sequence, seen, strict=True))
                return worth[np.ravel_multi_index([made[j] for j in range(len(sequence))], own.shape)]
            j = sequence[len(seen)]
            options = np.stack([below((*seen, action)) for action in range(own.shape[j])])
            best = np.argmax(options[:, j], axis=0)
            points[seen] = best
            return np.take_along_axis(options, best[np.newaxis, np.newaxis], axis=0)[0]

        below(())
        return points

    def gains(self, test: PolicyTest, found: Floats) -> Floats:
        """Return the gain of every one-shot deviation from a policy, ``(deviations, n)``."""
        n = found.shape[1]
        known: list[Any] = [np.empty((self.players, n)) for _ in self.states]
        known += [found[list(slots)] for slots in self.ends.values()]
        worths = []
        for k, own in enumerate(self.states):
            factors = found[list(own.factors)]
            rest, stay = self._period(k, found, known)
            known[k][:] = rest[test.kept[k]] / (1 - factors * stay[test.kept[k]])
            worths.append(rest + factors * stay[:, np.newaxis] * known[k])
        return np.stack([worths[k][moved, i] - worths[k][kept, i] for k, i, moved, kept in test.deviations])
