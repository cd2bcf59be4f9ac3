"""Reads one page, DOCX or PDF in a process of its own: ``worker html|docx|pdf FILE``.

Prints one JSON object: ``lines``, a list of page (null but for PDF) and text; or ``fault``, what is wrong with the
file; or ``missing``, the package to install.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.seeds.reading.limits import MAX_MEMORY, MAX_PAGES, MAX_TEXT, MAX_UNPACKED, SECONDS
from detente.seeds.reading.markup import html_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["docx_lines", "main", "page_lines", "pdf_lines"]


class _Unsound(Exception):  # noqa: N818 - what is wrong with the file, in words
    pass


def main() -> None:
    """Read the file that the command line names and print what was found."""
    kind, path = sys.argv[1:3]
    _limit()
    try:
        answer: dict[str, Any] = {"lines": _bounded(_READERS[kind](path))}
    except ModuleNotFoundError as error:
        answer = {"missing": {"docx": "python-docx", "pypdfium2": "pypdfium2"}.get(error.name or "", error.name)}
    except _Unsound as error:
        answer = {"fault": str(error)}
    except MemoryError:
        answer = {"fault": "the file needs more memory than a document should"}
    except Exception as error:  # noqa: BLE001 - whatever a broken file does to its reader is said of the file
        answer = {"fault": f"the file cannot be read ({' '.join(str(error).split())[:120] or type(error).__name__})"}
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii"))


def _limit() -> None:
    """Bound memory and processor time where the system can; the caller bounds the time everywhere."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _bounded(lines: Iterator[tuple[int | None, str]]) -> list[tuple[int | None, str]]:
    found: list[tuple[int | None, str]] = []
    size = 0
    for page, text in lines:
        size += len(text) + 1
        if size > MAX_TEXT:
            raise _Unsound(f"found more than {MAX_TEXT:,} characters")
        found.append((page, text))
    return found


def page_lines(path: str) -> Iterator[tuple[None, str]]:
    """Yield the blocks of an HTML page."""
    for line in html_lines(Path(path).read_text(encoding="utf-8")):
        yield None, line


def docx_lines(path: str) -> Iterator[tuple[None, str]]:
    """Yield the paragraphs of a DOCX in order: body, tables and text boxes, then footnotes and endnotes.

    Macros are not looked at; linked files are not fetched.
    """
    if path.lower().endswith(".docm"):
        raise _Unsound("found a document with macros; save it as .docx, without them")
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
    except zipfile.BadZipFile:
        raise _Unsound("the file is no DOCX (no zip archive)") from None
    if unpacked > MAX_UNPACKED:
        raise _Unsound(f"found {unpacked:,} bytes when unpacked")
    import docx

    document = docx.Document(path)
    yield from _paragraphs(document.element.body)
    for part in document.part.package.iter_parts():
        if str(part.partname).endswith(("/footnotes.xml", "/endnotes.xml")):
            from docx.oxml import parse_xml

            yield from _paragraphs(parse_xml(part.blob))


#: What PDFium puts where a word is cut at the end of a line, and other characters that are not shown.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f\xad\ufffe\uffff]")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _paragraphs(root: Any) -> Iterator[tuple[None, str]]:
    """Yield the text of each paragraph; deleted words, and the fallback copies of text boxes, do not count."""
    for paragraph in root.iter(f"{_W}p"):
        if any(each.tag.endswith("}Fallback") for each in paragraph.iterancestors()):
            continue
        pieces: list[str] = []
        for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}noBreakHyphen"):
            inner = next((each for each in node.iterancestors(f"{_W}p")), None)
            if inner is not paragraph:
                continue  # of a text box inside this paragraph, which has paragraphs of its own
            pieces.append(node.text or "" if node.tag == f"{_W}t" else "-" if node.tag == f"{_W}noBreakHyphen" else " ")
        text = "".join(pieces).strip()
        if text:
            yield None, text


def pdf_lines(path: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of each page as PDFium reads them; scripts, forms and links in the file are not run."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise _Unsound("the PDF asks for a password" if locked else "the file is no sound PDF") from None
    if len(document) > MAX_PAGES:
        raise _Unsound(f"found {len(document)} pages, more than {MAX_PAGES}")
    empty = True
    for number in range(len(document)):
        page = document[number]
        text_page = page.get_textpage()
        text = _UNSHOWN.sub("", text_page.get_text_bounded().replace("\r\n", "\n").replace("\r", "\n"))
        text_page.close()
        page.close()
        for line in text.split("\n"):
            if line.strip():
                empty = False
                yield number + 1, line.strip()
    if empty:
        raise _Unsound("the PDF holds no text (a scan of paper has to go through text recognition first)")


_READERS: dict[str, Callable[[str], Iterator[tuple[int | None, str]]]] = {
    "html": page_lines,
    "docx": docx_lines,
    "pdf": pdf_lines,
}
