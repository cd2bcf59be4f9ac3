"""Levers of partitions: against the core, asked value by value."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
import sympy

from detente.conclusions.coalition_levers import CoalitionFormulas, partition_levers, refusal
from detente.games.coalitional import CoalitionalGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.solve.coalitional.core import core
from detente.solve.coalitional.outside_options import with_outside_options

PLAYERS = ("mine", "plant", "user")
BOX = SymbolicGame([[0]], {"out": (0, "1/2", 1), "size": (1, 2, 8)}, ["box"], [["."]])
T, S = symbol("out"), symbol("size")
#: what each owns of two stages, and what each keeps outside per unit of `out`
OWN = {"mine": (2, 0), "plant": (1, 2), "user": (1, 2)}
KEEPS = {"mine": 2, "plant": 1, "user": 1}


def worth(members, size):
    return min(size * sum(OWN[name][0] for name in members), F(3) * sum(OWN[name][1] for name in members)) if members else F(0)


def formula(members):
    first, second = (sum(OWN[name][k] for name in members) for k in (0, 1))
    return sympy.Min(S * first, 3 * second)


FORMULAS = CoalitionFormulas(
    BOX,
    lambda values: CoalitionalGame(PLAYERS, lambda members: worth(members, F(values["size"]))),
    lambda values: {name: KEEPS[name] * F(values["out"]) * 2 for name in PLAYERS},
    formula,
    lambda name: 2 * KEEPS[name] * T,
)


def stable(values):
    """Whether all together can divide what they are worth, by the core of the game with outside options."""
    game = with_outside_options(FORMULAS.game(values), FORMULAS.options(values), leave=False)
    return not core(game).empty


@pytest.mark.parametrize("at", [{"out": F(1), "size": F(2)}, {"out": F(1), "size": F(5)}, {"out": F(1, 2), "size": F(1)}])
def test_the_nearest_value_at_which_all_stay_together_is_that_of_the_core(at):
    found = partition_levers("stable:all", [PLAYERS], FORMULAS, at, names=["out", "size"])
    assert found.holds is stable(at)
    levers = {next(iter(each.change)): each for each in found.singles}
    for name, interval in BOX.parameters.items():
        grid = [interval.low + (interval.high - interval.low) * F(k, 64) for k in range(65)]
        good = [abs(value - at[name]) for value in grid if stable({**at, name: value})]
        if found.holds:
            continue
        if name not in levers:
            assert not good
            continue
        value = levers[name].change[name]
        assert stable({**at, name: value})
        nearer = [value + (at[name] - value) * F(k, 1000) for k in range(1, 1001)]
        assert not any(stable({**at, name: each}) for each in nearer)
        assert abs(value - at[name]) <= min(good, default=abs(value - at[name]))


def test_a_player_that_stands_alone_gets_its_outside_option():
    # with size 2 and out 1 the mine keeps 4 outside; plant and user own 4 of the first stage and 12 of the second: they are
    # worth 4 together and keep 4 outside, which is just enough; with the mine there would be 8 = 4 + 4, which is no more
    at = {"out": F(1), "size": F(2)}
    groups = [("mine",), ("plant", "user")]
    assert refusal(FORMULAS.game(at), FORMULAS.options(at), groups) is None
    # without a mine that keeps anything all are worth more together than apart: 8 > 0 + 4
    poor = {**at, "out": F(0)}
    assert refusal(FORMULAS.game(poor), FORMULAS.options(poor), groups) is not None


def test_the_reasons_of_a_refusal_are_a_collection_that_is_owed_more_than_there_is():
    at = {"out": F(1), "size": F(1)}
    groups, coalitions, everyone = refusal(FORMULAS.game(at), FORMULAS.options(at), [PLAYERS])
    game = with_outside_options(FORMULAS.game(at), FORMULAS.options(at), leave=False)
    for name in PLAYERS:
        weight = sum((own for who, _, own in coalitions if name in who), F(0)) + everyone
        assert weight == groups[PLAYERS]
    owed = sum((own * game[who] for who, _, own in coalitions), F(0)) + everyone * game.worth[-1]
    assert owed > groups[PLAYERS] * game.worth[-1]
