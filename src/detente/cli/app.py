"""The group of commands; each lives in a module that is loaded when the command is used."""

from __future__ import annotations

from importlib import import_module

import click

import detente as package

__all__ = ["detente"]

#: Command to (module, one line of help): the help of the group loads no command.
COMMANDS = {
    "report": ("detente.cli.study_commands", "Build a PDF report of the study."),
    "check": ("detente.cli.study_commands", "List every fault and note in the files of the study."),
    "claims": ("detente.cli.study_commands", "Say which claims of the documents follow from their figures."),
    "list": ("detente.cli.study_commands", "List games, payoffs, parameters, claims, observations, reports."),
    "levers": ("detente.cli.advice_commands", "Find the cheapest changes that make an outcome stable."),
    "robust": ("detente.cli.robust_command", "Count in how much of the box a conclusion holds."),
    "rests-on": ("detente.cli.advice_commands", "Find the few parameters that a conclusion rests on."),
    "options": ("detente.cli.advice_commands", "Compare a player's strategies as commitments."),
    "compare": ("detente.cli.advice_commands", "Show what flips between two points or versions, and why."),
    "simulate": ("detente.cli.simulate_command", "Follow evolution, learning, tournaments and misperception."),
    "export": ("detente.cli.solve_command", "Write the numeric game for other programs."),
    "seeds": ("detente.cli.seeds_commands", "From a document to figures: add, scan, accept."),
    "parameters": ("detente.cli.parameters_command", "All parameters as a table, out and back in."),
    "elicit": ("detente.cli.elicit_command", "Forms for experts' judgements, and back, pooled."),
    "exercise": ("detente.cli.exercise_command", "Make exercise sheets with variants, and mark answers."),
    "assumptions": ("detente.cli.assumptions_command", "What to check first: weak bases on which much hangs."),
    "new": ("detente.cli.study_commands", "Make a small complete study in a new folder."),
    "show": ("detente.cli.game_commands", "Show a payoff table with the terms behind each cell."),
    "trace": ("detente.cli.game_commands", "Follow a number down to terms, parameters, figures and documents."),
    "solve": ("detente.cli.solve_command", "Solve a game or a game file, or answer a numbered question."),
    "atlas": ("detente.cli.game_commands", "Show all equilibria in closed form with their exact conditions."),
    "thresholds": ("detente.cli.game_commands", "List exact values of a parameter at which the answer changes."),
}


class _Lazy(click.Group):
    """A group that knows its commands' names and help before it loads them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name][0])
        command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from detente.errors import did_you_mean

            hint = did_you_mean(args[0], COMMANDS) or f"expected one of {', '.join(COMMANDS)}"
            raise click.UsageError(f"unknown command {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(package.__version__, message="detente %(version)s")
def detente() -> None:
    """Game-theoretic strategy analysis from documents.

    A study is a folder of readable files: figures of documents, parameters, payoff terms, games, reports. Commands
    work on the study around the current folder, or on --study DIR.
    """
