"""What profiles are worth in a state of a stochastic game where play moves on or stays.

The formulas stand here once, for whatever stands for numbers: arrays over many draws (:class:`Values`), or places in a
list of steps that is written down once and carried out for every block of draws
(:class:`~detente.conclusions.ensemble._markov_period.Period`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["StateProgram", "Values", "Worths"]


@dataclass(frozen=True)
class StateProgram:
    """A state in which somebody chooses, as slots of a program; what is the same in all draws has one slot.

    Attributes
    ----------
    number : int
        Of the state, in order of solution.
    shape : tuple of int
        How many actions each player has.
    pays : tuple
        For each profile the slots of what it pays the players.
    moves : tuple
        For each profile the states that may follow, each with the slot of its chance, None where it is certain.
    """

    number: int
    shape: tuple[int, ...]
    pays: tuple[tuple[int, ...], ...]
    moves: tuple[tuple[tuple[int, int | None], ...], ...]

    @cached_property
    def profiles(self) -> tuple[tuple[int, ...], ...]:
        """All profiles in lexicographic order."""
        return tuple(product(*(range(size) for size in self.shape)))

    def at_slots(self, places: Sequence[int]) -> StateProgram:
        """Return the state with each slot replaced."""
        pays = tuple(tuple(places[slot] for slot in pay) for pay in self.pays)
        moves = tuple(tuple((to, None if slot is None else places[slot]) for to, slot in each) for each in self.moves)
        return StateProgram(self.number, self.shape, pays, moves)

    def staying(self, profile: int) -> tuple[int | None, ...]:
        """Return the slots of the chances that play stays after a profile; empty where it moves on."""
        return tuple(slot for to, slot in self.moves[profile] if to == self.number)

    def leaving(self, profile: int) -> tuple[tuple[int, int | None], ...]:
        """Return the other states that may follow a profile, with the slots of their chances."""
        return tuple((to, slot) for to, slot in self.moves[profile] if to != self.number)


class Worths(ABC):
    """The formulas."""

    @abstractmethod
    def source(self, what: str, *which: int) -> Any:
        """Return a number given from outside.

        ``found, slot``: what a program gave. ``factor, player``, and ``left, player``: one less that. ``ahead, state,
        player``: what a state is worth in a period, discounted. ``one``.
        """

    @abstractmethod
    def step(self, operation: Any, one: Any, two: Any) -> Any:
        """Return what an operation makes of two numbers."""

    def rest(self, own: StateProgram, profile: int, player: int) -> Any:
        """Return what a profile is worth apart from staying."""
        total = self.source("found", own.pays[profile][player])
        for to, slot in own.leaving(profile):
            ahead = self.source("ahead", to, player)
            if slot is not None:
                ahead = self.step(np.multiply, self.source("found", slot), ahead)
            total = self.step(np.add, total, ahead)
        return total

    def _chance(self, slot: int | None) -> Any:
        return self.source("one") if slot is None else self.source("found", slot)

    def _kept(self, staying: Sequence[int | None], player: int) -> Any:
        """Return the factor times the chance that play stays."""
        factor = self.source("factor", player)
        if staying == (None,):
            return factor
        chance = self._chance(staying[0])
        for slot in staying[1:]:
            chance = self.step(np.add, chance, self._chance(slot))
        return self.step(np.multiply, factor, chance)

    def kept_up(self, own: StateProgram, profile: int, player: int) -> Any:
        """Return what the state is worth where a profile is played until play moves on."""
        rest, staying = self.rest(own, profile, player), own.staying(profile)
        if not staying:
            return rest
        if staying == (None,):
            return self.step(np.divide, rest, self.source("left", player))
        return self.step(np.divide, rest, self.step(np.subtract, self.source("one"), self._kept(staying, player)))

    def with_value(self, own: StateProgram, profile: int, player: int, value: Any) -> Any:
        """Return what a profile is worth where the state is worth so much from the next period on."""
        rest, staying = self.rest(own, profile, player), own.staying(profile)
        if not staying:
            return rest
        return self.step(np.add, rest, self.step(np.multiply, self._kept(staying, player), value))


class Values(Worths):
    """The formulas over arrays of draws.

    Parameters
    ----------
    found : sequence of arrays
        What the program gave.
    factors : sequence of arrays
        The discount factor of each player.
    known : sequence
        For each state that is known what it is worth to each player; may grow.
    """

    def __init__(self, found: Sequence[Floats], factors: Sequence[Floats], known: Sequence[Any]) -> None:
        self.found, self.factors, self.known = found, factors, known
        self._sources: dict[tuple[Any, ...], Any] = {}

    def source(self, what: str, *which: int) -> Any:
        """Return an array given from outside, made once."""
        if what == "found":
            return self.found[which[0]]
        key = (what, *which)
        if key not in self._sources:
            self._sources[key] = self._made(what, *which)
        return self._sources[key]

    def _made(self, what: str, *which: int) -> Any:
        if what == "ahead":
            state, player = which
            return self.factors[player] * self.known[state][player]
        if what == "one":
            return 1.0
        return self.factors[which[0]] if what == "factor" else 1 - self.factors[which[0]]

    def step(self, operation: Any, one: Any, two: Any) -> Any:
        """Return an array."""
        return operation(one, two)
