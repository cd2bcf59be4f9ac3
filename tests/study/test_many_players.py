"""Studies with players alike: templates, counts, tables by player, groups, slices; and what is wrong with each."""

from __future__ import annotations

import itertools
import random
import shutil
from fractions import Fraction as F
from pathlib import Path

import pytest

import detente
from detente.errors import UsageError
from detente.formula import parse
from detente.payoffs.items import Tally
from detente.study.check import check

SMALL = Path(__file__).parent / "small"
PAYOFFS, GAME = "payoffs/mills.toml", "games/mills.toml"

FILES = {
    PAYOFFS: """format = 1
players = ["upper", "lower", "weir"]

[parameters.flow]
kind = "judgement"
value = 3
low = 1
high = 4
unit = "share"
domain = [0, 10]
reason = "a guess"

[tables.wheel]
symbol = "w"
label = { en = "size of the wheel", zh = "水轮大小" }
unit = "share"
reason = "seen from the bridge"

[tables.wheel.values]
upper = { value = 0.5, low = 0.3, high = 0.6 }
lower = 0.25
weir = "wheel_lower*flow/6"

[tables.depth]
unit = "m"
formula = "flow/(index + 1)"

[[constraints]]
formula = "wheel[upper] <= flow"
reason = "a wheel wants water"

[terms.each.grain]
when = { self = ["grind"] }
formula = "flow*wheel[me]*(1 - others(grind)/2)"

[terms.each.noise]
formula = "-count(grind)/10"

[terms.each.company]
when = { self = ["rest"], upper = ["rest"] }
formula = "share(rest)*depth[me]"
material = false

[terms.weir.toll]
when = { weir = ["grind"] }
if = "count(grind) > 1"
formula = "wheel[upper]/5"
""",
    GAME: """format = 1
form = "normal"
payoffs = "mills"

[strategies]
each = ["rest", "grind"]

[labels]
upper = { en = "upper mill", zh = "上磨坊" }
grind = "grind corn"

[points.flood]
wheel_upper = 0.6

[box.wheel_upper]
low = 0.4
high = 0.6
reason = "measured again"

[conclusions]
gain = "payoff[upper][grind, rest, rest] - payoff[upper][rest, rest, rest]"

[variants.bank]
form = "normal"
fixed = { weir = "grind" }

[variants.bank.conclusions]
alone = "payoff[upper][grind, rest] - wheel_weir"
""",
}


@pytest.fixture
def root(tmp_path):
    shutil.copytree(SMALL, tmp_path / "study")
    for name, text in FILES.items():
        (tmp_path / "study" / name).write_text(text, encoding="utf-8")
    return tmp_path / "study"


PLAYERS = ("upper", "lower", "weir")
BASE = {"flow": F(3), "upper": F(1, 2)}


def payoff(player, profile, flow=F(3), upper=F(1, 2), material=False):
    """The payoffs of the file above by hand."""
    wheel = {"upper": upper, "lower": F(1, 4), "weir": F(1, 4) * flow / 6}
    depth = {name: flow / (index + 1) for index, name in enumerate(PLAYERS, 1)}
    own = profile[PLAYERS.index(player)]
    grinding, resting = profile.count("grind"), profile.count("rest")
    others = F(grinding - (own == "grind"), 2)
    value = -F(grinding, 10)
    if own == "grind":
        value += flow * wheel[player] * (1 - others / 2)
    if own == "rest" and profile[0] == "rest" and not material:
        value += F(resting, 3) * depth[player]
    if player == "weir" and own == "grind" and grinding > 1:
        value += upper / 5
    return value


PROFILES = list(itertools.product(("rest", "grind"), repeat=3))


@pytest.mark.parametrize("material", [False, True])
def test_payoffs_with_counts_and_tables_are_those_worked_out_by_hand(root, material):
    game = detente.Study(root).game("mills")
    generator = random.Random(4)
    for changes in ({}, *({"flow": F(generator.randint(1, 90), 11), "wheel_upper": F(generator.randint(0, 9), 9)} for _ in range(10))):
        numeric = game.model.at(game.point(**changes), "material" if material else "strategic")
        for i, player in enumerate(PLAYERS):
            for profile in PROFILES:
                index = tuple(("rest", "grind").index(each) for each in profile)
                expected = payoff(player, profile, changes.get("flow", F(3)), changes.get("wheel_upper", F(1, 2)), material)
                assert numeric.payoff(i, index) == expected


def test_a_slice_has_the_payoffs_of_the_whole_game_with_the_others_fixed(root):
    study = detente.Study(root)
    bank = study.game("mills:bank")
    assert bank.model.players == ("upper", "lower")
    numeric = bank.at()
    for i, player in enumerate(("upper", "lower")):
        for profile in itertools.product(("rest", "grind"), repeat=2):
            index = tuple(("rest", "grind").index(each) for each in profile)
            assert numeric.payoff(i, index) == payoff(player, (*profile, "grind"))
    alone = bank.symbolic.expression(bank.model.conclusion("alone"))
    assert bank.symbolic.evaluate(alone, bank.point().values) == payoff("upper", ("grind", "rest", "grind")) - F(1, 8)


def test_entries_of_tables_are_parameters_behind_the_others(root):
    model = detente.Study(root).game("mills").model
    assert list(model.intervals) == ["flow", "wheel_upper", "wheel_lower"]
    upper = model.intervals["wheel_upper"]
    assert (upper.low, upper.value, upper.high) == (F(2, 5), F(1, 2), F(3, 5))  # the interval of the game
    assert (model.intervals["wheel_lower"].low, model.intervals["wheel_lower"].high) == (F(1, 4), F(1, 4))
    assert set(model.derived) == {"wheel_weir", "depth_upper", "depth_lower", "depth_weir"}
    assert model.label("wheel_upper", "zh") == "水轮大小（上磨坊）"
    assert model.label("wheel_upper") == "size of the wheel (upper mill)"
    assert model.label("depth_weir") == "depth (weir)"


def test_a_trace_shows_the_numbers_that_were_counted_and_the_entry_that_was_looked_up(root):
    trace = detente.Study(root).game("mills").trace(("grind", "rest", "grind"), "weir")
    grain = next(each for each in trace.sources if each.name == "grain")
    assert grain.formula == "flow*wheel_weir*(1 - (1/2)/2)"
    assert {each.name for each in grain.sources} == {"flow", "wheel_weir"}
    (own,) = [each for each in grain.sources if each.name == "wheel_weir"]
    assert (own.kind, own.formula) == ("derived", "wheel_lower*flow/6")
    toll = next(each for each in trace.sources if each.name == "toll")
    assert toll.formula == "wheel_upper/5 if 2 > 1"


def test_a_term_is_inert_only_if_what_it_counts_does_not_depend_on_the_player(root):
    # noise counts the own choice, so that it moves a decision; in the material game company is left out
    assert detente.Study(root).game("mills").payoffs.inert == {"upper": (), "lower": (), "weir": ()}


def test_a_count_of_others_alone_is_inert(root):
    path = root / PAYOFFS
    path.write_text(path.read_text().replace('"-count(grind)/10"', '"-others(grind)/10"'))
    assert detente.Study(root).game("mills").payoffs.inert == dict.fromkeys(PLAYERS, ("noise",))


@pytest.mark.parametrize("chosen", [("a",) * 4, ("a", "b", "a", "c"), ("b", "b", "b", "a")])
def test_a_tally_is_what_one_counts_by_hand(chosen):
    players = ("p", "q", "r", "s")
    for i, player in enumerate(players):
        tally = Tally.of(dict(zip(players, chosen)), player, players)
        for strategy in "abcd":
            others = [each for k, each in enumerate(chosen) if k != i]
            formula = parse(f"count({strategy}) + 10*share({strategy}) + 100*others({strategy})")
            expected = chosen.count(strategy) + F(10 * chosen.count(strategy), 4) + F(100 * others.count(strategy), 3)
            assert formula.evaluate({}, tally.item) == expected


def test_members_are_as_many_as_their_parameter_says(root):
    path = root / PAYOFFS
    text = path.read_text().replace('players = ["upper", "lower", "weir"]', 'players = { mill = "mills" }')
    text = text[: text.index("[tables.wheel]")] + """[parameters.mills]
kind = "judgement"
value = 4
low = 4
high = 4
unit = "mills"
reason = "counted"

[tables.depth]
unit = "m"
formula = "flow/(index + mills)"

[terms.mill.grain]
when = { self = ["grind"] }
formula = "depth[me] - share(grind)"

[terms.each.view]
formula = "0"
"""
    path.write_text(text)
    (root / GAME).write_text('format = 1\nform = "normal"\npayoffs = "mills"\n[strategies]\nmill = ["rest", "grind"]\nmill_3 = ["grind"]\n')
    game = detente.Study(root).game("mills")
    assert game.model.players == ("mill_1", "mill_2", "mill_3", "mill_4")
    assert game.at().payoff(3, (0, 1, 0, 1)) == F(3, 8) - F(3, 4)
    with pytest.raises(UsageError, match="number of players"):
        game.at(mills=5)


def test_a_game_with_too_many_profiles_is_a_fault_at_once(root):
    path = root / PAYOFFS
    text = path.read_text().replace('players = ["upper", "lower", "weir"]', 'players = { mill = "flow" }').replace("value = 3\nlow = 1\nhigh = 4", "value = 40\nlow = 40\nhigh = 40").replace("[0, 10]", "[0, 99]")
    text = text[: text.index("[tables.wheel]")] + '[terms.each.grain]\nformula = "flow*others(grind)"\n'
    path.write_text(text)
    (root / GAME).write_text(FILES[GAME][: FILES[GAME].index("[labels]")])
    faults = [str(fault) for fault in check(root) if fault.level == "fault"]
    assert len(faults) == 1, faults
    assert "found more than 10**12 profiles" in faults[0]


# file, old, new, words of the first message, the line that it names
CASES = [
    ("a player twice", PAYOFFS, '["upper", "lower", "weir"]', '["upper", "lower", "upper"]', "a second time", "players"),
    ("a group of no parameter", PAYOFFS, '["upper", "lower", "weir"]', '{ mill = "flw" }', "did you mean 'flow'", "players"),
    ("a group whose number varies", PAYOFFS, '["upper", "lower", "weir"]', '{ mill = "flow" }', "low = value = high", "players"),
    ("a group of a number", PAYOFFS, '["upper", "lower", "weir"]', "{ mill = 3 }", "found the integer 3", "players"),
    ("terms of nobody", PAYOFFS, "[terms.each.noise]", "[terms.eahc.noise]", "unknown player 'eahc'", "[terms.eahc.noise]"),
    ("a term twice", PAYOFFS, "[terms.weir.toll]", "[terms.weir.noise]", "the term 'noise' of weir a second time", "[terms.weir.noise]"),
    ("self in a term of one player", PAYOFFS, "{ weir = ", "{ self = ", "write weir", 'when = { self = ["grind"] }\nif'),
    ("me in a term of one player", PAYOFFS, "wheel[upper]/5", "wheel[me]/5", "found 'me' where no single player is meant", 'formula = "wheel[me]/5'),
    ("me in a constraint", PAYOFFS, "wheel[upper] <= flow", "wheel[me] <= flow", "found 'me'", 'formula = "wheel[me] <='),
    ("me without a table", PAYOFFS, '"-count(grind)/10"', '"-me/10"', "unknown name 'me'", 'formula = "-me/10"'),
    ("an unknown table", PAYOFFS, "wheel[upper]/5", "whell[upper]/5", "did you mean 'wheel'", 'formula = "whell'),
    ("a parameter as a table", PAYOFFS, "wheel[upper]/5", "flow[upper]/5", "unknown table 'flow'", 'formula = "flow[upper]'),
    ("an unknown entry", PAYOFFS, "wheel[upper]/5", "wheel[uper]/5", "did you mean 'upper'", 'formula = "wheel[uper]'),
    ("a table by player by state", PAYOFFS, "wheel[upper]/5", "wheel[state]/5", "it is a table by player", 'formula = "wheel[state]'),
    ("a table of two keys", PAYOFFS, "wheel[upper]/5", "wheel[upper, weir]/5", "of another shape", 'formula = "wheel[upper,'),
    ("a table without an entry", PAYOFFS, 'weir = "wheel_lower*flow/6"\n', "", "no entry for the player 'weir'", 'formula = "flow*wheel'),
    ("an entry of nobody", PAYOFFS, "lower = 0.25\n", "lowre = 0.25\n", "did you mean 'lower'", "lowre"),
    ("an entry that is true", PAYOFFS, "lower = 0.25\n", "lower = true\n", "expected a number, a formula", "lower = true"),
    ("an entry with a bad formula", PAYOFFS, "wheel_lower*flow/6", "wheel_lower*flow^6", "powers are written", "weir = "),
    ("an entry with an unknown name", PAYOFFS, "wheel_lower*flow/6", "wheel_lowre*flow/6", "did you mean 'wheel_lower'", "weir = "),
    ("an entry of itself", PAYOFFS, "wheel_lower*flow/6", "wheel_weir*flow/6", "cycle wheel_weir -> wheel_weir", "weir = "),
    ("an entry outside its domain", PAYOFFS, "lower = 0.25", "lower = 1.25", "outside the domain", "lower ="),
    ("an entry outside its interval", PAYOFFS, "value = 0.5, low", "value = 0.7, low", "outside the interval", "upper = {"),
    ("an entry with an unknown key", PAYOFFS, "low = 0.3, high = 0.6 }", "lwo = 0.3, high = 0.6 }", "did you mean 'low'", "upper = {"),
    ("an entry with a rule", PAYOFFS, "high = 0.6 }", 'high = 0.6, rule = "sum" }', 'write kind = "figure"', "upper = {"),
    ("an entry with unknown figures", PAYOFFS, "high = 0.6 }", 'high = 0.6, figures = ["nort-share-2024"] }', "did you mean 'north-share-2024'", "upper = {"),
    ("an entry of a figure without one", PAYOFFS, "high = 0.6 }", 'high = 0.6, kind = "figure" }', "missing key 'figures'", "upper = {"),
    ("an entry without a reason", PAYOFFS, 'reason = "seen from the bridge"\n', "", "found no reason for 'wheel_upper'", "upper = {"),
    ("an entry that a parameter is", PAYOFFS, "[parameters.flow]", '[parameters.wheel_upper]\nkind = "derived"\nformula = "1"\nunit = "m"\n[parameters.flow]', "found the parameter 'wheel_upper' a second time", "upper = {"),
    ("a table with an unknown key", PAYOFFS, "[tables.depth]\nunit", "[tables.depth]\nuint", "did you mean 'unit'", "uint"),
    ("a table with a reserved name", PAYOFFS, "[tables.depth]", "[tables.state]", "reserved", "[tables.state]"),
    ("a table with neither", PAYOFFS, 'formula = "flow/(index + 1)"\n', "", "neither values nor a formula", "[tables.depth]"),
    ("a table with both", PAYOFFS, 'formula = "flow/(index + 1)"\n', 'formula = "index"\nvalues = { upper = "flow" }\n', "both values and a formula", "[tables.depth]"),
    ("a table that divides by zero", PAYOFFS, "flow/(index + 1)", "flow/(index - 2)", "division by zero", 'formula = "flow/(index'),
    ("a number of the index elsewhere", PAYOFFS, "-count(grind)/10", "-index/10", "unknown name 'index'", 'formula = "-index'),
    ("a count of an unknown strategy", PAYOFFS, "-count(grind)/10", "-count(grnid)/10", "did you mean 'grind'", 'formula = "-count'),
    ("a count of two strategies", PAYOFFS, "-count(grind)/10", "-count(grind, rest)/10", "expected one strategy", 'formula = "-count'),
    ("a count of a number", PAYOFFS, "-count(grind)/10", "-count(2)/10", "expected one strategy", 'formula = "-count'),
    ("a count in brackets", PAYOFFS, "-count(grind)/10", "-count[grind]/10", "expected count(STRATEGY)", 'formula = "-count'),
    ("a count misspelled", PAYOFFS, "-count(grind)/10", "-cuont(grind)/10", "did you mean 'count'", 'formula = "-cuont'),
    ("a count in a constraint", PAYOFFS, "wheel[upper] <= flow", "count(grind) <= flow", "where nobody has chosen", 'formula = "count'),
    ("a count in a parameter", PAYOFFS, '"wheel_lower*flow/6"', '"count(grind)*flow/6"', "where nobody has chosen", "weir ="),
    ("a count in a conclusion", GAME, '"payoff[upper][grind, rest, rest] - ', '"count(grind) - ', "unknown table 'count'", "gain ="),
    ("a division by a count", PAYOFFS, "-count(grind)/10", "-1/count(grind)", "division by zero", 'formula = "-1/count'),
    ("an unknown strategy of a template", PAYOFFS, '{ self = ["rest"], upper', '{ self = ["rset"], upper', "did you mean 'rest'", 'when = { self = ["rset"]'),
    ("an unknown player beside self", PAYOFFS, '{ self = ["rest"], upper', '{ self = ["rest"], uper', "did you mean 'upper'", 'when = { self = ["rest"]'),
    ("strategies of nobody", GAME, 'each = ["rest", "grind"]', 'each = ["rest", "grind"]\nuper = ["rest"]', "found the players", "[strategies]"),
    ("a fixed player that is none", GAME, '{ weir = "grind" }', '{ wier = "grind" }', "unknown player 'wier'", "fixed ="),
    ("a fixed strategy that is none", GAME, '{ weir = "grind" }', '{ weir = "gind" }', "did you mean 'grind'", "fixed ="),
    ("all players fixed", GAME, '{ weir = "grind" }', '{ weir = "grind", upper = "rest", lower = "rest" }', "every player fixed", "fixed ="),
    ("a profile of the whole game in a slice", GAME, '"payoff[upper][grind, rest] -', '"payoff[upper][grind, rest, rest] -', "expected 2", "alone ="),
    ("a point of an unknown entry", GAME, "wheel_upper = 0.6", "wheel_uper = 0.6", "did you mean 'wheel_upper'", "wheel_uper ="),
    ("a point of a derived entry", GAME, "wheel_upper = 0.6", "wheel_weir = 0.6", "derived parameter 'wheel_weir'", "wheel_weir ="),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_what_is_wrong_is_said_where_it_stands(case, root):
    _, file, old, new, says, line = case
    text = FILES[file]
    assert text.count(old) == 1
    text = text.replace(old, new)
    (root / file).write_text(text, encoding="utf-8")
    from detente.study.analyses import ANALYSES

    faults = [fault for fault in check(root, analyses=ANALYSES) if fault.level == "fault"]
    assert faults, "a faulty study was found sound"
    assert says in str(faults[0]), "\n".join(map(str, faults))
    assert faults[0].place.file == file
    assert faults[0].place.line == text[: text.index(line)].count("\n") + 1, str(faults[0])


def test_the_study_is_sound_before_anything_is_changed(root):
    assert [str(fault) for fault in check(root) if fault.level == "fault"] == []
