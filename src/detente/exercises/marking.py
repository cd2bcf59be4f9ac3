"""Marking: answers against keys, verdict by verdict, and what a student may be told when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from detente.errors import DetenteError, FormulaError
from detente.exercises.answers import MAX_TEXT, Value, same, understood
from detente.exercises.misconceptions import explained, title
from detente.exercises.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.exercises.variants import Item, Variant

__all__ = ["Marks", "Verdict", "feedback", "mark", "verdict"]


@dataclass(frozen=True)
class Verdict:
    """What became of one answer.

    ``status`` is ``right``, ``wrong``, ``blank``, ``unreadable``, ``open`` (to be marked by hand) or ``hand`` (marked by
    hand). ``misconception`` names the wrong rule that leads to the answer, where one does; ``reason`` says what could not be
    understood, or what the marker wrote.
    """

    item: str
    status: str
    points: Fraction
    most: int
    answer: str = ""
    misconception: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Marks:
    """A student's marks for a sheet; ``variant`` is whose variant it was, empty for the one that all share."""

    sheet: str
    student: str
    variant: str
    file: str
    verdicts: tuple[Verdict, ...]

    @property
    def points(self) -> Fraction:
        """The points so far, without what still has to be marked by hand."""
        return sum((each.points for each in self.verdicts), Fraction(0))

    @property
    def most(self) -> int:
        """The most that could be reached."""
        return sum(each.most for each in self.verdicts)

    @property
    def open(self) -> bool:
        """True where an answer still has to be marked by hand."""
        return any(each.status == "open" for each in self.verdicts)


def mark(variant: Variant, student: str, file: str, answers: Mapping[str, str]) -> Marks:
    """Return the marks of a student's answers, each judged by itself."""
    found = tuple(verdict(item, answers.get(name, "")) for name, item in variant.items.items())
    return Marks(variant.sheet.name, student, variant.student, file, found)


def verdict(item: Item, answer: str) -> Verdict:
    """Return what becomes of an answer; whatever it says, nothing of it is run."""
    none = Verdict(item.id, "blank", Fraction(0), item.points, answer)
    if not answer.strip():
        return none
    if item.by_hand:
        if len(answer) > MAX_TEXT:
            return replace(none, status="unreadable", answer=answer[:MAX_TEXT], reason=f"found {len(answer)} characters; expected at most {MAX_TEXT}")
        return replace(none, status="open")
    kind, words = item.key.value.kind, item.key.words
    try:
        said = understood(answer, kind, words)
    except (DetenteError, ArithmeticError) as error:
        other = _of_another_kind(item, answer)
        if other is not None:
            return replace(none, status="wrong", misconception=other)
        text = error.found if isinstance(error, FormulaError) and not error.expected else str(error).split("\n", maxsplit=1)[0]
        return replace(none, status="unreadable", reason=text[:300])
    if same(said, item.key.value, item.step.decimals):
        return replace(none, status="right", points=Fraction(item.points))
    return replace(none, status="wrong", misconception=_named(item, said))


def _named(item: Item, said: Value) -> str | None:
    """Return the one misconception that leads to what was said."""
    found = [name for name, value in item.key.wrong.items() if same(said, value, item.step.decimals)]
    return found[0] if len(found) == 1 else None


def _of_another_kind(item: Item, answer: str) -> str | None:
    """Return the misconception whose answer is of another kind than asked, such as a payoff for a strategy."""
    kinds = {value.kind for value in item.key.wrong.values()} - {item.key.value.kind}
    for kind in sorted(kinds):
        try:
            found = _named(item, understood(answer, kind, item.key.words))
        except (DetenteError, ArithmeticError):
            continue
        if found is not None:
            return found
    return None


def feedback(variant: Variant, marks: Marks, lang: str, *, after: bool) -> str:
    """Return what the student may read.

    Before the deadline: which answers are right, and the first step that is not. After it, also the wrong rule that was
    followed, with what to think of. The key is never in it.
    """
    words = WORDS[lang]
    colon = "：" if lang == "zh" else ": "
    lines = [f"{marks.sheet} {marks.student}".strip(), ""]
    verdicts = {each.item: each for each in marks.verdicts}
    for number, part in enumerate(variant.parts, 1):
        lines.append(f"{words['question']} {number}")
        failing = None
        for position, item in enumerate(part.items, 1):
            each = verdicts[item.id]
            text = f"  {number}.{position} {words[each.status]}"
            if each.status == "unreadable":
                text += f"{colon}{each.reason}"
            if each.status == "hand" and after:
                text += f"{colon}{_points(each.points)}/{each.most}" + (f" {each.reason}" if each.reason else "")
            lines.append(text)
            if after and each.misconception is not None:
                lines.append(f"      {title(each.misconception, lang)}. {explained(each.misconception, lang)}")
            if failing is None and each.status not in ("right", "open", "hand"):
                failing = f"{number}.{position}"
        lines.append("  " + (words["failing"].format(step=failing) if failing else words["all_right"]))
    if after:
        lines += ["", f"{words['total']}{colon}{_points(marks.points)}/{marks.most}"]
    return "\n".join(lines) + "\n"


def _points(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):.2f}"
