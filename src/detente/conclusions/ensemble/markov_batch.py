"""Backward induction in many stochastic games of one shape at once: all draws state by state.

States only fall or stay. In each state every profile is tried as what is played there for ever, or until play moves on:
with its value the period is solved for subgame-perfect outcomes, ties included, and the profile is kept where it is
one. Of several the first counts, and the draw is marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.conclusions.ensemble._markov_period import Period, StateProgram, levels, solved
from detente.conclusions.ensemble.compile import compiled
from detente.errors import UsageError
from detente.solve.stochastic.incentives import constant_plan, plan_deviations, profile_played

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from detente.conclusions.ensemble._markov_period import Level
    from detente.conclusions.ensemble.compile import Program
    from detente.games.symbolic_stochastic import SymbolicStochasticGame

    Floats = NDArray[np.float64]

__all__ = ["MarkovBatch", "MarkovProgram", "PlanCheck"]


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
        What the mover does at each point of the first state, where all move one by one; else empty.
    several : (n,) bool
        Whether another pure equilibrium with other values was found in some state.
    """

    played: NDArray[np.int64]
    values: Floats
    points: Mapping[tuple[int, ...], NDArray[np.int64]]
    several: NDArray[np.bool_]


@dataclass(frozen=True)
class PlanCheck:
    """A plan of all players that is checked in every draw: it is an equilibrium where no deviation gains.

    Attributes
    ----------
    played : tuple of int
        The number of the profile that it leads to in each state of the program.
    deviations : tuple of (state, player, profile kept, profile deviated to)
        The one-shot deviations that must not gain.
    """

    played: tuple[int, ...]
    deviations: tuple[tuple[int, int, int, int], ...]

    @classmethod
    def of(
        cls, game: SymbolicStochasticGame, policy: Mapping[str, Any], states: Sequence[Any], labels: Sequence[Any]
    ) -> PlanCheck:
        """Return what is looked at for a policy in some states; ``labels`` are those of the program."""
        plan = constant_plan(game, policy)
        place = {state: k for k, state in enumerate(labels)}

        def number(state: Any, profile: tuple[int, ...]) -> int:
            return int(np.ravel_multi_index(profile, game.shape_of.shape(state)))

        played = tuple(
            number(state, profile_played(game, plan, state)) for state in labels if state not in game.terminal
        )
        return cls(
            played,
            tuple(
                (place[state], player, number(state, kept), number(state, moved))
                for state, _, player, moved, kept in plan_deviations(game, plan, states)
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

    def __call__(self, values: Mapping[str, Any], n: int, relative: float = 1e-9) -> tuple[MarkovBatch, list[Any]]:
        """Solve n draws; also return the further expressions."""
        batch, more, _ = self.solve(self.program(values), n, relative)
        return batch, more

    def solve(
        self, outputs: Sequence[Any], n: int, relative: float = 1e-9, checks: Sequence[PlanCheck] = ()
    ) -> tuple[MarkovBatch, list[Any], list[NDArray[np.bool_]]]:
        """Solve n draws from what the program gave; also return the further expressions, and where plans hold."""
        # Equal formulas are one array of the program, and stay one, so that work on them is done once.
        once: dict[int, Any] = {}
        found = []
        for each in outputs:
            if id(each) not in once:
                once[id(each)] = np.broadcast_to(np.asarray(each, dtype=float), (n,))
            found.append(once[id(each)])
        ends: list[list[Any]] = [[np.zeros(n)] * self.players for _ in self.labels]
        for state, slots in self.ends.items():
            ends[state] = [found[slot] for slot in slots]
        slack = self._slack(found, relative)
        played = np.full((len(self.states), n), -1, dtype=np.int64)
        several = np.zeros(n, dtype=bool)
        points: dict[tuple[int, ...], Any] = {}
        known = list(ends)
        for k, own in enumerate(self.states):
            period = Period(own, self.levels[own.shape], k, found, known, slack)
            played[k], known[k], twice = solved(period, n)
            several |= twice
            if k == self.start and all(len(group) == 1 for group in self.order):
                self._ruled(period, known[k], n, points)
        values = np.stack([np.stack(known[k]) for k in range(len(self.states))])
        held = [self._holds(check, found, ends, slack, n) for check in checks]
        return MarkovBatch(played, values, points, several), [found[slot] for slot in self.extra], held

    @cached_property
    def levels(self) -> dict[tuple[int, ...], tuple[Level, ...]]:
        """What is compared in a period of each shape."""
        return {shape: levels(shape, self.order) for shape in {own.shape for own in self.states}}

    def _slack(self, found: Sequence[Any], relative: float) -> list[Any]:
        """Return the gains of each player that do not count."""
        rows: list[dict[int, Any]] = [{} for _ in range(self.players)]
        for own in self.states:
            for pay in own.pays:
                for i, slot in enumerate(pay):
                    rows[i][id(found[slot])] = found[slot]
        slack = []
        for row in rows:
            first, *rest = row.values()
            top, low = first.copy(), first.copy()
            for each in rest:
                np.maximum(top, each, out=top)
                np.minimum(low, each, out=low)
            slack.append(relative * (top - low))
        return slack

    def _holds(
        self, check: PlanCheck, found: Sequence[Any], ends: Sequence[list[Any]], slack: Sequence[Any], n: int
    ) -> NDArray[np.bool_]:
        """Return in which draws no one-shot deviation from a plan gains."""
        known = list(ends)
        periods = []
        for k, own in enumerate(self.states):
            period = Period(own, (), k, found, known, slack)
            known[k] = period.kept_up(check.played[k])
            periods.append(period)
        good = np.ones(n, dtype=bool)
        for k, player, kept, moved in check.deviations:
            here = [periods[k].with_value(each, player, known[k][player]) for each in (moved, kept)]
            good &= here[0] <= here[1] + slack[player]
        return good

    def _ruled(self, period: Period, value: list[Any], n: int, points: dict[tuple[int, ...], Any]) -> None:
        """Fill in what the rule "of equals the first" does at every point of a period; all move one by one."""
        sequence = [group[0] for group in self.order]
        place = {profile: number for number, profile in enumerate(period.own.profiles)}

        def below(seen: tuple[int, ...]) -> list[Any]:
            if len(seen) == len(sequence):
                made = dict(zip(sequence, seen, strict=True))
                number = place[tuple(made[j] for j in range(len(sequence)))]
                return [np.broadcast_to(period.with_value(number, i, v), (n,)) for i, v in enumerate(value)]
            j = sequence[len(seen)]
            options = [below((*seen, action)) for action in range(period.own.shape[j])]
            best = np.argmax(np.stack([each[j] for each in options]), axis=0)
            points[seen] = best
            return [np.choose(best, [each[i] for each in options]) for i in range(self.players)]

        below(())
