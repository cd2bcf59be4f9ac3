"""Invasion and best replies against hand computation, published results and random opponents."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.solve.memory_one.invasion import best_reply, invasion, invasions
from detente.solve.memory_one.match import long_run_payoffs
from detente.solve.memory_one.strategy import MemoryOne
from detente.solve.memory_one.zero_determinant import extortionate

AXELROD = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])


def test_the_classic_invasions_come_out():
    assert invasion(AXELROD, "always_defect", "tit_for_tat").verdict == "invades after drift"  # 1 = 1, then 3 > 1
    assert invasion(AXELROD, "always_cooperate", "always_defect").verdict == "invades"
    assert invasion(AXELROD, "tit_for_tat", "always_cooperate").verdict == "drifts"
    assert invasion(AXELROD, "tit_for_tat", "always_defect").verdict == "repelled"
    # with errors win-stay lose-shift repels unconditional cooperators (Nowak and Sigmund 1993)
    assert invasion(AXELROD, "win_stay_lose_shift", "always_cooperate", action_error="1/100").verdict == "repelled"
    assert invasion(AXELROD, "tit_for_tat", "always_cooperate", action_error="1/100").verdict == "invades"


def test_payoffs_are_those_of_the_four_matches():
    found = invasion(AXELROD, "tit_for_tat", "always_defect", discount_factor="9/10")
    # (R, (1-d)T + dP, (1-d)S + dP, P)
    assert found.payoffs == (3, F(1, 2) + F(9, 10), F(9, 10), 1)
    pairs = invasions(AXELROD, ["tit_for_tat", "always_defect"], discount_factor="9/10")
    assert [each.verdict for row in pairs for each in row] == ["repelled", "repelled"]


def test_tit_for_tat_is_an_equilibrium_exactly_from_the_critical_discount_factor_on():
    # max((T - R)/(T - P), (T - R)/(R - S)) = max(1/2, 2/3) = 2/3 (Axelrod 1981)
    for delta, holds in (("3/5", False), ("2/3", True), ("9/10", True)):
        own = long_run_payoffs(AXELROD, "tit_for_tat", "tit_for_tat", discount_factor=delta).payoffs["1"]
        assert (best_reply(AXELROD, "tit_for_tat", discount_factor=delta).payoff == own) is holds


def test_no_random_strategy_beats_the_best_reply():
    rng = np.random.default_rng(5)
    for how in ({}, {"discount_factor": F(4, 5)}, {"action_error": F(1, 20)}):
        for _ in range(4):
            other = MemoryOne(tuple(F(int(x), 6) for x in rng.integers(0, 7, 4)), F(1, 2))
            best = best_reply(AXELROD, other, player=1, **how)
            assert best.proved
            for _ in range(15):
                own = MemoryOne(tuple(F(int(x), 9) for x in rng.integers(0, 10, 4)), F(int(rng.integers(0, 2))))
                assert long_run_payoffs(AXELROD, other, own, **how).payoffs["2"] <= best.payoff


def test_the_best_reply_to_extortion_is_full_cooperation():
    # Press and Dyson: the evolving player's best score is (12 + 3 chi)/(2 + 3 chi), at full cooperation
    best = best_reply(AXELROD, extortionate(AXELROD, 3).strategy, player=1)
    assert best.payoff == F(21, 11)
    assert all(each.after[:2] == (1, 1) for each in best.replies)


def test_a_misperceiving_player_is_not_given_a_proof():
    assert not best_reply(AXELROD, "tit_for_tat", misperception="1/10").proved
    assert best_reply(AXELROD, "tit_for_tat", misperception=(0, "1/10")).proved
    assert not best_reply(AXELROD, "tit_for_tat", player=1, misperception=(0, "1/10")).proved


def test_bad_input_is_refused():
    with pytest.raises(UsageError, match="symmetric"):
        invasion(NormalFormGame([[[1, 2], [3, 4]], [[1, 2], [3, 4]]]), "random", "grim")
    with pytest.raises(UsageError, match="round"):
        best_reply(AXELROD, "grim", rounds=10)
    with pytest.raises(UsageError, match="symbols"):
        best_reply(AXELROD, ["x", 0, 0, 0])
    with pytest.raises(UsageError, match="symmetric"):
        invasion(SymbolicGame([[["a", "b"], ["c", "d"]], [["a", "b"], ["c", "d"]]], {n: (0, 1) for n in "abcd"}), "random", "grim")


def test_formulas_say_where_a_mutant_invades():
    # donation game, discount d: defectors repelled by tit for tat where d b > c
    game = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]], {"b": (2, 3), "c": (1, 2)})
    found = invasion(game, "tit_for_tat", "always_defect", discount_factor="d")
    b, c, d = (symbol(n) for n in "bcd")
    assert found.verdict == "depends"
    # (1 - d) b against b - c
    assert sympy.expand(found.gain - ((1 - d) * b - (b - c))) == 0
    assert "> 0" in str(found)
    numbers = invasion(game.at(b=2, c=1), "tit_for_tat", "always_defect", discount_factor="1/3")
    assert found.gain.subs({b: 2, c: 1, d: sympy.Rational(1, 3)}) == sympy.Rational(str(numbers.gain))
    assert numbers.verdict == "invades"
