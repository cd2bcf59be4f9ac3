"""The register of documents: which texts the figures of a study were read in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import PlainValidator, WithJsonSchema

from detente.errors import Fault
from detente.fields import Label, Line, Text, Wrong, kind_of
from detente.schema import Definitions, Table, check_format, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.errors import Place
    from detente.toml import TomlFile

__all__ = ["Document", "DocumentTable", "read_documents"]


@dataclass(frozen=True)
class Document:
    """A text that figures and claims refer to.

    Attributes
    ----------
    id : str
        Three digits; everything but ``figures.csv`` names a document by it.
    file : str
        The name of the file in the folder of documents; ``figures.csv`` names a document by it.
    title : mapping
        Language to words.
    date, genre, slant : str
        When it was written, what kind of text it is, what it plays up and down.
    sha256 : str
        Hash of the file that was read, in lower-case hexadecimal.
    places : mapping
        Key to place of its value.
    """

    id: str
    file: str
    title: Mapping[str, str]
    date: str
    genre: str
    slant: str
    sha256: str
    place: Place
    places: Mapping[str, Place]


def _file_name(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(kind_of(value), "expected the name of a file as text")
    if not re.fullmatch(r"[^/\\:\x00-\x1f]{1,200}", value) or value.startswith("."):
        raise Wrong(
            f"found the file name {value[:80]!r}",
            "expected the name of a file in the folder of documents, without a path",
        )
    return value


def _sha256(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(kind_of(value), "expected a SHA-256 as text")
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        raise Wrong(f"found {value[:80]!r}", "expected 64 lower-case hexadecimal digits", "take them from `sha256sum`")
    return value


class DocumentTable(Table):
    """A table of ``documents.toml``."""

    file: Annotated[str, PlainValidator(_file_name), WithJsonSchema({"type": "string"})]
    title: Label
    date: Line
    genre: Text
    slant: Text
    sha256: Annotated[str, PlainValidator(_sha256), WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{64}$"})]


def read_documents(file: TomlFile, faults: list[Fault]) -> Definitions[Document]:
    """Return the documents of ``documents.toml`` by id; what is wrong is added to ``faults``."""
    check_format(file, faults)
    documents: dict[str, Document] = {}
    declared: dict[str, Place] = {}
    by_file: dict[str, Document] = {}
    for key in file.data:
        if key == "format":
            continue
        declared[key] = place = file.key_place((key,))
        if not re.fullmatch(r"[0-9]{3}", key, re.ASCII):
            faults.append(
                Fault(place, f"found the document {key[:60]!r}", 'expected three digits in quotes, such as ["001"]')
            )
            continue
        table = validate(file, DocumentTable, faults, (key,))
        if table is None:
            continue
        places = {name: file.place((key, name)) for name in file.data[key]}
        document = Document(
            key, table.file, table.title, table.date, table.genre, table.slant, table.sha256, place, places
        )
        first = by_file.setdefault(document.file, document)
        if first is not document:
            faults.append(
                Fault(
                    places["file"],
                    f"found the file {document.file!r} a second time",
                    f"it stands at {first.places['file']} already",
                )
            )
            continue
        documents[key] = document
    return Definitions(documents, declared)
