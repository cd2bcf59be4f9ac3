"""What a game is, as ``games/NAME.toml`` states it; :func:`detente.games.reader.read_game` reads it.

A definition names its payoff model, the strategies of the players, points and intervals of its own, the
variants it is solved in, its conclusions and the questions asked of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.errors import Place
    from detente.formula import Formula
    from detente.toml import KeyPath, TomlFile

__all__ = [
    "OUTCOMES",
    "Box",
    "Case",
    "Conclusion",
    "Content",
    "GameDefinition",
    "Located",
    "Point",
    "Question",
    "Saying",
    "Variant",
]

#: What levers can make of a profile.
OUTCOMES = ("equilibrium", "unique", "selected", "sustainable")


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
class Located:
    """A formula that a form reads from its own keys, with the key under which it stands."""

    formula: Formula
    path: KeyPath
    file: TomlFile = field(repr=False, compare=False)

    def inside(self, column: int) -> Place:
        """Return the place of a character of the formula."""
        return self.file.inside(self.path, column)

    @property
    def key(self) -> str | int:
        """The key of the form, such as ``next``, under which the formula stands, in the game or in a variant."""
        return self.path[2 if self.path[0] == "variants" else 0]


@dataclass(frozen=True)
class Content:
    """What a form makes of its own keys in a game file or in a variant.

    Attributes
    ----------
    strategies : mapping
        Player to strategies, players in the order of the payoff model.
    choices : mapping
        What the ``when`` of a term may name, such as players or decision points, each with its choices and
        their places. Empty where the form names none.
    formulas : tuple of Located
        Every formula among the keys: its names have to exist, and it has to have a value throughout the box.
    data : object
        Whatever else the form needs, in a frozen dataclass of its own.
    """

    strategies: Mapping[str, tuple[str, ...]]
    choices: Mapping[str, Mapping[str, Place]] = field(default_factory=dict)
    formulas: tuple[Located, ...] = ()
    data: Any = None


@dataclass(frozen=True)
class Variant:
    """A game made from this one and solved as ``GAME:VARIANT``: what its table says in place of the game's own keys.

    ``payoffs`` None, ``conclusions`` None: those of the game; ``points`` and ``box`` are added to those of the game.
    """

    name: str
    form: str
    content: Content
    payoffs: str | None
    points: Mapping[str, Point]
    box: Mapping[str, Box]
    conclusions: Mapping[str, Conclusion] | None
    label: Mapping[str, str] | None
    description: str | None
    place: Place

    @property
    def data(self) -> Any:
        """What the form read from the keys of the variant."""
        return self.content.data


@dataclass(frozen=True)
class Conclusion:
    """A named formula of parameters and of payoffs at profiles."""

    name: str
    formula: Formula
    place: Place
    path: KeyPath
    file: TomlFile = field(repr=False, compare=False)

    def inside(self, column: int) -> Place:
        """Return the place of a character of the formula."""
        return self.file.inside(self.path, column)


@dataclass(frozen=True)
class Case:
    """Some parameters held at formulas of the others, such as a policy, with a label."""

    label: Mapping[str, str]
    hold: Mapping[str, Formula]


@dataclass(frozen=True)
class Saying:
    """A sentence of the answer to a question, said of the points at which all that it supposes holds.

    ``when`` lists conclusions and named formulas (which hold where they are positive), each perhaps after ``not``;
    those of another game, at its baseline, stand after its name and a dot.
    """

    text: Mapping[str, str]
    when: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """What is asked of the game: analyses of the engine, of conclusions, along parameters, at points.

    ``at`` holds parameters, ``only`` lets one kind of parameters vary, and ``given`` are conditions, where an analysis
    looks at the whole box. ``to`` is a profile that levers should bring about, ``wanted`` what it should be there, one
    of :data:`OUTCOMES`; ``wanted_at`` says it point by point.
    """

    number: int
    text: Mapping[str, str]
    ask: tuple[str, ...]
    of: tuple[str, ...]
    along: tuple[str, ...]
    points: tuple[str, ...]
    variant: str | None
    place: Place
    path: tuple[str | int, ...]
    #: From where to where a parameter of ``along`` is followed, where not through its interval.
    ranges: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    at: Mapping[str, Fraction] = field(default_factory=dict)
    only: str | None = None
    given: tuple[str, ...] = ()
    to: str | None = None
    wanted: tuple[str, ...] = ()
    wanted_at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Whom it is about, where not about all.
    players: tuple[str, ...] = ()
    #: Variants that are asked one after another.
    variants: tuple[str, ...] = ()
    #: Precisions of logit responses.
    precisions: tuple[Fraction, ...] = ()
    #: Cases in which it is asked again over the box.
    cases: tuple[Case, ...] = ()
    #: Other games of the study that it is about.
    games: tuple[str, ...] = ()
    #: Sentences in words, each where what it supposes holds.
    say: tuple[Saying, ...] = ()

    def outcomes(self, point: str) -> tuple[str, ...]:
        """Return what the profile ``to`` should be at a point."""
        return self.wanted_at.get(point) or self.wanted


@dataclass(frozen=True)
class GameDefinition:
    """A game as its file states it, or a variant of it; ``complete`` is False where a part of the file was faulty.

    ``path`` leads to the table with its keys: empty for the game, ``variants`` and a name for a variant.
    ``units`` names parameters that only say how payoffs are counted: no player can move them.
    """

    name: str
    label: Mapping[str, str]
    description: str
    form: str
    payoffs: str
    content: Content
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
    path: KeyPath = ()

    @property
    def strategies(self) -> Mapping[str, tuple[str, ...]]:
        """The strategies of each player."""
        return self.content.strategies

    @property
    def players(self) -> tuple[str, ...]:
        """The players in order."""
        return tuple(self.content.strategies)

    @property
    def data(self) -> Any:
        """What the form read from its own keys."""
        return self.content.data

    def of(self, name: str) -> GameDefinition:
        """Return the variant called ``name`` as a game: what it does not state is as here.

        With payoffs of its own it has other parameters: then points and intervals are its own too.
        """
        variant = self.variants[name]
        own = variant.conclusions
        shared = variant.payoffs in {None, self.payoffs}
        return replace(
            self,
            label=variant.label or self.label,
            description=variant.description or self.description,
            form=variant.form,
            payoffs=variant.payoffs or self.payoffs,
            content=variant.content,
            points={**(self.points if shared else {}), **variant.points},
            box={**(self.box if shared else {}), **variant.box},
            conclusions=self.conclusions if own is None else own,
            place=variant.place,
            path=("variants", name),
        )

    def every(self) -> tuple[GameDefinition, ...]:
        """Return the game and its variants."""
        return (self, *(self.of(name) for name in self.variants))
