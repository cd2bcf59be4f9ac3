"""All equilibria of two-player games: cited games, an independent brute force, laws, other solvers.

``DETENTE_SWEEP=10`` runs ten times as many random games as the default.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.solve.two_players import _certified_search, _vertex_search, enumeration
from detente.solve.two_players._certified_search import CertifiedSearch
from detente.solve.two_players._exact_pivoting import ExactSearch
from detente.solve.two_players._polytope import positive_columns
from detente.solve.two_players._vertex_search import VertexSearch
from detente.solve.two_players.enumeration import Enumeration, enumerate_extreme

SWEEP = float(os.environ.get("DETENTE_SWEEP", "1"))
F = Fraction
HAVE_NUMBA = _certified_search.importlib.util.find_spec("numba") is not None
ROUTES = ["exact", "numpy", pytest.param("numba", marks=pytest.mark.skipif(not HAVE_NUMBA, reason="needs numba"))]

Matrix = list[list[Fraction]]


@pytest.fixture(params=ROUTES)
def route(request, monkeypatch):
    """Run a test with each way of enumerating vertices, also where another would be chosen."""
    name = request.param
    monkeypatch.setattr(enumeration, "VertexSearch", lambda matrix: VertexSearch(matrix, name))
    return name


# ---------------------------------------------------------------------------------------------------------------
# Independent brute force: supports and Gaussian elimination over the rationals, no polytopes, no labels.


def solve(rows: list[list[Fraction]]) -> list[Fraction] | None:
    """The unique solution of linear equations (coefficients, right-hand side), or None."""
    rows = [list(map(F, row)) for row in rows]
    width = len(rows[0]) - 1
    done = 0
    for column in range(width):
        pivot = next((i for i in range(done, len(rows)) if rows[i][column]), None)
        if pivot is None:
            return None
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [entry / rows[done][column] for entry in rows[done]]
        for i in range(len(rows)):
            if i != done and rows[i][column]:
                factor = rows[i][column]
                rows[i] = [entry - factor * over for entry, over in zip(rows[i], rows[done], strict=True)]
        done += 1
    if any(row[-1] for row in rows[done:]):
        return None
    return [rows[i][-1] for i in range(width)]


def subsets(size: int, most: int | None = None) -> list[tuple[int, ...]]:
    largest = size if most is None else min(size, most)
    return [chosen for count in range(1, largest + 1) for chosen in combinations(range(size), count)]


def replies(opponent: Matrix, x: tuple[Fraction, ...]) -> frozenset[int]:
    """Pure best replies of the opponent, whose payoffs are opponent[reply][own]."""
    values = [sum(weight * entry for weight, entry in zip(x, row, strict=True)) for row in opponent]
    return frozenset(j for j, value in enumerate(values) if value == max(values))


def corners(opponent: Matrix) -> list[tuple[Fraction, ...]]:
    """Mixed strategies fixed by their support and by which replies are equally good against them."""
    own = len(opponent[0])
    found = set()
    for support in subsets(own, len(opponent)):
        for equal in combinations(range(len(opponent)), len(support)):
            equations = [[F(1)] * len(support) + [F(0), F(1)]]
            equations += [[opponent[j][i] for i in support] + [F(-1), F(0)] for j in equal]
            solution = solve(equations)
            if solution is None or min(solution[:-1]) < 0:
                continue
            x = [F(0)] * own
            for i, weight in zip(support, solution, strict=False):
                x[i] = weight
            if set(equal) <= replies(opponent, tuple(x)):
                found.add(tuple(x))
    return sorted(found, reverse=True)


def support(x: tuple[Fraction, ...]) -> frozenset[int]:
    return frozenset(i for i, weight in enumerate(x) if weight)


def transpose(b: Matrix) -> Matrix:
    return [list(column) for column in zip(*b, strict=True)]


def brute_equilibria(a: Matrix, b: Matrix) -> list:
    return [
        (x, y)
        for x in corners(transpose(b))
        for y in corners(a)
        if support(x) <= replies(a, y) and support(y) <= replies(transpose(b), x)
    ]


def brute_subsets(equilibria: list) -> set[frozenset[int]]:
    """Maximal sets X x Y of pairwise equilibria, by trying every X."""
    index = {pair: k for k, pair in enumerate(equilibria)}
    xs = sorted({x for x, _ in equilibria})
    ys = sorted({y for _, y in equilibria})
    squares = set()
    for chosen in subsets(len(xs)):
        side = [y for y in ys if all((xs[i], y) in index for i in chosen)]
        if side:
            squares.add(frozenset(index[xs[i], y] for i in chosen for y in side))
    return {square for square in squares if not any(square < other for other in squares)}


def brute_degenerate(a: Matrix, b: Matrix) -> bool:
    """By definition, at points where the number of best replies given the support is largest."""
    return any(
        len(replies(opponent, x)) > len(support(x))
        for opponent in (a, transpose(b))
        for x in corners(opponent)
    )


def nonempty(opponent: Matrix, allowed: frozenset[int], required: frozenset[int]) -> bool:
    """Whether some x with support in ``allowed`` makes all of ``required`` best replies.

    A bounded set of linear equations and inequalities has a point exactly if turning some of the inequalities into
    equations fixes one that satisfies the rest.
    """
    own = len(opponent[0])
    equations = [[F(1)] * own + [F(0), F(1)]]
    equations += [[F(int(i == k)) for k in range(own)] + [F(0), F(0)] for i in range(own) if i not in allowed]
    equations += [[*opponent[j], F(-1), F(0)] for j in required]
    optional = [[F(int(i == k)) for k in range(own)] + [F(0), F(0)] for i in allowed]
    for count in range(len(optional) + 1):
        for chosen in combinations(optional, count):
            solution = solve(equations + list(chosen))
            if solution is not None and min(solution[:-1]) >= 0 and required <= replies(opponent, tuple(solution[:-1])):
                return True
    return False


def geometric_components(a: Matrix, b: Matrix, equilibria: list) -> set[frozenset[int]]:
    """Components of the union of the convex sets E(I, J) = {x on I, all of J best} x {y on J, all of I best}.

    Every equilibrium lies in one (take its supports), every point of one is an equilibrium, and each is closed and
    connected; so components are those of the graph of their intersections.
    """
    m, n = len(a), len(a[0])
    bt = transpose(b)
    known: dict = {}

    def has(side: int, allowed: frozenset[int], required: frozenset[int]) -> bool:
        key = (side, allowed, required)
        if key not in known:
            known[key] = bool(allowed) and nonempty((bt, a)[side], allowed, required)
        return known[key]

    sets = [
        (i, j)
        for i, j in product(map(frozenset, subsets(m)), map(frozenset, subsets(n)))
        if has(0, i, j) and has(1, j, i)
    ]
    group = list(range(len(sets)))
    for p, q in combinations(range(len(sets)), 2):
        (i, j), (k, h) = sets[p], sets[q]
        if group[p] != group[q] and has(0, i & k, j | h) and has(1, j & h, i | k):
            old, new = group[q], group[p]
            group = [new if g == old else g for g in group]
    parts: dict[int, set[int]] = {}
    for index, (x, y) in enumerate(equilibria):
        parts.setdefault(group[sets.index((support(x), support(y)))], set()).add(index)
    assert set(parts) == set(group), "every component has an extreme equilibrium"
    return {frozenset(part) for part in parts.values()}


def brute_components(squares: set[frozenset[int]]) -> set[frozenset[int]]:
    parts: list[set[int]] = []
    for square in squares:
        touching = [part for part in parts if part & square]
        parts = [part for part in parts if not part & square] + [set(square).union(*touching)]
    return {frozenset(part) for part in parts}


def random_game(rng: random.Random, low: int, high: int, most: int, shape: tuple[int, int] | None = None):
    m, n = shape or (rng.randint(1, most), rng.randint(1, most))
    return tuple([[rng.randint(low, high) for _ in range(n)] for _ in range(m)] for _ in "ab")


def check(a: Matrix, b: Matrix, found: Enumeration) -> None:
    """Compare an enumeration with the brute force in every field."""
    expected = brute_equilibria(a, b)
    assert list(found.equilibria) == expected, (a, b)
    squares = brute_subsets(expected)
    assert len(set(found.nash_subsets)) == len(found.nash_subsets)
    assert set(map(frozenset, found.nash_subsets)) == squares, (a, b)
    assert sorted(k for part in found.components for k in part) == list(range(len(expected)))
    assert set(map(frozenset, found.components)) == brute_components(squares), (a, b)
    assert found.degenerate == brute_degenerate(a, b), (a, b)
    assert found.complete
    assert found.missing is None


# ---------------------------------------------------------------------------------------------------------------
# Cited games.

# von Stengel (1999), "New maximal numbers of equilibria in bimatrix games", Discrete and Computational Geometry
# 21, 557-568: 75 equilibria; payoffs as in Savani and von Stengel (2006), Econometrica 74, 397-429.
SEVENTY_FIVE = [
    [-81, 36, -126, 126, -36, 90],
    [-180, 72, -333, 297, -153, 270],
    [20, -3, 42, -33, 17, -30],
    [-30, 17, -33, 42, -3, 20],
    [270, -153, 297, -333, 72, -180],
    [90, -36, 126, -126, 36, -81],
]
SEVENTY_FIVE_B = [
    [72, 36, 17, -3, -36, -153],
    [-180, -81, -30, 20, 90, 270],
    [297, 126, 42, -33, -126, -333],
    [-333, -126, -33, 42, 126, 297],
    [270, 90, 20, -30, -81, -180],
    [-153, -36, -3, 17, 36, 72],
]


def test_the_6x6_game_of_von_stengel_has_75_equilibria(route):
    found = enumerate_extreme(SEVENTY_FIVE, SEVENTY_FIVE_B)
    assert len(set(found.equilibria)) == len(found.equilibria) == 75
    assert not found.degenerate
    assert found.complete
    assert found.components == found.nash_subsets == tuple((k,) for k in range(75))


def test_the_example_of_the_handbook_has_three_equilibria(route):
    # von Stengel (2002), Handbook of Game Theory 3, example (2.9): a nondegenerate 3 x 2 game.
    found = enumerate_extreme([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]])
    assert found.equilibria == (
        ((1, 0, 0), (1, 0)),
        ((F(4, 5), F(1, 5), 0), (F(2, 3), F(1, 3))),
        ((0, F(1, 3), F(2, 3)), (F(1, 3), F(2, 3))),
    )
    assert not found.degenerate


def test_the_degenerate_variant_of_the_handbook_has_a_segment_of_equilibria(route):
    # The same game with b[0][1] = 3 instead of 2: both columns are best replies to the first row. Against row 1,
    # all y that put at least 2/3 on column 1 keep it a best reply: a segment, {row 1} x [y = (1, 0), (2/3, 1/3)].
    found = enumerate_extreme([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]])
    assert found.equilibria == (
        ((1, 0, 0), (1, 0)),
        ((1, 0, 0), (F(2, 3), F(1, 3))),
        ((0, F(1, 3), F(2, 3)), (F(1, 3), F(2, 3))),
    )
    assert found.nash_subsets == ((0, 1), (2,))
    assert found.components == ((0, 1), (2,))
    assert found.degenerate


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_the_coordination_game_has_an_equilibrium_for_each_set_of_strategies(n, route):
    # Identity payoffs: 2^n - 1 equilibria, uniform on each nonempty set (Quint and Shubik 1997).
    identity = [[int(i == j) for j in range(n)] for i in range(n)]
    found = enumerate_extreme(identity, identity)
    expected = {tuple(F(int(i in s), len(s)) for i in range(n)) for s in subsets(n)}
    assert {x for x, _ in found.equilibria} == expected
    assert all(x == y for x, y in found.equilibria)
    assert len(found.equilibria) == 2**n - 1


@pytest.mark.parametrize("m, n", [(1, 1), (1, 4), (4, 1), (3, 4), (5, 5)])
def test_a_game_of_equal_payoffs_is_one_nash_subset_with_all_pure_profiles_as_corners(m, n, route):
    found = enumerate_extreme([[7] * n] * m, [[-2] * n] * m)
    assert len(found.equilibria) == m * n
    assert all(max(x) == max(y) == 1 for x, y in found.equilibria)
    assert found.nash_subsets == found.components == (tuple(range(m * n)),)
    assert found.degenerate == (m * n > 1)


def test_rock_paper_scissors_has_one_equilibrium(route):
    a = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
    found = enumerate_extreme(a, transpose(a))
    third = (F(1, 3),) * 3
    assert found.equilibria == ((third, third),)


def test_crossing_nash_subsets_make_one_component(route):
    # Only the profile (2, 2) is worse for both: equilibria are row 1 with any y and any x with column 1, an L shape
    # whose corner (1, 1) belongs to both maximal Nash subsets.
    found = enumerate_extreme([[1, 1], [1, 0]], [[1, 1], [1, 0]])
    assert found.equilibria == (((1, 0), (1, 0)), ((1, 0), (0, 1)), ((0, 1), (1, 0)))
    assert set(found.nash_subsets) == {(0, 1), (0, 2)}
    assert found.components == ((0, 1, 2),)


def test_a_dominated_but_tied_strategy_is_seen_as_degenerate_outside_equilibrium(route):
    # Both columns are best replies to row 2, which is never played in equilibrium.
    found = enumerate_extreme([[1, 1], [0, 0]], [[1, 0], [1, 1]])
    assert found.equilibria == (((1, 0), (1, 0)),)
    assert found.degenerate


# ---------------------------------------------------------------------------------------------------------------
# Brute force.


@pytest.mark.parametrize("low, high, most, games", [(0, 1, 3, 250), (0, 2, 3, 200), (-3, 3, 3, 120), (0, 2, 4, 60), (0, 9, 4, 40)])
def test_small_tied_games_agree_with_brute_force_in_every_field(low, high, most, games):
    rng = random.Random(high * 10 + most)
    for _ in range(int(games * SWEEP)):
        a, b = random_game(rng, low, high, most)
        check(a, b, enumerate_extreme(a, b))


@pytest.mark.parametrize("high, games", [(1, 60), (2, 60), (9, 30)])
def test_every_route_agrees_with_brute_force_on_tied_games(route, high, games):
    rng = random.Random(high)
    for _ in range(int(games * SWEEP)):
        a, b = random_game(rng, 0, high, 4)
        check(a, b, enumerate_extreme(a, b))


def test_components_agree_with_intersections_of_convex_sets_of_equilibria():
    rng = random.Random(5)
    several = 0
    for _ in range(int(40 * SWEEP)):
        a, b = random_game(rng, 0, 2, 3)
        found = enumerate_extreme(a, b)
        expected = geometric_components(a, b, list(found.equilibria))
        assert set(map(frozenset, found.components)) == expected, (a, b)
        several += len(expected) < len(found.equilibria)
    assert several > 5, "the games must be tied for this test to mean anything"


@pytest.mark.parametrize("shape, high", [((5, 5), 1), ((6, 6), 2), ((7, 5), 1), ((3, 9), 3), ((8, 8), 3), ((9, 9), 99)])
def test_vertices_of_every_route_are_the_same(shape, high):
    rng = random.Random(sum(shape) + high)
    for _ in range(4):
        matrix = positive_columns(random_game(rng, 0, high, 0, shape)[0])
        answers = []
        for name in ["exact", "numpy"] + ["numba"] * HAVE_NUMBA:
            search = VertexSearch(matrix, name)
            while not search.done:
                search.advance(50)
            labels, bases = search.vertices()
            assert len(set(labels)) == len(labels)
            assert all(basis & ~label == 0 for label, basis in zip(labels, bases, strict=True))
            answers.append(set(labels))
        assert all(answer == answers[0] for answer in answers)


def test_integer_pivoting_visits_exactly_the_vertices_of_the_perturbed_polytope():
    # The lexicographic rule stands for M z <= 1 + (e, e^2, ...) with e small: every basis visited must be strictly
    # feasible there, and every neighbor across each edge must be visited.
    rng = random.Random(13)
    for shape in [(2, 2), (3, 2), (3, 3), (4, 3), (4, 4)]:
        for high in (0, 1, 2):
            matrix = positive_columns(random_game(rng, 0, high, 0, shape)[0])
            search = ExactSearch(matrix)
            search.advance(10**6)
            height, width = shape
            right = [1 + F(1, 10**8) ** (j + 1) for j in range(height)]
            for basis in search._seen:
                binding = [j for j in range(height) if basis >> (width + j) & 1]
                zero = [k for k in range(width) if basis >> k & 1]
                rows = [[F(e) for e in matrix[j]] + [right[j]] for j in binding]
                rows += [[F(int(i == k)) for i in range(width)] + [F(0)] for k in zero]
                z = solve(rows)
                assert z is not None
                assert all(z[k] > 0 for k in range(width) if k not in zero), matrix
                slacks = [right[j] - sum(e * v for e, v in zip(matrix[j], z, strict=True)) for j in range(height)]
                assert all(slacks[j] > 0 for j in range(height) if j not in binding), matrix
                for label in [*zero, *(width + j for j in binding)]:
                    rest = basis ^ 1 << label
                    assert sum(rest & other == rest for other in search._seen) == 2


def walk_through(search: CertifiedSearch) -> set[int]:
    while not search.advance(1000):
        pass
    return set(search.vertices()[0])


@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=pytest.mark.skipif(not HAVE_NUMBA, reason="needs numba"))])
def test_a_tie_below_float_resolution_is_decided_right(compiled):
    # 2 x 2 corners whose rows differ from a tie by one part in 10^30: in floats all of them look tied.
    for gap in (-1, 0, 1):
        big = 10**30
        matrix = [[2 * big, big, big], [big, 2 * big, big], [3 * big // 2, 3 * big // 2 + gap, big]]
        exact = ExactSearch(matrix)
        exact.advance(1000)
        try:
            floats = walk_through(CertifiedSearch(matrix, compiled))
        except _certified_search.SearchFailed:
            continue  # giving up is sound: the caller turns to integers
        assert floats == set(exact.vertices()[0])


@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=pytest.mark.skipif(not HAVE_NUMBA, reason="needs numba"))])
def test_a_certificate_is_refused_where_values_are_within_the_error_bound(compiled, monkeypatch):
    monkeypatch.setattr(_certified_search, "PERTURBATIONS", (0.0,))
    with pytest.raises(_certified_search.SearchFailed):
        walk_through(CertifiedSearch([[2, 1], [2, 1]], compiled))


def test_the_search_turns_to_integers_where_floats_fail(monkeypatch):
    monkeypatch.setattr(_certified_search, "PERTURBATIONS", (0.0,))
    monkeypatch.setattr(_vertex_search, "SMALL", 0)
    rng = random.Random(3)
    for _ in range(20):
        a, b = random_game(rng, 0, 2, 4)
        check(a, b, enumerate_extreme(a, b))


def test_games_of_more_labels_than_a_machine_word_are_solved():
    # Columns that are strictly dominated for their player carry no weight in equilibrium.
    rng = random.Random(8)
    for _ in range(5):
        a, b = random_game(rng, 0, 2, 0, (2, 2))
        wide = [row + [rng.randint(0, 9) for _ in range(62)] for row in a], [row + [-1] * 62 for row in b]
        found = enumerate_extreme(*wide)
        assert found.complete
        assert [(x, y[:2]) for x, y in found.equilibria] == brute_equilibria(a, b)


# ---------------------------------------------------------------------------------------------------------------
# Laws.

tied = st.integers(0, 3)
shapes = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def games(draw):
    m, n = draw(shapes)
    return tuple(draw(st.lists(st.lists(tied, min_size=n, max_size=n), min_size=m, max_size=m)) for _ in "ab")


fractions = st.fractions(min_value=-5, max_value=5, max_denominator=7)


@settings(max_examples=60, deadline=None)
@given(games(), st.fractions(min_value=F(1, 9), max_value=9), st.data())
def test_positive_rescaling_and_shifts_against_each_opposing_strategy_change_nothing(game, factor, data):
    a, b = game
    columns = [data.draw(fractions) for _ in a[0]]
    rows = [data.draw(fractions) for _ in a]
    moved = (
        [[entry * factor + shift for entry, shift in zip(row, columns, strict=True)] for row in a],
        [[entry / factor + shift for entry in row] for row, shift in zip(b, rows, strict=True)],
    )
    assert enumerate_extreme(*moved) == enumerate_extreme(a, b)


@settings(max_examples=60, deadline=None)
@given(games(), st.randoms(use_true_random=False))
def test_relabelling_strategies_relabels_equilibria(game, rng):
    a, b = game
    rows, columns = list(range(len(a))), list(range(len(a[0])))
    rng.shuffle(rows)
    rng.shuffle(columns)
    mixed = enumerate_extreme(*([[p[i][j] for j in columns] for i in rows] for p in game))
    plain = enumerate_extreme(a, b)
    renamed = [(tuple(x[i] for i in rows), tuple(y[j] for j in columns)) for x, y in plain.equilibria]
    position = {pair: k for k, pair in enumerate(mixed.equilibria)}
    assert sorted(renamed) == sorted(mixed.equilibria)
    for field in ("components", "nash_subsets"):
        moved = {frozenset(position[renamed[k]] for k in part) for part in getattr(plain, field)}
        assert moved == set(map(frozenset, getattr(mixed, field)))


@settings(max_examples=60, deadline=None)
@given(games())
def test_exchanging_the_players_exchanges_the_equilibria(game):
    a, b = game
    swapped = enumerate_extreme(transpose(b), transpose(a))
    assert sorted((y, x) for x, y in swapped.equilibria) == sorted(enumerate_extreme(a, b).equilibria)


@settings(max_examples=60, deadline=None)
@given(games(), st.data())
def test_a_duplicated_row_adds_only_equilibria_that_merge_to_old_ones(game, data):
    a, b = game
    twin = data.draw(st.integers(0, len(a) - 1))
    found = enumerate_extreme([*a, a[twin]], [*b, b[twin]])
    plain = enumerate_extreme(a, b)

    def merged(x):
        return tuple(w + (x[-1] if i == twin else 0) for i, w in enumerate(x[:-1]))

    assert {(merged(x), y) for x, y in found.equilibria} == set(plain.equilibria)
    assert len(found.components) == len(plain.components)
    for x, y in plain.equilibria:
        assert ((*x, 0), y) in found.equilibria


@pytest.mark.parametrize("unit", [F(10**9), F(1, 10**9), F(10**18), 1e9, 1e-9])
def test_payoffs_of_any_order_of_magnitude_have_the_same_equilibria(unit, route):
    rng = random.Random(11)
    for shape in [(3, 3), (6, 6)]:
        a, b = random_game(rng, 0, 4, 0, shape)
        scale = (lambda p: [[unit * e for e in row] for row in p]) if isinstance(unit, Fraction) else (
            lambda p: (np.array(p) * unit).tolist()
        )
        if unit == 1e-9:  # not a binary number: scaling rounds, and may break ties
            a, b = [[3 * i + 2 * j + (i * j) % 5 for j in range(shape[1])] for i in range(shape[0])], [
                [(7 * i + 4 * j * j) % 11 + i * j for j in range(shape[1])] for i in range(shape[0])
            ]
            expected = {(support(x), support(y)) for x, y in enumerate_extreme(a, b).equilibria}
            got = enumerate_extreme(scale(a), scale(b))
            if not enumerate_extreme(a, b).degenerate:
                assert {(support(x), support(y)) for x, y in got.equilibria} == expected
            continue
        assert enumerate_extreme(scale(a), scale(b)) == enumerate_extreme(a, b)


def test_payoffs_of_two_very_different_scales_are_solved_exactly(route):
    tiny, huge = F(1, 10**9), F(10**9)
    a = [[huge, 0, tiny], [0, huge, 2 * tiny], [tiny, tiny, 3 * tiny]]
    b = [[tiny, 0, huge], [0, tiny, tiny], [huge, tiny, tiny]]
    check(a, b, enumerate_extreme(a, b))


@pytest.mark.parametrize("n", [9, 10])
def test_nondegenerate_games_have_an_odd_number_of_equilibria(n):
    # Lemke and Howson (1964).
    rng = random.Random(n)
    for _ in range(5):
        found = enumerate_extreme(*random_game(rng, 0, 10**12, 0, (n, n)))
        assert not found.degenerate
        assert len(found.equilibria) % 2 == 1


# ---------------------------------------------------------------------------------------------------------------
# Partial answers.


def test_a_spent_budget_gives_a_partial_answer_in_words():
    rng = random.Random(2)
    game = random_game(rng, 0, 10**12, 0, (20, 20))
    found = enumerate_extreme(*game, budget=0.3)
    assert not found.complete
    assert "budget of 0.3 s" in found.missing
    assert "vertices of the row player's polytope" in found.missing


def test_an_interruption_keeps_the_equilibria_found_so_far():
    rng = random.Random(4)
    a, b = random_game(rng, 0, 10**12, 0, (13, 13))
    everything = enumerate_extreme(a, b)
    counts: list[int] = []

    def interrupt(stage: str, count: int) -> None:
        counts.append(count)
        assert stage == "vertices"
        if count > 8000:
            raise KeyboardInterrupt

    found = enumerate_extreme(a, b, progress=interrupt)
    assert counts == sorted(counts)
    assert not found.complete
    assert found.missing.startswith("interrupted")
    assert set(found.equilibria) < set(everything.equilibria)
    assert found.components == found.nash_subsets == tuple((k,) for k in range(len(found.equilibria)))


def test_interruption_of_a_tied_game_leaves_only_true_equilibria(route):
    rng = random.Random(6)
    a, b = random_game(rng, 0, 2, 0, (6, 6))
    everything = enumerate_extreme(a, b)

    class Stop:
        calls = 0

        def __call__(self, stage, count):
            self.calls += 1
            raise KeyboardInterrupt

    found = enumerate_extreme(a, b, progress=Stop())
    assert set(found.equilibria) <= set(everything.equilibria)


def test_an_interruption_among_nash_subsets_leaves_equilibria_and_components_whole(monkeypatch):
    rng = random.Random(6)
    a, b = random_game(rng, 0, 1, 0, (5, 5))
    everything = enumerate_extreme(a, b)
    original = enumeration.maximal_bicliques

    def interrupted(pairs, tick):
        for number, square in enumerate(original(pairs, tick)):
            if number == 1:
                raise KeyboardInterrupt
            yield square

    monkeypatch.setattr(enumeration, "maximal_bicliques", interrupted)
    found = enumerate_extreme(a, b)
    assert len(everything.nash_subsets) > 1
    assert found.equilibria == everything.equilibria
    assert found.components == everything.components
    assert set(found.nash_subsets) < set(everything.nash_subsets)
    assert "maximal Nash subsets" in found.missing


def test_zero_budget_returns_at_once():
    found = enumerate_extreme([[1, 0], [0, 1]], [[1, 0], [0, 1]], budget=0)
    assert not found.complete


# ---------------------------------------------------------------------------------------------------------------
# Arguments, imports.


@pytest.mark.parametrize(
    "a, b, words",
    [
        ([[1, 2]], [[1], [2]], "expected 1 x 2"),
        ([[1, 2], [3]], [[1, 2], [3, 4]], "row 1 has 1"),
        ([], [], "at least one row"),
        ([[]], [[]], "at least one row"),
        ([[float("nan")]], [[1]], "finite"),
        ([[1]], [[float("inf")]], "finite"),
        ([["1"]], [[1]], "finite"),
    ],
)
def test_faulty_matrices_are_refused_with_the_reason(a, b, words):
    with pytest.raises(UsageError, match=words):
        enumerate_extreme(a, b)


def test_a_negative_budget_is_refused():
    with pytest.raises(UsageError, match="budget"):
        enumerate_extreme([[1]], [[1]], budget=-1)


def test_importing_the_module_loads_neither_numba_nor_numpy():
    code = (
        "import sys, detente.solve.two_players.enumeration as e; r = e.enumerate_extreme([[1, 0], [0, 1]], [[0, 1], [1, 0]]);"
        "assert len(r.equilibria) == 1; assert not {'numba', 'scipy', 'sympy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})


def test_without_numba_the_answers_are_the_same(monkeypatch):
    rng = random.Random(12)
    some = [random_game(rng, 0, high, 0, (10, 10)) for high in (3, 10**9)]
    with_numba = [enumerate_extreme(*game) for game in some]
    monkeypatch.setattr(_certified_search, "compiled_available", lambda labels: False)
    assert [enumerate_extreme(*game) for game in some] == with_numba


# ---------------------------------------------------------------------------------------------------------------
# Other solvers.


def near(found: Enumeration, others: list, tolerance: float = 1e-6) -> None:
    """Assert that two lists of equilibria are the same to a tolerance."""
    mine = sorted([*map(float, x), *map(float, y)] for x, y in found.equilibria)
    theirs = sorted([*map(float, x), *map(float, y)] for x, y in others)
    assert len(mine) == len(theirs)
    unmatched = [np.array(row) for row in theirs]
    for row in mine:
        gaps = [np.abs(np.array(row) - other).max() for other in unmatched]
        best = int(np.argmin(gaps))
        assert gaps[best] < tolerance
        del unmatched[best]


def test_generic_games_agree_with_nashpy():
    nashpy = pytest.importorskip("nashpy")
    rng = random.Random(21)
    for shape in [(2, 2), (3, 2), (3, 3), (4, 3), (4, 4), (5, 5)]:
        for _ in range(3):
            a, b = random_game(rng, 0, 10**6, 0, shape)
            game = nashpy.Game(np.array(a, dtype=float), np.array(b, dtype=float))
            found = enumerate_extreme(a, b)
            assert not found.degenerate
            near(found, list(game.vertex_enumeration()))


@pytest.mark.parametrize("n", [6, 8, 10, 12])
def test_generic_games_agree_with_quantecon(n):
    game_theory = pytest.importorskip("quantecon.game_theory")
    rng = np.random.default_rng(n)
    for _ in range(4):
        a, b = rng.random((n, n)), rng.random((n, n))
        game = game_theory.NormalFormGame((game_theory.Player(a), game_theory.Player(b.T)))
        near(enumerate_extreme(a, b), game_theory.vertex_enumeration(game))


def gambit_profile(profile) -> tuple:
    """Exact probabilities of a mixed profile of pygambit, whose interface changed between 16 and 17."""
    sides = [mixed for _, mixed in profile.mixed_strategies()] if hasattr(profile, "mixed_strategies") else profile
    return tuple(tuple(F(int(w.numerator), int(w.denominator)) for _, w in side) for side in sides)


@pytest.mark.parametrize("shape, high", [((3, 3), 2), ((4, 4), 3), ((3, 5), 1), ((5, 5), 9)])
def test_tied_games_agree_with_gambit_in_rational_arithmetic(shape, high):
    gambit = pytest.importorskip("pygambit")
    rng = random.Random(high)
    for _ in range(15):
        a, b = random_game(rng, 0, high, 0, shape)
        game = getattr(gambit, "StrategicGame", gambit.Game).from_arrays(np.array(a, dtype=object), np.array(b, dtype=object))
        theirs = {gambit_profile(each) for each in gambit.nash.enummixed_solve(game, rational=True).equilibria}
        assert set(enumerate_extreme(a, b).equilibria) == theirs
