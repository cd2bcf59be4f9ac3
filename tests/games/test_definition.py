"""Definitions of games: what a file says, and that its parts fit one another."""

from __future__ import annotations

from fractions import Fraction

import pytest

from detente import toml
from detente.games.reader import read_game
from detente.study.forms import FORMS

TEXT = """format = 1
label = { en = "Two fords", zh = "两个渡口" }
form = "normal"
payoffs = "river"

[strategies]
north = ["keep", "hoard"]
south = ["keep", "hoard"]

[labels]
north = "North Ford"
hoard = { en = "hoard water", zh = "囤水" }
gain = "gain of the North"
dry = "a dry year"
forever = "for ever"

[points.dry]
loss = 0.2
trust = "3/10"

[box.trust]
low = 0.2
high = 0.6
reason = "a town that never trusts is not asked"

[variants.forever]
form = "repeated"
discount_factor = ["delta", "delta - 0.05"]
target = { north = "keep", south = "keep" }
strategies = ["grim", "punishment_12", "tit_for_tat"]

[conclusions]
gain = "payoff[north][hoard, keep] - payoff[north][keep, keep] - a"

[[questions]]
number = 2
text = "When does the North hoard?"
ask = ["thresholds", "signs"]
of = ["gain", "equilibrium:keep,keep", "none"]
along = ["trust"]
points = ["baseline", "dry"]

[[questions]]
number = 5
text = "How patient?"
ask = "discount_factors"
variant = "forever"
"""
ANALYSES = {"thresholds", "signs", "discount_factors"}


def read(text: str):
    faults = []
    return read_game(toml.parse(text, "g.toml"), "river", faults, FORMS, ANALYSES), [str(fault) for fault in faults]


def test_a_game_has_what_its_file_says():
    game, faults = read(TEXT)
    assert faults == []
    assert (game.name, game.form, game.payoffs, game.players) == ("river", "normal", "river", ("north", "south"))
    assert game.strategies == {"north": ("keep", "hoard"), "south": ("keep", "hoard")}
    assert game.labels["hoard"] == {"en": "hoard water", "zh": "囤水"}
    assert game.points["dry"].values == {"loss": Fraction(1, 5), "trust": Fraction(3, 10)}
    box = game.box["trust"]
    assert (box.low, box.high, box.value) == (Fraction(1, 5), Fraction(3, 5), None)
    forever = game.variants["forever"]
    data = forever.data
    assert [factor.text for factor in data.discount_factors] == ["delta", "delta - 0.05"]
    assert (data.target, data.punishment) == ({"north": "keep", "south": "keep"}, None)
    assert data.strategies == ("grim", "punishment_12", "tit_for_tat")
    assert str(forever.content.formulas[1].inside(9)) == "g.toml:28:38"
    first, second = game.questions
    assert (first.number, first.ask, first.of) == (2, ("thresholds", "signs"), ("gain", "equilibrium:keep,keep", "none"))
    assert (first.along, first.points, first.variant) == (("trust",), ("baseline", "dry"), None)
    assert (second.ask, second.variant) == (("discount_factors",), "forever")
    assert str(game.conclusions["gain"].inside(9)) == "g.toml:33:17"


def test_one_discount_factor_stands_for_every_player():
    game, faults = read(TEXT.replace('["delta", "delta - 0.05"]', '"delta"'))
    assert faults == []
    (factor,) = game.variants["forever"].data.discount_factors
    assert factor.names == {"delta": 1}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('form = "normal"', 'form = "abnormal"', "g.toml:3:8: unknown form 'abnormal'; expected one of"),
        ('form = "normal"', 'form = "repeated"', "g.toml:3:8: unknown form 'repeated'; expected one of"),
        ('north = ["keep", "hoard"]', 'north = ["keep", "Hoard"]', "g.toml:7:18: found the name 'Hoard'"),
        ('north = ["keep", "hoard"]', 'north = ["keep", "share"]', "g.toml:7:18: found the name 'share'; it is reserved"),
        ('north = "North Ford"', 'nort = "North Ford"', "g.toml:11:1: unknown name 'nort'; did you mean 'north', defined at g.toml:7:1?"),
        ("[points.dry]", "[points.baseline]", "g.toml:17:9: found a point 'baseline'"),
        ("loss = 0.2", "loss = true", "g.toml:18:8: found true; expected a number"),
        ("low = 0.2", "low = 0.7", "g.toml:22:7: found low = 7/10 above high = 3/5; expected low <= high"),
        ("low = 0.2", "low = 0.2\nvalue = 0.9", "g.toml:23:9: found value = 9/10 outside [1/5, 3/5]"),
        ('reason = "a town that never trusts is not asked"', "", "g.toml:21:6: missing key 'reason' in box.trust"),
        ('form = "repeated"', 'form = "repeat"', "g.toml:27:8: unknown form 'repeat'; expected one of"),
        ('form = "repeated"', 'form = "normal"', "g.toml:28:1: unknown key 'discount_factor'"),
        ('["delta", "delta - 0.05"]', '["delta", "delta", "delta"]', "g.toml:28:19: found 3 discount factors; expected one, or 2 in the order north, south"),
        ('["delta", "delta - 0.05"]', '["delta", "delta -"]', "g.toml:28:"),
        ('target = { north = "keep"', 'target = { norht = "keep"', "g.toml:29:12: unknown player 'norht'"),
        ('target = { north = "keep"', 'target = { north = "kep"', "g.toml:29:20: unknown strategy of north 'kep'; did you mean 'keep', defined at g.toml:7:10?"),
        ('"punishment_12"', '"punishment_0"', "g.toml:30:23: unknown strategy of a repeated game 'punishment_0'"),
        ("payoff[north][hoard, keep]", "payoffs[north][hoard, keep]", "g.toml:33:9: unknown table 'payoffs'"),
        ("payoff[north][hoard, keep]", "payoff[hoard, keep]", "g.toml:33:9: found payoff[...] of another shape"),
        ("payoff[north][hoard, keep]", "payoff[nord][hoard, keep]", "g.toml:33:9: unknown player 'nord'; did you mean 'north', defined at g.toml:7:1?"),
        ("payoff[north][hoard, keep]", "payoff[north][hoard]", "g.toml:33:9: found 1 strategies; expected 2, in the order north, south"),
        ("payoff[north][hoard, keep]", "payoff[north][hoard, hord]", "g.toml:33:9: unknown strategy of south 'hord'; did you mean 'hoard', defined at g.toml:8:18?"),
        ("payoff[north][hoard, keep]", "payoff[north][hoard, keep] > 0 ", "g.toml:33:9: found a comparison"),
        ("number = 5", "number = 2", "g.toml:44:10: found question 2 a second time; it stands at g.toml:36:10 already"),
        ("number = 5", "number = 0", "g.toml:44:10: found the integer 0; expected a number from 1 to 999"),
        ('"thresholds"', '"tresholds"', "g.toml:38:8: unknown analysis 'tresholds'; expected one of"),
        ('"discount_factors"', '"discount"', "g.toml:46:7: unknown analysis 'discount'; expected one of"),
        ('of = ["gain"', 'of = ["pain"', "g.toml:39:7: unknown conclusion 'pain'; did you mean 'gain', defined at g.toml:33:1?"),
        ('"equilibrium:keep,keep"', '"equilibria:keep,keep"', "g.toml:39:15: unknown conclusion 'equilibria:keep,keep'; expected one of equilibrium"),
        ('"baseline", "dry"', '"baseline", "wet"', "g.toml:41:23: unknown point 'wet'; define it, or use one of dry"),
        ('variant = "forever"', 'variant = "never"', "g.toml:47:11: unknown variant 'never'; did you mean 'forever', defined at g.toml:26:11?"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(old, new, message):
    _, faults = read(TEXT.replace(old, new, 1))
    assert faults, "found sound"
    assert faults[0].startswith(message)


def test_without_a_list_of_analyses_any_name_may_be_asked():
    faults = []
    text = TEXT.replace('"discount_factors"', '"anything"')
    assert read_game(toml.parse(text, "g.toml"), "river", faults, FORMS) is not None
    assert faults == []


def test_a_file_whose_top_is_faulty_gives_no_game():
    game, faults = read(TEXT.replace("[strategies]", "[strategy]"))
    assert game is None
    assert [fault.split("; ")[0] for fault in faults] == [
        "g.toml:6:2: unknown key 'strategy'",
        "g.toml:1:1: missing key 'strategies'",
    ]
