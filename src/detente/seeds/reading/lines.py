"""The lines of a document, whatever its format, numbered as ``figures.csv`` counts them.

======================  ====================================================================================
format                  a line is
======================  ====================================================================================
``.txt``, ``.md``, ..   a line of the file; only a line feed ends one
``.html``, ``.htm``     a block of the page (paragraph, item, cell, heading), scripts and styles left out
``.docx``               a paragraph, those of tables, footnotes and text boxes among them
``.pdf``                a line of a page as the text lies on it; numbers go on from page to page
======================  ====================================================================================

HTML is read by the standard library, DOCX and PDF by python-docx and PDFium (extra ``documents``), all three in a
process of its own with limits on time and memory, so that a hostile file costs a message and nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from detente.errors import Fault, InputError, Place, UsageError
from detente.seeds.reading.limits import MAX_BYTES, MAX_LINE, MAX_LINES, SECONDS

__all__ = ["FORMATS", "Line", "document_lines", "is_plain"]

#: File ending to format; every other ending is read as text.
FORMATS = {".html": "html", ".htm": "html", ".xhtml": "html", ".docx": "docx", ".docm": "docx", ".pdf": "pdf"}
_KNOWN_OTHERS = {".doc", ".rtf", ".odt", ".ppt", ".pptx", ".xls", ".xlsx", ".epub", ".zip", ".png", ".jpg", ".jpeg"}


@dataclass(frozen=True)
class Line:
    """A line: its number in the document and its text, of a PDF also its page and its number on that page."""

    number: int
    text: str
    page: int | None = None
    page_line: int | None = None

    @property
    def place(self) -> str:
        """The place in words."""
        return f"line {self.number}" if self.page is None else f"page {self.page}, line {self.page_line}"


def is_plain(name: str) -> bool:
    """Return whether a document of this name is read as the text that it is."""
    return Path(name).suffix.lower() not in FORMATS


def document_lines(path: Path, content: bytes | None = None) -> list[Line]:
    """Return the lines of a document.

    Parameters
    ----------
    path : Path
    content : bytes, optional
        What the file holds, where it has been read already.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, is not what its name says, or is no UTF-8.
    UsageError
        If the extra ``documents`` is needed and missing.
    """
    suffix = path.suffix.lower()
    kind = FORMATS.get(suffix, "text")
    if suffix in _KNOWN_OTHERS:
        raise _fault(
            path, f"found a file {suffix}", "expected text, Markdown, HTML, DOCX or PDF", "save it as one of these"
        )
    data = read_bytes(path) if content is None else content
    if kind == "text":
        return _numbered(path, [(None, each) for each in _decoded(path, data).split("\n")])
    if kind == "html":
        _decoded(path, data)  # says what is wrong with the encoding
    return _numbered(path, _apart(path, kind))


def read_bytes(path: Path) -> bytes:
    """Return what a file holds, up to a limit.

    Raises
    ------
    InputError
        If it is missing, no regular file, or too large.
    """
    try:
        if not path.is_file():
            found = "found a folder or a device" if path.exists() else "found no such file"
            raise _fault(path, found, "expected a document")
        with path.open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise _fault(path, f"the file cannot be read ({reason})", "", "check its permissions") from None
    if len(data) > MAX_BYTES:
        raise _fault(path, f"found more than {MAX_BYTES // 10**6} MB", "expected a document to read", "split it")
    return data


def _fault(path: Path, found: str, expected: str = "", do: str = "") -> InputError:
    return InputError(Fault(Place(str(path)), found, expected, do))


def _decoded(path: Path, data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise _fault(path, "found UTF-16 text", "expected UTF-8", "save the file as UTF-8")
    if b"\x00" in data[:4096]:
        raise _fault(path, "found bytes that are no text", "expected text in UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"found the byte 0x{data[error.start]:02X} in line {line}, which is not UTF-8"
        raise _fault(path, found, "expected UTF-8", "save the file as UTF-8") from None


def _numbered(path: Path, texts: list[tuple[int | None, str]]) -> list[Line]:
    if len(texts) > MAX_LINES:
        raise _fault(path, f"found {len(texts)} lines", f"expected at most {MAX_LINES}", "split it")
    lines: list[Line] = []
    on_page = 0
    for number, (page, text) in enumerate(texts, 1):
        if len(text) > MAX_LINE:
            found = f"found a line of {len(text)} characters (line {number})"
            raise _fault(path, found, f"expected at most {MAX_LINE}", "break it into paragraphs")
        on_page = on_page + 1 if lines and lines[-1].page == page else 1
        lines.append(Line(number, text, page, None if page is None else on_page))
    return lines


def _apart(path: Path, kind: str) -> list[tuple[int | None, str]]:
    """Return what a process of its own reads in a page, DOCX or PDF."""
    # isolated from the environment and the current folder; the package is found where this module was
    start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from detente.seeds.reading.worker import main; main()"
    root = str(Path(__file__).resolve().parents[3])
    command = [sys.executable, "-I", "-c", start, root, kind, str(path.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired:
        raise _fault(
            path, f"reading took more than {SECONDS} seconds", "expected a document to read", "split it"
        ) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise _fault(
            path, f"the file breaks its reader (exit code {done.returncode})", f"expected a sound {kind.upper()}"
        ) from None
    if "missing" in answer:
        raise UsageError(
            f"{path}: reading {kind.upper()} needs {answer['missing']}; "
            'install the extra: python -m pip install "detente[documents]"'
        )
    if "fault" in answer:
        raise _fault(path, answer["fault"], f"expected a sound {kind.upper()}")
    return [(page, text) for page, text in answer["lines"]]
