"""Documents as PDF: the same bytes everywhere, hostile text as text, nothing that vanishes."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

import detente
from detente.errors import DetenteError
from detente.reports import pdf
from detente.reports.characters import chinese_fonts
from detente.reports.document import Document
from detente.reports.elements import (
    Bullets,
    Column,
    Figure,
    Formula,
    Heading,
    KeyPoint,
    KeyPoints,
    Note,
    Outline,
    PageBreak,
    Paragraph,
    PayoffCell,
    PayoffMatrix,
    Table,
)
from detente.reports.math_alphabet import MATH_NAMES
from detente.reports.spans import Code, Emph, Link, Mark, Math, Ref, Strong

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" viewBox="0 0 40 30">'
    b'<rect width="40" height="30" fill="#ccd"/></svg>'
)
needs_fonts = pytest.mark.skipif(not chinese_fonts(), reason="needs the Chinese fonts of the extra zh")
# under CI a missing tool fails instead
needs_poppler = pytest.mark.skipif(not (shutil.which("pdftotext") or os.environ.get("CI")), reason="needs pdftotext")

HOSTILE = [
    '#import "x.typ": *',
    "#eval(read(sys.inputs))",
    "$x^2$ and a lone $",
    "\"quoted\" 'single'",
    "back\\slash \\u{41}",
    "@ref <label> https://example.org",
    "[bracket] {brace} (round",
    "_em_ *strong* `code`",
    "= heading",
    "- list + enum / term: x",
    "/* comment */ // comment",
    "~ --- -- ...",
]
INVISIBLE = "zero\u200bwidth, over\u202eride, bell\x07, half\ud800, bom\ufeff"


def everything(svg=SVG):
    cell = PayoffCell("-1.5", "3", True, False, True, "terms")
    return Document(
        "A small report",
        (
            KeyPoints((KeyPoint("Lead.", ("see ", Ref("payoffs"))), KeyPoint("Alone."))),
            Outline(),
            Heading(1, ("Payoffs at ", Math("delta = 0", "delta equals zero")), "game"),
            Paragraph(
                (
                    "text ",
                    Strong("s"),
                    Emph("e"),
                    Code("a-b_c"),
                    Mark("judgement"),
                    Link("terms", "terms"),
                    Ref("eq"),
                )
            ),
            PayoffMatrix(
                "Row", "Column", ("a", "b"), ("c",), ((cell,), (PayoffCell("2", "10"),)), "c", "payoffs"
            ),
            Formula('x >= frac(1, 2) quad upright("always")', "x at least one half, always", "eq"),
            Bullets(("one", "two"), ordered=True),
            Figure(svg, "picture", "A picture", "what the picture shows", 0.5),
            Table(
                (Column("Name"), Column("Value", unit="share", align="decimal"), Column("Why", width=1)),
                (("a", "-0.5", "x"), ("b", "12.25", Math("x", "ex")), ("c", "—", "")),
                "Values",
                "values",
                ("figure", "derived", "judgement"),
                "A note.",
            ),
            Note("An aside.", "Note"),
            PageBreak(),
            Heading(1, "Terms", "terms", appendix=True),
        ),
        subtitle="Subtitle",
        author="Author",
        footer="Footer",
        date="2026-11-20",
        keywords=("one", "two"),
    )


def objects(data):
    """Return a PDF with every compressed stream unpacked behind it."""
    parts = [data]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            parts.append(zlib.decompress(match.group(1)))
        except zlib.error:
            continue
    return b"\n".join(parts)


def held(data, text):
    """Tell whether a PDF holds a text string, in either of the two ways in which it may be written."""
    wide = b"<FEFF" + text.encode("utf-16-be").hex().upper().encode() + b">"
    plain = b"(" + text.replace("\\", "\\\\").encode("latin-1", "replace") + b")"
    unpacked = objects(data)
    return wide in unpacked or plain in re.sub(rb"\\([()])", rb"\1", unpacked)


def words(data, tmp_path):
    (tmp_path / "out.pdf").write_bytes(data)
    command = ["pdftotext", "-layout", str(tmp_path / "out.pdf"), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")


def test_every_block_is_set_as_pdf_a_and_pdf_ua():
    data = pdf.to_pdf(everything(), fonts=())
    assert data.startswith(b"%PDF-1.7")
    unpacked = objects(data)
    assert b"<pdfaid:part>2</pdfaid:part>" in unpacked
    assert b"<pdfuaid:part>1</pdfuaid:part>" in unpacked


def test_metadata_bookmarks_and_language_are_there():
    data = pdf.to_pdf(everything(), fonts=())
    assert held(data, "A small report")
    assert held(data, "A Terms")
    assert b"/Lang" in objects(data)
    assert b"D:20261120" in objects(data)


def test_every_formula_and_picture_has_its_alternative_text():
    data = pdf.to_pdf(everything(), fonts=())
    for alt in ("delta equals zero", "x at least one half, always", "what the picture shows", "ex"):
        assert held(data, alt), alt


def test_the_same_document_gives_the_same_bytes_in_any_place_on_any_day(tmp_path):
    script = tmp_path / "build.py"
    script.write_text(
        "import os, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "os.umask(int(sys.argv[2], 8))\n"
        "from test_pdf_case import everything\n"
        "from detente.reports.pdf import write_pdf\n"
        "write_pdf(everything(), sys.argv[3], fonts=())\n",
        encoding="utf-8",
    )
    shutil.copyfile(__file__, tmp_path / "test_pdf_case.py")
    results = []
    for number, (zone, locale, umask) in enumerate(
        [("UTC", "C", "022"), ("Asia/Shanghai", "C.UTF-8", "077")]
    ):
        folder = tmp_path / f"folder {number}"
        folder.mkdir()
        target = folder / f"report{number}.pdf"
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": str(number + 1)}
        environment["PYTHONPATH"] = str(Path(detente.__file__).resolve().parents[1])
        environment["SOURCE_DATE_EPOCH"] = str(1_000_000_000 + number)
        arguments = [str(script), str(tmp_path), umask, str(target)]
        subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True)
        results.append(target.read_bytes())
        assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~int(umask, 8)
        assert [path.name for path in folder.iterdir()] == [target.name]
    assert results[0] == results[1] == pdf.to_pdf(everything(), fonts=())


def test_hostile_headings_reach_the_bookmarks_letter_for_letter():
    blocks = tuple(Heading(1, text, numbered=False) for text in HOSTILE)
    data = pdf.to_pdf(Document(HOSTILE[0], blocks), fonts=())
    for text in HOSTILE:
        assert held(data, text), text


@needs_poppler
def test_hostile_text_is_printed_as_text_everywhere(tmp_path):
    blocks = []
    for index, text in enumerate(HOSTILE):
        cell = PayoffCell(text[:8], "1")
        blocks += [
            PageBreak(),
            Paragraph((text, Strong(text), Emph(text), Code(text))),
            Bullets((text,)),
            KeyPoints((KeyPoint(text, text),)),
            Note(text, text),
            Table(
                (Column(text, text), Column("n", align="decimal")),
                ((text, text),),
                text,
                f"t{index}",
                note=text,
            ),
            PayoffMatrix(text, text, (text,), (text,), ((cell,),), text, f"m{index}", text),
        ]
    document = Document("T", tuple(blocks), HOSTILE[0], author=HOSTILE[2], footer=HOSTILE[3], date=HOSTILE[4])
    printed = re.sub(r"\s", "", words(pdf.to_pdf(document, fonts=()), tmp_path))
    for text in HOSTILE:
        assert printed.count(re.sub(r"\s", "", text)) >= 6, text


def test_what_cannot_be_seen_is_printed_by_its_number_and_noted():
    result = pdf.typeset(
        Document("T", (Heading(1, INVISIBLE, numbered=False), Paragraph("😀 אבג"))), fonts=()
    )
    assert held(result.data, "zero[U+200B]width, over[U+202E]ride, bell[U+0007], half[U+D800], bom[U+FEFF]")
    (note,) = result.notes
    assert "U+202E" in note
    assert "U+1F600" in note


@needs_poppler
def test_very_long_words_and_ids_stay_inside_the_page(tmp_path):
    word, name = "w" * 10_000, "us-import-share_" * 20
    table = Table(
        (Column("id"), Column("n", align="decimal"), Column(name)), ((name, "1", word[:300]),), word, "t"
    )
    matrix = PayoffMatrix(
        name, word[:99], (name, "b"), (name,) * 6, ((PayoffCell("-1234.5", "9"),) * 6,) * 2, "c", "m"
    )
    document = Document(
        "T", (Outline(), Heading(1, name), Paragraph(word), Paragraph(Code(name)), table, matrix)
    )
    (tmp_path / "long.pdf").write_bytes(pdf.to_pdf(document, fonts=()))
    command = ["pdftotext", "-bbox", str(tmp_path / "long.pdf"), "-"]
    boxes = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")
    edges = [float(edge) for edge in re.findall(r'<word [^>]*xMax="([\d.]+)"', boxes)]
    assert len(edges) > 50
    assert max(edges) <= 595.28 - 76 + 2, "beyond the right margin"
    assert "us-import-share_us-import-share_" in re.sub(
        r"\s", "", words(pdf.to_pdf(document, fonts=()), tmp_path)
    )


@needs_poppler
@pytest.mark.parametrize(
    "source",
    [
        " + ".join(f"a_{i} b^{i}" for i in range(120)) + " >= 0",
        "frac(" + " + ".join(f"a_{i}" for i in range(25)) + ", 2) >= 0",
        "sqrt(" + " + ".join(f"a_{i}" for i in range(400)) + ")",
    ],
)
def test_very_long_formulas_stay_inside_the_page(tmp_path, source):
    document = Document(
        "T", (Formula(source, "a long formula", "eq"), Paragraph(("x ", Math(source, "a long formula"))))
    )
    (tmp_path / "long.pdf").write_bytes(pdf.to_pdf(document, fonts=()))
    command = ["pdftotext", "-bbox", str(tmp_path / "long.pdf"), "-"]
    boxes = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")
    assert max(float(edge) for edge in re.findall(r'<word [^>]*xMax="([\d.]+)"', boxes)) <= 595.28 - 76 + 2


@needs_poppler
def test_a_table_of_a_thousand_rows_repeats_its_header_on_every_page(tmp_path):
    rows = tuple((f"row-{i}", f"{i / 7:.3f}") for i in range(1000))
    table = Table((Column("Draw"), Column("Severity", unit="share", align="decimal")), rows, "Draws", "draws")
    printed = words(pdf.to_pdf(Document("T", (table,)), fonts=()), tmp_path)
    pages = printed.split("\f")[:-1]
    assert len(pages) > 10
    assert all(
        "Severity" in page and f"{number} / {len(pages)}" in page for number, page in enumerate(pages, 1)
    )
    assert [f"row-{i}" for i in range(1000)] == re.findall(r"row-\d+", printed)


@needs_poppler
def test_numbers_of_a_column_stand_with_their_points_in_one_line(tmp_path):
    rows = tuple((value,) for value in ("0.74", "-12.5", "1,234", "9.125"))
    table = Table((Column("Value", align="decimal"),), rows, "c", "t")
    (tmp_path / "t.pdf").write_bytes(pdf.to_pdf(Document("T", (table,)), fonts=()))
    command = ["pdftotext", "-bbox", str(tmp_path / "t.pdf"), "-"]
    boxes = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")
    found = {}
    for left, right, text in re.findall(r'xMin="([\d.]+)"[^>]*xMax="([\d.]+)"[^>]*>([^<]*\d)<', boxes):
        found[text] = float(left), float(right)
    digit = (found["9.125"][1] - found["0.74"][1]) / 1  # one digit more after the point
    assert 3 < digit < 7
    assert found["0.74"][1] - found["\u221212.5"][1] == pytest.approx(digit, abs=0.1)
    assert found["\u221212.5"][1] > found["1,234"][1] + digit


@needs_poppler
def test_neither_the_last_row_of_a_long_table_nor_its_note_stands_alone_on_a_page(tmp_path):
    seen = set()
    for count in range(37, 47):
        rows = tuple((f"row-{i}", "x") for i in range(count))
        table = Table((Column("Name"), Column("Value", align="decimal")), rows, "c", "t", ("figure",) * count, note="noted below")
        pages = words(pdf.to_pdf(Document("T", (table,)), fonts=()), tmp_path).split("\f")
        (own,) = (page for page in pages if "noted below" in page)
        assert len(re.findall(r"row-\d+", own)) >= 2
        assert "figure from a document" in own
        line = next(each for each in own.split("\n") if "noted below" in each)
        assert len(line) - len(line.lstrip()) < 4, "a note begins at the left"
        seen.add(sum("row-" in page for page in pages))
    assert seen == {1, 2}


def boxes(data, tmp_path):
    """Return page, word and box (left, top, right, bottom) of every word."""
    (tmp_path / "boxes.pdf").write_bytes(data)
    done = subprocess.run(["pdftotext", "-bbox", str(tmp_path / "boxes.pdf"), "-"], capture_output=True, check=True)
    pages = done.stdout.decode("utf-8").split("<page ")[1:]
    word = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
    return [(number, each[4], tuple(map(float, each[:4]))) for number, page in enumerate(pages, 1) for each in word.findall(page)]


@needs_poppler
def test_a_column_that_is_too_narrow_for_its_words_takes_room_from_the_others(tmp_path):
    columns = (Column("Claim", width=0.1), Column("Unit", width=0.5), Column("Basis", width=9))
    table = Table(columns, (("M1", "probability", "ordinal evidence only"),), "Caption", "t")
    found = {word: box for _, word, box in boxes(pdf.to_pdf(Document("T", (table,)), fonts=()), tmp_path)}
    assert found["Claim"][2] < found["Unit"][0]
    assert found["probability"][2] < found["ordinal"][0]


@needs_poppler
def test_a_short_table_stands_on_one_page_and_a_column_without_content_is_left_out(tmp_path):
    columns = (Column("Point", width=1), Column("Class", width=1), Column("Path", width=1))
    tables = [
        Table(columns, tuple((f"row{number:02}x{line}", "", "path") for line in range(7)), f"Caption{number:02}", f"t{number}")
        for number in range(12)
    ]
    found = boxes(pdf.to_pdf(Document("T", tuple(tables)), fonts=()), tmp_path)
    for number in range(12):
        pages = {page for page, word, _ in found if word.startswith((f"row{number:02}x", f"Caption{number:02}"))}
        assert len(pages) == 1, number
    assert not any(word == "Class" for _, word, _ in found)
    assert len({page for page, _, _ in found}) > 2


@needs_poppler
def test_the_sign_of_a_number_in_a_text_is_a_minus_and_hyphens_of_dates_and_names_stay(tmp_path):
    table = Table((Column("Range"), Column("Day")), (("-0.4 to 1.2", "2025-10-09"),), "From (-2) to x-1", "t")
    text = words(pdf.to_pdf(Document("T", (table, Paragraph(("a", Code("-1"))))), fonts=()), tmp_path)
    for shown in ("\u22120.4 to 1.2", "2025-10-09", "(\u22122) to x-1", "-1"):
        assert shown in text


@needs_fonts
@needs_poppler
def test_chinese_text_is_printed_where_the_fonts_are(tmp_path):
    text = "监管者决定检查的力度，“罚款”与收益"
    for lang in ("en", "zh"):
        blocks = (Heading(1, "策略情境"), Paragraph(text), Formula('x = upright("收益")', "x"))
        result = pdf.typeset(Document("有限预算", blocks, lang=lang))
        assert result.notes == ()
        printed = words(result.data, tmp_path)
        assert all(part in printed for part in ("有限预算", "策略情境", "监管者决定检查的力度，", "收益"))


@needs_poppler
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_the_fonts_chinese_text_leaves_a_visible_sign_and_one_note(tmp_path, lang):
    blocks = (
        Outline(),
        Heading(1, "策略情境"),
        Paragraph("The term 以戰促和 and 底线思维."),
        Formula('x = upright("收益")', "x 等于收益"),
        PayoffMatrix("监管者", "企业", ("检查",), ("守法",), ((PayoffCell("1", "2"),),), "收益", "m"),
    )
    result = pdf.typeset(Document("博弈", blocks, lang=lang), fonts=())
    (note,) = result.notes
    assert 'the extra "zh"' in note
    printed = words(result.data, tmp_path)
    assert "The term [zh] and [zh]." in " ".join(printed.split())
    assert " ".join(printed.split()).count("the extra") == 1
    assert result.data == pdf.typeset(Document("博弈", blocks, lang=lang), fonts=()).data


def test_every_name_of_the_math_alphabet_is_known_to_the_compiler():
    calls = {
        "frac": "(a, b)",
        "root": "(3, a)",
        "binom": "(a, b)",
        "attach": "(a)",
        "op": '("a")',
        "mat": "(a)",
    }
    calls |= {"vec": "(a)", "cases": "(a)", "mod": ""}
    takes_one = "sqrt lr abs norm floor ceil round scripts limits upright italic bold cal bb sans mono serif hat".split()
    takes_one += "tilde macron overline underline underbrace overbrace".split()
    calls |= dict.fromkeys(takes_one, "(a)")
    pieces = [name + calls.get(name, "") for name in sorted(MATH_NAMES)]
    pdf.to_pdf(Document("T", (Formula(" + ".join(pieces), "all names"),)), fonts=())


def test_a_failure_of_the_compiler_names_the_block():
    document = Document(
        "T", (Paragraph("fine"), Figure(b"<svg", "broken", "c", "alt"), Paragraph(Ref("broken")))
    )
    with pytest.raises(DetenteError, match=r"block 2 \(Figure 'broken'\)"):
        pdf.to_pdf(document, fonts=())
    with pytest.raises(DetenteError, match=r"block 1 \(Formula 'frac\(a\)'\)"):
        pdf.to_pdf(Document("T", (Formula("frac(a)", "a"),)), fonts=())


@pytest.mark.parametrize("prefix", ["file://", "", "../../../../../../.."])
def test_an_svg_cannot_reach_other_files(tmp_path, prefix):
    (tmp_path / "secret.svg").write_bytes(SVG)
    link = f'<image href="{prefix}{tmp_path}/secret.svg" width="4" height="4"/></svg>'.encode()
    plain = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3">'
    with pytest.raises(DetenteError, match="Figure 'n'"):
        pdf.to_pdf(Document("T", (Figure(plain + link, "n", "c", "alt"),)), fonts=())


def test_a_report_replaces_the_file_as_a_whole_or_not_at_all(tmp_path):
    target = tmp_path / "report.pdf"
    target.write_bytes(b"old")
    with pytest.raises(DetenteError):
        pdf.write_pdf(Document("T", (Formula("frac(a)", "a"),)), target, fonts=())
    assert target.read_bytes() == b"old"
    assert pdf.write_pdf(Document("T", ()), target, fonts=()) == ()
    assert target.read_bytes().startswith(b"%PDF")
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
    with pytest.raises(DetenteError, match="cannot write"):
        pdf.write_pdf(Document("T", ()), tmp_path / "no" / "report.pdf", fonts=())
