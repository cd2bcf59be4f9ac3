"""Sets of discount factors: from the signs of gain and loss to ranges, intervals, conditions, membership.

A set is held as a range of ``S(delta)`` (see :mod:`detente.solve.repeated.punishment_sum`), the coordinate in which
every condition of :mod:`detente.solve.repeated.critical_discount_factor` is linear.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.symbolic import symbol
from detente.numbers import exact, number_to_json
from detente.printing import plain
from detente.solve.repeated.punishment_sum import as_sympy, factor_at, punishment_sum

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ALWAYS",
    "NEVER",
    "FactorInterval",
    "FactorRange",
    "discount_factor_value",
    "factor_condition",
    "factor_intervals",
    "factor_range",
    "factor_to_json",
    "inside",
    "meet",
    "threshold",
]


@dataclass(frozen=True)
class FactorInterval:
    """Discount factors between ``low`` and ``high``; an end is included where its flag says so."""

    low: Any
    high: Any
    low_closed: bool
    high_closed: bool

    def __str__(self) -> str:
        if self.low_closed and self.high_closed and self.low == self.high:
            return f"{{{plain(self.low)}}}"
        left, right = "[" if self.low_closed else "(", "]" if self.high_closed else ")"
        return f"{left}{plain(self.low)}, {plain(self.high)}{right}"

    def to_json(self) -> dict[str, Any]:
        """Return the interval with its ends in the form of the JSON contract."""
        return {
            "low": factor_to_json(self.low),
            "high": factor_to_json(self.high),
            "low_closed": self.low_closed,
            "high_closed": self.high_closed,
        }


def factor_to_json(value: Any) -> Any:
    """Return a number for JSON; radicals over one denominator."""
    if hasattr(value, "free_symbols"):
        import sympy

        value = sympy.together(value)
    return number_to_json(value)


@dataclass(frozen=True)
class FactorRange:
    """The factors with ``low <= S(delta) <= high``; a side that is None does not bind."""

    low: Any = None
    high: Any = None
    empty: bool = False

    def meet(self, other: FactorRange, slack: float) -> FactorRange:
        """Return the intersection; ends that cross by at most ``slack`` (float games) count as equal."""
        if self.empty or other.empty:
            return NEVER
        low = max((each for each in (self.low, other.low) if each is not None), default=None)
        high = min((each for each in (self.high, other.high) if each is not None), default=None)
        if low is not None and high is not None and low > high:
            return FactorRange(low, low) if slack and low - high <= slack else NEVER
        return FactorRange(low, high)


ALWAYS, NEVER = FactorRange(), FactorRange(empty=True)


def meet(ranges: Iterable[FactorRange], slack: float) -> FactorRange:
    """Return the factors that all ranges have in common."""
    common = ALWAYS
    for own in ranges:
        common = common.meet(own, slack)
    return common


def factor_range(gain: Any, loss: Any, periods: int | None) -> FactorRange:
    """Return the factors with ``gain <= S(delta) * loss``.

    The table is that of :mod:`detente.solve.repeated.critical_discount_factor`.
    """
    if loss == 0:
        return ALWAYS if gain <= 0 else NEVER
    ratio = gain / loss
    if loss > 0:
        if gain <= 0:
            return ALWAYS
        return NEVER if periods is not None and ratio >= periods else FactorRange(low=ratio)
    if gain >= 0:
        return NEVER
    return ALWAYS if periods is not None and ratio >= periods else FactorRange(high=ratio)


def threshold(own: FactorRange, periods: int | None) -> Any:
    """Return the least factor of a set, 0 where it holds all, None where it has no least one."""
    if own.empty or (own.low is None and own.high is not None):
        return None
    return Fraction(0) if own.low is None else factor_at(own.low, periods)


def factor_intervals(own: FactorRange, periods: int | None) -> tuple[FactorInterval, ...]:
    """Return the set as intervals in (0, 1): one, or none where it is empty."""
    if own.empty:
        return ()
    low = Fraction(0) if own.low is None else factor_at(own.low, periods)
    high = Fraction(1) if own.high is None else low if own.low == own.high else factor_at(own.high, periods)
    return (FactorInterval(low, high, own.low is not None, own.high is not None),)


def factor_condition(own: FactorRange, periods: int | None) -> Any:
    """Return the set as a condition on delta; irrational ends of degree 3 or more stay polynomial."""
    import sympy

    if own.empty:
        return sympy.false
    delta = symbol("delta")

    def ends(ratio: Any) -> tuple[Any, Any]:
        end = factor_at(ratio, periods)
        if periods is not None and periods > 2 and not isinstance(end, (Fraction, float)):
            return punishment_sum(delta, periods), as_sympy(ratio)
        return delta, as_sympy(end)

    if own.low is not None and own.low == own.high:
        return sympy.Eq(*ends(own.low))
    # a free factor is never decided by its ends, which SymPy would take milliseconds to find out
    low = sympy.true if own.low is None else sympy.Ge(*ends(own.low), evaluate=False)
    high = sympy.true if own.high is None else sympy.Le(*ends(own.high), evaluate=False)
    return sympy.And(low, high)


def discount_factor_value(given: Any) -> Any:
    """Return a discount factor as a number in (0, 1): exact, algebraic or a float.

    Raises
    ------
    UsageError
        If it is none.
    """
    algebraic = hasattr(given, "free_symbols") and not given.is_Rational
    value = given if isinstance(given, float) or algebraic else exact(given)
    if (algebraic and given.free_symbols) or not 0 < value < 1:
        raise UsageError(f"found the discount factor {given}; expected a number strictly between 0 and 1")
    return value


def inside(delta: Any, own: FactorRange, periods: int | None) -> bool:
    """Return whether a factor belongs to a set, exactly for exact and algebraic factors."""
    if own.empty:
        return False
    for bound, sign in ((own.low, 1), (own.high, -1)):
        if bound is None or delta == factor_at(bound, periods):
            continue
        excess = punishment_sum(delta, periods) - (bound if isinstance(delta, (Fraction, float)) else as_sympy(bound))
        if hasattr(excess, "free_symbols"):
            import sympy

            # An algebraic factor: the sign of a number known to be zero or not.
            excess = 0 if sympy.minimal_polynomial(excess, symbol("x")) == symbol("x") else sympy.N(excess, 30)
        if sign * excess < 0:
            return False
    return True
