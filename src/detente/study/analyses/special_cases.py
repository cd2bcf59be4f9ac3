"""Analyses of games at special values: limits, windows along a parameter, payoff matrices, errors of play."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.formula import symbol
from detente.numbers import plain, short, to_float
from detente.study.analyses import Analysis
from detente.study.words import equilibrium_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.conclusions.thresholds import Threshold
    from detente.study.analyses import Task
    from detente.study.model import Point

__all__ = ["ANALYSES"]

NORMAL = ("normal", "repeated")
#: Precisions of logit responses, per unit of payoff, unless the question names others.
PRECISIONS = (10, 50, 200)
#: Profiles up to which the equilibria in a limit are asked for over the rest of the box, each with its condition.
MAX_PROFILES = 16
#: Profiles up to which is asked what each player does in some equilibrium over the rest of the box.
MAX_STRATEGIES = 64


def _limits(task: Task) -> list[Table]:
    """Return the equilibria at each point, and which of them exist for all values of the parameters that it leaves free."""
    from detente.solve.equilibria import equilibria
    tables = []
    rows = []
    model = task.model
    small = _size(task) <= MAX_PROFILES
    left: list[tuple[str, ...]] = []
    for point in task.points:
        held = _held(task, point)
        found = equilibria(task.game.at_point(point.values))
        pure = "; ".join(equilibrium_words(found.game, each) for each in found.equilibria) or "none"
        said = ", ".join(f"{name} = {plain(point.values[name])}" for name in held) or "nothing"
        rows.append((point.name, said, pure))
        if not small:
            if _size(task) <= MAX_STRATEGIES:
                left.append((point.name, *_left(task, point, held)))
            continue
        over = [name for name in task.game.parameters if name not in held]
        regions = model.form.atlas(model, task.kind, over, point.values).regions
        lines = [
            (region.label, region.status, _condition(region, {name: point.values[name] for name in held}))
            for region in regions
            if region.status != "never"
        ]
        notes: tuple[str, ...] = () if lines else ("No equilibrium with a closed form is left.",)
        gone = sum(region.status == "never" for region in regions)
        notes += (f"Proved to exist nowhere: {gone} more profiles.",) if gone else ()
        tables.append(Table(f"{point.name}: over the rest of the box", ("equilibrium", "exists", "exactly when"), tuple(lines), notes))
    note = "At each point the parameters that it names are held; all others are at their baseline here"
    note += ", and vary in the other tables." if small or left else "."
    if left:
        heads = ("limit", "equilibria", *task.game.players)
        words = (
            "Pure profiles that are a strict equilibrium somewhere over the rest of the box, and what each player does in them. All "
            "others are proved to be none, ties apart. `atlas` has the conditions in closed form."
        )
        tables.append(Table("over the rest of the box", heads, tuple(left), (words,)))
    return [Table("limits", ("limit", "held", "equilibria, the rest at baseline"), tuple(rows), (note,)), *tables]


def _left(task: Task, point: Point, held: Sequence[str]) -> list[str]:
    """Return how many pure profiles are an equilibrium somewhere over the parameters left free, and what players do in them."""
    from detente.solve.parametric.preferences import Preferences

    game = task.game
    preferences = Preferences(game, [name for name in game.parameters if name not in held], point.values)
    found = {profile: preferences.strictly_somewhere(profile) for profile in game.profiles()}
    kept = [profile for profile, status in found.items() if status != "never"]
    open_ = sum(status == "undecided" for status in found.values())
    cells = []
    for k, own in enumerate(game.strategies):
        played = {each[k] for each in kept}
        cells.append("any" if len(played) == len(own) else " or ".join(own[j] for j in sorted(played)) or "none")
    return [f"{len(kept)} of {len(found)}" + (f", {open_} open" if open_ else ""), *cells]


def _size(task: Task) -> int:
    size = 1
    for own in task.game.strategies:
        size *= len(own)
    return size


def _held(task: Task, point: Point) -> list[str]:
    """Return the parameters that a point sets, by its name or by hand."""
    named = task.model.definition.points.get(point.name)
    given = list(named.values) if named is not None else []
    return [name for name in task.game.parameters if name in given or name in point.changed]


def _condition(region: Any, held: dict[str, Fraction]) -> str:
    """Return the condition of a region with the values that are held in it."""
    import sympy

    from detente.printing import plain as formula_text
    from detente.printing import relation_normal

    values = {symbol(name): sympy.Rational(value.numerator, value.denominator) for name, value in held.items()}
    parts = [relation_normal(each.sympy.xreplace(values)) for each in region.unsettled]
    left = [part for part in parts if part != sympy.true]
    return " and ".join(formula_text(part) for part in left) or "always"


def _matrix(task: Task) -> list[Table]:
    """Return the payoff matrix at each point, best responses marked."""
    from detente.solve.best_response import best_responses

    tables = []
    for point in task.points:
        game = task.game.at_point(point.values)
        if len(game.shape) != 2:
            raise UsageError(f"found {len(game.shape)} players; expected two for a matrix: fix the others in a variant")
        first, second = game.strategies
        rows = []
        for i, name in enumerate(first):
            cells = []
            for j in range(len(second)):
                marks = ["*" if own in best_responses(game, k, (i, j)) else "" for k, own in enumerate((i, j))]
                cells.append(", ".join(f"{short(game.payoff(k, (i, j)), 4)}{mark}" for k, mark in enumerate(marks)))
            rows.append((name, *cells))
        title = f"{task.model.name} at {point.name}: {game.players[0]} (rows) and {game.players[1]}"
        tables.append(Table(title, ("", *second), tuple(rows), ("* best response to the other",)))
    return tables


def _quantal(task: Task) -> list[Table]:
    """Return logit responses at the precisions asked for."""
    from detente.solve.quantal import quantal_response

    precisions: Sequence[Any] = task.question.precisions or PRECISIONS
    tables = []
    for point in task.points:
        game = task.game.at_point(point.values)
        found = [quantal_response(game, each) for each in precisions]
        rows = [
            (player, strategy, *(short(each.profile[player][strategy], 4) for each in found))
            for player in game.players
            for strategy in game.strategies[game.players.index(player)]
        ]
        rows.append(("largest regret", "", *(short(each.regret, 3) for each in found)))
        unit = task.model.payoff_model.unit or "payoff"
        note = f"Precision per unit of payoff ({unit}). Each is on the branch that starts where everybody plays at random."
        columns = ("player", "strategy", *(f"precision {short(each, 4)}" for each in precisions))
        tables.append(Table(f"logit equilibria at {point.name}", columns, tuple(rows), (note,)))
    return tables


def _window(task: Task) -> list[Table]:
    """Return where along a parameter all conditions hold at once: exact ends, at every point."""
    rows = []
    conditions: dict[str, Any] = {**task.conclusions(), **(task.formulas() if task.question.of else {})}
    if not conditions or not task.question.along:
        raise UsageError("a window needs conclusions under `of` and a parameter under `along`")
    for point in task.points:
        for along in task.question.along:
            pieces = _together(task, conditions, along, point)
            here = task.model.form
            now = all(here.holds(task.model, each, point.values) for each in conditions.values())
            rows.append((point.name, along, pieces, "yes" if now else "no"))
    names = ", ".join(conditions)
    note = f"All of these hold: {names}. A named formula holds where it is positive. Ends are exact; the other parameters are those of the point."
    return [Table("windows", ("point", "along", "all hold for", "hold at the point"), tuple(rows), (note,))]


def _together(task: Task, conditions: Any, along: str, point: Point) -> str:
    """Return in words the set of values of a parameter, in its interval, at which all conditions hold."""
    form, model = task.model.form, task.model
    found = [form.thresholds(model, task.kind, along, each, point.values, name) for name, each in conditions.items()]
    interval = task.values.parameters.get(along)
    low, high = task.question.ranges.get(along, (interval.low, interval.high) if interval is not None else (None, None))
    if low is None or high is None:
        raise UsageError(f"found {along!r}, which has no interval; give it one under `ranges`")
    changes = [{each.number: each for each in (*result.inside, *result.outside)} for result in found]
    between = [each for own in changes for each in own.values() if to_float(low) < to_float(each.at) < to_float(high)]
    marks = [low, *(each.at for each in sorted({each.number: each for each in between}.values(), key=_place)), high]
    holds_in = []
    single = []
    for a, b in pairwise(marks):
        values = {**point.values, along: Fraction((to_float(a) + to_float(b)) / 2)}
        own = [form.holds(model, each, values) for each in conditions.values()]
        single.append(own)
        holds_in.append(all(own))
    holds_at = []
    for k, mark in enumerate(marks):
        told = [
            _truth(own, mark, single[min(k, len(single) - 1)][condition]) for condition, own in enumerate(changes)
        ]
        holds_at.append(all(told))
    return _words(marks, holds_at, holds_in)


def _place(threshold: Threshold) -> float:
    return to_float(threshold.at)


def _truth(changes: dict[str, Threshold], mark: Any, around: bool) -> bool:
    """Return whether a condition holds at a value: what is told of its own thresholds, else what holds around it."""
    for each in changes.values():
        if each.at == mark:
            return each.at_point is True or (not isinstance(each.at_point, bool) and each.at_point == 1)
    return around


def _words(marks: Sequence[Any], holds_at: Sequence[bool], holds_in: Sequence[bool]) -> str:
    parts = []
    k = 0
    while k < len(marks):
        if k < len(holds_in) and holds_in[k]:
            start = k
            while k < len(holds_in) and holds_in[k] and (k == start or holds_at[k]):
                k += 1
            left = "[" if holds_at[start] else "("
            right = "]" if holds_at[k] else ")"
            parts.append(f"{left}{short(marks[start], 5)}, {short(marks[k], 5)}{right}")
            if holds_at[k] and not (k < len(holds_in) and holds_in[k]):
                k += 1
            continue
        if holds_at[k]:
            parts.append(f"{{{short(marks[k], 5)}}}")
        k += 1
    return " and ".join(parts) or "no value"


ANALYSES = {
    "limits": Analysis(
        _limits, "the equilibria at points that hold some parameters, and whatever the others are in their ranges", NORMAL
    ),
    "matrix": Analysis(_matrix, "the payoff matrix of two players at the points, best responses marked", NORMAL),
    "quantal": Analysis(_quantal, "logit equilibria at the points, at the `precisions` asked for", NORMAL),
    "window": Analysis(_window, "for which values of the parameters `along` all conditions `of` hold at once"),
}
