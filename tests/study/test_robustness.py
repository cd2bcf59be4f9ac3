"""Shares of the confrontation game against plain NumPy written from the hand-derived closed forms.

Every conclusion follows here from the closed forms of A, B and D, at the draws of the engine (so shares are equal, not
close) and at draws of NumPy's own generator.
"""

from __future__ import annotations

import itertools
import shutil
from fractions import Fraction as F
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.conclusions.ensemble import draws

ROOT = Path(__file__).parents[2]
N = 100_000
# name: (baseline, low, high, kind) of the specification, in the order of the study's table, which is that of the draws
BOX = {
    "d_us": ("0.74", "0.7", "0.8", "f"), "l_gdp": ("4", "2", "9", "f"), "gdp_mult": ("2", "1", "4", "j"), "capex_usd": ("6", "2", "15", "f"),
    "rebuild_years": ("15", "10", "20", "f"), "cost_ratio": ("3", "2", "4", "f"), "bill": ("0.05", "0.02", "0.1", "j"), "delta": ("0.95", "0.85", "0.98", "j"),
    "rel_us": ("0.25", "0", "0.5", "j"), "rel_cn": ("0.25", "0", "0.5", "j"), "rent_cn": ("0.03", "0", "0.06", "j"),
    "sev": ("0.3", "0.1", "0.6", "j"), "mitig": ("0.25", "0.05", "0.5", "j"), "conc": ("0.2", "0", "0.4", "j"),
    "tech_hit": ("0.5", "0.2", "1", "j"), "relief": ("0.3", "0", "0.6", "j"), "rep_cn": ("0.05", "0.01", "0.12", "j"),
    "ally_cost": ("0.02", "0", "0.05", "j"), "div_us": ("0.05", "0.01", "0.12", "j"), "remed_rmb": ("400", "200", "900", "f"), "fx": ("7.1", "6.8", "7.4", "j"),
    "remed_years": ("20", "10", "30", "j"), "abate": ("0.2", "0.05", "0.4", "j"), "lock_cn": ("0.02", "0", "0.05", "j"),
    "rent_loss": ("0.3", "0.1", "0.6", "j"), "mkt_loss": ("0.3", "0.1", "0.6", "j"),
}  # fmt: skip
PRIORS = ("uniform", "triangular", "log_uniform", "arcsine", "half")
CC, CF, FC, FF = ("cooperate,cooperate", "cooperate,confront", "confront,cooperate", "confront,confront")


def drawn(prior, vary="all", **held):
    """The draws that the engine makes (tested by themselves), and which of them the constraint keeps."""
    box = {name: (low, value, high) for name, (value, low, high, _) in BOX.items()}
    box |= {name: (str(value),) * 3 for name, value in held.items()}
    kinds = {name: {"f": "figure", "j": "judgement"}[row[3]] for name, row in BOX.items()}
    found = draws(box, N, prior, method="nets", only=None if vary == "all" else vary, kinds=kinds)
    kept = found["rent_cn"] <= found["bill"]
    return {name: each[kept] for name, each in found.items()}, kept


def drawn_apart(prior):
    """Draws from NumPy's own generator, with the priors as textbooks have them."""
    rng = np.random.default_rng(7)
    found = {}
    for name, (value, low, high, _) in BOX.items():
        low, value, high = float(low), float(value), float(high)
        if prior == "triangular":
            found[name] = rng.triangular(low, value, high, N)
        elif prior == "arcsine":
            found[name] = low + (high - low) * np.sin(np.pi / 2 * rng.random(N)) ** 2
        else:
            found[name] = rng.uniform(low, high, N)
    kept = found["rent_cn"] <= found["bill"]
    return {name: each[kept] for name, each in found.items()}


def closed_forms(p, without=""):
    """A, B, D of both players, derived with pencil and paper; ``without`` leaves a term out."""
    v_usd = p["gdp_mult"] * p["l_gdp"] / p["d_us"]
    c_reb = p["capex_usd"] / (p["rebuild_years"] * v_usd) + (p["cost_ratio"] - 1) * p["bill"]
    cleanup = p["remed_rmb"] / (p["fx"] * p["remed_years"] * v_usd)
    div_cn, div_us = p["abate"] * cleanup + p["lock_cn"], p["div_us"]
    loss, hit = p["d_us"] * p["sev"], p["tech_hit"]
    gain_us, relief_us = p["rel_us"] * hit, p["rel_us"] * p["relief"] * hit
    shown, relief = p["rent_loss"] * p["rent_cn"] + p["rep_cn"], p["relief"] * hit
    c_reb = 0 if without == "us.rebuild_cost" else c_reb
    gain_us = 0 if without == "us.rivalry_gain" else gain_us
    relief_us = 0 if without == "us.rivalry_relief" else relief_us
    div_cn = 0 if without == "china.coop_dividend" else div_cn
    relief = 0 if without == "china.tech_relief" else relief
    buffer = 0 if without == "us.buffer" else p["mitig"] * loss
    program = c_reb + p["ally_cost"]
    a_us = gain_us - program - div_us
    b_us = gain_us - relief_us - program + buffer + p["conc"] * loss
    d_us = div_us + program - gain_us + relief_us + loss - buffer
    a_cn = (p["conc"] + p["rel_cn"]) * loss - shown - div_cn
    b_cn = relief + p["rel_cn"] * (1 - p["mitig"]) * loss - shown
    d_cn = div_cn + hit - relief + p["mkt_loss"] * p["rent_cn"] + shown - p["rel_cn"] * (1 - p["mitig"]) * loss
    return a_us, b_us, d_us, a_cn, b_cn, d_cn


def player_type(a, b, d):
    """The type of each draw, in words."""
    names = np.array(["harmony", "assurance", "assurance_reversed", "chicken", "prisoners_dilemma", "deadlock"])
    code = np.where(a < 0, np.where(b < 0, 0, np.where(d > 0, 1, 2)), np.where(b < 0, 3, np.where(d > 0, 4, 5)))
    return names[code]


@cache
def expected(prior, vary="all", held=(), without=""):
    """The truth of each conclusion at each draw."""
    return truths(drawn(prior, vary, **dict(held))[0], without)


def truths(p, without=""):
    a_us, b_us, d_us, a_cn, b_cn, d_cn = closed_forms(p, without)
    stable = {
        CC: (a_us <= 0) & (a_cn <= 0), FF: (b_us >= 0) & (b_cn >= 0),
        CF: (b_us <= 0) & (a_cn >= 0), FC: (a_us >= 0) & (b_cn <= 0),
    }  # fmt: skip
    count = sum(each.astype(int) for each in stable.values())
    found = {f"equilibrium:{name}": each for name, each in stable.items()}
    found["none"] = count == 0
    found |= {f"unique:{name}": each & (count == 1) for name, each in stable.items()}
    both = stable[CC] & stable[FF]
    found[f"set:{CC};{FF}"] = both
    risk = a_us * a_cn - b_us * b_cn
    found[f"selected:{CC}"] = found[f"unique:{CC}"] | (both & (risk > 0))
    found[f"selected:{FF}"] = found[f"unique:{FF}"] | (both & (risk < 0))
    us, china = player_type(a_us, b_us, d_us), player_type(a_cn, b_cn, d_cn)
    for one, other in itertools.product(("harmony", "assurance", "prisoners_dilemma"), repeat=2):
        name = one if one == other else f"{one}/{other}"
        found["class:" + ("stag_hunt" if name == "assurance" else name)] = (us == one) & (china == other)
    found |= {"A_us": a_us > 0, "B_us": b_us > 0, "D_us": d_us > 0, "A_cn": a_cn > 0, "B_cn": b_cn > 0, "M_us": b_us > a_us}
    return found


@pytest.fixture(scope="module")
def game():
    return detente.Study(ROOT).game("confrontation")


@pytest.fixture(scope="module")
def found(game):
    return game.robustness(save=False)


def same(share, truth, weight=None):
    """The same draws, so the same share."""
    mean = truth.mean() if weight is None else np.sum(truth * weight) / weight.sum()
    return abs(share.share - mean) < 1e-12 or (share.error == 0 and abs(share.share - mean) < 1e-12)


@pytest.mark.parametrize("prior", PRIORS)
def test_shares_of_the_box_are_those_of_plain_numpy_under_every_prior(found, prior):
    _, kept = drawn(prior)
    shares = {each.conclusion: each for each in found.shares if (each.prior, each.given, each.vary, each.without, each.constrained) == (prior, None, "all", None, True)}
    assert abs(found.rejected[prior] - (1 - kept.mean())) < 0.005
    checked = 0
    for name, truth in expected(prior).items():
        if name in shares:
            assert same(shares[name], truth), name
            checked += 1
        else:
            assert truth.mean() < 1e-4, name
    assert checked >= 25


@pytest.mark.parametrize("vary", ["figures", "judgements"])
def test_figures_only_and_judgements_only_agree_too(found, vary):
    for prior in ("uniform", "log_uniform"):
        for name, truth in expected(prior, vary).items():
            for share in found.find(name, vary=vary):
                if share.prior == prior:
                    assert same(share, truth), (name, prior)


@pytest.mark.parametrize("prior", ["uniform", "triangular", "arcsine"])
def test_draws_of_another_generator_give_the_same_shares_within_sampling_error(found, prior):
    for name, truth in truths(drawn_apart(prior)).items():
        for share in found.find(name):
            if share.prior == prior:
                assert abs(share.share - truth.mean()) < 4.5 * np.hypot(share.error, share.error) + 1e-4, name


def test_another_seed_gives_every_share_of_the_flagship_to_a_half_percent(game, found):
    other = game.robustness(seed=1, save=False, terms=False, how={"budget": 0})
    compared = 0
    for share in other.shares:
        if share.given is None and share.vary == "all" and share.constrained:
            for mine in found.find(share.conclusion):
                if mine.prior == share.prior:
                    compared += 1
                    assert abs(mine.share - share.share) <= 0.005, share
    assert compared > 200


def test_without_relative_gains_and_concessions_the_shares_are_those_of_the_restricted_box(game):
    held = {"rel_us": 0, "rel_cn": 0, "conc": 0}
    restricted = game.robustness(save=False, terms=False, how={"priors": ["arcsine"]}, **held)
    for prior in restricted.priors:
        for name, truth in expected(prior, held=tuple(held.items())).items():
            for share in restricted.find(name):
                if share.prior == prior:
                    assert same(share, truth), name
    # (cooperate, cooperate) loses nothing that a rival would gain: it is an equilibrium everywhere, proved
    assert restricted.proved[f"equilibrium:{CC}"] == "always" and restricted.verdict(f"equilibrium:{CC}") == "always"
    assert any("rel_us = 0" in note for note in restricted.notes)


@pytest.mark.parametrize("term", ["us.rebuild_cost", "us.rivalry_gain", "us.rivalry_relief", "us.buffer", "china.coop_dividend", "china.tech_relief"])
def test_without_a_term_the_shares_are_those_of_the_closed_forms_without_it(found, term):
    for name, truth in expected("uniform", without=term).items():
        for share in found.find(name, without=term)[:1]:
            assert same(share, truth), name


def test_inert_terms_move_no_equilibrium(found, game):
    for player, names in game.payoffs.inert.items():
        for name, prior in itertools.product(names, range(5)):
            for conclusion in (f"equilibrium:{CC}", f"selected:{FF}", "none"):
                assert found.find(conclusion)[prior].share == found.find(conclusion, without=f"{player}.{name}")[prior].share


def test_observed_play_is_weighed_by_the_surest_coding_of_each_move(found, game):
    """Both were seen to confront, the United States as coded right with probability 4/5, China surely."""
    (given,) = found.given
    assert {statement: weight for weight, statement in given.mixture} == {
        "played:us=confront,china=confront": F(4, 5), "played:china=confront": F(1, 5)
    }  # fmt: skip
    everything = expected("triangular")
    weight = 0.8 * everything[f"equilibrium:{FF}"] + 0.2 * (everything[f"equilibrium:{FF}"] | everything[f"equilibrium:{CF}"])
    for name, truth in everything.items():
        for share in found.find(name, given="observed"):
            if share.prior == "triangular":
                assert same(share, truth, weight), name
    one = game.robustness(save=False, terms=False, draws=20_000, given=["notice_10", "class:stag_hunt"], conclusions=["A_us"])
    assert [each.name for each in one.given] == ["notice_10", "class:stag_hunt"]
    assert {each.share for each in one.find("A_us", given="class:stag_hunt")} == {0.0}


def test_material_payoffs_leave_relative_gains_out(game):
    material = game.robustness(save=False, kind="material", draws=4000)
    assert not any("rivalry" in term for term in material.terms)
    strategic = game.robustness(save=False, draws=4000, rel_us=0, rel_cn=0, terms=False)
    for name in (f"equilibrium:{CC}", f"equilibrium:{FF}"):
        assert [each.share for each in material.find(name)] == [each.share for each in strategic.find(name)]


def test_unknown_names_are_refused_with_a_hint(game):
    for arguments, match in [
        ({"conclusions": ["A_uss"]}, "A_us"), ({"given": ["notice_1"]}, "notice_10"), ({"given": ["class:x"]}, "unknown class"),
        ({"sevv": 1}, "sev"), ({"point": "nowhere"}, "unknown point"),
    ]:  # fmt: skip
        with pytest.raises(detente.UsageError, match=match):
            game.robustness(save=False, **arguments)
    with pytest.raises(detente.UsageError, match="the form global has the conclusions sign:FORMULA"):
        detente.Study(ROOT).game("ultimatum_180").robustness(conclusions=["equilibrium:comply"], save=False)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("at = { rel_us = 0,", "at = { rel_uss = 0,", "did you mean 'rel_us'"),
        ("at = { rel_us = 0,", "at = { c_reb = 0,", "change what it is made of"),
        ("at = { rel_us = 0,", 'at = { rel_us = "x",', "found 'x'"),
        ('given = ["observed"]', 'given = ["notice_11"]', "did you mean 'notice_10'"),
        ('given = ["observed"]', 'given = ["class:none"]', "unknown class"),
        ('given = ["observed"]', 'given = ["observed"]\nonly = "figure"', "did you mean 'figures'"),
        ('of = ["class", "equilibrium",', 'of = ["klass", "equilibrium",', "did you mean 'class'"),
        ('ask = ["shares"]', 'ask = ["shares", "thresholds"]', "unknown conclusion 'class'"),
        ('ask = ["importance"]\nof = [', 'ask = ["importance"]\nof = [ "unique",', "unknown conclusion 'unique'"),
    ],
)
def test_a_fault_in_the_restrictions_of_a_question_is_told_with_its_line(tmp_path, old, new, words):
    for name in ("seeds", "payoffs", "games", "reports"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "games" / "confrontation.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(detente.InputError) as caught:
        detente.Study(tmp_path)
    assert words in str(caught.value) and "games/confrontation.toml:" in str(caught.value)


def test_what_drives_the_named_formulas_of_a_form_without_profiles():
    """Without a choice, importance and the table of what varies tell of the formulas that the game file names."""
    game = detente.Study(ROOT).game("forge_coalition")
    found = game.importance(draws=2_000)
    named = ["value_of_all", "china_value", "loose_value", "exclusive_gain", "finance_binds", "refining_binds"]
    assert list(found.outputs) == named
    shares = game.robustness(draws=2_000)
    assert [row[0] for row in shares.kind_table().rows] == named


def test_a_term_written_once_for_all_players_is_left_out_for_all_of_them_at_once():
    """The term ``each.windfall`` is a multiple of the parameter windfall, so its loss is that of a windfall of 0."""
    asked = ["complements", "malaysia_follows", "none", "equilibrium:" + ",".join(["free"] * 8)]
    how = {"workers": 1, "budget": 0, "priors": ["uniform"]}
    game = detente.Study(ROOT).game("export_ban_cascade")
    found = game.robustness(2000, conclusions=asked, save=False, how=how)
    every = ("ore_sales", "windfall", "processing", "processing_pull", "market_power", "retaliation", "us_support", "cn_investment")
    assert set(found.terms) == {f"each.{name}" for name in every}
    less = game.robustness(2000, conclusions=asked, terms=False, save=False, how=how, windfall=0)
    for name in asked:
        assert found.find(name, without="each.windfall")[0].share == less.find(name)[0].share
    assert found.find("malaysia_follows")[0].share != less.find("malaysia_follows")[0].share
