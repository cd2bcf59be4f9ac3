"""Levers, what a policy rests on, and options of games with states, against hand derivations and inductions of their own."""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
import pytest

from detente import ensemble
from detente.conclusions.markov_line import nearest_changes
from detente.errors import UsageError

TEMPTING = {"tempt_cn": "1.6", "tempt_us": "1.1"}


@pytest.fixture(scope="module")
def ladder(this_study):
    return this_study.game("gradual_cooperation")


@pytest.fixture(scope="module")
def race(this_study):
    return this_study.game("rebuild_race")


def test_single_levers_of_the_ladder_are_those_of_its_binding_rung(ladder):
    """At tempting, step 5 of China binds: 1.6*s5 <= b*s5*d/(1 - d) + f*s4 with s5 = 2, s4 = 1, d = 0.95*0.8 = 19/25, b = 0.4, f = 0.3.

    Temptation: 19/15 + 3/20 = 17/12. Value of cooperation: (1.6 - 0.15)*6/19 = 87/190. Assets: 2*1.6 - 2*19/15 = 2/3.
    Factor times survival: x/(1 - x) = (1.6 - 0.15)/0.4 = 29/8, so x = 29/37; turn = 1 - x/0.95, delta = x/0.8.
    """
    found = ladder.levers("ladder", point="tempting")
    told = {name: value for each in found.singles for name, value in each.change.items()}
    x = F(29, 37)
    assert told == {
        "tempt_cn": F(17, 12), "coop_cn": F(87, 190), "forfeit": F(2, 3), "turn": 1 - x / F(95, 100), "delta": x / F(8, 10),
    }  # fmt: skip
    assert found.singles[0].cost == (F(16, 10) - F(17, 12)) / F(28, 10)  # the interval of tempt_cn is 2.8 wide
    assert not found.holds
    assert ladder.levers("ladder").holds


def test_the_smallest_changes_that_break_the_ladder_lie_where_a_rung_just_holds(ladder):
    found = ladder.breaks("ladder")
    told = {name: value for each in found.singles for name, value in each.change.items()}
    assert told["tempt_cn"] == F(17, 12)
    assert not any(each.attained for each in found.singles)  # where it just holds nobody gains
    for beyond in (F(1, 1000), -F(1, 1000)):
        assert ladder.holds("equilibrium:ladder", tempt_cn=F(17, 12) + beyond) == (beyond < 0)


def test_what_the_ladder_rests_on_fixes_it_in_every_draw_and_nothing_smaller_does(ladder):
    found = ladder.rests_on("equilibrium:ladder")
    assert found.proved
    own = set(found.sets[0])
    box = {name: (each.low, each.high) for name, each in ladder.model.intervals.items()}
    rng = np.random.default_rng(3)
    for _ in range(60):
        others = {name: a + (b - a) * F(int(rng.integers(0, 5)), 4) for name, (a, b) in box.items() if name not in own}
        assert ladder.holds("equilibrium:ladder", **others)
    base = {name: each.value for name, each in ladder.model.intervals.items()}
    for each in found.counterexamples:
        moved = {name: value for name, value in each.items() if value != base[name]}
        assert set(moved) & own
        assert not ladder.holds("equilibrium:ladder", **moved)


def test_options_of_the_ladder_are_what_a_partner_who_answers_makes_of_them(ladder):
    """Bound to defect: China would lose by keeping, so both defect in the first year, which pays coop_us*s1 = 0.3*0.02."""
    found = ladder.options("us", draws=400)
    assert found["defect"].worst == F(6, 1000)
    keeps = sum(F(76, 100) ** k * F(3, 10) * s for k, s in enumerate((F(2, 100), F(1, 10), F(1, 4), 1))) + F(76, 100) ** 4 * F(6, 10) / F(24, 100)
    assert found["keep"].worst == keeps

    made = ensemble.draws(ladder.model.symbolic.formulas, 400, "uniform", 0)
    better = 0
    for k in range(made.n):
        p = {name: float(made[name][k]) for name in made}
        d, stakes = p["delta"] * (1 - p["turn"]), [p["s1"], p["s2"], p["s3"], p["s4"], p["s5"], p["s5"]]
        done = [0, *stakes[:5]]
        # China's best date against a United States that keeps, and what it leaves to the latter
        worth, mine, total, own = [], [], 0.0, 0.0
        for step, (stake, before) in enumerate(zip(stakes, done, strict=True)):
            worth.append(total + d**step * ((p["coop_cn"] + p["tempt_cn"]) * stake - p["forfeit"] * before))
            mine.append(own - d**step * p["sucker_us"] * stake)
            total, own = total + d**step * p["coop_cn"] * stake, own + d**step * p["coop_us"] * stake
        worth.append(total + d**6 * p["coop_cn"] * p["s5"] / (1 - d))
        mine.append(own + d**6 * p["coop_us"] * p["s5"] / (1 - d))
        better += mine[int(np.argmax(worth))] >= p["coop_us"] * p["s1"]
    assert found["keep"].share_best == pytest.approx(better / made.n)


def test_options_of_the_race_are_the_values_of_a_fixed_pace_against_the_best_answer(race):
    """At the point strike every pace is answered by a strike at once; frozen at baseline pays 1 + 0.05 - 0.1*0.9*0.74 a year."""
    at_strike = race.options("us", "strike", draws=50)
    assert len({each.worst for each in at_strike}) == 1
    assert race.options("us", draws=50)["freeze"].worst == (1 + F(5, 100) - F(666, 10000)) / F(5, 100)
    assert race.options("china", draws=50)["hold"].worst == race.solve().equilibria[0].values["china"][20]


def test_the_nearest_change_of_a_path_is_the_nearest_of_all_changes_along_a_line(this_study):
    ten = this_study.game("rebuild_race:ten")
    model = ten.model
    values = ten.point("insecure_us").values
    own = model.form.at_values(model, values, "strategic")
    followed = lambda path, at, found: str(path).endswith("rests in 10")  # noqa: E731 - frozen, said in another way
    (found,) = nearest_changes(own, "hazard", values, followed)
    every = ten.thresholds("hazard", of="selected:frozen", point="insecure_us").inside
    assert found.at == max(F(each.at) for each in every)
    for beyond in (F(1, 10**6), -F(1, 10**6)):
        assert ten.holds("selected:frozen", "insecure_us", hazard=found.at + beyond) == (beyond < 0)


def test_what_cannot_be_asked_of_a_game_with_states_is_refused_with_what_can(this_study, race):
    with pytest.raises(UsageError, match=r"an equilibrium \(freeze_and_hold\), or an outcome or reply selected \(frozen"):
        race.levers("frozen")
    with pytest.raises(UsageError, match="proved of policies"):
        race.rests_on("selected:frozen")
    with pytest.raises(UsageError, match="to start or not"):
        this_study.game("gradual_cooperation:trust").options("us")
    with pytest.raises(UsageError, match="unknown player 'usa'"):
        race.options("usa")


def test_a_named_formula_has_levers_in_a_game_with_states_as_in_any_other(race):
    """static_gap = hazard - (premium + div_us)/(sev_x*d_us), which is linear in hazard."""
    point = race.point()
    premium = race.model.derived_values(point.values)["premium"]
    hazard, div_us, sev_x, d_us = (point.values[name] for name in ("hazard", "div_us", "sev_x", "d_us"))
    assert hazard * sev_x * d_us < premium + div_us
    found = race.levers("static_gap", budget=0)
    told = {name: (value, each.attained) for each in found.singles for name, value in each.change.items()}
    assert told["hazard"] == ((premium + div_us) / (sev_x * d_us), False)  # there it is 0, not above
    assert race.breaks("static_gap", budget=0).holds
