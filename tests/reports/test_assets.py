"""Files beside a report: their content, and what is never removed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from detente.errors import DetenteError
from detente.reports.assets import MANIFEST, Assets, assets, assets_folder
from detente.reports.build import Report
from detente.reports.document import Document
from detente.reports.elements import Column, Figure, PayoffCell, PayoffMatrix, Table
from detente.reports.spans import Math
from detente.study.load import load

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"></svg>'
TABLE = Table(
    (Column("Name"), Column("Value", unit="USD bn/yr", align="decimal")),
    (
        ("稀土", "\u221212,021.5"),
        ("=cmd()", "0.50"),
        (Math("delta", "delta"), "—"),
        ('a "quoted", b', "1e-9"),
    ),
    "Caption",
    "values",
    ("figure", "judgement", "derived", "figure"),
)
MATRIX = PayoffMatrix(
    "US",
    "China",
    ("calm", "fight"),
    ("calm",),
    ((PayoffCell("3", "-2.5", True, False, True),), (PayoffCell("1/2", "0"),)),
    "Caption",
    "payoffs",
    unit="USD bn/yr",
)


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8"))))


def test_a_table_becomes_csv_with_units_in_the_header_and_plain_numbers():
    assert rows(assets(Document("T", (TABLE,)))["values.csv"]) == [
        ["kind", "Name", "Value (USD bn/yr)"],
        ["figure", "稀土", "-12021.5"],
        ["judgement", "'=cmd()", "0.50"],
        ["derived", "delta", "—"],
        ["figure", 'a "quoted", b', "1e-9"],
    ]


def test_a_payoff_matrix_becomes_csv_with_one_line_per_profile():
    assert rows(assets(Document("T", (MATRIX,)))["payoffs.csv"])[1:] == [
        ["calm", "calm", "3", "-2.5", "yes", "no", "yes"],
        ["fight", "calm", "1/2", "0", "no", "no", "no"],
    ]


def test_the_folder_holds_what_the_document_has_and_nothing_more(tmp_path):
    folder = assets_folder(tmp_path / "report.pdf")
    assert folder.name == "report_files"
    full = Document("T", (TABLE, MATRIX, Figure(SVG, "map", "c", "alt")))
    assert [path.name for path in Assets.of(full, folder).write()] == ["values.csv", "payoffs.csv", "map.svg", "map.png"]
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    Assets.of(full, folder).write()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert first["map.svg"] == SVG


def test_stale_files_go_but_only_if_a_build_wrote_them_and_nobody_changed_them(tmp_path):
    Assets.of(Document("T", (TABLE, MATRIX, Figure(SVG, "map", "c", "alt"))), tmp_path).write()
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "other.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "map.svg").write_text("edited by hand", encoding="utf-8")
    Assets.of(Document("T", (TABLE,)), tmp_path).write()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        MANIFEST,
        "map.svg",
        "notes.txt",
        "other.csv",
        "values.csv",
    ]


def test_a_picture_is_drawn_as_png_again_only_where_it_or_its_file_has_changed(tmp_path, monkeypatch):
    from detente.reports import typst_compiler

    drawn = []
    real = typst_compiler.to_png

    def watched(pictures):
        drawn.append(sorted(pictures))
        return real(pictures)

    monkeypatch.setattr(typst_compiler, "to_png", watched)
    other = SVG.replace(b"</svg>", b'<rect width="3" height="3"/></svg>')
    assert other != SVG
    one = Document("T", (Figure(SVG, "map", "c", "alt"), Figure(SVG, "line", "c", "alt")))
    Assets.of(one, tmp_path).write()
    first = (tmp_path / "map.png").read_bytes()
    assert first.startswith(b"\x89PNG")
    Assets.of(one, tmp_path).write()
    (tmp_path / "line.png").write_bytes(first[:-9])
    Assets.of(one, tmp_path).write()
    assert (tmp_path / "line.png").read_bytes() == first
    Assets.of(Document("T", (Figure(other, "map", "c", "alt"), Figure(SVG, "line", "c", "alt"))), tmp_path).write()
    assert drawn == [["line.png", "map.png"], [], ["line.png"], ["map.png"]]
    assert (tmp_path / "map.png").read_bytes() != first


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path):
    (tmp_path / "values.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(DetenteError, match="no report has written"):
        Assets.of(Document("T", (TABLE,)), tmp_path).write()
    assert (tmp_path / "values.csv").read_text(encoding="utf-8") == "mine"


def test_nothing_of_a_report_is_written_where_a_file_of_somebody_else_stands_in_the_way(tmp_path):
    study = Path(__file__).parents[1] / "study" / "small"
    (tmp_path / "main_files").mkdir()
    mine = tmp_path / "main_files" / "payoffs.csv"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(DetenteError, match="no report has written"):
        Report.of(load(study)).write(tmp_path / "main.pdf")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    mine.unlink()
    assert mine in Report.of(load(study)).write(tmp_path / "main.pdf").files


@pytest.mark.parametrize("text", ["", "[]", '{"files": 3}', '{"files": {"../../x": "0"}}', "\x00"])
def test_a_damaged_manifest_removes_nothing(tmp_path, text):
    folder = tmp_path / "in" / "side"
    folder.mkdir(parents=True)
    (tmp_path / "x").write_text("keep", encoding="utf-8")
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    Assets.of(Document("T", (TABLE,)), folder).write()
    assert (tmp_path / "x").exists()
    assert (folder / "values.csv").exists()


def test_a_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DetenteError, match="cannot write"):
        Assets.of(Document("T", (TABLE,)), tmp_path / "file" / "folder").write()
