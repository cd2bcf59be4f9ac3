"""From labelled vertices to extreme equilibria, maximal Nash subsets and connected components.

A pair (x, y) of nonzero vertices of the best-response polytopes P and Q is an extreme equilibrium exactly when
every label binds at x or at y (Avis, Rosenberg, Savani and von Stengel 2010, Proposition 2.1 and section 2). Read
the extreme equilibria as the edges of a bipartite graph between vertices of P and of Q.

- A **maximal Nash subset** is conv(X) x conv(Y) for a maximal biclique X x Y of that graph, and every equilibrium
  lies in one (Winkels 1979; Jansen 1981; Avis et al., Proposition 2.2).
- Two maximal Nash subsets that meet share an extreme equilibrium. X consists of all vertices of P whose labels
  include those missing from every y in Y, hence spans a face of P, and likewise Y; two faces meet in a face, whose
  vertices lie in both. So the **connected components** of the set of equilibria are those of the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def members(mask: int) -> Iterator[int]:
    """Yield the positions of the bits of a mask, from the lowest."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def complementary_pairs(
    left: Sequence[int], right: Sequence[int], label_count: int, tick: Callable[[], None]
) -> Iterator[tuple[int, int]]:
    """Yield (i, j) wherever ``left[i] | right[j]`` holds all labels.

    For each label a mask over ``right`` says which of its members have it. The partners of ``left[i]`` are those
    that have every label missing from it: an intersection of such masks, rarest label first.

    Cost: O(len(left) * label_count * len(right) / 64) word operations at worst; ``tick`` is called now and then.
    """
    having = [0] * label_count
    for label in range(label_count):
        bit = 1 << label
        # A binary numeral read at once: setting one bit after another of a long int would be quadratic.
        having[label] = int("".join("1" if labels & bit else "0" for labels in reversed(right)) or "0", 2)
    full = (1 << label_count) - 1
    rank = sorted(range(label_count), key=lambda label: having[label].bit_count())
    everyone = (1 << len(right)) - 1
    known: dict[int, int] = {}
    for i, labels in enumerate(left):
        if i % 256 == 0:
            tick()
        missing = full & ~labels
        partners = known.get(missing)
        if partners is None:
            partners = everyone
            for label in rank:
                if missing >> label & 1:
                    partners &= having[label]
                    if not partners:
                        break
            known[missing] = partners
        for j in members(partners):
            yield i, j


def simple_pairs(
    left: NDArray[np.uint64], right: NDArray[np.uint64], rows: int, columns: int
) -> list[tuple[int, int]]:
    """Return the (i, j) for which vertices of two simple polytopes share no label and together have all.

    Parameters
    ----------
    left, right : arrays of masks, each with labels in the numbering of its own polytope
        Exactly ``rows`` bits are set in each of ``left``, ``columns`` bits in each of ``right``. The pair of the
        two vertices 0, the artificial equilibrium, is left out.
    """
    import numpy as np

    shift, full = np.uint64(columns), np.uint64((1 << rows + columns) - 1)
    wanted = full ^ ((right >> shift) | (right << np.uint64(rows) & full))
    _, at_left, at_right = np.intersect1d(left, wanted, assume_unique=True, return_indices=True)
    origin = (1 << rows) - 1
    return [
        (i, j)
        for i, j, mask in zip(at_left.tolist(), at_right.tolist(), left[at_left].tolist(), strict=True)
        if mask != origin
    ]


def connected_components(pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Group the indices of the edges ``pairs`` of a bipartite graph by connected component, in order."""
    parent = list(range(len(pairs)))

    def root(edge: int) -> int:
        while parent[edge] != edge:
            parent[edge] = parent[parent[edge]]
            edge = parent[edge]
        return edge

    first_left: dict[int, int] = {}
    first_right: dict[int, int] = {}
    for edge, (x, y) in enumerate(pairs):
        for other in (first_left.setdefault(x, edge), first_right.setdefault(y, edge)):
            a, b = root(edge), root(other)
            parent[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for edge in range(len(pairs)):
        groups.setdefault(root(edge), []).append(edge)
    return list(groups.values())


def maximal_bicliques(
    pairs: Sequence[tuple[int, int]], tick: Callable[[], None]
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield each maximal biclique (X, Y), both sides nonempty, of a bipartite graph given by its edges, once.

    The right-hand sides Y of maximal bicliques are exactly the nonempty intersections of neighborhoods N(x); X is
    then every x with N(x) containing Y. Cost: O(number of bicliques * number of left nodes) mask operations; there
    can be exponentially many bicliques, so ``tick`` is called throughout.
    """
    rights = sorted({y for _, y in pairs})
    position = {y: k for k, y in enumerate(rights)}
    neighborhood: dict[int, int] = {}
    for x, y in pairs:
        neighborhood[x] = neighborhood.get(x, 0) | 1 << position[y]
    if len(neighborhood) == 1 or len(rights) == 1:
        yield sorted(neighborhood), rights
        return
    closed: dict[int, None] = {}
    for mine in dict.fromkeys(neighborhood.values()):
        tick()
        fresh: dict[int, None] = {mine: None}
        for count, other in enumerate(closed):
            if count % 4096 == 0:
                tick()
            common = mine & other
            if common:
                fresh[common] = None
        closed.update(fresh)
    for side in closed:
        tick()
        yield (
            sorted(x for x, mine in neighborhood.items() if mine & side == side),
            [rights[k] for k in members(side)],
        )
