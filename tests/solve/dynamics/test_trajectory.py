"""Paths of replicator and logit dynamics: known solutions, constants of motion, honesty about not converging."""

import math
from fractions import Fraction as F

import numpy as np
import pytest

from detente.errors import NotConverged, UsageError
from detente.games import classic
from detente.games.normal import NormalFormGame
from detente.solve.dynamics.populations import populations
from detente.solve.dynamics.trajectory import trajectory
from detente.solve.quantal import quantal_response


def symmetric(rows, labels=None):
    return NormalFormGame([rows, [list(column) for column in zip(*rows, strict=True)]], strategies=labels and [labels] * 2)


HAWKS = symmetric([[-1, 2], [0, 1]], ["hawk", "dove"])
WHEEL = {"zero-sum": 1, "good": 2, "bad": F(1, 2)}


def wheel(win):
    return symmetric([[0, -1, win], [win, 0, -1], [-1, win, 0]], ["rock", "paper", "scissors"])


def test_hawks_and_doves_settle_at_the_mixture_of_value_over_cost():
    # V = 2, C = 4: half hawks (Maynard Smith and Price 1973)
    for start in ("1/100", "99/100"):
        path = trajectory(HAWKS, start)
        assert path.limit[0] == pytest.approx((0.5, 0.5), abs=1e-6)
        assert "equilibrium" in path.explain()[0]


def test_dominated_strategies_follow_the_logistic_curve():
    # payoff difference c constant: x(t) = x0 / (x0 + (1 - x0) e^(-ct)), by separation of variables
    game = symmetric([[2, 2], [1, 1]])
    path = trajectory(game, "1/5", time=7)
    expected = 0.2 / (0.2 + 0.8 * np.exp(-path.times))
    assert np.abs(path.states[0][:, 0] - expected).max() < 1e-8


def test_the_product_of_shares_is_constant_in_zero_sum_rock_paper_scissors():
    path = trajectory(wheel(1), ["1/2", "1/4", "1/4"], time=200)
    product = path.states[0].prod(axis=1)
    assert np.abs(product - product[0]).max() < 1e-7
    assert not path.converged
    assert "did not come to rest" in path.explain()[0]
    with pytest.raises(NotConverged):
        path.limit


def test_good_rock_paper_scissors_spirals_in_and_bad_ones_never_settle():
    assert trajectory(wheel(2), ["1/2", "1/4", "1/4"]).limit[0] == pytest.approx([1 / 3] * 3, abs=1e-6)
    bad = trajectory(wheel(F(1, 2)), ["1/2", "1/4", "1/4"])
    assert not bad.converged
    assert bad.states[0].min() < 1e-20  # lingers near corners, where slow motion is no rest
    assert np.isfinite(bad.states[0]).all()


def test_matching_pennies_keeps_its_constant_of_motion_in_two_populations():
    path = trajectory(classic.game("matching_pennies"), ["1/3", "1/3"], time=100)
    x, y = path.states[0][:, 0], path.states[1][:, 0]
    level = x * (1 - x) * y * (1 - y)
    assert np.abs(level - level[0]).max() < 1e-8
    assert not path.converged


def test_absent_strategies_stay_absent_and_the_result_says_it_is_no_equilibrium():
    path = trajectory(classic.game("prisoners_dilemma"), "quiet")
    assert path.converged
    assert path.limit[0] == (1.0, 0.0)
    assert "no equilibrium" in path.explain()[0]


def test_the_logit_dynamic_rests_at_a_logit_equilibrium():
    game = classic.game("prisoners_dilemma")
    path = trajectory(game, "9/10", "logit", precision=2)
    # dominant strategy with gain 1: share of quiet 1/(1 + e^2)
    assert path.limit[0][0] == pytest.approx(1 / (1 + math.e**2), abs=1e-7)
    assert path.limit[0] == pytest.approx(quantal_response(game, 2).mixed[0], abs=1e-6)


def test_shapleys_game_does_not_converge_under_precise_logit_responses():
    path = trajectory(classic.game("shapley"), [["1/2", "1/4", "1/4"], ["1/3", "1/3", "1/3"]], "logit", precision=20, time=25)
    assert not path.converged


def test_units_of_payoff_change_the_clock_only():
    big = NormalFormGame(HAWKS.payoffs * 10**6 + 7, strategies=HAWKS.strategies)
    a, b = trajectory(HAWKS, "9/10"), trajectory(big, "9/10")
    assert a.limit[0] == pytest.approx(b.limit[0], abs=1e-7)
    assert a.times[-1] == pytest.approx(b.times[-1] * 10**6, rel=1e-3)


def test_equal_payoffs_rest_where_they_are():
    path = trajectory(symmetric([[1, 1], [1, 1]]), "1/3")
    assert path.converged
    assert path.limit[0] == pytest.approx((1 / 3, 2 / 3))


def test_results_print_and_carry_json_and_frames():
    path = trajectory(classic.game("battle_of_the_sexes"), ["1/3", "1/2"])
    assert str(path)
    assert path.to_json()["converged"] is True
    assert len(path.to_frame()) == len(path.times)


@pytest.mark.parametrize(
    ("start", "how"),
    [
        ("3/2", {}),
        (["1/2", "1/3", "1/6"], {}),
        ([0.5, 0.6], {}),
        ("eagle", {}),
        (None, {"dynamic": "imitation"}),
        (None, {"time": 0}),
        (None, {"time": math.inf}),
        (None, {"dynamic": "logit", "precision": -1}),
        (None, {"tolerance": 0}),
        (None, {"count": 3}),
    ],
)
def test_bad_input_is_refused(start, how):
    with pytest.raises(UsageError):
        trajectory(HAWKS, start, **how)


def test_one_population_needs_a_symmetric_game_of_two():
    with pytest.raises(UsageError, match="symmetric"):
        populations(classic.game("matching_pennies"), 1)
    with pytest.raises(UsageError, match="two"):
        populations(NormalFormGame(np.zeros((3, 2, 2, 2), dtype=int).tolist()))
