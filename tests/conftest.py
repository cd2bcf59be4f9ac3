"""What all tests share: reproducible Hypothesis runs, and the real documents where they are at hand."""

import os
import shutil
import signal
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("gate", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.load_profile("gate")

DOCUMENTS = os.environ.get("DETENTE_DOCUMENTS")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


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


@pytest.fixture
def ends():
    """Make a test fail, instead of holding up all others, whose computation would go on for ever."""

    def give_up(*_):
        raise AssertionError("still at it after half a minute")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def missing():
    """Return the markers of tests that cannot run here, each with what they need; where CI is set nothing may be missing."""
    found = {}
    if not DOCUMENTS:
        found["documents"] = "tests on the real documents; set DETENTE_DOCUMENTS to their folder to run them"
    if not os.environ.get("DETENTE_WHOLE"):
        found["whole"] = "tests that build the whole study; set DETENTE_WHOLE to run them"
    if not CHROMIUM and not os.environ.get("CI"):
        found["browser"] = "tests in a browser; install Chromium to run them"
    return found


def pytest_collection_modifyitems(config, items):
    left_out = [item for item in items if any(item.get_closest_marker(each) for each in missing())]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter):
    for words in missing().values():
        terminalreporter.write_line(f"deselected: {words}")
