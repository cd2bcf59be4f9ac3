r"""Branch and bound, best bound first and in exact rationals: the greatest value of an expression under inequalities.

- A parameter in which the expression and every open inequality are monotone the same way moves to the end that serves
  them all; inequalities that bounds prove are dropped, and a piece where bounds refute one holds no point.
- The bound of a piece is that of the expression there (:mod:`detente.conclusions._forms`), or, where inequalities stay
  open, the bound of a weighted sum: for weights :math:`w_k \ge 0`, no point at which all :math:`g_k \ge 0` has more
  than the greatest value of :math:`f + \sum_k w_k g_k`. The weights come from a linear program in floats; the bound
  itself is exact, so nothing rests on the floats.
- Points are tried exactly: middles, corners, and what a local search in floats proposes, pulled back inside.

References
----------
Hansen and Walster (2004), Global Optimization Using Interval Analysis, chapter 12.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Any

from detente.conclusions._box_search import Budget, Searcher
from detente.conclusions._forms import direction_of, fractions
from detente.conclusions._linear_steps import refuting_weights
from detente.conclusions._local_search import LocalSearch
from detente.games.rational import fast
from detente.numbers import fraction_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.conclusions._conditions import Alternatives, Cube
    from detente.conclusions._forms import Box, Form, Span, Values

__all__ = ["Extreme", "ExtremeSearch"]

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


class ExtremeSearch:
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
        #: The piece whose slopes are kept, and these, by expression and parameter.
        self._steep: tuple[Box, dict[tuple[Any, str], Span | None]] = box, {}

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
            return Extreme(None if None in bounds else fraction_of(max(bounds)), None)
        value = fraction_of(self.best)
        bound = None if None in bounds else max(fraction_of(max([*bounds, self.best])), value)
        assert self.point is not None
        return Extreme(bound, value, fractions(self.point))

    # -- pieces -----------------------------------------------------------------------------------------------

    def _try(self, piece: Box, active: Cube) -> None:
        """Look at points of a piece: its middle, and corners that the expression or an inequality likes best."""
        middle = {name: (low + high) / 2 for name, (low, high) in piece.items()}
        points = [middle]
        forms: list[tuple[Any, dict[str, int], int]] = [(self.f, self.known_f, 1)]
        forms += [(self.forms[each.index], self.known(each.index), each.orient) for each in active]
        for form, known, orient in forms:
            # What an inequality leaves free goes where the expression wants it.
            ends = {}
            for name in form.names:
                direction = (known.get(name, 0) or direction_of(self._slope(form, name, piece))) * orient
                ends[name] = piece[name][direction > 0] if direction else middle[name]
            points += [{**start, **ends} for start in (middle, points[1] if len(points) > 1 else middle)]
        # compared, not hashed: FLINT's rationals are slow to hash
        for k, point in enumerate(points):
            if point not in points[:k]:
                self._offer(point)

    def _slope(self, form: Any, name: str, piece: Box) -> Span | None:
        """Return the slope of an expression over a piece, which trials, bounds and cuts ask for alike."""
        if self._steep[0] is not piece:
            self._steep = piece, {}
        kept = self._steep[1]
        if (form, name) not in kept:
            kept[form, name] = form.slope(name, piece)
        return kept[form, name]

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
            spans = {name: self._slope(form, name, piece) for name in open_names if name in form.names}
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
                    span = self._slope(form, name, piece)
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
