"""Reading the ``[[questions]]`` of a game file: what they ask of which variants, and what their sentences suppose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from detente.fields import (
    Exact,
    Expression,
    Label,
    Line,
    Name,
    Names,
    Symbol,
    Wrong,
    check_name,
    distinct,
    kind_of,
    one_of,
    unknown,
    within,
)
from detente.games.definition import OUTCOMES, Case, Question, Saying
from detente.schema import Table, validate

if TYPE_CHECKING:
    from collections.abc import Collection

    from detente.errors import Fault, Place
    from detente.games.reader import GameReader
    from detente.toml import KeyPath, TomlFile

__all__ = ["CONCLUSION_KINDS", "Fitting", "QuestionReader", "QuestionTable", "read_question_tables"]

#: Conclusions that need no name, such as ``equilibrium:cooperate,cooperate``; ``none`` is another.
CONCLUSION_KINDS = ("equilibrium", "unique", "selected", "set", "dominant", "class", "sign")


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 999:
        raise Wrong(kind_of(value), "expected a number from 1 to 999")
    return value


def _ask(value: object) -> list[str]:
    items: list[Any] = value if isinstance(value, list) else [value]
    distinct(items)
    for index, each in enumerate(items):
        within((index,) if isinstance(value, list) else (), check_name, each)
    return items


def _pair(value: list[Any]) -> list[Any]:
    if len(value) != 2 or value[0] >= value[1]:
        raise Wrong(f"found {len(value)} numbers" if len(value) != 2 else "found an empty range", "expected [from, to]")
    return value


def _only(value: object) -> str:
    return one_of("kind of parameters", ("figures", "judgements"))(value)


def _outcomes(value: object) -> list[str] | dict[str, list[str]]:
    """Return what a profile should be: one of the outcomes, several, or a table of them by point."""
    if isinstance(value, dict):
        found: dict[str, list[str]] = {}
        for name, each in value.items():
            own = within((name,), _outcomes, each)
            if isinstance(own, dict):
                raise Wrong("found a table in a table", f"expected one of {', '.join(OUTCOMES)}", below=(name,))
            found[name] = own
        return found
    items: list[Any] = value if isinstance(value, list) else [value]
    distinct(items)
    for index, each in enumerate(items):
        within((index,) if isinstance(value, list) else (), _outcome, each)
    return items


def _outcome(value: object) -> None:
    if not isinstance(value, str):
        raise Wrong(kind_of(value), f"expected one of {', '.join(OUTCOMES)}")
    if value not in OUTCOMES:
        raise unknown("outcome", value, OUTCOMES)


def _precisions(value: list[Any]) -> list[Any]:
    distinct(value)
    for index, each in enumerate(value):
        if each < 0:
            raise Wrong(f"found the precision {each}", "expected 0 or more", below=(index,))
    return value


class CaseTable(Table):
    """A ``[[questions.cases]]``: parameters held at formulas of the others."""

    label: Label
    hold: dict[str, Expression]


class SayTable(Table):
    """A ``[[questions.say]]``: a sentence, and what has to hold for it to be said of a point."""

    text: Label
    when: Annotated[list[Line], AfterValidator(distinct)] | None = None


class QuestionTable(Table):
    """A ``[[questions]]`` of a game."""

    number: Annotated[int, PlainValidator(_number), WithJsonSchema({"type": "integer", "minimum": 1})]
    text: Label
    ask: Annotated[list[str], PlainValidator(_ask), WithJsonSchema({"type": ["string", "array"]})]
    of: Annotated[list[Line], AfterValidator(distinct)] | None = None
    along: Names | None = None
    points: Annotated[list[Symbol], AfterValidator(distinct)] | None = None
    to: Line | None = None
    for_: Annotated[
        list[str] | dict[str, list[str]],
        PlainValidator(_outcomes),
        WithJsonSchema({"type": ["string", "array", "object"]}),
    ] | None = Field(default=None, alias="for")
    variant: Name | None = None
    ranges: dict[str, Annotated[list[Exact], AfterValidator(_pair)]] = Field(default_factory=dict)
    at: dict[str, Exact] | None = None
    only: Annotated[str | None, PlainValidator(_only), WithJsonSchema({"enum": ["figures", "judgements"]})] = None
    given: Annotated[list[Line], AfterValidator(distinct)] | None = None
    players: Names | None = None
    precisions: Annotated[list[Exact], AfterValidator(_precisions)] | None = None
    variants: Names | None = None
    cases: list[CaseTable] | None = None
    games: Names | None = None
    say: list[SayTable] | None = None


class Fitting(Protocol):
    """What the reader asks of an analysis."""

    forms: tuple[str, ...]
    kinds: tuple[str, ...]

    def fits(self, form: str) -> bool:
        """Return whether games of this form can be asked."""


def read_question_tables(file: TomlFile, faults: list[Fault]) -> list[tuple[KeyPath, QuestionTable]]:
    """Return the sound questions with their paths."""
    given = file.data.get("questions")
    paths: list[KeyPath] = [("questions", index) for index in range(len(given))] if isinstance(given, list) else []
    found = [(path, validate(file, QuestionTable, faults, path)) for path in paths]
    return [(path, table) for path, table in found if table is not None]


class QuestionReader:
    """Checks of questions against the game that they are about.

    Parameters
    ----------
    reader : GameReader
        The reader of the file, which takes the faults.
    analyses : collection of str, optional
        What a question may ask; without it, any name. A mapping says which forms each analysis fits.
    forms : mapping
        Of which form the game, under None, and each of its variants is.
    """

    def __init__(
        self,
        reader: GameReader,
        analyses: Collection[str] | Mapping[str, Fitting] | None,
        forms: Mapping[str | None, str],
    ) -> None:
        self.reader, self.analyses, self.forms = reader, analyses, forms

    def read(self, tables: list[tuple[KeyPath, QuestionTable]]) -> tuple[Question, ...]:
        """Return the questions; what is wrong with them goes to the reader."""
        questions: dict[int, Question] = {}
        for path, table in tables:
            if table.number in questions:
                place = self.reader.file.place((*questions[table.number].path, "number"))
                found = f"found question {table.number} a second time"
                self.reader.fail((*path, "number"), found, f"it stands at {place} already", key=False)
            self.whom(path, table)
            self.conclusions(path, table)
            self.supposed(path, table)
            self.points(path, table)
            question = self.question(path, table)
            questions.setdefault(table.number, question)
        return tuple(questions.values())

    def whom(self, path: KeyPath, table: QuestionTable) -> None:
        """Add the faults of what is asked of which variants."""
        reader, analyses, forms = self.reader, self.analyses, self.forms
        reader.among(path, "ask", "analysis", table.ask, None if analyses is None else tuple(analyses))
        asked: list[str | None] = [*table.variants] if table.variants else [table.variant]
        if isinstance(analyses, Mapping):
            kinds = tuple(dict.fromkeys(forms[each] for each in asked if each in forms))
            self.fitting(path, table.ask, analyses, kinds)
        if table.variants and table.variant is not None:
            reader.fail((*path, "variants"), "found both variant and variants", "expected one of the two")
        written = reader.keys("variants")
        known = {own: reader.file.key_place(("variants", own)) for own in forms if own is not None}
        reader.among(path, "variants", "variant", table.variants or (), written | known)
        reader.among(path, "variant", "variant", [table.variant] if table.variant else (), written)

    def conclusions(self, path: KeyPath, table: QuestionTable) -> None:
        """Add the faults of the conclusions that a question is of."""
        for each in table.of or ():
            kind, colon, _ = each.partition(":")
            if colon and kind not in CONCLUSION_KINDS:
                self.reader.among(path, "of", "conclusion", [each], CONCLUSION_KINDS)
            elif not colon and each != "none":
                kinds = {kind: self.reader.file.place((*path, "ask")) for kind in self.kinds(table.ask)}
                known = {**self.keys("conclusions", table.variant), **kinds}
                self.reader.among(path, "of", "conclusion", [each], known)

    def points(self, path: KeyPath, table: QuestionTable) -> None:
        """Add the faults of the points at which is asked, and of the outcome that is looked for there."""
        reader, known = self.reader, self.keys("points", table.variant)
        reader.among(path, "points", "point", [each for each in table.points or () if each != "baseline"], known)
        for each in table.for_ if isinstance(table.for_, dict) else ():
            if each != "baseline" and each not in known:
                reader.wrong((*path, "for", each), unknown("point", each, known))
        if "levers" in table.ask and table.to is None:
            found = "found the analysis 'levers' without a profile"
            reader.fail((*path, "ask"), found, "expected also to = ..", key=False)
        if table.for_ is not None and table.to is None:
            reader.fail((*path, "for"), "found for without a profile", "expected also to = ..")

    def question(self, path: KeyPath, table: QuestionTable) -> Question:
        """Return a question as its table says it."""
        by_point = table.for_ if isinstance(table.for_, dict) else {}
        flat = dict.fromkeys(each for own in by_point.values() for each in own)
        return Question(
            number=table.number,
            text=table.text,
            ask=tuple(table.ask),
            of=tuple(table.of or ()),
            along=tuple(table.along or ()),
            points=tuple(table.points or by_point),
            variant=table.variant,
            variants=tuple(table.variants or ()),
            precisions=tuple(table.precisions or ()),
            players=tuple(table.players or ()),
            ranges={name: (low, high) for name, (low, high) in table.ranges.items()},
            place=self.reader.file.key_place(path),
            path=path,
            at=dict(table.at or {}),
            only=table.only,
            given=tuple(table.given or ()),
            to=table.to,
            wanted=tuple(flat or table.for_ or OUTCOMES[:1]),
            wanted_at={name: tuple(own) for name, own in by_point.items()},
            cases=tuple(Case(each.label, dict(each.hold)) for each in table.cases or ()),
            games=tuple(table.games or ()),
            say=tuple(Saying(each.text, tuple(each.when or ())) for each in table.say or ()),
        )

    def supposed(self, path: KeyPath, table: QuestionTable) -> None:
        """Add a fault for what a sentence supposes, where it is neither a conclusion nor the name of a formula."""
        known = self.keys("conclusions", table.variant)
        for index, saying in enumerate(table.say or ()):
            for number, text in enumerate(saying.when or ()):
                inner = (*path, "say", index, "when", number)
                name = text.removeprefix("not ")
                kind, colon, _ = name.partition(":")
                if "." in kind:
                    continue  # of another game: looked up when all games are read
                if colon and kind not in CONCLUSION_KINDS:
                    self.reader.wrong(inner, unknown("conclusion", kind, CONCLUSION_KINDS), key=False)
                elif not colon and name not in known:
                    self.reader.wrong(inner, unknown("conclusion", name, known), key=False)

    def kinds(self, asked: list[str]) -> tuple[str, ...]:
        """Return the kinds of conclusions, such as ``class``, that all analyses asked for understand as such.

        Where it is not known what analyses there are, any of them may.
        """
        analyses = self.analyses
        if not isinstance(analyses, Mapping):
            return CONCLUSION_KINDS
        return tuple(
            kind
            for kind in CONCLUSION_KINDS
            if all(name in analyses and kind in analyses[name].kinds for name in asked)
        )

    def fitting(
        self, path: KeyPath, asked: list[str], analyses: Mapping[str, Fitting], forms: tuple[str, ...]
    ) -> None:
        """Add a fault for every analysis that fits none of the forms that it is asked of, and every form without one.

        Variants of several forms can be asked together: each is asked what fits it.
        """
        listed = self.reader.file.at((*path, "ask"))
        for name in asked:
            if name in analyses and forms and not any(analyses[name].fits(form) for form in forms):
                inner = (*path, "ask", listed.index(name)) if isinstance(listed, list) else (*path, "ask")
                found = f"found the analysis {name!r} asked of a game of the form {' and '.join(forms)}"
                self.reader.fail(inner, found, f"expected one of {', '.join(analyses[name].forms)}", key=False)
        for form in forms[1:] and forms:
            if not any(name in analyses and analyses[name].fits(form) for name in asked):
                expected = f"expected also one for games of the form {form}, or only variants of one form"
                self.reader.fail((*path, "ask"), f"found no analysis for the variants of the form {form}", expected)

    def keys(self, section: str, variant: str | None) -> dict[str, Place]:
        """Return the names in a table of the game and of the variant that a question is about."""
        reader = self.reader
        own = reader.keys(section, ("variants", variant)) if variant in reader.keys("variants") else {}
        return {**reader.keys(section), **own}
