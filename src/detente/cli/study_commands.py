"""Commands on a whole study: report, check, list, new."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from detente.cli.output import emit, note, output_options
from detente.errors import Fault

__all__ = ["check_command", "claims_command", "list_command", "new_command", "report_command"]


def _head(command: str, study: Any) -> dict[str, Any]:
    return {
        "format": 1,
        "command": command,
        "study": {"name": study.name, "hash": study.hash},
        "game": None,
        "variant": None,
        "point": None,
        "parameters": {},
        "notes": [],
    }


@click.command("report")
@click.argument("name", required=False)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The PDF to write; default: reports/NAME.pdf.")
@click.option(
    "--lang", type=click.Choice(["en", "zh"]), help="The edition; default: the language that the report file names."
)
@click.option("--study", "study_dir", type=click.Path(path_type=Path), help="The study; default: around here.")
@click.option("--json", "as_json", is_flag=True, help="Print the files made as JSON.")
def report_command(name: str | None, out: Path | None, lang: str | None, study_dir: Path | None, as_json: bool) -> None:
    """Build a PDF report; beside it every figure as SVG and PNG and every table as CSV.

    Without NAME the study's main report is built.
    """
    from detente.reports.last_build import LastBuild
    from detente.study.layout import find

    last = LastBuild(find(study_dir), name, lang, out)
    built = last.built()
    if built is None:
        last.look_ahead()
        from detente.facade import Study

        study = Study(study_dir)
        report = study.report(name, lang)
        written = report.write(out)
        built = last.keep(study.name, study.hash, written, against=report.definition.against)
    names = [str(path) for path in built.files]
    more = f" and {len(names) - 1} files in {Path(names[1]).parent}" if len(names) > 1 else ""
    text = f"{names[0]}{more}"
    data = {**_head("report", built), "notes": list(built.notes), "files": names}
    emit(text, data, as_json=as_json, out=None, notes=built.notes)


@click.command("check")
@click.option(
    "--documents", type=click.Path(path_type=Path), help="Folder with the documents: verify figures and hashes."
)
@click.option("--notes", "every_note", is_flag=True, help="List unused figures and parameters one by one.")
@output_options
def check_command(
    documents: Path | None, every_note: bool, study_dir: Path | None, as_json: bool, out: Path | None
) -> int:
    """List every fault and note in every file of the study, exercise sheets included.

    Exit code 2 for any fault; with --documents, 1 if a figure or a hash does not match.
    """
    from detente.exercises.check import check_sheets, sheet_names
    from detente.reports.build import BLOCKS
    from detente.study.analyses import ANALYSES
    from detente.study.check import check_versions
    from detente.study.layout import find
    from detente.study.load import load

    study = load(find(study_dir), analyses=ANALYSES, blocks=BLOCKS)
    found = (*study.faults, *check_sheets(study), *check_versions(study))
    faults: list[Fault] = [*found, *(study.every_note if every_note else study.notes)]
    mismatches: list[Fault] = []
    if documents is not None and not found:
        from detente.study.check import check_documents

        mismatches = check_documents(study, documents)
    lines = [str(fault) for fault in (*faults, *mismatches)]
    count = len(found)
    if count:
        closing = f"{count} fault{'s' if count > 1 else ''}"
    elif documents is not None:
        number = len(mismatches)
        closing = (
            f"no faults; {number} mismatch{'es' if number != 1 else ''} with the documents in {documents}"
            if number
            else (
                f"no faults; all {len(study.figures)} figures stand where they are said to; all {len(study.documents)} hashes match"
            )
        )
    else:
        counts = ((len(study.figures), "figure"), (len(study.parameters), "parameter"), (len(study.games), "game"), (len(sheet_names(study)), "exercise sheet"))
        closing = "no faults: " + ", ".join(f"{number} {what}{'' if number == 1 else 's'}" for number, what in counts if number or what != "exercise sheet")
        if study.figures:
            behind, named = (round(100 * len(each) / len(study.figures)) for each in (study.behind_numbers, study.named))
            closing += (
                f"\n{len(study.behind_numbers)} figures ({behind}%) stand behind a parameter or a payoff term, "
                f"{len(study.named)} ({named}%) behind these, a claim, a disagreement or an observation"
            )
    data = {
        **_head("check", study),
        "faults": [
            {
                "file": fault.place.file,
                "line": fault.place.line,
                "column": fault.place.column,
                "found": fault.found,
                "expected": fault.expected,
                "do": fault.do,
                "level": fault.level,
            }
            for fault in (*faults, *mismatches)
        ],
    }
    emit("\n".join([*lines, closing]), data, as_json=as_json, out=out)
    return 2 if found else 1 if mismatches else 0


@click.command("list")
@output_options
def list_command(study_dir: Path | None, as_json: bool, out: Path | None) -> None:
    """List games, payoff models, parameters, claims, observations, reports and exercise sheets."""
    from detente.display import Table, wrap
    from detente.exercises.check import sheet_names
    from detente.facade import Study
    from detente.fields import label_of
    from detente.numbers import short

    study = Study(study_dir)
    files = study.files
    names = {
        "games": [
            each
            for name, definition in files.games.items()
            for each in (name, *(f"{name}:{variant}" for variant in definition.variants))
        ],
        "payoffs": list(files.payoffs),
        "parameters": list(files.parameters),
        "claims": list(files.claims),
        "observations": list(files.observations),
        "reports": list(files.reports),
        "exercises": list(sheet_names(files)),
    }

    tables = [
        Table(
            f"study {files.name}",
            ("game", "form", "payoffs", "players", "what"),
            tuple(
                (name, definition.form, definition.payoffs, ", ".join(definition.players), label_of(definition.label))
                for name, definition in files.games.items()
            ),
            tuple(
                f"variant: {name}:{variant.name} ({variant.form})"
                for name, definition in files.games.items()
                for variant in definition.variants.values()
            ),
        ),
        Table(
            "",
            ("parameter", "value", "range", "unit", "kind", "what"),
            tuple(
                (
                    name,
                    parameter.formula.text if parameter.formula else short(parameter.value, 4),
                    "" if parameter.formula else f"{short(parameter.low, 4)}..{short(parameter.high, 4)}",
                    parameter.unit,
                    parameter.kind,
                    label_of(parameter.label),
                )
                for name, parameter in files.parameters.items()
            ),
        ),
        Table(
            "",
            ("claim", "status", "what"),
            tuple((name, claim.status, label_of(claim.title)) for name, claim in files.claims.items()),
        ),
        Table(
            "",
            ("observation", "date", "moves", "sure", "what"),
            tuple(
                (
                    each.event,
                    each.date,
                    f"{each.game}: " + ", ".join(f"{mover}={move}" for mover, move in each.moves.items()),
                    short(each.sure, 3),
                    label_of(each.label),
                )
                for each in files.observations.values()
            ),
        ),
        Table(
            "",
            ("report", "games", "title"),
            tuple((name, ", ".join(each.games), label_of(each.title)) for name, each in files.reports.items()),
        ),
    ]
    text = "\n\n".join(table.to_text() for table in tables if table.rows)
    if names["exercises"]:
        text += "\n\n" + "\n".join(wrap(f"exercise sheets: {', '.join(names['exercises'])}", 80))
    emit(text, {**_head("list", study), **names}, as_json=as_json, out=out)


@click.command("claims")
@click.argument("names", nargs=-1, metavar="[CLAIM]...")
@click.option("--draws", type=click.IntRange(min=1), default=20_000, show_default=True, help="Draws per prior.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--rests-on", is_flag=True, help="Also find what each test's truth at the baseline rests on.")
@click.option("--strict", is_flag=True, help="Exit with 1 if a claim fails.")
@output_options
def claims_command(
    names: tuple[str, ...],
    draws: int,
    seed: int,
    rests_on: bool,
    strict: bool,
    study_dir: Path | None,
    as_json: bool,
    out: Path | None,
) -> int:
    """Say which claims of the documents follow from the study's own figures.

    By default all claims; with names, such as M8, only these.
    """
    from detente.facade import Study

    study = Study(study_dir)
    found = study.claims(*names, draws=draws, seed=seed, rests_on=rests_on)
    data = {"format": 1, "command": "claims", "study": {"name": study.name, "hash": study.hash}, **found.to_json()}
    emit(str(found), data, as_json=as_json, out=out)
    if strict and found.failing:
        note(f"claims that fail: {', '.join(found.failing)}")
        return 1
    return 0


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--empty", is_flag=True, help="Empty rooms instead of the example.")
@click.option("--template", help="A game to start from: two_by_two, sender_target, hedging or members.")
@click.option("--game", help="With --template: the name of the game; default: that of the template.")
@click.option("--title", help="With --template: what readers see.")
@click.option("--player", "players", multiple=True, metavar="PLAYER=WORDS", help="With --template: what readers see for a player; repeatable.")
@click.option("--guided", is_flag=True, help="Grow the study step by step: documents, figures, game, numbers, report.")
@click.option("--json", "as_json", is_flag=True, help="Print the files made as JSON.")
def new_command(
    folder: Path,
    empty: bool,
    template: str | None,
    game: str | None,
    title: str | None,
    players: tuple[str, ...],
    guided: bool,
    as_json: bool,
) -> None:
    """Make a small complete study in FOLDER that checks, solves and reports; or grow one of your own.

    With --template a game is added to the study in FOLDER; where there is none, a study with empty rooms is made first.
    With --guided you are asked step by step; what is done stays, and the same command goes on where you stopped.
    """
    from detente.errors import UsageError
    from detente.study.grow import add_template, empty_study
    from detente.study.layout import MARKER, find
    from detente.study.load import load
    from detente.study.scaffold import new_study

    if (game or title or players) and not template:
        raise UsageError("found --game, --title or --player without --template; expected a template to start from")
    labels = dict(_player(each) for each in players)
    if guided and (empty or template or as_json):
        raise UsageError("found --guided beside --empty, --template or --json; expected it alone")
    files: list[Path] = []
    grown = (folder / MARKER).is_file()
    if empty or ((template or guided) and not grown):
        files += empty_study(folder)
    if template:
        files += add_template(folder, template, game, title, labels)
    if guided:
        from detente.cli.guide import guide

        guide(folder)
        return
    if not empty and not template:
        files += new_study(folder)
    study = load(find(folder))
    then = f"detente solve {next(iter(study.games))}, detente report" if study.games else "detente seeds add FILE"
    there = "" if folder == Path() else f"cd {folder}, then "
    note(f"made {len(files)} files; next: {there}detente check, {then}")
    emit(
        "\n".join(str(path) for path in files),
        {**_head("new", study), "files": [str(path) for path in files]},
        as_json=as_json,
        out=None,
    )


def _player(text: str) -> tuple[str, str]:
    from detente.errors import UsageError

    name, equals, words = text.partition("=")
    if not equals or not name.strip() or not words.strip():
        raise UsageError(f"found --player {text}; expected PLAYER=WORDS, as in --player first=Lacustria")
    return name.strip(), words.strip()
