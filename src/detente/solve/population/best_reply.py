"""Simultaneous best replies in a game of many members: the least and the greatest equilibrium, and cascades.

In a supermodular game best replies are monotone. Started where all choose the lowest action, with ties going down,
they rise to the least equilibrium; started at the top, with ties going up, they fall to the greatest (Topkis 1979;
Milgrom and Roberts 1990). Elsewhere the same iteration may go round for ever, which is then said. A cascade holds some
members at an action for good and lets the others answer, wave by wave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.solve.population.pure import moved, regret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from detente.games.population import Counts, PopulationGame

__all__ = [
    "BestReplyPath",
    "best_replies",
    "best_reply_path",
    "cascade",
    "extreme_equilibria",
    "increasing_differences",
    "smallest_upset",
]

Ties = Literal["lowest", "highest"]


@dataclass(frozen=True)
class BestReplyPath(Displayed):
    """Profiles reached by simultaneous best replies.

    Attributes
    ----------
    profiles : tuple of tuple of int
        Action numbers per member; the first is the start, and the last is a rest point or closes a cycle.
    ties : str
        Which action an indifferent member takes.
    cycle : int or None
        Length of the cycle that was reached; None at a rest point.
    held : tuple of int
        Members that do not answer.
    """

    game: PopulationGame
    profiles: tuple[tuple[int, ...], ...]
    ties: Ties
    cycle: int | None
    held: tuple[int, ...] = ()

    @property
    def rounds(self) -> int:
        """How many rounds changed something."""
        return len(self.profiles) - 1

    @property
    def last(self) -> tuple[int, ...]:
        """The last profile."""
        return self.profiles[-1]

    @property
    def counts(self) -> Counts:
        """The counts of the last profile."""
        return self.game.counts(self.last)

    @property
    def equilibrium(self) -> bool:
        """Whether the last profile is a pure equilibrium, checked from the definition."""
        return self.cycle is None and not self.held and regret(self.game, self.last) == 0

    def waves(self) -> tuple[tuple[str, ...], ...]:
        """Return who changes in each round."""
        names = self.game.members
        return tuple(
            tuple(name for name, old, new in zip(names, before, after, strict=True) if old != new)
            for before, after in zip(self.profiles, self.profiles[1:], strict=False)
        )

    def followers(self) -> tuple[str, ...]:
        """Return who ends up elsewhere than at the start, those held apart."""
        ends = zip(self.profiles[0], self.last, strict=True)
        return tuple(self.game.members[k] for k, (old, new) in enumerate(ends) if old != new and k not in self.held)

    def to_json(self) -> dict[str, Any]:
        """Return counts per round, waves and the end as JSON values."""
        actions = self.game.actions
        return {
            "rounds": self.rounds,
            "counts": [dict(zip(actions, self.game.counts(each), strict=True)) for each in self.profiles],
            "waves": [list(each) for each in self.waves()],
            "end": {name: actions[a] for name, a in zip(self.game.members, self.last, strict=True)},
            "cycle": self.cycle,
            "ties": self.ties,
        }

    def table(self) -> Table:
        """Return the counts round by round, with the members who move."""
        moves = ((), *self.waves())
        rows = tuple(
            (str(k), *map(str, self.game.counts(each)), _some(moves[k])) for k, each in enumerate(self.profiles)
        )
        end = (
            f"The replies go round in a cycle of {self.cycle}: no equilibrium is reached."
            if self.cycle
            else "The last profile is a pure equilibrium."
            if self.equilibrium
            else "Nobody who is free to move would change the last profile."
        )
        return Table("simultaneous best replies", ("round", *self.game.actions, "who moves"), rows, (end,))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def best_reply_path(
    game: PopulationGame,
    start: Sequence[int] | str | None = None,
    ties: Ties = "lowest",
    held: Mapping[str, str] | None = None,
    limit: int = 10_000,
) -> BestReplyPath:
    """Return the path of simultaneous best replies from a start.

    Parameters
    ----------
    start : sequence of int, or an action, optional
        Action numbers per member, or one action for all; by default the lowest for all.
    ties : ``lowest`` or ``highest``
        Which of several best replies is taken.
    held : mapping, optional
        Member to the action it keeps for good.
    limit : int
        Rounds after which the path is given up.

    Returns
    -------
    BestReplyPath
        At a rest point or with the length of the cycle reached: the replies are deterministic, so one of both comes.

    Raises
    ------
    UsageError
        If a member or action is unknown, or after ``limit`` rounds.

    Examples
    --------
    >>> from detente.games.population import PopulationGame
    >>> herd = PopulationGame(["stay", "go"], [[0, -1], [0, 0], [0, -2]], [[[0, 0], [0, 1]]] * 3)
    >>> best_reply_path(herd, ties="highest").waves()
    (('member_1', 'member_2'), ('member_3',))
    """
    profile = list(_start(game, start))
    fixed = {}
    for name, action in (held or {}).items():
        fixed[_known(name, game.members, "member")] = _known(action, game.actions, "action")
    for k, a in fixed.items():
        profile[k] = a
    path = [tuple(profile)]
    seen = {path[0]: 0}
    while len(path) <= limit:
        counts = game.counts(path[-1])
        answer = _replies(game, path[-1], counts, ties, fixed)
        if answer == path[-1]:
            return BestReplyPath(game, tuple(path), ties, None, tuple(fixed))
        path.append(answer)
        if answer in seen:
            return BestReplyPath(game, tuple(path), ties, len(path) - 1 - seen[answer], tuple(fixed))
        seen[answer] = len(path) - 1
    raise UsageError(f"no rest point and no cycle within {limit} rounds; raise the limit")


def best_replies(game: PopulationGame, profile: Sequence[int], ties: Ties = "lowest") -> tuple[int, ...]:
    """Return what every member answers to a profile, all at once.

    Examples
    --------
    >>> from detente.games.population import PopulationGame
    >>> herd = PopulationGame(["stay", "go"], [[0, -1], [0, 0], [0, -2]], [[[0, 0], [0, 1]]] * 3)
    >>> best_replies(herd, (0, 1, 0))
    (1, 1, 0)
    """
    own = tuple(profile)
    return _replies(game, own, game.counts(own), ties, {})


def _start(game: PopulationGame, start: Sequence[int] | str | None) -> Sequence[int]:
    if start is None or isinstance(start, str):
        return [0 if start is None else _known(start, game.actions, "action")] * game.n
    if len(start) != game.n or any(not 0 <= a < len(game.actions) for a in start):
        raise UsageError(f"start: expected {game.n} action numbers from 0 to {len(game.actions) - 1}")
    return start


def _known(name: str, names: Sequence[str], what: str) -> int:
    if name not in names:
        hint = did_you_mean(name, names)
        raise UsageError(f"unknown {what} {name!r}" + (f"; {hint}" if hint else ""))
    return list(names).index(name)


def _replies(
    game: PopulationGame, profile: tuple[int, ...], counts: Counts, ties: Ties, fixed: Mapping[int, int]
) -> tuple[int, ...]:
    """Return what every member answers; numbers with a bound on their error leave few actions to fractions."""
    import numpy as np

    every = range(len(game.actions))
    if game.by_count is not None:
        best = [list(every)] * game.n
    else:
        base, slope = game.floats
        members = np.arange(game.n)[:, None]
        # counted at the action that it looks at, and no longer where it is
        own = slope[members, :, np.array(profile)[:, None]][:, 0]
        moved_in = np.diagonal(slope, axis1=1, axis2=2) - own
        values = base + slope @ np.array(counts, dtype=float) + moved_in
        steepest = np.abs(slope).max(axis=2)
        error = 2.0**-50 * (len(every) + 6) * ((game.n + 2) * steepest + np.abs(base))
        near = values + error >= (values - error).max(axis=1, keepdims=True)
        best = [[b for b in every if row[b]] for row in near.tolist()]
    return tuple(
        fixed[k] if k in fixed else best[k][0] if len(best[k]) == 1 else _reply(game, k, a, counts, ties, best[k])
        for k, a in enumerate(profile)
    )


def _reply(game: PopulationGame, member: int, own: int, counts: Counts, ties: Ties, actions: Sequence[int]) -> int:
    best: list[int] = []
    top: Fraction | None = None
    for b in actions:
        value = game.payoff(member, b, moved(counts, own, b) if b != own else counts)
        if top is None or value > top:
            best, top = [b], value
        elif value == top:
            best.append(b)
    return best[0] if ties == "lowest" else best[-1]


def increasing_differences(game: PopulationGame) -> bool:
    """Return whether going one action up never pays less when another member goes one action up: supermodularity.

    Actions are in their order. Exact; for payoffs that are affine in the counts the condition is one inequality per
    member, own step and other's step.

    Examples
    --------
    >>> from detente.games.population import PopulationGame
    >>> increasing_differences(PopulationGame(["stay", "go"], [[0, 0]] * 2, [[[0, 0], [0, 1]]] * 2))
    True
    >>> increasing_differences(PopulationGame(["stay", "go"], [[0, 0]] * 2, [[[0, 0], [0, -1]]] * 2))
    False
    """
    if game.by_count is not None:
        return all(
            rows[1][k + 2] - rows[0][k + 1] >= rows[1][k + 1] - rows[0][k]
            for rows in game.by_count
            for k in range(game.n - 1)
        )
    steps = range(len(game.actions) - 1)
    return all(
        rows[a + 1][b + 1] - rows[a + 1][b] >= rows[a][b + 1] - rows[a][b]
        for rows in game.slope
        for a in steps
        for b in steps
    )


def extreme_equilibria(game: PopulationGame) -> tuple[BestReplyPath, BestReplyPath]:
    """Return the paths to the least and to the greatest equilibrium of a supermodular game.

    Raises
    ------
    UsageError
        If the game is not supermodular: there may be no least equilibrium then.

    References
    ----------
    D. M. Topkis (1979), SIAM Journal on Control and Optimization 17, 773-787. P. Milgrom and J. Roberts (1990),
    Econometrica 58, 1255-1277, Theorem 5.
    """
    if not increasing_differences(game):
        raise UsageError("the game is not supermodular in the order of its actions; a least equilibrium need not exist")
    return (
        best_reply_path(game, game.actions[0], "lowest"),
        best_reply_path(game, game.actions[-1], "highest"),
    )


def cascade(
    game: PopulationGame, start: Sequence[int], held: Mapping[str, str], ties: Ties = "highest"
) -> BestReplyPath:
    """Return what follows when some members are held at an action from a profile on: wave by wave, to a rest point."""
    return best_reply_path(game, start, ties, held)


def smallest_upset(game: PopulationGame, order: Sequence[int], action: str) -> int | None:
    """Return the least k such that holding the first k members of an order moves the greatest equilibrium to the least.

    Parameters
    ----------
    order : sequence of int
        Members in the order in which they defect.
    action : str
        The action at which they are held.

    Returns
    -------
    int or None
        None if even all of them do not do it. The others end exactly where they are in the least equilibrium.
    """
    low, high = extreme_equilibria(game)
    for k in range(len(order) + 1):
        gone = order[:k]
        path = cascade(game, high.last, {game.members[i]: action for i in gone})
        if all(path.last[i] == low.last[i] for i in range(game.n) if i not in gone):
            return k
    return None
