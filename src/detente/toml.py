"""TOML files with the place of every key and value, and decimals kept exact.

``tomllib`` gives the data and ``tree-sitter`` the places. A file that is no TOML is read by
tree-sitter first: it finds several faults in one pass and puts the first on the right line where
``tomllib`` stops at the next line it cannot make sense of. ``tomllib`` then refuses what
tree-sitter does not look at, such as a date that does not exist.

Decimals become Fractions, after a bound on their digits and exponents: ``1e99999999`` would
otherwise never return.
"""

from __future__ import annotations

import re
import stat
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from detente.errors import Fault, InputError, Place, UsageError
from detente.numbers import MAX_DIGITS, exact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["KeyPath", "Span", "TomlFile", "parse", "read", "read_text"]

#: Keys and list positions from the top of a file down to a value.
KeyPath = tuple[str | int, ...]

MAX_BYTES = 5_000_000
#: Tables and lists inside one another; ``tomllib`` recurses and has no bound of its own.
MAX_DEPTH = 20

#: Bounds far above what people write, so that no file keeps a checker busy for minutes.
MAX_LINES = 50_000
MAX_LINE = 100_000
MAX_VALUES = 30_000
MAX_FAULTS = 100

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_BARE_WORD = re.compile(r"[^=]*=\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*(#.*)?")


@dataclass(frozen=True)
class Span:
    """Where a key and its value stand, 1-based in characters, and the value as it is written."""

    key: tuple[int, int]
    value: tuple[int, int]
    raw: str


class Spans(Mapping[KeyPath, Span]):
    """Where everything in a file stands: kept as offsets in bytes, counted out in lines and columns when asked for."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        #: Key path to the offsets of the key, of the value, and of the end of the value.
        self.offsets: dict[KeyPath, tuple[int, int, int]] = {}
        self.starts = [0, *(match.end() for match in re.finditer(b"\n", source))]
        self.plain = source.isascii()

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and character of a byte."""
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        return line, 1 + (offset - start if self.plain else len(self.source[start:offset].decode("utf-8", "ignore")))

    def key(self, path: KeyPath) -> tuple[int, int]:
        """Return the place of a key alone."""
        return self.position(self.offsets[path][0])

    def value(self, path: KeyPath) -> tuple[int, int]:
        """Return the place of a value alone."""
        return self.position(self.offsets[path][1])

    def raw(self, path: KeyPath) -> str:
        """Return the value alone, as it is written."""
        _, start, end = self.offsets[path]
        return self.source[start:end].decode()

    def __getitem__(self, path: KeyPath) -> Span:
        return Span(self.key(path), self.value(path), self.raw(path))

    def __contains__(self, path: object) -> bool:
        return path in self.offsets

    def __iter__(self) -> Iterator[KeyPath]:
        return iter(self.offsets)

    def __len__(self) -> int:
        return len(self.offsets)


@dataclass(frozen=True)
class TomlFile:
    """A TOML file that could be read: its data and the place of everything in it.

    Attributes
    ----------
    name : str
        The path as messages show it, relative to the study and with ``/``.
    text : str
        The whole text with LF line ends, without byte order mark.
    data : dict
        Tables, lists, texts, integers, booleans, dates, and Fractions for decimals.
    """

    name: str
    text: str
    data: dict[str, Any]
    spans: Spans = field(repr=False)

    def at(self, path: KeyPath) -> Any:
        """Return the value at a key path."""
        value: Any = self.data
        for key in path:
            value = value[key]
        return value

    def key_place(self, path: KeyPath) -> Place:
        """Return the place of a key, or of the closest table around it that is written out."""
        while path:
            if path in self.spans:
                return Place(self.name, *self.spans.key(path))
            path = path[:-1]
        return Place(self.name, 1, 1)

    def place(self, path: KeyPath) -> Place:
        """Return the place of a value, or of the closest table around it that is written out."""
        if path in self.spans:
            return Place(self.name, *self.spans.value(path))
        return self.key_place(path)

    def raw(self, path: KeyPath) -> str:
        """Return a value as it is written in the file, or ``""`` for a table."""
        return self.spans.raw(path) if path in self.spans else ""

    def inside(self, path: KeyPath, column: int) -> Place:
        """Return the place of the ``column``-th character of a text.

        A text with escapes is placed as a whole: its characters stand nowhere in the file as such.
        """
        start = self.place(path)
        raw = self.raw(path)
        quotes = 3 if raw[:3] in ('"""', "'''") else 1
        body = raw[quotes:-quotes]
        if raw[:1] not in ('"', "'") or (raw[0] == '"' and "\\" in body):
            return start
        assert start.line is not None
        assert start.column is not None
        before = body[: column - 1]
        if quotes == 3 and body.startswith("\n"):
            before = body[:column]  # the line break behind opening triple quotes is not part of the text
        if "\n" not in before:
            return Place(self.name, start.line, start.column + quotes + len(before))
        return Place(self.name, start.line + before.count("\n"), len(before) - before.rfind("\n"))


def read(path: Path, name: str) -> TomlFile:
    """Read the TOML file at ``path``, shown as ``name``.

    Raises
    ------
    InputError
        With every fault found, each with its place: a file that cannot be read or is no UTF-8,
        wrong syntax, keys that stand twice, numbers out of bounds.
    """
    return parse(read_text(path, name), name)


def read_text(path: Path, name: str) -> str:
    """Read a text file as UTF-8 with LF line ends, without byte order mark.

    Raises
    ------
    InputError
        If the file is missing, unreadable, larger than 5 MB, not UTF-8, or holds control characters.
    """
    whole = Place(name)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(Fault(whole, "found a folder", "expected a text file"))
        if not stat.S_ISREG(mode):  # a pipe would never end, a device neither
            raise InputError(Fault(whole, "found a pipe or a device", "expected a text file"))
        with path.open("rb") as handle:
            content = handle.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(Fault(whole, "found no such file", "expected a text file", "create it")) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(Fault(whole, f"the file cannot be read ({reason})", "", "check its permissions")) from None
    if len(content) > MAX_BYTES:
        raise InputError(
            Fault(whole, f"found more than {MAX_BYTES:,} bytes", "expected a readable text file", "split it")
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content[:2]:
        raise InputError(Fault(Place(name, 1, 1), "found UTF-16 text", "expected UTF-8", "save the file as UTF-8"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(_encoding_fault(name, content, error)) from None
    control = _CONTROL.search(text)
    if control:
        place = Place(
            name, *_position(text.replace("\r\n", "\n"), control.start() - text.count("\r\n", 0, control.start()))
        )
        code = f"U+{ord(control.group()):04X}"
        raise InputError(Fault(place, f"found the control character {code}", "expected plain text", "remove it"))
    text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise InputError(Fault(whole, f"found {len(lines)} lines", f"expected at most {MAX_LINES}", "split it"))
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            place = Place(name, number, 1)
            raise InputError(Fault(place, f"found a line of {len(line)} characters", f"expected at most {MAX_LINE}"))
    return text


def _encoding_fault(name: str, content: bytes, error: UnicodeDecodeError) -> Fault:
    # error.start counts from behind the byte order mark, which the codec has taken off
    good = content.removeprefix(b"\xef\xbb\xbf")[: error.start].decode("utf-8", "replace")
    byte = error.object[error.start]
    place = Place(name, *_position(good.replace("\r\n", "\n"), len(good.replace("\r\n", "\n"))))
    return Fault(place, f"found the byte 0x{byte:02X}, which is not UTF-8", "expected UTF-8", "save the file as UTF-8")


def _position(text: str, index: int) -> tuple[int, int]:
    """Return the 1-based line and column of the character at ``index``."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def parse(text: str, name: str) -> TomlFile:
    """Return the TOML file with the content ``text``, shown as ``name``; see :func:`read`."""
    source = text.encode()
    tree = _parser().parse(source)
    lines = text.split("\n")
    faults = list(_syntax_faults(tree.root_node, lines, name))
    if faults:
        raise InputError(*faults)
    walk = _Walk(name, source)
    walk.document(tree.root_node)
    if walk.faults:
        raise InputError(*walk.faults)
    try:
        data = tomllib.loads(text, parse_float=lambda numeral: exact(numeral.replace("_", "")))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise InputError(_tomllib_fault(str(error), lines, name)) from None
    return TomlFile(name, text, data, walk.spans)


@cache
def _parser() -> Any:
    import tree_sitter
    import tree_sitter_toml

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))


def _column(lines: list[str], row: int, byte: int) -> int:
    """Return the 1-based character column of a byte offset in a line."""
    line = lines[row] if row < len(lines) else ""
    return byte + 1 if line.isascii() else len(line.encode()[:byte].decode("utf-8", "ignore")) + 1


def _syntax_faults(root: Any, lines: list[str], name: str) -> Iterator[Fault]:
    """Yield one fault for each line on which tree-sitter lost the thread."""
    if not root.has_error:
        return
    found: dict[int, int] = {}
    stack = [root]
    while stack and len(found) < MAX_FAULTS:
        node = stack.pop()
        if node.is_error or node.is_missing:
            row, byte = node.start_point
            # a node inside another on the same line is the more exact one
            found[row] = max(byte, found.get(row, 0))
        if node.has_error:
            stack.extend(reversed(node.children))
    for row, byte in sorted(found.items()):
        line = lines[row] if row < len(lines) else ""
        column = min(_column(lines, row, byte), len(line) + 1)
        yield Fault(Place(name, row + 1, column), *_explain(line))


def _explain(line: str) -> tuple[str, str, str]:
    """Say in words what is most likely wrong on a line that is no TOML."""
    text = line.strip()
    shown = repr(text if len(text) <= 60 else text[:57] + "...")
    bare = _BARE_WORD.fullmatch(text)
    if text.startswith("["):
        return f"found {shown}", "expected a table such as [name] or [[name]]", "close the brackets on the same line"
    if "=" not in text:
        return f"found {shown}", "expected NAME = VALUE", "write a name, '=' and a value"
    if text.startswith("="):
        return f"found {shown}", "expected a name before '='", ""
    if text.partition("=")[2].strip() == "":
        return f"found no value in {shown}", "expected a number, a text in quotes, a list or a table behind '='", ""
    if bare and bare.group(1) not in ("true", "false"):
        word = bare.group(1)
        if word.lower() in ("true", "false"):
            return f"found {word!r}", f"expected {word.lower()!r} in lower case", ""
        return f"found the bare word {word!r}", "expected a number or a text in quotes", f'write "{word}"'
    if re.match(r"[^\"']*=\s*[^\"'\[{#]*:", text) or re.match(r"[A-Za-z0-9_-]+\s*:", text):
        return f"found {shown}", "expected NAME = VALUE", "use '=' in place of ':'"
    value = text.partition("=")[2].strip()
    for quote, word in (('"', "double"), ("'", "single")):
        if value.startswith(quote) and value.count(quote) % 2:
            return f"found a text that does not end in {shown}", f"expected a closing {word} quote", ""
    if value[-1] in "\"'" and value[0] not in "\"'[{":
        return f"found a text that does not begin in {shown}", "expected a quote before it", ""
    for left, right in (("[", "]"), ("{", "}")):
        if value.startswith(left) and value.count(left) > value.count(right):
            return (
                f"found {shown}",
                f"expected a closing {right!r}",
                "close the brackets and separate entries with commas",
            )
    return f"found {shown}, which is no TOML", "expected NAME = VALUE", "check quotes, commas and brackets on this line"


def _tomllib_fault(message: str, lines: list[str], name: str) -> Fault:
    match = re.search(r" \(at line (\d+), column (\d+)\)", message)
    line, column = (int(match.group(1)), int(match.group(2))) if match else (max(len(lines) - 1, 1), 1)
    said = re.sub(r" \(at .*\)", "", message)
    text = lines[line - 1].strip() if line <= len(lines) else ""
    return Fault(
        Place(name, line, column), f"found {text[:60]!r} ({said[:1].lower()}{said[1:]})", "expected valid TOML", ""
    )


class _Walk:
    """One walk over a sound syntax tree: places of keys and values, keys that stand twice, bad numbers."""

    def __init__(self, name: str, source: bytes) -> None:
        self.name, self.source = name, source
        self.spans = Spans(source)
        self.offsets = self.spans.offsets
        self.faults: list[Fault] = []
        self.written: set[KeyPath] = set()  # keys with a value and tables with a header: none may stand twice
        self.lists: dict[KeyPath, int] = {}  # [[name]]: how many so far

    def document(self, root: Any) -> None:
        for node in root.named_children:
            if len(self.offsets) > MAX_VALUES:
                self.fail(node, f"found more than {MAX_VALUES} values", "expected a readable text file", "split it")
                return
            if node.type == "pair":
                self.pair(node, ())
            elif node.type in ("table", "table_array_element"):
                self.table(node)

    def place(self, node: Any) -> Place:
        return Place(self.name, *self.spans.position(node.start_byte))

    def fail(self, node: Any, found: str, expected: str, do: str = "") -> None:
        self.faults.append(Fault(self.place(node), found, expected, do))

    def keys(self, node: Any) -> list[Any]:
        """Return the parts of a dotted key in order; the tree nests them to the left."""
        if node.type != "dotted_key":
            return [node]
        parts: list[Any] = []
        while node.type == "dotted_key":
            *inner, last = node.named_children
            parts.append(last)
            node = inner[0]
        return [node, *reversed(parts)]

    def name_of(self, node: Any) -> str:
        text = self.source[node.start_byte : node.end_byte].decode()
        return text if node.type == "bare_key" else str(tomllib.loads(f"key = {text}")["key"])

    def path(self, node: Any, prefix: KeyPath, header: bool) -> KeyPath | None:
        """Return the full path of a key; ``None`` where it is too deep."""
        parts = self.keys(node)
        if len(prefix) + len(parts) > MAX_DEPTH:
            self.fail(node, f"found tables nested over {MAX_DEPTH} deep", "expected a flatter table")
            return None
        path = prefix
        for part in parts:
            path = (*path, self.name_of(part))
            if header and path in self.lists and part is not parts[-1]:
                path = (*path, self.lists[path] - 1)
            if path not in self.offsets:
                start = part.start_byte
                self.offsets[path] = start, start, start
        return path

    def table(self, node: Any) -> None:
        key, *rest = [child for child in node.named_children if child.type != "comment"]
        path = self.path(key, (), header=True)
        if path is None:
            return
        if node.type == "table_array_element":
            count = self.lists.get(path, 0)
            if count == 0 and path in self.written:
                self.twice(key, path)
            self.lists[path] = count + 1
            path = (*path, count)
            self.offsets[path] = (key.start_byte,) * 3
        elif path in self.written or path in self.lists:
            self.twice(key, path)
        else:
            self.offsets[path] = self.keys(key)[-1].start_byte, key.start_byte, key.start_byte
        self.written.add(path)
        for child in rest:
            if child.type == "pair":
                self.pair(child, path)

    def twice(self, node: Any, path: KeyPath) -> None:
        first = Place(self.name, *self.spans.key(path))
        self.fail(
            node, f"found {str(path[-1])!r} a second time", f"it stands at {first} already", "remove or rename one"
        )

    def pair(self, node: Any, prefix: KeyPath) -> None:
        children = node.named_children
        key, value = children if len(children) == 2 else (child for child in children if child.type != "comment")
        path = self.path(key, prefix, header=False)
        if path is None:
            return
        if path in self.written or path in self.lists:
            self.twice(key, path)
            return
        self.written.add(path)
        self.offsets[path] = self.keys(key)[-1].start_byte, value.start_byte, value.end_byte
        self.value(value, path)

    def value(self, node: Any, path: KeyPath) -> None:
        kind = node.type
        if len(path) > MAX_DEPTH:
            self.fail(node, f"found lists and tables nested over {MAX_DEPTH} deep", "expected a flatter value")
        elif kind == "array":
            items = [child for child in node.named_children if child.type != "comment"]
            for index, child in enumerate(items):
                inner = (*path, index)
                start = child.start_byte
                self.offsets[inner] = start, start, child.end_byte
                self.value(child, inner)
        elif kind == "inline_table":
            for child in node.named_children:
                if child.type == "pair":
                    self.pair(child, path)
        elif kind in ("integer", "float"):
            self.number(node, kind)

    def number(self, node: Any, kind: str) -> None:
        raw = self.source[node.start_byte : node.end_byte].decode().replace("_", "")
        if raw.strip("+-") in ("inf", "nan"):
            self.fail(node, f"found {raw!r}", "expected a finite number")
        elif len(raw) > MAX_DIGITS:
            self.fail(node, f"found a number of {len(raw)} digits", f"expected at most {MAX_DIGITS}")
        elif kind == "float" and "e" in raw.lower():
            try:
                exact(raw)
            except UsageError as error:
                self.faults.append(Fault(self.place(node), str(error)))
