"""Nothing is counted twice or lost: killed workers, a full disk, a cluster that loses a worker."""

import errno
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from detente.conclusions.ensemble import Saved, SavingFailed
from detente.conclusions.ensemble.executors import cluster
from detente.conclusions.robustness.robustness import How, robustness_of
from detente.conclusions.robustness.subjects import subject_of
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame

GAME = SymbolicGame(
    [[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]], parameters={"b": (1, 3), "c": (-1, 2)},
    strategies=[["give", "keep"]] * 2, constraints=["b >= c"],
)  # fmt: skip
N = 70_000  # nine blocks


@dataclass(frozen=True, eq=False)
class Fragile:
    """A classifier whose process is killed the first few times that it is used."""

    inner: object
    folder: str
    deaths: int

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "inner"), name)

    def __reduce__(self):
        return Fragile, (self.inner, self.folder, self.deaths)

    def classify(self, values, n):
        for death in range(self.deaths):
            try:
                (Path(self.folder) / f"death-{death}").touch(exist_ok=False)
            except FileExistsError:
                continue
            os.kill(os.getpid(), signal.SIGKILL)
        return self.inner.classify(values, n)


def count(classifier=None, **how):
    from dataclasses import replace

    subject = subject_of(GAME)
    if classifier is not None:
        subject = replace(subject, classifier=classifier)
    return robustness_of(subject, how=How(draws=N, budget=0, **how))


@pytest.fixture(scope="module")
def expected():
    return count(workers=1)


@pytest.mark.skipif(os.name != "posix", reason="kills processes")
def test_workers_that_are_killed_change_no_number(tmp_path, expected):
    found = count(Fragile(subject_of(GAME).classifier, str(tmp_path), 2), workers=2)
    assert len(list(tmp_path.glob("death-*"))) == 2
    assert found.shares == expected.shares


def test_a_disk_that_is_full_loses_nothing_and_the_next_run_goes_on(tmp_path, monkeypatch, expected):
    written = []
    original = np.savez

    def full(*args, **kwargs):
        written.append(1)
        if len(written) == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return original(*args, **kwargs)

    place = []

    def saved(key):
        place.append(Saved.make(tmp_path, key))
        return place[-1]

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", full)
        with pytest.raises(SavingFailed, match="no space left"):
            count(workers=1, saved=saved)
    assert sorted(each.name for each in place[0].folder.glob("*.npz")) == [f"block-{k:06d}.npz" for k in range(3)]
    seen = []
    found = count(workers=1, saved=saved, progress=lambda done, total: seen.append(done))
    assert found.shares == expected.shares and seen == list(range(1, 10))
    assert sorted(each.name for each in place[0].folder.iterdir()) == ["key.json", "whole.npz"]


@pytest.fixture
def scheduler():
    """A scheduler with two workers on loopback, each in a process of its own."""
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    script = (
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, host='127.0.0.1', dashboard_address=None) as here:\n"
        "        print(here.scheduler_address, flush=True)\n"
        "        input()\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
    )  # fmt: skip
    try:
        yield started.stdout.readline().strip()
    finally:
        started.communicate("\n", timeout=30)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(os.name != "posix", reason="kills processes")
def test_a_cluster_counts_the_same_even_if_it_loses_a_worker(tmp_path, scheduler, expected):
    with cluster(scheduler) as pool:
        assert count(executor=pool).shares == expected.shares
        found = count(Fragile(subject_of(GAME).classifier, str(tmp_path), 1), executor=pool)
    assert (tmp_path / "death-0").exists()
    assert found.shares == expected.shares


@pytest.mark.filterwarnings("ignore")
def test_an_address_where_nobody_answers_is_told():
    with pytest.raises(UsageError, match="no scheduler at tcp://127.0.0.1:9"), cluster("tcp://127.0.0.1:9", timeout=1):
        pass
    with pytest.raises(UsageError, match="no scheduler"), cluster("nonsense://x", timeout=1):
        pass
