"""Enclosures of expressions over boxes of parameters, in rational numbers with outward rounding.

Sums, products, quotients and whole powers are exact (Moore, Kearfott and Cloud 2009, chapters 2 and 5). Exponentials,
logarithms, other powers and roots come from FLINT's ball arithmetic (Johansson 2017) and are rounded outward to
rationals, so an enclosure is proved whatever functions it holds. Where a function is not defined on part of a box, only
the rest counts if ``partly`` is set, and ends may then be infinite; else there is no enclosure.

References
----------
R. E. Moore, R. B. Kearfott, M. J. Cloud (2009), Introduction to Interval Analysis, SIAM.
F. Johansson (2017), "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Transactions on
Computers 66, 1281-1292.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente.formula import symbol
from detente.games.rational import NotRational, Tree, fast, tree
from detente.solve.parametric._infinite import INFINITY, Infinite

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Known", "Near", "Span", "Undefined", "derivative", "differentiated", "enclose", "times"]

#: Lower and upper end, as FLINT rationals, or infinite where only part of a box counts.
Span = tuple[Any, Any]
#: The same with what is known of its sign: 1 (nowhere below 0), -1 (nowhere above), 0 (on both sides), None (not looked
#: at). Comparisons take three times as long as products, so signs are carried along instead of found again. Ends that
#: are one object are a point: one operation gives both.
_Signed = tuple[Any, Any, "int | None"]
#: Bounds by the identity of a node, which is kept beside them, or by the name of a parameter.
Known = dict["int | str", tuple[Tree, _Signed]]
#: Bounds of parts of expressions at one point, by the precision.
Near = dict[int, Known]
#: Bits of functions that are not rational.
BITS = 96
#: Largest exponent of a power of two that an end may have; beyond it bounds are not useful.
_WIDE = 5000


class Undefined(NotRational):
    """An expression has no real value anywhere on a box."""


def times(a: Span, b: Span) -> Span:
    """Return the product of two intervals."""
    if a[0] >= 0 and b[0] >= 0:
        return a[0] * b[0], a[1] * b[1]
    ends = (a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1])
    return min(ends), max(ends)


def enclose(
    node: Tree,
    box: Mapping[str, Span],
    *,
    bits: int = BITS,
    partly: bool = False,
    known: Known | None = None,
) -> Span:
    """Return bounds of a tree over a box.

    Parameters
    ----------
    node : tree
        See :func:`detente.games.rational.tree`.
    box : mapping
        Lower and upper end of every parameter that occurs, as FLINT rationals.
    bits : int
        Precision of functions that are not rational.
    partly : bool
        Whether points at which it is not defined are passed over.
    known : dict, optional
        Where bounds of parts are kept, for more trees over the same box with the same precision.

    Raises
    ------
    Undefined
        If the expression is defined nowhere on the box.
    NotRational
        If no bound is known: it divides by an interval around 0, or holds what is not known.
    """
    return _Walk(box, bits, partly, {} if known is None else known).span(node)[:2]


def _sign_of(span: _Signed) -> int:
    """Return the sign of an interval that was not looked at: 1, -1, or 0 where it has numbers on both sides of 0."""
    return 1 if span[0] >= 0 else -1 if span[1] <= 0 else 0


def _product(a: _Signed, b: _Signed) -> _Signed:
    """Return the product of two intervals; their signs tell which ends it is made of."""
    one = _sign_of(a) if a[2] is None else a[2]
    other = _sign_of(b) if b[2] is None else b[2]
    sign = one * other
    if a[0] is a[1] and b[0] is b[1]:
        at = a[0] * b[0]
        return at, at, sign
    if one and other:
        if one == other:
            return (a[0] * b[0], a[1] * b[1], 1) if one > 0 else (a[1] * b[1], a[0] * b[0], 1)
        return (a[1] * b[0], a[0] * b[1], -1) if one > 0 else (a[0] * b[1], a[1] * b[0], -1)
    if one:
        return (a[1] * b[0], a[1] * b[1], None) if one > 0 else (a[0] * b[1], a[0] * b[0], None)
    if other:
        return (a[0] * b[1], a[1] * b[1], None) if other > 0 else (a[1] * b[0], a[0] * b[0], None)
    return min(a[0] * b[1], a[1] * b[0]), max(a[0] * b[0], a[1] * b[1]), 0


class _Walk:
    """One enclosure: the box, the precision, and whether undefined points are passed over."""

    def __init__(self, box: Mapping[str, Span], bits: int, partly: bool, known: Known) -> None:
        self.box, self.bits, self.partly = box, bits, partly
        #: Bounds by the identity of their node, which is kept beside them: equal parts of an expression are one node.
        self.known = known

    def span(self, node: Tree) -> _Signed:
        kind = node[0]
        if kind == "n":
            return node[1], node[1], node[2]
        key = node[1] if kind == "s" else id(node)
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = node, self.composed(node)
        return known[1]

    def composed(self, node: Tree) -> _Signed:
        kind = node[0]
        if kind == "+":
            low, high, sign = self.span(node[1][0])
            for arg in node[1][1:]:
                a, b, own = self.span(arg)
                if low is high and a is b:
                    low = high = low + a
                else:
                    low, high = low + a, high + b
                if own != sign:
                    sign = None
            return low, high, sign or None  # two that have 0 inside need not have it as a sum
        if kind == "*":
            total = self.span(node[1][0])
            for arg in node[1][1:]:
                total = _product(total, self.span(arg))
            return total
        if kind == "s":
            low, high = self.box[node[1]]
            return low, high, 1 if low >= 0 else -1 if high <= 0 else 0
        if kind == "^":
            return (*self.whole_power(self.span(node[1])[:2], node[2]), None)
        if kind == "f":
            return (*self.function(node[1], node[2]), None)
        if kind == "cases":
            return (*self.cases(node[1]), None)
        raise NotRational

    def whole_power(self, span: Span, power: int) -> Span:
        low, high = span
        if power < 0:
            if low <= 0 <= high:
                if low == high:
                    raise Undefined
                if not self.partly or low < 0 < high:
                    raise NotRational
                low, high = (-INFINITY, 1 / low) if high == 0 else (1 / high, INFINITY)
            else:
                low, high = 1 / high, 1 / low
            power = -power
        if power == 1:
            return low, high
        if low is high:
            at = low**power
            return at, at
        raised = (low**power, high**power)
        if power % 2 == 0 and low <= 0 <= high:
            return fast(Fraction(0)), max(raised)
        return min(raised), max(raised)

    def function(self, name: str, args: tuple[Tree, ...]) -> Span:
        if name == "pow":
            return self.power(self.span(args[0])[:2], self.span(args[1])[:2])
        spans = [self.span(each)[:2] for each in args]
        if name in {"min", "max"}:
            pick = min if name == "min" else max
            return pick(each[0] for each in spans), pick(each[1] for each in spans)
        if name in {"e", "pi"}:
            return self.ball(lambda arb: arb(1).exp() if name == "e" else arb.pi())
        low, high = spans[0]
        zero, one = fast(Fraction(0)), fast(Fraction(1))
        if name == "abs":
            return (low, high) if low >= 0 else (-high, -low) if high <= 0 else (zero, max(-low, high))
        if name in {"sign", "step"}:
            least = one if low > 0 else -one if name == "sign" else zero
            most = (-one if name == "sign" else zero) if high < 0 else one
            return (zero, zero) if low == high == 0 and name == "sign" else (least, most)
        if name == "exp":
            return self.exponential(low, True), self.exponential(high, False)
        if name == "log":
            if high <= 0:
                raise Undefined
            if low <= 0 and not self.partly:
                raise NotRational
            least = -INFINITY if low <= 0 else self.logarithm(low)[0]
            return least, INFINITY if high is INFINITY else self.logarithm(high)[1]
        raise NotRational

    def exponential(self, at: Any, down: bool) -> Any:
        if isinstance(at, Infinite):
            return INFINITY if at.sign > 0 else fast(Fraction(0))
        if at < -_WIDE // 2:
            if down:
                return fast(Fraction(0))
            at = fast(Fraction(-_WIDE // 2))
        if at > _WIDE // 2:
            if not down:
                if self.partly:
                    return INFINITY
                raise NotRational
            at = fast(Fraction(_WIDE // 2))
        return self.ball(lambda arb: arb(at).exp())[0 if down else 1]

    def logarithm(self, at: Any) -> Span:
        return self.ball(lambda arb: arb(at).log())

    def ball(self, make: Any) -> Span:
        """Return the rational ends of a ball."""
        from flint import arb, ctx

        with ctx.workprec(self.bits):
            found = make(arb)
            if not found.is_finite():
                raise NotRational
            return found.lower().fmpq(), found.upper().fmpq()

    def power(self, base: Span, exponent: Span) -> Span:
        """Return bounds of a power of a base that is not negative; elsewhere it has no value."""
        low, high = base
        zero = fast(Fraction(0))
        if exponent[0] == exponent[1] and not isinstance(exponent[0], Infinite) and exponent[0].q == 1:
            return self.whole_power(base, int(exponent[0].p))
        if high < 0:
            raise Undefined
        if low < 0:
            if not self.partly:
                raise NotRational
            low = zero
        if isinstance(high, Infinite) or any(isinstance(each, Infinite) for each in exponent):
            raise NotRational
        if low == 0:
            if exponent[0] > 0:
                return zero, zero if high == 0 else max(self.raised(high, each)[1] for each in exponent)
            if high == 0:
                raise Undefined if exponent[1] <= 0 else NotRational
            if not self.partly:
                raise NotRational
            return (
                min(zero if exponent[1] > 0 else self.raised(high, exponent[1])[0], self.raised(high, exponent[0])[0]),
                INFINITY,
            )
        # For a fixed exponent it is monotone in the base, for a fixed base in the exponent: extremes are at corners.
        corners = [self.raised(b, e) for b in _ends(low, high) for e in _ends(*exponent)]
        return min(each[0] for each in corners), max(each[1] for each in corners)

    def raised(self, base: Any, exponent: Any) -> Span:
        """Return the ends of a power of a positive number, equal where it is rational and easily seen to be."""
        found = _rational_power(base, exponent)
        if found is not None:
            return found, found
        if abs(exponent) * (abs(int(base.p).bit_length() - int(base.q).bit_length()) + 1) > _WIDE:
            raise NotRational
        return self.ball(lambda arb: arb(base) ** arb(exponent))

    def cases(self, pairs: tuple[tuple[Tree, Tree], ...]) -> Span:
        """Return what the cases that may hold have in all; where none does there is no value."""
        spans: list[Span] = []
        possible, settled = False, False
        for value, condition in pairs:
            truth = self.truth(condition)
            if truth is False:
                continue
            possible, settled = True, truth is True
            try:
                spans.append(self.span(value)[:2])
            except Undefined:
                if not self.partly:
                    raise
            if settled:
                break
        if not settled and not self.partly:
            raise NotRational
        if not spans:
            raise Undefined if not possible or self.partly else NotRational
        return min(each[0] for each in spans), max(each[1] for each in spans)

    def truth(self, condition: Tree) -> bool | None:
        """Return whether a condition holds all over the box, or nowhere; None where this is open."""
        kind = condition[0]
        if kind in {"true", "false"}:
            return bool(kind == "true")
        if kind in {"and", "or"}:
            parts = [self.truth(each) for each in condition[1:]]
            if kind == "or":
                return True if True in parts else None if None in parts else False
            return False if False in parts else None if None in parts else True
        if kind == "not":
            inner = self.truth(condition[1])
            return None if inner is None else not inner
        if kind != "rel":
            raise NotRational
        low, high, _ = self.span(condition[2])
        met = {
            ">": (low > 0, high <= 0),
            ">=": (low >= 0, high < 0),
            "<": (high < 0, low >= 0),
            "<=": (high <= 0, low > 0),
            "==": (low == high == 0, low > 0 or high < 0),
            "!=": (low > 0 or high < 0, low == high == 0),
        }[condition[1]]
        return True if met[0] else False if met[1] else None


def _ends(low: Any, high: Any) -> tuple[Any, ...]:
    """Return the ends of an interval, one where it is a point; in a set they would be hashed, which is slow."""
    return (low,) if low == high else (low, high)


def _rational_power(base: Any, exponent: Any) -> Any:
    """Return a power of a positive rational if it is seen to be rational, else None."""
    degree, power = int(exponent.q), int(exponent.p)
    if degree > 64 or abs(power) > 64:
        return None
    parts = []
    for part in (base.p, base.q):
        root = part.root(degree) if degree > 1 else part
        if root**degree != part:
            return None
        parts.append(root ** abs(power))
    from flint import fmpq

    return fmpq(parts[0], parts[1]) if power >= 0 else fmpq(parts[1], parts[0])


@lru_cache(maxsize=4096)
def derivative(expression: Any, name: str, *, factored: bool = False) -> Tree:
    """Return the derivative of an expression by a parameter as a tree; ``("?",)`` where it may jump.

    At a corner of ``max``, ``min`` or ``abs`` the enclosure of the tree holds all slopes from either side.
    """
    import sympy

    if symbol(name) in _jumping(expression):
        return ("?",)
    found = differentiated(expression, name)
    return tree(sympy.factor_terms(found) if factored else found)


@lru_cache(maxsize=16384)
def differentiated(expression: Any, name: str) -> Any:
    """Return the derivative of an expression by a parameter, as SymPy has it.

    That of a sum is the sum over its terms, which many payoffs share: each is differentiated once.
    """
    import sympy

    if symbol(name) not in _symbols(expression):
        return sympy.Integer(0)
    if expression.is_Add:
        return sympy.Add(*(differentiated(each, name) for each in expression.args if symbol(name) in _symbols(each)))
    return expression.diff(symbol(name))


@lru_cache(maxsize=16384)
def _symbols(expression: Any) -> frozenset[Any]:
    """Return the symbols of an expression, of which SymPy keeps no note."""
    if expression.is_Add:
        return frozenset().union(*map(_symbols, expression.args))
    return frozenset(expression.free_symbols)


@lru_cache(maxsize=4096)
def _jumping(expression: Any) -> frozenset[Any]:
    """Return the symbols on which it depends which case of an expression holds."""
    import sympy

    found: set[Any] = set()
    for each in expression.atoms(sympy.Piecewise, sympy.sign, sympy.Heaviside):
        conditions = [pair[1] for pair in each.args] if isinstance(each, sympy.Piecewise) else [each]
        found = found.union(*(condition.free_symbols for condition in conditions))
    return frozenset(found)
