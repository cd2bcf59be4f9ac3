"""The shipped JSON Schemas: made from the models that read the files, and true of this study's files."""

import tomllib

import pytest

from detente.study.schemas import FOLDER, as_text, schemas

jsonschema = pytest.importorskip("jsonschema")

FILES = {
    "documents": "seeds/documents.toml",
    "parameters": "seeds/parameters.toml",
    "claims": "seeds/claims.toml",
    "observations": "seeds/observations.toml",
    "payoffs": "payoffs/confrontation.toml",
    "game": "games/confrontation.toml",
    "report": "reports/main.toml",
}


def test_the_shipped_schemas_are_those_that_the_models_give():
    shipped = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json") if path.stem != "exercise"}
    assert shipped == {name: as_text(schema) for name, schema in schemas().items()}, "run python -m detente.study.schemas"


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_this_study_fit_their_schema(name, study_root):
    data = tomllib.loads((study_root / FILES[name]).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schemas()[name]).validate(data)


@pytest.mark.parametrize("name", FILES)
def test_a_schema_refuses_an_unknown_key(name, study_root):
    data = tomllib.loads((study_root / FILES[name]).read_text(encoding="utf-8"))
    target = data if name in {"payoffs", "game", "report"} else next(value for key, value in data.items() if key != "format")
    target["surprise_key"] = 1
    assert not jsonschema.Draft202012Validator(schemas()[name]).is_valid(data)
