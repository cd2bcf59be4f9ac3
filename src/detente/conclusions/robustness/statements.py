"""Statements about a normal form: conclusions, named formulas, and observed moves as ``played:MOVES``."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from detente.conclusions.conclusion import Conclusion, parse_conclusion
from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from detente.games.normal import Profile

__all__ = ["ALWAYS", "KINDS", "is_played", "moves_text", "parse_moves", "parsed", "plays"]

#: Kinds of conclusions that may be asked for as such: all that occur.
KINDS = ("equilibrium", "unique", "selected", "set", "class")
#: The statement that holds everywhere.
ALWAYS = "always"


@lru_cache(maxsize=1024)
def parsed(text: str, players: tuple[str, ...], strategies: tuple[tuple[str, ...], ...]) -> Conclusion:
    """Return a conclusion from its text, parsed once."""
    return parse_conclusion(text, players, strategies)


def is_played(text: str) -> bool:
    """Return whether a statement is about observed moves."""
    return text.startswith("played:")


def moves_text(moves: dict[str, str]) -> str:
    """Return the statement that some pure equilibrium has these moves; without moves, that holds everywhere.

    Examples
    --------
    >>> moves_text({"row": "up"})
    'played:row=up'
    """
    return "played:" + ",".join(f"{player}={move}" for player, move in moves.items()) if moves else ALWAYS


@lru_cache(maxsize=1024)
def parse_moves(
    text: str, players: tuple[str, ...], strategies: tuple[tuple[str, ...], ...]
) -> tuple[tuple[int, int], ...]:
    """Return (player, strategy) of each move of ``played:PLAYER=STRATEGY,..``.

    Raises
    ------
    UsageError
        If a player or strategy is unknown, or a player moves twice.
    """
    found: dict[int, int] = {}
    for part in text.partition(":")[2].split(","):
        player, equals, strategy = (each.strip() for each in part.partition("="))
        if not equals:
            raise UsageError(f"found {text!r}; expected played:PLAYER=STRATEGY,..")
        if player not in players:
            hint = did_you_mean(player, players)
            raise UsageError(
                f"unknown player {player!r} in {text!r}; expected {', '.join(players)}" + (f"; {hint}" if hint else "")
            )
        index = players.index(player)
        if index in found:
            raise UsageError(f"found {player!r} twice in {text!r}; expected each player once")
        if strategy not in strategies[index]:
            hint = did_you_mean(strategy, strategies[index])
            raise UsageError(
                f"unknown strategy {strategy!r} of {player}; expected {', '.join(strategies[index])}"
                + (f"; {hint}" if hint else "")
            )
        found[index] = strategies[index].index(strategy)
    return tuple(sorted(found.items()))


def plays(profile: Profile, moves: tuple[tuple[int, int], ...]) -> bool:
    """Return whether a profile has the moves."""
    return all(profile[player] == strategy for player, strategy in moves)
