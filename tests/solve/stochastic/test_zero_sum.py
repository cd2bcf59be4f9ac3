"""Zero-sum stochastic games against value iteration with another program, and against the literature."""

import random
from fractions import Fraction as F

import numpy as np
import pytest
from scipy.optimize import linprog

from detente.errors import UsageError
from detente.games.stochastic import StochasticGame
from detente.solve.stochastic.markov_perfect import markov_perfect
from detente.solve.stochastic.zero_sum import zero_sum_markov


def random_zero_sum(seed, states=3, actions=3, factor="9/10"):
    r = random.Random(seed)
    pays, leads = {}, {}
    for s in range(states):
        for a in "xyz"[:actions]:
            for b in "xyz"[:actions]:
                u = r.randint(-4, 4)
                pays[s, a, b] = (u, -u)
                p = F(r.randint(0, 4), 4)
                one, other = r.sample(range(states), 2)
                leads[s, a, b] = {one: p, other: 1 - p}
    own = {"row": list("xyz"[:actions]), "column": list("xyz"[:actions])}
    return StochasticGame(
        ["row", "column"], range(states), own, lambda s, m: pays[s, *m], lambda s, m: leads[s, *m], factor
    )


def value_iteration(game, rounds):
    """Shapley's iteration with SciPy's linear programs: the error is at most factor**rounds times the largest value."""
    d = float(game.discount_factors[0])
    values = np.zeros(len(game.states))
    for _ in range(rounds):
        after = []
        for state in game.states:
            rows, columns = game.shape(state)
            matrix = np.array(
                [
                    [
                        float(game.rewards[state][a, b][0])
                        + d * sum(float(q) * values[to] for to, q in game.transitions[state][a, b])
                        for b in range(columns)
                    ]
                    for a in range(rows)
                ]
            )
            cost = np.r_[np.zeros(rows), -1]
            bound = np.c_[-matrix.T, np.ones(columns)]
            equal = np.r_[np.ones(rows), 0][None]
            found = linprog(cost, bound, np.zeros(columns), equal, [1], bounds=[(0, None)] * rows + [(None, None)])
            after.append(-found.fun)
        values = np.array(after)
    return values


@pytest.mark.parametrize("seed", range(3))
def test_the_value_lies_between_the_bounds_and_they_are_close(seed):
    game = random_zero_sum(seed, factor="1/2")
    found = zero_sum_markov(game)
    expected = value_iteration(game, 40)  # 40 halvings of at most 8: below 1e-11
    for state, value in zip(game.states, expected, strict=True):
        low, high = found.bounds[state]
        assert isinstance(low, F)
        assert low <= high <= low + F(1, 10**8)
        assert float(low) == pytest.approx(value, abs=1e-7)
    assert float(found.equilibria[0].regret) < 1e-8


@pytest.mark.parametrize("factor", ["1/2", "3/4", "19/20", "99/100"])
def test_the_big_match_is_worth_one_half_per_period_at_every_discount_factor(factor):
    # Gillette (1957); per period the value is 1/2 for every factor, hence in the limit. The first player stops with
    # probability z where z = (1 - z) (1 - d) makes both columns alike: z = (1 - d)/(2 - d).
    d = F(factor)
    pays = {("stop", "left"): (1, -1), ("stop", "right"): (0, 0), ("go", "left"): (0, 0), ("go", "right"): (1, -1)}
    after = {"won": (1, -1), "lost": (0, 0)}
    leads = {("stop", "left"): "won", ("stop", "right"): "lost"}
    game = StochasticGame(
        ["row", "column"], ["play", "won", "lost"],
        {"play": {"row": ["go", "stop"], "column": ["left", "right"]}, "won": {}, "lost": {}},
        lambda s, m: pays[m] if s == "play" else after[s], lambda s, m: leads.get(m, s), d,
    )  # fmt: skip
    found = zero_sum_markov(game)
    low, high = found.bounds["play"]
    assert low == high
    assert found.per_period(low) == F(1, 2)
    assert found.equilibria[0].policy["row"]["play"]["stop"] == (1 - d) / (2 - d)
    assert found.equilibria[0].policy["column"]["play"]["left"] == F(1, 2)
    assert found.equilibria[0].regret == 0


def test_an_irrational_value_is_enclosed():
    # one state, payoffs [[1, 0], [0, 1]], play goes on after (top, left) only, factor 1/2: with the optimal mixtures
    # v = (1 + v/2)/(2 + v/2), so v**2 + 3 v - 2 = 0 and v = (sqrt(17) - 3)/2
    pays = {("t", "l"): (1, -1), ("t", "r"): (0, 0), ("b", "l"): (0, 0), ("b", "r"): (1, -1)}
    game = StochasticGame(
        ["row", "column"], ["s"], {"row": ["t", "b"], "column": ["l", "r"]}, lambda s, m: pays[m],
        lambda s, m: "s" if m == ("t", "l") else None, "1/2",
    )  # fmt: skip
    low, high = zero_sum_markov(game).bounds["s"]
    assert low < high
    assert low**2 + 3 * low < 2 < high**2 + 3 * high
    assert high - low < F(1, 10**12)


def test_without_a_pure_equilibrium_the_entry_gives_the_value_with_its_bounds():
    game = random_zero_sum(0, states=2, actions=2, factor="1/2")
    found = markov_perfect(game)
    assert not found.equilibria[0].pure
    expected = value_iteration(game, 40)
    low, high = found.bounds[0]
    assert low <= high
    assert float(low) == pytest.approx(expected[0], abs=1e-8)


def test_other_games_are_refused():
    game = StochasticGame(["a", "b"], ["s"], {}, lambda s, m: (1, 1), lambda s, m: "s", "1/2")
    with pytest.raises(UsageError, match="add up to 0"):
        zero_sum_markov(game)
    uneven = StochasticGame(["a", "b"], ["s"], {}, lambda s, m: (1, -1), lambda s, m: "s", ["1/2", "1/3"])
    with pytest.raises(UsageError, match="equally patient"):
        zero_sum_markov(uneven)
