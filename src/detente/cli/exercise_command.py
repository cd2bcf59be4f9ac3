"""Exercises: exercise build, exercise mark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detente.cli.output import emit, note

if TYPE_CHECKING:
    from detente.study.load import StudyFiles

__all__ = ["exercise_command"]

_PATH = click.Path(path_type=Path)


@click.group("exercise", context_settings={"help_option_names": ["-h", "--help"]})
def exercise_command() -> None:
    """Make exercise sheets, a variant for each student, and mark what comes back."""


def _head(command: str, files: StudyFiles, sheet: str, notes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "format": 1, "command": command, "study": {"name": files.name, "hash": files.hash}, "game": None, "variant": None, "point": None,
        "parameters": {}, "notes": list(notes), "sheet": sheet,
    }  # fmt: skip


@exercise_command.command("build")
@click.argument("sheet")
@click.option("--students", "roster", type=_PATH, help="A table with a column `student`: a variant for each.")
@click.option("--seed", default="0", show_default=True, help="The secret that variants are drawn from.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--pdf-for-each", is_flag=True, help="With --students: also a PDF for each student.")
@click.option("--study", "study_dir", type=_PATH, help="The study; default: around here.")
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
@click.option("-o", "--out", type=_PATH, help="Folder for the files; default: notebooks/_built/exercises/SHEET.")
def build_command(
    sheet: str,
    roster: Path | None,
    seed: str,
    lang: str,
    pdf_for_each: bool,
    study_dir: Path | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Make notebooks for students and teacher, a form and a PDF of SHEET, a name in notebooks/exercises or a file.

    The same sheet, seed and student give the same variant. Keep a seed of your own to yourself: who knows it can make every
    variant with its solutions.
    """
    from detente.exercises.build import build, read_roster
    from detente.exercises.sheet import read_sheet, sheet_path
    from detente.study.check import raise_if_faulty
    from detente.study.layout import find
    from detente.study.load import load

    root = find(study_dir)
    found = read_sheet(sheet_path(root, sheet))
    students = tuple(read_roster(roster)) if roster else ()
    folder = out or root / "notebooks" / "_built" / "exercises" / found.name
    files = raise_if_faulty(load(root))
    made = build(found, files, folder, seed=seed, lang=lang, students=students, pdf_for_each=pdf_for_each)
    guessed = "the seed is 0, which everybody can guess; choose your own with --seed for work that counts"
    notes = (guessed,) if seed == "0" else ()
    lines = [str(path) for path in (made if len(made) <= 8 else made[:3])]
    if len(made) > 8:
        lines.append(f".. and {len(made) - 3} more files in {folder}")
    data = {
        **_head("exercise build", files, found.name, notes),
        "lang": lang, "points": found.points, "students": list(students), "files": [str(path) for path in made],
    }  # fmt: skip
    emit("\n".join(lines), data, as_json=as_json, out=None, notes=notes)
    note(f"hand out {folder}/student*; mark what comes back: detente exercise mark FOLDER")


@exercise_command.command("mark")
@click.argument("folder", type=_PATH)
@click.option("--sheet", help="The sheet, a name in notebooks/exercises or a file; default: the one that the files name.")
@click.option("--students", "roster", type=_PATH, help="The table of students that the sheet was built for.")
@click.option("--seed", default="0", show_default=True, help="The seed that the sheet was built with.")
@click.option("--by-hand", type=_PATH, help="The table by-hand.csv with points filled in; default: the one that an earlier run wrote.")
@click.option("--after-deadline", is_flag=True, help="Name misconceptions in the feedback; never the key.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--study", "study_dir", type=_PATH, help="The study; default: around here.")
@click.option("--json", "as_json", is_flag=True, help="Print the marks as JSON.")
@click.option("-o", "--out", type=_PATH, help="Folder for the tables; default: FOLDER-marks beside it.")
def mark_command(
    folder: Path,
    sheet: str | None,
    roster: Path | None,
    seed: str,
    by_hand: Path | None,
    after_deadline: bool,
    lang: str,
    study_dir: Path | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Mark every notebook, form and text in FOLDER, without running anything in it.

    Writes marks.csv (every verdict, for the teacher), moodle.csv, canvas.csv, problems.csv (what could not be marked and
    why), by-hand.csv (free texts that wait for a person) and a feedback for each student.
    """
    from detente.exercises.build import read_roster
    from detente.exercises.pile import merged, pile
    from detente.exercises.sheet import read_sheet, sheet_path
    from detente.exercises.submissions import sheet_of
    from detente.exercises.tables import marks_as_json, summary, write_tables
    from detente.study.check import raise_if_faulty
    from detente.study.layout import find
    from detente.study.load import load

    root = find(study_dir)
    found = read_sheet(sheet_path(root, sheet or sheet_of(folder)))
    students = read_roster(roster) if roster else None
    files = raise_if_faulty(load(root))
    marked = pile(folder, found, files, seed=seed, students=students)
    target = out or folder.resolve().with_name(f"{folder.resolve().name}-marks")
    earlier = target / "by-hand.csv"
    if by_hand is not None:
        marked = merged(marked, by_hand)
    elif earlier.is_file():  # points that a person gave must not be lost by marking again
        marked = merged(marked, earlier, lenient=True)
    written = write_tables(marked, target, lang=lang, students=students or {}, after=after_deadline)
    data = {
        **_head("exercise mark", files, found.name, ()),
        "points": found.points, **marks_as_json(marked), "files": [str(path) for path in written],
    }  # fmt: skip
    emit(summary(marked), data, as_json=as_json, out=None)
    note(f"wrote {target}")
