"""Half a page for decision makers over all games of a report, and what the games say together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detente.reports.claim_blocks import fewer_draws, rows_of, verdict_of
from detente.reports.claim_words import TestRow, share_words
from detente.reports.elements import Block, Bullets, Column, Heading, KeyPoint, KeyPoints, Note, Paragraph, Table
from detente.reports.entries import parameter_entry
from detente.reports.narrative import COST, IMPORTANCE, SHARES

if TYPE_CHECKING:
    from detente.reports.blocks import Whole
    from detente.reports.spans import Inline

__all__ = ["findings", "overview", "reading"]

#: Statements of one kind that the summary names.
_NAMED = 3
#: Verdicts in the order in which findings are told.
_ORDER = ("follows", "by_construction", "part", "fails", "untested")


def overview(whole: Whole) -> list[Block]:
    """What holds always, what is robust, what depends on judgement, what would change it."""
    rows = [row for own in rows_of(whole).values() for row in own if row.data["point"] is None]
    always = [row for row in rows if row.data["proved"] == "always" and row.data["verdict"] == "follows"]
    built = [row for row in rows if row.data["verdict"] == "by_construction"]
    robust = [row for row in rows if row.data["verdict"] == "follows" and not row.data["proved"]]
    failing = [row for row in rows if row.data["verdict"] == "fails"]
    open_ = [row for row in rows if row.data["verdict"] == "part"]
    points: list[KeyPoint] = []
    if always:
        points.append(KeyPoint(whole.say("What holds always."), _listed(whole, always, "Proved for every value in the ranges: {what}.")))
    if built:
        points.append(
            KeyPoint(
                whole.say("What is put in."),
                _listed(whole, built, "True by the signs of the terms alone, so no finding of the games: {what}."),
            )
        )
    if robust or failing:
        text = " ".join(
            part for part in (
                _listed(whole, sorted(robust, key=_least, reverse=True), "On at least 95% of the box under every prior: {what}.") if robust else "",
                _listed(whole, failing, "On at most 5% of it, so that the opposite follows: {what}.") if failing else "",
            ) if part
        )  # fmt: skip
        points.append(KeyPoint(whole.say("What is robust."), text))
    if open_:
        judged = sum(1 for row in open_ if row.data["rests"] and "judgement" in row.data["rests"]["kinds"])
        widest = sorted(open_, key=lambda row: -_spread(row))
        text = whole.say(
            "{count} of {total} tests depend on the numbers, {judged} of them on at least one judgement. Widest apart over the priors: {what}.",
            count=len(open_), total=len(rows), judged=judged,
            what=whole.say("; ").join(f"{_said(whole, row)}" for row in widest[:_NAMED]),
        )  # fmt: skip
        points.append(KeyPoint(whole.say("What depends on judgement."), text))
    changes = sorted((row for row in open_ + robust if row.data["overturn"]), key=lambda row: row.data["overturn"]["distance"])
    if changes:
        lines: list[str] = []
        seen: set[str] = set()
        for row in changes:
            change = row.data["overturn"]
            if change["name"] in seen or len(lines) == _NAMED:
                continue
            seen.add(change["name"])
            context = whole.context(row.data["game"])
            assert context is not None
            lines.append(
                whole.say(
                    "{name} from {before} to {after} overturns “{what}” ({game})"
                    if row.data["baseline"]
                    else "{name} from {before} to {after} makes it true that “{what}” ({game})",
                    name=context.named(change["name"]), before=context.named(change["name"], change["from"]), after=change["to"], what=_alone(whole, row.says), game=row.game,
                )
            )  # fmt: skip
        points.append(KeyPoint(whole.say("What would change it."), whole.say("The nearest single changes: {what}.", what=whole.say("; ").join(lines))))
    points.append(KeyPoint(whole.say("How the games fit what was done."), _fit(whole)))
    kinds = {
        name: parameter.kind for context in whole.contexts for name, parameter in context.model.parameters.items()
        if not parameter.is_derived
    }  # fmt: skip
    return [
        Heading(1, whole.say("For decision makers"), "overview", numbered=False),
        KeyPoints(tuple(points)),
        Note(
            whole.say(
                "{games} games, {count} parameters: {figures} from figures in the documents, {judgements} judgements with a stated range. What is not said to be put in is computed; "
                "it is true of the study's own figures and ranges, not of the world.",
                games=len(whole.contexts), count=len(kinds), figures=sum(kind == "figure" for kind in kinds.values()),
                judgements=sum(kind == "judgement" for kind in kinds.values()),
            )
            + whole.say(" Shares are sampled: {draws} draws under each of five priors.", draws=f"{whole.results.draws:,}")
            + fewer_draws(whole)
            # a briefing has no appendix to lead to
            + (whole.say(" Names of parameters lead to their entries in the appendix.") if "parameters" in whole.definition.blocks else ""),
            whole.say("What this rests on."),
        ),
    ]  # fmt: skip


def _least(row: TestRow) -> float:
    return float(row.data["share"][0]) if row.data["share"] else 0.0


def _spread(row: TestRow) -> float:
    share = row.data["share"]
    return float(share[1] - share[0]) if share else 0.0


def _alone(whole: Whole, says: str) -> str:
    """Return what a test says without the word that ties it to the one before it."""
    if whole.lang == "zh":
        return re.sub("^(?:并且|而且|且|并(?=以))", "", says)
    return re.sub(r"^(?:and|but|so|yet) (?!(?:is|are|does|do|no) )", "", says)


def _said(whole: Whole, row: TestRow) -> str:
    text = _alone(whole, row.says)
    if row.data["share"] is not None and not row.data["proved"]:
        return str(whole.say("{what} ({share})", what=text, share=share_words(whole, row.data["share"])))
    return text


def _listed(whole: Whole, rows: list[TestRow], text: str) -> str:
    shown = [_said(whole, row) for row in rows[:_NAMED]]
    left = len(rows) - len(shown)
    what = whole.say("; ").join(shown)
    if left > 0:
        what += whole.say("; and {count} more", count=left)
    return str(whole.say(text, what=what))


def _fit(whole: Whole) -> str:
    rows = [each for context in whole.contexts for each in whole.results.retrodiction(context.game)]
    hits = sum(each["baseline"] is True for each in rows)
    misses = sum(each["baseline"] is False for each in rows)
    if not rows:
        return str(whole.say("No observed move is coded in these games."))
    return str(
        whole.say(
            "Of {count} observed moves the games have {hits} in a pure equilibrium at the baseline and miss {misses}.",
            count=len(rows), hits=hits, misses=misses,
        )
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ reading


def reading(whole: Whole) -> list[Block]:
    """What all chapters have in common, said once: shares, importance, the cost of changes, what stands beside the report."""
    shares = next((found for found in (whole.results.shares(each.game) for each in whole.contexts) if not found["refused"]), None)
    items: list[Inline] = []
    if shares is not None and "robustness" in whole.definition.blocks:
        items.append(whole.say(SHARES, priors=whole.join([whole.say(each.replace("_", "-")) for each in shares["priors"]])))
    if "importance" in whole.definition.blocks:
        items.append(whole.say(IMPORTANCE))
    if "levers" in whole.definition.blocks:
        items.append(whole.say(COST))
    if "parameters" in whole.definition.blocks:
        items.append(whole.say("Symbols in formulas stand for parameters and are short for their English names; each leads to its entry in the appendix."))
    if whole.definition.detail == "short":
        items.append(
            whole.say(
                "Printed is what is essential. Rows and tables that are left out stand beside the report as CSV in the folder {file}, as does everything that is "
                "printed; every picture stands there as SVG and PNG.",
                file=f"{whole.definition.name}_files",
            )
        )
    return [Heading(1, whole.say("How to read the chapters"), "reading"), Bullets(tuple(items))] if items else []


# ----------------------------------------------------------------------------------------- findings


def findings(whole: Whole) -> list[Block]:
    """What the games say together: verdicts by game, and parameters on which several games hang."""
    tests = rows_of(whole)
    by_game: dict[str, dict[str, int]] = {}
    for own in tests.values():
        for row in own:
            by_game.setdefault(row.game, {}).setdefault(row.data["verdict"], 0)
            by_game[row.game][row.data["verdict"]] += 1
    blocks: list[Block] = [Heading(1, whole.say("What the games say together"), "findings")]
    if by_game:
        rows = tuple(
            (game, *(str(counts.get(verdict, 0)) for verdict in _ORDER)) for game, counts in by_game.items()
        )
        blocks += [
            Paragraph(_sentence(whole, tests)),
            Table(
                (
                    Column(whole.say("Game"), width=3),
                    *(Column(whole.say(word), align="right", width=1) for word in (
                        "follows", "by construction", "depends on the numbers", "does not follow", "not tested",
                    )),
                ),
                rows,
                whole.say("Tests of claims by game and verdict"),
                "findings-verdicts",
            ),
        ]  # fmt: skip
    blocks += _shared(whole)
    return blocks if len(blocks) > 1 else []


def _sentence(whole: Whole, tests: dict[str, list[TestRow]]) -> str:
    verdicts: dict[str, list[str]] = {}
    for claim in whole.files.claims.values():
        if claim.id in tests:
            verdicts.setdefault(verdict_of(claim, tests[claim.id]), []).append(claim.id)
    parts = []
    for verdict, text in (
        ("follows", "{claims} follow"), ("by_construction", "{claims} are true by construction"),
        ("part", "{claims} depend on the numbers"), ("fails", "{claims} do not follow"),
    ):
        if verdict in verdicts:
            single = text.replace(" follow", " follows").replace(" are ", " is ").replace(" depend ", " depends ").replace(" do ", " does ")
            single = single.replace("not follows", "not follow")
            chosen = text if len(verdicts[verdict]) > 1 else single
            parts.append(whole.say(chosen, claims=whole.join(verdicts[verdict])))
    text = whole.say("Claims as a whole: {what}.", what=whole.say("; ").join(parts))
    return str(text)


def _shared(whole: Whole) -> list[Block]:
    """The parameters that drive several games: where better figures would tell most."""
    weights: dict[str, dict[str, float]] = {}
    labels: dict[str, tuple[str, str]] = {}
    for context in whole.contexts:
        found = whole.results.importance(context.game)
        for output in found["outputs"]:
            if not output["variance"]:
                continue
            for row in output["rows"]:
                if row["kind"] in {"figure", "judgement"} and row["total"] is not None:
                    entry = parameter_entry(context.model, row["name"])
                    own = weights.setdefault(entry, {})
                    own[context.title] = max(own.get(context.title, 0.0), row["total"])
                    labels.setdefault(entry, (context.named(row["name"]), row["kind"]))
    drivers = sorted(
        ((name, own) for name, own in weights.items() if sum(value >= 0.1 for value in own.values()) >= 1),
        key=lambda item: (-sum(value >= 0.1 for value in item[1].values()), -max(item[1].values())),
    )[:12]
    if not drivers or len(whole.contexts) < 2:
        return []
    rows = []
    marks: list[Any] = []
    for name, own in drivers:
        where = sorted(((value, game) for game, value in own.items() if value >= 0.1), reverse=True)
        marks.append(labels[name][1])
        rows.append((labels[name][0], whole.say("; ").join(f"{game} {min(value, 9.99):.2f}" for value, game in where)))
    return [
        Heading(2, whole.say("What most hangs on"), "findings-drivers"),
        Paragraph(
            whole.say(
                "Parameters with a total importance of at least 0.1 for the outcome of a game, those of several games first. Here better figures would tell most."
            )
        ),
        Table(
            (Column(whole.say("Parameter"), width=2.6), Column(whole.say("Total importance, by game"), width=4)),
            tuple(rows),
            whole.say("What drives the games"),
            "findings-drivers-table",
            marks=tuple(marks),
        ),
    ]


