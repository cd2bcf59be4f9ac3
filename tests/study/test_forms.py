"""Forms and analyses as parts that can be added: what a form does not offer is refused, what does not fit is a fault."""

from __future__ import annotations

import re
from fractions import Fraction as F
from pathlib import Path

import pytest

import detente
from detente import toml
from detente.errors import UsageError
from detente.games.file_tables import GameFile, VariantTable
from detente.games.reader import read_game
from detente.study.analyses import ANALYSES
from detente.study.form import Form
from detente.study.forms import FORMS
from detente.study.load import load
from detente.study.scaffold import new_study


@pytest.fixture
def study(tmp_path):
    new_study(tmp_path / "own")
    return tmp_path / "own"


def game_file(study):
    (path,) = (study / "games").glob("*.toml")
    return path


def added(study, text):
    """The study with a piece put at the end of its game file."""
    path = game_file(study)
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return path.stem


def test_every_module_of_the_package_is_a_form_of_its_name():
    folder = Path(detente.__file__).parent / "study" / "forms"
    assert set(FORMS) == {path.stem for path in folder.glob("[!_]*.py")}
    assert all(form.name == name for name, form in FORMS.items())
    with pytest.raises(KeyError):
        FORMS["abnormal"]
    assert "abnormal" not in FORMS


def test_what_a_form_does_not_offer_is_refused_with_what_it_offers():
    class Silent(Form):
        name = "silent"
        concepts = ("peace", "quiet")

        def solve(self, *args, **more):
            return None

    form = Silent()
    assert form.offers() == ("solve",)
    with pytest.raises(UsageError, match="the form silent offers solve; found atlas"):
        form.atlas(None, "strategic", None, {})
    with pytest.raises(UsageError, match="the form silent offers solve; found show"):
        form.show(None, None, "strategic")
    assert form.check_concept(None) == "peace"
    with pytest.raises(UsageError, match="concepts peace, quiet; found 'quite'; did you mean 'quiet'"):
        form.check_concept("quite")


def test_the_repeated_form_has_concepts_of_its_own(study):
    name = game_file(study).stem
    (variant,) = (each for each in detente.Study(study).files.games[name].variants.values() if each.form == "repeated")
    game = detente.Study(study).game(f"{name}:{variant.name}")
    assert game.solve().complete
    with pytest.raises(UsageError, match="the form repeated offers the concepts subgame-perfect, payoffs, penal-codes; found 'nash'"):
        game.solve(concept="nash")


def test_a_variant_may_have_points_and_an_interval_of_its_own(study):
    files = detente.Study(study).files
    name = game_file(study).stem
    parameter, interval = next(iter(detente.Study(study).game(name).model.intervals.items()))
    value = str(interval.value)
    added(study, f"""
[variants.other]
form = "normal"
label = "another"
[variants.other.points.away]
{parameter} = "{value}"
[variants.other.box.{parameter}]
low = "{value}"
high = "{value}"
reason = "held"
""")
    own = detente.Study(study)
    game = own.game(f"{name}:other")
    assert (game.model.intervals[parameter].low, game.model.intervals[parameter].high) == (F(value), F(value))
    assert own.game(name).model.intervals[parameter] == interval
    assert game.point("away").values[parameter] == F(value)
    with pytest.raises(UsageError, match="unknown point 'away'"):
        own.game(name).point("away")
    # the rest is the game's
    assert game.model.definition.conclusions == own.files.games[name].conclusions
    assert [each.payoffs for each in game.equilibria().equilibria] == [each.payoffs for each in own.game(name).equilibria().equilibria]
    assert own.hash != files.hash


def test_a_variant_may_have_payoffs_of_its_own(study):
    name = game_file(study).stem
    model = detente.Study(study).game(name).model
    source = study / "payoffs" / f"{model.definition.payoffs}.toml"
    players, strategies = model.players, model.definition.strategies
    terms = "".join(f"""
[terms.{player}.dull]
when = {{ {player} = ["{strategies[player][1]}"] }}
formula = "1"
""" for player in players)
    quoted = ", ".join(f'"{player}"' for player in players)
    (source.parent / "dull.toml").write_text(f"format = 1\nplayers = [{quoted}]\n{terms}", encoding="utf-8")
    added(study, """
[variants.dull]
form = "normal"
payoffs = "dull"
conclusions = {}
""")
    game = detente.Study(study).game(f"{name}:dull")
    (only,) = game.equilibria().equilibria
    assert [next(iter(own)) for own in only.support.values()] == [strategies[player][1] for player in players]
    assert set(only.payoffs.values()) == {F(1)}
    assert game.model.intervals == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('form = "normal"\npayofs = "x"', "unknown key 'payofs'; expected one of form, label"),
        ('form = "normal"\npayoffs = "nothing"', "unknown payoff model 'nothing'"),
        ('form = "normal"\npoints = { away = { nobody = 1 } }', "unknown parameter 'nobody'"),
        ('form = "normal"\nbox = { nobody = { low = 0, high = 1, reason = "-" } }', "unknown parameter 'nobody'"),
        ('form = "normal"\nconclusions = { c = "nobody + 1" }', "unknown name 'nobody'"),
        ('form = "normal"\nconclusions = { c = "payoff[nobody][a]" }', "unknown player 'nobody'"),
        ('form = "normal"\nstrategies = { nobody = ["a", "b"] }', "found the players nobody"),
        ('form = "sleeping"', "unknown form 'sleeping'; expected one of"),
        ("form = 3", "found the integer 3; expected one of"),
        ('label = "no form"', "missing key 'form'"),
    ],
)
def test_what_is_wrong_in_a_variant_is_told_with_its_place(study, text, message):
    name = added(study, f"\n[variants.odd]\n{text}\n")
    faults = [str(each) for each in load(study, analyses=ANALYSES).faults]
    assert any(message in each for each in faults), faults
    start = game_file(study).read_text(encoding="utf-8").split("\n").index("[variants.odd]") + 1
    lines = [int(re.match(rf"games/{name}.toml:(\d+):\d+: ", each)[1]) for each in faults]
    assert all(start <= line <= start + 2 for line in lines)


def test_an_analysis_of_another_form_is_a_fault(study, monkeypatch):
    name = game_file(study).stem
    only = detente.study.analyses.Analysis(lambda task: [], "nothing", ("sleeping",))
    monkeypatch.setitem(ANALYSES.all(), "dream", only)
    added(study, """
[[questions]]
number = 99
text = "What then?"
ask = ["dream"]
""")
    (fault,) = load(study, analyses=ANALYSES).faults
    assert "found the analysis 'dream' asked of a game of the form normal; expected one of sleeping" in str(fault)
    assert fault.place.file == f"games/{name}.toml"


class _Bare(Form):
    """A form without keys of its own."""

    name = "bare"
    file = GameFile
    variant = VariantTable


def bare_game(tmp_path, more=""):
    path = tmp_path / "idle.toml"
    path.write_text(f'format = 1\nform = "bare"\npayoffs = "idle"\n{more}', encoding="utf-8")
    faults = []
    return read_game(toml.read(path, "games/idle.toml"), "idle", faults, {"bare": _Bare()}), [str(each) for each in faults]


def test_a_form_without_keys_of_its_own_has_a_game_in_which_nobody_chooses(tmp_path):
    game, faults = bare_game(tmp_path, '[variants.same]\nform = "bare"\n')
    assert not faults
    assert game.strategies == {}
    assert game.variants["same"].content is game.content


def test_a_form_without_keys_of_its_own_refuses_unknown_ones(tmp_path):
    game, (fault,) = bare_game(tmp_path, 'pace = 3\n')
    assert game is None
    assert fault.startswith("games/idle.toml:4:1: unknown key 'pace'; expected one of format,")


def test_a_form_that_offers_no_levers_refuses_those_of_formulas_too():
    with pytest.raises(UsageError, match="the form bare offers nothing yet; found levers"):
        _Bare().levers(None, "strategic", "sign:1", "equilibrium", {})
    with pytest.raises(UsageError, match="the form bare offers nothing yet; found levers"):
        _Bare().breaks(None, "strategic", "sign:1", {})
