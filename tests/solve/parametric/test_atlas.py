"""Equilibria in closed form: conditions, statuses, points on boundaries."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction as F

import pytest
import sympy

from detente import formula
from detente.errors import DetenteError, UsageError
from detente.formula import symbol
from detente.games.symbolic import SymbolicGame
from detente.printing import plain
from detente.solve.parametric._shared_parts import joined
from detente.solve.parametric.atlas import Comparison, atlas, pure_comparisons, verify_atlas

GIVING = [[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]]
#: Stag hunt with a reward for the stag and a sure hare.
STAG = [[["s", 0], ["h", "h"]], [["s", "h"], [0, "h"]]]
EIGHT = {f"{who}{i}{j}": (0, 2) for who in "uv" for i in (0, 1) for j in (0, 1)}
GENERAL = SymbolicGame([[[f"{who}{i}{j}" for j in (0, 1)] for i in (0, 1)] for who in "uv"], EIGHT)


def status(found):
    return {region.label: region.status for region in found.regions}


def test_donation_game_gives_nothing_where_giving_costs():
    found = atlas(SymbolicGame(GIVING, {"b": (1, 3), "c": (1, 2)}))
    assert status(found) == {"1,1": "never", "1,2": "never", "2,1": "never", "2,2": "always"}


def test_a_cost_that_may_vanish_makes_giving_possible_on_the_boundary():
    found = atlas(SymbolicGame(GIVING, {"b": (1, 3), "c": (0, 2)}))
    assert status(found) == {"1,1": "conditional", "1,2": "conditional", "2,1": "conditional", "2,2": "always"}
    (both, *_) = found.regions
    assert both.holds_at(c=0)
    assert not both.holds_at(c=F(1, 10**30))


def test_where_a_gain_does_not_depend_on_the_other_there_is_no_mixed_region_and_the_table_prints():
    found = atlas(SymbolicGame(GIVING, {"b": (1, 3), "c": (0, 2)}))
    assert "mixed" not in status(found)
    assert found.complete
    assert "zoo" not in str(found)
    assert "nan" not in str(found)


def test_a_gain_that_is_zero_everywhere_leaves_one_region_per_pure_profile():
    """Its mixed weights would be 0 and 1, which is no second region 1,1."""
    table = [["x", "x"], ["x", "y"]]
    found = atlas(SymbolicGame([table, table], {"x": (0, 1), "y": (0, 1)}))
    assert [region.label for region in found.regions] == ["1,1", "1,2", "2,1", "2,2"]
    assert status(found)["1,1"] == "always"


def test_the_stag_hunt_mixes_at_hare_over_stag():
    found = atlas(SymbolicGame(STAG, {"s": (2, 3), "h": (1, "3/2")}))
    assert status(found) == {"1,1": "always", "1,2": "never", "2,1": "never", "2,2": "always", "mixed": "always"}
    (mixed,) = [region for region in found.regions if not region.pure]
    s, h = symbol("s"), symbol("h")
    for own in mixed.profile.values():
        assert sympy.simplify(own["1"] - h / s) == 0
    for payoff in mixed.payoffs.values():
        assert sympy.simplify(payoff - h) == 0


def test_a_condition_leaves_out_what_the_box_settles():
    found = atlas(SymbolicGame(STAG, {"s": (0, 3), "h": (1, "3/2")}))
    (both, _, _, hares, mixed) = found.regions
    s, h = symbol("s"), symbol("h")
    assert both.condition == sympy.And(sympy.Ge(s - h, 0))
    assert (hares.status, hares.condition) == ("always", sympy.true)
    assert mixed.status == "conditional"
    assert {str(each.expression) for each in mixed.unsettled} == {"-h + s"}
    assert [mixed.holds_at(s=value, h=1) for value in ("1/2", 1, "3/2")] == [False, False, True]


@pytest.mark.parametrize(
    ("relation", "held"),
    [(">=", (0, 1, 1)), (">", (0, 0, 1)), ("<=", (1, 1, 0)), ("<", (1, 0, 0)), ("==", (0, 1, 0))],
)
def test_a_comparison_holds_below_at_and_above_zero_as_it_says(relation, held):
    each = Comparison(symbol("s"), relation)
    assert [each.holds(value) for value in (F(-1, 10**30), F(0), F(1, 10**30))] == list(map(bool, held))
    assert bool(each.sympy.subs(symbol("s"), 1)) == bool(held[2])


def brute_force(values):
    """Pure equilibria and whether both mix strictly, from the eight numbers alone."""
    u = {cell: values[f"u{cell[0]}{cell[1]}"] for cell in itertools.product((0, 1), repeat=2)}
    v = {cell: values[f"v{cell[0]}{cell[1]}"] for cell in itertools.product((0, 1), repeat=2)}
    found = {f"{i + 1},{j + 1}": u[i, j] >= u[1 - i, j] and v[i, j] >= v[i, 1 - j] for i, j in u}
    found["mixed"] = (u[0, 0] - u[1, 0]) * (u[0, 1] - u[1, 1]) < 0 and (v[0, 0] - v[0, 1]) * (v[1, 0] - v[1, 1]) < 0
    return found


def test_every_condition_of_the_general_game_holds_exactly_where_the_equilibrium_exists_ties_included():
    """All 3**8 games with payoffs 0, 1, 2 would take long; every eleventh has every kind of tie."""
    found = atlas(GENERAL)
    assert set(status(found).values()) == {"conditional"}
    names = list(EIGHT)
    kinds = set()
    for numbers in itertools.islice(itertools.product((0, 1, 2), repeat=8), 0, None, 11):
        values = dict(zip(names, numbers, strict=True))
        expected = brute_force(values)
        kinds.add(tuple(expected.values()))
        assert {region.label: region.holds_at(values) for region in found.regions} == expected
    assert len(kinds) > 12


def test_games_of_three_players_list_pure_regions_and_say_what_is_missing():
    cells = [[["a", 0], [0, 0]], [[0, 0], [0, 1]]]
    three = SymbolicGame([[[*row, row[0]] for row in cells]] * 3, {"a": (1, 2)})
    found = atlas(three)
    assert len(found.regions) == 12
    assert status(found)["1,1,1"] == status(found)["2,2,2"] == "always"
    assert status(found)["1,2,1"] == "never"
    assert (found.complete, found.missing != "") == (False, True)
    assert len(pure_comparisons(three, (0, 0, 0))) == 4


def test_a_player_who_decides_alone_leaves_nothing_out():
    alone = atlas(SymbolicGame([[["a"], [1], [0]], [[0], [0], [0]]], {"a": (0, 2)}))
    assert (alone.complete, alone.missing) == (True, "")
    assert status(alone) == {"1,1": "conditional", "2,1": "conditional", "3,1": "never"}


def test_constraints_cut_points_off_the_box():
    """a >= b everywhere that is allowed, so a point with a < b is no witness."""
    payoffs = [[["a"], ["b"]], [[0], [0]]]
    free = atlas(SymbolicGame(payoffs, {"a": (0, 1), "b": (0, 1)}))
    cut = atlas(SymbolicGame(payoffs, {"a": (0, 1), "b": (0, 1)}, constraints=["a >= b"]))
    assert status(free)["1,1"] == "conditional"
    assert status(cut)["1,1"] == "always"  # the constraint implies it, although bounds over the box do not
    assert status(cut)["2,1"] in {"conditional", "undecided"}
    assert cut.regions[0].holds_at(a="1/2", b="1/2")


def test_a_conjunction_that_no_point_satisfies_is_not_called_conditional():
    # strategy 1 is best where a >= 2/3 and a <= 1/3: each is possible, both are not
    game = SymbolicGame([[["0"], ["2/3 - a"], ["a - 1/3"]], [[0], [0], [0]]], {"a": (0, 1)})
    assert status(atlas(game))["1,1"] in {"never", "undecided"}


def test_a_pole_in_the_box_does_not_hide_the_points_where_the_game_is_defined():
    game = SymbolicGame([[["1/a"], [1]], [[0], [0]]], {"a": (0, 4)})
    assert status(atlas(game)) == {"1,1": "conditional", "2,1": "conditional"}


def test_payoffs_that_are_constant_give_always_and_never():
    found = atlas(SymbolicGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], {"a": (0, 1)}))
    assert status(found) == {"1,1": "never", "1,2": "never", "2,1": "never", "2,2": "always", "mixed": "never"}
    assert "always" in str(found)
    tied = atlas(SymbolicGame([[[1, 1], [1, 1]]] * 2, {"a": (0, 1)}))
    assert set(status(tied).values()) == {"always"}
    assert "nan" not in str(tied)


def test_an_atlas_over_some_parameters_keeps_the_others_at_the_point_it_was_made_with():
    game = SymbolicGame(STAG, {"s": (0, 3), "h": (0, 1, 2)})
    found = atlas(game, over=["s"], at={"h": "5/2"})
    both = found.regions[0]
    assert both.status == "conditional"
    assert [both.holds_at(s=2), both.holds_at(s="5/2")] == [False, True]  # h is 5/2, not its baseline 1
    assert both.holds_at(s=2, h=2)
    verify_atlas(found, 20)


def test_unknown_names_are_refused():
    game = SymbolicGame(STAG, {"s": (0, 3), "h": (0, 1, 2)})
    with pytest.raises(UsageError, match="unknown parameter 'x'"):
        atlas(game, over=["x"])
    with pytest.raises(UsageError, match="unknown parameter 'x'"):
        atlas(game).regions[0].holds_at(x=1)


def test_verification_passes_on_true_conditions_with_ties_and_undefined_weights():
    verify_atlas(atlas(GENERAL), 60)
    small = SymbolicGame([[["a", "b"], [0, 0]], [["a", 0], ["b", 0]]], {"a": (-1, 1), "b": (-1, 1)})
    verify_atlas(atlas(small), 200)


@pytest.mark.parametrize("index", range(5))
def test_verification_notices_a_condition_that_is_wrong(index):
    game = SymbolicGame(STAG, {"s": (0, 3), "h": (0, 1, 2)})
    found = atlas(game)
    region = found.regions[index]
    wrong = replace(region, status="never" if region.status == "always" else "always", unsettled=())
    broken = replace(found, regions=tuple(wrong if k == index else each for k, each in enumerate(found.regions)))
    with pytest.raises(DetenteError, match="disagrees"):
        verify_atlas(broken, 100)


def test_verification_notices_an_equilibrium_that_is_left_out():
    found = atlas(SymbolicGame(STAG, {"s": (2, 3), "h": (1, "3/2")}))
    with pytest.raises(DetenteError, match="the solver 3"):
        verify_atlas(replace(found, regions=found.regions[:-1]), 20)


def test_the_table_names_every_region_and_fits_a_terminal():
    text = str(atlas(SymbolicGame(STAG, {"s": (0, 3), "h": (1, "3/2")})))
    assert "never in the box" in text
    assert "s >= h" in text or "h <= s" in text
    assert all(len(line) <= 80 for line in text.splitlines())


# ------------------------------------------------------------------------------------------ irrational formulas


def donation(benefit, **more):
    """A prisoner's dilemma with a benefit that decays: giving costs c and is worth v times a share to the other."""
    cells = [[[f"v*{benefit} - c", "-c"], ["v", 0]], [[f"v*{benefit} - c", "v"], ["-c", 0]]]
    return SymbolicGame(cells, {"v": (1, 3), "a": ("1/10", 1), "c": (-1, 1), **more.pop("parameters", {})}, **more)


def test_conditions_with_exponentials_hold_exactly_where_the_equilibrium_exists():
    found = atlas(donation("exp(-a)"))
    assert [each.status for each in found.regions] == ["conditional"] * 5
    assert verify_atlas(found, 60) > 40
    giving = found.regions[0]
    # v exp(-a) >= c + v at v = 2, a = 1: 0.7358 >= c + 2, so from c = -1.2642 down; at a = 1/10: 1.80967 >= c + 2
    assert giving.holds_at(v=2, a="1/10", c="-0.1904") and not giving.holds_at(v=2, a="1/10", c="-0.1903")
    assert str(giving.condition) == "c + v - v*exp(-a) <= 0" or "exp(-a)" in str(giving.condition)


def test_a_derived_name_with_an_irrational_formula_stays_a_symbol_and_its_interval_is_told():
    found = atlas(donation("q", parameters={"t": (1, 20)}, derived={"q": "1 - (a/2)**(1/t)"}))
    assert "q*v >= c + v" in str(found)
    # (a/2)**(1/t) is largest at a = 1, t = 20 and least at a = 1/10, t = 1
    note = next(each for each in found.notes if "stands for" in each)
    assert note == "q stands for 1 - (a/2)**(1/t), between 0.0340637 and 19/20."
    assert abs((1 - 0.5 ** (1 / 20)) - 0.0340637) < 1e-7
    assert verify_atlas(found, 40) > 20


def test_what_the_interval_of_a_derived_name_proves_is_never_or_always():
    found = atlas(donation("exp(a)"))  # worth more than v, so giving is an equilibrium wherever c <= v(e**a - 1)
    statuses = {each.label: each.status for each in found.regions}
    low = SymbolicGame([[["sqrt(a) - 2", "a"], [0, 1]], [[0, 0], [0, 0]]], {"a": (0, 1)})
    assert {each.label: each.status for each in atlas(low).regions}["1,1"] == "never"  # sqrt(a) <= 1 < 2
    assert statuses["1,1"] == "conditional"


def test_along_one_parameter_the_partition_is_certified_where_no_polynomial_gives_it():
    found = atlas(donation("exp(-a)"), ["c"], {"v": 2, "a": 1}).partition()
    assert found.complete
    (first, edge, *_) = [(cell.labels, cell.spans) for cell in found.cells]
    ends = {end for cell in found.cells for span in cell.spans for end in span}
    enclosed = [end for end in ends if hasattr(end, "low")]
    assert len(enclosed) == 0 or all(abs(float(end) - (2 * 0.36787944117144233 - 2)) < 1e-12 for end in enclosed)


@pytest.mark.parametrize("seed", range(6))
def test_random_games_with_irrational_entries_agree_with_the_solver(seed):
    rnd = random.Random(900 + seed)

    def entry():
        kind = rnd.random()
        if kind < 0.35:
            return str(rnd.randint(-2, 2))
        if kind < 0.6:
            return f"{rnd.randint(-2, 2)}*a + {rnd.randint(-1, 1)}"
        return rnd.choice([f"exp({rnd.choice(['a', '-b'])}) - {rnd.randint(0, 2)}", "q", "q*b - a", f"sqrt(b) - {rnd.randint(0, 1)}/2"])

    shape = rnd.choice([(2, 2), (2, 3), (3, 3)])

    def nest(sizes):
        return entry() if not sizes else [nest(sizes[1:]) for _ in range(sizes[0])]

    game = SymbolicGame([nest(shape) for _ in shape], {"a": (-1, 1), "b": ("1/4", 2)}, derived={"q": "log(b + 1) - a/3"})
    verify_atlas(atlas(game), 24, seed)


def test_inequalities_of_players_alike_and_of_one_player_are_printed_as_one():
    """One payer is enough for a common good of value v: that nobody pays needs cost >= v of each of the three."""
    names = ["a", "b", "c"]
    table = [
        [[[f"v*{int(x + y + z > 0)} - {names[i]}*{(x, y, z)[i]}" for z in (0, 1)] for y in (0, 1)] for x in (0, 1)]
        for i in range(3)
    ]
    game = SymbolicGame(table, {**{name: (0, 2) for name in names}, "v": (0, 1)})
    region = next(each for each in atlas(game).regions if each.label == "1,1,1")
    assert len(region.unsettled) == 3
    (all_three,) = region.statements
    assert plain(all_three.sympy) == "min(a, b, c) - v >= 0"
    assert formula.parse(plain(region.condition), condition=True)
    for values in itertools.product((F(1, 4), F(3, 4)), repeat=4):
        point = dict(zip([*names, "v"], values))
        truth = all(point[name] >= point["v"] for name in names)
        assert bool(all_three.sympy.subs({symbol(name): sympy.Rational(value) for name, value in point.items()})) is truth
        assert region.holds_at(point) is truth


@pytest.mark.parametrize("seed", range(20))
def test_joined_inequalities_hold_where_the_single_ones_do(seed):
    rnd = random.Random(seed)
    names = [symbol(name) for name in "abcd"]
    parts = []
    for _ in range(rnd.randint(2, 6)):
        terms = [rnd.choice([-2, -1, 1, 2]) * rnd.choice([*names, names[0] * names[1], 1]) for _ in range(rnd.randint(2, 4))]
        expression = sympy.Add(*terms)
        if expression.free_symbols:
            why = rnd.choice(["p does not gain by x", "p does not gain by y", "q does not gain by x", ""])
            parts.append(Comparison(expression, rnd.choice([">", ">="]), why))
    found = joined(parts)
    assert len(found) <= len(parts)
    for _ in range(30):
        point = {each: sympy.Rational(rnd.randint(-4, 4), 2) for each in names}
        single = all(each.holds(F(str(each.expression.subs(point)))) for each in parts)
        assert all(each.holds(F(str(each.expression.subs(point)))) for each in found) is single
