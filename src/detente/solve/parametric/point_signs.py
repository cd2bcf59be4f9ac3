"""Expressions at one point: bounds as close as asked for, and their sign, proved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.games.rational import NotRational, Tree, tree, value_of
from detente.solve.parametric.intervals import BITS, Undefined, enclose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.solve.parametric.intervals import Near, Span

__all__ = ["sign_at", "span_at"]


def span_at(node: Tree, values: Mapping[str, Any], bits: int = BITS, near: Near | None = None) -> Span:
    """Return bounds of a tree at a point, equal where the value is rational.

    ``near`` keeps the bounds of its parts for more trees at the same point.

    Raises
    ------
    NotRational
        If it has no value there, or no bounds are known.
    """
    try:
        found = value_of(node, values)
    except NotRational:
        known = None if near is None else near.setdefault(bits, {})
        return enclose(node, {name: (value, value) for name, value in values.items()}, bits=bits, known=known)
    except ZeroDivisionError:
        raise Undefined from None
    return found, found


def sign_at(expression: Any, values: Mapping[str, Any], near: Near | None = None) -> int | None:
    """Return the sign of an expression at a point given by FLINT rationals; None where it is undefined or open.

    ``near`` keeps the bounds of its parts for more expressions at the same point.

    A value that is not rational is enclosed ever closer until it is apart from 0; that it is 0 is proved by SymPy.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from detente.formula import symbol
    >>> from detente.games.rational import fast
    >>> import sympy
    >>> x = symbol("x")
    >>> [sign_at(sympy.exp(x) - 2, {"x": fast(Fraction(k, 10))}) for k in (6, 7)]
    [-1, 1]
    >>> sign_at(sympy.log(x), {"x": fast(Fraction(1))})
    0
    """
    node = tree(expression)
    for bits in (BITS, 4 * BITS, 16 * BITS):
        try:
            low, high = span_at(node, values, bits, near)
        except NotRational:
            return None
        if low > 0 or high < 0 or low == high:
            return int(low > 0) - int(high < 0)
    return 0 if _vanishes(expression, values) else None


def _vanishes(expression: Any, values: Mapping[str, Any]) -> bool:
    """Return whether an expression is proved to be 0 at a point."""
    import sympy

    names = {each: values[each.name] for each in expression.free_symbols}
    found = expression.xreplace({each: sympy.Rational(int(v.p), int(v.q)) for each, v in names.items()})
    return found.is_zero is True or (found.is_algebraic is True and found.equals(0) is True)
