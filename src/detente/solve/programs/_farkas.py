"""Certificates that polynomial inequalities over the unit cube have no common point.

If nonnegative multiples of products of the inequalities (and of t >= 0 and 1 - t >= 0) add up to the polynomial 0,
and a product that would be strictly positive takes part, then no point satisfies them all: the lemma of Farkas, with
products as in the representations of Handelman and Schweighofer. The multiples solve a linear program over the
coefficients. It is solved in floating point, and only its choice of products is used: the multiples are then
computed in exact rationals and checked, so that a certificate proves what it says.

References
----------
D. Handelman (1988), "Representing polynomials by positive linear functions on compact convex polyhedra", Pacific
Journal of Mathematics 132, 35-62. M. Schweighofer (2002), "An algorithmic approach to Schmüdgen's
Positivstellensatz", Journal of Pure and Applied Algebra 166, 307-319.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

from detente.numbers import fraction_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["refuted"]

Literal = tuple[Any, bool]
#: Largest linear program that is tried: products, and monomials.
COLUMNS, ROWS = 400, 600


def refuted(literals: Sequence[Literal], variables: Sequence[Any], one: Any) -> frozenset[int] | None:
    """Return which inequalities a certificate uses that they have no common point in the unit cube, else None.

    Parameters
    ----------
    literals : sequence of (polynomial, strict)
        Each polynomial is positive (strict) or not negative.
    variables : sequence
        Generators of the ring, each between 0 and 1.
    one : polynomial
        The constant 1.

    Returns
    -------
    frozenset of int or None
        Positions of literals that have no common point, by a certificate checked exactly; None where none was found.
    """
    used = {at for polynomial, _ in literals for at, degree in enumerate(polynomial.degrees()) if degree}
    sides = [(side, False) for at in sorted(used) for side in (variables[at], 1 - variables[at])]
    own = [*((each, frozenset({k})) for k, each in enumerate(literals)), *((each, frozenset()) for each in sides)]
    columns: list[tuple[Literal, frozenset[int]]] = [((one, True), frozenset()), *own]
    chosen = _certified([each for each, _ in columns])
    if chosen is None and len(columns) * (len(columns) + 1) // 2 <= COLUMNS:
        columns += [
            ((p * q, strict_p and strict_q), a | b)
            for ((p, strict_p), a), ((q, strict_q), b) in combinations_with_replacement(own, 2)
        ]
        chosen = _certified([each for each, _ in columns])
    return None if chosen is None else frozenset().union(*(columns[k][1] for k in chosen))


def _certified(columns: Sequence[Literal]) -> list[int] | None:
    """Return the columns of an exact certificate, or None."""
    rows: dict[tuple[int, ...], int] = {}
    entries = []
    for at, (polynomial, _) in enumerate(columns):
        for monomial, c in polynomial.terms():
            entries.append((rows.setdefault(monomial, len(rows)), at, c))
    if len(rows) > ROWS:
        return None
    chosen = _proposed(columns, entries, len(rows))
    return chosen if chosen and _exact(columns, entries, len(rows), chosen) else None


def _proposed(columns: Sequence[Literal], entries: Sequence[tuple[int, int, Any]], rows: int) -> list[int]:
    """Return the columns that a float solution uses: a proposal, no proof."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    size = np.zeros(len(columns))
    values = np.array([float(fraction_of(c)) for _, _, c in entries])
    for (_, at, _), value in zip(entries, values, strict=True):
        size[at] = max(size[at], abs(value))
    size[size == 0] = 1
    strict = np.array([float(strict) for _, strict in columns])
    row, column = np.array([e[0] for e in entries]), np.array([e[1] for e in entries])
    matrix = coo_array(
        (
            np.concatenate([values / size[column], strict[strict > 0]]),
            (
                np.concatenate([row, np.full(int(strict.sum()), rows)]),
                np.concatenate([column, np.flatnonzero(strict)]),
            ),
        ),
        shape=(rows + 1, len(columns)),
    ).tocsr()
    right = np.zeros(rows + 1)
    right[-1] = 1
    solve: Any = linprog
    found = solve(np.ones(len(columns)), A_eq=matrix, b_eq=right, method="highs-ds", options={"time_limit": 1.0})
    return [] if found.x is None else [int(k) for k in np.flatnonzero(found.x > 1e-9)]


def _exact(
    columns: Sequence[Literal], entries: Sequence[tuple[int, int, Any]], rows: int, chosen: Sequence[int]
) -> bool:
    """Return whether the chosen products add up to 0 with nonnegative multiples, a strict one positive."""
    from flint import fmpq, fmpq_mat

    place = {column: k for k, column in enumerate(chosen)}
    table = [[fmpq(0)] * (len(chosen) + 1) for _ in range(rows + 1)]
    for row, column, value in entries:
        if column in place:
            table[row][place[column]] = value
    for column, k in place.items():
        table[rows][k] = fmpq(int(columns[column][1]))
    table[rows][-1] = fmpq(1)
    reduced, rank = fmpq_mat(table).rref()
    solution = [fmpq(0)] * len(chosen)
    for r in range(rank):
        pivot = next(k for k in range(len(chosen) + 1) if reduced[r, k] != 0)
        if pivot == len(chosen):
            return False
        solution[pivot] = reduced[r, len(chosen)]
    if any(value < 0 for value in solution):
        return False
    total = sum((columns[column][0] * value for column, value in zip(chosen, solution, strict=True)), 0)
    strict = sum((value for column, value in zip(chosen, solution, strict=True) if columns[column][1]), fmpq(0))
    return bool(total == 0) and bool(strict > 0)
