"""A game of a study, with everything that can be asked of it as methods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from detente.display import Displayed
from detente.errors import UsageError, did_you_mean
from detente.study.questions import answer
from detente.study.trace import trace_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.levers import Levers
    from detente.conclusions.meaning import Meaning
    from detente.conclusions.options import Options
    from detente.conclusions.rests_on import RestsOn
    from detente.conclusions.robustness.evidence import Given
    from detente.conclusions.robustness.importance import Importance
    from detente.conclusions.robustness.results import Robustness
    from detente.conclusions.thresholds import Thresholds
    from detente.display import Part
    from detente.explore.explorer import Explorer
    from detente.formula import Formula
    from detente.solve.dynamics.simulate import Simulation
    from detente.solve.parametric.atlas import Atlas
    from detente.solve.repeated.factor_formulas import FactorFormulas
    from detente.study.comparison_result import GameComparison
    from detente.study.forms.repeated import DiscountFactors
    from detente.study.meanings import Confirmations
    from detente.study.model import GameModel, Point
    from detente.study.questions import Answer
    from detente.study.trace import Trace
    from detente.wording import Wording

__all__ = ["Game"]


class Game(Displayed):
    """A parametric game of a study.

    Points are given as the name of a named point, as keyword arguments (``sev="2/5"``), or both.
    """

    def __init__(self, model: GameModel) -> None:
        self.model = model

    @property
    def name(self) -> str:
        """``GAME`` or ``GAME:VARIANT``."""
        return self.model.name

    @property
    def payoffs(self) -> Any:
        """The symbolic payoffs with the terms behind each of them; of a normal form, the payoff table."""
        return self.model.table

    @property
    def material_payoffs(self) -> Any:
        """The payoffs without the terms of relative gains."""
        return self.model.material_table

    @property
    def symbolic(self) -> Any:
        """The game of strategic payoffs as a plain parametric game of its form."""
        return self.model.symbolic

    @property
    def kinds(self) -> dict[str, str]:
        """``figure`` or ``judgement`` for each parameter that has a range of its own."""
        return self.model.kinds

    def point(self, point: str = "baseline", **changes: object) -> Point:
        """Return a named point with changes."""
        return self.model.point(point, changes)

    def at(self, point: str = "baseline", /, **changes: object) -> Any:
        """Return the numeric game at a point; parameters not named are at the point's values."""
        return self.model.at(self.model.point(point, changes))

    def solve(
        self,
        point: str = "baseline",
        /,
        *,
        concept: str | None = None,
        method: str | None = None,
        kind: str = "strategic",
        **changes: object,
    ) -> Any:
        """Return the solution at a point, by default with the first concept of the form."""
        from detente.solve.concepts import Options

        at = self.model.point(point, changes)
        return self.model.form.solve(self.model, at, kind, concept, Options(method))

    def equilibria(self, point: str = "baseline", /, *, method: str | None = None, **changes: object) -> Any:
        """Return the certified equilibria at a point; of a normal form, a :class:`SolveResult`."""
        from detente.solve.concepts import Options

        at = self.model.point(point, changes)
        return self.model.form.solve(self.model, at, "strategic", None, Options(method))

    def atlas(self, over: Sequence[str] | None = None, point: str = "baseline", **changes: object) -> Atlas:
        """Return all equilibria in closed form with the conditions under which they hold over the box."""
        values = self.model.point(point, changes).values
        found: Atlas = self.model.form.atlas(self.model, "strategic", over, values)
        return found

    def wording(self, lang: str = "en") -> Wording:
        """Return what a reader sees for the names of the game: labels, symbols and units."""
        return self.model.wording(lang)

    def written(self, result: Any, how: str = "words", lang: str = "en") -> str:
        """Return a result as ``text``, ``latex``, ``typst`` or ``words``, with the labels and units of the game.

        Results are what :meth:`atlas`, :meth:`thresholds`, :meth:`levers`, :meth:`breaks`, :meth:`rests_on` and
        :meth:`formulas_of_patience` return, and partitions and comparative statics of an atlas.
        """
        from detente.wording import written

        return written(result, how, self.wording(lang))

    def conclusion(self, text: str) -> Conclusion | Formula:
        """Return a conclusion or a named formula from its text."""
        if text in self.model.definition.conclusions:
            return self.model.conclusion(text)
        return self.model.form.conclusion(self.model.definition, text)

    def thresholds(
        self, along: str, of: str | None = None, point: str = "baseline", kind: str = "strategic", **changes: object
    ) -> Thresholds:
        """Return the exact values of a parameter at which the equilibria, or a conclusion, change."""
        if along not in self.model.parameters:
            hint = did_you_mean(along, self.model.parameters)
            raise UsageError(
                f"unknown parameter {along!r} of {self.model.definition.name}" + (f"; {hint}" if hint else "")
            )
        parsed = None if of is None else self.conclusion(of)
        values = self.model.point(point, changes).values
        return self.model.form.thresholds(self.model, kind, along, parsed, values, of or "")

    def holds(self, conclusion: str, point: str = "baseline", **changes: object) -> bool:
        """Return whether a conclusion holds at a point; a named formula holds where it is positive."""
        values = self.model.point(point, changes).values
        return self.model.form.holds(self.model, self.conclusion(conclusion), values)

    def meaning(self, conclusion: str) -> Meaning:
        """Return what a conclusion or named formula takes payoffs to be: ordinal, cardinal, a common unit, money."""
        from detente.conclusions.meaning import meaning

        return meaning(self.symbolic, self.conclusion(conclusion))

    def confirm(self, *conclusions: str, kind: str = "strategic", trials: int = 200, seed: int = 0) -> Confirmations:
        """Test what conclusions take payoffs to be: count payoffs in other ways, at random, and look whether they hold.

        A change that the meaning allows must not alter a conclusion (AssertionError); beyond it, one that does is
        looked for.
        """
        from detente.study.meanings import confirmations
        from detente.study.robustness import asked_of

        subject = asked_of(self.model, self.model.point("baseline", {}), kind, conclusions, ()).subject
        if subject.meaning is None:
            raise UsageError(f"the form {self.model.form.name} does not say what its conclusions take payoffs to be")
        return confirmations(self.model, {each: subject.meaning(each) for each in conclusions}, kind, trials, seed)

    def rests_on(
        self,
        conclusion: str,
        point: str = "baseline",
        *,
        kind: str = "strategic",
        budget: float | None = 8.0,
        **changes: object,
    ) -> RestsOn:
        """Return the smallest sets of parameters that fix a conclusion whatever the others do in their ranges."""
        values = self.model.point(point, changes).values
        found = self.model.form.rests_on(self.model, kind, self.conclusion(conclusion), values, budget=budget)
        return replace(found, conclusion=conclusion)  # type: ignore[no-any-return]

    def levers(
        self,
        to: object,
        outcome: str = "equilibrium",
        point: str = "baseline",
        *,
        kind: str = "strategic",
        side_payments: bool = False,
        weights: Mapping[str, object] | None = None,
        budget: float | None = 20.0,
        **changes: object,
    ) -> Levers:
        """Return the cheapest changes that make a profile an equilibrium, unique, selected or sustainable.

        The units of the game file are reported, not recommended. ``weights`` are factors of the cost of moving a
        parameter, by default 1. ``sustainable`` means by grim trigger at the discount factor of the repeated variant.
        """
        values = self.model.point(point, changes).values
        form = self.model.form
        found: Levers = form.levers(
            self.model, kind, to, outcome, values, side_payments=side_payments, weights=weights, budget=budget
        )
        return found

    def breaks(
        self,
        profile: object,
        point: str = "baseline",
        *,
        kind: str = "strategic",
        weights: Mapping[str, object] | None = None,
        budget: float | None = 20.0,
        **changes: object,
    ) -> Levers:
        """Return the smallest changes after which a profile is no equilibrium."""
        values = self.model.point(point, changes).values
        found: Levers = self.model.form.breaks(
            self.model, kind, profile, values, weights=weights, budget=budget
        )
        return found

    def options(
        self,
        player: str,
        point: str = "baseline",
        *,
        kind: str = "strategic",
        draws: int = 20_000,
        seed: int = 0,
        budget: float = 20.0,
        **changes: object,
    ) -> Options:
        """Return each strategy of a player as a commitment: what follows, what it is worth, how often it is best."""
        values = self.model.point(point, changes).values
        found: Options = self.model.form.options(
            self.model, kind, player, values, draws=draws, seed=seed, budget=budget
        )
        return found

    def robustness(
        self,
        draws: int = 100_000,
        seed: int = 0,
        *,
        conclusions: Sequence[str] = (),
        given: Sequence[str | Given] | None = None,
        point: str = "baseline",
        kind: str = "strategic",
        terms: bool = True,
        save: bool = True,
        how: Mapping[str, Any] | None = None,
        **changes: object,
    ) -> Robustness:
        """Return in how much of the box conclusions hold, under several priors, and what is proved.

        Parameters that the point or ``changes`` move are held there. ``given`` names observed events, ``observed`` or
        conclusions; by default observed play where there is any. ``how`` may have ``priors``, ``laws``,
        ``correlation``, ``only``, ``budget``, ``executor``, ``workers`` and ``progress`` (see
        :class:`detente.conclusions.robustness.robustness.How`).
        """
        from detente.conclusions.robustness.robustness import How
        from detente.study.robustness import game_robustness

        at = self.model.point(point, changes)
        counted = How(draws=draws, seed=seed, **(how or {}))
        return game_robustness(self.model, at, kind, conclusions, given, how=counted, terms=terms, save=save)

    def importance(
        self,
        *outputs: str,
        draws: int = 100_000,
        seed: int = 0,
        prior: str = "uniform",
        region: str | Given | None = None,
        only: str | None = None,
        point: str = "baseline",
        kind: str = "strategic",
        **changes: object,
    ) -> Importance:
        """Return what drives outputs: first-order and total importance of every parameter, of figures, of judgements.

        An output is ``set``, ``class``, ``selected``, a conclusion, or ``value:NAME`` (the number of a named formula).
        A region is a condition such as ``class:stag_hunt`` or ``observed``.
        """
        from detente.study.robustness import game_importance

        at = self.model.point(point, changes)
        return game_importance(
            self.model, at, kind, outputs, draws=draws, seed=seed, prior=prior, region=region, only=only
        )

    def explorer(
        self, over: tuple[str, str] | None = None, point: str = "baseline", lang: str = "en"
    ) -> Explorer:
        """Return the game at a point that moves: what :meth:`explore` shows, for a program."""
        from detente.explore.explorer import Explorer

        return Explorer(self.model, over, point, lang)

    def explore(self, over: tuple[str, str] | None = None, point: str = "baseline", lang: str = "en") -> Any:
        """Return sliders for all parameters with payoffs, equilibria, patience and a map that follow, for a notebook.

        ``over`` names the two parameters of the map. Normal forms and games of many members; needs the extra ``lab``.
        """
        from detente.explore.widget import explorer_widget

        return explorer_widget(self.explorer(over, point, lang))

    def figure(self, point: str = "baseline", /, *, question: int | None = None, **changes: object) -> Figure:
        """Return the picture of the solution at a point, or of the answer to a numbered question.

        Raises
        ------
        UsageError
            If the form of the game, or the question, has no picture.
        """
        from detente.reports.question_figures import answer_figure, question_figure

        at = self.model.point(point, changes)
        if question is not None:
            return question_figure(self.model, question, [at] if changes or point != "baseline" else None)
        return answer_figure(self.model, self.model.form.solve(self.model, at, "strategic"), at)

    def options_figure(self, found: Options, subtitle: str = "", lang: str = "en") -> Figure:
        """Return the picture of what :meth:`options` found, a matplotlib figure with the labels of the game."""
        from detente.reports.options_figure import options_figure

        names = {name: self.model.label(name, lang) for name in (found.player, *(each.strategy for each in found))}
        return options_figure(found, names, subtitle=subtitle or self.name, unit=self.model.payoff_model.unit)

    def compare(
        self, first: str, second: str, *, kind: str = "strategic", budget: float | None = 20.0
    ) -> GameComparison:
        """Return what flips between two named points, and the smallest sets of parameters that flip it."""
        from detente.study.compare import compare_points

        return compare_points(self.model, self.model.point(first), self.model.point(second), kind, seconds=budget)

    def simulate(
        self,
        dynamic: str = "replicator",
        point: str = "baseline",
        *,
        kind: str = "strategic",
        settings: Mapping[str, Any] | None = None,
        **changes: object,
    ) -> Simulation:
        """Return how play moves under a dynamic at a point.

        ``settings`` are the fields of :class:`~detente.solve.dynamics.simulate.Settings`, such as
        ``{"start": "9/10,1/10"}`` or ``{"hostile": "1/4"}``.
        """
        from detente.solve.dynamics.simulate import Settings, simulate

        at = self.model.point(point, changes)
        try:
            chosen = Settings(**(settings or {}))
        except TypeError:
            known = ", ".join(vars(Settings()))
            raise UsageError(f"found the settings {', '.join(settings or {})}; expected some of {known}") from None
        return simulate(self.model.at(at, kind), dynamic, chosen)

    def critical_discount_factors(self, point: str = "baseline", **changes: object) -> DiscountFactors:
        """Return the critical discount factors of the repeated variant at a point."""
        from detente.study.forms.repeated import discount_factors

        return discount_factors(self.model, self.model.point(point, changes))

    def formulas_of_patience(
        self, target: object = None, punishment: object = None, *, kind: str = "strategic"
    ) -> FactorFormulas:
        """Return the critical discount factors as formulas of the parameters, for each player and strategy.

        Of the repeated variant, or with a ``target`` profile of any normal form, punished by ``punishment``.
        """
        from detente.study.forms.repeated import formulas_of_patience

        return formulas_of_patience(self.model, kind, target, punishment)

    def question(self, number: int) -> Answer:
        """Return the answer to a numbered question of the game file."""
        return answer(self.model, number)

    def trace(
        self,
        what: str | Sequence[str] | Mapping[str, str],
        player: str | None = None,
        point: str = "baseline",
        **changes: object,
    ) -> Trace:
        """Return where a number comes from: ``trace("c_reb")`` or ``trace(("cooperate", "confront"), "us")``."""
        at = self.model.point(point, changes)
        if player is None:
            if not isinstance(what, str):
                raise UsageError("found a profile without a player; expected trace(profile, player)")
            return trace_name(self.model, at, what)
        if player not in self.model.players:
            raise UsageError(f"unknown player {player!r}; expected one of {', '.join(self.model.players)}")
        return self.model.form.trace_payoff(self.model, at, what, player, "strategic")

    def __repr__(self) -> str:
        return f"<Game {self.name}: {', '.join(self.model.players)}; {len(self.model.intervals)} parameters>"

    def __str__(self) -> str:
        return str(self.payoffs)

    def displayed(self) -> tuple[Part, ...]:
        """Return the game at its baseline, with the terms behind payoffs on demand."""
        return self.model.form.display(self.model, self.model.point())
