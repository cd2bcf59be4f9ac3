"""Every notebook runs from a clean kernel of this Python, its asserts hold, and it is built the same way twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
SOURCES = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
#: Seconds for a whole notebook, set-up of the kernel included.
LIMIT = 300


def build(*arguments, check=True, script=FOLDER / "build.py"):
    """Run the script in a process of its own, so that kernels and event loops leave nothing behind in this one."""
    # matplotlib opens files without an encoding; the warnings that our own files are held to are not for a kernel
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNDEFAULTENCODING"}
    return subprocess.run(
        [sys.executable, str(script), *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", timeout=LIMIT, check=check,
        env={**environment, "PYTHONUTF8": "1"},
    )


def cells(path, kind):
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def test_there_is_a_notebook():
    assert [path.stem for path in SOURCES][:2] == ["00_tour", "01_confrontation"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_notebook_runs_from_a_clean_kernel_without_a_word_on_stderr(source, tmp_path):
    done = build("--run", "--timeout", LIMIT - 60, "--out", tmp_path, source.stem, check=False)
    assert done.returncode == 0, done.stderr
    code = cells(tmp_path / f"{source.stem}.ipynb", "code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    streams = [output for cell in code for output in cell["outputs"] if output["output_type"] == "stream"]
    assert [output["text"] for output in streams if output["name"] == "stderr"] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_notebook_is_a_text_with_asserts(source):
    text = source.read_text(encoding="utf-8")
    assert text.startswith("# %% [markdown]\n# # ")
    assert text.count("# %% [markdown]") >= 5
    assert text.count("assert ") >= 6
    assert "jupytext" not in text


def test_two_builds_give_the_same_bytes_without_outputs_or_tools(tmp_path):
    for name in ("first", "second"):
        build("--out", tmp_path / name)
    for source in SOURCES:
        first, second = (tmp_path / name / f"{source.stem}.ipynb" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells(first, "code"))
        assert set(json.loads(first.read_text(encoding="utf-8"))["metadata"]) == {"kernelspec", "language_info"}
        assert "jupytext" not in first.read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == [f"{source.stem}.ipynb" for source in SOURCES]


def test_a_cell_that_fails_is_reported_and_nothing_is_written(tmp_path):
    script = tmp_path / "build.py"
    script.write_text((FOLDER / "build.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "01_wrong.py").write_text("# %%\nassert 1 + 1 == 3, 'sums fail'\n", encoding="utf-8")
    done = build("--run", "--out", tmp_path / "out", check=False, script=script)
    assert done.returncode == 1
    assert "01_wrong.py" in done.stderr and "sums fail" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_an_unknown_notebook_is_refused(tmp_path):
    done = build("--out", tmp_path, "02_nothing", check=False)
    assert done.returncode == 1
    assert "unknown notebook '02_nothing'" in done.stderr
