"""Which strategies of a restricted game are dominated, by which mixtures, and in which orders."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from detente.solve.best_response import payoff_tolerance
from detente.solve.programs.linear_program import exact_payoffs, maximize

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame

__all__ = ["DominanceSearch", "Left"]

#: Reduced games looked at when every order of weak elimination is tried: at most this many, and fewer in
#: large games, where each costs more.
_MOST_ORDERS = 2000
_MOST_WORK = 100_000

#: Strategy indices left to each player.
Left = tuple[tuple[int, ...], ...]


class DominanceSearch:
    """Dominance tests on restrictions of one game."""

    def __init__(self, game: NormalFormGame, weak: bool, mixed: bool, relative: float) -> None:
        self.game, self.weak, self.mixed = game, weak, mixed
        self.payoffs = exact_payoffs(game)
        self.slacks = [Fraction(payoff_tolerance(game, relative, player)) for player in range(len(game.players))]

    def out(self, number: Fraction) -> Any:
        return number if self.game.arithmetic == "exact" else float(number)

    def labels(self, left: Left) -> dict[str, tuple[str, ...]]:
        return {
            player: tuple(self.game.strategies[i][own] for own in left[i])
            for i, player in enumerate(self.game.players)
        }

    def rows(self, left: Left, player: int) -> dict[int, list[Fraction]]:
        """Return what each remaining strategy pays against each remaining profile of the others."""
        rest = [own for i, own in enumerate(left) if i != player]
        return {
            own: [self.payoffs[(player, *s[:player], own, *s[player:])] for s in product(*rest)]
            for own in left[player]
        }

    def dominated(self, left: Left) -> list[tuple[int, int, dict[int, Fraction]]]:
        found = []
        for player in range(len(left)):
            rows = self.rows(left, player)
            mixtures = {own: self.dominator(left[player], own, rows, self.slacks[player]) for own in left[player]}
            gone = [own for own, mixture in mixtures.items() if mixture is not None][: len(left[player]) - 1]
            stay = tuple(own for own in left[player] if own not in gone)
            for own in gone:
                mixture = mixtures[own]
                assert mixture is not None
                if any(other in gone for other in mixture):
                    # Dominance is transitive, so what stays dominates too; it makes the better reason.
                    mixture = self.dominator(stay, own, rows, self.slacks[player]) or mixture
                found.append((player, own, mixture))
        return found

    def dominator(
        self, among: tuple[int, ...], own: int, rows: dict[int, list[Fraction]], slack: Fraction
    ) -> dict[int, Fraction] | None:
        """Return a dominating mixture, pure where possible, or None."""
        others = [other for other in among if other != own]
        for other in others:
            if self._dominates([a - b for a, b in zip(rows[other], rows[own], strict=True)], slack):
                return {other: Fraction(1)}
        if not self.mixed or len(others) < 2:
            return None
        gains = [[rows[other][s] - rows[own][s] for other in others] for s in range(len(rows[own]))]
        if self.weak:
            total = [sum(column) for column in zip(*gains, strict=True)]
            solution = maximize(
                total,
                [[-g for g in row] for row in gains],
                [slack] * len(gains),
                [[1] * len(others)],
                [1],
            )
        else:
            solution = maximize(
                [*([0] * len(others)), 1],
                [[*(-g for g in row), 1] for row in gains],
                [0] * len(gains),
                [[*([1] * len(others)), 0]],
                [1],
                free=[len(others)],
            )
        if solution.x is None:
            return None
        mixture = {other: w for other, w in zip(others, solution.x, strict=False) if w}
        return mixture if self._dominates(self.gains(rows, own, mixture), slack) else None

    def _dominates(self, gains: list[Fraction], slack: Fraction) -> bool:
        if self.weak:
            return min(gains) >= -slack and max(gains) > slack
        return min(gains) > slack

    @staticmethod
    def gains(rows: dict[int, list[Fraction]], own: int, mixture: dict[int, Fraction]) -> list[Fraction]:
        return [
            sum((w * rows[other][s] for other, w in mixture.items()), Fraction(0)) - rows[own][s]
            for s in range(len(rows[own]))
        ]

    def outcomes(self) -> tuple[set[Left], bool]:
        """Return the sets in which single removals can end, and whether all orders were tried."""
        start: Left = tuple(tuple(range(size)) for size in self.game.shape)
        seen, waiting, ends = {start}, [start], set()
        most = max(20, min(_MOST_ORDERS, _MOST_WORK // (sum(self.game.shape) * prod(self.game.shape))))
        while waiting:
            left = waiting.pop()
            found = self.dominated(left)
            if not found:
                ends.add(left)
            for player, own, _ in found:
                smaller = tuple(
                    tuple(k for k in mine if (i, k) != (player, own)) for i, mine in enumerate(left)
                )
                if smaller not in seen:
                    if len(seen) >= most:
                        return ends, False
                    seen.add(smaller)
                    waiting.append(smaller)
        return ends, True
