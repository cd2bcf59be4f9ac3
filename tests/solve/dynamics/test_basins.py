"""Basins of attraction: exact cuts and lines, the closed-form boundary against paths, sampled shares against it."""

from fractions import Fraction as F

import numpy as np
import pytest

from detente.errors import UsageError
from detente.games import classic
from detente.games.normal import NormalFormGame
from detente.solve.dynamics.basins import basins
from detente.solve.dynamics.best_response_path import best_response_dynamics
from detente.solve.dynamics.trajectory import trajectory

LOPSIDED = NormalFormGame([[[5, 0], [3, 1]], [[4, 1], [0, 3]]])
CHICKEN = NormalFormGame([[[6, 2], [8, 0]], [[6, 7], [1, 0]]])


def symmetric(rows):
    return NormalFormGame([rows, [list(column) for column in zip(*rows, strict=True)]])


def test_two_strategies_are_cut_at_the_mixed_equilibrium():
    found = basins(symmetric([[4, 0], [3, 3]]))
    assert found.cuts == (F(3, 4),)
    assert {each.attractor: each.share for each in found.basins} == {((1, 0),): F(1, 4), ((0, 1),): F(3, 4)}
    mixed = basins(symmetric([[-1, 2], [0, 1]]))
    assert [(each.attractor, each.share) for each in mixed.basins] == [(((F(1, 2), F(1, 2)),), 1)]


@pytest.mark.parametrize("game", [LOPSIDED, CHICKEN])
@pytest.mark.parametrize("dynamic", ["replicator", "best-response"])
def test_paths_from_either_side_of_the_boundary_lead_where_it_says(game, dynamic):
    found = basins(game, dynamic, count=2)
    assert len(found.basins) == 2
    below = next(each.attractor for each in found.basins if each.attractor[1][0] == 0)
    above = next(each.attractor for each in found.basins if each.attractor[1][0] == 1)
    low, high = (float(found.separatrix.corners[0][0]), float(found.separatrix.corners[-1][0])) if found.separatrix.corners else (0.0, 1.0)
    for x in np.linspace(low + 0.04, high - 0.04, 7):
        y = found.separatrix.curve(float(x))
        for start, goal in ((y - 0.01, below), (y + 0.01, above)):
            if not 0 < start < 1:
                continue
            state = [[float(x), 1 - float(x)], [start, 1 - start]]
            path = trajectory(game, state, count=2) if dynamic == "replicator" else best_response_dynamics(game, state, count=2)
            assert np.allclose([[float(w) for w in own] for own in path.limit], [[float(w) for w in own] for own in goal], atol=1e-3)


def test_the_boundary_of_best_responses_is_the_polygon_drawn_by_hand():
    # saddle (1/2, 1/3); rays from (1, 0) and (0, 1) through it meet the edges at (0, 2/3) and (3/4, 0)
    found = basins(LOPSIDED, "best-response")
    assert found.separatrix.corners == ((0, F(2, 3)), (F(1, 2), F(1, 3)), (F(3, 4), 0))
    # area below: two trapezoids, (2/3 + 1/3)/2 * 1/2 + 1/3 * 1/4 / 2
    assert {each.attractor[0][0]: each.share for each in found.basins} == {0: F(1, 4) + F(1, 24), 1: F(17, 24)}


def test_the_area_under_the_boundary_agrees_with_sampled_starts():
    found = basins(LOPSIDED)
    assert found.method == "closed form"
    assert all(each.error < 1e-6 for each in found.basins)
    rng = np.random.default_rng(0)
    starts = rng.random((400, 2))
    up = np.mean([starts[k, 1] > found.separatrix.curve(float(starts[k, 0])) for k in range(400)])
    share = next(float(each.share) for each in found.basins if each.attractor[0][0] == 1)
    assert abs(up - share) < 4 * (share * (1 - share) / 400) ** 0.5
    # the constant of motion is one: equal along the boundary
    assert found.separatrix.level(0.3, found.separatrix.curve(0.3)) == pytest.approx(0, abs=1e-9)


def test_symmetric_coordination_splits_evenly_and_dominance_takes_all():
    assert [float(each.share) for each in basins(classic.game("battle_of_the_sexes")).basins] == pytest.approx([0.5, 0.5], abs=1e-8)
    assert [each.share for each in basins(classic.game("prisoners_dilemma"), count=2).basins] == [1]


def test_three_strategies_are_sampled_with_an_error_that_covers_a_second_sample():
    game = symmetric([[6, 0, 0], [5, 7, 5], [0, 5, 8]])
    one, two = (basins(game, samples=400, seed=seed) for seed in (0, 1))
    assert one.method == "sampled"
    for a, b in zip(one.basins, two.basins, strict=True):
        assert abs(a.share - b.share) < 4 * (a.error**2 + b.error**2) ** 0.5
    assert sum(each.share for each in one.basins) + one.elsewhere == pytest.approx(1)
    again = basins(game, samples=400, seed=0)
    assert [each.share for each in again.basins] == [each.share for each in one.basins]


def test_where_nothing_attracts_the_result_says_so():
    found = basins(classic.game("matching_pennies"), samples=50)
    assert found.basins == ()
    assert "No rest point" in found.explain()[0]


@pytest.mark.parametrize("how", [{"dynamic": "logit"}, {"samples": 0}, {"dynamic": "best-response"}])
def test_bad_input_is_refused(how):
    with pytest.raises(UsageError):
        basins(symmetric([[6, 0, 0], [5, 7, 5], [0, 5, 8]]), **how)


def test_results_print_and_carry_json():
    found = basins(LOPSIDED)
    assert "Boundary" in str(found)
    assert found.to_json()["separatrix"]["saddle"] == ["1/2", "1/3"]
