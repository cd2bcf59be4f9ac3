"""Normal forms: players who choose at once, each among strategies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

from detente.conclusions.conclusion import parse_conclusion, parse_profile
from detente.display import Cell, Folded, Table
from detente.errors import Fault, FormulaError
from detente.fields import Name, Names, label_of, unknown
from detente.formula import Formula
from detente.games.definition import Content
from detente.games.file_tables import GameFile, VariantTable
from detente.numbers import short
from detente.study.form import Form, View
from detente.study.forms._payoff_data import payoff_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.robustness.classifier import Subject
    from detente.conclusions.thresholds import Thresholds
    from detente.display import Part
    from detente.errors import Place
    from detente.games.definition import GameDefinition
    from detente.games.normal import NormalFormGame
    from detente.games.reader import GameReader
    from detente.games.symbolic import SymbolicGame
    from detente.payoffs.table import Payoffs, PayoffTable
    from detente.solve.concepts import Options
    from detente.study.form import Solution, Values
    from detente.study.model import GameModel, Point
    from detente.study.trace import Trace
    from detente.toml import KeyPath

__all__ = ["FORM", "MAX_PROFILES", "Fixed", "Normal", "NormalFile", "NormalVariant"]

#: Profiles up to which a game is written out cell by cell.
MAX_PROFILES = 20_000
#: Profiles up to which a page shows all of them, each with its terms behind it.
MOST_OPENING = 100


class NormalFile(GameFile):
    """The top of the file of a normal form."""

    strategies: dict[str, Names]


class NormalVariant(VariantTable):
    """A ``[variants.NAME]`` that is a normal form."""

    strategies: dict[str, Names] | None = None
    fixed: dict[str, Name] | None = None


@dataclass(frozen=True)
class Fixed:
    """What players do that have no choice in a slice of a game: player to strategy."""

    choices: Mapping[str, str]


class Normal(Form):
    """``form = "normal"``."""

    name = "normal"
    words = "players choose at once"
    file: ClassVar[type[GameFile] | None] = NormalFile
    variant: ClassVar[type[VariantTable] | None] = NormalVariant

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return the strategies of each player; a variant without any has those of the game.

        A variant may fix the strategies of some players: the others play the slice that is left.
        """
        choices: Mapping[str, Mapping[str, Place]]
        if table.strategies is None:
            assert game is not None
            strategies, choices = dict(game.strategies), game.content.choices
        else:
            payoffs = getattr(table, "payoffs", None) or (game.payoffs if game is not None else None)
            choices = reader.strategies(path, table.strategies, payoffs)
            strategies = {player: tuple(own) for player, own in choices.items()}
        fixed: dict[str, str] = getattr(table, "fixed", None) or {}
        for player, strategy in fixed.items():
            at: KeyPath = (*path, "fixed", player)
            if player not in strategies:
                reader.wrong(at, unknown("player", player, reader.keys("strategies") or tuple(strategies)))
            elif strategy not in strategies[player]:
                known = choices.get(player, strategies[player])
                reader.wrong(at, unknown(f"strategy of {player}", strategy, known), key=False)
        if strategies and not set(strategies) - set(fixed):
            reader.fail((*path, "fixed"), "found every player fixed", "expected one or more who choose", key=False)
        return Content(
            {player: own for player, own in strategies.items() if player not in fixed},
            {player: own for player, own in choices.items() if player not in fixed},
            data=Fixed(fixed),
        )

    def fixed(self, content: Content) -> Mapping[str, str]:
        """Return what players do that have no choice."""
        return content.data.choices if isinstance(content.data, Fixed) else {}

    def chosen(self, content: Content, choices: Sequence[str]) -> Mapping[str, str]:
        """Return a profile by player, with what is fixed."""
        return {**dict(zip(content.strategies, choices, strict=True)), **self.fixed(content)}

    def faults(self, game: GameDefinition, values: Values) -> Iterator[Fault]:
        """Yield the fault of a game with more profiles than can be written out."""
        cells = prod(len(own) for own in game.strategies.values())
        if cells > MAX_PROFILES:
            shown = f"{cells:,}" if cells < 10**12 else f"more than 10**{len(str(cells)) - 1}"
            found = f"found {shown} profiles"
            yield Fault(game.place, found, f"expected at most {MAX_PROFILES:,}", "games of many members have other forms")

    def game(self, model: GameModel, material: bool) -> SymbolicGame:
        """Return the game of the payoff table over the box."""
        from detente.games.symbolic import SymbolicGame

        table = model.material_table if material else model.table
        constraints = tuple(each.formula for each in model.payoff_model.constraints)
        strategies = list(model.definition.strategies.values())
        return SymbolicGame(table.array(), model.intervals, model.players, strategies, model.derived, constraints)

    def table(self, model: GameModel, material: bool) -> PayoffTable:
        """Return the payoff table with the terms of each cell."""
        from detente.payoffs.table import PayoffTable

        return PayoffTable(
            dict(model.definition.strategies), model.payoff_model.terms, tuple(model.parameters), material,
            model.payoff_model.utility, model.payoff_model.players, self.fixed(model.definition.content),
        )  # fmt: skip

    def at(self, model: GameModel, point: Point, kind: str) -> NormalFormGame:
        """Return the game at a point.

        Where all formulas are rational and nobody has asked for the symbolic game, it is not made: to load SymPy takes longer
        than to solve the game.
        """
        from detente.games.normal import NormalFormGame

        table = {"strategic": model.table, "material": model.material_table}.get(kind)
        made = "material" if kind == "material" else "symbolic"
        if table is not None and made not in vars(model) and all(each.rational for each in model.derived.values()):
            try:
                found = table.exact_array({**point.values, **model.derived_values(point.values)})
            except FormulaError:  # the symbolic game may have a value where a formula has none, or says what is wrong
                found = None
            if found is not None:
                return NormalFormGame(found, model.players, list(model.definition.strategies.values()))
        return super().at(model, point, kind)  # type: ignore[no-any-return]

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> Solution:
        """Return the equilibria, or what another concept gives."""
        from detente.solve.concepts import Options, solve

        found: Solution = solve(self.at(model, point, kind), concept, options or Options())
        return found

    def show(self, model: GameModel, point: Point, kind: str, terms: bool = False, title: str = "") -> View:
        """Return the payoff table; a star marks a best response to the others."""
        from detente.solve.best_response import best_responses

        table = model.material_table if kind == "material" else model.table
        numeric, symbolic = model.at(point, kind), model.payoffs(kind)
        at_point = cache(partial(symbolic.evaluate, values=point.values))
        cells: list[dict[str, Any]] = []
        rows = []
        for profile in numeric.profiles():
            labels = numeric.profile_labels(profile)
            best = [name for i, name in enumerate(model.players) if profile[i] in best_responses(numeric, i, profile)]
            values = [numeric.payoffs[(i, *profile)] for i in range(len(model.players))]
            payoffs = {
                player: payoff_data(table.payoffs, player, table.chosen(labels), value, at_point)
                for player, value in zip(model.players, values, strict=True)
            }
            named = dict(zip(model.players, labels, strict=True))
            cells.append({"profile": named, "payoffs": payoffs, "best_response": best})
            marked = zip(model.players, values, strict=True)
            rows.append((*labels, *(short(value, 5) + ("*" if player in best else "") for player, value in marked)))
        columns = (*model.players, *(f"payoff of {player}" for player in model.players))
        tables = [Table(title, columns, tuple(rows), ("* best response to the others",)), table.table()]
        if terms:
            tables.append(table.breakdown())
        inert = {player: list(names) for player, names in table.inert.items()}
        return View(tuple(tables), {"players": list(model.players), "cells": cells, "inert": inert})

    def display(self, model: GameModel, point: Point) -> tuple[Part, ...]:
        """Return the payoffs with best responses and equilibria marked; each profile opens to its terms."""
        from detente.games._marked_payoffs import MOST_MARKED, marked_payoffs

        numeric, table = model.at(point), model.table
        if prod(numeric.shape) > MOST_MARKED:
            return super().display(model, point)

        def behind(profile: Sequence[int]) -> tuple[Table, ...]:
            labels, found = numeric.profile_labels(profile), []
            for player in model.players:
                rows = tuple(
                    (
                        label_of(term.label, "en") or term.name.replace("_", " "),
                        term.text,
                        short(model.symbolic.evaluate(table.expression(term), point.values), 4),
                        "" if term.material else "relative gains",
                    )
                    for term in table.terms_at(player, labels)
                )
                if rows:
                    found.append(Table(model.label(player), ("term", "formula", "value", ""), rows))
            return tuple(found)

        title = f"{label_of(model.definition.label, 'en') or model.name}: payoffs at {model.label(point.name)}"
        few = prod(numeric.shape) <= MOST_OPENING
        payoffs = marked_payoffs(numeric, title, model.label, behind if few else None, digits=4)
        inert = tuple(
            f"In no comparison of best responses of {model.label(player)}: {', '.join(names)}."
            for player, names in table.inert.items()
            if names
        )
        opens = " A cell opens to its terms." if few else ""
        order = f"Payoffs of {', '.join(map(model.label, model.players))}.{opens}"
        payoffs = replace(payoffs, notes=(order, *payoffs.notes, *inert))
        if few:
            return (payoffs, Folded("as formulas", table.displayed()))
        stable = tuple(row for row in payoffs.rows if isinstance(row[-1], Cell) and row[-1].framed)
        title = f"{payoffs.title}: {len(stable) or 'no'} pure equilibria of {prod(numeric.shape)} profiles"
        return (replace(payoffs, title=title, rows=stable), Folded("all profiles", (payoffs,)))

    def trace_payoff(self, model: GameModel, point: Point, what: Any, player: str, kind: str) -> Trace:
        """Return where the payoff at a profile comes from."""
        from detente.study.trace import trace_payoff

        strategies = model.symbolic.strategies
        if isinstance(what, str):
            profile = parse_profile(what, model.players, strategies)
        else:
            profile = model.at(point).profile_index(what)
        labels = tuple(own[index] for own, index in zip(strategies, profile, strict=True))
        return trace_payoff(model, point, labels, player, kind)

    def formulas(self, model: GameModel, kind: str) -> SymbolicGame:
        """Return the game itself: it evaluates formulas."""
        game: SymbolicGame = model.payoffs(kind)
        return game

    def payoffs(self, model: GameModel, kind: str) -> Payoffs:
        """Return the payoffs behind the table."""
        table: PayoffTable = model.material_table if kind == "material" else model.table
        return table.payoffs

    def outcomes(self, model: GameModel) -> Iterator[tuple[str, ...]]:
        """Yield every profile."""
        table: PayoffTable = model.table
        return table.profiles()

    def conclusion(self, game: GameDefinition, text: str) -> Conclusion:
        """Return a conclusion from its text."""
        return parse_conclusion(text, game.players, tuple(game.strategies.values()))

    def atlas(
        self, model: GameModel, kind: str, over: Sequence[str] | None, values: Mapping[str, Fraction]
    ) -> Any:
        """Return all equilibria in closed form with the conditions under which they hold over the box."""
        from detente.solve.parametric.atlas import atlas

        return atlas(model.payoffs(kind), over, values)

    def thresholds(
        self,
        model: GameModel,
        kind: str,
        along: str,
        of: Conclusion | Formula | None,
        values: Mapping[str, Fraction],
        name: str = "",
    ) -> Thresholds:
        """Return the exact values of a parameter at which the equilibria, or a conclusion, change."""
        from detente.conclusions.thresholds import thresholds

        return thresholds(model.payoffs(kind), along, of, values, model.parameters[along].domain, name)

    def cheapest_changes(
        self, model: GameModel, kind: str, to: object, outcome: str, values: Mapping[str, Fraction], broken: bool, more: dict[str, Any]
    ) -> Any:
        """Return the cheapest changes that make a profile an equilibrium, unique, selected or sustainable; or no equilibrium."""
        from detente.conclusions.levers import breaks, levers
        from detente.study.forms.repeated import repeated_variant

        if broken:
            return breaks(model.payoffs(kind), to, values, exclude=model.definition.units, **more)
        if outcome == "sustainable":
            repeated = repeated_variant(model).data
            factors = [factor.text for factor in repeated.discount_factors]
            more["discount_factor"] = (
                factors[0] if len(factors) == 1 else dict(zip(model.players, factors, strict=True))
            )
            more["punishment"] = repeated.punishment
        return levers(model.payoffs(kind), to, outcome, values, exclude=model.definition.units, **more)

    def options(
        self, model: GameModel, kind: str, player: str, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return each strategy of a player as a commitment, compared."""
        from detente.conclusions.options import options

        return options(model.payoffs(kind), player, values, **more)

    def rests_on(
        self, model: GameModel, kind: str, of: Conclusion | Formula, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return the smallest sets of parameters that fix a conclusion whatever the others do in their ranges."""
        from detente.conclusions.rests_on import rests_on

        return rests_on(model.payoffs(kind), of, values, **more)

    def subject(
        self, model: GameModel, kind: str, conclusions: Mapping[str, Any], held: Mapping[str, Fraction]
    ) -> Subject:
        """Return the payoff table with what sorts its draws into kinds of games."""
        from detente.conclusions.robustness.subjects import subject_of

        return subject_of(model.payoffs(kind), conclusions, held)

    def holds(self, model: GameModel, of: Conclusion | Formula, values: Mapping[str, Fraction]) -> bool:
        """Return whether a conclusion holds at a point; a formula holds where it is positive."""
        from detente.conclusions.game_signs import game_signs
        from detente.conclusions.sole_equilibrium import conditions_of

        game = model.symbolic
        if not isinstance(of, Formula) and of.kind in {"unique", "selected"} and game.shape != (2, 2):
            return conditions_of(game, of).truth(values)

        def sign(expression: Any) -> int:
            value = game.evaluate(expression, values)
            return int(value > 0) - int(value < 0)

        view = game_signs(game, sign)
        return view.formula_sign(of) > 0 if isinstance(of, Formula) else of.holds(view)


FORM = Normal()
