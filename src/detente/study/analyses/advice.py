"""Analyses of what an outcome hangs on: the cheapest changes that bring it about, and the numbers it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.display import Table
from detente.numbers import short, to_float
from detente.study.analyses import Analysis

if TYPE_CHECKING:
    from detente.conclusions.levers import Lever, Levers
    from detente.study.analyses import Task

__all__ = ["ANALYSES"]

#: What is told where no change of parameters is enough.
_NONE = "none does it"
FORMS = ("normal", "repeated", "extensive", "stochastic")
#: Seconds for the cheapest pair of one outcome at one point.
BUDGET = 20.0


def _levers(task: Task) -> list[Table]:
    """Return the cheapest single lever and the cheapest pair of every outcome asked for, point by point."""
    model, question = task.model, task.question
    rows = []
    notes: dict[str, None] = {}
    for point in task.points:
        for outcome in question.outcomes(point.name):
            found = model.form.levers(
                model, task.kind, question.to, outcome, point.values, together=(2,), budget=BUDGET
            )
            single = next((each for each in found.singles if each.recommended), None)
            pair = found.together.get(2)
            if found.holds:
                rows.append((point.name, outcome, "holds already", "0", "", ""))
                continue
            told = [_told(each) if each is not None else (_NONE, "") for each in (single, _pair(pair))]
            rows.append((point.name, outcome, *told[0], *(told[1] if _pair(pair) is not None else (_no_pair(found), ""))))
            if any(each is not None and not each.attained for each in (single, _pair(pair))):
                notes["> or <: it holds only beyond the value, as close to it as one likes."] = None
    first = [(row[0], row[1], row[2]) for row in rows if row[2] not in {_NONE, "holds already"}]
    for point_name, outcome, move in first:
        notes[f"From {point_name} the cheapest single change that makes it {outcome} is {move}."] = None
    notes["Cost: the change over the width of the parameter's interval, added up. Units are not moved."] = None
    columns = ("point", f"({question.to}) as", "cheapest single lever", "cost", "cheapest pair", "cost of the pair")
    return [Table("levers", columns, tuple(rows), tuple(notes))]


def _pair(found: Lever | None) -> Lever | None:
    """Return a change if it moves two parameters."""
    return found if found is not None and len(found.change) > 1 else None


def _no_pair(found: Levers) -> str:
    """Return what there is to say where no pair is listed."""
    best = found.together.get(2)
    if best is not None:
        return "no cheaper pair" if best.proved else f"none found; none costs less than {short(best.at_least, 3)}"
    return _NONE if 2 in found.impossible else "none found"


def _told(lever: Lever) -> tuple[str, str]:
    moves = []
    for name, value in lever.change.items():
        up = to_float(value) > to_float(lever.present[name])
        sign = "" if lever.attained else "> " if up else "< "
        moves.append(f"{name} {short(lever.present[name], 4)} -> {sign}{short(value, 4)}")
    mark = "" if lever.proved else f" (none below {short(lever.at_least, 3)})"
    return ", ".join(moves), short(lever.cost, 3) + mark


def _rests_on(task: Task) -> list[Table]:
    """Return the smallest sets of parameters that fix every conclusion asked about, point by point."""
    model = task.model
    rows, notes = [], []
    for point in task.points:
        for name, conclusion in (task.conclusions() | (task.formulas() if task.question.of else {})).items():
            found = model.form.rests_on(model, task.kind, conclusion, point.values)
            more = f" (and {len(found.sets) - 1} more sets)" if len(found.sets) > 1 else ""
            size = str(found.size) if found.proved else f"{found.at_least} to {found.size}"
            holds = "holds" if found.holds else "fails"
            rows.append((point.name, name, holds, size, (", ".join(found.sets[0]) or "no number at all") + more))
            notes += [each for each in found.notes if each not in notes]
    notes.append(
        "Held at the point, the numbers listed fix the conclusion whatever all others do in their ranges; no smaller "
        "set does. A range of sizes stands where the smallest is not proved."
    )
    return [Table("rests on", ("point", "conclusion", "there it", "numbers", "which"), tuple(rows), tuple(notes))]


ANALYSES = {
    "levers": Analysis(
        _levers, "the cheapest single lever and the cheapest pair that make the profile `to` what `for` says", FORMS
    ),
    "rests_on": Analysis(_rests_on, "the smallest sets of numbers that fix the conclusions `of` whatever the others do", FORMS),
}
