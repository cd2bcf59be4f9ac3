"""Sentences made from results: every number in them comes from the result that they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.numbers import plain, short
from detente.reports.wordlike import english_article

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.reports.blocks import Context
    from detente.solve.result import Equilibrium
    from detente.solve.two_players.ordinal import OrdinalClass
    from detente.study.forms.repeated import DiscountFactors

INERT = (
    "The following terms add the same to both sides of every comparison that their player makes. However large they "
    "are, they move no best response, no equilibrium and no player type; they only shift the level of payoffs."
)
TYPES = (
    "A player's type follows from three comparisons: what it gains by its second strategy if the other plays its "
    "first, what it gains if the other plays its second, and which of the two matching outcomes it prefers. Two players of "
    "one type give the game its name: two of assurance a stag hunt, two of the prisoner's dilemma that dilemma."
)
SELECTION = (
    "An equilibrium says that nobody gains by moving alone; it does not say which of two equilibria is played. "
    "Risk dominance compares how much is lost when the other side does not do its part: the equilibrium with the "
    "larger product of losses is the safer one. The trust needed is the least probability of the other side's first "
    "strategy at which one's own first strategy is a best reply."
)
THRESHOLDS = (
    "Each line moves one parameter through its whole interval and leaves all others at the baseline. The values at "
    "which the equilibria change are solved for exactly, or enclosed by proof where the caption says so; none is read off a grid."
)
REPEATED = (
    "In a game played once, a side that gains by leaving an agreement leaves it. When the game is repeated, a breach can be "
    "punished later, and the agreement holds if the future counts enough. The critical discount factor is the least "
    "weight on the next period, relative to the present one, at which no side gains by a breach. Grim punishes for ever, "
    "punishment for T periods returns to the agreement afterwards, tit for tat repeats what the other side did last."
)
FACTOR_FORMULA = (
    "With grim punishment a side is deterred exactly when its discount factor is at least the gain from the best "
    "breach over the sum of that gain and the yearly loss under punishment, both taken as positive:"
)
SHARES = (
    "A share says in how much of the box of all parameters a conclusion holds, if the values within their ranges are weighed in one of "
    "five ways (priors: {priors}). One number would be false precision, so the least and the greatest of the five are told. "
    "100% means that it held in all draws and 0% in none, which is no proof; what is proved is said to be proved."
)
IMPORTANCE = (
    "Alone: the share of the variance that the parameter explains by itself. In total: what is left when all others are known; totals may add up to more than 1."
)
COST = (
    "The cost of a change is its size relative to the width of the parameter's range, added up. Cheap means near in the study's own "
    "ranges, not easy in the world. Values are the edges at which the outcome changes."
)
CLASS_WORDS = {
    "stag_hunt": "stag hunt",
    "prisoners_dilemma": "prisoner's dilemma",
    "assurance_reversed": "reversed assurance",
}
#: What a class says of the outcomes {first} (all first strategies) and {last} (all second ones).
MEANING = {
    "stag_hunt": "{first} and {last} are each stable, and each side does best to match the other",
    "prisoners_dilemma": "each side gains by its second strategy whatever the other does, although both prefer {first} to {last}",
    "chicken": "each side wants to play its second strategy if the other plays its first, and its first if the other plays its second",
    "harmony": "each side does best by its first strategy whatever the other does",
    "deadlock": "each side does best by its second strategy whatever the other does, and prefers {last} to {first}",
}


def type_words(name: str) -> str:
    """Return a player type or class in words."""
    return " / ".join(CLASS_WORDS.get(part, part.replace("_", " ")) for part in name.split("/"))


def class_words(context: Context, found: OrdinalClass) -> str:
    """Return the class of a 2x2 game in words, with players where their types differ."""
    if "/" not in found.name:
        return type_words(found.name)
    return "; ".join(f"{context.label(player)}: {type_words(each)}" for player, each in found.types.items())


def unit(context: Context) -> str:
    """Return the unit that the game's payoffs are counted in, as the payoff file states it, or ``""``."""
    return context.model.payoff_model.unit


def unit_sentence(context: Context) -> str:
    """Return one sentence that says what the payoffs are counted in and what the table marks."""
    counted = unit(context)
    lead = f"Unit of payoffs: {counted}. " if counted else ""
    if len(context.model.players) == 2:
        first, second = map(english_article, context.players)
        return f"{lead}The first number of a cell is the payoff of {first}, the second that of {second}. An underlined number is a best response to the other side's choice; a framed cell is an equilibrium."
    return lead


def join(parts: Sequence[str], last: str = "and") -> str:
    """Return parts as ``a, b and c``."""
    items = list(parts)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def equilibrium_words(context: Context, equilibrium: Equilibrium) -> str:
    """Return an equilibrium in words."""
    parts = []
    for player, weights in equilibrium.profile.items():
        played = [(label, weight) for label, weight in weights.items() if weight != 0]
        if len(played) == 1:
            parts.append(f"{context.label(player)}: {context.label(played[0][0])}")
        else:
            mix = join([f"{context.label(label)} {short(weight, 3)}" for label, weight in played])
            parts.append(f"{context.label(player)}: {mix}")
    return "; ".join(parts)


def outcome(context: Context, equilibrium: Equilibrium) -> str:
    """Return a pure equilibrium as an outcome: ``(cooperate, confront)``; labels need not be verbs."""
    played = [next(iter(each)) for each in equilibrium.support.values()]
    return context.profile(played)


def state_words(context: Context, state: Any) -> str:
    """Return the set of equilibria on a piece of a line in words."""
    parts = []
    for each in state or ():
        if each == "mixed":
            parts.append("mixed")
        elif each == "continuum":
            parts.append("a continuum")
        else:
            parts.append(context.profile(each.split(",")))
    return " + ".join(parts) if parts else "none in pure strategies"


# ---------------------------------------------------------------------------------- inert terms


def inert_sentences(context: Context) -> list[str]:
    """Return one sentence per player on the terms that enter no comparison of best responses."""
    sentences = []
    for player, names in context.model.table.inert.items():
        if not names:
            continue
        labels = {
            term.name: term.label.get(context.definition.lang) or term.label.get("en") or term.name
            for term in context.model.payoff_model.terms_of(player)
        }
        sentences.append(f"{context.label(player)}: {join([labels[name] for name in names])}.")
    return sentences


# --------------------------------------------------------------------------------- material sums


def sums_sentence(context: Context, sums: Sequence[Mapping[str, Any]]) -> str:
    """Return what the material sums say, and what they do not."""
    first, others = context.profile(sums[0]["profile"]), sums[1:]
    if all(row["difference"] == "always negative" for row in others):
        return (
            f"Added up without relative gains, every other outcome is worth less than {first}, at every point of the parameter "
            "box. This is built into the signs and ranges of the parameters, so it is no finding; nor does it make "
            f"{first} an equilibrium, which depends on what each side gains by moving alone."
        )
    lower = [context.profile(row["profile"]) for row in others if row["difference"] == "always negative"]
    held = f" It holds for {join(lower)}." if lower else ""
    return f"Not every outcome is worth less than {first} throughout the parameter box.{held}"


# ------------------------------------------------------------------------------------------ map


def map_title(context: Context, pair: tuple[str, str]) -> str:
    """Return the title of the map."""
    x, y = (context.label(name) for name in pair)
    return f"The equilibria by {x} and {y}"


# ------------------------------------------------------------------------------------- repeated


def strategy_words(name: str) -> str:
    """Return a strategy of the repeated game in words."""
    if name.startswith("punishment_"):
        years = int(name.removeprefix("punishment_"))
        return f"punishment for {years} period{'s' if years > 1 else ''}"
    return {"grim": "grim trigger"}.get(name, name.replace("_", " "))


def factor_words(value: Any) -> str:
    """Return a critical discount factor: exact where short, with its decimal value; on a page the exact form of many digits is left out."""
    if value is None:
        return "none"
    exact = plain(value)
    if exact == short(value, 3):
        return exact
    return f"{exact} = {short(value, 3)}" if len(exact) <= 16 else short(value, 3)


def factor_value(found: DiscountFactors) -> str:
    """Return the study's own discount factor, or one per player."""
    values = list(found.values.values())
    return short(values[0], 3) if len(set(values)) == 1 else join([short(value, 3) for value in values])


def repeated_sentence(context: Context, point: str, found: DiscountFactors) -> str:
    """Return what patience sustains the target at a point."""
    target = context.profile(found.target)
    grim = found.factors.get("grim")
    stage = context.solved[point]
    alone = not any(
        tuple(next(iter(each)) for each in equilibrium.support.values()) == found.target for equilibrium in stage.pure
    )
    lead = (
        f"At the point {context.label(point)}, {target} is no equilibrium of the game played once. "
        if alone
        else f"At the point {context.label(point)}, {target} is already an equilibrium of the game played once, and playing it for ever needs no threat. "
    )
    if grim is None:
        return lead
    if not grim.punishment:
        return lead + (
            "The punishment is no equilibrium of the game played once there: whoever gains by leaving it would, so that "
            "the threat of it is not credible at any discount factor."
        )
    if grim.overall is None:
        return lead + "No discount factor below 1 sustains it by grim punishment."
    least = [
        f"{short(value, 2)} for {english_article(context.label(player))}"
        for player, value in grim.per_player.items()
        if value is not None
    ]
    verdict = "is enough" if grim.sustains(found.values) else "is not enough"
    return (
        lead
        + f"Repeated for ever with grim punishment it holds from a discount factor of {join(least)}; the study's own factor of {factor_value(found)} {verdict}."
    )


def repeated_notes(found: DiscountFactors) -> str:
    """Return the reservations of the critical discount factors as one text."""
    notes = list(dict.fromkeys(note for factor in found.factors.values() for note in factor.notes))
    text = "; ".join(notes).replace("overall supposes a common one", "the picture supposes a common one")
    none = any(value is None for factor in found.factors.values() for value in factor.per_player.values())
    return (
        ("None: no discount factor below 1 is enough. " if none else "")
        + (f"{text[0].upper()}{text[1:]}." if text else "")
    ).strip()
