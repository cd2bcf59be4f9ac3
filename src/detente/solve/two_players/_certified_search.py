"""Vertices of a best-response polytope in floating point, with a proof that none is missing.

The walk may go wrong in any way that rounding can bring about; what it delivers is checked against M itself.

*What is certified at a basis.* Let C be the k x k core of the basis (binding rows, support columns), R the
floating-point inverse that the walk arrived at, p its floating-point point. If ``||I - R C|| <= d < 1`` in the
row-sum norm then C is regular and the exact point satisfies

    |x - p| <= ||R|| ||right - C p|| / (1 - d)

(Rump 2010, "Verification methods", Acta Numerica 19, section 10). Both norms are bounded from above with the
rounding of their own computation (Higham 2002, section 3.1: a sum of n products in any order is off by at most
gamma_n times the sum of absolute products) and of the rounding of M; the constants used are over twice those
needed. If every x and every slack exceeds its bound, the basis is a nondegenerate vertex: exactly c inequalities
bind there.

*Why all vertices are found.* Every basis visited is certified, and for each basis and each of its c labels the walk
also visits a basis that shares the other c - 1 labels. Those c - 1 inequalities hold with equality on one line,
which meets the polytope in the edge that leaves the vertex; the two certified vertices on it are its two ends. So
the certified set is closed under adjacency, and since the graph of a polytope is connected (Balinski 1961), it is
the set of all vertices. In particular the polytope is simple: the game has no ties on this side.

*Ties.* Where the certificate fails, the walk is repeated for ``M z <= 1 + e w``, with fixed weights w and a small
number e. Suppose it is certified complete there, and every basis found also gives a feasible point at e = 0. All its
basic variables are affine in e, positive at e and nonnegative at 0, so the same bases are vertices, with the same
adjacencies, of every polytope ``M z <= 1 + s w`` with 0 < s <= e: by the argument above they are all its vertices.
As s falls to 0, every vertex of the true polytope is a limit of those, as in lexicographic pivoting. Feasibility at
e = 0 asks for signs that may be zero. A sign is settled by the same error bounds; or because the value is an integer
over det C and smaller than 1 / |det C|, hence 0; or else in integers, by solving for the point exactly.

Where no e in a short list serves, the search has failed and the caller turns to integers.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from detente.solve.two_players._polytope import IntegerMatrix, basic_point, binding_labels, float_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Masks of labels are unsigned 64-bit numbers; the compiled walk also packs labels into bytes.
MOST_LABELS = 62
#: Sizes of the perturbation that are tried in turn; 0 is the true polytope.
PERTURBATIONS = (0.0, 2.0**-18, 2.0**-24, 2.0**-30, 2.0**-12)
#: From this many labels on it pays to load numba where its code has been compiled before (half a second),
WORTH_LOADING = 19
#: and to compile it where it has not (some ten seconds): below, NumPy alone is done sooner.
WORTH_COMPILING = 28

_COMPILED = "detente.solve.two_players._compiled_pivoting"


class SearchFailed(Exception):  # noqa: N818 - control flow between routes, never seen by a user
    """No perturbation in the list could be certified."""


class Walker(Protocol):
    """One walk: ``advance`` visits more bases, ``found`` is the table (basis, tied, undecided) of those visited."""

    def advance(self, limit: int) -> bool | None:
        """Visit about ``limit`` more bases; return whether the walk is over, or None where a certificate failed."""

    def found(self) -> NDArray[np.uint64]:
        """Return the bases certified so far, one a row."""


class CompiledWalk:
    """The walk of :mod:`~detente.solve.two_players._compiled_pivoting` with its memory, which grows as needed."""

    def __init__(self, matrix: NDArray[np.float64], right: NDArray[np.float64], unit: float, perturbed: bool) -> None:
        from detente.solve.two_players import _compiled_pivoting as kernel

        height, width = matrix.shape
        self._kernel = kernel
        self._matrix, self._right, self._unit, self._perturbed = matrix, right, unit, perturbed
        columns = [matrix, right[:, None]] + ([np.ones((height, 1))] if perturbed else [])
        self._tableau = np.ascontiguousarray(np.hstack(columns))
        self._basic = np.arange(width, width + height, dtype=np.int64)
        self._nonbasic = np.arange(width, dtype=np.int64)
        self._where = np.concatenate([np.arange(width), np.arange(height)]).astype(np.int64)
        self._state = np.zeros(4, dtype=np.int64)
        self._found = np.zeros((512, 3), dtype=np.uint64)
        self._pending = np.zeros(1024, dtype=np.int64)
        self._path = np.zeros(512, dtype=np.int64)
        self._table = np.zeros(2048, dtype=np.uint64)

    def advance(self, limit: int) -> bool | None:
        kernel, state = self._kernel, self._state
        while True:
            before = int(state[kernel.COUNT])
            status = kernel.walk(
                self._matrix, self._right, self._tableau, self._basic, self._nonbasic, self._where, self._table,
                self._pending, self._path, self._found, state, limit, self._perturbed, self._unit,
            )  # fmt: skip
            if status != kernel.FULL:
                return None if status == kernel.FAILED else bool(status == kernel.DONE)
            limit -= int(state[kernel.COUNT]) - before
            self._grow()

    def _grow(self) -> None:
        """Double whichever arrays are nearly full."""
        state, kernel = self._state, self._kernel
        count, slack = int(state[kernel.COUNT]), 2 * MOST_LABELS
        if count >= len(self._found):
            self._found = np.concatenate([self._found, np.zeros_like(self._found)])
        if state[kernel.PENDING] + slack >= self._pending.size:
            self._pending = np.concatenate([self._pending, np.zeros_like(self._pending)])
        if state[kernel.DEPTH] + slack >= self._path.size:
            self._path = np.concatenate([self._path, np.zeros_like(self._path)])
        if 3 * (state[kernel.CLAIMED] + slack) > 2 * self._table.size:
            # Kept two thirds full: a table that fits the cache is worth more than short probes.
            old = self._table
            self._table = np.zeros(2 * old.size, dtype=np.uint64)
            self._kernel.refill(self._table, old)

    def found(self) -> NDArray[np.uint64]:
        return self._found[: int(self._state[self._kernel.COUNT])]


class ArrayWalk:
    """The same walk in NumPy alone: bases by the batch, each solved afresh."""

    #: Bases of one batch: large enough to drown the cost of a call, small enough for the cache.
    BATCH = 256

    def __init__(self, matrix: NDArray[np.float64], right: NDArray[np.float64], unit: float, perturbed: bool) -> None:
        # ``unit`` would decide small values as the compiled walk does; here all are left to be decided in integers.
        del unit
        height, width = matrix.shape
        # The columns of all variables: z_0 .. z_(c-1), then the slacks.
        self._columns = np.hstack([matrix, np.eye(height)])
        self._rights = np.stack([right, np.ones(height)], axis=1) if perturbed else right[:, None]
        self._bits = np.uint64(1) << np.arange(height + width, dtype=np.uint64)
        self._width = width
        origin = int((1 << width) - 1)
        self._seen = {origin}
        self._pending = [origin]
        self._found: list[NDArray[np.uint64]] = []

    def advance(self, limit: int) -> bool | None:
        while self._pending and limit > 0:
            batch = self._pending[-self.BATCH :]
            del self._pending[-self.BATCH :]
            limit -= len(batch)
            neighbors = self._visit(np.array(batch, dtype=np.uint64))
            if neighbors is None:
                return None
            fresh = [mask for mask in dict.fromkeys(neighbors.ravel().tolist()) if mask not in self._seen]
            self._seen.update(fresh)
            self._pending += fresh
        return not self._pending

    def _visit(self, masks: NDArray[np.uint64]) -> NDArray[np.uint64] | None:
        """Certify a batch of bases, add them to ``found``, return the masks of their neighbors (batch x c)."""
        binding = (masks[:, None] & self._bits) != 0
        height = len(self._columns)
        # Stable sort of booleans: labels that do not bind (basic) first, each group in order.
        order = np.argsort(binding, axis=1, kind="stable")
        basic, nonbasic = order[:, :height], order[:, height:]
        by_label = self._columns.T
        bases = by_label[basic].transpose(0, 2, 1)
        try:
            inverse = np.linalg.inv(bases)
        except np.linalg.LinAlgError:
            return None
        points = inverse @ self._rights
        ulp = (2 * height + 16) * 2.0**-53
        sums = bases.sum(axis=2)
        reach = np.abs(inverse)
        norm = reach.sum(axis=2).max(axis=1)
        off = np.abs(inverse @ bases - np.eye(height)).sum(axis=2)
        drift = (off + ulp * (off + 1.0 + (reach @ sums[:, :, None])[:, :, 0])).max(axis=1)
        if not bool(np.all(drift < 0.5)):
            return None
        largest = np.abs(points).max(axis=1)
        residual = np.abs(self._rights - bases @ points)
        worst = (residual + ulp * (self._rights + sums[:, :, None] * largest[:, None, :])).max(axis=1)
        error = (norm / (1.0 - drift))[:, None] * worst * 1.0000001 + 1e-280
        if not bool(np.all(points[:, :, 0] > error[:, None, 0])):
            return None
        rows = np.zeros((len(masks), 3), dtype=np.uint64)
        rows[:, 0] = masks
        if self._rights.shape[1] > 1:
            true, gap = points[:, :, 1], error[:, None, 1]
            if not bool(np.all(true >= -gap)):
                return None
            rows[:, 2] = np.where(true > gap, np.uint64(0), self._bits[basic]).sum(axis=1, dtype=np.uint64)
        self._found.append(rows)
        tableau = inverse @ by_label[nonbasic].transpose(0, 2, 1)
        leaving = np.argmax(tableau / points[:, :, :1], axis=1)
        out = np.take_along_axis(basic, leaving, axis=1)
        neighbors: NDArray[np.uint64] = masks[:, None] ^ self._bits[nonbasic] ^ self._bits[out]
        return neighbors

    def found(self) -> NDArray[np.uint64]:
        return np.concatenate(self._found) if self._found else np.zeros((0, 3), dtype=np.uint64)


def compiled_available(labels: int) -> bool:
    """Return whether to use the compiled walk: where it is loaded, or is installed and worth loading."""
    if _COMPILED in sys.modules:
        return True
    if importlib.util.find_spec("numba") is None:
        return False
    cached = any((Path(__file__).parent / "__pycache__").glob("_compiled_pivoting*.nbi"))
    return labels >= (WORTH_LOADING if cached else WORTH_COMPILING)


class CertifiedSearch:
    """Enumerate vertices in floating point with certificates, over the list of perturbations.

    Raises
    ------
    SearchFailed
        From ``advance``, when no perturbation in the list could be certified.
    """

    def __init__(self, matrix: IntegerMatrix, compiled: bool | None = None) -> None:
        self._integers = matrix
        height, width = len(matrix), len(matrix[0])
        if compiled is None:
            compiled = compiled_available(height + width)
        self._walker_class: type[CompiledWalk | ArrayWalk] = CompiledWalk if compiled else ArrayWalk
        self._matrix, exponent = float_matrix(matrix)
        self._unit = 2.0**exponent if exponent < 1000 else float("inf")
        # Weights without small integer relations, which would leave ties; the same on every run.
        self._weights = 0.5 + np.random.default_rng(0).random(height)
        self._sizes = iter(PERTURBATIONS)
        self._decided: dict[int, int] = {}
        self.done = False
        self._restart()

    def _restart(self) -> None:
        size = next(self._sizes, None)
        if size is None:
            raise SearchFailed
        self.perturbation = size
        self._walker: Walker = self._walker_class(
            self._matrix, 1.0 + size * self._weights, self._unit, perturbed=size > 0
        )

    @property
    def count(self) -> int:
        """Bases visited on the present walk."""
        return len(self._walker.found())

    def advance(self, limit: int) -> bool:
        """Visit about ``limit`` more bases; return whether the search is over."""
        over = self._walker.advance(limit)
        if over and not self._decide_ties():
            over = None
        if over is None:
            self._restart()
        self.done = bool(over)
        return self.done

    def _decide_ties(self) -> bool:
        """Settle undecided labels in integers; return False if some basis is infeasible on the true polytope."""
        if self.perturbation == 0:
            return True
        found = self._walker.found()
        for mask in found[found[:, 2] != 0, 0].tolist():
            if mask not in self._decided:
                solved = basic_point(self._integers, mask)
                labels = None if solved is None else binding_labels(self._integers, *solved)
                if labels is None:
                    return False
                self._decided[mask] = labels
        return True

    def simple_vertices(self) -> NDArray[np.uint64] | None:
        """Return the masks of the vertices found as an array if the present walk is unperturbed: no ties so far."""
        return self._walker.found()[:, 0] if self.perturbation == 0 else None

    def vertices(self) -> tuple[list[int], list[int]]:
        """Return the masks of binding labels of the vertices found, each once, and a basis of each.

        Also valid in the middle of a walk: a basis whose ties are not decided yet is left out.
        """
        found = self._walker.found()
        if self.perturbation == 0:
            bases = found[:, 0].tolist()
            return bases, bases
        vertices: dict[int, int] = {}
        for mask, tied, undecided in found.tolist():
            labels = self._decided.get(mask) if undecided else mask | tied
            if labels is not None:
                vertices.setdefault(labels, mask)
        return list(vertices), list(vertices.values())
