"""Memory-one play as a picture: the line that a zero-determinant strategy enforces, and payoffs against many opponents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import short
from detente.reports.figure_style import INK, PLAYERS, TEXT_WIDTH, figure_style
from detente.reports.payoff_plane import PayoffPlane

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from detente.solve.memory_one.linear_relation import ZeroDeterminant
    from detente.solve.memory_one.match import Match

__all__ = ["memory_one_figure"]

#: Opponents drawn, with probabilities at random, the same ones in every picture.
_OPPONENTS, _SEED = 400, 0


def memory_one_figure(
    found: ZeroDeterminant | Match,
    labels: Mapping[str, str] | None = None,
    *,
    title: str = "",
    width: float = TEXT_WIDTH,
) -> Figure:
    """Draw long-run payoffs of memory-one strategies within the feasible ones.

    Parameters
    ----------
    found : ZeroDeterminant or Match
        Of a strategy: the line that it enforces, and its payoffs against 400 memory-one opponents. Of a match: the
        payoffs of the two.
    labels : mapping, optional
        What a reader sees for the players.
    title : str

    Raises
    ------
    UsageError
        If there are symbols in it.
    """
    from detente.games.normal import NormalFormGame
    from detente.solve.memory_one.linear_relation import ZeroDeterminant
    from detente.solve.repeated.feasible import feasible_set

    stage: Any = found.stage
    strategies = (found.strategy,) if isinstance(found, ZeroDeterminant) else found.strategies
    if not isinstance(stage, NormalFormGame) or any(each.arithmetic == "symbolic" for each in strategies):
        raise UsageError("found payoffs or probabilities with symbols; a picture needs numbers")
    with figure_style():
        plane = PayoffPlane(feasible_set(stage), labels, ["", ""], width)
        if isinstance(found, ZeroDeterminant):
            points = _against(found)
            plane.dots(points, f"against {_OPPONENTS} memory-one\nopponents at random", PLAYERS[1].ink, 2.2)
            _line(plane, found)
            head = title or f"{found.kind[0].upper()}{found.kind[1:]} zero-determinant strategy"
        else:
            x, y = map(float, found.payoffs.values())
            points = [(x, y)]
            plane.dots(points, "this match", PLAYERS[1].ink, 6)
            names = " against ".join(each.name or "a memory-one strategy" for each in strategies)
            head = title or f"{names}, {found.horizon}".replace("_", " ")
        return plane.finished(head, points)


def _against(found: ZeroDeterminant) -> list[tuple[float, float]]:
    import numpy as np

    from detente.solve.memory_one.batch import batch_matches, strategy_array

    # most mix freely, some are near the corners
    others = np.random.default_rng(_SEED).beta(0.6, 0.6, (_OPPONENTS, 5)).clip(1e-6, 1 - 1e-6)
    own = np.broadcast_to(strategy_array([found.strategy]), others.shape)
    delta = None if found.discount_factor is None else float(found.discount_factor)
    pair = (own, others) if found.player == 0 else (others, own)
    played = batch_matches(found.stage, *pair, discount_factor=delta, engine="numpy").payoffs
    return [(float(x), float(y)) for x, y in played]


def _line(plane: PayoffPlane, found: ZeroDeterminant) -> None:
    """Draw ``alpha * own + beta * other + gamma = 0``."""
    weights = [0.0, 0.0]
    weights[found.player], weights[1 - found.player] = float(found.alpha), float(found.beta)
    a, b, c = *weights, float(found.gamma)
    size = a * a + b * b
    near = (-a * c / size, -b * c / size)
    name = "the line enforced" if found.chi is None or found.beta == 0 else f"the line enforced, chi = {short(found.chi, 3)}"
    plane.line(near, (near[0] + b, near[1] - a), name, INK)
