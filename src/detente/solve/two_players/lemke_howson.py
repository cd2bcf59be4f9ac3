"""One equilibrium of a two-player game by complementary pivoting (Lemke and Howson 1964), certified exactly."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from detente.errors import BudgetExceeded, UsageError
from detente.solve.two_players._exact_pivoting import Dictionary
from detente.solve.two_players._polytope import (
    IntegerMatrix,
    basic_point,
    best_replies,
    best_response_matrices,
    binding_labels,
    float_matrix,
    mixed_strategy,
    two_matrices,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.solve.two_players._polytope import Payoffs

__all__ = ["OneEquilibrium", "lemke_howson"]

#: Pivots allowed to each starting label in the first round of the race.
FIRST_CAP = 16


@dataclass(frozen=True)
class OneEquilibrium:
    """One Nash equilibrium in exact probabilities, confirmed by its best responses; it need not be the only one.

    Attributes
    ----------
    x, y : tuple of Fraction
        Mixed strategies of the row and the column player.
    method : str
        ``"pure strategies"`` or ``"Lemke-Howson"``.
    label : int or None
        The label dropped at the start of the path: strategy i of the row player is i, strategy j of the column
        player is m + j. None for an equilibrium in pure strategies found by looking for one.
    pivots : int
        Length of the path.
    arithmetic : str
        How the support was found: ``"float"``, with the probabilities solved for in integers, or ``"integer"``.
    """

    x: tuple[Fraction, ...]
    y: tuple[Fraction, ...]
    method: str
    label: int | None
    pivots: int
    arithmetic: str


def lemke_howson(
    a: Payoffs, b: Payoffs, *, label: int | None = None, budget: float | None = 60.0
) -> OneEquilibrium:
    """Find one equilibrium of a two-player game, of any size, exactly.

    Parameters
    ----------
    a, b : m x n matrices of ints or Fractions
        Payoffs of the row player and of the column player; rows are the row player's strategies in both. Floats
        are taken at the exact binary number that they store.
    label : int, optional
        Follow only the path that drops this label, 0 to m + n - 1. Without it, equilibria in pure strategies are
        looked for first, then the paths of all labels race.
    budget : float, optional
        Seconds after which to give up; None means never to.

    Returns
    -------
    OneEquilibrium

    Raises
    ------
    BudgetExceeded
        When the budget runs out. There are games on which every path is exponentially long (Savani and von Stengel
        2006); no method is known that is fast on all games.
    UsageError
        If a and b are not matrices of one shape with finite entries, or there is no such label.

    Notes
    -----
    Paths differ in length by orders of magnitude, so in each round every label is allowed so many pivots, and twice
    as many in the next round: the cost is at most 4 (m + n) times that of the shortest path, and usually far less.

    Pivoting is done in float64. The basis at the end of a path only proposes a support: the equations of that basis
    are then solved in integers, the inequalities checked, and the result confirmed by its best responses in the
    game's own payoffs. Where rounding or a tie led astray, the race is repeated in integers with the lexicographic
    rule, under which every path ends (von Stengel 2002, section 2.6).

    *Cost* of a pivot: 2 m n operations.

    References
    ----------
    C. E. Lemke, J. T. Howson (1964), "Equilibrium points of bimatrix games", Journal of the SIAM 12, 413-423.
    R. Savani, B. von Stengel (2006), "Hard-to-solve bimatrix games", Econometrica 74, 397-429.

    Examples
    --------
    >>> found = lemke_howson([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]], label=1)
    >>> print(*found.x, "|", *found.y)
    0 1/3 2/3 | 1/3 2/3
    """
    if budget is not None and not budget >= 0:
        raise UsageError(f"budget: found {budget!r}; expected seconds, 0 or more, or None")
    row_payoffs, column_payoffs = two_matrices(a, b)
    count = len(row_payoffs) + len(row_payoffs[0])
    if label is not None and label not in range(count):
        raise UsageError(f"label: found {label!r}; expected an integer from 0 to {count - 1}")
    race = _Race(row_payoffs, column_payoffs, budget)
    if label is None:
        pure = race.pure_equilibrium()
        if pure is not None:
            return pure
    return race.run(range(count) if label is None else (label,), single=label is not None)


class _Race:
    """The paths of several labels through one game, under one clock."""

    def __init__(self, a: IntegerMatrix, b: IntegerMatrix, budget: float | None) -> None:
        self.a, self.b_transposed = a, [list(column) for column in zip(*b, strict=True)]
        self.rows, self.columns = len(a), len(a[0])
        self.matrices: tuple[IntegerMatrix, IntegerMatrix] = ([], [])
        self.budget = budget
        self.deadline = None if budget is None else time.monotonic() + budget

    def tick(self) -> None:
        """Raise once the budget is spent."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise BudgetExceeded(
                f"no equilibrium of the {self.rows} x {self.columns} game was reached within the budget of "
                f"{self.budget:g} s; allow more seconds, or look for all equilibria of a smaller game"
            )

    def pure_equilibrium(self) -> OneEquilibrium | None:
        """Return the first equilibrium in pure strategies, or None."""
        best_rows = [max(column) for column in zip(*self.a, strict=True)]
        best_columns = [max(column) for column in zip(*self.b_transposed, strict=True)]
        for i, row in enumerate(self.a):
            for j, entry in enumerate(row):
                if entry == best_rows[j] and self.b_transposed[j][i] == best_columns[i]:
                    x, y = [0] * self.rows, [0] * self.columns
                    x[i] = y[j] = 1
                    return OneEquilibrium(mixed_strategy(x), mixed_strategy(y), "pure strategies", None, 0, "integer")
        return None

    def run(self, labels: Sequence[int], single: bool) -> OneEquilibrium:
        """Race the labels in floats; repeat in integers where no float path ends at an equilibrium."""
        self.matrices = best_response_matrices(self.a, [list(row) for row in zip(*self.b_transposed, strict=True)])
        limit = 64 * (self.rows + self.columns) + 1024
        found = self._float_race(labels, limit, single)
        return found if found is not None else self._integer_race(labels, single)

    def _float_race(self, labels: Sequence[int], limit: int, single: bool) -> OneEquilibrium | None:
        start = [_FloatTableau(matrix) for matrix in self.matrices]
        alive = list(labels)
        for cap in _caps(single):
            for label in tuple(alive):
                outcome = self._follow([tableau.copy() for tableau in start], label, cap)
                if outcome is None and cap < limit:
                    continue
                found = None if outcome is None else self._certify(label, *outcome, "float")
                if found is not None:
                    return found
                # A path that ended wrong was led astray by rounding, and one this long probably cycles on ties.
                alive.remove(label)
            if not alive:
                return None
        raise AssertionError("unreachable")

    def _integer_race(self, labels: Sequence[int], single: bool) -> OneEquilibrium:
        for cap in _caps(single):
            for label in labels:
                start = [_IntegerTableau(matrix) for matrix in self.matrices]
                outcome = self._follow(start, label, cap)
                if outcome is not None:
                    found = self._certify(label, *outcome, "integer")
                    if found is None:
                        raise AssertionError(f"label {label} did not end at an equilibrium; please report")
                    return found
        raise AssertionError("unreachable")

    def _follow(
        self, tableaus: Sequence[_FloatTableau] | Sequence[_IntegerTableau], label: int, cap: int
    ) -> tuple[int, int, int] | None:
        """Drop a label and pivot until it is picked up again.

        Returns
        -------
        The bases of P and Q as masks of their own labels, and the number of pivots; None after ``cap`` pivots.
        """
        total = self.rows + self.columns
        # Label k of P is label k of the game; label k of Q is label k + rows modulo the total.
        side = 0 if label < self.rows else 1
        entering = label
        for pivots in range(1, cap + 1):
            self.tick()
            shift = 0 if side == 0 else self.rows
            entering = (tableaus[side].enter((entering - shift) % total) + shift) % total
            if entering == label:
                return tableaus[0].basis(), tableaus[1].basis(), pivots
            side = 1 - side
        return None

    def _certify(self, label: int, p_basis: int, q_basis: int, pivots: int, arithmetic: str) -> OneEquilibrium | None:
        """Solve for the points of two bases in integers; return them if they are an equilibrium."""
        points: list[list[int]] = []
        for matrix, basis in zip(self.matrices, (p_basis, q_basis), strict=True):
            solved = basic_point(matrix, basis)
            if solved is None or binding_labels(matrix, *solved) is None or not any(solved[0]):
                return None
            points.append(solved[0])
        x, y = points
        best_rows, best_columns = best_replies(self.a, y), best_replies(self.b_transposed, x)
        if any(weight and not best_rows >> i & 1 for i, weight in enumerate(x)):
            return None
        if any(weight and not best_columns >> j & 1 for j, weight in enumerate(y)):
            return None
        return OneEquilibrium(mixed_strategy(x), mixed_strategy(y), "Lemke-Howson", label, pivots, arithmetic)


def _caps(single: bool) -> Iterator[int]:
    cap = 1 << 62 if single else FIRST_CAP
    while True:
        yield cap
        cap *= 2


class _IntegerTableau:
    """One polytope of a path in integers, with the lexicographic rule."""

    def __init__(self, matrix: IntegerMatrix) -> None:
        self._dictionary = Dictionary.at_origin(matrix)

    def enter(self, label: int) -> int:
        """Make a nonbasic label basic; return the label that leaves."""
        here = self._dictionary
        column = here.nonbasic.index(label)
        row = here.leaving_row(column)
        leaving = here.basic[row]
        self._dictionary = here.pivot(row, column)
        return leaving

    def basis(self) -> int:
        """Return the mask of the labels that bind."""
        return self._dictionary.basis()


class _FloatTableau:
    """One polytope of a path in float64."""

    def __init__(self, matrix: IntegerMatrix) -> None:
        import numpy as np

        scaled, _ = float_matrix(matrix)
        height, width = scaled.shape
        self.tableau: NDArray[np.float64] = np.hstack([scaled, np.ones((height, 1))])
        self.basic = list(range(width, width + height))
        self.nonbasic = list(range(width))

    def copy(self) -> _FloatTableau:
        """Return an independent copy."""
        twin = object.__new__(_FloatTableau)
        twin.tableau, twin.basic, twin.nonbasic = self.tableau.copy(), self.basic.copy(), self.nonbasic.copy()
        return twin

    def enter(self, label: int) -> int:
        """Make a nonbasic label basic; return the label that leaves."""
        import numpy as np

        t = self.tableau
        column = self.nonbasic.index(label)
        coefficients = t[:, column].copy()
        positive = np.flatnonzero(coefficients > 1e-11 * np.abs(coefficients).max())
        ratios = t[positive, -1] / coefficients[positive]
        # Among rows that nearly tie, the largest pivot is the safest.
        near = positive[ratios <= ratios.min() + 1e-12]
        row = int(near[np.argmax(coefficients[near])])
        pivot_row = t[row] / coefficients[row]
        pivot_row[column] = 1.0 / coefficients[row]
        t[:, column] = 0.0
        coefficients[row] = 0.0
        t -= coefficients[:, None] * pivot_row
        t[row] = pivot_row
        leaving = self.basic[row]
        self.basic[row], self.nonbasic[column] = label, leaving
        return leaving

    def basis(self) -> int:
        """Return the mask of the labels that bind."""
        return sum(1 << label for label in self.nonbasic)
