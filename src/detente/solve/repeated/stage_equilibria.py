"""Stage equilibria as punishments: each player's worst one, and the condition under which a profile is one."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.equilibria import equilibria
from detente.solve.pure import pure_profiles
from detente.solve.repeated.punishment_sum import as_sympy
from detente.solve.repeated.stage_payoffs import against, best_deviation, expected_payoff, payoff_slacks

if TYPE_CHECKING:
    from detente.games.symbolic import SymbolicGame

__all__ = ["equilibrium_condition", "worst_equilibria"]


def worst_equilibria(stage: NormalFormGame, tolerance: float) -> tuple[list[Any], str]:
    """Return each player's worst stage equilibrium, and a reservation where not all were considered.

    A payoff is bilinear on every maximal Nash subset, a product of polytopes, so its least value over all
    equilibria of two players is at an extreme one: those are what enumeration returns.

    Raises
    ------
    UsageError
        If none was found.
    """
    if len(stage.players) == 2:
        known, reservation = _of_two_players(stage, tolerance)
    else:
        known, reservation = _pure(stage, tolerance)
    slack = payoff_slacks(stage, tolerance)
    # Solvers have tolerances of their own; here each player is judged by the own spread of payoffs.
    known = [mixed for mixed in known if best_deviation(stage, mixed, slack) is None]
    if not known:
        raise UsageError("the stage game has no pure equilibrium; give a mixed stage equilibrium as punishment=")
    worst = [
        min(known, key=lambda mixed: expected_payoff(stage, player, mixed)) for player in range(len(stage.players))
    ]
    return worst, reservation


def _pure(stage: NormalFormGame, tolerance: float) -> tuple[list[Any], str]:
    zero, one = (Fraction(0), Fraction(1)) if stage.arithmetic == "exact" else (0.0, 1.0)
    known = [
        tuple(
            tuple(one if k == chosen else zero for k in range(size))
            for chosen, size in zip(profile, stage.shape, strict=True)
        )
        for profile in pure_profiles(stage, tolerance)
    ]
    if sum(size > 1 for size in stage.shape) <= 1:
        return known, ""
    return known, "punishments are the worst among the pure stage equilibria; a mixed one may punish harder"


def _of_two_players(stage: NormalFormGame, tolerance: float) -> tuple[list[Any], str]:
    """Return the extreme equilibria, pure ones first."""
    floats = stage.arithmetic == "float"
    found = equilibria(_tied(stage, tolerance) if floats else stage)
    known = [each.mixed for each in sorted(found.equilibria, key=lambda each: not each.pure)]
    if floats:
        known = [tuple(tuple(map(float, own)) for own in mixed) for mixed in known]
    if found.complete:
        return known, ""
    return known, f"punishments are the worst among the stage equilibria found; {found.missing}"


def _tied(stage: NormalFormGame, tolerance: float) -> NormalFormGame:
    """Return a float game in exact numbers, payoffs that differ by rounding made equal.

    Enumeration decides ties in the numbers as they are stored; rounding would hide those that are meant.
    """
    import numpy as np

    table = np.empty(stage.payoffs.shape, dtype=object)
    for player, slack in enumerate(payoff_slacks(stage, tolerance)):
        own = stage.payoffs[player]
        anchor: float | None = None
        for index in sorted(np.ndindex(own.shape), key=own.__getitem__):
            value = float(own[index])
            if anchor is None or value - anchor > slack:
                anchor = value
            table[(player, *index)] = Fraction(anchor)
    return NormalFormGame(table, stage.players, stage.strategies)


def equilibrium_condition(stage: SymbolicGame, punishments: list[Any]) -> Any:
    """Return the condition under which every punishment is a profile and a stage equilibrium."""
    import sympy

    parts = []
    for mixed in dict.fromkeys(punishments):
        pure = all(as_sympy(weight).is_Integer for own in mixed for weight in own)
        for player, own in enumerate(mixed):
            value = expected_payoff(stage, player, mixed)
            for action in range(stage.shape[player]):
                if own[action] == 1:
                    continue
                gain = sympy.expand(expected_payoff(stage, player, against(mixed, player, action)) - value)
                if not pure:
                    # An indifference is an identity that expansion alone does not see.
                    gain = sympy.cancel(gain)
                    gain = sympy.Integer(0) if sympy.simplify(stage.expand(gain)) == 0 else gain
                parts.append(sympy.Le(gain, 0))
            parts += [sympy.Ge(weight, 0) for weight in own if not as_sympy(weight).is_number]
            parts += [sympy.false for weight in own if as_sympy(weight).is_number and weight < 0]
    return sympy.And(*parts)
