"""Parametric games: what they accept, their values at points, and derived names."""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from detente import formula
from detente.errors import DetenteError, FormulaError, UsageError
from detente.games.symbolic import Interval, SymbolicGame, symbol


def game(cell="a", parameters=None, **more):
    return SymbolicGame([[[cell, 0], [1, 2]], [[0, 1], [1, 0]]], parameters or {"a": (0, 1)}, **more)


def test_an_interval_of_two_numbers_has_its_midpoint_as_value():
    assert Interval.make((0, "1/2")) == Interval(F(0), F(1, 2), F(1, 4))
    assert Interval.make([0, "0.1", 1]) == Interval(F(0), F(1), F(1, 10))


@pytest.mark.parametrize("given", [5, (1,), (1, 0), (0, 2, 1), (0, 0.5), "01", None, (0, 1, 2, 3)])
def test_what_is_no_interval_is_refused(given):
    with pytest.raises(UsageError, match="^found"):
        game(parameters={"a": given})


def test_payoffs_may_be_text_numbers_or_sympy_in_lists_or_arrays():
    a = sympy.Symbol("a")  # not real: replaced by the project's own symbol
    table = [[["a + 1/2", 0], [1, 2]], [[a * 2, 1], [F(1, 3), "0.1"]]]
    for payoffs in (table, np.array(table, dtype=object)):
        made = SymbolicGame(payoffs, {"a": (0, 1)})
        numeric = made.at(a="1/4")
        assert [numeric.payoff(0, (0, 0)), numeric.payoff(1, (0, 0)), numeric.payoff(1, (1, 1))] == [F(3, 4), F(1, 2), F(1, 10)]
        assert numeric.arithmetic == "exact"
        assert made.payoff(1, (0, 0)).free_symbols == {symbol("a")}


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda: game("b"), "unknown name 'b'"),
        (lambda: game(sympy.Symbol("b")), "unknown parameter 'b'"),
        (lambda: game(0.5), "float"),
        (lambda: game(None), "NoneType"),
        (lambda: game("a <= 1"), "comparison"),
        (lambda: game(strategies=[["x", "y"]]), "strategies for 1 players"),
        (lambda: game(derived={"a": "1"}), "both as a parameter and as a derived name"),
        (lambda: game(derived={"v": "w", "w": "v"}), "v -> w -> v"),
        (lambda: game(derived={"v": "v + 1"}), "v -> v"),
        (lambda: SymbolicGame([[["a", 1], [2]]] * 2, {"a": (0, 1)}), "uneven"),
        (lambda: SymbolicGame([["a", 1], [2, 3]], {"a": (0, 1)}), "shape"),
    ],
)
def test_what_is_no_parametric_game_is_refused_in_words(make, found):
    with pytest.raises(DetenteError) as caught:
        make()
    assert found in str(caught.value)


def test_a_point_keeps_the_baseline_of_what_is_not_named():
    made = game("a + b", {"a": (0, "1/3", 1), "b": (2, 4)})
    assert made.at().payoff(0, (0, 0)) == F(1, 3) + 3
    assert made.at({"a": 1}, b="7/2").payoff(0, (0, 0)) == F(9, 2)
    assert made.at(a=9).payoff(0, (0, 0)) == 12  # outside the box is allowed


def test_an_unknown_or_derived_name_at_a_point_is_refused():
    made = game("v", derived={"v": "2*a"})
    with pytest.raises(UsageError, match="it is derived"):
        made.at(v=1)
    with pytest.raises(UsageError, match="unknown parameter 'b'"):
        made.at(b=1)
    with pytest.raises(UsageError, match="float"):
        made.at(a=0.5)


def test_derived_names_have_values_wherever_their_formulas_have_some():
    made = game("v", {"a": (0, 4)}, derived={"v": "3*a", "w": "max(v, a + 1) - 1", "r": "sqrt(v)"})
    v, w, r, a = map(symbol, "vwra")
    assert made.evaluate(w + v, {"a": F(2)}) == 11
    assert made.evaluate(w, {"a": F(2), "v": F(1)}) == 2
    assert made.evaluate(v / a, {"a": F(0)}) == 3  # with its formula in place of v, a cancels
    assert made.evaluate(r + v, {"a": F(3)}) == 12
    assert made.evaluate(r, {"a": F(1)}) == pytest.approx(3**0.5)


def test_derived_names_may_come_in_any_order_and_be_held_free():
    made = game("w", {"a": (0, 4)}, derived={"w": "v + a", "v": "3*a"})
    assert made.at(a=2).payoff(0, (0, 0)) == 8
    assert made.expand(symbol("w")) == 4 * symbol("a")
    assert made.expand(symbol("w"), keep=["v"]) == symbol("v") + symbol("a")
    assert made.evaluate(symbol("w"), {"a": F(2), "v": F(100)}) == 102


def test_constraints_are_decided_exactly():
    made = game(parameters={"a": (0, 1), "b": (0, 1)}, constraints=["a <= b", "not a == 1/3", "sqrt(b) < 1"])
    values = {"a": F(1, 2), "b": F(1, 2)}
    assert made.allowed(values)
    assert not made.allowed(values | {"b": F(1, 2) - F(1, 10**30)})
    assert not made.allowed({"a": F(1, 3), "b": F(1, 2)})
    assert not made.allowed({"a": F(1, 2), "b": F(1)})


@pytest.mark.parametrize(
    ("relation", "held"),
    [("a < 1/2", (1, 0, 0)), ("a <= 1/2", (1, 1, 0)), ("a > 1/2", (0, 0, 1)), ("a >= 1/2", (0, 1, 1)), ("a == 1/2", (0, 1, 0)),
     ("a != 1/2", (1, 0, 1))],
)  # fmt: skip
def test_every_kind_of_relation_is_decided_below_at_and_above(relation, held):
    made = game(constraints=[relation])
    at = [F(1, 2) + step * F(1, 10**20) for step in (-1, 0, 1)]
    assert [made.allowed({"a": value}) for value in at] == list(map(bool, held))


def test_irrational_values_make_the_table_float_and_rational_ones_do_not():
    made = game("sqrt(a)", {"a": (0, 9)})
    assert made.at(a=4).arithmetic == "exact"
    assert made.at(a=4).payoff(0, (0, 0)) == 2
    assert made.at(a=2).arithmetic == "float"
    assert made.at(a=2).payoff(0, (0, 0)) == pytest.approx(2**0.5)


@pytest.mark.parametrize(("cell", "at"), [("1/a", 0), ("a**(1/3)", -1), ("sqrt(a)", -1), ("log(a)", 0), ("1/a - 1/a**2", 0)])
def test_a_point_without_a_real_payoff_is_refused(cell, at):
    with pytest.raises(UsageError, match="no real value at this point"):
        game(cell, {"a": (-2, 2)}).at(a=at)


def test_formulas_may_name_payoffs_and_faults_have_columns():
    made = game("a", players=["us", "china"], strategies=[["c", "d"], ["c", "d"]])
    parsed = formula.parse("payoff[us][d, d] - payoff[us][c, c]")
    assert made.evaluate(made.expression(parsed), {"a": F(1, 4)}) == F(7, 4)
    for text, column, found in [
        ("1 + payoff[uk][c, c]", 5, "unknown player 'uk'"), ("payoff[us][c, e]", 1, "unknown strategy 'e'"),
        ("payoff[us][c]", 1, "1 strategies"), ("table[us][c, c]", 1, "table"),
    ]:  # fmt: skip
        with pytest.raises(FormulaError) as caught:
            made.expression(formula.parse(text))
        assert found in str(caught.value)
        assert caught.value.column == column


def test_the_repr_of_a_game_with_many_parameters_fits_a_line():
    made = game(parameters={f"p{k}": (0, 1) for k in range(40)} | {"a": (0, 1)})
    assert repr(made) == "<SymbolicGame 2x2, players 1, 2, 41 parameters>"
