"""Global games of enforcement with finitely many members: symmetric threshold equilibria, numerically.

With N members the load is a random number even for one who knows the strength. A member with signal x believes the
strength to be normal around x (flat prior); given a strength, the others choose independently with the probabilities
that their thresholds imply, and its own choice counts too. The thresholds are where a member is indifferent between
neighboring actions. As N grows they approach those of the continuum (:mod:`~detente.solve.incomplete.global_game`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.errors import NotConverged, UsageError
from detente.solve.incomplete.envelope import envelope
from detente.solve.incomplete.global_game import solve_global

if TYPE_CHECKING:
    from detente.games.incomplete import GlobalGame

__all__ = ["FiniteThresholds", "finite_thresholds"]


@dataclass(frozen=True)
class FiniteThresholds:
    """Signals at which members of a game of N change their action.

    ``residual`` is the largest payoff difference there.
    """

    game: GlobalGame
    members: int
    actions: tuple[str, ...]
    signals: tuple[float, ...]
    residual: float
    arithmetic: str = "float"
    complete: bool = False  # other equilibria, not symmetric or not in thresholds, may exist


def finite_thresholds(game: GlobalGame, members: int) -> FiniteThresholds:
    """Return a symmetric threshold equilibrium with N members, a flat prior, and two or three actions.

    Parameters
    ----------
    members : int
        From 2 to 200.

    Raises
    ------
    NotConverged
        If the indifference conditions cannot be met to 1e-8 of the largest payoff.

    Notes
    -----
    *Cost.* With three actions the load takes some N^2/2 values, each a break in the integral: 55 members take seconds.

    Examples
    --------
    >>> from detente.games.incomplete import GlobalGame
    >>> game = GlobalGame({"refuse": 0, "comply": "-1/4"}, {"refuse": 1}, {"refuse": 1}, "1/10")
    >>> found = finite_thresholds(game, 100)
    >>> limit = solve_global(game).equilibria[0].signals[0]
    >>> abs(found.signals[0] - limit) < 0.02
    True
    """
    import numpy as np
    from scipy.optimize import root

    if game.prior is not None:
        raise UsageError("a game of finitely many members is solved for a flat prior; leave the prior out")
    if not 2 <= members <= 200:
        raise UsageError(f"found {members} members; expected 2 to 200")
    best = envelope(game)
    if not 2 <= len(best.actions) <= 3:
        raise UsageError(f"found {len(best.actions)} actions in use; expected two or three")
    start = np.array(solve_global(game).equilibria[0].signals)
    chance = _Chance(game, best.actions, members, start)
    base = [float(game.base[name]) for name in best.actions]
    loss = [float(game.exposure[name]) for name in best.actions]
    scale = max(abs(x) for x in (*base, *loss)) or 1.0

    def gaps(signals: Any) -> Any:
        ordered = np.maximum.accumulate(signals)
        found = []
        for k, x in enumerate(signals):
            pay = [base[a] - loss[a] * chance(x, ordered, a) for a in (k, k + 1)]
            found.append((pay[0] - pay[1]) / scale)
        return np.array(found)

    found = root(gaps, start, method="hybr", tol=1e-12)
    residual = float(np.abs(gaps(found.x)).max())
    if np.any(np.diff(found.x) < 0):
        middle = best.actions[1]
        text = f"the thresholds cross: with {members} members {middle} is not used in a symmetric threshold equilibrium"
        raise NotConverged(text, found.x, residual)
    if residual > 1e-8:
        raise NotConverged("the thresholds of finitely many members did not settle", found.x, residual)
    return FiniteThresholds(game, members, best.actions, tuple(float(x) for x in found.x), residual)


class _Chance:
    """The probability of punishment for a member with a signal, its own action counted.

    Given the strength it is a sum of probabilities of counts that jumps where another pair of counts becomes bearable.
    The nodes of integration lie between these jumps and do not move with the signal, so that the sum is smooth in all
    signals.
    """

    def __init__(self, game: GlobalGame, actions: tuple[str, ...], members: int, around: Any) -> None:
        import numpy as np

        self.n, self.noise = members, float(game.noise)
        self.load = [float(game.load[name]) for name in actions]
        self.others = members - 1
        low, high = float(min(around)) - 10 * self.noise, float(max(around)) + 10 * self.noise
        self.nodes = [self._nodes(own, low, high) for own in range(len(actions))]
        self.first = np.arange(self.others + 1)[:, None]

    def _nodes(self, own: int, low: float, high: float) -> tuple[Any, Any]:
        """Return nodes and weights on intervals between jumps, none longer than half the noise."""
        import numpy as np

        counts = np.arange(self.n)
        jumps = self.load[0] * counts
        for each in self.load[1:-1]:
            jumps = (jumps[:, None] + (each - self.load[-1]) * counts).ravel()
        jumps = (jumps + self.load[own] + self.load[-1] * self.others) / self.n
        even = np.linspace(low, high, int((high - low) / (self.noise / 2)) + 2)
        ends = np.unique(np.concatenate([even, jumps[(jumps > low) & (jumps < high)]]))
        points, weights = np.polynomial.legendre.leggauss(6 if len(ends) < 400 else 3)
        middle, half = (ends[1:] + ends[:-1]) / 2, (ends[1:] - ends[:-1]) / 2
        return (middle[:, None] + half[:, None] * points).ravel(), (half[:, None] * weights).ravel()

    def __call__(self, x: float, signals: Any, own: int) -> float:
        import numpy as np
        from scipy.special import bdtr, ndtr
        from scipy.stats import binom

        strength, weight = self.nodes[own]
        z = (strength - x) / self.noise
        density = weight * np.exp(-(z**2) / 2) / (self.noise * np.sqrt(2 * np.pi))
        used = density > 1e-18
        strength, density = strength[used], density[used]
        below = [ndtr((s - strength) / self.noise) for s in signals]
        budget = strength * self.n - self.load[own] - self.load[-1] * self.others
        extra = [each - self.load[-1] for each in self.load[:-1]]  # what members not at the last action add

        def most(left: Any, each: float) -> Any:
            return np.floor(left / each + 1e-9) if each > 0 else np.where(left >= -1e-9, self.others, -1)

        if len(extra) == 1:
            top = most(budget, extra[0])
            law = np.where(top < 0, 0.0, bdtr(np.clip(top, 0, self.others), self.others, below[0]))
        else:
            left = budget[None, :] - extra[0] * self.first
            second = np.clip((below[1] - below[0]) / np.maximum(1 - below[0], 1e-300), 0.0, 1.0)[None, :]
            rest = self.others - self.first
            top = np.clip(most(left, extra[1]), -1, rest)
            inner = np.where(top < 0, 0.0, bdtr(np.maximum(top, 0), rest, second))
            law = (binom.pmf(self.first, self.others, below[0]) * inner).sum(axis=0)
        return float((density * law).sum())
