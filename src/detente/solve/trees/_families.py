"""From feasible cases to families of assessments: exact ranges, a member, vertices of beliefs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from detente.solve.programs._positive_system import (
    ONE,
    Polynomial,
    add,
    cancel,
    linear_form,
    positive_point,
    range_of,
    substitute,
)
from detente.solve.trees._settling import unravel
from detente.solve.trees._tree_values import node_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.solve.programs._positive_system import Linear
    from detente.solve.trees._assessment_search import AssessmentSearch, Case
    from detente.solve.trees._tree_values import Behavior

__all__ = ["Family", "belief_vertices", "family", "member", "solution", "solve_square", "vertices"]

Range = tuple[Fraction, Fraction]


@dataclass
class Family:
    """A case with the closed range of each probability by set: of actions, and of nodes believed in.

    ``points`` are solutions, possibly with zeros, at which ends of ranges are attained. A range is None where
    products of unknowns keep it from being computed.
    """

    case: Case
    actions: dict[int, tuple[Range | None, ...]] = field(default_factory=dict)
    beliefs: dict[int, dict[int, Range | None]] = field(default_factory=dict)
    points: list[dict[int, Fraction]] = field(default_factory=list)

    def covers(self, other: Family) -> bool:
        """Return True if every range of ``other`` lies within the one here, and it believes in no more."""
        if any(set(b) - set(a) for a, b in zip(self.case.believed, other.case.believed, strict=True)):
            return False
        pairs: list[tuple[Range | None, Range | None]] = []
        for h, own in self.actions.items():
            pairs += zip(own, other.actions[h], strict=True)
        for h, nodes in self.beliefs.items():
            pairs += [(nodes[x], other.beliefs[h][x]) for x in nodes]
        return all(a is not None and b is not None and a[0] <= b[0] and b[1] <= a[1] for a, b in pairs)


def assign(search: AssessmentSearch, case: Case) -> None:
    """Put the search back to a case, so that its unknowns can be named."""
    search.used = list(case.used)
    search.believed = list(case.believed)


def family(search: AssessmentSearch, case: Case) -> Family:
    """Return a case with the ranges of all its probabilities."""
    assign(search, case)
    made = Family(replace(case, rows=search.rows(case)))
    for h, each in enumerate(search.sets):
        used = case.used[h]
        ranges: list[Range | None] = []
        for a in range(len(each.actions)):
            if a not in used or len(used) == 1:
                ranges.append((Fraction(int(a in used)),) * 2)
            else:
                top, bottom = search.share(h, a)
                ranges.append(_ratio(made, {top: 1}, {bottom: 1}))
        made.actions[h] = tuple(ranges)
        weights = {x: search.belief_weight(h, x) for x in case.believed[h]}
        total: Polynomial = {}
        for weight in weights.values():
            add(total, weight)
        made.beliefs[h] = {
            x: (Fraction(0), Fraction(0))
            if x not in weights
            else (Fraction(1), Fraction(1))
            if len(weights) == 1
            else _ratio(made, weights[x], total)
            for x in each.nodes
        }
    return made


def _ratio(made: Family, top: Polynomial, bottom: Polynomial) -> Range | None:
    """Return the range of a ratio within the case, or None where products of unknowns are left in it."""
    known = made.case.pinned
    shared = cancel([substitute(("zero", top), known)[1], substitute(("zero", bottom), known)[1]])
    products = made.case.products
    forms = [
        linear_form({(products[m],) if m in products else m: c for m, c in polynomial.items()})
        for polynomial in shared
    ]
    if forms[0] is None or forms[1] is None:
        return None
    if set(forms[0]) | set(forms[1]) <= {ONE}:
        value = Fraction(forms[0][ONE]) / forms[1][ONE]
        return value, value
    found = range_of(made.case.rows, forms[0], forms[1])
    if found is None:
        return None
    if found[0] != found[1]:
        made.points += found[2]
    return found[0], found[1]


def member(search: AssessmentSearch, made: Family) -> tuple[Behavior, tuple[tuple[Fraction, ...], ...]]:
    """Return one strategy of a family, the mean of the ends of its ranges, and all coefficients.

    The coefficients of used actions are their probabilities.
    """
    case = made.case
    assign(search, case)
    values = solution(made)

    def worth(monomial: tuple[int, ...]) -> Fraction:
        product = Fraction(1)
        for unknown in monomial:
            product *= values.get(unknown, Fraction(1))
        return product

    coefficients = []
    behavior = []
    for h, each in enumerate(search.sets):
        used = case.used[h]
        row = []
        for a in range(len(each.actions)):
            if used == (a,):
                row.append(Fraction(1))
            else:
                top, bottom = search.share(h, a)
                row.append(worth(top) / worth(bottom))
        coefficients.append(tuple(row))
        behavior.append(tuple(c if a in used else Fraction(0) for a, c in enumerate(row)))
    return tuple(behavior), tuple(coefficients)


def solution(made: Family) -> dict[int, Fraction]:
    """Return one positive solution of a family's case in its original unknowns."""
    case = made.case
    values = _mean(case.rows, made.points)
    if case.products:
        inside = {unknown for monomial in case.products for unknown in monomial}
        monomials = sorted({*case.products, *((unknown,) for unknown in inside if unknown in values)})
        worth = [values[case.products[m]] if len(m) > 1 else values[m[0]] for m in monomials]
        powers = unravel(monomials)
        assert powers is not None
        listed = {unknown for unknown, _ in powers}
        values.update({unknown: Fraction(1) for unknown in inside - listed})
        for unknown, parts in powers:
            product = Fraction(1)
            for k, power in parts.items():
                product *= worth[k] ** power
            values[unknown] = product
    return {**values, **case.pinned}


def _mean(rows: Sequence[Linear], points: Sequence[Mapping[int, Fraction]]) -> dict[int, Fraction]:
    """Return a positive solution: the mean of ``points``, plus a positive one where that has zeros."""
    inner = positive_point(rows)
    assert inner is not None
    if not points:
        return inner
    known = {unknown for point in points for unknown in point} - {ONE}
    reach = {ONE, *known}
    # Unknowns tied by rows to those of the points move with them.
    parts = [point for point in points if set(point) >= reach] or [
        _widen(point, reach, inner) for point in points
    ]
    summed = {unknown: sum((point[unknown] for point in parts), Fraction(0)) for unknown in reach}
    if any(value <= 0 for value in summed.values()):
        summed = {
            unknown: summed[unknown] + (inner.get(unknown, Fraction(1)) if unknown != ONE else 1)
            for unknown in reach
        }
    return {**inner, **{unknown: summed[unknown] / summed[ONE] for unknown in known}}


def _widen(
    point: Mapping[int, Fraction], reach: set[int], inner: Mapping[int, Fraction]
) -> dict[int, Fraction]:
    """Return a point of some unknowns extended to others by a multiple of the inner solution."""
    unit = point.get(ONE, Fraction(1))
    return {
        unknown: point[unknown]
        if unknown in point
        else unit * (inner.get(unknown, Fraction(1)) if unknown != ONE else 1)
        for unknown in reach
    }


def belief_vertices(
    search: AssessmentSearch, made: Family, behavior: Behavior
) -> dict[int, tuple[dict[int, Fraction], ...]] | None:
    """Return the vertices of the beliefs that support a strategy; None where sets depend on one another.

    The strategy must be the only one of the family. Beliefs are free of one another if the log-linear map
    from coefficients of unused actions to ratios of beliefs is onto; then every combination is consistent.
    """
    if any(r is None or r[0] != r[1] for own in made.actions.values() for r in own):
        return None
    case, tree = made.case, search.tree
    varying = [
        h for h, nodes in made.beliefs.items() if any(r is None or r[0] != r[1] for r in nodes.values())
    ]
    places: dict[tuple[int, int], int] = {}
    rows: list[dict[int, int]] = []
    for h in varying:
        forms = []
        for x in case.believed[h]:
            form: dict[int, int] = {}
            for at, a in search.moves[x]:
                if a not in case.used[at]:
                    k = places.setdefault((at, a), len(places))
                    form[k] = form.get(k, 0) + 1
            forms.append(form)
        rows += [{k: form.get(k, 0) - forms[0].get(k, 0) for k in {*form, *forms[0]}} for form in forms[1:]]
    if _rank([[Fraction(row.get(k, 0)) for k in range(len(places))] for row in rows]) < len(rows):
        return None
    values = node_values(tree, behavior)
    found = {}
    for h in varying:
        nodes, used = case.believed[h], case.used[h]
        player = search.sets[h].player
        gains = [
            [
                values[tree.nodes[x].children[used[0]]][player] - values[tree.nodes[x].children[a]][player]
                for x in nodes
            ]
            for a in range(len(search.sets[h].actions))
        ]
        equal = [gains[a] for a in used[1:]]
        at_least = [gains[a] for a in range(len(gains)) if a not in used]
        corners = vertices(len(nodes), equal, at_least)
        if corners is None:
            return None
        found[h] = tuple(
            {x: corner[nodes.index(x)] if x in nodes else Fraction(0) for x in search.sets[h].nodes}
            for corner in corners
        )
    return found


def vertices(
    size: int, equal: Sequence[Sequence[Fraction]], at_least: Sequence[Sequence[Fraction]]
) -> list[tuple[Fraction, ...]] | None:
    """Return the vertices of the p with ``row . p = 0`` and ``row . p >= 0``; None if too many to try.

    >>> [[str(x) for x in p] for p in vertices(2, [], [[Fraction(-1), Fraction(1)]]) or []]
    [['1/2', '1/2'], ['0', '1']]
    """
    unit = [[Fraction(int(k == j)) for j in range(size)] for k in range(size)]
    bounds = [*unit, *(list(row) for row in at_least)]
    free = size - 1
    if size > 8 or len(bounds) > 16:
        return None
    found: set[tuple[Fraction, ...]] = set()
    base = [[Fraction(1)] * size, *(list(row) for row in equal)]
    for count in range(free + 1):
        for tight in combinations(bounds, count):
            point = solve_square([*base, *tight], [Fraction(1), *([Fraction(0)] * (len(base) - 1 + count))])
            if point is not None and all(
                sum(a * b for a, b in zip(row, point, strict=True)) >= 0 for row in bounds
            ):
                found.add(point)
    return sorted(found, reverse=True)


def solve_square(
    rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction]
) -> tuple[Fraction, ...] | None:
    """Return the one solution of linear equations, or None if there is none or more than one."""
    size = len(rows[0])
    table = [[*row, b] for row, b in zip(rows, right, strict=True)]
    done = 0
    for column in range(size):
        pivot = next((r for r in range(done, len(table)) if table[r][column]), None)
        if pivot is None:
            return None
        table[done], table[pivot] = table[pivot], table[done]
        head = table[done][column]
        table[done] = [x / head for x in table[done]]
        for r in range(len(table)):
            if r != done and table[r][column]:
                factor = table[r][column]
                table[r] = [x - factor * y for x, y in zip(table[r], table[done], strict=True)]
        done += 1
    if any(row[-1] for row in table[done:]):
        return None
    return tuple(table[k][-1] for k in range(size))


def _rank(rows: list[list[Fraction]]) -> int:
    rank = 0
    table = [list(row) for row in rows]
    for column in range(len(table[0]) if table else 0):
        pivot = next((r for r in range(rank, len(table)) if table[r][column]), None)
        if pivot is None:
            continue
        table[rank], table[pivot] = table[pivot], table[rank]
        for r in range(rank + 1, len(table)):
            if table[r][column]:
                factor = table[r][column] / table[rank][column]
                table[r] = [x - factor * y for x, y in zip(table[r], table[rank], strict=True)]
        rank += 1
    return rank
