"""Correlated equilibria: textbook values, laws, and the polytope against the Nash equilibria inside it."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import BudgetExceeded, UsageError
from detente.games.normal import NormalFormGame
from detente.solve.correlated import correlated_equilibrium, incentive_gains
from detente.solve.correlated_polytope import correlated_vertices
from detente.solve.equilibria import equilibria
from detente.solve.two_players.zero_sum import zero_sum

CHICKEN = NormalFormGame([[[6, 2], [7, 0]], [[6, 7], [2, 0]]], strategies=[["swerve", "straight"]] * 2)
PENNIES = NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
THREE = NormalFormGame(np.random.default_rng(7).integers(0, 9, size=(3, 2, 2, 2)))

tables = st.lists(st.integers(-4, 4), min_size=12, max_size=12)


def game_2x3(numbers):
    return NormalFormGame(np.array(numbers).reshape(2, 2, 3))


def test_aumanns_chicken_has_welfare_ten_and_a_half():
    # Aumann (1974), example 2.8: the best symmetric correlated equilibrium pays 5 1/4 each.
    best = correlated_equilibrium(CHICKEN)
    assert best.value == Fraction(21, 2)
    assert best.payoffs == {"1": Fraction(21, 4), "2": Fraction(21, 4)}
    assert best.weights == {(0, 0): Fraction(1, 2), (0, 1): Fraction(1, 4), (1, 0): Fraction(1, 4)}
    assert best.regret == 0


def test_a_two_by_two_game_with_two_strict_equilibria_has_five_extreme_points():
    # Calvo-Armengol (2006), "The set of correlated equilibria of 2x2 games".
    polytope = correlated_vertices(CHICKEN)
    assert len(polytope.vertices) == 5
    assert polytope.complete


def test_matching_pennies_has_one_correlated_equilibrium():
    polytope = correlated_vertices(PENNIES)
    assert [list(each.weights.values()) for each in polytope.vertices] == [[Fraction(1, 4)] * 4]
    assert "only Nash equilibrium" in polytope.explain()[0]


def test_a_coarse_equilibrium_may_do_better_than_the_only_correlated_one():
    # Moulin and Vial (1978): the only correlated equilibrium pays (3, 3); mixing the diagonal pays both 10/3.
    cells = [[(3, 3), (1, 1), (4, 1)], [(1, 4), (5, 2), (0, 0)], [(1, 1), (0, 0), (2, 5)]]
    g = NormalFormGame([[[pair[k] for pair in row] for row in cells] for k in (0, 1)])
    assert [each.weights for each in correlated_vertices(g).vertices] == [{(0, 0): 1}]
    diagonal = {(k, k): Fraction(1, 3) for k in range(3)}
    assert max(incentive_gains(g, diagonal, coarse=True).values()) <= 0
    assert max(incentive_gains(g, diagonal).values()) > 0
    assert correlated_equilibrium(g).value == 6 < correlated_equilibrium(g, coarse=True).value


@settings(deadline=None, max_examples=25, derandomize=True)
@given(tables)
def test_every_extreme_nash_equilibrium_is_an_extreme_correlated_one(numbers):
    # Evangelista and Raghavan (1996), "A note on correlated equilibrium", for two-player games.
    g = game_2x3(numbers)
    vertices = {
        tuple(each.weights.get(s, 0) for s in g.profiles()) for each in correlated_vertices(g).vertices
    }
    for each in equilibria(g).equilibria:
        x, y = each.mixed
        assert tuple(a * b for a, b in product(x, y)) in vertices


@settings(deadline=None, max_examples=25, derandomize=True)
@given(tables, st.booleans())
def test_the_optimum_is_the_best_extreme_point(numbers, coarse):
    g = game_2x3(numbers)
    best = correlated_equilibrium(g, "2", coarse=coarse)
    points = correlated_vertices(g, coarse).vertices
    assert best.value == max(each.payoffs["2"] for each in points)
    assert all(max(incentive_gains(g, each.weights, coarse).values()) <= 0 for each in points)


@settings(deadline=None, max_examples=20, derandomize=True)
@given(tables, st.integers(1, 5), st.integers(-5, 5))
def test_the_polytope_ignores_the_unit_of_payoffs(numbers, scale, shift):
    g = game_2x3(numbers)
    payoffs = g.payoffs.copy()
    payoffs[0] = payoffs[0] * scale + shift
    other = correlated_vertices(NormalFormGame(payoffs))
    assert [each.weights for each in other.vertices] == [
        each.weights for each in correlated_vertices(g).vertices
    ]


@settings(deadline=None, max_examples=20, derandomize=True)
@given(st.lists(st.integers(-5, 5), min_size=9, max_size=9))
def test_in_zero_sum_games_correlation_cannot_change_the_value(numbers):
    a = np.array(numbers).reshape(3, 3)
    g = NormalFormGame(np.array([a, -a]))
    assert (
        correlated_equilibrium(g, 0).value
        == correlated_equilibrium(g, {"1": -1}).value * -1
        == zero_sum(g).value
    )


def test_three_players_and_weights_work_and_bounds_nest():
    fine, coarse = (
        correlated_equilibrium(THREE, [1, "1/2", 2]),
        correlated_equilibrium(THREE, [1, "1/2", 2], coarse=True),
    )
    ceiling = max(
        THREE.payoffs[0][s] + THREE.payoffs[1][s] / 2 + 2 * THREE.payoffs[2][s] for s in THREE.profiles()
    )
    assert fine.value <= coarse.value <= ceiling
    assert max(incentive_gains(THREE, fine.weights).values()) <= 0
    assert fine.value == fine.payoffs["1"] + fine.payoffs["2"] / 2 + 2 * fine.payoffs["3"]


def test_the_certificate_sees_a_distribution_that_is_no_equilibrium():
    gains = incentive_gains(CHICKEN, {(1, 1): Fraction(1)})
    assert gains["1", "straight", "swerve"] == 2


def test_float_games_give_floats():
    best = correlated_equilibrium(NormalFormGame(CHICKEN.floats))
    assert isinstance(best.value, float)
    assert best.value == pytest.approx(10.5)
    assert best.regret <= 1e-9


def test_large_games_are_still_exact():
    g = NormalFormGame(np.random.default_rng(1).integers(0, 50, size=(2, 8, 8)))
    best = correlated_equilibrium(g, coarse=False)
    assert isinstance(best.value, Fraction)
    assert sum(best.weights.values()) == 1


def test_a_spent_budget_leaves_true_extreme_points():
    g = NormalFormGame(np.random.default_rng(2).integers(0, 9, size=(2, 3, 3)))
    with pytest.raises(BudgetExceeded) as caught:
        correlated_vertices(g, budget=0)
    assert not caught.value.partial.complete


def test_wrong_arguments_are_refused():
    with pytest.raises(UsageError, match="unknown player"):
        correlated_equilibrium(CHICKEN, "3")
    with pytest.raises(UsageError, match="one per player"):
        correlated_equilibrium(CHICKEN, [1])
    with pytest.raises(UsageError, match="at most 24"):
        correlated_vertices(NormalFormGame(np.zeros((2, 5, 5), dtype=int)))


def test_results_explain_themselves():
    best = correlated_equilibrium(CHICKEN)
    assert "swerve" in best.explain()[0]
    assert best.to_json()["distribution"][0] == {
        "profile": {"1": "swerve", "2": "swerve"},
        "probability": "1/2",
    }
    assert "1/4" in str(best)
    assert "5 extreme points" in str(correlated_vertices(CHICKEN))
