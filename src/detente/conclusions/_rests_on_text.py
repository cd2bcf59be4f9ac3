"""What a conclusion rests on in LaTeX, Typst and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.conclusions._statements import statement
from detente.formula import symbol
from detente.wording import Wording, math_number, math_rows, math_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.conclusions.rests_on import RestsOn

__all__ = ["rests_on_math", "rests_on_words"]


def rests_on_math(found: RestsOn, language: str, names: Wording | Mapping[str, str] | None) -> str:
    """Return the sets, with the values at which their parameters are held."""
    wording = Wording.of(names)
    said = statement(found.conclusion, wording)[0 if found.holds else 1]
    opening, closing = (r"\{", r"\}") if language == "latex" else ("{", "}")
    rows = [[math_text(f"{said}: held", language)]]
    for own in found.sets:
        parts = [f"{wording.math(symbol(name), language)} = {math_number(found.point[name], language)}" for name in own]
        inside = (r",\; " if language == "latex" else ", ").join(parts)
        rows.append([f"{opening} {inside} {closing}"])
    return math_rows(rows, language)


def rests_on_words(found: RestsOn, labels: Wording | Mapping[str, str] | None) -> str:
    """Return what the conclusion rests on, as an adviser would say it."""
    wording = Wording.of(labels)
    said = statement(found.conclusion, wording)[0 if found.holds else 1]
    n = len(found.among)
    lines = []
    if found.size == 0:
        lines.append(f"{said[0].upper()}{said[1:]}, whatever the {n} numbers are in their ranges.")
    else:
        lines.append(f"That {said} rests on {found.size} of {n} numbers:")
        lines += [f"- {wording.label(name)}: {wording.amount(name, found.point[name], 4)}" for name in found.sets[0]]
        single = found.size == 1
        held = "While this number stays as it is" if single else "While these stay as they are"
        rest = f"{held}, every other one may take any value in its range."
        lines.append("No other number matters." if found.size == n else rest)
        more = len(found.sets) - 1
        if more:
            count = f"{more} other set{'s' if more > 1 else ''} of {found.size}"
            lines.append(f"{count if found.complete else f'At least {count}'} will do as well.")
        if found.proved:
            lines.append("Fewer are not enough: without some of them a case within the ranges turns it.")
        else:
            lines.append(f"At least {found.at_least} are needed; whether fewer than {found.size} are enough is open.")
    for note in found.notes:
        said_so = wording.sentence(note).removesuffix(".")
        lines.append(f"{said_so[0].upper()}{said_so[1:]}.")
    return "\n".join(lines)
