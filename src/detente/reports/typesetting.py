"""Expressions of a game as mathematics in a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.formula import symbol
from detente.printing import plain as formula_text
from detente.printing import typst
from detente.reports.spans import Math

if TYPE_CHECKING:
    from collections.abc import Collection

    from detente.reports.blocks import Context

__all__ = ["entry_of", "math", "names_of", "tex", "typst_text"]


def math(context: Context, expression: Any) -> Math:
    """Return an expression as a formula in running text, with the study's symbols; one of a single parameter leads to it."""
    read = context.reading(formula_text(expression))
    return Math(typst(expression, context.names, context.lang), read, entry_of(context, names_of(expression)))


def names_of(expression: Any) -> list[str]:
    """Return the names that an expression holds."""
    return sorted(each.name for each in getattr(expression, "free_symbols", ()))


def entry_of(context: Context, names: Collection[str]) -> str:
    """Return the entry to which a formula leads: that of its parameter, none where it has several."""
    (name,) = names if len(names) == 1 else ("",)
    return context.symbol(name).target if name in context.model.parameters else ""


def tex(context: Context, name: str) -> str:
    """Return a parameter's symbol as TeX, for figures."""
    from detente.printing import latex

    return latex(symbol(name), context.model.symbols)


def typst_text(text: str) -> str:
    """Return a label as upright text inside a formula, without characters that end it."""
    kept = "".join(character if character not in '"\\#$@`\n' else " " for character in text)
    return f'"{kept}"'
