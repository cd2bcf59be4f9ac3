"""Mixed equilibria of a parametric 2x2x2 game in closed form: linear where two mix, quadratic where all do.

Let D_i be what player i gains by the second strategy: bilinear in the others' weights x, y, z on their second
strategies. Where two players mix against a pure third, each solves one linear equation. Where all three mix,
D_1(y, z) = 0 gives y = -n1(z)/m1(z) and D_2(x, z) = 0 gives x = -n2(z)/m2(z), ratios of linear functions of z; put
into D_3(x, y) = 0 they leave q(z) = a z^2 + b z + c = 0.

A weight -n/m lies strictly between 0 and 1 exactly where n (n + m) < 0. Taken modulo q, such a product is linear in z,
so that at the root z = (-b + s r)/(2 a), with r the square root of the discriminant and s = 1 or -1, it has the sign
of U + s V r for polynomials U and V. This sign is a matter of the signs of U, V and U^2 - V^2 r^2: conditions stay
polynomial. Where a is zero the quadratic formula does not apply, which the condition says; z = -c/b there.

References
----------
R. McKelvey, A. McLennan (1997), "The maximal number of regular totally mixed Nash equilibria", Journal of Economic
Theory 72, 411-425.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from detente.games.rational import fast
from detente.solve.parametric._regions import Condition, Settled, settle, shown
from detente.solve.parametric.atlas_result import Comparison, RootComparison
from detente.solve.parametric.redundancy import ALLOWED, Atom, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detente.solve.parametric._two_player_atlas import ParametricGame

__all__ = ["Found", "mixed_2x2x2"]

BOTH = (0, 1)


@dataclass(frozen=True)
class Found:
    """A mixed profile: weights on both strategies of each player as SymPy expressions, and its condition."""

    weights: tuple[tuple[Any, Any], ...]
    settled: Settled
    name: str = "mixed"


def mixed_2x2x2(game: ParametricGame) -> tuple[list[Found], str]:
    """Return the profiles in which two or three players mix, and what is not covered, in words."""
    found = list(_two_mix(game))
    more, missing = _all_mix(game)
    return [*found, *more], missing


def _gain(game: ParametricGame, player: int, others: tuple[int, int]) -> Any:
    """Return what a player gains by the second strategy, scaled, where the others play ``others``."""

    def at(own: int) -> Any:
        profile = [*others]
        profile.insert(player, own)
        return game.scaled[(player, *profile)]

    return at(1) - at(0)


def _two_mix(game: ParametricGame) -> Iterator[Found]:
    players, strategies = game.game.players, game.game.strategies
    for alone, chosen in product(range(3), BOTH):
        first, second = (i for i in range(3) if i != alone)

        def line(player: int, fixed: int = alone, at: int = chosen) -> list[Any]:
            place = [j for j in range(3) if j != player].index(fixed)
            return [_gain(game, player, (at, w) if place == 0 else (w, at)) for w in BOTH]

        vectors, weights = [], {}
        for player, other in ((first, second), (second, first)):
            here = line(player)
            own = _primitive(game, [-here[1], here[0]])
            if own is None:
                break
            reasons = [f"{players[other]} plays {name} with positive probability" for name in strategies[other]]
            vectors.append((own, reasons))
            weights[other] = own
        else:
            gain = sum(
                (_gain(game, alone, (p, q)) * weights[first][p] * weights[second][q] for p, q in product(BOTH, BOTH)),
                game.ring.zero,
            )
            why = f"{players[alone]} does not gain by {strategies[alone][1 - chosen]}"
            conditions = [] if game.zero(gain) else [Condition(gain if chosen else -gain, ">=", why, (0, 1))]
            settled = settle(game.decide, vectors, conditions)
            shares = {j: _shares(game, own) for j, own in weights.items()}
            shares[alone] = (1 - chosen, chosen)
            yield Found(tuple(shares[i] for i in range(3)), settled)


def _primitive(game: ParametricGame, weights: list[Any]) -> list[Any] | None:
    """Return weights without their common factor, or None where one, or their sum, is identically zero."""
    if any(map(game.zero, weights)) or game.zero(weights[0] + weights[1]):
        return None
    common = weights[0].gcd(weights[1])
    return [each / common for each in weights]


def _shares(game: ParametricGame, weights: list[Any]) -> tuple[Any, Any]:
    total = weights[0] + weights[1]
    return game.ring.ratio(weights[0], total), game.ring.ratio(weights[1], total)


def _bilinear(game: ParametricGame, player: int, first: int, second: int) -> tuple[Any, Any, Any, Any]:
    """Return a, b, c, d of the gain a + b u + c v + d u v in the weights u, v of two others."""
    straight = first < second
    p, q, r, s = (_gain(game, player, (u, v) if straight else (v, u)) for u, v in product(BOTH, BOTH))
    return p, r - p, q - p, s - q - r + p


def _times(p: tuple[Any, ...], q: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    return p[0] * q[0], p[0] * q[1] + p[1] * q[0], p[1] * q[1]


def _all_mix(game: ParametricGame) -> tuple[list[Found], str]:
    """Return the fully mixed profiles. Where gains fall into factors, each player serves as the last in turn."""
    found: dict[Any, Found] = {}
    missing = ""
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        here, missing, regular = _eliminated(game, order)
        for each in here:
            found.setdefault(each.weights, each)
        if regular:
            break
    return list(found.values()), missing


def _eliminated(game: ParametricGame, order: tuple[int, int, int]) -> tuple[list[Found], str, bool]:
    """Return the profiles found by a quadratic equation for the weight of the last in ``order``.

    Also what is missing, in words, and whether these are all profiles off the boundaries.
    """
    i, j, k = order
    (a0, b0, c0, d0), (a1, b1, c1, d1) = _bilinear(game, i, j, k), _bilinear(game, j, i, k)
    a2, b2, c2, d2 = _bilinear(game, k, i, j)
    regular = not game.zero(a0 * d0 - b0 * c0) and not game.zero(a1 * d1 - b1 * c1)
    n0, m0, n1, m1 = (a0, c0), (b0, d0), (a1, c1), (b1, d1)
    terms = ((a2, m0, m1), (-b2, n1, m0), (-c2, n0, m1), (d2, n0, n1))
    c, b, a = (sum((f * _times(p, q)[power] for f, p, q in terms), game.ring.zero) for power in range(3))
    lines = (n0, m0, n1, m1)
    if game.zero(a) and game.zero(b):
        open_ = "profiles in which all three players mix are not isolated"
        return [], (open_ if game.zero(c) else ""), regular
    if any(game.zero(each[0]) and game.zero(each[1]) for each in (m0, m1)):
        return [], "", False
    if game.zero(a):
        return [each for each in [_rational(game, -c, b, lines, order)] if each], "", regular
    discriminant = b * b - 4 * a * c
    root = _square_root(discriminant)
    if root is not None:
        ways = [_rational(game, -b + s * root, 2 * a, lines, order) for s in ((1, -1) if root else (1,))]
        return [each for each in ways if each], "", regular
    branches = [_branch(game, (a, b, c, discriminant), lines, s, order) for s in (1, -1)]
    if 0 in game.decide.signs(a) and not game.zero(b):  # where the equation is linear
        linear = _rational(game, -c, b, lines, order, [Condition(a, "==", "the equation is linear")])
        if linear and linear.settled.verdict.status != "never":
            branches.append(linear)
    return branches, "", regular


def _square_root(polynomial: Any) -> Any:
    """Return the square root of a polynomial that is a square, else None."""
    from flint.utils.flint_exceptions import DomainError

    if not polynomial:
        return polynomial
    try:
        return polynomial.sqrt()
    except (DomainError, ValueError):
        return None


def _in_order(order: tuple[int, int, int], own: list[Any]) -> list[Any]:
    """Return what belongs to the players of ``order`` in the order of players."""
    return [own[order.index(player)] for player in range(3)]


def _rational(
    game: ParametricGame,
    top: Any,
    bottom: Any,
    lines: tuple[Any, ...],
    order: tuple[int, int, int],
    more: Sequence[Condition] = (),
) -> Found | None:
    """Return the profile in which the last weight is the ratio of two polynomials, under further conditions."""
    n0, m0, n1, m1 = lines
    made = []
    for n, m in ((n1, m1), (n0, m0)):
        low = n[0] * bottom + n[1] * top
        made.append(_primitive(game, [low + m[0] * bottom + m[1] * top, -low]))
    made.append(_primitive(game, [bottom - top, top]))
    players, strategies = game.game.players, game.game.strategies
    named = [
        (own, [f"{players[i]} plays {name} with positive probability" for name in strategies[i]])
        for i, own in enumerate(_in_order(order, made))
        if own is not None
    ]
    if len(named) < 3:
        return None
    return Found(tuple(_shares(game, own) for own, _ in named), settle(game.decide, named, more))


def _branch(
    game: ParametricGame, quadratic: tuple[Any, ...], lines: tuple[Any, ...], sign: int, order: tuple[int, int, int]
) -> Found:
    """Return the profile of one root of the quadratic equation."""
    a, b, c, whole = quadratic
    n0, m0, n1, m1 = lines
    ring, decide, players = game.ring, game.decide, game.game.players
    sums = [tuple(p + q for p, q in zip(n, m, strict=True)) for n, m in ((n0, m0), (n1, m1))]
    lines_of = [(n1, sums[1]), (n0, sums[0]), ((ring.zero, ring.one), (-ring.one, ring.one))]
    show = ring.expression
    outside, discriminant = _square_part(game, whole)
    parts: list[tuple[Any, Any, Any]] = []
    roots: list[RootComparison] = []
    for player, (low, high) in zip(order, lines_of, strict=True):
        r0, r1, r2 = _times(low, high)
        u, v = 2 * a * (a * r0 - r2 * c) - b * (a * r1 - r2 * b), (a * r1 - r2 * b) * outside
        # The product of the values at both roots: u^2 - v^2 d is this times a square.
        ends = [a * p * p - b * p * q + c * q * q for p, q in (low, high)]
        common = u.gcd(v)
        turn = decide.signs(common)
        if turn in ({1}, {-1}):
            u, v = (u / common, v / common) if turn == {1} else (-u / common, -v / common)
        gap = ends[0] * ends[1]
        parts.append((-u, -v * sign, gap))
        why = f"{players[player]} plays both strategies with positive probability"
        shown_gap = show(ends[0]) * show(ends[1])
        roots.append(RootComparison(show(-u), ">", why, show(-v * sign), show(discriminant), shown_gap))
    plain = [
        Atom(discriminant, ">=", "the quadratic equation has a real root"),
        Atom(a, "!=", "the equation is quadratic"),
    ]
    everywhere = (*(Comparison(show(each.polynomial), each.relation, each.why) for each in plain), *roots)
    verdict = decide.verdict(plain)
    held = failed = None
    status = verdict.status
    left: list[Comparison] = list(shown(decide, verdict.atoms))
    if status != "never":
        signs = [_root_signs(game, *each, discriminant) for each in parts]
        left += [each for each, own in zip(roots, signs, strict=True) if not own <= {1}]
        if any(1 not in own for own in signs):
            status = "never"
        else:
            held, failed = _witnesses(game, verdict, parts, discriminant)
            status = "always" if not left else "conditional" if held and failed else "undecided"
    # z = (p + q r) / e with r the square root; a weight -n/m has n and m of the form u + v r too.
    p, q, e = -b, outside * sign, 2 * a
    shares = []
    for n, m in ((n1, m1), (n0, m0)):
        low, step = (n[0] * e + n[1] * p, n[1] * q), (m[0] * e + m[1] * p, m[1] * q)
        first = (low[0] + step[0], low[1] + step[1])
        shares.append(tuple(_radical(game, each, step, discriminant) for each in (first, (-low[0], -low[1]))))
    last = (e, ring.zero)
    shares.append(tuple(_radical(game, each, last, discriminant) for each in ((e - p, -q), (p, q))))
    verdict = Verdict(status, verdict.atoms, held, failed)
    settled = Settled(everywhere, everywhere, verdict, () if status == "never" else tuple(left))
    return Found(tuple(_in_order(order, shares)), settled, "mixed, upper root" if sign > 0 else "mixed, lower root")


def _radical(game: ParametricGame, top: tuple[Any, Any], bottom: tuple[Any, Any], radicand: Any) -> Any:
    """Return ``(t0 + t1 r) / (b0 + b1 r)`` as SymPy, with r the root of ``radicand``, common factors taken out."""
    import sympy

    common = game.ring.zero
    for each in (*top, *bottom):
        common = common.gcd(each)
    lead = next(each for each in (bottom[0], bottom[1]) if each)
    # Numbers too: the four polynomials get coprime integer coefficients.
    joined = [c for each in (*top, *bottom) for c in (each / common).coeffs()]
    bottoms = lcm(*(int(c.q) for c in joined))
    content = Fraction(gcd(*(int(c.p) * (bottoms // int(c.q)) for c in joined)), bottoms)
    common = common * fast(content if (lead / common).leading_coefficient() > 0 else -content)
    root = sympy.sqrt(game.ring.expression(radicand))

    def shown(pair: tuple[Any, Any]) -> Any:
        first, second = (game.ring.expression(each / common) for each in pair)
        return first + second * root

    return shown(top) / shown(bottom)


def _square_part(game: ParametricGame, polynomial: Any) -> tuple[Any, Any]:
    """Return ``(p, q)`` with ``polynomial == p**2 * q`` and p positive all over the box."""
    outside, inside = game.ring.one, polynomial
    for factor, power in polynomial.factor()[1]:
        signs = game.decide.signs(factor)
        if int(power) > 1 and signs in ({1}, {-1}):
            part = (factor if signs == {1} else -factor) ** (int(power) // 2)
            outside, inside = outside * part, inside / (part * part)
    return outside, inside


def _root_signs(game: ParametricGame, u: Any, v: Any, gap: Any, discriminant: Any) -> frozenset[int]:
    """Return the signs that ``u + v*sqrt(discriminant)`` may take over the box, where the root is real."""
    decide = game.decide
    gaps = decide.signs(gap)
    found = set()
    for p, q, d in product(decide.signs(u), decide.signs(v), decide.signs(discriminant) - {-1}):
        if q * d == 0:
            found.add(p)
        elif p in {0, q}:
            found.add(q)
        else:
            found |= {p * each for each in gaps}
    return frozenset(found)


def _witnesses(
    game: ParametricGame, verdict: Verdict, parts: list[tuple[Any, Any, Any]], discriminant: Any
) -> tuple[Any, Any]:
    """Return points at which the profile is and is not an equilibrium, each None where no point was met."""
    decide = game.decide
    plain = set(decide.meeting(verdict.atoms))
    triples = [tuple(decide.signs_at(each) for each in part) for part in parts]
    delta = decide.signs_at(discriminant)
    held = failed = None
    for k, point in enumerate(decide.points):
        good = k in plain and all(
            RootComparison.sign_of(p[k], q[k], delta[k], g[k]) in ALLOWED[">"] for p, q, g in triples
        )
        held, failed = (held or point, failed) if good else (held, failed or point)
    return held, failed
