"""Ends of best replies by cutoffs, against the exact game of each draw and against rounds of all members."""

import random
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from detente.conclusions.ensemble.member_batch import MemberBatch, MemberPayoffs, _followed, _settled
from detente.games.population import PopulationGame
from detente.solve.population.best_reply import best_reply_path


def made(rnd, size, members, kind, order):
    """Return base[member][action] and slope[member][action][counted] of a game of few 64ths, full of ties.

    ``kind``: complements with members in an order, complements in no order, or anything.
    """
    base = [[rnd.randint(-3, 3) for _ in range(size)] for _ in range(members)]
    slope = [[[rnd.randint(-1, 1) for _ in range(size)] for _ in range(size)] for _ in range(members)]
    if kind != "anything":
        # what a step up adds grows with each step of another
        for own in slope:
            for a, b in ((a, b) for a in range(1, size) for b in range(1, size)):
                own[a][b] = own[a][b - 1] + own[a - 1][b] - own[a - 1][b - 1] + rnd.randint(0, 1)
    if kind == "in order":
        for member in range(1, members):
            slope[member] = slope[0]
            for a in range(1, size):
                step = base[member - 1][a] - base[member - 1][a - 1] - rnd.randint(0, 2)
                base[member][a] = base[member][a - 1] + step
    return _fractions([base[k] for k in order]), _fractions([slope[k] for k in order])


def batch_of(games):
    """Return games of one shape as draws."""
    size, members = len(games[0][0][0]), len(games[0][0])
    base = [np.array([[float(b[m][a]) for b, _ in games] for m in range(members)]) for a in range(size)]
    slope = [
        [np.array([[float(s[m][a][c]) for _, s in games] for m in range(members)]) for c in range(size)] for a in range(size)
    ]
    largest = (max(np.abs(each).max() for each in base), max(np.abs(each).max() for own in slope for each in own))
    actions = tuple(f"action_{a}" for a in range(size))
    return MemberBatch(actions, members, None, (), ()), MemberPayoffs(members, base, slope, largest)


@pytest.mark.parametrize("kind", ["in order", "complements", "anything"])
@pytest.mark.parametrize(("size", "members"), [(2, 1), (2, 6), (3, 4), (4, 3)])
def test_ends_and_equilibria_are_those_of_the_exact_game(kind, size, members):
    rnd = random.Random(f"{kind} {size} {members}")
    order = rnd.sample(range(members), members)
    games = [made(rnd, size, members, kind, order) for _ in range(60)]
    batch, payoffs = batch_of(games)
    held = {} if members == 1 else {rnd.randrange(members): rnd.randrange(size)}
    certain = []
    for stays in ({}, held):
        exact = [PopulationGame(batch.actions, *each) for each in games]
        for highest, ties in ((False, "lowest"), (True, "highest")):
            found = batch.best_replies(payoffs, highest, held=stays)
            certain.append(payoffs.cutoffs.end(highest, stays)[1])
            for k, game in enumerate(exact):
                start = [stays.get(m, size - 1 if highest else 0) for m in range(members)]
                path = best_reply_path(game, start, ties, {game.members[m]: batch.actions[a] for m, a in stays.items()})
                assert found.rests[k] == (path.cycle is None)
                if path.cycle is None:
                    assert tuple(found.profiles[k]) == path.last
                    assert tuple(found.counts[k]) == path.counts
        for action in range(size):
            same = [stays.get(m, action) for m in range(members)]
            expected = [all(best(game, m, same) for m in range(members) if m not in stays) for game in exact]
            assert payoffs.settled(action, stays).tolist() == expected
    if kind == "in order":
        assert np.all(certain)
    elif kind == "anything" and members > 1:
        assert not np.all(certain)


def _fractions(numbers):
    return [_fractions(each) if isinstance(each, list) else Fraction(each, 64) for each in numbers]


def best(game, member, profile):
    """Whether a member of the exact game gets most from what it does."""
    worth = []
    for a in range(len(game.actions)):
        moved = [*profile[:member], a, *profile[member + 1 :]]
        worth.append(game.payoff(member, a, game.counts(moved)))
    return worth[profile[member]] == max(worth)


def test_waves_of_many_members_end_where_rounds_of_all_members_end():
    rng = np.random.default_rng(5)
    members, draws = 40, 3000
    cost = np.sort(rng.uniform(0, 2, (members, draws)), axis=0)
    pull, paper = rng.uniform(0, 2.5, draws) / members, rng.uniform(0, 0.6, draws)
    zero = np.zeros(draws)
    base = [[zero], list(0.7 * paper - 0.4 * cost), list(paper - cost)]
    slope = [[[zero], [zero], [zero]], [[zero], [0.2 * pull], [0.4 * pull]], [[zero], [0.5 * pull], [pull]]]
    payoffs = MemberPayoffs(members, base, slope, (3.0, 0.1))
    batch = MemberBatch(("a", "b", "c"), members, None, (), ())
    for highest in (False, True):
        profiles, certain = payoffs.cutoffs.end(highest, {})
        rounds, rests = _followed(payoffs.at(slice(None)), np.full((members, draws), 2 * highest, dtype=np.int8), highest, {})
        assert certain.all()
        assert rests.all()
        assert (profiles == rounds).all()
        assert (batch.best_replies(payoffs, highest).profiles == rounds.T).all()
        assert all((profiles[k] >= profiles[k + 1]).all() for k, _ in pairwise(range(members)))
        assert len({tuple(each) for each in profiles.T.tolist()}) > 100


@pytest.mark.parametrize("worth", [1.0, 1e6])
def test_what_is_a_tie_only_to_rounding_is_left_to_rounds_of_all_members(worth):
    near = np.array([-3e-12, -1.000001e-12, -1e-12, -0.999999e-12, -1e-15, 0.0, 1e-15, 1e-12, 3e-12]) * worth
    zero = np.zeros(len(near))
    # going is worth almost the same as staying
    payoffs = MemberPayoffs(2, [[zero + worth], [worth + near]], [[[zero], [zero]], [[zero], [zero]]], (worth * 2, 0.0))
    batch = MemberBatch(("stay", "go"), 2, None, (), ())
    for highest in (False, True):
        start = np.full((2, len(near)), int(highest), dtype=np.int8)
        rounds, _ = _followed(payoffs.at(slice(None)), start, highest, {})
        assert (batch.best_replies(payoffs, highest).profiles == rounds.T).all()
        certain = payoffs.cutoffs.end(highest, {})[1]
        assert not certain.all()
    assert len(set(rounds[0].tolist())) == 2
    for action in range(2):
        assert (payoffs.settled(action, {}) == _settled(payoffs.at(slice(None)), action, {})).all()
