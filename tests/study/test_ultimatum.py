"""The ultimatum of this study against an independent derivation.

Payoffs, cutoffs and critical strengths are written out here from the tables of the specification (model 5 of the alliance
models); shares come from the normal distribution of the standard library, thresholds with a prior from a scan for roots.
"""

from __future__ import annotations

import random
from fractions import Fraction as F
from math import exp
from pathlib import Path
from statistics import NormalDist

import pytest

import detente
from detente.cli import run

ROOT = Path(__file__).parents[2]
SPECIFICATION = {
    "tariff_noncomply": ("0.25", "0.1", "0.5"), "audit_prob": ("0.3", "0.05", "0.6"), "us_promise_kept": ("0.5", "0.2", "0.8"),
    "horizon": ("10", "7", "20"), "unit_usd": ("3e9", "1.5e9", "1.2e10"), "excl_cost": ("0.15", "0.03", "0.5"),
    "us_new_commitment": ("1.266e10", "2.66e9", "1.316e10"), "us_exposure": ("0.8", "0.2", "2"), "nu": ("0.15", "0.05", "0.4"),
    "phi": ("0.6", "0", "1"), "load": ("0.4", "0", "1"), "sigma": ("0.1", "0.02", "0.3"), "res_mean": ("0.5", "0.2", "0.8"),
    "res_sd": ("0.3", "0.1", "0.6"), "us_hold_cost": ("0.6", "0.1", "2"), "prize_years": ("3", "0.5", "10"), "days": ("180", "180", "180"),
}  # fmt: skip
POINTS = {
    "baseline": {}, "hard_stick": {"tariff_noncomply": "0.5", "us_exposure": "1"},
    "cheap_compliance": {"excl_cost": "0.05", "audit_prob": "0.5"}, "blind_us": {"audit_prob": "0.05"},
    "audited": {"audit_prob": "0.6", "excl_cost": "0.1", "nu": "0.2"},
}  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return detente.Study(ROOT)


def values(point="baseline", **changes):
    return {k: F(row[0]) for k, row in SPECIFICATION.items()} | {k: F(v) for k, v in {**POINTS[point], **changes}.items()}


def random_points(count, seed):
    generator = random.Random(seed)
    for _ in range(count):
        yield {k: F(low) + (F(high) - F(low)) * F(generator.randrange(98), 97) for k, (_, low, high) in SPECIFICATION.items()}


def member(p):
    """(unpunished payoff, loss if punished) of each action, from the table of terms."""
    carrot = p["us_promise_kept"] * p["us_new_commitment"] / (55 * p["horizon"] * p["unit_usd"])
    stick = p["tariff_noncomply"] * p["us_exposure"]
    return {
        "refuse": (F(0), stick),
        "surface": (-p["nu"] * p["excl_cost"] + p["phi"] * carrot, p["audit_prob"] * stick),
        "comply": (-p["excl_cost"] + carrot, F(0)),
    }


def critical_by_integration(p):
    """Load of the best action, averaged over uniform beliefs: sums over a partition at all crossings of payoff lines."""
    pay, weight = member(p), {"refuse": F(1), "surface": p["load"], "comply": F(0)}
    cuts = {F(0), F(1)}
    names = list(pay)
    for a in names:
        for b in names:
            slope = pay[a][1] - pay[b][1]
            if slope and 0 < (pay[a][0] - pay[b][0]) / slope < 1:
                cuts.add((pay[a][0] - pay[b][0]) / slope)
    cuts = sorted(cuts)
    total = F(0)
    for low, high in zip(cuts, cuts[1:]):
        best = max(names, key=lambda name: pay[name][0] - pay[name][1] * (low + high) / 2)
        total += weight[best] * (high - low)
    return total


def test_the_parameters_are_those_of_the_specification(study):
    box = study.game("ultimatum_180").model.intervals
    for name, row in SPECIFICATION.items():
        assert (box[name].value, box[name].low, box[name].high) == tuple(map(F, row)), name


@pytest.mark.parametrize("point", POINTS)
def test_the_critical_strength_and_the_shares_at_the_points(study, point):
    p = values(point)
    model = study.game("ultimatum_180").model
    found = model.form.solve(model, model.point(point), "strategic")
    [equilibrium] = found.result.equilibria
    critical = critical_by_integration(p)
    assert equilibrium.critical == critical
    pay = member(p)
    for strength in (p["res_mean"], F(1)):
        # a member with signal x expects punishment with the probability that the strength exceeds the critical one
        grid = [float(strength) + float(p["sigma"]) * (k / 100) for k in range(-800, 801)]
        chosen = {name: 0.0 for name in pay}
        for x in grid:
            q = 1 - NormalDist(x, float(p["sigma"])).cdf(float(critical))
            best = max(pay, key=lambda name: float(pay[name][0]) - float(pay[name][1]) * q)
            chosen[best] += NormalDist(float(strength), float(p["sigma"])).pdf(x) * float(p["sigma"]) / 100
        assert equilibrium.shares(strength) == pytest.approx(chosen, abs=6e-3)
    chance = 1 - NormalDist(float(p["res_mean"]), float(p["res_sd"])).cdf(float(critical))
    assert found.to_json()["probability_of_punishment"] == [pytest.approx(chance)]


def test_the_critical_strength_at_random_points_of_the_box(study):
    model = study.game("ultimatum_180").model
    for p in random_points(150, 3):
        numeric = model.payoffs("strategic").at_point(p)
        from detente.solve.incomplete.global_game import solve_global

        assert solve_global(numeric).equilibria[0].critical == critical_by_integration(p)


def test_surface_compliance_makes_enforcement_harder_exactly_where_its_load_exceeds_the_audit_probability():
    """By hand: with all three in use q_rc = (1 - p) q_rs + p q_sc, so that the difference is (load - p)(q_sc - q_rs)."""
    seen = set()
    for p in random_points(1500, 5):
        pay = member(p)
        q_rs = (pay["refuse"][0] - pay["surface"][0]) / (pay["refuse"][1] - pay["surface"][1])
        q_sc = (pay["surface"][0] - pay["comply"][0]) / pay["surface"][1]
        if not 0 < q_rs < q_sc < 1:
            continue
        two = (pay["refuse"][0] - pay["comply"][0]) / pay["refuse"][1]
        difference = critical_by_integration(p) - two
        assert difference == (p["load"] - p["audit_prob"]) * (q_sc - q_rs)
        seen.add(difference > 0)
    assert seen == {True, False}


@pytest.mark.parametrize("point", POINTS)
def test_the_war_of_attrition_at_the_points(study, point):
    p = values(point)
    model = study.game("ultimatum_180:attrition").model
    found = model.form.solve(model, model.point(point), "strategic")
    carrot = p["us_promise_kept"] * p["us_new_commitment"] / (55 * p["horizon"] * p["unit_usd"])
    us_rate = p["tariff_noncomply"] * p["us_exposure"] / (p["prize_years"] * (p["excl_cost"] - carrot))
    assert found.rates == {"member": p["us_hold_cost"], "us": us_rate}
    assert found.undecided(p["days"] / 365) == pytest.approx(exp(-float((us_rate + p["us_hold_cost"]) * 180 / 365)))


def test_the_money_that_makes_compliance_free_is_far_above_the_named_money(study):
    """By hand: carrot = cost at 0.15 * 55 * 10 * 3e9 / 0.5 = 4.95e11 dollars."""
    found = study.game("ultimatum_180").thresholds("us_new_commitment", "comply_for_free")
    assert [each.at for each in found.outside] == [495_000_000_000]
    assert not found.inside


def test_every_question_is_answered(study):
    game = study.game("ultimatum_180")
    for number in range(1, 9):
        answer = game.question(number)
        assert answer.tables
        assert all(table.rows for table in answer.tables)


def test_what_the_form_does_not_offer_is_refused_with_what_it_does(study):
    game = study.game("ultimatum_180")
    with pytest.raises(detente.UsageError, match="form global offers solve, show"):
        game.atlas()
    with pytest.raises(detente.UsageError, match="sign:FORMULA"):
        game.holds("equilibrium:comply")


def test_every_number_leads_down_to_its_sources():
    """stick = 1/4 * 4/5 (tariff_noncomply, us_exposure) at the baseline, so refusing under enforcement costs 1/5."""
    game = detente.Study(ROOT).game("ultimatum_180")
    payoff = game.trace("refuse,enforce", "member")
    assert payoff.value == F(-1, 5)
    assert [each.name for each in payoff.sources] == ["stick"]
    named = game.trace("comply_over_refuse")
    assert named.value == payoff.sources[0].value * -1 + game.trace("comply,enforce", "member").value
    assert "tariff_noncomply" in {each.name for each in named.walk()}
    with pytest.raises(detente.UsageError, match="unknown strategy 'x'"):
        game.trace("x,enforce", "member")


def test_a_game_without_a_table_of_players_is_not_exported(tmp_path):
    out = tmp_path / "game.nfg"
    assert run(["export", "ultimatum_180", "-o", str(out), "--study", str(ROOT)]) == 2
    assert not out.exists()


def test_conclusions_of_the_attrition_are_its_own_and_hold_where_its_solution_says_so(study):
    game = study.game("ultimatum_180:attrition")
    found = game.robustness(draws=2000, save=False, how={"priors": ["uniform"], "budget": 0})
    assert set(found.conclusions) == {"member_gives_way", "worth_holding_out", "outlasts"}
    held = {name: 0 for name in found.conclusions}
    points = list(random_points(1500, 5))
    for p in points:
        # complying pays the reward less the cost, holding out with success saves that for so many years
        stick, prize = member(p)["refuse"][1], -p["prize_years"] * member(p)["comply"][0]
        held["worth_holding_out"] += prize > 0
        held["member_gives_way"] += prize <= 0 or p["us_hold_cost"] > stick / prize
        held["outlasts"] += prize > 0 and exp(-p["days"] / 365 * (p["us_hold_cost"] + stick / prize)) > 0.5
    for name, count in held.items():
        share = found.find(name)[0].share
        assert abs(share - count / 1500) < 0.06, name


def test_nobody_complies_exactly_where_true_compliance_is_best_at_no_belief():
    game = detente.Study(ROOT).game("ultimatum_180")
    seen = set()
    for point in game.model.definition.points:
        numeric = game.at(point)
        # on a fine grid of beliefs, apart from the solver: what each action pays
        used = any(
            numeric.base["comply"] - numeric.exposure.get("comply", 0) * F(k, 200)
            >= max(numeric.base[a] - numeric.exposure.get(a, 0) * F(k, 200) for a in ("refuse", "surface"))
            for k in range(201)
        )
        assert game.holds("nobody_complies", point) is not used, point
        seen.add(used)
    assert seen == {True, False}
