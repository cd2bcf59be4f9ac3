"""Analyses of decision problems with a real state: the best action, what moves it, when it stops, how much is held back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.games.symbolic import symbol
from detente.numbers import short
from detente.study.analyses import Analysis
from detente.study.forms.control import fixed_in

if TYPE_CHECKING:
    from detente.games.control import SymbolicControl
    from detente.study.analyses import Task

__all__ = ["ANALYSES"]

FORMS = ("control",)
#: What the signs that a derivative may take say.
_WAYS = {
    frozenset({1}): "more",
    frozenset({0, 1}): "more, or none",
    frozenset({0}): "none",
    frozenset({-1, 0}): "less, or none",
    frozenset({-1}): "less",
    frozenset({-1, 1}): "more or less",
    frozenset({-1, 0, 1}): "not settled",
}
#: Draws over which the mean restraint is taken.
DRAWS = 100_000
#: What counts as held back: rounding does not.
_HELD = 1e-9


def _problem(task: Task) -> SymbolicControl:
    """Return the problem with numbers in place of parameters that cannot vary."""
    return fixed_in(task.game, ())


def _best_action(task: Task) -> list[Table]:
    """Return the best action in closed form with its conditions, and at the points against that of a single period."""
    from detente.solve.control.closed_form import control_atlas
    from detente.solve.control.optimal import optimal_control

    problem = _problem(task)
    atlas = control_atlas(problem)
    rows = []
    for point in task.points:
        solved = optimal_control(problem.at_point(point.values))
        own, alone = float(solved.action), float(problem.box.evaluate(_myopic(problem), point.values))
        held = "" if alone == 0 else short(1 - own / alone, 4)
        numbers = (short(each, 5) for each in (solved.action, solved.pieces[0].slope, solved.value))
        rows.append((point.name, atlas.region_at(point.values).name, *numbers, short(alone, 4), held))
    action = problem.action
    columns = ("point", "where", action, "value per unit", "value at the start", f"{action} of one year", "share held back")
    note = f"Share held back: what the future takes away of the {action} that is best in a single year."
    return [atlas.table(), Table(f"best {action} at the points", columns, tuple(rows), (note,))]


def _myopic(problem: SymbolicControl) -> Any:
    """Return the action that pays most in a single period, in closed form."""
    import sympy

    from detente.solve.control.proportional import rates_of

    rates = rates_of(problem.flow, problem.law, problem.action)
    if rates is None or not problem.continuous or len(rates.flow) != 3:
        raise UsageError("expected a flow in proportion to the state and quadratic in the action")
    _, slope, curvature = rates.flow
    low, high = problem.choices
    return sympy.Max(low, sympy.Min(high, -slope / (2 * curvature)))


def _two_periods(task: Task) -> list[Table]:
    """Return the actions of two periods, the second the last, at the points."""
    from detente.solve.control.optimal import optimal_control

    problem = _problem(task)
    rows = []
    for point in task.points:
        solved = optimal_control(problem.with_horizon(2).at_point(point.values))
        rows.append((point.name, *(short(each, 5) for each in solved.periods or ()), short(solved.value, 5)))
    columns = ("point", "first year", "second year", "value at the start")
    return [Table(f"best {problem.action} if there are two years", columns, tuple(rows))]


def _action_effects(task: Task) -> list[Table]:
    """Return which way every parameter, and every derived value held free, moves the best action in between."""
    from detente.conclusions.ensemble.compile import compiled
    from detente.printing import plain as formula_text
    from detente.solve.control.closed_form import effects
    problem = _problem(task)
    used = {each.name for each in (problem.flow.free_symbols | problem.law.free_symbols | problem.discount_factor.free_symbols)}
    names = [name for name in (*problem.box.parameters, *problem.box.derived) if name in used]
    box = problem.box.parameters
    varied = [name for name in names if name not in box or box[name].low != box[name].high]
    found = effects(problem, varied)
    drawn = _drawn(problem, "uniform")
    action, value = drawn.action, drawn.flow / (1 - drawn.factor * drawn.growth)
    inner = (drawn.low < 0) & (drawn.high < 0)
    rows: list[tuple[str, str, str]] = []
    for each in found:
        way = _WAYS[each.signs]
        if way == _WAYS[frozenset({-1, 0, 1})]:
            every = (*problem.box.parameters, problem.action, "v")
            (slopes,) = compiled([each.derivative], problem.box.derived, every)({**drawn.draws, problem.action: action, "v": value})
            met = slopes[inner]
            way = "less in every draw" if (met <= 0).all() else "more in every draw" if (met >= 0).all() else "more or less"
        rows.append((each.parameter, formula_text(each.derivative), way))
    title = f"what moves the best {problem.action} in between"
    note = (
        "v: value per unit of the state. What is said without draws is proved for every action and every value that can be best; "
        f"draws: {int(inner.sum()):,} in which the best action lies in between."
    )
    columns = ("parameter", "derivative", f"more of it: {problem.action}")
    return [Table(title, columns, tuple(rows), (note,))]


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Draws with the best action of each: conditions of both ends, flow and growth per unit, the action of a single period."""

    draws: Any
    low: Any
    high: Any
    action: Any
    flow: Any
    growth: Any
    factor: Any
    alone: Any


def _drawn(problem: SymbolicControl, prior: str) -> _Drawn:
    """Return draws of the box with the closed form in each."""
    import numpy as np

    from detente.conclusions.ensemble.compile import compiled
    from detente.conclusions.ensemble.draws import draws
    from detente.solve.control.closed_form import control_atlas
    from detente.solve.control.proportional import rates_of

    rates = rates_of(problem.flow, problem.law, problem.action)
    assert rates is not None
    box, act = problem.box, symbol(problem.action)
    low, high, inner = control_atlas(problem).regions
    made = draws(box.parameters, DRAWS, prior, constraints=box.constraints, derived=box.derived)

    def values(wanted: list[Any], more: dict[str, Any]) -> list[Any]:
        program = compiled(wanted, box.derived, (*box.parameters, *more))
        return [np.broadcast_to(each, (made.n,)) for each in program({**made, **more})]

    conditions = [low.conditions[0], high.conditions[0], low.action, high.action, inner.action, _myopic(problem)]
    rests, full, least, most, between, alone = values(conditions, {})
    action = np.where(rests >= 0, least, np.where(full >= 0, most, between))
    flow, growth = (sum(each * act**k for k, each in enumerate(own)) for own in (rates.flow, rates.growth))
    paid, grown, factor = values([flow, growth, problem.discount_factor], {problem.action: action})
    return _Drawn(made, rests, full, action, paid, grown, factor, alone)


def _stopping(task: Task) -> list[Table]:
    """Return the state below which a costly action stops, in closed form and at the points, and for how long it is taken."""
    from detente.printing import plain as formula_text
    from detente.solve.control.closed_form import stopping_rule
    from detente.solve.control.optimal import optimal_control

    problem = _problem(task)
    rule = stopping_rule(problem)
    rows = []
    for point in task.points:
        gain = problem.box.evaluate(rule.gain, point.values)
        at = short(problem.box.evaluate(rule.threshold, point.values), 5) if gain > 0 else "never acts"
        solved = optimal_control(problem.at_point(point.values))
        acts = solved.action == solved.game.choices[-1]
        years = "for ever" if acts and solved.first.periods is None else str(solved.first.periods if acts else 0)
        rows.append((point.name, short(gain, 4), at, years, short(solved.value, 5)))
    closed = (("gain of acting once, per unit of state", formula_text(rule.gain)), ("stops below", formula_text(rule.threshold)))
    columns = ("point", "gain of acting once", "stops below", "years of it from the start", "value at the start")
    return [Table(f"when {problem.action} stops", ("what", "formula"), closed), Table("at the points", columns, tuple(rows))]


def _restraint(task: Task) -> list[Table]:
    """Return how often no, some and full action is best over the box, and how much the future holds back on average."""
    from detente.conclusions.ensemble.draws import PRIORS

    problem = _problem(task)
    rows = []
    for prior in PRIORS:
        drawn = _drawn(problem, prior)
        rests, full = drawn.low >= 0, drawn.high >= 0
        some = drawn.alone > 0
        held = 1 - drawn.action[some] / drawn.alone[some]
        numbers = (rests.mean(), (~rests & ~full).mean(), (full & ~rests).mean(), held.mean(), (held > _HELD).mean())
        rows.append((prior, *(f"{each:.3f}" for each in numbers)))
    columns = ("prior", "none", "in between", "full", "mean share held back", "share of draws with some held back")
    note = f"{DRAWS:,} draws a prior, from the closed form. Held back: of what is best in a single year."
    return [Table(f"best {problem.action} over the box", columns, tuple(rows), (note,))]


ANALYSES = {
    "best_action": Analysis(_best_action, "the best action in closed form, and at the points against that of a single year", FORMS),
    "two_periods": Analysis(_two_periods, "the best actions where there are two periods only", FORMS),
    "action_effects": Analysis(_action_effects, "which way every parameter moves the best action", FORMS),
    "stopping": Analysis(_stopping, "the state below which a costly action stops, and for how long it is taken", FORMS),
    "restraint": Analysis(_restraint, "how often none, some or all of the action is best over the box, and how much is held back", FORMS),
}
