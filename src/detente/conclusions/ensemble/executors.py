"""Executors on other machines, by the address of their scheduler."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["cluster"]


@contextmanager
def cluster(address: str, timeout: float = 10.0) -> Iterator[Executor]:
    """Connect to a scheduler of dask.distributed and give an executor for :func:`detente.ensemble.run`.

    Parameters
    ----------
    address : str
        Such as ``tcp://127.0.0.1:8786``, as ``dask scheduler`` prints it. Whoever runs the scheduler can run code here.
    timeout : float
        Seconds to wait for it.

    Raises
    ------
    UsageError
        If the extra ``cluster`` is not installed, nothing answers, or a worker has other versions, under which numbers
        might differ.

    Notes
    -----
    If a worker dies, the scheduler gives its tasks to another one; results enter a total once, at their turn, as with
    processes.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--executor needs dask.distributed; install detente[cluster]") from None
    from detente.conclusions.ensemble.saved import versions

    try:
        client = Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(f"found no scheduler at {address}: {reason}; start one with 'dask scheduler'") from None
    try:
        if not client.scheduler_info()["workers"]:
            raise UsageError(f"the scheduler at {address} has no workers; start one with 'dask worker {address}'")
        _same_versions(client, versions())
        yield _Remote(client.get_executor(pure=False))
    finally:
        client.close()


class _Remote(Executor):
    """An executor whose futures break, as those of dead processes do, where the scheduler gives a task up."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        outer: Future[Any] = Future()
        inner = self.inner.submit(fn, *args, **kwargs)

        def pass_on(done: Future[Any]) -> None:
            if not outer.set_running_or_notify_cancel():
                return
            try:
                outer.set_result(done.result())
            except CancelledError:
                outer.set_exception(BrokenExecutor("the scheduler dropped a task"))
            except Exception as error:  # noqa: BLE001 - it is raised where the result is asked for
                gone = type(error).__name__ == "KilledWorker"
                outer.set_exception(BrokenExecutor(str(error)) if gone else error)

        def cancel(done: Future[Any]) -> None:
            if done.cancelled():
                inner.cancel()

        outer.add_done_callback(cancel)
        inner.add_done_callback(pass_on)
        return outer


def _same_versions(client: Any, here: dict[str, str]) -> None:
    """Refuse workers under whose versions numbers might differ."""
    from detente.conclusions.ensemble.saved import versions

    for worker, there in client.run(versions, on_error="return").items():
        if isinstance(there, BaseException):
            raise UsageError(f"the worker {worker} cannot run detente: {there}")
        different = sorted(name for name in here if there.get(name) != here[name])
        if different:
            each = ", ".join(f"{name} {there.get(name)} (here {here[name]})" for name in different)
            raise UsageError(f"the worker {worker} has {each}; expected the same versions everywhere")
