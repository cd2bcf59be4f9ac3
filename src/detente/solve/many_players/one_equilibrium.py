"""One Nash equilibrium of a game with any number of players, proved where that is possible.

A pure equilibrium is returned if there is one, unless a mixed one is asked for. Else paths of logit responses
are followed from several starts (:mod:`detente.solve.many_players._homotopy`); at points of the path the strategies
with notable probability are taken as a support, its indifference equations are solved by Newton's method, and the
solution is proved by Krawczyk's theorem with every gain from leaving the support negative
(:mod:`detente.solve.many_players._krawczyk`).
"""

from __future__ import annotations

import time
from itertools import combinations, islice, product
from math import comb, prod
from typing import TYPE_CHECKING, Any

from detente.errors import BudgetExceeded, NotConverged, UsageError
from detente.games.normal import NormalFormGame
from detente.solve.best_response import regret
from detente.solve.many_players._exact_profile import integer_tables, proved_equilibrium, scaled_payoffs
from detente.solve.pure import pure_equilibria
from detente.solve.result import SolveResult, certified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.solve.result import Equilibrium

__all__ = ["one_equilibrium"]

#: Most supports searched when a mixed equilibrium is asked for and all paths end pure.
MOST_SUPPORTS = 400_000


def one_equilibrium(
    game: NormalFormGame,
    *,
    mixed: bool = False,
    seed: int = 0,
    starts: int = 8,
    relative: float = 1e-9,
    budget: float | None = None,
) -> SolveResult:
    """Return one Nash equilibrium of a game with any number of players.

    Parameters
    ----------
    game : NormalFormGame
        Exact or float payoffs, as many as fit in memory.
    mixed : bool
        Insist on an equilibrium in which somebody mixes, where otherwise a pure one is returned if there is
        one.
    seed : int
        For the starts of all paths but the first, which starts from equal probabilities.
    starts : int
        Most paths to follow.
    relative : float
        Largest regret of an equilibrium that cannot be proved, relative to the spread of payoffs. It is then
        given in floats with its regret, and a note says so.
    budget : float, optional
        Seconds after which to give up.

    Returns
    -------
    SolveResult
        With one equilibrium; ``complete`` is always False. For exact games its weights are exact or enclosed
        and its regret is 0, by the same proofs as in :func:`detente.solve.many_players.nplayer.all_isolated`, unless a
        note says that no proof was found, as for equilibria that are not isolated or at which a strategy
        outside is equally good.

    Raises
    ------
    NotConverged
        If no start leads to an equilibrium; carries the profile with the least regret.
    BudgetExceeded
        If the budget runs out first.

    References
    ----------
    T. Turocy (2005), Games and Economic Behavior 51, 243-263. R. Porter, E. Nudelman, Y. Shoham (2008), Games
    and Economic Behavior 63, 642-662 (small supports first, for ``mixed``).

    Examples
    --------
    >>> pennies = NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
    >>> str(one_equilibrium(pennies).equilibria[0])
    '1 1/2 1 + 1/2 2, 2 1/2 1 + 1/2 2'
    """
    if starts < 1:
        raise UsageError(f"starts: found {starts!r}; expected 1 or more")
    if budget is not None and not budget >= 0:
        raise UsageError(f"budget: found {budget!r}; expected seconds, 0 or more, or None")
    if not mixed:
        pure = pure_equilibria(game, relative).equilibria
        if pure:
            return _result(game, pure[0], "comparison of every profile", ())
    return _Search(game, mixed, relative, budget).run(seed, starts)


def _result(
    game: NormalFormGame, equilibrium: Equilibrium, method: str, notes: tuple[str, ...]
) -> SolveResult:
    return SolveResult(
        game=game,
        equilibria=(equilibrium,),
        method=method,
        complete=False,
        missing="one equilibrium was asked for",
        notes=notes,
    )


class _Search:
    def __init__(self, game: NormalFormGame, mixed: bool, relative: float, budget: float | None) -> None:
        import numpy as np

        self.game, self.mixed, self.relative, self.budget = game, mixed, relative, budget
        self.deadline = None if budget is None else time.monotonic() + budget
        least = game.floats.reshape(len(game.players), -1).min(axis=1)
        spread = game.floats.reshape(len(game.players), -1).max(axis=1) - least
        shape = (-1, *([1] * len(game.shape)))
        self.tables = (game.floats - least.reshape(shape)) / np.where(spread > 0, spread, 1.0).reshape(shape)
        self.least: float | None = None
        self.last: Any = None
        self.unproved: tuple[Any, Any] | None = None
        self.integers: tuple[list[Any], list[int]] | None = None

    def tick(self) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise BudgetExceeded(
                f"the budget of {self.budget:g} s ran out before an equilibrium was found", self.last
            )

    def run(self, seed: int, starts: int) -> SolveResult:
        import numpy as np

        from detente.solve.many_players._homotopy import follow

        draws = np.random.default_rng(seed)
        for number in range(starts):
            start = [
                np.full(size, 1 / size) if number == 0 else draws.dirichlet(np.ones(size)).clip(1e-6)
                for size in self.game.shape
            ]
            start = [own / own.sum() for own in start]
            tried: set[Any] = set()
            for count, (profile, precision) in enumerate(follow(self.tables, start)):
                self.tick()
                if precision > 1e7 or (precision > 300 and all(own.max() > 0.999 for own in profile)):
                    self._try(profile, tried)
                    break
                if count % 3 == 0 or precision > 1e3:
                    found = self._try(profile, tried)
                    if found is not None:
                        return found
        if self.mixed:
            found = self._small_supports()
            if found is not None:
                return found
        if self.unproved is not None:
            return self._in_floats(*self.unproved)
        kind = "mixed equilibrium" if self.mixed else "equilibrium"
        raise NotConverged(
            f"no {kind} found from {starts} starts; the closest profile has regret {self.least}",
            self.last,
            self.least,
        )

    def _try(self, profile: list[Any], tried: set[Any]) -> SolveResult | None:
        """Take the notable strategies of a profile as support, at several levels, and try it."""
        from detente.solve.many_players._homotopy import newton_on_support, payoffs_and_slopes

        for level in (0.05, 1e-2, 1e-4):
            supports = tuple(tuple(int(s) for s in (own > level * own.max()).nonzero()[0]) for own in profile)
            if self.mixed and all(len(own) == 1 for own in supports):
                continue
            # The same support is worth another try once the path has come closer to its solution.
            key = (supports, tuple(round(float(own.max()), 1) for own in profile))
            if key in tried:
                continue
            tried.add(key)
            polished = newton_on_support(self.tables, profile, supports)
            if polished is None:
                continue
            values, _ = payoffs_and_slopes(self.tables, polished)
            worst = max(float(value.max() - value @ own) for value, own in zip(values, polished, strict=True))
            if self.least is None or worst < self.least:
                self.least, self.last = worst, tuple(tuple(map(float, own)) for own in polished)
            if worst > self.relative:
                continue
            proved = self._prove(polished, supports)
            if proved is not None:
                return proved
            if self.unproved is None and not (self.mixed and all(sum(own > 1e-9) == 1 for own in polished)):
                self.unproved = (polished, supports)
        return None

    def _prove(self, polished: list[Any], supports: Any) -> SolveResult | None:
        from detente.solve.many_players._krawczyk import SupportSystem

        if self.integers is None:
            self.integers = integer_tables(self.game)
        system = SupportSystem(self.integers[0], supports)
        point = [[float(own[s]) for s in chosen] for own, chosen in zip(polished, supports, strict=True)]
        equilibrium = proved_equilibrium(self.game, system, point, max(self.integers[1]))
        if equilibrium is None or (self.mixed and equilibrium.pure):
            return None
        return _result(
            self.game, equilibrium, "a path of logit responses and Newton's method, proved on its support", ()
        )

    def _small_supports(self) -> SolveResult | None:
        """Search supports with few mixing strategies, the smallest first."""
        from detente.solve.many_players._cells import search_supports
        from detente.solve.many_players._krawczyk import SupportSystem

        if self.integers is None:
            self.integers = integer_tables(self.game)
        payoffs = scaled_payoffs(*self.integers)
        seen = 0
        for sizes, supports in _by_size(self.game.shape):
            while batch := list(islice(supports, 2000)):
                seen += len(batch)
                if seen > MOST_SUPPORTS:
                    return None
                self.tick()
                for candidate in search_supports(payoffs, batch, self.tick, 500).candidates:
                    system = SupportSystem(self.integers[0], candidate.supports)
                    equilibrium = proved_equilibrium(
                        self.game, system, candidate.point, max(self.integers[1])
                    )
                    if equilibrium is not None and not equilibrium.pure:
                        return _result(
                            self.game, equilibrium, f"search of supports by size, found at {sizes}", ()
                        )
        return None

    def _in_floats(self, polished: list[Any], supports: Any) -> SolveResult:
        del supports
        game = self.game
        if game.arithmetic == "exact":
            game = NormalFormGame(game.floats, game.players, game.strategies)
        weights = tuple(tuple(map(float, own)) for own in polished)
        return _result(
            game,
            certified(game, weights),
            "a path of logit responses and Newton's method",
            (f"not proved: its regret in floats is {float(regret(game, weights)):.2g}",),
        )


def _by_size(shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Iterator[Any]]]:
    """Yield sizes of supports on which somebody mixes, few strategies first, with the supports."""
    everything = [range(1, size + 1) for size in shape]
    if prod(len(each) for each in everything) > 200_000:
        everything = [range(1, min(size, 2) + 1) for size in shape]
    for sizes in sorted(product(*everything), key=lambda each: (sum(each), prod(map(comb, shape, each)))):
        free = sum(sizes) - len(sizes)
        if free and all(2 * (size - 1) <= free for size in sizes):
            yield (
                sizes,
                product(*(combinations(range(k), size) for k, size in zip(shape, sizes, strict=True))),
            )
