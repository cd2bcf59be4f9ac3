"""The pages in src/ say what the code is: the formats' examples are a sound study, tables and tree are the code's."""

import re
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

import detente
from detente import _formula_values, formula
from detente.games import question_reader, reader
from detente.payoffs.terms import PayoffFile, TermTable
from detente.payoffs.value_tables import ValuesTable
from detente.reports.build import BLOCKS
from detente.seeds import claims, figures, observations, parameter_tables, parameters
from detente.seeds.documents import DocumentTable
from detente.study.analyses import ANALYSES
from detente.study.check import check, check_documents
from detente.study.forms import FORMS
from detente.study.load import load
from detente.study.report_definition import ReportFile

ROOT = Path(detente.__file__).parent
PAGE = (ROOT.parent / "FORMATS.md").read_text(encoding="utf-8")


def examples():
    """The examples of the page by the path that stands behind the language of their fence."""
    found = re.findall(r"^```\w+ (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    names = [name for name, _ in found]
    assert len(set(names)) == len(names)
    return dict(found)


def column(head, page=PAGE):
    """The first cells of the table whose head begins with ``head``, without code marks."""
    lines = page[page.index(f"\n| {head} |") + 1 :].split("\n")
    rows = [line.split("|")[1].strip() for line in lines[2 : next(i for i, line in enumerate(lines) if not line)]]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


@pytest.fixture
def study(tmp_path):
    for name, text in examples().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    return tmp_path


def test_the_examples_are_a_study_without_faults(study):
    assert set(examples()) == {
        "pyproject.toml", "documents/minutes.txt", "seeds/documents.toml", "seeds/figures.csv", "seeds/parameters.toml",
        "seeds/claims.toml", "seeds/observations.toml", "seeds/chinese.toml", "payoffs/ferry.toml", "games/ferry.toml", "reports/main.toml",
        "payoffs/quota.toml", "games/quota.toml", "payoffs/parade.toml", "games/parade.toml",
        "payoffs/harbor.toml", "games/harbor.toml",
        "payoffs/landing.toml", "games/landing.toml", "payoffs/regatta.toml", "games/regatta.toml",
        "payoffs/dunes.toml", "games/dunes.toml", "payoffs/quarry.toml", "games/quarry.toml",
    }
    assert [fault for fault in check(study, analyses=ANALYSES, blocks=BLOCKS) if fault.level == "fault"] == []


def test_every_figure_of_the_examples_stands_in_the_document_on_the_page(study):
    files = load(study)
    assert len(files.figures) == 4
    assert check_documents(files, study / "documents") == []


def test_the_game_of_the_examples_is_solved_and_its_questions_are_answered(study):
    game = detente.Study(study).game("ferry")
    # the engine is worth its price to one island alone, so exactly one of them pays; pride only moves the mixture
    assert {tuple(own[0] for own in each.support.values()) for each in game.equilibria().pure} == {("pay", "wait"), ("wait", "pay")}
    assert game.question(1).tables
    assert game.question(2).tables
    assert any("engine = 1/5" in table.title for table in game.question(3).tables)
    assert game.critical_discount_factors().values == {"alder": Fraction(9, 10), "birch": Fraction(49, 50)}
    assert game.holds("equilibrium:birch=wait,alder=pay")


def test_a_rule_of_the_examples_is_recomputed(study):
    path = study / "seeds" / "parameters.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("value = 0.2", "value = 0.15", 1), encoding="utf-8")
    assert any("rule = 'cost/life' gives 0.2" in fault.found for fault in check(study))


def test_the_examples_use_every_key_of_every_table():
    text = "\n".join(examples().values())
    tables = [
        DocumentTable, parameter_tables.FigureTable, parameter_tables.JudgementTable, parameter_tables.DerivedTable,
        claims.ClaimTable, claims.ConflictTable, observations.EventTable, observations.CodingTable, PayoffFile, TermTable,
        ValuesTable, reader.BoxTable, question_reader.QuestionTable, ReportFile,
        *(table for form in FORMS.values() for table in (form.file, form.variant) if table is not None),
    ]
    keys = {field.alias or key for table in tables for key, field in table.model_fields.items()}
    missing = {key for key in keys if not re.search(rf"^(\[+(\w+\.)*)?{key}( =|\]|\.)", text, re.MULTILINE)}
    assert missing == {"games"}  # a report has `game` or `games`
    assert "games = [" in text


@pytest.mark.parametrize(
    ("head", "known"),
    [
        ("analysis", ANALYSES),
        ("block", BLOCKS),
        ("form", FORMS),
        ("column", figures.COLUMNS),
        ("kind", parameter_tables.TABLES),
        ("`rule`", parameter_tables.RULES),
        ("`interval`", parameter_tables.INTERVALS),
    ],
)
def test_a_table_of_the_page_lists_what_the_code_knows(head, known):
    assert sorted(column(head)) == sorted(known)


def test_the_blocks_are_described_as_in_the_code():
    for name, words in BLOCKS.items():
        assert f"| `{name}` | {words} |" in PAGE


def test_the_analyses_are_described_as_in_the_code():
    for name, analysis in ANALYSES.items():
        assert f"| `{name}` | {analysis.words} |" in PAGE


def test_the_keys_of_each_form_are_on_the_page():
    for name, form in FORMS.items():
        cells = next(line for line in PAGE.split("\n") if line.startswith(f"| `{name}` | {form.words} |")).split("|")[3:5]
        for cell, table, shared in zip(cells, (form.file, form.variant), (reader.GameFile, reader.VariantTable), strict=True):
            own = set(table.model_fields) - set(shared.model_fields) if table is not None else set()
            assert set(re.findall(r"`([^`]+)`", cell)) == own, name


def test_the_counts_of_the_page_are_those_of_the_grammar():
    assert [re.match(r"\w+", each).group() for each in column("in a formula of a term") if "(" in each] == list(formula.COUNTS)


def test_the_many_players_of_the_examples_are_counted(study):
    """At the baseline prize of 1: boat_1 races for 0.5*(1 - o/2) - 0.1, o the share of the others that race, or drinks."""
    game = detente.Study(study).game("regatta")
    assert game.model.players == ("boat_1", "boat_2", "boat_3")
    numeric = game.at()
    value = {"race": Fraction(1, 2) * (1 - Fraction(1, 2) / 2) - Fraction(1, 10), "watch": Fraction(2, 10)}
    assert numeric.payoff(0, (1, 1, 0)) == value["race"]  # one of the two others races
    assert numeric.payoff(0, (0, 1, 0)) == value["watch"]  # two watch
    assert numeric.payoff(2, (0, 0, 1)) == Fraction(1, 5) - Fraction(3, 10)
    assert game.question(1).tables
    assert [table.title.partition(" ")[0] for table in game.question(2).tables] == ["regatta:duel", "regatta:duel:"]
    duel = detente.Study(study).game("regatta:duel")
    assert duel.model.players == ("boat_1", "boat_2")
    assert duel.at().payoff(0, (1, 1)) == numeric.payoff(0, (1, 1, 0))


def test_the_functions_of_the_page_are_those_of_the_grammar():
    shown = {re.match(r"\w+", each).group() for each in column("function")}
    assert shown == set(formula.FUNCTIONS)
    for name, arity in formula.FUNCTIONS.items():
        argument = {1: "x", None: "x, y"}[arity] if name != "piecewise" else "x, x > y, y"
        formula.parse(f"{name}({argument})")


def test_the_conclusions_of_the_page_are_those_that_need_no_name():
    shown = {each.partition(":")[0] for each in column("conclusion")}
    assert shown == {*question_reader.CONCLUSION_KINDS, "none"}


def test_the_reserved_names_of_the_page_are_those_of_the_grammar():
    sentence = PAGE[PAGE.index("These are reserved:") : PAGE.index("and the functions of the grammar")]
    shown = set(re.findall(r"`(\w+)`", sentence))
    reserved = formula.RESERVED - set(formula.FUNCTIONS)
    assert shown == reserved


def test_themes_bounds_and_kinds_of_figures_are_on_the_page():
    sentence = PAGE[PAGE.index("Themes: ") : PAGE.index("`detente check --documents DIR` compares")]
    assert set(re.findall(r"`([^`]+)`", sentence)) == set(figures.THEMES)
    for words, known in (("| `bound` |", figures.BOUNDS), ("| `kind` | `", figures.KINDS)):
        row = next(line for line in PAGE.split("\n") if line.startswith(words))
        assert set(re.findall(r"`([^`]+)`", row)) - {"bound", "kind", "high", "low"} == set(known)


def test_bounds_of_the_page_are_those_of_the_grammar():
    numbers = {f"{number:,}" for number in (formula.MAX_LENGTH, formula.MAX_DEPTH, formula.MAX_NODES, _formula_values.MAX_EXPONENT, _formula_values.MAX_BITS)}
    sentence = PAGE[PAGE.index("Bounds: ") : PAGE.index("A formula that has\nno value")]
    assert set(re.findall(r"\d[\d,]*\d", sentence)) == numbers


def test_domains_by_unit_are_on_the_page():
    assert set(parameters.DEFAULT_DOMAINS) == {"share", "probability"}
    assert "`share` and `probability` have the domain [0, 1]" in PAGE
    assert figures.LIMITS == {"share": 1, "qualitative": 4}


def test_the_hash_of_the_examples_covers_the_rooms_and_nothing_else(study):
    before = load(study).hash
    (study / "README.md").write_text("words", encoding="utf-8")
    (study / "documents" / "minutes.txt").write_text("other words", encoding="utf-8")
    assert load(study).hash == before
    path = study / "games" / "ferry.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(study).hash == before
    path.write_text(path.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    assert load(study).hash != before


def test_the_tree_of_the_architecture_page_lists_the_public_modules():
    page = (ROOT.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    shown, folders = set(), []
    for line in page[page.index("src/detente/\n") :].split("```")[0].split("\n")[1:]:
        names = re.match(r"( *)(\S+/|(?:\w+\.py *)+)", line)
        if names is None:
            continue
        depth = len(names[1]) // 2 - 1
        folders = folders[:depth]
        if names[2].endswith("/"):
            folders.append(names[2])
        shown.update("".join(folders) + name for name in re.findall(r"\w+\.py", names[2]))
    public = {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if not path.name.startswith("_")}
    assert shown == {*public, "__init__.py", "__main__.py"}


def test_the_rows_of_the_architecture_page_are_those_that_import_linter_checks():
    page = (ROOT.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", page, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, len(rows) + 1))
    settings = tomllib.loads((ROOT.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    assert [set(re.findall(r"`(\w+)`", members)) for _, members in rows] == [set(layer.split(" | ")) for layer in layers]
