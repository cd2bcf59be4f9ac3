"""Results of reports on disk, found again by what they depend on and by nothing else.

A result is stored under the SHA-256 of its *key*: everything that it depends on, in words and numbers, with the versions and the
source of the engine. There is no name or date by which an old result could be taken for a new one: whoever changes
anything asks for another key. Results are JSON, never code, and each carries the digest of its content: a file that was cut
off or changed is computed again.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.whole import put_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Store", "digest", "engine"]

#: Results that are kept; the ones not used for longest go first.
_MOST = 4000
#: The modules of reports that compute and keep numbers.
_NUMBERS = frozenset({"results.py", "box_results.py", "claim_results.py", "content.py", "store.py"})
_PACKAGES = ("numpy", "scipy", "sympy", "matplotlib", "python-flint", "nashpy", "typst", "pydantic")


@cache
def engine(*, pages: bool = False) -> Mapping[str, str]:
    """Return the versions and the source on which numbers may depend; with ``pages`` also those of words and pictures."""
    return {"source": _sources()[pages], **_versions()}


@cache
def _sources() -> tuple[str, str]:
    """Return the digests of the source on which numbers may depend, and of all source, from one reading."""
    here = Path(__file__).parents[1]
    numbers, pages = hashlib.sha256(), hashlib.sha256()
    for place in sorted(here.rglob("*")):
        name = place.relative_to(here)
        if place.suffix not in {".py", ".toml", ".typ"} or name.parts[:2] == ("study", "template"):
            continue
        content = name.as_posix().encode() + b"\0" + place.read_bytes() + b"\0"
        pages.update(content)
        if name.parts[0] not in {"reports", "cli"} or name.parts[1] in _NUMBERS:
            numbers.update(content)
    return numbers.hexdigest(), pages.hexdigest()


@cache
def _versions() -> Mapping[str, str]:
    import platform

    found = {"python": platform.python_version(), "machine": platform.machine()}
    for each in _PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[each] = metadata.version(each)
    return found


def digest(content: object) -> str:
    """Return the SHA-256 of data: what is equal as JSON has one digest, whatever the order of keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, default=_plain)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    """Return what JSON has no form for as text that tells its type too, so that 1 and "1" differ."""
    if isinstance(value, Fraction):
        return f"fraction {value}"
    if isinstance(value, bytes):
        return f"bytes {hashlib.sha256(value).hexdigest()}"
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    return f"{type(value).__name__} {value!r}"


#: A file of a result: JSON with the digest of the result's own bytes in front, so that it is checked before it is parsed.
_HEAD, _BETWEEN, _END = b'{"digest": "', b'", "result": ', b"}"
_DIGITS = 64


def _body(content: bytes) -> bytes | None:
    """Return the bytes of a result, None where they are not those that were written."""
    start = len(_HEAD) + _DIGITS + len(_BETWEEN)
    body = content[start : -len(_END)]
    expected = _HEAD + hashlib.sha256(body).hexdigest().encode("ascii") + _BETWEEN + body + _END
    return body if content == expected else None


@dataclass(frozen=True)
class Store:
    """A folder of results; None keeps them in memory alone, where the folder of a study cannot be written."""

    folder: Path | None
    memory: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, root: Path) -> Store:
        """Return the store of a study, none where its folder cannot be written."""
        return cls(root / ".detente" / "report" if os.access(root, os.W_OK) else None)

    def get(self, key: Mapping[str, Any], make: Callable[[], Any]) -> Any:
        """Return the result under a key, or make it, keep it, and return it; results are JSON.

        Parameters
        ----------
        key : mapping
            Everything on which the result depends, apart from the engine.
        make : callable
            Returns the result.
        """
        name = digest({"key": key, "engine": dict(engine())})
        found = self._read(name)
        if found is None:
            found = json.loads(json.dumps(make(), ensure_ascii=True))
            self._write(name, found)
        return found

    def find(self, key: Mapping[str, Any]) -> Any:
        """Return the result under a key, None where there is none."""
        return self._read(digest({"key": key, "engine": dict(engine())}))

    def keep(self, key: Mapping[str, Any], result: Any) -> None:
        """Keep a result under a key, in place of any other one."""
        self._write(digest({"key": key, "engine": dict(engine())}), result)

    def has(self, key: Mapping[str, Any]) -> bool:
        """Return whether a result is kept under a key."""
        if self.folder is None:
            return False
        try:
            content = (self.folder / f"{digest({'key': key, 'engine': dict(engine())})}.json").read_bytes()
        except OSError:
            return False
        return _body(content) not in (None, b"null")

    def _read(self, name: str) -> Any:
        if self.folder is None:
            return json.loads(self.memory.get(name, b"null"))
        path = self.folder / f"{name}.json"
        try:
            body = _body(path.read_bytes())
            if body is None:
                return None
            os.utime(path)
            return json.loads(body)
        except (OSError, ValueError):
            return None

    def _write(self, name: str, result: Any) -> None:
        body = json.dumps(result, ensure_ascii=True).encode("ascii")
        if self.folder is None:
            self.memory[name] = body
            return
        path = self.folder / f"{name}.json"
        content = _HEAD + hashlib.sha256(body).hexdigest().encode("ascii") + _BETWEEN + body + _END
        with suppress(OSError):  # a disk that is full or read-only costs time, not the report
            self.folder.mkdir(parents=True, exist_ok=True)
            put_whole(path, content)
            self._forget()

    def _forget(self) -> None:
        assert self.folder is not None
        kept = list(self.folder.glob("*.json"))
        if len(kept) <= _MOST:
            return
        for old in sorted(kept, key=lambda path: path.stat().st_mtime)[: len(kept) - _MOST * 9 // 10]:
            old.unlink(missing_ok=True)
