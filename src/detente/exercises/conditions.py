"""Whether two conditions on one number hold for the same values.

Both are turned into signs of polynomials with rational coefficients. Between two neighboring roots of all of them,
nothing changes, so that it is enough to look at every root inside the range and once between each two: the answer is
exact, whatever the two texts look like.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import FormulaError, UnknownName
from detente.numbers import fraction_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.formula import Formula, Node

__all__ = ["MAX_DEGREE", "Range", "holds_at", "same_condition"]

#: Largest degree of a polynomial that an answer may have.
MAX_DEGREE = 12
#: Largest number of digits of a number in an answer.
MAX_DIGITS = 60


@dataclass(frozen=True)
class Range:
    """The values of ``variable`` that matter: from ``low`` to ``high``, the ends included where ``closed``."""

    variable: str
    low: Fraction
    high: Fraction
    closed: bool = True


def holds_at(condition: Formula, variable: str, value: Fraction) -> bool:
    """Return whether a condition holds where its one variable has a rational value."""
    return bool(condition.evaluate({variable: value}))


def same_condition(one: Formula, other: Formula, within: Range) -> bool:
    """Return whether two conditions on one variable hold at the same values within a range.

    Raises
    ------
    FormulaError
        If a condition has another name in it, or something else than ``+ - * / **`` and comparisons.

    Examples
    --------
    >>> from detente.formula import parse
    >>> one, other = (parse(text, condition=True) for text in ("2*d >= 1", "d > 1/2 or d == 1/2"))
    >>> same_condition(one, other, Range("d", Fraction(0), Fraction(1)))
    True
    """
    from flint import fmpq_poly

    sides = [_Condition(each, within.variable) for each in (one, other)]
    product = fmpq_poly([1])
    for side in sides:
        for polynomial in side.polynomials:
            for factor, _ in _factors(polynomial):
                if product.gcd(factor).degree() == 0:
                    product *= factor
    roots = _isolated(product, within)
    points: list[tuple[Fraction, Fraction]] = []
    last = within.low
    for low, high in roots:
        points += [((last + low) / 2,) * 2, (low, high)]
        last = high
    points.append(((last + within.high) / 2,) * 2)
    if within.closed:
        points += [(within.low,) * 2, (within.high,) * 2]
    return all(sides[0].at(*point) == sides[1].at(*point) for point in points)


def _factors(polynomial: Any) -> list[tuple[Any, int]]:
    if polynomial.degree() < 1:
        return []
    return [(factor, power) for factor, power in polynomial.factor()[1] if factor.degree() > 0]


def _isolated(product: Any, within: Range) -> list[tuple[Fraction, Fraction]]:
    """Return disjoint intervals, each around one root inside the range, in order; rational roots as points."""
    if product.degree() < 1:
        return []
    factors = [factor for factor, _ in product.factor()[1]]
    if all(factor.degree() == 1 for factor in factors):  # most answers: every root is rational
        roots = sorted(fraction_of(each) for each in (-factor[0] / factor[1] for factor in factors))
        return [(root, root) for root in roots if within.low < root < within.high]
    import sympy

    coefficients = [sympy.Rational(int(each.p), int(each.q)) for each in reversed(product.coeffs())]
    x = sympy.Symbol("x")
    found = []
    for (low, high), _ in sympy.Poly(coefficients, x).intervals():
        a, b = (fraction_of(each) for each in (low, high))
        if a != b:
            a, b = _narrowed(product, a, b, within)
        if within.low < b and a < within.high and not (a == b and a in (within.low, within.high)):
            found.append((a, b))
    return sorted(found)


def _narrowed(product: Any, low: Fraction, high: Fraction, within: Range) -> tuple[Fraction, Fraction]:
    """Return a small interval around the one root inside, whose ends are no roots, or the root where it is rational."""
    slope = product.derivative()
    below = _sign(product, low) or _sign(slope, low)  # where the end is another root: the sign just inside
    first = (low, high)
    for _ in range(400):
        moved = low != first[0] and high != first[1]
        if moved and high - low < Fraction(1, 2**20) and not any(low <= end <= high for end in (within.low, within.high)):
            break
        middle = (low + high) / 2
        at = _sign(product, middle)
        if at == 0:
            return middle, middle
        if at == below:
            low = middle
        else:
            high = middle
    rational = ((low + high) / 2).limit_denominator(1000)
    return (rational, rational) if low <= rational <= high and _sign(product, rational) == 0 else (low, high)


def _sign(polynomial: Any, at: Fraction) -> int:
    from flint import fmpq

    value = polynomial(fmpq(at.numerator, at.denominator))
    return int(value > 0) - int(value < 0)


class _Condition:
    """A condition as a test of signs: each comparison is a numerator and a denominator in one variable."""

    def __init__(self, formula: Formula, variable: str) -> None:
        self.text, self.variable = formula.text, variable
        self.polynomials: list[Any] = []
        self._test = self._built(formula.root)

    def at(self, low: Fraction, high: Fraction) -> bool:
        """Return whether the condition holds at the one root in an interval, or at a point."""
        return self._test(low, high)

    def _fail(self, node: Node, found: str, expected: str = "") -> FormulaError:
        return FormulaError(self.text, max(node.column, 1), found, expected)

    def _built(self, node: Node) -> Callable[[Fraction, Fraction], bool]:
        if node.op in ("and", "or"):
            parts = [self._built(part) for part in node.args]
            join = all if node.op == "and" else any
            return lambda low, high: join(part(low, high) for part in parts)
        if node.op == "not":
            inner = self._built(node.args[0])
            return lambda low, high: not inner(low, high)
        left, right = (self._ratio(part) for part in node.args)
        top = left[0] * right[1] - right[0] * left[1]
        bottom = left[1] * right[1]
        if max(top.degree(), bottom.degree()) > MAX_DEGREE:
            raise self._fail(node, "found a polynomial of high degree", f"expected at most {MAX_DEGREE}")
        self.polynomials += [top, bottom]
        op = node.op

        def test(low: Fraction, high: Fraction) -> bool:
            below = _root_sign(bottom, low, high)
            if below == 0:
                return False  # a division by zero holds nowhere
            sign = _root_sign(top, low, high) * below
            return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0, "==": sign == 0, "!=": sign != 0}[op]

        return test

    def _ratio(self, node: Node) -> tuple[Any, Any]:
        from flint import fmpq, fmpq_poly

        one = fmpq_poly([1])
        if node.op == "number":
            value = Fraction(node.value)
            if max(len(str(abs(value.numerator))), len(str(value.denominator))) > MAX_DIGITS:
                raise self._fail(node, "found a very long number", f"expected at most {MAX_DIGITS} digits")
            return fmpq_poly([fmpq(value.numerator, value.denominator)]), one
        if node.op == "name":
            if node.value != self.variable:
                raise UnknownName(self.text, max(node.column, 1), str(node.value), f"expected {self.variable!r}")
            return fmpq_poly([0, 1]), one
        if node.op == "neg":
            top, bottom = self._ratio(node.args[0])
            return -top, bottom
        if node.op not in ("+", "-", "*", "/", "**"):
            raise self._fail(node, f"found {node.op}()", "expected numbers, the variable and + - * / **")
        if node.op == "**":
            return self._power(node)
        (a, b), (c, d) = (self._ratio(part) for part in node.args)
        if node.op == "+":
            made = a * d + c * b, b * d
        elif node.op == "-":
            made = a * d - c * b, b * d
        elif node.op == "*":
            made = a * c, b * d
        else:
            if c.degree() < 0:
                raise self._fail(node, "found a division by zero")
            made = a * d, b * c
        if max(each.degree() for each in made) > MAX_DEGREE:
            raise self._fail(node, "found a polynomial of high degree", f"expected at most {MAX_DEGREE}")
        return made

    def _power(self, node: Node) -> tuple[Any, Any]:
        top, bottom = self._ratio(node.args[0])
        exponent = node.args[1]
        if exponent.op != "number" or exponent.value.denominator != 1 or not 0 <= exponent.value <= MAX_DEGREE:
            raise self._fail(node, "found a power", f"expected a whole exponent from 0 to {MAX_DEGREE}")
        power = int(exponent.value)
        if max(top.degree(), bottom.degree()) * power > MAX_DEGREE:
            raise self._fail(node, "found a polynomial of high degree", f"expected at most {MAX_DEGREE}")
        return top**power, bottom**power


def _root_sign(polynomial: Any, low: Fraction, high: Fraction) -> int:
    """Return the sign of a polynomial at the one root that the interval isolates, or at the point."""
    if low == high or polynomial.degree() < 1:
        return _sign(polynomial, low)
    simple = polynomial // polynomial.gcd(polynomial.derivative())  # a double root does not change the sign
    return 0 if _sign(simple, low) != _sign(simple, high) else _sign(polynomial, low)
