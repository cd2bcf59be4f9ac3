"""Symbolic payoff tables: cells as sums of terms, inert terms, display."""

from __future__ import annotations

import itertools

import pytest
import sympy

from detente import toml
from detente.formula import symbol
from detente.payoffs.reader import read_payoffs
from detente.payoffs.table import PayoffTable

TEXT = """format = 1
players = ["a", "b"]

[terms.a.always]
formula = "p"

[terms.a.mine]
when = { a = ["out"] }
formula = "q/2"

[terms.a.other]
when = { b = ["out"] }
formula = "r"

[terms.a.either]
when = [{ a = ["out"] }, { b = ["out"] }]
formula = "-p*q"
material = false

[terms.a.both]
when = { a = ["out"], b = ["in", "out"] }
formula = "1"

[terms.a.wide]
when = { a = ["in", "out"], b = ["out"] }
formula = "q"

[terms.b.cost]
when = { b = ["out"] }
formula = "-r"
"""
STRATEGIES = {"a": ("in", "out"), "b": ("in", "out")}
NAMES = ("p", "q", "r")


def make(material=False, text=TEXT, strategies=STRATEGIES):
    faults = []
    model = read_payoffs(toml.parse(text, "m.toml"), "m", faults)
    assert faults == []
    return PayoffTable(strategies, model.terms, NAMES, material)


@pytest.fixture(scope="module")
def table():
    return make()


def test_a_cell_is_the_sum_of_the_terms_that_count_there(table):
    p, q, r = map(symbol, NAMES)
    expected = {
        ("in", "in"): p,
        ("in", "out"): p + r - p * q + q,
        ("out", "in"): p + q / 2 - p * q + 1,
        ("out", "out"): p + q / 2 + r - p * q + 1 + q,
    }
    assert list(table.profiles()) == list(expected)
    for profile, value in expected.items():
        assert sympy.expand(table.payoff("a", profile) - value) == 0
        assert table.payoff("b", profile) == (-r if profile[1] == "out" else 0)


def test_material_payoffs_leave_out_relative_gains_and_nothing_else(table):
    p, q, _ = map(symbol, NAMES)
    for profile in table.profiles():
        counts = "out" in profile
        difference = table.payoff("a", profile) - make(material=True).payoff("a", profile)
        assert sympy.expand(difference + (p * q if counts else 0)) == 0
        assert table.payoff("b", profile) == make(material=True).payoff("b", profile)


def test_terms_are_listed_in_the_order_of_the_file(table):
    assert [term.name for term in table.terms_at("a", ("out", "out"))] == ["always", "mine", "other", "either", "both", "wide"]
    assert [term.name for term in table.terms_at("a", ("in", "in"))] == ["always"]
    assert [term.name for term in table.terms_at("b", ("in", "in"))] == []


def test_inert_terms_are_those_that_never_depend_on_the_players_own_choice(table):
    """Checked apart: leaving an inert term out changes no difference of the player's payoffs; others change one."""
    assert table.inert == {"a": ("always", "other", "wide"), "b": ()}
    for term in table.terms:
        rest = PayoffTable(STRATEGIES, tuple(each for each in table.terms if each is not term), NAMES)
        changed = False
        for other in ("in", "out"):
            cells = [("in", other), ("out", other)] if term.player == "a" else [(other, "in"), (other, "out")]
            full, left = (each.payoff(term.player, cells[1]) - each.payoff(term.player, cells[0]) for each in (table, rest))
            changed = changed or sympy.expand(full - left) != 0
        assert changed == (term.name not in table.inert[term.player])


def test_relative_gains_are_not_named_inert_in_the_material_table():
    text = TEXT.replace('formula = "r"\n', 'formula = "r"\nmaterial = false\n', 1)
    assert make(text=text).inert["a"] == ("always", "other", "wide")
    assert make(material=True, text=text).inert["a"] == ("always", "wide")


def test_the_array_nests_by_player_and_strategies_of_three_players():
    text = """format = 1
players = ["a", "b", "c"]

[terms.a.x]
when = { a = ["one"], c = ["two"] }
formula = "p"

[terms.b.y]
formula = "q"

[terms.c.y]
formula = "q"
"""
    own = {"a": ("one", "two"), "b": ("one",), "c": ("one", "two")}
    array = make(text=text, strategies=own).array()
    for i, j, k in itertools.product(range(2), range(1), range(2)):
        assert array[0][i][j][k] == (symbol("p") if (i, k) == (0, 1) else 0)
        assert array[1][i][j][k] == array[2][i][j][k] == symbol("q")


def test_the_table_and_the_breakdown_name_everything(table):
    shown = table.table()
    assert shown.columns == ("a", "b", "payoff of a", "payoff of b")
    assert [row[:2] for row in shown.rows] == list(table.profiles())
    assert any("always, other, wide" in note for note in shown.notes)
    rows = table.breakdown().rows
    assert ("out,in", "a", "either", "-p*q", "relative gains") in rows
    assert len(rows) == sum(len(table.terms_at(player, profile)) for profile in table.profiles() for player in "ab")
    assert all(len(line) <= 80 for line in str(table).splitlines())
    assert set(table._repr_mimebundle_()) == {"text/plain", "text/html", "text/latex"}


OTHERS = """format = 1
players = ["a", "b"]

[terms.a.mine]
when = { a = ["out"] }
formula = "p"

[terms.a.gain]
when = { b = ["out"] }
if = "q < r and p > 0"
formula = "q"

[terms.a.spite]
formula = "r"
material = false

[terms.b.mine]
when = { b = ["out"] }
formula = "q"

[utility]
a = "own[a] + r*(own[a] - own[b])"
"""


def others(material=False):
    model = read_payoffs(toml.parse(OTHERS, "m.toml"), "m", [])
    return PayoffTable(STRATEGIES, model.terms, NAMES, material, model.utility)


def at(expression, **values):
    return expression.xreplace({symbol(name): sympy.Rational(value) for name, value in values.items()})


@pytest.mark.parametrize(
    ("p", "q", "r", "gain"),
    [("1", "1/3", "1/2", True), ("1", "1/2", "1/2", False), ("0", "1/3", "1/2", False), ("1", "2", "1/2", False)],
)
def test_a_term_counts_only_where_its_condition_on_parameters_holds_too(p, q, r, gain):
    table = others(material=True)
    own = sympy.Rational(p) + (sympy.Rational(q) if gain else 0)
    assert at(table.payoff("a", ("out", "out")), p=p, q=q, r=r) == own
    # `when` fails, whatever the parameters are
    assert at(table.payoff("a", ("out", "in")), p=p, q=q, r=r) == sympy.Rational(p)
    assert [term.name for term in table.terms_at("a", ("in", "out"))] == ["gain"]


def test_a_utility_is_made_of_the_sums_of_all_players_and_only_of_strategic_payoffs():
    # p = 1, q = 1/3, r = 1/2 at (out, out): a has 1 + 1/3 + 1/2 = 11/6, b has 1/3; 11/6 + 1/2*(11/6 - 1/3) = 31/12
    values = {"p": "1", "q": "1/3", "r": "1/2"}
    assert at(others().payoff("a", ("out", "out")), **values) == sympy.Rational(31, 12)
    assert at(others().payoff("b", ("out", "out")), **values) == sympy.Rational(1, 3)
    # material: a has 1 + 1/3
    assert at(others(material=True).payoff("a", ("out", "out")), **values) == sympy.Rational(4, 3)


def test_terms_are_inert_under_a_utility_that_is_linear_in_them_and_not_under_another():
    assert others().inert == {"a": ("gain", "spite"), "b": ()}
    squared = OTHERS.replace('"own[a] + r*(own[a] - own[b])"', '"own[a]**2 - own[b]"')
    model = read_payoffs(toml.parse(squared, "m.toml"), "m", [])
    assert PayoffTable(STRATEGIES, model.terms, NAMES, False, model.utility).inert == {"a": (), "b": ()}
    assert PayoffTable(STRATEGIES, model.terms, NAMES, True, model.utility).inert == {"a": ("gain",), "b": ()}


def test_the_breakdown_says_under_which_condition_a_term_counts():
    assert ("in,out", "a", "gain", "q if q < r and p > 0", "material") in others().breakdown().rows


COUNTED = """format = 1
players = ["a", "b", "c"]

[terms.each.alone]
when = { self = ["in"] }
formula = "p"

[terms.each.crowd]
when = { self = ["in"] }
formula = "q*others(in)"

[terms.a.rival]
when = { b = ["out"] }
formula = "r*count(out)"

[terms.a.idle]
formula = "q"
"""


@pytest.mark.parametrize("player", "abc")
def test_terms_come_by_what_they_see_of_a_profile_as_if_each_was_looked_at_anew(player):
    strategies = {name: ("in", "out") for name in "abc"}
    table = make(text=COUNTED, strategies=strategies)
    for profile in itertools.product(*strategies.values()):
        chosen = dict(zip("abc", profile))
        others = [choice for name, choice in chosen.items() if name != player]
        expected = symbol("q") if player == "a" else sympy.Integer(0)
        if chosen[player] == "in":
            expected += symbol("p") + symbol("q") * sympy.Rational(others.count("in"), 2)
        if player == "a" and chosen["b"] == "out":
            expected += symbol("r") * profile.count("out")
        assert sympy.expand(table.payoff(player, profile) - expected) == 0
    assert table.inert == {"a": ("idle",), "b": (), "c": ()}
