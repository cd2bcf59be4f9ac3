"""Support tests of many games, compiled by numba: the same arithmetic as the NumPy kernel, 64 games side by side.

Importing this module loads numba; :mod:`~detente.conclusions.ensemble.solve_batch` does so where it is installed. The
sign of a minor in 64 games is one word, so that testing a pair of supports takes a few operations on words. The code is
looped over tables and compiled once for all sizes; the cache spares later processes the compilation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.conclusions.ensemble._support_tables import Side, SupportTables

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Words = NDArray[np.uint64]

__all__ = ["BLOCK", "solve_block"]

#: Games per call from outside.
BLOCK = 1 << 20
LANES = 64
TINY = 1e-290
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_PLACES = np.zeros(64, dtype=np.int64)
for _place in range(64):
    _PLACES[((int(_DE_BRUIJN) << _place) & (2**64 - 1)) >> 58] = _place

_F = TypeVar("_F", bound=Callable[..., Any])


def _compiled(function: _F) -> _F:
    # No fastmath: the error bounds count on IEEE arithmetic, and both kernels are to give the same bits.
    return cast(_F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def _compiled_for_numbers(function: _F) -> _F:
    # The entries are finite: without care for NaN and the sign of 0, max and min become vector code. They do not round.
    options: Any = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"nnan", "nsz"}}
    return cast(_F, numba.njit(**options)(function))


@_compiled
def _minors(x: Floats, t: Floats, first: Integers, terms: Integers, spans: Integers) -> None:
    """Compute the minors of 64 games: x (rows, columns, 64) to t (elements, 64)."""
    for q in range(first.shape[0]):
        own, low, high = t[first[q, 0]], x[first[q, 1], first[q, 3]], x[first[q, 2], first[q, 3]]
        for lane in range(LANES):
            own[lane] = high[lane] - low[lane]
    for q in range(spans.shape[0]):
        own = t[spans[q, 0]]
        start = spans[q, 1]
        d, sub = t[terms[start, 1]], t[terms[start, 2]]
        if terms[start, 0] > 0:
            for lane in range(LANES):
                own[lane] = d[lane] * sub[lane]
        else:
            for lane in range(LANES):
                own[lane] = -(d[lane] * sub[lane])
        for k in range(start + 1, spans[q, 2]):
            d, sub = t[terms[k, 1]], t[terms[k, 2]]
            if terms[k, 0] > 0:
                for lane in range(LANES):
                    own[lane] += d[lane] * sub[lane]
            else:
                for lane in range(LANES):
                    own[lane] -= d[lane] * sub[lane]


@_compiled
def _signs(t: Floats, size: Integers, bounds: Floats, words: Words, close: Any) -> np.uint64:
    """Set word e to the positive signs of element e, one bit per game, and return the games with a minor near zero."""
    words[0] = ~np.uint64(0)
    close[:] = 0
    for e in range(1, t.shape[0]):
        own, bound = t[e], bounds[size[e]]
        for lane in range(LANES):
            close[lane] |= abs(own[lane]) <= bound[lane]
        positive = np.uint64(0)
        for eight in range(0, LANES, 8):  # by eights, which compiles to vector code
            part = np.uint64(0)
            for lane in range(8):
                part |= np.uint64(own[eight + lane] > 0.0) << np.uint64(lane)
            positive |= part << np.uint64(eight)
        words[e] = positive
    near = np.uint64(0)
    for lane in range(LANES):
        near |= np.uint64(close[lane]) << np.uint64(lane)
    return near


@_compiled_for_numbers
def _bounds(x: Floats, factors: Floats, bounds: Floats) -> None:
    """Compute from the entries of 64 games the bounds up to which signs are not taken for granted."""
    spread, power = bounds[0], np.ones(LANES)
    for lane in range(LANES):
        high = low = x[0, 0, lane]
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                high, low = max(high, x[i, j, lane]), min(low, x[i, j, lane])
        spread[lane] = high - low
    for size in range(1, factors.shape[0]):
        bound = bounds[size]
        for lane in range(LANES):
            power[lane] *= spread[lane]
        for lane in range(LANES):
            bound[lane] = factors[size] * power[lane] + TINY


@_compiled
def _run(
    payoffs: Floats,
    scale: float,
    sizes: Integers,
    rows: Integers,
    columns: Integers,
    first_a: Integers,
    terms_a: Integers,
    spans_a: Integers,
    size_a: Integers,
    elements_a: Integers,
    flips_a: Any,
    factors_a: Floats,
    first_b: Integers,
    terms_b: Integers,
    spans_b: Integers,
    size_b: Integers,
    elements_b: Integers,
    flips_b: Any,
    factors_b: Floats,
    begin: int,
    counts: Integers,
    near: Any,
    profiles: Floats,
    places: Integers,
) -> tuple[int, int]:
    """Solve games from ``begin`` on until all are done or ``profiles`` is full; return the next game and rows used."""
    batch, _, m, n = payoffs.shape
    a, b = np.zeros((m, n, LANES)), np.zeros((n, m, LANES))
    ta, tb = np.ones((size_a.shape[0], LANES)), np.ones((size_b.shape[0], LANES))
    wa, wb = np.empty(size_a.shape[0], dtype=np.uint64), np.empty(size_b.shape[0], dtype=np.uint64)
    bounds_a, bounds_b = np.empty((factors_a.shape[0], LANES)), np.empty((factors_b.shape[0], LANES))
    hits = np.empty(sizes.shape[0], dtype=np.uint64)
    at, flags = np.empty(LANES, dtype=np.int64), np.empty(LANES, dtype=np.uint8)
    used = 0
    game = begin
    full = ~np.uint64(0)
    while game < batch:
        here = min(LANES, batch - game)
        for i in range(m):
            for j in range(n):
                left_entries, right_entries = a[i, j], b[j, i]
                for lane in range(here):
                    left_entries[lane] = payoffs[game + lane, 0, i, j] * scale
                    right_entries[lane] = payoffs[game + lane, 1, i, j] * scale
        _bounds(a, factors_a, bounds_a)
        _bounds(b, factors_b, bounds_b)
        _minors(a, ta, first_a, terms_a, spans_a)
        _minors(b, tb, first_b, terms_b, spans_b)
        close = _signs(ta, size_a, bounds_a, wa, flags) | _signs(tb, size_b, bounds_b, wb, flags)
        live = full if here == LANES else (np.uint64(1) << np.uint64(here)) - np.uint64(1)
        for lane in range(here):
            near[game + lane] = (close >> np.uint64(lane)) & np.uint64(1) != np.uint64(0)
        at[:] = 0
        live &= ~close
        for p in range(sizes.shape[0]):
            wrong = ~live
            start = wa[elements_a[p, 0]]
            for q in range(1, m):
                wrong |= start ^ wa[elements_a[p, q]] ^ flips_a[p, q]
            start = wb[elements_b[p, 0]]
            for q in range(1, n):
                wrong |= start ^ wb[elements_b[p, q]] ^ flips_b[p, q]
            left = ~wrong
            hits[p] = left
            if left != np.uint64(0):
                for lane in range(LANES):
                    at[lane] += np.int64((left >> np.uint64(lane)) & np.uint64(1))
        total = at.sum()
        if used + total > profiles.shape[0]:
            break
        for lane in range(here):
            counts[game + lane] = at[lane]
            at[lane], used = used, used + at[lane]
        for p in range(sizes.shape[0]):
            left = hits[p]
            k = sizes[p]
            while left != np.uint64(0):
                lane = places[((left & (~left + np.uint64(1))) * _DE_BRUIJN) >> np.uint64(58)]
                left &= left - np.uint64(1)
                target = profiles[at[lane]]
                at[lane] += 1
                if k == 1:
                    target[0, rows[p, 0]] = 1.0
                    target[1, columns[p, 0]] = 1.0
                    continue
                sum_a, sum_b = 0.0, 0.0
                for q in range(k):
                    sum_a += abs(ta[elements_a[p, q], lane])
                    sum_b += abs(tb[elements_b[p, q], lane])
                for q in range(k):
                    target[0, rows[p, q]] = abs(tb[elements_b[p, q], lane]) / sum_b
                    target[1, columns[p, q]] = abs(ta[elements_a[p, q], lane]) / sum_a
        game += here
    return game, used


def _factors(side: Side, relative: float) -> Floats:
    from detente.conclusions.ensemble._support_tables import ROUNDING, sensitivity

    return np.array([1.0, *(ROUNDING[r] + relative * sensitivity(r) for r in range(1, side.largest + 1))])


def _arguments(side: Side, relative: float) -> tuple[Any, ...]:
    turned = (side.flips ^ side.flips[:, :1]).astype(bool)
    words = np.where(turned, ~np.uint64(0), np.uint64(0))
    return (side.first, side.terms, side.spans, side.size, side.elements, words, _factors(side, relative))


def solve_block(
    payoffs: Floats, tables: SupportTables, scale: float, relative: float
) -> tuple[Integers, NDArray[np.bool_], Floats]:
    """Return counts, flags and profiles of a block of games, as the NumPy kernel of the same name does."""
    batch, _, m, n = payoffs.shape
    counts, near = np.zeros(batch, dtype=np.int64), np.zeros(batch, dtype=bool)
    fixed: tuple[Any, ...] = (payoffs, scale, tables.sizes, tables.rows, tables.columns)
    fixed += _arguments(tables.column_side, relative) + _arguments(tables.row_side, relative)
    parts, begin, room = [], 0, 4 * batch + 64
    while True:
        profiles = np.zeros((room, 2, max(m, n)))
        arguments: tuple[Any, ...] = (*fixed, begin, counts, near, profiles, _PLACES)
        done, used = _run(*arguments)
        parts.append(profiles[:used])
        if done == batch:
            return counts, near, parts[0] if len(parts) == 1 else np.concatenate(parts)
        # At least the next 64 games have to fit; no game has more than one equilibrium per pair of supports.
        begin, room = done, max(2 * (batch - done), 64 * len(tables.sizes))
