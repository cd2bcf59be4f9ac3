"""What students and teachers read: numbers told, tables rounded and said so, formulas worked out."""

import json
from fractions import Fraction as F

import pytest

from detente.exercises.cases import decimal
from detente.exercises.key import show, told
from detente.exercises.notebooks import notebook

CLUB = """
[[questions]]
name = "club"
game = "alliance_hedging:korea_us"
show = false
draw = { vary = { theta = ["0.6"] } }
given = ["us_promise_kept", "club_kr"]
steps = [{ ask = "value", of = "us_promise_kept*club_kr*(1 - theta)", text = "How much?" }]
"""


def source(text, name):
    return next("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["metadata"]["nbgrader"]["grade_id"] == name)


def test_given_numbers_stand_in_the_statement_and_in_the_worked_solution(sheet):
    variant = sheet(CLUB).of("")
    (part,) = variant.parts
    promise, club = (part.case.values[name] for name in ("us_promise_kept", "club_kr"))
    stated = source(notebook(variant, "en"), "club-text")
    for label, value in (("club value of a hedger", F(6, 10)), ("US promises kept", promise), ("club value, Korea", club)):
        assert f"- {label} = {float(value):g}" in stated
    solution = source(notebook(variant, "en", teacher=True), "club-1")
    assert "US promises kept" in solution
    assert "us_promise_kept" not in solution
    value = promise * club * F(4, 10)
    assert part.items[0].key.value.value == value
    assert solution.rstrip().split("This is ")[1].split(".\n")[0].rstrip(".").endswith(f"= {float(value):g}")


def test_an_unknown_given_number_is_a_fault_with_its_place(sheet):
    from detente.errors import InputError

    with pytest.raises(InputError, match=r"small.toml:\d+:\d+: .*unknown parameter 'club_k'.*did you mean 'club_kr'"):
        sheet(CLUB.replace('"club_kr"]', '"club_k"]')).of("")


def test_a_table_of_the_studys_own_payoffs_is_in_decimals_and_says_where_it_is_rounded(sheet):
    variant = sheet("""
[[questions]]
name = "mine"
game = "confrontation"
steps = [{ ask = "pure_equilibria" }]
""").of("")
    stated = source(notebook(variant, "en"), "mine-text")
    payoffs = variant.parts[0].case.game.payoffs
    assert "rounded to four places" in stated
    for value in payoffs.flat:
        assert f"{float(value):.4f}".rstrip("0") in stated.replace("\\", "")
    assert "/" not in stated.split("|", 1)[1]


@pytest.mark.parametrize(
    ("value", "text"),
    [(F(633, 5000), "0.1266"), (F(1, 3), "1/3"), (F(-1, 2), "-0.5"), (F(-1, 300000), "0.0000"), (F(5), "5"), (F(2, 3000), "0.0007"), (F(0), "0")],
)
def test_numbers_are_written_as_a_reader_wants_them(value, text):
    assert decimal(value) == text


def test_a_long_fraction_is_told_to_the_teacher_with_its_decimals_and_shown_exactly(sheet):
    from detente.exercises.key import number

    case = sheet(CLUB).of("").parts[0].case
    value = number(F(87988409, 1584000000))
    assert show(case, value) == "87988409/1584000000"
    assert told(case, value) == "87988409/1584000000 = 0.0555.."
