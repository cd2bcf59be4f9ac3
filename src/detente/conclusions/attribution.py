"""Which of several changes made the difference: the smallest sets of changes that do it, and that undo it.

Between *before* and *after* lie finitely many changes, each of which can be switched on alone. A set of changes *does
it* if, switched on from *before*, it gives the value of *after*; it *undoes it* if, switched off from *after*, the
value is another than that of *after*. The sets listed are minimal: no part of one does (or undoes) it. Nothing is
assumed of how changes combine: two may do together what neither does alone, or cancel.

With few changes every set of them is evaluated, so the lists are complete and proved. With many, sets are evaluated by
size as far as the budget goes; where that finds none, one is found by leaving out changes one by one until no single
one can be left out. What is proved is said.

References
----------
U. Junker (2004), "QuickXplain: preferred explanations and relaxations for over-constrained problems", AAAI.
J. Y. Halpern (2016), Actual Causality, chapter 2 (but-for causes and their witnesses).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

__all__ = ["Attribution", "attribute"]

#: Changes up to which every set of them is evaluated.
FEW = 12
#: Most sets that are evaluated of many changes.
MOST = 4000


@dataclass(frozen=True)
class Attribution:
    """What made a value change, or move.

    Attributes
    ----------
    before, after : hashable
        The two values.
    changes : tuple
        All changes between them.
    sets : tuple of tuple
        Minimal sets that do it, smallest first.
    undone : tuple of tuple
        Minimal sets that undo it, smallest first.
    alone : tuple
        Changes that, switched on alone, give another value than before, be it that of after or not.
    complete : bool
        True where every set was evaluated or holds one that is listed, so that there are no others.
    up_to : int
        All sets of up to so many changes were looked at. A larger set, where not ``complete``, is one from which no
        single change can be left out.
    """

    before: Hashable
    after: Hashable
    changes: tuple[Any, ...]
    sets: tuple[tuple[Any, ...], ...]
    undone: tuple[tuple[Any, ...], ...]
    alone: tuple[Any, ...]
    complete: bool
    up_to: int

    def to_json(self) -> dict[str, Any]:
        """Return the sets, and what is proved of them."""
        return {
            "sets": [list(map(str, each)) for each in self.sets],
            "undone": [list(map(str, each)) for each in self.undone],
            "alone": list(map(str, self.alone)),
            "complete": self.complete,
            "up_to": self.up_to,
        }


def attribute(
    changes: Sequence[Any],
    value: Callable[[frozenset[Any]], Hashable],
    *,
    seconds: float | None = None,
    thorough: bool = True,
) -> Attribution:
    """Return which changes made a value what it is after all of them.

    Parameters
    ----------
    changes : sequence of hashable
        In a stated order, which is that of the answer.
    value : callable
        From the set of changes that are switched on to the value; called once per set and direction.
    seconds : float, optional
        Time after which no further set is evaluated; what was found by then is returned, as not complete.
    thorough : bool
        False looks for one set only, by leaving out changes one by one, and not for what undoes it.

    Examples
    --------
    >>> found = attribute("abc", lambda on: {"a", "b"} <= on or "c" in on)
    >>> found.sets, found.undone, found.alone, found.complete
    ((('c',), ('a', 'b')), (('a', 'c'), ('b', 'c')), ('c',), True)
    """
    every = tuple(changes)
    until = float("inf") if seconds is None else time.monotonic() + seconds
    before, after = value(frozenset()), value(frozenset(every))
    if before == after:
        return Attribution(before, after, every, (), (), (), complete=True, up_to=len(every))
    if not thorough:
        one = _Minimal(every, lambda on: value(on) == after, until).one()
        return Attribution(before, after, every, one, (), (), complete=False, up_to=0)
    alone: list[Any] = []

    def does(on: frozenset[Any]) -> bool:
        found = value(on)
        if len(on) == 1 and found != before:
            alone.extend(on)
        return found == after

    forward = _Minimal(every, does, until)
    sets = forward.run()
    backward = _Minimal(every, lambda off: value(frozenset(every) - off) != after, until)
    undone = backward.run()
    up_to = min(forward.up_to, backward.up_to)
    complete = forward.complete and backward.complete
    return Attribution(before, after, every, sets, undone, tuple(alone), complete, up_to)


class _Minimal:
    """Minimal sets with a property that the set of all changes has."""

    def __init__(self, changes: tuple[Any, ...], has: Callable[[frozenset[Any]], bool], until: float) -> None:
        self.changes, self.has, self.until = changes, has, until
        self.complete, self.up_to = False, 0
        self.looked = 0

    def run(self) -> tuple[tuple[Any, ...], ...]:
        """Return the sets, smallest first."""
        found: list[frozenset[Any]] = []
        for size in range(1, len(self.changes) + 1):
            for each in self._sets(size):
                on = frozenset(each)
                if any(known <= on for known in found):
                    continue
                if self._spent():
                    return self._listed(found) if found else self.one()
                if self.has(on):
                    found.append(on)
            self.up_to = size
        self.complete = True
        return self._listed(found)

    def _sets(self, size: int) -> Iterator[tuple[Any, ...]]:
        return combinations(self.changes, size)

    def _spent(self) -> bool:
        self.looked += 1
        most = 2 ** len(self.changes) if len(self.changes) <= FEW else MOST
        return self.looked > most or time.monotonic() > self.until

    def one(self) -> tuple[tuple[Any, ...], ...]:
        """Return one set: changes that can be left out are, one by one, until none can."""
        kept = frozenset(self.changes)
        # what could not be left out at first may be once others are gone
        again = True
        while again:
            again = False
            for change in self.changes:
                if change in kept and len(kept) > 1 and self.has(kept - {change}):
                    kept -= {change}
                    again = True
        return self._listed([kept])

    def _listed(self, found: list[frozenset[Any]]) -> tuple[tuple[Any, ...], ...]:
        order = {change: place for place, change in enumerate(self.changes)}
        listed = [tuple(sorted(each, key=order.__getitem__)) for each in found]
        return tuple(sorted(listed, key=lambda each: (len(each), [order[change] for change in each])))
