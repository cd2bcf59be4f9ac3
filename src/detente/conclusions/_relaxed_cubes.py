"""Cubes whose expressions are rational functions, as polynomial inequalities over the unit cube.

Linear relaxations of these (:mod:`detente.solve.parametric._common_points`) settle most cubes on the first piece,
by a proof or by a point, where bounds of first order would need many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions._forms import Form
from detente.games.rational import is_rational
from detente.numbers import fraction_of
from detente.solve.parametric._common_points import Answer, common_point
from detente.solve.parametric._polynomial_ring import Ring
from detente.solve.parametric._unit_box import UnitBox, enclosure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.conclusions._conditions import Cube
    from detente.conclusions._forms import Box, RiskForm, Values

__all__ = ["RelaxedCubes"]

#: Pieces of the box that are looked at for one cube.
PIECES = 8


class RelaxedCubes:
    """The rational expressions among some as polynomials, and questions about cubes of them."""

    def __init__(self, forms: Sequence[Form | RiskForm]) -> None:
        rational = [isinstance(each, Form) and is_rational(each.expression) for each in forms]
        chosen = [each.expression for each, fits in zip(forms, rational, strict=True) if fits]
        self.ring = Ring(chosen)
        self.signs: list[Any] = []
        for each, fits in zip(forms, rational, strict=True):
            self.signs.append(self._sign(each.expression) if fits else None)
        self._last: tuple[Box, UnitBox] | None = None
        self._polynomials: dict[int, Any] = {}

    def _sign(self, expression: Any) -> Any:
        """Return a polynomial that has the sign of an expression, and what this divides by; None where by zero."""
        try:
            top, bottom = self.ring.quotient(expression)
        except ZeroDivisionError:
            return None
        return top * bottom, bottom

    def _over(self, box: Box) -> UnitBox:
        if self._last is None or self._last[0] != box:
            ends = {name: (fraction_of(a), fraction_of(b)) for name, (a, b) in box.items()}
            self._last = dict(box), UnitBox(self.ring, ends)
            self._polynomials = {}
        return self._last[1]

    def _polynomial(self, index: int, unit: UnitBox) -> Any:
        """Return an expression as a polynomial over the unit cube, None where it has none or may have a pole there."""
        found = self.signs[index] if index < len(self.signs) else None
        if found is None:
            return None
        low, high = enclosure(unit.form(found[1]))
        return unit.form(found[0]) if low > 0 or high < 0 else None

    def look(self, cube: Cube, box: Box) -> bool | Values | None:
        """Return False where a cube is proved to have no point in a box, a point that seems to be one, else None."""
        unit = self._over(box)
        forms = []
        for each in cube:
            if each.index not in self._polynomials:
                self._polynomials[each.index] = self._polynomial(each.index, unit)
            polynomial = self._polynomials[each.index]
            if polynomial is not None:
                forms.append((polynomial * each.orient, each.strict))
        if not forms:
            return None
        found: Answer = common_point(unit, forms, PIECES)
        if found.core is not None:
            return False
        if found.point is None:
            return None
        point = {name: (low + high) / 2 for name, (low, high) in box.items()}
        for k, share in zip(unit.moving, found.point, strict=True):
            low, high = box[self.ring.generators[k].name]
            point[self.ring.generators[k].name] = low + (high - low) * share
        return point
