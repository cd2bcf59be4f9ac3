"""Trees of a study: the order of play as a file states it, what is wrong in it, and what can be asked of it."""

from __future__ import annotations

import json
import re
from fractions import Fraction as F

import pytest

import detente
from detente.errors import UsageError
from detente.study.analyses import ANALYSES
from detente.study.check import check

MARK = """[tool.detente]
format = 1
name = "toll"
"""
PARAMETERS = """format = 1
[toll]
kind = "judgement"
value = 2
low = 0
high = 4
unit = "coins"
reason = "a guess"
[fine]
kind = "judgement"
value = 3
low = 0
high = 4
unit = "coins"
reason = "a guess"
[luck]
kind = "judgement"
value = "1/4"
low = 0
high = 1
unit = "probability"
reason = "a guess"
"""
PAYOFFS = """format = 1
players = ["keeper", "driver"]

[terms.keeper.toll]
when = { driver = ["pay"] }
formula = "toll"

[terms.keeper.chase]
when = { keeper2 = ["chase"] }
formula = "-1"

[terms.keeper.fine]
when = { keeper2 = ["chase"] }
if = "fine > toll"
formula = "fine"

[terms.driver.toll]
when = { driver = ["pay"] }
formula = "-toll"

[terms.driver.rain]
when = { weather = ["rain"], driver = ["run"] }
formula = "-1/2"

[terms.driver.fine]
when = { keeper2 = ["chase"] }
formula = "-fine"

[utility]
driver = "own[driver] - own[keeper]/10"
"""
GAME = """format = 1
form = "extensive"
payoffs = "toll"

[moves.keeper]
actions = ["open", "gate"]

[moves.weather]
after = { keeper = ["gate"] }
chance = { rain = "luck", sun = "1 - luck" }

[moves.driver]
after = { keeper = ["gate"] }
actions = ["turn", "pay", "run"]

[moves.driver.only]
turn = { weather = ["rain", "sun"] }

[moves.keeper2]
owner = "keeper"
after = { driver = ["run"] }
unseen = ["weather"]
actions = ["rest", "chase"]

[points.poor]
fine = 1

[variants.bribed]
form = "extensive"

[variants.bribed.types.keeper]
honest = "luck"
idle = "1 - luck"

[variants.bribed.moves.keeper2]
owner = "keeper"
after = { driver = ["run"] }
actions = ["rest", "chase"]

[variants.bribed.moves.keeper2.only]
chase = { "type.keeper" = ["honest"] }

[conclusions]
chase = "payoff[keeper][gate, sun, run, chase] - payoff[keeper][gate, sun, run, rest]"
"""
NORMAL = """format = 1
form = "normal"
payoffs = "chicken"

[strategies]
red = ["swerve", "drive"]
blue = ["swerve", "drive"]

[variants.red_first]
form = "extensive"
order = ["red", "blue"]

[variants.blue_first]
form = "extensive"
order = ["blue", "red"]

[variants.at_once]
form = "extensive"
order = [["blue", "red"]]

[conclusions]
gain = "payoff[red][drive, swerve] - payoff[red][swerve, swerve]"
"""
CHICKEN = """format = 1
players = ["red", "blue"]
[terms.red.glory]
when = { red = ["drive"], blue = ["swerve"] }
formula = "toll"
[terms.red.crash]
when = { red = ["drive"], blue = ["drive"] }
formula = "-fine"
[terms.red.shame]
when = { red = ["swerve"], blue = ["drive"] }
formula = "-1"
[terms.blue.glory]
when = { blue = ["drive"], red = ["swerve"] }
formula = "toll"
[terms.blue.crash]
when = { red = ["drive"], blue = ["drive"] }
formula = "-fine"
[terms.blue.shame]
when = { blue = ["swerve"], red = ["drive"] }
formula = "-1"
"""


@pytest.fixture
def folder(tmp_path):
    for name, text in {
        "pyproject.toml": MARK, "seeds/documents.toml": "format = 1\n", "seeds/parameters.toml": PARAMETERS,
        "seeds/figures.csv": "id,document,paragraph,match,occurrence,subject,quantity,unit,low,central,high,bound,year_observed,cites,theme,kind,note\n",
        "payoffs/toll.toml": PAYOFFS, "payoffs/chicken.toml": CHICKEN, "games/toll.toml": GAME, "games/chicken.toml": NORMAL,
        "reports/README.md": "none",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def game(folder, name="toll"):
    return detente.Study(folder).game(name)


def test_the_tree_is_the_order_of_play(folder):
    tree = game(folder).at()
    paths = [tree.history(end.index) for end in tree.terminals]
    assert paths == [
        ("open",), *(("gate", sky, *rest) for sky in ("rain", "sun") for rest in (("turn",), ("pay",), ("run", "rest"), ("run", "chase"))),
    ]  # fmt: skip
    assert {each.label: (tree.players[each.player], len(each.nodes)) for each in tree.information_sets} == {
        "keeper": ("keeper", 1), "driver after rain": ("driver", 1), "driver after sun": ("driver", 1), "keeper2": ("keeper", 2),
    }  # fmt: skip
    payoffs = {path: tree.payoffs(end.index) for path, end in zip(paths, tree.terminals, strict=True)}
    # by hand: chasing costs 1 and brings the fine of 3, which is above the toll of 2; a tenth of the keeper's gain hurts the driver
    assert payoffs["gate", "rain", "run", "chase"] == (2, F(-7, 2) - F(2, 10))
    assert payoffs["gate", "sun", "pay"] == (2, -2 - F(2, 10))
    assert payoffs["open",] == (0, 0)
    assert tree.nodes[2].probabilities == (F(1, 4), F(3, 4)) or tree.nodes[tree.terminals[0].index + 1].probabilities == (F(1, 4), F(3, 4))


def test_a_condition_on_parameters_is_looked_up_at_each_point(folder):
    own = game(folder)
    # a fine of 1 is not above the toll: chasing costs 1 and brings nothing
    assert own.at("poor").payoffs(next(end.index for end in own.at().terminals if "chase" in own.at().history(end.index)))[0] == -1
    assert own.model.form.formulas(own.model, "strategic").evaluate(
        own.model.form.formulas(own.model, "strategic").expression(own.model.conclusion("chase")), own.point("poor").values
    ) == -1


def test_material_payoffs_are_sums(folder):
    own = game(folder)
    tree = own.model.at(own.point(), "material")
    end = next(end for end in tree.terminals if tree.history(end.index) == ("gate", "sun", "pay"))
    assert tree.payoffs(end.index) == (2, -2)


def test_solving_says_form_concept_and_path(folder):
    found = game(folder).solve()
    data = found.to_json()
    assert (data["form"], data["concept"]) == ("extensive", "subgame-perfect")
    # by hand: a keeper who is asked chases (2 against 0), whatever the weather was; so the driver turns back (0 against -2.2
    # and worse), and the keeper gets 0 whether it opens or not
    sequential = game(folder).solve(concept="sequential")
    for each in sequential.equilibria:
        assert each.profile["driver"]["driver after sun"]["turn"] == each.profile["driver"]["driver after rain"]["turn"] == 1
        assert each.profile["keeper"]["keeper2"]["chase"] == 1
        assert each.payoffs == {"keeper": 0, "driver": 0}


def test_types_are_drawn_first_and_known_to_their_player_alone(folder):
    own = game(folder, "toll:bribed")
    tree = own.at()
    assert tree.nodes[0].actions == ("honest", "idle")
    sets = {each.label: len(each.nodes) for each in tree.information_sets}
    assert sets["keeper after honest"] == sets["keeper after idle"] == 1
    assert sets["driver after rain"] == 2
    # each type of the keeper sees the weather too; the idle one cannot chase
    idle = [each for each in tree.information_sets if each.label.startswith("keeper2") and "idle" in each.label]
    assert [each.actions for each in idle] == [("rest",), ("rest",)]
    found = own.solve()
    assert found.concept == "sequential"
    assert found.equilibria
    assert own.solve(concept="weak-perfect-bayesian").equilibria
    # a type that cannot be is left out, so that beliefs are defined
    assert own.solve(luck=0).equilibria


def test_the_leader_of_chicken_drives_and_the_follower_swerves(folder):
    """Schelling 1960: who is committed first wins. The conclusions of the normal form stay."""
    for name, first in (("red_first", "red"), ("blue_first", "blue")):
        own = game(folder, f"chicken:{name}")
        found = own.solve()
        assert found.complete
        assert found.equilibria[0].payoffs[first] == 2
        assert found.equilibria[0].path[0].actions == ("drive", "swerve")
        assert own.holds("sign:payoff[red][drive, swerve]")
        assert own.holds("unique:" + ("drive,swerve" if first == "red" else "swerve,drive"))
        # profiles stay in the order of the players, whoever moves first
        drive = ("drive", "swerve") if first == "red" else ("swerve", "drive")
        assert own.trace(",".join(drive), first).value == 2
        assert own.trace({"red": drive[0], "blue": drive[1]}, first).value == 2
    both = game(folder, "chicken:at_once")
    assert {each.payoffs["red"] for each in both.solve().equilibria} == {each.payoffs["red"] for each in game(folder, "chicken").solve().equilibria}


def test_a_payoff_is_traced_along_a_path_through_the_utility(folder):
    trace = game(folder).trace("gate,sun,pay", "driver")
    assert trace.value == -2 - F(2, 10)
    assert trace.formula == "own[driver] - own[keeper]/10"
    assert [(each.name, each.kind, each.value) for each in trace.sources] == [("own[driver]", "own", -2), ("own[keeper]", "own", 2)]
    assert trace.sources[0].sources[0].sources[0].name == "toll"
    assert game(folder).trace("keeper=gate,weather=sun,driver=pay", "driver").value == trace.value


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("gate,sun", "found nothing at driver after gate,sun; expected one of turn, pay, run"),
        ("gate,snow,pay", "found 'snow' at weather after gate; expected one of rain, sun"),
        ("open,sun", "found 'sun' where play has ended"),
        ("keeper=gate,wether=sun", "unknown point 'wether'.*did you mean 'weather'"),
        ("keeper=gate,driver=pay", "no path to an end"),
    ],
)
def test_what_is_no_path_is_refused(folder, what, message):
    with pytest.raises(UsageError, match=message):
        game(folder).trace(what, "keeper")


def test_a_tree_is_shown_with_its_order_and_the_moves_that_are_best(folder):
    own = game(folder)
    view = own.model.form.show(own.model, own.point(), "strategic", True, "toll")
    text = str(view)
    assert "keeper2" in text
    assert "does not see weather" in text
    assert "fine if fine > toll" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    data = view.to_json()
    assert [each["profile"] for each in data["cells"]][:2] == [{"keeper": "open"}, {"keeper": "gate", "weather": "rain", "driver": "turn"}]
    (open_,) = (each for each in detente.Study(folder).game("chicken:red_first").model.form.show(
        game(folder, "chicken:red_first").model, game(folder, "chicken:red_first").point(), "strategic").to_json()["cells"]
        if each["profile"] == {"red": "drive", "blue": "swerve"})
    assert open_["best_response"] == ["red", "blue"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('actions = ["open", "gate"]', 'actions = ["open", "gate"]\nacts = 1', "unknown key 'acts'; expected one of owner"),
        ('actions = ["open", "gate"]', "", "found neither actions nor chance"),
        ('actions = ["open", "gate"]', 'actions = ["open", "gate"]\nchance = { a = "1" }', "found actions and chance"),
        ('actions = ["open", "gate"]', 'actions = ["open", "Gate"]', "found the name 'Gate'"),
        ('actions = ["rest", "chase"]\n\n[points', 'actions = ["rest", "chase"]\nonly = { chas = { weather = ["sun"] } }\n\n[points', "unknown action 'chas'; did you mean 'chase'"),
        ('after = { driver = ["run"] }\nunseen', 'after = { drver = ["run"] }\nunseen', "unknown earlier point 'drver'; did you mean 'driver'"),
        ('after = { driver = ["run"] }\nunseen', 'after = { driver = ["runs"] }\nunseen', "unknown choice at driver 'runs'; did you mean 'run'"),
        ('unseen = ["weather"]', 'unseen = ["wether"]', "unknown earlier point 'wether'; did you mean 'weather'"),
        ('unseen = ["weather"]', 'unseen = ["keeper"]', "found the own move 'keeper'; a player remembers it"),
        ('chance = { rain = "luck", sun = "1 - luck" }', 'chance = { rain = "luck", sun = "luck" }', "found probabilities that add up to 1/2 at baseline; expected exactly 1"),
        ('chance = { rain = "luck", sun = "1 - luck" }', 'chance = { rain = "luck + 1", sun = "-luck" }', "found the probability luck \\+ 1 = 5/4 at baseline; expected a number from 0 to 1"),
        ('chance = { rain = "luck", sun = "1 - luck" }', 'chance = { rain = "lucky", sun = "1 - luck" }', "unknown name 'lucky'; did you mean 'luck'"),
        ('chance = { rain = "luck", sun = "1 - luck" }', 'chance = { rain = "luck", sun = "1 - luck" }\nowner = "keeper"', "found 'owner' with chance"),
        ('turn = { weather = ["rain", "sun"] }', 'turn = { keeper = ["open"] }\npay = { keeper = ["open"] }\nrun = { keeper = ["open"] }', "found no action after gate, "),
        ('after = { driver = ["run"] }\nunseen', 'after = { keeper = ["open"], driver = ["run"] }\nunseen', "found the point 'keeper2', which no path meets"),
        ('unseen = ["weather"]\nactions', 'unseen = ["weather"]\nonly = { chase = { weather = ["sun"] } }\nactions', "expected the same where keeper does not know which it is"),
        ("[variants.bribed.types.keeper]", "[variants.bribed.types.keper]", "unknown player 'keper'; did you mean 'keeper'"),
        ('payoff[keeper][gate, sun, run, chase]', 'payoff[keeper][gate, sun, run]', "found a path that ends before keeper2; expected one of rest, chase behind it"),
        ('payoff[keeper][gate, sun, run, chase]', 'payoff[keeper][gate, sun, run, chase, rest]', "found 'rest' where play has ended"),
        ('payoff[keeper][gate, sun, run, chase]', 'payoff[keeper][gate, fog, run, chase]', "unknown choice at weather after gate 'fog'"),
        ('payoff[keeper][gate, sun, run, chase]', 'payoff[kepper][gate, sun, run, chase]', "unknown player 'kepper'"),
        ('payoffs = "toll"', 'payoffs = "toll"\nplayers = ["driver", "keeper"]', "found the players driver, keeper; expected keeper, driver"),
        ('payoffs = "toll"', 'payoffs = "toll"\nplayers = ["keeper"]', "found the players keeper; expected keeper, driver"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_order_of_play_is_told_with_its_place(folder, old, new, message):
    assert GAME.count(old) == 1 or old in GAME
    path = folder / "games" / "toll.toml"
    path.write_text(GAME.replace(old, new, 1), encoding="utf-8")
    faults = [str(each) for each in check(folder, analyses=ANALYSES) if each.level == "fault"]
    assert faults, "found sound"
    assert re.search(rf"^games/toll.toml:\d+:\d+: .*{message}", faults[0]), faults


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('order = ["red", "blue"]', 'order = ["red"]', "found an order without blue; expected every player"),
        ('order = ["red", "blue"]', 'order = ["red", "green"]', "unknown player 'green'"),
        ('order = ["red", "blue"]', 'order = ["red", "red"]', "found 'red' a second time"),
        ('order = ["red", "blue"]', "order = 3", "found the integer 3; expected players in the order of play"),
        ('order = ["red", "blue"]', 'order = ["red", "blue"]\nmoves = { red = { actions = ["a"] } }', "found an order; expected it in a variant of a normal form, without moves"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_order_of_players_is_told_with_its_place(folder, old, new, message):
    path = folder / "games" / "chicken.toml"
    path.write_text(NORMAL.replace(old, new, 1), encoding="utf-8")
    faults = [str(each) for each in check(folder, analyses=ANALYSES) if each.level == "fault"]
    assert faults
    assert re.search(rf"^games/chicken.toml:\d+:\d+: .*{message}", faults[0]), faults


def test_a_term_that_names_no_point_is_a_fault(folder):
    path = folder / "payoffs" / "toll.toml"
    path.write_text(PAYOFFS.replace("weather = [", "wether = ["), encoding="utf-8")
    (fault,) = (each for each in check(folder, analyses=ANALYSES) if each.level == "fault")
    assert "unknown player 'wether'; did you mean 'weather'" in str(fault) or "did you mean 'weather'" in str(fault)


def test_thresholds_levers_and_what_a_conclusion_rests_on_go_through_the_paths(folder):
    own = game(folder, "chicken:red_first")
    # blue follows: after drive it swerves (-1 against -fine), after swerve it drives (toll against 0); red drives (toll against -1)
    assert own.holds("selected:drive,swerve")
    # with a fine below 1 blue drives too, and so does red: a crash is no worse than the shame of 1
    (at,) = own.thresholds("fine").inside
    assert (at.at, at.before, at.after) == (1, ("drive,drive",), ("drive,swerve",))
    assert [(list(each.change), each.attained) for each in own.levers("drive,drive", "selected").singles] == [(["fine"], False)]
    # without a toll blue, tied, swerves after swerve, and red, tied, swerves: so the toll counts as well
    assert own.rests_on("selected:drive,swerve").sets == (("toll", "fine"),)
    assert "fine" in str(own.breaks("drive,swerve").singles[0])
    # the toll of 0 would leave red indifferent; at the baseline the outcome is the only one
    assert own.levers("drive,swerve", "unique").holds
    with pytest.raises(UsageError, match="expected equilibrium, unique or selected"):
        own.levers("drive,swerve", "sustainable")
    with pytest.raises(UsageError, match="found the conclusion 'dominant:red=drive' of a tree"):
        own.holds("dominant:red=drive")


def test_a_tree_is_exported_with_its_paths(folder, tmp_path):
    from detente.cli import run

    for name in ("tree.efg", "tree.json", "tree.csv"):
        assert run(["export", "toll", "--study", str(folder), "-o", str(tmp_path / name)]) == 0
    again = detente.read_game(tmp_path / "tree.efg")
    own = game(folder).at()
    assert [again.payoffs(end.index) for end in again.terminals] == [own.payoffs(end.index) for end in own.terminals]
    lines = (tmp_path / "tree.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "keeper,weather,driver,keeper2,payoff of keeper,payoff of driver"
    assert lines[1] == "open,,,,0,0"
    assert "gate,rain,pay,,2,-11/5" in lines
    cells = json.loads((tmp_path / "tree.json").read_text(encoding="utf-8"))["cells"]
    assert cells[2] == {"profile": {"keeper": "gate", "weather": "rain", "driver": "pay"}, "payoffs": {"keeper": "2", "driver": "-11/5"}}


def test_an_atlas_of_hidden_moves_that_are_no_signals_is_refused_in_words(folder):
    with pytest.raises(UsageError, match="toll: the atlas of a tree needs perfect information, or a signaling game"):
        game(folder).atlas()
