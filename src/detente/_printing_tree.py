"""SymPy expressions as trees of the formula grammar, in the order in which a reader wants them.

:mod:`detente.printing` writes trees of :class:`detente.formula.Node`. This module makes such a tree of a
SymPy expression and decides everything about it but the notation: the order of terms and factors, what
goes into a denominator, and where the signs stand. Three operators are added to those of the grammar:
``infinity``, ``root_of`` and the truth values ``true`` and ``false``.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.formula import Formula, Node

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["leads_minus", "terms", "tree"]

_ONE = Node("number", value=Fraction(1))
_HALF = Fraction(1, 2)
_CALLS = {"Max": "max", "Min": "min", "Abs": "abs", "exp": "exp", "log": "log"}


def tree(expr: object, *, absorb: bool = True) -> Node:
    """Return ``expr`` (a number, a formula, or a SymPy expression or condition) as a tree.

    A minus before a product goes into one of its sums, so that ``-x*(a - b)`` becomes ``x*(b - a)``,
    unless ``absorb`` is False. The value is the same in either case.

    Raises
    ------
    UsageError
        If ``expr`` is text, or has a part that the grammar of formulas cannot express.
    """
    if isinstance(expr, Formula):
        return expr.root
    if isinstance(expr, Node):
        return expr
    if isinstance(expr, bool):
        return Node("true" if expr else "false")
    if isinstance(expr, (int, float, Fraction)):
        return _number(expr)
    if isinstance(expr, str):
        raise UsageError(f"found the text {expr[:40]!r}; expected an expression or a parsed formula")
    import sympy

    if not isinstance(expr, sympy.Basic):
        raise UsageError(f"found {type(expr).__name__}; expected a number, a formula or a SymPy expression")
    return _expression(expr, absorb)


def terms(node: Node) -> list[tuple[int, Node]]:
    """Return the terms of a sum with their signs, 1 or -1, from left to right.

    >>> from detente.formula import parse
    >>> [(sign, term.value) for sign, term in terms(parse("a - b + c").root)]
    [(1, 'a'), (-1, 'b'), (1, 'c')]
    """
    found: list[tuple[int, Node]] = []
    while node.op in {"+", "-"}:
        found.append((1 if node.op == "+" else -1, node.args[1]))
        node = node.args[0]
    found.append((-1, node.args[0]) if node.op == "neg" else (1, node))
    return found[::-1]


def leads_minus(node: Node) -> bool:
    """Return True where the text of a product, quotient or number starts with a minus."""
    if node.op in {"*", "/"}:
        return leads_minus(node.args[0])
    return node.op == "neg" or (node.op == "number" and node.value < 0)


def _number(value: float | Fraction) -> Node:
    """Return a number as a node; a negative one as minus a positive one."""
    if isinstance(value, float):
        if math.isnan(value):
            raise UsageError("found nan; expected a number")
        positive = Node("infinity") if math.isinf(value) else Node("number", value=abs(value))
        return Node("neg", (positive,)) if value < 0 else positive
    size = Node("number", value=abs(Fraction(value)))
    return Node("neg", (size,)) if value < 0 else size


def _expression(expr: Any, absorb: bool) -> Node:
    import sympy

    if expr.is_Symbol:
        return Node("name", value=expr.name)
    if expr.is_Rational:
        return _number(Fraction(int(expr.p), int(expr.q)))
    if expr.is_Float or expr in (sympy.oo, -sympy.oo):
        return _number(float(expr))
    if expr is sympy.E:
        return Node("exp", (_ONE,))
    if expr.is_Add:
        return _sum(expr)
    if expr.is_Mul or expr.is_Pow:
        return _product(expr, absorb)
    if isinstance(expr, sympy.Piecewise):
        return _piecewise(expr)
    if isinstance(expr, (sympy.Max, sympy.Min, sympy.Abs, sympy.exp)) or (
        isinstance(expr, sympy.log) and len(expr.args) == 1
    ):
        args = [tree(arg) for arg in expr.args]
        return Node(_CALLS[type(expr).__name__], tuple(sorted(args, key=_factor_key)))
    if isinstance(expr, sympy.re):  # SymPy writes it around names that are not declared real; ours all are
        return tree(expr.args[0])
    if isinstance(expr, sympy.polys.rootoftools.ComplexRootOf):
        return Node("root_of", (tree(expr.expr), _number(int(expr.index))))
    return _condition(expr)


def _condition(expr: Any) -> Node:
    import sympy

    if expr in (sympy.true, sympy.false):
        return Node("true" if expr else "false")
    if isinstance(expr, sympy.core.relational.Relational):
        return Node(expr.rel_op, (tree(expr.lhs), tree(expr.rhs)))
    if isinstance(expr, (sympy.And, sympy.Or, sympy.Not)):
        return Node(type(expr).__name__.lower(), tuple(tree(arg) for arg in expr.args))
    raise UsageError(
        f"found {type(expr).__name__} in an expression to print; expected names, numbers, + - * / **, "
        "min max abs exp log sqrt piecewise, comparisons, and or not"
    )


def _piecewise(expr: Any) -> Node:
    """Return a case distinction; an even number of arguments means that it has no last value."""
    import sympy

    cases = list(expr.args)
    covered = sympy.Or(*(case.cond for case in cases)) == sympy.true
    args = [tree(part) for case in cases for part in (case.expr, case.cond)]
    return Node("piecewise", tuple(args[:-1] if covered else args))


def _sum(expr: Any) -> Node:
    """Return a sum with its positive terms first; a sum of numbers stands over its common denominator."""
    expr, common = _over_common(expr)
    signed = []
    for arg in expr.args if expr.is_Add else (expr,):
        node = tree(arg, absorb=False)
        signed.append((-1, node.args[0]) if node.op == "neg" else (1, node))
    powers = [_powers(node) for _, node in signed]
    bases = sorted({base for each in powers for base in each})
    # Lexicographic order as in polynomials, constants last; in 2 + sqrt(3) the rational comes first.
    direction = 1 if expr.is_number else -1
    ranks = [[direction * each.get(base, 0) for base in bases] for each in powers]
    order = sorted(range(len(signed)), key=lambda i: (-signed[i][0], ranks[i]))
    total = _add(signed[i] for i in order)
    return total if common == 1 else _divide(total, _number(common))


def _over_common(expr: Any) -> tuple[Any, int]:
    """Return ``(expr*n, n)`` for a sum of numbers with the common denominator n, else ``(expr, 1)``."""
    import sympy

    if not expr.is_number or expr.has(sympy.Float):
        return expr, 1
    common = math.lcm(*(int(arg.as_coeff_Mul()[0].q) for arg in expr.args))
    return sympy.Add(*(arg * common for arg in expr.args)), common


def _product(expr: Any, absorb: bool) -> Node:
    """Return a product or power: one sign, one numerator, one denominator."""
    import sympy

    coefficient, negative = Fraction(1), False
    above: list[Node] = []
    below: list[Node] = []
    flippable = None
    for factor in sympy.Mul.make_args(expr):
        if factor.is_Rational:
            coefficient *= Fraction(int(factor.p), int(factor.q))
            continue
        base, exponent = factor.args if factor.is_Pow else (factor, sympy.Integer(1))
        if base.is_Add and exponent.is_Integer:
            base, common = _over_common(base)
            coefficient *= Fraction(common) ** -int(exponent)
        node = tree(base)
        if node.op == "neg" and base.is_Float and exponent == 1:
            node, negative = node.args[0], not negative
        elif base.is_Add and exponent.is_Integer and _is_negative(base, node):
            node, negative = _flip(node), negative != bool(int(exponent) % 2)
        elif base.is_Add and exponent == 1 and not base.is_number:
            flippable = flippable or (node if any(sign < 0 for sign, _ in terms(node)) else None)
        goes_below = exponent.is_Rational and exponent < 0
        side = below if goes_below else above
        side.append(_power(node, tree(-exponent if goes_below else exponent)))
    if coefficient < 0:
        coefficient, negative = -coefficient, not negative
    if negative and absorb and flippable is not None:
        above[next(i for i, node in enumerate(above) if node is flippable)] = _flip(flippable)
        negative = False
    numerator = _multiply(coefficient.numerator, above)
    whole = numerator
    if below or coefficient.denominator > 1:
        whole = _divide(numerator, _multiply(coefficient.denominator, below))
    return Node("neg", (whole,)) if negative else whole


def _is_negative(base: Any, node: Node) -> bool:
    """Return True for a negative sum of numbers and for a sum whose terms all bear a minus."""
    return bool(base.is_negative) if base.is_number else all(sign < 0 for sign, _ in terms(node))


def _flip(node: Node) -> Node:
    """Return minus a sum, positive terms first."""
    flipped = [(-sign, term) for sign, term in terms(node)]
    return _add(sorted(flipped, key=lambda each: -each[0]))


def _add(signed: Iterable[tuple[int, Node]]) -> Node:
    (sign, total), *rest = signed
    total = Node("neg", (total,)) if sign < 0 else total
    for sign, node in rest:
        total = Node("+" if sign > 0 else "-", (total, node))
    return total


def _multiply(number: int, nodes: list[Node]) -> Node:
    factors = sorted(nodes, key=_factor_key)
    if number != 1 or not factors:
        factors.insert(0, _number(number))
    product = factors[0]
    for factor in factors[1:]:
        product = Node("*", (product, factor))
    return product


def _divide(above: Node, below: Node) -> Node:
    if above.op == below.op == "number" and isinstance(above.value, Fraction):
        return _number(above.value / below.value)
    return Node("/", (above, below))


def _power(base: Node, exponent: Node) -> Node:
    if exponent.op == "number" and exponent.value == 1:
        return base
    if exponent.op == "number" and exponent.value == _HALF:
        return Node("sqrt", (base,))
    return Node("**", (base, exponent))


def _powers(node: Node) -> dict[tuple[int, str, str], Fraction]:
    """Return the exponents of the bases in a product, for the order of terms; numbers do not count."""
    if node.op in {"*", "/"}:
        found = _powers(node.args[0])
        for base, exponent in _powers(node.args[1]).items():
            found[base] = found.get(base, Fraction(0)) + (exponent if node.op == "*" else -exponent)
        return found
    if node.op == "number":
        return {}
    exponent = Fraction(1)
    if node.op == "sqrt":
        node, exponent = node.args[0], _HALF
    elif node.op == "**" and node.args[1].op == "number" and isinstance(node.args[1].value, Fraction):
        node, exponent = node.args[0], node.args[1].value
    return {_text_key(node): exponent}


def _text_key(node: Node) -> tuple[int, str, str]:
    """Return names in alphabetical order, then everything else in an order that is fixed."""
    if node.op == "name":
        return 0, node.value.lower(), node.value
    text = " ".join(f"{each.op} {each.value} {each.keys}" for each in node.walk())
    return 1, text.lower(), text


def _factor_key(node: Node) -> tuple[Any, ...]:
    """Order factors: numbers, roots and powers of numbers, names, functions, sums."""
    base = node.args[0] if node.op == "**" else node
    if node.op == "number":
        return 0, float(min(node.value, 10**300)), _text_key(node)
    if base.op == "number" or not any(each.op in {"name", "item"} for each in node.walk()):
        rank = 1
    elif base.op == "name":
        rank = 2
    else:
        rank = 4 if base.op in {"+", "-", "neg"} else 3
    return rank, 0.0, _text_key(base), _text_key(node)
