"""A path from any completely mixed profile towards a Nash equilibrium, in floats.

At precision L, player i plays strategy a with probability proportional to ``b_i(a) exp(L u_i(a))``. At L = 0
this is the start b; as L grows the path of solutions leads, for almost all games and starts, to a Nash
equilibrium (McKelvey and Palfrey 1995; Turocy 2005 for b uniform). It may turn back in L, so it is followed
by its arc length. Nothing here is proved: the caller takes points of the path as guesses.

References
----------
T. Turocy (2005), "A dynamic homotopy interpretation of the logistic quantal response equilibrium
correspondence", Games and Economic Behavior 51, 243-263. E. Allgower, K. Georg (1990), Numerical Continuation
Methods, chapters 2 and 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["follow", "newton_on_support", "payoffs_and_slopes"]


def payoffs_and_slopes(
    tables: Floats, mixed: Sequence[Floats]
) -> tuple[list[Floats], dict[tuple[int, int], Floats]]:
    """Return each player's payoff per strategy, and its derivatives by every other player's weights.

    ``tables[i, s1, .., sN]`` are the payoffs. Cost: about twice the size of the table per player: axes before
    the first of a pair of players are contracted once for all pairs, those behind the second in one product.
    """
    players = len(mixed)
    tails: list[Any] = [np.ones(1)]
    for weights in reversed(mixed[1:]):
        tails.append(np.multiply.outer(weights, tails[-1]).ravel())
    tails.reverse()  # tails[k]: weights of players k + 1, ... on their joint profiles
    slopes: dict[tuple[int, int], Floats] = {}
    head = tables.reshape(players, -1)
    for i in range(players):
        size = len(mixed[i])
        middle = head.reshape(players, size, -1)
        for j in range(i + 1, players):
            other = len(mixed[j])
            pair = middle.reshape(players, size, other, -1) @ tails[j]
            slopes[i, j], slopes[j, i] = pair[i], pair[j].T
            if j + 1 < players:
                middle = np.einsum("pasr,s->par", middle.reshape(players, size, other, -1), mixed[j])
        head = np.einsum("pas,a->ps", head.reshape(players, size, -1), mixed[i])
    if players == 1:
        return [tables.reshape(-1)], slopes
    values = [slopes[i, (i + 1) % players] @ mixed[(i + 1) % players] for i in range(players)]
    return values, slopes


class _Equations:
    """The logit equations in logarithms of probabilities, log x_i(a), and the precision, the last unknown."""

    def __init__(self, tables: Floats, start: Sequence[Floats]) -> None:
        self.tables, self.start = tables, [np.log(own) for own in start]
        self.ends = np.cumsum([0, *(len(own) for own in start)])

    def mixed(self, z: Floats) -> list[Floats]:
        return [np.exp(z[a:b]) for a, b in zip(self.ends[:-1], self.ends[1:], strict=True)]

    def __call__(self, z: Floats) -> tuple[Floats, Floats]:
        mixed, precision = self.mixed(z), z[-1]
        values, slopes = payoffs_and_slopes(self.tables, mixed)
        total = int(self.ends[-1])
        residual, matrix = np.empty(total), np.zeros((total, total + 1))
        for i, a in enumerate(self.ends[:-1]):
            b = self.ends[i + 1]
            own = z[a:b] - self.start[i]
            residual[a] = mixed[i].sum() - 1
            matrix[a, a:b] = mixed[i]
            residual[a + 1 : b] = own[1:] - own[0] - precision * (values[i][1:] - values[i][0])
            matrix[a + 1 : b, a] = -1
            matrix[a + 1 : b, a + 1 : b] = np.eye(b - a - 1)
            matrix[a + 1 : b, total] = -(values[i][1:] - values[i][0])
            for j, c in enumerate(self.ends[:-1]):
                if i != j:
                    d = self.ends[j + 1]
                    turn = (slopes[i, j][1:] - slopes[i, j][:1]) * mixed[j]
                    matrix[a + 1 : b, c:d] = -precision * turn
        return residual, matrix


def follow(
    tables: Floats, start: Sequence[Floats], steps: int = 2000
) -> Iterator[tuple[list[Floats], float]]:
    """Yield (mixed profile, precision) along the path, for payoffs between 0 and 1."""
    equations = _Equations(tables, start)
    z = np.concatenate([*(np.log(own) for own in start), [0.0]])
    direction = np.zeros(len(z))
    direction[-1] = 1.0
    length = 0.3
    for _ in range(steps):
        _, matrix = equations(z)
        direction = _tangent(matrix, direction)
        for _ in range(30):
            fresh = _correct(equations, z + length * direction, direction)
            if fresh is not None and np.abs(fresh - z).max() < 3 * length:
                break
            length /= 2
        else:
            return
        assert fresh is not None
        z, quick = fresh, length
        length = min(quick * 1.5, 0.05 * float(np.abs(z).max()) + 1.0)
        yield equations.mixed(z), float(z[-1])


def _tangent(matrix: Floats, previous: Floats) -> Floats:
    """Return the unit vector in the null space of the derivatives that goes on in the previous direction."""
    right = np.zeros(len(previous))
    right[-1] = 1.0
    try:
        found = np.linalg.solve(np.vstack([matrix, previous]), right)
    except np.linalg.LinAlgError:
        return previous
    norm = float(np.linalg.norm(found))
    return np.asarray(found / norm) if np.isfinite(norm) and norm > 0 else previous


def _correct(equations: _Equations, z: Floats, direction: Floats) -> Floats | None:
    """Return the point of the path in the hyperplane through ``z`` across ``direction``, or None."""
    here = z
    last = np.inf
    for _ in range(8):
        with np.errstate(all="ignore"):
            residual, matrix = equations(here)
        if not np.isfinite(residual).all():
            return None
        try:
            step = np.linalg.solve(
                np.vstack([matrix, direction]), np.append(-residual, direction @ (z - here))
            )
        except np.linalg.LinAlgError:
            return None
        size = float(np.abs(step).max())
        if not size < 2 * last or size > 10:
            return None
        here, last = here + step, size
        if size < 1e-7:
            return here
    return None


def newton_on_support(
    tables: Floats, mixed: Sequence[Floats], supports: Sequence[Sequence[int]]
) -> list[Floats] | None:
    """Return the solution of the indifference equations on a support near a profile, in floats, or None.

    Singular systems get the step of least length, so that a point of a continuum may be returned.
    """
    part = tables[np.ix_(range(len(supports)), *supports)]
    weights = [own[list(s)] / own[list(s)].sum() for own, s in zip(mixed, supports, strict=True)]
    ends = np.cumsum([0, *(len(own) - 1 for own in weights)])
    if ends[-1]:
        for _ in range(40):
            values, slopes = payoffs_and_slopes(part, weights)
            residual = np.concatenate([v[1:] - v[0] for v in values])
            matrix = np.zeros((ends[-1], ends[-1]))
            for (i, j), slope in slopes.items():
                cut = slope[1:] - slope[:1]
                matrix[ends[i] : ends[i + 1], ends[j] : ends[j + 1]] = cut[:, 1:] - cut[:, :1]
            try:
                step = np.linalg.lstsq(matrix, -residual, rcond=1e-13)[0]
            except np.linalg.LinAlgError:
                return None
            size = float(np.abs(step).max())
            if not size < 2:
                return None
            for i, own in enumerate(weights):
                own[1:] += step[ends[i] : ends[i + 1]]
                own[0] = 1 - own[1:].sum()
            if size < 1e-15:
                break
    if any((own < -1e-12).any() for own in weights):
        return None
    result = []
    for own, s, size in zip(weights, supports, tables.shape[1:], strict=True):
        line = np.zeros(size)
        clipped = np.maximum(own, 0.0)
        line[list(s)] = clipped / clipped.sum()
        result.append(line)
    return result
