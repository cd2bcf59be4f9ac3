"""Finite Markov chains in fractions, floats or symbols: classes, long-run shares, absorption.

States are eliminated one by one, and only sums, products and quotients of positive numbers occur (Grassmann,
Taksar and Heyman 1985). So floats keep their relative accuracy however rare a transition is, fractions stay
exact, and the same lines work for rational functions of symbols.

A chain with several recurrent classes has no single long-run distribution: the start decides, and
:meth:`Chain.long_run` weights the classes by the probabilities of ending in them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from detente.errors import UsageError
from detente.numbers import fraction_of

__all__ = ["Chain", "arithmetic_of", "in_common_field"]

#: Size from which a dense exact class is solved by FLINT in place of elimination.
DENSE = 40


@dataclass(frozen=True)
class Chain:
    """A Markov chain: ``rows[i][j]`` is the probability of moving from i to j; zeros are left out.

    Examples
    --------
    Two absorbing ends and a fair coin between them:

    >>> half = Fraction(1, 2)
    >>> walk = Chain(({0: Fraction(1)}, {0: half, 2: half}, {2: Fraction(1)}))
    >>> walk.recurrent
    ((0,), (2,))
    >>> walk.long_run({1: Fraction(1)})
    [Fraction(1, 2), 0, Fraction(1, 2)]
    """

    rows: tuple[Mapping[int, Any], ...]

    @classmethod
    def from_matrix(cls, matrix: Sequence[Sequence[Any]]) -> Chain:
        """Return the chain of a square matrix of transition probabilities."""
        return cls(tuple({j: value for j, value in enumerate(row) if value != 0} for row in matrix))

    @cached_property
    def recurrent(self) -> tuple[tuple[int, ...], ...]:
        """The recurrent classes, each in increasing order, in the order of their first states."""
        import numpy as np
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        size = len(self.rows)
        pairs = [(i, j) for i, row in enumerate(self.rows) for j in row]
        heads, tails = zip(*pairs, strict=True)
        graph = coo_array((np.ones(len(pairs)), (heads, tails)), shape=(size, size))
        _, label = connected_components(graph, directed=True, connection="strong")
        leaving = {int(label[i]) for i, j in pairs if label[i] != label[j]}
        classes: dict[int, list[int]] = {}
        for state in range(size):
            if int(label[state]) not in leaving:
                classes.setdefault(int(label[state]), []).append(state)
        return tuple(tuple(each) for each in classes.values())

    def absorption(self, start: Mapping[int, Any]) -> list[Any]:
        """Return, for every recurrent class, the probability that play from ``start`` ends in it."""
        ends = {state for each in self.recurrent for state in each}
        mass = {state: value for state, value in start.items() if value != 0}
        rows = {state: dict(row) for state, row in enumerate(self.rows) if state not in ends}
        into: dict[int, set[int]] = {state: set() for state in rows}
        for i, row in rows.items():
            for j in row:
                if j in into:
                    into[j].add(i)
        for gone in list(rows):
            row = rows.pop(gone)
            row.pop(gone, None)
            share = _scaled(row)
            for i in into[gone]:
                if i in rows:
                    _spread(rows[i], gone, share)
                    for j in share:
                        if j in into:
                            into[j].add(i)
            _spread(mass, gone, share)
        return [sum((mass[state] for state in each if state in mass), start=0) for each in self.recurrent]

    def stationary(self, members: Sequence[int]) -> list[Any]:
        """Return the long-run shares within one recurrent class, in the order of its members."""
        place = {state: k for k, state in enumerate(members)}
        rows = [{place[j]: value for j, value in self.rows[i].items()} for i in members]
        if len(members) > DENSE and sum(map(len, rows)) > 4 * len(members):
            dense = _dense(rows)
            if dense is not None:
                return dense
        steps: list[dict[int, Any]] = []
        for gone in range(len(rows) - 1, 0, -1):
            row = {j: value for j, value in rows[gone].items() if j < gone}
            total = sum(row.values())
            share = {j: value / total for j, value in row.items()}
            entering: dict[int, Any] = {}
            for i in range(gone):
                weight = rows[i].pop(gone, 0)
                if weight == 0:
                    continue
                entering[i] = weight / total
                for j, value in share.items():
                    rows[i][j] = rows[i].get(j, 0) + weight * value
            steps.append(entering)
        one = next(iter(rows[0].values()))
        found = [one / one]
        for entering in reversed(steps):
            found.append(sum(found[i] * value for i, value in entering.items()))
        total = sum(found)
        return [value / total for value in found]

    def long_run(self, start: Mapping[int, Any]) -> list[Any]:
        """Return the long-run share of time in every state, from a distribution ``{state: probability}``.

        For a periodic chain these are the averages over time.
        """
        found: list[Any] = [0] * len(self.rows)
        weights = [_one(self.rows)] if len(self.recurrent) == 1 else self.absorption(start)
        for members, weight in zip(self.recurrent, weights, strict=True):
            if weight == 0:
                continue
            for state, share in zip(members, self.stationary(members), strict=True):
                found[state] = weight * share
        return found

    def discounted(self, start: Mapping[int, Any], factor: Any) -> list[Any]:
        """Return the discounted shares ``(1 - d) * sum of d**t * P(state at t)``, which add up to one.

        They are the long-run shares of the chain that starts anew with probability 1 - d in every period.
        """
        anew = 1 - factor
        rows = []
        for row in self.rows:
            mixed = {j: factor * value for j, value in row.items()}
            for j, value in start.items():
                if value != 0:
                    mixed[j] = mixed.get(j, 0) + anew * value
            rows.append(mixed)
        return Chain(tuple(rows)).long_run(start)

    def finite(self, start: Mapping[int, Any], rounds: int) -> list[Any]:
        """Return the expected share of time in every state over so many periods.

        Fractions are brought to one denominator first, so that the periods take products of integers alone.
        """
        values = [*start.values(), *(value for row in self.rows for value in row.values())]
        if all(isinstance(value, (int, Fraction)) for value in values):
            unit = math.lcm(*(value.denominator for value in values))
            rows = [{j: int(value * unit) for j, value in row.items()} for row in self.rows]
            counts = _occupation(rows, {state: int(value * unit) for state, value in start.items()}, rounds, unit)
            scale = unit**rounds * rounds  # the last period has taken rounds - 1 steps from a start in units
            return [Fraction(count, scale) for count in counts]
        return [value / rounds for value in _occupation(self.rows, start, rounds, 1)]


def _occupation(rows: Sequence[Mapping[int, Any]], start: Mapping[int, Any], rounds: int, unit: int) -> list[Any]:
    """Return the summed distributions of all periods, each brought to the scale of the last one."""
    total: list[Any] = [0] * len(rows)
    mass = dict(start)
    for period in range(rounds):
        if period:
            following: dict[int, Any] = {}
            for i, weight in mass.items():
                for j, value in rows[i].items():
                    following[j] = following.get(j, 0) + weight * value
            mass = following
        if unit != 1:
            total = [value * unit for value in total]
        for i, weight in mass.items():
            total[i] = total[i] + weight
    return total


def _one(rows: Sequence[Mapping[int, Any]]) -> Any:
    some = next(iter(rows[0].values()))
    return some / some


def _scaled(row: Mapping[int, Any]) -> dict[int, Any]:
    total = sum(row.values())
    return {j: value / total for j, value in row.items()}


def _spread(target: dict[int, Any], gone: int, share: Mapping[int, Any]) -> None:
    """Move what ``target`` has on one state to the states that follow it."""
    weight = target.pop(gone, 0)
    if weight == 0:
        return
    for j, value in share.items():
        target[j] = target.get(j, 0) + weight * value


def _dense(rows: Sequence[Mapping[int, Any]]) -> list[Any] | None:
    """Return the stationary distribution of a dense exact class by FLINT, None for other numbers."""
    if not all(isinstance(value, (int, Fraction)) for row in rows for value in row.values()):
        return None
    from flint import fmpq, fmpq_mat

    size = len(rows)
    table = [[fmpq(0)] * size for _ in range(size)]
    for i, row in enumerate(rows):
        for j, value in row.items():
            table[j][i] = fmpq(value.numerator, value.denominator)
        table[i][i] -= 1
    table[-1] = [fmpq(1)] * size
    right = fmpq_mat(size, 1, [fmpq(0)] * (size - 1) + [fmpq(1)])
    solved = fmpq_mat(size, size, [entry for row in table for entry in row]).solve(right)
    return [fraction_of(solved[k, 0]) for k in range(size)]


def arithmetic_of(*values: Any) -> str:
    """Return ``symbolic`` if a value has symbols, ``float`` if one is a float, else ``exact``."""
    if any(getattr(value, "free_symbols", None) for value in values):
        return "symbolic"
    return "float" if any(isinstance(value, float) for value in values) else "exact"


def in_common_field(values: Sequence[Any]) -> tuple[list[Any], Any]:
    """Return expressions as elements of one field of rational functions, in which equal elements are equal.

    Raises
    ------
    UsageError
        If an expression is no rational function of symbols.
    """
    import sympy
    from sympy.polys.fields import sfield

    given = [
        sympy.Rational(value.numerator, value.denominator) if isinstance(value, (int, Fraction)) else value
        for value in values
    ]
    field, elements = sfield(given)
    odd = [each for each in field.symbols if not each.is_Symbol]
    if odd or not (field.domain.is_QQ or field.domain.is_ZZ):
        what = odd[0] if odd else field.domain
        raise UsageError(f"found {what} in a symbolic match; expected rational functions of parameters")
    return list(elements), field
