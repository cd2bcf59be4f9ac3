"""Best-response polytopes of a two-player game, in integers.

For a positive r x c matrix M the best-response polytope is

    {z in R^c : z >= 0, M z <= 1}.

Its inequalities carry labels: label ``k < c`` is ``z_k >= 0``, label ``c + j`` is row j of ``M z <= 1``. With
M = B^T it is the polytope P of the row player's mixed strategies, with M = A the polytope Q of the column
player's (von Stengel 2002, section 2.3). A point of the polytope other than 0, divided by its sum, is a mixed
strategy, and its binding rows are the opponent's pure best responses.

Payoffs of one player may be multiplied by a positive number, and shifted separately against each strategy of the
opponent, without changing best responses. Both freedoms are used here: the matrices become positive integers
whose largest entry is about three times the smallest, whatever the unit of the payoffs.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Payoffs = Sequence[Sequence[int | Fraction | float]] | NDArray[Any]

IntegerMatrix = list[list[int]]


def integer_payoffs(payoffs: Payoffs, name: str = "payoffs") -> IntegerMatrix:
    """Multiply a payoff matrix by the positive number that makes its entries coprime integers.

    Parameters
    ----------
    payoffs : m x n matrix of ints, Fractions or floats
        A float stands for the exact binary number that it stores.
    name : str
        How error messages call the matrix.

    Returns
    -------
    list of m lists of n ints

    Raises
    ------
    UsageError
        If the matrix is empty or ragged, or has an entry that is not a finite number.
    """
    rows: list[list[Any]] = payoffs.tolist() if hasattr(payoffs, "tolist") else [list(row) for row in payoffs]
    if not rows or not isinstance(rows[0], list) or not rows[0]:
        raise UsageError(f"{name}: expected a matrix with at least one row and one column, found {payoffs!r}")
    width = len(rows[0])
    for i, row in enumerate(rows):
        if len(row) != width:
            raise UsageError(f"{name}: row {i} has {len(row)} entries, expected {width} as in row 0")
    kinds = {type(entry) for row in rows for entry in row}
    try:
        if kinds == {int}:
            integers = rows
        elif kinds == {float}:
            integers = _integers_of_floats(rows)
        else:
            ratios = [[entry.as_integer_ratio() for entry in row] for row in rows]
            scale = lcm(*{denominator for row in ratios for _, denominator in row})
            integers = [[numerator * (scale // denominator) for numerator, denominator in row] for row in ratios]
    except (AttributeError, ValueError, OverflowError) as fault:
        raise UsageError(f"{name}: every entry must be a finite int, Fraction or float ({fault})") from fault
    common = gcd(*(entry for row in integers for entry in row))
    if common > 1:
        integers = [[entry // common for entry in row] for row in integers]
    return integers


def _integers_of_floats(rows: Sequence[Sequence[float]]) -> IntegerMatrix:
    """Multiply floats by a power of two that makes them all integers, exactly."""
    import numpy as np

    values = np.array(rows, dtype=np.float64)
    if not bool(np.isfinite(values).all()):
        raise ValueError("found inf or nan")
    fractions, exponents = np.frexp(values)
    whole = (fractions * 2.0**53).astype(np.int64)
    shifts = np.where(whole == 0, exponents.max(), exponents)
    shifts -= shifts.min()
    return [
        [entry << shift for entry, shift in zip(row, by, strict=True)]
        for row, by in zip(whole.tolist(), shifts.tolist(), strict=True)
    ]


def two_matrices(a: Payoffs, b: Payoffs) -> tuple[IntegerMatrix, IntegerMatrix]:
    """Return the payoffs of both players as integers; raise UsageError unless they are matrices of one shape."""
    rows, columns = integer_payoffs(a, "a"), integer_payoffs(b, "b")
    shape = f"{len(rows)} x {len(rows[0])}"
    found = f"{len(columns)} x {len(columns[0])}"
    if found != shape:
        raise UsageError(f"b: found a {found} matrix; expected {shape} as a has")
    return rows, columns


def positive_columns(matrix: IntegerMatrix) -> IntegerMatrix:
    """Shift every column so that its least entry is about half the largest spread of a column, at least 1.

    Column k of M belongs to the pure strategy k of the player whose polytope it is, so a shift of a column changes
    no comparison between best responses. The generous offset keeps the polytope well shaped: no vertex is far out,
    and floating-point vertices can be certified.
    """
    columns = [list(column) for column in zip(*matrix, strict=True)]
    lows = [min(column) for column in columns]
    spread = max(max(column) - low for column, low in zip(columns, lows, strict=True))
    offset = max(1, spread // 2)
    return [[entry - low + offset for entry, low in zip(row, lows, strict=True)] for row in matrix]


def best_response_matrices(a: IntegerMatrix, b: IntegerMatrix) -> tuple[IntegerMatrix, IntegerMatrix]:
    """Return the positive integer matrices M of the polytopes P (n x m, from B) and Q (m x n, from A)."""
    return positive_columns([list(column) for column in zip(*b, strict=True)]), positive_columns(a)


def solve_integer(matrix: IntegerMatrix, right: Sequence[int]) -> tuple[list[int], int] | None:
    """Solve a square system of integer equations exactly.

    Returns
    -------
    (numerators, denominator) with a positive denominator, or None if the matrix is singular.
    """
    import flint  # loaded when first needed

    try:
        solution = flint.fmpz_mat(matrix).solve(flint.fmpz_mat([[entry] for entry in right]))
    except ZeroDivisionError:
        return None
    numerators, denominator = solution.numer_denom()
    return [int(entry) for entry in numerators.entries()], int(denominator)


def basic_point(matrix: IntegerMatrix, basis: int) -> tuple[list[int], int] | None:
    """Solve for the point of the polytope at which the c inequalities in ``basis`` bind.

    Parameters
    ----------
    matrix : r x c positive integers
    basis : int
        Bit mask of c labels.

    Returns
    -------
    (numerators, denominator) of the c coordinates, or None if those inequalities do not fix a point. The point
    may lie outside the polytope: that is for the caller to test.
    """
    width = len(matrix[0])
    support = [k for k in range(width) if not basis >> k & 1]
    binding = [j for j in range(len(matrix)) if basis >> (width + j) & 1]
    if len(support) != len(binding):
        return None
    point = [0] * width
    if not support:
        return point, 1
    solved = solve_integer([[matrix[j][k] for k in support] for j in binding], [1] * len(support))
    if solved is None:
        return None
    for k, numerator in zip(support, solved[0], strict=True):
        point[k] = numerator
    return point, solved[1]


def binding_labels(matrix: IntegerMatrix, point: Sequence[int], denominator: int) -> int | None:
    """Return the mask of all inequalities that bind at a point, or None if the point is outside the polytope."""
    width = len(matrix[0])
    support = [k for k in range(width) if point[k]]
    labels = 0
    for k in range(width):
        if point[k] < 0:
            return None
        if point[k] == 0:
            labels |= 1 << k
    for j, row in enumerate(matrix):
        slack = denominator - sum(row[k] * point[k] for k in support)
        if slack < 0:
            return None
        if slack == 0:
            labels |= 1 << (width + j)
    return labels


def mixed_strategy(point: Sequence[int]) -> tuple[Fraction, ...]:
    """Divide nonnegative numerators, not all zero, by their sum."""
    total = sum(point)
    zero = Fraction(0)
    return tuple(Fraction(entry, total) if entry else zero for entry in point)


def best_replies(payoffs: IntegerMatrix, weights: Sequence[int]) -> int:
    """Return the mask of the rows of a payoff matrix that earn most against nonnegative weights on its columns.

    Nothing of the polytopes enters, so this is an independent check of what they yield.
    """
    played = [j for j, weight in enumerate(weights) if weight]
    earned = [sum(row[j] * weights[j] for j in played) for row in payoffs]
    best = max(earned)
    return sum(1 << i for i, value in enumerate(earned) if value == best)


def float_matrix(matrix: IntegerMatrix) -> tuple[NDArray[np.float64], int]:
    """Divide positive integers by the power of two 2^e that brings the largest into [1/2, 1], then round.

    Returns
    -------
    (array, e). Each entry has relative error at most 2^-53.
    """
    import numpy as np

    exponent = max(max(row) for row in matrix).bit_length()
    scale = 1 << exponent
    return np.array([[entry / scale for entry in row] for row in matrix], dtype=np.float64), exponent
