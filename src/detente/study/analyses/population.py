"""Analyses of games of many members: both ends, cascades, upsets, curves along a parameter, noise, stable clubs."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.numbers import plain, short, to_float
from detente.study.analyses import Analysis
from detente.study.forms._member_payoffs import member_payoffs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.conclusions.thresholds import Threshold
    from detente.games.population import PopulationGame
    from detente.study.analyses import Task
    from detente.study.model import Point

__all__ = ["ANALYSES", "all_highest_changes", "at_value"]

#: Points of a curve along a parameter.
_STEPS = 12
_PRECISIONS = (10.0, 50.0, 200.0)
#: Steps of the branch of logit equilibria that starts at random play.
_BRANCH = 40
#: Public shares at which clubs of capacity are looked at, from one part of so many to all.
_SHARES = 20


def _ends(task: Task) -> list[Table]:
    """All pure equilibria, and the rest points of best replies from both ends, at every point."""
    rows = []
    notes = []
    ranked = []
    for point in task.points:
        found = task.model.form.solve(task.model, point, task.kind)
        if found.complements and _ranked(found.equilibria.game):  # type: ignore[attr-defined]
            ranked.append(point.name)
        listed = found.equilibria.equilibria  # type: ignore[attr-defined]
        counts = "; ".join("/".join(map(str, each.counts.values())) for each in listed) or "none"
        ends = []
        for path in (found.low, found.high):  # type: ignore[attr-defined]
            end = "/".join(map(str, path.counts)) if path.cycle is None else f"cycle of {path.cycle}"
            ends.append(f"{end} ({path.rounds} rounds)")
        rows.append((point.name, counts, *ends, "yes" if found.complements else "no"))  # type: ignore[attr-defined]
        shown = [each for each in listed if not _sorted(each.example.values(), found.equilibria.game.actions)]  # type: ignore[attr-defined]
        several = sum(1 for each in listed if each.number > 1)
        if shown or several:
            notes.append(
                f"At {point.name} some equilibria are not ordered by rank, or several profiles share their counts."
            )
    actions = "/".join(task.model.definition.strategies[task.model.players[0]])
    columns = ("point", f"equilibria: {actions}", "from all lowest", "from all highest", "supermodular")
    closing = "All pure equilibria by counts: every vector of counts was decided exactly."
    if ranked:
        where = "every point" if len(ranked) == len(task.points) else ", ".join(ranked)
        notes.append(
            f"At {where} a step up gains less the higher the rank, and more the higher the others are: in no pure equilibrium does "
            "a member stand higher than one of lower rank."
        )
    return [Table("pure equilibria and simultaneous best replies", columns, tuple(rows), (closing, *notes))]


def _ranked(game: PopulationGame) -> bool:
    """Return whether every step up gains strictly less from member to member, whatever the others do.

    Differences that are affine in the counts are decided where all others choose the same; others are looked at count by count.
    """
    steps = range(len(game.actions) - 1)
    if game.by_count is not None:
        gains = [[rows[1][k + 1] - rows[0][k] for rows in game.by_count] for k in range(game.n)]
    else:
        gains = [
            [
                game.base[i][a + 1] - game.base[i][a] + (game.n - 1) * (game.slope[i][a + 1][b] - game.slope[i][a][b])
                + game.slope[i][a + 1][a + 1] - game.slope[i][a][a]
                for i in range(game.n)
            ]
            for a in steps
            for b in range(len(game.actions))
        ]
    return all(a > b for each in gains for a, b in pairwise(each))


def _sorted(profile: Any, actions: Sequence[str]) -> bool:
    """Return whether actions fall with rank: the least dependent align."""
    order = [actions.index(each) for each in profile]
    return order == sorted(order, reverse=True)


def _cascade(task: Task) -> list[Table]:
    tables = []
    for point in task.points:
        found = task.model.form.solve(task.model, point, task.kind)
        if found.cascade is None:  # type: ignore[attr-defined]
            raise UsageError(f"{task.model.name} holds nobody; a cascade needs a variant with held")
        table = found.tables()[-1]  # type: ignore[attr-defined]
        tables.append(Table(f"{table.title} at {point.name}", table.columns, table.rows, table.notes))
    return tables


def _upset(task: Task) -> list[Table]:
    """Return how few defectors, from either end of the order, move the greatest to the least equilibrium."""
    from detente.solve.population.best_reply import extreme_equilibria, smallest_upset

    rows = []
    for point in task.points:
        game = task.model.form.at(task.model, point, task.kind)
        low, high = extreme_equilibria(game)
        if low.last == high.last:
            rows.append((point.name, "one equilibrium", "", ""))
            continue
        first, last = game.members[0], game.members[-1]
        found = [smallest_upset(game, order, game.actions[0]) for order in (range(game.n), range(game.n - 1, -1, -1))]
        gap = f"{'/'.join(map(str, high.counts))} to {'/'.join(map(str, low.counts))}"
        first_end, last_end = (
            "none" if k is None else f"{k} from {end}" for k, end in zip(found, (first, last), strict=True)
        )
        rows.append((point.name, gap, first_end, last_end))
    columns = ("point", "from greatest to least", "taken from the first", "taken from the last")
    lowest = task.model.definition.strategies[task.model.players[0]][0]
    note = f"Members are held at {lowest} for good, one more at a time; the others answer."
    return [Table("the smallest group whose exit unravels the bloc", columns, tuple(rows), (note,))]


def _curve(task: Task) -> list[Table]:
    """Counts along a parameter, with the exact values at which all members take the highest action."""
    tables = []
    for point in task.points:
        tables += [_along(task, point, along) for along in task.question.along]
    return tables


def _along(task: Task, point: Point, along: str) -> Table:
    from detente.solve.population.best_reply import best_reply_path

    interval = task.model.intervals.get(along)
    if interval is None:
        raise UsageError(f"{along} is derived; a curve needs a parameter")
    asked = task.question.ranges.get(along, (interval.low, interval.high))
    low, high = asked
    rows = []
    for k in range(_STEPS + 1):
        value = low + (high - low) * Fraction(k, _STEPS)
        game = at_value(task, point, along, value)
        least = best_reply_path(game, game.actions[0], "lowest")
        greatest = best_reply_path(game, game.actions[-1], "highest")
        ends = ["/".join(map(str, path.counts)) + (" (cycle)" if path.cycle else "") for path in (least, greatest)]
        rows.append((short(value, 4), *ends))
    critical = _critical(task, point, along, low, high)
    actions = "/".join(task.model.definition.strategies[task.model.players[0]])
    return Table(
        f"along {along} at {point.name}",
        (along, f"from all lowest: {actions}", "from all highest"),
        tuple(rows),
        (critical,),
    )


def at_value(task: Task, point: Point, along: str, value: Fraction) -> PopulationGame:
    """Return the game at a point with another value of a parameter."""
    values = {**point.values, along: value}
    return member_payoffs(task.model, {**values, **task.model.derived_values(values)}, task.kind == "material")


def all_highest_changes(task: Task, point: Point, along: str, low: Any, high: Any) -> list[Threshold]:
    """Return where along a parameter all at the highest action begins or ends to be an equilibrium, by exact roots."""
    from detente.conclusions.thresholds import follow

    gains = _all_highest(task)
    found = follow(
        task.game.box,
        along,
        gains,
        lambda sign: all(sign(each) <= 0 for each in gains),
        {name: value for name, value in point.values.items() if name != along},
    )
    steps = sorted((*found.inside, *found.outside), key=lambda each: to_float(each.at))
    return [each for each in steps if to_float(low) <= to_float(each.at) <= to_float(high)]


def _critical(task: Task, point: Point, along: str, low: Any, high: Any) -> str:
    """Return the same in words."""
    top = task.model.definition.strategies[task.model.players[0]][-1]
    shown = all_highest_changes(task, point, along, low, high)
    if not shown:
        gains = _all_highest(task)
        holds = all(task.game.evaluate(each, {**point.values, along: (low + high) / 2}) <= 0 for each in gains)
        return f"All at {top} is an equilibrium {'throughout' if holds else 'nowhere along it'}."
    words = "; ".join(
        f"{'begins' if each.after else 'ends'} at {plain(each.at)} = {short(each.at, 4)}" for each in shown
    )
    return f"All at {top} as an equilibrium {words}."


def _all_highest(task: Task) -> list[Any]:
    """Return the gains of all members from all other actions when all are at the highest, as expressions."""
    from detente.study.forms._member_advice import member_gains

    top = task.model.definition.strategies[task.model.players[0]][-1]
    return member_gains(task.model, task.kind, (top,) * len(task.model.players), {})


def _logit(task: Task) -> list[Table]:
    from detente.solve.population.logit import logit_equilibrium

    tables = []
    for point in task.points:
        game = task.model.form.at(task.model, point, task.kind)
        top, bottom = game.actions[-1], game.actions[0]
        marks = (max(2, round(game.n / 5)), (game.n + 1) // 2)
        rows = []
        for precision in _PRECISIONS:
            for start in (bottom, top):
                one = logit_equilibrium(game, precision, start)
                expected = [short(each, 4) for each in one.expected.values()]
                tails = [short(one.at_least(mark, top), 3) for mark in marks]
                rows.append((short(precision, 3), start, *expected, *tails, short(one.at_least(2, bottom), 3)))
        columns = (
            "precision", "from all", *game.actions, *(f"P(at least {mark} {top})" for mark in marks),
            f"P(at least 2 {bottom})",
        )  # fmt: skip
        note = "Expected counts, and exact Poisson-binomial probabilities. Precision is per unit of payoff."
        tables.append(Table(f"logit equilibria at {point.name}", columns, tuple(rows), (note, _selected(task, point, game))))
    return tables


def _selected(task: Task, point: Point, game: PopulationGame) -> str:
    """Return in words where the branch of logit equilibria leads that starts with everybody playing at random."""
    from detente.solve.population.logit import logit_path

    most = _PRECISIONS[-1]
    end = logit_path(game, [most * k / _BRANCH for k in range(1, _BRANCH + 1)])[-1]
    counts = "/".join(short(each, 4) for each in end.expected.values())
    found = task.model.form.solve(task.model, point, task.kind).equilibria.equilibria  # type: ignore[attr-defined]
    near = min(found, key=lambda each: sum(abs(a - b) for a, b in zip(each.counts.values(), end.expected.values(), strict=True)), default=None)
    words = f"The branch that starts where everybody plays at random leads to {counts} at precision {short(most, 3)}"
    if len(found) < 2 or near is None:
        return f"{words}; there is {'one pure equilibrium' if found else 'no pure equilibrium'}."
    chosen = "/".join(map(str, near.counts.values()))
    return f"{words}: of the {len(found)} pure equilibria noise selects {chosen}."


def _sizes(task: Task) -> list[Table]:
    """Return the largest internally stable club along the public share, and the share up to which sizes are stable."""
    from detente.solve.population.membership import capacity_club_sizes

    tables = []
    for point in task.points[:1]:
        found = task.model.form.at(task.model, point, task.kind)
        rows = []
        for k in range(1, _SHARES + 1):
            sizes = capacity_club_sizes(found.countries, Fraction(k, _SHARES))
            rows.append((plain(Fraction(k, _SHARES)), str(max(sizes.internal)), ", ".join(map(str, sizes.stable)) or "none"))
        columns = ("public share", f"largest internally stable of {found.countries}", "stable in both ways")
        tables += [Table("clubs of capacity along the public share", columns, tuple(rows)), found.table()]
    return tables


def _stable(task: Task) -> list[Table]:
    from detente.solve.population.membership import stable_sizes

    rows = []
    for point in task.points:
        game = task.model.form.at(task.model, point, task.kind)
        found = stable_sizes(game)
        rows.append((point.name, _ranges(found.internal), _ranges(found.external), _ranges(found.stable)))
    note = (
        "The first k members are inside. Internal: nobody inside gains by leaving; external: nobody outside gains by "
        "joining."
    )
    return [Table("stable sizes of the club", ("point", "internally", "externally", "stable"), tuple(rows), (note,))]


def _ranges(sizes: Sequence[int]) -> str:
    """Return sizes as ranges: ``0-3, 7``."""
    spans: list[list[int]] = []
    for each in sizes:
        if spans and each == spans[-1][1] + 1:
            spans[-1][1] = each
        else:
            spans.append([each, each])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans) or "none"


#: What ``ask`` may name.
ANALYSES: dict[str, Analysis] = {
    "both_ends": Analysis(_ends, "all pure equilibria by counts, and best replies from both ends", ("population",)),
    "cascade": Analysis(_cascade, "who follows the members that are held, wave by wave", ("population",)),
    "upset": Analysis(
        _upset, "the smallest group whose exit moves the greatest to the least equilibrium", ("population",)
    ),
    "curve": Analysis(
        _curve, "counts along parameters, and exactly where all take the highest action", ("population",)
    ),
    "logit": Analysis(_logit, "logit equilibria from both ends, with probabilities of counts", ("population",)),
    "club_sizes": Analysis(_sizes, "stable sizes of a club of capacity along its public share", ("club",)),
    "stable_sizes": Analysis(_stable, "sizes at which a club with two actions is stable", ("population",)),
}
