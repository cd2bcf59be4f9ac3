"""Documents as lines: five formats, and files that mean harm."""

import io
import zipfile

import pytest
import typst

from detente.errors import InputError
from detente.seeds.reading import limits, lines
from detente.seeds.reading.lines import document_lines
from detente.seeds.reading.markup import html_lines


def texts(path):
    return [line.text for line in document_lines(path)]


def refusal(path):
    with pytest.raises(InputError) as error:
        document_lines(path)
    (fault,) = error.value.faults
    assert fault.place.file == str(path)
    return fault.found


@pytest.fixture
def pdf(tmp_path):
    """Make a PDF of several pages from lines of ours."""

    def make(*pages):
        body = "\n#pagebreak()\n".join("#linebreak()\n".join(f'#"{line}"' for line in page) for page in pages)
        path = tmp_path / "doc.pdf"
        path.write_bytes(typst.compile(body.encode()))
        return path

    return make


def test_a_text_has_the_lines_that_line_feeds_end(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes("# one\r\ntwo\u2028still two\nthree".encode())
    assert texts(path) == ["# one\r", "two\u2028still two", "three"]


def test_a_page_gives_its_blocks_and_no_script():
    page = """<title>Gas</title><style>p {color: red}</style><h1>Gas &amp; ice</h1>
    <p>about <b>40</b>&nbsp;percent<br>and more<table><tr><td>ten<td>years</table>
    <script>document.write("50 percent")</script><noscript>60 percent</noscript><!-- 70 percent -->
    <p onclick="alert(80)">last <unknown>words</unknown>"""
    assert html_lines(page) == ["Gas", "Gas & ice", "about 40 percent", "and more", "ten", "years", "last words"]


@pytest.mark.parametrize(
    "page", ["<script>", "<p", "<![CDATA[", "</p></p>", "<script></style>1</script>5%", "&#x110000;", "<!--"]
)
def test_broken_markup_breaks_nothing(page):
    assert isinstance(html_lines(page), list)


def test_a_page_is_read_from_a_file_as_well(tmp_path):
    (tmp_path / "a.html").write_text("<p>约四成<script>5%</script><p>ten years", encoding="utf-8")
    assert texts(tmp_path / "a.html") == ["约四成", "ten years"]


def test_a_docx_gives_paragraphs_and_tables_in_order(tmp_path):
    import docx

    document = docx.Document()
    document.add_heading("Chips")
    document.add_paragraph("about ").add_run("40%").bold = True
    document.add_table(1, 2).rows[0].cells[1].text = "约三分之一"
    document.add_paragraph("last")
    path = tmp_path / "a.docx"
    document.save(path)
    assert texts(path) == ["Chips", "about 40%", "约三分之一", "last"]


def test_a_pdf_gives_lines_with_page_and_line_on_the_page(pdf):
    found = document_lines(pdf(["Gas", "up to 40% of it"], ["ten years"]))
    assert [(each.number, each.page, each.page_line, each.text) for each in found] == [
        (1, 1, 1, "Gas"), (2, 1, 2, "up to 40% of it"), (3, 2, 1, "ten years"),
    ]  # fmt: skip
    assert found[2].place == "page 2, line 1"


@pytest.mark.parametrize("name", ["a.docx", "a.pdf"])
@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no archive", b"%PDF-1.7\n1 0 obj << /Type /Catalog >>", b"\x00" * 1000]
)
def test_a_file_that_is_not_what_its_name_says_costs_a_message(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert "PDF" in refusal(tmp_path / name) or "DOCX" in refusal(tmp_path / name)


def test_a_document_with_macros_is_refused_and_says_what_to_do(tmp_path):
    (tmp_path / "a.docm").write_bytes(b"PK")
    assert "save it as .docx" in refusal(tmp_path / "a.docm")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(limits.MAX_UNPACKED // 10**6 + 1):
                part.write(b" " * 10**6)
    assert path.stat().st_size < 10**6
    assert "bytes when unpacked" in refusal(path)


def test_entities_that_multiply_are_not_expanded(tmp_path):
    import docx

    document = docx.Document()
    document.add_paragraph("x")
    plain = io.BytesIO()
    document.save(plain)
    path = tmp_path / "lol.docx"
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "word/document.xml":
                text = data.decode().partition("?>")[2].replace(">x<", ">&l9;<")
                data = f'<!DOCTYPE d [<!ENTITY l0 "lol">{levels}]>{text}'.encode()
            target.writestr(item, data)
    try:
        assert sum(map(len, texts(path))) < 100
    except InputError as error:
        assert "cannot be read" in str(error)


def test_a_document_that_reads_for_ever_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "SECONDS", 0.5)
    # the parser of the standard library takes quadratic time for tags that never end: minutes for this page
    (tmp_path / "slow.html").write_bytes(b"<a " * 50_000)
    assert "took more than" in refusal(tmp_path / "slow.html")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("\u4e2d".encode("gb18030"), "not UTF-8"),
        ("x".encode("utf-16"), "UTF-16"),
        (b"abc\x00\x01", "no text"),
        (b"5% " * limits.MAX_LINE, "a line of"),
        (b"\n" * (limits.MAX_LINES + 1), "lines"),
    ],
)
def test_a_text_that_is_none_says_why(tmp_path, content, said):
    (tmp_path / "a.txt").write_bytes(content)
    assert said in refusal(tmp_path / "a.txt")


def test_what_cannot_be_read_at_all_says_so(tmp_path):
    assert "no such file" in refusal(tmp_path / "none.txt")
    assert "folder" in refusal(tmp_path)
    (tmp_path / "a.rtf").write_bytes(b"{\\rtf1}")
    assert ".rtf" in refusal(tmp_path / "a.rtf")
