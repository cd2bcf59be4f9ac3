"""The closed grammar of formulas: text becomes an expression tree, never code.

A formula in a file may use exact numbers, declared names, ``+ - * / **``, the functions
``min max abs exp log sqrt piecewise``, subscripts such as ``payoff[us][confront, cooperate]`` and counts of
players such as ``others(ban)`` where the caller defines them, and, in conditions, comparisons joined by ``and or
not``. The text is parsed with Python's ``ast`` and a whitelist over its nodes; nothing is evaluated by Python or by
SymPy, both of which would run what a file says. Lengths, depths, exponents and the digits of results are bounded.

>>> f = parse("gdp_mult*l_gdp/d_us")
>>> sorted(f.names)
['d_us', 'gdp_mult', 'l_gdp']
>>> from fractions import Fraction
>>> f.evaluate({"gdp_mult": Fraction(2), "l_gdp": Fraction(4), "d_us": Fraction(37, 50)})
Fraction(400, 37)
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente._formula_tree import COUNTS, TOTAL, Node
from detente._formula_values import Columns, Numeric, Symbolic
from detente.errors import FormulaError, UnknownName, UsageError, did_you_mean
from detente.numbers import MAX_DIGITS, exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["COUNTS", "FUNCTIONS", "RESERVED", "TOTAL", "Formula", "Node", "parse", "symbol"]

FUNCTIONS = {"min": None, "max": None, "abs": 1, "exp": 1, "log": 1, "sqrt": 1, "piecewise": None}
#: Names no definition may take.
RESERVED = frozenset(
    "format if state index me own table self total each payoff baseline and or not true false".split()
) | frozenset((*FUNCTIONS, *COUNTS))

MAX_LENGTH = 2000
MAX_DEPTH = 40
MAX_NODES = 400

_ALLOWED = re.compile(r"[A-Za-z0-9_.+\-*/()\[\],<>=! \t\r\n]")
_NUMERAL = re.compile(r"(?<![A-Za-z0-9_.])(\d[A-Za-z0-9_.]*(?:(?<=[eE])[+-]\d+)?|\.\d[A-Za-z0-9_.]*)")
_GOOD_NUMERAL = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_KEYWORD = re.compile(rf"\b({'|'.join(sorted(set(keyword.kwlist) - {'and', 'or', 'not', 'True', 'False', 'None'}))})\b")
_WORDS = {
    "Attribute": "a dot behind a name",
    "BinOp": "the operator '//'",
    "List": "square brackets without a name before them",
    "Tuple": "a comma outside the brackets of a function",
    "Starred": "'*' before a name",
    "NamedExpr": "':='",
}
_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def symbol(name: str) -> Any:
    """Return the SymPy symbol that stands for the name everywhere in detente."""
    import sympy

    return sympy.Symbol(name, real=True)


@dataclass(frozen=True)
class Formula:
    """A parsed formula: its text and its tree. Evaluation is exact wherever the numbers allow."""

    text: str
    root: Node

    @cached_property
    def names(self) -> dict[str, int]:
        """The plain names used, each with the column of its first use."""
        found: dict[str, int] = {}
        for node in self.root.walk():
            if node.op == "name":
                found.setdefault(node.value, node.column)
        return found

    @property
    def items(self) -> tuple[Node, ...]:
        """The subscripted names and counts used, such as ``payoff[us][confront, cooperate]`` and ``others(ban)``."""
        return tuple(node for node in self.root.walk() if node.op == "item")

    @cached_property
    def rational(self) -> bool:
        """Whether the value is rational wherever all numbers are: no roots, logarithms or broken powers."""
        return all(
            node.op not in {"sqrt", "exp", "log"}
            and (node.op != "**" or (node.args[1].op == "number" and node.args[1].value.denominator == 1))
            for node in self.root.walk()
        )

    def replaced(self, item: Callable[[Node], Node | None], text: str | None = None) -> Formula:
        """Return the formula with every item for which ``item`` returns a node in its place, and with another text."""
        return Formula(self.text if text is None else text, self.root.replaced(item))

    def require(self, known: Iterable[str], kind: str = "parameter") -> None:
        """Raise :class:`UnknownName` unless every name is among ``known``."""
        available = set(known)
        for name, column in self.names.items():
            if name not in available:
                raise UnknownName(
                    self.text, column, name, did_you_mean(name, available) or f"define {name!r} as a {kind} first"
                )

    def evaluate(self, env: Mapping[str, Any], item: Callable[[Node], Any] | None = None) -> Any:
        """Return the value at ``env`` (names to Fractions or floats): Fraction, float or bool.

        The result is a Fraction as long as the numbers stay rational; ``sqrt``, ``exp``, ``log`` and
        fractional powers give floats where their value is irrational.

        Raises
        ------
        FormulaError
            On division by zero, a root or logarithm outside its domain, or a result with too many
            digits, with the column at which it happens.
        """
        return Numeric(self.text, env, item).visit(self.root)

    def evaluate_at_places(
        self, env: Mapping[str, Any], item: Callable[[Node], tuple[Sequence[Any], Sequence[int]]], count: int
    ) -> list[Any]:
        """Return the values at places 0, 1, .., ``count - 1``, which differ in what the items are.

        ``item`` returns a column for each: its numbers, and by place which of them stands there. The values are
        those of :meth:`evaluate`; what depends on one column alone is computed once for each of its numbers.

        Examples
        --------
        >>> f = parse("min(total(a)**2, total(b))")
        >>> columns = {"a": ([Fraction(1), Fraction(3)], [0, 1, 1]), "b": ([Fraction(5)], [0, 0, 0])}
        >>> f.evaluate_at_places({}, lambda node: columns[node.keys[0][0]], 3)
        [Fraction(1, 1), Fraction(5, 1), Fraction(5, 1)]
        """
        columns = Columns(self.text, env, item, self.root)
        return [columns.at(place) for place in range(count)]

    def to_sympy(
        self, symbols: Mapping[str, Any], item: Callable[[Node], Any] | None = None, *, as_written: bool = False
    ) -> Any:
        """Return the formula as a SymPy expression over ``symbols`` (names to expressions).

        ``as_written`` keeps every argument of ``min`` and ``max``: SymPy otherwise compares each with each to leave out
        what is never the least or greatest, which takes long where they are long sums.
        """
        return Symbolic(self.text, symbols, item, as_written=as_written).visit(self.root)


def parse(text: object, *, condition: bool = False) -> Formula:
    """Parse ``text`` as a formula, or as a condition where ``condition`` is True.

    Numbers (int, Fraction) are accepted as constant formulas.

    Raises
    ------
    FormulaError
        With the column of what is outside the grammar.

    Examples
    --------
    >>> parse("2^3")
    Traceback (most recent call last):
    ...
    detente.errors.FormulaError: found '^'; powers are written with '**'
      2^3
       ^
    """
    if isinstance(text, (int, Fraction)) and not isinstance(text, bool):
        return Formula(str(text), Node("number", value=exact(text)))
    if not isinstance(text, str):
        raise FormulaError(str(text), 1, f"found {type(text).__name__}", "expected a formula as text")
    _scan(text)
    source = "".join(" " if character in "\t\r\n" else character for character in text)
    # Words that Python keeps for itself are names here (a strategy may be called `pass`); builders read
    # names from the text, so a stand-in of the same length will do.
    source = _KEYWORD.sub(lambda match: "_" + match.group()[1:], source)
    lead = len(source) - len(source.lstrip(" "))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)  # of a numeral that runs into a word Python only warns
            tree = ast.parse(source[lead:], mode="eval")
    except SyntaxError as error:
        column = lead + max(error.offset or 1, 1)
        if source.rstrip(" ")[-1] in "+-*/,<>=([":
            column = len(source.rstrip(" ")) + 1
        raise FormulaError(text, min(column, len(text) + 1), "not a formula", _syntax_hint(text, column)) from None
    except (RecursionError, MemoryError, ValueError):
        raise FormulaError(text, 1, "formula nested too deeply", f"at most {MAX_DEPTH} levels") from None
    builder = _Builder(text, lead)
    root = builder.build(tree.body, 0)
    if root.is_condition and not condition:
        raise FormulaError(
            text, root.column, "found a comparison", "expected a number", "use piecewise(value, condition, otherwise)"
        )
    if condition and not root.is_condition:
        raise FormulaError(text, root.column, "found a number", "expected a comparison such as a <= b")
    return Formula(text, root)


def _syntax_hint(text: str, column: int) -> str:
    rest = text[column - 1 : column + 11].strip()
    return f"unexpected {rest!r}" if rest else "it ends too early"


def _scan(text: str) -> None:
    """Refuse what is outside the alphabet or the bounds before Python's parser sees the text."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            text, 1, f"found {len(text)} characters", f"at most {MAX_LENGTH}", "split it into derived parameters"
        )
    if not text.strip():
        raise FormulaError(text, 1, "found an empty formula", "expected at least a number")
    depth = 0
    for position, character in enumerate(text):
        if character == "^":
            raise FormulaError(text, position + 1, "found '^'", "powers are written with '**'")
        if not _ALLOWED.match(character):
            raise FormulaError(
                text,
                position + 1,
                f"found the character {character!r}",
                "expected ASCII names, numbers and + - * / ** ( )",
            )
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if depth > MAX_DEPTH:
            raise FormulaError(
                text, position + 1, f"brackets nested over {MAX_DEPTH} deep", "", "split it into derived parameters"
            )
    for match in _NUMERAL.finditer(text):
        numeral = match.group()
        if not _GOOD_NUMERAL.fullmatch(numeral):
            raise FormulaError(
                text, match.start() + 1, f"found {numeral[:40]!r}", "expected a plain number such as 1000, 0.5 or 1e-3"
            )
        if len(numeral) > MAX_DIGITS:
            raise FormulaError(
                text, match.start() + 1, f"found a numeral of {len(numeral)} digits", f"at most {MAX_DIGITS}"
            )


class _Builder:
    """Turn Python's tree into ours, refusing every node that the grammar does not have."""

    def __init__(self, text: str, lead: int) -> None:
        self.text, self.lead, self.count = text, lead, 0

    def fail(self, node: Any, found: str, expected: str = "", do: str = "") -> FormulaError:
        return FormulaError(self.text, self.lead + getattr(node, "col_offset", 0) + 1, found, expected, do)

    def build(self, node: ast.expr, depth: int) -> Node:
        self.count += 1
        if depth > 2 * MAX_DEPTH or self.count > MAX_NODES:
            raise self.fail(node, "formula too large", f"at most {MAX_NODES} parts", "split it into derived parameters")
        column = self.lead + node.col_offset + 1
        deeper = depth + 1
        if isinstance(node, ast.Constant):
            return self.constant(node, column)
        if isinstance(node, ast.Name):
            if node.id in FUNCTIONS:
                raise self.fail(node, f"the function {node.id!r} without arguments", f"expected {node.id}(...)")
            return Node("name", value=self.name(node), column=column)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            inner = self.number(node.operand, deeper)
            return Node("neg", (inner,), column=column) if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Node("not", (self.condition(node.operand, deeper),), column=column)
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            args = (self.number(node.left, deeper), self.number(node.right, deeper))
            return Node(_BINARY[type(node.op)], args, column=column)
        if isinstance(node, ast.BoolOp):
            op = "and" if isinstance(node.op, ast.And) else "or"
            return Node(op, tuple(self.condition(value, deeper) for value in node.values), column=column)
        if isinstance(node, ast.Compare):
            return self.compare(node, deeper, column)
        if isinstance(node, ast.Call):
            return self.call(node, deeper, column)
        if isinstance(node, ast.Subscript):
            return self.subscript(node, column)
        found = _WORDS.get(type(node).__name__, "something")
        raise self.fail(
            node, f"found {found}, which is not part of the grammar", "expected numbers, names and + - * / **"
        )

    def name(self, node: ast.Name) -> str:
        """Return a name as the text has it: Python's own words are replaced in the source."""
        start = self.lead + node.col_offset
        return self.text[start : start + len(node.id)]

    def number(self, node: ast.expr, depth: int) -> Node:
        built = self.build(node, depth)
        if built.is_condition:
            raise self.fail(node, "found a comparison", "expected a number here")
        return built

    def condition(self, node: ast.expr, depth: int) -> Node:
        built = self.build(node, depth)
        if not built.is_condition:
            raise self.fail(node, "found a number", "expected a comparison such as a <= b")
        return built

    def constant(self, node: ast.Constant, column: int) -> Node:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise self.fail(node, f"found {node.value!r}", "expected a number")
        numeral = self.text[column - 1 : self.lead + (node.end_col_offset or 0)]
        try:
            return Node("number", value=exact(numeral), column=column)
        except UsageError as error:
            raise self.fail(node, str(error)) from None

    def compare(self, node: ast.Compare, depth: int, column: int) -> Node:
        parts = [self.number(part, depth) for part in (node.left, *node.comparators)]
        pairs = []
        for op, left, right in zip(node.ops, parts, parts[1:], strict=False):
            if type(op) not in _COMPARE:
                raise self.fail(node, f"the comparison {type(op).__name__!r} is not part of the grammar")
            pairs.append(Node(_COMPARE[type(op)], (left, right), column=column))
        return pairs[0] if len(pairs) == 1 else Node("and", tuple(pairs), column=column)

    def call(self, node: ast.Call, depth: int, column: int) -> Node:
        if isinstance(node.func, ast.Name) and node.func.id in {*COUNTS, TOTAL}:
            return self.tally(node, node.func.id, column)
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            name = node.func.id if isinstance(node.func, ast.Name) else "an expression"
            known = (*FUNCTIONS, *COUNTS)
            do = did_you_mean(name, known)
            raise self.fail(node, f"unknown function {name!r}", f"expected one of {', '.join(known)}", do)
        name = node.func.id
        if node.keywords:
            raise self.fail(node, f"named arguments in {name}()", "expected plain arguments")
        arity = FUNCTIONS[name]
        if (arity is not None and len(node.args) != arity) or not node.args:
            raise self.fail(node, f"{name}() with {len(node.args)} arguments", f"expected {arity or 'at least one'}")
        if name == "piecewise":
            if len(node.args) % 2 == 0:
                raise self.fail(
                    node, "piecewise() without a last value", "expected piecewise(value, condition, ..., otherwise)"
                )
            parts = [
                self.condition(arg, depth) if index % 2 else self.number(arg, depth)
                for index, arg in enumerate(node.args)
            ]
        else:
            parts = [self.number(arg, depth) for arg in node.args]
        return Node(name, tuple(parts), column=column)

    def tally(self, node: ast.Call, name: str, column: int) -> Node:
        if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], ast.Name):
            at = node.args[0] if len(node.args) == 1 else node
            what = "table" if name == TOTAL else "strategy"
            do = f"write {name}({what.upper()})"
            raise self.fail(at, f"found {name}() of something else", f"expected one {what}", do)
        return Node("item", value=name, keys=((self.name(node.args[0]),),), column=column)

    def subscript(self, node: ast.Subscript, column: int) -> Node:
        keys: list[tuple[str, ...]] = []
        base: ast.expr = node
        while isinstance(base, ast.Subscript):
            parts = base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]
            if not parts or not all(isinstance(part, ast.Name) for part in parts):
                raise self.fail(
                    base.slice, "found an expression in square brackets", "expected names, as in payoff[us][a, b]"
                )
            keys.insert(0, tuple(self.name(part) for part in parts))  # type: ignore[arg-type]
            base = base.value
        if isinstance(base, ast.Name) and base.id in COUNTS:
            raise self.fail(node, f"found {base.id}[...]", f"expected {base.id}(STRATEGY)")
        if not isinstance(base, ast.Name):
            raise self.fail(node, "square brackets behind an expression", "expected a name before '['")
        return Node("item", value=self.name(base), keys=tuple(keys), column=column)
