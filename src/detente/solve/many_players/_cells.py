"""Every solution of the indifference equations on many supports at once, by certified subdivision.

Against the others' mixed strategies a player's payoff is linear in each of them. On a *cell*, a product of
one simplex per mixing player, such a form takes its extremes at the vertices: a table of the same shape as
the payoffs, entry per vertex, bounds it exactly (the Bernstein form of a multilinear function). A cell is

- **discarded** if some strategy of the support is worse than another one throughout (conditional dominance,
  Porter, Nudelman and Shoham 2008, when the cell is the whole support), or if a linear combination of the
  equations keeps its sign on it (the equations multiplied by an approximate inverse of their Jacobian);
- **settled** if the equations are one-to-one on a slightly larger cell, so that they have at most one
  solution there, and Newton's method says where that would be: outside, at a point where somebody would
  deviate, or a *candidate*, which :mod:`detente.solve.many_players._krawczyk` proves or refutes;
- otherwise **cut in two** along the edge along which the equations vary most.

*Soundness.* Nothing is sampled. Payoffs are integers scaled by powers of two, so halving is exact in float64
while 53 bits last; where they do not, every comparison carries a bound on the rounding error. Floating-point
inverses are only multipliers: any matrix would be sound.

*Scope.* Cells shrink forever around a solution that is singular or on the boundary of the support. Such
supports are handed back as *open* after a bounded number of cells, for :mod:`detente.solve.many_players._degenerate`.

All cells of supports with the same sizes are worked on together, in arrays whose first axis is the cell.

References
----------
R. Porter, E. Nudelman, Y. Shoham (2008), "Simple search methods for finding a Nash equilibrium", Games and
Economic Behavior 63, 642-662. A. Neumaier (1990), Interval Methods for Systems of Equations, sections 5.1 and
5.2. R. McKelvey, A. McLennan (1996), "Computation of equilibria in finite games", Handbook of Computational
Economics 1, section 6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.solve.many_players._cell_batch import Batch, ScaledPayoffs
from detente.solve.many_players._cell_tests import (
    approximate_inverse,
    dominated,
    hopeless,
    newton,
    overdetermined,
    signed,
)

__all__ = ["Candidate", "Outcome", "ScaledPayoffs", "search_supports"]

Supports = tuple[tuple[int, ...], ...]

#: Most cells that one support may have at any time before it is handed back as open.
MOST_CELLS = 3000
#: Most halvings along one line of cells.
MOST_HALVINGS = 120


@dataclass(frozen=True)
class Candidate:
    """Where a solution on a support must be if there is one near: weights on the support, as floats.

    Any solution in the cells that this candidate settles has its weights within ``away`` of ``point``.
    """

    supports: Supports
    point: tuple[tuple[float, ...], ...]
    away: float = 0.0


@dataclass
class Outcome:
    """Candidates found, supports left open, and how many cells it took."""

    candidates: list[Candidate] = field(default_factory=list)
    open: list[Supports] = field(default_factory=list)
    cells: int = 0


def search_supports(
    payoffs: ScaledPayoffs,
    supports: Sequence[Supports],
    tick: Callable[[], None],
    most_cells: int = MOST_CELLS,
    alone: int | None = None,
) -> Outcome:
    """Settle every support of a batch, all of the same sizes.

    With ``alone`` set, only that player's comparisons are used to discard supports: what is then discarded
    stays so when that player's support grows.

    Cost: per cell about ``players * profiles on the support`` operations, in NumPy.
    """
    outcome = Outcome()
    batch = Batch.start(payoffs, supports)
    while len(batch.owner):
        tick()
        outcome.cells += len(batch.owner)
        batch = batch.keep(~dominated(batch, alone))
        if not len(batch.owner):
            break
        if not batch.mixing:
            outcome.candidates += [_pure(supports[k]) for k in batch.owner]
            break
        settled = batch.lopsided is None
        batch = _settle(batch, supports, outcome) if settled else batch.keep(~overdetermined(batch))
        batch = _give_up(batch, supports, outcome, most_cells)
        batch = batch.split()
    return outcome


def _pure(support: Supports) -> Candidate:
    return Candidate(support, tuple((1.0,) for _ in support))


def _give_up(batch: Batch, supports: Sequence[Supports], outcome: Outcome, most_cells: int) -> Batch:
    """Hand back supports with too many cells, too many halvings, or equations that hold throughout."""
    if not len(batch.owner):
        return batch
    owners, counts = np.unique(batch.owner, return_counts=True)
    bad = set(owners[counts > most_cells].tolist())
    if batch.halvings > MOST_HALVINGS:
        bad = set(owners.tolist())
    if batch.halvings == 0:
        bad |= set(batch.owner[hopeless(batch)].tolist())
    if not bad:
        return batch
    outcome.open += [supports[k] for k in sorted(bad)]
    return batch.keep(~np.isin(batch.owner, sorted(bad)))


def _settle(batch: Batch, supports: Sequence[Supports], outcome: Outcome) -> Batch:
    inverse = approximate_inverse(batch)
    batch_keep = ~signed(batch, inverse)
    batch, inverse = batch.keep(batch_keep), inverse[batch_keep]
    if not len(batch.owner):
        return batch
    settled, candidates = newton(batch, inverse)
    for index, point, away in candidates:
        outcome.candidates.append(Candidate(supports[batch.owner[index]], point, away))
    return batch.keep(~settled)
