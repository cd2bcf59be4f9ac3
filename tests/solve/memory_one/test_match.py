"""Payoffs of memory-one matches against published values, hand computation and power iteration."""

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest
import sympy

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.solve.memory_one.match import long_run_payoffs, press_dyson_determinant
from detente.solve.memory_one.strategy import NAMED, MemoryOne
from detente.solve.memory_one.zero_determinant import extortionate

R, S, T, P = 3, 0, 5, 1
AXELROD = NormalFormGame([[[R, S], [T, P]], [[R, T], [S, P]]])


def played(stage, p, q, rounds, player=0):
    """Average payoff over so many rounds from the joint distribution of moves, by plain loops over both players."""
    table = stage.floats
    mass = {(a, b): (p.first if a == 0 else 1 - p.first) * (q.first if b == 0 else 1 - q.first) for a, b in product((0, 1), repeat=2)}
    total = 0.0
    for _ in range(rounds):
        total += sum(float(weight) * table[(player, *cell)] for cell, weight in mass.items())
        following = dict.fromkeys(mass, 0.0)
        for (a, b), weight in mass.items():
            own, other = float(p.after[2 * a + b]), float(q.after[2 * b + a])
            for c, d in product((0, 1), repeat=2):
                following[c, d] += float(weight) * (own if c == 0 else 1 - own) * (other if d == 0 else 1 - other)
        mass = following
    return total / rounds


@pytest.mark.parametrize(
    ("first", "second", "payoffs"),
    [
        # by hand: moves repeat as written
        ("tit_for_tat", "always_defect", (P, P)),  # CD, then DD for ever
        ("tit_for_tat", "tit_for_tat", (R, R)),
        ("tit_for_tat", "suspicious_tit_for_tat", (F(S + T, 2), F(S + T, 2))),  # CD, DC, CD, ..
        ("always_cooperate", "always_defect", (S, T)),
        ("alternator", "always_cooperate", (F(R + T, 2), F(R + S, 2))),  # CC, DC, CC, ..
        ("win_stay_lose_shift", "always_defect", (F(S + P, 2), F(T + P, 2))),  # CD, DD, CD, ..
        ("grim", "alternator", (F(T + P, 2), F(S + P, 2))),  # from round 3 on D against C and D in turns
        ("tit_for_tat", "alternator", (F(S + T, 2), F(S + T, 2))),  # CC, then CD, DC in turns
        ("win_stay_lose_shift", "win_stay_lose_shift", (R, R)),
    ],
)
def test_pure_strategies_get_what_counting_by_hand_gives(first, second, payoffs):
    match = long_run_payoffs(AXELROD, first, second)
    assert tuple(match.payoffs.values()) == payoffs
    assert match.arithmetic == "exact"


def test_tit_for_tat_over_200_rounds_as_in_axelrods_tournament():
    # Axelrod (1980): 200 moves; against ALL D tit for tat loses the first move only: 0 + 199, and 5 + 199
    match = long_run_payoffs(AXELROD, "tit_for_tat", "always_defect", rounds=200)
    assert {k: 200 * v for k, v in match.payoffs.items()} == {"1": 199, "2": 204}
    assert 200 * long_run_payoffs(AXELROD, "tit_for_tat", "tit_for_tat", rounds=200).payoffs["1"] == 600


@pytest.mark.parametrize("chi", [1, 2, 3, 5, F(7, 2), 100])
def test_press_and_dysons_extortion_scores_are_met_exactly(chi):
    # Press and Dyson (2012) for (5, 3, 1, 0): against full cooperation
    # s_X = (2 + 13 chi)/(2 + 3 chi), s_Y = (12 + 3 chi)/(2 + 3 chi)
    match = long_run_payoffs(AXELROD, extortionate(AXELROD, chi).strategy, "always_cooperate")
    assert match.payoffs == {"1": F(2 + 13 * F(chi)) / (2 + 3 * F(chi)), "2": F(12 + 3 * F(chi)) / (2 + 3 * F(chi))}


@pytest.mark.parametrize("seed", range(8))
def test_long_run_payoffs_equal_the_ratio_of_determinants_and_power_iteration(seed):
    rng = np.random.default_rng(seed)
    stage = NormalFormGame(rng.integers(-5, 9, (2, 2, 2)).tolist())
    p, q = (MemoryOne(tuple(F(int(x), 12) for x in rng.integers(1, 12, 4)), F(1, 2)) for _ in range(2))
    match = long_run_payoffs(stage, p, q)
    cells = [(0, 0), (0, 1), (1, 0), (1, 1)]
    for k, value in enumerate(match.payoffs.values()):
        f = [stage.payoffs[(k, *cell)] for cell in cells]
        assert value == press_dyson_determinant(p.after, q.after, f) / press_dyson_determinant(p.after, q.after, [1] * 4)
        assert float(value) == pytest.approx(played(stage, p, q, 4000, k), abs=0.02)
    assert sum(match.shares.values()) == 1


@pytest.mark.parametrize(("first", "second"), list(product(["tit_for_tat", "grim", "win_stay_lose_shift", "alternator", "firm_but_fair", "random"], repeat=2)))
def test_chains_with_several_ends_follow_the_first_round(first, second):
    # all moves repeat with period 1, 2, 3 or 4 at the latest, so that averages over 24,000 rounds are within 1/1,000
    p, q = MemoryOne.named(first), MemoryOne.named(second)
    for start in (p.first, F(0)):
        one = MemoryOne(p.after, start)
        value = long_run_payoffs(AXELROD, one, q).payoffs["1"]
        assert float(value) == pytest.approx(played(AXELROD, one, q, 3000), abs=0.01)


def test_the_start_decides_between_two_tit_for_tats_and_the_result_says_so():
    match = long_run_payoffs(AXELROD, [1, 0, 1, 0, "1/3"], "tit_for_tat")
    # C first: mutual cooperation; D first: exploited in turns
    assert [(each.probability, each.payoffs["1"]) for each in match.settled if each.probability] == [(F(1, 3), 3), (F(2, 3), F(5, 2))]
    assert match.payoffs["1"] == F(1, 3) * 3 + F(2, 3) * F(5, 2)
    assert any("start decides" in line for line in match.explain())
    assert press_dyson_determinant((1, 0, 1, 0), (1, 0, 1, 0), [1] * 4) == 0  # the formula would divide 0 by 0


def test_any_error_in_action_halves_everything_between_two_tit_for_tats():
    # Nowak and Sigmund: with errors each outcome gets a quarter of the rounds, however rare they are
    for error in ("1/2", "1/100", "1e-30"):
        assert set(long_run_payoffs(AXELROD, "tit_for_tat", "tit_for_tat", action_error=error).shares.values()) == {F(1, 4)}


def test_misperception_of_one_side_leads_reciprocators_into_conflict():
    # only C is misread, with probability 1/10, by player 1: nothing brings them back
    bias = MemoryOne((F(9, 10), 0, F(9, 10), 0))
    match = long_run_payoffs(AXELROD, bias, "tit_for_tat")
    assert match.shares["2", "2"] == 1
    # a symmetric misreading flips what is seen: 9/10 after C seen as C, 1/10 after D seen as C
    assert MemoryOne.named("tit_for_tat").with_errors(perception="1/10").after == (F(9, 10), F(1, 10), F(9, 10), F(1, 10))


def test_discounted_payoffs_equal_the_weighted_sum_over_rounds():
    # tit for tat against always defect: (1 - d)(S + d P + d^2 P + ..) = (1 - d) S + d P
    match = long_run_payoffs(AXELROD, "tit_for_tat", "always_defect", discount_factor="9/10")
    assert match.payoffs == {"1": F(9, 10), "2": F(1, 10) * 5 + F(9, 10)}


def test_formulas_agree_with_numbers_at_sampled_points():
    game = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]], parameters={"b": (1, 3), "c": (0, 2)})
    p, q = ["x", "1/3", "y", "1/2", "z"], ["1/4", "y", "3/4", "x"]
    for how in ({}, {"action_error": "e"}, {"discount_factor": "d"}):
        formulas = long_run_payoffs(game, p, q, **how)
        assert formulas.valid_where
        for x, y, e, d, b, c in [("1/3", "1/5", "1/20", "1/2", 2, 1), ("7/9", "2/3", "1/7", "9/10", 3, "1/2")]:
            at = {symbol(n): sympy.Rational(str(v)) for n, v in zip("xyedbcz", (x, y, e, d, b, c, "1/6"), strict=True)}
            named = {"x": x, "y": y, "z": "1/6", "e": e, "d": d}
            numbers = {key: named[value] for key, value in how.items()}
            exact = long_run_payoffs(game.at(b=b, c=c), [named.get(v, v) for v in p], [named.get(v, v) for v in q], **numbers)
            for player in game.players:
                assert formulas.payoffs[player].subs(at) == sympy.Rational(str(exact.payoffs[player]))


def test_symbols_in_a_reducible_chain_follow_the_start():
    match = long_run_payoffs(AXELROD, [1, 0, 1, 0, "s"], "tit_for_tat")
    s = symbol("s")
    assert sympy.expand(match.payoffs["1"] - (3 * s + (1 - s) * sympy.Rational(5, 2))) == 0


def test_floats_are_floats_and_agree():
    match = long_run_payoffs(AXELROD, [0.9, 0.1, 0.8, 0.3], "random")
    assert match.arithmetic == "float"
    exact = long_run_payoffs(AXELROD, ["9/10", "1/10", "8/10", "3/10"], "random")
    assert match.payoffs["1"] == pytest.approx(float(exact.payoffs["1"]), abs=1e-14)


def test_asymmetric_games_and_labels_are_respected():
    game = NormalFormGame([[[1, 2], [3, 4]], [[10, 20], [30, 40]]], ["us", "china"], [["yield", "press"], ["license", "ban"]])
    match = long_run_payoffs(game, "always_defect", "always_cooperate")
    assert match.payoffs == {"us": 3, "china": 30}
    assert match.shares["press", "license"] == 1
    assert match.cooperation == {"us": 0, "china": 1}


@pytest.mark.parametrize(
    ("arguments", "how", "words"),
    [
        ((["1/2"] * 3, "random"), {}, "four probabilities"),
        ((["3/2", 0, 0, 0], "random"), {}, "from 0 to 1"),
        (("tit_for_tit", "random"), {}, "did you mean"),
        (("random", "random"), {"discount_factor": 1}, "leave it out"),
        (("random", "random"), {"discount_factor": "1/2", "rounds": 3}, "one of the two"),
        (("random", "random"), {"rounds": 0}, "whole number"),
        (("random", "random"), {"rounds": True}, "whole number"),
        ((["x", 0, 0, 0], "random"), {"rounds": 3}, "symbols"),
        ((["x**", 0, 0, 0], "random"), {}, "not a formula"),
        ((["__import__('os')", 0, 0, 0], "random"), {}, "found|unknown"),
        ((["sqrt(x)", 0, 0, 0], "random"), {}, "rational functions"),
        (([sympy.sqrt(2) / 2, 0, 0, 0], "random"), {}, "rational"),
    ],
)
def test_bad_input_is_refused_with_what_was_expected(arguments, how, words):
    from detente.errors import DetenteError

    with pytest.raises(DetenteError, match=words):
        long_run_payoffs(AXELROD, *arguments, **how)


def test_other_sizes_are_refused():
    with pytest.raises(UsageError, match="two strategies each"):
        long_run_payoffs(NormalFormGame(np.zeros((2, 3, 3), dtype=int).tolist()), "random", "random")


def test_every_named_strategy_is_one_and_prints():
    for name in NAMED:
        one = MemoryOne.named(name)
        assert one.name == name
        assert str(long_run_payoffs(AXELROD, one, "random"))
        assert long_run_payoffs(AXELROD, one, "random").to_json()["horizon"] == "for ever"
