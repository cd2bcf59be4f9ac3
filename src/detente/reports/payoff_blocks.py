"""Blocks on what each side gets: the payoff table, and the terms behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.numbers import short
from detente.reports import narrative
from detente.reports.elements import (
    Block,
    Bullets,
    Column,
    Heading,
    Paragraph,
    PayoffCell,
    PayoffMatrix,
    Table,
)
from detente.reports.entries import parameter_entry
from detente.reports.spans import Inline, Ref
from detente.reports.typesetting import math, names_of
from detente.reports.wordlike import english_article
from detente.solve.best_response import best_responses

if TYPE_CHECKING:
    from detente.reports.blocks import Context

__all__ = ["payoffs", "terms"]

#: Payoffs in symbols that a report prints where it prints what is essential; the terms say the same in less room.
_SYMBOLIC = 8


def payoffs(context: Context) -> list[Block]:
    """The payoff table: numbers at the baseline with best responses marked, then symbols."""
    model, game = context.model, context.games["baseline"]
    equilibria = {
        tuple(next(iter(played)) for played in each.support.values())
        for each in context.solved["baseline"].equilibria
        if each.pure
    }
    blocks: list[Block] = [
        Heading(
            1,
            f"What each side gets: {context.title}"
            if not context.alone
            else "What each side gets",
        ),
        Paragraph(narrative.unit_sentence(context)),
    ]
    small = len(list(model.table.profiles())) <= 4
    name = f"terms-{model.players[0].replace('_', '-')}" if small else "terms-list"
    target = context.anchor(name) if "terms" in context.definition.blocks else ""
    if len(model.players) == 2:
        blocks.append(
            PayoffMatrix(
                row_player=context.players[0],
                column_player=context.players[1],
                row_strategies=tuple(map(context.label, game.strategies[0])),
                column_strategies=tuple(map(context.label, game.strategies[1])),
                cells=tuple(
                    tuple(
                        PayoffCell(
                            row=short(game.payoffs[(0, i, j)], 3),
                            column=short(game.payoffs[(1, i, j)], 3),
                            row_best=i in best_responses(game, 0, (i, j)),
                            column_best=j in best_responses(game, 1, (i, j)),
                            equilibrium=game.profile_labels((i, j)) in equilibria,
                            target=target,
                        )
                        for j, _ in enumerate(game.strategies[1])
                    )
                    for i, _ in enumerate(game.strategies[0])
                ),
                caption="Payoffs at the baseline, to three digits",
                name=context.anchor("payoffs"),
                unit=narrative.unit(context),
            )
        )
    else:
        blocks.append(_profile_table(context))
    rows = []
    for profile in model.table.profiles():
        for player in model.players:
            expression = model.table.payoff(player, profile)
            rows.append((context.profile(profile), context.label(player), math(context, expression)))
    aside = context.short and len(rows) > _SYMBOLIC
    listed = "parameters" in context.definition.blocks and any(
        parameter_entry(model, name) not in context.listed for name in model.parameters
    )
    symbols = ("The same payoffs in symbols; ", Ref(context.anchor("parameter-list")), " says what each symbol stands for.")
    blocks += [
        *([] if aside else [Paragraph(symbols if listed else "The same payoffs in symbols.")]),
        Table(
            (Column("Outcome", width=2), Column("Player", width=1.4), Column("Payoff", width=5)),
            tuple(rows),
            "Payoffs in symbols: the sum of the terms that count at each outcome",
            context.anchor("payoffs-symbolic"),
            shown=0 if aside else None,
        ),
    ]
    return blocks


def _profile_table(context: Context) -> Table:
    game = context.games["baseline"]
    equilibria = {tuple(each) for each in map(game.profile_labels, _pure(context))}
    columns = [Column(player) for player in context.players] + [
        Column(f"Payoff of {player}", align="decimal") for player in context.players
    ]
    rows = [
        (
            *(context.label(each) for each in game.profile_labels(profile)),
            *(short(game.payoffs[(player, *profile)], 3) for player in range(len(game.players))),
            "yes" if game.profile_labels(profile) in equilibria else "",
        )
        for profile in game.profiles()
    ]
    return Table((*columns, Column("Equilibrium")), tuple(rows), "Payoffs at the baseline", context.anchor("payoffs"))


def _pure(context: Context) -> list[tuple[int, ...]]:
    from detente.solve.pure import pure_profiles

    return pure_profiles(context.games["baseline"])


def terms(context: Context) -> list[Block]:
    """Every payoff as its terms, at the baseline, and the terms that change no decision."""
    model, point = context.model, context.points["baseline"]
    profiles = list(model.table.profiles())
    blocks: list[Block] = [
        Heading(1, "What the payoffs are made of"),
        Paragraph(
            "Each payoff is the sum of the terms that count at its outcome. A blank means that the term does not count "
            "there; a term of relative gains is set apart from material ones in the last column."
        ),
    ]
    for player in model.players:
        rows: list[tuple[Inline, ...]] = []
        for term in model.payoff_model.terms_of(player):
            expression = model.table.expression(term)
            value = short(model.symbolic.evaluate(expression, point.values), 3)
            names = names_of(expression)
            value = context.named(names[0], value) if len(names) == 1 else value
            cells = [
                value if term.holds(dict(zip(model.players, profile, strict=True))) else "" for profile in profiles
            ]
            label = term.label.get(context.definition.lang) or term.label.get("en") or term.name
            kind = "material" if term.material else "relative"
            rows.append((label, math(context, expression), *cells, kind))
        totals = [short(context.games["baseline"].payoff(player, profile), 3) for profile in profiles]
        rows.append(("total", "", *totals, ""))
        blocks.append(
            Table(
                (
                    Column("Term", width=2.2),
                    Column("Formula", width=1.7),
                    *(Column(context.profile(profile), align="decimal", width=1.25) for profile in profiles),
                    Column("Kind", width=0.9),
                ),
                tuple(rows),
                f"Terms of {english_article(context.label(player))} at the baseline",
                context.anchor(f"terms-{player.replace('_', '-')}"),
            )
        )
    inert = narrative.inert_sentences(context)
    if inert:
        blocks += [Heading(2, "Terms that change no decision"), Paragraph(narrative.INERT), Bullets(tuple(inert))]
    return blocks
