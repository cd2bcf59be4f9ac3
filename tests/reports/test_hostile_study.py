"""A study whose labels try to be markup, code, links of a report or nothing that can be seen: a whole report of it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from detente.facade import Study
from detente.reports.assets import assets
from detente.reports.build import Report
from detente.reports.compose import compose
from detente.reports.elements import Heading, Table
from detente.reports.math_alphabet import check_math
from detente.reports.pdf import typeset
from detente.reports.spans import Link, Math, as_spans, plain_text
from detente.reports.typesetting import typst_text

SMALL = Path(__file__).parents[1] / "study" / "small"
LABELS = {
    "North Ford": '#eval("1+1") $x$ *bold*',
    "South Ford": "<script>alert(1)</script> \\u{41} @ref",
    "hoard water": "= head / [b] {c} \U0001f680 \u05e9\u05dc\u05d5\u05dd",
    "share of the North": "#import \\ $s$ _x_ 100%",
    "Two fords": "`raw` // comment /* and */ ~ -- ---",
}
BLOCKS = ["question", "payoffs", "terms", "conditions", "classes", "questions", "importance", "said", "parameters", "overview", "claims", "methods"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "study"
    shutil.copytree(SMALL, folder)
    for path in folder.rglob("*.toml"):
        text = path.read_text(encoding="utf-8")
        for plain, hostile in LABELS.items():
            text = text.replace(f'"{plain}"', json.dumps(hostile, ensure_ascii=False))
        path.write_text(text, encoding="utf-8")
    report = folder / "reports" / "main.toml"
    blocks = json.dumps(BLOCKS)
    report.write_text(re.sub(r"blocks = .*", lambda _: f"blocks = {blocks}\ndraws = 200", report.read_text(encoding="utf-8")), encoding="utf-8")
    study = Study(folder)
    made = Report.of(study.files, "main")
    document = compose(study.files, made.definition, made.models)
    return document, typeset(document, fonts=())


def test_hostile_labels_make_a_report_that_says_what_it_could_not_show(built):
    _, pdf = built
    assert pdf.data.startswith(b"%PDF")
    assert any("U+1F680" in note for note in pdf.notes)


def test_hostile_labels_stand_in_the_report_letter_for_letter(built):
    document, _ = built
    texts = " ".join(plain_text(cell) for block in document.blocks if isinstance(block, Table) for row in block.rows for cell in row)
    texts += " ".join(plain_text(block.title) for block in document.blocks if isinstance(block, Heading))
    texts += " ".join(document.keywords)
    for label in LABELS.values():
        assert label in texts
    assert not re.search("[\ue000-\ue006]", texts)


def test_the_parameter_with_a_hostile_label_still_has_its_entry(built):
    document, _ = built
    tables = [block for block in document.blocks if isinstance(block, Table)]
    anchors = {anchor for table in tables for anchor in table.anchors if anchor}
    assert "parameter:share_north" in anchors
    spans = [span for table in tables for row in table.rows for cell in row for span in as_spans(cell)]
    assert {span.target for span in spans if isinstance(span, Link)} <= anchors
    led = {target for span in spans if isinstance(span, Math) for _, target in span.entries}
    assert "parameter:share_north" in led <= anchors


def test_cells_that_a_spreadsheet_would_run_are_guarded(built):
    document, _ = built
    lines = [line for name, content in assets(document).items() if name.endswith(".csv") for line in content.decode("utf-8").splitlines()]
    assert not [line for line in lines if line.startswith(("=", "@", "+"))]
    assert any("'= head" in line for line in lines)


def test_a_label_within_a_formula_keeps_every_letter():
    label = '#panic("x") $s$ @ref `c` \\u{41}'
    source = f"op({typst_text(label)})"
    check_math(source)
    assert re.sub(r"\\u\{([0-9a-f]+)\}", lambda sign: chr(int(sign[1], 16)), source) == f'op("{label}")'
