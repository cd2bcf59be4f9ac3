"""Types of players in parametric 2x2 games: conditions against the numeric types at exact points."""

import random
from fractions import Fraction

import pytest

from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame, symbol
from detente.solve.parametric.type_conditions import type_conditions
from detente.solve.two_players.ordinal import player_type


def game(low="-2", high=2):
    names = "abcdefgh"
    cells = [[[names[0], names[1]], [names[2], names[3]]], [[names[4], names[5]], [names[6], names[7]]]]
    return SymbolicGame(cells, {name: (low, high) for name in names})


def test_at_every_point_the_condition_that_holds_is_that_of_the_players_type():
    import sympy

    symbolic = game()
    conditions = type_conditions(symbolic)
    generator = random.Random(3)
    for _ in range(150):
        point = {name: Fraction(generator.randrange(-4, 5), 2) for name in symbolic.parameters}
        numeric = symbolic.at(point)
        values = {symbol(name): sympy.Rational(value.numerator, value.denominator) for name, value in point.items()}
        for player in symbolic.players:
            held = [each.type for each in conditions if each.player == player and bool(sympy.And(*each.comparisons).xreplace(values))]
            wanted = player_type(numeric, player)
            assert held == ([] if wanted == "tied" else [wanted])


def test_every_type_is_conditional_where_every_payoff_is_free():
    assert {each.status for each in type_conditions(game())} == {"conditional"}


def test_a_prisoners_dilemma_throughout_is_always_one_and_never_anything_else():
    symbolic = SymbolicGame(
        [[["r", "s"], ["t", "p"]], [["r", "t"], ["s", "p"]]],
        {"t": (9, 10), "r": (6, 7), "p": (3, 4), "s": (0, 1)},
    )
    found = {(each.type, each.status) for each in type_conditions(symbolic)}
    assert ("prisoners_dilemma", "always") in found
    assert {status for name, status in found if name != "prisoners_dilemma"} == {"never"}


def test_larger_games_have_no_types():
    with pytest.raises(UsageError, match="2x2"):
        type_conditions(SymbolicGame([[[0, 0, 0], [0, 0, 0]]] * 2, {}))
