"""Simultaneous best replies in many games of many members at once, in floating point."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from detente.conclusions.ensemble._member_cutoffs import Cutoffs
from detente.conclusions.ensemble.compile import Program, compiled
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Rows = Sequence[NDArray[np.float64]]

__all__ = ["MemberBatch", "MemberPayoffs", "Rest", "member_batch"]

_COUNT = re.compile(r"(count|share|others)\((\w+)\)")
#: Rounds after which best replies are given up.
ROUNDS = 500
#: Two payoffs closer than this, relative to the larger, tie.
TIE = 1e-12
#: Draws looked at together, so that what a round reads and writes stays in the processor's cache.
_LANE = 1024


@dataclass(frozen=True, eq=False)
class Rest:
    """Where best replies lead in each draw.

    ``rests`` (draws,), False in a cycle, and ``profiles`` (draws, members), of so many actions.
    """

    rests: NDArray[np.bool_]
    profiles: NDArray[np.int8]
    actions: int

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many members choose each action: (draws, actions)."""
        import numpy as np

        return np.stack([np.count_nonzero(self.profiles == a, axis=1) for a in range(self.actions)], axis=1)


@dataclass(frozen=True, eq=False)
class MemberPayoffs:
    """Payoffs of members at many draws as affine functions of the counts.

    Attributes
    ----------
    members : int
    base : list by action of sequences by member of (draws,) arrays
        What members get apart from counts; one array where it is the same for all.
    slope : list by action of lists by action of sequences by member of (draws,) arrays
        What one more member choosing the second action adds to the first.
    largest : (float, float)
        The largest absolute number in ``base`` and in ``slope``, or more.
    """

    members: int
    base: list[Rows]
    slope: list[list[Rows]]
    largest: tuple[float, float]

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.base[0][0])

    def at(self, where: Any) -> MemberPayoffs:
        """Return the payoffs at some of the draws, as (members, draws) arrays."""
        import numpy as np

        def cut(rows: Rows) -> Any:
            return np.stack([each[where] for each in rows])

        slope = [[cut(each) for each in own] for own in self.slope]
        return MemberPayoffs(self.members, [cut(each) for each in self.base], slope, self.largest)

    @cached_property
    def cutoffs(self) -> Cutoffs:
        """The payoffs as steps up of members in order."""
        return Cutoffs.of(self.base, self.slope, self.members, self.largest, TIE)

    def settled(self, action: int, held: Mapping[int, int]) -> NDArray[np.bool_]:
        """Return in which draws nobody who is free gains by leaving an action that all choose who are free.

        ``held`` maps members to the actions at which they stay.
        """
        import numpy as np

        if len(self.base) == 1 or not self.draws:
            return np.ones(self.draws, dtype=bool)
        good, certain = self.cutoffs.settled(action, held)
        left = np.flatnonzero(~certain)
        if len(left):
            good[left] = _settled(self.at(left), action, held)
        return good


@dataclass(frozen=True, eq=False)
class MemberBatch:
    """Payoffs of members by action, compiled: affine in the counts of actions.

    Attributes
    ----------
    actions : tuple of str
        From lowest to highest.
    program : Program
        What members get apart from counts, and what one more member at an action adds to it, from parameters.
    base : tuple by action of tuple of int
        The outputs of the program that hold payoffs apart from counts: one for all members, or one for each.
    slope : tuple by action of tuple by action of tuple of int
        Those that hold what one more member choosing the second action adds to the first.
    """

    actions: tuple[str, ...]
    members: int
    program: Program
    base: tuple[tuple[int, ...], ...]
    slope: tuple[tuple[tuple[int, ...], ...], ...]

    def payoffs(self, draws: Mapping[str, Any], n: int | None = None) -> MemberPayoffs:
        """Return payoffs at many draws as affine functions of the counts.

        Parameters
        ----------
        draws : mapping
            The values of the parameters of the program.
        n : int, optional
            How many draws these are, where nothing that varies may enter a payoff; by default what the values show.

        Raises
        ------
        UsageError
            If a payoff is not finite.
        """
        import numpy as np

        values = {name: np.asarray(each, dtype=float) for name, each in draws.items()}
        length = max((each.shape[0] for each in values.values() if each.ndim), default=1) if n is None else n
        found = self.program(values)
        every = [np.broadcast_to(np.asarray(each, dtype=float), length) for each in found]
        reach = [max(float(each.max(initial=0)), -float(each.min(initial=0))) for each in every]
        if not np.isfinite(reach).all():
            raise UsageError("payoffs of members are not finite")

        def rows(outputs: tuple[int, ...]) -> Rows:
            return [every[each] for each in outputs]

        inside = {each for own in self.base for each in own}
        beside = {each for own in self.slope for outputs in own for each in outputs}
        largest = [max((reach[each] for each in some), default=0.0) for some in (inside, beside)]
        slope = [[rows(each) for each in own] for own in self.slope]
        return MemberPayoffs(self.members, [rows(each) for each in self.base], slope, (largest[0], largest[1]))

    def best_replies(
        self,
        payoffs: MemberPayoffs,
        highest: bool,
        start: NDArray[np.int8] | None = None,
        held: Mapping[int, int] | None = None,
    ) -> Rest:
        """Follow best replies from all members at the highest or the lowest action, ties going the same way.

        ``start`` (draws, members) is another place to begin; ``held`` maps members to the actions at which they stay.
        """
        import numpy as np

        size, n, length, stay = len(self.actions), self.members, payoffs.draws, held or {}
        profiles = np.empty((n, length), dtype=np.int8)
        rests = np.ones(length, dtype=bool)
        left = np.arange(length)
        # from an end, complements need at most so many rounds
        if start is None and size > 1 and length and n * (size - 1) < ROUNDS - 1:
            profiles, certain = payoffs.cutoffs.end(highest, stay)
            left = np.flatnonzero(~certain)
        for low in range(0, len(left), _LANE):
            where = left[low : low + _LANE]
            first = np.full((n, len(where)), size - 1 if highest else 0, dtype=np.int8)
            if start is not None:
                first[:] = start[where].T
            for member, action in stay.items():
                first[member] = action
            profiles[:, where], rests[where] = _followed(payoffs.at(where), first, highest, stay)
        return Rest(rests, profiles.T, size)


def _settled(payoffs: MemberPayoffs, action: int, held: Mapping[int, int]) -> NDArray[np.bool_]:
    """Return in which draws nobody who is free gains by leaving an action that all choose, by going through all."""
    import numpy as np

    members, base = payoffs.members, payoffs.base
    counts = [sum(at == a for at in held.values()) for a in range(len(base))]
    counts[action] += members - len(held)
    free = [k for k in range(members) if k not in held]
    good = np.ones(payoffs.draws, dtype=bool)

    def worth(own: int) -> Any:
        # the one who looks is at its own action, all others where they are
        seen = [number - (a == action) + (a == own) for a, number in enumerate(counts)]
        slope: Any = zip(payoffs.slope[own], seen, strict=True)
        found: Any = base[own] + sum(each * number for each, number in slope if number)
        return np.broadcast_to(found, (members, found.shape[1]))[free] if held else found

    stays = worth(action)
    for other in range(len(base)):
        if other != action:
            moves = worth(other)
            top = np.maximum(stays, moves)
            good &= (stays >= top - TIE * np.maximum(1.0, np.abs(top))).all(axis=0)
    return good


def _followed(
    payoffs: MemberPayoffs, profile: NDArray[np.int8], highest: bool, held: Mapping[int, int]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Return where best replies lead in a few draws, and in which of them they come to rest."""
    import numpy as np

    slope: Any = payoffs.slope
    size, (n, length) = len(slope), profile.shape
    # a member counts itself at the action that it looks at; the others at the lowest action are those at no other
    base: list[Any] = [payoffs.base[a] + slope[a][a] + (n - 1) * slope[a][0] for a in range(size)]
    whole_step = [[slope[a][b] - slope[a][0] for b in range(1, size)] for a in range(size)]
    step = [[each if each.any() else None for each in own] for own in whole_step]
    whole, moving = profile.copy(), np.arange(length)
    for _ in range(ROUNDS):
        others = []
        for b in range(1, size):
            chosen = (profile == b).astype(float)
            others.append(np.subtract(chosen.sum(axis=0), chosen, out=chosen))
        values, scratch = np.empty((size, *profile.shape)), np.empty(profile.shape)
        for a in range(size):
            values[a] = base[a]
            for each, number in zip(step[a], others, strict=True):
                if each is not None:
                    values[a] += np.multiply(each, number, out=scratch)
        top = functools.reduce(lambda x, y: np.maximum(x, y, out=scratch), values)
        least = np.abs(top)
        np.maximum(least, 1.0, out=least)
        least *= -TIE
        least += top
        # how far from the end at which ties are lost the actions are that are as good as the best
        far = [(values[a] >= least).view(np.int8) * np.int8(a if highest else size - 1 - a) for a in range(size)]
        reply = functools.reduce(np.maximum, far)
        if not highest:
            reply = np.int8(size - 1) - reply
        for member, action in held.items():
            reply[member] = action
        changed = (reply != profile).any(axis=0)
        if not changed.any():
            moving = moving[:0]
            break
        profile = reply
        if not changed.all():
            kept = np.flatnonzero(changed)
            moving, profile = moving[kept], reply[:, kept]
            base = [each[:, kept] for each in base]
            step = [[None if each is None else each[:, kept] for each in own] for own in step]
        whole[:, moving] = profile
    rests = np.ones(length, dtype=bool)
    rests[moving] = False
    return whole, rests


def member_batch(
    payoffs: Sequence[Sequence[Any]], actions: Sequence[str], derived: Mapping[str, Any], names: Sequence[str]
) -> MemberBatch:
    """Compile payoffs of members: one SymPy expression per member and action.

    Counts stand in them as symbols called ``count(ACTION)``, ``share(ACTION)`` and ``others(ACTION)``: the members that
    choose it, their share of all, and the share of the others that do.

    Raises
    ------
    UsageError
        If a payoff is not affine in the counts.

    Examples
    --------
    Three drivers on two roads whose delay grows with traffic: best replies swing for ever.

    >>> import sympy
    >>> left, right = sympy.symbols("count(left) count(right)")
    >>> batch = member_batch([[-2*left, -right]] * 3, ["left", "right"], {}, [])
    >>> batch.best_replies(batch.payoffs({}), highest=True).rests.tolist()
    [False]
    """
    parts: dict[Any, int] = {}
    base, slope = [], []
    for own in range(len(actions)):
        every = [_affine(payoff[own], tuple(actions), own, len(payoffs)) for payoff in payoffs]
        columns = [
            tuple(parts.setdefault(each[k], len(parts)) for each in every) for k in range(len(actions) + 1)
        ]
        shared = [each[:1] if len(set(each)) == 1 else each for each in columns]
        base.append(shared[0])
        slope.append(tuple(shared[1:]))
    program = compiled(list(parts), derived, names)
    return MemberBatch(tuple(actions), len(payoffs), program, tuple(base), tuple(slope))


@lru_cache(maxsize=4096)
def _affine(payoff: Any, actions: tuple[str, ...], own: int, members: int) -> tuple[Any, ...]:
    """Return a payoff apart from counts, and what one more member at each action adds to it."""
    import sympy

    if payoff.is_Add:
        every = [_affine(term, actions, own, members) for term in payoff.args]
        return tuple(sympy.Add(*each) for each in zip(*every, strict=True))
    if payoff.is_Mul:
        counting = [each for each in payoff.args if any(_COUNT.fullmatch(name.name) for name in each.free_symbols)]
        if len(counting) == 1:
            rest = sympy.Mul(*(factor for factor in payoff.args if factor is not counting[0]))
            return tuple(rest * each for each in _affine(counting[0], actions, own, members))
    numbers = [sympy.Dummy(action) for action in actions]
    counted = {}
    for symbol in payoff.free_symbols:
        if (match := _COUNT.fullmatch(symbol.name)) is None:
            continue
        kind, action = match.groups()
        number: Any = numbers[actions.index(action)] if action in actions else sympy.Integer(0)
        if kind == "share":
            number = number / members
        elif kind == "others":
            number = (number - int(actions[own] == action)) / sympy.Integer(members - 1)
        counted[symbol] = number
    if not counted:
        return (payoff, *(sympy.Integer(0) for _ in actions))
    whole = payoff.xreplace(counted)
    slopes = tuple(sympy.diff(whole, number) for number in numbers)
    jumps = [condition for each in whole.atoms(sympy.Piecewise) for _, condition in each.args]
    if any(each.has(*numbers) for each in (*slopes, *jumps)):
        raise UsageError(f"the payoff {payoff} is not affine in the counts of members")
    return (whole.xreplace(dict.fromkeys(numbers, sympy.Integer(0))), *slopes)
