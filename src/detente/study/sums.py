"""Material sums: what all players get together at each profile, without relative gains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.solve.parametric.signs import possible_signs, witnessed_signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.study.model import GameModel, Point

__all__ = ["SumRow", "Sums", "material_sums", "sign_words"]


@dataclass(frozen=True)
class SumRow:
    """The material sum of one profile at each point, and the sign of its difference to the first over the box."""

    profile: tuple[str, ...]
    values: tuple[Any, ...]
    difference: str


@dataclass(frozen=True)
class Sums:
    """Material sums of every profile; ``built_in`` if each falls short of the first everywhere in the box."""

    rows: tuple[SumRow, ...]

    @property
    def built_in(self) -> bool:
        """True where the first profile has the largest sum at every point of the box."""
        return all(row.difference == "always negative" for row in self.rows[1:])


def material_sums(model: GameModel, points: Sequence[Point]) -> Sums:
    """Return the material sum of every profile at ``points``, compared with the first over the whole box."""
    game = model.material
    box = {name: (interval.low, interval.high) for name, interval in game.parameters.items()}
    profiles = list(game.profiles())
    totals = {profile: sum(game.payoff(player, profile) for player in range(len(game.players))) for profile in profiles}
    rows = []
    for profile in profiles:
        labels = tuple(own[k] for own, k in zip(game.strategies, profile, strict=True))
        values = tuple(game.evaluate(totals[profile], point.values) for point in points)
        difference = ""
        if profile != profiles[0]:
            gap = game.expand(totals[profile] - totals[profiles[0]])
            difference = sign_words(possible_signs(gap, box), witnessed_signs(gap, box))
        rows.append(SumRow(labels, values, difference))
    return Sums(tuple(rows))


def sign_words(signs: frozenset[int], witnessed: frozenset[int]) -> str:
    """Return in words which signs occur over a box.

    ``signs`` are those not excluded, ``witnessed`` those that were met. That both occur is said only where both
    were met.
    """
    if {-1, 1} <= signs and not {-1, 1} <= witnessed:
        return "not settled"
    return {
        frozenset({1}): "always positive",
        frozenset({-1}): "always negative",
        frozenset({0}): "always zero",
        frozenset({0, 1}): "never negative",
        frozenset({-1, 0}): "never positive",
    }.get(signs, "either sign")
