"""The report on several games: chapters of every form, verdicts, observed moves, what is kept and when it is made anew."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from detente.facade import Study
from detente.reports.block_names import GAME_BLOCKS, STUDY_BLOCKS
from detente.reports.build import Report
from detente.reports.claim_words import percent
from detente.reports.compose import _ordered, compose, whole_of
from detente.reports.content import everything, mathematics, named, nameless
from detente.reports.elements import Heading, KeyPoints, Outline, PageBreak, Paragraph, Table, inlines
from detente.reports.encoding import decoded, encoded
from detente.reports.spans import Link, plain_text
from detente.reports.store import Store
from detente.study.model import game_model

ROOT = Path(__file__).parents[2]
GAMES = ("confrontation", "weaponization", "price_predation")
BLOCKS = tuple(name for name in (*STUDY_BLOCKS, *GAME_BLOCKS) if name not in {"summary", "conditions", "class_map"})


def copied(folder: Path) -> Path:
    """Return a copy of the study, without anything that was kept."""
    for room in ("seeds", "payoffs", "games", "reports"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("*.pdf", "*_files"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def document(study: Study, games=GAMES, blocks=BLOCKS, draws=500, lang="en"):
    """Return a report on some games, with few draws."""
    report = study.report("main", lang)
    definition = replace(report.definition, games=games, blocks=blocks, draws=draws)
    return compose(study.files, definition, Report(study.files, definition).models)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return copied(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def made(place):
    return document(Study(place))


def test_a_comparison_names_facts_in_words_in_both_editions(place, compared):
    study = Study(place)
    english, chinese = (
        compose(study.files, definition, Report(study.files, definition).models)
        for definition in (study.report("hawkish", lang).definition for lang in ("en", "zh"))
    )
    assert compared(english, chinese, study.files.texts) > 20
    facts = [plain_text(row[0]) for block in english.blocks if isinstance(block, Table) for row in block.rows]
    assert "confront is dominant for the United States (ordinal)" in facts
    assert "punishment for 1 period sustains the target (repeated, cardinal)" in facts
    assert not [fact for fact in facts if "_" in fact or "=" in fact]
    assert "对抗是美国的占优策略（序数）" in {plain_text(row[0]) for block in chinese.blocks if isinstance(block, Table) for row in block.rows}


def test_a_report_of_several_chapters_begins_with_the_first_of_them_and_has_one_table_of_contents(place):
    found = document(Study(place), GAMES[:2], ("question",))
    assert isinstance(found.blocks[0], Heading)
    both = document(Study(place), GAMES[:1], ("overview", "summary"))
    assert sum(isinstance(block, Outline) for block in both.blocks) == 1


def test_a_report_without_an_appendix_does_not_promise_one(made, place):
    def promised(found):
        return any("lead to their entries" in plain_text(each) for block in found.blocks for each in inlines(block))

    assert promised(made)
    assert not promised(document(Study(place), ("weaponization",), ("overview",)))


def test_a_game_of_many_players_has_its_terms_in_the_place_of_a_table_too_wide_for_the_page(place):
    found = document(Study(place), ("export_ban_cascade",), ("payoffs",))
    tables = {block.caption: block for block in found.blocks if isinstance(block, Table)}
    assert tables["The game at the baseline"].shown == 0
    assert len(tables["Terms of the payoffs"].rows) == 8


def test_the_chinese_edition_has_no_english_left_and_the_same_numbers(place, made, compared):
    study = Study(place)
    assert compared(made, document(study, lang="zh"), study.files.texts) > 1000


def tables(made):
    return {block.name: block for block in made.blocks if isinstance(block, Table)}


def test_every_game_has_a_chapter_and_every_block_on_the_study_stands_once(made):
    titles = [plain_text(block.title) for block in made.blocks if isinstance(block, Heading) and block.level == 1]
    for title in ("Confrontation or cooperation", "Weaponizing a hub", "Price predation"):
        assert titles.count(title) == 1
    for title in ("For decision makers", "What the documents claim, and what follows", "Log of assumptions", "How this was computed"):
        assert titles.count(title) == 1


def test_the_verdicts_are_those_of_the_claims_command(place, made):
    study = Study(place)
    shown = {plain_text(row[0]): plain_text(row[3]) for row in tables(made)["claim-list"].rows}
    from detente.study.claims import VERDICTS

    # a claim whose tests are all about games of the report
    for found in study.claims("M8", "M9", draws=500):
        assert shown[found.claim.id] == VERDICTS[found.verdict]


def test_observed_moves_are_counted_against_the_equilibria_at_the_baseline(place, made):
    game = Study(place).game("confrontation")
    pure = [each.profile for each in game.equilibria().equilibria if each.pure]
    rows = [row for row in tables(made)["retrodiction-table"].rows if plain_text(row[2]) == "Confrontation or cooperation"]
    events = [each for each in Study(place).observations if each.game == "confrontation"]
    assert len(rows) == len(events)
    for row, event in zip(rows, sorted(events, key=lambda each: each.date), strict=True):
        fits = any(all(profile[who][what] == 1 for who, what in event.moves.items()) for profile in pure)
        assert plain_text(row[5]) == ("yes" if fits else "no")
    text = next(plain_text(block.content) for block in made.blocks if "moves and miss" in str(getattr(block, "content", "")))
    hits, count, misses = map(int, re.search(r"have (\d+) of (\d+) moves and miss (\d+)", text).groups())
    answers = [plain_text(row[5]) for row in tables(made)["retrodiction-table"].rows]
    assert (hits, count, misses) == (answers.count("yes"), len(answers), answers.count("no"))


def test_observed_moves_of_a_matrix_have_shares_too(place, made):
    # in a 2x2 game the moves of one player are in a pure equilibrium where one of the two outcomes with it is one
    found = Study(place).game("confrontation").robustness(500, terms=False, save=False, conclusions=("equilibrium",))
    outcomes = [found.find(f"equilibrium:confront,{other}") for other in ("cooperate", "confront")]
    shares = [one.share + other.share for one, other in zip(*outcomes, strict=True)]
    table = tables(made)["retrodiction-table"]
    rows = [row for row in table.rows if plain_text(row[3]) == "United States: confront" and "cooperation" in plain_text(row[2])]
    assert rows
    for row in rows:
        assert plain_text(row[6]) == f"{percent(min(shares))} to {percent(max(shares))}"


def test_every_question_of_every_game_is_answered_or_the_report_says_why_not(place, made):
    study = Study(place)
    headings = [plain_text(block.title) for block in made.blocks if isinstance(block, Heading)]
    for game in GAMES:
        for question in study.files.games[game].questions:
            assert f"{question.number}. {question.text['en']}" in headings


def test_what_a_test_rests_on_is_what_rests_on_finds(place, made):
    study = Study(place)
    found = study.game("weaponization").rests_on("demand_pays")
    line = next(
        plain_text(item) for block in made.blocks for item in getattr(block, "items", ())
        if plain_text(item).startswith("A demand that is met pays more")
    )  # fmt: skip
    assert f"ests on {found.size} of {len(found.among)} numbers" in line


def test_numbers_of_shares_lie_between_the_priors_that_the_engine_finds(place, made):
    study = Study(place)
    found = study.game("confrontation").robustness(500, terms=False, save=False)
    rows = {plain_text(row[0]): plain_text(row[1]) for row in tables(made)["confrontation-shares"].rows}
    low, high = found.range("equilibrium:cooperate,cooperate")
    assert rows["(cooperate, cooperate) is an equilibrium"] == f"{percent(low)} to {percent(high)}"


def test_a_share_is_never_rounded_to_certainty():
    assert [percent(each) for each in (0, 1e-9, 0.0004, 0.5, 0.9996, 1 - 1e-9, 1)] == [
        "0%", "under 0.1%", "under 0.1%", "50%", "over 99.9%", "over 99.9%", "100%",
    ]  # fmt: skip


def test_the_summary_names_no_number_that_the_claims_do_not_have(made):
    points = [plain_text(point.content) for block in made.blocks if isinstance(block, KeyPoints) for point in block.points]
    body = " ".join(plain_text(item) for block in made.blocks for item in getattr(block, "items", ()))
    body += " ".join(plain_text(cell) for block in made.blocks if isinstance(block, Table) for row in block.rows for cell in row)
    for share in re.findall(r"\((\d[\d.%]* to \d[\d.%]*)\)", " ".join(points)):
        assert share in body


def test_blocks_come_back_from_data_as_they_were(made):
    assert decoded(json.loads(json.dumps(encoded(made.blocks)))) == list(made.blocks)


def test_a_second_build_is_the_first_one_and_computes_nothing(place, made, monkeypatch):
    def refuse(*_):
        raise AssertionError("something was computed again")

    monkeypatch.setattr(Store, "_write", refuse)
    assert document(Study(place)) == made


CHANGES = (
    ("seeds/parameters.toml", "[sev]", "value = 0.3", "value = 0.31"),
    ("seeds/parameters.toml", "[sev]", "low = 0.1", "low = 0.12"),
    ("seeds/parameters.toml", "[sev]", 'label = { en = "severity of controls"', 'label = { en = "how severe controls are"'),
    ("payoffs/confrontation.toml", "[terms.us.rebuild_cost]", 'formula = "-c_reb"', 'formula = "-c_reb*11/10"'),
    ("games/confrontation.toml", "[points.hawkish]", "rel_us = 0.5", "rel_us = 0.45"),
    ("games/confrontation.toml", "[labels]", 'us = { en = "United States"', 'us = { en = "America"'),
    ("seeds/observations.toml", "[exclusion_of_components]", "US subsidies", "American subsidies"),
    ("seeds/observations.toml", "[exclusion_of_components.coded]]", 'us = "confront"', 'us = "cooperate"'),
)


@pytest.mark.parametrize("change", range(len(CHANGES)))
def test_no_change_of_the_study_is_answered_from_what_was_kept(place, tmp_path, change):
    file, after, old, new = CHANGES[change]
    blocks = ("retrodiction", "payoffs", "classes", "robustness", "parameters")
    kept = document(Study(place), ("confrontation",), blocks)
    text = (place / file).read_text(encoding="utf-8")
    position = text.index(old, text.index(after))
    changed = text[:position] + new + text[position + len(old) :]
    try:
        (place / file).write_text(changed, encoding="utf-8")
        warm = document(Study(place), ("confrontation",), blocks)
        cold_place = copied(tmp_path / "cold")
        (cold_place / file).write_text(changed, encoding="utf-8")
        cold = document(Study(cold_place), ("confrontation",), blocks)
    finally:
        (place / file).write_text(text, encoding="utf-8")
    assert warm == cold
    assert (warm.blocks != kept.blocks) == (warm.footer != kept.footer)


def test_results_and_chapters_of_another_engine_are_not_taken(tmp_path, monkeypatch):
    store = Store(tmp_path)
    assert store.get({"a": 1}, lambda: "old") == "old"
    assert store.get({"a": 1}, lambda: "new") == "old"
    monkeypatch.setattr("detente.reports.store.engine", lambda: {"source": "another"})
    assert not store.has({"a": 1})
    assert store.get({"a": 1}, lambda: "new") == "new"


def test_a_chapter_is_kept_under_all_words_of_its_game_and_the_source_of_pages(place, monkeypatch):
    study = Study(place)
    report = study.report("main")

    def key(files):
        whole = whole_of(files, report.definition, [game_model(files, "confrontation")])
        return whole.chapter_key(whole.contexts[0], ("payoffs",))

    first = key(study.files)
    assert key(study.files) == first
    figure = next(each for each in study.files.figures.values() if each.id in study.files.parameters["cost_ratio"].figures)
    figures = {**study.files.figures, figure.id: replace(figure, central=figure.central + 1)}
    assert key(replace(study.files, figures=figures)) != first
    monkeypatch.setattr("detente.reports.blocks.engine", lambda *, pages: {"source": "another"})
    assert key(study.files) != first


TWO = """
import sys
from pathlib import Path
from detente.reports.store import Store
store = Store(Path(sys.argv[1]))
for turn in range(40):
    for name in "ab":
        assert store.get({"name": name, "turn": turn % 3}, lambda: [name, turn % 3] * 2000) == [name, turn % 3] * 2000
    for kept in store.folder.glob("*.json"):
        if turn % 2:
            kept.unlink(missing_ok=True)
"""


def test_builds_at_one_time_read_whole_results_of_each_other(tmp_path):
    running = [subprocess.Popen([sys.executable, "-c", TWO, str(tmp_path)]) for _ in range(2)]
    assert [each.wait(timeout=60) for each in running] == [0, 0]
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_result_that_was_cut_off_or_changed_on_disk_is_made_again(tmp_path):
    store = Store(tmp_path)
    assert store.get({"a": 1}, lambda: [1, 2]) == [1, 2]
    (file,) = tmp_path.glob("*.json")
    whole = file.read_text(encoding="ascii")
    for broken in (whole[:-5], whole.replace("[1, 2]", "[1, 3]"), "", "[]"):
        file.write_text(broken, encoding="ascii")
        assert store.get({"a": 1}, lambda: [1, 2]) == [1, 2]
    assert store.get({"a": "1"}, lambda: "another") == "another"


def test_words_are_no_mathematics_and_numbers_are(place):
    study = Study(place)
    game = study.files.games["confrontation"]
    other = replace(study.files, games={**study.files.games, "confrontation": replace(game, label={"en": "Another"})})
    assert mathematics(other, "confrontation") == mathematics(study.files, "confrontation")
    sev = study.files.parameters["sev"]
    moved = replace(study.files, parameters={**study.files.parameters, "sev": replace(sev, value=sev.value + 1)})
    assert mathematics(moved, "confrontation") != mathematics(study.files, "confrontation")
    assert everything(moved, "confrontation") != everything(study.files, "confrontation")


def test_labels_find_their_way_back(place):
    study = Study(place)
    model = study.game("confrontation").model
    bare = nameless(study.files)
    text = bare.games["confrontation"].labels["us"]["en"]
    assert "United States" not in text
    assert named(f"{text} gains", model.label) == "United States gains"


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
@pytest.mark.parametrize(("name", "pages"), [("weaponization", 2), ("hawkish", 2)])
def test_short_reports_of_the_study_are_as_short_as_they_say(place, tmp_path, name, pages):
    report = Study(place).report(name)
    report = replace(report, definition=replace(report.definition, draws=500))
    pdf = report.write(tmp_path / "short.pdf").files[0]
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True).stdout.decode("utf-8")
    assert text.count("\f") == pages


def test_a_comparison_names_what_flips_between_two_points(place):
    found = Study(place).report("hawkish").document()
    flips = {plain_text(row[0]) for row in tables(found)["comparison-2"].rows}
    game = Study(place).game("confrontation")
    assert len(flips) == len(game.compare("baseline", "hawkish").flips)


def test_observed_moves_of_a_game_with_states_are_those_of_the_first_period(study_root):
    from detente.reports.claim_results import _at_baseline

    # the path at the baseline is freeze and hold for ever (tests/study/test_rebuild_race.py)
    study = Study(study_root)
    model = study.game("rebuild_race").model
    said = {event.moves[who]: _at_baseline(model, event) for event in study.observations if event.game == "rebuild_race" for who in event.moves}
    assert said == {"hold": True, "slow": False}


def test_every_parameter_of_a_game_and_its_variants_has_one_entry_and_names_lead_there(place, made):
    study = Study(place)
    anchors = [anchor for table in tables(made).values() for anchor in table.anchors if anchor.startswith("parameter:")]
    assert len(anchors) == len(set(anchors))
    wanted = set()
    for game in GAMES:
        model = game_model(study.files, game)
        for each in (model, *(model.of(name) for name in model.definition.variants)):
            own = each.payoff_model.parameters.entries
            wanted |= {f"parameter:{each.payoff_model.name}:{name}" if name in own else f"parameter:{name}" for name in each.parameters}
    assert set(anchors) == wanted
    line = next(
        item for block in made.blocks for item in getattr(block, "items", ()) if plain_text(item).startswith("A demand that is met pays more")
    )  # fmt: skip
    rests = study.game("weaponization").rests_on("demand_pays").sets[0]
    targets = [span.target for span in line if isinstance(span, Link)]
    assert {target.rpartition(":")[2] for target in targets} >= set(rests)


def test_a_short_report_prints_less_and_keeps_every_table_beside_it(place, made):
    study = Study(place)
    report = study.report("main")
    definition = replace(report.definition, games=GAMES, blocks=BLOCKS, draws=500, detail="full")
    full = tables(compose(study.files, definition, Report(study.files, definition).models))
    short = tables(made)
    assert set(short) == set(full)
    assert all(short[name].rows == full[name].rows for name in short)
    lines = [sum(len(each.rows[: each.shown]) for each in own.values()) for own in (short, full)]
    assert lines[0] < 0.8 * lines[1]
    assert all(table.shown != 0 for table in full.values())


def test_a_new_page_goes_with_the_heading_on_it_into_the_appendix():
    def heading(title, *, appendix=False):
        return Heading(1, title, title.lower(), appendix=appendix)

    blocks = [heading("One"), PageBreak(), heading("More", appendix=True), Paragraph("of it"), PageBreak(), heading("Two"), Paragraph("of it")]
    assert _ordered(blocks) == [blocks[0], *blocks[4:], *blocks[1:4]]
