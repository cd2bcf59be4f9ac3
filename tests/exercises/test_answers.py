"""Answers are read by a closed grammar, and mean the same in any form."""

import random
from fractions import Fraction as F

import pytest

from detente.errors import DetenteError
from detente.exercises.answers import Vocabulary, same, understood
from detente.exercises.conditions import Range

WORDS = Vocabulary(
    players=("us", "china"),
    strategies={
        "us": {"cooperate": "cooperate", "合作": "cooperate", "confront": "confront", "对抗": "confront"},
        "china": {"cooperate": "cooperate", "合作": "cooperate", "confront": "confront", "对抗": "confront"},
    },
    names={"us": "us", "united states": "us", "china": "china", "中国": "china"},
    steps={"enter": "enter", "back down": "back_down"},
    options={"a": "a", "b": "b", "credible": "a"},
    symbols=("T", "R", "P"),
    range=Range("delta", F(0), F(1)),
    player="us",
)


def read(text, kind):
    return understood(text, kind, WORDS)


@pytest.mark.parametrize(
    ("kind", "key", "answers"),
    [
        ("number", "1/3", [
            "2/6", "p = 1/3", "１／３", "(1/3)", "1 - 2/3", " 1/3 ", "⅓", "= 1/3", "$\\frac{1}{3}$", "\\(\\dfrac13\\)", "{1}/{3}", "**1/3**",
            "1/3 = 0.333", "0.33 ≈ 1/3", "p ≈ 1/3", "(1)/(3)", "1÷3", "1/3.",
        ]),
        ("number", "1/4", ["25%", "0.25", ".25", "0.250", "0,25", "25 ％", "25,0%", "¼", "25e-2", "2**-2", "(1/2)²", "(1/2)^2"]),
        ("number", "-3/4", ["\u22123/4", "–0.75", "-\\frac{3}{4}", "- 3/4", "-75%"]),
        ("strategies", "cooperate, confront", ["confront; cooperate", "{合作，对抗}", "US = cooperate, confront", "us: confront, cooperate", "*cooperate* and confront", "“confront”、cooperate."]),
        ("profiles", "(cooperate, confront); (confront, cooperate)", [
            "(CONFRONT, COOPERATE) AND (cooperate, confront)", "us=cooperate, china=confront; us=confront, china=cooperate",
            "(合作，对抗)；(中国=合作, united states=对抗)", "[(cooperate, confront), (confront, cooperate)]", "(cooperate; confront) (confront; cooperate)",
        ]),
        ("profiles", "none", ["无", "{}", "None", "∅", "$\\emptyset$"]),
        ("path", "enter, back_down", ["enter -> back down", "Enter; back down", "(enter, back_down)", "us: enter; china: back down", "enter → back down", "$enter \\to back_down$"]),
        ("choice", "a", ["A", "(a)", "credible", "a)", "a.", "（a）", "a: credible", "(a) Credible"]),
        ("choices", "a, b", ["b a", "{b, a}", "ab", "a & b", "A和B".replace("和", ","), "a/b"]),
        ("mixture", "1/3, 2/3", ["confront 2/3, cooperate 1/3", "cooperate: 1/3; confront: 2/3", "合作 1/3, 对抗 2/3", "(⅓, ⅔)", "cooperate 1/3 and confront 2/3", "[1/3; 2/3]", "2/6, 4/6"]),
        ("formula", "(T - R)/(T - P)", ["(R - T)/(P - T)", "1 - (R - P)/(T - P)", "d = (2*T - 2*R)/(2*T - 2*P)", "\\frac{T-R}{T-P}", "(T−R)÷(T−P)", "δ* = (T-R)/(T-P)".replace("*", "")]),
        ("condition", "delta >= 1/2", [
            "1/2 <= delta", "δ ≥ 0.5", "2*delta - 1 >= 0", "delta > 1/2 or delta = 1/2", "delta**2 >= 1/4", "not delta < 1/2",
            "(2*delta - 1)**3 >= 0", "delta ∈ [1/2, 1]", "[0.5, 1]", "delta => 50%", "1/2 ≤ δ ≤ 1", "δ² ≥ ¼", "$\\delta \\geq \\frac{1}{2}$",
            "delta >= 1/2 且 delta <= 1", "delta≧0.5", "delta^2 >= 1/4",
        ]),
    ],
)  # fmt: skip
def test_right_answers_in_another_form_pass(kind, key, answers):
    for answer in answers:
        assert same(read(answer, kind), read(key, kind)), answer


@pytest.mark.parametrize(
    ("kind", "key", "answers"),
    [
        ("number", "1/3", ["0.333", "1/4", "-1/3", "3", "1/3 + 0.001", "3²"]),
        ("profiles", "(cooperate, confront)", ["(confront, cooperate)", "none", "(cooperate, confront); (confront, confront)"]),
        ("mixture", "1/3, 2/3", ["2/3, 1/3", "cooperate 2/3, confront 1/3"]),
        ("formula", "(T - R)/(T - P)", ["(T - R)/(R - P)", "T", "0"]),
        ("condition", "delta >= 1/2", ["delta > 1/2", "delta <= 1/2", "delta >= 0.50001", "delta**2 >= 1/2"]),
    ],
)  # fmt: skip
def test_other_answers_do_not_pass(kind, key, answers):
    for answer in answers:
        assert not same(read(answer, kind), read(key, kind)), answer


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("number", "1,250", "may be 1250 or 1.250"), ("number", "2½", "one fraction, such as 5/2"), ("number", "1/3 = 1/4", "two different numbers"),
        ("number", "0.25 = 0.26", "two different numbers"), ("profiles", "(cooperate)", "one for each player"),
        ("strategies", "cooperate, defect", "expected a strategy, one of confront, cooperate"), ("mixture", "1/2, 1/3", "do not add up to 1"),
        ("condition", "delta", "expected a comparison"), ("condition", "x > 1/2", "expected 'delta'"),
    ],
)  # fmt: skip
def test_what_is_ambiguous_or_unknown_is_told(kind, text, message):
    with pytest.raises(DetenteError, match=message):
        read(text, kind)


def test_never_and_always_are_conditions():
    for text, same_as in (("never", "delta > 1"), ("always", "delta >= 0"), ("无", "delta < 0")):
        assert same(read(text, "condition"), read(same_as, "condition"))


def test_a_name_may_have_the_word_and_in_it():
    words = Vocabulary(strategies={"us": {"sign and trade": "sign", "wait": "wait"}}, player="us", players=("us",))
    assert understood("sign and trade, wait", "strategies", words).value == {"sign", "wait"}
    assert understood("sign and trade 1/4, wait 3/4", "mixture", words).value == (F(1, 4), F(3, 4))


def test_decimals_pass_where_they_are_allowed_and_rounded_correctly():
    key = read("1/3", "number")
    assert same(read("0.333", "number"), key, 3)
    assert same(read("0.33333", "number"), key, 3)
    assert not same(read("0.33", "number"), key, 3)
    assert not same(read("0.334", "number"), key, 3)
    assert same(read("33.3%", "number"), key, 3)


def test_conditions_with_irrational_boundaries_are_compared_exactly():
    # sqrt(1/2) bounds all of these; a double root holds only there
    key = read("delta**2 > 1/2", "condition")
    assert same(read("delta**4 > 1/4", "condition"), key)
    assert same(read("delta > 0 and 2*delta**2 - 1 > 0", "condition"), key)
    assert not same(read("delta**2 >= 1/2", "condition"), key)
    assert not same(read("delta > 0.7071067811865475", "condition"), key)
    only = read("(2*delta**2 - 1)**2 <= 0", "condition")
    assert same(read("2*delta**2 == 1", "condition"), only)
    assert not same(read("delta < 0", "condition"), only)


@pytest.mark.parametrize("kind", ["number", "formula", "strategies", "profiles", "path", "condition", "choice", "mixture"])
@pytest.mark.parametrize(
    "text",
    [
        "9**9**9", "9**9**9**9**9", "(" * 5000, "(" * 39 + "1" + ")" * 39 + "**", "__import__('os').system('x')", "[[[[[[[",
        "lambda: 1", "1/0", "exp(10**9)", "((T+R+P)**12)**12", "delta**999 > 0", "1" * 900, "\u202e\u0000abc", "=cmd|'/c calc'!A0",
        "max(delta, delta) > 0", "x" * 2000, "🙂", "%", "a" * 999, ";".join(["(cooperate, confront)"] * 40) + "x",
    ],
)  # fmt: skip
def test_hostile_text_costs_a_message(kind, text):
    try:
        read(text, kind)
    except (DetenteError, ArithmeticError) as error:
        assert len(str(error)) < 3000


def test_random_text_of_the_signs_that_students_use_costs_a_message_at_most():
    source = random.Random(1)
    signs = "0123456789/.,%=()[]{}<>≥≤−δ²½\\frac delta and or not T R P none;:*^_$合作，。"
    read_back = 0
    for _ in range(1500):
        text = "".join(source.choice(signs) for _ in range(source.randrange(1, 40)))
        for kind in ("number", "formula", "strategies", "profiles", "path", "condition", "choice", "choices", "mixture"):
            try:
                value = read(text, kind)
            except (DetenteError, ArithmeticError):
                continue
            read_back += 1
            assert same(value, value, 3)
    assert read_back > 20
