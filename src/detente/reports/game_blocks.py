"""Blocks on one game: payoffs, terms, conditions, classes, the map, repeated play."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions.thresholds import thresholds
from detente.numbers import plain, short
from detente.printing import plain as formula_text
from detente.printing import relation_normal, typst
from detente.reports import narrative
from detente.reports.elements import (
    Block,
    Bullets,
    Column,
    Figure,
    Formula,
    Heading,
    Note,
    Paragraph,
    PayoffCell,
    PayoffMatrix,
    Table,
)
from detente.reports.spans import Inline, Math, Ref
from detente.solve.best_response import best_responses
from detente.solve.ordinal import ordinal_class, payoff_labels, risk_dominant, trust_threshold
from detente.solve.type_conditions import type_conditions

if TYPE_CHECKING:
    from collections.abc import Collection

    from detente.reports.blocks import Context

__all__ = ["classes", "conditions", "payoffs", "regions", "repeated", "terms"]


def _math(context: Context, expression: Any) -> Math:
    return Math(typst(expression, context.names), formula_text(expression))


# --------------------------------------------------------------------------------------- payoffs


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
            f"What each side gets: {context.label(model.definition.name)}"
            if not context.alone
            else "What each side gets",
        ),
        Paragraph(narrative.unit_sentence(context)),
    ]
    target = (
        context.anchor(f"terms-{model.players[0].replace('_', '-')}") if "terms" in context.definition.blocks else ""
    )
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
            rows.append((context.profile(profile), context.label(player), _math(context, expression)))
    blocks += [
        Paragraph(
            (
                "The same payoffs in symbols; ",
                Ref(context.anchor("parameter-list")),
                " says what each symbol stands for.",
            )
            if "parameters" in context.definition.blocks
            else "The same payoffs in symbols."
        ),
        Table(
            (Column("Outcome", width=2), Column("Player", width=1.4), Column("Payoff", width=5)),
            tuple(rows),
            "Payoffs in symbols: the sum of the terms that count at each outcome",
            context.anchor("payoffs-symbolic"),
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


# ----------------------------------------------------------------------------------------- terms


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
            value = short(model.symbolic.evaluate(model.table.expression(term), point.values), 3)
            cells = [
                value if term.holds(dict(zip(model.players, profile, strict=True))) else "" for profile in profiles
            ]
            label = term.label.get(context.definition.lang) or term.label.get("en") or term.name
            kind = "material" if term.material else "relative"
            rows.append((label, _math(context, model.table.expression(term)), *cells, kind))
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
                f"Terms of {context.label(player)} at the baseline",
                context.anchor(f"terms-{player.replace('_', '-')}"),
            )
        )
    inert = narrative.inert_sentences(context)
    if inert:
        blocks += [Heading(2, "Terms that change no decision"), Paragraph(narrative.INERT), Bullets(tuple(inert))]
    return blocks


# ------------------------------------------------------------------------------------ conditions


def conditions(context: Context) -> list[Block]:
    """The conditions under which each equilibrium exists, typeset."""
    blocks: list[Block] = [
        Heading(1, "When each outcome is an equilibrium"),
        Paragraph(
            "The conditions are exact: an outcome is an equilibrium at a point of the parameter box if and only if all its "
            "inequalities hold there. No number has been put in, so they hold for every value of the parameters."
        ),
    ]
    for region in context.atlas.regions:
        mixed = "The mixed equilibrium" if region.label == "mixed" else f"The mixed equilibrium on {region.label}"
        name = context.profile(region.label.split(",")) if region.pure else mixed
        if region.status == "never":
            blocks.append(Paragraph(f"{name} is an equilibrium nowhere in the parameter box."))
            continue
        if region.status == "always":
            blocks.append(Paragraph(f"{name} is an equilibrium everywhere in the parameter box."))
            continue
        lead = f"{name} is an equilibrium exactly when" if region.pure else f"{name} exists exactly when"
        if region.status == "undecided":
            lead = f"Whether the parameter box reaches it is not decided; {lead[0].lower()}{lead[1:]}"
        blocks.append(Paragraph(lead))
        for each in region.unsettled:
            relation = relation_normal(each.sympy)
            blocks.append(Formula(typst(relation, context.names), formula_text(relation)))
        if not region.pure and context.two_by_two:
            blocks += _mixing(context, region)
    definitions = [
        (
            _math(context, _symbol(name)),
            Math(
                typst(context.model.symbolic.derived[name], context.names),
                formula_text(context.model.symbolic.derived[name]),
            ),
            context.label(name),
        )
        for name in context.model.symbolic.derived
    ]
    if definitions:
        blocks += [
            Paragraph("Symbols that stand for a formula:"),
            Table(
                (Column("Symbol", width=0.8), Column("Formula", width=2.5), Column("Meaning", width=3)),
                tuple(definitions),
                "Derived values",
                context.anchor("derived-symbols"),
            ),
        ]
    note = "Where a comparison is an equality, the player is indifferent, and further equilibria in which only this player mixes may appear."
    missing = f" {context.atlas.missing[0].upper()}{context.atlas.missing[1:]}." if context.atlas.missing else ""
    blocks.append(Note(note + missing, "On a boundary."))
    return blocks


def _symbol(name: str) -> Any:
    from detente.formula import symbol

    return symbol(name)


def _mixing(context: Context, region: Any) -> list[Block]:
    blocks: list[Block] = [
        Paragraph("and then each side plays its first strategy with the probability that makes the other indifferent:")
    ]
    for player, weights in region.profile.items():
        first, weight = next(iter(weights.items()))
        source = f'op("Pr")({typst_text(context.label(player))} " plays " {typst_text(context.label(first))}) = {typst(weight, context.names)}'
        alt = f"probability that {context.label(player)} plays {context.label(first)} = {formula_text(weight)}"
        blocks.append(Formula(source, alt))
    return blocks


def typst_text(text: str) -> str:
    """Return a label as upright text inside a formula, without characters that end it."""
    kept = "".join(character if character not in '"\\#$@`\n' else " " for character in text)
    return f'"{kept}"'


# --------------------------------------------------------------------------------------- classes


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
        )
    )
    if context.two_by_two:
        blocks += [*_types(context), *_selection(context)]
    blocks += _sums(context)
    blocks += _threshold_lines(context)
    return blocks


def _types(context: Context) -> list[Block]:
    """The player types with the conditions under which each obtains."""
    rows = []
    for each in type_conditions(context.model.symbolic):
        if each.status == "never":
            continue
        relations = [relation_normal(part) for part in each.comparisons]
        parts = [_math(context, relation) for relation in relations]
        formula = tuple(span for part in parts for span in (part, ";  "))[:-1]
        rows.append((context.label(each.player), narrative.type_words(each.type), each.status, formula))
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
    sums = context.sums
    rows = tuple(
        (
            context.profile(row.profile),
            *(short(value, 3) for value in row.values),
            row.difference.replace("positive", "larger").replace("negative", "smaller"),
        )
        for row in sums.rows
    )
    return [
        Heading(2, "Material sums"),
        Paragraph(narrative.sums_sentence(context, sums)),
        Table(
            (
                Column("Outcome"),
                *(Column(context.label(name), align="decimal") for name in context.points),
                Column(f"Against {context.profile(sums.rows[0].profile)}, over the box"),
            ),
            rows,
            "Material sums: both players' payoffs without relative gains, added up",
            context.anchor("sums"),
        ),
    ]


def _along(context: Context) -> tuple[str, ...]:
    """Return the parameters that the questions of the game vary."""
    return tuple(dict.fromkeys(name for question in context.model.definition.questions for name in question.along))


def _threshold_lines(context: Context) -> list[Block]:
    from detente.reports.figure_style import to_svg
    from detente.reports.number_line import Threshold, number_line
    from detente.reports.scale import Scale

    blocks: list[Block] = []
    for along in _along(context):
        parameter = context.model.parameters[along]
        found = thresholds(context.model.symbolic, along, None, context.points["baseline"].values, parameter.domain)
        low, high = (float(end) for end in found.interval)
        if not low < high:
            continue
        inside = [each for each in found.inside if low < float(each.at) < high]
        states = [found.state, *(each.after for each in inside)]
        figure = number_line(
            Scale(
                context.label(along),
                float(short(low, 3)),
                float(short(high, 3)),
                unit=parameter.unit,
                symbol=_tex(context, along),
            ),
            [Threshold(float(each.at), short(each.at, 3)) for each in inside],
            [narrative.state_words(context, state) for state in states],
            baseline=float(found.value) if low <= float(found.value) <= high else None,
            fills=[context.fill(state) for state in states],
        )
        steps = "; ".join(f"{narrative.state_words(context, each.before)} up to {plain(each.at)}" for each in inside)
        closing = narrative.state_words(context, states[-1])
        alt = f"equilibria along {context.label(along)}: {steps + '; then ' if steps else ''}{closing}"
        exact = ", ".join(f"{plain(each.at)}" for each in inside) or "none"
        blocks.append(
            Figure(
                to_svg(figure),
                context.anchor(f"thresholds-{along.replace('_', '-')}"),
                f"Equilibria as the {context.label(along)} varies, all else at the baseline. Exact thresholds: {exact}.",
                alt,
            )
        )
    if blocks:
        blocks.insert(0, Heading(2, "Where the answer changes"))
        blocks.insert(1, Paragraph(narrative.THRESHOLDS))
    return blocks


def _tex(context: Context, name: str) -> str:
    from detente.printing import latex

    return latex(_symbol(name), context.names)


# --------------------------------------------------------------------------------------- regions


def regions(context: Context) -> list[Block]:
    """A map of the equilibria over two parameters."""
    from detente.reports.figure_style import to_svg
    from detente.reports.map import equilibrium_map, map_parameters

    if not context.two_by_two:
        return [Heading(1, "The map"), Note("The map is drawn for two players with two strategies each.")]
    pair = map_parameters(context)
    if pair is None:
        return [
            Heading(1, "The map"),
            Note("No two parameters change the equilibria from the baseline, so there is nothing to map."),
        ]
    figure, alt, starred = equilibrium_map(context, pair)
    x, y = (context.label(name) for name in pair)
    caption = (
        f"Equilibria by {x} and {y}, all other parameters at the baseline. Boundaries are exact curves, labelled with "
        "their equation; on a boundary one side is indifferent."
    )
    if starred:
        caption += " A star marks a named point that differs from the baseline in other parameters too, so the map need not show its equilibria."
    return [
        Heading(1, narrative.map_title(context, pair)),
        Figure(to_svg(figure), context.anchor("map"), caption, alt),
    ]


# -------------------------------------------------------------------------------------- repeated


def repeated(context: Context) -> list[Block]:
    """Critical discount factors of the repeated variant at the points that its questions name."""
    from detente.reports.discount_gauge import Critical, discount_gauge
    from detente.reports.figure_style import to_svg
    from detente.study.repeated import discount_factors

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
                f"Critical discount factors at the point {context.label(name)}, exact",
                context.anchor(f"discount-factors-{name.replace('_', '-')}"),
                note=narrative.repeated_notes(found),
            ),
        ]
        values = set(found.values.values())
        if len(values) == 1 and 0 <= float(next(iter(values))) <= 1:
            delta = next(iter(values))
            own = next(
                (each for each in variant.discount_factors[0].names if each in context.model.symbolic.parameters), None
            )
            span = context.model.symbolic.parameters[own] if own else None
            figure = discount_gauge(
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
                    to_svg(figure),
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
    from detente.solve.repeated import critical_discount_factor

    if not variant.target or not variant.punishment or not tempted:
        return []
    found = critical_discount_factor(context.model.symbolic, "grim", variant.target, variant.punishment)
    formulas: list[Block] = [
        Formula(
            f"delta_({typst_text(context.label(player))}) >= {typst(expression, context.names)}",
            f"delta of {context.label(player)} at least {formula_text(expression)}",
        )
        for player, expression in found.formula.items()
        if player in tempted
    ]
    return [Heading(2, "The critical discount factor in symbols"), Paragraph(narrative.FACTOR_FORMULA), *formulas]
