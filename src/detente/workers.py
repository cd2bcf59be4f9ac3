"""Processes of this machine that compute for another one, and leave Ctrl-C to it.

An interrupt while :meth:`concurrent.futures.Executor.shutdown` waits makes Python take the thread that manages the
processes for finished (``threading.Thread._wait_for_tstate_lock``); the interpreter then ends before that thread has
told them to end, and waits for them for ever. Interrupts are therefore held back while processes start and end.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from detente.garbage import collect_seldom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor, ProcessPoolExecutor
    from multiprocessing.context import BaseContext

__all__ = ["cores", "end", "interrupts_later", "prepare", "processes"]

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


def processes(
    count: int, preload: Sequence[str] = (), start: Callable[..., object] | None = None, arguments: tuple[Any, ...] = ()
) -> ProcessPoolExecutor:
    """Return an executor of processes that Ctrl-C does not reach; submit to it within :func:`interrupts_later`.

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
    if cores() > 1 and _context(preload).get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        with interrupts_later():
            ensure_running()


def _context(preload: Sequence[str]) -> BaseContext:
    """Return how processes start: as copies of one that has imported what all need, where there is such a thing."""
    from multiprocessing import get_all_start_methods, get_context

    # Forking a process that has threads (those of BLAS among them) can deadlock.
    forkserver = "forkserver" in get_all_start_methods()
    context = get_context("forkserver" if forkserver else "spawn")
    if forkserver:
        from multiprocessing import resource_tracker

        # Its start lets interrupts through again; later, they would reach the process that is copied while it imports.
        resource_tracker.ensure_running()
        if preload:
            context.set_forkserver_preload(list(preload))
    return context


def _begin(start: Callable[..., object] | None, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _SERVING.append(True)
    collect_seldom()
    if start is not None:
        start(*arguments)


@contextmanager
def interrupts_later() -> Iterator[None]:
    """Hold Ctrl-C back for a moment; processes that start meanwhile never get it, not even before they are set up."""
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
    with interrupts_later():
        if at_once:
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
