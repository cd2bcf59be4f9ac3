"""Laws that cut across the core: rescaling, relabelling, boundaries, thresholds against numbers, signs against z3."""

from __future__ import annotations

import itertools
from fractions import Fraction as F

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import detente
from detente.conclusions.conclusion import parse_conclusion
from detente.conclusions.game_signs import game_signs
from detente.conclusions.thresholds import thresholds
from detente.errors import UsageError
from detente.formula import symbol
from detente.games.rational import rational_value
from detente.games.symbolic import SymbolicGame
from detente.solve.parametric.atlas import atlas
from detente.solve.parametric.signs import possible_signs

CALM = settings(max_examples=30, deadline=None, derandomize=True)
small = st.integers(-3, 3)
scales = st.sampled_from([F(1, 10**9), F(1, 7), F(3), F(10**9), F(10**25)])


def matrix(m, n, entry=small):
    return st.lists(st.lists(entry, min_size=n, max_size=n), min_size=m, max_size=m)


@st.composite
def bimatrix(draw, largest=3):
    m, n = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return draw(matrix(m, n)), draw(matrix(m, n))


def solved(a, b):
    found = detente.equilibria(detente.NormalFormGame([a, b]))
    assert found.complete
    return found


def profiles(a, b):
    return {each.mixed for each in solved(a, b).equilibria}


def affine(table, scale, shift):
    return [[scale * value + shift for value in row] for row in table]


@CALM
@given(bimatrix(), scales, scales, st.integers(-5, 5), st.integers(-5, 5))
def test_equilibria_do_not_depend_on_currency_or_a_constant(game, one, two, up, down):
    a, b = game
    moved = solved(affine(a, one, up * one * 1000), affine(b, two, down))
    assert {each.mixed for each in moved.equilibria} == profiles(a, b)
    assert all(each.regret == 0 for each in moved.equilibria)
    assert (moved.degenerate, len(moved.components)) == (solved(a, b).degenerate, len(solved(a, b).components))


@CALM
@given(bimatrix(), st.randoms(use_true_random=False))
def test_relabelling_strategies_relabels_equilibria(game, random):
    a, b = game
    rows, columns = list(range(len(a))), list(range(len(a[0])))
    random.shuffle(rows)
    random.shuffle(columns)
    moved = profiles(*([[table[i][j] for j in columns] for i in rows] for table in (a, b)))
    assert moved == {(tuple(x[i] for i in rows), tuple(y[j] for j in columns)) for x, y in profiles(a, b)}


@CALM
@given(bimatrix())
def test_swapping_the_players_swaps_the_equilibria(game):
    a, b = game
    swapped = profiles([list(row) for row in zip(*b, strict=True)], [list(row) for row in zip(*a, strict=True)])
    assert swapped == {(y, x) for x, y in profiles(a, b)}


@CALM
@given(bimatrix())
def test_a_game_has_an_equilibrium_and_every_listed_one_survives_a_check_by_hand(game):
    a, b = game
    found = profiles(a, b)
    assert found  # Nash (1950)
    for x, y in found:
        rows = [sum(w * v for w, v in zip(y, row, strict=True)) for row in a]
        columns = [sum(x[i] * b[i][j] for i in range(len(x))) for j in range(len(y))]
        assert all(w == 0 or value == max(rows) for w, value in zip(x, rows, strict=True))
        assert all(w == 0 or value == max(columns) for w, value in zip(y, columns, strict=True))


@CALM
@given(matrix(2, 2, st.integers(0, 9)), matrix(2, 2, st.integers(0, 9)), st.sampled_from([1e-9, 1e9]), st.sampled_from([1e-9, 1e9]))
def test_float_payoffs_of_any_order_keep_pure_equilibria_types_and_selection(a, b, one, two):
    exact = detente.NormalFormGame([a, b])
    scaled = detente.NormalFormGame([affine(a, one, 0.0), affine(b, two, 0.0)])
    assert scaled.arithmetic == "float"
    pure = [[each.profile for each in detente.pure_equilibria(game).equilibria] for game in (exact, scaled)]
    assert pure[0] == pure[1]
    assert detente.ordinal_class(exact).types == detente.ordinal_class(scaled).types
    assert detente.risk_dominant(exact) == detente.risk_dominant(scaled)


# --- 2x2 games along a line, from coefficients alone ---


class Ratio:
    """A polynomial over a polynomial, by coefficients: evaluated here without SymPy."""

    def __init__(self, top, bottom=(1,)):
        self.top, self.bottom = top, bottom

    @staticmethod
    def _value(coefficients, at):
        return sum((c * at**k for k, c in enumerate(coefficients)), F(0))

    def __call__(self, at):
        return self._value(self.top, at) / self._value(self.bottom, at)

    def text(self):
        def one(coefficients):
            return "(" + " + ".join(f"({c})*a**{k}" if k else f"({c})" for k, c in enumerate(coefficients)) + ")"

        return one(self.top) + ("" if tuple(self.bottom) == (1,) else "/" + one(self.bottom))


polynomials = st.builds(Ratio, st.lists(small, min_size=1, max_size=4))
ratios = st.builds(
    Ratio, st.lists(small, min_size=1, max_size=3), st.lists(small, min_size=2, max_size=2).filter(lambda c: any(c))
)


def line_game(cells):
    u, v = cells[:4], cells[4:]
    table = [[[each.text() for each in pair] for pair in (who[:2], who[2:])] for who in (u, v)]
    return SymbolicGame(table, {"a": (-4, 4)})


def numbers(cells, at):
    values = [cell(at) for cell in cells]
    return {cell: values[2 * cell[0] + cell[1]] for cell in itertools.product((0, 1), repeat=2)}, {
        cell: values[4 + 2 * cell[0] + cell[1]] for cell in itertools.product((0, 1), repeat=2)
    }


def described(cells, at):
    """The set of equilibria in words, from best replies: pure, strictly mixed, or a segment where a tie allows it."""
    try:
        u, v = numbers(cells, at)
    except ZeroDivisionError:
        return None
    row = [u[0, j] - u[1, j] for j in (0, 1)]
    column = [v[i, 0] - v[i, 1] for i in (0, 1)]
    words = [
        f"{i + 1},{j + 1}" for i, j in u if (1 - 2 * i) * row[j] >= 0 and (1 - 2 * j) * column[i] >= 0
    ]
    if row[0] * row[1] < 0 and column[0] * column[1] < 0:
        return (*words, "mixed")

    def more_than_one(gain, other, j):
        """Whether a whole interval of the indifferent player's weights keeps the other at strategy ``j``."""
        if gain != 0:
            return False
        sign = 1 - 2 * j
        ends = [sign * each for each in other]
        return max(ends) > 0 or ends == [0, 0]

    segment = any(more_than_one(row[j], column, j) for j in (0, 1)) or any(more_than_one(column[i], row, i) for i in (0, 1))
    return (*words, "continuum") if segment else tuple(words)


def rational(value):
    return F(int(value.p), int(value.q)) if value.is_Rational else None


def check_line(cells):
    game = line_game(cells)
    try:
        found = thresholds(game, "a")
    except UsageError as error:
        assert "divides by zero" in str(error)  # a denominator that is zero everywhere
        return 0
    every = [*found.inside, *found.outside]
    every.sort(key=lambda each: each.at.evalf(40))
    bounds = []
    for each in every:
        exact = rational(each.at)
        middle = exact if exact is not None else F(str(each.at.evalf(60).round(50)))
        bounds.append((middle - F(1, 10**30), middle + F(1, 10**30)))
        if exact is not None:
            assert described(cells, exact) == each.at_point
        assert described(cells, bounds[-1][0]) == each.before
        assert described(cells, bounds[-1][1]) == each.after
        # equilibria survive in the limit: what holds on a side holds on the threshold, unless it is a pole
        if each.at_point is not None:
            pure = {word for word in (*each.before, *each.after) if "," in word}
            assert pure <= set(each.at_point)
    ends = [F(-1000), *(end for pair in bounds for end in pair), F(1000)]
    for low, high in zip(ends[::2], ends[1::2], strict=True):
        states = {described(cells, low + (high - low) * F(k, 9)) for k in range(10)}
        assert len(states) == 1  # nothing changes between thresholds
    return len(every)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(polynomials, min_size=8, max_size=8))
def test_thresholds_of_polynomial_games_are_all_the_places_where_the_numbers_change(cells):
    check_line(cells)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.one_of(ratios, polynomials), min_size=8, max_size=8))
def test_thresholds_of_games_with_poles_are_all_the_places_where_the_numbers_change(cells):
    check_line(cells)


def test_the_line_check_sees_thresholds_at_all():
    """Guards the two laws above: a game that changes three times."""
    cells = [Ratio((0, -1, 0, 1)), Ratio((0,)), Ratio((0,)), Ratio((1,)), Ratio((1,)), Ratio((0,)), Ratio((0,)), Ratio((1,))]
    assert check_line(cells) == 3


# --- conclusions on signs against the numeric game ---

STRATEGIES = (("1", "2"), ("1", "2"))
CONCLUSIONS = [
    *(f"{kind}:{i},{j}" for kind in ("equilibrium", "unique", "selected") for i in "12" for j in "12"),
    "set:1,1", "set:1,1;2,2", "set:1,2;2,1", "none", *(f"dominant:{who}={k}" for who in "12" for k in "12"),
    "class:prisoners_dilemma", "class:stag_hunt", "class:chicken", "class:harmony", "class:deadlock",
    "class:assurance_reversed", "class:tied", "class:chicken/deadlock",
]  # fmt: skip


def numeric_truth(text, game):
    """The same conclusion from the solved numeric game."""
    kind, _, rest = text.partition(":")
    every = detente.equilibria(game)
    pure = {",".join(own[0] for own in each.support.values()) for each in every.equilibria if each.pure}
    if kind == "equilibrium":
        return rest in pure
    if kind == "none":
        return not pure
    if kind == "set":
        return pure == set(rest.split(";"))
    if kind == "dominant":
        who, own = int(rest[0]) - 1, int(rest[2]) - 1
        table = game.payoffs[0] if who == 0 else game.payoffs[1].T
        return all(table[own, other] > table[1 - own, other] for other in (0, 1))
    if kind == "class":
        return detente.ordinal_class(game).name == rest
    only = rest in pure and len(every.equilibria) == 1
    if kind == "unique" or only:
        return only
    chosen = detente.risk_dominant(game)
    return chosen is not None and ",".join(game.profile_labels(chosen)) == rest


@settings(max_examples=40, deadline=None, derandomize=True)
@given(matrix(2, 2), matrix(2, 2))
def test_conclusions_on_signs_agree_with_the_solved_game(a, b):
    game = detente.NormalFormGame([a, b])
    parametric = SymbolicGame([a, b], {"unused": (0, 1)})
    view = game_signs(parametric, lambda e: (parametric.evaluate(e, {}) > 0) - (parametric.evaluate(e, {}) < 0))
    for text in CONCLUSIONS:
        assert parse_conclusion(text, ("1", "2"), STRATEGIES).holds(view) == numeric_truth(text, game), text


# --- the atlas against the solver, at random points and on boundaries ---

bilinear = st.sampled_from(["x", "y", "x*y", "x - y", "2*x + y - 1", "x**2", "y - 1/2", "0", "1", "x*(1 - y)"])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(matrix(2, 2, bilinear), matrix(2, 2, bilinear), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=4, max_size=4))
def test_atlas_conditions_agree_with_the_solver_on_a_grid_full_of_ties(a, b, points):
    game = SymbolicGame([a, b], {"x": (0, 1), "y": (0, 1)})
    found = atlas(game)
    for i, j in points:
        at = {"x": F(i, 4), "y": F(j, 4)}
        numeric = game.at(at)
        solved_here = detente.equilibria(numeric)
        # where payoffs tie whatever the parameters are, supports of different sizes have regions of their own
        supports = {",".join("+".join(own) for own in each.support.values()) for each in solved_here.equilibria}
        for region in found.regions:
            claim = region.holds_at(at)
            assert claim == (region.label.replace("mixed", "1+2,1+2") in supports)
            if region.status != "conditional" and region.status != "undecided":
                assert claim == (region.status == "always")
            if region.pure:
                assert bool(region.condition.xreplace({symbol(n): v for n, v in at.items()})) == claim


# --- signs against sampling and against z3 ---

names = ("x", "y", "z")
coefficients = st.lists(st.integers(-4, 4), min_size=9, max_size=9)


def polynomial(c):
    x, y, z = map(symbol, names)
    return sum(k * m for k, m in zip(c, (1, x, y, z, x * y, y * z, x * x, y * y, x * y * z), strict=True)) + 0 * x


intervals = st.tuples(st.integers(-2, 2), st.integers(0, 3)).map(lambda pair: (F(pair[0]), F(pair[0] + pair[1])))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(coefficients, coefficients, st.tuples(intervals, intervals, intervals), st.booleans())
def test_no_sign_that_occurs_is_excluded(top, bottom, ranges, divide):
    expression = polynomial(top) / polynomial(bottom) if divide and any(bottom) else polynomial(top)
    assume(hasattr(expression, "free_symbols"))
    box = dict(zip(names, ranges, strict=True))
    allowed = possible_signs(expression, box, pieces=40)
    for point in itertools.product(*([low + (high - low) * F(k, 4) for k in range(5)] for low, high in ranges)):
        value = rational_value(expression, dict(zip(names, point, strict=True)))
        if value is not None:
            assert (value > 0) - (value < 0) in allowed


def z3_sign_occurs(c, ranges, sign):
    z3 = pytest.importorskip("z3")
    x, y, z = map(z3.Real, names)
    form = sum((k * m for k, m in zip(c[1:], (x, y, z, x * y, y * z, x * x, y * y, x * y * z), strict=True)), z3.RealVal(c[0]))
    solver = z3.Solver()
    solver.set("timeout", 3000)
    for variable, (low, high) in zip((x, y, z), ranges, strict=True):
        solver.add(variable >= z3.Q(low.numerator, low.denominator), variable <= z3.Q(high.numerator, high.denominator))
    solver.add({-1: form < 0, 0: form == 0, 1: form > 0}[sign])
    return str(solver.check())


@settings(max_examples=25, deadline=None, derandomize=True)
@given(coefficients, st.tuples(intervals, intervals, intervals))
def test_z3_finds_no_point_with_an_excluded_sign(c, ranges):
    expression = polynomial(c)
    allowed = possible_signs(expression, dict(zip(names, ranges, strict=True)))
    for sign in {-1, 0, 1} - allowed:
        assert z3_sign_occurs(c, ranges, sign) == "unsat"


def test_z3_would_find_a_point_if_there_were_one():
    """Guards the law above: the encoding can say sat."""
    c = [0, 1, -1, 0, 0, 0, 0, 0, 0]
    ranges = ((F(0), F(1)),) * 3
    assert [z3_sign_occurs(c, ranges, sign) for sign in (-1, 0, 1)] == ["sat", "sat", "sat"]
    assert z3_sign_occurs([1, 0, 0, 0, 0, 0, 1, 0, 0], ranges, -1) == "unsat"


@settings(max_examples=25, deadline=None, derandomize=True)
@given(matrix(2, 2, bilinear), matrix(2, 2, bilinear))
def test_z3_confirms_what_the_atlas_calls_always_and_never(a, b):
    z3 = pytest.importorskip("z3")
    x, y = z3.Reals("x y")
    game = SymbolicGame([a, b], {"x": (0, 1), "y": (0, 1)})

    def read(text):
        return eval(text.replace("1/2", "0.5"), {"x": x, "y": y})  # texts of this file alone

    u, v = ([[read(cell) for cell in row] for row in table] for table in (a, b))
    for region in atlas(game).regions:
        if not region.pure or region.status not in {"always", "never"}:
            continue
        i, j = (int(k) - 1 for k in region.label.split(","))
        stays = z3.And(z3.RealVal(0) + u[i][j] >= u[1 - i][j], z3.RealVal(0) + v[i][j] >= v[i][1 - j])
        solver = z3.Solver()
        solver.set("timeout", 3000)
        solver.add(x >= 0, x <= 1, y >= 0, y <= 1, stays if region.status == "never" else z3.Not(stays))
        assert str(solver.check()) == "unsat"
