"""Expressions of a parametric game as programs, with parameters held at exact values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.formula import Formula, symbol
from detente.numbers import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.ensemble.compile import Program
    from detente.games.symbolic import SymbolicGame

__all__ = ["finite", "held_expression", "labels_of", "truths_of", "value_of"]


def held_expression(expression: Any, held: Mapping[str, Fraction]) -> Any:
    """Return an expression with parameters replaced by exact values, so that what cancels there cancels exactly."""
    import sympy

    if not held or not hasattr(expression, "xreplace"):
        return expression
    return expression.xreplace(
        {symbol(name): sympy.Rational(value.numerator, value.denominator) for name, value in held.items()}
    )


def labels_of(game: SymbolicGame, held: Mapping[str, Fraction]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the parameters that are left, and the derived values with the held ones in them."""
    names = tuple(name for name in game.parameters if name not in held)
    return names, {name: held_expression(each, held) for name, each in game.derived.items()}


def truths_of(game: SymbolicGame, conclusions: Mapping[str, Conclusion | Formula]) -> dict[str, Any]:
    """Return the formulas among conclusions as SymPy expressions; they hold where they are positive."""
    found = {}
    for name, given in conclusions.items():
        parsed = given if isinstance(given, Formula) else given.formula
        if parsed is not None:
            found[name] = game.expression(parsed, as_written=True)
    return found


def value_of(program: Program, values: Mapping[str, Any], n: int, first: int) -> NDArray[np.float64]:
    """Return the outputs of a program from the given one on: (outputs, n)."""
    import numpy as np

    found = program({name: values[name] for name in program.names})[first:]
    table = np.empty((len(found), n))
    for row, each in enumerate(found):
        table[row] = each
    return table


def finite(found: Any, whose: str, values: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise a UsageError where payoffs are not finite at some draw."""
    import numpy as np

    bad = ~np.isfinite(np.asarray(found))
    if not bad.any():
        return
    draw = int(np.argmax(bad)) if bad.ndim else 0
    at = ", ".join(
        f"{name} = {plain(float(np.asarray(values[name]).flat[draw if np.ndim(values[name]) else 0]))}"
        for name in names
    )
    raise UsageError(
        f"the payoffs of {whose} are not finite at a draw ({at}); expected finite numbers; keep the intervals inside "
        "the domain of the formulas"
    )
