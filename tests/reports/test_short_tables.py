"""Widths of columns at which a table takes few lines, and what a table does not say twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from detente.reports.assets import assets
from detente.reports.document import Document
from detente.reports.elements import Column, Table
from detente.reports.pdf import to_pdf
from detente.reports.short_tables import shortened

needs_poppler = pytest.mark.skipif(not (shutil.which("pdftotext") or os.environ.get("CI")), reason="needs pdftotext")


def printed(table, tmp_path):
    (tmp_path / "t.pdf").write_bytes(to_pdf(Document("T", (table,)), fonts=()))
    return subprocess.run(["pdftotext", "-layout", str(tmp_path / "t.pdf"), "-"], capture_output=True, check=True).stdout.decode("utf-8")


@needs_poppler
def test_room_goes_from_a_column_that_has_it_to_one_in_which_lines_are_saved(tmp_path):
    # 22 characters in a column for 8, beside three of which two have room for thirty and hold one
    columns = (Column("Term", width=3), Column("Player", width=1), Column("Formula", width=3), Column("Counts when", width=3))
    rows = tuple((f"t{place}", "United States of Europa", "x", "in any case") for place in range(9))
    assert len(re.findall("United States of Europa", printed(Table(columns, rows, "Terms", "terms"), tmp_path))) == 9


def test_where_no_line_is_saved_the_widths_are_as_stated():
    columns = [Column("a", width=1), Column("b", width=2)]
    assert shortened(columns, [["x", "y"], ["long enough", "z"]], 90) == columns
    assert shortened([Column("a")], [["x " * 300]], 90) == [Column("a")]
    assert shortened(columns, [[], []], 90) == columns


@pytest.mark.parametrize("room", [40.0, 60.0, 92.0])
def test_no_number_and_no_word_is_broken_for_the_sake_of_other_cells(room):
    columns = [Column("n", align="decimal", width=2), Column("word", width=1), Column("text", width=3)]
    texts = [["123456.789"] * 12, ["institutions"] * 12, ["many short words that take any width there is and more of it"] * 12]
    chosen = shortened(columns, texts, room)
    assert sum(column.width for column in chosen) == pytest.approx(room, abs=0.1) or chosen == columns
    # 10 digits are 10 characters, and 12 letters at most 12; 2.4 keep columns apart
    if chosen != columns:
        assert chosen[0].width >= 12 and chosen[1].width >= 12.5


@needs_poppler
def test_a_long_reason_that_the_row_above_states_is_printed_once_and_kept_in_the_file(tmp_path):
    reason = "only who mines is documented, not how much"
    rows = tuple((f"mine {place}", reason if place != 4 else "short") for place in range(6))
    table = Table((Column("Parameter", width=1), Column("Basis", width=3, ditto="as above")), rows, "All", "all")
    text = printed(table, tmp_path)
    assert (text.count(reason), text.count("as above"), text.count("short")) == (2, 3, 1)
    assert assets(Document("T", (table,)))["all.csv"].decode("utf-8").count(reason) == 5
