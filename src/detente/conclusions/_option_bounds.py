"""What an option can pay, and be regretted by, anywhere in the box: proved bounds and exact points.

Where the replies are all that the others may do, the least and greatest payoff of an option are those of its replies,
each over the part of the box in which it is an equilibrium. Where mixed equilibria may exist too, their payoffs are
averages over profiles of strategies that survive the elimination of what is strictly dominated all over the box, so
the extremes of those profiles over the whole box bound them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.conclusions._forms import form_of, full_box, is_known
from detente.conclusions.extremes import Extreme, greatest, joined, least
from detente.numbers import fraction_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.conclusions._commitments import Menu, Reply
    from detente.conclusions._option_values import Valuation

__all__ = ["Bounds", "Regret"]

#: Pieces spent on a proof that one strategy is worse than another all over the box.
_DOMINANCE_PIECES = 20
#: Replies up to which it is proved, not only read off, which of them are equilibria together.
_FEW = 9


@dataclass(frozen=True)
class Regret:
    """The largest regret of an option over the box: proved bound, and an exact point that comes closest to it."""

    bound: Fraction | None
    value: Any
    point: Mapping[str, Fraction]


class Bounds:
    """Bounds for the options of a menu over the box.

    Parameters
    ----------
    menu : Menu
    values : Valuation
        What options are worth at exact points.
    seconds : float
        For all questions together; when it is spent, bounds are those of the whole box at once.
    """

    def __init__(self, menu: Menu, values: Valuation, seconds: float) -> None:
        self.menu, self.values = menu, values
        self.end = self.until = time.monotonic() + seconds
        self.replies = [self._possible(own) for own in menu.replies]
        #: False where the budget ran out.
        self.finished = True
        self._together: dict[Reply, list[Any]] = {}
        self._roughly: dict[tuple[Any, bool], Fraction | None] = {}
        self.box = full_box(menu.game)

    def allow(self, share: float) -> None:
        """Let what is asked next spend a share of the time that is left."""
        now = time.monotonic()
        self.until = now + max(0.0, self.end - now) * share

    def _spend(self) -> dict[str, Any]:
        left = self.until - time.monotonic()
        if left <= 0:
            self.finished = False
        return {"seconds": max(left, 0.0)}

    # -- payoffs ----------------------------------------------------------------------------------------------

    def payoff(self, option: int) -> tuple[Extreme, Extreme]:
        """Return the least and the greatest payoff of an option over the box and all equilibria after it."""
        low, high = self._end(option, high=False), self._end(option, high=True)
        if self.menu.method == "all equilibria":
            # The bound holds for mixtures; that it is attained has to be seen at a point.
            low, high = self._attained(option, low, worst=True), self._attained(option, high, worst=False)
        return low, high

    def _end(self, option: int, *, high: bool) -> Extreme:
        """Return one end of the payoffs of an option: replies that may reach furthest are looked at first."""
        search = greatest if high else least
        sign = 1 if high else -1
        order = sorted(
            self.replies[option], key=lambda each: _last(self._rough(each.payoffs[self.menu.player], high=high), sign)
        )
        found: list[Extreme] = []
        for each in order:
            rough = self._rough(each.payoffs[self.menu.player], high=high)
            known = joined(found, high=high)
            if rough is not None and known.bound is not None and (known.bound - rough) * sign >= 0:
                break  # neither this reply nor those behind it reach further
            region = () if self.menu.method == "all equilibria" else [e for _, e in each.conditions]
            found.append(search(self.menu.game, each.payoffs[self.menu.player], region, **self._spend()))
        return joined(found, high=high)

    def _rough(self, expression: Any, *, high: bool) -> Fraction | None:
        """Return a bound on an expression over the whole box, None where there is none."""
        key = (expression, high)
        if key not in self._roughly:
            expanded = self.menu.game.expand(expression)
            found = form_of(expanded).extreme(self.box, high=high, known={}) if is_known(expanded) else None
            self._roughly[key] = None if found is None else fraction_of(found)
        return self._roughly[key]

    def _attained(self, option: int, extreme: Extreme, *, worst: bool) -> Extreme:
        if extreme.point is None:
            return extreme
        found = self.values.at({**self.menu.game.baseline, **extreme.point})[option]
        value = found.worst if worst else found.best
        return Extreme(extreme.bound, value if isinstance(value, Fraction) else None, extreme.point)

    def _possible(self, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """Return the replies that no strategy strictly dominated all over the box is part of, round by round."""
        if self.menu.method != "all equilibria":
            return replies
        alive = list(replies)
        while True:
            lost: set[tuple[int, int]] = set()
            for j in self.menu.others:
                own = sorted({each.profile[j] for each in alive if each.profile is not None})
                lost |= {(j, a) for a in own if any(b != a and self._dominates(alive, j, b, a) for b in own)}
            if not lost:
                return tuple(alive)
            alive = [
                each for each in alive if each.profile is not None and not any(each.profile[j] == a for j, a in lost)
            ]

    def _dominates(self, alive: list[Reply], player: int, better: int, worse: int) -> bool:
        by_profile = {each.profile: each for each in alive}
        for profile, each in by_profile.items():
            if profile is None or profile[player] != worse:
                continue
            other = by_profile[(*profile[:player], better, *profile[player + 1 :])]
            gain = other.payoffs[player] - each.payoffs[player]
            found = least(self.menu.game, gain, pieces=_DOMINANCE_PIECES)
            if found.bound is None or found.bound <= 0:
                return False
        return True

    # -- regret -----------------------------------------------------------------------------------------------

    def regret(self, option: int, points: list[Mapping[str, Fraction]]) -> Regret:
        """Return the largest regret of an option: what the best other option pays more, each at its worst equilibrium.

        ``points`` are exact points to look at besides those that the search finds.
        """
        game, player = self.menu.game, self.menu.player
        baseline = game.baseline
        seen = [(value, point) for point in points if (value := self._regret_at(option, point)) is not None]
        best, where = max(seen, key=lambda each: each[0], default=(Fraction(0), baseline))
        bound: Fraction | None = Fraction(0)
        pairs = [
            (self._gap(there, here), number, other, there, here)
            for number, (other, there, here) in enumerate(
                (other, there, here)
                for other, others in enumerate(self.replies)
                if other != option
                for there in others
                for here in self.replies[option]
            )
        ]
        # Pairs that may be regretted most come first; none behind one that cannot raise the bound can.
        for rough, _, other, there, here in sorted(pairs, key=lambda each: (_last(each[0], 1), each[1])):
            if rough is not None and bound is not None and rough <= max(bound, best):
                break
            if self._spend()["seconds"] <= 0:
                bound = None if rough is None or bound is None else max(bound, rough)
                break
            gain = there.payoffs[player] - here.payoffs[player]
            region: list[Any] = []
            if self.menu.method != "all equilibria":
                region = [e for _, e in (*there.conditions, *here.conditions)]
                region += self._pessimistic(other, there)
            found = greatest(game, gain, region, **self._spend())
            if found.empty:
                continue
            if found.point is not None:
                point = {**baseline, **found.point}
                value = self._regret_at(option, point)
                if value is not None and value > best:
                    best, where = value, point
            bound = None if found.bound is None or bound is None else max(bound, found.bound)
        if bound is not None and isinstance(best, Fraction):
            bound = max(bound, best)
        return Regret(bound, best, where)

    def _gap(self, there: Reply, here: Reply) -> Fraction | None:
        """Return a bound over the whole box on what one reply pays more than another."""
        return self._rough(there.payoffs[self.menu.player] - here.payoffs[self.menu.player], high=True)

    def _pessimistic(self, option: int, reply: Reply) -> list[Any]:
        """Return that no reply which is proved to be an equilibrium wherever this one is pays the player less.

        Without it a reply that is an equilibrium only together with a worse one would count as what follows an option.
        """
        if reply not in self._together:
            own = reply.payoffs[self.menu.player]
            self._together[reply] = [
                each.payoffs[self.menu.player] - own
                for each in self.replies[option]
                if each is not reply and self._implied(each, reply)
            ]
        return self._together[reply]

    def _implied(self, reply: Reply, given: Reply) -> bool:
        """Return whether a reply is proved to be an equilibrium wherever another is."""
        game = self.menu.game
        known = {game.expand(e) for _, e in given.conditions} | {0}
        left = [e for _, e in reply.conditions if game.expand(e) not in known]
        if len(self.menu.replies[0]) > _FEW and left:
            return False
        region = [e for _, e in given.conditions]
        for each in left:
            found = least(game, each, region, pieces=_DOMINANCE_PIECES, **self._spend())
            if not found.empty and (found.bound is None or found.bound < 0):
                return False
        return True

    def _regret_at(self, option: int, point: Mapping[str, Fraction]) -> Any:
        """Return the regret of an option at a point, None where some option has no equilibrium."""
        worst = [each.worst for each in self.values.at(point)]
        if any(each is None for each in worst) or not self.menu.game.allowed(point):
            return None
        return max(worst) - worst[option]


def _last(value: Fraction | None, sign: int) -> tuple[int, Fraction]:
    """Return a key that puts what is unbounded first, then the greatest (or, with sign -1, the least)."""
    return (0, Fraction(0)) if value is None else (1, -sign * value)
