"""The greatest and the least value of an expression over a part of a box: proved bounds, and points that attain them.

The part is given by inequalities that are not strict, joined with the constraints of the game. An expression with
cases is looked at case by case, and a parameter that an equation of the part gives is solved for; what is left is a
branch and bound (:mod:`detente.conclusions._extreme_search`). Nothing is sampled: ``bound`` is proved, ``value`` is
attained at ``point``.
"""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente.conclusions._conditions import Alternatives
from detente.conclusions._extreme_search import Extreme, ExtremeSearch
from detente.conclusions._forms import form_of, full_box, is_known, is_rational
from detente.errors import UsageError
from detente.games.rational import NotRational, fast, tree
from detente.games.symbolic import SymbolicGame
from detente.numbers import fraction_of
from detente.solve.parametric._cases import cases, resolved
from detente.solve.parametric.intervals import enclose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.conclusions._forms import Box

__all__ = ["Extreme", "greatest", "joined", "least"]

#: Pieces of the box per question.
PIECES = 200


def greatest(
    game: SymbolicGame,
    expression: Any,
    region: Sequence[Any] = (),
    box: Mapping[str, object] | None = None,
    *,
    pieces: int = PIECES,
    seconds: float | None = None,
    tolerance: Fraction = Fraction(1, 10**6),
) -> Extreme:
    """Return the greatest value of an expression where every expression of a region is at least 0.

    Parameters
    ----------
    game : SymbolicGame
        Gives the box, the derived values and the constraints; its payoffs are not used.
    expression : SymPy expression
        Over parameters and derived names.
    region : sequence of SymPy expressions
    box : mapping, optional
        Name to ``(low, high)`` or a value; parameters left out have their interval.
    pieces, seconds : optional
        The search stops there with the bound it has.
    tolerance : Fraction
        Share of the expression's range over the whole box up to which the bound may stay above the value.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame, symbol
    >>> s = SymbolicGame([[0, 1]], {"x": (0, 2), "y": (0, 1)})
    >>> x, y = symbol("x"), symbol("y")
    >>> found = greatest(s, x * y, [1 - x])
    >>> found.bound, found.exact, found.point["x"]
    (Fraction(1, 1), True, Fraction(1, 1))
    >>> greatest(s, x, [y - x - 1, x - 1]).empty
    True
    """
    until = float("inf") if seconds is None else time.monotonic() + seconds
    whole = [game.expand(resolved(game, each)) for each in (expression, *region)]
    found: list[Extreme] = []
    try:
        parts = cases(whole)
    except UsageError:  # more cases than are made: enclosures have to do
        parts = [((), tuple(whole))]
    for conditions, (value, *inequalities) in parts:
        more = [side for each in conditions for side in _closed(*each)]
        if all(map(is_known, (value, *inequalities, *more))):
            left = None if seconds is None else max(0.0, until - time.monotonic())
            if left == 0.0:
                found.append(_enclosed(value, full_box(game, box)))
                continue
            each = _greatest(game, value, [*inequalities, *more], box, pieces, left, tolerance)
            found.append(_checked(game, each, whole) if conditions else each)
        else:
            found.append(Extreme(None, None))
    return joined(found, high=True)


def joined(parts: Sequence[Extreme], *, high: bool) -> Extreme:
    """Return the greatest (or least) of the extremes over several parts."""
    inhabited = [each for each in parts if not each.empty]
    if not inhabited:
        return Extreme(None, None, empty=True)
    pick: Any = max if high else min
    bounds = [each.bound for each in inhabited]
    attained = [each for each in inhabited if each.value is not None]
    best = pick(attained, key=lambda each: each.value) if attained else None
    bound = None if None in bounds else pick(bounds)
    return Extreme(bound, best.value if best else None, best.point if best else None)


def _enclosed(expression: Any, box: Box) -> Extreme:
    """Return the bound that interval arithmetic alone gives, for when there is no time for more."""
    try:
        return Extreme(fraction_of(enclose(tree(expression), box)[1]), None)
    except NotRational:
        return Extreme(None, None)


def _closed(expression: Any, relation: str) -> tuple[Any, ...]:
    """Return inequalities, not strict, that hold wherever a condition of a case does."""
    return {">=": (expression,), ">": (expression,), "<=": (-expression,), "<": (-expression,)}.get(
        relation, (expression, -expression) if relation == "==" else ()
    )


def _checked(game: SymbolicGame, found: Extreme, whole: Sequence[Any]) -> Extreme:
    """Return an extreme of one case with the value of the expression itself: at its edge another case may hold."""
    if found.point is None:
        return found
    point = {name: fast(value) for name, value in {**game.baseline, **found.point}.items()}
    value, *inequalities = (form_of(each) for each in whole)
    signs = [each.value(point) for each in inequalities]
    span = value.span(point)
    if span is None or any(each is None or each < 0 for each in signs):
        return Extreme(found.bound, None)
    return replace(found, value=fraction_of(span[0]))


def _greatest(
    game: SymbolicGame,
    expanded: Any,
    region: Sequence[Any],
    box: Mapping[str, object] | None,
    pieces: int,
    seconds: float | None,
    tolerance: Fraction,
) -> Extreme:
    """Return the greatest value of an expression without cases over inequalities without cases."""
    ranges = full_box(game, box)
    inequalities = dict.fromkeys(_without_factors(game, each, ranges) for each in region)
    solved = _solved(game, expanded, tuple(inequalities), ranges)
    if solved is not None:
        name, smaller, rest = solved
        others = {each: span for each, span in (box or {}).items() if each != name}
        found = _greatest(smaller, smaller.expand(expanded), rest, others, pieces, seconds, tolerance)
        rough = form_of(expanded).extreme(ranges, high=True, known={})
        if rough is not None and not found.empty:
            found = replace(found, bound=min(each for each in (found.bound, fraction_of(rough)) if each is not None))
        if found.point is None:
            return found
        value = smaller.evaluate(smaller.derived[name], {**smaller.baseline, **found.point})
        return replace(found, point={**found.point, name: value})
    conditions = Alternatives(game, "region", [[(each, False) for each in inequalities]])
    if not conditions.cubes(wanted=True):
        return Extreme(None, None, empty=True)
    until = float("inf") if seconds is None else time.monotonic() + seconds
    return ExtremeSearch(conditions, form_of(expanded), ranges, tolerance).run(pieces, until)


def _solved(
    game: SymbolicGame, objective: Any, region: tuple[Any, ...], box: Box
) -> tuple[str, SymbolicGame, list[Any]] | None:
    """Return a parameter that an equation of the region gives in terms of the others, the game without it, the rest.

    An equation is an inequality whose opposite stands beside it: its points have no inside in which to search. The
    parameter has to enter linearly, with a factor that is nowhere 0; its range becomes two inequalities.
    """
    import sympy

    opposite = _opposites(region, box)
    for equation in (each for each in region if each.free_symbols and any(opposite(each, o) for o in region)):
        own = sorted(equation.free_symbols, key=lambda each: (each in objective.free_symbols, each.name))
        slopes = [(each, equation.diff(each)) for each in own if box[each.name][0] != box[each.name][1]]
        for unknown, slope in sorted(slopes, key=lambda each: bool(each[1].free_symbols)):
            if unknown in slope.free_symbols or not is_rational(equation):
                continue
            ends = [form_of(slope).extreme(box, high=end, known={}) for end in (False, True)]
            if None in ends or ends[0] * ends[1] <= 0:
                continue
            value = sympy.expand(equation).xreplace({unknown: sympy.Integer(0)}) / -slope
            parameters = {key: span for key, span in game.parameters.items() if key != unknown.name}
            derived = {**game.derived, unknown.name: value}
            smaller = SymbolicGame([[0]], parameters, derived=derived, constraints=game.constraints)
            low, high = (sympy.Rational(int(end.p), int(end.q)) for end in box[unknown.name])
            rest = [each for each in region if each != equation and not opposite(each, equation)]
            return unknown.name, smaller, [*rest, value - low, high - value]
    return None


def _opposites(region: tuple[Any, ...], box: Box) -> Callable[[Any, Any], bool]:
    """Return a function that tells whether two expressions of a region add up to 0 everywhere.

    Their values at one point mostly tell that they do not, which spares the sum.
    """
    import sympy

    middle = {name: (low + high) / 2 for name, (low, high) in box.items()}
    spans = {each: form_of(each).span(middle) for each in region}

    def opposite(one: Any, other: Any) -> bool:
        a, b = spans[one], spans[other]
        if a is not None and b is not None and (a[1] + b[1] < 0 or a[0] + b[0] > 0):
            return False
        return bool(sympy.expand(one + other) == 0)

    return opposite


@lru_cache(maxsize=8192)
def _factored(expression: Any) -> Any:
    import sympy

    return sympy.factor_terms(expression)


def _without_factors(game: SymbolicGame, expression: Any, box: Box) -> Any:
    """Return an expression without factors that are positive all over a box, which do not matter to its sign.

    What is left shares more terms with other inequalities, so that sums of them cancel.
    """
    import sympy

    factored = _factored(game.expand(expression))
    if not factored.is_Mul:
        return factored
    kept = []
    for factor in factored.args:
        least = form_of(factor).extreme(box, high=False, known={}) if is_known(factor) else None
        if least is None or least <= 0:
            kept.append(factor)
    return sympy.Mul(*kept)


def least(
    game: SymbolicGame,
    expression: Any,
    region: Sequence[Any] = (),
    box: Mapping[str, object] | None = None,
    *,
    pieces: int = PIECES,
    seconds: float | None = None,
    tolerance: Fraction = Fraction(1, 10**6),
) -> Extreme:
    """Return the least value of an expression where every one of a region is at least 0; see :func:`greatest`."""
    found = greatest(game, -expression, region, box, pieces=pieces, seconds=seconds, tolerance=tolerance)
    return replace(
        found,
        bound=None if found.bound is None else -found.bound,
        value=None if found.value is None else -found.value,
    )
