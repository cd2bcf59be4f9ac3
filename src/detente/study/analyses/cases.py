"""Shares of the box in cases: some parameters held at formulas of the others, such as a policy that follows costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.study.analyses import Analysis
from detente.study.analyses.policies_over_box import NOTE, Drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.study.analyses import Task

__all__ = ["ANALYSES"]


def _cases(task: Task) -> list[Table]:
    """Return the share of draws in which each named formula is positive, in every case."""
    from detente.games.symbolic import symbol

    question, box = task.question, task.values
    if not question.cases:
        raise UsageError("state the cases under [[questions.cases]]")
    formulas = task.formulas()
    plain = {name: box.expand(box.expression(each)) for name, each in formulas.items()}
    held: list[Any] = []
    for case in question.cases:
        values = {symbol(name): box.expand(box.expression(each)) for name, each in case.hold.items()}
        held += [each.xreplace(values) for each in plain.values()]
    drawn = Drawn(box, held)
    rows = []
    for k, case in enumerate(question.cases):
        label = case.label.get("en") or next(iter(case.label.values()))
        for j, name in enumerate(formulas):
            at = k * len(formulas) + j
            rows.append((label if j == 0 else "", name, *drawn.shares(lambda table, at=at: table[at] > 0)))
    columns = ("case", "conclusion", "share", "over the priors")
    return [Table("shares of the box, case by case", columns, tuple(rows), (f"Held: {_held(question.cases)}.", NOTE))]


def _held(cases: Sequence[Any]) -> str:
    """Return what is held in each case; what the first one holds is not said again where another holds it too."""
    first = {name: each.text for name, each in cases[0].hold.items()}
    usual = all(first.keys() <= case.hold.keys() for case in cases)
    stated = []
    for place, case in enumerate(cases):
        own = {name: each.text for name, each in case.hold.items()}
        more = {name: text for name, text in own.items() if not (place and usual and first.get(name) == text)}
        label = case.label.get("en") or next(iter(case.label.values()))
        stated.append(f"{label}: {', '.join(f'{name} = {text}' for name, text in (more or own).items())}")
    return "; ".join(stated) + ("; the rest as in the first case" if usual and first and len(cases) > 1 else "")


ANALYSES = {
    "share_cases": Analysis(_cases, "the share of the box in which each named formula is positive, in each of the `cases`"),
}
