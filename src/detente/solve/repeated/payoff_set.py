"""All subgame-perfect payoffs of a repeated game of two players, with public randomization.

Strategies are pure given the public randomization. A payoff v can be sustained by playing profile a now and promising w
from the next period on if ``v = (1 - delta) g(a) + delta w`` and no player gains by a deviation that is punished as
hard as possible, ``(1 - delta_i) (best deviation_i(a) - g_i(a)) <= delta_i (w_i - least_i)``. The set V of all
subgame-perfect payoffs is the largest convex set whose every extreme point can be sustained with promises from the set
itself (Abreu, Pearce and Stacchetti 1990).

It is found from outside. Abreu and Sannikov (2014) show that of the promises only a few matter: the payoff ``g(a)``
itself where it satisfies the incentive constraints, else the points at which a constraint binds, at most four for each
profile. The rounds of their operator start from the feasible payoffs and never lose a point of V. Floating point does
them first, each widened by more than rounding can lose (:mod:`detente.solve.repeated._float_bounds`). Where the rounds
seem to end, they are repeated in exact arithmetic until each corner is sustained by promises from the set itself, which
is checked by that definition: then the set is V. Else the result has an outer bound and an inner one, a slightly
smaller set that is proved in exact arithmetic to generate itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.rational import fast
from detente.numbers import exact, number_to_json, plain, short
from detente.solve.repeated._float_bounds import WIDTH
from detente.solve.repeated._float_polygons import widened
from detente.solve.repeated._polygons import contains, distance, hull
from detente.solve.repeated._promises import Promises, bounded, ended
from detente.solve.repeated.feasible import FeasibleSet, feasible_set

if TYPE_CHECKING:
    from detente.games.repeated import RepeatedGame
    from detente.solve.repeated._polygons import Polygon

__all__ = ["PayoffSet", "payoff_set"]

#: Rounds in exact arithmetic beyond those after which floating point saw no more change.
_MORE_ROUNDS = 4


@dataclass(frozen=True)
class PayoffSet(Displayed):
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
        Largest distance of a corner of the outer bound from the inner one; 0 where exact, infinite (null in JSON) where
        there is no inner one.
    tolerance : Fraction
        The accuracy that was asked for, relative to the spread of payoffs.
    punishments : tuple of two numbers, or None
        The least payoff of each player in the set (in its outer bound): the worst punishment.
    rounds : int
    """

    repeated: RepeatedGame = field(repr=False)
    vertices: Polygon
    inner: Polygon
    exact: bool
    gap: float
    punishments: tuple[Fraction, Fraction] | None
    rounds: int
    tolerance: Fraction = Fraction(0)

    @cached_property
    def feasible(self) -> FeasibleSet:
        """What the players could reach without incentive constraints."""
        return feasible_set(self.repeated.stage)  # type: ignore[arg-type]

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
        return contains(self.inner, _pair(payoffs))

    def excludes(self, payoffs: object) -> bool:
        """Return whether a pair of exact payoffs is proved not to be in the set."""
        return not contains(self.vertices, _pair(payoffs))

    def to_json(self) -> dict[str, Any]:
        """Return corners and bounds as JSON values."""

        def listed(polygon: Polygon) -> list[list[Any]]:
            return [[number_to_json(x), number_to_json(y)] for x, y in polygon]

        return {
            "form": "repeated",
            "concept": "subgame-perfect",
            "arithmetic": self.arithmetic,
            "complete": self.complete,
            "players": list(self.repeated.players),
            "discount_factors": [number_to_json(each) for each in self.repeated.discount_factors],
            "exact": self.exact,
            "vertices": listed(self.vertices),
            "inner": listed(self.inner),
            "gap": self.gap if self.inner or self.exact else None,
            "tolerance": number_to_json(self.tolerance),
            "punishments": None if self.punishments is None else [number_to_json(each) for each in self.punishments],
            "feasible": self.feasible.to_json(),
            "rounds": self.rounds,
        }

    def table(self) -> Table:
        """Return the corners."""
        first, second = self.repeated.players
        factors = ", ".join(short(each, 4) for each in dict.fromkeys(self.repeated.discount_factors))
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


def _pair(payoffs: object) -> tuple[Fraction, Fraction]:
    if not isinstance(payoffs, (tuple, list)) or len(payoffs) != 2:
        raise UsageError(f"found {payoffs!r}; expected a pair of payoffs")
    return exact(payoffs[0]), exact(payoffs[1])


def payoff_set(repeated: RepeatedGame, tolerance: object = "1/100000000") -> PayoffSet:
    """Return the set of subgame-perfect payoffs with public randomization.

    Parameters
    ----------
    repeated : RepeatedGame
        Two players, numbers for payoffs and discount factors; the factors may differ.
    tolerance : number
        Where the iteration does not end: how far a round may still move the outer bound, relative to the spread of
        payoffs and to one less the larger discount factor. The inner bound comes about as close.

    Returns
    -------
    PayoffSet
        Exact where the iteration ends; else outer and inner bounds.

    Raises
    ------
    UsageError
        If the game is no numeric game of two players, or the tolerance is not between 0 and 1.
    NotConverged
        If the outer bound still moves after 20,000 rounds.

    Notes
    -----
    *Scope.* Pure actions, perfect monitoring, public randomization, average discounted payoffs.
    *Cost.* A round takes time proportional to the profiles. With different factors all promises matter, and rounds
    come closer by no more than the larger factor.

    References
    ----------
    D. Abreu, D. Pearce and E. Stacchetti (1990), Econometrica 58, 1041-1063. K. Judd, S. Yeltekin and J. Conklin
    (2003), "Computing supergame equilibria", Econometrica 71, 1239-1254. D. Abreu and Y. Sannikov (2014), "An algorithm
    for two-player repeated games with perfect monitoring", Theoretical Economics 9, 313-338.

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
    game = repeated.stage
    if not isinstance(game, NormalFormGame) or len(game.players) != 2:
        raise UsageError("expected a numeric stage game of two players; put a parametric one at a point first")
    fine = exact(tolerance)
    if not 0 < fine < 1:
        raise UsageError(f"found tolerance={tolerance!r}; expected a number between 0 and 1")
    factors = [Fraction(each) if isinstance(each, float) else _rational(each) for each in repeated.discount_factors]
    step = Promises(game, (factors[0], factors[1]))
    outer, inner, rounds = _found(step, fine)
    closed = inner is None
    inner = outer if inner is None else inner
    punishments = step.least(outer) if outer else None
    return PayoffSet(
        repeated,
        _fractions(outer),
        _fractions(inner),
        closed,
        0.0 if closed else distance(outer, inner) if inner else float("inf"),
        None if punishments is None else _fractions((punishments,))[0],
        rounds,
        fine,
    )


def _found(step: Promises, tolerance: Fraction) -> tuple[Polygon, Polygon | None, int]:
    """Return an outer and an inner bound, None for the inner one where the outer one is the set, and the rounds."""
    start = step.start()
    if not start:
        return (), None, 0
    floats = step.floats
    found = None if floats is None else floats.outside(widened(floats.array(start), WIDTH), float(tolerance))
    seen = 0 if found is None else found.rounds
    if found is None or found.polygon is None or found.ends:
        outer, rounds, closed = ended(step, start, seen + _MORE_ROUNDS)
        if closed:
            return outer, None, rounds
    if floats is not None and found is not None and found.polygon is not None:
        return floats.exact(found.polygon), _proved(step, found.polygon, float(tolerance)), seen
    outer, rounds = bounded(step, outer, rounds, fast(tolerance) * (step.spread or 1))
    return outer, _static(step) if outer else None, rounds


def _proved(step: Promises, outer: Any, tolerance: float) -> Polygon:
    """Return a set inside, proposed in floating point, that generates itself in exact arithmetic."""
    assert step.floats is not None
    spare = tolerance * (1 - max(float(each) for each in step.factors))
    for margin in (spare / 4, 4 * spare, 100 * spare):
        proposed, profiles = step.floats.inside(outer, margin)
        if not len(proposed):
            break
        inner = step.floats.exact(proposed, 2**44)
        if step.generates(inner, profiles):
            return inner
    return _static(step)


def _static(step: Promises) -> Polygon:
    """Return the hull of the pure equilibria of the stage game, which sustain themselves."""
    return hull(own for own, need in step.profiles if not any(need))


def _fractions(polygon: Polygon) -> Polygon:
    return tuple(
        (Fraction(int(x.numerator), int(x.denominator)), Fraction(int(y.numerator), int(y.denominator)))
        for x, y in polygon
    )


def _rational(value: Any) -> Fraction:
    if not isinstance(value, Fraction):
        raise UsageError(f"found the discount factor {value}; expected a rational number")
    return value
