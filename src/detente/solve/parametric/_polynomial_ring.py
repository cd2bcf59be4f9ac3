"""Payoffs as polynomials over the rationals, and back.

Expressions become quotients of FLINT's multivariate polynomials. Generators are the names as they are written,
derived names included, so that conditions read as the payoffs do; for signs a polynomial is rewritten in parameters
alone. What is no rational function, such as a square root, is a generator of its own.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.games.rational import fast, rational_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from detente.games.symbolic import SymbolicGame

__all__ = ["Quotient", "Ring", "key_of", "monic"]

#: Numerator and denominator.
Quotient = tuple[Any, Any]


def _generators(expressions: Iterable[Any]) -> list[Any]:
    """Return the symbols and irrational parts of expressions, each once, symbols first and by name."""
    found: dict[Any, None] = {}
    seen: set[Any] = set()
    stack = list(expressions)
    while stack:
        each = stack.pop()
        if each in seen:
            continue
        seen.add(each)
        if each.is_Rational:
            continue
        if each.is_Add or each.is_Mul:
            stack.extend(each.args)
        elif each.is_Pow and each.exp.is_Integer:
            stack.append(each.base)
        else:
            found[each] = None
    return sorted(found, key=lambda each: (not each.is_Symbol, str(each)))


def key_of(polynomial: Any) -> tuple[Any, ...]:
    """Return what identifies a polynomial within its ring and can be hashed."""
    return tuple((monomial, int(c.p), int(c.q)) for monomial, c in polynomial.terms())


def monic(polynomial: Any) -> tuple[Any, Any]:
    """Return ``(unit, primitive)`` with coprime integer coefficients, the first one positive.

    ``polynomial == unit * primitive`` with ``unit`` a rational number.
    """
    from math import gcd, lcm

    coefficients = polynomial.coeffs()
    bottom = lcm(*(int(c.q) for c in coefficients))
    top = gcd(*(int(c.p) * (bottom // int(c.q)) for c in coefficients))
    unit = fast(Fraction(top if coefficients[0] > 0 else -top, bottom))
    return unit, polynomial / unit


class Ring:
    """Polynomials over the rationals in given generators (SymPy symbols, or irrational expressions)."""

    def __init__(self, expressions: Iterable[Any]) -> None:
        from flint import Ordering, fmpq_mpoly_ctx

        self.generators = tuple(_generators(expressions))
        self.names = tuple(f"x{k}" for k in range(len(self.generators)))
        self.context = fmpq_mpoly_ctx.get(self.names, Ordering.degrevlex)
        self.zero, self.one = self.context.constant(0), self.context.constant(1)
        self._known: dict[Any, Quotient] = {
            each: (own, self.one) for each, own in zip(self.generators, self.context.gens(), strict=True)
        }

    def quotient(self, expression: Any) -> Quotient:
        """Return an expression as a numerator over a denominator without common factors.

        Raises
        ------
        ZeroDivisionError
            If it divides by what is identically zero.
        """
        found = self._known.get(expression)
        if found is None:
            found = self._known[expression] = self._quotient(expression)
        return found

    def _quotient(self, expression: Any) -> Quotient:
        if expression.is_Rational:
            from flint import fmpq

            return self.context.constant(fmpq(int(expression.p), int(expression.q))), self.one
        if expression.is_Pow:
            top, bottom = self.quotient(expression.base)
            power = int(expression.exp)
            return (top**power, bottom**power) if power >= 0 else self._signed(bottom**-power, top**-power)
        top, bottom = self.quotient(expression.args[0])
        for arg in expression.args[1:]:
            other_top, other_bottom = self.quotient(arg)
            if expression.is_Mul:
                top, bottom = self.reduced(top * other_top, bottom * other_bottom)
            elif bottom == other_bottom:
                top = top + other_top
            else:
                top, bottom = self.reduced(top * other_bottom + other_top * bottom, bottom * other_bottom)
        return top, bottom

    def reduced(self, top: Any, bottom: Any) -> Quotient:
        """Return a quotient in lowest terms."""
        if bottom.is_constant():
            return (top, bottom) if bottom.is_one() else (top / bottom.leading_coefficient(), self.one)
        common = top.gcd(bottom)
        if not common.is_constant():
            top, bottom = top / common, bottom / common
        return self._signed(top, bottom)

    def _signed(self, top: Any, bottom: Any) -> Quotient:
        if bottom.is_zero():
            raise ZeroDivisionError
        unit, primitive = monic(bottom)
        return top / unit, primitive

    def expression(self, polynomial: Any) -> Any:
        """Return a polynomial as SymPy, expanded."""
        import sympy

        terms = []
        for monomial, c in polynomial.terms():
            factors = [
                each if power == 1 else each ** int(power)
                for each, power in zip(self.generators, monomial, strict=True)
                if power
            ]
            terms.append(sympy.Mul(sympy.Rational(int(c.p), int(c.q)), *factors))
        return sympy.Add(*terms)

    def ratio(self, top: Any, bottom: Any) -> Any:
        """Return a quotient as SymPy: numerator and denominator factored where they factor."""
        top, bottom = self.reduced(top, bottom)
        return self.factored(top) / self.factored(bottom)

    def factored(self, polynomial: Any) -> Any:
        """Return a polynomial as SymPy, as the product of its irreducible factors."""
        import sympy

        if polynomial.is_constant():
            return self.expression(polynomial)
        unit, factors = polynomial.factor()
        if len(factors) == 1 and factors[0][1] == 1:
            return self.expression(polynomial)
        parts = [sympy.Rational(int(unit.p), int(unit.q))]
        return sympy.Mul(*parts, *(self.expression(each) ** int(power) for each, power in factors))


class GameRing(Ring):
    """The ring of a game's names, and the ring of its parameters alone in which signs are decided."""

    def __init__(self, game: SymbolicGame, expressions: Sequence[Any]) -> None:
        super().__init__(expressions)
        self.game = game
        expanded = [game.expand(each) for each in self.generators]
        self.base = self if list(self.generators) == expanded else Ring(expanded)
        self._expanded = expanded
        self._forms: dict[tuple[Any, ...], Any] = {}

    @cached_property
    def _images(self) -> list[Quotient]:
        return [self.base.quotient(each) for each in self._expanded]

    @cached_property
    def plain(self) -> bool:
        """True where the payoffs use parameters only, as they are."""
        return self.base is self

    def sign_form(self, polynomial: Any) -> Any:
        """Return a polynomial in parameters that has the sign of ``polynomial`` wherever this is defined."""
        if self.plain:
            return polynomial
        key = key_of(polynomial)
        if key not in self._forms:
            self._forms[key] = self._form(polynomial)
        return self._forms[key]

    def _form(self, polynomial: Any) -> Any:
        images = self._images
        if all(bottom.is_one() for _, bottom in images):
            return polynomial.compose(*(top for top, _ in images), ctx=self.base.context)
        degrees = [int(degree) for degree in polynomial.degrees()]
        total = self.base.zero
        for monomial, c in polynomial.terms():
            term = self.base.context.constant(c)
            for (top, bottom), power, most in zip(images, monomial, degrees, strict=True):
                term = term * top ** int(power) * bottom ** (most - int(power))
            total = total + term
        for (_, bottom), most in zip(images, degrees, strict=True):
            if most % 2:
                total = total * bottom
        return total

    @cached_property
    def poles(self) -> list[Any]:
        """Polynomials in parameters that the derived names divide by."""
        return [] if self.plain else [bottom for _, bottom in self._images if not bottom.is_constant()]

    def evaluator(self) -> Callable[[Any, Mapping[str, Fraction]], Any]:
        """Return a function of a base polynomial and a point: its value, or None where it is irrational."""
        generators = self.base.generators

        def value(polynomial: Any, point: Mapping[str, Fraction]) -> Any:
            values = []
            for each, used in zip(generators, polynomial.degrees(), strict=True):
                own = rational_value(each, point) if each.is_Symbol or used else Fraction(0)
                if own is None:
                    return None
                values.append(fast(own))
            return polynomial(*values)

        return value
