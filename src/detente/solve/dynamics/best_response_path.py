"""The best-response dynamic, exactly: play moves straight towards best responses and turns where they change.

The state follows ``x' in BR(x) - x`` (Gilboa and Matsui 1991). Where the best response is a single strategy v, the
path is the straight line to v; on it payoffs are affine, so that the next indifference is the root of a linear
equation and every corner of the path is a rational point. Where several strategies tie, the responses that stay best
for a while are the equilibria of the game restricted to them (Hofbauer 1995), which includes sliding along an
indifference.

Stated rule where several continuations exist: at an equilibrium the path rests; else it keeps its target if it may;
else it takes the first continuation in the order of strategies, pure ones before mixed ones. The result says if this
was used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import NotConverged, UsageError
from detente.numbers import number_to_json, short
from detente.solve.dynamics.populations import Populations, State, populations
from detente.solve.dynamics.restricted_equilibria import restricted_equilibria

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame

__all__ = ["BestResponsePath", "best_response_dynamics"]

Matrix = list[list[Fraction]]


@dataclass(frozen=True, eq=False)
class BestResponsePath(Displayed):
    """A path of the best-response dynamic, corner by corner.

    Attributes
    ----------
    corners : tuple of State
        Where the path starts and turns, exact for exact games.
    targets : tuple of State
        Where it heads after each corner.
    times : tuple of float
        When it is at each corner; logarithms of rational numbers.
    outcome : str
        ``rests``: it reached an equilibrium in finite time; ``tends``: it heads for its last target for ever, an
        equilibrium; ``closes in``: it keeps turning, and the gain from a best response is below the tolerance, or the
        game is zero-sum, where that gain, added up over both sides, is exactly exp(-t) times what it was (Hofbauer
        1995); ``cycles``: its turns approach a closed polygon without equilibrium; ``open``: none of these within the
        turns allowed.
    gap : float
        What a best response gains at the last corner, or at the last target where the path ``tends`` to it.
    unique : bool
        False if the rule for several continuations was used.
    """

    setting: Populations
    corners: tuple[State, ...]
    targets: tuple[State, ...]
    times: tuple[float, ...]
    outcome: str
    unique: bool
    gap: float
    slack: float
    period: int | None = None
    zero_sum: bool = False

    @property
    def converged(self) -> bool:
        """True where play goes to an equilibrium."""
        return self.outcome in {"rests", "tends", "closes in"}

    @property
    def limit(self) -> State:
        """The equilibrium to which play goes; for a path that closes in, its last corner, up to the tolerance.

        Raises
        ------
        NotConverged
            If it goes to none, or was not followed far enough to say where it is.
        """
        if not self.converged or self.gap > self.slack:
            raise NotConverged(self.explain()[0], self.corners[-1], self.gap)
        return self.targets[-1] if self.outcome == "tends" else self.corners[-1]

    def explain(self) -> tuple[str, ...]:
        """Return what happened in sentences."""
        turns = len(self.corners) - 1
        last = self.setting.text(self.corners[-1])
        if self.outcome == "rests":
            first = (
                f"Play reaches the equilibrium {last} at time {short(self.times[-1], 4)} and rests there."
                if turns
                else f"Play rests: {last} is an equilibrium."
            )
        elif self.outcome == "tends":
            goal = self.setting.text(self.targets[-1])
            after = f"After {turns} turn{'s' * (turns > 1)} play" if turns else "Play"
            first = f"{after} heads straight for the equilibrium {goal}, which it approaches for ever."
        elif self.outcome == "closes in":
            why = ": the game is zero-sum, and what best responses gain falls as exp(-t)" if self.zero_sum else ""
            first = (
                f"Play keeps turning and closes in on equilibrium{why}. After {turns} turns a best response gains "
                f"{short(self.gap, 2)}, near {last}."
            )
        elif self.outcome == "cycles":
            first = (
                f"Play does not converge: it settles on a cycle of {self.period} turns, along which a best response "
                f"still gains {short(self.gap, 2)}."
            )
        else:
            first = (
                f"Play has not converged after {turns} turns; a best response still gains {short(self.gap, 2)}, near "
                f"{last}."
            )
        parts = [first]
        if not self.unique:
            parts.append("Somewhere several continuations exist; the path follows the stated rule.")
        parts.append(
            "Corners are exact." if self.setting.exact else "Payoffs are floats, taken as the numbers they store."
        )
        return tuple(parts)

    def to_json(self) -> dict[str, Any]:
        """Return the path as JSON values."""

        def state(one: State) -> dict[str, Any]:
            return {
                name: {label: number_to_json(w) for label, w in own.items()}
                for name, own in self.setting.named(one).items()
            }

        return {
            "dynamic": "best-response",
            "populations": self.setting.count,
            "outcome": self.outcome,
            "converged": self.converged,
            "limit": state(self.limit) if self.converged and self.gap <= self.slack else None,
            "unique": self.unique,
            "gap": self.gap,
            "period": self.period,
            "times": list(self.times),
            "corners": [state(each) for each in self.corners[:SHOWN]],
            "corners_left_out": max(0, len(self.corners) - SHOWN),
        }

    def table(self) -> Table:
        """Return the corners with where the path heads."""
        rows = [
            (str(k), short(time, 4), self.setting.text(corner), self.setting.text(target))
            for k, (time, corner, target) in enumerate(zip(self.times, self.corners, self.targets, strict=True))
        ]
        if len(rows) > 12:
            rows = [*rows[:8], ("...", "", "", ""), *rows[-3:]]
        return Table("best-response dynamic", ("turn", "time", "state", "heads for"), tuple(rows), self.explain())


#: Corners given in JSON.
SHOWN = 60


def best_response_dynamics(
    game: NormalFormGame | Populations,
    start: Any = None,
    *,
    count: int | None = None,
    turns: int = 400,
    tolerance: float = 1e-9,
) -> BestResponsePath:
    """Return the path of the best-response dynamic from a state, exactly.

    Parameters
    ----------
    start : shares
        As for :meth:`Populations.read`; by default equal shares. Floats are taken as the numbers they store.
    turns : int
        The most that are followed.
    tolerance : float
        Of closing in and of cycles, relative to the spread of payoffs.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> hawks = NormalFormGame([[[-1, 2], [0, 1]], [[-1, 0], [2, 1]]], strategies=[["hawk", "dove"]] * 2)
    >>> path = best_response_dynamics(hawks, "9/10")
    >>> path.outcome, path.limit
    ('rests', ((Fraction(1, 2), Fraction(1, 2)),))
    """
    setting = game if isinstance(game, Populations) else populations(game, count)
    if isinstance(turns, bool) or not isinstance(turns, int) or not 1 <= turns <= 10_000:
        raise UsageError(f"found {turns!r} turns; expected a whole number from 1 to 10000")
    tables: list[Matrix] = [[[Fraction(each) for each in row] for row in table] for table in setting.tables]
    state: State = tuple(tuple(Fraction(w) for w in own) for own in setting.read(start))
    state = tuple(tuple(w / sum(own) for w in own) for own in state)
    slack = Fraction(tolerance) * Fraction(setting.spread)
    corners, targets, times, faces = [state], [], [0.0], []
    unique, outcome, period = True, "open", None
    target: State | None = None
    while True:
        pays = _payoffs(tables, state)
        ties = tuple(tuple(i for i, v in enumerate(own) if v == max(own)) for own in pays)
        faces.append(ties)
        if all(w == 0 or i in best for own, best in zip(state, ties, strict=True) for i, w in enumerate(own)):
            outcome = "rests"
            targets.append(state)
            break
        options = _continuations(setting.sizes, tables, ties)
        if len(options) > 1:
            unique = False
        target = target if target in options else options[0]
        assert target is not None
        targets.append(target)
        if len(corners) > 1 and max(_gaps(tables, state)) <= slack:
            outcome = "closes in"
            break
        period = _returned(corners, faces, float(tolerance))
        if period is not None:
            outcome = "cycles"
            break
        share = _next_turn(tables, target, pays)
        if share is None:
            outcome = "tends"
            break
        if len(corners) > turns:
            break
        state = tuple(
            tuple((1 - share) * w + share * v for w, v in zip(own, to, strict=True))
            for own, to in zip(state, target, strict=True)
        )
        corners.append(state)
        times.append(times[-1] - math.log1p(-float(share)))
    zero_sum = _constant_sum(tables)
    if zero_sum and outcome == "open":
        outcome = "closes in"
    gap = float(max(_gaps(tables, corners[-1])))
    if outcome == "tends":
        gap = float(max(_gaps(tables, targets[-1])))
    out: Any = Fraction if setting.exact else float
    return BestResponsePath(
        setting,
        tuple(tuple(tuple(out(w) for w in own) for own in each) for each in corners),
        tuple(tuple(tuple(out(w) for w in own) for own in each) for each in targets),
        tuple(times),
        outcome,
        unique,
        gap,
        tolerance * setting.spread,
        period,
        zero_sum,
    )


def _constant_sum(tables: Sequence[Matrix]) -> bool:
    """Return whether both payoffs add up to the same number in every cell."""
    own, other = tables[0], tables[-1]
    return len({own[i][j] + other[j][i] for i in range(len(own)) for j in range(len(own[0]))}) == 1


def _payoffs(tables: Sequence[Matrix], state: State) -> list[list[Fraction]]:
    met = (state[0],) if len(tables) == 1 else (state[1], state[0])
    return [
        [sum((a * w for a, w in zip(row, other, strict=True)), start=Fraction(0)) for row in table]
        for table, other in zip(tables, met, strict=True)
    ]


def _gaps(tables: Sequence[Matrix], state: State) -> list[Fraction]:
    return [
        max(pays) - sum((w * v for w, v in zip(own, pays, strict=True)), start=Fraction(0))
        for own, pays in zip(state, _payoffs(tables, state), strict=True)
    ]


def _next_turn(tables: Sequence[Matrix], target: State, pays: list[list[Fraction]]) -> Fraction | None:
    """Return the share of the way to the target at which another strategy becomes as good, None if none does."""
    there = _payoffs(tables, target)
    first: Fraction | None = None
    for own, now, then in zip(target, pays, there, strict=True):
        lead = next(i for i, w in enumerate(own) if w > 0)
        for j in range(len(own)):
            behind, ahead = now[lead] - now[j], then[lead] - then[j]
            if behind > 0 > ahead:
                share = behind / (behind - ahead)
                first = share if first is None else min(first, share)
    return first


def _continuations(sizes: Sequence[int], tables: Sequence[Matrix], ties: tuple[tuple[int, ...], ...]) -> list[State]:
    """Return the states towards which play may move for a while: equilibria among the strategies that tie."""
    if all(len(best) == 1 for best in ties):
        return [
            tuple(tuple(Fraction(int(i == best[0])) for i in range(n)) for n, best in zip(sizes, ties, strict=True))
        ]
    met = ties if len(ties) == 1 else (ties[1], ties[0])
    small = [[[table[i][j] for j in other] for i in best] for table, best, other in zip(tables, ties, met, strict=True)]
    found = []
    for one in restricted_equilibria(small):
        full = []
        for size, best, own in zip(sizes, ties, one, strict=True):
            weights = [Fraction(0)] * size
            for i, w in zip(best, own, strict=True):
                weights[i] = w
            full.append(tuple(weights))
        found.append(tuple(full))
    return found


def _returned(corners: Sequence[State], faces: Sequence[Any], tolerance: float) -> int | None:
    """Return after how many turns the path is back where it was, turn by turn for two rounds, None if it is not."""
    count = len(faces)
    for period in range(2, min(24, (count - 1) // 2) + 1):
        if faces[-period:] != faces[-2 * period : -period] or len({*faces[-period:]}) == 1:
            continue
        moved = max(
            abs(float(a) - float(b))
            for k in range(1, period + 1)
            for own, before in zip(corners[-k], corners[-k - period], strict=True)
            for a, b in zip(own, before, strict=True)
        )
        return period if moved <= tolerance else None
    return None
