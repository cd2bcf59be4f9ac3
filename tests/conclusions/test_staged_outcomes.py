"""Games in two stages: against subgame-perfect equilibria of the tree, and definitions."""

from __future__ import annotations

import itertools
import random

import pytest

from detente.conclusions.staged_outcomes import StagedOutcome
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame


def table(rng, shape):
    return {
        (i, *profile): rng.randint(-3, 3)
        for i in range(len(shape))
        for profile in itertools.product(*map(range, shape))
    }


def outcomes(paid, shape, first):
    """Outcomes of pure subgame-perfect equilibria, from the definition: a plan for every first move."""
    second = [j for j in range(len(shape)) if j not in first]
    starts = list(itertools.product(*(range(shape[i]) for i in first)))

    def whole(start, reply):
        profile = [0] * len(shape)
        for group, own in ((first, start), (second, reply)):
            for player, choice in zip(group, own, strict=True):
                profile[player] = choice
        return tuple(profile)

    def best(j, profile):
        own = paid[(j, *profile)]
        return all(own >= paid[(j, *profile[:j], k, *profile[j + 1 :])] for k in range(shape[j]))

    stable = [
        [
            reply
            for reply in itertools.product(*(range(shape[j]) for j in second))
            if all(best(j, whole(start, reply)) for j in second)
        ]
        for start in starts
    ]
    found = set()
    for plan in itertools.product(*stable):
        after = dict(zip(starts, plan, strict=True))
        for start in starts:
            end = whole(start, after[start])
            kept = True
            for k, i in enumerate(first):
                for other in range(shape[i]):
                    there = (*start[:k], other, *start[k + 1 :])
                    kept &= paid[(i, *end)] >= paid[(i, *whole(there, after[there]))]
            if kept:
                found.add(end)
    return found if all(stable) else None


@pytest.mark.parametrize(("shape", "first"), [((2, 2, 2), [0]), ((2, 2, 2), [0, 1]), ((3, 2, 2), [0]), ((2, 2, 2, 2), [2, 3])])
def test_outcomes_are_those_of_all_plans(shape, first):
    rng, compared = random.Random(11), 0
    for _ in range(12):
        paid = table(rng, shape)
        wanted = outcomes(paid, shape, first)
        if wanted is None:
            continue  # some first move leaves no pure equilibrium
        compared += 1
        game = SymbolicGame(paid, {}, [f"p{i}" for i in range(len(shape))], [[f"s{k}" for k in range(n)] for n in shape])
        for profile in itertools.product(*map(range, shape)):
            assert StagedOutcome(game, profile, first).truth({}) is (profile in wanted)
            assert StagedOutcome(game, profile, first, negated=True).truth({}) is (profile not in wanted)
    assert compared > 2


def test_too_many_combinations_are_refused():
    rng, shape = random.Random(1), (2, 2, 3, 3, 3, 3)
    game = SymbolicGame(table(rng, shape), {}, list("abcdef"), [[f"s{k}" for k in range(n)] for n in shape])
    with pytest.raises(UsageError, match="too many for levers"):
        StagedOutcome(game, (0,) * 6, [0, 1])
