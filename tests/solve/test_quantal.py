"""Logit equilibria: closed forms, limits, agreement with Gambit."""

import math
from fractions import Fraction

import numpy as np
import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.limiting_logit import limiting_logit_equilibrium
from detente.solve.quantal import logit_branch, quantal_response

PENNIES = NormalFormGame([[[9, 0], [0, 1]], [[0, 1], [1, 0]]])  # McKelvey, Palfrey and Weber (2000), game A
STAG = NormalFormGame([[[5, 1], [3, 2]], [[5, 3], [1, 2]]])


def random_game(seed, shape):
    return NormalFormGame(np.random.default_rng(seed).integers(0, 10, size=(len(shape), *shape)))


def logit(game, point, precision):
    """Compute logit responses by plain loops, apart from the solver."""
    answers = []
    for i in range(len(game.players)):
        pays = [0.0] * game.shape[i]
        for s in game.profiles():
            chance = math.prod(point.mixed[j][s[j]] for j in range(len(s)) if j != i)
            pays[s[i]] += chance * float(game.payoffs[(i, *s)])
        top = max(pays)
        raw = [math.exp(precision * (v - top)) for v in pays]
        answers.append([r / sum(raw) for r in raw])
    return answers


@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (2, 2, 2), (2, 3, 2)])
@pytest.mark.parametrize("precision", [0.2, 1.5, 8.0])
def test_the_profile_is_its_own_logit_response(shape, precision):
    for seed in range(4):
        g = random_game(seed, shape)
        found = quantal_response(g, precision)
        for own, answer in zip(found.mixed, logit(g, found, precision), strict=True):
            assert own == pytest.approx(answer, abs=1e-9)
        assert found.error < 1e-9


def test_at_precision_zero_every_strategy_is_equally_likely():
    assert quantal_response(random_game(1, (2, 3)), 0).mixed == ((0.5, 0.5), pytest.approx((1 / 3,) * 3))


def test_a_decision_problem_is_plain_logit_choice():
    found = quantal_response(NormalFormGame([[0, 1]]), 2)
    assert found.profile["1"]["2"] == pytest.approx(1 / (1 + math.exp(-2)))


def test_doubling_payoffs_is_doubling_the_precision_and_shifting_is_nothing():
    g = random_game(5, (3, 3))
    base = quantal_response(g, 3)
    assert quantal_response(NormalFormGame(g.payoffs * 2 + 7), Fraction(3, 2)).mixed[0] == pytest.approx(
        base.mixed[0], abs=1e-9
    )
    assert quantal_response(NormalFormGame(g.payoffs * 2), 3).mixed[0] != pytest.approx(
        base.mixed[0], abs=1e-4
    )


def test_relabelling_strategies_relabels_the_answer():
    g = random_game(8, (3, 3))
    turned = NormalFormGame(g.payoffs[:, ::-1, :])
    assert quantal_response(turned, 2).mixed[0][::-1] == pytest.approx(
        quantal_response(g, 2).mixed[0], abs=1e-9
    )


def test_the_limit_of_matching_pennies_is_its_equilibrium():
    found = limiting_logit_equilibrium(PENNIES)
    half, tenth = Fraction(1, 2), Fraction(1, 10)
    assert found.equilibrium.mixed == ((half, half), (tenth, 1 - tenth))
    assert (found.equilibrium.regret, found.isolated, found.crosses) == (0, True, False)
    assert found.distance < 1e-4


def test_in_a_stag_hunt_the_branch_leads_to_the_risk_dominant_equilibrium():
    # Turocy (2005): in 2x2 games the principal branch selects the risk-dominant equilibrium.
    assert limiting_logit_equilibrium(STAG).equilibrium.mixed == ((1, 0), (1, 0))
    risky = NormalFormGame([[[5, -4], [3, 2]], [[5, 3], [-4, 2]]])
    assert limiting_logit_equilibrium(risky).equilibrium.mixed == ((0, 1), (0, 1))


def test_the_limit_avoids_weakly_dominated_strategies():
    g = NormalFormGame([[[1, 0], [1, 1]], [[1, 1], [0, 1]]])
    assert str(limiting_logit_equilibrium(g).equilibrium) == "1 2, 2 2"


def test_three_player_limits_are_equilibria():
    found = [limiting_logit_equilibrium(random_game(seed, (2, 2, 2))) for seed in range(6)]
    assert all(float(each.equilibrium.regret) < 1e-9 for each in found)


def test_a_limit_inside_a_component_is_called_that():
    g = NormalFormGame([[[1, 0], [1, 0]], [[1, 0], [1, 0]]])
    found = limiting_logit_equilibrium(g)
    assert found.isolated is False
    assert found.equilibrium.regret == 0
    assert "component" in found.explain()[0]


def test_a_crossing_of_branches_is_reported():
    symmetric = NormalFormGame(
        [[[4, 1], [3, 2]], [[4, 3], [1, 2]]]
    )  # equal probabilities make both indifferent
    assert limiting_logit_equilibrium(symmetric).crosses
    assert not limiting_logit_equilibrium(STAG).crosses


def test_a_branch_is_ordered_and_starts_at_the_centroid():
    branch = logit_branch(STAG, [5, 0, 1])
    assert [each.precision for each in branch.points] == [0, 1, 5]
    assert branch.points[0].mixed == ((0.5, 0.5), (0.5, 0.5))
    assert len(branch.to_frame()) == 3


def test_wrong_precisions_are_refused():
    for wrong in (-1, float("nan"), float("inf"), "x"):
        with pytest.raises(UsageError):
            quantal_response(STAG, wrong)
    with pytest.raises(UsageError, match="at least"):
        limiting_logit_equilibrium(STAG, precision=1)


def test_results_explain_themselves_with_the_unit():
    found = quantal_response(STAG, 1)
    assert any("per unit of payoff" in line for line in found.explain())
    assert found.to_json()["precision_unit"] == "per unit of payoff"
    assert "probability" in str(found)
    assert logit_branch(STAG, [1]).to_json()["points"][0]["precision"] == 1.0
    assert "approaches" in str(limiting_logit_equilibrium(STAG))


@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 2, 2)])
def test_gambit_finds_the_same_branch(shape):
    gbt = pytest.importorskip("pygambit")
    if not hasattr(gbt, "StrategicGame"):
        pytest.skip("needs pygambit 17")
    for seed in range(6):
        g = random_game(seed + 50, shape)
        tables = [g.payoffs[i].astype(int) for i in range(len(shape))]
        theirs = gbt.StrategicGame.from_arrays(*tables)
        for precision in (0.3, 2.0):
            profile = gbt.qre.logit_solve_lambda(theirs, precision)[0].profile
            mine = quantal_response(g, precision)
            for player in theirs.players:
                for label in theirs.get_strategies(player):
                    assert mine.profile[str(player)][str(label)] == pytest.approx(
                        float(profile[player][label]), abs=1e-5
                    )
