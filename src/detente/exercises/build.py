"""From a sheet to files: notebooks for students and the teacher, forms, and the sheet as PDF."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Fault, InputError, Place, UsageError
from detente.exercises.notebooks import notebook
from detente.exercises.paper import paper
from detente.exercises.variants import Variants
from detente.reports.pdf import write_pdf
from detente.whole import write_whole

if TYPE_CHECKING:
    from detente.exercises.sheet import Sheet
    from detente.exercises.variants import Variant
    from detente.study.load import StudyFiles

__all__ = ["ROSTER", "Student", "build", "read_roster"]

#: Columns of a list of students; the first is needed, the others go into the files for Moodle and Canvas.
ROSTER = ("student", "name", "email", "id_number", "canvas_id", "sis_user_id", "sis_login_id", "section")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,79}", re.ASCII)


@dataclass(frozen=True)
class Student:
    """A student as the list has it."""

    id: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_roster(path: Path) -> dict[str, Student]:
    """Read the list of students, a CSV file or spreadsheet with a column ``student``.

    Raises
    ------
    InputError
        If an id stands twice or cannot be the name of a file.
    """
    from detente.seeds.sheets import read_sheet

    table = read_sheet(path)
    table.require("student")
    found: dict[str, Student] = {}
    faults = []
    for row in table.rows:
        name = row["student"].strip()
        if not _ID.fullmatch(name):
            faults.append(Fault(row.at("student"), f"found the id {name[:60]!r}", "expected letters, digits and . _ - @"))
        elif name.lower() in {each.lower() for each in found}:
            faults.append(Fault(row.at("student"), f"found the id {name!r} a second time", "expected each student once"))
        else:
            found[name] = Student(name, {column: row[column].strip() for column in table.columns})
    if not found and not faults:
        faults.append(Fault(Place(str(path)), "found no students", "expected one a row"))
    if faults:
        raise InputError(*faults)
    return found


def build(
    sheet: Sheet,
    files: StudyFiles,
    out: Path,
    *,
    seed: str,
    lang: str,
    students: tuple[str, ...] = (),
    pdf_for_each: bool = False,
) -> list[Path]:
    """Write everything that a sheet is made into, and return the files.

    Without students one variant is made for all. With students each gets a notebook, and a form, of its own variant.
    """
    variants = Variants(sheet, files, seed)
    made: list[Path] = []

    def write(path: Path, text: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{path.parent}: cannot make the folder; {error.strerror or error}") from None
        write_whole(path, text)
        made.append(path)

    for student in students or ("",):
        variant = variants.of(student)
        at = out / "students" / student if student else out / "student"
        write(at / f"{sheet.name}.ipynb", notebook(variant, lang))
        write(at / f"{sheet.name}.csv", _form(variant))
        where = out / "teacher" / student if student else out / "teacher"
        write(where / f"{sheet.name}.ipynb", notebook(variant, lang, teacher=True))
        if not student or pdf_for_each:
            write_pdf(paper(variant, lang), at / f"{sheet.name}.pdf")
            write_pdf(paper(variant, lang, teacher=True), where / f"{sheet.name}-solutions.pdf")
            made += [at / f"{sheet.name}.pdf", where / f"{sheet.name}-solutions.pdf"]
    return made


def _form(variant: Variant) -> str:
    """Return the form that is filled in instead of a notebook: one row for each answer."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("item", "answer"))
    for name, value in (("sheet", variant.sheet.name), ("student", variant.student), ("variant", variant.mark)):
        writer.writerow((name, value))
    for name in variant.items:
        writer.writerow((name, ""))
    return out.getvalue()
