"""The export bans of this study against an independent derivation.

Payoffs are written out here from the tables of the specification (model 6 of the alliance models), with Fractions. As they
depend on the others through their number alone, equilibria and waves are found here by counting, not from the game's table.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import pytest

import detente

PRODUCERS = ("indonesia", "zimbabwe", "malaysia", "south_america", "drc", "zambia", "namibia", "guinea")
READY = {
    "indonesia": ("0.4", "0.25", "0.55"), "zimbabwe": ("0.25", "0.10", "0.40"), "malaysia": ("0.4", "0.25", "0.55"),
    "south_america": ("0.35", "0.20", "0.50"), "drc": ("0.15", "0.02", "0.30"), "zambia": ("0.2", "0.05", "0.35"),
    "namibia": ("0.2", "0.05", "0.35"), "guinea": ("0.15", "0.02", "0.30"),
}  # fmt: skip
SHARE = dict(zip(PRODUCERS, map(F, ("0.37", "0.08", "0.05", "0.35", "0.55", "0.05", "0.03", "0.25"))))
SPECIFICATION = {
    "margin": ("2", "1.2", "4"), "ready_scale": ("1", "0.5", "1.5"), "pull": ("0.3", "0", "1"), "power": ("0.5", "0", "1"),
    "windfall": ("0.3", "0", "0.8"), "ret": ("0.2", "0.05", "0.5"), "support": ("0.05", "0", "0.15"), "cn_inv": ("0.1", "0", "0.3"),
} | {f"ready_{name}": row for name, row in READY.items()}  # fmt: skip
POINTS = {
    "baseline": {},
    "strong_pull": {"margin": "3", "pull": "0.5"},
    "cascade": {"margin": "2.45", "pull": "0.6", "windfall": "0"},
    "two_equilibria": {"pull": "0.8", "windfall": "0.1"},
    "windfall_world": {"pull": "0", "windfall": "0.8", "margin": "2.6", "ready_scale": "1.2"},
    "capital_poor": {"ready_scale": "0.5"},
}


def values(point="baseline", **changes):
    return {k: F(row[0]) for k, row in SPECIFICATION.items()} | {k: F(v) for k, v in {**POINTS[point], **changes}.items()}


def random_points(count, seed):
    generator = random.Random(seed)
    for _ in range(count):
        yield {k: F(low) + (F(high) - F(low)) * F(generator.randrange(98), 97) for k, (_, low, high) in SPECIFICATION.items()}


def payoff(p, name, bans, others):
    """What a producer gets when ``others`` of the seven others ban."""
    o = F(others, 7)
    if not bans:
        return 1 + p["windfall"] * o
    own = p["margin"] * (p["ready_scale"] * p[f"ready_{name}"] + p["pull"] * o)
    return own + p["power"] * SHARE[name] - p["ret"] * (1 - o) + p["support"] + p["cn_inv"]


def gain(p, name, others):
    return payoff(p, name, True, others) - payoff(p, name, False, others)


def equilibria(p):
    """All pure equilibria: the number of bans decides who wants to ban, so each number is tried (and each set if indifferent)."""
    gains = {name: [gain(p, name, k) for k in range(8)] for name in PRODUCERS}
    found = []
    for banned in itertools.chain.from_iterable(itertools.combinations(PRODUCERS, k) for k in range(9)):
        k = len(banned)
        if all(gains[n][k - 1] >= 0 if n in banned else gains[n][k] <= 0 for n in PRODUCERS):
            found.append(frozenset(banned))
    return set(found)


def waves(p):
    """Iterated best reply from no ban, an indifferent producer staying free."""
    banned, rounds = frozenset(), []
    while True:
        following = frozenset(n for n in PRODUCERS if gain(p, n, len(banned - {n})) > 0)
        if following == banned:
            return banned, rounds
        rounds.append(tuple(n for n in PRODUCERS if (n in following) != (n in banned)))
        banned = following


def bans(game, profile):
    return frozenset(name for name, own in zip(PRODUCERS, profile) if own in (1, "ban"))


@pytest.fixture(scope="module")
def game(this_study):
    return this_study.game("export_ban_cascade")


def test_the_parameters_stand_in_their_order_with_readiness_behind_them(game):
    box = game.symbolic.parameters
    moving = [name for name in box if not name.startswith("mshare_")]
    assert moving == list(SPECIFICATION)
    for name, row in SPECIFICATION.items():
        assert (box[name].value, box[name].low, box[name].high) == tuple(map(F, row)), name
    for name, share in SHARE.items():
        assert (box[f"mshare_{name}"].low, box[f"mshare_{name}"].high) == (share, share)


def test_all_256_profiles_pay_what_the_terms_say(game):
    for p in (values(), *random_points(2, 1)):
        numeric = game.symbolic.at(p)
        for profile in numeric.profiles():
            for i, name in enumerate(PRODUCERS):
                assert numeric.payoff(i, profile) == payoff(p, name, profile[i] == 1, sum(profile) - profile[i])


@pytest.mark.parametrize("point", POINTS)
def test_pure_equilibria_and_waves_at_the_named_points_by_counting(game, point):
    p, numeric = values(point), game.at(point)
    found = {bans(game, [k.index(1) for k in each.mixed]) for each in detente.pure_equilibria(numeric).equilibria}
    assert found == equilibria(p)
    last, rounds = waves(p)
    up = detente.iterated_best_reply(numeric, "lowest")
    assert (bans(game, up.last), list(up.waves())) == (last, rounds)
    if detente.increasing_differences(numeric):
        least, greatest = map(lambda profile: bans(game, profile), detente.least_and_greatest(numeric))
        assert all(least <= each <= greatest for each in equilibria(p))
        assert {least, greatest} <= equilibria(p)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("baseline", {frozenset()}),
        ("two_equilibria", {frozenset(), frozenset(PRODUCERS)}),
        ("cascade", {frozenset(PRODUCERS)}),
        ("windfall_world", {frozenset({"indonesia", "malaysia", "south_america"})}),
    ],
)
def test_equilibria_counted_by_hand(point, expected):
    assert equilibria(values(point)) == expected


def test_bans_are_complements_exactly_where_margin_times_pull_plus_retaliation_outweighs_the_windfall(game):
    from detente.formula import symbol
    from detente.solve.parametric.preferences import Preferences

    found = Preferences(game.symbolic).complements()
    assert found.status == "conditional"
    m, k, z, w = map(symbol, ("margin", "pull", "ret", "windfall"))
    (comparison,) = found.left
    assert (comparison.expression / (m * k + z - w)).simplify().is_positive
    for p in random_points(40, 2):
        wanted = p["margin"] * p["pull"] + p["ret"] >= p["windfall"]
        assert detente.increasing_differences(game.symbolic.at(p)) == wanted
        steps = {gain(p, name, k + 1) - gain(p, name, k) for name in PRODUCERS for k in range(7)}
        assert steps == {(p["margin"] * p["pull"] + p["ret"] - p["windfall"]) / 7}


def test_equilibria_and_waves_agree_all_over_the_box(game):
    for p in random_points(12, 3):
        numeric = game.symbolic.at(p)
        assert {bans(game, [k.index(1) for k in each.mixed]) for each in detente.pure_equilibria(numeric).equilibria} == equilibria(p)
        if detente.increasing_differences(numeric):
            last, rounds = waves(p)
            up = detente.iterated_best_reply(numeric)
            assert (bans(game, up.last), list(up.waves())) == (last, rounds)


REPORTED = frozenset({"indonesia", "zimbabwe", "malaysia"})


@pytest.mark.parametrize("banned", [REPORTED, REPORTED | {"south_america"}])
def test_the_reported_bans_are_an_equilibrium_exactly_where_no_producer_gains(game, banned):
    from detente.solve.parametric.preferences import Preferences

    profile = tuple(int(name in banned) for name in PRODUCERS)
    found = Preferences(game.symbolic).equilibrium(profile)
    assert found.status == "conditional"
    assert banned in equilibria(found.held)  # it is one somewhere in the box, by counting
    assert banned not in equilibria(found.failed)
    for p in random_points(60, 4):
        assert all(each.holds_at(game.symbolic, game.symbolic.point(p)) for each in found.left) == (banned in equilibria(p))


def test_critical_margin_and_pull_solve_linear_equations(game):
    """Question 6: Indonesia alone, margin*0.4 + 0.5*0.37 - 0.2 + 0.05 + 0.1 = 1; Malaysia behind Indonesia, one other of seven."""
    p = values()
    margin = (1 + p["ret"] - p["support"] - p["cn_inv"] - p["power"] * SHARE["indonesia"]) / p["ready_indonesia"]
    (found,) = game.thresholds("margin", "alone_indonesia")
    assert F(str(found.at)) == margin == F(173, 80)
    rest = gain(p | {"pull": F(0)}, "malaysia", 1)
    (found,) = game.thresholds("pull", "malaysia_follows")
    assert F(str(found.at)) == -rest / (p["margin"] / 7) == F(67, 80)


def test_support_and_investment_push_every_ban_the_same_way(game):
    p = values()
    for name in PRODUCERS:
        for along in ("support", "cn_inv"):
            assert gain(p | {along: p[along] + 1}, name, 3) - gain(p, name, 3) == 1
    answer = str(game.question(7))
    assert answer.count("always positive") == 7  # support, cn_inv and margin of both, pull of Malaysia's


def test_thresholds_of_producers_are_the_least_counts_at_which_the_gain_is_positive(game):
    table = next(each for each in game.question(2).tables if each.title.startswith("thresholds"))
    for row in table.rows:
        for point, cell in zip(table.columns[1:], row[1:]):
            wants = [gain(values(point), row[0], k) > 0 for k in range(8)]
            if not any(wants):
                assert cell == "never"
            elif all(wants[wants.index(True) :]):
                assert cell == str(wants.index(True))
            else:
                assert cell == "at " + ", ".join(str(k) for k, want in enumerate(wants) if want)


def test_every_question_is_answered(game):
    for number in (1, 3, 4, 5, 6, 8):
        assert game.question(number).tables
    assert "margin*pull + ret >= windfall" in str(game.question(1)).replace("\n", " ")
