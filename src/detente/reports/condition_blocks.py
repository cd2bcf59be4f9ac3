"""Blocks on when each outcome is an equilibrium: conditions in closed form, and the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.formula import parse
from detente.printing import plain as formula_text
from detente.printing import typst
from detente.reports import narrative
from detente.reports.box_results import read_condition
from detente.reports.elements import (
    Block,
    Column,
    Figure,
    Formula,
    Heading,
    Note,
    Paragraph,
    Table,
)
from detente.reports.typesetting import displayed, math, names_of, typst_text

if TYPE_CHECKING:
    from detente.reports.blocks import Context

__all__ = ["class_map", "conditions", "regions"]

#: Width of a map as a share of that of the text: it leaves less of the page before it empty, and its labels keep their places.
_MAP = 0.92


def conditions(context: Context) -> list[Block]:
    """The conditions under which each equilibrium exists, typeset."""
    blocks: list[Block] = [
        Heading(1, "When each outcome is an equilibrium"),
        Paragraph(
            "The conditions are exact: an outcome is an equilibrium at a point of the parameter box if and only if all its "
            "inequalities hold there. No number has been put in, so they hold for every value of the parameters."
        ),
    ]
    found = context.found.conditions(context.game)
    for region in found["regions"]:
        label, status = region["label"], region["status"]
        mixed = "The mixed equilibrium" if label == "mixed" else f"The mixed equilibrium on {label}"
        name = context.profile(label.split(",")) if region["pure"] else mixed
        if status == "never":
            blocks.append(Paragraph(f"{name} is an equilibrium nowhere in the parameter box."))
            continue
        if status == "always":
            blocks.append(Paragraph(f"{name} is an equilibrium everywhere in the parameter box."))
            continue
        lead = f"{name} is an equilibrium exactly when" if region["pure"] else f"{name} exists exactly when"
        if status == "undecided":
            lead = f"Whether the parameter box reaches it is not decided; {lead[0].lower()}{lead[1:]}"
        blocks.append(Paragraph(lead))
        blocks += [displayed(context, read_condition(text)) for text in region["conditions"]]
        if not region["pure"] and context.two_by_two:
            blocks += _mixing(context, region)
    definitions = [
        (context.symbol(name), math(context, formula), context.named(name)) for name, formula in context.model.symbolic.derived.items()
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
    missing = f" {found['missing'][0].upper()}{found['missing'][1:]}." if found["missing"] else ""
    blocks.append(Note(note + missing, "On a boundary."))
    return blocks


def _mixing(context: Context, region: Any) -> list[Block]:
    blocks: list[Block] = [
        Paragraph("and then each side plays its first strategy with the probability that makes the other indifferent:")
    ]
    for player, weights in region["profile"]:
        first, weight = weights[0][0], parse(weights[0][1])
        said = f"{context.label(player)}{context.say(' plays ')}{context.label(first)}"
        source = f'op("Pr")({typst_text(said)}) = {typst(weight, context.names)}'
        alt = context.say(
            "probability that {player} plays {move} = {formula}",
            player=context.label(player), move=context.label(first), formula=context.reading(formula_text(weight)),
        )  # fmt: skip
        blocks.append(Formula(source, alt, entries=context.entries(names_of(weight))))
    return blocks


def regions(context: Context) -> list[Block]:
    """A map of the equilibria over two parameters."""
    return _map(context, "equilibria")


def class_map(context: Context) -> list[Block]:
    """A map of the class of a 2x2 game over two parameters."""
    return _map(context, "class")


def _map(context: Context, what: str) -> list[Block]:
    from detente.reports.kept_pictures import drawn
    from detente.reports.map import game_map, map_parameters
    from detente.reports.region_map import region_map

    classes = what == "class"
    title = "The map of classes" if classes else "The map"
    if classes and not context.two_by_two:
        return [Heading(1, title), Note("Classes are those of two players with two strategies each.")]
    pair = map_parameters(context)
    if pair is None:
        return [
            Heading(1, title),
            Note("No two parameters change the equilibria from the baseline, so there is nothing to map."),
        ]
    try:
        made = game_map(
            context.model, pair, what, lang=context.definition.lang, fill=None if classes else context.fill
        )
        svg = drawn(context, region_map, **made.picture.parts)
    except UsageError as error:
        return [Heading(1, title), Note(f"There is no map: {error}.")]
    x, y = (context.named(name) for name in pair)
    caption = (
        f"{'Class of the game' if classes else 'Equilibria'} by {x} and {y}, all other parameters at the baseline. "
        "Boundaries are exact curves, labelled with their equation; on a boundary "
        + ("a player is indifferent between two outcomes." if classes else "one side is indifferent.")
    )
    if made.starred:
        shown = "class" if classes else "equilibria"
        caption += (
            " A star marks a named point that differs from the baseline in other parameters too, so the map need not "
            f"show its {shown}."
        )
    caption = " ".join([caption, *(each for each in made.remarks if not each.startswith("*"))])
    heading = f"The class of the game by {x} and {y}" if classes else narrative.map_title(context, pair)
    anchor = context.anchor("class-map" if classes else "map")
    return [Heading(1, heading), Figure(svg, anchor, caption, made.picture.words, width=_MAP)]
