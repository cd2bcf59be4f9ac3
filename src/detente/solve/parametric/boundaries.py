"""What happens on a boundary: equilibria that exist only where one more polynomial is zero.

Off the zeros of its polynomials a two-player game has finitely many equilibria, with supports of equal size. Where a
strategy outside a support ties with those inside, or a determinant vanishes, the set of equilibria may become a
continuum. Its further extreme points are listed here: mostly profiles in which one player mixes over one strategy
more than the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.solve.parametric.atlas_result import Atlas, Region

__all__ = ["boundary_regions"]


def boundary_regions(atlas: Atlas) -> tuple[Region, ...]:
    """Return the further extreme equilibria that one equality brings; regions proved empty are left out.

    Raises
    ------
    UsageError
        If the game does not have two players.

    Examples
    --------
    A gift that costs nothing may be made with any probability that keeps the other from mattering:

    >>> from detente.games.symbolic import SymbolicGame
    >>> from detente.solve.parametric.atlas import atlas
    >>> s = SymbolicGame([[["s", 0], [1, 1]], [["s", 1], [0, 1]]], parameters={"s": (0, 3)})
    >>> [(each.label, str(each.condition)) for each in boundary_regions(atlas(s))]
    []
    >>> s = SymbolicGame([[["s", 1], [1, 1]], [[1, 0], [0, 1]]], parameters={"s": (0, 3)})
    >>> [(each.label, str(each.condition)) for each in boundary_regions(atlas(s))]
    [('1+2,1', 'Eq(s - 1, 0)')]
    """
    from detente.solve.parametric._atlas_building import two_player_region

    parametric = atlas.parametric
    if parametric is None or len(atlas.game.shape) != 2:
        raise UsageError("boundaries are described for games of two players")
    point = atlas.regions[0].point
    found = (two_player_region(parametric, each, point) for each in parametric.boundary_candidates())
    return tuple(region for region in found if region.status != "never")
