"""Eigenvalues of exact matrices: how many have a negative, zero or positive real part, and what they are.

The counts are exact. An irreducible polynomial with a root on the imaginary axis has the opposite of that root too, its
conjugate, so it is x or a polynomial g of x^2; there the negative roots of g are counted exactly, and all other
roots come in pairs of opposite sign. The roots of every other factor lie off the axis and are enclosed until their
side is certain.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

__all__ = ["characteristic_polynomial", "closed_form", "real_part_signs"]

Matrix = list[list[Fraction]]


def characteristic_polynomial(matrix: Matrix) -> Any:
    """Return the characteristic polynomial of a rational matrix as a FLINT polynomial."""
    from flint import fmpq, fmpq_mat

    size = len(matrix)
    entries = [fmpq(each.numerator, each.denominator) for row in matrix for each in row]
    return fmpq_mat(size, size, entries).charpoly()


def real_part_signs(matrix: Matrix) -> tuple[int, int, int]:
    """Return how many eigenvalues have a negative, zero and positive real part, with multiplicity.

    Examples
    --------
    >>> one = Fraction(1)
    >>> real_part_signs([[Fraction(0), -one], [one, Fraction(0)]])
    (0, 2, 0)
    >>> real_part_signs([[-one, one], [Fraction(0), 2 * one]])
    (1, 0, 1)
    """
    negative = zero = positive = 0
    if matrix:
        for factor, multiplicity in characteristic_polynomial(matrix).factor()[1]:
            low, on_axis, high = _signs_of_factor(factor)
            negative, zero, positive = (
                count + multiplicity * more for count, more in ((negative, low), (zero, on_axis), (positive, high))
            )
    return negative, zero, positive


def _signs_of_factor(factor: Any) -> tuple[int, int, int]:
    """Return the counts of an irreducible polynomial."""
    from flint import ctx

    degree = factor.degree()
    if degree == 1 and factor[0] == 0:
        return 0, 1, 0
    if all(factor[k] == 0 for k in range(1, degree + 1, 2)):
        import sympy

        squares = [sympy.Rational(int(factor[k].p), int(factor[k].q)) for k in range(degree, -1, -2)]
        on_axis = 2 * int(sympy.Poly(squares, sympy.Symbol("s")).count_roots(None, 0))
        return (degree - on_axis) // 2, on_axis, (degree - on_axis) // 2
    before = ctx.prec
    try:
        ctx.prec = 64
        while True:
            roots = [root for root, _ in factor.complex_roots()]
            low, high = (sum(test(root) for root in roots) for test in (_is_left, _is_right))
            if low + high == degree:
                return low, 0, high
            ctx.prec *= 2
    finally:
        ctx.prec = before


def _is_left(root: Any) -> bool:
    return bool(root.real < 0)


def _is_right(root: Any) -> bool:
    return bool(root.real > 0)


def closed_form(matrix: Matrix) -> tuple[Any, ...]:
    """Return the eigenvalues as SymPy numbers where radicals of degree two give them all, else as complex floats."""
    import sympy

    if not matrix:
        return ()
    polynomial = characteristic_polynomial(matrix)
    found: list[Any] = []
    for factor, multiplicity in polynomial.factor()[1]:
        coefficients = [sympy.Rational(int(each.p), int(each.q)) for each in factor.coeffs()]
        roots = _radical_roots(coefficients)
        if roots is None:
            roots = [complex(float(root.real.mid()), float(root.imag.mid())) for root, _ in factor.complex_roots()]
        found.extend(root for root in roots for _ in range(multiplicity))
    return tuple(sorted(found, key=lambda root: (-complex(root).real, complex(root).imag)))


def _radical_roots(coefficients: list[Any]) -> list[Any] | None:
    """Return the roots of a polynomial of degree one, two, or two in x^2; None for others."""
    import sympy

    degree = len(coefficients) - 1
    if degree == 1:
        return [-coefficients[0] / coefficients[1]]
    if degree == 2:
        c, b, a = coefficients
        root = sympy.sqrt(b * b - 4 * a * c)
        return [(-b + root) / (2 * a), (-b - root) / (2 * a)]
    if degree == 4 and coefficients[1] == coefficients[3] == 0:
        squares = _radical_roots([coefficients[0], coefficients[2], coefficients[4]])
        assert squares is not None
        return [sign * sympy.sqrt(each) for each in squares for sign in (1, -1)]
    return None
