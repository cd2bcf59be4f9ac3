"""Potential functions: one number per profile that moves with every gain, or a cycle that forbids it.

A game has an *exact potential* P if ``P(y) - P(x) = u_i(y) - u_i(x)`` whenever only player i changes between
x and y; it has one if and only if, around every cycle of four profiles in which two players take turns, the
movers' gains add up to zero (Monderer and Shapley 1996, Theorem 2.8). It has an *ordinal potential* (signs
agree instead of numbers) if and only if no cycle of single-player changes exists in which nobody who moves
loses and somebody gains (Voorneveld and Norde 1997), and a *generalized ordinal* one (P rises whenever the
mover gains) if and only if no cycle exists in which every mover gains (Monderer and Shapley 1996, Lemma 2.5).
In all three cases a profile with the largest potential is a pure Nash equilibrium, and players who keep
improving one at a time arrive at one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.numbers import number_to_json, plain
from detente.solve.best_response import payoff_tolerance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.games.normal import NormalFormGame, Profile

__all__ = ["Potential", "potential"]


@dataclass(frozen=True)
class Potential(Displayed):
    """The strongest kind of potential that a game has, with the proof that it has no stronger one.

    Attributes
    ----------
    kind : str
        ``exact``, ``ordinal``, ``generalized ordinal`` or ``none``.
    values : dict of profile (indices) to number, or None
        The potential; an exact one is 0 at the first profile, an ordinal one counts levels from 0.
    maximizers : tuple of profiles
        Where it is largest: pure Nash equilibria.
    exact_cycle : tuple of profiles or None
        A cycle of four along which gains do not add up to 0 (why there is no exact potential), and
        ``exact_sum``, what they add up to.
    ordinal_cycle : tuple of profiles or None
        A cycle along which no mover loses and some mover gains (why there is no ordinal potential).
    improvement_cycle : tuple of profiles or None
        A cycle along which every mover gains (why there is none at all).
    """

    game: NormalFormGame
    kind: str
    values: dict[Profile, Any] | None
    maximizers: tuple[Profile, ...] = ()
    exact_cycle: tuple[Profile, ...] | None = None
    exact_sum: Any = None
    ordinal_cycle: tuple[Profile, ...] | None = None
    improvement_cycle: tuple[Profile, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the potential or the cycles as JSON values, profiles by labels."""
        labels = self.game.profile_labels
        cycles = {
            "exact_cycle": self.exact_cycle,
            "ordinal_cycle": self.ordinal_cycle,
            "improvement_cycle": self.improvement_cycle,
        }
        return {
            "kind": self.kind,
            "values": None
            if self.values is None
            else [{"profile": list(labels(s)), "value": number_to_json(v)} for s, v in self.values.items()],
            "maximizers": [list(labels(s)) for s in self.maximizers],
            **{
                name: None if cycle is None else [list(labels(s)) for s in cycle]
                for name, cycle in cycles.items()
            },
        }

    def table(self) -> Table:
        """Return the potential as a table, one profile per row."""
        rows = tuple(
            (", ".join(self.game.profile_labels(s)), plain(v)) for s, v in (self.values or {}).items()
        )
        return Table(
            title=f"{self.kind} potential" if rows else "no potential",
            columns=("profile", "potential") if rows else (),
            rows=rows,
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences which potential there is and what rules out a stronger one."""
        lines = []
        if self.exact_cycle is not None:
            lines.append(
                f"There is no exact potential: along {self._path(self.exact_cycle)} the gains of those who "
                "move add up to "
                f"{plain(self.exact_sum)}, not to 0."
            )
        if self.ordinal_cycle is not None:
            lines.append(
                f"There is no ordinal potential: along {self._path(self.ordinal_cycle)} no mover loses and "
                "some mover gains."
            )
        if self.improvement_cycle is not None:
            lines.append(
                f"Play can go round for ever: along {self._path(self.improvement_cycle)} every mover gains."
            )
            return lines
        meaning = {
            "exact": "changes by exactly what a player gains who changes strategy alone",
            "ordinal": "rises exactly when a player gains by changing strategy alone",
            "generalized ordinal": "rises whenever a player gains by changing strategy alone",
        }[self.kind]
        best = " and ".join(f"({', '.join(self.game.profile_labels(s))})" for s in self.maximizers)
        lines.append(
            f"One number per profile {meaning}: {'an' if self.kind[0] in 'eo' else 'a'} {self.kind} "
            "potential."
        )
        what = "a pure Nash equilibrium" if len(self.maximizers) == 1 else "pure Nash equilibria"
        lines.append(
            f"It is largest at {best}: {what}. Players who improve one at a time end at some pure "
            "equilibrium."
        )
        return lines

    def _path(self, cycle: tuple[Profile, ...]) -> str:
        return " -> ".join(f"({', '.join(self.game.profile_labels(s))})" for s in (*cycle, cycle[0]))


def potential(game: NormalFormGame, relative: float = 1e-9) -> Potential:
    """Return a potential of a game of any number of players, or the cycles that rule it out.

    Parameters
    ----------
    game : NormalFormGame
        Exact, or float with a tolerance relative to the spread of payoffs.

    Notes
    -----
    *Cost.* One pass over profiles and single-player changes; a proof that there is none, over the cycles of
    four.

    References
    ----------
    D. Monderer and L. S. Shapley (1996), "Potential games", Games and Economic Behavior 14, 124-143. M.
    Voorneveld and H. Norde (1997), "A characterization of ordinal potential games", Games and Economic
    Behavior 19, 235-242.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> dilemma = NormalFormGame([[[1, 9], [0, 6]], [[1, 0], [9, 6]]])
    >>> found = potential(dilemma)
    >>> print(found.kind, *found.values.values(), found.maximizers)
    exact 0 -1 -1 -4 ((0, 0),)
    """
    slack = payoff_tolerance(game, relative)
    values = _along_paths(game)
    failing = next(
        (
            pair
            for pair in _changes(game)
            if abs(_gain(game, *pair) - (values[pair[2]] - values[pair[1]])) > slack
        ),
        None,
    )
    if failing is None:
        return Potential(game, "exact", values, _largest(values))
    cycle, total = _four_cycle(game, slack)
    ordinal: tuple[Profile, ...] | None = None
    for kind, strict in (("ordinal", False), ("generalized ordinal", True)):
        levels, round_trip = _levels(game, slack, strict)
        if levels is not None:
            return Potential(game, kind, levels, _largest(levels), cycle, total, ordinal)
        if not strict:
            ordinal = round_trip
    return Potential(game, "none", None, (), cycle, total, ordinal, round_trip)


def _largest(values: dict[Profile, Any]) -> tuple[Profile, ...]:
    top = max(values.values())
    return tuple(s for s, value in values.items() if value == top)


def _changes(game: NormalFormGame) -> Iterator[tuple[int, Profile, Profile]]:
    """Yield (player, profile, profile after the player's change)."""
    for profile in game.profiles():
        for player, size in enumerate(game.shape):
            for own in range(size):
                if own != profile[player]:
                    yield player, profile, (*profile[:player], own, *profile[player + 1 :])


def _gain(game: NormalFormGame, player: int, before: Profile, after: Profile) -> Any:
    return game.payoffs[(player, *after)] - game.payoffs[(player, *before)]


def _along_paths(game: NormalFormGame) -> dict[Profile, Any]:
    """Return the sum of gains along the path from the first profile on which players change in order."""
    values = {}
    for profile in game.profiles():
        here: Profile = (0,) * len(profile)
        total = game.payoffs[(0, *here)] - game.payoffs[(0, *here)]
        for player, own in enumerate(profile):
            after = (*here[:player], own, *here[player + 1 :])
            total = total + _gain(game, player, here, after)
            here = after
        values[profile] = total
    return values


def _four_cycle(game: NormalFormGame, slack: Any) -> tuple[tuple[Profile, ...] | None, Any]:
    """Return a cycle of four profiles whose gains do not add up to zero, with the sum."""
    for start in game.profiles():
        for i, j in combinations(range(len(start)), 2):
            for a in range(start[i] + 1, game.shape[i]):
                for b in range(start[j] + 1, game.shape[j]):
                    second = (*start[:i], a, *start[i + 1 :])
                    third = (*second[:j], b, *second[j + 1 :])
                    fourth = (*third[:i], start[i], *third[i + 1 :])
                    total = (
                        _gain(game, i, start, second)
                        + _gain(game, j, second, third)
                        + _gain(game, i, third, fourth)
                        + _gain(game, j, fourth, start)
                    )
                    if abs(total) > slack:
                        return (start, second, third, fourth), total
    return None, None  # only in float games, where the gains of several cycles add up beyond the tolerance


def _levels(
    game: NormalFormGame, slack: Any, strict: bool
) -> tuple[dict[Profile, int] | None, tuple[Profile, ...] | None]:
    """Return levels that rise along every gain, or a cycle that forbids them.

    With ``strict`` the graph has an edge wherever a mover gains; without, wherever a mover does not lose, and
    changes that leave the mover indifferent must keep the level. A level is one more than the highest level
    of another strongly connected component with an edge into it.
    """
    edges: dict[Profile, list[tuple[Profile, bool]]] = {s: [] for s in game.profiles()}
    for player, before, after in _changes(game):
        gain = _gain(game, player, before, after)
        if gain > slack or (not strict and gain >= -slack):
            edges[before].append((after, bool(gain > slack)))
    order, part = _components(edges)
    for before, targets in edges.items():
        for after, gains in targets:
            if gains and part[before] == part[after]:
                return None, (before, *_way_back(edges, part, after, before))
    level: dict[int, int] = dict.fromkeys(order, 0)
    members: dict[int, list[Profile]] = {}
    for profile, number in part.items():
        members.setdefault(number, []).append(profile)
    for number in order:
        for before in members[number]:
            for after, _ in edges[before]:
                if part[after] != number:
                    level[part[after]] = max(level[part[after]], level[number] + 1)
    return {s: level[part[s]] for s in edges}, None


def _components(edges: dict[Profile, list[tuple[Profile, bool]]]) -> tuple[list[int], dict[Profile, int]]:
    """Return strong components in topological order, and the component of each profile (Tarjan 1972)."""
    index: dict[Profile, int] = {}
    low: dict[Profile, int] = {}
    part: dict[Profile, int] = {}
    stack: list[Profile] = []
    count = 0
    for root in edges:
        work = [(root, 0)] if root not in index else []
        while work:
            node, position = work.pop()
            if position == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
            targets = edges[node]
            while position < len(targets):
                target = targets[position][0]
                position += 1
                if target not in index:
                    work += [(node, position), (target, 0)]
                    break
                if target not in part:
                    low[node] = min(low[node], low[target])
            else:
                if low[node] == index[node]:
                    while True:
                        member = stack.pop()
                        part[member] = count
                        if member == node:
                            break
                    count += 1
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
    return list(range(count - 1, -1, -1)), part


def _way_back(
    edges: dict[Profile, list[tuple[Profile, bool]]], part: dict[Profile, int], start: Profile, goal: Profile
) -> tuple[Profile, ...]:
    """Return a shortest path from ``start`` up to, but without, ``goal`` inside their component."""
    came: dict[Profile, Profile | None] = {start: None}
    waiting = [start]
    while goal not in came:
        node = waiting.pop(0)
        for target, _ in edges[node]:
            if target not in came and part[target] == part[goal]:
                came[target] = node
                waiting.append(target)
    path: list[Profile] = []
    here = came[goal]
    while here is not None:
        path.append(here)
        here = came[here]
    return tuple(reversed(path)) if start != goal else ()
