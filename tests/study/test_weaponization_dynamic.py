"""Pressure through a hub over time, against value iteration in NumPy and recursions over the counts of years with pressure."""

from __future__ import annotations

import json

import numpy as np
import pytest

from detente.study.analyses import control as control_analyses
from detente.study.questions import answer

BASE = {
    "d0": 0.74, "d_res": 0.1, "t_slow": 20, "t_fast": 10, "alpha": 0.14, "gamma": 0.14, "pi0": 0.04, "k_fix": 0.01, "delta": 0.95,
}  # fmt: skip
POINTS = {
    "baseline": {}, "rent_rich": {"pi0": 0.15, "alpha": 0.05}, "patient": {"delta": 0.98},
    "slow_erosion": {"t_slow": 30, "t_fast": 14}, "costly_pressure": {"k_fix": 0.05},
}  # fmt: skip
BOX = {
    "d0": (0.7, 0.8), "d_res": (0.05, 0.25), "t_slow": (15, 30), "t_fast": (7, 14), "alpha": (0.02, 0.4), "gamma": (0.05, 0.6),
    "pi0": (0, 0.15), "k_fix": (0, 0.05), "delta": (0.85, 0.98),
}  # fmt: skip


def rates(p):
    ratio = p["d_res"] / p["d0"]
    slow, fast = ratio ** (1 / p["t_slow"]), ratio ** (1 / p["t_fast"])
    return 1 - slow, slow - fast


def iterated(p, actions, rounds=3000):
    """Value per unit of dependence and best pressure, by value iteration over a list of pressures."""
    eps0, eps1 = rates(p)
    paid = p["pi0"] + p["alpha"] * actions - p["gamma"] * actions**2 / 2
    ahead = p["delta"] * (1 - eps0 - eps1 * actions)
    value = 0.0
    for _ in range(rounds):
        value = np.max(paid + ahead * value)
    return value, actions[np.argmax(paid + ahead * value)]


@pytest.fixture(scope="module")
def dynamic(this_study):
    return this_study.game("weaponization:dynamic")


@pytest.fixture(scope="module")
def fixed_cost(this_study):
    return this_study.game("weaponization:fixed_cost")


def test_points_and_box_are_those_of_the_specification(dynamic, fixed_cost):
    for game, held in ((dynamic, "k_fix"), (fixed_cost, "gamma")):
        assert {name: (float(each.low), float(each.high)) for name, each in game.model.intervals.items()} == {
            name: (0, 0) if name == held else ends for name, ends in BOX.items()
        }
        for point, changes in POINTS.items():
            if point == "costly_pressure" and game is dynamic:
                continue
            own = {name: float(value) for name, value in game.point(point).values.items()}
            assert own == {**BASE, **changes, held: 0}


# Numbers of value iteration, written down: value per unit, pressure.
GOLDEN = {"baseline": (0.52437, 0.6934), "rent_rich": (1.06787, 0.0), "patient": (0.60305, 0.6363), "slow_erosion": (0.66062, 0.6921)}


@pytest.mark.parametrize("point", GOLDEN)
def test_pressure_and_value_are_those_of_value_iteration(dynamic, point):
    value, action = iterated({**BASE, **POINTS[point]}, np.linspace(0, 1, 40_001))
    assert (round(value, 5), round(action, 4)) == pytest.approx(GOLDEN[point], abs=1.1e-4)
    found = dynamic.solve(**{name: str(each) for name, each in POINTS[point].items()})
    assert float(found.pieces[0].slope) == pytest.approx(value, rel=1e-8)
    assert float(found.action) == pytest.approx(action, abs=3e-5)
    assert float(found.value) == pytest.approx(0.74 * value, rel=1e-8)


def test_two_years_are_solved_by_hand(dynamic):
    """The last year: alpha/gamma, at most 1. The first: (alpha - delta*eps1*v)/gamma with v what a unit earns in the last."""
    (table,) = (each for each in answer(dynamic.model, 6).tables if "two years" in each.title)
    for row in table.rows:
        p = {**BASE, **POINTS[row[0]]}
        last = min(p["alpha"] / p["gamma"], 1)
        unit = p["pi0"] + p["alpha"] * last - p["gamma"] * last**2 / 2
        first = min(max((p["alpha"] - p["delta"] * rates(p)[1] * unit) / p["gamma"], 0), 1)
        assert [float(each) for each in row[1:3]] == pytest.approx([first, last], abs=1e-5)


def test_restraint_begins_where_a_little_pressure_costs_more_than_it_earns(dynamic):
    """alpha* = delta*eps1*pi0/(1 - delta*(1 - eps0)): on either side of it value iteration rests, or presses."""
    eps0, eps1 = rates(BASE)
    star = 0.95 * eps1 * 0.04 / (1 - 0.95 * (1 - eps0))
    assert dynamic.holds("restraint", alpha="1/50")
    assert not dynamic.holds("restraint")
    (found,) = dynamic.thresholds("alpha", of="restraint").inside
    assert float(found.at) == pytest.approx(star, rel=1e-12)
    for alpha, rests in ((star - 1e-3, True), (star + 1e-3, False)):
        assert (iterated({**BASE, "alpha": alpha}, np.linspace(0, 1, 40_001))[1] == 0) == rests


def by_counts(p, years=500, most=60):
    """With a fixed cost: years, counted, with and without pressure say the state; backward from a far horizon."""
    eps0, eps1 = rates(p)
    rest, press = 1 - eps0, 1 - eps0 - eps1
    value = np.zeros(most + 2)
    plan = None
    for year in range(years, -1, -1):
        pressed = np.arange(most + 1)
        state = p["d0"] * rest ** np.maximum(year - pressed, 0) * press**pressed
        calm = state * p["pi0"] + p["delta"] * value[:-1]
        acts = state * (p["pi0"] + p["alpha"]) - p["k_fix"] + p["delta"] * value[1:]
        plan = acts > calm if year == 0 else plan
        value[:-1] = np.maximum(calm, acts)
        value[-1] = value[-2]
    return value[0]


# Stopping states and years of pressure from the start, from k_fix over the gain of pressing once and the fall of the state.
STOPS = {"baseline": (0.0857, 11), "rent_rich": None, "patient": (0.09075, 11), "slow_erosion": (0.0858, 16), "costly_pressure": (0.42848, 3)}


@pytest.mark.parametrize("point", STOPS)
def test_with_a_fixed_cost_pressure_stops_where_it_no_longer_pays(fixed_cost, point):
    p = {**BASE, **POINTS[point]}
    eps0, eps1 = rates(p)
    gain = p["alpha"] - p["delta"] * eps1 * p["pi0"] / (1 - p["delta"] * (1 - eps0))
    found = fixed_cost.solve(**{name: str(each) for name, each in POINTS[point].items()})
    assert float(found.value) == pytest.approx(by_counts(p), rel=1e-8)
    if STOPS[point] is None:
        assert gain < 0
        assert found.action == 0
        return
    stop, years, state = p["k_fix"] / gain, 0, p["d0"]
    while state >= stop:
        years, state = years + 1, state * (1 - eps0 - eps1)
    assert (stop, years) == pytest.approx(STOPS[point], abs=5e-5)
    assert (float(found.thresholds[0]), found.first.periods) == (pytest.approx(stop), years)


def test_shares_of_restraint_are_those_of_value_iteration_in_random_draws(dynamic, monkeypatch):
    r = np.random.default_rng(3)
    n = 1500
    p = {name: r.uniform(low, high, n) for name, (low, high) in BOX.items()}
    eps0, eps1 = rates(p)
    actions = np.linspace(0, 1, 401)[:, None]
    paid = p["pi0"] + p["alpha"] * actions - p["gamma"] * actions**2 / 2
    ahead = p["delta"] * (1 - eps0 - eps1 * actions)
    value = np.zeros(n)
    for _ in range(150):
        value = np.max(paid + ahead * value, axis=0)
    best = actions[np.argmax(paid + ahead * value, axis=0), 0]
    held = np.mean(1 - best / np.minimum(p["alpha"] / p["gamma"], 1))
    expected = [np.mean(best == 0), np.mean((best > 0) & (best < 1)), np.mean(best == 1), held]
    monkeypatch.setattr(control_analyses, "DRAWS", 20_000)
    (row,) = (row for row in _restraint(dynamic).rows if row[0] == "uniform")
    assert [float(each) for each in row[1:5]] == pytest.approx(expected, abs=0.035)


def _restraint(game):
    from detente.study.analyses import ANALYSES, Task

    question = next(each for each in game.model.definition.questions if each.number == 7)
    return ANALYSES["restraint"].run(Task(game.model, question, (game.model.point("baseline"),), "strategic"))[0]


def test_what_moves_pressure_is_what_differences_of_value_iteration_say(dynamic):
    (table,) = (each for each in answer(dynamic.model, 6).tables if each.title.startswith("what moves"))
    told = {row[0]: row[2] for row in table.rows}
    actions = np.linspace(0, 1, 200_001)
    for name, step in (("alpha", 1e-3), ("gamma", 1e-3), ("pi0", 1e-3), ("delta", 1e-3)):
        up = iterated({**BASE, name: BASE[name] + step}, actions, 600)[1] - iterated(BASE, actions, 600)[1]
        assert told[name].split()[0] == ("more" if up > 0 else "less"), name
    assert (told["eps0"].split()[0], told["eps1"].split()[0]) == ("more", "less")


@pytest.mark.parametrize(("variant", "number"), [("dynamic", 6), ("fixed_cost", 8)])
def test_every_question_has_an_answer_that_fits_a_terminal_and_is_data(dynamic, fixed_cost, variant, number):
    found = answer((dynamic if variant == "dynamic" else fixed_cost).model, number)
    assert all(table.rows for table in found.tables)
    assert all(len(line) <= 80 for line in str(found).splitlines())
    assert json.loads(json.dumps(found.to_json()))["number"] == number
