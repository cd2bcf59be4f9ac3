"""Observations: dated events of the documents, coded as moves in the games of the study.

An event stands once, with its date, document and figures, and is coded as moves in one game or several. That an event
happened is a figure; that it was this move of this player is a judgement, so each coding says how sure it is and why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, PlainValidator, WithJsonSchema

from detente.errors import Fault, UsageError
from detente.fields import Label, Line, Name, Text, Wrong, check_name, distinct, kind_of, one_of, text_of, within
from detente.numbers import exact
from detente.schema import Definitions, Table, check_format, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.errors import Place
    from detente.toml import TomlFile

__all__ = ["SURENESS", "CodingTable", "EventTable", "Observation", "read_observations"]

#: How sure the words of a coding are, as the probability that it is right.
SURENESS = {"sure": Fraction(1), "likely": Fraction(4, 5), "disputed": Fraction(1, 2)}

_DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?(?: [^ ].*)?", re.ASCII)


@dataclass(frozen=True)
class Observation:
    """An event of the documents as moves in one game.

    Attributes
    ----------
    event : str
        The name of the event; it is coded at most once in each game.
    date : str
        The day, month or year as text, such as ``2025-02-01``, ``2025-02`` or ``2025 autumn``.
    label : mapping
        What happened, by language, in the words of the study.
    document : str
        The three-digit id of the document that reports it.
    figures : tuple of str
        The figures of the event.
    game : str
        ``GAME`` or ``GAME:VARIANT``.
    moves : mapping
        What each player that moved chose: player to strategy, in a tree decision point to action.
    sure : Fraction
        The probability, above 0 and at most 1, that the coding is right; a judgement of the study.
    reason : str
        Why it is not sure; blank where it is.
    note : str
        Anything else about the event.
    """

    event: str
    date: str
    label: Mapping[str, str]
    document: str
    figures: tuple[str, ...]
    game: str
    moves: Mapping[str, str]
    sure: Fraction
    reason: str
    note: str
    place: Place
    path: tuple[str | int, ...] = field(repr=False)
    file: TomlFile = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """``EVENT/GAME``, which is unique in a study."""
        return f"{self.event}/{self.game}"

    @property
    def year(self) -> int:
        """The year of the date."""
        return int(self.date[:4])

    def at(self, *keys: str | int) -> Place:
        """Return the place of a value of the event, such as ``at("figures", 0)``."""
        return self.file.place((self.event, *keys))

    def coded_at(self, *keys: str | int) -> Place:
        """Return the place of a value of the coding, such as ``coded_at("moves", "china")``."""
        return self.file.place((*self.path, *keys))


def _date(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(kind_of(value), 'expected a date as text in quotes, such as "2025-02-01"')
    if not _DATE.fullmatch(text_of(value, 60, breaks=False)):
        expected = "expected a year first, such as '2025-02-01', '2025-02', '2025' or '2025 autumn'"
        raise Wrong(f"found the date {value!r}", expected)
    return value


def _document(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{3}", value, re.ASCII):
        raise Wrong(kind_of(value), "expected the three digits of a document in quotes, such as '002'")
    return value


def _game(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(kind_of(value), "expected the name of a game as text")
    game, colon, variant = value.partition(":")
    check_name(game)
    if colon:
        check_name(variant)
    return value


def _sure(value: object) -> Fraction:
    if isinstance(value, str) and not re.match(r"[\s0-9.+-]", value):
        return SURENESS[one_of("confidence", SURENESS)(value)]
    if isinstance(value, bool) or not isinstance(value, (int, Fraction, str)):
        raise Wrong(kind_of(value), f"expected {', '.join(SURENESS)}, or a probability above 0 and at most 1")
    try:
        number = exact(value)
    except UsageError as error:
        raise Wrong(str(error)) from None
    if not 0 < number <= 1:
        found = f"found the confidence {value}" if isinstance(value, str) else f"found the confidence {float(number):g}"
        raise Wrong(found, f"expected {', '.join(SURENESS)}, or a probability above 0 and at most 1")
    return number


def _moves(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Wrong(kind_of(value), 'expected who chose what, such as { china = "confront" }')
    if not value:
        raise Wrong("found no move", 'expected who chose what, such as { china = "confront" }')
    for mover, move in value.items():
        within((mover,), check_name, mover)
        within((mover,), check_name, move)
    return dict(value)


class EventTable(Table):
    """An event in ``observations.toml``."""

    date: Annotated[str, PlainValidator(_date), WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}"})]
    label: Label
    document: Annotated[str, PlainValidator(_document), WithJsonSchema({"type": "string", "pattern": "^[0-9]{3}$"})]
    figures: Annotated[list[Line], AfterValidator(distinct)]
    note: Text | None = None
    coded: list[Any]


class CodingTable(Table):
    """A ``[[EVENT.coded]]``: an event as moves in one game."""

    game: Annotated[
        str,
        PlainValidator(_game),
        WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9_]*(:[a-z][a-z0-9_]*)?$"}),
    ]
    moves: Annotated[
        dict[str, Name],
        PlainValidator(_moves),
        WithJsonSchema({"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}}),
    ]
    sure: Annotated[
        Fraction,
        PlainValidator(_sure),
        WithJsonSchema({"oneOf": [{"type": "string"}, {"type": "number", "exclusiveMinimum": 0, "maximum": 1}]}),
    ]
    reason: Text | None = None


def read_observations(file: TomlFile, faults: list[Fault]) -> Definitions[Observation]:
    """Return the observations of ``observations.toml`` by ``EVENT/GAME``; what is wrong is added to ``faults``."""
    check_format(file, faults)
    found: dict[str, Observation] = {}
    declared: dict[str, Place] = {}
    for event in file.data:
        if event == "format":
            continue
        place = file.key_place((event,))
        try:
            check_name(event)
        except Wrong as wrong:
            faults.append(Fault(place, wrong.found, wrong.expected, wrong.do))
            continue
        table = validate(file, EventTable, faults, (event,))
        if table is None:
            continue
        if not table.coded:
            expected = "expected the event coded as a move in some game"
            faults.append(Fault(file.place((event, "coded")), "found an empty list", expected))
        for index in range(len(table.coded)):
            path = (event, "coded", index)
            coding = validate(file, CodingTable, faults, path)
            if coding is None:
                continue
            observation = Observation(
                event, table.date, table.label, table.document, tuple(table.figures), coding.game, coding.moves,
                coding.sure, coding.reason or "", table.note or "", file.place((*path, "game")), path, file,
            )  # fmt: skip
            first = declared.setdefault(observation.id, observation.place)
            if first is not observation.place:
                text = f"found {coding.game!r} a second time for the event {event!r}"
                faults.append(Fault(observation.place, text, f"it is coded at {first} already", "remove one"))
            elif coding.sure < 1 and not coding.reason:
                text = "found a coding that is not sure, without a reason"
                faults.append(Fault(observation.coded_at("sure"), text, "", 'add reason = ".."'))
            else:
                found[observation.id] = observation
    return Definitions(found, declared)
