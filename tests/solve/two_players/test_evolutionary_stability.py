"""Evolutionarily stable strategies: textbook games and a brute-force invasion test."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.two_players.evolutionary_stability import (
    evolutionarily_stable_strategies,
    is_ess,
    strictly_copositive,
)

F = Fraction


def symmetric(a, labels=None):
    a = np.array(a, dtype=object)
    return NormalFormGame(np.array([a, a.T]), strategies=None if labels is None else [labels] * 2)


HAWK_DOVE = symmetric([[-1, 2], [0, 1]], ["hawk", "dove"])


def grid(size, parts):
    for counts in product(range(parts + 1), repeat=size):
        if sum(counts) == parts:
            yield tuple(F(k, parts) for k in counts)


def test_hawk_dove_is_stable_at_v_over_c():
    # Maynard Smith and Price (1973), V = 2, C = 4.
    found = evolutionarily_stable_strategies(HAWK_DOVE)
    assert found.strategies == ({"hawk": F(1, 2), "dove": F(1, 2)},)
    assert is_ess(HAWK_DOVE, "dove").mutant == {"hawk": 1}


@pytest.mark.parametrize(("win", "stable"), [(F(2), True), (F(1), False), (F(1, 2), False)])
def test_rock_paper_scissors_is_stable_only_if_winning_outweighs_losing(win, stable):
    # Hofbauer and Sigmund (1998), section 6.4: stable if and only if the prize exceeds the loss.
    g = symmetric([[0, -1, win], [win, 0, -1], [-1, win, 0]])
    assert bool(is_ess(g, ["1/3"] * 3)) is stable
    assert len(evolutionarily_stable_strategies(g).strategies) == int(stable)


def test_a_pure_strategy_with_an_equally_good_mutant_needs_the_second_condition():
    stays = symmetric([[1, 1], [1, 0]])
    drifts = symmetric([[1, 1], [1, 1]])
    assert is_ess(stays, 0)
    assert not is_ess(stays, 0).strict
    assert is_ess(drifts, 0).mutant == {"2": 1}


def test_haighs_condition_needs_abakuks_correction():
    # The best replies outside the support matter only in the directions in which they gain weight.
    a = [[0, 0, 0], [0, -1, 3], [0, 3, -1]]
    g = symmetric(a)
    assert not is_ess(g, 0)  # the mixture of 2 and 3 earns 1 against itself
    assert is_ess(symmetric([[0, 0, 0], [0, -1, 0], [0, 0, -1]]), 0)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(0, 10_000))
def test_no_grid_mutant_invades_a_stable_strategy_and_some_invades_every_other_pure_one(seed):
    rng = np.random.default_rng(seed)
    a = [[F(int(x)) for x in row] for row in rng.integers(-2, 3, size=(3, 3))]
    g = symmetric(a)

    def pays(x, y):
        return sum(x[i] * y[j] * a[i][j] for i in range(3) for j in range(3))

    def invades(y, x):
        first = pays(y, x) - pays(x, x)
        return y != x and (first > 0 or (first == 0 and pays(y, y) >= pays(x, y)))

    mutants = list(grid(3, 12))
    listed = [tuple(each.values()) for each in evolutionarily_stable_strategies(g).strategies]
    for x in listed:
        assert is_ess(g, x)
        assert not any(invades(y, x) for y in mutants)
    for k in range(3):
        x = tuple(F(int(j == k)) for j in range(3))
        verdict = is_ess(g, k)
        assert bool(verdict) == (x in listed)
        if not verdict and verdict.mutant is not None:
            y = tuple(verdict.mutant.get(label, F(0)) for label in g.strategies[0])
            assert invades(y, x)


@settings(deadline=None, max_examples=80, derandomize=True)
@given(st.lists(st.integers(-3, 3), min_size=6, max_size=6))
def test_strict_copositivity_agrees_with_a_search_for_counterexamples(numbers):
    a, b, c, d, e, f = map(F, numbers)
    m = [[a, b, c], [b, d, e], [c, e, f]]

    def form(v):
        return sum(v[i] * v[j] * m[i][j] for i in range(3) for j in range(3))

    lowest = min(form(v) for v in grid(3, 20))
    if strictly_copositive(m):
        assert lowest > 0
    elif lowest > 0:
        # a violation between grid points: the form is small somewhere
        fine = min(form(v) for v in grid(3, 60))
        assert fine < F(1, 5)


def test_games_that_are_not_symmetric_are_refused():
    with pytest.raises(UsageError, match="symmetric game"):
        is_ess(NormalFormGame([[[1, 2], [3, 4]], [[1, 2], [3, 4]]]), 0)
    with pytest.raises(UsageError, match="symmetric two-player"):
        is_ess(NormalFormGame(np.zeros((2, 2, 3), dtype=int)), 0)
    with pytest.raises(UsageError, match="exactly 1"):
        is_ess(HAWK_DOVE, [F(1, 2), F(1, 3)])


def test_results_explain_themselves():
    assert is_ess(HAWK_DOVE, "hawk").explain()[0] == "hawk is not evolutionarily stable."
    assert is_ess(HAWK_DOVE, ["1/2", "1/2"]).to_json()["stable"] is True
    assert "1/2 hawk + 1/2 dove" in str(evolutionarily_stable_strategies(HAWK_DOVE))
    assert "evolutionary stability" in str(is_ess(HAWK_DOVE, 0))
