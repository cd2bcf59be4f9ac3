r"""Automata that attain the worst subgame-perfect payoffs of two players: the hardest punishments, carried out.

A payoff set W that generates itself says how. A corner e of what it sustains is :math:`(1 - \delta) g(a) + \delta w`
with a promise w in W; w is a lottery over at most three such corners, since W lies within their hull. So the corners
are the states of an automaton: in e the profile a is played; who complies is led on by the lottery of w, drawn in
public; who alone does not is led to the corner that is worst for this player. That is no better than the threat with
which W generates itself, so that nobody gains by deviating once. The automaton is checked anew by the one-shot
deviation principle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.numbers import exact, number_to_json, plain, short
from detente.solve.programs.linear_program import exact_payoffs
from detente.solve.repeated._polygons import contains, cut, hull
from detente.solve.repeated.one_shot import Plan, best_one_shot_deviation

if TYPE_CHECKING:
    from detente.games.normal import Profile
    from detente.solve.repeated._polygons import Point, Polygon
    from detente.solve.repeated.payoff_set import PayoffSet

__all__ = ["WorstEquilibria", "worst_equilibria"]

#: States above which no automaton is built: the values of all of them are solved for exactly.
_MOST_STATES = 150


@dataclass(frozen=True)
class WorstEquilibria(Displayed):
    """One automaton that holds each player, from a state of its own on, to the worst subgame-perfect payoff.

    Attributes
    ----------
    players : tuple of str
    starts : dict
        Player to the state in which its worst equilibrium starts.
    worst : dict
        Player to its payoff there.
    outputs, values : dict
        State to the profile played and to the average payoffs from it on.
    lotteries : dict
        State to the states that follow when everybody complies, each with its probability.
    gain : Fraction
        The largest gain from one deviation in any state, computed from the automaton alone; at most 0.
    exact : bool
        Whether no subgame-perfect payoff in pure strategies is worse; else the payoff set was known between bounds.
    gap : Fraction
        By how much a worse payoff is not ruled out, at most, for any player; 0 where ``exact``.
    """

    players: tuple[str, ...]
    starts: dict[str, str]
    worst: dict[str, Fraction]
    outputs: dict[str, tuple[str, ...]]
    values: dict[str, tuple[Fraction, ...]]
    lotteries: dict[str, dict[str, Fraction]]
    gain: Fraction
    exact: bool
    gap: Fraction
    plan: Plan = field(repr=False)
    arithmetic: str = "exact"

    @property
    def complete(self) -> bool:
        """Whether the worst payoffs are known exactly."""
        return self.exact

    def to_json(self) -> dict[str, Any]:
        """Return states and worst payoffs as JSON values."""
        return {
            "worst": {name: number_to_json(value) for name, value in self.worst.items()},
            "starts": dict(self.starts),
            "states": {
                state: {
                    "plays": list(played),
                    "values": [number_to_json(each) for each in self.values[state]],
                    "then": {after: number_to_json(chance) for after, chance in self.lotteries[state].items()},
                }
                for state, played in self.outputs.items()
            },
            "largest_gain": number_to_json(self.gain),
            "exact": self.exact,
            "gap": number_to_json(self.gap),
        }

    def table(self) -> Table:
        """Return the states with what is played, what it is worth, and what follows."""
        rows = []
        for state, played in self.outputs.items():
            for_whom = ", ".join(name for name, start in self.starts.items() if start == state)
            then = ", ".join(
                after if chance == 1 else f"{after} with {_short(chance)}"
                for after, chance in self.lotteries[state].items()
            )
            values = (_short(each) for each in self.values[state])
            rows.append((state, ",".join(played), *values, then, for_whom))
        known = (
            "No subgame-perfect equilibrium in pure strategies, with public randomization, is worse."
            if self.exact
            else f"Worse ones are ruled out but for {short(self.gap, 2)}."
        )
        notes = (
            "Who alone departs is led to the state in which its own worst starts; chances are drawn in public.",
            f"{known} The largest gain from one deviation in any state is {_short(self.gain)}.",
        )
        columns = ("state", "plays", *(f"worth to {name}" for name in self.players), "then", "worst for")
        return Table("the worst subgame-perfect equilibria", columns, tuple(rows), notes)


def _short(value: Fraction) -> str:
    text = plain(value)
    return text if len(text) <= 8 else short(value, 5)


def worst_equilibria(found: PayoffSet) -> WorstEquilibria:
    """Return an automaton that attains the worst subgame-perfect payoff of each player.

    Parameters
    ----------
    found : PayoffSet
        As :func:`detente.payoff_set` returns it. Where it is known between bounds, the automaton attains the worst
        payoff of the inner one.

    Raises
    ------
    UsageError
        If no payoff is proved to be sustainable, or more than 150 states are needed.

    Notes
    -----
    *Scope.* Two players, pure actions, public randomization; discount factors may differ.

    References
    ----------
    D. Abreu (1988), Econometrica 56, 383-396. D. Abreu, D. Pearce and E. Stacchetti (1990), Econometrica 58, 1041-1063.

    Examples
    --------
    >>> from detente.games.repeated import RepeatedGame
    >>> from detente.solve.repeated.payoff_set import payoff_set
    >>> g = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]], strategies=[["c", "d"]] * 2)
    >>> found = worst_equilibria(payoff_set(RepeatedGame(g, "3/4")))
    >>> found.worst["1"], found.outputs[found.starts["1"]], found.gain <= 0
    (Fraction(1, 1), ('d', 'd'), True)
    """
    if not found.inner:
        raise UsageError("no payoff is proved to be sustainable; there is no automaton")
    given = found.repeated.stage
    assert isinstance(given, NormalFormGame)
    stage = NormalFormGame(exact_payoffs(given).tolist(), given.players, given.strategies)
    factors = tuple(
        Fraction(each) if isinstance(each, float) else exact(each) for each in found.repeated.discount_factors
    )
    corners, made = _sustained(stage, factors, found.inner)
    worst = [min(range(len(corners)), key=lambda c: (corners[c][k], corners[c][1 - k])) for k in (0, 1)]
    lotteries = _reached(corners, made, worst)
    names = _names(lotteries, worst, stage.players)

    def transition(state: str, profile: Profile) -> dict[str, Fraction]:
        due = made[corners[at[state]]][0]
        away = [k for k in (0, 1) if profile[k] != due[k]]
        if len(away) == 1:
            return {names[worst[away[0]]]: Fraction(1)}
        return {names[after]: chance for after, chance in lotteries[at[state]].items()}

    at = {name: corner for corner, name in names.items()}
    plan = Plan(tuple(at), {name: made[corners[corner]][0] for name, corner in at.items()}, transition)
    check = best_one_shot_deviation(stage, plan, factors)
    gain = Fraction(check.gain) if check.player is not None else Fraction(0)
    if gain > 0:
        raise AssertionError(f"the automaton is no equilibrium: {check}")
    reached = tuple(check.values[names[each]][k] for k, each in enumerate(worst))
    low = found.punishments
    assert low is not None
    return WorstEquilibria(
        stage.players,
        {name: names[each] for name, each in zip(stage.players, worst, strict=True)},
        dict(zip(stage.players, reached, strict=True)),
        {name: stage.profile_labels(made[corners[corner]][0]) for name, corner in at.items()},
        {name: tuple(map(Fraction, check.values[name])) for name in at},
        {name: {names[after]: chance for after, chance in lotteries[corner].items()} for name, corner in at.items()},
        gain,
        found.exact,
        Fraction(0) if found.exact else max(r - w for r, w in zip(reached, low, strict=True)),
        plan,
    )


def _sustained(
    stage: NormalFormGame, factors: tuple[Any, ...], promises: Polygon
) -> tuple[Polygon, dict[Point, tuple[Profile, Point]]]:
    """Return the corners of what a set sustains, each with its profile and the promise behind it."""
    low = [min(each[k] for each in promises) for k in (0, 1)]
    made: dict[Point, tuple[Profile, Point]] = {}
    for profile in stage.profiles():
        own = [Fraction(stage.payoffs[(k, *profile)]) for k in (0, 1)]
        kept = promises
        for k, size in enumerate(stage.shape):
            others = [(own_, profile[1]) if k == 0 else (profile[0], own_) for own_ in range(size)]
            best = max(stage.payoffs[(k, *each)] for each in others)
            kept = cut(kept, k, low[k] + (1 - factors[k]) / factors[k] * (best - own[k]))
        for w in kept:
            value = ((1 - factors[0]) * own[0] + factors[0] * w[0], (1 - factors[1]) * own[1] + factors[1] * w[1])
            # of several ways to the same value, the one that stays where it is
            if value not in made or w == value:
                made[value] = profile, w
    corners = hull(made)
    return corners, made


def _reached(
    corners: Polygon, made: dict[Point, tuple[Profile, Point]], starts: list[int]
) -> dict[int, dict[int, Fraction]]:
    """Return the lottery over corners that follows each corner, for those that some history reaches."""
    found: dict[int, dict[int, Fraction]] = {}
    queue = list(dict.fromkeys(starts))
    for corner in queue:
        if len(queue) > _MOST_STATES:
            raise UsageError(f"found more than {_MOST_STATES} states; expected fewer corners of the payoff set")
        found[corner] = _lottery(corners, made[corners[corner]][1])
        queue += [after for after in found[corner] if after not in queue]
    return found


def _lottery(corners: Polygon, point: Point) -> dict[int, Fraction]:
    """Return a point of a polygon as a mean of at most three corners, exactly."""
    if point in corners:
        return {corners.index(point): Fraction(1)}
    first = corners[0]
    if len(corners) == 2:
        return _mean((0, 1), (first, corners[1]), point)
    for k in range(1, len(corners) - 1):
        triangle = (first, corners[k], corners[k + 1])
        if contains(hull(triangle), point):
            return _mean((0, k, k + 1), triangle, point)
    raise AssertionError(f"{point} lies outside what it should be a lottery of")


def _mean(indices: tuple[int, ...], places: tuple[Point, ...], point: Point) -> dict[int, Fraction]:
    """Return the weights with which places, two or three, average to a point."""
    (ax, ay), (bx, by) = places[0], places[1]
    px, py = point[0] - ax, point[1] - ay
    bx, by = bx - ax, by - ay
    if len(places) == 2:
        share = px / bx if bx else py / by
        weights = [1 - share, share]
    else:
        cx, cy = places[2][0] - ax, places[2][1] - ay
        area = bx * cy - by * cx
        b, c = (px * cy - py * cx) / area, (bx * py - by * px) / area
        weights = [1 - b - c, b, c]
    return {index: weight for index, weight in zip(indices, weights, strict=True) if weight}


def _names(lotteries: dict[int, Any], worst: list[int], players: tuple[str, ...]) -> dict[int, str]:
    """Return a name for each state: whom it punishes from its start on, else a number."""
    names: dict[int, str] = {}
    for corner in worst:
        whom = " and ".join(name for name, each in zip(players, worst, strict=True) if each == corner)
        names[corner] = f"punish {whom}"
    for corner in lotteries:
        names.setdefault(corner, f"state {len(names) + 1}")
    return names
