"""Strategic complements in normal forms: increasing differences, iterated best reply, least and greatest equilibrium.

A game with ordered strategies is *supermodular* if a step up pays a player at least as much when another player is
one step higher. Then iterated best reply from the lowest profile, with ties going down, rises to the least pure
equilibrium, and from the highest, with ties going up, falls to the greatest (Topkis 1979; Vives 1990; Milgrom and
Roberts 1990). Elsewhere the same iteration may go round for ever, which is then said.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING, Any, Literal

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.solve.best_response import best_responses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from detente.games.normal import NormalFormGame, Profile

__all__ = ["BestReplies", "Difference", "increasing_differences", "iterated_best_reply", "least_and_greatest", "steps"]

Ties = Literal["lowest", "highest"]


@dataclass(frozen=True)
class Difference:
    """What another player's step up adds to the gain of a player's own step up, at one profile of all others.

    ``profile`` has both at the lower strategy; ``value`` is a number, or for parametric games a formula.
    """

    player: int
    other: int
    profile: Profile
    value: Any


def steps(game: Any, whose: int | None = None) -> Iterator[Difference]:
    """Yield every difference of differences of a numeric or symbolic normal form, strategies in their order.

    The game is supermodular if none is negative: strategies are ordered, so that pairs of players suffice. ``whose``
    leaves only those of one player's payoffs.
    """
    shape = game.shape
    for player in range(len(shape)) if whose is None else (whose,):
        for other in range(len(shape)):
            if other == player:
                continue
            for profile in game.profiles():
                if profile[player] + 1 >= shape[player] or profile[other] + 1 >= shape[other]:
                    continue
                up = _moved(profile, player)
                both, aside = _moved(up, other), _moved(profile, other)
                value = (game.payoff(player, both) - game.payoff(player, aside)) - (
                    game.payoff(player, up) - game.payoff(player, profile)
                )
                yield Difference(player, other, profile, value)


def _moved(profile: Profile, player: int) -> Profile:
    return (*profile[:player], profile[player] + 1, *profile[player + 1 :])


def increasing_differences(game: NormalFormGame) -> bool:
    """Return whether a numeric game is supermodular in the order of its strategies.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> hunt = NormalFormGame([[[3, 3], [0, 4]], [[3, 0], [3, 4]]], strategies=[["hare", "stag"]] * 2)
    >>> increasing_differences(hunt)
    True
    """
    import numpy as np

    for player, own in enumerate(game.payoffs):
        gains = np.diff(_whole(own) if game.arithmetic == "exact" else own, axis=player)
        if not all((np.diff(gains, axis=other) >= 0).all() for other in range(gains.ndim) if other != player):
            return False
    return True


def _whole(payoffs: NDArray[Any]) -> NDArray[Any]:
    """Return exact payoffs of a player times their common denominator: whole numbers are compared ten times faster."""
    import numpy as np

    common = lcm(*(each.denominator for each in payoffs.flat))
    whole = [each.numerator * (common // each.denominator) for each in payoffs.flat]
    return np.array(whole, dtype=object).reshape(payoffs.shape)


@dataclass(frozen=True)
class BestReplies(Displayed):
    """Profiles reached by simultaneous best replies.

    Attributes
    ----------
    profiles : tuple of tuple of int
        Strategy numbers; the first is the start, the last is a rest point or closes a cycle.
    ties : str
        Which of several best replies is taken, ``lowest`` or ``highest``.
    cycle : int or None
        Length of the cycle that was reached; None at a rest point.
    """

    game: NormalFormGame
    profiles: tuple[Profile, ...]
    ties: Ties
    cycle: int | None

    @property
    def last(self) -> Profile:
        """The last profile."""
        return self.profiles[-1]

    @property
    def equilibrium(self) -> bool:
        """Whether the last profile is a pure equilibrium, checked from the definition."""
        replies = (best_responses(self.game, player, self.last) for player in range(len(self.game.players)))
        return all(own in best for own, best in zip(self.last, replies, strict=True))

    def waves(self) -> tuple[tuple[str, ...], ...]:
        """Return which players change in each round."""
        return tuple(
            tuple(name for name, old, new in zip(self.game.players, before, after, strict=True) if old != new)
            for before, after in zip(self.profiles, self.profiles[1:], strict=False)
        )

    def to_json(self) -> dict[str, Any]:
        """Return the profiles and waves as JSON values."""
        return {
            "profiles": [list(self.game.profile_labels(each)) for each in self.profiles],
            "waves": [list(each) for each in self.waves()],
            "ties": self.ties,
            "cycle": self.cycle,
            "equilibrium": self.equilibrium,
        }

    def table(self) -> Table:
        """Return one row per round: who changes, and the profile that results."""
        moves = ((), *self.waves())
        rows = tuple(
            (str(k), ", ".join(moves[k]) or "", ",".join(self.game.profile_labels(profile)))
            for k, profile in enumerate(self.profiles)
        )
        note = (
            f"The replies go round in a cycle of {self.cycle}: no equilibrium is reached."
            if self.cycle is not None
            else "The last profile is an equilibrium, checked deviation by deviation."
        )
        title = f"iterated best reply, ties to the {self.ties} strategy"
        return Table(title, ("round", "changes", "profile"), rows, (note,))


def iterated_best_reply(
    game: NormalFormGame, start: Literal["lowest", "highest"] | Profile = "lowest", ties: Ties | None = None
) -> BestReplies:
    """Return the profiles that simultaneous best replies run through.

    Parameters
    ----------
    game : NormalFormGame
    start : {"lowest", "highest"} or tuple of int
        All at their first strategy, all at their last, or any profile.
    ties : {"lowest", "highest"}, optional
        Which best reply is taken of several; by default the side from which the iteration comes.

    Raises
    ------
    UsageError
        If the start is no profile of the game.

    Notes
    -----
    Ends after finitely many rounds, at a rest point or in a cycle, at most one round per profile. In a supermodular
    game it rises or falls, so the rounds are at most the sum over players of strategies less one.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> hunt = NormalFormGame([[[3, 3], [0, 4]], [[3, 0], [3, 4]]], strategies=[["hare", "stag"]] * 2)
    >>> [iterated_best_reply(hunt, each).last for each in ("lowest", "highest")]
    [(0, 0), (1, 1)]
    """
    profile = _started(game, start)
    side: Ties = ties or ("highest" if start == "highest" else "lowest")
    path = [profile]
    seen = {profile: 0}
    while True:
        replies = [best_responses(game, player, profile) for player in range(len(game.players))]
        profile = tuple(best[0] if side == "lowest" else best[-1] for best in replies)
        if profile == path[-1]:
            return BestReplies(game, tuple(path), side, None)
        path.append(profile)
        if profile in seen:
            return BestReplies(game, tuple(path), side, len(path) - 1 - seen[profile])
        seen[profile] = len(path) - 1


def _started(game: NormalFormGame, start: Any) -> Profile:
    if start in ("lowest", "highest"):
        return tuple(0 if start == "lowest" else size - 1 for size in game.shape)
    given = tuple(start) if isinstance(start, (tuple, list)) else ()
    if len(given) != len(game.shape) or not all(
        isinstance(own, int) and 0 <= own < size for own, size in zip(given, game.shape, strict=False)
    ):
        raise UsageError(f"found the start {start!r}; expected 'lowest', 'highest' or one strategy number a player")
    return given


def least_and_greatest(game: NormalFormGame) -> tuple[Profile, Profile]:
    """Return the least and the greatest pure equilibrium of a supermodular game.

    Raises
    ------
    UsageError
        If the game is not supermodular in the order of its strategies: then neither need exist.
    """
    if not increasing_differences(game):
        raise UsageError("the game is not supermodular in the order of its strategies; see pure_equilibria for all")
    least, greatest = (iterated_best_reply(game, side).last for side in ("lowest", "highest"))
    return least, greatest
