"""Sheets: the TOML file of an exercise, read and checked.

A sheet says what is to be learned, and its questions. A question draws a variant of one game of the study and asks one
or several steps of it. Keys and solutions do not stand in the file; the engine finds them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from detente import toml
from detente.errors import Fault, InputError, UsageError, did_you_mean
from detente.fields import (
    LANGUAGES,
    Exact,
    Format,
    Label,
    Line,
    Name,
    Names,
    Wrong,
    distinct,
    kind_of,
    one_of,
    text_of,
    within,
)
from detente.schema import Table, validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.toml import TomlFile

__all__ = ["ROOM", "Draw", "Question", "Rubric", "Sheet", "Step", "read_sheet", "sheet_path"]

#: Where the sheets of a study stand.
ROOM = ("notebooks", "exercises")
MAX_QUESTIONS = 40
MAX_STEPS = 12


def _words(value: object) -> dict[str, str]:
    """Return a text in one or several languages; unlike a label it may be long and have paragraphs."""
    if isinstance(value, str):
        return {LANGUAGES[0]: text_of(value)}
    if not isinstance(value, dict):
        raise Wrong(kind_of(value), 'expected a text, or a table such as { en = "..", zh = ".." }')
    for language, text in value.items():
        within((language,), one_of("language", LANGUAGES), language)
        within((language,), text_of, text)
    if LANGUAGES[0] not in value:
        raise Wrong("found a text without English", 'expected en = ".."', "add it")
    return dict(value)


def _between(low: int, high: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Wrong(kind_of(value), f"expected an integer from {low} to {high}")
        return value

    return check


def _range(values: list[int]) -> list[int]:
    if len(values) != 2 or not -1000 <= values[0] < values[1] <= 1000:
        raise Wrong(f"found {values}", "expected two integers, the least and the largest, such as [0, 9]")
    return values


def _schema(low: int, high: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": low, "maximum": high})


_TEXTS = {language: {"type": "string", "minLength": 1} for language in LANGUAGES}
Words = Annotated[
    dict[str, str],
    PlainValidator(_words),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "object", "properties": _TEXTS, "required": [LANGUAGES[0]], "additionalProperties": False},
            ]
        }
    ),
]
Points = Annotated[int, PlainValidator(_between(0, 100)), _schema(0, 100)]
Difficulty = Annotated[int, PlainValidator(_between(1, 5)), _schema(1, 5)]
Places = Annotated[int, PlainValidator(_between(1, 12)), _schema(1, 12)]


class Rubric(Table):
    """One line of a rubric: what is worth how many points."""

    points: Points
    text: Words


class Option(Table):
    """A statement that may hold: its words, and the conclusion that decides it."""

    text: Label
    holds: Line


class Draw(Table):
    """How a student's variant is drawn, and what is guaranteed of it."""

    integers: Annotated[list[int], AfterValidator(_range)] | None = None
    members: Names | None = None
    vary: dict[str, list[Exact]] = Field(default_factory=dict)
    require: Annotated[list[Line], AfterValidator(distinct)] | None = None


class Step(Table):
    """One answer that is asked for."""

    ask: Name
    player: Name | None = None
    against: Name | None = None
    strategy: Name | None = None
    profile: Line | None = None
    coalition: Names | None = None
    at: Line | None = None
    target: Line | None = None
    punishment: Line | None = None
    path: list[Line] | None = None
    delta: Exact | None = None
    of: Line | None = None
    along: Name | None = None
    key: list[Line] | None = None
    concept: Line | None = None
    options: dict[str, Option] | None = None
    rubric: list[Rubric] | None = None
    wrong: dict[str, Any] = Field(default_factory=dict)
    catch: Names | None = None
    points: Points = 1
    decimals: Places | None = None
    text: Words | None = None


class Question(Table):
    """A variant of a game and what is asked of it."""

    name: Name
    game: Line
    point: Name = "baseline"
    draw: Draw = Draw()
    given: Names | None = None
    text: Words | None = None
    hints: list[Words] = Field(default_factory=list)
    show: bool = True
    steps: list[Step]


class SheetTable(Table):
    """The keys of a sheet."""

    format: Format
    title: Label
    goal: Words
    difficulty: Difficulty
    text: Words | None = None
    questions: list[Question]


@dataclass(frozen=True)
class Sheet:
    """A sheet as its file states it."""

    name: str
    title: dict[str, str]
    goal: dict[str, str]
    difficulty: int
    text: dict[str, str] | None
    questions: tuple[Question, ...]
    file: TomlFile = field(repr=False, compare=False)

    @property
    def source(self) -> str:
        """The text of the file."""
        return self.file.text

    def items(self) -> tuple[tuple[str, Question, Step], ...]:
        """Return every answer that is asked for: its id such as ``mix-2``, its question and its step."""
        return tuple(
            (f"{question.name}-{number}", question, step)
            for question in self.questions
            for number, step in enumerate(question.steps, 1)
        )

    @property
    def points(self) -> int:
        """What the whole sheet is worth."""
        return sum(
            sum(line.points for line in step.rubric or ()) if step.ask == "text" else step.points
            for _, _, step in self.items()
        )


def sheet_path(root: Path, name: str) -> Path:
    """Return the file of a sheet, given by its name in the study at ``root`` or by its path.

    Raises
    ------
    UsageError
        If there is none.
    """
    given = Path(name)
    if given.suffix == ".toml":
        return given
    room = root.joinpath(*ROOM)
    path = room / f"{name}.toml"
    if not path.is_file():
        known = sorted(each.stem for each in room.glob("*.toml"))
        hint = did_you_mean(name, known) or (f"expected one of {', '.join(known)}" if known else "there is none yet")
        raise UsageError(f"found no sheet {name!r} in {'/'.join(ROOM)}/; {hint}")
    return path


def read_sheet(path: Path) -> Sheet:
    """Read the sheet at ``path``.

    Raises
    ------
    InputError
        With every fault of the file, each with its place.
    """
    shown = "/".join((*ROOM, path.name)) if path.parent.parts[-2:] == ROOM else str(path)
    file = toml.read(path, shown)
    faults: list[Fault] = []
    table = validate(file, SheetTable, faults)
    if table is None:
        raise InputError(*faults)
    for number, question in enumerate(table.questions):
        at = ("questions", number)
        if question.name in [each.name for each in table.questions[:number]]:
            found = f"found the question {question.name!r} a second time"
            faults.append(Fault(file.place((*at, "name")), found, "expected each name once", "rename one"))
        if not 1 <= len(question.steps) <= MAX_STEPS:
            found = f"found {len(question.steps)} steps"
            faults.append(Fault(file.place((*at, "steps")), found, f"expected 1 to {MAX_STEPS}"))
        if question.draw.members is not None and question.draw.integers is None:
            found = "found members without integers"
            faults.append(Fault(file.place((*at, "draw", "members")), found, "expected the numbers to draw from, such as integers = [0, 9]"))
        if question.draw.integers is not None and question.draw.vary:
            found = "found both integers and vary"
            faults.append(Fault(file.place((*at, "draw")), found, "expected one way to draw a variant"))
    if not 1 <= len(table.questions) <= MAX_QUESTIONS:
        place = file.place(("questions",))
        faults.append(Fault(place, f"found {len(table.questions)} questions", f"expected 1 to {MAX_QUESTIONS}"))
    if faults:
        raise InputError(*faults)
    return Sheet(
        path.stem, table.title, table.goal, table.difficulty, table.text, tuple(table.questions), file
    )  # fmt: skip
