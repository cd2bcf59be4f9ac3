import errno
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from detente.conclusions.ensemble import RunStopped, Saved, SavingFailed, all_equilibria, draws, payoffs, run
from detente.conclusions.ensemble import saved as saved_module
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame

GAME = SymbolicGame([[["a", "0"], ["b", "1"]], [["b", "a"], ["0", "1"]]], {"a": (0, 3), "b": (0, 2)})
N = 5 * 8192 + 77


def count_block(block):
    some = draws(GAME, N, seed=3, blocks=(block, block + 1))
    found = all_equilibria(payoffs(GAME, some), engine="numpy")
    return {"games": np.array(some.n), "equilibria": np.bincount(found.counts, minlength=4), "sum": found.profiles.sum()}


def add(total, each):
    return each if total is None else {name: total[name] + each[name] for name in each}


def same(one, other):
    assert set(one) == set(other)
    for name in one:
        assert np.array_equal(one[name], other[name]), name


def test_workers_threads_and_one_process_give_the_same_numbers():
    alone = run(count_block, 6, combine=add, workers=1)
    assert alone["games"] == N == alone["equilibria"].sum()
    same(alone, run(count_block, 6, combine=add, workers=2))
    with ThreadPoolExecutor(3) as pool:
        same(alone, run(count_block, 6, combine=add, executor=pool))
        assert pool.submit(abs, -1).result() == 1  # left open
    same(alone, run(count_block, 6, combine=add, executor=lambda: ThreadPoolExecutor(2)))


def slow_at_first(block):
    time.sleep(0.05 if block % 3 == 0 else 0)
    return block


def test_results_are_combined_in_the_order_of_blocks():
    with ThreadPoolExecutor(4) as pool:
        assert run(slow_at_first, 20, executor=pool) == list(range(20))
        assert run(str, 12, combine=lambda total, each: total + each, initial="", executor=pool) == "01234567891011"


def test_few_results_wait_at_a_time():
    """Block 0 ends last, so all others would pile up behind it: memory has to stay flat."""
    release, begun = threading.Event(), []

    def task(block):
        begun.append(block)
        if block == 0:
            release.wait(5)
        return block

    with ThreadPoolExecutor(2) as pool:
        timer = threading.Timer(0.3, release.set)
        timer.start()
        progress = []
        run(task, 100, executor=pool, workers=2, progress=lambda done, total: progress.append((len(begun), done)))
    assert progress[0][0] <= 8
    assert [done for _, done in progress] == list(range(1, 101))


def die_once(folder, block):
    mark = Path(folder) / f"died-{block}"
    if block in {2, 5} and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"blocks": np.array([block]), "count": np.array(1)}


def join(total, each):
    return each if total is None else {
        "blocks": np.concatenate([total["blocks"], each["blocks"]]), "count": total["count"] + each["count"]
    }  # fmt: skip


def test_blocks_of_a_worker_that_dies_are_computed_again_and_counted_once(tmp_path):
    found = run(partial(die_once, str(tmp_path)), 9, combine=join, workers=2)
    assert found["blocks"].tolist() == list(range(9)) and found["count"] == 9
    assert {each.name for each in tmp_path.iterdir()} == {"died-2", "died-5"}


def always_die(block):
    if block == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"block": np.array(block)}


def test_a_block_that_kills_every_worker_stops_the_run_and_is_named(tmp_path):
    place = Saved.make(tmp_path, {"seed": 1})
    with pytest.raises(RunStopped, match="died 3 times while block 3 of 6"):
        run(always_die, 6, workers=2, saved=place)
    assert [int(place.read(f"block-{k:06d}")["block"]) for k in range(3)] == [0, 1, 2]


def test_an_executor_that_breaks_and_was_given_open_is_told():
    pool = ProcessPoolExecutor(1)
    with pytest.raises(RunStopped, match="the executor broke"):
        run(always_die, 6, executor=pool)
    pool.shutdown()


class Fickle(Executor):
    """Computes at once, and breaks after a number of blocks, half of which it has computed in vain."""

    def __init__(self, after):
        self.left = after

    def submit(self, function, *args):
        self.left -= 1
        future = Future()
        if self.left < 0:
            raise BrokenProcessPool("gone")
        if self.left % 2:
            future.set_exception(BrokenProcessPool("gone"))
        else:
            future.set_result(function(*args))
        return future


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_nothing_is_counted_twice_or_lost_however_executors_break(workers):
    made = []

    def factory():
        made.append(Fickle(after=1 + 2 * (len(made) % 4)))
        return made[-1]

    total = run(lambda block: [block], 30, combine=lambda a, b: a + b, initial=[], executor=factory, workers=workers)
    assert total == list(range(30)) and len(made) > 1


def fail_at_four(block):
    if block == 4:
        raise ValueError("four")
    return {"block": np.array(block)}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_block_is_raised_as_it_is_and_earlier_blocks_stay(tmp_path, workers):
    place = Saved.make(tmp_path, {})
    with pytest.raises(ValueError, match="four"):
        run(fail_at_four, 6, workers=workers, saved=place)
    assert place.read("block-000000")["block"] == 0
    assert place.read("whole") is None


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    place = Saved.make(tmp_path, {"study": "5f3a", "seed": 3})
    computed = []

    def task(block):
        if len(computed) == 4:
            raise KeyboardInterrupt
        computed.append(block)
        return count_block(block)

    with pytest.raises(KeyboardInterrupt):
        run(task, 6, combine=add, workers=1, saved=place)
    assert computed == [0, 1, 2, 3]
    (place.folder / "block-000001.npz").write_bytes(b"PK\x03\x04 half a file")
    again = []
    found = run(lambda block: again.append(block) or count_block(block), 6, combine=add, workers=1, saved=place)
    assert again == [1, 4, 5]
    same(found, run(count_block, 6, combine=add, workers=1))
    same(found, run(None, 6, saved=place))  # whole: nothing is computed
    assert sorted(each.name for each in place.folder.iterdir()) == ["key.json", "whole.npz"]


def test_other_keys_have_other_folders(tmp_path):
    folders = {Saved.make(tmp_path, key).folder for key in ({"seed": 1}, {"seed": 2}, {"seed": 1, "study": "a"})}
    assert len(folders) == 3
    assert Saved.make(tmp_path, {"a": 1, "b": 2}).folder == Saved.make(tmp_path, {"b": 2, "a": 1}).folder
    assert folders.pop().parent == tmp_path / ".detente" / "ensemble"


def test_what_cannot_be_kept_is_refused(tmp_path):
    with pytest.raises(UsageError, match="JSON"):
        Saved.make(tmp_path, {"prior": object()})
    with pytest.raises(UsageError, match="arrays of numbers"):
        Saved.make(tmp_path, {}).write("a", {"x": object()})
    (tmp_path / "file").write_text("")
    with pytest.raises(SavingFailed):
        Saved.make(tmp_path / "file", {}).write("a", {"x": 1})


@pytest.mark.parametrize("number, text", [(errno.ENOSPC, "no space left"), (errno.EACCES, "writable")])
@pytest.mark.parametrize("where", ["fsync", "savez"])
def test_a_full_disk_gives_a_clear_error_and_loses_nothing(tmp_path, monkeypatch, number, text, where):
    place = Saved.make(tmp_path, {"seed": 3})
    written = []

    def full(*args, **kwargs):
        written.append(1)
        if len(written) == 4:
            raise OSError(number, os.strerror(number))
        return original(*args, **kwargs)

    owner = saved_module.os if where == "fsync" else np
    original = getattr(owner, where)
    with monkeypatch.context() as patch:
        patch.setattr(owner, where, full)
        with pytest.raises(SavingFailed, match=text):
            run(count_block, 6, combine=add, workers=1, saved=place)
    assert not list(place.folder.glob("*.part"))
    again = []
    found = run(lambda block: again.append(block) or count_block(block), 6, combine=add, workers=1, saved=place)
    assert again == [3, 4, 5]
    same(found, run(count_block, 6, combine=add, workers=1))


def test_a_damaged_file_counts_as_absent_whatever_became_of_it(tmp_path):
    place = Saved.make(tmp_path, {})
    arrays = {"count": np.arange(40), "code": np.arange(40) * 7, "total": np.array(3)}
    place.write("whole", arrays)
    same(place.read("whole"), arrays)
    file = place.folder / "whole.npz"
    intact = file.read_bytes()
    rnd = random.Random(0)
    lost = 0
    for trial in range(400):
        damaged = bytearray(intact)
        if trial % 5 == 0:
            del damaged[rnd.randrange(len(damaged)) :]
        for _ in range(rnd.choice((1, 1, 2, 8))):
            if damaged:
                damaged[rnd.randrange(len(damaged))] = rnd.randrange(256)
        file.write_bytes(damaged)
        found = place.read("whole")
        if found is None:
            lost += 1
        else:  # the damage hit what does not matter, such as a date
            same(found, arrays)
    assert lost > 300


@pytest.mark.skipif(os.name != "posix", reason="asks whether a process runs")
def test_what_a_killed_process_left_half_written_goes_and_that_of_a_living_one_stays(tmp_path):
    place = Saved.make(tmp_path, {})
    place.write("block-000000", {"a": np.zeros(3)})
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (place.folder / f".block-000001.{dead.pid}.part").write_bytes(b"half")
    (place.folder / f".block-000002.{os.getppid()}.part").write_bytes(b"half")
    place.discard("block-")
    assert sorted(each.name for each in place.folder.iterdir()) == [f".block-000002.{os.getppid()}.part", "key.json"]


def test_where_nothing_can_be_kept_is_told_beforehand(tmp_path):
    assert Saved.obstacle(tmp_path) is None and not (tmp_path / ".detente").exists()
    (tmp_path / ".detente").write_text("a file in its place")
    assert Saved.obstacle(tmp_path) == tmp_path / ".detente"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_that_is_really_full_is_told(tmp_path):
    place = Saved.make(tmp_path, {})
    place.folder.mkdir(parents=True)
    (place.folder / f".whole.{os.getpid()}.part").symlink_to("/dev/full")
    with pytest.raises(SavingFailed, match="no space left"):
        place.write("whole", {"a": np.zeros(10)})
    assert place.read("whole") is None


SCRIPT = """
import sys, time
from detente.conclusions.ensemble import run

def task(block):
    sys.stdout.write("begun\\n")
    sys.stdout.flush()
    time.sleep(0.3)
    return block

if __name__ == "__main__":
    try:
        run(task, 1000, workers=2)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        sys.exit(130)
"""


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to a process group")
@pytest.mark.parametrize("times", [1, 3])  # the second comes while the processes are being ended
def test_ctrl_c_ends_a_run_at_once_without_noise_and_without_leftover_processes(tmp_path, times):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    started = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert started.stdout.readline().startswith("begun")
    for _ in range(times):
        os.killpg(started.pid, signal.SIGINT)
        time.sleep(0.05)
    out, errors = started.communicate(timeout=60)
    assert started.returncode == 130 and "interrupted" in out
    assert errors == ""
    with pytest.raises(ProcessLookupError):
        for _ in range(50):
            os.killpg(started.pid, 0)
            time.sleep(0.1)


def test_wrong_arguments_are_refused():
    with pytest.raises(UsageError, match="blocks"):
        run(abs, -1)
    with pytest.raises(UsageError, match="workers"):
        run(abs, 3, workers=0)
    with pytest.raises(UsageError, match="mapping from names to arrays"):
        run(abs, 2, workers=1, saved=Saved.make("/nonexistent", {}))
    assert run(abs, 0) == [] and run(abs, 1) == [0]
