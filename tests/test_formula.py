"""The grammar of formulas: what it takes, what it refuses and where, and that values are exact."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente import formula
from detente.errors import DetenteError, FormulaError, UnknownName

POINT = {"a": Fraction(1, 2), "b": Fraction(3), "z": Fraction(0), "n": Fraction(-2)}


def value(text: str, **more: object):
    return formula.parse(text).evaluate({**POINT, **more})


def holds(text: str) -> bool:
    return formula.parse(text, condition=True).evaluate(POINT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1/3", Fraction(1, 3)),
        ("1e-9", Fraction(1, 10**9)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("-a**2", Fraction(-1, 4)),
        ("(-a)**2", Fraction(1, 4)),
        ("2**-1", Fraction(1, 2)),
        ("2**3**2", Fraction(512)),
        ("a - b - 1", Fraction(-7, 2)),
        ("a/b/2", Fraction(1, 12)),
        ("a*-b", Fraction(-3, 2)),
        ("--a", Fraction(1, 2)),
        ("+a", Fraction(1, 2)),
        ("min(a, b, 1)", Fraction(1, 2)),
        ("max(a, b, 1)", Fraction(3)),
        ("abs(n)", Fraction(2)),
        ("exp(z)", Fraction(1)),
        ("log(1)", Fraction(0)),
        ("sqrt(9/4)", Fraction(3, 2)),
        ("8**(1/3)", Fraction(2)),
        ("(4/9)**1.5", Fraction(8, 27)),
        ("0**0", Fraction(1)),
        ("piecewise(1, a > b, 2, a < b, 3)", Fraction(2)),
        ("piecewise(1/z, a > b, 4)", Fraction(4)),
        (" ( a\n + b )\t", Fraction(7, 2)),
        ("2**1000", Fraction(2**1000)),
    ],
)
def test_a_formula_of_rationals_is_exact(text, expected):
    found = value(text)
    assert found == expected
    assert isinstance(found, Fraction)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("sqrt(2)", math.sqrt(2)), ("exp(1)", math.e), ("log(2)", math.log(2)), ("2**0.5", math.sqrt(2)), ("exp(-1000)", 0.0)],
)
def test_what_leaves_the_rationals_is_a_float(text, expected):
    found = value(text)
    assert isinstance(found, float)
    assert found == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a/b + 1/3", True), ("a**3", True), ("max(a, abs(b))", True), ("sqrt(4)", False), ("a**(1/2)", False), ("a**b", False), ("1 + exp(a)", False)],
)
def test_a_formula_knows_whether_it_stays_among_the_rationals(text, expected):
    assert formula.parse(text).rational is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", True),
        ("a < b < 3", False),
        ("a < b <= 3", True),
        ("a == 0.5", True),
        ("a != 1/2", False),
        ("not a < b", False),
        ("a < b or b < 3 and a > 1", True),
        ("(a < b or b < 3) and a > 1", False),
        ("a < b or a < 1/z", True),
        ("piecewise(1, a < b, 2) < 2", True),
    ],
)
def test_a_condition_is_true_or_false(text, expected):
    assert holds(text) is expected


REFUSED = [
    # text, column, words of the message
    ("", 1, "empty"),
    ("   ", 1, "empty"),
    ("a b", 3, "unexpected 'b'"),
    ("a = b", 3, "unexpected"),
    ("a^2", 2, "'**'"),
    ("a // b", 1, "not part of the grammar"),
    ("a % b", 3, "character '%'"),
    ("a @ b", 3, "character '@'"),
    ("a << 1", 1, "not part of the grammar"),
    ("~a", 1, "character '~'"),
    ("a; b", 2, "character ';'"),
    ("a # b", 3, "character '#'"),
    ("a\\\n+ b", 2, "character"),
    ("'a'", 1, "character"),
    ('"a"', 1, "character"),
    ("f'{a}'", 2, "character"),
    ("{a}", 1, "character"),
    ("lambda: a", 7, "character ':'"),
    ("(a := 1)", 4, "character ':'"),
    ("a[1:2]", 4, "character ':'"),
    ("a.b", 1, "not part of the grammar"),
    ("a.__class__", 1, "not part of the grammar"),
    ("1 .real", 1, "not part of the grammar"),
    ("[a]", 1, "not part of the grammar"),
    ("(a, b)", 1, "not part of the grammar"),
    ("()", 1, "not part of the grammar"),
    ("a if b else z", 3, "not a formula"),
    ("await a", 7, "not a formula"),
    ("min(*a)", 5, "not part of the grammar"),
    ("True", 1, "expected a number"),
    ("None", 1, "expected a number"),
    ("...", 1, "expected a number"),
    ("1_000", 1, "plain number"),
    ("0x10", 1, "plain number"),
    ("0b1", 1, "plain number"),
    ("1j", 1, "plain number"),
    ("2 + 1a", 5, "plain number"),
    ("1.2.3", 1, "plain number"),
    ("1e", 1, "plain number"),
    ("1e401", 1, "exponent"),
    ("1e99999999", 1, "exponent"),
    ("9" * 401, 1, "401 digits"),
    ("a > b", 1, "comparison"),
    ("1 + (a > b)", 6, "comparison"),
    ("abs(a > b)", 5, "comparison"),
    ("not a", 5, "comparison"),
    ("a and b", 1, "comparison"),
    ("piecewise(1, 2, 3)", 14, "comparison"),
    ("piecewise(1, a > b)", 1, "last value"),
    ("piecewise(a > b, a > b, 1)", 11, "comparison"),
    ("min", 1, "without arguments"),
    ("min()", 1, "0 arguments"),
    ("sqrt(a, b)", 1, "2 arguments"),
    ("min(a, b=1)", 1, "named arguments"),
    ("sin(a)", 1, "unknown function 'sin'"),
    ("Min(a, b)", 1, "did you mean 'min'?"),
    ("eval(a)", 1, "unknown function"),
    ("__import__(a)", 1, "unknown function"),
    ("min(a)(b)", 1, "unknown function"),
    ("payoff[1]", 8, "square brackets"),
    ("payoff[a + b]", 8, "square brackets"),
    ("payoff[()]", 8, "square brackets"),
    ("(a + b)[c]", 1, "square brackets"),
    ("ａ", 1, "character"),  # noqa: RUF001  full-width a, which Python takes for a
    ("é + 1", 1, "character"),
    ("a²", 2, "character"),
    ("a\u00a0+ b", 2, "character"),
    ("a\u200b", 2, "character"),
    ("a\x00", 2, "character"),
    ("(" * 41 + "a" + ")" * 41, 41, "nested"),
    ("a" * 2001, 1, "2001 characters"),
]


@pytest.mark.parametrize(("text", "column", "words"), REFUSED, ids=[repr(text[:20]) for text, _, _ in REFUSED])
def test_what_is_outside_the_grammar_is_refused_where_it_stands(text, column, words):
    with pytest.raises(FormulaError) as caught:
        formula.parse(text)
    assert caught.value.column == column
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["a", "a + b", "not a", "a < b and b", "piecewise(1, a < b, 2)", "a is b", "a in b", "(a < b) < b"])
def test_what_is_no_condition_is_refused_as_one(text):
    with pytest.raises(FormulaError):
        formula.parse(text, condition=True)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("1/z", 1, "division by zero"),
        ("a + b/(a - a)", 5, "division by zero"),
        ("z**-1", 1, "division by zero"),
        ("log(z)", 1, "domain"),
        ("a + log(n)", 5, "domain"),
        ("sqrt(n)", 1, "negative"),
        ("n**0.5", 1, "negative"),
        ("exp(1000)", 1, "too large"),
        ("exp(700)*exp(700)", 1, "too large"),
        ("9**9**9", 1, "exponent too large"),
        ("2**1001", 1, "exponent too large"),
        ("(2**1000)**1000", 1, "too many digits"),
        ("b**999*b**999*b**999*b**999*b**999*b**999", 1, "too many digits"),
        ("payoff[us][a, b]", 1, "no meaning here"),
    ],
)
def test_what_has_no_value_is_refused_where_it_fails(text, column, words):
    with pytest.raises(FormulaError) as caught:
        value(text)
    assert caught.value.column == column
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["-" * 1000 + "a", "not " * 400 + "a < b", "+".join(["a"] * 900), "a" + "**a" * 300, "min(" * 35 + "a" + ")" * 35 + "+a" * 200])
def test_large_formulas_end_in_a_message(text):
    with pytest.raises(FormulaError, match="too large|nested|comparison"):
        formula.parse(text)


def test_names_and_items_carry_their_column():
    f = formula.parse("b*payoff[us][up, down] + sqrt(a) - b")
    assert f.names == {"b": 1, "a": 31}
    (item,) = f.items
    assert (item.value, item.keys, item.column) == ("payoff", (("us",), ("up", "down")), 3)


def test_an_unknown_name_is_told_with_a_suggestion():
    f = formula.parse("sev*relif")
    with pytest.raises(UnknownName, match="did you mean 'relief'?") as caught:
        f.require(["sev", "relief"])
    assert (caught.value.name, caught.value.column) == ("relif", 5)
    with pytest.raises(UnknownName):
        f.evaluate({"sev": Fraction(1)})


def test_the_caret_stands_under_the_fault():
    with pytest.raises(FormulaError) as caught:
        formula.parse("d_us ^ 2")
    assert str(caught.value).split("\n")[1:] == ["  d_us ^ 2", "       ^"]


def test_numbers_are_constant_formulas():
    assert formula.parse(3).evaluate({}) == 3
    assert formula.parse(Fraction(1, 3)).evaluate({}) == Fraction(1, 3)
    for other in (True, 0.5, None, ["a"]):
        with pytest.raises(FormulaError):
            formula.parse(other)


def test_the_symbolic_value_is_the_numeric_one():
    import sympy

    symbols = {name: sympy.Symbol(name, real=True) for name in POINT}
    for text in ("(a + b)**3/(1 - n)", "piecewise(a, a > b, b/7)", "min(a, b)*max(n, 2) - abs(n)", "sqrt(b/12)", "a**-2"):
        f = formula.parse(text)
        replaced = f.to_sympy(symbols).xreplace({symbols[name]: sympy.Rational(x.numerator, x.denominator) for name, x in POINT.items()})
        assert Fraction(int(replaced.p), int(replaced.q)) == f.evaluate(POINT)


def test_extremes_as_written_keep_every_argument_and_the_value():
    import sympy

    symbols = {name: sympy.Symbol(name, real=True) for name in POINT}
    f = formula.parse("min(2*a - b, 2*a - b + 1, max(n, a*b)) + max(2, 3)")
    short, whole = (f.to_sympy(symbols, as_written=each) for each in (False, True))
    # of two arguments that differ by 1 the greater is never the least
    assert [len(next(iter(each.atoms(sympy.Min))).args) for each in (short, whole)] == [2, 3]
    assert 3 in whole.args
    for each in (short, whole):
        value = each.xreplace({symbols[name]: sympy.Rational(x.numerator, x.denominator) for name, x in POINT.items()})
        assert Fraction(int(value.p), int(value.q)) == f.evaluate(POINT)


#: Trees of the grammar with their value computed by Fractions alone.
trees = st.recursive(
    st.one_of(
        st.integers(0, 20).map(lambda i: (str(i), Fraction(i))),
        st.sampled_from(sorted(POINT.items())),
    ),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
        lambda t: (
            f"({t[0][0]} {t[1]} {t[2][0]})",
            {"+": t[0][1] + t[2][1], "-": t[0][1] - t[2][1], "*": t[0][1] * t[2][1]}[t[1]],
        )
    ),
    max_leaves=20,
)


@given(trees)
def test_arithmetic_agrees_with_fractions(tree):
    text, expected = tree
    assert value(text) == expected


@given(st.text(alphabet="ab01.eE+-*/()[], <>=!_ \n", max_size=40))
def test_no_text_leaves_more_than_an_error_of_ours(text):
    for condition in (False, True):
        try:
            formula.parse(text, condition=condition).evaluate(POINT)
        except DetenteError as error:
            assert isinstance(error, FormulaError)
            assert 1 <= error.column <= len(text) + 1


@pytest.mark.parametrize(
    "text",
    [
        "min(a*total(x), total(y))/3",
        "piecewise(0, total(x) <= 0, (total(x)**n + (total(y) + 1)**n)**(1/b))",
        "piecewise(1/total(x), total(x) > 1 and not total(y) == 2, b)",
        "a + b",
        "total(x)*total(x) - sqrt(total(y)/b)",
    ],
)
def test_at_places_of_columns_a_formula_is_worth_what_it_is_at_each(text):
    columns = {
        "x": ([Fraction(0), Fraction(2), Fraction(5, 3)], [0, 1, 2, 1, 1, 0, 2]),
        "y": ([Fraction(2), 0.25], [1, 1, 0, 0, 1, 0, 1]),
    }
    parsed = formula.parse(text)

    def at(place):
        return parsed.evaluate(POINT, lambda node: columns[node.keys[0][0]][0][columns[node.keys[0][0]][1][place]])

    found = parsed.evaluate_at_places(POINT, lambda node: columns[node.keys[0][0]], 7)
    assert [(each, type(each)) for each in found] == [(at(place), type(at(place))) for place in range(7)]


def test_at_places_of_columns_a_fault_is_that_of_the_place():
    with pytest.raises(FormulaError, match="division by zero"):
        formula.parse("1/total(x)").evaluate_at_places({}, lambda _: ([Fraction(1), Fraction(0)], [0, 1]), 2)


def test_words_that_python_keeps_for_itself_are_names_here():
    parsed = formula.parse("payoff[us][pass, yield] + raise")
    assert parsed.items[0].keys == (("us",), ("pass", "yield"))
    assert parsed.names == {"raise": 27}


def test_a_numeral_that_runs_into_a_word_is_a_fault_and_no_warning():
    import warnings

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(FormulaError):
            formula.parse("_e2.9if P")
    assert told == []
