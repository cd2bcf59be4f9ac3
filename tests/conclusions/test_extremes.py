"""Proved bounds on expressions over parts of boxes, compared with grids that the engine does not see."""

import math
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from detente import formula
from detente.conclusions.extremes import greatest, least
from detente.games.symbolic import SymbolicGame, symbol

NAMES = ("x", "y", "z")
X, Y, Z = map(symbol, NAMES)


def box(low=-1, high=1, constraints=()):
    return SymbolicGame([[0, 1]], {name: (low, high) for name in NAMES}, constraints=constraints)


def polynomial(random):
    """A polynomial as {exponents: coefficient}, with its SymPy expression."""
    terms = {}
    for _ in range(random.randint(2, 5)):
        powers = tuple(random.choice((0, 0, 1, 1, 2)) for _ in NAMES)
        terms[powers] = terms.get(powers, 0) + random.randint(-4, 4)
    expression = sum((c * X**p[0] * Y**p[1] * Z**p[2] for p, c in terms.items()), 0 * X)
    return (lambda x, y, z: sum(c * x ** p[0] * y ** p[1] * z ** p[2] for p, c in terms.items())), expression


def test_no_point_of_a_grid_is_beyond_a_bound_and_points_attain_their_value():
    random = Random(3)
    grid = [Fraction(k, 5) for k in range(-5, 6)]
    closed = found = 0
    for _ in range(16):
        f, expression = polynomial(random)
        parts = [polynomial(random) for _ in range(random.randint(0, 2))]
        top = greatest(box(), expression, [e for _, e in parts])
        inside = [f(*p) for p in product(grid, repeat=3) if all(g(*p) >= 0 for g, _ in parts)]
        if top.empty:
            assert not inside
            continue
        assert all(value <= top.bound for value in inside)
        if top.value is not None:
            found += 1
            point = tuple(top.point[name] for name in NAMES if name in top.point)
            assert len(point) == 3
            assert all(g(*point) >= 0 for g, _ in parts)
            assert f(*point) == top.value <= top.bound
            closed += top.bound - top.value < Fraction(1, 1000)
    assert found >= 13
    assert closed >= found - 3


def test_a_bound_that_two_inequalities_make_is_found():
    # x + y <= 1 and x - y <= 0: x is at most 1/2
    top = greatest(box(), X, [1 - X - Y, Y - X])
    assert top.value <= Fraction(1, 2) <= top.bound
    assert top.bound - top.value < Fraction(1, 10**5)


def test_the_least_value_is_minus_the_greatest_of_the_negative():
    # x**2 + y with y >= x: at x = -1/2 this is 1/4 - 1/2
    low = least(box(), X**2 + Y, [Y - X])
    assert low.bound <= Fraction(-1, 4) <= low.value
    assert low.value - low.bound < Fraction(1, 10**4)


def test_a_part_without_points_is_empty():
    assert greatest(box(), X, [X - Y - 3]).empty
    assert greatest(box(), X, [Y - X - 1, X - Y - 1]).empty
    assert greatest(box(), X, [0 * X - 1]).empty


def test_constraints_of_the_game_cut_the_box():
    top = greatest(box(constraints=("x <= y", "y <= 1/4")), X)
    assert top.bound == top.value == Fraction(1, 4)
    # a constraint that is not rational is met at points only
    odd = greatest(box(0, 1, constraints=("exp(x) <= 2",)), Y)
    assert odd.exact
    assert odd.value == 1


def test_a_box_of_its_own_replaces_intervals():
    assert greatest(box(), X * Y, box={"x": (0, 3), "y": 2}).value == 6


def test_a_pole_gives_no_bound_and_no_error():
    top = greatest(box(), 1 / X)
    assert top.bound is None
    assert top.value is not None
    assert 1 / top.point["x"] == top.value


@pytest.mark.parametrize(
    ("text", "top"),
    [("exp(x)", math.e), ("sqrt(x + 2)", math.sqrt(3)), ("x*exp(y)", math.e), ("max(x, y) - min(y, z)", 2.0), ("abs(x) + abs(y - 1)", 3.0)],
)
def test_irrational_values_and_cases_are_enclosed(text, top):
    game = box()
    found = greatest(game, game.expression(formula.parse(text)))
    assert float(found.value) <= top + 1e-12
    assert float(found.bound) >= top - 1e-12
    assert float(found.bound - found.value) < 1e-5


def test_a_jump_between_cases_is_bounded_on_both_sides():
    # 2 - x where x > 0, else x: the supremum 2 is approached from the right of 0, where it is not attained
    game = box()
    expression = game.expression(formula.parse("piecewise(2 - x, x > 0, x)"))
    found = greatest(game, expression)
    assert found.bound == 2
    assert found.value is None or found.value < 2
    assert least(game, expression).value == -1


def test_a_spent_budget_leaves_a_bound_that_still_holds():
    f = X**2 * Y - Y**2 * Z + Z**2 * X
    rough, fine = greatest(box(), f, [X + Y + Z], pieces=0), greatest(box(), f, [X + Y + Z], pieces=500)
    assert rough.bound >= fine.bound >= fine.value


def test_equations_are_solved_for_a_parameter():
    # x y = z exactly: the greatest x + z is at x = 1, y = z = 1; the least x on it with z = 1 and y <= 1 is 1
    top = greatest(box(0, 1), X + Z, [X * Y - Z, Z - X * Y])
    assert (top.bound, top.value) == (2, 2)
    assert top.point["x"] * top.point["y"] == top.point["z"]
    low = least(box(0, 1), X, [X * Y - Z, Z - X * Y, Z - 1])
    assert low.bound <= 1 <= low.value
    assert low.value - low.bound < Fraction(1, 1000)
    # an equation that the box cannot meet
    assert greatest(box(), X, [X + Y - 3, 3 - X - Y]).empty


def test_factors_that_are_positive_do_not_hide_that_inequalities_are_at_odds():
    # x (y z - z) >= 0 and x (z - 1/2) >= 0 with y <= 3/4, z >= 1/2, x >= 1/4 cannot both hold
    game = SymbolicGame([[0, 1]], {"x": ("1/4", 1), "y": (0, "3/4"), "z": (0, 1)})
    assert greatest(game, Y, [X * (Y * Z - Z), X * (Z - Fraction(1, 2))]).empty
