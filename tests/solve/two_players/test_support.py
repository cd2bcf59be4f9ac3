"""Indifference equations, and equilibria on proposed supports."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.two_players.support import indifference_weights, support_equilibria


def test_weights_make_all_rows_equally_good():
    rows = [[F(0), F(-1), F(1)], [F(1), F(0), F(-1)], [F(-1), F(1), F(0)]]
    assert indifference_weights(rows) == [F(1, 3)] * 3
    skewed = [[F(3), F(0), F(1)], [F(1), F(4), F(0)], [F(0), F(1), F(5)]]
    weights = indifference_weights(skewed)
    values = [sum(w * v for w, v in zip(weights, row, strict=True)) for row in skewed]
    assert len(set(values)) == 1
    assert sum(weights) == 1


def test_weights_may_be_negative_and_are_then_no_probabilities():
    assert indifference_weights([[F(1), F(2)], [F(0), F(0)]]) == [F(2), F(-1)]


@pytest.mark.parametrize(
    "rows",
    [
        [[F(1), F(1)], [F(1), F(1)]],  # every weight will do
        [[F(1), F(0)]],  # one row leaves the weights open
        [[F(1), F(0)], [F(0), F(1)], [F(1), F(2)]],  # no weight will do
        [[F(1), F(1)], [F(0), F(0)]],  # the first row is always better
    ],
)
def test_there_are_no_weights_where_the_equations_do_not_fix_them(rows):
    assert indifference_weights(rows) is None


def test_more_rows_than_columns_are_fine_where_they_agree():
    assert indifference_weights([[F(2), F(0)], [F(0), F(2)], [F(1), F(1)]]) == [F(1, 2), F(1, 2)]


def test_equilibria_are_exact_not_rounded():
    found = support_equilibria(NormalFormGame([[[2, 0], [0, 1]], [[1, 0], [0, 2]]]))
    assert {each.mixed for each in found.equilibria} == {
        ((1, 0), (1, 0)), ((0, 1), (0, 1)), ((F(2, 3), F(1, 3)), (F(1, 3), F(2, 3))),
    }  # fmt: skip
    assert all(each.regret == 0 and isinstance(each.regret, F) for each in found.equilibria)
    assert not found.complete
    assert (found.components, found.nash_subsets) == (None, None)
    assert "ties" in found.missing


def test_small_differences_between_large_exact_payoffs_are_seen():
    """As floats 10**20 and 10**20 + 2 are the same number."""
    base = 10**20
    found = support_equilibria(NormalFormGame([[[base + 2, base], [base, base + 1]], [[base + 1, base], [base, base + 2]]]))
    assert ((F(2, 3), F(1, 3)), (F(1, 3), F(2, 3))) in {each.mixed for each in found.equilibria}


def test_numbers_beyond_floats_are_solved():
    big = 10**350
    found = support_equilibria(NormalFormGame([[[2 * big, 0], [0, big]], [[big, 0], [0, 2 * big]]]))
    assert len(found.equilibria) == 3


def test_a_pure_equilibrium_is_never_missed_in_a_game_of_ties():
    found = support_equilibria(NormalFormGame([[[1, 1], [1, 1]], [[1, 1], [1, 1]]]))
    assert sum(each.pure for each in found.equilibria) == 4


def test_a_proposal_is_only_a_proposal(monkeypatch):
    """Supports that nashpy has no reason to propose: negative weights, no unique weights. Nothing false comes of them."""
    import nashpy
    import numpy as np

    def proposals(self):
        m, n = self.payoff_matrices[0].shape
        for rows in range(1, 2**m):
            for columns in range(1, 2**n):
                yield np.array([rows >> k & 1 for k in range(m)]), np.array([columns >> k & 1 for k in range(n)])

    monkeypatch.setattr(nashpy.Game, "support_enumeration", proposals)
    dominated = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    assert [each.mixed for each in support_equilibria(dominated).equilibria] == [((0, 1), (0, 1))]
    tied = NormalFormGame([[[1, 1, 0], [0, 0, 2]], [[1, 1, 0], [0, 0, 2]]])
    assert all(each.regret == 0 for each in support_equilibria(tied).equilibria)
    crossed = NormalFormGame([[[1, 2], [0, 0]], [[1, 0], [0, 1]]])  # row indifference would need weights 2 and -1
    assert [each.mixed for each in support_equilibria(crossed).equilibria] == [((1, 0), (1, 0))]


def test_only_two_players_are_accepted():
    with pytest.raises(UsageError, match="found 3 players"):
        support_equilibria(NormalFormGame([[[[1]]]] * 3))
