"""Payoff models: terms by player, constraints, parameters of their own."""

from __future__ import annotations

import pytest

from detente import toml
from detente.payoffs.reader import read_payoffs

TEXT = """format = 1
players = ["us", "china"]

[[constraints]]
formula = "rent <= bill"
reason = "a rent cannot exceed the bill"

[parameters.theta]
kind = "judgement"
value = 0.1
low = 0
high = 1
unit = "V/yr"
reason = "nobody knows"

[terms.us.dividend]
label = { en = "dividend", zh = "红利" }
when = { us = ["cooperate"], china = ["cooperate", "wait"] }
formula = "div"
source = ["M1", "001"]

[terms.us.either]
when = [{ us = ["confront"] }, { china = ["confront"] }]
formula = "theta"
material = false

[terms.china.always]
formula = "-bill"
"""


def read(text: str):
    faults = []
    return read_payoffs(toml.parse(text, "m.toml"), "m", faults), [str(fault) for fault in faults]


def test_a_model_has_what_its_file_says():
    model, faults = read(TEXT)
    assert faults == []
    assert model.complete
    assert (model.name, model.players, model.label) == ("m", ("us", "china"), {"en": "m"})
    assert [(term.player, term.name, term.material) for term in model.terms] == [
        ("us", "dividend", True),
        ("us", "either", False),
        ("china", "always", True),
    ]
    assert [term.name for term in model.terms_of("us")] == ["dividend", "either"]
    assert model.terms[0].source == ("M1", "001")
    assert list(model.parameters.entries) == ["theta"]
    (constraint,) = model.constraints
    assert (constraint.formula.text, str(constraint.inside(9))) == ("rent <= bill", "m.toml:5:20")
    assert str(model.terms[2].inside(2)) == "m.toml:28:13"


@pytest.mark.parametrize(
    ("us", "china", "holding"),
    [
        ("cooperate", "cooperate", ["dividend", "always"]),
        ("cooperate", "wait", ["dividend", "always"]),
        ("cooperate", "confront", ["either", "always"]),
        ("confront", "cooperate", ["either", "always"]),
        ("confront", "confront", ["either", "always"]),
    ],
)
def test_a_term_counts_where_one_of_its_alternatives_holds(us, china, holding):
    model, _ = read(TEXT)
    assert [term.name for term in model.terms if term.holds({"us": us, "china": china})] == holding


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"us", "china"]', '"us", "us"]', "m.toml:2:18: found 'us' a second time; expected each entry once; remove one"),
        ("[terms.china.always]", "[terms.chna.always]", "m.toml:27:8: unknown player 'chna'; did you mean 'china', defined at m.toml:2:18?"),
        ("[terms.china.always]", "[terms.us.always]", "m.toml:2:18: found no terms of the player 'china'; add [terms.china.NAME]"),
        ("[terms.china.always]", "[terms.china.Always]", "m.toml:27:14: found the name 'Always'; expected a lower-case letter, then lower-case letters, digits and '_', at most 60; what readers see goes into a label"),
        ('{ us = ["confront"] }', "{}", "m.toml:23:9: found a table; expected players with their strategies, such as { us = [\"confront\"] }"),
        ('[{ us = ["confront"] }, { china = ["confront"] }]', "[]", "m.toml:23:8: found a list of 0; expected a table such as { us = [\"confront\"] }, or a list of such tables"),
        ('us = ["confront"]', 'us = "confront"', "m.toml:23:16: found the text 'confront'; expected a list of strategies; write [\"confront\"]"),
        ('us = ["confront"]', "us = [1]", "m.toml:23:17: found the integer 1; expected a strategy as text"),
        ('us = ["confront"]', 'us = ["confront", "confront"]', "m.toml:23:29: found 'confront' a second time; expected each entry once; remove one"),
        ("material = false", 'each = "us"', "m.toml:25:1: unknown key 'each'; expected one of label, when, if, formula, material, note, source"),
        ('formula = "-bill"', 'formula = "-bill +"', "m.toml:28:"),
        ('formula = "-bill"', 'formula = "bill <= 1"', "m.toml:28:12: found a comparison; expected a number; use piecewise(value, condition, otherwise)"),
        ('"rent <= bill"', '"rent - bill"', "m.toml:5:12: found a number; expected a comparison such as a <= b"),
        ('unit = "V/yr"', 'unit = ""', "m.toml:13:8: found a blank text; expected words"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(old, new, message):
    model, faults = read(TEXT.replace(old, new, 1))
    assert faults[0].startswith(message)
    assert not model.complete


def test_sound_parts_of_a_faulty_model_are_kept():
    model, faults = read(TEXT.replace('formula = "theta"', "formula = true"))
    assert len(faults) == 1
    assert [term.name for term in model.terms] == ["dividend", "always"]
