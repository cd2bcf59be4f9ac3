"""Conditions of best replies, dominance and complements against numeric games at random exact points."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import pytest

from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame
from detente.solve.parametric.preferences import Preferences
from detente.solve.pure import pure_profiles
from detente.solve.supermodular import increasing_differences

BOX = {"a": (0, 1, 2), "b": (-1, 0, 1), "c": ("1/2", 1, 3)}


def three_players():
    """A 2x3x2 game with products and a quotient of parameters."""
    generator = random.Random(5)
    terms = ["a", "b", "c", "a*b", "a/c", "b*c", "1/2", "-1", "a - c", "b + 1"]

    def cell():
        return " + ".join(f"{generator.randint(-2, 2)}*({each})" for each in generator.sample(terms, 3))

    table = [[[[cell() for _ in range(2)] for _ in range(3)] for _ in range(2)] for _ in range(3)]
    return SymbolicGame(table, BOX)


def points(count, seed):
    generator = random.Random(seed)
    for _ in range(count):
        yield {n: F(low) + (F(high) - F(low)) * F(generator.randrange(98), 97) for n, (low, _, high) in BOX.items()}


def agrees(found, game, truths):
    """The condition holds exactly at the points where the truth does; always and never are right there."""
    seen = set()
    for p, truth in truths:
        seen.add(truth)
        if found.status in {"always", "never"}:
            assert truth == (found.status == "always")
        else:
            assert all(each.holds_at(game, p) for each in found.left) == truth
    return seen


def test_dominance_and_best_replies_hold_exactly_where_numeric_comparisons_say_so():
    game = three_players()
    preferences = Preferences(game)
    numeric = [(p, game.at(p)) for p in points(40, 1)]
    for player, size in enumerate(game.shape):
        others = [list(range(n)) if k != player else [0] for k, n in enumerate(game.shape)]
        rests = list(itertools.product(*others))
        for own in range(size):

            def pay(g, k, rest):
                return g.payoff(player, (*rest[:player], k, *rest[player + 1 :]))

            truths = [
                (p, all(pay(g, own, r) > pay(g, k, r) for r in rests for k in range(size) if k != own)) for p, g in numeric
            ]
            agrees(preferences.dominant(player, own), game, truths)
            for rest in rests[:3]:
                profile = (*rest[:player], own, *rest[player + 1 :])
                truths = [(p, all(pay(g, own, rest) >= pay(g, k, rest) for k in range(size))) for p, g in numeric]
                agrees(preferences.best_reply(player, profile), game, truths)


def test_pure_equilibria_hold_exactly_where_the_solver_finds_them():
    game = three_players()
    preferences = Preferences(game)
    numeric = [(p, set(pure_profiles(game.at(p)))) for p in points(60, 2)]
    for profile in game.profiles():
        agrees(preferences.equilibrium(profile), game, [(p, profile in found) for p, found in numeric])


def test_complements_hold_exactly_where_differences_increase():
    # D = a*b + c - 1 for player 1, b + 1/2 for player 2
    game = SymbolicGame([[["0", "a"], ["1", "a*b + c + a"]], [["c", "0"], ["a", "a - c + b + 1/2"]]], BOX)
    preferences = Preferences(game)
    both = preferences.complements()
    assert both.status == "conditional"
    assert [(gain.over, gain.signs) for gain in preferences.complements(1).gains] == [("1", frozenset({-1, 0, 1}))]
    truths = [(p, increasing_differences(game.at(p))) for p in points(80, 3)]
    assert agrees(both, game, truths) == {True, False}
    for p, truth in truths:
        assert truth == (p["a"] * p["b"] + p["c"] - 1 >= 0 and p["b"] + F(1, 2) >= 0)


def test_a_gain_that_others_prove_is_not_needed():
    # against 2 the gain is c more than against 1, and c is positive: only the first is needed
    game = SymbolicGame([[["b", "b + c"], ["0", "0"]], [["0", "0"], ["0", "0"]]], BOX)
    found = Preferences(game).dominant(0, 0)
    assert {(str(gain.expression), gain.needed) for gain in found.gains} == {("b", True), ("b + c", False)}
    assert str(found.condition) == "b > 0"


def test_parameters_may_be_held():
    game = SymbolicGame([[["b", "b"], ["0", "0"]], [["0", "0"], ["0", "0"]]], BOX)
    assert Preferences(game, over=["a"], at={"b": 1}).dominant(0, 0).status == "always"
    assert Preferences(game, over=["a"], at={"b": -1}).dominant(0, 0).status == "never"
    assert Preferences(game).better(0, 0, 1).status == "conditional"
    with pytest.raises(UsageError, match="unknown parameter 'd'"):
        Preferences(game, over=["d"])


def test_a_game_without_interaction_is_always_supermodular():
    game = SymbolicGame([[["a", "a"], ["b", "b"]], [["c", "0"], ["c", "0"]]], BOX)
    found = Preferences(game).complements()
    assert (found.status, found.gains) == ("always", ())
