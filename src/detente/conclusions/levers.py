r"""Levers: the cheapest changes of parameters that bring an outcome about, or that break one.

The cost of a change is the sum of the sizes of its moves, each over the width of the parameter's interval and times
its weight. Single levers are exact: the outcome is followed along each parameter
(:mod:`detente.conclusions._line`), and the nearest value at which it holds is a rational or algebraic number. Where
the outcome holds only beyond that value, the value is an infimum and *not attained*. Changes of several parameters
come from a branch and bound with a proved lower bound on the cost (:mod:`detente.conclusions._cheapest`); where all
conditions are affine in what moves, from an exact linear program.

Side payments are transfers between the players that are paid where the profile is played. With :math:`g_i` the most
that player i gains by a deviation, the profile is an equilibrium with transfers :math:`t_i` exactly where
:math:`t_i \ge g_i`, and transfers add up to 0. So there are such transfers exactly where :math:`\sum_i g_i \le 0`,
and the least that has to change hands is :math:`\sum_i g_i^+`. (Fines for deviations, which nobody pays in
equilibrium, are another matter: with large ones any profile is an equilibrium; Jackson and Wilkie 2005.)

References
----------
Jackson and Wilkie (2005), Endogenous games and mechanisms: side payments among players, Review of Economic Studies 72.
Friedman (1971), A non-cooperative equilibrium for supergames, Review of Economic Studies 38, 1-12.
"""

from __future__ import annotations

import time
from fractions import Fraction
from functools import cmp_to_key
from itertools import combinations
from typing import TYPE_CHECKING, Any

from detente.conclusions._candidates import Cheapest
from detente.conclusions._cheapest import Optimizer
from detente.conclusions._conditions import Conditions
from detente.conclusions._lever_results import Lever, Levers
from detente.conclusions._line import Line, compare
from detente.conclusions._outcomes import broken, outcome_conditions, profile_of, transfers
from detente.conclusions.decide import decide
from detente.errors import UsageError, did_you_mean
from detente.numbers import Enclosure, exact, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.games.symbolic import SymbolicGame

__all__ = ["Lever", "Levers", "breaks", "levers", "levers_for", "move_cost"]


def levers(
    game: SymbolicGame,
    to: object,
    outcome: str = "equilibrium",
    at: Mapping[str, object] | None = None,
    *,
    exclude: Sequence[str] = (),
    weights: Mapping[str, object] | None = None,
    side_payments: bool = False,
    discount_factor: object = None,
    punishment: object = None,
    together: Sequence[int | None] = (2, None),
    budget: float | None = 20.0,
    tolerance: object = "1/1000",
) -> Levers:
    """Return the changes of parameters, inside their intervals, that bring an outcome about at least cost.

    Parameters
    ----------
    game : SymbolicGame
        Payoffs that are rational functions of the parameters.
    to : str, sequence or mapping
        The pure profile that is wanted: ``"cooperate,cooperate"``, labels or indices, or player to label.
    outcome : {"equilibrium", "unique", "selected", "sustainable"}
        What it should be; ``unique`` and ``selected`` are for two players. ``sustainable``: grim trigger sustains it at
        ``discount_factor``, with each player's worst pure stage equilibrium, or ``punishment``, after a deviation.
    at : mapping, optional
        The present values, by default the baseline.
    exclude : sequence of str
        Parameters that are units, not policy: reported as single levers, not recommended, not moved with others.
    weights : mapping, optional
        Positive factor of the cost per parameter, by default 1.
    side_payments : bool
        Whether to find the least transfer between players as well.
    discount_factor : str, number or mapping
        For ``sustainable``: a formula, or one per player.
    punishment : profile, or mapping of player to profile
        For ``sustainable``: a pure profile; it has to be a stage equilibrium after the change.
    together : sequence
        For each number, the cheapest change that moves at most so many parameters; None for any number.
    budget : float, optional
        Seconds for changes of several parameters.
    tolerance : number
        Share of the cost by which a change that is called proved may be too dear.

    Raises
    ------
    UsageError
        If an argument does not fit.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (-1, 1, 1)}, strategies=[["give", "keep"]] * 2)
    >>> found = levers(s, "give,give")
    >>> str(found.singles[0]), str(levers(s, "give,give", "unique").singles[0])
    ('c 1 -> 0 (cost 0.5)', 'c 1 -> 0 (cost 0.5, not attained)')
    """
    profile = profile_of(game, to)
    conditions = outcome_conditions(game, profile, outcome, discount_factor, punishment)
    found = _Search(conditions, at, exclude, weights, exact(tolerance)).run(together, budget)
    if not side_payments:
        return found
    point = game.point(at)
    paid = transfers(game, profile, outcome, point, discount_factor, punishment)
    return Levers(**{**found.__dict__, "transfers": paid})


def breaks(
    game: SymbolicGame,
    profile: object,
    at: Mapping[str, object] | None = None,
    *,
    exclude: Sequence[str] = (),
    weights: Mapping[str, object] | None = None,
    together: Sequence[int | None] = (2, None),
    budget: float | None = 20.0,
    tolerance: object = "1/1000",
) -> Levers:
    """Return the smallest changes of parameters after which a profile is no equilibrium.

    Arguments as in :func:`levers`. A comparison of payoffs that is 0 does not break an equilibrium, so the values are
    infima, unless a parameter can only jump.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (-1, 1, 1)}, strategies=[["give", "keep"]] * 2)
    >>> str(breaks(s, "keep,keep").singles[0])
    'c 1 -> 0 (cost 0.5, not attained)'
    """
    conditions = broken(game, profile_of(game, profile))
    return _Search(conditions, at, exclude, weights, exact(tolerance)).run(together, budget)


def levers_for(
    conditions: Conditions,
    at: Mapping[str, object] | None = None,
    *,
    exclude: Sequence[str] = (),
    weights: Mapping[str, object] | None = None,
    together: Sequence[int | None] = (2, None),
    budget: float | None = 20.0,
    tolerance: object = "1/1000",
) -> Levers:
    """Return the changes of parameters that make a statement about them true at least cost.

    Parameters
    ----------
    conditions : Conditions
        The statement, such as :class:`~detente.conclusions.path_conditions.PathConditions`.
    at, exclude, weights, together, budget, tolerance
        As in :func:`levers`.
    """
    return _Search(conditions, at, exclude, weights, exact(tolerance)).run(together, budget)


class _Search:
    """One question: a statement, a point, and what moving costs."""

    def __init__(
        self,
        conditions: Conditions,
        at: Mapping[str, object] | None,
        exclude: Sequence[str],
        weights: Mapping[str, object] | None,
        tolerance: Fraction,
    ) -> None:
        game = conditions.game
        for name in (*exclude, *(weights or {})):
            if name not in game.parameters:
                hint = did_you_mean(name, game.parameters)
                raise UsageError(f"unknown parameter {name!r}" + (f"; {hint}" if hint else ""))
        self.c, self.tolerance = conditions, tolerance
        self.point = game.point(at)
        self.notes: list[str] = []
        self.box: dict[str, tuple[Fraction, Fraction]] = {}
        self.rates: dict[str, Fraction] = {}
        for name, interval in game.parameters.items():
            value, weight = self.point[name], exact((weights or {}).get(name, 1))
            if weight <= 0:
                raise UsageError(f"found the weight {plain(weight)} of {name}; expected a positive number")
            if not interval.low <= value <= interval.high:
                self.notes.append(f"{name} lies outside its interval")
            self.box[name] = (min(interval.low, value), max(interval.high, value))
            if interval.low < interval.high and name in conditions.names:
                self.rates[name] = weight / (interval.high - interval.low)
        self.exclude = frozenset(exclude)
        if not conditions.allowed_at(conditions.values(self.point)):
            self.notes.append("the point violates a constraint")

    def run(self, together: Sequence[int | None], budget: float | None) -> Levers:
        """Find the single levers, then the joint changes, each starting from the best change known."""
        values = self.c.values(self.point)
        if self.c.truth_at(values) and self.c.allowed_at(values):
            return Levers(
                self.c.text, True, (), {}, point=self.point, tolerance=self.tolerance, notes=tuple(self.notes)
            )
        singles = self._singles()
        until = float("inf") if budget is None else time.monotonic() + budget
        free = {name: rate for name, rate in self.rates.items() if name not in self.exclude}
        optimizer = Optimizer(self.c, self.point, self.box, free, self.tolerance)
        best = next(
            (
                Cheapest(dict(each.change), each.cost, each.attained, None, proved=False)
                for each in singles
                if each.recommended
            ),
            None,
        )
        joint: dict[int | None, Lever | None] = {}
        impossible: list[int | None] = []
        if best is None and together:
            # Where there is no change at all, the proof over the whole box is the shortest.
            whole = {n: ends if n in free else (self.point[n],) * 2 for n, ends in self.box.items()}
            probe = decide(self.c, whole, expected=False, pieces=500, seconds=None if budget is None else budget / 4)
            if probe.status == "fixed":
                return self._levers(singles, dict.fromkeys(together), list(together))
        sizes = {each: len(free) if each is None else min(each, len(free)) for each in together}
        wanted = sorted(set(sizes.values()), reverse=True)
        larger: Cheapest | None = None
        for k, most in enumerate(wanted):
            if larger is not None and larger.proved and larger.point is not None and len(larger.point) <= most:
                found = larger  # what is cheapest among more changes is cheapest among these
            else:
                now = time.monotonic()
                share = until if k == len(wanted) - 1 else now + (until - now) / 2
                start = larger if larger is not None and len(larger.point or ()) <= most else best
                found = optimizer.run(list(combinations(free, most)), share, start)
            larger = found if found.point is not None else larger
            labels = [each for each, size in sizes.items() if size == most]
            joint |= dict.fromkeys(labels, None if found.point is None else self._lever(found))
            impossible += labels if found.point is None and found.proved else []
        order = {each: joint[each] for each in together}
        return self._levers(singles, order, impossible)

    def _levers(
        self, singles: tuple[Lever, ...], joint: dict[int | None, Lever | None], impossible: Sequence[int | None]
    ) -> Levers:
        """Return the result."""
        return Levers(
            self.c.text, False, singles, joint, tuple(impossible), None, self.point, self.tolerance, tuple(self.notes)
        )

    def _lever(self, found: Cheapest) -> Lever:
        """Return a change of several parameters as a lever."""
        change = found.point or {}
        present = {name: self.point[name] for name in change}
        return Lever(change, present, found.cost, found.attained, found.at_least, found.proved)

    def _singles(self) -> tuple[Lever, ...]:
        """Return the exact lever of every parameter that has one, cheapest first."""
        line = Line(self.c)
        found: list[Lever] = []
        for name, rate in self.rates.items():
            interval = self.c.game.parameters[name]
            nearest = line.nearest(name, self.point, interval.low, interval.high)
            if nearest is None:
                continue
            present = self.point[name]
            up = compare(nearest.value, present) > 0
            cost = move_cost(rate, present, nearest.value, up=up)
            found.append(
                Lever(
                    {name: nearest.value},
                    {name: present},
                    cost,
                    nearest.attained,
                    cost,
                    recommended=name not in self.exclude,
                )
            )
        return tuple(sorted(found, key=cmp_to_key(_dearer)))


def _dearer(one: Lever, other: Lever) -> int:
    return compare(one.cost, other.cost)


def move_cost(rate: Fraction, present: Fraction, value: Any, *, up: bool) -> Any:
    """Return the cost of a move that goes up or down to a fraction, an algebraic number or an enclosure."""
    if isinstance(value, Enclosure):
        ends = [rate * abs(end - present) for end in (value.low, value.high)]
        return Enclosure(min(ends), max(ends))
    if isinstance(value, Fraction):
        return rate * abs(value - present)
    import sympy

    here, factor = (sympy.Rational(each.numerator, each.denominator) for each in (present, rate))
    return (factor * (value - here if up else here - value)).expand()
