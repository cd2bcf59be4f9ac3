"""Security levels, Pareto set, payoff dominance."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.games.normal import NormalFormGame
from detente.solve.equilibria import equilibria
from detente.solve.pure import pure_equilibria
from detente.solve.security import maximin, minmax, pareto_set, payoff_dominant
from detente.solve.two_players.zero_sum import zero_sum

DILEMMA = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], strategies=[["cooperate", "defect"]] * 2)


def test_in_the_prisoners_dilemma_defection_guarantees_one():
    level = minmax(DILEMMA).levels["1"]
    assert (level.pure_maximin, level.maximin, level.minmax, level.pure_minmax) == (1, 1, 1, 1)
    assert level.cautious == ("defect",)
    assert level.pure_punishments == (("defect",),)


def test_in_matching_pennies_mixing_helps():
    level = maximin(NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])).levels["1"]
    assert (level.pure_maximin, level.maximin, level.pure_minmax) == (-1, 0, 1)
    assert level.prudent == {"1": Fraction(1, 2), "2": Fraction(1, 2)}


@settings(deadline=None, max_examples=30, derandomize=True)
@given(st.lists(st.integers(-5, 5), min_size=18, max_size=18))
def test_levels_nest_and_bound_every_equilibrium(numbers):
    g = NormalFormGame(np.array(numbers).reshape(2, 3, 3))
    levels = minmax(g).levels
    for i, player in enumerate(g.players):
        each = levels[player]
        assert each.pure_maximin <= each.maximin == each.minmax <= each.pure_minmax
        assert (
            each.minmax
            == (1 if i == 0 else -1)
            * zero_sum(NormalFormGame(np.array([g.payoffs[i], -g.payoffs[i]]) * (1 if i == 0 else -1))).value
        )
        assert all(e.payoffs[player] >= each.minmax for e in equilibria(g).equilibria)


def test_independent_punishers_may_do_worse_than_correlated_ones():
    # Player 3 is paid 1 where the others differ from a target pattern: correlated punishment 1/2, a grid of
    # independent mixtures cannot reach it.
    pays = np.zeros((3, 2, 2, 2), dtype=int)
    pays[2, :, :, 0] = [[1, 0], [0, 0]]
    pays[2, :, :, 1] = [[0, 0], [0, 1]]
    pays[2] = 1 - pays[2]
    level = minmax(NormalFormGame(pays)).levels["3"]
    grid = [Fraction(k, 40) for k in range(41)]

    def held(p, q):
        return max(1 - p * q, 1 - (1 - p) * (1 - q))

    independent = min(held(p, q) for p, q in product(grid, grid))
    assert level.minmax == Fraction(1, 2)
    assert level.minmax < independent <= level.pure_minmax
    assert not level.exact_minmax


def test_all_but_mutual_defection_is_pareto_optimal_in_the_dilemma():
    found = pareto_set(DILEMMA)
    assert found.profiles == ((0, 0), (0, 1), (1, 0))
    assert found.improved == {(1, 1): (0, 0)}
    assert "improved upon" in " ".join(found.explain())


def test_weak_pareto_optimality_keeps_ties():
    found = pareto_set(NormalFormGame([[[1, 1], [0, 0]], [[1, 0], [0, 0]]]))
    assert found.profiles == ((0, 0),)
    assert found.weak == ((0, 0), (0, 1))


def test_stag_is_payoff_dominant_and_battle_has_none():
    stag = pure_equilibria(NormalFormGame([[[4, 1], [3, 2]], [[4, 3], [1, 2]]])).equilibria
    battle = pure_equilibria(NormalFormGame([[[2, 0], [0, 1]], [[1, 0], [0, 2]]])).equilibria
    assert payoff_dominant(stag) == 0
    assert payoff_dominant(battle) is None


def test_results_explain_themselves():
    levels = minmax(DILEMMA)
    assert levels.to_json()["1"]["minmax"] == "1"
    assert "pure maximin" in str(levels)
    assert pareto_set(DILEMMA).to_json()["profiles"][0] == ["cooperate", "cooperate"]


def test_one_player_has_no_opponent_to_fear():
    level = minmax(NormalFormGame([[3, 7]])).levels["1"]
    assert (level.maximin, level.minmax) == (7, 7)


def test_float_levels_are_floats():
    assert minmax(NormalFormGame(DILEMMA.floats)).levels["1"].maximin == pytest.approx(1.0)
