"""Blocks on how sure the answers are: shares over priors, what drives them, what would bring an outcome about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.reports import narrative
from detente.reports.claim_words import MEANINGS, share_words
from detente.reports.elements import Block, Column, Figure, Heading, Note, Paragraph, Table
from detente.reports.engine_tables import Labels
from detente.reports.entries import bare
from detente.reports.question_blocks import beside_names, beside_note
from detente.reports.wordlike import english_article

if TYPE_CHECKING:
    from detente.reports.blocks import Context

__all__ = ["conclusion_words", "importance", "levers", "robustness"]

#: Conclusions that are drawn; the table beside the report has all.
_DRAWN = 14
#: The same where a report prints what is essential.
_DRAWN_SHORT = 10
_KINDS = {
    "equilibrium": "{what} is an equilibrium",
    "unique": "{what} is the only equilibrium",
    "selected": "selected: {what}",
    "set": "the equilibria are {what}",
    "class": "the game is: {what}",
    "sign": "{what} is positive",
    "kind": "some equilibrium of the signaling game is {what}",
    "lowest": "from the lowest action on, most choose {what}",
    "highest": "from the highest action on, most choose {what}",
}


def conclusion_words(context: Context, name: str) -> str:
    """Return a conclusion in words."""
    if name == "none":
        return context.say("no equilibrium in pure strategies")
    if name == "ends:meet":
        return context.say("best replies from both ends lead to the same")
    kind, colon, rest = name.partition(":")
    if not colon:
        return context.label(name)
    labels = Labels(context)
    if kind == "class":
        what = " / ".join(context.say(narrative.CLASS_WORDS.get(part, part.replace("_", " "))) for part in rest.split("/"))
    elif kind in {"sign", "kind"}:
        what = rest if kind == "sign" else context.say(rest)
    elif kind == "dominant":
        player, move = map(labels.label, rest.split("="))
        return context.say("{move} is dominant for {player}", move=move, player=english_article(player) if context.lang == "en" else player)
    else:
        what = context.say(" and ").join(_outcome(context, labels, part) for part in rest.split(";"))
    return context.say(_KINDS[kind], what=what) if kind in _KINDS else name


def _outcome(context: Context, labels: Labels, text: str) -> str:
    # with types, the path of each
    paths = [[labels.label(part) for part in path.split(",")] for path in text.split("|")]
    return " / ".join(map(context.profile_of, paths))


def robustness(context: Context) -> list[Block]:
    """In which share of the box conclusions hold: a bar from the least to the greatest share over the priors."""
    from detente.reports.kept_pictures import drawn
    from detente.reports.share_bars import Bar, share_bars

    found = context.found.shares(context.game)
    heading = Heading(1, context.say("How robust it is"), context.anchor("robustness"))
    if found["refused"]:
        return [heading, Note(context.say("There are no shares: {reason}", reason=Labels(context).text(found["refused"])))]
    rows = [row for row in found["rows"] if row["range"] is not None]
    if not rows:
        return []
    chosen = [row for row in rows if not row["conclusion"].startswith(("class:", "set:", "unique:"))] or rows
    bars = [
        Bar(
            bare(conclusion_words(context, row["conclusion"])),
            row["range"][0], row["range"][1], row["uniform"],
            None if row["observed"] is None else (row["observed"][0], row["observed"][1]),
            row["proved"] if row["proved"] in {"always", "never"} else "",
        )
        for row in chosen[: _DRAWN_SHORT if context.short else _DRAWN]
    ]  # fmt: skip
    observed = bool(found["observed"])
    named = any(":" not in row["conclusion"] and row["conclusion"] != "none" for row in chosen[: len(bars)])
    priors = context.join([context.say(each.replace("_", "-")) for each in found["priors"]])
    blocks: list[Block] = [
        heading,
        *([] if _said_once(context) else [Paragraph(context.say(narrative.SHARES, priors=priors))]),
        Figure(
            drawn(context, share_bars, bars, context.lang, observed=observed),
            context.anchor("robustness-bars"),
            context.say("Shares of the box, {draws} draws under each prior, seed {seed}.", draws=f"{found['draws']:,}", seed=context.found.seed)
            + (context.say(" Below each bar, the share given observed play.") if observed else "")
            + (context.say(" A gain, a difference or another named quantity counts where it is positive.") if named else "")
            # said here, as a note of one line below the figure may be left over for the next page
            + (context.say(" The numbers stand beside the report, in {file}.", file=f"{context.anchor('shares')}.csv") if context.short else ""),
            "; ".join(f"{bar.words}: {share_words(context, (bar.low, bar.high), bar.proved)}" for bar in bars),
        ),
    ]
    columns = [
        Column(context.say("Conclusion"), width=3.4),
        Column(context.say("All varies"), width=1.4),
        Column(context.say("Only figures"), width=1.3),
        Column(context.say("Only judgements"), width=1.3),
    ]
    if observed:
        columns.append(Column(context.say("Given observed play"), width=1.4))
    table = []
    for row in rows:
        cells = [
            conclusion_words(context, row["conclusion"]), share_words(context, row["range"], row["proved"]),
            share_words(context, row["figures"]), share_words(context, row["judgements"]),
        ]  # fmt: skip
        table.append((*cells, *([share_words(context, row["observed"])] if observed else [])))
    notes = [context.say("What does not vary stays at the baseline. Named formulas hold where they are positive.")]
    levels = list(dict.fromkeys(row["meaning"] for row in rows if row["meaning"]))
    if len(levels) == 1:
        notes.append(_capital(context.say(MEANINGS[levels[0]])) + context.say("."))
    low, high = found["rejected"]
    if high > 0:
        notes.append(context.say("Constraints reject {share} of the draws.", share=share_words(context, (low, high))))
    blocks.append(
        Table(
            tuple(columns), tuple(table), context.say("Least and greatest share over the priors"), context.anchor("shares"),
            note=" ".join(notes), shown=0 if context.short else 18 if len(table) > 20 else None,
        )
    )  # fmt: skip
    return blocks


def importance(context: Context) -> list[Block]:
    """Which parameters drive the outcome, alone and in total."""
    from detente.conclusions.robustness.importance import FAMILIES

    found = context.found.importance(context.game)
    heading = Heading(1, context.say("What drives it"), context.anchor("importance"))
    if found["refused"]:
        return [heading, Note(context.say("There is no importance: {reason}", reason=Labels(context).text(found["refused"])))]
    blocks: list[Block] = []
    still: list[str] = []
    for index, output in enumerate(found["outputs"][:3], 1):
        rows = [row for row in output["rows"] if row["kind"] != "derived" and row["total"] is not None]
        what = _output_words(context, output["output"])
        if not output["variance"] or not rows:
            still.append(what)
            continue
        # what explains nothing to the digits that are printed is no driver
        rows = [row for row in rows if round(row["total"], 2) > 0] or rows[:1]
        marks: list[Any] = [row["kind"] if row["kind"] in {"figure", "judgement"} else "judgement" for row in rows[:8]]
        groups = {row["name"]: row for row in output["groups"]}
        notes = [] if _said_once(context) else [context.say(narrative.IMPORTANCE)]
        if {"figures", "judgements"} <= set(groups):
            notes.append(
                context.say(
                    "All figures together: {figures} in total; all judgements: {judgements}.",
                    figures=_share(groups["figures"]["total"]), judgements=_share(groups["judgements"]["total"]),
                )
            )  # fmt: skip
        # what the study calls a formula need not fit into a sentence
        named = what if output["output"] in FAMILIES else f"\u201c{what}\u201d"
        blocks.append(
            Table(
                (
                    Column(context.say("Parameter"), width=4),
                    Column(context.say("Alone"), align="decimal", width=1),
                    Column(context.say("In total"), align="decimal", width=1),
                    Column("±", align="decimal", width=0.8),
                ),
                tuple(
                    (context.named(row["name"]), _share(row["first"]), _share(row["total"]), _share(row["error"]))
                    for row in rows[:8]
                ),
                context.say("What drives {what}", what=named),
                context.anchor(f"importance-{index}"),
                marks=tuple(marks),
                note=" ".join(notes),
                shown=0 if context.short and index > 1 else None,
            )
        )
    if still:
        blocks.append(Paragraph(_capital(context.say("{what} does not vary over the draws." if len(still) == 1 else "{what} do not vary over the draws.", what=context.join(still)))))
    return [heading, *blocks, *beside_note(context, beside_names(blocks))] if blocks else []


def _said_once(context: Context) -> bool:
    """Return whether the report says before its chapters what they have in common."""
    return "reading" in context.definition.blocks


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _share(value: Any) -> str:
    return "" if value is None else f"{value:.2f}"


def _output_words(context: Context, output: str) -> str:
    from detente.conclusions.robustness.importance import FAMILIES

    if output in FAMILIES:
        return context.say(FAMILIES[output])
    return conclusion_words(context, output.removeprefix("value:"))


def levers(context: Context) -> list[Block]:
    """The cheapest changes that bring the least confrontational outcome about, or break the present one."""
    wanted = _wanted(context)
    if not wanted:
        return []
    blocks: list[Block] = []
    for index, (profile, outcome, title) in enumerate(wanted, 1):
        found = context.found.levers(context.game, profile, outcome)
        what = context.profile_of([Labels(context).label(part) for part in profile.split(",")])
        if found["refused"]:
            continue
        if found["holds"]:
            continue
        rows = [row for row in found["rows"] if row["recommended"]][:6]
        name = context.say(title, what=what)
        if not rows:
            blocks.append(Paragraph(context.say("{what}: no change of parameters within their ranges was found.", what=name)))
            continue
        blocks.append(
            Table(
                (Column(context.say("Change"), width=5), Column(context.say("Cost"), align="decimal", width=0.8)),
                tuple((_change(context, row), row["cost"]) for row in rows),
                name,
                context.anchor(f"levers-{index}"),
            )
        )
    if not blocks:
        return []
    return [
        Heading(1, context.say("What would bring it about"), context.anchor("levers")),
        *([] if _said_once(context) else [Paragraph(context.say(narrative.COST))]),
        *blocks,
    ]


def _change(context: Context, row: dict[str, Any]) -> str:
    parts = [
        context.say("{name} from {before} to {after}", name=context.named(name), before=context.named(name, before), after=after)
        for name, before, after in row["change"]
    ]
    return context.say("; ").join(parts)


def _wanted(context: Context) -> list[tuple[str, str, str]]:
    """Return profiles with what is asked of them and a title: the first strategies of all, and what is played now."""
    model = context.model
    found = []
    select, stable = "Changes that make {what} the selected outcome", "Changes that make {what} an equilibrium"
    if model.definition.form == "normal":
        first = ",".join(own[0] for own in model.definition.strategies.values())
        found.append((first, "selected" if context.two_by_two else "equilibrium", select if context.two_by_two else stable))
        now = [tuple(next(iter(each)) for each in one.support.values()) for one in context.solved["baseline"].pure]
    else:
        now = [tuple(path) for path in context.paths]
    if len(now) == 1 and (not found or ",".join(now[0]) != found[0][0]):
        found.append((",".join(now[0]), "break", "Changes after which {what} is no equilibrium"))
    return found
