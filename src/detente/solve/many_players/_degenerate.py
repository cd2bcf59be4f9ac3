"""Supports that subdivision leaves open: singular, tied or infinitely many solutions, decided by algebra.

The indifference equations of a support are polynomials. Factors that keep their sign wherever all strategies
of the support are played are divided out; what remains is split into branches by its factors, and the
Groebner basis of each branch tells whether its zeros are finitely many. If so, all of them are found exactly;
if not, and all infinity is in one player's own probabilities while the others' are fixed, the equilibria on
it are a polytope, given by its vertices. Anything else is reported as not resolved.

References
----------
B. Sturmfels (2002), Solving Systems of Polynomial Equations, chapter 6 (Nash equilibria). R. Datta (2010),
"Finding all Nash equilibria of a finite game using polynomial algebra", Economic Theory 42, 55-96.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, product
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.solve.many_players._algebraic import to_fraction
from detente.solve.many_players._groebner import TooHard, dimension_zero, groebner_basis, lead, real_points

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.solve.many_players._krawczyk import SupportSystem

__all__ = ["Resolution", "resolve"]

#: Most branches followed on one support, and most vertices tried of one polytope.
MOST_BRANCHES, MOST_BASES = 64, 20_000

Weights = tuple[tuple[Any, ...], ...]


@dataclass
class Resolution:
    """What is on one support: ``points`` (weights on the support) solve the equations with positive weights.

    ``endpoints`` are vertices of continua of equilibria, on the support or on its boundary; ``continuum``
    says that there is one; ``unresolved`` says in words what was not decided, or is empty.
    """

    points: list[Weights] = field(default_factory=list)
    endpoints: list[Weights] = field(default_factory=list)
    continuum: bool = False
    unresolved: str = ""


def resolve(system: SupportSystem, tick: Callable[[], None]) -> Resolution:
    """Return every solution with positive weights on a support, exactly, or say what was not decided."""
    solver = _Support(system, tick)
    try:
        for basis in solver.branches():
            solver.conclude(basis)
    except TooHard:
        solver.result.unresolved = "equations too large for exact elimination"
    return solver.result


class _Support:
    def __init__(self, system: SupportSystem, tick: Callable[[], None]) -> None:
        import flint

        self.system, self.tick = system, tick
        self.result = Resolution()
        self.unknowns = [(j, k) for j in system.mixing for k in range(1, system.sizes[j])]
        names = [f"x{k}" for k in range(len(self.unknowns))] + ["tag"]
        self.context = flint.fmpz_mpoly_ctx.get(names, flint.Ordering.degrevlex)
        weights = []
        at = 0
        for size in system.sizes:
            own = [self.context.gen(at + k) for k in range(size - 1)]
            at += size - 1
            weights.append([self.context.constant(1) - sum(own, start=self.context.constant(0)), *own])
        self.weights = weights

    def branches(self) -> list[list[Any]]:
        """Return Groebner bases whose zeros together are those of the equations inside the support."""
        start = [self.context.constant(0) + value for value in self.system.values(self.weights)]
        waiting = [[value for value in start if value != 0]]
        finished: list[list[Any]] = []
        while waiting:
            self.tick()
            if len(waiting) + len(finished) > MOST_BRANCHES:
                raise TooHard
            polynomials = waiting.pop()
            split = self._split(polynomials)
            if split is None:
                continue
            if len(split) > 1:
                waiting += split
                continue
            basis = groebner_basis(split[0], self.context, self.tick)
            if basis and basis[0].is_constant():
                continue
            again = self._split(basis)
            if again is None:
                continue
            if len(again) == 1 and all(_same(a, b) for a, b in zip(again[0], basis, strict=True)):
                finished.append(basis)
            else:
                waiting += again
        return finished

    def _split(self, polynomials: Sequence[Any]) -> list[list[Any]] | None:
        """Return the branches by factors that may vanish inside the support; None where none can."""
        clean: list[Any] = []
        for number, polynomial in enumerate(polynomials):
            factors = [each for each, _ in polynomial.factor()[1] if not self._keeps_sign(each)]
            if not factors:
                return None
            if len(factors) > 1:
                rest = list(polynomials[number + 1 :])
                return [[*clean, each, *rest] for each in factors]
            clean.append(factors[0])
        return [clean]

    def _keeps_sign(self, polynomial: Any) -> bool:
        """Return True if a polynomial provably has no zero where every strategy is played."""
        degrees = [int(d) for d in polynomial.degrees()][: len(self.unknowns)]
        used = [k for k, d in enumerate(degrees) if d]
        if len(used) == 1 and degrees[used[0]] > 1:
            import flint

            coefficients = [0] * (degrees[used[0]] + 1)
            for monomial, c in polynomial.to_dict().items():
                coefficients[int(monomial[used[0]])] = int(c)
            roots = [root for root, _ in flint.fmpz_poly(coefficients).complex_roots()]
            return all(not root.imag.contains(0) or root.real <= 0 or root.real >= 1 for root in roots)
        blocks = {j: [k for k, (i, _) in enumerate(self.unknowns) if i == j] for j in self.system.mixing}
        for monomial in polynomial.monoms():
            if any(sum(int(monomial[k]) for k in own) > 1 for own in blocks.values()):
                return False
        signs = set()
        terms = [([int(e) for e in m], int(c)) for m, c in polynomial.to_dict().items()]
        for corner in product(*(range(len(own) + 1) for own in blocks.values())):
            ones = {own[c - 1] for own, c in zip(blocks.values(), corner, strict=True) if c}
            value = sum(c for m, c in terms if all(not e or k in ones for k, e in enumerate(m)))
            signs.add((value > 0) - (value < 0))
        return not {1, -1} <= signs

    def conclude(self, basis: list[Any]) -> None:
        """Add what is on one branch to the result."""
        if dimension_zero(basis, len(self.unknowns)):
            for free in real_points(basis, self.context, len(self.unknowns), self.tick):
                weights = self._weights(free)
                if all(weight > 0 for own in weights for weight in own) and weights not in self.result.points:
                    self.result.points.append(weights)
            return
        if not self._polytope(basis):
            self.result.unresolved = "infinitely many solutions of the indifference equations"

    def _weights(self, free: Sequence[Any]) -> Weights:
        weights, at = [], 0
        for size in self.system.sizes:
            own = free[at : at + size - 1]
            at += size - 1
            weights.append((1 - sum(own, start=Fraction(0)), *own))
        return tuple(weights)

    def _polytope(self, basis: list[Any]) -> bool:
        """Handle a branch that fixes the weights of all players but one; return False for others."""
        fixed: dict[int, Fraction] = {}
        for polynomial in basis:
            if polynomial.total_degree() != 1:
                return False
            terms = {tuple(int(e) for e in m): int(c) for m, c in polynomial.to_dict().items()}
            variables = [m for m in terms if any(m)]
            if len(variables) == 1:
                constant = terms.get((0,) * len(variables[0]), 0)
                fixed[variables[0].index(1)] = Fraction(-constant, terms[variables[0]])
        loose = {self.unknowns[k][0] for k in range(len(self.unknowns)) if k not in fixed}
        if len(loose) != 1:
            return False
        player = loose.pop()
        known: list[Any] = [fixed.get(k, Fraction(0)) for k in range(len(self.unknowns))]
        base = [list(own) for own in self._weights(known)]
        if any(weight <= 0 for i, own in enumerate(base) if i != player for weight in own):
            return True
        size = self.system.sizes[player]
        rows = self._constraints(base, player)
        if rows is None:
            return True
        equal, below = rows
        corners = _vertices(equal, below, size)
        if corners is None:
            return False
        middle = [sum(each) for each in zip(*corners, strict=True)]
        if not corners or min(middle) <= 0:
            return True
        full = [tuple(tuple(c) if i == player else tuple(own) for i, own in enumerate(base)) for c in corners]
        if len(full) == 1:
            self.result.points += full
        else:
            self.result.continuum = True
            self.result.endpoints += full
        return True

    def _constraints(
        self, base: list[list[Any]], player: int
    ) -> tuple[list[list[Fraction]], list[list[Fraction]]] | None:
        """Return rows r with r . w = 0 and r . w <= 0 for the loose player's weights w, or None."""
        system = self.system
        size = system.sizes[player]
        units = [[Fraction(int(k == s)) for k in range(size)] for s in range(size)]
        equal: list[list[Fraction]] = []
        below: list[list[Fraction]] = []
        for i in range(len(system.sizes)):
            tables = [(equal, system.equations[i]), (below, system.outside[i])]
            for rows, table in tables:
                if not len(table):
                    continue
                values = [
                    system.gains(
                        _fractions(table), i, [u if j == player else own for j, own in enumerate(base)]
                    )
                    for u in units
                ]
                if i == player:
                    if any(v > 0 for v in values[0]) or (rows is equal and any(v != 0 for v in values[0])):
                        return None
                else:
                    rows += [list(row) for row in zip(*values, strict=True)]
        return equal, below


def _fractions(table: Any) -> Any:
    return np.vectorize(lambda entry: Fraction(int(entry)), otypes=[object])(table)


def _same(a: Any, b: Any) -> bool:
    return (
        lead(a) == lead(b)
        and len(a) == len(b)
        and bool(a.leading_coefficient() * b == b.leading_coefficient() * a)
    )


def _vertices(
    equal: list[list[Fraction]], below: list[list[Fraction]], size: int
) -> list[list[Fraction]] | None:
    """Return the vertices of {w >= 0, sum w = 1, equal w = 0, below w <= 0}; None if too many."""
    import flint

    def solve(rows: list[list[Fraction]]) -> list[Fraction] | None:
        matrix = [[flint.fmpq(c.numerator, c.denominator) for c in row] + [flint.fmpq(0)] for row in rows]
        matrix.append([flint.fmpq(1)] * (size + 1))
        echelon, rank = flint.fmpq_mat(matrix).rref()
        if rank < size or any(
            all(echelon[r, k] == 0 for k in range(size)) and echelon[r, size] != 0 for r in range(rank)
        ):
            return None
        if rank > size:
            return None
        return [to_fraction(echelon[k, size]) for k in range(size)]

    nonnegative = [[Fraction(-int(k == s)) for k in range(size)] for s in range(size)]
    tight = nonnegative + [row for row in below if any(row)]
    if sum(comb(len(tight), k) for k in range(size)) > MOST_BASES:
        return None
    found: list[list[Fraction]] = []
    for count in range(size):
        for chosen in combinations(tight, count):
            point = solve([*equal, *chosen])
            if point is None or point in found:
                continue
            if all(sum(c * w for c, w in zip(row, point, strict=True)) <= 0 for row in tight):
                found.append(point)
    return sorted(found, reverse=True)
