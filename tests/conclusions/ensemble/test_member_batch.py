"""Best replies of many members in batches, against the exact game of each draw."""

import random
from fractions import Fraction

import numpy as np
import pytest
import sympy

from detente.conclusions.ensemble.member_batch import member_batch
from detente.errors import UsageError
from detente.games.population import PopulationGame
from detente.solve.population.best_reply import best_reply_path

ACTIONS = ["low", "middle", "high"]
SHARE, OTHERS, COUNT = sympy.symbols("share(high) others(middle) count(low)")
C, D = sympy.symbols("c d")


def game(c, d, weights):
    """Return the game of c*share(high) + w*others(middle) at high, d*count(low)/10 at middle and 0 at low, by hand."""
    n = len(weights)
    base = [[0, 0, 0] for _ in weights]
    # of n members, others(middle) is count(middle)/(n - 1) for who is at high, so not at middle
    slope = [[[0, 0, 0], [d / 10, 0, 0], [0, w / Fraction(n - 1), c / n]] for w in weights]
    return PopulationGame(ACTIONS, base, slope)


@pytest.mark.parametrize("seed", range(6))
def test_batches_follow_the_exact_best_replies(seed):
    rnd = random.Random(seed)
    weights = [Fraction(rnd.randint(-6, 6), 4) for _ in range(6)]
    payoffs = [[sympy.Integer(0), D * COUNT / 10, C * SHARE + sympy.Rational(w.numerator, w.denominator) * OTHERS] for w in weights]
    batch = member_batch(payoffs, ACTIONS, {}, ["c", "d"])
    draws = [(Fraction(rnd.randint(-8, 8), 8), Fraction(rnd.randint(-8, 8), 8)) for _ in range(40)]
    arrays = {"c": np.array([float(c) for c, _ in draws]), "d": np.array([float(d) for _, d in draws])}
    found = batch.payoffs(arrays)
    for highest in (False, True):
        rest = batch.best_replies(found, highest)
        for k, (c, d) in enumerate(draws):
            path = best_reply_path(game(c, d, weights), ACTIONS[-1 if highest else 0], "highest" if highest else "lowest")
            assert rest.rests[k] == (path.cycle is None)
            if path.cycle is None:
                assert tuple(rest.profiles[k]) == path.last
                assert tuple(rest.counts[k]) == path.counts


def test_many_draws_end_where_each_of_them_ends_alone():
    batch = member_batch([[sympy.Integer(0), D * COUNT / 10, C * SHARE + OTHERS * k] for k in (-1, 0, 2)], ACTIONS, {}, ["c", "d"])
    rng = np.random.default_rng(3)
    c, d = rng.uniform(-2, 2, (2, 2500))
    whole = batch.best_replies(batch.payoffs({"c": c, "d": d}), highest=True, held={1: 2})
    for k in range(0, 2500, 97):
        alone = batch.best_replies(batch.payoffs({"c": c[k : k + 1], "d": d[k : k + 1]}), highest=True, held={1: 2})
        assert (whole.profiles[k] == alone.profiles[0]).all()
        assert whole.rests[k] == alone.rests[0]
    assert len({tuple(each) for each in whole.profiles.tolist()}) > 2


@pytest.mark.parametrize("payoff", [SHARE**2, SHARE * COUNT, sympy.Min(SHARE, C), sympy.Piecewise((C, COUNT > 3), (D, True))])
def test_what_is_no_line_in_the_counts_is_refused(payoff):
    with pytest.raises(UsageError, match="not affine"):
        member_batch([[payoff, C, D]] * 3, ACTIONS, {}, ["c", "d"])
