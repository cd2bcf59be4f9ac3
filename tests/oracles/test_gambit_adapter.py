"""Agreement with Gambit, and what the adapter does with its answers. Measured with pygambit 17.0.0b2."""

from __future__ import annotations

import sys
from fractions import Fraction

import numpy as np
import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.adapters import GAMBIT_METHODS, gambit_equilibria, to_pygambit
from detente.solve.many_players.nplayer import all_isolated
from detente.solve.two_players.enumeration import enumerate_extreme


def random_game(shape, seed, top=1000):
    return NormalFormGame(np.random.default_rng(seed).integers(0, top, (len(shape), *shape)))


def points(result):
    return {tuple(round(float(w), 7) for own in each.mixed for w in own) for each in result.equilibria}


PENNIES = NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])


def test_a_missing_pygambit_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygambit", None)
    with pytest.raises(UsageError, match=r"detente\[gambit\]"):
        gambit_equilibria(PENNIES, "gambit-lcp")


def test_an_unknown_method_gets_a_suggestion():
    with pytest.raises(UsageError, match="gambit-enumpoly"):
        gambit_equilibria(PENNIES, "gambit-enumpolly")


class TestWithGambit:
    @pytest.fixture(autouse=True)
    def _installed(self):
        pytest.importorskip("pygambit")

    @pytest.mark.parametrize("method", sorted(set(GAMBIT_METHODS) - {"gambit-enumpure"}))
    def test_every_method_solves_matching_pennies_exactly(self, method):
        found = gambit_equilibria(PENNIES, method)
        assert [each.mixed for each in found.equilibria] == [((Fraction(1, 2),) * 2,) * 2]
        assert found.equilibria[0].regret == 0
        assert not found.complete

    def test_payoffs_arrive_at_their_profiles(self):
        game = random_game((2, 3, 2), 5)
        found = gambit_equilibria(game, "gambit-enumpure")
        assert points(found) == {p for p in points(all_isolated(game)) if set(p) == {0.0, 1.0}}
        assert to_pygambit(game) is not None

    def test_methods_for_two_refuse_three(self):
        with pytest.raises(UsageError, match="is for two"):
            gambit_equilibria(random_game((2, 2, 2), 0), "gambit-enummixed")

    @pytest.mark.parametrize("seed", range(10))
    def test_enummixed_agrees_with_our_enumeration(self, seed):
        game = random_game((3, 3), seed, top=4)
        found = gambit_equilibria(game, "gambit-enummixed")
        ours = enumerate_extreme(game.payoffs[0].tolist(), game.payoffs[1].tolist()).equilibria
        assert {each.mixed for each in found.equilibria} == set(ours)

    # enumpoly of 17.0.0b2 misses equilibria of generic games, more of them the larger the game (its counts are even).
    @pytest.mark.parametrize(
        ("shape", "seeds", "share"),
        [((2, 2, 2), 30, 0.7), ((2, 2, 3), 6, 0.3), ((2, 2, 2, 2), 2, 0), ((3, 3, 3), 1, 0)],
    )
    def test_enumpoly_finds_nothing_that_we_miss(self, shape, seeds, share):
        same = 0
        for seed in range(seeds):
            game = random_game(shape, seed)
            ours, theirs = all_isolated(game), gambit_equilibria(game, "gambit-enumpoly")
            assert ours.complete
            assert len(ours.equilibria) % 2 == 1
            assert points(theirs) <= points(ours)
            same += points(theirs) == points(ours)
        assert same >= share * seeds

    def test_a_float_game_is_checked_in_floats(self):
        game = NormalFormGame(np.random.default_rng(3).random((3, 2, 2, 2)))
        found = gambit_equilibria(game, "gambit-logit")
        assert all(float(each.regret) < 1e-9 for each in found.equilibria)

    def test_a_profile_with_regret_is_dropped_and_counted(self, monkeypatch):
        from detente.solve import adapters

        wrong = [[[Fraction(1), Fraction(0)], [Fraction(1), Fraction(0)]]]
        monkeypatch.setattr(adapters, "_propose", lambda *_: wrong)
        found = gambit_equilibria(PENNIES, "gambit-lcp")
        assert found.equilibria == ()
        assert "1 of 1 profiles of Gambit dropped" in found.notes[1]
