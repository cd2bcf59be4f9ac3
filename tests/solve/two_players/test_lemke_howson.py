"""One equilibrium by complementary pivoting: cited paths, exact certificates, hard and tied games, budgets."""

from __future__ import annotations

import random
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import BudgetExceeded, UsageError
from detente.solve.two_players import lemke_howson as module
from detente.solve.two_players.enumeration import enumerate_extreme
from detente.solve.two_players.lemke_howson import OneEquilibrium, lemke_howson

F = Fraction
HANDBOOK = [[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]]


def gains(a, b, found: OneEquilibrium) -> tuple[Fraction, Fraction]:
    """What each player would gain by the best deviation, from the definition and nothing else."""
    x, y = found.x, found.y
    assert sum(x) == sum(y) == 1
    assert min(*x, *y) >= 0
    rows = [sum(F(row[j]) * w for j, w in enumerate(y) if w) for row in a]
    columns = [sum(F(b[i][j]) * w for i, w in enumerate(x) if w) for j in range(len(y))]
    return (
        max(rows) - sum(w * v for w, v in zip(x, rows, strict=True)),
        max(columns) - sum(w * v for w, v in zip(y, columns, strict=True)),
    )


@pytest.mark.parametrize(
    "label, x, y",
    [
        # von Stengel (2002), Handbook of Game Theory 3, section 2.3: from the artificial equilibrium of example
        # (2.9), dropping label 2 (the second row) ends at the equilibrium (0, 1/3, 2/3), (1/3, 2/3).
        (1, (0, F(1, 3), F(2, 3)), (F(1, 3), F(2, 3))),
        # Dropping label 1 (the first row) enters x_1; column 1 is its best reply, row 1 the best reply to that.
        (0, (1, 0, 0), (1, 0)),
    ],
)
@pytest.mark.parametrize("floats", [True, False])
def test_the_paths_of_the_handbook_example_end_where_they_should(label, x, y, floats, monkeypatch):
    if not floats:
        monkeypatch.setattr(module._Race, "_float_race", lambda *_: None)
    found = lemke_howson(*HANDBOOK, label=label)
    assert (found.x, found.y) == (x, y)
    assert found.label == label
    assert found.arithmetic == ("float" if floats else "integer")
    assert found.pivots >= 2


def test_float_and_integer_paths_agree_on_generic_games(monkeypatch):
    rng = random.Random(1)
    for _ in range(15):
        m, n = rng.randint(2, 6), rng.randint(2, 6)
        a, b = ([[rng.randint(0, 10**9) for _ in range(n)] for _ in range(m)] for _ in "ab")
        for label in range(m + n):
            floats = lemke_howson(a, b, label=label)
            with monkeypatch.context() as patch:
                patch.setattr(module._Race, "_float_race", lambda *_: None)
                integers = lemke_howson(a, b, label=label)
            assert (floats.x, floats.y, floats.pivots) == (integers.x, integers.y, integers.pivots)
            assert gains(a, b, floats) == (0, 0)


@settings(max_examples=120, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 3), st.randoms(use_true_random=False), st.booleans())
def test_tied_games_end_at_an_extreme_equilibrium_from_every_label(m, n, high, rng, integers):
    a, b = ([[rng.randint(0, high) for _ in range(n)] for _ in range(m)] for _ in "ab")
    extreme = set(enumerate_extreme(a, b).equilibria)
    with pytest.MonkeyPatch.context() as patch:
        if integers:
            patch.setattr(module._Race, "_float_race", lambda *_: None)
        for label in [None, *range(m + n)]:
            found = lemke_howson(a, b, label=label)
            assert (found.x, found.y) in extreme


def test_an_equilibrium_in_pure_strategies_is_found_without_pivoting():
    a = [[0, 5], [3, 1]]
    found = lemke_howson(a, a)
    assert (found.x, found.y) == ((1, 0), (0, 1))
    assert (found.method, found.label, found.pivots) == ("pure strategies", None, 0)


@pytest.mark.parametrize("unit", [F(10**9), F(1, 10**9), 10**40, 1e9, 2.0**-30])
def test_the_unit_of_payoffs_changes_nothing(unit):
    rng = random.Random(3)
    a, b = ([[rng.randint(0, 999) for _ in range(7)] for _ in range(7)] for _ in "ab")
    scaled = [[[entry * unit for entry in row] for row in p] for p in (a, b)]
    for label in range(14):
        assert lemke_howson(*scaled, label=label) == lemke_howson(a, b, label=label)


def test_payoffs_that_differ_below_float_resolution_are_told_apart():
    # Matching pennies on top of 10^30, tilted by 1: floats see equal payoffs everywhere.
    big = 10**30
    a = [[big + 2, big], [big, big + 1]]
    b = [[big, big + 1], [big + 1, big]]
    found = lemke_howson(a, b)
    assert found.x == (F(1, 2), F(1, 2))
    assert found.y == (F(1, 3), F(2, 3))


def test_random_games_of_200_strategies_take_under_a_second_each():
    times = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        a, b = rng.random((200, 200)), rng.random((200, 200))
        start = time.perf_counter()
        found = lemke_howson(a, b)
        times.append(time.perf_counter() - start)
        assert gains(a, b, found) == (0, 0)
    # The claim of the title, with room for a busy machine.
    assert sorted(times)[3] < 1 and max(times) < 4


def cyclic_hard_game(d: int) -> tuple[list[list[int]], list[list[int]]]:
    """A d x d game of dual cyclic polytopes, on whose every Lemke-Howson path is exponentially long in d.

    The construction of Savani and von Stengel (2006), Econometrica 74, section 4: P is the dual of the cyclic
    polytope on the moment curve, Q the same polytope with its inequalities permuted by
    l(k) = k + (-1)^k on the first d labels (ends kept) and pairs exchanged on the last d.
    """
    points = [F(t) for t in range(1, 2 * d + 1)]
    center = [sum(t**k for t in points) / (2 * d) for k in range(1, d + 1)]
    vertices = [[t**k - c for k, c in zip(range(1, d + 1), center, strict=True)] for t in points]
    order = [0, *[k + (1 if k % 2 else -1) for k in range(1, d - 1)], d - 1] + [d + (k ^ 1) for k in range(d)]

    def standard(rows: list[list[Fraction]]) -> list[list[Fraction]]:
        """Transform {w : rows w <= 1} so that its first d inequalities read z >= 0; return the others, scaled."""
        base, others = np.array(rows[:d], dtype=object), np.array(rows[d:], dtype=object)
        augmented = [[*row, *(F(int(i == j)) for j in range(d))] for i, row in enumerate(base.tolist())]
        for column in range(d):
            pivot = next(i for i in range(column, d) if augmented[i][column])
            augmented[column], augmented[pivot] = augmented[pivot], augmented[column]
            augmented[column] = [e / augmented[column][column] for e in augmented[column]]
            for i in range(d):
                if i != column and augmented[i][column]:
                    factor = augmented[i][column]
                    augmented[i] = [e - factor * o for e, o in zip(augmented[i], augmented[column], strict=True)]
        inverse = np.array([row[d:] for row in augmented], dtype=object)
        # w = inverse (1 - z): others inverse 1 - others inverse z <= 1.
        product = others.dot(inverse)
        slack = [1 - sum(row) for row in product.tolist()]
        return [[-entry / s for entry in row] for row, s in zip(product.tolist(), slack, strict=True)]

    p = standard(vertices)
    q = standard([vertices[k] for k in order])
    return q, [list(column) for column in zip(*p, strict=True)]


def test_a_hard_game_stops_at_its_budget(monkeypatch):
    monkeypatch.setattr(module, "FIRST_CAP", 1)
    a, b = cyclic_hard_game(12)
    start = time.perf_counter()
    with pytest.raises(BudgetExceeded, match=r"12 x 12 .* budget of 0\.05 s"):
        lemke_howson(a, b, budget=0.05)
    assert time.perf_counter() - start < 5


def test_paths_of_the_hard_family_grow_and_end_at_equilibria():
    lengths = []
    for d in (2, 4, 6, 8):
        a, b = cyclic_hard_game(d)
        found = lemke_howson(a, b)
        assert gains(a, b, found) == (0, 0)
        lengths.append(min(lemke_howson(a, b, label=k).pivots for k in range(2 * d)))
    assert lengths == sorted(lengths)
    assert lengths[-1] > 3 * lengths[1]


def test_no_budget_means_no_limit_and_zero_budget_stops_at_once():
    pennies = [[1, -1], [-1, 1]], [[-1, 1], [1, -1]]
    assert lemke_howson(*pennies, budget=None).x == (F(1, 2), F(1, 2))
    with pytest.raises(BudgetExceeded):
        lemke_howson(*pennies, budget=0)


@pytest.mark.parametrize("label", [-1, 4, 1.5])
def test_a_label_that_does_not_exist_is_refused(label):
    with pytest.raises(UsageError, match="label"):
        lemke_howson([[1, 0], [0, 1]], [[1, 0], [0, 1]], label=label)


def test_matrices_of_different_shape_are_refused():
    with pytest.raises(UsageError, match="expected 1 x 2"):
        lemke_howson([[1, 2]], [[1], [2]])


def test_paths_agree_with_nashpy_from_every_label():
    nashpy = pytest.importorskip("nashpy")
    rng = random.Random(9)
    for _ in range(6):
        a, b = ([[rng.randint(0, 10**6) for _ in range(4)] for _ in range(4)] for _ in "ab")
        game = nashpy.Game(np.array(a, dtype=float), np.array(b, dtype=float))
        for label in range(8):
            found = lemke_howson(a, b, label=label)
            x, y = game.lemke_howson(initial_dropped_label=label)
            assert np.allclose([float(v) for v in found.x], x, atol=1e-6)
            assert np.allclose([float(v) for v in found.y], y, atol=1e-6)
