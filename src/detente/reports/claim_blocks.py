"""Blocks on the documents' claims and on the moves that were observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.fields import label_of
from detente.reports.claim_words import VERDICT_WORDS, TestRow, share_words, test_rows, test_sentence
from detente.reports.elements import Block, Bullets, Column, Heading, Note, Paragraph, Table
from detente.reports.entries import document_entry, marked
from detente.reports.spans import Emph, Inline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.blocks import Whole
    from detente.seeds.claims import Claim

__all__ = ["claims", "fewer_draws", "retrodiction", "verdict_of"]

_STATUS = {"modelled": "modeled", "partly": "modeled in part", "not_modelled": "not modeled"}


def verdict_of(claim: Claim, rows: Sequence[TestRow]) -> str:
    """Return the verdict of a claim: that of its tests if they agree, as ``detente claims`` says it."""
    if claim.status == "not_modelled" or not rows:
        return "untested"
    seen = {row.data["verdict"] for row in rows}
    if len(seen) == 1:
        return str(seen.pop())
    return "follows" if seen == {"follows", "by_construction"} else "part"


def rows_of(whole: Whole) -> dict[str, list[TestRow]]:
    """Return the tests in the games of the report, by claim."""
    found: dict[str, list[TestRow]] = {}
    for context in whole.contexts:
        for row in test_rows(context, whole.results.tests(context.game)):
            found.setdefault(row.claim, []).append(row)
    return found


def claims(whole: Whole) -> list[Block]:
    """The claims of the documents with their verdicts, then each with its tests and what they rest on."""
    found = rows_of(whole)
    chosen = [
        claim for claim in whole.files.claims.values()
        if claim.id in found or len(whole.contexts) == len(whole.files.games)
    ]  # fmt: skip
    if not chosen:
        return []
    table = tuple(
        (
            claim.id,
            label_of(claim.title, whole.lang),
            whole.say(_STATUS[claim.status]),
            whole.say(VERDICT_WORDS[verdict_of(claim, found.get(claim.id, []))]),
            str(len(found.get(claim.id, []))),
        )
        for claim in chosen
    )
    blocks: list[Block] = [
        Heading(1, whole.say("What the documents claim, and what follows"), "claims"),
        Paragraph(
            whole.say(
                "Each claim is put as conclusions about games; each conclusion and its opposite are treated alike. "
                "It follows where it is proved for the whole box or holds on at least 95% of it under every prior; it does not follow "
                "where its opposite does; else it depends on the numbers. A verdict is about the study's own figures and ranges, not about the "
                "world. Where a conclusion takes payoffs to be more than ranks of outcomes, its meaning is told: each side's own units, a common unit, or amounts."
            )
        ),
        Paragraph(
            whole.say(
                "A verdict rests on a set of numbers if it stays the same whatever all other numbers do within their ranges; the smallest set that was found is named. What "
                "would overturn a conclusion first, or make it true where it is false, is the single change, within a parameter's range and relative to its width, that is smallest."
            )
        ),
        Table(
            (
                Column("", width=0.5),
                Column(whole.say("Claim"), width=4),
                Column(whole.say("Status"), width=1.6),
                Column(whole.say("Verdict"), width=2.3),
                Column(whole.say("Tests"), align="right", width=0.6),
            ),
            table,
            whole.say("Claims of the documents with their verdicts"),
            "claim-list",
            note=whole.say("Shares in what follows: {draws} draws under each of five priors.", draws=f"{whole.results.draws:,}") + fewer_draws(whole),
        ),
    ]
    for claim in chosen:
        rows = found.get(claim.id, [])
        if not rows:
            continue
        title = whole.say("{id}: {title}", id=claim.id, title=label_of(claim.title, whole.lang))
        blocks.append(Heading(2, title, f"claim-{claim.id.lower()}", numbered=False))
        said = whole.prose(claim.statement)
        place = whole.say("Documents and lines: {refs}.", refs=whole.join(list(map(_place, claim.refs)), ""))
        games = list(dict.fromkeys(row.game for row in rows))
        if len(games) == 1:
            place = whole.say("Game: {game}.", game=games[0]) + (" " if whole.lang == "en" else "") + place
        blocks.append(Paragraph(f"{said} {place}" if said else place))
        items: list[Inline] = []
        for row in rows:
            context = whole.context(row.data["game"])
            assert context is not None
            text = "{says}: {verdict}. " if len(games) == 1 else "{says} ({game}): {verdict}. "
            lead = whole.say(text, says=row.says, game=row.game, verdict=row.verdict)
            items.append((Emph(lead[:1].upper() + lead[1:]), test_sentence(context, row)))
        blocks.append(Bullets(tuple(items)))
    return blocks


def _place(reference: str) -> str:
    """Return a document and line, leading to the document."""
    return marked(reference, document_entry(reference.partition(":")[0]))


def fewer_draws(whole: Whole) -> str:
    """Return which games have fewer draws than the others, as the end of a note; empty if none has."""
    games: dict[int, list[str]] = {}
    for context in whole.contexts:
        games.setdefault(whole.results.number(context.game), []).append(context.title)
    return "".join(
        whole.say(" Fewer, {draws}, for {games}.", draws=f"{count:,}", games=whole.join(titles))
        for count, titles in sorted(games.items())
        if count < whole.results.draws
    )


def retrodiction(whole: Whole) -> list[Block]:
    """The moves that were observed: predicted at the baseline or not, on what share; misses beside hits."""
    rows: list[tuple[Inline, ...]] = []
    hits = misses = open_ = 0
    dated = []
    for context in whole.contexts:
        for each in whole.results.retrodiction(context.game):
            event = next(own for own in whole.files.observations.values() if own.event == each["event"] and own.game == each["game"])
            dated.append((event.date, context, event, each))
    dated.sort(key=lambda item: item[0])
    for date, context, event, each in dated:
        baseline = each["baseline"]
        hits += baseline is True
        misses += baseline is False
        open_ += baseline is None
        moves = "; ".join(
            whole.say("{player}: {move}", player=context.label(who), move=context.label(what)) for who, what in each["moves"]
        )
        rows.append(
            (
                date,
                label_of(event.label, whole.lang),
                context.title,
                moves,
                f"{float(event.sure):.1f}",
                whole.say({True: "yes", False: "no", None: "not decided"}[baseline]),
                share_words(whole, each["share"], each["proved"]) or whole.say("not told"),
            )
        )
    if not rows:
        return []
    return [
        Heading(1, whole.say("What was done, and what the games say of it"), "retrodiction"),
        Paragraph(
            whole.say(
                "Dated events of the documents, coded as moves. At the baseline the games have {hits} of {count} moves and miss {misses}. A hit says "
                "that some pure equilibrium has the move, not that it had to come; a miss says that no pure equilibrium at the baseline has it, so that "
                "the figures, the coding or the game are off.",
                hits=hits,
                count=len(rows),
                misses=misses,
            )
        ),
        Table(
            (
                Column(whole.say("Date"), width=1),
                Column(whole.say("Event"), width=3.2),
                Column(whole.say("Game"), width=1.6),
                Column(whole.say("Move"), width=1.65),
                Column(whole.say("Sure"), align="decimal", width=0.6),
                Column(whole.say("At the baseline"), width=0.85),
                Column(whole.say("Share over the priors"), width=1.3),
            ),
            tuple(rows),
            whole.say("Observed moves: does a pure equilibrium have them?"),
            "retrodiction-table",
            note=whole.say(
                "Sure: the probability that the coding is right, a judgement. Share: where some pure equilibrium has the move, least to "
                "greatest over five priors, {draws} draws each. Games that say how many members choose what are decided at the baseline only, by "
                "the members' shares.",
                draws=f"{whole.results.draws:,}",
            )
            + fewer_draws(whole),
        ),
        *([Note(whole.say("{count} moves are not decided by the form of their game.", count=open_))] if open_ else []),
    ]
