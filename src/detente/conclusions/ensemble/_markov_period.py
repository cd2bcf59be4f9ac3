"""One state of many stochastic games at once: which profiles are outcomes of the period, ties included.

A profile is an outcome where some plan of the period leads to it from which nobody gains by a deviation: at each depth
of the order of moves, after every deviation there some way of going on, itself such an outcome, that does not pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Level", "Period", "StateProgram", "levels", "solved"]


@dataclass(frozen=True)
class StateProgram:
    """A state in which somebody chooses, as slots of a program.

    Attributes
    ----------
    shape : tuple of int
        How many actions each player has.
    factors : tuple of int
        Slots of the discount factors.
    pays : tuple
        For each profile the slots of what it pays the players.
    moves : tuple
        For each profile the states that may follow, each with the slot of its chance, None where it is certain.
    """

    shape: tuple[int, ...]
    factors: tuple[int, ...]
    pays: tuple[tuple[int, ...], ...]
    moves: tuple[tuple[tuple[int, int | None], ...], ...]

    @cached_property
    def profiles(self) -> tuple[tuple[int, ...], ...]:
        """All profiles in lexicographic order."""
        return tuple(product(*(range(size) for size in self.shape)))


#: For one depth of the order of moves and each profile: which profiles share what is seen before this depth, and for
#: each deviation there the player and the profiles that may follow it.
Level = tuple[tuple[tuple[int, ...], tuple[tuple[int, tuple[int, ...]], ...]], ...]


def levels(shape: tuple[int, ...], order: tuple[tuple[int, ...], ...]) -> tuple[Level, ...]:
    """Return what has to be compared for a profile to be an outcome of a period, depth by depth."""
    profiles = list(product(*(range(size) for size in shape)))
    levels = []
    before: tuple[int, ...] = ()
    for group in order:
        seen = (*before, *group)
        level = []
        for profile in profiles:
            deviations = []
            for j in group:
                for action in range(shape[j]):
                    if action != profile[j]:
                        changed = [action if i == j else profile[i] for i in seen]
                        after = (k for k, each in enumerate(profiles) if [each[i] for i in seen] == changed)
                        deviations.append((j, tuple(after)))
            same = tuple(k for k, each in enumerate(profiles) if all(each[i] == profile[i] for i in before))
            level.append((same, tuple(deviations)))
        levels.append(tuple(level))
        before = seen
    return tuple(levels)


class Period:
    """One state of many draws: what each profile is worth there, given what the states after it are worth.

    A profile after which play may stay is worth more or less with the value of the state. That value depends on the
    *candidate*: the profile that is tried as what is played there until play moves on. What does not depend on the
    candidate is compared once for all of them.
    """

    def __init__(
        self,
        own: StateProgram,
        levels: Sequence[Level],
        k: int,
        found: Sequence[Any],
        known: Sequence[list[Any]],
        slack: Sequence[Any],
    ) -> None:
        self.own, self.levels, self.slack = own, levels, slack
        self.factors = [found[slot] for slot in own.factors]
        #: What a profile is worth apart from staying, and with which chance play stays; None: it moves on.
        self.rest: list[list[Any]] = []
        self.stays: list[Any] = []
        ahead: dict[int, list[Any]] = {}
        for pays, moves in zip(own.pays, own.moves, strict=True):
            totals: list[Any] = [found[slot] for slot in pays]
            stay: Any = None
            for to, slot in moves:
                weight = None if slot is None else found[slot]
                if to == k:
                    chance = 1.0 if weight is None else weight
                    stay = chance if stay is None else stay + chance
                    continue
                if to not in ahead:
                    ahead[to] = [d * v for d, v in zip(self.factors, known[to], strict=True)]
                totals = [u + (a if weight is None else weight * a) for u, a in zip(totals, ahead[to], strict=True)]
            self.rest.append(totals)
            self.stays.append(stay)
        self._kept: dict[int, list[Any]] = {}
        self._worths: dict[tuple[int, int, int], Any] = {}
        self._compared: dict[tuple[int, int, int, int, int], Any] = {}
        self._possible: dict[tuple[int, int, int], Any] = {}

    def kept_up(self, profile: int) -> list[Any]:
        """Return what the state is worth to each player where a profile is played until play moves on."""
        if profile not in self._kept:
            stay, rest = self.stays[profile], self.rest[profile]
            self._kept[profile] = (
                rest if stay is None else [u / (1 - d * stay) for u, d in zip(rest, self.factors, strict=True)]
            )
        return self._kept[profile]

    def with_value(self, profile: int, player: int, value: Any) -> Any:
        """Return what a profile is worth to a player where the state is worth so much from the next period on."""
        stay, rest = self.stays[profile], self.rest[profile][player]
        return rest if stay is None else rest + self.factors[player] * stay * value

    def _worth(self, profile: int, player: int, candidate: int) -> tuple[Any, int]:
        """Return what a profile is worth, and the candidate on which that depends, or -1."""
        if self.stays[profile] is None:
            return self.rest[profile][player], -1
        key = (profile, player, candidate)
        if key not in self._worths:
            self._worths[key] = self.with_value(profile, player, self.kept_up(candidate)[player])
        return self._worths[key], candidate

    def _deterred(self, player: int, profile: int, other: int, candidate: int) -> Any:
        """Return in which draws a player does not gain if another profile is played in the place of this one."""
        here, one = self._worth(profile, player, candidate)
        there, two = self._worth(other, player, candidate)
        key = (player, profile, one, other, two)
        if key not in self._compared:
            self._compared[key] = there <= here + self.slack[player]
        return self._compared[key]

    def possible(self, candidate: int, profile: int, depth: int = 0) -> Any:
        """Return in which draws a profile is how play may go on from a depth of the period; None: in all."""
        if depth == len(self.levels):
            return None
        same, deviations = self.levels[depth][profile]
        key = (depth, profile, candidate if any(self.stays[each] is not None for each in same) else -1)
        if key not in self._possible:
            good = self.possible(candidate, profile, depth + 1)
            for player, others in deviations:
                deterred = None
                for other in others:
                    one = self._deterred(player, profile, other, candidate)
                    follows = self.possible(candidate, other, depth + 1)
                    one = one if follows is None else one & follows
                    deterred = one if deterred is None else deterred | one
                good = deterred if good is None else good & deterred
            self._possible[key] = good
        return self._possible[key]


def solved(period: Period, n: int) -> tuple[NDArray[np.int64], list[Any], NDArray[np.bool_]]:
    """Return the first profile that is an equilibrium of a state, its values, and where there are others."""
    chosen = np.full(n, -1, dtype=np.int64)
    value: list[Any] = [np.zeros(n) for _ in period.factors]
    several = np.zeros(n, dtype=bool)
    for profile in range(len(period.rest)):
        good = period.possible(profile, profile)
        good = np.ones(n, dtype=bool) if good is None else good
        mine = period.kept_up(profile)
        fresh = good & (chosen < 0)
        other = good & ~fresh
        if other.any():
            apart = np.zeros(n, dtype=bool)
            for a, b, s in zip(mine, value, period.slack, strict=True):
                apart |= np.abs(a - b) > s + 1e-9 * np.abs(b)
            several |= other & apart
        if fresh.any():
            chosen[fresh] = profile
            value = [np.where(fresh, a, b) for a, b in zip(mine, value, strict=True)]
    return chosen, value, several
