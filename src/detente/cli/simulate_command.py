"""The command simulate: evolution, learning, tournaments and spirals on a game of the study or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detente.cli.game_commands import head_line
from detente.cli.output import GameOptions, emit, game_options, note, open_game
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.solve.dynamics.simulate import Settings, Simulation

__all__ = ["simulate_command"]

#: Endings by which a file with a game is told from the name of a game of the study, and those of pictures.
GAMES = (".nfg", ".efg", ".gam")
PICTURES = (".svg", ".pdf", ".png")


@click.command("simulate")
@click.argument("game")
@click.option(
    "--dynamic",
    default="replicator",
    show_default=True,
    metavar="D",
    help="replicator, logit, best-response, fictitious-play, moran, stochastic-best-response, tournament, ecology, spiral.",
)
@click.option("--steps", type=click.IntRange(min=1), help="How long: time, turns, rounds or generations.")
@click.option("--seed", type=click.IntRange(min=0), help="Where something is drawn.")
@click.option(
    "--start",
    metavar="SHARES",
    help="Where play starts: 1/3, or 1/2,1/4,1/4, two populations as 1/3;1/4, or strategies as cooperate,confront.",
)
@click.option("--precision", help="Of logit responses, per unit of payoff.")
@click.option("--population", type=int, help="Members of a finite population; default 20.")
@click.option("--populations", type=click.IntRange(1, 2), help="1 or 2; default 1 where the game is symmetric.")
@click.option("--mutation", help="Probability of a mutation or mistake, for the full chain.")
@click.option("--intensity", help="Of selection, for moran; default 1.")
@click.option("--process", type=click.Choice(["moran", "pairwise"]), help="How moran copies.")
@click.option("--hostile", help="For spiral: how often cooperation is taken for confrontation; 1/4, or 1/4,0.")
@click.option("--benign", help="For spiral: how often confrontation is taken for cooperation.")
@click.option("--strategy", "strategies", multiple=True, help="For tournament and ecology: an entrant; repeatable.")
@click.option("--discount", help="For tournament and ecology: the probability of another round.")
@click.option("--error", help="For tournament and ecology: the probability that a move comes out as the other.")
@click.option("--misperception", help="For tournament and ecology: the probability that a move is misread.")
@click.option(
    "--rule", type=click.Choice(["first", "stay", "random"]), help="For fictitious-play: which best response."
)
@click.option("--figure", type=click.Path(path_type=Path), help="Draw a picture to this file: .svg, .pdf or .png.")
@game_options
def simulate_command(game: str, dynamic: str, figure: Path | None, options: GameOptions, **given: Any) -> None:
    """Follow how play of GAME moves: evolution, learning, finite populations, tournaments, misperception.

    GAME is a two-player game of the study, at a point, or a file .nfg or .gam. -o FILE.svg (or .pdf, .png) draws a
    picture; any other -o FILE writes the answer. A path that does not converge says so.
    """
    from detente.solve.dynamics.simulate import Settings, simulate

    if not given["strategies"]:
        given["strategies"] = None
    settings: Settings = Settings(**given)
    labels: dict[str, str] = {}
    if game.lower().endswith(GAMES) or Path(game).is_file():
        from detente.games.formats import read_game

        if not options.untouched or options.kind != "strategic":
            raise UsageError(f"{game} is a file; --point, --at and --payoffs are for games of a study")
        numeric: Any = read_game(game)
        head: dict[str, Any] = {
            "format": 1, "command": "simulate", "study": None, "game": game, "variant": None, "point": None,
            "parameters": {}, "notes": [],
        }  # fmt: skip
        title, notes = game, tuple[str, ...]()
    else:
        at = open_game(game, options, "simulate")
        numeric, head, title, notes = at.game.model.at(at.point, options.kind), at.head, head_line(at), at.point.notes
        model = at.game.model
        labels = {name: model.label(name) for name in (*model.players, *_strategies(numeric))}
    found = simulate(numeric, dynamic, settings)
    drawn = options.out is not None and options.out.suffix.lower() in PICTURES
    picture = options.out if drawn else figure
    data = {**head, **found.to_json(), "notes": [*head["notes"], *found.notes]}
    if picture is not None:
        _draw(found, picture, labels, f"{dynamic}: {title}")
        data["files"] = [str(picture)]
    emit(f"{title}\n{found}", data, as_json=options.as_json, out=None if drawn else options.out, notes=tuple(notes))
    if picture is not None:
        note(f"wrote {picture}")


def _strategies(numeric: Any) -> tuple[str, ...]:
    return tuple(label for own in getattr(numeric, "strategies", ()) for label in own)


def _draw(found: Simulation, path: Path, labels: dict[str, str], title: str) -> None:
    from detente.reports.dynamics_figures import simulation_figure
    from detente.reports.figure_file import write_figure

    write_figure(simulation_figure(found, labels, title), path)
