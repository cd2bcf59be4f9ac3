"""Rest points as formulas: textbook cases, and the exact numeric solver at sampled parameters."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame, symbol
from detente.solve.dynamics.parametric_rest_points import parametric_rest_points
from detente.solve.dynamics.rest_points import rest_points


def symmetric(rows, parameters):
    return SymbolicGame([rows, [list(column) for column in zip(*rows, strict=True)]], parameters)


HAWKS = symmetric([["(v - c)/2", "v"], [0, "v/2"]], {"v": (1, 6), "c": (1, 6)})
WHEEL = symmetric([[0, "-a", "b"], ["b", 0, "-a"], ["-a", "b", 0]], {"a": (1, 3), "b": (1, 3)})
TRUST = SymbolicGame([[["r", 0], ["t", "p"]], [["s", "u"], [0, "q"]]], {n: (1, 5) for n in "rtpsuq"})
THREE = symmetric([["a", 1, 0], [2, "b", 1], [0, 3, "c"]], {"a": (1, 5), "b": (1, 5), "c": (1, 5)})


def test_hawks_and_doves_have_their_textbook_mixture():
    mixed = parametric_rest_points(HAWKS).points[-1]
    v, c = symbol("v"), symbol("c")
    assert sympy.simplify(mixed.state[0][0] - v / c) == 0
    # slope at the mixture: -v (c - v)/(2 c)
    assert sympy.simplify(mixed.eigenvalues[0] + v * (c - v) / (2 * c)) == 0


def test_rock_paper_scissors_turns_stable_where_winning_outweighs_losing():
    inner = parametric_rest_points(WHEEL).points[-1]
    a, b = symbol("a"), symbol("b")
    assert inner.state == ((sympy.Rational(1, 3),) * 3,)
    assert {bool(c.subs({a: 1, b: 2})) for c in inner.stable_where} == {True}
    assert False in {bool(c.subs({a: 2, b: 1})) for c in inner.stable_where}
    assert sympy.simplify(sum(inner.eigenvalues) + (b - a) / 3) == 0  # the trace


@pytest.mark.parametrize(("game", "names", "count"), [(HAWKS, "vc", None), (HAWKS, "vc", 2), (WHEEL, "ab", None), (WHEEL, "ab", 2), (TRUST, "rtpsuq", None), (THREE, "abc", None)])
def test_formulas_agree_with_the_exact_solver_at_sampled_parameters(game, names, count):
    formulas = parametric_rest_points(game, count)
    rng = np.random.default_rng(len(names))
    for _ in range(3):
        values = {name: F(int(rng.integers(97, 5 * 97)), 97) for name in names}
        at = {symbol(name): sympy.Rational(v.numerator, v.denominator) for name, v in values.items()}
        numeric = {each.state: each for each in rest_points(game.at(**{k: str(v) for k, v in values.items()}), formulas.populations).points}
        met = set()
        for each in formulas.points:
            if not all(bool(condition.subs(at)) for condition in each.exists_where):
                continue
            state = tuple(tuple(F(str(w.subs(at))) for w in own) for own in each.state)
            assert state in numeric
            met.add(state)
            own = sorted((complex(value.subs(at)) for value in each.eigenvalues), key=lambda z: (round(z.real, 9), round(z.imag, 9)))
            other = sorted((complex(value) for value in numeric[state].eigenvalues), key=lambda z: (round(z.real, 9), round(z.imag, 9)))
            assert np.allclose(own, other, atol=1e-9)
            stable = each.stable_where is not None and all(bool(condition.subs(at)) for condition in each.stable_where)
            assert stable == (numeric[state].signs[1:] == (0, 0))
        # whatever rests alone on supports of equal size is among the formulas
        rest = {s for s, p in numeric.items() if p.isolated and len({sum(w != 0 for w in own) for own in s}) == 1}
        assert rest <= met


def test_interior_points_of_two_populations_are_never_stable():
    found = parametric_rest_points(TRUST)
    assert found.populations == 2
    assert found.points[-1].stable_where is None
    assert "never" in str(found)
    assert found.to_json()["rest_points"][-1]["stable_where"] is None


def test_larger_and_asymmetric_games_are_refused_where_they_do_not_fit():
    with pytest.raises(UsageError, match="symmetric"):
        parametric_rest_points(TRUST, 1)
    with pytest.raises(UsageError, match="at most 3"):
        parametric_rest_points(SymbolicGame([[["x"] * 4] * 2] * 2, {"x": (0, 1)}))
