"""Potential games: definitions checked by brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.games.normal import NormalFormGame
from detente.solve.potential import potential
from detente.solve.pure import pure_profiles


def moves(game):
    for before in game.profiles():
        for i, size in enumerate(game.shape):
            for own in range(size):
                after = (*before[:i], own, *before[i + 1 :])
                if after != before:
                    yield i, before, after, game.payoffs[(i, *after)] - game.payoffs[(i, *before)]


def sign(x):
    return (x > 0) - (x < 0)


@settings(deadline=None, max_examples=120, derandomize=True)
@given(st.sampled_from([(2, 2), (2, 3), (3, 3), (2, 2, 2)]), st.integers(0, 10_000), st.integers(2, 4))
def test_each_verdict_satisfies_its_definition(shape, seed, high):
    g = NormalFormGame(np.random.default_rng(seed).integers(0, high, size=(len(shape), *shape)))
    found = potential(g)
    gain = {(i, a, b): d for i, a, b, d in moves(g)}

    def along(cycle):
        pairs = list(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        return [next(d for (i, x, y), d in gain.items() if (x, y) == pair) for pair in pairs]

    for (i, a, b), d in gain.items():
        if found.kind == "exact":
            assert found.values[b] - found.values[a] == d
        elif found.kind == "ordinal":
            assert sign(found.values[b] - found.values[a]) == sign(d)
        elif found.kind == "generalized ordinal" and d > 0:
            assert found.values[b] > found.values[a]
    if found.kind != "exact":
        assert sum(along(found.exact_cycle)) == found.exact_sum != 0
        assert len(found.exact_cycle) == 4
    if found.kind in {"generalized ordinal", "none"}:
        steps = along(found.ordinal_cycle)
        assert min(steps) >= 0 and max(steps) > 0
    if found.kind == "none":
        assert min(along(found.improvement_cycle)) > 0
    assert set(found.maximizers) <= set(pure_profiles(g))


def test_the_prisoners_dilemma_of_monderer_and_shapley_has_the_published_potential():
    # Monderer and Shapley (1996), section 1: payoffs (1,1), (9,0), (0,9), (6,6); P = 4, 3, 3, 0 up to a constant.
    found = potential(NormalFormGame([[[1, 9], [0, 6]], [[1, 0], [9, 6]]]))
    assert [value - min(found.values.values()) for value in found.values.values()] == [4, 3, 3, 0]


def test_congestion_games_are_exact_potential_games():
    # Rosenthal (1973): three players, two roads, costs 1, 2, 5 and 2, 3, 4 by load.
    costs = [[1, 2, 5], [2, 3, 4]]
    pays = np.zeros((3, 2, 2, 2), dtype=int)
    for profile in np.ndindex(2, 2, 2):
        for i, road in enumerate(profile):
            pays[(i, *profile)] = -costs[road][sum(1 for other in profile if other == road) - 1]
    found = potential(NormalFormGame(pays))
    rosenthal = {
        s: -sum(sum(costs[road][: sum(1 for other in s if other == road)]) for road in (0, 1))
        for s in np.ndindex(2, 2, 2)
    }
    assert found.kind == "exact"
    assert all(
        found.values[s] - found.values[(0, 0, 0)] == rosenthal[s] - rosenthal[(0, 0, 0)] for s in rosenthal
    )


def test_matching_pennies_has_none_and_shows_the_cycle():
    found = potential(NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]))
    assert (found.kind, found.values) == ("none", None)
    assert len(found.improvement_cycle) == 4
    assert "round for ever" in found.explain()[-1]


def test_float_noise_does_not_hide_an_exact_potential():
    g = NormalFormGame([[[0.1, 0.9], [0.0, 0.6]], [[0.1, 0.0], [0.9, 0.6]]])
    assert potential(g).kind == "exact"


def test_results_show_themselves():
    found = potential(NormalFormGame([[[2, 0], [0, 1]], [[1, 0], [0, 5]]]))
    assert found.kind == "ordinal"
    assert found.to_json()["kind"] == "ordinal"
    assert "ordinal potential" in str(found)
    assert found.values[(1, 1)] == pytest.approx(1)
