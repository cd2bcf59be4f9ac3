"""Fictitious play: hand-played rounds, theorems, Shapley's game, and a plain second implementation."""

from fractions import Fraction as F

import numpy as np
import pytest

from detente.errors import NotConverged, UsageError
from detente.games import classic
from detente.games.normal import NormalFormGame
from detente.solve.best_response import regret
from detente.solve.dynamics.fictitious_play import fictitious_play


def profiles(found):
    return [run.profile for run in found.runs for _ in range(run.length)]


def test_the_first_rounds_of_matching_pennies_are_those_played_by_hand():
    # even matches, odd mismatches; both start with heads; ties to heads:
    # HH; even saw H: H, odd saw H: T -> HT; even saw HT: tie -> H, odd saw HH: T -> HT; even saw HTT: T, odd saw HHH: T -> TT
    found = fictitious_play(classic.game("matching_pennies"), 4)
    assert profiles(found) == [(0, 0), (0, 1), (0, 1), (1, 1)]


@pytest.mark.parametrize("seed", range(5))
def test_play_agrees_with_a_plain_implementation_over_fractions(seed):
    rng = np.random.default_rng(seed)
    a, b = ([[F(int(x), int(d)) for x, d in zip(row, more, strict=True)] for row, more in zip(rng.integers(-3, 4, (3, 3)), rng.integers(1, 4, (3, 3)), strict=True)] for _ in range(2))
    found = fictitious_play(NormalFormGame([a, b]), 60)
    counts = [[1, 0, 0], [1, 0, 0]]
    played = [(0, 0)]
    for _ in range(59):
        own = [sum(a[i][j] * counts[1][j] for j in range(3)) for i in range(3)]
        other = [sum(b[i][j] * counts[0][i] for i in range(3)) for j in range(3)]
        move = (own.index(max(own)), other.index(max(other)))
        played.append(move)
        counts[0][move[0]] += 1
        counts[1][move[1]] += 1
    assert profiles(found) == played
    assert found.beliefs == tuple(tuple(F(c, 60) for c in own) for own in counts)
    assert found.gap == regret(NormalFormGame([a, b]), found.beliefs)


def test_zero_sum_play_converges_and_says_by_which_theorem():
    found = fictitious_play(classic.game("rock_paper_scissors"), 20_000)
    assert found.outcome == "converges"
    assert "Robinson" in found.theorem
    assert float(found.gap) < 0.02
    with pytest.raises(NotConverged):  # converging, but not within a thousandth yet
        found.limit


def test_a_strict_equilibrium_once_played_is_played_for_ever():
    found = fictitious_play(classic.game("prisoners_dilemma"), 1000)
    assert found.outcome == "absorbed"
    assert found.limit == ((0, 1), (0, 1))
    assert found.runs[-1].length == 999


def test_shapleys_game_does_not_converge_and_says_so():
    found = fictitious_play(classic.game("shapley"))
    assert (found.outcome, found.period) == ("cycles", 6)
    assert not found.converged
    assert "do not converge" in found.explain()[0]
    with pytest.raises(NotConverged):
        found.limit
    # Shapley (1964): runs grow geometrically
    lengths = [run.length for run in found.runs[-8:-1]]
    assert all(1.4 < b / a < 1.5 for a, b in zip(lengths, lengths[1:], strict=False))


def test_miscoordination_for_ever_is_seen_with_the_tie_rule_that_keeps_it():
    # two sexes who start apart and break ties by the first strategy leave the cycle; beliefs tend to an equilibrium
    found = fictitious_play(classic.game("battle_of_the_sexes"), 500, start=["fight", "ballet"])
    assert found.outcome == "absorbed"


def test_rules_for_ties_are_followed():
    game = NormalFormGame([[[1, 1], [1, 1]], [[1, 1], [1, 1]]])
    assert profiles(fictitious_play(game, 3, start=["2", "1"])) == [(1, 0), (0, 0), (0, 0)]
    assert profiles(fictitious_play(game, 3, start=["2", "1"], rule="stay")) == [(1, 0)] * 3
    one, two = (profiles(fictitious_play(game, 50, rule="random", seed=s)) for s in (0, 1))
    assert one == profiles(fictitious_play(game, 50, rule="random", seed=0))
    assert one != two


def test_prior_weights_are_exact_beliefs_before_the_first_round():
    # belief (1/3, 2/3) on the other's strategies: 3 * 1/3 = 1 < 2 * 2/3 for the second strategy
    game = NormalFormGame([[[3, 0], [0, 2]], [[3, 0], [0, 2]]])
    found = fictitious_play(game, 1, start=[["1/2", 1], ["1/2", 1]])
    assert profiles(found) == [(1, 1)]
    assert found.beliefs[0] == (F(1, 2) / F(5, 2), F(2) / F(5, 2))


@pytest.mark.parametrize(
    "how",
    [{"rounds": 0}, {"rounds": 10**9}, {"rule": "last"}, {"start": ["heads"]}, {"start": [[1, 0], [0, 0]]}, {"start": [[1, -1], [0, 1]]}, {"start": ["heads", "edge"]}, {"start": [[1], [1, 1]]}],
)
def test_bad_input_is_refused(how):
    with pytest.raises(UsageError):
        fictitious_play(classic.game("matching_pennies"), **{"rounds": 5, **how})


def test_results_print_and_carry_json():
    found = fictitious_play(classic.game("chicken"), 200)
    assert "potential" in str(found)
    assert found.to_json()["converged"] is True
