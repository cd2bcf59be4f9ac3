"""Real roots with rational bounds that can be drawn closer, so that they can be put in order.

Roots of irreducible polynomials over the rationals are exact: isolated by FLINT's certified complex roots, given as
SymPy numbers. Roots of other functions (:mod:`detente.solve.parametric.curves`) are known by their enclosure.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.games.rational import fast

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "PolynomialRoot", "Root", "apart", "numbered_root", "polynomial_key", "polynomial_roots", "real_numbers",
    "samples_between", "simplest",
]  # fmt: skip

#: Width, relative to 1 + the size of the root, below which roots of functions that are no polynomials count as one.
_CLOSE = Fraction(1, 2**200)
#: Width of the bounds that roots of SymPy start from: enough for sixty digits.
_NARROW = Fraction(1, 2**240)


class Root:
    """A place on the line between ``low`` and ``high``, which are equal where it is rational.

    ``keys`` name what vanishes there. Where ``certain`` is False it is not known what vanishes between the bounds.
    """

    certain = True
    #: False where the root itself is not known to differ from another number between its bounds.
    exact = True
    #: True where the bounds cannot be drawn closer.
    stuck = False

    def __init__(self, low: Fraction, high: Fraction, keys: frozenset[Any]) -> None:
        self.low, self.high, self.keys = low, high, keys

    @property
    def value(self) -> Any:
        """The root as a number."""
        import sympy

        return sympy.Rational(self.low.numerator, self.low.denominator)

    def refine(self) -> None:
        """Draw the bounds closer; a rational root has none."""

    def side(self, at: Fraction) -> int:
        """Return the sign of the root minus a rational number."""
        while self.low != self.high and self.low < at < self.high:
            self.refine()
        if self.low == self.high:
            return (self.low > at) - (self.low < at)
        return 1 if self.low >= at else -1

    def __repr__(self) -> str:
        return f"<{type(self).__name__} in [{float(self.low):.6g}, {float(self.high):.6g}]>"


class PolynomialRoot(Root):
    """The root number ``index`` of an irreducible polynomial, counted from below.

    Bounds of an irrational one lie strictly on either side of it.
    """

    def __init__(self, factor: Any, index: int, low: Fraction, high: Fraction) -> None:
        super().__init__(low, high, frozenset({polynomial_key(factor)}))
        self.factor, self.index = factor, index
        self._below = factor(fast(low)) > 0

    @cached_property
    def value(self) -> Any:
        """The root as a SymPy number."""
        if self.factor.degree() == 1:
            return super().value
        return _numbers(polynomial_key(self.factor))[self.index]

    def refine(self) -> None:
        """Halve the bounds. At a rational point an irreducible factor of higher degree is never zero."""
        if self.low == self.high:
            return
        middle = (self.low + self.high) / 2
        if (self.factor(fast(middle)) > 0) == self._below:
            self.low = middle
        else:
            self.high = middle


@lru_cache(maxsize=256)
def _numbers(key: tuple[int, ...]) -> tuple[Any, ...]:
    """Return the real roots of an irreducible polynomial of degree two or more as SymPy numbers, in order."""
    import sympy

    coefficients = [sympy.Rational(each, key[-1]) for each in reversed(key)]
    if len(coefficients) == 3:  # the leading one is 1
        middle = -coefficients[1] / 2
        radical = sympy.sqrt(middle**2 - coefficients[2])
        return middle - radical, middle + radical
    from flint import fmpq_poly

    polynomial = sympy.Poly(coefficients, sympy.Symbol("x"))
    bounds = polynomial_roots(fmpq_poly(list(key)))
    return tuple(numbered_root(root, own) for root, own in zip(polynomial.real_roots(), bounds, strict=True))


def numbered_root(root: Any, own: Root) -> Any:
    """Return a root of SymPy that starts from narrow bounds: those of the same root ``own``, drawn closer.

    Every root that leaves detente as a ``CRootOf`` comes from here. SymPy draws bounds closer by continued fractions:
    near a simple fraction, as the root ``1/2 + 2^-32`` of ``d + ... + d^30 = 1``, that takes as many steps as the next
    partial quotient is large, so that ``float(root)`` never returns.
    """
    import sympy
    from sympy.polys.rootisolation import RealInterval

    if not isinstance(root, sympy.polys.rootoftools.ComplexRootOf):
        return root  # in radicals
    while own.high - own.low > _NARROW or own.low <= 0 <= own.high:
        own.refine()
    ends = tuple(sympy.QQ(each.numerator, each.denominator) for each in (own.low, own.high))
    _, whole = root.poly.clear_denoms(convert=True)
    root._set_interval(RealInterval(ends, whole.rep.to_list(), sympy.ZZ))  # noqa: SLF001 - there is no public way
    return root


def real_numbers(polynomial: Any) -> list[Any]:
    """Return the real roots of a polynomial of FLINT over the rationals as SymPy numbers, each once, in order.

    Examples
    --------
    >>> from flint import fmpq_poly
    >>> real_numbers(fmpq_poly([-2, 4, 1, -2]))
    [-sqrt(2), 1/2, sqrt(2)]
    """
    if polynomial.degree() < 1:
        return []
    found = [root for factor, _ in polynomial.factor()[1] for root in polynomial_roots(factor)]
    return [root.value for root in apart(found)]


def polynomial_key(polynomial: Any) -> tuple[int, ...]:
    """Return what identifies a polynomial up to a factor, and can be hashed: coprime integers, the last positive."""
    whole = [int(each) for each in polynomial.numer().coeffs()]
    divisor = math.gcd(*whole) * (1 if whole[-1] > 0 else -1)
    return tuple(each // divisor for each in whole)


def polynomial_roots(factor: Any) -> list[Root]:
    """Return the real roots of an irreducible univariate polynomial of FLINT over the rationals, in order.

    Examples
    --------
    >>> from flint import fmpq_poly
    >>> [str(root.value) for root in polynomial_roots(fmpq_poly([-2, 0, 1]))]
    ['-sqrt(2)', 'sqrt(2)']
    """
    if factor.degree() == 1:
        found = -factor[0] / factor[1]
        rational = Fraction(int(found.p), int(found.q))
        return [PolynomialRoot(factor, 0, rational, rational)]
    from flint import ctx

    bits = 64
    while True:
        with ctx.workprec(bits):
            balls = [root.real for root, _ in factor.numer().complex_roots() if root.imag == 0]
        ends = sorted((_fraction(ball.lower()), _fraction(ball.upper())) for ball in balls)
        if all(a[1] < b[0] for a, b in pairwise(ends)):
            break
        bits *= 2
    return [PolynomialRoot(factor, index, low, high) for index, (low, high) in enumerate(ends)]


def _fraction(ball: Any) -> Fraction:
    found = ball.fmpq()
    return Fraction(int(found.p), int(found.q))


class _Several(Root):
    """Roots that are too close to each other to be told apart, or equal."""

    def __init__(self, parts: Sequence[Root]) -> None:
        keys: frozenset[Any] = frozenset().union(*(each.keys for each in parts))
        super().__init__(min(each.low for each in parts), max(each.high for each in parts), keys)
        self.certain = self.low == self.high and all(each.certain for each in parts)
        self.exact = self.low == self.high

    @property
    def value(self) -> Any:
        """The number if it is rational, else an enclosure of all of them."""
        from detente.numbers import Enclosure

        return super().value if self.low == self.high else Enclosure(self.low, self.high)


def apart(roots: Sequence[Root]) -> list[Root]:
    """Return roots in order with bounds that do not meet; those that cannot be told apart become one.

    Different irreducible polynomials have no common root, so theirs are always told apart.
    """
    left = list(roots)
    while True:
        left.sort(key=lambda root: (fast(root.low), fast(root.high)))
        close = [(k, k + 1) for k, (a, b) in enumerate(pairwise(left)) if a.high >= b.low]
        if not close:
            return left
        merged = next((pair for pair in close if _inseparable(left[pair[0]], left[pair[1]])), None)
        if merged is not None:
            left[merged[0] : merged[1] + 1] = [_Several([left[merged[0]], left[merged[1]]])]
            continue
        for pair in close:
            for k in pair:
                left[k].refine()


def _inseparable(a: Root, b: Root) -> bool:
    """Return whether two roots whose bounds meet are the same number, or too close to be told apart."""
    if a is not b and isinstance(a, PolynomialRoot) and isinstance(b, PolynomialRoot) and a.low != a.high != b.high:
        return False
    return all(
        each.low == each.high or each.stuck or not each.certain or each.high - each.low < _CLOSE * (1 + abs(each.low))
        for each in (a, b)
    )


def samples_between(roots: Sequence[Root], low: Fraction | None = None, high: Fraction | None = None) -> list[Fraction]:
    """Return one rational point in each open piece between roots in order that are apart.

    ``low`` and ``high`` are the ends of the line, or None where it has none. A root at an end leaves no piece beyond
    it, for which the end itself stands.
    """
    if not roots:
        return [Fraction(0) if low is None or high is None else (low + high) / 2]
    first = Fraction(math.floor(roots[0].low) - 1) if low is None else (low + roots[0].low) / 2
    last = Fraction(math.ceil(roots[-1].high) + 1) if high is None else (high + roots[-1].high) / 2
    return [first, *((a.high + b.low) / 2 for a, b in pairwise(roots)), last]


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """Return the fraction with the least denominator in a closed interval.

    Examples
    --------
    >>> simplest(Fraction(31, 100), Fraction(34, 100))
    Fraction(1, 3)
    """
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = math.floor(low)
    if whole == low:
        return Fraction(whole)
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / simplest(1 / (high - whole), 1 / (low - whole))
