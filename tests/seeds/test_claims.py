"""Claims and conflicts of the documents."""

from __future__ import annotations

import pytest

from detente import toml
from detente.seeds.claims import read_claims, read_conflicts

TEXT = """format = 1

[M8]
title = { en = "War of attrition", zh = "消耗战" }
players = ["United States", "China"]
refs = ["002:27", "002:163-167", "000"]
figures = ["one-figure"]
statement = "Confrontation harms both."
status = "modelled"
models = ["confrontation"]

[conflicts.mining]
topic = "share of mining"
says = ["0.55 (001)", "0.65 (002)"]
kind = "drift by year"
reconciliation = "the later one"
"""


def read(text: str):
    faults = []
    file = toml.parse(text, "c.toml")
    claims, conflicts = read_claims(file, faults), read_conflicts(file, faults)
    return claims.entries, conflicts.entries, [str(fault) for fault in faults]


def test_claims_and_conflicts_have_what_their_tables_say():
    claims, conflicts, faults = read(TEXT)
    assert faults == []
    claim, conflict = claims["M8"], conflicts["mining"]
    assert claim.refs == ("002:27", "002:163-167", "000")
    assert (claim.status, claim.models, claim.why) == ("modelled", ("confrontation",), "")
    assert str(claim.at("refs", 1)) == "c.toml:6:19"
    assert conflict.says == ("0.55 (001)", "0.65 (002)")
    assert conflict.topic == {"en": "share of mining"}
    assert str(conflict.at("says", 1)) == "c.toml:14:23"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[M8]", "[8]", "c.toml:3:2: found the claim '8'; expected a capital letter and a number, such as [M8]"),
        ('"002:27"', '"2:27"', "c.toml:6:9: found the reference '2:27'; expected document and line, such as '002:27' or '002:163-167'"),
        ('"002:163-167"', '"002:163-16"', "c.toml:6:19: found the reference '002:163-16'; expected the first line before the last"),
        ('models = ["confrontation"]\n', "", "c.toml:9:10: found status = 'modelled' without models; expected the games that model the claim; add models = [\"..\"]"),
        ('"modelled"\nmodels = ["confrontation"]', '"not_modelled"', "c.toml:9:10: found status = 'not_modelled' without a reason; add why = \"..\""),
        ('"modelled"', '"yes"', "c.toml:9:10: unknown status 'yes'; expected one of modelled, partly, not_modelled"),
        ("[conflicts.mining]", "[conflicts.Mining]", "c.toml:12:12: found the name 'Mining'; expected a lower-case letter, then lower-case letters, digits and '_', at most 60; what readers see goes into a label"),
        ('says = ["0.55 (001)", "0.65 (002)"]', 'says = "0.55"', "c.toml:14:8: found the text '0.55'; expected a list"),
        ("[conflicts.mining]", "[conflict.mining]", "c.toml:12:2: found the claim 'conflict'; expected a capital letter and a number, such as [M8]"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(old, new, message):
    *_, faults = read(TEXT.replace(old, new, 1))
    assert faults == [message]
