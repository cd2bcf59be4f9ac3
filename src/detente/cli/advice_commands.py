"""Commands on what an outcome hangs on and what to do about it: rests-on, levers, options, compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from detente.cli.game_commands import head_line
from detente.cli.output import (
    GameOptions,
    emit,
    format_option,
    game_options,
    named_values,
    note,
    open_game,
    output_options,
    shown,
)
from detente.errors import UsageError

__all__ = ["compare_command", "levers_command", "options_command", "rests_on_command"]


@click.command("rests-on")
@click.argument("game")
@click.option("--conclusion", required=True, help="A conclusion, or a named formula of the game file.")
@click.option("--budget", type=click.FloatRange(min=0), default=8.0, show_default=True, help="Seconds for the search.")
@format_option
@game_options
def rests_on_command(
    game: str,
    conclusion: str,
    budget: float,
    how: str,
    options: GameOptions,
) -> None:
    """List the smallest sets of parameters that fix a conclusion whatever the others do in their ranges.

    A conclusion is equilibrium:PROFILE, unique:PROFILE, selected:PROFILE, set:PROFILE;PROFILE, dominant:PLAYER=STRATEGY,
    class:NAME, sign:FORMULA, none, or the name of a formula of the game file (which holds where it is positive).
    """
    at = open_game(game, options, "rests-on")
    found = at.game.rests_on(conclusion, at.point.name, kind=options.kind, budget=budget, **at.changes)
    kinds = {name: at.game.model.parameters[name].kind for each in found.sets for name in each}
    text, more = shown(at, head_line(at), [found], how)
    if how == "text":
        text = "\n".join([text, *(f"{name}: {each}" for name, each in kinds.items())])
    data = {
        **at.head,
        "rests_on": found.to_json(),
        "holds": found.holds,
        "complete": found.complete,
        "at_least": found.at_least,
        "kinds": kinds,
        "sentence": found.sentence,
        **more,
    }
    emit(text, data, as_json=options.as_json, out=options.out, notes=at.point.notes)


@click.command("levers")
@click.argument("game")
@click.option("--to", "profile", required=True, help="What is wanted; see below.")
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
    "--weight", "weights", multiple=True, metavar="NAME=VALUE", help="Factor of the cost of moving NAME; default 1; repeatable."
)
@click.option(
    "--budget", type=click.FloatRange(min=0), default=20.0, show_default=True, help="Seconds for joint changes."
)
@format_option
@game_options
def levers_command(
    game: str,
    profile: str,
    outcome: str,
    side_payments: bool,
    breaks: bool,
    weights: tuple[str, ...],
    budget: float,
    how: str,
    options: GameOptions,
) -> None:
    """List single and cheapest joint parameter changes that make a profile what is wanted.

    --to is a profile, STRATEGY,.. or PLAYER=STRATEGY,..; in a tree a path; with many members each=ACTION, and
    MEMBER=ACTION for those who do otherwise; of coalitions all, or groups with | between them, who is not named in one
    more. In any game it may be a formula that the game file names, or sign:FORMULA, which is to be positive.

    The cost of a change is the sum of |change| over the width of the parameter's interval, each times its weight.
    Parameters that the game file calls units are listed, not recommended.
    """
    if breaks and (side_payments or outcome != "equilibrium"):
        other = "--side-payments" if side_payments else f"--for {outcome}"
        raise UsageError(f"found --breaks with {other}; what is broken is an equilibrium, by parameters alone")
    at = open_game(game, options, "levers")
    weighed = named_values(weights, "--weight", "sev=2")
    if breaks:
        found = at.game.breaks(
            profile, at.point.name, kind=options.kind, weights=weighed, budget=budget, **at.changes
        )
    else:
        found = at.game.levers(
            profile, outcome, at.point.name, kind=options.kind, side_payments=side_payments, weights=weighed,
            budget=budget, **at.changes,
        )  # fmt: skip
    text, more = shown(at, head_line(at), [found], how)
    data = {
        **at.head,
        "outcome": found.outcome,
        "holds": found.holds,
        "levers": found.to_json(),
        "remarks": list(found.remarks),
        **more,
    }
    emit(text, data, as_json=options.as_json, out=options.out, notes=at.point.notes)


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

        write_figure(at.game.options_figure(found, head_line(at)), figure)
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


@click.command("compare")
@click.argument("what", nargs=-1, required=True, metavar="GAME POINT POINT | STUDY STUDY")
@click.option(
    "--payoffs", "kind", type=click.Choice(["strategic", "material"]), default="strategic", help="Which payoffs."
)
@click.option("--budget", type=click.FloatRange(min=0), default=60.0, show_default=True, help="Seconds for all of it.")
@click.option("--claims", is_flag=True, help="Of two studies: compare the verdicts on the documents' claims as well.")
@click.option("--draws", type=click.IntRange(min=1), default=20_000, show_default=True, help="Draws for the verdicts.")
@output_options
def compare_command(
    what: tuple[str, ...],
    kind: str,
    budget: float,
    claims: bool,
    draws: int,
    study_dir: Path | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Show what flips between two named points of a game, or two versions of a study, and which change did it.

    For every fact that differs: the smallest sets of changes that, switched on alone, give what is after, and the
    smallest that, switched off again, undo it. With few changes every set of them is evaluated.
    """
    from detente.facade import Study

    if len(what) == 3:
        if claims:
            raise UsageError("found --claims with two points; verdicts are about the box: compare two studies")
        study = Study(study_dir)
        game = study.game(what[0])
        found = game.compare(what[1], what[2], kind=kind, budget=budget)
        head = {
            "study": {"name": study.name, "hash": study.hash},
            "game": game.model.definition.name,
            "variant": game.model.variant.name if game.model.variant else None,
        }
        emit(str(found), {**_compare_head(kind), **head, **found.to_json()}, as_json=as_json, out=out)
        return
    if len(what) != 2:
        given = ", ".join(map(repr, what))
        raise UsageError(f"found {given}; expected GAME POINT POINT, or two folders STUDY STUDY")
    if study_dir is not None:
        raise UsageError("found --study beside two studies; expected two folders, or GAME POINT POINT with --study")
    for each in what:
        if not Path(each).is_dir():
            raise UsageError(f"found no folder {each!r}; expected two studies, or GAME POINT POINT")
    first, second = Study(what[0]), Study(what[1])
    versions = first.compare(second, kind=kind, budget=budget, claims=claims, draws=draws)
    emit(str(versions), {**_compare_head(kind), **versions.to_json()}, as_json=as_json, out=out)


def _compare_head(kind: str) -> dict[str, Any]:
    return {
        "format": 1, "command": "compare", "study": None, "game": None, "variant": None, "point": None,
        "payoff_kind": kind, "parameters": {}, "notes": [],
    }  # fmt: skip
