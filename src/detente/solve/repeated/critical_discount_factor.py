r"""Critical discount factors: from which patience on an agreement in a repeated game sustains itself.

Let ``R`` be what a player gets at the target profile of the stage game, ``g`` (gain) what the best single
deviation adds to it, and ``l`` (loss) the difference between ``R`` and the player's payoff at the stage
equilibrium that punishes the deviation. A trigger profile that punishes for ``T`` periods (grim: for ever)
deters the player if and only if

.. math:: g \le S(\delta)\, l, \qquad S(\delta) = \delta + \dots + \delta^T \quad
          \bigl(\text{grim: } \delta/(1 - \delta)\bigr).

``S`` rises strictly from 0 to ``T`` (grim: to infinity), so the set of factors is an interval in ``S``:

=========== =========== ============ ===========================================
gain        loss        set          in words
=========== =========== ============ ===========================================
``<= 0``    ``>= 0``    all          nothing to gain, nothing to hope for
``> 0``     ``> 0``     S >= g/l     the usual case
``> 0``     ``<= 0``    none         no punishment
``= 0``     ``< 0``     none         the punishment is a reward
``< 0``     ``< 0``     S <= g/l     a reward bought at a price: only the impatient comply
=========== =========== ============ ===========================================

The specification: a player who alone leaves the target starts that player's punishment; joint deviations
and deviations during a punishment are ignored. Each punishment repeats a stage equilibrium whose length
nobody influences, so it is played in equilibrium, and by the one-shot deviation principle the profile is
subgame perfect exactly under the inequality above (Friedman 1971 for grim). At the critical factor the
best deviation gains exactly nothing, and the profile is an equilibrium.

Tit for tat is treated by the same principle in its four states; see :func:`critical_discount_factor`.
Every inequality contains the payoffs of one player only, hence that player's own discount factor only.

References
----------
Friedman (1971), A non-cooperative equilibrium for supergames, Review of Economic Studies 38, 1-12.
Mailath and Samuelson (2006), Repeated Games and Reputations, Propositions 2.2.1 and 2.6.1.
Osborne (2004), An Introduction to Game Theory, chapter 14.
Axelrod (1981), The emergence of cooperation among egoists, APSR 75, 306-318.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.repeated import RepeatedGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.solve.repeated.automaton import Automaton
from detente.solve.repeated.automaton_factors import automaton_factors
from detente.solve.repeated.critical_factor import CriticalDiscountFactor
from detente.solve.repeated.known_automata import KNOWN, known_automaton
from detente.solve.repeated.one_shot import grim_trigger, largest_gains, tit_for_tat
from detente.solve.repeated.punishments import defections, naming_game, replies, stated_punishments
from detente.solve.repeated.stage_equilibria import worst_equilibria
from detente.solve.repeated.stage_payoffs import payoff_slacks
from detente.solve.repeated.tit_for_tat import numeric_tit_for_tat, symbolic_tit_for_tat
from detente.solve.repeated.triggers import numeric_trigger, symbolic_trigger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.solve.repeated.one_shot import Plan

__all__ = ["CriticalDiscountFactor", "critical_discount_factor"]

STRATEGIES = ("grim", "punishment", "tit_for_tat")

#: Longest punishment accepted: its threshold is a root of a polynomial of this degree.
MAX_PERIODS = 30


def critical_discount_factor(
    game: NormalFormGame | SymbolicGame | RepeatedGame,
    strategy: str | Automaton,
    target: Sequence[int | str] | Mapping[str, int | str] | None = None,
    punishment: Any = None,
    periods: int | None = None,
    *,
    tolerance: float = 1e-9,
) -> CriticalDiscountFactor:
    r"""Return the critical discount factors of a strategy profile that sustains ``target``.

    Parameters
    ----------
    game : NormalFormGame, SymbolicGame or RepeatedGame
        The stage game, with any number of players; of a repeated game the stage is used.
    strategy : str or Automaton
        ``"grim"`` trigger; ``"punishment"`` for ``periods`` periods and then back to the target (``"punishment_3"`` is
        one of three); ``"tit_for_tat"`` of two players, who start with their target strategies and then defect exactly
        after the other did; the name of another automaton of
        :data:`detente.solve.repeated.known_automata.KNOWN`, such as ``"contrite_tit_for_tat"``; or any
        :class:`~detente.solve.repeated.automaton.Automaton`.
    target : pure profile
        Indices, labels or ``{player: label}``; left out where an automaton says what is played.
    punishment : optional
        Stage equilibrium, pure or mixed, that follows a deviation: a pure profile as above, one sequence of
        probabilities per player, ``{player: {strategy: probability}}``, an equilibrium that a solver
        returned, or ``{player: any of these}`` for a punishment of its own for each player. None: each
        player's worst stage equilibrium, among all of them (two players), else among the pure ones. For tit for
        tat: the profile of the defections, needed where a player has more than two strategies; every
        strategy but the target one then counts as a defection.
    periods : int, optional
        Length of the punishment, for ``strategy="punishment"`` only; at most 30.
    tolerance : float
        Float games: differences up to this multiple of the spread of payoffs count as 0.

    Returns
    -------
    CriticalDiscountFactor

    Raises
    ------
    UsageError
        If an argument does not fit, if the punishment is no stage equilibrium (naming who deviates), or if
        a punishment is missing where payoffs are symbolic or no stage equilibrium was found.

    Notes
    -----
    Tit for tat, by the one-shot deviation principle in its four states, with ``R, T, S, P`` a player's
    payoffs when both cooperate, only the player defects, only the other does, both do, and average values
    ``R``, ``(T + d S)/(1 + d)``, ``(S + d T)/(1 + d)``, ``P`` of the states in which the next profile is that
    one. Defecting once after mutual cooperation must not gain, nor must cooperating when it is the player's
    turn to defect alone, which leads back; together ``d (R - S) = T - R``. The two other states give ``d (T -
    P) = P - S`` in the same way. Unless both equations vanish, tit for tat is therefore subgame perfect at
    one factor at most, and in general at none: for ``R > S`` and ``T > P`` only if ``(T - R)(T - P) = (P -
    S)(R - S)``. It is a Nash equilibrium if ``d (R - S) >= T - R`` (against alternating) and ``d (T - P) >=
    T - R`` (against defecting for ever).

    *Certificate.* Numeric answers are checked at factors inside and outside the sets, and at their exact ends, by the
    one-shot deviation principle on the states of the profile (:mod:`detente.solve.repeated.one_shot`).

    Examples
    --------
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], strategies=[["c", "d"], ["c", "d"]])
    >>> critical_discount_factor(g, "grim", target=("c", "c")).overall
    Fraction(1, 2)
    >>> critical_discount_factor(g, "punishment", target=("c", "c"), periods=2).overall
    -1/2 + sqrt(5)/2
    >>> tft = critical_discount_factor(g, "tit_for_tat", target=("c", "c"))
    >>> tft.overall is None, tft.nash.overall
    (True, Fraction(2, 3))
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (0, 1)}, players=["row", "column"])
    >>> critical_discount_factor(s, "grim", target=(0, 0), punishment=(1, 1)).formula["row"]
    c/b
    """
    stage = game.stage if isinstance(game, RepeatedGame) else game
    if not isinstance(stage, (NormalFormGame, SymbolicGame)):
        raise UsageError(
            f"found a game of type {type(game).__name__}; expected a NormalFormGame, SymbolicGame or RepeatedGame"
        )
    if isinstance(strategy, Automaton):
        if target is not None or punishment is not None or periods is not None:
            raise UsageError(
                f"the automaton {strategy.name} says what is played; leave out target, punishment and periods"
            )
        return _of_automaton(stage, strategy, tolerance)
    if not isinstance(strategy, str):
        raise UsageError(f"found the strategy {strategy!r}; expected a name or an Automaton")
    if target is None:
        raise UsageError(f"{strategy} needs a target: the profile that it sustains")
    names = naming_game(stage)
    aim = names.profile_index(target)
    if strategy not in STRATEGIES:
        if periods is not None:
            raise UsageError(f"found periods={periods!r} with {strategy!r}; only 'punishment' has a length")
        if strategy.startswith("punishment_") and strategy not in KNOWN:
            known_automaton(strategy, aim, aim)  # refuses what is no length
            length = int(strategy.removeprefix("punishment_"))
            return critical_discount_factor(stage, "punishment", aim, punishment, length, tolerance=tolerance)
        if strategy not in KNOWN:
            known_automaton(strategy, aim, aim)  # says what is known
        bad = replies(names, aim, punishment, strategy)
        automaton = known_automaton(strategy, names.profile_labels(aim), names.profile_labels(bad))
        return _of_automaton(stage, automaton, tolerance)
    _check_periods(strategy, periods)
    if strategy == "tit_for_tat":
        bad = defections(names, aim, punishment)
        if isinstance(stage, SymbolicGame):
            _refuse_delta(stage)
            return symbolic_tit_for_tat(stage, aim, bad, tolerance)
        found = numeric_tit_for_tat(stage, aim, bad, tolerance)
        return _certified(stage, found, tit_for_tat(stage, aim, bad), tolerance)
    if isinstance(stage, SymbolicGame):
        if punishment is None:
            raise UsageError(
                "stage equilibria vary with the parameters; give the stage equilibrium that punishes as punishment="
            )
        punishments = stated_punishments(stage, names, punishment)
        _refuse_delta(stage)
        return symbolic_trigger(stage, strategy, aim, punishments, periods=periods, tolerance=tolerance)
    reservation = ""
    if punishment is None:
        punishments, reservation = worst_equilibria(stage, tolerance)
    else:
        punishments = stated_punishments(stage, names, punishment)
    found = numeric_trigger(
        stage, strategy, aim, punishments, periods=periods, tolerance=tolerance, reservation=reservation
    )
    plan = grim_trigger(stage, aim, dict(zip(stage.players, punishments, strict=True)), periods)
    return _certified(stage, found, plan, tolerance)


def _certified(
    stage: NormalFormGame, found: CriticalDiscountFactor, plan: Plan, tolerance: float
) -> CriticalDiscountFactor:
    """Return the result after a check around its ends by the values of all states, which share no code with it."""
    exactly = stage.arithmetic == "exact"
    slack = max(payoff_slacks(stage, tolerance), default=0)
    samples = {Fraction(1, 3), Fraction(9, 10)}
    for end in {end for own in found.intervals for end in (own.low, own.high)}:
        close = Fraction(float(end)).limit_denominator(10**6)
        samples |= {close / 2, (close + 1) / 2} | ({end} if exactly and isinstance(end, Fraction) else set())
    factors = [each if exactly else float(each) for each in sorted(each for each in samples if 0 < each < 1)]
    for factor, gain in zip(factors, largest_gains(stage, plan, factors), strict=True):
        if abs(gain) > slack and (gain <= 0) != found.sustains(factor):
            raise AssertionError(f"at {factor} the largest one-shot gain is {gain}, against {found.condition}")
    return found


def _of_automaton(
    stage: NormalFormGame | SymbolicGame, automaton: Automaton, tolerance: float
) -> CriticalDiscountFactor:
    if isinstance(stage, SymbolicGame):
        _refuse_delta(stage)
    return automaton_factors(stage, automaton, tolerance)


def _check_periods(strategy: str, periods: object) -> None:
    if strategy != "punishment":
        if periods is not None:
            raise UsageError(f"found periods={periods!r} with {strategy!r}; only 'punishment' has a length")
    elif isinstance(periods, bool) or not isinstance(periods, int) or not 1 <= periods <= MAX_PERIODS:
        raise UsageError(
            f"found periods={periods!r}; expected the length of the punishment, an integer from 1 to {MAX_PERIODS}"
        )


def _refuse_delta(stage: SymbolicGame) -> None:
    if any(symbol("delta") in stage.expand(each).free_symbols for each in stage.payoffs.values()):
        raise UsageError(
            "the stage payoffs contain the parameter 'delta', which names the discount factor here; rename it"
        )
