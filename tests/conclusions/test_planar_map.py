"""Maps over two parameters: every cell, every state, on curves too, against numeric games."""

from __future__ import annotations

import random
from fractions import Fraction as F

import pytest

from detente.conclusions.planar_map import planar_map
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame
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


def test_irrational_payoffs_and_classes_of_larger_games_are_refused_with_the_reason():
    odd = SymbolicGame([[["exp(a)"], ["b"]], [[0], [0]]], {"a": (0, 1), "b": (0, 2)})
    with pytest.raises(UsageError, match="not rational in a and b"):
        planar_map(odd, "ab")
    with pytest.raises(UsageError, match="2x2"):
        planar_map(SymbolicGame([[["a", "b", 0]], [[0, 0, 0]]], {"a": (0, 1), "b": (0, 2)}), "ab", kind="class")
