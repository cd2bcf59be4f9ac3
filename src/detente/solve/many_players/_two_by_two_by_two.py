"""All equilibria of a 2x2x2 game without ties, in closed form.

Let D_i be what player i gains by the second strategy instead of the first: a bilinear function of the others'
weights on their second strategies. Two players who mix against a pure third solve one linear equation each.
If all three mix, D_1(y, z) = 0 gives y, and D_2(x, z) = 0 gives x, as ratios of linear functions of z; put
into D_3(x, y) = 0 they leave a quadratic equation for z. So there are at most two such equilibria, and square
roots suffice.

References
----------
S. Govindan, R. Wilson (2010), "A decomposition algorithm for N-player games", Economic Theory 42. R.
McKelvey, A. McLennan (1997), "The maximal number of regular totally mixed Nash equilibria", Journal of
Economic Theory 72, 411-425.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import isqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["regular_2x2x2"]

Supports = tuple[tuple[int, ...], ...]
BOTH = (0, 1)


class _Tie(Exception):  # noqa: N818 - control flow, not an error
    """Some comparison is exactly equal: the closed form does not apply."""


def regular_2x2x2(tables: Sequence[Any]) -> list[tuple[Supports, tuple[tuple[Any, ...], ...]]] | None:
    """Return every equilibrium as (supports, weights on them), or None if a tie calls for the general method.

    ``tables`` are integer payoffs, one 2x2x2 array per player.
    """
    gains = [tables[i].take(1, axis=i) - tables[i].take(0, axis=i) for i in range(3)]
    if any(gain == 0 for table in gains for gain in table.flat):
        return None
    try:
        return [*_pure(gains), *_two_mix(gains), *_all_mix(gains)]
    except _Tie:
        return None


def _pure(gains: Sequence[Any]) -> Iterator[tuple[Supports, Any]]:
    for profile in product(BOTH, repeat=3):
        others = [tuple(s for j, s in enumerate(profile) if j != i) for i in range(3)]
        if all((gains[i][others[i]] > 0) == (profile[i] == 1) for i in range(3)):
            yield tuple((s,) for s in profile), ((Fraction(1),),) * 3


def _two_mix(gains: Sequence[Any]) -> Iterator[tuple[Supports, Any]]:
    for alone, chosen in product(range(3), BOTH):
        first, second = (i for i in range(3) if i != alone)
        weights = {}
        for player, other in ((first, second), (second, first)):
            line = gains[player].take(chosen, axis=[j for j in range(3) if j != player].index(alone))
            if (line[0] > 0) == (line[1] > 0):
                break
            weights[other] = Fraction(int(line[0]), int(line[0] - line[1]))
        else:
            sides = {j: (1 - w, w) for j, w in weights.items()}
            gain = sum(
                gains[alone][a, b] * sides[first][a] * sides[second][b] for a, b in product(BOTH, BOTH)
            )
            if gain == 0:
                raise _Tie
            if (gain > 0) == (chosen == 1):
                supports = tuple((chosen,) if i == alone else BOTH for i in range(3))
                yield supports, tuple((Fraction(1),) if i == alone else sides[i] for i in range(3))


def _all_mix(gains: Sequence[Any]) -> Iterator[tuple[Supports, Any]]:
    (a0, b0, c0, d0), (a1, b1, c1, d1), (a2, b2, c2, d2) = (_bilinear(table) for table in gains)
    if a0 * d0 == b0 * c0 or a1 * d1 == b1 * c1:
        raise _Tie
    n0, m0, n1, m1 = (a0, c0), (b0, d0), (a1, c1), (b1, d1)
    terms = [(a2, m0, m1), (-b2, n1, m0), (-c2, n0, m1), (d2, n0, n1)]
    quadratic = [sum(f * parts[k] for f, p, q in terms for parts in [_product(p, q)]) for k in range(3)]
    for z in _roots(*quadratic):
        denominators = m0[0] + z * m0[1], m1[0] + z * m1[1]
        if 0 in denominators:
            continue
        y = -(n0[0] + z * n0[1]) * _reciprocal(denominators[0])
        x = -(n1[0] + z * n1[1]) * _reciprocal(denominators[1])
        if any(w in (0, 1) for w in (x, y, z)):
            raise _Tie
        if all(0 < w < 1 for w in (x, y, z)):
            yield (BOTH,) * 3, tuple((1 - w, w) for w in (x, y, z))


def _bilinear(table: Any) -> tuple[int, int, int, int]:
    """Return a, b, c, d with a + b u + c v + d u v equal to the table at u, v in {0, 1}."""
    p, q, r, s = (int(table[k]) for k in product(BOTH, BOTH))
    return p, r - p, q - p, s - q - r + p


def _product(p: tuple[int, int], q: tuple[int, int]) -> tuple[int, int, int]:
    return p[0] * q[0], p[0] * q[1] + p[1] * q[0], p[1] * q[1]


def _roots(c: int, b: int, a: int) -> list[Any]:
    """Return the real roots of a z^2 + b z + c, exactly; a double root or no equation at all is a tie."""
    if a == 0:
        if b == 0:
            if c == 0:
                raise _Tie
            return []
        return [Fraction(-c, b)]
    discriminant = b * b - 4 * a * c
    if discriminant == 0:
        raise _Tie
    if discriminant < 0:
        return []
    root = isqrt(discriminant)
    if root * root == discriminant:
        return [Fraction(-b - root, 2 * a), Fraction(-b + root, 2 * a)]
    import flint

    from detente.solve.many_players._algebraic import NumberField

    polynomial = flint.fmpz_poly([c, b, a])
    generator = flint.fmpq_poly([0, 1])
    return [NumberField(polynomial, z.real).element(generator) for z, _ in polynomial.complex_roots()]


def _reciprocal(value: Any) -> Any:
    if isinstance(value, Fraction):
        return 1 / value
    import flint

    _, inverse, _ = value.polynomial.xgcd(value.field.rational)
    return value.field.element(flint.fmpq_poly(inverse))
