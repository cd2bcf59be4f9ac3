"""Run a function over blocks on several workers: each block counted once, in order, whatever happens to a worker."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, UsageError
from detente.workers import cores, end, processes, starting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from detente.conclusions.ensemble.saved import Remembered, Saved

__all__ = ["RunStopped", "run"]

#: Times that workers may die while a block alone is computed before the run stops.
ATTEMPTS = 3


class RunStopped(DetenteError):  # noqa: N818 - public name
    """A run could not go on; blocks that were saved stay saved."""


def run(
    function: Callable[[int], Any],
    blocks: int,
    *,
    combine: Callable[[Any, Any], Any] | None = None,
    initial: Any = None,
    executor: Executor | Callable[[], Executor] | None = None,
    workers: int | None = None,
    saved: Saved | Remembered | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Any:
    """Compute ``function(0)`` to ``function(blocks - 1)`` and combine the results in this order.

    Parameters
    ----------
    function : callable
        From the number of a block to its result; for other processes it has to be defined at the top of a module
        (``functools.partial`` of such a function will do). It should depend on nothing but the number: a block may be
        computed again. With ``saved``, it returns a mapping from names to arrays.
    blocks : int
    combine : callable, optional
        ``combine(total, result)`` returns the new total, from ``initial`` on, in the order of blocks. Without it, a
        list of all results.
    initial : optional
        The first total; with ``combine`` as a reduction, the memory used does not grow with the number of blocks.
    executor : Executor or callable, optional
        Any executor of :mod:`concurrent.futures`, which is left open, or a function that makes a new one, which is
        closed (and called again if a worker dies). By default processes on this machine.
    workers : int, optional
        Number of processes, by default one per processor; 1 computes here, without processes.
    saved : Saved, optional
        Where each block is saved as it comes in and the whole in the end (if it is a mapping from names to arrays).
        What is there already is not computed again.
    progress : callable, optional
        Called as ``progress(combined, blocks)``.

    Returns
    -------
    The total, or the list of results.

    Raises
    ------
    RunStopped
        If workers die again and again over the same block, or a given executor breaks.
    SavingFailed
        If a result cannot be written.

    Notes
    -----
    At most four blocks per worker are under way or wait for their turn. If a worker dies, the executor is replaced and
    all blocks that were not combined yet are computed again; a result enters the total exactly once, at its turn. An
    interrupt (Ctrl-C) cancels what has not begun, closes processes that were started here and is raised again. A script
    that defines the function itself guards its start by ``if __name__ == "__main__":``.

    Examples
    --------
    >>> run(abs, 4, workers=1), run(abs, 4, combine=lambda total, each: total + each, initial=0, workers=1)
    ([0, 1, 2, 3], 6)
    """
    if isinstance(blocks, bool) or not hasattr(blocks, "__index__") or blocks < 0:
        raise UsageError(f"blocks: found {blocks!r}; expected the number of blocks, at least 0")
    if workers is not None and workers < 1:
        raise UsageError(f"workers: found {workers!r}; expected at least 1")
    if saved is not None and (whole := saved.read("whole")) is not None:
        return whole
    state = _State(function, blocks, combine, [] if combine is None else initial, saved, progress)
    count = workers or cores()
    if executor is None and (count == 1 or blocks < 2):
        for block in range(blocks):
            state.add(block, state.restored(block) or state.keep(block, function(block)))
    else:
        _distribute(state, executor, count)
    if saved is not None and isinstance(state.total, Mapping):
        saved.write("whole", state.total)
        saved.discard("block-")
        return saved.read("whole") or state.total
    return state.total


@dataclass
class _State:
    """What has been combined so far."""

    function: Callable[[int], Any]
    blocks: int
    combine: Callable[[Any, Any], Any] | None
    total: Any
    saved: Saved | Remembered | None
    progress: Callable[[int, int], None] | None
    next: int = 0

    def restored(self, block: int) -> Any:
        return None if self.saved is None else self.saved.read(f"block-{block:06d}")

    def keep(self, block: int, result: Any) -> Any:
        """Save a result, and return it as it would be read back."""
        if self.saved is None:
            return result
        import numpy as np

        if not isinstance(result, Mapping):
            raise UsageError(
                f"found a result of type {type(result).__name__}; what is saved is a mapping from names to arrays"
            )
        self.saved.write(f"block-{block:06d}", result)
        return {name: np.asarray(value) for name, value in result.items()}

    def add(self, block: int, result: Any) -> None:
        if block != self.next:
            raise AssertionError(f"block {block} came in place of {self.next}; please report")
        if self.combine is None:
            self.total.append(result)
        else:
            self.total = self.combine(self.total, result)
        self.next += 1
        if self.progress is not None:
            self.progress(self.next, self.blocks)


def _distribute(state: _State, given: Executor | Callable[[], Executor] | None, count: int) -> None:
    """Compute the blocks on executors, replacing one that breaks."""
    ready: dict[int, Any] = {}
    deaths: dict[int, int] = {}
    alone: dict[int, int] = {}
    while state.next < state.blocks:
        own = not isinstance(given, Executor)
        pool: Executor = given if isinstance(given, Executor) else processes(count) if given is None else given()
        pending: dict[Future[Any], int] = {}
        lost = False
        try:
            lost = _serve(state, pool, pending, ready, deaths, 4 * count)
        except BaseException:
            _close(pool, pending, own=own)
            if state.saved is not None:
                # Blocks that were under way have ended meanwhile; the next run need not compute them again.
                with suppress(Exception):
                    _harvest(state, pending, ready, [future for future in pending if future.done()])
            raise
        _close(pool, pending, own=own)
        if not lost:
            continue
        for block in pending.values() or [state.next]:
            deaths[block] = deaths.get(block, 0) + 1
            if len(pending) < 2:
                alone[block] = alone.get(block, 0) + 1
        worst = max(alone, key=alone.__getitem__, default=state.next)
        if not own or alone.get(worst, 0) >= ATTEMPTS:
            what = "the executor broke" if not own else f"workers died {alone[worst]} times"
            raise RunStopped(
                f"found that {what} while block {worst} of {state.blocks} was computed; {state.next} are complete"
                + ("" if state.saved is None else " and saved")
                + "; expected workers that live: give them more memory, or run with workers=1 to see the error"
            )


def _close(pool: Executor, pending: Mapping[Future[Any], int], *, own: bool) -> None:
    """Cancel what has not begun, and end an executor that was started here."""
    for future in pending:
        future.cancel()
    if own:
        end(pool)


def _serve(
    state: _State,
    pool: Executor,
    pending: dict[Future[Any], int],
    ready: dict[int, Any],
    deaths: Mapping[int, int],
    window: int,
) -> bool:
    """Feed an executor and combine what comes back; return whether it broke, with the lost blocks in ``pending``."""
    # An interrupt between the locks that concurrent.futures.wait takes leaves one taken: closing would then hang.
    finished: SimpleQueue[Future[Any]] = SimpleQueue()
    following = _missing(state, ready)
    upcoming = next(following, None)
    while state.next < state.blocks:
        while state.next in ready:
            state.add(state.next, ready.pop(state.next))
        try:
            while upcoming is not None and upcoming < state.next + window:
                restored = state.restored(upcoming)
                if restored is not None:
                    ready[upcoming] = restored
                elif pending and any(deaths.get(block, 0) > 0 for block in (upcoming, *pending.values())):
                    # Under way when workers died: computed alone, so that a block at fault is found.
                    break
                else:
                    with starting(state.function):
                        future = pool.submit(state.function, upcoming)
                        pending[future] = upcoming
                        future.add_done_callback(finished.put)
                upcoming = next(following, None)
        except BrokenExecutor:
            _harvest(state, pending, ready, [future for future in pending if future.done()])
            return True
        if state.next in ready or not pending:
            continue
        finished.get()
        if not _harvest(state, pending, ready, [future for future in pending if future.done()]):
            return True
    return False


def _harvest(
    state: _State, pending: dict[Future[Any], int], ready: dict[int, Any], done: Iterable[Future[Any]]
) -> bool:
    """Move results of futures that are done from ``pending`` to ``ready``; return whether all had one."""
    whole = True
    failure: BaseException | None = None
    for future in sorted(done, key=pending.__getitem__):
        try:
            result = future.result()
        except (BrokenExecutor, CancelledError):
            whole = False
        except Exception as error:  # noqa: BLE001 - raised below, once the other results are kept
            failure = failure or error
        else:
            block = pending.pop(future)
            ready[block] = state.keep(block, result)
    if failure is not None:
        raise failure
    return whole


def _missing(state: _State, ready: Mapping[int, Any]) -> Iterator[int]:
    """Yield the blocks that still have to be computed or read, in order."""
    for block in range(state.next, state.blocks):
        if block not in ready:
            yield block
