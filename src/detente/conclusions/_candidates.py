"""Changes of several parameters made exact: improved in floats, rounded, and finished on an exact line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.conclusions._line import Line
from detente.conclusions._linear_steps import float_program
from detente.games.rational import fast
from detente.numbers import fraction_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.conclusions._conditions import Conditions, Cube
    from detente.conclusions._forms import Box, Values
    from detente.conclusions._linear_steps import Row

__all__ = ["Candidates", "Cheapest", "short_float"]

#: Rounds of sequential linear programming.
_ROUNDS = 6
#: Digits, relative to the range of a parameter, to which coordinates are rounded.
_DIGITS = 6


@dataclass(frozen=True)
class Cheapest:
    """The best change found, and what is proved about cheaper ones.

    ``point`` maps parameters that move to exact values, None where no change was found. ``at_least`` is a proved lower
    bound on the cost, None where it is proved that there is no change at all. ``attained`` is False where the
    statement is true only arbitrarily close to the point. ``proved`` is True where the cost is within the tolerance
    of the bound.
    """

    point: dict[str, Any] | None
    cost: Any
    attained: bool
    at_least: Fraction | None
    proved: bool


class Candidates:
    """Keeps the cheapest change known of a point that makes a statement true.

    Parameters
    ----------
    conditions : Conditions
        The statement.
    point : mapping
        Present values, one per parameter.
    box : mapping
        Where each parameter may go; it holds the present value.
    rates : mapping
        Cost per unit of change of each parameter that may move.
    tolerance : Fraction
        A change is called proved where no change is cheaper by more than this share of its cost.
    """

    def __init__(
        self,
        conditions: Conditions,
        point: Mapping[str, Fraction],
        box: Mapping[str, tuple[Fraction, Fraction]],
        rates: Mapping[str, Fraction],
        tolerance: Fraction = Fraction(1, 1000),
    ) -> None:
        self.c, self.point, self.rates, self.tolerance = conditions, dict(point), dict(rates), tolerance
        self.present: Values = {name: fast(value) for name, value in point.items()}
        self.box: Box = {name: (fast(low), fast(high)) for name, (low, high) in box.items()}
        self.rate: Values = {name: fast(value) for name, value in rates.items()}
        self.line = Line(conditions)
        self._tried: set[Any] = set()
        self.best: Cheapest | None = None
        self.cost: Any = None
        self.limit: Any = None

    def _dear(self, bound: Any) -> bool:
        """Return whether a bound is not below the best cost, less the tolerance."""
        return self.limit is not None and bool(bound >= self.limit)

    def _keep(self, found: Cheapest | None) -> None:
        """Remember the best change; an irrational cost is rounded up."""
        self.best, self.cost, self.limit = found, None, None
        if found is not None and found.cost is not None:
            cost = found.cost
            if not isinstance(cost, Fraction):
                cost = Fraction(float(cost)) * (1 + Fraction(1, 10**9))
            self.cost, self.limit = fast(cost), fast(cost * (1 - self.tolerance))

    def _candidate(self, cube: Cube, names: Sequence[str], at: dict[str, float]) -> None:
        """Improve a point of a cube by linearizing again around it, and make it exact."""
        rates = {name: float(self.rate[name]) for name in names}
        rooms = {
            name: (float(self.present[name] - self.box[name][0]), float(self.box[name][1] - self.present[name]))
            for name in names
        }
        for _ in range(_ROUNDS):
            here = {**self.present, **{n: fast(Fraction(v).limit_denominator(10**7)) for n, v in at.items()}}
            spot: Box = {name: (each, each) for name, each in here.items()}
            rows: list[Row] = []
            for literal in cube:
                form = self.c.forms[literal.index]
                value = form.value(here)
                spans = {name: form.slope(name, spot) for name in names if name in form.names}
                if value is None or any(span is None for span in spans.values()):
                    return
                slopes = {n: (span[0] * literal.orient,) * 2 for n, span in spans.items() if span is not None}
                back = sum((s[0] * (self.present[n] - here[n]) for n, s in slopes.items()), value * 0)
                rows.append((value * literal.orient + back, slopes))
            moved, _ = float_program(rows, rates, rooms)
            new = {name: float(self.present[name]) + moved[name] for name in names}
            change = sum(rates[name] * abs(new[name] - at[name]) for name in names)
            at = new
            if change < 1e-9:
                break
        cost = sum(rates[name] * abs(at[name] - float(self.present[name])) for name in names)
        if self.cost is None or cost < float(self.cost) * (1 - 1e-7):
            self._settle({name: self._short(name, value) for name, value in at.items()})

    def _short(self, name: str, value: float) -> Fraction:
        """Return a coordinate as a short rational: an end of its range or the present value where that is close."""
        low, high = (fraction_of(end) for end in self.box[name])
        width = float(high - low) or 1.0
        for end in (self.point[name], low, high):
            if abs(value - float(end)) < width * 10.0**-_DIGITS:
                return end
        digits = max(0, _DIGITS - math.floor(math.log10(width)))
        return min(max(Fraction(f"{value:.{digits}f}"), low), high)

    def _settle(self, target: Mapping[str, Fraction]) -> None:
        """Find, for each moved coordinate, its exact value with the others as given; keep the cheapest."""
        moved = {name: value for name, value in target.items() if value != self.point[name]}
        key = tuple(sorted(moved.items()))
        if key in self._tried:
            return
        self._tried.add(key)
        for name in moved:
            others = {each: value for each, value in moved.items() if each != name}
            low, high = (fraction_of(end) for end in self.box[name])
            # The exact value is close: a part of the line around it is enough where it holds the answer.
            found = self.line.nearest(name, {**self.point, **others}, low, high)
            if found is None:
                continue
            value, attained = found.value, found.attained
            if not isinstance(value, Fraction):
                inside = found.inside
                value, attained = self._rational(name, {**self.point, **others}, value, inside), True
                if value is None:
                    continue
            change = {**others, name: value}
            change = {each: v for each, v in change.items() if v != self.point[each]} if attained else change
            cost = sum((self.rates[n] * abs(v - self.point[n]) for n, v in change.items()), Fraction(0))
            if self.cost is None or fast(cost) < self.cost:
                self._keep(Cheapest(change, cost, attained, None, proved=False))

    def _rational(
        self, name: str, point: Mapping[str, Fraction], value: Any, inside: Fraction | None
    ) -> Fraction | None:
        """Return a rational number beside an irrational one at which the statement is true, None if none was found."""
        close = Fraction(float(value))
        width = fraction_of(self.box[name][1] - self.box[name][0])
        sides = (1, -1) if inside is None or inside > close else (-1, 1)
        for side in sides:
            for power in (9, 7, 5):
                trial = (close + side * width / 10**power).limit_denominator(10 ** (power + 3))
                low, high = (fraction_of(end) for end in self.box[name])
                values = {each: fast(v) for each, v in {**point, name: trial}.items()}
                if low <= trial <= high and self.c.truth_at(values) and self.c.allowed_at(values):
                    return trial
        return None


def short_float(value: float) -> Any:
    """Return a float as a short FLINT rational."""
    return fast(Fraction(value).limit_denominator(10**7))
