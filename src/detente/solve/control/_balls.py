"""Exact real numbers in enclosures of any precision, and polynomials over them (ball arithmetic of FLINT)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import Enclosure, fraction_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "PRECISIONS",
    "Polynomial",
    "Undecided",
    "ball",
    "ends",
    "number_of",
    "precision",
    "sign",
    "value_of",
    "working_precision",
]

#: Bits of the enclosures; beyond the last, numbers that cannot be told apart are taken as equal.
PRECISIONS = (128, 512, 2048)
#: Decimals to which the ends of a printed enclosure are rounded outward.
_DECIMALS = 24


def working_precision(bits: int) -> Any:
    """Return a context in which balls have so many bits."""
    import flint

    return flint.ctx.workprec(bits)


def precision() -> int:
    """Return the bits in use."""
    import flint

    return int(flint.ctx.prec)


def ball(value: Any) -> Any:
    """Return a ball around an exact number: a Fraction, an integer or a SymPy number without symbols.

    Examples
    --------
    >>> import sympy
    >>> (ball(sympy.sqrt(2)) ** 2 - 2).contains(0)
    True
    """
    import flint
    import sympy

    if isinstance(value, flint.arb):
        return value
    if isinstance(value, (int, Fraction)):
        ratio = Fraction(value)
        return flint.arb(flint.fmpq(ratio.numerator, ratio.denominator))
    if value.is_Rational:
        return flint.arb(flint.fmpq(int(value.p), int(value.q)))
    if value.is_Add or value.is_Mul:
        total = flint.arb(0 if value.is_Add else 1)
        for each in value.args:
            total = total + ball(each) if value.is_Add else total * ball(each)
        return total
    if value.is_Pow:
        if value.exp.is_Integer:
            return ball(value.base) ** int(value.exp)
        return ball(value.base) ** ball(value.exp)
    if isinstance(value, (sympy.exp, sympy.log, sympy.Abs)):
        inner = ball(value.args[0])
        return (
            inner.exp() if isinstance(value, sympy.exp) else inner.log() if isinstance(value, sympy.log) else abs(inner)
        )
    if isinstance(value, (sympy.Min, sympy.Max)):
        parts = [ball(each) for each in value.args]
        found = parts[0]
        for each in parts[1:]:
            found = found.min(each) if isinstance(value, sympy.Min) else found.max(each)
        return found
    raise UsageError(f"found {value}; expected a number made of rationals, powers, exp, log, min and max")


def ends(found: Any) -> tuple[Fraction, Fraction]:
    """Return rational ends of a ball, rounded outward to some decimals."""
    scale = 10**_DECIMALS
    low, high = (found * scale).lower().floor(), (found * scale).upper().ceil()
    return Fraction(int(low.unique_fmpz()), scale), Fraction(int(high.unique_fmpz()), scale)


def value_of(found: Any) -> Enclosure:
    """Return a ball as a number for people and JSON."""
    return Enclosure(*ends(found))


def number_of(value: Any) -> Any:
    """Return an exact number as it is printed: a Fraction where it is rational, else an enclosure."""
    if isinstance(value, (int, Fraction)):
        return Fraction(value)
    if getattr(value, "is_Rational", False):
        return fraction_of(value)
    with working_precision(PRECISIONS[0]):
        return value_of(ball(value))


class Undecided(Exception):  # noqa: N818 - control flow, not an error
    """Two numbers cannot be told apart at the precision in use."""


def sign(value: Any) -> int:
    """Return the sign of a Fraction or of a ball.

    Raises
    ------
    Undecided
        If a ball that is not exactly 0 contains 0.
    """
    if value == 0:
        return 0
    if value > 0 or value < 0:
        return 1 if value > 0 else -1
    raise Undecided


class Polynomial:
    """A polynomial with ball coefficients, lowest degree first; only what the search for roots needs."""

    def __init__(self, coefficients: list[Any]) -> None:
        self.coefficients = coefficients or [ball(0)]

    def __call__(self, at: Any) -> Any:
        total = ball(0)
        for each in reversed(self.coefficients):
            total = total * at + each
        return total

    def derivative(self) -> Polynomial:
        return Polynomial([k * each for k, each in enumerate(self.coefficients)][1:])

    def __add__(self, other: Polynomial) -> Polynomial:
        size = max(len(self.coefficients), len(other.coefficients))
        pad = [each.coefficients + [ball(0)] * (size - len(each.coefficients)) for each in (self, other)]
        return Polynomial([a + b for a, b in zip(*pad, strict=True)])

    def __mul__(self, other: Polynomial) -> Polynomial:
        found = [ball(0)] * (len(self.coefficients) + len(other.coefficients) - 1)
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(other.coefficients):
                found[i + j] = found[i + j] + a * b
        return Polynomial(found)

    def scaled(self, factor: Any) -> Polynomial:
        return Polynomial([factor * each for each in self.coefficients])

    def turns(self, low: Any, high: Any, depth: int = 40) -> Iterator[Any]:
        """Yield balls that together hold every root in an interval, each with one root or too small to cut further.

        Of a polynomial that cannot be told from 0 every point may be a root: the interval is yielded whole.
        """
        import flint

        if all(each.contains(0) for each in self.coefficients):
            yield low.union(high)
            return
        slope = self.derivative()
        stack = [(low, high, depth)]
        while stack:
            a, b, left = stack.pop()
            piece = a.union(b)
            here = self(piece)
            if not here.contains(0):
                continue
            if not slope(piece).contains(0):
                at_a, at_b = self(a), self(b)
                if (at_a > 0 and at_b > 0) or (at_a < 0 and at_b < 0):
                    continue
                yield self._narrowed(a, b, rising=bool(slope(piece) > 0))
                continue
            middle = ((a + b) / 2).mid()
            if left == 0:
                yield piece
                continue
            stack += [(a, flint.arb(middle), left - 1), (flint.arb(middle), b, left - 1)]

    def _narrowed(self, a: Any, b: Any, rising: bool) -> Any:
        """Return a small ball around the one root between a and b, where the polynomial is monotone."""
        import flint

        for _ in range(2 * precision()):
            middle = flint.arb(((a + b) / 2).mid())
            value = self(middle)
            if value.contains(0):
                return self._newton(a.union(b), middle)
            if (value > 0) == rising:
                b = middle
            else:
                a = middle
            if (b - a).abs_upper() < flint.arb(2) ** (-precision() // 2):
                return self._newton(a.union(b), middle)
        return a.union(b)

    def _newton(self, piece: Any, middle: Any) -> Any:
        """Shrink a piece that holds the root by interval Newton steps."""
        slope = self.derivative()
        for _ in range(6):
            steep = slope(piece)
            if steep.contains(0):
                return piece
            smaller = middle - self(middle) / steep
            if not smaller.overlaps(piece):
                return piece
            narrower = smaller.intersection(piece)
            if not narrower.rad() < piece.rad():
                return piece
            piece = narrower
            middle = type(piece)(piece.mid())
        return piece
