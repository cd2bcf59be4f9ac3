"""Levers of games of many members: the nearest value of a parameter at which a profile is the only pure equilibrium.

Along one parameter payoffs are a line, in the parameter or in its inverse. Where the game is supermodular a profile is
the only pure equilibrium exactly where best replies from both ends lead to it (Milgrom and Roberts 1990, Theorem 5). It
is followed outward from the present value: another equilibrium stays one up to the first root of a gain from leaving
it, and so far the profile is not alone; beyond the root the next equilibrium is taken. The last step, at which both
ends meet in the profile, is proved by the signs of all comparisons on the paths of best replies, which are lines too.
So nothing nearer is missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from detente.conclusions._lever_results import Lever, Levers
from detente.conclusions._line import compare
from detente.conclusions.levers import move_cost
from detente.errors import UsageError
from detente.games.population import PopulationGame
from detente.numbers import exact
from detente.solve.population.best_reply import best_reply_path, increasing_differences
from detente.solve.population.pure import moved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.games.symbolic import SymbolicGame
    from detente.solve.population.best_reply import BestReplyPath

__all__ = ["MemberLine", "member_line", "sole_levers"]

#: Halvings of a step beyond a root before the walk along a parameter is given up.
HALVINGS = 200
#: Equilibria that are left behind along one parameter before the walk is given up.
STEPS = 2_000
#: The first step is one part of so many of the way.
FIRST = 64


@dataclass(frozen=True)
class MemberLine:
    """A game of many members along one parameter: payoffs are ``fixed`` plus s times ``step``, s = t or 1/t."""

    fixed: PopulationGame
    step: PopulationGame
    inverse: bool

    def coordinate(self, value: Fraction) -> Fraction:
        """Return s at a value of the parameter, and the value at s."""
        return 1 / value if self.inverse else value

    def at(self, s: Fraction) -> PopulationGame:
        """Return the game at s."""

        def joined(a: Any, b: Any) -> Any:
            if isinstance(a, tuple):
                return [joined(x, y) for x, y in zip(a, b, strict=True)]
            return a + s * b if b else a

        f, g = self.fixed, self.step
        return PopulationGame(f.actions, joined(f.base, g.base), joined(f.slope, g.slope), f.members)

    def gain(self, member: int, own: int, other: int, counts: tuple[int, ...]) -> tuple[Fraction, Fraction]:
        """Return what a member gains by leaving ``own`` for ``other`` at these counts: apart from s, and times s."""
        after = moved(counts, own, other) if own != other else counts
        first, second = (
            game.payoff(member, other, after) - game.payoff(member, own, counts) for game in (self.fixed, self.step)
        )
        return first, second

    def gains(self, profile: Sequence[int], held: Sequence[int]) -> list[tuple[Fraction, Fraction]]:
        """Return the gains of all who may leave a profile."""
        counts = self.fixed.counts(profile)
        every = range(len(self.fixed.actions))
        return [
            self.gain(i, a, b, counts) for i, a in enumerate(profile) if i not in held for b in every if b != a
        ]


def member_line(game_at: Callable[[Fraction], PopulationGame], low: Fraction, high: Fraction) -> MemberLine | None:
    """Return payoffs along a parameter as lines in it or in its inverse; None where they are neither.

    Parameters
    ----------
    game_at : callable
        The game at a value of the parameter.
    low, high : Fraction
        Two different values; four between them are compared.
    """
    values = [low + (high - low) * Fraction(k, 3) for k in range(4)]
    games = [game_at(each) for each in values]
    if any(each.by_count is not None for each in games):
        return None
    for inverse in (False, True):
        if inverse and any(each <= 0 for each in values):
            continue
        s = [1 / each if inverse else each for each in values]
        first, last = games[0], games[-1]

        def of(a: Any, b: Any, part: int, s: list[Fraction] = s) -> Any:
            if isinstance(a, tuple):
                return [of(x, y, part) for x, y in zip(a, b, strict=True)]
            step = (b - a) / (s[-1] - s[0])
            return step if part else a - s[0] * step

        parts = [
            PopulationGame(
                first.actions, of(first.base, last.base, part), of(first.slope, last.slope, part), first.members
            )
            for part in (0, 1)
        ]
        line = MemberLine(parts[0], parts[1], inverse)
        if all(
            (made := line.at(at)).base == game.base and made.slope == game.slope
            for at, game in zip(s[1:-1], games[1:-1], strict=True)
        ):
            return line
    return None


def sole_levers(
    text: str,
    profile: Sequence[int],
    along: Callable[[str], MemberLine | None],
    game: PopulationGame,
    box: SymbolicGame,
    point: Mapping[str, Fraction],
    *,
    names: Sequence[str],
    held: Mapping[int, int] | None = None,
    exclude: Sequence[str] = (),
    weights: Mapping[str, Any] | None = None,
) -> Levers:
    """Return for every parameter the nearest value beyond which a profile is the only pure equilibrium.

    Parameters
    ----------
    text : str
        The statement.
    profile : sequence of int
        Action numbers per member.
    along : callable
        The game along a parameter, None where payoffs are no lines in it.
    game : PopulationGame
        The game at the point.
    box, point
        The parameters and where they are.
    names : sequence of str
        Parameters to move, one by one, inside their intervals.
    held : mapping of int to int, optional
        Members that keep an action for good.
    exclude, weights
        As in :func:`detente.conclusions.levers.levers`.

    Raises
    ------
    UsageError
        If the game is not supermodular at the point.
    """
    fixed = dict(held or {})
    if not increasing_differences(game):
        raise UsageError(
            f"{text}: the game is not supermodular here, so best replies do not say whether an equilibrium is the only "
            "one; ask for --for equilibrium"
        )
    low, high = _ends(game, fixed)
    if low.last == high.last == tuple(profile):
        return Levers(text, True, (), {}, point=point)
    found, skipped, short_of = [], [], []
    for name in names:
        interval = box.parameters[name]
        if interval.low == interval.high:
            continue
        line = along(name)
        if line is None:
            skipped.append(name)
            continue
        best: Fraction | None = None
        for end in (interval.low, interval.high):
            start, stop = line.coordinate(point[name]), line.coordinate(end)
            reached, whole = _walk(line, tuple(profile), start, stop, fixed)
            if not whole:
                short_of.append(name)
            if reached is not None:
                value = line.coordinate(reached)
                if best is None or abs(value - point[name]) < abs(best - point[name]):
                    best = value
        if best is None:
            continue
        rate = exact((weights or {}).get(name, 1)) / (interval.high - interval.low)
        cost = move_cost(rate, point[name], best, up=best > point[name])
        found.append(Lever({name: best}, {name: point[name]}, cost, False, cost, recommended=name not in exclude))
    found.sort(key=cmp_to_key(lambda one, other: compare(one.cost, other.cost)))
    notes = ["Parameters were moved one by one; changes of several together are not looked for."]
    if skipped:
        notes.append(f"Not followed, because payoffs are no lines in them or in their inverse: {', '.join(skipped)}.")
    if short_of:
        names_ = ", ".join(dict.fromkeys(short_of))
        notes.append(f"Followed only as far as the game is supermodular: {names_}.")
    return Levers(text, False, tuple(found), {}, point=point, notes=tuple(notes))


def _ends(game: PopulationGame, held: Mapping[int, int]) -> tuple[BestReplyPath, BestReplyPath]:
    """Return best replies from all lowest, ties going down, and from all highest, ties going up."""
    named = {game.members[k]: game.actions[a] for k, a in held.items()}
    return (
        best_reply_path(game, game.actions[0], "lowest", named),
        best_reply_path(game, game.actions[-1], "highest", named),
    )


def _walk(
    line: MemberLine, profile: tuple[int, ...], start: Fraction, stop: Fraction, held: Mapping[int, int]
) -> tuple[Fraction | None, bool]:
    """Return where on the way to a stop the profile begins to be alone, and whether all was looked at."""
    if start == stop:
        return None, True
    sign = 1 if stop > start else -1
    limit, whole = _complements_until(line, start, stop)
    if limit == start:
        return None, False
    root = _furthest(line, profile, start, sign, _ends(line.at(start), held), held)
    step = (limit - start) / FIRST
    for _ in range(STEPS):
        if root is None or sign * (limit - root) <= 0:
            return None, whole
        step = 2 * step if sign * (limit - root - 2 * step) > 0 else limit - root
        for _ in range(HALVINGS):
            s = root + step
            ends = _ends(line.at(s), held)
            others = [each for each in ends if each.last != profile]
            if not others:
                if all(_kept(line, each, root, held) for each in ends):
                    return root, True
            elif kept := [each for each in others if _stays(line, each.last, root, held)]:
                root = _furthest(line, profile, s, sign, kept, held)
                break
            step /= 2
        else:
            return None, False
    return None, False


def _complements_until(line: MemberLine, start: Fraction, stop: Fraction) -> tuple[Fraction, bool]:
    """Return how far towards a stop the game stays supermodular, and whether it does so all the way."""
    sign, limit = 1 if stop > start else -1, stop
    steps = range(len(line.fixed.actions) - 1)
    for first, second in zip(line.fixed.slope, line.step.slope, strict=True):
        for a in steps:
            for b in steps:
                alone, per = (
                    rows[a + 1][b + 1] - rows[a + 1][b] - rows[a][b + 1] + rows[a][b] for rows in (first, second)
                )
                if per * sign < 0:
                    root = -alone / per
                    limit = root if sign * (root - limit) < 0 else limit
    return limit, limit == stop


def _furthest(
    line: MemberLine,
    profile: tuple[int, ...],
    s: Fraction,
    sign: int,
    ends: Sequence[BestReplyPath],
    held: Mapping[int, int],
) -> Fraction | None:
    """Return up to where one of the equilibria that are not the profile stays one; None where it stays for ever."""
    roots: list[Fraction] = []
    for each in ends:
        if each.last == profile:
            continue
        own = [-a / b for a, b in line.gains(each.last, tuple(held)) if b * sign > 0]
        if not own:
            return None
        roots.append(min(own, key=lambda root: sign * (root - s)))
    return max(roots, key=lambda root: sign * (root - s))


def _stays(line: MemberLine, profile: tuple[int, ...], s: Fraction, held: Mapping[int, int]) -> bool:
    """Return whether a profile is an equilibrium at s, those who are held apart."""
    return all(a + s * b <= 0 for a, b in line.gains(profile, tuple(held)))


def _kept(line: MemberLine, path: BestReplyPath, s: Fraction, held: Mapping[int, int]) -> bool:
    """Return whether no reply on a path is worse than another at s: it is then best from s to where it was found."""
    every = range(len(line.fixed.actions))
    for position, profile in enumerate(path.profiles):
        counts = line.fixed.counts(profile)
        answer = path.profiles[min(position + 1, len(path.profiles) - 1)]
        for i, (own, reply) in enumerate(zip(profile, answer, strict=True)):
            if i in held:
                continue
            first, second = line.gain(i, own, reply, counts)
            for b in every:
                if b != reply:
                    one, two = line.gain(i, own, b, counts)
                    if first - one + s * (second - two) < 0:
                        return False
    return True
