"""Trees of formulas as LaTeX and Typst math.

Both notations make everything that a name or symbol brings in harmless in one place, ``words``; the rest
is drawn from fixed lists.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from typing import TYPE_CHECKING

from detente._printing_text import ATOM, POWER, PRODUCT, RELATION, Plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.formula import Node

__all__ = ["TYPST_WORDS", "Latex", "Typst"]

_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau "
    "upsilon phi chi psi omega"
).split()
_GREEK = frozenset(_GREEK_NAMES) | {name.capitalize() for name in _GREEK_NAMES}
#: Greek capitals that LaTeX sets with Latin letters, having no command for them.
_LATIN_CAPITALS = {
    "Alpha": "A", "Beta": "B", "Epsilon": "E", "Zeta": "Z", "Eta": "H", "Iota": "I", "Kappa": "K", "Mu": "M",
    "Nu": "N", "Omicron": "O", "Rho": "P", "Tau": "T", "Chi": "X",
}  # fmt: skip

#: Every identifier of more than one letter that :func:`typst` may emit.
TYPST_WORDS = _GREEK | frozenset(
    "frac sqrt root abs cases upright max min exp log infinity dot.op slash thin thick quad".split()
)

#: Digits up to which a whole number stands ungrouped.
_UNGROUPED = 4

_LATEX_OPERATORS = {"<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq", "==": "=", "!=": r"\neq"}
_LATEX_ESCAPES = {"_": r"\_", " ": r"\ ", "-": r"\text{-}"}


class _Math(Plain, ABC):
    """What LaTeX and Typst share: symbols, fractions, roots, and when factors need a dot between them."""

    DOT: str
    SLASH: str
    THIN: str
    SPACE = ""  # behind a word, where the notation does not set one itself

    def __init__(self, names: Mapping[str, str], vocabulary: Mapping[str, str]) -> None:
        self.names, self.vocabulary = names, vocabulary

    @abstractmethod
    def words(self, text: str) -> str:
        """Return any text, set upright and made harmless."""

    @abstractmethod
    def greek(self, name: str) -> str: ...

    @abstractmethod
    def fraction(self, above: str, below: str) -> str: ...

    @abstractmethod
    def root(self, degree: int, text: str) -> str: ...

    @abstractmethod
    def raised(self, base: str, exponent: str) -> str: ...

    @abstractmethod
    def lowered(self, base: str, subscript: str) -> str: ...

    @abstractmethod
    def cases(self, rows: list[tuple[str, str]]) -> str: ...

    def level(self, node: Node) -> int:
        match node.op:
            case "/":
                return PRODUCT
            case "piecewise":
                return RELATION  # a brace without an end: it always needs brackets around it
            case "true" | "false" | "exp" | "log" | "sqrt" | "min" | "max" | "root_of":
                return POWER
        return super().level(node)

    def number(self, value: Fraction | float) -> str:
        if isinstance(value, Fraction):
            if value.denominator == 1:
                return self.whole(int(value))
            quotient = self.fraction(self.whole(abs(value.numerator)), self.whole(value.denominator))
            return self.minus(quotient) if value < 0 else quotient
        digits, _, exponent = str(value).partition("e")
        return f"{digits} {self.DOT} {self.raised('10', str(int(exponent)))}" if exponent else digits

    def whole(self, value: int) -> str:
        """Return a whole number; one of more than four digits in groups of three, with thin spaces between them."""
        digits = str(abs(value))
        text = f"{abs(value):,}".replace(",", self.THIN) if len(digits) > _UNGROUPED else digits
        return self.minus(text) if value < 0 else text

    def symbol(self, name: str) -> tuple[str, list[str]]:
        """Return the base of the symbol of ``name`` and its subscripts."""
        symbol = self.names.get(name)
        if not symbol:
            return name, []
        base, *subscripts = symbol.split("_")
        return (base, subscripts) if base and all(subscripts) else (symbol, [])

    def name(self, name: str) -> str:
        base, subscripts = self.symbol(name)
        if not subscripts:
            return self.letters(base)
        below = [part if part.isascii() and part.isdigit() else self.letters(part) for part in subscripts]
        return self.lowered(self.letters(base), ", ".join(below))

    def letters(self, text: str) -> str:
        if _is_letter(text):
            return self.greek(text) if text in _GREEK else text
        return self.words(text)

    def item(self, node: Node) -> str:
        text = super().item(node)
        return self.words(self.names.get(text, text))

    def truth(self, op: str) -> str:
        return self.words(self.vocabulary[op])

    def product(self, node: Node, left: str) -> str:
        before, after = node.args
        if before.op == "*":
            before = before.args[1]
        dot = _starts_with_digit(after) or self.is_word(before) or self.is_word(after)
        return f"{left} {self.DOT + ' ' if dot else ''}{self.show(after, PRODUCT)}"

    def is_word(self, node: Node) -> bool:
        """Return True for a name set as a word, which would run into its neighbor."""
        if node.op == "**":
            return self.is_word(node.args[0])
        return node.op == "item" or (node.op == "name" and not _is_letter(self.symbol(node.value)[0]))

    def quotient(self, above: Node, below: Node) -> str:
        return self.fraction(self.show(above), self.show(below))

    def power(self, base: Node, exponent: Node) -> str:
        if (degree := _root_degree(exponent)) > 1:
            return self.root(degree, self.show(base))
        if exponent.op == "number" and "/" in str(exponent.value):
            return self.raised(self.show(base, ATOM), str(exponent.value).replace("/", self.SLASH))
        return self.raised(self.show(base, ATOM), self.show(exponent))

    def piecewise(self, args: tuple[Node, ...]) -> str:
        rows = [
            (self.show(value), f"{self.words(self.vocabulary['if'])}{self.SPACE} {self.show(condition)}")
            for value, condition in zip(args[0::2], args[1::2], strict=False)
        ]
        if len(args) % 2:
            rows.append((self.show(args[-1]), self.words(self.vocabulary["otherwise"])))
        return self.cases(rows)


class Latex(_Math):
    """Writes LaTeX math."""

    DOT = r"\cdot"
    SLASH = "/"
    THIN = r"\,"
    SPACE = r"\;"

    def bracket(self, text: str) -> str:
        return rf"\left({text}\right)"

    def words(self, text: str) -> str:
        return rf"\mathrm{{{''.join(map(self.character, text))}}}"

    def character(self, character: str) -> str:
        if character.isascii():
            return character if character.isalnum() else _LATEX_ESCAPES.get(character, "?")
        return rf"\text{{{character}}}" if character.isalnum() else "?"

    def greek(self, name: str) -> str:
        if name in _LATIN_CAPITALS:
            return rf"\mathrm{{{_LATIN_CAPITALS[name]}}}"
        return "o" if name == "omicron" else rf"\{name}"

    def infinity(self) -> str:
        return r"\infty"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def root(self, degree: int, text: str) -> str:
        return rf"\sqrt{{{text}}}" if degree == 2 else rf"\sqrt[{degree}]{{{text}}}"

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def lowered(self, base: str, subscript: str) -> str:
        return f"{base}_{{{subscript}}}"

    def cases(self, rows: list[tuple[str, str]]) -> str:
        return r"\begin{cases} " + r" \\ ".join(" & ".join(row) for row in rows) + r" \end{cases}"

    def compare(self, op: str, left: str, right: str) -> str:
        return f"{left} {_LATEX_OPERATORS[op]} {right}"

    def join(self, op: str, parts: list[str]) -> str:
        return rf" \;\; {self.words(self.vocabulary[op])} \;\; ".join(parts)

    def negation(self, text: str) -> str:
        return rf"{self.words(self.vocabulary['not'])} \; {text}"

    def call(self, op: str, args: tuple[Node, ...]) -> str:
        inside = ", ".join(self.show(arg) for arg in args)
        match op:
            case "sqrt":
                return self.root(2, inside)
            case "abs":
                return rf"\left|{inside}\right|"
            case "root_of":
                return self.words(op) + self.bracket(inside)
        return rf"\{op}{self.bracket(inside)}"


class Typst(_Math):
    r"""Writes Typst math in the alphabet that :mod:`detente.printing` promises.

    Everything outside numerals passes through :meth:`words`, :meth:`greek` or ``_is_letter``. Tokens are
    separated by spaces: Typst reads ``f(x)`` as a call and two letters side by side as an identifier.
    """

    DOT = "dot.op"
    SLASH = " slash "
    THIN = " thin "

    def words(self, text: str) -> str:
        return f'upright("{"".join(map(self.character, text))}")'

    def character(self, character: str) -> str:
        if character.isascii() and (character.isalnum() or character in " _-"):
            return character
        return rf"\u{{{ord(character):x}}}" if character.isprintable() else r"\u{3f}"

    def greek(self, name: str) -> str:
        return name

    def infinity(self) -> str:
        return "infinity"

    def fraction(self, above: str, below: str) -> str:
        return f"frac({above}, {below})"

    def root(self, degree: int, text: str) -> str:
        return f"sqrt({text})" if degree == 2 else f"root({degree}, {text})"

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}^({exponent})"

    def lowered(self, base: str, subscript: str) -> str:
        return f"{base}_({subscript})"

    def cases(self, rows: list[tuple[str, str]]) -> str:
        return f"cases({', '.join(' quad & '.join(row) for row in rows)})"

    def compare(self, op: str, left: str, right: str) -> str:
        return f"{left} {'=' if op == '==' else op} {right}"

    def join(self, op: str, parts: list[str]) -> str:
        return f" thick {self.words(self.vocabulary[op])} thick ".join(parts)

    def negation(self, text: str) -> str:
        return f"{self.words(self.vocabulary['not'])} thin {text}"

    def call(self, op: str, args: tuple[Node, ...]) -> str:
        name = self.words(op) if op == "root_of" else op
        space = " " if op == "root_of" else ""
        return f"{name}{space}({', '.join(self.show(arg) for arg in args)})"


def _is_letter(text: str) -> bool:
    return text in _GREEK or (len(text) == 1 and text.isascii() and text.isalpha())


def _root_degree(exponent: Node) -> int:
    """Return n for the exponent 1/n of an n-th root, else 0."""
    value = exponent.value
    is_root = isinstance(value, Fraction) and value.numerator == 1 != value.denominator
    return int(value.denominator) if is_root else 0


def _starts_with_digit(node: Node) -> bool:
    """Return True where the typeset ``node`` begins with a digit, be it in a fraction or before a root."""
    if node.op == "**" and _root_degree(node.args[1]):
        return True
    if node.op in {"*", "/", "**"}:
        return _starts_with_digit(node.args[0])
    return node.op == "number"
