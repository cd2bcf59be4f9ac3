"""A study that grows: empty rooms, templates that check, solve and answer, and the guided walk from a pipe."""

import io
import json
from fractions import Fraction

import pytest

import detente
from detente.cli import run
from detente.errors import UsageError
from detente.reports.build import BLOCKS
from detente.study.analyses import ANALYSES
from detente.study.grow import TEMPLATES, add_template, empty_study
from detente.study.load import load


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A study with a game from every template."""
    root = tmp_path_factory.mktemp("grow") / "my study"
    empty_study(root)
    for template in TEMPLATES:
        add_template(root, template)
    return detente.Study(root)


def test_an_empty_study_is_sound_and_says_so(tmp_path):
    empty_study(tmp_path / "Mein Stück")
    study = load(tmp_path / "Mein Stück")
    assert (study.faults, study.name, dict(study.games)) == ((), "mein-st-ck", {})
    with pytest.raises(UsageError, match="not empty"):
        empty_study(tmp_path / "Mein Stück")


def test_every_template_is_sound_asks_only_what_can_be_answered_and_uses_every_parameter(grown):
    study = load(grown.files.root, analyses=ANALYSES, blocks=BLOCKS)
    assert study.faults == ()
    assert [str(note) for note in study.notes if "unused" in str(note)] == []
    for name in TEMPLATES:
        game = grown.game(name)
        for question in game.model.definition.questions:
            assert str(game.question(question.number))


def test_the_answers_of_the_templates_are_those_of_their_numbers(grown):
    # 2x2: gain 3 > advantage 2 and exposure 2 > conflict 1, so both outcomes where the sides do alike are stable
    found = grown.game("two_by_two").equilibria()
    assert [each.profile["first"]["cooperate"] for each in found.equilibria] == [1, Fraction(1, 2), 0]
    # sender: executing pays -1.5 + 1 against -1; the target then compares -2 with -3 + 0.5; so it complies
    path = str(grown.game("sender_target").solve())
    assert "threaten" in path
    assert "comply" in path
    # hedging: left alone the third party compares 2 - 1 with 0; courted it compares 1 with 1.5
    pure = [each for each in grown.game("hedging").equilibria().equilibria if each.pure]
    plays = [tuple(next(s for s, p in mixed.items() if p == 1) for mixed in each.profile.values()) for each in pure]
    assert plays == [("let_be", "keep_away", "align"), ("let_be", "court", "hedge")]
    # members: dependence 1/10 + 8/10*(i - 1/2)/12. With three in: member 3 gains 0.3 + 0.4*3/12 - 0.267 > 0 - 0.1*2/12
    # by joining, member 4 would gain 0.3 + 0.4*4/12 - 0.333 = 0.1 against -0.1*3/12 = -0.025; checked by all counts below
    low, span, count = Fraction(1, 10), Fraction(8, 10), 12
    dependence = [low + span * (Fraction(k) - Fraction(1, 2)) / count for k in range(1, count + 1)]

    def stable(inside):
        for k, own in enumerate(dependence):
            joined = inside if k < inside else inside + 1
            join = Fraction(3, 10) + Fraction(4, 10) * joined / count + Fraction(1, 10) * joined / count - own
            out = (Fraction(1, 10) - Fraction(1, 10)) * (joined - 1) / count
            if (k < inside and join < out) or (k >= inside and join > out):
                return False
        return True

    by_hand = [inside for inside in range(count + 1) if stable(inside)]
    answer = str(grown.game("members").question(1))
    assert [f"{count - inside}/{inside}" in answer for inside in by_hand] == [True] * len(by_hand)
    assert by_hand


def test_the_first_game_brings_the_main_report_and_players_get_their_names(tmp_path):
    empty_study(tmp_path / "s")
    add_template(tmp_path / "s", "two_by_two", "chips", 'Chips, "the" strait', {"first": "Lacustria"})
    add_template(tmp_path / "s", "sender_target", "gas")
    study = load(tmp_path / "s")
    assert (study.faults, study.main_report, list(study.games)) == ((), "chips", ["chips", "gas"])
    assert study.games["chips"].label["en"] == 'Chips, "the" strait'
    own = study.payoffs["chips"].parameters.entries
    assert own["exposure_first"].description.startswith("What Lacustria loses if it cooperates")
    assert own["exposure_second"].description.startswith("What the second side loses")
    assert study.games["chips"].labels["temptation_first"]["en"].startswith("Lacustria: gain")


@pytest.mark.parametrize("template", ["two_by_two", "hedging", "sender_target", "members"])
def test_every_template_makes_a_first_report(grown, template, tmp_path):
    written = grown.report(template).write(tmp_path / "r.pdf")
    assert written.files[0].read_bytes()[:5] == b"%PDF-"


def test_a_report_says_so_where_the_punishment_of_repeated_play_is_not_credible(tmp_path):
    # with a conflict worse than exposure, mutual confrontation is no stage equilibrium: reverting to it deters nobody
    root = tmp_path / "s"
    empty_study(root)
    add_template(root, "two_by_two")
    payoffs = root / "payoffs" / "two_by_two.toml"
    text = payoffs.read_text(encoding="utf-8")
    assert text.count("value = 1\n") == 2  # the cost of conflict to each side
    payoffs.write_text(text.replace("value = 1\n", "value = 3\n"), encoding="utf-8")
    study = detente.Study(root)
    found = study.game("two_by_two:repeated").solve()
    assert {name: each.overall for name, each in found.factors.items()} == {
        "grim": None, "punishment_1": None, "tit_for_tat": None,
    }  # fmt: skip
    assert "is no stage equilibrium" in str(found)
    report = study.report("two_by_two")
    assert report.write(tmp_path / "r.pdf").files[0].read_bytes()[:5] == b"%PDF-"


def test_misuse_says_why_and_leaves_everything_as_it_is(tmp_path, capsys):
    empty_study(tmp_path / "s")
    add_template(tmp_path / "s", "hedging")
    before = {path: path.read_bytes() for path in (tmp_path / "s").rglob("*") if path.is_file()}
    for arguments, said in (
        ({"template": "hedgin"}, "did you mean 'hedging'?"),
        ({"template": "hedging"}, "another name"),
        ({"template": "members", "game": "Bad Name"}, "Bad Name"),
        ({"template": "members", "game": "m", "labels": {"king": "x"}}, "'king'"),
    ):
        with pytest.raises(UsageError) as error:
            add_template(tmp_path / "s", **arguments)
        assert said in str(error.value)
    assert run(["new", str(tmp_path / "t"), "--game", "x"]) == 2
    assert run(["new", str(tmp_path / "t"), "--guided", "--empty"]) == 2
    assert not (tmp_path / "t").exists()
    assert {path: path.read_bytes() for path in (tmp_path / "s").rglob("*") if path.is_file()} == before


def test_a_template_on_the_command_line_makes_a_study_and_then_adds_to_it(tmp_path, capsys):
    assert run(["new", str(tmp_path / "s"), "--template", "two_by_two", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["files"]) == 8  # four of the empty study, three of the game, the marker again
    assert run(["new", str(tmp_path / "s"), "--template", "members", "--game", "club"]) == 0
    capsys.readouterr()
    assert list(load(tmp_path / "s").games) == ["club", "two_by_two"]


TEXT = "A foundry costs 18 to 22 billion marks and takes at least five years.\nOrders worth about 3.5 billion marks were lost.\n"


def test_the_guided_walk_goes_from_a_text_to_answers_and_stops_and_goes_on(tmp_path, capsys, monkeypatch):
    (tmp_path / "chips.txt").write_text(TEXT, encoding="utf-8")
    root = tmp_path / "s"

    def walk(*answers):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{each}\n" for each in answers)))
        code = run(["new", str(root), "--guided"])
        return code, capsys.readouterr().out

    code, out = walk(
        str(tmp_path / "none.txt"), "", "", "", "",  # no such file: said, asked again
        str(tmp_path / "chips.txt"), "A note", "2031", "memo", "", "",
        "r", "a", "Lacustria", "cost of a foundry", "r", "a", "", "orders lost",
        "1", "chips", "Chips", "Lacustria", "Ostrava",
    )  # fmt: skip
    assert code == 0
    assert "no such file" in out
    assert "2 figures accepted, each found in its line; 1 rejected" in out
    assert "stopped; everything so far is in" in out
    code, out = walk("", "s", "n", "no-such-figure", "lacustria-orders-lost", "billion marks", "1e-9", "3 4", "about", *[""] * 20)
    assert code == 0
    assert "expected VALUE LOW HIGH or the id of a figure" in out
    assert "temptation_first" in out
    study = load(root)
    assert study.faults == ()
    gain = study.payoffs["chips"].parameters.entries["gain_first"]
    assert (gain.kind, gain.value, gain.low, gain.high, gain.unit) == ("figure", Fraction(7, 2), 3, 4, "billion marks")
    assert (root / "reports" / "chips.pdf").is_file()
