"""Formulas of counts taken as lines are worth what they are worth point by point."""

import random
from fractions import Fraction as F

import pytest

from detente.formula import parse
from detente.payoffs.items import Tally
from detente.study.forms._member_payoffs import Curved, Line

ACTIONS = ("stay", "go", "wait")
LINES = (
    "share(go)",
    "-a*(1 - b*(share(go) + a*others(wait)))",
    "(count(go) - 3*others(stay))/b + a**2",
    "share(go)*0 + max(a, b)",
    "piecewise(a, a > b, count(wait))",
    "2 - count(stay)/7 - (count(stay) - b)",
)
CURVES = (
    "share(go)*share(stay)", "a/count(go)", "max(a, share(go))", "abs(share(go) - a)", "count(go)**2", "2**count(go)",
    "piecewise(share(go), share(go) > a, b)", "sqrt(others(go))", "piecewise(1, count(go) == count(stay), 0)",
)  # fmt: skip


def line_of(text, env, own):
    def item(node):
        action = node.keys[0][0]
        none, one = (Tally({action: n}, own, 9).value(node.value, action) for n in (0, 1))
        return Line(none, {ACTIONS.index(action): one - none})

    return parse(text).evaluate(env, item)


@pytest.mark.parametrize("text", LINES)
def test_a_line_is_worth_at_every_count_what_its_formula_is(text):
    rng = random.Random(3)
    for _ in range(20):
        env = {"a": F(rng.randint(-9, 9), 7), "b": F(rng.randint(1, 9), 5)}
        own = rng.choice(ACTIONS)
        found = line_of(text, env, own)
        counts = [rng.randint(0, 9) for _ in ACTIONS]
        expected = parse(text).evaluate(env, Tally(dict(zip(ACTIONS, counts, strict=True)), own, 9).item)
        told = found.base + sum(step * counts[a] for a, step in found.steps.items()) if isinstance(found, Line) else found
        assert told == expected


@pytest.mark.parametrize("text", CURVES)
def test_what_is_no_line_is_not_taken_for_one(text):
    with pytest.raises(Curved):
        line_of(text, {"a": F(1, 3), "b": F(2)}, "go")


def test_floats_are_left_to_the_way_point_by_point():
    with pytest.raises(Curved):
        line_of("share(go)*a", {"a": 0.5}, "go")
