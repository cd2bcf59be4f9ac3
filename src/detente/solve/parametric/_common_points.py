"""Do polynomial inequalities over the unit cube have a common point? Linear relaxations, then halving.

On a piece of the cube every monomial becomes a variable of its own between 0 and 1, tied to its parts by
x*y <= x, x*y <= y and x + y - 1 <= x*y. A linear program over these variables looks for the largest common slack. It
is solved in floating point and only proposes:

- where the slack is negative, its multipliers. The inequalities times these multipliers are added up in exact
  rationals; if the sum is proved negative all over the piece, no point of the piece meets them all;
- where it is not, a point, which is looked at exactly.

What neither settles is cut in half, along the variable whose products are furthest from what they stand for.

References
----------
G. P. McCormick (1976), "Computability of global solutions to factorable nonconvex programs: Part I", Mathematical
Programming 10, 147-175. R. E. Moore (1966), Interval Analysis, section 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from detente.games.rational import fast
from detente.solve.parametric._float_signs import as_float
from detente.solve.parametric._unit_box import affordable, direction, enclosure, meets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.solve.parametric._unit_box import Literal, UnitBox

__all__ = ["Answer", "common_point"]

#: Pieces into which the cube may be cut for one system.
PIECES = 60
#: Slacks below this in size are not told from 0 in floating point.
NOISE = 1e-9
#: Fineness of multipliers and of points.
FINE, GRID = 2**30, 2**12
#: Monomials above which no linear program is made.
MOST = 400


@dataclass(frozen=True)
class Answer:
    """What is known: ``core`` names inequalities proved to have no common point, ``point`` is one; or neither."""

    core: frozenset[int] | None = None
    point: tuple[Any, ...] | None = None


class _Active(NamedTuple):
    """An inequality on a piece: a polynomial that is positive (strict) or not negative, and its position."""

    polynomial: Any
    strict: bool
    at: int


class _Piece(NamedTuple):
    """A part of the cube: what is left of the inequalities there, where it lies, and after how many cuts."""

    active: list[_Active]
    place: list[tuple[Any, Any]]
    cuts: int = 0


def common_point(unit: UnitBox, literals: Sequence[Literal], pieces: int = PIECES, every: int = 1) -> Answer:
    """Look for a common point of inequalities in the unit cube, or for a proof that there is none.

    Parameters
    ----------
    unit : UnitBox
        The cube.
    literals : sequence of (polynomial, strict)
        Each polynomial is positive (strict) or not negative.
    pieces : int
        Into how many pieces the cube may be cut; fewer where polynomials are long.
    every : int
        A linear program is made after so many cuts each: it costs as much as twenty pieces without.

    Returns
    -------
    Answer
        With a core, proved; with a point in coordinates of the cube, exact; or with neither.
    """
    usable = [_Active(p, strict, at) for at, (p, strict) in enumerate(literals) if unit.bounded(p)]
    whole = len(usable) == len(literals)
    zero, one = fast(Fraction(0)), fast(Fraction(1))
    stack = [_Piece(usable, [(zero, one)] * len(unit.names))]
    pieces = affordable(pieces, [each.polynomial for each in usable])
    core: frozenset[int] = frozenset()
    for _ in range(pieces):
        if not stack:
            return Answer(core)
        piece, without = _contracted(unit, stack.pop())
        if without is not None:
            core |= {without}
            continue
        relaxed = _Relaxation(unit, piece.active, solved=bool(piece.active) and piece.cuts % every == 0)
        found = relaxed.refuted()
        if found is not None:
            core |= found
            continue
        if whole:
            point = _met(piece, relaxed.points())
            if point is not None:
                return Answer(point=point)
        at = relaxed.loosest()
        if at is None:
            return Answer()
        low, high = piece.place[at]
        middle = (low + high) / 2
        for images, span in zip(unit.halves[at], ((low, middle), (middle, high)), strict=True):
            cut = [_Active(p.compose(*images, ctx=unit.context), strict, k) for p, strict, k in piece.active]
            stack.append(_Piece(cut, [*piece.place[:at], span, *piece.place[at + 1 :]], piece.cuts + 1))
    return Answer(core) if not stack else Answer()


def _met(piece: _Piece, proposed: Sequence[Sequence[Any]]) -> tuple[Any, ...] | None:
    """Return a proposed point that meets all inequalities of a piece, in coordinates of the cube."""
    for own in proposed:
        if all(meets(each.polynomial(*own), each.strict) for each in piece.active):
            return tuple(low + (high - low) * x for (low, high), x in zip(piece.place, own, strict=True))
    return None


def _contracted(unit: UnitBox, piece: _Piece) -> tuple[_Piece, int | None]:
    """Drop what holds all over the piece, move variables on which the rest agree; name one that holds nowhere."""
    active, place = piece.active, list(piece.place)
    while True:
        rest = []
        for each in active:
            low, high = enclosure(each.polynomial)
            if high < 0 or (each.strict and high == 0):
                return piece, each.at
            if not meets(low, each.strict):
                rest.append(each)
        active, moved = rest, False
        for at, name in enumerate(unit.names):
            if place[at][0] == place[at][1]:
                continue
            directions: set[int] = set()
            for each in active:
                slope = each.polynomial.derivative(at)
                if slope:
                    directions.add(direction(slope))
                    if 0 in directions or len(directions) > 1:
                        break
            if len(directions) == 1 and 0 not in directions:
                end = int(directions == {1})
                place[at] = (place[at][end],) * 2
                active = [each._replace(polynomial=each.polynomial.subs({name: end})) for each in active]
                moved = True
        if not moved:
            return _Piece(active, place, piece.cuts), None


class _Relaxation:
    """The linear program of one piece."""

    def __init__(self, unit: UnitBox, active: Sequence[_Active], *, solved: bool) -> None:
        self.unit, self.active = unit, active
        self.size = len(unit.names)
        self.singles = [tuple(int(k == at) for k in range(self.size)) for at in range(self.size)]
        self.terms = [_scaled(each.polynomial) for each in active]
        self.monomials: dict[tuple[int, ...], int] = {}
        self.parts: list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = []
        self.values: list[float] | None = None
        self.slack = 1.0
        self.weights: list[float] = []
        self.cut_weights: list[float] = []
        for terms in self.terms if solved else ():
            for monomial, _ in terms:
                self._add(monomial)
        if solved and len(self.monomials) <= MOST:
            self._solve()

    def _add(self, monomial: tuple[int, ...]) -> None:
        """Make a monomial a variable, with the two factors that tie it to smaller ones."""
        while monomial not in self.monomials:
            degree = sum(monomial)
            if not degree:
                return
            self.monomials[monomial] = len(self.monomials)
            if degree == 1:
                return
            at = next(k for k, power in enumerate(monomial) if power)
            rest = (*monomial[:at], monomial[at] - 1, *monomial[at + 1 :])
            self.parts.append((monomial, self.singles[at], rest))
            self._add(self.singles[at])
            monomial = rest

    def _solve(self) -> None:
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import coo_array

        count, own = len(self.monomials), len(self.terms)
        entries: list[tuple[int, int, float]] = []
        right = np.zeros(own + 3 * len(self.parts))
        for row, terms in enumerate(self.terms):
            entries.append((row, count, 1.0))
            for monomial, c in terms:
                if any(monomial):
                    entries.append((row, self.monomials[monomial], -c))
                else:
                    right[row] = c
        for k, (product, single, rest) in enumerate(self.parts):
            row, (p, a, b) = own + 3 * k, (self.monomials[each] for each in (product, single, rest))
            entries += [(row, p, 1.0), (row, a, -1.0), (row + 1, p, 1.0), (row + 1, b, -1.0)]
            entries += [(row + 2, p, -1.0), (row + 2, a, 1.0), (row + 2, b, 1.0)]
            right[row + 2] = 1
        rows, columns, values = zip(*entries, strict=True)
        matrix = coo_array((values, (rows, columns)), shape=(len(right), count + 1)).tocsr()  # same places add up
        objective = np.zeros(count + 1)
        objective[-1] = -1
        bounds = np.array([(0.0, 1.0)] * count + [(-np.inf, 1.0)])
        solve: Any = linprog
        found = solve(objective, A_ub=matrix, b_ub=right, bounds=bounds, method="highs-ds")
        if found.x is None:
            return
        self.values, self.slack = found.x[:-1].tolist(), float(found.x[-1])
        duals = (-found.ineqlin.marginals).tolist()
        self.weights, self.cut_weights = duals[:own], duals[own:]

    def refuted(self) -> frozenset[int] | None:
        """Return positions of inequalities proved to have no common point in the piece, None where not proved."""
        if self.slack > NOISE:
            return None
        from flint import fmpq

        total, used, strict = self.unit.zero, set(), False
        for each, terms, weight in zip(self.active, self.terms, self.weights, strict=True):
            multiple = fmpq(round(weight * FINE), FINE)
            if multiple > 0:
                total = total + each.polynomial * (multiple / terms.scale)
                used.add(each.at)
                strict = strict or each.strict
        one = self.unit.one
        for k, (_, single, rest) in enumerate(self.parts):
            weights = [fmpq(round(weight * FINE), FINE) for weight in self.cut_weights[3 * k : 3 * k + 3]]
            if any(weight > 0 for weight in weights):
                a, b = self._power(single), self._power(rest)
                # products of what is not negative: x*(1 - y), y*(1 - x), (1 - x)*(1 - y)
                for weight, product in zip(weights, (a * (one - b), b * (one - a), (one - a) * (one - b)), strict=True):
                    if weight > 0:
                        total = total + product * weight
        _, high = enclosure(total)
        return frozenset(used) if high < 0 or (high == 0 and strict) else None

    def _power(self, monomial: tuple[int, ...]) -> Any:
        return self.unit.context.from_dict({monomial: 1})

    def points(self) -> list[list[Any]]:
        """Return points of the piece to look at: what the program proposes, rounded, and the middle."""
        from flint import fmpq

        middle = [fmpq(1, 2)] * self.size
        if self.values is None or self.slack < -NOISE:
            return [middle]
        own = list(middle)
        for at, single in enumerate(self.singles):
            k = self.monomials.get(single)
            if k is not None:
                own[at] = fmpq(min(max(round(self.values[k] * GRID), 0), GRID), GRID)
        return [own, middle]

    def loosest(self) -> int | None:
        """Return the variable to cut: that of the products that the relaxation gets wrong most, else the steepest."""
        wrong, steep = [0.0] * self.size, [0.0] * self.size
        gaps = self._gaps()
        for terms in self.terms:
            for monomial, c in terms:
                size, gap = abs(c), abs(c) * gaps.get(monomial, 0.0)
                for at, power in enumerate(monomial):
                    if power:
                        steep[at] += size
                        wrong[at] += gap
        chosen = wrong if max(wrong, default=0.0) > NOISE else steep
        best = max(range(self.size), key=lambda at: (chosen[at], -at), default=None)
        return None if best is None or chosen[best] == 0 else best

    def _gaps(self) -> dict[tuple[int, ...], float]:
        """Return how far each product is from what it stands for, where the program has a solution."""
        if self.values is None:
            return {}
        found: dict[tuple[int, ...], float] = {}
        known = [self.values[self.monomials[one]] if one in self.monomials else 1.0 for one in self.singles]
        for monomial, k in self.monomials.items():
            product = 1.0
            for x, power in zip(known, monomial, strict=True):
                if power:
                    product *= x**power
            found[monomial] = abs(self.values[k] - product)
        return found


class _Terms(list[tuple[tuple[int, ...], float]]):
    """Terms of a polynomial in floats, and the exact number by which they are divided."""

    scale: Any


def _scaled(polynomial: Any) -> _Terms:
    """Return the terms of a polynomial in floats, the largest coefficient 1 in size."""
    terms = list(polynomial.terms())
    found = _Terms()
    found.scale = max((abs(c) for _, c in terms), default=fast(Fraction(1)))
    for monomial, c in terms:
        found.append((tuple(map(int, monomial)), as_float(c / found.scale)))
    return found
