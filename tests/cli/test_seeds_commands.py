"""From a document to figures on the command line, as a new user would."""

import csv
import io
import json

import pytest
import typst

from detente.cli import run

TEXT = "Ostrava Deep, 2031\nA foundry costs 18 to 22 billion marks. In 2030 the strait was shut for eleven days.\nNearly 80% of the chips.\n"


@pytest.fixture
def study(tmp_path, monkeypatch, capsys):
    assert run(["new", str(tmp_path / "s")]) == 0
    monkeypatch.chdir(tmp_path / "s")
    (tmp_path / "chips.txt").write_text(TEXT, encoding="utf-8")
    capsys.readouterr()
    return tmp_path / "s"


def call(capsys, *arguments):
    code = run(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def filled(path, **answers):
    """Fill in the table at a path: token to what to write over the row's cells."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        row.update(answers.get(row["match"].split()[0].strip("%"), {}))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(
        out, rows[0].keys(), delimiter=";", lineterminator="\r\n"
    )  # as a spreadsheet abroad saves it
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode("utf-8-sig"))


def test_a_table_goes_out_and_what_says_yes_lands_and_verifies(study, capsys):
    assert call(capsys, "seeds", "add", "../chips.txt", "--date", "2031")[:2] == (
        0,
        "registered chips.txt as document 003\n",
    )
    code, out, err = call(capsys, "seeds", "scan", "documents/chips.txt", "-o", "c.csv")
    assert (code, out) == (0, "")
    assert "3 candidates" in err
    answer = {"accept": "yes", "subject": "Ostrava Deep", "quantity": "cost of a foundry"}
    filled(study / "c.csv", **{"18": answer, "eleven": {"accept": "no"}})
    code, out, _ = call(capsys, "seeds", "accept", "c.csv", "--json")
    found = json.loads(out)
    assert (code, found["figures"], found["verified"]) == (0, ["ostrava-deep-cost-of-a-foundry"], True)
    assert (found["rejected"], found["later"]) == (1, 1)
    assert call(capsys, "check", "--documents", "documents")[0] == 0
    row = (study / "seeds" / "figures.csv").read_text(encoding="utf-8").splitlines()[-1].split(",")
    assert row[1:5] == ["chips.txt", "2", "18 to 22 billion", "1"]
    assert row[8:12] == ["18000000000", "20000000000", "22000000000", "range"]
    # a second time nothing happens
    before = (study / "seeds" / "figures.csv").read_bytes()
    assert json.loads(call(capsys, "seeds", "accept", "c.csv", "--json")[1])["there"] == 1
    assert (study / "seeds" / "figures.csv").read_bytes() == before


def test_one_bad_row_keeps_all_out_and_is_named_by_its_row_and_column(study, capsys):
    call(capsys, "seeds", "add", "../chips.txt")
    call(capsys, "seeds", "scan", "documents/chips.txt", "-o", "c.csv")
    good = {"accept": "yes", "subject": "a", "quantity": "b"}
    filled(
        study / "c.csv", **{"18": good, "eleven": {**good, "match": "twelve days"}, "Nearly": {**good, "low": "0.9"}}
    )
    before = (study / "seeds" / "figures.csv").read_bytes()
    code, _, err = call(capsys, "seeds", "accept", "c.csv")
    assert code == 2
    assert "c.csv:3:5: " in err
    assert "'twelve days' stands 0 times in line 2" in err
    assert "c.csv:4:10: low: found 0.9 above central 0.8" in err
    assert (study / "seeds" / "figures.csv").read_bytes() == before


def test_a_document_that_is_not_registered_is_named_with_what_to_do(study, capsys):
    call(capsys, "seeds", "scan", "../chips.txt", "-o", "c.csv")
    filled(study / "c.csv", **{"18": {"accept": "yes", "subject": "a", "quantity": "b"}})
    code, _, err = call(capsys, "seeds", "accept", "c.csv")
    assert code == 2
    assert "detente seeds add" in err


def test_answers_from_a_pipe_decide_one_by_one_and_what_was_accepted_stays_when_they_end(study, capsys, monkeypatch):
    call(capsys, "seeds", "add", "../chips.txt")
    # accept with subject and quantity; a wrong letter; edit: the same but another high value; then no more answers
    answers = "a\nOstrava\ncost\nz\ne\n\n\n\n\n12\nrange\n\n\ndays shut\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))
    code, out, _ = call(capsys, "seeds", "scan", "documents/chips.txt", "--review")
    assert code == 0
    assert "found 'z'; expected one of a, e, r, s, q" in out
    assert (
        "2 figures accepted, each found in its line; 1 left for later" in out
        or "2 figures accepted, each found in its line" in out
    )
    rows = (study / "seeds" / "figures.csv").read_text(encoding="utf-8").splitlines()
    assert rows[-2].startswith("ostrava-cost,chips.txt,2,")
    assert ",Ostrava,days shut,days,11,11,12,range,2030," in rows[-1]  # the subject of the last one stands in


def test_a_pdf_is_scanned_accepted_and_verified_by_page_and_line(study, capsys):
    (study.parent / "p.pdf").write_bytes(typst.compile(b"first page #pagebreak() It takes 10 to 20 years."))
    assert call(capsys, "seeds", "add", "../p.pdf")[0] == 0
    code, out, _ = call(capsys, "seeds", "scan", "documents/p.pdf", "--json")
    (found,) = json.loads(out)["candidates"]
    assert (code, found["page"], found["page_line"], found["paragraph"], found["match"]) == (
        0,
        2,
        1,
        2,
        "10 to 20 years",
    )
    call(capsys, "seeds", "scan", "documents/p.pdf", "-o", "p.xlsx")
    import openpyxl

    book = openpyxl.load_workbook(study / "p.xlsx")
    sheet = book.active
    head = [cell.value for cell in sheet[1]]
    for column, text in (("accept", "x"), ("subject", "all"), ("quantity", "time to rebuild")):
        sheet.cell(2, head.index(column) + 1).value = text
    book.save(study / "p.xlsx")
    assert call(capsys, "seeds", "accept", "p.xlsx")[0] == 0
    assert call(capsys, "check", "--documents", "documents")[0] == 0
    text = (study / "seeds" / "figures.csv").read_text(encoding="utf-8")
    assert "page 2, line 1" in text.splitlines()[-1]
    # the check does look into the PDF
    (study / "seeds" / "figures.csv").write_text(text.replace("10 to 20 years", "10 to 21 years"), encoding="utf-8")
    assert call(capsys, "check", "--documents", "documents")[0] == 1


def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text_and_comes_back(tmp_path):
    from detente.seeds.sheets import read_sheet, write_sheet

    cells = ["=HYPERLINK(1)", "@x", "-5", "'quoted", "-words", "a\nb", "", '1,"2"', "\u4e2d", "+5%"]
    for name in ("t.csv", "t.xlsx"):
        path = tmp_path / name
        write_sheet(path, [f"c{n}" for n in range(len(cells))], [cells])
        assert list(read_sheet(path).rows[0].cells.values()) == cells
    assert not any(cell.startswith("=") for cell in (tmp_path / "t.csv").read_text(encoding="utf-8-sig").split(","))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"), (b"a,a\n1,2\n", "more than once"), (b"a,b\n1,2,3\n", "3 cells under 2"), (b'a\n"x\n', "no CSV"),
        (b"a\n\xff\n", "not UTF-8"), (b"a\n\x00\n", "no text"), (b"id,match\n1,2\n", "missing column accept"),
    ],
)  # fmt: skip
def test_a_table_that_is_none_says_why(study, capsys, content, said):
    (study / "t.csv").write_bytes(content)
    code, _, err = call(capsys, "seeds", "accept", "t.csv")
    assert code == 2
    assert said in err


def test_without_the_extra_one_line_says_what_to_install(study, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    code, _, err = call(capsys, "seeds", "scan", "../chips.txt", "-o", "c.xlsx")
    assert code == 2
    assert 'pip install "detente[documents]"' in err
    assert err.count("\n") == 1
