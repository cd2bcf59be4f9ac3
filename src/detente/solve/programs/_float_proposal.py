"""Exact candidates for the optimum of a linear program, read off a floating-point solution.

Only a proposal: what it says is true once :meth:`~detente.solve.programs.linear_program.LinearSolution.holds` has
confirmed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.numbers import fraction_of

if TYPE_CHECKING:
    from detente.solve.programs.linear_program import LinearProgram

__all__ = ["FloatOptimum", "proposed_optimum"]

Row = tuple[Fraction, ...]


@dataclass(frozen=True)
class FloatOptimum:
    """An optimum in floating point: a point, slack and prices of inequalities, prices of equations, reduced costs.

    Prices are those of a maximization, at least 0 for inequalities.
    """

    x: Sequence[float]
    slack: Sequence[float]
    at_most_prices: Sequence[float]
    equal_prices: Sequence[float]
    reduced: Sequence[float]

    @classmethod
    def of(cls, found: Any) -> FloatOptimum | None:
        """Return what ``scipy.optimize.linprog`` found by minimizing the opposite, None where that is no optimum."""
        if found.status != 0 or found.x is None:
            return None
        return cls(
            found.x.tolist(),
            found.ineqlin.residual.tolist(),
            (-found.ineqlin.marginals).tolist(),
            (-found.eqlin.marginals).tolist(),
            found.lower.marginals.tolist(),
        )

    def with_rows(self, rows: Sequence[int]) -> FloatOptimum:
        """Return the same optimum of the program with these inequalities alone."""
        return replace(
            self,
            slack=[self.slack[k] for k in rows],
            at_most_prices=[self.at_most_prices[k] for k in rows],
        )


def proposed_optimum(p: LinearProgram, near: FloatOptimum | None = None) -> tuple[Row, Row, Row] | None:
    """Return a point and the prices of its inequalities and equations, or None; only a proposal.

    Positive variables and binding rows fix a vertex; positive prices and columns without reduced cost fix one
    of the dual. They are read off ``near``, which is sought where it is not given.
    """
    near = near or _float_optimum(p)
    if near is None:
        return None
    size = max(1.0, *map(abs, near.x))
    used = [k for k, value in enumerate(near.x) if k in p.free or abs(value) > 1e-9 * size]
    y, z = near.at_most_prices, near.equal_prices
    largest = max([1e-12, *(abs(price) for price in (*y, *z))])
    tight = [k for k, price in enumerate(y) if price > 1e-9 * largest]
    binding = [
        k for k, left in enumerate(near.slack) if abs(left) <= 1e-9 * size * max(1.0, abs(float(p.bounds[k])))
    ]
    x = _on(
        [[row[k] for k in used] for row in (*(p.at_most[k] for k in binding), *p.equal)],
        [*(p.bounds[k] for k in binding), *p.targets],
    )
    rows = [*(p.at_most[k] for k in tight), *p.equal]
    columns = sorted({*used, *(k for k, reduced in enumerate(near.reduced) if abs(reduced) <= 1e-9 * largest)})
    prices = _on([[row[k] for row in rows] for k in columns], [p.objective[k] for k in columns])
    if x is None or prices is None or len(x) != len(used) or len(prices) != len(rows):
        return None
    point = dict(zip(used, x, strict=True))
    whole = tuple(point.get(k, Fraction(0)) for k in range(len(p.objective)))
    priced = dict(zip(tight, prices, strict=False))
    return (
        whole,
        tuple(priced.get(k, Fraction(0)) for k in range(len(p.bounds))),
        tuple(prices[len(tight) :]),
    )


def _float_optimum(p: LinearProgram) -> FloatOptimum | None:
    """Return an optimum in floating point, None where there is none or numbers are too large for floats."""
    import numpy as np
    from scipy.optimize import linprog

    def matrix(rows: Sequence[tuple[list[int], int]]) -> Any:
        if not rows:
            return None
        return np.array([[entry / scale for entry in row] if scale > 1 else row for row, scale in rows], dtype=float)

    try:
        found = linprog(
            [-float(c) for c in p.objective],
            A_ub=matrix(p.whole_rows[: len(p.bounds)]),
            b_ub=[float(b) for b in p.bounds] or None,
            A_eq=matrix(p.whole_rows[len(p.bounds) :]),
            b_eq=[float(f) for f in p.targets] or None,
            bounds=[(None, None) if k in p.free else (0, None) for k in range(len(p.objective))],
            method="highs-ds",
        )
    except (OverflowError, ValueError):
        return None
    return FloatOptimum.of(found)


def _on(rows: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """Return an exact solution of equations, unknowns that are not fixed at 0, or None."""
    width = len(rows[0]) if rows else 0
    if not width:
        return [] if not any(right) else None
    from flint import fmpq, fmpq_mat

    entries = [
        fmpq(each.numerator, each.denominator)
        for row, target in zip(rows, right, strict=True)
        for each in (*row, target)
    ]
    reduced, rank = fmpq_mat(len(rows), width + 1, entries).rref()
    x = [Fraction(0)] * width
    for i in range(rank):
        lead = next(j for j in range(width + 1) if reduced[i, j] != 0)
        if lead == width:
            return None
        x[lead] = fraction_of(reduced[i, width])
    return x
