"""Where along one parameter a statement is true: exact places and open pieces, with all other parameters held.

The expressions of the statement, and its constraints, change sign at places that
:mod:`detente.solve.parametric.line_signs` isolates. They cut the interval into places and open pieces on which all
signs, and so the statement, are constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.numbers import Enclosure, fraction_of
from detente.solve.parametric.line_signs import LineSigns, OpenSign
from detente.solve.parametric.real_roots import Root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.conclusions._conditions import Conditions

__all__ = ["Line", "Nearest", "compare"]


@dataclass(frozen=True)
class Nearest:
    """The value nearest to the present one at which a statement is true.

    ``value`` is a Fraction, an algebraic number or an enclosure. Where it is not ``attained``, the statement is true
    arbitrarily close to it, on the side of ``inside``, a point at which it is true.
    """

    value: Any
    attained: bool
    inside: Fraction | None = None


def compare(a: Any, b: Any) -> int:
    """Return the sign of a - b of exact numbers; enclosures that meet count as equal."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return (a > b) - (a < b)
    if isinstance(a, Enclosure) or isinstance(b, Enclosure):
        (low, high), (least, most) = (_ends(each) for each in (a, b))
        return int(low > most) - int(high < least)
    import sympy

    left, right = (
        sympy.Rational(each.numerator, each.denominator) if isinstance(each, Fraction) else each for each in (a, b)
    )
    if left == right:
        return 0
    gap = sympy.N(left - right, 30)
    if abs(gap) > sympy.Rational(1, 10**20):
        return 1 if gap > 0 else -1
    exact_gap = left - right
    return 0 if exact_gap.equals(0) else 1 if sympy.N(exact_gap, 400) > 0 else -1


def _ends(value: Any) -> tuple[Any, Any]:
    if isinstance(value, Enclosure):
        return value.low, value.high
    if not isinstance(value, Fraction):  # an algebraic number: a little around it
        import sympy

        near = Fraction(str(sympy.N(value, 40)))
        slack = (abs(near) + 1) / 10**35
        return near - slack, near + slack
    return value, value


def _plain(value: Any) -> Any:
    return fraction_of(value) if getattr(value, "is_Rational", False) else value


class Line:
    """The signs of the expressions of a statement along one parameter.

    Parameters
    ----------
    conditions : Conditions
        The statement.
    """

    def __init__(self, conditions: Conditions) -> None:
        self.c = conditions
        # That risk dominance cuts its products at 0 matters only where no product is asked for.
        self.expressions = [form.expression for form in conditions.forms]

    def nearest(self, along: str, point: Mapping[str, Fraction], low: Fraction, high: Fraction) -> Nearest | None:
        """Return the value of ``along`` nearest to that in ``point`` at which the statement is true.

        It lies in [low, high]; None where there is none.

        Raises
        ------
        UsageError
            If an expression of the statement has a part that cannot be enclosed.
        """
        at = point[along]
        line = LineSigns(self.c.game, along, point, (min(low, at), max(high, at)))
        cells = line.cells(self.expressions)
        ends = sorted({low, high, at} if low <= at <= high else {low, high})
        marks: list[Root] = [Root(end, end, frozenset()) for end in ends]
        marks += [each for each in cells.places if each.side(low) > 0 > each.side(high) and each.side(at)]
        marks.sort(key=lambda each: (each.low, each.high))
        best: tuple[Root, Nearest] | None = None
        for k, mark in enumerate(marks):
            if best is not None and not _nearer(mark, best[0], at):
                continue
            found: Nearest | None = None
            beside = [(marks[j].low + mark.high) / 2 if j > k else (marks[j].high + mark.low) / 2
                      for j in (k - 1, k + 1) if 0 <= j < len(marks)]  # fmt: skip
            nearby = beside[0] if beside else mark.low
            if self._true(lambda each, m=mark, n=nearby: line.sign_at(each, m, n), point, along, mark):
                found = Nearest(_plain(mark.value), attained=True)
            else:
                for inside in beside:
                    here = Root(inside, inside, frozenset())
                    if self._true(lambda each, i=inside: line.sign_between(each, i), point, along, here):
                        found = Nearest(_plain(mark.value), attained=False, inside=inside)
                        break
            if found is not None:
                best = mark, found
        return None if best is None else best[1]

    def _true(self, sign: Any, point: Mapping[str, Fraction], along: str, place: Root) -> bool:
        """Return whether the statement is true, and allowed, where the expressions have these signs."""
        known: list[int] = []
        for each in self.expressions:
            try:
                found = sign(each)
            except OpenSign:
                found = None
            if found is None:
                return False
            known.append(found)
        if not self.c.holds(tuple(known[: self.c.decisive])):
            return False
        if not all(each.met(known[each.index]) for each in self.c.constraints):
            return False
        # A constraint that is no inequality is not followed to an irrational value.
        if not self.c.opaque:
            return True
        return place.low == place.high and self.c.game.allowed({**point, along: place.low})


def _nearer(mark: Root, best: Root, at: Fraction) -> bool:
    """Return whether a place is nearer to a fraction than another one."""
    sides = mark.side(at), best.side(at)
    if sides[0] == sides[1]:
        return mark.low < best.low if sides[0] > 0 else mark.low > best.low
    while True:
        spans = [
            (max(side * (each.low - at), side * (each.high - at)), min(side * (each.low - at), side * (each.high - at)))
            for each, side in ((mark, sides[0]), (best, sides[1]))
        ]
        if spans[0][0] < spans[1][1] or spans[0][1] >= spans[1][0]:
            return spans[0][0] < spans[1][1]
        before = mark.high - mark.low + best.high - best.low
        mark.refine()
        best.refine()
        if mark.high - mark.low + best.high - best.low == before or before < Fraction(1, 2**400):
            return False
