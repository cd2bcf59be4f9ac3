"""Variants: a sheet as one student gets it, with its keys.

A variant is a function of the sheet, the seed and the student. Draws that lack a required property, or in which a
misconception that the sheet wants to catch cannot be told from the right answer or from another one, are thrown away;
where none is found the sheet is refused with the reason.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, Fault, FormulaError, InputError
from detente.exercises.answers import Value, same
from detente.exercises.cases import Case, Numbers, drawn
from detente.exercises.key import Key, key_of
from detente.exercises.properties import fits, has
from detente.study.model import game_model

if TYPE_CHECKING:
    from detente.errors import Place
    from detente.exercises.sheet import Question, Sheet, Step
    from detente.study.load import StudyFiles
    from detente.study.model import GameModel, Point
    from detente.toml import KeyPath

__all__ = ["MAX_DRAWS", "Item", "Part", "Variant", "Variants"]

#: Keys of a question or step whose value an error may name.
_NAMING = ("game", "point", "ask", "player", "against", "strategy", "profile", "at", "target", "punishment", "of", "along", "concept")
#: Draws after which a question is refused.
MAX_DRAWS = 2000


@dataclass(frozen=True)
class Item:
    """One answer that is asked for: its id, what the sheet says of it, and its key."""

    id: str
    step: Step
    key: Key

    @property
    def points(self) -> int:
        """What the answer is worth."""
        return sum(line.points for line in self.step.rubric or ()) if self.by_hand else self.step.points

    @property
    def by_hand(self) -> bool:
        """True where a person has to mark the answer."""
        return self.key.value.kind == "text"


@dataclass(frozen=True)
class Part:
    """A question as one student gets it."""

    question: Question
    case: Case
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Variant:
    """A sheet as one student gets it; ``mark`` tells two variants apart without telling the seed's keys."""

    sheet: Sheet
    student: str
    parts: tuple[Part, ...]
    mark: str

    @property
    def items(self) -> dict[str, Item]:
        """Every answer that is asked for, by id."""
        return {item.id: item for part in self.parts for item in part.items}


class Variants:
    """The variants of one sheet for one seed; games are built and keys found once for equal draws."""

    def __init__(self, sheet: Sheet, files: StudyFiles, seed: str) -> None:
        self.sheet, self.files, self.seed = sheet, files, seed
        self._models: dict[str, GameModel] = {}
        self._made: dict[str, Variant] = {}
        self._games: dict[tuple[Any, ...], tuple[Point, Any]] = {}
        self._checked: set[int] = set()

    def of(self, student: str) -> Variant:
        """Return the variant of a student; without an id, the one that all share.

        Raises
        ------
        InputError
            If a question asks for what its game does not have, or guarantees what no draw has.
        """
        if student not in self._made:
            parts = tuple(
                self._part(index, question, student) for index, question in enumerate(self.sheet.questions)
            )
            text = f"{self.sheet.name}|{student}|{hashlib.sha256(self.sheet.source.encode()).hexdigest()}"
            mark = hmac.new(self.seed.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]
            self._made[student] = Variant(self.sheet, student, parts, mark)
        return self._made[student]

    def faults(self) -> tuple[Fault, ...]:
        """Return everything that stands in the way of the variant that all share, question by question."""
        found: list[Fault] = []
        for index, question in enumerate(self.sheet.questions):
            try:
                self._part(index, question, "")
            except InputError as error:
                found += error.faults
        return tuple(found)

    def _part(self, index: int, question: Question, student: str) -> Part:
        try:
            if question.game not in self._models:
                self._models[question.game] = game_model(self.files, question.game)
            return self._drawn(self._models[question.game], index, question, student)
        except InputError:
            raise
        except (DetenteError, ArithmeticError) as error:
            raise InputError(self._fault(("questions", index), question, error)) from None

    def _fault(self, at: KeyPath, question: Question, error: Exception) -> Fault:
        """Return a fault at the value that an error is about, or else at the question or step."""
        told = str(error).split("\n", maxsplit=1)[0]
        number = f", step {int(at[-1]) + 1}" if at[-2] == "steps" else ""
        return Fault(self._place(at, error, told), f"question {question.name}{number}: {told}")

    def _place(self, at: KeyPath, error: Exception, told: str) -> Place:
        file = self.sheet.file
        stated = file.at(at)
        texts: dict[KeyPath, object] = {("wrong", name): text for name, text in stated.get("wrong", {}).items()}
        texts["of",] = stated.get("of")
        if isinstance(error, FormulaError):
            found = next((path for path, text in texts.items() if text == error.text), None)
            if found is not None:
                return file.inside((*at, *found), error.column)
        lists: dict[KeyPath, list[str]] = {("catch",): stated.get("catch", []), ("given",): stated.get("given", []), ("draw", "require"): stated.get("draw", {}).get("require", [])}
        listed = [(*path, k) for path, names in lists.items() for k, name in enumerate(names) if repr(name.partition(":")[0]) in told]
        unused = re.search(r"does not use '(\w+)'", told)
        if unused is not None:
            return file.key_place((*at, unused.group(1)))
        if listed:
            return file.place((*at, *listed[0]))
        named = next((key for key in _NAMING if isinstance(stated.get(key), str) and stated[key] in told), None)
        return file.place((*at, named) if named else at)

    def _drawn(self, model: GameModel, index: int, question: Question, student: str) -> Part:
        draw = question.draw
        free = draw.integers is not None or bool(draw.vary)
        why: Counter[str] = Counter()
        for attempt in range(MAX_DRAWS if free else 1):
            text = f"{self.sheet.name}|{question.name}|{student}|{attempt}"
            case = drawn(model, question, Numbers(self.seed, text), partial(fits, draw.require or ()), self._games)
            lacking = next((name for name in draw.require or () if not has(case, name)), None)
            if lacking is not None:
                why[f"{lacking} does not hold"] += 1
                continue
            if index not in self._checked:  # once: further draws stop at their first unclear step
                self._check_steps(case, index, question)
                self._checked.add(index)
            items = []
            for number, step in enumerate(question.steps, 1):
                key, unclear = distinct(self._key(case, index, question, number - 1), step)
                if unclear:
                    why[f"step {number}: {unclear}"] += 1
                    break
                items.append(Item(f"{question.name}-{number}", step, key))
            else:
                return Part(question, case, tuple(items))
        reasons = "; ".join(f"{reason} in {count}" for reason, count in why.most_common(3))
        tried = f"{MAX_DRAWS} draws" if free else "the game as it stands"
        raise DetenteError(f"found no variant in {tried} ({reasons}); ask for less in require or catch, or draw from more numbers")

    def _key(self, case: Case, index: int, question: Question, number: int) -> Key:
        """Return the key of a step of a case, or say at its place what it asks that the game does not have."""
        try:
            return key_of(case, question.steps[number])
        except (DetenteError, ArithmeticError) as error:
            raise InputError(self._fault(("questions", index, "steps", number), question, error)) from None

    def _check_steps(self, case: Case, index: int, question: Question) -> None:
        """Raise the faults of all steps of a question at once."""
        faults: list[Fault] = []
        for number in range(len(question.steps)):
            try:
                self._key(case, index, question, number)
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError(*faults)


def distinct(key: Key, step: Step) -> tuple[Key, str]:
    """Return a key with the wrong rules that can be told apart, and what a caught one is confused with, if anything."""
    catch = tuple(step.catch or ())
    for name in catch:
        if _close(key.wrong[name], key.value, step):
            return key, f"{name} gives the right answer"
        for other in catch:
            if other < name and _close(key.wrong[name], key.wrong[other], step):
                return key, f"{name} and {other} give the same answer"
    kept = {}
    for name, value in key.wrong.items():
        rivals = [other for other in key.wrong if other != name]
        clear = not _close(value, key.value, step) and not any(_close(value, key.wrong[o], step) for o in rivals)
        if name in catch or clear:
            kept[name] = value
    return replace(key, wrong=kept), ""


def _close(one: Value, other: Value, step: Step) -> bool:
    """Return whether an answer that means one may pass for the other."""
    if one.kind == other.kind == "number" and step.decimals is not None:
        return bool(abs(one.value - other.value) <= Fraction(1, 10**step.decimals))
    return same(one, other)
