"""Results of a run on disk: saved whole, block by block, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import struct
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, UsageError
from detente.whole import put_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

__all__ = ["Remembered", "Saved", "SavingFailed", "versions"]

#: The name of the checksum among the arrays of a file.
_CHECK = "sha256"
#: What reading a damaged file may raise.
_UNREADABLE = (
    OSError, ValueError, EOFError, KeyError, RuntimeError, MemoryError, OverflowError, SyntaxError,
    struct.error, zlib.error, zipfile.BadZipFile,
)  # fmt: skip


class SavingFailed(DetenteError):  # noqa: N818 - public name
    """A result could not be written; what was saved before is whole and will be used by the next run."""


def versions() -> dict[str, str]:
    """Return the versions on which numbers may depend."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version(), "machine": platform.machine(), "engine": _engine()}
    for name in ("detente", "numpy", "scipy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


@cache
def _engine() -> str:
    """Return a hash of the source of what computes: results of another state of it are not read back."""
    here = Path(__file__).parents[1]
    hasher = hashlib.sha256()
    for place in sorted(here.rglob("*.py")):
        hasher.update(place.relative_to(here).as_posix().encode() + b"\0" + place.read_bytes())
    return hasher.hexdigest()[:16]


def _checksum(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return a hash of arrays with their names, types and shapes: a file may be damaged and still read."""
    hasher = hashlib.sha256()
    for name in sorted(arrays):
        each = arrays[name]
        hasher.update(f"{name} {each.dtype.str} {each.shape}\n".encode() + each.tobytes())
    return hasher.hexdigest()


def _runs(process: str) -> bool:
    """Return whether a process with this number runs here; True where that cannot be told."""
    if os.name != "posix":
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError, OverflowError):
        return True
    return True


@dataclass(frozen=True)
class Saved:
    """A folder of results under ``.detente/``, named by the hash of everything that they depend on.

    Parameters
    ----------
    root : path
        The study's folder; results go to ``root/.detente/ensemble/HASH/``.
    key : mapping
        What the results depend on, as JSON: study hash, seed, number of draws, prior, task. Versions are added.

    Notes
    -----
    A result is a mapping from names to arrays of numbers, in NumPy's ``.npz`` format without pickles. A file is written
    beside its place, flushed to the disk and renamed, so it is there whole or not at all; a file that does not read
    back, or not with its checksum, counts as absent.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = Saved.make(folder, {"study": "5f3a", "seed": 0})
    ...     saved.write("block-000000", {"count": np.array([3, 4])})
    ...     saved.read("block-000000")["count"].tolist(), saved.read("block-000001")
    ([3, 4], None)
    """

    folder: Path
    key: Mapping[str, Any]

    @classmethod
    def make(cls, root: str | Path, key: Mapping[str, Any]) -> Saved:
        """Return the place for results under ``root`` that depend on ``key`` and on the versions."""
        whole = {**key, "versions": versions()}
        try:
            text = json.dumps(whole, sort_keys=True)
        except TypeError as error:
            raise UsageError(
                f"key: found what JSON cannot hold ({error}); expected text, numbers, lists, mappings"
            ) from None
        digest = hashlib.sha256(text.encode()).hexdigest()[:20]
        return cls(Path(root) / ".detente" / "ensemble" / digest, whole)

    @staticmethod
    def obstacle(root: str | Path) -> Path | None:
        """Return the folder, or what stands in its place, that does not let results be kept under ``root``, if any."""
        place = Path(root) / ".detente" / "ensemble"
        while not place.exists() and place != Path(root):
            place = place.parent
        return None if place.is_dir() and os.access(place, os.W_OK) else place

    def write(self, name: str, arrays: Mapping[str, Any]) -> None:
        """Write a result; afterwards it is on the disk whole.

        Raises
        ------
        SavingFailed
            If the disk is full or does not let us write.
        UsageError
            If an array holds anything but numbers and text.
        """
        import numpy as np

        whole = {each: np.asarray(value) for each, value in arrays.items()}
        if odd := [each for each, value in whole.items() if value.dtype.kind not in "biufcSU"]:
            raise UsageError(f"found {odd[0]!r} of type {whole[odd[0]].dtype}; expected arrays of numbers or text")
        place = self.folder / f"{name}.npz"
        beside = self.folder / f".{name}.{os.getpid()}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._describe()
            with beside.open("wb") as file:
                np.savez(file, **whole, **{_CHECK: np.array(_checksum(whole))})  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        except OSError as error:
            full = error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
            what = "free some space" if full else "make the folder writable"
            if error.errno == errno.EFBIG:
                what = "allow larger files"
            raise SavingFailed(
                f"found {'no space left' if full else error.strerror or error} while writing {place}; results saved "
                f"before are whole; {what} and run the same again: it goes on where it stopped"
            ) from error
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def _describe(self) -> None:
        """Write what the results depend on, for people."""
        place = self.folder / "key.json"
        if not place.exists():
            put_whole(place, json.dumps(self.key, sort_keys=True, indent=1) + "\n")

    def read(self, name: str) -> Arrays | None:
        """Return a result, or None if it is not there whole."""
        import numpy as np

        try:
            with (self.folder / f"{name}.npz").open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                found = {each: file[each] for each in file.files}
                told = str(found.pop(_CHECK))
                return found if told == _checksum(found) else None
        except _UNREADABLE:
            return None

    def discard(self, prefix: str) -> None:
        """Remove the results whose names start so, and what processes left that were killed while they wrote one."""
        if self.folder.is_dir():
            for place in self.folder.glob(f"{prefix}*.npz"):
                place.unlink(missing_ok=True)
            for place in self.folder.glob(f".{prefix}*.part"):
                if not _runs(place.suffixes[-2].removeprefix(".")):
                    place.unlink(missing_ok=True)


class Remembered:
    """Results of one run in memory, for another question about the same draws in this process."""

    def __init__(self) -> None:
        self._kept: dict[str, Arrays] = {}

    def write(self, name: str, arrays: Mapping[str, Any]) -> None:
        """Keep a result."""
        self._kept[name] = dict(arrays)

    def read(self, name: str) -> Arrays | None:
        """Return a result, or None if it is not there."""
        return self._kept.get(name)

    def discard(self, prefix: str) -> None:
        """Forget the results whose names start so."""
        for name in [each for each in self._kept if each.startswith(prefix)]:
            del self._kept[name]
