import importlib.util
import subprocess
import sys
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from detente.conclusions.ensemble import _support_numpy, _support_tables, all_equilibria, pure_equilibria
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.pure import pure_profiles
from detente.solve.two_players.enumeration import enumerate_extreme

ENGINES = ["numpy"] + ["numba"] * (importlib.util.find_spec("numba") is not None)


def truth(a, b):
    """The extreme equilibria in exact arithmetic, found by another method, and whether one has a spare best reply."""
    a, b = ([[Fraction(float(entry)) for entry in row] for row in each] for each in (a, b))
    found = enumerate_extreme(a, b)
    assert found.complete
    spare = False
    for x, y in found.equilibria:
        rows = [sum(p * q for p, q in zip(row, y)) for row in a]
        columns = [sum(p * row[j] for p, row in zip(x, b)) for j in range(len(y))]
        for values, own in ((rows, x), (columns, y)):
            spare |= any(value == max(values) and weight == 0 for value, weight in zip(values, own))
    return found.equilibria, spare


def as_arrays(equilibria, width):
    found = np.zeros((len(equilibria), 2, width))
    for row, pair in enumerate(equilibria):
        for player, mixture in enumerate(pair):
            found[row, player, : len(mixture)] = [float(weight) for weight in mixture]
    return found


def supports(pair):
    own = [tuple(int(k) for k in np.flatnonzero(each)) for each in pair]
    return len(own[0]), own


def in_order(profiles):
    flat = profiles.reshape(len(profiles), -1)
    return flat[np.lexsort(np.round(flat, 6).T[::-1])]


def assert_agrees(games, tolerance=1e-12, **options):
    """Every game has the equilibria of the exact enumerator, no more and no fewer; with both engines, to the last bit."""
    results = [all_equilibria(games, engine=engine, **options) for engine in ENGINES]
    first = results[0]
    for other in results[1:]:
        for name in ("counts", "offsets", "profiles", "tied", "enumerated"):
            assert np.array_equal(getattr(first, name), getattr(other, name))
    width = first.profiles.shape[2]
    assert first.offsets[0] == 0 and first.offsets[-1] == len(first.profiles) == first.counts.sum()
    for g, (a, b) in enumerate(games):
        expected, spare = truth(a, b)
        found = first.of(g)
        assert len(found) == len(expected) == first.counts[g], games[g].tolist()
        assert np.abs(in_order(found) - in_order(as_arrays(expected, width))).max() <= tolerance, games[g].tolist()
        assert first.tied[g] or not spare
        if not first.tied[g]:
            assert [supports(pair) for pair in found] == sorted(supports(pair) for pair in found)
        if first.tied[g] and not first.enumerated[g]:
            assert spare
            if tolerance == 1e-12 and np.array_equal(games[g], np.rint(games[g])):
                assert np.array_equal(found, as_arrays(expected, width))  # also in the enumerator's order
    return first


# A tenth of the 100,000 games that `tests/bench/bench_ensemble.py --agree` compares.
@pytest.mark.parametrize(
    "shape, high, games",
    [
        ((2, 2), 2, 600),
        ((2, 2), 3, 1500),
        ((2, 2), 10, 1000),
        ((2, 3), 3, 500),
        ((4, 2), 4, 500),
        ((3, 3), 2, 800),
        ((3, 3), 3, 1500),
        ((3, 3), 10, 1700),
        ((3, 5), 4, 250),
        ((5, 4), 5, 200),
        ((4, 4), 2, 250),
        ((4, 4), 4, 500),
        ((4, 4), 100, 250),
        ((5, 5), 3, 100),
        ((5, 5), 10, 150),
        ((1, 3), 3, 100),
        ((5, 1), 3, 100),
        ((1, 1), 2, 5),
    ],
)
def test_integer_games_with_many_ties_have_the_equilibria_of_the_exact_enumerator(shape, high, games):
    rng = np.random.default_rng([*shape, high])
    found = assert_agrees(rng.integers(0, high, (games, 2, *shape)))
    assert not found.enumerated.any()  # small integers are settled in float64, exactly
    assert high > 9 or max(shape) == 1 or found.tied.mean() > 0.1


@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 4), (4, 4), (5, 5)])
def test_random_games_have_an_odd_number_of_equilibria_each_a_best_reply(shape):
    games = np.random.default_rng(shape).normal(size=(3000, 2, *shape))
    found = all_equilibria(games)
    m, n = shape
    assert (found.counts[~found.tied] % 2 == 1).all()  # Wilson (1971), Harsanyi (1973)
    assert found.tied.mean() < 0.001
    a, b = games[found.game, 0], games[found.game, 1]
    x, y = found.profiles[:, 0, :m], found.profiles[:, 1, :n]
    assert not found.profiles[:, 0, m:].any() and not found.profiles[:, 1, n:].any()
    assert np.allclose(found.profiles.sum(axis=2), 1, rtol=0, atol=1e-12) and (found.profiles >= 0).all()
    rows, columns = np.einsum("gij,gj->gi", a, y), np.einsum("gij,gi->gj", b, x)
    assert np.abs(rows.max(1) - (rows * x).sum(1)).max() < 1e-8
    assert np.abs(columns.max(1) - (columns * y).sum(1)).max() < 1e-8


@pytest.mark.parametrize("shape, games", [((2, 2), 100), ((3, 3), 100), ((3, 4), 60), ((4, 4), 60), ((5, 5), 20)])
def test_random_float_games_have_the_equilibria_of_the_exact_enumerator(shape, games):
    assert_agrees(np.random.default_rng(shape).random((games, 2, *shape)), tolerance=1e-7)


@pytest.mark.parametrize("relative", [0.0, 1e-9])
@pytest.mark.parametrize("shape, games", [((2, 2), 150), ((3, 3), 100), ((4, 3), 60), ((4, 4), 30)])
def test_ties_between_rounded_payoffs_and_ties_broken_by_the_last_bit_are_not_lost(shape, games, relative):
    rng = np.random.default_rng([9, *shape])
    tenths = rng.integers(0, 4, (games, 2, *shape)) * 0.1 + 0.3
    nudged = np.where(rng.random(tenths.shape) < 0.2, np.nextafter(tenths, 9), tenths)
    for table in (tenths, nudged):
        assert_agrees(table, tolerance=1e-6, relative=relative)


def test_payoffs_of_any_magnitude_are_taken_as_they_are():
    rng = np.random.default_rng(3)
    base = rng.integers(0, 4, (25, 2, 3, 3)).astype(float)
    normal = rng.random((25, 2, 3, 3))
    for factor in (1e300, 2.0**-1000, 5e-324):
        assert_agrees(base * factor, tolerance=1e-9)
    assert_agrees(normal * 1e300, tolerance=1e-7)
    assert_agrees(base + 1e9, tolerance=1e-9)
    assert_agrees((base - 2) * 0.85e308, tolerance=1e-9)  # differences overflow
    mixed = base * 10.0 ** rng.integers(-300, 300, base.shape)
    assert_agrees(mixed, tolerance=1e-6)
    together = np.concatenate([base * 1e-200, normal * 1e200, base])
    assert_agrees(together, tolerance=1e-7)


def test_a_player_s_currency_and_a_constant_change_nothing():
    games = np.random.default_rng(1).integers(0, 4, (300, 2, 3, 3)).astype(float)
    first = all_equilibria(games)
    other = all_equilibria(games * np.array([3.0, 1024.0])[:, None, None] + np.array([-7.0, 5e6])[:, None, None])
    for name in ("counts", "profiles", "tied"):
        assert np.array_equal(getattr(first, name), getattr(other, name))


def test_transposing_a_game_swaps_its_equilibria():
    games = np.random.default_rng(2).integers(0, 5, (200, 2, 3, 4))
    swapped = games[:, ::-1].transpose(0, 1, 3, 2)
    one, other = all_equilibria(games), all_equilibria(swapped)
    assert np.array_equal(one.tied, other.tied)
    for g in range(200):
        assert np.allclose(in_order(one.of(g)[:, ::-1]), in_order(other.of(g)), atol=1e-12)


def test_games_do_not_depend_on_their_neighbors():
    rng = np.random.default_rng(4)
    games = np.concatenate([rng.random((150, 2, 3, 3)), rng.integers(0, 3, (150, 2, 3, 3)) * 1e6])
    rng.shuffle(games)
    for engine in ENGINES:
        together = all_equilibria(games, engine=engine)
        for g in range(0, 300, 17):
            alone = all_equilibria(games[g : g + 1], engine=engine)
            assert np.array_equal(alone.profiles, together.of(g)) and alone.tied[0] == together.tied[g]


def test_blocks_are_joined_without_a_seam(monkeypatch):
    games = np.random.default_rng(5).integers(0, 3, (1000, 2, 3, 3))
    whole = all_equilibria(games, engine="numpy")
    monkeypatch.setattr(_support_numpy, "BLOCK", 77)
    pieces = all_equilibria(games, engine="numpy")
    assert np.array_equal(whole.profiles, pieces.profiles) and np.array_equal(whole.counts, pieces.counts)


@pytest.mark.skipif("numba" not in ENGINES, reason="numba is not installed")
def test_more_equilibria_than_room_are_kept():
    # Coordination games have 2**n - 1 equilibria: more than the two per game for which room is made at first.
    games = np.broadcast_to(np.eye(4), (3000, 2, 4, 4)) + np.random.default_rng(0).random((3000, 2, 4, 4)) / 100
    found = all_equilibria(games, engine="numba")
    assert (found.counts == 15).all() and found.profiles.shape == (45_000, 2, 4)
    assert np.array_equal(found.profiles, all_equilibria(games, engine="numpy").profiles)


def test_numba_is_loaded_by_default_only_where_it_pays():
    code = (
        "import sys, numpy as np; from detente.conclusions.ensemble import all_equilibria\n"
        "print(all_equilibria(np.random.rand(100, 2, 3, 3)).engine, 'numba' in sys.modules, 'scipy' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["numpy", "False", "False"]


def test_exact_payoffs_behind_rounded_ones_decide_ties():
    # 0.1 + 0.2 and 0.3 are one number, and two floats.
    rounded = np.array([[[[0.1 + 0.2, 1], [0.3, 0]], [[1, 0], [1, 0]]]])
    third = Fraction(3, 10)
    asked = []

    def exact(game):
        asked.append(game)
        return [[third, 1], [third, 0]], [[1, 0], [1, 0]]

    assert all_equilibria(rounded).counts.tolist() == [1]
    found = all_equilibria(rounded, exact=exact)
    assert asked == [0] and found.tied.all() and found.enumerated.all()
    assert found.profiles[:, 0].tolist() == [[1, 0], [0, 1]] and found.profiles[:, 1].tolist() == [[1, 0], [1, 0]]


def test_the_rounding_bound_covers_the_error_of_every_minor():
    rng = np.random.default_rng(6)
    for m, n in ((3, 3), (4, 4), (5, 5), (3, 5)):
        side = _support_tables.support_tables(m, n).column_side
        x = rng.random((m, n, 40)) ** 8 + rng.integers(0, 2, (m, n, 40)) * 1e-9
        x /= x.max(axis=(0, 1)) - x.min(axis=(0, 1))
        t = _support_numpy.minors(side, x)
        exact = _support_numpy.minors(side, x.astype(np.longdouble))  # 64 bits on most machines
        assert (np.abs(t - exact)[1:] <= _support_tables.ROUNDING[side.size][1:, None] + 1e-16).all()


def test_bordered_minors_are_determinants():
    side = _support_tables.support_tables(4, 4).column_side
    x = np.random.default_rng(8).random((4, 4, 1))
    t = _support_numpy.minors(side, x)[:, 0]
    number = 1
    from itertools import combinations

    for size in (1, 2, 3):
        for rows, columns in product(combinations(range(4), size + 1), combinations(range(4), size)):
            bordered = np.column_stack([np.ones(size + 1), x[np.ix_(rows, columns)][:, :, 0]])
            assert t[number] == pytest.approx(np.linalg.det(bordered), abs=1e-12)
            number += 1
    assert number == len(t)


@pytest.mark.parametrize(
    "payoffs, message",
    [
        (np.zeros((2, 2, 2)), r"payoffs\[None\]"),
        (np.zeros((4, 3, 2, 2)), "shape"),
        (np.zeros((4, 2, 6, 2)), "at most 5"),
        (np.zeros((4, 2, 0, 2)), "shape"),
        ([[[[np.nan, 1]], [[1, 1]]]], r"nan at payoffs\[0, 0, 0, 0\]"),
        ([[[[2**60 + 1, 1]], [[1, 1]]]], "2\\*\\*53"),
        ([[[["1/2", "1"]], [["1", "1"]]]], "type"),
    ],
)
def test_what_is_no_batch_of_small_two_player_games_is_refused(payoffs, message):
    with pytest.raises(UsageError, match=message):
        all_equilibria(payoffs)


def test_an_empty_batch_has_no_equilibria():
    for engine in ENGINES:
        found = all_equilibria(np.zeros((0, 2, 3, 3)), engine=engine)
        assert found.offsets.tolist() == [0] and found.profiles.shape == (0, 2, 3)
    with pytest.raises(UsageError, match="unknown engine"):
        all_equilibria(np.zeros((1, 2, 2, 2)), engine="gpu")
    with pytest.raises(UsageError, match="relative"):
        all_equilibria(np.zeros((1, 2, 2, 2)), relative=1)


def stays(table, profile):
    return all(
        table[(i, *profile)] >= max(table[(i, *profile[:i], k, *profile[i + 1 :])] for k in range(table.shape[i + 1]))
        for i in range(len(profile))
    )


@pytest.mark.parametrize("shape", [(2,), (2, 2), (3, 4), (2, 2, 2), (2, 3, 2, 2), (2, 2, 2, 2, 2)])
def test_pure_equilibria_of_any_number_of_players_are_those_of_brute_force(shape):
    games = np.random.default_rng(shape).integers(0, 4, (150, len(shape), *shape))
    found = pure_equilibria(games)
    floats = pure_equilibria(games / 7)
    assert np.array_equal(found.profiles, floats.profiles) and np.array_equal(found.tied, floats.tied)
    for g, table in enumerate(games):
        expected = [each for each in product(*map(range, shape)) if stays(table, each)]
        assert [tuple(each) for each in found.of(g).tolist()] == expected
        assert expected == pure_profiles(NormalFormGame(table))
        equally_good = any(
            table[(i, *each[:i], k, *each[i + 1 :])] == table[(i, *each)]
            for each in expected
            for i in range(len(shape))
            for k in range(shape[i])
            if k != each[i]
        )
        assert found.tied[g] == equally_good


def test_a_float_deviation_counts_when_it_gains_more_than_the_tolerance():
    game = np.array([[[[1.0, 0.0], [1.0 + 1e-12, 0.0]], [[1.0, 0.0], [1.0, 0.0]]]])
    assert pure_equilibria(game).of(0).tolist() == [[0, 0], [1, 0]] and pure_equilibria(game).tied.all()
    assert pure_equilibria(game, relative=0).of(0).tolist() == [[1, 0]]
