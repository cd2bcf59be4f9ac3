"""Analyses of the named formulas of a game: what they are, which terms cancel, where their signs change."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.conclusions.thresholds import state_text
from detente.display import Table
from detente.errors import UsageError
from detente.numbers import plain, short
from detente.solve.parametric.signs import possible_signs, witnessed_signs
from detente.study.analyses import Analysis
from detente.study.sums import sign_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.conclusions.thresholds import Threshold
    from detente.solve.parametric.signs import Range
    from detente.study.analyses import Task
    from detente.study.model import Point

__all__ = ["ANALYSES"]


#: Thresholds up to which each is told in words too.
_FEW = 6


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


def _contributions(task: Task) -> list[Table]:
    """Return what every term adds to named differences of payoffs: why one is larger than another."""
    table = task.model.table if task.kind == "strategic" else task.model.material_table
    formulas = task.formulas()
    asked = dict.fromkeys(node for parsed in formulas.values() for node in parsed.items)
    tables = []
    for point in task.points:
        found: dict[str, dict[str, Any]] = {}
        for name, parsed in formulas.items():
            terms = dict.fromkeys(
                term.name for node in asked if node in parsed.items for term in table.terms_at(node.keys[0][0], node.keys[1])
            )
            whole = task.values.evaluate(task.values.expression(parsed), point.values)
            own = {term: _alone(task, table, parsed, term, point.values) for term in terms}
            if sum(own.values()) != whole:
                raise UsageError(f"{name} is no sum of terms; contributions need payoffs added and subtracted")
            for term, value in own.items():
                if value:
                    found.setdefault(term, {})[name] = value
            found.setdefault("in total", {})[name] = whole
        found["in total"] = found.pop("in total")
        rows = [(term, *(short(own[name], 4) if name in own else "" for name in formulas)) for term, own in found.items()]
        heads = ("term", *formulas)
        notes = [f"{name}: {task.model.label(name)}." for name in formulas]
        tables.append(Table(f"what each term adds at {point.name}", heads, tuple(rows), tuple(notes)))
    return tables


def _alone(task: Task, table: Any, parsed: Any, term: str, values: Any) -> Any:
    """Return a formula of payoffs with one term in all of them and nothing else."""
    env = {**values, **task.model.derived_values(values)}

    def item(node: Any) -> Any:
        own = [each for each in table.terms_at(node.keys[0][0], node.keys[1]) if each.name == term]
        return sum((task.values.evaluate(table.expression(each), values) for each in own), Fraction(0))

    return parsed.evaluate(env, item)


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
        notes = ["Pairs without a row: the sign does not change along that parameter."]
        if len(rows) <= _FEW:
            notes += _in_words(task, point, rows)
        title = f"thresholds at {point.name}"
        tables.append(
            Table(
                title,
                ("sign of", "along", "at", "changes from", "in interval"),
                tuple(rows),
                tuple(notes),
            )
        )
    return tables


def _in_words(task: Task, point: Point, rows: Sequence[Sequence[str]]) -> list[str]:
    """Return for every formula that changes its sign once along a parameter where it is positive."""
    found = []
    for name, along, at, change, _ in rows:
        once = [each[:2] for each in rows].count((name, along)) == 1
        if once and change in {"- to +", "+ to -"}:
            side = "above" if change == "- to +" else "below"
            value = at.rpartition(" = ")[2]
            here = point.values.get(along)
            times = f", {short(_number(at) / here, 3)} times its value here" if here and _number(at) / here >= 2 else ""
            told = f"positive for {along} {side} {value}{times}"
            interval = task.model.intervals.get(along)
            if interval is not None and interval.low >= 0 > _number(at):  # where no value that makes sense is on the other side
                told = f"{'positive' if side == 'above' else 'not positive'} for every {along} from 0 on"
            found.append(f"{task.model.label(name)[:1].upper()}{task.model.label(name)[1:]}: {told}.")
    return found


def _number(text: str) -> Any:
    """Return the exact number in front of its decimals, or the decimals."""
    head = text.partition(" = ")[0]
    try:
        return Fraction(head)
    except ValueError:
        return float(text.rpartition(" = ")[2])


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
    "contributions": Analysis(
        _contributions, "what each payoff term adds to named differences of payoffs, at the points", ("normal", "repeated")
    ),
    "inert": Analysis(_inert, "the terms that enter no comparison of best responses", ("normal", "repeated")),
    "thresholds": Analysis(_thresholds, "the exact values of the parameters `along` at which a sign changes"),
    "signs": Analysis(_signs, "which signs the named formulas take over the whole box"),
}
