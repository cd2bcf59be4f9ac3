"""Tables as text, HTML, LaTeX and frames."""

from __future__ import annotations

import html.parser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.display import Table, mimebundle, width, wrap


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc", 3), ("对抗", 4), ("e\u0301", 1), ("a\u200bb", 2), ("Ａ", 2), ("é", 1)])
def test_wide_characters_take_two_columns_and_combining_ones_none(text, columns):
    assert width(text) == columns


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(alphabet="ab ,_对é\n\t", max_size=60), st.integers(2, 20))
def test_wrapping_keeps_every_character_and_the_limit(text, limit):
    lines = wrap(text, limit)
    assert all(width(line) <= limit for line in lines)

    def solid(parts):
        return "".join(character for part in parts for character in part if not character.isspace())

    assert solid(lines) == solid([text])


def test_words_are_broken_behind_punctuation_where_possible():
    assert wrap("cooperate,confront", 12) == ["cooperate,", "confront"]
    assert wrap("one two three", 7) == ["one two", "three"]


def test_a_table_is_aligned_and_wraps_within_the_limit():
    table = Table("title", ("key", "value"), (("a", "x " * 60), ("对抗", "y")), ("a note",))
    lines = table.to_text(40).splitlines()
    assert lines[0] == "title"
    assert lines[-1] == "a note"
    assert all(width(line) <= 40 for line in lines)
    starts = {line.index(mark) - line.count("对") * 0 for line, mark in ((lines[1], "value"), (lines[3], "x"))}
    assert len(starts) == 1
    row = next(line for line in lines if "对抗" in line)
    assert width(row[: row.index("y")]) == lines[1].index("value")


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="does not have 2 cells"):
        Table("", ("a", "b"), (("only",),))


HOSTILE = ["<script>x</script>", 'a "b" & c', "50% _x^2~ #1 {a} $ \\end", "\u202edrow", "two\nlines", "\x1b[31m"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_label_holds_stays_text_in_html(text):
    class Reader(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags, self.data = set(), []

        def handle_starttag(self, tag, attrs):
            self.tags.add(tag)
            assert attrs == []

        def handle_data(self, data):
            self.data.append(data)

    reader = Reader()
    reader.feed(Table(text, (text,), ((text,),), (text,)).to_html())
    assert reader.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
    assert reader.data.count(text) == 4


@pytest.mark.parametrize("text", HOSTILE)
def test_text_and_latex_lose_control_and_direction_characters(text):
    table = Table(text, (text,), ((text,),), (text,))
    for shown in (table.to_text(), table.to_latex()):
        assert not set(shown) & {"\u202e", "\x1b"}


def test_latex_escapes_every_special_character():
    row = Table("", ("x",), (("\\ ~ ^ & % $ # _ { }",),)).to_latex().splitlines()[3]
    assert row == r"\textbackslash{} \textasciitilde{} \textasciicircum{} \& \% \$ \# \_ \{ \} \\"


def test_a_frame_has_the_columns_and_rows():
    frame = Table("", ("a", "b"), (("1", "2"), ("3", "4"))).to_frame()
    assert (list(frame.columns), frame.to_numpy().tolist()) == (["a", "b"], [["1", "2"], ["3", "4"]])


def test_a_notebook_gets_text_html_and_latex_of_all_tables():
    one, two = Table("first", ("a",), ()), Table("second", ("b",), ())
    bundle = mimebundle(one, two)
    assert set(bundle) == {"text/plain", "text/html", "text/latex"}
    assert "first" in bundle["text/plain"]
    assert "second" in bundle["text/html"]
    assert one._repr_mimebundle_() == mimebundle(one)
