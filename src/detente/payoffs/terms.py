"""Payoff models: named terms that add up, each a formula of parameters that holds at some profiles.

A player's payoff at a profile is the sum of the terms whose ``when`` holds there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from detente.fields import (
    Condition,
    Expression,
    Format,
    Label,
    Line,
    Text,
    Wrong,
    distinct,
    kind_of,
    within,
)
from detente.payoffs.items import counts, with_counts
from detente.payoffs.players import Players, PlayersField
from detente.schema import Definitions, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.errors import Place
    from detente.formula import Formula
    from detente.payoffs.items import Tally
    from detente.payoffs.value_tables import ValueTable
    from detente.seeds.parameters import Parameter
    from detente.toml import KeyPath, TomlFile

__all__ = ["SELF", "STATE", "Constraint", "PayoffFile", "PayoffModel", "Term", "TermTable", "Utility", "When"]

#: In a ``when``, the state of the game, where its form has one.
STATE = "state"
#: In a ``when`` of a template, the player whose payoff is computed.
SELF = "self"


@dataclass(frozen=True)
class Constraint:
    """A condition on parameters that every point has to meet, and why.

    With ``draws_only`` it rejects draws, and named points may break it, which is a note.
    """

    formula: Formula
    reason: str
    place: Place
    file: TomlFile = field(repr=False, compare=False)
    path: KeyPath = field(repr=False, compare=False)
    draws_only: bool = False

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
    template : str
        The key under which it stands: its player, a group of players, or ``each``.
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
    template: str = ""

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

    @cached_property
    def counts(self) -> tuple[tuple[str, str], ...]:
        """The counts of players in its formula and condition, as function and strategy."""
        return tuple(dict.fromkeys(each for parsed, _ in self.formulas for each in counts(parsed)))

    def counted(self, tally: Tally) -> Term:
        """Return the term with numbers in place of its counts."""
        if not self.counts:
            return self
        condition = None if self.condition is None else with_counts(self.condition, tally)
        return replace(self, formula=with_counts(self.formula, tally), condition=condition)

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
        given = self.file.at((*self.path, "when"))
        path: KeyPath = (*self.path, "when", alternative) if isinstance(given, list) else (*self.path, "when")
        return (*path, player if player in self.file.at(path) else SELF)


@dataclass(frozen=True)
class Utility:
    """What a player maximizes, as a formula of ``own[PLAYER]``, the sums of the players' terms, and of parameters."""

    player: str
    formula: Formula
    file: TomlFile = field(repr=False, compare=False)
    template: str = ""

    def inside(self, column: int) -> Place:
        """Return the place of a character of the formula."""
        return self.file.inside(("utility", self.template or self.player), column)


@dataclass(frozen=True)
class PayoffModel:
    """A payoff model: players, the terms of each, constraints, and parameters of its own.

    ``parameters`` holds the parameters that only this model uses; the others are the study's. ``unit`` is what
    the payoffs are counted in. ``utility`` holds what players maximize in place of the sum of their terms; it
    makes strategic payoffs, material ones are sums. ``tables`` holds values by player or state, whose entries are among
    ``parameters``; ``groups`` the players of each group, ``sizes`` the parameters that say how many there are.
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
    tables: Mapping[str, ValueTable] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sizes: tuple[str, ...] = ()

    @property
    def everybody(self) -> Players:
        """The players with their groups."""
        return Players(self.players, self.groups, self.sizes)

    def player_places(self) -> dict[str, Place]:
        """Return the place of each player in the file."""
        return self.everybody.places(self.file)

    def terms_of(self, player: str) -> tuple[Term, ...]:
        """Return the terms of one player in the order of the file."""
        return self._by_player.get(player, ())

    def terms_alone(self, player: str, choice: str) -> tuple[Term, ...]:
        """Return the terms of one player that count where it makes a choice and nothing is known of the others."""
        if (player, choice) not in self._alone:
            self._alone[player, choice] = tuple(term for term in self.terms_of(player) if term.holds({player: choice}))
        return self._alone[player, choice]

    @cached_property
    def _alone(self) -> dict[tuple[str, str], tuple[Term, ...]]:
        """What :meth:`terms_alone` has returned: a game of many members is asked at point after point."""
        return {}

    @cached_property
    def _by_player(self) -> dict[str, tuple[Term, ...]]:
        found: dict[str, list[Term]] = {}
        for term in self.terms:
            found.setdefault(term.player, []).append(term)
        return {player: tuple(own) for player, own in found.items()}


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
    return {
        player: within((*below, player), _states if player == STATE else _strategies, strategies)
        for player, strategies in value.items()
    }


def _states(value: object) -> list[str]:
    """Return the states of a ``when``: numbers or names, as text."""
    if isinstance(value, list):
        value = [str(each) if isinstance(each, int) and not isinstance(each, bool) else each for each in value]
    return _strategies(value)


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
    draws_only: bool = False


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
    players: PlayersField
    constraints: list[Any] = Field(default_factory=list)
    parameters: dict[str, Any] = Field(default_factory=dict)
    tables: dict[str, Any] = Field(default_factory=dict)
    terms: dict[str, Any]
    utility: dict[str, Expression] = Field(default_factory=dict)
