"""Depth-first walk over the vertices of a best-response polytope, compiled by numba.

Importing this module loads numba; only :mod:`~detente.solve.two_players._certified_search` does so, when it pays. What
is certified at each basis, and why that is enough, is said there. Everything below works on a scaled matrix M (r x c)
with entries in (0, 1], in the notation of :mod:`~detente.solve.two_players._polytope`: label k < c is ``z_k >= 0``,
label c + j is row j of ``M z <= right``. Row i of the tableau T reads ``z[basic[i]] + sum_j T[i, j] z[nonbasic[j]] =
T[i, c]``; in a perturbed walk column c belongs to the perturbed right-hand side and column c + 1 to the true one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Masks = NDArray[np.uint64]

DONE, PAUSED, FULL, FAILED = 0, 1, 2, 3
COUNT, DEPTH, PENDING, CLAIMED = 0, 1, 2, 3

_F = TypeVar("_F", bound=Callable[..., Any])


def _compiled(function: _F) -> _F:
    # No fastmath: the error bounds count on IEEE arithmetic. The cache spares later processes the compilation.
    return cast(_F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


@_compiled
def pivot(t: Floats, basic: Integers, nonbasic: Integers, where: Integers, row: int, column: int) -> None:
    """Exchange a basic and a nonbasic label in place; doing it again restores the tableau up to rounding."""
    height, width = t.shape
    inverse = 1.0 / t[row, column]
    for j in range(width):
        t[row, j] *= inverse
    t[row, column] = inverse
    for i in range(height):
        if i != row:
            factor = t[i, column]
            if factor != 0.0:
                t[i, column] = 0.0
                for j in range(width):
                    t[i, j] -= factor * t[row, j]
    entering, leaving = nonbasic[column], basic[row]
    basic[row], nonbasic[column] = entering, leaving
    where[entering], where[leaving] = row, column


@_compiled
def rebuild(
    m: Floats, right: Floats, t: Floats, basic: Integers, nonbasic: Integers, where: Integers, inside: Integers
) -> None:
    """Compute the tableau of the present basis afresh from M, with complete pivoting."""
    height, width = m.shape
    core = 0
    inside[:] = 0
    for i in range(height):
        if basic[i] < width:
            core += 1
            inside[basic[i]] = 1
    for j in range(width):
        if nonbasic[j] >= width:
            inside[nonbasic[j]] = 1
    for i in range(height):
        basic[i] = width + i
        where[width + i] = i
        t[i, :width] = m[i]
        t[i, width] = right[i]
        if t.shape[1] > width + 1:
            t[i, width + 1] = 1.0
    for j in range(width):
        nonbasic[j] = j
        where[j] = j
    for _ in range(core):
        row, column, largest = 0, 0, -1.0
        for i in range(height):
            if basic[i] >= width and inside[basic[i]] == 1:
                for j in range(width):
                    if nonbasic[j] < width and inside[nonbasic[j]] == 1 and abs(t[i, j]) > largest:
                        row, column, largest = i, j, abs(t[i, j])
        pivot(t, basic, nonbasic, where, row, column)


@_compiled
def certify(
    m: Floats,
    right: Floats,
    t: Floats,
    basic: Integers,
    nonbasic: Integers,
    perturbed: bool,
    unit: float,
    inverse: Floats,
    core: Floats,
    sums: Floats,
    residual: Floats,
    point: Floats,
    support: Integers,
    bound: Integers,
    tied: Masks,
) -> float:
    """Certify the present basis as a nondegenerate vertex, and in a perturbed walk what binds at the true one.

    Returns the bound on ``||I - R C||`` (the drift of the tableau), or -1 where the certificate fails. Writes to
    ``tied`` the labels proved to bind at the true right-hand side beside the basis, and those left undecided.
    """
    height, width = m.shape
    k = 0
    for i in range(height):
        if basic[i] < width:
            support[k] = i
            k += 1
    k = 0
    for j in range(width):
        if nonbasic[j] >= width:
            bound[k] = j
            k += 1
    tied[0] = tied[1] = np.uint64(0)
    ulp = (2 * k + 16) * 1.1102230246251565e-16
    for a in range(k):
        total = 0.0
        for b in range(k):
            inverse[a, b] = t[support[a], bound[b]]
            entry = m[nonbasic[bound[a]] - width, basic[support[b]]]
            core[a, b] = entry
            total += entry
        sums[a] = total
    # ||I - R C|| in the row-sum norm, with the rounding of its own computation and of the entries of C.
    drift, norm = 0.0, 0.0
    for a in range(k):
        for b in range(k):
            residual[b] = 0.0
        residual[a] = -1.0
        size, total = 1.0, 0.0
        for h in range(k):
            entry = inverse[a, h]
            total += abs(entry)
            size += abs(entry) * sums[h]
            for b in range(k):
                residual[b] += entry * core[h, b]
        off = 0.0
        for b in range(k):
            off += abs(residual[b])
        drift = max(drift, off + ulp * (size + off))
        norm = max(norm, total)
    if not drift < 0.5:
        return -1.0
    for side in range(2 if perturbed else 1):
        column = width + side
        largest, worst = 0.0, 0.0
        for a in range(k):
            point[a] = t[support[a], column]
            largest = max(largest, abs(point[a]))
        for a in range(k):
            target = 1.0 if side == 1 else right[nonbasic[bound[a]] - width]
            value = target
            for b in range(k):
                value -= core[a, b] * point[b]
            worst = max(worst, abs(value) + ulp * (target + sums[a] * largest))
        error = norm * worst / (1.0 - drift) * 1.0000001 + 1e-280
        determinant = -1.0
        a = 0
        for i in range(height):
            label = basic[i]
            if label < width:
                value, gap, weight = point[a], error, unit
                a += 1
            else:
                target = 1.0 if side == 1 else right[label - width]
                value, total = target, 0.0
                for b in range(k):
                    entry = m[label - width, basic[support[b]]]
                    value -= entry * point[b]
                    total += entry
                gap = (total * error + ulp * (target + total * largest)) * 1.0000001
                weight = 1.0
            if value > gap:
                continue
            if side == 0 or not value >= -gap:
                return -1.0
            # In integers the value is N / det C, so it is 0 once |value| |det C| < 1; Hadamard bounds |det C|.
            if determinant < 0.0:
                determinant = 1.0
                for h in range(k):
                    square = 0.0
                    for b in range(k):
                        square += core[h, b] * core[h, b]
                    determinant *= np.sqrt(square) * unit * 1.0000001
            bit = np.uint64(1) << np.uint64(label)
            if (abs(value) + gap) * determinant < 0.999999 * weight:
                tied[0] |= bit
            else:
                tied[1] |= bit
    return drift


@_compiled
def claim(table: Masks, mask: Any) -> bool:
    """Insert a mask into an open-addressing table (0 marks an empty place); return whether it was new."""
    last = np.uint64(table.size - 1)
    place = ((mask * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & last
    while True:
        found = table[place]
        if found == mask:
            return False
        if found == np.uint64(0):
            table[place] = mask
            return True
        place = (place + np.uint64(1)) & last


@_compiled
def refill(table: Masks, old: Masks) -> None:
    """Insert every mask of an old table into a new one."""
    for mask in old:
        if mask != np.uint64(0):
            claim(table, mask)


@_compiled
def walk(
    m: Floats,
    right: Floats,
    t: Floats,
    basic: Integers,
    nonbasic: Integers,
    where: Integers,
    table: Masks,
    pending: Integers,
    path: Integers,
    found: Masks,
    state: Integers,
    limit: int,
    perturbed: bool,
    unit: float,
) -> int:
    """Visit up to ``limit`` more vertices; return DONE, PAUSED, FULL (an array must grow) or FAILED.

    ``found[v]`` is (basis, labels that bind besides, undecided labels) of vertex v. A vertex claims its unseen
    neighbors when it is visited; ``pending`` holds them as depth * 2^16 + entering * 2^8 + leaving, and ``path``
    the pivots from the origin to the present basis, so that it can step back.
    """
    height, width = m.shape
    k = min(height, width)
    inverse, core = np.empty((k, k)), np.empty((k, k))
    sums, residual, point = np.empty(k), np.empty(k), np.empty(k)
    support, bound = np.empty(k, dtype=np.int64), np.empty(k, dtype=np.int64)
    inside = np.empty(height + width, dtype=np.int64)
    tied = np.zeros(2, dtype=np.uint64)
    scale = np.empty(height)
    one = np.uint64(1)
    stop = state[COUNT] + limit
    while True:
        if state[COUNT] > 0:
            if state[PENDING] == 0:
                return DONE
            if state[COUNT] >= stop:
                return PAUSED
            if (
                state[COUNT] >= found.shape[0]
                or state[PENDING] + width >= pending.size
                or state[DEPTH] >= path.size
                or 3 * (state[CLAIMED] + width) > 2 * table.size
            ):
                return FULL
            state[PENDING] -= 1
            task = pending[state[PENDING]]
            depth = task >> 16
            while state[DEPTH] > depth:
                state[DEPTH] -= 1
                step = path[state[DEPTH]]
                pivot(t, basic, nonbasic, where, where[step >> 8], where[step & 255])
            entering, out = (task >> 8) & 255, task & 255
            pivot(t, basic, nonbasic, where, where[out], where[entering])
            path[state[DEPTH]] = entering << 8 | out
            state[DEPTH] += 1
        drift = certify(m, right, t, basic, nonbasic, perturbed, unit,
                        inverse, core, sums, residual, point, support, bound, tied)  # fmt: skip
        if not 0.0 <= drift < 1e-9:
            rebuild(m, right, t, basic, nonbasic, where, inside)
            drift = certify(m, right, t, basic, nonbasic, perturbed, unit,
                            inverse, core, sums, residual, point, support, bound, tied)  # fmt: skip
            if drift < 0.0:
                return FAILED
        mask = np.uint64(0)
        for j in range(width):
            mask |= one << np.uint64(nonbasic[j])
        if state[COUNT] == 0:
            claim(table, mask)
            state[CLAIMED] = 1
        here = state[COUNT]
        found[here, 0], found[here, 1], found[here, 2] = mask, tied[0], tied[1]
        state[COUNT] += 1
        for i in range(height):
            scale[i] = 1.0 / t[i, width]
        for j in range(width):
            # The ratio test, column by column: about three times as fast as a vectorized one that keeps its argmax.
            best, row = 0.0, -1
            for i in range(height):
                ratio = t[i, j] * scale[i]
                if ratio > best:
                    best, row = ratio, i
            if row < 0:
                return FAILED
            out = basic[row]
            if claim(table, mask ^ (one << np.uint64(nonbasic[j])) ^ (one << np.uint64(out))):
                pending[state[PENDING]] = state[DEPTH] << 16 | nonbasic[j] << 8 | out
                state[PENDING] += 1
                state[CLAIMED] += 1
