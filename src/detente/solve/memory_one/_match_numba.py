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

#: Matches side by side in the loop over rounds.
LANES = 64

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
def _rounds(p: Floats, q: Floats, rounds: int, total: Floats) -> None:
    x, y, both = np.zeros((4, LANES)), np.zeros((4, LANES)), np.zeros((4, LANES))
    m0, m1, m2, m3 = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    t0, t1, t2, t3 = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    size = p.shape[0]
    for low in range(0, size, LANES):
        width = min(LANES, size - low)
        for lane in range(width):
            for k in range(4):
                x[k, lane] = p[low + lane, k]
                y[k, lane] = q[low + lane, (0, 2, 1, 3)[k]]
                both[k, lane] = x[k, lane] * y[k, lane]
            s, t = p[low + lane, 4], q[low + lane, 4]
            m0[lane], m1[lane] = s * t, s * (1.0 - t)
            m2[lane], m3[lane] = (1.0 - s) * t, (1.0 - s) * (1.0 - t)
            t0[lane], t1[lane], t2[lane], t3[lane] = m0[lane], m1[lane], m2[lane], m3[lane]
        x0, x1, x2, x3 = x[0], x[1], x[2], x[3]
        y0, y1, y2, y3 = y[0], y[1], y[2], y[3]
        b0, b1, b2, b3 = both[0], both[1], both[2], both[3]
        for _ in range(rounds - 1):
            for lane in range(LANES):
                a, b, c, d = m0[lane], m1[lane], m2[lane], m3[lane]
                cc = a * b0[lane] + b * b1[lane] + c * b2[lane] + d * b3[lane]
                cd = max(a * x0[lane] + b * x1[lane] + c * x2[lane] + d * x3[lane] - cc, 0.0)
                dc = max(a * y0[lane] + b * y1[lane] + c * y2[lane] + d * y3[lane] - cc, 0.0)
                dd = max(1.0 - (cc + cd + dc), 0.0)
                m0[lane], m1[lane], m2[lane], m3[lane] = cc, cd, dc, dd
                t0[lane] += cc
                t1[lane] += cd
                t2[lane] += dc
                t3[lane] += dd
        for lane in range(width):
            total[low + lane, 0] = t0[lane] / rounds
            total[low + lane, 1] = t1[lane] / rounds
            total[low + lane, 2] = t2[lane] / rounds
            total[low + lane, 3] = t3[lane] / rounds


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
