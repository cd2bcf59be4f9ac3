"""Automata that carry out the hardest punishments, against the payoff set and the one-shot deviation principle."""

import random
from fractions import Fraction as F

import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.repeated import RepeatedGame
from detente.solve.repeated.one_shot import best_one_shot_deviation
from detente.solve.repeated.payoff_set import payoff_set
from detente.solve.repeated.worst_equilibria import worst_equilibria

DILEMMA = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]], ["row", "column"], [["c", "d"]] * 2)
ABREU_SANNIKOV = NormalFormGame([[[16, 3, 0], [21, 10, -1], [9, 5, -5]], [[9, 13, 3], [1, 4, 0], [0, -4, -15]]])
#: A dilemma with a stick: flooding gives everybody at most -2.
FLOOD = NormalFormGame([[[3, 0, -2], [5, 1, -2], [-2, -2, -3]], [[3, 5, -2], [0, 1, -2], [-2, -2, -3]]], strategies=[["c", "d", "f"]] * 2)


def test_in_a_dilemma_the_worst_is_mutual_defection_for_ever():
    found = worst_equilibria(payoff_set(RepeatedGame(DILEMMA, "3/4")))
    assert found.exact
    assert found.worst == {"row": 1, "column": 1}
    assert set(found.outputs.values()) == {("d", "d")}
    assert found.gain <= 0


def test_a_stick_is_worse_than_the_worst_stage_equilibrium():
    """At 1/3 flooding once and then cooperating for ever is an equilibrium, worth -3 * 2/3 + 3 * 1/3 = -1 against 1."""
    found = worst_equilibria(payoff_set(RepeatedGame(FLOOD, "1/3")))
    assert max(found.worst.values()) <= -1
    assert max(found.worst.values()) < 1
    assert min(found.worst.values()) >= -2  # the min-max payoff


@pytest.mark.parametrize("factor", ["3/10", "1/2", "9/10"])
def test_the_example_of_abreu_and_sannikov(factor):
    shape = payoff_set(RepeatedGame(ABREU_SANNIKOV, factor))
    found = worst_equilibria(shape)
    assert found.exact == shape.exact
    for k, name in enumerate(found.players):
        low = min(each[k] for each in shape.vertices)
        assert low <= found.worst[name] <= low + found.gap + F(1, 10**9)
    check = best_one_shot_deviation(ABREU_SANNIKOV, found.plan, factor)
    assert check.gain <= 0
    assert float(found.gap) < 1e-5


def test_random_games_and_different_factors():
    """Whatever the game: the automaton is subgame perfect, and its worst values are the least of the proved set or below it."""
    seen = 0
    for seed in range(25):
        generator = random.Random(seed)
        shape = generator.choice([(2, 2), (2, 3), (3, 3)])
        table = [[[generator.randint(-4, 6) for _ in range(shape[1])] for _ in range(shape[0])] for _ in range(2)]
        factors = [F(generator.choice([3, 5, 7, 9]), 10) for _ in range(2)]
        game = NormalFormGame(table)
        known = payoff_set(RepeatedGame(game, factors))
        if not known.inner:
            with pytest.raises(UsageError, match="no payoff"):
                worst_equilibria(known)
            continue
        try:
            found = worst_equilibria(known)
        except UsageError as error:
            assert "states" in str(error)
            continue
        seen += 1
        check = best_one_shot_deviation(game, found.plan, factors)
        assert check.player is None or check.gain <= 0
        for k, name in enumerate(found.players):
            assert check.values[found.starts[name]][k] == found.worst[name] <= min(each[k] for each in known.inner)
            assert found.worst[name] >= min(each[k] for each in known.vertices)
            # the state really is followed by what the table says: the value is the mean of today and the lottery
            for state, then in found.lotteries.items():
                today = game.payoffs[(k, *game.profile_index(found.outputs[state]))]
                ahead = sum(chance * found.values[after][k] for after, chance in then.items())
                assert found.values[state][k] == (1 - factors[k]) * today + factors[k] * ahead
                assert sum(then.values()) == 1
    assert seen > 10


def test_results_print_and_travel_as_json():
    found = worst_equilibria(payoff_set(RepeatedGame(FLOOD, "9/10")))
    assert set(found.to_json()["states"]) == set(found.outputs)
    assert "is led to the state" in str(found).replace("\n", " ")
