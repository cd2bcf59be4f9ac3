"""Analyses of repeated games."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.study.analyses import Analysis
from detente.study.forms.repeated import discount_factors

if TYPE_CHECKING:
    from detente.display import Table
    from detente.study.analyses import Task

__all__ = ["ANALYSES"]


def _discount_factors(task: Task) -> list[Table]:
    return [discount_factors(task.model, point, task.question.variant).table() for point in task.points]


ANALYSES = {
    "discount_factors": Analysis(
        _discount_factors, "the critical discount factors of the repeated variant", ("normal", "repeated")
    ),
}
