"""Penal codes: Abreu's results, hand derivations in small games, and the definition of a deterred deviation."""

from fractions import Fraction as F

import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.repeated import RepeatedGame
from detente.numbers import Enclosure
from detente.solve.repeated.one_shot import largest_gain
from detente.solve.repeated.payoff_set import payoff_set
from detente.solve.repeated.penal_codes import penal_codes

DILEMMA = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], ["row", "column"], [["c", "d"], ["c", "d"]])
#: A dilemma with a third strategy that hurts everybody: c, d as above; f against anything gives both at most -2.
FLOOD = NormalFormGame(
    [[[3, 0, -2], [5, 1, -2], [-2, -2, -3]], [[3, 5, -2], [0, 1, -2], [-2, -2, -3]]],
    ["row", "column"],
    [["c", "d", "f"]] * 2,
)


def test_in_a_dilemma_no_code_is_better_than_grim():
    """Mutual defection is the min-max payoff, so grim punishment is optimal (Abreu 1988)."""
    found = penal_codes(DILEMMA, ("c", "c"))
    assert found.grim_is_optimal
    assert found.best == found.grim.overall == F(1, 2)
    assert found.least == {"row": F(1, 2), "column": F(1, 2)}
    assert "no penal code is harder" in str(found).replace("\n", " ")


def test_a_stick_that_hurts_beats_grim():
    """By hand, with mutual flooding as the stick: the carrot needs 5 - 3 <= d (3 + 3), d >= 1/3; the stick -2 + 3 <= d 6,
    d >= 1/6. Grim needs 1/2. The min-max is -2: no code below 2/(2 + 5) = 2/7."""
    found = penal_codes(FLOOD, ("c", "c"))
    assert not found.grim_is_optimal
    assert found.grim.overall == F(1, 2)
    assert set(found.sticks.values()) == {("f", "f")}
    assert found.code_factors.overall == F(1, 3)
    assert found.least == {"row": F(2, 7), "column": F(2, 7)}
    code = found.code.on(FLOOD)
    assert largest_gain(FLOOD, code, "1/3") == 0
    assert largest_gain(FLOOD, code, "33/100") > 0


def test_the_best_code_by_hand():
    """With V the worst payoff of either player, cooperation needs 2 (1 - d) <= d (3 - V). Flood together now, then promise w to both:
    -3 (1 - d) + d w = V, and to comply, V >= -2 (1 - d) + d V, that is V >= -2, the min-max. V = -2 takes w = -2 + (1 - d)/d, which
    lies between V and 3, and so can be promised by a lottery, once cooperation can be sustained: 2 (1 - d) <= 5 d, from 2/7 on."""
    found = penal_codes(FLOOD, ("c", "c"))
    assert found.best == F(2, 7)
    assert found.complete
    assert (F(3), F(3)) in found.at("2/7")
    assert found.at("2/7").punishments == (-2, -2)
    assert found.at(F(2, 7) - F(1, 10**4)).excludes((F(3), F(3)))


def test_the_best_code_lies_between_the_bounds_and_its_punishments_deter_exactly_there():
    found = penal_codes(FLOOD, ("c", "c"))
    low, high = (found.best.low, found.best.high) if isinstance(found.best, Enclosure) else (found.best, found.best)
    assert F(2, 7) <= low <= high <= F(1, 3)
    above = payoff_set(RepeatedGame(FLOOD, high))
    worst = min(x for x, _ in above.inner)
    assert (1 - high) * 2 <= high * (3 - worst)
    if low < high:
        assert high - low <= F(1, 1000)
        below = payoff_set(RepeatedGame(FLOOD, low - F(1, 1000)))
        worst = min((x for x, _ in below.vertices), default=F(3))
        assert (1 - low + F(1, 1000)) * 2 > (low - F(1, 1000)) * (3 - worst)


def test_the_punishments_at_a_factor_are_the_worst_subgame_perfect_payoffs():
    found = penal_codes(FLOOD, ("c", "c")).at("9/10")
    assert found.punishments[0] == min(x for x, _ in found.vertices)
    assert found.punishments[0] <= F(-19, 10)  # close to the min-max of -2


def test_a_target_that_tempts_nobody_needs_no_code():
    found = penal_codes(DILEMMA, ("d", "d"))
    assert found.best == 0
    assert found.least == {"row": 0, "column": 0}


def test_a_target_below_the_min_max_is_sustained_by_no_code():
    found = penal_codes(FLOOD, ("f", "f"))
    assert found.best is None
    assert found.least == {"row": None, "column": None}


def test_three_players_have_bounds_and_no_payoff_set():
    def pay(player, profile):
        return F(3, 2) * sum(1 - each for each in profile) - 2 * (1 - profile[player])

    game = NormalFormGame([[[[pay(k, (a, b, c)) for c in (0, 1)] for b in (0, 1)] for a in (0, 1)] for k in range(3)], strategies=[["c", "d"]] * 3)
    found = penal_codes(game, ("c", "c", "c"))
    # defection of all is the min-max: g = 1/2, l = 5/2
    assert found.grim_is_optimal
    assert found.best == F(1, 6)


def test_floats_are_taken_at_the_numbers_that_they_store():
    assert float(penal_codes(NormalFormGame(DILEMMA.floats), (0, 0)).best) == pytest.approx(0.5)
    with pytest.raises(UsageError, match="numeric game"):
        penal_codes("dilemma", (0, 0))
    assert penal_codes(DILEMMA, (0, 0)).to_json()["best"] == "1/2"
