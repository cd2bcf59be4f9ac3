"""Coalitional games with transferable utility: what every coalition can secure for itself.

A :class:`CoalitionalGame` holds the worth of each of the 2^n coalitions. A :class:`WeightedVotingGame` holds a quota
and weights instead, so that it can have hundreds of members. The solvers are in :mod:`detente.solve.coalitional`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite, lcm
from typing import Any

from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.numbers import exact, plain

__all__ = ["CoalitionalGame", "WeightedGame", "WeightedVotingGame"]

#: More players than this would need too many coalitions.
MAX_PLAYERS = 20


@dataclass(frozen=True, init=False)
class CoalitionalGame(Displayed):
    """A game in characteristic function form.

    Parameters
    ----------
    players : sequence of str
        From 1 to 20 names.
    values : mapping or function
        A mapping from coalitions (tuples, lists or sets of players, or one player's name) to numbers, or a function
        that gets a tuple of players in order and returns one. The empty coalition is worth 0. With a float among the
        numbers ``arithmetic`` is ``float``: the game solved has the binary values stored, without further rounding.
    default : number, optional
        The worth of coalitions that a mapping leaves out; without it a missing coalition is an error.

    Raises
    ------
    UsageError
        If a name is unknown or twice there, a coalition is missing, or the empty coalition is worth something.

    Examples
    --------
    >>> gloves = CoalitionalGame(["l", "r1", "r2"], {("l", "r1"): 1, ("l", "r2"): 1, ("l", "r1", "r2"): 1}, default=0)
    >>> gloves["l", "r2"], gloves["r1", "r2"]
    (Fraction(1, 1), Fraction(0, 1))
    """

    players: tuple[str, ...]
    worth: tuple[Fraction, ...] = field(repr=False)  #: by coalition, as a number whose bit k stands for player k
    arithmetic: str = "exact"

    def __init__(
        self,
        players: Sequence[str],
        values: Mapping[Any, object] | Callable[[tuple[str, ...]], object],
        default: object = None,
    ) -> None:
        names = _names(players, MAX_PLAYERS)
        object.__setattr__(self, "players", names)
        object.__setattr__(self, "arithmetic", "exact")
        count = 1 << len(names)
        if callable(values):
            listed: list[Any] = [Fraction(0), *(self._number(values(self.coalition(mask))) for mask in range(1, count))]
        else:
            listed = [None if default is None else self._number(default)] * count
            listed[0] = Fraction(0)
            seen: dict[int, Any] = {}
            for key, value in values.items():
                mask = self.mask((key,) if isinstance(key, str) else key)
                if mask in seen:
                    raise UsageError(f"the coalition {_text(self.coalition(mask))} is given twice")
                seen[mask] = listed[mask] = self._number(value)
            if listed[0]:
                raise UsageError(f"found {plain(listed[0])} as the worth of the empty coalition; expected 0")
            missing = [mask for mask in range(1, count) if listed[mask] is None]
            if missing:
                some = ", ".join(_text(self.coalition(mask)) for mask in missing[:3])
                raise UsageError(
                    f"no worth for {len(missing)} coalitions, such as {some}; give them, or default=0 for all of them"
                )
        object.__setattr__(self, "worth", tuple(listed))

    @classmethod
    def numbered(cls, players: Sequence[str], worth: Sequence[object]) -> CoalitionalGame:
        """Return a game from the worth of every coalition by its number, whose bit k stands for player k.

        Examples
        --------
        >>> CoalitionalGame.numbered(["a", "b"], [0, 1, 2, 4])["a", "b"]
        Fraction(4, 1)
        """
        if len(worth) != 1 << len(players):
            raise UsageError(f"found {len(worth)} worths for {len(players)} players; expected {1 << len(players)}")
        if worth[0] != 0:
            raise UsageError(f"found {worth[0]} as the worth of the empty coalition; expected 0")
        made = object.__new__(cls)
        object.__setattr__(made, "players", _names(players, MAX_PLAYERS))
        object.__setattr__(made, "arithmetic", "exact")
        object.__setattr__(made, "worth", (Fraction(0), *map(made._number, worth[1:])))
        return made

    def _number(self, value: object) -> Fraction:
        if isinstance(value, float) and isfinite(value):
            object.__setattr__(self, "arithmetic", "float")
            return Fraction(value)
        return exact(value)

    def replaced(self, worth: Sequence[Fraction]) -> CoalitionalGame:
        """Return the game of the same players with other worths, by number of the coalition."""
        made = object.__new__(type(self))
        for name, value in (("players", self.players), ("worth", tuple(worth)), ("arithmetic", self.arithmetic)):
            object.__setattr__(made, name, value)
        return made

    @property
    def grand(self) -> int:
        """The number of the grand coalition."""
        return len(self.worth) - 1

    def mask(self, coalition: Iterable[str]) -> int:
        """Return the number of a coalition."""
        mask = 0
        for name in coalition:
            if name not in self.players:
                hint = did_you_mean(str(name), self.players)
                raise UsageError(f"unknown player {name!r} in a coalition" + (f"; {hint}" if hint else ""))
            bit = 1 << self.players.index(name)
            if mask & bit:
                raise UsageError(f"the player {name!r} stands twice in a coalition")
            mask |= bit
        return mask

    def coalition(self, mask: int) -> tuple[str, ...]:
        """Return the players of a coalition, in order."""
        return tuple(name for k, name in enumerate(self.players) if mask >> k & 1)

    def __getitem__(self, coalition: str | Iterable[str]) -> Fraction:
        return self.worth[self.mask((coalition,) if isinstance(coalition, str) else coalition)]

    def scaled(self) -> tuple[list[int], int]:
        """Return the worths as integers over one denominator."""
        scale = lcm(*(each.denominator for each in self.worth))
        return [int(each * scale) for each in self.worth], scale

    def excess(self, payoffs: Sequence[Fraction]) -> list[Fraction]:
        """Return ``v(S) - x(S)`` for every coalition, by number."""
        return [value - total for value, total in zip(self.worth, coalition_sums(payoffs), strict=True)]

    def table(self) -> Table:
        """Return the worth of every coalition that is worth something, larger coalitions last."""
        order = sorted(range(1, len(self.worth)), key=lambda mask: (mask.bit_count(), mask))
        shown = [mask for mask in order if self.worth[mask]]
        rows = tuple((", ".join(self.coalition(mask)), plain(self.worth[mask])) for mask in shown[:40])
        notes = ["Coalitions not listed are worth 0."] if len(shown) < len(order) else []
        if len(shown) > len(rows):
            notes = [f"{len(shown) - len(rows)} more coalitions are worth something."]
        return Table(f"worth of coalitions of {len(self.players)} players", ("coalition", "worth"), rows, tuple(notes))

    def to_json(self) -> dict[str, Any]:
        """Return the game as data; coalitions in the order of their numbers."""
        values = [
            {"coalition": list(self.coalition(mask)), "worth": plain(self.worth[mask])}
            for mask in range(1, len(self.worth))
        ]
        return {"form": "coalitional", "players": list(self.players), "values": values}

    def __repr__(self) -> str:
        return f"<CoalitionalGame: {len(self.players)} players, grand coalition worth {plain(self.worth[-1])}>"


@dataclass(frozen=True, init=False)
class WeightedVotingGame(Displayed):
    """A coalition wins if its weights reach the quota and every veto player belongs to it.

    Parameters
    ----------
    quota : number
        Positive.
    weights : mapping or sequence
        Player to weight, at least 0; a sequence names the players ``1``, ``2``, and so on.
    veto : sequence of str
        Players without whom nothing passes, whatever their weight.

    Raises
    ------
    UsageError
        If the quota is not positive, a weight negative, or all together do not reach the quota.

    Examples
    --------
    >>> council = WeightedVotingGame(12, {"a": 4, "b": 4, "c": 4, "d": 2, "e": 2, "f": 1})
    >>> council.wins(["a", "b", "c"]), council.wins(["a", "b", "f"])
    (True, False)
    """

    quota: Fraction
    weights: Mapping[str, Fraction]
    veto: tuple[str, ...] = ()

    def __init__(
        self, quota: object, weights: Mapping[str, object] | Sequence[object], veto: Sequence[str] = ()
    ) -> None:
        if not isinstance(weights, Mapping):
            weights = {str(k): each for k, each in enumerate(weights, 1)}
        _names(tuple(weights), 100_000)
        sizes = {name: exact(each) for name, each in weights.items()}
        needed = exact(quota)
        negative = [name for name, each in sizes.items() if each < 0]
        if negative:
            raise UsageError(f"the weight of {negative[0]} is {plain(sizes[negative[0]])}; expected at least 0")
        if needed <= 0:
            raise UsageError(f"the quota is {plain(needed)}; expected more than 0")
        if sum(sizes.values()) < needed:
            raise UsageError(
                f"the weights add up to {plain(sum(sizes.values()))}, less than the quota {plain(needed)}: nobody wins"
            )
        for name in veto:
            if name not in sizes:
                hint = did_you_mean(str(name), sizes)
                raise UsageError(f"unknown veto player {name!r}" + (f"; {hint}" if hint else ""))
        object.__setattr__(self, "quota", needed)
        object.__setattr__(self, "weights", sizes)
        object.__setattr__(self, "veto", tuple(name for name in sizes if name in set(veto)))

    @property
    def players(self) -> tuple[str, ...]:
        """The players in order."""
        return tuple(self.weights)

    def wins(self, coalition: Iterable[str]) -> bool:
        """Return whether a coalition wins."""
        members = set(coalition)
        unknown = members - set(self.weights)
        if unknown:
            raise UsageError(f"unknown player {min(unknown)!r}; expected some of {len(self.weights)} players")
        return all(name in members for name in self.veto) and (
            sum((self.weights[name] for name in members), Fraction(0)) >= self.quota
        )

    def scaled(self) -> tuple[int, list[int]]:
        """Return quota and weights as integers in the same proportion, the smallest there are."""
        from math import gcd

        scale = lcm(self.quota.denominator, *(each.denominator for each in self.weights.values()))
        whole = [int(each * scale) for each in self.weights.values()]
        divisor = gcd(*whole) or 1
        return -(int(-self.quota * scale) // divisor), [each // divisor for each in whole]

    def coalitional(self) -> CoalitionalGame:
        """Return the simple game over all coalitions, for at most 20 players."""
        return CoalitionalGame(self.players, lambda members: int(self.wins(members)))

    def to_json(self) -> dict[str, Any]:
        """Return the game as data."""
        return {
            "form": "coalitional",
            "quota": plain(self.quota),
            "weights": {name: plain(each) for name, each in self.weights.items()},
            "veto": list(self.veto),
        }

    def table(self) -> Table:
        """Return the weights, heaviest first."""
        order = sorted(self.weights.items(), key=lambda item: -item[1])
        rows = tuple((name, plain(each), "yes" if name in self.veto else "") for name, each in order)
        return Table(f"weighted voting, quota {plain(self.quota)}", ("player", "weight", "veto"), rows)

    def __repr__(self) -> str:
        veto = f", veto {', '.join(self.veto)}" if self.veto else ""
        total = plain(sum(self.weights.values()))
        return f"<WeightedVotingGame: {len(self.weights)} players, quota {plain(self.quota)} of {total}{veto}>"


@dataclass(frozen=True, init=False)
class WeightedGame(Displayed):
    """A coalition is worth what its total weight is worth: ``v(S) = f(W(S))``.

    Parameters
    ----------
    weights : mapping or sequence of int
        Player to weight, at least 0; a sequence names the players ``1``, ``2``, and so on.
    worth : function
        From a total weight (int) to an exact number; 0 at 0.

    Examples
    --------
    >>> game = WeightedGame({"a": 2, "b": 1, "c": 1}, lambda weight: max(0, weight - 2))
    >>> game.total, game.worth[4]
    (4, Fraction(2, 1))
    """

    weights: Mapping[str, int]
    worth: tuple[Fraction, ...] = field(repr=False)  #: by total weight

    def __init__(self, weights: Mapping[str, int] | Sequence[int], worth: Callable[[int], object]) -> None:
        if not isinstance(weights, Mapping):
            weights = {str(k): each for k, each in enumerate(weights, 1)}
        _names(tuple(weights), 100_000)
        for name, each in weights.items():
            if isinstance(each, bool) or not hasattr(each, "__index__") or each < 0:
                raise UsageError(f"the weight of {name} is {each!r}; expected an integer, at least 0")
        total = sum(weights.values())
        values = tuple(exact(worth(weight)) for weight in range(total + 1))
        if values[0]:
            raise UsageError(f"found {plain(values[0])} as the worth of no weight; expected 0")
        object.__setattr__(self, "weights", {name: int(each) for name, each in weights.items()})
        object.__setattr__(self, "worth", values)

    @property
    def players(self) -> tuple[str, ...]:
        """The players in order."""
        return tuple(self.weights)

    @property
    def total(self) -> int:
        """The weight of all players together."""
        return len(self.worth) - 1

    def coalitional(self) -> CoalitionalGame:
        """Return the game over all coalitions, for at most 20 players."""
        return CoalitionalGame(
            self.players, lambda members: self.worth[sum(self.weights[name] for name in members)]
        )

    def table(self) -> Table:
        """Return the weights, and what the total weights at which the worth changes are worth."""
        steps = [k for k in range(1, len(self.worth)) if self.worth[k] != self.worth[k - 1]]
        rows = tuple((name, str(weight)) for name, weight in self.weights.items())
        levels = ", ".join(f"{plain(self.worth[k])} from {k}" for k in steps[:12])
        more = f" and {len(steps) - 12} more steps" if len(steps) > 12 else ""
        return Table("weighted game", ("player", "weight"), rows, (f"Worth by total weight: 0, {levels}{more}.",))

    def __repr__(self) -> str:
        return f"<WeightedGame: {len(self.weights)} players, total weight {self.total}>"


def coalition_sums(payoffs: Sequence[Any]) -> list[Any]:
    """Return ``x(S)`` for every coalition, by number, an integer for the empty one; 2^n additions."""
    sums: list[Any] = [0]
    for each in payoffs:
        sums += [total + each for total in sums]
    return sums


def _names(players: Sequence[str], most: int) -> tuple[str, ...]:
    names = tuple(players)
    if isinstance(players, str) or not names or any(not isinstance(each, str) or not each for each in names):
        raise UsageError(f"players: found {players!r}; expected a list of names")
    if len(set(names)) < len(names):
        twice = next(each for each in names if names.count(each) > 1)
        raise UsageError(f"players: {twice!r} stands there twice")
    if len(names) > most:
        raise UsageError(f"found {len(names)} players; expected at most {most}")
    return names


def _text(coalition: tuple[str, ...]) -> str:
    return "{" + ", ".join(coalition) + "}"
