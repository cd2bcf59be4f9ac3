"""All subgame-perfect payoffs of a repeated game of two players, with public randomization.

Strategies are pure given the public randomization. A payoff v can be sustained by playing profile a now and promising w
from the next period on if ``v = (1 - delta) g(a) + delta w`` and no player gains by a deviation that is punished as
hard as possible, ``(1 - delta_i) (best deviation_i(a) - g_i(a)) <= delta_i (w_i - least_i)``. The set V of all
subgame-perfect payoffs is the largest convex set whose every extreme point can be sustained with promises from the set
itself (Abreu, Pearce and Stacchetti 1990).

It is found from outside. Abreu and Sannikov (2014) show that of the promises only a few matter: the payoff ``g(a)``
itself where it satisfies the incentive constraints, else the points at which a constraint binds, at most four for each
profile. Each round of their operator R stays outside V. In exact arithmetic the rounds often end: then the set found
is V, and it is checked with the full operator that it generates itself. Where they do not end, corners are rounded
outward to a grid so that the set stays an outer bound, and an inner bound is a slightly smaller set that is proved to
generate itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import NotConverged, UsageError
from detente.games.normal import NormalFormGame
from detente.numbers import number_to_json, plain, short
from detente.solve.programs.linear_program import exact_payoffs
from detente.solve.repeated._polygons import (
    Polygon,
    boundary_at,
    contains,
    cut,
    distance,
    grown,
    hull,
    includes,
    inward,
    least,
)

if TYPE_CHECKING:
    from detente.games.repeated import RepeatedGame
    from detente.solve.repeated._polygons import Point

__all__ = ["PayoffSet", "feasible_set", "payoff_set"]

#: Rounds in exact arithmetic before corners are rounded.
_EXACT_ROUNDS = 12
#: Bits of a corner above which rounding begins earlier.
_EXACT_BITS = 400
_MOST_ROUNDS = 20_000
_INNER_ROUNDS = 400


@dataclass(frozen=True)
class PayoffSet:
    """The set of subgame-perfect payoffs, or bounds on it.

    Attributes
    ----------
    vertices : tuple of pairs
        Corners of the set where ``exact``, else of the outer bound, counter-clockwise; empty where no pure-strategy
        equilibrium exists.
    inner : tuple of pairs
        Corners of a set that is proved to consist of subgame-perfect payoffs; the set itself where ``exact``.
    exact : bool
        Whether the set is known exactly.
    gap : float
        Largest distance of a corner of the outer bound from the inner one; 0 where exact.
    feasible : tuple of pairs
        What the players could reach without incentive constraints.
    punishments : tuple of two numbers
        The least payoff of each player in the set (in its outer bound): the worst punishment.
    rounds : int
    """

    repeated: RepeatedGame = field(repr=False)
    vertices: Polygon
    inner: Polygon
    exact: bool
    gap: float
    feasible: Polygon = field(repr=False)
    punishments: tuple[Fraction, Fraction] | None
    rounds: int

    @property
    def complete(self) -> bool:
        """Whether the set is known exactly."""
        return self.exact

    @property
    def arithmetic(self) -> str:
        """``exact`` where the corners are those of the set, ``bounds`` where they enclose it."""
        return "exact" if self.exact else "bounds"

    def __contains__(self, payoffs: object) -> bool:
        """Return whether a pair of exact payoffs is proved to be in the set."""
        from detente.numbers import exact

        if not isinstance(payoffs, (tuple, list)) or len(payoffs) != 2:
            raise UsageError(f"found {payoffs!r}; expected a pair of payoffs")
        return contains(self.inner, (exact(payoffs[0]), exact(payoffs[1])))

    def to_json(self) -> dict[str, Any]:
        """Return corners and bounds as JSON values."""

        def listed(polygon: Polygon) -> list[list[Any]]:
            return [[number_to_json(x), number_to_json(y)] for x, y in polygon]

        return {
            "players": list(self.repeated.players),
            "discount_factors": [number_to_json(each) for each in self.repeated.discount_factors],
            "exact": self.exact,
            "vertices": listed(self.vertices),
            "inner": listed(self.inner),
            "gap": self.gap,
            "feasible": listed(self.feasible),
            "rounds": self.rounds,
        }

    def table(self) -> Table:
        """Return the corners."""
        first, second = self.repeated.players
        factors = ", ".join(short(each, 4) for each in self.repeated.discount_factors)
        show = plain if self.exact else lambda value: short(value, 7)
        rows = tuple((show(x), show(y)) for x, y in self.vertices)
        scope = "Pure strategies with public randomization."
        if not self.vertices:
            note = "No payoff can be sustained in pure strategies."
        elif self.exact:
            note = "These are all: the iteration from outside has ended, and the set generates itself."
        elif self.inner:
            note = f"An outer bound; a set proved to be sustainable comes within {self.gap:.2g} of each corner."
        else:
            note = "An outer bound; no inner bound was proved."
        return Table(f"subgame-perfect payoffs at discount factor {factors}", (first, second), rows, (note, scope))

    def __str__(self) -> str:
        return self.table().to_text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.table().mimebundle()


def feasible_set(game: NormalFormGame) -> Polygon:
    """Return the corners of the convex hull of the payoffs of a two-player game, counter-clockwise.

    Examples
    --------
    >>> g = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]])
    >>> [tuple(map(int, each)) for each in feasible_set(g)]
    [(0, 3), (1, 1), (3, 0), (2, 2)]
    """
    if len(game.players) != 2:
        raise UsageError(f"found {len(game.players)} players; expected two")
    table = exact_payoffs(game)
    return hull((table[(0, *each)], table[(1, *each)]) for each in game.profiles())


def payoff_set(repeated: RepeatedGame, tolerance: object = "1/1000000") -> PayoffSet:
    """Return the set of subgame-perfect payoffs with public randomization.

    Parameters
    ----------
    repeated : RepeatedGame
        Two players, numbers for payoffs and discount factors; the factors may differ.
    tolerance : number
        Where the iteration does not end: largest movement of a corner in a round, relative to the spread of payoffs,
        at which it stops.

    Returns
    -------
    PayoffSet
        Exact where the iteration ends; else outer and inner bounds.

    Raises
    ------
    UsageError
        If the game is no numeric game of two players.
    NotConverged
        If the outer bound still moves after 20,000 rounds.

    Notes
    -----
    *Scope.* Pure actions, perfect monitoring, public randomization, average discounted payoffs.
    *Cost.* A round takes time proportional to profiles times corners.

    References
    ----------
    D. Abreu, D. Pearce and E. Stacchetti (1990), Econometrica 58, 1041-1063. D. Abreu and Y. Sannikov (2014), "An
    algorithm for two-player repeated games with perfect monitoring", Theoretical Economics 9, 313-338.

    Examples
    --------
    A prisoners' dilemma at a discount factor of 1/2: every feasible payoff at or above mutual defection can be
    sustained.

    >>> from detente.games.repeated import RepeatedGame
    >>> g = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]])
    >>> found = payoff_set(RepeatedGame(g, "1/2"))
    >>> found.exact, [tuple(map(str, each)) for each in found.vertices]
    (True, [('1', '1'), ('5/2', '1'), ('2', '2'), ('1', '5/2')])
    """
    from detente.numbers import exact

    game = repeated.stage
    if not isinstance(game, NormalFormGame) or len(game.players) != 2:
        raise UsageError("expected a numeric stage game of two players; put a parametric one at a point first")
    factors = tuple(
        Fraction(each) if isinstance(each, float) else _rational(each) for each in repeated.discount_factors
    )
    step = _Operator(game, factors)
    feasible = feasible_set(game)
    spread = max(step.spread, Fraction(1, 10**9))
    outer, rounds, ended = _ended(step, step.start(feasible))
    if not ended:
        outer, rounds = _bounded(step, outer, rounds, exact(tolerance) * spread)
    punishments = (least(outer, 0), least(outer, 1)) if outer else None
    if not outer or (ended and step.generates(outer)):
        return PayoffSet(repeated, outer, outer, True, 0.0, feasible, punishments, rounds)
    inner = _inner(step, outer, 1 << (Fraction(16) / (exact(tolerance) * spread)).__ceil__().bit_length())
    gap = distance(outer, inner) if inner else float("inf")
    return PayoffSet(repeated, outer, inner, False, gap, feasible, punishments, rounds)


def _rational(value: Any) -> Fraction:
    if not isinstance(value, Fraction):
        raise UsageError(f"found the discount factor {value}; expected a rational number")
    return value


class _Operator:
    """What a set of promises sustains in one period."""

    def __init__(self, game: NormalFormGame, factors: tuple[Fraction, ...]) -> None:
        table = exact_payoffs(game)
        self.factors = factors
        self.profiles: list[tuple[Point, Point]] = []  # payoffs, and what each player needs above its punishment
        values: list[set[Fraction]] = [set(), set()]
        for profile in game.profiles():
            own = (table[(0, *profile)], table[(1, *profile)])
            best = (
                max(table[0, k, profile[1]] for k in range(game.shape[0])),
                max(table[1, profile[0], k] for k in range(game.shape[1])),
            )
            need = tuple((1 - d) / d * (b - g) for d, b, g in zip(factors, best, own, strict=True))
            self.profiles.append((own, (need[0], need[1])))
            for k in (0, 1):
                values[k].add(own[k])
        self.spread = max(max(each) - min(each) for each in values)
        self.box = hull((x, y) for x in (min(values[0]), max(values[0])) for y in (min(values[1]), max(values[1])))
        self.minmax = (
            min(max(table[0, k, j] for k in range(game.shape[0])) for j in range(game.shape[1])),
            min(max(table[1, k, j] for j in range(game.shape[1])) for k in range(game.shape[0])),
        )

    def start(self, feasible: Polygon) -> Polygon:
        """Return a set that surely holds every equilibrium payoff: feasible, and at or above the pure min-max."""
        # with different factors players can trade over time, beyond the hull of stage payoffs
        first = feasible if self.factors[0] == self.factors[1] else self.box
        return cut(cut(first, 0, self.minmax[0]), 1, self.minmax[1])

    def least(self, promises: Polygon) -> Point:
        """Return the worst punishments: in an outer bound never worse than the min-max."""
        return (max(self.minmax[0], least(promises, 0)), max(self.minmax[1], least(promises, 1)))

    def sustained(self, own: Point, promise: Point) -> Point:
        d = self.factors
        return ((1 - d[0]) * own[0] + d[0] * promise[0], (1 - d[1]) * own[1] + d[1] * promise[1])

    def reduced(self, promises: Polygon) -> Polygon:
        """Return R of Abreu and Sannikov: the payoff itself, or the points where a constraint binds."""
        if not promises:
            return ()
        low = self.least(promises)
        found: list[Point] = []
        equal = self.factors[0] == self.factors[1]
        for own, need in self.profiles:
            floor = (low[0] + need[0], low[1] + need[1])
            if equal and own[0] >= floor[0] and own[1] >= floor[1] and contains(promises, own):
                found.append(own)
                continue
            found += [self.sustained(own, promise) for promise in self._binding(promises, floor, equal)]
        return hull(found)

    @staticmethod
    def _binding(promises: Polygon, floor: Point, equal: bool) -> list[Point]:
        if not equal:  # every extreme promise may matter
            return list(cut(cut(promises, 0, floor[0]), 1, floor[1]))
        found = []
        for axis in (0, 1):
            found += [each for each in boundary_at(promises, axis, floor[axis]) if each[1 - axis] >= floor[1 - axis]]
        if contains(promises, floor):
            found.append(floor)
        return found

    def full(self, promises: Polygon) -> Polygon:
        """Return everything that the promises sustain, by the definition."""
        low = (least(promises, 0), least(promises, 1))
        found: list[Point] = []
        for own, need in self.profiles:
            kept = cut(cut(promises, 0, low[0] + need[0]), 1, low[1] + need[1])
            found += [self.sustained(own, promise) for promise in kept]
        return hull(found)

    def generates(self, promises: Polygon) -> bool:
        """Return whether a set sustains every payoff in it: then all of them are equilibrium payoffs."""
        return includes(self.full(promises), promises)


def _ended(step: _Operator, start: Polygon) -> tuple[Polygon, int, bool]:
    """Return the set after rounds in exact arithmetic, and whether the last one changed nothing."""
    here = start
    for round_ in range(1, _EXACT_ROUNDS + 1):
        after = step.reduced(here)
        if after == here or not after:
            return after, round_, True
        here = after
        if any(max(x.denominator.bit_length(), y.denominator.bit_length()) > _EXACT_BITS for x, y in here):
            return here, round_, False
    return here, _EXACT_ROUNDS, False


def _bounded(step: _Operator, start: Polygon, rounds: int, tolerance: Fraction) -> tuple[Polygon, int]:
    """Return an outer bound that a round moves by less than the tolerance."""
    width = tolerance / 1000
    grid = 1 << max(8, (Fraction(4) / width).__ceil__().bit_length())
    here = grown(start, grid, width)
    for more in range(1, _MOST_ROUNDS):
        after = grown(step.reduced(here), grid, width)
        if not after:
            return (), rounds + more
        moved = distance(here, after)
        here = after
        if moved <= float(tolerance) * (1 - float(max(step.factors))):
            return here, rounds + more
    raise NotConverged("the bound on the payoff set still moves", here, moved)


def _inner(step: _Operator, outer: Polygon, grid: int) -> Polygon:
    """Return a set inside that is proved to generate itself; else the hull of static equilibria.

    What a set does not sustain is cut off, round by round. Corners are rounded inward to a grid, so that the rounds
    end, at a set that loses nothing: it generates itself.
    """
    here = inward(outer, grid)
    for _ in range(_INNER_ROUNDS):
        if len(here) < 3:
            break
        kept = _common(here, step.full(here))
        after = inward(kept, grid) if kept else ()
        if step.generates(after):
            return after
        if after == here:
            break
        here = after
    return hull(own for own, need in step.profiles if not any(need))


def _common(a: Polygon, b: Polygon) -> Polygon:
    """Return the intersection of two polygons (Sutherland and Hodgman 1974)."""
    if len(b) < 3:
        return tuple(each for each in b if contains(a, each))
    part = list(a)
    for k, p in enumerate(b):
        q = b[(k + 1) % len(b)]

        def side(point: Point, p: Point = p, q: Point = q) -> Fraction:
            return (q[0] - p[0]) * (point[1] - p[1]) - (q[1] - p[1]) * (point[0] - p[0])

        kept: list[Point] = []
        for j, here in enumerate(part):
            after = part[(j + 1) % len(part)]
            s, t = side(here), side(after)
            if s >= 0:
                kept.append(here)
            if s * t < 0:
                share = s / (s - t)
                kept.append((here[0] + share * (after[0] - here[0]), here[1] + share * (after[1] - here[1])))
        part = kept
        if not part:
            return ()
    return hull(part)
