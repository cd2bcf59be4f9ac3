"""One state of many stochastic games at once: which profiles are outcomes of the period, ties included.

A profile is an outcome where some plan of the period leads to it from which nobody gains by a deviation: at each depth
of the order of moves, after every deviation there some way of going on, itself such an outcome, that does not pay.

What has to be computed is the same in all draws and in states of one pattern. So it is written down once, as steps on
arrays among which nothing occurs twice, and carried out for every block of draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial, reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.conclusions.ensemble._markov_worth import StateProgram, Worths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

__all__ = ["Outcome", "Period", "pattern", "period_of", "picked", "solved"]

#: For one depth of the order of moves and each profile: for each deviation there the player and the profiles that may
#: follow it.
Level = tuple[tuple[tuple[int, tuple[int, ...]], ...], ...]
#: An operation, the place of its result, those of what it takes, and the places that nothing needs afterwards.
Step = tuple[Any, int, int, int, tuple[int, ...]]


def pattern(own: StateProgram) -> tuple[StateProgram, tuple[int, ...], tuple[int, ...]]:
    """Return a state with slots and later states numbered as they occur, and the slots and states so numbered."""
    slots: dict[int, int] = {}
    states: dict[int, int] = {}

    def slot(each: int | None) -> int | None:
        return None if each is None else slots.setdefault(each, len(slots))

    pays = tuple(tuple(slots.setdefault(each, len(slots)) for each in pay) for pay in own.pays)
    moves = tuple(
        tuple((-1 if to == own.number else states.setdefault(to, len(states)), slot(chance)) for to, chance in each)
        for each in own.moves
    )
    return StateProgram(-1, own.shape, pays, moves), tuple(slots), tuple(states)


@lru_cache(maxsize=512)
def period_of(own: StateProgram, order: tuple[tuple[int, ...], ...]) -> Period:
    """Return the steps for the states of a pattern."""
    return Period(own, order)


def _levels(own: StateProgram, order: tuple[tuple[int, ...], ...]) -> list[Level]:
    """Return what has to be compared for a profile to be an outcome of a period, depth by depth."""
    levels = []
    before: tuple[int, ...] = ()
    for group in order:
        seen = (*before, *group)
        level = []
        for profile in own.profiles:
            deviations = []
            for j in group:
                for action in range(own.shape[j]):
                    if action != profile[j]:
                        changed = [action if i == j else profile[i] for i in seen]
                        after = (k for k, each in enumerate(own.profiles) if [each[i] for i in seen] == changed)
                        deviations.append((j, tuple(after)))
            level.append(tuple(deviations))
        levels.append(tuple(level))
        before = seen
    return levels


@dataclass(frozen=True)
class Trial:
    """Profiles that make the state worth the same where they are played until play moves on, tried together.

    Attributes
    ----------
    value : tuple of (place, place)
        Where it stands what the state is worth to each player, and where the steps of the trial look for it.
    steps : tuple
        What is computed for this trial alone.
    candidates : tuple of (profile, place, place)
        Where the draws stand in which a profile may be an outcome by what does not depend on the trial, and those in
        which it is one; None: all draws.
    """

    value: tuple[tuple[int, int], ...]
    steps: tuple[Step, ...]
    candidates: tuple[tuple[int, int | None, int | None], ...]


class Period(Worths):
    """What is computed in the states of one pattern.

    A profile after which play may stay is worth more or less with the value of the state. That value depends on the
    *candidate*: the profile that is tried as what is played there until play moves on. What does not depend on it is
    computed once for all of them, in ``steps``; the rest trial by trial.

    Attributes
    ----------
    sources : tuple of (place, what, which)
        What is given from outside, as for :class:`~detente.conclusions.ensemble._markov_worth.Worths`, and ``slack,
        player``: gains that do not count.
    places : int
        How many arrays there are in all.
    steps : tuple
    trials : tuple of Trial
    """

    def __init__(self, own: StateProgram, order: tuple[tuple[int, ...], ...]) -> None:
        self._own, self._levels = own, _levels(own, order)
        self._place: dict[Any, int] = {}
        self._common: list[tuple[Any, int, int, int]] = []
        #: Of the trial that is written down: what the state is worth, the steps, and the places of their results.
        self._value: tuple[int, ...] = ()
        self._inner: dict[Any, int] = {}
        self._steps: list[tuple[Any, int, int, int]] = []
        self.places = 0
        alike: dict[Any, list[int]] = {}
        for profile, (pays, moves) in enumerate(zip(own.pays, own.moves, strict=True)):
            alike.setdefault((pays, moves, profile if own.staying(profile) else -1), []).append(profile)
        made = []
        for group in alike.values():
            value = tuple(self.kept_up(own, group[0], i) for i in range(len(own.shape)))
            self._inner, self._steps = {}, []
            self._value = tuple(self._new(self._inner, ("value", i)) for i in range(len(own.shape)))
            rows = tuple((profile, *self._candidate(profile)) for profile in group)
            made.append((tuple(zip(value, self._value, strict=True)), self._steps, rows))
        self.sources = tuple((place, key[0], key[1:]) for key, place in self._place.items() if isinstance(key[0], str))
        self.steps, *written = _freed([self._common, *(steps for _, steps, _ in made)], _results(made))
        self.trials = tuple(Trial(value, steps, rows) for (value, _, rows), steps in zip(made, written, strict=True))

    def _new(self, among: dict[Any, int], key: Any) -> int:
        among[key] = self.places
        self.places += 1
        return among[key]

    def source(self, what: str, *which: int) -> int:
        """Return the place of what is given from outside."""
        key = (what, *which)
        return self._place[key] if key in self._place else self._new(self._place, key)

    def step(self, operation: Any, one: int, two: int) -> int:
        """Return the place of a result; what the value of the state does not enter is computed before all trials."""
        key = (operation, one, two)
        for known in (self._place, self._inner):
            if key in known:
                return known[key]
        inside = {one, two} & {*self._inner.values()}
        place = self._new(self._inner if inside else self._place, key)
        (self._steps if inside else self._common).append((operation, place, one, two))
        return place

    def _deterred(self, player: int, profile: int, other: int) -> int:
        """Return in which draws a player does not gain if another profile is played in the place of this one."""
        here, there = (self.with_value(self._own, each, player, self._value[player]) for each in (profile, other))
        return self.step(np.less_equal, there, self.step(np.add, here, self.source("slack", player)))

    def _needed(self, profile: int, depth: int) -> list[int]:
        """Return what is needed for a profile to be how play may go on from a depth of the period."""
        if depth == len(self._levels):
            return []
        found = self._needed(profile, depth + 1)
        for player, others in self._levels[depth][profile]:
            ways = [
                self._all([self._deterred(player, profile, other), *self._needed(other, depth + 1)]) for other in others
            ]
            found.append(reduce(partial(self.step, np.logical_or), ways))
        return found

    def _all(self, needed: Sequence[int]) -> int:
        return reduce(partial(self.step, np.logical_and), needed)

    def _candidate(self, profile: int) -> tuple[int | None, int | None]:
        """Return where a profile may be an outcome apart from this trial, and where it is one."""
        needed, inside = self._needed(profile, 0), {*self._inner.values()}
        before = [each for each in needed if each not in inside]
        may = self._all(before) if before else None
        after = [each for each in needed if each in inside]
        rest = ([] if may is None else [may]) + after
        return may, self._all(rest) if rest else None


def _results(made: Sequence[tuple[Any, Any, Any]]) -> set[int]:
    """Return the places that are looked at in the end."""
    places = [place for value, _, _ in made for place, _ in value]
    return {*places, *(place for _, _, rows in made for row in rows for place in row[1:] if place is not None)}


def _freed(lists: Sequence[list[tuple[Any, int, int, int]]], kept: set[int]) -> list[tuple[Step, ...]]:
    """Return lists of steps with the arrays that nothing needs afterwards, so that their memory is used again."""
    last = {place: (k, at) for k, steps in enumerate(lists) for at, step in enumerate(steps) for place in step[2:]}
    return [
        tuple(
            (operation, to, one, two, tuple(each for each in {one, two} - kept if last[each] == (k, at)))
            for at, (operation, to, one, two) in enumerate(steps)
        )
        for k, steps in enumerate(lists)
    ]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is played in a state in n draws.

    Attributes
    ----------
    played : (n,) int
        The number of the profile, -1 where nothing is in pure strategies.
    worth : list of (n,) arrays
        Of the state, by player.
    several : (n,) bool
        Where another profile is an outcome with other values.
    """

    played: NDArray[np.int16]
    worth: list[Floats]
    several: Bools


def solved(period: Period, held: list[Any], slack: Sequence[Floats], n: int) -> Outcome:
    """Return the first profile that is an equilibrium of a state, its values, and where others have other values.

    ``held`` has an array or None for each place; it is filled.
    """
    _carry_out(period.steps, held)
    good: dict[int, tuple[int, Any]] = {}
    for number, trial in enumerate(period.trials):
        if all(may is not None and not np.count_nonzero(held[may]) for _, may, _ in trial.candidates):
            continue
        for given, place in trial.value:
            held[place] = held[given]
        _carry_out(trial.steps, held)
        for profile, _, mask_place in trial.candidates:
            good[profile] = number, np.ones(n, dtype=bool) if mask_place is None else held[mask_place]
    played = np.full(n, -1, dtype=np.int16)
    free = np.ones(n, dtype=bool)
    first: dict[int, Any] = {}
    every: dict[int, Any] = {}
    for profile in sorted(good):
        number, mask = good[profile]
        if not np.count_nonzero(mask):
            continue
        fresh = free & mask
        played += fresh * np.int16(profile + 1)
        free = np.greater(free, mask)
        first[number] = first[number] | fresh if number in first else fresh
        every[number] = every[number] | mask if number in every else mask
    values = [[held[place] for place, _ in trial.value] for trial in period.trials]
    worth = picked([(mask, values[number]) for number, mask in first.items()], len(period.trials[0].value), n)
    several = np.zeros(n, dtype=bool)
    for number, mask in every.items():
        other = np.flatnonzero(np.greater(mask, first[number]))
        if len(other):
            for a, b, s in zip(values[number], worth, slack, strict=True):
                mine, chosen = a[other], b[other]
                several[other] |= np.abs(mine - chosen) > s[other] + 1e-9 * np.abs(chosen)
    return Outcome(played, worth, several)


def _carry_out(steps: Sequence[Step], held: list[Any]) -> None:
    for operation, to, one, two, freed in steps:
        held[to] = operation(held[one], held[two])
        for each in freed:
            held[each] = None


def picked(parts: Sequence[tuple[Bools, Sequence[Floats]]], rows: int, n: int) -> list[Floats]:
    """Return in each draw the rows of the part that is true there; of all parts at most one is; 0 where none is.

    Bits are masked and joined: a choice draw by draw, which ``where`` makes, is several times as slow where it changes
    from draw to draw.

    Examples
    --------
    >>> picked([(np.array([True, False, False]), [np.array([1.0, 2, 3])])], 1, 3)[0].tolist()
    [1.0, 0.0, 0.0]
    """
    counts = [int(np.count_nonzero(mask)) for mask, _ in parts]
    if n in counts:
        return list(parts[counts.index(n)][1])
    total: list[Any] = [None] * rows
    for count, (mask, arrays) in zip(counts, parts, strict=True):
        if not count:
            continue
        bits = np.negative(mask.view(np.int8)).astype(np.int64)
        for row, array in enumerate(arrays):
            part = bits & array.view(np.int64)
            total[row] = part if total[row] is None else np.bitwise_or(total[row], part, out=part)
    return [np.zeros(n) if each is None else each.view(np.float64) for each in total]
