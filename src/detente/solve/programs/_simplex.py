"""The simplex method on an integer tableau: what :mod:`detente.solve.programs.linear_program` pivots with."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["Tableau"]


class Tableau:
    """A two-phase simplex tableau in integers.

    Row i reads ``d * v[basic[i]] + (nonbasic terms) = rows[i][-1]`` for the common denominator d > 0, the
    absolute determinant of the basis; every division is exact (Edmonds 1967). The last two rows are the
    objectives of the second and of the first phase, in the form ``d * z + (terms) = value``.

    Parameters
    ----------
    rows : list of (coefficients, right-hand side)
        Integers, right-hand sides at least 0. The first ``len(slacks)`` rows are inequalities.
    slacks : list of 1 or -1
        Sign of the slack variable of each inequality.
    costs : list of int
        Coefficients of the objective, to be maximized.
    """

    def __init__(self, rows: list[tuple[list[int], int]], slacks: list[int], costs: list[int]) -> None:
        self.width = len(costs)
        self.height = len(rows)
        first_artificial = self.width + len(slacks)
        artificial = [i for i in range(self.height) if i >= len(slacks) or slacks[i] < 0]
        columns = first_artificial + len(artificial)
        self.enterable = first_artificial
        self.basic: list[int] = []
        self.identity: list[int] = []
        self.rows: list[list[int]] = []
        for i, (coefficients, right) in enumerate(rows):
            row = [*coefficients, *([0] * (columns - self.width)), right]
            if i < len(slacks):
                row[self.width + i] = slacks[i]
            own = first_artificial + artificial.index(i) if i in artificial else self.width + i
            row[own] = 1
            self.basic.append(own)
            self.identity.append(own)
            self.rows.append(row)
        self.rows.append([*(-cost for cost in costs), *([0] * (columns - self.width + 1))])
        phase = [0] * (columns + 1)
        for i in artificial:
            phase = [a - b for a, b in zip(phase, self.rows[i], strict=True)]
        for i in artificial:
            phase[self.identity[i]] = 0
        self.rows.append(phase)
        self.denominator = 1
        self.entering = -1

    def solve(self) -> str:
        """Pivot to the end and return ``optimal``, ``infeasible`` or ``unbounded``."""
        if self.enterable < len(self.rows[0]) - 1:
            self._ascend(self.height + 1)
            if self.rows[-1][-1] != 0:
                return "infeasible"
            self._drive_out()
        return "optimal" if self._ascend(self.height) else "unbounded"

    def _ascend(self, objective: int) -> bool:
        """Pivot until the objective in the given row is largest; False where it is unbounded."""
        stalled = 0
        patience = 10 * len(self.rows[0])
        while True:
            row = self.rows[objective]
            candidates = [j for j in range(self.enterable) if row[j] < 0]
            if not candidates:
                return True
            # Lexicographic pivots seldom stall; Bland's rule, which never cycles, ends a stall that lasts.
            bland = stalled > patience
            column = candidates[0] if bland else min(candidates, key=row.__getitem__)
            leaving = self._leaving(column, bland)
            if leaving is None:
                self.entering = column
                return False
            stalled = stalled + 1 if self.rows[leaving][-1] == 0 else 0
            self._pivot(leaving, column)

    def _leaving(self, column: int, bland: bool) -> int | None:
        """Return the row with the least ratio; ties lexicographically, or to the least basic variable."""
        tied: list[int] = []
        for i in range(self.height):
            entry = self.rows[i][column]
            if entry > 0:
                if tied:
                    best = self.rows[tied[0]]
                    ours, theirs = self.rows[i][-1] * best[column], best[-1] * entry
                    if ours > theirs:
                        continue
                    if ours == theirs:
                        tied.append(i)
                        continue
                tied = [i]
        if bland or len(tied) < 2:
            return min(tied, key=self.basic.__getitem__, default=None)
        for label in self.identity:
            best = self.rows[tied[0]]
            least = [tied[0]]
            for i in tied[1:]:
                ours, theirs = self.rows[i][label] * best[column], best[label] * self.rows[i][column]
                if ours < theirs:
                    best, least = self.rows[i], [i]
                elif ours == theirs:
                    least.append(i)
            tied = least
            if len(tied) == 1:
                break
        return tied[0]

    def _drive_out(self) -> None:
        """Pivot artificial variables, all at zero, out of the basis; rows that keep one are redundant."""
        for i in range(self.height):
            if self.basic[i] >= self.enterable:
                column = next((j for j in range(self.enterable) if self.rows[i][j]), None)
                if column is not None:
                    self._pivot(i, column)

    def _pivot(self, leaving: int, column: int) -> None:
        old, lead = self.denominator, self.rows[leaving]
        pivot = lead[column]
        for i, row in enumerate(self.rows):
            factor = row[column]
            if i != leaving:
                if factor:
                    self.rows[i] = [(pivot * a - factor * b) // old for a, b in zip(row, lead, strict=True)]
                elif pivot != old:
                    self.rows[i] = [pivot * a // old for a in row]
        self.basic[leaving] = column
        self.denominator = pivot
        if pivot < 0:
            self.denominator = -pivot
            self.rows = [[-entry for entry in row] for row in self.rows]

    def point(self) -> list[Fraction]:
        """Return the values of the structural variables."""
        x = [Fraction(0)] * self.width
        for i, variable in enumerate(self.basic):
            if variable < self.width:
                x[variable] = Fraction(self.rows[i][-1], self.denominator)
        return x

    def prices(self, status: str) -> list[Fraction]:
        """Return one multiplier per row: of the optimum, or those that prove infeasibility."""
        if status == "optimal":
            return [Fraction(self.rows[self.height][j], self.denominator) for j in self.identity]
        # The phase-one objective is minus the sum of the artificial variables, each of which costs -1.
        return [
            Fraction(self.rows[-1][j], self.denominator) - (1 if j >= self.enterable else 0)
            for j in self.identity
        ]

    def ray(self) -> list[Fraction]:
        """Return the direction along which the objective is unbounded."""
        x = [Fraction(0)] * self.width
        if self.entering < self.width:
            x[self.entering] = Fraction(1)
        for i, variable in enumerate(self.basic):
            if variable < self.width:
                x[variable] = Fraction(-self.rows[i][self.entering], self.denominator)
        return x
