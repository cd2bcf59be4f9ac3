"""Analyses of the whole box: shares of conclusions, and what drives them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detente.conclusions.robustness.robustness import How
from detente.conclusions.robustness.statements import KINDS
from detente.study.analyses import Analysis
from detente.study.robustness import game_importance, game_robustness

if TYPE_CHECKING:
    from detente.display import Table
    from detente.study.analyses import Task
    from detente.study.model import Point

__all__ = ["ANALYSES"]

DRAWS = 100_000


def _restricted(task: Task, point: Point) -> list[Point]:
    """Return the point and, where the question holds parameters, the point with these."""
    if not task.question.at:
        return [point]
    changes = {name: point.values[name] for name in point.changed}
    return [point, task.model.point(point.name, {**changes, **task.question.at})]


def _shares(task: Task) -> list[Table]:
    question = task.question
    tables: list[Table] = []
    for start in task.points:
        for point in _restricted(task, start):
            found = game_robustness(
                task.model,
                point,
                task.kind,
                question.of,
                question.given or None,
                how=How(draws=DRAWS, only=question.only),
                terms=False,
                save=False,
            )
            shares = found.share_table()
            held = ", ".join(found.held)
            own = [replace(shares, title=shares.title + (f", with {held}" if held else ""))]
            if len(found.vary) > 1 and point is start:
                own.append(found.kind_table())
            tables += own
    return tables


def _importance(task: Task) -> list[Table]:
    question = task.question
    tables: list[Table] = []
    for start in task.points:
        for point in _restricted(task, start):
            for region in question.given or (None,):
                found = game_importance(
                    task.model,
                    point,
                    task.kind,
                    question.of,
                    draws=DRAWS,
                    region=region,
                    only=question.only,
                )
                tables += found.tables()
    return tables


ANALYSES = {
    "shares": Analysis(
        _shares,
        "the share of the box in which each conclusion holds: five priors, `given`, `only`; with `at` held too",
        kinds=KINDS,
    ),
    "importance": Analysis(
        _importance,
        "which parameters drive each conclusion, or `class`, `set`, `selected`, alone and in total",
        kinds=("class", "set", "selected"),
    ),
}
