"""Judgements of experts: elicit out, elicit in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from detente.cli.output import emit, note

__all__ = ["elicit_command"]

_PATH = click.Path(path_type=Path)


@click.group("elicit", context_settings={"help_option_names": ["-h", "--help"]})
def elicit_command() -> None:
    """Ask experts for the study's judgements, and read their answers back."""


@elicit_command.command("out")
@click.argument("form", type=_PATH)
@click.argument("names", nargs=-1, metavar="[PARAMETER]...")
@click.option("--expert", default="", help="Whom the form is for; else its file is named after the expert.")
@click.option("--study", "study_dir", type=_PATH, help="The study; default: around here.")
def out_command(form: Path, names: tuple[str, ...], expert: str, study_dir: Path | None) -> None:
    """Write FORM (.csv or .xlsx) with a row for each judgement, or for the named ones.

    Each row asks for the lowest and the highest plausible value, the best guess, and how sure one is that the truth lies
    between. The study's own values are not shown. A row may be left blank.
    """
    from detente.seeds.elicitation import FORM_COLUMNS
    from detente.seeds.sheets import table_name, write_sheet
    from detente.study.check import raise_if_faulty
    from detente.study.experts import form_rows
    from detente.study.layout import find
    from detente.study.load import load

    rows = form_rows(raise_if_faulty(load(find(study_dir))), names, expert)
    write_sheet(table_name(form), FORM_COLUMNS, [[row[column] for column in FORM_COLUMNS] for row in rows])
    note(f"wrote {form} with {len(rows)} questions; read the answers back: detente elicit in {form} ..")


@elicit_command.command("in")
@click.argument("forms", nargs=-1, required=True, type=_PATH)
@click.option("--weight", "weights", multiple=True, metavar="EXPERT=W", help="How much an expert counts; default 1.")
@click.option("--level", default="0.9", show_default=True, help="Confidence to which intervals are brought.")
@click.option("--claim", "claims", multiple=True, help="Verdicts on this claim only; repeatable.")
@click.option("--no-claims", is_flag=True, help="Leave the verdicts out.")
@click.option("--draws", type=click.IntRange(min=1), default=5000, show_default=True, help="Draws for the verdicts.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--budget", type=click.FloatRange(min=0), default=60.0, show_default=True, help="Seconds for the reasons."
)
@click.option("--write", "write_back", is_flag=True, help="Put the pooled numbers in place of the study's judgements.")
@click.option("--study", "study_dir", type=_PATH, help="The study; default: around here.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
@click.option("-o", "--out", type=_PATH, help="Write the result to this file.")
def in_command(
    forms: tuple[Path, ...],
    weights: tuple[str, ...],
    level: str,
    claims: tuple[str, ...],
    no_claims: bool,
    draws: int,
    seed: int,
    budget: float,
    write_back: bool,
    study_dir: Path | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Read FORMS of several experts, pool them, and say which verdicts depend on whom one asks, and why.

    Intervals are brought to one level of confidence along straight lines from the best guess, then ends and best guesses
    are averaged with the weights. Without --write the study stays as it is.
    """
    from detente.numbers import exact
    from detente.seeds.sheets import read_sheet
    from detente.study.check import raise_if_faulty
    from detente.study.experts import read_forms, verdicts, write_pooled
    from detente.study.layout import find
    from detente.study.load import load

    root = find(study_dir)
    study = raise_if_faulty(load(root))
    given = dict(_weight(each) for each in weights)
    found = read_forms(study, [read_sheet(form) for form in forms], given, exact(level))
    parts = [found.table.to_text()]
    data: dict[str, Any] = {
        "format": 1, "command": "elicit in", "study": {"name": study.name, "hash": study.hash}, **found.to_json(),
    }  # fmt: skip
    if not no_claims:
        table, apart = verdicts(study, found, claims, draws=draws, seed=seed, seconds=budget)
        parts += [table.to_text(), *(each.sentence for each in apart)]
        if not apart and table.rows:
            parts.append("No verdict differs between the experts.")
        data["verdicts"] = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        data["disagreements"] = [
            {
                "claim": each.claim, "says": each.says, "first": list(each.first), "second": list(each.second),
                "sets": [list(one) for one in each.sets], "complete": each.complete,
            }
            for each in apart
        ]  # fmt: skip
    if write_back:
        changed = write_pooled(root, study, found)
        data["changed"] = list(changed)
        parts.append(f"written: {', '.join(changed) or 'nothing, the study says the same already'}")
    emit("\n\n".join(parts), data, as_json=as_json, out=out)


def _weight(text: str) -> tuple[str, Any]:
    from detente.errors import UsageError
    from detente.numbers import exact

    name, equals, value = text.rpartition("=")
    if not equals or not name.strip():
        raise UsageError(f"found --weight {text}; expected EXPERT=W, as in --weight alice=2")
    return name.strip(), exact(value.strip())
