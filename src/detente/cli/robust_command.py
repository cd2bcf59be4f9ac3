"""The command robust: in how much of the box a conclusion holds, and what drives it."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detente.cli.game_commands import head_line
from detente.cli.output import GameOptions, emit, game_options, note, open_game
from detente.errors import UsageError
from detente.numbers import exact
from detente.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from detente.conclusions.robustness.importance import Importance
    from detente.conclusions.robustness.results import Robustness

__all__ = ["robust_command"]

#: Draws that importance looks at at most: they are held in memory.
_IMPORTANCE_DRAWS = 100_000


@click.command("robust")
@click.argument("game")
@click.option("--draws", type=click.IntRange(min=1), default=100_000, show_default=True, help="Draws under each prior.")
@click.option("--seed", type=click.IntRange(min=0, max=2**64 - 1), default=0, show_default=True, help="Of the draws.")
@click.option("--conclusion", "conclusions", multiple=True, metavar="C", help="Only this conclusion; repeatable.")
@click.option(
    "--given",
    multiple=True,
    metavar="C",
    help="Also the share given this: observed, an observed event, or a conclusion; repeatable. Default: observed play.",
)
@click.option("--prior", "priors", multiple=True, metavar="P", help="Only this prior; repeatable. Default: all five.")
@click.option(
    "--correlate",
    multiple=True,
    metavar="P,Q=R",
    help="Draw two parameters with this correlation of their normal scores; repeatable. No importance then.",
)
@click.option("--only", type=click.Choice(["figures", "judgements"]), help="Let only these parameters vary.")
@click.option("--budget", type=click.FloatRange(min=0), default=5.0, show_default=True, help="Seconds for proofs of always and never.")
@click.option(
    "--importance",
    "outputs",
    multiple=True,
    metavar="OUT",
    help="What drives this: set, class, selected, a conclusion or value:NAME; repeatable. Default: what is asked for.",
)
@click.option("--region", metavar="C", help="Importance within a condition, as for --given.")
@click.option("--no-importance", is_flag=True, help="Shares only.")
@click.option(
    "--figures", type=click.Path(path_type=Path), metavar="DIR", help="Also draw shares, convergence, importance, and write their numbers as CSV."
)
@click.option(
    "--confirm",
    type=click.IntRange(min=1),
    metavar="N",
    help="Test the meaning of each conclusion by N random changes of payoffs.",
)
@click.option("--executor", metavar="URL", help="A scheduler of dask.distributed, such as tcp://127.0.0.1:8786.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes on this machine; default: one per processor.")
@click.option("--no-save", is_flag=True, help="Keep nothing in .detente/ for the next run.")
@game_options
def robust_command(
    game: str,
    draws: int,
    seed: int,
    conclusions: tuple[str, ...],
    given: tuple[str, ...],
    priors: tuple[str, ...],
    correlate: tuple[str, ...],
    only: str | None,
    budget: float,
    outputs: tuple[str, ...],
    region: str | None,
    no_importance: bool,
    figures: Path | None,
    confirm: int | None,
    executor: str | None,
    workers: int | None,
    no_save: bool,
    options: GameOptions,
) -> None:
    """Count in which share of the parameter box a conclusion holds: under five priors, and given what was observed.

    Without --conclusion: every equilibrium, set of equilibria, class of 2x2 games, selection, and named formula of the
    game file (which holds where it is positive). What is proved for the whole box says always or never. Then the same
    with only figures, or only judgements, varying; with the constraints ignored; and without each payoff term in turn. At
    the end, what drives the answer: how much of its variance each parameter explains alone, and how much is left if all
    but that parameter are known.

    Of trees, the outcomes; with types, the path of each, and which kinds of signaling equilibria exist. A parameter that
    states a distribution of its own in its file, or a correlation, is drawn so under every prior.

    Parameters that --point or --at move are held there. Counts are kept in .detente/, so that the same run, or one that
    was interrupted, need not start again.
    """
    at = open_game(game, options, "robust")
    with _executor(executor) as pool, _progress() as progress:
        how: dict[str, Any] = {"only": only, "budget": budget, "workers": workers, "progress": progress}
        if pool is not None:
            how["executor"] = pool
        if priors:
            how["priors"] = priors
        if correlate:
            how["correlation"] = dict(map(_correlation, correlate))
        found = at.game.robustness(
            draws, seed, conclusions=conclusions, given=given or None, point=at.point.name, kind=at.kind,
            save=not no_save, how=how, **at.changes,
        )  # fmt: skip
    drivers = None
    if not no_importance and not correlate:
        drivers = at.game.importance(
            *(outputs or conclusions), draws=min(draws, _IMPORTANCE_DRAWS), seed=seed, prior=found.priors[0], region=region,
            only=only, point=at.point.name, kind=at.kind, **at.changes,
        )  # fmt: skip
    data = {**at.head, "robust": found.to_json(), **found.more_json()}
    data["notes"] = [*at.head["notes"], *found.notes]
    text = f"{head_line(at)}\n\n{found}"
    if drivers is not None:
        data |= {**drivers.to_json(), "region": drivers.region}
        text += f"\n\n{drivers}"
    if confirm is not None:
        from detente.study.meanings import confirmations

        meanings = {name: found.meanings[name] for name in found.shown() if name in found.meanings}
        tested = confirmations(at.game.model, meanings, at.kind, confirm, seed)
        data["confirmed"] = tested.to_json()
        text += f"\n\n{tested}"
    if figures is not None:
        _draw(figures, found, drivers, at)
    emit(text, data, as_json=options.as_json, out=options.out, notes=at.point.notes)


def _correlation(text: str) -> tuple[tuple[str, str], float]:
    """Return the pair and the number of P,Q=R."""
    pair, equals, number = text.partition("=")
    names = [each.strip() for each in pair.split(",")]
    try:
        value = float(exact(number.strip())) if equals and len(names) == 2 else None
    except UsageError:
        value = None
    if value is None:
        raise UsageError(f"--correlate {text}: expected two parameters and a number, as in sev,mitig=0.5")
    return (names[0], names[1]), value


def _draw(folder: Path, found: Robustness, drivers: Importance | None, at: Any) -> None:
    """Write the pictures into a folder."""
    from detente.reports.figure_file import write_figure
    from detente.reports.robustness_figures import convergence_figure, importance_figure, shares_figure

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made; {error.strerror or error}") from None
    subtitle = head_line(at)
    pictures = {
        "shares": shares_figure(found, subtitle=subtitle),
        "convergence": convergence_figure(found, subtitle=subtitle),
    }
    model = at.game.model
    labels = {name: model.label(name) for name in model.parameters}
    for order, output in enumerate(drivers.outputs if drivers is not None else ()):
        assert drivers is not None
        if drivers.variances[output]:
            name = "importance" + (f"-{order + 1}" if len(drivers.outputs) > 1 else "")
            pictures[name] = importance_figure(drivers, output, labels=labels, subtitle=subtitle)
    for name, picture in pictures.items():
        write_figure(picture, folder / f"{name}.svg")
    frames = {"shares": found.to_frame(), "convergence": found.convergence()}
    if drivers is not None:
        frames["importance"] = drivers.to_frame()
    for name, frame in frames.items():
        write_whole(folder / f"{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
    written = [*(f"{name}.svg" for name in pictures), *(f"{name}.csv" for name in frames)]
    note(f"wrote {', '.join(written)} in {folder}")


def _executor(address: str | None) -> Any:
    if address is None:
        return nullcontext()
    from detente.conclusions.ensemble.executors import cluster

    return cluster(address)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on stderr where somebody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("drawing", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
