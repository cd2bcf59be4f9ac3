"""Levers of stochastic games: the cheapest changes that make a policy an equilibrium, or a path the one that is played.

A policy is an equilibrium where no one-shot deviation gains, which is a list of inequalities: changes of several
parameters come from the same search as elsewhere. What path is played is not decided by formulas that are known
beforehand: there every parameter is moved alone, exactly (:mod:`detente.conclusions.markov_line`).
"""

from __future__ import annotations

from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from detente.conclusions._conditions import Alternatives
from detente.conclusions._lever_results import Lever, Levers
from detente.conclusions._line import compare
from detente.conclusions.levers import move_cost
from detente.numbers import exact, to_float

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions.thresholds import Threshold
    from detente.games.symbolic import SymbolicGame

__all__ = ["path_levers", "policy_conditions"]


def policy_conditions(game: SymbolicGame, text: str, gains: Sequence[Any], *, broken: bool = False) -> Alternatives:
    """Return as conditions that no gain is positive, or, where ``broken``, that some gain is.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> box = SymbolicGame([["g", "c"]], {"g": (0, 1, 2), "c": (0, 2)}, ["all"])
    >>> policy_conditions(box, "kept", [box.payoffs[0, 0] - box.payoffs[0, 1]]).truth({"g": 1, "c": 1})
    True
    """
    if broken:
        return Alternatives(game, text, [[(each, True)] for each in gains])
    return Alternatives(game, text, [[(-each, False) for each in gains]])


def path_levers(
    text: str,
    holds: bool,
    wanted: bool,
    along: Callable[[str], Sequence[Threshold]],
    box: SymbolicGame,
    point: Mapping[str, Fraction],
    *,
    names: Sequence[str],
    exclude: Sequence[str] = (),
    weights: Mapping[str, Any] | None = None,
) -> Levers:
    """Return for every parameter the nearest value at which a statement about the path becomes true, or false.

    Parameters
    ----------
    text, holds
        The statement, and whether it holds at the point.
    wanted : bool
        The truth that is wanted.
    along : callable
        The nearest changes of the statement along a parameter, through the point.
    names : sequence of str
        The parameters that are moved, one by one, inside their intervals.
    exclude, weights
        As in :func:`detente.conclusions.levers.levers`.
    """
    note = "Parameters were moved one by one; changes of several together are not looked for."
    if holds is wanted:
        return Levers(text, True, (), {}, point=point, notes=())
    found = []
    for name in names:
        interval = box.parameters[name]
        if interval.low == interval.high:
            continue
        nearest = _nearest(along(name), point[name], wanted)
        if nearest is None:
            continue
        value, attained = nearest
        rate = exact((weights or {}).get(name, 1)) / (interval.high - interval.low)
        cost = move_cost(rate, point[name], value, up=to_float(value) > to_float(point[name]))
        change, present = {name: value}, {name: point[name]}
        found.append(Lever(change, present, cost, attained, cost, recommended=name not in exclude))
    found.sort(key=cmp_to_key(lambda one, other: compare(one.cost, other.cost)))
    return Levers(text, False, tuple(found), {}, point=point, notes=(note,))


def _nearest(found: Sequence[Threshold], present: Fraction, wanted: bool) -> tuple[Any, bool] | None:
    """Return the nearest value with the wanted truth at or beside it, and whether it has that truth at the value."""
    best: tuple[float, Any, bool] | None = None
    for each in found:
        at_point = each.at_point is not None and bool(each.at_point) is wanted
        beside = any(state is not None and bool(state) is wanted for state in (each.before, each.after))
        if not (at_point or beside):
            continue
        far = abs(to_float(each.at) - to_float(present))
        if best is None or far < best[0]:
            best = (far, each.at, at_point)
    return None if best is None else best[1:]
