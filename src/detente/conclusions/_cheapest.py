r"""The cheapest change of several parameters that makes a statement true, with a proved lower bound on its cost.

Minimize :math:`\sum_j r_j |x_j - p_j|` over points x of a box at which the statement is true. The statement is a
union of cubes; for each cube, and each set of parameters that may move, a best-first branch and bound over boxes:

- *bound*: with c the point of a box nearest to p, every inequality :math:`e_i(x) \ge 0` implies
  :math:`e_i(c) + \sum_j (\overline g_{ij} u_j - \underline g_{ij} v_j) \ge 0` for :math:`x = c + u - v`, where g
  encloses the slope on the box (the mean value form with one coordinate moving at a time; Hansen and Walster 2004,
  section 7.3). The cost is linear in u and v. Multipliers of this linear program, found in floats, are made
  rational; weak duality with them bounds the cost from below in exact arithmetic, whatever the floats were. So
  nothing is proved by a float;
- *candidate*: the solution of the linear program is improved by sequential linear programming in floats; all
  coordinates but one are rounded to short rationals, and the last is found exactly on its line
  (:mod:`detente.conclusions._line`). So every point reported was checked exactly;
- boxes whose bound is not below the best cost, less the tolerance, are dropped; a box is never larger than what the
  best cost can pay for; it is cut where the inequalities that fail at the point of the linear program have the
  widest slopes.

Where all slopes are numbers the linear program is the problem itself, and one exact linear program settles it.
"""

from __future__ import annotations

import heapq
import time
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Any

from detente.conclusions._candidates import Candidates, Cheapest, short_float
from detente.conclusions._linear_steps import exact_program, float_program
from detente.games.rational import fast
from detente.numbers import fraction_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.conclusions._conditions import Cube, Literal
    from detente.conclusions._forms import Box, Span, Values
    from detente.conclusions._linear_steps import Row

__all__ = ["Cheapest", "Optimizer"]


#: Boxes from each of which a change is tried, later only from each so-many-th.
_EAGER = 16


class _Node:
    """A box of one set of parameters and one cube: its center, the cost of getting there, the inequalities around."""

    __slots__ = ("box", "center", "cube", "moves", "names", "rows", "start")

    def __init__(self, names: tuple[str, ...], cube: Cube, box: dict[str, Span]) -> None:
        self.names, self.cube, self.box = names, cube, box
        self.moves: dict[str, float] | None = None
        self.center: Values = {}
        self.start: Any = 0
        self.rows: list[Row] = []

    @property
    def affine(self) -> bool:
        """True where every inequality is known and has the same slopes all over the box."""
        return len(self.rows) == len(self.cube) and all(
            low == high for _, slopes in self.rows for low, high in slopes.values()
        )

    def target(self) -> dict[str, float]:
        """Return the point of the linear program."""
        assert self.moves is not None
        return {name: float(self.center[name]) + self.moves[name] for name in self.names}

    def rooms(self) -> dict[str, Span]:
        """Return how far each parameter can move down and up from the center."""
        return {n: (self.center[n] - self.box[n][0], self.box[n][1] - self.center[n]) for n in self.names}


class Optimizer(Candidates):
    """Searches for the cheapest change of a point that makes a statement true.

    Arguments as of :class:`detente.conclusions._candidates.Candidates`.
    """

    # -- the search -------------------------------------------------------------------------------------------

    def run(
        self, subsets: Sequence[tuple[str, ...]], until: float, best: Cheapest | None = None, boxes: int = 20000
    ) -> Cheapest:
        """Return the cheapest change that moves parameters of one of the subsets only.

        ``best`` is a change known before; ``until`` the time (of the monotonic clock) to stop, ``boxes`` how many
        to look at.
        """
        self._keep(best)
        self._tried.clear()
        self._order = self._efficiency()
        number = count()
        heap: list[tuple[float, int, Any, _Node]] = []
        left: list[Any] = []  # bounds of boxes that are settled, but not by a change of this cost

        def push(node: _Node, above: Any) -> None:
            found = self._prepare(node)
            if found is not None and not self._dear(max(found, above)):
                bound = max(found, above)
                heapq.heappush(heap, (float(bound), next(number), bound, node))

        for names in subsets:
            for cube in self.c.cubes(wanted=True) or ():
                ordered = tuple(sorted(names, key=lambda each: self._order[each]))
                push(_Node(ordered, (*cube, *self.c.constraints), {n: self.box[n] for n in names}), fast(Fraction(0)))
        for step in range(boxes):
            if not heap or self._dear(heap[0][2]) or time.monotonic() > until:
                break
            _, _, bound, node = heapq.heappop(heap)
            if node.moves is None:
                if node.affine:
                    settled = self._affine(node)
                    if settled is not None and not self._dear(settled):
                        left.append(settled)
                    continue
                better = self._bound(node)
                if step < _EAGER or step % _EAGER == 0 or not self._blame(node):
                    self._candidate(node.cube, node.names, node.target())
                bound = max(bound, better)
                if self._dear(bound):
                    continue
                if heap and float(bound) > heap[0][0]:
                    heapq.heappush(heap, (float(bound), next(number), bound, node))
                    continue
            parts = self._halves(node)
            if not parts:
                left.append(bound)
            for part in parts:
                push(part, bound)
        open_bounds = [entry[2] for entry in heap if not self._dear(entry[2])] + left
        return self._result(min(open_bounds, default=None))

    def _result(self, least: Any) -> Cheapest:
        """Return the best change with what is proved; ``least`` is the smallest bound left open, None if none is."""
        if self.best is None or self.best.cost is None:
            bound = None if least is None else fraction_of(least)
            return Cheapest(None, None, attained=False, at_least=bound, proved=least is None)
        bound = self.limit if least is None else least
        at_least = fraction_of(bound)
        return Cheapest(self.best.point, self.best.cost, self.best.attained, at_least, proved=least is None)

    # -- bounds -----------------------------------------------------------------------------------------------

    def _prepare(self, node: _Node) -> Any:
        """Center a node, enclose its slopes; return what its dearest inequality costs, None if one is out of reach."""
        start, center = fast(Fraction(0)), dict(self.present)
        for name in node.names:
            low, high = node.box[name]
            center[name] = min(max(self.present[name], low), high)
            start += self.rate[name] * abs(center[name] - self.present[name])
        if self._dear(start):
            return None
        if self.cost is not None:
            for name in node.names:
                reach = (self.cost - start) / self.rate[name]
                low, high = node.box[name]
                node.box[name] = max(low, center[name] - reach), min(high, center[name] + reach)
        node.center, node.start = center, start
        bound = start
        for literal in node.cube:
            row = self._row(literal, node)
            if row is None:
                continue
            node.rows.append(row)
            if row[0] < 0:
                need = self._single(row, node)
                if need is None:
                    return None
                bound = max(bound, start + need)
        return bound

    def _row(self, literal: Literal, node: _Node) -> Row | None:
        """Return an inequality around the center of a node, None where it has a pole."""
        form = self.c.forms[literal.index]
        value = form.most(node.center, literal.orient)
        # One coordinate moves at a time: those that moved before are anywhere, those after still at the center.
        area: Box = {name: (each, each) for name, each in node.center.items()}
        slopes: dict[str, Span] = {}
        for name in node.names:
            if name in form.names:
                area[name] = node.box[name]
                span = form.slope(name, area)
                if span is None:
                    return None
                slopes[name] = span if literal.orient > 0 else (-span[1], -span[0])
        return None if value is None else (value, slopes)

    def _efficiency(self) -> dict[str, float]:
        """Return a key per parameter: those that do most for their cost at the point come first.

        The first coordinate to move has the tightest slopes, so this is where they are needed.
        """
        spot: Box = {name: (each, each) for name, each in self.present.items()}
        order = {}
        for name, rate in self.rate.items():
            gain = 0.0
            for form in self.c.forms:
                span = form.slope(name, spot) if name in form.names else None
                value = form.value(self.present)
                if span is not None and value:
                    gain = max(gain, abs(float(span[0] / rate / value)))
            order[name] = -gain
        return order

    def _single(self, row: Row, node: _Node) -> Any:
        """Return the least cost that can lift one inequality to 0 (a fractional knapsack), None where nothing can."""
        gains = []
        rooms = node.rooms()
        for name, (low, high) in row[1].items():
            for gain, room in ((high, rooms[name][1]), (-low, rooms[name][0])):
                if gain > 0 and room > 0:
                    gains.append((gain / self.rate[name], self.rate[name] * room))
        need, cost = -row[0], row[0] * 0
        for efficiency, most in sorted(gains, reverse=True):
            if efficiency * most >= need:
                return cost + need / efficiency
            need, cost = need - efficiency * most, cost + most
        return None

    def _bound(self, node: _Node) -> Any:
        """Return an exact bound from the multipliers of the linear program; the node keeps its moves."""
        rooms = node.rooms()
        rates = {name: float(self.rate[name]) for name in node.names}
        node.moves, raw = float_program(node.rows, rates, {n: (float(a), float(b)) for n, (a, b) in rooms.items()})
        weights = [fast(Fraction(max(each, 0.0)).limit_denominator(10**9)) for each in raw]
        bound = node.start
        for weight, (value, _) in zip(weights, node.rows, strict=True):
            bound -= weight * value
        for name in node.names:
            up = down = -self.rate[name]
            for weight, (_, slopes) in zip(weights, node.rows, strict=True):
                if name in slopes:
                    up, down = up + weight * slopes[name][1], down - weight * slopes[name][0]
            bound -= max(up, up * 0) * rooms[name][1] + max(down, down * 0) * rooms[name][0]
        return max(bound, node.start)

    def _affine(self, node: _Node) -> Any:
        """Settle a node with affine inequalities by an exact linear program; return its cost, None if infeasible."""
        rows = [
            (fraction_of(value), {n: (fraction_of(a), fraction_of(b)) for n, (a, b) in slopes.items()})
            for value, slopes in node.rows
        ]
        rooms = {name: (fraction_of(down), fraction_of(up)) for name, (down, up) in node.rooms().items()}
        found = exact_program(rows, {name: self.rates[name] for name in node.names}, rooms)
        if found is None:
            return None
        cost, moves = found
        self._settle({name: fraction_of(node.center[name]) + move for name, move in moves.items()})
        return fast(cost) + node.start

    def _blame(self, node: _Node) -> dict[str, float]:
        """Return how far each parameter is to blame that the linear program promises too much.

        An inequality that fails at the point blames its parameters by the width of their slopes times their moves.
        """
        assert node.moves is not None
        here = {**node.center, **{name: node.center[name] + short_float(node.moves[name]) for name in node.names}}
        blame: dict[str, float] = {}
        for literal in node.cube:
            value = self.c.forms[literal.index].value(here)
            if value is not None and value * literal.orient >= 0:
                continue
            row = self._row(literal, node)
            if row is None:
                continue
            own = {name: float(high - low) * abs(node.moves[name]) for name, (low, high) in row[1].items()}
            total = sum(own.values())
            for name, each in own.items():
                if each > 0:
                    blame[name] = blame.get(name, 0.0) + each / total
        return blame

    def _halves(self, node: _Node) -> list[_Node]:
        """Cut a node in two where it is to blame for a loose bound, near the point of the linear program."""
        assert node.moves is not None
        blame = self._blame(node)
        if not blame:  # poles, or a point at which the inequalities hold but the statement does not
            blame = {n: float((node.box[n][1] - node.box[n][0]) * self.rate[n]) for n in node.names}
        name = max(blame, key=lambda each: (blame[each], each))
        low, high = node.box[name]
        if low == high:
            return []
        fifth = (high - low) / 5
        at = min(max(node.center[name] + short_float(node.moves[name]), low + fifth), high - fifth)
        return [_Node(node.names, node.cube, {**node.box, name: part}) for part in ((low, at), (at, high))]
