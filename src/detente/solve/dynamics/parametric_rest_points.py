"""Rest points of the replicator dynamic in closed form, for games with formulas as payoffs (2x2 and 3x3).

The shares on a support are ratios of cofactors, so that each is a formula with the condition under which it exists; its
eigenvalues are payoffs less the mean outside the support, and inside it those of a matrix of at most two rows, or a
pair of them. Conditions of stability are signs of formulas. Supports of two populations with different numbers of
strategies carry rest points only where payoffs tie; they are left out, and so are parameters at which a denominator
vanishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.symbolic import SymbolicGame

__all__ = ["ParametricRestPoint", "ParametricRestPoints", "parametric_rest_points"]

LARGEST = 3
Matrix = list[list[Any]]


@dataclass(frozen=True)
class ParametricRestPoint:
    """A rest point as formulas of the parameters.

    Attributes
    ----------
    support : tuple of tuples of str
        The strategies present, per population.
    state : tuple of tuples
        Shares of all strategies, per population.
    exists_where : tuple
        SymPy conditions that all have to hold: shares between 0 and 1; empty for pure states, which always rest.
    eigenvalues : tuple
        Formulas, those of strategies outside the support first.
    stable_where : tuple or None
        Conditions that all have to hold for asymptotic stability by the linearization; None where it never is.
    """

    support: tuple[tuple[str, ...], ...]
    state: tuple[tuple[Any, ...], ...]
    exists_where: tuple[Any, ...]
    eigenvalues: tuple[Any, ...]
    stable_where: tuple[Any, ...] | None


@dataclass(frozen=True, eq=False)
class ParametricRestPoints(Displayed):
    """The rest points of a game with formulas as payoffs, one per support."""

    game: SymbolicGame
    populations: int
    points: tuple[ParametricRestPoint, ...]

    def to_json(self) -> dict[str, Any]:
        """Return formulas as text that the grammar of formulas reads."""
        from detente.printing import plain

        return {
            "dynamic": "replicator",
            "populations": self.populations,
            "rest_points": [
                {
                    "support": [list(own) for own in each.support],
                    "state": [[plain(w) for w in own] for own in each.state],
                    "exists_where": [plain(condition) for condition in each.exists_where],
                    "eigenvalues": [plain(value) for value in each.eigenvalues],
                    "stable_where": None
                    if each.stable_where is None
                    else [plain(condition) for condition in each.stable_where],
                }
                for each in self.points
            ],
        }

    def table(self) -> Table:
        """Return one rest point per row."""
        from detente.printing import plain

        rows = []
        for each in self.points:
            parts = [
                [label if w == 1 else f"({plain(w)}) {label}" for w, label in zip(own, labels, strict=True) if w != 0]
                for own, labels in zip(each.state, self.game.strategies, strict=False)
            ]
            shares = "; ".join(" + ".join(part) for part in parts)
            stable = "never" if each.stable_where is None else " and ".join(map(plain, each.stable_where)) or "always"
            rows.append((shares, " and ".join(map(plain, each.exists_where)) or "always", stable))
        note = (
            "Supports of different sizes, and parameters where a denominator is zero, are left out: payoffs tie there."
        )
        return Table("rest points in closed form", ("state", "exists where", "stable where"), tuple(rows), (note,))


def parametric_rest_points(game: SymbolicGame, count: int | None = None) -> ParametricRestPoints:
    """Return the rest points of the replicator dynamic as formulas with conditions.

    Parameters
    ----------
    game : SymbolicGame
        Two players with at most three strategies each; payoffs rational in the parameters.
    count : 1 or 2, optional
        Populations; by default 1 where the game is symmetric, else 2.

    Raises
    ------
    UsageError
        If the game is larger, or one population is asked for in a game that is not symmetric.

    Examples
    --------
    Hawks and doves, value v and cost c:

    >>> from detente.games.symbolic import SymbolicGame
    >>> rows = [["(v - c)/2", "v"], [0, "v/2"]]
    >>> hawks = SymbolicGame([rows, [list(each) for each in zip(*rows)]], {"v": (1, 2), "c": (1, 4)})
    >>> mixed = parametric_rest_points(hawks).points[-1]
    >>> mixed.state[0], mixed.stable_where
    ((v/c, -(-c + v)/c), (-v*(-c + v)/(2*c) > 0,))
    """
    import sympy

    if len(game.players) != 2 or max(game.shape) > LARGEST:
        shape = " x ".join(map(str, game.shape))
        raise UsageError(f"found a game of {shape}; expected two players with at most {LARGEST} strategies each")
    rows, columns = game.shape
    one = [[game.payoff(0, (i, j)) for j in range(columns)] for i in range(rows)]
    two = [[game.payoff(1, (i, j)) for i in range(rows)] for j in range(columns)]
    symmetric = rows == columns and all(
        sympy.expand(game.expand(one[i][j] - two[i][j])) == 0 for i in range(rows) for j in range(columns)
    )
    if count is None:
        count = 1 if symmetric else 2
    if count not in (1, 2) or (count == 1 and not symmetric):
        what = "a game that is not symmetric" if count == 1 else f"{count} populations"
        raise UsageError(f"found {what}; expected one population in a symmetric game, or two")
    tables = [one] if count == 1 else [one, two]
    points = []
    for supports in product(*(_subsets(size) for size in game.shape[:count])):
        if len({len(each) for each in supports}) == 1:
            found = _point(game, tables, supports)
            if found is not None:
                points.append(found)
    return ParametricRestPoints(game, count, tuple(points))


def _subsets(size: int) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(range(size), length) for length in range(1, size + 1)))


def _tidy(value: Any) -> Any:
    import sympy

    return sympy.factor(sympy.cancel(sympy.together(value)))


def _weights(payoffs: Matrix) -> list[Any] | None:
    """Return the shares on the columns that make all rows equally good: cofactors over their sum."""
    import sympy

    size = len(payoffs)
    differences = [[sympy.expand(a - b) for a, b in zip(payoffs[0], row, strict=True)] for row in payoffs[1:]]
    minors = [
        (-1) ** j * sympy.Matrix([[row[k] for k in range(size) if k != j] for row in differences]).det()
        if size > 1
        else sympy.Integer(1)
        for j in range(size)
    ]
    total = sympy.expand(sum(minors))
    return None if total == 0 else [_tidy(each / total) for each in minors]


def _point(
    game: SymbolicGame, tables: list[Matrix], supports: tuple[tuple[int, ...], ...]
) -> ParametricRestPoint | None:
    import sympy

    parts = []
    for k in range(len(tables)):
        met = supports[0] if len(tables) == 1 else supports[1 - k]
        weights = _weights([[tables[k][i][j] for j in met] for i in supports[k]])
        if weights is None or any(each == 0 for each in weights):
            return None  # on the boundary of its support for all parameters
        full = [sympy.Integer(0)] * game.shape[0 if len(tables) == 1 else 1 - k]
        for j, w in zip(met, weights, strict=True):
            full[j] = w
        parts.append(tuple(full))
    state = tuple(reversed(parts))
    outside: list[Any] = []
    for k, (table, support) in enumerate(zip(tables, supports, strict=True)):
        other = state[0] if len(tables) == 1 else state[1 - k]
        pays = [sum(a * w for a, w in zip(row, other, strict=True)) for row in table]
        outside.extend(_tidy(pays[i] - pays[support[0]]) for i in range(len(pays)) if i not in support)
    inner, conditions = _inside(tables, supports, state)
    stable = None if conditions is None else tuple(_tidied(each < 0) for each in outside) + conditions
    if stable is not None and any(each == sympy.false for each in stable):
        stable = None
    return ParametricRestPoint(
        tuple(tuple(own[i] for i in support) for own, support in zip(game.strategies, supports, strict=False)),
        state,
        tuple(_tidied(w > 0) for own in state for w in own if w not in {0, 1}),
        (*outside, *inner),
        None if stable is None else tuple(each for each in stable if each != sympy.true),
    )


def _tidied(condition: Any) -> Any:
    """Return ``value > 0`` with the sign of a leading minus turned, so that all conditions read alike."""
    import sympy

    if condition in (sympy.true, sympy.false):
        return condition
    value = condition.lhs - condition.rhs if condition.rel_op in {">", ">="} else condition.rhs - condition.lhs
    return _tidy(value) > 0


def _inside(
    tables: list[Matrix], supports: tuple[tuple[int, ...], ...], state: tuple[tuple[Any, ...], ...]
) -> tuple[list[Any], tuple[Any, ...] | None]:
    """Return the eigenvalues on the face and when all have negative real parts: conditions, or None for never."""
    import sympy

    if len(supports[0]) == 1:
        return [], ()
    if len(tables) == 1:
        block = _block(tables[0], supports[0], supports[0], state[0])
        if len(block) == 1:
            return [block[0][0]], (_tidied(block[0][0] < 0),)
        trace = _tidy(block[0][0] + block[1][1])
        determinant = _tidy(block[0][0] * block[1][1] - block[0][1] * block[1][0])
        root = sympy.sqrt(_tidy(trace**2 - 4 * determinant))
        return [(trace + root) / 2, (trace - root) / 2], (_tidied(trace < 0), _tidied(determinant > 0))
    # two populations: the blocks stand off the diagonal, and eigenvalues come in pairs of opposite sign
    first = _block(tables[0], supports[0], supports[1], state[0])
    second = _block(tables[1], supports[1], supports[0], state[1])
    size = range(len(first))
    square = [[_tidy(sum(first[i][k] * second[k][j] for k in size)) for j in size] for i in size]
    if len(square) == 1:
        root = sympy.sqrt(square[0][0])
        return [root, -root], None
    trace = _tidy(square[0][0] + square[1][1])
    determinant = _tidy(square[0][0] * square[1][1] - square[0][1] * square[1][0])
    root = sympy.sqrt(_tidy(trace**2 - 4 * determinant))
    halves = [(trace + sign * root) / 2 for sign in (1, -1)]
    return [sign * sympy.sqrt(each) for each in halves for sign in (1, -1)], None


def _block(table: Matrix, own: Sequence[int], other: Sequence[int], shares: Sequence[Any]) -> Matrix:
    """Return the derivative of the growth of own shares in moves between each other strategy and the last one."""
    last = other[-1]
    found = []
    for i in own[:-1]:
        row = []
        for j in other[:-1]:
            change = [line[j] - line[last] for line in table]
            mean = sum(w * c for w, c in zip(shares, change, strict=True))
            row.append(_tidy(shares[i] * (change[i] - mean)))
        found.append(row)
    return found
