"""Games of incomplete information with closed forms: global games of enforcement, and wars of attrition.

A :class:`GlobalGame` has many members who each see a noisy signal of how strong an enforcer is; it punishes at the end
if its strength covers the load that members who do not comply put on it. An :class:`AttritionGame` has two sides that
hold out in continuous time until one gives way. The solvers are in :mod:`detente.solve.incomplete`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact, plain

__all__ = ["AttritionGame", "GlobalGame"]


@dataclass(frozen=True, init=False)
class GlobalGame(Displayed):
    """Members choose an action; punishment follows if the enforcer's strength reaches the load on it.

    Parameters
    ----------
    base : mapping of action to number
        What a member gets if nobody is punished.
    exposure : mapping of action to number
        What it loses if punishment comes, at least 0; actions left out lose nothing.
    load : mapping of action to number
        How much of the enforcer's strength it takes to punish a member who chose the action, at least 0; actions left
        out are no load. With shares s(a) the enforcer punishes if and only if its strength is at least ``sum of
        load(a) s(a)``.
    noise : number
        Standard deviation of a member's signal around the strength, positive; errors are normal and independent.
    prior : (mean, standard deviation), optional
        What everybody believes about the strength before the signal; by default nothing (a flat prior).

    Raises
    ------
    UsageError
        If an action is unknown or a number out of range.

    Examples
    --------
    >>> game = GlobalGame({"refuse": 0, "comply": "-1/4"}, {"refuse": 1}, {"refuse": 1}, "1/10")
    >>> game.actions, print(game.exposure["comply"])
    0
    (('refuse', 'comply'), None)
    """

    base: Mapping[str, Fraction]
    exposure: Mapping[str, Fraction]
    load: Mapping[str, Fraction]
    noise: Fraction
    prior: tuple[Fraction, Fraction] | None = None

    def __init__(
        self,
        base: Mapping[str, object],
        exposure: Mapping[str, object],
        load: Mapping[str, object],
        noise: object,
        prior: Sequence[object] | None = None,
    ) -> None:
        if len(base) < 2:
            raise UsageError(f"found {len(base)} actions; expected at least two")
        sizes = {"exposure": exposure, "load": load}
        for what, given in sizes.items():
            for name, each in given.items():
                if name not in base:
                    raise UsageError(f"{what}: unknown action {name!r}; expected one of {', '.join(base)}")
                if exact(each) < 0:
                    raise UsageError(f"the {what} of {name} is {plain(exact(each))}; expected at least 0")
        object.__setattr__(self, "base", {name: exact(each) for name, each in base.items()})
        for what, given in sizes.items():
            object.__setattr__(self, what, {name: exact(given.get(name, 0)) for name in base})
        object.__setattr__(self, "noise", exact(noise))
        if self.noise <= 0:
            raise UsageError(f"the noise is {plain(self.noise)}; expected more than 0")
        beliefs = None if prior is None else tuple(map(exact, prior))
        if beliefs is not None and (len(beliefs) != 2 or beliefs[1] <= 0):
            raise UsageError(f"prior: found {prior!r}; expected a mean and a positive standard deviation")
        object.__setattr__(self, "prior", beliefs)

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions in order."""
        return tuple(self.base)

    def payoff(self, action: str, probability: Any) -> Any:
        """Return the expected payoff of an action when punishment comes with this probability."""
        return self.base[action] - self.exposure[action] * probability

    def table(self) -> Table:
        """Return what each action gets, loses and weighs."""
        rows = tuple(
            (name, plain(self.base[name]), plain(self.exposure[name]), plain(self.load[name])) for name in self.actions
        )
        flat = (
            "No prior beyond the signal."
            if self.prior is None
            else (f"Prior: normal with mean {plain(self.prior[0])} and standard deviation {plain(self.prior[1])}.")
        )
        columns = ("action", "payoff unpunished", "loss if punished", "load on the enforcer")
        return Table("a global game of enforcement", columns, rows, (f"Signal noise {plain(self.noise)}. {flat}",))

    def to_json(self) -> dict[str, Any]:
        """Return the game as data."""
        return {
            "form": "global",
            "actions": {
                name: {
                    "base": plain(self.base[name]),
                    "exposure": plain(self.exposure[name]),
                    "load": plain(self.load[name]),
                }
                for name in self.actions
            },
            "noise": plain(self.noise),
            "prior": None if self.prior is None else [plain(each) for each in self.prior],
        }


@dataclass(frozen=True, init=False)
class AttritionGame(Displayed):
    """Two sides hold out; the first to give way loses the prize to the other. Complete information, continuous time.

    Parameters
    ----------
    cost : mapping of two players to number
        What holding out costs per unit of time.
    prize : mapping of the same players to number
        What a player gets if the other gives way.
    deadline : number, optional
        A time to report on: how likely it is that nobody has given way by then. It does not end the contest.

    Examples
    --------
    >>> game = AttritionGame({"a": 1, "b": 2}, {"a": 4, "b": 4})
    >>> game.players
    ('a', 'b')
    """

    cost: Mapping[str, Any]
    prize: Mapping[str, Any]
    deadline: Any = None

    def __init__(self, cost: Mapping[str, object], prize: Mapping[str, object], deadline: object = None) -> None:
        if len(cost) != 2 or list(cost) != list(prize):
            raise UsageError(f"found costs of {list(cost)} and prizes of {list(prize)}; expected the same two players")
        made = {name: exact(each) for name, each in cost.items()}
        for name, each in made.items():
            if each < 0:
                raise UsageError(f"the cost of {name} is {plain(each)}; expected at least 0")
        object.__setattr__(self, "cost", made)
        object.__setattr__(self, "prize", {name: exact(each) for name, each in prize.items()})
        object.__setattr__(self, "deadline", None if deadline is None else exact(deadline))
        if self.deadline is not None and self.deadline <= 0:
            raise UsageError(f"the deadline is {plain(self.deadline)}; expected more than 0")

    @property
    def players(self) -> tuple[str, str]:
        """The two players."""
        first, second = self.cost
        return first, second

    def table(self) -> Table:
        """Return costs and prizes."""
        rows = tuple((name, plain(self.cost[name]), plain(self.prize[name])) for name in self.players)
        return Table("a war of attrition", ("player", "cost of holding out", "prize"), rows)

    def to_json(self) -> dict[str, Any]:
        """Return the game as data."""
        return {
            "form": "attrition",
            "cost": {name: plain(each) for name, each in self.cost.items()},
            "prize": {name: plain(each) for name, each in self.prize.items()},
            "deadline": None if self.deadline is None else plain(self.deadline),
        }
