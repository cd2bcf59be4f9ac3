"""Piles as they come from systems and from people who mean no good; points given by hand are kept."""

import csv
import json
import os
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from detente.cli.app import detente
from detente.errors import InputError
from detente.exercises.notebooks import notebook
from detente.exercises.pile import merged, pile
from detente.exercises.submissions import Broken, files_in, read_submission
from detente.exercises.tables import hand_table, write_tables

ROOT = Path(__file__).parents[2]


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def marked(folder, sheets, files, name="dominance"):
    return pile(folder, sheets[name].sheet, files, seed="19")


def test_links_and_folders_too_deep_are_reported_and_not_entered(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "eve.txt").write_text("tempted-1: confront", encoding="utf-8")
    folder = tmp_path / "pile"
    deep = folder / "/".join("abcdefghijkl")
    deep.mkdir(parents=True)
    (deep / "eve.txt").write_text("tempted-1: confront", encoding="utf-8")
    (folder / "link").symlink_to(outside, target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "pipe.txt")
    found = {path.relative_to(folder).as_posix() for path in files_in(folder)}
    assert found == {"link", "loop", "pipe.txt", "a/b/c/d/e/f/g/h/i"}
    for name, reason in (("link", "a link"), ("loop", "a link"), ("pipe.txt", "a link or a device"), ("a/b/c/d/e/f/g/h/i", "8 folders deep")):
        with pytest.raises(Broken, match=reason):
            read_submission(folder / name)


def test_a_zip_bomb_is_not_unpacked_whatever_it_is_called(tmp_path):
    for name in ("bomb.ipynb", "bomb.csv", "bomb.zip"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x.ipynb", b"\0" * 50_000_000)
        assert (tmp_path / name).stat().st_size < 100_000
        with pytest.raises(Broken, match="zip archive"):
            read_submission(tmp_path / name)


def test_names_that_no_table_can_hold_are_written_with_question_marks(tmp_path, sheets, files):
    folder = tmp_path / "pile"
    folder.mkdir()
    for name in (b"\xff\xfe.ipynb", b"\x1b[31mred.txt", b"new\nline.csv"):
        Path(os.fsdecode(os.path.join(os.fsencode(folder), name))).write_bytes(b"x")
    found = marked(folder, sheets, files)
    assert sorted(each.file for each in found.problems) == ["??.ipynb", "?[31mred.txt", "new?line.csv"]
    write_tables(found, tmp_path / "out", lang="en", students={}, after=False)


def test_half_a_character_in_an_answer_is_replaced(tmp_path, sheets, files):
    folder = tmp_path / "pile"
    folder.mkdir()
    data = json.loads(notebook(sheets["dominance"].of(""), "en"))
    for cell in data["cells"]:
        if cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = "\ud800 confront"
    (folder / "ada.ipynb").write_text(json.dumps(data), encoding="utf-8")
    found = marked(folder, sheets, files)
    write_tables(found, tmp_path / "out", lang="en", students={}, after=False)
    assert rows(tmp_path / "out/by-hand.csv")[0]["answer"] == "? confront"


def test_a_notebook_whose_metadata_a_program_dropped_is_read_by_its_cell_ids(tmp_path, sheets, files):
    folder = tmp_path / "pile"
    folder.mkdir()
    data = json.loads(notebook(sheets["dominance"].of(""), "en"))
    data["metadata"] = {}
    for cell in data["cells"]:
        cell["metadata"] = {}
        if cell["id"] == "tempted-1":
            cell["source"] = ["confront"]
    data["cells"].insert(1, {"cell_type": "code", "id": "9f3a", "metadata": {}, "source": "open('/etc/passwd')", "outputs": [], "execution_count": 1})
    (folder / "ada.ipynb").write_text(json.dumps(data), encoding="utf-8")
    (marks,) = marked(folder, sheets, files).marks
    assert {each.item: each.answer for each in marks.verdicts if each.answer} == {"tempted-1": "confront"}
    assert next(each for each in marks.verdicts if each.item == "tempted-1").status == "right"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data["cells"].append(data["cells"][3]), "stands twice"),
        (lambda data: data["metadata"]["detente"].update(variant="0" * 16), "another edition"),
        (lambda data: data["metadata"]["detente"].update(sheet="trees"), "this is the sheet trees"),
        (lambda data: data["metadata"]["detente"].update(sheet=["trees"], student={"a": 1}, variant=3), None),
        (lambda data: data["metadata"].update(detente=[1]), None),
        (lambda data: [cell["metadata"].update(nbgrader="x") for cell in data["cells"]], None),
        (lambda data: [cell["metadata"]["nbgrader"].update(points=1000) for cell in data["cells"]], None),
        (lambda data: data.update(cells=[None, 3, "x", [], *data["cells"]]), None),
        (lambda data: data.update(cells=[cell for cell in data["cells"] if not cell["metadata"]["nbgrader"]["solution"]]), "no answer cell"),
        (lambda data: [cell["metadata"]["nbgrader"].update(grade_id=7) for cell in data["cells"]], "no answer cell"),
        (lambda data: [cell["metadata"]["nbgrader"].update(solution=False) for cell in data["cells"]], "no answer cell"),
    ],
)
def test_altered_notebooks_are_marked_by_our_own_sheet_or_reported(tmp_path, sheets, files, change, reason):
    data = json.loads(notebook(sheets["dominance"].of(""), "en"))
    for cell in data["cells"]:
        if cell["id"] == "tempted-1":
            cell["source"] = "confront"
    change(data)
    folder = tmp_path / "pile"
    folder.mkdir()
    (folder / "ada.ipynb").write_text(json.dumps(data), encoding="utf-8")
    found = marked(folder, sheets, files)
    if reason is None:
        (marks,) = found.marks
        assert (marks.points, marks.most) == (1, sheets["dominance"].sheet.points)
    else:
        assert reason in found.problems[0].reason
        assert found.marks == ()


def test_a_text_may_say_its_variant_so_that_a_wrong_seed_is_noticed(tmp_path, sheets, files):
    variant = sheets["dominance"].of("")
    for name, mark in (("ada", variant.mark), ("bob", "0" * 16), ("cem", "")):
        (tmp_path / f"{name}.txt").write_text(f"sheet: dominance\nvariant: {mark}\ntempted-1: confront", encoding="utf-8")
    found = marked(tmp_path, sheets, files)
    assert [each.student for each in found.marks] == ["ada", "cem"]
    assert "another seed" in found.problems[0].reason


def hand_marked(tmp_path, sheets, files, answer="Each looks at itself.", points="1.5"):
    folder = tmp_path / "pile"
    folder.mkdir(exist_ok=True)
    (folder / "ada.txt").write_text(f"tempted-1: confront\nmeaning-1: {answer}", encoding="utf-8")
    path = tmp_path / "hand.csv"
    path.write_text(f'student,item,answer,points,comment\nada,meaning-1,"Each  looks at\nitself.",{points},good\n', encoding="utf-8")
    return marked(folder, sheets, files), path


def test_points_by_hand_stay_in_the_table_and_count_while_the_answer_is_the_same(tmp_path, sheets, files):
    found, path = hand_marked(tmp_path, sheets, files)
    done = merged(found, path)
    assert done.marks[0].points == found.marks[0].points + 1.5
    assert not done.marks[0].open
    assert hand_table(done)[1] == [["ada", "meaning-1", "2", "Each looks at itself.", "1.50", "good"]]


def test_points_by_hand_do_not_pass_to_another_answer(tmp_path, sheets, files):
    found, path = hand_marked(tmp_path, sheets, files, answer="Something else.")
    done = merged(found, path)
    assert done.marks[0].open
    assert "answered anew" in done.problems[-1].reason


@pytest.mark.parametrize("points", ["3", "-1", "many", "1/0", "1e99999999", "nan"])
def test_points_that_cannot_be_are_a_fault_with_its_row(tmp_path, sheets, files, points):
    found, path = hand_marked(tmp_path, sheets, files, points=points)
    with pytest.raises(InputError, match=r"hand.csv:\d+:4"):
        merged(found, path)


def test_marking_again_keeps_the_points_that_a_person_gave(tmp_path):
    folder, out = tmp_path / "pile", tmp_path / "marks"
    folder.mkdir()
    (folder / "ada.txt").write_text("sheet: dominance\nmeaning-1: Each looks at itself.", encoding="utf-8")

    def mark():
        done = CliRunner().invoke(detente, ["exercise", "mark", str(folder), "--study", str(ROOT), "-o", str(out)], catch_exceptions=False)
        assert done.exit_code == 0, done.output

    mark()
    text = (out / "by-hand.csv").read_text(encoding="utf-8-sig")
    (out / "by-hand.csv").write_text(text.replace("itself.,,", "itself.,2,well said"), encoding="utf-8")
    (folder / "bob.txt").write_text("sheet: dominance\nmeaning-1: It is so.", encoding="utf-8")  # handed in late
    mark()
    found = {row["student"]: (row["points"], row["comment"]) for row in rows(out / "by-hand.csv")}
    assert found == {"ada": ("2", "well said"), "bob": ("", "")}
    assert {row["ID number"]: row["Dominance"] for row in rows(out / "moodle.csv")} == {"ada": "2", "bob": "-"}
    (folder / "ada.txt").unlink()
    mark()
    assert "fit no answer" in rows(out / "problems.csv")[0]["reason"]
