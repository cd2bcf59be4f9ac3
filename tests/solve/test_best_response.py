"""Best responses and the certificate of an equilibrium."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.best_response import (
    best_responses,
    deviation_payoffs,
    expected_payoffs,
    is_equilibrium,
    payoff_tolerance,
    regret,
    regrets,
)

BATTLE = NormalFormGame([[[2, 0], [0, 1]], [[1, 0], [0, 2]]])
HALF = F(1, 2)
THREE = NormalFormGame(
    [[[[100 * i + 10 * j + k for k in range(2)] for j in range(3)] for i in range(2)] for _ in range(2)]
    + [[[[-(k + j) for k in range(2)] for j in range(3)] for _ in range(2)]]
)


def test_the_mixed_equilibrium_of_the_battle_of_the_sexes_has_no_regret():
    """Each plays the own favorite with probability 2/3 (Luce and Raiffa 1957, section 5.3)."""
    mixed = [(F(2, 3), F(1, 3)), (F(1, 3), F(2, 3))]
    assert regret(BATTLE, mixed) == 0
    assert expected_payoffs(BATTLE, mixed) == (F(2, 3), F(2, 3))
    assert is_equilibrium(BATTLE, mixed)


def test_regret_is_what_the_best_deviation_gains():
    # against (1/2, 1/2) the row gets 1 or 1/2, the column 1/2 or 1; at the uniform profile both have 3/4
    assert regrets(BATTLE, [(HALF, HALF), (HALF, HALF)]) == (F(1, 4), F(1, 4))
    assert regrets(BATTLE, [(1, 0), (0, 1)]) == (1, 1)
    assert regret(BATTLE, [(F(2, 3), F(1, 3)), (F(1, 3) + F(1, 10**30), F(2, 3) - F(1, 10**30))]) > 0


def test_deviation_payoffs_of_three_players_average_over_both_others():
    mixed = [(HALF, HALF), (F(1, 4), F(1, 4), HALF), (F(1, 5), F(4, 5))]
    j, k = F(1, 4) + 2 * HALF, F(4, 5)  # mean indices of the others
    assert deviation_payoffs(THREE, 0, mixed) == [10 * j + k, 100 + 10 * j + k]
    assert deviation_payoffs(THREE, 1, mixed) == [50 + 10 * own + k for own in range(3)]
    assert deviation_payoffs(THREE, 2, mixed) == [-j, -1 - j]
    assert expected_payoffs(THREE, mixed) == (50 + 10 * j + k, 50 + 10 * j + k, -j - k)


def test_best_responses_list_every_tie():
    game = NormalFormGame([[[1, 2], [1, 0], [0, 2]], [[0, 0], [0, 1], [3, 0]]])
    assert best_responses(game, 0, (2, 0)) == (0, 1)
    assert best_responses(game, 0, (0, 1)) == (0, 2)
    assert best_responses(game, 1, (0, 0)) == (0, 1)
    assert best_responses(game, 1, (2, 1)) == (0,)


@pytest.mark.parametrize(
    "mixed",
    [
        [(1, 0)], [(1, 0), (1, 0, 0)], [(1, 1), (1, 0)], [(2, -1), (1, 0)], [(F(1, 3), F(1, 3)), (1, 0)],
        [(0.5, 0.49), (1, 0)], [(float("nan"), 1.0), (1, 0)], [(1.0, float("nan")), (1, 0)], [(-0.1, 1.1), (1, 0)],
    ],
)  # fmt: skip
def test_what_is_no_mixed_profile_is_refused(mixed):
    with pytest.raises(UsageError, match="expected"):
        regret(BATTLE, mixed)


def test_weights_may_be_text():
    assert regret(BATTLE, [("2/3", "1/3"), ("1/3", "2/3")]) == 0


def test_exact_payoffs_leave_no_tolerance_for_exact_weights():
    almost = [(F(2, 3), F(1, 3)), (F(1, 3) + F(1, 10**30), F(2, 3) - F(1, 10**30))]
    assert payoff_tolerance(BATTLE) == 0
    assert not is_equilibrium(BATTLE, almost)


def test_float_weights_are_judged_with_tolerance_even_where_payoffs_are_exact():
    game = NormalFormGame([[["7/3", 0], [0, "11/7"]], [["13/9", 0], [0, "1/7"]]])
    q = F(11, 7) / (F(7, 3) + F(11, 7))
    p = F(1, 7) / (F(13, 9) + F(1, 7))
    floats = [(float(p), float(1 - p)), (float(q), float(1 - q))]
    assert regret(game, [(p, 1 - p), (q, 1 - q)]) == 0
    assert is_equilibrium(game, floats)
    assert not is_equilibrium(game, [(floats[0][0] + 1e-6, floats[0][1] - 1e-6), floats[1]])


def test_tolerance_follows_the_spread_of_each_players_own_payoffs():
    """A second player who counts in another currency changes nothing for the first."""
    us = [[3.0, 0.0], [5.0, 1.0]]
    for scale in (1e-12, 1.0, 1e12):
        game = NormalFormGame([us, [[3 * scale, 5 * scale], [0.0, scale]]])
        assert best_responses(game, 0, (0, 0)) == (1,)
        assert best_responses(game, 1, (0, 0)) == (1,)
        assert is_equilibrium(game, [(0.0, 1.0), (0.0, 1.0)])
        assert not is_equilibrium(game, [(1.0, 0.0), (0.0, 1.0)])
        assert payoff_tolerance(game, 1e-9, 0) == pytest.approx(5e-9)
        assert payoff_tolerance(game, 1e-9, 1) == pytest.approx(5e-9 * scale)


def test_a_gain_within_the_relative_tolerance_is_no_gain():
    game = NormalFormGame([[[1.0, 0.0], [1.0 + 1e-12, 0.0]], [[1.0, 0.0], [1.0, 0.0]]])
    assert best_responses(game, 0, (0, 0)) == (0, 1)
    assert best_responses(game, 0, (0, 0), relative=0.0) == (1,)


@pytest.mark.parametrize("one", [1, F(1), 1.0])
def test_against_what_is_played_for_sure_a_strategy_pays_what_the_table_says(one):
    mixed = ((F(1, 3), F(2, 3)), (0 * one, one, 0 * one), (0, one))
    assert deviation_payoffs(THREE, 0, mixed) == [11, 111]
