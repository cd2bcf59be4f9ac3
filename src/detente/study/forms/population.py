"""Many members with the same few actions, whose payoffs depend on how many choose what.

The terms of the payoff model are templates for all members: what they count are actions, never single players. Payoffs
that are affine in the counts may have any number of actions; others only two. Members can be held at an action, as in
a cascade.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.fields import Names, unknown
from detente.games.definition import Content
from detente.games.file_tables import GameFile, VariantTable
from detente.games.population import PopulationGame
from detente.numbers import number_to_json, short
from detente.study.form import View
from detente.study.forms._formulas import FormulaForm, Formulas
from detente.study.forms._member_payoffs import member_payoffs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from detente.conclusions._conditions import Conditions
    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.ensemble.member_batch import MemberBatch
    from detente.conclusions.robustness.classifier import Subject
    from detente.conclusions.thresholds import Thresholds
    from detente.formula import Formula
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.payoffs.table import Payoffs
    from detente.payoffs.terms import Term
    from detente.solve.concepts import Options
    from detente.solve.population.best_reply import BestReplyPath
    from detente.solve.population.logit import LogitEquilibrium
    from detente.solve.population.pure import PopulationEquilibria
    from detente.study.model import GameModel, Point
    from detente.toml import KeyPath

__all__ = ["FORM", "Members", "Population", "PopulationSolution", "compiled_members"]

STARTS = ("lowest", "highest", "least", "greatest")


class PopulationFile(GameFile):
    """The top of the file of a game of many members."""

    strategies: dict[str, Names]


class PopulationVariant(VariantTable):
    """A ``[variants.NAME]`` that is a game of many members; with ``held`` it is a cascade."""

    strategies: dict[str, Names] | None = None
    held: dict[str, str] | None = None
    start: str | None = None


@dataclass(frozen=True)
class Members:
    """Members held at an action for good, and where best replies of the others start."""

    held: Mapping[str, str] = field(default_factory=dict)
    start: str = "greatest"


@dataclass(frozen=True)
class PopulationSolution(Displayed):
    """All pure equilibria by counts, with the rest points of best replies from both ends; or a cascade."""

    equilibria: PopulationEquilibria
    low: BestReplyPath
    high: BestReplyPath
    complements: bool
    cascade: BestReplyPath | None = None

    @property
    def complete(self) -> bool:
        """All pure equilibria are there; mixed ones are not looked for."""
        return True

    def to_json(self) -> dict[str, Any]:
        """Return the contract's equilibria, with the paths of best replies."""
        data = self.equilibria.to_json()
        data["players"] = list(self.equilibria.game.members)
        data["supermodular"] = self.complements
        data["best_replies"] = {"lowest": self.low.to_json(), "highest": self.high.to_json()}
        if self.cascade is not None:
            data["cascade"] = {**self.cascade.to_json(), "followers": list(self.cascade.followers())}
        return data

    def tables(self) -> tuple[Table, ...]:
        """Return the equilibria, the paths and the cascade."""
        rows = []
        for words, path in (("all lowest, ties down", self.low), ("all highest, ties up", self.high)):
            end = f"cycle of {path.cycle}" if path.cycle else "equilibrium" if path.equilibrium else "rest point"
            rows.append((words, *map(str, path.counts), str(path.rounds), end))
        actions = self.equilibria.game.actions
        words = (
            "Strategic complements in the order of the actions: these are the least and the greatest equilibrium."
            if self.complements
            else "Not supermodular in the order of the actions: best replies may miss equilibria, the list above does not."
        )
        tables = [
            self.equilibria.table(),
            Table("simultaneous best replies", ("start", *actions, "rounds", "ends in"), tuple(rows), (words,)),
        ]
        if self.cascade is not None:
            held = [self.cascade.game.members[k] for k in self.cascade.held]
            table = self.cascade.table()
            followers = self.cascade.followers()
            verb = "follows" if len(followers) == 1 else "follow"
            note = (
                f"{len(followers)} {verb} {', '.join(held)}"
                + (f": {', '.join(followers[:12])}" if followers else "")
                + "."
            )
            tables.append(Table("cascade", table.columns, table.rows, (*table.notes, note)))
        return tuple(tables)

    def table(self) -> Table:
        """Return the equilibria by counts."""
        return self.equilibria.table()

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return self.tables()


@dataclass(frozen=True)
class Responses(Displayed):
    """Logit equilibria from both ends."""

    found: tuple[tuple[str, LogitEquilibrium], ...]

    @property
    def complete(self) -> bool:
        """Other logit equilibria may exist."""
        return False

    def to_json(self) -> dict[str, Any]:
        """Return the equilibria by start."""
        return {
            "concept": "quantal",
            "form": "population",
            "arithmetic": "float",
            "complete": False,
            "equilibria": [{"start": start, **each.to_json()} for start, each in self.found],
        }

    def table(self) -> Table:
        """Return expected counts from each start."""
        first = self.found[0][1]
        rows = tuple((start, *(short(x, 4) for x in each.expected.values())) for start, each in self.found)
        residual = max(each.residual for _, each in self.found)
        title = f"logit equilibria at precision {short(first.precision, 4)}: expected counts"
        note = f"Residual at most {residual:.1e}. Followed from each end; other logit equilibria may exist."
        return Table(title, ("from all at", *first.game.actions), rows, (note,))

    def __str__(self) -> str:
        return self.table().to_text()


def compiled_members(
    model: GameModel, material: bool, fixed: Mapping[str, Fraction] | None = None
) -> MemberBatch:
    """Return the payoffs of all members, compiled for many draws at once, with some parameters at exact values."""
    import sympy

    from detente.conclusions.ensemble.member_batch import member_batch
    from detente.conclusions.robustness.expressions import held_expression, labels_of

    table, terms = model.table, model.payoff_model
    actions = model.definition.strategies[model.players[0]]
    payoffs = [
        [
            sympy.Add(
                *(
                    held_expression(table.expression(term), fixed or {})
                    for term in terms.terms_of(member)
                    if term.holds({member: action}) and (term.material or not material)
                )
            )
            for action in actions
        ]
        for member in model.players
    ]
    names, derived = labels_of(model.symbolic.box, fixed or {})
    return member_batch(payoffs, actions, derived, names)


class Population(FormulaForm):
    """``form = "population"``."""

    name = "population"
    words = "many members with the same few actions"
    file = PopulationFile
    variant = PopulationVariant
    concepts = ("pure", "quantal")
    exports_data = True
    reasons = {  # noqa: RUF012 - the base declares it
        "atlas": "with so many members there are too many equilibria to list in closed form; ask thresholds or levers",
        "trace of a payoff": "a payoff depends on how many choose what; ask show --terms, or trace a parameter",
    }
    sees_play = True

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return the actions of the members, all with the same, and who is held."""
        if table.strategies is None:
            assert game is not None
            strategies, choices = dict(game.strategies), game.content.choices
        else:
            payoffs = getattr(table, "payoffs", None) or (game.payoffs if game is not None else None)
            choices = reader.strategies(path, table.strategies, payoffs)
            strategies = {player: tuple(own) for player, own in choices.items()}
        if len(set(strategies.values())) > 1:
            expected = 'expected the same actions in the same order for all, as in each = ["stay", "go"]'
            reader.fail((*path, "strategies"), "found members with different actions", expected)
        held: dict[str, str] = getattr(table, "held", None) or {}
        for member, action in held.items():
            at: KeyPath = (*path, "held", member)
            if member not in strategies:
                reader.wrong(at, unknown("member", member, tuple(strategies)))
            elif action not in strategies[member]:
                reader.wrong(at, unknown("action", action, strategies[member]), key=False)
        start = getattr(table, "start", None) or "greatest"
        if start not in STARTS and start not in next(iter(strategies.values()), ()):
            known = (*STARTS, *next(iter(strategies.values()), ()))
            reader.wrong((*path, "start"), unknown("start", start, known), key=False)
        return Content(strategies, choices, data=Members(held, start))

    def game(self, model: GameModel, material: bool) -> Formulas:
        """Return the box; payoffs are formulas of counts, which :meth:`at` puts at a point."""
        return Formulas.of(model, {}, lambda _: None)

    def at(self, model: GameModel, point: Point, kind: str) -> PopulationGame:
        """Return the numeric game at a point."""
        env = {**point.values, **model.derived_values(point.values)}
        return member_payoffs(model, env, kind == "material")

    def table(self, model: GameModel, material: bool) -> Payoffs:
        """Return the payoffs with the terms behind them."""
        from detente.payoffs.table import Payoffs

        return Payoffs(model.players, model.payoff_model.terms, tuple(model.parameters), material)

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> PopulationSolution | Responses:
        """Return all pure equilibria, or logit equilibria at ``--precision``."""
        from detente.solve.population.best_reply import best_reply_path, increasing_differences
        from detente.solve.population.logit import logit_equilibrium
        from detente.solve.population.pure import population_equilibria

        game = self.at(model, point, kind)
        if self.check_concept(concept) == "quantal":
            precision = getattr(options, "precision", None)
            if precision is None:
                raise UsageError("a logit equilibrium needs --precision, per unit of payoff")
            ends = (game.actions[0], game.actions[-1])
            return Responses(tuple((each, logit_equilibrium(game, float(precision), each)) for each in ends))
        low = best_reply_path(game, game.actions[0], "lowest")
        high = best_reply_path(game, game.actions[-1], "highest")
        members: Members = model.definition.data
        cascade = None
        if members.held:
            starts: dict[str, Any] = {
                "lowest": game.actions[0], "highest": game.actions[-1], "least": low.last, "greatest": high.last,
            }  # fmt: skip
            ties: Any = "lowest" if members.start in {"lowest", "least"} else "highest"
            cascade = best_reply_path(game, starts.get(members.start, members.start), ties, members.held)
        found = population_equilibria(game)
        if any(isinstance(each, float) for each in model.derived_values(point.values).values()):
            found = replace(found, arithmetic="float")  # derived values that leave the rationals, at the numbers stored
        return PopulationSolution(found, low, high, increasing_differences(game), cascade)

    def cheapest_changes(
        self, model: GameModel, kind: str, to: object, outcome: str, values: Mapping[str, Fraction], broken: bool, more: dict[str, Any]
    ) -> Any:
        """Return the levers of a profile of all members."""
        from detente.study.forms._member_advice import member_levers

        members: Members = model.definition.data
        return member_levers(model, kind, to, outcome, values, members.held, more, broken=broken)

    def conclusion(self, game: GameDefinition, text: str) -> Any:
        """Return ``equilibrium:PROFILE`` of all members, such as ``equilibrium:each=stay``, or ``sign:FORMULA``."""
        from detente.conclusions.conclusion import Conclusion

        kind, colon, rest = text.partition(":")
        return Conclusion(text, kind, name=rest) if colon and kind == "equilibrium" else super().conclusion(game, text)

    def thresholds(
        self,
        model: GameModel,
        kind: str,
        along: str,
        of: Conclusion | Formula | None,
        values: Mapping[str, Fraction],
        name: str = "",
    ) -> Thresholds:
        """Return where along a parameter a formula changes its sign, or a profile begins or ends to be an equilibrium."""
        from detente.conclusions.conclusion import Conclusion
        from detente.conclusions.thresholds import follow_conditions

        if of is None:
            top = next(iter(model.definition.strategies.values()))[-1]
            raise UsageError(
                f"{model.name} has thresholds of named formulas and of profiles; ask for one, as in --of equilibrium:each={top}"
            )
        if not isinstance(of, Conclusion):
            return super().thresholds(model, kind, along, of, values, name)
        conditions, domain = self._conditions(model, kind, of), model.parameters[along].domain
        return follow_conditions(conditions, along, values, domain, name or of.text)

    def rests_on(
        self, model: GameModel, kind: str, of: Conclusion | Formula, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return the smallest sets of parameters that fix a formula's sign, or that a profile is an equilibrium."""
        from detente.conclusions.conclusion import Conclusion
        from detente.conclusions.rests_on import rests_on

        if not isinstance(of, Conclusion):
            return super().rests_on(model, kind, of, values, **more)
        return rests_on(self.formulas(model, kind), self._conditions(model, kind, of), values, **more)

    def holds(self, model: GameModel, of: Conclusion | Formula, values: Mapping[str, Fraction]) -> bool:
        """Return whether a formula is positive at a point, or a profile an equilibrium."""
        from detente.conclusions.conclusion import Conclusion

        if not isinstance(of, Conclusion):
            return super().holds(model, of, values)
        return self._conditions(model, "strategic", of).truth(values)

    def _conditions(self, model: GameModel, kind: str, of: Conclusion) -> Conditions:
        from detente.study.forms._member_advice import profile_conditions

        members: Members = model.definition.data
        return profile_conditions(model, kind, of.name, members.held)

    def options(
        self, model: GameModel, kind: str, player: str, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return each action of a member as a commitment, compared."""
        from detente.conclusions.member_options import member_options

        members: Members = model.definition.data
        if player not in model.players:
            hint = did_you_mean(player, model.players)
            known = f"one of {model.players[0]} to {model.players[-1]}"
            raise UsageError(f"unknown player {player!r}; expected {known}" + (f"; {hint}" if hint else ""))
        game = member_payoffs(model, {**values, **model.derived_values(values)}, kind == "material")
        stays = {model.players.index(who): game.actions.index(what) for who, what in members.held.items()}
        batch = compiled_members(model, kind == "material")
        return member_options(game, batch, player, model.payoffs(kind).box, values, held=stays, **more)

    def statements(self, game: GameDefinition) -> tuple[str, ...]:
        """Return which ends hold, and where best replies lead from both ends."""
        from detente.conclusions.robustness.members import member_statements

        return member_statements(tuple(next(iter(game.strategies.values()))))

    def subject(
        self, model: GameModel, kind: str, conclusions: Mapping[str, Any], held: Mapping[str, Fraction]
    ) -> Subject:
        """Return the ends of best replies and the named formulas as shares and importance look at them."""
        from detente.conclusions.robustness.members import member_subject

        batch = compiled_members(model, kind == "material", held)
        members: Members = model.definition.data
        stays = {model.players.index(who): batch.actions.index(what) for who, what in members.held.items()}
        return member_subject(batch, tuple(model.players), stays, model.payoffs(kind).box, conclusions, held)

    def show(self, model: GameModel, point: Point, kind: str, terms: bool = False, title: str = "") -> View:
        """Return what the first, the middle and the last member get when all choose the same."""
        game = self.at(model, point, kind)
        rows, cells = [], []
        for i in sorted({0, game.n // 2, game.n - 1}):
            for k, others in enumerate(game.actions):
                counts = [0] * len(game.actions)
                counts[k] = game.n
                values = []
                for a in range(len(game.actions)):
                    moved = list(counts)
                    moved[k] -= 1
                    moved[a] += 1
                    values.append(game.payoff(i, a, tuple(moved)))
                rows.append((game.members[i], others, *(short(each, 5) for each in values)))
                cells.append(
                    {
                        "profile": {"others": others},
                        "payoffs": {game.members[i]: dict(zip(game.actions, map(number_to_json, values), strict=True))},
                    }
                )
        shown = [Table(title or "payoffs", ("member", "all others", *game.actions), tuple(rows))]
        if terms:
            own = model.payoff_model.terms_of(game.members[0])
            shown.append(
                Table(
                    f"terms of {game.members[0]}, as of every member",
                    ("term", "counts for", "formula"),
                    tuple((each.name, _when(each), each.formula.text) for each in own),
                )
            )
        return View(
            tuple(shown), {"players": list(game.members), "actions": list(game.actions), "cells": cells, "inert": {}}
        )


def _when(term: Term) -> str:
    if not term.when:
        return "always"
    return " or ".join(", ".join(" or ".join(allowed) for allowed in each.values()) for each in term.when)


FORM = Population()
