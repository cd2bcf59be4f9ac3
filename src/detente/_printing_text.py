"""Trees of formulas as plain text and in words, and the walk over a tree that all notations share.

:class:`Plain` holds the walk and the rules of precedence; another notation replaces what it writes
differently. What binds less strongly than its place demands goes in brackets, so that no notation has
to think about precedence again.
"""

from __future__ import annotations

import keyword
import re
from fractions import Fraction
from typing import TYPE_CHECKING

from detente._printing_tree import leads_minus, terms
from detente.formula import FUNCTIONS, Node

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ATOM", "JUNCTION", "POWER", "PRODUCT", "RELATION", "SUM", "VOCABULARY", "Plain", "Reading"]

#: What the grammar reads as one name.
_NAME = r"[A-Za-z_][A-Za-z0-9_]*(\[[A-Za-z0-9_, ]+\])*"
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
#: What the notations say in words, by language.
VOCABULARY = {
    "en": {
        "<": "is less than",
        "<=": "is at most",
        ">": "is more than",
        ">=": "is at least",
        "==": "equals",
        "!=": "is not",
        "and": "and",
        "or": "or",
        "not": "not",
        "true": "always",
        "false": "never",
        "if": "if",
        "otherwise": "otherwise",
        "payoff": "the payoff of {player} at ({profile})",
    },
    "zh": {
        "<": "小于",
        "<=": "不大于",
        ">": "大于",
        ">=": "不小于",
        "==": "等于",
        "!=": "不等于",
        "and": "且",
        "or": "或",
        "not": "非",
        "true": "总是",
        "false": "从不",
        "if": "若",
        "otherwise": "其他情形",
        "payoff": "{player}在({profile})的收益",
    },
}

# How strongly an expression holds together: what binds less than its place demands goes in brackets.
JUNCTION, RELATION, SUM, PRODUCT, POWER, ATOM = range(6)


class Plain:
    """Writes trees in the grammar of formulas; subclasses replace single notations."""

    MINUS, TIMES, OVER = "-", "*", "/"

    def show(self, node: Node, least: int = JUNCTION) -> str:
        """Return the text of ``node``, in brackets where it binds less than ``least``."""
        text = self.text(node)
        return self.bracket(text) if self.level(node) < least else text

    def level(self, node: Node) -> int:
        """Return how strongly the text of ``node`` holds together."""
        match node.op:
            case "and" | "or":
                return JUNCTION
            case "true" | "false" | "<" | "<=" | ">" | ">=" | "==" | "!=":
                return RELATION
            case "+" | "-" | "neg":
                return SUM
            case "*" | "/":
                return SUM if leads_minus(node) else PRODUCT
            case "**":
                return POWER
            case "number":
                if node.value < 0:
                    return SUM
                return PRODUCT if re.search("[/e]", str(node.value)) else ATOM
        return ATOM

    def text(self, node: Node) -> str:
        match node.op:
            case "number":
                return self.number(node.value)
            case "name":
                return self.name(node.value)
            case "item":
                return self.item(node)
            case "infinity":
                return self.infinity()
            case "true" | "false":
                return self.truth(node.op)
            case "+" | "-" | "neg":
                return self.sum(node)
            case "*":
                # A minus in front of the first factor is a minus in front of the product.
                least = SUM if leads_minus(node.args[0]) else PRODUCT
                return self.product(node, self.show(node.args[0], least))
            case "/":
                return self.quotient(node.args[0], node.args[1])
            case "**":
                return self.power(*node.args)
            case "and" | "or":
                parts = [self.show(arg, RELATION) for arg in node.args]
                return self.join(node.op, parts)
            case "not":
                return self.negation(self.bracket(self.show(node.args[0])))
            case "piecewise":
                return self.piecewise(node.args)
        if node.op in _COMPARISONS:
            return self.compare(node.op, *(self.show(arg, SUM) for arg in node.args))
        return self.call(node.op, node.args)

    def sum(self, node: Node) -> str:
        (sign, first), *rest = terms(node)
        text = self.minus(self.show(first, PRODUCT)) if sign < 0 else self.show(first, SUM)
        for sign, term in rest:
            text += f" {'+' if sign > 0 else self.MINUS} {self.show(term, PRODUCT)}"
        return text

    def minus(self, text: str) -> str:
        return f"{self.MINUS}{text}"

    def bracket(self, text: str) -> str:
        return f"({text})"

    def number(self, value: Fraction | float) -> str:
        return str(value)

    def name(self, name: str) -> str:
        if re.fullmatch(_NAME, name) and name not in FUNCTIONS and not keyword.iskeyword(name):
            return name
        return '"' + "".join("?" if c in '"\\' or not c.isprintable() else c for c in name) + '"'

    def item(self, node: Node) -> str:
        return str(node.value) + "".join(f"[{', '.join(keys)}]" for keys in node.keys)

    def infinity(self) -> str:
        return '"infinity"'

    def truth(self, op: str) -> str:
        return "1 == 1" if op == "true" else "1 == 0"

    def product(self, node: Node, left: str) -> str:
        return f"{left}{self.TIMES}{self.show(node.args[1], POWER)}"

    def quotient(self, above: Node, below: Node) -> str:
        top = self.show(above, SUM if leads_minus(above) else PRODUCT)
        return f"{top}{self.OVER}{self.show(below, POWER)}"

    def power(self, base: Node, exponent: Node) -> str:
        return f"{self.show(base, ATOM)}**{self.show(exponent, ATOM)}"

    def join(self, op: str, parts: list[str]) -> str:
        return f" {op} ".join(parts)

    def negation(self, text: str) -> str:
        return f"not {text}"

    def compare(self, op: str, left: str, right: str) -> str:
        return f"{left} {op} {right}"

    def piecewise(self, args: tuple[Node, ...]) -> str:
        return self.call("piecewise", args)

    def call(self, op: str, args: tuple[Node, ...]) -> str:
        return f"{op}({', '.join(self.show(arg) for arg in args)})"


class Reading(Plain):
    """Writes conditions in words and names as labels."""

    MINUS, TIMES, OVER = "−", " × ", " / "

    def __init__(self, label: Mapping[str, str], vocabulary: Mapping[str, str]) -> None:
        self.label, self.vocabulary = label, vocabulary

    def name(self, name: str) -> str:
        return self.label.get(name) or name

    def item(self, node: Node) -> str:
        keys = node.keys
        if node.value == "payoff" and len(keys) == 2 and len(keys[0]) == 1:
            profile = ", ".join(map(self.name, keys[1]))
            return self.vocabulary["payoff"].format(player=self.name(keys[0][0]), profile=profile)
        return super().item(node)

    def infinity(self) -> str:
        return "∞"

    def truth(self, op: str) -> str:
        return self.vocabulary[op]

    def power(self, base: Node, exponent: Node) -> str:
        return f"{self.show(base, ATOM)}^{self.show(exponent, ATOM)}"

    def join(self, op: str, parts: list[str]) -> str:
        return f" {self.vocabulary[op]} ".join(parts)

    def negation(self, text: str) -> str:
        return f"{self.vocabulary['not']} {text}"

    def compare(self, op: str, left: str, right: str) -> str:
        return f"{left} {self.vocabulary[op]} {right}"

    def piecewise(self, args: tuple[Node, ...]) -> str:
        parts = [
            f"{self.show(value)} {self.vocabulary['if']} {self.show(condition)}"
            for value, condition in zip(args[0::2], args[1::2], strict=False)
        ]
        if len(args) % 2:
            parts.append(f"{self.vocabulary['otherwise']} {self.show(args[-1])}")
        return self.bracket("; ".join(parts))
