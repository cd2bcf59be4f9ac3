"""Points where inequalities hold together: proposals that exact signs confirm, and games with powers in their payoffs."""

from __future__ import annotations

import random
from fractions import Fraction as F

import pytest

from detente.formula import parse, symbol
from detente.games.symbolic import SymbolicGame
from detente.solve.equilibria import equilibria
from detente.solve.parametric._polynomial_ring import Ring
from detente.solve.parametric._witness_search import WitnessSearch
from detente.solve.parametric.atlas import atlas

BOX = {"a": (F(0), F(1)), "b": (F(-1), F(1)), "c": (F(2), F(2)), "d": (F(0), F(5))}


def wanted(ring, texts):
    symbols = {name: symbol(name) for name in BOX}
    return [(text, ring.quotient(parse(text).to_sympy(symbols).expand())[0], 1) for text in texts]


def ring():
    return Ring([symbol(name) for name in BOX])


@pytest.mark.parametrize(
    "texts",
    [["a - 9/10", "b + 1/2 - a", "d - 4*a"], ["a*b - 4/5", "c - d"], ["a - 63/64"], ["d - a - b - c", "a + b - 1"]],
)
def test_a_thin_region_is_found_and_the_point_lies_in_it(texts):
    point = WitnessSearch([symbol(name) for name in BOX], BOX).find(wanted(ring(), texts))
    assert point is not None
    assert all(BOX[name][0] <= value <= BOX[name][1] for name, value in point.items())
    assert all(parse(text).evaluate(point) > 0 for text in texts)


def test_what_holds_nowhere_is_not_found():
    assert WitnessSearch([symbol(name) for name in BOX], BOX).find(wanted(ring(), ["a - b", "b - a"])) is None
    assert WitnessSearch([symbol("c")], {"c": (F(2), F(2))}).find([("c", Ring([symbol("c")]).quotient(symbol("c"))[0], 1)]) is None


def test_derived_names_and_powers_are_computed_where_they_occur():
    x, y = symbol("x"), symbol("y")
    own = Ring([x, y])
    found = WitnessSearch([x, (x / 2) ** y], {"x": (F(1), F(4)), "y": (F(-1), F(3))})
    large = [("p", own.quotient(y)[0] - 6, 1)]  # (x/2)**y > 6 near the corner (4, 3)
    point = found.find(large)
    assert (float(point["x"]) / 2) ** float(point["y"]) > 6
    assert found.find([("q", own.quotient(y)[0] - 9, 1)]) is None  # at most 8


def power_game():
    """Two firms: the loss from overuse is convex with an exponent that is not known."""
    loss = "k*(s/t)**x"
    return SymbolicGame(
        [[[f"1 - {loss}", f"2 - {loss}"], ["1/2", "1/4 + s"]], [["1", f"3/2 - {loss}"], ["s*t", f"2 - {loss}*s"]]],
        parameters={"k": ("1/4", "1/2", 2), "s": ("1/2", 1, "3/2"), "t": ("1/2", 1, 2), "x": (1, 2, 3)},
    )


def test_the_atlas_of_payoffs_with_powers_agrees_with_the_solver_where_the_power_is_rational():
    game = power_game()
    found = atlas(game)
    generator = random.Random(3)
    assert {region.status for region in found.regions} <= {"always", "never", "conditional", "undecided"}
    assert sum(region.status == "conditional" for region in found.regions) >= 3
    seen = set()
    for _ in range(40):
        values = {
            name: each.low + (each.high - each.low) * F(generator.randrange(98), 97) for name, each in game.parameters.items()
        } | {"x": F(generator.choice((1, 2, 3)))}
        here = {region.label for region in found.regions if region.holds_at(values)}
        seen |= here
        solved = equilibria(game.at(values))
        if not solved.degenerate:
            assert len(here) == len(solved.equilibria), values
    assert all(region.status != "never" for region in found.regions if region.label in seen)


def test_a_region_is_always_or_never_there_only_if_the_solver_agrees_at_rational_exponents():
    game = SymbolicGame(
        [[["a**x + 1", "0"], ["0", "1/2"]], [["1", "0"], ["0", "a**x - 9"]]], parameters={"a": (1, 2), "x": (1, 3)}
    )
    status = {region.label: region.status for region in atlas(game).regions}
    # a**x lies in [1, 8]: 2,2 needs a**x >= 9; 1,1 needs a**x >= -1
    assert status["1,1"] == "always"
    assert status["2,2"] == "never"
