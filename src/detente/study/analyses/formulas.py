"""Analyses of the named formulas of a game: what they are, which terms cancel, where their signs change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions.thresholds import state_text
from detente.display import Table
from detente.numbers import plain, short
from detente.solve.parametric.signs import possible_signs, witnessed_signs
from detente.study.analyses import Analysis
from detente.study.sums import sign_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.conclusions.thresholds import Threshold
    from detente.solve.parametric.signs import Range
    from detente.study.analyses import Task

__all__ = ["ANALYSES"]


def _closed_form(task: Task) -> list[Table]:
    from detente.printing import plain as formula_text

    rows = []
    sentences = []
    for name, parsed in task.formulas().items():
        expression = task.values.expression(parsed)
        values = [task.values.evaluate(expression, point.values) for point in task.points]
        rows.append((name, formula_text(expression), *(short(value, 4) for value in values)))
        sentences.append(_sentence(task.model.label(name), [point.name for point in task.points], values))
    columns = ("name", "formula", *(point.name for point in task.points))
    return [Table("closed forms", columns, tuple(rows), tuple(sentences))]


def _sentence(label: str, points: Sequence[str], values: Sequence[Any]) -> str:
    """Return in words at which points a value is positive, zero or negative, behind what it means."""
    where: dict[str, list[str]] = {}
    for point, value in zip(points, values, strict=True):
        where.setdefault("positive" if value > 0 else "negative" if value < 0 else "zero", []).append(point)
    if len(where) == 1:
        (word,) = where
        said = f"{word} at {points[0]}" if len(points) == 1 else f"{word} at every point"
    else:
        said = "; ".join(f"{word} at {', '.join(own)}" for word, own in where.items())
    return f"{label[:1].upper()}{label[1:]}: {said}."


def _inert(task: Task) -> list[Table]:
    table = task.model.table if task.kind == "strategic" else task.model.material_table
    terms = {(term.player, term.name): term for term in table.terms}
    rows = []
    for player, names in table.inert.items():
        for name in names:
            term = terms[player, name]
            condition = (
                "in every cell"
                if not term.when
                else "where "
                + " or ".join(
                    " and ".join(f"{who} plays {' or '.join(what)}" for who, what in each.items()) for each in term.when
                )
            )
            rows.append((player, name, term.text, condition))
    note = (
        "An inert term adds the same to both sides of every comparison of best responses of its player: whatever "
        "its size, it changes no equilibrium, no player type and no discount factor set by deviations."
    )
    return [Table("inert terms", ("player", "term", "formula", "counts"), tuple(rows), (note,))]


def _thresholds(task: Task) -> list[Table]:
    tables = []
    for point in task.points:
        rows = []
        for name, parsed in (task.formulas() | task.conclusions()).items():
            for along in task.question.along:
                found = task.model.form.thresholds(task.model, task.kind, along, parsed, point.values, name)
                for each in (*found.inside, *found.outside):
                    inside = each in found.inside
                    rows.append(
                        (
                            name,
                            along,
                            f"{plain(each.at)} = {short(each.at, 4)}"
                            if plain(each.at) != short(each.at, 4)
                            else plain(each.at),
                            _change(each),
                            "yes" if inside else "no",
                        )
                    )
        title = f"thresholds at {point.name}"
        tables.append(
            Table(
                title,
                ("sign of", "along", "at", "changes from", "in interval"),
                tuple(rows),
                ("Pairs without a row: the sign does not change along that parameter.",),
            )
        )
    return tables


def _change(threshold: Threshold) -> str:
    """Return what changes at a threshold: ``- to +``, ``fails to holds``, ``touches 0``."""
    signs = {1: "+", 0: "0", -1: "-"}
    texts = [
        signs[state] if isinstance(state, int) and not isinstance(state, bool) else state_text(state)
        for state in (threshold.before, threshold.at_point, threshold.after)
    ]
    if texts[0] != texts[2]:
        return f"{texts[0]} to {texts[2]}"
    return "touches 0" if texts[1] == "0" else f"{texts[1]} at this value"


def _over(expanded: Any, box: Mapping[str, Range]) -> str:
    met = witnessed_signs(expanded, box)
    # Both signs were met: nothing is left to be excluded.
    return sign_words(met | {0} if {-1, 1} <= met else possible_signs(expanded, box), met)


def _signs(task: Task) -> list[Table]:
    box = {name: (interval.low, interval.high) for name, interval in task.values.parameters.items()}
    rows = []
    for name, parsed in task.formulas().items():
        expression = task.values.expression(parsed)
        values = [short(task.values.evaluate(expression, point.values), 4) for point in task.points]
        rows.append((name, task.model.label(name), _over(task.values.expand(expression), box), *values))
    return [
        Table(
            "signs over the whole box",
            ("name", "meaning", "over the box", *(point.name for point in task.points)),
            tuple(rows),
        )
    ]


ANALYSES = {
    "closed_form": Analysis(_closed_form, "the named formulas in symbols and their values at the points"),
    "inert": Analysis(_inert, "the terms that enter no comparison of best responses", ("normal", "repeated")),
    "thresholds": Analysis(_thresholds, "the exact values of the parameters `along` at which a sign changes"),
    "signs": Analysis(_signs, "which signs the named formulas take over the whole box"),
}
