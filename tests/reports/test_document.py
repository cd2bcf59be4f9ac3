"""The document model: what it refuses, how it numbers, and the alphabet of math sources."""

from __future__ import annotations

import pytest

from detente.errors import DetenteError, FormulaError, UsageError
from detente.reports.characters import is_hidden
from detente.reports.document import Document, targets
from detente.reports.elements import Column, Figure, Formula, Heading, Paragraph, PayoffCell, PayoffMatrix, Table
from detente.reports.math_alphabet import MATH_NAMES, check_math, math_pieces
from detente.reports.spans import Link, Math, Ref, as_spans, plain_text

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"></svg>'


@pytest.mark.parametrize(
    "source",
    [
        "x_1^2 + frac(delta, 1 - delta) >= 0",
        'upright("loss of trust")_upright("us") dot.op c',
        'cases(a & upright("if") b > 0, c & upright("else"))',
        "sum_(t = 1)^infinity delta^t l",
        "a \\\n + b",
        "root(3, abs(x)) arrow.l.r.double.long y in [0, 1)",
        "δ ≥ 0",
        'upright("当且仅当")',
    ],
)
def test_what_the_printer_writes_is_accepted(source):
    check_math(source)


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ('#read("/etc/passwd")', 1),
        ("x + #x", 5),
        ("x $ y", 3),
        ("@ref", 1),
        ("\\u{41}", 1),
        ("x \\a", 3),
        ('"a\\"b"', 1),
        ('"#x"', 1),
        ("x // comment", 3),
        ("x /* y */", 3),
        ("image(x)", 1),
        ("eval(x)", 1),
        ("x + panic", 5),
        ("ab", 1),
        ("delta.foo", 1),
        ("`raw`", 1),
        ('"unclosed', 1),
        ("x\u200by", 2),
        ("x\u202ey", 2),
        ("", 1),
        ("   ", 1),
        ("frac(" * 61, 305),
    ],
)
def test_a_math_source_outside_the_alphabet_is_refused_at_its_column(source, column):
    with pytest.raises(FormulaError) as caught:
        check_math(source)
    assert caught.value.column == column
    with pytest.raises(DetenteError):
        Math(source, "alt")
    with pytest.raises(DetenteError):
        Formula(source, "alt")


def test_an_overlong_math_source_is_refused():
    with pytest.raises(FormulaError, match="at most"):
        check_math("x + " * 20_000 + "x")


def test_no_name_of_the_alphabet_reads_files_or_runs_code():
    forbidden = {
        "eval",
        "read",
        "image",
        "json",
        "csv",
        "toml",
        "yaml",
        "xml",
        "cbor",
        "plugin",
        "include",
        "import",
    }
    forbidden |= {
        "sys",
        "std",
        "calc",
        "context",
        "query",
        "here",
        "state",
        "counter",
        "link",
        "text",
        "bytes",
        "show",
    }
    assert not {name.split(".")[0] for name in MATH_NAMES} & forbidden


def test_a_formula_is_cut_before_outer_operators_only():
    source = 'a_(i + 1) - b^-1 + "x + y" <= frac(c + d, 2)'
    assert math_pieces(source) == ("a_(i + 1) ", "- b^-1 ", '+ "x + y" ', "<= frac(c + d, 2)")
    assert "".join(math_pieces(source)) == source


def test_a_formula_is_cut_inside_brackets_that_group_but_not_inside_functions_and_indices():
    source = "-d_(1 + n) (1 - x (a + b)) + max(a + b, c)"
    assert math_pieces(source) == ("-d_(1 + n) (1 ", "- x (a ", "+ b)) ", "+ max(a + b, c)")


def test_a_formula_with_its_own_line_breaks_is_not_cut():
    assert math_pieces("a & = b \\\n & + c") == ()


def test_blocks_are_numbered_in_order_and_appendices_by_letters():
    document = Document(
        "T",
        (
            Heading(1, "One", "one"),
            Heading(2, "One one", "one-one"),
            Heading(1, "Aside", "aside", numbered=False),
            Formula("x", "x", "eq"),
            Formula("y", "y"),
            Table((Column("a"),), (), "c", "first"),
            PayoffMatrix("r", "c", ("s",), ("t",), ((PayoffCell("1", "2"),),), "c", "second"),
            Figure(SVG, "picture", "c", "alt"),
            Heading(1, "More", "more", appendix=True),
            Heading(2, "More still", "still"),
        ),
    )
    numbers = {name: (target.kind, target.number) for name, target in targets(document).items()}
    assert numbers == {
        "one": ("section", "1"),
        "one-one": ("section", "1.1"),
        "aside": ("section", ""),
        "eq": ("equation", "1"),
        "first": ("table", "1"),
        "second": ("table", "2"),
        "picture": ("figure", "1"),
        "more": ("section", "A"),
        "still": ("section", "A.1"),
    }


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ((Paragraph(("see ", Ref("nowhere"))),), "nowhere"),
        ((Paragraph((Link("see", "nowhere"),)),), "nowhere"),
        ((Heading(1, "a", "x"), Heading(1, "b", "x")), "two blocks"),
        ((Heading(1, "a", "x", numbered=False), Paragraph((Ref("x"),))), "no number"),
        (
            (PayoffMatrix("r", "c", ("s",), ("t",), ((PayoffCell("1", "2", target="gone"),),), "c", "m"),),
            "a cell of 'm'",
        ),
    ],
)
def test_a_document_with_a_loose_end_is_refused(blocks, message):
    with pytest.raises(UsageError, match=message):
        Document("T", blocks)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Heading(0, "a"),
        lambda: Heading(1, ""),
        lambda: Heading(1, "a", "Not A Name"),
        lambda: Table((Column("a"),), (("1", "2"),), "c", "n"),
        lambda: Table((Column("a"),), (("1",),), "c", "../n"),
        lambda: Table((Column("a"),), (("1",),), "c", "n", ("figure", "figure")),
        lambda: Table((Column("a"),), (("1",),), "c", "n", ("guess",)),
        lambda: Column("a", align="justify"),
        lambda: PayoffMatrix("r", "c", ("s",), ("t",), ((),), "c", "m"),
        lambda: Figure(b"PNG", "n", "c", "alt"),
        lambda: Figure(SVG, "n", "c", " "),
        lambda: Figure(SVG, "n", "c", "alt", width=1.5),
        lambda: Math("x", ""),
        lambda: Document("", ()),
        lambda: Document("T", (), lang="fr"),
    ],
)
def test_a_malformed_block_is_refused(make):
    with pytest.raises(UsageError):
        make()


def test_strings_and_spans_mix_and_read_as_plain_text():
    content = ("at ", Math("delta", "delta"), "", Ref("map"))
    assert len(as_spans(content)) == 3
    assert plain_text(content) == "at deltamap"


def test_invisible_characters_are_known():
    assert all(map(is_hidden, "\u200b\u202e\ufeff\x00\ud800\u2028\ue000"))
    assert not any(map(is_hidden, "a 中é−א"))
