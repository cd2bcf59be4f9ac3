"""Parameters out to a table and back: nothing lost, comments kept, faults at the cell."""

import pytest

from detente import toml
from detente.cli import run
from detente.numbers import exact
from detente.seeds.parameter_sheet import edited
from detente.seeds.sheets import read_sheet, write_sheet
from detente.study.load import load
from detente.study.parameter_sheets import COLUMNS, SHARED, parameter_rows


@pytest.fixture
def study(tmp_path, capsys):
    assert run(["new", str(tmp_path / "s")]) == 0
    capsys.readouterr()
    return tmp_path / "s"


def rows_of(path):
    return [dict(row.cells) for row in read_sheet(path).rows]


def put(path, rows):
    columns = list(rows[0])
    write_sheet(path, columns, [[row[column] for column in columns] for row in rows])


def call(capsys, *arguments):
    code = run(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("name", ["p.csv", "p.xlsx"])
def test_a_table_that_nobody_touched_changes_no_byte_of_the_real_study(real_copy, tmp_path, capsys, name):
    root = real_copy
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert call(capsys, "parameters", "out", str(tmp_path / name), "--study", str(root))[0] == 0
    code, out, _ = call(capsys, "parameters", "in", str(tmp_path / name), "--study", str(root))
    assert (code, out) == (0, "nothing changed\n")
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_all_parameters_of_the_real_study_come_back_into_an_empty_file(study_root):
    rows = [row for row in parameter_rows(study_root) if row["file"] == SHARED]
    empty = toml.parse("format = 1\n", SHARED)
    made = toml.parse(edited(empty, (), [(row["name"], row, None) for row in rows]), SHARED)
    assert len(rows) > 50


    def exactly(data):  # a number may be written as a text ("1e-9") in one file and as a number in the other
        return {
            name: {key: exact(value) if key in ("value", "low", "high", "scale") else value for key, value in table.items()}
            for name, table in data.items()
            if name != "format"
        }

    assert exactly(made.data) == exactly(toml.read(study_root / SHARED, SHARED).data)


def test_a_changed_cell_changes_its_value_and_leaves_comments_and_order(study, tmp_path, capsys):
    table = tmp_path / "p.csv"
    call(capsys, "parameters", "out", str(table), "--study", str(study))
    before = (study / SHARED).read_text(encoding="utf-8")
    rows = rows_of(table)
    by_name = {row["name"]: row for row in rows}
    by_name["rivalry"].update({"value": "1/4", "reason": 'a "quoted" reason; #no comment', "label.zh": "敌意"})
    by_name["delta"]["symbol"] = ""
    by_name["cover"]["high"] = "0.5"
    put(table, rows)
    code, out, _ = call(capsys, "parameters", "in", str(table), "--study", str(study))
    assert (code, out) == (0, "changed cover\nchanged rivalry\nchanged delta\n")
    after = (study / SHARED).read_text(encoding="utf-8")
    changed = [(a, b) for a, b in zip(before.splitlines(), after.splitlines(), strict=False) if a != b]
    assert [b for _, b in changed[:3]] == [
        "high = 0.5", 'label = { en = "rivalry of Borealia", zh = "敌意" }', 'value = "1/4"',
    ]  # fmt: skip
    assert len(after.splitlines()) == len(before.splitlines()) - 1  # the symbol's line is gone
    assert after.count("#") == before.count("#") + 1  # every comment, and the one in the reason
    parameter = load(study).parameters["rivalry"]
    assert (str(parameter.value), parameter.reason, parameter.label["zh"]) == ("1/4", 'a "quoted" reason; #no comment', "敌意")


def test_a_new_row_is_a_new_parameter_and_a_row_that_is_missing_takes_nothing_away(study, tmp_path, capsys):
    table = tmp_path / "p.csv"
    put(table, [{"name": "pride", "kind": "judgement", "value": "0.1", "low": "0", "high": "1", "unit": "ratio",
                 "domain": "0; 1", "reason": "invented", "label.en": "pride"}])  # fmt: skip
    before = set(load(study).parameters)
    code, out, _ = call(capsys, "parameters", "in", str(table), "--study", str(study))
    assert (code, out) == (0, "new pride\n")
    assert set(load(study).parameters) == before | {"pride"}


def test_entries_of_tables_come_out_and_go_in_as_short_as_they_can_be(real_copy, tmp_path, capsys):
    root = real_copy
    table = tmp_path / "p.csv"
    call(capsys, "parameters", "out", str(table), "--study", str(root))
    rows = rows_of(table)
    by_name = {row["name"]: row for row in rows}
    assert [by_name["ready[drc]"][key] for key in ("value", "low", "high")] == ["0.15", "0.02", "0.30"]
    assert by_name["stake[1]"]["formula"] == "s1"
    by_name["ready[drc]"]["value"] = "1/10"
    by_name["mshare[zambia]"].update({"value": "0.06", "low": "0.05", "high": "0.08"})
    by_name["mshare[guinea]"]["value"] = "0.2"
    by_name["stake[6]"]["formula"] = "s4"
    put(table, rows)
    code, out, err = call(capsys, "parameters", "in", str(table), "--study", str(root))
    assert (code, err) == (0, "")
    assert set(out.split()) == {"changed", "ready[drc]", "mshare[zambia]", "mshare[guinea]", "stake[6]"}
    text = (root / "payoffs" / "export_ban_cascade.toml").read_text(encoding="utf-8")
    assert 'drc = { value = "1/10", low = 0.02, high = 0.30 }' in text
    assert "zambia = { value = 0.06, low = 0.05, high = 0.08 }" in text
    assert "guinea = 0.2\n" in text
    states = (root / "payoffs" / "gradual_cooperation.toml").read_text(encoding="utf-8")
    assert 'values = ["s5", "s1", "s2", "s3", "s4", "s5", "s4"]' in states
    for name, cells, said in [
        ("ready[drc]", {"value": "0.9"}, "p.csv:2:"),
        ("ready[france]", {"value": "0.9"}, "expected an entry"),
    ]:
        put(table, [{"file": "payoffs/export_ban_cascade.toml", "name": name, **cells}])
        code, _, err = call(capsys, "parameters", "in", str(table), "--study", str(root))
        assert (code, said in err) == (2, True), err
    assert (root / "payoffs" / "export_ban_cascade.toml").read_text(encoding="utf-8") == text


def test_a_kind_may_change_with_all_its_keys(study, tmp_path, capsys):
    table = tmp_path / "p.csv"
    call(capsys, "parameters", "out", str(table), "--study", str(study))
    rows = rows_of(table)
    row = next(row for row in rows if row["name"] == "hydrogen")
    row.update({"kind": "judgement", "rule": "", "interval": "", "scale": "", "reason": "a guess"})
    put(table, rows)
    assert call(capsys, "parameters", "in", str(table), "--study", str(study))[0] == 0
    assert load(study).parameters["hydrogen"].kind == "judgement"
    assert load(study).faults == ()


def test_a_fault_is_named_at_its_cell_and_nothing_is_written(study, tmp_path, capsys):
    table = tmp_path / "p.csv"
    call(capsys, "parameters", "out", str(table), "--study", str(study))
    before = (study / SHARED).read_bytes()
    rows = rows_of(table)
    number = next(index for index, row in enumerate(rows, 2) if row["name"] == "rivalry")
    rows[number - 2]["value"] = "0.9"  # above high
    put(table, rows)
    code, _, err = call(capsys, "parameters", "in", str(table), "--study", str(study))
    assert code == 2
    assert err.startswith(f"{table}:{number}:{COLUMNS.index('value') + 1}: rivalry, value: ")
    assert (study / SHARED).read_bytes() == before


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"name": "rivalry", "vlaue": "1"}], "did you mean 'value'?"),
        ([{"name": "rivalry", "value": "1,5"}], "rivalry, value: "),
        ([{"name": ""} | {"value": "1"}], "blank cell"),
        ([{"name": "rivalry", "value": "0.2"}] * 2, "a second time"),
        ([{"name": "rivalry", "file": "payoffs/none.toml"}], "expected one of"),
        ([{"name": "Bad Name", "kind": "judgement"}], "Bad Name"),
    ],
)
def test_what_is_no_row_of_parameters_says_why(study, tmp_path, capsys, rows, said):
    put(tmp_path / "t.csv", rows)
    code, _, err = call(capsys, "parameters", "in", str(tmp_path / "t.csv"), "--study", str(study))
    assert code == 2
    assert said in err


def test_a_parameter_on_one_line_is_changed_in_place_and_refused_where_it_would_grow():
    file = toml.parse('format = 1\nx = { kind = "judgement", value = 1, low = 0, high = 2, unit = "u", reason = "r" }\n', "f")
    assert "value = 2," in edited(file, (), [("x", {"value": "2"}, None)])
    with pytest.raises(Exception, match="on a line of its own"):
        edited(file, (), [("x", {"symbol": "s"}, None)])
