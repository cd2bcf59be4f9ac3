"""Real algebraic numbers of one number field, and numbers known by an enclosure.

An :class:`Algebraic` is a polynomial in a fixed real root of an irreducible integer polynomial. Sums,
products and the test for zero are exact (a reduced polynomial is zero or the number is not); the sign of a
number that is not zero is read off a ball that is refined until it excludes zero. With these numbers
:func:`detente.solve.best_response.regret` works as it stands, so that an irrational equilibrium is certified
by the same code as a rational one.

Cost: products of polynomials of the field's degree, in FLINT.

References
----------
H. Cohen (1993), A Course in Computational Algebraic Number Theory, section 4.2. F. Johansson (2017), "Arb:
efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Transactions on Computers 66,
1281-1292.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from detente.numbers import fraction_of
from detente.solve.parametric.real_roots import numbered_root, polynomial_roots

__all__ = ["Algebraic", "Enclosed", "NumberField", "to_fraction"]


def to_fraction(value: Any) -> Fraction:
    """Return an ``fmpq`` or ``fmpz`` as a Fraction."""
    return fraction_of(value) if hasattr(value, "q") else Fraction(int(value))


def to_fmpq(value: Fraction | float) -> Any:
    import flint

    ratio = Fraction(value)
    return flint.fmpq(ratio.numerator, ratio.denominator)


@dataclass(frozen=True)
class Enclosed:
    """A real number proved to lie in ``[low, high]``, where its exact form is out of reach.

    >>> number = Enclosed(Fraction(61803, 100000), Fraction(61804, 100000))
    >>> float(number), str(number)
    (0.618035, '[0.61803, 0.61804]')
    """

    low: Fraction
    high: Fraction

    @classmethod
    def of(cls, ball: Any, digits: int = 20) -> Enclosed:
        """Return the smallest enclosure of a ball whose ends are decimals with so many digits."""
        import flint

        scale = 10**digits
        with flint.ctx.workprec(4 * digits + 64):
            low, high = (ball * scale).floor().lower(), (ball * scale).ceil().upper()
            return cls(
                Fraction(int(low.floor().unique_fmpz()), scale),
                Fraction(int(high.ceil().unique_fmpz()), scale),
            )

    def __float__(self) -> float:
        return float((self.low + self.high) / 2)

    def __str__(self) -> str:
        return f"[{_decimal(self.low)}, {_decimal(self.high)}]"

    def to_json(self) -> dict[str, Any]:
        """Return the number in the form of the JSON contract."""
        return {"enclosed": [str(self.low), str(self.high)], "float": float(self)}


def _decimal(value: Fraction) -> str:
    """Return a number as a decimal if it is one of at most 40 digits, else as a ratio."""
    digits = next((k for k in range(41) if (value * 10**k).denominator == 1), None)
    if digits is None:
        return str(value)
    text = str(abs(value.numerator * 10**digits // value.denominator)).rjust(digits + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"


class NumberField:
    """The rationals with one real root of an irreducible integer polynomial added.

    Parameters
    ----------
    polynomial : flint.fmpz_poly
        Irreducible, of degree 1 or more.
    near : flint.arb
        A ball that contains exactly one root of the polynomial, which is real.
    """

    __slots__ = ("_near", "_root", "polynomial", "rational")

    def __init__(self, polynomial: Any, near: Any) -> None:
        import flint

        self.polynomial = polynomial
        self.rational = flint.fmpq_poly(polynomial)
        self._near = near
        self._root = (0, near)

    @property
    def degree(self) -> int:
        """The degree of the field over the rationals."""
        return int(self.polynomial.degree())

    def root(self, bits: int) -> Any:
        """Return the root as a ball of about ``bits`` bits."""
        import flint

        if self._root[0] < bits:
            with flint.ctx.workprec(bits + 32):
                here = [
                    root.real
                    for root, _ in self.polynomial.complex_roots()
                    if root.imag.is_zero() and root.real.overlaps(self._near)
                ]
            if len(here) != 1:
                raise AssertionError(
                    f"{len(here)} roots of {self.polynomial} near {self._near}; please report"
                )
            self._root = (bits, here[0])
        return self._root[1]

    def element(self, polynomial: Any) -> Any:
        """Return the element given by a polynomial in the root: a Fraction where it is rational."""
        import flint

        reduced = flint.fmpq_poly(polynomial) % self.rational
        if reduced.degree() <= 0:
            return to_fraction(reduced[0])
        return Algebraic(self, reduced)


class Algebraic:
    """An irrational element of a :class:`NumberField`; results that are rational are Fractions.

    >>> import flint
    >>> field = NumberField(flint.fmpz_poly([-2, 0, 1]), flint.arb(1.5, 0.5))
    >>> root = field.element(flint.fmpq_poly([0, 1]))
    >>> root * root, root > Fraction(7, 5), float(root - 1) < 0.4143
    (Fraction(2, 1), True, True)
    """

    __slots__ = ("field", "polynomial")

    def __init__(self, field: NumberField, polynomial: Any) -> None:
        self.field, self.polynomial = field, polynomial

    def _other(self, other: object) -> Any:
        if isinstance(other, Algebraic):
            if other.field is not self.field:
                raise TypeError("found numbers of two fields; expected one")
            return other.polynomial
        if isinstance(other, (int, float, Fraction)):
            return to_fmpq(Fraction(other))
        return None

    def __add__(self, other: object) -> Any:
        value = self._other(other)
        return NotImplemented if value is None else self.field.element(self.polynomial + value)

    __radd__ = __add__

    def __neg__(self) -> Algebraic:
        return Algebraic(self.field, -self.polynomial)

    def __sub__(self, other: object) -> Any:
        value = self._other(other)
        return NotImplemented if value is None else self.field.element(self.polynomial - value)

    def __rsub__(self, other: object) -> Any:
        return -self + other

    def __mul__(self, other: object) -> Any:
        value = self._other(other)
        return NotImplemented if value is None else self.field.element(self.polynomial * value)

    __rmul__ = __mul__

    def ball(self, bits: int) -> Any:
        """Return an enclosure of about ``bits`` bits."""
        import flint

        with flint.ctx.workprec(bits + 64):
            root = self.field.root(bits + 64)
            value = flint.arb(0)
            for coefficient in reversed(self.polynomial.coeffs()):
                value = value * root + flint.arb(coefficient)
            return value

    def sign(self) -> int:
        """Return 1 or -1; an element of this class is never zero."""
        bits = 64
        while True:
            ball = self.ball(bits)
            if ball > 0:
                return 1
            if ball < 0:
                return -1
            bits *= 2

    def _compare(self, other: object) -> int:
        difference: Any = self - other
        if isinstance(difference, Algebraic):
            return difference.sign()
        return int(difference > 0) - int(difference < 0)

    def __lt__(self, other: object) -> bool:
        return self._compare(other) < 0

    def __le__(self, other: object) -> bool:
        return self._compare(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self._compare(other) > 0

    def __ge__(self, other: object) -> bool:
        return self._compare(other) >= 0

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Algebraic) and self.field is other.field and self.polynomial == other.polynomial
        )

    def __hash__(self) -> int:
        return hash((id(self.field), str(self.polynomial)))

    def __abs__(self) -> Algebraic:
        return self if self.sign() > 0 else -self

    def __float__(self) -> float:
        return float(self.ball(64).mid())

    def __repr__(self) -> str:
        return f"<Algebraic {self.polynomial} at a root of {self.field.polynomial}, about {float(self):.6g}>"

    def minimal_polynomial(self) -> Any:
        """Return the primitive irreducible integer polynomial, lead positive, with this number as root."""
        import flint

        degree = self.field.degree
        rows: list[list[Any]] = []
        for _ in range(degree):
            image = (self.polynomial * flint.fmpq_poly([0] * len(rows) + [1])) % self.field.rational
            rows.append([image[k] for k in range(degree)])
        least = flint.fmpq_poly(flint.fmpq_mat(rows).minpoly()).numer()
        return least if least[least.degree()] > 0 else -least

    def to_sympy(self) -> Any:
        """Return the number as a SymPy expression: with a square root in degree 2, else as a ``CRootOf``."""
        import flint
        import sympy

        if self.field.degree == 2:
            return _quadratic(self)
        least = self.minimal_polynomial()
        if least.degree() == 2:
            field = NumberField(least, self.ball(256))
            return _quadratic(Algebraic(field, flint.fmpq_poly([0, 1])))
        polynomial = sympy.Poly([int(each) for each in least.coeffs()][::-1], sympy.Symbol("x"))
        real = polynomial_roots(flint.fmpq_poly(least))
        bits = 64
        while True:
            mine = self.ball(bits)
            low, high = to_fraction(mine.lower().fmpq()), to_fraction(mine.upper().fmpq())
            hits = [k for k, root in enumerate(real) if root.low <= high and low <= root.high]
            if len(hits) == 1:
                return numbered_root(sympy.CRootOf(polynomial, hits[0], radicals=False), real[hits[0]])
            for root in real:
                root.refine()
            bits *= 2


def _quadratic(number: Algebraic) -> Any:
    """Return an element of a quadratic field as ``(p + q sqrt(r)) / s``, with one r for the whole field.

    Squares of small primes are taken out of r; finding larger ones may be as hard as factoring.
    """
    import sympy

    c, b, a = (int(each) for each in number.field.polynomial.coeffs())
    outside, inside = 1, b * b - 4 * a * c
    for prime, power in sympy.factorint(inside, limit=1000).items():
        if prime < 1000:
            outside *= int(prime) ** (int(power) // 2)
            inside //= int(prime) ** (2 * (int(power) // 2))
    generator = Algebraic(number.field, number.field.rational.__class__([0, 1]))
    side = 1 if (generator + Fraction(b, 2 * a)).sign() == (1 if a > 0 else -1) else -1
    constant, slope = to_fraction(number.polynomial[0]), to_fraction(number.polynomial[1])
    plain = constant - slope * Fraction(b, 2 * a)
    radical = slope * Fraction(side * outside, 2 * a)
    if plain == 0:
        return sympy.Rational(radical.numerator, radical.denominator) * sympy.sqrt(sympy.Integer(inside))
    below = math.lcm(plain.denominator, radical.denominator)
    top = sympy.Integer(int(plain * below)) + sympy.Integer(int(radical * below)) * sympy.sqrt(
        sympy.Integer(inside)
    )
    return sympy.Mul(sympy.Rational(1, below), top, evaluate=False) if below > 1 else top
