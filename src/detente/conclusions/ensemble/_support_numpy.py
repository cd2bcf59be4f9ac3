"""Support tests of a block of games in NumPy: the reference that is always there.

One array per payoff entry and per minor, one game per place in it (structure of arrays), so that every step is one
vectorized operation on a block that stays in cache. What is tested, and why that is enough, is said in
:mod:`~detente.conclusions.ensemble._support_tables`.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from detente.conclusions.ensemble._support_tables import ROUNDING, sensitivity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.conclusions.ensemble._support_tables import Side, SupportTables

    Floats = NDArray[np.float64]
    Masks = NDArray[np.bool_]
    Words = NDArray[np.uint64]

__all__ = ["BLOCK", "minors", "solve_block"]

#: Games per block: its arrays stay in the second-level cache, and calls are few enough not to count.
BLOCK = 8192
#: Below this a threshold would reach into the numbers that underflow.
TINY = 1e-290


def minors(side: Side, x: Floats) -> Floats:
    """Return every minor of a side: (elements, batch), from entries (rows, columns, batch)."""
    rows, columns, batch = x.shape
    t = np.empty((side.count, batch))
    t[0] = 1.0
    # Minors of size 1 stand by pairs of rows, then by columns.
    for place, (r0, r1) in enumerate(combinations(range(rows), 2)):
        np.subtract(x[r1], x[r0], out=t[1 + place * columns : 1 + (place + 1) * columns])
    product = np.empty(batch)
    terms = side.terms.tolist()
    for e, start, stop in side.spans.tolist():
        own = t[e]
        sign, d, sub = terms[start]
        np.multiply(t[d], t[sub], out=own)
        if sign < 0:
            np.negative(own, out=own)
        for sign, d, sub in terms[start + 1 : stop]:
            np.multiply(t[d], t[sub], out=product)
            (np.add if sign > 0 else np.subtract)(own, product, out=own)
    return t


def near_zero(side: Side, t: Floats, spread: Floats, relative: float) -> Masks:
    """Return the games in which the sign of some minor is not beyond doubt."""
    near = np.zeros(t.shape[1], dtype=bool)
    power = np.ones_like(spread)
    for size in range(1, side.largest + 1):
        power = power * spread
        low, high = np.searchsorted(side.size, [size, size + 1])
        least = np.abs(t[low:high]).min(axis=0)
        near |= least <= (ROUNDING[size] + relative * sensitivity(size)) * power + TINY
    return near


def _wrong(side: Side, t: Floats) -> Words:
    """Return for each pair of supports the games in which its minors differ in sign: (pairs, words), a bit per game."""
    words = np.packbits(t > 0, axis=1).view(np.uint64)
    turned = np.where(side.flips ^ side.flips[:, :1], ~np.uint64(0), np.uint64(0))
    start = words[side.elements[:, 0]]
    wrong = np.zeros_like(start)
    for q in range(1, side.elements.shape[1]):
        wrong |= start ^ words[side.elements[:, q]] ^ turned[:, q, None]
    return wrong


def solve_block(
    payoffs: Floats, tables: SupportTables, scale: float, relative: float
) -> tuple[NDArray[np.int64], Masks, Floats]:
    """Return counts, flags and profiles of a block of games.

    Parameters
    ----------
    payoffs : (batch, 2, m, n)
        At most 65,536 games.
    scale : float
        The power of two that brings payoffs to 1 in size at most. It changes no result unless numbers underflow.
    relative : float
        A minor counts as near zero within this share of the payoffs' spread, or within its rounding error.

    Returns
    -------
    counts : (batch,) int64
        Zero where flagged.
    near : (batch,) bool
        Whether some minor is near zero, so that the game needs a closer look.
    profiles : (total, 2, max(m, n))
        Game by game, in the order of the pairs of supports.
    """
    given, _, m, n = payoffs.shape
    batch = -(-given // 64) * 64  # whole words
    near = np.zeros(batch, dtype=bool)
    near[given:] = True
    wrong: list[Words] = []
    minors_of: list[Floats] = []
    for player, side in enumerate((tables.column_side, tables.row_side)):
        axes = (1, 2, 0) if player == 0 else (2, 1, 0)
        x = np.ones((m, n, batch) if player == 0 else (n, m, batch))
        np.multiply(payoffs[:, player].transpose(axes), scale, out=x[:, :, :given])
        t = minors(side, x)
        near |= near_zero(side, t, x.max(axis=(0, 1)) - x.min(axis=(0, 1)), relative)
        minors_of.append(t)
        wrong.append(_wrong(side, t))
    hits = np.unpackbits((~(wrong[0] | wrong[1] | np.packbits(near).view(np.uint64))).view(np.uint8), axis=1)
    # Radix sort of 16-bit keys: from the order of pairs to the order of games.
    pair, game = np.divmod(np.flatnonzero(hits.view(bool)), batch)
    order = np.argsort(game.astype(np.uint16), kind="stable")
    pair, game = pair[order], game[order]
    profiles = np.zeros((len(game), 2, max(m, n)))
    sizes = tables.sizes[pair]
    for k in range(1, min(m, n) + 1):
        at = np.flatnonzero(sizes == k)
        p, g = pair[at], game[at]
        for player, side, strategies, t in (
            (0, tables.row_side, tables.rows, minors_of[1]),
            (1, tables.column_side, tables.columns, minors_of[0]),
        ):
            flat, stride = profiles.reshape(-1), profiles.shape[2]
            where = at * (2 * stride) + player * stride
            if k == 1:
                flat[where + strategies[p, 0]] = 1.0
                continue
            weights = [np.abs(t[side.elements[p, q], g]) for q in range(k)]
            total = sum(weights[1:], weights[0])
            for q in range(k):
                flat[where + strategies[p, q]] = weights[q] / total
    return np.bincount(game, minlength=given), near[:given], profiles
