"""Options that commands share, and how results leave: text, JSON, or a file."""

from __future__ import annotations

import functools
import json
import textwrap
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detente.errors import UsageError
from detente.numbers import number_to_json
from detente.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.facade import Game, Study
    from detente.study.model import Point

__all__ = ["At", "GameOptions", "emit", "format_option", "game_options", "named_values", "note", "open_game", "output_options", "shown"]


def note(message: str) -> None:
    """Print a line for people on stderr, so that stdout holds results only."""
    click.echo(message, err=True)


def output_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--study``, ``--json`` and ``--out``."""
    function = click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the result to this file.")(
        function
    )
    function = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(function)
    return click.option(
        "--study", "study_dir", type=click.Path(path_type=Path), help="The study; default: around here."
    )(function)


def format_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--as``: the result as text, LaTeX, Typst or words; the command gets it as ``how``."""
    return click.option(
        "--as",
        "how",
        type=click.Choice(["text", "latex", "typst", "words"]),
        default="text",
        show_default=True,
        help="As a table of text, math in LaTeX or Typst, or sentences; with --json as the entry `written`.",
    )(function)


def shown(at: At, head: str, results: Sequence[Any], how: str) -> tuple[str, dict[str, Any]]:
    """Return results as ``--as`` says, and what this adds to the JSON; a table has a head of its own."""
    parts = [at.game.written(each, how) for each in results]
    text = "\n\n".join(part for part in parts if part)
    if how == "words":
        text = "\n".join(line for row in text.split("\n") for line in _wrapped(row))
    if how == "text":
        text = f"{head}\n{text}" if head else text
    return text, {} if how == "text" else {"as": how, "written": text}


def _wrapped(line: str) -> list[str]:
    """Return a line of words in at most 80 columns, items of lists indented."""
    indent = "  " if line.startswith("- ") else ""
    return textwrap.wrap(line, 80, subsequent_indent=indent, break_on_hyphens=False) or [""]


@dataclass(frozen=True)
class GameOptions:
    """What every command on a game may be told: the study, the point, changes, which payoffs, where the result goes."""

    study_dir: Path | None
    point: str
    changes: tuple[str, ...]
    kind: str
    as_json: bool
    out: Path | None

    @property
    def untouched(self) -> bool:
        """True where the baseline is looked at as it stands."""
        return self.point == "baseline" and not self.changes


def game_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--point``, ``--at`` and ``--payoffs`` to the output options; the command gets them as ``options``."""

    @functools.wraps(function)
    def command(**given: Any) -> Any:
        common = {each.name: given.pop(each.name) for each in fields(GameOptions)}
        return function(options=GameOptions(**common), **given)

    wrapped = click.option(
        "--payoffs", "kind", type=click.Choice(["strategic", "material"]), default="strategic", help="Which payoffs."
    )(command)
    wrapped = click.option(
        "--at", "changes", multiple=True, metavar="NAME=VALUE", help="Change a parameter; repeatable."
    )(wrapped)
    wrapped = click.option("--point", default="baseline", help="Start from a named point.")(wrapped)
    return output_options(wrapped)


@dataclass(frozen=True)
class At:
    """A game at a point, as the options say, and the head of its JSON."""

    study: Study
    game: Game
    point: Point
    kind: str = "strategic"
    head: dict[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, Any]:
        """The parameters that differ from the named point, with their values."""
        return {name: self.point.values[name] for name in self.point.changed}


def named_values(given: Sequence[str], option: str, example: str) -> dict[str, str]:
    """Return what a repeatable option NAME=VALUE says, each name once."""
    pairs: dict[str, str] = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise UsageError(f"found {option} {each}; expected NAME=VALUE, as in {option} {example}")
        if key.strip() in pairs:
            raise UsageError(f"found {option} {key.strip()} twice; expected each parameter once")
        pairs[key.strip()] = value.strip()
    return pairs


def open_game(name: str, options: GameOptions, command: str) -> At:
    """Return the game at the point that the options describe."""
    from detente.facade import Study

    study = Study(options.study_dir)
    game = study.game(name)
    at = game.model.point(options.point, named_values(options.changes, "--at", "sev=2/5"))
    head = {
        "format": 1,
        "command": command,
        "study": {"name": study.name, "hash": study.hash},
        "game": game.model.definition.name,
        "variant": game.model.variant.name if game.model.variant else None,
        "point": at.name,
        "payoff_kind": options.kind,
        "parameters": {key: number_to_json(value) for key, value in at.values.items()},
        "derived": {key: number_to_json(value) for key, value in game.model.derived_values(at.values).items()},
        "notes": list(at.notes),
    }
    return At(study, game, at, options.kind, head)


def emit(text: str, data: dict[str, Any], *, as_json: bool, out: Path | None, notes: tuple[str, ...] = ()) -> None:
    """Print a result as text or JSON, or write it to a file as a whole; notes go to stderr."""
    for each in notes:
        note(f"note: {each}")
    body = json.dumps(data, ensure_ascii=False, indent=2) if as_json else text
    if out is None:
        click.echo(body)
        return
    write_whole(out, body + "\n")
    note(f"wrote {out}")
