"""Payoff models: named terms that add up, each a formula of parameters that holds at some profiles.

A player's payoff at a profile is the sum of the terms whose ``when`` holds there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from detente.errors import Fault
from detente.fields import (
    Condition,
    Expression,
    Format,
    Label,
    Line,
    Names,
    Text,
    Wrong,
    check_name,
    distinct,
    kind_of,
    unknown,
    within,
)
from detente.schema import Definitions, Table, validate
from detente.seeds.parameters import Parameter, read_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.errors import Place
    from detente.formula import Formula
    from detente.toml import KeyPath, TomlFile

__all__ = ["Constraint", "PayoffFile", "PayoffModel", "Term", "TermTable", "Utility", "When", "read_payoffs"]


@dataclass(frozen=True)
class Constraint:
    """A condition on parameters that every point has to meet, and why."""

    formula: Formula
    reason: str
    place: Place
    file: TomlFile = field(repr=False, compare=False)
    path: KeyPath = field(repr=False, compare=False)

    def inside(self, column: int) -> Place:
        """Return the place of a character of the formula."""
        return self.file.inside(self.path, column)


@dataclass(frozen=True)
class Term:
    """A part of one player's payoff.

    Attributes
    ----------
    player, name : str
        Whose payoff it is part of, and its name among that player's terms.
    label : mapping
        Language to words.
    when : tuple of mappings
        Alternatives; each maps players to the strategies of which one must be played. The term counts
        where all players of one alternative match. No alternatives: the term always counts.
    formula : Formula
        What it is worth.
    condition : Formula or None
        A condition on parameters: the term counts only where it holds too.
    material : bool
        False for a term of relative gains, which material payoffs leave out.
    source : tuple of str
        Figures, claims or documents behind it.
    """

    player: str
    name: str
    label: Mapping[str, str]
    when: tuple[Mapping[str, tuple[str, ...]], ...]
    formula: Formula
    material: bool
    note: str
    source: tuple[str, ...]
    place: Place
    file: TomlFile = field(repr=False, compare=False)
    path: KeyPath = field(repr=False, compare=False)
    condition: Formula | None = None

    @property
    def formulas(self) -> tuple[tuple[Formula, str], ...]:
        """Its formula and, if it has one, its condition, each with its key."""
        return (
            ((self.formula, "formula"),)
            if self.condition is None
            else ((self.formula, "formula"), (self.condition, "if"))
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that it rests on, each once."""
        return tuple(dict.fromkeys(name for parsed, _ in self.formulas for name in parsed.names))

    @property
    def text(self) -> str:
        """The formula as written, with the condition behind it."""
        return self.formula.text + (f" if {self.condition.text}" if self.condition is not None else "")

    def holds(self, profile: Mapping[str, str]) -> bool:
        """Return whether ``when`` holds at ``profile``, which maps players, or decision points, to choices.

        What ``profile`` leaves out, such as a decision point that a path does not reach, is in no list.
        """
        if not self.when:
            return True
        return any(all(profile.get(each) in allowed for each, allowed in one.items()) for one in self.when)

    def inside(self, column: int, key: str = "formula") -> Place:
        """Return the place of a character of the formula, or of the condition under the key ``if``."""
        return self.file.inside((*self.path, key), column)

    def when_path(self, alternative: int, player: str) -> KeyPath:
        """Return the key path of one player's strategies in one alternative of ``when``."""
        listed = isinstance(_at(self.file, (*self.path, "when")), list)
        return (*self.path, "when", alternative, player) if listed else (*self.path, "when", player)


@dataclass(frozen=True)
class Utility:
    """What a player maximizes, as a formula of ``own[PLAYER]``, the sums of the players' terms, and of parameters."""

    player: str
    formula: Formula
    file: TomlFile = field(repr=False, compare=False)

    def inside(self, column: int) -> Place:
        """Return the place of a character of the formula."""
        return self.file.inside(("utility", self.player), column)


@dataclass(frozen=True)
class PayoffModel:
    """A payoff model: players, the terms of each, constraints, and parameters of its own.

    ``parameters`` holds the parameters that only this model uses; the others are the study's. ``unit`` is what
    the payoffs are counted in. ``utility`` holds what players maximize in place of the sum of their terms; it
    makes strategic payoffs, material ones are sums.
    """

    name: str
    label: Mapping[str, str]
    players: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    parameters: Definitions[Parameter]
    terms: tuple[Term, ...]
    place: Place
    file: TomlFile = field(repr=False, compare=False)
    complete: bool = True
    unit: str = ""
    utility: Mapping[str, Utility] = field(default_factory=dict)

    def terms_of(self, player: str) -> tuple[Term, ...]:
        """Return the terms of one player in the order of the file."""
        return tuple(term for term in self.terms if term.player == player)


def _when(value: object) -> list[dict[str, list[str]]]:
    if isinstance(value, dict):
        return [_alternative(value, ())]
    if isinstance(value, list) and value:
        return [_alternative(each, (index,)) for index, each in enumerate(value)]
    raise Wrong(kind_of(value), 'expected a table such as { us = ["confront"] }, or a list of such tables')


def _alternative(value: object, below: KeyPath) -> dict[str, list[str]]:
    if not isinstance(value, dict) or not value:
        raise Wrong(
            kind_of(value), 'expected players with their strategies, such as { us = ["confront"] }', below=below
        )
    for player, strategies in value.items():
        within((*below, player), _strategies, strategies)
    return value


def _strategies(value: object) -> list[str]:
    if not isinstance(value, list):
        do = f'write ["{value}"]' if isinstance(value, str) and value.isidentifier() else ""
        raise Wrong(kind_of(value), "expected a list of strategies", do)
    for index, each in enumerate(value):
        if not isinstance(each, str):
            raise Wrong(kind_of(each), "expected a strategy as text", below=(index,))
    return distinct(value)


When = Annotated[list[dict[str, list[str]]], PlainValidator(_when), WithJsonSchema({"type": ["object", "array"]})]


class ConstraintTable(Table):
    """A ``[[constraints]]`` of a payoff model."""

    formula: Condition
    reason: Text


class TermTable(Table):
    """A ``[terms.PLAYER.NAME]`` of a payoff model."""

    label: Label | None = None
    when: When | None = None
    if_: Condition | None = Field(default=None, alias="if")
    formula: Expression
    material: bool = True
    note: Text | None = None
    source: Annotated[list[Line], AfterValidator(distinct)] | None = None


class PayoffFile(Table):
    """The top of a payoff file; the tables below it are read one by one."""

    format: Format
    label: Label | None = None
    unit: Line | None = None
    players: Names
    constraints: list[Any] = Field(default_factory=list)
    parameters: dict[str, Any] = Field(default_factory=dict)
    terms: dict[str, Any]
    utility: dict[str, Expression] = Field(default_factory=dict)


def _at(file: TomlFile, path: KeyPath) -> Any:
    value: Any = file.data
    for key in path:
        value = value[key]
    return value


def read_payoffs(file: TomlFile, name: str, faults: list[Fault]) -> PayoffModel:
    """Return the payoff model in ``file``; what is wrong is added to ``faults``.

    The model has every sound part; ``complete`` is False where a part is missing from it.
    """
    before = len(faults)
    top = validate(file, PayoffFile, faults)
    data = file.data
    given = data.get("players")
    players = (
        tuple(top.players)
        if top
        else tuple(each for each in given if isinstance(each, str))
        if isinstance(given, list)
        else ()
    )
    parameters = read_parameters(file, faults, ("parameters",))
    constraints = []
    listed = data.get("constraints")
    for index in range(len(listed) if isinstance(listed, list) else 0):
        path: KeyPath = ("constraints", index)
        table = validate(file, ConstraintTable, faults, path)
        if table is not None:
            inner = (*path, "formula")
            constraints.append(Constraint(table.formula, table.reason, file.place(inner), file, inner))
    terms = tuple(_terms(file, players, faults)) if isinstance(data.get("terms"), dict) else ()
    label = (top.label if top else None) or {"en": name}
    idle = [player for player in players if player not in data.get("terms", {})] if len(faults) == before else []
    for player in idle:
        place = _places(file, players)[player]
        faults.append(Fault(place, f"found no terms of the player {player!r}", "", f"add [terms.{player}.NAME]"))
    return PayoffModel(
        name,
        label,
        players,
        tuple(constraints),
        parameters,
        terms,
        file.key_place(()),
        file,
        complete=len(faults) == before,
        unit=(top.unit if top else None) or "",
        utility=_utility(file, top.utility if top else {}, players, faults),
    )


def _utility(
    file: TomlFile, given: Mapping[str, Formula], players: tuple[str, ...], faults: list[Fault]
) -> dict[str, Utility]:
    """Return what players maximize; names of players that do not exist are faults."""
    found = {}
    known = _places(file, players)
    for player, parsed in given.items():
        found[player] = own = Utility(player, parsed, file)
        if player not in players:
            wrong = unknown("player", player, known)
            faults.append(Fault(file.key_place(("utility", player)), wrong.found, wrong.expected, wrong.do))
        for node in parsed.items:
            if node.value != "own" or len(node.keys) != 1 or len(node.keys[0]) != 1:
                wrong = Wrong(f"found {node.value}[...]", "expected own[PLAYER], the sum of the terms of a player")
            elif node.keys[0][0] not in players:
                wrong = unknown("player", node.keys[0][0], known)
            else:
                continue
            faults.append(Fault(own.inside(node.column), wrong.found, wrong.expected, wrong.do))
    return found


def _terms(file: TomlFile, players: tuple[str, ...], faults: list[Fault]) -> list[Term]:
    terms: list[Term] = []
    used = tuple(file.data["terms"])
    for player, tables in file.data["terms"].items():
        at: KeyPath = ("terms", player)
        if players and player not in players:
            wrong = unknown("player", player, _places(file, players), used)
            faults.append(Fault(file.key_place(at), wrong.found, wrong.expected, wrong.do))
            continue
        if not isinstance(tables, dict):
            faults.append(Fault(file.place(at), kind_of(tables), "expected terms such as [terms.us.rent]"))
            continue
        for name in tables:
            path = (*at, name)
            try:
                check_name(name)
            except Wrong as wrong:
                faults.append(Fault(file.key_place(path), wrong.found, wrong.expected, wrong.do))
                continue
            table = validate(file, TermTable, faults, path)
            if table is None:
                continue
            when = tuple({who: tuple(what) for who, what in each.items()} for each in table.when or ())
            term = Term(
                player, name, table.label or {"en": name}, when, table.formula, table.material, table.note or "",
                tuple(table.source or ()), file.key_place(path), file, path, table.if_,
            )  # fmt: skip
            terms.append(term)
    return terms


def _places(file: TomlFile, players: tuple[str, ...]) -> dict[str, Place]:
    return {player: file.place(("players", index)) for index, player in enumerate(players)}
