"""Values of coalitional games: Shapley (1953) and Banzhaf (1965), exact.

Shapley's value is a player's marginal contribution ``v(S + i) - v(S)``, averaged over all orders in which the players
may arrive; Banzhaf's the same averaged over all coalitions of the others. In a weighted voting game only the swings
count: the coalitions that lose without the player and win with it. They are counted by size and weight, coalition by
coalition never being listed, so that hundreds of members are no obstacle (Mann and Shapley 1962; Brams and Affuso
1976).
"""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial, lcm
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.coalitional import CoalitionalGame, WeightedGame, WeightedVotingGame
from detente.solve.coalitional.allocation import Allocation

if TYPE_CHECKING:
    from collections.abc import Sequence

AnyGame = CoalitionalGame | WeightedVotingGame | WeightedGame

__all__ = ["banzhaf", "shapley", "swings_by_size"]

#: Counts kept at once: (players + 1) times (quota + 1).
_MOST_COUNTS = 20_000_000


def shapley(game: AnyGame) -> Allocation:
    """Return Shapley's value; for a voting game the Shapley-Shubik index.

    Parameters
    ----------
    game : CoalitionalGame, WeightedVotingGame or WeightedGame

    Returns
    -------
    Allocation
        Exact; the sum is the worth of the grand coalition, which is checked.

    Raises
    ------
    UsageError
        If a voting game has weights too large to count (players times quota above 20 million).

    Notes
    -----
    *Cost.* n 2^n additions for n players; n^2 q for a voting game with quota
    q, times the number of different weights over n.

    References
    ----------
    L. S. Shapley (1953), "A value for n-person games", Contributions to the Theory of Games II, 307-317.
    L. S. Shapley and M. Shubik (1954), American Political Science Review 48, 787-792.

    Examples
    --------
    >>> council = WeightedVotingGame(12, {"de": 4, "fr": 4, "it": 4, "nl": 2, "be": 2, "lu": 1})
    >>> print(*shapley(council).values())
    7/30 7/30 7/30 3/20 3/20 0
    """
    n = len(game.players)
    weight = [Fraction(factorial(s) * factorial(n - s - 1), factorial(n)) for s in range(n)]
    sums = _marginals_by_size(game)
    found = {
        name: sum((w * each for w, each in zip(weight, sums[name], strict=True) if each), Fraction(0))
        for name in game.players
    }
    worth = Fraction(1) if isinstance(game, WeightedVotingGame) else game.worth[-1]
    if sum(found.values()) != worth:
        raise AssertionError("a Shapley value does not add up to the worth of all; please report")
    name = "Shapley-Shubik index" if isinstance(game, WeightedVotingGame) else "Shapley value"
    return Allocation(name, _method(game), found, (), _arithmetic(game))


def banzhaf(game: AnyGame, *, normalized: bool = False) -> Allocation:
    """Return Banzhaf's value: the mean marginal contribution over the coalitions of the others.

    Parameters
    ----------
    game : CoalitionalGame or WeightedVotingGame
        For a voting game the value is the share of coalitions of the others in which the player is a swing.
    normalized : bool
        True divides by the sum, so that shares add up to 1; impossible where the sum is 0.

    References
    ----------
    J. F. Banzhaf (1965), "Weighted voting doesn't work", Rutgers Law Review 19, 317-343.
    P. Dubey and L. S. Shapley (1979), Mathematics of Operations Research 4, 99-131.

    Examples
    --------
    >>> council = WeightedVotingGame(12, {"de": 4, "fr": 4, "it": 4, "nl": 2, "be": 2, "lu": 1})
    >>> print(*banzhaf(council, normalized=True).values())
    5/21 5/21 5/21 1/7 1/7 0
    """
    coalitions = 1 << (len(game.players) - 1)
    found = {name: sum(sums, Fraction(0)) / coalitions for name, sums in _marginals_by_size(game).items()}
    total = sum(found.values(), Fraction(0))
    if normalized:
        if total == 0:
            raise UsageError("the marginal contributions add up to 0; expected a sum that shares can be taken of")
        found = {name: each / total for name, each in found.items()}
    name = "Banzhaf index, normalized" if normalized else "Banzhaf value"
    return Allocation(name, _method(game), found, (), _arithmetic(game))


def _arithmetic(game: AnyGame) -> str:
    return game.arithmetic if isinstance(game, CoalitionalGame) else "exact"


def _method(game: AnyGame) -> str:
    if isinstance(game, CoalitionalGame):
        return "all coalitions"
    counted = "swings" if isinstance(game, WeightedVotingGame) else "coalitions"
    return f"{counted} counted by size and weight"


def _marginals_by_size(game: AnyGame) -> dict[str, list[Fraction]]:
    """Return per player the sums of marginal contributions to coalitions of 0, 1, .., n - 1 others."""
    if isinstance(game, WeightedVotingGame):
        return {name: [Fraction(each) for each in counts] for name, counts in swings_by_size(game).items()}
    if isinstance(game, WeightedGame):
        return _weighted_marginals(game)
    import numpy as np

    n = len(game.players)
    whole, scale = game.scaled()
    largest = max(map(abs, whole), default=0)
    kind: Any = np.int64 if largest << (n + 2) < 2**62 else object
    worth = np.array(whole, dtype=kind)
    numbers = np.arange(1 << n)
    sizes = np.array([mask.bit_count() for mask in range(1 << n)])
    found = {}
    for k, name in enumerate(game.players):
        without = numbers[numbers >> k & 1 == 0]
        gains = worth[without | 1 << k] - worth[without]
        by_size = [gains[sizes[without] == s].sum() for s in range(n)]
        found[name] = [Fraction(int(each), scale) for each in by_size]
    return found


def _weighted_marginals(game: WeightedGame) -> dict[str, list[Fraction]]:
    import numpy as np

    sizes = list(game.weights.values())
    if (len(sizes) + 1) * (game.total + 1) > _MOST_COUNTS:
        raise UsageError(f"a total weight of {game.total} needs too many counts; expected smaller weights")
    counts = _counts(sizes, game.total + 1)
    scale = lcm(*(each.denominator for each in game.worth))
    worth = np.array([int(each * scale) for each in game.worth], dtype=object)
    known: dict[int, list[Fraction]] = {}
    for own in set(sizes):
        # coalitions of the others weigh at most total - own: beyond, the counts are 0
        gains = np.concatenate([worth[own:] - worth[: len(worth) - own], np.zeros(own, dtype=object)])
        known[own] = [Fraction(int((row * gains).sum()), scale) for row in _taken_out(counts, own)]
    return {name: known[own] for name, own in game.weights.items()}


def swings_by_size(game: WeightedVotingGame) -> dict[str, list[int]]:
    """Return per player how many coalitions of 0, 1, .., n - 1 others it turns from losing to winning.

    Coalitions below the quota are counted by size and weight, all players together; one player is then taken out by
    dividing the generating function by ``1 + x y^w``. Veto players join every coalition that can win.
    """
    quota, whole = game.scaled()
    names = game.players
    veto = [k for k, name in enumerate(names) if name in game.veto]
    free = [k for k in range(len(names)) if k not in veto]
    left = max(0, quota - sum(whole[k] for k in veto))  # what the others have to bring
    if (len(free) + 1) * (left + 1) > _MOST_COUNTS:
        raise UsageError(
            f"{len(free)} players and a quota of {left} in smallest units need {(len(free) + 1) * (left + 1)} counts; "
            f"expected at most {_MOST_COUNTS}: round the weights"
        )
    counts = _counts([whole[k] for k in free], left)
    blocked = len(veto)
    found: dict[str, list[int]] = {}
    known: dict[int, list[int]] = {}
    for k, name in enumerate(names):
        if k in veto:
            # with it, a coalition of the free players wins if it brings what is left
            losing = [int(row.sum()) if len(row) else 0 for row in counts]
            inside = [comb(len(free), s) - losing[s] for s in range(len(free) + 1)]
            found[name] = _padded(inside, blocked - 1, len(names))
            continue
        own = whole[k]
        if own not in known:
            without = _taken_out(counts, own)
            known[own] = [int(row[max(0, left - own) :].sum()) for row in without]
        found[name] = _padded(known[own], blocked, len(names))
    return found


def _padded(counts: Sequence[int], shift: int, n: int) -> list[int]:
    return ([0] * shift + list(counts) + [0] * n)[:n]


def _counts(weights: Sequence[int], quota: int) -> list[Any]:
    """Return ``counts[s][w]``: coalitions of s players with total weight w < quota, as Python integers."""
    import numpy as np

    counts = [np.zeros(quota, dtype=object) for _ in range(len(weights) + 1)]
    if quota:
        counts[0][0] = 1
    for number, each in enumerate(weights):
        for s in range(number, -1, -1):
            if each < quota:
                counts[s + 1][each:] += counts[s][: quota - each]
    return counts


def _taken_out(counts: Sequence[Any], weight: int) -> list[Any]:
    """Return the counts without one player of that weight."""
    without: list[Any] = []
    for s in range(len(counts) - 1):
        row = counts[s].copy()
        if s and weight < len(row):
            row[weight:] -= without[s - 1][: len(row) - weight]
        without.append(row)
    return without
