"""The part of a game's box over which an atlas is made: some parameters vary, the others are held at a point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from detente.games.symbolic import SymbolicGame

__all__ = ["atlas_box"]


def atlas_box(
    game: SymbolicGame, over: Sequence[str] | None, at: Mapping[str, object] | None
) -> tuple[dict[str, Fraction], dict[str, tuple[Fraction, Fraction]]]:
    """Return the point, and the box in which the parameters ``over``, or all of them, vary around it.

    Raises
    ------
    UsageError
        If a name is unknown.
    """
    point = game.point(at)
    for name in over or ():
        if name not in game.parameters:
            raise UsageError(f"unknown parameter {name!r}; expected one of {', '.join(game.parameters)}")
    box = {
        name: (interval.low, interval.high) if over is None or name in over else (point[name], point[name])
        for name, interval in game.parameters.items()
    }
    return point, box
