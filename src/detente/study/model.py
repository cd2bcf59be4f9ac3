"""A game of a study, assembled: its definition, its payoff table, and its parameters with their sources.

This is where documents meet mathematics. The algorithms get plain games from here and know nothing of
figures; the traces and reports go back from their results to the names defined here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from detente.errors import UsageError, did_you_mean
from detente.fields import label_of
from detente.games.symbolic import Interval
from detente.numbers import exact, short
from detente.seeds.derived import reach
from detente.study.forms import FORMS
from detente.study.usage import game_names, model_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.formula import Formula
    from detente.games.definition import GameDefinition, Variant
    from detente.payoffs.terms import PayoffModel
    from detente.seeds.parameters import Parameter
    from detente.study.form import Form
    from detente.study.load import StudyFiles
    from detente.wording import Wording

__all__ = ["GameModel", "Point", "game_model", "split_name"]

KINDS = ("strategic", "material")
#: Points of a game whose derived values are kept.
KEPT_POINTS = 4


@dataclass(frozen=True)
class Point:
    """Exact values of all parameters of a game; derived values follow from them.

    ``name`` is the named point it starts from, ``changed`` the parameters that differ from it, ``notes`` what a
    reader should know, such as a value outside its interval.
    """

    name: str
    values: dict[str, Fraction]
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GameModel:
    """One game of a study with everything behind it.

    Attributes
    ----------
    files : StudyFiles
        The whole study.
    definition : GameDefinition
        The game file.
    payoff_model : PayoffModel
        Its terms and constraints.
    parameters : dict
        Every parameter and derived value that the game uses, by name, in the order of their files.
    variant : Variant or None
        The variant asked for.
    """

    files: StudyFiles = field(repr=False)
    definition: GameDefinition
    payoff_model: PayoffModel = field(repr=False)
    parameters: dict[str, Parameter] = field(repr=False)
    variant: Variant | None = None

    @cached_property
    def form(self) -> Form:
        """The form of the game: what can be asked of it."""
        return FORMS[self.definition.form]

    @cached_property
    def worked_out(self) -> dict[Any, Any]:
        """What has been worked out of this game, by what it is of: analyses of one game share it."""
        return {}

    def of(self, variant: str) -> GameModel:
        """Return a variant of the game; asked again, the same one."""
        key = "variant", variant
        if key not in self.worked_out:
            self.worked_out[key] = _model(self.files, self.definition, variant)
        return cast("GameModel", self.worked_out[key])

    @property
    def name(self) -> str:
        """``GAME`` or ``GAME:VARIANT``."""
        return self.definition.name + (f":{self.variant.name}" if self.variant else "")

    @property
    def players(self) -> tuple[str, ...]:
        """The players in order."""
        return self.definition.players

    def label(self, name: str, lang: str = "en") -> str:
        """Return what a reader sees for a player, strategy, point, conclusion, parameter or term."""
        found = self.definition.labels.get(name)
        if found is None and name in self.parameters:
            parameter = self.parameters[name]
            found = parameter.label
            if parameter.entry:
                table = label_of(found, lang)
                whose = self.label(parameter.entry, lang)
                opening, closing = ("\uff08", "\uff09") if lang == "zh" else (" (", ")")
                return f"{table.replace('_', ' ')}{opening}{whose}{closing}"
        if found is None:
            return name.replace("_", " ")
        return label_of(found, lang)

    def wording(self, lang: str = "en") -> Wording:
        """Return what a reader sees for every name of the game: labels, symbols and units."""
        from detente.wording import Wording

        strategies = [name for own in self.definition.content.choices.values() for name in own]
        strategies += [name for own in self.definition.strategies.values() for name in own]
        names = (*self.definition.labels, *self.players, *strategies, *self.parameters)
        units = {name: parameter.unit for name, parameter in self.parameters.items()}
        return Wording({name: self.label(name, lang) for name in names}, self.symbols, units, lang)

    @cached_property
    def symbols(self) -> dict[str, str]:
        """The mathematical symbol of each parameter."""
        return {name: parameter.symbol for name, parameter in self.parameters.items()}

    @cached_property
    def table(self) -> Any:
        """The strategic payoffs with the terms behind each of them."""
        return self.form.table(self, False)

    @cached_property
    def material_table(self) -> Any:
        """The payoffs without the terms of relative gains."""
        return self.form.table(self, True)

    @cached_property
    def symbolic(self) -> Any:
        """The parametric game of strategic payoffs over its box."""
        return self.form.game(self, False)

    @cached_property
    def material(self) -> Any:
        """The parametric game of material payoffs over its box."""
        return self.form.game(self, True)

    @property
    def kinds(self) -> dict[str, str]:
        """``figure`` or ``judgement`` for each parameter that has a range of its own."""
        return {name: each.kind for name, each in self.parameters.items() if not each.is_derived}

    @property
    def laws(self) -> dict[str, str]:
        """The distributions that parameters state, by which they are drawn whatever the prior of the others."""
        return {
            name: each.distribution
            for name, each in self.parameters.items()
            if each.distribution is not None and name in self.intervals
        }

    @property
    def correlation(self) -> dict[tuple[str, str], float]:
        """The correlations that parameters of the game state, each pair once."""
        found: dict[tuple[str, str], float] = {}
        for name, parameter in self.parameters.items():
            for other, number in parameter.correlated.items():
                if {name, other} <= self.intervals.keys() and (other, name) not in found:
                    found[name, other] = float(number)
        return found

    def payoffs(self, kind: str) -> Any:
        """Return the parametric game of ``strategic`` or ``material`` payoffs."""
        if kind not in KINDS:
            raise UsageError(f"unknown payoffs {kind!r}; expected one of {', '.join(KINDS)}")
        return self.material if kind == "material" else self.symbolic

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """The box: the interval and the baseline of every parameter, those of the game before those of the study."""
        own = self.definition.box
        box = {}
        for name, parameter in self.parameters.items():
            if parameter.formula is not None:
                continue
            low, value, high = parameter.low, parameter.value, parameter.high
            if name in own:
                low, high = own[name].low, own[name].high
                value = value if own[name].value is None else own[name].value
            assert low is not None
            assert value is not None
            assert high is not None
            box[name] = Interval(low, high, value)
        return box

    @cached_property
    def derived(self) -> dict[str, Formula]:
        """The formulas of derived parameters."""
        return {name: each.formula for name, each in self.parameters.items() if each.formula is not None}

    def conclusion(self, name: str) -> Formula:
        """Return a named formula of the game file."""
        if name not in self.definition.conclusions:
            hint = did_you_mean(name, self.definition.conclusions)
            raise UsageError(f"unknown conclusion {name!r} of {self.definition.name}" + (f"; {hint}" if hint else ""))
        return self.definition.conclusions[name].formula

    def point(self, name: str = "baseline", changes: Mapping[str, object] | None = None) -> Point:
        """Return a named point with changes: exact values of all parameters, checked.

        Raises
        ------
        UsageError
            If a name is unknown or a value outside the domain of its parameter.
        """
        values = {key: interval.value for key, interval in self.intervals.items()}
        if name != "baseline":
            if name not in self.definition.points:
                known = ("baseline", *self.definition.points)
                raise UsageError(
                    f"unknown point {name!r}; expected one of {', '.join(known)}; {did_you_mean(name, known)}".rstrip(
                        "; "
                    )
                )
            values.update({key: value for key, value in self.definition.points[name].values.items() if key in values})
        for key, given in (changes or {}).items():
            values[key] = self._checked(key, given)
        notes = []
        for key, value in values.items():
            interval = self.intervals[key]
            if not interval.low <= value <= interval.high:
                ends = f"[{short(interval.low, 6)}, {short(interval.high, 6)}]"
                notes.append(f"{key} = {short(value, 6)} lies outside its interval {ends}")
        every = {**values, **self.derived_values(values)}
        notes.extend(
            f"the constraint {each.formula.text} is violated here: {each.reason}"
            for each in self.payoff_model.constraints
            if not each.formula.evaluate(every)
        )
        return Point(name, values, tuple(changes or ()), tuple(notes))

    def _checked(self, name: str, given: object) -> Fraction:
        if name not in self.intervals:
            if name in self.parameters:
                parts = ", ".join(self.parameters[name].formula.names)  # type: ignore[union-attr]
                raise UsageError(f"{name} is derived; change what it is made of: {parts}")
            hint = did_you_mean(name, self.intervals)
            raise UsageError(f"unknown parameter {name!r} of {self.definition.name}" + (f"; {hint}" if hint else ""))
        try:
            value = exact(given)
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from None
        if name in self.payoff_model.sizes and value != self.intervals[name].value:
            raise UsageError(f"{name} is the number of players; change it at {self.parameters[name].place}")
        parameter = self.parameters[name]
        if not parameter.admits(value):
            ends = ", ".join(short(end, 6) for end in parameter.domain)
            raise UsageError(f"{name} = {short(value, 6)} lies outside its domain [{ends}] ({parameter.unit})")
        return value

    def derived_values(self, values: Mapping[str, Fraction]) -> dict[str, Any]:
        """Return every derived value at a point, exact where its formula is rational."""
        key = tuple(values.items())
        found = self._derived_known.pop(key, None)
        if found is None:
            found = self._derived_at(values)
        self._derived_known[key] = found
        if len(self._derived_known) > KEPT_POINTS:
            del self._derived_known[next(iter(self._derived_known))]
        return dict(found)

    @cached_property
    def _derived_known(self) -> dict[Any, dict[str, Any]]:
        """Derived values of the last points asked about: what shows a point asks for them many times."""
        return {}

    def _derived_at(self, values: Mapping[str, Fraction]) -> dict[str, Any]:
        known: dict[str, Any] = dict(values)

        def value_of(name: str) -> Any:
            if name not in known:
                parsed = self.parameters[name].formula
                assert parsed is not None
                known[name] = parsed.evaluate({each: value_of(each) for each in parsed.names})
            return known[name]

        return {name: value_of(name) for name, parameter in self.parameters.items() if parameter.is_derived}

    def at(self, point: Point | None = None, kind: str = "strategic") -> Any:
        """Return the numeric game at a point, by default the baseline."""
        return self.form.at(self, point or self.point(), kind)


def split_name(name: str) -> tuple[str, str | None]:
    """Split ``GAME:VARIANT`` into its parts."""
    game, _, variant = name.partition(":")
    return game, variant or None


def game_model(files: StudyFiles, name: str) -> GameModel:
    """Return the game ``GAME`` or ``GAME:VARIANT`` of a study.

    Raises
    ------
    UsageError
        If the game or variant does not exist.
    """
    game, wanted = split_name(name)
    if game not in files.games:
        hint = did_you_mean(game, files.games)
        raise UsageError(
            f"unknown game {game!r}; expected one of {', '.join(files.games) or 'none'}" + (f"; {hint}" if hint else "")
        )
    return _model(files, files.games[game], wanted)


def _model(files: StudyFiles, definition: GameDefinition, wanted: str | None) -> GameModel:
    variant = None
    if wanted is not None:
        if wanted not in definition.variants:
            hint = did_you_mean(wanted, definition.variants)
            known = ", ".join(definition.variants) or "none"
            raise UsageError(
                f"unknown variant {wanted!r} of {definition.name}; expected one of {known}"
                + (f"; {hint}" if hint else "")
            )
        variant = definition.variants[wanted]
        definition = definition.of(wanted)
    payoff_model = files.payoffs[definition.payoffs]
    available = {**files.parameters, **payoff_model.parameters.entries}
    # variants with the same payoffs share the parameters, so that a point of one is a point of the other
    sharing = [each for each in files.games[definition.name].every() if each.payoffs == definition.payoffs]
    names = model_names(payoff_model).union(game_names(definition), *(game_names(each) for each in sharing))
    needed = set(reach(available, names))
    parameters = {each: parameter for each, parameter in available.items() if each in needed}
    return GameModel(files, definition, payoff_model, parameters, variant)
