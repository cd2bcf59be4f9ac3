"""Zero-sum games: classical values, duality, agreement with the enumeration of equilibria."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.equilibria import equilibria
from detente.solve.two_players.zero_sum import zero_sum


def matrix_game(a, total=0):
    a = np.array(a, dtype=object)
    return NormalFormGame(np.array([a, total - a]))


@pytest.mark.parametrize(
    ("matrix", "value"),
    [
        ([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], 0),  # rock, paper, scissors
        (
            [[2, -3], [-3, 4]],
            Fraction(-1, 12),
        ),  # Morra as in Ferguson, Game Theory II, 1.1: -1/12 for the evens
        ([[-2, 3], [3, -4]], Fraction(1, 12)),  # the same from the side of the odds
        ([[3, 5], [2, 9]], 3),  # saddle point
    ],
)
def test_values_of_textbook_games(matrix, value):
    found = zero_sum(matrix_game(matrix))
    assert found.value == value
    assert found.equilibrium.regret == 0


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.lists(st.integers(-5, 5), min_size=12, max_size=12), st.integers(-9, 9))
def test_optimal_strategies_are_the_equilibrium_strategies(numbers, total):
    g = matrix_game(np.array(numbers).reshape(3, 4), total)
    found = zero_sum(g, every=True)
    listed = equilibria(g)
    assert {each.payoffs["1"] for each in listed.equilibria} == {found.value}
    for side, player in enumerate(g.players):
        assert set(found.optimal[player]) == {each.mixed[side] for each in listed.equilibria}
    assert sum(found.values.values()) == total


@settings(deadline=None, max_examples=30, derandomize=True)
@given(st.lists(st.integers(-5, 5), min_size=9, max_size=9))
def test_exchanging_the_players_negates_the_value(numbers):
    a = np.array(numbers).reshape(3, 3)
    assert zero_sum(matrix_game(a)).value == -zero_sum(matrix_game(-a.T)).value


def test_other_games_are_refused_with_the_cells_that_show_it():
    with pytest.raises(UsageError, match="same sum in every cell"):
        zero_sum(NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]]))
    with pytest.raises(UsageError, match="3 players"):
        zero_sum(NormalFormGame(np.zeros((3, 2, 2, 2), dtype=int)))


def test_float_games_are_accepted_within_the_tolerance():
    found = zero_sum(NormalFormGame([[[0.1, -0.2], [-0.3, 0.4]], [[-0.1, 0.2], [0.3, -0.4]]]))
    assert found.value == pytest.approx(-0.02)


def test_results_explain_themselves():
    found = zero_sum(matrix_game([[1, 0], [0, 1]], 1), every=True)
    assert found.to_json()["values"] == {"1": "1/2", "2": "1/2"}
    assert "guarantees" in str(found)
    assert any("add up to 1" in line for line in found.explain())
