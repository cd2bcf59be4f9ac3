"""Blocks on what flips: between two named points of a game, and between two versions of a study."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detente.fields import label_of
from detente.reports.claim_words import test_rows
from detente.reports.elements import Block, Column, Heading, Note, Paragraph, Table
from detente.reports.engine_tables import Labels, engine_table
from detente.reports.narrative import strategy_words
from detente.reports.spans import Code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.blocks import Context

__all__ = ["comparison", "versions"]


def comparison(context: Context) -> list[Block]:
    """What flips between the two points that the report compares, and the smallest changes that do it."""
    if not context.definition.compare:
        return []
    first, second = context.definition.compare
    labels = Labels(context)
    return [
        Heading(
            1,
            context.say("From {first} to {second}", first=labels.label(first), second=labels.label(second)),
            context.anchor("comparison"),
        ),
        Paragraph(
            context.say(
                "Every fact on the game is decided exactly at both points. For each that flips, the smallest sets of changes that do it alone, and "
                "those without which it is undone."
            )
        ),
        *_tables(context, labels, context.found.comparison(context.game, first, second), "comparison"),
    ]


def versions(context: Context) -> list[Block]:
    """What flips in a game between the version of the study that the report names and this one, point by point."""
    found = context.found.versions(context.game, context.definition.against)
    labels = Labels(context)
    blocks: list[Block] = [
        Heading(1, context.say("From another version of the study to this one"), context.anchor("versions")),
        Paragraph(
            (
                context.say(
                    "Every fact on the game is decided exactly in both versions. For each that flips, the smallest sets of changes that do it alone, and "
                    "those without which it is undone."
                ),
                context.say(" The other version has the hash "),
                Code(found["hash"][:12]),
                context.say("."),
            )
        ),
    ]
    blocks += [Note(labels.text(note)) for note in found["notes"]]
    quiet = [each["point"] for each in found["points"] if not each["flips"]]
    for each in found["points"]:
        if each["flips"]:
            baseline = each["point"] == "baseline"
            where = context.say("At the baseline") if baseline else context.say("At the point {point}", point=labels.label(each["point"]))
            blocks.append(Heading(2, where))
            blocks += _tables(context, labels, each["tables"], f"versions-{each['point'].replace('_', '-')}")
    if quiet:
        blocks.append(Note(context.say("Nothing flips at: {points}.", points=context.join([labels.label(each) for each in quiet]))))
    return [*blocks, *_verdicts(context)]


def _verdicts(context: Context) -> list[Block]:
    """Return the documents' claims about the game on which the two versions of the study have other verdicts."""
    found = context.found.verdict_changes(context.game, context.definition.against)
    if not found:
        return []
    shared = [each for each in found if each["before"] is not None]
    changed = [each for each in shared if each["before"]["verdict"] != each["verdict"]]
    said = [context.say("Tests of claims with the same verdict in both versions: {count}.", count=len(shared) - len(changed))]
    if len(shared) < len(found):
        said.append(context.say("Tests that only this version has: {count}.", count=len(found) - len(shared)))
    note = ("" if context.lang == "zh" else " ").join(said)
    heading = Heading(2, context.say("Verdicts on claims"), context.anchor("versions-verdicts"))
    if not changed:
        return [heading, Paragraph(note)]
    pairs = zip(test_rows(context, [{**each, **each["before"]} for each in changed]), test_rows(context, changed), strict=True)
    columns = (
        Column(context.say("Claim"), width=0.6),
        Column(context.say("It asserts"), width=4),
        Column(context.say("Verdict before"), width=2),
        Column(context.say("Share before"), width=1.3),
        Column(context.say("Verdict now"), width=2),
        Column(context.say("Share now"), width=1.3),
    )
    rows = tuple((now.claim, now.says, before.verdict, before.share, now.verdict, now.share) for before, now in pairs)
    title = context.say("Claims with another verdict than in the other version")
    return [heading, Table(columns, rows, title, context.anchor("versions-verdicts-table"), note=note)]


def _tables(context: Context, labels: Labels, tables: Sequence[dict[str, Any]], name: str) -> list[Block]:
    """Return the tables of a comparison: what is changed, what flips, and what else moves."""
    blocks: list[Block] = []
    for index, each in enumerate(tables, 1):
        table = {**each, "rows": [[_plain(context, cell) for cell in row] for row in each["rows"]]}
        shown = table
        if index == 1:
            shown = {**table, "title": context.say("What is changed")}
        elif table["columns"][:1] == ["what flips"]:
            shown = {**table, "title": context.say("What flips"), "rows": [[_fact(context, row[0]), *row[1:]] for row in table["rows"]]}
        elif table["columns"][:1] == ["what"]:
            shown = {**table, "rows": [[_fact(context, row[0]), *row[1:]] for row in table["rows"]]}
        blocks.extend(engine_table(context, labels, shown, context.anchor(f"{name}-{index}")))
    return blocks


def _plain(context: Context, text: str) -> str:
    """Return a change of a payoff model as a reader of pages has it: terms by their labels, with when they count."""

    def term(match: re.Match[str]) -> str:
        own = [each for each in context.model.payoff_model.terms if (each.player, each.name) == (match[1], match[2])]
        return f"{match[1]}: {label_of(own[0].label, context.lang) if own and own[0].label else match[2]}"

    text = re.sub(r"\bterm (\w+)\.(\w+)", term, text)
    text = re.sub(r"\binterval (\w+)$", r"interval of \1", text)
    return re.sub(r"(\w+) in \{([^}]*)\}", r"\1: \2", text.replace(" where ", "; "))


def _fact(context: Context, name: str) -> str:
    """Return the name of a fact with a strategy of repeated play in words, and a named formula by its label."""
    strategy, sustains, rest = name.partition(" sustains the target ")
    if sustains:
        return f"{strategy_words(strategy)}{sustains}{rest}"

    def labelled(match: re.Match[str]) -> str:
        return context.label(match[0]) if match[0] in context.model.definition.conclusions else match[0]

    return re.sub(r"^\w+(?= \(|$)|(?<=^threshold of )\w+(?= along )", labelled, name)
