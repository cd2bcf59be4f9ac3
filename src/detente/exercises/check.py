"""Are the exercise sheets of a study sound? Every fault of every sheet, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.errors import InputError
from detente.exercises.sheet import ROOM, read_sheet
from detente.exercises.variants import Variants

if TYPE_CHECKING:
    from detente.errors import Fault
    from detente.study.load import StudyFiles

__all__ = ["check_sheets", "sheet_names"]


def sheet_names(files: StudyFiles) -> tuple[str, ...]:
    """Return the names of the sheets of a study, in order."""
    room = files.root.joinpath(*ROOM)
    return tuple(sorted(path.stem for path in room.glob("*.toml") if path.is_file() and not path.name.startswith(".")))


def check_sheets(files: StudyFiles) -> tuple[Fault, ...]:
    """Return every fault of the sheets of a study.

    Files are read as they stand; where the study itself is sound, the variant that all share is made of every sheet, so that
    unknown games, players, formulas and misconceptions are found, and guarantees that no draw fulfills.
    """
    faults: list[Fault] = []
    for name in sheet_names(files):
        try:
            sheet = read_sheet(files.root.joinpath(*ROOM, f"{name}.toml"))
        except InputError as error:
            faults += error.faults
            continue
        if not files.faults:
            faults += Variants(sheet, files, "0").faults()
    return tuple(faults)
