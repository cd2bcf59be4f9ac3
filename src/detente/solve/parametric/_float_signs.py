"""Polynomials at many points in floats, with a bound on the error: most signs are certain without exact arithmetic.

The bound is the usual one of rounding error analysis: a sum of n products of at most d factors, each known to one
rounding, is off by at most about (n + 2*d) roundings of the sum of the sizes of its terms. Where the value is not
larger than several times that, its sign is not told here.

References
----------
N. J. Higham (2002), Accuracy and Stability of Numerical Algorithms, second edition, SIAM, chapter 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.solve.parametric.intervals import Span

    Floats = NDArray[np.float64]

__all__ = ["Terms", "as_float", "certain_signs", "row", "terms_of", "values_at"]

#: Twice the relative error of one rounding, and how far an enclosure may spread to count as rounded once.
ROUNDING, NARROW = 2.0**-52, 2.0**-52
#: Sizes of numbers, and numbers of factors, whose products are far from the ends of the range of floats.
LARGE, MOST_FACTORS = 1e20, 12


class Terms(NamedTuple):
    """A polynomial in floats: coefficients, and for each the variables with their powers."""

    factors: list[float]
    powers: list[list[tuple[int, int]]]
    degree: int


def as_float(value: Any) -> float:
    """Return a rational number of FLINT as the nearest float, infinite where it is too large for one."""
    try:
        return int(value.p) / int(value.q)
    except OverflowError:
        return float("inf")


def terms_of(polynomial: Any) -> Terms:
    """Return a polynomial in floats."""
    monomials = polynomial.monoms()
    return Terms(
        [as_float(c) for c in polynomial.coeffs()],
        [[(at, int(power)) for at, power in enumerate(monomial) if power] for monomial in monomials],
        max((int(sum(monomial)) for monomial in monomials), default=0),
    )


def row(spans: Sequence[Span]) -> list[float]:
    """Return intervals as floats, not a number where one is wider than a rounding, or far from 1 in size."""
    found = []
    for low, high in spans:
        value = as_float(low)
        narrow = low == high or abs(as_float(high) - value) <= NARROW * abs(value)
        found.append(value if narrow and _moderate(value) else float("nan"))
    return found


def _moderate(value: float) -> bool:
    return value == 0 or 1 / LARGE < abs(value) < LARGE


def values_at(terms: Terms, columns: Mapping[int, Floats] | Sequence[Floats], count: int) -> tuple[Floats, Floats]:
    """Return the value at each of ``count`` points, and the sum of the sizes of its terms."""
    import numpy as np

    value, size = np.zeros(count), np.zeros(count)
    for factor, own in zip(terms.factors, terms.powers, strict=True):
        term: Any = factor
        for k, power in own:
            term = term * (columns[k] if power == 1 else columns[k] ** power)
        value += term
        size += np.abs(term)
    return value, size


def certain_signs(terms: Terms, columns: Sequence[Floats], count: int) -> list[int | None]:
    """Return the sign at each point, None where rounding leaves it open."""
    import numpy as np

    if terms.degree > MOST_FACTORS or not all(map(_moderate, terms.factors)):
        return [None] * count
    with np.errstate(all="ignore"):
        value, size = values_at(terms, columns, count)
        off = (len(terms.factors) + 3 * terms.degree + 8) * ROUNDING * size
        sure = np.isfinite(size) & (np.abs(value) > off)
    return [int(sign) if known else None for sign, known in zip(np.sign(value), sure, strict=True)]
