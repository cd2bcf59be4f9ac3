"""The files of a study, room by room, each read on its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from detente import toml
from detente.errors import Fault, InputError, Place
from detente.fields import Wrong, check_name
from detente.games.definition import GameDefinition
from detente.games.reader import read_game
from detente.payoffs.players import EVERYBODY
from detente.payoffs.reader import read_payoffs
from detente.payoffs.terms import PayoffModel
from detente.schema import Definitions, check_format
from detente.seeds.claims import Claim, Conflict, read_claims, read_conflicts
from detente.seeds.documents import Document, read_documents
from detente.seeds.figures import Figure, read_figures
from detente.seeds.observations import Observation, read_observations
from detente.seeds.parameters import Parameter, read_parameters
from detente.seeds.texts import read_texts
from detente.study.forms import FORMS
from detente.study.layout import ROOMS
from detente.study.report_definition import ReportDefinition, read_report
from detente.study.text_files import text_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

__all__ = ["SEEDS", "Rooms", "read_rooms"]

E = TypeVar("E")

#: The files of ``seeds/`` in reading order; the last three may be absent.
SEEDS = ("documents.toml", "figures.csv", "parameters.toml", "claims.toml", "observations.toml", "chinese.toml")


@dataclass(frozen=True)
class Rooms:
    """What the files of a study define, before they are compared with one another."""

    documents: Definitions[Document]
    figures: Definitions[Figure]
    parameters: Definitions[Parameter]
    claims: Definitions[Claim]
    conflicts: Definitions[Conflict]
    observations: Definitions[Observation]
    payoffs: Definitions[PayoffModel]
    games: Definitions[GameDefinition]
    reports: Definitions[ReportDefinition]
    texts: dict[str, str]
    files: tuple[str, ...]


def read_rooms(
    root: Path,
    faults: list[Fault],
    analyses: Collection[str] | None = None,
    blocks: Collection[str] | None = None,
) -> Rooms:
    """Read every file of the study at ``root``; what is wrong is added to ``faults``."""
    reader = _Reader(root, faults)
    reader.missing_rooms()
    figures = reader.seed("figures.csv", lambda name: read_figures(toml.read_text(root / name, name), name, faults))
    documents = reader.seed("documents.toml", lambda name: read_documents(toml.read(root / name, name), faults))

    def parameters(name: str) -> Definitions[Parameter]:
        file = toml.read(root / name, name)
        check_format(file, faults)
        return read_parameters(file, faults)

    def claims(name: str) -> tuple[Definitions[Claim], Definitions[Conflict]]:
        file = toml.read(root / name, name)
        return read_claims(file, faults), read_conflicts(file, faults)

    shared = reader.seed("parameters.toml", parameters)
    asserted: tuple[Definitions[Claim], Definitions[Conflict]] | None = (Definitions(), Definitions())
    if (root / "seeds" / "claims.toml").exists():
        asserted = reader.attempt("seeds/claims.toml", claims)
    observed = Definitions[Observation]()
    if (root / "seeds" / "observations.toml").exists():
        observed = reader.seed("observations.toml", lambda name: read_observations(toml.read(root / name, name), faults))
    texts: dict[str, str] | None = {}
    if (root / "seeds" / "chinese.toml").exists():
        texts = reader.attempt("seeds/chinese.toml", lambda name: read_texts(toml.read(root / name, name), faults))
    incomplete: tuple[Definitions[Claim], Definitions[Conflict]] = (
        Definitions(complete=False),
        Definitions(complete=False),
    )
    payoffs = reader.room("payoffs", lambda file, name: read_payoffs(file, name, faults, shared))
    groups = {name: {EVERYBODY: model.players, **model.groups} for name, model in payoffs.entries.items()}
    return Rooms(
        documents=documents,
        figures=figures,
        parameters=shared,
        claims=(asserted or incomplete)[0],
        conflicts=(asserted or incomplete)[1],
        observations=observed,
        payoffs=payoffs,
        games=reader.room("games", lambda file, name: read_game(file, name, faults, FORMS, analyses, groups)),
        reports=reader.room("reports", lambda file, name: read_report(file, name, faults, blocks)),
        texts=texts or {},
        files=tuple(text_files(root)),
    )


class _Reader:
    def __init__(self, root: Path, faults: list[Fault]) -> None:
        self.root, self.faults = root, faults

    def missing_rooms(self) -> None:
        for room in ROOMS:
            if not (self.root / room).is_dir():
                found = f"found a file {room!r}" if (self.root / room).exists() else f"found no room {room!r}"
                self.faults.append(
                    Fault(
                        Place(room),
                        found,
                        f"expected a folder {room}/ in the study",
                        "create it, or copy it from `detente new`",
                    )
                )

    def attempt(self, name: str, read: Callable[[str], E]) -> E | None:
        try:
            return read(name)
        except InputError as error:
            self.faults.extend(error.faults)
            return None

    def seed(self, file: str, read: Callable[[str], Definitions[E]]) -> Definitions[E]:
        # a missing room is one fault, not one for each file that it should hold
        if not (self.root / "seeds").is_dir():
            return Definitions(complete=False)
        return self.attempt(f"seeds/{file}", read) or Definitions(complete=False)

    def room(self, room: str, read: Callable[[toml.TomlFile, str], E | None]) -> Definitions[E]:
        folder = self.root / room
        if not folder.is_dir():
            return Definitions(complete=False)
        entries: dict[str, E] = {}
        declared: dict[str, Place] = {}
        for shown in text_files(self.root, (room,), ("toml",)):
            name = shown.rpartition("/")[2].removesuffix(".toml")
            declared[name] = Place(shown)
            try:
                check_name(name)
            except Wrong as wrong:
                self.faults.append(Fault(Place(shown), wrong.found, wrong.expected, "rename the file"))
                continue
            file = self.attempt(shown, lambda each: toml.read(self.root / each, each))
            entry = read(file, name) if file is not None else None
            if entry is not None:
                entries[name] = entry
        return Definitions(entries, declared)
