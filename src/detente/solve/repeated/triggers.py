"""Trigger profiles: the target until somebody leaves it alone, then a stage equilibrium for some periods.

The inequality and its sign cases stand in :mod:`detente.solve.repeated.critical_discount_factor`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.printing import plain
from detente.solve.repeated.critical_factor import (
    OWN_NOTE,
    CriticalDiscountFactor,
    PunishmentNotCredible,
    numeric_result,
)
from detente.solve.repeated.factor_sets import ALWAYS, factor_range
from detente.solve.repeated.punishment_sum import as_sympy, closed_form, deterrence_polynomial
from detente.solve.repeated.punishments import naming_game
from detente.solve.repeated.stage_equilibria import equilibrium_condition
from detente.solve.repeated.stage_payoffs import (
    best_deviation,
    expected_payoff,
    labelled,
    payoff_slacks,
    snap,
    stage_payoff,
    switch_gains,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.normal import NormalFormGame, Profile
    from detente.games.symbolic import SymbolicGame

__all__ = ["numeric_trigger", "symbolic_trigger"]

_TRIGGER_NOTE = "deviations during a punishment, and by several players at once, are ignored"


def numeric_trigger(
    stage: NormalFormGame,
    strategy: str,
    aim: Profile,
    punishments: list[Any],
    *,
    periods: int | None,
    tolerance: float,
    reservation: str = "",
) -> CriticalDiscountFactor:
    """Return the result for a numeric stage; ``reservation`` says what the punishments may have missed.

    Raises
    ------
    PunishmentNotCredible
        If a punishment is no stage equilibrium.
    """
    slack = payoff_slacks(stage, tolerance)
    checked: list[Any] = []
    for player, mixed in enumerate(punishments):
        if mixed in checked:
            continue
        checked.append(mixed)
        found = best_deviation(stage, mixed, slack)
        if found is not None:
            who, action, gain = found
            raise PunishmentNotCredible(
                f"the punishment of {stage.players[player]} is no stage equilibrium: "
                f"{stage.players[who]} gains {plain(gain)} by playing {stage.strategies[who][action]}; "
                "expected a profile from which nobody gains by deviating"
            )
    gains, losses, ranges, strict = {}, {}, {}, {}
    for player, name in enumerate(stage.players):
        switches = switch_gains(stage, player, aim)
        loss = snap(
            stage_payoff(stage, player, aim) - expected_payoff(stage, player, punishments[player]), slack[player]
        )
        losses[name] = loss
        if not switches:
            gains[name], ranges[name], strict[name] = loss * 0, ALWAYS, True
            continue
        gain = snap(max(switches), slack[player])
        gains[name], ranges[name] = gain, factor_range(gain, loss, periods)
        strict[name] = not ranges[name].empty and (gain, loss) != (0, 0)
    notes = [_TRIGGER_NOTE, *([reservation] if reservation else [])]
    return numeric_result(
        stage,
        ranges,
        periods,
        tolerance,
        notes,
        strategy=strategy,
        periods=periods,
        target=stage.profile_labels(aim),
        concept="subgame-perfect",
        punishment={name: labelled(stage, mixed) for name, mixed in zip(stage.players, punishments, strict=True)},
        gain=gains,
        loss=losses,
        polynomial={name: deterrence_polynomial(gains[name], losses[name], periods) for name in stage.players},
        strict=strict,
        complete=not reservation,
    )


def symbolic_trigger(
    stage: SymbolicGame,
    strategy: str,
    aim: Profile,
    punishments: list[Any],
    *,
    periods: int | None,
    tolerance: float,
) -> CriticalDiscountFactor:
    """Return conditions and closed forms for a stage with parameters."""
    import sympy

    gains, losses, conditions, polynomials, formulas, usual = {}, {}, {}, {}, {}, {}
    for player, name in enumerate(stage.players):
        switches = [sympy.expand(each) for each in switch_gains(stage, player, aim)]
        loss = sympy.expand(stage_payoff(stage, player, aim) - expected_payoff(stage, player, punishments[player]))
        gain = sympy.Max(*switches) if switches else sympy.Integer(0)
        gains[name], losses[name] = gain, loss
        # Linear in the gain, so that it holds in all sign cases, one inequality per deviation.
        conditions[name] = sympy.And(*(sympy.Ge(deterrence_polynomial(each, loss, periods), 0) for each in switches))
        polynomials[name] = deterrence_polynomial(gain, loss, periods)
        closed = closed_form(gain, loss, periods) if loss != 0 and gain != 0 else None
        if closed is not None:
            formulas[name] = closed
            enough = () if periods is None else (sympy.Lt(gain, periods * loss),)
            usual[name] = sympy.And(sympy.Gt(gain, 0), sympy.Gt(loss, 0), *enough)
    proper = equilibrium_condition(stage, punishments)

    def again(values: Mapping[str, Any]) -> CriticalDiscountFactor:
        point = stage.point(values)
        numeric = stage.at_point(point)
        evaluated = [
            tuple(tuple(stage.evaluate(as_sympy(each), point) for each in own) for own in mixed)
            for mixed in punishments
        ]
        for mixed in evaluated:
            for name, own in zip(stage.players, mixed, strict=True):
                if min(own) < 0:
                    raise UsageError(
                        f"the punishment gives {name} a probability of {plain(min(own))} at this point; expected 0 to 1"
                    )
        return numeric_trigger(numeric, strategy, aim, evaluated, periods=periods, tolerance=tolerance)

    return CriticalDiscountFactor(
        strategy=strategy,
        periods=periods,
        target=naming_game(stage).profile_labels(aim),
        concept="subgame-perfect",
        arithmetic="symbolic",
        conditions=conditions,
        condition=sympy.And(*conditions.values(), proper),
        punishment={name: labelled(stage, mixed) for name, mixed in zip(stage.players, punishments, strict=True)},
        gain=gains,
        loss=losses,
        polynomial=polynomials,
        formula=formulas,
        formula_condition=usual,
        punishment_condition=proper,
        notes=(_TRIGGER_NOTE, "conditions suppose 0 < delta < 1", OWN_NOTE),
        _again=again,
    )
