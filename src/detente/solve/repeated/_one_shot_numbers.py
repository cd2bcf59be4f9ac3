"""The numbers of one-shot deviations: rationals in FLINT, floats, or the rationals with one algebraic number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from detente.numbers import fraction_of

__all__ = ["Numbers"]


def _rational(value: Any) -> Any:
    """Return a rational number as FLINT has it: Fractions take most of the time of a check."""
    from flint import fmpq

    ratio = value if isinstance(value, (int, Fraction)) else Fraction(value)
    return fmpq(ratio.numerator, ratio.denominator)


class Numbers:
    """The numbers that go with one discount factor, ``delta``: made by :meth:`number`, given back by :meth:`out`."""

    def __init__(self, factor: Any, arithmetic: str) -> None:
        self.domain: Any = None
        self.kind: Any = float if arithmetic == "float" or isinstance(factor, float) else _rational
        if self.kind is _rational and not isinstance(factor, Fraction):
            import sympy

            self.root = factor
            polynomial = sympy.minimal_polynomial(factor, sympy.Symbol("x"), polys=True)
            self.domain = sympy.QQ.algebraic_field(sympy.AlgebraicNumber((polynomial, factor)))
            self.delta = self.domain.unit
        else:
            self.delta = self.kind(factor)
        self.zero, self.one = self.number(0), self.number(1)

    def number(self, value: Any) -> Any:
        """Return a rational number or float as an element."""
        if self.domain is None:
            return self.kind(value)
        import sympy

        ratio = Fraction(value)
        return self.domain.convert(sympy.QQ(ratio.numerator, ratio.denominator))

    def out(self, value: Any) -> Any:
        """Return an element as a Fraction, float or SymPy expression in the algebraic number."""
        if self.domain is None:
            return value if self.kind is float else fraction_of(value)
        import sympy

        coefficients = [
            sympy.Rational(int(each.numerator), int(each.denominator)) for each in value.to_list()
        ]
        if len(coefficients) <= 1:
            return fraction_of(coefficients[0]) if coefficients else Fraction(0)
        return sum(
            (each * self.root**power for power, each in enumerate(reversed(coefficients))),
            start=sympy.Integer(0),
        )

    def solve(self, rows: list[dict[int, Any]], right: list[Any]) -> list[Any]:
        """Solve a regular system by Gauss-Jordan elimination on sparse rows; float pivots are the largest in size.

        A state has few next states, so rows stay short: for a trigger with long punishments the cost grows with the
        number of states, not with its cube.
        """
        table = [dict(row) for row in rows]
        values = list(right)
        for column in range(len(table)):
            candidates = [row for row in range(column, len(table)) if column in table[row]]
            pivot = (
                max(candidates, key=lambda row: abs(table[row][column]))
                if self.kind is float
                else candidates[0]
            )
            for each in (table, values):
                each[column], each[pivot] = each[pivot], each[column]
            head = table[column][column]
            lead = table[column] = {place: each / head for place, each in table[column].items()}
            values[column] = values[column] / head
            for row in range(len(table)):
                if row == column or column not in table[row]:
                    continue
                own = table[row]
                scale = own[column]
                for place, each in lead.items():
                    left = own.get(place, self.zero) - scale * each
                    if left == self.zero:
                        own.pop(place, None)
                    else:
                        own[place] = left
                own.pop(column, None)
                values[row] = values[row] - scale * values[column]
        return values
