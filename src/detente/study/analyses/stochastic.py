"""Analyses of stochastic games: policies, paths, all equilibria, decisions against a partner of uncertain kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.numbers import plain, short, to_float
from detente.study.analyses import Analysis
from detente.study.analyses._solved import Solved, runs

if TYPE_CHECKING:
    from detente.study.analyses import Task
    from detente.study.forms._states import Dynamics

__all__ = ["ANALYSES"]

FORMS = ("stochastic",)


def _policy(task: Task) -> list[Table]:
    """Return the first equilibrium of every point, states with the same choices and answers together."""
    tables = []
    for solved in Solved.all(task):
        first = solved.found.equilibria[0]
        groups: dict[tuple[str, ...], list[Any]] = {}
        for state in solved.game.playing:
            groups.setdefault(tuple(first._told(player, state) for player in solved.game.players), []).append(state)  # noqa: SLF001 - its own table, grouped
        rows = tuple((runs(states), *told) for told, states in groups.items())
        starts = ", ".join(
            f"{player} {short(first.values[player][solved.game.start], 5)}" for player in solved.game.players
        )
        notes = [
            f"Path from {solved.game.start}: {first.path}.",
            f"Values at the start: {starts}.",
            solved.found.statement(),
        ]
        notes.append(_multiplicity(solved))
        tables.append(Table(f"policy at {solved.point.name}", ("states", *solved.game.players), rows, tuple(notes)))
    return tables


def _multiplicity(solved: Solved) -> str:
    found = solved.found
    if found.count == 1:
        return "It is the only one in pure strategies of the state."
    values = {tuple(tuple(own.items()) for own in each.values.values()) for each in found.equilibria}
    listed = "" if found.count == len(found.equilibria) else f" among the {len(found.equilibria)} listed"
    if len(values) == 1:
        return f"There are {found.count or 'several'}, all with the same values{listed}: they differ in choices between equally good actions."
    return f"There are {found.count or 'several'}, with {len(values)} different vectors of values{listed}."


def _paths(task: Task) -> list[Table]:
    """Return the outcome of every point side by side."""
    from detente.study.forms._states import path_outcome, reply_at_start

    dynamics: Dynamics = task.model.definition.data
    rows = []
    for solved in Solved.all(task):
        first = solved.found.equilibria[0]
        env = {**solved.point.values, **task.model.derived_values(solved.point.values)}
        outcome = path_outcome(dynamics, task.model.players, first.path, env)
        named = any(outcome == each.name for each in dynamics.outcomes)
        reply = reply_at_start(dynamics, solved.found.equilibria[0], solved.found.game.start)
        worth = (short(first.values[player][solved.game.start], 5) for player in solved.game.players)
        shown = [task.model.label(outcome) if named else "", str(first.path)]
        if dynamics.replies:
            shown.append("other" if reply is None else task.model.label(reply))
        rows.append((solved.point.name, *shown, *worth, str(solved.found.count or "?")))
    columns = ["point", "outcome", "path", *(["at the start"] if dynamics.replies else [])]
    columns += [f"value to {player}" for player in task.model.players]
    ends: dict[str, list[str]] = {}
    for name, outcome, *_ in rows:
        ends.setdefault(outcome or "other", []).append(name)
    alike = len(ends) == 1 and len(rows) > 1
    said = f"All points end alike: {next(iter(ends))}." if alike else "; ".join(f"{', '.join(own)}: {end}" for end, own in ends.items()) + "."
    return [Table("paths of the first equilibria", (*columns, "pure equilibria"), tuple(rows), (said,))]


def _lists(task: Task) -> list[Table]:
    """Return every equilibrium with its path and values at the start."""
    tables = []
    for solved in Solved.all(task):
        game = solved.game
        rows: dict[tuple[str, ...], int] = {}
        for each in solved.found.equilibria:
            row = (str(each.path), *(short(each.values[player][game.start], 5) for player in game.players))
            rows[row] = rows.get(row, 0) + 1
        listed = tuple((*row, str(count)) for row, count in rows.items())
        columns = ("path from the start", *(f"value to {player}" for player in game.players), "equilibria")
        tables.append(Table(f"all equilibria at {solved.point.name}", columns, listed, (solved.found.statement(),)))
    return tables


def _trust(task: Task) -> list[Table]:
    """Return for each player when an opportunist leaves, what starting is worth, and the least trust, at every point."""
    rows = []
    for point in task.points:
        found: Any = task.model.form.solve(task.model, point, task.kind)
        for player, each in found.decisions.items():
            date = "never" if each.leaves is None else f"year {each.leaves} (state {each.state})"
            rows.append(
                (
                    point.name, player, date, short(each.kept, 5), short(each.betrayed, 5),
                    "none" if each.least is None else short(each.least, 4), "yes" if each.starts else "no",
                )
            )  # fmt: skip
    columns = ("point", "player", "an opportunist leaves", "worth if kept", "worth if left", "least trust", "starts")
    note = "A decision of each player against a partner of uncertain kind, no equilibrium; not to start is worth 0."
    return [Table("decisions under trust", columns, tuple(rows), (note,))]


def _moves(task: Task) -> list[Table]:
    """Return for every parameter the nearest value at which an outcome is reached, or left, others held."""
    model = task.model
    form: Any = model.form
    reached = form.reached(model, task.kind)
    tables = []
    for point in task.points:
        for text in task.question.of:
            conclusion = model.form.conclusion(model.definition, text)
            kind, _, name = text.partition(":")
            holds = model.form.holds(model, conclusion, point.values)
            if holds:
                found = model.form.breaks(model, task.kind, name, point.values, together=())
            else:
                found = model.form.levers(model, task.kind, name, kind, point.values, together=())
            rows = []
            for each in found.singles:
                ((moved, to),) = each.change.items()
                now = each.present[moved]
                sign = "" if each.attained else ("> " if to_float(to) > to_float(now) else "< ")
                unit = "" if each.recommended else " (a unit, no policy)"
                rows.append((moved + unit, short(now, 4), sign + _number(to), short(each.cost, 3)))
            moved_names = {name for each in found.singles for name in each.change}
            free = [name for name, each in model.intervals.items() if each.low < each.high and name in reached]
            idle = [name for name in free if name not in moved_names]
            how = "Cost: the change over the width of the interval. > or <: just beyond the value."
            note = f"No value inside the interval does it for {', '.join(idle)}." if idle else ""
            best = next((each for each in found.singles if each.recommended), None)
            said = "No single change does it." if best is None else f"The cheapest single change moves {next(iter(best.change))}."
            title = f"single changes that {'end' if holds else 'bring about'} {text} at {point.name}"
            notes = tuple(each for each in (said, how, note) if each)
            tables.append(Table(title, ("parameter", "now", "to", "cost"), tuple(rows), notes))
    return tables


def _number(value: Any) -> str:
    text = plain(value)
    return text if len(text) <= 9 else short(value, 4)


ANALYSES = {
    "policy": Analysis(
        _policy, "the equilibrium of every state, with the path from the start and how many there are", FORMS
    ),
    "paths": Analysis(_paths, "how the path of every point ends, its values, and what is answered at the start", FORMS),
    "all_equilibria": Analysis(_lists, "every pure equilibrium with its path and values", FORMS),
    "moves": Analysis(
        _moves, "single changes of parameters that bring about each outcome `of`, or end it where it holds", FORMS
    ),
    "trust": Analysis(_trust, "decisions against a partner of uncertain kind: dates, values, least trust", FORMS),
}
