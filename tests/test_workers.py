"""Processes that compute for another one."""

import os
import subprocess
import sys

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
