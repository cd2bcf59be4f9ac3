"""Parameters out to a table and back in: parameters out, parameters in."""

from __future__ import annotations

from pathlib import Path

import click

from detente.cli.output import emit, note

__all__ = ["parameters_command"]

_PATH = click.Path(path_type=Path)


@click.group("parameters", context_settings={"help_option_names": ["-h", "--help"]})
def parameters_command() -> None:
    """All parameters as one table, CSV or spreadsheet, and back.

    Nothing is lost on the way: reading back a table that nobody touched changes no byte of any file.
    """


@parameters_command.command("out")
@click.argument("table", type=_PATH)
@click.option("--study", "study_dir", type=_PATH, help="The study; default: around here.")
def out_command(table: Path, study_dir: Path | None) -> None:
    """Write all parameters to TABLE (.csv or .xlsx), one a row."""
    from detente.seeds.sheets import table_name, write_sheet
    from detente.study.layout import find
    from detente.study.parameter_sheets import COLUMNS, parameter_rows

    rows = parameter_rows(find(study_dir))
    write_sheet(table_name(table), COLUMNS, [[row[column] for column in COLUMNS] for row in rows])
    note(f"wrote {table} with {len(rows)} parameters; change cells and read it back: detente parameters in {table}")


@parameters_command.command("in")
@click.argument("table", type=_PATH)
@click.option("--study", "study_dir", type=_PATH, help="The study; default: around here.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def in_command(table: Path, study_dir: Path | None, as_json: bool) -> None:
    """Read TABLE back: changed cells go where the old values stand, new names become new parameters.

    Comments and order of the files stay. A parameter that has no row stays as it is. If the study would have a new fault,
    nothing is written.
    """
    from detente.seeds.sheets import read_sheet
    from detente.study.layout import find
    from detente.study.parameter_sheets import read_parameter_rows

    sheet = read_sheet(table)
    sheet.require("name")
    changed, new = read_parameter_rows(find(study_dir), sheet.rows)
    lines = [*(f"changed {name}" for name in changed), *(f"new {name}" for name in new)]
    data = {"format": 1, "command": "parameters in", "changed": list(changed), "new": list(new)}
    emit("\n".join(lines) or "nothing changed", data, as_json=as_json, out=None)
