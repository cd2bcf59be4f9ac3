"""Claims of the documents, and conflicts between them, in the words of the study."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from detente.errors import Fault
from detente.fields import Label, Line, Name, Names, Text, Wrong, check_name, distinct, kind_of, one_of
from detente.schema import Definitions, Table, check_format, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.errors import Place
    from detente.toml import TomlFile

__all__ = [
    "STATUSES",
    "Claim",
    "ClaimTable",
    "ClaimTest",
    "Conflict",
    "ConflictTable",
    "TestTable",
    "read_claims",
    "read_conflicts",
]

STATUSES = ("modelled", "partly", "not_modelled")
#: Payoffs that a test may be about, the default first.
KINDS = ("strategic", "material")


@dataclass(frozen=True)
class ClaimTest:
    """What a claim asserts about a game, as a conclusion that a computation can confirm or refute.

    ``says`` puts it in words; ``game`` is ``GAME`` or ``GAME:VARIANT``; ``conclusion`` a name or a conclusion of that
    game; ``point`` the named point at which alone it is meant, or None for the whole box; ``payoffs`` strategic or
    material.
    """

    says: Mapping[str, str]
    game: str
    conclusion: str
    point: str | None
    payoffs: str
    number: int


@dataclass(frozen=True)
class Claim:
    """What documents assert, and which games put it to the test.

    ``refs`` are lines of documents, such as ``002:27`` or ``002:163-167``; ``models`` are names of games; ``tests``
    what it asserts about them; ``why`` says why a claim is modelled only in part or not at all.
    """

    id: str
    title: Mapping[str, str]
    players: tuple[str, ...]
    refs: tuple[str, ...]
    figures: tuple[str, ...]
    statement: str
    status: str
    models: tuple[str, ...]
    why: str
    place: Place
    places: Mapping[str, Place]
    file: TomlFile = field(repr=False, compare=False)
    tests: tuple[ClaimTest, ...] = ()

    def at(self, *keys: str | int) -> Place:
        """Return the place of a value below the claim, such as ``at("figures", 0)``."""
        return self.file.place((self.id, *keys))


@dataclass(frozen=True)
class Conflict:
    """Where documents disagree, and how the study settles it."""

    name: str
    topic: Mapping[str, str]
    figures: tuple[str, ...]
    says: tuple[str, ...]
    kind: str
    reconciliation: str
    place: Place
    places: Mapping[str, Place]
    file: TomlFile = field(repr=False, compare=False)

    def at(self, *keys: str | int) -> Place:
        """Return the place of a value below the conflict, such as ``at("figures", 0)``."""
        return self.file.place(("conflicts", self.name, *keys))


def _ref(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(kind_of(value), "expected a reference such as '002:27'")
    match = re.fullmatch(r"[0-9]{3}(?::([1-9][0-9]{0,5})(?:-([1-9][0-9]{0,5}))?)?", value, re.ASCII)
    if match is None:
        raise Wrong(
            f"found the reference {value[:40]!r}", "expected document and line, such as '002:27' or '002:163-167'"
        )
    if match.group(2) and int(match.group(2)) <= int(match.group(1)):
        raise Wrong(f"found the reference {value!r}", "expected the first line before the last")
    return value


Refs = Annotated[
    list[Annotated[str, PlainValidator(_ref), WithJsonSchema({"type": "string"})]], AfterValidator(distinct)
]
Lines = Annotated[list[Line], AfterValidator(distinct)]
Texts = Annotated[list[Text], AfterValidator(distinct)]


class TestTable(Table):
    """A ``[[CLAIM.tests]]`` in ``claims.toml``."""

    __test__ = False  # no test of pytest

    says: Label
    game: Line
    conclusion: Line
    point: Name | None = None
    payoffs: Annotated[str, PlainValidator(one_of("payoffs", KINDS)), WithJsonSchema({"enum": list(KINDS)})] = KINDS[0]


class ClaimTable(Table):
    """A claim in ``claims.toml``."""

    title: Label
    players: Lines
    refs: Refs
    statement: Text
    status: Annotated[str, PlainValidator(one_of("status", STATUSES)), WithJsonSchema({"enum": list(STATUSES)})]
    figures: Lines | None = None
    models: Names | None = None
    why: Text | None = None
    tests: list[Any] = Field(default_factory=list)


class ConflictTable(Table):
    """A conflict in ``claims.toml``."""

    topic: Label
    says: Texts
    kind: Line
    reconciliation: Text
    figures: Lines | None = None


def read_claims(file: TomlFile, faults: list[Fault]) -> Definitions[Claim]:
    """Return the claims of ``claims.toml`` by id; what is wrong is added to ``faults``."""
    check_format(file, faults)
    claims: dict[str, Claim] = {}
    declared: dict[str, Place] = {}
    for key in file.data:
        if key in ("format", "conflicts"):
            continue
        declared[key] = place = file.key_place((key,))
        if not re.fullmatch(r"[A-Z][0-9]{1,4}", key, re.ASCII):
            faults.append(
                Fault(place, f"found the claim {key[:60]!r}", "expected a capital letter and a number, such as [M8]")
            )
            continue
        table = validate(file, ClaimTable, faults, (key,))
        if table is None:
            continue
        places = {name: file.place((key, name)) for name in file.data[key]}
        if not table.models and table.status != "not_modelled":
            found = f"found status = {table.status!r} without models"
            faults.append(
                Fault(places["status"], found, "expected the games that model the claim", 'add models = [".."]')
            )
            continue
        if not table.why and table.status == "not_modelled":
            faults.append(
                Fault(places["status"], "found status = 'not_modelled' without a reason", "", 'add why = ".."')
            )
            continue
        claims[key] = Claim(
            key, table.title, tuple(table.players), tuple(table.refs), tuple(table.figures or ()), table.statement,
            table.status, tuple(table.models or ()), table.why or "", place, places, file,
            _tests(file, key, len(table.tests), faults),
        )  # fmt: skip
    return Definitions(claims, declared)


def _tests(file: TomlFile, claim: str, count: int, faults: list[Fault]) -> tuple[ClaimTest, ...]:
    tables = [validate(file, TestTable, faults, (claim, "tests", index)) for index in range(count)]
    return tuple(
        ClaimTest(table.says, table.game, table.conclusion, table.point, table.payoffs, number)
        for number, table in enumerate(tables, 1)
        if table is not None
    )


def read_conflicts(file: TomlFile, faults: list[Fault]) -> Definitions[Conflict]:
    """Return the conflicts of ``claims.toml`` by name; what is wrong is added to ``faults``."""
    tables = file.data.get("conflicts", {})
    if not isinstance(tables, dict):
        faults.append(Fault(file.place(("conflicts",)), kind_of(tables), "expected tables such as [conflicts.name]"))
        return Definitions(complete=False)
    conflicts: dict[str, Conflict] = {}
    declared: dict[str, Place] = {}
    for name in tables:
        path = ("conflicts", name)
        declared[name] = place = file.key_place(path)
        try:
            check_name(name)
        except Wrong as wrong:
            faults.append(Fault(place, wrong.found, wrong.expected, wrong.do))
            continue
        table = validate(file, ConflictTable, faults, path)
        if table is None:
            continue
        places = {key: file.place((*path, key)) for key in tables[name]}
        conflicts[name] = Conflict(
            name,
            table.topic,
            tuple(table.figures or ()),
            tuple(table.says),
            table.kind,
            table.reconciliation,
            place,
            places,
            file,
        )
    return Definitions(conflicts, declared)
