"""All extreme points of the set of (coarse) correlated equilibria of a small game.

The set is a polytope: the distributions that satisfy the incentive constraints of
:mod:`detente.solve.correlated`. Every extreme Nash equilibrium of a two-player game is one of its extreme
points (Evangelista and Raghavan 1996), and in all but trivial games Nash equilibria lie on its boundary (Nau,
Gomez Canovas and Hansen 2004).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import BudgetExceeded, UsageError
from detente.numbers import plain
from detente.solve.correlated import certified_distribution, incentive_constraints
from detente.solve.programs._double_description import extreme_rays
from detente.solve.programs.linear_program import exact_payoffs

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame
    from detente.solve.correlated import CorrelatedEquilibrium

__all__ = ["CorrelatedPolytope", "correlated_vertices"]

#: Largest number of pure profiles for which extreme points are enumerated.
MAX_PROFILES = 24


@dataclass(frozen=True)
class CorrelatedPolytope(Displayed):
    """All extreme points of the set of (coarse) correlated equilibria; the set is their convex hull."""

    game: NormalFormGame
    vertices: tuple[CorrelatedEquilibrium, ...]
    coarse: bool
    complete: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the extreme points as JSON values."""
        return {
            "coarse": self.coarse,
            "complete": self.complete,
            "vertices": [each.to_json() for each in self.vertices],
        }

    def table(self) -> Table:
        """Return the extreme points as a table, one per row."""
        profiles = list(self.game.profiles())
        return Table(
            title=f"extreme points of the {'coarse ' if self.coarse else ''}correlated equilibria",
            columns=(
                "#",
                *(" ".join(self.game.profile_labels(s)) for s in profiles),
                f"payoffs ({', '.join(self.game.players)})",
            ),
            rows=tuple(
                (
                    str(k),
                    *(plain(each.weights.get(s, 0)) for s in profiles),
                    ", ".join(map(plain, each.payoffs.values())),
                )
                for k, each in enumerate(self.vertices)
            ),
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences what the extreme points mean."""
        count = len(self.vertices)
        extent = "these are all" if self.complete else "there may be more"
        if count == 1 and self.complete:
            return ["There is exactly one equilibrium of this kind, so it is also the only Nash equilibrium."]
        return [
            f"{count} extreme points; {extent}.",
            (
                "Every mixture of them is an equilibrium too, and every equilibrium of this kind is such a "
                "mixture."
            ),
        ]


def correlated_vertices(
    game: NormalFormGame, coarse: bool = False, *, budget: float | None = 60.0
) -> CorrelatedPolytope:
    """Return every extreme point of the set of (coarse) correlated equilibria of a small game.

    Parameters
    ----------
    game : NormalFormGame
        At most 24 pure profiles (4x6, 2x2x2x3); the number of extreme points grows exponentially.
    coarse : bool
        As in :func:`correlated_equilibrium`.
    budget : float or None
        Seconds.

    Raises
    ------
    UsageError
        If the game has more than 24 profiles.
    BudgetExceeded
        If the budget runs out; ``partial`` is a :class:`CorrelatedPolytope` of true extreme points,
        ``complete`` False.

    Notes
    -----
    Double description in integers over the cone of unnormalized distributions.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> chicken = NormalFormGame([[[6, 2], [7, 0]], [[6, 7], [2, 0]]])
    >>> len(correlated_vertices(chicken).vertices)
    5
    """
    profiles = list(game.profiles())
    if len(profiles) > MAX_PROFILES:
        raise UsageError(
            f"found {len(profiles)} pure profiles; expected at most {MAX_PROFILES} to list extreme points; "
            "correlated_equilibrium gives optima of any game"
        )
    constraints = incentive_constraints(game, exact_payoffs(game), profiles, coarse)
    rows = []
    for row in constraints.values():
        scale = lcm(*(entry.denominator for entry in row))
        rows.append([int(entry * scale) for entry in row])
    deadline = None if budget is None else time.monotonic() + budget

    def polytope(rays: list[tuple[int, ...]], complete: bool) -> CorrelatedPolytope:
        points = [
            {s: Fraction(entry, sum(ray)) for s, entry in zip(profiles, ray, strict=True)} for ray in rays
        ]
        ordered = sorted(points, key=lambda point: tuple(point.values()), reverse=True)
        return CorrelatedPolytope(
            game, tuple(certified_distribution(game, point, coarse) for point in ordered), coarse, complete
        )

    def tick(found: list[tuple[int, ...]]) -> None:
        if deadline is not None and time.monotonic() > deadline:
            raise BudgetExceeded(
                (
                    f"the budget of {budget:g} s ran out: {len(found)} extreme points found, others may be "
                    "missing"
                ),
                polytope(found, complete=False),
            )

    return polytope(extreme_rays(rows, len(profiles), tick), complete=True)
