"""One entry to the Nash equilibria of a numeric game: picks the method, delegates, wraps the result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detente.errors import UsageError, did_you_mean
from detente.solve.enumeration import enumerate_extreme
from detente.solve.pure import pure_equilibria
from detente.solve.result import SolveResult, certified
from detente.solve.support import support_equilibria

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame
    from detente.solve.enumeration import Progress

__all__ = ["METHODS", "equilibria"]

#: Methods by name, with their scope.
METHODS = {
    "enumeration": "two players, every equilibrium, exact, ties included",
    "support": "two players, supports proposed by nashpy",
    "pure": "any number of players, pure equilibria",
}


def equilibria(
    game: NormalFormGame,
    method: str | None = None,
    *,
    budget: float | None = None,
    progress: Progress | None = None,
    relative: float = 1e-9,
) -> SolveResult:
    """Return the Nash equilibria of a game, each with its certificate, and say whether these are all.

    Parameters
    ----------
    game : NormalFormGame
        Exact or float payoffs. Two-player float games are enumerated at the exact binary values of
        their payoffs; weights and regrets are then given as floats.
    method : str, optional
        ``enumeration`` (the default for two players), ``support`` or ``pure`` (the default for more).
    budget : float, optional
        Seconds after which enumeration stops with what it has, ``complete`` False.
    progress : callable, optional
        See :func:`detente.solve.enumeration.enumerate_extreme`.
    relative : float
        Tolerance of float comparisons, relative to the spread of payoffs.

    Raises
    ------
    UsageError
        If the method is unknown or not for this number of players.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> r = equilibria(NormalFormGame([[[2, 0], [0, 1]], [[1, 0], [0, 2]]]))
    >>> [str(each) for each in r.equilibria][-1], r.complete
    ('1 2, 2 2', True)
    """
    two = len(game.players) == 2
    chosen = method or ("enumeration" if two else "pure")
    if chosen not in METHODS:
        raise UsageError(
            f"unknown method {chosen!r}; expected one of {', '.join(METHODS)}; {did_you_mean(chosen, METHODS)}".rstrip(
                "; "
            )
        )
    if chosen == "pure":
        found = pure_equilibria(game, relative)
        missing = "mixed equilibria are not looked for"
        if len(game.players) > 1:
            return replace(found, concept="nash", complete=False, missing=missing, notes=())
        # One player's equilibria are the mixtures of the best strategies: one set, whose corners are pure.
        corners = tuple(range(len(found.equilibria)))
        return replace(
            found, concept="nash", degenerate=len(corners) > 1, components=(corners,), nash_subsets=(corners,), notes=()
        )
    if not two:
        raise UsageError(f"found {len(game.players)} players; the method {chosen!r} is for two; use 'pure'")
    if chosen == "support":
        return support_equilibria(game, relative)
    return _enumerated(game, budget, progress)


def _enumerated(game: NormalFormGame, budget: float | None, progress: Progress | None) -> SolveResult:
    from fractions import Fraction

    rows, columns = (list(map(list, game.payoffs[player])) for player in (0, 1))
    found = enumerate_extreme(rows, columns, budget=budget, progress=progress)
    notes: tuple[str, ...] = ()
    weight = Fraction
    if game.arithmetic == "float":
        weight = float  # type: ignore[assignment]
        notes = ("floats are taken at the exact binary number they store, so ties hold only where these are equal",)
    return SolveResult(
        game=game,
        equilibria=tuple(certified(game, (tuple(map(weight, x)), tuple(map(weight, y)))) for x, y in found.equilibria),
        method="vertex enumeration",
        complete=found.complete,
        degenerate=found.degenerate,
        components=found.components if found.complete else None,
        nash_subsets=found.nash_subsets if found.complete else None,
        missing=found.missing or "",
        notes=notes,
    )
