"""The entry to Nash equilibria: which method, what it says, what it refuses."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.equilibria import METHODS, equilibria

BATTLE = NormalFormGame([[[2, 0], [0, 1]], [[1, 0], [0, 2]]])
MIXED = ((F(2, 3), F(1, 3)), (F(1, 3), F(2, 3)))


def test_two_players_get_every_equilibrium_with_proof():
    found = equilibria(BATTLE)
    assert (found.complete, found.degenerate, found.concept, found.arithmetic) == (True, False, "nash", "exact")
    assert {each.mixed for each in found.equilibria} == {((1, 0), (1, 0)), ((0, 1), (0, 1)), MIXED}
    assert sorted(found.components) == sorted(found.nash_subsets) == [(0,), (1,), (2,)]


def test_ties_give_extreme_equilibria_components_and_subsets():
    # The column player is indifferent whatever happens; the row player's first strategy is dominant.
    found = equilibria(NormalFormGame([[[1, 1], [0, 0]], [[0, 0], [0, 0]]]))
    assert found.degenerate
    assert {each.mixed for each in found.equilibria} == {((1, 0), (1, 0)), ((1, 0), (0, 1))}
    assert [set(part) for part in found.components] == [{0, 1}]
    assert [set(part) for part in found.nash_subsets] == [{0, 1}]


def test_float_games_say_so_and_carry_float_weights():
    found = equilibria(NormalFormGame([[[2.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 2.0]]]))
    assert found.arithmetic == "float"
    (mixed,) = [each for each in found.equilibria if not each.pure]
    assert mixed.mixed[0] == pytest.approx((2 / 3, 1 / 3))
    assert isinstance(mixed.mixed[0][0], float)
    assert any("float" in note for note in found.notes)


def test_more_players_get_the_pure_ones_and_are_told_so():
    game = NormalFormGame([[[[1, 0], [0, 0]], [[0, 0], [0, 1]]]] * 3)
    found = equilibria(game, "pure")
    assert [each.mixed for each in found.equilibria] == [((1, 0),) * 3, ((0, 1),) * 3]
    assert (found.complete, found.components) == (False, None)
    assert "mixed" in found.missing


def test_one_players_equilibria_are_the_mixtures_of_the_best_strategies():
    single = equilibria(NormalFormGame([[1, 3, 2]]))
    assert (single.complete, single.degenerate, single.components) == (True, False, ((0,),))
    tied = equilibria(NormalFormGame([[3, 1, 3]]))
    assert [each.mixed for each in tied.equilibria] == [((1, 0, 0),), ((0, 0, 1),)]
    assert (tied.complete, tied.degenerate, tied.components, tied.nash_subsets) == (True, True, ((0, 1),), ((0, 1),))


def test_every_listed_two_player_method_runs_on_the_battle_of_the_sexes():
    for name in ("enumeration", "support", "pure"):
        assert name in METHODS
        assert {((1, 0), (1, 0)), ((0, 1), (0, 1))} <= {each.mixed for each in equilibria(BATTLE, name).equilibria}


def test_an_unknown_method_gets_a_suggestion():
    with pytest.raises(UsageError, match="did you mean 'support'"):
        equilibria(BATTLE, "suport")


@pytest.mark.parametrize("method", ["enumeration", "support"])
def test_two_player_methods_refuse_three_players(method):
    with pytest.raises(UsageError, match="3 players"):
        equilibria(NormalFormGame([[[[1]]]] * 3), method)
