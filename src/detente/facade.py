"""What users hold: a study, and its games with everything that can be asked of them as methods."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.conclusions.conclusion import Conclusion, parse_conclusion
from detente.conclusions.thresholds import Thresholds, thresholds
from detente.conclusions.thresholds import game_signs as _game_signs
from detente.errors import InputError, UsageError
from detente.formula import Formula
from detente.solve.equilibria import equilibria
from detente.solve.parametric.atlas import Atlas, atlas
from detente.study.layout import find
from detente.study.load import load
from detente.study.model import GameModel, Point, game_model
from detente.study.questions import ANALYSES, Answer, answer
from detente.study.repeated import DiscountFactors, discount_factors
from detente.study.trace import Trace, trace_name, trace_payoff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.conclusions.levers import Levers
    from detente.conclusions.rests_on import RestsOn
    from detente.games.normal import NormalFormGame
    from detente.games.symbolic import SymbolicGame
    from detente.payoffs.table import PayoffTable
    from detente.reports.build import Report
    from detente.seeds.observations import Observation
    from detente.solve.result import SolveResult
    from detente.study.load import StudyFiles

__all__ = ["Game", "Study"]


class Study:
    """A study: a folder of documents' figures, parameters, payoffs, games and reports.

    Parameters
    ----------
    path : str or Path, optional
        The folder, or one inside it; by default the study around the current folder.

    Raises
    ------
    UsageError
        If there is no study there.
    InputError
        With every fault in its files.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        from detente.reports.build import BLOCKS

        self.files: StudyFiles = load(find(path), analyses=ANALYSES, blocks=BLOCKS)
        if self.files.faults:
            raise InputError(*self.files.faults)

    @classmethod
    def find(cls, start: str | Path | None = None) -> Study:
        """Return the study around a folder, by default the current one."""
        return cls(start)

    @property
    def name(self) -> str:
        """The name of the study."""
        return self.files.name

    @property
    def hash(self) -> str:
        """The SHA-256 of the study's text files."""
        return self.files.hash

    @property
    def games(self) -> tuple[str, ...]:
        """The names of the games."""
        return tuple(self.files.games)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """The dated events of the documents, each as coded in one game, in the order of the file."""
        return tuple(self.files.observations.values())

    def game(self, name: str) -> Game:
        """Return the game ``GAME`` or ``GAME:VARIANT``."""
        return Game(game_model(self.files, name))

    def report(self, name: str | None = None, lang: str | None = None) -> Report:
        """Return a report, by default the main one, in an edition, by default that of its file.

        ``.write(path)`` makes the PDF and the files beside it and returns what was made, ``.files`` and ``.notes``.
        """
        from detente.reports.build import Report

        return Report.of(self.files, name, lang)

    def __repr__(self) -> str:
        return f"<Study {self.name} at {self.files.root}: games {', '.join(self.games)}>"


class Game:
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
    def payoffs(self) -> PayoffTable:
        """The symbolic payoff table with the terms behind each cell."""
        return self.model.table

    @property
    def material_payoffs(self) -> PayoffTable:
        """The payoff table without the terms of relative gains."""
        return self.model.material_table

    @property
    def symbolic(self) -> SymbolicGame:
        """The game of strategic payoffs as a plain parametric game."""
        return self.model.symbolic

    def point(self, point: str = "baseline", **changes: object) -> Point:
        """Return a named point with changes."""
        return self.model.point(point, changes)

    def at(self, point: str = "baseline", /, **changes: object) -> NormalFormGame:
        """Return the numeric game at a point; parameters not named are at the point's values."""
        return self.model.at(self.model.point(point, changes))

    def equilibria(self, point: str = "baseline", /, *, method: str | None = None, **changes: object) -> SolveResult:
        """Return the certified equilibria at a point."""
        return equilibria(self.at(point, **changes), method)

    def atlas(self, over: Sequence[str] | None = None, point: str = "baseline", **changes: object) -> Atlas:
        """Return all equilibria in closed form with the conditions under which they hold over the box."""
        return atlas(self.symbolic, over, self.model.point(point, changes).values)

    def conclusion(self, text: str) -> Conclusion | Formula:
        """Return a conclusion or a named formula from its text."""
        if text in self.model.definition.conclusions:
            return self.model.conclusion(text)
        return parse_conclusion(text, self.symbolic.players, self.symbolic.strategies)

    def thresholds(
        self, along: str, of: str | None = None, point: str = "baseline", kind: str = "strategic", **changes: object
    ) -> Thresholds:
        """Return the exact values of a parameter at which the equilibria, or a conclusion, change."""
        if along not in self.model.parameters:
            from detente.errors import did_you_mean

            hint = did_you_mean(along, self.model.parameters)
            raise UsageError(
                f"unknown parameter {along!r} of {self.model.definition.name}" + (f"; {hint}" if hint else "")
            )
        parsed = None if of is None else self.conclusion(of)
        at = self.model.point(point, changes).values
        return thresholds(self.model.payoffs(kind), along, parsed, at, self.model.parameters[along].domain, of or "")

    def holds(self, conclusion: str, point: str = "baseline", **changes: object) -> bool:
        """Return whether a conclusion holds at a point; a named formula holds where it is positive."""
        values = self.model.point(point, changes).values
        game = self.symbolic

        def sign(expression: Any) -> int:
            value = game.evaluate(expression, values)
            return int(value > 0) - int(value < 0)

        view = _game_signs(game, sign)
        parsed = self.conclusion(conclusion)
        return view.formula_sign(parsed) > 0 if isinstance(parsed, Formula) else parsed.holds(view)

    def rests_on(
        self,
        conclusion: str,
        point: str = "baseline",
        /,
        *,
        kind: str = "strategic",
        budget: float | None = 10.0,
        **changes: object,
    ) -> RestsOn:
        """Return the smallest sets of parameters that fix a conclusion whatever the others do in their ranges."""
        from detente.conclusions.rests_on import rests_on

        values = self.model.point(point, changes).values
        found = rests_on(self.model.payoffs(kind), self.conclusion(conclusion), values, budget=budget)
        return replace(found, conclusion=conclusion)

    def levers(
        self,
        to: object,
        outcome: str = "equilibrium",
        point: str = "baseline",
        /,
        *,
        kind: str = "strategic",
        side_payments: bool = False,
        budget: float | None = 20.0,
        **changes: object,
    ) -> Levers:
        """Return the cheapest changes that make a profile an equilibrium, unique, selected or sustainable.

        The units of the game file are reported, not recommended. ``sustainable`` means by grim trigger at the
        discount factor of the game's repeated variant.
        """
        from detente.conclusions.levers import levers
        from detente.study.repeated import repeated_variant

        more: dict[str, Any] = {}
        if outcome == "sustainable":
            variant = repeated_variant(self.model)
            factors = [factor.text for factor in variant.discount_factors]
            more["discount_factor"] = (
                factors[0] if len(factors) == 1 else dict(zip(self.model.players, factors, strict=True))
            )
            more["punishment"] = variant.punishment
        values = self.model.point(point, changes).values
        game = self.model.payoffs(kind)
        units = self.model.definition.units
        return levers(game, to, outcome, values, exclude=units, side_payments=side_payments, budget=budget, **more)

    def breaks(
        self,
        profile: object,
        point: str = "baseline",
        /,
        *,
        kind: str = "strategic",
        budget: float | None = 20.0,
        **changes: object,
    ) -> Levers:
        """Return the smallest changes after which a profile is no equilibrium."""
        from detente.conclusions.levers import breaks

        values = self.model.point(point, changes).values
        return breaks(self.model.payoffs(kind), profile, values, exclude=self.model.definition.units, budget=budget)

    def critical_discount_factors(self, point: str = "baseline", **changes: object) -> DiscountFactors:
        """Return the critical discount factors of the repeated variant at a point."""
        return discount_factors(self.model, self.model.point(point, changes))

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
        numeric = self.model.at(at)
        profile = what.split(",") if isinstance(what, str) else what
        return trace_payoff(self.model, at, numeric.profile_index(profile), player)

    def __repr__(self) -> str:
        return f"<Game {self.name}: {', '.join(self.model.players)}; {len(self.symbolic.parameters)} parameters>"

    def __str__(self) -> str:
        return str(self.payoffs)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.payoffs.table().mimebundle()
