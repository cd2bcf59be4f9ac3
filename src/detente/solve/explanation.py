"""Results in words that a student understands: what each equilibrium is, and why nobody leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.numbers import short
from detente.solve.best_response import deviation_payoffs

if TYPE_CHECKING:
    from detente.solve.result import Equilibrium, SolveResult

__all__ = ["explain"]


def explain(result: Any) -> list[str]:
    """Return a result of any solver as plain sentences.

    Results with an ``explain`` of their own are asked for it; Nash equilibria of normal forms are explained by
    the payoffs of every deviation.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> from detente.solve.pure import pure_equilibria
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], strategies=[["c", "d"], ["c", "d"]])
    >>> explain(pure_equilibria(g))[1]
    '1 plays d and gets 1; by c it would get 0.'
    """
    own = getattr(result, "explain", None)
    if own is not None:
        return list(own())
    if hasattr(result, "game") and hasattr(result.game, "payoffs") and hasattr(result.game, "strategies"):
        return _normal(result)
    return [*(f"Equilibrium {number}: {each}." for number, each in enumerate(result.equilibria)), result.statement()]


def _normal(result: SolveResult) -> list[str]:
    sentences = []
    for number, equilibrium in enumerate(result.equilibria):
        kind = "nobody randomizes" if equilibrium.pure else "somebody randomizes"
        sentences.append(f"Equilibrium {number} ({kind}):")
        for index, player in enumerate(result.game.players):
            sentences.append(_player(result, equilibrium, index, player))
    if result.components is not None:
        for part in result.components:
            if len(part) > 1:
                names = ", ".join(str(number) for number in part)
                sentences.append(
                    f"Equilibria {names} belong together: they are corners of a connected set of infinitely many."
                )
    sentences.append(result.statement())
    return sentences


def _player(result: SolveResult, equilibrium: Equilibrium, index: int, player: str) -> str:
    weights = equilibrium.profile[player]
    values = dict(zip(weights, deviation_payoffs(result.game, index, equilibrium.mixed), strict=True))
    played = [label for label, weight in weights.items() if weight != 0]
    own = short(equilibrium.payoffs[player])
    others = [f"by {label} it would get {short(value)}" for label, value in values.items() if label not in played]
    rest = f"; {', '.join(others)}" if others else ""
    if len(played) == 1:
        return f"{player} plays {played[0]} and gets {own}{rest}."
    mix = " and ".join(f"{label} with probability {short(weights[label])}" for label in played)
    return (
        f"{player} plays {mix}. Each of these yields {own} against what the others do, so {player} does not mind which "
        f"one it plays; it plays them in these shares because that keeps the others from gaining{rest}."
    )
