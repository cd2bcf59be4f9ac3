"""What promises sustain in one period, in exact arithmetic; see :mod:`detente.solve.repeated.payoff_set`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.errors import NotConverged
from detente.games.rational import fast
from detente.solve.programs.linear_program import exact_payoffs
from detente.solve.repeated._float_bounds import FloatRounds
from detente.solve.repeated._float_polygons import outermost
from detente.solve.repeated._polygons import (
    boundary_at,
    contains,
    cut,
    distance,
    grown,
    hull,
    includes,
    least,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from detente.games.normal import NormalFormGame
    from detente.solve.repeated._polygons import Point, Polygon

__all__ = ["Promises", "bounded", "ended"]

#: Profiles up to which all of them are worked through in exact arithmetic.
_FEW_PROFILES = 9
#: Points from which on floating point leaves out those well inside their hull.
_MANY_POINTS = 60
#: Bits of a corner above which exact rounds stop.
_EXACT_BITS = 400
_MOST_ROUNDS = 20_000


class Promises:
    """The rounds of a game in exact arithmetic: FLINT's rationals, which compute several times faster than Fractions.

    Parameters
    ----------
    game : NormalFormGame
        Two players.
    factors : pair of Fractions
    """

    def __init__(self, game: NormalFormGame, factors: tuple[Fraction, Fraction]) -> None:
        table = {index: fast(value) for index, value in np.ndenumerate(exact_payoffs(game))}
        self.factors = (fast(factors[0]), fast(factors[1]))
        self.equal = factors[0] == factors[1]
        self.profiles: list[tuple[Point, Point]] = []  # payoffs, and what each player needs above its punishment
        values: list[list[Any]] = [[], []]
        rows, columns = (range(size) for size in game.shape)
        best = (
            [max(table[0, i, j] for i in rows) for j in columns],
            [max(table[1, i, j] for j in columns) for i in rows],
        )
        ratio = tuple((1 - d) / d for d in self.factors)
        for i, j in game.profiles():
            own = (table[0, i, j], table[1, i, j])
            self.profiles.append((own, (ratio[0] * (best[0][j] - own[0]), ratio[1] * (best[1][i] - own[1]))))
            for k in (0, 1):
                values[k].append(own[k])
        low, high = ([choose(each) for each in values] for choose in (min, max))
        self.spread = max(high[0] - low[0], high[1] - low[1])
        self.box = hull((x, y) for x in (low[0], high[0]) for y in (low[1], high[1]))
        self.minmax = (min(best[0]), min(best[1]))

    @cached_property
    def floats(self) -> FloatRounds | None:
        """The same rounds in floating point; None where a player always gets the same."""
        low = (least(self.box, 0), least(self.box, 1))
        spread = (max(each[0] for each in self.box) - low[0], max(each[1] for each in self.box) - low[1])
        if min(spread) == 0:
            return None
        return FloatRounds.of(self.profiles, self.factors, self.minmax, low, spread)

    def start(self) -> Polygon:
        """Return a set that surely holds every equilibrium payoff: feasible, and at or above the pure min-max.

        With different factors players can trade over time, beyond the hull of the payoffs of the stage game.
        """
        first = self.box
        if self.equal:
            every = [own for own, _ in self.profiles]
            if self.floats is not None and len(every) > _MANY_POINTS:
                every = [every[k] for k in np.flatnonzero(outermost(self.floats.payoffs))]
            first = hull(every)
        return cut(cut(first, 0, self.minmax[0]), 1, self.minmax[1])

    def least(self, promises: Polygon) -> Point:
        """Return the worst punishments: in an outer bound never worse than the min-max."""
        return (max(self.minmax[0], least(promises, 0)), max(self.minmax[1], least(promises, 1)))

    def sustained(self, own: Point, promise: Point) -> Point:
        """Return the value of a payoff now and a promise afterwards."""
        d = self.factors
        return ((1 - d[0]) * own[0] + d[0] * promise[0], (1 - d[1]) * own[1] + d[1] * promise[1])

    def reduced(self, promises: Polygon, threats: Point | None = None) -> Polygon:
        """Return R of Abreu and Sannikov: the payoff itself, or the points where a constraint binds.

        ``threats`` are the worst punishments; by default those that the promises allow.
        """
        if not promises:
            return ()
        low = threats or self.least(promises)
        found: list[Point] = []
        for own, need in self._relevant(promises, low):
            floor = (low[0] + need[0], low[1] + need[1])
            if self.equal and own[0] >= floor[0] and own[1] >= floor[1] and contains(promises, own):
                found.append(own)
                continue
            found += [self.sustained(own, promise) for promise in self._binding(promises, floor)]
        return self._hull(found)

    def _relevant(self, promises: Polygon, low: Point) -> list[tuple[Point, Point]]:
        """Return the profiles that may matter; floating point proves of the others that they do not."""
        if self.floats is None or len(self.profiles) <= _FEW_PROFILES:
            return self.profiles
        return [self.profiles[k] for k in self._near(self.floats, promises, low)]

    @staticmethod
    def _near(floats: FloatRounds, promises: Polygon, low: Point) -> Any:
        return floats.relevant(floats.array(promises), floats.array((low,))[0])

    def _binding(self, promises: Polygon, floor: Point) -> list[Point]:
        if not self.equal:  # every extreme promise may matter
            return list(cut(cut(promises, 0, floor[0]), 1, floor[1]))
        found = []
        for axis in (0, 1):
            ends = boundary_at(promises, axis, floor[axis])
            high = [each for each in ends if each[1 - axis] >= floor[1 - axis]]
            found += high
            if axis == 0 and high and len(high) < len(ends):
                found.append(floor)  # the line passes the other floor inside
        return found

    def full(self, promises: Polygon, profiles: Sequence[int] | None = None) -> Polygon:
        """Return everything that the promises sustain, by the definition; with some of the profiles, a part of it."""
        low = (least(promises, 0), least(promises, 1))
        found: list[Point] = []
        for own, need in self.profiles if profiles is None else [self.profiles[k] for k in profiles]:
            kept = cut(cut(promises, 0, low[0] + need[0]), 1, low[1] + need[1])
            found += [self.sustained(own, promise) for promise in kept]
        return self._hull(found)

    def _hull(self, points: list[Point]) -> Polygon:
        """Return the exact hull; of many points those well inside are left out first."""
        if self.floats is not None and len(points) > _MANY_POINTS:
            points = [points[k] for k in np.flatnonzero(outermost(self.floats.array(points)))]
        return hull(points)

    def generates(self, promises: Polygon, profiles: Sequence[int]) -> bool:
        """Return whether what some profiles sustain includes the promises: then all of them are equilibrium payoffs."""
        return includes(self.full(promises, profiles), promises)

    def generates_corners(self, promises: Polygon) -> bool:
        """Return whether each corner of a set is sustained by one profile and a promise from the set.

        Then the set sustains every payoff in it. This is the definition, tried backwards: of a corner and a profile
        follows the promise. Floating point says which profiles are worth trying.
        """
        low = (least(promises, 0), least(promises, 1))
        likely = None if self.floats is None else self.floats.sustaining(self.floats.array(promises))
        if likely is not None and not likely.any(axis=1).all():
            return False
        for c, corner in enumerate(promises):
            tried = self.profiles if likely is None else [self.profiles[k] for k in np.flatnonzero(likely[c])]
            if not any(self._sustains(own, need, low, corner, promises) for own, need in tried):
                return False
        return True

    def _sustains(self, own: Point, need: Point, low: Point, value: Point, promises: Polygon) -> bool:
        d = self.factors
        promise = ((value[0] - (1 - d[0]) * own[0]) / d[0], (value[1] - (1 - d[1]) * own[1]) / d[1])
        return all(promise[k] >= low[k] + need[k] for k in (0, 1)) and contains(promises, promise)


def ended(step: Promises, start: Polygon, most: int) -> tuple[Polygon, int, bool]:
    """Return the set after rounds in exact arithmetic, their number, and whether the last one is the set.

    No round loses an equilibrium payoff, so a set that generates itself is the set of all of them.
    """
    here, threats = start, step.least(start)
    for round_ in range(most):
        if step.generates_corners(here):
            return here, round_, True
        here = step.reduced(here, threats)
        if not here:
            return (), round_ + 1, True
        threats = _raised(threats, here)
        if any(max(_bits(x), _bits(y)) > _EXACT_BITS for x, y in here):
            return here, round_ + 1, False
    return here, most, step.generates_corners(here)


def bounded(step: Promises, start: Polygon, rounds: int, tolerance: Any) -> tuple[Polygon, int]:
    """Return an outer bound that a round moves by less than the tolerance, for sets too thin for floating point.

    Raises
    ------
    NotConverged
        If it still moves after 20,000 rounds.
    """
    width = tolerance / 1000
    grid = 1 << max(8, _bits_for(4 / width))
    here = grown(start, grid, width)
    threats = step.least(here)
    enough = float(tolerance) * (1 - max(float(each) for each in step.factors))
    for more in range(1, _MOST_ROUNDS):
        after = grown(step.reduced(here, threats), grid, width)
        if not after:
            return (), rounds + more
        moved = distance(here, after)
        here, threats = after, _raised(threats, after)
        if moved <= enough:
            return here, rounds + more
    raise NotConverged("the bound on the payoff set still moves", here, moved)


def _raised(threats: Point, promises: Polygon) -> Point:
    """Return the worst punishments: what has once been ruled out stays ruled out."""
    return (max(threats[0], least(promises, 0)), max(threats[1], least(promises, 1)))


def _bits(value: Any) -> int:
    return int(value.denominator).bit_length()


def _bits_for(value: Any) -> int:
    return int(-(-value.numerator // value.denominator)).bit_length()
