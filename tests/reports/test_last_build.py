"""What is kept of the last build: when nothing is written again, what is, and that kept pages change nothing but time."""

from __future__ import annotations

import json
import re
import shutil
from importlib import resources

import pytest

from detente.cli import run
from detente.facade import Study
from detente.reports import last_build, warm
from detente.reports.build import Report
from detente.reports.document import Document
from detente.reports.elements import Column, Formula, Heading, Paragraph, Table
from detente.reports.last_build import LastBuild
from detente.reports.pdf import to_pdf, typeset
from detente.reports.spans import Link
from detente.reports.typst_compiler import Pages, RefusedError, font_book, lay_out

REPORT = 'format = 1\ntitle = { en = "Tiny", zh = "小" }\ngames = ["ultimatum_180"]\nblocks = ["question", "terms"]\n'


@pytest.fixture
def place(tmp_path, study_root):
    for room in ("seeds", "payoffs", "games"):
        shutil.copytree(study_root / room, tmp_path / "study" / room)
    (tmp_path / "study" / "reports").mkdir()
    for name in ("tiny", "main"):
        (tmp_path / "study" / "reports" / f"{name}.toml").write_text(REPORT, encoding="utf-8")
    shutil.copy(study_root / "pyproject.toml", tmp_path / "study")
    return tmp_path / "study"


@pytest.fixture
def builds(monkeypatch):
    """How often something was built."""
    count = []
    write = Report.write

    def counted(self, path=None):
        count.append(path)
        return write(self, path)

    monkeypatch.setattr(Report, "write", counted)
    return count


@pytest.fixture
def build(place, capsys):
    """Build the report with more arguments, and return what is printed."""

    def call(*more, code=0):
        found = run(["report", "tiny", "--study", str(place), *more])
        printed = capsys.readouterr()
        assert found == code, printed.err
        return printed.out + printed.err

    return call


def test_a_build_of_the_same_study_writes_nothing_and_says_the_same(build, place, builds):
    first = build("--json")
    pdf = place / "reports" / "tiny.pdf"
    before = pdf.stat().st_mtime_ns
    assert build("--json") == first
    assert len(builds) == 1
    assert pdf.stat().st_mtime_ns == before


def test_a_written_file_that_is_gone_or_has_other_bytes_is_written_again(build, place, builds):
    build()
    written = [place / "reports" / "tiny.pdf", *(place / "reports" / "tiny_files").iterdir()]
    assert {path.suffix for path in written} == {".pdf", ".csv", ".json"}
    before = {path: path.read_bytes() for path in written}
    for number, path in enumerate(written, 2):
        if number % 2:
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:-1])
        build()
        assert len(builds) == number
        assert {each: each.read_bytes() for each in written} == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("games/ultimatum_180.toml", 'en = "', 'en = "The '),  # a label
        ("seeds/parameters.toml", "value = ", "value = 0"),  # the same number with other text
        ("reports/tiny.toml", ', "terms"', ""),
        ("reports/tiny.toml", "Tiny", "Small"),
        ("seeds/chinese.toml", "format = 1", "format = 1\n"),
    ],
)
def test_any_change_of_a_file_of_the_study_asks_for_a_new_build(build, place, file, old, new):
    build()
    assert LastBuild(place, "tiny").built() is not None
    path = place / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert LastBuild(place, "tiny").built() is None
    path.write_text(text, encoding="utf-8")
    assert LastBuild(place, "tiny").built() is not None


def test_another_edition_place_or_engine_is_another_build(build, builds, tmp_path, monkeypatch):
    build()
    build("--lang", "zh", "-o", str(tmp_path / "zh.pdf"))
    build("-o", str(tmp_path / "other.pdf"))
    assert len(builds) == 3
    build("-o", str(tmp_path / "other.pdf"))
    assert len(builds) == 3
    known = last_build.engine
    monkeypatch.setattr(last_build, "engine", lambda **how: {**known(**how), "typst": "0"})
    build("-o", str(tmp_path / "other.pdf"))
    assert len(builds) == 4


def test_a_fault_in_the_study_is_told_after_a_good_build(build, place):
    build()
    with (place / "games" / "ultimatum_180.toml").open("a", encoding="utf-8") as file:
        file.write("\n[nonsense]\n")
    assert "nonsense" in build(code=2)


@pytest.mark.parametrize(
    ("file", "old", "new", "processes"),
    [
        ("games/ultimatum_180.toml", 'en = "', 'en = "The ', False),
        ("seeds/chinese.toml", "format = 1", "format = 1\n", False),
        ("seeds/parameters.toml", "value = ", "value = 0", True),
        ("payoffs/ultimatum_180.toml", "format = 1", "format = 1\n", True),
        ("payoffs/ultimatum_180.toml", 'reason = "', 'reason = "in short, ', False),
    ],
)
def test_processes_are_begun_ahead_where_a_file_with_numbers_changed(build, place, monkeypatch, file, old, new, processes):
    build()
    begun = []
    monkeypatch.setattr(warm, "begin", lambda: begun.append("processes"))
    monkeypatch.setattr(last_build, "cores", lambda: 2)
    monkeypatch.setattr(LastBuild, "_set_in_spare_time", lambda _: begun.append("pages"))
    path = place / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    LastBuild(place, "tiny").look_ahead()
    assert begun == ["processes"] * processes + ["pages"]


def test_pages_set_before_change_no_byte_of_those_after():
    one = [Heading(1, "A game", "a"), Paragraph("Who moves first?"), Formula("a + frac(b, 2)", "a and half of b")]
    two = [*one, Paragraph("What follows?")]
    alone = [to_pdf(Document("Report", tuple(blocks), footer=foot)) for blocks, foot in ((two, "new"), (one, "old"))]
    again = [to_pdf(Document("Report", tuple(blocks), footer=foot)) for blocks, foot in ((one, "old"), (two, "new"))]
    assert alone == again[::-1]


def test_a_block_more_changes_no_data_of_those_behind_it_but_their_numbers():
    table = Table((Column("a"),), (("1",), ("2",)), "What a is", "a-table", anchors=("", "of-a"))
    rest = [Heading(1, "Without a name"), Heading(2, "A game", "a"), Paragraph((Link("two", "of-a"), " and ", Link("all", "a-table"))), table]
    short, long = (typeset(Document("Report", tuple(blocks))).pages.data["blocks"] for blocks in (rest, [Paragraph("First."), *rest]))
    assert long[1:] == short
    assert {link["target"] for link in short[2]["content"] if isinstance(link, dict)} == {short[3]["anchors"][1], short[3]["label"]}


def test_pages_laid_out_without_a_file_change_no_byte_and_are_refused_like_others():
    document = Document("Report", (Heading(1, "A game", "a"), Paragraph("Who laid this out before?"), Formula("a + 3", "a and 3")))
    first = typeset(document)
    lay_out(first.pages, font_book(()))
    assert typeset(document).data == first.data
    broken = Pages({**first.pages.data, "lang": 7}, {})
    with pytest.raises(RefusedError):
        lay_out(broken, font_book(()))


def test_pages_come_back_from_what_is_kept_and_mathematics_outside_the_alphabet_does_not(place, monkeypatch):
    set_now = []
    monkeypatch.setattr(last_build, "lay_out", lambda pages, _: set_now.append(pages))
    last = LastBuild(place, "tiny")
    report = Study(place).report("tiny")
    written = report.write()
    last.keep("a", Study(place).hash, written)
    last._set()
    assert [json.dumps(each.to_json()) for each in set_now] == [json.dumps(written.pages.to_json())]
    pages = typeset(Document("Report", (Formula("a + b", "a plus b"),))).pages
    [formula] = pages.data["blocks"]
    for worse in ({"source": '#read("/etc/passwd")'}, {"pieces": ('#read("/etc/passwd")',)}, {"source": None}, {"linked": '#read("/etc/passwd")'}, {"linked": None}):
        last._store.keep(last._pages_key, Pages({**pages.data, "blocks": [{**formula, **worse}]}, {}).to_json())
        last._set()
    assert len(set_now) == 1
    last._store.keep(last._pages_key, pages.to_json())
    last._set()
    assert len(set_now) == 2


def test_no_style_and_no_function_of_the_template_holds_what_any_change_of_a_study_changes():
    # the compiler sets a page again where a style or function in its reach is another one
    template = (resources.files("detente.reports") / "template" / "report.typ").read_text(encoding="utf-8")
    before, content, _ = template.partition("#metadata(soft(data.footer))")
    assert content
    held = [line for line in before.splitlines() if re.search(r"(?<![-\w])data\.", line.partition("//")[0])]
    assert held == ['#let data = json("data.json")', "#let words = data.words", "#let lang = data.lang", "#let cjk-fonts = data.cjk-fonts"]
    # what the file says of itself stands behind all pages
    assert template.index("#set document(") > template.index("#for block-data in data.blocks")
