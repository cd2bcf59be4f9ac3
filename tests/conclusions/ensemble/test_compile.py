from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from detente import formula
from detente.conclusions.ensemble import compiled, draws, payoffs
from detente.errors import FormulaError, UsageError
from detente.games.symbolic import SymbolicGame, symbol

NAMES = ("x", "y", "z")
FORMULAS = [
    "x + y - z",
    "x - y/z + 2*x**3/7",
    "-(x*y) - z",
    "(x + y)**2/(x - y - 10)",
    "min(x, y, z) + max(x, 2)*abs(y - z)",
    "exp(-x) + log(y)*sqrt(z) - y**0.75",
    "x**y",
    "2**x - 3**-2",
    "piecewise(x, x < y, y, y <= z and not x == 2, z)",
    "piecewise(1, x > 2 or y > 2, log(x - 1), x > 1, 0)",
    "3/4 - x/3",
    "x**-2 * y**-1",
    "5",
]
VALUES = {name: np.random.default_rng(k).uniform(0.5, 3, 300) for k, name in enumerate(NAMES)}


def exactly(text, k):
    return float(formula.parse(text).evaluate({name: Fraction(VALUES[name][k]) for name in NAMES}))


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("through_sympy", [False, True])
def test_a_compiled_formula_has_the_values_of_the_exact_one(text, through_sympy):
    given_ = formula.parse(text)
    if through_sympy:
        given_ = given_.to_sympy({name: symbol(name) for name in NAMES})
    (found,) = compiled([given_], {}, NAMES)(VALUES)
    found = np.broadcast_to(found, 300)
    for k in range(0, 300, 7):
        assert found[k] == pytest.approx(exactly(text, k), rel=1e-13, abs=1e-13)


LEAVES = st.sampled_from(["x", "y", "z", "2", "1/3", "0.5"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
        st.builds("({})**2".format, inner),
        st.builds("(-{})".format, inner),
        st.builds("({})/(1 + ({})**2)".format, inner, inner),
        st.builds("piecewise({}, {} < {}, {})".format, inner, inner, inner, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=40)
@given(TREES)
def test_any_formula_agrees_with_its_exact_evaluation(text):
    parsed = formula.parse(text)
    points = {"x": np.array([0.25, 2.0, 3.0]), "y": np.array([1.5, -0.5, 0.0]), "z": np.array([1.0, 1.0, -2.0])}
    for each in (parsed, parsed.to_sympy({name: symbol(name) for name in NAMES})):
        found = np.broadcast_to(compiled([each], {}, NAMES)(points)[0], 3)
        for k in range(3):
            exact = float(parsed.evaluate({name: Fraction(points[name][k]) for name in NAMES}))
            assert found[k] == pytest.approx(exact, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("text", ["x < y", "x + y >= 2*z", "x == x", "x != y and not z > 1", "x < 1 or y < 1"])
def test_a_compiled_condition_is_true_where_the_exact_one_is(text):
    parsed = formula.parse(text, condition=True)
    for each in (text, parsed, parsed.to_sympy({name: symbol(name) for name in NAMES})):
        found = np.broadcast_to(compiled([each], {}, NAMES, condition=True)(VALUES)[0], 300)
        exact = [parsed.evaluate({name: Fraction(VALUES[name][k]) for name in NAMES}) for k in range(300)]
        assert found.tolist() == exact


def test_a_part_that_occurs_twice_is_computed_once():
    program = compiled(["exp(x*y) + 1", "exp(x*y) + 2", "x*y"], {}, NAMES)
    assert [operation for _, operation, _ in program.steps].count("exp") == 1
    assert [operation for _, operation, _ in program.steps].count("*") == 1


def test_derived_values_are_inlined_or_held_free():
    derived = {"s": "x + y", "t": "2*s"}
    assert compiled(["t*z"], derived, NAMES)({"x": 1.0, "y": 2.0, "z": 5.0}) == [30.0]
    assert compiled(["t*z"], derived, ("s", "z"))({"s": 4.0, "z": 5.0}) == [40.0]
    with pytest.raises(UsageError, match="cycle: s -> t -> s"):
        compiled(["s"], {"s": "t", "t": "s"}, NAMES)


def test_names_that_nothing_defines_are_refused():
    with pytest.raises(FormulaError, match="unknown name 'w'"):
        compiled(["x + w"], {}, NAMES)
    with pytest.raises(UsageError, match="unknown parameter 'w'"):
        compiled([symbol("w")], {}, NAMES)
    with pytest.raises(UsageError, match="sin"):
        compiled([sympy.sin(symbol("x"))], {}, NAMES)


GAME = SymbolicGame(
    [
        [["a - c", "-c*k", "a/(1 + b)"], ["min(a, b)", "k", "0"]],
        [["b - c", "exp(-b)", "1"], ["-c", "sqrt(a)", "a*b*c"]],
    ],
    {"a": (1, 3), "b": (0, 2), "c": ("1/2", 1, 2)},
    derived={"k": "a*b - c"},
)


def test_payoff_arrays_are_the_game_at_every_draw():
    some = draws(GAME, 200, seed=4)
    table = payoffs(GAME, some)
    assert table.shape == (200, 2, 2, 3)
    assert table.flags.c_contiguous
    for k in range(0, 200, 11):
        assert np.allclose(table[k], GAME.at_point(some.point(k)).floats, rtol=1e-14, atol=1e-14)


def test_parameters_not_drawn_keep_their_value_and_derived_ones_can_be_held():
    assert np.allclose(payoffs(GAME, {"a": [1.0, 3.0]})[1], GAME.at(a=3).floats)
    assert payoffs(GAME, {"k": [7.0, 8.0]})[:, 0, 1, 1].tolist() == [7.0, 8.0]
    assert payoffs(GAME, {}, n=3).shape == (3, 2, 2, 3)
    one = payoffs(GAME, draws(GAME, 9000))
    assert np.array_equal(one[8192:], payoffs(GAME, draws(GAME, 9000, blocks=(1, 2))))


def test_a_payoff_that_is_no_number_is_told_with_its_draw():
    game = SymbolicGame([[["1/a"]], [["0"]]], {"a": (-1, 1)})
    with pytest.raises(UsageError, match=r"payoff of 1 at \(1, 1\) is inf at draw 1 \(a = 0\)"):
        payoffs(game, {"a": [1.0, 0.0]})
    with pytest.raises(UsageError, match="unknown parameter 'q'"):
        payoffs(game, {"q": [1.0]})
    with pytest.raises(UsageError, match="lengths"):
        payoffs(GAME, {"a": [1.0, 2.0], "b": [1.0]})
