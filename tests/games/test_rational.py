"""Exact values and derivatives of rational expressions."""

from __future__ import annotations

import random
from fractions import Fraction as F

import pytest
import sympy
from flint import fmpq

from detente.formula import symbol
from detente.games.rational import rational_value, shared_value, slope, tree, value_of

x, y = symbol("x"), symbol("y")


@pytest.mark.parametrize(
    ("expression", "function"),
    [
        (x**3 - 2 * x * y + sympy.Rational(1, 3), lambda x, y: x**3 - 2 * x * y + F(1, 3)),
        ((x - y) / (x + y), lambda x, y: (x - y) / (x + y)),
        (1 / (1 + 1 / x), lambda x, y: 1 / (1 + 1 / x)),
        (x**-2 * y, lambda x, y: y / x**2),
        (sympy.Integer(7), lambda x, y: F(7)),
        (x, lambda x, y: x),
    ],
)
def test_a_rational_expression_has_its_exact_value(expression, function):
    generator = random.Random(0)
    for _ in range(20):
        at = {"x": F(generator.randrange(1, 50), 7), "y": F(generator.randrange(1, 50), 11)}
        value = rational_value(expression, at)
        assert value == function(**at)
        assert type(value) is F


@pytest.mark.parametrize("expression", [1 / x, (x + y) / x, 1 / (1 + 1 / x)])
def test_there_is_no_value_where_the_expression_divides_by_zero(expression):
    assert rational_value(expression, {"x": F(0), "y": F(1)}) is None


@pytest.mark.parametrize("expression", [sympy.sqrt(x), sympy.exp(x), sympy.Max(x, sympy.sqrt(x)), sympy.Float(0.5) * x, sympy.pi])
def test_there_is_no_exact_value_of_what_is_not_rational(expression):
    assert rational_value(expression, {"x": F(4)}) is None


@pytest.mark.parametrize(
    ("expression", "function"),
    [
        (sympy.Max(x, y, 1) - sympy.Min(x, 2 * y), lambda x, y: max(x, y, 1) - min(x, 2 * y)),
        (abs(x - y) / 3, lambda x, y: abs(x - y) / 3),
        (sympy.Piecewise((1 / x, x > y), (x * y, True)), lambda x, y: 1 / x if x > y else x * y),
        (sympy.Piecewise((x, (x > y) & (x <= 2)), (y, (x < 1) | ~(y >= 1)), (3, True)),
         lambda x, y: x if y < x <= 2 else y if x < 1 or y < 1 else F(3)),
        (sympy.Piecewise((x, sympy.Ne(x, 1)), (y, sympy.Eq(y, 2)), (0, True)),
         lambda x, y: x if x != 1 else y if y == 2 else F(0)),
    ],
)  # fmt: skip
def test_cases_of_rational_functions_have_their_exact_values(expression, function):
    for at in ({"x": F(a, 2), "y": F(b, 2)} for a in range(1, 6) for b in range(-3, 6)):
        assert rational_value(expression, at) == function(**at)


def test_a_case_has_no_value_where_its_condition_has_none():
    cases = sympy.Piecewise((x, 1 / y > 1), (2, True))
    assert rational_value(cases, {"x": F(5), "y": F(0)}) is None
    assert rational_value(sympy.Piecewise((1 / x, x > 0), (2, True)), {"x": F(0)}) == 2
    assert rational_value(sympy.Piecewise((x, x > 0)), {"x": F(0)}) is None


def test_large_numbers_are_not_rounded():
    assert rational_value(x**3 + 1, {"x": F(10**60, 3)}) == F(10**60, 3) ** 3 + 1


@pytest.mark.parametrize("expression", [x**3 - 2 * x * y, (x - y) / (x + y), x**-2 * y, (x * y + 1) ** 4, 3 * x, y + 1])
def test_the_slope_of_a_tree_is_the_derivative(expression):
    def value(node, at):
        kind = node[0]
        if kind == "s":
            return at[node[1]]
        if kind == "n":
            return F(int(node[1].p), int(node[1].q))
        if kind == "^":
            return value(node[1], at) ** node[2]
        parts = [value(each, at) for each in node[1]]
        total = F(0) if kind == "+" else F(1)
        for part in parts:
            total = total + part if kind == "+" else total * part
        return total

    at = {"x": F(3, 2), "y": F(5, 7)}
    for name in ("x", "y"):
        found = slope(tree(expression), name)
        expected = rational_value(expression.diff(symbol(name)), at)
        assert (F(0) if found is None else value(found, at)) == expected


def test_a_tree_keeps_numbers_exact_and_marks_what_it_cannot_say():
    assert tree(sympy.Rational(1, 3)) == ("n", fmpq(1, 3), 1)
    assert tree(sympy.Rational(-1, 3)) == ("n", fmpq(-1, 3), -1)
    assert tree(sympy.sin(x)) == ("?",)


def test_a_power_is_rational_where_its_exponent_is_a_whole_number():
    a, b = symbol("a"), symbol("b")
    power = (a / 3) ** b
    assert rational_value(power + 1, {"a": F(1), "b": F(2)}) == F(10, 9)
    assert rational_value(power, {"a": F(1), "b": F(-2)}) == 9
    assert rational_value(power, {"a": F(1), "b": F(1, 2)}) is None
    assert rational_value(power, {"a": F(0), "b": F(-1)}) is None
    assert rational_value(power, {"a": F(1), "b": F(10**9)}) is None


def test_terms_that_sums_share_are_worked_out_once_and_the_sums_are_the_same():
    sums = [tree(x * y**2 + each) for each in (x, 1 / y, 3 * x + y)]
    at, known = {"x": fmpq(2, 3), "y": fmpq(5)}, {}
    assert [shared_value(each, at, known) for each in sums] == [value_of(each, at) for each in sums]
    assert len(known) == 5  # x*y**2, x, 1/y, 3*x, y
    assert shared_value(tree(x * y), at, known) == fmpq(10, 3)
