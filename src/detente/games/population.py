"""Games of many members who each choose one of a few actions, and whose payoffs depend on how many choose what.

Members may differ. A payoff depends on the own action and on the counts of all actions, the own choice included; it is
an affine function of the counts, or, with two actions, any function. The solvers are in
:mod:`detente.solve.population`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import lcm
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact, plain, short

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame

__all__ = ["Counts", "PopulationGame"]

#: How many members choose each action, in the order of the actions.
Counts = tuple[int, ...]
Row = tuple[Fraction, ...]


@dataclass(frozen=True, init=False)
class PopulationGame(Displayed):
    """A game of N members with A actions each.

    Parameters
    ----------
    actions : sequence of str
        At least two, ordered from lowest to highest where order matters (supermodularity, ties).
    base : N rows of A numbers
        What member i gets from action a apart from counts.
    slope : N x A x A numbers
        ``slope[i][a][b]`` is what one more member choosing b adds to it. The payoff of member i from action a is
        ``base[i][a] + sum_b slope[i][a][b] * count(b)``, its own choice counted.
    members : sequence of str, optional
        Names; by default ``member_1``, ``member_2``, and so on.

    Raises
    ------
    UsageError
        If shapes do not fit or a number is not exact.

    Examples
    --------
    Three drivers choose a road whose delay grows with the traffic on it:

    >>> jam = PopulationGame(["left", "right"], [[0, 0]] * 3, [[[-2, 0], [0, -1]]] * 3)
    >>> print(jam.payoff(0, "left", (1, 2)), jam.payoff(1, "right", (1, 2)))
    -2 -2
    """

    actions: tuple[str, ...]
    base: tuple[Row, ...] = field(repr=False)
    slope: tuple[tuple[Row, ...], ...] = field(repr=False)
    members: tuple[str, ...] = field(repr=False)
    #: With two actions and payoffs of any shape: ``table[i][a][k]``, k members choosing the second action; else None.
    by_count: tuple[tuple[Row, ...], ...] | None = field(repr=False, default=None)

    def __init__(
        self,
        actions: Sequence[str],
        base: Sequence[Sequence[object]],
        slope: Sequence[Sequence[Sequence[object]]],
        members: Sequence[str] | None = None,
    ) -> None:
        n = self._names(actions, members, len(base))
        size = len(self.actions)
        if (
            len(slope) != n
            or any(len(row) != size for row in base)
            or any(len(rows) != size or any(len(row) != size for row in rows) for rows in slope)
        ):
            raise UsageError(
                f"base and slope do not fit; expected {n} x {size} and {n} x {size} x {size} numbers, a row per member"
            )
        object.__setattr__(self, "base", tuple(tuple(map(exact, row)) for row in base))
        object.__setattr__(self, "slope", tuple(tuple(tuple(map(exact, row)) for row in rows) for rows in slope))
        object.__setattr__(self, "by_count", None)

    def _names(self, actions: Sequence[str], members: Sequence[str] | None, n: int) -> int:
        names = tuple(f"member_{k}" for k in range(1, n + 1)) if members is None else tuple(members)
        for what, given, least in (("actions", tuple(actions), 2), ("members", names, 1)):
            wrong = any(not isinstance(each, str) or not each for each in given)
            if wrong or len(given) < least or len(set(given)) < len(given):
                raise UsageError(f"{what}: found {given!r}; expected at least {least} different names")
        if len(names) != n:
            raise UsageError(f"found {len(names)} members and payoffs of {n}; expected a row of payoffs per member")
        object.__setattr__(self, "actions", tuple(actions))
        object.__setattr__(self, "members", names)
        return n

    @classmethod
    def two_actions(
        cls,
        actions: Sequence[str],
        payoff: Callable[[int, int, int], object],
        members: int | Sequence[str],
    ) -> PopulationGame:
        """Return a game with two actions and payoffs of any shape.

        Parameters
        ----------
        payoff : function
            ``payoff(i, a, k)`` of member i choosing action number a (0 or 1) when k members, itself counted, choose the
            second action. Called where that is possible: k from a to N - 1 + a.

        Examples
        --------
        >>> volunteers = PopulationGame.two_actions(["shirk", "help"], lambda i, a, k: (k > 0) * 4 - a, 3)
        >>> print(volunteers.payoff(0, "help", (2, 1)), volunteers.payoff(1, "shirk", (3, 0)))
        3 0
        """
        made = object.__new__(cls)
        names = [f"member_{k}" for k in range(1, members + 1)] if isinstance(members, int) else list(members)
        n = made._names(actions, names, len(names))
        if len(made.actions) != 2:
            raise UsageError(f"found {len(made.actions)} actions; expected two")
        zero = Fraction(0)
        table = tuple(
            tuple(tuple(exact(payoff(i, a, k)) if a <= k <= n - 1 + a else zero for k in range(n + 1)) for a in (0, 1))
            for i in range(n)
        )
        object.__setattr__(made, "base", ())
        object.__setattr__(made, "slope", ())
        object.__setattr__(made, "by_count", table)
        return made

    @property
    def n(self) -> int:
        """The number of members."""
        return len(self.members)

    def payoff(self, member: int, action: int | str, counts: Sequence[int]) -> Fraction:
        """Return what a member gets from an action when these are the counts, its own choice among them."""
        a = self.actions.index(action) if isinstance(action, str) else action
        if self.by_count is not None:
            return self.by_count[member][a][counts[1]]
        scale, base, row = self._whole[member][a]
        return Fraction(base + sum(s * c for s, c in zip(row, counts, strict=True)), scale)

    @cached_property
    def _whole(self) -> list[list[tuple[int, int, tuple[int, ...]]]]:
        """``base`` and ``slope`` as integers over one denominator each, which add up faster than fractions."""
        found = []
        for own, rows in zip(self.base, self.slope, strict=True):
            pairs = list(zip(own, rows, strict=True))
            scales = [lcm(fixed.denominator, *(each.denominator for each in row)) for fixed, row in pairs]
            found.append(
                [
                    (scale, int(fixed * scale), tuple(int(each * scale) for each in row))
                    for scale, (fixed, row) in zip(scales, pairs, strict=True)
                ]
            )
        return found

    def counts(self, profile: Sequence[int]) -> Counts:
        """Return how many members choose each action in a profile of action numbers."""
        found = [0] * len(self.actions)
        for each in profile:
            found[each] += 1
        return tuple(found)

    @cached_property
    def floats(self) -> tuple[Any, Any]:
        """``base`` and ``slope`` as float arrays, for proposals that exact numbers then confirm."""
        import numpy as np

        if self.by_count is not None:
            raise UsageError("payoffs that are no affine functions of counts have no slopes")
        return np.array(self.base, dtype=float), np.array(self.slope, dtype=float)

    @property
    def spread(self) -> Fraction:
        """The largest difference between two payoffs of one member over all counts, at least 0."""
        widest = Fraction(0)
        for i in range(self.n):
            if self.by_count is not None:
                every = [each for row in self.by_count[i] for each in row]
            else:
                corners = [
                    tuple(self.n * int(a == b) for b in range(len(self.actions))) for a in range(len(self.actions))
                ]
                every = [self.payoff(i, a, corner) for a in range(len(self.actions)) for corner in corners]
            widest = max(widest, max(every) - min(every))
        return widest

    def normal_form(self) -> NormalFormGame:
        """Return the same game as a table over all profiles, for few members (at most 100,000 profiles)."""
        import numpy as np

        from detente.games.normal import NormalFormGame

        size = len(self.actions)
        if size**self.n > 100_000:
            raise UsageError(f"{size}^{self.n} profiles are too many for a table; expected at most 100,000")
        table: Any = np.empty((self.n, *(size,) * self.n), dtype=object)
        for profile in product(range(size), repeat=self.n):
            counts = self.counts(profile)
            for i in range(self.n):
                table[(i, *profile)] = self.payoff(i, profile[i], counts)
        return NormalFormGame(table, list(self.members), [list(self.actions)] * self.n)

    def table(self) -> Table:
        """Return what each member gains from each action when all choose the lowest one, the first forty members."""
        lowest = (self.n, *(0,) * (len(self.actions) - 1))
        rows = []
        for i in range(min(self.n, 40)):
            alone = [
                self.payoff(i, a, tuple(lowest[b] - (b == 0) + (b == a) for b in range(len(self.actions))))
                for a in range(len(self.actions))
            ]
            rows.append((self.members[i], *(short(each, 4) for each in alone)))
        notes = (f"{self.n - 40} more members.",) if self.n > 40 else ()
        title = f"payoffs of a member while all others choose {self.actions[0]}"
        return Table(title, ("member", *self.actions), tuple(rows), notes)

    def to_json(self) -> dict[str, Any]:
        """Return the game as data."""
        payoffs: dict[str, Any]
        if self.by_count is not None:
            payoffs = {"by_count": [[[plain(x) for x in row] for row in rows] for rows in self.by_count]}
        else:
            payoffs = {
                "base": [[plain(x) for x in row] for row in self.base],
                "slope": [[[plain(x) for x in row] for row in rows] for rows in self.slope],
            }
        return {"form": "population", "members": list(self.members), "actions": list(self.actions), **payoffs}

    def __repr__(self) -> str:
        return f"<PopulationGame: {self.n} members, actions {', '.join(self.actions)}>"
