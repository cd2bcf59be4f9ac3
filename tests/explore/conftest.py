"""The tests of the explorer share what opens a notebook in a browser, and a study that may be written to."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def copy(tmp_path, study_root):
    """A copy of the files of this study."""
    folder = tmp_path / "study"
    for room in ("seeds", "payoffs", "games", "reports"):
        shutil.copytree(study_root / room, folder / room, ignore=shutil.ignore_patterns("*.pdf", "*_files", "pictures"))
    shutil.copy(study_root / "pyproject.toml", folder)
    return folder
