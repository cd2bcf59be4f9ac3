"""The weaponized hub against an independent derivation.

Payoffs are written out by hand from the tables of the specification (model 2 of the bilateral models), with Fractions; the
outcomes follow by a backward induction of the tests' own, thresholds by solving the inequalities by hand.
"""

from __future__ import annotations

import random
from fractions import Fraction as F

import pytest

# name: (baseline, low, high) of the specification
SPECIFICATION = {
    "dep": ("0.74", "0", "1"), "node": ("0.9", "0.8", "0.95"), "inst": ("0.5", "0.2", "0.95"), "bite": ("0.6", "0.2", "1"),
    "psi": ("0.25", "0", "1"), "z": ("0.1", "0", "0.4"), "w_mon": ("0.02", "0", "0.05"), "k_mon": ("0.01", "0", "0.03"),
    "loss_mon": ("0.01", "0", "0.03"), "self_cost": ("0.06", "0.01", "0.15"), "k_enf": ("0.02", "0", "0.06"),
    "bluff": ("0.03", "0", "0.1"), "c_div": ("0.12", "0.04", "0.25"), "theta": ("0.4", "0.1", "0.7"), "erode": ("0.1", "0", "0.3"),
}  # fmt: skip
POINTS = {
    "baseline": {},
    "cn_hub": {},
    "us_hub": {"dep": "0.6", "node": "0.85", "inst": "0.9", "bite": "0.9", "self_cost": "0.1", "k_enf": "0.03", "c_div": "0.2",
               "theta": "0.2", "erode": "0.15", "z": "0.2"},
    "weak_institutions": {"inst": "0.25"},
    "high_conflict": {"psi": "0.8"},
}  # fmt: skip
PATHS = [
    ("none",), ("monitor",), ("choke", "comply"), ("choke", "resist", "back_down"), ("choke", "resist", "execute"),
    ("choke", "diversify", "back_down"), ("choke", "diversify", "execute"),
]  # fmt: skip


def values(point="baseline", **changes):
    chosen = {name: F(row[0]) for name, row in SPECIFICATION.items()}
    chosen |= {name: F(text) for name, text in POINTS[point].items()}
    return chosen | {name: F(value) for name, value in changes.items()}


def payoffs(p, path, material=False):
    dmg = p["node"] * p["inst"] * p["dep"] * p["bite"]
    cost = p["self_cost"] * p["dep"] * p["node"] + p["k_enf"]
    s = t = F(0)
    if path[0] != "none":
        s += p["w_mon"] - p["k_mon"]
        t -= p["loss_mon"]
    if "comply" in path:
        s, t = s + p["z"], t - p["z"]
    if "execute" in path:
        s -= cost
        t -= dmg * ((1 - p["theta"]) if "diversify" in path else 1)
    if "diversify" in path:
        s -= p["erode"]
        t += p["erode"] - p["c_div"]
    if "back_down" in path:
        s -= p["bluff"]
    psi = F(0) if material else p["psi"]
    return {"sender": s + psi * (s - t), "target": t + psi * (t - s)}


def tree(p):
    def last(reply):
        return ("sender", {each: payoffs(p, ("choke", reply, each)) for each in ("back_down", "execute")})

    after = ("target", {"comply": payoffs(p, ("choke", "comply")), "resist": last("resist"), "diversify": last("diversify")})
    return ("sender", {"none": payoffs(p, ("none",)), "monitor": payoffs(p, ("monitor",)), "choke": after})


def draws(count, seed):
    rnd = random.Random(seed)
    for _ in range(count):
        yield {
            name: F(low) + (F(high) - F(low)) * F(rnd.randrange(9), 8)
            for name, (_, low, high) in SPECIFICATION.items()
        }


@pytest.fixture(scope="module")
def game(this_study):
    return this_study.game("weaponization")


def test_the_box_and_the_points_are_those_of_the_specification(game):
    assert {name: (i.value, i.low, i.high) for name, i in game.model.intervals.items()} == {
        name: tuple(map(F, row)) for name, row in SPECIFICATION.items()
    }
    for name, changes in POINTS.items():
        assert game.point(name).values == values(name), changes


@pytest.mark.parametrize("material", [False, True])
@pytest.mark.parametrize("point", POINTS)
def test_payoffs_of_every_path_are_those_of_the_specification(game, point, material):
    numeric = game.model.at(game.point(point), "material" if material else "strategic")
    assert [numeric.history(end.index) for end in numeric.terminals] == PATHS
    for end in numeric.terminals:
        found = dict(zip(numeric.players, numeric.payoffs(end.index), strict=True))
        assert found == payoffs(values(point), numeric.history(end.index), material)


@pytest.mark.parametrize("point", POINTS)
def test_outcomes_at_the_named_points_with_the_tie_rule_first(game, point, outcomes):
    expected = outcomes(tree(values(point)))
    found = game.solve(point)
    assert found.equilibria[0].path[0].actions == expected[0][0]
    assert {each[0].actions for each in found.outcomes} == {path for path, _ in expected}
    assert found.equilibria[0].payoffs == expected[0][1]


def test_outcomes_at_random_points_of_the_box(game, outcomes):
    seen = set()
    for p in draws(120, 3):
        expected = outcomes(tree(p))
        found = game.solve(**p)
        assert found.equilibria[0].path[0].actions == expected[0][0]
        assert {each[0].actions for each in found.outcomes} == {path for path, _ in expected}
        seen.add(expected[0][0])
    assert {("none",), ("monitor",), ("choke", "comply")} <= seen


def test_the_outcome_at_the_named_points_is_as_worked_out_by_hand(game):
    """At the Chinese hub cost = 0.06*0.74*0.9 + 0.02 = 0.05996 and dmg = 0.9*0.5*0.74*0.6 = 0.1998.

    Executing after resistance gains (1 + psi)(bluff - cost) + psi*dmg = 1.25*(-0.02996) + 0.04995 = 0.0125 > 0; after diversification
    psi*0.6*dmg = 0.02997 in place of 0.04995 makes it -0.00748 < 0. So the target diversifies and meets no choke, and the sender monitors.
    """
    assert game.solve().equilibria[0].path[0].actions == ("monitor",)
    plan = game.solve().equilibria[0].profile
    assert plan["sender"]["sender2 after resist"]["execute"] == 1
    assert plan["sender"]["sender2 after diversify"]["back_down"] == 1
    assert plan["target"]["target"]["diversify"] == 1


def test_the_named_formulas_are_those_worked_out_by_hand(game):
    formulas = game.model.form.formulas(game.model, "strategic")
    for p in draws(6, 4):
        dmg = p["node"] * p["inst"] * p["dep"] * p["bite"]
        cost = p["self_cost"] * p["dep"] * p["node"] + p["k_enf"]
        psi, one = p["psi"], 1 + p["psi"]
        expected = {
            "cred_resist": one * (p["bluff"] - cost) + psi * dmg,
            "cred_diversify": one * (p["bluff"] - cost) + psi * (1 - p["theta"]) * dmg,
            "comply_resist": one * (dmg - p["z"]) - psi * (p["z"] + cost),
            "comply_diversify": one * ((1 - p["theta"]) * dmg + p["c_div"] - p["erode"] - p["z"]) - psi * (p["z"] + cost + p["erode"]),
            "comply_escape": one * (p["c_div"] - p["erode"] - p["z"]) - psi * (p["z"] + p["bluff"] + p["erode"]),
            "escape": one * (dmg + p["erode"] - p["c_div"]) + psi * (p["erode"] + p["bluff"] - cost),
            "demand_pays": (1 + 2 * psi) * p["z"],
            "monitor_pays": one * (p["w_mon"] - p["k_mon"]) + psi * p["loss_mon"],
            "complements": psi * p["dep"] * p["bite"],
        }
        # what complying gains at a demand of 0, over the way of diversifying that is then played
        instead = expected["comply_diversify" if expected["cred_diversify"] > 0 else "comply_escape"] + expected["demand_pays"]
        expected["positive_demand"] = min(expected["cred_resist"], expected["comply_resist"] + expected["demand_pays"], instead)
        expected["backlash"] = min(expected["cred_resist"], -instead)
        found = {name: formulas.evaluate(formulas.expression(each.formula), p) for name, each in game.model.definition.conclusions.items()}
        assert found == expected
