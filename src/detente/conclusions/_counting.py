"""Other ways of counting payoffs: strictly increasing, affine, and in one unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.games.normal import NormalFormGame

if TYPE_CHECKING:
    from random import Random

__all__ = ["LEVELS", "Counting", "random_counting", "recounted"]

#: From the level that allows most changes of payoffs to the one that allows none.
LEVELS = ("ordinal", "cardinal", "common_unit", "money")


@dataclass(frozen=True)
class Counting:
    """For each player, the new value of each payoff that it may get: strictly increasing.

    ``factors`` holds the positive factors where the change is affine.
    """

    level: str
    values: tuple[dict[Any, Any], ...]
    factors: tuple[Fraction, ...] = ()


def random_counting(game: NormalFormGame, level: str, random: Random) -> Counting:
    """Return a random change of the payoffs of a game that a level allows; ``money`` allows none."""
    players = range(len(game.players))
    old = [sorted(set(game.payoffs[player].flat)) for player in players]
    if level == "ordinal":
        made = []
        for own in old:
            at = Fraction(random.randint(-50, 50))
            new = {}
            for value in own:
                new[value] = at
                # steps of very different sizes, so that differences change their order
                at += Fraction(random.randint(1, 9), random.choice((1, 1, 7, 60))) * random.choice((1, 1, 10, 200))
            made.append(new)
        return Counting(level, tuple(made))
    if level == "money":
        return Counting(level, tuple({value: value for value in own} for own in old), (Fraction(1),) * len(old))
    shared = _factor(random)
    factors = tuple(_factor(random) if level == "cardinal" else shared for _ in players)
    shifts = [Fraction(random.randint(-400, 400), 7) for _ in players]
    values = tuple(
        {value: factor * value + shift for value in own}
        for own, factor, shift in zip(old, factors, shifts, strict=True)
    )
    return Counting(level, values, factors)


def _factor(random: Random) -> Fraction:
    size = Fraction(random.randint(1, 60), random.randint(1, 60))
    return size * random.choice((Fraction(1, 50), Fraction(1), Fraction(50)))


def recounted(game: NormalFormGame, counting: Counting) -> NormalFormGame:
    """Return a game with its payoffs counted in another way."""
    table = game.payoffs.copy()
    for player, new in enumerate(counting.values):
        for cell in game.profiles():
            table[(player, *cell)] = new[game.payoffs[(player, *cell)]]
    return NormalFormGame(table, game.players, game.strategies)
