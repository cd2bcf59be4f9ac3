"""Thresholds in LaTeX, Typst and words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detente.conclusions._statements import state_words
from detente.formula import symbol
from detente.numbers import Enclosure, short, to_float
from detente.wording import Wording, math_number, math_rows, math_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.conclusions.thresholds import Threshold, Thresholds

__all__ = ["thresholds_math", "thresholds_words"]

_OPEN = "what holds exactly there is open"


def thresholds_math(found: Thresholds, language: str, names: Wording | Mapping[str, str] | None) -> str:
    """Return each threshold, and what holds below, at and above it."""
    wording = Wording.of(names)
    name = wording.math(symbol(found.along), language)
    equals = " = "

    def told(state: Any) -> str:
        return math_text(state_words(state, found.of, wording), language)

    if not found.inside and not found.outside:
        low, high = (math_number(end, language) for end in found.interval)
        less = r" \leq " if language == "latex" else " <= "
        return math_rows([[f"{low}{less}{name}{less}{high}", told(found.state)]], language)
    head = ["", *(math_text(each, language) for each in ("below", "at it", "above"))]
    rows = [head]
    for each in sorted((*found.inside, *found.outside), key=lambda one: to_float(one.at)):
        number = math_number(each.at, language)
        sign = " " if number.startswith((r"\approx", "approx")) else equals
        at_it = told(each.at_point) if each.told else math_text(_OPEN, language)
        rows.append([f"{name}{sign}{number}", told(each.before), at_it, told(each.after)])
    return math_rows(rows, language)


def thresholds_words(found: Thresholds, labels: Wording | Mapping[str, str] | None) -> str:
    """Return what changes along a parameter, piece by piece, in sentences."""
    wording = Wording.of(labels)
    along, label = found.along, wording.label(found.along)
    ends = [wording.amount(along, end, 4) for end in found.interval]
    now = "" if found.value is None else f"; it is {wording.amount(along, found.value, 4)} now"
    lines = []
    if found.inside:
        lines.append(f"As {label} moves from {ends[0]} to {ends[1]} and all else stays as it is{now}:")
        for k, each in enumerate(found.inside):
            start = f"above {_number(found.inside[k - 1], along, wording, brief=True)}" if k else f"from {ends[0]}"
            end = _number(each, along, wording, brief=True)
            if each.before is not None or k:
                lines.append(f"- {start} to below {end}: {_state(each.before, found, wording)}.")
            at_it = _state(each.at_point, found, wording) if each.told else _OPEN
            lines.append(f"- at {_number(each, along, wording)}: {at_it}.")
        last = found.inside[-1]
        if last.after is not None:
            lines.append(f"- above {_number(last, along, wording, brief=True)}: {_state(last.after, found, wording)}.")
    else:
        what = _state(found.state, found, wording)
        lines.append(f"Whatever {label} is between {ends[0]} and {ends[1]}, all else as it is{now}, {what}.")
    if found.outside:
        lines.append(f"Outside the range of {label}:")
        lines += [
            f"- at {_number(each, along, wording)}: below it {_state(each.before, found, wording)}, "
            f"above it {_state(each.after, found, wording)}."
            for each in sorted(found.outside, key=lambda one: to_float(one.at))
        ]
    for note in found.notes:
        if not note.startswith(("outside the", "~")):
            told = re.sub(rf"\b{re.escape(along)}\b", label, note)
            lines.append(f"{told[0].upper()}{told[1:]}.")
    if any(isinstance(each.at, Enclosure) for each in (*found.inside, *found.outside)):
        lines.append('"About" marks a value that is enclosed: it is proved to lie between two fractions close to it.')
    return "\n".join(lines)


def _state(state: Any, found: Thresholds, wording: Wording) -> str:
    return state_words(state, found.of, wording)


def _number(each: Threshold, along: str, wording: Wording, *, brief: bool = False) -> str:
    """Return a threshold as a number to be read; ``brief`` where it is told exactly elsewhere."""
    if isinstance(each.at, Enclosure):
        return f"about {short(each.at, 6)} {wording.unit(along)}".rstrip()
    return wording.amount(along, each.at, 4) if brief else wording.value(along, each.at)
