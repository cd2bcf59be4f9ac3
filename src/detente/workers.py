"""Processes of this machine that compute for another one, and leave Ctrl-C to it.

An interrupt while :meth:`concurrent.futures.Executor.shutdown` waits makes Python take the thread that manages the
processes for finished (``threading.Thread._wait_for_tstate_lock``); the interpreter then ends before that thread has
told them to end, and waits for them for ever. Interrupts are therefore held back while processes start and end.

Libraries of linear algebra start as many threads as there are cores, which wait for work by spinning. Our matrices are
too small to share, so the threads would only take time from the other processes: see :func:`one_thread`.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from detente.garbage import collect_seldom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor, ProcessPoolExecutor
    from multiprocessing.context import BaseContext

__all__ = ["cores", "end", "one_thread", "prepare", "processes", "starting"]

#: Where OpenBLAS, what is built with OpenMP, and MKL look for the number of their threads when they are loaded.
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

#: What a process knows that computes for another one.
_SERVING: list[bool] = []


def cores() -> int:
    """Return how many processes may compute at once: our processors, and 1 in a process that computes for another one.

    Examples
    --------
    >>> cores() >= 1
    True
    """
    if _SERVING:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def one_thread() -> None:
    """Have linear algebra use one thread here, where it is not loaded yet, and in processes that this one starts.

    A number that the environment gives already is left alone.

    Examples
    --------
    >>> one_thread()
    >>> int(os.environ["OPENBLAS_NUM_THREADS"]) >= 1
    True
    """
    for name in _THREADS:
        os.environ.setdefault(name, "1")


def processes(
    count: int, preload: Sequence[str] = (), start: Callable[..., object] | None = None, arguments: tuple[Any, ...] = ()
) -> ProcessPoolExecutor:
    """Return an executor of processes that Ctrl-C does not reach; submit to it within :func:`starting`.

    Parameters
    ----------
    count : int
        Number of processes.
    preload : sequence of str
        Modules that every process needs, imported once where processes are copies of one.
    start, arguments : optional
        What each process calls first.
    """
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(count, mp_context=_context(preload), initializer=_begin, initargs=(start, arguments))


def prepare(preload: Sequence[str]) -> None:
    """Begin on another core, where there is one, to import what the processes of :func:`processes` will need."""
    if cores() > 1:
        _context(preload)


def _context(preload: Sequence[str]) -> BaseContext:
    """Return how processes start: as copies of one, started here, that imports what all need, where there is such."""
    from multiprocessing import get_all_start_methods, get_context

    # Forking a process that has threads (those of BLAS among them) can deadlock.
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    from multiprocessing import resource_tracker
    from multiprocessing.forkserver import ensure_running

    context = get_context("forkserver")
    # Its start lets interrupts through again; later, they would reach the process that is copied while it imports.
    resource_tracker.ensure_running()
    if preload:
        context.set_forkserver_preload(list(preload))
    try:
        with _interrupts_later(), _one_thread_each():
            ensure_running()
    except OSError:  # no socket can have a name in the folder for temporary files, which may be too long
        return get_context("spawn")
    return context


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Have linear algebra use one thread in a process that is started meanwhile; our own environment stays as it is."""
    ours = [name for name in _THREADS if name in os.environ]
    one_thread()
    try:
        yield
    finally:
        for name in _THREADS:
            if name not in ours:
                os.environ.pop(name, None)


def _begin(start: Callable[..., object] | None, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _SERVING.append(True)
    collect_seldom()
    if start is not None:
        start(*arguments)


@contextmanager
def starting(function: Callable[..., object]) -> Iterator[None]:
    """Hold Ctrl-C back while processes start that call a function; they never get it, not even before they are set up.

    Python runs the user's program again in each, since functions may be defined there; one that does not guard
    its start by ``if __name__ == "__main__":`` fails. Where ours is defined elsewhere, this is left out.
    """
    while isinstance(function, partial):
        function = function.func
    name = "__main__"
    main = sys.modules[name]
    with _interrupts_later():
        try:
            if getattr(function, "__module__", name) != name:
                sys.modules[name] = ModuleType(name)
            yield
        finally:
            sys.modules[name] = main


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Hold Ctrl-C back for a moment."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end(pool: Executor, *, at_once: bool = False) -> None:
    """End an executor: what has not begun is canceled, what has begun is waited for, or stopped where it stands."""
    with _interrupts_later():
        if at_once:
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
