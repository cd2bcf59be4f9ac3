"""`detente new`: the study that it makes is sound, solves, answers and reports, and nothing else is touched."""

from fractions import Fraction
from pathlib import Path

import pytest

import detente
from detente.errors import UsageError
from detente.reports.build import BLOCKS
from detente.seeds.verify import verify
from detente.solve.parametric.atlas import verify_atlas
from detente.study.analyses import ANALYSES
from detente.study.check import check, check_documents
from detente.study.layout import ROOMS
from detente.study.load import load
from detente.study.scaffold import new_study


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A new study, for the tests that only read it."""
    folder = tmp_path_factory.mktemp("scaffold") / "study"
    new_study(folder)
    return folder


@pytest.fixture(scope="module")
def game(made):
    return detente.Study(made).game("valve")


def everything(folder):
    """Every path below a folder, with the content of files."""
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def test_a_new_study_has_every_room_and_says_which_files_were_made(tmp_path):
    files = new_study(tmp_path / "mine")
    assert all(path.is_file() for path in files)
    assert set(files) == {path for path in (tmp_path / "mine").rglob("*") if path.is_file()}
    assert {path.relative_to(tmp_path / "mine").parts[0] for path in files} == {
        *ROOMS, "documents", "notebooks", "pyproject.toml", "README.md",
    }


def test_a_new_study_leaves_no_temporary_folder(tmp_path):
    new_study(tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "mine").mkdir()
    assert new_study(tmp_path / "mine")


def test_a_folder_that_holds_anything_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear friend", encoding="utf-8")
    before = everything(tmp_path)
    with pytest.raises(UsageError, match="is not empty; name a new folder"):
        new_study(tmp_path / "mine")
    assert everything(tmp_path) == before


def test_a_file_of_that_name_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "mine").write_text("a file", encoding="utf-8")
    before = everything(tmp_path)
    with pytest.raises(UsageError):
        new_study(tmp_path / "mine")
    assert everything(tmp_path) == before


def test_a_folder_without_a_parent_is_refused_and_nothing_is_made(tmp_path):
    with pytest.raises(UsageError, match="create it first"):
        new_study(tmp_path / "nowhere" / "mine")
    assert everything(tmp_path) == {}


def test_a_copy_that_fails_halfway_leaves_nothing(tmp_path, monkeypatch):
    def fail(self, target):
        raise PermissionError(13, "not allowed")

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(UsageError, match="cannot make the study"):
        new_study(tmp_path / "mine")
    assert everything(tmp_path) == {}


def test_the_new_study_has_no_faults_and_leaves_nothing_unused(made):
    found = check(made, every_note=True, analyses=ANALYSES, blocks=BLOCKS)
    assert [fault.found for fault in found] == ["'cover' is a reading"]


def test_every_figure_of_the_new_study_stands_in_its_documents(made):
    files = load(made)
    assert check_documents(files, made / "documents") == []
    found = verify(files.documents, files.figures, made / "documents")
    assert found.verified == found.figures == len(files.figures) == 10


def test_the_new_study_shows_what_a_study_can_hold(made):
    files = load(made)
    assert {parameter.kind for parameter in files.parameters.values()} == {"figure", "derived", "judgement"}
    assert {parameter.rule for parameter in files.parameters.values()} >= {"single", "median"}
    assert {parameter.interval for parameter in files.parameters.values()} >= {"hull", "stated", "reading"}
    assert {figure.kind for figure in files.figures.values()} >= {"figure", "event", "ordinal"}
    assert {figure.bound for figure in files.figures.values()} >= {"exact", "about", "range", "over", "at_most"}
    assert set(files.reports["main"].blocks) == set(BLOCKS) - {"versions"}  # a new study has no other version
    assert files.claims and files.conflicts


def test_the_valve_has_the_equilibria_that_hand_computation_gives(game):
    # Meridia: rely/deliver 0.9, rely/throttle -4, build/deliver -32/25, build/throttle -32/25 - 4 + 0.4*4 = -3.68.
    # Borealia: 0.9, 0.2*4 - 0.3 = 0.5, 0, 0.2*4*0.6 - 0.3 = 0.18. Both meet in two corners and once in between.
    solved = game.equilibria()
    assert solved.complete
    assert [tuple(each.payoffs.values()) for each in solved.pure] == [
        (Fraction(9, 10), Fraction(9, 10)),
        (Fraction(-92, 25), Fraction(9, 50)),
    ]
    # indifference: p*0.9 + 0 = p*0.5 + (1 - p)*0.18 and q*0.9 - (1 - q)*4 = -q*1.28 - (1 - q)*3.68
    (mixed,) = [each for each in solved.equilibria if not each.pure]
    assert mixed.profile["meridia"]["rely"] == Fraction(9, 29)
    assert mixed.profile["borealia"]["deliver"] == Fraction(16, 125)


def test_the_named_points_turn_the_answer_both_ways(game):
    assert game.holds("set:rely,deliver;build,throttle")
    assert game.holds("unique:build,throttle", "hard_winter")
    assert game.holds("unique:rely,deliver", "old_friends")


def test_without_relative_gains_nobody_throttles(game):
    assert game.model.material.at_point(game.point().values).payoff("borealia", ("rely", "throttle")) == Fraction(-3, 10)
    assert game.material_payoffs.terms_at("borealia", ("rely", "throttle"))[0].name == "unsold_gas"


def test_the_cold_winter_is_inert(game):
    assert game.payoffs.inert == {"meridia": ("cold_winter",), "borealia": ()}


def test_no_conclusion_of_the_valve_is_settled_in_advance(game):
    assert {region.label: region.status for region in game.atlas().regions} == {
        "rely,deliver": "conditional",
        "rely,throttle": "conditional",
        "build,deliver": "never",
        "build,throttle": "conditional",
        "mixed": "conditional",
    }
    # temptation: 4 r = 0.9 + 0.3; escalation: 4 r (1 - 0.4) = 0.3
    assert [each.at for each in game.thresholds("rivalry", "temptation")] == [Fraction(3, 10)]
    assert [each.at for each in game.thresholds("rivalry", "escalation")] == [Fraction(1, 8)]


def test_the_closed_forms_agree_with_the_solver(game):
    verify_atlas(game.atlas(), 25, 0)


def test_patience_keeps_the_valve_open_in_a_hard_winter(game):
    # Borealia: R = 0.9, T = 0.3*5 - 0.3 = 1.2, P = 0.3*5*0.6 - 0.3 = 0.6; grim trigger needs (T - R)/(T - P) = 1/2
    factors = game.critical_discount_factors("hard_winter").factors["grim"].per_player
    assert factors == {"meridia": 0, "borealia": Fraction(1, 2)}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_every_question_has_an_answer_with_rows(game, number):
    answer = game.question(number)
    assert answer.tables
    assert all(table.rows for table in answer.tables)


def test_every_question_is_tried_above(game):
    assert [question.number for question in game.model.definition.questions] == [1, 2, 3, 4]


def test_the_report_is_the_same_on_every_build(tmp_path):
    new_study(tmp_path / "mine")
    written = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        built = detente.Study(tmp_path / "mine").report().write(tmp_path / name / "main.pdf")
        assert built.files[0].read_bytes().startswith(b"%PDF")
        written.append(everything(tmp_path / name))
    assert written[0] == written[1]


def test_the_readme_names_commands_that_work(made):
    from detente.cli import run

    lines = (made / "README.md").read_text(encoding="utf-8").split("\n")
    commands = [line.split("   ")[0].split() for line in (each.strip() for each in lines) if line.startswith("detente ")]
    assert len(commands) >= 9
    for words in commands:
        if words[1] == "report":
            continue
        arguments = [str(made / each) if each == "documents" else each for each in words[1:]]
        assert run([*arguments, "--study", str(made)]) == 0, words
