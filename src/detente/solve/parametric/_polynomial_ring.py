"""Payoffs as polynomials over the rationals, and back.

Expressions become quotients of FLINT's multivariate polynomials. Generators are the names as they are written,
derived names included, so that conditions read as the payoffs do; for signs a polynomial is rewritten in parameters
alone. What is no rational function, such as a square root, is a generator of its own, and so is a derived name whose
formula is none: over a box it counts with its enclosure, as if it moved by itself, which is sound for proofs.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from detente.formula import symbol
from detente.games.rational import NotRational, fast, tree
from detente.solve.parametric.intervals import times
from detente.solve.parametric.point_signs import span_at
from detente.solve.parametric.signs import bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from detente.games.symbolic import SymbolicGame
    from detente.solve.parametric.intervals import Span

__all__ = ["GameRing", "Quotient", "Ring", "key_of", "monic", "sign_over"]

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
    return (str(polynomial),)  # terms come in a fixed order; as text they are had fastest


def monic(polynomial: Any) -> tuple[Any, Any]:
    """Return ``(unit, primitive)`` with coprime integer coefficients, the first one positive.

    ``polynomial == unit * primitive`` with ``unit`` a rational number.
    """
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
        self._expressions: dict[tuple[Any, ...], Any] = {}
        self._products: dict[tuple[Any, ...], Any] = {}

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
        key = key_of(polynomial)
        if key not in self._expressions:
            self._expressions[key] = self._expression(polynomial)
        return self._expressions[key]

    def _expression(self, polynomial: Any) -> Any:
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
        key = key_of(polynomial)
        if key not in self._products:
            self._products[key] = self._product(polynomial)
        return self._products[key]

    def _product(self, polynomial: Any) -> Any:
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
        expanded = [game.expand(each, keep=game.opaque) for each in self.generators]
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

    @property
    def images(self) -> list[Quotient]:
        """The generators as quotients of polynomials in parameters."""
        return [(each, self.one) for each in self.context.gens()] if self.plain else self._images

    def spans(self, point: Mapping[str, Fraction], generators: Sequence[Any] | None = None) -> tuple[Span, ...] | None:
        """Return the generators of the base, or others, at a point, enclosed where irrational; None without a value."""
        values = {name: fast(value) for name, value in point.items()}
        found = []
        for each in self.base.generators if generators is None else generators:
            if each.is_Symbol and each.name in values:
                found.append((values[each.name],) * 2)
                continue
            try:
                found.append(span_at(tree(self.game.expand(each)), values))
            except NotRational:
                return None
        return tuple(found)

    def ranges(self, box: Mapping[str, tuple[Fraction, Fraction]]) -> dict[str, tuple[Fraction, Fraction] | None]:
        """Return the box with an enclosure of every irrational derived name that occurs, None where it has none."""
        names = [each.name for each in self.base.generators if each.is_Symbol and each.name not in box]
        found: dict[str, tuple[Fraction, Fraction] | None] = dict(box)
        return found | {name: bounds(self.game.expand(symbol(name)), box) for name in names}


def sign_over(polynomial: Any, spans: Sequence[Span]) -> int | None:
    """Return the sign of a polynomial over intervals of its generators, None where it is not the same all over."""
    if all(low == high for low, high in spans):
        value = polynomial(*(low for low, _ in spans)) if spans else polynomial.leading_coefficient()
        return int(value > 0) - int(value < 0)
    # what is known exactly stands in first: few terms are left
    names = polynomial.context().names()
    polynomial = polynomial.subs({name: low for name, (low, high) in zip(names, spans, strict=True) if low == high})
    low = high = fast(Fraction(0))
    for monomial, c in polynomial.terms():
        term = (c, c)
        for (a, b), power in zip(spans, monomial, strict=True):
            for _ in range(int(power)):
                term = times(term, (a, b))
        low, high = low + term[0], high + term[1]
    return 1 if low > 0 else -1 if high < 0 else 0 if low == high else None
