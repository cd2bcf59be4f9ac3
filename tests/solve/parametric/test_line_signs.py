"""Signs and values along one parameter, against the same expressions evaluated point by point."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from detente.formula import parse, symbol
from detente.games.symbolic import SymbolicGame
from detente.solve.parametric.line_signs import LineSigns

FORMULAS = ("a*x - b", "x**2 - a", "(x - a)*(x - b)", "b - x", "1/(x - 3) + a", "x/(1 + x**2) - b/4", "a - b", "x - x")
CASES = ("max(x, a) - b", "abs(x - a) - b")


def expression_of(text):
    return parse(text).to_sympy({name: symbol(name) for name in ("x", "a", "b")})


@pytest.fixture
def line():
    game = SymbolicGame([["x", "a*b"]], {"x": (0, 2), "a": (0, 1), "b": (0, 1)}, ["all"])
    return game, LineSigns(game, "x", {"x": Fraction(1), "a": Fraction(1, 3), "b": Fraction(2, 5)}, (Fraction(0), Fraction(2)))


def test_a_value_along_a_line_is_that_of_the_expression_at_the_point(line):
    game, signs = line
    for text in (*FORMULAS, *CASES):
        expression = expression_of(text)
        quotient = signs.quotient(expression)
        assert quotient is not None or text in CASES
        for at in (Fraction(0), Fraction(1, 7), Fraction(5, 3), Fraction(-2)):
            expected = game.evaluate(expression, {"x": at, "a": Fraction(1, 3), "b": Fraction(2, 5)})
            assert quotient is None or quotient.at(at) == expected, text
    assert signs.quotient(expression_of("1/(x - 3)")).at(Fraction(3)) is None
    # a division that cancels later is one all the same
    one, below = signs.quotient(expression_of("x - 3")), signs.quotient(expression_of("1/(x - 3)"))
    assert (one * below).at(Fraction(3)) is None
    assert (one * below - 1).at(Fraction(4)) == (2 - one * below - 1).at(Fraction(4)) == (one / one - below / below).at(Fraction(5)) == 0
    assert [signs.sign_between(one * below, Fraction(at)) for at in (3, 4)] == [None, 1]


def test_what_is_not_rational_along_a_line_has_a_float_as_its_value(line):
    game, signs = line
    for text in ("exp(x) - b", "max(x**x, a)", "log(1 + x)*(x - 1/3)"):
        expression = expression_of(text)
        for at in (Fraction(1, 7), Fraction(5, 3)):
            expected = float(game.evaluate(expression, {"x": at, "a": Fraction(1, 3), "b": Fraction(2, 5)}))
            assert signs.value(expression, at) == pytest.approx(expected, rel=1e-15)
    # none where it is rational, and none where bounds do not say that it is not
    assert signs.value(expression_of("x - a"), Fraction(1, 7)) is signs.value(expression_of("x**x"), Fraction(2)) is None
    assert signs.value(expression_of("log(x)"), Fraction(-1)) is None


@pytest.mark.parametrize("more", [(), CASES])
def test_a_place_is_shared_where_one_expression_is_positive_on_both_sides(line, more):
    _, signs = line
    random = Random(11)
    for _ in range(30):
        chosen = [expression_of(text) for text in random.sample([*FORMULAS, "(x - a)**2", "1/(x - a)**2", *more], 4)]
        cells = signs.cells(chosen)
        positive = [{k for k, each in enumerate(chosen) if signs.sign_between(each, at) == 1} for at in cells.samples]
        expected = [place for place, one, other in zip(cells.places, positive, positive[1:], strict=False) if not one & other]
        assert signs.unshared(chosen) == expected


def test_places_are_not_shared_where_nothing_is_positive_or_something_has_no_value(line):
    _, signs = line
    touching, above = expression_of("-(x - a)**2"), expression_of("1 + x**2")
    assert [root.low for root in signs.unshared([touching])] == [Fraction(1, 3)]
    assert signs.unshared([touching, above]) == signs.unshared([]) == []
    # below 1/2 the logarithm has no value: of the zeros of the product one lies there, one beyond
    parts = [above, expression_of("log(x - 1/2)"), expression_of("(x - a)*(x - 3/4)")]
    assert [root.low for root in signs.unshared(parts)] == [Fraction(1, 3), Fraction(1, 2)]
