"""What is given: conditions under which shares are counted, from conclusions or from observed play.

Observed moves are **consistent** with a draw if some pure equilibrium has them. How sure a coding is enters as the
probability that it is right: with probability ``sure`` the draw has to be consistent, else the event says nothing.
So a draw counts with the weight

    sum over the sets R of codings that may be right of P(R) * [some pure equilibrium has all moves in R]

and a conditional share is the weighted share. Several reports of one move count once, with the surest coding:
documents that report the same policy are not independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from detente.conclusions.robustness.statements import ALWAYS, moves_text
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Given", "observed"]

#: Moves that are weighed jointly; 2**10 sets of them.
_JOINT = 10


@dataclass(frozen=True)
class Given:
    """A condition as a mixture of statements.

    Attributes
    ----------
    name : str
        What it is called in results.
    mixture : tuple of (Fraction, str)
        Weight and statement; the weights add up to 1.
    words : str
        What is given, for people.

    Examples
    --------
    >>> Given.that("class:stag_hunt").mixture
    ((Fraction(1, 1), 'class:stag_hunt'),)
    """

    name: str
    mixture: tuple[tuple[Fraction, str], ...]
    words: str = ""

    @classmethod
    def that(cls, statement: str) -> Given:
        """Return the condition that a conclusion holds."""
        return cls(statement, ((Fraction(1), statement),), statement)

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements in it, but the one that always holds."""
        return tuple(statement for _, statement in self.mixture if statement != ALWAYS)


def observed(name: str, events: Sequence[tuple[Mapping[str, str], Fraction]], words: str = "") -> Given:
    """Return observed play as a condition.

    Parameters
    ----------
    name : str
    events : sequence of (moves, sure)
        What each player that moved chose, and the probability that this coding is right.

    Raises
    ------
    UsageError
        If a player made different moves in different events: these are several plays, so name one event; or if there
        are more than ten distinct events.

    Examples
    --------
    >>> from fractions import Fraction
    >>> found = observed("both", [({"us": "confront"}, Fraction(4, 5)), ({"china": "confront"}, Fraction(1))])
    >>> for weight, statement in found.mixture:
    ...     print(weight, statement)
    1/5 played:china=confront
    4/5 played:us=confront,china=confront
    """
    surest: dict[tuple[tuple[str, str], ...], Fraction] = {}
    for moves, sure in events:
        key = tuple(moves.items())
        surest[key] = max(sure, surest.get(key, Fraction(0)))
    seen: dict[str, str] = {}
    for key in surest:
        for player, move in key:
            if seen.setdefault(player, move) != move:
                raise UsageError(
                    f"{player} was seen to {seen[player]} and to {move}; these are different plays, so name one event"
                )
    if len(surest) > _JOINT:
        raise UsageError(f"found {len(surest)} distinct observed moves; at most {_JOINT} are weighed jointly")
    total: dict[str, Fraction] = {}
    for right in product((False, True), repeat=len(surest)):
        weight = Fraction(1)
        together: dict[str, str] = {}
        for (key, sure), is_right in zip(surest.items(), right, strict=True):
            weight *= sure if is_right else 1 - sure
            together.update(dict(key) if is_right else {})
        if weight:
            statement = moves_text(together)
            total[statement] = total.get(statement, Fraction(0)) + weight
    return Given(name, tuple((weight, statement) for statement, weight in total.items()), words)
