"""Questions answered in the terminal or from a pipe."""

from __future__ import annotations

import sys

import click

__all__ = ["ask"]


def ask(question: str, default: str = "", known: tuple[str, ...] = ()) -> str | None:
    """Return an answer, the default where the line is empty; None where there are no more answers.

    With ``known`` answers the question is put again until one of them comes.
    """
    shown = f" [{'/'.join(known)}]" if known else ""
    while True:
        click.echo(f"    {question}{shown}{f' ({default})' if default else ''}: ", nl=False)
        sys.stdout.flush()
        line = sys.stdin.readline()
        if line == "":
            click.echo()
            return None
        if not sys.stdin.isatty():
            click.echo(line.rstrip("\n"))
        said = line.strip() or default
        if not known or said in known:
            return said
        click.echo(f"    found {said[:40]!r}; expected one of {', '.join(known)}")
