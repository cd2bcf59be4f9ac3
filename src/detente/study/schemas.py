"""JSON Schemas of the files of a study, for editors that complete and check while one types.

They are made from the very models that read the files. What a schema cannot say (that an id exists, that a
value recomputes) is for ``detente check``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from detente.games.file_tables import BoxTable
from detente.games.question_reader import QuestionTable
from detente.payoffs.terms import ConstraintTable, PayoffFile, TermTable
from detente.payoffs.value_tables import EntryTable, ValuesTable
from detente.seeds.claims import ClaimTable, ConflictTable
from detente.seeds.documents import DocumentTable
from detente.seeds.observations import CodingTable, EventTable
from detente.seeds.parameter_tables import DerivedTable, FigureTable, JudgementTable
from detente.study.forms import FORMS
from detente.study.report_definition import ReportFile

__all__ = ["FOLDER", "as_text", "described", "schemas", "write_schemas"]

#: Where the schemas are shipped.
FOLDER = Path(__file__).resolve().parent.parent / "schemas"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FORMAT = {"const": 1}


def _of(model: Any) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema(by_alias=True)
    written: dict[str, Any] = _written_out(schema, schema.pop("$defs", {}))
    return written


def _written_out(part: Any, named: dict[str, Any]) -> Any:
    """Return a part of a schema with named parts in their places: it stands deep inside another one."""
    if isinstance(part, dict):
        if "$ref" in part:
            return _written_out(named[part["$ref"].rpartition("/")[2]], named)
        return {key: _written_out(each, named) for key, each in part.items()}
    return [_written_out(each, named) for each in part] if isinstance(part, list) else part


def _tables(entry: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the schema of a file with ``format`` and tables of one kind beside it."""
    return {
        "type": "object",
        "required": ["format"],
        "properties": {"format": _FORMAT, **more},
        "additionalProperties": entry,
    }


def _parameters() -> dict[str, Any]:
    return {"oneOf": [_of(FigureTable), _of(JudgementTable), _of(DerivedTable)]}


def _game(name: str, model: Any, **more: Any) -> dict[str, Any]:
    """Return the schema of a game file, or of a variant, of one form."""
    schema = _of(model)
    schema["properties"]["form"] = {"const": name}
    for key, part in FORMS[name].tables.items():
        schema["properties"][key] = {"type": "object", "additionalProperties": _of(part)}
    schema["properties"]["box"] = {"type": "object", "additionalProperties": _of(BoxTable)}
    schema["properties"].update(more)
    return schema


def _games() -> dict[str, Any]:
    """Return the schema of a game file: one for each form."""
    variants = [_game(name, form.variant) for name, form in FORMS.items() if form.variant is not None]
    more = {
        "variants": {"type": "object", "additionalProperties": {"oneOf": variants}},
        "questions": {"type": "array", "items": _of(QuestionTable)},
    }
    return {"oneOf": [_game(name, form.file, **more) for name, form in FORMS.items() if form.file is not None]}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of each kind of file by name."""
    payoffs = _of(PayoffFile)
    payoffs["properties"]["constraints"] = {"type": "array", "items": _of(ConstraintTable)}
    payoffs["properties"]["parameters"] = {"type": "object", "additionalProperties": _parameters()}
    payoffs["properties"]["terms"] = {
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": _of(TermTable)},
    }
    entry = {"anyOf": [{"type": ["number", "string"]}, _of(EntryTable)]}
    values = _of(ValuesTable)
    values["properties"]["values"] = {
        "anyOf": [
            {"type": "object", "additionalProperties": entry, "minProperties": 1},
            {"type": "array", "items": entry, "minItems": 1},
        ]
    }
    payoffs["properties"]["tables"] = {"type": "object", "additionalProperties": values}
    conflicts = {"type": "object", "additionalProperties": _of(ConflictTable)}
    event = _of(EventTable)
    event["properties"]["coded"] = {"type": "array", "minItems": 1, "items": _of(CodingTable)}
    found = {
        "documents": _tables(_of(DocumentTable)),
        "parameters": _tables(_parameters()),
        "claims": _tables(_of(ClaimTable), conflicts=conflicts),
        "observations": _tables(event),
        "payoffs": payoffs,
        "game": _games(),
        "report": _of(ReportFile),
    }
    return {name: _titled(name, schema) for name, schema in found.items()}


def described(name: str, model: Any) -> dict[str, Any]:
    """Return the schema of a kind of file that one model reads."""
    return _titled(name, _of(model))


def _titled(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": _DIALECT, "title": f"detente {name} file", **schema}


def as_text(schema: dict[str, Any]) -> str:
    """Return a schema as it is shipped: sorted keys, two spaces, LF."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write_schemas(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write every schema into ``folder``."""
    folder.mkdir(exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / f"{name}.json"
        path.write_text(as_text(schema), encoding="utf-8", newline="\n")
        written.append(path)
    return tuple(written)


if __name__ == "__main__":
    for each in write_schemas():
        print(each.name)
