"""Names and numbers that lead to their entries in the appendix."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zlib
from dataclasses import replace

import pytest

from detente.errors import UsageError
from detente.reports.document import Document
from detente.reports.elements import Bullets, Column, Figure, Formula, Heading, KeyPoint, KeyPoints, Paragraph, Table
from detente.reports.entries import bare, linked, marked
from detente.reports.language import reword
from detente.reports.math_alphabet import linked_math
from detente.reports.pdf import to_pdf
from detente.reports.spans import Emph, Link, Math, Text, plain_text

ENTRY = Table((Column("Parameter"), Column("Value", align="decimal")), (("severity", "0.3"), ("cost", "0.1")), "All", "all", anchors=("parameter:sev", ""))
SEVERITY = marked("severity", "parameter:sev")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" viewBox="0 0 40 30"/>'


def destinations(data):
    """Return the named places of a PDF, and the places to which its links go."""
    unpacked = data
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            unpacked += zlib.decompress(match.group(1))
        except zlib.error:
            continue
    return len(re.findall(rb"/Subtype\s*/Link", unpacked))


def test_a_marked_name_becomes_a_link_where_the_entry_is_printed_and_text_where_it_is_not():
    text = f"rests on {SEVERITY} and {marked('trust', 'parameter:trust')}"
    paragraph, table = linked([Paragraph(text), ENTRY])
    assert paragraph.content == (Text("rests on "), Link("severity", "parameter:sev"), Text(" and "), Text("trust"))
    assert table == ENTRY
    hidden = Table(ENTRY.columns, ENTRY.rows, "All", "all", shown=0, anchors=ENTRY.anchors)
    assert plain_text(linked([Paragraph(text), hidden])[0].content) == "rests on severity and trust"
    assert not any(isinstance(span, Link) for span in linked([Paragraph(text), hidden])[0].content)


def test_no_mark_is_left_where_nothing_can_lead_anywhere():
    blocks = linked(
        [
            Heading(1, f"On {SEVERITY}"), Figure(SVG, "map", f"By {SEVERITY}", f"map by {SEVERITY}"),
            KeyPoints((KeyPoint(f"Lead {SEVERITY}", f"says {SEVERITY}"),)), Bullets((Emph(f"by {SEVERITY}"),)),
            Table((Column(f"Head {SEVERITY}"),), ((SEVERITY,),), "c", "t"), ENTRY,
        ]
    )  # fmt: skip
    assert not re.search("[\ue000-\uf8ff\U000f0000-\U000fffff]", repr(blocks).encode().decode("unicode_escape"))
    assert blocks[0].title == "On severity"
    assert blocks[1].caption == (Text("By "), Link("severity", "parameter:sev"))
    assert blocks[2].points[0].content == (Text("says "), Link("severity", "parameter:sev"))
    assert blocks[3].items == ((Emph("by "), Link("severity", "parameter:sev")),)
    assert blocks[4].rows == ((Link("severity", "parameter:sev"),),)


@pytest.mark.parametrize("label", ["#import", "a\ue004b", "x\ue005y\ue006", "\ue004\U000f0061\ue005z", "", "\u202eabc", "🚀"])
def test_labels_that_look_like_marks_lose_nothing_that_can_be_read(label):
    readable = re.sub("[\ue004-\ue006]", "", label)
    assert plain_text(linked([Paragraph(f"the {marked(label, 'parameter:sev')} of it"), ENTRY])[0].content).replace("\U000f0061", "") == (
        f"the {readable.replace(chr(0xF0061), '')} of it"
    )


def test_a_mark_inside_a_mark_is_read_once():
    assert bare(marked(f"more {SEVERITY}", "parameter:more")) == "more severity"


def test_marks_pass_through_the_translation():
    chinese = reword("zh", f"{marked('强度', 'parameter:sev')} from 0.3 to 0.4")
    assert bare(chinese) == reword("zh", "强度 from 0.3 to 0.4")
    assert linked([Paragraph(chinese), ENTRY])[0].content[0] == Link("强度", "parameter:sev")


def test_links_to_rows_are_set_and_a_symbol_leads_there_too():
    blocks = [Paragraph(f"see {SEVERITY}"), Paragraph(Math("s", "s", (("s", "parameter:sev"),))), ENTRY]
    document = Document("Links", linked(blocks))
    assert destinations(to_pdf(document, fonts=())) == 2
    assert destinations(to_pdf(Document("None", (ENTRY,)), fonts=())) == 0


def test_a_number_in_a_column_of_decimals_may_lead_to_its_entry():
    rows = ((Link("0.25", "parameter:sev"),), ("12.5",))
    table = Table((Column("Value", align="decimal"),), rows, "Numbers", "numbers")
    assert destinations(to_pdf(Document("Numbers", (table, ENTRY)), fonts=())) == 1


def test_what_stands_beside_the_report_only_has_no_number_and_cannot_be_led_to():
    aside = Table(ENTRY.columns, ENTRY.rows, "Aside", "aside", shown=0)
    shown = Table(ENTRY.columns, ENTRY.rows, "Shown", "shown")
    from detente.reports.assets import assets
    from detente.reports.document import targets

    document = Document("Tables", (aside, shown))
    assert [targets(document)[name].number for name in ("aside", "shown")] == ["", "1"]
    assert set(assets(document)) == {"aside.csv", "shown.csv"}
    assert to_pdf(document, fonts=())
    with pytest.raises(UsageError, match="not printed"):
        Document("Tables", (Paragraph(Link("there", "aside")), aside))


def test_two_rows_with_one_anchor_are_refused():
    with pytest.raises(UsageError, match="anchor"):
        Document("Twice", (Table(ENTRY.columns, ENTRY.rows, "All", "all", anchors=("a:x", "a:x")),))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # an index is no place for a link, and a longer symbol is no shorter one
        ("b + c_(b) + c + d_(b, c)", "entry(0, b) + entry(1, c_(b)) + c + d_(b, c)"),
        ("frac(b, 2 c_(b)) <= max(b, 1)", "frac(entry(0, b), 2 entry(1, c_(b))) <= max(entry(0, b), 1)"),
        # beside a power that is a numeral the index stays where it was; a link in the power keeps its own
        ("c_(b)^(2) b^(2)", "entry(1, c_(b)^(2)) entry(0, b)^(2)"),
        ("c_(b)^(1 - b) c^(b)", "entry(1, c)_(b)^(1 - entry(0, b)) c^(entry(0, b))"),
        # words are taken whole, whatever stands in them
        ('upright("b, entry(0, x)") + upright("b") + "b" + b', 'entry(2, upright("b, entry(0, x)")) + upright("b") + "b" + entry(0, b)'),
        ("b(c)", "entry(0, b) (c)"),
        ("beta + abs(b)", "beta + abs(entry(0, b))"),
    ],
)
def test_symbols_in_a_formula_are_found_as_they_stand(source, expected):
    assert linked_math(source, ("b", "c_(b)", 'upright("b, entry(0, x)")')) == expected


def formula_page(entries):
    source = 'frac(s, 1 - s) + c_(upright("reb"))^(2) >= sqrt(s f_(d)) - cases(s^(s) quad & upright("if") s > 1, 0 quad & upright("otherwise"))'
    long = " + ".join(f"s f_(d) x_({index})" for index in range(30)) + " >= 0"
    table = Table((Column("Formula", width=1), Column("Player", width=4)), ((Math(source, "one", entries), "us"),), "Terms", "terms")
    blocks = (Formula(source, "one", entries=entries), Formula(long, "two", entries=entries), Paragraph(("x ", Math(long, "two", entries))), table)
    return to_pdf(Document("T", (*blocks, replace(ENTRY, anchors=("parameter:sev", "parameter:cost")))), fonts=())


@pytest.mark.skipif(not (shutil.which("pdftotext") or os.environ.get("CI")), reason="needs pdftotext")
def test_every_symbol_of_a_formula_leads_to_its_entry_and_stands_where_it_stood(tmp_path):
    entries = (("s", "parameter:sev"), ("f_(d)", "parameter:cost"), ('c_(upright("reb"))', "parameter:cost"))
    boxes = []
    for name, data in (("linked", formula_page(entries)), ("bare", formula_page(()))):
        (tmp_path / f"{name}.pdf").write_bytes(data)
        command = ["pdftotext", "-bbox", str(tmp_path / f"{name}.pdf"), "-"]
        boxes.append(re.findall("<word.*", subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")))
    # eight places of the short formula, one of them a power, and sixty of the long one; each is there twice
    assert (destinations(formula_page(entries)), destinations(formula_page(()))) == (2 * (8 + 60), 0)
    assert boxes[0] == boxes[1]
    with pytest.raises(UsageError, match="a symbol refers to 'parameter:gone'"):
        Document("T", (Formula("s", "s", entries=(("s", "parameter:gone"),)),))
