"""The best value of a parameter in a tree: against hand computation and against a fine grid."""

from __future__ import annotations

import random
from fractions import Fraction as F

import pytest
import sympy

from detente.conclusions.tree_optimum import best_value
from detente.errors import UsageError
from detente.games.extensive import decision, terminal
from detente.games.symbolic_tree import SymbolicTree
from detente.solve.trees.backward_induction import backward_induction


def demand(strict=False):
    """A demand z is met where the alternative costs d: the best demand is the largest one that is met."""
    own = {"comply": terminal("z", "-z"), "resist": terminal("-1", "-d")}
    if strict:  # the target takes the first of equals, here resistance
        own = {"resist": own["resist"], "comply": own["comply"]}
    return SymbolicTree(["sender", "target"], decision("target", own), {"z": (0, 1, 4), "d": (1, 2, 3)})


def test_the_best_demand_is_the_largest_that_is_met():
    found = best_value(demand(), "z", "sender", {"d": "5/2"})
    assert (found.value, found.payoff, found.outcome, found.attained) == (F(5, 2), F(5, 2), "comply", True)
    assert "5/2" in str(found)
    assert found.to_json()["value"] == "5/2"


def test_where_the_tie_goes_the_other_way_the_best_demand_is_only_approached():
    found = best_value(demand(strict=True), "z", "sender")
    assert (found.value, found.payoff, found.outcome, found.attained) == (F(2), F(2), "comply", False)


def test_the_target_prefers_no_demand():
    assert best_value(demand(), "z", "target").value == 0


def test_a_smooth_payoff_is_best_where_its_derivative_is_zero():
    tree = SymbolicTree(["p"], decision("p", {"a": terminal("x*(3 - x)"), "b": terminal(0)}), {"x": (0, 1, 2)})
    assert (best_value(tree, "x", "p").value, best_value(tree, "x", "p").payoff) == (F(3, 2), F(9, 4))
    # x - x**3 has its maximum at 1/sqrt(3), which is irrational
    tree = SymbolicTree(["p"], decision("p", {"a": terminal("x - x**3"), "b": terminal(-1)}), {"x": (0, 1, 2)})
    assert sympy.simplify(best_value(tree, "x", "p").value - 1 / sympy.sqrt(3)) == 0


@pytest.mark.usefixtures("ends")
def test_a_best_value_beside_a_simple_fraction_is_found():
    """The slope 1 - (x + ... + x^30) is zero next to 1/2, where x + ... + x^30 = 1 - 2^-30: 2^-32 above it."""
    falling = " - ".join(f"x**{k + 1}/{k + 1}" for k in range(1, 31))
    tree = SymbolicTree(["p"], decision("p", {"a": terminal(f"x - {falling}"), "b": terminal(-9)}), {"x": (0, "1/4", 1)})
    assert abs(float(best_value(tree, "x", "p").value) - 0.5 - 2**-32) < 1e-15


def test_a_slope_that_is_not_rational_is_refused():
    tree = SymbolicTree(["p"], decision("p", {"a": terminal("x - exp(x)/2"), "b": terminal(-9)}), {"x": (0, "1/4", 1)})
    with pytest.raises(UsageError, match="not rational in x"):
        best_value(tree, "x", "p")


def test_payoffs_with_cases_are_taken_case_by_case():
    tree = SymbolicTree(["p"], decision("p", {"a": terminal("min(x, 3 - 2*x)"), "b": terminal(-9)}), {"x": (0, 1, 2)})
    assert (best_value(tree, "x", "p").value, best_value(tree, "x", "p").payoff) == (F(1), F(1))


@pytest.mark.parametrize("seed", range(12))
def test_no_value_of_a_fine_grid_is_better(seed):
    rnd = random.Random(seed)
    formulas = ["a", "b - a", "a*b", "1 - a**2", "2*a - 1", "0", "b", "a*(1 - a)"]

    def below(depth):
        if depth == 0 or rnd.random() < 0.2:
            return terminal(rnd.choice(formulas), rnd.choice(formulas))
        return decision(rnd.choice("pq"), {name: below(depth - 1) for name in "lr"})

    tree = SymbolicTree(["p", "q"], decision("q", {"l": below(2), "r": below(2)}), {"a": (0, 1, 2), "b": (0, 1, 2)})
    b = F(rnd.randrange(9), 4)
    found = best_value(tree, "a", "p", {"b": b})

    def payoff(a):
        return backward_induction(tree.at_point({"a": a, "b": b}), ties="first").equilibria[0].payoffs["p"]

    best = sympy.Rational(str(found.payoff)) if isinstance(found.payoff, F) else found.payoff
    assert all(sympy.Rational(str(payoff(F(k, 40)))) <= best for k in range(81))
    if isinstance(found.value, F):
        if found.attained:
            assert payoff(found.value) == found.payoff
        else:
            near = [payoff(found.value + side * F(1, 10**9)) for side in (-1, 1) if 0 <= found.value + side * F(1, 10**9) <= 2]
            assert min(abs(each - found.payoff) for each in near) < F(1, 10**7)
            assert payoff(found.value) < found.payoff


@pytest.mark.parametrize(
    ("along", "player", "message"),
    [("zz", "sender", "unknown parameter 'zz'"), ("z", "sendr", "unknown player 'sendr'.*did you mean 'sender'")],
)
def test_unknown_names_are_refused(along, player, message):
    with pytest.raises(UsageError, match=message):
        best_value(demand(), along, player)


def test_what_is_not_rational_in_the_parameter_is_refused():
    tree = SymbolicTree(["p"], decision("p", {"a": terminal("exp(x) - 2"), "b": terminal(0)}), {"x": (0, 1, 2)})
    with pytest.raises(UsageError, match="rational"):
        best_value(tree, "x", "p")
