"""The command line: parse, call, print; it decides nothing.

Exit codes: 0 done; 1 the files are sound but the answer is no; 2 bad input or usage; 3 a stated budget ran
out, with a partial answer; 130 interrupted.
"""

from __future__ import annotations

import os
import sys

from detente.garbage import collect_seldom

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    collect_seldom()
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; bad input never shows a traceback."""
    import click

    from detente.cli.app import detente
    from detente.errors import BudgetExceeded, DetenteError
    from detente.workers import one_thread

    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    one_thread()
    try:
        code = detente.main(args=arguments, prog_name="detente", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        where = f" (see {context.command_path} --help)" if context is not None else ""
        click.echo(f"detente: {error.format_message()}{where}", err=True)
        return 2
    except BudgetExceeded as error:
        click.echo(f"detente: {error}", err=True)
        return 3
    except DetenteError as error:
        click.echo(str(error), err=True)
        return 2
    except BrokenPipeError:
        # The reader of a pipe has left. Point stdout elsewhere, so that nothing fails at shutdown.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
