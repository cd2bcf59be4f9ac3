"""Verdicts on claims, against shares counted by hand and verdicts derived with pencil and paper."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.cli import run
from detente.study.check import check
from detente.study.claims import OPPOSITE

ROOT = Path(__file__).parents[2]
STUDY = Path(__file__).parent / "small"


def edited(tmp_path, tests, conclusions=""):
    """The small study with tests of a claim; its claims file and game file are rewritten."""
    shutil.copytree(STUDY, tmp_path / "s")
    path = tmp_path / "s" / "seeds" / "claims.toml"
    path.write_text(
        'format = 1\n\n[M1]\ntitle = { en = "A claim" }\nplayers = ["a"]\nrefs = ["001:1"]\nstatement = "Words."\n'
        f'status = "modelled"\nmodels = ["river"]\n{tests}',
        encoding="utf-8",
    )
    return tmp_path / "s"


@pytest.fixture(scope="module")
def study():
    return detente.Study(ROOT)


@pytest.fixture(scope="module")
def found(study):
    return {each.claim.id: each for each in study.claims("M8", "M9", draws=20_000)}


def verdicts(claim):
    return {each.test.conclusion: each for each in claim.tests}


def test_what_holds_throughout_the_box_follows_and_its_opposite_fails(found):
    """By hand, material: D_us = div_us + c_reb + ally_cost + (1 - mitig) d_us sev, a sum of positive terms as
    cost_ratio > 1."""
    tests = verdicts(found["M8"])
    assert tests["D_us"].proved == "always"
    assert tests["D_us"].verdict == "follows"  # it needs cost_ratio >= 1, a range, not only signs
    assert tests["D_us"].opposite == "fails"
    # D_cn = div_cn + (1 - relief) tech_hit + mkt_loss rent_cn + rent_loss rent_cn + rep_cn: all terms positive,
    # whatever their size
    assert tests["D_cn"].verdict == "by_construction"
    assert tests["D_cn"].opposite == "fails"


def test_a_share_is_that_of_the_closed_form_under_uniform_draws(found):
    """Mutual confrontation is an equilibrium where B_us >= 0 and B_cn >= 0 (closed forms of the specification)."""
    generator = np.random.default_rng(5)
    n = 200_000
    u = lambda low, high: generator.uniform(low, high, n)
    d, sev, mitig, conc, hit, relief = u(0.7, 0.8), u(0.1, 0.6), u(0.05, 0.5), u(0, 0.4), u(0.2, 1), u(0, 0.6)
    v = u(1, 4) * u(2, 9) / d
    bill, rent = u(0.02, 0.1), u(0, 0.06)
    c_reb = u(2, 15) / (u(10, 20) * v) + (u(2, 4) - 1) * bill
    b_us = u(0, 0.5) * hit * (1 - relief) - c_reb - u(0, 0.05) + (mitig + conc) * d * sev
    b_cn = relief * hit + u(0, 0.5) * (1 - mitig) * d * sev - u(0.1, 0.6) * rent - u(0.01, 0.12)
    allowed = rent <= bill
    share = np.mean((b_us >= 0) & (b_cn >= 0) & allowed) / np.mean(allowed)
    low, high = verdicts(found["M9"])["equilibrium:confront,confront"].share
    assert low - 0.01 <= share <= high + 0.01
    assert verdicts(found["M9"])["equilibrium:confront,confront"].verdict == "part"


def test_a_claim_whose_tests_disagree_depends_on_the_numbers(found):
    assert found["M8"].verdict == "part"
    assert found["M8"].share == min(each.share for each in found["M8"].tests)


def test_a_claim_without_tests_is_not_tested(study):
    [claim] = study.claims("M22")
    assert claim.verdict == "untested"
    assert claim.share is None


def test_every_verdict_has_an_opposite():
    assert OPPOSITE["follows"] == "fails"
    assert OPPOSITE["fails"] == "follows"
    assert OPPOSITE["by_construction"] == "fails"
    assert OPPOSITE["part"] == "part"


def test_strict_exits_with_1_if_a_claim_fails(tmp_path, capsys):
    root = edited(
        tmp_path, '[[M1.tests]]\nsays = "one is less than nothing"\ngame = "river"\nconclusion = "sign:0 - 1"\n'
    )
    assert run(["claims", "--study", str(root), "--draws", "500", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["claims"][0]["verdict"] == "fails"
    assert data["claims"][0]["tests"][0]["opposite"] == "follows"
    assert run(["claims", "--study", str(root), "--draws", "500", "--strict"]) == 1
    assert "M1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tests", "line", "words"),
    [
        ('[[M1.tests]]\nsays = "x"\ngame = "rivr"\nconclusion = "none"\n', 12, "river"),
        ('[[M1.tests]]\nsays = "x"\ngame = "river:twice"\nconclusion = "none"\n', 12, "unknown variant"),
        ('[[M1.tests]]\nsays = "x"\ngame = "river"\nconclusion = "equilibrium:nobody"\n', 13, "nobody"),
        ('[[M1.tests]]\nsays = "x"\ngame = "river"\nconclusion = "none"\npoint = "noon"\n', 14, "unknown point"),
        ('[[M1.tests]]\nsays = "x"\ngame = "river"\nconclusion = "none"\npayoffs = "moral"\n', 14, "moral"),
        ('[[M1.tests]]\nsays = "x"\ngame = "river"\n', 10, "conclusion"),
    ],
)
def test_a_test_that_names_what_is_not_there_is_a_fault_with_its_place(tmp_path, tests, line, words):
    root = edited(tmp_path, tests)
    faults = [each for each in check(root) if each.level == "fault" and "claims.toml" in str(each.place)]
    assert faults
    assert any(each.place.line == line for each in faults), faults
    assert any(words in f"{each.found} {each.expected} {each.do}" for each in faults), faults


def test_an_unknown_claim_is_refused_with_the_likely_one(study):
    with pytest.raises(detente.UsageError, match="unknown claim"):
        study.claims("M99")


def test_claims_about_trees_and_formula_forms_against_shares_counted_by_hand(study):
    """M16: a cut closes the plant where opex > p_lo; M14: excluding China pays where the exclusive value is larger
    (both by hand)."""
    claims = {each.claim.id: each for each in study.claims("M14", "M16", "M21", draws=20_000)}
    generator = np.random.default_rng(11)
    n = 200_000
    u = generator.uniform
    opex = (1 - u(0.2, 0.6, n)) * u(1.5, 4, n) * (1 - u(0, 0.1, n))  # sunk share, cost ratio, tax credit
    price = np.maximum(u(1.2, 4, n) * (1 - u(0.3, 0.75, n)), u(0, 4, n))  # price, cut, floor
    closes = verdicts(claims["M16"])["closes"]
    assert closes.share[0] - 0.02 <= float(np.mean(opex > price)) <= closes.share[1] + 0.02
    tests = claims["M21"].tests
    assert tests[0].proved == "always"  # 1 - cn_refining_share < 1 - cn_mining_share on the whole box
    assert 0 < tests[1].share[0] < tests[1].share[1] < 1
    exclusive = claims["M14"].tests[-1]
    assert exclusive.verdict == "follows"
    assert exclusive.baseline
