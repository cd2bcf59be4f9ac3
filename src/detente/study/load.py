"""A whole study, read and checked: definitions by name, and every fault and note in its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Fault, InputError, Place
from detente.schema import MissingKey
from detente.study.consistency import value_faults
from detente.study.layout import MARKER, ROOMS, Layout, open_layout
from detente.study.references import reference_faults
from detente.study.rooms import SEEDS, read_rooms
from detente.study.text_files import study_hash
from detente.study.usage import figures_behind_numbers, named_figures, readings, unused_figures, unused_parameters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from detente.games.definition import GameDefinition
    from detente.payoffs.terms import PayoffModel
    from detente.seeds.claims import Claim, Conflict
    from detente.seeds.documents import Document
    from detente.seeds.figures import Figure
    from detente.seeds.observations import Observation
    from detente.seeds.parameters import Parameter
    from detente.study.report_definition import ReportDefinition

__all__ = ["StudyFiles", "load"]


@dataclass(frozen=True)
class StudyFiles:
    """What the files of a study define.

    Attributes
    ----------
    root : Path
        The folder of the study.
    name : str
        Its name.
    main_report : str or None
        The report that is built unless another is named.
    documents, figures, parameters, claims, conflicts, observations, payoffs, games, reports : mapping
        Sound definitions by id or name, in the order of the files. ``parameters`` are those of
        ``seeds/``; a payoff model holds its own.
    texts : mapping
        Texts that files state in English only, to Chinese ones.
    hash : str
        SHA-256 over the definition files; see :func:`detente.study.text_files.study_hash`.
    faults : tuple of Fault
        Every fault, in the order in which to read them. A study with faults is not to be solved.
    notes : tuple of Fault
        What is worth knowing and no fault.
    every_note : tuple of Fault
        The same, with unused figures and parameters one by one instead of counted.
    behind_numbers, named : frozenset of str
        Figures that a parameter or a term names; figures that anything names.
    """

    root: Path
    name: str
    main_report: str | None
    documents: Mapping[str, Document]
    figures: Mapping[str, Figure]
    parameters: Mapping[str, Parameter]
    claims: Mapping[str, Claim]
    conflicts: Mapping[str, Conflict]
    observations: Mapping[str, Observation]
    payoffs: Mapping[str, PayoffModel]
    games: Mapping[str, GameDefinition]
    reports: Mapping[str, ReportDefinition]
    hash: str
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    faults: tuple[Fault, ...] = field(default=(), repr=False)
    notes: tuple[Fault, ...] = field(default=(), repr=False)
    every_note: tuple[Fault, ...] = field(default=(), repr=False)
    behind_numbers: frozenset[str] = field(default=frozenset(), repr=False)
    named: frozenset[str] = field(default=frozenset(), repr=False)


def load(
    root: Path | str, *, analyses: Collection[str] | None = None, blocks: Collection[str] | None = None
) -> StudyFiles:
    """Return the study in the folder ``root`` with every fault of its files.

    Parameters
    ----------
    root : Path or str
        The folder with the ``pyproject.toml`` that marks the study.
    analyses, blocks : collection of str, optional
        What a question may ask and what a report may be made of; without them, any name.

    Raises
    ------
    UsageError
        If ``root`` is no study.
    """
    folder = Path(root)
    found: list[Fault] = []
    layout: Layout | None = None
    try:
        layout = open_layout(folder)
    except InputError as error:
        found.extend(error.faults)
    rooms = read_rooms(folder, found, analyses, blocks)
    found.extend(reference_faults(rooms, layout))
    found.extend(value_faults(rooms))
    found = list(dict.fromkeys(found))
    notes = [each for each in found if each.level == "note"]
    listed: list[Fault] = []
    counted: list[Fault] = []
    # what nothing uses can be told of a sound study only
    sound = len(notes) == len(found)
    for what, singular, plural, by_file in (
        ("unused figure {!r}", "unused figure", "unused figures", unused_figures(rooms) if sound else {}),
        ("unused parameter {!r}", "unused parameter", "unused parameters", unused_parameters(rooms) if sound else {}),
        ("{!r} is a reading", "parameter with a reading", "parameters with a reading", readings(rooms)),
    ):
        for file, names in by_file.items():
            listed.extend(Fault(place, what.format(name), level="note") for name, place in names)
            number = f"{len(names)} {singular if len(names) == 1 else plural}"
            counted.append(Fault(Place(file), number, "", "`detente check --notes` lists them", "note"))
    order = _order(rooms.files)
    return StudyFiles(
        root=folder,
        name=layout.name if layout is not None else folder.resolve().name,
        main_report=layout.report if layout is not None else None,
        documents=rooms.documents.entries,
        figures=rooms.figures.entries,
        parameters=rooms.parameters.entries,
        claims=rooms.claims.entries,
        conflicts=rooms.conflicts.entries,
        observations=rooms.observations.entries,
        payoffs=rooms.payoffs.entries,
        games=rooms.games.entries,
        reports=rooms.reports.entries,
        hash=study_hash(folder),
        texts=rooms.texts,
        faults=tuple(_sorted((each for each in found if each.level == "fault"), order)),
        notes=tuple(_sorted([*notes, *counted], order)),
        every_note=tuple(_sorted([*notes, *listed], order)),
        behind_numbers=figures_behind_numbers(rooms),
        named=named_figures(rooms),
    )


def _order(files: tuple[str, ...]) -> dict[str, int]:
    """Return the order in which to read the faults of files: each room builds on those before it."""
    first = (MARKER, *ROOMS[:1], *(f"seeds/{name}" for name in SEEDS))
    rest = (each for room in ROOMS[1:] for each in (room, *(file for file in files if file.startswith(f"{room}/"))))
    return {name: index for index, name in enumerate(dict.fromkeys((*first, *rest)))}


def _sorted(faults: Iterable[Fault], order: Mapping[str, int]) -> list[Fault]:
    """Return faults by file, then missing keys behind the others, then by line and column."""
    return sorted(
        faults,
        key=lambda fault: (
            order.get(fault.place.file, len(order)),
            fault.place.file,
            isinstance(fault, MissingKey),
            fault.place.line or 0,
            fault.place.column or 0,
        ),
    )
