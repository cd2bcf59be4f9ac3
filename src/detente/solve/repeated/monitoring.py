r"""Imperfect public monitoring: trigger profiles when conduct is seen through a noisy public signal.

Each period ends with a public signal, good or bad. If everybody played the target it is bad with probability
:math:`p_0` (a false alarm), if one player left it with probability :math:`p_1` (detection). A bad signal is followed by
a stage equilibrium for ``T`` periods (or for ever), in which signals do not matter. With the gain ``g`` and the loss
``l`` of :mod:`detente.solve.repeated.critical_discount_factor` and :math:`S = \delta + \dots + \delta^T`, the value of
the profile is

.. math:: v = P + \frac{l}{1 + p_0 S},

and no deviation gains if and only if :math:`g (1 + p_0 S) \le (p_1 - p_0) S\, l`, that is

.. math:: g \le S \bigl((p_1 - p_0)\, l - p_0\, g\bigr).

This is the condition of perfect monitoring with another loss, so everything known of it applies: the critical factor,
the least length, the sign cases. Patience cannot mend a signal with :math:`p_1/p_0 \le 1 + g/l`. The best such
equilibrium punishes no more than needed; where one player's condition binds, that player's value is then
:math:`R - g\, p_0/(p_1 - p_0)` (Abreu, Milgrom and Pearce 1991).

References
----------
Green and Porter (1984), Noncooperative collusion under imperfect price information, Econometrica 52, 87-100.
Abreu, Milgrom and Pearce (1991), Information and timing in repeated partnerships, Econometrica 59, 1713-1733.
Mailath and Samuelson (2006), Repeated Games and Reputations, chapter 7.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, UsageError
from detente.games.normal import NormalFormGame
from detente.games.repeated import RepeatedGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.numbers import exact
from detente.printing import plain
from detente.solve.repeated.critical_factor import OWN_NOTE, CriticalDiscountFactor, numeric_result
from detente.solve.repeated.factor_sets import factor_range
from detente.solve.repeated.monitoring_result import MonitoredTrigger
from detente.solve.repeated.one_shot import Plan, largest_gain
from detente.solve.repeated.punishment_sum import as_sympy, closed_form, deterrence_polynomial
from detente.solve.repeated.punishments import naming_game, stated_punishments
from detente.solve.repeated.stage_equilibria import equilibrium_condition, worst_equilibria
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
    from collections.abc import Mapping, Sequence

    from detente.games.normal import Profile

__all__ = ["monitored_trigger"]

_NOTE = (
    "a bad signal starts the punishment; signals during it do not matter; the signal does not say who left the target"
)


def monitored_trigger(
    game: NormalFormGame | SymbolicGame | RepeatedGame,
    target: Sequence[int | str] | Mapping[str, int | str],
    punishment: Any = None,
    *,
    false_alarm: object,
    detection: object,
    periods: int | None = None,
    tolerance: float = 1e-9,
) -> MonitoredTrigger:
    r"""Return when a trigger profile is an equilibrium although conduct is only seen through a noisy public signal.

    Parameters
    ----------
    game : NormalFormGame, SymbolicGame or RepeatedGame
        The stage game, any number of players.
    target : pure profile
    punishment : optional
        The stage equilibrium, pure or mixed, that follows a bad signal: one for all players, because the signal does
        not say who left the target. None: the one that is worst for everybody, where there is one.
    false_alarm, detection : number, or formula of the parameters of a symbolic game
        Probability of a bad signal if everybody plays the target, and if one player leaves it.
    periods : int, optional
        Length of the punishment; by default it never ends.

    Returns
    -------
    MonitoredTrigger

    Raises
    ------
    UsageError
        If a probability is none, the punishment is no stage equilibrium, or the worst equilibria differ.

    Notes
    -----
    *Scope.* Strategies of the public signal alone. Other equilibria, with other punishments, may do better.
    *Certificate.* Numeric answers are checked on both sides of the critical factor by the one-shot deviation principle
    on the Markov chain of states (:mod:`detente.solve.repeated.one_shot`).

    Examples
    --------
    >>> g = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]])
    >>> found = monitored_trigger(g, (0, 0), (1, 1), false_alarm="1/10", detection="4/5")
    >>> found.factors.overall, found.least_periods("9/10")["1"]
    (Fraction(5, 8), 2)
    >>> found.critical_detection()["1"]
    Fraction(1, 5)
    """
    stage = game.stage if isinstance(game, RepeatedGame) else game
    if not isinstance(stage, (NormalFormGame, SymbolicGame)):
        kind = type(game).__name__
        raise UsageError(f"found a game of type {kind}; expected a NormalFormGame, SymbolicGame or RepeatedGame")
    if periods is not None and (isinstance(periods, bool) or not isinstance(periods, int) or not 1 <= periods <= 1000):
        raise UsageError(f"found periods={periods!r}; expected the length of the punishment, from 1 to 1000, or None")
    names = naming_game(stage)
    aim = names.profile_index(target)
    chances = [
        _probability(stage, given, what) for given, what in ((false_alarm, "false_alarm"), (detection, "detection"))
    ]
    if isinstance(stage, SymbolicGame):
        if punishment is None:
            raise UsageError("stage equilibria vary with the parameters; give the one that punishes as punishment=")
        return _symbolic(stage, aim, _common(stated_punishments(stage, names, punishment)), chances, periods, tolerance)
    if any(hasattr(each, "free_symbols") for each in chances):
        raise UsageError("found a formula as a probability; formulas need a SymbolicGame as stage")
    reservation = ""
    if punishment is None:
        worst, reservation = worst_equilibria(stage, tolerance)
        mixed = _worst_for_all(stage, worst, tolerance)
    else:
        mixed = _common(stated_punishments(stage, names, punishment))
    return _numeric(stage, aim, mixed, chances, periods, tolerance, reservation)


def _probability(stage: NormalFormGame | SymbolicGame, given: object, what: str) -> Any:
    """Return an exact probability, a float in float games, or a formula of the parameters."""
    from detente import formula

    if isinstance(stage, SymbolicGame) and (isinstance(given, str) or hasattr(given, "free_symbols")):
        known = {name: symbol(name) for name in (*stage.parameters, *stage.derived)}
        try:
            value: Any = formula.parse(given).to_sympy(known) if isinstance(given, str) else given
        except DetenteError as error:
            raise UsageError(f"{what}: {error}") from None
        if value.free_symbols:
            return value
        given = Fraction(str(value)) if value.is_Rational else given
    floats = isinstance(stage, NormalFormGame) and stage.arithmetic == "float"
    number = given if floats and isinstance(given, float) else exact(given)
    if not 0 <= number <= 1:
        raise UsageError(f"found {what}={given!r}; expected a probability")
    return number


def _common(punishments: list[Any]) -> Any:
    if any(each != punishments[0] for each in punishments):
        raise UsageError(
            "found a punishment for each player; "
            "expected one for all, because the signal does not say who left the target"
        )
    return punishments[0]


def _worst_for_all(stage: NormalFormGame, worst: list[Any], tolerance: float) -> Any:
    slacks = payoff_slacks(stage, tolerance)
    for mixed in worst:
        if all(
            expected_payoff(stage, k, mixed) - expected_payoff(stage, k, own) <= slacks[k]
            for k, own in enumerate(worst)
        ):
            return mixed
    raise UsageError("the players' worst stage equilibria differ; give the one that punishes all as punishment=")


def _numeric(
    stage: NormalFormGame,
    aim: Profile,
    mixed: Any,
    chances: list[Any],
    periods: int | None,
    tolerance: float,
    reservation: str,
) -> MonitoredTrigger:
    slacks = payoff_slacks(stage, tolerance)
    found = best_deviation(stage, mixed, slacks)
    if found is not None:
        who, action, more = found
        raise UsageError(
            f"the punishment is no stage equilibrium: {stage.players[who]} gains {plain(more)} by playing "
            f"{stage.strategies[who][action]}; expected a profile from which nobody gains by deviating"
        )
    p0, p1 = chances
    reward, punished, gains, losses, ranges, nets = {}, {}, {}, {}, {}, {}
    for player, name in enumerate(stage.players):
        switches = switch_gains(stage, player, aim)
        reward[name] = stage_payoff(stage, player, aim)
        punished[name] = expected_payoff(stage, player, mixed)
        losses[name] = snap(reward[name] - punished[name], slacks[player])
        gains[name] = snap(max(switches), slacks[player]) if switches else losses[name] * 0
        nets[name] = snap((p1 - p0) * losses[name] - p0 * gains[name], slacks[player])
        ranges[name] = factor_range(gains[name], nets[name] if switches else abs(losses[name]), periods)
    factors = numeric_result(
        stage,
        ranges,
        periods,
        tolerance,
        [_NOTE, *([reservation] if reservation else [])],
        strategy="monitored_trigger",
        periods=periods,
        target=stage.profile_labels(aim),
        concept="perfect public",
        punishment={name: labelled(stage, mixed) for name in stage.players},
        gain=gains,
        loss=nets,
        polynomial={name: deterrence_polynomial(gains[name], nets[name], periods) for name in stage.players},
        complete=not reservation,
    )
    result = MonitoredTrigger(
        stage.profile_labels(aim), p0, p1, periods, stage.arithmetic, reward, punished, gains, losses, factors
    )
    _certify(stage, aim, mixed, result, max(slacks))
    return result


#: Lengths up to which the states of a punishment are solved for one by one.
_CERTIFIED_LENGTH = 40


def _certify(stage: NormalFormGame, aim: Profile, mixed: Any, result: MonitoredTrigger, slack: Any) -> None:
    """Check the answer on both sides of the critical factor on the chain of states."""
    if result.periods is not None and result.periods > _CERTIFIED_LENGTH:
        return
    plan = public_plan(aim, mixed, result.false_alarm, result.detection, result.periods)
    at = result.factors.overall
    samples = [Fraction(1, 3), Fraction(9, 10)]
    if at is not None and 0 < at < 1:
        close = Fraction(float(at)).limit_denominator(10**6)
        samples = [(close + 1) / 2, close / 2]
    for sample in samples:
        holds = result.factors.sustains(float(sample) if stage.arithmetic == "float" else sample)
        gain = largest_gain(stage, plan, float(sample) if stage.arithmetic == "float" else sample)
        if abs(gain) > slack and (gain <= 0) != holds:
            raise AssertionError(f"at {sample} the largest one-shot gain is {gain}, against the condition")


def public_plan(aim: Profile, mixed: Any, false_alarm: Any, detection: Any, periods: int | None) -> Plan:
    """Return the profile as states and chances, as the check of one-shot deviations takes it."""
    lengths = range(1 if periods is None else periods)
    first = lengths[-1]
    states: list[Any] = ["target", *lengths]

    def transition(state: Any, profile: Profile) -> Any:
        if state == "target":
            bad = false_alarm if profile == aim else detection
            return {"target": 1 - bad, first: bad}
        if periods is None:
            return state
        return state - 1 if state else "target"

    return Plan(states, {"target": aim, **dict.fromkeys(lengths, mixed)}, transition)


def _symbolic(
    stage: SymbolicGame, aim: Profile, mixed: Any, chances: list[Any], periods: int | None, tolerance: float
) -> MonitoredTrigger:
    import sympy

    p0, p1 = (as_sympy(each) for each in chances)
    reward, punished, gains, losses, conditions, polynomials, formulas, usual = {}, {}, {}, {}, {}, {}, {}, {}
    for player, name in enumerate(stage.players):
        switches = [sympy.expand(each) for each in switch_gains(stage, player, aim)]
        reward[name] = stage_payoff(stage, player, aim)
        punished[name] = expected_payoff(stage, player, mixed)
        loss = sympy.expand(reward[name] - punished[name])
        gain = sympy.Max(*switches) if switches else sympy.Integer(0)
        net = (p1 - p0) * loss - p0 * gain
        gains[name], losses[name] = gain, loss
        conditions[name] = sympy.And(
            *(sympy.Ge(deterrence_polynomial(each, (p1 - p0) * loss - p0 * each, periods), 0) for each in switches)
        )
        polynomials[name] = deterrence_polynomial(gain, net, periods)
        closed = closed_form(gain, net, periods) if gain != 0 and net != 0 else None
        if closed is not None:
            formulas[name] = closed
            enough = () if periods is None else (sympy.Lt(gain, periods * net),)
            usual[name] = sympy.And(sympy.Gt(gain, 0), sympy.Gt(net, 0), *enough)
    proper = equilibrium_condition(stage, [mixed])

    def again(values: Mapping[str, Any]) -> CriticalDiscountFactor:
        point = stage.point(values)
        numeric = stage.at_point(point)
        at = [stage.evaluate(as_sympy(each), point) for each in chances]
        played = tuple(tuple(stage.evaluate(as_sympy(each), point) for each in own) for own in mixed)
        return _numeric(numeric, aim, played, at, periods, tolerance, "").factors

    labels = naming_game(stage).profile_labels(aim)
    factors = CriticalDiscountFactor(
        strategy="monitored_trigger",
        periods=periods,
        target=labels,
        concept="perfect public",
        arithmetic="symbolic",
        conditions=conditions,
        condition=sympy.And(*conditions.values(), proper),
        punishment={name: labelled(stage, mixed) for name in stage.players},
        gain=gains,
        loss={name: (p1 - p0) * losses[name] - p0 * gains[name] for name in gains},
        polynomial=polynomials,
        formula=formulas,
        formula_condition=usual,
        punishment_condition=proper,
        notes=(_NOTE, "conditions suppose 0 < delta < 1 and probabilities with detection above false alarms", OWN_NOTE),
        _again=again,
    )
    return MonitoredTrigger(labels, p0, p1, periods, "symbolic", reward, punished, gains, losses, factors)
