"""Better points of a part of a box, proposed in floats and pulled back until they are inside."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.games.rational import fast
from detente.solve.parametric.intervals import differentiated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detente.conclusions._conditions import Conditions
    from detente.conclusions._forms import Box, Form, Values

__all__ = ["LocalSearch"]

#: How far to go from a point inside to a proposal, which may be a rounding error outside: the farthest first.
_STEPS = tuple(fast(Fraction(1) - Fraction(1, 10**k)) for k in (9, 7, 5, 3, 2, 1))
_DENOMINATOR = 10**9


class LocalSearch:
    """Raises an expression within inequalities by sequential quadratic programming.

    Parameters
    ----------
    objective : Form
    conditions : Conditions
        Its decisive expressions and constraints, where they stand in one cube, have to stay at least 0.
    names : sequence of str
        Parameters that may move.
    box : Box
        Where they may go.

    References
    ----------
    D. Kraft (1988), "A software package for sequential quadratic programming", DFVLR-FB 88-28.
    """

    def __init__(self, objective: Form, conditions: Conditions, names: Sequence[str], box: Box) -> None:
        import sympy

        from detente.conclusions.ensemble.compile import compiled

        self.names = [name for name in names if box[name][0] != box[name][1]]
        self.box = box
        literals = [*(conditions.cubes(wanted=True) or ((),))[0], *conditions.constraints]
        rows = [each.orient * conditions.forms[each.index].expression for each in literals]
        self.count = len(rows)
        expressions = [objective.expression, *rows]
        #: False where a kink would mislead the search.
        self.smooth = not any(each.has(sympy.Max, sympy.Min, sympy.Abs, sympy.Piecewise) for each in expressions)
        if not self.smooth:
            return
        slopes = [differentiated(each, name) for each in expressions for name in self.names]
        self.program = compiled([*expressions, *slopes], {}, tuple(box))

    def climb(self, start: Values) -> Iterator[Values]:
        """Yield exact points with more of the expression, best first; they may be outside."""
        import numpy as np
        from scipy.optimize import minimize

        if not self.names or not self.smooth:
            return
        low = np.array([float(self.box[name][0]) for name in self.names])
        width = np.array([float(self.box[name][1] - self.box[name][0]) for name in self.names])
        fixed = {name: float(value) for name, value in start.items()}

        def evaluate(x: Any) -> tuple[Any, Any]:
            values = {**fixed, **dict(zip(self.names, low + x * width, strict=True))}
            found = np.array([float(each) for each in self.program(values)])
            split = self.count + 1
            return found[:split], found[split:].reshape(split, -1) * width

        x0 = np.array([(float(start[name]) - a) / w for name, a, w in zip(self.names, low, width, strict=True)])
        if not np.isfinite(np.concatenate([each.ravel() for each in evaluate(x0)])).all():
            return
        inside: Any = {"type": "ineq", "fun": lambda x: evaluate(x)[0][1:], "jac": lambda x: evaluate(x)[1][1:]}
        more: Any = {
            "jac": lambda x: -evaluate(x)[1][0],
            "bounds": [(0.0, 1.0)] * len(x0),
            "constraints": [inside] if self.count else [],
            "options": {"maxiter": 60, "ftol": 1e-12},
        }
        solver: Any = minimize
        found = solver(lambda x: float(-evaluate(x)[0][0]), x0, method="SLSQP", **more)
        if not np.isfinite(found.x).all():
            return
        target = dict(start)
        for name, t in zip(self.names, np.clip(found.x, 0.0, 1.0), strict=True):
            first, last = self.box[name]
            near = Fraction(float(t)).limit_denominator(_DENOMINATOR)
            target[name] = first + (last - first) * fast(near)
        yield target
        for step in _STEPS:
            yield {name: start[name] + (target[name] - start[name]) * step for name in start}
