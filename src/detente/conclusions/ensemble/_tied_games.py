"""All extreme equilibria of a batch of games with ties, wherever the signs of their minors are certain.

For ties the test of equal supports does not do: an equilibrium may have supports of two sizes, or best replies outside
them. So the vertices of both players' polyhedra are listed, with their best replies, and matched. A mixture y with
support J and best replies I1 is a vertex if and only if some I within I1, of the size of J, has minors ``T(I; J - j)``
that are nonzero and of one sign after the turns of :mod:`~detente.conclusions.ensemble._support_tables` (the system of
indifferent rows then has y as its only solution), and ``T(I + i; J)`` has that sign or is zero for every i outside I:
the zeros are the best replies beyond I. A pair (x, y) of vertices is an extreme equilibrium if and only if the support
of each lies within the best replies to the other (Mangasarian 1964; Avis, Rosenberg, Savani and von Stengel 2010,
section 2).

A sign is certain in three cases. The minor is larger than its own running error bound ``gamma(N_r) M``, with M the same
expansion in absolute values, plus what payoffs moved by the tolerance could change; or M is zero, so that every product
in it holds a zero; or the payoffs lie on a grid coarse enough for float64 to compute all minors without rounding, as
integers below 2**25 do at 3 x 3. A game in which an uncertain sign could decide about a vertex is reported as open.

References
----------
O. L. Mangasarian (1964), "Equilibrium points of bimatrix games", SIAM Journal 12.
D. Avis, G. Rosenberg, R. Savani and B. von Stengel (2010), "Enumeration of Nash equilibria for two-player games",
Economic Theory 42.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from detente.conclusions.ensemble._support_numpy import minors
from detente.conclusions.ensemble._support_tables import ROUNDING, grid_bits, sensitivity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.conclusions.ensemble._support_tables import Side, SupportTables

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Masks = NDArray[np.bool_]
    Signs = NDArray[np.int8]

__all__ = ["Settled", "settle"]

#: Pairs of supports, over all games looked at in one go: bounds the memory.
CHUNK = 1 << 17
_OPEN = 2


@dataclass(frozen=True)
class Settled:
    """Equilibria of games with ties: ``profiles`` game by game, ``counts`` zero for the games left ``open``."""

    counts: Integers
    tied: Masks
    open: Masks
    profiles: Floats


@dataclass(frozen=True)
class _Vertices:
    """Vertices of one player's polyhedron, game by game: support and best replies as bits, and probabilities."""

    game: Integers
    support: Integers
    replies: Integers
    weights: Floats


def settle(payoffs: Floats, tables: SupportTables, relative: float) -> Settled:
    """Return every extreme equilibrium of each game of ``payoffs[batch, player, s1, s2]``, or leave the game open.

    Equilibria of a tied game stand in the order of the exact enumerator: by x, then y, more weight on earlier
    strategies first; those of others in the order of the pairs of supports. Cost: some 10 microseconds per 3 x 3 game,
    100 per 5 x 5 game.
    """
    step = CHUNK // len(tables.sizes)
    parts = [_settle(payoffs[at : at + step], tables, relative) for at in range(0, len(payoffs), step)]
    return Settled(
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.tied for part in parts]),
        np.concatenate([part.open for part in parts]),
        np.concatenate([part.profiles for part in parts]),
    )


def _settle(payoffs: Floats, tables: SupportTables, relative: float) -> Settled:
    batch, _, m, n = payoffs.shape
    with np.errstate(over="ignore", invalid="ignore"):
        ys, unclear_y = _vertices(
            tables.column_side, payoffs[:, 0].transpose(1, 2, 0), tables.row_masks, tables.column_masks,
            tables.sizes, tables.columns, n, relative,
        )  # fmt: skip
        xs, unclear_x = _vertices(
            tables.row_side, payoffs[:, 1].transpose(2, 1, 0), tables.column_masks, tables.row_masks,
            tables.sizes, tables.rows, m, relative,
        )  # fmt: skip
    undecided = unclear_x | unclear_y
    many_y = np.bincount(ys.game, minlength=batch)
    start_y = np.cumsum(many_y) - many_y
    # Every vertex x of a game beside every vertex y of it.
    times = many_y[xs.game]
    left = np.repeat(np.arange(len(xs.game)), times)
    right = np.arange(len(left)) - np.repeat(np.cumsum(times) - times, times) + start_y[xs.game[left]]
    fits = ((xs.support[left] & ~ys.replies[right]) == 0) & ((ys.support[right] & ~xs.replies[left]) == 0)
    fits &= ~undecided[xs.game[left]]
    left, right = left[fits], right[fits]
    game = xs.game[left]
    extra = (ys.replies[right] != xs.support[left]) | (xs.replies[left] != ys.support[right])
    tied = np.zeros(batch, dtype=bool)
    tied[game[extra]] = True
    rank = np.zeros((1 << m, 1 << n), dtype=np.int64)
    rank[tables.row_masks, tables.column_masks] = np.arange(len(tables.sizes))
    # Games that turn out to have no tie stand in the order of all others of that kind.
    first = np.where(tied[game], 0, rank[xs.support[left], ys.support[right]])
    keys = [first, *(-xs.weights[left]).T, *(-ys.weights[right]).T]
    order = np.lexsort((*keys[::-1], game))
    profiles = np.zeros((len(game), 2, max(m, n)))
    profiles[:, 0, :m] = xs.weights[left[order]]
    profiles[:, 1, :n] = ys.weights[right[order]]
    return Settled(np.bincount(game, minlength=batch), tied | undecided, undecided, profiles)


def _vertices(
    side: Side, entries: Floats, own: Integers, other: Integers, sizes: Integers, strategies: Integers, width: int,
    relative: float,
) -> tuple[_Vertices, Masks]:  # fmt: skip
    """Return the vertices of one player's polyhedron, and the games in which an uncertain sign could make one.

    ``entries`` (rows, columns, batch) are the opponent's payoffs with the mixing player's strategies as columns;
    ``own`` are the opponent's supports and ``other`` the mixing player's, as bits, ``strategies`` the latter as
    indices.
    """
    t, state, overflow = _certain_signs(side, entries, relative)
    batch = state.shape[1]
    cofactor, outside = (side.outside < 0)[:, :, None], side.outside[:, :, None]
    signs = state[side.elements] * np.where(side.flips, -1, 1).astype(np.int8)[:, :, None]
    zero = signs == 0
    definite, possible = np.zeros((2, len(sizes), batch), dtype=bool)
    for wanted in (1, -1):
        definite |= ((signs == wanted) | (zero & ~cofactor)).all(axis=1)
        possible |= ~((signs == -wanted) | (zero & cofactor)).any(axis=1)
    unclear = overflow | (possible & ~definite).any(axis=0)
    extra = np.where(zero & ~cofactor, np.int64(1) << np.maximum(outside, 0), 0)
    replies = own[:, None] | np.bitwise_or.reduce(extra, axis=1)
    game, pair = np.nonzero(definite.T)
    bits = replies[pair, game]
    # One vertex may be met once for each way to choose I among its best replies.
    key = (game << (2 * 5)) | (other[pair] << 5) | bits
    _, once = np.unique(key, return_index=True)
    game, pair, bits = game[once], pair[once], bits[once]
    weights = np.zeros((len(game), width))
    for k in range(1, int(sizes.max()) + 1):
        at = np.flatnonzero(sizes[pair] == k)
        parts = [np.abs(t[side.elements[pair[at], q], game[at]]) for q in range(k)]
        total = sum(parts[1:], parts[0])
        for q in range(k):
            weights[at, strategies[pair[at], q]] = parts[q] / total
    return _Vertices(game, other[pair], bits, weights), unclear


def _certain_signs(side: Side, entries: Floats, relative: float) -> tuple[Floats, Signs, Masks]:
    """Return minors of the scaled entries, their signs (1, -1, 0, or 2 where uncertain), and games out of range."""
    high, low = entries.max(axis=(0, 1)), entries.min(axis=(0, 1))
    spread = high - low
    overflow = ~np.isfinite(spread)
    _, exponent = np.frexp(np.where(overflow, 1.0, spread))
    # Powers of two: the largest difference of each game comes to lie in [1/2, 1], without rounding.
    x = np.ldexp(np.where(overflow, 0.0, entries), -exponent)
    spread = np.where(overflow, 1.0, np.ldexp(spread, -exponent))
    t, sizes = minors(side, x), magnitudes(side, x)
    # Where scaling or a product could underflow, zeros are not what they seem.
    overflow |= (np.ldexp(x, exponent) != entries).any(axis=(0, 1))
    overflow |= ((t[side.size == 1] != 0) & (sizes[side.size == 1] < 2.0**-200)).any(axis=0)
    on_grid = _on_grid(x, grid_bits(max(side.largest, 1)))
    state = np.sign(t).astype(np.int8)
    power = np.ones_like(spread)
    for size in range(1, side.largest + 1):
        power = power * spread
        these = np.flatnonzero(side.size == size)
        rounding = 2 * ROUNDING[size] / factorial(size)
        doubt = np.abs(t[these]) <= rounding * sizes[these] + relative * sensitivity(size) * power
        state[these] = np.where(doubt & ~on_grid & (sizes[these] > 0), _OPEN, state[these])
    return t, state, overflow


def _on_grid(x: Floats, bits: int) -> Masks:
    """Return the games whose entries differ from the least one by multiples of 2**-bits, exactly."""
    base = x.min(axis=(0, 1))
    above = x - base
    # The rounding error of a difference, itself exact (Knuth 1998, The Art of Computer Programming 2, 4.2.2, theorem
    # B).
    back = above - x
    error = (x - (above - back)) - (base + back)
    steps = np.ldexp(above, bits)
    found: Masks = ((error == 0) & (steps == np.rint(steps))).all(axis=(0, 1))
    return found


def magnitudes(side: Side, x: Floats) -> Floats:
    """Return the expansion of every minor in absolute values: what bounds its rounding error."""
    total = np.abs(minors(side, x))
    for e, start, stop in side.spans.tolist():
        total[e] = sum(total[d] * total[sub] for _, d, sub in side.terms[start:stop].tolist())
    return total
