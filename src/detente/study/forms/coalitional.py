"""Coalitional games: what every coalition is worth, as a formula of tables summed over its members.

The terms of the payoff model are what each player keeps outside, by itself: its outside option.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.fields import Expression, Wrong
from detente.formula import TOTAL, parse
from detente.games.coalitional import CoalitionalGame
from detente.games.definition import Content, Located
from detente.games.reader import GameFile, VariantTable
from detente.numbers import plain, short
from detente.study.form import View
from detente.study.forms._formulas import FormulaForm, Formulas

if TYPE_CHECKING:
    from detente.formula import Formula, Node
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.payoffs.table import Payoffs
    from detente.solve.coalitional.allocation import Allocation
    from detente.solve.coalitional.core import Core
    from detente.solve.concepts import Options
    from detente.study.model import GameModel, Point
    from detente.toml import KeyPath

__all__ = ["FORM", "Coalitional", "CoalitionalSolution", "outside_options"]


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

        def value(members: tuple[str, ...]) -> Any:
            def item(node: Node) -> Any:
                return sum((env[f"{node.keys[0][0]}_{each}"] for each in members), Fraction(0))

            return worth.evaluate(env, item)

        return CoalitionalGame(model.payoff_model.players, value)

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
