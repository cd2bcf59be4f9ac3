"""The hedging game of this study against an independent derivation.

Every payoff is written out here by hand from the tables of the specification (model 1 of the alliance models), with
Fractions; pure equilibria are found by trying every deviation, the mixed one by pygambit and by its indifference equations.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import pytest

import detente

US, CHINA, MEMBER = ("reward", "tolerate", "punish"), ("accommodate", "punish"), ("align", "hedge", "tilt")
PROFILES = list(itertools.product(US, CHINA, MEMBER, MEMBER))
STRATEGIES = (US, CHINA, MEMBER, MEMBER)
PLAYERS = ("us", "china", "korea", "argentina")

# name: (baseline, low, high) of the specification; west_cost_ratio is cost_ratio in the project
SPECIFICATION = {
    "cost_ratio": ("3", "2", "4"), "cost_share": ("0.1", "0.05", "0.2"), "us_promise_kept": ("0.5", "0.2", "0.8"),
    "tariff_noncomply": ("0.25", "0.1", "0.5"), "dep_kr": ("0.8", "0.6", "0.92"), "dep_ar": ("0.35", "0.15", "0.6"),
    "sub_kr": ("0.1", "0.08", "0.3"), "sub_ar": ("0.4", "0.3", "0.7"), "risk": ("0.05", "0.01", "0.15"),
    "hot": ("0.5", "0.2", "0.9"), "cut": ("0.25", "0.05", "0.6"), "club_kr": ("0.1", "0.03", "0.2"),
    "club_ar": ("0.06", "0.02", "0.15"), "theta": ("0.7", "0.4", "1"), "carrot_kr": ("0.0167", "0", "0.08"),
    "carrot_ar": ("0.0167", "0", "0.1"), "exposure_kr": ("1", "0.3", "3"), "exposure_ar": ("0.4", "0.1", "1.5"),
    "rho": ("0.4", "0.1", "0.8"), "inv_kr": ("0.01", "0", "0.05"), "inv_ar": ("0.08", "0.02", "0.15"),
    "inv_share": ("0.6", "0.3", "1"), "syn": ("0.02", "0", "0.06"), "w_kr": ("0.3", "0.1", "0.5"), "w_ar": ("0.15", "0.05", "0.3"),
    "half_us": ("0.5", "0.2", "0.8"), "us_reward_cost": ("0.01", "0.002", "0.03"), "us_cred": ("0.013", "0", "0.04"),
    "us_stick_cost": ("0.03", "0.01", "0.1"), "us_prec": ("0.02", "0", "0.1"), "admin": ("0.002", "0.0005", "0.005"),
    "v_kr": ("0.15", "0.05", "0.3"), "v_ar": ("0.08", "0.03", "0.2"), "keep": ("0.8", "0.5", "1"),
    "cn_acc_cost": ("0.01", "0.002", "0.03"), "cn_good": ("0.015", "0", "0.05"), "cn_pun_cost": ("0.03", "0.01", "0.1"),
    "cn_det": ("0.02", "0", "0.1"),
}  # fmt: skip
POINTS = {
    "baseline": {},
    "strong_stick": {"tariff_noncomply": "0.5", "rho": "0.6", "us_prec": "0.06"},
    "low_risk_generous": {
        "risk": "0.01", "us_promise_kept": "0.8", "carrot_kr": "0.08", "carrot_ar": "0.1", "club_kr": "0.2", "club_ar": "0.15",
        "us_cred": "0.03", "theta": "0.5",
    },
    "china_hard": {"cn_good": "0", "cn_det": "0.06"},
}  # fmt: skip


def values(point="baseline", **changes):
    return {k: F(row[0]) for k, row in SPECIFICATION.items()} | {k: F(v) for k, v in {**POINTS[point], **changes}.items()}


def random_points(count, seed):
    generator = random.Random(seed)
    for _ in range(count):
        yield {k: F(low) + (F(high) - F(low)) * F(generator.randrange(98), 97) for k, (_, low, high) in SPECIFICATION.items()}


def member(p, s, own, us, china, other):
    """The table of terms of Korea (s = kr) or Argentina (s = ar)."""
    dep, sub, club = p[f"dep_{s}"], p[f"sub_{s}"], p["us_promise_kept"] * p[f"club_{s}"]
    tariff = p["tariff_noncomply"] * p[f"exposure_{s}"]
    total = F(1)
    if own == "align":
        total += -(1 - sub) * dep * p["risk"] - sub * dep * (p["cost_ratio"] - 1) * p["cost_share"] + club
        total += p["us_promise_kept"] * p[f"carrot_{s}"] if us == "reward" else 0
        total -= (1 - sub) * dep * p["cut"] if china == "punish" else 0
        total += p["syn"] if other == "align" else 0
    else:
        total -= dep * p["risk"]
        if china == "accommodate":
            total += dep * p["risk"] * p["hot"] + (1 if own == "tilt" else p["inv_share"]) * p[f"inv_{s}"]
        total += p["theta"] * club if own == "hedge" else 0
        total -= (tariff if own == "tilt" else p["rho"] * tariff) if us == "punish" else 0
    return total


def payoffs(p, profile):
    us, china, korea, argentina = profile
    members = ((korea, p["w_kr"], p["v_kr"]), (argentina, p["w_ar"], p["v_ar"]))
    mine = -p["admin"] if us != "tolerate" else F(0)
    theirs = F(0)
    for own, w, v in members:
        mine += w if own == "align" else p["half_us"] * w if own == "hedge" else 0
        mine += p["us_cred"] - p["us_reward_cost"] if us == "reward" and own == "align" else 0
        mine += p["us_prec"] - p["us_stick_cost"] if us == "punish" and own != "align" else 0
        theirs += v if own == "tilt" else p["keep"] * v if own == "hedge" else 0
        theirs += p["cn_good"] - p["cn_acc_cost"] if china == "accommodate" and own != "align" else 0
        theirs += p["cn_det"] - p["cn_pun_cost"] if china == "punish" and own == "align" else 0
    return mine, theirs, member(p, "kr", korea, us, china, argentina), member(p, "ar", argentina, us, china, korea)


def pure_equilibria(p):
    table = {profile: payoffs(p, profile) for profile in PROFILES}

    def stays(profile):
        return all(
            table[(*profile[:i], other, *profile[i + 1 :])][i] <= table[profile][i] for i in range(4) for other in STRATEGIES[i]
        )

    return [profile for profile in PROFILES if stays(profile)]


def found(game, p):
    numeric = game.symbolic.at(p)
    return [
        tuple(next(iter(own)) for own in each.support.values()) for each in detente.pure_equilibria(numeric).equilibria
    ]


@pytest.fixture(scope="module")
def study(this_study):
    return this_study


@pytest.fixture(scope="module")
def game(study):
    return study.game("alliance_hedging")


def test_the_parameters_and_the_box_are_those_of_the_specification(game):
    box = game.symbolic.parameters
    assert set(box) == set(SPECIFICATION)
    for name, row in SPECIFICATION.items():
        assert (box[name].value, box[name].low, box[name].high) == tuple(map(F, row)), name


@pytest.mark.parametrize("point", POINTS)
def test_all_54_payoffs_at_the_named_points_are_the_sums_of_their_terms(game, point):
    numeric = game.at(point)
    assert numeric.arithmetic == "exact"
    for profile in PROFILES:
        index = tuple(own.index(each) for own, each in zip(STRATEGIES, profile))
        assert tuple(numeric.payoff(i, index) for i in range(4)) == payoffs(values(point), profile)


def test_payoffs_and_pure_equilibria_agree_all_over_the_box(game):
    for p in random_points(25, 1):
        numeric = game.symbolic.at(p)
        for profile in PROFILES[::5]:
            index = tuple(own.index(each) for own, each in zip(STRATEGIES, profile))
            assert tuple(numeric.payoff(i, index) for i in range(4)) == payoffs(p, profile)
        assert found(game, p) == pure_equilibria(p)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("baseline", [("tolerate", "accommodate", "hedge", "tilt")]),
        ("strong_stick", []),
        ("low_risk_generous", [("reward", "accommodate", "align", "align")]),
        ("china_hard", [("tolerate", "punish", "hedge", "hedge")]),
    ],
)
def test_pure_equilibria_at_the_named_points_by_trying_every_deviation(game, point, expected):
    assert pure_equilibria(values(point)) == expected
    solved = game.equilibria(point)
    assert solved.complete
    assert [tuple(next(iter(own)) for own in each.support.values()) for each in solved.equilibria if each.pure] == expected


def test_the_mixed_equilibrium_under_the_strong_stick_solves_its_indifference_equations(game):
    """China accommodates and Korea aligns; the United States and Argentina mix, each so that the other is indifferent."""
    p = values("strong_stick")
    # Argentina: align against hedge, the US rewarding with x and punishing with 1 - x: linear in x
    gap = {
        us: payoffs(p, (us, "accommodate", "align", "align"))[3] - payoffs(p, (us, "accommodate", "align", "hedge"))[3] for us in US
    }
    x = gap["punish"] / (gap["punish"] - gap["reward"])
    # the US: reward against punish, Argentina aligning with y
    lead = {
        own: payoffs(p, ("reward", "accommodate", "align", own))[0] - payoffs(p, ("punish", "accommodate", "align", own))[0]
        for own in ("align", "hedge")
    }
    y = lead["hedge"] / (lead["hedge"] - lead["align"])
    (equilibrium,) = game.equilibria("strong_stick").equilibria
    assert equilibrium.regret == 0
    assert equilibrium.profile["us"] == {"reward": x, "tolerate": 0, "punish": 1 - x}
    assert equilibrium.profile["argentina"] == {"align": y, "hedge": 1 - y, "tilt": 0}
    assert (x, y) == (F(1425, 2233), F(9, 11))
    assert equilibrium.profile["china"]["accommodate"] == equilibrium.profile["korea"]["align"] == 1


def test_gambit_finds_the_same_mixed_equilibrium_in_the_hand_written_payoffs(game):
    pytest.importorskip("pygambit")
    arrays = [[[[[0] * 3 for _ in range(3)] for _ in range(2)] for _ in range(3)] for _ in PLAYERS]
    for profile in PROFILES:
        a, b, c, d = (own.index(each) for own, each in zip(STRATEGIES, profile))
        for i, value in enumerate(payoffs(values("strong_stick"), profile)):
            arrays[i][a][b][c][d] = value
    hand = detente.NormalFormGame(arrays, players=list(PLAYERS), strategies=[list(own) for own in STRATEGIES])
    answers = detente.equilibria(hand, "gambit-enumpoly").equilibria
    (mine,) = game.equilibria("strong_stick").equilibria
    assert len(answers) == 1
    for player in PLAYERS:
        assert [float(w) for w in answers[0].profile[player].values()] == pytest.approx(
            [float(w) for w in mine.profile[player].values()], abs=1e-7
        )


def closed_forms(p):
    """Hedge less align and hedge less tilt by hand after cancellation (question 2)."""
    result = {}
    for s in ("kr", "ar"):
        dep, sub, k, club = p[f"dep_{s}"], p[f"sub_{s}"], p["us_promise_kept"], p[f"club_{s}"]
        stays = -sub * dep * p["risk"] + sub * dep * (p["cost_ratio"] - 1) * p["cost_share"] - (1 - p["theta"]) * k * club
        friendly = dep * p["risk"] * p["hot"] + p["inv_share"] * p[f"inv_{s}"]
        stick = p["tariff_noncomply"] * p[f"exposure_{s}"]
        for us, china, other in itertools.product(US, CHINA, ("align", "hedge")):
            align = stays + (friendly if china == "accommodate" else (1 - sub) * dep * p["cut"])
            align -= k * p[f"carrot_{s}"] if us == "reward" else 0
            align -= p["rho"] * stick if us == "punish" else 0
            align -= p["syn"] if other == "align" else 0
            tilt = p["theta"] * k * club - ((1 - p["inv_share"]) * p[f"inv_{s}"] if china == "accommodate" else 0)
            tilt += (1 - p["rho"]) * stick if us == "punish" else 0
            result[s, us, china, other] = (align, tilt)
    return result


def test_the_gains_from_hedging_are_the_closed_forms_worked_out_by_hand():
    for p in random_points(20, 2):
        for (s, us, china, other), (align, tilt) in closed_forms(p).items():
            own = {each: member(p, s, each, us, china, other) for each in MEMBER}
            assert (own["hedge"] - own["align"], own["hedge"] - own["tilt"]) == (align, tilt)


@pytest.mark.parametrize(("name", "player"), [("kr", 2), ("ar", 3)])
def test_hedging_is_dominant_exactly_where_all_closed_forms_are_positive(game, name, player):
    from detente.solve.parametric.preferences import Preferences

    found = Preferences(game.symbolic).dominant(player, 1)
    assert found.status == "conditional"
    held = 0
    for p in [found.held, found.failed, *random_points(150, 3)]:
        hand = all(min(pair) > 0 for (s, *_), pair in closed_forms(p).items() if s == name)
        by_condition = all(each.holds_at(game.symbolic, p) for each in found.left)
        assert by_condition == hand
        held += hand
        gains = {game.symbolic.evaluate(gain.expression, p) for gain in found.gains}
        assert gains == {each for (s, *_), pair in closed_forms(p).items() if s == name for each in pair}
    assert held


def test_mutual_hedging_is_an_equilibrium_exactly_where_no_deviation_gains(game):
    region = next(
        each for each in game.atlas().regions if each.label == "tolerate,accommodate,hedge,hedge"
    )
    assert region.status == "conditional"
    seen = set()
    for p in random_points(200, 4):
        expected = ("tolerate", "accommodate", "hedge", "hedge") in pure_equilibria(p)
        assert region.holds_at(p) == expected
        seen.add(expected)
    assert region.held is not None
    assert ("tolerate", "accommodate", "hedge", "hedge") in pure_equilibria(region.held)
    assert False in seen


@pytest.mark.parametrize(("name", "s"), [("kr_hedge_align_pun", "kr"), ("ar_hedge_align_pun", "ar")])
def test_the_tariff_that_breaks_a_hedge_solves_a_linear_equation(game, name, s):
    """Question 3, China accommodating and the other hedging: rho*tariff*exposure = what hedging gains without a stick."""
    p = values()
    slack = closed_forms(p | {"tariff_noncomply": F(0)})[s, "punish", "accommodate", "hedge"][0]
    tariff = slack / (p["rho"] * p[f"exposure_{s}"])
    thresholds = game.thresholds("tariff_noncomply", name)
    every = (*thresholds.inside, *thresholds.outside)
    assert [F(str(each.at)) for each in every] == [tariff]
    assert bool(thresholds.inside) == (F("0.1") <= tariff <= F("0.5"))


@pytest.mark.parametrize(
    ("variant", "players", "fixed"),
    [
        ("korea_us", ("us", "korea"), {"china": "accommodate", "argentina": "hedge"}),
        ("argentina_us", ("us", "argentina"), {"china": "accommodate", "korea": "hedge"}),
        ("korea_china", ("china", "korea"), {"us": "tolerate", "argentina": "hedge"}),
        ("argentina_china", ("china", "argentina"), {"us": "tolerate", "korea": "hedge"}),
        ("korea_argentina_acc_tol", ("korea", "argentina"), {"china": "accommodate", "us": "tolerate"}),
        ("korea_argentina_acc_pun", ("korea", "argentina"), {"china": "accommodate", "us": "punish"}),
        ("us_china", ("us", "china"), {"korea": "hedge", "argentina": "hedge"}),
    ],
)
def test_a_slice_is_the_game_with_the_others_fixed(study, variant, players, fixed):
    own = study.game(f"alliance_hedging:{variant}")
    assert own.model.players == players
    for p in (values(), *random_points(3, 5)):
        numeric = own.symbolic.at(p)
        cells = {}
        for pair in itertools.product(*(STRATEGIES[PLAYERS.index(name)] for name in players)):
            whole = tuple({**fixed, **dict(zip(players, pair))}[name] for name in PLAYERS)
            index = tuple(STRATEGIES[PLAYERS.index(name)].index(each) for name, each in zip(players, pair))
            cells[pair] = tuple(payoffs(p, whole)[PLAYERS.index(name)] for name in players)
            assert tuple(numeric.payoff(i, index) for i in (0, 1)) == cells[pair]
        expected = [
            pair
            for pair in cells
            if all(cells[other, pair[1]][0] <= cells[pair][0] for other in STRATEGIES[PLAYERS.index(players[0])])
            and all(cells[pair[0], other][1] <= cells[pair][1] for other in STRATEGIES[PLAYERS.index(players[1])])
        ]
        solved = detente.equilibria(numeric)
        assert solved.complete
        assert sorted(tuple(next(iter(s)) for s in each.support.values()) for each in solved.equilibria if each.pure) == sorted(expected)


def test_logit_equilibria_are_fixed_points_of_the_logit_response_written_out_here(game):
    """Question 7: at each precision every strategy is played with weight exp(precision * expected payoff)."""
    from math import exp, prod

    p = values()
    table = {profile: tuple(map(float, payoffs(p, profile))) for profile in PROFILES}
    for precision in (10, 50, 200):
        response = detente.quantal_response(game.at(), precision)
        mix = [response.profile[name] for name in PLAYERS]
        for i, own in enumerate(STRATEGIES):
            pays = {
                s: sum(
                    table[profile][i] * prod(mix[j][profile[j]] for j in range(4) if j != i) for profile in PROFILES if profile[i] == s
                )
                for s in own
            }
            top = max(pays.values())
            weights = {s: exp(precision * (value - top)) for s, value in pays.items()}
            total = sum(weights.values())
            assert [mix[i][s] for s in own] == pytest.approx([weights[s] / total for s in own], abs=1e-9)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("no_dependence", [("reward", "accommodate", "align", "align")]),
        ("free_hedging", [("tolerate", "accommodate", "hedge", "tilt")]),
        ("no_faith", [("tolerate", "accommodate", "tilt", "tilt")]),
    ],
)
def test_limits_by_trying_every_deviation(game, point, expected):
    changes = {name: str(value) for name, value in game.model.definition.points[point].values.items()}
    assert pure_equilibria(values(**changes)) == expected == found(game, values(**changes))


def test_every_question_has_an_answer_in_both_languages(game):
    for question in game.model.definition.questions:
        assert set(question.text) == {"en", "zh"}
    answers = {number: str(game.question(number)) for number in (1, 3, 4, 5, 7)}
    assert "1425/2233 reward" in answers[1]
    assert "alliance_hedging:us_china" in answers[4]
    assert "31/1000" in answers[5]  # 2*us_prec = admin + 2*us_stick_cost: (0.002 + 0.06)/2
