"""Commands that solve and that hand games to other programs: solve, export."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detente.cli.game_commands import head_line
from detente.cli.output import GameOptions, emit, game_options, note, open_game
from detente.display import wrap
from detente.errors import BudgetExceeded, UsageError
from detente.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.solve.two_players.enumeration import Progress

__all__ = ["export_command", "solve_command"]

#: Endings by which a file with a game is told from the name of a game of the study.
ENDINGS = (".nfg", ".efg", ".gam")


@click.command("solve")
@click.argument("game")
@click.option("--method", help="How to look for Nash equilibria; see the README.")
@click.option("--concept", help="Solution concept: nash (default), pure, correlated, quantal, dominance, ...")
@click.option("--precision", help="Precision of the logit response, for --concept quantal.")
@click.option("--maximize", default="welfare", help="What a correlated equilibrium maximizes: welfare or a player.")
@click.option("--budget", type=click.FloatRange(min=0), help="Seconds after which to stop with what there is.")
@click.option("--explain", "in_words", is_flag=True, help="Explain the result in words.")
@click.option("--question", type=int, help="Answer this numbered question of the game file.")
@click.option(
    "--figure",
    type=click.Path(path_type=Path),
    help="Also draw the answer: a policy by states, what repeated play sustains, a chain, many members, power in coalitions; .svg, .pdf or .png.",
)
@game_options
def solve_command(
    game: str,
    method: str | None,
    concept: str | None,
    precision: str | None,
    maximize: str,
    budget: float | None,
    in_words: bool,
    question: int | None,
    figure: Path | None,
    options: GameOptions,
) -> int:
    """Solve GAME (or GAME:VARIANT) of the study at a point, or a file .nfg, .efg or .gam.

    With --question the answer is given at the points that the question names, or at --point and --at. Exit code 3 if
    the budget ran out; what was found until then is printed.
    """
    from detente.solve.concepts import Options, solve

    at = None
    if game.lower().endswith(ENDINGS) or Path(game).is_file():
        from detente.games.formats import read_game

        if question is not None or not options.untouched or options.kind != "strategic":
            raise UsageError(f"{game} is a file; --question, --point, --at and --payoffs are for games of a study")
        numeric: Any = read_game(game)
        head: dict[str, Any] = {
            "format": 1,
            "command": "solve",
            "study": None,
            "game": game,
            "variant": None,
            "point": None,
            "parameters": {},
            "notes": [],
        }
        title = game
    else:
        at = open_game(game, options, "solve")
        numeric, head, title = None, at.head, head_line(at)
    if at is not None and question is not None:
        if method is not None or concept is not None:
            raise UsageError(f"--method and --concept do not go with a question; found question {question}")
        return _study_answer(at, question, options, figure)
    with _progress(budget) as progress:
        given = Options(method, precision, maximize, budget, progress)
        try:
            result = (
                solve(numeric, concept, given)
                if at is None
                else at.game.model.form.solve(at.game.model, at.point, options.kind, concept, given)
            )
        except BudgetExceeded as error:
            if error.partial is None:
                raise
            note(f"detente: {error}")
            result = error.partial
    if figure is not None:
        _draw(result, at, title, figure)
    text = f"{title}\n{result}"
    data = {**head, **result.to_json()}
    if in_words:
        from detente.solve.explanation import explain

        sentences = explain(result)
        text += "\n\n" + "\n".join(line for sentence in sentences for line in wrap(sentence, 80))
        data["explanation"] = sentences
    emit(text, data, as_json=options.as_json, out=options.out, notes=at.point.notes if at else ())
    missing = str(getattr(result, "missing", "") or "")
    if "interrupted" in missing:
        return 130
    return 3 if budget is not None and "budget" in missing else 0


def _draw(result: Any, at: Any, title: str, figure: Path) -> None:
    from detente.reports.figure_file import write_figure
    from detente.reports.question_figures import answer_figure
    from detente.reports.solution_figures import solution_figure

    made = solution_figure(result, str, title) if at is None else answer_figure(at.game.model, result, at.point, title)
    write_figure(made, figure)
    note(f"wrote {figure}")


def _study_answer(at: Any, question: int, options: GameOptions, figure: Path | None) -> int:
    from detente.study.questions import answer

    if figure is not None:
        from detente.reports.figure_file import write_figure
        from detente.reports.question_figures import question_figure

        write_figure(question_figure(at.game.model, question, None if options.untouched else [at.point], at.kind), figure)
        note(f"wrote {figure}")
    found = answer(at.game.model, question, None if options.untouched else [at.point], at.kind)
    data = {**at.head, "question": found.to_json()}
    emit(str(found), data, as_json=options.as_json, out=options.out, notes=at.point.notes)
    return 0


@contextlib.contextmanager
def _progress(budget: float | None) -> Iterator[Progress | None]:
    """Yield a callback that shows how far a search is, on a terminal, once it has taken a second."""
    if not sys.stderr.isatty():
        yield None
        return
    import time

    from rich.console import Console

    console = Console(stderr=True)
    start = time.monotonic()
    limit = f" of {budget:g} s" if budget else " (Ctrl-C stops with what there is)"
    with console.status("solving") as status:

        def report(stage: str, count: int) -> None:
            seconds = time.monotonic() - start
            if seconds > 1:
                status.update(f"{stage}: {count:,}, {seconds:.0f} s{limit}")

        yield report


@click.command("export")
@click.argument("game")
@game_options
def export_command(game: str, options: GameOptions) -> None:
    """Write the numeric GAME at a point to -o FILE: .nfg, .efg, .gam, .json or .csv.

    Numbers are exact where the format allows: fractions in .nfg, .efg, .gam and .json, fractions as text in .csv.
    """
    from detente.games.formats import FORMATS, write_game

    endings = (*FORMATS, ".json", ".csv")
    out = options.out
    if out is None or out.suffix.lower() not in endings:
        raise UsageError(f"found -o {out or '(nothing)'}; expected a file ending in {', '.join(endings)}")
    at = open_game(game, options, "export")
    form, suffix = at.game.model.form, out.suffix.lower()
    if not form.exports and not form.exports_data:
        raise form.refused("export")
    if not form.exports and suffix != ".json":
        raise UsageError(
            f"found -o {out}; {at.game.name} has no table of profiles, so that other formats cannot hold it: expected .json"
        )
    numeric: Any = at.game.model.at(at.point, options.kind)
    if not form.exports:
        import json

        write_whole(out, json.dumps({**at.head, **numeric.to_json()}, ensure_ascii=False, indent=2) + "\n")
    elif suffix in FORMATS:
        write_game(numeric, out)
    elif suffix == ".json":
        import json

        from detente.numbers import number_to_json

        cells = [
            {
                "profile": chosen,
                "payoffs": {player: number_to_json(value) for player, value in zip(numeric.players, values, strict=True)},
            }
            for chosen, values in _cells(numeric)
        ]
        strategies = zip(numeric.players, getattr(numeric, "strategies", ()), strict=False)
        data = {
            **at.head,
            "players": list(numeric.players),
            "strategies": {player: list(own) for player, own in strategies},
            "cells": cells,
        }
        write_whole(out, json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    else:
        write_whole(out, _csv(numeric))
    emit(str(out), {**at.head, "files": [str(out)]}, as_json=options.as_json, out=None, notes=at.point.notes)


def _cells(numeric: Any) -> Iterator[tuple[dict[str, str], tuple[Any, ...]]]:
    """Yield who chose what, and the payoffs: of every profile of a normal form, of every path of a tree.

    Raises
    ------
    UsageError
        If the game is neither.
    """
    if hasattr(numeric, "terminals"):
        for end in numeric.terminals:
            names = [numeric.nodes[at].name or f"move {step}" for step, (at, _) in enumerate(numeric.path(end.index), 1)]
            yield dict(zip(names, numeric.history(end.index), strict=True)), numeric.payoffs(end.index)
        return
    if not hasattr(numeric, "profiles"):
        raise UsageError(f"found a {type(numeric).__name__}; .json and .csv are for normal forms and trees")
    for profile in numeric.profiles():
        labels = dict(zip(numeric.players, numeric.profile_labels(profile), strict=True))
        yield labels, tuple(numeric.payoffs[(i, *profile)] for i in range(len(numeric.players)))


def _csv(numeric: Any) -> str:
    """Return one line per profile or path; a decision point that a path does not reach is blank."""
    import csv
    import io

    cells = list(_cells(numeric))
    columns = list(dict.fromkeys(name for chosen, _ in cells for name in chosen))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*columns, *(f"payoff of {player}" for player in numeric.players)])
    for chosen, values in cells:
        writer.writerow([*(chosen.get(name, "") for name in columns), *map(str, values)])
    return stream.getvalue()
