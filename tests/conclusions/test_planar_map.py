"""Maps over two parameters: every cell, every state, on curves too, against numeric games."""

from __future__ import annotations

import math
import random
from fractions import Fraction as F
from itertools import product

import pytest

from detente.conclusions._proved_cells import proved_cells
from detente.conclusions.planar_map import planar_map
from detente.errors import UsageError
from detente.formula import symbol
from detente.games.extensive import decision, terminal
from detente.games.symbolic import SymbolicGame
from detente.games.symbolic_tree import SymbolicTree
from detente.solve.equilibria import equilibria
from detente.solve.pure import pure_equilibria
from detente.solve.two_players.ordinal import ordinal_class

STAG = SymbolicGame([[["s", 0], ["h", "h"]], [["s", "h"], [0, "h"]]], {"s": (0, 3), "h": ("1/2", 2)})


def random_game(rnd, shape, names="ab"):
    def entry():
        kind = rnd.random()
        if kind < 0.4:
            return str(rnd.randint(-2, 2))
        a, b = rnd.choice(names), rnd.choice(names)
        return rnd.choice([f"{a} - {rnd.randint(0, 1)}", f"{a}*{b} - {rnd.randint(0, 2)}*{a}", f"{a}**2 - {b}", f"{a}/({b} + 2)"])

    def nest(sizes):
        return entry() if not sizes else [nest(sizes[1:]) for _ in range(sizes[0])]

    return SymbolicGame([nest(shape) for _ in shape], {name: (-1, 1) for name in names})


def supports(numeric):
    found = equilibria(numeric).equilibria
    return sorted(
        ",".join("+".join(name for name, w in own.items() if w) for own in each.profile.values()) for each in found
    )


@pytest.mark.parametrize("shape", [(2, 3), (3, 3), (1, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_at_every_point_the_map_says_what_the_enumerator_finds_ties_included(shape, seed):
    rnd = random.Random(seed)
    game = random_game(rnd, shape)
    found = planar_map(game, "ab")
    for _ in range(25):
        point = {name: F(rnd.randint(-8, 8), 8) for name in "ab"}
        assert sorted(found.at(point)) == supports(game.at(point))


@pytest.mark.parametrize("seed", range(4))
def test_pure_equilibria_of_three_players_are_mapped(seed):
    rnd = random.Random(seed)
    game = random_game(rnd, (2, 2, 2))
    found = planar_map(game, "ab")
    assert any("only pure" in note for note in found.notes)
    for _ in range(25):
        point = {name: F(rnd.randint(-8, 8), 8) for name in "ab"}
        pure = {
            ",".join(next(name for name, w in own.items() if w) for own in each.profile.values())
            for each in pure_equilibria(game.at(point)).equilibria
        }
        assert set(found.at(point)) == pure


@pytest.mark.parametrize("seed", range(6))
def test_classes_are_those_of_the_numeric_game_and_every_class_off_the_curves_is_listed(seed):
    rnd = random.Random(seed)
    game = random_game(rnd, (2, 2))
    found = planar_map(game, "ab", kind="class")
    assert found.complete
    for state, place in found.witnesses.items():
        assert 0 not in found.signs(place)
        assert state == (ordinal_class(game.at(place)).name,)
    for _ in range(40):
        point = {name: F(rnd.randint(-100, 100), 101) for name in "ab"}
        own = (ordinal_class(game.at(point)).name,)
        assert found.at(point) == own
        if 0 not in found.signs(point):
            assert own in found.witnesses


def test_the_curves_are_written_in_the_names_of_the_game_and_a_cell_smaller_than_any_grid_is_found():
    found = planar_map(STAG, ["s", "h"])
    assert [str(each.equation) for each in found.curves] == ["Eq(-h + s, 0)"]
    assert set(found.witnesses) == {("1,1", "2,2", "mixed"), ("2,2",)}
    tiny = SymbolicGame([[["(a - 1/3)**2 + (b - 1/3)**2 - 1/10**12"], [0]], [[0], [0]]], {"a": (0, 1), "b": (0, 1)})
    assert ("2,1",) in planar_map(tiny, "ab").witnesses  # inside a circle of radius one millionth
    derived = SymbolicGame([[["gain"], [0]], [[0], [0]]], {"a": (0, 2), "b": (0, 2)}, derived={"gain": "a*b - 1"})
    assert [str(each.equation) for each in planar_map(derived, "ab").curves] == ["Eq(gain, 0)"]


def test_constraints_and_poles_leave_no_game_and_other_parameters_stay_at_the_point():
    game = SymbolicGame(
        [[["a - c"], [0]], [["1/b"], [0]]], {"a": (0, 1), "b": (-1, 1), "c": (0, "1/4", 1)}, constraints=["a + b <= 1"]
    )
    found = planar_map(game, "ab", {"c": "1/2"})
    assert found.at({"a": F(3, 4), "b": F(1, 8)}) == ("1,1",)
    assert found.at({"a": F(1, 4), "b": F(1, 8)}) == ("2,1",)
    assert found.at({"a": F(3, 4), "b": F(1, 2)}) is None
    assert found.at({"a": F(1, 4), "b": F(0)}) is None
    assert all(game.allowed({**game.baseline, **place}) for place in found.witnesses.values())


@pytest.mark.parametrize(
    ("names", "kind", "match"),
    [
        (["s"], "equilibria", "two different"),
        (["s", "s"], "equilibria", "two different"),
        (["s", "hh"], "equilibria", "did you mean 'h'"),
        (["s", "h"], "classes", "expected one of equilibria, class"),
        (["s", "one"], "equilibria", "is a point"),
    ],
)
def test_what_cannot_be_mapped_is_refused(names, kind, match):
    game = SymbolicGame(STAG.payoffs, {**STAG.parameters, "one": (1, 1)}, STAG.players, STAG.strategies)
    with pytest.raises(UsageError, match=match):
        planar_map(game, names, kind=kind)


def test_classes_of_larger_games_are_refused_with_the_reason():
    with pytest.raises(UsageError, match="2x2"):
        planar_map(SymbolicGame([[["a", "b", 0]], [[0, 0, 0]]], {"a": (0, 1), "b": (0, 2)}), "ab", kind="class")


def small_tree(rnd):
    """A tree of three movers in a row, payoffs affine or quadratic in two parameters."""

    def ends():
        return terminal(*(rnd.choice(["a", "b", "a*b", "a - b", "1/2 - a", str(rnd.randint(-1, 1))]) for _ in range(2)))

    last = decision("p", {"l": ends(), "r": ends()}, "third")
    second = decision("q", {"l": ends(), "r": last}, "second")
    return SymbolicTree(["p", "q"], decision("p", {"l": ends(), "r": second}, "first"), {"a": (-1, 1), "b": (-1, 1)})


@pytest.mark.parametrize("seed", range(6))
def test_of_a_tree_the_outcomes_of_every_subgame_perfect_equilibrium_are_mapped_ties_included(seed):
    rnd = random.Random(seed)
    tree = small_tree(rnd)
    found = planar_map(tree, "ab")
    assert any("outcomes" in note for note in found.notes)
    for _ in range(25):
        point = {name: F(rnd.randint(-4, 4), 4) for name in "ab"}
        numeric = tree.at_point(point)
        # Brute force: a plan is subgame perfect where no single move of it can be improved on.
        outcomes = set()
        for first, second, third in product((0, 1), repeat=3):
            node_third = numeric.nodes[numeric.nodes[numeric.nodes[0].children[1]].children[1]]
            ends_third = [numeric.payoffs(each) for each in node_third.children]
            after_third = ends_third[third]
            node_second = numeric.nodes[numeric.nodes[0].children[1]]
            ways_second = [numeric.payoffs(node_second.children[0]), after_third]
            ways_first = [numeric.payoffs(numeric.nodes[0].children[0]), ways_second[second]]
            best = ends_third[third][0] == max(each[0] for each in ends_third)
            best = best and ways_second[second][1] == max(each[1] for each in ways_second)
            best = best and ways_first[first][0] == max(each[0] for each in ways_first)
            if best:
                path = "l" if first == 0 else "r,l" if second == 0 else f"r,r,{'lr'[third]}"
                outcomes.add(path)
        assert set(found.at(point)) == outcomes


def test_payoffs_that_are_not_rational_are_proved_piece_by_piece_and_never_wrongly():
    # (1, 1) is an equilibrium exactly where exp(-a) >= b, and (2, 2) exactly where sqrt(a) <= b.
    game = SymbolicGame([[["exp(-a)", 0], ["b", "b - sqrt(a)"]], [["exp(-a)", "b"], [0, "b - sqrt(a)"]]], {"a": ("1/10", 2), "b": (0, 1)})
    found = planar_map(game, "ab")
    assert not found.complete
    assert found.proved > F(95, 100)
    assert F(0) < 1 - found.proved < F(5, 100)
    for state, point in found.witnesses.items():
        a, b = (float(point[name]) for name in "ab")
        assert ("1,1" in state) == (math.exp(-a) >= b)
        assert ("2,2" in state) == (math.sqrt(a) <= b)
        assert found.at(point) == state
    rnd = random.Random(0)
    on_open = 0
    for _ in range(300):
        a, b = F(rnd.randint(100, 2000), 1000), F(rnd.randint(0, 1000), 1000)
        inside = any(x <= a <= y and c <= b <= d for x, y, c, d in found.undecided)
        on_open += inside
        near = min(abs(math.exp(-a) - b), abs(math.sqrt(a) - b))
        assert not inside or near < 0.03  # open pieces lie along the curves
    assert on_open < 30
    assert {each.polynomial is None for each in found.curves} == {True}


def test_a_budget_leaves_pieces_open_rather_than_guess():
    a, b = symbol("a"), symbol("b")
    box = {"a": (F(0), F(1)), "b": (F(0), F(1))}
    none = proved_cells([a - b], ("a", "b"), box, lambda signs: signs, budget=0)
    assert (none.share, none.undecided, none.witnesses) == (0, ((0, 1, 0, 1),), {})
    # Cut k times, the line a = b passes through 2**k squares and touches twice as many minus 2 at corners.
    few = proved_cells([a - b], ("a", "b"), box, lambda signs: signs, depth=3)
    assert few.share == 1 - F(8 + 14, 64)
    # What is the same on both sides of a curve is proved across it.
    assert proved_cells([a - b], ("a", "b"), box, lambda signs: "always").share == 1


def test_classes_of_a_tree_are_refused():
    with pytest.raises(UsageError, match="map class of a tree"):
        planar_map(small_tree(random.Random(0)), "ab", kind="class")
