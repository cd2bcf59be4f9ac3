import math
import pickle

import numpy as np
import pytest
from scipy import stats

from detente.conclusions.ensemble import draws
from detente.conclusions.ensemble.draws import BLOCK
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame

BOX = {"a": (0, "1/4", 1), "b": (1, 2, 100), "c": (-4, -1), "d": (-1, 2)}
#: Every test of a distribution here fails by chance with probability 1e-6; the seed is fixed, so it never flickers.
LEVEL = 1e-6
N = 50_000


def law(prior, name):
    """The closed form of each prior on each interval, from SciPy."""
    low, mode, high = {"a": (0, 0.25, 1), "b": (1, 2, 100), "c": (-4, -2.5, -1), "d": (-1, 0.5, 2)}[name]
    width = high - low
    if prior == "triangular":
        return stats.triang((mode - low) / width, low, width)
    if prior == "arcsine":
        return stats.arcsine(low, width)
    if prior == "half":
        return stats.uniform((low + mode) / 2, width / 2)
    if prior == "log_uniform" and name == "b":
        return stats.loguniform(low, high)
    if prior == "log_uniform" and name == "c":
        return None
    return stats.uniform(low, width)


@pytest.mark.parametrize("prior", ["uniform", "triangular", "log_uniform", "arcsine", "half"])
@pytest.mark.parametrize("method", ["philox", "latin", "sobol", "nets"])
def test_every_prior_has_the_distribution_of_its_closed_form(prior, method):
    found = draws(BOX, N, prior, seed=1, method=method)
    for name in BOX:
        expected = law(prior, name)
        values = found[name]
        if expected is None:
            values, expected = -values, stats.loguniform(1, 4)
        assert stats.kstest(values, expected.cdf).pvalue > LEVEL
        error = 5 * expected.std() / math.sqrt(N)  # five standard errors: 6e-7 two-sided
        assert abs(values.mean() - expected.mean()) < error
        assert values.min() >= expected.support()[0]
        assert values.max() <= expected.support()[1]


def test_sobol_and_latin_draws_spread_more_evenly_than_independent_ones():
    def discrepancy(method):
        u = np.sort(draws({"a": (0, 1)}, BLOCK, method=method)["a"])
        return np.abs(u - (np.arange(BLOCK) + 0.5) / BLOCK).max()

    assert discrepancy("latin") <= 0.5 / BLOCK + 1e-12
    assert discrepancy("sobol") <= 1 / BLOCK
    assert discrepancy("philox") > 10 / BLOCK


@pytest.mark.parametrize("method", ["philox", "latin", "sobol", "nets"])
def test_numbers_do_not_depend_on_chunking_or_on_the_number_of_draws(method):
    n = 3 * BLOCK + 100
    options = {"prior": "triangular", "seed": 7, "method": method, "constraints": ["a + d >= 0"]}
    whole = draws(BOX, n, **options)
    parts = [draws(BOX, n, **options, blocks=each) for each in [(0, 1), (1, 3), (3, 4)]]
    more = draws(BOX, n + 5 * BLOCK, **options)
    for name in BOX:
        assert np.array_equal(whole[name], np.concatenate([part[name] for part in parts]))
        assert np.array_equal(whole[name], more[name][: whole.n])
    assert sum(part.tried for part in parts) == whole.tried == n


def test_numbers_differ_between_seeds_blocks_and_parameters():
    one, other = draws({"a": (0, 1), "b": (0, 1)}, 2 * BLOCK), draws({"a": (0, 1), "b": (0, 1)}, 2 * BLOCK, seed=1)
    assert len({*one["a"], *one["b"], *other["a"], *other["b"]}) > 8 * BLOCK - 4


def test_philox_numbers_are_those_of_the_documented_key():
    key = np.array([3, 1], dtype=np.uint64)
    raw = np.random.Generator(np.random.Philox(key=key)).integers(0, 2**52, (2, BLOCK), dtype=np.uint64)
    found = draws({"a": (0, 1), "b": (0, 1)}, 2 * BLOCK, seed=3)["b"][BLOCK:]
    assert np.array_equal(found, (raw[1].astype(float) + 0.5) / 2**52)


def test_parameters_added_behind_others_and_parameters_held_fixed_change_nothing_else():
    base = draws({"a": (0, 1), "b": (0, 1)}, 1000)
    assert np.array_equal(base["a"], draws({"a": (0, 1), "b": (0, 1), "z": (0, 1)}, 1000)["a"])
    held = draws({"a": (0, "1/3", 1), "b": (0, 1)}, 1000, only="b")
    assert np.array_equal(held["b"], base["b"])
    assert set(held["a"]) == {float(1 / 3)}


def test_only_figures_or_only_judgements_vary():
    kinds = {"a": "figure", "b": "judgement", "c": "judgement", "d": "figure"}
    figures, judgements = (draws(BOX, 100, only=each, kinds=kinds) for each in ("figures", "judgements"))
    assert [len(set(figures[name])) > 1 for name in BOX] == [True, False, False, True]
    assert judgements.varied == ("b", "c")
    with pytest.raises(UsageError, match="without kinds"):
        draws(BOX, 100, only="figures")


def test_a_constraint_rejects_draws_and_the_share_is_told():
    found = draws({"x": (0, 1), "y": (0, 1)}, N, constraints=["x**2 + y**2 <= 1"], seed=2)
    share = math.pi / 4
    assert abs((1 - found.rejected) - share) < 5 * math.sqrt(share * (1 - share) / N)
    assert (found["x"] ** 2 + found["y"] ** 2).max() <= 1
    assert len(found["x"]) == found.n < found.tried == N


def test_a_game_brings_its_box_constraints_and_derived_values():
    game = SymbolicGame(
        [[[0, 0], [0, 0]], [[0, 0], [0, 0]]],
        {"x": (0, 1), "y": (0, 1)},
        derived={"s": "x + y"},
        constraints=["s <= 1 and x >= y"],
    )
    found = draws(game, 20_000)
    assert abs(found.rejected - 0.75) < 5 * math.sqrt(0.75 * 0.25 / 20_000)
    assert all(game.allowed(found.point(k)) for k in range(50))


def test_stated_correlations_are_those_of_the_normal_scores_and_leave_the_margins():
    names = {"x": (0, 1), "y": (1, 2, 100), "z": (0, 1)}
    found = draws(names, N, {"y": "log_uniform"}, correlation={("x", "y"): 0.8, ("y", "z"): -0.5}, seed=5)
    scores = {
        "x": stats.norm.ppf(found["x"]),
        "y": stats.norm.ppf(stats.loguniform(1, 100).cdf(found["y"])),
        "z": stats.norm.ppf(found["z"]),
    }
    for pair, r in {("x", "y"): 0.8, ("y", "z"): -0.5, ("x", "z"): 0.0}.items():
        measured = np.corrcoef(scores[pair[0]], scores[pair[1]])[0, 1]
        assert abs(np.arctanh(measured) - np.arctanh(r)) < 5 / math.sqrt(N - 3)  # Fisher's z
    assert stats.kstest(found["z"], "uniform").pvalue > LEVEL
    assert stats.kstest(found["y"], stats.loguniform(1, 100).cdf).pvalue > LEVEL
    # Spearman's rank correlation of a Gaussian copula: 6/pi asin(r/2) (Kruskal 1958).
    assert abs(stats.spearmanr(found["x"], found["y"])[0] - 6 / math.pi * math.asin(0.4)) < 0.02


def test_perfectly_correlated_parameters_move_together():
    found = draws({"x": (0, 1), "y": (0, 2)}, 1000, correlation={("x", "y"): 1})
    assert np.allclose(2 * found["x"], found["y"], rtol=1e-6)
    against = draws({"x": (0, 1), "y": (0, 1)}, 1000, correlation={("x", "y"): -1})
    assert np.allclose(against["x"] + against["y"], 1, atol=1e-6)


def test_given_distributions_stand_in_place_of_the_prior():
    found = draws(BOX, N, given={"a": stats.beta(2, 5), "b": lambda u: 7 + 0 * u, "d": "half"})
    assert stats.kstest(found["a"], stats.beta(2, 5).cdf).pvalue > LEVEL
    assert set(found["b"]) == {7.0}
    assert stats.kstest(found["d"], stats.uniform(-0.25, 1.5).cdf).pvalue > LEVEL


def test_an_interval_of_one_point_stays_there():
    for prior in ("uniform", "triangular", "log_uniform", "arcsine", "half"):
        assert set(draws({"a": ("1/3", "1/3", "1/3")}, 50, prior)["a"]) == {1 / 3}


@pytest.mark.parametrize(
    "change, message",
    [
        ({"prior": "unifrom"}, "did you mean 'uniform'"),
        ({"prior": {"q": "uniform"}}, "unknown parameter 'q'"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"method": "halton"}, "unknown method"),
        ({"n": -1}, "number of draws"),
        ({"n": 2.5}, "number of draws"),
        ({"blocks": (0, 9)}, "blocks"),
        ({"only": ["q"]}, "only: unknown parameter 'q'"),
        ({"correlation": {("a", "q"): 0.5}}, "correlation: unknown parameter 'q'"),
        ({"correlation": {("a", "b"): 2}}, "from -1 to 1"),
        ({"correlation": {("a", "a"): 1}}, "pair of two"),
        ({"correlation": {("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9}}, "eigenvalue"),
        ({"correlation": {("a", "b"): 0.5, ("b", "a"): 0.1}}, "two numbers"),
        ({"correlation": {("a", "b"): 0.5}, "only": "a"}, "held fixed"),
        ({"constraints": ["q <= 1"]}, "unknown name 'q'"),
        ({"given": {"a": lambda u: 0}}, "expected two values"),
        ({"given": {"a": lambda u: u / 0}}, "divide by zero|expected two values"),
    ],
)
def test_wrong_arguments_are_refused_with_what_was_expected(change, message):
    options = {"n": 100, **change}
    with np.errstate(all="ignore"), pytest.raises(Exception, match=message) as caught:
        draws(BOX, **options)
    assert "Usage" in type(caught.value).__name__ or "Unknown" in type(caught.value).__name__


def test_no_draws_and_no_parameters_are_no_fault():
    assert draws(BOX, 0)["a"].shape == (0,)
    assert draws({}, 10).n == 10
    assert draws(BOX, 10).weights is None


def test_draws_are_equal_where_their_numbers_are():
    assert draws(BOX, 10) == draws(BOX, 10)
    assert draws(BOX, 10) != draws(BOX, 10, seed=1)
    assert draws(BOX, 10) != draws({"a": (0, 1)}, 10)
    assert pickle.loads(pickle.dumps(draws(BOX, 10))) == draws(BOX, 10)


def test_draws_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        draws(BOX, 10)["a"][0] = 3
