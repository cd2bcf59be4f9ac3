"""The batch of matches against the exact arithmetic, match by match, on both engines."""

import importlib.util
from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.memory_one.batch import batch_matches, strategy_array, with_errors
from detente.solve.memory_one.match import long_run_payoffs
from detente.solve.memory_one.strategy import MemoryOne

STAGE = NormalFormGame([[[3, -1], [5, 1]], [[2, 7], [0, 1]]])
ENGINES = ["numpy", *(["numba"] if importlib.util.find_spec("numba") else [])]
HOW = [{}, {"rounds": 1}, {"rounds": 37}, {"discount_factor": 0.9}]


def exact_match(p, q, how):
    one, other = (MemoryOne(tuple(map(F, row[:4])), F(row[4])) for row in (p, q))
    return long_run_payoffs(STAGE, one, other, **{k: v if k == "rounds" else F(v) for k, v in how.items()})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("how", HOW)
def test_payoffs_and_shares_equal_the_exact_ones(engine, how):
    rng = np.random.default_rng(3)
    p, q = rng.random((2, 40, 5))
    p[::2] = rng.integers(0, 2, (20, 5))  # pure strategies: many chains with several ends
    q[::3] = rng.integers(0, 2, (14, 5))
    q[::7] = with_errors(q[::7], action=1e-9)
    found = batch_matches(STAGE, p, q, engine=engine, **how)
    assert found.engine == engine
    for g in range(len(found)):
        exact = exact_match(p[g], q[g], how)
        assert np.allclose(found.payoffs[g], [float(v) for v in exact.payoffs.values()], rtol=0, atol=1e-13)
        assert np.allclose(found.shares[g], [float(v) for v in exact.shares.values()], rtol=0, atol=1e-13)
        assert found.start_decides[g] == (len(exact.settled) > 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_number_of_rounds_is_the_sum_of_its_rounds(engine):
    rng = np.random.default_rng(11)
    p, q = rng.random((2, 5, 5))
    p[0], q[1] = rng.integers(0, 2, (2, 5))
    now = np.stack([p[:, 4] * q[:, 4], p[:, 4] * (1 - q[:, 4]), (1 - p[:, 4]) * q[:, 4], (1 - p[:, 4]) * (1 - q[:, 4])], axis=1)
    total = np.zeros((5, 4))
    for rounds in range(1, 201):  # round by round, one outcome after the other
        total += now
        if rounds < 20 or rounds % 9 == 2:
            assert np.allclose(batch_matches(STAGE, p, q, rounds=rounds, engine=engine).shares, total / rounds, rtol=0, atol=1e-13)
        after = np.zeros((5, 4))
        for seen, mirrored in enumerate((0, 2, 1, 3)):
            x, y = p[:, seen], q[:, mirrored]
            for to, chance in enumerate((x * y, x * (1 - y), (1 - x) * y, (1 - x) * (1 - y))):
                after[:, to] += now[:, seen] * chance
        now = after


@pytest.mark.parametrize("engine", ENGINES)
def test_all_pairs_of_pure_strategies_equal_the_exact_ones(engine):
    pure = np.array(list(product((0.0, 1.0), repeat=5)))
    found = batch_matches(STAGE, pure[:, None], pure[None], engine=engine)
    assert found.payoffs.shape == (32, 32, 2)
    for i in range(0, 32, 3):
        for j in range(32):
            exact = exact_match(pure[i], pure[j], {})
            assert np.allclose(found.payoffs[i, j], [float(v) for v in exact.payoffs.values()], atol=1e-14)


def test_names_make_arrays_and_the_start_is_one_where_it_is_left_out():
    p = strategy_array(["tit_for_tat", [0, 0, 0, 0, 0]])
    assert p.tolist() == [[1, 0, 1, 0, 1], [0, 0, 0, 0, 0]]
    assert batch_matches(STAGE, p[:, :4], p[0]).shares[0].tolist() == [1, 0, 0, 0]


def test_errors_are_those_of_single_strategies():
    p = strategy_array(["grim", "win_stay_lose_shift"])
    found = with_errors(p, action=[0.1, 0.2], perception=0.25)
    for row, name, flip in zip(found, ("grim", "win_stay_lose_shift"), ("1/10", "1/5"), strict=True):
        one = MemoryOne.named(name).with_errors(flip, "1/4")
        assert np.allclose(row, [float(x) for x in (*one.after, one.first)], atol=1e-15)


def test_no_matches_are_no_matches():
    assert len(batch_matches(STAGE, np.zeros((0, 5)), np.zeros((0, 5)))) == 0


@pytest.mark.parametrize(
    ("p", "how", "words"),
    [
        ([[0, 0, 2, 0, 0]], {}, "no probability"),
        ([[0, 0, np.nan, 0, 0]], {}, "no probability"),
        ([[0, 0, 1e-60, 0, 0]], {}, "1e-50"),
        ([[0, 0]], {}, "expected"),
        ("abc", {}, "no numbers"),
        ([[0, 0, 0, 0]], {"rounds": 0}, "whole number"),
        ([[0, 0, 0, 0]], {"discount_factor": 1.0}, "below 1"),
        ([[0, 0, 0, 0]], {"rounds": 2, "discount_factor": 0.5}, "one of the two"),
        ([[0, 0, 0, 0]], {"engine": "gpu"}, "unknown engine"),
        ([[0, 0, 0, 0]] * 3, {}, "broadcast"),
    ],
)
def test_bad_input_is_refused(p, how, words):
    with pytest.raises(UsageError, match=words):
        batch_matches(STAGE, p, [[1, 1, 1, 1]] * 2, **how)
