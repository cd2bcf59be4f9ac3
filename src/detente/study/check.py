"""Is a study sound? Every fault and note in its files, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Fault, InputError, UsageError
from detente.seeds.verify import verify
from detente.study.layout import find
from detente.study.load import StudyFiles, load

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["check", "check_documents", "check_versions", "raise_if_faulty"]


def check(
    root: Path | str,
    *,
    every_note: bool = False,
    analyses: Collection[str] | None = None,
    blocks: Collection[str] | None = None,
) -> list[Fault]:
    """Return every fault of the study in the folder ``root``, then every note.

    Parameters
    ----------
    root : Path or str
        The folder of the study.
    every_note : bool
        List unused figures and parameters one by one, where they are otherwise one counted note a file.
    analyses, blocks : collection of str, optional
        What a question may ask and what a report may be made of; without them, any name.

    Raises
    ------
    UsageError
        If ``root`` is no study.
    """
    study = load(root, analyses=analyses, blocks=blocks)
    return [*study.faults, *(study.every_note if every_note else study.notes)]


def check_versions(study: StudyFiles) -> list[Fault]:
    """Return a fault for each report that compares the study with a version that cannot be read as one.

    Only this looks for the other version: a study can be used where it is not at hand.
    """
    return [
        Fault(report.file.place(("against",)), wrong, "expected the folder of another version of the study", "mend it, or leave the comparison out")
        for report in study.reports.values()
        if report.against and (wrong := _unreadable(study.root, report.against))
    ]


def _unreadable(root: Path, against: str) -> str:
    """Return what is wrong with the folder of another version of the study in ``root``; empty where nothing is."""
    try:
        other = find(root / against)
    except UsageError:
        return f"found no study in the folder {against!r}"
    if other == root.resolve():
        return f"found this study itself in the folder {against!r}"
    faults = load(other).faults
    return f"found faults in the study in {against!r}, of which the first is: {faults[0]}" if faults else ""


def check_documents(study: StudyFiles, folder: Path | str) -> list[Fault]:
    """Return the documents in ``folder`` with another hash, and the figures that do not stand where they are said to.

    Raises
    ------
    InputError
        If a document is missing or cannot be read.
    """
    found = verify(study.documents, study.figures, Path(folder))
    if found.faults:
        raise InputError(*found.faults)
    return list(found.mismatches)


def raise_if_faulty(study: StudyFiles) -> StudyFiles:
    """Return ``study`` if it has no faults.

    Raises
    ------
    InputError
        With all faults of the study.
    """
    if study.faults:
        raise InputError(*study.faults)
    return study
