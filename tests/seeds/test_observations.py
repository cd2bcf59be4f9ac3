"""Dated events of the documents, coded as moves in games."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from detente import toml
from detente.facade import Study
from detente.seeds.observations import read_observations
from detente.study.check import check

SMALL = Path(__file__).parents[1] / "study" / "small"
TEXT = """format = 1

[meetings]
date = "2022 spring"
label = { en = "Six meetings", zh = "六次会议" }
document = "002"
figures = ["meetings", "agreements"]
note = "over tea"

[[meetings.coded]]
game = "river"
moves = { north = "concede", south = "hoard" }
sure = "likely"
reason = "the minutes are lost"

[[meetings.coded]]
game = "river:forever"
moves = { north = "concede" }
sure = 1
"""

SOUNDING = """format = 1

[sounding]
date = "2023"
label = "Sounding"
document = "001"
figures = ["sounding"]

[[sounding.coded]]
game = "river"
moves = { north = "hoard" }
sure = "sure"
"""


def read(text: str):
    faults = []
    found = read_observations(toml.parse(text, "o.toml"), faults)
    return found.entries, [str(fault) for fault in faults]


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    # a figure of unit date, of the first document
    path = folder / "seeds" / "figures.csv"
    row = "sounding,survey.txt,2,percent,1,North Ford,when the river was sounded,date,2023,2023.5,2024.2,range,2023-24,,other,event,"
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8", newline="\n")
    return folder


def observe(root: Path, text: str) -> Path:
    (root / "seeds" / "observations.toml").write_text(text, encoding="utf-8", newline="\n")
    return root


def faults_of(root: Path, text: str) -> list[str]:
    return [str(fault) for fault in check(observe(root, text)) if fault.level == "fault"]


def test_an_event_stands_once_and_is_coded_in_several_games():
    found, faults = read(TEXT)
    assert faults == []
    first, second = found.values()
    assert [first.id, second.id] == ["meetings/river", "meetings/river:forever"]
    assert (first.date, first.year, first.document, first.figures) == ("2022 spring", 2022, "002", ("meetings", "agreements"))
    assert first.moves == {"north": "concede", "south": "hoard"}
    assert (first.sure, first.reason, first.note) == (Fraction(4, 5), "the minutes are lost", "over tea")
    assert (second.sure, second.reason) == (1, "")
    assert str(first.coded_at("moves", "south")) == "o.toml:12:38"


def test_a_study_lists_its_observations_and_their_figures_are_used(root):
    before = {fault.found for fault in check(root, every_note=True)}
    study = Study(observe(root, TEXT + SOUNDING.removeprefix("format = 1\n")))
    assert [each.game for each in study.observations] == ["river", "river:forever", "river"]
    assert before - {fault.found for fault in check(root, every_note=True)} == {"unused figure 'sounding'"}


def test_a_study_may_do_without_observations(root):
    assert Study(root).observations == ()


@pytest.mark.parametrize("word", ["0", "-0.1", "1.1", '"often"', "true", '"3/2"', "[]"])
def test_a_confidence_is_a_word_or_a_probability(word):
    found, faults = read(TEXT.replace("sure = 1", f"sure = {word}"))
    assert list(found) == ["meetings/river"]
    assert len(faults) == 1
    assert faults[0].startswith("o.toml:19:8: ")
    assert "sure, likely, disputed" in faults[0]


def test_a_coding_that_is_not_sure_says_why():
    found, faults = read(TEXT.replace("sure = 1", "sure = 0.99"))
    assert list(found) == ["meetings/river"]
    assert faults == ['o.toml:19:8: found a coding that is not sure, without a reason; add reason = ".."']


@pytest.mark.parametrize("date", ["spring 2022", "2022-13", "2022-02-40", "22", "2022-1", "2022spring", ""])
def test_a_date_begins_with_its_year(date):
    _, faults = read(TEXT.replace("2022 spring", date))
    assert len(faults) == 1
    assert faults[0].startswith("o.toml:4:8: ")


def test_the_same_game_twice_for_one_event_is_a_fault():
    found, faults = read(TEXT.replace('"river:forever"', '"river"'))
    assert list(found) == ["meetings/river"]
    assert faults == [
        "o.toml:17:8: found 'river' a second time for the event 'meetings'; it is coded at o.toml:11:8 already; remove one"
    ]


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ('document = "002"', 'document = "003"', "6:12", "unknown document '003'"),
        ('document = "002"', 'document = "2"', "6:12", "three digits"),
        ('"agreements"', '"agreement"', "7:24", "did you mean 'agreements'"),
        ('"agreements"', '"north-share-2024"', "7:24", "stands in survey.txt"),
        ('game = "river"', 'game = "rivers"', "11:8", "did you mean 'river'"),
        ('"river:forever"', '"river:ever"', "17:8", "did you mean 'forever'"),
        ('{ north = "concede", south', '{ nort = "concede", south', "12:11", "did you mean 'north'"),
        ('south = "hoard"', 'south = "hord"', "12:38", "did you mean 'hoard'"),
        ('{ north = "concede" }', "{ }", "18:9", "who chose what"),
        ('{ north = "concede" }', '"concede"', "18:9", "who chose what"),
        ("note =", "notes =", "8:1", "did you mean 'note'"),
        ("[meetings]", "[Meetings]", "3:2", "lower-case"),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_named_with_its_place(root, old, new, place, says):
    faults = faults_of(root, TEXT.replace(old, new, 1))
    assert faults[0].startswith(f"seeds/observations.toml:{place}: "), faults
    assert says in faults[0]


def test_an_event_cannot_happen_in_another_year_than_its_figure_says(root):
    faults = faults_of(root, SOUNDING.replace('"2023"', '"2025"'))
    assert len(faults) == 1
    assert faults[0].startswith("seeds/observations.toml:4:8: found the date '2025'; expected 2023-24, as the figure 'sounding'")
    for date in ("2023", "2024-01-31"):
        assert faults_of(root, SOUNDING.replace("2023", date)) == []


def test_every_event_of_this_study_is_dated_and_backed_by_a_figure(study_root):
    study = Study(study_root)
    events = {each.event for each in study.observations}
    assert len(events) >= 20
    assert len(study.observations) >= 30
    assert {each.game.partition(":")[0] for each in study.observations} >= {
        "confrontation", "weaponization", "price_predation", "pakistan_balancing", "counter_controls", "alliance_hedging",
        "export_ban_cascade", "forge_tipping", "ultimatum_180",
    }  # fmt: skip
    assert [each.year for each in study.observations] == sorted(each.year for each in study.observations)
    for each in study.observations:
        assert each.figures
        assert set(each.label) == {"en", "zh"}
        assert each.moves
