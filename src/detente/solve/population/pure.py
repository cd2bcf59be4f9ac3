"""All pure equilibria of a game of many members, exactly.

In a pure equilibrium with counts c member i may choose action a if no other action pays more once i is counted there:
``u_i(a, c) >= u_i(b, c - e_a + e_b)`` for all b. For each vector of counts this gives every member a set of actions
that it may choose; an equilibrium with these counts is an assignment of members to actions that respects the sets and
the counts. By Hall's theorem one exists if and only if for every set X of actions no more members are confined to X
than choose from it, ``#{i: B_i within X} <= c(X)``. So N members with A actions cost as many tests as there are
vectors of counts, not A^N. All assignments are counted, and a unique one is returned member by member.

Comparisons are made in floating point where a bound on its error decides them, and in fractions elsewhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detente.games.population import Counts, PopulationGame

__all__ = ["PopulationEquilibria", "PopulationEquilibrium", "is_population_equilibrium", "population_equilibria"]

#: Vectors of counts above which a search is refused.
MOST_VECTORS = 400_000
#: Vectors of counts up to which they are kept from game to game.
KEPT_VECTORS = 20_000


@dataclass(frozen=True)
class PopulationEquilibrium:
    """The pure equilibria with the same counts.

    Attributes
    ----------
    counts : dict of action to int
    number : int
        How many profiles with these counts are equilibria.
    members : dict of member to action, or None
        The profile where there is only one.
    example : dict of member to action
        One of the profiles: where there are several, the one that gives lower actions to members listed first.
    allowed : dict of member to tuple of actions
        What each member may choose at these counts.
    """

    counts: dict[str, int]
    number: int
    members: dict[str, str] | None
    example: dict[str, str]
    allowed: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class PopulationEquilibria(Displayed):
    """All pure equilibria, by counts. ``complete`` is always true: every vector of counts has been decided exactly."""

    game: PopulationGame
    equilibria: tuple[PopulationEquilibrium, ...]
    exact_comparisons: int
    complete: bool = True
    arithmetic: str = "exact"
    method: str = "counts"

    @property
    def number(self) -> int:
        """The number of pure equilibria."""
        return sum(each.number for each in self.equilibria)

    def to_json(self) -> dict[str, Any]:
        """Return the equilibria as JSON values."""
        return {
            "concept": "pure",
            "method": self.method,
            "form": "population",
            "arithmetic": self.arithmetic,
            "complete": self.complete,
            "actions": list(self.game.actions),
            "equilibria": [
                {"counts": each.counts, "number": each.number, "members": each.members} for each in self.equilibria
            ],
        }

    def table(self) -> Table:
        """Return the counts of each equilibrium."""
        rows = tuple(
            (
                *(str(n) for n in each.counts.values()),
                str(each.number) if each.number < 10**12 else f"{each.number:.3g}",
            )
            for each in self.equilibria
        )
        note = (
            f"All pure equilibria: every vector of counts of {self.game.n} members was decided exactly."
            if rows
            else "There is no pure equilibrium: every vector of counts was ruled out exactly."
        )
        return Table("pure equilibria by counts", (*self.game.actions, "profiles"), rows, (note,))


def is_population_equilibrium(game: PopulationGame, profile: Sequence[int]) -> bool:
    """Return whether no member gains by another action, from the definition, in exact arithmetic."""
    counts = game.counts(profile)
    return all(a in allowed_actions(game, i, counts, a) for i, a in enumerate(profile))


def allowed_actions(game: PopulationGame, member: int, counts: Counts, *only: int) -> tuple[int, ...]:
    """Return the actions that a member may choose in an equilibrium with these counts, exactly."""
    found = []
    for a in only or range(len(game.actions)):
        if not counts[a]:
            continue
        own = game.payoff(member, a, counts)
        if all(own >= game.payoff(member, b, moved(counts, a, b)) for b in range(len(game.actions)) if b != a):
            found.append(a)
    return tuple(found)


def moved(counts: Counts, a: int, b: int) -> Counts:
    """Return the counts after one member has gone from a to b."""
    changed = list(counts)
    changed[a] -= 1
    changed[b] += 1
    return tuple(changed)


def population_equilibria(game: PopulationGame) -> PopulationEquilibria:
    """Return all pure equilibria of a game of many members.

    Returns
    -------
    PopulationEquilibria
        One entry for each vector of counts that a pure equilibrium has, fewest members in the highest action first.
        Complete. The example of each entry passes :func:`is_population_equilibrium`.

    Raises
    ------
    UsageError
        If there are more than 400,000 vectors of counts.

    Notes
    -----
    *Cost.* C(N + A - 1, A - 1) vectors times N A^2 comparisons: 55 members with three actions take some milliseconds,
    500 members some seconds.

    References
    ----------
    P. Hall (1935), Journal of the London Mathematical Society 10, 26-30. R. W. Rosenthal (1973), International Journal
    of Game Theory 2, 65-67, for games of counts with equal members.

    Examples
    --------
    >>> from detente.games.population import PopulationGame
    >>> jam = PopulationGame(["left", "right"], [[0, 0]] * 3, [[[-2, 0], [0, -1]]] * 3)
    >>> [(each.counts, each.number) for each in population_equilibria(jam).equilibria]
    [({'left': 1, 'right': 2}, 3)]
    """
    import numpy as np

    size, n = len(game.actions), game.n
    vectors = comb(n + size - 1, size - 1)
    if vectors > MOST_VECTORS:
        raise UsageError(
            f"{n} members with {size} actions have {vectors} vectors of counts; expected at most {MOST_VECTORS}"
        )
    kept = _grid(n, size) if vectors <= KEPT_VECTORS else None
    grid = tuple(_vectors(n, size)) if kept is None else kept
    found, asked = [], 0
    chunk = max(1, 4_000_000 // (n * size))
    for start in range(0, len(grid), chunk):
        part = grid[start : start + chunk]
        counts = np.array(part) if grid is not kept else _grid_counts(n, size)[start : start + chunk]
        rows, allowed, here = _allowed(game, part, counts)
        asked += here
        found += [
            _equilibrium(game, part[rows[k]], [each[k] for each in allowed]) for k in _feasible(counts[rows], allowed)
        ]
    for each in found:
        if not is_population_equilibrium(game, [game.actions.index(a) for a in each.example.values()]):
            raise AssertionError("a profile found is no equilibrium; please report")
    return PopulationEquilibria(game, tuple(found), asked)


@lru_cache(maxsize=8)
def _grid(n: int, size: int) -> tuple[Counts, ...]:
    """Return all vectors of counts, kept: many points of one game are asked."""
    return tuple(_vectors(n, size))


@lru_cache(maxsize=8)
def _grid_counts(n: int, size: int) -> Any:
    """Return the same as an array."""
    import numpy as np

    return np.array(_grid(n, size))


def _vectors(n: int, size: int) -> Iterator[Counts]:
    """Yield the vectors of counts, those with fewest members in the last action first."""
    if size == 1:
        yield (n,)
        return
    for last in range(n + 1):
        for head in _vectors(n - last, size - 1):
            yield (*head, last)


def _allowed(game: PopulationGame, vectors: Sequence[Counts], counts: Any) -> tuple[Any, list[Any], int]:
    """Return which members may choose each action, (rows, members) by action, and how often fractions decided.

    Rows are those of the vectors that are left: one that wants more members at an action than may choose it is dropped
    at once, and most are.
    """
    import numpy as np

    size = len(game.actions)
    rows, asked = np.arange(len(counts)), 0
    allowed: list[Any] = []
    for a in range(size):
        open_ = np.repeat((counts[rows, a] > 0)[:, None], game.n, axis=1)
        for b in range(size):
            if a == b:
                continue
            gain, error = _gains(game, counts[rows], a, b)  # of going from a to b
            open_ &= gain <= error
            near = np.argwhere(open_ & (gain >= -error))
            asked += len(near)
            for row, i in near:
                at = vectors[rows[row]]
                if game.payoff(i, b, moved(at, a, b)) > game.payoff(i, a, at):
                    open_[row, i] = False
            enough = np.count_nonzero(open_, axis=1) >= counts[rows, a]
            if not enough.all():
                rows, open_ = rows[enough], open_[enough]
                allowed = [each[enough] for each in allowed]
        allowed.append(open_)
    return rows, allowed, asked


def _gains(game: PopulationGame, counts: Any, a: int, b: int) -> tuple[Any, Any]:
    """Return the gain of every member from going from a to b, (vectors, members), and a bound on its error."""
    import numpy as np

    eps = 2.0**-50
    if game.by_count is not None:
        table = np.array(game.by_count, dtype=float)
        k = np.clip(counts[:, 1], 0, game.n)
        after = np.clip(k + (b - a), 0, game.n)
        left, right = table[:, b, :][:, after].T, table[:, a, :][:, k].T
        return left - right, eps * (np.abs(left) + np.abs(right))
    base, slope = game.floats
    change = slope[:, b] - slope[:, a]
    shift = slope[:, b, b] - slope[:, b, a]
    fixed = base[:, b] - base[:, a] + shift
    gain = counts @ change.T + fixed
    # no sum met on the way is larger than this, whatever the counts
    steepest = np.abs(slope[:, a]).max(axis=1) + np.abs(slope[:, b]).max(axis=1)
    size = (game.n + 2) * steepest + np.abs(base[:, b]) + np.abs(base[:, a])
    return gain, eps * (len(game.actions) + 6) * size


def _feasible(counts: Any, allowed: list[Any]) -> list[int]:
    """Return the rows where members can be assigned to actions: Hall's condition for every set of actions."""
    import numpy as np

    size, members = len(allowed), allowed[0].shape[1]
    good = np.ones(len(counts), dtype=bool)
    for width in range(size):
        for chosen in combinations(range(size), width):
            others = [allowed[a] for a in range(size) if a not in chosen]
            confined = members - np.count_nonzero(np.logical_or.reduce(others), axis=1)
            good &= confined <= counts[:, chosen].sum(axis=1)
    return [int(row) for row in np.flatnonzero(good)]


def _equilibrium(game: PopulationGame, counts: Counts, allowed: Sequence[Any]) -> PopulationEquilibrium:
    sets = [tuple(a for a, may in enumerate(each) if may) for each in zip(*allowed, strict=True)]
    number = _assignments(Counter(sets), counts)
    profile = _assigned(sets, counts)
    named = {name: game.actions[a] for name, a in zip(game.members, profile, strict=True)}
    return PopulationEquilibrium(
        dict(zip(game.actions, counts, strict=True)),
        number,
        named if number == 1 else None,
        named,
        {name: tuple(game.actions[a] for a in each) for name, each in zip(game.members, sets, strict=True)},
    )


def _assignments(kinds: Counter[tuple[int, ...]], counts: Counts) -> int:
    """Return the number of assignments: members with the same set of actions are spread over it in every way."""
    ways: dict[Counts, int] = {counts: 1}
    for actions, size in kinds.items():
        new: dict[Counts, int] = {}
        for left, many in ways.items():
            for spread in _vectors(size, len(actions)):
                rest = list(left)
                times, open_members = many, size
                for a, taken in zip(actions, spread, strict=True):
                    rest[a] -= taken
                    times *= comb(open_members, taken)
                    open_members -= taken
                if min(rest) >= 0:
                    key = tuple(rest)
                    new[key] = new.get(key, 0) + times
        ways = new
    return ways.get((0,) * len(counts), 0)


def _assigned(sets: Sequence[tuple[int, ...]], counts: Counts) -> list[int]:
    """Return one assignment: members in order take the lowest action that leaves the others assignable."""
    kinds = Counter(sets)
    left = list(counts)
    profile = []
    for actions in sets:
        kinds[actions] -= 1
        for a in actions:
            left[a] -= 1
            if left[a] >= 0 and _hall(kinds, left):
                profile.append(a)
                break
            left[a] += 1
    return profile


def _hall(kinds: Counter[tuple[int, ...]], counts: Sequence[int]) -> bool:
    actions = range(len(counts))
    for width in range(1, len(counts) + 1):
        for chosen in combinations(actions, width):
            confined = sum(many for each, many in kinds.items() if set(each) <= set(chosen))
            if confined > sum(counts[a] for a in chosen):
                return False
    return True


def regret(game: PopulationGame, profile: Sequence[int]) -> Fraction:
    """Return the largest gain that a member has from another action, 0 at an equilibrium."""
    counts = game.counts(profile)
    return max(
        game.payoff(i, b, moved(counts, a, b) if a != b else counts) - game.payoff(i, a, counts)
        for i, a in enumerate(profile)
        for b in range(len(game.actions))
    )
