"""Linear programs with one row a coalition, solved with few of them.

Of 2^n coalitions few bind. The program is solved exactly with some, the coalitions that its optimum leaves short are
added, until there is none: then the optimum of fewer rows meets all, and is the optimum of all (Kelley 1960). A
program that is infeasible with some rows is infeasible with all.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from detente.games.coalitional import coalition_sums
from detente.solve.programs.linear_program import maximize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.solve.programs.linear_program import LinearSolution

__all__ = ["maximize_over_coalitions"]


def maximize_over_coalitions(
    objective: Sequence[object],
    owed: Sequence[Fraction],
    pool: dict[int, None],
    *,
    relief: int = 0,
    more: tuple[Sequence[Sequence[object]], Sequence[object]] = ((), ()),
    equal: tuple[Sequence[Sequence[object]], Sequence[object]] = ((), ()),
    counts: Callable[[int], bool] = lambda _: True,
) -> tuple[LinearSolution, list[int]]:
    """Maximize over divisions x, and perhaps a last variable t, with ``x(S) + relief t >= owed[S]`` for every S.

    Parameters
    ----------
    objective : sequence of numbers
        One entry per player, one more where there is a t. All variables may be negative.
    owed : sequence of Fraction
        By number of the coalition, the empty and the grand one included; these two are left out.
    pool : dict of coalition to None
        The rows to begin with, in order; what is found to bind is added, for the next program.
    more, equal : (rows, right-hand sides)
        Further inequalities ``row @ (x, t) <= right`` and equations.
    counts : function
        Whether a coalition that is left short has to be met at all.

    Returns
    -------
    LinearSolution, list of int
        The exact solution, and the coalitions of its rows: the first entries of ``at_most_prices`` are theirs.
    """
    width = len(objective)
    n = (len(owed) - 1).bit_length()
    last = [-relief] if width > n else []
    batch = 2 * n
    while True:
        masks = list(pool)
        rows = [[*(-(mask >> k & 1) for k in range(n)), *last] for mask in masks]
        found = maximize(
            objective,
            [*rows, *more[0]],
            [*(-owed[mask] for mask in masks), *more[1]],
            equal[0],
            equal[1],
            free=range(width),
        )
        if found.status == "infeasible":
            return found, masks
        assert found.x is not None
        at = found.x if found.ray is None else found.ray
        eased = relief * at[n] if last else Fraction(0)
        sums = coalition_sums(at[:n])
        least = owed if found.ray is None else [Fraction(0)] * len(owed)  # a ray leads away from every row
        short = [(sums[mask] + eased - least[mask], mask) for mask in range(1, len(owed) - 1)]
        left = sorted(each for each in short if each[0] < 0)
        added = 0
        for _, mask in left:
            if mask not in pool and counts(mask):
                pool[mask] = None
                added += 1
                if added == batch:
                    break
        if not added:
            return found, masks
