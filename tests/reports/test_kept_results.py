"""Results that are kept between builds: verdicts in parts, made in any order, and never one of another study."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from detente.facade import Study
from detente.reports import warm
from detente.reports.characters import chinese_fonts
from detente.reports.compose import _made, whole_of
from detente.reports.results import Results
from detente.reports.schedule import CHAPTER, Schedule
from detente.reports.store import Store
from detente.study.claims import claim_verdicts
from detente.study.load import load
from detente.study.model import game_model
from detente.workers import cores, end, processes

SMALL = Path(__file__).parents[1] / "study" / "small"
TESTS = """
[[M1.tests]]
says = "the North gains where it hoards alone"
game = "river"
conclusion = "gain_north"

[[M1.tests]]
says = "both hoard"
game = "brook"
conclusion = "equilibrium:hoard,hoard"

[[M1.tests]]
says = "both hoard"
game = "river"
conclusion = "equilibrium:hoard,hoard"

[[M1.tests]]
says = "both concede in a dry year"
game = "river"
conclusion = "equilibrium:concede,concede"
point = "dry"
"""
OBSERVED = """format = 1

[gauge]
date = "2022"
label = "The towns meet"
document = "002"
figures = ["meetings"]

[[gauge.coded]]
game = "river"
moves = { north = "concede" }
sure = "sure"
"""
ELSEWHERE = """
[[questions]]
number = 6
text = "Does the North gain on the other river?"
ask = "elsewhere"
games = ["river"]

[[questions.say]]
text = "It does."
when = ["river.gain_north"]

[[questions.say]]
text = "It does not."
when = ["not river.gain_north"]
"""
GAMES = ("river", "brook")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a study of two games that share their payoffs and parameters, with tests of claims and an observed move."""
    folder = tmp_path_factory.mktemp("kept") / "study"
    shutil.copytree(SMALL, folder)
    claims = folder / "seeds" / "claims.toml"
    text = claims.read_text(encoding="utf-8").replace('models = ["river"]', 'models = ["river", "brook"]')
    reason = 'why = "the game has no migration"\n'
    claims.write_text(text.replace(reason, reason + TESTS), encoding="utf-8")
    (folder / "seeds" / "observations.toml").write_text(OBSERVED, encoding="utf-8")
    game = (folder / "games" / "river.toml").read_text(encoding="utf-8")
    (folder / "games" / "brook.toml").write_text(game + ELSEWHERE, encoding="utf-8")
    return folder


def found(folder, store=None):
    results = Results(Study(folder).files, Store(store), draws=300)
    return {
        (what, game): getattr(results, what)(game) for what in ("tests", "shares", "retrodiction", "answers") for game in GAMES
    }


@pytest.fixture(scope="module")
def kept(place):
    return found(place, place / "kept")


def test_verdicts_and_what_they_rest_on_are_those_that_are_found_in_one_piece(place, kept):
    study = Study(place)
    whole = claim_verdicts(study.files, ["M1"], draws=300, how={}).verdicts[0]
    tests = {each["number"]: each for game in GAMES for each in kept["tests", game]}
    assert sorted(tests) == [each.test.number for each in whole.tests] == [1, 2, 3, 4]
    for each in whole.tests:
        data = tests[each.test.number]
        assert (data["claim"], data["game"], data["conclusion"]) == ("M1", each.test.game, each.test.conclusion)
        assert (data["verdict"], data["proved"], data["baseline"]) == (each.verdict, each.proved, each.baseline)
        assert data["share"] == (None if each.share is None else list(each.share))
        if each.proved or each.test.point:
            assert data["rests"] is None
        else:
            rests = study.game(each.test.game).rests_on(each.test.conclusion)
            assert (data["rests"]["names"], data["rests"]["among"]) == (list(rests.sets[0]), len(rests.among))
    assert any(each["rests"] for each in tests.values())


CHANGES = {
    "range": ("seeds/parameters.toml", "[mill]", "high = 0.5", "high = 0.9", {("shares", "river"), ("shares", "brook"), ("tests", "river")}),
    "prior": (
        "seeds/parameters.toml", "[trust]", 'reason = "no', 'distribution = "arcsine"\nreason = "no',
        {("shares", "river"), ("shares", "brook")},
    ),
    "figure behind it": (
        "seeds/parameters.toml", "[harvest_loss]", "high = 0.2", "high = 0.3", {("shares", "river"), ("shares", "brook")}
    ),
    "parameter of the payoffs": ("payoffs/river.toml", "[parameters.pride]", "high = 0.3", "high = 0.9", {("shares", "river"), ("shares", "brook")}),
    "range in one game": ("games/brook.toml", "[box.trust]", "high = 0.6", "high = 0.5", {("shares", "brook")}),
    "formula of a conclusion": (
        "games/river.toml", "[conclusions]", "- payoff[north][concede, concede]", "- payoff[north][concede, concede] - 9",
        {("tests", "river"), ("answers", "river"), ("answers", "brook")},
    ),
    "a point": ("games/river.toml", "[points.dry]", "trust = \"3/10\"", "trust = 0.55", {("answers", "river")}),
    "what is asked": ("games/brook.toml", "number = 1", '"thresholds", ', "", {("answers", "brook")}),
    "where a sentence is said": ("games/brook.toml", "number = 6", '"river.gain_north"', '"not river.gain_north"', {("answers", "brook")}),
    "claim tested": ("seeds/claims.toml", "[[M1.tests]]", '"gain_north"', '"peace"', {("tests", "river")}),
    "order of tests": (
        "seeds/claims.toml", "M1.tests", 'conclusion = "gain_north"', 'conclusion = "gain_north"\npayoffs = "material"', {("tests", "river")}
    ),
    "name of the claim": ("seeds/claims.toml", "", "M1", "M3", {("tests", "river"), ("tests", "brook")}),
    "observed move": (
        "seeds/observations.toml", "[[gauge.coded]]", '"concede"', '"hoard"', {("tests", "river"), ("shares", "river"), ("retrodiction", "river")}
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_no_result_is_taken_from_a_study_in_which_what_it_depends_on_was_another(place, kept, tmp_path, change):
    file, after, old, new, other = CHANGES[change]
    folder = tmp_path / "study"
    shutil.copytree(place, folder)
    # a name is changed wherever it stands
    for each, count in ((file, 1),) if after else (("seeds/claims.toml", -1), ("payoffs/river.toml", -1)):
        text = (folder / each).read_text(encoding="utf-8")
        start = text.index(after)
        assert old in text[start:]
        (folder / each).write_text(text[:start] + text[start:].replace(old, new, count), encoding="utf-8")
    changed = found(folder, folder / "kept")
    assert changed == found(folder)
    assert {each for each in changed if changed[each] != kept[each]} >= other


WORDS = {
    "label of a player": ("games/river.toml", '"North Ford"', '"Upper Ford"'),
    "label of the payoffs": ("payoffs/river.toml", '"Water of one river"', '"Water"'),
    "label of a term": ("payoffs/river.toml", '"water kept"', '"water held"'),
    "note of a term": ("payoffs/river.toml", "is partly gained", "is gained in part"),
    "reason of a constraint": ("payoffs/river.toml", "cannot exceed", "is never above"),
    "reason of a parameter of the payoffs": ("payoffs/river.toml", "no document speaks", "none of the documents speaks"),
    "reason of a range": ("games/river.toml", "is not asked", "is never asked"),
    "text of a question": ("games/brook.toml", "How patient must", "How very patient must"),
    "sentence of an answer": ("games/brook.toml", "It does.", "It certainly does."),
    "statement of a claim": ("seeds/claims.toml", "says = \"both hoard\"", "says = \"the two hoard\""),
    "reason of a judgement": ("seeds/parameters.toml", 'reason = "', 'reason = "as said: '),
}


@pytest.mark.parametrize("change", WORDS)
def test_other_words_ask_for_no_new_number(place, kept, tmp_path, change):
    file, old, new = WORDS[change]
    folder = tmp_path / "study"
    shutil.copytree(place, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    files = load(folder)
    definition = replace(files.reports["main"], games=GAMES, blocks=("claims", "retrodiction", "robustness", "questions"))
    whole = whole_of(files, definition, [game_model(files, game) for game in GAMES])
    results = Results(files, Store(place / "kept"), draws=300)
    asked = list(warm.tasks(whole))
    assert {what for what, _, _ in asked} == {"answer", "verdicts", "support", "retrodiction", "shares"}
    assert [task for task in asked if not results.has(*task)] == []


ELSEWHERE_ONLY = {
    "label of another game": ("games/brook.toml", 'label = { en = "Two fords"', 'label = { en = "A brook"', True),
    "question of another game": ("games/brook.toml", "Does the North gain", "Does the North win", True),
    "title of a document": ("seeds/documents.toml", 'title = "', 'title = "The ', True),
    "players of one game more": ("games/river.toml", None, None, False),
}


@pytest.mark.parametrize("change", ELSEWHERE_ONLY)
def test_a_chapter_is_kept_where_only_what_it_does_not_tell_has_changed(place, tmp_path, change):
    file, old, new, same = ELSEWHERE_ONLY[change]
    folder = tmp_path / "study"
    shutil.copytree(place, folder)
    text = (folder / file).read_text(encoding="utf-8")
    if old is None:  # who plays in another game decides over the colors of the players
        (folder / "games" / "third.toml").write_text(text, encoding="utf-8")
    else:
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    def chapter(root):
        files = load(root)
        definition = replace(files.reports["main"], games=GAMES, blocks=("claims", "payoffs", "questions"))
        whole = whole_of(files, definition, [game_model(files, game) for game in GAMES])
        key = whole.chapter_key(whole.context("river"), ("payoffs", "questions"))
        return key, _made(whole.context("river"), ("payoffs", "questions"))

    before, after = chapter(place), chapter(folder)
    assert (before[0] == after[0]) == same
    assert before[1] == after[1]


def test_a_comparison_of_points_tells_why_a_constraint_is_there(place, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(place, folder)
    for reason in ("a year's loss cannot exceed the weir", "it would not pay"):
        file = folder / "payoffs" / "river.toml"
        text = file.read_text(encoding="utf-8").replace("a year's loss cannot exceed the weir", reason)
        file.write_text(text.replace('"loss <= weir_cost"', '"loss <= 0"'), encoding="utf-8")
        tables = Results(load(folder), Store(folder / "kept"), draws=300).comparison("river", "baseline", "dry")
        assert any(note.endswith(f"is violated here: {reason}") for table in tables for note in table["notes"])


@pytest.mark.skipif(not chinese_fonts(), reason="the extra zh is not installed")
@pytest.mark.skipif(cores() < 2, reason="one core starts no process")
@pytest.mark.parametrize("name", ["left", "left" * 30])  # the second one is too long for the name of a socket
def test_the_processes_of_a_build_leave_no_file_behind(place, tmp_path, name):
    folder = tmp_path / "study"
    shutil.copytree(place, folder)
    definition = folder / "reports" / "main.toml"
    text = definition.read_text(encoding="utf-8").replace('["river"]', '["river", "brook"]')
    definition.write_text(text.replace('["summary", "payoffs"]', '["claims", "robustness", "questions", "levers"]'), encoding="utf-8")
    command = [sys.executable, "-m", "detente", "report", "--lang", "zh"]
    with tempfile.TemporaryDirectory() as short:
        left = Path(short) / name
        left.mkdir()
        done = subprocess.run(command, cwd=folder, env={**os.environ, "TMPDIR": str(left)}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert list((folder / "reports").glob("*_files/*.svg"))
        assert list(left.iterdir()) == []


def test_what_a_verdict_rests_on_is_asked_when_the_verdicts_of_its_game_are_there(place, monkeypatch):
    files = load(place)
    definition = replace(files.reports["main"], games=GAMES, blocks=("claims", "robustness"))
    whole = whole_of(files, definition, [game_model(files, game) for game in GAMES])
    results = [task for task in warm.tasks(whole) if task[0] != "solved"]
    tasks = [*results, *((CHAPTER, game, ()) for game in GAMES)]
    order = inspected(Schedule(whole, tasks, warm._told_in_chapters(replace(definition, blocks=("said", "robustness")))))
    assert [each for each in order if each[0] == "support"] == [
        *(("support", "river", (number,)) for number in range(3)), ("support", "brook", (0,)),
    ]  # fmt: skip
    log, brook_is_made = [], Event()

    def make(task):
        log.append(("begun", task))
        if task == ("verdicts", "river", ()):
            assert brook_is_made.wait(20)  # meanwhile the other core goes on with what does not need these verdicts
        if task == (CHAPTER, "brook", ()):
            brook_is_made.set()
        log.append(("made", task))
        return 0.0

    monkeypatch.setattr(warm, "_make", make)
    with ThreadPoolExecutor(2) as pool:
        warm._make_all(pool, 2, Schedule(whole, tasks, warm._told_in_chapters(replace(definition, blocks=("said", "robustness")))))
    assert sorted(str(each[1]) for each in log if each[0] == "made") == sorted(map(str, tasks))
    for game in GAMES:
        own = [log.index(("begun", task)) for task in tasks if task[:2] == ("support", game)]
        assert min(own) > log.index(("made", ("verdicts", game, ())))
        chapter = log.index(("begun", (CHAPTER, game, ())))
        assert chapter > max(log.index(("made", task)) for task in results if task[1] == game)


def inspected(schedule):
    """Return the tasks in the order in which one core makes them, each in a second."""
    order = []
    while (task := schedule.begin()) is not None:
        order.append(task)
        schedule.done(task, 1.0)
    return order


def test_a_chapter_waits_for_what_it_tells_and_for_nothing_else(place):
    files = load(place)
    definition = replace(files.reports["main"], games=GAMES, blocks=("options", "claims", "robustness"))
    whole = whole_of(files, definition, [game_model(files, game) for game in GAMES])
    told = warm._told_in_chapters(definition)
    assert told == {"shares"}
    assert warm._told_in_chapters(replace(definition, blocks=("said", "options"))) == {"tests", "verdicts", "support"}
    tasks = [(what, game, ()) for game in GAMES for what in ("options", "verdicts", "shares", CHAPTER)]
    assert [each[:2] for each in inspected(Schedule(whole, tasks, told))] == [
        *(("shares", "river"), ("shares", "brook")), *((CHAPTER, "river"), (CHAPTER, "brook")),
        *(("verdicts", "river"), ("verdicts", "brook"), ("options", "river"), ("options", "brook")),
    ]  # fmt: skip


def test_what_took_longest_until_the_end_begins_first_in_the_next_build(place):
    files = load(place)
    definition = replace(files.reports["main"], games=GAMES, blocks=("said", "options", "robustness"))
    whole = whole_of(files, definition, [game_model(files, game) for game in GAMES])
    took = {
        ("options", "river", ()): 4.0, ("verdicts", "river", ()): 1.0, ("support", "river", (0,)): 2.5, ("shares", "river", ()): 3.0,
        (CHAPTER, "river", ()): 1.0,
    }  # fmt: skip
    told = {"verdicts", "support", "shares"}
    first = Schedule(whole, took, told)
    order = []
    while (task := first.begin()) is not None:
        order.append(task[0])
        first.done(task, took[task])
    assert order == ["verdicts", "shares", "support", CHAPTER, "options"]
    first.keep()
    assert [each[0] for each in inspected(Schedule(whole, took, told))] == ["verdicts", "options", "shares", "support", CHAPTER]
    # of a result that was never made nothing is known
    new = {**took, ("importance", "river", ()): 1.0}
    assert [each[0] for each in inspected(Schedule(whole, new, told))] == [*order, "importance"]


def test_shares_and_observed_moves_are_counted_from_the_same_draws(place, monkeypatch):
    from detente.conclusions.robustness.counting import Job

    counted = []
    count = Job.__call__
    monkeypatch.setattr(Job, "__call__", lambda self, block: counted.append(block) or count(self, block))
    files = load(place)
    definition = replace(files.reports["main"], games=GAMES, blocks=("retrodiction", "robustness"))
    whole = whole_of(files, definition, [game_model(files, game) for game in GAMES])
    one = Results(files, Store(None), draws=300)
    monkeypatch.setattr(warm, "_KEPT", [replace(whole, results=one)])
    made = []
    for what in ("shares", "retrodiction"):
        own = getattr(Results, what)
        monkeypatch.setattr(Results, what, lambda self, game, own=own, what=what: made.append((what, game)) or own(self, game))
    warm._make(("shares", "river", ()))
    assert made == [("shares", "river"), ("retrodiction", "river")]
    together = len(counted)
    assert together == len(set(counted)) > 0
    alone = Results(files, Store(None), draws=300)
    assert alone.retrodiction("river") == one.retrodiction("river")
    assert len(counted) > together


def test_where_nothing_can_be_written_each_result_is_still_made_once(place):
    results = Results(load(place), Store(None), draws=300)
    first = results.tests("river")
    made = set(results.store.memory)
    again = results.tests("river")
    assert again == first and set(results.store.memory) == made
    first[0]["notes"].append("what a block does to its copy")
    assert results.tests("river") == again


def test_a_process_that_serves_another_one_starts_none_itself():
    pool = processes(1)
    try:
        assert pool.submit(cores).result() == 1
    finally:
        end(pool)
