"""How kernels are compiled: cached, without the lock of the interpreter. Importing this module loads numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["kernel"]

_F = TypeVar("_F", bound=Callable[..., Any])


def kernel(function: _F) -> _F:
    """Compile a function on its first call; the cache spares later processes the compilation."""
    # No fastmath: the error bounds count on IEEE arithmetic, and compiled and NumPy kernels are to give the same bits.
    return cast(_F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
