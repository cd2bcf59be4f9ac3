"""Two-player zero-sum and constant-sum games: the value and optimal strategies, exactly.

By the minimax theorem (von Neumann 1928) the most that the first player can guarantee and the least to which
the second can hold the first are the same number, the *value*; strategies that guarantee it are *optimal*,
and the equilibria are exactly the pairs of optimal strategies. The value is a linear program whose prices are
the opponent's optimal strategy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import BudgetExceeded, UsageError
from detente.numbers import number_to_json, plain
from detente.solve.best_response import payoff_tolerance
from detente.solve.programs.linear_program import exact_payoffs, maximize
from detente.solve.result import Equilibrium, certified

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame

__all__ = ["ZeroSumSolution", "matrix_value", "zero_sum"]


@dataclass(frozen=True)
class ZeroSumSolution(Displayed):
    """The value of a constant-sum game with optimal strategies.

    ``values`` maps each player to what it can guarantee; they add up to ``total`` (0 in a zero-sum game).
    ``equilibrium`` holds one optimal strategy of each. ``optimal`` maps each player to all extreme optimal
    strategies, whose mixtures are all optimal strategies; it is None unless asked for.
    """

    game: NormalFormGame
    values: dict[str, Any]
    total: Any
    equilibrium: Equilibrium
    optimal: dict[str, tuple[tuple[Any, ...], ...]] | None = None

    @property
    def value(self) -> Any:
        """What the first player can guarantee."""
        return next(iter(self.values.values()))

    def to_json(self) -> dict[str, Any]:
        """Return the solution as JSON values."""
        return {
            "concept": "zero-sum",
            "players": list(self.game.players),
            "arithmetic": self.game.arithmetic,
            "values": {player: number_to_json(value) for player, value in self.values.items()},
            "total": number_to_json(self.total),
            "equilibrium": self.equilibrium.to_json(),
            "optimal": None
            if self.optimal is None
            else {
                player: [[number_to_json(w) for w in each] for each in own]
                for player, own in self.optimal.items()
            },
        }

    def table(self) -> Table:
        """Return the optimal strategies as a table."""
        return Table(
            title="constant-sum game" if self.total else "zero-sum game",
            columns=("player", "guarantees", "by playing"),
            rows=tuple(
                (player, plain(self.values[player]), _mixture(weights))
                for player, weights in self.equilibrium.profile.items()
            ),
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences what the value means."""
        first, second = self.game.players
        mixes = self.equilibrium.profile
        lines = [
            (
                f"Whatever {second} does, {first} gets at least {plain(self.values[first])} on average by "
                f"playing {_mixture(mixes[first])}."
            ),
            (
                f"Whatever {first} does, {second} can hold {first} to {plain(self.values[first])} by "
                f"playing {_mixture(mixes[second])}."
            ),
        ]
        if self.total:
            lines.append(
                f"The payoffs always add up to {plain(self.total)}, so {second} gets the rest, "
                f"{plain(self.values[second])}."
            )
        for player, own in (self.optimal or {}).items():
            if len(own) == 1:
                lines.append(f"This is the only optimal strategy of {player}.")
            else:
                lines.append(
                    f"{player} has {len(own)} extreme optimal strategies; every mixture of them is optimal "
                    "too."
                )
        return lines


def zero_sum(
    game: NormalFormGame, *, every: bool = False, budget: float | None = None, relative: float = 1e-9
) -> ZeroSumSolution:
    """Return the value and optimal strategies of a two-player game in which one wins what the other loses.

    Parameters
    ----------
    game : NormalFormGame
        Two players; payoffs that add up to the same number in every cell (exactly, or within the tolerance in
        float). Floats are solved at the exact binary number they store.
    every : bool
        Whether to list all extreme optimal strategies (by vertex enumeration: exponential in the size).
    budget : float, optional
        Seconds for ``every``.
    relative : float
        Tolerance of the constant sum in float games, relative to the spread of payoffs.

    Raises
    ------
    UsageError
        If there are not two players or the sums differ; the message shows two cells that do.
    BudgetExceeded
        If the budget runs out; ``partial`` is the solution without the list.

    References
    ----------
    J. von Neumann (1928), "Zur Theorie der Gesellschaftsspiele", Math. Annalen 100, 295-320. D. Gale, H. W.
    Kuhn, A. W. Tucker (1951), "Linear programming and the theory of games".

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> found = zero_sum(NormalFormGame([[[2, -3], [-3, 4]], [[-2, 3], [3, -4]]]))
    >>> found.value, found.equilibrium.mixed[0]
    (Fraction(-1, 12), (Fraction(7, 12), Fraction(5, 12)))
    """
    if len(game.players) != 2:
        raise UsageError(f"found {len(game.players)} players; zero-sum values are for two")
    payoffs = exact_payoffs(game)
    sums = {profile: payoffs[(0, *profile)] + payoffs[(1, *profile)] for profile in game.profiles()}
    low, high = min(sums, key=sums.__getitem__), max(sums, key=sums.__getitem__)
    if sums[high] - sums[low] > payoff_tolerance(game, relative):
        cells = [
            f"{plain(_out(game, sums[s]))} at ({', '.join(game.profile_labels(s))})" for s in (low, high)
        ]
        raise UsageError(
            f"found payoffs that add up to {cells[0]} and to {cells[1]}; expected the same sum in every cell"
        )
    matrix = [[payoffs[0, i, j] for j in range(game.shape[1])] for i in range(game.shape[0])]
    value, rows, columns = matrix_value(matrix)
    weights = tuple(tuple(_out(game, w) for w in own) for own in (rows, columns))
    total = sums[low]
    first, second = game.players
    solution = ZeroSumSolution(
        game=game,
        values={first: _out(game, value), second: _out(game, total - value)},
        total=_out(game, total),
        equilibrium=certified(game, weights),
    )
    if not every:
        return solution

    from detente.solve.two_players.enumeration import enumerate_extreme

    found = enumerate_extreme(matrix, [[-entry for entry in row] for row in matrix], budget=budget)
    if not found.complete:
        raise BudgetExceeded(f"optimal strategies may be missing: {found.missing}", solution)
    lists = [sorted({pair[side] for pair in found.equilibria}, reverse=True) for side in (0, 1)]
    optimal = {
        player: tuple(tuple(_out(game, w) for w in each) for each in own)
        for player, own in zip(game.players, lists, strict=True)
    }
    return replace(solution, optimal=optimal)


def matrix_value(matrix: list[list[Fraction]]) -> tuple[Fraction, tuple[Fraction, ...], tuple[Fraction, ...]]:
    """Return the value of a matrix game and one optimal strategy of each side; rows maximize.

    The program: maximize v over mixtures x of rows with ``v - x A[:, j] <= 0`` for every column j.
    """
    rows, columns = len(matrix), len(matrix[0])
    solution = maximize(
        [*([0] * rows), 1],
        [[*(-matrix[i][j] for i in range(rows)), 1] for j in range(columns)],
        [0] * columns,
        [[*([1] * rows), 0]],
        [1],
        free=[rows],
    )
    assert solution.x is not None
    assert solution.value is not None
    assert solution.at_most_prices is not None
    return solution.value, solution.x[:rows], solution.at_most_prices


def _out(game: NormalFormGame, number: Fraction) -> Any:
    return number if game.arithmetic == "exact" else float(number)


def _mixture(weights: dict[str, Any]) -> str:
    played = [(label, weight) for label, weight in weights.items() if weight != 0]
    if len(played) == 1:
        return played[0][0]
    return " + ".join(f"{plain(weight)} {label}" for label, weight in played)
