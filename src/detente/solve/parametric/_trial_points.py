"""Exact points of a box at which conditions are looked at, and the signs that polynomials have there."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.games.rational import fast
from detente.numbers import fraction_of
from detente.solve.parametric._float_signs import certain_signs, row, terms_of
from detente.solve.parametric._polynomial_ring import key_of, sign_over

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from detente.solve.parametric._polynomial_ring import GameRing
    from detente.solve.parametric.intervals import Span

__all__ = ["ALLOWED", "Atom", "TrialPoints"]

#: The signs that a relation to 0 allows.
ALLOWED = {">=": {0, 1}, ">": {1}, "<=": {-1, 0}, "<": {-1}, "==": {0}, "!=": {-1, 1}}
#: New points up to which signs are computed exactly, one by one.
BATCH = 4


@dataclass(frozen=True, eq=False)
class Atom:
    """A sign condition ``polynomial relation 0``, with why it is there."""

    polynomial: Any
    relation: str
    why: str = ""

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What identifies the condition."""
        return (*key_of(self.polynomial), self.relation)


class TrialPoints:
    """Points of a box that meet the constraints of a game and at which it is defined.

    The first are the middle, the baseline and corners, then come points drawn from a coarse and from a fine grid.
    """

    def __init__(self, ring: GameRing, box: Mapping[str, tuple[Fraction, Fraction]], poles: Sequence[Any] = ()) -> None:
        self.ring, self.box = ring, box
        self.points: list[dict[str, Fraction]] = []
        self._symbolic = all(each.is_Symbol and each.name in box for each in ring.base.generators)
        self._poles = [*ring.poles, *(ring.sign_form(each) for each in poles if not each.is_constant())]
        self._cache: dict[Any, list[int | None]] = {}
        #: Where the generators in parameters alone lie at each point, and the game's names, derived ones included.
        self._values: list[tuple[Span, ...]] = []
        self._named: list[tuple[Span, ...]] = []
        self._rows: list[list[float]] = []
        self._seen: set[tuple[Fraction, ...]] = set()
        for point in self._drawn():
            self.add(point)

    def add(self, point: Mapping[str, Fraction]) -> bool:
        """Keep a point to look at if it meets the constraints and the game is defined there."""
        own = {name: point[name] for name in self.box}
        values = tuple(own.values())
        if values in self._seen or not self.ring.game.allowed(own):
            return False
        spans = self.ring.spans(own)
        named = spans if self.ring.plain else self.ring.spans(own, self.ring.generators)
        if spans is None or named is None or any(not sign_over(pole, spans) for pole in self._poles):
            return False
        self._seen.add(values)
        self.points.append(own)
        self._values.append(spans)
        self._named.append(named)
        self._rows.append(row(named))
        return True

    def _drawn(self) -> Iterable[dict[str, Fraction]]:
        """Yield the middle, the baseline, corners, and points of a coarse and of a fine grid."""
        generator = random.Random(0)  # noqa: S311 - points to look at
        moving = [(name, low, high - low) for name, (low, high) in self.box.items() if low != high]
        middle = {name: (low + high) / 2 for name, (low, high) in self.box.items()}

        def at(shares: Iterable[Fraction]) -> dict[str, Fraction]:
            inner = {name: low + width * share for (name, low, width), share in zip(moving, shares, strict=True)}
            return {**middle, **inner}

        yield middle
        baseline = self.ring.game.baseline
        yield {name: min(max(baseline[name], low), high) for name, (low, high) in self.box.items()}
        ends = (Fraction(0), Fraction(1))
        if len(moving) <= 5:
            yield from map(at, product(ends, repeat=len(moving)))
        else:
            for _ in range(32):
                yield at([generator.choice(ends) for _ in moving])
        for grid, count in ((4, 30), (97, 60)):
            for _ in range(count):
                yield at([Fraction(generator.randrange(grid + 1), grid) for _ in moving])

    def signs_at(self, polynomial: Any) -> list[int | None]:
        """Return the sign of a polynomial at each point; None where it is irrational and too close to 0 to tell."""
        import numpy as np

        known = self._cache.setdefault(key_of(polynomial), [])
        start, count = len(known), len(self.points)
        if count - start > BATCH:
            columns = [np.array(column) for column in zip(*self._rows[start:], strict=True)]
            known += certain_signs(terms_of(polynomial), columns, count - start)
        else:
            known += [None] * (count - start)
        for k in range(start, count):
            if known[k] is None:
                known[k] = sign_over(polynomial, self._named[k])
        return known

    def meeting(self, atoms: Sequence[Atom]) -> list[int]:
        """Return the points that satisfy all conditions, by position."""
        left = list(range(len(self.points)))
        for each in atoms:
            signs, allowed = self.signs_at(each.polynomial), ALLOWED[each.relation]
            left = [k for k in left if signs[k] in allowed]
            if not left:
                break
        return left

    def refuting(self, atoms: Sequence[Atom]) -> list[int]:
        """Return the points at which some condition certainly fails, by position."""
        signs = [(self.signs_at(each.polynomial), ALLOWED[each.relation]) for each in atoms]
        return [
            k
            for k in range(len(self.points))
            if any(own[k] is not None and own[k] not in allowed for own, allowed in signs)
        ]

    def zeros(self, polynomial: Any, count: int = 12) -> list[dict[str, Fraction]]:
        """Return allowed points of the box at which a polynomial is zero, found where it is linear in a parameter."""
        form = self.ring.sign_form(polynomial)
        names = self.ring.base.names
        linear = [
            k for k, degree in enumerate(form.degrees()) if degree == 1 and self.ring.base.generators[k].is_Symbol
        ]
        found: list[dict[str, Fraction]] = []
        for k, point in enumerate(list(self.points) if self._symbolic else ()):
            if len(found) >= count:
                break
            for at in linear:
                name = self.ring.base.generators[at].name
                line = form.subs({n: v[0] for n, v in zip(names, self._values[k], strict=True) if n != names[at]})
                slope, rest = line.derivative(at), line.subs({names[at]: 0})
                if not slope:
                    continue
                value = -(rest.leading_coefficient() if rest else fast(Fraction(0))) / slope.leading_coefficient()
                exact_value = fraction_of(value)
                low, high = self.box[name]
                here = {**point, name: exact_value}
                if low <= exact_value <= high and (self.add(here) or tuple(here.values()) in self._seen):
                    found.append(here)
                    break
        return found
