"""Equilibria of a parametric game in closed form, with the exact condition under which each exists.

Pure equilibria of any normal form: the profile is an equilibrium exactly where no player gains by a deviation, a list
of weak inequalities between payoffs. Two players: every mixed equilibrium, support by support
(:mod:`detente.solve.parametric.parametric_supports`). Three players with two strategies each: those in which two or
three mix, as far as square roots go (:mod:`detente.solve.parametric.parametric_2x2x2`). Conditions are signs of
polynomials; what the box or the other inequalities prove is left out (:mod:`detente.solve.parametric.redundancy`).

On the boundary of a condition, where a comparison is an equality, further equilibria may appear:
:meth:`Atlas.boundaries` lists those that one equality brings, and a numeric solver all at any point asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.games.symbolic_tree import SymbolicTree
from detente.solve.parametric._atlas_building import build_atlas, pure_comparisons
from detente.solve.parametric._atlas_verification import verify_atlas
from detente.solve.parametric.atlas_result import Atlas, Comparison, Region, RootComparison

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.games.symbolic import SymbolicGame

__all__ = ["Atlas", "Comparison", "Region", "RootComparison", "atlas", "pure_comparisons", "verify_atlas"]


def atlas(
    game: SymbolicGame | SymbolicTree, over: Sequence[str] | None = None, at: Mapping[str, object] | None = None
) -> Atlas:
    """Return every equilibrium that has a closed form, with the exact condition under which it exists.

    Parameters
    ----------
    game : SymbolicGame or SymbolicTree
        Payoffs rational in the parameters; parts that are not, such as a square root, are kept as they are. For a
        tree see :func:`detente.solve.parametric.tree_atlas.tree_atlas`.
    over : sequence of str, optional
        Parameters that vary over their intervals; the others stay at the point ``at``. By default all vary.
    at : mapping, optional
        Values for parameters that do not vary, by default their baseline.

    Returns
    -------
    Atlas
        The regions: all pure profiles, for two players every pair of supports of equal size whose equations have a
        solution, for 2x2x2 games the profiles in which two or three players mix.

    Raises
    ------
    UsageError
        If a name is unknown, or a payoff divides by what is zero for all values of the parameters.

    Notes
    -----
    *Soundness.* The condition of a region is equivalent, at every point of the box that meets the constraints and at
    which the payoffs are defined, to: the formulas in lowest terms are defined, and form a Nash equilibrium in which
    exactly the strategies of the support are played. ``always`` and ``never`` are proved.

    *Cost.* Candidates of a 3x3 game take milliseconds; removing redundant inequalities takes the time.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (1, 2)})
    >>> [(region.label, region.status) for region in atlas(s).regions]
    [('1,1', 'never'), ('1,2', 'never'), ('2,1', 'never'), ('2,2', 'always')]

    Rock, paper, scissors where a win counts w and a loss 1 always has its one equilibrium:

    >>> win = [["0", "-1", "w"], ["w", "0", "-1"], ["-1", "w", "0"]]
    >>> s = SymbolicGame([win, [list(row) for row in zip(*win)]], parameters={"w": ("1/2", 2)})
    >>> [(each.label, each.profile["1"]["1"]) for each in atlas(s).regions if each.status == "always"]
    [('1+2+3,1+2+3', 1/3)]
    """
    if isinstance(game, SymbolicTree):
        from detente.solve.parametric.tree_atlas import tree_atlas

        return tree_atlas(game, over, at)
    return build_atlas(game, over, at)
