"""One equilibrium of larger games."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import BudgetExceeded, NotConverged, UsageError
from detente.games.normal import NormalFormGame
from detente.solve.best_response import deviation_payoffs, regret
from detente.solve.many_players._homotopy import payoffs_and_slopes
from detente.solve.many_players.one_equilibrium import one_equilibrium
from detente.solve.pure import pure_profiles


def random_game(shape, seed, top=1000):
    return NormalFormGame(np.random.default_rng(seed).integers(0, top, (len(shape), *shape)))


def floats(equilibrium):
    return [[float(w) for w in own] for own in equilibrium.mixed]


def cyclic_pennies(players):
    """Each player wants to match the next, the last to mismatch the first: no pure equilibrium, all at one half."""
    table = np.zeros((players, *(2,) * players), dtype=int)
    for profile in product(range(2), repeat=players):
        for i in range(players):
            same = profile[i] == profile[(i + 1) % players]
            table[(i, *profile)] = int(same if i < players - 1 else not same)
    return NormalFormGame(table)


class TestPure:
    def test_a_pure_equilibrium_is_preferred(self):
        game = random_game((3, 3, 3), 0)
        assert pure_profiles(game)
        found = one_equilibrium(game)
        assert found.equilibria[0].pure
        assert found.equilibria[0].regret == 0
        assert not found.complete

    def test_where_there_is_none_a_mixed_one_is_found(self):
        found = one_equilibrium(cyclic_pennies(4))
        half = (Fraction(1, 2),) * 2
        assert found.equilibria[0].mixed == (half,) * 4
        assert found.equilibria[0].regret == 0


class TestMixed:
    @pytest.mark.parametrize(("shape", "seed"), [((3, 3, 3), 1), ((5, 5, 5, 5, 5), 1), ((2,) * 8, 1)])
    def test_equilibria_of_larger_games_are_proved(self, shape, seed):
        game = random_game(shape, seed)
        found = one_equilibrium(game, mixed=True).equilibria[0]
        assert not found.pure
        assert found.regret == 0
        assert float(regret(NormalFormGame(game.floats), floats(found))) < 1e-9

    def test_an_unstable_mixed_equilibrium_is_found_by_its_support(self):
        # Paths lead to one of the two pure equilibria of this coordination game of three.
        table = np.zeros((3, 2, 2, 2), dtype=int)
        table[:, 0, 0, 0], table[:, 1, 1, 1] = 2, 1
        found = one_equilibrium(NormalFormGame(table), mixed=True, starts=2).equilibria[0]
        assert not found.pure
        assert found.regret == 0

    def test_a_game_with_dominant_strategies_has_no_mixed_equilibrium(self):
        table = np.zeros((3, 2, 2, 2), dtype=int)
        table[0, 1], table[1, :, 1], table[2, :, :, 1] = 1, 1, 1
        with pytest.raises(NotConverged) as caught:
            one_equilibrium(NormalFormGame(table), mixed=True, starts=2)
        assert caught.value.last is not None

    def test_a_continuum_is_given_in_floats_with_its_regret(self):
        table = np.zeros((3, 2, 2, 2), dtype=int)
        found = one_equilibrium(NormalFormGame(table), mixed=True, starts=1)
        assert found.arithmetic == "float"
        assert "not proved" in found.notes[0]
        assert abs(float(found.equilibria[0].regret)) < 1e-12


class TestInterface:
    def test_the_same_seed_gives_the_same_answer(self):
        game = random_game((3, 3, 3), 4)
        assert (
            one_equilibrium(game, mixed=True, seed=0).equilibria
            == one_equilibrium(game, mixed=True, seed=0).equilibria
        )

    def test_a_budget_that_runs_out_is_an_error_not_an_answer(self):
        with pytest.raises(BudgetExceeded):
            one_equilibrium(random_game((2,) * 8, 1), mixed=True, budget=0)

    def test_no_starts_are_refused(self):
        with pytest.raises(UsageError, match="starts"):
            one_equilibrium(cyclic_pennies(3), starts=0)

    def test_two_players_work(self):
        found = one_equilibrium(NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]))
        assert found.equilibria[0].mixed == ((Fraction(1, 2),) * 2,) * 2

    def test_float_games_give_floats(self):
        found = one_equilibrium(NormalFormGame(np.random.default_rng(5).random((3, 2, 2, 2)))).equilibria[0]
        assert all(isinstance(w, float) for own in found.mixed for w in own)
        assert float(found.regret) < 1e-9


class TestLaws:
    @settings(max_examples=10, deadline=None)
    @given(st.integers(0, 10**6), st.floats(1e-6, 1e6), st.floats(-10, 10))
    def test_other_units_of_payoff_lead_to_the_same_equilibrium(self, seed, factor, shift):
        table = np.random.default_rng(seed).random((3, 2, 3, 2))
        scale = np.array([factor, 1.0, 1.0]).reshape(3, 1, 1, 1)
        a = one_equilibrium(NormalFormGame(table)).equilibria[0]
        b = one_equilibrium(NormalFormGame(table * scale + shift)).equilibria[0]
        np.testing.assert_allclose(np.concatenate(floats(a)), np.concatenate(floats(b)), atol=1e-6)

    def test_payoffs_and_slopes_agree_with_direct_contraction(self):
        shape = (2, 3, 4, 2)
        draws = np.random.default_rng(0)
        game = NormalFormGame(draws.random((4, *shape)))
        mixed = [draws.dirichlet(np.ones(size)) for size in shape]
        values, slopes = payoffs_and_slopes(game.floats, mixed)
        for i in range(4):
            np.testing.assert_allclose(values[i], [float(v) for v in deviation_payoffs(game, i, mixed)])
            for j in range(4):
                if i != j:
                    for k in range(shape[j]):
                        pure = [np.eye(shape[j])[k] if q == j else own for q, own in enumerate(mixed)]
                        np.testing.assert_allclose(
                            slopes[i, j][:, k], [float(v) for v in deviation_payoffs(game, i, pure)]
                        )
