"""What a normal-form game accepts, refuses and shows."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from detente.errors import UsageError
from detente.games.normal import NormalFormGame, labels

PRISONERS = [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]


def test_axis_zero_is_the_player_and_the_others_are_strategies_in_order():
    game = NormalFormGame([[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]])
    assert game.shape == (2, 3)
    assert [game.payoff(player, (1, 2)) for player in (0, 1)] == [6, 12]
    assert list(game.profiles()) == [(i, j) for i in range(2) for j in range(3)]


def test_one_player_and_three_players_are_games_too():
    assert NormalFormGame([[1, 2, 3]]).shape == (3,)
    three = NormalFormGame([[[[1, 2]], [[3, 4]], [[5, 6]]]] * 3)
    assert three.shape == (3, 1, 2)
    assert three.payoff("3", (2, 0, 1)) == 6


@pytest.mark.parametrize(
    ("entry", "value"),
    [("3/4", F(3, 4)), ("0.1", F(1, 10)), (Decimal("0.1"), F(1, 10)), (F(1, 3), F(1, 3)), (sympy.Rational(2, 7), F(2, 7)),
     (np.int8(5), F(5)), (2**63, F(2**63)), (10**400, F(10**400)), (True, F(1))],
)  # fmt: skip
def test_exact_entries_stay_exact(entry, value):
    game = NormalFormGame([[entry, -1]])
    assert game.arithmetic == "exact"
    assert game.payoff(0, (0,)) == value
    assert isinstance(game.payoff(0, (1,)), F)


@pytest.mark.parametrize("entry", [0.5, np.float32(0.5), np.float64(0.5), sympy.Float(0.5), sympy.sqrt(2)])
def test_one_float_makes_the_whole_table_float(entry):
    game = NormalFormGame([[entry, "1/4"]])
    assert game.arithmetic == "float"
    assert game.payoffs.dtype == float
    assert game.payoff(0, (1,)) == 0.25


def test_integers_beyond_64_bits_beside_small_ones_are_not_rounded():
    """NumPy would make floats of 2**63 beside -1."""
    game = NormalFormGame([[2**63, 2**63 + 1, -1]])
    assert game.payoff(0, (1,)) - game.payoff(0, (0,)) == 1


def test_text_beside_numbers_does_not_make_numbers_text():
    game = NormalFormGame([["1/3", 10**17 + 1]])
    assert game.payoff(0, (1,)) == 10**17 + 1


@pytest.mark.parametrize(
    ("payoffs", "found"),
    [
        ([[[1, 2], [3]], [[1, 2], [3, 4]]], "uneven"),
        ([[[1, 2], [3, 4]]], "shape"),
        ([1, 2], "shape"),
        (3, "single number"),
        ([[]], "at least one strategy"),
        ([[float("nan"), 1]], "nan"),
        ([["1e400", 0.5]], "inf"),
        ([["x", 1]], "'x'"),
        ([[None, 1]], "None"),
        ([[1j, 1]], "1j"),
        (np.array([[1j, 1]]), "complex"),
        ([[sympy.I, 1]], "I"),
        ([[sympy.Symbol("a"), 1]], "SymbolicGame"),
        ([[b"1", 1]], "b'1'"),
    ],
)
def test_what_is_no_game_is_refused_in_words(payoffs, found):
    with pytest.raises(UsageError, match="found") as caught:
        NormalFormGame(payoffs)
    assert found in str(caught.value)


def test_a_label_that_repeats_gets_a_number_and_all_stay_distinct():
    assert labels(["a", "b", "a", "a"], 4, "strategy") == ("a", "b", "a#2", "a#3")
    assert len(set(labels(["a", "a#2", "a"], 3, "strategy"))) == 3
    assert labels(None, 2, "player") == ("1", "2")


@pytest.mark.parametrize(("given", "found"), [("ab", "text 'ab'"), (["a"], "1 labels"), (["a", 2], "label 2")])
def test_labels_that_do_not_fit_are_refused(given, found):
    with pytest.raises(UsageError, match=found):
        NormalFormGame(PRISONERS, players=given)


def test_strategies_for_another_number_of_players_are_refused():
    with pytest.raises(UsageError, match="for 1 players; expected 2"):
        NormalFormGame(PRISONERS, strategies=[["c", "d"]])


def test_a_profile_may_be_indices_labels_or_a_mapping():
    game = NormalFormGame(PRISONERS, ["us", "china"], [["c", "d"], ["c", "d"]])
    for profile in ((1, 0), ("d", "c"), ("d", 0), {"china": "c", "us": "d"}):
        assert game.profile_index(profile) == (1, 0)
    assert game.payoff("us", ("d", "c")) == 5
    assert game.profile_labels((1, 0)) == ("d", "c")


@pytest.mark.parametrize(
    ("profile", "found"),
    [(("d",), "expected 2 strategies"), ("dc", "expected 2 strategies"), (("d", "e"), "'e'"), ((2, 0), "0 to 1"),
     ((-1, 0), "0 to 1"), ({"us": "c"}, "one for each of us, china"), ({"us": "c", "cn": "c"}, "one for each")],
)  # fmt: skip
def test_a_wrong_profile_is_refused_with_what_was_expected(profile, found):
    game = NormalFormGame(PRISONERS, ["us", "china"], [["c", "d"], ["c", "d"]])
    with pytest.raises(UsageError, match=found):
        game.profile_index(profile)


def test_an_unknown_player_gets_a_suggestion():
    with pytest.raises(UsageError, match="did you mean 'china'"):
        NormalFormGame(PRISONERS, ["us", "china"]).payoff("chian", (0, 0))
    with pytest.raises(UsageError, match="0 to 1"):
        NormalFormGame(PRISONERS).payoff(2, (0, 0))


def test_a_game_is_frozen_all_the_way_down():
    game = NormalFormGame(PRISONERS)
    with pytest.raises(AttributeError, match="frozen"):
        game.players = ("a", "b")
    for table in (game.payoffs, game.floats):
        with pytest.raises(ValueError, match="read-only"):
            table[0, 0, 0] = 7


def test_the_source_array_may_change_without_changing_the_game():
    source = np.array(PRISONERS, dtype=float)
    game = NormalFormGame(source)
    source[0, 0, 0] = 99
    assert game.payoff(0, (0, 0)) == 3


def test_games_are_equal_by_payoffs_labels_and_arithmetic_and_survive_pickling():
    game = NormalFormGame(PRISONERS)
    assert game == NormalFormGame([[["3", 0], [5, 1]], [[3, 5], [0, 1]]])
    assert game != NormalFormGame(PRISONERS, ["a", "b"])
    assert game != NormalFormGame(np.array(PRISONERS, dtype=float))
    assert game != "game"
    assert pickle.loads(pickle.dumps(game)) == game
    assert hash(pickle.loads(pickle.dumps(game))) == hash(game)


def test_numbers_too_large_for_a_float_become_infinite_in_floats_and_stay_exact_in_the_table():
    game = NormalFormGame([[10**400, -(10**400)]])
    assert game.floats.tolist() == [[float("inf"), float("-inf")]]
    assert game.payoff(0, (0,)) == 10**400


def test_the_text_of_a_two_player_game_is_its_matrix():
    game = NormalFormGame([[["1/3", 0], [5, 1]], [[3, 5], [0, 1]]], ["us", "china"], [["c", "d"], ["c", "d"]])
    lines = [line.split() for line in str(game).splitlines()]
    assert lines[3:] == [["c", "1/3,", "3", "0,", "5"], ["d", "5,", "0", "1,", "1"]]
    assert len(repr(game)) < 80
    assert set(game._repr_mimebundle_()) == {"text/plain", "text/html", "text/latex"}


def test_labels_are_escaped_in_the_rich_display():
    game = NormalFormGame(PRISONERS, strategies=[["<b>x</b>", "50% & $"], ["c", "d"]])
    bundle = game._repr_mimebundle_()
    assert "<b>x" not in bundle["text/html"]
    assert "&lt;b&gt;x" in bundle["text/html"]
    assert r"50\% \& \$" in bundle["text/latex"]


def test_a_game_of_three_players_is_listed_profile_by_profile():
    game = NormalFormGame([[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]] * 3)
    assert len(game.table().rows) == 8
    assert game.table().rows[5] == ("2", "1", "2", "6", "6", "6")
