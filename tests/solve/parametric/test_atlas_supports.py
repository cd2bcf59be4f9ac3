"""Mixed equilibria in closed form: known families, supports of every size, three players, boundaries."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import product

import pytest
import sympy

from detente.errors import DetenteError, UsageError
from detente.formula import symbol
from detente.games.symbolic import SymbolicGame
from detente.solve.equilibria import equilibria
from detente.solve.parametric.atlas import atlas, verify_atlas
from detente.solve.parametric.atlas_result import RootComparison
from detente.solve.parametric.support_polynomials import support_polynomials


def two(a, b, parameters, **more):
    return SymbolicGame([a, b], parameters, **more)


def regions(found, status=("always", "conditional")):
    return {each.label: each for each in found.regions if each.status in status}


def equal(expression, text, names):
    """Whether an expression is the quotient written as text, by SymPy's own cancellation."""
    env = {name: symbol(name) for name in names}
    from detente.formula import parse

    return sympy.cancel(expression - parse(text).to_sympy(env)) == 0


def test_rock_paper_scissors_mixes_equally_whatever_a_win_is_worth():
    """Hofbauer and Sigmund 1998, section 7.5: the barycenter for every w > 0."""
    win = [["0", "-1", "w"], ["w", "0", "-1"], ["-1", "w", "0"]]
    found = atlas(two(win, [list(row) for row in zip(*win)], {"w": (F(1, 10), 3)}))
    (only,) = regions(found).values()
    assert (only.label, only.status) == ("1+2+3,1+2+3", "always")
    assert {weight for own in only.profile.values() for weight in own.values()} == {sympy.Rational(1, 3)}
    assert equal(only.payoffs["1"], "(w - 1)/3", ["w"])
    verify_atlas(found, 30)


def test_biased_rock_paper_scissors_plays_each_by_the_payoff_of_the_two_others():
    """Zero-sum with wins a, b, c: the weights are proportional to the entry that each strategy is not part of."""
    rows = [["0", "-a", "b"], ["a", "0", "-c"], ["-b", "c", "0"]]
    other = [["0", "a", "-b"], ["-a", "0", "c"], ["b", "-c", "0"]]
    found = atlas(two(rows, other, {name: (1, 2) for name in "abc"}))
    (only,) = regions(found).values()
    assert only.status == "always"
    for weight, entry in zip(only.profile["1"].values(), "cba"):
        assert equal(weight, f"{entry}/(a + b + c)", "abc")
    assert only.payoffs["1"] == 0


def test_the_inspection_game_inspects_at_the_ratio_of_gain_and_fine():
    """Avenhaus, von Stengel and Zamir 2002: an inspectee gains g by a violation, which costs b if it is found."""
    found = atlas(
        two(
            [["-h - e", "-e"], ["-d", "0"]],  # inspector: inspect or not; the other: violate or comply
            [["-b", "0"], ["g", "0"]],
            {"b": (1, 3), "g": (F(1, 2), 1), "e": (F(1, 10), F(1, 2)), "h": (0, 1), "d": (2, 4)},
        )
    )
    (only,) = regions(found).values()
    assert only.label == "mixed"
    assert only.status == "always"
    assert equal(only.profile["1"]["1"], "g/(b + g)", "bghed")
    assert equal(only.profile["2"]["1"], "e/(d - h)", "bghed")
    assert [each.sign for each in only.statics() if (each.player, each.quantity, each.parameter) == ("1", "1", "g")] == ["+"]
    assert [each.sign for each in only.statics() if (each.player, each.quantity, each.parameter) == ("2", "1", "h")] == ["+"]


def test_a_coordination_game_of_three_has_all_seven_equilibria_with_the_textbook_weights():
    """Diagonal payoffs a, b, c > 0: on every support weights are proportional to the reciprocals."""
    cells = [["a", 0, 0], [0, "b", 0], [0, 0, "c"]]
    found = atlas(two(cells, cells, {name: (1, 2) for name in "abc"}))
    assert {label: each.status for label, each in regions(found).items()} == dict.fromkeys(
        ["1,1", "2,2", "3,3", "1+2,1+2", "1+3,1+3", "2+3,2+3", "1+2+3,1+2+3"], "always"
    )
    full = regions(found)["1+2+3,1+2+3"]
    assert equal(full.profile["2"]["1"], "b*c/(a*b + a*c + b*c)", "abc")
    assert equal(full.payoffs["1"], "a*b*c/(a*b + a*c + b*c)", "abc")
    assert found.boundaries() == ()


def test_conditions_on_a_support_are_strict_inside_and_weak_outside():
    """Rows 1 and 2 mix against columns 1 and 2; row 3 yields t whatever happens: it may tie, they may not vanish."""
    game = two([["p", 0], [0, 1], ["t", "t"]], [[0, 1], [1, 0], [0, 0]], {"p": (-1, 3), "t": (0, 1)})
    found = atlas(game)
    mixed = next(each for each in found.regions if each.label == "1+2,1+2")
    # against (1/(1+p), p/(1+p)) the first two rows yield p/(1+p)
    assert mixed.holds_at(p=1, t="1/2")
    assert not mixed.holds_at(p=1, t=F(1, 2) + F(1, 10**20))
    assert mixed.holds_at(p=F(1, 10**20), t=0)
    assert not mixed.holds_at(p=0, t=0)
    assert {each.relation for each in mixed.unsettled} == {">", ">="}


def test_a_denominator_of_either_sign_is_handled_by_case():
    """Both orders of preference make the same formula an equilibrium; between them the denominator vanishes."""
    game = two([["a", 0], [0, "a"]], [[0, 1], [1, 0]], {"a": (-1, 1)})
    mixed = next(each for each in atlas(game).regions if each.label == "mixed")
    # common factors are cancelled: the formula is 1/2, and right at a = 0 as well, where everything ties for player 1
    assert [mixed.holds_at(a=value) for value in (-1, 0, 1)] == [True, True, True]
    skewed = two([["a", 0], [0, "b"]], [[0, 1], [1, 0]], {"a": (-1, 1), "b": (-1, 1)})
    mixed = next(each for each in atlas(skewed).regions if each.label == "mixed")
    points = list(product((-1, 0, 1), repeat=2))
    assert [mixed.holds_at(a=a, b=b) for a, b in points] == [a * b > 0 for a, b in points]
    assert "a*b" in str(mixed.condition)


def test_strategies_that_tie_whatever_the_parameters_are_give_extreme_points_and_a_note():
    found = atlas(two([["a", "a"], ["a", "a"]], [[1, 0], [0, "a"]], {"a": (1, 2)}))
    assert any("tie whatever" in note for note in found.notes)
    for value in (1, F(3, 2), 2):
        truth = {each.mixed for each in equilibria(found.game.at(a=value)).equilibria}
        assert len([each for each in found.regions if each.holds_at(a=value)]) == len(truth)
    verify_atlas(found, 20)


def test_the_boundary_names_the_equilibria_that_appear_there():
    """Von Stengel's degenerate game with the entry that makes it so as a parameter: at b = 3 both columns tie."""
    game = two([[3, 3], [2, 5], [0, 6]], [[3, "b"], [2, 6], [3, 1]], {"b": (2, 4)})
    found = atlas(game)
    (further,) = found.boundaries()
    assert further.label == "1,1+2"
    assert further.unsettled[0].relation == "=="
    assert further.holds_at(b=3)
    assert not further.holds_at(b="5/2")
    weights = [{name: F(str(w)) for name, w in own.items()} for own in further.profile.values()]
    assert tuple(weights[1].values()) == (F(2, 3), F(1, 3))
    assert tuple(tuple(own.values()) for own in weights) in {each.mixed for each in equilibria(game.at(b=3)).equilibria}


def test_boundaries_are_described_for_two_players_only():
    three = SymbolicGame([[[["a", 0], [0, 0]], [[0, 0], [0, 1]]]] * 3, {"a": (1, 2)})
    with pytest.raises(UsageError, match="two players"):
        atlas(three).boundaries()


def test_derived_names_are_kept_and_a_determinant_that_vanishes_through_them_is_seen():
    """d is a*b: the second row is a times the first although no name says so."""
    game = two([["a", "d"], ["a", "a*b"]], [[1, 0], [0, 1]], {"a": (1, 2), "b": (1, 2)}, derived={"d": "a*b"})
    found = atlas(game)
    assert "mixed" not in {each.label for each in found.regions}
    assert "d" in str(found.regions[0].payoffs) or "d" in str(found.regions[1].payoffs)
    verify_atlas(found, 20)


def test_an_irrational_derived_name_is_kept_as_a_symbol_and_decided_where_its_range_is_known():
    game = two([["r", 0], [0, 1]], [["r", 0], [0, 1]], {"a": (1, 4)}, derived={"r": "sqrt(a)"})
    found = atlas(game)
    assert {label: each.status for label, each in regions(found).items()}["mixed"] == "always"
    assert found.regions[0].holds_at(a=4)


def test_a_pole_of_unknown_sign_turns_the_inequality_where_it_turns():
    game = two([["1/a", 0], [0, 1]], [["1", 0], [0, "1"]], {"a": (-1, 1)})
    mixed = next(each for each in atlas(game).regions if each.label == "mixed")
    assert [mixed.holds_at(a=value) for value in ("-1/2", "1/2")] == [False, True]
    verify_atlas(atlas(game), 40)


# ------------------------------------------------------------------------------------------ three players


def volunteer():
    """Diekmann 1985: b if somebody volunteers, at a cost c to each who does; strategy 1 is to leave it to others."""

    def payoff(player, profile):
        return ("b" if 1 in profile else "0") + (" - c" if profile[player] else "")

    cells = [[[[payoff(i, (x, y, z)) for z in (0, 1)] for y in (0, 1)] for x in (0, 1)] for i in range(3)]
    return SymbolicGame(cells, {"b": (1, 4), "c": (F(1, 10), F(9, 10))})


def test_the_volunteers_dilemma_has_the_symmetric_root_as_closed_form():
    """All three leave it to others with probability (c/b)**(1/2); two with c/b where the third does not volunteer."""
    found = atlas(volunteer())
    always = {each.label: each for each in found.regions if each.status == "always"}
    assert set(always) == {
        "1,1,2", "1,2,1", "2,1,1", "1,1+2,1+2", "1+2,1,1+2", "1+2,1+2,1", "mixed, upper root"
    }  # fmt: skip
    assert equal(always["1,1+2,1+2"].profile["2"]["1"], "c/b", "bc")
    at = {symbol("b"): 2, symbol("c"): sympy.Rational(1, 2)}
    for own in always["mixed, upper root"].profile.values():
        assert sympy.simplify(own["1"].xreplace(at) - sympy.Rational(1, 2)) == 0
        assert sympy.N(own["1"].xreplace({symbol("b"): 3, symbol("c"): sympy.Rational(1, 2)}) - 1 / sympy.sqrt(6), 20) < 1e-18
    assert found.complete
    verify_atlas(found, 12)


def nau(top):
    """Nau, Gomez Canovas and Hansen 2004: three players, one equilibrium, irrational; ``top`` is 3 there."""
    cells = {
        (0, 0, 0): (top, 0, 2), (0, 1, 0): (0, 2, 0), (1, 0, 0): (0, 1, 0), (1, 1, 0): (1, 0, 0),
        (0, 0, 1): (1, 0, 0), (0, 1, 1): (0, 1, 0), (1, 0, 1): (0, 3, 0), (1, 1, 1): (2, 0, 3),
    }  # fmt: skip
    return [[[[cells[x, y, z][i] for z in (0, 1)] for y in (0, 1)] for x in (0, 1)] for i in range(3)]


def test_an_irrational_equilibrium_of_three_players_is_found_with_its_radical():
    found = atlas(SymbolicGame(nau("t"), {"t": (2, 3, 4)}))
    holding = [each for each in found.regions if each.holds_at(t=3)]
    assert [each.label for each in holding] in (["mixed, upper root"], ["mixed, lower root"])
    (root,) = {each.radicand for each in holding[0].comparisons if isinstance(each, RootComparison)}
    inside = root.subs(symbol("t"), 3)
    assert sympy.sqrt(inside / 601).is_rational  # the field of the published equilibrium
    verify_atlas(found, 24)


def test_a_root_comparison_is_the_sign_of_its_radical_in_all_cases():
    for u, v, d in product((-3, -2, 0, 2, 3), (-2, -1, 0, 1, 2), (0, 1, 2, 4)):
        gap = u * u - v * v * d
        each = RootComparison(sympy.Integer(u), ">", "", sympy.Integer(v), sympy.Integer(d), sympy.Integer(gap))
        truth = bool(u + v * sympy.sqrt(d) > 0)
        signs = [(x > 0) - (x < 0) for x in (u, v, d, gap)]
        assert (RootComparison.sign_of(*signs) == 1) == truth
        assert bool(each.sympy) == truth


def test_partly_mixed_equilibria_of_three_players_have_the_third_players_inequality():
    """Players 1 and 2 match; player 3 gets s for staying and 1 for leaving when they meet on their first strategies."""
    match = [[[1, 1], [0, 0]], [[0, 0], [1, 1]]]
    third = [[["s", 1], ["s", 0]], [["s", 0], ["s", 0]]]
    found = atlas(SymbolicGame([match, match, third], {"s": (0, 1)}))
    staying = next(each for each in found.regions if each.label == "1+2,1+2,1")
    assert [staying.holds_at(s=value) for value in (0, "1/4", 1)] == [False, True, True]  # they meet with 1/2 * 1/2
    assert not staying.holds_at(s=F(1, 4) - F(1, 10**20))


# ----------------------------------------------------------------------------- verification, threshold, printing


def test_verification_notices_a_mixed_region_that_is_left_out_or_too_large():
    from dataclasses import replace

    cells = [["a", 0, 0], [0, "b", 0], [0, 0, "c"]]
    found = atlas(two(cells, cells, {name: (1, 2) for name in "abc"}))
    with pytest.raises(DetenteError, match="solver"):
        verify_atlas(replace(found, regions=found.regions[:-1]), 4)
    game = two([["p", 0], [0, 1], ["t", "t"]], [[0, 1], [1, 0], [0, 0]], {"p": (-1, 3), "t": (0, 1)})
    found = atlas(game)
    at = next(k for k, each in enumerate(found.regions) if each.label == "1+2,1+2")
    loose = replace(found.regions[at], unsettled=tuple(one for one in found.regions[at].unsettled if one.relation == ">"))
    with pytest.raises(DetenteError, match="disagrees"):
        verify_atlas(replace(found, regions=(*found.regions[:at], loose, *found.regions[at + 1 :])), 60)


def test_the_polynomials_along_one_parameter_decide_the_set_of_equilibria_exactly():
    cells = [["a", 0, 0], [0, "b", 0], [0, 0, "c"]]
    game = two(cells, cells, {"a": (-1, 2), "b": (1, 2), "c": (1, 2)})
    along = support_polynomials(game, "a", {"b": F(1), "c": F(3, 2)})
    a = symbol("a")
    for value in (F(-1), F(-1, 2), F(0), F(1, 3), F(1)):

        def sign(each, value=value):
            number = each.subs(a, sympy.Rational(value.numerator, value.denominator))
            return int(sympy.sign(number))

        truth = sorted(
            tuple(tuple(name for name, w in own.items() if w) for own in each.profile.values())
            for each in equilibria(game.at(a=value, b=1, c="3/2")).equilibria
        )
        assert sorted(along.equilibria(sign)) == truth


def test_regions_print_in_words_latex_and_typst():
    found = atlas(two([["s", 0], [1, 1]], [["s", 1], [0, 1]], {"s": (0, 3)}, strategies=[["stag", "hare"]] * 2))
    both, mixed = found.regions[0], found.regions[-1]
    # Both weigh s against 1; at s = 1 both are indifferent and (stag, stag) is still an equilibrium.
    assert both.in_words({"1": "Ann", "2": "Bob", "s": "the stag"}) == (
        "(Ann: stag; Bob: stag) is an equilibrium exactly when the stag is at least 1 (else Ann would do better with hare "
        "and Bob with hare). Equality is included: there somebody is indifferent, and further equilibria may appear."
    )
    # Each hunts with probability 1/s, which has to be less than 1.
    assert mixed.in_words({"1": "Ann", "2": "Bob", "s": "the stag"}).splitlines() == [
        "There is an equilibrium that mixes (Ann: stag+hare; Bob: stag+hare) exactly when",
        "- the stag is more than 1.",
        "In it",
        "- Ann plays stag with probability 1 / the stag",
        "- Bob plays stag with probability 1 / the stag",
        "Equality is excluded.",
    ]
    assert "当且仅当" in both.in_words(lang="zh")
    assert both.to_latex({"s": "sigma"}) == r"\sigma \geq 1"
    assert both.to_typst({"s": "sigma"}) == "sigma >= 1"
    # A row for each of three equilibria, and two for the probabilities of the mixed one.
    assert found.to_latex().count(r"\\") == 5
    assert r"\Pr(\text{2: stag}) = \frac{1}{s}" in found.to_latex()
    # What holds at equality is told once, at the end.
    assert found.in_words().count("equality") == 1
    assert found.in_words().splitlines()[-1].startswith('"At least" and "at most" include equality')
    with pytest.raises(UsageError, match="language"):
        both.in_words(lang="fr")


@pytest.mark.parametrize(
    ("quantity", "parameter", "sign"), [("1", "a", "-"), ("1", "b", "+"), ("2", "a", "+"), ("payoff", "a", "+")]
)
def test_comparative_statics_of_a_coordination_game(quantity, parameter, sign):
    """The weight on 1 is b/(a + b), the payoff a*b/(a + b)."""
    cells = [["a", 0], [0, "b"]]
    mixed = atlas(two(cells, cells, {"a": (1, 2), "b": (1, 2)})).regions[-1]
    assert [e.sign for e in mixed.statics() if (e.player, e.quantity, e.parameter) == ("1", quantity, parameter)] == [sign]


def test_comparative_statics_use_the_region_and_say_when_the_sign_depends():
    """The weight on 1 is t/(t + 1)**... with a hump: y = a*(1 - a) has the sign of its slope on either side of 1/2."""
    game = two([[0, 1], ["a*(1 - a)", 0]], [[1, 0], [0, 1]], {"a": (F(1, 10), F(9, 10))})
    mixed = atlas(game).regions[-1]
    assert {e.sign for e in mixed.statics() if (e.player, e.quantity) == ("2", "2")} == {"depends"}
    low = SymbolicGame([[[0, 1], ["a*(1 - a)", 0]], [[1, 0], [0, 1]]], {"a": (F(1, 10), F(1, 2))})
    mixed = atlas(low).regions[-1]
    assert {e.sign for e in mixed.statics() if (e.player, e.quantity) == ("2", "2")} == {"+0"}
