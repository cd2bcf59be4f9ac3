"""Real roots of polynomials over the rationals, apart from each other, and the projection of curves in the plane."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from detente.solve.parametric.real_roots import apart, polynomial_key, polynomial_roots

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from detente.solve.parametric.real_roots import Root

__all__ = ["all_roots", "projected", "samples"]


def _univariate(polynomial: Any, at: int) -> Any:
    """Return a polynomial in one generator as FLINT's univariate one."""
    from flint import fmpq, fmpq_poly

    degree = int(polynomial.degrees()[at])
    coefficients = [fmpq(0)] * (degree + 1)
    for monomial, c in polynomial.terms():
        coefficients[int(monomial[at])] = c
    return fmpq_poly(coefficients)


def all_roots(polynomials: Sequence[Any], at: int, span: tuple[Fraction, Fraction]) -> list[Root]:
    """Return the distinct roots inside an open interval of those polynomials that hold a generator, in order, apart."""
    factors: dict[Any, Any] = {}
    for each in polynomials:
        if each and int(each.degrees()[at]) > 0:
            for factor, _ in _univariate(each, at).factor()[1]:
                factors.setdefault(polynomial_key(factor), factor)
    roots = apart([root for factor in factors.values() for root in polynomial_roots(factor)])
    low, high = span
    return [root for root in roots if root.side(low) > 0 and root.side(high) < 0]


def projected(curves: Sequence[Any], order: Sequence[int], span: tuple[Fraction, Fraction]) -> list[Root]:
    """Return where, along the first parameter, curves in two begin, end, cross or turn back."""
    first, second = order
    name = next(iter(curves)).context().names()[second] if curves else ""
    upright = [each for each in curves if not int(each.degrees()[second])]
    rest = [each for each in curves if int(each.degrees()[second])]
    found = list(upright)
    for each in rest:
        degree = int(each.degrees()[second])
        for power in range(degree + 1):
            coefficient = _coefficient(each, second, power)
            if coefficient and not coefficient.is_constant():
                found.append(coefficient)
                if power == degree:
                    continue
        if degree > 1:
            found.append(each.discriminant(name))
    found += [a.resultant(b, name) for a, b in combinations(rest, 2)]
    return all_roots(found, first, span)


def _coefficient(polynomial: Any, at: int, power: int) -> Any:
    """Return the coefficient of a power of one generator."""
    context = polynomial.context()
    return context.from_dict(
        {
            tuple(0 if k == at else int(e) for k, e in enumerate(monomial)): c
            for monomial, c in polynomial.terms()
            if int(monomial[at]) == power
        }
    )


def samples(roots: Sequence[Root], span: tuple[Fraction, Fraction]) -> list[Fraction]:
    """Return a rational point in each open interval between the ends of the span and the roots."""
    marks = [(span[0], span[0]), *((root.low, root.high) for root in roots), (span[1], span[1])]
    return [(a[1] + b[0]) / 2 for a, b in pairwise(marks)]
