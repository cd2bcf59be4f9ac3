"""The block on repeated play: critical discount factors in numbers and symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.numbers import short
from detente.printing import plain as formula_text
from detente.printing import typst
from detente.reports import narrative
from detente.reports.elements import (
    Block,
    Column,
    Figure,
    Formula,
    Heading,
    Paragraph,
    Table,
)
from detente.reports.typesetting import names_of, typst_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from detente.reports.blocks import Context

__all__ = ["repeated"]


def repeated(context: Context) -> list[Block]:
    """Critical discount factors of the repeated variant at the points that its questions name."""
    from detente.reports.discount_gauge import Critical, discount_gauge
    from detente.reports.kept_pictures import drawn
    from detente.study.forms.repeated import discount_factors

    variants = [each for each in context.model.definition.variants.values() if each.form == "repeated"]
    if not variants:
        return []
    variant = variants[0]
    asked = [question for question in context.model.definition.questions if "discount_factors" in question.ask]
    names = tuple(dict.fromkeys(name for question in asked for name in question.points)) or ("baseline",)
    blocks: list[Block] = [Heading(1, "When the game is repeated"), Paragraph(narrative.REPEATED)]
    tempted: set[str] = set()
    for name in names:
        found = discount_factors(context.model, context.points[name], variant.name)
        grim = found.factors.get("grim")
        tempted |= {player for player, value in (grim.per_player if grim else {}).items() if value}
        rows = []
        for strategy, factor in found.factors.items():
            cells = [narrative.factor_words(factor.per_player[player]) for player in found.players]
            rows.append((narrative.strategy_words(strategy), *cells, "yes" if factor.sustains(found.values) else "no"))
        blocks += [
            Paragraph(narrative.repeated_sentence(context, name, found)),
            Table(
                (
                    Column("Strategy", width=2.4),
                    *(Column(player, width=2) for player in context.players),
                    Column(f"Enough at {narrative.factor_value(found)}?", width=1.3),
                ),
                tuple(rows),
                f"Critical discount factors at the point {context.label(name)}, found exactly",
                context.anchor(f"discount-factors-{name.replace('_', '-')}"),
                note=narrative.repeated_notes(found),
                digits=3,
            ),
        ]
        values = set(found.values.values())
        if len(values) == 1 and 0 <= float(next(iter(values))) <= 1:
            delta = next(iter(values))
            own = next(
                (each for each in variant.data.discount_factors[0].names if each in context.model.symbolic.parameters), None
            )
            span = context.model.symbolic.parameters[own] if own else None
            svg = drawn(
                context,
                discount_gauge,
                [
                    Critical(
                        narrative.strategy_words(strategy),
                        None if factor.overall is None else float(factor.overall),
                        short(factor.overall, 3),
                    )
                    for strategy, factor in found.factors.items()
                ],
                delta=float(delta),
                delta_range=(float(span.low), float(span.high)) if span else None,
                delta_label="discount factor of this study",
            )
            blocks.append(
                Figure(
                    svg,
                    context.anchor(f"gauge-{name.replace('_', '-')}"),
                    f"From which common discount factor on each arrangement sustains {context.profile(found.target)}",
                    "; ".join(
                        f"{narrative.strategy_words(strategy)}: {short(factor.overall, 3)}"
                        for strategy, factor in found.factors.items()
                    ),
                )
            )
    blocks += _factor_formulas(context, variant, tempted)
    return blocks


def _factor_formulas(context: Context, variant: Any, tempted: Collection[str]) -> list[Block]:
    """The factor in symbols for the players whom a breach tempts and a punishment deters at a point shown."""
    from detente.solve.repeated.critical_discount_factor import critical_discount_factor

    if not variant.data.target or not variant.data.punishment or not tempted:
        return []
    found = critical_discount_factor(context.model.symbolic, "grim", variant.data.target, variant.data.punishment)
    formulas: list[Block] = [
        Formula(
            f"delta_({typst_text(context.label(player))}) >= {typst(expression, context.names)}",
            context.say("delta of {player} at least {formula}", player=context.label(player), formula=context.reading(formula_text(expression))),
            entries=context.entries(names_of(expression)),
        )
        for player, expression in found.formula.items()
        if player in tempted
    ]
    return [Heading(2, "The critical discount factor in symbols"), Paragraph(narrative.FACTOR_FORMULA), *formulas]
