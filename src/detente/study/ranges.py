"""Formulas that surely have a value everywhere in a box, shown by exact interval arithmetic.

Trying a formula at the corners of a box costs up to 256 evaluations and says nothing about the points between them. One
evaluation with intervals in place of numbers says for most formulas that no divisor can be zero and no number gets out
of bounds anywhere in the box. What it cannot decide (``exp``, ``log``, divisors whose interval holds zero or that come
from roots) is left to the corners.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from detente._formula_values import MAX_BITS, MAX_EXPONENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from detente.formula import Node

__all__ = ["Range", "hull", "range_of"]

#: Two to this many bits is far below the largest float, one over it far above the least.
MAX_FLOAT_BITS = 900
#: Largest broken exponent; an exact root of degree up to 64 is raised to the numerator, which stays a sound exponent.
MAX_BROKEN = 15


@dataclass(frozen=True)
class Range:
    """Numbers between ``low`` and ``high``.

    Where exact numbers are tried, they have at most ``bits`` bits in numerator and denominator. After a root or a broken
    power (``exact`` is False) they may be floats, of which all that is known is that they are below two to ``bits``.
    """

    low: Fraction
    high: Fraction
    bits: int
    exact: bool = True


def hull(numbers: Iterable[Fraction]) -> Range:
    """Return the range from the least to the greatest of exact numbers.

    Examples
    --------
    >>> hull([Fraction(1, 2), Fraction(3), Fraction(2)])
    Range(low=Fraction(1, 2), high=Fraction(3, 1), bits=2, exact=True)
    """
    each = tuple(numbers)
    bits = max(max(one.numerator.bit_length(), one.denominator.bit_length()) for one in each)
    return Range(min(each), max(each), bits)


def range_of(
    node: Node, name: Callable[[str], Range | None], item: Callable[[Node], Range | None]
) -> Range | None:
    """Return a range that holds every value of a formula, or ``None`` where it may lack a value somewhere.

    Parameters
    ----------
    node : Node
        The root of the formula. A condition has a range too, whose ends say nothing: its parts have values.
    name, item : callable
        The range of a parameter, and of a subscripted name or a count; ``None`` where it is undecided.

    Examples
    --------
    >>> from detente.formula import parse
    >>> box = {"a": hull([Fraction(1), Fraction(2)]), "b": hull([Fraction(-1), Fraction(3)])}
    >>> range_of(parse("b/a").root, box.get, lambda node: None)
    Range(low=Fraction(-1, 1), high=Fraction(3, 1), bits=4, exact=True)
    >>> range_of(parse("a/b").root, box.get, lambda node: None) is None
    True
    """
    op = node.op
    if op == "number":
        return hull((node.value,))
    if op == "name":
        return name(node.value)
    if op == "item":
        return item(node)
    args = []
    for each in node.args:
        found = range_of(each, name, item)
        if found is None:
            return None
        args.append(found)
    if op == "**":
        made = _power(*args)
    elif op == "sqrt":
        made = _root(args[0], 1)
    else:
        made = _made(op, args)
    if made is None or (made.exact and all(each.exact for each in args)):
        return made if made is not None and made.bits <= MAX_BITS else None
    return _inexact(made.bits)


def _inexact(bits: int) -> Range | None:
    """Return the range of floats below two to ``bits``, far enough from the largest float."""
    most = Fraction(2**bits) if bits <= MAX_FLOAT_BITS else None
    return None if most is None else Range(-most, most, bits, exact=False)


def _made(op: str, args: list[Range]) -> Range | None:
    """Return what an operator makes of ranges; ``bits`` follow the schoolbook rules for fractions."""
    match op, args:
        case "neg", [a]:
            return Range(-a.high, -a.low, a.bits)
        case "+", [a, b]:
            return Range(a.low + b.low, a.high + b.high, a.bits + b.bits + 1)
        case "-", [a, b]:
            return Range(a.low - b.high, a.high - b.low, a.bits + b.bits + 1)
        case "*", [a, b]:
            return _product(a, b)
        case "/", [a, b] if b.exact and (b.low > 0 or b.high < 0):
            return _product(a, Range(1 / b.high, 1 / b.low, b.bits))
        case ("min" | "max"), _:
            pick = min if op == "min" else max
            return Range(pick(a.low for a in args), pick(a.high for a in args), max(a.bits for a in args))
        case "abs", [a]:
            low = a.low if a.low >= 0 else -a.high if a.high <= 0 else Fraction(0)
            return Range(low, max(abs(a.low), abs(a.high)), a.bits)
        case "piecewise", _:
            values = (*args[0:-1:2], args[-1])
            return Range(min(a.low for a in values), max(a.high for a in values), max(a.bits for a in values))
        case ("<" | "<=" | ">" | ">=" | "==" | "!=" | "and" | "or" | "not"), _:
            return Range(Fraction(0), Fraction(1), 1)
    return None


def _product(a: Range, b: Range) -> Range:
    bits = a.bits + b.bits
    if a.low >= 0 and b.low >= 0:
        return Range(a.low * b.low, a.high * b.high, bits)
    ends = (a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high)
    return Range(min(ends), max(ends), bits)


def _power(base: Range, exponent: Range) -> Range | None:
    """Return a power: to a fixed integer, or a broken one of a number that is nowhere negative."""
    if not (base.exact and exponent.exact):
        return None
    if exponent.low != exponent.high or exponent.low.denominator != 1:
        if base.low < 0 or (base.low == 0 and exponent.low < 0):
            return None
        return _root(base, math.ceil(max(abs(exponent.low), abs(exponent.high))))
    whole = int(exponent.low)
    if abs(whole) > MAX_EXPONENT or abs(whole) * base.bits > MAX_BITS or (whole < 0 and base.low <= 0 <= base.high):
        return None
    ends = [base.low**whole, base.high**whole]
    if whole > 0 and whole % 2 == 0 and base.low < 0 < base.high:
        ends.append(Fraction(0))
    return Range(min(ends), max(ends), max(abs(whole) * base.bits, 1))


def _root(base: Range, exponent: int) -> Range | None:
    """Return a power of a number that is nowhere negative, to an exponent of at most this size: a float or exact."""
    if not base.exact or base.low < 0 or exponent > MAX_BROKEN:
        return None
    return _inexact(base.bits * max(exponent, 1))
