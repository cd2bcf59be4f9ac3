"""Whether the compiled kernels of the extra ``fast`` can be used."""

from __future__ import annotations

from functools import cache

__all__ = ["numba_installed"]


@cache
def numba_installed() -> bool:
    """Return whether numba is installed; it is not loaded to find out."""
    import importlib.util

    return importlib.util.find_spec("numba") is not None
