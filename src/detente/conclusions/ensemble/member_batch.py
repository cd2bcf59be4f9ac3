"""Simultaneous best replies in many games of many members at once, in floating point."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente.conclusions.ensemble.compile import Program, compiled
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Affine = tuple[list[NDArray[np.float64]], list[list[NDArray[np.float64]]]]

__all__ = ["MemberBatch", "Rest", "member_batch"]

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

    ``counts`` (draws, actions), ``rests`` (draws,), False in a cycle, and ``profiles`` (draws, members).
    """

    counts: NDArray[np.int64]
    rests: NDArray[np.bool_]
    profiles: NDArray[np.int8]


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

    def payoffs(self, draws: Mapping[str, Any], n: int | None = None) -> Affine:
        """Return payoffs at many draws as affine functions of the counts.

        Parameters
        ----------
        draws : mapping
            The values of the parameters of the program.
        n : int, optional
            How many draws these are, where nothing that varies may enter a payoff; by default what the values show.

        Returns
        -------
        base : list by action of (members, draws) arrays
            What members get apart from counts; one row where it is the same for all.
        slope : list by action of lists by action of (members, draws) arrays
            What one more member choosing the second action adds to the first.

        Raises
        ------
        UsageError
            If a payoff is not finite.
        """
        import numpy as np

        values = {name: np.asarray(each, dtype=float) for name, each in draws.items()}
        length = max((each.shape[0] for each in values.values() if each.ndim), default=1) if n is None else n
        found = self.program(values)

        def rows(outputs: tuple[int, ...]) -> Any:
            whole = np.empty((len(outputs), length))
            for row, each in enumerate(outputs):
                whole[row] = found[each]
            if not np.isfinite(whole).all():
                raise UsageError("payoffs of members are not finite")
            return whole

        return [rows(each) for each in self.base], [[rows(each) for each in own] for own in self.slope]

    def best_replies(
        self,
        payoffs: Affine,
        highest: bool,
        start: NDArray[np.int8] | None = None,
        held: Mapping[int, int] | None = None,
    ) -> Rest:
        """Follow best replies from all members at the highest or the lowest action, ties going the same way.

        ``start`` (draws, members) is another place to begin; ``held`` maps members to the actions at which they stay.
        """
        import numpy as np

        base, slope = payoffs
        size, n, length = len(self.actions), self.members, base[0].shape[1]
        profiles = np.full((n, length), size - 1 if highest else 0, dtype=np.int8)
        if start is not None:
            profiles[:] = start.T
        for member, action in (held or {}).items():
            profiles[member] = action
        rests = np.empty(length, dtype=bool)
        for low in range(0, length, _LANE):
            lane = slice(low, low + _LANE)
            own = [each[:, lane] for each in base], [[each[:, lane] for each in row] for row in slope]
            profiles[:, lane], rests[lane] = _followed(own, profiles[:, lane], highest, held or {})
        counts = np.stack([np.count_nonzero(profiles == a, axis=0) for a in range(size)], axis=1)
        return Rest(counts, rests, profiles.T)


def _followed(
    payoffs: Affine, profile: NDArray[np.int8], highest: bool, held: Mapping[int, int]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Return where best replies lead in a few draws, and in which of them they come to rest."""
    import numpy as np

    base, slope = payoffs
    size, (n, length) = len(base), profile.shape
    # a member counts itself at the action that it looks at; the others at the lowest action are those at no other
    base = [base[a] + slope[a][a] + (n - 1) * slope[a][0] for a in range(size)]
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
