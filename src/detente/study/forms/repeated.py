"""A normal form repeated for ever, as a variant: critical discount factors at a point, against the study's own factor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from detente.conclusions._outcomes import profile_of
from detente.display import Displayed, Table
from detente.errors import Fault, UsageError
from detente.fields import Exact, Name, Wrong, distinct, expression_of, unknown, within
from detente.games.definition import Content, Located
from detente.games.file_tables import VariantTable
from detente.numbers import number_to_json, plain, short
from detente.solve.repeated.critical_discount_factor import CriticalDiscountFactor, critical_discount_factor
from detente.solve.repeated.critical_factor import PunishmentNotCredible, never_sustained
from detente.solve.repeated.known_automata import KNOWN
from detente.study.form import Form
from detente.study.forms.normal import Normal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    from detente.games.definition import GameDefinition, Variant
    from detente.games.reader import GameReader
    from detente.solve.concepts import Options
    from detente.solve.repeated.factor_formulas import FactorFormulas
    from detente.solve.repeated.payoff_set import PayoffSet
    from detente.solve.repeated.penal_codes import PenalCodes
    from detente.study.form import Values
    from detente.study.model import GameModel, Point
    from detente.toml import KeyPath

__all__ = ["FORM", "DiscountFactors", "DiscountField", "Repeated", "RepeatedVariant", "Repetition", "discount_factors", "repeated_variant"]

_PUNISHMENT = re.compile(r"punishment_[1-9][0-9]{0,3}", re.ASCII)


def _strategy(value: object) -> str:
    known = isinstance(value, str) and (value in KNOWN or _PUNISHMENT.fullmatch(value) or value == "tit_for_tat")
    if not known:
        listed = ("grim", "punishment_1", "punishment_2", "tit_for_tat", *KNOWN)
        raise unknown("strategy of a repeated game", value, tuple(dict.fromkeys(listed)))
    return str(value)


def _discount(value: object) -> list[Any]:
    if not isinstance(value, list):
        return [expression_of(value)]
    if not value:
        raise Wrong("found an empty list", "expected one formula, or one for each player")
    return [within((index,), expression_of, each) for index, each in enumerate(value)]


#: One discount factor, or one for each player.
DiscountField = Annotated[
    list[Any], PlainValidator(_discount), WithJsonSchema({"type": ["string", "number", "array"]})
]


class RepeatedVariant(VariantTable):
    """A ``[variants.NAME]`` in which the game is repeated for ever."""

    discount_factor: DiscountField
    target: dict[str, Name] | None = None
    punishment: dict[str, Name] | None = None
    strategies: Annotated[
        list[Annotated[str, PlainValidator(_strategy), WithJsonSchema({"type": "string"})]],
        AfterValidator(distinct),
    ] = Field(default_factory=list)
    compare: list[Exact] = Field(default_factory=list)
    signals: list[list[Exact]] = Field(default_factory=list)


@dataclass(frozen=True)
class Repetition:
    """How a game is repeated.

    ``discount_factors`` has one formula, or one for each player in order; ``target`` and ``punishment``
    map players to strategies; ``strategies`` are the strategies of the repeated game to ask about. ``compare`` are
    discount factors at which lengths of punishments are asked, ``signals`` pairs of the probabilities of a false alarm
    and of detection.
    """

    discount_factors: tuple[Any, ...]
    target: Mapping[str, str] | None
    punishment: Mapping[str, str] | None
    strategies: tuple[str, ...]
    compare: tuple[Fraction, ...] = ()
    signals: tuple[tuple[Fraction, Fraction], ...] = ()


@dataclass(frozen=True)
class DiscountFactors(Displayed):
    """Critical discount factors of the strategies of a repeated variant at one point.

    ``factors`` maps a strategy such as ``grim`` or ``punishment_2`` to its result; ``values`` gives the study's own
    discount factor per player.
    """

    players: tuple[str, ...]
    point: str
    target: tuple[str, ...]
    factors: dict[str, CriticalDiscountFactor]
    values: dict[str, Any]

    @property
    def complete(self) -> bool:
        """Every strategy that was asked about has its exact answer."""
        return True

    def to_json(self) -> dict[str, Any]:
        """Return the contract's ``critical_discount_factors`` and, per strategy, the exact conditions."""
        return {
            "form": "repeated",
            "concept": "subgame-perfect",
            "players": list(self.players),
            "target": dict(zip(self.players, self.target, strict=True)),
            "discount_factors": {player: number_to_json(value) for player, value in self.values.items()},
            "critical_discount_factors": {
                name: {player: number_to_json(value) for player, value in found.per_player.items()}
                for name, found in self.factors.items()
            },
            "conditions": {name: found.to_json() for name, found in self.factors.items()},
        }

    def table(self) -> Table:
        """Return one row per strategy: the critical factor per player, and whether the study's factor suffices."""
        rows = []
        notes: list[str] = []
        for name, found in self.factors.items():
            cells = []
            for player in self.players:
                value = found.per_player[player]
                cells.append("none" if value is None else _written(value))
            enough = "yes" if found.sustains(self.values) else "no"
            rows.append((name, *cells, enough))
            notes.extend(note for note in found.notes if note not in notes)
        factor = ", ".join(f"{short(value, 4)} ({player})" for player, value in self.values.items())
        title = f"critical discount factors at {self.point}, target {','.join(self.target)}"
        columns = ("strategy", *self.players, f"enough at {factor}")
        if len(set(self.values.values())) == 1:
            columns = ("strategy", *self.players, f"enough at {short(next(iter(self.values.values())), 4)}")
        return Table(title, columns, tuple(rows), tuple(notes))


def _written(value: Any) -> str:
    text = plain(value)
    if text == short(value, 4):
        return text
    return f"{text} = {short(value, 4)}" if len(text) <= 30 else short(value, 4)


def repeated_variant(model: GameModel, name: str | None = None) -> Variant:
    """Return the repeated variant called ``name``, the model's own, or the only one."""
    if name is None and model.variant is not None:
        name = model.variant.name
    known = {key: each for key, each in model.definition.variants.items() if each.form == "repeated"}
    if name is not None and name in known:
        return known[name]
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    raise UsageError(
        f"{model.definition.name} has no repeated variant {name or ''}; expected one of {', '.join(known) or 'none'}"
    )


def discount_factors(
    model: GameModel, point: Point, name: str | None = None, kind: str = "strategic"
) -> DiscountFactors:
    """Return the critical discount factors of every strategy that a repeated variant lists.

    The target and the punishment are those of the variant; without a target each player's first strategy.
    """
    repetition: Repetition = repeated_variant(model, name).data
    stage = model.at(point, kind)
    target = _target(stage, repetition)
    punishment = _profile(stage, repetition.punishment) if repetition.punishment else None
    factors = _factors(model, point, repetition)
    if len(factors) == 1:
        factors = factors * len(stage.players)
    found = {}
    for strategy in repetition.strategies or ("grim",):
        kind_of, _, periods = strategy.partition("_") if strategy.startswith("punishment_") else (strategy, "", "")
        defects = kind_of == "tit_for_tat" and stage.shape == (2, 2)
        length = int(periods) if periods else None
        try:
            found[strategy] = critical_discount_factor(
                stage, kind_of, target, None if defects else punishment, length
            )
        except PunishmentNotCredible as reason:  # an answer at this point of the box, not a mistake of the study
            found[strategy] = never_sustained(stage, kind_of, target, length, str(reason).split("; expected")[0])
    return DiscountFactors(
        stage.players, point.name, stage.profile_labels(target), found, dict(zip(stage.players, factors, strict=True))
    )


def _target(stage: Any, repetition: Repetition) -> tuple[int, ...]:
    """Return what is to be sustained: without a target each player's first strategy."""
    return _profile(stage, repetition.target) if repetition.target else (0,) * len(stage.players)


def _factors(model: GameModel, point: Point, repetition: Repetition) -> list[Any]:
    """Return the study's own discount factors at a point: one for all, or one a player."""
    env = {**point.values, **model.derived_values(point.values)}
    return [factor.evaluate(env) for factor in repetition.discount_factors]


def _profile(stage: Any, given: Any) -> tuple[int, ...]:
    return stage.profile_index(given)  # type: ignore[no-any-return]


def formulas_of_patience(
    model: GameModel, kind: str, target: Any = None, punishment: Any = None
) -> FactorFormulas:
    """Return the critical discount factors as formulas of the parameters.

    Without a target they are those of the repeated variant; with one, of grim trigger, short punishments and tit for
    tat that sustain it, the punishment by default each player's last strategy.
    """
    from detente.solve.repeated.factor_formulas import factor_formulas

    stage = model.payoffs(kind)
    sizes = [len(own) for own in stage.strategies]
    strategies = ["grim", "punishment_1", "punishment_2"] + (["tit_for_tat"] if sizes == [2, 2] else [])
    last = tuple(size - 1 for size in sizes)
    if target is not None:
        answer = last if punishment is None else profile_of(stage, punishment)
        return factor_formulas(stage, profile_of(stage, target), answer, strategies)
    repetition: Repetition = repeated_variant(model).data
    aim = profile_of(stage, repetition.target) if repetition.target else tuple(0 for _ in sizes)
    answer = profile_of(stage, repetition.punishment) if repetition.punishment else last
    return factor_formulas(stage, aim, answer, repetition.strategies or strategies)


class Repeated(Normal):
    """``form = "repeated"``: everything but ``solve`` is asked of the game that is repeated."""

    name = "repeated"
    words = "a normal form repeated for ever, as a variant"
    file = None
    variant = RepeatedVariant
    concepts = ("subgame-perfect", "payoffs", "penal-codes")
    shares_of = "Shares are those of one period; what discount factors sustain is told by solving."

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return how the game is repeated."""
        assert game is not None
        if game.form != "normal":
            reader.fail((*path, "form"), f"found the form {game.form} repeated", 'expected form = "normal" above', key=False)
        content = game.content
        factors, players = tuple(table.discount_factor), tuple(content.strategies)
        if len(factors) not in (1, len(players)):
            expected = f"expected one, or {len(players)} in the order {', '.join(players)}"
            reader.fail((*path, "discount_factor"), f"found {len(factors)} discount factors", expected, key=False)
        reader.profile((*path, "target"), table.target, content)
        reader.profile((*path, "punishment"), table.punishment, content)
        at: KeyPath = (*path, "discount_factor")
        listed = isinstance(reader.file.at(at), list)
        located = tuple(
            Located(factor, (*at, index) if listed else at, reader.file) for index, factor in enumerate(factors)
        )
        for index, each in enumerate(table.compare):
            if not 0 < each < 1:
                expected = "expected a discount factor between 0 and 1"
                reader.fail((*path, "compare", index), f"found {plain(each)}", expected, key=False)
        for index, pair in enumerate(table.signals):
            if len(pair) != 2 or not all(0 <= each <= 1 for each in pair):
                found = f"found {', '.join(map(plain, pair)) or 'nothing'}"
                expected = "expected two probabilities: of a false alarm, and of detection"
                reader.fail((*path, "signals", index), found, expected, key=False)
        signals = tuple((pair[0], pair[1]) for pair in table.signals if len(pair) == 2)
        strategies, compare = tuple(table.strategies), tuple(table.compare)
        data = Repetition(factors, table.target, table.punishment, strategies, compare, signals)
        return Content(content.strategies, content.choices, located, data)

    def inherits(self, content: Content, game: GameDefinition) -> bool:
        """Keep the conclusions: they are about the game that is repeated."""
        return True

    def faults(self, game: GameDefinition, values: Values) -> Iterator[Fault]:
        """Yield the fault of each discount factor that is no number between 0 and 1."""
        for each in game.content.formulas:
            number = values.value(each.formula)
            if each.formula.items:
                yield Fault(each.inside(1), "found a payoff in a discount factor", "expected parameters and numbers")
            elif number is not None and not 0 < number < 1:
                found = f"found the discount factor {each.formula.text} = {plain(number)}"
                yield Fault(each.inside(1), found, "expected a number between 0 and 1")

    #: A commitment for one period says nothing of the game that is repeated.
    options = Form.options

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> DiscountFactors | PayoffSet | PenalCodes:
        """Return critical discount factors, the payoffs that the study's factors sustain, or the best penal codes."""
        chosen = self.check_concept(concept)
        if options is not None and options.method is not None:
            raise UsageError(f"{model.name} is a repeated game; --method is for normal forms")
        if chosen == "subgame-perfect":
            return discount_factors(model, point, kind=kind)
        repetition: Repetition = repeated_variant(model).data
        stage = model.at(point, kind)
        if chosen == "payoffs":
            from detente.games.repeated import RepeatedGame
            from detente.solve.repeated.payoff_set import payoff_set

            factors = _factors(model, point, repetition)
            return payoff_set(RepeatedGame(stage, factors[0] if len(factors) == 1 else factors))
        from detente.solve.repeated.penal_codes import penal_codes

        return penal_codes(stage, _target(stage, repetition))


FORM = Repeated()
