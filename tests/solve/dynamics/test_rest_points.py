"""Rest points of the replicator dynamic: known classifications, brute force over the field, numeric eigenvalues."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from detente.games import classic
from detente.games.normal import NormalFormGame
from detente.solve.dynamics._spectrum import closed_form, real_part_signs
from detente.solve.dynamics.rest_points import rest_points
from detente.solve.dynamics.trajectory import trajectory
from detente.solve.two_players.evolutionary_stability import evolutionarily_stable_strategies


def symmetric(rows):
    return NormalFormGame([rows, [list(column) for column in zip(*rows, strict=True)]])


def by_state(found):
    return {each.state: each for each in found.points}


def test_hawk_dove_has_a_stable_mixture_and_unstable_corners():
    found = by_state(rest_points(symmetric([[-1, 2], [0, 1]])))
    # x' = x (1-x) (1/... ): at 1/2 the slope is x(1-x)(a11-a12-a21+a22) = (1/4)(-2)
    assert found[(F(1, 2), F(1, 2)),].eigenvalues == (F(-1, 2),)
    assert found[(F(1, 2), F(1, 2)),].stability == "asymptotically stable"
    assert [found[(F(k), F(1 - k)),].stability for k in (0, 1)] == ["unstable", "unstable"]


@pytest.mark.parametrize(
    ("win", "stability", "kind"),
    [(1, "center", "center"), (2, "asymptotically stable", "spiral sink"), (F(1, 2), "unstable", "spiral source")],
)
def test_rock_paper_scissors_is_center_sink_or_source_as_winning_weighs(win, stability, kind):
    # Hofbauer and Sigmund (1998): the determinant decides, here win^3 - 1
    found = rest_points(symmetric([[0, -1, win], [win, 0, -1], [-1, win, 0]]))
    inner = found.points[-1]
    assert inner.state == ((F(1, 3),) * 3,)
    assert (inner.stability, inner.kind) == (stability, kind)
    # linearization on the simplex: ((win - 1) +- i sqrt(3) (win + 1)) / -6 and its conjugate, by hand for the circulant
    w = sympy.Rational(str(win))
    expected = {sympy.nsimplify((-(w - 1) + s * sympy.I * sympy.sqrt(3) * (w + 1)) / 6) for s in (1, -1)}
    assert {sympy.simplify(value - other) for value in inner.eigenvalues for other in expected} >= {0}
    assert all(any(sympy.simplify(value - other) == 0 for other in expected) for value in inner.eigenvalues)


def test_matching_pennies_is_a_center_and_the_sexes_have_a_saddle():
    assert rest_points(classic.game("matching_pennies")).points[-1].stability == "center"
    sexes = rest_points(classic.game("battle_of_the_sexes"))
    assert sexes.points[-1].kind == "saddle"
    assert len(sexes.attractors) == 2


def test_shapleys_interior_is_a_saddle():
    # four eigenvalues, sum zero, none on the axis: two to each side
    assert rest_points(classic.game("shapley")).points[-1].signs == (2, 0, 2)


@pytest.mark.parametrize("seed", range(6))
def test_every_rest_point_is_found_and_signs_agree_with_numeric_jacobians(seed):
    rng = np.random.default_rng(seed)
    a = rng.integers(-4, 5, (3, 3))
    found = rest_points(symmetric(a.tolist()))

    def field(x):
        p = a @ x
        return x * (p - x @ p)

    for each in found.points:
        x = np.array([float(w) for w in each.state[0]])
        assert np.abs(field(x)).max() < 1e-12
        # central differences along e1 - e3, e2 - e3
        basis = np.array([[1, 0, -1], [0, 1, -1]]).T
        j = np.array([(field(x + 1e-6 * d) - field(x - 1e-6 * d)) / 2e-6 for d in basis.T]).T[:2]
        numeric = np.sort_complex(np.linalg.eigvals(j))
        ours = np.sort_complex(np.array([complex(v) for v in each.eigenvalues]))
        assert np.abs(numeric - ours).max() < 1e-4
    # Newton from a grid finds no rest point that is not listed
    if found.complete:
        known = np.array([[float(w) for w in each.state[0]] for each in found.points])
        for start in rng.dirichlet([0.4] * 3, 60):
            x = start[:2].copy()
            for _ in range(60):
                full = np.array([x[0], x[1], 1 - x.sum()])
                f = field(full)[:2]
                j = np.array([(field(full + 1e-7 * d)[:2] - f) / 1e-7 for d in np.array([[1, 0, -1], [0, 1, -1]])]).T
                if abs(np.linalg.det(j)) < 1e-12:
                    break
                x = x - np.linalg.solve(j, f)
            full = np.array([x[0], x[1], 1 - x.sum()])
            if np.abs(field(full)).max() < 1e-11 and full.min() > 1e-6:
                assert np.abs(known - full).max(axis=1).min() < 1e-5


@pytest.mark.parametrize("seed", range(5))
def test_attractors_attract_and_evolutionarily_stable_states_are_among_them(seed):
    rng = np.random.default_rng(100 + seed)
    game = symmetric(rng.integers(-3, 4, (3, 3)).tolist())
    found = rest_points(game)
    stable = {tuple(each[label] for label in game.strategies[0]) for each in evolutionarily_stable_strategies(game).strategies}
    assert stable <= {each.state[0] for each in found.attractors}  # Taylor and Jonker (1978)
    for each in found.attractors:
        x = np.array([float(w) for w in each.state[0]])
        near = (0.97 * x + 0.03 / 3).tolist()
        assert trajectory(game, near).final[0] == pytest.approx(x, abs=2e-3)
    for each in found.points:
        if each.stability == "unstable" and each.isolated:
            x = np.array([float(w) for w in each.state[0]])
            gone = trajectory(game, (0.999 * x + 0.001 * np.array([0.5, 0.3, 0.2])).tolist())
            assert np.abs(gone.states[0] - x).max() > 0.01


def test_ties_give_continua_and_their_ends_are_not_called_isolated():
    found = rest_points(symmetric([[1, 1], [1, 1]]))
    assert not found.complete
    assert [each.support for each in found.continua] == [(("1", "2"),)]
    assert not any(each.isolated for each in found.points)
    # a weakly dominated twin: the first strategy is evolutionarily stable although an eigenvalue is zero
    weak = by_state(rest_points(symmetric([[1, 1], [1, 0]])))
    assert weak[(F(1), F(0)),].stability == "asymptotically stable"
    # and with the signs turned it is left: x' = x^2 (1-x) > 0 for the mutant's share x
    left = by_state(rest_points(symmetric([[1, 0], [1, 1]])))
    assert left[(F(1), F(0)),].stability == "unstable"


def test_two_populations_without_strictness_are_not_called_stable():
    found = rest_points(NormalFormGame([[[1, 1], [1, 0]], [[1, 1], [1, 0]]]), 2)
    assert not found.attractors


def test_float_games_are_taken_at_the_number_they_store():
    found = rest_points(symmetric([[1.5, 0.0], [1.0, 0.25]]))
    assert found.points[-1].state[0] == pytest.approx((1 / 3, 2 / 3))
    assert found.points[-1].eigenvalues == pytest.approx((1 / 6,))


def test_eigenvalues_on_the_axis_are_counted_exactly():
    one = F(1)
    quarter = [[F(0), -one, F(0)], [one, F(0), F(0)], [F(0), F(0), F(1, 10**30)]]
    assert real_part_signs(quarter) == (0, 2, 1)
    assert real_part_signs([[F(-1, 10**40)]]) == (1, 0, 0)
    # x^4 + 1: four roots off the axis; (x^2 + 2)^2: four on it
    companion = lambda c: [[F(int(i == j + 1)) for j in range(3)] + [F(-c[i])] for i in range(4)]
    assert real_part_signs(companion([1, 0, 0, 0])) == (2, 0, 2)
    assert real_part_signs(companion([4, 0, 4, 0])) == (0, 4, 0)
    assert set(closed_form([[F(0), F(-2)], [F(1), F(0)]])) == {sympy.sqrt(2) * sympy.I, -sympy.sqrt(2) * sympy.I}


def test_results_print_and_carry_json():
    found = rest_points(classic.game("battle_of_the_sexes"))
    assert "saddle" in str(found)
    assert len(found.to_json()["rest_points"]) == 5
