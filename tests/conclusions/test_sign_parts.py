"""Formulas with smallest and greatest values and cases, taken apart: their cubes against the formula itself, evaluated in Python."""

import random
from fractions import Fraction
from itertools import combinations, product

import pytest

from detente.conclusions._kept_bounds import KeptBounds
from detente.conclusions._sign_parts import SignParts, searchable
from detente.conclusions.comparisons import Comparisons
from detente.conclusions.rests_on import rests_on
from detente.formula import symbol
from detente.games.rational import fast, tree
from detente.games.symbolic import SymbolicGame
from detente.solve.parametric.intervals import enclose

NAMES = ("a", "b", "c", "d")
BOX = dict.fromkeys(NAMES, (-2, 2))


def drawn(rng, depth):
    """Return a formula as text of the grammar, and as a function of values that shares nothing with the engine."""
    kind = rng.choice(("min", "max", "cases", "sum", "product", "leaf")) if depth else "leaf"
    if kind == "leaf":
        name, k = rng.choice(NAMES), rng.choice((-2, -1, 1, 2))
        return f"({k}*{name} + {k + 1})", lambda v: k * v[name] + k + 1
    (one, f), (other, g) = drawn(rng, depth - 1), drawn(rng, depth - 1)
    if kind in {"min", "max"}:
        pick = min if kind == "min" else max
        return f"{kind}({one}, {other})", lambda v: pick(f(v), g(v))
    if kind == "cases":
        name, sign = rng.choice(NAMES), rng.choice((">", ">=", "<", "<="))
        tests = {">": lambda x: x > 0, ">=": lambda x: x >= 0, "<": lambda x: x < 0, "<=": lambda x: x <= 0}
        return f"piecewise({one}, {name} {sign} 0, {other})", lambda v: f(v) if tests[sign](v[name]) else g(v)
    if kind == "sum":
        return f"({one} - {other})", lambda v: f(v) - g(v)
    name = rng.choice(NAMES)
    return f"{name}*({one})", lambda v: v[name] * f(v)


def taken_apart(seed, depth=3):
    rng = random.Random(seed)
    while True:
        text, value = drawn(rng, depth)
        game = SymbolicGame([[[0]], [[0]]], BOX)
        conditions = searchable(game, f"sign:{text}")
        if isinstance(conditions, SignParts):
            return game, text, value, conditions


@pytest.mark.parametrize("seed", range(40))
def test_a_point_is_in_a_cube_exactly_where_the_formula_has_its_sign(seed):
    _, _, value, conditions = taken_apart(seed)
    cubes = {wanted: conditions.cubes(wanted) for wanted in (True, False)}
    for at in product((-2, -1, 0, 1, 2), repeat=len(NAMES)):
        point = dict(zip(NAMES, at, strict=True))
        values = {name: fast(Fraction(own)) for name, own in point.items()}
        positive = value(point) > 0
        assert conditions.truth_at(values) is positive
        signs = {index: form.value(values) for index, form in enumerate(conditions.forms)}
        for wanted, own in cubes.items():
            inside = any(all(each.met(int(signs[each.index] > 0) - int(signs[each.index] < 0)) for each in cube) for cube in own)
            assert inside is (positive is wanted)


@pytest.mark.parametrize("seed", range(12))
def test_what_a_formula_with_cases_rests_on_is_refuted_by_no_point_and_no_smaller_set_is_without_one(seed):
    game, text, value, _ = taken_apart(100 + seed, depth=2)
    found = rests_on(game, f"sign:{text}", {name: Fraction(1, 3) for name in NAMES}, sets=1)
    point = {name: Fraction(1, 3) for name in NAMES}
    holds = value(point) > 0
    grid = [Fraction(k, 4) for k in range(-8, 9, 2)]

    def refuted(held):
        free = [name for name in NAMES if name not in held]
        return any((value({**point, **dict(zip(free, at, strict=True))}) > 0) is not holds for at in product(grid, repeat=len(free)))

    assert found.holds is holds and found.proved
    assert not refuted(found.sets[0])
    # a smaller set that a point of the grid does not refute may be refuted between its points: those the search names are exact
    for size in range(found.size):
        for held in combinations(NAMES, size):
            exact = any(all(each[name] == point[name] for name in held) for each in found.counterexamples)
            assert exact or refuted(held)


def test_a_formula_without_cases_is_searched_as_it_is():
    game = SymbolicGame([[[0]], [[0]]], BOX)
    assert type(searchable(game, "sign:a*b - c")) is Comparisons


def test_a_formula_of_too_many_cases_is_searched_as_one():
    text = " + ".join(f"{sign}*max(a*{k}, b, min(c, d*{k}))" for k, sign in enumerate((1, -1) * 4, start=1))
    conditions = SignParts(SymbolicGame([[[0]], [[0]]], BOX), f"sign:{text}")
    assert conditions.cubes(True) == Comparisons(conditions.game, f"sign:{text}").cubes(True)


def test_a_bound_on_the_size_stands_where_the_effort_was_spent_before_any_set_was_found():
    # every number can turn the sum over by itself, so all are needed; with no effort left this is known from the points found so far
    game = SymbolicGame([[["a + b + c + d", 0], [0, 0]], [[0, 0], [0, 0]]], dict.fromkeys(NAMES, (-9, 1, 9)))
    found = rests_on(game, "sign:a + b + c + d", work=60)
    assert 0 < found.at_least <= found.size == 4


def test_kept_bounds_are_those_that_are_worked_out_anew():
    rng = random.Random(0)
    a, b, c = (symbol(name) for name in "abc")
    import sympy

    whole = sympy.Max(a * b + sympy.exp(c), 2**a / (b + 5)) - sympy.Piecewise((a * c, b > 1), (b**2, True))
    trees = [tree(whole), tree(a * b + sympy.exp(c)), tree(b**2 - a)]
    kept = KeptBounds(["a", "b", "c"])
    box = {}
    for _ in range(200):
        for name in rng.sample("abc", rng.randint(1, 3)) if box else "abc":
            ends = sorted(Fraction(rng.randint(-8, 8), 4) for _ in range(2))
            box[name] = fast(ends[0]), fast(ends[1])
        for each in rng.sample(trees, 2):
            try:
                anew = enclose(each, box)
            except Exception as error:  # noqa: BLE001 - whatever it is, it has to be the same
                with pytest.raises(type(error)):
                    kept.enclose(each, box)
            else:
                assert kept.enclose(each, box) == anew
