"""Global games of enforcement: members choose under a noisy signal of how strong the enforcer is.

The payoffs are those of one member, against an enforcer who spares or punishes: the terms of the payoff model name
both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import Field

from detente.conclusions.conclusion import parse_profile
from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.fields import Expression, Name, Names
from detente.games.definition import Content, Located
from detente.games.file_tables import GameFile, VariantTable
from detente.games.incomplete import GlobalGame
from detente.numbers import number_to_json, plain, short
from detente.study.form import View
from detente.study.forms._formulas import FormulaForm, Formulas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.fields import Wrong
    from detente.formula import Formula, Node
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.payoffs.table import Payoffs, PayoffTable
    from detente.solve.concepts import Options
    from detente.solve.incomplete.global_game import GlobalResult
    from detente.study.model import GameModel, Point
    from detente.study.trace import Trace
    from detente.toml import KeyPath

__all__ = ["FORM", "Global", "GlobalSolution", "Rule"]


class GlobalFile(GameFile):
    """The top of the file of a global game."""

    strategies: dict[str, Names]
    enforcer: Name
    load: dict[str, Expression]
    noise: Expression
    strengths: dict[str, Expression] = Field(default_factory=dict)
    belief: list[Expression] | None = None
    prior: list[Expression] | None = None


class GlobalVariant(VariantTable):
    """A ``[variants.NAME]`` that is a global game; what it leaves out is as in the game."""

    strategies: dict[str, Names] | None = None
    load: dict[str, Expression] | None = None
    noise: Expression | None = None
    belief: list[Expression] | None = None
    prior: list[Expression] | None = None


@dataclass(frozen=True)
class Rule:
    """How the enforcer decides, as formulas, and what the report looks at.

    Attributes
    ----------
    member, enforcer : str
    choices : mapping
        What the member and the enforcer choose among; the enforcer's first choice spares, the second punishes.
    load : mapping of action to formula
    noise : Formula
    strengths : mapping of name to formula
        Strengths at which shares are reported.
    belief, prior : (mean, standard deviation) or None
        An observer's belief about the strength; what members themselves believe before their signal.
    """

    member: str
    enforcer: str
    choices: Mapping[str, tuple[str, ...]]
    load: Mapping[str, Formula]
    noise: Formula
    strengths: Mapping[str, Formula]
    belief: tuple[Formula, Formula] | None
    prior: tuple[Formula, Formula] | None


@dataclass(frozen=True)
class GlobalSolution(Displayed):
    """The threshold equilibria at a point, with shares at the strengths that the game file names."""

    result: GlobalResult
    strengths: Mapping[str, Any]
    belief: tuple[Any, Any] | None

    @property
    def complete(self) -> bool:
        """Whether all threshold equilibria are there."""
        return self.result.complete

    def to_json(self) -> dict[str, Any]:
        """Return thresholds and shares as data."""
        data = self.result.to_json()
        data["shares"] = [
            {
                "strength": name,
                "value": number_to_json(value),
                "critical": number_to_json(each.critical),
                "shares": each.shares(value),
            }
            for each in self.result.equilibria
            for name, value in self.strengths.items()
        ]
        if self.belief is not None:
            data["probability_of_punishment"] = [each.probability(*self.belief) for each in self.result.equilibria]
        return data

    def table(self) -> Table:
        """Return cutoffs, critical strengths and shares."""
        table = self.result.table()
        rows = list(table.rows)
        for each in self.result.equilibria:
            for name, value in self.strengths.items():
                shares = ", ".join(f"{action} {short(share, 3)}" for action, share in each.shares(value).items())
                rows.append((f"shares at {name} = {short(value, 4)}", shares))
            if self.belief is not None:
                mean, sd = self.belief
                chance = short(each.probability(mean, sd), 3)
                rows.append((f"probability of punishment, strength normal ({short(mean, 3)}, {short(sd, 3)})", chance))
        return Table(table.title, table.columns, tuple(rows), table.notes)


class Global(FormulaForm):
    """``form = "global"``."""

    name = "global"
    words = "many members see noisy signals of an enforcer's strength"
    file = GlobalFile
    variant = GlobalVariant
    concepts = ("threshold",)
    exports_data = True
    reasons = {  # noqa: RUF012 - the base declares it
        "options": "no member of a continuum moves the others, and the enforcer follows a rule; ask levers of a named formula",
        "atlas": "cutoffs and critical strength are in solve; ask thresholds of a named formula",
    }

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return members' actions, the enforcer's rule and the beliefs."""
        above: Rule | None = game.data if game is not None and isinstance(game.data, Rule) else None
        if game is not None and above is None:
            reader.fail(
                (*path, "form"), "found a global variant of another form", "expected a global game above", key=False
            )
        content = game.content if game is not None else None
        strategies = table.strategies
        if strategies is None:
            assert content is not None
            choices, listed = content.choices, dict(above.choices if above else {})
        else:
            choices = reader.strategies(path, strategies)
            listed = {player: tuple(own) for player, own in strategies.items()}
        enforcer = table.enforcer if above is None and hasattr(table, "enforcer") else above.enforcer if above else ""
        if enforcer not in listed:
            reader.among(path, "enforcer", "player", [enforcer], listed)
        if len(listed) != 2 or len(listed.get(enforcer, ("", ""))) != 2:
            found = f"found {len(listed)} players and {len(listed.get(enforcer, ()))} choices of {enforcer!r}"
            expected = "expected a member and an enforcer with two choices, to spare and to punish"
            reader.fail((*path, "strategies"), found, expected)
        member = next((name for name in listed if name != enforcer), "")
        load = table.load if table.load is not None else above.load if above else {}
        if table.load is not None:
            for name in table.load:
                if name not in listed.get(member, ()):
                    expected = f"expected one of {', '.join(listed.get(member, ()))}"
                    reader.fail((*path, "load", name), f"unknown action {name!r}", expected)
        pairs = {}
        for key in ("belief", "prior"):
            given = getattr(table, key)
            if given is not None and len(given) != 2:
                reader.fail(
                    (*path, key), f"found {len(given)} formulas", "expected a mean and a standard deviation", key=False
                )
            pairs[key] = given[:2] if given is not None and len(given) == 2 else getattr(above, key, None)
        noise = table.noise if table.noise is not None else above.noise if above else None
        strengths = getattr(table, "strengths", None) or (above.strengths if above else {})
        rule = Rule(member, enforcer, listed, load, noise, strengths, _pair(pairs["belief"]), _pair(pairs["prior"]))  # type: ignore[arg-type]
        own = table.model_fields_set
        listed_formulas = [(parsed, (*path, "load", name)) for name, parsed in (table.load or {}).items()]
        if table.noise is not None:
            listed_formulas.append((table.noise, (*path, "noise")))
        if "strengths" in own:
            listed_formulas += [(parsed, (*path, "strengths", name)) for name, parsed in table.strengths.items()]
        for key in ("belief", "prior"):
            listed_formulas += [(parsed, (*path, key, k)) for k, parsed in enumerate(getattr(table, key) or ())]
        located = tuple(Located(parsed, at, reader.file) for parsed, at in listed_formulas)
        if above is not None and game is not None:
            located = (*game.content.formulas, *located)
        return Content({name: own for name, own in listed.items() if name != enforcer}, choices, located, rule)

    def table(self, model: GameModel, material: bool) -> PayoffTable:
        """Return the member's payoffs against an enforcer who spares and one who punishes."""
        from detente.payoffs.table import PayoffTable

        choices = dict(model.definition.data.choices)
        return PayoffTable(choices, model.payoff_model.terms, tuple(model.parameters), material)

    def game(self, model: GameModel, material: bool) -> Formulas:
        """Return payoffs, loads, noise and beliefs as formulas over the box."""
        rule: Rule = model.definition.data
        table = model.material_table if material else model.table
        spare, punish = rule.choices[rule.enforcer]
        named: dict[Any, Any] = {}
        for action in rule.choices[rule.member]:
            base, hit = (table.payoff(rule.member, _profile(rule, action, each)) for each in (spare, punish))
            named["base", action] = base
            named["exposure", action] = base - hit
        named |= {("load", name): each for name, each in rule.load.items()}
        named["noise", ""] = rule.noise
        named |= {("prior", str(k)): each for k, each in enumerate(rule.prior or ())}
        return Formulas.of(model, named, _built, (table.array(), list(rule.choices), list(rule.choices.values())))

    def item_fault(self, reader: GameReader, content: Content, node: Node) -> Wrong | None:
        """Return what is wrong with ``payoff[MEMBER][ACTION, CHOICE]``, the enforcer's choice included."""
        return reader.payoff_fault(replace(content, strategies=content.data.choices), node)

    def chosen(self, content: Content, choices: Sequence[str]) -> Mapping[str, str]:
        """Return what the member and the enforcer do in an item ``payoff[..][..]``."""
        return dict(zip(content.data.choices, choices, strict=True))

    def payoffs(self, model: GameModel, kind: str) -> Payoffs:
        """Return the payoffs behind the table."""
        table: PayoffTable = model.material_table if kind == "material" else model.table
        return table.payoffs

    def trace_payoff(self, model: GameModel, point: Point, what: Any, player: str, kind: str) -> Trace:
        """Return where the member's payoff of ``ACTION,CHOICE`` comes from."""
        from detente.study.trace import trace_payoff

        rule: Rule = model.definition.data
        if player != rule.member:
            raise UsageError(f"only {rule.member} has payoffs in this form; found {player!r}")
        profile = parse_profile(what, tuple(rule.choices), tuple(rule.choices.values()))
        labels = tuple(own[index] for own, index in zip(rule.choices.values(), profile, strict=True))
        return trace_payoff(model, point, labels, player, kind)

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> GlobalSolution:
        """Return the threshold equilibria, with shares at the strengths that the file names."""
        from detente.solve.incomplete.global_game import solve_global

        self.check_concept(concept)
        rule: Rule = model.definition.data
        env = {**point.values, **model.derived_values(point.values)}
        strengths = {name: each.evaluate(env) for name, each in rule.strengths.items()}
        belief = None if rule.belief is None else (rule.belief[0].evaluate(env), rule.belief[1].evaluate(env))
        return GlobalSolution(solve_global(self.at(model, point, kind)), strengths, belief)

    def show(self, model: GameModel, point: Point, kind: str, terms: bool = False, title: str = "") -> View:
        """Return what each action gets when spared and when punished."""
        from detente.printing import plain as formula_text

        rule: Rule = model.definition.data
        table = model.material_table if kind == "material" else model.table
        game = model.payoffs(kind)
        rows, cells = [], []
        for action in rule.choices[rule.member]:
            for each in rule.choices[rule.enforcer]:
                profile = _profile(rule, action, each)
                expression = table.payoff(rule.member, profile)
                value = game.evaluate(expression, point.values)
                rows.append((action, each, short(value, 5), formula_text(expression)))
                listed = [
                    {
                        "name": term.name,
                        "formula": term.formula.text,
                        "value": number_to_json(game.evaluate(table.expression(term), point.values)),
                        "material": term.material,
                    }
                    for term in table.terms_at(rule.member, profile)
                ]
                payoff = {"value": number_to_json(value), "formula": formula_text(expression), "terms": listed}
                cells.append({"profile": {rule.member: action, rule.enforcer: each}, "payoffs": {rule.member: payoff}})
        numeric = self.at(model, point, kind)
        loads = ", ".join(f"{name} {plain(each)}" for name, each in numeric.load.items())
        note = (
            f"{rule.enforcer} punishes if and only if its strength reaches the load of all members: {loads} per share."
        )
        columns = (rule.member, rule.enforcer, "payoff", "formula")
        tables = [Table(title or "payoffs of a member", columns, tuple(rows), (note,))]
        if terms:
            tables.append(table.breakdown())
        return View(tuple(tables), {"players": [rule.member, rule.enforcer], "cells": cells, "inert": {}})


def _pair(given: Any) -> Any:
    return None if given is None else tuple(given)


def _profile(rule: Rule, action: str, choice: str) -> tuple[str, ...]:
    chosen = {rule.member: action, rule.enforcer: choice}
    return tuple(chosen[name] for name in rule.choices)


def _built(values: Mapping[Any, Any]) -> GlobalGame:
    part = {what: {name: value for (key, name), value in values.items() if key == what} for what, _ in values}
    prior = part.get("prior")
    return GlobalGame(
        part["base"], part["exposure"], part.get("load", {}), part["noise"][""],
        None if not prior else (prior["0"], prior["1"]),
    )  # fmt: skip


FORM = Global()
