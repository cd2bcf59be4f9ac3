from pathlib import Path

import pytest

import detente
from detente.exercises.sheet import read_sheet
from detente.exercises.variants import Variants
from detente.study.load import load

ROOT = Path(detente.__file__).parents[2]


@pytest.fixture(scope="session")
def files():
    """The study of this repository, loaded once."""
    return load(ROOT)


@pytest.fixture(scope="session")
def sheets(files):
    """Every sheet of the course with the variants of one seed, by name."""
    found = sorted((ROOT / "notebooks" / "exercises").glob("*.toml"))
    return {path.stem: Variants(read_sheet(path), files, "19") for path in found}


@pytest.fixture
def sheet(tmp_path, files):
    """Make variants from the text of a sheet's questions."""

    def made(questions, seed="1"):
        path = tmp_path / "small.toml"
        head = 'format = 1\ntitle = "Small"\ngoal = "Try."\ndifficulty = 1\n'
        path.write_text(head + questions, encoding="utf-8")
        return Variants(read_sheet(path), files, seed)

    return made
