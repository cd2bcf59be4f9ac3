"""The tests that discard or settle cells; each is a proof for every cell for which it says yes.

See :mod:`detente.solve.many_players._cells` for the method and the references.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.solve.many_players._cell_batch import EPS, INFLATION, Batch

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["approximate_inverse", "dominated", "hopeless", "newton", "overdetermined", "signed"]


def hopeless(batch: Batch) -> npt.NDArray[np.bool_]:
    """Return where the equations of some mixing player hold throughout, or are linear and singular."""
    result = np.zeros(len(batch.owner), dtype=bool)
    for i in batch.mixing:
        rows = batch.gains[i][:, : batch.sizes[i] - 1].reshape(len(batch.owner), -1)
        result |= ~rows.any(axis=1)
    if len(batch.mixing) <= 2:
        result[:] = True
    return result


def dominated(batch: Batch, alone: int | None = None) -> npt.NDArray[np.bool_]:
    """Return where a strategy of a support is worse than another one throughout the inside of the cell."""
    count = len(batch.owner)
    result = np.zeros(count, dtype=bool)
    for i, size in enumerate(batch.sizes):
        if batch.gains[i].shape[1] == 0 or alone not in (None, i):
            continue
        flat = batch.gains[i].reshape(count, batch.gains[i].shape[1], -1)
        values = np.concatenate([np.zeros((count, 1, flat.shape[2])), flat], axis=1)
        error = batch.payoffs.error(i, batch.halvings)
        for s in range(size):
            excess = values - values[:, s : s + 1]
            least = excess.min(axis=2)
            result |= (least > error).any(axis=1)
            if error == 0.0 and batch.mixing:
                weakly = (least >= 0) & (excess.max(axis=2) > 0)
                weakly[result] = False
                for cell, better in zip(*np.nonzero(weakly), strict=True):
                    zero = (excess[cell, better] == 0).reshape(batch.gains[i].shape[2:])
                    result[cell] = result[cell] or _only_on_boundary(batch, i, int(cell), zero)
    return result


def _only_on_boundary(batch: Batch, player: int, cell: int, zero: npt.NDArray[np.bool_]) -> bool:
    """Return True if profiles over the vertices in ``zero`` leave some strategy of the support unplayed."""
    others = [j for j in batch.mixing if j != player]
    for axis, j in enumerate(others):
        used = zero.any(axis=tuple(k for k in range(len(others)) if k != axis))
        corner = batch.corners[batch.mixing.index(j)][cell][used]
        if (corner == 0).all(axis=0).any():
            return True
    return False


def approximate_inverse(batch: Batch) -> Floats:
    """Return multipliers for the equations: near-inverses of their Jacobians, nothing more is needed."""
    middle, _ = batch.jacobian(batch.gains)
    return _inverse(middle)


def signed(batch: Batch, inverse: Floats) -> npt.NDArray[np.bool_]:
    """Return where a combination of the equations keeps its sign over the whole cell."""
    count, total = inverse.shape[:2]
    shape = tuple(batch.sizes[j] for j in batch.mixing)
    values = np.empty((count, total, *shape))
    errors = np.empty((count, total))
    for row, i in zip(batch.slices(), batch.mixing, strict=True):
        at = 2 + batch.mixing.index(i)
        values[:, row] = np.expand_dims(batch.rows(i), at)
        errors[:, row] = batch.payoffs.error(i, batch.halvings)
    flat = values.reshape(count, total, -1)
    for part, j in zip(batch.slices(), batch.mixing, strict=True):
        if batch.sizes[j] > 2:
            inverse = np.concatenate([inverse, inverse[:, part].sum(axis=1, keepdims=True)], axis=1)
    combined = inverse @ flat
    weight = np.abs(inverse)
    slack = (weight @ (errors[..., None] + (total + 3) * EPS * np.abs(flat).max(axis=2, keepdims=True)))[
        ..., 0
    ]
    slack *= 1 + 1e-9
    return np.asarray(((combined.min(axis=2) > slack) | (combined.max(axis=2) < -slack)).any(axis=1))


def overdetermined(batch: Batch) -> npt.NDArray[np.bool_]:
    """Return where the lopsided player's equations, too many for the unknowns, have no common solution."""
    i = batch.lopsided
    assert i is not None
    count = len(batch.owner)
    rows = batch.rows(i)
    flat = rows.reshape(count, rows.shape[1], -1)
    columns = []
    for j in batch.mixing:
        if j != i:
            turned = np.moveaxis(rows, batch.axis(i, j), 2).reshape(count, rows.shape[1], batch.sizes[j], -1)
            columns.append((turned[:, :, 1:] - turned[:, :, :1]).mean(axis=3))
    if columns:
        multipliers = np.swapaxes(np.linalg.svd(np.concatenate(columns, axis=2))[0], 1, 2)
    else:
        multipliers = np.broadcast_to(np.eye(rows.shape[1]), (count, rows.shape[1], rows.shape[1]))
    combined = multipliers @ flat
    error = batch.payoffs.error(i, batch.halvings)
    top = np.abs(flat).max(axis=2, keepdims=True)
    slack = (np.abs(multipliers) @ (error + (rows.shape[1] + 3) * EPS * top))[..., 0] * (1 + 1e-9)
    return np.asarray(((combined.min(axis=2) > slack) | (combined.max(axis=2) < -slack)).any(axis=1))


def newton(
    batch: Batch, inverse: Floats
) -> tuple[npt.NDArray[np.bool_], list[tuple[int, tuple[tuple[float, ...], ...], float]]]:
    """Return which cells are settled, and the candidates: cell, point, and how far a solution may be.

    On the inflated cell let q bound the norm of I - Y J for every Jacobian J there. If q < 1 the equations
    are one-to-one, and a solution lies within |Y F(r)| / (1 - q) of any point r there (Neumaier 1990, 5.1).
    """
    count = len(batch.owner)
    settled = np.zeros(count, dtype=bool)
    middle, radius = batch.jacobian(batch.gains)
    near = _contraction(inverse, middle, radius) < 0.9
    if not near.any():
        return settled, []
    part = batch.keep(near)
    inverse = inverse[near]
    middle, radius = part.jacobian(part.inflated())
    # Vertices of inflated cells have weights of sum at most 2 in absolute value, for each player.
    radius = radius + 64 * EPS * 4.0 ** len(batch.mixing)
    rate = _contraction(inverse, middle, radius)
    weights = [np.full((len(part.owner), batch.sizes[j]), 1.0 / batch.sizes[j]) for j in batch.mixing]
    parts = batch.slices()
    for _ in range(8):
        values, slopes = part.evaluate(weights, derivatives=True)
        with np.errstate(all="ignore"):
            step = (_inverse(slopes) @ values[..., None])[..., 0]
        for each, where in zip(weights, parts, strict=True):
            each[:, 1:] -= np.nan_to_num(step[:, where], nan=1e6, posinf=1e6, neginf=1e6).clip(-1e6, 1e6)
            each[:, 0] = 1 - each[:, 1:].sum(axis=1)
        sizes = np.abs(step).max(axis=1)
        if not ((sizes > 1e-14) & (sizes < 1)).any():
            break
    values, _ = part.evaluate(weights, derivatives=False)
    error = max(batch.payoffs.error(i, batch.halvings) for i in batch.mixing) + 64 * EPS * 2.0 ** len(
        batch.mixing
    )
    size = np.abs(inverse).sum(axis=2).max(axis=1)
    residual = np.abs((inverse @ values[..., None])[..., 0]).max(axis=1)
    away = (residual + size * error) / np.maximum(1 - rate, 1e-3)
    inside = np.ones(len(part.owner), dtype=bool)
    for each in weights:
        inside &= ((each - 1 / each.shape[1]) / (1 + 2 * INFLATION) + 1 / each.shape[1] > away[:, None]).all(
            axis=1
        )
    sure = (rate < 0.99) & inside & (away < 1e-6)
    points = [
        np.einsum("ca,cas->cs", each, corner) for each, corner in zip(weights, part.corners, strict=True)
    ]
    out = np.zeros(len(part.owner), dtype=bool)
    for each in points:
        out |= (each < -(away[:, None] * each.shape[1] * 2 + 64 * EPS)).any(axis=1)
    out |= _deviates(part, weights, away)
    settled[np.nonzero(near)[0][sure]] = True
    indices = np.nonzero(near)[0]
    back = {int(indices[k]): int(k) for k in np.nonzero(sure & ~out)[0]}

    found = []
    for index, k in back.items():
        chosen = {j: tuple(map(float, points[at][k])) for at, j in enumerate(batch.mixing)}
        point = tuple(chosen.get(i, (1.0,)) for i in range(len(batch.sizes)))
        found.append((index, point, float(away[k]) * 2 * max(batch.sizes) + 64 * EPS))
    return settled, found


def _deviates(batch: Batch, weights: Sequence[Floats], away: Floats) -> npt.NDArray[np.bool_]:
    """Return where somebody gains by a strategy outside the support, at any point within ``away``."""
    result = np.zeros(len(batch.owner), dtype=bool)
    reach = sum(batch.sizes[j] for j in batch.mixing)
    for i, size in enumerate(batch.sizes):
        outside = batch.gains[i][:, size - 1 :]
        if outside.shape[1]:
            gain = batch.against(outside, i, weights, None)
            # Weights near the cell are at most 1.5 + d/4 in sum of absolute values per player.
            slope = np.abs(outside).reshape(len(outside), -1).max(axis=1) * 4.0 ** len(batch.mixing)
            slack = 2 * reach * slope * away + batch.payoffs.error(i, batch.halvings) + 256 * EPS * slope
            result |= (gain > slack[:, None]).any(axis=1)
    return result


def _inverse(matrices: Floats) -> Floats:
    """Return inverses, or pseudoinverses if any matrix is singular."""
    try:
        result = np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        result = np.linalg.pinv(np.nan_to_num(matrices, nan=0.0, posinf=0.0, neginf=0.0))
    return np.asarray(np.nan_to_num(result, nan=0.0, posinf=0.0, neginf=0.0))


def _contraction(inverse: Floats, middle: Floats, radius: Floats) -> Floats:
    """Return a bound on the row-sum norm of I - Y J over the interval Jacobian, rounding included."""
    total = inverse.shape[-1]
    weight = np.abs(inverse)
    off = np.abs(np.eye(total) - inverse @ middle)
    spread = weight @ (radius + (total + 3) * EPS * (np.abs(middle) + radius))
    return np.asarray((off + spread).sum(axis=2).max(axis=1) + 1e-12)
