"""The tables have the columns that Moodle and Canvas document, and survive their importers' rules.

Sources: Moodle Docs, *Grade import*, and ``grade/import/csv/classes/load_data.php`` of Moodle; Canvas Instructor Guide, *How do I
import grades in the Gradebook*, and ``lib/gradebook_importer.rb`` of Canvas.
"""

import csv
import io
import re
from pathlib import Path

import pytest

from detente.exercises.build import ROSTER, Student
from detente.exercises.notebooks import notebook
from detente.exercises.pile import merged, pile
from detente.exercises.tables import write_tables

STUDENTS = {
    "ada": Student("ada", {"student": "ada", "name": "Lovelace, Ada", "email": "Ada@x.org", "id_number": "007", "canvas_id": "12345", "sis_user_id": "u1", "sis_login_id": "ada1", "section": "A"}),
    "bob": Student("bob", {"student": "bob", "name": "Bob B"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory, sheets, files):
    """The tables of a pile with one full and one waiting submission."""
    folder = tmp_path_factory.mktemp("pile")
    for name in STUDENTS:
        (folder / f"{name}.txt").write_text("tempted-1: confront\nmeaning-1: Each,\n\"quoted\" and so on.", encoding="utf-8")
    found = pile(folder, sheets["dominance"].sheet, files, seed="19", students=STUDENTS)
    hand = folder.parent / "hand.csv"
    hand.write_text("student,item,points\nada,meaning-1,2\n", encoding="utf-8")
    out = tmp_path_factory.mktemp("out")
    write_tables(merged(found, hand), out, lang="en", students=STUDENTS, after=True)
    return {name: (out / f"{name}.csv").read_bytes() for name in ("moodle", "canvas")}


def parsed(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_canvas_finds_its_header_its_row_of_points_and_every_student(tables):
    # header: Student and ID first, then SIS User ID and SIS Login ID in this order, and Section last of the student's columns
    header, points, *rows = parsed(tables["canvas"])
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert re.search(r"SIS\s+User\s+ID", header[2])
    assert re.search(r"SIS\s+Login\s+ID", header[3])
    assert "Section" in header[4]
    assert not re.search("Current|Final|Override", header[5])  # such columns are read only
    assert "Points Possible" in points[0]
    assert points[5] == "10"  # 1 + 1 + 2, 1 + 3, and 2 for the free text
    assert all(len(row) == len(header) for row in [points, *rows])
    assert rows[0][:5] == ["Lovelace, Ada", "12345", "u1", "ada1", "A"]
    assert rows[1][:5] == ["Bob B", "", "", "bob", ""]  # without a login the id of the list stands for it
    # a number as Canvas reads it: its importer takes commas for points
    assert re.fullmatch(r"\d+(\.\d+)?", rows[0][5])
    assert rows[1][5] == ""


def test_moodle_maps_users_by_number_or_address_and_takes_grade_and_feedback(tables):
    header, *rows = parsed(tables["moodle"])
    assert header == ["ID number", "Email address", "Dominance", "Dominance (feedback)"]
    assert all(len(row) == len(header) for row in rows)
    assert rows[0][:2] == ["007", "Ada@x.org"]  # addresses are compared as they are spelled
    assert re.fullmatch(r"\d+(\.\d+)?", rows[0][2])
    assert rows[1][2] == "-"  # no grade: an empty cell would become one in a new grade item
    assert "\n" in rows[0][3]


def test_the_roster_has_a_column_for_each_column_that_the_systems_need():
    assert set(ROSTER) >= {"student", "name", "email", "id_number", "canvas_id", "sis_user_id", "sis_login_id", "section"}


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Bob B_4711_assignsubmission_file/dominance.ipynb", "bob"),
        ("Bob  b_4711_assignsubmission_file_/dominance.ipynb", "bob"),
        ("lovelaceada_LATE_12345_67890_dominance-1.ipynb", "ada"),
        ("ada/dominance.ipynb", "ada"),
        ("dominance_BOB.ipynb", "bob"),
        ("Carl C_4712_assignsubmission_file/dominance.ipynb", ""),
        ("ada_bob.ipynb", ""),
    ],
)
def test_files_are_known_under_the_names_of_a_download(tmp_path, sheets, files, name, student):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(notebook(sheets["dominance"].of(""), "en"), encoding="utf-8")
    found = pile(tmp_path, sheets["dominance"].sheet, files, seed="19", students=STUDENTS)
    assert [marks.student for marks in found.marks] == ([student] if student else [])
    assert [Path(each.file).as_posix() for each in found.problems] == ([] if student else [name])
