"""From a numerical solution of the indifference equations to the exact one, proved.

A solution that :mod:`detente.solve.many_players._krawczyk` has enclosed is approximated to many digits; lattice
reduction (Lenstra, Lenstra and Lovasz 1982) proposes an irreducible polynomial with it as a root, and each weight as an
element of the field that the root makes. The proposal is then *proved*: in exact arithmetic of that field the
equations hold, and the weights lie in the box that holds a single solution. A wrong proposal cannot pass.

References
----------
A. Lenstra, H. Lenstra, L. Lovasz (1982), "Factoring polynomials with rational coefficients", Mathematische
Annalen 261, 515-534. R. Kannan, A. Lenstra, L. Lovasz (1988), "Polynomial factorization and nonrandomness of
bits of algebraic and some transcendental numbers", Mathematics of Computation 50, 235-250.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.solve.many_players._algebraic import NumberField

if TYPE_CHECKING:
    from detente.solve.many_players._krawczyk import Box, SupportSystem

__all__ = ["MAX_DEGREE", "recognize"]

#: Largest degree of a number field in which solutions are written exactly.
MAX_DEGREE = 10


def recognize(system: SupportSystem, box: Box, payoff_bits: int) -> Any:
    """Return the solution in ``box`` as exact weights on the support (Fraction or Algebraic), or None.

    Cost: lattice reductions in dimension (degree + 2), milliseconds for degree 2, about a second for degree
    10.
    """
    bound = system.degree_bound()
    if bound == 0 or not system.mixing:
        return None
    # Beyond the largest degree a number may still be of low degree, in symmetric games above all.
    ladder = [
        degree for degree in (1, 2, bound if bound <= MAX_DEGREE else 4) if degree <= min(bound, MAX_DEGREE)
    ]
    unknowns = sum(size - 1 for size in system.sizes)
    for degree in dict.fromkeys(ladder):
        bits = (degree + 2) * (24 + 2 * (payoff_bits + 4) * min(unknowns, 2 * degree)) // 2
        for attempt in range(1 if degree < bound else 3):
            for weights_of in (0, 1):
                found = _attempt(system, box, degree, bits << attempt, mixture=bool(weights_of))
                if found is not None:
                    return found
                if degree == 1:
                    break
    return None


def _attempt(system: SupportSystem, box: Box, degree: int, bits: int, *, mixture: bool) -> Any:
    import flint

    found = system.newton(system.free(box.balls), bits + 64)
    if found is None:
        return None
    free, _ = found
    with flint.ctx.workprec(bits + 128):
        generator = (
            sum(((k + 1) * each for k, each in enumerate(free)), start=flint.arb(0)) if mixture else free[0]
        )
        proposal = _integer_relation([generator**k for k in range(degree + 1)], bits)
        if proposal is None:
            return None
        polynomial = flint.fmpz_poly(proposal)
        near = flint.arb(generator.mid(), flint.arb(2) ** -(bits // (degree + 1)))
        factor = _factor_at(polynomial, near)
        if factor is None:
            return None
        field = NumberField(factor, near)
        try:
            field.root(64)
        except AssertionError:
            return None
        order = field.degree
        slope = factor.derivative()(generator)
        inverse = _inverse_mod(factor.derivative(), factor)
        exact: list[Any] = []
        for each in free:
            relation = _integer_relation([-each * slope, *(generator**k for k in range(order))], bits)
            if relation is None or relation[0] == 0:
                return None
            top = flint.fmpq_poly(relation[1:]) / relation[0]
            exact.append(field.element(top * inverse))
    return _proved(system, box, exact)


def _proved(system: SupportSystem, box: Box, free: list[Any]) -> Any:
    """Return full exact weights if the equations hold and the weights lie where only one solution is."""
    import flint

    weights: list[tuple[Any, ...]] = []
    at = 0
    for size in system.sizes:
        own = free[at : at + size - 1]
        at += size - 1
        weights.append((1 - sum(own, start=Fraction(0)), *own))
    for each, within in zip(weights, box.unique, strict=True):
        for weight, ball in zip(each, within, strict=True):
            value = (
                weight.ball(128)
                if hasattr(weight, "ball")
                else flint.arb(flint.fmpq(weight.numerator, weight.denominator))
            )
            if not ball.contains(value):
                return None
    for i in system.mixing:
        plain = _as_fractions(system.equations[i])
        if any(value != 0 for value in system.gains(plain, i, weights)):
            return None
    return tuple(weights)


def _as_fractions(table: Any) -> Any:
    import numpy as np

    return np.vectorize(lambda entry: Fraction(int(entry)), otypes=[object])(table)


def _integer_relation(numbers: list[Any], bits: int) -> list[Any] | None:
    """Return small integers that combine the numbers to about zero, by lattice reduction."""
    import flint

    scale = flint.arb(2) ** bits
    total = len(numbers)
    rows = []
    for k, number in enumerate(numbers):
        rounded = (number * scale + flint.arb(0.5)).mid().floor().unique_fmpz()
        if rounded is None:
            return None
        rows.append([int(j == k) for j in range(total)] + [rounded])
    reduced = flint.fmpz_mat(rows).lll()
    relation = [reduced[0, k] for k in range(total)]
    return relation if any(relation) else None


def _factor_at(polynomial: Any, near: Any) -> Any:
    """Return the irreducible factor with exactly one root in ``near``, if no other has one there."""
    if polynomial.degree() < 1:
        return None
    hits = []
    for factor, _ in polynomial.factor()[1]:
        roots = [
            root for root, _ in factor.complex_roots() if root.real.overlaps(near) and root.imag.contains(0)
        ]
        if len(roots) == 1 and roots[0].imag.is_zero():
            hits.append(factor)
        elif roots:
            return None
    return hits[0] if len(hits) == 1 else None


def _inverse_mod(polynomial: Any, modulus: Any) -> Any:
    import flint

    gcd, inverse, _ = flint.fmpq_poly(polynomial).xgcd(flint.fmpq_poly(modulus))
    return inverse / gcd[0]
