"""Commands on what an outcome hangs on and what a player may do about it: rests-on, levers, options."""

from __future__ import annotations

from pathlib import Path

import click

from detente.cli.game_commands import head_line
from detente.cli.output import GameOptions, emit, game_options, note, open_game

__all__ = ["levers_command", "options_command", "rests_on_command"]


@click.command("rests-on")
@click.argument("game")
@click.option("--conclusion", required=True, help="A conclusion, or a named formula of the game file.")
@click.option("--budget", type=click.FloatRange(min=0), default=10.0, show_default=True, help="Seconds for the search.")
@game_options
def rests_on_command(
    game: str,
    conclusion: str,
    budget: float,
    options: GameOptions,
) -> None:
    """List the smallest sets of parameters that fix a conclusion whatever the others do in their ranges.

    A conclusion is equilibrium:PROFILE, unique:PROFILE, selected:PROFILE, set:PROFILE;PROFILE, dominant:PLAYER=STRATEGY,
    class:NAME, sign:FORMULA, none, or the name of a formula of the game file (which holds where it is positive).
    """
    at = open_game(game, options, "rests-on")
    found = at.game.rests_on(conclusion, at.point.name, kind=options.kind, budget=budget, **at.changes)
    kinds = {name: at.game.model.parameters[name].kind for each in found.sets for name in each}
    lines = [f"{name}: {each}" for name, each in kinds.items()]
    text = "\n".join([head_line(at), str(found), *lines])
    data = {
        **at.head,
        "rests_on": found.to_json(),
        "holds": found.holds,
        "complete": found.complete,
        "at_least": found.at_least,
        "kinds": kinds,
        "sentence": found.sentence,
    }
    emit(text, data, as_json=options.as_json, out=options.out, notes=at.point.notes)


@click.command("levers")
@click.argument("game")
@click.option("--to", "profile", required=True, help="The profile that is wanted: STRATEGY,.. or PLAYER=STRATEGY,..")
@click.option(
    "--for",
    "outcome",
    type=click.Choice(["equilibrium", "unique", "selected", "sustainable"]),
    default="equilibrium",
    show_default=True,
    help="What the profile should be.",
)
@click.option("--side-payments", is_flag=True, help="Also the least transfer between players that does it.")
@click.option("--breaks", is_flag=True, help="The opposite: the smallest change after which it is no equilibrium.")
@click.option(
    "--budget", type=click.FloatRange(min=0), default=20.0, show_default=True, help="Seconds for joint changes."
)
@game_options
def levers_command(
    game: str,
    profile: str,
    outcome: str,
    side_payments: bool,
    breaks: bool,
    budget: float,
    options: GameOptions,
) -> None:
    """List single and cheapest joint parameter changes that make a profile what is wanted.

    The cost of a change is the sum of |change| over the width of the parameter's interval. Parameters that the game file
    calls units are listed, not recommended.
    """
    at = open_game(game, options, "levers")
    if breaks:
        found = at.game.breaks(profile, at.point.name, kind=options.kind, budget=budget, **at.changes)
    else:
        found = at.game.levers(
            profile, outcome, at.point.name, kind=options.kind, side_payments=side_payments, budget=budget, **at.changes
        )
    data = {
        **at.head,
        "outcome": found.outcome,
        "holds": found.holds,
        "levers": found.to_json(),
        "remarks": list(found.remarks),
    }
    emit(f"{head_line(at)}\n{found}", data, as_json=options.as_json, out=options.out, notes=at.point.notes)


@click.command("options")
@click.argument("game")
@click.option("--player", required=True, help="Whose options.")
@click.option("--draws", type=click.IntRange(min=1), default=20_000, show_default=True, help="Draws under each prior.")
@click.option("--seed", type=click.IntRange(min=0, max=2**64 - 1), default=0, show_default=True, help="Of the draws.")
@click.option("--budget", type=click.FloatRange(min=0), default=20.0, show_default=True, help="Seconds for the bounds.")
@click.option("--figure", type=click.Path(path_type=Path), help="Also draw them: a name in .svg, .pdf or .png.")
@game_options
def options_command(
    game: str,
    player: str,
    draws: int,
    seed: int,
    budget: float,
    figure: Path | None,
    options: GameOptions,
) -> None:
    """Compare the strategies of a player, each as a commitment that the others see before they play.

    What the others do then at this point, and what it pays; worst and best case over the box of parameters; the share
    of draws in which no other strategy is better, from the least to the greatest over several priors; and the largest
    regret, what the best other strategy would have paid more. Several equilibria after a strategy count at the worst.
    """
    at = open_game(game, options, "options")
    found = at.game.options(
        player, at.point.name, kind=options.kind, draws=draws, seed=seed, budget=budget, **at.changes
    )
    if figure is not None:
        from detente.reports.figure_file import write_figure
        from detente.reports.options_figure import options_figure

        model = at.game.model
        names = {name: model.label(name) for name in (found.player, *(each.strategy for each in found))}
        write_figure(options_figure(found, names, subtitle=head_line(at), unit=model.payoff_model.unit), figure)
        note(f"wrote {figure}")
    data = {
        **at.head,
        "player": found.player,
        "method": found.method,
        "draws": found.draws,
        "seed": found.seed,
        "options": found.to_json(),
        "meaning": {name: each.to_json() for name, each in found.meanings.items()},
        "remarks": [*found.sentences, *found.notes],
    }
    emit(f"{head_line(at)}\n{found}", data, as_json=options.as_json, out=options.out, notes=at.point.notes)
