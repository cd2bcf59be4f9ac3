"""Expressions over a box: values, enclosures, and enclosures of slopes.

The numbers are FLINT's rationals. Enclosures are those of :mod:`detente.solve.parametric.intervals`, after every
parameter in which the expression is monotone has moved to the end that gives the extreme (Moore 1966, chapter 6).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions._kept_bounds import KeptBounds
from detente.errors import UsageError
from detente.formula import symbol
from detente.games.rational import NotRational, Tree, fast, is_known, is_rational, shared_value, tree
from detente.numbers import exact
from detente.solve.parametric.intervals import Span, derivative, differentiated, times
from detente.solve.parametric.point_signs import sign_at

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Box",
    "Form",
    "RiskForm",
    "Span",
    "Values",
    "direction_of",
    "form_of",
    "fractions",
    "full_box",
    "is_known",
    "is_rational",
]

#: Parameters up to which all corners of a box are tried.
_CORNERS = 6
#: Exact values of parameters, as FLINT rationals.
Values = dict[str, Any]
Box = dict[str, Span]


def direction_of(slope: Span | None) -> int:
    """Return 1 or -1 where a slope keeps to one side of 0, else 0."""
    return 0 if slope is None else 1 if slope[0] >= 0 else -1 if slope[1] <= 0 else 0


class Form:
    """One expression of parameters."""

    def __init__(self, expression: Any) -> None:
        self.expression = expression
        self.tree = tree(expression)
        self.names = tuple(sorted(each.name for each in expression.free_symbols))
        self._slopes: dict[str, tuple[Tree, bool]] = {}
        #: Bounds of parts over the box, the face and the point that were looked at last.
        self._steep = KeptBounds(self.names)
        self._faces = {high: KeptBounds(self.names) for high in (False, True)}
        self._points = KeptBounds(self.names)

    @cached_property
    def size(self) -> int:
        """The effort of bounding the expression and its slopes: its parts, once for each of its parameters."""
        return int(self.expression.count_ops() + 1) * len(self.names)

    def span(self, values: Mapping[str, Any], known: dict[int, Any] | None = None) -> Span | None:
        """Return close bounds of the value at a point, equal where it is rational; None where it has none.

        ``known`` keeps what terms are worth at this point for other expressions.
        """
        try:
            found = shared_value(self.tree, values, {} if known is None else known)
        except ZeroDivisionError:
            return None
        except NotRational:
            try:
                return self._points.enclose(self.tree, {name: (values[name], values[name]) for name in self.names})
            except NotRational:
                return None
        return found, found

    def value(self, values: Mapping[str, Any], known: dict[int, Any] | None = None) -> Any:
        """Return the exact value at a point, or a close rational number of the same sign where it is irrational.

        None where it has no value, or its sign is open. ``known`` as in :meth:`span`.
        """
        found = self.span(values, known)
        if found is None or found[0] == found[1]:
            return None if found is None else found[0]
        if found[0] > 0 or found[1] < 0:
            return found[0] if found[0] > 0 else found[1]
        sign = sign_at(self.expression, values)
        if not sign:
            return None if sign is None else found[0] * 0
        return found[1] if sign > 0 else found[0]

    def most(self, values: Mapping[str, Any], orient: int) -> Any:
        """Return the value times 1 or -1, rounded up where it is irrational; None where it has none."""
        found = self.span(values)
        return None if found is None else found[1] if orient > 0 else -found[0]

    def slope(self, name: str, box: Mapping[str, Span]) -> Span | None:
        """Return an enclosure of the derivative by a parameter over a box, or None at a pole.

        The derivative is enclosed as it stands and with common factors taken out; both are sound, and so is
        what they have in common.
        """
        try:
            low, high = self._steep.enclose(self._derivative(name)[0], box)
            if low < 0 < high:
                # common factors are looked for only where they may tell more: that is slow
                other = self._steep.enclose(derivative(self.expression, name, factored=True), box)
                low, high = max(low, other[0]), min(high, other[1])
        except NotRational:
            return None
        return low, high

    def _derivative(self, name: str) -> tuple[Tree, bool]:
        """Return the derivative by a parameter, and whether it is a number or free of it."""
        if name not in self._slopes:
            found = derivative(self.expression, name)
            free = found != ("?",) and symbol(name) not in differentiated(self.expression, name).free_symbols
            self._slopes[name] = found, free
        return self._slopes[name]

    def affine_in(self, name: str) -> bool:
        """Return whether the expression is affine in a parameter."""
        return self._derivative(name)[1]

    def direction(self, name: str, box: Mapping[str, Span]) -> int:
        """Return 1 or -1 where the expression is proved monotone in a parameter over a box, else 0."""
        return direction_of(self.slope(name, box))

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
            spans = [self.span({**fixed, **dict(zip(open_names, corner, strict=True))}) for corner in corners]
            known_spans = [each for each in spans if each is not None]
            if len(known_spans) < len(spans):
                return None
            return max(each[1] for each in known_spans) if high else min(each[0] for each in known_spans)
        try:
            return self._faces[high].enclose(self.tree, face)[1 if high else 0]
        except NotRational:
            return None


@lru_cache(maxsize=8192)
def form_of(expression: Any) -> Form:
    """Return the form of an expression; the slopes that one question works out serve the next."""
    return Form(expression)


class RiskForm:
    """The expression a1+ a2+ - b1+ b2+ of four losses, with x+ the larger of x and 0.

    Its sign is that of the difference of Nash products where all four losses are positive.
    """

    def __init__(self, a1: Form, a2: Form, b1: Form, b2: Form) -> None:
        self.parts = (a1, a2, b1, b2)
        self.names = tuple(sorted({name for part in self.parts for name in part.names}))

    @property
    def size(self) -> int:
        """The effort of bounding the expression: that of its parts."""
        return sum(part.size for part in self.parts)

    @cached_property
    def expression(self) -> Any:
        """The difference of products without the cuts at 0."""
        a1, a2, b1, b2 = (part.expression for part in self.parts)
        return a1 * a2 - b1 * b2

    def span(self, values: Mapping[str, Any], known: dict[int, Any] | None = None) -> Span | None:
        """Return close bounds of the value at a point, equal where it is rational; None where it has none."""
        found = [part.span(values, known) for part in self.parts]
        if any(each is None for each in found):
            return None
        a1, a2, b1, b2 = ((max(low, low * 0), max(high, high * 0)) for low, high in found)  # type: ignore[misc]
        gain, loss = times(a1, a2), times(b1, b2)
        return gain[0] - loss[1], gain[1] - loss[0]

    def value(self, values: Mapping[str, Any], known: dict[int, Any] | None = None) -> Any:
        """Return the exact value at a point, or a close rational number of the same sign; None where this is open."""
        found = self.span(values, known)
        if found is None or found[0] == found[1]:
            return None if found is None else found[0]
        return found[0] if found[0] > 0 else found[1] if found[1] < 0 else None

    def most(self, values: Mapping[str, Any], orient: int) -> Any:
        """Return the value times 1 or -1, rounded up where it is irrational; None where it has none."""
        found = self.span(values)
        return None if found is None else found[1] if orient > 0 else -found[0]

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
        return direction_of(self.slope(name, box))

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
