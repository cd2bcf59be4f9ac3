"""All isolated Nash equilibria of games with three or more players, proved and as exact as can be.

A profile is an equilibrium with a given *support* (the strategies that each player plays) if and only if each
player is indifferent on the own support and gains nothing outside it. For three or more players these
equations are polynomials, so that solutions may be irrational even where payoffs are integers (Nash 1951).
Every support is looked at. Supports with a strategy that is conditionally dominated are discarded (Porter,
Nudelman and Shoham 2008); on the others subdivision finds every regular solution
(:mod:`detente.solve.many_players._cells`) and exact elimination decides what it leaves open
(:mod:`detente.solve.many_players._degenerate`).

References
----------
J. Nash (1951), "Non-cooperative games", Annals of Mathematics 54, 286-295. R. Porter, E. Nudelman, Y. Shoham
(2008), "Simple search methods for finding a Nash equilibrium", Games and Economic Behavior 63, 642-662. R.
McKelvey, A. McLennan (1996), "Computation of equilibria in finite games", Handbook of Computational Economics
1, 87-142.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import combinations, islice, product
from math import comb, prod
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.solve.many_players._exact_profile import (
    equilibrium_from_box,
    exact_equilibrium,
    has_tie,
    integer_tables,
    played,
    scaled_payoffs,
)
from detente.solve.result import SolveResult

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame
    from detente.solve.many_players._cells import Candidate
    from detente.solve.many_players._krawczyk import Box, SupportSystem
    from detente.solve.result import Equilibrium

__all__ = ["all_isolated"]

Supports = tuple[tuple[int, ...], ...]
Sizes = tuple[int, ...]
Progress = Callable[[str, int], None]

#: Most payoff entries of a batch of supports that are worked on together.
BATCH = 400_000


class _Stopped(Exception):  # noqa: N818 - control flow, not an error
    """The budget ran out."""


def all_isolated(
    game: NormalFormGame, budget: float | None = None, progress: Progress | None = None
) -> SolveResult:
    """Return every isolated equilibrium of a game with three or more players, each one proved.

    Parameters
    ----------
    game : NormalFormGame
        Three or more players; meant for up to some 200 profiles. Floats are taken at the exact binary number
        that they store, so ties hold only where these are equal; weights, payoffs and regrets are then
        floats.
    budget : float, optional
        Seconds after which to stop with what was found.
    progress : callable, optional
        Called now and then as ``progress("supports", count)`` with the number of supports looked at.

    Returns
    -------
    SolveResult
        ``complete`` is True only if every support was settled: then the equilibria are finitely many and
        these are all. Otherwise ``missing`` says why and names supports: a continuum of equilibria (whose
        endpoints are listed where they are rational), equations beyond exact elimination, or a budget that
        ran out. Weights and payoffs are Fractions, SymPy numbers (square roots in degree 2, ``CRootOf`` to
        degree 10), or :class:`~detente.solve.many_players._algebraic.Enclosed` beyond.

    Raises
    ------
    UsageError
        If the game has fewer than three players, or the budget is no number of seconds.

    Notes
    -----
    *Certificates.* Rational and algebraic equilibria have passed :func:`detente.solve.best_response.regret`
    in exact arithmetic of their number field. For enclosed ones, Krawczyk's theorem proves that the
    indifference equations have exactly one solution in the box, and ball arithmetic that its weights are
    positive and every gain from leaving the support is negative; hence the regret of the point enclosed is
    exactly 0.

    *Cost.* Exponential: ``prod(2**m_i - 1)`` supports, most of them discarded at once.

    Examples
    --------
    Three players who gain unless all choose the same: where two differ the third is indifferent, so that
    there are continua of equilibria beside the completely mixed one.

    >>> from detente.games.normal import NormalFormGame
    >>> u = [[[0, 1], [1, 1]], [[1, 1], [1, 0]]]
    >>> found = all_isolated(NormalFormGame([u, u, u]))
    >>> found.complete
    False
    """
    players = len(game.players)
    if players < 3:
        raise UsageError(
            f"found {players} players; expected three or more; use detente.equilibria(game) for fewer"
        )
    if budget is not None and not budget >= 0:
        raise UsageError(f"budget: found {budget!r}; expected seconds, 0 or more, or None")
    return _Run(game, budget, progress).result()


class _Run:
    """One run over all supports: what was found so far, so that a stop at any point leaves an answer."""

    def __init__(self, game: NormalFormGame, budget: float | None, progress: Progress | None) -> None:
        self.game, self.budget, self.progress = game, budget, progress
        self.deadline = None if budget is None else time.monotonic() + budget
        self.tables, self.bits = integer_tables(game)
        self.payoffs = scaled_payoffs(self.tables, self.bits)
        self.total = prod((1 << size) - 1 for size in game.shape)
        self.looked = 0
        self.found: list[tuple[Supports, Equilibrium]] = []
        self.continua: list[Supports] = []
        self.unresolved: dict[str, list[Supports]] = {}
        self.resolved: set[Supports] = set()
        self.boxed: set[int] = set()
        self.ties = False
        self.ruled_out: dict[tuple[int, Sizes], int] = {}

    def tick(self) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise _Stopped

    def result(self) -> SolveResult:
        missing = []
        try:
            self._look_everywhere()
        except _Stopped:
            missing.append(f"the budget of {self.budget:g} s ran out: {self._share()}")
        except KeyboardInterrupt:
            missing.append(f"interrupted: {self._share()}")
        except MemoryError:
            missing.append(f"memory ran out: {self._share()}")
        if self.continua:
            missing.append(
                f"continua of equilibria, listed by endpoints only, on {self._names(self.continua)}"
            )
        missing += [f"{why} on {self._names(where)}" for why, where in self.unresolved.items()]
        self.found.sort(
            key=lambda each: (
                sum(map(len, each[0])),
                each[0],
                [[-float(w) for w in own] for own in each[1].mixed],
            )
        )
        complete = not missing
        singles = tuple((k,) for k in range(len(self.found))) if complete else None
        return SolveResult(
            game=self.game,
            equilibria=tuple(equilibrium for _, equilibrium in self.found),
            method="support enumeration with certified polynomial solving",
            complete=complete,
            degenerate=True if self.ties or self.continua else None,
            components=singles,
            nash_subsets=singles,
            missing="; ".join(missing),
            notes=self._notes(),
        )

    def _notes(self) -> tuple[str, ...]:
        from detente.solve.many_players._algebraic import Enclosed

        notes = []
        if self.game.arithmetic == "float":
            notes.append(
                "floats are taken at the binary number they store, so ties hold only where these are equal"
            )
        if any(
            isinstance(weight, Enclosed) for _, each in self.found for own in each.mixed for weight in own
        ):
            notes.append("brackets enclose numbers of one solution each, whose regret is proved to be 0")
        return tuple(notes)

    def _share(self) -> str:
        return (
            f"{self.looked} of {self.total} supports were looked at ({100 * self.looked / self.total:.3g} %)"
        )

    def _names(self, supports: list[Supports]) -> str:
        shown = [
            "{"
            + "; ".join(", ".join(self.game.strategies[i][s] for s in own) for i, own in enumerate(each))
            + "}"
            for each in supports[:6]
        ]
        more = f" and {len(supports) - 6} more" if len(supports) > 6 else ""
        return f"the support{'s' if len(supports) > 1 else ''} {', '.join(shown)}{more}"

    def _look_everywhere(self) -> None:
        from detente.solve.many_players._two_by_two_by_two import regular_2x2x2

        shape = self.game.shape
        closed = regular_2x2x2(self.tables) if shape == (2, 2, 2) else None
        if closed is not None:
            for support, weights in closed:
                self._add_exact(support, weights, regular=True)
            self.looked = self.total
            return
        for sizes in sorted(product(*(range(1, k + 1) for k in shape)), key=lambda each: (sum(each), each)):
            count = prod(comb(k, size) for k, size in zip(shape, sizes, strict=True))
            if self._ruled_out(sizes):
                self.looked += count
                continue
            self._look(sizes, count)

    def _lopsided(self, sizes: Sizes) -> int | None:
        free = sum(size - 1 for size in sizes)
        return next((i for i, size in enumerate(sizes) if size > 1 and 2 * (size - 1) > free), None)

    def _ruled_out(self, sizes: Sizes) -> bool:
        """Return True if fewer strategies of one player are already known never to be equally good."""
        player = self._lopsided(sizes)
        if player is None:
            return False
        known = self.ruled_out.get((player, (*sizes[:player], 0, *sizes[player + 1 :])))
        return known is not None and known <= sizes[player]

    def _look(self, sizes: Sizes, count: int) -> None:
        from detente.solve.many_players._cells import search_supports

        shape = self.game.shape
        player = self._lopsided(sizes)
        larger = 0
        if player is not None and sizes[player] < shape[player]:
            larger = count * (shape[player] - sizes[player]) // (sizes[player] + 1)
        alone = player if larger > 1000 else None
        entries = sum(k * prod(sizes) // own for k, own in zip(shape, sizes, strict=True))
        unknowns = sum(size - 1 for size in sizes)
        most_cells = 40 if unknowns <= 2 else 400 if unknowns == 3 else 30_000
        left = False
        supports = _supports(shape, sizes)
        while batch := list(islice(supports, max(1, BATCH // entries))):
            outcome = search_supports(self.payoffs, batch, self.tick, most_cells, alone)
            left = left or bool(outcome.candidates or outcome.open)
            self._take(outcome.candidates)
            for support in outcome.open:
                self.tick()
                self._resolve(support)
            self.looked += len(batch)
            if self.progress is not None:
                self.progress("supports", self.looked)
        if alone is not None and not left:
            self.ruled_out[alone, (*sizes[:alone], 0, *sizes[alone + 1 :])] = sizes[alone]

    def _take(self, candidates: list[Candidate]) -> None:
        """Prove or refute what the subdivision proposes; cells that share a solution propose it twice."""
        from detente.solve.many_players._krawczyk import SupportSystem

        seen: dict[Supports, tuple[SupportSystem, list[Box]]] = {}
        for candidate in candidates:
            self.tick()
            if candidate.supports in self.resolved:
                continue
            if candidate.supports not in seen:
                seen[candidate.supports] = (SupportSystem(self.tables, candidate.supports), [])
            system, boxes = seen[candidate.supports]
            box = system.prove(system.free(candidate.point))
            if box is None or not _covers(box, candidate):
                self._resolve(candidate.supports)
                continue
            if any(_same_box(box, other) for other in boxes):
                continue
            boxes.append(box)
            self._judge(system, box)

    def _judge(self, system: SupportSystem, box: Box) -> None:
        verdict, _ = system.signs(box)
        if verdict is False:
            return
        if verdict is None:
            exact = equilibrium_from_box(self.game, system, box, max(self.bits), doubtful=True)[1]
            if exact is None:
                self._resolve(system.supports)
            else:
                self.ties = True
                if min(weight for own in exact for weight in own) > 0:
                    self._add_exact(system.supports, exact)
            return
        equilibrium, exact = equilibrium_from_box(self.game, system, box, max(self.bits))
        assert equilibrium is not None
        self.ties = self.ties or (exact is not None and has_tie(self.game, system.supports, exact))
        self.boxed.add(id(equilibrium))
        self.found.append((system.supports, equilibrium))

    def _resolve(self, support: Supports) -> None:
        """Decide a support by algebra; what is found there replaces what was found before."""
        from detente.solve.many_players._degenerate import resolve
        from detente.solve.many_players._krawczyk import SupportSystem

        if support in self.resolved:
            return
        self.resolved.add(support)
        resolution = resolve(SupportSystem(self.tables, support), self.tick)
        if resolution.unresolved:
            self.unresolved.setdefault(resolution.unresolved, []).append(support)
        else:
            self.found = [each for each in self.found if each[0] != support or id(each[1]) not in self.boxed]
        for weights in resolution.points + resolution.endpoints:
            self._add_exact(support, weights)
        if resolution.continuum:
            self.continua.append(support)

    def _add_exact(self, support: Supports, weights: Any, *, regular: bool = False) -> None:
        """Add a solution in exact numbers if it is an equilibrium that is not there yet."""
        equilibrium = exact_equilibrium(self.game, support, weights)
        if equilibrium is None:
            return
        here = played(support, weights)
        if any(other == here and each.profile == equilibrium.profile for other, each in self.found):
            return
        self.ties = self.ties or (not regular and has_tie(self.game, support, weights))
        self.found.append((here, equilibrium))


def _supports(shape: Sizes, sizes: Sizes) -> Iterator[Supports]:
    return product(*(combinations(range(k), size) for k, size in zip(shape, sizes, strict=True)))


def _covers(box: Box, candidate: Candidate) -> bool:
    """Return True if the box with one solution covers all points that the candidate stands for."""
    import flint

    return all(
        len(own) == 1 or ball.contains(flint.arb(weight, candidate.away))
        for own, balls in zip(candidate.point, box.unique, strict=True)
        for weight, ball in zip(own, balls, strict=True)
    )


def _same_box(a: Box, b: Box) -> bool:
    """Return True if the wider box of one holds the box of the other: then both hold the same solution."""
    return any(
        all(
            w.contains(t)
            for wide, tight in zip(x.unique, y.balls, strict=True)
            for w, t in zip(wide, tight, strict=True)
        )
        for x, y in ((a, b), (b, a))
    )
