"""What the support tests of an m x n game compare, as tables that the NumPy and the numba kernels both read.

For a matrix X with row set R and column set C, ``|R| = |C| + 1``, both sorted, write ``T(R; C) = det [1 | X_RC]``, the
bordered minor. It does not change when a number is added to a column, so it is a polynomial in differences of payoffs.

*The test.* Let A be the payoffs of the row player, and (I, J) a pair of supports of one size k. The mixture y on J that
makes the rows I indifferent has, by Cramer's rule, ``y_j`` proportional to ``(-1)**a T(I; J - j)`` with a the place of
j in J, and a row i outside I gains ``A_i y - u`` proportional to ``-(-1)**b T(I + i; J)`` with b the place of i in
I + i and the same factor. So y is positive on J with I its only best replies if and only if the m numbers

    (-1)**a T(I; J - j) for j in J,   (-1)**b T(I + i; J) for i outside I

are nonzero and of one sign: no division, and every number is shared by many pairs. The row player's mixture is tested
by the same table for the transposed payoffs of the column player.

*The minors.* Expansion along the last column c, from which the entry in the first row is subtracted, gives
``T(R; C + c) = sum_p (-1)**(p + |C| + 1) (X_{r_p c} - X_{r_0 c}) T(R - r_p; C)`` over p >= 1; the differences are
minors of size 1. A 3 x 3 game needs 12 minors for each player, a 4 x 4 game 52, a 5 x 5 game 205.

*The error.* Let s be the largest difference within X in size, u = 2**-53, and T of size r computed as above. Each of
its products passes at most N_r roundings, N_1 = 1 and N_r = N_(r-1) + r + 1 (a difference, a product, r - 1 sums), so
``|T - computed T| <= gamma(N_r) r! s**r`` with ``gamma(N) = N u/(1 - N u)`` (Higham 2002, Accuracy and Stability of
Numerical Algorithms, section 3.1). The sign of a minor of size 1 is always right, since the difference of two floats
rounds to zero only if they are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb, factorial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MAX_STRATEGIES", "ROUNDING", "Side", "SupportTables", "grid_bits", "sensitivity", "support_tables"]

MAX_STRATEGIES = 5
_STEPS = {1: 1, 2: 4, 3: 8, 4: 13, 5: 19}
#: Bound on the rounding error of a minor of each size, for differences of at most 1 in size: twice what is proved
#: above, which covers the rounding of the bound itself. Index 0 is not used; the sign of a difference is exact.
ROUNDING = np.array(
    [0.0, 0.0, *(2 * factorial(r) * _STEPS[r] * 2.0**-53 / (1 - _STEPS[r] * 2.0**-53) for r in range(2, 6))]
)


def sensitivity(size: int) -> int:
    """Return how far a minor moves, at most, per unit by which each difference moves: r r! for differences up to 1.

    >>> [sensitivity(size) for size in range(1, 5)]
    [1, 4, 18, 96]
    """
    return size * factorial(size)


def grid_bits(size: int) -> int:
    """Return w such that minors up to ``size`` are exact in float64 if differences are in [-1, 1] on a grid of 2**-w.

    All sums on the way are multiples of 2**(-w r) and at most r! in size, so they fit if r! 2**(w r) <= 2**53.

    >>> [grid_bits(size) for size in (1, 2, 3, 4)]
    [53, 26, 16, 12]
    """
    return min((53 - (factorial(r) - 1).bit_length()) // r for r in range(1, size + 1))


@dataclass(frozen=True)
class Side:
    """Minors of an m x n matrix and, for each pair of supports, which of them have to share a sign.

    Attributes
    ----------
    first : (E1, 4) int64
        Minors of size 1: index of the element, row r0, row r1, column.
    terms : (K, 3) int64
        Products ``element d * element sub`` of the larger minors with their sign, element by element.
    spans : (E2, 3) int64
        Larger minors in order of size: index of the element, first and last (excluded) row of ``terms``.
    size : (E,) int64
        Size r of each element; element 0 is the constant 1.
    elements, flips : (pairs, m) int64, uint8
        The elements that have to share a sign, those of the supports' own strategies first; 1 where the sign turns.
    outside : (pairs, m) int64
        For elements beyond the first k, the strategy outside the support that they are about.
    """

    first: NDArray[np.int64]
    terms: NDArray[np.int64]
    spans: NDArray[np.int64]
    size: NDArray[np.int64]
    elements: NDArray[np.int64]
    flips: NDArray[np.uint8]
    outside: NDArray[np.int64]

    @property
    def count(self) -> int:
        """The number of elements, the constant included."""
        return len(self.size)

    @property
    def largest(self) -> int:
        """The size of the largest minor."""
        return int(self.size.max())


@dataclass(frozen=True)
class SupportTables:
    """Pairs of supports of an m x n game, by size, then by the row player's, then by the column player's strategies.

    ``rows`` and ``columns`` hold the k strategies of each pair, padded with -1; ``row_masks`` and ``column_masks`` the
    same as bits. ``column_side`` tests mixtures of the column player (minors of A), ``row_side`` those of the row
    player (minors of B transposed).
    """

    sizes: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    row_masks: NDArray[np.int64]
    column_masks: NDArray[np.int64]
    column_side: Side
    row_side: Side


@lru_cache(maxsize=32)
def support_tables(m: int, n: int) -> SupportTables:
    """Return the tables of m x n games.

    >>> [(len(support_tables(n, n).sizes), support_tables(n, n).row_side.count - 1) for n in (2, 3, 4, 5)]
    [(5, 2), (19, 12), (69, 52), (251, 205)]
    """
    pairs = [
        (own, other)
        for k in range(1, min(m, n) + 1)
        for own in combinations(range(m), k)
        for other in combinations(range(n), k)
    ]
    width = min(m, n)

    def padded(sets: list[tuple[int, ...]]) -> NDArray[np.int64]:
        return np.array([[*each, *[-1] * (width - len(each))] for each in sets], dtype=np.int64)

    def masks(sets: list[tuple[int, ...]]) -> NDArray[np.int64]:
        return np.array([sum(1 << s for s in each) for each in sets], dtype=np.int64)

    rows, columns = [own for own, _ in pairs], [other for _, other in pairs]
    return SupportTables(
        sizes=np.array([len(own) for own in rows], dtype=np.int64),
        rows=padded(rows),
        columns=padded(columns),
        row_masks=masks(rows),
        column_masks=masks(columns),
        column_side=_side(m, n, pairs),
        row_side=_side(n, m, [(other, own) for own, other in pairs]),
    )


def _side(m: int, n: int, pairs: list[tuple[tuple[int, ...], tuple[int, ...]]]) -> Side:
    number: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {((r,), ()): 0 for r in range(m)}
    sizes, first = [0], []
    terms: list[tuple[int, int, int]] = []
    spans: list[tuple[int, int, int]] = []
    for size in range(1, min(m - 1, n) + 1):
        for own in combinations(range(m), size + 1):
            for other in combinations(range(n), size):
                here = number[own, other] = len(sizes)
                sizes.append(size)
                last = other[-1:]
                if size == 1:
                    first.append((here, *own, *other))
                    continue
                start = len(terms)
                for p in range(1, size + 1):
                    rest = own[:p] + own[p + 1 :]
                    sign = 1 if (p + size) % 2 == 0 else -1
                    terms.append((sign, number[(own[0], own[p]), last], number[rest, other[:-1]]))
                spans.append((here, start, len(terms)))
    assert len(sizes) - 1 == sum(comb(m, r + 1) * comb(n, r) for r in range(1, min(m - 1, n) + 1))
    elements, flips, outside = [], [], []
    for own, other in pairs:
        listed = [(number[own, other[:a] + other[a + 1 :]], a % 2, -1) for a in range(len(other))]
        for i in range(m):
            if i not in own:
                joined = tuple(sorted((*own, i)))
                listed.append((number[joined, other], joined.index(i) % 2, i))
        elements.append([each for each, _, _ in listed])
        flips.append([flip for _, flip, _ in listed])
        outside.append([i for _, _, i in listed])

    def table(given: list[Any], columns: int) -> NDArray[np.int64]:
        return np.array(given, dtype=np.int64).reshape(-1, columns)

    return Side(
        first=table(first, 4),
        terms=table(terms, 3),
        spans=table(spans, 3),
        size=np.array(sizes, dtype=np.int64),
        elements=table(elements, m),
        flips=np.array(flips, dtype=np.uint8).reshape(-1, m),
        outside=table(outside, m),
    )
