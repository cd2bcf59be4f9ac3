"""The command robust: JSON of the contract, words, interruption and resumption, other machines."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from detente.cli import run


@pytest.fixture
def study(tmp_path, study_root):
    """A copy of this study, so that nothing is kept in the checkout."""
    for name in ("seeds", "payoffs", "games", "reports"):
        shutil.copytree(study_root / name, tmp_path / "study" / name)
    shutil.copy(study_root / "pyproject.toml", tmp_path / "study")
    return tmp_path / "study"


@pytest.fixture
def detente(capsys, study):
    def call(*arguments):
        code = run([*arguments, "--study", str(study)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


CC = "cooperate,cooperate"


def test_the_json_has_what_the_contract_says_and_more_beside_it(detente):
    code, out, _ = detente("robust", "confrontation", "--draws", "5000", "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["format"], found["command"], found["game"], found["point"]) == (1, "robust", "confrontation", "baseline")
    assert {tuple(each) for each in found["robust"]} == {("conclusion", "prior", "given", "share", "error")}
    own = [each for each in found["robust"] if each["conclusion"] == f"equilibrium:{CC}"]
    assert {(each["prior"], each["given"]) for each in own} == {
        (prior, given) for prior in ("uniform", "triangular", "log_uniform", "arcsine", "half") for given in (None, "observed")
    }  # fmt: skip
    assert {each["vary"] for each in found["by_kind"]} == {"figures", "judgements"}
    assert {"us.rebuild_cost", "china.tech_denial"} <= {each["without"] for each in found["without_term"]}
    assert len(found["without_constraints"]) and 0.1 < found["rejected"]["uniform"] < 0.25
    ranges = {(each["conclusion"], each["given"]): each for each in found["ranges"]}
    spread = ranges[f"equilibrium:{CC}", None]
    assert spread["least"] == min(each["share"] for each in own if each["given"] is None)
    assert spread["status"] == "sometimes" and spread["robust"] is False
    kinds = {each["conclusion"].partition(":")[0] for each in found["robust"]}
    assert kinds >= {"equilibrium", "set", "class", "selected", "unique", "none", "A_us", "D_cn"}


def test_words_say_what_is_given_and_never_robust_without_reason(detente):
    code, out, _ = detente("robust", "confrontation", "--draws", "5000", "--conclusion", f"equilibrium:{CC}")
    assert code == 0
    assert out.startswith("confrontation at baseline, strategic payoffs")
    assert "given observed" in out and "some pure equilibrium has what was seen" in out
    assert "robust" not in out and "only figures" in out and "without one payoff term" in out
    code, out, _ = detente(
        "robust", "confrontation", "--draws", "5000", "--conclusion", f"equilibrium:{CC}", "--at", "rel_us=0", "--at", "rel_cn=0", "--at", "conc=0"
    )  # fmt: skip
    assert "always" in out and "Held: " in out
    code, out, _ = detente("robust", "confrontation", "--draws", "5000", "--conclusion", "D_us")
    assert " robust\n" in out
    # under one prior alone nothing is called robust
    code, out, _ = detente("robust", "confrontation", "--draws", "5000", "--conclusion", "D_us", "--prior", "half")
    assert " 1.000" in out and "robust" not in out


def test_bad_input_is_told_on_one_line_with_code_2(detente):
    for arguments, words in [
        (("--conclusion", "equilibrium:cooperate"), "expected 2 strategies"),
        (("--conclusion", "B_use"), "expected one of"),
        (("--given", "notice_11"), "notice_10"),
        (("--prior", "flat"), "unknown prior"),
        (("--draws", "0"), "--draws"),
        (("--executor", "nonsense://x"), "no scheduler"),
        (("--at", "sev=2"), "domain"),
        (("--at", "rent_cn=0.2", "--draws", "500"), "meets the constraints"),
    ]:
        code, out, errors = detente("robust", "confrontation", *arguments)
        assert (code, out) == (2, "") and words in errors and "Traceback" not in errors, arguments


def test_a_study_that_cannot_be_written_is_answered_and_told(detente, study, monkeypatch):
    original = os.access
    monkeypatch.setattr(os, "access", lambda place, mode, **more: mode != os.W_OK and original(place, mode, **more))
    code, out, _ = detente("robust", "confrontation", "--draws", "2000", "--conclusion", "none")
    assert code == 0 and "nothing is saved" in out and not (study / ".detente").exists()


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to a process group")
def test_an_interrupted_run_goes_on_and_ends_with_the_same_numbers(study, detente):
    arguments = [
        sys.executable, "-m", "detente", "robust", "confrontation", "--study", str(study), "--draws", "1600000", "--json",
        "--prior", "uniform", "--conclusion", "none", "--workers", "2",
    ]  # fmt: skip
    started = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while started.poll() is None and len(list(study.glob(".detente/ensemble/*/block-*.npz"))) < 1:
        time.sleep(0.005)
    os.killpg(started.pid, signal.SIGINT)
    out, errors = started.communicate(timeout=30)
    assert (started.returncode, out) == (130, "") and errors.strip() == "interrupted"
    (folder,) = study.glob(".detente/ensemble/*")
    before = {each.name: each.stat().st_mtime_ns for each in folder.glob("block-*.npz")}
    assert before and not (folder / "whole.npz").exists()
    resumed = json.loads(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout)
    assert sorted(each.name for each in folder.iterdir()) == ["key.json", "whole.npz"]
    _, out, _ = detente(*arguments[3:5], *arguments[7:-2], "--no-save", "--workers", "1")
    fresh = json.loads(out)
    assert resumed["robust"] == fresh["robust"] and resumed["rejected"] == fresh["rejected"]


def test_what_drives_it_comes_with_kinds_regions_and_pictures(detente, tmp_path):
    code, out, errors = detente(
        "robust", "confrontation", "--draws", "20000", "--conclusion", f"equilibrium:{CC}", "--importance", "class", "--importance",
        "value:A_us", "--region", f"equilibrium:{CC}", "--figures", str(tmp_path / "figures"), "--json",
    )  # fmt: skip
    assert code == 0
    found = json.loads(out)
    assert found["region"] == f"equilibrium:{CC}"
    assert {each["output"] for each in found["importance"]} == {"class", "value:A_us"}
    by_name = {each["parameter"]: each for each in found["importance"] if each["output"] == "value:A_us"}
    # A_us = rel_us*tech_hit - c_reb - ally_cost - div_us has no other parameters
    assert by_name["rel_us"]["total"] > 0.2 and by_name["relief"]["total"] == 0 and by_name["c_reb"]["kind"] == "derived"
    groups = {each["group"]: each for each in found["variance"] if each["output"] == "class"}
    assert set(groups) == {"figures", "judgements", "derived"}
    assert groups["judgements"]["total"] > groups["figures"]["total"]
    pictures = sorted(each.name for each in (tmp_path / "figures").glob("*.svg"))
    assert pictures == ["convergence.svg", "importance-1.svg", "importance-2.svg", "shares.svg"]
    frames = {each.stem: list(csv.DictReader(each.read_text(encoding="utf-8").splitlines())) for each in (tmp_path / "figures").glob("*.csv")}
    assert set(frames) == {"convergence", "importance", "shares"}
    assert len(frames["importance"]) == len(found["importance"]) + len(found["variance"])
    (uniform,) = [each for each in found["robust"] if each["prior"] == "uniform" and each["given"] is None]
    last = max((each for each in frames["convergence"] if each["prior"] == "uniform"), key=lambda each: int(each["draws"]))
    assert (int(last["draws"]), float(last["share"])) == (20_000, pytest.approx(uniform["share"]))
    main = {"prior": "uniform", "given": "", "vary": "all", "without": "", "constrained": "True"}
    (row,) = [each for each in frames["shares"] if main.items() <= each.items()]
    assert float(row["share"]) == pytest.approx(uniform["share"])
    for each in pictures:
        assert (tmp_path / "figures" / each).read_text(encoding="utf-8").lstrip().startswith("<?xml")
    code, out, errors = detente("robust", "confrontation", "--draws", "3000", "--importance", "value:nothing")
    assert (code, out) == (2, "") and "unknown output" in errors


def test_meanings_are_printed_and_tested_on_demand(detente):
    arguments = ("robust", "confrontation", "--draws", "2000", "--no-importance", "--conclusion", "sum_gain", "--conclusion", "D_us")
    code, out, _ = detente(*arguments, "--confirm", "10")
    assert code == 0 and "Meaning common unit:" in out and "unchanged by 10" in out
    code, out, _ = detente(*arguments, "--confirm", "10", "--json")
    found = json.loads(out)
    assert {name: each["level"] for name, each in found["meaning"].items()} == {"sum_gain": "common_unit", "D_us": "ordinal"}
    assert {each["conclusion"]: each["trials"] for each in found["confirmed"]} == {"sum_gain": 10, "D_us": 10}
    code, out, _ = detente(*arguments, "--json")
    assert code == 0 and "confirmed" not in json.loads(out)


def test_correlations_are_drawn_and_told(detente):
    arguments = ("robust", "confrontation", "--draws", "4000", "--conclusion", "A_us", "--prior", "uniform")
    plain = json.loads(detente(*arguments, "--json", "--no-importance")[1])
    code, out, _ = detente(*arguments, "--json", "--correlate", "rel_us,tech_hit=9/10")
    found = json.loads(out)
    assert code == 0 and "importance" not in found and "rel_us and tech_hit 0.9" in " ".join(found["notes"])
    assert found["robust"][0]["share"] != plain["robust"][0]["share"]
    for wrong in ("rel_us=0.5", "rel_us,tech_hit", "rel_us,tech_hit=much", "rel_us,none=0.5", "rel_us,tech_hit=2"):
        code, out, errors = detente(*arguments, "--correlate", wrong)
        assert (code, out) == (2, "") and len(errors.splitlines()) == 1


def test_the_questions_on_shares_and_importance_are_answered(detente):
    code, out, _ = detente("solve", "confrontation", "--question", "5")
    assert code == 0 and "some profile" in out and "with rel_us = 0, rel_cn = 0, conc = 0" in " ".join(out.split())
    code, out, _ = detente("solve", "confrontation", "--question", "6")
    assert code == 0 and "what drives the class of the game" in out and "what drives none" in out
