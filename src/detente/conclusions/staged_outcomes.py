"""Outcomes of games in two stages: some players move at once, the others see it and move at once.

A profile is the outcome of a subgame-perfect equilibrium in pure strategies exactly where those who move second are in
equilibrium with each other, and nobody who moves first gains by another move, after which the others play some
equilibrium of theirs. Several equilibria after a deviation make alternatives. Where the others have a mixed equilibrium
only, that is not looked at: conditions found are sufficient, and without such cases necessary.

References
----------
M. J. Osborne and A. Rubinstein (1994), A Course in Game Theory, section 6.3.2 (simultaneous moves).
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions._conditions import Alternatives
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import Profile
    from detente.games.symbolic import SymbolicGame

__all__ = ["StagedOutcome"]

#: Most alternatives of one statement.
MAX_ALTERNATIVES = 3000


class StagedOutcome(Alternatives):
    """The statement that a profile is the outcome of a subgame-perfect equilibrium, some players moving first.

    Parameters
    ----------
    game : SymbolicGame
        What is paid at every profile.
    profile : tuple of int
    first : sequence of int
        The players who move first, at once.
    negated : bool
        True for the opposite statement.

    Raises
    ------
    UsageError
        If there are too many alternatives.

    Examples
    --------
    A leader who commits to ``low`` gets the follower's best reply to it:

    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[[3, 1], ["g", 0]], [[1, 0], [0, 2]]], {"g": (0, 5)}, ["leader", "follower"])
    >>> c = StagedOutcome(s, (0, 0), [0])
    >>> [c.truth({"g": value}) for value in (0, 5)]
    [True, True]
    """

    def __init__(self, game: SymbolicGame, profile: Profile, first: Sequence[int], negated: bool = False) -> None:
        second = [j for j in range(len(game.players)) if j not in first]
        label = ",".join(own[k] for own, k in zip(game.strategies, profile, strict=True))
        alternatives: list[list[tuple[Any, bool]]] = [_stable(game, profile, second)]
        for i in first:
            for other in range(game.shape[i]):
                if other == profile[i]:
                    continue
                after = []
                for replies in product(*(range(game.shape[j]) for j in second)):
                    there = list(profile)
                    there[i] = other
                    for j, reply in zip(second, replies, strict=True):
                        there[j] = reply
                    kept = (game.payoff(i, profile) - game.payoff(i, tuple(there)), False)
                    after.append([*_stable(game, tuple(there), second), kept])
                if len(alternatives) * len(after) > MAX_ALTERNATIVES:
                    raise UsageError(
                        f"more than {MAX_ALTERNATIVES} combinations of equilibria after other first moves: "
                        "too many for levers"
                    )
                alternatives = [[*one, *more] for one in alternatives for more in after]
        super().__init__(game, f"{'not ' if negated else ''}equilibrium:{label}", alternatives)
        self.negated = negated

    def holds(self, signs: tuple[int, ...]) -> bool:
        """Return whether the statement is true where the decisive expressions have these signs."""
        return super().holds(signs) is not self.negated

    def cubes(self, wanted: bool) -> Any:
        """Return the alternatives as cubes; None for the opposite."""
        return super().cubes(wanted=True) if wanted is not self.negated else None


def _stable(game: SymbolicGame, profile: Profile, players: Sequence[int]) -> list[tuple[Any, bool]]:
    """Return the inequalities under which none of some players gains by another strategy."""
    return [
        (game.payoff(j, profile) - game.payoff(j, (*profile[:j], other, *profile[j + 1 :])), False)
        for j in players
        for other in range(game.shape[j])
        if other != profile[j]
    ]
