"""Which files define a study, and the hash over them; none is read as what it says."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from detente.study.layout import ROOMS

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

__all__ = ["study_hash", "text_files"]


def text_files(root: Path, rooms: Collection[str] = ROOMS, kinds: Collection[str] = ("toml", "csv")) -> list[str]:
    """Return the definition files of a study, relative to its root with ``/``, sorted by path."""
    found = [
        f"{room}/{path.name}"
        for room in rooms
        if (root / room).is_dir()
        for path in (root / room).iterdir()
        if path.suffix[1:] in kinds and not path.name.startswith(".")
    ]
    return sorted(found)


def study_hash(root: Path) -> str:
    """Return the SHA-256 over the definition files of a study, with LF line ends, sorted by path.

    Path and content go in with their lengths, so that no two studies share a hash by moving text from
    one file to the next. A file that cannot be read counts as its path alone.
    """
    digest = hashlib.sha256()
    for name in text_files(root):
        try:
            content = (root / name).read_bytes().replace(b"\r\n", b"\n")
        except OSError:
            content = b""
        for part in (name.encode(), content):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
