"""Thresholds along a parameter that enters a comparison through powers, roots, exponentials or cases.

The roots of each comparison are isolated in the interval of the parameter by ball arithmetic
(:mod:`~detente.solve.parametric.enclosures`), each with a certificate that it is one and alone; between them every
sign is constant, and is read off at a rational point. Where two comparisons vanish closer to each other than can be
told apart, or one touches zero, the change across both is reported and the note says so. Beyond the interval nothing
is searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.symbolic import symbol
from detente.numbers import Enclosure, short
from detente.solve.parametric.enclosures import Curve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.games.symbolic import SymbolicGame

__all__ = ["EnclosedLine", "Step"]


@dataclass(frozen=True)
class Step:
    """A place at which signs may change: an enclosure, and the state before, at and after it.

    ``at_point`` is None where the signs at the root itself cannot all be told.
    """

    at: Enclosure
    before: Any
    at_point: Any
    after: Any


class EnclosedLine:
    """Signs of expressions along one parameter in [low, high], all others at fractions."""

    def __init__(
        self, game: SymbolicGame, along: str, point: Mapping[str, Fraction], low: Fraction, high: Fraction
    ) -> None:
        if low == high:
            raise UsageError(f"the interval of {along} is a point; expected one of positive length")
        self.game, self.along, self.low, self.high = game, along, low, high
        self.keep = [along] if along in game.derived else []
        self.values = dict(point)
        self.curves: dict[Any, Curve] = {}

    def curve(self, expression: Any) -> Curve:
        """Return an expression along the parameter."""
        if expression not in self.curves:
            expanded = self.game.expand(expression, keep=self.keep)
            self.curves[expression] = Curve(expanded, symbol(self.along), self.values)
        return self.curves[expression]

    def steps(
        self, expressions: Sequence[Any], state: Callable[[Callable[[Any], int | None]], Any]
    ) -> tuple[tuple[Step, ...], Any, tuple[str, ...]]:
        """Return where the state changes, the state just above the lower end, and notes on what was not decided."""
        places: list[tuple[Fraction, Fraction, Any]] = []
        knots: list[tuple[Fraction, Fraction]] = []
        for each in expressions:
            found = self.curve(each).roots(self.low, self.high)
            places += [(root.low, root.high, each) for root in found.roots]
            places += [(low, high, None) for low, high in found.knots]
            knots += found.knots
        groups = _apart(places)
        ends = [self.low, *(edge for low, high, _ in groups for edge in (low, high)), self.high]
        samples = [(ends[k] + ends[k + 1]) / 2 for k in range(0, len(ends), 2)]
        pieces = [state(self._between(sample)) for sample in samples]
        steps = []
        for k, (low, high, roots) in enumerate(groups):
            known = None if None in roots or len(roots) > 1 else roots[0]
            at_point = None if known is None else state(self._at(known, low, high))
            if pieces[k] != pieces[k + 1] or (at_point is not None and at_point != pieces[k]):
                steps.append(Step(Enclosure(low, high), pieces[k], at_point, pieces[k + 1]))
        notes = (
            ["Each value is enclosed: it lies between two fractions, and no other change lies there."] if steps else []
        )
        if knots:
            spots = ", ".join(f"[{short(low, 6)}, {short(high, 6)}]" for low, high in knots[:3])
            notes.append(f"Near {spots} a comparison touches zero or has no value: what happens there is not decided.")
        return tuple(steps), pieces[0], tuple(notes)

    def _between(self, sample: Fraction) -> Callable[[Any], int | None]:
        return lambda expression: self.curve(expression).sign(sample)

    def _at(self, root: Any, low: Fraction, high: Fraction) -> Callable[[Any], int | None]:
        def sign(expression: Any) -> int | None:
            return 0 if expression in {root, -root} else self.curve(expression).sign(low, high)

        return sign


def _apart(places: list[tuple[Fraction, Fraction, Any]]) -> list[tuple[Fraction, Fraction, list[Any]]]:
    """Return enclosures in order, those that meet joined."""
    joined: list[tuple[Fraction, Fraction, list[Any]]] = []
    for low, high, each in sorted(places, key=lambda place: (place[0], place[1])):
        if joined and low <= joined[-1][1]:
            before = joined[-1]
            joined[-1] = (before[0], max(before[1], high), [*before[2], each])
        else:
            joined.append((low, high, [each]))
    return joined
