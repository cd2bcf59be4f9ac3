"""Linear programs for cheapest changes: proposals in floats, and exact ones where the inequalities are affine."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.games.rational import fast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Row", "exact_program", "float_program", "refuting_weights"]

#: An inequality around a center: its value there, and per parameter the largest and smallest slope.
Row = tuple[Any, "Mapping[str, tuple[Any, Any]]"]

#: Price of a shortfall of an inequality, per unit of its largest gain.
_SHORTFALL = 1e4


def float_program(
    rows: Sequence[Row], rates: Mapping[str, float], rooms: Mapping[str, tuple[float, float]]
) -> tuple[dict[str, float], list[float]]:
    """Return the cheapest moves that lift all inequalities to 0, and the multipliers of the inequalities, in floats.

    Minimize the sum of ``rates[j] (u_j + v_j)`` subject to ``value_i + sum_j (high_ij u_j - low_ij v_j) >= 0`` and
    ``0 <= v_j <= rooms[j][0]``, ``0 <= u_j <= rooms[j][1]``. A shortfall may be bought at a high price, so that
    there is always an answer. The move of a parameter is ``u - v``.
    """
    import numpy as np
    from scipy.optimize import linprog

    names = list(rates)
    n, m = len(names), len(rows)
    if not m or not n:
        return dict.fromkeys(names, 0.0), [0.0] * m
    matrix, right = np.zeros((m, 2 * n + m)), np.zeros(m)
    sizes = [1.0] * m
    for i, (value, slopes) in enumerate(rows):
        for k, name in enumerate(names):
            if name in slopes:
                low, high = slopes[name]
                matrix[i, k], matrix[i, n + k] = -float(high) / rates[name], float(low) / rates[name]
        sizes[i] = float(np.abs(matrix[i]).max()) or 1.0
        matrix[i] /= sizes[i]
        matrix[i, 2 * n + i] = -1
        right[i] = float(value) / sizes[i]
    prices = np.concatenate([np.ones(2 * n), np.full(m, _SHORTFALL)])
    limits: list[tuple[float, float | None]] = [
        (0.0, max(rooms[name][side], 0.0) * rates[name]) for side in (1, 0) for name in names
    ]
    found = linprog(prices, A_ub=matrix, b_ub=right, bounds=limits + [(0.0, None)] * m)
    marginals = found.ineqlin.marginals
    if found.status != 0 or found.x is None or marginals is None:
        return dict.fromkeys(names, 0.0), [0.0] * m
    moves = {name: float(found.x[k] - found.x[n + k]) / rates[name] for k, name in enumerate(names)}
    return moves, [float(-each / size) for each, size in zip(marginals, sizes, strict=True)]


def exact_program(
    rows: Sequence[Row], rates: Mapping[str, Fraction], rooms: Mapping[str, tuple[Fraction, Fraction]]
) -> tuple[Fraction, dict[str, Fraction]] | None:
    """Return the least cost and the moves of the same program in exact numbers, None where it is infeasible."""
    from detente.solve.programs.linear_program import maximize

    names = list(rates)
    n = len(names)
    at_most, bounds = [], []
    for value, slopes in rows:
        row = [Fraction(0)] * (2 * n)
        for k, name in enumerate(names):
            if name in slopes:
                low, high = slopes[name]
                row[k], row[n + k] = -high, low
        at_most.append(tuple(row))
        bounds.append(value)
    for k in range(2 * n):
        at_most.append(tuple(Fraction(int(k == i)) for i in range(2 * n)))
        bounds.append(rooms[names[k % n]][1 if k < n else 0])
    found = maximize([-rates[name] for name in names * 2], at_most, bounds)
    if found.x is None or found.value is None:
        return None
    return -found.value, {name: found.x[k] - found.x[n + k] for k, name in enumerate(names)}


def refuting_weights(at: list[Any], slopes: list[dict[str, Any]], half: dict[str, Any]) -> list[Any]:
    """Return weights of inequalities whose sum is most likely to be negative, as exact numbers.

    The linear program: the largest t such that every linearized inequality exceeds t somewhere in the box; its
    multipliers are the weights.
    """
    import numpy as np

    m, names = len(at), list(half)
    matrix = np.zeros((m, 2 * len(names)))
    for i, own in enumerate(slopes):
        for k, name in enumerate(names):
            if name in own:
                low, high = own[name]
                matrix[i, k], matrix[i, len(names) + k] = -float(high * half[name]), float(low * half[name])
    sizes = 1 / np.maximum(np.abs(matrix).sum(axis=1) + np.abs([float(each) for each in at]), 1e-300)
    moves = matrix * sizes[:, None]
    values = np.array([float(each) for each in at]) * sizes
    weights = _two_multipliers(moves, values) if m == 2 else _multipliers(moves, values)
    if weights is None:
        return [fast(Fraction(1))] * m
    raw = weights * sizes
    raw /= raw.max() or 1.0
    return [fast(Fraction(max(float(each), 0.0)).limit_denominator(10**6)) for each in raw]


def _multipliers(moves: NDArray[Any], values: NDArray[Any]) -> NDArray[Any] | None:
    """Return the multipliers of the linear program, None where it was not solved."""
    import numpy as np
    from scipy.optimize import linprog

    m, n = moves.shape
    limits = [(0, 1)] * n + [(None, None)]
    cost = np.append(np.zeros(n), -1.0)
    found = linprog(cost, A_ub=np.hstack([moves, np.ones((m, 1))]), b_ub=values, bounds=limits)
    if found.status != 0 or found.ineqlin.marginals is None:
        return None
    return -np.asarray(found.ineqlin.marginals)


def _two_multipliers(moves: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
    """Return the same for two inequalities: the least of a convex function of one weight, at one of its corners."""
    import numpy as np

    steps = moves[1] - moves[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        corners = moves[1] / steps
    corners = np.concatenate([[0.0, 1.0], corners[(corners > 0) & (corners < 1)]])
    weights = np.stack([corners, 1 - corners], axis=1)
    most = weights @ values + np.maximum(-(weights @ moves), 0).sum(axis=1)
    best: NDArray[Any] = weights[most.argmin()]
    return best
