"""Critical discount factors against published values, the one-shot certificate and general laws."""

import random
import sys
from fractions import Fraction
from itertools import product

import pytest
import sympy

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.repeated import RepeatedGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.solve.repeated.critical_discount_factor import critical_discount_factor
from detente.solve.repeated.one_shot import grim_trigger, largest_gain, tit_for_tat

F = Fraction
DELTA = symbol("delta")


def dilemma(t, r, p, s, *others):
    """A 2x2 game with the payoffs of the row player, and of the column player where given."""
    t2, r2, p2, s2 = others or (t, r, p, s)
    return NormalFormGame([[[r, s], [t, p]], [[r2, t2], [s2, p2]]], ["us", "china"], [["c", "d"], ["c", "d"]])


CLASSIC = dilemma(5, 3, 1, 0)


# Published values


def test_prisoners_dilemma_of_axelrod():
    grim = critical_discount_factor(CLASSIC, "grim", ("c", "c"))
    assert grim.per_player == {"us": F(1, 2), "china": F(1, 2)}
    assert grim.overall == F(1, 2)
    assert grim.condition == (DELTA >= sympy.Rational(1, 2))
    # Axelrod (1981), theorem 2: tit for tat is collectively stable iff w >= max((T-R)/(T-P), (T-R)/(R-S)).
    tft = critical_discount_factor(CLASSIC, "tit_for_tat", ("c", "c"))
    assert tft.nash.overall == F(2, 3)
    assert tft.overall is None
    assert tft.intervals == ()


def test_limited_punishments_of_osborne():
    # Osborne (2004), section 14.7: payoffs 3, 2, 1, 0; one period never suffices, two need 0.62, three 0.55.
    game = dilemma(3, 2, 1, 0)
    found = [critical_discount_factor(game, "punishment", ("c", "c"), periods=k) for k in (1, 2, 3)]
    assert found[0].overall is None  # g/l = 1 would need a factor of exactly 1
    assert found[1].overall == (sympy.sqrt(5) - 1) / 2
    assert float(found[2].overall) == pytest.approx(0.5436890126920764, abs=1e-15)  # 1/tribonacci constant
    assert critical_discount_factor(game, "grim", ("c", "c")).overall == F(1, 2)


def test_tit_for_tat_of_osborne_is_subgame_perfect_at_one_factor():
    # Osborne (2004), chapter 14: with payoffs y, x, 1, 0 iff y - x = 1 and delta = 1/x.
    for x in (F(3, 2), F(2), F(3), F(7)):
        found = critical_discount_factor(dilemma(x + 1, x, 1, 0), "tit_for_tat", ("c", "c"))
        assert found.per_player == {"us": 1 / x, "china": 1 / x}
        assert [str(each) for each in found.intervals] == [f"{{{1 / x}}}"]
        assert found.condition == sympy.Eq(DELTA, sympy.Rational(x.denominator, x.numerator))
        assert not found.monotone
        assert not any(found.strict.values())
        assert (
            critical_discount_factor(dilemma(x + F(11, 10), x, 1, 0), "tit_for_tat", ("c", "c")).overall
            is None
        )


def test_cournot_duopoly():
    # Gibbons (1992), section 2.3.C: 9/17. Quantities: half the monopoly's, Cournot, best reply to the first; a - c = 1.
    quantities = [F(1, 4), F(1, 3), F(3, 8)]
    table = [
        [[(1 - x - y) * own for y in quantities for own in [(x, y)[i]]] for x in quantities] for i in (0, 1)
    ]
    game = NormalFormGame(table, strategies=[["collude", "cournot", "undercut"]] * 2)
    found = critical_discount_factor(game, "grim", ("collude", "collude"), punishment=("cournot", "cournot"))
    assert found.overall == F(9, 17)
    assert found.complete
    worst = critical_discount_factor(game, "grim", ("collude", "collude"))
    assert worst.complete  # all stage equilibria were searched: Cournot's is the only one
    assert worst.overall == F(9, 17)
    assert worst.punishment["1"]["1"] == {"collude": 0, "cournot": 1, "undercut": 0}


@pytest.mark.parametrize("firms", [2, 3, 4])
def test_bertrand_oligopoly(firms):
    # Tirole (1988), section 6.3.2.1: collusion needs delta >= 1 - 1/n. Prices: monopoly, just below, cost.
    profit = [F(1), F(1), F(0)]
    cells = list(product(range(3), repeat=firms))
    import numpy as np

    table = np.empty((firms, *[3] * firms), dtype=object)
    for cell in cells:
        lowest = max(cell)
        for i in range(firms):
            table[(i, *cell)] = profit[lowest] / cell.count(lowest) if cell[i] == lowest else F(0)
    game = NormalFormGame(table)
    found = critical_discount_factor(game, "grim", [0] * firms, punishment=[2] * firms)
    assert found.overall == 1 - F(1, firms)


def hawkish():
    """The payoffs of the confrontation model at `hawkish`, term by term as its specification lists them."""
    d_us, l_gdp, gdp_mult, capex, years, ratio, bill = F(74, 100), 4, 2, 6, 15, 3, F(5, 100)
    rel_us = rel_cn = F(1, 2)
    tech_hit, rep_cn = F(8, 10), F(3, 100)
    rent, sev, mitig, conc, relief, ally, div_us = (
        F(3, 100),
        F(3, 10),
        F(1, 4),
        F(1, 5),
        F(3, 10),
        F(2, 100),
        F(5, 100),
    )
    remed, fx, remed_years, abate, lock, rent_loss, mkt_loss = (
        400,
        F(71, 10),
        20,
        F(1, 5),
        F(2, 100),
        F(3, 10),
        F(3, 10),
    )
    v_usd = gdp_mult * l_gdp / d_us
    c_reb = capex / (years * v_usd) + (ratio - 1) * bill
    cleanup = remed / (fx * remed_years * v_usd)
    us, cn = {}, {}
    for a, b in product((0, 1), repeat=2):  # 1 = confront
        us[a, b] = (
            1 + (div_us if (a, b) == (0, 0) else 0) - c_reb * a - ally * a + rel_us * tech_hit * a
            - rel_us * relief * tech_hit * a * b - d_us * sev * b + mitig * d_us * sev * a * b
            - conc * d_us * sev * (1 - a) * b
        )  # fmt: skip
        cn[a, b] = (
            rent - cleanup + (abate * cleanup + lock if (a, b) == (0, 0) else 0) - tech_hit * a
            + relief * tech_hit * a * b - mkt_loss * rent * a - rent_loss * rent * b - rep_cn * b
            + conc * d_us * sev * (1 - a) * b + rel_cn * d_us * sev * b - rel_cn * mitig * d_us * sev * a * b
        )  # fmt: skip
    table = [[[pay[a, b] for b in (0, 1)] for a in (0, 1)] for pay in (us, cn)]
    return NormalFormGame(table, ["us", "cn"], [["cooperate", "confront"]] * 2)


def test_confrontation_at_hawkish():
    game = hawkish()
    target = ("cooperate", "cooperate")
    # us: T = 1243/1000, R = 21/20, P = 1913/2000, S = 917/1250, added up from the terms by hand:
    # T - R = 0.193, R - P = 0.0935, T - P = 0.2865, R - S = 0.3164.
    assert [game.payoff("us", cell) for cell in ((0, 0), (1, 0), (1, 1), (0, 1))] == [
        F(21, 20), F(1243, 1000), F(1913, 2000), F(917, 1250),
    ]  # fmt: skip
    gain, loss = F(193, 1000), F(935, 10000)
    grim = critical_discount_factor(game, "grim", target)
    assert grim.per_player["us"] == gain / (gain + loss) == F(386, 573)
    r, t, p = (game.payoff("cn", cell) for cell in ((0, 0), (0, 1), (1, 1)))
    assert grim.per_player["cn"] == (t - r) / (t - p) == F(62888, 910433)
    assert grim.overall == F(386, 573)
    # gain/loss = 386/187 = 2.06: two years of confrontation deter nobody, three do from 0.8244 on.
    assert critical_discount_factor(game, "punishment", target, periods=2).per_player["us"] is None
    for years, least in ((3, "0.82436680004784"), (4, "0.75227329173351"), (5, "0.71857616848851")):
        found = critical_discount_factor(game, "punishment", target, periods=years)
        low, high = F(least) - F(1, 10**14), F(least) + F(1, 10**14)
        total = lambda d: sum(d**k for k in range(1, years + 1))  # noqa: E731
        assert total(low) < gain / loss < total(high)  # the number is right, whatever the module says
        assert low < found.overall < high
        assert not found.sustains(low)
        assert found.sustains(high)
    tft = critical_discount_factor(game, "tit_for_tat", target)
    assert tft.per_player == {"us": None, "cn": None}
    assert tft.nash.per_player["us"] == max(F(193, 1000) / F(3164, 10000), F(193, 1000) / F(2865, 10000))


# The independent certificate


def random_game(rng, shape):
    import numpy as np

    table = np.empty((len(shape), *shape), dtype=object)
    for index in np.ndindex(*table.shape):
        table[index] = F(rng.randint(-6, 6), rng.choice((1, 1, 2, 3)))
    return NormalFormGame(table)


def weights(result, name):
    return tuple(tuple(own.values()) for own in result.punishment[name].values())


def probes(result):
    """Rational factors: a grid, and points just beside and exactly at every rational end."""
    points = {F(k, 8) for k in range(1, 8, 2)}
    for each in result.player_intervals.values():
        for interval in each:
            for end in (interval.low, interval.high):
                near = end if isinstance(end, Fraction) else F(str(sympy.N(end, 40)))
                points |= {near - F(1, 10**6), near + F(1, 10**6)} | (
                    {end} if isinstance(end, Fraction) else set()
                )
    return sorted(point for point in points if 0 < point < 1)


@pytest.mark.parametrize(("shape", "count"), [((2, 2), 30), ((3, 3), 20), ((2, 2, 2), 15), ((1, 3), 4)])
def test_triggers_agree_with_the_certificate(shape, count):
    rng = random.Random(sum(shape))
    seen = {"all": 0, "none": 0, "threshold": 0, "impatient": 0}
    done = 0
    while done < count:
        game = random_game(rng, shape)
        target = tuple(rng.randrange(size) for size in shape)
        periods = rng.choice((None, None, 1, 2, 3))
        if (
            done % 3
        ):  # an agreement worth having: a poor stage equilibrium, and a target close to the best deviation
            table = game.payoffs.copy()
            poor = tuple((k + 1) % size for k, size in zip(target, shape))
            for i, size in enumerate(shape):
                for k in range(size):
                    table[(i, *poor[:i], k, *poor[i + 1 :])] = F(
                        -3 if k == poor[i] else -3 - rng.randint(0, 2)
                    )
            for i in range(len(shape)):
                best = max(table[(i, *target[:i], k, *target[i + 1 :])] for k in range(shape[i]))
                table[(i, *target)] = best - F(rng.randint(-1, 4), 2)
            game = NormalFormGame(table)
        try:
            found = critical_discount_factor(
                game, "punishment" if periods else "grim", target, periods=periods
            )
        except UsageError as error:
            assert "no pure equilibrium" in str(error)
            continue
        done += 1
        machine = grim_trigger(game, target, {name: weights(found, name) for name in game.players}, periods)
        for delta in probes(found):
            assert found.sustains(delta) == (largest_gain(game, machine, delta) <= 0), (
                game.payoffs,
                target,
                periods,
                delta,
            )
        if found.overall is None:
            seen["impatient" if found.intervals else "none"] += 1
        else:
            seen["all" if found.overall == 0 else "threshold"] += 1
            assert found.overall == 0 or found.sustains(found.overall)
    assert shape == (1, 3) or min(seen["all"], seen["none"], seen["threshold"]) > 2, seen


def test_irrational_thresholds_gain_exactly_nothing():
    rng = random.Random(7)
    for periods, count in ((2, 3), (3, 1), (4, 1), (5, 1)):
        for _ in range(count):
            r, p = sorted(rng.sample(range(1, 12), 2), reverse=True)
            t = r + rng.randint(1, periods * (r - p) - 1) if periods * (r - p) > 1 else r + F(1, 2)
            game = dilemma(t, r, p, p - 1)
            found = critical_discount_factor(game, "punishment", ("c", "c"), periods=periods)
            machine = grim_trigger(game, (0, 0), (1, 1), periods)
            assert largest_gain(game, machine, found.overall) == 0
            assert found.sustains(found.overall)


@pytest.mark.parametrize("knife_edge", [False, True])
def test_tit_for_tat_agrees_with_the_certificate(knife_edge):
    rng = random.Random(11)
    single = 0
    for _ in range(40):
        numbers = []
        delta = F(rng.randint(1, 5), 6)
        for _ in range(2):
            t, r, p, s = (F(rng.randint(-5, 5)) for _ in range(4))
            if knife_edge:
                # Solve d(R - S) = T - R and d(T - P) = P - S for T and P at a common factor.
                t = r + delta * (r - s)
                p = (s + delta * t) / (1 + delta)
            numbers += [t, r, p, s]
        game = dilemma(*numbers)
        found = critical_discount_factor(game, "tit_for_tat", ("c", "c"))
        machine = tit_for_tat(game, (0, 0), (1, 1))
        for probe in {*probes(found), delta}:
            assert found.sustains(probe) == (largest_gain(game, machine, probe) <= 0)
        single += len(found.intervals) == 1 and found.intervals[0].low == found.intervals[0].high
        for k in range(2):
            t, r, p, s = numbers[4 * k : 4 * k + 4]
            if r != s and t != p and found.per_player[game.players[k]] is not None:
                assert (t - r) * (t - p) == (p - s) * (r - s)
    assert single > 26 if knife_edge else single == 0


def test_tit_for_tat_with_a_third_strategy_agrees_with_the_certificate():
    rng = random.Random(3)
    kept = 0
    for _ in range(30):
        game = random_game(rng, (3, 3))
        table = game.payoffs.copy()
        delta = F(rng.randint(1, 3), 4)
        for i in (0, 1):
            # Make strategies 0 and 1 a knife edge, and the third sometimes harmless.
            at = lambda a, b: (i, a, b) if i == 0 else (i, b, a)  # noqa: B023, E731
            r, s = table[at(0, 0)], table[at(0, 1)]
            table[at(1, 0)] = t = r + delta * (r - s)
            table[at(1, 1)] = p = (s + delta * t) / (1 + delta)
            table[at(2, 0)], table[at(2, 1)] = t + F(rng.randint(-4, 1)), p + F(rng.randint(-4, 1))
        game = NormalFormGame(table)
        found = critical_discount_factor(game, "tit_for_tat", (0, 0), punishment=(1, 1))
        gain = largest_gain(game, tit_for_tat(game, (0, 0), (1, 1)), delta)
        assert found.sustains(delta) == (gain <= 0)
        kept += found.sustains(delta)
    assert 3 < kept < 27


def best_reply_value_against_tit_for_tat(t, r, p, s, delta):
    """Average value of the best plan of 14 periods in advance, closed by the better constant tail."""
    # The opponent's move is one's own last move: value iteration with exact numbers over two states.
    good, bad = r, p
    for _ in range(60):
        good, bad = (
            max((1 - delta) * r + delta * good, (1 - delta) * t + delta * bad),
            max((1 - delta) * s + delta * good, (1 - delta) * p + delta * bad),
        )
    return good


def test_nash_threshold_of_tit_for_tat_agrees_with_dynamic_programming():
    rng = random.Random(5)
    for _ in range(60):
        t, r, p, s = (rng.randint(-5, 5) for _ in range(4))
        found = critical_discount_factor(dilemma(t, r, p, s), "tit_for_tat", ("c", "c")).nash
        for delta in (0.07, 0.23, 0.41, 0.59, 0.77):
            margin = best_reply_value_against_tit_for_tat(t, r, p, s, delta) - r
            assert found.sustains(F(str(delta))) == (margin < 1e-5), (t, r, p, s, delta)


# Sign cases


def test_a_target_from_which_nobody_gains_is_sustained_by_every_factor():
    found = critical_discount_factor(dilemma(2, 3, 1, 0), "grim", ("c", "c"))
    assert found.per_player == {"us": 0, "china": 0}
    assert found.condition == sympy.true
    assert [str(each) for each in found.intervals] == ["(0, 1)"]
    assert found.to_json()["overall"] == "0"


def test_a_punishment_that_costs_nothing_deters_nobody():
    # The only stage equilibrium pays the target's payoff.
    found = critical_discount_factor(dilemma(5, 3, 3, 0), "grim", ("c", "c"))
    assert found.per_player == {"us": None, "china": None}
    assert (found.overall, found.condition, found.to_json()["overall"]) == (None, sympy.false, None)


def test_a_rewarding_punishment_is_accepted_only_by_the_impatient():
    # Stag hunt: to be punished for leaving (hare, hare) by (stag, stag) for ever is a reward.
    game = NormalFormGame([[[4, 0], [3, 2]], [[4, 3], [0, 2]]], strategies=[["stag", "hare"]] * 2)
    found = critical_discount_factor(game, "grim", ("hare", "hare"), punishment=("stag", "stag"))
    # Comply 2; deviate (1 - d)*0 + d*4: complies up to 1/2, included.
    assert found.per_player == {"1": None, "2": None}
    assert [str(each) for each in found.intervals] == ["(0, 1/2]"]
    assert [found.sustains(d) for d in ("1/3", "1/2", "51/100")] == [True, True, False]
    assert not found.monotone
    assert any("only factors up to 1/2" in note for note in found.notes)


def test_default_punishment_includes_the_mixed_equilibrium_of_a_2x2_game():
    # Chicken 0, -10; 5, -1 ...: the mixed equilibrium is worse for both than being the one who yields? Work it out.
    game = NormalFormGame([[[2, 0], [3, -1]], [[2, 3], [0, -1]]], strategies=[["c", "d"]] * 2)
    # Pure equilibria (d, c) and (c, d) pay 3 and 0; mixed: 2q = 3q - (1 - q), q = 1/2, pays 1. Worst: 0.
    found = critical_discount_factor(game, "grim", ("c", "c"))
    assert found.loss == {"1": 2, "2": 2}
    assert found.overall == F(1, 3)
    # Battle of the sexes: pure equilibria pay 2 and 1, the mixed one 2/3.
    sexes = NormalFormGame([[[2, 0], [0, 1]], [[1, 0], [0, 2]]])
    found = critical_discount_factor(sexes, "grim", (0, 1))
    assert found.punishment["1"] == {"1": {"1": F(2, 3), "2": F(1, 3)}, "2": {"1": F(1, 3), "2": F(2, 3)}}
    assert found.loss["1"] == -F(2, 3)
    assert found.overall is None


def test_worst_equilibrium_of_a_degenerate_game_is_at_an_end_of_its_component():
    # Row is indifferent everywhere; column's reply decides row's payoff: worst 0.
    game = NormalFormGame([[[5, 0], [5, 0]], [[1, 0], [0, 1]]])
    assert critical_discount_factor(game, "grim", (0, 0)).loss["1"] == 5


def test_default_punishment_of_a_larger_game_may_be_mixed_and_ties_of_floats_count():
    # Matching pennies beside a strategy each that pays both 1. Mixing all three, the third with probability q:
    # 4 q - 3 = -3 q, so q = 3/7, and the value is -9/7.
    table = [[[1, -1, -3], [-1, 1, -3], [-3, -3, 1]], [[-1, 1, -3], [1, -1, -3], [-3, -3, 1]]]
    found = critical_discount_factor(NormalFormGame(table), "grim", (2, 2))
    assert found.complete
    assert found.loss == {"1": F(16, 7), "2": F(16, 7)}
    # 0.1 + 0.2 and 0.3 are meant to be equal: the row player is indifferent, and the worst reply pays 0.
    floats = NormalFormGame([[[0.1 + 0.2, 0.0], [0.3, 0.0]], [[1.0, 0.0], [0.0, 1.0]]])
    assert critical_discount_factor(floats, "grim", (0, 0)).loss["1"] == pytest.approx(0.3)


def test_players_can_be_punished_by_different_equilibria():
    game = NormalFormGame([[[2, 0], [3, -1]], [[2, 3], [0, -1]]], ["us", "china"], [["c", "d"]] * 2)
    own = {"us": ("c", "d"), "china": {"us": "d", "china": "c"}}
    found = critical_discount_factor(game, "grim", ("c", "c"), punishment=own)
    assert found.per_player == {"us": F(1, 3), "china": F(1, 3)}
    one = critical_discount_factor(game, "grim", ("c", "c"), punishment=("c", "d"))
    assert one.per_player == {"us": F(1, 3), "china": None}
    mixed = {name: {"c": "1/2", "d": F(1, 2)} for name in game.players}
    assert critical_discount_factor(game, "grim", ("c", "c"), punishment=mixed).overall == F(1, 2)
    assert critical_discount_factor(game, "grim", ("c", "c"), punishment=[["1/2", "1/2"]] * 2).overall == F(
        1, 2
    )


# Laws


def test_currency_shift_and_labels_do_not_matter():
    rng = random.Random(2)
    for _ in range(12):
        game = random_game(rng, (2, 2))
        for strategy, periods in (("grim", None), ("punishment", 2), ("tit_for_tat", None)):
            found = critical_discount_factor(game, strategy, (0, 1), periods=periods)
            table = game.payoffs.copy()
            table[0], table[1] = table[0] * F(7, 3) - 11, table[1] * F(1, 1000) + 5
            scaled = critical_discount_factor(NormalFormGame(table), strategy, (0, 1), periods=periods)
            assert scaled.per_player == found.per_player
            swapped = game.payoffs.swapaxes(1, 2)[::-1, ::-1, :]
            other = critical_discount_factor(NormalFormGame(swapped), strategy, (0, 0), periods=periods)
            assert (other.per_player["1"], other.per_player["2"]) == (
                found.per_player["2"],
                found.per_player["1"],
            )


def test_longer_punishments_demand_less_patience_and_tend_to_grim():
    grim = critical_discount_factor(CLASSIC, "grim", ("c", "c")).overall
    values = [
        critical_discount_factor(CLASSIC, "punishment", ("c", "c"), periods=k).overall for k in range(2, 13)
    ]
    floats = [float(value) for value in values]
    assert floats == sorted(floats, reverse=True)
    assert grim < floats[-1] < float(grim) + 1e-3


def test_the_longest_punishment_is_exact_and_certified_although_its_root_is_close_to_a_half():
    # d + ... + d^30 = 1, times (1 - d): 2 d = 1 + d^31, whose root by fixed-point iteration of fractions is
    game = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    root = Fraction(1, 2)
    for _ in range(3):
        root = (1 + root**31) / 2
        root = root.limit_denominator(10**40)
    found = critical_discount_factor(game, "punishment", target=(0, 0), periods=30)
    assert float(found.overall) == float(root)
    data = found.to_json()["overall"]
    assert data["float"] == float(root)
    assert Fraction(data["interval"][0]) <= root <= Fraction(data["interval"][1])
    plan = grim_trigger(game, (0, 0), (1, 1), 30)
    near = Fraction(1, 10**15)
    assert largest_gain(game, plan, root - near) > 0 > largest_gain(game, plan, root + near)
    assert not found.sustains(root - near)
    assert found.sustains(root + near)


def test_floats_agree_with_exact_numbers_in_any_currency():
    for scale in (1e-9, 1.0, 1e9):
        floats = NormalFormGame(CLASSIC.floats * scale, CLASSIC.players, CLASSIC.strategies)
        for strategy, periods in (("grim", None), ("punishment", 2), ("punishment", 3), ("punishment", 9)):
            value = critical_discount_factor(floats, strategy, ("c", "c"), periods=periods).overall
            exact = critical_discount_factor(CLASSIC, strategy, ("c", "c"), periods=periods).overall
            assert isinstance(value, float)
            assert value == pytest.approx(float(exact), rel=1e-12)
    # Each player's payoffs are judged by their own spread.
    table = CLASSIC.floats.copy()
    table[1] *= 1e-12
    tiny = critical_discount_factor(NormalFormGame(table), "grim", (0, 0))
    assert tiny.per_player == pytest.approx({"1": 0.5, "2": 0.5})
    # A knife edge survives rounding: T = 1.1 R is 1/x with noise in the last digits.
    edge = critical_discount_factor(dilemma(0.4, 0.3, 0.1, 0.0), "tit_for_tat", ("c", "c"))
    assert edge.overall == pytest.approx(1 / 3)
    # A gain of rounding size is no gain.
    assert critical_discount_factor(dilemma(3 + 1e-13, 3.0, 1.0, 0.0), "grim", ("c", "c")).overall == 0


# Symbolic games

SYMBOLIC = SymbolicGame(
    [[["r", "s"], ["t", "p"]], [["r - k", "t*w"], ["s - k", "p - k"]]],
    parameters={"t": (4, 8), "r": (2, 5), "p": (0, 3), "s": (-2, 2), "k": (0, 1)},
    derived={"w": "1 + k/10"},
    players=["us", "china"],
    strategies=[["c", "d"], ["c", "d"]],
)


def test_closed_forms_are_those_of_the_textbook():
    t, r, p, s = (symbol(name) for name in "trps")
    grim = critical_discount_factor(SYMBOLIC, "grim", ("c", "c"), punishment=("d", "d"))
    assert sympy.simplify(grim.formula["us"] - (t - r) / (t - p)) == 0
    tft = critical_discount_factor(SYMBOLIC, "tit_for_tat", ("c", "c"))
    assert tft.nash.formula["us"] == sympy.Max((t - r) / (r - s), (t - r) / (t - p))
    knife = (t - r) * (t - p) - (p - s) * (r - s)
    assert any(
        isinstance(part, sympy.Eq) and sympy.expand(part.lhs - part.rhs - knife) == 0
        for part in tft.formula_condition["us"].args
    )


def test_cardano_form_solves_its_cubic_everywhere():
    game = SymbolicGame(
        [[[0, -2], ["q", -1]], [[0, "q"], [-2, -1]]], parameters={"q": (0, 3)}, strategies=[["c", "d"]] * 2
    )  # gain q, loss 1
    closed = critical_discount_factor(game, "punishment", (0, 0), punishment=(1, 1), periods=3).formula["1"]
    q = symbol("q")
    for k in (1, 4, 10, 17, 29):
        value = closed.subs(q, sympy.Rational(k, 10))
        assert value.is_real
        assert sympy.N(value + value**2 + value**3 - sympy.Rational(k, 10), 40) == pytest.approx(0, abs=1e-35)
        assert 0 < value < 1
    # For every q: with u the cube root in the closed form, u^3 is a root of y^2 - (27 q + 7) y - 8, and that is
    # all that d + d^2 + d^3 = q needs.
    u, y = sympy.Symbol("u"), sympy.Symbol("y")
    cubes = [each for each in closed.atoms(sympy.Pow) if abs(each.exp) == sympy.Rational(1, 3)]
    assert len({each.base for each in cubes}) == 1
    assert sympy.expand((y**2 - (27 * q + 7) * y - 8).subs(y, cubes[0].base)) == 0
    value = closed.xreplace({each: u ** (3 * each.exp) for each in cubes})
    left = sympy.numer(sympy.together(value + value**2 + value**3 - q))
    assert sympy.rem(left, u**6 - (27 * q + 7) * u**3 - 8, u) == 0


@pytest.mark.parametrize(
    ("strategy", "periods"),
    [("grim", None), *(("punishment", k) for k in (1, 2, 3, 5)), ("tit_for_tat", None)],
)
def test_symbolic_results_agree_with_numeric_ones_at_random_points(strategy, periods):
    punishment = None if strategy == "tit_for_tat" else ("d", "d")
    general = critical_discount_factor(SYMBOLIC, strategy, ("c", "c"), punishment=punishment, periods=periods)
    proper_at = SYMBOLIC.expand(sympy.And(general.punishment_condition))
    conditions = {
        each.concept: {name: SYMBOLIC.expand(condition) for name, condition in each.conditions.items()}
        for each in (general, general.nash)
        if each is not None
    }
    rng = random.Random(1)
    compared = 0
    for index in range(12):
        point = {name: F(rng.randint(0, 60), 6) - 2 for name in SYMBOLIC.parameters}
        if index % 2:  # a dilemma, so that the closed form is met
            s, p, r, t = sorted(rng.sample(range(-2, 9), 4))
            point = {"s": F(s), "p": F(p), "r": F(r), "t": F(t), "k": F(rng.randint(0, 2), 3)}
        replaced = {
            symbol(name): sympy.Rational(value.numerator, value.denominator) for name, value in point.items()
        }
        if not proper_at.xreplace(replaced):
            with pytest.raises(UsageError, match="no stage equilibrium"):
                general.at(point)
            continue
        numeric = general.at(point)
        direct = critical_discount_factor(
            SYMBOLIC.at(point), strategy, ("c", "c"), punishment=punishment, periods=periods
        )
        assert numeric.per_player == direct.per_player
        for one, other in ((general, numeric), (general.nash, numeric.nash)):
            if one is None:
                continue
            for name in SYMBOLIC.players:
                condition = conditions[one.concept][name].xreplace(replaced)
                for delta in (F(1, 9), F(1, 3), F(3, 5), F(9, 10)):
                    at = condition.xreplace({DELTA: sympy.Rational(delta.numerator, delta.denominator)})
                    own = other.player_intervals[name]
                    inside = any(
                        each.low <= delta <= each.high and (each.low_closed or delta > each.low)
                        for each in own
                    )
                    assert bool(at) == inside
                usual = one.formula_condition.get(name, sympy.false)
                if SYMBOLIC.expand(usual).xreplace(replaced) == True:  # noqa: E712
                    value = SYMBOLIC.expand(one.formula[name]).xreplace(replaced)
                    assert sympy.N(value - other.per_player[name], 30) == pytest.approx(0, abs=1e-25)
                    compared += 1
    assert compared > 3 or strategy == "tit_for_tat" or periods == 5


def test_a_knife_edge_of_tit_for_tat_is_found_symbolically():
    general = critical_discount_factor(SYMBOLIC, "tit_for_tat", ("c", "c"))
    numeric = general.at(t=4, r=3, p=1, s=0, k=0)
    assert numeric.overall == F(1, 3)
    assert general.nash.at(t=4, r=3, p=1, s=0, k=0).overall == F(1, 3)


def test_a_mixed_punishment_may_be_a_formula():
    # Hawk and dove with cost v: each hawk with probability 2/v.
    game = SymbolicGame(
        [[["1 - v/2", 2], [0, 1]], [["1 - v/2", 0], [2, 1]]],
        parameters={"v": (3, 9)},
        strategies=[["hawk", "dove"]] * 2,
    )
    mixed = [["2/v", "1 - 2/v"]] * 2
    found = critical_discount_factor(game, "grim", ("dove", "dove"), punishment=mixed)
    # N = 1 - 2/v, g = 1, l = 2/v: delta* = v/(v + 2).
    v = symbol("v")
    assert sympy.simplify(found.formula["1"] - v / (v + 2)) == 0
    assert found.at(v=6).overall == F(3, 4)
    assert found.at(v=6).punishment["1"]["1"] == {"hawk": F(1, 3), "dove": F(2, 3)}
    assert not SYMBOLIC.expand(found.punishment_condition).xreplace({v: sympy.Integer(1)})
    with pytest.raises(UsageError, match="probability"):
        found.at(v=1)


# Results and errors


def test_json_holds_exact_numbers_as_the_contract_says():
    assert critical_discount_factor(CLASSIC, "grim", ("c", "c")).to_json() | {"notes": []} == {
        "per_player": {"us": "1/2", "china": "1/2"},
        "overall": "1/2",
        "condition": "delta >= 1/2",
        "intervals": [{"low": "1/2", "high": "1", "low_closed": True, "high_closed": False}],
        "notes": [],
    }
    game = dilemma(3, 2, 1, 0)
    radical = critical_discount_factor(game, "punishment", ("c", "c"), periods=2).to_json()["overall"]
    assert radical == {"exact": "(-1 + sqrt(5))/2", "float": pytest.approx(0.6180339887498949)}
    root = critical_discount_factor(game, "punishment", ("c", "c"), periods=4).to_json()["overall"]
    assert root["root_of"] == "x**4 + x**3 + x**2 + x - 1"
    assert F(root["interval"][0]) < F(str(root["float"])) < F(root["interval"][1])


def test_reducible_polynomials_give_the_simplest_number():
    # g/l = 7/8: d + d^2 + d^3 = 7/8 at 1/2; g/l = 3/4: d + d^2 = 3/4 at 1/2.
    assert critical_discount_factor(dilemma(15, 8, 0, -1), "punishment", ("c", "c"), periods=3).overall == F(
        1, 2
    )
    assert critical_discount_factor(dilemma(7, 4, 0, -1), "punishment", ("c", "c"), periods=2).overall == F(
        1, 2
    )
    assert critical_discount_factor(dilemma(31, 16, 0, -1), "punishment", ("c", "c"), periods=4).overall == F(
        1, 2
    )
    # An even length leaves a negative root, which is numbered first.
    found = critical_discount_factor(dilemma(6, 5, 4, 0), "punishment", ("c", "c"), periods=6).overall
    assert 0 < found < 1


def test_players_with_different_patience_are_judged_by_their_own_number():
    game = dilemma(5, 3, 1, 0, 4, 3, 1, 0)
    found = critical_discount_factor(RepeatedGame(game, "3/4"), "grim", ("c", "c"))
    assert found.per_player == {"us": F(1, 2), "china": F(1, 3)}
    assert found.sustains(("1/2", "1/3"))
    assert not found.sustains({"us": "9/10", "china": "3/10"})
    assert not found.sustains("2/5")


def test_wrong_arguments_are_refused_with_what_to_do():
    def refused(text, *args, **kwargs):
        with pytest.raises(UsageError, match=text):
            critical_discount_factor(*args, **kwargs)

    refused("did you mean 'grim'", CLASSIC, "grimm", ("c", "c"))
    refused("expected a NormalFormGame", 3, "grim", ("c", "c"))
    refused("only 'punishment'", CLASSIC, "grim", ("c", "c"), periods=3)
    for periods in (None, 0, 1.5, True, 31):
        refused("integer from 1 to 30", CLASSIC, "punishment", ("c", "c"), periods=periods)
    refused("unknown strategy of us 'x'", CLASSIC, "grim", ("x", "c"))
    refused("us gains 1 by playing d", CLASSIC, "grim", ("c", "c"), punishment=("c", "d"))
    refused(
        "of china is no stage equilibrium",
        CLASSIC,
        "grim",
        ("c", "c"),
        punishment={"us": ("d", "d"), "china": ("c", "c")},
    )
    refused("sum to 1", CLASSIC, "grim", ("c", "c"), punishment=[["1/2", "1/3"], [0, 1]])
    refused("give the stage equilibrium", SYMBOLIC, "grim", ("c", "c"))
    three = NormalFormGame([[[F(0)] * 3] * 3] * 2)
    refused("give their profile", three, "tit_for_tat", (0, 0))
    refused("two strategies", three, "tit_for_tat", (0, 0), punishment=(0, 1))
    refused("for two", NormalFormGame([[[[0, 0]] * 2] * 2] * 3), "tit_for_tat", (0, 0, 0))
    cycle = NormalFormGame([[[0, 1, -1], [-1, 0, 1], [1, -1, 0]], [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]])
    assert critical_discount_factor(cycle, "grim", (0, 0)).punishment["1"]["2"] == {"1": F(1, 3), "2": F(1, 3), "3": F(1, 3)}
    # Two want to do as the next does, the third to differ from the first: no pure equilibrium.
    chase = [[[[int(own(a, b, c)) for c in (0, 1)] for b in (0, 1)] for a in (0, 1)]
             for own in (lambda a, b, c: a == b, lambda a, b, c: b == c, lambda a, b, c: c != a)]  # fmt: skip
    refused("no pure equilibrium", NormalFormGame(chase), "grim", (0, 0, 0))
    assert critical_discount_factor(cycle, "grim", (0, 0), punishment=[[F(1, 3)] * 3] * 2).overall is None
    clash = SymbolicGame([[["delta", 0], [0, 1]], [[1, 0], [0, 1]]], parameters={"delta": (0, 1)})
    refused("rename it", clash, "grim", (0, 0), punishment=(0, 0))
    with pytest.raises(UsageError, match="depends on parameters"):
        critical_discount_factor(SYMBOLIC, "grim", ("c", "c"), punishment=("d", "d")).overall
    with pytest.raises(UsageError, match="strictly between"):
        critical_discount_factor(CLASSIC, "grim", ("c", "c")).sustains(1)


def test_repeated_game_holds_and_checks_its_factors():
    assert RepeatedGame(CLASSIC, F(3, 4)).discount_factors == (F(3, 4), F(3, 4))
    assert RepeatedGame(CLASSIC, ["0.9", "0.95"]).discount_factor == (F(9, 10), F(19, 20))
    golden = (sympy.sqrt(5) - 1) / 2
    assert RepeatedGame(CLASSIC, golden).discount_factor == golden
    assert RepeatedGame(NormalFormGame(CLASSIC.floats), 0.5).discount_factor == 0.5
    for wrong in (
        0,
        1,
        "3/2",
        "-1/2",
        sympy.sqrt(2),
        ["1/2"],
        {"us": "1/2"},
        {"us": "1/2", "cn": "1/2"},
        0.5,
        "delta",
        None,
        True,
    ):
        with pytest.raises(UsageError):
            RepeatedGame(CLASSIC, wrong)
    with pytest.raises(UsageError, match="expected a NormalFormGame"):
        RepeatedGame("game", "1/2")
    with pytest.raises(AttributeError):
        RepeatedGame(CLASSIC, "1/2").discount_factor = 3


def test_repeated_game_with_formulas_as_factors():
    stage = SymbolicGame(
        [[["r", 0], [5, 1]], [["r", 5], [0, 1]]],
        parameters={"r": (2, 4), "delta": ("0.85", "0.95", "0.98"), "turn": (0, "0.3")},
    )
    game = RepeatedGame(stage, "delta*(1 - turn)")
    assert game.at(turn="1/10").discount_factor == F(19, 20) * F(9, 10)
    assert game.at(r=3).stage.payoff(0, (0, 0)) == 3
    assert RepeatedGame(stage, {"1": "delta", "2": "1/2"}).at().discount_factor == (F(19, 20), F(1, 2))
    with pytest.raises(UsageError, match="did you mean 'delta'"):
        RepeatedGame(stage, "dleta")
    with pytest.raises(UsageError, match="strictly between"):
        game.at(delta=2)
    with pytest.raises(UsageError, match="meets"):
        RepeatedGame(stage, "r")
    found = critical_discount_factor(game, "grim", (0, 0), punishment=(1, 1))
    assert found.at(r=3).overall == F(1, 2)


@pytest.mark.parametrize(("name", "strategy"), [("numeric_trigger", "grim"), ("numeric_tit_for_tat", "tit_for_tat")])
def test_an_answer_that_the_values_of_all_states_contradict_is_not_returned(monkeypatch, name, strategy):
    """The closed form gets another game, in which nothing matters: only the independent check can tell."""
    module = sys.modules["detente.solve.repeated.critical_discount_factor"]
    whole = getattr(module, name)
    game = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    tame = NormalFormGame([[[5, 5], [5, 5]], [[5, 5], [5, 5]]])
    assert critical_discount_factor(game, strategy, (0, 0), (1, 1)).overall in {F(1, 2), None}
    monkeypatch.setattr(module, name, lambda _, *rest, **more: whole(tame, *rest, **more))
    with pytest.raises(AssertionError, match="largest one-shot gain"):
        critical_discount_factor(game, strategy, (0, 0), (1, 1))
