"""Pages on what each main player can do: its strategies as commitments, game by game."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.reports.claim_words import share_words
from detente.reports.content import named
from detente.reports.elements import Block, Column, Heading, Note, Paragraph, Table
from detente.reports.wordlike import english_article

if TYPE_CHECKING:
    from detente.reports.blocks import Context, Whole

__all__ = ["main_players", "options", "plan_words"]

#: Outcomes of a game beyond which commitments are not compared in a report.
_MOST = 100
PLANS = " A plan has a move for every place at which the player may have to choose, in the order of play; * stands at a place that the plan itself rules out."
#: Rows of a table that are printed.
_ROWS = 8


def _offers(context: Context) -> bool:
    from math import prod

    model = context.model
    if "options" not in model.form.offers():
        return False
    if model.definition.form == "normal":
        return prod(len(own) for own in model.definition.strategies.values()) <= _MOST
    return True


def main_players(whole: Whole) -> dict[str, list[Context]]:
    """Return the players that choose in most games of the report, with these games: two at least, or all of a single one."""
    found: dict[str, list[Context]] = {}
    for context in whole.contexts:
        if _offers(context):
            for player in context.model.players:
                found.setdefault(player, []).append(context)
    if len(whole.contexts) == 1:
        return found
    return {player: games for player, games in found.items() if len(games) >= 2}


def options(whole: Whole) -> list[Block]:
    """For each main player, each strategy as a commitment."""
    players = main_players(whole)
    if not players:
        return [Note(whole.say("No game of this report compares the options of a player."), whole.say("Left out."))]
    blocks: list[Block] = []
    for player, contexts in players.items():
        name = contexts[0].label(player)
        made = [block for context in contexts for block in _game(whole, context, player)]
        if not made:
            continue
        blocks += [
            Heading(1, whole.say("Options: {player}", player=name), f"options-{_name(player)}"),
            Paragraph(
                whole.say(
                    "Each strategy as a commitment that the others see before they choose: what they then do, what it pays at the baseline in the "
                    "worst equilibrium that follows, its range as all parameters vary, in what share of draws no other strategy pays "
                    "more, and how much it may be regretted at most. Amounts of different games are in different units and are not compared."
                )
            ),
            *made,
        ]
    return blocks


def _game(whole: Whole, context: Context, player: str) -> list[Block]:
    found = context.found.options(context.game, player)
    title = context.title
    if found["refused"]:
        return [Note(context.say("{game}: no options are compared. {reason}", game=title, reason=context.prose(found["refused"])))]
    rows = sorted(found["rows"], key=lambda row: -(row["worst"][0] if row["worst"] else float("-inf")))
    if len(rows) < 2:
        return []
    table = tuple(
        (
            plan_words(context, row["strategy"]),
            context.say("; or ").join(dict.fromkeys(_reply(context, text) for text, _ in row["replies"][:2])),
            row["worst"][1] if row["worst"] else "",
            _range(context, row),
            share_words(context, row["share"]),
            row["regret"][1] if row["regret"] else "",
        )
        for row in rows
    )
    best = _sentence(context, player, rows)
    return [
        *([] if len(whole.contexts) == 1 else [Heading(2, title, f"options-{_name(player)}-{_name(context.game)}", numbered=False)]),
        *([Paragraph(best)] if best else []),
        Table(
            (
                Column(context.say("Strategy"), width=2),
                Column(context.say("The others then"), width=2.4),
                Column(context.say("Pays"), align="decimal", width=0.9),
                Column(context.say("Range"), width=1.5),
                Column(context.say("Best in"), width=1.2),
                Column(context.say("Largest regret"), align="decimal", width=1),
            ),
            table,
            context.say("Options of {player} in {game}", player=_the(context, player), game=title),
            f"options-{_name(player)}-{_name(context.game)}-table",
            note=context.say(
                "Range: proved over the whole box. {draws} draws under each prior."
                if found["bounded"]
                else "Range: the middle 90% of the draws under the uniform prior; the largest regret is that of a draw. {draws} draws under each prior.",
                draws=f"{found['draws']:,}",
            )
            + (context.say(" Payoffs in {unit}.", unit=context.prose(found["unit"])) if found["unit"] else "")
            + (context.say(PLANS) if any("," in row["strategy"] for row in rows) else ""),
            shown=_ROWS if len(table) > _ROWS + 2 else None,
        ),
    ]  # fmt: skip


def _the(context: Context, player: str) -> str:
    label = context.label(player)
    return english_article(label) if context.lang == "en" else label


def _sentence(context: Context, player: str, rows: list[dict[str, Any]]) -> str:
    """Return what the table says first: the best commitment at the baseline, and how sure that is."""
    best = rows[0]
    if best["worst"] is None:
        return ""
    tied = [row for row in rows[1:] if row["worst"] is not None and row["worst"][0] == best["worst"][0]]
    if len(tied) == len(rows) - 1:
        return context.say("{player}: all strategies pay the same at the baseline.", player=context.label(player))
    if tied and any(row["worst"] is None for row in rows):
        return ""
    if tied:
        names = context.join([plan_words(context, row["strategy"]) for row in (best, *tied)])
        return context.say("{player}: {strategies} pay the same at the baseline, and more than all others.", player=context.label(player), strategies=names)
    name, strategy = context.label(player), plan_words(context, best["strategy"])
    if best["always"]:
        return context.say("{player}: {strategy} is the best commitment, proved for the whole box.", player=name, strategy=strategy)
    return context.say(
        "{player}: {strategy} is the best commitment at the baseline, and best on {share} of the draws, over the priors.",
        player=name, strategy=strategy, share=share_words(context, best["share"]),
    )  # fmt: skip


def plan_words(context: Context, strategy: str) -> str:
    """Return a strategy, or a plan in a tree, with labels."""
    parts = [part.strip() for part in strategy.split(",")]
    return context.profile_of(["*" if part == "*" else context.label(part) for part in parts])


def _reply(context: Context, text: str) -> str:
    """Return what the others do: their moves, each with who makes it where there are several."""
    from detente.reports.engine_tables import Labels

    moves = [part.partition("=") for part in named(text, str).split(", ")]
    if not all(sign and who in context.model.players for who, sign, _ in moves):
        return Labels(context).text(text)
    if len(moves) == 1:
        return context.label(moves[0][2])
    return "; ".join(context.say("{player}: {move}", player=context.label(who), move=context.label(move)) for who, _, move in moves)


def _range(context: Context, row: dict[str, Any]) -> str:
    if row["low"] is None or row["high"] is None:
        return ""
    low, high = row["low"][1], row["high"][1]
    return low if low == high else context.say("{low} to {high}", low=low, high=high)


def _name(text: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c == "-") else "-" for c in text.lower()).strip("-") or "x"
