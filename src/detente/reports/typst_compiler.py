"""The Typst compiler, run in an empty folder of its own with given fonts, files and date."""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["STANDARDS", "Pages", "RefusedError", "compile_report", "font_book", "lay_out", "run_typst", "to_png"]

#: Standards to which every report is built.
STANDARDS = ("a-2b", "ua-1")
#: One report is set at a time: what the second one has in common with the first is then not set again.
_SETTING = Lock()


class RefusedError(Exception):
    """Typst refused to compile; ``characters`` are those that it could not display."""

    def __init__(self, message: str, diagnostic: str) -> None:
        shown = re.findall(r'the text `"((?:\\u\{[0-9a-f]+\}|[^`])+?)"` could not be displayed', diagnostic)
        decoded = (re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: chr(int(m.group(1), 16)), text) for text in shown)
        self.characters = sorted({character for text in decoded for character in text if ord(character) > 126})
        super().__init__(message)


@lru_cache(maxsize=4)
def font_book(folders: tuple[str, ...]) -> Any:
    """Return the embedded fonts and those in some folders, never those of the system."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=list(folders))


def _template() -> bytes:
    return (resources.files("detente.reports") / "template" / "report.typ").read_bytes()


@dataclass(frozen=True)
class Pages:
    """What the template gets: the data of a report, its pictures by name, and the date of the file."""

    data: Mapping[str, Any]
    pictures: Mapping[str, bytes]
    timestamp: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the same as data that JSON can hold."""
        pictures = {name: svg.decode("utf-8") for name, svg in self.pictures.items()}
        return {"data": self.data, "pictures": pictures, "timestamp": self.timestamp}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Pages:
        """Return pages from their data."""
        pictures = {name: svg.encode("utf-8") for name, svg in kept["pictures"].items()}
        return cls(kept["data"], pictures, kept["timestamp"])


def compile_report(pages: Pages, book: Any) -> bytes:
    """Return a report set by the template, after any that is being set.

    Raises
    ------
    RefusedError
        If Typst refuses it.
    """
    with _SETTING:
        return run_typst(_template(), _files(pages), book, pages.timestamp, STANDARDS)


def lay_out(pages: Pages, book: Any) -> None:
    """Have the compiler set a report and write no file: what it remembers is not set again by :func:`compile_report`.

    Raises
    ------
    RefusedError
        If Typst refuses it.
    """
    import typst

    with _SETTING, _written(_template(), _files(pages)) as main:
        root = str(main.parent)
        typst.query(str(main), "<foot>", root=root, font_paths=book, ignore_system_fonts=True, package_path=root, package_cache_path=root)


def _files(pages: Pages) -> dict[str, bytes]:
    return {"data.json": json.dumps(pages.data, ensure_ascii=True).encode("ascii"), **pages.pictures}


@contextmanager
def _written(source: bytes, files: Mapping[str, bytes]) -> Iterator[Path]:
    """Put a Typst source and some files into a folder of their own for as long as they are compiled."""
    with tempfile.TemporaryDirectory(prefix="detente-") as folder:
        root = Path(folder).resolve()
        for name, content in files.items():
            (root / name).write_bytes(content)
        main = root / "report.typ"
        main.write_bytes(source)
        try:
            yield main
        except RuntimeError as error:  # a TypstError from a compilation, which tells more than one from a query
            raise RefusedError(getattr(error, "message", str(error)), getattr(error, "diagnostic", "")) from None


def run_typst(source: bytes, files: Mapping[str, bytes], book: Any, timestamp: int, standards: Sequence[str]) -> bytes:
    """Compile one Typst source beside some files.

    Raises
    ------
    RefusedError
        If Typst refuses it.
    """
    import typst

    with _written(source, files) as main:
        root = str(main.parent)
        result = typst.compile(
            str(main),
            root=root,
            font_paths=book,
            ignore_system_fonts=True,
            pdf_standards=list(standards),  # type: ignore[arg-type]
            timestamp=timestamp,
            package_path=root,
            package_cache_path=root,
        )
    return bytes(result)


def to_png(pictures: Mapping[str, bytes], ppi: float = 144.0) -> dict[str, bytes]:
    """Return SVG pictures by name as PNG, all from one run; the same picture gives the same bytes.

    Raises
    ------
    RefusedError
        If Typst cannot read one of them.
    """
    import typst

    if not pictures:
        return {}
    names = list(pictures)
    pages = [f'#page(width: auto, height: auto, margin: 0pt, image("{index}.svg"))' for index in range(len(names))]
    with tempfile.TemporaryDirectory(prefix="detente-") as folder:
        root = Path(folder).resolve()
        for index, name in enumerate(names):
            (root / f"{index}.svg").write_bytes(pictures[name])
        main = root / "pictures.typ"
        main.write_text("\n".join(pages), encoding="ascii")
        try:
            made = typst.compile(str(main), root=str(root), format="png", ppi=ppi, ignore_system_fonts=True, font_paths=font_book(()))
        except typst.TypstError as error:
            raise RefusedError(error.message, error.diagnostic) from None
    found = [made] if isinstance(made, bytes) else list(made)
    return dict(zip(names, map(bytes, found), strict=True))
