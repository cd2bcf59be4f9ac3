"""Thresholds of stochastic games: where along one parameter the equilibrium that is shown first gives way to another.

For an equilibrium, the gains of all one-shot deviations are expressions of the parameter; their signs are constant
between neighboring roots, so a plan that is an equilibrium at one point of a piece is one throughout. The line is cut
at the roots of the gains of every plan met, and one point of each piece is solved exactly, until no new plan appears:
then the places where the plan, and what is asked of its path, changes are exact roots.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.conclusions.thresholds import Threshold, Thresholds
from detente.errors import UsageError, did_you_mean
from detente.numbers import short
from detente.solve.parametric.line_signs import LineSigns
from detente.solve.stochastic.incentives import plan_gains
from detente.solve.stochastic.markov_perfect import markov_perfect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.games.symbolic_stochastic import SymbolicStochasticGame
    from detente.solve.stochastic.incentives import Plan
    from detente.solve.stochastic.markov_result import MarkovResult, Path

__all__ = ["markov_thresholds", "plan_of", "policy_thresholds"]

#: Rounds in which new plans may appear, and plans that are followed at most.
ROUNDS = 60
PLANS = 200


def plan_of(game: Any, found: MarkovResult) -> Plan:
    """Return the first equilibrium of a result as a plan of action indices."""
    first = found.equilibria[0]
    plan: Plan = {}
    for state in game.playing:
        for seen, group in game.points_of(state):
            sequence = [j for each in game.order for j in each]
            words = ",".join(game.actions[state][j][a] for j, a in zip(sequence, seen, strict=False))
            plan[state, seen] = {}
            for i in group:
                player = game.players[i]
                own = game.actions[state][i]
                replies = first.replies.get(player, {}).get(state)
                weights = replies[words] if seen and replies is not None else first.policy[player][state]
                plan[state, seen][i] = next(k for k, action in enumerate(own) if weights[action] != 0)
    return plan


def markov_thresholds(
    game: SymbolicStochasticGame,
    along: str,
    values: Mapping[str, Fraction],
    state_of: Callable[[Path | None, Mapping[str, Fraction], MarkovResult], Any],
    name: str = "",
) -> Thresholds:
    """Return the values of a parameter at which a state of the first equilibrium changes.

    Parameters
    ----------
    game : SymbolicStochasticGame
        Play moves on or stays, and pure equilibria exist.
    along : str
        A parameter; only its interval is looked at, which widens to the present value.
    values : mapping
        Exact values of all parameters.
    state_of : callable
        From the path of the first equilibrium, the point and the result to what is followed, such as a named outcome.

    Raises
    ------
    UsageError
        If the parameter is unknown or cannot be moved, or a point has no pure equilibrium.

    Notes
    -----
    Exact where the game is rational in the parameter; where it is not, roots are isolated with a proof, and points are
    solved in floats. Of several equilibria the first is followed; on a piece where another comes before it, what
    changes is told at the next place.
    """
    line, (low, high), present = _line(game, along, values)
    solved: dict[Fraction, tuple[Any, Any]] = {}
    several = False

    def at(x: Fraction, alone: bool = True) -> tuple[Any, Any]:
        nonlocal several
        if x not in solved:
            here = {**values, along: x}
            found = markov_perfect(game.at_point(here), limit=2)
            if not found.equilibria or not found.equilibria[0].pure:
                raise UsageError(f"at {along} = {short(x, 6)} players mix; thresholds follow pure equilibria")
            one, *others = found.equilibria
            several = several or (alone and any(each.values != one.values for each in others))
            plan = plan_of(game, found)
            key = tuple(sorted((str(k), tuple(v.items())) for k, v in plan.items()))
            solved[x] = (key, state_of(one.path, here, found))
            plans.setdefault(key, plan)
        return solved[x]

    plans: dict[Any, Plan] = {}
    for x in {low, present, high}:
        at(x, alone=False)
    for _ in range(ROUNDS):
        count = len(plans)
        gains = dict.fromkeys(each.gain for plan in plans.values() for each in plan_gains(game, plan))
        cells = line.cells([each for each in gains if getattr(each, "free_symbols", None)])
        places = [root for root in cells.places if root.side(low) >= 0 and root.side(high) <= 0]
        samples = _inside(cells.samples, places, low, high)
        for x in samples:
            at(x)
        if len(plans) == count:
            break
        if len(plans) > PLANS:
            raise UsageError(f"more than {PLANS} different plans along {along}")
    found = _changes(places, samples, lambda x: at(x, alone=False)[1])
    first = at(min(samples))[1] if samples else at(low)[1]
    notes = ["of several equilibria the first is followed"] if several else []
    if line.bounded:
        notes.append(f"a formula is not rational in {along}: points were solved in floats")
    shown = Thresholds(along, name or "the path", (low, high), _told(first), tuple(found), (), present, tuple(notes))
    return replace(shown, of=name or "the path")


def policy_thresholds(
    game: SymbolicStochasticGame, gains: Sequence[Any], along: str, values: Mapping[str, Fraction], name: str
) -> Thresholds:
    """Return the values of a parameter at which a policy begins or ceases to be an equilibrium.

    ``gains`` are those of all single deviations from it, as expressions: it is one where none is positive.
    """
    box = game.formulas
    line, (low, high), present = _line(game, along, values)
    cells = line.cells([each for each in gains if getattr(each, "free_symbols", None)])
    places = [root for root in cells.places if root.side(low) >= 0 and root.side(high) <= 0]
    samples = _inside(cells.samples, places, low, high)

    def kept(x: Fraction) -> bool:
        return all(box.evaluate(each, {**values, along: x}) <= 0 for each in gains)

    found = _changes(places, samples, kept)
    notes = (f"a formula is not rational in {along}: points were solved in floats",) if line.bounded else ()
    return Thresholds(along, name, (low, high), kept(min(samples, default=low)), tuple(found), (), present, notes)


def _line(
    game: SymbolicStochasticGame, along: str, values: Mapping[str, Fraction]
) -> tuple[LineSigns, tuple[Fraction, Fraction], Fraction]:
    """Return the line along a parameter through a point, its ends, which widen to the present value, and that value."""
    box = game.formulas
    if along not in box.parameters:
        hint = did_you_mean(along, box.parameters)
        raise UsageError(f"unknown parameter {along!r}" + (f"; {hint}" if hint else ""))
    interval, present = box.parameters[along], values[along]
    low, high = min(interval.low, present), max(interval.high, present)
    if low == high:
        raise UsageError(f"{along} has no interval to move in")
    line = LineSigns(box, along, {key: value for key, value in values.items() if key != along}, (low, high))
    return line, (low, high), present


def _inside(samples: Sequence[Fraction], places: Sequence[Any], low: Fraction, high: Fraction) -> list[Fraction]:
    """Return a sample of every piece of the interval.

    A piece that reaches beyond the interval may have its own sample there: the end of the interval stands for it.
    """
    ends = [x for x in (low, high) if all(root.side(x) != 0 for root in places)]
    return sorted({*ends, *(x for x in samples if low <= x <= high)})


def _changes(places: Sequence[Any], samples: Sequence[Fraction], at: Callable[[Fraction], Any]) -> list[Threshold]:
    """Return the places at which what holds changes; ``at`` tells what holds at an exact value."""
    found = []
    for root in places:
        before = [x for x in samples if root.side(x) > 0]
        after = [x for x in samples if root.side(x) < 0]
        states = [at(max(before)) if before else None, at(min(after)) if after else None]
        exactly = root.low == root.high
        here = at(root.low) if exactly else None
        inner = [each for each in states if each is not None]
        if (exactly and any(each != here for each in inner)) or len(set(map(str, inner))) > 1:
            found.append(Threshold(root.value, _told(states[0]), _told(here), _told(states[1]), exactly))
    return found


def _told(state: Any) -> Any:
    """Return a state as thresholds print it: an outcome as a tuple of one name."""
    return (state,) if isinstance(state, str) else state
