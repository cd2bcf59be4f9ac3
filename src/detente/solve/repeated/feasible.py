"""What players can reach by lotteries over profiles, and what of it nobody would refuse.

The *feasible* set is the convex hull of the payoffs of the stage game; its *individually rational* part gives every
player at least the min-max payoff, to which the others can hold that player.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.numbers import number_to_json, plain
from detente.solve.programs.linear_program import exact_payoffs, maximize
from detente.solve.repeated._polygons import cut, hull
from detente.solve.security import minmax

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FeasibleSet", "feasible_set"]

Vector = tuple[Fraction, ...]

#: Distinct payoff vectors above which the corners of a set of three and more players are not looked for.
_MOST_POINTS = 400


@dataclass(frozen=True)
class FeasibleSet(Displayed):
    """The feasible payoffs of a stage game, and the individually rational ones.

    Attributes
    ----------
    players : tuple of str
    vertices : tuple of payoff vectors
        Corners of the hull of all payoffs; of two players counter-clockwise.
    rational : tuple of payoff vectors
        Corners of the part in which nobody gets less than the min-max; empty where there is none.
    minmax, pure_minmax : dict
        Player to the min-max payoff, with and without mixed strategies of the others.
    exact_minmax : bool
        False for three and more players where the others can reach the number only by correlating their choices.
    """

    players: tuple[str, ...]
    vertices: tuple[Vector, ...]
    rational: tuple[Vector, ...]
    minmax: dict[str, Any]
    pure_minmax: dict[str, Any]
    exact_minmax: bool
    arithmetic: str = "exact"
    game: NormalFormGame | None = field(default=None, repr=False, compare=False)

    @property
    def complete(self) -> bool:
        """All corners are there."""
        return True

    def to_json(self) -> dict[str, Any]:
        """Return the corners as JSON values."""

        def listed(points: tuple[Vector, ...]) -> list[list[Any]]:
            return [[number_to_json(each) for each in point] for point in points]

        return {
            "players": list(self.players),
            "vertices": listed(self.vertices),
            "individually_rational": listed(self.rational),
            "minmax": {player: number_to_json(value) for player, value in self.minmax.items()},
            "pure_minmax": {player: number_to_json(value) for player, value in self.pure_minmax.items()},
            "exact_minmax": self.exact_minmax,
        }

    def table(self) -> Table:
        """Return the corners, and which of them are individually rational."""
        points = [*self.vertices, *(each for each in self.rational if each not in self.vertices)]
        rows = tuple(
            (
                *map(plain, each),
                "yes" if each in self.vertices else "",
                "yes" if each in self.rational else "",
            )
            for each in points
        )
        levels = ", ".join(f"{player} {plain(value)}" for player, value in self.minmax.items())
        notes = [f"Min-max payoffs: {levels}."]
        if not self.exact_minmax:
            notes.append("They need correlated punishments; independent ones may not reach as low.")
        return Table(
            "feasible payoffs",
            (*self.players, "corner of all", "of the rational ones"),
            rows,
            tuple(notes),
        )


def feasible_set(game: NormalFormGame) -> FeasibleSet:
    """Return the corners of the feasible and of the individually rational payoffs, exactly.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players; of floats, the exact binary numbers that they store.

    Raises
    ------
    UsageError
        If the game is no numeric game, or of three and more players with more than 400 payoff vectors.

    Notes
    -----
    *Scope.* Payoffs of one period. With different discount factors players can trade over time and reach more
    (Lehrer and Pauzner 1999).
    *Cost.* Two players: one hull. More: a linear program for each payoff vector and each point where a min-max cuts.

    Examples
    --------
    >>> g = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]])
    >>> found = feasible_set(g)
    >>> [tuple(map(str, each)) for each in found.vertices]
    [('0', '3'), ('1', '1'), ('3', '0'), ('2', '2')]
    >>> [tuple(map(str, each)) for each in found.rational]
    [('1', '1'), ('5/2', '1'), ('2', '2'), ('1', '5/2')]
    """
    if not isinstance(game, NormalFormGame):
        raise UsageError("expected a numeric game; put a parametric one at a point first")
    table = exact_payoffs(game)
    players = range(len(game.players))
    points = {tuple(table[(k, *profile)] for k in players) for profile in game.profiles()}
    levels = minmax(game).levels
    floors = tuple(Fraction(levels[name].minmax) for name in game.players)
    if len(game.players) == 2:
        whole: tuple[Vector, ...] = hull((each[0], each[1]) for each in points)
        part: tuple[Vector, ...] = cut(cut(hull((e[0], e[1]) for e in points), 0, floors[0]), 1, floors[1])
    else:
        if len(points) > _MOST_POINTS:
            raise UsageError(
                f"found {len(points)} payoff vectors of {len(players)} players; expected at most {_MOST_POINTS}"
            )
        whole = _corners(points)
        part = whole
        for k in players:
            part = _cut_many(part, k, floors[k])
    return FeasibleSet(
        game.players,
        whole,
        part,
        {name: levels[name].minmax for name in game.players},
        {name: levels[name].pure_minmax for name in game.players},
        all(levels[name].exact_minmax for name in game.players),
        game.arithmetic,
        game,
    )


def _corners(points: Iterable[Vector]) -> tuple[Vector, ...]:
    """Return the points that are no mixture of the others."""
    left = sorted(set(points))
    for each in list(left):
        others = [point for point in left if point != each]
        if others and _mixture(each, others):
            left = others
    return tuple(left)


def _mixture(point: Vector, others: list[Vector]) -> bool:
    """Return whether a point is a mixture of others; the linear program carries its certificate."""
    rows = [[each[k] for each in others] for k in range(len(point))]
    found = maximize([0] * len(others), equal=[*rows, [1] * len(others)], targets=[*point, 1])
    return found.status == "optimal"


def _cut_many(points: tuple[Vector, ...], axis: int, bound: Fraction) -> tuple[Vector, ...]:
    """Return the corners of the part of a hull with a coordinate of at least ``bound``.

    A new corner lies on an edge between a corner that stays and one that goes; all pairs are tried.
    """
    stay = [each for each in points if each[axis] >= bound]
    gone = [each for each in points if each[axis] < bound]
    made = []
    for a in stay:
        for b in gone:
            if a[axis] > bound:
                share = (a[axis] - bound) / (a[axis] - b[axis])
                made.append(tuple(x + share * (y - x) for x, y in zip(a, b, strict=True)))
    return _corners([*stay, *made])
