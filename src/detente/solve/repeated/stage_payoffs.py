"""Payoffs of a stage game at pure and mixed profiles: the same few lines for numbers and for expressions."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from detente.numbers import tolerance as payoff_tolerance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame, Profile

__all__ = [
    "against",
    "best_deviation",
    "expected_payoff",
    "labelled",
    "payoff_slacks",
    "snap",
    "stage_payoff",
    "switch_gains",
]


def stage_payoff(stage: Any, player: int, profile: Sequence[int]) -> Any:
    """Return a player's payoff at a pure profile."""
    value = stage.payoffs[(player, *profile)]
    return float(value) if isinstance(value, float) else value


def expected_payoff(stage: Any, player: int, mixed: Any) -> Any:
    """Return a player's expected payoff at a mixed profile."""
    total: Any = 0
    for cells in product(*([(k, weight) for k, weight in enumerate(own) if weight != 0] for own in mixed)):
        chance: Any = 1
        for _, weight in cells:
            chance = chance * weight
        total = total + chance * stage_payoff(stage, player, [k for k, _ in cells])
    return total


def labelled(stage: Any, mixed: Any) -> dict[str, dict[str, Any]]:
    """Return a mixed profile as player to strategy to probability."""
    return {
        name: dict(zip(own, each, strict=True))
        for name, own, each in zip(stage.players, stage.strategies, mixed, strict=True)
    }


def against(mixed: Any, player: int, action: int) -> Any:
    """Return the profile with ``player`` switching to a pure strategy."""
    pure = tuple(int(k == action) for k in range(len(mixed[player])))
    return (*mixed[:player], pure, *mixed[player + 1 :])


def switch_gains(stage: Any, player: int, aim: Profile) -> list[Any]:
    """Return what each other strategy of ``player`` adds to the payoff at a pure profile."""
    own = stage_payoff(stage, player, aim)
    others = (k for k in range(stage.shape[player]) if k != aim[player])
    return [stage_payoff(stage, player, (*aim[:player], k, *aim[player + 1 :])) - own for k in others]


def payoff_slacks(stage: NormalFormGame, tolerance: float) -> list[Any]:
    """Return per player the difference in payoff that counts as nothing: 0 in exact games."""
    if stage.arithmetic == "exact":
        return [0] * len(stage.players)
    return [payoff_tolerance(own.flat, tolerance) for own in stage.payoffs]


def snap(value: Any, slack: Any) -> Any:
    """Return 0 for a difference in payoff that counts as nothing, else the difference itself."""
    return value * 0 if abs(value) <= slack else value


def best_deviation(stage: NormalFormGame, mixed: Any, slack: list[Any]) -> tuple[int, int, Any] | None:
    """Return (player, action, gain) of the best deviation from a mixed profile, None at an equilibrium."""
    best: tuple[int, int, Any] | None = None
    for player in range(len(stage.players)):
        value = expected_payoff(stage, player, mixed)
        for action in range(stage.shape[player]):
            gain = expected_payoff(stage, player, against(mixed, player, action)) - value
            if gain > slack[player] and (best is None or gain > best[2]):
                best = (player, action, gain)
    return best
