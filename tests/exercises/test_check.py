"""Sheets are checked with the study, told to editors by a schema, and their commands speak JSON."""

import itertools
import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from detente.cli.app import detente
from detente.errors import DetenteError, InputError
from detente.exercises.asks import ASKS
from detente.exercises.check import check_sheets, sheet_names
from detente.exercises.schema import as_text, sheet_schema
from detente.study.load import load
from detente.study.schemas import FOLDER

ROOT = Path(__file__).parents[2]
COURSE = sorted((ROOT / "notebooks/exercises").glob("*.toml"))

SHEET = """format = 1
title = "Valve"
goal = "Find what is stable."
difficulty = 2
[[questions]]
name = "winter"
game = "valve"
steps = [{ ask = "pure_equilibria" }, { ask = "best_reply", player = "meridia", against = "throttle" }]
"""


def run(*arguments):
    done = CliRunner().invoke(detente, [str(each) for each in arguments], catch_exceptions=False, standalone_mode=False)
    assert done.exception is None
    return done


@pytest.fixture
def fresh(tmp_path):
    """A study as ``detente new`` makes it, with a teacher's sheet of eight lines."""
    root = tmp_path / "mine"
    run("new", root)
    (root / "notebooks/exercises/valve.toml").write_text(SHEET, encoding="utf-8")
    return root


def test_a_new_study_checks_builds_and_marks_a_teachers_sheet(fresh, tmp_path):
    assert "2 exercise sheets" in run("check", "--study", fresh).output
    assert "exercise sheets: valve, winter" in run("list", "--study", fresh).output
    built = run("exercise", "build", "valve", "--study", fresh, "-o", tmp_path / "out", "--seed", "77", "--json")
    data = json.loads(built.stdout)
    assert (data["command"], data["sheet"], data["points"], data["students"]) == ("exercise build", "valve", 2, [])
    assert all(Path(each).is_file() for each in data["files"])
    assert {Path(each).suffix for each in data["files"]} == {".ipynb", ".csv", ".pdf"}
    pile = tmp_path / "pile"
    pile.mkdir()
    form = (tmp_path / "out/student/valve.csv").read_text(encoding="utf-8")
    (pile / "ada.csv").write_text(form.replace("winter-2,", "winter-2,build"), encoding="utf-8")
    (pile / "bob.zip").write_bytes(b"PK\x03\x04")
    marked = json.loads(run("exercise", "mark", pile, "--study", fresh, "--seed", "77", "--json").stdout)
    assert (marked["format"], marked["command"], marked["study"]["name"]) == (1, "exercise mark", "long-whistle")
    (ada,) = marked["marks"]
    assert (ada["student"], ada["points"], ada["of"], ada["open"]) == ("ada", "1", 2, False)
    assert [each["verdict"] for each in ada["verdicts"]] == ["blank", "right"]
    assert "zip archive" in marked["problems"][0]["reason"]
    assert {Path(each).name for each in marked["files"]} == {"marks.csv", "moodle.csv", "canvas.csv", "problems.csv", "by-hand.csv", "ada.txt"}


def test_the_sheet_of_a_new_study_is_marked_as_worked_out_by_hand(fresh, tmp_path):
    run("exercise", "build", "winter", "--study", fresh, "-o", tmp_path / "out", "--seed", "7")
    form = (tmp_path / "out/student/winter.csv").read_text(encoding="utf-8")
    # The sheet shows (9,8) (1,2) / (0,0) (5,1): 8p = 2p + (1 - p) gives 1/7; then 0.3 = 1.2 - 0.9 for the rival
    answers = ["build", "(rely, deliver); (build, throttle)", "1/7", "0.3", "throttle"]
    ids = ["stable-1", "stable-2", "stable-3", "temptation-1", "temptation-2"]
    for name, answer in zip(ids, answers, strict=True):
        form = form.replace(f"{name},", f'{name},"{answer}"')
    (tmp_path / "pile").mkdir()
    (tmp_path / "pile/ada.csv").write_text(form, encoding="utf-8")
    (ada,) = json.loads(run("exercise", "mark", tmp_path / "pile", "--study", fresh, "--sheet", "winter", "--seed", "7", "--json").stdout)["marks"]
    assert (ada["points"], ada["of"], ada["open"]) == ("7", 9, False)  # nothing was written for a person to read
    assert [each["verdict"] for each in ada["verdicts"]][:5] == ["right"] * 5


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ('"pure_equilibria"', '"pure_equilibrium"', '"pure_equilibrium"', "did you mean 'pure_equilibria'"),
        ('"meridia"', '"meridian"', '"meridian"', "did you mean 'meridia'"),
        ('"throttle"', '"trottle"', '"trottle"', "did you mean 'throttle'"),
        ('game = "valve"', 'game = "vale"', '"vale"', "did you mean 'valve'"),
        ('game = "valve"', 'game = "valve"\npoint = "cold"', '"cold"', "unknown point 'cold'"),
        ('game = "valve"', 'game = "valve"\ndraw = { integers = [0, 9], require = ["no_tie"] }', '"no_tie"', "did you mean 'no_ties'"),
        ('game = "valve"', 'game = "valve"\ngiven = ["los"]', '"los"', "unknown parameter 'los'"),
        ('"pure_equilibria" }', '"pure_equilibria", player = "meridia" }', "player", "pure_equilibria does not use 'player'; it uses nothing"),
        ('"pure_equilibria" }', '"pure_equilibria", catch = ["securty"] }', '"securty"', "does not know the misconception 'securty'"),
        ('"pure_equilibria" }', '"value", of = "los/2", text = "x" }', "los/2", "did you mean 'loss'"),
        ('"pure_equilibria" }', '"value", of = "loss/0", text = "x" }', "loss/0", "division by zero"),
        ('"pure_equilibria" }', '"value", of = "loss", wrong = { reversed = "-los" }, text = "x" }', "los\"", "did you mean 'loss'"),
        ('"pure_equilibria" }', '"value", of = "loss", wrong = { revers = "-loss" }, text = "x" }', "{ ask", "unknown misconception 'revers'"),
        ("difficulty = 2", "difficulty = 6", "6", "expected an integer from 1 to 5"),
        ("format = 1\n", "format = 1\nfromat = 1\n", "fromat", "unknown key 'fromat'"),
        ("[[questions]]", "[[questions", "questions", "close the brackets"),
    ],
)
def test_check_names_the_place_of_every_fault_of_a_sheet(fresh, old, new, at, message):
    path = fresh / "notebooks/exercises/valve.toml"
    text = SHEET.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    before = text[: text.index(at)]
    place = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    done = run("check", "--study", fresh)
    assert done.return_value == 2
    assert f"notebooks/exercises/valve.toml:{place}: " in done.output
    assert message in done.output


def test_check_finds_the_faults_of_several_steps_and_sheets_at_once(fresh):
    room = fresh / "notebooks/exercises"
    (room / "valve.toml").write_text(SHEET.replace('"pure_equilibria"', '"pur"').replace('"meridia"', '"m"'), encoding="utf-8")
    (room / "other.toml").write_text("format = 1\n", encoding="utf-8")
    (room / ".hidden.toml").write_text("nonsense", encoding="utf-8")
    data = json.loads(run("check", "--study", fresh, "--json").stdout)
    found = {(each["file"], each["line"]) for each in data["faults"] if each["level"] == "fault"}
    assert {("notebooks/exercises/valve.toml", 8), ("notebooks/exercises/other.toml", 1)} <= found
    assert sum(each["file"].endswith("valve.toml") and each["level"] == "fault" for each in data["faults"]) == 2


def test_sheets_of_a_faulty_study_are_read_but_not_built(fresh):
    (fresh / "games/valve.toml").write_text("format = 1\n", encoding="utf-8")
    assert check_sheets(load(fresh)) == ()
    assert sheet_names(load(fresh)) == ("valve", "winter")


def test_the_course_is_sound(files):
    assert check_sheets(files) == ()
    assert len(sheet_names(files)) == 12


def test_the_shipped_schema_is_that_of_the_model_and_the_course_fits_it():
    jsonschema = pytest.importorskip("jsonschema")
    schema = sheet_schema()
    assert (FOLDER / "exercise.json").read_text(encoding="utf-8") == as_text(schema), "run python -m detente.exercises.schema"
    validator = jsonschema.Draft202012Validator(schema)
    for path in COURSE:
        validator.validate(tomllib.loads(path.read_text(encoding="utf-8")))
    good = tomllib.loads(SHEET)
    for key, value in (("surprise", 1), ("difficulty", 9), ("title", 3), ("goal", {"zh": "x"}), ("questions", 1)):
        assert not validator.is_valid({**good, key: value}), key
    good["questions"][0]["steps"][0]["ask"] = "nonsense"
    assert not validator.is_valid(good)


FORMS = (
    "confrontation", "confrontation:repeated", "weaponization", "gradual_cooperation", "forge_tipping", "forge_tipping:barrett", "ultimatum_180",
    "forge_coalition", "export_ban_cascade", "alliance_hedging", "price_predation",
)  # fmt: skip


def test_whatever_is_asked_of_whatever_form_is_answered_or_refused_with_a_place(sheet, files):
    """No combination of game, ask and keys ends in anything but a key or a fault."""
    keys = ("", 'player = "us"', 'player = "us", against = "confront"', 'of = "1"', 'text = "x"', 'at = "start"', 'key = ["x"], text = "x"')
    questions = "".join(
        f'[[questions]]\nname = "q{number}"\ngame = "{game}"\nsteps = [{{ ask = "{name}"{", " if extra else ""}{extra} }}]\n'
        for number, (game, name, extra) in enumerate(
            (game, name, keys[(i + j) % len(keys)]) for (i, game), (j, name) in itertools.product(enumerate(FORMS), enumerate(ASKS))
        )
        if number % 17 == 0
    )
    with pytest.raises(InputError) as caught:
        sheet(questions)
    assert all(fault.place.line for fault in caught.value.faults)
    for one in questions.split("[[questions]]")[1:]:
        try:
            sheet("[[questions]]" + one).of("")
        except DetenteError as error:
            assert "small.toml:" in str(error), one
