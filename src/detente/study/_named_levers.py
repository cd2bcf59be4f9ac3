"""Levers of named formulas: the cheapest changes that make a formula of the game file positive, or no longer so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import FormulaError, UsageError, did_you_mean
from detente.formula import Formula, parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from detente.conclusions.levers import Levers
    from detente.study.model import GameModel

__all__ = ["named_formula", "named_levers", "sign_formula", "unknown_target"]


def sign_formula(text: str) -> Formula:
    """Return the formula of ``sign:FORMULA``.

    Raises
    ------
    UsageError
        If it is none; the whole text is named.
    """
    try:
        return parse(text.partition(":")[2])
    except FormulaError as error:
        raise UsageError(f"{text}: {error.found}; {error.expected}".rstrip("; ")) from None


def named_formula(model: GameModel, to: object) -> Formula | None:
    """Return the formula of the game file that ``to`` names, or that of ``sign:FORMULA``; None where it is no such text."""
    if not isinstance(to, str):
        return None
    if to in model.definition.conclusions:
        return model.conclusion(to)
    return sign_formula(to) if to.startswith("sign:") else None


def named_levers(
    model: GameModel,
    kind: str,
    to: object,
    outcome: str,
    values: Mapping[str, Fraction],
    more: Mapping[str, Any],
    *,
    broken: bool = False,
) -> Levers | None:
    """Return the cheapest changes that make a named formula positive, or where ``broken`` not; None where ``to`` names none."""
    from detente.conclusions._conditions import Alternatives
    from detente.conclusions.levers import levers_for

    parsed = named_formula(model, to)
    if parsed is None:
        return None
    if outcome != "equilibrium" or more.get("side_payments"):
        found = "side payments" if more.get("side_payments") else f"--for {outcome}"
        raise UsageError(f"found {found} with the formula {to}, which is positive or is not; leave it out")
    box = model.form.formulas(model, kind)
    expression = box.expression(parsed)
    text = f"not {to}" if broken else str(to)
    conditions = Alternatives(box, text, [[(-expression, False) if broken else (expression, True)]])
    rest = {key: each for key, each in more.items() if key != "side_payments"}
    return levers_for(conditions, values, exclude=model.definition.units, **rest)


def unknown_target(model: GameModel, to: object, expected: str) -> UsageError:
    """Return the error of something that no lever of this form aims at."""
    names = tuple(model.definition.conclusions)
    hint = did_you_mean(str(to), names)
    named = f", or a formula of the game file: {', '.join(names)}" if names else ""
    return UsageError(f"found {str(to)!r}; levers of {model.name} are for {expected}{named}" + (f"; {hint}" if hint else ""))
