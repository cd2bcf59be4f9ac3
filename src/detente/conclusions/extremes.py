r"""The greatest and the least value of an expression over a part of a box: proved bounds, and points that attain them.

The part is given by inequalities that are not strict, joined with the constraints of the game. Branch and bound, best
bound first, in exact rationals:

- a parameter in which the expression and every open inequality are monotone the same way moves to the end that serves
  them all; inequalities that bounds prove are dropped, and a piece where bounds refute one holds no point;
- the bound of a piece is that of the expression there (:mod:`detente.conclusions._forms`), or, where inequalities stay
  open, the bound of a weighted sum: for weights :math:`w_k \ge 0`, no point at which all :math:`g_k \ge 0` has more
  than the greatest value of :math:`f + \sum_k w_k g_k`. The weights come from a linear program in floats; the bound
  itself is exact, so nothing rests on the floats;
- points are tried exactly: middles, corners, and what a local search in floats proposes, pulled back inside.

Nothing is sampled: ``bound`` is proved, ``value`` is attained at ``point``.

References
----------
Hansen and Walster (2004), Global Optimization Using Interval Analysis, chapter 12.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from detente.conclusions._box_search import Budget, Searcher
from detente.conclusions._conditions import Alternatives
from detente.conclusions._forms import form_of, fractions, full_box, is_known, is_rational
from detente.conclusions._linear_steps import refuting_weights
from detente.conclusions._local_search import LocalSearch
from detente.errors import UsageError
from detente.games.rational import NotRational, fast, tree
from detente.games.symbolic import SymbolicGame
from detente.solve.parametric._cases import cases, resolved
from detente.solve.parametric.intervals import enclose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.conclusions._conditions import Cube
    from detente.conclusions._forms import Box, Form, Values


__all__ = ["Extreme", "greatest", "joined", "least"]

#: Pieces of the box per question.
PIECES = 200
#: Local searches per question.
_CLIMBS = 4
#: Pieces in which a first point is looked for.
_FIRST_PIECES = 100


@dataclass(frozen=True)
class Extreme:
    """The extreme value of an expression over a part of a box.

    Attributes
    ----------
    bound : Fraction or None
        No point of the part has more (or less); proved. None where no bound is: a pole, or a function that is not
        known.
    value : Fraction or None
        What ``point`` attains, rounded towards the inside where that is irrational; None where no point was found.
    point : dict or None
        An exact point of the part.
    empty : bool
        True where the part is proved to hold no point.
    """

    bound: Fraction | None
    value: Fraction | None
    point: Mapping[str, Fraction] | None = None
    empty: bool = False

    @property
    def exact(self) -> bool:
        """True where the bound is attained."""
        return self.bound is not None and self.bound == self.value


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
        return Extreme(_fraction(enclose(tree(expression), box)[1]), None)
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
    return replace(found, value=_fraction(span[0]))


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
            found = replace(found, bound=min(each for each in (found.bound, _fraction(rough)) if each is not None))
        if found.point is None:
            return found
        value = smaller.evaluate(smaller.derived[name], {**smaller.baseline, **found.point})
        return replace(found, point={**found.point, name: value})
    conditions = Alternatives(game, "region", [[(each, False) for each in inequalities]])
    if not conditions.cubes(wanted=True):
        return Extreme(None, None, empty=True)
    until = float("inf") if seconds is None else time.monotonic() + seconds
    return _Search(conditions, form_of(expanded), ranges, tolerance).run(pieces, until)


def _solved(
    game: SymbolicGame, objective: Any, region: tuple[Any, ...], box: Box
) -> tuple[str, SymbolicGame, list[Any]] | None:
    """Return a parameter that an equation of the region gives in terms of the others, the game without it, the rest.

    An equation is an inequality whose opposite stands beside it: its points have no inside in which to search. The
    parameter has to enter linearly, with a factor that is nowhere 0; its range becomes two inequalities.
    """
    import sympy

    equations = (each for each in region if each.free_symbols and any(sympy.expand(each + o) == 0 for o in region))
    for equation in equations:
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
            rest = [each for each in region if each != equation and sympy.expand(each + equation) != 0]
            return unknown.name, smaller, [*rest, value - low, high - value]
    return None


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


class _Search:
    """One branch and bound."""

    def __init__(self, conditions: Alternatives, objective: Form, box: Box, tolerance: Fraction) -> None:
        self.c, self.f, self.box = conditions, objective, box
        self.names = [name for name in box if name in {*objective.names, *conditions.names}]
        self.searcher = Searcher(conditions, box)
        self.forms, self.known = self.searcher.forms, self.searcher.known
        self.known_f = {name: found for name in objective.names if (found := objective.direction(name, box))}
        ends = [objective.extreme(box, high=high, known=self.known_f) for high in (False, True)]
        spread = fast(Fraction(0)) if ends[0] is None or ends[1] is None else ends[1] - ends[0]
        self.slack = spread * fast(tolerance)
        self.best: Any = None
        self.point: Values | None = None
        self.local: LocalSearch | None = None
        self.climbs = _CLIMBS

    def run(self, pieces: int, until: float) -> Extreme:
        """Return what is known when no piece can hold more, or when the budget is spent."""
        (cube,) = self.c.cubes(wanted=True) or ((),)
        number = count()
        heap: list[tuple[float, int, Any, Box, Cube]] = []
        dropped: list[Any] = []

        def push(piece: Box, literals: Cube, above: Any) -> None:
            piece = dict(piece)
            active = self.searcher.contract(piece, literals, self.names, (self.f, self.known_f))
            if active is None:
                return
            bound = self.f.extreme(piece, high=True, known=self.known_f)
            bound = above if bound is None else bound if above is None else min(bound, above)
            self._try(piece, active)
            if active and not self._settled(bound):
                possible, bound = self._weighted(piece, active, bound)
                if not possible:
                    return
            heapq.heappush(
                heap, (float("-inf") if bound is None else -float(bound), next(number), bound, piece, active)
            )

        literals = (*cube, *self.c.constraints)
        if literals:
            start = self.searcher.find(True, self.box, Budget(_FIRST_PIECES, until))
            if start is False:
                return Extreme(None, None, empty=True)
            if isinstance(start, dict):
                self._offer(start)
        push(self.box, self.searcher.implied(literals), None)
        for _ in range(pieces):
            if not heap or self._settled(heap[0][2]) or time.monotonic() > until:
                break
            _, _, bound, piece, active = heapq.heappop(heap)
            name = self._cut(piece, active)
            if name is None:
                # One point is left, which was tried: what it lacks no cut can give.
                if not self._inside({each: span[0] for each, span in piece.items()}):
                    continue
                dropped.append(bound)
                continue
            low, high = piece[name]
            for part in ((low, (low + high) / 2), ((low + high) / 2, high)):
                push({**piece, name: part}, active, bound)
        return self._result([*dropped, *(entry[2] for entry in heap)])

    def _settled(self, bound: Any) -> bool:
        return self.best is not None and bound is not None and bool(bound <= self.best + self.slack)

    def _result(self, bounds: list[Any]) -> Extreme:
        if self.best is None:
            if not bounds:
                return Extreme(None, None, empty=True)
            return Extreme(None if None in bounds else _fraction(max(bounds)), None)
        value = _fraction(self.best)
        bound = None if None in bounds else max(_fraction(max([*bounds, self.best])), value)
        assert self.point is not None
        return Extreme(bound, value, fractions(self.point))

    # -- pieces -----------------------------------------------------------------------------------------------

    def _try(self, piece: Box, active: Cube) -> None:
        """Look at points of a piece: its middle, and corners that the expression or an inequality likes best."""
        middle = {name: (low + high) / 2 for name, (low, high) in piece.items()}
        points = [middle]
        forms: list[tuple[Any, dict[str, int], int]] = [(self.f, self.known_f, 1)]
        forms += [(self.forms[each.index], self.known[each.index], each.orient) for each in active]
        for form, known, orient in forms:
            # What an inequality leaves free goes where the expression wants it.
            for start in (middle, points[1] if len(points) > 1 else middle):
                point = dict(start)
                for name in form.names:
                    direction = (known.get(name, 0) or form.direction(name, piece)) * orient
                    point[name] = piece[name][direction > 0] if direction else middle[name]
                points.append(point)
        for each in dict.fromkeys(tuple(point.items()) for point in points):
            self._offer(dict(each))

    def _inside(self, point: Values) -> bool:
        return bool(self.c.truth_at(point)) and self.c.allowed_at(point)

    def _offer(self, point: Values, *, climb: bool = True) -> None:
        """Keep a point that is inside and has more than the best so far, and climb from it."""
        span = self.f.span(point)
        if span is None or (self.best is not None and span[0] <= self.best) or not self._inside(point):
            return
        value = span[0]
        self.best, self.point = value, point
        if climb and self.climbs and self.c.forms:
            self.climbs -= 1
            if self.local is None:
                self.local = LocalSearch(self.f, self.c, self.names, self.box)
            for each in self.local.climb(point):
                self._offer(each, climb=False)

    # -- bounds -----------------------------------------------------------------------------------------------

    def _weighted(self, piece: Box, active: Cube, bound: Any) -> tuple[bool, Any]:
        """Return whether a piece may hold a point, and a bound from a weighted sum of the expression and inequalities.

        All are linearized at the middle; the slopes enclose those of the whole piece.
        """
        level = self.best if self.best is not None else bound
        if level is None:
            return True, bound
        middle = {name: (low + high) / 2 for name, (low, high) in piece.items()}
        open_names = [name for name in self.names if piece[name][0] != piece[name][1]]
        at: list[Any] = []
        slopes: list[dict[str, Any]] = []
        forms: list[tuple[Any, int, Any]] = [(self.f, 1, level)]
        forms += [(self.forms[each.index], each.orient, 0) for each in active]
        for form, orient, less in forms:
            value = form.most(middle, orient)
            spans = {name: form.slope(name, piece) for name in open_names if name in form.names}
            if value is None or any(span is None for span in spans.values()):
                return True, bound
            at.append(value - less * orient)
            slopes.append({n: s if orient > 0 else (-s[1], -s[0]) for n, s in spans.items() if s is not None})
        half = {name: (piece[name][1] - piece[name][0]) / 2 for name in open_names}
        weights = refuting_weights(at, slopes, half)
        total = _greatest_sum(weights, at, slopes, half)
        if not weights[0]:
            return bool(total >= 0), bound
        better = level + total / weights[0]
        return True, better if bound is None else min(bound, better)

    def _cut(self, piece: Box, active: Cube) -> str | None:
        """Return the parameter that moves the expression and the open inequalities most, None where none is open."""
        scores: dict[str, float] = {}
        for form in (self.f, *(self.forms[each.index] for each in active)):
            moves: dict[str, float] = {}
            for name in form.names:
                low, high = piece[name]
                if low != high:
                    span = form.slope(name, piece)
                    steep = 1e30 if span is None else max(abs(float(span[0])), abs(float(span[1])))
                    moves[name] = float(high - low) * steep
            total = sum(moves.values()) or 1.0
            for name, move in moves.items():
                scores[name] = scores.get(name, 0.0) + move / total
        if not scores:
            scores = {name: 0.0 for name in self.names if piece[name][0] != piece[name][1]}
        return max(scores, key=lambda each: (scores[each], each), default=None)


def _greatest_sum(weights: list[Any], at: list[Any], slopes: list[dict[str, Any]], half: Mapping[str, Any]) -> Any:
    """Return a bound above on the weighted sum of linearized expressions over a box around its middle."""
    total = sum((w * value for w, value in zip(weights, at, strict=True)), at[0] * 0)
    for name, reach in half.items():
        low = sum(w * own[name][0] for w, own in zip(weights, slopes, strict=True) if name in own)
        high = sum(w * own[name][1] for w, own in zip(weights, slopes, strict=True) if name in own)
        total += max(high, -low, 0) * reach
    return total


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))
