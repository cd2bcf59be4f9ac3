"""Signs, redundancy, emptiness: every proof is put to z3, an independent decider of polynomial inequalities."""

from __future__ import annotations

import math
import os
import random
from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest
import z3

from detente.formula import symbol
from detente.games.rational import fast, rational_value
from detente.games.symbolic import SymbolicGame
from detente.solve.parametric._common_points import Answer, common_point
from detente.solve.parametric._float_signs import certain_signs, row, terms_of
from detente.solve.parametric._polynomial_ring import GameRing, Ring, key_of, monic
from detente.solve.parametric._unit_box import UnitBox
from detente.solve.parametric.redundancy import ALLOWED, Atom, Decider
from detente.solve.programs._farkas import refuted

SWEEP = float(os.environ.get("DETENTE_SWEEP", "1"))
NAMES = "abc"
SYMBOLS = [symbol(name) for name in NAMES]


def decider(expressions, box, constraints=(), proofs=3000):
    game = SymbolicGame([[0]], {name: tuple(box[name]) for name in box}, constraints=constraints)
    ring = GameRing(game, [*SYMBOLS[: len(box)], *expressions])
    exact = {name: (F(low), F(high)) for name, (low, high) in box.items()}
    return ring, Decider(ring, exact, proofs=proofs)


def to_z3(ring, polynomial, variables):
    total = z3.RealVal(0)
    for monomial, c in polynomial.terms():
        term = z3.Q(int(c.p), int(c.q))
        for each, power in zip(ring.generators, monomial):
            for _ in range(int(power)):
                term = term * variables[each.name]
        total = total + term
    return total


RELATIONS = {
    ">": lambda x: x > 0, ">=": lambda x: x >= 0, "<": lambda x: x < 0, "<=": lambda x: x <= 0,
    "==": lambda x: x == 0, "!=": lambda x: x != 0,
}  # fmt: skip


def solver(ring, box, constraints=()):
    variables = {name: z3.Real(name) for name in box}
    made = z3.Solver()
    made.set("timeout", 4000)
    for name, (low, high) in box.items():
        low, high = F(low), F(high)
        made.add(variables[name] >= z3.Q(low.numerator, low.denominator))
        made.add(variables[name] <= z3.Q(high.numerator, high.denominator))
    for left, right in constraints:
        made.add(variables[left] <= variables[right])
    return made, variables


def satisfiable(ring, atoms, box, constraints=()):
    made, variables = solver(ring, box, constraints)
    for each in atoms:
        made.add(RELATIONS[each.relation](to_z3(ring, each.polynomial, variables)))
    return made.check()


def random_atoms(ring, rnd, count):
    gens = dict(zip([each.name for each in ring.generators], ring.context.gens()))
    atoms = []
    for _ in range(count):
        total = ring.zero
        for _ in range(rnd.randint(2, 3)):
            term = ring.one * rnd.choice([-2, -1, 1, 2])
            for name in rnd.sample(NAMES, rnd.randint(0, 2)):
                term = term * gens[name]
            total = total + term
        if rnd.random() < 0.2:  # a product of two linear ones
            total = (gens["a"] - gens["b"]) * total
        if not total.is_constant():
            atoms.append(Atom(total, rnd.choice([">", ">=", ">=", "==" if rnd.random() < 0.2 else ">"])))
    return atoms


@pytest.mark.parametrize("seed", range(int(24 * SWEEP)))
def test_verdicts_agree_with_z3(seed):
    rnd = random.Random(seed)
    box = {"a": (0, 2), "b": (-1, 1), "c": (0, 1)}
    constrained = seed % 3 == 0
    ring, decide = decider([], box, ["c <= a"] if constrained else ())
    limits = [("c", "a")] if constrained else []
    atoms = random_atoms(ring, rnd, rnd.randint(2, 5))
    verdict = decide.verdict(atoms)
    everything = satisfiable(ring, atoms, box, limits)
    if verdict.status == "never":
        assert everything == z3.unsat
        return
    if verdict.holds_at is not None:
        point = {name: verdict.holds_at[name] for name in box}
        values = [rational_value(ring.expression(each.polynomial), point) for each in atoms]
        assert all(((v > 0) - (v < 0)) in ALLOWED[each.relation] for v, each in zip(values, atoms))
        assert decide.ring.game.allowed(point)
    # The shortened condition and the whole one have the same truth all over the box.
    made, variables = solver(ring, box, limits)
    whole = z3.And([RELATIONS[e.relation](to_z3(ring, e.polynomial, variables)) for e in atoms])
    short = z3.And([RELATIONS[e.relation](to_z3(ring, e.polynomial, variables)) for e in verdict.atoms] or [z3.BoolVal(True)])
    made.add(whole != short)
    assert made.check() in (z3.unsat, z3.unknown)
    if verdict.status == "always":
        assert verdict.atoms == ()
    if verdict.status == "conditional":
        assert verdict.holds_at is not None
        assert verdict.fails_at is not None


@pytest.mark.parametrize("seed", range(int(15 * SWEEP)))
def test_signs_over_a_box_leave_out_only_what_z3_rules_out(seed):
    rnd = random.Random(1000 + seed)
    box = {"a": (0, 2), "b": (-1, 1), "c": (0, 1)}
    ring, decide = decider([], box)
    for each in random_atoms(ring, rnd, 4):
        possible = decide.signs(each.polynomial)
        for sign, relation in ((1, ">"), (0, "=="), (-1, "<")):
            if sign not in possible:
                assert satisfiable(ring, [Atom(each.polynomial, relation)], box) == z3.unsat


def test_a_transitive_chain_that_only_touches_is_proved_redundant():
    a, b, c = SYMBOLS
    ring, decide = decider([], {name: (0, 1) for name in NAMES})
    atoms = [Atom(ring.quotient(each)[0], ">=") for each in (a - b, b - c, a - c)]
    verdict = decide.verdict(atoms)
    assert {str(ring.expression(each.polynomial)) for each in verdict.atoms} == {"a - b", "b - c"}
    assert verdict.status == "conditional"


def test_a_product_of_two_inequalities_is_found_by_a_certificate_with_products():
    a, b, _ = SYMBOLS
    ring, decide = decider([], {"a": (0, 3), "b": (0, 3)})
    atoms = [Atom(ring.quotient(each)[0], ">=") for each in (a - 1, b - 1, a * b - 1)]
    assert len(decide.verdict(atoms).atoms) == 2
    strict = [Atom(ring.quotient(each)[0], ">") for each in (a - 1, b - 1, 1 - a * b)]
    assert decide.verdict(strict).status == "never"


def test_weak_and_strict_are_kept_apart():
    a, b, _ = SYMBOLS
    ring, decide = decider([], {"a": (0, 1), "b": (0, 1)})
    difference = ring.quotient(a - b)[0]
    assert [each.relation for each in decide.verdict([Atom(difference, ">="), Atom(difference, ">")]).atoms] == [">"]
    assert decide.verdict([Atom(difference, ">"), Atom(-difference, ">=")]).status == "never"
    touching = decide.verdict([Atom(difference, ">="), Atom(-difference, ">=")])
    assert touching.status == "conditional"
    assert touching.holds_at["a"] == touching.holds_at["b"]


def test_factors_with_a_settled_sign_are_cancelled_and_strict_products_fall_apart():
    a, b, c = SYMBOLS
    ring, decide = decider([], {"a": (1, 2), "b": (0, 1), "c": (0, 1)})
    (left,) = decide.verdict([Atom(ring.quotient(a * (b - c))[0], ">=")]).atoms
    assert str(ring.expression(left.polynomial)) == "b - c"
    parts = decide.verdict([Atom(ring.quotient(a * b * (b - c))[0], ">")]).atoms
    assert {str(ring.expression(each.polynomial)) for each in parts} <= {"b", "b - c"}
    weak = decide.verdict([Atom(ring.quotient(b * (b - c))[0], ">=")])
    assert weak.holds_at is not None
    assert weak.status == "conditional"
    square = decide.verdict([Atom(ring.quotient((b - c) ** 2)[0], ">")])
    assert [each.relation for each in square.atoms] == ["!="]


def test_a_constraint_counts_as_a_premise():
    a, b, _ = SYMBOLS
    ring, decide = decider([], {"a": (0, 1), "b": (0, 1)}, constraints=["b <= a"])
    assert decide.verdict([Atom(ring.quotient(a - b)[0], ">=")]).status == "always"
    assert decide.verdict([Atom(ring.quotient(b - a - 1)[0], ">")]).status == "never"
    assert all(point["b"] <= point["a"] for point in decide.points)


def test_without_a_budget_nothing_is_claimed_that_needs_a_proof():
    a, b, c = SYMBOLS
    ring, decide = decider([], {name: (0, 1) for name in NAMES}, proofs=0)
    atoms = [Atom(ring.quotient(each)[0], ">=") for each in (a - b, b - c, a - c)]
    assert len(decide.verdict(atoms).atoms) == 3
    contradiction = [Atom(ring.quotient(each)[0], ">") for each in (a - b, b - c, c - a)]
    assert decide.verdict(contradiction).status == "undecided"


def test_a_certificate_names_the_inequalities_that_it_uses():
    a, b, c = SYMBOLS
    ring = Ring([a, b, c])
    unit = UnitBox(ring, {name: (F(0), F(1)) for name in NAMES})
    forms = [(unit.form(ring.quotient(each)[0]), strict) for each, strict in ((a - b, True), (c - a / 2, False), (b - a, False))]
    assert refuted(forms, unit.gens, unit.one) == {0, 2}
    assert refuted(forms[:2], unit.gens, unit.one) is None


def test_the_unit_box_finds_points_and_proves_their_absence():
    a, b, _ = SYMBOLS
    ring = Ring([a, b])
    unit = UnitBox(ring, {"a": (F(1), F(3)), "b": (F(-1), F(1))})
    form = lambda each: unit.form(ring.quotient(each)[0])
    found = common_point(unit, [(form(a + b - 2), True), (form(3 - a - b), False)])
    assert found.core is None
    assert all(form(each)(*found.point) >= 0 for each in (a + b - 2, 3 - a - b))
    assert common_point(unit, [(form(a + b - 5), True)]) == Answer(core=frozenset({0}))
    for low in (True, False):
        bound, met = unit.extreme(form(a * b), low)
        assert (bound, met) == ((-3 if low else 3), True)


@pytest.mark.parametrize("seed", range(int(30 * SWEEP)))
def test_what_the_search_for_common_points_says_z3_confirms(seed):
    """Cores have no common point, points are common points; programs at every piece, at some, and hardly any."""
    rnd = random.Random(2000 + seed)
    box = dict.fromkeys(NAMES, (0, 1))
    ring = Ring(SYMBOLS)
    unit = UnitBox(ring, {name: (F(0), F(1)) for name in NAMES})
    atoms = [each for each in random_atoms(ring, rnd, rnd.randint(2, 5)) if each.relation in {">", ">="}]
    for every in (1, 4, 1000):
        found = common_point(unit, [(unit.form(each.polynomial), each.relation == ">") for each in atoms], every=every)
        if found.core is not None:
            assert satisfiable(ring, [atoms[k] for k in found.core], box) == z3.unsat
        elif found.point is not None:
            assert all(((v := each.polynomial(*found.point)) > 0) - (v < 0) in ALLOWED[each.relation] for each in atoms)
            assert all(0 <= x <= 1 for x in found.point)


def test_many_linear_and_bilinear_inequalities_need_one_program():
    """Sums that exclude each other only together: halving eight variables alone would take thousands of pieces."""
    gens = [symbol(f"x{k}") for k in range(8)]
    ring = Ring(gens)
    unit = UnitBox(ring, {each.name: (F(0), F(1)) for each in gens})
    low = sum(gens[:4]) - sum(gens[4:]) + gens[0] * gens[1] - 1
    high = sum(gens[4:]) - sum(gens[:4]) - gens[0] * gens[1] + F(1, 2)
    forms = [(unit.form(ring.quotient(each)[0]), False) for each in (low, high, gens[7] - F(1, 3))]
    assert common_point(unit, forms, pieces=1).core == {0, 1}


def test_signs_in_floats_are_only_told_where_rounding_cannot_change_them():
    a, b, _ = SYMBOLS
    ring = Ring([a, b])
    polynomial = ring.quotient(a * b - 1)[0]
    third = F(1, 3)
    tiny = F(1, 10**18)
    points = [(third, 3 + 0 * tiny), (third, 3 + tiny), (third, F(2)), (F(10) ** 30, F(1)), (F(0), F(5))]
    rows = [row([(fast(x), fast(x)) for x in map(F, point)]) for point in points]
    columns = [np.array(column) for column in zip(*rows)]
    assert certain_signs(terms_of(polynomial), columns, len(points)) == [None, None, -1, None, -1]
    wide = row([(fast(third), fast(third + F(1, 10**6))), (fast(F(1)), fast(F(1)))])
    assert math.isnan(wide[0])


def test_a_box_with_a_point_interval_and_one_of_other_units_are_handled():
    a, b, _ = SYMBOLS
    ring = Ring([a, b])
    unit = UnitBox(ring, {"a": (F(2), F(2)), "b": (F(0), F(10**9))})
    assert unit.signs(unit.form(ring.quotient(a - 2)[0])) == {0}
    assert unit.signs(unit.form(ring.quotient(b + a)[0])) == {1}
    assert unit.signs(unit.form(ring.quotient(b - a)[0])) == {-1, 0, 1}


def test_quotients_are_in_lowest_terms_with_a_positive_first_coefficient_below():
    a, b, _ = SYMBOLS
    ring = Ring([a, b])
    top, bottom = ring.quotient((a**2 - b**2) / (b - a))
    assert bottom.is_one()
    assert ring.expression(top) == -a - b
    assert ring.quotient(1 / a + 1 / b) == (ring.quotient(a + b)[0], ring.quotient(a * b)[0])
    with pytest.raises(ZeroDivisionError):
        ring.quotient(1 / (a * 0 + (a - a)) if False else (a + b) ** 0 / (a + b) * 0 + 1 / ring_zero(a))
    assert key_of(monic(ring.quotient(-2 * a + 4 * b)[0])[1]) == key_of(ring.quotient(a - 2 * b)[0])


def ring_zero(a):
    """An expression that is identically zero although SymPy does not see it."""
    return (a + 1) ** 2 - a**2 - 2 * a - 1


def test_points_on_the_zero_of_a_polynomial_are_exact_and_inside_the_box():
    a, b, c = SYMBOLS
    ring, decide = decider([], {"a": (0, 2), "b": (-1, 1), "c": (0, 1)})
    polynomial = ring.quotient(a * b - c)[0]
    points = decide.zeros(polynomial)
    assert points
    for point in points:
        assert point["a"] * point["b"] == point["c"]
        assert all(low <= point[name] <= high for name, (low, high) in decide.box.items())


def test_signs_at_points_match_plain_evaluation():
    a, b, c = SYMBOLS
    ring, decide = decider([], {"a": (0, 2), "b": (-1, 1), "c": (0, 1)})
    for each in (a - b * c, a * a - b, b + c):
        signs = decide.signs_at(ring.quotient(each)[0])
        for sign, point in zip(signs, decide.points):
            value = rational_value(each, point)
            assert sign == (value > 0) - (value < 0)


@pytest.mark.parametrize(("relation", "power"), list(product([">", ">="], [1, 2, 3])))
def test_powers_of_one_factor_are_right_at_zero(relation, power):
    a, *_ = SYMBOLS
    ring, decide = decider([], {"a": (-1, 1)})
    verdict = decide.verdict([Atom(ring.quotient(a**power)[0], relation)])
    for value in (-1, 0, 1):
        truth = (value**power > 0) or (value == 0 and relation == ">=")
        left = all(
            ((v > 0) - (v < 0)) in ALLOWED[each.relation]
            for each in verdict.atoms
            for v in [rational_value(ring.expression(each.polynomial), {"a": F(value)})]
        )
        assert left == truth
