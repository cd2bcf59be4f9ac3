"""figures.csv: one figure a line, every cell with its place."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.seeds.figures import COLUMNS, read_figures

ROW = {
    "id": "weir-time", "document": "survey.txt", "paragraph": "4", "match": "2 to 4", "occurrence": "1",
    "subject": "both towns", "quantity": "time to repair", "unit": "years", "low": "2", "central": "3", "high": "4",
    "bound": "range", "year_observed": "2024", "cites": "", "theme": "rebuild-time", "kind": "figure", "note": "",
}  # fmt: skip


def table(*rows: dict[str, str]) -> str:
    return "\n".join([",".join(COLUMNS), *(",".join(row.values()) for row in rows)]) + "\n"


def read(text: str):
    faults = []
    return read_figures(text, "f.csv", faults), [str(fault) for fault in faults]


def test_a_figure_has_all_that_its_row_says():
    found, faults = read(table(ROW | {"quantity": '"time, ""net"""', "low": "2.5e0"}))
    assert faults == []
    figure = found.entries["weir-time"]
    assert (figure.document, figure.line, figure.token, figure.occurrence) == ("survey.txt", 4, "2 to 4", 1)
    assert (figure.low, figure.central, figure.high) == (Fraction(5, 2), 3, 4)
    assert figure.quantity == 'time, "net"'
    assert str(figure.place) == "f.csv:2:1"
    # counted by hand: weir-time,survey.txt,4,2 to 4,1,both towns,"time, ""net""",years,
    assert str(figure.places["unit"]) == "f.csv:2:60"


def test_an_open_side_is_none():
    found, _ = read(table(ROW | {"bound": "at_least", "high": ""}, ROW | {"id": "b", "occurrence": "2", "bound": "at_most", "low": ""}))
    assert found.entries["weir-time"].high is None
    assert found.entries["b"].low is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "Weir"}, "f.csv:2:1: id: found 'Weir'; expected lower-case words and numbers joined by '-', at most 80 characters"),
        ({"paragraph": "0"}, "f.csv:2:22: paragraph: found '0'; expected a whole number from 1"),
        ({"central": ""}, "f.csv:2:67: central: found a blank cell; expected a number"),
        ({"central": "1"}, "f.csv:2:65: low: found 2 above central 1; expected low <= central <= high"),
        ({"bound": "at_least"}, "f.csv:2:69: high: found '4'; expected a blank cell, because the bound is at_least"),
        ({"low": ""}, "f.csv:2:65: low: found a blank cell; expected a number, because the bound is range"),
        ({"unit": "share"}, "f.csv:2:65: low: found 2; expected at most 1 in size, because the unit is share"),
        ({"central": "three"}, "f.csv:2:67: central: found 'three'; expected a number such as '3/4' or '0.75'"),
        ({"central": "1e999999999"}, "f.csv:2:67: central: found the exponent 999999999 in '1e999999999'; expected at most 400 digits"),
        ({"kind": "fact"}, "f.csv:2:96: kind: found 'fact'; expected one of figure, event, count, ordinal"),
        ({"subject": " "}, "f.csv:2:33: subject: found a blank cell; expected words"),
        ({"note": "a\u202eb"}, "f.csv:2:103: note: found the invisible character U+202E; expected text that shows as it is; remove it"),
    ],
)  # fmt: skip
def test_a_faulty_cell_is_told_with_its_place(change, message):
    found, faults = read(table(ROW | change))
    assert faults[0] == message
    assert found.entries == {}


def test_a_row_with_a_fault_is_declared_all_the_same():
    found, _ = read(table(ROW | {"kind": "fact"}, ROW | {"id": "b", "note": '"open'}))
    assert list(found.declared) == ["weir-time", "b"]
    assert found.complete


def test_ids_and_places_of_figures_are_unique():
    _, faults = read(table(ROW, ROW))
    assert faults == ["f.csv:3:1: id: found the id 'weir-time' a second time; it stands at f.csv:2:1 already; rename one"]
    _, faults = read(table(ROW, ROW | {"id": "b"}))
    assert faults == ["f.csv:3:16: found the same place and quantity a second time; they stand at f.csv:2:1 already"]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (COLUMNS[0].replace("id", "idd"), "unknown column 'idd'"),
        (",".join(COLUMNS[1:]), "missing column id"),
        (",".join((*COLUMNS, "more")), "unknown column 'more'"),
        (",".join((*COLUMNS, "id")), "more than once"),
        (",".join(reversed(COLUMNS)), "another order"),
        ("", "unknown column ''"),
    ],
)
def test_another_header_leaves_nothing_to_read(header, message):
    found, faults = read(header + "\n")
    assert message in faults[0]
    assert not found.complete


@pytest.mark.parametrize(
    ("line", "place"),
    [('weir,"open,4', "2:6"), ('weir,"a"b,4', "2:9"), ('weir,a"b,4', "2:7"), ("weir,a", "2:6"), ("", "2:1"), ("," * 17, "2:17")],
)
def test_a_line_that_is_no_row_is_told_with_its_place(line, place):
    _, faults = read(f"{','.join(COLUMNS)}\n{line}\n\n" if line == "" else f"{','.join(COLUMNS)}\n{line}\n")
    assert faults[0].startswith(f"f.csv:{place}: ")


@given(st.text(alphabet='a",\n1-稀', max_size=60))
def test_no_text_leaves_more_than_faults(text):
    read(",".join(COLUMNS) + "\n" + text)
