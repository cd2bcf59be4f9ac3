"""Answers to the questions of the trees of this study: critical values, best demands and outcomes against hand derivations."""

from __future__ import annotations

import json
import math
from fractions import Fraction as F

import pytest

from detente.numbers import short
from detente.study.questions import answer

QUESTIONS = {"weaponization": (1, 2, 3, 4), "price_predation": (1, 2, 3, 6, 7), "pakistan_balancing": (1, 2, 3, 5, 7)}


@pytest.fixture(scope="module")
def study(this_study):
    return this_study


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, numbers in QUESTIONS.items() for number in numbers])
def test_every_question_has_an_answer_that_fits_a_terminal_and_is_data(study, name, number):
    found = answered(study, name, number)
    assert found.tables
    assert all(table.rows for table in found.tables if not table.title.startswith("thresholds"))
    assert all(len(line) <= 80 for line in str(found).splitlines())
    assert json.loads(json.dumps(found.to_json()))["number"] == number
    assert {each.number for each in study.files.games[name].questions} >= set(QUESTIONS[name])


ANSWERS = {}


def answered(study, name, number):
    if (name, number) not in ANSWERS:
        ANSWERS[name, number] = answer(study.game(name).model, number)
    return ANSWERS[name, number]


def table(study, name, number, title):
    (found,) = (each for each in answered(study, name, number).tables if each.title.startswith(title))
    return found


def column(found, *keys, head):
    at = found.columns.index(head)
    (row,) = (row for row in found.rows if row[: len(keys)] == keys)
    return row[at]


POINTS = ("cn_hub", "us_hub", "weak_institutions", "high_conflict")


@pytest.mark.parametrize("point", POINTS)
def test_the_thresholds_of_credibility_are_those_solved_by_hand(study, point):
    """(1 + psi)(bluff - cost) + psi*s*dmg = 0 with s = 1 after resistance and 1 - theta after diversification."""
    p = study.game("weaponization").point(point).values
    cost = p["self_cost"] * p["dep"] * p["node"] + p["k_enf"]
    found = table(study, "weaponization", 1, "critical values")
    for name, left in (("cred_resist", F(1)), ("cred_diversify", 1 - p["theta"])):
        hit = left * p["node"] * p["dep"] * p["bite"]  # per unit of inst
        inst = (1 + p["psi"]) * (cost - p["bluff"]) / (p["psi"] * hit)
        psi = (cost - p["bluff"]) / (hit * p["inst"] - (cost - p["bluff"]))
        assert column(found, name, "inst", head=point) == short(inst, 4)
        assert column(found, name, "psi", head=point) == short(psi, 4)


def accepted(p):
    """The largest demand accepted against resistance and diversification as the threat would be carried out, by hand."""
    cost = p["self_cost"] * p["dep"] * p["node"] + p["k_enf"]
    dmg = p["node"] * p["inst"] * p["dep"] * p["bite"]
    psi, one = p["psi"], 1 + p["psi"]
    after = {}
    for reply, loss, own in (("resist", dmg, F(0)), ("diversify", (1 - p["theta"]) * dmg, p["erode"])):
        executes = one * (p["bluff"] - cost) + psi * loss > 0
        paid, hurt = (cost, loss) if executes else (p["bluff"], F(0))
        target = own - (p["c_div"] if reply == "diversify" else 0) - hurt
        sender = -own - paid
        # (1 + psi)*target - psi*sender is worth as much as -(1 + 2*psi)*z
        after[reply] = -(one * target - psi * sender) / (1 + 2 * psi)
    return min(after.values())


@pytest.mark.parametrize("point", POINTS)
def test_the_best_demand_is_the_largest_accepted_one_where_it_pays(study, point):
    p = study.game("weaponization").point(point).values
    z = min(accepted(p), F(2, 5))
    found = table(study, "weaponization", 3, "the z that is best for sender")
    best, path = column(found, point, head="best"), column(found, point, head="path there")
    if z > 0:
        assert (best.split(" = ")[-1], path) == (short(z, 4), "choke,comply")
    else:  # no demand is accepted: monitoring is best, whatever the demand
        assert (best, path) == ("0", "monitor")


def test_conflict_expectations_lower_the_demand_that_is_accepted_against_resistance(study):
    """d/dpsi of ((1 + psi)*dmg - psi*cost)/(1 + 2*psi) is -(dmg + cost)/(1 + 2*psi)**2."""
    found = table(study, "weaponization", 2, "what moves")
    p = study.game("weaponization").point("cn_hub").values
    cost = p["self_cost"] * p["dep"] * p["node"] + p["k_enf"]
    dmg = p["node"] * p["inst"] * p["dep"] * p["bite"]
    assert column(found, "comply_resist", "psi", head="slope over the box") == "never positive"
    assert column(found, "comply_resist", "psi", head="cn_hub") == short(-(dmg + cost) / (1 + 2 * p["psi"]) ** 2, 4)


def test_the_credible_cut_has_the_exposure_and_duration_solved_by_hand(study):
    """scale*(price0 - 1 + strat)/(1 - delta) = price0*drop*expo*(1 - delta**T)/(1 - delta)."""
    found = table(study, "price_predation", 1, "critical values")
    p = study.game("price_predation").point("targeted_cut").values
    gain = p["scale"] * (p["price0"] - 1 + p["strat"])
    expo = gain / (p["price0"] * p["drop"] * (1 - p["delta"] ** 2))
    years = math.log(1 - gain / (p["price0"] * p["drop"] * p["expo"])) / math.log(p["delta"]) if gain < p["price0"] * p["drop"] * p["expo"] else None
    assert column(found, "cut_closes", "expo", head="targeted_cut") == short(expo, 4)
    assert years is not None
    assert column(found, "cut_closes", "cut_years", head="targeted_cut") == short(years, 4)
    # predation can matter for prices from c_e to opex/(1 - drop): an empty range where drop <= sunk
    assert column(found, "window", "drop", head="baseline") == short(p["sunk"], 4)


def test_the_threshold_prior_of_a_tough_china_is_the_one_solved_by_hand(study):
    """(1 - t)*(p_hi - c_e) = t*(1 - guarantee)*sunk*c_e."""
    found = table(study, "price_predation", 3, "critical values")
    for point in ("targeted_cut", "targeted_guarantee"):
        p = study.game("price_predation").point(point).values
        margin, loss = p["price0"] - p["cost_ratio"], (1 - p["guarantee"]) * p["sunk"] * p["cost_ratio"]
        rows = [row for row in found.rows if row[:2] == ("enter_tough", "tough")]
        shown = {row[found.columns.index(point)] for row in rows} - {""}
        assert shown == {short(margin / (margin + loss), 4)}


def test_the_prior_of_loyalty_from_which_aid_is_rational_is_the_one_solved_by_hand(study):
    """At baseline a free Pakistan defects when aided and China tolerates it: q*(gain if loyal) = (1 - q)*(loss if not)."""
    gain = F("0.8") - F("0.2") - F("0.08")
    loss = -(F("0.1") * F("0.8") - F("0.2") - F("0.3") - F("1.5") - F("0.08"))
    q = loss / (gain + loss)
    found = table(study, "pakistan_balancing", 5, "critical values")
    assert column(found, "aid_prior", "q_loyal", head="baseline") == short(q, 4)
    game = study.game("pakistan_balancing:types")
    assert game.solve(q_loyal=q - F(1, 1000)).equilibria[0].profile["china"]["china1"]["none"] == 1
    assert game.solve(q_loyal=q + F(1, 1000)).equilibria[0].profile["china"]["china1"]["aid"] == 1


def test_the_smaller_punishment_needs_the_smaller_reputation(study):
    found = table(study, "pakistan_balancing", 3, "critical values")
    assert column(found, "punish_b", "rep_b", head="baseline") == short(F("0.3") * F("0.2") * 6, 4)
    assert column(found, "punish_d", "rep_d", head="baseline") == short(F("0.3") * F("0.5") * 6, 4)
