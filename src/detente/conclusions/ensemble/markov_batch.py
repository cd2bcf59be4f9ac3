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

from detente.conclusions.ensemble._markov_period import pattern, period_of, picked, solved
from detente.conclusions.ensemble._markov_worth import StateProgram, Values
from detente.conclusions.ensemble.compile import compiled
from detente.errors import UsageError
from detente.solve.stochastic.incentives import constant_plan, plan_deviations, profile_played

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

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
    worth : for each of these states an (n,) array for each player
    points : mapping of actions seen to (n,) int
        What the mover does at each point of the first state, where all move one by one; else empty.
    several : (n,) bool
        Whether another pure equilibrium with other values was found in some state.
    """

    played: NDArray[np.int16]
    worth: Sequence[Sequence[Floats]]
    points: Mapping[tuple[int, ...], NDArray[np.int16]]
    several: NDArray[np.bool_]

    @cached_property
    def values(self) -> Floats:
        """What each state is worth to each player: (states, players, n)."""
        return np.stack([np.stack(own) for own in self.worth])

    @property
    def finite(self) -> bool:
        """Whether all values are finite numbers."""
        # zero times a number that is not finite is none
        zeros = np.zeros(self.played.shape[1])
        return all(np.isfinite(np.dot(each, zeros)) for own in self.worth for each in own)


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
    #: Slots of the discount factors.
    factors: tuple[int, ...]
    #: The states in which somebody chooses, in order of solution.
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
        for number, state in enumerate(ordered):
            pays, moves = [], []
            for profile in plain.profiles(state):
                pays.append(tuple(slot(each) for each in game.payoff(state, profile)))
                moves.append(tuple((place[to], None if p == 1 else slot(p)) for to, p in game.moves(state, profile)))
            states.append(StateProgram(number, plain.shape(state), tuple(pays), tuple(moves)))
        more = tuple(slot(each) for each in extra)
        program = compiled(expressions, derived, names)
        # Equal formulas are one array of the program: work on them is done once where they have one slot.
        first: dict[int, int] = {}
        same = [first.setdefault(output, k) for k, output in enumerate(program.outputs)]
        found = tuple(each.at_slots(same) for each in states)
        return cls(program, len(game.players), game.order, factors, found, labels, ends, place[game.start], more)

    def __call__(self, values: Mapping[str, Any], n: int, relative: float = 1e-9) -> tuple[MarkovBatch, list[Any]]:
        """Solve n draws; also return the further expressions."""
        batch, more, _ = self.solve(self.program(values), n, relative)
        return batch, more

    def solve(
        self,
        outputs: Sequence[Any],
        n: int,
        relative: float = 1e-9,
        checks: Sequence[PlanCheck] = (),
        memo: dict[Any, Any] | None = None,
    ) -> tuple[MarkovBatch, list[Any], list[NDArray[np.bool_]]]:
        """Solve n draws from what the program gave; also return the further expressions, and where plans hold.

        ``memo`` keeps what games that share some of these arrays have in common, for as long as the arrays live.
        """
        memo = {} if memo is None else memo
        found = [_as_array(each, n, memo) for each in outputs]
        factors = [found[slot] for slot in self.factors]
        slack = [self._slack(found, i, relative, memo) for i in range(self.players)]
        known: list[Any] = [None] * len(self.labels)
        for state, slots in self.ends.items():
            known[state] = [found[slot] for slot in slots]
        values = Values(found, factors, known)
        played = np.empty((len(self.states), n), dtype=np.int16)
        several = np.zeros(n, dtype=bool)
        for own, (shape, slots, targets) in zip(self.states, self._patterns, strict=True):
            period = period_of(shape, self.order)
            held: list[Any] = [None] * period.places
            for place, what, which in period.sources:
                if what == "found":
                    held[place] = found[slots[which[0]]]
                elif what == "slack":
                    held[place] = slack[which[0]]
                else:
                    held[place] = values.source(what, *(targets[which[0]], which[1]) if what == "ahead" else which)
            outcome = solved(period, held, slack, n)
            played[own.number], known[own.number] = outcome.played, outcome.worth
            several |= outcome.several
        points: dict[tuple[int, ...], Any] = {}
        if all(len(group) == 1 for group in self.order):
            self._ruled(values, n, points)
        held_up = [self._holds(check, found, factors, slack, memo) for check in checks]
        worth = known[: len(self.states)]
        return MarkovBatch(played, worth, points, several), [found[slot] for slot in self.extra], held_up

    @cached_property
    def _patterns(self) -> tuple[tuple[StateProgram, tuple[int, ...], tuple[int, ...]], ...]:
        return tuple(pattern(own) for own in self.states)

    def _slack(self, found: Sequence[Floats], player: int, relative: float, memo: dict[Any, Any]) -> Floats:
        """Return the gains of a player that do not count."""
        row = [found[slot] for slot in dict.fromkeys(pay[player] for own in self.states for pay in own.pays)]
        key = ("slack", relative, *map(id, row))
        if key not in memo:
            top, low = row[0].copy(), row[0].copy()
            for each in row[1:]:
                np.maximum(top, each, out=top)
                np.minimum(low, each, out=low)
            memo[key] = relative * (top - low)
        return memo[key]  # type: ignore[no-any-return]

    @cached_property
    def _moves(self) -> tuple[Any, ...]:
        """Where play goes after each profile of each state, chances apart."""
        return tuple(tuple(tuple((to, slot is None) for to, slot in each) for each in own.moves) for own in self.states)

    @cached_property
    def _read(self) -> tuple[tuple[int, ...], ...]:
        """The slots of all that the worth of a plan to each player is made of."""
        chances = [slot for own in self.states for each in own.moves for _, slot in each if slot is not None]
        return tuple(
            (
                self.factors[i], *(slots[i] for slots in self.ends.values()),
                *(pay[i] for own in self.states for pay in own.pays), *chances,
            )
            for i in range(self.players)
        )  # fmt: skip

    def _holds(
        self,
        check: PlanCheck,
        found: Sequence[Floats],
        factors: Sequence[Floats],
        slack: Sequence[Floats],
        memo: dict[Any, Any],
    ) -> NDArray[np.bool_]:
        """Return in which draws no one-shot deviation from a plan gains."""
        good = np.ones(len(slack[0]), dtype=bool)
        for player in range(self.players):
            # What a plan is worth to a player has nothing to do with the payoffs of others.
            read = (id(found[slot]) for slot in self._read[player])
            key = ("plan", check, player, self._moves, id(slack[player]), *read)
            if key not in memo:
                memo[key] = self._kept_by(check, player, found, factors, slack[player])
            good &= memo[key]
        return good

    def _kept_by(
        self, check: PlanCheck, player: int, found: Sequence[Floats], factors: Sequence[Floats], slack: Floats
    ) -> NDArray[np.bool_]:
        """Return in which draws a player does not gain by a one-shot deviation from a plan."""
        known: list[Any] = [None] * len(self.labels)
        for state, slots in self.ends.items():
            known[state] = {player: found[slots[player]]}
        values = Values(found, factors, known)
        for own, profile in zip(self.states, check.played, strict=True):
            known[own.number] = {player: values.kept_up(own, profile, player)}
        good = np.ones(len(slack), dtype=bool)
        least: dict[tuple[int, int], Any] = {}
        for k, who, kept, moved in check.deviations:
            if who != player:
                continue
            own, worth = self.states[k], known[k][player]
            if (k, kept) not in least:
                if own.staying(kept) == (None,):  # the value discounted, which earlier states need as well
                    here = values.rest(own, kept, player) + values.source("ahead", k, player)
                else:
                    here = values.with_value(own, kept, player, worth)
                least[k, kept] = here + slack
            good &= values.with_value(own, moved, player, worth) <= least[k, kept]
        return good

    def _ruled(self, values: Values, n: int, points: dict[tuple[int, ...], Any]) -> None:
        """Fill in what the rule "of equals the first" does at every point of the first period; all move one by one."""
        own, worth = self.states[self.start], values.known[self.start]
        sequence = [group[0] for group in self.order]
        place = {profile: number for number, profile in enumerate(own.profiles)}

        def below(seen: tuple[int, ...]) -> list[Floats]:
            if len(seen) == len(sequence):
                made = dict(zip(sequence, seen, strict=True))
                number = place[tuple(made[j] for j in range(len(sequence)))]
                return [values.with_value(own, number, i, v) for i, v in enumerate(worth)]
            j = sequence[len(seen)]
            best = np.zeros(n, dtype=np.int16)
            chosen = below((*seen, 0))
            for action in range(1, own.shape[j]):
                other = below((*seen, action))
                more = other[j] > chosen[j]
                best ^= (best ^ np.int16(action)) & np.negative(more.view(np.int8))  # as in ``picked``
                chosen = picked([(more, other), (~more, chosen)], self.players, n)
            points[seen] = best
            return chosen

        below(())


def _as_array(given: Any, n: int, memo: dict[Any, Any]) -> Floats:
    """Return a number of a program as an array of n; equal ones stay one."""
    if isinstance(given, np.ndarray) and given.shape == (n,) and given.dtype == np.float64:
        return given
    key = ("wide", id(given))
    if key not in memo:
        memo[key] = given, np.broadcast_to(np.asarray(given, dtype=np.float64), (n,))
    return memo[key][1]  # type: ignore[no-any-return]
