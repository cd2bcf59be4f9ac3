"""Options as results: values, JSON, a table, words, a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import number_to_json, short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.conclusions.meaning import Meaning

__all__ = ["QUANTILES", "Option", "Options", "PriorShare", "percent"]

#: Replies to an option that its table shows.
_SHOWN = 3

#: Quantiles of the payoff that are kept.
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class PriorShare:
    """How often an option is best under one prior.

    Attributes
    ----------
    prior : str
    share : float
        Draws in which no other option has a better worst equilibrium.
    tied : float
        Those among them in which another option is as good.
    surely : float
        Draws in which its worst equilibrium is at least as good as the best equilibrium of every other option.
    possibly : float
        Draws in which its best equilibrium is at least as good as the worst of every other.
    open : float
        Draws in which some option leaves a game in which no equilibrium was found: they count for no option.
    error : float
        Standard error of ``share``.
    """

    prior: str
    share: float
    tied: float
    surely: float
    possibly: float
    open: float
    error: float

    def to_json(self) -> dict[str, Any]:
        """Return the shares as JSON numbers."""
        return dict(vars(self))


@dataclass(frozen=True)
class Option:
    """One strategy as a commitment.

    Attributes
    ----------
    strategy : str
        In a tree a plan: the actions of the player's decision points, ``*`` where the plan itself rules them out.
    worst, best : number
        What it pays at the point in the worst and the best equilibrium after it; None where none was found.
    replies : tuple of (str, number)
        What the others do at the point, in every equilibrium found, and what it pays the player.
    low, high : Fraction or None
        Proved: nowhere in the box, and in no equilibrium after it, does it pay less, or more.
    seen_low, seen_high : number or None
        The least and the greatest that it pays at exact points that were looked at (floats: at draws).
    worst_case : dict or None
        The point of ``seen_low``.
    shares : tuple of PriorShare
    regret : number
        The largest regret at a point that was looked at.
    regret_bound : Fraction or None
        Proved: nowhere is its regret larger.
    regret_point : dict
        Where ``regret`` is.
    quantiles : tuple of float
        Of its worst equilibrium under the first prior, at :data:`QUANTILES`.
    """

    strategy: str
    worst: Any
    best: Any
    replies: tuple[tuple[str, Any], ...]
    low: Fraction | None
    high: Fraction | None
    seen_low: Any
    seen_high: Any
    worst_case: Mapping[str, Fraction] | None = field(repr=False)
    shares: tuple[PriorShare, ...] = field(repr=False)
    regret: Any = None
    regret_bound: Fraction | None = None
    regret_point: Mapping[str, Fraction] = field(default_factory=dict, repr=False)
    quantiles: tuple[float, ...] = field(default=(), repr=False)

    @property
    def share_best(self) -> float:
        """The share of draws in which it is best, under the first prior."""
        return self.shares[0].share

    @property
    def share_range(self) -> tuple[float, float]:
        """The least and the greatest share over the priors."""
        return min(each.share for each in self.shares), max(each.share for each in self.shares)

    @property
    def always_best(self) -> bool:
        """True where it is proved that no other option is better anywhere in the box."""
        return self.regret_bound == 0

    def to_json(self) -> dict[str, Any]:
        """Return the option in the form of the JSON contract, with more beside it."""
        return {
            "strategy": self.strategy,
            "best": number_to_json(self.best),
            "worst": number_to_json(self.worst),
            "share_best": self.share_best,
            "regret": number_to_json(self.regret),
            "regret_bound": number_to_json(self.regret_bound),
            "always_best": self.always_best,
            "replies": [{"others": text, "payoff": number_to_json(value)} for text, value in self.replies],
            "range": {
                "low": number_to_json(self.low),
                "high": number_to_json(self.high),
                "seen_low": number_to_json(self.seen_low),
                "seen_high": number_to_json(self.seen_high),
            },
            "worst_case": None if self.worst_case is None else _point_to_json(self.worst_case),
            "regret_point": _point_to_json(self.regret_point),
            "shares": [each.to_json() for each in self.shares],
            "quantiles": dict(zip(map(str, QUANTILES), self.quantiles, strict=False)),
        }


@dataclass(frozen=True)
class Options(Displayed):
    """All options of one player, compared.

    ``method`` says what the others do once an option is fixed: ``best replies``, ``all equilibria``,
    ``pure equilibria`` or ``subgame-perfect plans``; ``draws`` is the number of draws under each prior, ``rejected``
    the share of those under the first prior that a constraint refused. ``meanings`` says what the ``ranking`` of the
    options and the ``amounts`` (payoffs and regrets) take payoffs to be.
    """

    player: str
    options: tuple[Option, ...]
    method: str
    point: Mapping[str, Fraction] = field(repr=False)
    draws: int = 0
    seed: int = 0
    rejected: float = 0.0
    notes: tuple[str, ...] = ()
    meanings: Mapping[str, Meaning] = field(default_factory=dict)

    def __iter__(self) -> Any:
        return iter(self.options)

    def __len__(self) -> int:
        return len(self.options)

    def __getitem__(self, strategy: str) -> Option:
        for each in self.options:
            if each.strategy == strategy:
                return each
        raise UsageError(
            f"unknown option {strategy!r}; expected one of {', '.join(each.strategy for each in self.options)}"
        )

    @property
    def best(self) -> tuple[Option, ...]:
        """The options that are best at the point, each at its worst equilibrium; several where they tie."""
        valued = [each for each in self.options if each.worst is not None]
        if len(valued) < len(self.options):
            return ()
        top = max(each.worst for each in valued)
        return tuple(each for each in valued if each.worst == top)

    @property
    def least_regret(self) -> tuple[Option, ...]:
        """The options whose largest regret is least, as far as it is known."""
        known = [each for each in self.options if each.regret is not None]
        least = min((each.regret for each in known), default=None)
        return tuple(each for each in known if each.regret == least)

    def _regrets_settled(self) -> bool:
        """Return whether the bounds prove whose largest regret is least, up to what is shown."""
        least = {each.strategy for each in self.least_regret}
        mine = [each.regret_bound for each in self.options if each.strategy in least]
        others = [each.regret for each in self.options if each.strategy not in least]
        return all(
            own is not None and (own <= other or short(own) == short(other)) for own in mine for other in others
        )

    def to_json(self) -> list[dict[str, Any]]:
        """Return the entry ``options`` of the JSON contract."""
        return [each.to_json() for each in self.options]

    def table(self) -> Table:
        """Return the options as a table, with what a reader should know below it."""
        rows = []
        for each in self.options:
            low, high = each.share_range
            rows.append(
                (
                    each.strategy,
                    _replied(each.replies),
                    _bounded(each.seen_low, each.low, "no less than"),
                    _bounded(each.seen_high, each.high, "no more than"),
                    "always (proved)" if each.always_best else percent(low, high),
                    _bounded(each.regret, each.regret_bound, "no more than"),
                )
            )
        head = ("option", "at this point the others (payoff)", "worst case", "best case", "best in", "largest regret")
        return Table(f"options of {self.player}", head, tuple(rows), (*self.sentences, *self.notes))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The comparison in words."""
        said = []
        best = self.best
        if best:
            names = " and ".join(each.strategy for each in best)
            verb = "is best" if len(best) == 1 else "are equally good"
            said.append(f"At this point {names} {verb}, at {short(best[0].worst)} in the worst equilibrium after it.")
        else:
            said.append("At this point some option leaves a game in which no equilibrium was found.")
        if len(self.options) > 1:
            names = " or ".join(each.strategy for each in self.least_regret)
            settled = self._regrets_settled()
            seen = "" if settled else "As far as was seen, "
            proved = any(each.regret_bound is not None for each in self.options)
            open_ = "" if settled else "; the proved bounds leave it open" if proved else "; no bound is proved"
            said.append(f"{seen}{'T' if settled else 't'}he least of the largest regrets is that of {names}{open_}.")
        if self.meanings:
            ranking, amounts = self.meanings["ranking"].label, self.meanings["amounts"].label
            said.append(f"Which option is best is {ranking}; payoffs and regrets are {amounts}, in the player's unit.")
        return tuple(said)

    def to_frame(self) -> Any:
        """Return a :class:`pandas.DataFrame`, one row per option and prior, with numbers as floats."""
        import pandas as pd

        def number(value: Any) -> float:
            return math.nan if value is None else float(value)

        return pd.DataFrame(
            [
                {
                    "option": each.strategy,
                    "worst": number(each.worst),
                    "best": number(each.best),
                    "low": number(each.low),
                    "high": number(each.high),
                    "regret": number(each.regret),
                    "regret_bound": number(each.regret_bound),
                    **share.to_json(),
                }
                for each in self.options
                for share in each.shares
            ]
        )

    def __repr__(self) -> str:
        return f"<Options of {self.player}: {', '.join(each.strategy for each in self.options)}>"


def _replied(replies: tuple[tuple[str, Any], ...]) -> str:
    shown = "; ".join(f"{text} ({short(value)})" for text, value in replies[:_SHOWN])
    more = len(replies) - _SHOWN
    return (shown + (f"; {more} more" if more > 0 else "")) or "none found"


def _bounded(seen: Any, bound: Any, words: str) -> str:
    """Return what was seen; in brackets the proved bound where it is wider."""
    if bound is None:
        return f"{short(seen)} [seen]"
    return short(seen) if short(seen) == short(bound) else f"{short(seen)} [{words} {short(bound)}]"


def percent(low: float, high: float) -> str:
    a, b = (f"{100 * each:.3g}" for each in (low, high))
    return f"{a}%" if a == b else f"{a} to {b}%"


def _point_to_json(point: Mapping[str, Fraction]) -> dict[str, Any]:
    return {name: number_to_json(value) for name, value in point.items()}
