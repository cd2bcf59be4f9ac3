"""What all tests share: reproducible Hypothesis runs, and the real documents where they are at hand."""

import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("gate", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.load_profile("gate")

DOCUMENTS = os.environ.get("DETENTE_DOCUMENTS")
_left_out = 0


@pytest.fixture
def documents():
    """The folder with the real documents that DETENTE_DOCUMENTS names."""
    folder = Path(DOCUMENTS or "")
    assert folder.is_dir(), f"DETENTE_DOCUMENTS names {DOCUMENTS!r}, which is no folder"
    return folder


@pytest.fixture(scope="session")
def study_root():
    """The folder of this study."""
    return Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(config, items):
    global _left_out
    if DOCUMENTS:
        return
    marked = [item for item in items if item.get_closest_marker("documents")]
    if marked:
        _left_out = len(marked)
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if item not in marked]


def pytest_terminal_summary(terminalreporter):
    if not DOCUMENTS:
        terminalreporter.write_line("deselected: tests on the real documents; set DETENTE_DOCUMENTS to their folder to run them")
