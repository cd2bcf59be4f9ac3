"""Distributions and correlations that the file of parameters states: shares by laws worked out by hand."""

from math import asin, pi

import numpy as np
import pytest

import detente
from detente.errors import InputError
from detente.study.scaffold import new_study


def study_with(folder, **lines):
    """A new study with further lines below the tables of some of its parameters."""
    new_study(folder)
    path = folder / "seeds" / "parameters.toml"
    text = path.read_text(encoding="utf-8")
    for name, line in lines.items():
        assert f"[{name}]\n" in text
        text = text.replace(f"[{name}]\n", f"[{name}]\n{line}\n")
    path.write_text(text, encoding="utf-8")
    return folder


def shares(folder, conclusion, **how):
    game = detente.Study(folder).game("valve")
    found = game.robustness(draws=16_384, conclusions=[conclusion], save=False, terms=False, how={"budget": 0, **how})
    return {each.prior: each.share for each in found.find(conclusion)}, found


def test_a_stated_distribution_is_drawn_whatever_the_prior_of_the_others(tmp_path):
    folder = study_with(tmp_path / "s", loss='distribution = "triangular"')
    # loss lies in [2, 6] with its peak at 4: above 5 lies a triangle of half the height and a quarter of the width
    got, found = shares(folder, "sign:loss - 5")
    assert all(share == pytest.approx(1 / 8, abs=0.005) for share in got.values()) and len(got) == 5
    assert any("loss" in note and "whatever" in note or "same under every prior" in note for note in found.notes)
    # what the caller says comes first
    other, _ = shares(folder, "sign:loss - 5", laws={"loss": "uniform"})
    assert all(share == pytest.approx(1 / 4, abs=0.005) for share in other.values())


def test_importance_draws_by_stated_distributions_too(tmp_path):
    game = detente.Study(study_with(tmp_path / "s", loss='distribution = "arcsine"')).game("valve")
    found = game.importance("sign:loss - 5", draws=20_000)
    # arcsine on [2, 6]: above 5 with probability 1 - (2/pi)*asin(sqrt(3/4)) = 1/3; the variance of a class is 1 - sum of squares
    assert found.variances["sign:loss - 5"] == pytest.approx(1 - 1 / 9 - 4 / 9, abs=0.01)


@pytest.mark.parametrize("written, r", [("0.6", 0.6), ('"-1/4"', -0.25)])
def test_stated_correlations_join_the_normal_scores_of_two_parameters(tmp_path, written, r):
    folder = study_with(tmp_path / "s", loss=f"correlated = {{ capex = {written} }}")
    got, found = shares(folder, "sign:(loss - 4)*(capex - 32)", priors=["uniform"])
    # both above or both below their medians: Sheppard (1899)
    assert got["uniform"] == pytest.approx(1 / 2 + asin(r) / pi, abs=0.01)
    assert any("loss and capex" in note for note in found.notes)
    again, _ = shares(folder, "sign:(loss - 4)*(capex - 32)", priors=["uniform"], correlation={("capex", "loss"): 0.0})
    assert again["uniform"] == pytest.approx(1 / 2, abs=0.01)
    assert np.isfinite(list(again.values())).all()


@pytest.mark.parametrize(
    "lines, words",
    [
        ({"loss": 'distribution = "normal"'}, "distribution"),
        ({"loss": "correlated = { capex = 1 }"}, "between -1 and 1"),
        ({"loss": "correlated = { capx = 0.5 }"}, "capex"),
        ({"loss": "correlated = { terminal = 0.5 }"}, "another parameter with a range"),
        ({"loss": "correlated = { loss = 0.5 }"}, "another parameter with a range"),
        ({"loss": "correlated = { capex = 0.5 }", "capex": "correlated = { loss = 0.4 }"}, "state it once"),
        ({"terminal": 'distribution = "uniform"'}, "distribution"),
    ],
)
def test_what_cannot_be_drawn_is_a_fault_with_its_place(tmp_path, lines, words):
    with pytest.raises(InputError, match=r"parameters\.toml:\d+:\d+") as error:
        detente.Study(study_with(tmp_path / "s", **lines))
    assert words in str(error.value)
