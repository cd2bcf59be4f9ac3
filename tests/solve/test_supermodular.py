"""Strategic complements and iterated best reply against definitions written out here and brute force."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.pure import pure_profiles
from detente.solve.supermodular import increasing_differences, iterated_best_reply, least_and_greatest, steps

HUNT = NormalFormGame([[[3, 3], [0, 4]], [[3, 0], [3, 4]]], strategies=[["hare", "stag"]] * 2)
PENNIES = NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])


def definition(game):
    """Supermodular: for all pairs of profiles of the others x <= y, going from a to a higher b gains at least as much at y."""
    for player, size in enumerate(game.shape):
        others = [range(n) for k, n in enumerate(game.shape) if k != player]
        for low, high in itertools.product(itertools.product(*others), repeat=2):
            if not all(a <= b for a, b in zip(low, high)):
                continue
            for a, b in itertools.combinations(range(size), 2):

                def pay(own, rest):
                    return game.payoff(player, (*rest[:player], own, *rest[player:]))

                if pay(b, low) - pay(a, low) > pay(b, high) - pay(a, high):
                    return False
    return True


def random_supermodular(shape, seed):
    """Each player gets the sum over others of a product of increasing numbers, and anything of its own."""
    generator = np.random.default_rng(seed)
    table = np.zeros((len(shape), *shape), dtype=int)
    grades = [np.sort(generator.integers(0, 9, size)) for size in shape]
    for player, size in enumerate(shape):
        own = generator.integers(-60, 10, size).cumsum()
        weights = generator.integers(0, 3, len(shape))
        for profile in itertools.product(*map(range, shape)):
            pull = sum(int(weights[j]) * int(grades[j][profile[j]]) for j in range(len(shape)) if j != player)
            table[(player, *profile)] = int(own[profile[player]]) + int(grades[player][profile[player]]) * pull
    return NormalFormGame(table)


def test_the_stag_hunt_is_supermodular_and_matching_pennies_is_not():
    assert increasing_differences(HUNT)
    assert not increasing_differences(PENNIES)
    assert least_and_greatest(HUNT) == ((0, 0), (1, 1))


@pytest.mark.parametrize("seed", range(12))
def test_pairs_of_neighboring_steps_decide_what_the_definition_asks_for(seed):
    shape = [(2, 3), (3, 2, 2), (2, 2, 2, 2)][seed % 3]
    made = random_supermodular(shape, seed)
    assert increasing_differences(made)
    assert definition(made)
    any_game = NormalFormGame(np.random.default_rng(seed).integers(-2, 3, (len(shape), *shape)))
    assert increasing_differences(any_game) == definition(any_game)


def test_fractions_are_compared_as_exactly_as_whole_numbers():
    third, slip = Fraction(1, 3), Fraction(1, 10**30)
    for value, expected in ((third + slip, True), (third, True), (third - slip, False)):
        game = NormalFormGame([[[0, 0], [0, value - third]], [[1, 1], [1, 1]]])
        assert increasing_differences(game) is expected
        assert [each.value >= 0 for each in steps(game, 0)] == [expected]


@pytest.mark.parametrize("seed", range(20))
def test_best_replies_from_both_ends_enclose_every_pure_equilibrium(seed):
    """Topkis: all equilibria lie between the least and the greatest, which are equilibria themselves."""
    game = random_supermodular([(3, 3, 3), (2, 4, 3), (2, 2, 2, 2, 2)][seed % 3], seed + 100)
    least, greatest = least_and_greatest(game)
    pure = pure_profiles(game)
    assert {least, greatest} <= set(pure)
    for each in pure:
        assert all(a <= b <= c for a, b, c in zip(least, each, greatest))
    for start in ("lowest", "highest"):
        path = iterated_best_reply(game, start)
        assert path.cycle is None
        assert path.equilibrium
        pairs = itertools.pairwise(path.profiles)
        assert all(all(a <= b if start == "lowest" else a >= b for a, b in zip(old, new)) for old, new in pairs)


def test_matching_pennies_goes_round_in_a_cycle_of_four_which_is_said():
    path = iterated_best_reply(PENNIES)
    # row matches, column avoids: (0,0) -> (0,1) -> (1,1) -> (1,0) -> (0,0)
    assert path.profiles == ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))
    assert path.cycle == 4
    assert not path.equilibrium
    assert "no equilibrium is reached" in str(path)
    assert path.to_json()["cycle"] == 4


def test_ties_go_to_the_side_that_is_named():
    flat = NormalFormGame(np.zeros((2, 3, 3), dtype=int))
    assert iterated_best_reply(flat, "lowest").last == (0, 0)
    assert iterated_best_reply(flat, "highest").last == (2, 2)
    assert iterated_best_reply(flat, (1, 2), "highest").last == (2, 2)
    assert [set(wave) for wave in iterated_best_reply(flat, (1, 2)).waves()] == [{"1", "2"}]


def test_one_player_and_one_strategy_are_games_too():
    alone = NormalFormGame([[1, 3, 2]])
    assert increasing_differences(alone)
    assert iterated_best_reply(alone).last == (1,)
    single = NormalFormGame([[[1], [2]], [[0], [0]]])
    assert list(steps(single)) == []
    assert least_and_greatest(single) == ((1, 0), (1, 0))


@pytest.mark.parametrize("start", ["middle", (0,), (0, 5), (0.0, 1), None])
def test_a_start_that_is_no_profile_is_refused(start):
    with pytest.raises(UsageError, match="expected 'lowest'"):
        iterated_best_reply(HUNT, start)


def test_extreme_equilibria_are_asked_of_supermodular_games_only():
    with pytest.raises(UsageError, match="not supermodular"):
        least_and_greatest(PENNIES)
