"""Finitely repeated games: unraveling, Benoit and Krishna's two equilibria, and brute force over one-shot deviations."""

import random
from fractions import Fraction as F

import pytest

import detente
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.repeated._polygons import contains
from detente.solve.repeated.finite_repetition import finitely_repeated

DILEMMA = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], strategies=[["c", "d"], ["c", "d"]])
#: Two equilibria, (d, d) worth 3 and (out, out) worth 1; c is worth 4 to both and tempts by 1.
TWO = NormalFormGame([[[4, 0, 0], [5, 3, 0], [0, 0, 1]], [[4, 5, 0], [0, 3, 0], [0, 0, 1]]], strategies=[["c", "d", "out"]] * 2)


@pytest.mark.parametrize("delta", [1, "1/2", "99/100"])
def test_with_one_stage_equilibrium_everything_unravels(delta):
    found = finitely_repeated(DILEMMA, 6, delta)
    assert found.unravels
    assert found.averages == ((1, 1),)
    assert all(own == ((1, 1),) for own in found.first)
    assert found.least_periods(("c", "c")) is None


def test_two_equilibria_reward_and_punish():
    """Benoit and Krishna (1985): in the last period d, d after c, c and out, out after a deviation: 3 - 1 > 5 - 4.
    By hand the best symmetric sum of two periods is 4 + 3; in the last period only equilibria are played."""
    found = finitely_repeated(TWO, 3)
    assert not found.unravels
    assert found.least_periods(("c", "c")) == 2
    assert set(found.first[0]) == {(1, 1), (2, 2)}
    assert max(x + y for x, y in found.sums[1]) == 14
    assert max(x + y for x, y in found.sums[2]) == 22
    # impatient players: the worst equilibrium mixes d and out with 1/4 and 3/4, worth 3/4: 1 <= d (3 - 3/4), d >= 4/9
    assert finitely_repeated(TWO, 2, "4/9").least_periods(("c", "c")) == 2
    assert finitely_repeated(TWO, 2, "43/100").least_periods(("c", "c")) is None


def test_a_mixed_equilibrium_may_be_the_stick():
    """Chicken: pure equilibria reward one of the two, the mixed one gives both less than c, c; no period is its stick alone."""
    chicken = NormalFormGame([[[3, 1], [5, 0]], [[3, 5], [1, 0]]], strategies=[["c", "d"], ["c", "d"]])
    # (5,1), (1,5) and the mixture: c with 1/3: 3/3 + 2/3 = 5/3. To keep c, c in the first of two: lose at least 2 later:
    # from an average of the two pure ones, 3, to 1 for the deviator
    assert finitely_repeated(chicken, 2).least_periods(("c", "c")) == 2
    assert finitely_repeated(chicken, 2, "99/100").least_periods(("c", "c")) is None


def test_the_sums_of_two_periods_by_brute_force():
    """Pure first profiles and all pairs of pure continuations: whatever deters by hand is in the set."""
    for seed in range(20):
        generator = random.Random(seed)
        table = [[[generator.randint(-3, 5) for _ in range(3)] for _ in range(3)] for _ in range(2)]
        game = NormalFormGame(table)
        found = finitely_repeated(game, 2, "3/4")
        static = [
            (i, j) for i in range(3) for j in range(3)
            if table[0][i][j] == max(table[0][k][j] for k in range(3)) and table[1][i][j] == max(table[1][i])
        ]  # fmt: skip
        for i in range(3):
            for j in range(3):
                for on in static:
                    for row in static:
                        for column in static:
                            gain = (max(table[0][k][j] for k in range(3)) - table[0][i][j], max(table[1][i]) - table[1][i][j])
                            loss = (table[0][on[0]][on[1]] - table[0][row[0]][row[1]], table[1][on[0]][on[1]] - table[1][column[0]][column[1]])
                            if all(g <= F(3, 4) * x for g, x in zip(gain, loss, strict=True)):
                                value = tuple(table[k][i][j] + F(3, 4) * table[k][on[0]][on[1]] for k in (0, 1))
                                assert contains(found.sums[1], value)
                                assert (i, j) in found.first[1]


def test_paths_by_the_definition():
    """All pure strategies of two periods, one continuation for each first profile: an independent search for equilibria.

    A path (a, e) is an outcome if e is a stage equilibrium and some stage equilibria after the deviations make them lose; mixed
    ones are left out by taking games without any."""
    checked = 0
    for seed in range(40):
        generator = random.Random(seed)
        table = [[[generator.randint(-3, 5) for _ in range(2)] for _ in range(2)] for _ in range(2)]
        game = NormalFormGame(table)
        if any(not each.pure for each in detente.equilibria(game).equilibria):
            continue
        cells = [(i, j) for i in (0, 1) for j in (0, 1)]
        static = [(i, j) for i, j in cells if table[0][i][j] >= table[0][1 - i][j] and table[1][i][j] >= table[1][i][1 - j]]
        found = finitely_repeated(game, 2, "3/4")
        for a in cells:
            for e in cells:
                good = e in static and all(
                    table[k][a[0]][a[1]] + F(3, 4) * table[k][e[0]][e[1]]
                    >= table[k][x[0]][x[1]] + F(3, 4) * min(table[k][s[0]][s[1]] for s in static)
                    for k in (0, 1) for x in [(1 - a[0], a[1]) if k == 0 else (a[0], 1 - a[1])]
                )
                assert found.supports([a, e]) == good
                checked += good
    assert checked > 20
    with pytest.raises(UsageError, match="1 profiles; expected 2"):
        found.supports([(0, 0)])


def test_each_player_may_have_a_discount_factor_of_its_own():
    found = finitely_repeated(TWO, 2, ("1/2", "2/5"))
    assert found.least_periods(("c", "c")) is None  # the second player is too impatient
    assert found.averages


def test_wrong_arguments_are_refused():
    for periods in (0, 201, True, 1.5):
        with pytest.raises(UsageError, match="periods"):
            finitely_repeated(DILEMMA, periods)
    for delta in (0, "3/2", ("1/2",) * 3):
        with pytest.raises(UsageError, match="discount factor"):
            finitely_repeated(DILEMMA, 2, delta)
    with pytest.raises(UsageError, match="two players"):
        finitely_repeated(NormalFormGame([[1, 2]]), 2)


def test_results_print_and_travel_as_json():
    found = finitely_repeated(TWO, 2)
    assert found.to_json()["first"][0] == [["d", "d"], ["out", "out"]]
    assert "rewards and punishes" in str(found).replace("\n", " ")
