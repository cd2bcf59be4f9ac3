"""What a parsed formula is worth: exact or float numbers, and SymPy expressions, built node by node."""

from __future__ import annotations

import math
import operator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente._formula_tree import COUNTS, TOTAL
from detente.errors import FormulaError, UnknownName, did_you_mean
from detente.numbers import is_exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from detente._formula_tree import Node

__all__ = ["MAX_BITS", "MAX_EXPONENT", "Columns", "Numeric", "Symbolic"]

MAX_EXPONENT = 1000
#: Bits that an exact intermediate result may have: about 2,500 decimal digits.
MAX_BITS = 8192
_COMPARE = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


class _Interpreter:
    """Shared walk over a tree; subclasses say what the operators mean."""

    def __init__(self, text: str, env: Mapping[str, Any], item: Callable[[Node], Any] | None) -> None:
        self.text, self.env, self.item = text, env, item

    def fail(self, node: Node, found: str, expected: str = "") -> FormulaError:
        return FormulaError(self.text, node.column, found, expected)

    def visit(self, node: Node) -> Any:
        if node.op == "number":
            return self.constant(node.value)
        if node.op == "name":
            try:
                return self.env[node.value]
            except KeyError:
                raise UnknownName(self.text, node.column, node.value, did_you_mean(node.value, self.env)) from None
        if node.op == "item":
            if self.item is None:
                called = node.value in {*COUNTS, TOTAL}
                raise self.fail(node, f"{node.value}{'(...)' if called else '[...]'} has no meaning here")
            return self.item(node)
        return self.apply(node)

    def constant(self, value: Fraction) -> Any:
        return value

    def apply(self, node: Node) -> Any:
        raise self.fail(node, f"the operator {node.op!r} has no value here")


class Numeric(_Interpreter):
    """Fractions where possible, floats where a value leaves the rationals."""

    def apply(self, node: Node) -> Any:
        if node.op == "piecewise":
            for value, condition in zip(node.args[0:-1:2], node.args[1::2], strict=False):
                if self.visit(condition):
                    return self.visit(value)
            return self.visit(node.args[-1])
        if node.op == "and":
            return all(self.visit(arg) for arg in node.args)
        if node.op == "or":
            return any(self.visit(arg) for arg in node.args)
        args = [self.visit(arg) for arg in node.args]
        if node.op == "not":
            return not args[0]
        if node.is_condition:
            return _COMPARE[node.op](*args)
        return self.bounded(node, self.arithmetic(node, args))

    def arithmetic(self, node: Node, args: list[Any]) -> Any:
        try:
            match node.op:
                case "neg":
                    return -args[0]
                case "+":
                    return args[0] + args[1]
                case "-":
                    return args[0] - args[1]
                case "*":
                    return args[0] * args[1]
                case "/":
                    return args[0] / args[1]
                case "**":
                    return self.power(node, *args)
                case "min":
                    return min(args)
                case "max":
                    return max(args)
                case "abs":
                    return abs(args[0])
                case "sqrt":
                    return self.power(node, args[0], Fraction(1, 2))
                case "exp":
                    return Fraction(1) if args[0] == 0 else math.exp(args[0])
                case "log":
                    return Fraction(0) if args[0] == 1 else math.log(args[0])
        except ZeroDivisionError:
            raise self.fail(node, "division by zero") from None
        except OverflowError:
            raise self.fail(node, "the result is too large") from None
        except ValueError:
            raise self.fail(node, f"{node.op} of {args[0]}", "outside its domain") from None
        raise self.fail(node, f"unknown operator {node.op!r}")

    def power(self, node: Node, base: Any, exponent: Any) -> Any:
        if is_exact(exponent) and Fraction(exponent).denominator == 1:
            whole = int(exponent)
            if abs(whole) > MAX_EXPONENT:
                raise self.fail(node, "exponent too large", f"expected at most {MAX_EXPONENT} in size")
            if isinstance(base, Fraction):
                if abs(whole) * max(base.numerator.bit_length(), base.denominator.bit_length()) > MAX_BITS:
                    raise self.fail(node, "a power with too many digits")
                return base**whole
            return float(base) ** whole
        if base < 0:
            raise self.fail(node, "a fractional power of a negative number", "outside its domain")
        if is_exact(base) and is_exact(exponent):
            root = _exact_root(Fraction(base), Fraction(exponent).denominator)
            if root is not None:
                return self.power(node, root, Fraction(Fraction(exponent).numerator))
        return float(base) ** float(exponent)

    def bounded(self, node: Node, value: Any) -> Any:
        if isinstance(value, Fraction):
            if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
                raise self.fail(node, "a result with too many digits")
        elif isinstance(value, float) and not math.isfinite(value):
            raise self.fail(node, "the result is too large")
        return value


class Columns(Numeric):
    """Numbers at every place of some columns, whose entries items stand for.

    What depends on one column alone is computed once for each number in it, when a place needs it for the first time.
    """

    def __init__(
        self, text: str, env: Mapping[str, Any], item: Callable[[Node], tuple[Sequence[Any], Sequence[int]]], root: Node
    ) -> None:
        super().__init__(text, env, lambda node: self.entry(item(node)))
        self.root, self.place = root, 0
        self.kept: dict[int, tuple[Sequence[int], dict[int, Any]]] = {
            id(node): (item(alone)[1], {}) for node, alone in _of_one_item(root)
        }

    def entry(self, column: tuple[Sequence[Any], Sequence[int]]) -> Any:
        """Return what stands in a column at the present place."""
        numbers, which = column
        return numbers[which[self.place]]

    def at(self, place: int) -> Any:
        """Return the value at a place."""
        self.place = place
        return self.visit(self.root)

    def visit(self, node: Node) -> Any:
        kept = self.kept.get(id(node))
        if kept is None:
            return super().visit(node)
        which, known = kept
        entry = which[self.place]
        if entry not in known:
            known[entry] = super().visit(node)
        return known[entry]


def _of_one_item(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the largest parts of a tree in which there is one item, perhaps several times, each with it."""
    items = list(dict.fromkeys(each for each in node.walk() if each.op == "item"))
    if len(items) == 1:
        yield node, items[0]
    else:
        for arg in node.args:
            yield from _of_one_item(arg)


def _exact_root(base: Fraction, degree: int) -> Fraction | None:
    """Return the rational ``degree``-th root of ``base`` >= 0, or None where it is irrational."""
    if degree > 64:
        return None
    parts = []
    for number in (base.numerator, base.denominator):
        guess = math.isqrt(number) if degree == 2 else round(number ** (1 / degree)) if number.bit_length() < 900 else 0
        exact_part = next(
            (root for root in (guess - 1, guess, guess + 1) if root >= 0 and root**degree == number), None
        )
        if exact_part is None:
            return None
        parts.append(exact_part)
    return Fraction(*parts)


class Symbolic(_Interpreter):
    """SymPy expressions, built from nodes; no text ever reaches SymPy."""

    def __init__(
        self, text: str, env: Mapping[str, Any], item: Callable[[Node], Any] | None, *, as_written: bool = False
    ) -> None:
        super().__init__(text, env, item)
        self.as_written = as_written

    def constant(self, value: Fraction) -> Any:
        import sympy

        return sympy.Rational(value.numerator, value.denominator)

    def apply(self, node: Node) -> Any:
        import sympy

        args = [self.visit(arg) for arg in node.args]
        match node.op:
            case "neg":
                return -args[0]
            case "+":
                return args[0] + args[1]
            case "-":
                return args[0] - args[1]
            case "*":
                return args[0] * args[1]
            case "/":
                if args[1] == 0:
                    raise self.fail(node, "division by zero")
                return args[0] / args[1]
            case "**":
                return self.power(node, args[0], args[1])
            case "<":
                return sympy.Lt(*args)
            case "<=":
                return sympy.Le(*args)
            case ">":
                return sympy.Gt(*args)
            case ">=":
                return sympy.Ge(*args)
            case "==":
                return sympy.Eq(*args)
            case "!=":
                return sympy.Ne(*args)
            case "and":
                return sympy.And(*args)
            case "or":
                return sympy.Or(*args)
            case "not":
                return sympy.Not(args[0])
            case "piecewise":
                pairs = list(zip(args[0:-1:2], args[1::2], strict=False))
                return sympy.Piecewise(*pairs, (args[-1], True))
        functions = {
            "min": sympy.Min,
            "max": sympy.Max,
            "abs": sympy.Abs,
            "sqrt": sympy.sqrt,
            "exp": sympy.exp,
            "log": sympy.log,
        }
        # what numbers are is seen at once
        plain = self.as_written and node.op in {"min", "max"} and not any(each.is_number for each in args)
        try:
            value = functions[node.op](*args, evaluate=False) if plain else functions[node.op](*args)
        except (ValueError, OverflowError, TypeError):
            raise self.fail(node, f"{node.op} of a number", "outside its domain or too large") from None
        if value.has(sympy.zoo, sympy.nan, sympy.I):
            raise self.fail(node, f"{node.op} of a number", "outside its domain")
        return value

    def power(self, node: Node, base: Any, exponent: Any) -> Any:
        import sympy

        if exponent.is_Rational:
            size = max(abs(int(exponent.p)), int(exponent.q))
            factor = base.as_coeff_Mul()[0]
            bits = max(int(factor.p).bit_length(), int(factor.q).bit_length()) if factor.is_Rational else 1
            inner = max((abs(each.exp) for each in base.atoms(sympy.Pow) if each.exp.is_Integer), default=1)
            if size * inner > MAX_EXPONENT or size * bits > MAX_BITS:
                raise self.fail(node, "exponent too large", f"expected at most {MAX_EXPONENT} in size")
            if base == 0 and exponent < 0:
                raise self.fail(node, "division by zero")
        return base**exponent
