"""The command simulate: text, JSON of the contract, pictures, exit codes."""

import json

import pytest

from detente.cli import run
from detente.games import classic
from detente.games.formats import write_game


@pytest.fixture
def simulate(capsys, study_root):
    """Run the command; return exit code, stdout, stderr. Files need no study, which takes seconds to read."""

    def call(*arguments):
        code = run(["simulate", *arguments, "--study", str(study_root)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def sexes(tmp_path):
    path = tmp_path / "sexes.nfg"
    write_game(classic.game("battle_of_the_sexes"), path)
    return str(path)


def test_a_game_of_the_study_is_simulated_at_a_point_with_changes(simulate):
    # at the baseline mutual cooperation attracts; above rel_us = 207/500 it does not
    code, out, _ = simulate("confrontation", "--at", "rel_us=0.45", "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["format"], found["command"], found["game"], found["dynamic"]) == (1, "simulate", "confrontation", "replicator")
    assert (found["parameters"]["d_us"], found["parameters"]["rel_us"]) == ("37/50", "9/20")
    assert found["players"] == ["us", "china"]
    assert len(found["basins"]["basins"]) == 1


def test_a_spiral_is_told_with_its_critical_bias_and_drawn(simulate, tmp_path):
    picture = tmp_path / "spiral.svg"
    code, out, err = simulate("confrontation", "--dynamic", "spiral", "--hostile", "0.8,0", "--json", "-o", str(picture))
    found = json.loads(out)["spiral"]
    assert code == 0
    assert found["spiral"] is True
    assert found["critical_hostile"]["us"] == "205/281"
    assert str(picture) in err
    assert picture.stat().st_size > 5000


@pytest.mark.parametrize("ending", [".svg", ".png", ".pdf"])
def test_a_picture_is_written_and_the_answer_still_printed(simulate, sexes, tmp_path, ending):
    target = tmp_path / f"plot{ending}"
    code, out, err = simulate(sexes, "-o", str(target))
    assert code == 0
    assert target.stat().st_size > 5000
    assert "replicator dynamic" in out
    assert str(target) in err


@pytest.mark.parametrize("dynamic", ["logit", "fictitious-play", "stochastic-best-response", "tournament", "ecology", "best-response"])
def test_every_dynamic_has_a_picture(simulate, sexes, tmp_path, dynamic):
    target = tmp_path / "plot.svg"
    code, _, _ = simulate(sexes, "--dynamic", dynamic, "--figure", str(target))
    assert code == 0
    assert target.read_bytes().startswith(b"<?xml")


def test_other_endings_hold_the_answer(simulate, tmp_path):
    path, text = tmp_path / "wheel.nfg", tmp_path / "answer.txt"
    write_game(classic.game("rock_paper_scissors"), path)
    code, out, _ = simulate(str(path), "--start", "1/2,1/4,1/4", "--steps", "30")
    assert code == 0
    assert "center" in out
    assert simulate(str(path), "--dynamic", "moran", "-o", str(text))[0] == 0
    assert "Pairwise comparison" in text.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--dynamic", "evolution"), "unknown dynamic"),
        (("--dynamic", "moran"), "symmetric"),
        (("--precision", "3"), "does not use precision"),
        (("--steps", "0"), "steps"),
        (("--dynamic", "spiral", "--hostile", "3/2"), "probability"),
        (("--figure", "plot.gif"), "plot.gif"),
        (("--point", "hawkish"), "is a file"),
    ],
)
def test_bad_input_exits_with_two_and_no_traceback(simulate, sexes, arguments, words):
    code, _, err = simulate(sexes, *arguments)
    assert code == 2
    assert words in err
    assert "Traceback" not in err


def test_missing_files_and_games_of_other_forms_are_refused(simulate):
    code, _, err = simulate("nowhere.nfg")
    assert code == 2
    assert "nowhere.nfg" in err
    code, _, err = simulate("weaponization")
    assert code == 2
    assert "two-player games in normal form" in err
