"""Systems in positive unknowns, as far as they are linear: exact points and ranges.

A *polynomial* maps a monomial (a sorted tuple of unknowns, each a positive integer) to its coefficient;
``()`` is the constant. A constraint says that a polynomial is zero or at least zero. As every unknown is
positive, a factor that all monomials of a constraint share can be cancelled; a constraint that is of degree
one after that is *linear*.

Linear constraints are made homogeneous by an unknown 0 that stands for 1. The set of solutions is then a
cone, in which strict positivity may be replaced by "at least 1": feasibility is one exact linear program, and
the range of a ratio of two linear forms is another, with the denominator set to 1 (Charnes and Cooper 1962).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import TYPE_CHECKING

from detente.solve.programs._rational_lp import maximize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "ONE",
    "Constraint",
    "Linear",
    "Polynomial",
    "as_linear",
    "cancel",
    "positive_point",
    "range_of",
    "substitute",
    "whole",
]

#: The unknown that stands for the constant 1.
ONE = 0

Number = Fraction | int
Polynomial = dict[tuple[int, ...], Number]
#: Kind (``zero``, ``atleast``: a polynomial that is zero, or at least zero) and polynomial.
Constraint = tuple[str, Polynomial]
#: Kind and sorted coefficients of a homogeneous linear form, in coprime integers.
Linear = tuple[str, tuple[tuple[int, int], ...]]


def add(target: Polynomial, other: Mapping[tuple[int, ...], Number], factor: Number = 1) -> None:
    """Add ``factor`` times ``other`` to ``target`` in place, dropping terms that vanish."""
    for monomial, coefficient in other.items():
        total = target.get(monomial, 0) + factor * coefficient
        if total:
            target[monomial] = total
        else:
            target.pop(monomial, None)


def cancel(polynomials: Sequence[Polynomial]) -> list[Polynomial]:
    """Return polynomials without the unknowns that all their monomials share."""
    shared: list[int] | None = None
    for polynomial in polynomials:
        for monomial in polynomial:
            if shared is None:
                shared = list(monomial)
            else:
                left = list(monomial)
                kept = []
                for unknown in shared:
                    if unknown in left:
                        left.remove(unknown)
                        kept.append(unknown)
                shared = kept
    if not shared:
        return list(polynomials)
    made: list[Polynomial] = []
    for polynomial in polynomials:
        reduced: Polynomial = {}
        for monomial, coefficient in polynomial.items():
            rest = list(monomial)
            for unknown in shared:
                rest.remove(unknown)
            reduced[tuple(rest)] = coefficient
        made.append(reduced)
    return made


def linear_form(polynomial: Polynomial) -> dict[int, Number] | None:
    """Return the coefficients of a polynomial of degree one, the constant at unknown 0, else None."""
    if any(len(monomial) > 1 for monomial in polynomial):
        return None
    return {monomial[0] if monomial else ONE: coefficient for monomial, coefficient in polynomial.items()}


def as_linear(constraint: Constraint) -> Linear | bool | None:
    """Return a constraint as a linear one; True or False where that is plain; None where it is not linear."""
    kind, polynomial = constraint
    signs = {coefficient > 0 for coefficient in polynomial.values()}
    if not signs:
        return True
    if len(signs) == 1:
        # Positive unknowns: a sum of terms of one sign is never zero.
        return kind == "atleast" and True in signs
    form = linear_form(cancel([polynomial])[0])
    if form is None:
        return None
    return whole(kind, form)


def whole(kind: str, form: Mapping[int, Number]) -> Linear:
    """Return a linear constraint in coprime integers, so that equal ones are the same."""
    scale = lcm(*(coefficient.denominator for coefficient in form.values()))
    entries = {unknown: int(coefficient * scale) for unknown, coefficient in form.items()}
    common = gcd(*entries.values())
    return kind, tuple(sorted((unknown, entry // common) for unknown, entry in entries.items()))


def substitute(constraint: Constraint, known: Mapping[int, Fraction]) -> Constraint:
    """Return a constraint with the values of known unknowns put in."""
    kind, polynomial = constraint
    made: Polynomial = {}
    for monomial, coefficient in polynomial.items():
        rest = []
        for unknown in monomial:
            if unknown in known:
                coefficient *= known[unknown]  # noqa: PLW2901 - collects the factor
            else:
                rest.append(unknown)
        add(made, {tuple(rest): coefficient})
    return kind, made


def _components(rows: Iterable[Linear]) -> list[tuple[Linear, ...]]:
    """Split rows into groups that share no unknown but the constant."""
    groups: list[tuple[set[int], list[Linear]]] = []
    for row in rows:
        touched = {unknown for unknown, _ in row[1]} - {ONE}
        members = [row]
        rest = []
        for group in groups:
            if group[0] & touched:
                touched |= group[0]
                members += group[1]
            else:
                rest.append(group)
        groups = [*rest, (touched, members)]
    return [tuple(sorted(set(members))) for _, members in groups]


@lru_cache(maxsize=100_000)
def _point(rows: tuple[Linear, ...]) -> tuple[tuple[int, Fraction], ...] | None:
    """Return a strictly positive solution of one group of rows, or None; the constant is scaled to 1."""
    unknowns = sorted({unknown for _, form in rows for unknown, _ in form})
    place = {unknown: k for k, unknown in enumerate(unknowns)}
    equal: list[tuple[list[int], int]] = []
    at_least: list[tuple[list[int], int]] = []
    for kind, form in rows:
        row = [0] * len(unknowns)
        for unknown, coefficient in form:
            row[place[unknown]] = coefficient
        # x = 1 + y with y >= 0: the solutions form a cone, so 1 is as good a bound as any positive one.
        (equal if kind == "zero" else at_least).append((row, -sum(row)))
    found = maximize([-1] * len(unknowns), equal, at_least)
    if found is None:
        return None
    values = [1 + value for value in found.point]
    unit = values[place[ONE]] if ONE in place else Fraction(1)
    return tuple((unknown, values[place[unknown]] / unit) for unknown in unknowns if unknown != ONE)


def positive_point(rows: Iterable[Linear]) -> dict[int, Fraction] | None:
    """Return positive values for the unknowns that satisfy all ``rows``, or None if there are none."""
    values: dict[int, Fraction] = {}
    for group in _components(rows):
        found = _point(group)
        if found is None:
            return None
        values.update(found)
    return values


def range_of(
    rows: Iterable[Linear], top: Mapping[int, Number], bottom: Mapping[int, Number]
) -> tuple[Fraction, Fraction, list[dict[int, Fraction]]] | None:
    """Return infimum and supremum of ``top / bottom`` over the positive solutions, and where attained.

    ``bottom`` must be positive wherever the unknowns are; None is returned where the ratio has no upper
    bound. The points may have zeros: they lie in the closure. The rows must have a positive solution.
    """
    wanted = (set(top) | set(bottom)) - {ONE}
    chosen: list[Linear] = []
    groups = _components(rows)
    for group in groups:
        if wanted & {unknown for _, form in group for unknown, _ in form}:
            chosen += group
    unknowns = sorted({unknown for _, form in chosen for unknown, _ in form} | set(top) | set(bottom))
    place = {unknown: k for k, unknown in enumerate(unknowns)}

    def dense(form: Iterable[tuple[int, Number]]) -> list[Number]:
        row: list[Number] = [0] * len(unknowns)
        for unknown, coefficient in form:
            row[place[unknown]] = coefficient
        return row

    equal: list[tuple[list[Number], int]] = [(dense(form), 0) for kind, form in chosen if kind == "zero"]
    at_least = [(dense(form), 0) for kind, form in chosen if kind != "zero"]
    equal.append((dense(bottom.items()), 1))
    ends: list[Fraction] = []
    points = []
    for sign in (-1, 1):
        found = maximize([sign * x for x in dense(top.items())], equal, at_least)
        assert found is not None
        if found.value is None:
            return None
        ends.append(sign * found.value)
        points.append(dict(zip(unknowns, found.point, strict=True)))
    return ends[0], ends[1], points
