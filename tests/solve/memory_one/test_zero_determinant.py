"""Zero-determinant strategies: what they enforce against anyone, their ranges, and recognition."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.solve.memory_one.linear_relation import zero_determinant
from detente.solve.memory_one.match import long_run_payoffs
from detente.solve.memory_one.strategy import MemoryOne
from detente.solve.memory_one.zero_determinant import (
    chi_range,
    equalizer,
    extortionate,
    generous,
    phi_range,
    target_range,
)

AXELROD = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
LOPSIDED = NormalFormGame([[[4, -1], [6, 0]], [[3, 7], [-2, 1]]], ["us", "china"])


def opponents(seed, count=12):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield MemoryOne(tuple(F(int(x), 8) for x in rng.integers(0, 9, 4)), F(int(rng.integers(0, 3)), 2))


def test_press_and_dysons_strategy_of_factor_three_has_their_numbers():
    # Press and Dyson (2012): p = (11/13, 1/2, 7/26, 0) for chi = 3 and the middle of the range of phi
    found = extortionate(AXELROD, 3)
    assert found.strategy.after == (F(11, 13), F(1, 2), F(7, 26), 0)
    # their range: 0 < phi <= (P - S)/((P - S) + chi (T - P)), in units of phi/(P - S)
    assert found.phi_range == (0, F(1, 1 + 3 * 4))


@pytest.mark.parametrize("stage", [AXELROD, LOPSIDED])
@pytest.mark.parametrize("player", [0, 1])
@pytest.mark.parametrize("make", [extortionate, generous])
def test_the_line_holds_exactly_against_anyone(stage, player, make):
    found = make(stage, 2, player=player)
    assert found.kind == make.__name__
    for other in opponents(1):
        pair = (found.strategy, other) if player == 0 else (other, found.strategy)
        payoffs = list(long_run_payoffs(stage, *pair).payoffs.values())
        assert found.residual(payoffs) == 0
        base = (1, 1) if make is extortionate else (0, 0)
        own, theirs = (payoffs[k] - stage.payoffs[(k, *base)] for k in (player, 1 - player))
        assert own == 2 * theirs


def test_an_equalizer_fixes_the_others_payoff_against_anyone():
    for target in (1, F(3, 2), 2, 3):
        found = equalizer(AXELROD, target)
        for other in opponents(2):
            assert long_run_payoffs(AXELROD, found.strategy, other).payoffs["2"] == target
    # Press and Dyson: from P to R, and a player cannot fix its own
    assert target_range(AXELROD) == (1, 3)
    with pytest.raises(UsageError, match="from 1 to 3"):
        equalizer(AXELROD, 4)


def test_ranges_agree_with_a_search_over_a_grid():
    def exists(chi, kind):
        bounds = phi_range(AXELROD, chi, kind)
        return bounds is not None

    for kind in ("extortionate", "generous"):
        intervals = chi_range(AXELROD, kind)
        for chi in [F(k, 4) for k in range(-40, 41)]:
            inside = any((low is None or chi >= low) and (high is None or chi <= high) for low, high in intervals)
            # by brute force: some phi of a fine grid on either side gives four probabilities
            base = 3 if kind == "extortionate" else 0
            own, other = [3, 0, 5, 1], [3, 5, 0, 1]
            step = [a - own[base] - chi * (b - other[base]) for a, b in zip(own, other, strict=True)]
            grid = [s * F(1, 10**k) for k in range(7) for s in (1, -1)]
            found = any(all(0 <= r + phi * c <= 1 for r, c in zip((1, 1, 0, 0), step, strict=True)) for phi in grid)
            assert exists(chi, kind) == inside == found, (kind, chi)


def test_a_scale_out_of_range_is_refused_and_the_ends_of_the_range_are_strategies():
    low, high = phi_range(AXELROD, 3)
    assert low == 0
    assert 0 in extortionate(AXELROD, 3, phi=high).strategy.after[:2]
    for bad in (0, high + F(1, 100), -1):
        with pytest.raises(UsageError, match="from 0 to 1/13"):
            extortionate(AXELROD, 3, phi=bad)
    with pytest.raises(UsageError, match="at least 1"):
        extortionate(AXELROD, "1/2")


def test_constructed_strategies_are_recognized_with_their_slope():
    for chi in (2, 3, F(9, 2)):
        for make in (extortionate, generous):
            made = make(AXELROD, chi)
            seen = zero_determinant(AXELROD, made.strategy)
            assert (seen.kind, seen.chi) == (made.kind, chi)
    assert zero_determinant(AXELROD, equalizer(AXELROD, 2).strategy).fixed == 2


def test_tit_for_tat_is_fair_and_win_stay_lose_shift_enforces_nothing():
    fair = zero_determinant(AXELROD, "tit_for_tat")
    assert (fair.chi, fair.gamma) == (1, 0)
    assert zero_determinant(AXELROD, "win_stay_lose_shift") is None
    assert zero_determinant(AXELROD, [1, 1, 0, 0]) is None  # repeats itself: the vector is zero
    # always defect: own payoff is not fixed, nor the other's
    assert zero_determinant(AXELROD, "always_defect") is None


def test_always_defect_enforces_a_line_where_payoffs_add_up():
    # donation game: (b - c, -c, b, 0), b = 2, c = 1; D costs nothing: own = -(b/c) * other, a line through (0, 0)
    donation = NormalFormGame([[[1, -1], [2, 0]], [[1, 2], [-1, 0]]])
    seen = zero_determinant(donation, "always_defect")
    assert (seen.chi, seen.gamma) == (-2, 0)


def test_with_discounting_the_relation_includes_the_start():
    # Hilbe, Traulsen and Sigmund (2015): tit for tat from C is fair up to the first round only where it starts with C
    for start, delta in ((1, "9/10"), (0, "1/2")):
        one = MemoryOne((1, 0, 1, 0), start)
        seen = zero_determinant(AXELROD, one, discount_factor=delta)
        for other in opponents(3):
            payoffs = list(long_run_payoffs(AXELROD, one, other, discount_factor=delta).payoffs.values())
            if seen is not None:
                assert seen.residual(payoffs) == 0
    # always defect against a fixed discount factor, donation game: still a line
    donation = NormalFormGame([[[1, -1], [2, 0]], [[1, 2], [-1, 0]]])
    seen = zero_determinant(donation, "always_defect", discount_factor="3/4")
    for other in opponents(4):
        payoffs = list(long_run_payoffs(donation, "always_defect", other, discount_factor="3/4").payoffs.values())
        assert seen.residual(payoffs) == 0


def test_formulas_give_the_numbers_at_a_point():
    game = SymbolicGame([[["R", "S"], ["T", "P"]], [["R", "T"], ["S", "P"]]], parameters={"R": (2, 4), "S": (0, 1), "T": (4, 6), "P": (1, 2)})
    for make, arguments in ((extortionate, ("chi",)), (generous, ("chi",)), (equalizer, ("v",))):
        formulas = make(game, *arguments, phi="phi" if make is not equalizer else "phi")
        numbers = make(AXELROD, 3 if make is not equalizer else 2)
        at = {symbol(n): v for n, v in {"R": 3, "S": 0, "T": 5, "P": 1, "chi": 3, "v": 2}.items()}
        at[symbol("phi")] = sympy.Rational(str(numbers.phi))
        assert tuple(sympy.expand(p).subs(at) for p in formulas.strategy.after) == tuple(sympy.Rational(str(p)) for p in numbers.strategy.after)
        assert all(bool(c.subs(at)) for c in formulas.conditions)
    with pytest.raises(UsageError, match="phi"):
        extortionate(game, "chi")


@pytest.mark.parametrize("call", [lambda: zero_determinant(AXELROD, [0.5, 0.5, 0.5, 0.5]), lambda: extortionate(NormalFormGame([[[3.0, 0], [5, 1]], [[3, 5], [0, 1]]]), 2), lambda: phi_range(AXELROD, 2, "kind"), lambda: extortionate(AXELROD, 2, player=5), lambda: extortionate(AXELROD, 2, player="me")])
def test_bad_input_is_refused(call):
    with pytest.raises(UsageError):
        call()
