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
    from detente.games.coalitional import CoalitionalGame
    from detente.study.analyses import Task
    from detente.study.model import Point

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
    divided = []
    for point in task.points:
        game = task.model.form.at(task.model, point, task.kind)
        found = core(game)
        divided.append(_divided(task, point, game))
        paid = (
            "nobody"
            if found.ranges is None
            else ", ".join(name for name, (_, high) in found.ranges.items() if high > 0)
        )
        kind = "empty" if found.empty else "one point" if found.single else "several"
        rows.append((point.name, kind, short(least_core(game).excess, 4), paid, divided[-1]))
    if not _minimum(task):
        note = (
            "Where the worth is a concave function of degree one of what coalitions own, such as stages that substitute with an exponent "
            "of at most 1, the game is a market and its core is never empty (Shapley and Shubik 1969): paying every player what it owns "
            "at its marginal product divides everything, and no coalition gets less than it is worth. Those with the scarcer stages are paid more."
        )
        columns = ("point", "core", "least excess", "who can be paid", "division by marginal products")
        return [Table("the core", columns, tuple(rows), (note,) if all(each == "inside" for each in divided) else ())]
    note = (
        "Where coalitions are worth the minimum of sums of what members own at each stage, dividing the worth of all by the shares of a "
        "binding stage is in the core: a coalition gets its share of that stage, which is at least its own minimum. So the core of such a "
        "rule is never empty (compare Owen 1975 on linear production games); who owns the binding stage is paid."
    )
    columns = ("point", "core", "least excess", "who can be paid", "division by the binding stage")
    return [Table("the core", columns, tuple(rows), (note,))]


def _minimum(task: Task) -> bool:
    """Return whether the worth is a minimum, perhaps over or times a number."""
    root = task.model.definition.data.root
    return bool(root.op == "min" or (root.op in {"/", "*"} and root.args[0].op == "min"))


def _divided(task: Task, point: Point, game: CoalitionalGame) -> str:
    """Return whether paying marginal products, at the side where the worth is the binding stage alone, is in the core."""
    import sympy

    players, worth = game.players, task.model.definition.data
    env = {**point.values, **task.model.derived_values(point.values)}
    totals: dict[str, Any] = {}

    def item(node: Node) -> Any:
        return totals.setdefault(node.keys[0][0], sympy.Symbol(f"total_{node.keys[0][0]}", positive=True))

    names = {name: sympy.Rational(value) if isinstance(value, Fraction) else value for name, value in env.items()}
    formula = worth.to_sympy(names, item)
    whole = {each: sympy.Rational(sum(env[f"{name}_{one}"] for one in players)) for name, each in totals.items()}
    for each in formula.atoms(sympy.Min):
        least = min(each.args, key=lambda part: part.subs(whole))
        formula = formula.subs(each, least)
    formula = formula.subs({}) if not formula.has(sympy.Piecewise) else sympy.piecewise_fold(formula).args[-1][0]
    prices = {name: formula.diff(each).subs(whole) for name, each in totals.items()}
    exact = all(each.is_Rational for each in prices.values())
    paid = []
    for one in players:
        own = sum(price * sympy.Rational(env[f"{name}_{one}"]) for name, price in prices.items())
        paid.append(Fraction(int(own.p), int(own.q)) if exact else Fraction(float(own)))
    slack = Fraction(0) if exact else abs(game.worth[-1]) / 10**9
    inside = abs(sum(paid) - game.worth[-1]) <= slack and max(game.excess(paid)) <= slack
    return "inside" if inside else "outside"


def _outside(task: Task) -> list[Table]:
    from detente.solve.coalitional.core import core, least_core
    from detente.solve.coalitional.outside_options import best_partition, exclusivity, with_outside_options

    tables = []
    asked = task.question.players or task.model.payoff_model.players
    rows, largest = [], []
    for point in task.points:
        game = task.model.form.at(task.model, point, task.kind)
        options = outside_options(task.model, point)
        owed = with_outside_options(game, options, leave=False)
        # a player that stands alone takes the better of its own worth and its outside option; no group lets members go
        alone_worth = list(game.worth)
        for k, name in enumerate(game.players):
            alone_worth[1 << k] = max(alone_worth[1 << k], options.get(name, Fraction(0)))
        best = best_partition(game.replaced(alone_worth))
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
    alone_note = "In the best partition whoever is in no group goes alone."
    tables.append(Table("outside options", columns, tuple(rows), (degree_note, alone_note)))
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
