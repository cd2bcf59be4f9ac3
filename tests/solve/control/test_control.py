"""Decision problems with a continuous state against value iteration on a grid, brute force over plans, and hand computation."""

import itertools
import random
from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from detente.errors import FormulaError, NotConverged, UsageError
from detente.games.control import ControlGame, SymbolicControl
from detente.solve.control.lines import _Search
from detente.solve.control.optimal import optimal_control

LAW = "state*(9/10 - p/10)"


def hub(alpha, gamma, pi0=F(1, 25), e0=F(1, 10), e1=F(1, 10), d=F(19, 20), start=F(3, 4), **more):
    return ControlGame(
        f"state*({pi0} + ({alpha})*p - ({gamma})*p**2/2)", f"state*(1 - ({e0}) - ({e1})*p)", {"p": (0, 1)}, d, start, **more
    )


def grid_values(flow, law, actions, d, top, n=2001, rounds=400):
    """Value iteration on a grid with linear interpolation: independent of every solver."""
    grid = np.linspace(0, top, n)
    values = np.zeros(n)
    for _ in range(rounds):
        values = np.max([flow(grid, a) + d * np.interp(law(grid, a), grid, values) for a in actions], axis=0)
    return grid, values


def test_the_interior_action_solves_the_first_order_condition_by_hand():
    # v = pi0 + a p - g p^2/2 + d (1 - e0 - e1 p) v and a - g p = d e1 v, numbers as in hub(7/50, 7/50)
    found = optimal_control(hub("7/50", "7/50"))
    p, v = (float(found.action), float(found.pieces[0].slope))
    assert 0 < p < 1
    assert 0.14 - 0.14 * p == pytest.approx(0.95 * 0.1 * v, abs=1e-12)
    assert v == pytest.approx(0.04 + 0.14 * p - 0.07 * p**2 + 0.95 * (0.9 - 0.1 * p) * v, abs=1e-12)
    assert found.arithmetic == "exact"
    assert found.gap == 0


@pytest.mark.parametrize(("alpha", "gamma", "expected"), [("1/50", "1/2", 0), ("2/5", "1/20", 1)])
def test_corners_are_exact(alpha, gamma, expected):
    found = optimal_control(hub(alpha, gamma))
    assert found.action == expected
    # v0 = pi0/(1 - d (1 - e0)); v1 = (pi0 + alpha - gamma/2)/(1 - d (1 - e0 - e1))
    v = (
        F(1, 25) / (1 - F(19, 20) * F(9, 10))
        if expected == 0
        else (F(1, 25) + F(2, 5) - F(1, 40)) / (1 - F(19, 20) * F(8, 10))
    )
    assert found.pieces[0].slope == v
    assert found.value == F(3, 4) * v


def test_the_value_is_that_of_iteration_on_a_grid_at_random_points():
    r = random.Random(1)
    for _ in range(3):
        a, g, pi0 = (F(r.randint(1, 40), 100) for _ in range(3))
        found = optimal_control(hub(a, g, pi0))
        _, values = grid_values(
            lambda s, p, a=a, g=g, pi0=pi0: s * (float(pi0) + float(a) * p - float(g) * p * p / 2),
            lambda s, p: s * (0.9 - 0.1 * p), np.linspace(0, 1, 501), 0.95, 1.0, n=3,
        )  # fmt: skip
        assert float(found.pieces[0].slope) == pytest.approx(values[-1], rel=3e-5)


def test_irrational_rates_are_enclosed_and_the_enclosure_is_right():
    u = sympy.Rational(5, 37)
    state, p = (sympy.Symbol(name, real=True) for name in ("state", "p"))
    slow, fast = u ** sympy.Rational(1, 20), u ** sympy.Rational(1, 10)
    game = ControlGame(state * (p * sympy.Rational(7, 50) - p**2 * sympy.Rational(7, 100)), state * (slow - (slow - fast) * p), {"p": (0, 1)}, "19/20", 1)
    found = optimal_control(game)
    assert found.arithmetic == "enclosed"
    # by hand, to 50 digits: the root of the first-order condition
    f = p * sympy.Rational(7, 50) - p**2 * sympy.Rational(7, 100)
    g = slow - (slow - fast) * p
    d = sympy.Rational(19, 20)
    root = sympy.nsolve(sympy.diff(f, p) * (1 - d * g) + d * sympy.diff(g, p) * f, p, 0.5, prec=40)
    value = (f / (1 - d * g)).subs(p, root).evalf(40)
    piece = found.pieces[0]
    assert piece.action.low <= F(str(root)) <= piece.action.high
    assert piece.slope.low - F(1, 10**23) <= F(str(value)) <= piece.slope.high + F(1, 10**23)
    assert piece.slope.high - piece.slope.low < F(1, 10**20)


def test_two_periods_are_solved_backward():
    # last period: p = alpha/gamma = 1 at most; first: (alpha - d e1 w)/gamma with w the best last flow per unit
    found = optimal_control(hub("7/50", "7/50", horizon=2))
    w = F(1, 25) + F(7, 50) - F(7, 100)
    assert found.periods[1] == 1
    first = (F(7, 50) - F(19, 20) * F(1, 10) * w) / F(7, 50)
    assert found.periods[0].low <= first <= found.periods[0].high


def with_fixed_cost(k, d=F(19, 20), start=F(3, 4), **more):
    return ControlGame(f"state*(1/25 + 7/50*p) - ({k})*p", LAW, {"p": [0, 1]}, d, start, **more)


def brute_force(k, start, length=14, d=F(19, 20)):
    """The best plan that may press in the first periods only; what is left out is worth at most the tail."""
    waiting = F(1, 25) / (1 - d * F(9, 10))
    best = None
    for plan in itertools.product((0, 1), repeat=length):
        state, total, weight = F(start), F(0), F(1)
        for p in plan:
            total += weight * (state * (F(1, 25) + F(7, 50) * p) - k * p)
            state *= F(9, 10) - F(p, 10)
            weight *= d
        total += weight * state * waiting
        if best is None or total > best[0]:
            best = (total, plan)
    return best


@pytest.mark.parametrize(("k", "start"), [(F(1, 20), F(3, 4)), (F(1, 25), F(3, 5)), (F(1, 10), F(1))])
def test_the_stopping_plan_is_that_of_brute_force_over_plans(k, start):
    found = optimal_control(with_fixed_cost(k, start=start))
    total, plan = brute_force(k, start, length=10)
    years = found.first.periods if found.action == 1 else 0
    assert years < 10
    assert plan == (1,) * years + (0,) * (10 - years)
    assert found.value == total


def test_the_threshold_is_the_cost_over_the_gain_of_pressing_once():
    # pressing once and then never again gains m per unit: 7/50 - d e1 v0
    for k in (F(1, 100), F(1, 20)):
        v0 = F(1, 25) / (1 - F(19, 20) * F(9, 10))
        m = F(7, 50) - F(19, 20) * F(1, 10) * v0
        assert optimal_control(with_fixed_cost(k)).thresholds == (k / m,)


def test_lines_agree_with_iteration_on_a_grid():
    found = optimal_control(with_fixed_cost(F(1, 50)))
    grid, values = grid_values(
        lambda s, p: s * (0.04 + 0.14 * p) - 0.02 * p, lambda s, p: s * (0.9 - 0.1 * p), (0, 1), 0.95, 0.75, n=4001
    )
    for piece in found.pieces:
        for end in (piece.low, piece.high):
            expected = np.interp(float(end), grid, values)
            assert float(piece.slope * end + piece.constant) == pytest.approx(expected, abs=2e-5)
    assert found.gap == 0


def test_pressing_never_pays_and_always_pays():
    dear = optimal_control(ControlGame("state*p/1000 - p", LAW, {"p": [0, 1]}, "1/2", 1))
    assert (dear.thresholds, dear.action, dear.first.periods) == ((), 0, None)
    free = optimal_control(ControlGame("state*p", LAW, {"p": [0, 1]}, "1/2", 1))
    assert (free.thresholds, free.action, free.first.periods) == ((), 1, None)


def test_three_actions_have_two_thresholds():
    found = optimal_control(
        ControlGame("state*(p + 3*p**2)/10 - p*(p + 1)/20", "state*(19/20 - p/20)", {"p": [0, 1, 2]}, "9/10", 1)
    )
    grid, values = grid_values(
        lambda s, p: s * (p + 3 * p**2) / 10 - p * (p + 1) / 20, lambda s, p: s * (0.95 - 0.05 * p), (0, 1, 2), 0.9, 1.0, n=4001
    )
    assert float(found.value) == pytest.approx(values[-1], abs=5e-5)
    assert found.gap == 0


def test_lines_with_a_horizon_are_those_of_brute_force():
    found = optimal_control(with_fixed_cost(F(1, 20), horizon=5))
    best = None
    for plan in itertools.product((0, 1), repeat=5):
        state, total, weight = F(3, 4), F(0), F(1)
        for p in plan:
            total += weight * (state * (F(1, 25) + F(7, 50) * p) - F(1, 20) * p)
            state *= F(9, 10) - F(p, 10)
            weight *= F(19, 20)
        best = total if best is None else max(best, total)
    assert found.value == best
    assert found.gap == 0


@pytest.mark.parametrize("horizon", [3, None])
def test_the_certificate_finds_a_line_that_is_missing(monkeypatch, horizon):
    whole = _Search.envelope
    monkeypatch.setattr(_Search, "envelope", lambda self, given: whole(self, [each for each in given if each.word[:1] != (1,)] or given))
    assert optimal_control(with_fixed_cost(F(1, 20), horizon=horizon)).gap > 0


def test_any_polynomial_gets_proved_bounds_around_the_value():
    # a fishery: state grows to 1 by itself and is caught
    game = ControlGame("p*state", "state + state*(1 - state)/4 - p*state", {"p": (0, "1/2")}, "4/5", "1/2", (0, "5/4"))
    found = optimal_control(game, tolerance="1/5")
    low, high = (float(each) for each in found.bounds)
    _, values = grid_values(
        lambda s, p: p * s, lambda s, p: s + s * (1 - s) / 4 - p * s, np.linspace(0, 0.5, 51), 0.8, 1.25, n=1001, rounds=90
    )
    expected = float(np.interp(0.5, np.linspace(0, 1.25, 1001), values))
    assert low - 1e-3 <= expected <= high
    assert high - low <= 0.2 * high
    assert not found.complete


def test_bounds_hold_where_the_value_is_known_exactly():
    game = hub("7/50", "7/50")
    exact = optimal_control(game)
    found = optimal_control(game, "bounds", tolerance="1/4")
    assert float(found.bounds[0]) <= float(exact.value) <= float(found.bounds[1])


def test_bounds_that_stay_apart_raise(monkeypatch):
    monkeypatch.setattr("detente.solve.control.bounds.ROUNDS", 1)
    with pytest.raises(NotConverged, match="further apart"):
        optimal_control(hub("7/50", "7/50"), "bounds", tolerance="1/100000")



def test_a_parametric_problem_is_the_numeric_one_at_a_point():
    hub_ = SymbolicControl(
        "state*(pi + alpha*p - gamma*p**2/2)", "state*(1 - e - f*p)", {"p": (0, 1)}, "d", "start",
        {"pi": (0, "1/25", 1), "alpha": (0, "7/50", 1), "gamma": (0, "7/50", 1), "d": ("1/2", "19/20", "99/100"), "start": (0, "3/4", 1)},
        {"e": "1/10", "f": "e"},
    )  # fmt: skip
    assert optimal_control(hub_.at()).value == optimal_control(hub("7/50", "7/50")).value


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("state", LAW, {"p": (1, 0)}, "1/2", 1), "low < high"),
        (("state", LAW, {"p": [0, 0]}, "1/2", 1), "different numbers"),
        (("state", LAW, {"p": (0, 1)}, 1, 1), "between 0 and 1"),
        (("state", LAW, {"p": (0, 1)}, 0.5, 1), "float"),
        (("state", LAW, {"p": (0, 1)}, "1/2", 2, (0, 1)), "start inside"),
        (("state", LAW, {"p": (0, 1), "q": (0, 1)}, "1/2", 1), "found 2 actions"),
        (("state", LAW, {"state": (0, 1)}, "1/2", 1), "called 'state'"),
        (("state", LAW, {"p": (0, 1)}, "1/2", 1, None, 0), "horizon 0"),
    ],
)
def test_what_is_no_problem_is_refused(args, message):
    with pytest.raises(UsageError, match=message):
        ControlGame(*args)


def test_a_state_that_grows_too_fast_or_turns_negative_is_refused():
    with pytest.raises(UsageError, match="as fast as it is discounted"):
        optimal_control(ControlGame("state", "state*(2 - p)", {"p": (0, 1)}, "9/10", 1))
    with pytest.raises(UsageError, match="negative"):
        optimal_control(ControlGame("state", "state*(1/2 - p)", {"p": (0, 1)}, "9/10", 1))


def test_a_name_that_is_neither_state_nor_action_is_told_with_its_column():
    with pytest.raises(FormulaError, match="unknown name 'q'"):
        ControlGame("state*q", LAW, {"p": (0, 1)}, "1/2", 1)


def test_an_action_that_does_not_move_the_state_is_chosen_for_its_flow_alone():
    """The growth is 4/5 whatever is done: p - p**2 is best at 1/2, worth 1/4 a period, 1/4/(1 - 18/25) for ever."""
    found = optimal_control(ControlGame("state*(p - p**2)", "state*4/5", {"p": (0, 1)}, "9/10", 1))
    assert found.action == F(1, 2)
    assert found.value == F(1, 4) / (1 - F(18, 25))


def test_an_action_that_changes_nothing_is_said_to_be_as_good_as_any_other():
    found = optimal_control(ControlGame("state", "state*4/5", {"p": (0, 1)}, "9/10", 1))
    assert float(found.value) == pytest.approx(1 / (1 - 0.72))
    assert "worth the same" in found.notes[0]
