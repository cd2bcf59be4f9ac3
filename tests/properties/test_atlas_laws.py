"""Laws of the atlas on random parametric games with planted ties, against the certified exact enumerator.

By default some two thousand exact points are looked at, half of them on boundaries; ``DETENTE_SWEEP=10`` looks at ten
times as many games.
"""

from __future__ import annotations

import os
import random
from fractions import Fraction as F

import pytest
import z3

from detente.errors import UsageError
from detente.formula import symbol
from detente.games.rational import rational_value
from detente.games.symbolic import SymbolicGame
from detente.solve.best_response import is_equilibrium
from detente.solve.equilibria import equilibria
from detente.solve.parametric._atlas_verification import boundary_points, random_points
from detente.solve.parametric._polynomial_ring import Ring
from detente.solve.parametric.atlas import atlas, verify_atlas
from detente.solve.parametric.support_polynomials import support_polynomials

SWEEP = float(os.environ.get("DETENTE_SWEEP", "1"))


def random_game(rnd, shape, names="abc"):
    """Small integers, lines, products and quotients; entries repeat, so that strategies tie here and there."""
    pool = [str(k) for k in (-1, 0, 0, 1)] + [f"{rnd.choice(names)} - {rnd.randint(0, 1)}" for _ in range(2)]

    def entry():
        kind = rnd.random()
        if kind < 0.45:
            return rnd.choice(pool)
        if kind < 0.8:
            return f"{rnd.randint(-2, 2)}*{rnd.choice(names)} + {rnd.randint(-2, 2)}"
        if kind < 0.93:
            return f"{rnd.choice(names)}*{rnd.choice(names)} - {rnd.randint(0, 2)}*{rnd.choice(names)}"
        return f"{rnd.choice(names)}/({rnd.choice(names)} + {rnd.choice([0, 1, 2])})"

    def nest(sizes):
        return entry() if not sizes else [nest(sizes[1:]) for _ in range(sizes[0])]

    constraints = ["a <= b"] if len(names) > 1 and rnd.random() < 0.2 else []
    box = {name: (rnd.choice([-1, 0, 0]), rnd.choice([1, 2])) for name in names}
    return SymbolicGame([nest(shape) for _ in shape], box, constraints=constraints)


@pytest.mark.parametrize(
    ("shape", "games", "points"),
    [((2, 2), 14, 110), ((2, 3), 8, 50), ((3, 2), 4, 40), ((3, 3), 2, 40), ((1, 3), 3, 20)],
)
def test_every_region_and_nothing_else_is_what_the_enumerator_finds(shape, games, points):
    for seed in range(int(games * SWEEP)):
        assert verify_atlas(atlas(random_game(random.Random(seed), shape)), points, seed) > points // 2


def test_2x2x2_games_agree_with_the_certified_solver():
    for seed in range(int(3 * SWEEP)):
        rnd = random.Random(seed)

        def entry(rnd=rnd):
            line = f"{rnd.randint(-3, 3)}*{rnd.choice('ab')} + {rnd.randint(-2, 2)}"
            return str(rnd.randint(-3, 3)) if rnd.random() < 0.6 else line

        cells = [[[[entry() for _ in range(2)] for _ in range(2)] for _ in range(2)] for _ in range(3)]
        verify_atlas(atlas(SymbolicGame(cells, {"a": (-1, 2), "b": (-1, 2)})), 12, seed)


def test_an_extreme_equilibrium_on_a_boundary_is_a_region_or_a_further_one():
    """Where one polynomial vanishes, regions and further equilibria together are what the enumerator finds."""
    met = points = lacking = 0
    for seed in range(int(6 * SWEEP)):
        rnd = random.Random(300 + seed)
        found = atlas(random_game(rnd, (2, 3), "ab"))
        further = found.boundaries()
        for point in boundary_points(found, 12, rnd):
            if not found.game.allowed(point):
                continue
            try:
                numeric = found.game.at_point(point)
            except UsageError:
                continue
            listed = {
                tuple(
                    tuple(F(w) if isinstance(w, int) else rational_value(found.game.expand(w), point) for w in own.values())
                    for own in each.profile.values()
                )
                for each in (*found.regions, *further)
                if all(one.holds_at(found.game, point) for one in each.unsettled) and each.status != "never"
            }
            truth = {each.mixed for each in equilibria(numeric).equilibria}
            assert all(is_equilibrium(numeric, each) for each in listed)
            lacking += bool(truth - listed)
            met += bool(listed - {each for each in listed if len({sum(w > 0 for w in own) for own in each}) == 1})
            points += 1
    # What is left are points at which several polynomials vanish at once.
    assert points > 20
    assert lacking * 10 <= points
    assert met


@pytest.mark.parametrize("names", ["a", "ab"])
def test_the_partition_lists_every_set_that_occurs_off_the_boundaries(names):
    for seed in range(int(6 * SWEEP)):
        rnd = random.Random(seed)
        found = atlas(random_game(rnd, rnd.choice([(2, 2), (2, 3)]), names))
        cells = found.partition()
        assert cells.complete
        sets = {cell.labels for cell in cells.cells}
        for point in random_points(found, 60, rnd):
            # Off the boundaries: coordinates with large denominators of their own.
            point = {
                name: value + (sum(found.box[name]) * F(3, 7) - value) * F(1, prime)
                for (name, value), prime in zip(point.items(), (7919, 6007))
            }
            if not found.game.allowed(point):
                continue
            try:
                holding = tuple(each.label for each in found.regions if each.holds_at(point))
            except UsageError:
                continue
            assert holding in sets
        for cell in cells.cells:
            for point in cell.witnesses:
                assert cell.labels == tuple(each.label for each in found.regions if each.holds_at(point))


def test_along_one_parameter_the_partition_is_exact_at_irrational_thresholds_too():
    game = SymbolicGame([[["a**2", 0], [2, 1]], [["a**2", 2], [0, 1]]], {"a": (1, 2)})
    found = atlas(game).partition()
    spans = {cell.labels: cell.spans for cell in found.cells}
    (edge,) = {end for pieces in spans.values() for span in pieces for end in span if not end.is_rational}
    assert edge**2 == 2
    assert spans["1,1", "2,2"] == ((edge, edge),)
    assert "mixed" in str(found)


def test_the_polynomials_of_a_game_decide_its_set_of_equilibria_at_every_point_ties_included():
    for seed in range(int(10 * SWEEP)):
        rnd = random.Random(seed)
        game = random_game(rnd, rnd.choice([(2, 2), (2, 3), (3, 3)]), "ab")
        decided = support_polynomials(game)
        for _ in range(10):
            point = {name: F(rnd.randrange(-4, 9), 4) for name in "ab"}
            try:
                numeric = game.at_point(point)
            except UsageError:
                continue
            truth = sorted(
                tuple(tuple(name for name, w in own.items() if w) for own in each.profile.values())
                for each in equilibria(numeric).equilibria
            )

            def sign(each, point=point):
                value = rational_value(each, point)
                return (value > 0) - (value < 0)

            assert sorted(decided.equilibria(sign)) == truth


def test_comparative_statics_agree_with_differences_inside_the_region():
    checked = 0
    for seed in range(int(3 * SWEEP)):
        rnd = random.Random(40 + seed)
        found = atlas(random_game(rnd, (2, 2), "ab"))
        for region in found.regions:
            if region.pure or region.status == "never":
                continue
            statics = region.statics()
            for point in random_points(found, 12, rnd):
                if not found.game.allowed(point) or not region.holds_at(point):
                    continue
                for each in statics:
                    slope = rational_value(each.derivative, point)
                    sign = (slope > 0) - (slope < 0)
                    allowed = {"+": {1}, "-": {-1}, "0": {0}, "+0": {0, 1}, "-0": {-1, 0}}.get(each.sign, {-1, 0, 1})
                    assert sign in allowed
                    checked += 1
    assert checked


def test_where_the_game_is_not_defined_the_partition_says_nothing():
    game = SymbolicGame([[["1/(a**2 - 2)", 0], [0, 1]], [[1, 0], [0, 1]]], {"a": (1, 2)})
    pieces = [span for cell in atlas(game).partition().cells for span in cell.spans]
    assert all(start != end for start, end in pieces)
    assert {str(end) for span in pieces for end in span} == {"1", "sqrt(2)", "2"}


class Decided:
    """A game over a, b and its box, put to z3."""

    def __init__(self, game, box):
        self.v = {name: z3.Real(name) for name in "ab"}
        self.ring = Ring([symbol("a"), symbol("b"), *game.payoffs.values()])
        self.given = [
            z3.And(self.v[n] >= z3.Q(low.numerator, low.denominator), self.v[n] <= z3.Q(high.numerator, high.denominator))
            for n, (low, high) in box.items()
        ]
        if game.constraints:
            self.given.append(self.v["a"] <= self.v["b"])
        self.given += [self.real(self.ring.quotient(each)[1]) != 0 for each in game.payoffs.values()]

    def real(self, polynomial):
        total = z3.RealVal(0)
        for (p, q), c in polynomial.terms():
            total = total + z3.Q(int(c.p), int(c.q)) * self.v["a"] ** int(p) * self.v["b"] ** int(q)
        return total

    def holds(self, comparison):
        top, bottom = self.ring.quotient(comparison.expression)
        value = self.real(top * bottom)
        return {">": value > 0, ">=": value >= 0, "==": value == 0, "!=": value != 0}[comparison.relation]

    def possible(self, *more):
        """False where z3 proves that there is no such point."""
        solver = z3.Solver()
        solver.set("timeout", 3000)
        solver.add(*self.given, *more)
        return solver.check() != z3.unsat


@pytest.mark.parametrize("seed", range(int(5 * SWEEP)))
def test_what_an_atlas_calls_never_or_always_and_what_it_leaves_out_z3_confirms(seed):
    """Unknown is no refutation: the claims are proved elsewhere, and z3 is asked for a counterexample in three seconds."""
    game = random_game(random.Random(700 + seed), (2, 3), "ab")
    found = atlas(game)
    decided = Decided(game, found.box)
    confirmed = 0
    for region in found.regions:
        every = [decided.holds(each) for each in region.everywhere]
        left = [decided.holds(each) for each in region.unsettled]
        questions = {
            "never": every,
            "always": [z3.Not(z3.And(*every))],
        }.get(region.status, [z3.Xor(z3.And(*left), z3.And(*every))])  # what is left says the same as all of it
        solver = z3.Solver()
        solver.set("timeout", 3000)
        solver.add(*decided.given, *questions)
        answer = solver.check()
        assert answer != z3.sat, (region.label, region.status)
        confirmed += answer == z3.unsat
    assert confirmed > len(found.regions) // 2


@pytest.mark.parametrize("seed", range(int(3 * SWEEP)))
def test_no_inequality_that_is_shown_follows_from_the_others_unless_z3_needs_long_as_well(seed):
    """The other way round: of short conditions in two parameters, nothing redundant is left."""
    game = random_game(random.Random(800 + seed), (2, 2), "ab")
    found = atlas(game)
    decided = Decided(game, found.box)
    for region in found.regions:
        for k, each in enumerate(region.unsettled):
            others = [decided.holds(one) for i, one in enumerate(region.unsettled) if i != k]
            assert decided.possible(*others, z3.Not(decided.holds(each))), (region.label, str(each.expression))
