"""What an expression is along one parameter: a quotient of polynomials, something else, or cases of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.games.rational import fast
from detente.solve.parametric.real_roots import polynomial_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction

    from detente.solve.parametric._quotient import Quotient

__all__ = ["Cases", "Form", "Other", "Rational", "parts", "rational", "switches", "truth"]


@dataclass(frozen=True)
class Rational:
    """A quotient of univariate polynomials, and everything that it divides by as it is written."""

    top: Any
    bottom: Any
    divisors: tuple[Any, ...]
    keys: frozenset[Any]
    poles: frozenset[Any]

    def sign(self, at: Fraction) -> int | None:
        """Return the sign at a fraction, None at a pole."""
        here = fast(at)
        if any(not each(here) for each in self.divisors):
            return None
        value = self.top(here) * self.bottom(here)
        return int(value > 0) - int(value < 0)


@dataclass(frozen=True)
class Other:
    """An expression in the variable that is no rational function of it, without cases.

    It is zero where a factor of its numerator is, by ``keys``. Where one of ``guards`` is zero it may cease to be
    defined; where one of ``poles``, by key, is zero it has no value.
    """

    expression: Any
    guards: tuple[Any, ...]
    keys: frozenset[Any]
    poles: frozenset[Any]


@dataclass(frozen=True)
class Cases:
    """An expression with cases, and the expressions whose signs decide which of them holds."""

    expression: Any
    decided_by: tuple[Any, ...]


Form = Rational | Other | Cases


def rational(found: Quotient) -> Rational:
    """Return a quotient with the factors of what it is made of."""
    divisors = tuple(found.divided.values())
    poles = frozenset(polynomial_key(f) for each in divisors for f, _ in each.factor()[1])
    keys = frozenset(polynomial_key(f) for f, _ in found.top.factor()[1]) if found.top.degree() > 0 else frozenset()
    return Rational(found.top, found.bottom, divisors, keys, poles)


def switches(part: Any) -> Iterator[Any]:
    """Yield the expressions whose signs decide which case of a function holds."""
    kind = type(part).__name__
    if kind in {"Max", "Min"}:
        for k, each in enumerate(part.args):
            yield from (each - other for other in part.args[:k])
    elif kind == "Abs":
        yield part.args[0]
    elif getattr(part, "is_Relational", False):
        yield part.lhs - part.rhs


def truth(condition: Any, sign: Callable[[Any], int]) -> bool:
    kind = type(condition).__name__
    if kind in {"BooleanTrue", "BooleanFalse"}:
        return kind == "BooleanTrue"
    if kind == "And":
        return all(truth(each, sign) for each in condition.args)
    if kind == "Or":
        return any(truth(each, sign) for each in condition.args)
    if kind == "Not":
        return not truth(condition.args[0], sign)
    allowed = {">": {1}, ">=": {0, 1}, "<": {-1}, "<=": {-1, 0}, "==": {0}, "!=": {-1, 1}}
    return sign(condition.lhs - condition.rhs) in allowed[condition.rel_op]


def parts(expression: Any) -> Iterator[Any]:
    """Yield an expression and everything inside it, conditions of cases included."""
    yield expression
    for each in expression.args:
        yield from parts(each)
