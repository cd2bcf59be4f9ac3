"""Best responses and the certificate of an equilibrium.

The certificate uses nothing but the payoff table and the profile: the largest *regret*, which is what
some player would gain by the best deviation. A profile is a Nash equilibrium if and only if it is zero
(Nash 1950). No solver of this package is used here, and no solver checks its own answers.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import exact, is_exact, tolerance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame, Profile

__all__ = [
    "best_responses",
    "deviation_payoffs",
    "expected_payoffs",
    "is_equilibrium",
    "payoff_tolerance",
    "regret",
    "regrets",
]

#: Strategies with probabilities, one tuple per player.
Mixed = tuple[tuple[Any, ...], ...]


def payoff_tolerance(game: NormalFormGame, relative: float = 1e-9, player: int | None = None) -> float | int:
    """Return 0 for an exact game, else ``relative`` times the spread of the payoffs of ``player``.

    Comparisons of one player's payoffs name the player: another may count in another currency. Without a player the
    spread is the largest of all.
    """
    if game.arithmetic == "exact":
        return 0
    players = range(len(game.players)) if player is None else (player,)
    return max(tolerance(game.payoffs[each].flat, relative) for each in players)


def best_responses(game: NormalFormGame, player: int, profile: Profile, relative: float = 1e-9) -> tuple[int, ...]:
    """Return the pure best responses of ``player`` to the others' strategies in a pure profile.

    Cost: one pass over the player's strategies.
    """
    values = [
        game.payoffs[(player, *profile[:player], own, *profile[player + 1 :])] for own in range(game.shape[player])
    ]
    best = max(values) - payoff_tolerance(game, relative, player)
    return tuple(own for own, value in enumerate(values) if value >= best)


def deviation_payoffs(game: NormalFormGame, player: int, mixed: Sequence[Sequence[Any]]) -> list[Any]:
    """Return what each pure strategy of ``player`` yields against the others' mixed strategies."""
    import numpy as np

    table = np.moveaxis(game.payoffs[player], player, 0)
    for other in reversed([index for index in range(len(game.players)) if index != player]):
        pure = _pure(mixed[other])
        if pure is None:
            table = sum(table[..., k] * weight for k, weight in enumerate(mixed[other]))
        else:
            table = table[..., pure]
    return list(table)


def _pure(weights: Sequence[Any]) -> int | None:
    """Return the strategy that is played for sure, where weights are whole numbers or fractions."""
    if any(type(each) not in {int, Fraction} for each in weights):
        return None
    played = [k for k, each in enumerate(weights) if each]
    return played[0] if len(played) == 1 and weights[played[0]] == 1 else None


def expected_payoffs(game: NormalFormGame, mixed: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    """Return each player's expected payoff at a mixed profile."""
    return tuple(
        sum(weight * value for weight, value in zip(mixed[player], deviation_payoffs(game, player, mixed), strict=True))
        for player in range(len(game.players))
    )


def regrets(game: NormalFormGame, mixed: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    """Return what each player would gain by the best deviation from a mixed profile.

    Raises
    ------
    UsageError
        If ``mixed`` is no profile of the game: wrong sizes, negative weights, or weights that do not
        add up to one (exactly, or to 1e-9 in float arithmetic).
    """
    mixed = _profile(game, mixed)
    result = []
    for player in range(len(game.players)):
        values = deviation_payoffs(game, player, mixed)
        own = sum(weight * value for weight, value in zip(mixed[player], values, strict=True))
        result.append(max(values) - own)
    return tuple(result)


def regret(game: NormalFormGame, mixed: Sequence[Sequence[Any]]) -> Any:
    """Return the largest regret of any player: exactly 0 if and only if the profile is an equilibrium."""
    return max(regrets(game, mixed))


def is_equilibrium(game: NormalFormGame, mixed: Sequence[Sequence[Any]], relative: float = 1e-9) -> bool:
    """Return True if no player gains by deviating: exactly, or by more than the tolerance in float.

    The tolerance is ``relative`` times the spread of the player's own payoffs. Float weights make the arithmetic
    float even where the payoffs are exact.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from detente.games.normal import NormalFormGame
    >>> pennies = NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
    >>> is_equilibrium(pennies, [(Fraction(1, 2), Fraction(1, 2))] * 2), is_equilibrium(pennies, [(1, 0), (1, 0)])
    (True, False)
    """
    gains = regrets(game, mixed)
    if any(isinstance(weight, float) for weights in mixed for weight in weights):
        slack = [tolerance(game.payoffs[player].flat, relative) for player in range(len(game.players))]
    else:
        slack = [payoff_tolerance(game, relative, player) for player in range(len(game.players))]
    return all(bool(gain <= most) for gain, most in zip(gains, slack, strict=True))


def _profile(game: NormalFormGame, mixed: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return a mixed profile with text such as ``"1/3"`` as exact numbers, checked."""
    found = [[exact(weight) if isinstance(weight, str) else weight for weight in weights] for weights in mixed]
    sizes = tuple(len(weights) for weights in found)
    if sizes != game.shape:
        raise UsageError(f"found a mixed profile of sizes {sizes}; expected {game.shape}")
    for player, weights in zip(game.players, found, strict=True):
        slack = 0 if all(is_exact(weight) for weight in weights) else 1e-9
        # Written so that a weight that is no number fails too.
        if not (all(weight >= -slack for weight in weights) and abs(sum(weights) - 1) <= slack):
            shown = ", ".join(map(str, weights))
            raise UsageError(f"found the weights {shown} of {player}; expected probabilities that add up to 1")
    return found
