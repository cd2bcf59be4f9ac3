"""The sign of an expression over a box of parameters, decided exactly.

Bounds are found in three exact steps, each sound: interval arithmetic on the expression tree (Moore 1966,
section 3.2); parameters in which the expression is monotone, by the sign of its derivative over the box, move
to the end that gives the extreme; what remains is bisected until the question is settled or a budget of
pieces is spent. Nothing is sampled, so "never" and "always" are proved. What the budget does not settle
is left open.
"""

from __future__ import annotations

import random
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente.formula import symbol
from detente.games.rational import NotRational, Tree, fast, rational_value, slope, tree

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Range", "bounds", "corner", "possible_signs", "witnessed_signs"]

#: Lower and upper end of an interval.
Range = tuple[Fraction, Fraction]

#: Pieces into which a box may be cut before a sign is left open.
PIECES = 300


#: The same in the numbers of :mod:`detente.games.rational`.
_Fast = tuple[Any, Any]


def _interval(node: Tree, box: Mapping[str, _Fast]) -> _Fast:
    """Return an enclosure of a node over a box by interval arithmetic in exact rationals."""
    kind = node[0]
    if kind == "s":
        return box[node[1]]
    if kind == "n":
        return node[1], node[1]
    if kind == "+":
        parts = [_interval(arg, box) for arg in node[1]]
        return sum(part[0] for part in parts), sum(part[1] for part in parts)
    if kind == "*":
        low, high = _interval(node[1][0], box)
        for arg in node[1][1:]:
            a, b = _interval(arg, box)
            ends = (low * a, low * b, high * a, high * b)
            low, high = min(ends), max(ends)
        return low, high
    if kind == "^":
        low, high = _interval(node[1], box)
        power = node[2]
        if power < 0:
            if low <= 0 <= high:
                raise NotRational
            low, high, power = 1 / high, 1 / low, -power
        raised = (low**power, high**power)
        if power % 2 == 0 and low <= 0 <= high:
            return low * 0, max(raised)
        return min(raised), max(raised)
    raise NotRational


def bounds(expression: Any, box: Mapping[str, Range]) -> Range | None:
    """Return an exact enclosure of ``expression`` over ``box``, or None where it cannot be bounded.

    ``expression`` holds parameters only (no derived names). The enclosure is tight where the expression
    is monotone in every parameter over the box.
    """
    try:
        low, high = (_interval(tree(expression), _push(expression, box, low))[0 if low else 1] for low in (True, False))
    except NotRational:
        return None
    return Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q))


@lru_cache(maxsize=4096)
def _slope(expression: Any, name: str, factored: bool) -> Tree:
    """Return the derivative by a parameter as a tree; ``factored`` takes common factors out, which bounds better."""
    if not factored:
        return slope(tree(expression), name) or tree(expression * 0)
    import sympy

    return tree(sympy.factor_terms(expression.diff(symbol(name))))


def _direction(expression: Any, name: str, box: Mapping[str, _Fast]) -> int:
    """Return 1 or -1 where the expression is proved not to fall or not to rise in a parameter over the box, else 0.

    A derivative that has no pole on the box belongs to an expression that has none along this parameter.
    """
    for factored in (False, True):
        try:
            least, greatest = _interval(_slope(expression, name, factored), box)
        except NotRational:
            continue
        if least >= 0 or greatest <= 0:
            return 1 if least >= 0 else -1
    return 0


def _push(expression: Any, box: Mapping[str, Range], low: bool) -> dict[str, _Fast]:
    """Move every parameter in which the expression is monotone to the end that gives the extreme.

    On the face that this leaves, further parameters may be monotone; so until nothing moves.
    """
    names = sorted(each.name for each in expression.free_symbols)
    fixed = {name: (fast(box[name][0]), fast(box[name][1])) for name in names}
    moved = True
    while moved:
        moved = False
        for name in names:
            start, end = fixed[name]
            if start == end:
                continue
            direction = _direction(expression, name, fixed)
            if direction:
                at = start if (direction > 0) == low else end
                fixed[name] = (at, at)
                moved = True
    return fixed


def corner(expression: Any, box: Mapping[str, Range], low: bool) -> dict[str, Fraction]:
    """Return a point of the box at which ``expression`` is smallest (or largest) along its monotone parameters.

    Parameters in which it is not monotone stay at their midpoint.
    """
    fixed = _push(expression, box, low)
    middle = {name: (start + end) / 2 for name, (start, end) in fixed.items()}
    return {name: Fraction(int(value.p), int(value.q)) for name, value in middle.items()}


def possible_signs(expression: Any, box: Mapping[str, Range], pieces: int = PIECES) -> frozenset[int]:
    """Return the signs (-1, 0, 1) that ``expression`` may take over ``box``.

    Sound, not sharp: a sign that is left out is proved never to occur; a sign in the answer may not occur
    where the budget of ``pieces`` ran out first.

    Examples
    --------
    >>> from detente.games.symbolic import symbol
    >>> x = symbol("x")
    >>> possible_signs(x * x - x + 1, {"x": (Fraction(0), Fraction(2))})
    frozenset({1})
    """
    used = sorted(each.name for each in expression.free_symbols)
    stack = [{name: box[name] for name in used}]
    widths = {name: box[name][1] - box[name][0] or Fraction(1) for name in used}
    signs: set[int] = set()
    witnessed: set[int] = set()
    for _ in range(pieces):
        if not stack:
            return frozenset(signs)
        piece = stack.pop()
        enclosure = bounds(expression, piece)
        met = [rational_value(expression, corner(expression, piece, low)) for low in (True, False)]
        witnessed |= {(value > 0) - (value < 0) for value in met if value is not None}
        # An end at 0 that no point attains may come from the bounds alone: then the piece is cut further.
        if enclosure is not None and (
            enclosure[0] > 0 or enclosure[1] < 0 or (0 in enclosure and (0 in met or enclosure[0] == enclosure[1]))
        ):
            signs |= _signs_in(enclosure)
            continue
        # Cut where the piece is widest for its parameter: parameters come in units of any size.
        name = max(piece, key=lambda each: ((piece[each][1] - piece[each][0]) / widths[each], each), default=None)
        if {-1, 1} <= witnessed or name is None or piece[name][0] == piece[name][1]:
            return frozenset({-1, 0, 1})
        start, end = piece[name]
        middle = (start + end) / 2
        stack += [{**piece, name: (start, middle)}, {**piece, name: (middle, end)}]
    for piece in stack:
        signs |= _signs_in(bounds(expression, piece))
    return frozenset(signs)


def _signs_in(enclosure: Range | None) -> set[int]:
    if enclosure is None:
        return {-1, 0, 1}
    low, high = enclosure
    return {sign for sign, occurs in ((-1, low < 0), (0, low <= 0 <= high), (1, high > 0)) if occurs}


def witnessed_signs(expression: Any, box: Mapping[str, Range]) -> frozenset[int]:
    """Return signs that ``expression`` does take in ``box``: those at exact points that were looked at.

    Examples
    --------
    >>> from detente.games.symbolic import symbol
    >>> sorted(witnessed_signs(symbol("x"), {"x": (Fraction(-1), Fraction(2))}))
    [-1, 1]
    """
    used = {each.name: box[each.name] for each in expression.free_symbols}
    points = [corner(expression, used, low) for low in (True, False)]
    generator = random.Random(0)  # noqa: S311 - points to look at
    points += [
        {name: low + (high - low) * Fraction(generator.randrange(101), 100) for name, (low, high) in used.items()}
        for _ in range(100)
    ]
    values = [rational_value(expression, point) for point in points]
    return frozenset((value > 0) - (value < 0) for value in values if value is not None)
