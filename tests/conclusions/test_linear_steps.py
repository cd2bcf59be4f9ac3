"""Weights of two inequalities by the corners of a convex function, against the linear program."""

import numpy as np
import pytest

from detente.conclusions._linear_steps import _multipliers, _two_multipliers


@pytest.mark.parametrize("seed", range(60))
def test_weights_of_two_inequalities_are_as_good_as_those_of_the_linear_program(seed):
    rng = np.random.default_rng(seed)
    moves = rng.integers(-4, 5, (2, rng.integers(1, 9))).astype(float)
    values = rng.integers(-6, 7, 2).astype(float)

    def most(weights):
        """What the weighted sum reaches at most, each move taken wholly or not at all."""
        return weights @ values + sum(max(-each, 0) for each in weights @ moves)

    own, other = _two_multipliers(moves, values), _multipliers(moves, values)
    assert own.min() >= 0 and own.sum() == pytest.approx(1)
    assert most(own) == pytest.approx(most(other), abs=1e-9)
    # no other weight is better
    assert all(most(np.array([w, 1 - w])) >= most(own) - 1e-9 for w in np.linspace(0, 1, 101))
