"""Thresholds that no polynomial gives: enclosed, alone in their enclosure, and right against known values."""

import random
from fractions import Fraction as F
from math import exp, log

import mpmath
import pytest
import sympy

import detente
from detente import formula
from detente.conclusions.thresholds import thresholds
from detente.games.symbolic import SymbolicGame, symbol
from detente.numbers import Enclosure, number_to_json
from detente.solve.parametric.enclosures import Curve


def one(text, box, **at):
    """The thresholds of the sign of a formula."""
    game = SymbolicGame([["0"]], box)
    return thresholds(game, next(iter(box)), formula.parse(text), at)


@pytest.mark.parametrize(
    ("text", "box", "expected"),
    [
        ("3**x - 2", {"x": (0, 2)}, [log(2) / log(3)]),
        ("exp(x) - 5*x", {"x": (0, 3)}, [0.2591711018190738, 2.542641357773527]),  # -W(-1/5) on both branches
        ("x**(5/2) - 2", {"x": (0, 4)}, [2 ** (2 / 5)]),
        ("sqrt(x) - x/2 - 3/8", {"x": ("1/10", 4)}, [F(1, 4), F(9, 4)]),  # with y = sqrt(x): (y - 1/2)(y - 3/2) = 0
        ("log(x) - 1", {"x": (1, 5)}, [exp(1)]),
        ("max(x - 1, 0) - 1/2", {"x": (0, 2)}, [1.5]),
        ("abs(exp(x) - 2) - 1/2", {"x": (0, 2)}, [log(1.5), log(2.5)]),
        ("exp(x) + 1", {"x": (0, 2)}, []),
    ],
)
def test_roots_are_enclosed_and_all_of_them_are_found(text, box, expected):
    found = one(text, box)
    assert len(found.inside) == len(expected)
    for each, value in zip(found.inside, expected, strict=True):
        assert isinstance(each.at, Enclosure)
        assert each.at.low <= F(value) + F(1, 10**14)
        assert each.at.high >= F(value) - F(1, 10**14)
        assert each.at.high - each.at.low < F(1, 10**12)
        assert {each.before, each.after} == {-1, 1}
        assert each.at_point in {0, None}
        data = number_to_json(each.at)
        assert F(data["enclosed"][0]) <= F(data["enclosed"][1])
        assert data["float"] == pytest.approx(float(value))


@pytest.mark.parametrize("seed", range(12))
def test_roots_agree_with_a_scan_in_high_precision(seed):
    generator = random.Random(seed)
    x = symbol("x")
    expression = sum(generator.randint(-4, 4) * sympy.exp(sympy.Rational(generator.randint(-6, 6), 4) * x) for _ in range(3)) + x
    found = Curve(expression, x, {}).roots(F(-3), F(3))
    assert not found.knots
    call = sympy.lambdify(x, expression, "mpmath")
    grid = [mpmath.mpf(-3) + mpmath.mpf(k) * 6 / 1500 for k in range(1501)]
    signs = [call(point) > 0 for point in grid]
    scanned = [(a, b) for a, b, s, t in zip(grid, grid[1:], signs, signs[1:], strict=False) if s != t]
    # roots closer than the grid come in pairs, which a scan cannot see
    assert len(found.roots) >= len(scanned)
    assert (len(found.roots) - len(scanned)) % 2 == 0
    for low, high in scanned:
        assert any(low <= float(each) <= high for each in found.roots)
    for each in found.roots:
        assert (call(mpmath.mpf(each.low.numerator) / each.low.denominator) > 0) != (
            call(mpmath.mpf(each.high.numerator) / each.high.denominator) > 0
        )


def test_a_double_root_is_not_passed_over_in_silence():
    found = one("(exp(x) - 2)*(exp(x) - 2)", {"x": (0, 2)})
    assert not found.inside
    assert any("not decided" in note for note in found.notes)
    assert any("0.693147" in note for note in found.notes)


def test_a_jump_is_found_without_being_called_a_zero():
    found = one("piecewise(1, exp(x) < 2, -1)", {"x": (0, 2)})
    [step] = found.inside
    assert step.before == 1
    assert step.after == -1
    assert step.at_point is None
    assert float(step.at) == pytest.approx(log(2), abs=1e-6)


def test_the_set_of_equilibria_changes_where_an_exponential_crosses():
    game = SymbolicGame([[["2**x", "0"], ["3", "1"]], [["1", "0"], ["0", "1"]]], {"x": (0, 3)})
    found = thresholds(game, "x")
    [step] = found.inside  # 1,1 is an equilibrium from 2**x = 3 on
    assert float(step.at) == pytest.approx(log(3) / log(2))
    assert step.before == ("2,2",)
    assert step.at_point == ("1,1", "2,2", "continuum")  # the first player is indifferent there
    assert step.after == ("1,1", "2,2", "mixed")


def test_a_parametric_exponent_is_rational_along_its_base_and_enclosed_along_itself():
    box = {"s": ("1/10", "3/10", "6/10"), "k": (1, 2, 3)}
    game = SymbolicGame([["(9/10/s)**k - 20", "0"]], box)
    along_base = thresholds(game, "s", formula.parse("(9/10/s)**k - 20"))
    assert not isinstance(along_base.inside[0].at, Enclosure)  # at k = 2: an exact square root
    along_exponent = thresholds(game, "k", formula.parse("(9/10/s)**k - 20"))
    assert float(along_exponent.inside[0].at) == pytest.approx(log(20) / log(3))


def test_what_lies_outside_the_interval_is_said_to_be_open():
    assert any("were not searched" in note for note in one("exp(x) - 100", {"x": (0, 1)}).notes)


def test_a_point_interval_and_levers_are_refused_with_the_reason():
    with pytest.raises(detente.UsageError, match="is a point"):
        one("exp(x) - 1", {"x": (1, 1, 1)})
