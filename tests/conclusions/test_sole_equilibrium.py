"""The only equilibrium of two-player games of any size: truth, thresholds, levers, what it rests on."""

from __future__ import annotations

import random
from fractions import Fraction as F
from itertools import product

import pytest

from detente.conclusions.conclusion import parse_conclusion
from detente.conclusions.decide import decide
from detente.conclusions.levers import levers
from detente.conclusions.rests_on import rests_on
from detente.conclusions.sole_equilibrium import SoleEquilibrium, conditions_of
from detente.conclusions.thresholds import thresholds
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame
from detente.solve.equilibria import equilibria

#: A prisoner's dilemma in which the first player may stay away.
EXIT = SymbolicGame([[[2, 0], [3, 1], ["exit", "exit"]], [[2, 3], [0, 1], [0, 0]]], {"exit": (0, "1/2", 2)})


def random_game(rnd, shape):
    def entry():
        return rnd.choice([str(rnd.randint(-2, 2)), f"{rnd.randint(-2, 2)}*a + {rnd.randint(-1, 2)}", f"b - {rnd.randint(0, 1)}*a"])

    def nest(sizes):
        return entry() if not sizes else [nest(sizes[1:]) for _ in range(sizes[0])]

    return SymbolicGame([nest(shape) for _ in shape], {"a": (-1, 1), "b": (-1, 1)})


def truly(numeric, profile):
    """Whether the enumerator finds one extreme equilibrium, and it is this one."""
    found = equilibria(numeric).equilibria
    return len(found) == 1 and found[0].pure and all(own[k] == 1 for own, k in zip(found[0].mixed, profile, strict=True))


@pytest.mark.parametrize("shape", [(2, 3), (3, 3), (3, 2), (1, 4)])
@pytest.mark.parametrize("seed", range(4))
def test_the_truth_is_that_of_the_enumerator_ties_included_and_every_point_lies_in_a_cube_of_its_truth(shape, seed):
    rnd = random.Random(seed)
    game = random_game(rnd, shape)
    profile = tuple(rnd.randrange(size) for size in shape)
    c = SoleEquilibrium(game, "unique:" + ",".join(str(k + 1) for k in profile))
    cubes = {truth: c.cubes(truth) for truth in (True, False)}
    for a, b in product((F(-1), F(-1, 2), F(0), F(1, 3), F(1)), repeat=2):
        truth = truly(game.at(a=a, b=b), profile)
        values = c.values({"a": a, "b": b})
        assert c.truth_at(values) is truth
        signs = c.signs(values)
        assert any(all(each.met(signs[each.index]) for each in cube) for cube in cubes[truth])


def test_a_conclusion_about_a_small_game_stays_with_its_own_rules():
    game = SymbolicGame([[[1, 0], [0, "a"]], [[1, 0], [0, "a"]]], {"a": (1, 2)})
    assert not isinstance(conditions_of(game, "selected:2,2"), SoleEquilibrium)
    assert conditions_of(game, "selected:2,2").truth({"a": 2})  # risk dominance


def test_thresholds_of_uniqueness_are_exact_in_larger_games():
    """By hand: with exit < 1 confronting is dominant for both; at 1 the first player may mix, beyond it stays away."""
    unique = parse_conclusion("unique:2,2", EXIT.players, EXIT.strategies)
    (only,) = thresholds(EXIT, "exit", unique).inside
    assert (only.at, only.before, only.at_point, only.after) == (1, True, False, False)
    selected = parse_conclusion("selected:2,2", EXIT.players, EXIT.strategies)
    assert [(each.at, each.after) for each in thresholds(EXIT, "exit", selected)] == [(1, False)]


def test_thresholds_along_a_derived_name_follow_mixed_equilibria_of_larger_games_too():
    game = SymbolicGame([[[2, 0], [3, 1], ["out", "out"]], [[2, 3], [0, 1], [0, 0]]], {"exit": (0, "1/2", 2)}, derived={"out": "exit/2"})
    held = thresholds(game, "out")
    (one,) = [each for each in (*held.inside, *held.outside) if each.at == 1]
    assert one.before == ("2,2",)
    assert [each.at for each in thresholds(game, "exit")] == [2]  # the same threshold: exit/2 = 1


def test_levers_make_it_the_only_equilibrium_and_it_rests_on_what_breaks_it():
    found = levers(EXIT, "2,2", "unique", {"exit": "3/2"}, budget=5)
    (lever,) = found.singles
    assert (lever.change["exit"], lever.attained, lever.cost) == (1, False, F(1, 4))
    rests = rests_on(EXIT, "unique:2,2")
    assert (rests.holds, rests.sets, rests.proved) == (True, (("exit",),), True)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_proved_over_a_box_agrees_with_a_grid(seed):
    rnd = random.Random(50 + seed)
    game = random_game(rnd, (2, 3))
    profile = (rnd.randrange(2), rnd.randrange(3))
    c = SoleEquilibrium(game, "unique:" + ",".join(str(k + 1) for k in profile))
    grid = {truly(game.at(a=F(i, 4), b=F(j, 4)), profile) for i, j in product(range(-4, 5), repeat=2)}
    decided = decide(c, pieces=400, seconds=3)
    if decided.status == "fixed":
        assert grid == {decided.holds}
    elif decided.status == "varies":
        assert truly(game.at(**decided.point), profile) is not decided.holds


def test_what_is_not_decided_is_refused_with_the_reason():
    three = SymbolicGame([[[["a", 0], [0, 0]], [[0, 0], [0, 1]]]] * 3, {"a": (0, 1)})
    for ask in (rests_on, conditions_of):
        with pytest.raises(UsageError, match="three|two; ask set:PROFILE"):
            ask(three, "unique:1,1,1")
    with pytest.raises(UsageError, match="set:PROFILE"):
        levers(three, "1,1,1", "selected")
    with pytest.raises(UsageError, match="2x2"):
        rests_on(EXIT, "class:chicken")


def test_where_a_payoff_is_undefined_nothing_is_claimed():
    game = SymbolicGame([[["1/a", 0, 0], [0, 0, 0]], [[1, 0, 0], [1, 0, 0]]], {"a": (-1, 1)})
    with pytest.raises(UsageError, match="undefined"):
        SoleEquilibrium(game, "unique:1,1").truth({"a": 0})
    assert SoleEquilibrium(game, "unique:1,1").truth({"a": "1/2"})
