"""All isolated equilibria of games with three or more players."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.best_response import regret
from detente.solve.many_players._algebraic import Enclosed, NumberField
from detente.solve.many_players.nplayer import all_isolated
from detente.solve.pure import pure_profiles


def symmetric(shape, payoff):
    """Return a game of players with the same strategies; ``payoff(own, others)`` with others a tuple."""
    players = len(shape)
    table = np.empty((players, *shape), dtype=object)
    for profile in product(*map(range, shape)):
        for i in range(players):
            table[(i, *profile)] = Fraction(payoff(profile[i], profile[:i] + profile[i + 1 :]))
    return NormalFormGame(table)


def numeric(result):
    return sorted(tuple(round(float(w), 9) for own in each.mixed for w in own) for each in result.equilibria)


def random_game(shape, seed, top=1000):
    return NormalFormGame(np.random.default_rng(seed).integers(0, top, (len(shape), *shape)))


def from_gains(gains):
    """Return a 2x2x2 game from D_i[s_j, s_k], what player i gains by the second strategy."""
    table = np.zeros((3, 2, 2, 2), dtype=object)
    for i, gain in enumerate(gains):
        others = [j for j in range(3) if j != i]
        for profile in product(range(2), repeat=3):
            if profile[i] == 1:
                table[(i, *profile)] = Fraction(gain[profile[others[0]]][profile[others[1]]])
    return NormalFormGame(table)


class TestTextbookGames:
    def test_integer_payoffs_may_lead_to_the_golden_ratio(self):
        # Conditions y(1 + z) = 1, z(1 + x) = 1, x(1 + y) = 1: by hand, x = y = z = (sqrt(5) - 1)/2 is their only
        # solution in the unit cube. Nash (1951) remarked first that three players may lead to irrational numbers.
        def cyclic(a, b):
            return a * (1 + b) - 1

        gains = [
            [[cyclic(y, z) for z in (0, 1)] for y in (0, 1)],
            [[-cyclic(z, x) for z in (0, 1)] for x in (0, 1)],
            [[cyclic(x, y) for y in (0, 1)] for x in (0, 1)],
        ]
        found = all_isolated(from_gains(gains))
        golden = (sympy.sqrt(5) - 1) / 2
        inside = [each for each in found.equilibria if all(len(s) == 2 for s in each.support.values())]
        assert len(inside) == 1
        for weights in inside[0].mixed:
            assert sympy.simplify(weights[1] - golden) == 0
        assert inside[0].regret == 0
        assert isinstance(inside[0].regret, Fraction)

    def test_a_square_root_can_be_built_as_bubelis_did(self):
        # Bubelis (1979, "On equilibria in finite games", Int. J. Game Theory 8) realizes algebraic numbers in
        # equilibria of three-player games. The same idea for the root of 1/2: player 3's indifference makes x = y,
        # player 2's x = z, and player 1's 2 y z = 1.
        gains = [
            [[1 - 2 * y * z for z in (0, 1)] for y in (0, 1)],
            [[x - z for z in (0, 1)] for x in (0, 1)],
            [[x - y for y in (0, 1)] for x in (0, 1)],
        ]
        found = all_isolated(from_gains(gains))
        mixed = [each for each in found.equilibria if all(len(s) == 2 for s in each.support.values())]
        assert [each.mixed[0][1] for each in mixed] == [sympy.sqrt(2) / 2]

    def test_the_unique_equilibrium_of_nau_gomez_canovas_and_hansen_is_irrational(self):
        # Nau, Gomez Canovas and Hansen (2004), Int. J. Game Theory 32, section 4; cells are payoffs of players 1, 2, 3.
        cells = [
            [[(3, 0, 2), (1, 0, 0)], [(0, 2, 0), (0, 1, 0)]],
            [[(0, 1, 0), (0, 3, 0)], [(1, 0, 0), (2, 0, 3)]],
        ]
        found = all_isolated(NormalFormGame(np.moveaxis(np.array(cells), 3, 0)))
        assert found.complete
        assert len(found.equilibria) == 1
        # Their closed form: q = (sqrt(601) - 13)/24, p = (9 q - 1)/(7 q + 2), r = (2 - 3 q)/(1 + q) in our order.
        q = (sympy.sqrt(601) - 13) / 24
        first, second, third = (own[0] for own in found.equilibria[0].mixed)
        assert sympy.radsimp(second - q) == 0
        assert sympy.radsimp(first - (9 * q - 1) / (7 * q + 2)) == 0
        assert sympy.radsimp(third - (2 - 3 * q) / (1 + q)) == 0
        assert found.equilibria[0].regret == 0

    def test_the_2x2x2_game_with_nine_equilibria(self):
        # McKelvey and McLennan (1997): nine is the most that a regular 2x2x2 game can have, two completely mixed.
        cells = [
            [[(9, 8, 12), (0, 0, 0)], [(0, 0, 0), (3, 4, 6)]],
            [[(0, 0, 0), (3, 4, 6)], [(9, 8, 2), (0, 0, 0)]],
        ]
        found = all_isolated(NormalFormGame(np.moveaxis(np.array(cells), 3, 0)))
        assert found.complete
        assert len(found.equilibria) == 9
        inside = [e.mixed for e in found.equilibria if all(len(s) == 2 for s in e.support.values())]
        half, fifths = Fraction(1, 2), Fraction(2, 5)
        assert {tuple(own[0] for own in mixed) for mixed in inside} == {
            (half, fifths, Fraction(1, 4)),
            (fifths, half, Fraction(1, 3)),
        }

    def test_a_game_with_a_continuum_of_completely_mixed_equilibria(self):
        # Nau, Gomez Canovas and Hansen (2004), section 5: three pure equilibria, two incompletely mixed ones and a curve of completely mixed ones.
        cells = [
            [[(0, 0, 2), (1, 1, 0)], [(0, 3, 0), (0, 0, 0)]],
            [[(3, 0, 0), (0, 0, 0)], [(0, 0, 0), (0, 0, 3)]],
        ]
        found = all_isolated(NormalFormGame(np.moveaxis(np.array(cells), 3, 0)))
        assert sum(each.pure for each in found.equilibria) == 3
        assert len(found.equilibria) == 5
        assert not found.complete
        assert (
            "infinitely many solutions of the indifference equations on the support {1, 2; 1, 2; 1, 2}"
            in found.missing
        )

    @pytest.mark.parametrize("players", [3, 4])
    def test_volunteers_dilemma_has_the_closed_form_symmetric_equilibrium(self, players):
        # Diekmann (1985): benefit b if anybody volunteers, at cost c: the probability not to is (c/b)^(1/(n-1)).
        cost = Fraction(1, 3)
        game = symmetric((2,) * players, lambda own, rest: (1 - cost) if own else int(any(rest)))
        found = all_isolated(game)
        every = [each for each in found.equilibria if all(len(s) == 2 for s in each.support.values())]
        assert len(every) == 1
        shirk = every[0].mixed[0][0]
        assert sympy.minimal_polynomial(shirk, sympy.Symbol("x")) == sympy.minimal_polynomial(
            sympy.root(sympy.Rational(1, 3), players - 1), sympy.Symbol("x")
        )
        assert float(shirk) == pytest.approx((1 / 3) ** (1 / (players - 1)))
        assert every[0].regret == 0
        assert found.complete
        # One volunteer alone, k >= 2 players mixing while the others shirk: 2^n - 1 equilibria.
        assert len(found.equilibria) == 2**players - 1

    def test_matching_pennies_with_an_idle_third_player(self):
        u = np.zeros((3, 2, 2, 2), dtype=int)
        u[0], u[1] = [[[1, 1], [-1, -1]], [[-1, -1], [1, 1]]], [[[-1, -1], [1, 1]], [[1, 1], [-1, -1]]]
        u[2, :, :, 0] = 1
        found = all_isolated(NormalFormGame(u))
        half = Fraction(1, 2)
        assert [each.mixed for each in found.equilibria] == [((half, half), (half, half), (1, 0))]
        assert found.complete
        assert found.components == ((0,),)


class TestTies:
    def test_a_continuum_is_reported_with_its_endpoints_and_not_called_complete(self):
        # Player 3 is indifferent throughout; players 1 and 2 have dominant strategies unless 3 plays the second.
        u = np.zeros((3, 2, 2, 2), dtype=int)
        u[0, 0, :, :], u[1, :, 0, :] = 1, 1
        found = all_isolated(NormalFormGame(u))
        assert not found.complete
        assert found.degenerate
        assert "continua" in found.missing
        assert [each.mixed[2] for each in found.equilibria] == [(1, 0), (0, 1)]

    def test_a_segment_ends_where_another_player_would_leave(self):
        # As above, but player 1 prefers the second strategy if player 3's second has weight above 1/3.
        u = np.zeros((3, 2, 2, 2), dtype=int)
        u[0, 0, :, 0], u[0, 1, :, 1], u[1, :, 0, :] = 1, 2, 1
        found = all_isolated(NormalFormGame(u))
        ends = {each.mixed[2] for each in found.equilibria}
        assert ends == {(1, 0), (Fraction(2, 3), Fraction(1, 3)), (0, 1)}
        assert all(each.regret == 0 for each in found.equilibria)

    def test_a_curve_of_mixed_equilibria_is_not_guessed_at(self):
        # All three are indifferent everywhere: every profile is an equilibrium.
        found = all_isolated(NormalFormGame(np.zeros((3, 2, 2, 2), dtype=int)))
        assert not found.complete
        assert "infinitely many" in found.missing
        assert len(found.equilibria) == 8

    def test_a_double_root_is_found_exactly(self):
        # x = y, x = z and (2y - 1)(2z - 1) = 0 on the diagonal has the double root 1/2.
        gains = [
            [[(2 * y - 1) * (2 * z - 1) for z in (0, 1)] for y in (0, 1)],
            [[x - z for z in (0, 1)] for x in (0, 1)],
            [[x - y for y in (0, 1)] for x in (0, 1)],
        ]
        found = all_isolated(from_gains(gains))
        half = (Fraction(1, 2),) * 2
        assert (half, half, half) in [each.mixed for each in found.equilibria]

    @pytest.mark.parametrize("seed", range(25))
    def test_small_integer_games_lose_no_pure_equilibrium_and_invent_nothing(self, seed):
        game = random_game((2, 2, 2), seed, top=3)
        found = all_isolated(game)
        pure = {tuple(own.index(1) for own in each.mixed) for each in found.equilibria if each.pure}
        assert pure == set(pure_profiles(game))
        for each in found.equilibria:
            assert each.regret == 0
            rational = all(isinstance(w, Fraction) for own in each.mixed for w in own)
            assert not rational or regret(game, each.mixed) == 0


class TestGenericGames:
    @pytest.mark.parametrize("seed", range(30))
    def test_random_2x2x2_games_have_an_odd_number_of_equilibria(self, seed):
        # Wilson (1971), Harsanyi (1973): almost all finite games.
        found = all_isolated(random_game((2, 2, 2), seed))
        assert found.complete
        assert len(found.equilibria) % 2 == 1

    @pytest.mark.parametrize(
        ("shape", "seed"), [((2, 2, 2, 2), 0), ((2, 2, 2, 2), 1), ((3, 3, 3), 1), ((2, 3, 3), 5)]
    )
    def test_larger_random_games_too(self, shape, seed):
        game = random_game(shape, seed)
        found = all_isolated(game)
        assert found.complete
        assert len(found.equilibria) % 2 == 1
        for each in found.equilibria:
            floats = [[float(w) for w in own] for own in each.mixed]
            assert float(regret(NormalFormGame(game.floats), floats)) < 1e-6
            assert each.regret == 0

    @pytest.mark.parametrize("seed", range(15))
    def test_the_closed_form_of_2x2x2_games_agrees_with_the_general_method(self, seed, monkeypatch):
        from detente.solve.many_players import _two_by_two_by_two

        game = random_game((2, 2, 2), 100 + seed, top=30)
        closed = all_isolated(game)
        monkeypatch.setattr(_two_by_two_by_two, "regular_2x2x2", lambda tables: None)
        general = all_isolated(game)
        assert [each.profile for each in closed.equilibria] == [each.profile for each in general.equilibria]
        assert closed.complete == general.complete

    def test_numbers_of_high_degree_are_enclosed(self):
        found = all_isolated(random_game((2, 2, 2, 2, 2), 0))
        assert found.complete
        high = [w for each in found.equilibria for own in each.mixed for w in own if isinstance(w, Enclosed)]
        for weight in high:
            assert 0 < weight.low <= weight.high < 1
            assert weight.high - weight.low < Fraction(1, 10**15)

    @pytest.mark.usefixtures("ends")
    def test_a_number_beside_a_simple_fraction_has_its_digits(self):
        """The root of x + ... + x^30 = 1 is 2^-32 above 1/2: there the sum is 1 - 2^-30 and its slope nearly 4."""
        polynomial = flint.fmpz_poly([-1] + [1] * 30)
        (near,) = (root.real for root, _ in polynomial.complex_roots() if root.imag == 0 and root.real > 0)
        root = NumberField(polynomial, near).element(flint.fmpq_poly([0, 1]))
        assert abs(float(root.to_sympy()) - 0.5 - 2**-32) < 1e-15
        assert abs(float((1 - root).to_sympy()) - 0.5 + 2**-32) < 1e-15

    def test_a_long_strategy_list_is_ruled_out_at_once(self):
        found = all_isolated(random_game((2, 2, 12), 3))
        assert found.complete
        assert len(found.equilibria) % 2 == 1

    def test_float_games_give_floats_with_small_regret(self):
        table = np.random.default_rng(2).random((3, 2, 2, 2))
        found = all_isolated(NormalFormGame(table))
        assert found.complete
        assert found.arithmetic == "float"
        for each in found.equilibria:
            assert all(isinstance(w, float) for own in each.mixed for w in own)
            assert float(each.regret) < 1e-12


class TestHonesty:
    def test_a_budget_that_runs_out_says_how_far_it_came(self):
        found = all_isolated(random_game((3, 3, 3, 3), 0), budget=0.05)
        assert not found.complete
        assert found.components is None
        assert "supports were looked at" in found.missing

    def test_an_interrupt_leaves_what_was_found(self):
        def stop(stage, count):
            if count > 8:
                raise KeyboardInterrupt

        found = all_isolated(random_game((2, 2, 3), 3), progress=stop)
        assert not found.complete
        assert found.missing.startswith("interrupted")

    def test_two_players_are_sent_elsewhere(self):
        with pytest.raises(UsageError, match="three or more"):
            all_isolated(NormalFormGame([[[1, 0], [0, 1]], [[1, 0], [0, 1]]]))

    def test_a_negative_budget_is_refused(self):
        with pytest.raises(UsageError, match="budget"):
            all_isolated(random_game((2, 2, 2), 0), budget=-1)


payoffs = st.lists(st.integers(-4, 4), min_size=24, max_size=24)


class TestLaws:
    @settings(max_examples=12, deadline=None)
    @given(payoffs, st.integers(1, 5), st.integers(-9, 9))
    def test_other_units_of_payoff_change_nothing(self, entries, factor, shift):
        table = np.array(entries, dtype=object).reshape(3, 2, 2, 2)
        other = table.copy()
        other[1] = other[1] * Fraction(factor, 7) + shift
        a, b = all_isolated(NormalFormGame(table)), all_isolated(NormalFormGame(other))
        assert numeric(a) == numeric(b)
        assert (a.complete, a.degenerate) == (b.complete, b.degenerate)

    @settings(max_examples=12, deadline=None)
    @given(payoffs)
    def test_other_names_for_players_and_strategies_change_nothing(self, entries):
        table = np.array(entries, dtype=object).reshape(3, 2, 2, 2)
        turned = np.moveaxis(table, (1, 2, 3), (3, 1, 2))[[1, 2, 0]][:, ::-1]
        a, b = all_isolated(NormalFormGame(table)), all_isolated(NormalFormGame(turned))
        back = sorted(
            tuple(round(float(w), 9) for own in (c, p[::-1], q) for w in own)
            for p, q, c in (each.mixed for each in b.equilibria)
        )
        assert numeric(a) == back
        assert a.complete == b.complete
