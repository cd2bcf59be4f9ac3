"""Importance against functions whose variance is decomposed in closed form."""

import math
import re
from dataclasses import dataclass, field, replace
from fractions import Fraction as F

import numpy as np
import pytest
from SALib.analyze import sobol as analysis

from detente.conclusions.ensemble.recipes import Recipe
from detente.conclusions.robustness.classifier import Subject, Verdicts
from detente.conclusions.robustness.evidence import Given
from detente.conclusions.robustness.first_order import equal_count_bins, first_order
from detente.conclusions.robustness.importance import importance_of
from detente.conclusions.robustness.subjects import subject_of
from detente.conclusions.robustness.total_order import by_salib, jansen, sobol_draws
from detente.errors import UsageError
from detente.games.symbolic import Interval, SymbolicGame


@dataclass(frozen=True)
class Function:
    """A classifier made of a function of three numbers: what a form needs to join, and no more."""

    value: object
    code: object = staticmethod(lambda x, y, z: np.zeros(len(x), dtype=np.int64))
    names = ("x", "y", "z")
    truths = ()
    numbers = ("f",)
    families = ("kind",)
    size = 0
    method = "a function"

    def classify(self, values, n):
        return Verdicts(self.code(*(values[name] for name in self.names)), np.zeros((0, n), dtype=bool))

    def measure(self, values, n):
        return self.value(*(values[name] for name in self.names))[None]

    def check(self, statement):
        if not statement.startswith("kind="):
            raise UsageError(f"found {statement!r}")

    def holds(self, statement, code):
        return statement == "always" or int(statement.removeprefix("kind=")) == code

    def label(self, family, code):
        return f"kind {code}"


def subject(value, code=None, low=0, high=1, constraints=()):
    classifier = Function(value) if code is None else Function(value, code)
    return Subject(classifier, dict.fromkeys("xyz", Interval.make((low, high))), {}, constraints)


def indices(found, output):
    return {each.name: each for each in found.of(output)}


def agrees(index, first, total, slack=0.0):
    assert abs(index.first - first) < 4 * index.first_error + slack + 2e-3, (index, first)
    assert abs(index.total - total) < 4 * index.total_error + 2e-3, (index, total)


def ishigami(x, y, z):
    return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


@pytest.mark.parametrize("salib", [True, False])
def test_ishigami_has_the_indices_of_its_closed_form(salib):
    """T. Ishigami and T. Homma (1990); variances by integration over [-pi, pi]."""
    a, b = 7, 0.1
    v1 = 0.5 * (1 + b * math.pi**4 / 5) ** 2
    v2 = a**2 / 8
    v13 = b**2 * math.pi**8 * (1 / 18 - 1 / 50)
    whole = v1 + v2 + v13
    pi = F("3.141592653589793")
    # a constraint that always holds keeps SALib out
    given = subject(ishigami, low=-pi, high=pi, constraints=() if salib else ("x <= 4",))
    found = importance_of(given, ["value:f"], draws=100_000)
    own = indices(found, "value:f")
    agrees(own["x"], v1 / whole, (v1 + v13) / whole)
    agrees(own["y"], v2 / whole, v2 / whole, slack=0.01)  # twenty bins blur a wave
    agrees(own["z"], 0, v13 / whole)
    assert [each.name for each in found.of("value:f")] == ["x", "y", "z"]
    assert found.variances["value:f"] == pytest.approx(whole, rel=0.02)


@pytest.mark.parametrize("value", [ishigami, lambda x, y, z: x + y > z], ids=["a number", "yes or no"])
def test_totals_are_those_of_salib(value):
    given = Recipe.make(dict.fromkeys("xyz", Interval.make((0, 1))), 1024, "uniform", 0, "nets", only=list("xyz"))
    problem = {"num_vars": 3, "names": list("xyz"), "bounds": [[0.0, 1.0]] * 3}
    draws, n = sobol_draws(given, "xyz", 1024, 3)
    y = value(draws["x"], draws["y"], draws["z"])
    found = by_salib((draws, n), lambda _, __: y, "xyz", 3)
    theirs = analysis.analyze(problem, y.astype(float), calc_second_order=False, num_resamples=100, seed=4)
    assert [found[name][0] for name in "xyz"] == list(theirs["ST"])
    assert [found[name][1] * 1.959964 for name in "xyz"] == pytest.approx(list(theirs["ST_conf"]), rel=1e-6)


def test_a_linear_function_is_divided_by_squared_slopes():
    found = importance_of(subject(lambda x, y, z: 3 * x + 2 * y - z), ["value:f"], draws=60_000)
    own = indices(found, "value:f")
    for name, slope in (("x", 3), ("y", 2), ("z", 1)):
        agrees(own[name], slope**2 / 14, slope**2 / 14)


def test_an_indicator_of_a_sum_is_a_third_alone_and_two_thirds_in_total():
    """1[x + y > 1]: E given x is x, of variance 1/12 out of 1/4."""
    given = subject(lambda x, y, z: x, lambda x, y, z: (x + y > 1).astype(np.int64))
    for constrained in (given, replace(given, constraints=("x <= 2",))):
        found = importance_of(constrained, ["kind=1", "kind"], draws=60_000)
        for output in ("kind=1", "kind"):
            own = indices(found, output)
            agrees(own["x"], 1 / 3, 2 / 3)
            agrees(own["z"], 0, 0)
        assert found.variances["kind=1"] == pytest.approx(0.5, abs=0.01)


def test_interactions_show_in_the_total_only():
    given = subject(lambda x, y, z: x, lambda x, y, z: ((x > 0.5) != (y > 0.5)).astype(np.int64))
    own = indices(importance_of(given, ["kind"], draws=60_000), "kind")
    agrees(own["x"], 0, 1)
    agrees(own["y"], 0, 1)


def test_four_classes_of_two_coins_divide_their_variances():
    """Shares 1/4 each: variance 3/4; one coin known leaves 1/2 of each class's mean moved by 1/4: (4/16)/(3/4)."""
    given = subject(lambda x, y, z: x, lambda x, y, z: 2 * (x > 0.5).astype(np.int64) + (y > 0.5))
    own = indices(importance_of(given, ["kind"], draws=60_000), "kind")
    agrees(own["x"], 1 / 3, 2 / 3)
    agrees(own["y"], 1 / 3, 2 / 3)


@pytest.mark.parametrize("how", ["region", "constraint"])
def test_within_a_region_indices_are_those_of_the_distribution_there(how):
    """f = x on the triangle x > y: Var(x) = 1/18; E(x | y) = (1 + y)/2; Var(x | y) = (1 - y)**2/12 with density 2(1 - y)."""
    given = subject(lambda x, y, z: x, lambda x, y, z: (x > y).astype(np.int64), constraints=("x > y",) if how == "constraint" else ())
    found = importance_of(given, ["value:f"], draws=120_000, region="kind=1" if how == "region" else None)
    own = indices(found, "value:f")
    agrees(own["x"], 1 - 1 / 400, 0.75, slack=0.002)
    agrees(own["y"], 0.25, 0)
    agrees(own["z"], 0, 0)
    assert abs(found.draws - 60_000) < 1000


def test_a_mixture_as_region_weighs_the_draws():
    """Half of the weight everywhere, half on the triangle: the mean of x is (1/2*1/2 + 2/3*1/4)/(1/2 + 1/4)."""
    given = subject(lambda x, y, z: (x > 0.5) * 1.0, lambda x, y, z: (x > y).astype(np.int64))
    half = Given("half", ((F(1, 2), "always"), (F(1, 2), "kind=1")))
    found = importance_of(given, ["value:f"], draws=120_000, region=half)
    p = (0.5 * 0.5 + 0.5 * 0.375) / 0.75  # P(x > 1/2), on the triangle 3/8 of the square
    assert found.variances["value:f"] == pytest.approx(p * (1 - p), rel=0.02)
    assert found.region == "half"


def test_errors_are_those_that_independent_draws_show():
    def kind(x, y):
        return (x + 0.6 * y > 0.9).astype(np.int64)

    found = {"x": [], "z": [], "total": []}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x, y, z, other = rng.random((4, 3000))
        found["x"].append(first_order(x, kind(x, y), 2))
        found["z"].append(first_order(z, kind(x, y), 2))
        found["total"].append(jansen(kind(x, y), kind(other, y), 2))
    for name, runs in found.items():
        spread = np.std([index for index, _ in runs], ddof=1)
        told = np.mean([error for _, error in runs])
        assert spread == pytest.approx(told, rel=0.35), name


def test_groups_are_told_alone_and_with_their_interactions():
    """f = x + y*z with x a figure: Var = 1/12 + 7/144; the judgements y, z have the rest, together."""
    game = SymbolicGame(
        [[["x + d", 0], [0, 0]], [[0, 0], [0, 0]]], {"x": (0, 1), "y": (0, 1), "z": (0, 1)}, derived={"d": "y*z"}
    )
    from detente.formula import parse

    given = subject_of(game, {"f": parse("x + d")})
    found = importance_of(given, ["value:f"], kinds={"x": "figure", "y": "judgement", "z": "judgement"}, draws=60_000)
    whole = 1 / 12 + 7 / 144
    groups = {each.name: each for each in found.groups}
    for name, part in (("figures", 1 / 12), ("judgements", 7 / 144), ("derived", 7 / 144)):
        each = groups[name]
        assert abs(each.first - part / whole) < 4 * each.first_error + 1e-3
        assert abs(each.total - part / whole) < 4 * each.total_error + 1e-3
    own = indices(found, "value:f")
    assert own["d"].kind == "derived" and own["d"].total is None
    assert abs(own["d"].first - 7 / 144 / whole) < 0.01
    agrees(own["y"], 1 / 48 / whole, (1 / 48 + 1 / 144) / whole)
    assert "together" in str(found)


def test_bins_have_equal_counts_whatever_the_distribution():
    rng = np.random.default_rng(0)
    for x in (rng.random(1000), rng.random(1003) ** 9, np.zeros(47), np.repeat([1.0, 2.0], 30)):
        counts = np.bincount(equal_count_bins(x), minlength=20)
        assert counts.max() - counts.min() <= 1
    x, y = rng.random(999), rng.random(999)
    order = np.argsort(x)
    parts = np.array_split(y[order], 20)  # the definition, with another cut of the remainder
    expected = np.average([(part.mean() - y.mean()) ** 2 for part in parts], weights=[len(part) for part in parts]) / y.var()
    assert first_order(x, y)[0] == pytest.approx(expected, abs=2e-3)
    assert first_order(x, np.ones(999)) is None and first_order(x[:5], y[:5]) is None and jansen(np.ones(5), np.ones(5)) is None


def test_an_output_that_does_not_vary_is_told():
    found = importance_of(subject(lambda x, y, z: 0 * x), ["value:f", "kind", "kind=1"], draws=1000)
    assert set(found.variances.values()) == {0.0} and "does not vary" in str(found)


def test_what_too_few_draws_show_is_called_unclear_and_no_printed_share_leaves_its_range():
    rare = subject(lambda x, y, z: x, lambda x, y, z: ((x > 0.99) & (y > 0.9)).astype(np.int64))
    text = str(importance_of(rare, ["kind=1"], draws=20_000))
    assert "unclear: the standard error is above 0.1" in text
    numbers = [float(each) for each in re.findall(r"(-?\d\.\d{3}) ±", text)]
    assert all(0 <= each <= 1 for each in numbers)


def test_what_is_not_there_is_refused():
    game = SymbolicGame([[["x", 0], [0, 0]], [[0, 0], [0, "x"]]], {"x": (0, 1)})
    given = subject_of(game)
    for outputs, more, match in [
        (["value:f"], {}, "unknown output"), (["colour"], {}, "expected one of"), (["set"], {"region": "class:none"}, "unknown class"),
        (["set"], {"region": "equilibrium:2,1", "draws": 5000}, "draws in the region"), (["set"], {"prior": "flat"}, "unknown prior"),
    ]:  # fmt: skip
        with pytest.raises(UsageError, match=match):
            importance_of(given, outputs, **more)


@dataclass(frozen=True)
class Counted(Function):
    """A function that notes how many draws it was asked to sort, time by time."""

    asked: list = field(default_factory=list)

    def classify(self, values, n):
        self.asked.append(n)
        return super().classify(values, n)


# The draws, and each of three parameters drawn again; where everything counts, SALib's design for yes-or-no outputs.
@pytest.mark.parametrize(("constraints", "times"), [((), 1 + 3 + 1), (("x <= 1",), 1 + 3)], ids=["everything counts", "constrained"])
def test_outputs_asked_for_together_are_told_as_alone_and_draws_are_sorted_once(constraints, times):
    names = ["kind", "kind=1", "kind=2", "value:f"]
    given = dict.fromkeys("xyz", Interval.make((0, 1)))

    def asked(outputs):
        own = Counted(lambda x, y, z: x * y, lambda x, y, z: (x > 0.5) + 1 * (x + y > 1))
        found = importance_of(Subject(own, given, {}, constraints), outputs, draws=4096, seed=3)
        return found, own.asked

    together, sorted_together = asked(names)
    assert len(sorted_together) == times
    for name in names:
        assert together.of(name) == asked([name])[0].of(name)
