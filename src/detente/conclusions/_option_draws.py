"""What draws under one prior say of every option of a player."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, SupportsIndex

from detente.conclusions._option_results import QUANTILES, PriorShare
from detente.conclusions.ensemble.draws import draws
from detente.conclusions.ensemble.recipes import block_count
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions._commitments import Menu
    from detente.conclusions._option_values import Batch
    from detente.conclusions.ensemble.draws import Draws

    #: A payoff and the draw in which it was seen.
    Seen = tuple[float, Mapping[str, Fraction]]

__all__ = ["Sample", "sampling"]


#: Blocks of draws whose payoffs are kept for quantiles; shares and extremes are of all draws.
KEPT = 16


class Payments(Protocol):
    """What the options of a player pay over draws, in the worst and the best of what the others may do then."""

    def batch(self, made: Draws, n: int, /) -> Batch:
        """Return it for n draws."""


def sampling(number: object, priors: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """Return the number of draws and the priors, each once.

    Raises
    ------
    UsageError
        If there is no prior, or the number is not one.
    """
    if not priors:
        raise UsageError("found no prior; expected at least one, such as 'uniform'")
    if isinstance(number, bool) or not isinstance(number, SupportsIndex) or int(number) < 1:
        raise UsageError(f"draws: found {number!r}; expected a number of draws, at least 1")
    return int(number), tuple(dict.fromkeys(priors))


@dataclass(frozen=True, eq=False)
class Sample:
    """What draws under one prior say of every option; see :class:`PriorShare`.

    ``lowest`` and ``highest`` are the extreme payoffs of each option with their draws, ``worst_regret`` the draw in
    which it is regretted most; ``rejected`` is the share of draws that a constraint refused.
    """

    rejected: float
    shares: tuple[PriorShare, ...]
    lowest: tuple[Seen | None, ...]
    highest: tuple[Seen | None, ...]
    worst_regret: tuple[Mapping[str, Fraction] | None, ...]
    quantiles: tuple[tuple[float, ...], ...]

    @classmethod
    def make(cls, chosen: Menu, values: Payments, number: int, prior: str, seed: int) -> Sample:
        """Draw block by block; the memory used does not grow with the number of draws.

        Raises
        ------
        UsageError
            If no draw meets the constraints.
        """
        import numpy as np

        size = len(chosen.labels)
        counts = np.zeros((4, size))
        extremes: list[dict[int, Seen]] = [{}, {}, {}]
        kept: list[Any] = []
        tried = n = unknown = 0
        for block in range(block_count(number)):
            made = draws(chosen.game, number, prior, seed, blocks=(block, block + 1))
            tried += made.tried
            if not made.n:
                continue
            batch = values.batch(made, made.n)
            n += made.n
            known = ~np.isnan(batch.worst).any(axis=0)
            unknown += made.n - int(known.sum())
            counts += _counts(batch, known)
            top = np.where(known, batch.worst.max(axis=0), np.nan)
            for index in range(size):
                rows = (-batch.worst[index], batch.best[index], top - batch.worst[index])
                for seen, row in zip(extremes, rows, strict=True):
                    _keep(seen, index, row, made)
            if block < KEPT:
                kept.append(batch.worst)
        if not n:
            raise UsageError(
                f"none of {tried} draws under the prior {prior!r} meets the constraints; check them and the intervals"
            )
        shares = tuple(
            PriorShare(
                prior,
                float(best / n), float(tied / n), float(surely / n), float(possibly / n), unknown / n,
                math.sqrt(best / n * (1 - best / n) / n),
            )
            for best, tied, surely, possibly in counts.T
        )  # fmt: skip
        worst = np.concatenate(kept, axis=1)
        quantiles = tuple(
            tuple(float(q) for q in np.nanquantile(row, QUANTILES)) if not np.isnan(row).all() else () for row in worst
        )
        low, high, regret = extremes
        lows = tuple((-low[k][0], low[k][1]) if k in low else None for k in range(size))
        highs = tuple(high.get(k) for k in range(size))
        regrets = tuple(regret[k][1] if k in regret else None for k in range(size))
        return cls(1 - n / tried, shares, lows, highs, regrets, quantiles)


def _counts(batch: Batch, known: Any) -> Any:
    """Return for each option in how many draws it is best, tied for best, surely and possibly best."""
    import numpy as np

    worst, best, slack = batch.worst, batch.best, batch.slack
    rows = []
    is_best = known & (worst >= np.where(known, worst.max(axis=0), np.nan) - slack)
    several = is_best.sum(axis=0) > 1
    for index in range(len(worst)):
        rest = np.delete(worst, index, axis=0).max(axis=0, initial=-np.inf)
        rest_best = np.delete(best, index, axis=0).max(axis=0, initial=-np.inf)
        rows.append(
            (
                is_best[index].sum(),
                (is_best[index] & several).sum(),
                (known & (worst[index] >= rest_best - slack)).sum(),
                (known & (best[index] >= rest - slack)).sum(),
            )
        )
    return np.array(rows, dtype=np.float64).T


def _keep(seen: dict[int, Seen], index: int, row: Any, made: Draws) -> None:
    """Remember the greatest entry of a row with its draw, if it is greater than what is remembered."""
    import numpy as np

    if np.isnan(row).all():
        return
    place = int(np.nanargmax(row))
    value = float(row[place])
    if index not in seen or value > seen[index][0]:
        seen[index] = value, made.point(place)
