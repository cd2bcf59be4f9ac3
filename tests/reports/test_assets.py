"""Files beside a report: their content, and what is never removed."""

from __future__ import annotations

import csv
import io

import pytest

from detente.errors import DetenteError
from detente.reports.assets import MANIFEST, assets, assets_folder, write_assets
from detente.reports.document import Document
from detente.reports.elements import Column, Figure, PayoffCell, PayoffMatrix, Table
from detente.reports.spans import Math

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
    assert [path.name for path in write_assets(full, folder)] == ["values.csv", "payoffs.csv", "map.svg", "map.png"]
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    write_assets(full, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert first["map.svg"] == SVG


def test_stale_files_go_but_only_if_a_build_wrote_them_and_nobody_changed_them(tmp_path):
    write_assets(Document("T", (TABLE, MATRIX, Figure(SVG, "map", "c", "alt"))), tmp_path)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "other.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "map.svg").write_text("edited by hand", encoding="utf-8")
    write_assets(Document("T", (TABLE,)), tmp_path)
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
    write_assets(one, tmp_path)
    first = (tmp_path / "map.png").read_bytes()
    assert first.startswith(b"\x89PNG")
    write_assets(one, tmp_path)
    (tmp_path / "line.png").write_bytes(first[:-9])
    write_assets(one, tmp_path)
    assert (tmp_path / "line.png").read_bytes() == first
    write_assets(Document("T", (Figure(other, "map", "c", "alt"), Figure(SVG, "line", "c", "alt"))), tmp_path)
    assert drawn == [["line.png", "map.png"], [], ["line.png"], ["map.png"]]
    assert (tmp_path / "map.png").read_bytes() != first


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path):
    (tmp_path / "values.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(DetenteError, match="no report has written"):
        write_assets(Document("T", (TABLE,)), tmp_path)
    assert (tmp_path / "values.csv").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("text", ["", "[]", '{"files": 3}', '{"files": {"../../x": "0"}}', "\x00"])
def test_a_damaged_manifest_removes_nothing(tmp_path, text):
    folder = tmp_path / "in" / "side"
    folder.mkdir(parents=True)
    (tmp_path / "x").write_text("keep", encoding="utf-8")
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    write_assets(Document("T", (TABLE,)), folder)
    assert (tmp_path / "x").exists()
    assert (folder / "values.csv").exists()


def test_a_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DetenteError, match="cannot write"):
        write_assets(Document("T", (TABLE,)), tmp_path / "file" / "folder")
