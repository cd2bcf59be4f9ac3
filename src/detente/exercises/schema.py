"""The JSON Schema of a sheet, for editors that complete and check while one types.

What a schema cannot say (which keys an ask uses, that a game exists) is for ``detente check``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.exercises.asks import ASKS
from detente.exercises.misconceptions import MISCONCEPTIONS
from detente.exercises.sheet import SheetTable
from detente.study.schemas import FOLDER, as_text, described

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["sheet_schema", "write_schema"]


def sheet_schema() -> dict[str, Any]:
    """Return the schema of a sheet, made from the model that reads it."""
    made = described("exercise", SheetTable)
    step = made["properties"]["questions"]["items"]["properties"]["steps"]["items"]["properties"]
    step["ask"] = {"enum": sorted(ASKS)}
    step["catch"] = {"type": "array", "items": {"enum": sorted(MISCONCEPTIONS)}, "uniqueItems": True}
    step["wrong"] = {"type": "object", "propertyNames": {"enum": sorted(MISCONCEPTIONS)}}
    return made


def write_schema(folder: Path = FOLDER) -> Path:
    """Write the schema into ``folder``."""
    path = folder / "exercise.json"
    path.write_text(as_text(sheet_schema()), encoding="utf-8", newline="\n")
    return path


if __name__ == "__main__":
    print(write_schema().name)
