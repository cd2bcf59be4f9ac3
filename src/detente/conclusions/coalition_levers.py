"""Levers of coalitional games: the nearest value of a parameter at which a partition of the players is stable.

A partition is stable where each of its groups can divide what it is worth, a player that stands alone its outside
option, so that no coalition gets more elsewhere: what it is worth with some of its members let go to their outside
options. Where no division does it, some collection of coalitions says why: with the weights that a linear program
finds, they are owed more than there is (Bondareva 1963; Shapley 1967). Along a parameter that collection refuses
every value up to the first root of a formula; there the next collection is asked for. So nothing nearer is missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from detente.conclusions._conditions import Alternatives
from detente.conclusions._lever_results import Lever, Levers
from detente.conclusions._line import Line, compare
from detente.conclusions.levers import move_cost
from detente.errors import UsageError
from detente.numbers import exact
from detente.solve.coalitional._cuts import Owed, maximize_over_coalitions
from detente.solve.coalitional.outside_options import with_outside_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.games.coalitional import CoalitionalGame
    from detente.games.symbolic import SymbolicGame

__all__ = ["CoalitionFormulas", "partition_levers", "refusal"]

#: Collections that refuse along one parameter before it is given up.
STEPS = 500

#: A collection of coalitions that refuses a partition: weights of groups, of coalitions with those of their members who
#: stay together, and of all players.
Refusal = tuple[
    dict[tuple[str, ...], Fraction], tuple[tuple[tuple[str, ...], tuple[str, ...], Fraction], ...], Fraction
]


@dataclass(frozen=True)
class CoalitionFormulas:
    """What coalitions are worth and what players keep outside, at values of the parameters and as formulas of them."""

    box: SymbolicGame
    game: Callable[[Mapping[str, Fraction]], CoalitionalGame]
    options: Callable[[Mapping[str, Fraction]], Mapping[str, Fraction]]
    worth: Callable[[tuple[str, ...]], Any]
    option: Callable[[str], Any]


def refusal(
    game: CoalitionalGame, options: Mapping[str, Fraction], groups: Sequence[tuple[str, ...]]
) -> Refusal | None:
    """Return a collection of coalitions that no division of the groups contents, or None where one does.

    Examples
    --------
    >>> from detente.games.coalitional import CoalitionalGame
    >>> pair = CoalitionalGame(["a", "b"], {("a", "b"): 1}, default=0)
    >>> refusal(pair, {"a": Fraction(1, 4), "b": Fraction(1, 2)}, [("a", "b")]) is None
    True
    >>> refusal(pair, {"a": Fraction(3, 4), "b": Fraction(1, 2)}, [("a", "b")]) is None
    False
    """
    players, n = game.players, len(game.players)
    free = with_outside_options(game, options, leave=False)
    owed = list(free.worth)
    rows = [[int(name in group) for name in players] for group in groups]
    each = [owed[game.mask(group)] if len(group) == 1 else game.worth[game.mask(group)] for group in groups]
    pool = dict.fromkeys(1 << k for k in range(n) if n > 1)
    everyone = ([[-1] * n], [-game.worth[-1]])
    found, masks = maximize_over_coalitions([0] * n, Owed(owed), pool, more=everyone, equal=(rows, each))
    if found.status != "infeasible":
        return None
    assert found.at_most_prices is not None
    assert found.equal_prices is not None
    prices = list(found.at_most_prices)
    listed = tuple(
        (game.coalition(mask), game.coalition(_together(game, owed, options, mask)), price)
        for mask, price in zip(masks, prices, strict=False)
        if price
    )
    return dict(zip(groups, found.equal_prices, strict=True)), listed, prices[len(masks)]


def _together(game: CoalitionalGame, owed: Sequence[Fraction], options: Mapping[str, Fraction], mask: int) -> int:
    """Return which members of a coalition stay together where it does best."""
    for name, value in options.items():
        bit = game.mask((name,))
        if mask & bit and game.worth[mask] != owed[mask] and owed[mask] == owed[mask ^ bit] + value:
            return _together(game, owed, options, mask ^ bit)
    return mask


def _left(formulas: CoalitionFormulas, found: Refusal) -> Any:
    """Return what a collection of coalitions leaves, a formula: where it is negative, the partition is refused."""
    import sympy

    groups, coalitions, everyone = found

    def number(value: Fraction) -> Any:
        return sympy.Rational(value.numerator, value.denominator)

    def due(group: tuple[str, ...]) -> Any:
        if len(group) == 1:
            return sympy.Max(formulas.worth(group), formulas.option(group[0]))
        return formulas.worth(group)

    terms = [number(weight) * due(group) for group, weight in groups.items() if weight]
    for whole, together, weight in coalitions:
        outside = [formulas.option(name) for name in whole if name not in together]
        terms.append(-number(weight) * sympy.Add(formulas.worth(together) if together else 0, *outside))
    players = tuple(name for group in groups for name in group)
    if everyone:
        terms.append(-number(everyone) * formulas.worth(players))
    return sympy.Add(*terms)


def partition_levers(
    text: str,
    groups: Sequence[tuple[str, ...]],
    formulas: CoalitionFormulas,
    point: Mapping[str, Fraction],
    *,
    names: Sequence[str],
    exclude: Sequence[str] = (),
    weights: Mapping[str, Any] | None = None,
) -> Levers:
    """Return for every parameter the nearest value at which a partition is stable.

    Parameters
    ----------
    text : str
        The statement.
    groups : sequence of tuple of str
        Every player in one of them.
    formulas : CoalitionFormulas
    point : mapping
        The present values.
    names : sequence of str
        Parameters to move, one by one, inside their intervals.
    exclude, weights
        As in :func:`detente.conclusions.levers.levers`.

    Raises
    ------
    UsageError
        If what coalitions are worth is no rational number.
    """
    game = formulas.game(point)
    if game.arithmetic != "exact":
        raise UsageError(
            f"{text}: what coalitions are worth is no rational number here, and levers of partitions are exact"
        )
    first = refusal(game, formulas.options(point), groups)
    if first is None:
        return Levers(text, True, (), {}, point=point)
    found, open_ = [], []
    for name in names:
        interval = formulas.box.parameters[name]
        if interval.low == interval.high:
            continue
        best: Fraction | None = None
        for end in (interval.low, interval.high):
            value, whole = _walk(formulas, groups, point, name, end, first)
            if not whole and name not in open_:
                open_.append(name)
            if value is not None and (best is None or abs(value - point[name]) < abs(best - point[name])):
                best = value
        if best is not None:
            rate = exact((weights or {}).get(name, 1)) / (interval.high - interval.low)
            cost = move_cost(rate, point[name], best, up=best > point[name])
            found.append(Lever({name: best}, {name: point[name]}, cost, True, cost, recommended=name not in exclude))
    found.sort(key=cmp_to_key(lambda one, other: compare(one.cost, other.cost)))
    notes = ["Parameters were moved one by one; changes of several together are not looked for."]
    if not found and not open_:
        notes.append("No single change inside the intervals makes it stable.")
    if open_:
        notes.append(f"Left open, because a place of change is irrational: {', '.join(open_)}.")
    return Levers(text, False, tuple(found), {}, point=point, notes=tuple(notes))


def _walk(
    formulas: CoalitionFormulas,
    groups: Sequence[tuple[str, ...]],
    point: Mapping[str, Fraction],
    name: str,
    end: Fraction,
    first: Refusal,
) -> tuple[Fraction | None, bool]:
    """Return the first value towards an end at which nothing refuses the partition, and whether all was seen."""
    at, refused = dict(point), first
    for _ in range(STEPS):
        if at[name] == end:
            return None, True
        left = Alternatives(formulas.box, "left", [[(_left(formulas, refused), False)]])
        nearest = Line(left).nearest(name, at, *sorted((at[name], end)))
        if nearest is None:
            return None, True
        if not isinstance(nearest.value, Fraction) or not nearest.attained:
            return None, False
        at[name] = nearest.value
        again = refusal(formulas.game(at), formulas.options(at), groups)
        if again is None:
            return nearest.value, True
        refused = again
    return None, False
