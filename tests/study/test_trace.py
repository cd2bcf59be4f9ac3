"""Traces: every number down to figures and judgements, and its JSON."""

from __future__ import annotations

import json
from fractions import Fraction as F
from pathlib import Path

import pytest

import detente
from detente.errors import UsageError

ROOT = Path(__file__).parents[2]
KEYS = {"name", "kind", "value", "unit", "formula", "reason", "figures", "from"}


@pytest.fixture(scope="module")
def game():
    return detente.Study(ROOT).game("confrontation")


def nodes(data):
    yield data
    for each in data["from"]:
        yield from nodes(each)


def test_a_payoff_is_the_sum_of_its_terms_and_a_term_lists_its_parameters(game):
    trace = game.trace("cooperate,confront", "us")
    assert trace.value == game.at().payoff("us", ("cooperate", "confront")) == sum(term.value for term in trace.sources)
    assert [term.name for term in trace.sources] == ["supply_value", "disruption", "concession"]
    (concession,) = [term for term in trace.sources if term.name == "concession"]
    assert {each.name for each in concession.sources} == {"conc", "d_us", "sev"}
    assert concession.value == -F("0.2") * F("0.74") * F("0.3")


def test_a_derived_value_goes_down_to_its_figures(game):
    trace = game.trace("c_reb")
    # 6/(15*V) + 2*0.05 with V = 2*4/0.74
    assert (trace.kind, trace.value) == ("derived", F("0.137"))
    leaves = set(trace.parameters())
    assert leaves == {"capex_usd", "rebuild_years", "gdp_mult", "l_gdp", "d_us", "cost_ratio", "bill"}
    for each in trace.walk():
        assert each.kind in {"derived", "figure", "judgement"}
        assert each.figures or each.kind != "figure"


def test_every_figure_of_a_trace_stands_in_the_register_with_its_document(game):
    files = game.model.files
    for each in game.trace("c_reb").walk():
        for figure in each.figures:
            assert files.figures[figure.id] is figure
            assert each.documents[figure.document] in files.documents


def test_the_json_of_a_trace_has_the_contracts_keys_at_every_node(game):
    for what, player in (("confront,confront", "china"), ("c_reb", None), ("A_us", None), ("threshold:sev", None)):
        data = json.loads(json.dumps(game.trace(what, player).to_json()))
        for each in nodes(data):
            assert set(each) >= KEYS
            for figure in each["figures"]:
                assert set(figure) == {"id", "document", "line", "token", "occurrence"}
    assert json.loads(json.dumps(game.trace("d_us").to_json()))["value"] == "37/50"


def test_a_term_keeps_the_ids_that_support_it(game):
    data = game.trace("cooperate,cooperate", "us").to_json()
    (value,) = [each for each in data["from"] if each["name"] == "supply_value"]
    assert "downstream-value-supported" in value["support"]


def test_a_value_set_by_a_point_or_by_hand_says_so(game):
    by_point = game.trace("rel_us", point="hawkish")
    assert by_point.value == F(1, 2)
    assert "set by the point hawkish, in place of 0.25" in by_point.reason
    by_hand = game.trace("rel_us", rel_us="0.4")
    assert "set by hand, in place of 0.25" in by_hand.reason
    assert "in place of" not in game.trace("rel_us").reason


def test_a_conclusion_traces_the_payoffs_that_it_compares(game):
    trace = game.trace("A_us")
    assert trace.value == F("0.25") * F("0.5") - F("0.137") - F("0.02") - F("0.05")
    assert [each.name for each in trace.sources] == ["payoff[us][confront, cooperate]", "payoff[us][cooperate, cooperate]"]
    assert trace.value == trace.sources[0].value - trace.sources[1].value


def test_a_threshold_traces_what_decides_it(game):
    named = game.trace("threshold:rel_us:A_us")
    assert F(str(named.value)) == F(207, 500)
    assert "sign of A_us" in named.formula
    assert "A_us" not in {each.name for each in named.sources}
    assert {each.kind for each in named.sources} == {"payoff"}
    whole = game.trace("threshold:sev")
    assert len(whole.sources) == 8  # every payoff of both players
    truth = game.trace("threshold:sev:equilibrium:cooperate,cooperate")
    assert F(str(truth.value)) == F(3103, 7881)  # where A_cn vanishes, see the golden tests
    assert "truth of equilibrium:cooperate,cooperate" in truth.formula


def test_a_critical_discount_factor_traces_its_condition(game):
    trace = game.trace("factor:grim:us", point="hawkish")
    own = game.at("hawkish")
    r, t, p = (own.payoff("us", cell) for cell in ((0, 0), (1, 0), (1, 1)))
    assert trace.value == (t - r) / (t - p)
    assert "delta" in trace.formula
    assert {each.name.split("[")[1] for each in trace.sources} >= {"us]"}
    assert len(trace.sources) >= 4  # at least the player's own payoffs


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("c_rebb", "did you mean 'c_reb'"), ("threshold:sevv", "did you mean 'sev'"), ("threshold:sev:A_uk", "did you mean 'A_us'"),
        ("factor:grim:uk", "unknown player"), ("factor:grimm:us", "expected one of"), ("nothing", "expected a parameter"),
        ("threshold:sev:A_us", "does not change along sev"),
        ("threshold:sev:equilibrium:x,y", "unknown strategy"),
    ],
)  # fmt: skip
def test_a_wrong_name_says_what_was_expected(game, what, found):
    with pytest.raises(UsageError, match=found):
        game.trace(what)


def test_a_parameter_of_another_game_is_told_from_an_unknown_one(game):
    unused = next(iter(set(game.model.files.parameters) - set(game.model.parameters)))
    with pytest.raises(UsageError, match="does not use"):
        game.trace(unused)


def test_the_text_is_indented_by_depth(game):
    lines = str(game.trace("c_reb")).splitlines()
    assert lines[0].startswith("c_reb = 137/1000 = 0.137")
    assert any(line.startswith("    ") and "document 00" in line for line in lines)
