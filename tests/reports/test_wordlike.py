"""What pages say: numbers with the digits that mean something, English that is English, and no claim turned round."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from detente.facade import Study
from detente.reports.blocks import Context
from detente.reports.build import Report
from detente.reports.claim_words import TestRow, test_sentence
from detente.reports.compose import compose
from detente.reports.elements import Table
from detente.reports.engine_tables import Labels, engine_table, merged
from detente.reports.overview import _alone
from detente.reports.source_blocks import _date
from detente.reports.spans import Math, as_spans, plain_text
from detente.reports.wordlike import counted, english, percentages, plain_notes, plain_title, rounded, scientific

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def study():
    return Study(ROOT)


def tables(study, game, *blocks, detail="short"):
    """Return the tables of a chapter, by name."""
    report = study.report("main", "en")
    definition = replace(report.definition, games=(game,), blocks=blocks, draws=500, detail=detail)
    made = compose(study.files, definition, Report(study.files, definition).models)
    return {block.name: block for block in made.blocks if isinstance(block, Table)}


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("us 376655/465299 + 88644/465299", "us 0.809 + 0.191"),
        ("9/11 align", "9/11 align"),
        ("0/36/19 (4 rounds)", "0/36/19 (4 rounds)"),
        ("-0.24976*", "-0.25*"),
        ("5.029e-7", "<0.0001"),
        ("-2e-9", "-2e-9"),
        ("19.668 of 2025-10-09, document 002, 1.5", "19.7 of 2025-10-09, document 002, 1.5"),
        ("version 1.14.0", "version 1.14.0"),
        ("noise selects 0/0/55.", "noise selects 0/0/55."),
        ("leads to 2.6e-14/36.23/18.77.", "leads to <0.0001/36.2/18.8."),
    ],
)
def test_numbers_are_printed_to_three_digits_and_nothing_else_is_touched(text, printed):
    assert rounded(text, 3) == printed


def test_powers_of_ten_are_written_as_such_and_hashes_are_left():
    assert scientific("at most 1e10") == "at most 1\u00d710\u00b9\u2070"
    assert scientific("4e652785749a 0.5e3x") == "4e652785749a 0.5e3x"


def test_shares_are_percentages_only_where_a_table_is_about_shares():
    assert percentages(["share", "over the priors"], [["0.710", "0.455 to 0.710"], ["0.000", "0.000 to 0.000"]]) == [
        ["71%", "46% to 71%"], ["0%", "0%"],
    ]  # fmt: skip
    assert percentages(["share", "player"], [["0.710", "us"]]) == [["0.710", "us"]]


def test_notes_that_repeat_their_table_go_and_reservations_stay():
    notes = [
        "From baseline the cheapest single change that makes it selected is sev 0.3 -> < 0.2803.",
        "\ue000A_us\ue001: negative at baseline.",
        "... and 96 more, see --json.",
        "More equilibria may exist: mixed equilibria are not looked for.",
    ]
    assert plain_notes(notes) == notes[3:]


def test_names_of_games_and_kinds_of_conclusions_do_not_stand_in_titles():
    assert plain_title("race: equilibria", "race") == "equilibria"
    assert plain_title("race:two: stable sizes", "race") == "two: stable sizes"
    assert plain_title("single changes that end selected:strike", "race") == "single changes that end strike"


def test_counts_have_one_head_and_their_order_is_told():
    assert counted(["point", "equilibria: a/b", "from all: a/b"], {"a", "b"}) == (["point", "equilibria", "from all"], ["a", "b"])
    assert counted(["ratio: a/c"], {"a", "b"}) == (["ratio: a/c"], [])


def test_english_has_its_articles_and_plurals():
    assert english("payoff of United States") == "payoff of the United States"
    assert english("United States punishes if its strength suffices") == "The United States punishes if its strength suffices"
    assert english("United States tolerate, China accommodate") == "United States tolerate, China accommodate"
    assert english("0/46/9 (1 rounds)") == "0/46/9 (1 round)"


def test_a_date_is_printed_by_its_month_and_never_rounded_into_another_year(study):
    figures = study.files.figures
    # 2025.77 is the 9th of October 2025, 2024.956 the end of 2024
    assert _date(figures["mofcom-61-62-date"]) == "2025-10"
    assert _date(figures["msp-expansion-date"]) == "2024-12"
    assert _date(figures["feoc-critical-mineral-start"]) == "2025"


@pytest.mark.parametrize(("holds", "words"), [(True, "overturned first by"), (False, "made true first by")])
def test_what_is_false_at_the_baseline_is_made_true_by_a_change_and_not_overturned(study, holds, words):
    report = study.report("main", "en")
    definition = replace(report.definition, games=("confrontation",), blocks=("question",), draws=500)
    data = {
        "game": "confrontation", "point": None, "proved": "", "rests": None, "share": None, "observed": None, "verdict": "part",
        "baseline": holds, "looked": True, "meaning": "ordinal",
        "overturn": {"name": "sev", "from": "0.3", "to": "0.4", "up": True, "distance": 0.2},
    }  # fmt: skip
    context = _context(study, definition)
    said = test_sentence(context, TestRow("M1", "it pays", "Confrontation", "part", "", "", data)).lower()
    assert words in said
    assert ("true at the baseline" in said) == holds


def _context(study, definition):
    from detente.reports.blocks import Context

    model = study.game("confrontation").model
    return Context(study.files, definition, model)


def test_a_statement_that_stands_alone_does_not_begin_with_and(study):
    whole = type("Whole", (), {"lang": "en"})
    assert _alone(whole, "and there is a demand that is met") == "there is a demand that is met"
    assert _alone(whole, "and so is China") == "so is China"
    assert _alone(whole, "so is China") == "so is China"
    assert _alone(whole, "android phones") == "android phones"


def test_a_table_by_state_is_one_symbol_with_the_state_below(study):
    table = tables(study, "gradual_cooperation", "terms")["terms-list"]
    sources = [span.source for row in table.rows for cell in row for span in as_spans(cell) if isinstance(span, Math)]
    assert sources
    assert not any("cases(" in source for source in sources)
    assert any('s_(upright("state"))' in source for source in sources)


def test_terms_that_all_players_have_are_about_the_player_itself(study):
    table = tables(study, "forge_tipping", "terms")["terms-list"]
    text = " ".join(plain_text(row[3]) for row in table.rows)
    assert "the player itself" in text
    assert "member 1" not in text


def test_of_many_values_by_one_formula_the_ends_are_printed_and_all_stand_beside(study):
    found = tables(study, "forge_tipping", "parameters")
    printed, all_of_them = found["parameter-list"], found["parameters-all"]
    names = [plain_text(row[1]) for row in printed.rows if "dep_member" in plain_text(row[1])]
    assert [name.split()[-1] for name in names] == ["dep_member_1", "dep_member_55"]
    assert sum("dep_member" in plain_text(row[1]) for row in all_of_them.rows) == 55
    assert all_of_them.shown == 0
    assert "53 more" in plain_text(printed.note)


def labels(study, game):
    return Labels(Context(study.files, study.report("main", "en").definition, study.game(game).model))


@pytest.mark.parametrize(
    ("game", "text", "said"),
    [
        ("forge_tipping", "all at align from above", "all at “wind down the link” from above"),
        ("forge_tipping", "at nominal on average, from below", "at “sign and keep trading” on average, from below"),
        ("forge_tipping", "P(at least 11 align)", "P(at least 11 “wind down the link”)"),
        ("forge_tipping", "All at align is an equilibrium nowhere along it.", "All at “wind down the link” is an equilibrium nowhere along it."),
        ("forge_tipping", "all at the lowest", "all at the lowest"),
        ("ultimatum_180", "indifferent between refuse and surface", "indifferent between “refuse” and “comply on the surface”"),
        ("ultimatum_180", "refuse -> surface", "refuse → comply on the surface"),
        ("gradual_cooperation", "(ladder) as", "both keep on the ladder as"),
        ("confrontation", "(cooperate,confront) as", "(cooperate, confront) as"),
        ("rebuild_race", "fast, hold in 20 to 2; reaches 0", "rebuild fast, hold in states 20 to 2; reaches state 0"),
    ],
)
def test_choices_stand_with_their_labels_where_a_sentence_can_mean_nothing_else(study, game, text, said):
    assert labels(study, game).text(text) == said


def test_notes_about_some_points_of_a_merged_table_say_which(study):
    def at(point, *notes):
        return {"title": f"paths at {point}", "columns": ["n"], "rows": [["1"]], "notes": list(notes)}

    tables = merged([at("baseline", "exact.", "The first is one."), at("hot", "exact.", "Strikes are all.")], ("baseline", "hot"))
    own = labels(study, "rebuild_race")
    (table,) = engine_table(own.context, own, tables[0], "paths", "Paths")
    assert table.note == "Exact. Baseline: the first is one. Hot: Strikes are all."


def test_what_others_do_is_told_from_who_they_are(study):
    own = labels(study, "counter_controls")
    data = {"title": "best replies", "columns": ["others", "best reply"], "rows": [["china none", "restrain"], ["alone", "target"]], "notes": []}
    (table,) = engine_table(own.context, own, data, "replies")
    assert [plain_text(row[0]) for row in table.rows] == ["China: none", "alone"]
    own = labels(study, "alliance_hedging")
    (table,) = engine_table(own.context, own, {**data, "rows": [["us tolerate, china punish", "hedge"]]}, "replies")
    assert [plain_text(row[0]) for row in table.rows] == ["United States: tolerate, China: punish"]


def test_a_table_of_the_engine_is_cut_and_laid_out_by_what_is_printed(study):
    own = labels(study, "counter_controls")

    def made(number):
        data = {"title": "values", "columns": ["point", "values"], "rows": [["baseline", ", ".join([number] * 9)]] * 30, "notes": []}
        (table,) = engine_table(own.context, own, data, "values")
        return table

    long, short = made("0.123456789012"), made("0.123")
    assert (long.shown, [each.width for each in long.columns]) == (short.shown, [each.width for each in short.columns])
    assert "0.123456789012" in plain_text(long.rows[0][1])  # as it stands beside the report


def test_what_every_case_holds_is_said_once():
    from detente.study.analyses.cases import _held

    def case(label, **hold):
        return SimpleNamespace(label={"en": label}, hold={name: SimpleNamespace(text=text) for name, text in hold.items()})

    cases = (case("none", tax="0", floor="0"), case("credit", tax="1/10", floor="0"), case("again", tax="0", floor="0"))
    assert _held(cases) == "none: tax = 0, floor = 0; credit: tax = 1/10; again: tax = 0, floor = 0; the rest as in the first case"
    # a case that leaves out what the first one holds is said in full
    assert _held((cases[0], case("own", tax="0"))) == "none: tax = 0, floor = 0; own: tax = 0"
    assert _held((cases[0],)) == "none: tax = 0, floor = 0"


def test_games_with_fewer_draws_than_the_others_are_named(study):
    from detente.reports.claim_blocks import fewer_draws
    from detente.reports.compose import whole_of

    report = study.report("main", "en")
    for games, said in (
        (("confrontation", "export_ban_cascade"), " Fewer, 500, for Bans on ore exports."), (("confrontation",), ""),
    ):  # fmt: skip
        definition = replace(report.definition, games=games)
        assert fewer_draws(whole_of(study.files, definition, Report(study.files, definition).models)) == said


def test_commitments_that_pay_the_same_are_all_named_and_no_one_is_called_best(study):
    from detente.reports.options_blocks import _sentence

    def row(strategy, worst):
        return {"strategy": strategy, "worst": worst and [worst, str(worst)], "always": False, "share": [0.5, 0.6]}

    context = labels(study, "price_predation").context
    two = [row("accommodate", 2.0), row("cut", 2.0)]
    assert _sentence(context, "china", two) == "China: all strategies pay the same at the baseline."
    assert _sentence(context, "china", [*two, row("wait", 1.0)]) == "China: accommodate and cut pay the same at the baseline, and more than all others."
    # of a strategy without an equilibrium after it nothing is said
    assert _sentence(context, "china", [*two, row("wait", None)]) == ""
