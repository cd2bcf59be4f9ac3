"""Files written as a whole: a reader sees the old content or the new one, never a part."""

from __future__ import annotations

import os
from pathlib import Path

from detente.errors import UsageError

__all__ = ["put_whole", "write_whole"]


def put_whole(path: Path, content: str | bytes) -> None:
    """Replace a file by text (UTF-8, line ends as they are) or bytes: a temporary name first, then a rename.

    Raises
    ------
    OSError
        If the folder does not let us write; the file is then as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: str | Path, content: str | bytes) -> None:
    """Replace a file as :func:`put_whole` does, with a message for people where that fails.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    try:
        put_whole(Path(path), content)
    except OSError as error:
        raise UsageError(f"{path}: cannot write; {error.strerror or error}") from None
