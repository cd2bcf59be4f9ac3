"""Rational functions of one variable that remember what they were divided by.

As expressions are, they are added, multiplied and divided without a look at values; but common factors of numerator and
denominator are taken out at once, so that long formulas stay short. Where something was divided by zero there is no
value, even if the division cancels: the divisors tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from detente.games.rational import NotRational, Tree, fast
from detente.numbers import fraction_of
from detente.solve.parametric.real_roots import polynomial_key

__all__ = ["Quotient"]


@dataclass(frozen=True, eq=False, slots=True)
class Quotient:
    """A quotient of univariate polynomials of FLINT, and everything that was divided by, by what identifies it.

    Examples
    --------
    >>> from flint import fmpq_poly
    >>> x = Quotient.of(fmpq_poly([0, 1]))
    >>> half = (x * x - 1) / (2 * (x - 1))
    >>> print(half.at(Fraction(3)), half.at(Fraction(1)))
    2 None
    """

    top: Any
    bottom: Any
    divided: dict[tuple[int, ...], Any]

    @classmethod
    def of(cls, polynomial: Any) -> Quotient:
        """Return a polynomial as a quotient."""
        return cls(polynomial, _one(), {})

    @classmethod
    def along(cls, node: Tree, name: str, point: Any) -> Quotient:
        """Return a tree as a quotient along one name, with values of all others.

        Raises
        ------
        NotRational
            If a part of it is no rational function.
        ZeroDivisionError
            If it divides by zero for every value.
        """
        kind = node[0]
        if kind == "s":
            return cls.of(_polynomial([0, 1] if node[1] == name else [fast(point[node[1]])]))
        if kind == "n":
            return cls.of(_polynomial([node[1]]))
        if kind in "+*":
            total: Quotient = cls.along(node[1][0], name, point)
            for arg in node[1][1:]:
                other = cls.along(arg, name, point)
                total = total + other if kind == "+" else total * other
            return total
        if kind == "^":
            base: Quotient = cls.along(node[1], name, point)
            return base.power(node[2])
        raise NotRational

    @property
    def is_number(self) -> bool:
        """Whether it is the same number everywhere."""
        return self.top.degree() <= 0 and self.bottom.degree() <= 0 and not self.divided

    def at(self, x: Fraction) -> Fraction | None:
        """Return the value at a fraction, None where something is divided by zero."""
        here = fast(x)
        below = self.bottom(here)
        if not below or any(not each(here) for each in self.divided.values()):
            return None
        found = self.top(here) / below
        return fraction_of(found)

    def __add__(self, other: Any) -> Quotient:
        other = _quotient(other)
        top = self.top * other.bottom + other.top * self.bottom
        return _reduced(top, self.bottom * other.bottom, self.divided, other.divided)

    def __mul__(self, other: Any) -> Quotient:
        other = _quotient(other)
        return _reduced(self.top * other.top, self.bottom * other.bottom, self.divided, other.divided)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Quotient:
        return Quotient(-self.top, self.bottom, self.divided)

    def __sub__(self, other: Any) -> Quotient:
        return self + -_quotient(other)

    def __rsub__(self, other: Any) -> Quotient:
        return _quotient(other) + -self

    def __truediv__(self, other: Any) -> Quotient:
        return self * _quotient(other).power(-1)

    def power(self, exponent: int) -> Quotient:
        """Return a whole power."""
        if exponent >= 0:
            return Quotient(self.top**exponent, self.bottom**exponent, self.divided)
        if not self.top:
            raise ZeroDivisionError
        divided = self.divided
        if self.top.degree() > 0:
            divided = {**divided, polynomial_key(self.top): self.top}
        return Quotient(self.bottom**-exponent, self.top**-exponent, divided)


def _quotient(value: Any) -> Quotient:
    return value if isinstance(value, Quotient) else Quotient.of(_polynomial([value]))


def _reduced(top: Any, bottom: Any, *divided: dict[tuple[int, ...], Any]) -> Quotient:
    """Return a quotient without common factors."""
    if bottom.degree() > 0:
        common = top.gcd(bottom)
        if common.degree() > 0:
            top, bottom = top // common, bottom // common
    first, second = divided
    return Quotient(top, bottom, {**first, **second} if first and second else first or second)


def _polynomial(coefficients: list[Any]) -> Any:
    return _kind()(coefficients)


@cache
def _kind() -> Any:
    """Return FLINT's polynomial, looked up once: most calls take less time than an import."""
    from flint import fmpq_poly

    return fmpq_poly


@cache
def _one() -> Any:
    return _polynomial([1])
