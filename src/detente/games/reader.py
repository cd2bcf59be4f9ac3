"""Reading ``games/NAME.toml`` into a :class:`~detente.games.definition.GameDefinition`.

What a file says is compared here with itself: labels, profiles, conclusions and questions with the players,
strategies and points of the same file. Whether the names in it exist in other files is for the study to say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from detente.errors import Fault
from detente.fields import (
    Exact,
    Expression,
    Format,
    Label,
    Line,
    Name,
    Names,
    Symbol,
    Text,
    Wrong,
    check_name,
    distinct,
    expression_of,
    kind_of,
    one_of,
    unknown,
    within,
)
from detente.games.definition import Box, Conclusion, GameDefinition, Point, Question, Variant
from detente.schema import Table, validate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from detente.errors import Place
    from detente.formula import Node
    from detente.toml import KeyPath, TomlFile

__all__ = ["CONCLUSION_KINDS", "FORMS", "VARIANT_FORMS", "GameFile", "read_game"]

FORMS = ("normal",)
VARIANT_FORMS = ("repeated",)
#: Conclusions that need no name, such as ``equilibrium:cooperate,cooperate``; ``none`` is another.
CONCLUSION_KINDS = ("equilibrium", "unique", "selected", "set", "dominant", "class", "sign")
_REPEATED = re.compile(r"grim|tit_for_tat|punishment_[1-9][0-9]{0,3}", re.ASCII)


def _repeated_strategy(value: object) -> str:
    if not isinstance(value, str) or not _REPEATED.fullmatch(value):
        raise unknown("strategy of a repeated game", value, ("grim", "punishment_1", "punishment_2", "tit_for_tat"))
    return value


def _discount(value: object) -> list[Any]:
    if not isinstance(value, list):
        return [expression_of(value)]
    if not value:
        raise Wrong("found an empty list", "expected one formula, or one for each player")
    return [within((index,), expression_of, each) for index, each in enumerate(value)]


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


class BoxTable(Table):
    """A ``[box.PARAMETER]`` of a game."""

    low: Exact
    high: Exact
    value: Exact | None = None
    reason: Text


class VariantTable(Table):
    """A ``[variants.NAME]`` of a game."""

    form: Annotated[str, PlainValidator(one_of("form", VARIANT_FORMS)), WithJsonSchema({"enum": list(VARIANT_FORMS)})]
    discount_factor: Annotated[
        list[Any], PlainValidator(_discount), WithJsonSchema({"type": ["string", "number", "array"]})
    ]
    target: dict[str, Name] | None = None
    punishment: dict[str, Name] | None = None
    strategies: Annotated[
        list[Annotated[str, PlainValidator(_repeated_strategy), WithJsonSchema({"type": "string"})]],
        AfterValidator(distinct),
    ] = Field(default_factory=list)


class QuestionTable(Table):
    """A ``[[questions]]`` of a game."""

    number: Annotated[int, PlainValidator(_number), WithJsonSchema({"type": "integer", "minimum": 1})]
    text: Label
    ask: Annotated[list[str], PlainValidator(_ask), WithJsonSchema({"type": ["string", "array"]})]
    of: Annotated[list[Line], AfterValidator(distinct)] | None = None
    along: Names | None = None
    points: Annotated[list[Symbol], AfterValidator(distinct)] | None = None
    variant: Name | None = None


class GameFile(Table):
    """The top of a game file; the tables below it are read one by one."""

    format: Format
    label: Label | None = None
    description: Text | None = None
    form: Annotated[str, PlainValidator(one_of("form", FORMS)), WithJsonSchema({"enum": list(FORMS)})]
    payoffs: Name
    strategies: dict[str, Names]
    units: Names | None = None
    labels: dict[str, Label] = Field(default_factory=dict)
    points: dict[str, dict[str, Exact]] = Field(default_factory=dict)
    box: dict[str, Any] = Field(default_factory=dict)
    variants: dict[str, Any] = Field(default_factory=dict)
    conclusions: dict[str, Expression] = Field(default_factory=dict)
    questions: list[Any] = Field(default_factory=list)


def read_game(
    file: TomlFile, name: str, faults: list[Fault], analyses: Collection[str] | None = None
) -> GameDefinition | None:
    """Return the game in ``file``, or ``None`` where its top cannot be read; faults go to ``faults``.

    Parameters
    ----------
    file : TomlFile
        A file of ``games/``.
    name : str
        The name of the game.
    faults : list of Fault
        What is wrong is added here.
    analyses : collection of str, optional
        What a question may ask; without it, any name.
    """
    reader = _Reader(file, faults)
    before = len(faults)
    boxes = reader.tables("box", BoxTable)
    variant_tables = reader.tables("variants", VariantTable)
    question_tables = reader.questions()
    top = validate(file, GameFile, faults)
    if top is None:
        return None
    strategies = {player: tuple(own) for player, own in top.strategies.items()}
    reader.names("strategies", strategies)
    for section in ("points", "variants"):
        reader.names(section, getattr(top, section))
    if "baseline" in top.points:
        reader.fail(
            ("points", "baseline"), "found a point 'baseline'", "it always exists: every parameter at its value"
        )
    reader.strategies = strategies
    conclusions = {
        key: Conclusion(key, text, file.key_place(("conclusions", key)), file) for key, text in top.conclusions.items()
    }
    reader.conclusions(conclusions)
    reader.labels(top)
    variants = {key: reader.variant(key, table) for key, table in variant_tables.items()}
    questions = reader.asked(question_tables, analyses)
    return GameDefinition(
        name=name,
        label=top.label or {"en": name},
        description=top.description or "",
        form=top.form,
        payoffs=top.payoffs,
        strategies=strategies,
        labels=top.labels,
        units=tuple(top.units or ()),
        points={
            key: Point(
                key,
                values,
                file.key_place(("points", key)),
                {each: file.place(("points", key, each)) for each in values},
            )
            for key, values in top.points.items()
        },
        box={key: reader.box(key, table) for key, table in boxes.items()},
        variants=variants,
        conclusions=conclusions,
        questions=questions,
        place=file.key_place(()),
        file=file,
        complete=len(faults) == before,
    )


class _Reader:
    """Checks of the parts of a game file against one another."""

    def __init__(self, file: TomlFile, faults: list[Fault]) -> None:
        self.file, self.faults = file, faults
        self.strategies: dict[str, tuple[str, ...]] = {}

    def fail(self, path: KeyPath, found: str, expected: str = "", do: str = "", key: bool = True) -> None:
        place = self.file.key_place(path) if key else self.file.place(path)
        self.faults.append(Fault(place, found, expected, do))

    def wrong(self, path: KeyPath, wrong: Wrong, key: bool = True) -> None:
        self.fail(path, wrong.found, wrong.expected, wrong.do, key)

    def tables(self, section: str, model: type[Any]) -> dict[str, Any]:
        given = self.file.data.get(section)
        if not isinstance(given, dict):
            return {}
        found = {name: validate(self.file, model, self.faults, (section, name)) for name in given}
        return {name: table for name, table in found.items() if table is not None}

    def questions(self) -> list[tuple[KeyPath, QuestionTable]]:
        given = self.file.data.get("questions")
        paths: list[KeyPath] = [("questions", index) for index in range(len(given))] if isinstance(given, list) else []
        found = [(path, validate(self.file, QuestionTable, self.faults, path)) for path in paths]
        return [(path, table) for path, table in found if table is not None]

    def names(self, section: str, given: Iterable[str]) -> None:
        for name in given:
            try:
                check_name(name)
            except Wrong as wrong:
                if name != "baseline":
                    self.wrong((section, name), wrong)

    def labels(self, top: GameFile) -> None:
        known = self.keys("strategies")
        for player in self.strategies:
            known.update(self.strategy_places(player))
        for section in ("conclusions", "points", "variants"):
            known.update(self.keys(section))
        for name in top.labels:
            if name not in known:
                self.wrong(("labels", name), unknown("name", name, known, tuple(top.labels)))

    def keys(self, section: str) -> dict[str, Place]:
        """Return the names defined in a table, each with its place."""
        return {name: self.file.key_place((section, name)) for name in self.file.data.get(section, {})}

    def strategy_places(self, player: str) -> dict[str, Place]:
        """Return the strategies of a player, each with its place."""
        own = self.strategies[player]
        return {each: self.file.place(("strategies", player, index)) for index, each in enumerate(own)}

    def conclusions(self, given: Mapping[str, Conclusion]) -> None:
        for name, conclusion in given.items():
            path: KeyPath = ("conclusions", name)
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,59}", name, re.ASCII):
                self.fail(path, f"found the name {name[:60]!r}", "expected ASCII letters, digits and '_'")
            for node in conclusion.formula.items:
                found = self.payoff_fault(node)
                if found is not None:
                    self.faults.append(Fault(conclusion.inside(node.column), found.found, found.expected, found.do))

    def payoff_fault(self, node: Node) -> Wrong | None:
        """Return what is wrong with an item such as ``payoff[us][confront, cooperate]``, if anything."""
        players = tuple(self.strategies)
        if node.value != "payoff":
            return unknown("table", node.value, ("payoff",))
        if len(node.keys) != 2 or len(node.keys[0]) != 1:
            return Wrong(
                "found payoff[...] of another shape",
                "expected payoff[PLAYER][STRATEGY, ...] with one strategy a player",
            )
        (player,), profile = node.keys
        if player not in players:
            return unknown("player", player, self.keys("strategies"))
        if len(profile) != len(players):
            return Wrong(
                f"found {len(profile)} strategies", f"expected {len(players)}, in the order {', '.join(players)}"
            )
        for each, strategy in zip(players, profile, strict=True):
            if strategy not in self.strategies[each]:
                return unknown(f"strategy of {each}", strategy, self.strategy_places(each))
        return None

    def profile(self, path: KeyPath, given: Mapping[str, str] | None) -> None:
        if given is None:
            return
        for player, strategy in given.items():
            if player not in self.strategies:
                self.wrong((*path, player), unknown("player", player, self.keys("strategies")))
            elif strategy not in self.strategies[player]:
                self.wrong(
                    (*path, player), unknown(f"strategy of {player}", strategy, self.strategy_places(player)), key=False
                )
        missing = [player for player in self.strategies if player not in given]
        if missing:
            self.fail(
                path, f"found a profile without {', '.join(missing)}", "expected a strategy for every player", key=False
            )

    def variant(self, name: str, table: VariantTable) -> Variant:
        path: KeyPath = ("variants", name)
        factors = tuple(table.discount_factor)
        if len(factors) not in (1, len(self.strategies)):
            expected = f"expected one, or {len(self.strategies)} in the order {', '.join(self.strategies)}"
            self.fail((*path, "discount_factor"), f"found {len(factors)} discount factors", expected, key=False)
        self.profile((*path, "target"), table.target)
        self.profile((*path, "punishment"), table.punishment)
        return Variant(
            name,
            table.form,
            factors,
            table.target,
            table.punishment,
            tuple(table.strategies),
            self.file.key_place(path),
            self.file,
        )

    def box(self, name: str, table: BoxTable) -> Box:
        path: KeyPath = ("box", name)
        low, high, value = table.low, table.high, table.value
        if low > high:
            self.fail((*path, "low"), f"found low = {low} above high = {high}", "expected low <= high", key=False)
        elif value is not None and not low <= value <= high:
            self.fail(
                (*path, "value"),
                f"found value = {value} outside [{low}, {high}]",
                "expected low <= value <= high",
                key=False,
            )
        places = {key: self.file.place((*path, key)) for key in ("low", "high", "value", "reason")}
        return Box(name, low, high, value, table.reason, self.file.key_place(path), places)

    def asked(
        self, tables: list[tuple[KeyPath, QuestionTable]], analyses: Collection[str] | None
    ) -> tuple[Question, ...]:
        questions: list[Question] = []
        for path, table in tables:
            first = next((each for each in questions if each.number == table.number), None)
            if first is not None:
                place = self.file.place((*first.path, "number"))
                self.fail(
                    (*path, "number"),
                    f"found question {table.number} a second time",
                    f"it stands at {place} already",
                    key=False,
                )
            self.among(path, "ask", "analysis", table.ask, analyses)
            for each in table.of or ():
                kind, colon, _ = each.partition(":")
                if colon:
                    self.among(
                        path, "of", "conclusion", [each] if kind not in CONCLUSION_KINDS else (), CONCLUSION_KINDS
                    )
                elif each != "none":
                    self.among(path, "of", "conclusion", [each], self.keys("conclusions"))
            points = [each for each in table.points or () if each != "baseline"]
            self.among(path, "points", "point", points, self.keys("points"))
            self.among(path, "variant", "variant", [table.variant] if table.variant else (), self.keys("variants"))
            questions.append(
                Question(
                    number=table.number,
                    text=table.text,
                    ask=tuple(table.ask),
                    of=tuple(table.of or ()),
                    along=tuple(table.along or ()),
                    points=tuple(table.points or ()),
                    variant=table.variant,
                    place=self.file.key_place(path),
                    path=path,
                )
            )
        return tuple(questions)

    def among(self, path: KeyPath, key: str, what: str, given: Iterable[str], known: Collection[str] | None) -> None:
        """Add a fault for every name under ``key`` that is not among ``known``."""
        listed = _at(self.file, (*path, key)) if key in _at(self.file, path) else None
        for name in given:
            if known is not None and name not in known:
                inner = (*path, key, listed.index(name)) if isinstance(listed, list) else (*path, key)
                self.wrong(inner, unknown(what, name, known), key=False)


def _at(file: TomlFile, path: KeyPath) -> Any:
    value: Any = file.data
    for key in path:
        value = value[key]
    return value
