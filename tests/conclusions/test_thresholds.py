"""Exact thresholds: roots of every kind, poles, domains, derived names."""

from __future__ import annotations

import json
import math
from fractions import Fraction as F

import pytest
import sympy

from detente import formula
from detente.conclusions.conclusion import parse_conclusion
from detente.conclusions.thresholds import state_text, thresholds
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame


def decision(gain, interval=(-5, 5), parameters=None, **more):
    """One player gains ``gain`` by the first of two strategies; the other player has one strategy."""
    return SymbolicGame([[[gain], [0]], [[0], [0]]], {"a": interval, **(parameters or {})}, strategies=[["in", "out"], ["-"]], **more)


def listed(found):
    return [(each.before, each.at_point, each.after) for each in found]


IN, OUT, BOTH = ("in,-",), ("out,-",), ("in,-", "out,-")


def test_a_rational_root_is_exact_and_both_choices_hold_on_it():
    (only,) = thresholds(decision("3*a - 1"), "a")
    assert only.at == sympy.Rational(1, 3)
    assert (only.before, only.at_point, only.after) == (OUT, BOTH, IN)


def test_a_double_root_touches_without_crossing():
    (only,) = thresholds(decision("(a - 1)**2"), "a")
    assert (only.at, only.before, only.at_point, only.after) == (1, IN, BOTH, IN)
    (odd,) = thresholds(decision("(a - 1)**3"), "a")
    assert (odd.before, odd.after) == (OUT, IN)


def test_irrational_roots_are_written_with_radicals():
    low, high = thresholds(decision("a**2 - 2"), "a")
    assert (low.at, high.at) == (-sympy.sqrt(2), sympy.sqrt(2))
    assert listed([low, high]) == [(IN, BOTH, OUT), (OUT, BOTH, IN)]
    data = json.loads(json.dumps(high.to_json()))
    assert data["at"]["exact"] == "sqrt(2)"
    assert data["at"]["float"] == pytest.approx(2**0.5)
    assert data["before"] == ["out,-"]


def test_roots_without_radicals_are_enclosed():
    (only,) = thresholds(decision("a**5 - a - 1"), "a")
    data = only.to_json()["at"]
    assert data["root_of"] == "x**5 - x - 1"
    low, high = map(F, data["interval"])
    assert low**5 - low - 1 < 0 < high**5 - high - 1
    assert low < data["float"] < high
    assert float(only.at) == pytest.approx(1.1673039782614187)


def test_three_real_roots_without_real_radicals_come_in_order():
    """Casus irreducibilis: x**3 - 3x + 1 has the roots 2cos(40), 2cos(80), 2cos(160) degrees."""
    found = list(thresholds(decision("a**3 - 3*a + 1"), "a"))
    assert [float(each.at) for each in found] == pytest.approx(sorted(2 * math.cos(math.radians(d)) for d in (40, 80, 160)))
    assert [(each.before, each.after) for each in found] == [(OUT, IN), (IN, OUT), (OUT, IN)]


@pytest.mark.parametrize("digits", [3, 30, 100, 180])
def test_roots_that_are_very_close_are_told_apart_and_ordered(digits):
    tiny = f"1e-{digits}"
    found = list(thresholds(decision(f"(a - 1)*(a - 1 - {tiny})"), "a"))
    assert [F(str(each.at)) for each in found] == [1, 1 + F(tiny)]
    assert listed(found) == [(IN, BOTH, OUT), (OUT, BOTH, IN)]


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_irrational_root_and_a_rational_one_next_to_it_are_ordered(step, sign):
    close = sign * F(math.isqrt(2 * 10**80) + step, 10**40)  # on either side of the root, 1e-40 off
    found = list(thresholds(decision(f"(a**2 - 2)*(a - {close.numerator}/{close.denominator})"), "a"))
    values = [each.at for each in found]
    rational, root = sympy.Rational(close.numerator, close.denominator), sign * sympy.sqrt(2)
    assert set(values) == {sympy.sqrt(2), -sympy.sqrt(2), rational}
    assert (values.index(rational) > values.index(root)) == ((close**2 > 2) == (sign > 0))


def test_whether_an_irrational_root_lies_in_the_interval_is_decided_exactly():
    below = F(math.isqrt(2 * 10**80), 10**40)
    for high, inside in ((below, 1), (below + F(1, 10**40), 2)):
        found = thresholds(decision("a**2 - 2", interval=(-2, high)), "a")
        assert (len(found.inside), len(found.outside)) == (inside, 2 - inside)


def test_a_pole_changes_the_set_and_is_undefined_itself():
    (only,) = thresholds(decision("1/a"), "a")
    assert (only.at, only.before, only.at_point, only.after) == (0, OUT, None, IN)
    assert "undefined" in str(thresholds(decision("1/a"), "a"))


def test_an_even_pole_is_a_threshold_though_nothing_changes_across_it():
    (only,) = thresholds(decision("1/a**2"), "a")
    assert (only.before, only.at_point, only.after) == (IN, None, IN)


def test_a_pole_that_cancels_in_every_comparison_still_leaves_no_game_there():
    game = SymbolicGame([[["1/a + 1"], ["1/a"]], [[0], [0]]], {"a": (-1, 1)})
    (only,) = thresholds(game, "a")
    assert (only.at, only.before, only.at_point, only.after) == (0, ("1,1",), None, ("1,1",))
    with pytest.raises(UsageError, match="no real value"):
        game.at(a=0)


def test_a_quotient_that_could_be_continued_is_not_continued():
    (only,) = thresholds(decision("(a**2 - 1)/(a - 1)", interval=(0, 3)), "a", domain=(F(0), None))
    assert (only.at, only.before, only.at_point, only.after) == (1, IN, None, IN)


def test_nested_fractions_have_all_their_poles():
    # 1/(1 + 1/a) is undefined at 0 and at -1
    found = list(thresholds(decision("1/(1 + 1/a)"), "a"))
    assert [(int(each.at), each.at_point) for each in found] == [(-1, None), (0, None)]
    assert [(each.before, each.after) for each in found] == [(IN, OUT), (OUT, IN)]


def test_an_expression_that_divides_by_zero_everywhere_is_refused():
    game = decision("1/(a - b)", parameters={"b": (0, 1)}, derived={})
    assert len(thresholds(game, "a")) == 1
    constant = decision("a + 1/(b - 1/2)", parameters={"b": (0, 1)})
    with pytest.raises(UsageError, match="divides by zero"):
        thresholds(constant, "a")


def test_what_is_not_rational_is_enclosed_and_a_root_that_comes_out_rational_is_exact():
    (only,) = thresholds(decision("exp(a) - 2"), "a")
    assert only.at.low < F("0.693147180559945309") < only.at.high
    (only,) = thresholds(decision("a - sqrt(b)", parameters={"b": (0, 2, 4)}), "a")
    assert only.at.low ** 2 < 2 < only.at.high ** 2
    (only,) = thresholds(decision("a - sqrt(b)", parameters={"b": (0, 4, 9)}), "a")
    assert only.at == 2


def test_values_outside_the_interval_are_listed_apart_and_beyond_the_domain_not_at_all():
    game = decision("(a - 1)*(a - 3)*(a + 1)", interval=(0, 2))
    found = thresholds(game, "a", domain=(F(0), F(5)))
    assert ([each.at for each in found.inside], [each.at for each in found.outside]) == ([1], [3])
    assert any("outside the interval" in note for note in found.notes)
    free = thresholds(game, "a")
    assert [each.at for each in free.outside] == [-1, 3]


def test_the_ends_of_the_interval_belong_to_it():
    found = thresholds(decision("a*(a - 1)", interval=(0, 1)), "a")
    assert [each.at for each in found.inside] == [0, 1]


def test_nothing_is_claimed_beyond_the_ends_of_the_domain():
    low, high = thresholds(decision("a*(a - 1)", interval=(0, 1)), "a", domain=(F(0), F(1))).inside
    assert (low.before, low.at_point, low.after) == (None, BOTH, OUT)
    assert (high.before, high.at_point, high.after) == (OUT, BOTH, None)
    # the sign changes at 0 only against what lies beyond the domain
    assert len(thresholds(decision("a + 1", interval=(0, 1)), "a", domain=(F(-1), None))) == 0


def test_no_change_says_what_holds_throughout():
    found = thresholds(decision("a**2 + 1"), "a")
    assert (len(found), found.state) == (0, IN)
    assert "no change" in str(found)


def test_other_parameters_stay_at_the_point_asked_for():
    game = decision("a - b", parameters={"b": (0, 1, 2)})
    assert [each.at for each in thresholds(game, "a")] == [1]
    assert [each.at for each in thresholds(game, "a", at={"b": "7/3", "a": 100})] == [sympy.Rational(7, 3)]


def test_the_value_reported_is_the_one_at_the_point():
    game = decision("a - b", interval=(0, 2, 5), parameters={"b": (0, 1, 2)}, derived={"v": "2*b"})
    assert thresholds(game, "a").value == 2
    assert thresholds(game, "a", at={"a": "5/2"}).value == F(5, 2)
    assert thresholds(game, "v", at={"b": "1/2"}).value == 1


def test_a_derived_name_is_held_free_in_place_of_its_formula():
    game = decision("v - w", parameters={"b": (1, 2)}, derived={"v": "b + 1", "w": "2*a + v/2"})
    found = thresholds(game, "v", at={"a": 1})
    # v - (2 + v/2) = 0 at v = 4; b no longer matters
    assert [each.at for each in (*found.inside, *found.outside)] == [4]
    assert found.interval == (2, 3)  # of b + 1 over the box
    assert found.inside == ()


def test_a_conclusion_changes_where_its_truth_does():
    game = SymbolicGame(
        [[["s", 0], [8, 7]], [["s", 8], [0, 7]]], {"s": (0, 20)}, ["us", "china"], [["stag", "hare"]] * 2
    )
    # stag is an equilibrium from s = 8; it risk-dominates where (s - 8)^2 > 49, from s = 15
    def at(text):
        parsed = parse_conclusion(text, game.players, game.strategies)
        return [(F(str(each.at)), each.before, each.at_point, each.after) for each in thresholds(game, "s", parsed)]

    assert at("equilibrium:stag,stag") == [(8, False, True, True)]
    assert at("selected:stag,stag") == [(15, False, False, True)]
    assert at("selected:hare,hare") == [(8, True, False, True), (15, True, False, False)]
    assert at("unique:hare,hare") == [(8, True, False, False)]
    assert at("class:stag_hunt") == [(8, False, False, True)]
    assert at("class:tied") == [(7, False, True, False), (8, False, True, False)]
    assert at("dominant:us=hare") == [(8, True, False, False)]
    assert at("set:hare,hare;stag,stag") == [(8, False, True, True)]
    assert at("none") == []
    assert at("sign:payoff[us][stag, stag] - 3") == [(3, False, False, True)]


def test_a_formula_changes_where_its_sign_does():
    game = decision("a - 1")
    found = thresholds(game, "a", formula.parse("(a - 1)*(a + 1)"))
    assert [(int(each.at), each.before, each.at_point, each.after) for each in found] == [(-1, 1, 0, -1), (1, -1, 0, 1)]


def test_a_player_who_chooses_alone_changes_where_payoffs_are_equal():
    game = SymbolicGame([[["a"], [0], [1]], [[0], [0], [0]]], {"a": (-1, 3)})
    (change,) = thresholds(game, "a").inside
    assert (change.at, change.before, change.after) == (1, ("3,1",), ("1,1",))
    assert set(change.at_point) == {"1,1", "3,1"}


def test_games_of_three_players_follow_pure_equilibria_and_say_so():
    one = [[["a", 0], [0, 0]], [[0, 0], [0, 1]]]
    found = thresholds(SymbolicGame([one, one, one], {"a": (-1, 3)}), "a")
    assert [each.at for each in found] == [0]
    assert any("only pure" in note for note in found.notes)


def test_unknown_names_are_refused_with_a_suggestion():
    with pytest.raises(UsageError, match="did you mean 'rate'"):
        thresholds(decision("a", parameters={"rate": (0, 1)}), "rat")


def test_states_read_in_words():
    assert [state_text(each) for each in (True, False, 1, 0, -1, None, (), ("a", "mixed"))] == [
        "holds", "fails", "positive", "zero", "negative", "undefined", "no equilibrium of this kind", "a; mixed",
    ]  # fmt: skip


def test_the_table_fits_a_terminal_and_marks_what_lies_outside():
    text = str(thresholds(decision("(a**2 - 2)*(a - 3)", interval=(0, 2)), "a"))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "sqrt(2) = 1.414" in text
    assert text.count("yes") == 1
    assert text.count(" no") >= 2


def test_mixed_equilibria_of_a_larger_game_are_followed_along_a_parameter():
    # three strategies, payoff x on the first and 1 on the other two coordinates: by hand, below x = 0 the first
    # strategy is dominated and three equilibria are left; above it every support of equal strategies has one
    from detente.games.symbolic import SymbolicGame

    table = [["x", 0, 0], [0, 1, 0], [0, 0, 1]]
    game = SymbolicGame([table, table], {"x": (-1, 1, 3)})
    found = thresholds(game, "x")
    assert [each.at for each in found.inside] == [0]
    (change,) = found.inside
    assert change.before == ("2,2", "3,3", "2+3,2+3")
    assert len(change.after) == 7
    assert "1,1" in change.at_point
