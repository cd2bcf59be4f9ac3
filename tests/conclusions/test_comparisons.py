"""Signs of comparisons against the numeric solvers, and cubes against the truth they stand for."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.conclusions._forms import full_box
from detente.conclusions.comparisons import Comparisons
from detente.errors import UsageError
from detente.games.rational import fast
from detente.games.symbolic import SymbolicGame
from detente.solve.best_response import is_equilibrium
from detente.solve.equilibria import equilibria
from detente.solve.two_players.ordinal import ordinal_class, risk_dominant

SMALL = st.integers(-2, 2)
NAMES = ("a", "b", "c")


@st.composite
def games(draw, rows=2, columns=2):
    """Games with bilinear payoffs of small coefficients, so that ties are common."""

    def cell():
        k = [draw(SMALL) for _ in range(4)]
        i, j = draw(st.sampled_from([("a", "b"), ("b", "c"), ("a", "c"), ("a", "a")]))
        return f"{k[0]} + {k[1]}*a + {k[2]}*b + {k[3]}*{i}*{j}".replace("+ -", "- ")

    payoffs = [[[cell() for _ in range(columns)] for _ in range(rows)] for _ in range(2)]
    return SymbolicGame(payoffs, {name: (-2, 2) for name in NAMES}, strategies=[["x", "y", "z"][:rows], ["x", "y", "z"][:columns]])


POINTS = st.fixed_dictionaries({name: st.integers(-4, 4).map(lambda k: Fraction(k, 2)) for name in NAMES})


def pure(numeric):
    """Pure equilibria by the definition of a best reply, from the numbers alone."""
    sizes = numeric.payoffs[0].shape
    found = []
    for profile in product(*map(range, sizes)):
        best = [
            max(numeric.payoffs[(i, *profile[:i], k, *profile[i + 1 :])] for k in range(sizes[i])) for i in range(len(sizes))
        ]
        if all(numeric.payoffs[(i, *profile)] == best[i] for i in range(len(sizes))):
            found.append(profile)
    return found


@settings(max_examples=50)
@given(games(), POINTS)
def test_truth_agrees_with_the_numeric_solvers_on_every_kind_of_conclusion(game, point):
    numeric = game.at_point(point)
    found = pure(numeric)
    everything = equilibria(numeric)
    only = found[0] if len(everything.equilibria) == 1 and len(found) == 1 else None
    a, b = numeric.payoffs
    strict = lambda p: a[p] > a[1 - p[0], p[1]] and b[p] > b[p[0], 1 - p[1]]
    chosen = risk_dominant(numeric) if len(found) == 2 and all(map(strict, found)) else only
    for profile in product((0, 1), repeat=2):
        text = ",".join("xy"[k] for k in profile)
        assert Comparisons(game, f"equilibrium:{text}").truth(point) == (profile in found)
        assert Comparisons(game, f"unique:{text}").truth(point) == (profile == only)
        assert Comparisons(game, f"selected:{text}").truth(point) == (profile == chosen)
    assert Comparisons(game, "none").truth(point) == (not found)
    assert Comparisons(game, "set:x,x;y,y").truth(point) == (set(found) == {(0, 0), (1, 1)})
    name = ordinal_class(numeric).name
    if name != "tied" and "tied" not in name:
        assert Comparisons(game, f"class:{name}").truth(point)
    assert Comparisons(game, "dominant:1=x").truth(point) == (a[0, 0] > a[1, 0] and a[0, 1] > a[1, 1])
    assert Comparisons(game, "sign:a*b - c").truth(point) == (point["a"] * point["b"] > point["c"])
    assert all(is_equilibrium(numeric, [[int(k == own) for k in (0, 1)] for own in p]) for p in found)


@settings(max_examples=20)
@given(games(rows=3, columns=2), POINTS)
def test_truth_agrees_with_the_definition_in_larger_games(game, point):
    found = pure(game.at_point(point))
    assert Comparisons(game, "equilibrium:z,y").truth(point) == ((2, 1) in found)
    assert Comparisons(game, "none").truth(point) == (not found)
    assert Comparisons(game, "set:x,x;z,y").truth(point) == (set(found) == {(0, 0), (2, 1)})


KINDS = ("equilibrium:x,y", "unique:x,x", "selected:x,x", "selected:x,y", "none", "set:x,x;y,y", "class:stag_hunt", "dominant:2=y")


@settings(max_examples=30)
@given(games(), POINTS, st.sampled_from(KINDS))
def test_every_point_lies_in_a_cube_of_its_truth(game, point, kind):
    c = Comparisons(game, kind)
    values = c.values(point)
    signs = [(form.value(values) > 0) - (form.value(values) < 0) for form in c.forms]
    inside = {wanted: any(all(each.met(signs[each.index]) for each in cube) for cube in c.cubes(wanted)) for wanted in (True, False)}
    assert inside[c.truth(point)]
    if "selected" not in kind:  # there a cube may hold points without the truth, at ties
        assert not inside[not c.truth(point)]


@settings(max_examples=30)
@given(games(rows=3, columns=2), POINTS, st.sampled_from(("none", "set:x,x;z,y", "equilibrium:z,x")))
def test_cubes_of_larger_games_cover_and_separate(game, point, kind):
    c = Comparisons(game, kind)
    values = c.values(point)
    signs = [(form.value(values) > 0) - (form.value(values) < 0) for form in c.forms]
    for wanted in (True, False):
        inside = any(all(each.met(signs[each.index]) for each in cube) for cube in c.cubes(wanted))
        assert inside == (c.truth(point) is wanted)


@settings(max_examples=30)
@given(games(rows=3, columns=3), POINTS, st.sampled_from(("none", "set:x,x;z,y")))
def test_a_cover_that_is_cut_short_still_covers_every_point_with_the_truth(game, point, kind):
    few = pytest.MonkeyPatch()
    few.setattr("detente.conclusions.comparisons._MAX_CUBES", 12)
    c = Comparisons(game, kind)
    values = c.values(point)
    signs = [(form.value(values) > 0) - (form.value(values) < 0) for form in c.forms]
    cubes = c.cubes(True)
    few.undo()
    assert len(cubes) <= 12
    assert c.truth(point) is False or any(all(each.met(signs[each.index]) for each in cube) for cube in cubes)


@settings(max_examples=30)
@given(games(), POINTS, POINTS, st.sampled_from(NAMES))
def test_enclosures_of_values_and_slopes_hold_every_value_and_difference(game, one, two, name):
    c = Comparisons(game, "selected:x,x")
    box = {n: (fast(min(one[n], two[n])), fast(max(one[n], two[n]))) for n in NAMES}
    for form in c.forms:
        low, high = (form.extreme(box, high=high, known={}) for high in (False, True))
        first, second = (form.value({n: fast(v) for n, v in p.items()}) for p in (one, two))
        assert low <= first <= high and low <= second <= high
        if name in form.names and one[name] != two[name]:
            moved = form.value({n: fast(two[n] if n == name else one[n]) for n in NAMES})
            least, most = form.slope(name, box)
            assert least <= (moved - first) / fast(two[name] - one[name]) <= most


def test_expressions_that_differ_by_sign_stand_once_and_constants_not_at_all():
    game = SymbolicGame([[["a", 3], [0, 1]], [["a", 0], [1, 0]]], {"a": (-1, 1), "b": (0, 1)})
    c = Comparisons(game, "set:1,1")
    # a - 0 and 3 - 1 for the first player, a - 0 and 1 - 0 for the second: one expression is left
    assert [str(form.expression) for form in c.forms] == ["a"] and c.names == ("a",)
    # the second column: 3 > 1 for the first player, whatever a is
    assert Comparisons(game, "equilibrium:2,2").cubes(True) == ()
    assert Comparisons(game, "equilibrium:2,2").truth({}) is False


def test_a_pole_is_refused_not_guessed_and_an_irrational_value_has_its_certain_sign():
    game = SymbolicGame([[["1/a", 0], [0, 0]], [["sqrt(b)", 0], [0, 0]]], {"a": (-1, 1), "b": (0, 4)})
    with pytest.raises(UsageError, match="a payoff is undefined"):
        Comparisons(game, "dominant:1=1").truth({"a": 0})
    assert Comparisons(game, "equilibrium:1,1").truth({"a": 1, "b": 2})
    assert Comparisons(game, "sign:sqrt(b) - 141421356/100000000").truth({"b": 2})
    assert not Comparisons(game, "sign:sqrt(b) - 141421357/100000000").truth({"b": 2})
    assert not Comparisons(game, "sign:sqrt(b)*sqrt(b/2) - 2*sqrt(1/2)").truth({"b": 2})  # exactly 0


def test_constraints_of_any_shape_hold_points_back():
    game = SymbolicGame([[["a", 0], [0, 0]], [["b", 0], [0, 0]]], {"a": (-1, 1), "b": (-1, 1)}, constraints=["a <= b and b < 1", "a < 0 or b > 0"])
    c = Comparisons(game, "equilibrium:1,1")
    assert len(c.constraints) == 2 and len(c.opaque) == 1
    for a, b in product((Fraction(k, 2) for k in range(-2, 3)), repeat=2):
        assert c.allowed_at(c.values({"a": a, "b": b})) == (a <= b < 1 and (a < 0 or b > 0))


def test_uniqueness_in_larger_games_is_refused_with_the_reason():
    game = SymbolicGame([[["a", 0, 0], [0, 0, 1]]] * 2, {"a": (0, 1)})
    with pytest.raises(UsageError, match="2x3 game"):
        Comparisons(game, "unique:1,1")
    assert full_box(game)["a"] == (0, 1)


def test_cubes_that_hold_another_one_are_left_out():
    import random

    from detente.conclusions._conditions import Literal
    from detente.conclusions.comparisons import _smallest

    rng = random.Random(3)
    literals = [Literal(k, sign, strict) for k in range(4) for sign in (1, -1) for strict in (True, False)]
    for _ in range(40):
        cubes = {frozenset(rng.sample(literals, rng.randint(0, 5))) for _ in range(rng.randint(1, 25))}
        assert _smallest(cubes) == [each for each in cubes if not any(other < each for other in cubes)]
