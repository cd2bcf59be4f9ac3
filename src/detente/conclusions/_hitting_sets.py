"""Smallest sets that meet every set of a family, exactly, by branch and bound.

Sets are bit masks. A branch takes the set that is not met yet and has the fewest elements left, and tries them one
after the other; an element that was tried is forbidden in the branches after it, so that no set is found twice.
Disjoint sets that are not met each need an element of their own, which bounds the branch from below (Reiter 1987;
the bound is that of Gainer-Dewar and Vera-Licona 2017, section 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["bits", "hitting_sets", "smallest_size"]


def bits(mask: int) -> Iterator[int]:
    """Yield the positions of the ones of a mask."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _packing(family: Iterable[int], forbidden: int) -> int:
    """Return how many sets of the family are pairwise disjoint off the forbidden elements, greedily."""
    used, count = forbidden, 0
    for each in sorted((each & ~forbidden for each in family), key=int.bit_count):
        if not each & used:
            used |= each
            count += 1
    return count


def hitting_sets(family: Iterable[int], size: int, go_on: Callable[[], bool] = lambda: True) -> Iterator[int]:
    """Yield every set of at most ``size`` elements that meets all sets of the family and whose elements are all used.

    An element is used when, as it was taken, it met a set that was not met before. Every hitting set contains one that
    is yielded, and every hitting set of the smallest size is. ``go_on`` is asked at every branch.

    Examples
    --------
    >>> [list(bits(each)) for each in hitting_sets([0b011, 0b110], 1)]
    [[1]]
    """
    kept: list[int] = []
    for each in sorted(set(family), key=int.bit_count):
        if not any(other & each == other for other in kept):
            kept.append(each)

    def branch(chosen: int, forbidden: int, left: list[int], room: int) -> Iterator[int]:
        if not go_on():
            return
        if not left:
            yield chosen
            return
        if room == 0 or _packing(left, forbidden) > room:
            return
        smallest = min(left, key=lambda each: (each & ~forbidden).bit_count())
        # Elements that meet more of what is left come first.
        order = sorted(bits(smallest & ~forbidden), key=lambda k: (-sum(each >> k & 1 for each in left), k))
        barred = forbidden
        for k in order:
            bit = 1 << k
            yield from branch(chosen | bit, barred, [each for each in left if not each & bit], room - 1)
            barred |= bit

    yield from branch(0, 0, kept, size)


def smallest_size(family: Iterable[int], start: int = 0, go_on: Callable[[], bool] = lambda: True) -> int:
    """Return the size of a smallest set that meets all sets of the family, none of which is empty.

    ``start`` is a size below which there is known to be none. Where ``go_on`` ends the search, what is returned is a
    size below which there is none.
    """
    family = list(family)
    size = start
    while go_on() and next(hitting_sets(family, size, go_on), None) is None:
        if not go_on():
            break
        size += 1
    return size
