"""Commands on one game: show, trace, atlas, thresholds."""

from __future__ import annotations

from typing import Any

import click

from detente.cli.output import GameOptions, emit, game_options, open_game
from detente.errors import UsageError
from detente.numbers import number_to_json, plain, short

__all__ = ["atlas_command", "head_line", "show_command", "thresholds_command", "trace_command"]


def head_line(at: Any) -> str:
    """Return one line that says which game is looked at, at which point, with which payoffs."""
    changed = ", ".join(f"{name} = {short(at.point.values[name], 6)}" for name in at.point.changed)
    where = at.point.name + (f" with {changed}" if changed else "")
    return f"{at.game.name} at {where}, {at.kind} payoffs"


@click.command("show")
@click.argument("game")
@click.option("--terms", is_flag=True, help="Also list the terms behind every cell.")
@game_options
def show_command(game: str, terms: bool, options: GameOptions) -> None:
    """Show the payoff table of GAME, symbolic and numeric, best responses marked.

    A star behind a number marks a best response.
    """
    from detente.display import Table
    from detente.printing import plain as formula_text
    from detente.solve.best_response import best_responses

    at = open_game(game, options, "show")
    model = at.game.model
    table = model.material_table if options.kind == "material" else model.table
    numeric = model.at(at.point, options.kind)
    symbolic = model.payoffs(options.kind)
    cells: list[dict[str, Any]] = []
    rows = []
    for profile in numeric.profiles():
        labels = numeric.profile_labels(profile)
        best = [player for i, player in enumerate(model.players) if profile[i] in best_responses(numeric, i, profile)]
        payoffs = {}
        for i, player in enumerate(model.players):
            payoffs[player] = {
                "value": number_to_json(numeric.payoffs[(i, *profile)]),
                "formula": formula_text(table.payoff(player, labels)),
                "terms": [
                    {
                        "name": term.name,
                        "formula": term.formula.text,
                        "value": number_to_json(symbolic.evaluate(table.expression(term), at.point.values)),
                        "material": term.material,
                    }
                    for term in table.terms_at(player, labels)
                ],
            }
        cells.append(
            {"profile": dict(zip(model.players, labels, strict=True)), "payoffs": payoffs, "best_response": best}
        )
        rows.append(
            (
                *labels,
                *(
                    short(numeric.payoffs[(i, *profile)], 5) + ("*" if player in best else "")
                    for i, player in enumerate(model.players)
                ),
            )
        )
    numbers = Table(
        head_line(at),
        (*model.players, *(f"payoff of {player}" for player in model.players)),
        tuple(rows),
        ("* best response to the others",),
    )
    parts = [numbers.to_text(), table.table().to_text()]
    if terms:
        parts.append(table.breakdown().to_text())
    data = {
        **at.head,
        "players": list(model.players),
        "cells": cells,
        "inert": {player: list(names) for player, names in table.inert.items()},
    }
    emit("\n\n".join(parts), data, as_json=options.as_json, out=options.out, notes=at.point.notes)


@click.command("trace")
@click.argument("game")
@click.argument("what")
@click.argument("player", required=False)
@game_options
def trace_command(
    game: str,
    what: str,
    player: str | None,
    options: GameOptions,
) -> None:
    """Follow a number down to its sources: trace GAME PROFILE PLAYER, or trace GAME NAME.

    PROFILE is STRATEGY,STRATEGY,.. or PLAYER=STRATEGY,... NAME is a parameter, a derived value, a named conclusion,
    threshold:PARAMETER[:CONCLUSION] or factor:STRATEGY:PLAYER.
    """
    from detente.conclusions.conclusion import parse_profile
    from detente.study.trace import trace_name, trace_payoff

    at = open_game(game, options, "trace")
    model = at.game.model
    if player is None:
        if ("," in what or "=" in what) and ":" not in what:
            raise UsageError(
                f"found the profile {what!r} without a player; expected trace GAME PROFILE PLAYER, with one of {', '.join(model.players)}"
            )
        node = trace_name(model, at.point, what, options.kind)
    else:
        if player not in model.players:
            raise UsageError(f"unknown player {player!r}; expected one of {', '.join(model.players)}")
        node = trace_payoff(
            model, at.point, parse_profile(what, model.players, model.symbolic.strategies), player, options.kind
        )
    emit(str(node), {**at.head, "node": node.to_json()}, as_json=options.as_json, out=options.out, notes=at.point.notes)


@click.command("atlas")
@click.argument("game")
@click.option("--over", help="Parameters that vary, as P,Q,..; the others stay at the point. Default: all.")
@click.option(
    "--verify", type=click.IntRange(min=1), metavar="N", help="Check the conditions at N random exact points."
)
@click.option("--seed", type=int, default=0, help="Seed of the points of --verify.")
@game_options
def atlas_command(
    game: str,
    over: str | None,
    verify: int | None,
    seed: int,
    options: GameOptions,
) -> None:
    """Show the equilibria of GAME in closed form with the exact conditions over the parameter box."""
    from detente.printing import plain as formula_text
    from detente.solve.parametric.atlas import atlas, verify_atlas

    at = open_game(game, options, "atlas")
    names = None if over is None else [name.strip() for name in over.split(",") if name.strip()]
    found = atlas(at.game.model.payoffs(options.kind), names, at.point.values)
    data = {
        **at.head,
        "complete": found.complete,
        "missing": found.missing,
        "regions": [
            {
                "profile": {
                    player: {name: formula_text(weight) for name, weight in weights.items()}
                    for player, weights in region.profile.items()
                },
                "payoffs": {player: formula_text(value) for player, value in region.payoffs.items()},
                "condition": formula_text(region.condition),
                "status": region.status,
            }
            for region in found.regions
        ],
    }
    text = f"{at.game.name}, {options.kind} payoffs\n{found}"
    if verify is not None:
        verify_atlas(found, verify, seed)
        data["verified"] = verify
        text += f"\nAll conditions agree with the certified solver at {verify} random exact points of the box."
    emit(text, data, as_json=options.as_json, out=options.out, notes=at.point.notes)


@click.command("thresholds")
@click.argument("game")
@click.option("--along", required=True, help="The parameter, or derived value, to move.")
@click.option("--of", help="A named formula or a conclusion; default: the set of equilibria.")
@game_options
def thresholds_command(
    game: str,
    along: str,
    of: str | None,
    options: GameOptions,
) -> None:
    """List the exact values of a parameter at which the equilibria, or a conclusion, change."""
    at = open_game(game, options, "thresholds")
    found = at.game.thresholds(along, of, at.point.name, options.kind, **at.changes)
    data = {
        **at.head,
        "along": along,
        "of": found.of,
        "interval": [number_to_json(end) for end in found.interval],
        "thresholds": [each.to_json() for each in found.inside],
        "outside": [each.to_json() for each in found.outside],
    }
    data["notes"] = [*at.head["notes"], *found.notes]
    now = (
        f"{along} is {plain(found.value)} now"
        if plain(found.value) == short(found.value, 6)
        else f"{along} is {short(found.value, 6)} now"
    )
    emit(f"{head_line(at)}; {now}\n{found}", data, as_json=options.as_json, out=options.out, notes=at.point.notes)
