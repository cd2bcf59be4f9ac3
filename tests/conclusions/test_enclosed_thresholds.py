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
from detente.solve.parametric.curves import Curve


def one(text, box, **at):
    """The thresholds of the sign of a formula."""
    game = SymbolicGame([["0"]], box)
    return thresholds(game, next(iter(box)), formula.parse(text), at)


@pytest.mark.parametrize(
    ("text", "box", "expected"),
    [
        ("3**x - 2", {"x": (0, 2)}, [log(2) / log(3)]),
        ("exp(x) - 5*x", {"x": (0, 3)}, [0.2591711018190738, 2.542641357773527]),  # -W(-1/5) on both branches
        ("x**(5/2) - 2", {"x": ("1/10", 4)}, [2 ** (2 / 5)]),
        ("log(x) - 1", {"x": (1, 5)}, [exp(1)]),
        ("abs(exp(x) - 2) - 1/2", {"x": (0, 2)}, [log(1.5), log(2.5)]),
        ("exp(x) + 1", {"x": (0, 2)}, []),
        ("exp(x)/(exp(x) + 1) - 2/3", {"x": (0, 2)}, [log(2)]),
        ("(exp(x) - 2)*(exp(x) - 3)", {"x": (0, 2)}, [log(2), log(3)]),
        ("x*log(x) + 1/5", {"x": ("1/100", 1)}, [float(mpmath.exp(mpmath.lambertw(-0.2, k))) for k in (-1, 0)]),
        ("2**x*3**(1 - x) - 1", {"x": (0, 4)}, [log(3) / log(1.5)]),
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
        assert each.at_point == 0
        data = number_to_json(each.at)
        assert F(data["enclosed"][0]) <= F(data["enclosed"][1])
        assert data["float"] == pytest.approx(float(value))


@pytest.mark.parametrize("seed", range(12))
def test_roots_agree_with_a_scan_in_high_precision(seed):
    generator = random.Random(seed)
    x = symbol("x")
    expression = sum(generator.randint(-4, 4) * sympy.exp(sympy.Rational(generator.randint(-6, 6), 4) * x) for _ in range(3)) + x
    found = Curve(expression, "x").roots(F(-3), F(3), "key")
    assert all(each.certain for each in found)
    call = mpmath.workdps(60)(sympy.lambdify(x, expression, "mpmath"))
    grid = [mpmath.mpf(-3) + mpmath.mpf(k) * 6 / 1500 for k in range(1501)]
    signs = [call(point) > 0 for point in grid]
    scanned = [(a, b) for a, b, s, t in zip(grid, grid[1:], signs, signs[1:], strict=False) if s != t]
    # roots closer than the grid come in pairs, which a scan cannot see
    assert len(found) >= len(scanned)
    assert (len(found) - len(scanned)) % 2 == 0
    for low, high in scanned:
        assert any(low <= float(each.value) <= high for each in found)
    for each in found:
        if each.low < each.high:
            with mpmath.workdps(60):
                ends = [call(mpmath.mpf(end.numerator) / end.denominator) for end in (each.low, each.high)]
            assert (ends[0] > 0) != (ends[1] > 0)


@pytest.mark.parametrize(
    ("text", "box", "expected"),
    [
        ("sqrt(x) - x/2 - 3/8", {"x": ("1/10", 4)}, {F(1, 4): (-1, 0, 1), F(9, 4): (1, 0, -1)}),  # y = sqrt(x): (y - 1/2)(y - 3/2)
        ("max(x - 1, 0) - 1/2", {"x": (0, 2)}, {F(3, 2): (-1, 0, 1)}),
        ("sqrt(x) - x", {"x": (0, 2)}, {F(0): (None, 0, 1), F(1): (1, 0, -1)}),
        ("exp(x) - 1 - x", {"x": (-1, 1)}, {F(0): (1, 0, 1)}),  # touches 0 from above
        ("(x - 2/3)*(exp(x) - exp(1))", {"x": (0, 2)}, {F(2, 3): (1, 0, -1), F(1): (-1, 0, 1)}),
        ("1/log(x)", {"x": ("1/2", 3)}, {F(1): (-1, None, 1)}),
        ("exp(2*x) - 3*exp(x) + 2", {"x": ("-1", "1/2")}, {F(0): (1, 0, -1)}),
        ("abs(x) - abs(x - 1) - 1/3", {"x": (0, 1)}, {F(2, 3): (-1, 0, 1)}),
    ],
)
def test_a_fraction_at_which_a_formula_vanishes_is_found_exactly(text, box, expected):
    found = {F(str(each.at)): (each.before, each.at_point, each.after) for each in one(text, box).inside}
    assert found == expected


def test_what_is_algebraic_stays_exact_next_to_what_is_enclosed():
    rational, enclosed, root = one("(x - 1)*(exp(x) - 3)*(x**2 - 2)", {"x": (0, 2)}).inside
    assert rational.at == 1
    assert root.at == sympy.sqrt(2)
    assert float(enclosed.at) == pytest.approx(log(3))
    assert [each.at_point for each in (rational, enclosed, root)] == [0, 0, 0]


def test_a_double_root_is_found_where_the_formula_is_a_square():
    (touch,) = one("(exp(x) - 2)*(exp(x) - 2)", {"x": (0, 2)}).inside
    assert (touch.before, touch.at_point, touch.after) == (1, 0, 1)
    assert touch.at.low < F("0.693147180559945309417232") < touch.at.high


def test_a_double_root_that_no_fraction_and_no_factor_shows_is_not_passed_over_in_silence():
    """exp(x) - e*x touches 0 at 1, which is found; shifted by sqrt(2) it is out of reach, and said to be."""
    assert one("exp(x) - exp(1)*x", {"x": (0, 3)}).inside[0].at == 1
    found = one("exp(x - sqrt(2)) - 1 - (x - sqrt(2))", {"x": (0, 3)})
    assert not found.inside
    assert any("1.41421" in note and "not decided" in note for note in found.notes)


def test_two_formulas_that_vanish_at_one_irrational_number_are_one_open_place():
    """log(x) = 1/2 and x**2 = e are the same; that no comparison lies between is not known, so at it nothing is said."""
    (only,) = one("(log(x) - 1/2)*(x**2 - exp(1))", {"x": (1, 3)}).inside or [None]
    assert only is None or not only.told
    text = " ".join(one("(log(x) - 1/2)*(x**2 - exp(1))", {"x": (1, 3)}).notes)
    assert "not decided" in text


def test_a_jump_is_found_without_being_called_a_zero():
    found = one("piecewise(1, exp(x) < 2, -1)", {"x": (0, 2)})
    [step] = found.inside
    assert (step.before, step.at_point, step.after) == (1, -1, -1)  # exp(x) < 2 fails where it is 2
    assert float(step.at) == pytest.approx(log(2), abs=1e-12)


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


def test_an_interval_that_is_a_point_has_its_state_and_no_threshold():
    found = one("exp(x) - 1", {"x": (1, 1, 1)})
    assert (found.inside, found.state) == ((), 1)
    with pytest.raises(detente.UsageError, match="cannot be enclosed"):
        thresholds(SymbolicGame([[sympy.gamma(symbol("x")), 1]], {"x": (1, 2)}), "x")


def test_equilibria_of_a_larger_game_are_followed_along_what_is_not_rational_mixed_ones_too():
    """Rock, paper, scissors with prize exp(x) - 1: the mixed equilibrium is unique for x > 0; all are equilibria at 0."""
    win = [["0", "-1", "exp(x) - 1"], ["exp(x) - 1", "0", "-1"], ["-1", "exp(x) - 1", "0"]]
    game = SymbolicGame([win, [list(row) for row in zip(*win, strict=True)]], {"x": ("1/10", 2)})
    found = thresholds(game, "x")
    assert found.state == ("1+2+3,1+2+3",)
    assert not found.inside


@pytest.mark.parametrize("seed", range(25))
def test_between_thresholds_states_are_those_of_the_numeric_game_and_they_differ_across(seed):
    rnd = random.Random(seed)

    def entry():
        kind = rnd.random()
        if kind < 0.4:
            return str(rnd.randint(-2, 2))
        return rnd.choice([
            f"{rnd.randint(1, 3)}*exp({rnd.choice(['', '-'])}x) - {rnd.randint(1, 4)}",
            f"x**({rnd.randint(1, 5)}/2) - {rnd.randint(0, 3)}",
            f"log(x + {rnd.randint(1, 2)}) - {rnd.randint(0, 1)}/2",
            f"max({rnd.randint(-1, 1)}, x - {rnd.randint(0, 2)})",
            f"{rnd.randint(-2, 2)}*x + {rnd.randint(-2, 2)}",
        ])  # fmt: skip

    game = SymbolicGame([[[entry() for _ in "ab"] for _ in "ab"] for _ in "ab"], {"x": ("1/16", 3)})
    found = thresholds(game, "x")
    edges = [F(1, 16), *(end for each in found.inside for end in _bounds(each.at)), F(3)]
    states = [found.state, *(each.after for each in found.inside)]
    for k, state in enumerate(states):
        for share in (F(1, 7), F(1, 2), F(5, 6)):
            at = edges[2 * k] + (edges[2 * k + 1] - edges[2 * k]) * share
            numeric = game.at(x=at)
            pure = {",".join(numeric.profile_labels(each)) for each in numeric.profiles() if _stable(numeric, each)}
            assert pure == {each for each in state if each not in {"mixed", "continuum"}}, (seed, float(at))


def _bounds(value):
    return (value.low, value.high) if isinstance(value, Enclosure) else (F(float(value)) - F(1, 10**12), F(float(value)) + F(1, 10**12))


def _stable(numeric, profile):
    return all(
        numeric.payoff(player, profile) >= numeric.payoff(player, (*profile[:player], other, *profile[player + 1 :])) - 1e-13
        for player in (0, 1)
        for other in (0, 1)
    )
