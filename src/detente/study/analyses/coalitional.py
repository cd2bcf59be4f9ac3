"""Analyses of coalitional games: which stage binds, who is paid in the core, what outside options leave."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.numbers import short
from detente.study.analyses import Analysis
from detente.study.forms.coalitional import outside_options

if TYPE_CHECKING:
    from detente.formula import Node
    from detente.study.analyses import Task

__all__ = ["ANALYSES"]


def _stages(task: Task) -> list[Table]:
    """Return what each part of a minimum rule is for all together; the least is what all are worth."""
    worth = task.model.definition.data
    root = worth.root
    scale = None
    if root.op in {"/", "*"} and root.args[0].op == "min" and root.args[1].op == "number":
        scale, root = root, root.args[0]
    if root.op != "min":
        raise UsageError(f'the worth of {task.model.name} is no minimum; stages need worth = "min(.., ..)"')
    players = task.model.payoff_model.players
    rows = []
    for point in task.points:
        env = {**point.values, **task.model.derived_values(point.values)}

        def item(node: Node, env: Any = env) -> Any:
            return sum((env[f"{node.keys[0][0]}_{each}"] for each in players), Fraction(0))

        values = [type(worth)(worth.text, part).evaluate(env, item) for part in root.args]
        if scale is not None:
            factor = scale.args[1].value
            values = [each / factor if scale.op == "/" else each * factor for each in values]
        least = min(values)
        names = [_name(part) for part in root.args]
        binding = ", ".join(name for name, each in zip(names, values, strict=True) if each == least)
        rows.append((point.name, *(short(each, 4) for each in values), binding, short(least, 4)))
    columns = ("point", *(_name(part) for part in root.args), "binding", "worth of all")
    return [Table("stages", columns, tuple(rows))]


def _name(node: Any) -> str:
    return next((each.keys[0][0] for each in node.walk() if each.op == "item"), "other")


def _payments(task: Task) -> list[Table]:
    """Return whether the core is empty, its least excess, and who can be paid in it."""
    from detente.solve.coalitional.core import core, least_core

    rows = []
    for point in task.points:
        game = task.model.form.at(task.model, point, task.kind)
        found = core(game)
        paid = (
            "nobody"
            if found.ranges is None
            else ", ".join(name for name, (_, high) in found.ranges.items() if high > 0)
        )
        kind = "empty" if found.empty else "one point" if found.single else "several"
        rows.append((point.name, kind, short(least_core(game).excess, 4), paid))
    note = (
        "Where coalitions are worth the minimum of sums of what members own at each stage, dividing the worth of all by the shares of a "
        "binding stage is in the core: a coalition gets its share of that stage, which is at least its own minimum. So the core of such a "
        "rule is never empty (compare Owen 1975 on linear production games); who owns the binding stage is paid."
    )
    return [Table("the core", ("point", "core", "least excess", "who can be paid"), tuple(rows), (note,))]


def _outside(task: Task) -> list[Table]:
    from detente.solve.coalitional.core import core, least_core
    from detente.solve.coalitional.outside_options import best_partition, exclusivity, with_outside_options

    tables = []
    asked = task.question.players or task.model.payoff_model.players
    rows, largest = [], []
    for point in task.points:
        game = task.model.form.at(task.model, point, task.kind)
        options = outside_options(task.model, point)
        free = with_outside_options(game, options)
        owed = with_outside_options(game, options, leave=False)
        best = best_partition(free)
        stays = [group for group in best.groups if len(group) > 1]
        alone = sum(options.values())
        words = "all go alone" if best.worth == alone else "; ".join("+".join(group) for group in stays)
        excess = least_core(owed).excess
        positive = {name: value for name, value in options.items() if value > 0}
        some = {name: positive[name] for name in asked if name in positive}
        degree = [exclusivity(game, each) if each else None for each in (some, positive)]
        rows.append(
            (
                point.name, short(game.worth[-1], 4), short(alone, 4), short(best.worth, 4), words, short(excess, 4),
                *("none" if each is None else short(each, 4) for each in degree),
            )
        )  # fmt: skip
        found = core(game)
        largest += [
            (point.name, name, short(options.get(name, Fraction(0)), 4), short(found.ranges[name][1], 4))
            for name in asked
            if found.ranges is not None
        ]
    columns = (
        "point", "exclusive club", "all with China", "best partition", "who stays together", "least excess owed options",
        "largest degree, asked", "largest degree, all",
    )  # fmt: skip
    degree_note = (
        "Degree of exclusivity: the largest share of their outside options that the named players, or all, are sure of in the core. A "
        "positive least excess means that no division of the club contents all coalitions and their options."
    )
    tables.append(Table("outside options", columns, tuple(rows), (degree_note,)))
    heads = ("point", "player", "outside option", "most in the core")
    note = "An outside option above the most that the core gives cannot be met within the club."
    tables.append(Table("options that the core can meet", heads, tuple(largest), (note,)))
    return tables


#: What ``ask`` may name.
ANALYSES: dict[str, Analysis] = {
    "stages": Analysis(_stages, "the parts of a minimum rule, and which of them binds", ("coalitional",)),
    "payments": Analysis(_payments, "whether the core is empty, and who can be paid in it", ("coalitional",)),
    "outside": Analysis(_outside, "what outside options leave of a coalition", ("coalitional",)),
}
