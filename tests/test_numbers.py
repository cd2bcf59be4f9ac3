"""Exact numbers: what becomes one, what is refused, how they are written."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.numbers import exact, is_exact, number_to_json, plain, short, to_float, tolerance, unrounded
from detente.reports.wordlike import rounded


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (3, Fraction(3)),
        ("3", Fraction(3)),
        ("-3/4", Fraction(-3, 4)),
        ("3 / 4", Fraction(3, 4)),
        (" 0.75 ", Fraction(3, 4)),
        ("+.5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("1e-9", Fraction(1, 10**9)),
        ("2.5E3", Fraction(2500)),
        ("1e400", Fraction(10**400)),
        (Decimal("0.1"), Fraction(1, 10)),
        (Fraction(2, 6), Fraction(1, 3)),
    ],
)
def test_numbers_and_their_texts_become_exact(given_, expected):
    assert exact(given_) == expected
    assert isinstance(exact(given_), Fraction)


def test_symbolic_rationals_become_exact():
    sympy = pytest.importorskip("sympy")
    assert exact(sympy.Rational(3, 4)) == Fraction(3, 4)
    assert exact(sympy.Integer(5)) == 5


def test_numpy_integers_become_exact():
    numpy = pytest.importorskip("numpy")
    assert exact(numpy.int64(5)) == 5


@pytest.mark.parametrize(
    "given_",
    [
        "", " ", "x", "1/0", "1/-2", "1//2", "0x10", "1_000", "1,5", "1e", "1e99999999", "1e-99999999", "1e401",
        "nan", "inf", "-inf", "1 2", "１", "٣", "1/2/3", "1.5/2", "--1", "9" * 401,
        True, False, None, 0.5, math.nan, [], {}, b"1", Decimal("NaN"), Decimal("Infinity"),
    ],
)  # fmt: skip
def test_everything_else_is_refused_in_words(given_):
    with pytest.raises(UsageError, match="^found"):
        exact(given_)


def test_a_huge_exponent_is_refused_before_it_is_computed():
    with pytest.raises(UsageError, match="exponent"):
        exact("1e999999999999999999999999999999")


def test_a_float_is_refused_with_what_to_write():
    with pytest.raises(UsageError, match="write it as text, as in '0.1'"):
        exact(0.1)


@given(st.fractions(max_denominator=10**12))
def test_an_exact_number_is_what_its_text_says(number):
    assert exact(str(number)) == number
    assert exact(number_to_json(number)) == number
    assert exact(plain(number)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_a_decimal_text_is_exact(number):
    assert exact(str(number)) == Fraction(number)


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (Fraction(1, 3), 3, "0.333"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(0), 3, "0"),
        (Fraction(5, 2), 3, "2.5"),
        (Fraction(-1, 8), 2, "-0.12"),
        (Fraction(1234567), 3, "1230000"),
        (Fraction(999_999), 3, "1000000"),
        (Fraction(12_660_000_000), 3, "1.27e10"),
        (Fraction(1, 10**6), 2, "1e-6"),
        (math.inf, 3, "inf"),
        (None, 3, "none"),
    ],
)
def test_numbers_for_reading_are_short(number, digits, text):
    assert short(number, digits) == text


@given(st.fractions(min_value=Fraction(1, 10**3), max_value=10**6))
def test_a_short_number_is_close(number):
    assert abs(float(short(number, 4)) - float(number)) <= 0.0005001 * float(number)


def test_json_of_exact_numbers_is_text_and_of_floats_a_number():
    assert number_to_json(Fraction(3, 7)) == "3/7"
    assert number_to_json(2) == "2"
    assert number_to_json(0.5) == 0.5
    assert number_to_json(math.nan) is None
    assert number_to_json(None) is None


def test_json_of_algebraic_numbers_is_exact_with_a_float_beside():
    sympy = pytest.importorskip("sympy")
    root = (53 - sympy.sqrt(601)) / 46
    assert number_to_json(root) == {"exact": "(53 - sqrt(601))/46", "float": pytest.approx(0.6192, abs=1e-4)}
    x = sympy.Symbol("x")
    found = number_to_json(sympy.rootof(x**5 - x - 1, 0))
    assert found["root_of"] == "x**5 - x - 1"
    assert found["float"] == pytest.approx(1.1673, abs=1e-4)
    low, high = (Fraction(end) for end in found["interval"])
    # the quintic changes sign between the ends, so the root lies between them
    assert low**5 - low - 1 < 0 < high**5 - high - 1


def test_exact_and_float_are_told_apart():
    sympy = pytest.importorskip("sympy")
    assert all(map(is_exact, (1, Fraction(1, 2), sympy.sqrt(2), sympy.Integer(1))))
    assert not any(map(is_exact, (0.5, True, None, "1", sympy.Float(0.5), sympy.sqrt(2) * 0.5)))


def test_a_number_too_large_for_a_float_is_infinite_with_its_sign():
    assert to_float(Fraction(10**400)) == math.inf
    assert to_float(-(10**400)) == -math.inf


def test_the_tolerance_follows_the_spread_of_payoffs():
    assert tolerance([1, 3], 1e-9) == pytest.approx(2e-9)
    assert tolerance([100, 300], 1e-9) == pytest.approx(2e-7)
    assert tolerance([5, 5, 5]) == 0
    assert tolerance([]) == 0


def test_a_number_is_rounded_once_where_its_text_is_rounded_again():
    exact = Fraction(12546, 1_000_000)
    assert rounded(short(exact, 4), 3) == "0.0126"
    with unrounded():
        assert rounded(short(exact, 4), 3) == short(exact) == "0.0125"
        assert rounded(short(Fraction(-123456, 10), 4), 3) == short(Fraction(-123456, 10)) == "-12300"
        assert short(Fraction(1, 3), 2) == "0.33"
    assert short(exact, 4) == "0.01255"
