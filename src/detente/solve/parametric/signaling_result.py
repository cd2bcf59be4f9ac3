"""Equilibria of parametric signaling games with their conditions, and the test of these at a point."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import DetenteError, UsageError
from detente.numbers import fraction_of
from detente.solve.parametric.atlas_result import Atlas, Comparison, Region

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.extensive import GameTree
    from detente.solve.parametric.signaling_game import SignalingGame

__all__ = ["SignalingAtlas", "SignalingRegion"]


@dataclass(frozen=True)
class SignalingRegion(Region):
    """One equilibrium of a signaling game and where it exists.

    Attributes
    ----------
    kind : str
        ``separating``, ``pooling``, ``partly pooling`` (three types and more) or ``semi-separating``.
    beliefs : tuple of (message, type)
        Of which type the receiver is sure after a message that is not sent.
    removed : tuple of tuples of Comparison
        The intuitive criterion removes the equilibrium where all of one of these hold.
    """

    kind: str = ""
    beliefs: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[Comparison, ...], ...] = ()

    def survives(self, point: Mapping[str, Fraction]) -> bool:
        """Return whether the equilibrium passes the intuitive criterion at a point with a value for every parameter."""
        return not any(all(each.holds_at(self.game, point) for each in test) for test in self.removed)


@dataclass(frozen=True)
class SignalingAtlas(Atlas):
    """The equilibria of a signaling game."""

    signals: tuple[SignalingRegion, ...] = field(default=(), repr=False)
    signaling: SignalingGame | None = field(default=None, repr=False)

    def table(self) -> Table:
        """Return the equilibria as a table: kind, who does what, exactly when."""
        from detente.solve.parametric._atlas_text import atlas_table

        found = atlas_table(self)
        rows = tuple((each.kind, *row) for each, row in zip(self.signals, found.rows, strict=True))
        return Table("equilibria of the signaling game", ("kind", *found.columns), rows, found.notes)

    def verify_at(self, numeric: GameTree, point: Mapping[str, Fraction]) -> None:
        """Put every equilibrium to the test with the payoffs of the numeric tree at a point.

        Raises
        ------
        DetenteError
            Where the condition of one says otherwise.
        """
        assert self.signaling is not None
        for region in self.signals:
            claimed = region.status == "always" or (
                region.status != "never" and all(each.holds_at(region.game, point) for each in region.unsettled)
            )
            if claimed != _is_equilibrium(self.signaling, region, numeric, point):
                where = ", ".join(f"{name} = {value}" for name, value in point.items())
                raise DetenteError(f"the condition of {region.label} disagrees with the payoffs at {where}")


def _is_equilibrium(
    g: SignalingGame, region: SignalingRegion, numeric: GameTree, point: Mapping[str, Fraction]
) -> bool:
    """Return whether a profile is a perfect Bayesian equilibrium of a numeric signaling game, with its own beliefs."""
    def number(weight: Any) -> Any:
        """Return a probability, None where it is none, or where a mixture is not one."""
        if not getattr(weight, "free_symbols", None):
            return fraction_of(weight) if hasattr(weight, "p") else Fraction(weight)
        try:
            found = region.game.evaluate(weight, point)
        except UsageError:
            return None
        return found if 0 < found < 1 else None

    root = numeric.nodes[0]
    names = g.tree.players[g.sender], g.tree.players[g.receiver]
    sent = [[number(w) for w in region.profile[names[0]][label].values()] for label in g.sets[0]]
    played = [[number(w) for w in region.profile[names[1]][label].values()] for label in g.sets[1]]
    if any(weight is None for row in (*sent, *played) for weight in row):
        return False
    ends: dict[tuple[int, int, int], tuple[Any, ...]] = {}
    for t, child in enumerate(root.children):
        for m, after in enumerate(numeric.nodes[child].children):
            for a, end in enumerate(numeric.nodes[after].children):
                ends[t, m, a] = numeric.payoffs(end)
    kinds, messages = range(len(g.types)), range(len(g.messages))

    def worth(t: int, m: int) -> Any:
        return sum(played[m][a] * ends[t, m, a][g.sender] for a in (0, 1))

    for t in kinds:
        best = max(worth(t, m) for m in messages)
        if any(sent[t][m] and worth(t, m) < best for m in messages):
            return False
    sure = {message: g.types.index(kind) for message, kind in region.beliefs}
    for m in messages:
        weights = [root.probabilities[t] * sent[t][m] for t in kinds]
        if not any(weights):
            weights = [int(t == sure[g.messages[m]]) for t in kinds]
        values = [sum(w * ends[t, m, a][g.receiver] for t, w in zip(kinds, weights, strict=True)) for a in (0, 1)]
        if any(played[m][a] and values[a] < values[1 - a] for a in (0, 1)):
            return False
    return True
