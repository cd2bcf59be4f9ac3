"""Ends of best replies of many members by cutoffs, in the draws in which a cutoff is proved to be enough.

Where actions are strategic complements (what a step up is worth to a member never falls when others go up) and members
stand in an order (what a step up is worth never rises along it, whatever the others do), best replies of all from all
at the highest action lead to a profile in which the first members choose the highest action, the next ones the one
below, and so on. So it is found by a few scans along the members in the place of a round of all of them for each wave,
and whether all at an action is an equilibrium is decided by the first and the last member. Both properties are
verified draw by draw.

The answer is what following best replies in floating point gives, or it is said not to be certain. With E the most by
which rounding moves a difference of payoffs, a member is moved only if the action that it leaves is worse than another
by more than every tolerance of ties and E: so nobody is moved further than best replies go. The end is certain if
everybody there loses, by the actions on the other side, less than the tolerance less E: then, by complements, best
replies of all never pass it, and they come to it in at most as many rounds as there are moves.

References
----------
P. Milgrom and J. Roberts (1990), "Rationalizability, learning, and equilibrium in games with strategic
complementarities", Econometrica 58.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

__all__ = ["Cutoffs"]

#: The most by which a rounding is off, relative to the number.
_ROUNDING = 2.0**-53
#: Draws whose average puts members in order.
_LOOK = 32
#: Draws scanned together, so that what a scan reads and writes stays in the processor's cache.
_LANE = 1024


@dataclass(frozen=True, eq=False)
class Cutoffs:
    """What each step up is worth to members in order, in some draws.

    Attributes
    ----------
    order : list of int
        The members from the one most drawn up to the one least.
    gaps : list by step of (members, draws) arrays
        What the step is worth where all others are at the lowest action; one row where it is the same for all.
    steps : list by step of lists by step of (members, draws) arrays or None
        What it is worth more for each other member that has made the second step; None for nothing.
    proved : (draws,) bool
        Whether actions are complements and members are in order.
    loose, sure : float
        A loss up to ``loose`` may count as a tie; one up to ``sure`` does.
    """

    order: list[int]
    gaps: list[Floats]
    steps: list[list[Floats | None]]
    proved: Bools
    loose: float
    sure: float

    @classmethod
    def of(
        cls,
        base: Sequence[Sequence[Floats]],
        slope: Sequence[Sequence[Sequence[Floats]]],
        members: int,
        largest: tuple[float, float],
        tie: float,
    ) -> Cutoffs:
        """Return the steps behind payoffs that are affine in counts.

        Parameters
        ----------
        base, slope
            As :class:`~detente.conclusions.ensemble.member_batch.MemberPayoffs` has them, of two actions or more.
        members : int
        largest : (float, float)
            The largest absolute number in ``base`` and in ``slope``.
        tie : float
            Payoffs closer than this, relative to the larger or to 1, tie.
        """
        import numpy as np

        size, draws = len(base), len(base[0][0])
        order = _order(base, slope, members)
        proved = np.ones(draws, dtype=bool)
        gaps: list[Floats] = []
        steps: list[list[Floats | None]] = []
        for a in range(1, size):
            # who chooses an action counts itself there, and of the others those who are at no other are at the lowest
            alone = [(base[k], slope[k][k], slope[k][0]) for k in (a, a - 1)]
            rises = [(slope[a][b], slope[a][b - 1], slope[a - 1][b], slope[a - 1][b - 1]) for b in range(1, size)]
            gap = np.empty((_rows(*alone[0], *alone[1]), draws))
            own = [np.empty((_rows(*each), draws)) for each in rises]
            for place in range(max(len(gap), *map(len, own))):
                if place < len(gap):
                    up, down = ([_of(rows, order[place]) for rows in each] for each in alone)
                    np.subtract(_alone(up, members), _alone(down, members), out=gap[place])
                for table, each in zip(own, rises, strict=True):
                    if place < len(table):
                        upper, lower, upper_below, lower_below = (_of(rows, order[place]) for rows in each)
                        np.subtract(upper - lower, upper_below - lower_below, out=table[place])
                        proved &= table[place] >= -16 * _ROUNDING * largest[1]
                # payoffs are affine in counts: what holds at the corners of all counts of others holds in between
                falls: Any = 0.0
                for table, most in zip((gap, *own), (1, *(members - 1 for _ in own)), strict=True):
                    if place and len(table) > 1:
                        falls = falls + (table[place - 1] - table[place]) * most
                        proved &= falls >= 0
            gaps.append(gap)
            steps.append([table if table.any() else None for table in own])
        # no sum on the way to a payoff is larger than this; each comparison is off by less than so many roundings
        scale = largest[0] + 3 * members * largest[1]
        error = (40 * size**2 + 8 * size * members) * _ROUNDING * scale
        return cls(order, gaps, steps, proved, tie * max(1.0, scale) + error, tie - error)

    def end(self, highest: bool, held: Mapping[int, int]) -> tuple[NDArray[np.int8], Bools]:
        """Return where best replies lead from all at an end, (members, draws), and in which draws that is certain.

        ``held`` maps members to the actions at which they stay.
        """
        import numpy as np

        walk = _Walk.start(self, highest, held)
        moving = np.flatnonzero(self.proved)
        while len(moving):
            moving = walk.round(moving)
        certain = self.proved & walk.clear()
        profile = np.empty((len(self.order), len(certain)), dtype=np.int8)
        place = np.arange(len(walk.free), dtype=np.int16)[:, None]
        profile[[self.order[k] for k in walk.free]] = sum((place < each).view(np.int8) for each in walk.cut)
        for member, action in held.items():
            profile[member] = action
        return profile, certain

    def settled(self, action: int, held: Mapping[int, int]) -> tuple[Bools, Bools]:
        """Return in which draws nobody free gains by leaving an action that all choose, and where that is certain."""
        import numpy as np

        free = self.free(held)
        good, certain = np.ones(len(self.proved), dtype=bool), self.proved.copy()
        if not free:
            return good, good
        levels = range(len(self.gaps))
        others = [sum(each > k for each in held.values()) + (len(free) - 1) * (action > k) for k in levels]
        # of those who may go down the last goes first, of those who may go up the first
        for step, up, place in ((action - 1, False, free[-1]), (action, True, free[0])):
            if step in levels:
                margin = self.margin(step, others, up, lambda rows, place=place: _of(rows, place))
                good &= margin >= -self.sure
                certain &= (margin >= -self.sure) | (margin < -self.loose)
        return good, certain

    def free(self, held: Mapping[int, int]) -> list[int]:
        """Return the places of the members who are not held."""
        return [place for place, member in enumerate(self.order) if member not in held]

    def margin(self, step: int, others: Sequence[Any], up: bool, part: Any) -> Any:
        """Return by how much members at least prefer their side of a step to each action on the other side.

        Parameters
        ----------
        step : int
        others : sequence by step
            How many others are above.
        up : bool
            Whether they are below and may go up, rather than above.
        part : callable
            Takes from an array the members and draws that are looked at.
        """
        import numpy as np

        margin: Any = None
        for k in range(len(self.gaps) - 1, step - 1, -1) if up else range(step + 1):
            worth = part(self.gaps[k])
            for each, number in zip(self.steps[k], others, strict=True):
                if each is not None:
                    worth = worth + part(each) * number
            if margin is not None:
                worth = worth + (np.maximum(margin, 0) if up else np.minimum(margin, 0))
            margin = worth
        return -margin if up else margin


@dataclass(frozen=True, eq=False)
class _Walk:
    """Members who leave an end one after another: from the highest action downwards the last ones, or the reverse.

    ``free`` are the places of those who are not held, ``above`` (steps) how many of the held are above each step, and
    ``cut`` (steps, draws), which is changed in place, how many of the free.
    """

    own: Cutoffs
    highest: bool
    free: list[int]
    above: list[int]
    cut: NDArray[np.int16]

    @classmethod
    def start(cls, own: Cutoffs, highest: bool, held: Mapping[int, int]) -> _Walk:
        """Return the walk with all at an end."""
        import numpy as np

        free, levels = own.free(held), range(len(own.gaps))
        above = [sum(action > k for action in held.values()) for k in levels]
        cut = np.full((len(levels), len(own.proved)), len(free) if highest else 0, dtype=np.int16)
        return cls(own, highest, free, above, cut)

    @property
    def steps(self) -> Sequence[int]:
        """The steps in the order in which they are looked at."""
        levels = range(len(self.cut))
        return levels[::-1] if self.highest else levels

    def _room(self, k: int, where: Any) -> Any:
        """Return how far the cutoff of a step may go: to that of the next one."""
        import numpy as np

        if self.highest:
            return self.cut[k + 1, where] if k + 1 < len(self.cut) else np.int16(0)
        return self.cut[k - 1, where] if k else np.int16(len(self.free))

    def round(self, where: Any) -> Any:
        """Move members over each step in some of the draws; return the draws in which somebody moved."""
        import numpy as np

        moved = np.zeros(self.cut.shape[1], dtype=bool)
        for k in self.steps:
            margin, some = self._next(k, where)
            leave = some[margin < -self.own.loose]
            moved[leave] = True
            for low in range(0, len(leave), _LANE):
                self._scan(k, leave[low : low + _LANE])
        return np.flatnonzero(moved)

    def clear(self) -> Any:
        """Return in which draws nobody is close to moving."""
        import numpy as np

        good = np.ones(self.cut.shape[1], dtype=bool)
        for k in self.steps:
            margin, some = self._next(k, np.arange(len(good)))
            good[some[margin < -self.own.sure]] = False
        return good

    def _others(self, k: int, place: Any, where: Any) -> list[Any]:
        """Return how many others are above each step, as the free member at a place sees them who is next at step k."""
        import numpy as np

        return [
            np.add(place if b == k else self.cut[b, where], more - (b < k), dtype=float)
            for b, more in enumerate(self.above)
        ]

    def _next(self, k: int, where: Any) -> tuple[Any, Any]:
        """Return the margin of the member who is the next at step k, in those of the draws in which there is one."""
        import numpy as np

        own = self.cut[k, where]
        there = own != self._room(k, where)
        where, place = where[there], own[there] - np.int16(self.highest)
        at = np.asarray(self.free, dtype=np.int64)[place] * self.cut.shape[1] + where

        def part(rows: Any) -> Any:
            return rows.take(at) if len(rows) > 1 else rows[0].take(where)

        return self.own.margin(k, self._others(k, place, where), not self.highest, part), where

    def _scan(self, k: int, where: Any) -> None:
        """Move members over step k, one after another until one stays, in some draws."""
        import numpy as np

        many = np.int16(len(self.free))

        def part(rows: Any) -> Any:
            found = rows.take(where, axis=1)
            return found[self.free] if 1 < len(rows) != many else found

        place = np.arange(many, dtype=np.int16)[:, None]
        stays = self.own.margin(k, self._others(k, place, where), not self.highest, part) >= -self.own.loose
        # the next to move is the last one above the step, or the first one below it
        stays = stays & (place < self.cut[k, where] if self.highest else place >= self.cut[k, where])
        rank = place + np.int16(1) if self.highest else many - place
        stayed = (stays * rank).max(axis=0)
        room = self._room(k, where)
        self.cut[k, where] = np.maximum(stayed, room) if self.highest else np.minimum(many - stayed, room)


def _of(rows: Sequence[Floats], member: int) -> Floats:
    """Return the row of a member, or the one for all."""
    return rows[member if len(rows) > 1 else 0]


def _rows(*tables: Sequence[Any]) -> int:
    """Return how many rows what is made of some tables has: one, or one for each member."""
    return max(map(len, tables))


def _alone(rows: Sequence[Floats], members: int) -> Floats:
    """Return what a member gets from an action that it alone chooses, all others at the lowest."""
    base, here, lowest = rows
    found: Floats = base + here + (members - 1) * lowest
    return found


def _order(base: Sequence[Sequence[Floats]], slope: Sequence[Sequence[Sequence[Floats]]], members: int) -> list[int]:
    """Return the members from the one most drawn to the highest action to the one least, on average of some draws."""
    import numpy as np

    def average(rows: Sequence[Floats]) -> Any:
        return np.array([each[:: max(1, len(each) // _LOOK)].mean() for each in rows])

    # twice what it is worth to go all the way, in the middle between nobody else up and everybody
    low, high = (2 * average(base[k]) + (members - 1) * (average(slope[k][0]) + average(slope[k][-1])) for k in (0, -1))
    order: list[int] = np.argsort(-np.broadcast_to(high - low, members), kind="stable").tolist()
    return order
