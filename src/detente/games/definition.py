"""What a game is, as ``games/NAME.toml`` states it; :func:`detente.games.reader.read_game` reads it.

A definition names its payoff model, the strategies of the players, points and intervals of its own, the
variants it is solved in, its conclusions and the questions asked of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.errors import Place
    from detente.formula import Formula
    from detente.toml import KeyPath, TomlFile

__all__ = ["Box", "Conclusion", "GameDefinition", "Point", "Question", "Variant"]


@dataclass(frozen=True)
class Point:
    """Named values of some parameters; the others keep their baseline."""

    name: str
    values: Mapping[str, Fraction]
    place: Place
    places: Mapping[str, Place]


@dataclass(frozen=True)
class Box:
    """Another interval of a shared parameter in this game; ``value`` None keeps the baseline."""

    name: str
    low: Fraction
    high: Fraction
    value: Fraction | None
    reason: str
    place: Place
    places: Mapping[str, Place]


@dataclass(frozen=True)
class Variant:
    """A game made from this one and solved as ``GAME:VARIANT``.

    ``discount_factors`` has one formula, or one for each player in order; ``target`` and ``punishment``
    map players to strategies; ``strategies`` are the strategies of the repeated game to ask about.
    """

    name: str
    form: str
    discount_factors: tuple[Formula, ...]
    target: Mapping[str, str] | None
    punishment: Mapping[str, str] | None
    strategies: tuple[str, ...]
    place: Place
    file: TomlFile = field(repr=False, compare=False)

    def inside(self, index: int, column: int) -> Place:
        """Return the place of a character of a discount factor."""
        path: KeyPath = ("variants", self.name, "discount_factor")
        listed = isinstance(self.file.data["variants"][self.name]["discount_factor"], list)
        return self.file.inside((*path, index) if listed else path, column)


@dataclass(frozen=True)
class Conclusion:
    """A named formula of parameters and of payoffs at profiles."""

    name: str
    formula: Formula
    place: Place
    file: TomlFile = field(repr=False, compare=False)

    def inside(self, column: int) -> Place:
        """Return the place of a character of the formula."""
        return self.file.inside(("conclusions", self.name), column)


@dataclass(frozen=True)
class Question:
    """What is asked of the game: analyses of the engine, of conclusions, along parameters, at points."""

    number: int
    text: Mapping[str, str]
    ask: tuple[str, ...]
    of: tuple[str, ...]
    along: tuple[str, ...]
    points: tuple[str, ...]
    variant: str | None
    place: Place
    path: tuple[str | int, ...]


@dataclass(frozen=True)
class GameDefinition:
    """A game as its file states it; ``complete`` is False where a part of the file was faulty.

    ``units`` names parameters that only say how payoffs are counted: no player can move them.
    """

    name: str
    label: Mapping[str, str]
    description: str
    form: str
    payoffs: str
    strategies: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, Mapping[str, str]]
    points: Mapping[str, Point]
    box: Mapping[str, Box]
    variants: Mapping[str, Variant]
    conclusions: Mapping[str, Conclusion]
    questions: tuple[Question, ...]
    place: Place
    file: TomlFile = field(repr=False, compare=False)
    complete: bool = True
    units: tuple[str, ...] = ()

    @property
    def players(self) -> tuple[str, ...]:
        """The players in order."""
        return tuple(self.strategies)
