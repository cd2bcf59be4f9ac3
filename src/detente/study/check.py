"""Is a study sound? Every fault and note in its files, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Fault, InputError
from detente.seeds.verify import verify
from detente.study.load import StudyFiles, load

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["check", "check_documents", "raise_if_faulty"]


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
