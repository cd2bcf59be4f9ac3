"""Polynomials over the unit cube: bounds and signs.

All in exact rationals. On the unit cube every monomial lies in [0, 1], so the sums of the negative and of the
positive coefficients enclose a polynomial. Variables in which it is monotone move to an end. What is left is cut in
halves until a budget of pieces is spent. Systems of several: :mod:`detente.solve.parametric._common_points`.

References
----------
R. E. Moore (1966), Interval Analysis, section 3.2. E. Hansen, G. W. Walster (2004), Global Optimization Using
Interval Analysis, chapter 12.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.games.rational import fast
from detente.numbers import fraction_of
from detente.solve.parametric.signs import bounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.solve.parametric._polynomial_ring import Ring

__all__ = ["Literal", "UnitBox", "affordable", "direction", "enclosure", "meets"]

#: A polynomial that is positive (True) or at least not negative (False).
Literal = tuple[Any, bool]
#: Pieces into which the cube may be cut for the sign of one polynomial.
SIGN_PIECES = 60
#: Pieces times terms that one question may cost.
WORK = 3000


class UnitBox:
    """A box of parameters as the unit cube, and polynomials of a ring over it."""

    def __init__(self, ring: Ring, box: Mapping[str, tuple[Fraction, Fraction] | None]) -> None:
        from flint import Ordering, fmpq_mpoly_ctx

        spans: list[tuple[Fraction, Fraction] | None] = []
        known = {name: span for name, span in box.items() if span is not None}
        for each in ring.generators:
            span = box[each.name] if each.is_Symbol else bounds(each, known)
            spans.append(span)
        self.unbounded = tuple(k for k, span in enumerate(spans) if span is None)
        self.moving = [k for k, span in enumerate(spans) if span is None or span[0] != span[1]]
        self.names = tuple(ring.names[k] for k in self.moving)
        self.context = fmpq_mpoly_ctx.get(self.names, Ordering.degrevlex)
        self.zero, self.one = self.context.constant(0), self.context.constant(1)
        self.gens = self.context.gens()
        self.spans = [spans[k] for k in self.moving]
        self.free = {self.names[i] for i, k in enumerate(self.moving) if spans[k] is None}
        own = dict(zip(self.moving, self.gens, strict=True))
        self._images = []
        for k, span in enumerate(spans):
            if span is None:
                self._images.append(own[k])
            elif span[0] == span[1]:
                self._images.append(self.context.constant(fast(span[0])))
            else:
                self._images.append(fast(span[0]) + fast(span[1] - span[0]) * own[k])
        self.halves = [
            [
                tuple((g + shift) / 2 if i == at else g for i, g in enumerate(self.gens))
                for shift in (0, 1)
            ]
            for at in range(len(self.gens))
        ]  # fmt: skip

    def form(self, polynomial: Any) -> Any:
        """Return a polynomial of the ring as one over the unit cube."""
        return (
            polynomial.compose(*self._images, ctx=self.context)
            if self._images
            else self.context.constant(polynomial.leading_coefficient() if polynomial else 0)
        )

    def bounded(self, polynomial: Any) -> bool:
        """Return whether every variable of the polynomial has a known range."""
        return not self.free or not any(
            used and name in self.free for used, name in zip(polynomial.degrees(), self.names, strict=True)
        )

    def extreme(self, polynomial: Any, low: bool) -> tuple[Any, bool]:
        """Return a bound from below (or above), and whether the polynomial takes it."""
        moved = True
        while moved and not polynomial.is_constant():
            moved = False
            for at, used in enumerate(polynomial.degrees()):
                if used:
                    way = direction(polynomial.derivative(at))
                    if way:
                        polynomial = polynomial.subs({self.names[at]: int((way > 0) != low)})
                        moved = True
        if polynomial.is_constant():
            return (polynomial.leading_coefficient() if polynomial else fast(Fraction(0))), True
        return enclosure(polynomial)[0 if low else 1], False

    def signs(self, polynomial: Any, pieces: int = SIGN_PIECES) -> frozenset[int]:
        """Return the signs that a polynomial may take: those left out are proved not to occur."""
        if not self.bounded(polynomial):
            return frozenset({-1, 0, 1})
        signs: set[int] = set()
        stack = [(polynomial, (0,) * len(self.names))]
        pieces = affordable(pieces, [polynomial])
        spent = 0
        while stack:
            piece, cuts = stack.pop()
            (low, low_met), (high, high_met) = self.extreme(piece, True), self.extreme(piece, False)
            if low > 0 or high < 0 or low == high:
                signs.add((low > 0) - (high < 0))
                continue
            signs |= {sign for sign, met in ((_sign(low), low_met), (_sign(high), high_met)) if met}
            if {-1, 1} <= signs:
                return frozenset({-1, 0, 1})
            if low_met and high_met:  # low <= 0 <= high, all of which is taken
                signs |= {-1} if low < 0 else set()
                signs |= {1} if high > 0 else set()
                signs.add(0)
                continue
            spent += 1
            if spent >= pieces:
                for rest, _ in [(piece, cuts), *stack]:
                    least, greatest = self.extreme(rest, True)[0], self.extreme(rest, False)[0]
                    signs |= {s for s, may in ((-1, least < 0), (0, least <= 0 <= greatest), (1, greatest > 0)) if may}
                return frozenset(signs)
            at = _widest(cuts, [piece])
            deeper = (*cuts[:at], cuts[at] + 1, *cuts[at + 1 :])
            stack += [(piece.compose(*half, ctx=self.context), deeper) for half in self.halves[at]]
        return frozenset(signs)


def affordable(pieces: int, polynomials: Sequence[Any]) -> int:
    """Return how many pieces to look at: fewer where polynomials are long, so that none takes more than its share."""
    terms = sum(len(each.coeffs()) for each in polynomials)
    return max(2, min(pieces, WORK // max(terms, 1)))


def meets(value: Any, strict: bool) -> bool:
    """Return whether a value is positive (strict) or at least not negative."""
    return bool(value > 0 or (value == 0 and not strict))


def _sign(value: Any) -> int:
    return int(value > 0) - int(value < 0)


def enclosure(polynomial: Any) -> tuple[Any, Any]:
    """Return bounds over the unit cube from the signs of coefficients."""
    low = high = fast(Fraction(0))
    for monomial, c in polynomial.terms():
        if not any(monomial):
            low, high = low + c, high + c
        elif c > 0:
            high = high + c
        else:
            low = low + c
    return low, high


def direction(slope: Any) -> int:
    """Return 1 or -1 where a polynomial with this derivative is seen not to fall or not to rise, else 0."""
    low, high = enclosure(slope)
    return 1 if low >= 0 else -1 if high <= 0 else 0


def _widest(cuts: Sequence[int], polynomials: Sequence[Any]) -> int:
    """Return the variable that was cut least of those in which the polynomials vary, the steepest of equals."""
    weight = [0.0] * len(cuts)
    for polynomial in polynomials:
        for monomial, c in polynomial.terms():
            size = abs(float(fraction_of(c)))
            for at, power in enumerate(monomial):
                if power:
                    weight[at] += size
    return max((at for at, w in enumerate(weight) if w), key=lambda at: (-cuts[at], weight[at], -at))
