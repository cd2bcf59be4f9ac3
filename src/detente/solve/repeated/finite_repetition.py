r"""Finitely repeated games of two players, by exact backward induction over sets of payoffs.

With one period left a stage equilibrium is played; public randomization makes the set of continuation payoffs the hull
of all equilibrium payoffs, mixed ones included. With ``k + 1`` periods left, profile ``a`` can be played now if some
continuation ``w`` in the set of ``k`` periods rewards enough,

.. math:: g_i(a) + \delta_i w_i \ge \max_b g_i(b, a_{-i}) + \delta_i \min W_{k,i},

where a deviation is followed by the continuation that is worst for the player. Where all stage equilibria have the same
payoffs, nothing rewards and nothing punishes: play unravels. Where each player has two that differ, patient players and
a long enough horizon sustain everything feasible and individually rational, but for the last periods (Benoit and
Krishna 1985).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.rational import fast
from detente.numbers import exact, number_to_json, plain, short
from detente.solve.equilibria import equilibria
from detente.solve.programs.linear_program import exact_payoffs
from detente.solve.repeated._polygons import contains, cut, hull, least

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import Profile
    from detente.solve.repeated._polygons import Point, Polygon

__all__ = ["FiniteRepetition", "finitely_repeated"]

_MOST_PERIODS = 200
#: Corners times digits above which a set of payoffs is refused.
_MOST_WORK = 2_000_000


@dataclass(frozen=True)
class FiniteRepetition(Displayed):
    """What can be played, and reached, in a game repeated a known number of times.

    Attributes
    ----------
    periods : int
    discount_factors : tuple of two Fractions
    sums : tuple of polygons
        Entry ``k`` has the corners of the discounted sums that can be reached with ``k + 1`` periods left.
    first : tuple of tuples of profiles
        Entry ``k`` has the pure profiles, as indices, that can be played first with ``k + 1`` periods left.
    averages : polygon
        ``sums[-1]`` per period.
    complete : bool
        Whether the sets are all subgame-perfect payoffs: True where play unravels. Else those are left out in which
        players mix before the last period and what follows depends on what came out of it.
    """

    game: NormalFormGame = field(repr=False)
    periods: int
    discount_factors: tuple[Fraction, Fraction]
    sums: tuple[Polygon, ...] = field(repr=False)
    first: tuple[tuple[Profile, ...], ...]
    averages: Polygon
    complete: bool
    arithmetic: str = "exact"
    method: str = "backward induction over sets of payoffs"

    @property
    def unravels(self) -> bool:
        """Whether nothing but stage equilibria is played in any period."""
        return all(own == self.first[0] for own in self.first)

    def least_periods(self, profile: Sequence[int | str]) -> int | None:
        """Return with how few periods left a profile can be played; None where not within this horizon."""
        wanted = self.game.profile_index(profile)
        return next((k + 1 for k, own in enumerate(self.first) if wanted in own), None)

    def supports(self, path: Sequence[Sequence[int | str]]) -> bool:
        """Return whether a path of pure profiles, one for each period, is what some equilibrium plays.

        The hardest continuations follow a deviation. Of mixed equilibria only those of the stage game count, and they
        are part of no path.

        Raises
        ------
        UsageError
            If the path has not one profile for each period.
        """
        played = [self.game.profile_index(each) for each in path]
        if len(played) != self.periods:
            raise UsageError(f"found a path of {len(played)} profiles; expected {self.periods}")
        ahead = [Fraction(0), Fraction(0)]
        for left, profile in enumerate(reversed(played)):
            for k in (0, 1):
                delta = self.discount_factors[k]
                worst = delta * least(self.sums[left - 1], k) if left else Fraction(0)
                now = Fraction(self.game.payoffs[(k, *profile)]) + delta * ahead[k]
                if now < _best(self.game, k, profile) + worst:
                    return False
                ahead[k] = now
        return True

    def __contains__(self, averages: object) -> bool:
        """Return whether a pair of exact average payoffs lies in the set."""
        if not isinstance(averages, (tuple, list)) or len(averages) != 2:
            raise UsageError(f"found {averages!r}; expected a pair of payoffs")
        return contains(self.averages, (exact(averages[0]), exact(averages[1])))

    def to_json(self) -> dict[str, Any]:
        """Return profiles and corners as JSON values."""
        return {
            "players": list(self.game.players),
            "periods": self.periods,
            "discount_factors": [number_to_json(each) for each in self.discount_factors],
            "unravels": self.unravels,
            "first": [[list(self.game.profile_labels(each)) for each in own] for own in self.first],
            "averages": [[number_to_json(x), number_to_json(y)] for x, y in self.averages],
            "method": self.method,
            "arithmetic": self.arithmetic,
            "complete": self.complete,
        }

    def table(self) -> Table:
        """Return by periods left what can be played first, and the range of the average payoffs."""
        rows = []
        before: tuple[Profile, ...] | None = None
        for k, (own, polygon) in enumerate(zip(self.first, self.sums, strict=True)):
            if own == before and k + 1 < self.periods:
                continue
            before = own
            profiles = "; ".join(",".join(self.game.profile_labels(each)) for each in own) or "mixed only"
            rows.append((str(k + 1), profiles, *(_range(self._average(polygon, k + 1), axis) for axis in (0, 1))))
        if self.unravels:
            notes = ["Only stage equilibria are played: what follows cannot reward or punish enough for anything else."]
        else:
            notes = ["Which stage equilibrium follows rewards and punishes what is played before."]
        if not self.complete:
            notes.append(
                "Before the last period: pure profiles, and stage equilibria; mixtures whose outcome decides what "
                "follows are left out."
            )
        notes.append("Rows in which nothing changes are left out.")
        columns = ("periods left", "what can be played", *(f"average of {name}" for name in self.game.players))
        times = "once" if self.periods == 1 else f"{self.periods} times"
        return Table(f"the game repeated {times}", columns, tuple(rows), tuple(notes))

    def _average(self, polygon: Polygon, periods: int) -> Polygon:
        return _averaged(polygon, self.discount_factors, periods)


def _range(polygon: Polygon, axis: int) -> str:
    low, high = (choose(each[axis] for each in polygon) for choose in (min, max))
    return _text(low) if low == high else f"{_text(low)} to {_text(high)}"


def _text(value: Fraction) -> str:
    return plain(value) if len(plain(value)) <= 7 else short(value, 4)


def finitely_repeated(game: NormalFormGame, periods: int, discount_factor: object = 1) -> FiniteRepetition:
    """Return what can be played and reached when a stage game is repeated a known number of times.

    Parameters
    ----------
    game : NormalFormGame
        Two players; of floats, the exact binary numbers that they store.
    periods : int
        From 1 to 200.
    discount_factor : number or pair of numbers
        Above 0 and at most 1; one for both or one for each player.

    Returns
    -------
    FiniteRepetition

    Raises
    ------
    UsageError
        If an argument is no such number, the game is not of two players, or its sets of payoffs grow too large.

    Notes
    -----
    *Scope.* Perfect monitoring, public randomization. Mixed equilibria of the stage game count in every period; other
    mixtures before the last period are left out.
    *Cost.* All stage equilibria once, then per period time in proportion to profiles and corners.

    References
    ----------
    J.-P. Benoit and V. Krishna (1985), "Finitely repeated games", Econometrica 53, 905-922.

    Examples
    --------
    Two equilibria, worth 3 and 1: the better one rewards cooperation before it, the worse one punishes a breach.

    >>> g = NormalFormGame(
    ...     [[[4, 0, 0], [5, 3, 0], [0, 0, 1]], [[4, 5, 0], [0, 3, 0], [0, 0, 1]]], strategies=[["c", "d", "out"]] * 2
    ... )
    >>> found = finitely_repeated(g, 3)
    >>> found.unravels, found.least_periods(("c", "c")), found.supports([("c", "c"), ("c", "c"), ("d", "d")])
    (False, 2, True)
    """
    if not isinstance(game, NormalFormGame) or len(game.players) != 2:
        raise UsageError("expected a numeric game of two players")
    if isinstance(periods, bool) or not isinstance(periods, int) or not 1 <= periods <= _MOST_PERIODS:
        raise UsageError(f"found periods={periods!r}; expected a whole number from 1 to {_MOST_PERIODS}")
    factors = _factors(discount_factor)
    stage = NormalFormGame(exact_payoffs(game).tolist(), game.players, game.strategies)
    static = [tuple(fast(Fraction(value)) for value in each.payoffs.values()) for each in equilibria(stage).equilibria]
    table = {
        profile: (
            tuple(fast(Fraction(stage.payoffs[(k, *profile)])) for k in (0, 1)),
            tuple(fast(_best(stage, k, profile)) for k in (0, 1)),
        )
        for profile in stage.profiles()
    }
    delta = (fast(factors[0]), fast(factors[1]))
    ahead: Any = None
    sums: list[Polygon] = []
    first: list[tuple[Profile, ...]] = []
    for _ in range(periods):
        played, points = _period(table, static, delta, ahead)
        ahead = hull(points)
        if sum(int(x.denominator).bit_length() + int(y.denominator).bit_length() for x, y in ahead) > _MOST_WORK:
            raise UsageError(f"the set of payoffs grows too large after {len(sums)} periods; expected fewer periods")
        sums.append(_fractions(ahead))
        first.append(tuple(played))
    return FiniteRepetition(
        game=stage,
        periods=periods,
        discount_factors=factors,
        sums=tuple(sums),
        first=tuple(first),
        averages=_averaged(sums[-1], factors, periods),
        complete=len(set(sums[0])) == 1,
        arithmetic=game.arithmetic,
    )


def _period(
    table: dict[Profile, Any], static: list[Any], delta: tuple[Any, Any], ahead: Any
) -> tuple[list[Profile], list[Point]]:
    """Return the profiles that can be played now, and the sums that they lead to."""
    if ahead is None:
        return [profile for profile, (own, best) in table.items() if own == best], list(static)
    worst = (least(ahead, 0), least(ahead, 1))
    played, points = [], []
    for profile, (own, best) in table.items():
        kept = ahead
        for k in (0, 1):
            if kept:
                kept = cut(kept, k, worst[k] + (best[k] - own[k]) / delta[k])
        if kept:
            played.append(profile)
            points += [_then(own, delta, w) for w in kept]
    # after a stage equilibrium, pure or mixed, anything may follow that does not depend on what was drawn
    points += [_then(own, delta, w) for own in static for w in ahead]
    return played, points


def _then(now: Any, delta: tuple[Any, Any], ahead: Point) -> Point:
    return (now[0] + delta[0] * ahead[0], now[1] + delta[1] * ahead[1])


def _best(game: NormalFormGame, player: int, profile: Profile) -> Fraction:
    others = [(*profile[:player], own, *profile[player + 1 :]) for own in range(game.shape[player])]
    return Fraction(max(game.payoffs[(player, *each)] for each in others))


def _averaged(polygon: Polygon, factors: tuple[Fraction, Fraction], periods: int) -> Polygon:
    weights = [sum((each**t for t in range(periods)), start=Fraction(0)) for each in factors]
    return tuple((x / weights[0], y / weights[1]) for x, y in polygon)


def _fractions(polygon: Any) -> Polygon:
    return tuple(
        (Fraction(int(x.numerator), int(x.denominator)), Fraction(int(y.numerator), int(y.denominator)))
        for x, y in polygon
    )


def _factors(given: object) -> tuple[Fraction, Fraction]:
    each = tuple(given) if isinstance(given, (tuple, list)) else (given, given)
    if len(each) != 2:
        raise UsageError(
            f"found {len(each)} values of the discount factor; expected one, or one for each of two players"
        )
    numbers = (exact(each[0]), exact(each[1]))
    for one in numbers:
        if not 0 < one <= 1:
            raise UsageError(f"found the discount factor {plain(one)}; expected a number above 0 and at most 1")
    return numbers
