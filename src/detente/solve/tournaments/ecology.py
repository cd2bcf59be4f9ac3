"""Ecological dynamics of a tournament: strategies that score above average become more frequent.

The share of a strategy is multiplied by its score against the present mixture, relative to the mean (Axelrod 1984;
Taylor and Jonker 1978 in discrete time). Scores are counted from a base, so that they are positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact_or_float, short, to_float

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.solve.tournaments.tournament import Tournament

__all__ = ["Ecology", "ecology"]

#: A strategy below this share counts as gone in sentences; its share is still followed.
GONE = 1e-6
MAX_GENERATIONS = 1_000_000


@dataclass(frozen=True, eq=False)
class Ecology(Displayed):
    """Shares of strategies over generations.

    Attributes
    ----------
    shares : array (generations + 1, strategies)
    converged : bool
        Whether the last generation changed no share by more than ``tolerance``.
    change : float
        The largest change of a share in the last generation.
    base : float
        The payoff from which scores are counted.
    """

    tournament: Tournament
    shares: Any
    converged: bool
    change: float
    tolerance: float
    base: float

    @property
    def final(self) -> dict[str, float]:
        """The shares at the end, largest first."""
        last = dict(zip(self.tournament.names, map(float, self.shares[-1]), strict=True))
        return dict(sorted(last.items(), key=lambda item: -item[1]))

    def explain(self) -> tuple[str, ...]:
        """Return what happened in sentences."""
        count = len(self.shares) - 1
        gone = [name for name, share in self.final.items() if share < GONE]
        settled = (
            f"Shares have settled after {count} generations: the last changed none by more than {self.tolerance:.0e}."
            if self.converged
            else f"Shares still change after {count} generations, the last time by {short(self.change, 2)}."
        )
        parts = [settled]
        if gone:
            parts.append(f"Below one in a million: {', '.join(gone)}.")
        parts.append(f"Scores are counted from {short(self.base, 4)} per round; float arithmetic.")
        return tuple(parts)

    def to_json(self) -> dict[str, Any]:
        """Return first and last shares as JSON values."""
        return {
            "dynamic": "ecology",
            "generations": len(self.shares) - 1,
            "converged": self.converged,
            "change": self.change,
            "base": self.base,
            "start": dict(zip(self.tournament.names, map(float, self.shares[0]), strict=True)),
            "final": self.final,
        }

    def table(self) -> Table:
        """Return the shares at some generations."""
        count = len(self.shares) - 1
        wanted = [k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000) if k < count]
        picked = sorted({0, count, *wanted[:: max(1, -(-len(wanted) // 5))]})
        order = sorted(range(len(self.tournament.names)), key=lambda i: -self.shares[-1][i])

        def shown(share: float) -> str:
            return "0" if share == 0 else f"<{GONE:.0e}".replace("e-0", "e-") if share < GONE else short(share, 3)

        rows = tuple((self.tournament.names[i], *(shown(float(self.shares[k][i])) for k in picked)) for i in order)
        heads = ("strategy", *(str(k) for k in picked))
        return Table("share by generation", heads, rows, self.explain())


def ecology(
    played: Tournament,
    generations: int = 1000,
    start: Mapping[str, object] | None = None,
    *,
    base: object | None = None,
    tolerance: float = 1e-9,
) -> Ecology:
    """Return the ecological dynamics of a tournament.

    Parameters
    ----------
    generations : int
        The most that are followed; fewer where shares settle before.
    start : mapping of name to weight, optional
        By default all shares are equal; names left out have none.
    base : number, optional
        Payoff per round that counts as nothing; by default 0 where no payoff of the game is negative, else the
        smallest payoff of the game. A higher base makes selection faster.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> from detente.solve.tournaments.tournament import tournament
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> found = ecology(tournament(g, ["tit_for_tat", "always_defect", "always_cooperate"], rounds=200))
    >>> max(found.final, key=found.final.get), found.converged
    ('tit_for_tat', True)
    """
    import numpy as np

    if isinstance(generations, bool) or not isinstance(generations, int) or not 1 <= generations <= MAX_GENERATIONS:
        raise UsageError(f"found {generations!r} generations; expected a whole number from 1 to {MAX_GENERATIONS}")
    names = played.names
    count = len(names)
    table = np.array([[to_float(played.mean(i, j)) for j in range(count)] for i in range(count)])
    lowest = float(played.stage.floats.min())
    floor = (0.0 if lowest >= 0 else lowest) if base is None else float(exact_or_float(base))
    if floor > table.min() + 1e-12:
        raise UsageError(f"found the base {floor:g}; expected at most the smallest score of a match, {table.min():g}")
    table -= floor
    if start is None:
        x = np.full(count, 1 / count)
    else:
        unknown = [name for name in start if name not in names]
        if unknown:
            raise UsageError(f"unknown strategy {unknown[0]!r}; expected some of {', '.join(names)}")
        x = np.array([float(exact_or_float(start.get(name, 0))) for name in names])
        if (x < 0).any() or x.sum() <= 0:
            raise UsageError("found weights that are no shares; expected numbers from 0 up, not all 0")
        x /= x.sum()
    path, change = [x], np.inf
    for _ in range(generations):
        fitness = table @ x
        mean = float(x @ fitness)
        following = x if mean == 0 else x * fitness / mean
        following = following / following.sum()
        change = float(np.abs(following - x).max())
        x = following
        path.append(x)
        if change <= tolerance:
            break
    return Ecology(played, np.array(path), change <= tolerance, change, tolerance, floor)
