"""Extreme rays of a cone by double description, in integers (Motzkin et al. 1953; Fukuda and Prodon 1996)."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["extreme_rays"]

Ray = tuple[int, ...]


def extreme_rays(rows: Sequence[Sequence[int]], width: int, tick: Callable[[list[Ray]], None]) -> list[Ray]:
    """Return the extreme rays of ``{x >= 0: row @ x <= 0 for every row}``, each as coprime integers, sorted.

    ``tick`` is called before each step with the rays found so far that satisfy *every* row: an extreme ray of
    a larger cone that lies in the smaller one is extreme there too, so these belong to the answer. It may
    raise to stop.

    Each ray carries a mask of the constraints that bind at it. Two rays are adjacent if and only if no third
    ray binds wherever both bind (the combinatorial test). Cost: cubic in the number of rays per row.
    """
    rays = {tuple(int(j == k) for j in range(width)): ((1 << width) - 1) ^ (1 << k) for k in range(width)}
    order = sorted(range(len(rows)), key=lambda k: sum(1 for entry in rows[k] if entry > 0))
    for done, k in enumerate(order):
        row, bit = rows[k], 1 << (width + k)
        left = [rows[j] for j in order[done:]]
        tick([ray for ray in rays if all(_dot(other, ray) <= 0 for other in left)])
        inside, outside, masks = [], [], {}
        for ray, mask in rays.items():
            value = _dot(row, ray)
            masks[ray] = mask | bit if value == 0 else mask
            if value < 0:
                inside.append((ray, value))
            elif value > 0:
                outside.append((ray, value))
        everyone = list(masks.items())
        kept = {ray: masks[ray] for ray, _ in inside} | {ray: mask for ray, mask in everyone if mask & bit}
        for outer, above in outside:
            for inner, below in inside:
                shared = masks[outer] & masks[inner]
                if shared.bit_count() < width - 2:
                    continue
                if any(mask & shared == shared and ray not in (outer, inner) for ray, mask in everyone):
                    continue
                mixed = [above * b - below * a for a, b in zip(outer, inner, strict=True)]
                common = gcd(*mixed)
                kept[tuple(entry // common for entry in mixed)] = shared | bit
        rays = kept
    return sorted(rays, reverse=True)


def _dot(row: Sequence[int], ray: Ray) -> int:
    return sum(a * b for a, b in zip(row, ray, strict=True) if b)
