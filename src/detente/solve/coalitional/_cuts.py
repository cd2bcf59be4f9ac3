"""Linear programs with one row a coalition, solved with few of them.

Of 2^n coalitions few bind. Floating point proposes which; the program is solved exactly with these, the coalitions that
its optimum leaves short are added, until there is none: then the optimum of fewer rows meets all, and is the optimum of
all (Kelley 1960). A program that is infeasible with some rows is infeasible with all.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from typing import TYPE_CHECKING, Any

from detente.games.coalitional import coalition_sums
from detente.solve.programs._float_proposal import FloatOptimum
from detente.solve.programs.linear_program import maximize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.solve.programs.linear_program import LinearSolution

__all__ = ["Owed", "maximize_over_coalitions"]

#: The largest claim in the units of floating point.
_LARGE = 1e4
#: What binds in these units, and what is left short by more.
_NEAR = 1e-9 * _LARGE


class Owed:
    """What coalitions are owed, by number, the empty and the grand one included, which programs leave out."""

    def __init__(self, values: Sequence[Fraction]) -> None:
        self.values = tuple(values)

    @cached_property
    def whole(self) -> tuple[list[int], int]:
        """The values as integers over one denominator."""
        scale = lcm(*(each.denominator for each in self.values))
        return [each.numerator * (scale // each.denominator) for each in self.values], scale

    @cached_property
    def floats(self) -> Any:
        """The values in floating point."""
        import numpy as np

        return np.array([float(each) for each in self.values])

    def margins(self, x: Sequence[Fraction], eased: Fraction) -> list[int]:
        """Return ``x(S) + eased - owed[S]`` by coalition, all multiplied by one positive number."""
        whole, scale = self.whole
        unit = lcm(scale, eased.denominator, *(each.denominator for each in x))
        more, factor = int(eased * unit), unit // scale
        sums = coalition_sums([each.numerator * (unit // each.denominator) for each in x])
        return [total + more - factor * least for total, least in zip(sums, whole, strict=True)]


def maximize_over_coalitions(
    objective: Sequence[object],
    owed: Owed,
    pool: dict[int, None],
    *,
    relief: int = 0,
    more: tuple[Sequence[Sequence[object]], Sequence[object]] = ((), ()),
    equal: tuple[Sequence[Sequence[object]], Sequence[object]] = ((), ()),
    counts: Sequence[bool] | None = None,
    few: bool = False,
) -> tuple[LinearSolution, list[int]]:
    """Maximize over divisions x, and perhaps a last variable t, with ``x(S) + relief t >= owed[S]`` for every S.

    Parameters
    ----------
    objective : sequence of numbers
        One entry per player, one more where there is a t. All variables may be negative.
    owed : Owed
    pool : dict of coalition to None
        The rows to begin with where floating point proposes none, in order. Coalitions that are found to bind are
        added, for the next program.
    more, equal : (rows, right-hand sides)
        Further inequalities ``row @ (x, t) <= right`` and equations.
    counts : sequence of bool, optional
        By number, whether a coalition has to be met at all; without it all have to be.
    few : bool
        Whether most coalitions that bind are expected in the pool: floating point, too, then begins with it and adds
        what it leaves short, instead of taking all at once. The optimum is the same, though perhaps at another point.

    Returns
    -------
    LinearSolution, list of int
        The exact solution, and the coalitions of its rows: the first entries of ``at_most_prices`` are theirs.
    """
    width = len(objective)
    n = (len(owed.values) - 1).bit_length()
    last = [-relief] if width > n else []
    asked = [mask for mask in range(1, len(owed.values) - 1) if counts is None or counts[mask]]
    proposed = _proposed(objective, owed, asked, last, more, equal, pool if few else None)
    own, near = (dict(pool), None) if proposed is None else proposed
    while True:
        masks = list(own)
        rows = [[*(-(mask >> k & 1) for k in range(n)), *last] for mask in masks]
        found = maximize(
            objective,
            [*rows, *more[0]],
            [*(-owed.values[mask] for mask in masks), *more[1]],
            equal[0],
            equal[1],
            free=range(width),
            near=near,
        )
        near = None
        if found.status == "infeasible":
            return found, masks
        assert found.x is not None
        at = found.x if found.ray is None else found.ray
        eased = relief * at[n] if last else Fraction(0)
        # a ray leads away from every row
        least = owed if found.ray is None else Owed([Fraction(0)] * len(owed.values))
        margins = least.margins(at[:n], eased)
        left = sorted((margins[mask], mask) for mask in asked if margins[mask] < 0)
        added = [mask for _, mask in left if mask not in own][: 2 * n]
        if not added:
            pool |= {mask: None for mask in asked if mask in own and margins[mask] == 0}
            return found, masks
        own |= dict.fromkeys(added)


@lru_cache(maxsize=4)
def _memberships(n: int) -> Any:
    """Return all coalitions, the empty one included, as rows of zeros and ones."""
    import numpy as np

    return ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(float)


def _proposed(
    objective: Sequence[Any],
    owed: Owed,
    asked: Sequence[int],
    last: Sequence[int],
    more: Any,
    equal: Any,
    pool: Mapping[int, None] | None,
) -> tuple[dict[int, None], FloatOptimum] | None:
    """Return coalitions that seem to bind at the optimum over all of them, and that optimum; None if that fails.

    Given a pool, the program begins with its coalitions, and those that its optimum leaves short are added until there
    is none.
    """
    import numpy as np
    from scipy.optimize import linprog

    n = (len(owed.values) - 1).bit_length()
    if n < 6:
        return None
    numbers = np.array(asked)
    members = _memberships(n)[numbers]
    matrix = np.hstack([-members, np.full((len(members), len(last)), last[0] if last else 0)])
    used = np.arange(len(numbers)) if pool is None else np.flatnonzero(np.isin(numbers, list(pool)))
    try:
        # in units in which the largest claim is large: what floating point takes for feasible is an absolute number
        unit = _LARGE / (float(np.abs(owed.floats).max()) or 1.0)
        least = -unit * owed.floats[numbers]
        while True:
            found = FloatOptimum.of(
                linprog(
                    -np.array([float(each) for each in objective]),
                    A_ub=np.vstack([matrix[used], np.array(more[0], dtype=float).reshape(-1, len(objective))]),
                    b_ub=np.concatenate([least[used], unit * np.array(more[1], dtype=float)]),
                    A_eq=np.array(equal[0], dtype=float),
                    b_eq=unit * np.array([float(each) for each in equal[1]]),
                    bounds=(None, None),
                    method="highs-ds",
                )
            )
            if found is None:
                return None
            left = matrix @ found.x - least
            left[used] = 0
            short = np.flatnonzero(left > _NEAR)
            if not len(short):
                break
            used = np.union1d(used, short[np.argsort(-left[short], kind="stable")[: 2 * n]])
    except (OverflowError, ValueError):  # numbers too large for floats
        return None
    slack = np.abs(found.slack[: len(used)])
    priced = np.array(found.at_most_prices[: len(used)]) > 0
    near = np.flatnonzero((slack <= _NEAR) | priced)
    near = near[np.lexsort((slack[near], ~priced[near]))]
    chosen = [int(k) for k in near[sorted({*range(int(priced[near].sum())), *_independent(matrix[used[near]])})]]
    further = range(len(used), len(found.slack))
    return dict.fromkeys(asked[used[k]] for k in chosen), found.with_rows([*chosen, *further])


def _independent(rows: Any) -> list[int]:
    """Return the first rows that none before them span."""
    import numpy as np

    found: list[int] = []
    left = rows.copy()
    for _ in range(rows.shape[1]):
        sizes = np.sqrt((left**2).sum(axis=1))
        open_ = np.flatnonzero(sizes > 1e-6)
        if not len(open_):
            break
        found.append(int(open_[0]))
        along = left[open_[0]] / sizes[open_[0]]
        left -= np.outer(left @ along, along)
    return found
