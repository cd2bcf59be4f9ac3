"""Signs over a box: proved where they are claimed, left open where they are not."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import pytest
import sympy

from detente.formula import symbol
from detente.games.rational import fast, rational_value, tree
from detente.solve.parametric.intervals import derivative, differentiated, enclose
from detente.solve.parametric.signs import bounds, possible_signs, witnessed_signs

x, y, z = map(symbol, "xyz")
UNIT = {name: (F(0), F(1)) for name in "xyz"}


def box(**ranges):
    return {name: (F(low), F(high)) for name, (low, high) in ranges.items()}


@pytest.mark.parametrize(
    ("expression", "ranges", "signs"),
    [
        (x, (0, 1), {0, 1}),
        (x, (-1, 1), {-1, 0, 1}),
        (x + 1, (0, 1), {1}),
        (x**2, (-1, 2), {0, 1}),
        (x**2 + 1, (-1, 2), {1}),
        (-(x**3), (1, 2), {-1}),
        (x**2 - x + 1, (0, 2), {1}),
        (x**2 - x + sympy.Rational(1, 4) + sympy.Rational(1, 1000), (0, 1), {1}),
        (1 / x, (1, 2), {1}),
        (1 / x, (-2, -1), {-1}),
        (1 / (x - 3), (0, 2), {-1}),
        (x**-2, (-2, -1), {1}),
        (x - x**2, (0, 1), {0, 1}),
        (sympy.Integer(0) * x, (0, 1), {0}),
        (x, (2, 2), {1}),
        (x - 2, (2, 2), {0}),
    ],
)
def test_signs_of_one_variable_are_exact(expression, ranges, signs):
    assert possible_signs(expression, box(x=ranges)) == signs


@pytest.mark.parametrize(
    ("expression", "signs"),
    [
        (x * y, {0, 1}),
        (x - y, {-1, 0, 1}),
        (x * y - x - y, {-1, 0}),  # x*y <= min(x, y)
        (x * y - x - y + 2, {1}),
        ((x - y) ** 2 + z + 1, {1}),
        (x * (1 - y) + z * y, {0, 1}),
        (x / (1 + y) - 2, {-1}),
    ],
)
def test_signs_of_several_variables_are_exact(expression, signs):
    assert possible_signs(expression, UNIT) == signs


@pytest.mark.parametrize("expression", [1 / x, 1 / (2 * x - 1), x / y, 1 / (x - y), 1 / (x * y - sympy.Rational(1, 2)), (x + 1) / x])
def test_nothing_is_claimed_where_a_pole_lies_in_the_box(expression):
    """Also on its boundary: 1/x has no value at 0."""
    assert possible_signs(expression, UNIT) == {-1, 0, 1}
    assert bounds(expression, UNIT) is None


@pytest.mark.parametrize(
    ("expression", "signs"),
    [
        (sympy.sqrt(x) + 1, {1}),
        (sympy.exp(x), {1}),
        (abs(x) - 1, {-1, 0}),
        (x + sympy.sqrt(2), {1}),
        (sympy.log(x + 1), {0, 1}),
        (sympy.Max(x, y) - 2, {-1}),
        (sympy.exp(-x) - sympy.Rational(1, 3), {1}),  # 1/e = 0.367...
        (sympy.Piecewise((1, x > 2), (-1, True)), {-1}),
        (x ** (y + 1) - 2, {-1}),
    ],
)
def test_signs_of_what_is_not_rational_are_proved_by_enclosures(expression, signs):
    assert possible_signs(expression, UNIT) == signs


@pytest.mark.parametrize("expression", [sympy.log(x), sympy.sqrt(x - 2), 1 / sympy.sqrt(x), sympy.gamma(x + 1)])
def test_nothing_is_claimed_where_a_function_has_no_value_or_is_not_known(expression):
    assert possible_signs(expression, UNIT) == {-1, 0, 1}


def test_a_parameter_with_a_zero_derivative_moves_nothing():
    flat = x * 0 + (y - y) + 3 * z
    assert bounds(flat + sympy.Integer(1), UNIT) == (1, 4)
    # the derivative by y is x, zero at one end of the box only
    assert bounds(x * y + 1, UNIT) == (1, 2)
    # the derivative by x is y - 1/2, which changes sign: the bounds must not come from one face alone
    low, high = bounds(x * (y - sympy.Rational(1, 2)), UNIT)
    assert low <= F(-1, 2)
    assert high >= F(1, 2)


def test_bounds_are_tight_for_expressions_monotone_in_every_parameter():
    expression = x * (1 - y) / (1 + z)
    assert bounds(expression, UNIT) == (0, 1)
    assert bounds(expression, box(x=(1, 2), y=(0, "1/2"), z=(1, 3))) == (F(1, 8), 1)


def test_bounds_hold_on_a_grid_of_every_kind_of_expression():
    ranges = box(x=(-1, 2), y=("1/2", 3), z=(-2, "-1/3"))
    grid = [
        dict(zip("xyz", point, strict=True))
        for point in itertools.product(*([low + (high - low) * F(k, 6) for k in range(7)] for low, high in ranges.values()))
    ]
    for expression in (
        x**2 * y - z, (x - y) ** 3 / z, x / y + y / z, x**2 - x * y + y**2, (x + y) ** 2 / (y - z), x * y * z - x**3,
        1 / y - 1 / z + x, (x**2 + 1) / (y * z) + x,
    ):  # fmt: skip
        low, high = bounds(expression, ranges)
        for point in grid:
            assert low <= rational_value(expression, point) <= high


def naive(node, ranges):
    """Interval arithmetic as the textbook has it: every product from all four pairs of ends, nothing known of signs."""
    kind = node[0]
    if kind == "s":
        return ranges[node[1]]
    if kind == "n":
        return (F(int(node[1].p), int(node[1].q)),) * 2
    if kind == "^":
        low, high = naive(node[1], ranges)
        ends = [low ** node[2], high ** node[2]]
        return (F(0) if node[2] % 2 == 0 and low <= 0 <= high else min(ends), max(ends))
    spans = [naive(each, ranges) for each in node[1]]
    low, high = spans[0]
    for a, b in spans[1:]:
        ends = [low * a, low * b, high * a, high * b]
        low, high = (low + a, high + b) if kind == "+" else (min(ends), max(ends))
    return low, high


def test_enclosures_are_those_of_the_four_ends_wherever_zero_lies():
    rnd = random.Random(0)

    def made(depth):
        kind = rnd.choice("sn+*^") if depth else rnd.choice("sn")
        if kind == "s":
            return ("s", rnd.choice("xyz"))
        if kind == "n":
            return tree(sympy.Rational(rnd.randrange(-3, 4), rnd.randrange(1, 3)))
        if kind == "^":
            return ("^", made(depth - 1), rnd.randrange(1, 4))
        return (kind, tuple(made(depth - 1) for _ in range(rnd.randrange(1, 4))))

    ends = [F(k, 2) for k in range(-3, 4)]
    for _ in range(1500):
        node = made(4)
        ranges = {name: tuple(sorted(rnd.choices(ends, k=2))) for name in "xyz"}
        points = {name: fast(low) for name, (low, high) in ranges.items() if low == high}  # one object for both ends
        spans = {name: (points[name],) * 2 if name in points else tuple(map(fast, own)) for name, own in ranges.items()}
        assert tuple(F(int(end.p), int(end.q)) for end in enclose(node, spans)) == naive(node, ranges)


@pytest.mark.parametrize(("moves", "follows"), [(x, y), (y, x)])
def test_a_parameter_that_another_makes_monotone_moves_after_it(moves, follows):
    half = sympy.Rational(1, 2)
    # the slope by one of them has both signs over the box, and one sign on each face where the other is at an end
    assert bounds(follows * (moves - half), UNIT) == (-F(1, 2), F(1, 2))
    assert bounds(follows * (moves - half) + z * (follows + 1), UNIT) == (-F(1, 2), F(5, 2))


def test_parameters_in_large_units_do_not_use_up_the_budget():
    """Cutting the widest interval first would only ever cut t."""
    t = symbol("t")
    expression = (x - y) ** 2 + x * y + sympy.Rational(1, 100) - x / 10 + t * 0 + t / 10**9
    assert possible_signs(expression, {**UNIT, "t": (F(0), F(10**6))}) == {1}


def test_a_touching_zero_is_never_missed_however_it_is_written():
    third = sympy.Rational(1, 3)
    assert possible_signs((x - third) ** 2, UNIT) == {0, 1}
    assert possible_signs(sympy.expand((x - third) ** 2), UNIT) >= {0, 1}


@pytest.mark.parametrize("pieces", [1, 2, 5, 300])
def test_a_small_budget_leaves_signs_open_instead_of_guessing(pieces):
    almost = (x - sympy.Rational(1, 3)) ** 2 - sympy.Rational(1, 10**12)  # negative only next to 1/3
    assert possible_signs(sympy.expand(almost), UNIT, pieces=pieces) == {-1, 0, 1}
    assert 1 in possible_signs(x**2 - x + 1, box(x=(0, 2)), pieces=pieces)


def test_witnessed_signs_do_occur():
    assert witnessed_signs(x - y, UNIT) >= {-1, 1}
    assert witnessed_signs(x**2 + 1, UNIT) == {1}
    assert witnessed_signs(x - x**2, UNIT) <= {0, 1}
    assert witnessed_signs(sympy.sqrt(x), UNIT) == {0, 1}
    assert witnessed_signs(sympy.log(-x), UNIT) == frozenset()


@pytest.mark.parametrize(
    "expression",
    [
        x * y + x**2 - y + 3,
        x * y - x * (y + 1),  # terms that cancel once they are differentiated
        2 * (x + y * (x + z)) + z / (1 + x),
        sympy.Max(x, y) + x**z - sympy.sqrt(x + 1),
        x + sympy.Piecewise((x, y > 0), (2 * x, True)),
        y + z,
        x,
        sympy.Integer(2),
    ],
)
def test_derivatives_term_by_term_are_those_of_the_whole(expression):
    assert [differentiated(expression, name) for name in "xyz"] == [expression.diff(each) for each in (x, y, z)]


def test_only_the_parameters_of_a_case_make_jumps():
    cases = z + sympy.Piecewise((x, y > 0), (2 * x, True)) + sympy.sign(z)
    assert [derivative(cases, name) == ("?",) for name in "xyz"] == [False, True, True]
