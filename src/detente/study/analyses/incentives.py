"""Analyses of named policies of stochastic games: what keeps players to them, which state binds, what they cost."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.games.symbolic import symbol
from detente.numbers import short
from detente.study.analyses import Analysis

if TYPE_CHECKING:
    from detente.solve.stochastic.incentives import Incentive
    from detente.study.analyses import Task
    from detente.study.forms._states import Dynamics
    from detente.study.forms.stochastic import Stochastic

__all__ = ["ANALYSES", "bounds_along", "named_policies"]

FORMS = ("stochastic",)


def _form(task: Task) -> Stochastic:
    form: Any = task.model.form
    found: Stochastic = form
    return found


def named_policies(task: Task) -> list[str]:
    """Return the policies that a question is about, by default all of the game."""
    dynamics: Dynamics = task.model.definition.data
    asked = [each.partition(":")[2] for each in task.question.of if each.startswith("equilibrium:")]
    known = [each.name for each in dynamics.policies]
    return [each for each in asked if each in known] or known


def _incentives(task: Task) -> list[Table]:
    """Return the gain of every one-shot deviation from the policies asked about, in closed form and at the points."""
    from detente.printing import plain as formula_text

    form, tables = _form(task), []
    game = task.model.payoffs(task.kind).formulas
    names = tuple(point.name for point in task.points)
    for policy in named_policies(task):
        found = form.incentives(task.model, task.kind, policy)
        closed, rows = [], []
        worst: dict[str, tuple[Any, Any]] = {}
        for each in found:
            values = []
            for point in task.points:
                gain = game.evaluate(each.gain, point.values)
                values.append(short(gain, 4) + (" *" if gain > 0 else ""))
                if point.name not in worst or gain > worst[point.name][0]:
                    worst[point.name] = (gain, each)
            closed.append((each.player, str(each.state), each.action, formula_text(_told(task, each.gain))))
            rows.append((each.player, str(each.state), *values))
        notes = [
            f"At {name} {policy} is {'an equilibrium' if gain <= 0 else 'no equilibrium'}: the greatest gain is "
            f"{short(gain, 4)}, of {each.player} in {each.state}."
            for name, (gain, each) in worst.items()
        ]
        rule = ("The policy is kept where none is positive.",)
        tables.append(Table(f"gains of leaving {policy} once", ("player", "state", "to", "gain"), tuple(closed), rule))
        title = f"gains of leaving {policy} once at the points"
        tables.append(Table(title, ("player", "state", *names), tuple(rows), ("* the deviation gains.", *notes)))
    return tables


def _told(task: Task, expression: Any) -> Any:
    """Return an expression with entries of tables in place of their names, where an entry is a parameter."""
    plain: dict[Any, Any] = {}
    for name, formula in task.model.derived.items():
        if formula.root.op in {"name", "number"}:
            value = formula.root.value
            plain[symbol(name)] = symbol(value) if formula.root.op == "name" else _exact(value)
    return expression.xreplace(plain)


def bounds_along(task: Task, policy: str, name: str) -> list[tuple[Incentive, Any, int]]:
    """Return each incentive of a policy that bounds a parameter, with the bound and 1 for an upper one, -1 for a lower."""
    found = _form(task).incentives(task.model, task.kind, policy)
    return [(each, *limit) for each in found if (limit := each.bound(name)) is not None]


def _binding(task: Task) -> list[Table]:
    """Return for each state the value of a parameter up to which the policy is kept, and which state binds."""
    from detente.printing import plain as formula_text

    game = task.model.payoffs(task.kind).formulas
    if not task.question.along:
        raise UsageError("name the parameters under along")
    tables = []
    for policy, name in product(named_policies(task), task.question.along):
        own = bounds_along(task, policy, name)
        if not own:
            continue
        upper = own[0][2] > 0
        closed = tuple((each.player, str(each.state), formula_text(_told(task, at))) for each, at, _ in own)
        rows = []
        for point in task.points:
            values = [game.evaluate(at, point.values) for _, at, _ in own]
            edge = min(values) if upper else max(values)
            states = [str(each.state) for (each, _, _), value in zip(own, values, strict=True) if value == edge]
            kept = point.values[name] <= edge if upper else point.values[name] >= edge
            rows.append(
                (point.name, *(short(each, 4) for each in values), " and ".join(states), "yes" if kept else "no")
            )
        words = "at most" if upper else "at least"
        heads = tuple(str(each.state) for each, _, _ in own)
        tables += [
            Table(f"{name} under {policy}: {words}, state by state", ("player", "state", words), closed),
            Table(f"{name} under {policy} at the points", ("point", *heads, "binds in", "kept"), tuple(rows)),
        ]
    return tables


def _against(task: Task) -> list[Table]:
    """Compare the conditions of two policies: whether one holds wherever the other does."""
    import sympy

    from detente.printing import plain as formula_text
    from detente.solve.parametric.signs import bounds as bounds_of
    from detente.solve.parametric.signs import possible_signs, witnessed_signs
    from detente.study.sums import sign_words

    policies = named_policies(task)
    if len(policies) != 2 or not task.question.along:
        raise UsageError("name two policies under of, and parameters under along")
    game = task.model.payoffs(task.kind).formulas
    bounds = {(policy, name): bounds_along(task, policy, name) for policy in policies for name in task.question.along}
    tables = []
    for point in task.points:
        box = {name: (each.low, each.high) for name, each in game.parameters.items()}
        named = task.model.definition.points.get(point.name)
        moved = {*point.changed, *(named.values if named is not None else ())}
        box |= {name: (point.values[name],) * 2 for name in moved}
        nothing = [name for name, ends in box.items() if ends == (0, 0)]
        held = {symbol(name): _exact(point.values[name]) for name in {*moved, *nothing}}
        # derived values stand for themselves, with the range that they have over the box
        free = {name: found for name in game.derived if (found := bounds_of(game.expand(symbol(name)).xreplace(held), box))}
        rows = []
        for name in task.question.along:
            for one, at, _ in bounds[policies[0], name]:
                for other, than, _ in bounds[policies[1], name]:
                    gap = sympy.expand(_told(task, at - than).xreplace(held))
                    inner = box | free
                    words = sign_words(possible_signs(gap, inner), witnessed_signs(gap, inner))
                    rows.append((name, str(one.state), str(other.state), formula_text(gap), words))
        title = f"bounds under {policies[0]} less bounds under {policies[1]}" + (f", {point.name} held" if moved else "")
        columns = ("bound on", f"in {policies[0]}", f"in {policies[1]}", "difference", "over the box")
        tables.append(Table(title, columns, tuple(rows)))
    return tables


def _exact(value: Fraction) -> Any:
    import sympy

    return sympy.Rational(value.numerator, value.denominator)


def _delay(task: Task) -> list[Table]:
    """Return what the policies asked about are worth at their first state, and what the later ones cost."""
    from detente.solve.stochastic.incentives import policy_values

    model = task.model
    dynamics: Dynamics = model.definition.data
    names = named_policies(task)
    game = model.payoffs(task.kind)
    rows = []
    for i, player in enumerate(model.players):
        for point in task.points:
            worths: list[Any] = []
            for policy in names:
                rule = dynamics.policy(policy)
                values = policy_values(game, rule.actions)
                first = next(s for s in sorted(game.playing, key=str) if not rule.states or str(s) == rule.states[0])
                worths.append(game.formulas.evaluate(values[first][i], point.values))
            cost = max(worths) - worths[0]
            share = cost / max(worths) if max(worths) != 0 else Fraction(0)
            rows.append((point.name, player, *(short(each, 5) for each in worths), short(cost, 5), short(share, 3)))
    columns = ("point", "player", *(f"worth of {name}" for name in names), f"cost of {names[0]}", "as a share")
    return [Table("cost of delay", columns, tuple(rows))]


ANALYSES = {
    "incentives": Analysis(
        _incentives, "the gain of every one-shot deviation from named policies, in closed form", FORMS
    ),
    "binding": Analysis(_binding, "bounds on the parameters `along` state by state, and which binds", FORMS),
    "against": Analysis(_against, "the bounds of one policy against those of another, over the box", FORMS),
    "delay": Analysis(_delay, "what policies are worth from their first states, and what the first costs", FORMS),
}
