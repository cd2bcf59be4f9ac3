"""The chain of eleven blocs and the 55 seats against an independent derivation from the specification's tables."""

from __future__ import annotations

import random
from fractions import Fraction as F
from math import factorial
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.study.forms.coalitional import outside_options

ROOT = Path(__file__).parents[2]
SHARES = {
    "us": (12, 10, 45, 25), "eu": (3, 15, 20, 28), "uk": (1, 2, 5, 5), "japan": (0, 25, 15, 14), "korea": (0, 15, 5, 12),
    "australia": (25, 10, 3, 1), "canada": (12, 8, 4, 3), "india": (5, 7, 1, 6), "argentina": (8, 0, 0, 0), "drc": (18, 0, 0, 0),
    "rest": (16, 8, 2, 6),
}  # fmt: skip
SPECIFICATION = {
    "cn_mining_share": ("0.65", "0.55", "0.7"), "cn_refining_share": ("0.9", "0.85", "0.92"), "need_share": ("0.5", "0.3", "0.7"),
    "us_new_commitment": ("1.266e10", "2.66e9", "1.316e10"), "rebuild_cost_all": ("4e11", "2e11", "9e11"), "leverage": ("5", "1", "20"),
    "out_m": ("0.3", "0.1", "0.6"), "out_d": ("0.3", "0.1", "0.6"), "ces_rho": ("-4", "-20", "-1"),
}  # fmt: skip
POINTS = {
    "baseline": {}, "finance_slack": {"leverage": "20"}, "refining_doubled": {"cn_refining_share": "0.8", "leverage": "20"},
    "finance_poor": {"leverage": "1"},
}  # fmt: skip
SEATS = {"eu": 27, "japan": 10, "uk": 6, "korea": 6, "india": 6, "canada": 5, "australia": 5, "argentina": 2, "drc": 2} | {
    f"member_{k}": 1 for k in range(10, 56)
}


@pytest.fixture(scope="module")
def study():
    return detente.Study(ROOT)


def totals(p):
    return (
        (1 - p["cn_mining_share"]) / p["need_share"], (1 - p["cn_refining_share"]) / p["need_share"],
        p["us_new_commitment"] * p["leverage"] / p["rebuild_cost_all"], F(1),
    )  # fmt: skip


def values(point="baseline"):
    return {k: F(row[0]) for k, row in SPECIFICATION.items()} | {k: F(v) for k, v in POINTS[point].items()}


def worth(p, members):
    return min(total * sum((F(SHARES[m][k], 100) for m in members), F(0)) for k, total in enumerate(totals(p)))


def test_the_parameters_are_those_of_the_specification(study):
    box = study.game("forge_coalition").model.intervals
    for name, row in SPECIFICATION.items():
        assert (box[name].value, box[name].low, box[name].high) == tuple(map(F, row)), name


@pytest.mark.parametrize("point", ["baseline", "refining_doubled"])
def test_worths_values_and_the_core_at_the_points(study, point):
    p = values(point)
    model = study.game("forge_coalition").model
    found = model.form.solve(model, model.point(point), "strategic")
    names = list(SHARES)
    n = len(names)
    table = [worth(p, [names[k] for k in range(n) if mask >> k & 1]) for mask in range(1 << n)]
    assert list(found.game.worth) == table
    # Shapley and Banzhaf from their definitions over all coalitions
    weight = [F(factorial(s) * factorial(n - s - 1), factorial(n)) for s in range(n)]
    for k in (0, 4, 9):
        gains = [(mask.bit_count(), table[mask | 1 << k] - table[mask]) for mask in range(1 << n) if not mask >> k & 1]
        assert found.shapley[names[k]] == sum(weight[s] * gain for s, gain in gains)
        assert found.banzhaf[names[k]] == sum(gain for _, gain in gains) / 2 ** (n - 1)
    # one stage binds: the core pays its owners in proportion, and nothing else contents all (marginal analysis by hand)
    stage = min(range(4), key=lambda k: totals(p)[k])
    by_shares = {name: totals(p)[stage] * F(SHARES[name][stage], 100) for name in names}
    assert {name: low for name, (low, high) in found.core.ranges.items() if low == high} == by_shares
    assert dict(found.nucleolus) == by_shares


def test_the_division_by_a_binding_stage_is_in_the_core_at_random_points():
    """Proof by sampling of the sentence printed: x(S) = total share of the binding stage >= min over stages = v(S)."""
    generator = random.Random(2)
    names = list(SHARES)
    for _ in range(50):
        p = {k: F(low) + (F(high) - F(low)) * F(generator.randrange(98), 97) for k, (_, low, high) in SPECIFICATION.items()}
        stage = min(range(4), key=lambda k: totals(p)[k])
        for _ in range(40):
            members = [name for name in names if generator.random() < 0.6]
            paid = sum((totals(p)[stage] * F(SHARES[m][stage], 100) for m in members), F(0))
            assert paid >= worth(p, members)


def test_outside_options_and_the_condition_for_the_club(study):
    p = values()
    model = study.game("forge_coalition").model
    found = outside_options(model, model.point())
    for name, row in SHARES.items():
        assert found[name] == p["out_m"] * totals(p)[0] * F(row[0], 100) + p["out_d"] * F(row[3], 100)
    # by hand at the baseline: v(N) = min(7/10, 1/5, 633/4000, 1), options 3/10 * 7/10 + 3/10
    game = study.game("forge_coalition")
    assert not game.holds("exclusive_gain")
    thresholds = game.thresholds("leverage", "finance_binds")
    assert [each.at for each in thresholds.inside] == [F(1, 5) * 400 / F("12.66")]
    # finance slack: the least of refining 1/5 falls short of 0.51 all the same
    assert not game.holds("exclusive_gain", "finance_slack")


def test_the_smooth_variant_is_the_mean_of_powers(study):
    p = values()
    model = study.game("forge_coalition:smooth").model
    game = model.form.at(model, model.point(), "strategic")
    assert game.arithmetic == "float"
    caps = [float(total) for total in totals(p)]
    assert float(game.worth[-1]) == pytest.approx(float(np.mean([c**-4 for c in caps]) ** (-1 / 4)))
    assert game["argentina"] == 0
    assert game["argentina", "drc"] == 0


def index(weights, quota, veto=False):
    """Shapley-Shubik indices by counting orders: a table of (size, weight) of the others, built member by member."""
    found = {}
    n = len(weights) + veto
    for who in ("eu", "japan", "argentina", "member_10"):
        if who not in weights:
            continue
        counts = {(0, 0): 1}
        for name, weight in weights.items():
            if name != who:
                new = dict(counts)
                for (s, w), many in counts.items():
                    new[s + 1, w + weight] = new.get((s + 1, w + weight), 0) + many
                counts = new
        total = F(0)
        for (s, w), many in counts.items():
            if quota - weights[who] <= w < quota:
                size = s + veto  # the veto player is among the others
                total += F(many * factorial(size) * factorial(n - size - 1), factorial(n))
        found[who] = total
    return found


@pytest.mark.parametrize("quota", [58, 77, 104])
def test_the_votes_of_55_seats(study, quota):
    model = study.game("forge_coalition:seats").model
    found = {name: (shapley, banzhaf) for name, _, shapley, banzhaf in model.form.solve(model, model.point(), "strategic").games}
    for title, veto in ((f"quota {quota}", False), (f"quota {quota}, veto of us", True)):
        direct = index(SEATS, quota, veto)
        for who, value in direct.items():
            assert found[title][0][who] == value
    assert sum(SEATS.values()) == 115
    left = {name: weight for name, weight in SEATS.items() if name not in ("korea", "argentina")}
    if sum(left.values()) >= quota:
        for who, value in index(left, quota).items():
            assert found[f"quota {quota} without korea, argentina"][0][who] == value


def test_the_value_version_shares_one(study):
    model = study.game("forge_coalition:seats").model
    games = model.form.solve(model, model.point(), "strategic").games
    shapley = next(each[2] for each in games if each[0] == "worth of weight")
    assert shapley.total == 1  # (115 - 57)/58


def test_every_question_is_answered(study):
    game = study.game("forge_coalition")
    for number in (4, 5, 6):
        assert all(table.rows or "no change" in table.title for table in game.question(number).tables)


def test_shares_are_those_of_a_plain_count(study):
    """3 parameters matter for finance_binds: counted here with NumPy from the closed form."""
    generator = np.random.default_rng(1)
    n = 400_000
    u = lambda name: generator.uniform(float(F(SPECIFICATION[name][1])), float(F(SPECIFICATION[name][2])), n)
    refine = (1 - u("cn_refining_share")) / u("need_share")
    finance = u("us_new_commitment") * u("leverage") / u("rebuild_cost_all")
    found = study.game("forge_coalition").robustness(draws=50_000, conclusions=["finance_binds"], save=False)
    assert found.find("finance_binds")[0].share == pytest.approx(float(np.mean(refine > finance)), abs=0.01)


@pytest.mark.parametrize("point", ["baseline", "refining_doubled", "symmetric_options"])
def test_the_groups_of_the_best_partition_add_up_to_its_worth(study, point):
    model = study.game("forge_coalition").model
    game = model.form.at(model, model.point(point), "strategic")
    keeps = outside_options(model, model.point(point))
    (table, _) = study.game("forge_coalition").question(3).tables
    row = next(each for each in table.rows if each[0] == point)
    groups = [] if row[4] == "all go alone" else [each.split("+") for each in row[4].split("; ")]
    inside = {name for group in groups for name in group}
    total = sum(game[tuple(group)] for group in groups) + sum(keeps[name] for name in game.players if name not in inside)
    # what one group and everybody else alone can be worth at most, of all 2048 groups
    single = max(
        game.worth[mask] + sum(keeps[name] for k, name in enumerate(game.players) if not mask >> k & 1)
        for mask in range(2**11)
    )
    assert float(row[3]) == pytest.approx(float(total), abs=5e-5)
    assert total >= single
