"""Vertices of a best-response polytope by lexicographic pivoting in Python integers.

The route that needs no assumption: any payoffs, any ties, any size, no floating point. It is the slow one.
"""

from __future__ import annotations

from detente.solve.two_players._polytope import IntegerMatrix

Tableau = list[list[int]]


class Dictionary:
    """A basis of ``{z >= 0, M z <= 1}`` with its integer tableau.

    Row i reads ``d * z[basic[i]] + sum_j rows[i][j] * z[nonbasic[j]] = rows[i][-1]`` for the common denominator d
    (the last pivot), which is the absolute determinant of the basis. All divisions are exact (Edmonds 1967; the
    "integer pivoting" of Avis et al. 2010, section 3).
    """

    __slots__ = ("basic", "denominator", "nonbasic", "rows")

    def __init__(self, rows: Tableau, basic: list[int], nonbasic: list[int], denominator: int) -> None:
        self.rows = rows
        self.basic = basic
        self.nonbasic = nonbasic
        self.denominator = denominator

    @classmethod
    def at_origin(cls, matrix: IntegerMatrix) -> Dictionary:
        """Return the dictionary of the vertex 0, whose basic variables are the slacks."""
        height, width = len(matrix), len(matrix[0])
        return cls([[*row, 1] for row in matrix], list(range(width, width + height)), list(range(width)), 1)

    def basis(self) -> int:
        """Return the mask of the nonbasic labels, which bind."""
        return sum(1 << label for label in self.nonbasic)

    def binding(self) -> int:
        """Return the mask of every label that binds at the vertex: nonbasic, or basic at value zero."""
        labels = self.basis()
        for label, row in zip(self.basic, self.rows, strict=True):
            if row[-1] == 0:
                labels |= 1 << label
        return labels

    def leaving_row(self, column: int) -> int:
        """Return the row that leaves when a nonbasic column enters, by the lexicographic ratio test.

        The right-hand side is read as ``1 + (e, e^2, ..., e^r)`` for an infinitely small e > 0. Rows tied on the
        value itself are compared on their coefficients in the columns of the slack variables, in order; those rows
        are linearly independent, so exactly one row is least.
        """
        rows = self.rows
        least: list[int] = []
        entering = value = 0
        for i, row in enumerate(rows):
            coefficient = row[column]
            if coefficient > 0:
                if least:
                    difference = row[-1] * entering - value * coefficient
                    if difference > 0:
                        continue
                    if difference == 0:
                        least.append(i)
                        continue
                least = [i]
                entering, value = coefficient, row[-1]
        if len(least) > 1:
            least = self._break_tie(least, column)
        return least[0]

    def _break_tie(self, tied: list[int], column: int) -> list[int]:
        rows = self.rows
        column_of = {label: j for j, label in enumerate(self.nonbasic)}
        row_of = {label: i for i, label in enumerate(self.basic)}
        width = len(self.nonbasic)
        for slack in range(width, width + len(rows)):
            position = column_of.get(slack)
            home = row_of.get(slack)
            entries = [
                rows[i][position] if position is not None else (self.denominator if i == home else 0) for i in tied
            ]
            kept = [0]
            for k in range(1, len(tied)):
                first = kept[0]
                difference = entries[k] * rows[tied[first]][column] - entries[first] * rows[tied[k]][column]
                if difference < 0:
                    kept = [k]
                elif difference == 0:
                    kept.append(k)
            tied = [tied[k] for k in kept]
            if len(tied) == 1:
                break
        return tied

    def pivot(self, row: int, column: int) -> Dictionary:
        """Return the dictionary after a nonbasic column enters and a basic row leaves."""
        pivot_row = self.rows[row]
        pivot, old = pivot_row[column], self.denominator
        rows: Tableau = []
        for i, current in enumerate(self.rows):
            if i == row:
                updated = pivot_row.copy()
                updated[column] = old
            else:
                factor = current[column]
                if factor:
                    updated = [
                        (pivot * entry - factor * over) // old
                        for entry, over in zip(current, pivot_row, strict=True)
                    ]
                    updated[column] = -factor
                elif pivot == old:
                    updated = current
                else:
                    updated = [pivot * entry // old for entry in current]
            rows.append(updated)
        basic, nonbasic = self.basic.copy(), self.nonbasic.copy()
        basic[row], nonbasic[column] = nonbasic[column], basic[row]
        return Dictionary(rows, basic, nonbasic, pivot)


class ExactSearch:
    """Walk the graph of the lexicographically perturbed polytope; collect the vertices of the true one.

    The perturbed polytope ``M z <= 1 + (e, ..., e^r)`` is simple and bounded, so its graph is connected and every
    edge is one pivot. Each vertex v of the true polytope is reached: some objective is largest at v alone, and the
    perturbed optimum for it is a perturbed vertex whose limit, as e falls to 0, is v. Different bases of one vertex
    give the same set of binding labels, and different vertices different sets, so the sets remove duplicates.

    Attributes
    ----------
    done : bool
        Whether the walk is over.
    """

    def __init__(self, matrix: IntegerMatrix) -> None:
        start = Dictionary.at_origin(matrix)
        self._vertices: dict[int, int] = {start.binding(): start.basis()}
        self.done = False
        self._seen = {start.basis()}
        # A child is stored as its parent and a pivot: the tableau is made when the child's turn comes.
        self._pending: list[tuple[Dictionary, int, int]] = []
        self._expand(start)

    def _expand(self, here: Dictionary) -> None:
        basis = here.basis()
        for column, label in enumerate(here.nonbasic):
            row = here.leaving_row(column)
            neighbor = basis ^ (1 << label) ^ (1 << here.basic[row])
            if neighbor not in self._seen:
                self._seen.add(neighbor)
                self._pending.append((here, row, column))

    @property
    def count(self) -> int:
        """Bases known so far, visited or next to one visited."""
        return len(self._seen)

    def vertices(self) -> tuple[list[int], list[int]]:
        """Return the masks of binding labels of the vertices found, each once, and a basis of each."""
        return list(self._vertices), list(self._vertices.values())

    def advance(self, limit: int) -> bool:
        """Visit at most ``limit`` more bases; return whether the walk is over."""
        pending = self._pending
        for _ in range(limit):
            if not pending:
                break
            parent, row, column = pending.pop()
            here = parent.pivot(row, column)
            self._vertices.setdefault(here.binding(), here.basis())
            self._expand(here)
        self.done = not pending
        return self.done
