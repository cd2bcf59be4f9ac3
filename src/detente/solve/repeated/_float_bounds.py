"""The rounds of :mod:`detente.solve.repeated.payoff_set` in floating point: fast, and on the safe side.

Payoffs are counted from 0 to 1 here. From outside, every round is widened by :data:`WIDTH`, a thousand times what
rounding can lose in it, so that the set stays an outer bound: corners and floors are the numbers that they are, and
what is computed from them, an interpolation between two corners and a mean, is wrong by a few units in the last place.
From inside, the set found is only a proposal, which is then proved in exact arithmetic.

Why larger sets do no harm as long as floors never fall: let V be the set of equilibrium payoffs, W_n the sets of the
rounds, and f_n what a profile asks of a promise, with V inside W_0 and f_n rising but never above what it is in V. Take
a corner v of V that lies furthest out in some direction, sustained by a payoff g and a promise w in V. Then g is no
less far out than v. Where g itself meets its floor, g is in the next set. Else the segment from w to g leaves the
promises that deter at a point b_n. In the first round W_0 holds the whole segment; afterwards the point (1 - delta) g +
delta b_n of the round before lies in W_{n+1} on the segment beyond b_n, hence beyond b_{n+1}, as floors never fall: so
b_{n+1} is in W_{n+1}, and what it sustains is no less far out than v. Hence V is inside W_{n+1}, whatever else W_{n+1}
holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.errors import NotConverged
from detente.games.rational import fast
from detente.solve.repeated._few_profiles import FewProfiles, few_sustained
from detente.solve.repeated._float_polygons import edges, float_hull, room, scaled, sections, widened

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["WIDTH", "FloatRounds", "Outside"]

#: By how much each round is widened, as a part of the spread of payoffs.
WIDTH = 1e-12
#: What a floor may be too high by, relative to one and itself.
_ROUNDING = 1e-15
#: Extents below which a set counts as a point or a segment and is left to exact arithmetic.
_THIN = 1e-5
#: The same where floating point shall say which profiles do not matter: steep sides make that uncertain.
_SLENDER = 1e-3
#: A round that moves a set by less than this part of what the round before did may be the last one.
_SUDDEN = 1e-2
#: How uncertain lines are where profiles are left out.
_SHIFT = 1e-12
#: How far inside a hull a point has to lie to be left out, as a part of the spread.
_FILTER = 1e-7
_MOST_ROUNDS = 20_000
_INNER_ROUNDS = 2_000
#: Profiles up to which arrays take longer than numbers one by one.
_FEW_PROFILES = 30


@dataclass(frozen=True)
class Outside:
    """An outer bound. ``polygon`` is None where the set is too thin, empty where nothing can be sustained.

    ``ends`` says that the last rounds changed nothing but what they were widened by.
    """

    polygon: Any
    rounds: int
    ends: bool


@dataclass(frozen=True)
class FloatRounds:
    """A game as floats: payoffs of the profiles, what each needs above the threats, factors, least threats."""

    payoffs: Any
    needs: Any
    factors: Any
    floor: Any
    low: tuple[Any, Any]
    spread: tuple[Any, Any]

    @classmethod
    def of(
        cls, profiles: Sequence[tuple[Any, Any]], factors: Sequence[Any], floor: Any, low: Any, spread: Any
    ) -> FloatRounds:
        """Return the rounds of exact numbers: ``low`` and ``spread`` per player map payoffs to 0 and 1."""
        scale = [float(each) for each in spread]
        payoffs = np.array([[float(g[k] - low[k]) / scale[k] for k in (0, 1)] for g, _ in profiles])
        needs = np.array([[float(need[k]) / scale[k] for k in (0, 1)] for _, need in profiles])
        threats = np.array([float(floor[k] - low[k]) / scale[k] for k in (0, 1)])
        return cls(payoffs, needs, np.array([float(each) for each in factors]), threats, tuple(low), tuple(spread))

    def array(self, polygon: Sequence[tuple[Any, Any]]) -> Any:
        """Return exact points as an array, counted from 0 to 1."""
        return np.array([[float((point[k] - self.low[k]) / self.spread[k]) for k in (0, 1)] for point in polygon])

    def exact(self, polygon: Any, grid: int | None = None) -> tuple[tuple[Any, Any], ...]:
        """Return an array of points in payoffs, exactly as they are or on a grid."""

        def value(x: float, k: int) -> Any:
            share = Fraction(x) if grid is None else Fraction(round(x * grid), grid)
            return self.low[k] + self.spread[k] * fast(share)

        return tuple((value(x, 0), value(y, 1)) for x, y in polygon.tolist())

    @property
    def equal(self) -> bool:
        """Whether both discount factors are the same."""
        return bool(self.factors[0] == self.factors[1])

    def sustained(self, profiles: Any, promises: Any) -> Any:
        """Return the values of profiles now and promises afterwards, row by row."""
        return (1 - self.factors) * self.payoffs[profiles] + self.factors * promises

    def outside(self, start: Any, tolerance: float) -> Outside:
        """Return an outer bound that a round moves by less than ``tolerance``.

        Raises
        ------
        NotConverged
            If it still moves after 20,000 rounds.
        """
        lowered = self.needs - _ROUNDING * (1 + np.abs(self.needs))
        few = self.equal and len(self.payoffs) <= _FEW_PROFILES
        by: Any = FewProfiles(self.payoffs, lowered, float(self.factors[0]), WIDTH) if few else _Arrays(self, lowered)
        here = by.given(start)
        threats = self.floor.tolist()
        moved = before = float("inf")
        enough = max(tolerance * (1 - self.factors.max()), 10 * WIDTH)
        since = 0  # rounds after the tolerance was met
        for round_ in range(1, _MOST_ROUNDS + 1):
            least, most = by.extent(here)
            if min(most[0] - least[0], most[1] - least[1]) < _THIN:
                return Outside(None, round_, False)
            threats = (max(threats[0], least[0]), max(threats[1], least[1]))
            points = by.reduced(here, threats)
            if len(points) == 0:
                return Outside(by.array(points), round_, True)
            after = by.around(points)
            apart = by.near(here, after)
            before, moved = moved, _apart(by.array(here), by.array(after)) if apart is None else apart
            here = after
            if moved <= 20 * WIDTH and (since or moved < _SUDDEN * before):
                return Outside(by.array(here), round_, True)
            if moved <= enough:
                since += 1
                if since > 2 or moved > _SUDDEN * before:
                    return Outside(by.array(here), round_, False)
        raise NotConverged("the bound on the payoff set still moves", by.array(here), moved)

    def reduced(self, promises: Any, floors: Any) -> Any:
        """Return R of Abreu and Sannikov, with everything that is in doubt."""
        near = np.arange(len(self.payoffs))
        if len(near) > _FEW_PROFILES:
            excess = self.payoffs - floors
            meets = (excess >= -WIDTH).all(axis=1)
            near = np.flatnonzero(meets | (floors <= promises.max(axis=0)).all(axis=1))
        if len(near) <= _FEW_PROFILES:
            rows = np.concatenate((self.payoffs[near], floors[near]), axis=1).tolist()
            return few_sustained(rows, FewProfiles.given(promises), (0.0, 0.0), float(self.factors[0]), WIDTH)
        found = [self.payoffs[meets]]
        doubtful = np.flatnonzero(~(excess >= WIDTH).all(axis=1))
        return np.concatenate((*found, self.sustained(*self._binding(promises, floors, doubtful))))

    def _binding(self, promises: Any, floors: Any, among: Any, shift: float = 0.0) -> tuple[Any, Any]:
        """Return profiles and promises at which a constraint binds: both ends of each section.

        With a ``shift`` each end is the furthest within it of the line, or the nearest where it is negative.
        """
        whose, found = [among[:0]], [promises[:0]]
        least, most = promises.min(axis=0), promises.max(axis=0)
        for axis in (0, 1):
            line, other = floors[among, axis], floors[among, 1 - axis]
            crossed = (line >= least[axis] - shift) & (line <= most[axis] + shift) & (other <= most[1 - axis] + shift)
            which, at, bound = among[crossed], line[crossed], other[crossed]
            if not len(which):
                continue
            low, high = sections(promises, axis, at, shift)
            kept = high >= bound - (shift or WIDTH)
            which, at = which[kept], at[kept]
            for across in (np.maximum(low, bound)[kept], high[kept]):
                points = np.empty((len(which), 2))
                points[:, axis], points[:, 1 - axis] = at, across
                whose.append(which)
                found.append(points)
        return np.concatenate(whose), np.concatenate(found)

    def full(self, promises: Any, floors: Any, shift: float = 0.0) -> tuple[Any, Any]:
        """Return everything that the promises sustain, and the profile of each point."""
        every = np.arange(len(self.payoffs))
        allowed = (promises[None, :, :] >= floors[:, None, :] - shift).all(axis=2)
        which, corner = np.nonzero(allowed)
        more, points = self._binding(promises, floors, every, shift)
        owners = np.concatenate((which, more))
        return self.sustained(owners, np.concatenate((promises[corner], points))), owners

    def relevant(self, promises: Any, threats: Any) -> Any:
        """Return the profiles that may sustain a corner of what the promises sustain: the others are proved not to.

        What a profile may reach is estimated from above, the hull that it would have to leave from below.
        """
        floors = threats + self.needs
        open_ = np.flatnonzero((floors <= promises.max(axis=0) + _SHIFT).all(axis=1))
        if len(promises) < 3 or np.ptp(promises, axis=0).min() < _SLENDER:
            return open_
        if self.equal:
            excess = self.payoffs - floors
            sure = (excess >= _SHIFT).all(axis=1)
            doubtful = np.flatnonzero(~sure)
            low = (self.payoffs[sure], self.sustained(*self._binding(promises, floors, doubtful, -_SHIFT)))
            may = np.flatnonzero((excess >= -_SHIFT).all(axis=1))
            which, points = self._binding(promises, floors, doubtful, _SHIFT)
            points, owner = (
                np.concatenate((self.payoffs[may], self.sustained(which, points))),
                np.concatenate((may, which)),
            )
            hull = float_hull(np.concatenate(low))
        else:
            points, owner = self.full(promises, floors, _SHIFT)
            hull = float_hull(self.full(promises, floors, -_SHIFT)[0])
        if len(hull) < 3:
            return open_
        edge = edges(hull)
        away = points[:, None, :] - hull[None, :, :]
        side = edge[None, :, 0] * away[:, :, 1] - edge[None, :, 1] * away[:, :, 0]
        beyond = ~(side > _FILTER * np.abs(edge).sum(axis=1)).all(axis=1)
        return np.unique(owner[beyond])

    def sustaining(self, promises: Any) -> Any:
        """Return which profiles (columns) seem to sustain which corners (rows): the others are proved not to.

        The promise that a corner takes lies above what its profile needs, and no further out than the set.
        """
        wanted = (promises[:, None, :] - (1 - self.factors) * self.payoffs) / self.factors
        floors = promises.min(axis=0) + self.needs
        slack = _FILTER / self.factors * (1 + np.abs(floors))
        return ((wanted >= floors - slack) & (wanted <= promises.max(axis=0) + slack)).all(axis=2)

    def inside(self, outer: Any, margin: float) -> tuple[Any, Any]:
        """Return a set that seems to generate itself with room to spare, and the profiles that do it.

        What a set sustains is drawn in by ``margin``, round by round. Where this settles, the set is what it sustains
        drawn in: it lies inside what it sustains. The set is empty where it does not settle or nothing is left.
        """
        here = outer
        none = here[:0]
        for quick in (True, False) if self.equal else (False,):
            for _ in range(_INNER_ROUNDS):
                if len(here) < 3 or np.ptp(here, axis=0).min() < _THIN:
                    return none, none
                made = self._made(here, quick=quick)
                if len(made) < 3:
                    return none, none
                after = scaled(made, 1 - margin)
                settled = _apart(here, after) <= margin / 16
                here = after
                if settled or (not quick and room(made, here) > 0):
                    points, owners = self.full(here, here.min(axis=0) + self.needs)
                    whole = float_hull(points)
                    if len(whole) > 2 and room(whole, here) > 0:
                        return here, _profiles_of(points, owners, whole)
                    if settled:
                        break
        return none, none

    def _made(self, promises: Any, *, quick: bool) -> Any:
        floors = promises.min(axis=0) + self.needs
        points = self.reduced(promises, floors) if quick else self.full(promises, floors)[0]
        return float_hull(points) if len(points) else points


class _Arrays:  # as FewProfiles
    """The rounds of a game with many profiles, or with a factor for each player."""

    def __init__(self, game: FloatRounds, lowered: Any) -> None:
        self.game, self.lowered = game, lowered

    @staticmethod
    def given(polygon: Any) -> Any:
        return polygon

    array = given

    @staticmethod
    def extent(polygon: Any) -> tuple[Any, Any]:
        return polygon.min(axis=0).tolist(), polygon.max(axis=0).tolist()

    def reduced(self, promises: Any, threats: Any) -> Any:
        floors = np.array(threats) + self.lowered
        return self.game.reduced(promises, floors) if self.game.equal else self.game.full(promises, floors)[0]

    @staticmethod
    def around(points: Any) -> Any:
        return widened(float_hull(points), WIDTH)

    @staticmethod
    def near(_: Any, __: Any) -> None:
        return None


def _profiles_of(points: Any, owners: Any, corners: Any) -> Any:
    """Return the profiles behind the corners of a hull."""
    apart = np.abs(points[:, None, :] - corners[None, :, :]).max(axis=2)
    return np.unique(owners[(apart <= 1e-9).any(axis=1)])


def _apart(a: Any, b: Any) -> float:
    """Return how far two polygons differ at most; infinitely where one is no polygon."""
    if len(a) < 3 or len(b) < 3:
        return float("inf")
    if len(a) == len(b):
        corners = float(np.abs(a - b).max())
        if corners < 1e-3:
            return corners
    return max(-room(a, b), -room(b, a))
