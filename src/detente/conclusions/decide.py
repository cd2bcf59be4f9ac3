"""Is a conclusion the same everywhere in a box of parameters? Answered by proof, by a counterexample, or left open.

The points at which the conclusion is false are covered by cubes (see :mod:`detente.conclusions.comparisons`). Each
cube, joined with the constraints of the game, is searched for a point by branch and bound:

- a parameter in which every inequality of the cube is monotone the same way moves to the end that serves them all:
  if there is a point of the cube, there is one with that end. On the face that this leaves, more may be monotone;
- the cube is empty on a piece where a bound refutes one inequality; an inequality that its bounds prove is dropped;
- it is empty, too, where a weighted sum of its inequalities is refuted; the weights come from a linear program;
- exact points are tried: the middle, the corner that each inequality likes best, points drawn at random;
- what is left is cut in two along the parameter that moves the open inequalities most.

Bounds and directions are proved in exact rationals, and a point counts only after the conclusion itself, and all
constraints, were evaluated there. So "fixed" is proved, "varies" comes with its witness, and what the budget of
pieces does not settle is "undecided". Points at which the payoffs are undefined do not count.

References
----------
Moore, Kearfott and Cloud (2009), Introduction to Interval Analysis, chapters 5 and 6.
Hansen and Walster (2004), Global Optimization Using Interval Analysis, section 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.conclusions._box_search import Budget, Searcher
from detente.conclusions._forms import fractions, full_box

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from detente.conclusions._conditions import Conditions
    from detente.conclusions._forms import Values

__all__ = ["Decision", "decide"]


@dataclass(frozen=True)
class Decision:
    """What is known of a conclusion over a box.

    Attributes
    ----------
    status : str
        ``fixed`` (proved), ``varies`` (with points) or ``undecided``.
    holds : bool or None
        The truth that is fixed, or was expected; None where the box holds no point that meets the constraints.
    point : dict or None
        Where it varies: a point, exact and with a value for every parameter, at which the truth differs from
        ``holds``.
    pieces : int
        Pieces of the box that were looked at.
    """

    status: str
    holds: bool | None
    point: Mapping[str, Fraction] | None = None
    pieces: int = 0


def decide(
    comparisons: Conditions,
    box: Mapping[str, object] | None = None,
    *,
    expected: bool | None = None,
    pieces: int = 2000,
    seconds: float | None = None,
) -> Decision:
    """Decide whether a conclusion has one truth all over a box that meets the constraints of the game.

    Parameters
    ----------
    comparisons : Conditions
        The game and the conclusion.
    box : mapping, optional
        Name to ``(low, high)`` or to a value; parameters left out have their interval.
    expected : bool, optional
        The truth that should be fixed; by default either may be.
    pieces : int
        Pieces per question (is there a point where it holds, one where it fails).
    seconds : float, optional
        Time for all of it.

    Notes
    -----
    The cost of one piece is that of a few enclosures per expression and open parameter. The number of pieces grows
    exponentially only with the parameters that serve one inequality of a cube and hurt another.

    Examples
    --------
    >>> from detente.conclusions.comparisons import Comparisons
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (-1, 1)})
    >>> c = Comparisons(s, "equilibrium:2,2")
    >>> decide(c, {"c": (0, 1)}).status, decide(c).status
    ('fixed', 'varies')
    """
    whole = full_box(comparisons.game, box)
    searcher = Searcher(comparisons, whole)
    budget = Budget.of(pieces, seconds)
    spent = 0
    found: dict[bool, Values | bool] = {}
    for wanted in (True, False):
        if expected is wanted:
            continue
        found[wanted] = searcher.find(wanted, whole, budget)
        spent += budget.spent
        budget.spent = 0
    if expected is not None:
        other = found[not expected]
        if isinstance(other, dict):
            return Decision("varies", expected, fractions(other), spent)
        return Decision("undecided" if other else "fixed", expected, None, spent)
    yes, no = found[True], found[False]
    if isinstance(yes, dict) and isinstance(no, dict):
        return Decision("varies", True, fractions(no), spent)
    if yes is False or no is False:
        holds = None if yes is False and no is False else no is False
        return Decision("fixed", holds, None, spent)
    return Decision("undecided", None, None, spent)
