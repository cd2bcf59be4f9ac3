"""The exact best-response dynamic: hand-drawn paths, Shapley's polygon, numeric integration, sliding."""

import math
from fractions import Fraction as F

import numpy as np
import pytest

from detente.errors import NotConverged, UsageError
from detente.games import classic
from detente.games.normal import NormalFormGame
from detente.solve.best_response import regret
from detente.solve.dynamics.best_response_path import best_response_dynamics
from detente.solve.dynamics.restricted_equilibria import restricted_equilibria


def symmetric(rows):
    return NormalFormGame([rows, [list(column) for column in zip(*rows, strict=True)]])


def test_coordination_heads_straight_for_the_better_side():
    path = best_response_dynamics(classic.game("stag_hunt"), "2/3")
    assert (path.outcome, path.limit) == ("tends", ((1, 0),))
    assert len(path.corners) == 1


def test_hawks_and_doves_reach_the_mixture_in_finite_time():
    path = best_response_dynamics(symmetric([[-1, 2], [0, 1]]), "9/10")
    assert path.outcome == "rests"
    assert path.limit == ((F(1, 2), F(1, 2)),)
    # straight towards doves from 9/10: (1/2)/(9/10) of the way is left, time log(9/5)
    assert path.times[-1] == pytest.approx(math.log(9 / 5))


def test_corners_of_rock_paper_scissors_are_those_drawn_by_hand():
    # from (1/2, 1/4, 1/4) towards paper until scissors are as good: (1/3, 1/2, 1/6), then towards scissors ..
    path = best_response_dynamics(symmetric([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]), ["1/2", "1/4", "1/4"], turns=5)
    assert path.corners[1:4] == (
        ((F(1, 3), F(1, 2), F(1, 6)),),
        ((F(2, 9), F(1, 3), F(4, 9)),),
        ((F(5, 12), F(1, 4), F(1, 3)),),
    )


def test_zero_sum_play_closes_in_at_the_rate_that_theory_gives():
    # both sides' gains together fall as exp(-t) (Harris 1998)
    game = classic.game("matching_pennies")
    path = best_response_dynamics(game, ["1/3", "1/4"], turns=60)
    assert path.converged
    assert path.zero_sum
    def total(state):
        (x, _), (y, _) = state
        return abs(2 * x - 1) + abs(2 * y - 1)
    for corner, time in zip(path.corners, path.times, strict=True):
        assert float(total(corner)) == pytest.approx(float(total(path.corners[0])) * math.exp(-time), rel=1e-12)
    with pytest.raises(NotConverged):  # converging is known; where to, not yet to the tolerance
        path.limit


def test_bad_rock_paper_scissors_ends_on_a_triangle():
    # Gaunersdorfer and Hofbauer (1995): payoffs (0, -2, 1): corners (4/7, 1/7, 2/7) and its turns
    path = best_response_dynamics(symmetric([[0, -2, 1], [1, 0, -2], [-2, 1, 0]]), ["1/2", "1/4", "1/4"])
    assert (path.outcome, path.period) == ("cycles", 3)
    assert sorted(path.corners[-1][0]) == pytest.approx([1 / 7, 2 / 7, 4 / 7], abs=1e-8)
    assert not path.converged
    with pytest.raises(NotConverged, match="cycle"):
        path.limit


def test_good_rock_paper_scissors_closes_in():
    path = best_response_dynamics(symmetric([[0, -1, 2], [2, 0, -1], [-1, 2, 0]]), ["1/2", "1/4", "1/4"])
    assert path.outcome == "closes in"
    assert [float(w) for w in path.limit[0]] == pytest.approx([1 / 3] * 3, abs=1e-6)


def test_shapleys_game_settles_on_his_cycle_and_says_that_it_does_not_converge():
    path = best_response_dynamics(classic.game("shapley"), [["1/2", "1/4", "1/4"], ["1/3", "1/2", "1/6"]])
    assert (path.outcome, path.period) == ("cycles", 6)
    assert "does not converge" in path.explain()[0]


def test_indifference_may_be_followed_by_sliding():
    # each of three strategies is best where it is rare: from (1/2, 3/8, 1/8) towards 3, then along the line where 2
    # and 3 tie towards their mixture, until all three tie
    path = best_response_dynamics(symmetric([[0, 2, 2], [2, 0, 2], [2, 2, 0]]), ["1/2", "3/8", "1/8"])
    assert path.corners[1] == ((F(2, 5), F(3, 10), F(3, 10)),)
    assert path.targets[1] == ((0, F(1, 2), F(1, 2)),)
    assert (path.outcome, path.limit) == ("rests", ((F(1, 3),) * 3,))


def test_at_an_equilibrium_play_rests_although_it_could_leave():
    path = best_response_dynamics(symmetric([[1, 0], [0, 1]]), "1/2")
    assert (path.outcome, path.limit) == ("rests", ((F(1, 2), F(1, 2)),))


def test_several_continuations_are_reported():
    # two populations: at y = 1/2 the first is indifferent and the second moves away from 1/2 or not as it chooses
    game = NormalFormGame([[[1, 0], [0, 1]], [[1, 0], [0, 1]]])
    path = best_response_dynamics(game, ["3/4", "1/2"], count=2)
    assert path.converged
    assert not path.unique or path.outcome == "tends"


@pytest.mark.parametrize("seed", range(6))
def test_paths_agree_with_small_steps_towards_best_responses(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(-5, 6, (2, 3, 3))
    game = NormalFormGame([a.tolist(), b.tolist()])
    start = [[F(int(w), 12) for w in (5, 4, 3)], [F(int(w), 12) for w in (3, 2, 7)]]
    path = best_response_dynamics(game, start, count=2, turns=40)
    x, y = (np.array([float(w) for w in own]) for own in start)
    step, time, k = 2e-4, 0.0, 1
    while k < min(len(path.times), 5):
        if time >= path.times[k]:
            corner = [np.array([float(w) for w in own]) for own in path.corners[k]]
            assert np.abs(x - corner[0]).max() < 5e-3
            assert np.abs(y - corner[1]).max() < 5e-3
            k += 1
        br_x, br_y = np.eye(3)[np.argmax(a @ y)], np.eye(3)[np.argmax(b.T @ x)]
        x, y = x + step * (br_x - x), y + step * (br_y - y)
        time += step
    if path.outcome in {"rests", "tends"}:
        assert regret(game, path.limit) == 0


def test_restricted_equilibria_cover_every_support():
    found = restricted_equilibria([[[F(2), F(0)], [F(0), F(1)]]])
    assert found == [((1, 0),), ((0, 1),), ((F(1, 3), F(2, 3)),)]


@pytest.mark.parametrize("how", [{"turns": 0}, {"turns": True}, {"count": 1}])
def test_bad_input_is_refused(how):
    with pytest.raises(UsageError):
        best_response_dynamics(classic.game("matching_pennies"), **how)


def test_results_print_and_carry_json():
    path = best_response_dynamics(classic.game("shapley"))
    assert str(path)
    assert path.to_json()["outcome"] == path.outcome
