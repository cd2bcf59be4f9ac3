"""Finite Markov chains against hand computation and powers of the matrix."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from detente.errors import UsageError
from detente.solve.chains import Chain, in_common_field


def test_gamblers_ruin_gives_the_textbook_probabilities():
    # fair coin on 0..5: from k the chance to end at 5 is k/5 (Feller, volume 1, chapter XIV)
    half = F(1, 2)
    rows = [{0: F(1)}, *({k - 1: half, k + 1: half} for k in range(1, 5)), {5: F(1)}]
    chain = Chain(tuple(rows))
    assert chain.recurrent == ((0,), (5,))
    for k in range(6):
        assert chain.absorption({k: F(1)}) == [1 - F(k, 5), F(k, 5)]


def test_a_periodic_chain_has_its_average_over_time():
    flip = Chain.from_matrix([[0, F(1)], [F(1), 0]])
    assert flip.long_run({0: F(1)}) == [F(1, 2), F(1, 2)]


@pytest.mark.parametrize("seed", range(6))
def test_stationary_distributions_equal_the_left_eigenvector_for_floats_and_fractions(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 9))
    raw = rng.integers(0, 4, (size, size)) + np.eye(size, k=1, dtype=int) + np.eye(size, k=1 - size, dtype=int)
    exact = [[F(int(x), int(row.sum())) for x in row] for row in raw]
    found = Chain.from_matrix(exact).stationary(range(size))
    assert sum(found) == 1
    for j in range(size):
        assert sum(found[i] * exact[i][j] for i in range(size)) == found[j]
    floats = Chain.from_matrix([[float(x) for x in row] for row in exact]).stationary(range(size))
    assert np.allclose([float(x) for x in found], floats, atol=1e-14)


def test_large_dense_classes_are_solved_exactly_as_well():
    rng = np.random.default_rng(1)
    raw = rng.integers(1, 5, (45, 45))
    exact = [[F(int(x), int(row.sum())) for x in row] for row in raw]
    found = Chain.from_matrix(exact).stationary(range(45))
    assert all(sum(found[i] * exact[i][j] for i in range(45)) == found[j] for j in range(45))


def test_rare_transitions_keep_their_relative_accuracy():
    # balance between two states: shares in the ratio of the rates, here 1 to 1e-12
    tiny = 1e-12
    found = Chain.from_matrix([[1 - tiny, tiny], [tiny * tiny, 1 - tiny * tiny]]).stationary((0, 1))
    assert found[0] == pytest.approx(tiny / (1 + tiny), rel=1e-12)


def test_discounted_shares_equal_the_sum_over_rounds():
    rows = [[F(1, 2), F(1, 2), 0], [0, F(1, 3), F(2, 3)], [F(1, 4), 0, F(3, 4)]]
    found = Chain.from_matrix(rows).discounted({0: F(1)}, F(9, 10))
    matrix, mass, total, weight = np.array(rows, dtype=float), np.array([1.0, 0, 0]), np.zeros(3), 0.1
    for _ in range(400):
        total, mass, weight = total + weight * mass, mass @ matrix, weight * 0.9
    assert np.allclose([float(x) for x in found], total, atol=1e-12)


def test_symbols_stand_for_interior_values():
    a, b = sympy.symbols("a b", real=True)
    elements, _ = in_common_field([1 - a, a, b, 1 - b])
    found = Chain.from_matrix([elements[:2], elements[2:]]).stationary((0, 1))
    assert sympy.simplify(found[0].as_expr() - b / (a + b)) == 0


def test_what_is_no_rational_function_is_refused():
    x = sympy.Symbol("x", real=True)
    with pytest.raises(UsageError, match="rational functions"):
        in_common_field([sympy.exp(x), 1 - sympy.exp(x)])
