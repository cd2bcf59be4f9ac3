"""Commands on one game: show, trace, atlas, thresholds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from detente.cli.output import GameOptions, emit, format_option, game_options, note, open_game, shown
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
    """Show the payoffs of GAME, symbolic and numeric; in a table, a star behind a number marks a best response."""
    at = open_game(game, options, "show")
    view = at.game.model.form.show(at.game.model, at.point, options.kind, terms, head_line(at))
    data = {**at.head, **view.to_json()}
    emit(str(view), data, as_json=options.as_json, out=options.out, notes=at.point.notes)


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
    from detente.study.trace import trace_name

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
        node = model.form.trace_payoff(model, at.point, what, player, options.kind)
    emit(str(node), {**at.head, "node": node.to_json()}, as_json=options.as_json, out=options.out, notes=at.point.notes)


@click.command("atlas")
@click.argument("game")
@click.option("--over", help="Parameters that vary, as P,Q,..; the others stay at the point. Default: all.")
@click.option(
    "--verify", type=click.IntRange(min=1), metavar="N", help="Check the conditions at N random exact points."
)
@click.option("--seed", type=int, default=0, help="Seed of the points of --verify.")
@click.option(
    "--figure",
    type=click.Path(path_type=Path),
    help="Also draw the map over the two parameters of --over: a name in .svg, .pdf or .png.",
)
@click.option(
    "--map",
    "what",
    type=click.Choice(["equilibria", "class"]),
    default="equilibria",
    show_default=True,
    help="What the map shows: the set of equilibria, or the class of a 2x2 game.",
)
@click.option("--partition", is_flag=True, help="Also the sets of equilibria that occur, and where.")
@click.option("--statics", is_flag=True, help="Also the sign of every derivative of mixed probabilities and payoffs.")
@click.option(
    "--boundaries", is_flag=True, help="Also the further equilibria of two players that exist only where one comparison is an equality."
)
@click.option(
    "--sustain", metavar="PROFILE", help="Also the critical discount factors at which repetition sustains PROFILE, as formulas."
)
@click.option("--punish", metavar="PROFILE", help="The answer to a deviation from --sustain; default: the last strategies.")
@format_option
@game_options
def atlas_command(
    game: str,
    over: str | None,
    verify: int | None,
    seed: int,
    figure: Path | None,
    what: str,
    partition: bool,
    statics: bool,
    boundaries: bool,
    sustain: str | None,
    punish: str | None,
    how: str,
    options: GameOptions,
) -> None:
    """Show the equilibria of GAME in closed form with the exact conditions over the parameter box."""
    from detente.solve.parametric.atlas import verify_atlas

    if punish is not None and sustain is None:
        raise UsageError("found --punish without --sustain; expected the profile that is to be sustained")
    at = open_game(game, options, "atlas")
    names = None if over is None else [name.strip() for name in over.split(",") if name.strip()]
    model = at.game.model
    if figure is not None and (names is None or len(names) != 2):
        raise UsageError(f"found {len(names or ())} parameters under --over; a map has two, as in --over P,Q")
    found = model.form.atlas(model, options.kind, names, at.point.values)
    data = {
        **at.head,
        "complete": found.complete,
        "missing": found.missing,
        "regions": [_region_json(region) for region in found.regions],
    }
    data["notes"] = [*at.head["notes"], *found.notes]
    parts: list[Any] = [found]
    for name, wanted in {"partition": partition, "statics": statics, "at_boundaries": boundaries}.items():
        if wanted and not hasattr(found, name):
            raise UsageError(f"the atlas of {at.game.name} has no {name.replace('at_', '')}; leave that option out")
    if partition:
        parts.append(found.partition())
        data["partition"] = parts[-1].to_json()
    if statics:
        parts.append(found.statics())
        data["statics"] = parts[-1].to_json()
    if boundaries:
        parts.append(found.at_boundaries())
        data["boundaries"] = [_region_json(region) for region in parts[-1].regions]
    if sustain is not None and model.form.name not in {"normal", "repeated"}:
        raise UsageError(f"found --sustain with a game of the form {model.form.name}; expected a normal form")
    if sustain is not None or model.form.name == "repeated":
        parts.append(at.game.formulas_of_patience(sustain, punish, kind=options.kind))
        data["critical_discount_formulas"] = parts[-1].to_json()
    text, more = shown(at, f"{at.game.name}, {options.kind} payoffs", parts, how)
    data |= more
    if verify is not None:
        compared = found.verify(verify, seed) if hasattr(found, "verify") else verify_atlas(found, verify, seed)
        data["verified"] = compared
        rest = f"; no more of {10 * verify} drawn can be compared" if compared < verify else ""
        text += f"\nAll conditions agree with the certified solver at {compared} random exact points of the box{rest}."
    if figure is not None and names is not None:
        from detente.reports.figure_file import write_figure
        from detente.reports.map import game_map

        drawn = game_map(model, (names[0], names[1]), what, kind=options.kind, values=at.point.values)
        write_figure(drawn.picture.figure, figure)
        data["map"] = {**drawn.found.to_json(), "remarks": list(drawn.remarks)}
        text = "\n".join([text, *drawn.remarks])
        note(f"wrote {figure}")
    emit(text, data, as_json=options.as_json, out=options.out, notes=at.point.notes)


def _region_json(region: Any) -> dict[str, Any]:
    """Return a region in the form of the contract."""
    from detente.printing import plain as formula_text

    def text_of(value: Any) -> Any:
        return {key: text_of(inner) for key, inner in value.items()} if isinstance(value, dict) else formula_text(value)

    return {
        "profile": text_of(region.profile),
        "payoffs": {player: formula_text(value) for player, value in region.payoffs.items()},
        "condition": formula_text(region.condition),
        "status": region.status,
        **({"known": region.known} if region.status == "undecided" else {}),
    }


@click.command("thresholds")
@click.argument("game")
@click.option("--along", required=True, help="The parameter, or derived value, to move.")
@click.option("--of", help="A named formula or a conclusion; default: the set of equilibria.")
@format_option
@game_options
def thresholds_command(
    game: str,
    along: str,
    of: str | None,
    how: str,
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
    now = plain(found.value) if plain(found.value) == short(found.value, 6) else short(found.value, 6)
    text, more = shown(at, f"{head_line(at)}; {along} is {now} now", [found], how)
    emit(text, data | more, as_json=options.as_json, out=options.out, notes=at.point.notes)
