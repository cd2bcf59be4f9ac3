"""Arithmetic of many memory-one matches at once: the same lines run on NumPy arrays and, compiled, on numbers.

By the matrix-tree theorem the stationary weight of a state is the sum over the trees that lead into it of the products
of their transition probabilities, sixteen for four states (Freidlin and Wentzell 1984). It is Press and Dyson's
cofactor, written without a subtraction: relative errors stay near machine precision however rare an error is,
and the weights are all zero exactly where a chain has several recurrent classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["discounted_shares", "finite_shares", "long_run_shares", "settled_shares", "tree_weight"]


def tree_weight(ai: Any, ab: Any, ac: Any, bi: Any, ba: Any, bc: Any, ci: Any, ca: Any, cb: Any) -> Any:
    """Return the sum over the sixteen trees on {i, a, b, c} that lead into i; ``ab`` is the rate from a to b."""
    to_i_or_c, back = ai + ac, bi + bc
    return (
        ci * (to_i_or_c * (back + ba) + ab * back)
        + ca * (ai * (bi + ba + bc) + ab * bi)
        + cb * (bi * (ai + ab + ac) + ba * ai)
    )


def _rates(p: Floats, q: Floats) -> Floats:
    """Return transition probabilities (from, to, match) of probabilities (4, match), seen from each own side."""
    x, y = p, q[[0, 2, 1, 3]]
    nx, ny = 1.0 - x, 1.0 - y
    return np.stack([x * y, x * ny, nx * y, nx * ny], axis=1)


def _first_round(p: Floats, q: Floats) -> Floats:
    """Return the distribution of the first outcome, (4, match)."""
    return np.stack([p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q)])


def _weights(r: Floats) -> Floats:
    """Return the tree weights (4, match) of transition probabilities (4, 4, match)."""
    found = []
    for i in range(4):
        a, b, c = (k for k in range(4) if k != i)
        found.append(tree_weight(r[a, i], r[a, b], r[a, c], r[b, i], r[b, a], r[b, c], r[c, i], r[c, a], r[c, b]))
    return np.stack(found)


def long_run_shares(p: Floats, q: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return long-run shares (match, 4) and where the start decides; ``p``, ``q`` are (match, 5), the start last."""
    weights = _weights(_rates(p.T[:4], q.T[:4]))
    total = weights.sum(axis=0)
    several = total == 0
    shares = (weights / np.where(several, 1.0, total)).T
    if several.any():
        shares[several] = settled_shares(p[several], q[several])
    return shares, several


def discounted_shares(p: Floats, q: Floats, delta: float) -> Floats:
    """Return discounted shares (match, 4): those of the chain that starts anew with probability 1 - delta."""
    rates = delta * _rates(p.T[:4], q.T[:4]) + (1.0 - delta) * _first_round(p.T[4], q.T[4])[None]
    weights = _weights(rates)
    found: Floats = (weights / weights.sum(axis=0)).T
    return found


def finite_shares(p: Floats, q: Floats, rounds: int) -> Floats:
    """Return the expected shares (match, 4) of the outcomes over so many rounds.

    2n rounds are n rounds and the same n rounds n steps on, so that the cost grows with the logarithm of the rounds.
    """
    step = _rates(p.T[:4], q.T[:4])
    first = _first_round(p.T[4], q.T[4])[None]
    power, done = step, first
    digits = bin(rounds)[3:]
    for left, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        done = done + _product(done, power)
        if left:  # the last power would not be used
            power = _tidied(_product(power, power))
        if digit == "1":
            done = first + _product(done, step)
            if left:
                power = _tidied(_product(power, step))
    found: Floats = (done[0] / rounds).T
    return found


def _product(left: Floats, right: Floats) -> Floats:
    """Return the products of matrices (i, j, match), match beside match.

    NumPy multiplies stacks of matrices of this size one by one, which takes three times as long.
    """
    found: Floats = np.einsum("ikn,kjn->ijn", left, right)
    return found


def _tidied(power: Floats) -> Floats:
    """Return powers of transition matrices (from, to, match) with rows that add up to one."""
    found: Floats = power * (1.0 / power.sum(axis=1, keepdims=True))
    return found


def settled_shares(p: Floats, q: Floats) -> Floats:
    """Return long-run shares (match, 4) of chains with several recurrent classes, by where the start leads.

    Transient outcomes are eliminated, then each class gets the trees within it; nothing is subtracted.
    """
    r = _rates(p.T[:4], q.T[:4])
    mass = _first_round(p.T[4], q.T[4])
    reach: Any = np.logical_or(r > 0, np.eye(4, dtype=bool)[:, :, None])
    for _ in range(2):  # paths of at most 4 steps
        reach = np.logical_or.reduce(reach[:, :, None] & reach[None], axis=1)
    recurrent = (~reach | reach.transpose(1, 0, 2)).all(axis=1)
    moved = r.copy()
    for k in range(4):
        gone = ~recurrent[k]
        leaving = moved[k].copy()
        leaving[k] = 0.0
        share = leaving / np.where(gone, leaving.sum(axis=0), 1.0)
        for i in range(4):
            if i != k:
                weight = np.where(gone, moved[i, k], 0.0)
                moved[i] += weight * share
                moved[i, k] = np.where(gone, 0.0, moved[i, k])
        weight = np.where(gone, mass[k], 0.0)
        mass = mass + weight * share
        mass[k] = np.where(gone, 0.0, mass[k])
    shares = np.zeros_like(mass)
    for i in range(4):
        own = reach[i]  # of a recurrent outcome: its class
        led = np.where(own[:, None], r, 0.0)
        led[:, i] += np.where(own, 0.0, 1.0)
        weights = np.where(own, _weights(led), 0.0)
        within = weights[i] / np.where(recurrent[i], weights.sum(axis=0), 1.0)
        shares[i] = np.where(recurrent[i], within * (mass * own).sum(axis=0), 0.0)
    return shares.T
