"""Analyses that solve named formulas for a parameter: critical values in closed form, and what moves them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.formula import symbol
from detente.numbers import short
from detente.solve.parametric._cases import cases, resolved
from detente.solve.parametric.signs import witnessed_signs
from detente.study.analyses import Analysis
from detente.study.sums import sign_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.study.analyses import Task

__all__ = ["ANALYSES"]


def _roots(game: Any, expression: Any, along: str) -> Iterator[tuple[Any, tuple[tuple[Any, str], ...]]]:
    """Yield the values of a parameter at which an expression is 0, each with the conditions of its case.

    None stands for a case without a closed form. Linear and quadratic equations have one, and those that are linear in a
    power whose exponent is the parameter.
    """
    import sympy

    x = symbol(along)
    inner = {
        each: game.expand(each)
        for each in expression.free_symbols
        if each.name in game.derived and each.name != along and x in game.expand(each).free_symbols
    }
    for conditions, (value,) in cases([resolved(game, expression.xreplace(inner))]):
        if x not in value.free_symbols:
            continue
        top = sympy.numer(sympy.together(value))
        powers = [each for each in top.atoms(sympy.Pow) if each.exp.has(x)]
        if powers:
            found = _power_root(top, powers, x)
            yield found, conditions
            continue
        polynomial = sympy.Poly(top, x) if top.is_polynomial(x) else None
        if polynomial is None or polynomial.degree() > 2:
            yield None, conditions
        elif polynomial.degree() == 1:
            a, b = polynomial.all_coeffs()
            yield _tidy(-b / a), conditions
        else:
            a, b, c = polynomial.all_coeffs()
            root = sympy.sqrt(sympy.factor(b**2 - 4 * a * c))
            yield _tidy((-b - root) / (2 * a)), conditions
            yield _tidy((-b + root) / (2 * a)), conditions


def _power_root(top: Any, powers: list[Any], x: Any) -> Any:
    """Return the root of an equation that is linear in one power ``base**x``, None of another equation."""
    import sympy

    base = powers[0].base
    dummy = sympy.Dummy("power", positive=True)
    replaced = top
    for each in powers:
        if each.base != base or not (each.exp / x).is_Integer:
            return None
        replaced = replaced.xreplace({each: dummy ** (each.exp / x)})
    if x in replaced.free_symbols or not replaced.is_polynomial(dummy):
        return None
    polynomial = sympy.Poly(replaced, dummy)
    if polynomial.degree() != 1:
        return None
    a, b = polynomial.all_coeffs()
    return sympy.log(_tidy(-b / a)) / sympy.log(base)


def _tidy(expression: Any) -> Any:
    import sympy

    return sympy.factor_terms(sympy.cancel(expression)) if not expression.has(sympy.sqrt) else expression


def _critical_values(task: Task) -> list[Table]:
    from detente.printing import plain as formula_text

    game = task.values
    rows = []
    for name, parsed in task.formulas().items():
        expression = game.expression(parsed)
        for along in task.question.along:
            for root, conditions in _roots(game, expression, along):
                where = " and ".join(
                    f"{formula_text(each)} {relation} 0" for each, relation in _readable(conditions)
                )
                if root is None:
                    rows.append((name, along, "no closed form", where, *("" for _ in task.points)))
                    continue
                values = [_at(game, root, point.values, along, conditions) for point in task.points]
                if any(values):
                    rows.append((name, along, formula_text(root), where, *values))
    columns: tuple[str, ...] = ("zero of", "in", "at", "where", *(point.name for point in task.points))
    if all(row[3] == "" for row in rows):
        columns = (*columns[:3], *columns[4:])
        rows = [(*row[:3], *row[4:]) for row in rows]
    note = (
        "Pairs without a row: the formula does not hold the parameter, or reaches 0 at none of the points. Blank: not at "
        "this point, where another case of the formula holds."
    )
    return [Table("critical values in closed form", columns, tuple(rows), (note,))]


def _readable(conditions: tuple[tuple[Any, str], ...]) -> list[tuple[Any, str]]:
    return [(each, relation) for each, relation in dict.fromkeys(conditions)]


def _at(game: Any, root: Any, values: Any, along: str = "", conditions: Any = ()) -> str:
    """Return a critical value at a point; blank where its case does not hold with it, or it is not real."""
    try:
        found = game.evaluate(root, values)
        there = {**values, along: Fraction(found)} if conditions else values
        fits = all(_met(game.evaluate(each, there), relation) for each, relation in conditions)
    except UsageError:
        return ""
    return short(found, 4) if fits else ""


def _met(value: Any, relation: str) -> bool:
    return bool(
        {
            ">=": value >= 0,
            ">": value > 0,
            "<=": value <= 0,
            "<": value < 0,
            "==": value == 0,
            "!=": value != 0,
        }[relation]
    )


def _effects(task: Task) -> list[Table]:
    """Which way the critical value of the first parameter moves with the others, over the box and at the points."""
    game = task.values
    box = {name: (interval.low, interval.high) for name, interval in game.parameters.items()}
    first, *others = task.question.along
    rows = []
    for name, parsed in task.formulas().items():
        for root, _ in _roots(game, game.expression(parsed), first):
            if root is None:
                continue
            for other in others:
                slope = game.expand(root).diff(symbol(other)) if other in game.parameters else root.diff(symbol(other))
                if slope == 0:
                    rows.append((name, other, "no effect", *("0" for _ in task.points)))
                    continue
                words = _slope_words(game, slope, box)
                rows.append((name, other, words, *(_at(game, slope, point.values) for point in task.points)))
    columns = ("zero of", "with", "slope over the box", *(point.name for point in task.points))
    return [Table(f"what moves the critical value of {first}", columns, tuple(rows))]


def _slope_words(game: Any, slope: Any, box: Any) -> str:
    """Return in words which signs a slope takes over the box."""
    from detente.solve.parametric._polynomial_ring import GameRing
    from detente.solve.parametric.redundancy import Decider

    expanded = game.expand(slope)
    met = witnessed_signs(expanded, box)
    if {-1, 1} <= met:
        return sign_words(met | {0}, met)
    ring = GameRing(game, [slope])
    top, bottom = ring.quotient(slope)
    decide = Decider(ring, box)
    signs = {a * b for a in decide.signs(top) for b in decide.signs(bottom) - {0}}
    return sign_words(frozenset(signs), met)


ANALYSES = {
    "critical_values": Analysis(
        _critical_values, "the values of the parameters `along` at which named formulas are 0, in closed form"
    ),
    "effects": Analysis(
        _effects, "which way the critical value of the first parameter `along` moves with each of the others"
    ),
}
