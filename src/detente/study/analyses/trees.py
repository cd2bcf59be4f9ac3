"""Analyses of trees: how they are played at the points, what is best for whom, beliefs where players have types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.numbers import plain, short
from detente.study.analyses import Analysis
from detente.study.forms.extensive import Extensive

if TYPE_CHECKING:
    from detente.solve.parametric.signaling_result import SignalingRegion
    from detente.solve.trees.tree_result import TreeEquilibrium, TreeResult
    from detente.study.analyses import Task

__all__ = ["ANALYSES"]

TREES = ("extensive",)
#: Columns that stand side by side on a terminal.
_WIDE = 5


def _solved(task: Task, concept: str | None = None) -> list[tuple[str, Any]]:
    model = task.model
    form = model.form
    assert isinstance(form, Extensive)
    return [(point.name, form.solve(model, point, task.kind, concept)) for point in task.points]


def _outcomes(task: Task) -> list[Table]:
    solved = _solved(task)
    formulas = task.formulas() if task.question.of else {}
    every = [list(dict.fromkeys(each.path_text() for each in found.equilibria)) for _, found in solved]
    several = any(len(paths) > 1 for paths in every)
    rows = []
    for (name, found), point, paths in zip(solved, task.points, every, strict=True):
        payoffs = (short(value, 4) for value in found.equilibria[0].payoffs.values())
        signs = (_sign(task.values.evaluate(task.values.expression(each), point.values)) for each in formulas.values())
        rows.append((name, paths[0], *payoffs, *signs, *(("; ".join(paths[1:]),) if several else ())))
    columns = (
        "point",
        "path",
        *(f"payoff of {player}" for player in task.model.players),
        *formulas,
        *(("tied with",) if several else ()),
    )
    exact = all(found.arithmetic == "exact" for _, found in solved)
    notes = ["Regret exactly 0 at every move." if exact else "Regret 0 up to rounding."]
    if several:
        notes.append("The path shown takes the first of equally good actions at every move.")
    if not all(found.complete or found.outcomes is not None for _, found in solved):
        notes.append("More equilibria may exist.")
    return [Table("how the game is played", columns, tuple(rows), tuple(notes)), _plans(solved)]


def _sign(value: Any) -> str:
    return "+" if value > 0 else "-" if value < 0 else "0"


def _plans(solved: list[tuple[str, TreeResult]]) -> Table:
    """Return what is planned at every set with a choice, on the path and off it, one column a point."""
    first = solved[0][1].game
    rows = []
    for each in first.information_sets:
        if len(each.actions) == 1:
            continue
        player = first.players[each.player]
        planned = [_planned(found.equilibria[0], player, each.label) for _, found in solved]
        rows.append((player, each.label, *planned))
    names = tuple(name for name, _ in solved)
    title = "plans, on the path and off it"
    if len(names) > _WIDE and len(rows) <= _WIDE:  # many points, few sets: one line a point
        heads = tuple(label if label == player else f"{player} at {label}" for player, label, *_ in rows)
        return Table(title, ("point", *heads), tuple(zip(names, *(row[2:] for row in rows), strict=True)))
    return Table(title, ("player", "at", *names), tuple(rows))


def _planned(equilibrium: TreeEquilibrium, player: str, label: str) -> str:
    actions = equilibrium.profile[player].get(label)
    if actions is None:  # a type that cannot be at this point
        return ""
    played = [(action, weight) for action, weight in actions.items() if weight != 0]
    return played[0][0] if len(played) == 1 else ", ".join(f"{action} {plain(weight)}" for action, weight in played)


def _assessments(task: Task) -> list[Table]:
    tables = []
    for point, (_, found) in zip(task.points, _solved(task, "sequential"), strict=True):
        rows = []
        for number, each in enumerate(found.equilibria):
            strategies = "; ".join(
                f"{label}: {_planned(each, player, label)}"
                + _range_text(each.strategy_ranges.get(player, {}).get(label, {}))
                for player, sets in each.profile.items()
                for label, actions in sets.items()
                if len(actions) > 1
            )
            payoffs = ", ".join(short(value, 4) for value in each.payoffs.values())
            rows.append((str(number), strategies, each.belief_text(), payoffs))
        columns = ("#", "strategies", "beliefs", f"payoffs ({', '.join(task.model.players)})")
        tables.append(Table(f"sequential equilibria at {point.name}", columns, tuple(rows), (found.statement(), *found.notes)))
    return tables


def _range_text(ranges: Any) -> str:
    parts = [f"{action} from {plain(low)} to {plain(high)}" for action, (low, high) in ranges.items()]
    return f" ({', '.join(parts)})" if parts else ""


def _signals(task: Task) -> list[Table]:
    from detente.printing import plain as formula_text
    from detente.solve.parametric.signaling import signaling

    found = signaling(task.game)
    shown = found.table()
    rows = [(str(number), *row) for number, row in enumerate(shown.rows)]
    mixing = [
        (str(number), label, action, formula_text(weight))
        for number, each in enumerate(found.signals)
        for label, action, weight in _mixtures(each)
    ]
    at = [
        (
            point.name,
            str(number),
            each.kind,
            ", ".join(
                f"{label}: {action} {short(found.game.evaluate(weight, point.values), 4)}"
                for label, action, weight in _mixtures(each)
            ),
            "yes" if each.survives(point.values) else "no",
        )
        for point in task.points
        for number, each in enumerate(found.signals)
        if each.holds_at(point.values)
    ]
    tables = [Table(shown.title, ("#", *shown.columns), tuple(rows), (f"Not listed: {found.missing}.",))]
    if mixing:
        tables.append(Table("mixing probabilities", ("#", "at", "of", "probability"), tuple(mixing)))
    note = "The intuitive criterion (Cho and Kreps 1987) asks who could gain by a message that is not sent."
    columns = ("point", "#", "kind", "mixing", "intuitive criterion")
    return [*tables, Table("at the points", columns, tuple(at), (note,))]


def _mixtures(region: SignalingRegion) -> list[tuple[str, str, Any]]:
    """Return the sets at which a player mixes, with the first of the two actions and its probability."""
    found = []
    for sets in region.profile.values():
        for label, actions in sets.items():
            played = [(action, weight) for action, weight in actions.items() if weight != 0]
            if len(played) > 1:
                found.append((label, *played[0]))
    return found


def _best_value(task: Task) -> list[Table]:
    if not task.question.along:
        raise UsageError("best_value needs `along` in the question")
    along = task.question.along[0]
    return [_best_for(task, along, player) for player in task.question.players or task.model.players]


def _best_for(task: Task, along: str, player: str) -> Table:
    from detente.conclusions.tree_optimum import best_value

    rows = []
    for point in task.points:
        found = best_value(task.game, along, player, point.values)
        now = task.game.formulas.point(point.values)[along]
        attained = "yes" if found.attained else "no: next to it"
        payoff = short(found.payoff, 4)
        rows.append((point.name, short(now, 4), _both(found.value), payoff, found.outcome, attained))
    columns = ("point", f"{along} now", "best", f"payoff of {player}", "path there", "attained")
    note = f"Over the interval of {along}, all others at the point; of equally good actions the first is taken."
    return Table(f"the {along} that is best for {player}", columns, tuple(rows), (note,))


def _both(value: Any) -> str:
    return plain(value) if plain(value) == short(value, 4) else f"{plain(value)} = {short(value, 4)}"


ANALYSES = {
    "outcomes": Analysis(_outcomes, "how a tree is played at the points, with the plans off the path", TREES),
    "assessments": Analysis(_assessments, "the sequential equilibria of a tree at the points, with beliefs", TREES),
    "signals": Analysis(
        _signals, "separating, pooling and semi-separating equilibria of a signaling game, exactly when", TREES
    ),
    "best_value": Analysis(_best_value, "the value of the first parameter `along` that is best for each of `players`", TREES),
}
