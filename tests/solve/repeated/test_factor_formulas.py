"""Critical discount factors as formulas, against those of the numeric game at random exact points."""

import random
from fractions import Fraction as F

import pytest
import sympy

from detente.formula import symbol
from detente.games.symbolic import SymbolicGame
from detente.numbers import to_float
from detente.solve.repeated.critical_discount_factor import critical_discount_factor
from detente.solve.repeated.factor_formulas import factor_formulas
from detente.wording import FORMATS, Wording, written

#: Two prisoners with stakes of their own: temptation, loss of trust and gain from cooperation differ.
DILEMMA = SymbolicGame(
    [[["g", "-l"], ["g + t", 0]], [["g", "g + u"], ["-m", 0]]],
    {"g": (1, 2, 4), "t": ("1/2", 1, 3), "l": (0, 1, 2), "u": ("1/4", "1/2", 3), "m": (0, 1, 2)},
    players=["us", "china"],
    strategies=[["hold", "leave"]] * 2,
)
STRATEGIES = ("grim", "punishment_1", "punishment_2", "punishment_3", "tit_for_tat")


def test_grim_is_the_temptation_over_what_it_adds_to_for_each_player_by_itself():
    # T - R over T - P by hand: us t/(g + t), china u/(g + u).
    found = {(each.strategy, each.player): str(each.formula) for each in factor_formulas(DILEMMA, (0, 0), (1, 1)).lines}
    assert found["grim", "us"] == "t/(g + t)"
    assert found["grim", "china"] == "u/(g + u)"
    # One period of punishment: t <= delta*g.
    assert found["punishment_1", "us"] == "t/g"


def put(expression, values):
    """An expression with exact values for names."""
    if not hasattr(expression, "subs"):
        return expression
    return expression.subs({symbol(name): sympy.Rational(F(value).numerator, F(value).denominator) for name, value in values.items()})  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_where_a_line_says_so_its_formula_is_the_critical_factor_of_the_numeric_game(seed):
    rnd = random.Random(seed)
    point = {
        name: interval.low + (interval.high - interval.low) * F(rnd.randrange(21), 20)
        for name, interval in DILEMMA.parameters.items()
    }
    compared = 0
    for line in factor_formulas(DILEMMA, (0, 0), (1, 1), STRATEGIES).lines:
        answer = None if line.strategy == "tit_for_tat" else (1, 1)
        numeric = critical_discount_factor(DILEMMA.at(point), line.strategy, (0, 0), answer)
        numeric = numeric.nash if line.concept == "nash" else numeric
        wanted = numeric.per_player[line.player]
        if bool(put(line.where, point)):
            compared += 1
            if line.formula is not None:
                assert float(put(line.formula, point)) == pytest.approx(to_float(wanted), rel=1e-12)
            else:
                # A punishment of three periods: the sum of the powers of the factor is the gain over the loss.
                bound = put(line.bound, point)
                assert float(bound.lhs.subs(symbol("delta"), to_float(wanted))) == pytest.approx(float(bound.rhs))
        # The condition on the factor covers every case.
        for delta in (F(1, 10), F(1, 2), F(9, 10)):
            kept = wanted is not None and to_float(wanted) <= float(delta)
            assert bool(put(line.condition, {**point, "delta": delta})) == kept
    assert compared >= 4


def test_formulas_are_written_in_every_way_and_name_the_player_whose_factor_it_is():
    found = factor_formulas(DILEMMA, (0, 0), (1, 1), STRATEGIES)
    wording = Wording({"us": "United States", "t": "the temptation", "g": "the gain"}, {"t": "tau"}, {})
    for how in FORMATS:
        assert written(found, how, wording)
    assert found.in_words(wording).splitlines()[0] == (
        "Under grim trigger, United States keeps to (hold, hold) exactly when its discount factor is at least "
        "the temptation / (the gain + the temptation)."
    )
    assert r"\text{grim trigger, United States} & \delta \geq \frac{\tau}{g + \tau}" in found.to_latex(wording)
    assert found.to_json()["factors"][0]["formula"] == "t/(g + t)"
