"""Rational expressions over a box: exact values, enclosures, and enclosures of slopes.

The numbers are FLINT's rationals. Enclosures are Moore's interval arithmetic on the expression tree, after every
parameter in which the expression is monotone has moved to the end that gives the extreme (Moore 1966, chapter 6).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.formula import symbol
from detente.games.rational import NotRational, Tree, fast, tree
from detente.numbers import exact

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Box", "Form", "RiskForm", "Span", "Values", "fractions", "full_box", "is_rational", "times"]

#: Parameters up to which all corners of a box are tried.
_CORNERS = 6
#: Exact values of parameters, as FLINT rationals.
Values = dict[str, Any]
#: Lower and upper end, as FLINT rationals.
Span = tuple[Any, Any]
Box = dict[str, Span]


def _value(node: Tree, values: Mapping[str, Any]) -> Any:
    kind = node[0]
    if kind == "s":
        return values[node[1]]
    if kind == "n":
        return node[1]
    if kind == "+":
        total = _value(node[1][0], values)
        for arg in node[1][1:]:
            total += _value(arg, values)
        return total
    if kind == "*":
        total = _value(node[1][0], values)
        for arg in node[1][1:]:
            total *= _value(arg, values)
        return total
    if kind == "^":
        return _value(node[1], values) ** node[2]
    raise NotRational


def is_rational(expression: Any) -> bool:
    """Return whether an expression is a rational function of its parameters."""

    def walk(node: Tree) -> bool:
        if node[0] in "+*":
            return all(map(walk, node[1]))
        return walk(node[1]) if node[0] == "^" else node[0] != "?"

    return walk(tree(expression))


def times(a: Span, b: Span) -> Span:
    """Return the product of two intervals."""
    if a[0] >= 0 and b[0] >= 0:
        return a[0] * b[0], a[1] * b[1]
    ends = (a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1])
    return min(ends), max(ends)


def _enclose(node: Tree, box: Mapping[str, Span]) -> Span:
    kind = node[0]
    if kind == "s":
        return box[node[1]]
    if kind == "n":
        return node[1], node[1]
    if kind == "+":
        low, high = _enclose(node[1][0], box)
        for arg in node[1][1:]:
            a, b = _enclose(arg, box)
            low, high = low + a, high + b
        return low, high
    if kind == "*":
        total = _enclose(node[1][0], box)
        for arg in node[1][1:]:
            total = times(total, _enclose(arg, box))
        return total
    if kind == "^":
        low, high = _enclose(node[1], box)
        power = node[2]
        if power < 0:
            if low <= 0 <= high:
                raise NotRational
            low, high, power = 1 / high, 1 / low, -power
        if power == 1:
            return low, high
        raised = (low**power, high**power)
        if power % 2 == 0 and low <= 0 <= high:
            return low * 0, max(raised)
        return min(raised), max(raised)
    raise NotRational


class Form:
    """One rational expression of parameters."""

    def __init__(self, expression: Any) -> None:
        self.expression = expression
        self.tree = tree(expression)
        self.names = tuple(sorted(each.name for each in expression.free_symbols))
        self._slopes: dict[str, tuple[Tree, Tree, bool]] = {}

    def value(self, values: Mapping[str, Any]) -> Any:
        """Return the exact value, or None where there is none that is rational."""
        try:
            return _value(self.tree, values)
        except (NotRational, ZeroDivisionError):
            return None

    def slope(self, name: str, box: Mapping[str, Span]) -> Span | None:
        """Return an enclosure of the derivative by a parameter over a box, or None at a pole.

        The derivative is enclosed as it stands and with common factors taken out; both are sound, and so is
        what they have in common.
        """
        plain, factored, _ = self._derivative(name)
        try:
            low, high = _enclose(plain, box)
            if low < 0 < high and plain is not factored:
                other = _enclose(factored, box)
                low, high = max(low, other[0]), min(high, other[1])
        except NotRational:
            return None
        return low, high

    def _derivative(self, name: str) -> tuple[Tree, Tree, bool]:
        """Return the derivative by a parameter, plain and factored, and whether it is free of the parameter."""
        if name not in self._slopes:
            import sympy

            derivative = self.expression.diff(symbol(name))
            free = symbol(name) not in derivative.free_symbols
            self._slopes[name] = tree(derivative), tree(sympy.factor_terms(derivative)), free
        return self._slopes[name]

    def affine_in(self, name: str) -> bool:
        """Return whether the expression is affine in a parameter."""
        return self._derivative(name)[2]

    def direction(self, name: str, box: Mapping[str, Span]) -> int:
        """Return 1 or -1 where the expression is proved monotone in a parameter over a box, else 0."""
        span = self.slope(name, box)
        return 0 if span is None else 1 if span[0] >= 0 else -1 if span[1] <= 0 else 0

    def extreme(self, box: Mapping[str, Span], *, high: bool, known: Mapping[str, int]) -> Any:
        """Return a bound above (or below) over a box, or None at a pole.

        It is exact where the expression is monotone in each parameter, or affine in those in which it is not.

        ``known`` holds directions that are already proved on a box around this one.
        """
        face: Box = {}
        open_names = []
        for name in self.names:
            span = box[name]
            direction = known.get(name, 0)
            if span[0] == span[1] or direction:
                end = span[1] if (direction > 0) == high else span[0]
                face[name] = (end, end)
            else:
                face[name] = span
                open_names.append(name)
        moved = True
        while moved and open_names:
            moved = False
            for name in list(open_names):
                direction = self.direction(name, face)
                if direction:
                    end = face[name][1] if (direction > 0) == high else face[name][0]
                    face[name] = (end, end)
                    open_names.remove(name)
                    moved = True
        if len(open_names) <= _CORNERS and all(map(self.affine_in, open_names)):
            # Affine in each of the open parameters, the expression has its extremes at corners.
            fixed = {name: span[0] for name, span in face.items()}
            corners = product(*(face[name] for name in open_names))
            values = [self.value({**fixed, **dict(zip(open_names, corner, strict=True))}) for corner in corners]
            return None if None in values else max(values) if high else min(values)
        try:
            return _enclose(self.tree, face)[1 if high else 0]
        except NotRational:
            return None


class RiskForm:
    """The expression a1+ a2+ - b1+ b2+ of four losses, with x+ the larger of x and 0.

    Its sign is that of the difference of Nash products where all four losses are positive.
    """

    def __init__(self, a1: Form, a2: Form, b1: Form, b2: Form) -> None:
        self.parts = (a1, a2, b1, b2)
        self.names = tuple(sorted({name for part in self.parts for name in part.names}))

    @cached_property
    def expression(self) -> Any:
        """The difference of products without the cuts at 0."""
        a1, a2, b1, b2 = (part.expression for part in self.parts)
        return a1 * a2 - b1 * b2

    def value(self, values: Mapping[str, Any]) -> Any:
        """Return the exact value, or None where there is none that is rational."""
        found = [part.value(values) for part in self.parts]
        if any(each is None for each in found):
            return None
        a1, a2, b1, b2 = (max(each, each * 0) for each in found)
        return a1 * a2 - b1 * b2

    def slope(self, name: str, box: Mapping[str, Span]) -> Span | None:
        """Return an enclosure of every generalized derivative by a parameter over a box, or None at a pole."""
        spans, slopes = [], []
        for part in self.parts:
            ends = [part.extreme(box, high=high, known={}) for high in (False, True)]
            steep = part.slope(name, box) if name in part.names else (0, 0)
            if ends[0] is None or ends[1] is None or steep is None:
                return None
            low, high = ends
            if high <= 0:
                steep = (0, 0)
            elif low < 0:
                steep = (min(steep[0], 0), max(steep[1], 0))
            spans.append((max(low, 0), max(high, 0)))
            slopes.append(steep)
        parts = [times(slopes[i], spans[i ^ 1]) for i in range(4)]
        return (
            parts[0][0] + parts[1][0] - parts[2][1] - parts[3][1],
            parts[0][1] + parts[1][1] - parts[2][0] - parts[3][0],
        )

    def direction(self, name: str, box: Mapping[str, Span]) -> int:
        """Return 1 or -1 where the expression is proved monotone in a parameter over a box, else 0."""
        span = self.slope(name, box)
        return 0 if span is None else 1 if span[0] >= 0 else -1 if span[1] <= 0 else 0

    def extreme(self, box: Mapping[str, Span], *, high: bool, known: Mapping[str, int]) -> Any:
        """Return a bound above (or below) over a box, or None at a pole."""
        face: Box = {}
        for name in self.names:
            span = box[name]
            direction = known.get(name, 0) if span[0] != span[1] else 1
            end = span[1] if (direction > 0) == high else span[0]
            face[name] = (end, end) if direction else span
        ends = [part.extreme(face, high=(k < 2) == high, known={}) for k, part in enumerate(self.parts)]
        if any(each is None for each in ends):
            return None
        a1, a2, b1, b2 = (max(each, each * 0) for each in ends)
        return a1 * a2 - b1 * b2


def full_box(game: Any, box: Mapping[str, object] | None = None) -> Box:
    """Return the ranges of all parameters as FLINT rationals; ``box`` replaces some by a pair or a value."""
    ranges = {name: (interval.low, interval.high) for name, interval in game.parameters.items()}
    for name, given in (box or {}).items():
        if name not in ranges:
            game.point({name: 0})  # refuses the name
        low, high = given if isinstance(given, (tuple, list)) else (given, given)
        ranges[name] = (exact(low), exact(high))
        if ranges[name][0] > ranges[name][1]:
            raise UsageError(f"found the range {given!r} of {name}; expected low <= high")
    return {name: (fast(low), fast(high)) for name, (low, high) in ranges.items()}


def fractions(values: Values) -> dict[str, Fraction]:
    """Return FLINT rationals as Fractions."""
    return {name: Fraction(int(value.p), int(value.q)) for name, value in values.items()}
