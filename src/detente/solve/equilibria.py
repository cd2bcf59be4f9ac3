"""One entry to the Nash equilibria of a numeric game: picks the method, delegates, wraps the result."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean
from detente.solve.adapters import GAMBIT_METHODS, gambit_equilibria
from detente.solve.pure import pure_equilibria
from detente.solve.result import SolveResult, certified
from detente.solve.two_players.enumeration import enumerate_extreme
from detente.solve.two_players.support import support_equilibria

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.games.normal import NormalFormGame
    from detente.solve.two_players.enumeration import Progress

__all__ = ["METHODS", "equilibria"]

#: Methods by name, with their scope.
METHODS = {
    "enumeration": "two players, every equilibrium, exact, ties included",
    "isolated": "three or more players, every isolated equilibrium, exact",
    "pure": "any number of players, pure equilibria",
    "one": "any number of players, one equilibrium",
    "lemke-howson": "two players, one equilibrium, large games",
    "support": "two players, supports proposed by nashpy",
    **GAMBIT_METHODS,
}

#: Profiles up to which all isolated equilibria of a game with three or more players are the default.
ISOLATED_PROFILES = 200
#: Seconds after which that default stops with what it has.
ISOLATED_BUDGET = 60.0


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
        Exact or float payoffs. Float games are enumerated at the exact binary values of their payoffs; weights
        and regrets are then given as floats.
    method : str, optional
        One of :data:`METHODS`. By default ``enumeration`` for two players; for more, ``isolated`` up to 200
        profiles and ``pure`` beyond.
    budget : float, optional
        Seconds after which a search stops with what it has, ``complete`` False.
    progress : callable, optional
        See :func:`detente.solve.two_players.enumeration.enumerate_extreme`.
    relative : float
        Tolerance of float comparisons, relative to the spread of payoffs.

    Raises
    ------
    UsageError
        If the method is unknown or not for this number of players.
    BudgetExceeded, NotConverged
        From methods that look for one equilibrium and do not find it.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> r = equilibria(NormalFormGame([[[2, 0], [0, 1]], [[1, 0], [0, 2]]]))
    >>> [str(each) for each in r.equilibria][-1], r.complete
    ('1 2, 2 2', True)
    """
    count = len(game.players)
    small = prod(game.shape) <= ISOLATED_PROFILES
    default = "enumeration" if count == 2 else "isolated" if count > 2 and small else "pure"
    chosen = method or default
    if chosen not in METHODS:
        hint = did_you_mean(chosen, METHODS)
        raise UsageError(f"unknown method {chosen!r}; expected one of {', '.join(METHODS)}; {hint}".rstrip("; "))
    if chosen in {"enumeration", "support", "lemke-howson"} and count != 2:
        raise UsageError(f"found {count} players; the method {chosen!r} is for two; use 'isolated', 'one' or 'pure'")
    if chosen in GAMBIT_METHODS:
        return gambit_equilibria(game, chosen, relative=relative)
    solvers: dict[str, Callable[[], SolveResult]] = {
        "enumeration": lambda: _enumerated(game, budget, progress),
        "isolated": lambda: _isolated(game, budget if method or budget else ISOLATED_BUDGET, progress),
        "pure": lambda: _pure(game, relative),
        "one": lambda: _one(game, budget, relative),
        "lemke-howson": lambda: _lemke_howson(game, budget),
        "support": lambda: support_equilibria(game, relative),
    }
    return solvers[chosen]()


def _pure(game: NormalFormGame, relative: float) -> SolveResult:
    found = replace(pure_equilibria(game, relative), concept="nash", notes=())
    if len(game.players) > 1:
        return replace(found, complete=False, missing="mixed equilibria are not looked for")
    # One player's equilibria are the mixtures of the best strategies: one set, whose corners are pure.
    corners = tuple(range(len(found.equilibria)))
    return replace(found, degenerate=len(corners) > 1, components=(corners,), nash_subsets=(corners,))


def _isolated(game: NormalFormGame, budget: float | None, progress: Progress | None) -> SolveResult:
    from detente.solve.many_players.nplayer import all_isolated

    return all_isolated(game, budget, progress)


def _one(game: NormalFormGame, budget: float | None, relative: float) -> SolveResult:
    from detente.solve.many_players.one_equilibrium import one_equilibrium

    return one_equilibrium(game, budget=budget, relative=relative)


def _matrices(game: NormalFormGame) -> tuple[list[list[Any]], list[list[Any]]]:
    first, second = ([list(row) for row in game.payoffs[player]] for player in (0, 1))
    return first, second


def _lemke_howson(game: NormalFormGame, budget: float | None) -> SolveResult:
    from detente.solve.two_players.lemke_howson import lemke_howson

    found = lemke_howson(*_matrices(game), budget=60.0 if budget is None else budget)
    return SolveResult(
        game=game,
        equilibria=(_weighted(game, found.x, found.y),),
        method="Lemke-Howson",
        complete=False,
        missing="one equilibrium was asked for",
    )


def _weighted(game: NormalFormGame, x: tuple[Fraction, ...], y: tuple[Fraction, ...]) -> Any:
    kind = float if game.arithmetic == "float" else Fraction
    return certified(game, (tuple(map(kind, x)), tuple(map(kind, y))))


def _enumerated(game: NormalFormGame, budget: float | None, progress: Progress | None) -> SolveResult:
    found = enumerate_extreme(*_matrices(game), budget=budget, progress=progress)
    exact = game.arithmetic == "exact"
    note = "floats are taken at the exact binary number they store, so ties hold only where these are equal"
    return SolveResult(
        game=game,
        equilibria=tuple(_weighted(game, x, y) for x, y in found.equilibria),
        method="enumeration",
        complete=found.complete,
        degenerate=found.degenerate,
        components=found.components if found.complete else None,
        nash_subsets=found.nash_subsets if found.complete else None,
        missing=found.missing or "",
        notes=() if exact else (note,),
    )
