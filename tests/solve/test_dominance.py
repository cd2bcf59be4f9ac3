"""Iterated dominance: textbook games, order, and agreement with Gambit."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.best_response import is_equilibrium
from detente.solve.correlated import correlated_equilibrium
from detente.solve.dominance import dominating_mixture, undominated
from detente.solve.equilibria import equilibria

MIXED_ONLY = NormalFormGame(
    [[[2, -1], [-1, 2], [0, 0]], [[0, 0], [0, 0], [0, 0]]], strategies=[["U", "D", "M"], ["L", "R"]]
)
ORDER = NormalFormGame(
    [[[1, 0], [1, 1], [0, 1]], [[1, 0], [1, 1], [0, 1]]], strategies=[["T", "M", "B"], ["L", "R"]]
)


def random_game(seed, shape, high=5):
    return NormalFormGame(np.random.default_rng(seed).integers(0, high, size=(len(shape), *shape)))


def test_a_mixture_dominates_where_no_pure_strategy_does():
    # Fudenberg and Tirole (1991), figure 1.3: half U, half D beats M.
    found = undominated(MIXED_ONLY)
    assert found.strategies["1"] == ("U", "D")
    assert found.steps[0].by == {"U": Fraction(1, 2), "D": Fraction(1, 2)}
    assert found.steps[0].margin == Fraction(1, 2)
    assert undominated(MIXED_ONLY, mixed=False).strategies["1"] == ("U", "D", "M")


def test_the_order_of_weak_elimination_matters_and_is_said():
    # Osborne and Rubinstein (1994), figure 63.1.
    a = [[1, 0], [1, 2], [0, 2]]
    b = [[1, 0], [1, 1], [0, 1]]
    found = undominated(NormalFormGame([a, b], strategies=[["T", "M", "B"], ["L", "R"]]), "weak")
    outcomes = [found.strategies, *found.other_outcomes]
    assert {"1": ("M", "B"), "2": ("R",)} in outcomes
    assert {"1": ("T", "M"), "2": ("L",)} in outcomes
    assert found.every_order
    assert any("order matters" in line for line in found.explain())


def test_guessing_two_thirds_ends_at_the_lowest_number():
    # Moulin (1986): the p-beauty contest with numbers 0..4 is dominance solvable by weak elimination.
    size = 5
    pays = np.zeros((2, size, size), dtype=object)
    for i, j in product(range(size), repeat=2):
        target = Fraction(2, 3) * Fraction(i + j, 2)
        gaps = abs(i - target), abs(j - target)
        for k in (0, 1):
            pays[k, i, j] = (
                Fraction(1)
                if gaps[k] < gaps[1 - k]
                else Fraction(1, 2)
                if gaps[0] == gaps[1]
                else Fraction(0)
            )
    found = undominated(NormalFormGame(pays), "weak")
    assert found.solvable
    assert found.strategies == {"1": ("1",), "2": ("1",)}


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(0, 10_000))
def test_strict_elimination_keeps_every_equilibrium(seed):
    g = random_game(seed, (3, 4))
    left = undominated(g).strategies
    for each in equilibria(g).equilibria:
        assert all(set(own) <= set(left[player]) for player, own in each.support.items())
    for profile in correlated_equilibrium(g).weights:
        assert all(
            label in left[player] for player, label in zip(g.players, g.profile_labels(profile), strict=True)
        )


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(0, 10_000))
def test_equilibria_of_what_weak_elimination_leaves_are_equilibria(seed):
    g = random_game(seed, (3, 3), high=3)
    left = undominated(g, "weak").game_left
    for each in equilibria(left).equilibria:
        full = tuple(
            tuple(each.profile[p].get(label, 0) for label in own)
            for p, own in zip(g.players, g.strategies, strict=True)
        )
        assert is_equilibrium(g, full)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(-3, 3))
def test_steps_ignore_the_unit_of_payoffs(seed, scale, shift):
    g = random_game(seed, (3, 3))
    other = NormalFormGame(g.payoffs * scale + shift)
    assert undominated(other).strategies == undominated(g).strategies


def test_every_step_is_what_it_says():
    g = random_game(3, (2, 3, 3), high=4)
    found = undominated(g, "weak")
    left = [set(own) for own in g.strategies]
    for step in found.steps:
        i = g.players.index(step.player)
        rest = [sorted(left[k]) for k in range(3) if k != i]
        gains = []
        for others in product(*rest):
            pays = {own: g.payoff(i, [*others[:i], own, *others[i:]]) for own in g.strategies[i]}
            gains.append(sum(w * pays[label] for label, w in step.by.items()) - pays[step.strategy])
        assert min(gains) >= 0 and max(gains) > 0
        if step is found.steps[-1] or found.steps[found.steps.index(step) + 1].round != step.round:
            for other in found.steps:
                if other.round == step.round:
                    left[g.players.index(other.player)].discard(other.strategy)


def test_stopping_after_a_round_is_said():
    found = undominated(ORDER, "weak", rounds=0)
    assert found.strategies["1"] == ("T", "M", "B")
    assert not found.finished


def test_wrong_arguments_are_refused():
    with pytest.raises(UsageError, match="strict"):
        undominated(ORDER, "very")
    with pytest.raises(UsageError, match="expected one of T, M, B"):
        dominating_mixture(ORDER, 0, "X")


def test_single_questions_have_single_answers():
    assert dominating_mixture(MIXED_ONLY, "1", "M") == {"U": Fraction(1, 2), "D": Fraction(1, 2)}
    assert dominating_mixture(MIXED_ONLY, "1", "U") is None
    assert dominating_mixture(ORDER, "1", "T", by="weak") == {"M": 1}


def test_results_explain_themselves():
    g = NormalFormGame(
        [[[3, 0], [5, 1]], [[3, 5], [0, 1]]],
        players=["us", "china"],
        strategies=[["cooperate", "confront"]] * 2,
    )
    found = undominated(g)
    assert found.solvable
    assert (
        found.explain()[0]
        == "Round 1: us drops cooperate, because confront pays more whatever the others do, by 1 or more."
    )
    assert found.to_json()["steps"][0]["by"] == {"confront": "1"}
    assert "us: confront; china: confront" in str(found)


@pytest.mark.parametrize("by", ["strict", "weak"])
def test_gambit_removes_the_same_strategies_in_one_round(by):
    # Gambit looks for pure dominators.
    gbt = pytest.importorskip("pygambit")
    if not hasattr(gbt, "StrategicGame"):
        pytest.skip("needs pygambit 17")
    for seed in range(15):
        g = random_game(seed, (4, 4), high=4)
        theirs = gbt.supports.undominated_strategies_solve(
            gbt.StrategicGame.from_arrays(
                *(g.payoffs[i].astype(int) for i in (0, 1))
            ).strategy_support_profile(),
            strict=by == "strict",
        )
        mine = undominated(g, by, rounds=1, mixed=False).strategies
        kept = {
            player: tuple(s for s in own if s in set(map(str, theirs[player])))
            for player, own in zip(g.players, g.strategies, strict=True)
        }
        assert kept == mine
