"""Roots of functions of one variable that no polynomial gives, each isolated with a certificate.

A function may hold exponentials, logarithms, powers with any exponents, ``min``, ``max``, ``abs`` and cases. An
interval is enclosed by :mod:`detente.solve.parametric.intervals`: where the enclosure excludes 0 there is no root.
Where the derivative keeps its sign, and the ends differ in sign, there is exactly one; where the ends do not, there
is none. The sign of a derivative is found the same way, from the next derivative, so that a root at a rational end at
which the derivative vanishes too is settled. All other intervals are cut in two, at the simplest fraction inside once
they are short. What is left at the least width, such as a double root at an irrational number, is returned as a
*knot*: nothing is said about it. (Moore, Kearfott and Cloud 2009, chapter 8.)
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.formula import symbol
from detente.games.rational import NotRational, Tree, fast, tree
from detente.numbers import Enclosure
from detente.solve.parametric.intervals import Undefined, derivative, enclose
from detente.solve.parametric.point_signs import sign_at
from detente.solve.parametric.real_roots import Root, simplest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.solve.parametric.intervals import Near

__all__ = ["Curve", "CurveRoot", "Knot"]

#: Width, relative to the interval, at which an interval that nothing settles is given up.
_LEAST = Fraction(1, 2**30)
#: Pieces of an interval that are looked at.
_PIECES = 3000
#: Derivatives that are asked for their sign.
_ORDER = 3
#: Digits of the ends of an enclosure, relative to its size.
_DIGITS = 15


class Curve:
    """An expression in one variable."""

    def __init__(self, expression: Any, variable: str) -> None:
        self.expression, self.variable = expression, variable
        self._trees: dict[int, Tree] = {0: tree(expression)}
        self._signs: dict[tuple[int, Fraction], int | None] = {}

    @cached_property
    def _orders(self) -> list[Any]:
        """The expression and its derivatives as far as they were asked for."""
        return [self.expression]

    def _tree(self, order: int) -> Tree:
        if order not in self._trees:
            before = self._derivative(order - 1)
            self._trees[order] = ("?",) if before is None else derivative(before, self.variable)
        return self._trees[order]

    def _derivative(self, order: int) -> Any:
        while len(self._orders) <= order:
            before = self._orders[-1]
            jumps = before is None or derivative(before, self.variable) == ("?",)
            self._orders.append(None if jumps else before.diff(symbol(self.variable)))
        return self._orders[order]

    def sign(self, at: Fraction, order: int = 0, near: Near | None = None) -> int | None:
        """Return the sign of a derivative at a fraction, None where it is undefined or open.

        ``near`` keeps bounds at this fraction, for more expressions.
        """
        if (order, at) not in self._signs:
            expression = self._derivative(order)
            found = None if expression is None else sign_at(expression, {self.variable: fast(at)}, near)
            self._signs[order, at] = found
        return self._signs[order, at]

    def over(self, low: Fraction, high: Fraction, order: int = 0) -> int | None:
        """Return the one sign of a derivative wherever it is defined on a closed interval, None where this is open."""
        try:
            span = enclose(self._tree(order), {self.variable: (fast(low), fast(high))}, partly=True)
        except NotRational:
            return None
        return 1 if span[0] > 0 else -1 if span[1] < 0 else 0 if span[0] == span[1] == 0 else None

    def within(self, low: Fraction, high: Fraction, order: int = 0) -> int | None:
        """Return the one sign of a derivative on an open interval, None where this is open.

        From the enclosure, or from the sign of the next derivative and the signs at the ends.
        """
        found = self.over(low, high, order)
        if found is not None or order >= _ORDER:
            return found
        steep = self.within(low, high, order + 1)
        if steep not in {-1, 1}:
            return None
        ends = self.sign(low, order), self.sign(high, order)
        first, last = ends if steep > 0 else ends[::-1]  # the smaller value first
        if first is not None and first >= 0:
            return 1
        return -1 if last is not None and last <= 0 else None

    def nowhere(self, low: Fraction, high: Fraction) -> bool:
        """Return whether the expression is proved to be defined nowhere on a closed interval."""
        try:
            enclose(self._tree(0), {self.variable: (fast(low), fast(high))}, partly=True)
        except Undefined:
            return True
        except NotRational:
            return False
        return False

    def roots(self, low: Fraction, high: Fraction, key: Any, cuts: Sequence[Root] = ()) -> list[Root]:
        """Return the roots and knots on a closed interval, in order.

        Parameters
        ----------
        low, high : Fraction
            The interval.
        key : hashable
            What the roots are told by.
        cuts : sequence of Root
            Everywhere that the function may cease to be defined, or jump, in order and apart.
        """
        found: list[Root] = []
        knots: list[tuple[Fraction, Fraction]] = []
        least = (high - low) * _LEAST
        within = [each for each in cuts if each.side(low) >= 0 and each.side(high) <= 0]
        marks = [low, *(end for each in within for end in (max(each.low, low), min(each.high, high))), high]
        ends = set(marks)
        # Beside an irrational cut the function may be defined on one side only: there it must not be 0 at all.
        beside = [(a, b) for a, b in zip(marks[1:-1:2], marks[2:-1:2], strict=True) if a < b]
        knots += [each for each in beside if self.over(*each) is None]
        pieces = [(a, b) for a, b in zip(marks[::2], marks[1::2], strict=True) if a < b]
        todo = [(a, b) for a, b in pieces[::-1] if not self.nowhere((a + b) / 2, (a + b) / 2)]
        for _ in range(_PIECES):
            if not todo:
                break
            a, b = todo.pop()
            if self.within(a, b) is not None:
                continue
            first, last = self.sign(a), self.sign(b)
            if first is not None and last is not None and self.within(a, b, 1) in {-1, 1}:
                if first * last < 0:
                    found.append(self._isolated(a, b, key))
                continue
            if b - a < least:
                knots.append((a, b))
                continue
            middle = (a + b) / 2
            if b - a < (high - low) / 64:  # a root at a simple fraction should become an end
                middle = simplest(a + (b - a) / 4, b - (b - a) / 4)
            ends.add(middle)
            todo += [(middle, b), (a, middle)]
        knots += todo
        found += [Root(each, each, frozenset({key})) for each in sorted(ends) if self.sign(each) == 0]
        found += [Knot(a, b, key) for a, b in _joined(knots)]
        return sorted(found, key=lambda root: (root.low, root.high))

    def _isolated(self, low: Fraction, high: Fraction, key: Any) -> Root:
        """Return the one root between fractions at which the signs differ, as a fraction where it is seen to be one."""
        root = CurveRoot(self, low, high, key)
        while root.high - root.low > Fraction(1, 2**24) * (high - low):
            root.refine()
        guess = simplest(root.low, root.high)
        if guess.denominator < 10**4 and root.low < guess < root.high and self.sign(guess) == 0:
            return Root(guess, guess, frozenset({key}))
        return root


class CurveRoot(Root):
    """The one root of a curve between two fractions, at which the signs differ and between which it is monotone."""

    def __init__(self, curve: Curve, low: Fraction, high: Fraction, key: Any) -> None:
        super().__init__(low, high, frozenset({key}))
        self.curve, self._below = curve, curve.sign(low)
        self.exact, self.stuck = False, False

    def refine(self) -> None:
        """Halve the bounds; a middle at which the sign is 0 is the root."""
        if self.low == self.high:
            return
        middle = (self.low + self.high) / 2
        here = self.curve.sign(middle)
        if here == 0:
            self.low = self.high = middle
            self.exact = True
        elif here == self._below:
            self.low = middle
        elif here is not None:
            self.high = middle
        else:  # too close to tell: the bounds stand as they are
            self.stuck = True

    @property
    def value(self) -> Any:
        """The fraction it is, or else an enclosure with ends of few digits."""
        if self.low == self.high:
            return super().value
        size = max(abs(self.low), abs(self.high))
        while self.high - self.low > size / 10 ** (_DIGITS + 1) and not self.stuck:
            self.refine()
        if self.low == self.high:
            return super().value
        for digits in range(_DIGITS - 2, 200, 6):
            scale = Fraction(10) ** digits
            low, high = math.floor(self.low * scale) / scale, math.ceil(self.high * scale) / scale
            if high - low <= size / 10**_DIGITS * 10 and self._certified(low, high):
                return Enclosure(low, high)
        return Enclosure(self.low, self.high)

    def _certified(self, low: Fraction, high: Fraction) -> bool:
        """Return whether wider bounds hold this root and no other."""
        signs = self.curve.sign(low), self.curve.sign(high)
        return signs == (self._below, -(self._below or 0)) and self.curve.within(low, high, 1) in {-1, 1}


class Knot(Root):
    """An interval on which it is not known whether a curve has roots."""

    certain = False
    exact = False

    def __init__(self, low: Fraction, high: Fraction, key: Any) -> None:
        super().__init__(low, high, frozenset({key}))

    @property
    def value(self) -> Any:
        """An enclosure of whatever is there."""
        return Enclosure(self.low, self.high)


def _joined(intervals: Sequence[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """Return intervals in order, those that meet as one."""
    joined: list[tuple[Fraction, Fraction]] = []
    for low, high in sorted(intervals):
        if joined and low <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(high, joined[-1][1])
        else:
            joined.append((low, high))
    return joined
