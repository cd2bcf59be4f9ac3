"""Simultaneous best replies in many games of many members at once, in floating point."""

from __future__ import annotations

import re
from dataclasses import dataclass
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


@dataclass(frozen=True, eq=False)
class Rest:
    """Where best replies lead in each draw.

    ``counts`` (draws, actions), ``rests`` (draws,), False in a cycle, and ``profiles`` (draws, members).
    """

    counts: NDArray[np.int64]
    rests: NDArray[np.bool_]
    profiles: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MemberBatch:
    """Payoffs of members by action, compiled: affine in the counts of actions.

    Attributes
    ----------
    actions : tuple of str
        From lowest to highest.
    programs : tuple of Program
        Per action the payoffs of all members, from parameters and counts.
    """

    actions: tuple[str, ...]
    members: int
    programs: tuple[Program, ...]

    def payoffs(self, draws: Mapping[str, Any]) -> Affine:
        """Return payoffs at many draws as affine functions of the counts.

        Returns
        -------
        base : list by action of (draws, members) arrays
            What members get apart from counts.
        slope : list by action of lists by action of (draws, members) arrays
            What one more member choosing the second action adds to the first.

        Raises
        ------
        UsageError
            If payoffs are not affine in the counts (looked at in the first draws), or not finite.
        """
        import numpy as np

        size = len(self.actions)
        values = {name: np.asarray(each, dtype=float) for name, each in draws.items()}
        length = max((each.shape[0] for each in values.values() if each.ndim), default=1)

        def at(a: int, counts: Sequence[int], few: int | None = None) -> Any:
            program = self.programs[a]
            counted = {name: self._count(name, counts, a) for name in program.names if _COUNT.fullmatch(name)}
            given = {name: each[:few] if each.ndim else each for name, each in values.items()}
            found = program({**given, **counted})
            whole = np.empty((length if few is None else min(few, length), len(found)))
            for member, each in enumerate(found):
                whole[:, member] = each
            return whole

        probe = [2 + 3 * c for c in range(size)]
        base, slope = [], []
        for a in range(size):
            base.append(at(a, [0] * size))
            slope.append([at(a, [int(b == c) for c in range(size)]) - base[a] for b in range(size)])
            line = base[a][:4] + sum(n * each[:4] for n, each in zip(probe, slope[a], strict=True))
            if not np.allclose(line, at(a, probe, 4), rtol=1e-9, atol=1e-12) or not np.isfinite(base[a]).all():
                raise UsageError("payoffs are not affine in the counts of members, or not finite")
        return base, slope

    def _count(self, name: str, counts: Sequence[int], own: int) -> float:
        kind, action = _COUNT.fullmatch(name).groups()  # type: ignore[union-attr]
        number = counts[self.actions.index(action)] if action in self.actions else 0
        if kind == "share":
            return number / self.members
        return float(number - (kind == "others" and self.actions[own] == action))

    def best_replies(
        self,
        payoffs: Affine,
        highest: bool,
        start: NDArray[np.int64] | None = None,
        held: Mapping[int, int] | None = None,
    ) -> Rest:
        """Follow best replies from all members at the highest or the lowest action, ties going the same way.

        ``start`` (draws, members) is another place to begin; ``held`` maps members to the actions at which they stay.
        """
        import numpy as np

        base, slope = payoffs
        size, (length, n) = len(self.actions), base[0].shape
        profile = np.full((length, n), size - 1 if highest else 0) if start is None else start.copy()
        for member, action in (held or {}).items():
            profile[:, member] = action
        profiles, moving = profile.copy(), np.arange(length)
        here = counts = np.stack([(profile == a).sum(axis=1) for a in range(size)], axis=1)
        for _ in range(ROUNDS):
            values = np.empty((size, *profile.shape))
            for a in range(size):
                # a member counts itself at a, and no longer where it is
                values[a] = base[a] + slope[a][a]
                for b in range(size):
                    values[a] += slope[a][b] * (here[:, b, None] - (profile == b))
            top = values.max(axis=0)
            best = values >= top - TIE * np.maximum(1.0, np.abs(top))
            reply = size - 1 - best[::-1].argmax(axis=0) if highest else best.argmax(axis=0)
            for member, action in (held or {}).items():
                reply[:, member] = action
            changed = (reply != profile).any(axis=1)
            if not changed.any():
                moving = moving[:0]
                break
            moving, profile = moving[changed], reply[changed]
            base = [each[changed] for each in base]
            slope = [[each[changed] for each in own] for own in slope]
            here = np.stack([(profile == a).sum(axis=1) for a in range(size)], axis=1)
            counts[moving], profiles[moving] = here, profile
        rests = np.ones(length, dtype=bool)
        rests[moving] = False
        return Rest(counts, rests, profiles)


def member_batch(
    payoffs: Sequence[Sequence[Any]], actions: Sequence[str], derived: Mapping[str, Any], names: Sequence[str]
) -> MemberBatch:
    """Compile payoffs of members: one SymPy expression per member and action.

    Counts stand in them as symbols called ``count(ACTION)``, ``share(ACTION)`` and ``others(ACTION)``: the members that
    choose it, their share of all, and how many others do.

    Examples
    --------
    Three drivers on two roads whose delay grows with traffic: best replies swing for ever.

    >>> import sympy
    >>> left, right = sympy.symbols("count(left) count(right)")
    >>> batch = member_batch([[-2*left, -right]] * 3, ["left", "right"], {}, [])
    >>> batch.best_replies(batch.payoffs({}), highest=True).rests.tolist()
    [False]
    """
    symbols = {each.name for own in payoffs for payoff in own for each in payoff.free_symbols}
    counts = sorted(name for name in symbols if _COUNT.fullmatch(name))
    programs = tuple(compiled([own[a] for own in payoffs], derived, (*names, *counts)) for a in range(len(actions)))
    return MemberBatch(tuple(actions), len(payoffs), programs)
