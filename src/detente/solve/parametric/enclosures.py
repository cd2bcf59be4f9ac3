"""Signs and roots of expressions in one variable that no polynomial decides: balls of real numbers with rigorous radii.

Expressions may hold ``exp``, ``log``, roots, powers with any exponents, ``Min``, ``Max``, ``Abs`` and cases. On an
interval an expression is evaluated in ball arithmetic (FLINT's arb), so that a sign found holds on all of it. Where
neither the expression nor its derivative can vanish there is nothing, or exactly one root if the ends differ in sign;
else the interval is halved. What stays undecided at the least width, such as a double root, is returned as a *knot*:
changes there are neither found nor ruled out.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.numbers import Enclosure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Ball", "Curve", "Roots"]

#: Width to which roots are isolated, relative to the interval.
WIDTH = Fraction(1, 10**15)
#: Width at which an undecided interval is given up, relative to the interval.
LEAST = Fraction(1, 10**9)
_PRECISION = 160

Ball = Any


@dataclass(frozen=True)
class Roots:
    """Roots in order, each alone in its enclosure, and intervals in which nothing could be decided."""

    roots: tuple[Enclosure, ...]
    knots: tuple[tuple[Fraction, Fraction], ...]


class Curve:
    """An expression in one variable, all others at fractions.

    Parameters
    ----------
    expression : SymPy expression
    variable : SymPy symbol
    values : mapping of name to Fraction
        The other parameters.
    """

    def __init__(self, expression: Any, variable: Any, values: Mapping[str, Fraction]) -> None:
        self.expression, self.variable, self.values = expression, variable, values
        self.derivative = expression.diff(variable)

    def on(self, low: Fraction, high: Fraction, derivative: bool = False) -> Ball | None:
        """Return a ball with all values on an interval, or None where it is not defined throughout."""
        with _Precision():
            ball = _ball(low, high)
            given = {self.variable: ball}
            for each in self.expression.free_symbols - {self.variable}:
                value = self.values[each.name]
                given[each] = _ball(value, value)
            return _value(self.derivative if derivative else self.expression, given)

    def sign(self, low: Fraction, high: Fraction | None = None) -> int | None:
        """Return the sign on all of an interval, or at a point; None where it is not certain."""
        return _sign(self.on(low, low if high is None else high))

    def roots(self, low: Fraction, high: Fraction) -> Roots:
        """Return the roots strictly inside an interval, and the parts that stay undecided."""
        found: list[Enclosure] = []
        knots: list[tuple[Fraction, Fraction]] = []
        least = (high - low) * LEAST
        todo = [(low, high)]
        while todo:
            a, b = todo.pop()
            if self.sign(a, b) is not None:
                continue
            ends = self.sign(a), self.sign(b)
            if None not in ends and _sign(self.on(a, b, derivative=True)) in {1, -1}:
                if ends[0] != ends[1]:
                    found.append(self.narrowed(a, b, (high - low) * WIDTH))
                continue
            if b - a < least:
                if knots and knots[-1][0] == b:
                    knots[-1] = (a, knots[-1][1])
                else:
                    knots.append((a, b))
                continue
            # not the middle: a root at a round number should not fall on an end again and again
            middle = a + (b - a) * Fraction(499, 997)
            todo += [(a, middle), (middle, b)]
        return Roots(tuple(sorted(found, key=lambda each: each.low)), tuple(sorted(knots)))

    def narrowed(self, low: Fraction, high: Fraction, width: Fraction) -> Enclosure:
        """Return a smaller enclosure of the one root in an interval whose ends differ in sign."""
        left = self.sign(low)
        while high - low > width:
            middle = _short((low + high) / 2, high - low)
            here = self.sign(middle)
            if here is None:
                # the root is at the middle, or too close to it to tell
                step = (high - low) / 8
                return (
                    Enclosure(middle - step, middle + step)
                    if high - low < 4 * width
                    else self.narrowed(low + (middle - low) / 2, high, width)
                )
            low, high = (middle, high) if here == left else (low, middle)
        return Enclosure(low, high)


def _short(value: Fraction, width: Fraction) -> Fraction:
    """Return a fraction with few digits within an eighth of the width."""
    return value.limit_denominator(max(2, int(8 / width)))


class _Precision:
    def __enter__(self) -> None:
        from flint import ctx

        self.before, ctx.prec = ctx.prec, _PRECISION

    def __exit__(self, *_: object) -> None:
        from flint import ctx

        ctx.prec = self.before


def _ball(low: Fraction, high: Fraction) -> Ball:
    from flint import arb, fmpq

    left, right = arb(fmpq(low.numerator, low.denominator)), arb(fmpq(high.numerator, high.denominator))
    return left if low == high else left.union(right)


def _sign(ball: Ball | None) -> int | None:
    if ball is None or not ball.is_finite():
        return None
    return 1 if ball > 0 else -1 if ball < 0 else 0 if ball == 0 else None


def _value(node: Any, given: Mapping[Any, Ball]) -> Ball | None:
    """Return a ball for an expression, or None where it has no value on all of the balls given."""
    from flint import arb, fmpq

    if node in given:
        return given[node]
    if node.is_Rational:
        return arb(fmpq(int(node.p), int(node.q)))
    name = type(node).__name__
    if name == "Piecewise":
        return _cases(node, given)
    args: list[Any] = [_value(each, given) for each in node.args]
    if not args or any(each is None or not each.is_finite() for each in args):
        constants: dict[str, Callable[[], Ball]] = {"Exp1": lambda: arb(1).exp(), "Pi": arb.pi}
        return constants[name]() if name in constants else None
    made: Any
    if name == "Add":
        made = sum(args[1:], args[0])
    elif name == "Mul":
        made = args[0]
        for each in args[1:]:
            made = made * each
    elif name == "Pow":
        made = _power(args[0], args[1], node.exp)
    elif name == "exp":
        made = args[0].exp()
    elif name == "log":
        made = args[0].log() if args[0] > 0 else None
    elif name in {"Min", "Max"}:
        made = args[0]
        for each in args[1:]:
            made = made.min(each) if name == "Min" else made.max(each)
    elif name == "Abs":
        made = abs(args[0])
    elif name == "sign":
        sign = _sign(args[0])
        made = None if sign is None else arb(sign)
    elif name == "Heaviside":
        sign = _sign(args[0])
        made = None if not sign else arb(int(sign > 0))
    else:
        return None
    return made if made is not None and made.is_finite() else None


def _power(base: Ball, exponent: Ball, written: Any) -> Ball | None:
    if written.is_Integer:
        whole = int(written)
        if whole < 0 and not (base > 0 or base < 0):
            return None
        return base**whole
    if base > 0:
        return base**exponent
    if base >= 0 and exponent > 0:  # rises from 0
        from flint import arb

        return arb(0).union(base.upper() ** exponent)
    return None


def _cases(node: Any, given: Mapping[Any, Ball]) -> Ball | None:
    """Return the value of the first case that certainly holds, if those before it certainly fail."""
    for value, condition in node.args:
        truth = _truth(condition, given)
        if truth is None:
            return None
        if truth:
            return _value(value, given)
    return None


def _truth(condition: Any, given: Mapping[Any, Ball]) -> bool | None:
    name = type(condition).__name__
    if name in {"BooleanTrue", "BooleanFalse"}:
        return name == "BooleanTrue"
    if name in {"And", "Or"}:
        parts = [_truth(each, given) for each in condition.args]
        stop = name == "Or"
        return stop if stop in parts else None if None in parts else not stop
    if name == "Not":
        inner = _truth(condition.args[0], given)
        return None if inner is None else not inner
    sign = _sign(_value(condition.lhs - condition.rhs, given))
    if sign is None:
        return None
    return bool(
        {">": sign > 0, ">=": sign >= 0, "<": sign < 0, "<=": sign <= 0, "==": sign == 0, "!=": sign != 0}[
            condition.rel_op
        ]
    )
