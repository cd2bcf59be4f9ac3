"""The names that scripts and notebooks use, and that they load nothing before they have to."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest

import detente

ROOT = Path(__file__).parents[1]
HEAVY = {"numpy", "scipy", "sympy", "pandas", "matplotlib", "numba", "pydantic", "flint", "nashpy", "typst"}


@pytest.fixture(scope="module")
def study():
    return detente.Study(ROOT)


@pytest.fixture(scope="module")
def game(study):
    return study.game("confrontation")


@pytest.mark.parametrize("code", ["import detente", "import detente; dir(detente); detente.DetenteError; detente.__version__"])
def test_importing_loads_no_heavy_package(code):
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    loaded = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "detente" in loaded
    assert not loaded & HEAVY


def test_every_public_name_can_be_had_and_is_listed():
    assert dir(detente) == sorted(detente.__all__)
    for name in detente.__all__:
        assert getattr(detente, name) is not None
    assert {
        "Study", "NormalFormGame", "SymbolicGame", "RepeatedGame", "equilibria", "pure_equilibria", "ordinal_class", "atlas",
        "critical_discount_factor", "DetenteError",
    } <= set(detente.__all__)  # fmt: skip


def test_star_import_gives_the_public_names():
    names = {}
    exec("from detente import *", names)
    assert set(detente.__all__) <= set(names)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'detente' has no attribute 'equilibrium'"):
        _ = detente.equilibrium
    assert not hasattr(detente, "np")


def test_the_example_of_the_contract_runs():
    g = detente.NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], players=["a", "b"], strategies=[["c", "d"]] * 2)
    r = detente.equilibria(g)
    assert [each.profile for each in r.equilibria] == [{"a": {"c": 0, "d": 1}, "b": {"c": 0, "d": 1}}]
    assert (r.complete, r.degenerate, r.arithmetic) == (True, False, "exact")
    assert len(r.to_frame()) == 1
    assert detente.ordinal_class(g).name == "prisoners_dilemma"
    s = detente.SymbolicGame([[["c", 0], [0, "d"]], [["c", 0], [0, "d"]]], parameters={"c": (0, 1), "d": ("1/2", 2)})
    assert s.at(c="1/3", d=1).payoff(0, (0, 0)) == F(1, 3)
    regions = detente.atlas(s).regions
    assert [region.label for region in regions] == ["1,1", "1,2", "2,1", "2,2", "mixed"]
    assert regions[0].holds_at({"c": "1/3"})
    assert regions[0].status == "always"
    # T - R over T - P
    assert detente.critical_discount_factor(g, "grim", target=("c", "c")).per_player == {"a": F(1, 2), "b": F(1, 2)}


def test_a_study_is_found_from_inside_it(study, monkeypatch):
    monkeypatch.chdir(ROOT / "games")
    assert detente.Study.find().hash == study.hash
    assert study.name == "rare-earths"
    assert study.games == ("confrontation",) or "confrontation" in study.games
    assert re.fullmatch(r"[0-9a-f]{64}", study.hash)
    assert len(repr(study).replace(str(ROOT), "")) < 100


def test_a_folder_without_a_study_is_refused_in_words(tmp_path):
    with pytest.raises(detente.UsageError) as caught:
        detente.Study(tmp_path)
    assert str(tmp_path) in str(caught.value) or "study" in str(caught.value)


def test_an_unknown_game_gets_a_suggestion(study):
    with pytest.raises(detente.UsageError, match="did you mean 'confrontation'"):
        study.game("confrontatoin")
    with pytest.raises(detente.UsageError, match="unknown variant"):
        study.game("confrontation:repeatd")


def test_points_are_a_name_changes_or_both(game):
    assert game.at(d_us="3/4") == game.at("baseline", d_us="0.75")
    assert game.at("hawkish").payoff("us", ("confront", "cooperate")) != game.at().payoff("us", ("confront", "cooperate"))
    assert game.point("hawkish", rel_us="1/4").values["rel_us"] == F(1, 4)
    with pytest.raises(detente.UsageError, match="did you mean 'hawkish'"):
        game.at("hawksh")
    with pytest.raises(detente.UsageError, match="unknown parameter"):
        game.at(nothing=1)


def test_equilibria_thresholds_and_conclusions_agree_with_each_other(game):
    (low, high) = (each.at for each in game.thresholds("sev").inside)
    step = F(1, 10**9)
    for at, both in ((low, False), (high, True)):
        value = F(int(at.p), int(at.q))
        for shift in (-1, 1):
            conclusion = game.holds("set:cooperate,cooperate;confront,confront", sev=value + shift * step)
            numbers = {str(each) for each in game.equilibria(sev=value + shift * step).pure}
            assert conclusion == (len(numbers) == 2)
            assert conclusion == ((shift == 1) != both)


def test_an_unknown_parameter_along_is_refused_with_a_suggestion(game):
    with pytest.raises(detente.UsageError, match="did you mean 'sev'"):
        game.thresholds("sevv")


def test_the_displays_of_a_game_fit_a_terminal(game):
    assert len(repr(game)) < 100
    assert all(len(line) <= 80 for line in str(game).splitlines())
    assert "text/html" in game._repr_mimebundle_()


def test_a_trace_needs_a_player_for_a_profile(game):
    with pytest.raises(detente.UsageError, match="without a player"):
        game.trace(("cooperate", "confront"))
    with pytest.raises(detente.UsageError, match="unknown player"):
        game.trace("cooperate,confront", "uk")
    assert game.trace("cooperate,confront", "us").value == game.at().payoff("us", ("cooperate", "confront"))


def test_what_is_asked_of_a_game_can_be_named(game):
    assert game.levers(to={"us": "confront", "china": "confront"}) == game.levers("confront,confront")
    assert game.rests_on(conclusion="A_us", budget=20) == game.rests_on("A_us", budget=20)
    assert game.options(player="us", draws=100) == game.options("us", draws=100)


def test_draws_and_payoffs_of_a_game_of_a_study_are_those_of_its_formulas(game):
    drawn = detente.ensemble.draws(game, 50, only="figures", seed=3)
    assert set(drawn.varied) == {name for name, kind in game.kinds.items() if kind == "figure"}
    payoffs = detente.ensemble.payoffs(game, drawn)
    assert (payoffs == detente.ensemble.payoffs(game.symbolic, drawn)).all()
    first = game.at(**{name: str(drawn[name][0]) for name in drawn.varied})
    assert payoffs[0] == pytest.approx(np.asarray(first.payoffs, dtype=float))


def test_a_tree_has_no_payoff_array() -> None:
    with pytest.raises(detente.UsageError, match="no payoff table"):
        detente.ensemble.payoffs(detente.Study.find().game("weaponization"), {})
