"""Processes that compute for another one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from detente.workers import cores

THREADS = """
import os
from detente.workers import end, processes
pool = processes(1)
print(pool.submit(os.getenv, "OPENBLAS_NUM_THREADS").result(), os.getenv("OPENBLAS_NUM_THREADS"))
end(pool)
"""


def threads(**given):
    """What worker processes and their parent find of the number of threads, in a process that has none of them yet."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    return subprocess.check_output([sys.executable, "-c", THREADS], env={**environment, **given}, text=True).split()


def test_linear_algebra_has_one_thread_in_a_process_that_computes_for_ours():
    assert threads() == ["1", "None"]


def test_a_number_of_threads_that_the_environment_gives_stays():
    assert threads(OPENBLAS_NUM_THREADS="3") == ["3", "3"]


UNGUARDED = """
from pathlib import Path
from detente import Study
print("once")
report = Study(STUDY).report("main")
print(len(report.write(OUT).files) > 2)
"""
GUARDED = """
import detente

def square(block):
    return block * block

if __name__ == "__main__":
    print(detente.ensemble.run(square, 4, workers=2))
"""


def said(script, path):
    """What a program in a file prints."""
    path.write_text(script, encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False, cwd=path.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


@pytest.mark.skipif(cores() < 2, reason="one core starts no process")
def test_a_program_without_a_guard_may_write_a_report(tmp_path):
    study = tmp_path / "study"
    shutil.copytree(Path(__file__).parent / "study" / "small", study)
    definition = study / "reports" / "main.toml"
    text = definition.read_text(encoding="utf-8")
    definition.write_text(text.replace('["summary", "payoffs"]', '["claims", "robustness", "questions", "importance"]'), encoding="utf-8")
    script = UNGUARDED.replace("STUDY", repr(str(study))).replace("OUT", repr(str(tmp_path / "out.pdf")))
    assert said(script, tmp_path / "program.py") == ["once", "True"]


def test_a_function_of_the_program_itself_is_computed_by_processes_where_its_start_is_guarded(tmp_path):
    assert said(GUARDED, tmp_path / "program.py") == ["[0, 1, 4, 9]"]
