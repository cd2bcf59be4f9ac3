"""Player types, classes, risk dominance and trust of 2x2 games."""

from __future__ import annotations

import itertools
from fractions import Fraction as F

import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.two_players.ordinal import (
    TYPES,
    ordinal_class,
    payoff_labels,
    player_type,
    risk_dominant,
    trust_threshold,
    type_signs,
)


def symmetric(r, t, s, p):
    return NormalFormGame([[[r, s], [t, p]], [[r, t], [s, p]]])


# Ranks of (R, T, S, P), 4 best (Rapoport and Guyer 1966; Kydd 2005, chapter 2).
@pytest.mark.parametrize(
    ("ranks", "name"),
    [
        ((3, 4, 1, 2), "prisoners_dilemma"), ((4, 3, 1, 2), "stag_hunt"), ((3, 4, 2, 1), "chicken"),
        ((2, 4, 1, 3), "deadlock"), ((4, 3, 2, 1), "harmony"), ((4, 2, 3, 1), "harmony"),
        ((3, 2, 1, 4), "assurance_reversed"), ((4, 1, 2, 3), "stag_hunt"),
    ],
)  # fmt: skip
def test_symmetric_games_carry_their_textbook_names(ranks, name):
    assert ordinal_class(symmetric(*ranks)).name == name


def test_the_two_players_may_have_different_types():
    game = NormalFormGame([[[3, 1], [4, 2]], [[4, 3], [1, 2]]], ["a", "b"])
    assert ordinal_class(game).types == {"a": "prisoners_dilemma", "b": "assurance"}
    assert ordinal_class(game).name == "prisoners_dilemma/assurance"
    assert [player_type(game, player) for player in (0, 1)] == ["prisoners_dilemma", "assurance"]


def test_labels_are_read_from_each_players_own_side():
    game = NormalFormGame([[[10, 11], [12, 13]], [[20, 21], [22, 23]]])
    assert payoff_labels(game.payoff, 0) == {"R": 10, "T": 12, "S": 11, "P": 13, "A": 2, "B": 2, "D": -3}
    assert payoff_labels(game.payoff, 1) == {"R": 20, "T": 21, "S": 22, "P": 23, "A": 1, "B": 1, "D": -3}


def test_every_pattern_of_signs_has_exactly_one_name():
    for a, b, d in itertools.product((-1, 0, 1), repeat=3):
        name = type_signs(a, b, d)
        if a == 0 or b == 0:
            assert name == "tied"
        elif a == -1:
            assert name == ("harmony" if b == -1 else {1: "assurance", -1: "assurance_reversed", 0: "tied"}[d])
        else:
            assert name == ("chicken" if b == -1 else {1: "prisoners_dilemma", -1: "deadlock", 0: "tied"}[d])
    assert len(TYPES) == 6


def test_the_order_of_outcomes_shows_ties():
    assert ordinal_class(symmetric(3, 5, 0, 1)).order == {"1": "T > R > P > S", "2": "T > R > P > S"}
    assert ordinal_class(symmetric(2, 2, 1, 1)).order["1"] == "T = R > P = S"


def test_the_stag_hunt_selects_the_safe_outcome_where_the_gain_is_small():
    """Harsanyi and Selten's example: (9,9), (8,8) with 8 against 0 for going alone (1988, section 3.9)."""
    game = symmetric(9, 8, 0, 7)
    # deviation losses: 9 - 8 at (0,0), 7 - 0 at (1,1): 1 < 49
    assert risk_dominant(game) == (1, 1)
    assert risk_dominant(symmetric(9, 1, 0, 7)) == (0, 0)  # 64 > 49


def test_equilibria_off_the_diagonal_are_compared_too():
    chicken = NormalFormGame([[[0, -1], [5, -9]], [[0, 1], [-1, -9]]])
    # at (1,0): losses 5 and 8; at (0,1): losses 8 and 1
    assert risk_dominant(chicken) == (1, 0)


@pytest.mark.parametrize("game", [symmetric(3, 5, 0, 1), symmetric(1, 0, 0, 1), symmetric(2, 2, 0, 1)])
def test_nothing_dominates_without_two_strict_equilibria_or_with_equal_products(game):
    assert risk_dominant(game) is None


def test_risk_dominance_does_not_depend_on_the_currency_of_either_player():
    for one, two in itertools.product((1e-9, 1.0, 1e9), repeat=2):
        tables = [[[9 * one, 0], [8 * one, 7 * one]], [[9 * two, 8 * two], [0, 7 * two]]]
        assert risk_dominant(NormalFormGame(tables)) == (1, 1)
        equal = [[[0.3 * one, 0], [0, 0.3 * one]], [[0.1 * two, 0], [0, 0.1 * two]]]
        assert risk_dominant(NormalFormGame(equal)) is None
        assert player_type(NormalFormGame(tables), 0) == player_type(NormalFormGame(tables), 1) == "assurance"


def test_rounding_does_not_break_a_tie_of_products():
    shift = 1e6
    game = NormalFormGame([[[0.3 + shift, 0.0], [shift, 0.3]], [[0.1, 0.0], [0.0, 0.1]]])
    assert 0.3 + shift - shift != 0.3
    assert risk_dominant(game) is None


@pytest.mark.parametrize(
    ("ranks", "trust"),
    [
        ((4, 3, 1, 2), F(1, 2)),  # A = -1, B = 1
        ((9, 8, 0, 7), F(7, 8)),
        ((4, 3, 2, 1), 0),  # always
        ((3, 5, 0, 1), None),  # never
        ((3, 4, 2, 1), None),  # chicken: only for small probabilities
        ((2, 2, 0, 1), 1),  # only where the other surely cooperates
        ((2, 2, 1, 1), 0),
    ],
)
def test_trust_is_the_least_probability_that_makes_cooperation_a_best_reply(ranks, trust):
    r, t, s, p = ranks
    found = trust_threshold(symmetric(*ranks), 0)
    assert found == trust
    if trust is not None:
        for q in (F(k, 20) for k in range(21)):
            assert (q * r + (1 - q) * s >= q * t + (1 - q) * p) == (q >= trust)


@pytest.mark.parametrize("ask", [ordinal_class, risk_dominant, lambda game: player_type(game, 0), lambda game: trust_threshold(game, 0)])
def test_larger_games_are_refused(ask):
    with pytest.raises(UsageError, match="found a 2x3 game"):
        ask(NormalFormGame([[[1, 2, 3], [4, 5, 6]]] * 2))
