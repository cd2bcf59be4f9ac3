"""The box cut into cells by the set of equilibria, exactly for one and two parameters.

The set of equilibria changes only where a polynomial of the atlas changes its sign. Along one parameter these are
isolated real roots: cells are the points and the open intervals between them. Over two parameters the roots of all
resultants, discriminants and leading coefficients cut one axis into intervals above which the curves keep their
order (Collins 1975); a rational point in each cell of this decomposition meets every open cell of the plane. With more
parameters the cells that points reach are listed, which may not be all.

References
----------
G. E. Collins (1975), "Quantifier elimination for real closed fields by cylindrical algebraic decomposition", Lecture
Notes in Computer Science 33, 134-183.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.formula import symbol
from detente.games.rational import fast
from detente.solve.parametric._planar_roots import all_roots, projected, samples
from detente.solve.parametric.partition_result import Cell, Partition, Point

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detente.solve.parametric.atlas_result import Atlas, Region
    from detente.solve.parametric.line_signs import LineSigns
    from detente.solve.parametric.real_roots import Root

__all__ = ["Cell", "Partition", "partition"]

def partition(atlas: Atlas, over: Sequence[str] | None = None) -> Partition:
    """Return the sets of equilibria that occur over the box of an atlas.

    Parameters
    ----------
    atlas : Atlas
        Its regions decide; equilibria that it does not look for do not count.
    over : sequence of str, optional
        Parameters that vary; the others stay at their baseline. By default those that the atlas varies.

    Raises
    ------
    UsageError
        If a name is unknown, or a condition is not rational in the parameters.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> from detente.solve.parametric.atlas import atlas
    >>> s = SymbolicGame([[["s", 0], [1, 1]], [["s", 1], [0, 1]]], parameters={"s": (0, 3)})
    >>> print(partition(atlas(s)))
    sets of equilibria over s
    equilibria             where
    ---------------------  ----------
    2,2                    0 <= s < 1
    1,1 and 2,2            s == 1
    1,1 and 2,2 and mixed  1 < s <= 3
    """
    from detente.solve.parametric._polynomial_ring import Ring

    if any(hasattr(region, "pairs") for region in atlas.regions):
        raise UsageError(
            "this atlas compares moves, not equilibria: what is played where is told by thresholds along one "
            "parameter, and by a map over two"
        )
    game = atlas.game
    names = [name for name, (low, high) in atlas.box.items() if low != high] if over is None else list(over)
    for name in names:
        if name not in game.parameters:
            raise UsageError(f"unknown parameter {name!r}; expected one of {', '.join(game.parameters)}")
    import sympy

    baseline = {**game.baseline, **(dict(atlas.regions[0].point) if atlas.regions else {})}
    regions = [each for each in atlas.regions if each.status != "never"]
    fixed = {symbol(n): sympy.Rational(v.numerator, v.denominator) for n, v in baseline.items() if n not in names}
    parts = [
        game.expand(part).xreplace(fixed)
        for region in regions
        for each in region.unsettled
        for part in (each.expression, *(getattr(each, key, 0) for key in ("factor", "radicand", "gap")))
        if hasattr(part, "free_symbols")
    ]
    # Between the zeros of divisors and of constraints a point is allowed as a whole or not at all.
    limits = [
        game.expand(each.lhs - each.rhs).xreplace(fixed)
        for condition in game.constraints
        for each in (condition.args if condition.func.__name__ == "And" else (condition,))
        if each.is_Relational
    ]
    payoffs = [game.expand(each).xreplace(fixed) for each in game.payoffs.values()]
    box = [
        atlas.box[name]
        if atlas.box[name][0] != atlas.box[name][1]
        else (game.parameters[name].low, game.parameters[name].high)
        for name in names
    ]
    make = _Maker(atlas, regions, baseline, names)
    if len(names) == 1:
        make.line([*parts, *limits], box[0])
        return Partition(make.cells(), tuple(names), tuple(parts), True)
    ring = Ring([*(symbol(name) for name in names), *parts, *limits, *payoffs])
    if not all(each.is_Symbol for each in ring.generators):
        raise UsageError(
            "a condition is not rational in the parameters; sets of equilibria are then found along one parameter only"
        )
    factors: dict[str, Any] = {}
    for polynomial in (
        *(part for each in (*parts, *limits) for part in ring.quotient(each)),
        *(ring.quotient(each)[1] for each in payoffs),
    ):
        for factor, _ in polynomial.factor()[1] if polynomial else ():
            factors.setdefault(str(factor), factor)
    order = [ring.generators.index(symbol(name)) for name in names]
    curves = list(factors.values())
    if len(names) == 2:
        for x in samples(projected(curves, order, box[0]), box[0]):
            above = [each.subs({ring.names[order[0]]: fast(x)}) for each in curves]
            for y in samples(all_roots(above, order[1], box[1]), box[1]):
                make.meet({names[0]: x, names[1]: y})
    else:
        for point in _points(atlas):
            make.meet({name: point[name] for name in names})
    return Partition(make.cells(), tuple(names), tuple(map(ring.factored, curves)), len(names) <= 2)


class _Maker:
    """Collects the sets of equilibria at points."""

    def __init__(self, atlas: Atlas, regions: Sequence[Region], baseline: Point, names: Sequence[str]) -> None:
        self.atlas, self.regions, self.baseline, self.names = atlas, regions, baseline, names
        self.found: dict[tuple[int, ...], list[Point]] = {}
        self.spans: dict[tuple[int, ...], list[tuple[Any, Any]]] = {}
        self.closed: dict[tuple[int, ...], list[tuple[bool, bool]]] = {}

    def state(self, point: Mapping[str, Fraction]) -> tuple[int, ...] | None:
        """Return the regions that hold at a point of the varying parameters, None where there is no game."""
        whole = {**self.baseline, **point}
        if not self.atlas.game.allowed(whole):
            return None
        try:
            for payoff in self.atlas.game.payoffs.values():
                self.atlas.game.evaluate(payoff, whole)
            return tuple(
                k
                for k, region in enumerate(self.regions)
                if all(each.holds_at(self.atlas.game, whole) for each in region.unsettled)
            )
        except UsageError:  # a pole
            return None

    def meet(self, point: Point) -> None:
        """Note the set of equilibria at a point."""
        state = self.state(point)
        if state is not None:
            self.found.setdefault(state, []).append({**self.baseline, **point})

    def line(self, expressions: Sequence[Any], span: tuple[Fraction, Fraction]) -> None:
        """Note the sets along one parameter: on the open intervals, and at the places and ends between them."""
        from detente.solve.parametric.line_signs import LineSigns
        from detente.solve.parametric.real_roots import Root

        (name,) = self.names
        low, high = span
        game = self.atlas.game
        line = LineSigns(game, name, self.baseline, span)
        payoffs = list(game.payoffs.values())
        places = line.cells(expressions, payoffs).places
        marks = [each for each in places if each.side(low) >= 0 and each.side(high) <= 0]
        if not marks or marks[0].side(low):
            marks.insert(0, Root(low, low, frozenset()))
        if marks[-1].side(high):
            marks.append(Root(high, high, frozenset()))
        pieces: list[tuple[tuple[int, ...] | None, Any, Any, Fraction | None]] = []
        for k, mark in enumerate(marks):
            after = (mark.high + marks[k + 1].low) / 2 if k + 1 < len(marks) else mark.high
            before = (marks[k - 1].high + mark.low) / 2 if k else mark.low
            if mark.low == mark.high:
                pieces.append((self.state({name: mark.low}), mark.value, mark.value, mark.low))
            elif game.allowed({**self.baseline, name: mark.low}):
                nearby = after if k + 1 < len(marks) else before
                pieces.append((self._at_place(line, payoffs, mark, nearby), mark.value, mark.value, None))
            if k + 1 < len(marks):
                pieces.append((self.state({name: after}), mark.value, marks[k + 1].value, after))
        merged: list[list[Any]] = []
        for state, a, b, sample in pieces:
            is_point = a is b or a == b
            if merged and merged[-1][0] == state and (not is_point or not merged[-1][4][2]):
                last = merged[-1]
                met = last[3] if last[3] is not None else sample
                merged[-1] = [state, last[1], b, met, (last[4][0], is_point, False)]
            else:
                merged.append([state, a, b, sample, (is_point, is_point, is_point)])
        for state, a, b, sample, (low_in, high_in, _) in merged:
            if state is not None:
                self.spans.setdefault(state, []).append((a, b))
                self.closed.setdefault(state, []).append((low_in, high_in))
                here = self.found.setdefault(state, [])
                if sample is not None:
                    here.append({**self.baseline, name: sample})

    def _at_place(
        self, line: LineSigns, payoffs: Sequence[Any], mark: Root, nearby: Fraction
    ) -> tuple[int, ...] | None:
        """Return the set at a place that is no fraction, None where there is no game or the place does not tell."""
        from detente.solve.parametric.atlas_result import RootComparison
        from detente.solve.parametric.line_signs import OpenSign

        def sign(expression: Any) -> int | None:
            import sympy

            return line.sign_at(sympy.Integer(expression) if isinstance(expression, int) else expression, mark, nearby)

        holding = []
        try:
            if line.undefined_at(payoffs, mark, nearby):
                return None
            for k, region in enumerate(self.regions):
                good = True
                for each in region.unsettled:
                    if isinstance(each, RootComparison):
                        parts = (each.expression, each.factor, each.radicand, each.gap)
                        good = good and RootComparison.sign_of(*map(sign, parts)) == 1
                    else:
                        good = good and each.holds(sign(each.expression))
                if good:
                    holding.append(k)
        except OpenSign:
            return None
        return tuple(holding)

    def cells(self) -> tuple[Cell, ...]:
        made = []
        for state, points in self.found.items():
            chosen = [self.regions[k] for k in state]
            others = [each for k, each in enumerate(self.regions) if k not in state]
            spans = tuple(self.spans.get(state, ()))
            made.append(
                Cell(
                    tuple(each.label for each in chosen), tuple(points[:5]), tuple(chosen), tuple(others), spans,
                    bool(spans) and all(a == b for a, b in spans), tuple(self.closed.get(state, ())),
                )
            )  # fmt: skip
        return tuple(made)


def _points(atlas: Atlas) -> Iterator[Mapping[str, Fraction]]:
    """Yield the points that the regions have as witnesses, and random ones."""
    import random

    from detente.solve.parametric._atlas_verification import boundary_points, random_points

    generator = random.Random(0)  # noqa: S311 - points to look at
    for region in atlas.regions:
        for point in (region.held, region.failed):
            if point is not None:
                yield point
    yield from random_points(atlas, 300, generator)
    yield from boundary_points(atlas, 60, generator)
