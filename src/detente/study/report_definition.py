"""The definition of a report: what stands in ``reports/NAME.toml``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, PlainValidator, WithJsonSchema

from detente.errors import Fault
from detente.fields import Format, Label, Name, Names, Symbol, Wrong, distinct, kind_of, one_of, unknown
from detente.schema import Table, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.errors import Place
    from detente.toml import TomlFile

__all__ = ["EDITIONS", "ReportDefinition", "ReportFile", "read_report"]

#: Languages in which a report can be printed.
EDITIONS = ("en", "zh")
#: How much of its results a report prints: all tables, or the essential ones with the rest beside the report.
DETAILS = ("full", "short")


@dataclass(frozen=True)
class ReportDefinition:
    """A report as its file states it: which games, in which blocks, in which language unless another is asked for."""

    name: str
    title: Mapping[str, str]
    subtitle: Mapping[str, str] | None
    games: tuple[str, ...]
    blocks: tuple[str, ...]
    over: tuple[str, ...]
    lang: str
    place: Place
    draws: int
    contents: bool
    compare: tuple[str, ...]
    against: str
    detail: str
    file: TomlFile = field(repr=False, compare=False)

    def game_place(self, index: int) -> Place:
        """Return the place of the ``index``-th game that the report names."""
        return self.file.place(("game",) if "game" in self.file.data else ("games", index))


def _pair(value: list[str]) -> list[str]:
    if len(value) != 2 or value[0] == value[1]:
        raise Wrong(f"found {len(value)} parameters", "expected two different ones, the axes of the map")
    return value


def _two(value: list[str]) -> list[str]:
    if len(value) != 2 or value[0] == value[1]:
        raise Wrong(f"found {len(value)} points", "expected two different ones to compare")
    return value


def _folder(value: str) -> str:
    if not value.strip() or "\0" in value:
        raise Wrong(f"found {value!r}", "expected the folder of another version of the study, from the folder of this one")
    return value


def _draws(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 100 <= value <= 10_000_000:
        raise Wrong(kind_of(value) if not isinstance(value, int) else f"found {value} draws", "expected 100 to 10000000")
    return value


class ReportFile(Table):
    """A file of ``reports/``; it names either ``game`` or ``games``."""

    format: Format
    title: Label
    subtitle: Label | None = None
    game: Name | None = None
    games: Names | None = None
    blocks: Annotated[list[Name], AfterValidator(distinct)]
    over: Annotated[list[Name], AfterValidator(_pair)] | None = None
    draws: Annotated[int, PlainValidator(_draws)] = 20_000
    contents: bool = True
    compare: Annotated[list[Symbol], AfterValidator(_two)] | None = None
    against: Annotated[str, AfterValidator(_folder)] | None = None
    detail: Annotated[str, PlainValidator(one_of("detail", DETAILS)), WithJsonSchema({"enum": list(DETAILS)})] = "full"
    lang: Annotated[str, PlainValidator(one_of("language", EDITIONS)), WithJsonSchema({"enum": list(EDITIONS)})] = "en"


def read_report(
    file: TomlFile, name: str, faults: list[Fault], blocks: Collection[str] | None = None
) -> ReportDefinition | None:
    """Return the report in ``file``, or ``None`` where it has faults, which are added to ``faults``.

    Parameters
    ----------
    file : TomlFile
        A file of ``reports/``.
    name : str
        The name of the report.
    faults : list of Fault
        What is wrong is added here.
    blocks : collection of str, optional
        What a report may be made of; without it, any name.
    """
    before = len(faults)
    table = validate(file, ReportFile, faults)
    if table is None:
        return None
    if table.game and table.games:
        faults.append(Fault(file.key_place(("games",)), "found both 'game' and 'games'", "expected one of them"))
    if not table.game and not table.games:
        faults.append(
            Fault(file.key_place(()), "found a report without a game", 'expected game = ".." or games = [".."]')
        )
    for index, block in enumerate(table.blocks):
        if blocks is not None and block not in blocks:
            wrong = unknown("block", block, blocks)
            faults.append(Fault(file.place(("blocks", index)), wrong.found, wrong.expected, wrong.do))
    if "versions" in table.blocks and not table.against:
        faults.append(
            Fault(file.place(("blocks", table.blocks.index("versions"))), "found the block versions without another version", 'expected against = "FOLDER"')
        )
    if len(faults) > before:
        return None
    games = (table.game,) if table.game else tuple(table.games or ())
    return ReportDefinition(
        name,
        table.title,
        table.subtitle,
        games,
        tuple(table.blocks),
        tuple(table.over or ()),
        table.lang,
        file.key_place(()),
        table.draws,
        table.contents,
        tuple(table.compare or ()),
        table.against or "",
        table.detail,
        file,
    )
