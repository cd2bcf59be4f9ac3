"""Closed forms of decision problems against the numeric solver at random points and against derivations by hand."""

import random
from fractions import Fraction as F

import pytest
import sympy

from detente.errors import UsageError
from detente.formula import symbol
from detente.games.control import SymbolicControl
from detente.solve.control.closed_form import control_atlas, effects, stopping_rule
from detente.solve.control.optimal import optimal_control
from detente.wording import written

BOX = {
    "pi": (0, "1/25", "3/20"), "alpha": ("1/50", "7/50", "2/5"), "gamma": ("1/20", "7/50", "3/5"),
    "e0": ("1/20", "1/10", "1/8"), "e1": ("1/50", "1/10", "1/8"), "d": ("17/20", "19/20", "49/50"),
}  # fmt: skip
NAMES = {name: symbol(name) for name in (*BOX, "k", "v", "p")}


def hub(actions=(0, 1), **more):
    return SymbolicControl("state*(pi + alpha*p - gamma*p**2/2)", "state*(1 - e0 - e1*p)", {"p": actions}, "d", 1, BOX, **more)


def draw(r):
    return {name: F(r.randint(0, 40), 40) * (F(b) - F(a)) + F(a) for name, (a, _, b) in ((n, (F(x), 0, F(z))) for n, (x, _, z) in BOX.items())}


def test_the_conditions_are_those_derived_by_hand():
    # low end: alpha <= d e1 v0 with v0 = pi/(1 - d (1 - e0)); high end: alpha - gamma >= d e1 v1
    n = NAMES
    low, high, _ = control_atlas(hub()).regions
    v0 = n["pi"] / (1 - n["d"] * (1 - n["e0"]))
    v1 = (n["pi"] + n["alpha"] - n["gamma"] / 2) / (1 - n["d"] * (1 - n["e0"] - n["e1"]))
    assert sympy.simplify(low.conditions[0] - (n["d"] * n["e1"] * v0 - n["alpha"])) == 0
    assert sympy.simplify(high.conditions[0] - (n["alpha"] - n["gamma"] - n["d"] * n["e1"] * v1)) == 0
    assert sympy.simplify(low.value - v0) == 0


def test_regions_agree_with_the_numeric_solver_at_random_points():
    problem = hub()
    atlas = control_atlas(problem)
    r = random.Random(3)
    seen = set()
    points = [draw(r) for _ in range(12)]
    points += [{**each, "alpha": F(1, 50), "pi": F(3, 20)} for each in points[:6]]
    for values in points:
        region = atlas.region_at(values)
        seen.add(region.name)
        found = optimal_control(problem.at(values))
        assert float(problem.box.evaluate(region.action, values)) == pytest.approx(float(found.action), abs=1e-12)
        assert float(problem.box.evaluate(region.value, values)) == pytest.approx(float(found.pieces[0].slope), rel=1e-12)
    assert seen == {"low", "interior", "high"}


def test_faster_natural_erosion_raises_pressure_and_erosion_by_pressure_lowers_it():
    # by hand: a_e1 = -(d v/gamma) (1 - d (1 - e0))/(1 - d g) < 0 and a_e0 = d**2 e1 v/(gamma (1 - d g)) > 0
    n = NAMES
    by_name = {each.parameter: each for each in effects(hub(), list(BOX))}
    keep = 1 - n["d"] * (1 - n["e0"] - n["e1"] * n["p"])
    assert sympy.simplify(by_name["e1"].derivative + n["d"] * n["v"] / n["gamma"] * (1 - n["d"] * (1 - n["e0"])) / keep) == 0
    assert sympy.simplify(by_name["e0"].derivative - n["d"] ** 2 * n["e1"] * n["v"] / n["gamma"] / keep) == 0
    assert by_name["e1"].signs <= {-1, 0}
    assert by_name["e0"].signs <= {0, 1}
    assert by_name["pi"].signs <= {-1, 0}


def test_effects_are_the_differences_of_the_numeric_solution():
    problem = hub()
    values = {name: F(value) for name, (_, value, _) in BOX.items()}
    found = optimal_control(problem.at(values))
    point = {**{NAMES[k]: float(x) for k, x in values.items()}, NAMES["p"]: float(found.action), NAMES["v"]: float(found.pieces[0].slope)}
    h = F(1, 10**6)
    for each in effects(problem, list(BOX)):
        up = optimal_control(problem.at({**values, each.parameter: values[each.parameter] + h}))
        down = optimal_control(problem.at({**values, each.parameter: values[each.parameter] - h}))
        slope = (float(up.action) - float(down.action)) / float(2 * h)
        assert float(each.derivative.subs(point)) == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_the_stopping_rule_is_the_threshold_of_the_exact_lines_at_random_points():
    problem = SymbolicControl(
        "state*(pi + alpha*p) - k*p", "state*(1 - e0 - e1*p)", {"p": [0, 1]}, "d", 1, {**BOX, "k": ("1/200", "1/100", "1/20")}
    )
    rule = stopping_rule(problem)
    r = random.Random(5)
    stops = 0
    for _ in range(8):
        values = {**draw(r), "k": F(r.randint(1, 10), 200)}
        gain = problem.box.evaluate(rule.gain, values)
        found = optimal_control(problem.at(values))
        if gain <= 0:
            assert found.thresholds == ()
            assert found.action == 0
            continue
        threshold = problem.box.evaluate(rule.threshold, values)
        assert found.thresholds == ((threshold,) if threshold < 1 else ())
        stops += bool(found.thresholds)
        years, state = 0, F(1)
        while state >= threshold:
            years, state = years + 1, state * (1 - values["e0"] - values["e1"])
        assert (found.first.periods if found.action == 1 else 0) == years
    assert stops >= 3


def test_other_problems_are_refused():
    with pytest.raises(UsageError, match="concave"):
        control_atlas(SymbolicControl("state*p**2", "state/2", {"p": (0, 1)}, "1/2", 1, {"x": (0, 1)}))
    with pytest.raises(UsageError, match="in proportion"):
        control_atlas(SymbolicControl("state*p - 1", "state/2", {"p": (0, 1)}, "1/2", 1, {"x": (0, 1)}))
    with pytest.raises(UsageError, match="at most quadratic"):
        control_atlas(SymbolicControl("state*p**3", "state/2", {"p": (0, 1)}, "1/2", 1, {"x": (0, 1)}))
    with pytest.raises(UsageError, match="two actions"):
        stopping_rule(hub())


def test_the_best_action_is_written_in_words_latex_and_typst():
    found = control_atlas(hub())
    words = found.in_words({found.problem.action: "pressure"}).splitlines()
    assert words[0].startswith("The lowest pressure of 0 is best")
    assert words[-1].startswith('"At least" and "at most" include equality')
    for how in ("latex", "typst"):
        text = written(found, how)
        assert "interior" in text or all(each.status == "never" for each in found.regions if each.name == "interior")
        assert text.count("{") == text.count("}")
        assert text.count("value per unit of state") == sum(each.status != "never" for each in found.regions)
