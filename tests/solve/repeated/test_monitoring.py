"""Trigger profiles under noisy public signals, against the value equations written out and against brute force."""

import random
from fractions import Fraction as F

import pytest
import sympy

import detente
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.repeated import RepeatedGame
from detente.games.symbolic import SymbolicGame
from detente.solve.repeated.critical_discount_factor import critical_discount_factor
from detente.solve.repeated.monitoring import monitored_trigger
from detente.solve.repeated.monitoring_value import monitoring_value
from detente.solve.repeated.one_shot import Plan, best_one_shot_deviation, largest_gain

LABELS = [["c", "d"], ["c", "d"]]
DILEMMA = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]], ["row", "column"], LABELS)
SYMBOLIC = SymbolicGame(
    [[["R", "S"], ["T", "P"]], [["R", "T"], ["S", "P"]]],
    {"R": (2, 2, 3), "S": (-1, 0, 1), "T": (3, 3, 8), "P": (1, 1, 2), "p": (0, "1/10", "1/2"), "q": (0, "4/5", 1)},
    ["row", "column"],
    LABELS,
)


def value_and_gain(R, T, P, p0, p1, delta, periods):
    """The Bellman equation of Green and Porter, solved directly: value of the good phase, and what one deviation adds.

    v = (1-d) R + d ((1-p0) v + p0 w), w = (1-d^T) P + d^T v; a deviation has T in place of R and p1 in place of p0.
    """
    fade = delta**periods if periods else 0
    # v (1 - d (1-p0) - d p0 fade) = (1-d) R + d p0 (1-fade) P
    v = ((1 - delta) * R + delta * p0 * (1 - fade) * P) / (1 - delta * (1 - p0) - delta * p0 * fade)
    w = (1 - fade) * P + fade * v
    return v, (1 - delta) * T + delta * ((1 - p1) * v + p1 * w) - v


def test_the_condition_is_that_of_green_and_porter():
    """Random payoffs, signals, lengths and factors: the condition holds exactly where the deviation gains nothing."""
    generator = random.Random(3)
    seen = {True: 0, False: 0}
    for _ in range(60):
        R, P = generator.randint(2, 6), 0
        T, S = R + generator.randint(1, 4), -generator.randint(1, 3)
        p0, p1 = F(generator.randint(0, 5), 10), F(generator.randint(3, 10), 10)
        delta, periods = F(generator.randint(1, 19), 20), generator.choice([None, 1, 2, 5, 9])
        game = NormalFormGame([[[R, S], [T, P]], [[R, T], [S, P]]], strategies=LABELS)
        found = monitored_trigger(game, ("c", "c"), ("d", "d"), false_alarm=p0, detection=p1, periods=periods)
        v, gain = value_and_gain(R, T, P, p0, p1, delta, periods)
        assert found.value(delta)["1"] == v
        assert found.factors.sustains(delta) == (gain <= 0)
        seen[gain <= 0] += 1
    assert min(seen.values()) >= 10


def test_the_critical_factor_by_hand():
    """g = l = 1, signals 1/10 and 4/5: net loss 7/10 - 1/10 = 6/10, S >= 5/3, d/(1-d) = 5/3 at 5/8."""
    found = monitored_trigger(DILEMMA, ("c", "c"), false_alarm="0.1", detection="0.8")
    assert found.factors.overall == F(5, 8)
    assert value_and_gain(2, 3, 1, F(1, 10), F(4, 5), F(5, 8), None)[1] == 0
    assert found.factors.concept == "perfect public"


def test_a_signal_without_noise_is_perfect_monitoring():
    for periods in (None, 1, 2, 3):
        noisy = monitored_trigger(DILEMMA, ("c", "c"), ("d", "d"), false_alarm=0, detection=1, periods=periods)
        plain = critical_discount_factor(
            DILEMMA, "grim" if periods is None else "punishment", ("c", "c"), ("d", "d"), periods
        )
        assert noisy.factors.overall == plain.overall


@pytest.mark.parametrize(("p0", "p1"), [(0, 1), ("1/10", "4/5"), ("1/5", "4/5"), ("3/10", "3/5"), ("1/5", "1/4")])
def test_the_least_length_is_the_first_that_deters(p0, p1):
    p0, p1 = F(p0), F(p1)
    for delta in (F(1, 3), F(1, 2), F(7, 10), F(19, 20), F(99, 100)):
        found = monitored_trigger(DILEMMA, ("c", "c"), false_alarm=p0, detection=p1).least_periods(delta)["row"]
        tried = next((n for n in range(1, 400) if value_and_gain(2, 3, 1, p0, p1, delta, n)[1] <= 0), None)
        assert found == tried


def test_endless_punishment_alone_may_deter():
    """At the critical factor of endless punishment no finite one is long enough."""
    found = monitored_trigger(DILEMMA, ("c", "c"), false_alarm="1/10", detection="4/5")
    assert found.least_periods("5/8") == {"row": None, "column": None}
    assert found.factors.sustains("5/8")


def test_the_critical_quality_of_information_in_closed_form():
    """p0 (1 + g/l) without impatience; at d the least detection makes the deviation worth exactly nothing."""
    found = monitored_trigger(DILEMMA, ("c", "c"), false_alarm="1/10", detection="4/5")
    assert found.critical_detection() == {"row": F(1, 5), "column": F(1, 5)}
    assert found.critical_false_alarm() == {"row": F(2, 5), "column": F(2, 5)}
    for delta in (F(2, 3), F(9, 10)):
        p1 = found.critical_detection(delta)["row"]
        assert value_and_gain(2, 3, 1, F(1, 10), p1, delta, None)[1] == 0
        p0 = found.critical_false_alarm(delta)["row"]
        assert value_and_gain(2, 3, 1, p0, F(4, 5), delta, None)[1] == 0
    short = monitored_trigger(DILEMMA, ("c", "c"), false_alarm="1/10", detection="4/5", periods=2)
    p1 = short.critical_detection("9/10")["row"]
    assert value_and_gain(2, 3, 1, F(1, 10), p1, F(9, 10), 2)[1] == 0
    # two periods weigh less than 2: 1/10 + (1 + 2/10)/2 = 7/10 must be exceeded however patient the players are
    assert short.critical_detection()["row"] == F(7, 10)
    assert monitored_trigger(DILEMMA, ("c", "c"), false_alarm="3/5", detection=1).critical_detection()["row"] is None


def test_symbols_give_the_formulas_and_points_the_numbers():
    found = monitored_trigger(SYMBOLIC, ("c", "c"), ("d", "d"), false_alarm="p", detection="q")
    R, T, P, p, q = sympy.symbols("R T P p q", real=True)
    names = {s.name: s for s in found.factors.condition.free_symbols}
    R, T, P, p, q, delta = (names[each] for each in ("R", "T", "P", "p", "q", "delta"))
    # solved independently: value of the good phase with the punishment for ever, deviation set to zero
    v = sympy.symbols("v")
    good = sympy.solve(sympy.Eq(v, (1 - delta) * R + delta * ((1 - p) * v + p * P)), v)[0]
    gain = (1 - delta) * T + delta * ((1 - q) * good + q * P) - good
    root = sympy.solve(sympy.numer(sympy.together(gain)), delta)
    assert any(sympy.simplify(each - found.factors.formula["row"]) == 0 for each in root)
    assert found.factors.at().overall == F(5, 8)
    assert sympy.simplify(found.critical_detection()["row"] - p * (1 + (T - R) / (R - P))) == 0
    assert sympy.simplify(found.critical_detection("5/8")["row"].subs({R: 2, T: 3, P: 1, p: F(1, 10)}) - F(4, 5)) == 0
    generator = random.Random(1)
    for _ in range(20):
        values = {key: F(generator.randint(int(10 * b.low), int(10 * b.high)), 10) for key, b in SYMBOLIC.parameters.items()}
        at = F(generator.randint(1, 9), 10)
        point = {s: sympy.Rational(str(values.get(s.name, at))) for s in found.factors.condition.free_symbols}
        if values["P"] < values["S"]:
            with pytest.raises(UsageError, match="no stage equilibrium"):
                found.factors.at(values)
            assert not bool(found.factors.condition.subs(point))
            continue
        _, gain = value_and_gain(*(values[key] for key in ("R", "T", "P", "p", "q")), at, None)
        assert found.factors.at(values).sustains(at) == (gain <= 0) == bool(found.factors.condition.subs(point))


def test_the_best_value_is_the_reward_less_what_false_alarms_cost():
    """R - g p0/(p1 - p0): 2 - 1/7 and 2 - 1/2; a signal that says nothing leaves the stage equilibrium, 1."""
    found = monitoring_value(
        DILEMMA,
        ("c", "c"),
        signals={"eyes": ("1/10", "4/5"), "ears": ("1/5", "3/5"), "blind": ("1/2", "1/2"), "perfect": (0, 1)},
        discount_factor="9/10",
    )
    assert [found.values[name]["row"] for name in found.signals] == [F(13, 7), F(3, 2), 1, 2]
    assert found.worth("eyes", "ears") == {"row": F(5, 14), "column": F(5, 14)}
    assert found.worth("perfect", "eyes")["column"] == F(1, 7)
    assert found.chances["blind"] is None
    assert found.net({"eyes": "1/2"})["eyes"]["row"] == F(13, 7) - F(1, 2)
    assert found.net({"perfect": {"row": 1}})["perfect"] == {"row": 1, "column": 2}


def test_no_other_chance_of_punishment_does_better():
    """All chances on a grid: those that deter have at most the value found, and the least one attains it."""
    for delta in (F(3, 5), F(7, 10), F(9, 10)):
        found = monitoring_value(DILEMMA, ("c", "c"), signals={"s": ("1/10", "4/5")}, discount_factor=delta)
        values = []
        for q in [F(k, 200) for k in range(201)] + [found.chances["s"]] * bool(found.chances["s"]):
            v, gain = value_and_gain(2, 3, 1, F(1, 10) * q, F(4, 5) * q, delta, None)
            if gain <= 0:
                values.append(v)
        assert max(values, default=1) == found.values["s"]["row"]


def test_the_value_of_information_with_symbols_agrees_with_numbers():
    found = monitoring_value(SYMBOLIC, ("c", "c"), ("d", "d"), signals={"eyes": ("p", "q"), "perfect": (0, 1)})
    value = found.worth("perfect", "eyes")["row"]
    names = {s.name: s for s in value.free_symbols}
    R, T, p, q = (names[each] for each in ("R", "T", "p", "q"))
    assert sympy.simplify(value - (T - R) * p / (q - p)) == 0
    delta = next(s for s in found.exists["eyes"].free_symbols if s.name == "delta")
    at = {R: 2, T: 3, p: F(1, 10), q: F(4, 5), names["R"]: 2}
    others = {s: {"P": 1, "S": 0}.get(s.name) for s in found.exists["eyes"].free_symbols if s.name in "PS"}
    assert bool(found.exists["eyes"].subs({**at, **others, delta: sympy.Rational(5, 8)}))
    assert not bool(found.exists["eyes"].subs({**at, **others, delta: sympy.Rational(61, 100)}))


def test_each_player_may_have_a_discount_factor_of_its_own():
    skewed = NormalFormGame([[[2, 0], [3, 1]], [[5, 6], [0, 1]]], ["row", "column"], LABELS)
    found = monitoring_value(RepeatedGame(skewed, ("4/5", "1/2")), ("c", "c"), signals={"s": ("1/10", "4/5")})
    # row: 5/3 (1/5)/(4/5) = 5/12; column: net 7/10*4 - 1/10 = 27/10, 10/27: the row player's chance is needed
    assert found.chances["s"] == F(5, 12)
    v, gain = value_and_gain(5, 6, 1, F(1, 10) * F(5, 12), F(4, 5) * F(5, 12), F(1, 2), None)
    assert found.values["s"]["column"] == v
    assert gain <= 0


def test_chances_of_the_next_state_enter_values_by_the_bellman_equation():
    """Two states, by hand: stay with 1/3, else leave for good. v = (1-d) 2 + d (v/3 + 2/3) at d = 1/2: v (5/6) = 4/3."""
    plan = Plan(
        ["in", "out"], {"in": (0, 0), "out": (1, 1)},
        lambda state, profile: {"in": F(1, 3), "out": F(2, 3)} if state == "in" else "out",
    )  # fmt: skip
    found = best_one_shot_deviation(DILEMMA, plan, "1/2")
    assert found.values["in"] == (F(8, 5), F(8, 5))
    # defecting changes no chance: it gains (1-d)(3-2)
    assert found.gain == F(1, 2)
    with pytest.raises(UsageError, match="sum to 1"):
        largest_gain(DILEMMA, Plan(["a"], {"a": (0, 0)}, lambda state, profile: {"a": F(1, 2)}), "1/2")


def test_three_players_and_floats():
    def pay(player, profile):
        return 1.5 * sum(1 - each for each in profile) - 2.0 * (1 - profile[player])

    game = NormalFormGame(
        [[[[pay(k, (a, b, c)) for c in (0, 1)] for b in (0, 1)] for a in (0, 1)] for k in range(3)], strategies=[["c", "d"]] * 3
    )
    # R = 5/2, T = 3, P = 0: g = 1/2, l = 5/2; net = 0.5*2.5 - 0.1*0.5 = 1.2, S >= 5/12, d = 5/17
    found = monitored_trigger(game, ("c", "c", "c"), false_alarm=0.1, detection=0.6)
    assert found.arithmetic == "float"
    assert found.factors.overall == pytest.approx(5 / 17)


def test_wrong_arguments_are_refused():
    with pytest.raises(UsageError, match="probability"):
        monitored_trigger(DILEMMA, ("c", "c"), false_alarm="-1/10", detection=1)
    with pytest.raises(UsageError, match="float"):
        monitored_trigger(DILEMMA, ("c", "c"), false_alarm=0.1, detection=1)
    with pytest.raises(UsageError, match="does not say who"):
        monitored_trigger(
            DILEMMA, ("c", "c"), {"row": ("d", "d"), "column": ("d", "c")}, false_alarm=0, detection=1
        )
    with pytest.raises(UsageError, match="no stage equilibrium"):
        monitored_trigger(DILEMMA, ("c", "c"), ("c", "d"), false_alarm=0, detection=1)
    with pytest.raises(UsageError, match="from 1 to 1000"):
        monitored_trigger(DILEMMA, ("c", "c"), false_alarm=0, detection=1, periods=0)
    with pytest.raises(UsageError, match="as punishment="):
        monitored_trigger(SYMBOLIC, ("c", "c"), false_alarm="p", detection="q")
    with pytest.raises(UsageError, match="unknown"):
        monitored_trigger(SYMBOLIC, ("c", "c"), ("d", "d"), false_alarm="x", detection="q")
    chicken = NormalFormGame([[[3, 1], [5, 0]], [[3, 5], [1, 0]]])
    with pytest.raises(UsageError, match="differ"):
        monitored_trigger(chicken, (0, 0), false_alarm=0, detection=1)
    with pytest.raises(UsageError, match="at least one"):
        monitoring_value(DILEMMA, ("c", "c"), signals={}, discount_factor="1/2")
    with pytest.raises(UsageError, match="one for each player"):
        monitoring_value(DILEMMA, ("c", "c"), signals={"s": (0, 1)})
    found = monitoring_value(DILEMMA, ("c", "c"), signals={"s": (0, 1)}, discount_factor="1/2")
    with pytest.raises(UsageError, match="unknown signal"):
        found.worth("s", "t")
    with pytest.raises(UsageError, match="depends on parameters"):
        monitored_trigger(SYMBOLIC, ("c", "c"), ("d", "d"), false_alarm="p", detection="q").least_periods("1/2")


def test_results_print_and_travel_as_json():
    found = monitoring_value(DILEMMA, ("c", "c"), signals={"eyes": ("1/10", "4/5")}, discount_factor="9/10")
    assert found.to_json()["signals"][0]["values"] == {"row": "13/7", "column": "13/7"}
    assert "eyes" in str(found)
    trigger = monitored_trigger(DILEMMA, ("c", "c"), false_alarm="1/10", detection="4/5", periods=3)
    assert trigger.to_json()["periods"] == 3
    assert "0.1 at the" in str(trigger).replace("\n", " ")
    assert detente.monitored_trigger is monitored_trigger
