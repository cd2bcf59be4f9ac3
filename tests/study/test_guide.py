"""The one-page guide, done as it says: from its text to twenty figures, a game and a report."""

import re
import shlex
import time
from pathlib import Path

from detente.cli import run
from detente.seeds.sheets import read_sheet, write_sheet
from detente.study.load import load

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "src" / "GUIDE.md").read_text(encoding="utf-8")
TEXT = re.search(r"```text strait\.txt\n(.*?)```", PAGE, re.DOTALL)[1]
COMMANDS = [line[2:] for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


def fill(path, change):
    """Fill in a table as a person would in a spreadsheet."""
    sheet = read_sheet(path)
    rows = [dict(row.cells) for row in sheet.rows]
    for row in rows:
        change(row)
    write_sheet(path, sheet.columns, [[row[column] for column in sheet.columns] for row in rows])


def table_of_the_guide():
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    head, _, *rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


def test_every_command_of_the_guide_does_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strait.txt").write_text(TEXT, encoding="utf-8")
    answered = {"1 and 2 billion": "worth of a treaty", "3.5 billion": "orders lost"}
    start = time.monotonic()
    for command in COMMANDS:
        program, *words = shlex.split(command)
        if program == "cd":
            monkeypatch.chdir(words[0])
            continue
        assert program == "detente"
        if words[:2] == ["seeds", "accept"]:

            def decide(row):
                words = next((what for token, what in answered.items() if token in row["match"]), f"figure of line {row['match']}")
                row.update(accept="yes", subject="Silica Strait", quantity=words)

            fill(Path(words[2]), decide)
        if words[:2] == ["parameters", "in"]:
            wanted = table_of_the_guide()
            ids = {each.quantity: each.id for each in load(Path()).figures.values()}

            def change(row):
                if row["name"] in wanted:
                    cells = {**wanted[row["name"]]}
                    cells["figures"] = ids[cells["figures"]] if cells["figures"] else ""
                    row.update(cells)

            fill(Path(words[2]), change)
        if words[:2] == ["elicit", "in"]:
            fill(Path(words[2]), lambda row: row.update(lowest="0", highest="0.9", best="0.5", confidence="80"))
        code = run(words)
        captured = capsys.readouterr()
        assert code == 0, (command, captured.err)
    study = load(Path())
    assert study.faults == ()
    assert len(study.figures) >= 20
    assert study.payoffs["strait"].parameters.entries["exposure_first"].kind == "figure"
    assert Path("reports/strait.pdf").read_bytes()[:5] == b"%PDF-"
    assert time.monotonic() - start < 3600  # the hour; what a person types is not in it


def test_the_notebook_has_the_text_of_the_guide():
    notebook = (ROOT / "notebooks" / "30_own_documents.py").read_text(encoding="utf-8")
    assert TEXT in notebook


def test_the_table_of_the_guide_is_read_as_it_stands():
    assert len(table_of_the_guide()) == 5
    assert table_of_the_guide()["gain_first"]["scale"] == "1e-9"
