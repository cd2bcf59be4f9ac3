"""Answers to the numbered questions of a game file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, wrap
from detente.errors import UsageError
from detente.study.analyses import ANALYSES, Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.display import Table
    from detente.games.definition import Question
    from detente.study.model import GameModel, Point

__all__ = ["Answer", "answer"]


@dataclass(frozen=True)
class Answer(Displayed):
    """The answer to a question: what was asked, and tables with sentences below them."""

    question: Question
    text: str
    tables: tuple[Table, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the answer as data: tables with their columns, rows and notes."""
        return {
            "number": self.question.number,
            "text": self.text,
            "ask": list(self.question.ask),
            "tables": [
                {
                    "title": table.title,
                    "columns": list(table.columns),
                    "rows": [list(row) for row in table.rows],
                    "notes": list(table.notes),
                }
                for table in self.tables
            ],
        }

    def __str__(self) -> str:
        head = "\n".join(wrap(f"{self.question.number}. {self.text}", 80))
        return "\n\n".join([head, *(table.to_text() for table in self.tables)])

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return self.tables


def answer(
    model: GameModel, number: int, points: Sequence[Point] | None = None, kind: str = "strategic", lang: str = "en"
) -> Answer:
    """Return the answer to a numbered question of the game file.

    ``points`` replaces the points that the question names; by default these, or the baseline.
    """
    questions = {question.number: question for question in model.definition.questions}
    if number not in questions:
        known = ", ".join(str(each) for each in sorted(questions)) or "none"
        raise UsageError(f"unknown question {number} of {model.definition.name}; expected one of {known}")
    question = questions[number]
    tables: list[Table] = []
    for variant in question.variants or (question.variant,):
        own = None if variant == model.definition.name else variant
        tables += _tables(model, question, own, points, kind)
    return Answer(question, question.text.get(lang) or next(iter(question.text.values())), tuple(tables))


def _tables(
    model: GameModel, question: Question, variant: str | None, points: Sequence[Point] | None, kind: str
) -> list[Table]:
    """Return the answer for one variant, or for the game itself."""
    if variant is not None and (model.variant is None or model.variant.name != variant):
        model = model.of(variant)
        points = [_again(model, point) for point in points or ()]
    chosen = tuple(points) if points else tuple(model.point(name) for name in question.points or ("baseline",))
    task = Task(model, question, chosen, kind)
    tables: list[Table] = []
    for name in question.ask:
        analysis = ANALYSES[name]
        if question.variants and not analysis.fits(model.form.name):
            continue  # asked of the variants of another form
        if not analysis.fits(model.form.name):
            raise UsageError(
                f"the analysis {name} is for the forms {', '.join(analysis.forms)}; {model.name} is {model.form.name}"
            )
        tables.extend(analysis.run(task))
    if not question.variants:
        return tables
    return [
        each if each.title.startswith(model.name) else replace(each, title=f"{model.name}: {each.title}") for each in tables
    ]


def _again(model: GameModel, point: Point) -> Point:
    """Return a point of a game as a point of its variant."""
    changes = {name: point.values[name] for name in point.changed}
    return model.point(point.name, changes)
