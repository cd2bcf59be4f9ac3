"""Levers against z3, exact linear programs against its optimizer, and the confrontation game against another search."""

import random
from fractions import Fraction
from itertools import combinations, product

import pytest
import sympy
import z3

import detente
from detente.conclusions._line import compare
from detente.conclusions.comparisons import Comparisons
from detente.conclusions.levers import breaks, levers
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame


def fraction(value):
    """A z3 number as a Fraction."""
    return Fraction(str(value))


def game_of(payoffs, box, **more):
    return SymbolicGame(payoffs, box, strategies=[["x", "y"]] * 2, **more)


def rational(value):
    return z3.Q(Fraction(value).numerator, Fraction(value).denominator)


DONATION = [[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]]


@pytest.mark.parametrize("seed", range(6))
def test_no_value_nearer_than_a_single_lever_brings_the_outcome_about(seed, z3_games):
    rng = random.Random(seed)
    payoffs = z3_games.random_game(rng, degree=2)
    box = {name: tuple(sorted(rng.sample(range(-3, 4), 3))) for name in z3_games.names}
    game = z3_games.build(payoffs, box)
    for outcome in ("equilibrium", "unique", "selected"):
        found = levers(game, "x,x", outcome, together=())
        oracle = z3_games.Oracle(payoffs, {name: (low, high) for name, (low, _, high) in box.items()})
        truth = oracle.truth(f"{outcome}:x,x")
        for name, (low, value, high) in box.items():
            own = next((each for each in found.singles if name in each.change), None)
            others = [oracle.v[n] == ends[1] for n, ends in box.items() if n != name]
            away = z3.If(oracle.v[name] >= value, oracle.v[name] - value, value - oracle.v[name])
            if found.holds:
                assert oracle.possible(z3.And(truth, *others, oracle.v[name] == value)) is not False
                continue
            if own is None:
                assert oracle.possible(z3.And(truth, *others)) in {False, None}
                continue
            cost = own.cost * (high - low)
            least = Fraction(int(sympy.floor(cost * 10**12)), 10**12)
            assert oracle.possible(z3.And(truth, *others, away < rational(least))) in {False, None}
            assert oracle.possible(z3.And(truth, *others, away <= rational(least + Fraction(1, 10**9)))) in {True, None}
            if isinstance(own.change[name], Fraction):
                at = z3.And(truth, *others, oracle.v[name] == rational(own.change[name]))
                assert oracle.possible(at) in {own.attained, None}
                assert Comparisons(game, f"{outcome}:x,x").truth({name: own.change[name]}) is own.attained


@pytest.mark.parametrize("seed", range(10))
def test_joint_changes_of_affine_conditions_cost_what_an_exact_optimizer_finds(seed, z3_games):
    rng = random.Random(seed)
    payoffs = z3_games.random_game(rng, degree=1)
    box = {name: tuple(sorted(rng.sample(range(-3, 4), 3))) for name in z3_games.names}
    weights = {name: rng.randint(1, 4) for name in box}
    game = z3_games.build(payoffs, box)
    found = levers(game, "x,y", weights=weights)
    oracle = z3_games.Oracle(payoffs, {name: (low, high) for name, (low, _, high) in box.items()})
    for most in (2, None):
        optimum = z3.Optimize()
        optimum.add(*oracle.solver.assertions(), oracle.truth("equilibrium:x,y"))
        moves = {name: z3.If(v >= box[name][1], v - box[name][1], box[name][1] - v) for name, v in oracle.v.items()}
        if most == 2:
            optimum.add(z3.Or(*(oracle.v[name] == box[name][1] for name in box)))
        cost = optimum.minimize(z3.Sum([moves[n] * rational(Fraction(weights[n], box[n][2] - box[n][0])) for n in box]))
        possible = optimum.check() == z3.sat
        if found.holds:
            assert possible and fraction(optimum.lower(cost)) == 0
            continue
        own = found.together[most]
        assert (own is not None) == possible and (possible or most in found.impossible)
        if possible:
            assert own.cost == fraction(optimum.lower(cost)) and own.attained and own.proved
            assert Comparisons(game, "equilibrium:x,y").truth(own.change)


@pytest.mark.parametrize("seed", range(6))
def test_joint_changes_of_bilinear_conditions_keep_what_they_claim(seed, z3_games):
    rng = random.Random(50 + seed)
    payoffs = z3_games.random_game(rng, names=("a", "b"), degree=2)
    box = {name: tuple(sorted(rng.sample(range(-3, 4), 3))) for name in ("a", "b")}
    game = z3_games.build(payoffs, box)
    for outcome in ("equilibrium", "selected"):
        found = levers(game, "y,x", outcome, together=(2,), budget=4)
        oracle = z3_games.Oracle(payoffs, {name: (low, high) for name, (low, _, high) in box.items()})
        truth = oracle.truth(f"{outcome}:y,x")
        moves = [z3.If(v >= box[n][1], v - box[n][1], box[n][1] - v) / (box[n][2] - box[n][0]) for n, v in oracle.v.items()]
        if found.holds:
            continue
        own = found.together[2]
        if own is None:
            if 2 in found.impossible:
                assert oracle.possible(truth) in {False, None}
            continue
        if own.at_least > 0:
            assert oracle.possible(z3.And(truth, z3.Sum(moves) < rational(own.at_least))) in {False, None}
        assert float(own.at_least) <= float(own.cost)
        if own.proved:
            assert float(own.cost * (1 - sympy.Rational(1, 1000))) <= float(own.at_least) * (1 + 1e-8)
        if all(isinstance(each, Fraction) for each in own.change.values()):
            assert Comparisons(game, f"{outcome}:y,x").truth(own.change) is own.attained
        slack = rational(Fraction(float(own.cost)) + Fraction(1, 10**6))
        assert oracle.possible(z3.And(truth, z3.Sum(moves) <= slack)) in {True, None}


def test_a_boundary_that_must_be_crossed_is_an_infimum():
    game = game_of(DONATION, {"b": (1, 2, 3), "c": (-1, 1, 1)})
    weak, strict = levers(game, "x,x"), levers(game, "x,x", "unique")
    assert weak.singles[0].change == strict.singles[0].change == {"c": 0}
    assert weak.singles[0].attained and not strict.singles[0].attained
    assert weak.singles[0].to_json() == {
        "change": {"c": "0"}, "cost": "1/2", "attained": True, "at_least": "1/2", "proved": True, "recommended": True,
    }


def test_an_irrational_threshold_is_given_as_an_algebraic_number():
    game = game_of([[["a**2 - 2", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (0, 1, 3)})
    (lever,) = levers(game, "x,x").singles
    assert lever.change["a"] == sympy.sqrt(2) and lever.cost == sympy.sqrt(2) / 3 - sympy.Rational(1, 3)
    assert lever.to_json()["change"]["a"]["exact"] == "sqrt(2)"


def test_a_lever_stays_inside_the_interval_and_the_constraints():
    payoffs = [[["a - b", 0], [0, 0]], [[1, 0], [0, 0]]]
    free = levers(game_of(payoffs, {"a": (0, 0, 2), "b": (0, 1, 2)}), "x,x")
    assert [each.change for each in free.singles] == [{"a": 1}, {"b": 0}]
    held = levers(game_of(payoffs, {"a": (0, 0, 2), "b": (0, 1, 2)}, constraints=["b >= 1/2"]), "x,x")
    assert [each.change for each in held.singles] == [{"a": 1}]
    short = levers(game_of(payoffs, {"a": (0, 0, "1/2"), "b": ("3/4", 1, 2)}), "x,x")
    assert short.singles == () and short.together == {2: None, None: None} and set(short.impossible) == {2, None}
    assert "no change inside the intervals" in str(short)


def test_two_conditions_need_two_parameters():
    game = game_of([[["a", 0], [1, 0]], [["d", 1], [0, 0]]], {"a": (0, "1/2", 2), "d": (0, "1/4", 2)})
    found = levers(game, "x,x")
    assert found.singles == ()
    assert found.together[2].change == {"a": 1, "d": 1} and found.cheapest.cost == Fraction(5, 8)
    assert [each["change"] for each in found.to_json()] == [{"a": "1", "d": "1"}]


def test_units_are_reported_but_neither_recommended_nor_moved_with_others():
    game = game_of([[["a*u - 1", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (0, "1/2", 2), "u": (1, 1, 3)})
    found = levers(game, "x,x", exclude=["u"])
    by_name = {next(iter(each.change)): each for each in found.singles}
    assert by_name["u"].recommended is False and by_name["a"].recommended
    assert found.cheapest.change == {"a": 1} and "(a unit)" in str(found)


def test_what_holds_already_needs_no_lever():
    found = levers(game_of(DONATION, {"b": (1, 3), "c": (0, 1)}), "y,y", "unique")
    assert found.holds and found.to_json() == [] and "already" in str(found)


def test_breaking_an_equilibrium_is_the_other_side_of_the_same_boundary():
    game = game_of(DONATION, {"b": (1, 2, 3), "c": (-1, 1, 1)})
    found = breaks(game, "y,y")
    assert found.singles[0].change == {"c": 0} and not found.singles[0].attained
    assert breaks(game, "x,x").holds


@pytest.mark.parametrize("delta", ["1/5", "2/5", "3/5"])
def test_grim_trigger_needs_the_patience_of_friedmans_formula(delta):
    # prisoner's dilemma: gain 2, loss 2, so that the critical factor is 2/(2 + 2) = 1/2
    payoffs = [[[3, 0], ["t", 1]], [[3, "t"], [0, 1]]]
    game = SymbolicGame(payoffs, {"t": (3, 5, 8), "delta": (0, delta, "9/10")}, strategies=[["c", "d"]] * 2)
    found = levers(game, "c,c", "sustainable", discount_factor="delta")
    assert found.holds == (Fraction(delta) >= Fraction(1, 2))
    if not found.holds:
        by_name = {next(iter(each.change)): each for each in found.singles}
        assert by_name["delta"].change == {"delta": Fraction(1, 2)} and by_name["delta"].attained
        # (1 - d) t + d = 3
        d = Fraction(delta)
        assert by_name["t"].change == {"t": (3 - d) / (1 - d)}
    stated = levers(game, "c,c", "sustainable", discount_factor="delta", punishment="d,d", together=())
    assert [each.change for each in stated.singles] == [each.change for each in found.singles]


@pytest.mark.parametrize("seed", range(10))
def test_side_payments_are_the_least_that_change_hands(seed):
    rng = random.Random(seed)
    table = [[[[rng.randint(-3, 3) for _ in range(2)] for _ in range(2)] for _ in range(2)] for _ in range(3)]
    game = SymbolicGame(table, {"unused": (0, 1)})
    paid = levers(game, (0, 0, 0), side_payments=True).transfers
    gains = [table[i][i == 0][i == 1][i == 2] - table[i][0][0][0] for i in range(3)]
    optimum, t = z3.Optimize(), z3.RealVector("t", 3)
    optimum.add(z3.Sum(*t) == 0, *(t[i] >= gains[i] for i in range(3)))
    total = optimum.minimize(z3.Sum(*(z3.If(each > 0, each, 0) for each in t)))
    if optimum.check() != z3.sat:
        assert paid.total is None and "No transfers" in paid.sentence
    else:
        assert paid.total == fraction(optimum.lower(total))
        assert sum(paid.receives.values()) == 0 and all(paid.receives[n] >= g for n, g in zip(game.players, gains, strict=True))


def test_side_payments_can_make_an_outcome_unique():
    # the second player loses 1 by x and the first gains 3: a transfer of just more than 1 does it
    game = game_of([[[3, 2], [0, 0]], [[0, 1], [0, 1]]], {"a": (0, 1)})
    paid = levers(game, "x,x", "unique", side_payments=True).transfers
    assert paid.total == 1 and not paid.attained and paid.receives == {"1": -1, "2": 1}


def test_exact_numbers_of_any_kind_are_compared():
    roots = [Fraction(0), sympy.sqrt(2) - 1, Fraction(1, 2), sympy.CRootOf(sympy.Symbol("x") ** 5 - sympy.Symbol("x") - 1, 0)]
    for (i, a), (j, b) in product(enumerate(roots), repeat=2):
        assert compare(a, b) == (i > j) - (i < j)


def test_arguments_that_do_not_fit_are_refused():
    game = game_of(DONATION, {"b": (1, 3), "c": (0, 1)})
    for bad, said in (
        ({"outcome": "best"}, "unknown outcome"),
        ({"outcome": "sustainable"}, "discount_factor"),
        ({"discount_factor": "1/2"}, "only 'sustainable'"),
        ({"exclude": ["d"]}, "unknown parameter"),
        ({"weights": {"b": 0}}, "positive"),
    ):
        with pytest.raises(UsageError, match=said):
            levers(game, "x,x", **bad)
    with pytest.raises(UsageError, match="unknown strategy"):
        levers(game, "x,z")
    assert levers(game, {"2": "y", "1": "y"}).holds and levers(game, (1, 1)).holds


# -- the confrontation game, with its formulas typed again from the model ---------------------------------------

UNITS = ("d_us", "l_gdp", "gdp_mult", "fx")


def losses(p):
    """What the two players lose by leaving mutual cooperation, and by leaving mutual confrontation, in closed form."""
    rebuild = p["capex_usd"] * p["d_us"] / (p["rebuild_years"] * p["gdp_mult"] * p["l_gdp"]) + (p["cost_ratio"] - 1) * p["bill"]
    cleanup = p["remed_rmb"] * p["d_us"] / (p["fx"] * p["remed_years"] * p["gdp_mult"] * p["l_gdp"])
    hit, harm = p["rel_us"] * p["tech_hit"], p["d_us"] * p["sev"]
    a1 = p["div_us"] + rebuild + p["ally_cost"] - hit
    a2 = p["abate"] * cleanup + p["lock_cn"] + p["rent_loss"] * p["rent_cn"] + p["rep_cn"] - (p["conc"] + p["rel_cn"]) * harm
    b1 = hit * (1 - p["relief"]) + (p["mitig"] + p["conc"]) * harm - rebuild - p["ally_cost"]
    b2 = p["relief"] * p["tech_hit"] + p["rel_cn"] * (1 - p["mitig"]) * harm - p["rent_loss"] * p["rent_cn"] - p["rep_cn"]
    return a1, a2, b1, b2


def reached(outcome, p):
    a1, a2, b1, b2 = losses(p)
    if outcome == "equilibrium":
        return a1 >= 0 and a2 >= 0
    if outcome == "unique":
        return a1 > 0 and a2 > 0 and (b1 < 0 or b2 < 0)
    return a1 > 0 and a2 > 0 and (b1 < 0 or b2 < 0 or (b1 > 0 and b2 > 0 and a1 * a2 > b1 * b2))


@pytest.fixture(scope="module")
def confrontation(study_root):
    return detente.Study(study_root).game("confrontation")


@pytest.mark.parametrize(
    ("outcome", "start", "names"),
    [
        ("selected", "baseline", ("sev",)),
        ("unique", "baseline", ("rel_us",)),
        ("equilibrium", "hawkish", ("rel_us", "sev")),  # or tech_hit for rel_us, at the same cost: their product counts
        ("selected", "doc003_strong", ("sev",)),
    ],
)
def test_question_nine_is_answered_and_no_change_on_a_grid_is_cheaper(confrontation, outcome, start, names):
    game, point = confrontation.symbolic, confrontation.point(start).values
    found = levers(game, "cooperate,cooperate", outcome, point, exclude=UNITS, together=(2,), budget=15)
    best = found.together[2]
    assert best.proved and {"tech_hit": "rel_us"}.get(next(iter(best.change)), next(iter(best.change))) == names[0]
    assert tuple(best.change)[1:] == names[1:]
    assert found.singles == () or float(found.singles[0].cost) >= float(best.cost) * (1 - 1e-3)
    # the change brings the outcome about, by the formulas typed above; just short of it, it does not
    width = {name: i.high - i.low for name, i in game.parameters.items()}
    for share, expected in ((Fraction(10001, 10000), True), (Fraction(9999, 10000), False)):
        moved = {n: point[n] + (Fraction(float(v)) - point[n]) * share for n, v in best.change.items()}
        assert reached(outcome, {**point, **moved}) is expected
    # floats on a grid, over every pair of parameters that a change of this cost can move
    cost, at = float(best.cost) * (1 - 2e-3), {name: float(value) for name, value in point.items()}
    free = [name for name in game.parameters if name not in UNITS and name in set(Comparisons(game, f"{outcome}:cooperate,cooperate").names)]
    for one, two in combinations(free, 2):
        for k in range(-6, 7):
            for rest in (-1, 1):
                a = at[one] + k / 6 * cost * float(width[one])
                b = at[two] + rest * (1 - abs(k) / 6) * cost * float(width[two])
                inside = all(
                    float(game.parameters[n].low) - 1e-12 <= v <= float(game.parameters[n].high) + 1e-12 or v == at[n]
                    for n, v in ((one, a), (two, b))
                )
                if inside:
                    assert not reached(outcome, {**at, one: a, two: b})
