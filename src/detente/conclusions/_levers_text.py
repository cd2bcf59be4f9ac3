"""Levers in LaTeX, Typst and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions._line import compare
from detente.conclusions._statements import statement
from detente.formula import symbol
from detente.numbers import short
from detente.wording import Wording, joined, math_number, math_rows, math_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.conclusions._lever_results import Lever, Levers

__all__ = ["levers_math", "levers_words"]


def levers_math(found: Levers, language: str, names: Wording | Mapping[str, str] | None) -> str:
    """Return every change and its cost, one a line."""
    wording = Wording.of(names)
    arrow = r" \to " if language == "latex" else " -> "
    rows = []
    for lever in _listed(found):
        moves = []
        for name, value in lever.change.items():
            present, new = (math_number(each, language) for each in (lever.present[name], value))
            side = "" if lever.attained else math_text(f"just {'above' if _rises(lever, name) else 'below'} ", language)
            moves.append(f"{wording.math(symbol(name), language)}: {present}{arrow}{side} {new}")
        cost = f"{math_text('cost', language)} {_cost_math(lever, language)}"
        rows.append([(r",\; " if language == "latex" else ", ").join(moves), cost])
    if not rows:
        said = "it holds already" if found.holds else "no change inside the ranges does it"
        return math_text(said, language)
    return math_rows(rows, language)


def _cost_math(lever: Lever, language: str) -> str:
    about = r"\approx " if language == "latex" else "approx "
    return about + short(lever.cost, 4)


def _listed(found: Levers) -> Iterator[Lever]:
    """Yield the single levers, then the changes of several parameters, each once."""
    yield from found.singles
    seen: list[Any] = []
    for lever in found.together.values():
        if lever is not None and len(lever.change) > 1 and lever.change not in seen:
            seen.append(lever.change)
            yield lever


def _rises(lever: Lever, name: str) -> bool:
    return compare(lever.change[name], lever.present[name]) > 0


def levers_words(found: Levers, labels: Wording | Mapping[str, str] | None) -> str:
    """Return which changes bring the outcome about, cheapest first, as an adviser would say it."""
    wording = Wording.of(labels)
    wanted, now = statement(found.outcome, wording)
    if found.holds:
        return "\n".join([f"Already {wanted}: nothing has to change.", *_others(found, wording)])
    lines = [f"Now {now}."]
    free = [each for each in found.singles if each.recommended]
    if free:
        lines.append(
            "One change alone would make it otherwise:"
            if len(free) == 1
            else "Each of these alone would make it otherwise, cheapest first:"
        )
        lines += [f"- {_change(each, wording)}: cost {short(each.cost, 3)}." for each in free]
    else:
        lines.append("No change of a single number inside its range makes it otherwise.")
    joint = [each for each in _listed(found) if len(each.change) > 1]
    for each in joint:
        surely = "proved to be" if each.proved else "as far as the search went"
        lines.append(f"The cheapest change of {len(each.change)} together, {surely}:")
        lines.append(f"- {_change(each, wording)}: cost {short(each.cost, 3)}.")
        if not each.proved:
            lines.append(f"  No such change costs less than {short(each.at_least, 3)}.")
    if free or joint:
        lines.append("A cost of 1 is a move through the whole range of one number of weight 1.")
    units = [each for each in found.singles if not each.recommended]
    if units:
        names = joined([wording.label(name) for each in units for name in each.change])
        lines.append(f"It would also change with {names}, which say how payoffs are counted: nobody can move them.")
    return "\n".join([*lines, *_others(found, wording)])


def _change(lever: Lever, wording: Wording) -> str:
    parts = []
    for name, value in lever.change.items():
        up = _rises(lever, name)
        limit = "" if lever.attained else "just above " if up else "just below "
        verb = "raise" if up else "lower"
        present = wording.amount(name, lever.present[name], 4)
        parts.append(f"{verb} {wording.label(name)} from {present} to {limit}{wording.value(name, value)}")
    return joined(parts)


def _others(found: Levers, wording: Wording) -> list[str]:
    """Return what is known of changes that were not found, notes, and side payments."""
    lines = []
    for most, lever in found.together.items():
        if lever is None:
            many = "any number of changes" if most is None else f"up to {most} changes"
            proved = most in found.impossible
            known = "is proved not to exist" if proved else "was not found, and is not proved not to exist"
            lines.append(f"A way inside the ranges by {many} {known}.")
    for note in found.notes:
        said_so = wording.sentence(note).removesuffix(".")
        lines.append(f"{said_so[0].upper()}{said_so[1:]}.")
    if found.transfers is not None:
        lines.append(wording.sentence(found.transfers.sentence))
    return lines
