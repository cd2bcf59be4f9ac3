"""A report on one game: what its sentences claim, what its map shows, that its bytes repeat."""

import hashlib
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from detente.conclusions.conclusion import describe_set
from detente.facade import Study
from detente.formula import parse
from detente.printing import plain, relation_normal, typst
from detente.reports import narrative
from detente.reports.blocks import Context
from detente.reports.box_results import read_condition
from detente.reports.elements import Figure, KeyPoints, PayoffMatrix, Table
from detente.reports.results import Results
from detente.reports.spans import plain_text
from detente.reports.store import Store
from detente.solve.parametric.atlas import atlas
from detente.solve.parametric.type_conditions import type_conditions


@pytest.fixture(scope="module")
def study():
    return Study(Path(__file__).parent)


@pytest.fixture(scope="module")
def context(study):
    report = study.report("confrontation")
    return Context(study.files, report.definition, report.models[0], results=Results(study.files, Store(None)))


@pytest.fixture(scope="module")
def document(study):
    return study.report("confrontation").document()


def test_the_summary_fits_the_results(context, document):
    points = {point.lead: plain_text(point.content) for block in document.blocks if isinstance(block, KeyPoints) for point in block.points}
    assert "(cooperate, cooperate) and (confront, confront)" in points["At the baseline."]
    assert "stag hunt" in points["At the baseline."]
    # trust thresholds by hand: B/(B - A) with A = -0.082, B = 0.0304 for the United States
    assert "United States to cooperate, if it expects China to cooperate with probability at least 0.27" in points["Trust decides."]
    assert "at the point hawkish (confront, confront)" in points["Elsewhere."]
    assert "every point of the parameter box" in points["Sums."]
    assert "0.67 for the United States and 0.069 for China" in points["Patience."]
    assert "legacy cleanup" in points["What plays no part."]


def test_the_nearest_change_named_is_the_nearest_of_all_single_changes(context, document):
    points = {point.lead: plain_text(point.content) for block in document.blocks if isinstance(block, KeyPoints) for point in block.points}
    # by hand: A and B of the United States along rel_us: 571/3500 and 207/500; interval width 1/2, now 1/4
    distance = abs(Fraction(571, 3500) - Fraction(1, 4)) / Fraction(1, 2)
    assert f"US relative-gains weight below {float(Fraction(571, 3500)):.3f}" in points["What would change it."]
    assert distance < abs(Fraction(207, 500) - Fraction(1, 4)) / Fraction(1, 2)


def test_the_payoff_matrix_frames_equilibria_and_underlines_best_responses(document):
    matrix = next(block for block in document.blocks if isinstance(block, PayoffMatrix))
    framed = [(i, j) for i, row in enumerate(matrix.cells) for j, cell in enumerate(row) if cell.equilibrium]
    assert framed == [(0, 0), (1, 1)]
    assert matrix.cells[1][0].row_best is False
    assert matrix.cells[0][1].column_best is False


def test_the_terms_of_each_cell_add_up_to_its_payoff(document):
    for table in (block for block in document.blocks if isinstance(block, Table) and block.name.startswith("terms-")):
        *terms, total = table.rows
        for column in range(2, 6):
            added = sum(Fraction(plain_text(row[column])) for row in terms if row[column])
            assert abs(added - Fraction(plain_text(total[column]))) < Fraction(5, 1000)


def test_every_parameter_and_every_figure_behind_it_is_listed(context, document):
    tables = {block.name: block for block in document.blocks if isinstance(block, Table)}
    assert len(tables["parameter-list"].rows) == len(context.model.parameters)
    figures = [figure for parameter in context.model.parameters.values() for figure in parameter.figures]
    assert [plain_text(row[1]) for row in tables["figure-list"].rows] == figures


def test_pictures_have_alternative_texts(document):
    figures = [block for block in document.blocks if isinstance(block, Figure)]
    assert len(figures) >= 6
    assert all(len(figure.alt) > 20 for figure in figures)


def test_material_sums_are_compared_over_the_whole_box(context):
    sums = context.found.sums("confrontation")
    assert [row["difference"] for row in sums[1:]] == ["always negative"] * 3


def test_conditions_that_are_kept_as_text_are_typeset_as_those_found(context):
    found = atlas(context.model.symbolic)
    kept = context.found.conditions("confrontation")["regions"]
    assert [(each["label"], each["status"]) for each in kept] == [(each.label, each.status) for each in found.regions]
    for one, each in zip(kept, found.regions, strict=True):
        relations = [relation_normal(part.sympy) for part in each.unsettled]
        weights = [weight for own in each.profile.values() for weight in own.values()]
        read = [read_condition(text) for text in one["conditions"]]
        parsed = [parse(text) for _, own in one["profile"] for _, text in own]
        assert [(typst(item), plain(item)) for item in (*read, *parsed)] == [(typst(item), plain(item)) for item in (*relations, *weights)]
    settled = [read_condition(plain(value)) for value in (True, False)]
    assert settled == [True, False]


def test_types_are_those_that_the_box_reaches_with_their_conditions(context):
    found = {(each.player, each.type): each for each in type_conditions(context.model.symbolic) if each.status != "never"}
    kept = context.found.types("confrontation")
    assert [(each["player"], each["type"]) for each in kept] == list(found)
    for each in kept:
        relations = [relation_normal(part) for part in found[each["player"], each["type"]].comparisons]
        assert [typst(read_condition(text)) for text in each["conditions"]] == list(map(typst, relations))


def test_sets_of_equilibria_are_put_in_words(context):
    assert narrative.state_words(context, ("cooperate,confront", "mixed")) == "(cooperate, confront) + mixed"
    assert narrative.state_words(context, ()) == "none in pure strategies"
    assert describe_set  # the states come from there


def build(folder, environment):
    """Build the report in a fresh process; return the digest of every file made."""
    target = folder / "out.pdf"
    done = subprocess.run(
        [sys.executable, "-m", "detente", "report", "confrontation", "--study", str(folder.parent / "study"), "-o", str(target)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    files = [target, *sorted((folder / "out_files").iterdir())]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_same_study_same_bytes_in_any_folder_on_any_day(tmp_path, study_root):
    import shutil

    results = []
    for number, environment in enumerate(({"PYTHONHASHSEED": "1", "TZ": "UTC"}, {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "C"})):
        place = tmp_path / f"place{number}"
        folder = place / "result"
        folder.mkdir(parents=True)
        for room in ("seeds", "payoffs", "games", "reports"):
            shutil.copytree(study_root / room, place / "study" / room, ignore=shutil.ignore_patterns("*.pdf", "*_files"))
        shutil.copy(study_root / "pyproject.toml", place / "study")
        results.append(build(folder, environment))
    assert results[0] == results[1]
    assert any(name.endswith(".csv") for name in results[0])
    assert any(name.endswith(".svg") for name in results[0])
