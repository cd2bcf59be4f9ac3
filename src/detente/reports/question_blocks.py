"""Blocks on what is asked of a game: its question, the answers to the numbered ones, what the documents say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.fields import label_of
from detente.reports.characters import CJK
from detente.reports.claim_words import test_rows
from detente.reports.elements import Block, Column, Heading, Note, Paragraph, Table
from detente.reports.engine_tables import Labels, engine_table, merged
from detente.reports.language import reword
from detente.reports.spans import Emph
from detente.reports.wordlike import english_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.blocks import Context

__all__ = ["beside_names", "beside_note", "question", "questions", "said"]

#: Columns of a table up to which it is printed in a report of what is essential.
_WIDEST = 10
#: Players that are named one by one.
_NAMED = 11
#: Analyses whose tables other blocks print for a 2x2 game, by block.
_ELSEWHERE = {
    "equilibria": "classes", "classes": "classes", "sums": "classes", "risk_dominance": "classes",
    "conditions": "conditions", "inert": "terms", "discount_factors": "repeated", "shares": "robustness",
    "importance": "importance",
}  # fmt: skip


def question(context: Context) -> list[Block]:
    """What the game is about, who chooses what, and which claims it tests."""
    definition = context.model.definition
    blocks: list[Block] = [Heading(1, context.say("The question"))]
    lead = context.prose(context.model.definition.description).strip()
    if lead and lead[-1] not in ".!?\u3002\uff01\uff1f":
        lead += "\u3002" if CJK.match(lead[-1]) else "."
    players = context.model.players
    everybody = {tuple(map(context.label, own)) for own in definition.strategies.values()}
    if len(everybody) == 1 and everybody != {()}:
        own = context.join(list(next(iter(everybody))), "or")
        if len(players) > _NAMED:
            moves = context.say("{count} players; each chooses: {choices}.", count=len(players), choices=own)
        elif len(players) == 1:
            moves = context.say("{player} chooses: {choices}.", player=_the(context, players[0]), choices=own)
        else:
            shown = context.join([context.label(player) for player in players])
            moves = context.say("Players: {players}. Each chooses: {choices}.", players=shown, choices=own)
    else:
        moves = " ".join(
            context.say("{player} chooses: {choices}.", player=_the(context, player), choices=context.join([context.label(each) for each in own], "or"))
            for player, own in definition.strategies.items() if own
        )  # fmt: skip
    blocks.append(Paragraph(" ".join(part for part in (lead, moves) if part)))
    blocks.append(Paragraph(_basis(context)))
    tested = [
        claim for claim in context.files.claims.values()
        if any(test.game.partition(":")[0] == context.game for test in claim.tests)
    ]  # fmt: skip
    if tested:
        shown = "{}\uff08{}\uff09" if context.lang == "zh" else "{}, {}"
        names = "; ".join(shown.format(claim.id, label_of(claim.title, context.lang)) for claim in tested)
        blocks.append(Paragraph(context.say("Claims of the documents that it puts to the test: {claims}.", claims=names)))
    return blocks


def _the(context: Context, player: str) -> str:
    """Return who chooses at the beginning of a sentence."""
    label = context.label(player)
    text = english_article(label) if context.lang == "en" else label
    return text[:1].upper() + text[1:]


def _basis(context: Context) -> str:
    kinds = [parameter.kind for parameter in context.model.parameters.values() if not parameter.is_derived]
    return context.say(
        "It rests on {count} parameters: {figures} from figures in the documents, {judgements} judgements with a stated range.",
        count=len(kinds), figures=kinds.count("figure"), judgements=kinds.count("judgement"),
    )  # fmt: skip


def questions(context: Context) -> list[Block]:
    """The numbered questions of the game with the engine's answers."""
    own = context.model.definition.questions
    if not own:
        return []
    blocks: list[Block] = [Heading(1, context.say("Questions and answers"), context.anchor("questions"))]
    small = context.model.definition.form == "normal" and context.two_by_two
    aside: list[str] = []
    printed: list[tuple[str, list[list[str]]]] = []
    for asked, found in sorted(zip(own, context.found.answers(context.game), strict=True), key=lambda pair: pair[0].number):
        text = label_of(asked.text, context.lang)
        blocks.append(Heading(2, f"{asked.number}. {text}", context.anchor(f"question-{asked.number}"), numbered=False))
        if found["refused"]:
            blocks.append(Note(context.say("There is no answer: {reason}", reason=found["refused"])))
            continue
        for names, number in found["said"]:
            sentence = label_of(asked.say[number].text, context.lang)
            where = _at(context, names)
            mark = "\uff1a" if context.lang == "zh" else ": "
            blocks.append(Paragraph((Emph(where + mark.strip()), mark[1:] + sentence) if names else sentence))
        covered = [_ELSEWHERE.get(each) for each in asked.ask]
        sections = all(block in context.definition.blocks for block in covered)
        # shares and what drives them have sections in the chapter on every game
        drawn = sections and context.short and not asked.variant and {"robustness", "importance"} >= set(covered)
        if (small and sections) or drawn:
            blocks.append(Paragraph(context.say("The answer stands in this chapter, in the sections on {blocks}.", blocks=_sections(context, covered))))
        if small and sections:
            continue
        model = context.model.of(asked.variant) if asked.variant else context.model
        labels = Labels(context.on(model))
        first = _at_points(context)
        points = ("baseline", *model.definition.points)
        own_tables = merged(found["tables"], points)
        made: list[Block] = []
        fresh = [table for table in own_tables if (table["title"], table["rows"]) not in printed]
        for index, table in enumerate(own_tables, 1):
            name = context.anchor(f"answer-{asked.number}-{index}")
            # in a report of what is essential, what sentences say stands beside it as tables
            told = drawn or found["said"] or len(table["columns"]) > _WIDEST
            # nor is a table printed twice
            kept = not context.short or (fresh[:1] == [table] and not told)
            printed += [(table["title"], table["rows"])] if kept else []
            made += engine_table(context.on(model), labels, table, name, first=first, lines=None if kept else 0)
        blocks += made
        aside += beside_names(made)
    return [*blocks, *beside_note(context, aside, f"{context.anchor('answer')}-*.csv")]


def _at(context: Context, names: Sequence[str]) -> str:
    """Return points in words: all of them at once, or one by one, with other marks between them where a label has commas."""
    if len(names) > 2 and set(names) == {"baseline", *context.model.definition.points}:
        return context.say("At every named point")
    shown = [reword(context.lang, context.label(name)) for name in names]
    text = context.say("; ").join(shown) if any("," in each for each in shown) else context.join(shown)
    return text[:1].upper() + text[1:]


def beside_names(blocks: Sequence[Block]) -> list[str]:
    """Return the names of the tables among some blocks that stand beside the report only."""
    return [block.name for block in blocks if isinstance(block, Table) and block.shown == 0]


def beside_note(context: Context, names: Sequence[str], pattern: str = "") -> list[Block]:
    """Return a note that names the tables that stand beside the report only; of many, a ``pattern`` that fits them all."""
    if not names:
        return []
    if pattern and len(names) > 1:
        return [Note(context.say("Beside the report, the tables behind the answers: {file} ({count} files).", file=pattern, count=len(names)))]
    first = context.say("Beside the report: {file}.", file=f"{names[0]}.csv")
    if len(names) > 1:
        first = context.say("Beside the report: {file} and {left} more.", file=f"{names[0]}.csv", left=len(names) - 1)
    return [Note(first)]


def _sections(context: Context, covered: list[str | None]) -> str:
    words = {
        "classes": "what follows at the named points",
        "conditions": "when each outcome is an equilibrium",
        "terms": "what the payoffs are made of",
        "repeated": "the repeated game",
        "robustness": "how robust it is",
        "importance": "what drives it",
    }
    return context.join([context.say(words[each]) for each in dict.fromkeys(covered) if each is not None])


def _at_points(context: Context) -> tuple[str, ...]:
    """Return the pure equilibria of a normal form at its points, as the engine writes profiles."""
    if context.model.definition.form != "normal":
        return ()
    pure = (
        ",".join(next(iter(each)) for each in equilibrium.support.values())
        for solved in context.solved.values()
        for equilibrium in solved.pure
    )
    return tuple(dict.fromkeys(pure))


def said(context: Context) -> list[Block]:
    """What the documents say that this game tests, and what follows of it."""
    rows = test_rows(context, context.found.tests(context.game))
    if not rows:
        return []
    return [
        Heading(1, context.say("What the documents say, and what follows"), context.anchor("said")),
        Table(
            (
                Column(context.say("Claim"), width=0.6),
                Column(context.say("It asserts"), width=4),
                Column(context.say("Verdict"), width=2.4),
                Column(context.say("Share over the priors"), width=1.3),
                Column(context.say("Given observed play"), width=1.3),
            ),
            tuple((row.claim, row.says, row.verdict, row.share, row.observed) for row in rows),
            context.say("Claims put to the test in this game"),
            context.anchor("said-table"),
            # a report that goes through all claims says it there
            note=""
            if "claims" in context.definition.blocks
            else context.say("A verdict is about the study's own figures and ranges, not about the world.")
            + context.say(" Shares are sampled: {draws} draws under each of five priors.", draws=f"{context.found.number(context.game):,}"),
        ),
    ]
