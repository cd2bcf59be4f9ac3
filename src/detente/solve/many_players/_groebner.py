"""Groebner bases over the rationals, small and interruptible, and the points of zero-dimensional ideals.

Buchberger's algorithm with his two criteria; the reductions run in FLINT, so that a basis of a few variables
takes milliseconds, and ``tick`` is called before each of them. Points come from the matrices of
multiplication in the quotient algebra (Stickelberger's theorem): with the squarefree part of each variable's
minimal polynomial added the ideal is radical (Seidenberg's lemma), and a linear form that separates its
points expresses every variable (shape lemma).

References
----------
D. Cox, J. Little, D. O'Shea (2005), Using Algebraic Geometry, 2nd ed., sections 2.2 and 2.4. F. Rouillier
(1999), "Solving zero-dimensional systems through the rational univariate representation", AAECC 9, 433-461.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from detente.solve.many_players._algebraic import NumberField, to_fraction

__all__ = ["TooHard", "dimension_zero", "groebner_basis", "real_points"]

Monomial = tuple[int, ...]
Tick = Callable[[], None]

#: Most reductions of one basis, largest quotient algebra and largest coefficient in bits before giving up.
MOST_REDUCTIONS, MOST_POINTS, MOST_BITS = 1500, 60, 20_000


class TooHard(Exception):  # noqa: N818 - control flow, not an error
    """A stated limit of work was reached."""


def lead(polynomial: Any) -> Monomial:
    """Return the leading monomial."""
    return tuple(int(k) for k in polynomial.monomial(0))


def _divides(a: Monomial, b: Monomial) -> bool:
    return all(x <= y for x, y in zip(a, b, strict=True))


def _lcm(a: Monomial, b: Monomial) -> Monomial:
    return tuple(max(x, y) for x, y in zip(a, b, strict=True))


def reduced(polynomial: Any, basis: Sequence[Any], context: Any) -> Any:
    """Return a nonzero multiple of the remainder of a polynomial by a basis."""
    import flint

    if not basis or polynomial == 0:
        return polynomial
    return polynomial.reduction_primitive_part(flint.fmpz_mpoly_vec(list(basis), context))


def groebner_basis(polynomials: Sequence[Any], context: Any, tick: Tick) -> list[Any]:
    """Return the reduced Groebner basis of integer polynomials, up to constant factors.

    Raises
    ------
    TooHard
        After :data:`MOST_REDUCTIONS` reductions, or when coefficients exceed :data:`MOST_BITS`.
    """
    basis: list[Any] = []
    pairs: list[tuple[int, Monomial, int, int]] = []
    done: set[tuple[int, int]] = set()

    def add(polynomial: Any) -> None:
        new = len(basis)
        mine = lead(polynomial)
        for k, other in enumerate(basis):
            common = _lcm(lead(other), mine)
            pairs.append((sum(common), common, k, new))
        basis.append(polynomial)

    for polynomial in sorted(polynomials, key=lambda each: (each.total_degree(), len(each))):
        rest = reduced(polynomial, basis, context)
        if rest != 0:
            add(rest)
    work = 0
    while pairs:
        pairs.sort(reverse=True)
        _, common, i, j = pairs.pop()
        done.add((i, j))
        a, b = lead(basis[i]), lead(basis[j])
        if all(x == 0 or y == 0 for x, y in zip(a, b, strict=True)):
            continue
        if any(
            k not in (i, j)
            and _divides(lead(basis[k]), common)
            and (min(i, k), max(i, k)) in done
            and (min(j, k), max(j, k)) in done
            for k in range(len(basis))
        ):
            continue
        tick()
        work += 1
        rest = reduced(basis[i].spoly(basis[j]), basis, context)
        if rest == 0:
            continue
        if rest.is_constant():
            return [rest]
        if work > MOST_REDUCTIONS or max(abs(int(c)).bit_length() for c in rest.coeffs()) > MOST_BITS:
            raise TooHard
        add(rest)
    least = [
        p
        for k, p in enumerate(basis)
        if not any(
            _divides(lead(q), lead(p)) and (lead(q) != lead(p) or m < k)
            for m, q in enumerate(basis)
            if m != k
        )
    ]
    return sorted(
        (reduced(p, [q for q in least if q is not p], context) for p in least),
        key=lambda p: (sum(lead(p)), lead(p)),
    )


def dimension_zero(basis: Sequence[Any], variables: int) -> bool:
    """Return True if the zeros are finitely many: each variable has a power as leading term."""
    powers = {next(k for k, e in enumerate(m) if e) for m in map(lead, basis) if sum(1 for e in m if e) == 1}
    return len(powers) == variables


def _standard(basis: Sequence[Any], variables: int) -> list[Monomial]:
    """Return the monomials that no leading monomial divides."""
    leads = [lead(each)[:variables] for each in basis]
    found: list[Monomial] = []
    frontier: list[Monomial] = [(0,) * variables]
    seen = set(frontier)
    while frontier:
        monomial = frontier.pop()
        if any(_divides(each, monomial) for each in leads):
            continue
        found.append(monomial)
        if len(found) > MOST_POINTS:
            raise TooHard
        for k in range(variables):
            above = (*monomial[:k], monomial[k] + 1, *monomial[k + 1 :])
            if above not in seen:
                seen.add(above)
                frontier.append(above)
    return sorted(found, key=lambda m: (sum(m), m))


def _multiplications(basis: Sequence[Any], context: Any, variables: int, tick: Tick) -> tuple[list[Any], int]:
    """Return the matrices of multiplication by each variable (columns are images) and the dimension.

    The context has one variable more than the ideal, the last. As no leading monomial contains it, it
    survives every reduction and shows the factor by which the remainder was multiplied.
    """
    import flint

    standard = _standard(basis, variables)
    place = {monomial: k for k, monomial in enumerate(standard)}
    size = len(standard)
    tag = context.gen(variables)
    matrices = []
    for k in range(variables):
        columns = []
        for monomial in standard:
            tick()
            image = (*monomial[:k], monomial[k] + 1, *monomial[k + 1 :])
            rest = reduced(context.from_dict({(*image, 0): 1}) + tag, basis, context)
            entries = rest.to_dict()
            scale = next(c for m, c in entries.items() if m[-1] == 1)
            column = [flint.fmpq(0)] * size
            for m, c in entries.items():
                if m[-1] == 0:
                    column[place[tuple(int(e) for e in m[:-1])]] = flint.fmpq(c, scale)
            columns.append(column)
        matrices.append(flint.fmpq_mat(columns).transpose())
    return matrices, size


def _possible(minimal: Any) -> Any:
    """Return the product of the irreducible factors that have a root strictly between 0 and 1."""
    import flint

    kept = flint.fmpz_poly([1])
    for factor, _ in minimal.numer().factor()[1]:
        if any(_between(root, factor) for root, _ in factor.complex_roots()):
            kept *= factor
    return kept


def _between(root: Any, factor: Any) -> bool:
    if not root.imag.is_zero():
        return False
    if factor.degree() == 1:
        return bool(0 < to_fraction(-factor[0]) / to_fraction(factor[1]) < 1)
    return not (root.real <= 0 or root.real >= 1)


def real_points(basis: Sequence[Any], context: Any, variables: int, tick: Tick) -> Iterator[list[Any]]:
    """Yield the real zeros with all coordinates between 0 and 1 of a zero-dimensional ideal, exactly.

    ``context`` has one variable more than the ideal. Coordinates are Fractions or
    :class:`~detente.solve.many_players._algebraic.Algebraic`. Zeros with a coordinate outside (0, 1) may be left out or
    not.
    """
    import flint

    while True:
        if not basis or basis[0].is_constant():
            return
        matrices, size = _multiplications(basis, context, variables, tick)
        more = []
        for k, matrix in enumerate(matrices):
            minimal = matrix.minpoly()
            kept = _possible(minimal)
            if kept.degree() == 0:
                return
            if kept.degree() < minimal.degree():
                x = context.gen(k)
                more.append(
                    sum(
                        (context.constant(kept[e]) * x**e for e in range(kept.degree() + 1)),
                        start=context.constant(0),
                    )
                )
        if not more:
            break
        basis = groebner_basis([*basis, *more], context, tick)
    one = flint.fmpq_mat([[flint.fmpq(int(k == 0))] for k in range(size)])
    for attempt in range(1, 20):
        form = sum(
            (matrix * (attempt**k) for k, matrix in enumerate(matrices)), start=flint.fmpq_mat(size, size)
        )
        minimal = form.minpoly()
        if minimal.degree() == size:
            break
    else:
        raise TooHard
    columns = [one]
    for _ in range(size - 1):
        columns.append(form * columns[-1])
    powers = flint.fmpq_mat([[column[r, 0] for column in columns] for r in range(size)])
    shapes = [powers.solve(matrix * one) for matrix in matrices]
    for factor, _ in minimal.numer().factor()[1]:
        for root, _ in factor.complex_roots():
            if root.imag.is_zero():
                field = NumberField(factor, root.real)
                yield [field.element(flint.fmpq_poly([shape[k, 0] for k in range(size)])) for shape in shapes]
