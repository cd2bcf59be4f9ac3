"""A game of a study: points, domains, derived values, payoffs of both kinds."""

from __future__ import annotations

import random
from fractions import Fraction as F
from pathlib import Path

import pytest

import detente
from detente.errors import UsageError
from detente.study.model import split_name

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model():
    return detente.Study(ROOT).game("confrontation").model


def test_a_name_may_carry_a_variant():
    assert split_name("confrontation") == ("confrontation", None)
    assert split_name("confrontation:repeated") == ("confrontation", "repeated")
    assert detente.Study(ROOT).game("confrontation:repeated").name == "confrontation:repeated"


def test_only_parameters_that_the_game_uses_are_in_it(model):
    assert "d_us" in model.parameters
    assert "delta" in model.parameters  # of the repeated variant
    assert "c_reb" in model.parameters
    assert "d_us" in model.symbolic.parameters
    assert "c_reb" in model.symbolic.derived
    unused = set(model.files.parameters) - set(model.parameters)
    assert unused  # the ledger has more than one game needs
    used = {each.name for cell in model.symbolic.payoffs.values() for each in model.symbolic.expand(cell).free_symbols}
    assert used <= set(model.symbolic.parameters)


def test_a_named_point_keeps_everything_else_at_baseline(model):
    base, hawkish = model.point().values, model.point("hawkish").values
    assert {name: hawkish[name] for name in hawkish if hawkish[name] != base[name]} == {
        "rel_us": F(1, 2), "rel_cn": F(1, 2), "tech_hit": F(4, 5), "rep_cn": F(3, 100),
    }  # fmt: skip
    assert model.point("hawkish", {"rel_us": "1/3"}).changed == ("rel_us",)


def test_a_value_outside_its_interval_is_used_and_noted(model):
    point = model.point(changes={"sev": "0.9"})
    assert point.values["sev"] == F(9, 10)
    assert any("sev = 0.9 lies outside its interval [0.1, 0.6]" in note for note in point.notes)
    assert model.point().notes == ()
    assert model.point(changes={"sev": "0.6"}).notes == model.point(changes={"sev": "0.1"}).notes == ()


def test_a_value_outside_its_domain_is_refused(model):
    for value in ("1.5", "-0.1"):
        with pytest.raises(UsageError, match=r"sev = .* outside its domain \[0, 1\]"):
            model.point(changes={"sev": value})


def test_a_violated_constraint_is_noted_with_its_reason(model):
    (note,) = [each for each in model.point(changes={"rent_cn": "0.06"}).notes if "constraint" in each]
    assert "rent_cn <= bill" in note
    assert not any("constraint" in each for each in model.point(changes={"rent_cn": "0.05"}).notes)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"c_reb": 1}, "c_reb is derived; change what it is made of: .*capex_flow"),
        ({"seve": 1}, "did you mean 'sev'"),
        ({"sev": 0.5}, "sev: found the float"),
        ({"sev": "x"}, "sev: found 'x'"),
        ({"sev": "1/0"}, "division by zero"),
    ],
)
def test_a_wrong_change_says_what_to_do(model, changes, found):
    with pytest.raises(UsageError, match=found):
        model.point(changes=changes)


def test_unknown_points_payoffs_and_conclusions_are_refused(model):
    for ask, found in [
        (lambda: model.point("hawk"), "did you mean 'hawkish'"),
        (lambda: model.payoffs("real"), "expected one of strategic, material"),
        (lambda: model.conclusion("A_uk"), "did you mean 'A_us'"),
    ]:
        with pytest.raises(UsageError, match=found):
            ask()


def test_derived_values_follow_their_formulas(model):
    values = model.point(changes={"gdp_mult": 3, "l_gdp": 5, "d_us": "3/4"}).values
    found = model.derived_values(values)
    assert found["v_usd"] == 20
    assert found["capex_flow"] == values["capex_usd"] / (values["rebuild_years"] * 20)
    assert found["premium"] == (values["cost_ratio"] - 1) * values["bill"]
    assert found["c_reb"] == found["capex_flow"] + found["premium"]
    assert found["cleanup"] == values["remed_rmb"] / (values["fx"] * values["remed_years"] * 20)


def test_material_payoffs_do_not_know_relative_gains(model):
    names = {each.name for cell in model.material.payoffs.values() for each in cell.free_symbols}
    assert not names & {"rel_us", "rel_cn"}
    assert {each.name for cell in model.symbolic.payoffs.values() for each in cell.free_symbols} & {"rel_us", "rel_cn"}
    assert model.at(kind="material") != model.at()


def test_labels_fall_back_to_readable_names(model):
    assert model.label("us") == "United States"
    assert model.label("us", "zh") == "美国"
    assert model.label("no_such_thing") == "no such thing"
    assert model.label("d_us") != "d us"


@pytest.mark.parametrize("name", ["confrontation", "alliance_hedging", "alliance_hedging:korea_us", "counter_controls"])
@pytest.mark.parametrize("kind", ["strategic", "material"])
def test_a_game_at_a_point_is_that_of_its_symbolic_payoffs(this_study, name, kind):
    rnd = random.Random(0)
    for _ in range(3):
        model = this_study.game(name).model  # another model each time: no symbolic game has been asked for
        box = {each: own for each, own in model.intervals.items() if rnd.random() < 0.5}
        point = model.point(changes={each: own.low + (own.high - own.low) * F(rnd.randint(0, 10), 10) for each, own in box.items()})
        found, expected = model.at(point, kind), model.payoffs(kind).at_point(point.values)
        assert (found.players, found.strategies, found.arithmetic) == (expected.players, expected.strategies, expected.arithmetic)
        assert [*map(repr, found.payoffs.flat)] == [*map(repr, expected.payoffs.flat)]


def test_where_a_formula_may_leave_the_fractions_the_symbolic_game_is_asked(real_copy):
    # sqrt(2)*sqrt(2) is 2 and no float, which a value of the formula in floats would not be
    path = real_copy / "payoffs" / "confrontation.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f'{text}\n[terms.us.root]\nformula = "sqrt(1 + sev**0)*sqrt(1 + sev**0)"\n', encoding="utf-8")
    with_root, without = (detente.Study(each).game("confrontation").model.at() for each in (real_copy, ROOT))
    assert [*(with_root.payoffs[0] - without.payoffs[0]).flat] == [F(2)] * 4
    assert {type(each) for each in with_root.payoffs.flat} == {F}
