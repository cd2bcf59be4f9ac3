"""Analyses of global games and wars of attrition, in closed form and at the points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.numbers import short
from detente.solve.incomplete.envelope import SymbolicEnvelope, symbolic_envelopes
from detente.solve.parametric.signs import possible_signs, witnessed_signs
from detente.study.analyses import Analysis
from detente.study.sums import sign_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.study.analyses import Task

__all__ = ["ANALYSES"]


def _solution(task: Task) -> list[Table]:
    tables = []
    for point in task.points:
        found = task.model.form.solve(task.model, point, task.kind)
        listed = found.tables() if hasattr(found, "tables") else (found.table(),)
        tables += [Table(f"{each.title} at {point.name}", each.columns, each.rows, each.notes) for each in listed]
    return tables


@dataclass(frozen=True)
class _Cases:
    """Every order of actions that may be the envelope, with the payoffs and loads behind it."""

    task: Task
    base: Mapping[str, Any]
    exposure: Mapping[str, Any]
    load: Mapping[str, Any]
    cases: tuple[SymbolicEnvelope, ...]

    @classmethod
    def of(cls, task: Task, without: str | None = None) -> _Cases:
        import sympy

        parts: dict[str, dict[str, Any]] = {"base": {}, "exposure": {}, "load": {}}
        for (what, name), each in task.game.expressions.items():
            if what in parts and name != without:
                parts[what][name] = each
        load = {name: parts["load"].get(name, sympy.Integer(0)) for name in parts["base"]}
        found = tuple(symbolic_envelopes(parts["base"], parts["exposure"]))
        return cls(task, parts["base"], parts["exposure"], load, found)

    def at(self, values: Any) -> SymbolicEnvelope | None:
        """Return the case whose conditions all hold strictly at a point."""
        for case in self.cases:
            if all(self.task.game.evaluate(each, values) > 0 for each in case.conditions):
                return case
        return None

    def critical(self, case: SymbolicEnvelope) -> Any:
        return case.critical(self.load)

    def status(self, *conditions: Any) -> str:
        """Return whether conditions all hold always, never, or on a part of the box."""
        game = self.task.game
        signs = [possible_signs(game.expand(each), _box(self.task)) for each in conditions]
        if any(1 not in each for each in signs):
            return "never"
        return "always" if all(set(each) == {1} for each in signs) else "on a part"


def _box(task: Task) -> dict[str, Any]:
    return {name: (each.low, each.high) for name, each in task.game.parameters.items()}


def _sign(task: Task, expression: Any) -> str:
    expanded = task.game.expand(expression)
    return sign_words(possible_signs(expanded, _box(task)), witnessed_signs(expanded, _box(task)))


_TIE = "two cases meet"


def _cutoffs(task: Task) -> list[Table]:
    from detente.printing import plain as formula_text

    cases = _Cases.of(task)
    rows = [
        (", ".join(case.actions), f"{a} -> {b}", formula_text(cutoff), cases.status(*case.conditions))
        for case in cases.cases
        for (a, b), cutoff in zip(pairwise(case.actions), case.cutoffs, strict=True)
    ]
    single = [
        (case.actions[0], "", "none", cases.status(*case.conditions)) for case in cases.cases if len(case.actions) == 1
    ]
    exact = tuple(
        (", ".join(case.actions), " and ".join(f"{formula_text(each)} > 0" for each in case.conditions) or "always")
        for case in cases.cases
        if cases.status(*case.conditions) != "never"
    )
    used = tuple(
        f"{action[:1].upper()}{action[1:]} is used at some belief exactly where one of the conditions holds whose actions name it."
        for action in list(cases.base)[1:-1]
    )
    note = "A member chooses along the upper envelope of lines: each action is best between its cutoffs."
    columns = ("actions in use", "indifferent", "probability of punishment", "over the box")
    numbers = []
    for point in task.points:
        case = cases.at(point.values)
        values = [] if case is None else [short(task.game.evaluate(q, point.values), 4) for q in case.cutoffs]
        numbers.append((point.name, _TIE if case is None else ", ".join(case.actions), ", ".join(values) or "none"))
    return [
        Table("cutoffs between actions", columns, (*single, *rows), (note,)),
        Table("which actions are used at some belief", ("actions in use", "exactly where"), exact, used),
        Table("at the points", ("point", "actions in use", "cutoffs"), tuple(numbers)),
    ]


def _critical(task: Task) -> list[Table]:
    from detente.printing import plain as formula_text

    cases = _Cases.of(task)
    rows = tuple((", ".join(case.actions), formula_text(cases.critical(case))) for case in cases.cases)
    note = "With a flat prior the critical strength does not depend on the noise: members' beliefs there are uniform."
    numbers = []
    for point in task.points:
        case = cases.at(point.values)
        value = "" if case is None else short(task.game.evaluate(cases.critical(case), point.values), 5)
        numbers.append((point.name, _TIE if case is None else ", ".join(case.actions), value))
    return [
        Table("critical strength in closed form", ("actions in use", "critical strength"), rows, (note,)),
        Table("at the points", ("point", "actions in use", "critical strength"), tuple(numbers)),
    ]


def _without(task: Task) -> list[Table]:
    """Compare the critical strength with that of the game in which one action is missing."""
    from sympy import factor

    from detente.printing import plain as formula_text

    cases = _Cases.of(task)
    tables = []
    for missing in list(cases.base)[1:-1]:
        fewer = _Cases.of(task, missing)
        rows = []
        for case in cases.cases:
            for other in fewer.cases:
                if missing not in case.actions or cases.status(*case.conditions, *other.conditions) == "never":
                    continue
                difference = factor(cases.critical(case) - fewer.critical(other))
                names = (", ".join(case.actions), ", ".join(other.actions))
                rows.append((*names, formula_text(difference), _sign(task, difference)))
        numbers = []
        for point in task.points:
            here, there = cases.at(point.values), fewer.at(point.values)
            if here is None or there is None:
                numbers.append((point.name, _TIE, "", ""))
                continue
            both = [task.game.evaluate(each, point.values) for each in (cases.critical(here), fewer.critical(there))]
            with_it, left = (short(each, 4) for each in both)
            numbers.append((point.name, with_it, left, short(both[0] - both[1], 4)))
        columns = ("in use with it", "in use without", "difference of critical strengths", "sign over the box")
        note = f"Positive: with {missing} the enforcer needs more strength, so that enforcement is harder."
        said = [
            f"At {name}, {missing} makes enforcement {'harder' if gap[0] != '-' else 'easier'}."
            for name, _, _, gap in numbers
            if gap and gap != "0"
        ]
        tables += [
            Table(f"what the option {missing} changes", columns, tuple(rows), (note,)),
            Table("at the points", ("point", "with it", "without", "difference"), tuple(numbers), tuple(said)),
        ]
    return tables


#: Members of the finite game that the continuum is compared with.
_MEMBERS = 55


def _finite(task: Task) -> list[Table]:
    """Compare the cutoff signals of the continuum with those of finitely many members."""
    from detente.solve.incomplete.finite_members import finite_thresholds

    rows = []
    for point in task.points:
        game = task.model.form.at(task.model, point, task.kind)
        whole = task.model.form.solve(task.model, point, task.kind).result.equilibria[0]  # type: ignore[attr-defined]
        found = finite_thresholds(game, _MEMBERS)
        for k, (a, b) in enumerate(pairwise(found.actions)):
            pair = (short(float(whole.signals[k]), 4), short(found.signals[k], 4))
            rows.append((point.name, f"{a} to {b}", *pair, f"{found.residual:.0e}"))
    note = "Symmetric threshold equilibria with a flat prior, the residual the largest payoff difference at a cutoff."
    columns = ("point", "changes from", "signal with a continuum", f"with {_MEMBERS} members", "residual")
    return [Table(f"a continuum and {_MEMBERS} members", columns, tuple(rows), (note,))]


def _uniqueness(task: Task) -> list[Table]:
    rows = []
    for point in task.points:
        found = task.model.form.solve(task.model, point, task.kind).result  # type: ignore[attr-defined]
        critical = ", ".join(short(each.critical, 6) for each in found.equilibria)
        rows.append((point.name, "yes" if found.unique_for_every_mean else "no", str(len(found.equilibria)), critical))
    note = (
        "One equilibrium for every prior mean if noise times the range of loads is below the prior's variance times sqrt(2 pi) "
        "(Morris and Shin 2003); the roots at a point are all of them, isolated by interval arithmetic."
    )
    columns = ("point", "unique for every mean", "equilibria here", "critical strength")
    return [Table("uniqueness with a prior", columns, tuple(rows), (note,))]


def _rates(task: Task) -> list[Table]:
    from detente.printing import plain as formula_text

    cost, prize = (
        {name: each for (what, name), each in task.game.expressions.items() if what == key} for key in ("cost", "prize")
    )
    first, second = cost
    rows = []
    for name, other in ((first, second), (second, first)):
        rate = cost[other] / prize[other]
        values = [
            short(task.game.evaluate(rate, point.values), 4)
            if task.game.evaluate(prize[other], point.values) > 0
            else "no war"
            for point in task.points
        ]
        rows.append((f"rate at which {name} gives way", formula_text(rate), *values))
    usual = (
        "A player's own cost does not enter its own rate: it raises the rate at which the other has to give way to keep "
        "the player indifferent. Higher own cost makes the other concede sooner."
    )
    notes = [usual]
    for name in (first, second):
        words = _sign(task, prize[name])
        if words != "always positive":
            notes.append(
                f"The prize of {name} over the box: {words}. Where it is not positive, {name} gives way at once."
            )
    columns = ("what", "formula", *(point.name for point in task.points))
    return [Table("rates of giving way", columns, tuple(rows), tuple(notes))]


#: What ``ask`` may name.
ANALYSES: dict[str, Analysis] = {
    "solution": Analysis(_solution, "the solution of the game at every point, as `solve` prints it"),
    "cutoffs": Analysis(
        _cutoffs, "probabilities of punishment at which members change their action, in closed form", ("global",)
    ),
    "critical_strength": Analysis(
        _critical, "the strength from which the enforcer punishes, in closed form", ("global",)
    ),
    "without": Analysis(_without, "what each middle action changes in the critical strength", ("global",)),
    "finite_members": Analysis(
        _finite, "the cutoff signals of a continuum beside those of 55 members", ("global",)
    ),
    "uniqueness": Analysis(_uniqueness, "whether a prior leaves one equilibrium", ("global",)),
    "rates": Analysis(_rates, "rates of giving way in closed form", ("attrition",)),
}
