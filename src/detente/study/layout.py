"""The folder of a study: where it is, what it is called, which rooms it has.

A folder is a study when its ``pyproject.toml`` has a table ``[tool.detente]``:

.. code-block:: toml

    [tool.detente]
    format = 1
    name = "rare-earths"
    report = "main"
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import PlainValidator, WithJsonSchema

from detente import toml
from detente.errors import Fault, InputError, UsageError
from detente.fields import Format, Name, Wrong, kind_of
from detente.schema import Table, validate

if TYPE_CHECKING:
    from detente.errors import Place
    from detente.toml import TomlFile

__all__ = ["MARKER", "ROOMS", "Layout", "find", "open_layout"]

MARKER = "pyproject.toml"
#: The rooms in the order in which their faults are read: each builds on those before it.
ROOMS = ("seeds", "payoffs", "games", "reports")


@dataclass(frozen=True)
class Layout:
    """The root folder of a study with its name, its main report, and where that report is named."""

    root: Path
    name: str
    report: str | None
    place: Place
    file: TomlFile = field(repr=False, compare=False)

    @property
    def report_place(self) -> Place:
        """Where the main report is named."""
        return self.file.place(("tool", "detente", "report"))


def _study_name(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(kind_of(value), "expected the name of the study as text")
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    if not value or not set(value) <= allowed or len(value) > 60:
        raise Wrong(f"found the name {value[:60]!r}", "expected lower-case letters, digits, '-' and '_', at most 60")
    return value


class DetenteTable(Table):
    """The table ``[tool.detente]``."""

    format: Format
    name: Annotated[str, PlainValidator(_study_name), WithJsonSchema({"type": "string"})]
    report: Name | None = None


def find(start: Path | str | None = None) -> Path:
    """Return the root of the study around the folder ``start``, by default the current one.

    A folder that has the seeds of a study and no marker stops the search: it is a study that lost its marker,
    and the one above it is another.

    Raises
    ------
    UsageError
        If neither the folder nor one above it is a study.
    """
    folder = Path(start or ".").resolve()
    if not folder.is_dir():
        raise UsageError(f"found no folder {str(start)!r}; expected the folder of a study, or one inside it")
    for candidate in (folder, *folder.parents):
        if _is_study(candidate / MARKER):
            return candidate
        if any((candidate / "seeds" / name).exists() for name in ("parameters.toml", "figures.csv", "documents.toml")):
            raise UsageError(
                f"found the rooms of a study in {candidate}, but no {MARKER} with a table [tool.detente]; "
                "expected it to mark the folder as a study; add it"
            )
    raise UsageError(
        f"found no study in {folder} or above it; expected a {MARKER} with a table [tool.detente]; "
        "go to a study, name one with --study DIR, or make one with `detente new DIR`"
    )


def _is_study(marker: Path) -> bool:
    """Return whether a ``pyproject.toml`` speaks of ``[tool.detente]``, be it sound or not."""
    try:
        return marker.is_file() and b"tool.detente" in marker.read_bytes()
    except OSError:
        return False


def open_layout(root: Path | str) -> Layout:
    """Return the study whose root folder is ``root``.

    Raises
    ------
    UsageError
        If ``root`` is no folder or has no ``pyproject.toml`` with ``[tool.detente]``.
    InputError
        With the faults of that table.
    """
    folder = Path(root)
    if not folder.is_dir():
        raise UsageError(f"found no folder {str(root)!r}; expected the folder of a study")
    if not (folder / MARKER).exists():
        raise UsageError(f"found no {MARKER} in {str(root)!r}; expected one with a table [tool.detente]")
    file = toml.read(folder / MARKER, MARKER)
    tool = file.data.get("tool")
    if not isinstance(tool, dict) or "detente" not in tool:
        where = file.key_place(("tool",))
        raise InputError(
            Fault(where, "found no table [tool.detente]", "expected it to mark the folder as a study", "add it")
        )
    faults: list[Fault] = []
    path = ("tool", "detente")
    table = validate(file, DetenteTable, faults, path)
    if table is None:
        raise InputError(*faults)
    return Layout(folder, table.name, table.report, file.key_place(path), file)
