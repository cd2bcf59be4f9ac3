r"""What a punishment weighs: the sum :math:`S(\delta)` of discount factors over its periods, and its inverse.

``S(delta) = delta + ... + delta^T`` for a punishment of ``T`` periods, ``delta/(1 - delta)`` for one without
end (``periods`` None). It rises strictly from 0 to ``T`` or infinity; :func:`factor_at` inverts it exactly.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from detente.games.symbolic import symbol
from detente.numbers import fraction_of
from detente.solve.parametric.real_roots import polynomial_roots

__all__ = ["as_sympy", "closed_form", "deterrence_polynomial", "factor_at", "punishment_sum"]


def punishment_sum(delta: Any, periods: int | None) -> Any:
    """Return ``S(delta)``."""
    return delta / (1 - delta) if periods is None else sum((delta**k for k in range(2, periods + 1)), start=delta)


def factor_at(ratio: Any, periods: int | None) -> Any:
    """Return the factor at which ``S`` is ``ratio``, strictly between 0 and the supremum of ``S``."""
    if periods is None:
        return ratio / (1 + ratio)
    if periods == 1:
        return ratio
    if isinstance(ratio, float):
        low, high = 0.0, 1.0
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if punishment_sum(middle, periods) < ratio else (low, middle)
        return (low + high) / 2
    return _algebraic_factor(ratio, periods)


@cache
def _algebraic_factor(ratio: Fraction, periods: int) -> Any:
    """Return the root of ``d + ... + d^T = ratio`` in (0, 1): rational, in radicals, or a ``CRootOf``.

    The polynomial has one positive root (Descartes), which is simple: it belongs to the one irreducible
    factor whose sign changes between 0 and 1.
    """
    import sympy
    from flint import fmpq, fmpq_poly

    delta, value = symbol("delta"), sympy.Rational(ratio.numerator, ratio.denominator)
    whole = sympy.Poly(punishment_sum(delta, periods) - value, delta, domain="QQ")
    own = next(each for each, _ in whole.factor_list()[1] if each.eval(0) * each.eval(1) < 0)
    if own.degree() == 1:
        root = -own.eval(0) / own.LC()
        return fraction_of(root)
    if own.degree() == 2:
        a, b, c = own.all_coeffs()
        # Of the two roots the larger: the other is negative, because only one is positive.
        return sympy.expand((-b + sympy.sign(a) * sympy.sqrt(b**2 - 4 * a * c)) / (2 * a))
    if own.degree() == periods == 3:
        return _cardano(value)
    # Roots are numbered from the least. Times (d - 1) the polynomial is d^(T+1) - (1 + ratio) d + ratio,
    # which has one negative root where T is even and none where T is odd.
    negative = 1 - periods % 2 if own.degree() == periods else int(own.count_roots(None, 0))
    ends = [fmpq(int(each.p), int(each.q)) for each in reversed(own.all_coeffs())]
    return polynomial_roots(fmpq_poly(ends))[negative].value


def _cardano(ratio: Any) -> Any:
    """Return the real root of ``d + d^2 + d^3 = ratio`` in real radicals, for ratio >= 0.

    With ``d = x - 1/3`` the cubic is ``x^3 + 2x/3 = 7/27 + ratio``, whose discriminant shows one real
    root; scaled by 3, Cardano's formula has no fractions inside.
    """
    import sympy

    shifted = 27 * ratio + 7
    cube = sympy.cbrt((shifted + sympy.sqrt(shifted**2 + 32)) / 2)
    return (cube - 1 - 2 / cube) / 3


def closed_form(gain: Any, loss: Any, periods: int | None) -> Any:
    """Return the critical factor as an expression, or None beyond three periods."""
    import sympy

    if periods is None:
        return gain / sympy.expand(gain + loss)
    ratio = gain / loss
    if periods == 1:
        return ratio
    if periods == 2:
        return (sympy.sqrt(1 + 4 * ratio) - 1) / 2
    return _cardano(ratio) if periods == 3 else None


def deterrence_polynomial(gain: Any, loss: Any, periods: int | None) -> Any:
    """Return ``S(delta)*loss - gain`` without its positive denominator."""
    import sympy

    delta = symbol("delta")
    gain, loss = as_sympy(gain), as_sympy(loss)
    if periods is None:
        return sympy.expand(gain + loss) * delta - gain
    return loss * punishment_sum(delta, periods) - gain


def as_sympy(value: Any) -> Any:
    """Return a number as SymPy."""
    import sympy

    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    return sympy.Float(value) if isinstance(value, float) else value
