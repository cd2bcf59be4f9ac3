"""Many members with the same few actions, whose payoffs depend on how many choose what.

The terms of the payoff model are templates for all members: what they count are actions, never single players. Payoffs
that are affine in the counts may have any number of actions; others only two. Members can be held at an action, as in
a cascade.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.fields import Names, unknown
from detente.games.definition import Content
from detente.games.population import PopulationGame
from detente.games.reader import GameFile, VariantTable
from detente.numbers import number_to_json, short
from detente.payoffs.items import Tally
from detente.study.form import View
from detente.study.forms._formulas import FormulaForm, Formulas

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from detente.conclusions.ensemble.member_batch import MemberBatch
    from detente.conclusions.robustness.classifier import Subject
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

__all__ = ["FORM", "Members", "Population", "PopulationSolution", "compiled_members", "member_payoffs"]

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
            note = (
                f"{len(followers)} follow {', '.join(held)}"
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


def member_payoffs(model: GameModel, env: Mapping[str, Any], material: bool) -> PopulationGame:
    """Return the game at values of all parameters and derived values.

    Payoffs are evaluated at no counts and at one more of each action; that they are affine is checked at another
    vector of counts. With two actions they may have any shape. Derived values that are floats, such as powers, are
    taken at the binary numbers that they store, so that what follows is exact.

    Raises
    ------
    UsageError
        If a payoff names other members, is not rational, or is not affine with more than two actions.
    """
    env = {name: Fraction(value) if isinstance(value, float) else value for name, value in env.items()}
    members = model.players
    actions = next(iter(model.definition.strategies.values()))
    payoffs = _Payoffs(model, actions, env, material)
    rows = [[payoffs.affine(member, action) for action in actions] for member in members]
    if not any(curve for row in rows for _, _, curve in row):
        return PopulationGame(
            actions, [[base for base, _, _ in row] for row in rows], [[slope for _, slope, _ in row] for row in rows], members
        )
    if len(actions) > 2:
        raise UsageError(
            f"payoffs of {model.name} are not affine in the counts; with {len(actions)} actions they have to be"
        )
    n = len(members)
    return PopulationGame.two_actions(
        actions, lambda i, a, k: payoffs.at(members[i], actions[a], (n - k, k)), members
    )


#: A payoff apart from counts, what one more member at each action adds, and how far it is from a line elsewhere.
Affine = tuple[Fraction, list[Fraction], Fraction]


class _Payoffs:
    """The payoffs of members as functions of the counts of all actions.

    Formulas that do not name the member are evaluated once for all members.
    """

    def __init__(self, model: GameModel, actions: tuple[str, ...], env: Mapping[str, Any], material: bool) -> None:
        self.model, self.actions, self.env, self.material = model, actions, env, material
        self.n = len(model.players)
        self.values: dict[Any, Fraction] = {}
        self.lines: dict[Any, Affine] = {}
        self.sums: dict[Any, Affine] = {}

    def affine(self, member: str, action: str) -> Affine:
        """Return the payoff of a member from an action as a line through two vectors of counts."""
        terms = self.terms(member, action)
        key = tuple((term.formula.text, term.condition and term.condition.text) for term in terms)
        if (action, key) not in self.sums:
            lines = [self.line(term, action) for term in terms]
            slopes = [_total(each) for each in zip(*(slope for _, slope, _ in lines), strict=True)]
            self.sums[action, key] = (
                _total(base for base, _, _ in lines),
                slopes or [Fraction(0)] * len(self.actions),
                _total(curve for _, _, curve in lines),
            )
        return self.sums[action, key]

    def at(self, member: str, action: str, counts: tuple[int, ...]) -> Fraction:
        """Return the payoff of a member from an action at counts of all actions."""
        return _total(self.value(term, action, counts if term.counts else None) for term in self.terms(member, action))

    def terms(self, member: str, action: str) -> list[Term]:
        """Return the terms that count for a member at an action."""
        chosen = []
        for term in self.model.payoff_model.terms_of(member):
            if self.material and not term.material:
                continue
            others = {each for one in term.when for each in one} - {member}
            if others:
                raise UsageError(
                    f"the term {member}.{term.name} names {min(others)}; here terms count members, with count() or share()"
                )
            if term.holds({member: action}):
                chosen.append(term)
        return chosen

    def line(self, term: Term, action: str) -> Affine:
        """Return a term at no counts, its steps to one more of each action, and how far it is off that at other counts."""
        key = (term.formula.text, term.condition and term.condition.text, action)
        if key not in self.lines:
            size = len(self.actions)
            if term.counts:
                at_none = self.value(term, action, (0,) * size)
                steps = [
                    self.value(term, action, tuple(int(a == b) for b in range(size))) - at_none for a in range(size)
                ]
                probe = tuple(2 + 3 * a for a in range(size))
                line = at_none + _total(step * number for step, number in zip(steps, probe, strict=True))
                self.lines[key] = (at_none, steps, line - self.value(term, action, probe))
            else:
                self.lines[key] = (self.value(term, action, None), [Fraction(0)] * size, Fraction(0))
        return self.lines[key]

    def value(self, term: Term, action: str, counts: tuple[int, ...] | None) -> Fraction:
        """Return what a term is worth at counts of all actions, None where it does not look at them."""
        key = (term.formula.text, term.condition and term.condition.text, action, counts)
        if key not in self.values:
            item = (
                None if counts is None else Tally(dict(zip(self.actions, counts, strict=True)), action, self.n).item
            )
            self.values[key] = self._evaluated(term, item)
        return self.values[key]

    def _evaluated(self, term: Term, item: Any) -> Fraction:
        if term.condition is not None and not term.condition.evaluate(self.env, item):
            return Fraction(0)
        value = term.formula.evaluate(self.env, item)
        if not isinstance(value, Fraction):
            value = Fraction(value) if isinstance(value, int) else _rational(value, term)
        return value


def _total(numbers: Iterable[Fraction]) -> Fraction:
    """Return a sum; zeros, of which there are many, cost nothing."""
    return sum(filter(None, numbers), Fraction(0))


def _rational(value: Any, term: Term) -> Fraction:
    """Return a float at the binary number that it stores: derived values such as powers may be irrational."""
    if not isinstance(value, float):
        raise UsageError(f"{term.formula.text} is no number at this point")
    return Fraction(value)


FORM = Population()
