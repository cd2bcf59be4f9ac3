"""Systems with products of positive unknowns made linear, where that is sound."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from detente.solve.programs._positive_system import ONE, as_linear, cancel, positive_point, range_of, substitute, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.solve.programs._positive_system import Constraint, Linear

__all__ = ["Settled", "settle", "unravel"]


@dataclass(frozen=True)
class Settled:
    """A system made linear: its rows, unknowns with one value, and unknowns that stand for products."""

    rows: tuple[Linear, ...]
    pinned: dict[int, Fraction]
    products: dict[tuple[int, ...], int]


def settle(constraints: list[Constraint], free: set[int], last: int) -> Settled | str | None:
    """Return a system as a linear one; None if it has no solution, ``open`` where it cannot be made linear.

    Unknowns that the linear rows pin to one value are put into the others until nothing changes. Products
    that are left are taken for unknowns of their own, numbered from ``last + 1``, if they are made of
    ``free`` unknowns (those that only these constraints tie) and are multiplicatively independent: then they
    take any positive values.
    """
    pinned: dict[int, Fraction] = {}
    while True:
        rows: list[Linear] = []
        left: list[Constraint] = []
        for constraint in constraints:
            reduced = substitute(constraint, pinned)
            linear = as_linear(reduced)
            if linear is False:
                return None
            if linear is None:
                left.append((reduced[0], cancel([reduced[1]])[0]))
            elif isinstance(linear, tuple):
                rows.append(linear)
        if positive_point(rows) is None:
            return None
        if not left:
            return Settled(tuple(rows), pinned, {})
        fresh: dict[int, Fraction] = {}
        mentioned = {unknown for _, form in rows for unknown, _ in form}
        for unknown in sorted(
            {u for _, polynomial in left for monomial in polynomial for u in monomial} & mentioned
        ):
            ends = range_of(rows, {unknown: Fraction(1)}, {ONE: Fraction(1)})
            if ends is not None and ends[0] == ends[1]:
                fresh[unknown] = ends[0]
        if not fresh:
            return _relabel(rows, left, pinned, free, last)
        pinned.update(fresh)


def _relabel(
    rows: list[Linear], left: list[Constraint], pinned: dict[int, Fraction], free: set[int], last: int
) -> Settled | str | None:
    """Return the system with products as unknowns of their own, where that is sound."""
    monomials = sorted({monomial for _, polynomial in left for monomial in polynomial if monomial})
    inside = {unknown for monomial in monomials for unknown in monomial}
    singles = {(unknown,) for _, form in rows for unknown, _ in form if unknown in inside}
    every = sorted({*monomials, *singles})
    if not inside <= free or unravel(every) is None:
        return "open"
    products = {monomial: last + 1 + k for k, monomial in enumerate(m for m in every if len(m) > 1)}
    grown = list(rows)
    for kind, polynomial in left:
        form = {(products[m] if len(m) > 1 else m[0]) if m else ONE: c for m, c in polynomial.items()}
        grown.append(whole(kind, form))
    if positive_point(grown) is None:
        return None
    return Settled(tuple(grown), pinned, products)


def unravel(monomials: Sequence[tuple[int, ...]]) -> list[tuple[int, dict[int, int]]] | None:
    """Return each of some unknowns as a product of powers of the given monomials and of the other unknowns.

    Entry ``(u, powers)``: unknown u is the product of ``monomials[k] ** powers[k]``, if all unknowns that are
    not listed are 1. None if the monomials are dependent, or roots would have to be taken.

    >>> unravel([(1, 2), (2,)])
    [(1, {0: 1, 1: -1}), (2, {1: 1})]
    """
    unknowns = sorted({unknown for monomial in monomials for unknown in monomial})
    rows = [[monomial.count(unknown) for unknown in unknowns] for monomial in monomials]
    powers = [{k: 1} for k in range(len(monomials))]
    chosen: list[int] = []
    for r in range(len(rows)):
        column = next((c for c, entry in enumerate(rows[r]) if abs(entry) == 1), None)
        if column is None:
            return None
        sign = rows[r][column]
        rows[r] = [sign * entry for entry in rows[r]]
        powers[r] = {k: sign * p for k, p in powers[r].items()}
        for other in range(len(rows)):
            factor = rows[other][column]
            if other != r and factor:
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[r], strict=True)]
                merged = dict(powers[other])
                for k, p in powers[r].items():
                    merged[k] = merged.get(k, 0) - factor * p
                powers[other] = {k: p for k, p in merged.items() if p}
        chosen.append(column)
    return [(unknowns[column], powers[r]) for r, column in enumerate(chosen)]
