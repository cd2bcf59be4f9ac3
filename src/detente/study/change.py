"""Changes to the files of a study that land together, and only if the study is as sound afterwards as before."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import InputError
from detente.study.layout import MARKER, ROOMS
from detente.study.load import load
from detente.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["change_files", "copied"]


class copied:  # noqa: N801 - reads as a verb where it is used: with copied(root, {..}) as folder
    """A copy of the definition files of a study in a folder that goes when the block ends, with some of them changed.

    Parameters
    ----------
    root : Path
        The folder of the study.
    texts : mapping
        File, relative to the study and with ``/``, to its new content.
    """

    def __init__(self, root: Path, texts: Mapping[str, str]) -> None:
        self.root, self.texts = root, texts
        self.folder: Path | None = None

    def __enter__(self) -> Path:
        self.folder = Path(tempfile.mkdtemp(prefix="detente-"))
        shutil.copy2(self.root / MARKER, self.folder / MARKER)
        for room in ROOMS:
            (self.folder / room).mkdir()
            for path in (self.root / room).iterdir() if (self.root / room).is_dir() else ():
                if path.suffix in {".toml", ".csv"} and path.is_file() and not path.name.startswith("."):
                    shutil.copy2(path, self.folder / room / path.name)
        for name, text in self.texts.items():
            (self.folder / name).write_text(text, encoding="utf-8", newline="\n")
        return self.folder

    def __exit__(self, *_: object) -> None:
        assert self.folder is not None
        shutil.rmtree(self.folder, ignore_errors=True)


def change_files(root: Path, texts: Mapping[str, str]) -> None:
    """Write files of a study if that brings no new fault.

    The change is tried on a copy first. Each file is replaced as a whole.

    Parameters
    ----------
    root : Path
        The folder of the study.
    texts : mapping
        File, relative to the study and with ``/``, to its new content.

    Raises
    ------
    InputError
        With the faults that the change would bring; nothing is written then.
    """
    with copied(root, texts) as folder:
        faults = load(folder).faults
    if faults:
        known = {(fault.place.file, fault.found, fault.expected) for fault in load(root).faults}
        new = [fault for fault in faults if (fault.place.file, fault.found, fault.expected) not in known]
        if new:
            raise InputError(*new)
    for name, text in texts.items():
        write_whole(root / name, text)
