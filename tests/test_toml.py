"""TOML files: exact numbers, places in characters, faults that say where."""

from __future__ import annotations

import os
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente import toml
from detente.errors import InputError


def faults(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        toml.parse(text, "f.toml")
    return [str(fault) for fault in caught.value.faults]


def test_decimals_are_exact():
    data = toml.parse("a = 0.1\nb = 1_000.5\nc = -2e-3\nd = 7\n", "f.toml").data
    assert data == {"a": Fraction(1, 10), "b": Fraction(2001, 2), "c": Fraction(-1, 500), "d": 7}
    assert isinstance(data["d"], int)


def test_places_count_characters_from_one():
    file = toml.parse('label = { zh = "稀土", en = "rare" }\n', "f.toml")
    assert str(file.key_place(("label", "en"))) == "f.toml:1:22"
    assert str(file.place(("label", "en"))) == "f.toml:1:27"
    # characters outside the basic plane count once
    assert str(toml.parse('a = { x = "𠀀", y = 1 }\n', "f.toml").key_place(("a", "y"))) == "f.toml:1:16"


def test_every_form_of_table_has_its_place():
    text = 'a.b = 1\n[t]\nx = 2\n[t.u]\ny = [3, [4, 5]]\n[[q]]\nz = { w = 6 }\n[q.s]\nv = 7\n[[q]]\nz = 8\n["odd key"]\n'
    file = toml.parse(text, "f.toml")
    places = {
        ("a", "b"): "1:7",
        ("t", "x"): "3:5",
        ("t", "u", "y", 1, 0): "5:10",
        ("q", 0, "z", "w"): "7:11",
        ("q", 0, "s", "v"): "9:5",
        ("q", 1, "z"): "11:5",
    }
    assert {path: str(file.place(path)).removeprefix("f.toml:") for path in places} == places
    assert str(file.key_place(("odd key",))) == "f.toml:12:2"


def test_a_missing_key_is_placed_at_the_table_around_it():
    file = toml.parse("[t]\nx = 1\n", "f.toml")
    assert str(file.place(("t", "y", "z"))) == "f.toml:1:2"
    assert str(file.place(("nothing",))) == "f.toml:1:1"


@pytest.mark.parametrize(
    ("text", "column", "place"),
    [
        ('f = "a + b"\n', 5, "1:10"),
        ("f = 'a + b'\n", 5, "1:10"),
        ('f = """a + b"""\n', 5, "1:12"),
        ('f = """\na +\n  b"""\n', 7, "3:3"),
        ('f = "a\\t+ b"\n', 5, "1:5"),
        ("f = 5\n", 1, "1:5"),
    ],
)
def test_a_character_inside_a_text_has_its_place(text, column, place):
    assert str(toml.parse(text, "f.toml").inside(("f",), column)) == f"f.toml:{place}"


def test_raw_values_are_as_written():
    file = toml.parse("a = 0.70\nb = 1_000\n", "f.toml")
    assert (file.raw(("a",)), file.raw(("b",)), file.raw(("c",))) == ("0.70", "1_000", "")


def test_every_syntax_fault_is_found_at_once():
    found = faults('a = "x\nb = 1\nc = foo\nd = 2\n[e\n')
    assert [fault.split(":")[1] for fault in found] == ["1", "3", "5"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1\nb = 2\na = 3\n", "f.toml:3:1: found 'a' a second time; it stands at f.toml:1:1 already; remove or rename one"),
        ("[a]\nb = 1\n[a]\n", "f.toml:3:2: found 'a' a second time; it stands at f.toml:1:2 already; remove or rename one"),
        ("a = { b = 1, b = 2 }\n", "f.toml:1:14: found 'b' a second time; it stands at f.toml:1:7 already; remove or rename one"),
        ("x = 1\n[x]\n", "f.toml:2:2: found 'x' a second time; it stands at f.toml:1:1 already; remove or rename one"),
        ("x = 1\n[[x]]\n", "f.toml:2:3: found 'x' a second time; it stands at f.toml:1:1 already; remove or rename one"),
        ("[[x]]\n[x]\n", "f.toml:2:2: found 'x' a second time; it stands at f.toml:1:3 already; remove or rename one"),
        ("a = nan\n", "f.toml:1:5: found 'nan'; expected a finite number"),
        ("a = [1, +inf]\n", "f.toml:1:9: found '+inf'; expected a finite number"),
        ("a = 1e401\n", "f.toml:1:5: found the exponent 401 in '1e401'; expected at most 400 digits"),
        (f"a = {'1' * 401}\n", "f.toml:1:5: found a number of 401 digits; expected at most 400"),
    ],
)  # fmt: skip
def test_what_tomllib_would_misplace_is_told_with_its_place(text, message):
    assert faults(text) == [message]


@pytest.mark.parametrize("text", ["a = " + "[" * 5000 + "]" * 5000, "a = " + "{b = " * 500 + "1" + "}" * 500, ".".join("a" * 500) + " = 1"])
def test_deep_nesting_is_refused_with_its_place(text):
    assert "nested over 20 deep" in faults(text)[0]


@pytest.mark.parametrize("text", ["a = 2024-02-30\n", "a = 25:00:00\n", 'a = "\\ud800"\n', "a.b = 1\na = 2\n", "a = 1\na.b = 2\n"])
def test_whatever_else_is_no_toml_is_refused_on_its_line(text):
    assert faults(text)[-1].startswith(f"f.toml:{text.count(chr(10))}:")


def test_a_file_of_any_line_end_and_with_a_byte_order_mark_reads_the_same(tmp_path):
    path = tmp_path / "f.toml"
    text = 'a = "x"\nb = """\nmany\nlines"""\n'
    read = []
    for content in (text.encode(), text.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + text.encode()):
        path.write_bytes(content)
        file = toml.read(path, "f.toml")
        read.append((file.data, str(file.place(("b",))), str(file.key_place(("a",)))))
    assert read[0] == read[1] == read[2] == ({"a": "x", "b": "many\nlines"}, "f.toml:2:5", "f.toml:1:1")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a = 1".encode("utf-16"), "f.toml:1:1: found UTF-16 text; expected UTF-8; save the file as UTF-8"),
        ("a = 1".encode("utf-16-be"), "f.toml:1:1: found UTF-16 text; expected UTF-8; save the file as UTF-8"),
        (b'a = 1\r\nb = "\xc3\xa9\xe9"\n', "f.toml:2:7: found the byte 0xE9, which is not UTF-8; expected UTF-8; save the file as UTF-8"),
        (b"\xef\xbb\xbfa = \xff", "f.toml:1:5: found the byte 0xFF, which is not UTF-8; expected UTF-8; save the file as UTF-8"),
        (b"a = 1\r\nb = \x00", "f.toml:2:5: found the control character U+0000; expected plain text; remove it"),
        (b"a = 1\rb = 2", "f.toml:1:6: found the control character U+000D; expected plain text; remove it"),
        (b"#" + b"x" * 5_000_000, "f.toml: found more than 5,000,000 bytes; expected a readable text file; split it"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_text_are_refused_with_their_place(content, message, tmp_path):
    path = tmp_path / "f.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        toml.read(path, "f.toml")
    assert [str(fault) for fault in caught.value.faults] == [message]


@pytest.mark.parametrize(
    ("text", "words"),
    [("a = 1\n" * 60_000, "60001 lines"), ("a = [" + "1," * 60_000 + "]", "f.toml:1:1: found a line of 120006 characters")],
)
def test_a_file_that_would_keep_a_checker_busy_is_refused(text, words, tmp_path):
    path = tmp_path / "f.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        toml.read(path, "f.toml")


def test_a_file_of_too_many_values_is_refused():
    assert "more than 30000 values" in faults("".join(f"a{i} = 1\n" for i in range(30_005)))[0]


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    for name, found in (("pipe", "a pipe or a device"), ("folder", "a folder"), ("none", "no such file")):
        with pytest.raises(InputError, match=f"{name}.toml: found {found}"):
            toml.read(tmp_path / f"{name}.toml", f"{name}.toml")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path):
    path = tmp_path / "f.toml"
    path.write_text("a = 1\n", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(InputError, match="permission denied"):
        toml.read(path, "f.toml")


@given(st.text(max_size=60))
def test_no_text_leaves_more_than_an_input_error(text):
    try:
        toml.parse(text.replace("\r", ""), "f.toml")
    except InputError as error:
        lines = text.replace("\r", "").split("\n")
        for fault in error.faults:
            assert fault.place.line is not None
            assert 1 <= fault.place.line <= len(lines)
            assert 1 <= fault.place.column <= len(lines[fault.place.line - 1]) + 1


@given(st.text(alphabet='ab=[]{}"\'.,# \n1e-+_稀', max_size=40))
def test_no_text_of_toml_characters_leaves_more_than_an_input_error(text):
    try:
        toml.parse(text, "f.toml")
    except InputError as error:
        assert all(fault.place.line is not None and fault.place.column is not None for fault in error.faults)
