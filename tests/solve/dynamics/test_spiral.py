"""Misperception: critical values by hand, perceived games by simulation, spirals and recoveries."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.solve.dynamics.spiral import critical_biases, perceived_game, spiral
from detente.solve.two_players.ordinal import trust_threshold

# trusting pays 4 together, 0 alone; arming 3 or 2: cooperating needs a belief of 2/3
TRUST = NormalFormGame([[[4, 0], [3, 2]], [[4, 3], [0, 2]]], ["us", "china"], [["trust", "arm"]] * 2)


def test_critical_biases_are_one_less_the_trust_needed():
    # g_C = 4 - 3 = 1, g_D = 0 - 2: h = 1/3; and the trust threshold 2/3
    one, two = critical_biases(TRUST)
    assert (one.hostile, one.benign) == (two.hostile, two.benign) == (F(1, 3), F(2, 3))
    assert one.hostile == 1 - trust_threshold(TRUST, "us")


def test_a_spiral_begins_exactly_above_the_critical_bias():
    assert not spiral(TRUST, "1/3").spiral  # indifferent: cooperation is still a best response
    over = spiral(TRUST, "334/1000")
    assert over.spiral
    assert over.path.limit == ((0, 1), (0, 1))
    assert spiral(TRUST, (0, "1/2")).spiral  # one side suffices: the other follows
    assert "more than 1/3" in over.explain()[0]


def test_the_perceived_game_is_what_misreading_by_chance_pays_on_average():
    rng = np.random.default_rng(2)
    seen = perceived_game(TRUST, ("1/4", 0), ("1/10", "1/2"))
    for own in (0, 1):
        for other in (0, 1):
            flip = {0: 0.25, 1: 0.1}[other]
            looked = np.where(rng.random(40_000) < flip, 1 - other, other)
            mean = np.array([float(TRUST.payoffs[0, own, k]) for k in (0, 1)])[looked].mean()
            assert float(seen.payoffs[0, own, other]) == pytest.approx(mean, abs=0.05)
    # the second misreads no cooperation, half of the confrontations
    assert seen.payoffs[1, 0, 0] == 4
    assert seen.payoffs[1, 1, 0] == F(1, 2) * 0 + F(1, 2) * 4


def test_steady_states_are_equilibria_of_the_perceived_game():
    calm = spiral(TRUST, "1/4")
    assert len(calm.steady.equilibria) == 3
    assert calm.steady.complete
    assert len(spiral(TRUST, "1/2").steady.equilibria) == 1


def test_a_dilemma_needs_no_spiral():
    dilemma = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    found = spiral(dilemma, "1/2")
    assert not found.cooperative
    assert not found.spiral
    assert critical_biases(dilemma)[0].hostile is None
    assert critical_biases(dilemma)[0].benign == 1


def test_where_cooperating_is_dominant_no_bias_matters():
    harmony = NormalFormGame([[[4, 2], [3, 1]], [[4, 3], [2, 1]]])
    assert critical_biases(harmony)[0].hostile == 1
    assert not spiral(harmony, 1).spiral


def test_benign_misreading_ends_mutual_confrontation():
    found = spiral(TRUST, 0, "3/4", start=["arm", "arm"])
    assert found.recovers
    assert found.path.limit == ((1, 0), (1, 0))


def test_deciders_who_misread_cooperation_only_end_in_confrontation_and_both_errors_share_the_rounds():
    assert spiral(TRUST, "1/100").rounds.shares["arm", "arm"] == 1
    # two states of what each answers: with flips h and b the share of C of each settles at b/(h + b), by symmetry
    found = spiral(TRUST, "1/10", "1/20").rounds
    assert found.cooperation["us"] == F(1, 20) / (F(1, 10) + F(1, 20))


def test_formulas_agree_with_numbers():
    game = SymbolicGame([[["a", 0], ["b", "c"]], [["a", "b"], [0, "c"]]], {"a": (4, 5), "b": (2, 3), "c": (1, 2)})
    formula = critical_biases(game)[0]
    at = {symbol("a"): 4, symbol("b"): 3, symbol("c"): 2}
    numbers = critical_biases(TRUST)[0]
    assert formula.hostile.subs(at) == sympy.Rational(str(numbers.hostile))
    assert formula.benign.subs(at) == sympy.Rational(str(numbers.benign))


@pytest.mark.parametrize("call", [lambda: spiral(TRUST, 2), lambda: spiral(TRUST, (0, 0, 0)), lambda: perceived_game(TRUST, "x"), lambda: spiral(NormalFormGame(np.zeros((2, 3, 3), dtype=int).tolist()))])
def test_bad_input_is_refused(call):
    with pytest.raises(UsageError):
        call()


def test_results_print_and_carry_json():
    found = spiral(TRUST, "1/2")
    assert "A spiral" in str(found)
    assert found.to_json()["spiral"] is True
