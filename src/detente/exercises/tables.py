"""The tables that come of a pile: every verdict, grades for Moodle and Canvas, problems, what waits for a person."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.exercises.marking import feedback
from detente.fields import label_of
from detente.seeds.sheets import write_sheet
from detente.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.exercises.build import Student
    from detente.exercises.pile import Pile

__all__ = ["canvas_table", "hand_table", "marks_as_json", "marks_table", "moodle_table", "summary", "write_tables"]

Table = tuple[tuple[str, ...], list[list[str]]]


def write_tables(found: Pile, out: Path, *, lang: str, students: Mapping[str, Student], after: bool) -> tuple[Path, ...]:
    """Write all tables and the feedback into a folder, and return the files; those of an earlier run are replaced."""
    written: list[Path] = []
    texts = {m.student: feedback(found.variants.of(m.variant), m, lang, after=after) for m in found.marks}
    title = label_of(found.variants.sheet.title, lang)
    tables = {
        "marks": marks_table(found),
        "moodle": moodle_table(found, title, texts, students),
        "canvas": canvas_table(found, title, found.variants.sheet.points, students),
        "problems": problems_table(found),
        "by-hand": hand_table(found),
    }
    try:
        (out / "feedback").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot make the folder; {error.strerror or error}") from None
    for name, (columns, rows) in tables.items():
        written.append(out / f"{name}.csv")
        write_sheet(written[-1], columns, rows)
    for student, text in texts.items():
        written.append(out / "feedback" / f"{re.sub(r'[^A-Za-z0-9_.@-]', '_', student)}.txt")
        write_whole(written[-1], text)
    return tuple(written)


def marks_as_json(found: Pile) -> dict[str, Any]:
    """Return the marks and problems of a pile as JSON values, points as exact numbers."""
    return {
        "marks": [
            {
                "student": marks.student, "file": marks.file, "points": str(marks.points), "of": marks.most, "open": marks.open,
                "verdicts": [
                    {
                        "item": each.item, "verdict": each.status, "points": str(each.points), "of": each.most,
                        "misconception": each.misconception, "reason": each.reason,
                    }
                    for each in marks.verdicts
                ],
            }
            for marks in found.marks
        ],
        "problems": [{"file": each.file, "student": each.student, "reason": each.reason} for each in found.problems],
    }  # fmt: skip


def summary(found: Pile) -> str:
    """Return in a few lines what came of a pile, for the teacher."""
    lines = [f"{len(found.marks)} marked, {len(found.problems)} files with a problem"]
    waiting = sum(marks.open for marks in found.marks)
    if waiting:
        lines.append(f"{waiting} wait for points by hand: fill in by-hand.csv and mark again")
    if found.marks:
        average = sum((marks.points for marks in found.marks), Fraction(0)) / len(found.marks)
        lines.append(f"average {float(average):.1f} of {found.marks[0].most} points")
    named = Counter(v.misconception for marks in found.marks for v in marks.verdicts if v.misconception)
    if named:
        lines.append("misconceptions: " + ", ".join(f"{name} {count}" for name, count in named.most_common()))
    lines += [f"{each.file}: {each.reason}" for each in found.problems[:10]]
    if len(found.problems) > 10:
        lines.append(f".. and {len(found.problems) - 10} more in problems.csv")
    return "\n".join(lines)


def _number(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):.2f}"


def _exactly(value: Fraction) -> str:
    return _number(value) if 100 % value.denominator == 0 else str(value)


def marks_table(found: Pile) -> Table:
    """Return every verdict, for the teacher."""
    columns = ("student", "item", "verdict", "points", "of", "misconception", "answer", "reason", "file")
    rows = [
        [
            marks.student, each.item, each.status, _number(each.points), str(each.most), each.misconception or "",
            _short(each.answer), each.reason, marks.file,
        ]
        for marks in found.marks
        for each in marks.verdicts
    ]  # fmt: skip
    return columns, rows


def _short(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= 300 else line[:297] + "..."


def moodle_table(found: Pile, title: str, texts: Mapping[str, str], students: Mapping[str, Student]) -> Table:
    """Return grades for *Grades, Import, CSV file* of Moodle.

    Moodle maps users by ``Email address`` or ``ID number``, and takes a grade item and its feedback from two columns; it asks
    for both to be mapped, since a grade imported without feedback clears the feedback. A dash stands for no grade yet: in a new
    grade item an empty cell would be one (``gradeimport_csv_load_data``).
    """
    columns = ("ID number", "Email address", title, f"{title} (feedback)")
    rows = []
    for marks in found.marks:
        student = students.get(marks.student)
        ident = (student["id_number"] if student else "") or marks.student
        rows.append([ident, student["email"] if student else "", "-" if marks.open else _number(marks.points), texts[marks.student]])
    return columns, rows


def canvas_table(found: Pile, title: str, most: int, students: Mapping[str, Student]) -> Table:
    """Return grades in the layout of a Canvas gradebook: five columns of identity, an assignment, a row of most points."""
    columns = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", title)
    rows = [["    Points Possible", "", "", "", "", str(most)]]
    for marks in found.marks:
        student = students.get(marks.student)
        name, section = (student["name"], student["section"]) if student else ("", "")
        login = (student["sis_login_id"] if student else "") or marks.student
        ids = (student["canvas_id"], student["sis_user_id"]) if student else ("", "")
        rows.append([name or marks.student, *ids, login, section, "" if marks.open else _number(marks.points)])
    return columns, rows


def hand_table(found: Pile) -> Table:
    """Return the answers that a person marks, with columns for points and a comment; what was marked stays in it."""
    columns = ("student", "item", "of", "answer", "points", "comment")
    rows = [
        [marks.student, each.item, str(each.most), each.answer, *((_exactly(each.points), each.reason) if each.status == "hand" else ("", ""))]
        for marks in found.marks
        for each in marks.verdicts
        if each.status in ("open", "hand")
    ]
    return columns, rows


def problems_table(found: Pile) -> Table:
    """Return the files that were not marked, with the reasons."""
    return ("file", "student", "reason"), [[each.file, each.student, each.reason] for each in found.problems]
