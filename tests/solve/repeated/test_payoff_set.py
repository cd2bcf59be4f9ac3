"""Payoff sets against hand derivations, the example of Abreu and Sannikov, and QuantEcon."""

import random
from fractions import Fraction as F

import numpy as np
import pytest

import detente
from detente.games.normal import NormalFormGame
from detente.games.rational import fast
from detente.games.repeated import RepeatedGame
from detente.solve.repeated._polygons import boundary_at, contains, cut, distance, grown, hull, includes
from detente.solve.repeated._promises import Promises
from detente.solve.repeated.feasible import feasible_set
from detente.solve.repeated.payoff_set import payoff_set

DILEMMA = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]])
ABREU_SANNIKOV = NormalFormGame(
    [[[16, 3, 0], [21, 10, -1], [9, 5, -5]], [[9, 13, 3], [1, 4, 0], [0, -4, -15]]]
)


def corners(found):
    return {(F(x), F(y)) for x, y in found}


@pytest.mark.parametrize("factor", ["1/2", "3/4", "99/100"])
def test_a_patient_dilemma_sustains_every_feasible_payoff_above_mutual_defection(factor):
    """By hand: hull of (2,2), (3,0), (0,3), (1,1), cut at 1: corners (1,1), (5/2,1), (2,2), (1,5/2)."""
    found = payoff_set(RepeatedGame(DILEMMA, factor))
    assert found.exact
    assert corners(found.vertices) == {(1, 1), (F(5, 2), 1), (2, 2), (1, F(5, 2))}
    assert found.gap == 0
    assert ("2", "2") in found


def test_an_impatient_dilemma_sustains_mutual_defection_only():
    """Gain 1 now against a loss of at most 1 for ever: grim needs a factor of 1/2, and nothing else is worth a promise below."""
    for factor in ("1/10", "1/3", "49/100"):
        found = payoff_set(RepeatedGame(DILEMMA, factor))
        assert found.exact
        assert found.vertices == ((1, 1),)


#: D. Abreu and Y. Sannikov (2014), section 5, at a factor of 0.3, as QuantEcon's own tests have it.
AT_THREE_TENTHS = [
    (7.33770472, 10.9826253), (1.1256824, 2.8), (7.33770472, 0.0), (7.86308964, 0.0), (19.7917977, 2.8), (15.5630896, 9.1),
]  # fmt: skip


def test_the_example_of_abreu_and_sannikov_at_low_discounting():
    found = payoff_set(RepeatedGame(ABREU_SANNIKOV, "3/10"))
    assert not found.exact
    assert found.gap < 1e-4
    for x, y in AT_THREE_TENTHS:
        assert min(max(abs(float(a) - x), abs(float(b) - y)) for a, b in found.vertices) < 2e-5
        assert min(max(abs(float(a) - x), abs(float(b) - y)) for a, b in found.inner) < 1e-4
    # and no corner lies beyond the set with these corners
    known = grown(hull([(F(x), F(y)) for x, y in AT_THREE_TENTHS]), 10**6, F(1, 10**4))
    assert includes(known, found.vertices)


def quantecon_set(game, factor):
    quantecon = pytest.importorskip("quantecon")
    one = quantecon.game_theory.Player(np.array(game.floats[0]))
    two = quantecon.game_theory.Player(np.array(game.floats[1]).T)
    repeated = quantecon.game_theory.RepeatedGame(quantecon.game_theory.NormalFormGame((one, two)), float(F(factor)))
    shape = repeated.equilibrium_payoffs(options={"tol": 1e-9})
    return shape.points[shape.vertices]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("factor", ["3/10", "1/2", "3/4", "9/10"])
def test_quantecon_finds_the_same_set(factor):
    found = payoff_set(RepeatedGame(ABREU_SANNIKOV, factor))
    peer = quantecon_set(ABREU_SANNIKOV, factor)
    for x, y in peer:
        assert min(max(abs(float(a) - x), abs(float(b) - y)) for a, b in found.vertices) < 1e-4
    for a, b in found.inner:
        assert min(max(abs(float(a) - x), abs(float(b) - y)) for x, y in peer) < 1e-3 or contains(
            grown(hull([(F(x), F(y)) for x, y in peer]), 10**6, F(1, 10**4)), (a, b)
        )


@pytest.mark.parametrize("seed", range(15))
def test_the_inner_set_generates_itself_and_lies_within_the_outer_bound(seed):
    """Self-generation by its definition, written out here: every corner is a mix of payoffs today and promises that deter."""
    generator = random.Random(seed)
    shape = generator.choice([(2, 2), (2, 3), (3, 3)])
    table = [[[generator.randint(-4, 6) for _ in range(shape[1])] for _ in range(shape[0])] for _ in range(2)]
    d = F(generator.choice([3, 5, 7, 9]), 10)
    found = payoff_set(RepeatedGame(NormalFormGame(table), d))
    if not found.vertices:
        return
    assert includes(found.vertices, found.inner)
    low = [min(each[k] for each in found.inner) for k in (0, 1)] if found.inner else []
    made = []
    for i in range(shape[0]):
        for j in range(shape[1]):
            g = (table[0][i][j], table[1][i][j])
            best = (max(table[0][k][j] for k in range(shape[0])), max(table[1][i][k] for k in range(shape[1])))
            floor = [low[k] + (1 - d) / d * (best[k] - g[k]) for k in (0, 1)] if low else []
            for w in cut(cut(found.inner, 0, floor[0]), 1, floor[1]) if low else ():
                value = tuple((1 - d) * g[k] + d * w[k] for k in (0, 1))
                for k in (0, 1):  # no gain by the best deviation, punished with the least payoff
                    assert value[k] >= (1 - d) * best[k] + d * low[k]
                made.append(value)
    assert includes(hull(made), found.inner)


@pytest.mark.parametrize("seed", range(10))
def test_pure_equilibria_of_the_stage_game_are_in_and_payoffs_below_the_min_max_are_out(seed):
    generator = random.Random(100 + seed)
    table = [[[generator.randint(-4, 6) for _ in range(3)] for _ in range(3)] for _ in range(2)]
    game = NormalFormGame(table)
    found = payoff_set(RepeatedGame(game, "3/5"))
    for each in detente.pure_equilibria(game).equilibria:
        assert contains(found.vertices, tuple(F(value) for value in each.payoffs.values()))
    lowest = [
        min(max(table[0][i][j] for i in range(3)) for j in range(3)), min(max(table[1][i][j] for j in range(3)) for i in range(3))
    ]
    assert all(x >= lowest[0] - F(1, 10**4) and y >= lowest[1] - F(1, 10**4) for x, y in found.vertices)


def test_the_same_factor_given_twice_is_one_factor_and_different_ones_allow_trade_over_time():
    same = payoff_set(RepeatedGame(DILEMMA, ["3/5", "3/5"]))
    assert corners(same.vertices) == corners(payoff_set(RepeatedGame(DILEMMA, "3/5")).vertices)
    apart = payoff_set(RepeatedGame(DILEMMA, ["3/5", "9/10"]))
    # the patient player takes its turn later: some sustained payoffs lie outside the hull (Lehrer and Pauzner 1999)
    assert any(not contains(feasible_set(DILEMMA).vertices, each) for each in apart.inner)
    assert includes(apart.vertices, apart.inner)


def test_the_operators_agree_on_the_exact_set():
    found = payoff_set(RepeatedGame(ABREU_SANNIKOV, "3/4"))
    assert found.exact
    step = Promises(ABREU_SANNIKOV, (F(3, 4), F(3, 4)))
    exact_corners = tuple((fast(x), fast(y)) for x, y in found.vertices)
    assert step.full(exact_corners) == step.reduced(exact_corners) == exact_corners


def test_a_game_without_pure_equilibria_may_have_no_payoff_to_sustain():
    pennies = NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
    found = payoff_set(RepeatedGame(pennies, "1/2"))
    assert found.vertices == ()
    assert found.exact
    assert "No payoff" in str(found)


def test_polygons_keep_what_they_promise():
    generator = random.Random(0)
    for _ in range(60):
        points = [(F(generator.randint(-9, 9), 3), F(generator.randint(-9, 9), 4)) for _ in range(generator.randint(1, 8))]
        shape = hull(points)
        assert all(contains(shape, each) for each in points)
        assert includes(grown(shape, 50, F(1, 100)), shape)
        bound = F(generator.randint(-6, 6), 5)
        part = cut(shape, 0, bound)
        for x, y in points:
            assert (x >= bound) == contains(part, (x, y)) or not part
        for each in boundary_at(shape, 1, bound):
            assert each[1] == bound
            assert contains(shape, each)
    assert distance(((F(3), F(4)),), ((F(0), F(0)),)) == 5


def test_what_is_no_numeric_game_of_two_players_is_refused():
    three = NormalFormGame(np.zeros((3, 2, 2, 2), dtype=int).tolist())
    with pytest.raises(detente.UsageError, match="two players"):
        payoff_set(RepeatedGame(three, "1/2"))
    symbolic = detente.SymbolicGame([[["a", 0], [0, 1]], [["a", 0], [0, 1]]], {"a": (1, 2)})
    with pytest.raises(detente.UsageError, match="numeric stage"):
        payoff_set(RepeatedGame(symbolic, "1/2"))


def test_the_dilemma_with_which_other_programs_test_the_outer_approximation():
    """GameTheory.jl's test of the methods of Judd, Yeltekin and Conklin and of Abreu and Sannikov, at 3/4: corners by hand as above."""
    game = NormalFormGame([[[9, 1], [10, 3]], [[9, 10], [1, 3]]])
    found = payoff_set(RepeatedGame(game, "3/4"))
    assert found.exact
    assert corners(found.vertices) == {(3, 3), (3, F(39, 4)), (9, 9), (F(39, 4), 3)}
    common = payoff_set(RepeatedGame(NormalFormGame([[[4, 0], [0, 1]], [[4, 0], [0, 1]]]), "1/2"))
    assert corners(common.vertices) == {(1, 1), (4, 4)}


def test_the_dilemma_of_judd_yeltekin_and_conklin():
    """Their prisoners' dilemma (4, 0, 6, 2 at 0.8), as public replications of the paper write it down.

    By hand: everything feasible in which nobody gets less than 2. The edge from (0, 6) to (4, 4) has y = 6 - x/2, which is
    5 at x = 2; keeping to (4, 4) pays 2 now for ever against a gain of 2 once, so it takes a factor of 1/2.
    """
    found = payoff_set(RepeatedGame(NormalFormGame([[[4, 0], [6, 2]], [[4, 6], [0, 2]]]), "4/5"))
    assert found.exact
    assert corners(found.vertices) == {(2, 2), (5, 2), (4, 4), (2, 5)}


def test_a_coarse_tolerance_gives_bounds_without_a_warning_or_says_that_there_is_no_inner_one():
    """The first set ends in rounds with corners made equal by rounding; the second game has no pure stage equilibrium to fall back on."""
    for table, factor in (([[[-4, 4], [2, -2]], [[-5, 2], [-2, 4]]], "3/4"), (np.random.default_rng(217).integers(-5, 6, (2, 2, 2)).tolist(), "3/4")):
        game = NormalFormGame(table)
        found = payoff_set(RepeatedGame(game, factor), "1/3")
        fine = payoff_set(RepeatedGame(game, factor))
        assert includes(found.vertices, fine.inner)
        assert includes(fine.vertices, found.inner)
    assert not found.exact
    assert found.inner == ()
    assert found.to_json()["gap"] is None
    assert "no inner bound was proved" in str(found)


#: Corners of the Cournot set below, as rgsolve gave them to 16 digits (Barrett's public test of it, one half of the mirror image).
RGSOLVE = [
    ("6.9665306122448980", "0.2865306122448980"), ("6.8767346938775520", "0.3967346938775508"),
    ("6.8974149659863940", "0.1910204081632653"), ("6.5334170591313450", "0.1175510204081632"),
    ("4.9390685504971220", "0"), ("0", "0"),
]  # fmt: skip


def test_the_cournot_game_of_judd_yeltekin_and_conklin():
    """Fifteen quantities from 0 to 6, price 6 - Q, cost 0.6, at 0.8. The paper prints pictures of the set rather than corners; these are
    the corners that rgsolve, a program of other authors, found for it."""
    grid = [F(3 * k, 7) for k in range(15)]
    pay = [[[(a, b)[k] * (max(6 - a - b, F(0)) - F(3, 5)) for b in grid] for a in grid] for k in (0, 1)]
    found = payoff_set(RepeatedGame(NormalFormGame(pay), "4/5"))
    half = [(F(x), F(y)) for x, y in RGSOLVE]
    published = hull([*half, *((y, x) for x, y in half)])
    assert distance(found.vertices, published) < 1e-7
    assert distance(published, found.inner) < 1e-7
    assert found.gap < 1e-7
    for corner in published:  # each is a corner of ours, not only near an edge
        assert min(max(abs(float(a - b)) for a, b in zip(corner, each, strict=True)) for each in found.vertices) < 1e-6


def clipped(polygon, normal, level):
    """The part of a polygon of floats with ``normal . x <= level`` (Sutherland and Hodgman)."""
    kept = []
    for k, b in enumerate(polygon):
        a = polygon[k - 1]
        u, v = (normal[0] * each[0] + normal[1] * each[1] - level for each in (a, b))
        if u * v < 0:
            kept.append(tuple(x + u / (u - v) * (y - x) for x, y in zip(a, b, strict=True)))
        if v <= 0:
            kept.append(b)
    return kept


def outer_hyperplanes(table, factor, count=72, rounds=80):
    """The outer approximation of Judd, Yeltekin and Conklin (2003), written out: how far the set reaches in each direction."""
    normals = [(np.cos(t), np.sin(t)) for t in np.linspace(0, 2 * np.pi, count, endpoint=False)]
    cells = [(i, j) for i in range(table.shape[1]) for j in range(table.shape[2])]
    low, high = table.min() - 1, table.max() + 1
    box = [(low, low), (high, low), (high, high), (low, high)]
    levels = [max(n[0] * table[0][c] + n[1] * table[1][c] for c in cells) for n in normals]
    for _ in range(rounds):
        w = box
        for n, level in zip(normals, levels, strict=True):
            w = clipped(w, n, level)
        worst = [min(each[k] for each in w) for k in (0, 1)]
        made = []
        for i, j in cells:
            best = (table[0][:, j].max(), table[1][i, :].max())
            part = w
            for k in (0, 1):
                floor = worst[k] + (1 - factor) / factor * (best[k] - table[k][i, j])
                part = clipped(part, ((-1, 0), (0, -1))[k], -floor + 1e-9) if part else []
            made += [tuple((1 - factor) * table[k][i, j] + factor * v[k] for k in (0, 1)) for v in part]
        levels = [max(n[0] * x + n[1] * y for x, y in made) for n in normals]
    return normals, levels


@pytest.mark.parametrize("factor", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("which", ["Abreu and Sannikov", "Cournot"])
def test_outer_hyperplanes_reach_as_far_and_little_further(which, factor):
    grid = [F(k, 12) for k in range(7)]
    pay = [[[(1 - a - b) * (a, b)[k] for b in grid] for a in grid] for k in (0, 1)]
    game = ABREU_SANNIKOV if which == "Abreu and Sannikov" else NormalFormGame(pay)
    table = np.array(game.floats)
    normals, levels = outer_hyperplanes(table, factor)
    found = payoff_set(RepeatedGame(game, F(str(factor))))
    spread = table.max() - table.min()
    for n, level in zip(normals, levels, strict=True):
        reach = max(n[0] * float(x) + n[1] * float(y) for x, y in found.vertices)
        assert reach <= level + 1e-6 * spread
        assert level <= reach + 0.02 * spread


@pytest.mark.parametrize("seed", range(6))
def test_a_set_known_by_its_corners_is_what_the_full_operator_sustains(seed):
    rng = np.random.default_rng(seed)
    game = NormalFormGame(rng.integers(-9, 10, (2, 3, 3)).tolist())
    factor = F(int(rng.integers(2, 9)), 10)
    step = Promises(game, (factor, factor))
    found = payoff_set(RepeatedGame(game, factor))
    every = range(len(step.profiles))
    start = step.start()
    if not start:
        return
    # the outer bound is the set exactly where it sustains itself
    assert step.generates_corners(start) == (found.exact and corners(found.vertices) == {(F(int(x.numerator), int(x.denominator)), F(int(y.numerator), int(y.denominator))) for x, y in start})
    if found.exact and found.vertices:
        exact = tuple((fast(x), fast(y)) for x, y in found.vertices)
        assert step.generates_corners(exact)
        assert step.generates(exact, every)
