"""The one-shot deviation certificate against values worked out by hand."""

from fractions import Fraction

import pytest
import sympy

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.repeated.one_shot import Plan, best_one_shot_deviation, grim_trigger, largest_gain, tit_for_tat

C, D = 0, 1
DILEMMA = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], ["row", "column"], [["c", "d"], ["c", "d"]])
PENNIES = NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])


def test_values_of_tit_for_tat_are_those_of_the_four_paths_it_generates():
    delta = Fraction(1, 3)
    found = best_one_shot_deviation(DILEMMA, tit_for_tat(DILEMMA, ("c", "c"), ("d", "d")), delta)
    # After (c, d) the row player defects and the two alternate 5, 0, 5, ...: average (5 + 0)/(1 + delta).
    assert found.values[True, True] == (3, 3)
    assert found.values[True, False] == (Fraction(5) / (1 + delta), 5 * delta / (1 + delta))
    assert found.values[False, True] == (5 * delta / (1 + delta), Fraction(5) / (1 + delta))
    assert found.values[False, False] == (1, 1)


def test_grim_trigger_gain_is_the_textbook_difference():
    # Average payoffs: deviating yields (1 - d)*5 + d*1, complying 3.
    for delta in (Fraction(1, 5), Fraction(1, 2), Fraction(9, 10)):
        gain = largest_gain(DILEMMA, grim_trigger(DILEMMA, (C, C), (D, D)), delta)
        # In the punishment state the best deviation loses (1 - d)*1.
        assert gain == max((1 - delta) * 5 + delta - 3, -(1 - delta))


def test_the_worst_state_player_and_action_are_named():
    found = best_one_shot_deviation(DILEMMA, grim_trigger(DILEMMA, (C, C), (D, D)), "1/4")
    assert (found.player, found.state, found.action) == ("row", "target", "d")
    assert not found.subgame_perfect
    assert str(found) == "row gains 1 by playing d once in state 'target'"


def test_a_punishment_that_is_no_stage_equilibrium_is_found_out():
    # Whoever deviates is to cooperate against defection for ever, and would rather defect: 1 instead of 0, once.
    victims = {"row": (C, D), "column": (D, C)}
    found = best_one_shot_deviation(DILEMMA, grim_trigger(DILEMMA, (C, C), victims), "9/10")
    assert found.gain == Fraction(1, 10)
    assert found.state != "target"


def test_a_mixed_stage_equilibrium_repeated_for_ever_gains_exactly_nothing():
    half = Fraction(1, 2)
    mixing = Plan(["mix"], {"mix": ((half, half), (half, half))}, lambda state, profile: state)
    assert largest_gain(PENNIES, mixing, "2/3") == 0
    skewed = Plan(
        ["mix"], {"mix": ((Fraction(2, 3), Fraction(1, 3)), (half, half))}, lambda state, profile: state
    )
    # The column player loses in expectation nothing at (2/3, 1/2), and 1/3 becomes the gain of matching.
    assert largest_gain(PENNIES, skewed, "2/3") == Fraction(1, 3) * (1 - Fraction(2, 3))


def test_a_transition_may_depend_on_what_a_mixed_profile_realized():
    # Play matching pennies; heads-heads leads to the row player's favorite profile for ever: no equilibrium.
    half = Fraction(1, 2)
    machine = Plan(
        ["mix", "won"],
        {"mix": ((half, half), (half, half)), "won": (0, 0)},
        lambda state, profile: "won" if state == "won" or profile == (0, 0) else "mix",
    )
    found = best_one_shot_deviation(PENNIES, machine, "1/2")
    # v = d*(1/4*1 + 3/4*v) for the row player: v(1 - 3/8) = 1/8.
    assert found.values["mix"] == (Fraction(1, 5), Fraction(-1, 5))
    assert found.gain > 0


def test_algebraic_factors_are_exact_at_the_boundary():
    game = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]])
    golden = (sympy.sqrt(5) - 1) / 2  # d + d^2 = 1
    assert largest_gain(game, grim_trigger(game, (C, C), (D, D), periods=2), golden) == 0
    x = sympy.Symbol("x")
    root = sympy.CRootOf(x**5 + x**4 + x**3 + x**2 + x - 1, 0)
    assert largest_gain(game, grim_trigger(game, (C, C), (D, D), periods=5), root) == 0
    assert largest_gain(game, grim_trigger(game, (C, C), (D, D), periods=4), root) > 0


def test_floats_agree_with_fractions():
    floats = NormalFormGame(DILEMMA.floats)
    for periods in (None, 1, 3):
        one = largest_gain(floats, grim_trigger(floats, (C, C), (D, D), periods), 0.7)
        other = largest_gain(DILEMMA, grim_trigger(DILEMMA, (C, C), (D, D), periods), "0.7")
        assert isinstance(one, float)
        assert one == pytest.approx(float(other), abs=1e-12)


def test_players_may_have_factors_of_their_own():
    grim = grim_trigger(DILEMMA, (C, C), (D, D))
    assert best_one_shot_deviation(DILEMMA, grim, ("9/10", "1/4")).player == "column"
    assert largest_gain(DILEMMA, grim, ("9/10", "1/2")) == 0


def test_a_player_without_alternatives_gains_nothing():
    game = NormalFormGame([[[1]], [[2]]])
    found = best_one_shot_deviation(game, grim_trigger(game, (0, 0), (0, 0)), "1/2")
    assert (found.gain, found.player) == (0, None)


def test_wrong_arguments_are_refused():
    grim = grim_trigger(DILEMMA, (C, C), (D, D))
    for factor in ("1", "0", "-1/2", ("1/2", "1/2", "1/2")):
        with pytest.raises(UsageError, match="discount factor"):
            largest_gain(DILEMMA, grim, factor)
    with pytest.raises(UsageError, match="not among the states"):
        largest_gain(DILEMMA, Plan(["a"], {"a": (0, 0)}, lambda state, profile: "b"), "1/2")
    with pytest.raises(UsageError, match="no output"):
        Plan(["a"], {}, lambda state, profile: "a")
    with pytest.raises(UsageError, match="sum to 1"):
        largest_gain(DILEMMA, Plan(["a"], {"a": ((1, 1), (0, 1))}, lambda state, profile: "a"), "1/2")
