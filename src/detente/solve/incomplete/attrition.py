"""Wars of attrition with complete information, in continuous time.

A player who holds out for dt pays ``cost dt`` and wins the prize if the other gives way meanwhile. In the equilibrium
in which both mix from the start each gives way at the rate that keeps the *other* indifferent: ``rate_j = cost_i /
prize_i`` (Maynard Smith 1974; Hendricks, Weiss and Wilson 1988). So a player's own cost speeds up the other's
concession, not its own. Besides, there are equilibria in which one player gives way at once because the other never
does, and a family in which one gives way at the start with some probability and both then mix at the same rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import exp
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.numbers import number_to_json, plain, short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.incomplete import AttritionGame

__all__ = ["AttritionResult", "solve_attrition"]


@dataclass(frozen=True)
class AttritionResult(Displayed):
    """The equilibrium without mass at the start, or who gives way at once.

    Attributes
    ----------
    rates : dict of player to Fraction
        Rate at which a player gives way per unit of time; empty where there is no war.
    mass_at_zero : dict of player to Fraction
        Probability of giving way at once.
    give_way : dict of player to Fraction
        Probability that this player is the one who gives way.
    reason : str
        Why there is no war where there is none; else empty.
    """

    game: AttritionGame
    rates: Mapping[str, Fraction]
    mass_at_zero: Mapping[str, Fraction]
    give_way: Mapping[str, Fraction]
    reason: str = ""
    complete: bool = False  # one of a family: see the module
    arithmetic: str = "exact"
    method: str = "closed form"

    def undecided(self, time: object) -> float:
        """Return the probability that nobody has given way by a time."""
        started = 1.0
        for each in self.mass_at_zero.values():
            started *= 1 - float(each)
        return started * exp(-float(sum(self.rates.values())) * float(time))  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        """Return rates and probabilities as JSON values."""
        found = {
            "concept": "equilibrium without mass at the start",
            "method": self.method,
            "form": "attrition",
            "arithmetic": self.arithmetic,
            "complete": self.complete,
            **{
                what: {name: number_to_json(each) for name, each in getattr(self, what).items()}
                for what in ("rates", "mass_at_zero", "give_way")
            },
        }
        if self.game.deadline is not None:
            found["undecided_at_deadline"] = self.undecided(self.game.deadline)
        return found

    def table(self) -> Table:
        """Return the rates and who is likelier to give way."""
        rows = tuple(
            (
                name,
                plain(self.rates[name]) if name in self.rates else "",
                plain(self.mass_at_zero[name]),
                f"{plain(self.give_way[name])} = {short(self.give_way[name], 3)}",
            )
            for name in self.game.players
        )
        usual = (
            "Each gives way at the rate that keeps the other indifferent: the other's cost over the other's prize. "
            "Equilibria in which one gives way at once, and mixtures of both, exist beside this one."
        )
        notes = [self.reason or usual]
        if self.game.deadline is not None and not self.reason:
            notes.append(
                f"Nobody has given way by {plain(self.game.deadline)} with probability "
                f"{short(self.undecided(self.game.deadline), 3)}."
            )
        columns = ("player", "rate of giving way", "at once", "gives way first")
        return Table("war of attrition", columns, rows, tuple(notes))


def solve_attrition(game: AttritionGame) -> AttritionResult:
    """Return the equilibrium in which both players mix from the start, exactly.

    A player whose prize is not positive gives way at once; one who pays nothing for holding out never gives way, so
    that the other does at once.

    References
    ----------
    J. Maynard Smith (1974), Journal of Theoretical Biology 47, 209-221. K. Hendricks, A. Weiss and C. Wilson (1988),
    International Economic Review 29, 663-680.

    Examples
    --------
    >>> from detente.games.incomplete import AttritionGame
    >>> found = solve_attrition(AttritionGame({"a": 1, "b": 2}, {"a": 4, "b": 4}))
    >>> print(found.rates["a"], found.rates["b"], found.give_way["a"])
    1/2 1/4 2/3
    """
    zero, one = Fraction(0), Fraction(1)
    first, second = game.players
    for name, other in ((first, second), (second, first)):
        if game.prize[name] <= 0:
            reason = f"{name} has nothing to win and gives way at once."
            if game.prize[other] <= 0:
                reason = "Neither has anything to win: both give way at once."
                return AttritionResult(game, {}, {first: one, second: one}, {first: one / 2, second: one / 2}, reason)
            return AttritionResult(game, {}, {name: one, other: zero}, {name: one, other: zero}, reason)
    free = [name for name in game.players if game.cost[name] == 0]
    if len(free) == 2:
        reason = "Holding out costs neither anything: nobody ever gives way, in this equilibrium."
        return AttritionResult(game, {}, {first: zero, second: zero}, {first: zero, second: zero}, reason)
    if free:
        other = second if free[0] == first else first
        reason = f"Holding out costs {free[0]} nothing, so that {other} gives way at once."
        return AttritionResult(game, {}, {other: one, free[0]: zero}, {other: one, free[0]: zero}, reason)
    rates = {
        first: game.cost[second] / game.prize[second],
        second: game.cost[first] / game.prize[first],
    }
    total = sum(rates.values())
    return AttritionResult(
        game, rates, {first: zero, second: zero}, {name: rate / total for name, rate in rates.items()}
    )
