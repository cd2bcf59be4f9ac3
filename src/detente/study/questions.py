"""Answers to the numbered questions of a game file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table, wrap
from detente.errors import UsageError
from detente.fields import label_of
from detente.study.analyses import ANALYSES, Task
from detente.study.form import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.definition import Question, Saying
    from detente.study.model import GameModel, Point

__all__ = ["Answer", "answer", "said"]


@dataclass(frozen=True)
class Answer(Displayed):
    """The answer to a question: what was asked, and tables with sentences below them."""

    question: Question
    text: str
    tables: tuple[Table, ...]
    #: Sentences of the game file, each with the points of which it is said: those where what it supposes holds.
    said: tuple[tuple[tuple[str, ...], str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the answer as data: tables with their columns, rows and notes."""
        return {
            "number": self.question.number,
            "text": self.text,
            "ask": list(self.question.ask),
            "said": [{"points": list(points), "text": text} for points, text in self.said],
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
        said = "\n".join(line for points, text in self.said for line in wrap(f"{_at(points)}{text}", 80))
        return "\n\n".join([head, *([said] if said else []), *(table.to_text() for table in self.tables)])

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order: the sentences, then the tables."""
        said = tuple(f"{_at(points)}{text}" for points, text in self.said)
        return (*([Table("in words", (), (), said)] if said else []), *self.tables)


def answer(
    model: GameModel,
    number: int,
    points: Sequence[Point] | None = None,
    kind: str = "strategic",
    lang: str = "en",
    draws: int | None = None,
) -> Answer:
    """Return the answer to a numbered question of the game file.

    ``points`` replaces the points that the question names; by default these, or the baseline; ``draws`` the
    number of draws under each prior in shares and importance.
    """
    questions = {question.number: question for question in model.definition.questions}
    if number not in questions:
        known = ", ".join(str(each) for each in sorted(questions)) or "none"
        raise UsageError(f"unknown question {number} of {model.definition.name}; expected one of {known}")
    question = questions[number]
    tables: list[Table] = []
    for variant in question.variants or (question.variant,):
        own = None if variant == model.definition.name else variant
        tables += _tables(model, question, own, points, kind, draws)
    told = tuple((names, label_of(saying.text, lang)) for names, saying in said(model, number, points, kind))
    return Answer(question, label_of(question.text, lang), tuple(tables), told)


def said(
    model: GameModel, number: int, points: Sequence[Point] | None = None, kind: str = "strategic"
) -> tuple[tuple[tuple[str, ...], Saying], ...]:
    """Return what the game file has to say for a question, each sentence with the points of which it is said.

    A sentence is said of the points at which all that it supposes holds, and left out where it does nowhere.
    """
    question = next(each for each in model.definition.questions if each.number == number)
    if not question.say:
        return ()
    if question.variant is not None and (model.variant is None or model.variant.name != question.variant):
        own = model.of(question.variant)
        if type(own.form).holds is not Form.holds:  # else what the sentences suppose is about the game itself
            model, points = own, [_again(own, point) for point in points or ()]
    chosen = tuple(points) if points else tuple(model.point(name) for name in question.points or ("baseline",))
    known: dict[tuple[str, str], bool] = {}
    found = []
    for saying in question.say:
        names = []
        for point in chosen:
            for text in saying.when:
                name = text.removeprefix("not ")
                if (name, point.name) not in known:
                    known[name, point.name] = _holds(model, kind, name, point)
            if all(known[text.removeprefix("not "), point.name] is not text.startswith("not ") for text in saying.when):
                names.append(point.name)
        if names:
            told = () if len(names) == len(chosen) and not saying.when else tuple(names)
            found.append((told, saying))
    return tuple(found)


def _holds(model: GameModel, kind: str, text: str, point: Point) -> bool:
    """Return whether a conclusion holds at a point, or a named formula is positive there; of another game, at its baseline."""
    game, dot, rest = text.partition(".")
    if dot and ":" not in game:
        from detente.study.model import game_model

        other = game_model(model.files, game)
        return _holds(other, kind, rest, other.point())
    if ":" in text:
        return model.form.holds(model, model.form.conclusion(model.definition, text), point.values)
    own = model.form
    box = own.formulas(model, kind) if type(own).formulas is not Form.formulas else model.payoffs(kind)
    return bool(box.evaluate(box.expression(model.conclusion(text)), point.values) > 0)


def _at(points: Sequence[str]) -> str:
    """Return of which points a sentence is said, as its beginning."""
    return f"{', '.join(points)}: " if points else ""


def _tables(
    model: GameModel,
    question: Question,
    variant: str | None,
    points: Sequence[Point] | None,
    kind: str,
    draws: int | None,
) -> list[Table]:
    """Return the answer for one variant, or for the game itself."""
    if variant is not None and (model.variant is None or model.variant.name != variant):
        model = model.of(variant)
        points = [_again(model, point) for point in points or ()]
    chosen = tuple(points) if points else tuple(model.point(name) for name in question.points or ("baseline",))
    task = Task(model, question, chosen, kind, draws)
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
