"""The order of play of a tree as a file states it: decision points and chance moves, one after another.

Play goes through the points in their order. A point is met where its ``after`` holds on what was chosen before; then
one of its actions is chosen, of those that its ``only`` leaves there. Play ends behind the last point.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.games.extensive import Move, chance, decision, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from detente.formula import Formula

__all__ = ["MAX_PATHS", "Play", "PlayPoint", "meets"]

#: Most paths of a game of a study.
MAX_PATHS = 5000

#: Alternatives, of which one must hold: points, each with the choices of which one must have been made.
When = tuple["Mapping[str, tuple[str, ...]]", ...]


def meets(when: When, path: Mapping[str, str]) -> bool:
    """Return whether alternatives hold on a path; none always do. A point not reached is in no list."""
    return not when or any(all(path.get(name) in allowed for name, allowed in each.items()) for each in when)


@dataclass(frozen=True)
class PlayPoint:
    """A point of play.

    Attributes
    ----------
    name : str
        As terms name it.
    owner : str or None
        The player who chooses; None for chance.
    actions : tuple of str
        The choices, the less confrontational first.
    after : alternatives
        Where it is met.
    only : mapping
        From an action to the alternatives where it is there.
    unseen : frozenset of str
        Earlier points of which the owner does not know what was chosen.
    chance : mapping
        From an action to its probability.
    """

    name: str
    owner: str | None
    actions: tuple[str, ...]
    after: When = ()
    only: Mapping[str, When] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()
    chance: Mapping[str, Formula] = field(default_factory=dict)

    def choices(self, path: Mapping[str, str]) -> tuple[str, ...]:
        """Return the actions that there are after a path."""
        return tuple(action for action in self.actions if meets(self.only.get(action, ()), path))


@dataclass(frozen=True)
class Play:
    """All points of a tree, in the order of play."""

    points: tuple[PlayPoint, ...]

    def next(self, path: Mapping[str, str], start: int = 0) -> int:
        """Return the position of the next point met after a path, the number of points where play ends."""
        position = start
        while position < len(self.points) and not meets(self.points[position].after, path):
            position += 1
        return position

    def paths(self) -> Iterator[dict[str, str]]:
        """Yield every way to the end: points in the order of play, with what was chosen there."""
        stack: list[tuple[dict[str, str], int]] = [({}, 0)]
        while stack:
            path, start = stack.pop()
            position = self.next(path, start)
            if position == len(self.points):
                yield path
                continue
            point = self.points[position]
            below = [({**path, point.name: choice}, position + 1) for choice in point.choices(path)]
            stack.extend(reversed(below))

    def follow(self, choices: tuple[str, ...] | list[str]) -> tuple[dict[str, str], PlayPoint | None, tuple[str, ...]]:
        """Return the path of choices one after another, the point at which it leaves off, and what there is there.

        The point is None where the path goes to the end. A path that goes on beyond its end, or names what is not
        there, leaves off too: then fewer choices are on it than were given.
        """
        path: dict[str, str] = {}
        start = 0
        for given in (*choices, None):
            position = self.next(path, start)
            if position == len(self.points):
                return path, None, ()
            point = self.points[position]
            known = point.choices(path)
            if given not in known:
                return path, point, known
            path[point.name] = given
            start = position + 1
        raise AssertionError("the last choice is never there")

    def seen(self, point: PlayPoint, path: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return what the owner of a point knows of a path: points with what was chosen."""
        return tuple((name, choice) for name, choice in path.items() if name not in point.unseen)

    def labels(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], str]:
        """Return a label for every information set, by point and what its owner knows.

        A point with one set has its own name; else the label says what tells the sets apart.
        """
        known: dict[str, dict[tuple[tuple[str, str], ...], None]] = {}
        for path in self.paths():
            done: dict[str, str] = {}
            for name, choice in path.items():
                point = next(each for each in self.points if each.name == name)
                known.setdefault(name, {})[self.seen(point, done)] = None
                done[name] = choice
        found = {}
        for name, sets in known.items():
            shared = set.intersection(*(set(each) for each in sets))
            for each in sets:
                rest = ",".join(choice for at, choice in each if (at, choice) not in shared)
                found[name, each] = name if len(sets) == 1 else f"{name} after {rest}" if rest else f"{name} at once"
        return found

    def tree(self, payoffs: Callable[[dict[str, str]], Any], odds: Callable[[Formula], Any]) -> Move:
        """Return the tree with payoffs at its ends and probabilities at chance moves."""
        labels = self.labels()

        def build(path: dict[str, str], start: int) -> Move:
            position = self.next(path, start)
            if position == len(self.points):
                return terminal(payoffs(path))
            point = self.points[position]
            below = {choice: build({**path, point.name: choice}, position + 1) for choice in point.choices(path)}
            if point.owner is None:
                branches = {choice: (odds(point.chance[choice]), move) for choice, move in below.items()}
                return chance(branches, name=point.name)
            return decision(point.owner, below, labels[point.name, self.seen(point, path)], name=point.name)

        return build({}, 0)
