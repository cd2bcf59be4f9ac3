"""The core and the least core of a coalitional game, each answer with a certificate that is checked exactly.

The core holds the divisions of ``v(N)`` that no coalition can improve upon. It is empty if and only if some balanced
collection of coalitions is worth more than the grand coalition (Bondareva 1963; Shapley 1967): that collection is the
certificate. The least core lowers what every coalition is owed by the same amount, the least for which a division
exists (Maschler, Peleg and Shapley 1979).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact, plain, short
from detente.solve.coalitional._cuts import Owed, maximize_over_coalitions
from detente.solve.coalitional.allocation import json_number

if TYPE_CHECKING:
    from detente.games.coalitional import CoalitionalGame

__all__ = ["Core", "LeastCore", "core", "in_core", "least_core"]

Balanced = tuple[tuple[tuple[str, ...], Fraction], ...]


@dataclass(frozen=True)
class Core(Displayed):
    """Whether the core is empty, and how much each player can get in it.

    Attributes
    ----------
    ranges : dict of player to (least, most), or None where the core is empty
        Both are attained, though not by all players at once.
    point : dict or None
        One division in the core.
    balanced : tuple of (coalition, weight), or None
        Where it is empty: a balanced collection whose weighted worth, ``worth``, exceeds ``v(N)``.
    """

    game: CoalitionalGame
    ranges: Mapping[str, tuple[Fraction, Fraction]] | None
    point: Mapping[str, Fraction] | None
    balanced: Balanced | None
    floors: Mapping[str, Fraction]

    @property
    def empty(self) -> bool:
        """Whether no division is in the core."""
        return self.ranges is None

    @property
    def single(self) -> bool:
        """Whether the core is one point."""
        return self.ranges is not None and all(low == high for low, high in self.ranges.values())

    def _json(self, value: Fraction) -> Any:
        return json_number(value, self.game.arithmetic)

    def to_json(self) -> dict[str, Any]:
        """Return emptiness, ranges and certificate as JSON values."""
        return {
            "empty": self.empty,
            "ranges": None
            if self.ranges is None
            else {name: [self._json(low), self._json(high)] for name, (low, high) in self.ranges.items()},
            "point": None if self.point is None else {k: self._json(v) for k, v in self.point.items()},
            "balanced": None
            if self.balanced is None
            else [{"coalition": list(who), "weight": self._json(weight)} for who, weight in self.balanced],
        }

    def table(self) -> Table:
        """Return the range of every player, or the collection that shows the core to be empty."""
        if self.balanced is not None:
            listed = tuple((", ".join(who), plain(w), plain(self.game[who])) for who, w in self.balanced)
            worth = sum(w * self.game[who] for who, w in self.balanced)
            note = (
                "Every player is in these coalitions with total weight 1, and with these weights they are worth "
                f"{plain(worth)}, more than the {plain(self.game.worth[-1])} there is to divide: no division contents "
                "all."
            )
            return Table("the core is empty", ("coalition", "weight", "worth"), listed, (note,))
        assert self.ranges is not None
        rows = tuple(
            (name, plain(low), plain(high), short(low, 4), short(high, 4)) for name, (low, high) in self.ranges.items()
        )
        note = "The core is one point." if self.single else "Each end is attained, not all of them at once."
        columns = ("player", "least", "most", "about", "to")
        return Table("core: what each player can get", columns, rows, (note,))


@dataclass(frozen=True)
class LeastCore(Displayed):
    """The least excess that some division can keep every proper coalition down to.

    ``excess`` is negative where the core has an interior, 0 where the core is there without one, positive where it is
    empty. ``point`` is one division that attains it, ``binding`` a balanced collection that shows that no division
    does better.
    """

    game: CoalitionalGame
    excess: Fraction
    point: Mapping[str, Fraction]
    binding: Balanced

    def _json(self, value: Fraction) -> Any:
        return json_number(value, self.game.arithmetic)

    def to_json(self) -> dict[str, Any]:
        """Return excess, point and collection as JSON values."""
        return {
            "excess": self._json(self.excess),
            "point": {name: self._json(each) for name, each in self.point.items()},
            "binding": [{"coalition": list(who), "weight": self._json(weight)} for who, weight in self.binding],
        }

    def table(self) -> Table:
        """Return one division of the least core."""
        rows = tuple((name, plain(each), short(each, 4)) for name, each in self.point.items())
        note = f"No division leaves every proper coalition an excess below {plain(self.excess)}."
        return Table("a division in the least core", ("player", "exact", "about"), rows, (note,))


def membership(game: CoalitionalGame, mask: int) -> list[int]:
    """Return the coalition as a row of zeros and ones."""
    return [mask >> k & 1 for k in range(len(game.players))]


def core(game: CoalitionalGame, floors: Mapping[str, object] | None = None) -> Core:
    """Return whether the core is empty, with the range of every player in it.

    Parameters
    ----------
    game : CoalitionalGame
    floors : mapping, optional
        Player to the least it must get beside what coalitions are owed, such as an outside option.

    Returns
    -------
    Core
        Every claim is an exact linear program whose certificate was checked, or a division in the core in which a
        player gets no more than it is owed alone, or the others no more than they are owed together.

    Notes
    -----
    *Cost.* At most 2n + 1 linear programs, each with the few coalitions that bind; 2^n sums for every round of adding
    these.

    Examples
    --------
    >>> from detente.games.coalitional import CoalitionalGame
    >>> gloves = CoalitionalGame(["l", "r1", "r2"], {("l", "r1"): 1, ("l", "r2"): 1, ("l", "r1", "r2"): 1}, default=0)
    >>> found = core(gloves)
    >>> found.empty, found.single, found.ranges["l"]
    (False, True, (Fraction(1, 1), Fraction(1, 1)))
    >>> core(CoalitionalGame("a b c".split(), lambda s: int(len(s) > 1))).empty
    True
    """
    return _core(game, tuple(_floors(game, floors).items()))


@lru_cache(maxsize=32)  # several questions ask for the core of the same game
def _core(game: CoalitionalGame, floors: tuple[tuple[str, Fraction], ...]) -> Core:
    n, values, given = len(game.players), list(game.worth), dict(floors)
    for name, least in given.items():
        mask = 1 << game.players.index(name)
        values[mask] = max(values[mask], least)
    owed = Owed(values)
    everyone = ([[1] * n], [game.worth[-1]])
    pool = dict.fromkeys(1 << k for k in range(n) if 1 << k != game.grand)
    first, masks = maximize_over_coalitions([-1] + [0] * (n - 1), owed, pool, equal=everyone)
    if first.status == "infeasible":
        assert first.at_most_prices is not None
        assert first.equal_prices is not None
        # Farkas multipliers: -sum y_S 1_S + z 1 = 0 and -sum y_S v(S) + z v(N) < 0; dividing by z makes them balanced
        weights = [
            (game.coalition(mask), price / first.equal_prices[0])
            for mask, price in zip(masks, first.at_most_prices, strict=True)
            if price
        ]
        _check_balanced(game, tuple(weights), values)
        return Core(game, None, None, tuple(weights), given)
    assert first.x is not None
    found = [first.x]
    ranges = {}
    for k, name in enumerate(game.players):
        # what the player is owed alone, and what is left when the others get what they are owed: nothing goes beyond
        limits = values[1 << k], game.worth[-1] - values[game.grand ^ 1 << k]
        ends = []
        for sign, limit in zip((-1, 1), limits, strict=True):
            if any(x[k] == limit for x in found):
                ends.append(limit)
                continue
            unit = [sign * int(j == k) for j in range(n)]
            best, _ = maximize_over_coalitions(unit, owed, pool, equal=everyone, few=True)
            assert best.value is not None
            assert best.x is not None
            found.append(best.x)
            ends.append(sign * best.value)
        ranges[name] = (ends[0], ends[1])
    return Core(game, ranges, dict(zip(game.players, first.x, strict=True)), None, given)


def in_core(game: CoalitionalGame, payoffs: Mapping[str, object]) -> bool:
    """Return whether a division is in the core: it hands out ``v(N)`` and no coalition is worth more than it gets."""
    given = [exact(payoffs[name]) for name in game.players]
    return sum(given) == game.worth[-1] and max(game.excess(given)) <= 0


def least_core(game: CoalitionalGame) -> LeastCore:
    """Return the least excess and one division that attains it.

    Examples
    --------
    >>> from detente.games.coalitional import CoalitionalGame
    >>> print(least_core(CoalitionalGame("a b c".split(), lambda s: int(len(s) > 1))).excess)
    1/3
    """
    n = len(game.players)
    if n == 1:
        raise UsageError("a game of one player has no proper coalition; expected at least two players")
    pool = dict.fromkeys(1 << k for k in range(n))
    # variables x and e: minimize e over x(S) + e >= v(S)
    equal = ([[1] * n + [0]], [game.worth[-1]])
    found, masks = maximize_over_coalitions([0] * n + [-1], Owed(game.worth), pool, relief=1, equal=equal)
    assert found.x is not None
    assert found.at_most_prices is not None
    prices = zip(masks, found.at_most_prices, strict=True)
    weights = tuple((game.coalition(mask), price) for mask, price in prices if price)
    return LeastCore(game, found.x[n], dict(zip(game.players, found.x[:n], strict=True)), weights)


def _floors(game: CoalitionalGame, floors: Mapping[str, object] | None) -> dict[str, Fraction]:
    given = {}
    for name, least in (floors or {}).items():
        game.mask((name,))
        given[name] = exact(least)
    return given


def _check_balanced(game: CoalitionalGame, weights: Balanced, owed: list[Fraction]) -> None:
    """Raise if the collection is not balanced or not worth more than everything there is."""
    shares = [sum((w for who, w in weights if name in who), Fraction(0)) for name in game.players]
    worth = sum((w * owed[game.mask(who)] for who, w in weights), Fraction(0))
    if any(w <= 0 for _, w in weights) or any(share != 1 for share in shares) or worth <= game.worth[-1]:
        raise AssertionError("the certificate of an empty core does not hold; please report")
