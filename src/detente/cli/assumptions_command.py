"""What to check first: assumptions."""

from __future__ import annotations

from pathlib import Path

import click

from detente.cli.output import emit, note, output_options

__all__ = ["assumptions_command"]


@click.command("assumptions")
@click.option("--game", "games", multiple=True, help="Impact in this game only; repeatable.")
@click.option(
    "--draws", type=click.IntRange(min=100), default=4000, show_default=True, help="Draws for the importance."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@output_options
def assumptions_command(
    games: tuple[str, ...], draws: int, seed: int, study_dir: Path | None, as_json: bool, out: Path | None
) -> None:
    """List every parameter by how weak its basis is times how much hangs on it, the most pressing first.

    With -o FILE.csv or FILE.xlsx the whole log as a table, with values, figures and reasons.
    """
    from detente.seeds.sheets import write_sheet
    from detente.study.assumptions import assumptions
    from detente.study.check import raise_if_faulty
    from detente.study.layout import find
    from detente.study.load import load

    study = raise_if_faulty(load(find(study_dir)))
    found = assumptions(study, games, draws=draws, seed=seed)
    if out is not None and not as_json and out.suffix.lower() in {".csv", ".xlsx"}:
        write_sheet(out, found.COLUMNS, found.cells())
        note(f"wrote {out} with {len(found.entries)} assumptions")
        return
    data = {
        "format": 1, "command": "assumptions", "study": {"name": study.name, "hash": study.hash}, "draws": draws,
        "seed": seed, "notes": list(found.notes), "assumptions": found.to_json(),
    }  # fmt: skip
    emit(str(found), data, as_json=as_json, out=out)
