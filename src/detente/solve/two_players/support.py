"""Equilibria of two-player games by supports that nashpy proposes, solved and certified exactly.

nashpy's support enumeration works in floats. It loses equilibria of degenerate games and, where rounding turns a
weight or a comparison the wrong way, of others too. So it only *proposes*: on each proposed pair of supports the
indifference equations are solved again in the game's own arithmetic, and only a profile without regret is kept.
Nothing here is called complete.
"""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.solve.best_response import is_equilibrium
from detente.solve.pure import pure_profiles
from detente.solve.result import SolveResult, certified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame

__all__ = ["indifference_weights", "support_equilibria"]


def support_equilibria(game: NormalFormGame, relative: float = 1e-9) -> SolveResult:
    """Return certified equilibria of a two-player game, proposed by nashpy's support enumeration.

    Pure equilibria are found by comparison and added, so that none of them is ever missed.

    Raises
    ------
    UsageError
        If the game does not have two players.
    """
    if len(game.players) != 2:
        raise UsageError(f"found {len(game.players)} players; support enumeration is for two")
    import nashpy

    pairs: set[tuple[frozenset[int], ...]] = {
        (frozenset([i]), frozenset([j])) for i, j in pure_profiles(game, relative)
    }
    scaled = [_scaled(game.payoffs[player]) for player in (0, 1)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nashpy warns of degeneracy by an even count: the result says more
        for row, column in nashpy.Game(*scaled).support_enumeration():
            pairs.add(tuple(frozenset(k for k, weight in enumerate(own) if weight > 1e-9) for own in (row, column)))
    found = []
    for rows, columns in sorted(pairs, key=lambda pair: tuple((len(own), sorted(own)) for own in pair)):
        mixed = _on_support(game, sorted(rows), sorted(columns))
        if mixed is not None and is_equilibrium(game, mixed, relative):
            found.append(certified(game, mixed))
    return SolveResult(
        game=game,
        equilibria=tuple(found),
        method="supports proposed by nashpy, solved again and certified",
        complete=False,
        missing="support enumeration misses equilibria of games with ties, and rounding may lose others",
    )


def _scaled(table: Any) -> Any:
    """Return a payoff table shifted and scaled to [0, 1], which changes no equilibrium, as floats.

    Scaled in the table's own arithmetic, so that small differences between large exact numbers survive.
    """
    spread = table.max() - table.min()
    return ((table - table.min()) / spread if spread > 0 else table * 0).astype(float)


def _on_support(
    game: NormalFormGame, rows: Sequence[int], columns: Sequence[int]
) -> tuple[tuple[Any, ...], ...] | None:
    """Solve the indifference equations on a pair of supports; None where they do not fix weights."""
    row_payoffs = [[game.payoffs[(0, i, j)] for j in columns] for i in rows]
    column_payoffs = [[game.payoffs[(1, i, j)] for i in rows] for j in columns]
    column_weights = indifference_weights(row_payoffs)
    row_weights = indifference_weights(column_payoffs)
    if row_weights is None or column_weights is None:
        return None
    zero = Fraction(0) if game.arithmetic == "exact" else 0.0
    x = [zero] * game.shape[0]
    y = [zero] * game.shape[1]
    for index, weight in zip(rows, row_weights, strict=True):
        x[index] = weight
    for index, weight in zip(columns, column_weights, strict=True):
        y[index] = weight
    if min(x) < 0 or min(y) < 0:
        return None
    return tuple(x), tuple(y)


def indifference_weights(payoffs: Sequence[Sequence[Any]]) -> list[Any] | None:
    """Return the weights on the columns that make all rows equally good, adding up to one.

    ``payoffs[r][c]`` is what the indifferent player gets from row ``r`` against column ``c``. The system
    is solved by elimination in the arithmetic of its entries; None where its solution is not unique.

    >>> indifference_weights([[Fraction(3), Fraction(0)], [Fraction(1), Fraction(1)]])
    [Fraction(1, 3), Fraction(2, 3)]
    """
    size = len(payoffs[0])
    system = [[first - other for first, other in zip(payoffs[0], row, strict=True)] + [0] for row in payoffs[1:]]
    system.append([type(payoffs[0][0])(1)] * (size + 1))
    pivot_row = 0
    for column in range(size):
        best = max(range(pivot_row, len(system)), key=lambda r: abs(system[r][column]), default=None)
        if best is None or system[best][column] == 0:
            return None
        system[pivot_row], system[best] = system[best], system[pivot_row]
        lead = system[pivot_row][column]
        system[pivot_row] = [entry / lead for entry in system[pivot_row]]
        for other in range(len(system)):
            factor = system[other][column]
            if other != pivot_row and factor != 0:
                system[other] = [a - factor * b for a, b in zip(system[other], system[pivot_row], strict=True)]
        pivot_row += 1
    if any(row[-1] != 0 for row in system[pivot_row:]) and isinstance(payoffs[0][0], Fraction):
        return None
    return [row[-1] for row in system[:size]]
