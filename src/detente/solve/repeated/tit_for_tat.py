"""Tit for tat between two players: the factors at which it is subgame perfect, and a Nash equilibrium.

The inequalities stand in the notes of :func:`detente.solve.repeated.critical_discount_factor`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.games.symbolic import symbol
from detente.solve.repeated.critical_factor import OWN_NOTE, CriticalDiscountFactor, numeric_result
from detente.solve.repeated.factor_sets import NEVER, factor_range, meet
from detente.solve.repeated.punishments import naming_game
from detente.solve.repeated.stage_payoffs import payoff_slacks, snap, stage_payoff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.normal import NormalFormGame, Profile
    from detente.games.symbolic import SymbolicGame

__all__ = ["numeric_tit_for_tat", "symbolic_tit_for_tat"]

_EQUAL_NOTE = "where tit for tat is subgame perfect, players are indifferent in every state"


@dataclass(frozen=True)
class _Dilemma:
    """A player's payoffs: both cooperate, defect alone, cooperate alone, both defect.

    ``tempt`` and ``spoil`` are the best payoffs from any strategy but the target one against cooperation
    and against defection: ``alone`` and ``both`` in a 2x2 game.
    """

    reward: Any
    alone: Any
    sucker: Any
    both: Any
    tempt: tuple[Any, ...]
    spoil: tuple[Any, ...]


def _dilemma(stage: Any, player: int, aim: Profile, bad: Profile) -> _Dilemma:
    other = 1 - player

    def pay(own: int, reply: int) -> Any:
        return stage_payoff(stage, player, (own, reply) if player == 0 else (reply, own))

    good, evil = aim[player], bad[player]
    rest = [k for k in range(stage.shape[player]) if k != good]
    return _Dilemma(
        reward=pay(good, aim[other]),
        alone=pay(evil, aim[other]),
        sucker=pay(good, bad[other]),
        both=pay(evil, bad[other]),
        tempt=tuple(pay(k, aim[other]) for k in rest),
        spoil=tuple(pay(k, bad[other]) for k in rest),
    )


def numeric_tit_for_tat(stage: NormalFormGame, aim: Profile, bad: Profile, tolerance: float) -> CriticalDiscountFactor:
    """Return the result for a numeric stage; ``bad`` is the profile of the defections."""
    slacks = payoff_slacks(stage, tolerance)
    near = 0 if stage.arithmetic == "exact" else tolerance
    perfect, nash, firm = {}, {}, {}
    for player, name in enumerate(stage.players):
        slack, x = slacks[player], _dilemma(stage, player, aim, bad)
        best, worst = max(x.tempt), max(x.spoil)
        # Pairs (gain, loss) of inequalities gain <= delta*loss; S(delta) is delta, as after one period.
        against = [(best - x.reward, x.reward - x.sucker), (best - x.reward, best - worst)]
        equal = [(x.alone - x.reward, x.reward - x.sucker), (x.both - x.sucker, x.alone - x.both)]
        against, equal = (
            [(snap(gain, slack), snap(loss, slack)) for gain, loss in pairs] for pairs in (against, equal)
        )
        nash[name] = meet((factor_range(gain, loss, 1) for gain, loss in against), near)
        point = nash[name].low is not None and nash[name].low == nash[name].high
        firm[name] = not nash[name].empty and not point and (0, 0) not in against
        perfect[name] = meet(
            (factor_range(sign * gain, sign * loss, 1) for gain, loss in equal for sign in (1, -1)), near
        )
        if best - x.alone > slack or worst - x.both > slack:
            perfect[name] = NEVER  # Another strategy than the defection pays more when it is due.
    shared: dict[str, Any] = {"strategy": "tit_for_tat", "periods": None, "target": stage.profile_labels(aim)}
    weak = numeric_result(stage, nash, 1, tolerance, [], concept="nash", strict=firm, **shared)
    nobody = dict.fromkeys(stage.players, False)
    return numeric_result(
        stage,
        perfect,
        1,
        tolerance,
        [_EQUAL_NOTE],
        concept="subgame-perfect",
        strict=nobody,
        nash=weak,
        **shared,
    )


def symbolic_tit_for_tat(stage: SymbolicGame, aim: Profile, bad: Profile, tolerance: float) -> CriticalDiscountFactor:
    """Return conditions and closed forms for a stage with parameters."""
    import sympy

    delta = symbol("delta")
    perfect, nash, knife, weak_formula, knife_holds, weak_holds = {}, {}, {}, {}, {}, {}
    for player, name in enumerate(stage.players):
        x = _dilemma(stage, player, aim, bad)
        gain, loss, edge, rise = (
            sympy.expand(each)
            for each in (x.alone - x.reward, x.reward - x.sucker, x.alone - x.both, x.both - x.sucker)
        )
        due = [sympy.Le(sympy.expand(each - x.alone), 0) for each in x.tempt if each != x.alone]
        due += [sympy.Le(sympy.expand(each - x.both), 0) for each in x.spoil if each != x.both]
        perfect[name] = sympy.And(sympy.Eq(delta * loss - gain, 0), sympy.Eq(delta * edge - rise, 0), *due)
        alternating = [sympy.Ge(delta * loss - sympy.expand(each - x.reward), 0) for each in x.tempt]
        defecting = [
            sympy.Ge(delta * sympy.expand(each - other) - sympy.expand(each - x.reward), 0)
            for each, other in product(x.tempt, x.spoil)
        ]
        nash[name] = sympy.And(*alternating, *defecting)
        if len(x.tempt) == 1 and loss != 0 and edge != 0:
            knife[name], weak_formula[name] = gain / loss, sympy.Max(gain / loss, gain / edge)
            usual = sympy.And(sympy.Gt(gain, 0), sympy.Lt(gain, loss))
            knife_holds[name] = sympy.And(usual, sympy.Gt(edge, 0), sympy.Eq(gain * edge - rise * loss, 0))
            weak_holds[name] = sympy.And(usual, sympy.Lt(gain, edge))
    shared: dict[str, Any] = {
        "strategy": "tit_for_tat",
        "periods": None,
        "target": naming_game(stage).profile_labels(aim),
    }

    def again(values: Mapping[str, Any]) -> CriticalDiscountFactor:
        return numeric_tit_for_tat(stage.at_point(stage.point(values)), aim, bad, tolerance)

    def again_nash(values: Mapping[str, Any]) -> CriticalDiscountFactor:
        found = again(values).nash
        assert found is not None
        return found

    notes = ("conditions suppose 0 < delta < 1", OWN_NOTE)
    weak = CriticalDiscountFactor(
        concept="nash",
        arithmetic="symbolic",
        conditions=nash,
        condition=sympy.And(*nash.values()),
        formula=weak_formula,
        formula_condition=weak_holds,
        notes=notes,
        _again=again_nash,
        **shared,
    )
    return CriticalDiscountFactor(
        concept="subgame-perfect",
        arithmetic="symbolic",
        conditions=perfect,
        condition=sympy.And(*perfect.values()),
        formula=knife,
        formula_condition=knife_holds,
        nash=weak,
        notes=(_EQUAL_NOTE, *notes),
        _again=again,
        **shared,
    )
