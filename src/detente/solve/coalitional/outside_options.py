"""What players can get elsewhere, and what that leaves of a coalition.

Where every player can leave with an outside option, a coalition is worth the best it can do by letting members go
singly. Where groups may form side by side, it is worth its best partition. The degree of exclusivity that the core
bears is the largest share of the outside options that every named player can be sure of in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from detente.errors import UsageError
from detente.numbers import exact
from detente.solve.coalitional._cuts import Owed, maximize_over_coalitions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.coalitional import CoalitionalGame

__all__ = ["Partition", "best_partition", "exclusivity", "with_outside_options"]


@dataclass(frozen=True)
class Partition:
    """The partition of all players that is worth most; ``worth`` is its sum. One of several where they tie."""

    worth: Fraction
    groups: tuple[tuple[str, ...], ...]


def with_outside_options(
    game: CoalitionalGame, options: Mapping[str, object], *, leave: bool = True
) -> CoalitionalGame:
    """Return the game in which a coalition may let members go singly: ``max over T of v(T) + sum of o_i outside T``.

    Parameters
    ----------
    options : mapping
        Player to what it gets elsewhere; players not named get nothing elsewhere.
    leave : bool
        False leaves the grand coalition as it is: all of them share ``v(N)``.

    Notes
    -----
    *Cost.* n 2^n: members are let go one after the other.

    Examples
    --------
    >>> from detente.games.coalitional import CoalitionalGame
    >>> pair = CoalitionalGame(["a", "b"], {("a", "b"): 1}, default=0)
    >>> print(with_outside_options(pair, {"a": "3/4", "b": "1/2"})["a", "b"])
    5/4
    """
    given = {game.mask((name,)): exact(value) for name, value in options.items()}
    whole, scale = game.scaled()
    unit = lcm(scale, *(each.denominator for each in given.values()))
    before = [each * (unit // scale) for each in whole]
    best = list(before)
    for bit, value in given.items():
        own = int(value * unit)
        for mask in range(len(best)):
            if mask & bit:
                best[mask] = max(best[mask], best[mask ^ bit] + own)
    if not leave:
        best[-1] = before[-1]
    better = zip(game.worth, before, best, strict=True)
    return game.replaced([value if now == old else Fraction(now, unit) for value, old, now in better])


def best_partition(game: CoalitionalGame) -> Partition:
    """Return a partition of the players whose groups are together worth most.

    Notes
    -----
    *Cost.* 3^n comparisons of integers: 11 players in a tenth of a second, 14 in seconds. Beyond 15 it refuses.

    Examples
    --------
    >>> from detente.games.coalitional import CoalitionalGame
    >>> pairs = CoalitionalGame("a b c d".split(), lambda s: 3 if len(s) == 2 else len(s) // 4)
    >>> best_partition(pairs).worth, len(best_partition(pairs).groups)
    (Fraction(6, 1), 2)
    """
    n = len(game.players)
    if n > 15:
        raise UsageError(f"found {n} players; expected at most 15, as 3^n groups are compared")
    whole, scale = game.scaled()
    best = list(whole)
    split = list(range(len(whole)))  # the group that holds the first player of a coalition in its best partition
    for mask in range(1, len(whole)):
        first = mask & -mask
        rest = mask ^ first
        part = (rest - 1) & rest if rest else 0
        while rest:  # groups with the first player: first | part, for every proper part of the rest
            value = whole[first | part] + best[rest ^ part]
            if value > best[mask]:
                best[mask], split[mask] = value, first | part
            if not part:
                break
            part = (part - 1) & rest
    groups, left = [], game.grand
    while left:
        groups.append(game.coalition(split[left]))
        left ^= split[left]
    return Partition(Fraction(best[game.grand], scale), tuple(groups))


def exclusivity(game: CoalitionalGame, options: Mapping[str, object]) -> Fraction | None:
    """Return the largest ``lam`` for which the core has a division with ``x_i >= lam o_i`` for every named player.

    None if the core is empty; infinite degrees (all options 0) are refused.

    Examples
    --------
    >>> from detente.games.coalitional import CoalitionalGame
    >>> pair = CoalitionalGame(["a", "b"], {("a", "b"): 1}, default=0)
    >>> print(exclusivity(pair, {"a": "1/2", "b": "1/4"}))
    4/3
    """
    n = len(game.players)
    given = [(game.mask((name,)).bit_length() - 1, exact(value)) for name, value in options.items()]
    if not any(value > 0 for _, value in given):
        raise UsageError("all outside options are 0; expected a positive one")
    pool = dict.fromkeys(1 << k for k in range(n) if 1 << k != game.grand)
    asked = [[*(-int(j == k) for j in range(n)), value] for k, value in given], [0] * len(given)
    equal = ([[1] * n + [0]], [game.worth[-1]])
    found, _ = maximize_over_coalitions([0] * n + [1], Owed(game.worth), pool, more=asked, equal=equal)
    return found.value if found.status == "optimal" else None
