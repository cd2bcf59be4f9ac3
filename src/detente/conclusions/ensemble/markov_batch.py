"""Backward induction in many stochastic games of one shape at once: all draws state by state.

States only fall or stay. In each state every profile is tried as what is played there for ever, or until play moves on:
with its value the period is solved for subgame-perfect outcomes, ties included, and the profile is kept where it is
one. Of several the first counts, and the draw is marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.conclusions.ensemble.compile import compiled
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from detente.conclusions.ensemble.compile import Program
    from detente.games.symbolic_stochastic import SymbolicStochasticGame

    Floats = NDArray[np.float64]
    Worths = dict[tuple[int, ...], list[Any]]

__all__ = ["MarkovBatch", "MarkovProgram"]


@dataclass(frozen=True, eq=False)
class MarkovBatch:
    """What is played in n draws.

    Attributes
    ----------
    played : (states, n) int
        For each state in which somebody chooses, the number of the profile in lexicographic order; -1 where none is
        pure.
    values : (states, players, n)
    points : mapping of (state number, actions seen) to (n,) int
        What the mover does at each point, where all move one by one; else empty.
    several : (n,) bool
        Whether another pure equilibrium with other values was found in some state.
    """

    played: NDArray[np.int64]
    values: Floats
    points: Mapping[tuple[int, tuple[int, ...]], NDArray[np.int64]]
    several: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class MarkovProgram:
    """A parametric stochastic game compiled for draws; it holds compiled programs and plain data only."""

    program: Program
    players: int
    order: tuple[tuple[int, ...], ...]
    #: For each state in order of solution: number of actions, slots of payoffs, and (target, slot of the chance) per
    #: profile.
    states: tuple[_StateProgram, ...]
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
            states.append(_StateProgram(plain.shape(state), factors, tuple(pays), tuple(moves)))
        more = tuple(slot(each) for each in extra)
        program = compiled(expressions, derived, names)
        return cls(program, len(game.players), game.order, tuple(states), labels, ends, place[game.start], more)

    def __call__(self, values: Mapping[str, Any], n: int, relative: float = 1e-9) -> tuple[MarkovBatch, list[Any]]:
        """Solve n draws; also return the further expressions."""
        found = [np.broadcast_to(np.asarray(each, dtype=float), (n,)) for each in self.program(values)]
        played = np.full((len(self.states), n), -1, dtype=np.int64)
        known: list[list[Any]] = [[np.zeros(n)] * self.players for _ in self.labels]
        for state, slots in self.ends.items():
            known[state] = [found[slot] for slot in slots]
        spread = self._spread(found, relative)
        several = np.zeros(n, dtype=bool)
        points: dict[tuple[int, tuple[int, ...]], Any] = {}
        for k, own in enumerate(self.states):
            played[k], known[k], twice = self._state(k, own, found, known, spread, points)
            several |= twice
        values_ = np.stack([np.stack(known[k]) for k in range(len(self.states))])
        return MarkovBatch(played, values_, points, several), [found[slot] for slot in self.extra]

    def _spread(self, found: list[Any], relative: float) -> list[Any]:
        rows: list[list[Any]] = [[] for _ in range(self.players)]
        for own in self.states:
            for pay in own.pays:
                for i, slot in enumerate(pay):
                    rows[i].append(found[slot])
        return [relative * (np.max(each, axis=0) - np.min(each, axis=0)) for each in rows]

    def _state(
        self,
        k: int,
        own: _StateProgram,
        found: list[Any],
        known: list[list[Any]],
        slack: list[Any],
        points: dict[Any, Any],
    ) -> tuple[Any, list[Any], Any]:
        factors = [found[slot] for slot in own.factors]
        profiles = list(product(*(range(size) for size in own.shape)))
        rest: dict[tuple[int, ...], list[Any]] = {}
        stay: dict[tuple[int, ...], Any] = {}
        for profile, pays, moves in zip(profiles, own.pays, own.moves, strict=True):
            totals = [found[slot] for slot in pays]
            stay[profile] = 0.0
            for to, chance in moves:
                weight = 1.0 if chance is None else found[chance]
                if to == k:
                    stay[profile] = stay[profile] + weight
                else:
                    totals = [u + d * weight * v for u, d, v in zip(totals, factors, known[to], strict=True)]
            rest[profile] = totals
        n = len(slack[0])
        chosen = np.full(n, -1, dtype=np.int64)
        value = [np.zeros(n) for _ in range(self.players)]
        several = np.zeros(n, dtype=bool)
        moving = not any(np.any(each != 0) for each in stay.values())
        shared = self._outcomes(rest, own.shape, slack) if moving else None
        for number, profile in enumerate(profiles):
            mine = [u / (1 - d * stay[profile]) for u, d in zip(rest[profile], factors, strict=True)]
            if shared is None:
                worth = self._worth(rest, stay, factors, mine)
                good = self._outcomes(worth, own.shape, slack, profile)[profile]
            else:
                good = shared[profile]
            fresh = good & (chosen < 0)
            other = good & ~fresh
            if other.any():
                apart = np.zeros(n, dtype=bool)
                for a, b, s in zip(mine, value, slack, strict=True):
                    apart |= np.abs(a - b) > s + 1e-9 * np.abs(b)
                several |= other & apart
            if fresh.any():
                chosen[fresh] = number
                value = [np.where(fresh, a, b) for a, b in zip(mine, value, strict=True)]
        if all(len(group) == 1 for group in self.order):
            worth = rest if moving else self._worth(rest, stay, factors, value)
            self._ruled(k, worth, own.shape, points)
        return chosen, value, several

    def _worth(self, rest: Worths, stay: Mapping[Any, Any], factors: list[Any], value: list[Any]) -> Worths:
        return {
            profile: [u + d * stay[profile] * v for u, d, v in zip(each, factors, value, strict=True)]
            for profile, each in rest.items()
        }

    def _outcomes(
        self, worth: Worths, shape: tuple[int, ...], slack: list[Any], only: tuple[int, ...] | None = None
    ) -> dict[tuple[int, ...], Any]:
        """Return for every profile, or for one alone, in which draws it is an outcome of the period."""
        sequence = [j for group in self.order for j in group]

        def below(depth: int, seen: tuple[int, ...]) -> dict[tuple[int, ...], Any]:
            if depth == len(self.order):
                made = dict(zip(sequence, seen, strict=True))
                return {tuple(made[j] for j in range(len(sequence))): np.ones(len(slack[0]), dtype=bool)}
            group = self.order[depth]
            joint = [(*seen, *moves) for moves in product(*(range(shape[j]) for j in group))]
            inner = {after: below(depth + 1, after) for after in joint}
            found: dict[tuple[int, ...], Any] = {}
            for after, own in inner.items():
                for profile, mask in own.items():
                    if depth == 0 and only not in {None, profile}:
                        continue
                    good = mask
                    for at, j in enumerate(group, len(seen)):
                        bound = worth[profile][j] + slack[j]
                        for action in range(shape[j]):
                            if action == after[at]:
                                continue
                            changed = (*after[:at], action, *after[at + 1 :])
                            deterred = np.zeros(len(slack[0]), dtype=bool)
                            for each, possible in inner[changed].items():
                                deterred |= possible & (worth[each][j] <= bound)
                            good = good & deterred
                    found[profile] = good
            return found

        return below(0, ())

    def _ruled(self, k: int, worth: Worths, shape: tuple[int, ...], points: dict[Any, Any]) -> None:
        """Fill in what the rule "of equals the first" does at every point of a period; all move one by one."""
        sequence = [group[0] for group in self.order]
        n = len(next(iter(worth.values()))[0])

        def below(seen: tuple[int, ...]) -> list[Any]:
            if len(seen) == len(sequence):
                made = dict(zip(sequence, seen, strict=True))
                return [np.broadcast_to(each, (n,)) for each in worth[tuple(made[j] for j in range(len(sequence)))]]
            j = sequence[len(seen)]
            options = [below((*seen, action)) for action in range(shape[j])]
            best = np.argmax(np.stack([each[j] for each in options]), axis=0)
            points[k, seen] = best
            return [np.choose(best, [each[i] for each in options]) for i in range(self.players)]

        below(())


@dataclass(frozen=True)
class _StateProgram:
    shape: tuple[int, ...]
    factors: tuple[int, ...]
    pays: tuple[tuple[int, ...], ...]
    moves: tuple[tuple[tuple[int, int | None], ...], ...]
