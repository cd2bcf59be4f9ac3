"""The block on what follows at the named points: equilibria, types, sums, thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.numbers import short
from detente.reports import narrative
from detente.reports.box_results import read_condition
from detente.reports.elements import (
    Block,
    Column,
    Figure,
    Heading,
    Paragraph,
    Table,
)
from detente.reports.engine_tables import SHORT_LINES
from detente.reports.language import join
from detente.reports.typesetting import math, tex
from detente.solve.two_players.ordinal import ordinal_class, payoff_labels, risk_dominant, trust_threshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.blocks import Context
    from detente.study.model import GameModel

__all__ = ["along", "classes"]

#: Signs of an exact number up to which it is printed.
_LONG = 12


def classes(context: Context) -> list[Block]:
    """Equilibria, player types and thresholds at the named points."""
    blocks: list[Block] = [Heading(1, "What follows at the named points")]
    rows = []
    for name in context.points:
        game = context.games[name]
        found = ordinal_class(game) if context.two_by_two else None
        for index, each in enumerate(context.solved[name].equilibria):
            rows.append(
                (
                    context.label(name) if index == 0 else "",
                    narrative.class_words(context, found) if found and index == 0 else "",
                    narrative.equilibrium_words(context, each),
                    *(short(value, 3) for value in each.payoffs.values()),
                )
            )
        if not context.solved[name].equilibria:
            rows.append((context.label(name), "", "none in pure strategies", *("" for _ in game.players)))
    complete = all(each.complete for each in context.solved.values())
    blocks.append(
        Table(
            (
                Column("Point", width=1.4),
                Column("Class", width=1.8),
                Column("Equilibria", width=3.6),
                *(Column(player, align="decimal", width=1.1) for player in context.players),
            ),
            tuple(rows),
            "Equilibria at the named points" + (", complete and exact (regret 0)" if complete else "; more may exist"),
            context.anchor("equilibria"),
            shown=SHORT_LINES if context.short and len(rows) > SHORT_LINES + 2 else None,
        )
    )
    if context.two_by_two:
        blocks += [*_types(context), *_selection(context)]
    if context.are_sums_compared:
        blocks += _sums(context)
    blocks += _threshold_lines(context)
    return blocks


def _types(context: Context) -> list[Block]:
    """The player types with the conditions under which each obtains."""
    rows = []
    for each in context.found.types(context.game):
        parts = [math(context, read_condition(text)) for text in each["conditions"]]
        formula = tuple(span for part in parts for span in (part, ";  "))[:-1]
        rows.append((context.label(each["player"]), narrative.type_words(each["type"]), each["status"], formula))
    return [
        Heading(2, "Which game it is"),
        Paragraph(narrative.TYPES),
        Table(
            (
                Column("Player", width=1.1),
                Column("Type", width=1.3),
                Column("Over the box", width=1.3),
                Column("Exactly when", width=6),
            ),
            tuple(rows),
            "Player types and their conditions; a type that the box excludes is left out",
            context.anchor("types"),
        ),
    ]


def _selection(context: Context) -> list[Block]:
    rows = []
    for name, game in context.games.items():
        values = [payoff_labels(game.payoff, player) for player in (0, 1)]
        if not all(each["A"] < 0 < each["B"] for each in values):
            continue
        selected = risk_dominant(game)
        rows.append(
            (
                context.label(name),
                short(values[0]["A"] * values[1]["A"], 3),
                short(values[0]["B"] * values[1]["B"], 3),
                "neither" if selected is None else context.profile(game.profile_labels(selected)),
                *(short(trust_threshold(game, player), 3) for player in (0, 1)),
            )
        )
    if not rows:
        return []
    first, last = (context.profile([own[k] for own in context.model.symbolic.strategies]) for k in (0, 1))
    return [
        Heading(2, "Where both outcomes are equilibria"),
        Paragraph(narrative.SELECTION),
        Table(
            (
                Column("Point"),
                Column(f"Product at {first}", align="decimal"),
                Column(f"Product at {last}", align="decimal"),
                Column("Risk-dominant"),
                *(Column(f"Trust needed, {player}", align="decimal") for player in context.players),
            ),
            tuple(rows),
            "Risk dominance, and the trust that the first strategies need",
            context.anchor("trust"),
        ),
    ]


def _sums(context: Context) -> list[Block]:
    sums = context.found.sums(context.game)
    rows = tuple(
        (
            context.profile(row["profile"]),
            *row["values"],
            row["difference"].replace("positive", "larger").replace("negative", "smaller"),
        )
        for row in sums
    )
    return [
        Heading(2, "Material sums"),
        Paragraph(narrative.sums_sentence(context, sums)),
        Table(
            (
                Column("Outcome"),
                *(Column(context.label(name), align="decimal") for name in context.points),
                Column(f"Against {context.profile(sums[0]['profile'])}, over the box"),
            ),
            rows,
            "Material sums: both players' payoffs without relative gains, added up",
            context.anchor("sums"),
        ),
    ]


def along(model: GameModel) -> tuple[str, ...]:
    """Return the parameters that the questions of a game vary."""
    return tuple(dict.fromkeys(name for question in model.definition.questions for name in question.along))


def _edges(lang: str, found: Sequence[dict[str, Any]]) -> str:
    """Return the sentence on thresholds: exact where each is a number of few signs, else rounded and said to be."""
    if not found:
        return ""
    several = "s" if len(found) > 1 else ""
    if all(each["exact"] and len(each["text"]) <= _LONG for each in found):
        return f" Exact threshold{several}: {join(lang, [each['text'] for each in found], '')}."
    return f" Threshold{several}, proved to lie there and rounded: {join(lang, [short(each['at'], 3) for each in found], '')}."


def _threshold_lines(context: Context) -> list[Block]:
    from detente.reports.kept_pictures import drawn
    from detente.reports.number_line import Threshold, number_line
    from detente.reports.scale import Scale

    blocks: list[Block] = []
    still: list[str] = []
    for name in along(context.model):
        found = context.found.thresholds(context.game, name)
        low, high = found["interval"]
        if not low < high:
            continue
        inside = [each for each in found["inside"] if low < each["at"] < high]
        if context.short and not found["inside"]:  # a line of one piece shows nothing
            still.append(context.named(name))
            continue
        states = [found["state"], *(each["after"] for each in inside)]
        svg = drawn(
            context,
            number_line,
            Scale(
                context.label(name),
                float(short(low, 3)),
                float(short(high, 3)),
                unit=context.model.parameters[name].unit,
                symbol=tex(context, name),
            ),
            [Threshold(each["at"], short(each["at"], 3)) for each in inside],
            [narrative.state_words(context, state) for state in states],
            baseline=found["value"] if low <= found["value"] <= high else None,
            fills=[context.fill(tuple(state or ())) for state in states],
        )
        steps = "; ".join(f"{narrative.state_words(context, each['before'])} up to {each['text']}" for each in inside)
        closing = narrative.state_words(context, states[-1])
        alt = f"equilibria along {context.label(name)}: {steps + '; then ' if steps else ''}{closing}"
        blocks.append(
            Figure(
                svg,
                context.anchor(f"thresholds-{name.replace('_', '-')}"),
                f"Equilibria by {context.label(name)}, all else at the baseline.{_edges(context.lang, inside)}",
                alt,
            )
        )
    if still:
        blocks.append(Paragraph(context.say("The equilibria do not change along the whole range of: {names}.", names=context.join(still))))
    if blocks:
        blocks.insert(0, Heading(2, "Where the answer changes"))
        blocks.insert(1, Paragraph(narrative.THRESHOLDS))
    return blocks
