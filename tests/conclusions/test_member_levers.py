"""Levers and options of many members: against every profile of small groups, and every place where payoffs cross."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import pytest

from detente.conclusions.member_levers import member_line, sole_levers
from detente.conclusions.member_options import member_options, without_members
from detente.errors import UsageError
from detente.games.population import PopulationGame
from detente.games.symbolic import SymbolicGame

BOX = SymbolicGame([[0]], {"t": (1, 2, 4)}, ["box"], [["."]])


def drawn(rng, members, actions):
    """Tables of a supermodular game: a step up is worth more, the more members have taken steps up."""
    base = [[F(rng.randint(-6, 6)) for _ in range(actions)] for _ in range(members)]
    slope = [[[F(a * b * rng.choice([0, 1])) for b in range(actions)] for a in range(actions)] for _ in range(members)]
    return base, [[[each if a and b else F(0) for b, each in enumerate(row)] for a, row in enumerate(own)] for own in slope]


def moving(rng, members, actions, inverse):
    """A game along t, whose payoffs are lines in t or in 1/t; complements stay complements."""
    base, slope = drawn(rng, members, actions)
    slope = [[[F(a * b) for b in range(actions)] for a in range(actions)] for _ in slope]
    step = [[F(rng.randint(-4, 4) * (6 if inverse else 1)) for _ in range(actions)] for _ in range(members)]
    names = ["low", "middle", "high"][: actions - 1] + ["top"]

    def at(t):
        s = 1 / F(t) if inverse else F(t)
        own = [[x + s * y for x, y in zip(a, b, strict=True)] for a, b in zip(base, step, strict=True)]
        return PopulationGame(names, own, slope)

    return at


def equilibria(game):
    """All pure equilibria by the definition, profile by profile."""
    found = []
    for profile in itertools.product(range(len(game.actions)), repeat=game.n):
        counts = list(game.counts(profile))

        def gain(i, b, profile=profile, counts=counts):
            after = list(counts)
            after[profile[i]] -= 1
            after[b] += 1
            return game.payoff(i, b, after) - game.payoff(i, profile[i], counts)

        if all(gain(i, b) <= 0 for i in range(game.n) for b in range(len(game.actions))):
            found.append(profile)
    return found


def crossings(at, low, high, inverse):
    """Every t at which a member is indifferent between two actions at some counts: payoffs are lines in s."""
    found = set()
    first, last = at(low), at(high)
    s = [1 / low, 1 / high] if inverse else [low, high]
    size = len(first.actions)
    for profile in itertools.product(range(size), repeat=first.n):
        counts = first.counts(profile)
        for i, b in itertools.product(range(first.n), range(size)):
            after = list(counts)
            after[profile[i]] -= 1
            after[b] += 1
            ends = [game.payoff(i, b, after) - game.payoff(i, profile[i], counts) for game in (first, last)]
            if ends[0] != ends[1]:
                root = s[0] - ends[0] * (s[1] - s[0]) / (ends[1] - ends[0])
                if root > 0:
                    t = 1 / root if inverse else root
                    if low < t < high:
                        found.add(t)
    return sorted(found)


def nearest_by_hand(at, profile, present, low, high, inverse):
    """The nearest t at or beside which the profile is the only equilibrium, from all crossings."""
    marks = sorted({low, present, high, *crossings(at, low, high, inverse)})
    middles = [(a + b) / 2 for a, b in itertools.pairwise(marks)]
    alone = {t: equilibria(at(t)) == [profile] for t in (*marks, *middles)}
    found = []
    for k, mark in enumerate(marks):
        if alone[mark] or (k and alone[middles[k - 1]]) or (k < len(middles) and alone[middles[k]]):
            found.append(abs(mark - present))
    return min(found, default=None)


@pytest.mark.parametrize("inverse", [False, True])
@pytest.mark.parametrize(("members", "actions"), [(3, 2), (3, 3)])
def test_the_nearest_value_at_which_a_profile_is_alone_is_that_of_all_crossings(members, actions, inverse):
    rng, seen, none = random.Random(7 + members + actions), 0, 0
    low, present, high = F(1), F(2), F(4)
    for _ in range(24):
        at = moving(rng, members, actions, inverse)
        line = member_line(at, low, high)
        assert line is not None
        assert line.inverse is inverse or at(low).base == at(high).base
        for profile in [(actions - 1,) * members, (0,) * members, tuple(rng.randrange(actions) for _ in range(members))]:
            by_hand = nearest_by_hand(at, profile, present, low, high, inverse)
            found = sole_levers("alone", profile, lambda _, line=line: line, at(present), BOX, {"t": present}, names=["t"])
            if found.holds:
                assert equilibria(at(present)) == [profile]
            elif not found.singles:
                none += 1
                assert by_hand is None
            else:
                seen += 1
                (lever,) = found.singles
                assert abs(lever.change["t"] - present) == by_hand
                assert lever.cost == by_hand / 3
    assert seen > 2
    assert none > 3


def test_members_that_are_held_do_not_answer():
    at = moving(random.Random(3), 3, 2, False)
    held = {1: 0}
    line = member_line(at, F(1), F(4))
    found = sole_levers("alone", (1, 0, 1), lambda _: line, at(F(2)), BOX, {"t": F(2)}, names=["t"], held=held)
    for lever in found.singles:
        side = 1 if lever.change["t"] > 2 else -1
        near = lever.change["t"] + side * F(1, 10**6)
        left = without_members(at(near), held)
        assert equilibria(left) == [(1, 1)]
        assert equilibria(without_members(at(lever.change["t"]), held)) != [(1, 1)]


def test_a_game_without_complements_is_refused_and_curves_are_no_lines():
    jam = PopulationGame(["left", "right"], [[0, 0]] * 3, [[[-2, 0], [0, -1]]] * 3)
    with pytest.raises(UsageError, match="not supermodular"):
        sole_levers("alone", (0, 0, 0), lambda _: None, jam, BOX, {"t": F(2)}, names=["t"])
    curved = lambda t: PopulationGame(["a", "b"], [[0, t * t]] * 2, [[[0, 0], [0, 1]]] * 2)  # noqa: E731
    assert member_line(curved, F(1), F(4)) is None


def test_options_of_a_member_have_every_equilibrium_of_the_others():
    from detente.conclusions.ensemble.member_batch import member_batch
    from detente.games.symbolic import symbol

    rng = random.Random(5)
    for _ in range(6):
        base, slope = drawn(rng, 3, 2)
        game = PopulationGame(["stay", "go"], base, slope)
        counts = [symbol("count(stay)"), symbol("count(go)")]
        payoffs = [
            [base[i][a] + sum(int(slope[i][a][b]) * counts[b] for b in range(2)) for a in range(2)] for i in range(3)
        ]
        batch = member_batch(payoffs, ["stay", "go"], {}, [])
        found = member_options(game, batch, "member_2", BOX, {"t": F(2)}, draws=20, priors=["uniform"])
        for own, option in enumerate(found):
            paid = []
            for others in itertools.product(range(2), repeat=2):
                profile = (others[0], own, others[1])
                at = list(game.counts(profile))

                def gain(i, profile=profile, at=at):
                    after = list(at)
                    after[profile[i]] -= 1
                    after[1 - profile[i]] += 1
                    return game.payoff(i, 1 - profile[i], after) - game.payoff(i, profile[i], at)

                if gain(0) <= 0 and gain(2) <= 0:
                    paid.append(game.payoff(1, own, at))
            assert {value for _, value in option.replies} == set(paid)
            assert (option.worst, option.best) == (min(paid), max(paid))
            assert option.regret == max(each.worst for each in found) - option.worst
