"""Analyses of the whole box: shares of conclusions, and what drives them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detente.conclusions.robustness.statements import KINDS
from detente.study.analyses import Analysis

if TYPE_CHECKING:
    from detente.conclusions.robustness.results import Robustness
    from detente.display import Table
    from detente.study.analyses import Task
    from detente.study.model import Point

__all__ = ["ANALYSES"]

#: Draws under each prior where nobody says how many.
DRAWS = 100_000
#: Conclusions up to which a sentence names them.
_NAMED = 6


def _restricted(task: Task, point: Point) -> list[Point]:
    """Return the point and, where the question holds parameters, the point with these."""
    if not task.question.at:
        return [point]
    changes = {name: point.values[name] for name in point.changed}
    return [point, task.model.point(point.name, {**changes, **task.question.at})]


def _shares(task: Task) -> list[Table]:
    # every study is read with this module: NumPy has to wait
    from detente.conclusions.robustness.robustness import How
    from detente.study.robustness import game_robustness

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
                how=How(draws=task.draws or DRAWS, only=question.only),
                terms=False,
                save=False,
            )
            shares = found.share_table()
            held = ", ".join(found.held)
            title = shares.title + (f", with {held}" if held else "")
            own = [replace(shares, title=title, notes=(*_in_words(found), *shares.notes))]
            if len(found.vary) > 1 and point is start:
                own.append(found.kind_table())
            tables += own
    return tables


def _in_words(found: Robustness) -> tuple[str, ...]:
    """Return which conclusions hold in most of the box, and in little of it, whatever the prior."""
    most: list[str] = []
    little: list[str] = []
    between: list[str] = []
    for name in found.shown({"named", "equilibrium", "none", "selected", "set", "class"}):
        spread = found.range(name)
        if spread is None:
            continue
        (most if spread[0] > 1 / 2 else little if spread[1] < 1 / 2 else between).append(name)
    said = [
        f"{words}: {', '.join(own)}."
        for words, own in (
            ("In most of the box under every prior", most),
            ("In less than half of it under every prior", little),
            ("In most of it or not, as the prior says", between),
        )
        if own and len(own) <= _NAMED
    ]
    return tuple(said)


def _importance(task: Task) -> list[Table]:
    from detente.study.robustness import game_importance

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
                    draws=task.draws or DRAWS,
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
