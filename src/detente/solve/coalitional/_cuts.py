"""Linear programs with one row a coalition, solved with few of them.

Of 2^n coalitions few bind. Floating point proposes which; the program is solved exactly with these, the coalitions that
its optimum leaves short are added, until there is none: then the optimum of fewer rows meets all, and is the optimum of
all (Kelley 1960). A program that is infeasible with some rows is infeasible with all.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

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
        The rows to begin with, in order. Coalitions that are found to bind are added, for the next program.
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
    own = dict(pool) | dict.fromkeys(
        mask for mask in _proposed(objective, owed, last, more, equal) if mask not in pool and counts(mask)
    )
    while True:
        masks = list(own)
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
            if mask not in own and counts(mask):
                own[mask] = None
                added += 1
                if added == batch:
                    break
        if not added:
            pool |= {mask: None for value, mask in short if value == 0 and mask in own}
            return found, masks


@lru_cache(maxsize=4)
def _memberships(n: int) -> Any:
    """Return the proper coalitions as rows of zeros and ones."""
    import numpy as np

    masks = np.arange(1, 2**n - 1)
    return ((masks[:, None] >> np.arange(n)) & 1).astype(float)


def _proposed(
    objective: Sequence[Any], owed: Sequence[Fraction], last: Sequence[int], more: Any, equal: Any
) -> list[int]:
    """Return coalitions that seem to bind at the optimum over all of them, by floating point; nothing if that fails."""
    import numpy as np
    from scipy.optimize import linprog

    n = (len(owed) - 1).bit_length()
    if n < 6:
        return []
    rows = _memberships(n)
    matrix = np.hstack([-rows, np.full((len(rows), len(last)), last[0] if last else 0)])
    bounds = -np.array([float(each) for each in owed[1:-1]])
    found = linprog(
        -np.array([float(each) for each in objective]),
        A_ub=np.vstack([matrix, np.array(more[0], dtype=float).reshape(-1, len(objective))]),
        b_ub=np.concatenate([bounds, np.array(more[1], dtype=float)]),
        A_eq=np.array(equal[0], dtype=float),
        b_eq=np.array([float(each) for each in equal[1]]),
        bounds=(None, None),
        method="highs-ds",
    )
    if found.status != 0 or found.x is None:
        return []
    slack = np.abs(found.ineqlin.residual[: len(rows)])
    near = np.flatnonzero(slack <= 1e-9 * max(1e-9, float(np.abs(bounds).max())))
    return [int(k) + 1 for k in near[np.argsort(slack[near], kind="stable")][: 8 * n]]
