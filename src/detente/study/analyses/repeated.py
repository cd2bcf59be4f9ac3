"""Analyses of repeated games and of chains of opponents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.display import Table
from detente.numbers import plain, short
from detente.study.analyses import Analysis
from detente.study.forms.repeated import discount_factors

if TYPE_CHECKING:
    from typing import Any

    from detente.study.analyses import Task

__all__ = ["ANALYSES"]


def _discount_factors(task: Task) -> list[Table]:
    return [discount_factors(task.model, point, task.question.variant).table() for point in task.points]


def _chains(task: Task) -> list[Table]:
    """Compare the points, then show each chain that a reputation decides."""
    rows, shown = [], []
    for point in task.points:
        found: Any = task.model.form.solve(task.model, point, task.kind)
        indifferent, cutoff = found.indifferent, found.cutoff(found.opponents)
        rows.append(
            (
                point.name,
                found.kind.replace("_", " "),
                "" if indifferent is None or cutoff is None else _number(indifferent),
                "" if found.kind != "reputation" else str(found.worth),
                "" if cutoff is None else _number(cutoff),
                f"{found.deterred} of {found.opponents}",
                plain(found.largest_gain()),
            )
        )
        if found.kind == "reputation":
            own = found.table()
            shown.append(Table(f"{own.title} at {point.name}", own.columns, own.rows, own.notes))
    meaning = (
        "A fight expected with the number under `fight that deters` keeps an opponent out; so many as under `paid by` have to "
        "be deterred to pay for a fight. The first cutoff is the least belief in toughness that deters the first opponent."
    )
    check = "The largest gain is that of any deviation, computed from the strategies alone: 0 for an equilibrium."
    columns = ("point", "kind", "fight that deters", "paid by", "first cutoff", "deterred", "largest gain")
    return [Table("the chain at the points", columns, tuple(rows), (meaning, check)), *shown]


def _number(value: Any) -> str:
    return plain(value) if len(plain(value)) <= 9 else short(value, 4)


ANALYSES = {
    "discount_factors": Analysis(
        _discount_factors, "the critical discount factors of the repeated variant", ("normal", "repeated")
    ),
    "chains": Analysis(_chains, "whom a reputation deters in a chain of opponents, at every point", ("chain",)),
}
