"""The first page: what follows, in plain words, generated from the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.numbers import short
from detente.reports import narrative
from detente.reports.elements import Block, Heading, KeyPoint, KeyPoints, Note, PageBreak, Paragraph
from detente.solve.two_players.ordinal import ordinal_class, risk_dominant, trust_threshold

if TYPE_CHECKING:
    from detente.reports.blocks import Context

__all__ = ["summary"]


def summary(context: Context) -> list[Block]:
    """Return one page for decision makers."""
    title = "Summary" if context.alone else f"Summary: {context.title}"
    points = [
        _baseline(context),
        *_mixed(context),
        *_other_points(context),
        _sums(context),
        *_changes(context),
        *_patience(context),
        *_inert(context),
    ]
    return [
        Heading(1, title, numbered=False),
        Paragraph(_question(context)),
        KeyPoints(tuple(points)),
        Note(_basis(context), "What this rests on."),
        PageBreak(),
    ]


def _question(context: Context) -> str:
    model = context.model
    choices = {
        player: narrative.join([context.label(each) for each in own], "or")
        for player, own in model.definition.strategies.items()
    }
    if len(set(choices.values())) == 1:
        moves = f"Players: {', '.join(context.players)}. Each chooses: {next(iter(choices.values()))}"
    else:
        moves = "; ".join(f"{context.label(player)} chooses: {own}" for player, own in choices.items())
    description = model.definition.description.rstrip(".")
    lead = f"{description}. " if description else ""
    return f"{lead}{moves}. The payoffs are built from figures in the documents and from named judgements; what follows from them is computed here."


def _outcomes(context: Context, name: str) -> str:
    """Return the stable outcomes at a point in words; a stable outcome is a pure equilibrium."""
    pure = [narrative.outcome(context, each) for each in context.solved[name].pure]
    return narrative.join(pure) if pure else "none in pure strategies"


def _baseline(context: Context) -> KeyPoint:
    pure = [narrative.outcome(context, each) for each in context.solved["baseline"].pure]
    if not pure:
        text = "No outcome is stable: in each, some side gains by changing its choice alone."
    elif len(pure) == 1:
        text = f"One outcome is stable, in that no side gains by changing its choice alone: {pure[0]}."
    else:
        text = f"{number_words(len(pure))} outcomes are stable, in that no side gains by changing its choice alone: {narrative.join(pure)}."
    if context.two_by_two:
        game = context.games["baseline"]
        found = ordinal_class(game)
        if "/" not in found.name and found.name in narrative.MEANING:
            first, last = (context.profile([own[k] for own in game.strategies]) for k in (0, 1))
            meaning = narrative.MEANING[found.name].format(first=first, last=last)
            text += f" The game is a {narrative.type_words(found.name)}: {meaning}."
        selected = risk_dominant(game)
        if selected is not None:
            text += f" The safer of the two is {context.profile(game.profile_labels(selected))}: it risk-dominates, that is, the losses from being let down weigh more on the other."
    return KeyPoint("At the baseline.", text)


def number_words(number: int) -> str:
    """Return a small number as a word that begins a sentence."""
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    return words[number] if number < len(words) else str(number)


def _mixed(context: Context) -> list[KeyPoint]:
    mixed = [each for each in context.solved["baseline"].equilibria if not each.pure]
    if not mixed or not context.two_by_two:
        return []
    game = context.games["baseline"]
    trust = [trust_threshold(game, player) for player in (0, 1)]
    if any(value is None for value in trust):
        text = f"{narrative.equilibrium_words(context, mixed[0])}. Each side's mixture makes the other indifferent; it is no advice to randomize."
        return [KeyPoint("The mixed equilibrium.", text)]
    own = [context.label(each[0]) for each in game.strategies]
    needs = "; ".join(
        f"{context.players[i]} to {own[i]}, if it expects {context.players[1 - i]} to {own[1 - i]} with probability at least {short(trust[i], 2)}"
        for i in (0, 1)
    )
    text = (
        f"It is a best reply for {needs}. The mixed equilibrium consists of exactly these beliefs: it is the tipping point between the stable "
        "outcomes, not a forecast that anyone will randomize."
    )
    return [KeyPoint("Trust decides.", text)]


def _other_points(context: Context) -> list[KeyPoint]:
    names = [name for name in context.points if name != "baseline"]
    if not names:
        return []
    parts = [f"at the point {context.label(name)} {_outcomes(context, name)}" for name in names]
    return [KeyPoint("Elsewhere.", f"Stable are {'; '.join(parts)}.")]


def _sums(context: Context) -> KeyPoint:
    return KeyPoint("Sums.", narrative.sums_sentence(context, context.found.sums(context.game)))


def _changes(context: Context) -> list[KeyPoint]:
    """Where a single parameter changes the stable outcomes, nearest first."""
    game = context.model.symbolic
    values = context.points["baseline"].values
    found = []
    for name, interval in game.parameters.items():
        if interval.low == interval.high:
            continue
        for each in context.found.thresholds(context.game, name)["inside"]:
            distance = abs(each["at"] - float(values[name])) / float(interval.high - interval.low)
            found.append((distance, name, each))
    if not found:
        return [
            KeyPoint(
                "What would change it.", "No single parameter, moved through its interval, changes the equilibria."
            )
        ]
    found.sort(key=lambda item: (item[0], item[1]))
    lines = []
    for _, name, each in found[:3]:
        side = "above" if each["at"] > float(values[name]) else "below"
        after = each["after" if side == "above" else "before"]
        lines.append(
            f"{context.label(name)} {side} {short(each['at'], 3)} (now {short(values[name], 3)}) gives {narrative.state_words(context, after)}"
        )
    number = len({name for _, name, _ in found})
    lead = f"{number} of {len(game.parameters)} parameters can alone change the equilibria within their intervals. The smallest moves, relative to the interval: "
    return [KeyPoint("What would change it.", lead + "; ".join(lines) + ".")]


def _patience(context: Context) -> list[KeyPoint]:
    from detente.study.forms.repeated import discount_factors

    variants = [each for each in context.model.definition.variants.values() if each.form == "repeated"]
    asked = [
        name
        for question in context.model.definition.questions
        if "discount_factors" in question.ask
        for name in question.points
    ]
    if not variants or not asked:
        return []
    found = discount_factors(context.model, context.points[asked[0]], variants[0].name)
    text = narrative.repeated_sentence(context, asked[0], found)
    short_ones = [name for name, factor in found.factors.items() if not factor.sustains(found.values)]
    if short_ones:
        text += (
            f" Not enough at that factor: {narrative.join([narrative.strategy_words(name) for name in short_ones])}."
        )
    return [KeyPoint("Patience.", text)]


def _inert(context: Context) -> list[KeyPoint]:
    sentences = narrative.inert_sentences(context)
    if not sentences:
        return []
    return [
        KeyPoint("What plays no part.", "Terms that change no decision, whatever their size. " + " ".join(sentences))
    ]


def _basis(context: Context) -> str:
    kinds = [parameter.kind for parameter in context.model.parameters.values() if not parameter.is_derived]
    figures, judgements = kinds.count("figure"), kinds.count("judgement")
    return (
        f"{len(kinds)} parameters: {figures} from figures in the documents, {judgements} judgements with a stated range. Everything here is exact at "
        "the points named; how often a conclusion holds over the whole range of the judgements is not claimed."
    )
