"""Gambit behind one door: its solvers propose, detente certifies.

pygambit is optional (extra ``gambit``) and imported only inside these functions. Versions 16 and 17 differ in
how games are made and how players, strategies and results are addressed; nothing outside this module knows.
Profiles that Gambit returns are guesses here: each one is proved or recomputed in the game's own arithmetic,
and what has regret is dropped and counted in a note.

References
----------
R. Savani, T. Turocy and others (2025), Gambit: The package for computation in game theory,
gambit-project.org.
"""

from __future__ import annotations

import importlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean
from detente.solve.best_response import is_equilibrium
from detente.solve.many_players._exact_profile import exact_equilibrium, integer_tables, proved_equilibrium
from detente.solve.result import SolveResult, certified

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame
    from detente.solve.result import Equilibrium

__all__ = ["GAMBIT_METHODS", "gambit_equilibria", "to_pygambit"]

#: Methods by name, with their scope.
GAMBIT_METHODS = {
    "gambit-enumpure": "any number of players, pure equilibria",
    "gambit-enummixed": "two players, extreme equilibria",
    "gambit-enumpoly": "any number of players, equilibria by support",
    "gambit-lcp": "two players, equilibria reached by complementary pivoting",
    "gambit-lp": "two players, zero sum",
    "gambit-logit": "any number of players, one equilibrium",
    "gambit-gnm": "any number of players, some equilibria by the global Newton method",
    "gambit-ipa": "any number of players, one equilibrium by iterated polymatrix approximation",
    "gambit-simpdiv": "any number of players, one equilibrium by simplicial subdivision",
    "gambit-liap": "any number of players, one equilibrium by minimization",
}

#: Methods whose answer does not depend on ties and is every pure equilibrium.
_TWO_PLAYERS = ("gambit-enummixed", "gambit-lcp", "gambit-lp")


def _pygambit() -> Any:
    try:
        return importlib.import_module("pygambit")
    except ImportError as error:
        raise UsageError(
            "pygambit is not installed, or cannot be imported; the gambit methods need it; "
            "install the extra: pip install 'detente[gambit]'"
        ) from error


def to_pygambit(game: NormalFormGame) -> Any:
    """Return a game as a pygambit game with the same payoffs, floats by their exact binary value.

    Players and strategies are numbered, not named: labels of detente need not be valid there.
    """
    import numpy as np

    gambit = _pygambit()
    maker = getattr(gambit, "StrategicGame", None) or gambit.Game
    exact = np.vectorize(Fraction, otypes=[object])
    return maker.from_arrays(*(exact(game.payoffs[player]) for player in range(len(game.players))))


def gambit_equilibria(
    game: NormalFormGame, method: str = "gambit-enumpoly", *, relative: float = 1e-9
) -> SolveResult:
    """Return the equilibria that a solver of Gambit proposes and detente confirms.

    Parameters
    ----------
    game : NormalFormGame
    method : str
        One of :data:`GAMBIT_METHODS`.
    relative : float
        Largest regret for float games, relative to the spread of payoffs.

    Returns
    -------
    SolveResult
        For an exact game every equilibrium is exact or enclosed with regret 0, as in
        :mod:`detente.solve.many_players.nplayer`; ``complete`` is always False, since Gambit makes no statement on
        completeness. A note names the version used and what was dropped.

    Raises
    ------
    UsageError
        If pygambit is missing, the method is unknown or does not take this game.
    """
    if method not in GAMBIT_METHODS:
        hint = did_you_mean(method, GAMBIT_METHODS)
        raise UsageError(
            f"unknown method {method!r}; expected one of {', '.join(GAMBIT_METHODS)}; {hint}".rstrip("; ")
        )
    if method in _TWO_PLAYERS and len(game.players) != 2:
        raise UsageError(f"found {len(game.players)} players; {method} is for two")
    gambit = _pygambit()
    proposals = _propose(gambit, to_pygambit(game), method)
    found: list[Equilibrium] = []
    dropped = 0
    integers = integer_tables(game)
    for proposal in proposals:
        equilibrium = _confirmed(game, proposal, integers, relative)
        if equilibrium is None:
            dropped += 1
        elif equilibrium.profile not in [each.profile for each in found]:
            found.append(equilibrium)
    notes = [f"proposed by pygambit {gambit.__version__}, certified by detente"]
    if dropped:
        notes.append(f"{dropped} of {len(proposals)} profiles of Gambit dropped: not proved to be equilibria")
    return SolveResult(
        game=game,
        equilibria=tuple(found),
        method=method,
        complete=False,
        missing="Gambit does not say what it leaves out",
        notes=tuple(notes),
    )


def _propose(gambit: Any, game: Any, method: str) -> list[list[list[Any]]]:
    """Run a solver and return its profiles as lists of weights per player."""
    name = method.removeprefix("gambit-")
    solver = getattr(gambit.nash, f"{name}_solve", None)
    if solver is None:
        raise UsageError(f"{method} is not offered by pygambit {gambit.__version__}")
    argument = game
    if name in ("simpdiv", "liap"):
        argument = game.mixed_strategy_profile(rational=name == "simpdiv")
    try:
        result = solver(argument)
    except (RuntimeError, ValueError) as error:
        raise UsageError(f"{method} does not take this game: {error}") from error
    return [_weights(game, profile) for profile in _profiles(result)]


def _profiles(result: Any) -> list[Any]:
    """Return the profiles of a result: always a list in version 16, in 17 one or several."""
    several = getattr(result, "equilibria", None)
    if several is None:
        one = getattr(result, "equilibrium", None)
        several = [] if one is None else [one]
    return list(several)


def _weights(game: Any, profile: Any) -> list[list[Any]]:
    """Return the weights of a profile; players and strategies are objects in version 16, labels in 17."""
    weights = []
    for player in game.players:
        strategies = player.strategies if hasattr(player, "strategies") else game.get_strategies(player)
        mixture = profile[player]
        weights.append([_number(mixture[strategy]) for strategy in strategies])
    return weights


def _number(value: Any) -> Fraction | float:
    return value if isinstance(value, float) else Fraction(int(value.numerator), int(value.denominator))


def _confirmed(
    game: NormalFormGame, proposal: list[list[Any]], integers: tuple[list[Any], list[int]], relative: float
) -> Equilibrium | None:
    """Return the equilibrium at or next to a proposed profile, or None."""
    import numpy as np

    from detente.solve.many_players._homotopy import newton_on_support
    from detente.solve.many_players._krawczyk import SupportSystem

    if all(isinstance(weight, Fraction) for own in proposal for weight in own):
        full = tuple(tuple(range(size)) for size in game.shape)
        return exact_equilibrium(game, full, proposal)
    mixed = [np.array(own, dtype=float) for own in proposal]
    for level in (1e-6, 1e-3):
        supports = tuple(tuple(int(s) for s in np.nonzero(own > level)[0]) for own in mixed)
        if game.arithmetic == "exact":
            system = SupportSystem(integers[0], supports)
            point = [[float(own[s]) for s in chosen] for own, chosen in zip(mixed, supports, strict=True)]
            found = proved_equilibrium(game, system, point, max(integers[1]))
            if found is not None:
                return found
            continue
        polished = newton_on_support(game.floats, mixed, supports)
        if polished is not None:
            weights = tuple(tuple(map(float, own)) for own in polished)
            if is_equilibrium(game, weights, relative):
                return certified(game, weights)
    return None
