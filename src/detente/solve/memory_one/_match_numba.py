"""Many memory-one matches, compiled: the arithmetic of :mod:`._match_kernels`, one match after the other.

Importing this module loads numba; :mod:`~detente.solve.memory_one.batch` does so where it pays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np

from detente.solve.memory_one import _match_kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["discounted_shares", "finite_shares", "long_run_shares"]

#: Matches side by side in the loop over rounds; their matrices fit the fastest cache.
LANES = 16

_F = TypeVar("_F", bound=Callable[..., Any])


def _compiled(function: _F) -> _F:
    # No fastmath: the order of sums keeps the accuracy that the docstring of the kernels promises.
    return cast(_F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


_tree_weight = _compiled(_match_kernels.tree_weight)


@_compiled
def _all_weights(r: Floats, out: Floats) -> float:
    """Set ``out`` to the four tree weights of a 4 x 4 matrix and return their sum."""
    out[0] = _tree_weight(r[1, 0], r[1, 2], r[1, 3], r[2, 0], r[2, 1], r[2, 3], r[3, 0], r[3, 1], r[3, 2])
    out[1] = _tree_weight(r[0, 1], r[0, 2], r[0, 3], r[2, 1], r[2, 0], r[2, 3], r[3, 1], r[3, 0], r[3, 2])
    out[2] = _tree_weight(r[0, 2], r[0, 1], r[0, 3], r[1, 2], r[1, 0], r[1, 3], r[3, 2], r[3, 0], r[3, 1])
    out[3] = _tree_weight(r[0, 3], r[0, 1], r[0, 2], r[1, 3], r[1, 0], r[1, 2], r[2, 3], r[2, 0], r[2, 1])
    return float(out[0] + out[1] + out[2] + out[3])


@_compiled
def _matrix(p: Floats, q: Floats, g: int, delta: float, r: Floats) -> None:
    """Set ``r`` to the transitions of match g, begun anew with probability 1 - delta."""
    anew = 1.0 - delta
    s, t = p[g, 4], q[g, 4]
    for i in range(4):
        x = p[g, i]
        y = q[g, (0, 2, 1, 3)[i]]
        r[i, 0] = delta * (x * y) + anew * (s * t)
        r[i, 1] = delta * (x * (1.0 - y)) + anew * (s * (1.0 - t))
        r[i, 2] = delta * ((1.0 - x) * y) + anew * ((1.0 - s) * t)
        r[i, 3] = delta * ((1.0 - x) * (1.0 - y)) + anew * ((1.0 - s) * (1.0 - t))


@_compiled
def _stationary(p: Floats, q: Floats, delta: float, shares: Floats, several: Any) -> None:
    r, w = np.empty((4, 4)), np.empty(4)
    for g in range(p.shape[0]):
        _matrix(p, q, g, delta, r)
        total = _all_weights(r, w)
        several[g] = total == 0.0
        scale = 1.0 / total if total > 0.0 else 0.0
        for k in range(4):
            shares[g, k] = w[k] * scale


@_compiled
def _times(s: Floats, at: int, m: Floats, out: Floats) -> None:
    """Set a row of ``out`` to the same row of s times m, lane by lane; both begin at ``at`` in their flat arrays.

    Entry (i, j) of a matrix and lane k stand at ``(4 * i + j) * LANES + k``: with flat arrays this becomes vector code.
    """
    for k in range(LANES):
        w, x = s[at + k], s[at + LANES + k]
        y, z = s[at + 2 * LANES + k], s[at + 3 * LANES + k]
        out[at + k] = w * m[k] + x * m[4 * LANES + k] + y * m[8 * LANES + k] + z * m[12 * LANES + k]
        out[at + LANES + k] = w * m[LANES + k] + x * m[5 * LANES + k] + y * m[9 * LANES + k] + z * m[13 * LANES + k]
        out[at + 2 * LANES + k] = (
            w * m[2 * LANES + k] + x * m[6 * LANES + k] + y * m[10 * LANES + k] + z * m[14 * LANES + k]
        )
        out[at + 3 * LANES + k] = (
            w * m[3 * LANES + k] + x * m[7 * LANES + k] + y * m[11 * LANES + k] + z * m[15 * LANES + k]
        )


@_compiled
def _product(left: Floats, right: Floats, out: Floats) -> None:
    """Set ``out`` to left times right, lane by lane, with rows brought back to sum one."""
    for i in range(4):
        at = 4 * i * LANES
        _times(left, at, right, out)
        for k in range(LANES):
            total = out[at + k] + out[at + LANES + k] + out[at + 2 * LANES + k] + out[at + 3 * LANES + k]
            scale = 1.0 / total
            out[at + k] *= scale
            out[at + LANES + k] *= scale
            out[at + 2 * LANES + k] *= scale
            out[at + 3 * LANES + k] *= scale


@_compiled
def _rounds(p: Floats, q: Floats, rounds: int, total: Floats) -> None:
    """Sum the distributions of all rounds: 2n rounds are n rounds and the same n rounds n steps on."""
    step, power, other = np.zeros(16 * LANES), np.zeros(16 * LANES), np.zeros(16 * LANES)
    first, done, more = np.zeros(4 * LANES), np.zeros(4 * LANES), np.zeros(4 * LANES)
    for k in range(LANES):  # lanes beyond the last match hold a chain too
        first[k] = 1.0
        for i in range(4):
            step[4 * i * LANES + k] = 1.0
    bits = 0
    while rounds >> (bits + 1):
        bits += 1
    size = p.shape[0]
    for low in range(0, size, LANES):
        width = min(LANES, size - low)
        for k in range(width):
            for i in range(4):
                x, y = p[low + k, i], q[low + k, (0, 2, 1, 3)[i]]
                at = 4 * i * LANES + k
                step[at], step[at + LANES] = x * y, x * (1.0 - y)
                step[at + 2 * LANES], step[at + 3 * LANES] = (1.0 - x) * y, (1.0 - x) * (1.0 - y)
            s, t = p[low + k, 4], q[low + k, 4]
            first[k], first[LANES + k] = s * t, s * (1.0 - t)
            first[2 * LANES + k], first[3 * LANES + k] = (1.0 - s) * t, (1.0 - s) * (1.0 - t)
        power[:] = step
        done[:] = first
        for bit in range(bits - 1, -1, -1):
            _times(done, 0, power, more)
            done += more
            odd = (rounds >> bit) & 1
            if bit > 0:
                _product(power, power, other)
                power, other = other, power
                if odd:
                    _product(power, step, other)
                    power, other = other, power
            if odd:
                _times(done, 0, step, more)
                done[:] = first + more
        for k in range(width):
            for i in range(4):
                total[low + k, i] = done[i * LANES + k] / rounds


def long_run_shares(p: Floats, q: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return long-run shares (match, 4) and where the start decides; ``p``, ``q`` are (match, 5), the start last."""
    shares, several = np.empty((p.shape[0], 4)), np.empty(p.shape[0], dtype=bool)
    _stationary(p, q, 1.0, shares, several)
    if several.any():
        shares[several] = _match_kernels.settled_shares(p[several], q[several])
    return shares, several


def discounted_shares(p: Floats, q: Floats, delta: float) -> Floats:
    """Return discounted shares (match, 4)."""
    shares, several = np.empty((p.shape[0], 4)), np.empty(p.shape[0], dtype=bool)
    _stationary(p, q, delta, shares, several)
    return shares


def finite_shares(p: Floats, q: Floats, rounds: int) -> Floats:
    """Return the expected shares (match, 4) over so many rounds."""
    total = np.empty((p.shape[0], 4))
    _rounds(p, q, rounds, total)
    return total
