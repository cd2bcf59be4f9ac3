"""A pile of submissions: whose each is, the marks of all, and the tables that come of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Fault, InputError, UsageError
from detente.exercises.marking import Marks, mark
from detente.exercises.submissions import Broken, Submission, files_in, read_submission
from detente.exercises.variants import Variants
from detente.numbers import exact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.exercises.build import Student
    from detente.exercises.sheet import Sheet
    from detente.exercises.variants import Variant
    from detente.study.load import StudyFiles

__all__ = ["Pile", "Problem", "merged", "pile"]


@dataclass(frozen=True)
class Problem:
    """A file that was not marked, or a note on one that was; the reason can be forwarded."""

    file: str
    student: str
    reason: str


@dataclass(frozen=True)
class Pile:
    """What came of a folder: marks by student, problems, and the variants for feedback."""

    marks: tuple[Marks, ...]
    problems: tuple[Problem, ...]
    variants: Variants


def pile(
    folder: Path, sheet: Sheet, files: StudyFiles, *, seed: str, students: Mapping[str, Student] | None = None
) -> Pile:
    """Mark every submission of a sheet in a folder.

    Of several files of a student one with answers counts, of these the last. Files of other sheets are left alone and named.
    """
    variants = Variants(sheet, files, seed)
    marks: dict[str, tuple[Submission, Marks]] = {}
    problems: list[Problem] = []
    for path in files_in(folder):
        shown = "".join(each if each.isprintable() else "?" for each in path.relative_to(folder).as_posix())
        try:
            found = read_submission(path)
            student = _student(found, path.relative_to(folder), sheet, students)
        except Broken as error:
            problems.append(Problem(shown, _of_path(path.relative_to(folder), students or {}), str(error)))
            continue
        variant = _variant(found, variants, student, students is not None)
        reason = ""
        if found.sheet and found.sheet != sheet.name:
            reason = f"this is the sheet {found.sheet[:60]}, not {sheet.name}; hand in the right one"
        elif variant is None:
            reason = "this was made from another edition of the sheet, another seed or another student's file; ask for a new one"
        elif not any(name in variant.items for name in found.answers):
            reason = "no answer cell of this sheet is left in it; hand in the file that you were given"
        if reason or variant is None:
            problems.append(Problem(shown, student, reason))
            continue
        made = mark(variant, student, shown, found.answers)
        if student in marks:
            first, second = sorted((marks[student], (found, made)), key=_weight)
            why = "has answers" if _weight(first)[0] != _weight(second)[0] else "is later"
            problems.append(Problem(first[1].file, student, f"not marked: {second[1].file} counts, which {why}"))
            marks[student] = second
        else:
            marks[student] = (found, made)
    ordered = tuple(marks[student][1] for student in sorted(marks))
    return Pile(ordered, tuple(sorted(problems, key=lambda each: (each.file, each.reason))), variants)


def _weight(pair: tuple[Submission, Marks]) -> tuple[bool, float, str]:
    """Return what decides which of a student's files counts: an untouched form must not replace a notebook."""
    return any(answer.strip() for answer in pair[0].answers.values()), pair[0].time, pair[1].file


def _variant(found: Submission, variants: Variants, student: str, listed: bool) -> Variant | None:
    """Return the variant that a file was made from: the student's own, or the one that all share; None for neither.

    A text that says nothing of its variant counts as the student's own where there is a list, else as the shared one.
    """
    if not found.variant:
        return variants.of(student if listed else "")
    shared = variants.of("")
    if found.variant == shared.mark:
        return shared
    own = variants.of(student)
    return own if found.variant == own.mark else None


def _student(found: Submission, path: Path, sheet: Sheet, students: Mapping[str, Student] | None) -> str:
    """Return whose submission it is: as the file says, else as its folder or name says.

    Raises
    ------
    Broken
        If the file belongs to another student than the one whose folder it stands in, or to nobody.
    """
    if students is None:
        name = found.student or _of_names(path, sheet)
        if not re.fullmatch(r"[^\x00-\x1f/\\]{1,120}", name):
            raise Broken("nobody is named; write your student number into the file or its name")
        return name
    by_path = _of_path(path, students)
    if found.student and found.student not in students:
        raise Broken(f"the student {found.student[:60]!r} is not on the list")
    if found.student and by_path and by_path != found.student:
        raise Broken(f"the file was made for {found.student} and handed in by {by_path}; hand in your own")
    if not found.student and not by_path:
        raise Broken("nobody on the list is named in the file, its name or its folder")
    return found.student or by_path


def _of_path(path: Path, students: Mapping[str, Student]) -> str:
    """Return the one student of the list whom the name of the file or of its folders tells.

    By the id; else by the number that Canvas writes into the names of a download
    (``lovelaceada_12345_67890_dominance.ipynb``); else by the full name that Moodle puts before the first ``_``
    (``Ada Lovelace_4711_assignsubmission_file/dominance.ipynb``).
    """
    parts = [*path.parts[:-1], path.stem]
    tokens = {token.lower() for part in parts for token in (part, *re.split(r"[_\s()]+", part))}
    heads = {" ".join(part.split("_")[0].lower().split()) for part in parts}
    for named in (
        [student for student in students if student.lower() in tokens],
        [name for name, student in students.items() if student["canvas_id"] and student["canvas_id"].lower() in tokens],
        [name for name, student in students.items() if student["name"] and " ".join(student["name"].lower().split()) in heads],
    ):
        if named:
            return named[0] if len(named) == 1 else ""
    return ""


def _of_names(path: Path, sheet: Sheet) -> str:
    """Return the name that a file or its folder gives: ``ada.ipynb``, ``ada/dominance.ipynb``, ``ada_dominance.csv``."""
    stem = path.stem
    if stem != sheet.name:
        return stem.removesuffix(f"_{sheet.name}").removesuffix(f"-{sheet.name}")
    folders = [part for part in path.parts[:-1] if part != sheet.name]
    return folders[-1] if folders else ""


def merged(found: Pile, path: Path, *, lenient: bool = False) -> Pile:
    """Return a pile with the points that a person wrote into the table ``by-hand.csv``.

    With ``lenient`` a row that fits no answer, such as one of a file that is gone, is noted and not a fault. Points for an answer
    that has since been replaced by another one do not count; the answer waits again, and a note says so.

    Raises
    ------
    InputError
        With every row that fits no answer, or has no points from 0 to the most.
    """
    from detente.seeds.sheets import read_sheet

    table = read_sheet(path)
    table.require("student", "item", "points")
    given: dict[tuple[str, str], tuple[Fraction, str]] = {}
    known = {(m.student, v.item): v for m in found.marks for v in m.verdicts if v.status == "open"}
    faults: list[Fault] = []
    notes: list[Problem] = []
    files = {marks.student: marks.file for marks in found.marks}
    for row in table.rows:
        mark_of = (row["student"].strip(), row["item"].strip())
        if not row["points"].strip():
            continue
        if mark_of not in known and lenient:
            notes.append(Problem(path.name, mark_of[0], f"points for {mark_of[1]} fit no answer that waits for a person; left out"))
            continue
        if mark_of not in known:
            faults.append(Fault(row.at("item"), f"found {mark_of[1][:60]!r} of {mark_of[0][:60]!r}", "expected an answer that waits for a person"))
            continue
        if mark_of in given:
            faults.append(Fault(row.at("item"), f"found {mark_of[1]!r} of {mark_of[0]!r} twice", "expected it once"))
            continue
        try:
            points = exact(row["points"].strip())
        except UsageError as error:
            faults.append(Fault(row.at("points"), str(error)))
            continue
        if not 0 <= points <= known[mark_of].most:
            faults.append(Fault(row.at("points"), f"found {points} points", f"expected 0 to {known[mark_of].most}"))
            continue
        if row["answer"].split() not in ([], known[mark_of].answer.split()):
            reason = f"{mark_of[1]} was answered anew after it was marked by hand; mark it again"
            notes.append(Problem(files[mark_of[0]], mark_of[0], reason))
            continue
        given[mark_of] = (points, row["comment"].strip())
    if faults:
        raise InputError(*faults[:20])
    return replace(found, marks=tuple(_with_hand(marks, given) for marks in found.marks), problems=(*found.problems, *notes))


def _with_hand(marks: Marks, given: Mapping[tuple[str, str], tuple[Fraction, str]]) -> Marks:
    verdicts = tuple(
        replace(each, status="hand", points=given[(marks.student, each.item)][0], reason=given[(marks.student, each.item)][1])
        if (marks.student, each.item) in given
        else each
        for each in marks.verdicts
    )
    return replace(marks, verdicts=verdicts)
