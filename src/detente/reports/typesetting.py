"""Expressions of a game as mathematics in a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.formula import symbol
from detente.printing import plain as formula_text
from detente.printing import typst
from detente.reports.elements import Formula
from detente.reports.spans import Math

if TYPE_CHECKING:
    from detente.reports.blocks import Context

__all__ = ["displayed", "math", "names_of", "tex", "typst_text"]


def math(context: Context, expression: Any) -> Math:
    """Return an expression as a formula in running text, with the study's symbols, which lead to their entries."""
    read = context.reading(formula_text(expression))
    return Math(typst(expression, context.names, context.lang), read, context.entries(names_of(expression)))


def displayed(context: Context, expression: Any) -> Formula:
    """Return an expression or a condition as a formula on a line of its own; see :func:`math`."""
    inline = math(context, expression)
    return Formula(inline.source, inline.alt, entries=inline.entries)


def names_of(expression: Any) -> list[str]:
    """Return the names that an expression, a condition or a formula holds."""
    held = expression.names if hasattr(expression, "names") else (each.name for each in getattr(expression, "free_symbols", ()))
    return sorted(held)


def tex(context: Context, name: str) -> str:
    """Return a parameter's symbol as TeX, for figures."""
    from detente.printing import latex

    return latex(symbol(name), context.model.symbols)


def typst_text(text: str) -> str:
    """Return a label as upright text inside a formula: what would end it, or call something, by its number."""
    kept = "".join(rf"\u{{{ord(character):x}}}" if character in '"\\#$@`' else character for character in text)
    return f'"{" ".join(kept.split())}"'
