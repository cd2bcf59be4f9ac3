"""All equilibria of a two-player game, exactly: extreme equilibria, Nash subsets, components."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from detente.errors import UsageError
from detente.solve.two_players._polytope import (
    IntegerMatrix,
    basic_point,
    best_replies,
    best_response_matrices,
    binding_labels,
    mixed_strategy,
    two_matrices,
)
from detente.solve.two_players._structure import (
    complementary_pairs,
    connected_components,
    maximal_bicliques,
    simple_pairs,
)
from detente.solve.two_players._vertex_search import VertexSearch

if TYPE_CHECKING:
    from detente.solve.two_players._polytope import Payoffs

__all__ = ["Enumeration", "enumerate_extreme"]

Mixed = tuple[Fraction, ...]
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Enumeration:
    """The equilibria of a two-player game, and what is known about their being all.

    Attributes
    ----------
    equilibria : tuple of (x, y)
        Extreme equilibria in exact probabilities, each once, sorted by x, then y, those that put more weight on
        earlier strategies first. Every one has been confirmed by its best responses in the game's own payoffs.
    nash_subsets : tuple of tuples of int
        Maximal Nash subsets: for each, the sorted indices of the extreme equilibria X x Y whose conv(X) x conv(Y)
        it is. Every equilibrium lies in at least one; its members may be interchanged.
    components : tuple of tuples of int
        Connected components of the set of equilibria: a partition of the indices.
    degenerate : bool
        Whether some mixed strategy has more pure best responses than strategies in its support (von Stengel 2002,
        Definition 2.6). Where ``complete`` is False, False means only that none was met.
    complete : bool
        Whether nothing is missing. True is proved, not assumed; see :func:`enumerate_extreme`.
    missing : str or None
        What is missing, in words, where ``complete`` is False.
    """

    equilibria: tuple[tuple[Mixed, Mixed], ...]
    nash_subsets: tuple[tuple[int, ...], ...]
    components: tuple[tuple[int, ...], ...]
    degenerate: bool
    complete: bool
    missing: str | None


class _Stopped(Exception):  # noqa: N818 - control flow, not an error
    """The budget ran out."""


class _Clock:
    """Raise :class:`_Stopped` from ``tick`` once the budget is spent."""

    def __init__(self, budget: float | None) -> None:
        self.start = time.monotonic()
        self.deadline = None if budget is None else self.start + budget

    def tick(self) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise _Stopped

    def extend(self) -> None:
        """Grant the time in which what was found is put in order."""
        now = time.monotonic()
        self.deadline = now + max(0.5, 0.2 * (now - self.start))


def enumerate_extreme(
    a: Payoffs, b: Payoffs, *, budget: float | None = None, progress: Progress | None = None
) -> Enumeration:
    """Enumerate every extreme equilibrium of a two-player game in exact arithmetic, ties included.

    Parameters
    ----------
    a, b : m x n matrices of ints or Fractions
        Payoffs of the row player and of the column player; rows are the row player's strategies in both. Floats
        are taken at the exact binary number that they store.
    budget : float, optional
        Seconds after which to stop with what was found. Putting a partial answer in order may take half a second
        or a fifth of the budget more.
    progress : callable, optional
        Called now and then as ``progress(stage, count)``: the stage in words, and how much it has done.

    Returns
    -------
    Enumeration
        Also after ``KeyboardInterrupt`` (from the keyboard or from ``progress``), ``MemoryError``, or at the end of
        the budget: then ``complete`` is False, ``missing`` says why and what, and the equilibria listed are true.

    Raises
    ------
    UsageError
        If a and b are not matrices of one shape with finite entries.

    Notes
    -----
    *Method.* Vertices of the two best-response polytopes are enumerated by pivoting and matched by their labels
    (Avis, Rosenberg, Savani and von Stengel 2010, sections 2 and 3). Maximal bicliques of the matched pairs are the
    maximal Nash subsets, connected components of the graph of pairs the components of the set of equilibria.

    *Why nothing is missing.* In integers, the walk covers the graph of a lexicographically perturbed, simple
    polytope (:class:`~detente.solve.two_players._exact_pivoting.ExactSearch`). In floating point, each visited basis is
    certified from the payoffs with a rigorous error bound to be a nondegenerate vertex, and each neighbor across
    each of its edges is visited; a set of vertices of a polytope that is closed under adjacency is all of them
    (:mod:`~detente.solve.two_players._certified_search`). Where the bound cannot tell a value from zero, the walk is
    repeated on a slightly perturbed polytope whose every basis is also checked on the true one, ties decided in
    integers; where that fails too, in integers throughout. Points of equilibria are solved for in integers in every
    case.

    *Cost.* Proportional to the number of vertices, about 2.2^n for random n x n games, times m n; exponential
    numbers of maximal Nash subsets are possible in games with many ties.

    References
    ----------
    D. Avis, G. D. Rosenberg, R. Savani, B. von Stengel (2010), "Enumeration of Nash equilibria for two-player
    games", Economic Theory 42, 9-37. B. von Stengel (2002), "Computing equilibria for two-person games", Handbook
    of Game Theory 3, ch. 45.

    Examples
    --------
    Both columns are best replies to the first row, which is best against weights of at least 2/3 on the left
    column: a segment of equilibria with its two ends, and an isolated equilibrium (von Stengel 2002, with b changed
    in one entry).

    >>> found = enumerate_extreme([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]])
    >>> for x, y in found.equilibria:
    ...     print(*x, "|", *y)
    1 0 0 | 1 0
    1 0 0 | 2/3 1/3
    0 1/3 2/3 | 1/3 2/3
    >>> found.components, found.degenerate, found.complete
    (((0, 1), (2,)), True, True)
    """
    if budget is not None and not budget >= 0:
        raise UsageError(f"budget: found {budget!r}; expected seconds, 0 or more, or None")
    return _Run(*two_matrices(a, b), budget, progress).result()


class _Run:
    """One enumeration: what was found so far, stage by stage, so that a stop at any point leaves an answer."""

    def __init__(
        self, a: IntegerMatrix, b: IntegerMatrix, budget: float | None, progress: Progress | None
    ) -> None:
        self.a, self.b = a, b
        self.b_transposed = [list(column) for column in zip(*b, strict=True)]
        self.matrices = best_response_matrices(a, b)
        self.clock, self.budget = _Clock(budget), budget
        self.progress = progress
        self.missing: list[str] = []

    def result(self) -> Enumeration:
        searches = VertexSearch(self.matrices[0]), VertexSearch(self.matrices[1])
        self._guard(lambda: self._walk(searches), lambda: self._walk_missing(searches))
        pairs: list[tuple[int, int]] = []
        self._guard(lambda: self._match(searches, pairs), lambda: "pairs of vertices not yet compared")
        equilibria, pairs = self._solve(searches, pairs)
        components = connected_components(pairs)
        subsets: list[list[int]] = []
        self._guard(
            lambda: self._subsets(pairs, components, subsets),
            lambda: f"maximal Nash subsets beyond the {len(subsets)} listed",
        )
        return Enumeration(
            equilibria=tuple(equilibria),
            nash_subsets=tuple(sorted(tuple(subset) for subset in subsets)),
            components=tuple(tuple(component) for component in components),
            degenerate=any(search.degenerate for search in searches),
            complete=not self.missing,
            missing="; ".join(self.missing) or None,
        )

    def _guard(self, stage: Callable[[], None], lacking: Callable[[], str]) -> None:
        """Run a stage; where it is stopped, note why and what is lacking, and go on with what there is."""
        try:
            stage()
        except _Stopped:
            why = f"the budget of {self.budget:g} s ran out" if not self.missing else "time ran out again"
        except KeyboardInterrupt:
            why = "interrupted"
        except MemoryError:
            why = "memory ran out"
        else:
            return
        self.missing.append(f"{why}: {lacking()}")
        self.clock.extend()

    def _report(self, stage: str, count: int) -> None:
        if self.progress is not None:
            self.progress(stage, count)

    def _walk(self, searches: tuple[VertexSearch, VertexSearch]) -> None:
        limit = 256
        while not all(search.done for search in searches):
            for search in searches:
                self.clock.tick()
                if not search.done:
                    began = time.monotonic()
                    search.advance(limit)
                    # Chunks of about 50 ms: short enough to stop at once, long enough to cost nothing.
                    taken = time.monotonic() - began
                    limit = min(limit * 4, 1 << 16) if taken < 0.02 else max(limit // 2, 16) if taken > 0.1 else limit
            self._report("vertices", sum(search.count for search in searches))

    @staticmethod
    def _walk_missing(searches: tuple[VertexSearch, VertexSearch]) -> str:
        parts = [
            f"{'all' if search.done else 'only'} {search.count} vertices of the {side} player's polytope"
            for side, search in zip(("row", "column"), searches, strict=True)
        ]
        return (
            f"visited {' and '.join(parts)}; equilibria at other vertices are missing, with the Nash subsets and "
            "the links between components that they make"
        )

    def _match(self, searches: tuple[VertexSearch, VertexSearch], pairs: list[tuple[int, int]]) -> None:
        """Append the pairs of positions of fully labelled nonzero vertices."""
        rows, columns = len(self.a), len(self.a[0])
        total = rows + columns
        simple = tuple(search.simple_vertices() for search in searches)
        if simple[0] is not None and simple[1] is not None:
            pairs.extend(simple_pairs(simple[0], simple[1], rows, columns))
            return
        left, right = searches[0].game_labels(0, total), searches[1].game_labels(columns, total)
        origin_left, origin_right = (1 << rows) - 1, (1 << total) - (1 << rows)
        for i, j in complementary_pairs(left, right, total, self.clock.tick):
            if left[i] != origin_left and right[j] != origin_right:
                pairs.append((i, j))
                if len(pairs) % 1024 == 0:
                    self._report("equilibria", len(pairs))

    def _solve(
        self, searches: tuple[VertexSearch, VertexSearch], pairs: list[tuple[int, int]]
    ) -> tuple[list[tuple[Mixed, Mixed]], list[tuple[int, int]]]:
        """Return the exact equilibria, sorted, and their pairs renumbered by rank of x and of y."""
        strategies: list[list[Mixed]] = []
        numbers: list[dict[int, int]] = []
        supports: list[list[int]] = []
        replies: list[list[int]] = []
        for side, payoffs in enumerate((self.b_transposed, self.a)):
            wanted = sorted({pair[side] for pair in pairs})
            points = [self._point(side, searches[side].basis(position)) for position in wanted]
            exact = [mixed_strategy(point) for point in points]
            order = sorted(range(len(wanted)), key=exact.__getitem__, reverse=True)
            strategies.append([exact[k] for k in order])
            numbers.append({wanted[k]: rank for rank, k in enumerate(order)})
            supports.append([sum(1 << i for i, weight in enumerate(points[k]) if weight) for k in order])
            replies.append([best_replies(payoffs, points[k]) for k in order])
        ranked = sorted((numbers[0][i], numbers[1][j]) for i, j in pairs)
        for x, y in ranked:
            if supports[0][x] & ~replies[1][y] or supports[1][y] & ~replies[0][x]:
                raise AssertionError(f"not an equilibrium: {strategies[0][x]}, {strategies[1][y]}; please report")
        return [(strategies[0][x], strategies[1][y]) for x, y in ranked], ranked

    def _point(self, side: int, basis: int) -> list[int]:
        solved = basic_point(self.matrices[side], basis)
        if solved is None or binding_labels(self.matrices[side], *solved) is None:
            raise AssertionError(f"basis {basis:b} is no vertex; please report")
        return solved[0]

    def _subsets(
        self, pairs: list[tuple[int, int]], components: list[list[int]], subsets: list[list[int]]
    ) -> None:
        index = {pair: k for k, pair in enumerate(pairs)}
        for component in components:
            for xs, ys in maximal_bicliques([pairs[k] for k in component], self.clock.tick):
                subsets.append(sorted(index[x, y] for x in xs for y in ys))
                if len(subsets) % 1024 == 0:
                    self._report("Nash subsets", len(subsets))
