"""``detente new``: a small complete study that checks, solves and reports."""

from __future__ import annotations

import shutil
import tempfile
from importlib import resources
from pathlib import Path

from detente.errors import UsageError

__all__ = ["new_study"]


def new_study(folder: Path | str) -> tuple[Path, ...]:
    """Make the template study in ``folder``, which must not exist or be empty.

    The files are copied into a new folder beside it first and then moved in place; on an error nothing stays.

    Raises
    ------
    UsageError
        If the folder holds anything, or cannot be made.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists and is not empty; name a new folder")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"the folder {target.absolute().parent} does not exist; create it first")
    temporary: Path | None = None
    made = not target.exists()
    moved: list[Path] = []
    try:
        temporary = Path(tempfile.mkdtemp(prefix=".detente-new-", dir=target.absolute().parent))
        with resources.as_file(resources.files("detente.study") / "template") as template:
            shutil.copytree(template, temporary, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        target.mkdir(exist_ok=True)
        for path in sorted(temporary.iterdir()):
            path.rename(target / path.name)
            moved.append(target / path.name)
    except OSError as error:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if made and target.exists():
            target.rmdir()
        raise UsageError(f"{target}: cannot make the study; {error.strerror or error}") from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
    return tuple(sorted(path for path in target.rglob("*") if path.is_file()))
