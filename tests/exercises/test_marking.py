"""From build to marks: a class hands in notebooks, forms, texts and rubbish."""

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from detente.cli.app import detente
from detente.exercises.answers import same
from detente.exercises.key import show
from detente.exercises.marking import feedback, mark, verdict
from detente.exercises.submissions import Broken, read_submission

ROOT = Path(__file__).parents[2]


def run(*arguments):
    found = CliRunner().invoke(detente, ["exercise", *map(str, arguments)], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def filled(text, answers):
    """A notebook as a student saves it."""
    data = json.loads(text)
    for cell in data["cells"]:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        if name in answers:
            cell["source"] = answers[name].splitlines(keepends=True)
    return json.dumps(data)


def test_a_class_is_marked_from_build_to_tables(tmp_path, sheets):
    roster = tmp_path / "class.csv"
    roster.write_text("student,name,email,sis_login_id\nada,=HYPERLINK(1),ada@x.org,ada1\nbob,Bob B,bob@x.org,bob1\ncem,Cem,,\n", encoding="utf-8")
    run("build", "dominance", "--students", roster, "--seed", "19", "--study", ROOT, "-o", tmp_path / "out")
    variants = sheets["dominance"]
    pile = tmp_path / "pile"
    (pile / "ada").mkdir(parents=True)
    given = (tmp_path / "out/students/ada/dominance.ipynb").read_text(encoding="utf-8")
    ada = {i.id: show(p.case, i.key.value) for p in variants.of("ada").parts for i in p.items}
    (pile / "ada/dominance.ipynb").write_text(filled(given, ada | {"meaning-1": "Each looks at itself."}), encoding="utf-8")
    bob = variants.of("bob").items["tempted-2"].key.wrong["wrong_player"]
    lines = (tmp_path / "out/students/bob/dominance.csv").read_text(encoding="utf-8")
    wrong = show(variants.of("bob").parts[0].case, bob, "zh")
    (pile / "bob.csv").write_text(lines.replace("tempted-2,", f"tempted-2,{wrong}").replace("tempted-1,", "tempted-1,9**9**9"), encoding="utf-8")
    (pile / "cem.zip").write_bytes(b"PK\x03\x04" + b"\0" * 100)
    out = tmp_path / "marks"
    common = ("mark", pile, "--students", roster, "--seed", "19", "--study", ROOT, "-o", out)
    assert "2 marked, 1 files with a problem" in run(*common)
    verdicts = {(row["student"], row["item"]): row for row in rows(out / "marks.csv")}
    assert all(row["verdict"] == "right" for key, row in verdicts.items() if key[0] == "ada" and key[1] != "meaning-1")
    assert verdicts["bob", "tempted-2"]["misconception"] == "wrong_player"
    assert verdicts["bob", "tempted-1"]["verdict"] == "unreadable"
    assert verdicts["bob", "rounds-1"]["verdict"] == "blank"
    assert rows(out / "problems.csv")[0]["student"] == "cem"
    assert "zip archive" in rows(out / "problems.csv")[0]["reason"]
    # free text waits for a person; until then no grade goes out
    (waiting,) = rows(out / "by-hand.csv")
    assert (waiting["student"], waiting["item"], waiting["of"]) == ("ada", "meaning-1", "2")
    assert rows(out / "moodle.csv")[0]["Dominance"] == "-"
    told = (out / "feedback/bob.txt").read_text(encoding="utf-8")
    assert "wrong player" not in told
    assert "The first step that is not right is 1.1." in told
    hand = tmp_path / "hand.csv"
    hand.write_text("student,item,points,comment\nada,meaning-1,1.5,good\n", encoding="utf-8")
    run(*common, "--by-hand", hand, "--after-deadline")
    assert "wrong player" in (out / "feedback/bob.txt").read_text(encoding="utf-8")
    most = variants.sheet.points
    moodle = {row["Email address"]: row for row in rows(out / "moodle.csv")}
    assert moodle["ada@x.org"]["Dominance"] == f"{most - 2 + 1.5:.2f}"
    canvas = rows(out / "canvas.csv")
    assert list(canvas[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Dominance"]
    assert canvas[0] == {"Student": "    Points Possible", "ID": "", "SIS User ID": "", "SIS Login ID": "", "Section": "", "Dominance": str(most)}
    assert canvas[1]["Student"] == "'=HYPERLINK(1)"  # a spreadsheet would run it
    assert canvas[1]["SIS Login ID"] == "ada1"


def test_another_students_file_is_named_and_not_marked(tmp_path, files, sheets):
    from detente.exercises.build import Student
    from detente.exercises.notebooks import notebook
    from detente.exercises.pile import pile

    variants = sheets["dominance"]
    given = notebook(variants.of("ada"), "en")
    (tmp_path / "bob_1.ipynb").write_text(given, encoding="utf-8")
    (tmp_path / "bob_2.ipynb").write_text(given.replace('"student": "ada"', '"student": "bob"'), encoding="utf-8")
    (tmp_path / "bob_3.ipynb").write_text(given.replace('"student": "ada"', '"student": "eve"'), encoding="utf-8")
    students = {name: Student(name, {}) for name in ("ada", "bob")}
    found = pile(tmp_path, variants.sheet, files, seed="19", students=students)
    reasons = [each.reason for each in found.problems]
    assert "made for ada and handed in by bob" in reasons[0]
    assert "another student's file" in reasons[1]
    assert "not on the list" in reasons[2]
    assert found.marks == ()


def test_an_untouched_form_does_not_replace_a_notebook_and_the_later_of_two_answered_files_counts(tmp_path, files, sheets):
    from detente.exercises.pile import pile

    for number, (name, text) in enumerate([("first", "tempted-1: confront"), ("second", "tempted-1: cooperate"), ("third", "tempted-1:")]):
        path = tmp_path / name / "ada.txt"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        os.utime(path, (number, number))
    found = pile(tmp_path, sheets["dominance"].sheet, files, seed="19")
    assert [marks.file for marks in found.marks] == ["second/ada.txt"]
    assert [(each.file, each.reason.rpartition("which ")[2]) for each in found.problems] == [
        ("first/ada.txt", "is later"), ("third/ada.txt", "has answers"),
    ]


def test_student_files_hold_no_key_and_no_other_variant(tmp_path, sheets):
    from detente.exercises.notebooks import notebook

    for variants in sheets.values():
        text = notebook(variants.of("ada"), "en")
        answers = [cell for cell in json.loads(text)["cells"] if cell["metadata"]["nbgrader"]["solution"]]
        assert {cell["source"] for cell in answers} == {"YOUR ANSWER HERE"}
        assert "bob" not in text


def test_feedback_before_and_after_the_deadline_never_tells_the_key(sheets):
    for variants in sheets.values():
        variant = variants.of("ada")
        answers = {}
        for part in variant.parts:
            for item in part.items:
                wrong = next(iter(item.key.wrong.values()), None)
                answers[item.id] = "" if wrong is None else show(part.case, wrong)
        marks = mark(variant, "ada", "x", answers)
        right = mark(variant, "ada", "x", {})
        for after in (False, True):
            told = feedback(variant, marks, "en", after=after)
            for part in variant.parts:
                for item in part.items:
                    key = show(part.case, item.key.value)
                    if len(key) > 4 and item.key.value.kind in ("profiles", "condition", "mixture", "path", "formula"):
                        assert key not in told
        assert feedback(variant, right, "zh", after=False).count("未作答") == len(variant.items)


def test_wrong_answers_of_the_named_kinds_get_their_name(sheets):
    seen, named, kinds = 0, 0, set()
    for variants in sheets.values():
        for student in range(4):
            for part in variants.of(f"s{student}").parts:
                for item in part.items:
                    for name in item.step.catch or ():
                        text = show(part.case, item.key.wrong[name], "zh" if student % 2 else "en")
                        found = verdict(item, text)
                        seen, named = seen + 1, named + (found.misconception == name)
                        kinds.add(name)
                        assert found.status == "wrong"
    assert len(kinds) >= 8
    assert named >= 0.95 * seen
    assert seen > 60


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.ipynb", b"", "empty"),
        ("a.ipynb", b'{"cells": [', "damaged"),
        ("a.ipynb", b"[" * 200_000, "nested|damaged"),
        ("a.ipynb", b'{"a":' * 100_000, "nested|damaged"),
        ("a.ipynb", b'{"cells": 3}', "no cells"),
        ("a.ipynb", b"[1, 2]", "no cells"),
        ("a.ipynb", b"\xff\xfe\x00\x01binary", "UTF-8"),
        ("a.ipynb", b"PK\x03\x04zip", "zip archive"),
        ("a.ipynb", b" " * 3_000_000, "bytes, more than"),
        ("a.py", b"import os", "expected .ipynb"),
        ("a.csv", b"just,words\n1,2\n", "expected item and answer|answer"),
        ("a.csv", b'item,answer\n"open quote', "cannot be read|row"),
        ("a.txt", b"hello", "no line such as"),
        ("a.txt", b"mix-1: 1\nmix-1: 2\n", "twice"),
    ],
)
def test_a_broken_file_has_a_reason_that_can_be_forwarded(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Broken, match=reason):
        read_submission(tmp_path / name)


def test_the_teachers_notebook_is_not_marked_and_what_nbgrader_releases_of_it_is(tmp_path, sheets):
    from detente.exercises.notebooks import notebook

    variant = sheets["trees"].of("")
    (tmp_path / "a.ipynb").write_text(notebook(variant, "en", teacher=True), encoding="utf-8")
    with pytest.raises(Broken, match="teacher's notebook"):
        read_submission(tmp_path / "a.ipynb")
    course = tmp_path / "course"
    (course / "source/trees").mkdir(parents=True)
    (course / "source/trees/trees.ipynb").write_text(notebook(variant, "zh", teacher=True), encoding="utf-8")
    nbgrader(course, "generate_assignment", "trees", "--create")
    released = course / "release/trees/trees.ipynb"
    assert "答案." not in released.read_text(encoding="utf-8")
    found = read_submission(released)
    assert found.variant == variant.mark
    assert set(found.answers) == set(variant.items)
    assert set(found.answers.values()) == {""}
    student = tmp_path / "student.ipynb"
    student.write_text(notebook(variant, "en"), encoding="utf-8")
    assert "passes all the tests" in nbgrader(course, "validate", student)


def nbgrader(course, *arguments):
    """Run nbgrader, which finds its own tools on the path."""
    at = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{at}{os.pathsep}{os.environ['PATH']}", "PYTHONWARNDEFAULTENCODING": "0"}
    command = [at / "nbgrader", *arguments]
    done = subprocess.run(command, cwd=course, env=env, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_links_are_not_followed(tmp_path):
    (tmp_path / "secret.txt").write_text("mix-1: 3", encoding="utf-8")
    (tmp_path / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(Broken, match="link"):
        read_submission(tmp_path / "link.txt")


def test_random_bytes_and_mutated_notebooks_never_raise_anything_else(tmp_path, sheets):
    from detente.exercises.notebooks import notebook

    source = random.Random(5)
    variant = sheets["mixed_equilibria"].of("")
    text = notebook(variant, "en").encode()
    path = tmp_path / "a.ipynb"
    for _ in range(150):
        data = bytearray(text)
        for _ in range(source.randrange(1, 6)):
            at = source.randrange(len(data))
            data[at : at + source.randrange(30)] = source.randbytes(source.randrange(4))
        path.write_bytes(bytes(data))
        try:
            found = read_submission(path)
        except Broken:
            continue
        mark(variant, "a", "a", found.answers)


def test_wrong_answers_of_a_step_differ_from_its_key(sheets):
    for variants in sheets.values():
        for item in variants.of("zoe").items.values():
            for value in item.key.wrong.values():
                assert not same(value, item.key.value, item.step.decimals)
