"""Sets of discount factors decided by the signs of polynomials: exact unions of intervals in (0, 1).

The unit interval is cut at the roots of all polynomials at hand. Between two neighboring roots no sign changes, so one
rational point decides a whole piece, and a root is a piece of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.games.rational import fast
from detente.games.symbolic import symbol
from detente.numbers import fraction_of
from detente.solve.parametric.real_roots import (
    PolynomialRoot,
    Root,
    apart,
    polynomial_key,
    polynomial_roots,
    samples_between,
)
from detente.solve.repeated.factor_sets import FactorInterval
from detente.solve.repeated.punishment_sum import as_sympy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["FactorLine", "FactorSet", "as_expression", "number_at"]


class FactorLine:
    """The discount factors in (0, 1), cut at the roots of polynomials.

    Parameters
    ----------
    polynomials : iterable of fmpq_poly
        The polynomials whose signs will be asked for.

    Attributes
    ----------
    roots : list of Root
        The places where one of them vanishes, in order.
    samples : list of Fraction
        One rational factor between any two neighboring places, and before and after them.

    Examples
    --------
    >>> from flint import fmpq_poly
    >>> line = FactorLine([fmpq_poly([-1, 1, 1])])  # d + d^2 = 1
    >>> [str(each) for each in line.where(line.signs(fmpq_poly([-1, 1, 1])), (0, 1)).intervals()]
    ['[(sqrt(5) - 1)/2, 1)']
    """

    def __init__(self, polynomials: Iterable[Any]) -> None:
        factors: dict[Any, Any] = {}
        for polynomial in polynomials:
            for each in _factors(polynomial):
                factors[polynomial_key(each)] = each
        zero, one = Fraction(0), Fraction(1)
        found = [root for each in factors.values() for root in polynomial_roots(each)]
        self.roots: list[Root] = apart([root for root in found if root.side(zero) > 0 and root.side(one) < 0])
        self.samples = samples_between(self.roots, zero, one)

    def signs(self, polynomial: Any) -> tuple[int, ...]:
        """Return the signs of one of the polynomials: piece, root, piece, root, .., piece."""
        if polynomial == 0:
            return (0,) * (2 * len(self.roots) + 1)
        own = {polynomial_key(each) for each in _factors(polynomial)}
        found: list[int] = []
        for k, sample in enumerate(self.samples):
            value = polynomial(fast(sample))
            found.append((value > 0) - (value < 0))
            if k < len(self.roots):
                # where it does not vanish it has the sign of the piece before
                found.append(0 if own & self.roots[k].keys else found[-1])
        return tuple(found)

    def where(self, signs: Sequence[int], wanted: Sequence[int]) -> FactorSet:
        """Return the factors at which a sign is among those wanted."""
        return FactorSet(self, tuple(each in wanted for each in signs))

    def everywhere(self, holds: bool = True) -> FactorSet:
        """Return all factors, or none."""
        return FactorSet(self, (holds,) * (2 * len(self.roots) + 1))

    def place(self, factor: Any) -> int:
        """Return the number of the piece or root that a factor in (0, 1) belongs to."""
        if isinstance(factor, float):
            for k, root in enumerate(self.roots):
                if float(root.value) == factor:
                    return 2 * k + 1
            factor = Fraction(factor)
        if not isinstance(factor, Fraction):
            return self._algebraic_place(factor)
        for k, root in enumerate(self.roots):
            side = root.side(factor)
            if side >= 0:
                return 2 * k + 1 if side == 0 else 2 * k
        return 2 * len(self.roots)

    def _algebraic_place(self, factor: Any) -> int:
        own = _root_of(factor)
        for k, root in enumerate(self.roots):
            if own.keys & root.keys and _same(own, root):
                return 2 * k + 1
            if own.keys & root.keys:
                while own.high >= root.low and root.high >= own.low:
                    own.refine()
                    root.refine()
            else:
                apart([own, root])
            if own.high < root.low:
                return 2 * k
        return 2 * len(self.roots)


def _factors(polynomial: Any) -> list[Any]:
    return [each for each, _ in polynomial.factor()[1]] if polynomial.degree() > 0 else []


def _root_of(number: Any) -> PolynomialRoot:
    """Return an algebraic number as a root that can be compared."""
    import sympy
    from flint import fmpq, fmpq_poly

    x = sympy.Symbol("x")
    coefficients = sympy.minimal_polynomial(number, x, polys=True).all_coeffs()
    factor = fmpq_poly([fmpq(int(each.p), int(each.q)) for each in reversed(coefficients)])
    value = Fraction(str(sympy.N(number, 60)))
    width = Fraction(1, 10**50)
    for root in polynomial_roots(factor):
        while root.high - root.low > width:
            root.refine()
        if root.low - width <= value <= root.high + width:
            assert isinstance(root, PolynomialRoot)
            return root
    raise AssertionError(f"{number} is a root of its minimal polynomial")


def _same(a: PolynomialRoot, b: Root) -> bool:
    return isinstance(b, PolynomialRoot) and a.index == b.index


def number_at(root: Root) -> Any:
    """Return a root as a Fraction where it is rational, else as a SymPy number."""
    value = root.value
    return fraction_of(value) if value.is_Rational else value


@dataclass(frozen=True)
class FactorSet:
    """Some pieces and roots of a line: ``flags`` says of each piece, root, piece, .. whether it belongs."""

    line: FactorLine = field(repr=False)
    flags: tuple[bool, ...]

    @property
    def empty(self) -> bool:
        """Whether no factor belongs."""
        return not any(self.flags)

    def __and__(self, other: FactorSet) -> FactorSet:
        return FactorSet(self.line, tuple(a and b for a, b in zip(self.flags, other.flags, strict=True)))

    def __or__(self, other: FactorSet) -> FactorSet:
        return FactorSet(self.line, tuple(a or b for a, b in zip(self.flags, other.flags, strict=True)))

    def __invert__(self) -> FactorSet:
        return FactorSet(self.line, tuple(not each for each in self.flags))

    def contains(self, factor: Any) -> bool:
        """Return whether a factor in (0, 1) belongs; exact or algebraic numbers are decided exactly."""
        return self.flags[self.line.place(factor)]

    def intervals(self) -> tuple[FactorInterval, ...]:
        """Return the set as intervals from the least on, single factors as closed ones."""
        found: list[FactorInterval] = []
        first: int | None = None
        for k, inside in enumerate((*self.flags, False)):
            if inside and first is None:
                first = k
            elif not inside and first is not None:
                found.append(self._interval(first, k - 1))
                first = None
        return tuple(found)

    def _interval(self, first: int, last: int) -> FactorInterval:
        roots = self.line.roots
        low = Fraction(0) if first == 0 else number_at(roots[(first - 1) // 2])
        high = Fraction(1) if last == 2 * len(roots) else number_at(roots[last // 2])
        return FactorInterval(low, high, first % 2 == 1, last % 2 == 1)

    def least(self) -> Any:
        """Return the least factor, 0 where all belong, None where there is no least one."""
        if all(self.flags):
            return Fraction(0)
        found = self.intervals()
        return found[0].low if found and found[0].low_closed else None

    def samples(self) -> list[tuple[Fraction, bool]]:
        """Return one rational factor in each piece with whether it belongs."""
        return [(sample, self.flags[2 * k]) for k, sample in enumerate(self.line.samples)]

    def condition(self) -> Any:
        """Return the set as a SymPy condition on delta in (0, 1)."""
        import sympy

        delta = symbol("delta")
        if all(self.flags):
            return sympy.true
        parts = []
        for each in self.intervals():
            if each.low == each.high:
                parts.append(sympy.Eq(delta, as_sympy(each.low)))
                continue
            ends = []
            if each.low != 0:
                ends.append((sympy.Ge if each.low_closed else sympy.Gt)(delta, as_sympy(each.low)))
            if each.high != 1:
                ends.append((sympy.Le if each.high_closed else sympy.Lt)(delta, as_sympy(each.high)))
            parts.append(sympy.And(*ends))
        return sympy.Or(*parts)


def as_expression(polynomial: Any) -> Any:
    """Return a polynomial of FLINT in delta as a SymPy expression."""
    import sympy

    delta = symbol("delta")
    return sum(
        (sympy.Rational(int(each.p), int(each.q)) * delta**k for k, each in enumerate(polynomial.coeffs())),
        start=sympy.Integer(0),
    )
