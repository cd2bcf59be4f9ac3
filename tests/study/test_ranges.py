"""Ranges of formulas: what they promise holds at every corner and at random points between."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import pytest

from detente import formula
from detente.errors import FormulaError
from detente.study.ranges import hull, range_of

NAMES = ("a", "b", "c")


def _random_formula(rnd, depth):
    """A formula as text, from every operator of the grammar; divisors and roots on purpose close to trouble."""
    if depth == 0:
        return rnd.choice((*NAMES, "0", "1", "2", "1/3", "7"))
    inner = [_random_formula(rnd, depth - 1) for _ in range(3)]
    return rnd.choice((
        "({0} + {1})", "({0} - {1})", "({0}*{1})", "({0}/{1})", "(-{0})", "({0})**2", "({0})**3", "({0})**-1", "({0})**(1/2)",
        "({0})**({1})", "min({0}, {1})", "max({0}, {1}, {2})", "abs({0})", "sqrt({0})", "exp({0})", "log({0})",
        "piecewise({0}, {1} > {2}, {2})", "piecewise({0}, not {1} == 0 and ({0} < 1 or {2} >= 1), {1})",
    )).format(*inner)  # fmt: skip


def _interval(rnd):
    low = Fraction(rnd.randint(-3, 3), rnd.choice((1, 2, 3)))
    high = low + Fraction(rnd.randint(0, 3), rnd.choice((1, 2)))
    return low, high, low + (high - low) * Fraction(rnd.randint(0, 2), 2)


def _value(parsed, point):
    try:
        return parsed.evaluate(point)
    except FormulaError:
        return None


def test_a_formula_with_a_range_has_a_value_in_it_at_every_point_and_most_sound_ones_have_one():
    rnd = random.Random(0)
    sound = decided = 0
    for _ in range(2500):
        parsed = formula.parse(_random_formula(rnd, rnd.randint(1, 3)))
        box = {name: _interval(rnd) for name in NAMES}
        found = range_of(parsed.root, {name: hull(each) for name, each in box.items()}.get, lambda node: None)
        corners = [dict(zip(NAMES, each, strict=True)) for each in product(*(box[name] for name in NAMES))]
        between = [{name: low + (high - low) * Fraction(rnd.randint(0, 8), 8) for name, (low, high, _) in box.items()} for _ in range(8)]
        values = [_value(parsed, point) for point in (*corners, *between)]
        sound += None not in values
        decided += found is not None
        if found is not None:
            assert None not in values, (parsed.text, box)
            assert all(found.low <= each <= found.high for each in values), (parsed.text, box)
    assert sound > decided > sound / 2 > 500  # what ranges cannot decide is left to the corners and is not the rule


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1/(a - a)", "the same name twice is not seen as such, so zero is in the interval"),
        ("1/(a - 2)", "zero at an end"),
        ("sqrt(a - 3/2)", "a root of a negative number"),
        ("(a - 3/2)**(1/2)", "the same as a power"),
        ("(a - 3/2)**-1", "a divisor as a power"),
        ("0**(a - 3/2)", "zero to a negative power"),
        ("1/(sqrt(a) - sqrt(2))", "what a float that should be zero is, nobody knows"),
        ("a**b", "an exponent far too large"),
        ("(a**500)**500", "digits without end"),
        ("((a**(1/2))*2**800)*2**800", "a float without end"),
        ("exp(a)", "not decided by ranges"),
        ("c", "a name without a range"),
        ("payoff[us][x]", "an item without a range"),
    ],
)
def test_what_may_lack_a_value_has_no_range(text, why):
    box = {"a": hull((Fraction(1), Fraction(2))), "b": hull((Fraction(1, 2), Fraction(2000)))}
    assert range_of(formula.parse(text).root, box.get, lambda node: None) is None, why


def test_bits_bound_the_digits_of_every_corner():
    # (1/3 + 1/5)*(1/7) = 8/105 has 7 bits; the bound is the schoolbook one, 2 + 3 + 1 + 3
    box = {name: hull((Fraction(1, value),)) for name, value in (("a", 3), ("b", 5), ("c", 7))}
    found = range_of(formula.parse("(a + b)*c").root, box.get, lambda node: None)
    assert (found.low, found.high, found.bits) == (Fraction(8, 105), Fraction(8, 105), 9)
