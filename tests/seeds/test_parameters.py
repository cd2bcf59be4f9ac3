"""Parameters: three kinds, each with its keys; values inside intervals inside domains."""

from __future__ import annotations

from fractions import Fraction

import pytest

from detente import toml
from detente.seeds.derived import cycles, order, reach, values
from detente.seeds.parameters import read_parameters

FIGURE = """[loss]
kind = "figure"
value = 0.3
low = 0.2
high = 0.4
unit = "share"
figures = ["one-figure"]
rule = "single"
interval = "stated"
"""
JUDGEMENT = """[trust]
kind = "judgement"
value = "2/5"
low = 0
high = 1
unit = "probability"
reason = "nobody knows"
"""
DERIVED = """[both]
kind = "derived"
formula = "loss*trust"
unit = "share"
"""


def read(text: str):
    faults = []
    found = read_parameters(toml.parse(text, "p.toml"), faults)
    return found, [str(fault) for fault in faults]


def test_the_three_kinds_have_what_their_tables_say():
    found, faults = read(FIGURE + JUDGEMENT + DERIVED)
    assert faults == []
    loss, trust, both = found.entries.values()
    assert (loss.kind, loss.value, loss.low, loss.high) == ("figure", Fraction(3, 10), Fraction(1, 5), Fraction(2, 5))
    assert (loss.figures, loss.rule, loss.interval, loss.scale) == (("one-figure",), "single", "stated", None)
    assert (trust.value, trust.reason, trust.symbol, trust.label) == (Fraction(2, 5), "nobody knows", "trust", {"en": "trust"})
    assert (both.value, both.is_derived) == (None, True)
    assert both.formula.names == {"loss": 1, "trust": 6}
    assert str(both.inside(6)) == "p.toml:19:17"
    assert loss.written["value"] == "0.3"


def test_shares_and_probabilities_lie_between_zero_and_one_unless_stated():
    found, _ = read(FIGURE + JUDGEMENT + JUDGEMENT.replace("trust", "rate").replace("probability", "per year"))
    assert found.entries["loss"].domain == (0, 1)
    assert found.entries["trust"].domain == (0, 1)
    assert found.entries["rate"].domain == (None, None)
    found, _ = read(FIGURE + "domain = [-1, 2]\n")
    assert found.entries["loss"].domain == (-1, 2)


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        (FIGURE, "0.3", "0.5", "p.toml:3:9: found value = 0.5 outside the interval [0.2, 0.4]; expected low <= value <= high"),
        (FIGURE, "0.2", "0.5", "p.toml:4:7: found low = 0.5 above high = 0.4; expected low <= high"),
        (FIGURE, "0.4", "1.4", "p.toml:5:8: found high = 1.4 outside the domain [0, 1]; of 'loss'"),
        (FIGURE, "0.3", "true", "p.toml:3:9: found true; expected a number, or a text such as '3/4'"),
        (FIGURE, '"single"', '"mean"', "p.toml:8:8: found the rule 'mean'; expected one of single, sum, ratio, midpoint, median, reading, or a formula of names in `figures = { name = \"figure-id\" }`"),
        (FIGURE, '"stated"', '"reading"', "p.toml:9:12: found interval = \"reading\" in 'loss' without a reason; expected reason = \"..\" that says how it was read"),
        (FIGURE, '"stated"\n', '"stated"\nreason = "x"\n', "p.toml:10:10: found a reason, but rule and interval of 'loss' leave nothing to judgement; move it into the description"),
        (FIGURE, '["one-figure"]', "[]", "p.toml:7:11: found no figures; expected at least one; or make it a judgement"),
        (FIGURE, '["one-figure"]', '{ median = "one-figure" }', "p.toml:7:22: found the name 'median'; it is the name of a rule; choose another name"),
        (FIGURE, "[loss]", "[Loss]", "p.toml:1:2: found the name 'Loss'; expected a lower-case letter, then lower-case letters, digits and '_', at most 60; what readers see goes into a label"),
        (FIGURE, "[loss]", "[total]", "p.toml:1:2: found the name 'total'; it is reserved in formulas; choose another name"),
        (FIGURE, 'kind = "figure"\n', "", "p.toml:1:2: missing key 'kind' in loss; add it"),
        (JUDGEMENT, "reason", "raison", "p.toml:7:1: unknown key 'raison'; expected one of symbol, label, description, unit, domain, value, low, high, distribution, correlated, kind, reason, figures; did you mean 'reason'?"),
        (JUDGEMENT, "reason", "scale = 1\nreason", "p.toml:7:1: unknown key 'scale'; expected one of symbol, label, description, unit, domain, value, low, high, distribution, correlated, kind, reason, figures; did you mean 'value'?"),
        (DERIVED, "unit", "low = 1\nunit", "p.toml:4:1: unknown key 'low'; expected one of symbol, label, description, unit, domain, kind, formula"),
        (DERIVED, "loss*trust", "loss^trust", "p.toml:3:16: found '^'; powers are written with '**'"),
        (DERIVED, '"share"', '"share"\ndomain = [1, 0]', "p.toml:5:10: found an empty domain; expected [least, greatest]"),
        (DERIVED, '"share"', '"share"\nlabel = { zh = "x" }', 'p.toml:5:9: found a label without English; expected en = ".."; add it'),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(text, old, new, message):
    found, faults = read(text.replace(old, new, 1))
    assert faults[0] == message
    assert found.entries == {}


def chain(**formulas: str):
    tables = (f'[{name}]\nkind = "derived"\nunit = "x"\nformula = "{text}"\n' for name, text in formulas.items())
    given = (JUDGEMENT.replace("trust", name).replace('"2/5"', "1").replace("probability", "x") for name in ("x", "y"))
    found, faults = read("".join([*tables, *given]))
    assert faults == []
    return found.entries


def test_derived_parameters_stand_in_any_order():
    parameters = chain(c="a + b", a="x*2", b="a - y")
    assert order(parameters).index("a") < order(parameters).index("b") < order(parameters).index("c")
    assert values(parameters, {"x": Fraction(3), "y": Fraction(1)}) == {"x": 3, "y": 1, "a": 6, "b": 5, "c": 11}


def test_a_derived_parameter_can_be_held_in_place_of_its_formula():
    parameters = chain(c="a + b", a="x*2", b="a - y")
    assert values(parameters, {"x": Fraction(3), "y": Fraction(1), "a": Fraction(10)})["c"] == 19


def test_reach_names_all_that_a_formula_rests_on():
    parameters = chain(c="a + b", a="x*2", b="a - y", d="y")
    assert set(reach(parameters, ["b"])) == {"b", "a", "x", "y"}


def test_cycles_are_found_whole():
    parameters = chain(a="b", b="c + x", c="a", d="d", e="a")
    assert sorted(tuple(sorted(cycle)) for cycle in cycles(parameters)) == [("a", "b", "c"), ("d",)]
    # e rests on the cycle and is no part of it
    assert set(order(parameters)) == {"x", "y"}


def test_a_chain_of_thousands_is_no_matter():
    parameters = chain(**{f"d{i}": f"d{i - 1} + 1" if i else "x" for i in range(3000)})
    assert values(parameters, {"x": Fraction(1), "y": Fraction(1)})["d2999"] == 3000
    assert cycles(parameters) == []
