"""Global games and wars of attrition against numerical integration, simulation and textbook formulas."""

import random
from fractions import Fraction as F
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
import sympy
from scipy.optimize import brentq
from scipy.stats import norm

import detente
from detente.games.incomplete import AttritionGame, GlobalGame
from detente.solve.incomplete.attrition import solve_attrition
from detente.solve.incomplete.envelope import envelope, symbolic_envelopes
from detente.solve.incomplete.finite_members import finite_thresholds
from detente.solve.incomplete.global_game import solve_global


def three(excl="0.15", stick="0.2", audit="0.3", nu="0.15", load="0.4", noise="0.1", prior=None):
    cost, hit = F(excl), F(stick)
    return GlobalGame(
        {"refuse": 0, "surface": -F(nu) * cost, "comply": -cost},
        {"refuse": hit, "surface": F(audit) * hit},
        {"refuse": 1, "surface": load},
        noise,
        prior,
    )


@pytest.mark.parametrize("seed", range(30))
def test_the_envelope_is_the_best_action_at_every_probability(seed):
    generator = random.Random(seed)
    names = ["a", "b", "c", "d"][: generator.choice([2, 3, 4])]
    game = GlobalGame(
        {name: F(generator.randint(-8, 8), 4) for name in names}, {name: F(generator.randint(0, 8), 4) for name in names}, {}, 1
    )
    found = envelope(game)
    ends = [F(0), *found.cutoffs, F(1)]
    assert all(low < high for low, high in pairwise(ends))
    for k in range(101):
        q = F(k, 100)
        top = max(game.payoff(name, q) for name in names)
        for name, (low, high) in zip(found.actions, pairwise(ends), strict=True):
            assert (game.payoff(name, q) == top) >= (low <= q <= high)
        best = {name for name in names if game.payoff(name, q) == top}
        named = {name for name, (low, high) in zip(found.actions, pairwise(ends), strict=True) if low <= q <= high}
        assert named <= best
        assert all(name in found.tied or name in found.actions or any(
            (game.base[name], game.exposure[name]) == (game.base[o], game.exposure[o]) for o in found.actions) for name in best)


@pytest.mark.parametrize("noise", ["0.02", "0.1", "0.3"])
def test_members_are_indifferent_at_their_thresholds_and_the_load_meets_the_strength(noise):
    game = three(noise=noise)
    found = solve_global(game).equilibria[0]
    assert abs(found.load(found.critical) - float(found.critical)) < 1e-12
    for x, (a, b) in zip(found.signals, pairwise(found.envelope.actions), strict=True):
        # flat prior: the strength is normal around the signal
        chance = 1 - NormalDist(x, float(game.noise)).cdf(float(found.critical))
        assert float(game.payoff(a, F(chance))) == pytest.approx(float(game.payoff(b, F(chance))), abs=1e-12)


def test_the_critical_strength_of_three_actions_in_fractions():
    """By hand: cost 3/20, stick 1/5, audit 3/10, nu 3/20, load 2/5.

    refuse - surface: q = (3/20 * 3/20)/(1/5 * 7/10) = 9/56; surface - comply: q = (17/20 * 3/20)/(3/50) = 17/8 > 1: nobody complies.
    Critical: 9/56 + 2/5 * 47/56 = 139/280.
    """
    found = solve_global(three())
    assert found.envelope.actions == ("refuse", "surface")
    assert found.envelope.cutoffs == (F(9, 56),)
    assert found.equilibria[0].critical == F(139, 280)


def test_the_critical_strength_does_not_depend_on_the_noise():
    assert len({solve_global(three(noise=noise)).equilibria[0].critical for noise in ("0.01", "0.2", "3")}) == 1


@pytest.mark.parametrize(("mean", "sd"), [("0.5", "0.6"), ("0.2", "0.3"), ("0.5", "0.1"), ("0.45", "0.12"), ("0.3", "0.2")])
def test_with_a_prior_all_critical_strengths_are_found(mean, sd):
    game = three(excl="0.1", audit="0.5", noise="0.3", prior=(mean, sd))
    found = solve_global(game)
    best = envelope(game)
    a, b = 1 / float(F(sd)) ** 2, 1 / float(game.noise) ** 2
    loads = [float(game.load[name]) for name in best.actions]

    def gap(t):  # direct: thresholds from posterior beliefs, then the load at t
        total = loads[-1]
        for q, drop in zip(best.cutoffs, (h - low for h, low in pairwise(loads)), strict=True):
            signal = brentq(lambda x: 1 - norm.cdf((t - (b * x + a * float(F(mean))) / (a + b)) * (a + b) ** 0.5) - float(q), -50, 50)
            total += drop * norm.cdf((signal - t) / float(game.noise))
        return t - total

    grid = np.linspace(-0.05, 1.05, 400)
    values = [gap(t) for t in grid]
    direct = [brentq(gap, low, high) for low, high, u, v in zip(grid, grid[1:], values, values[1:], strict=False) if u * v < 0]
    assert found.complete
    assert [float(each.critical) for each in found.equilibria] == pytest.approx(direct, abs=1e-8)
    if found.unique_for_every_mean:
        assert len(direct) == 1


def test_a_sharp_prior_allows_three_equilibria():
    """Morris and Shin 2003: noise above sd^2 sqrt(2 pi) leaves room for several."""
    game = GlobalGame({"refuse": 0, "comply": "-1/2"}, {"refuse": 1}, {"refuse": 1}, "1/2", ("1/2", "1/10"))
    found = solve_global(game)
    assert len(found.equilibria) == 3
    assert not found.unique_for_every_mean
    assert found.complete
    assert abs(float(found.equilibria[1].critical) - 0.5) < 1e-9


def test_a_larger_load_at_a_higher_risk_is_refused():
    game = GlobalGame({"a": 0, "b": "-1/4"}, {"a": 1}, {"b": 1}, 1)
    with pytest.raises(detente.UsageError, match="higher load"):
        solve_global(game)


def test_formulas_of_the_cutoffs_hold_where_their_conditions_do():
    c, t, p, v, w = sympy.symbols("c t p v w")
    base = {"refuse": sympy.Integer(0), "surface": -v * c, "comply": -c}
    exposure = {"refuse": t, "surface": p * t, "comply": sympy.Integer(0)}
    load = {"refuse": sympy.Integer(1), "surface": w, "comply": sympy.Integer(0)}
    cases = list(symbolic_envelopes(base, exposure))
    generator = random.Random(0)
    seen = set()
    for _ in range(300):
        point = {each: sympy.Rational(generator.randint(1, 40), 41) for each in (c, t, p, v, w)}
        holding = [case for case in cases if all(condition.subs(point) > 0 for condition in case.conditions)]
        number = lambda value: F(str(value.subs(point)))
        game = GlobalGame(
            {name: number(each) for name, each in base.items()}, {name: number(each) for name, each in exposure.items()},
            {name: number(each) for name, each in load.items()}, 1,
        )
        found = solve_global(game)
        if not holding:  # a tie: two cases meet
            meeting = [case for case in cases if all(condition.subs(point) >= 0 for condition in case.conditions)]
            assert len(meeting) >= 2
            continue
        assert len(holding) == 1
        assert holding[0].actions == found.envelope.actions
        assert tuple(number(q) for q in holding[0].cutoffs) == found.envelope.cutoffs
        assert number(sympy.Integer(0) + holding[0].critical(load)) == found.equilibria[0].critical
        seen.add(holding[0].actions)
    assert len(seen) >= 4


def test_many_members_come_close_to_the_continuum():
    game = three(excl="0.1", audit="0.6", nu="0.2", stick="0.3")
    limit = solve_global(game).equilibria[0].signals
    gaps = []
    for n in (12, 24, 48):
        found = finite_thresholds(game, n)
        assert len(found.signals) == 2
        gaps.append(max(abs(x - y) for x, y in zip(found.signals, limit, strict=True)))
    assert gaps[2] < gaps[0]
    assert gaps[2] < 0.03
    with pytest.raises(detente.NotConverged, match="cross"):
        finite_thresholds(game, 4)


def test_the_chance_of_punishment_agrees_with_simulation():
    from detente.solve.incomplete.finite_members import _Chance

    game = three(excl="0.1", audit="0.6", nu="0.2", stick="0.3")
    names = envelope(game).actions
    signals = np.array([0.4, 0.55])
    generator = np.random.default_rng(0)
    x, n, own = 0.5, 20, 1
    strength = x + 0.1 * generator.standard_normal(200_000)
    others = strength[:, None] + 0.1 * generator.standard_normal((200_000, n - 1))
    refuse, surface = (others < 0.4).sum(axis=1), ((others >= 0.4) & (others < 0.55)).sum(axis=1)
    share = np.mean(strength * n >= refuse + 0.4 * surface + 0.4)
    assert _Chance(game, names, n, signals)(x, signals, own) == pytest.approx(share, abs=0.005)


def test_each_side_gives_way_at_the_rate_that_keeps_the_other_indifferent():
    game = AttritionGame({"member": "1/5", "us": "3/5"}, {"member": "1/2", "us": 1}, "180/365")
    found = solve_attrition(game)
    # by hand: the US concedes at 0.2/0.5, the member at 0.6/1
    assert found.rates == {"member": F(3, 5), "us": F(2, 5)}
    assert found.give_way == {"member": F(3, 5), "us": F(2, 5)}
    assert found.undecided(1) == pytest.approx(np.exp(-1))
    # holding out for a further t pays a player rate_of_other * prize - cost = 0 at every moment
    for name, other in (("member", "us"), ("us", "member")):
        assert found.rates[other] * game.prize[name] - game.cost[name] == 0


def test_who_has_nothing_to_win_or_nothing_to_pay_decides_the_war_at_once():
    found = solve_attrition(AttritionGame({"a": 1, "b": 1}, {"a": 0, "b": 2}))
    assert found.mass_at_zero == {"a": 1, "b": 0}
    assert found.undecided(0) == 0
    found = solve_attrition(AttritionGame({"a": 0, "b": 1}, {"a": 1, "b": 2}))
    assert found.give_way == {"b": 1, "a": 0}
    assert "nothing" in found.reason
    assert solve_attrition(AttritionGame({"a": 0, "b": 0}, {"a": 1, "b": 2})).undecided(100) == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: GlobalGame({"a": 0}, {}, {}, 1), "at least two"),
        (lambda: GlobalGame({"a": 0, "b": 0}, {"c": 1}, {}, 1), "unknown action"),
        (lambda: GlobalGame({"a": 0, "b": 0}, {"a": -1}, {}, 1), "at least 0"),
        (lambda: GlobalGame({"a": 0, "b": 0}, {}, {}, 0), "more than 0"),
        (lambda: GlobalGame({"a": 0, "b": 0}, {}, {}, 1, (0, 0)), "positive standard deviation"),
        (lambda: AttritionGame({"a": 1}, {"a": 1}), "same two players"),
        (lambda: AttritionGame({"a": -1, "b": 1}, {"a": 1, "b": 1}), "at least 0"),
        (lambda: AttritionGame({"a": 1, "b": 1}, {"a": 1, "b": 1}, 0), "deadline"),
        (lambda: finite_thresholds(three(prior=(0, 1)), 10), "flat prior"),
        (lambda: finite_thresholds(three(), 1), "2 to 200"),
    ],
)
def test_what_makes_no_game_is_refused_with_the_reason(make, words):
    with pytest.raises(detente.UsageError, match=words):
        make()
