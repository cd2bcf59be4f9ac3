"""Tables of a study's files against strict pydantic models, with every fault in our own words.

:func:`validate` checks one table and appends what is wrong with it to a list: unknown keys, values of
another kind, missing keys, each with its place in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from detente.errors import Fault, Place, did_you_mean
from detente.fields import Format, Wrong, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from detente.toml import KeyPath, TomlFile

__all__ = ["Definitions", "MissingKey", "Table", "check_format", "in_order", "validate"]


class MissingKey(Fault):
    """A key that a table must have. It is read after the other faults of a file: an unknown key explains it."""


class Table(BaseModel):
    """Base of all models of tables: strict, without unknown keys."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)


Model = TypeVar("Model", bound=BaseModel)
Entry_co = TypeVar("Entry_co", covariant=True)


@dataclass(frozen=True)
class Definitions(Generic[Entry_co]):
    """What a file defines.

    Attributes
    ----------
    entries : mapping
        The sound definitions by name.
    declared : mapping
        The place of every definition, sound or not: nobody is told that a name is unknown because its
        definition has a fault of its own.
    complete : bool
        False where the file could not be read, so that any name might be defined there.
    """

    entries: Mapping[str, Entry_co] = field(default_factory=dict)
    declared: Mapping[str, Place] = field(default_factory=dict)
    complete: bool = True


def validate(file: TomlFile, model: type[Model], faults: list[Fault], at: KeyPath = ()) -> Model | None:
    """Return the table at the path ``at`` of ``file`` as a ``model``, or ``None`` after adding to ``faults``.

    Every fault of the table is added, in the order of the file, missing keys last.
    """
    value: Any = file.data
    for key in at:
        value = value[key]
    if not isinstance(value, dict):
        faults.append(Fault(file.place(at), kind_of(value), "expected a table"))
        return None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = [_fault(file, model, at, dict(detail)) for detail in error.errors(include_url=False)]
        faults.extend(in_order(found))
        return None


class _Head(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)
    format: Format


def check_format(file: TomlFile, faults: list[Fault]) -> None:
    """Add a fault unless ``file`` says ``format = 1``. For files whose other keys are names."""
    validate(file, _Head, faults)


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults of one file by line and column, missing keys behind the others."""
    return sorted(
        faults,
        key=lambda fault: (isinstance(fault, MissingKey), fault.place.line or 0, fault.place.column or 0),
    )


#: What a type of pydantic's own stands for in a file.
_EXPECTED = {
    "string_type": "expected a text in quotes",
    "bool_type": "expected true or false",
    "int_type": "expected an integer",
    "list_type": "expected a list",
    "dict_type": "expected a table",
    "model_type": "expected a table",
}


def _fault(file: TomlFile, model: type[BaseModel], at: KeyPath, detail: dict[str, Any]) -> Fault:
    """Return what pydantic found, in our words and with its place."""
    path: KeyPath = (*at, *detail["loc"])
    kind = detail["type"]
    if kind == "extra_forbidden":
        keys = _keys(model, detail["loc"][:-1])
        return Fault(
            file.key_place(path), f"unknown key {str(path[-1])!r}", f"expected one of {', '.join(keys)}",
            did_you_mean(str(path[-1]), keys),
        )  # fmt: skip
    if kind == "missing":
        where = f" in {_dotted(path[:-1])}" if len(path) > 1 else ""
        return MissingKey(file.key_place(path[:-1]), f"missing key {str(path[-1])!r}{where}", "", "add it")
    wrong = detail.get("ctx", {}).get("error")
    if isinstance(wrong, Wrong):
        return _wrong(file, (*path, *wrong.below), wrong)
    return Fault(file.place(path), kind_of(detail["input"]), _EXPECTED.get(kind, "expected another value"))


def _wrong(file: TomlFile, path: KeyPath, wrong: Wrong) -> Fault:
    place: Place = file.place(path) if wrong.column is None else file.inside(path, wrong.column)
    return Fault(place, wrong.found, wrong.expected, wrong.do)


def _dotted(path: KeyPath) -> str:
    return ".".join(str(key) for key in path)


def _keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys of the model that stands at ``loc`` inside ``model``."""
    current: Any = model
    for key in loc:
        if isinstance(current, type) and issubclass(current, BaseModel):
            if key not in current.model_fields:  # a position in a list of tables, or a name in a table of them
                continue
            current = current.model_fields[key].annotation
        inner = [each for each in _arguments(current) if isinstance(each, type) and issubclass(each, BaseModel)]
        if inner:
            current = inner[0]
    return [field.alias or name for name, field in current.model_fields.items()]


def _arguments(annotation: Any) -> list[Any]:
    """Return an annotation with everything it is made of."""
    return [annotation, *(each for part in get_args(annotation) for each in _arguments(part))]
