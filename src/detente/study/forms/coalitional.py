"""Coalitional games: what every coalition is worth, as a formula of tables summed over its members.

The terms of the payoff model are what each player keeps outside, by itself: its outside option.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.fields import Expression, Wrong
from detente.formula import TOTAL, parse
from detente.games.coalitional import CoalitionalGame, coalition_sums
from detente.games.definition import Content, Located
from detente.games.file_tables import GameFile, VariantTable
from detente.numbers import plain, short
from detente.study._named_levers import unknown_target
from detente.study.form import View
from detente.study.forms._formulas import FormulaForm, Formulas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.conclusions.coalition_levers import CoalitionFormulas
    from detente.formula import Formula
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.payoffs.table import Payoffs
    from detente.solve.coalitional.allocation import Allocation
    from detente.solve.coalitional.core import Core
    from detente.solve.concepts import Options
    from detente.study.model import GameModel, Point
    from detente.toml import KeyPath

__all__ = ["FORM", "Coalitional", "CoalitionalSolution", "outside_options"]

#: The partition in which everybody is together.
ALL = "all"


class CoalitionalFile(GameFile):
    """The top of the file of a coalitional game."""

    worth: Expression


class CoalitionalVariant(VariantTable):
    """A ``[variants.NAME]`` that is a coalitional game."""

    worth: Expression


@dataclass(frozen=True)
class CoalitionalSolution(Displayed):
    """Values, nucleolus and core at a point."""

    game: CoalitionalGame
    shapley: Allocation
    banzhaf: Allocation
    nucleolus: Allocation | None
    core: Core
    reason: str = ""

    @property
    def complete(self) -> bool:
        """Every value is unique, and the core is described by exact ranges."""
        return True

    def to_json(self) -> dict[str, Any]:
        """Return the contract's values."""
        return {
            "concept": "values",
            "method": "exact linear programs, marginal contributions",
            "form": "coalitional",
            "arithmetic": self.game.arithmetic,
            "complete": True,
            "players": list(self.game.players),
            "worth_of_all": plain(self.game.worth[-1])
            if self.game.arithmetic == "exact"
            else float(self.game.worth[-1]),
            "shapley": self.shapley.to_json(),
            "banzhaf": self.banzhaf.to_json(),
            "nucleolus": None if self.nucleolus is None else self.nucleolus.to_json(),
            "core": self.core.to_json(),
        }

    def table(self) -> Table:
        """Return one row per player, shares of what all are worth."""
        total, power = self.game.worth[-1], self.banzhaf.total
        rows = []
        for name in self.game.players:
            cells = [short(self.shapley[name], 4), _percent(self.shapley[name], total), short(self.banzhaf[name], 4)]
            cells.append(_percent(self.banzhaf[name], power))
            cells.append("" if self.nucleolus is None else short(self.nucleolus[name], 4))
            if self.core.ranges is None:
                cells.append("empty")
            else:
                low, high = self.core.ranges[name]
                cells.append(short(low, 4) if low == high else f"{short(low, 4)} to {short(high, 4)}")
            rows.append((name, *cells))
        notes = [f"All together are worth {short(total, 5)}."]
        if self.core.single:
            notes.append("The core is one point.")
        if self.nucleolus is not None:
            notes.extend(self.nucleolus.notes)
        if self.reason:
            notes.append(self.reason)
        columns = ("player", "Shapley", "share", "Banzhaf", "share", "nucleolus", "core")
        return Table("values", columns, tuple(rows), tuple(notes))


def _percent(value: Fraction, total: Fraction) -> str:
    return f"{100 * float(value / total):.1f}%" if total else ""


class Coalitional(FormulaForm):
    """``form = "coalitional"``."""

    name = "coalitional"
    words = "coalitions that share what they are worth"
    file = CoalitionalFile
    variant = CoalitionalVariant
    concepts = ("values",)
    exports_data = True
    reasons = {  # noqa: RUF012 - the base declares it
        "options": "coalitions have no strategies to commit to; what leaving is worth is in show and in solve, and in levers",
        "atlas": "there are no equilibria of strategies; where named formulas change sign is in thresholds",
        "trace of a payoff": "what a player gets depends on how all is divided; trace a parameter or a derived value",
    }

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return the worth; its totals are of tables of the payoff model."""
        payoffs = getattr(table, "payoffs", None) or (game.payoffs if game is not None else "")
        players = reader.groups.get(payoffs, {}).get("each", ())
        at: KeyPath = (*path, "worth")
        located = [Located(table.worth, at, reader.file)]
        for node in table.worth.items:
            if node.value != TOTAL:
                found = f"found {node.value}{'(...)' if len(node.keys) == 1 else '[...]'} in the worth of a coalition"
                place = reader.file.inside(at, node.column)
                reader.faults.append(_fault(place, Wrong(found, "expected total(TABLE), numbers and parameters")))
                continue
            names = " + ".join(f"{node.keys[0][0]}_{player}" for player in players)
            if names:
                located.append(Located(parse(names), at, reader.file))
        return Content(dict.fromkeys(players, ()), {}, tuple(located), table.worth)

    def game(self, model: GameModel, material: bool) -> Formulas:
        """Return the box; the worth of a coalition is put at a point by :meth:`at`."""
        return Formulas.of(model, {}, lambda _: None)

    def at(self, model: GameModel, point: Point, kind: str) -> CoalitionalGame:
        """Return the worth of every coalition at a point."""
        env = {**point.values, **model.derived_values(point.values)}
        worth: Formula = model.definition.data
        players = model.payoff_model.players
        tables = {node.keys[0][0] for node in worth.items}
        columns = {table: _totals([env[f"{table}_{each}"] for each in players]) for table in tables}
        values = worth.evaluate_at_places(env, lambda node: columns[node.keys[0][0]], (1 << len(players)) - 1)
        return CoalitionalGame.numbered(players, [Fraction(0), *values])

    def table(self, model: GameModel, material: bool) -> Payoffs:
        """Return the outside options with the terms behind them."""
        from detente.payoffs.table import Payoffs

        return Payoffs(model.payoff_model.players, model.payoff_model.terms, tuple(model.parameters), material)

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> CoalitionalSolution:
        """Return Shapley's and Banzhaf's values, the nucleolus and the core."""
        from detente.solve.coalitional.core import core
        from detente.solve.coalitional.nucleolus import nucleolus
        from detente.solve.coalitional.values import banzhaf, shapley

        self.check_concept(concept)
        game = self.at(model, point, kind)
        reason, found = "", None
        try:
            found = nucleolus(game)
        except UsageError as error:
            reason = f"No nucleolus: {error}."
        return CoalitionalSolution(game, shapley(game), banzhaf(game), found, core(game), reason)

    def cheapest_changes(
        self, model: GameModel, kind: str, to: object, outcome: str, values: Mapping[str, Fraction], broken: bool, more: dict[str, Any]
    ) -> Any:
        """Return the levers that make a partition of the players stable."""
        from detente.conclusions.coalition_levers import partition_levers

        if broken or outcome != "equilibrium" or more.get("side_payments"):
            found = "--breaks" if broken else f"--for {outcome}" if outcome != "equilibrium" else "side payments"
            raise UsageError(
                f"found {found} for coalitions; levers of {model.name} make a partition stable, which is the default"
            )
        groups = self._groups(model, to)
        apart = [group[0] for group in groups if len(group) == 1]
        text = f"stable:{'|'.join(apart) or ALL}" if len(groups) - len(apart) <= 1 else f"stable:{to}"
        formulas = self._formulas_of_coalitions(model, kind)
        names = [name for name, each in model.intervals.items() if each.low < each.high]
        return partition_levers(
            text, groups, formulas, values, names=names, exclude=model.definition.units, weights=more.get("weights")
        )

    def _groups(self, model: GameModel, to: object) -> list[tuple[str, ...]]:
        """Return the groups of a partition: ``all``, or groups with ``|`` between them; who is not named is in one more."""
        players = model.payoff_model.players
        if not isinstance(to, str) or not to.strip():
            raise unknown_target(model, to, f"a partition: {ALL}, or groups such as {players[0]}|{players[1]}")
        named = [tuple(each.strip() for each in part.split(",")) for part in to.split("|")] if to.strip() != ALL else []
        seen: set[str] = set()
        for name in (each for group in named for each in group):
            if name not in players:
                if len(named) == 1:
                    raise unknown_target(model, to, f"a partition: {ALL}, or groups such as {players[0]}|{players[1]}")
                hint = did_you_mean(name, players)
                raise UsageError(f"unknown player {name!r} in the partition {to!r}" + (f"; {hint}" if hint else ""))
            if name in seen:
                raise UsageError(f"found {name!r} twice in the partition {to!r}")
            seen.add(name)
        rest = tuple(name for name in players if name not in seen)
        return [*named, rest] if rest else named

    def _formulas_of_coalitions(self, model: GameModel, kind: str) -> CoalitionFormulas:
        """Return worth and outside options at points and as formulas."""
        import sympy

        from detente.conclusions.coalition_levers import CoalitionFormulas
        from detente.games.symbolic import symbol

        box = model.payoffs(kind).box
        known = {name: symbol(name) for name in (*box.parameters, *box.derived)}
        worth: Formula = model.definition.data

        def of(members: tuple[str, ...]) -> Any:
            return worth.to_sympy(
                known, lambda node: sympy.Add(*(known[f"{node.keys[0][0]}_{each}"] for each in members))
            )

        def option(player: str) -> Any:
            return sympy.Add(*(each.formula.to_sympy(known) for each in model.payoff_model.terms_of(player)))

        def at(values: Mapping[str, Fraction]) -> Point:
            return model.point("baseline", values)

        return CoalitionFormulas(
            box, lambda values: self.at(model, at(values), kind), lambda values: outside_options(model, at(values)), of, option
        )

    def show(self, model: GameModel, point: Point, kind: str, terms: bool = False, title: str = "") -> View:
        """Return the worth of all, of all but one, and of one, with the outside options."""
        game = self.at(model, point, kind)
        options = outside_options(model, point)
        rows, cells = [], []
        for k, name in enumerate(game.players):
            alone, without = game.worth[1 << k], game.worth[game.grand ^ (1 << k)]
            rows.append((name, short(alone, 4), short(without, 4), short(options.get(name, 0), 4)))
            cells.append({"player": name, "alone": plain(alone), "all_but": plain(without)})
        note = f"All together are worth {short(game.worth[-1], 5)}."
        columns = ("player", "worth alone", "worth of all others", "outside option")
        shown = [Table(title or "worth", columns, tuple(rows), (note,))]
        if terms:
            shown.append(
                Table(
                    "outside options",
                    ("player", "term", "formula"),
                    tuple((each.player, each.name, each.text) for each in model.payoff_model.terms),
                )
            )
        data = {"players": list(game.players), "cells": cells, "inert": {}, "worth_of_all": plain(game.worth[-1])}
        return View(tuple(shown), data)


def _totals(values: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """Return the sums over the members of coalitions 1, 2, ..: the different ones, and which of them each coalition has."""
    if not all(isinstance(each, Fraction) for each in values):  # floats are added as they come
        sums = coalition_sums(values)[1:]
        return sums, list(range(len(sums)))
    scale = lcm(*(each.denominator for each in values))
    whole = coalition_sums([each.numerator * (scale // each.denominator) for each in values])[1:]
    places = {each: k for k, each in enumerate(dict.fromkeys(whole))}
    return [Fraction(each, scale) for each in places], [places[each] for each in whole]


def _fault(place: Any, wrong: Wrong) -> Any:
    from detente.errors import Fault

    return Fault(place, wrong.found, wrong.expected, wrong.do)


def outside_options(model: GameModel, point: Point) -> dict[str, Fraction]:
    """Return what each player keeps outside: the sum of its terms."""
    env = {**point.values, **model.derived_values(point.values)}
    found: dict[str, Fraction] = {}
    for term in model.payoff_model.terms:
        if term.condition is None or term.condition.evaluate(env):
            found[term.player] = found.get(term.player, Fraction(0)) + Fraction(term.formula.evaluate(env))
    return found


FORM = Coalitional()
