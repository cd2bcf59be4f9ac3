"""What a conclusion rests on: the smallest sets of parameters that fix it, whatever the others do in their ranges.

A set fixes the conclusion if, with its parameters held at the point, the conclusion has the truth it has at the point
for every value of the others in their intervals that meets the constraints. The smallest such sets are found as
implicit hitting sets (Reiter 1987; Chandrasekaran, Karp, Moreno-Centeno and Vempala 2011):

- a counterexample is an allowed point with the other truth. A set that fixes the conclusion must hold at least one of
  the parameters in which the counterexample differs from the point, or the counterexample would be within its reach;
- so every fixing set meets every such difference. A smallest set that meets all differences known so far is a
  candidate;
- whether a candidate fixes the conclusion is decided by proof (:mod:`detente.conclusions.decide`): it does, and is
  then among the smallest, or a new counterexample adds a difference and the search goes on.

Differences are shrunk until no parameter can be put back, by evaluation first and by search second: small differences
bound the size best. The answer is *proved* where the set is proved to fix the conclusion and every smaller set is
refuted by a counterexample; else the size of the smallest hitting set is a proved lower bound.

References
----------
Reiter (1987), A theory of diagnosis from first principles, Artificial Intelligence 32, 57-95.
Chandrasekaran et al. (2011), Algorithms for implicit hitting set problems, SODA, 614-629.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.conclusions._box_search import Budget, Searcher
from detente.conclusions._conditions import Conditions
from detente.conclusions._forms import fractions
from detente.conclusions._hitting_sets import bits, hitting_sets, smallest_size
from detente.conclusions._sign_parts import searchable
from detente.display import Displayed, Table
from detente.games.rational import fast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from detente.conclusions._forms import Box, Values
    from detente.conclusions.conclusion import Conclusion
    from detente.formula import Formula
    from detente.games.symbolic import SymbolicGame
    from detente.wording import Wording

__all__ = ["RestsOn", "rests_on"]

#: Branches of the search for a smallest set that meets all differences, once the budget is spent.
_STEPS = 5000


@dataclass(frozen=True)
class RestsOn(Displayed):
    """The smallest sets of parameters that fix a conclusion, and how far they are proved smallest.

    Attributes
    ----------
    conclusion : str
        Its text.
    holds : bool
        Its truth at the point, which is what the sets fix.
    sets : tuple of tuple of str
        Sets that are proved to fix it, all of one size, in the order of the game's parameters; ``()`` is the empty
        set.
    proved : bool
        True where no smaller set fixes the conclusion.
    complete : bool
        True where these are all sets of their size.
    at_least : int
        Proved lower bound on the size.
    undecided : tuple of tuple of str
        Sets, not larger than those in ``sets``, for which the budget did not settle whether they fix it.
    among : tuple of str
        The parameters of the payoffs and constraints: the numbers of which the sets are some.
    point : mapping
        Where parameters are held.
    counterexamples : tuple of mapping
        Points with the other truth, one per difference that bounds the size; exact.
    notes : tuple of str
        What a reader should know, such as a value outside its interval.
    """

    conclusion: str
    holds: bool
    sets: tuple[tuple[str, ...], ...]
    proved: bool
    complete: bool
    at_least: int
    undecided: tuple[tuple[str, ...], ...]
    among: tuple[str, ...]
    point: Mapping[str, Fraction] = field(repr=False)
    counterexamples: tuple[Mapping[str, Fraction], ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The number of parameters in a set."""
        return len(self.sets[0])

    @property
    def core(self) -> tuple[str, ...]:
        """Parameters that stand in every set found."""
        return tuple(name for name in self.sets[0] if all(name in each for each in self.sets))

    @property
    def sentence(self) -> str:
        """The result in words."""
        state = "holds" if self.holds else "does not hold"
        n = len(self.among)
        if self.size == 0:
            return f"{self.conclusion} {state} whatever the {n} numbers are in their ranges."
        names = ", ".join(self.sets[0])
        rest = "no other number matters" if self.size == n else "every other one may take any value in its range"
        text = f"That {self.conclusion} {state} rests on {self.size} of {n} numbers: {names}; {rest}."
        more = len(self.sets) - 1
        if more:
            count = f"{more} other set{'s' if more > 1 else ''}"
            text += f" {count if self.complete else f'At least {count}'} of {self.size} will do as well."
        if not self.proved:
            text += f" At least {self.at_least} are needed; whether fewer than {self.size} are enough is open."
        return text

    def to_json(self) -> list[dict[str, Any]]:
        """Return the entry ``rests_on`` of the JSON contract: one object per set."""
        return [
            {"conclusion": self.conclusion, "parameters": list(each), "size": len(each), "proved": self.proved}
            for each in self.sets
        ]

    def table(self) -> Table:
        """Return the sets as a table, with the sentence below."""
        rows = tuple((", ".join(each) or "none", str(len(each)), "yes" if self.proved else "no") for each in self.sets)
        head = f"what {self.conclusion} rests on ({'holds' if self.holds else 'does not hold'} at the point)"
        return Table(head, ("held", "size", "proved smallest"), rows, (self.sentence, *self.notes))

    def to_latex(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the sets as a LaTeX ``array``; ``names`` maps names to symbols and labels."""
        from detente.conclusions._rests_on_text import rests_on_math

        return rests_on_math(self, "latex", names)

    def to_typst(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the same as Typst math."""
        from detente.conclusions._rests_on_text import rests_on_math

        return rests_on_math(self, "typst", names)

    def in_words(self, labels: Wording | Mapping[str, str] | None = None) -> str:
        """Return the sets in sentences; ``labels`` maps any name to what readers see."""
        from detente.conclusions._rests_on_text import rests_on_words

        return rests_on_words(self, labels)


def rests_on(
    game: SymbolicGame,
    conclusion: Conclusion | Formula | Conditions | str,
    at: Mapping[str, object] | None = None,
    *,
    sets: int = 20,
    budget: float | None = 8.0,
    pieces: int = 2000,
    work: int | None = None,
) -> RestsOn:
    """Return the smallest sets of parameters that fix a conclusion whatever the others do in their intervals.

    Parameters
    ----------
    game : SymbolicGame
        Payoffs that are rational functions of the parameters.
    conclusion : Conclusion, Formula, Conditions or str
        As in the command line; a formula holds where it is positive. ``unique`` and ``selected`` are for two players,
        ``class`` for 2x2 games.
    at : mapping, optional
        The point at which parameters are held, by default the baseline. A value outside its interval widens it.
    sets : int
        Largest number of sets returned.
    budget : float, optional
        Seconds after which what is known is returned, with the bound on the size that is proved; None for no limit.
    pieces : int
        Pieces of a box per decision, see :func:`detente.conclusions.decide.decide`.
    work : int, optional
        Bounds that may be worked out for all decisions together, after which what is known is returned. Unlike
        ``budget`` it gives the same answer on every machine.

    Raises
    ------
    UsageError
        If a name is unknown, or the conclusion is undefined at the point.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 2, 3), "c": (-1, 1, 2)})
    >>> found = rests_on(s, "equilibrium:2,2")
    >>> found.sets, found.proved
    ((('c',),), True)
    """
    return _Search(game, conclusion, at, sets, budget, pieces, work).run()


class _Search:
    """The state of one search: differences known so far, and what was decided of candidates."""

    def __init__(
        self,
        game: SymbolicGame,
        conclusion: Any,
        at: Mapping[str, object] | None,
        sets: int,
        budget: float | None,
        pieces: int,
        work: int | None,
    ) -> None:
        self.c = conclusion if isinstance(conclusion, Conditions) else searchable(game, conclusion)
        self.most, self.pieces = max(sets, 1), pieces
        self.until = float("inf") if budget is None else time.monotonic() + budget
        self.grace = float("inf") if budget is None else budget / 4
        self.point = self.c.values(at or {})
        self.holds = self.c.truth(at or {})
        self.notes: list[str] = []
        box: Box = {}
        for name, interval in game.parameters.items():
            low, high, value = fast(interval.low), fast(interval.high), self.point[name]
            if not low <= value <= high:
                self.notes.append(f"{name} lies outside its interval, which is widened to it")
            box[name] = (min(low, value), max(high, value))
        if not self.c.allowed_at(self.point):
            self.notes.append("the point violates a constraint")
        self.searcher = Searcher(self.c, box)
        self.work = work
        if work is not None:
            self.searcher.most = work
        self.names = [name for name in self.c.names if box[name][0] != box[name][1]]
        self.all = (1 << len(self.names)) - 1
        self.family: dict[int, Values] = {}
        self.fixed: list[int] = []
        self.open: list[int] = []

    def on(self) -> bool:
        """Return whether there is time and work left."""
        return time.monotonic() < self.until and self.searcher.effort < self.searcher.most

    def probe(self, held: int) -> Values | bool:
        """Return a counterexample to a set, False where it fixes the conclusion, True where this is open."""
        box = dict(self.searcher.box)
        for k in bits(held):
            value = self.point[self.names[k]]
            box[self.names[k]] = (value, value)
        found = self.searcher.find(not self.holds, box, Budget(self.pieces, self.until))
        # Parameters that no expression holds stay where they are.
        return {**self.point, **{name: found[name] for name in self.c.names}} if isinstance(found, dict) else found

    def difference(self, found: Values) -> int:
        """Return the parameters in which a counterexample differs from the point."""
        return sum(1 << k for k, name in enumerate(self.names) if found[name] != self.point[name])

    def put_back(self, found: Values) -> Values:
        """Put back every parameter that can be, one after the other, while the counterexample remains one."""
        for k in bits(self.difference(found)):
            name = self.names[k]
            trial = {**found, name: self.point[name]}
            if self.c.truth_at(trial) is (not self.holds) and self.c.allowed_at(trial):
                found = trial
        return found

    def shrink(self, found: Values) -> Values:
        """Return a counterexample that differs in few parameters: no search finds one in fewer of them."""
        found = self.put_back(found)
        for k in bits(self.difference(found)):
            own = self.difference(found)
            if own >> k & 1 and own.bit_count() > 1 and self.on():
                smaller = self.probe(self.all & ~own | 1 << k)
                if isinstance(smaller, dict):
                    found = self.put_back(smaller)
        return found

    def learn(self, held: int, found: Values) -> None:
        """Add the difference of a counterexample, and of further ones disjoint from it."""
        answer: Values | bool = found
        while isinstance(answer, dict):
            small = self.shrink(answer)
            own = self.difference(small)
            self.family[own] = small
            held |= own
            if not self.on():
                return
            answer = self.probe(held)

    def run(self) -> RestsOn:
        """Search by size until a size has a set that fixes the conclusion and all of that size are known."""
        size, at_least, exhausted = 0, 0, False
        while not exhausted and self.on():
            exhausted = self.exhaust(size)
            if self.fixed or size >= len(self.names):
                break
            if exhausted:
                size += 1
                at_least = at_least if self.open else size
                exhausted = False
        if not self.fixed:
            self.fixed.append(self.fallback())
        at_least = max(at_least, self.bound(at_least))
        smallest = min(each.bit_count() for each in self.fixed)
        chosen = [each for each in self.fixed if each.bit_count() == smallest]
        return self.result(chosen, at_least, exhausted)

    def bound(self, known: int) -> int:
        """Return a size below which no set meets all differences, and so none fixes the conclusion."""
        steps = iter(range(_STEPS))
        return smallest_size(self.family, known, lambda: next(steps, None) is not None)

    def exhaust(self, size: int) -> bool:
        """Decide every candidate of a size; return False where time, or the number of sets wanted, ran out first."""
        done = set(self.fixed) | set(self.open)
        again = True
        while again:
            again = False
            for held in hitting_sets(self.family, size, self.on):
                if held in done:
                    continue
                answer = self.probe(held)
                if isinstance(answer, dict):
                    self.learn(held, answer)
                    again = True
                    break
                done.add(held)
                if answer:
                    self.open.append(held)
                    continue
                self.fixed.append(held)
                if len(self.fixed) >= self.most:
                    return False
            if not self.on():
                return False
        return True

    def fallback(self) -> int:
        """Return a fixing set that is not proved smallest: all parameters, less those that a proof lets go."""
        held = self.all
        until = time.monotonic() + self.grace
        if self.work is not None:
            self.searcher.most = self.searcher.effort + self.work // 2
        for k in range(len(self.names)):
            if self.searcher.find(not self.holds, self._boxed(held & ~(1 << k)), Budget(200, until)) is False:
                held &= ~(1 << k)
        return held

    def _boxed(self, held: int) -> Box:
        box = dict(self.searcher.box)
        for k in bits(held):
            value = self.point[self.names[k]]
            box[self.names[k]] = (value, value)
        return box

    def result(self, chosen: list[int], at_least: int, exhausted: bool) -> RestsOn:
        """Return the sets as names."""
        game = self.c.game
        size = chosen[0].bit_count()
        used = {str(each) for cell in set(game.payoffs.values()) for each in game.expand(cell).free_symbols} | set(
            self.c.names
        )
        named = [
            tuple(self.names[k] for k in bits(each))
            for each in sorted(chosen, key=lambda each: f"{each:b}"[::-1], reverse=True)
        ]
        left = [each for each in self.open if each.bit_count() <= size]
        return RestsOn(
            self.c.text,
            self.holds,
            tuple(named),
            proved=at_least >= size,
            complete=exhausted and not left,
            at_least=min(at_least, size),
            undecided=tuple(tuple(self.names[k] for k in bits(each)) for each in left),
            among=tuple(name for name in game.parameters if name in used),
            point=fractions(self.point),
            counterexamples=tuple(fractions(each) for each in self.family.values()),
            notes=tuple(self.notes),
        )
