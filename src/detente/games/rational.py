"""SymPy expressions as trees, which are walked a hundred times faster; exact values of those that are rational.

What is no rational function, such as a square root, an exponential or a case, is a node of its own kind. Cases and
extremes of rational functions have values here; the rest is enclosed by :mod:`detente.solve.parametric.intervals`.
"""

from __future__ import annotations

import operator
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = [
    "FUNCTIONS",
    "NotRational",
    "Tree",
    "fast",
    "is_known",
    "is_rational",
    "rational_value",
    "shared_value",
    "slope",
    "tree",
    "value_of",
]

#: ``("s", name)``, ``("n", fmpq, -1 if it is negative, else 1)``, ``("+", nodes)``, ``("*", nodes)``,
#: ``("^", node, whole exponent)``; ``("f", function, nodes)`` with a function of :data:`FUNCTIONS`;
#: ``("cases", ((node, condition), ..))``; ``("?",)``. Conditions are ``("rel", sign, node)``, ``("and", ..)``,
#: ``("or", ..)``, ``("not", ..)``, ``("true",)``, ``("false",)``.
#: Inside trees numbers are FLINT's rationals, which compute ten times faster than Fractions.
Tree = tuple[Any, ...]

#: SymPy's names of functions, and those of nodes; ``step`` is 0 below 0 and 1 above, ``sign`` -1 and 1.
FUNCTIONS = {
    "Pow": "pow",
    "exp": "exp",
    "log": "log",
    "Abs": "abs",
    "Min": "min",
    "Max": "max",
    "sign": "sign",
    "Heaviside": "step",
    "Exp1": "e",
    "Pi": "pi",
}

#: Exponents up to which a power with a parameter in its exponent is computed.
MAX_EXPONENT = 1000


class NotRational(Exception):  # noqa: N818 - control flow, not an error
    """An expression is not a rational function, or has a pole here."""


@lru_cache(maxsize=4096)
def tree(expression: Any) -> Tree:
    """Return a SymPy expression as nested tuples; parts that are not known become ``("?",)``."""
    from flint import fmpq

    if expression.is_Symbol:
        return ("s", expression.name)
    if expression.is_Rational:
        return _number(fmpq(int(expression.p), int(expression.q)))
    if expression.is_Add or expression.is_Mul:
        return ("+" if expression.is_Add else "*", tuple(tree(arg) for arg in expression.args))
    if expression.is_Pow and expression.exp.is_Integer:
        return ("^", tree(expression.base), int(expression.exp))
    kind = type(expression).__name__
    if kind == "Piecewise":
        return ("cases", tuple((tree(value), _condition(condition)) for value, condition in expression.args))
    if kind in FUNCTIONS:
        args = expression.args[:1] if kind == "Heaviside" else expression.args
        return ("f", FUNCTIONS[kind], tuple(map(tree, args)))
    return ("?",)


def _condition(condition: Any) -> Tree:
    kind = type(condition).__name__
    if kind in {"BooleanTrue", "BooleanFalse"}:
        return ("true",) if kind == "BooleanTrue" else ("false",)
    if kind in {"And", "Or"}:
        return (kind.lower(), *map(_condition, condition.args))
    if kind == "Not":
        return ("not", _condition(condition.args[0]))
    if getattr(condition, "is_Relational", False):
        return ("rel", condition.rel_op, tree(condition.lhs - condition.rhs))
    return ("?",)


def is_rational(expression: Any) -> bool:
    """Return whether an expression is a rational function of its parameters."""
    return _made_of(tree(expression), "sn+*^")


def is_known(expression: Any) -> bool:
    """Return whether an expression can be enclosed over a box: all its functions are known."""
    return _made_of(tree(expression), "")


def _made_of(node: Tree, kinds: str) -> bool:
    """Return whether all nodes are of the kinds given; of any known kind if none are."""
    kind = node[0]
    if kind == "?" or (kinds and kind not in kinds):
        return False
    inner: tuple[Any, ...] = ()
    if kind in "+*":
        inner = node[1]
    elif kind == "^":
        inner = (node[1],)
    elif kind == "f":
        inner = node[2]
    elif kind == "cases":
        inner = tuple(part for pair in node[1] for part in pair)
    elif kind == "rel":
        inner = (node[2],)
    elif kind in {"and", "or", "not"}:
        inner = node[1:]
    return all(_made_of(each, kinds) for each in inner)


def rational_value(expression: Any, values: Mapping[str, Fraction]) -> Fraction | None:
    """Return a SymPy expression at exact ``values`` as a Fraction; None where it has no value, or is not rational.

    Examples
    --------
    >>> from detente.formula import symbol
    >>> rational_value(symbol("a") / 3 + 1, {"a": Fraction(1, 2)})
    Fraction(7, 6)
    """
    try:
        found = value_of(tree(expression), _Converted(values))
    except (NotRational, ZeroDivisionError):
        return None
    return Fraction(int(found.p), int(found.q))


class _Converted(dict[str, Any]):
    """Values as FLINT rationals, converted when they are asked for."""

    def __init__(self, given: Mapping[str, Fraction]) -> None:
        super().__init__()
        self.given = given

    def __missing__(self, name: str) -> Any:
        found = self[name] = fast(self.given[name])
        return found


def fast(value: Fraction) -> Any:
    """Return a Fraction as the rational number that trees compute with."""
    return _kind()(value.numerator, value.denominator)


@cache
def _kind() -> Any:
    """Return FLINT's rational number, looked up once: most calls take less time than an import."""
    from flint import fmpq

    return fmpq


def value_of(node: Tree, values: Mapping[str, Any]) -> Any:
    """Return the exact value of a tree at FLINT rationals.

    Raises
    ------
    NotRational
        If part of it is no rational function, or a case of such functions.
    ZeroDivisionError
        At a pole.
    """
    kind = node[0]
    if kind == "s":
        return values[node[1]]
    if kind == "n":
        return node[1]
    if kind == "+":
        total = value_of(node[1][0], values)
        for arg in node[1][1:]:
            total += value_of(arg, values)
        return total
    if kind == "*":
        total = value_of(node[1][0], values)
        for arg in node[1][1:]:
            total *= value_of(arg, values)
        return total
    if kind == "^":
        return value_of(node[1], values) ** node[2]
    if kind == "f" and node[1] == "pow":
        exponent = value_of(node[2][1], values)
        if exponent.q == 1 and abs(int(exponent.p)) <= MAX_EXPONENT:
            return value_of(node[2][0], values) ** int(exponent.p)
    if kind == "f" and node[1] in _EXTREMES:
        return _EXTREMES[node[1]](value_of(each, values) for each in node[2])
    if kind == "f" and node[1] == "abs":
        return abs(value_of(node[2][0], values))
    if kind == "cases":
        for case, condition in node[1]:
            if _is_met(condition, values):
                return value_of(case, values)
    raise NotRational


_EXTREMES: dict[str, Callable[[Iterable[Any]], Any]] = {"min": min, "max": max}
_RELATIONS: dict[str, Callable[[Any, int], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def _is_met(condition: Tree, values: Mapping[str, Any]) -> bool:
    """Return whether a condition holds at FLINT rationals; every part of it has to have a value."""
    kind = condition[0]
    if kind == "rel":
        return _RELATIONS[condition[1]](value_of(condition[2], values), 0)
    if kind in {"true", "false"}:
        return bool(kind == "true")
    parts = [_is_met(each, values) for each in condition[1:]]
    if kind == "not":
        return not parts[0]
    if kind in {"and", "or"}:
        return all(parts) if kind == "and" else any(parts)
    raise NotRational


def shared_value(node: Tree, values: Mapping[str, Any], known: dict[int, Any]) -> Any:
    """Return the value of a tree as :func:`value_of` does; ``known`` keeps those of terms of sums, by their identity.

    Sums whose terms are one object in several trees, as :func:`tree` makes them, are then worked out term by term once.
    """
    if node[0] != "+":
        return value_of(node, values)
    parts = []
    for part in node[1]:
        if id(part) not in known:
            known[id(part)] = value_of(part, values)
        parts.append(known[id(part)])
    return sum(parts[1:], parts[0])


def slope(node: Tree, name: str) -> Tree | None:
    """Return the derivative of a tree by a parameter, unsimplified, or None where the tree does not hold it."""
    kind = node[0]
    if kind == "s":
        return _one() if node[1] == name else None
    if kind == "n":
        return None
    if kind == "+":
        parts = tuple(part for arg in node[1] if (part := slope(arg, name)) is not None)
        return ("+", parts) if parts else None
    if kind == "*":
        parts = tuple(
            ("*", (part, *node[1][:k], *node[1][k + 1 :]))
            for k, arg in enumerate(node[1])
            if (part := slope(arg, name)) is not None
        )
        return ("+", parts) if parts else None
    if kind == "^":
        inner = slope(node[1], name)
        return None if inner is None else ("*", (_number(fast(Fraction(node[2]))), ("^", node[1], node[2] - 1), inner))
    return ("?",) if _holds(node, name) else None


def _holds(node: Any, name: str) -> bool:
    """Return whether a tree holds a parameter, or a part that is not known."""
    if node and (node[0] == "?" or (node[0] == "s" and node[1] == name)):
        return True
    return any(_holds(each, name) for each in node if isinstance(each, tuple))


def _one() -> Tree:
    return _number(fast(Fraction(1)))


def _number(value: Any) -> Tree:
    """Return the node of a FLINT rational."""
    return ("n", value, 1 if value >= 0 else -1)
