"""Rests-on sets against brute force over all subsets, with deciders that share nothing with the engine."""

import functools
import operator
import random
from itertools import combinations

import numpy as np
import pytest
import z3

import detente
from detente.conclusions._hitting_sets import bits, hitting_sets, smallest_size
from detente.conclusions.comparisons import Comparisons
from detente.conclusions.rests_on import rests_on
from detente.games.symbolic import SymbolicGame


def smallest_by_brute_force(names, fixes):
    """All smallest sets, by trying every subset in the order of size."""
    for size in range(len(names) + 1):
        found = [each for each in combinations(names, size) if fixes(frozenset(each))]
        if found:
            return found
    raise AssertionError("holding everything fixes everything")


class Corners:
    """Multi-affine polynomials take their extremes at corners, so a table of low, baseline and high ends decides signs."""

    def __init__(self, rng, count, terms, spread=3):
        self.names = [f"p{k}" for k in range(count)]
        self.ends = [sorted(rng.sample(range(-4, 5), 3)) for _ in self.names]
        self.poly = [(rng.randint(-9, 9), ())] + [
            (rng.choice([-3, -2, -1, 1, 2, 3]), tuple(sorted(rng.sample(range(count), rng.randint(1, min(3, count)))))) for _ in range(terms)
        ]
        grids = np.meshgrid(*self.ends, indexing="ij", sparse=True)
        self.table = sum(
            functools.reduce(operator.mul, (grids[i] for i in used), np.int64(k)) + np.zeros((3,) * count, dtype=np.int64)
            for k, used in self.poly
        )
        self.base = self.table[(1,) * count]

    def text(self):
        return " + ".join(f"({k})" + "".join(f"*p{i}" for i in used) for k, used in self.poly)

    def least(self, held):
        own = self.table
        for axis, name in enumerate(self.names):
            own = own.take([1] if name in held else [0, 2], axis=axis)
        return own.min()

    def most(self, held):
        own = self.table
        for axis, name in enumerate(self.names):
            own = own.take([1] if name in held else [0, 2], axis=axis)
        return own.max()


@pytest.mark.parametrize("seed", range(25))
def test_smallest_sets_agree_with_brute_force_on_multi_affine_signs(seed):
    for game in range(8):
        check_multi_affine(random.Random(8 * seed + game))


def check_multi_affine(rng):
    """Hundreds of games with up to eight parameters, all subsets tried."""
    count = rng.randint(2, 8)
    one = Corners(rng, count, rng.randint(2, 9))
    box = {name: tuple(ends) for name, ends in zip(one.names, one.ends, strict=True)}
    game = SymbolicGame([[[one.text(), 0], [0, 0]], [[1, 0], [0, 0]]], box)
    for kind, fixes in (
        ("equilibrium:1,1", lambda held: one.least(held) >= 0 if one.base >= 0 else one.most(held) < 0),
        (f"sign:{one.text()}", lambda held: one.least(held) > 0 if one.base > 0 else one.most(held) <= 0),
    ):
        found = rests_on(game, kind, sets=500)
        assert found.proved and found.complete
        assert set(found.sets) == set(smallest_by_brute_force(one.names, fixes))
        assert found.at_least == found.size


@pytest.mark.parametrize("seed", range(10))
def test_smallest_sets_agree_with_brute_force_in_z3(seed, z3_games):
    rng = random.Random(100 + seed)
    names = ("a", "b", "c", "d", "e")[: rng.randint(2, 5)]
    payoffs = z3_games.random_game(rng, names, degree=1 + seed % 2)
    ends = {name: sorted(rng.sample(range(-3, 4), 3)) for name in names}
    constraints = [([(1, (names[0],))], [(1, (names[1],)), (6 if seed % 3 else 1, ())])]
    kind = rng.choice(z3_games.kinds)
    box = {name: tuple(each) for name, each in ends.items()}
    game = z3_games.build(payoffs, box, constraints)
    if not game.allowed(game.baseline):
        constraints, game = [], z3_games.build(payoffs, box)
    oracle = z3_games.Oracle(payoffs, {name: (each[0], each[2]) for name, each in ends.items()}, constraints)
    at_point = z3.And(*(oracle.v[name] == each[1] for name, each in ends.items()))
    holds = oracle.possible(z3.And(at_point, oracle.truth(kind)))
    other = z3.Not(oracle.truth(kind)) if holds else oracle.truth(kind)
    unknown = []

    def fixes(held):
        answer = oracle.possible(z3.And(other, *(oracle.v[name] == ends[name][1] for name in held)))
        if answer is None:
            unknown.append(held)
        return answer is False

    found = rests_on(game, kind, sets=500, pieces=400, budget=6)
    assert found.holds is holds
    expected = smallest_by_brute_force(names, fixes)
    if unknown:
        return
    for each in found.sets:
        assert fixes(frozenset(each))
    assert found.at_least <= len(expected[0]) <= found.size
    if found.proved and found.complete:
        assert set(found.sets) == set(expected)


def test_a_conclusion_that_always_holds_rests_on_nothing():
    game = SymbolicGame([[["a*b + 1", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (0, 1), "b": (0, 1)})
    found = rests_on(game, "equilibrium:1,1")
    assert found.sets == ((),) and found.proved and found.complete
    assert found.sentence == "equilibrium:1,1 holds whatever the 2 numbers are in their ranges."
    assert found.to_json() == [{"conclusion": "equilibrium:1,1", "parameters": [], "size": 0, "proved": True}]


def test_constraints_between_parameters_shrink_the_set():
    payoffs = [[["b - c", 0], [0, 0]], [[1, 0], [0, 0]]]
    box = {"b": (0, 2), "c": (0, 1, 2)}
    free = rests_on(SymbolicGame(payoffs, {**box, "b": (0, "3/2", 2)}), "equilibrium:1,1")
    tied = rests_on(SymbolicGame(payoffs, {**box, "b": (0, "3/2", 2)}, constraints=["c <= b"]), "equilibrium:1,1")
    assert free.sets == (("b", "c"),) and tied.sets == ((),)


def test_the_words_name_the_set_and_what_else_would_do():
    game = SymbolicGame([[["a + b", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (-1, 2, 3), "b": (-1, 2, 3), "c": (0, 1)})
    found = rests_on(game, "equilibrium:1,1")
    assert found.sets == (("a",), ("b",)) and found.core == ()
    assert found.sentence == (
        "That equilibrium:1,1 holds rests on 1 of 2 numbers: a; every other one may take any value in its range. "
        "1 other set of 1 will do as well."
    )
    assert "proved smallest" in str(found)


def test_a_point_outside_an_interval_is_used_and_noted():
    game = SymbolicGame([[["a", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (1, 2), "b": (0, 1)})
    found = rests_on(game, "equilibrium:1,1", {"a": -1})
    assert not found.holds and found.sets == (("a",),) and "outside its interval" in found.notes[0]


def test_an_open_question_is_said_to_be_open_with_a_bound():
    game = SymbolicGame([[["1/(a - b + c) + 2", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (1, 2, 3), "b": (0, 1, 3), "c": (0, 1)})
    found = rests_on(game, "equilibrium:1,1", pieces=20)
    assert len(found.sets) >= 1 and found.at_least <= found.size
    if not found.proved:
        assert "are needed" in found.sentence


@pytest.mark.parametrize("seed", range(5))
def test_hitting_sets_agree_with_trying_all_subsets(seed):
    rng = random.Random(seed)
    for _ in range(40):
        family = [rng.randint(1, 255) for _ in range(rng.randint(1, 12))]
        hit = [mask for mask in range(256) if all(mask & each for each in family)]
        size = min(map(int.bit_count, hit))
        assert smallest_size(family) == size
        assert all(not any(hitting_sets(family, smaller)) for smaller in range(size))
        assert set(hitting_sets(family, size)) == {mask for mask in hit if mask.bit_count() == size}
        assert all(mask in hit for mask in hitting_sets(family, size + 1))
    assert list(bits(0b1010)) == [1, 3]


CONFRONTATION = (
    "equilibrium:cooperate,cooperate",
    "equilibrium:confront,confront",
    "class:stag_hunt",
    "selected:confront,confront",
    "unique:cooperate,cooperate",
    "sign:payoff[us][confront, confront] - payoff[us][cooperate, confront]",
)


@pytest.fixture(scope="module")
def confrontation(study_root):
    return detente.Study(study_root).game("confrontation").symbolic


@pytest.mark.parametrize("conclusion", CONFRONTATION)
def test_the_confrontation_game_is_answered_with_the_effort_of_a_report(confrontation, conclusion):
    found = rests_on(confrontation, conclusion, budget=None, work=2_000_000)
    assert found.proved and len(found.among) == 25
    # every point with the set held has the truth; 200 corners and inner points, by the numeric game
    c, rng = Comparisons(confrontation, conclusion), random.Random(0)
    held = found.sets[0]
    for k in range(200):
        point = {
            name: i.value if name in held else rng.choice((i.low, i.high)) if k % 2 else i.low + (i.high - i.low) * rng.randrange(9) / 8
            for name, i in confrontation.parameters.items()
        }
        if confrontation.allowed(point):
            assert c.truth(point) is found.holds
    # every counterexample has the other truth, and the differences leave no smaller set: they are met by no fewer names
    differences = []
    for point in found.counterexamples:
        assert confrontation.allowed(point) and c.truth(point) is not found.holds
        differences.append({name for name in point if point[name] != found.point[name]})
    names = sorted(set().union(*differences))
    assert smallest_cover_by_z3(names, differences) == found.size


def smallest_cover_by_z3(names, differences):
    chosen = {name: z3.Bool(name) for name in names}
    optimum = z3.Optimize()
    for each in differences:
        optimum.add(z3.Or(*(chosen[name] for name in each)))
    size = optimum.minimize(z3.Sum([z3.If(each, 1, 0) for each in chosen.values()]))
    assert optimum.check() == z3.sat
    return optimum.lower(size).as_long()
