"""Solutions at the named points in few words: paths and how many equilibria there are, where the whole tables stand beside the report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detente.reports.elements import Column, Table
from detente.reports.engine_tables import Labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.blocks import Context

__all__ = ["solution_summary"]

_PATH = "Path from the start: "
_FOUND = re.compile(r"(\d+) (?:found|listed of (\d+)) by backward induction\b.*")


def solution_summary(context: Context, labels: Labels, solved: Sequence[dict[str, Any]]) -> Table | None:
    """Return a table with a line for each named point, None where the solutions are no paths found by backward induction."""
    rows = []
    every = True
    for found in solved:
        if found["refused"] or found["table"] is None:
            return None
        table = found["table"]
        counts = [match for match in map(_FOUND.fullmatch, table["notes"]) if match]
        paths = _paths(table)
        if len(counts) != 1 or not paths:
            return None
        every = every and bool(found["complete"])
        point = context.say("baseline") if found["point"] == "baseline" else context.label(found["point"])
        shown = context.say("; or ").join(dict.fromkeys(labels.text(path) for path in paths))
        rows.append((point, shown, counts[0][2] or counts[0][1]))
    if not rows:
        return None
    return Table(
        (
            Column(context.say("Point"), width=2),
            Column(context.say("Path"), width=4.4),
            Column(context.say("Pure equilibria"), align="right", width=1),
        ),
        tuple(rows),
        context.say("How the game is played at the named points"),
        context.anchor("solution-paths"),
        note=context.say(
            "Found by backward induction in exact arithmetic; these are all."
            if every and context.model.definition.form == "extensive"
            else "Found by backward induction in exact arithmetic; mixed equilibria are not looked for."
        ),
    )  # fmt: skip


def _paths(table: dict[str, Any]) -> list[str]:
    """Return the paths of a solution: of each equilibrium of a tree, of the first one of a game with states."""
    if "path" in table["columns"]:
        place = table["columns"].index("path")
        return [row[place] for row in table["rows"]]
    return [note.removeprefix(_PATH).rstrip(".") for note in table["notes"] if note.startswith(_PATH)]
