"""The last build of a report: whether another one would write the same, and its pages, from which the compiler learns the next ones.

A build is known by the hash of the study, the versions and source of the engine, what was asked for and the fonts; it is taken for
done only while every file that it wrote still has the bytes that it wrote. The compiler remembers for as long as a process lives what
it has set, by content; most of its work is done already where it has set the pages of the last build before those of this one come.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Thread, get_native_id
from typing import TYPE_CHECKING, Any

from detente.errors import FormulaError
from detente.reports.assets import MANIFEST, assets_folder
from detente.reports.characters import chinese_font_files, chinese_fonts
from detente.reports.math_alphabet import check_linked, check_math, math_pieces
from detente.reports.store import Store, engine
from detente.reports.typst_compiler import Pages, RefusedError, font_book, lay_out
from detente.study.text_files import study_hash, text_files
from detente.workers import cores

if TYPE_CHECKING:
    from detente.reports.build import Written

__all__ = ["Built", "LastBuild"]

#: Lines of words in files with numbers: a change of them alone asks for no process.
_WORDS = re.compile(rb"^(?:label|description|reason|note|says|title|topic|statement|why|reconciliation|genre|slant) = .*$", re.MULTILINE)
#: The lowest priority of a thread.
_LAST = 19


@dataclass(frozen=True)
class Built:
    """A build that is done: the study's name and hash, the files written, the PDF first, and notes on them."""

    name: str
    hash: str
    files: tuple[Path, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class LastBuild:
    """What is known of the last build of a report: of the study in the folder ``root``, as somebody asks for it."""

    root: Path
    name: str | None = None
    lang: str | None = None
    out: Path | None = None

    @cached_property
    def _store(self) -> Store:
        return Store.of(self.root)

    def _key(self, study: str) -> dict[str, Any]:
        """Return everything on which the files of a build depend, and where they are."""
        return {
            "built": self.name, "lang": self.lang, "to": None if self.out is None else [str(self.out), str(self.out.absolute())],
            "study": study, "pages": engine(pages=True), "fonts": chinese_font_files(),
        }  # fmt: skip

    @property
    def _pages_key(self) -> dict[str, Any]:
        return {"pages of": self.name, "lang": self.lang}

    def built(self) -> Built | None:
        """Return the last build where one now would write the same files, all of which are there; else None."""
        study = study_hash(self.root)
        found = self._store.find(self._key(study))
        if found is None or not all(_digest(Path(path)) == digest for path, digest in found["digests"]):
            return None
        return Built(found["study"], study, tuple(map(Path, found["files"])), tuple(found["notes"]))

    def keep(self, study: str, hashed: str, written: Written, *, against: str = "") -> Built:
        """Remember a build of the study with this name and hash for the next one, and return it.

        One that compares the study with the version in the folder ``against`` depends on more than the study: it is built again,
        from what is known of its chapters.
        """
        built = Built(study, hashed, written.files, written.notes)
        if written.pages is not None:
            every = [*written.files, assets_folder(written.files[0]) / MANIFEST]
            digests = [[str(path), _digest(path)] for path in every]
            files = [str(path) for path in written.files]
            if not against:
                self._store.keep(self._key(hashed), {"study": study, "files": files, "notes": list(written.notes), "digests": digests})
            self._store.keep(self._pages_key, written.pages.to_json())
            self._store.keep(self._numbers_key, self._numbers)
        return built

    def look_ahead(self) -> None:
        """Begin what the build will need, where there is another core for it: the pages of the last one; processes if numbers changed."""
        if cores() < 2:
            return
        if self._store.find(self._numbers_key) != self._numbers:
            from detente.reports.warm import begin

            begin()
        Thread(target=self._set_in_spare_time, name="pages of the last build").start()

    @property
    def _numbers_key(self) -> dict[str, Any]:
        return {"numbers of": self.name, "lang": self.lang}

    @cached_property
    def _numbers(self) -> list[list[Any]]:
        """The files that hold the numbers of the study, with digests of their lines that are no words for readers."""
        names = [name for name in text_files(self.root, ("payoffs", "seeds")) if name != "seeds/chinese.toml"]
        return [[name, _digest(self.root / name, words=False)] for name in names]

    def _set_in_spare_time(self) -> None:
        """Set the pages of the last build in time that nothing else wants: results, where there are any to make, come first."""
        if sys.platform == "linux":  # elsewhere a thread has no priority of its own
            os.setpriority(os.PRIO_PROCESS, get_native_id(), _LAST)
        self._set()

    def _set(self) -> None:
        found = self._store.find(self._pages_key)
        if found is None or not _sound(found):
            return
        pages = Pages.of_json(found)
        with suppress(RefusedError):  # pages that cannot be set any more are none to learn from
            lay_out(pages, font_book(tuple(map(str, chinese_fonts()))))


def _digest(path: Path, *, words: bool = True) -> str | None:
    try:
        content = path.read_bytes()
        return hashlib.sha256(content if words else _WORDS.sub(b"", content)).hexdigest()
    except OSError:
        return None


def _sound(data: Any) -> bool:
    """Return whether all mathematics in the data of pages is of the closed alphabet: it was on disk."""
    if isinstance(data, list):
        return all(map(_sound, data))
    if not isinstance(data, dict):
        return True
    if "source" in data or "pieces" in data:
        try:
            check_math(data["source"])
            check_linked(data["linked"])
        except (FormulaError, KeyError, TypeError):
            return False
        if list(math_pieces(data["source"])) != data.get("pieces"):
            return False
    return all(map(_sound, data.values()))
