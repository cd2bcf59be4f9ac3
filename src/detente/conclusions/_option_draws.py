"""What draws under one prior say of every option of a player."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.conclusions._option_results import QUANTILES, PriorShare
from detente.conclusions.ensemble.draws import draws
from detente.conclusions.ensemble.recipes import block_count
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from detente.conclusions._commitments import Menu
    from detente.conclusions._option_values import Batch, Valuation

__all__ = ["Sample"]


@dataclass(frozen=True, eq=False)
class Sample:
    """What draws under one prior say of every option."""

    n: int
    rejected: float
    shares: tuple[PriorShare, ...]
    lowest: tuple[tuple[float, Mapping[str, Fraction]] | None, ...]
    highest: tuple[tuple[float, Mapping[str, Fraction]] | None, ...]
    worst_regret: tuple[Mapping[str, Fraction], ...]
    quantiles: tuple[tuple[float, ...], ...]

    @classmethod
    def make(cls, chosen: Menu, values: Valuation, number: int, prior: str, seed: int) -> Sample:
        import numpy as np

        parts: list[tuple[Any, Batch]] = []
        tried = 0
        for block in range(block_count(number)):
            made = draws(chosen.game, number, prior, seed, blocks=(block, block + 1))
            tried += made.tried
            if made.n:
                parts.append((made, values.batch(made, made.n)))
        n = sum(each.worst.shape[1] for _, each in parts)
        if not n:
            raise UsageError(
                f"none of {tried} draws under the prior {prior!r} meets the constraints; check them and the intervals"
            )
        worst = np.concatenate([each.worst for _, each in parts], axis=1)
        best = np.concatenate([each.best for _, each in parts], axis=1)
        slack = np.concatenate([each.slack for _, each in parts])
        known = ~np.isnan(worst).any(axis=0)

        def point(draw: int) -> Mapping[str, Fraction]:
            for made, part in parts:
                if draw < part.worst.shape[1]:
                    found: dict[str, Fraction] = made.point(draw)
                    return found
                draw -= part.worst.shape[1]
            raise AssertionError

        top = np.where(known, worst.max(axis=0, initial=-np.inf), np.nan)
        is_best = known & (worst >= top - slack)
        count = is_best.sum(axis=0)
        shares, lows, highs, regrets = [], [], [], []
        for index in range(len(worst)):
            rest = np.delete(worst, index, axis=0).max(axis=0, initial=-np.inf)
            rest_best = np.delete(best, index, axis=0).max(axis=0, initial=-np.inf)
            share = float(is_best[index].mean())
            shares.append(
                PriorShare(
                    prior,
                    share,
                    float((is_best[index] & (count > 1)).mean()),
                    float((known & (worst[index] >= rest_best - slack)).mean()),
                    float((known & (best[index] >= rest - slack)).mean()),
                    float(1 - known.mean()),
                    math.sqrt(share * (1 - share) / n),
                )
            )
            lows.append(_at(worst[index], np.nanargmin, point))
            highs.append(_at(best[index], np.nanargmax, point))
            regret = np.where(known, top - worst[index], -np.inf)
            regrets.append(point(int(np.argmax(regret))))
        quantiles = tuple(
            tuple(float(q) for q in np.nanquantile(row, QUANTILES)) if not np.isnan(row).all() else () for row in worst
        )
        return cls(n, 1 - n / tried, tuple(shares), tuple(lows), tuple(highs), tuple(regrets), quantiles)


def _at(row: Any, pick: Any, point: Any) -> tuple[float, Mapping[str, Fraction]] | None:
    import numpy as np

    if np.isnan(row).all():
        return None
    place = int(pick(row))
    return float(row[place]), point(place)
