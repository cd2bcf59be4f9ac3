"""Analyses of how play moves: rest points and basins of the replicator dynamic, and what misperception does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.numbers import short
from detente.solve.dynamics.basins import basins
from detente.solve.dynamics.parametric_rest_points import parametric_rest_points
from detente.solve.dynamics.populations import readable
from detente.solve.dynamics.spiral import critical_biases
from detente.study.analyses import Analysis

if TYPE_CHECKING:
    from detente.study.analyses import Task

__all__ = ["ANALYSES"]

NORMAL = ("normal", "repeated")


def _evolution(task: Task) -> list[Table]:
    rows, notes = [], []
    for point in task.points:
        game = task.game.at_point(point.values)
        if len(game.players) != 2:
            raise UsageError(f"evolution is for two-player games; {task.model.definition.name} has {len(game.players)}")
        found = basins(game, count=2)
        share = {each.attractor: each for each in found.basins}
        for each in found.rest.points:
            if not each.equilibrium:
                continue
            led = share.get(each.state)
            error = "" if led is None or led.error < 1e-6 else f" +- {led.error:.0e}"
            rows.append(
                (point.name, found.setting.text(each.state), each.stability, short(led.share, 3) + error if led else "")
            )
        if not found.rest.complete:
            notes.append(f"{point.name}: infinitely many states rest, because of ties.")
    notes.append(
        "Equilibria that are rest points of the replicator dynamic of two populations; the basin is the share of all "
        "starts that leads there. Paths that start with everybody alike stay so, and rest outside equilibrium too."
    )
    return [Table("evolution", ("point", "equilibrium", "stability", "basin"), tuple(rows), tuple(notes))]


def _rest_points(task: Task) -> list[Table]:
    return [parametric_rest_points(task.game, 2).table()]


def _misperception(task: Task) -> list[Table]:
    from detente.printing import plain as formula_text

    symbolic = critical_biases(task.game)
    first = [own[0] for own in task.game.strategies]
    formulas = tuple((each.player, formula_text(each.hostile), formula_text(each.benign)) for each in symbolic)
    rows = tuple(
        (point.name, each.player, _bias(each.hostile), _bias(each.benign))
        for point in task.points
        for each in critical_biases(task.game.at_point(point.values))
    )
    meaning = (
        f"How often a player may take the other's {first[0]} for the alternative and still answer {first[0]} with its own "
        "first strategy (hostile), and the reverse for confrontation (benign). One side above its hostile value starts a "
        "spiral of best responses where mutual cooperation was an equilibrium."
    )
    where = "The formulas hold where each strategy is the best response to its like; values at points hold anywhere."
    return [
        Table("critical misperception in closed form", ("player", "hostile", "benign"), formulas, (meaning, where)),
        Table("critical misperception at the points", ("point", "player", "hostile", "benign"), rows),
    ]


def _bias(value: Any) -> str:
    return "none" if value is None else "any" if value == 1 else readable(value)


ANALYSES = {
    "evolution": Analysis(
        _evolution, "which equilibria attract play under the replicator dynamic, and from which share of starts", NORMAL
    ),
    "rest_points": Analysis(
        _rest_points, "the rest points of the replicator dynamic in closed form, with conditions (up to 3x3)", NORMAL
    ),
    "misperception": Analysis(
        _misperception, "how much misreading of the other's moves cooperation bears before it unravels (2x2)", NORMAL
    ),
}
