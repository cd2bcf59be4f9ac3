"""Where along one parameter a statement is true: exact points and open pieces, with all other parameters held.

Every expression of the statement, and every constraint, changes sign at the thresholds that
:func:`detente.conclusions.thresholds.thresholds` isolates exactly. Together they cut the interval into points and open
pieces on which all signs, and so the statement, are constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.conclusions.thresholds import thresholds
from detente.errors import UsageError
from detente.games.rational import fast
from detente.games.symbolic import SymbolicGame
from detente.numbers import Enclosure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.conclusions._conditions import Conditions

__all__ = ["Line", "Nearest", "compare"]


@dataclass(frozen=True)
class Nearest:
    """The value nearest to the present one at which a statement is true.

    ``value`` is a Fraction or an algebraic number. Where it is not ``attained``, the statement is true arbitrarily
    close to it, on the side of ``inside``, a point at which it is true.
    """

    value: Any
    attained: bool
    inside: Fraction | None = None


def compare(a: Any, b: Any) -> int:
    """Return the sign of a - b of exact numbers.

    Raises
    ------
    UsageError
        If one of them is only enclosed: the statement has no exact nearest value then.
    """
    if isinstance(a, Enclosure) or isinstance(b, Enclosure):
        raise UsageError("a parameter enters through a power, a root or a case; levers need exact values")
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return (a > b) - (a < b)
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


def _plain(value: Any) -> Any:
    return Fraction(int(value.p), int(value.q)) if getattr(value, "is_Rational", False) else value


class Line:
    """The signs of the expressions of a statement along one parameter.

    Parameters
    ----------
    conditions : Conditions
        The statement.
    """

    def __init__(self, conditions: Conditions) -> None:
        self.c = conditions
        game = conditions.game
        # A game with one player whose payoffs are the expressions: thresholds() follows the sign of each.
        expressions = [form.expression for form in conditions.forms] or [0]
        names = [f"e{k}" for k in range(len(expressions))]
        box = {name: (i.low, i.value, i.high) for name, i in game.parameters.items()}
        self.game = SymbolicGame([expressions], box, ["signs"], [names])
        self.formulas = [formula.parse(f"payoff[signs][{name}]") for name in names]

    def nearest(self, along: str, point: Mapping[str, Fraction], low: Fraction, high: Fraction) -> Nearest | None:
        """Return the value of ``along`` nearest to that in ``point`` at which the statement is true.

        It lies in [low, high]; None where there is none.
        """
        at = point[along]
        steps: list[tuple[Any, list[tuple[Any, int | None, int | None, int | None]]]] = []
        for form, parsed in zip(self.c.forms, self.formulas, strict=False):
            if along not in form.names:
                value = form.value({name: fast(each) for name, each in point.items()})
                sign = None if value is None else int(value > 0) - int(value < 0)
                steps.append((sign, []))
                continue
            found = thresholds(self.game, along, parsed, {n: v for n, v in point.items() if n != along})
            own = [
                (_plain(each.at), each.before, each.at_point, each.after) for each in (*found.inside, *found.outside)
            ]
            own.sort(key=cmp_to_key(_by_root))
            steps.append((found.state, own))
        marks: list[Any] = [low, high, at] if low <= at <= high else [low, high]
        marks += [each[0] for _, own in steps for each in own if compare(low, each[0]) < 0 < compare(high, each[0])]
        marks.sort(key=cmp_to_key(compare))
        marks = [each for k, each in enumerate(marks) if k == 0 or compare(marks[k - 1], each) < 0]
        best: Nearest | None = None
        for k, mark in enumerate(marks):
            options = []
            if self._true([_at(step, mark) for step in steps], point, along, mark):
                options.append(Nearest(mark, attained=True))
            for end in (k - 1, k + 1):
                if 0 <= end < len(marks):
                    inside = _between(mark, marks[end])
                    if self._true([_beside(step, inside) for step in steps], point, along, inside):
                        options.append(Nearest(mark, attained=False, inside=inside))
            if options and (best is None or compare(_distance(mark, at), _distance(best.value, at)) < 0):
                best = options[0]
        return best

    def _true(self, signs: Sequence[int | None], point: Mapping[str, Fraction], along: str, value: Any) -> bool:
        """Return whether the statement is true, and allowed, where the expressions have these signs."""
        known = [sign for sign in signs if sign is not None]
        if len(known) < len(signs) or not self.c.holds(tuple(known[: self.c.decisive])):
            return False
        if not all(each.met(known[each.index]) for each in self.c.constraints):
            return False
        # A constraint that is no inequality is not followed to an irrational value.
        return not self.c.opaque or (isinstance(value, Fraction) and self.c.game.allowed({**point, along: value}))


def _by_root(a: tuple[Any, ...], b: tuple[Any, ...]) -> int:
    return compare(a[0], b[0])


def _distance(a: Any, b: Any) -> Any:
    return b - a if compare(a, b) < 0 else a - b


def _between(a: Any, b: Any) -> Fraction:
    """Return a rational number strictly between two numbers, in the middle where they are rational."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return (a + b) / 2
    import sympy

    digits = 20
    while True:
        middle = sympy.Rational(str(sympy.N((a + b) / 2, digits)))
        guess = Fraction(int(middle.p), int(middle.q))
        if compare(a, guess) * compare(guess, b) > 0:
            return guess
        digits *= 2


def _at(step: tuple[Any, list[Any]], value: Any) -> int | None:
    """Return the sign of an expression at a value: of its step function, state first."""
    for root, _, at_point, _ in step[1]:
        if compare(root, value) == 0:
            return int(at_point) if at_point is not None else None
    return _beside(step, value)


def _beside(step: tuple[Any, list[Any]], value: Any) -> int | None:
    """Return the sign of an expression at a value that is none of its thresholds."""
    state, own = step
    if not own:
        return None if state is None else int(state)
    below = [each for each in own if compare(each[0], value) < 0]
    sign = below[-1][3] if below else own[0][1]
    return None if sign is None else int(sign)
