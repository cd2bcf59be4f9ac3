"""The sign of an expression over a box of parameters, decided exactly.

Bounds are found in three steps, each sound: interval arithmetic on the expression tree
(:mod:`detente.solve.parametric.intervals`); parameters in which the expression is monotone, by the sign of its
derivative over the box, move to the end that gives the extreme; what remains is bisected until the question is
settled or a budget of pieces is spent. Nothing is sampled, so "never" and "always" are proved. What the budget does
not settle is left open.
"""

from __future__ import annotations

import random
from collections import deque
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente.games.rational import NotRational, Tree, fast, slope, tree
from detente.numbers import fraction_of
from detente.solve.parametric.intervals import derivative, enclose
from detente.solve.parametric.point_signs import sign_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from detente.solve.parametric.intervals import Known, Span

__all__ = ["Range", "bounds", "possible_signs", "sign_of", "witnessed_signs"]

#: Lower and upper end of an interval.
Range = tuple[Fraction, Fraction]

#: Pieces into which a box may be cut before a sign is left open.
PIECES = 300


def bounds(expression: Any, box: Mapping[str, Range]) -> Range | None:
    """Return an exact enclosure of ``expression`` over ``box``, or None where it cannot be bounded.

    ``expression`` holds parameters only (no derived names). The enclosure is tight where the expression
    is monotone in every parameter over the box.
    """
    return _between(expression, *_faces(expression, box))


def _between(expression: Any, least: Mapping[str, Span], greatest: Mapping[str, Span]) -> Range | None:
    """Return bounds from the faces on which an expression is smallest and largest, None where there are none."""
    node = tree(expression)
    try:
        low, high = enclose(node, least)
        if greatest is not least:
            high = enclose(node, greatest)[1]
    except NotRational:
        return None
    return fraction_of(low), fraction_of(high)


@lru_cache(maxsize=4096)
def _slope(expression: Any, name: str, factored: bool) -> Tree:
    """Return the derivative by a parameter as a tree; ``factored`` takes common factors out, which bounds better."""
    plain = None if factored else slope(tree(expression), name)
    return derivative(expression, name, factored=factored) if plain is None or plain == ("?",) else plain


def _direction(expression: Any, name: str, box: Mapping[str, Span], known: Known) -> int:
    """Return 1 or -1 where the expression is proved not to fall or not to rise in a parameter over the box, else 0.

    A derivative that has no pole on the box belongs to an expression that has none along this parameter. ``known``
    keeps the bounds of parts over this box: derivatives by several parameters have many in common.
    """
    for factored in (False, True):
        try:
            least, greatest = enclose(_slope(expression, name, factored), box, known=known)
        except NotRational:
            continue
        if least >= 0 or greatest <= 0:
            return 1 if least >= 0 else -1
    return 0


def _faces(expression: Any, box: Mapping[str, Range]) -> tuple[dict[str, Span], dict[str, Span]]:
    """Return the faces of a box on which an expression is smallest and largest.

    Every parameter in which it is monotone moves to the end that gives the extreme. On the face that this leaves,
    further parameters may be monotone; so until nothing moves.
    """
    names = sorted(each.name for each in expression.free_symbols)
    face = {name: (fast(box[name][0]), fast(box[name][1])) for name in names}
    open_names = [name for name in names if face[name][0] != face[name][1]]
    known: Known = {}
    for place, name in enumerate(open_names):  # the two have the parameters before the first that moves in common
        direction = _direction(expression, name, face, known)
        if direction:
            others = (*open_names[place + 1 :], *open_names[:place])
            low, high = (_at_end(face, name, direction * side) for side in (-1, 1))
            return _pushed(expression, low, others, -1), _pushed(expression, high, others, 1)
    return face, face


def _pushed(expression: Any, face: dict[str, Span], names: Iterable[str], side: int) -> dict[str, Span]:
    """Move parameters to the end where an expression is smallest (``side`` -1) or largest (1), until nothing moves."""
    left = deque(names)
    stayed = 0  # on the same face they would stay again
    known: Known = {}
    while stayed < len(left):
        name = left.popleft()
        direction = _direction(expression, name, face, known)
        if direction:
            face = _at_end(face, name, direction * side)
            stayed, known = 0, {}
        else:
            left.append(name)
            stayed += 1
    return face


def _at_end(face: Mapping[str, Span], name: str, side: int) -> dict[str, Span]:
    """Return the face on which a parameter is at its lower (-1) or upper (1) end."""
    at = face[name][side > 0]
    return {**face, name: (at, at)}


def _middle(face: Mapping[str, Span]) -> dict[str, Any]:
    """Return the middle of a face."""
    return {name: (start + end) / 2 for name, (start, end) in face.items()}


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
    return _possible_signs(expression, tuple((name, *box[name]) for name in used), pieces)


@lru_cache(maxsize=1024)
def _possible_signs(expression: Any, box: tuple[tuple[str, Fraction, Fraction], ...], pieces: int) -> frozenset[int]:
    """Return the signs of :func:`possible_signs`, which analyses ask of the same conditions again and again."""
    stack = [{name: (low, high) for name, low, high in box}]
    widths = {name: high - low or Fraction(1) for name, low, high in box}
    signs: set[int] = set()
    witnessed: set[int] = set()
    for _ in range(pieces):
        if not stack:
            return frozenset(signs)
        piece = stack.pop()
        faces = _faces(expression, piece)
        enclosure = _between(expression, *faces)
        met = [sign_at(expression, _middle(face)) for face in faces]
        witnessed |= {sign for sign in met if sign is not None}
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
    used = {name: box[name] for name in sorted(each.name for each in expression.free_symbols)}  # the same points always
    points = [_middle(face) for face in _faces(expression, used)]
    generator = random.Random(0)  # noqa: S311 - points to look at
    points += [
        {name: fast(low + (high - low) * Fraction(generator.randrange(101), 100)) for name, (low, high) in used.items()}
        for _ in range(100)
    ]
    return frozenset(sign for point in points if (sign := sign_at(expression, point)) is not None)


def sign_of(expression: Any, point: Mapping[str, Fraction]) -> int | None:
    """Return the sign of an expression at an exact point, None where it is undefined or open."""
    return sign_at(expression, {name: fast(value) for name, value in point.items()})
