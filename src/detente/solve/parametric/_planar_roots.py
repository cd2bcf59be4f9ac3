"""Real roots of polynomials over the rationals, apart from each other, and the projection of curves in the plane."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Root", "all_roots", "projected", "roots_of", "samples"]


@dataclass(frozen=True)
class Root:
    """A real root: rational bounds (equal if it is rational), its exact value, and its polynomial."""

    low: Fraction
    high: Fraction
    value: Any
    polynomial: Any

    def divides(self, expression: Any, variable: Any) -> bool:
        """Return whether an expression in the variable is zero at the root."""
        import sympy

        top = sympy.Poly(sympy.together(expression).as_numer_denom()[0], variable)
        return bool(top.rem(self.polynomial.set_domain("QQ").replace(*self.polynomial.gens, variable)).is_zero)


def _univariate(polynomial: Any, at: int) -> Any:
    """Return a polynomial in one generator as FLINT's univariate one."""
    from flint import fmpq, fmpq_poly

    degree = int(polynomial.degrees()[at])
    coefficients = [fmpq(0)] * (degree + 1)
    for monomial, c in polynomial.terms():
        coefficients[int(monomial[at])] = c
    return fmpq_poly(coefficients)


def roots_of(
    polynomials: Sequence[Any], at: int, span: tuple[Fraction, Fraction], *, closed: bool = False
) -> list[Root]:
    """Return the distinct real roots of polynomials in one generator inside an interval, in order, apart."""
    import sympy

    product = None
    for each in polynomials:
        if not each or each.is_constant():
            continue
        own = _univariate(each, at)
        product = own if product is None else product * (own // own.gcd(product))
    if product is None or product.degree() < 1:
        return []
    x = sympy.Dummy("x")
    low, high = (sympy.Rational(v.numerator, v.denominator) for v in span)
    roots = []
    for factor, _ in product.factor()[1]:
        coefficients = [sympy.Rational(int(c.p), int(c.q)) for c in reversed(factor.coeffs())]
        polynomial = sympy.Poly(coefficients, x)
        if polynomial.degree() == 1:
            value = -coefficients[1] / coefficients[0]
            roots.append((value, value, value, polynomial))
            continue
        for index, ((a, b), _) in enumerate(polynomial.intervals()):
            roots.append((a, b, index, polynomial))
    while True:
        roots.sort(key=lambda root: (root[0], root[1]))
        close = {k + d for k, (one, two) in enumerate(pairwise(roots)) if one[1] >= two[0] for d in (0, 1)} | {
            k for k, (a, b, _, _) in enumerate(roots) if a != b and (a <= low <= b or a <= high <= b)
        }
        close = {k for k in close if roots[k][0] != roots[k][1]}
        if not close:
            break
        for k in close:
            a, b, index, polynomial = roots[k]
            roots[k] = (*polynomial.refine_root(a, b, eps=(b - a) / 4), index, polynomial)
    inside = [
        root for root in roots if (low <= root[0] and root[1] <= high if closed else low < root[0] and root[1] < high)
    ]
    return [
        Root(
            Fraction(int(a.p), int(a.q)),
            Fraction(int(b.p), int(b.q)),
            value if a == b else _real_root(polynomial, value),
            polynomial,
        )
        for a, b, value, polynomial in inside
    ]


def _real_root(polynomial: Any, index: int) -> Any:
    return polynomial.real_roots()[index]


def all_roots(polynomials: Sequence[Any], at: int, span: tuple[Fraction, Fraction]) -> list[Root]:
    """Return the roots inside an open interval of those polynomials that hold a generator."""
    return roots_of([each for each in polynomials if each and int(each.degrees()[at]) > 0], at, span)


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
