"""Tracing the logit correspondence from the centroid, in logarithms of probabilities.

Unknowns are ``y = log p``, one block per player, and the precision L. With ``u_i(a)`` what strategy a of
player i pays against the others' mixtures exp(y), the correspondence is the zero set of

    log p_i(a) - log p_i(1) - L (u_i(a) - u_i(1))     for every strategy a but the first,
    1 - sum over a of p_i(a)                          for every player.

At L = 0 the only zero is the centroid, and for almost all games the zero set contains one smooth arc from
there (McKelvey and Palfrey 1995, Theorem 3). It is followed by predictor steps along the tangent and Newton
corrections in the orthogonal direction (Turocy 2005), so that the precision may fall along the way. Payoffs
come scaled to a spread of 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["LogitPath", "Stuck", "fixed_point_error", "polish"]

Vector = Any  # numpy float64 arrays; their element types add nothing here


class Stuck(Exception):  # noqa: N818 - the public function turns it into NotConverged
    """The path could not be followed further."""


@dataclass
class LogitPath:
    """The correspondence of one game; ``tables[player, s1, .., sN]`` has spread 1."""

    tables: Vector

    def __post_init__(self) -> None:
        self.shape = self.tables.shape[1:]
        self.blocks = np.cumsum([0, *self.shape])
        self.size = int(self.blocks[-1])

    def start(self) -> Vector:
        """Return the centroid at precision 0."""
        return np.concatenate([*(np.full(n, -np.log(n)) for n in self.shape), [0.0]])

    def mixtures(self, point: Vector) -> list[Vector]:
        """Return the probabilities of each player."""
        return [np.exp(point[self.blocks[i] : self.blocks[i + 1]]) for i in range(len(self.shape))]

    def payoffs(self, mixed: list[Vector], skip: int | None = None, player: int = 0) -> Vector:
        """Return the table of ``player``, averaged over everybody but ``player`` and ``skip``."""
        table = self.tables[player]
        for other in reversed(range(len(mixed))):
            if other not in (player, skip):
                table = np.tensordot(table, mixed[other], axes=(other, 0))
        return table

    def system(self, point: Vector) -> tuple[Vector, Vector]:
        """Return the residual and its Jacobian, of sizes n and n x (n + 1)."""
        mixed, precision = self.mixtures(point), point[-1]
        residual = np.zeros(self.size)
        jacobian = np.zeros((self.size, self.size + 1))
        for i, count in enumerate(self.shape):
            first = self.blocks[i]
            own = slice(first, first + count)
            values = self.payoffs(mixed, player=i)
            rows = slice(first + 1, first + count)
            residual[first] = 1.0 - mixed[i].sum()
            jacobian[first, own] = -mixed[i]
            gaps = values[1:] - values[0]
            residual[rows] = point[rows] - point[first] - precision * gaps
            jacobian[rows, first] = -1.0
            jacobian[rows, rows] = np.eye(count - 1)
            jacobian[rows, -1] = -gaps
            for j in range(len(self.shape)):
                if j != i:
                    pair = self.payoffs(mixed, skip=j, player=i)
                    pair = pair if i < j else pair.T
                    other = slice(self.blocks[j], self.blocks[j + 1])
                    jacobian[rows, other] = -precision * (pair[1:] - pair[0]) * mixed[j]
        return residual, jacobian

    def trace(self, most_steps: int = 20_000) -> Iterator[tuple[Vector, Vector, bool]]:
        """Yield points of the branch with their tangents, from the centroid on, without end.

        A step is halved where Newton does not contract at once, or the direction turns by more than about 40
        degrees; it grows otherwise. Along a smooth arc the determinant of the Jacobian with the tangent below
        it keeps its sign. Where it changes, the step is taken again in smaller ones, in case it jumped to
        another arc; where it still changes, the third item yielded is True: the branch crosses another one
        there.

        Raises
        ------
        Stuck
            Where the step becomes smaller than 1e-10, or the steps run out.
        """
        point = self.start()
        _, jacobian = self.system(point)
        tangent = _tangent(jacobian)
        tangent = tangent if tangent[-1] > 0 else -tangent
        sign = _orientation(jacobian, tangent)
        length = 0.03
        yield point, tangent, False
        for _ in range(most_steps):
            while True:
                if length < 1e-10:
                    raise Stuck("the step along the branch became too small")
                found = self._correct(point + length * tangent, tangent)
                if found is not None:
                    new, jacobian, easy = found
                    turned = _tangent(jacobian)
                    turned = turned if turned @ tangent > 0 else -turned
                    if turned @ tangent > 0.77 and np.linalg.norm(new - point) < 2.0 * length:
                        crossed = _orientation(jacobian, turned) != sign
                        if not crossed or length < 1e-3:
                            break
                length *= 0.5
            point, tangent = new, turned
            if crossed:
                sign = -sign
            yield point, tangent, crossed
            length *= 1.6 if easy and turned @ tangent > 0.9 else 1.0
        raise Stuck(f"{most_steps} steps did not suffice")

    def _correct(self, point: Vector, tangent: Vector) -> tuple[Vector, Vector, bool] | None:
        """Return a point of the branch in the plane through ``point`` orthogonal to the tangent."""
        base = point
        before = np.inf
        for iteration in range(8):
            with np.errstate(over="ignore", invalid="ignore"):
                residual, jacobian = self.system(point)
            if not np.isfinite(residual).all() or not np.isfinite(jacobian).all():
                return None
            scale = 1.0 + abs(point[-1])
            error = float(np.abs(residual).max()) / scale
            if error < 1e-12:
                return point, jacobian, iteration <= 3
            if error > 0.5 * before:
                return (point, jacobian, False) if error < 1e-10 else None
            before = error
            square = np.vstack([jacobian, tangent])
            try:
                point = point - np.linalg.solve(square, np.append(residual, tangent @ (point - base)))
            except np.linalg.LinAlgError:
                return None
        return None


def polish(path: LogitPath, point: Vector, precision: float, reach: float) -> Vector | None:
    """Return a zero of the system at exactly this precision by Newton's method from ``point``, or None.

    A zero farther than ``reach`` from the start, in the logarithm of some probability, belongs to another
    part of the correspondence and is not taken.
    """
    start = point.copy()
    start[-1] = precision
    point, best, best_error = start.copy(), None, np.inf
    for _ in range(30):
        with np.errstate(over="ignore", invalid="ignore"):
            residual, jacobian = path.system(point)
        error = float(np.abs(residual).max())
        if not np.isfinite(error) or error > 1e3 * best_error:
            break
        if error < best_error:
            best, best_error = point.copy(), error
        elif best_error < 1e-12 * (1 + precision):
            break
        try:
            point[:-1] -= np.linalg.solve(jacobian[:, :-1], residual)
        except np.linalg.LinAlgError:
            break
    if best is None or best_error > 1e-9 * (1 + precision) or float(np.abs(best - start).max()) > reach:
        return None
    return best


def fixed_point_error(respond: Callable[[list[Vector]], list[Vector]], mixed: list[Vector]) -> float:
    """Return the largest difference between probabilities and the logit responses to them."""
    return max(float(np.abs(a - b).max()) for a, b in zip(mixed, respond(mixed), strict=True))


def _orientation(jacobian: Vector, tangent: Vector) -> float:
    return float(np.linalg.slogdet(np.vstack([jacobian, tangent]))[0])


def _tangent(jacobian: Vector) -> Vector:
    """Return a unit vector in the kernel of an n x (n + 1) matrix of full rank."""
    q, _ = np.linalg.qr(jacobian.T, mode="complete")
    return q[:, -1]
