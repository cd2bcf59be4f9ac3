"""Expressions with cases (``piecewise``, ``max``, ``min``, ``abs``) as expressions without, each with its conditions.

Where a payoff has cases, an atlas is made case by case: in each, payoffs are rational, and the conditions of the case
are conditions of its regions. The cases exclude each other and cover everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.symbolic import SymbolicGame

__all__ = ["Case", "cases", "resolved"]

#: Conditions ``(expression, relation)``, each meaning ``expression relation 0``, and the expressions where they hold.
Case = tuple[tuple[tuple[Any, str], ...], tuple[Any, ...]]

#: Most cases that are made.
LIMIT = 256

_OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">=", "==": "!=", "!=": "=="}


def resolved(game: SymbolicGame, expression: Any) -> Any:
    """Return an expression in which derived names that have cases are replaced by their formulas."""
    kinds = _kinds()
    while True:
        inner = {
            each: game.derived[each.name]
            for each in expression.free_symbols
            if each.name in game.derived and game.expand(each).has(*kinds)
        }
        if not inner:
            return expression
        expression = expression.xreplace(inner)


def cases(expressions: Sequence[Any]) -> list[Case]:
    """Return the cases of expressions, one without conditions where they have none.

    Raises
    ------
    UsageError
        If there are more than 256.

    Examples
    --------
    >>> import sympy
    >>> x, y = sympy.symbols("x y", real=True)
    >>> cases([sympy.Max(x, y) + 1])
    [(((x - y, '>='),), (x + 1,)), (((-x + y, '>'),), (y + 1,))]
    """
    done: list[Case] = []
    waiting: list[Case] = [((), tuple(expressions))]
    while waiting:
        conditions, values = waiting.pop()
        # by their text: the order of a set differs from run to run, and with it that of the conditions
        inner = (sorted(filter(_innermost, value.atoms(*_kinds())), key=str) for value in values)
        found = next((each[0] for each in inner if each), None)
        if found is None:
            done.append((conditions, values))
        else:
            waiting += [
                ((*conditions, *more), tuple(value.xreplace(replaced) for value in values))
                for more, replaced in reversed(_split(found))
            ]
        if len(done) + len(waiting) > LIMIT:
            raise UsageError(f"found more than {LIMIT} cases; expected fewer; let fewer parameters vary")
    return done


def _kinds() -> tuple[Any, ...]:
    import sympy

    return sympy.Piecewise, sympy.Max, sympy.Min, sympy.Abs


def _innermost(found: Any) -> bool:
    return not any(arg.has(*_kinds()) for arg in found.args)


def _split(found: Any) -> list[tuple[tuple[tuple[Any, str], ...], dict[Any, Any]]]:
    """Return the cases of one function: conditions, and what replaces what."""
    import sympy

    if isinstance(found, sympy.Abs):
        inner = found.args[0]
        return [(((inner, ">="),), {found: inner}), (((inner, "<"),), {found: -inner})]
    if isinstance(found, sympy.Piecewise):
        relation = min(found.atoms(sympy.core.relational.Relational), key=str)
        gap, kind = relation.lhs - relation.rhs, relation.rel_op
        same, other = (relation, relation.reversed), (relation.negated, relation.negated.reversed)
        yes = {**dict.fromkeys(same, sympy.true), **dict.fromkeys(other, sympy.false)}
        no = {**dict.fromkeys(same, sympy.false), **dict.fromkeys(other, sympy.true)}
        return [(((gap, kind),), yes), (((gap, _OPPOSITE[kind]),), no)]
    args = sorted(found.args, key=str)
    turn = 1 if isinstance(found, sympy.Max) else -1
    # Of equals the first is taken, so that the cases exclude each other.
    return [
        (
            tuple((turn * (own - other), ">" if j < k else ">=") for j, other in enumerate(args) if j != k),
            {found: own},
        )
        for k, own in enumerate(args)
    ]
