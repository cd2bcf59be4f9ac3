"""Analyses of the equilibria of a normal form: which they are, where they exist, which one is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.display import Table
from detente.numbers import short
from detente.solve.equilibria import equilibria
from detente.solve.parametric.type_conditions import type_conditions
from detente.solve.two_players.ordinal import ordinal_class, payoff_labels, risk_dominant, trust_threshold
from detente.study.analyses import Analysis
from detente.study.sums import material_sums
from detente.study.words import FEW, equilibrium_words, profile_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.study.analyses import Task

__all__ = ["ANALYSES"]

NORMAL = ("normal", "repeated")


def _equilibria(task: Task) -> list[Table]:
    rows = []
    complete = True
    missing = ""
    players = task.model.players
    for point in task.points:
        found = equilibria(task.game.at_point(point.values))
        complete = complete and found.complete
        missing = found.missing or missing
        for each in found.equilibria:
            payoffs = ", ".join(short(value, 4) for value in each.payoffs.values())
            rows.append((point.name, equilibrium_words(found.game, each), payoffs, "pure" if each.pure else "mixed"))
    note = "These are all equilibria; regret exactly 0."
    if not complete:
        note = f"More equilibria may exist: {missing}." if missing else "More equilibria may exist."
    return [
        Table(
            "equilibria",
            ("point", "equilibrium", f"payoffs ({', '.join(players) if len(players) <= FEW else 'in order'})", "kind"),
            tuple(rows),
            (note,),
        )
    ]


def _classes(task: Task) -> list[Table]:
    rows = []
    for point in task.points:
        found = ordinal_class(task.game.at_point(point.values))
        rows.append((point.name, found.name, *found.types.values(), *found.order.values()))
    heads = (
        *(f"type of {player}" for player in task.model.players),
        *(f"order of {player}" for player in task.model.players),
    )
    return [Table("player types", ("point", "class", *heads), tuple(rows)), _type_conditions(task)]


def _type_conditions(task: Task) -> Table:
    from detente.printing import plain as formula_text
    from detente.printing import relation_normal

    rows = tuple(
        (
            each.player,
            each.type,
            each.status,
            " and ".join(formula_text(relation_normal(part)) for part in each.comparisons),
        )
        for each in type_conditions(task.game)
    )
    note = "A game has the class of a shared type (stag_hunt for assurance) where both players' conditions hold."
    return Table("player types over the box", ("player", "type", "status", "exactly when"), rows, (note,))


def _sums(task: Task) -> list[Table]:
    """Material sums per cell, and whether each falls short of the first cell by construction."""
    sums = material_sums(task.model, task.points)
    lead = ",".join(sums.rows[0].profile)
    if sums.built_in:
        note = (
            f"Every other cell has a smaller material sum than ({lead}) at every point of the box: the claim is true "
            "by construction, from the signs and ranges of the parameters alone. A larger sum does not make the cell an "
            "equilibrium: that depends on each player's own deviation."
        )
    else:
        note = (
            f"Not every cell has a smaller material sum than ({lead}) throughout the box. "
            "Sums do not decide equilibria."
        )
    rows = tuple(
        (",".join(row.profile), *(short(value, 4) for value in row.values), row.difference) for row in sums.rows
    )
    columns = ("cell", *(point.name for point in task.points), f"difference to ({lead}) over the box")
    return [Table("material sums", columns, rows, (note,))]


def _conditions(task: Task) -> list[Table]:
    """Return the whole atlas, or when the profiles exist that ``of`` names as ``equilibrium:PROFILE``."""
    model = task.model
    profiles = [each for each in task.conclusions().values() if getattr(each, "kind", "") == "equilibrium"]
    if profiles and hasattr(task.game, "strategies"):
        return _chosen_profiles(task, [each.profiles[0] for each in profiles])  # type: ignore[union-attr]
    return [model.form.atlas(model, task.kind, None, task.points[0].values).table()]


def _chosen_profiles(task: Task, profiles: Sequence[tuple[int, ...]]) -> list[Table]:
    """Return whether each profile is an equilibrium somewhere, at which points, and the comparisons that decide."""
    from detente.printing import plain as formula_text
    from detente.solve.parametric.preferences import Preferences
    from detente.solve.pure import pure_profiles

    preferences = Preferences(task.game)
    numeric = task.game.at_point(task.points[0].values)
    here = [pure_profiles(task.game.at_point(point.values)) for point in task.points]
    names = tuple(point.name for point in task.points)
    rows, tables = [], []
    notes: dict[str, None] = {}
    for profile in profiles:
        found = preferences.equilibrium(profile)
        label = profile_words(numeric, profile)
        rows.append((label, found.status, *("yes" if profile in own else "no" for own in here)))
        if found.status == "never":
            notes["Never: proved for the whole box."] = None
        if found.status == "undecided":
            notes["Undecided: neither a point where it is an equilibrium is known, nor a proof that there is none."] = None
        lines = []
        for gain in found.gains:
            values = (short(task.game.evaluate(gain.expression, point.values), 4) for point in task.points)
            if gain.needed:
                lines.append((gain.over, formula_text(gain.expression), *values))
        left = len(found.gains) - len(lines)
        said = "It is an equilibrium exactly where no deviation gains: where none of these is negative."
        more = f" {left} more comparisons follow from the box and from these." if left else ""
        tables.append(Table(f"what deviations lose: {label}", ("deviation", "loss", *names), tuple(lines), (said + more,)))
    return [Table("when profiles are equilibria", ("equilibrium", "exists", *names), tuple(rows), tuple(notes)), *tables]


def _risk_dominance(task: Task) -> list[Table]:
    rows = []
    for point in task.points:
        game = task.game.at_point(point.values)
        selected = risk_dominant(game)
        losses = [payoff_labels(game.payoff, player) for player in (0, 1)]
        both = all(each["A"] < 0 < each["B"] for each in losses)
        if not both:
            rows.append((point.name, "no", "", "", "", *("" for _ in game.players)))
            continue
        at_first = losses[0]["A"] * losses[1]["A"]
        at_second = losses[0]["B"] * losses[1]["B"]
        name = "neither" if selected is None else ",".join(game.profile_labels(selected))
        trust = [trust_threshold(game, player) for player in game.players]
        rows.append(
            (point.name, "yes", short(at_first, 3), short(at_second, 3), name, *(short(each, 3) for each in trust))
        )
    heads = tuple(f"trust needed by {player}" for player in task.model.players)
    notes = (
        (
            "Products of deviation losses (Harsanyi and Selten 1988): the equilibrium with the larger one "
            "risk-dominates. Trust needed: the least probability of the other's first strategy that makes one's own first a "
            "best reply."
        ),
    )
    first, last = (",".join(own[k] for own in task.game.strategies) for k in (0, 1))
    columns = ("point", "both equilibria", f"product at {first}", f"at {last}", "risk-dominant", *heads)
    return [Table("risk dominance and trust", columns, tuple(rows), notes)]


ANALYSES = {
    "equilibria": Analysis(_equilibria, "all equilibria at the points", NORMAL),
    "classes": Analysis(_classes, "the type of each player and the class of the 2x2 game", NORMAL),
    "sums": Analysis(
        _sums, "the sum of the material payoffs of every cell, and whether the first is the largest over the box", NORMAL
    ),
    "conditions": Analysis(_conditions, "the equilibria in closed form and exactly when each exists"),
    "risk_dominance": Analysis(
        _risk_dominance,
        "which of two strict equilibria risk-dominates, and the trust that cooperation needs (2x2)",
        NORMAL,
    ),
}
