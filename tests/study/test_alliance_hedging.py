"""The game alliance_hedging against payoffs written term by term from its specification, and brute force over all
profiles."""

from __future__ import annotations

import random
from fractions import Fraction as F
from itertools import product
from pathlib import Path

import pytest

import detente

ROOT = Path(__file__).parents[2]
US, CHINA, MEMBER = ("reward", "tolerate", "punish"), ("accommodate", "punish"), ("align", "hedge", "tilt")
PROFILES = list(product(US, CHINA, MEMBER, MEMBER))


@pytest.fixture(scope="module")
def game():
    return detente.Study(ROOT).game("alliance_hedging")


def member(p, us, china, own, other, k):
    """Payoff of a member: k is kr or ar."""
    dep, sub, inv, club = p[f"dep_{k}"], p[f"sub_{k}"], p[f"inv_{k}"], p[f"club_{k}"]
    keep, total = p["us_promise_kept"], F(1)
    if own == "align":
        total += -(1 - sub) * dep * p["risk"] - sub * dep * (p["cost_ratio"] - 1) * p["cost_share"] + keep * club
        total += keep * p[f"carrot_{k}"] * (us == "reward") - (1 - sub) * dep * p["cut"] * (china == "punish")
        return total + p["syn"] * (other == "align")
    total += -dep * p["risk"] + dep * p["risk"] * p["hot"] * (china == "accommodate")
    total += (inv * (1 if own == "tilt" else p["inv_share"])) * (china == "accommodate")
    total += p["theta"] * keep * club * (own == "hedge")
    stick = p["tariff_noncomply"] * p[f"exposure_{k}"] * (us == "punish")
    return total - stick * (p["rho"] if own == "hedge" else 1)


def payoffs(p, us, china, korea, argentina):
    own_us, own_cn = -p["admin"] * (us != "tolerate"), F(0)
    for k, choice in (("kr", korea), ("ar", argentina)):
        aligned = choice == "align"
        own_us += p[f"w_{k}"] * (1 if aligned else p["half_us"] if choice == "hedge" else 0)
        own_us += (p["us_cred"] - p["us_reward_cost"]) * (us == "reward" and aligned)
        own_us += (p["us_prec"] - p["us_stick_cost"]) * (us == "punish" and not aligned)
        own_cn += p[f"v_{k}"] * (1 if choice == "tilt" else p["keep"] if choice == "hedge" else 0)
        own_cn += (p["cn_good"] - p["cn_acc_cost"]) * (china == "accommodate" and not aligned)
        own_cn += (p["cn_det"] - p["cn_pun_cost"]) * (china == "punish" and aligned)
    return (
        own_us,
        own_cn,
        member(p, us, china, korea, argentina, "kr"),
        member(p, us, china, argentina, korea, "ar"),
    )


def payoffs_of(numeric, profile):
    """The payoffs of the solved game at a profile of names."""
    index = tuple(own.index(choice) for own, choice in zip((US, CHINA, MEMBER, MEMBER), profile, strict=True))
    return tuple(numeric.payoffs[(i, *index)] for i in range(4))


def all_values(game, point, **changes):
    at = game.point(point, **changes)
    return {**at.values, **game.model.derived_values(at.values)}


def pure(p):
    table = {each: payoffs(p, *each) for each in PROFILES}
    sets = (US, CHINA, MEMBER, MEMBER)
    return {
        each
        for each, own in table.items()
        if all(table[(*each[:i], other, *each[i + 1 :])][i] <= own[i] for i in range(4) for other in sets[i])
    }


@pytest.mark.parametrize(
    "point", ["baseline", "strong_stick", "low_risk_generous", "china_hard", "free_hedging", "no_faith"]
)
def test_payoffs_and_pure_equilibria_at_named_points(game, point):
    p = all_values(game, point)
    numeric = game.at(point)
    for each in PROFILES:
        assert payoffs_of(numeric, each) == payoffs(p, *each)
    found = detente.equilibria(numeric, method="pure").equilibria
    named = {tuple(next(iter(own)) for own in each.support.values()) for each in found}
    assert named == pure(p)


def test_payoffs_at_random_points_of_the_box(game):
    generator = random.Random(3)
    names = ("dep_kr", "risk", "theta", "rho", "tariff_noncomply", "us_prec", "cn_det", "cn_good")
    box = game.symbolic.parameters
    for _ in range(5):
        changes = {
            name: box[name].low + (box[name].high - box[name].low) * F(generator.randrange(101), 100) for name in names
        }
        p = all_values(game, "baseline", **changes)
        numeric = game.at("baseline", **changes)
        for each in generator.sample(PROFILES, 12):
            assert payoffs_of(numeric, each) == payoffs(p, *each)


@pytest.mark.parametrize(
    ("slice_", "players", "fixed"),
    [
        ("korea_us", ("us", "korea"), {1: "accommodate", 3: "hedge"}),
        ("argentina_china", ("china", "argentina"), {0: "tolerate", 2: "hedge"}),
        ("us_china", ("us", "china"), {2: "hedge", 3: "hedge"}),
    ],
)
def test_a_slice_is_the_game_with_the_others_fixed(game, slice_, players, fixed):
    p = all_values(game, "baseline")
    part = detente.Study(ROOT).game(f"alliance_hedging:{slice_}").at()
    assert part.players == players
    order = ("us", "china", "korea", "argentina")
    free = [order.index(each) for each in players]
    for chosen in product(*part.strategies):
        whole = [fixed.get(k, "") for k in range(4)]
        for place, choice in zip(free, chosen, strict=True):
            whole[place] = choice
        index = tuple(own.index(choice) for own, choice in zip(part.strategies, chosen, strict=True))
        assert [part.payoffs[(i, *index)] for i in range(2)] == [payoffs(p, *whole)[k] for k in free]


def test_every_question_is_answered(game):
    for number in (2, 4, 5):
        assert all(table.rows for table in game.question(number).tables)
