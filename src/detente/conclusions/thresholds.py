"""Exact values of one parameter at which the set of equilibria, or a conclusion, changes.

With all other parameters at exact values, every comparison of payoffs is a rational function of one
variable. Its numerator and what it divides by are factored over the rationals; the real roots of the factors,
isolated exactly by rational bounds, cut the line into points and open pieces on which every sign is constant.
One rational point per piece gives the signs there; at a root the factor says which of them vanish. So the
answer is exact, on the threshold too, and nothing is sampled. Where the parameter enters through powers with other
exponents, exponentials or cases, thresholds are enclosed (:mod:`detente.conclusions.enclosed_thresholds`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.conclusions.conclusion import Conclusion, Signs, describe_set
from detente.display import Table
from detente.errors import UsageError, did_you_mean
from detente.games.rational import NotRational, Tree, fast, tree
from detente.games.symbolic import symbol
from detente.numbers import exact, number_to_json, plain, short, to_float
from detente.solve.parametric.signs import bounds
from detente.solve.parametric.support_polynomials import support_polynomials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.formula import Formula
    from detente.games.normal import Profile
    from detente.games.symbolic import SymbolicGame
    from detente.solve.parametric.support_polynomials import SupportPolynomials

__all__ = ["Threshold", "Thresholds", "follow", "game_signs", "thresholds"]


@dataclass(frozen=True)
class Threshold:
    """A value at which something changes: the state just below, at it, and just above.

    A state is True or False for a conclusion, -1, 0 or 1 for a formula, a tuple of equilibria for the set; None where
    it is not defined: at a pole, and beyond an end of the domain.
    """

    at: Any
    before: Any
    at_point: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        """Return the threshold in the form of the JSON contract."""
        return {
            "at": number_to_json(_number(self.at)),
            **{key: list(state) if isinstance(state, tuple) else state for key, state in self._states().items()},
        }

    def _states(self) -> dict[str, Any]:
        return {"before": self.before, "at_point": self.at_point, "after": self.after}


@dataclass(frozen=True)
class Thresholds:
    """All thresholds of one parameter: inside its interval, and outside it as ``outside``.

    ``state`` is what holds just above the lower end of the interval, so that an empty list also says something.
    """

    along: str
    of: str
    interval: tuple[Any, Any]
    state: Any
    inside: tuple[Threshold, ...]
    outside: tuple[Threshold, ...]
    value: Any = None
    notes: tuple[str, ...] = field(default=())

    def __iter__(self) -> Any:
        return iter(self.inside)

    def __len__(self) -> int:
        return len(self.inside)

    def table(self) -> Table:
        """Return the thresholds as a table; those outside the interval are marked."""
        rows = [
            (
                plain(each.at) if plain(each.at) == short(each.at, 4) else f"{plain(each.at)} = {short(each.at, 4)}",
                state_text(each.before),
                state_text(each.at_point),
                state_text(each.after),
                "yes" if each in self.inside else "no",
            )
            for each in sorted((*self.inside, *self.outside), key=lambda each: to_float(each.at))
        ]
        low, high = self.interval
        head = f"{self.of} along {self.along} in [{short(low, 4)}, {short(high, 4)}]"
        if not rows:
            return Table(f"{head}: no change; {state_text(self.state)} throughout", (), (), self.notes)
        return Table(head, (self.along, "before", "at it", "after", "in interval"), tuple(rows), self.notes)

    def __str__(self) -> str:
        return self.table().to_text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.table().mimebundle()


def state_text(state: Any) -> str:
    """Return a state in words."""
    if state is None:
        return "undefined"
    if isinstance(state, bool):
        return "holds" if state else "fails"
    if isinstance(state, int):
        return {1: "positive", 0: "zero", -1: "negative"}[state]
    return "; ".join(state) if state else "no equilibrium of this kind"


def _number(value: Any) -> Any:
    """Return a SymPy rational as Fraction, other numbers as they are."""
    if getattr(value, "is_Rational", False):
        return Fraction(int(value.p), int(value.q))
    return value


class _Root:
    """A real root of an irreducible factor: exact, with rational bounds that can be drawn closer.

    Bounds of an irrational root lie strictly on either side of it; those of a rational one are the root.
    """

    def __init__(self, value: Any, factor: Any, low: Fraction, high: Fraction) -> None:
        self.value, self.factor, self.low, self.high = value, factor, low, high

    def refine(self) -> None:
        """Halve the bounds. At a rational point an irreducible factor of higher degree is never zero."""
        if self.low == self.high:
            return
        middle = (self.low + self.high) / 2
        below, here = self.factor(fast(self.low)), self.factor(fast(middle))
        if (below > 0) == (here > 0):
            self.low = middle
        else:
            self.high = middle

    def side(self, at: Fraction) -> int:
        """Return the sign of the root minus a rational number."""
        while self.low != self.high and self.low < at < self.high:
            self.refine()
        return (self.low > at) - (self.high < at) if self.low == self.high else (1 if self.low >= at else -1)


class _Line:
    """Signs of expressions along one free parameter, all others at exact values.

    Numerators and denominators are polynomials of FLINT over the rationals. Where an expression as it is written
    divides by zero it has no sign, even if the division cancels elsewhere.
    """

    def __init__(self, game: SymbolicGame, along: str, point: Mapping[str, Fraction]) -> None:
        self.game, self.along = game, along
        self.keep = [along] if along in game.derived else []
        self.point = point
        self.cache: dict[Any, tuple[Any, Any, tuple[Any, ...]]] = {}

    def polynomials(self, expression: Any) -> tuple[Any, Any, tuple[Any, ...]]:
        """Return numerator and denominator of an expression, and everything it divides by, as polynomials."""
        if expression not in self.cache:
            line = self.game.expand(expression, keep=self.keep)
            divisors: dict[Any, None] = {}
            try:
                try:
                    top, bottom = self._ratio(tree(line), divisors)
                except NotRational:  # roots of numbers may be rational once the numbers stand in
                    top, bottom = self._ratio(tree(self._substituted(line)), divisors)
            except NotRational:
                raise _Transcendental from None
            except ZeroDivisionError:
                raise UsageError(f"{expression} divides by zero here for every value of {self.along}") from None
            self.cache[expression] = (top, bottom, tuple(divisors))
        return self.cache[expression]

    def _substituted(self, line: Any) -> Any:
        import sympy

        return line.xreplace(
            {
                symbol(name): sympy.Rational(value.numerator, value.denominator)
                for name, value in self.point.items()
                if name != self.along
            }
        )

    def _ratio(self, node: Tree, divisors: dict[Any, None]) -> tuple[Any, Any]:
        """Return a tree as a numerator over a denominator; what it divides by is added to ``divisors``."""
        from flint import fmpq_poly

        kind = node[0]
        if kind == "s":
            return fmpq_poly([0, 1]) if node[1] == self.along else fmpq_poly([fast(self.point[node[1]])]), fmpq_poly(
                [1]
            )
        if kind == "n":
            return fmpq_poly([node[1]]), fmpq_poly([1])
        if kind in "+*":
            top, bottom = self._ratio(node[1][0], divisors)
            for arg in node[1][1:]:
                other_top, other_bottom = self._ratio(arg, divisors)
                top = top * other_bottom + other_top * bottom if kind == "+" else top * other_top
                bottom = bottom * other_bottom
                common = top.gcd(bottom)
                if common.degree() > 0:
                    top, bottom = top // common, bottom // common
            return top, bottom
        if kind == "^":
            top, bottom = self._ratio(node[1], divisors)
            if node[2] > 0:
                return top ** node[2], bottom ** node[2]
            if not top:
                raise ZeroDivisionError
            if top.degree() > 0:
                divisors[_key(top)] = None
            return bottom ** -node[2], top ** -node[2]
        raise NotRational

    def divisors(self, expressions: Sequence[Any]) -> list[Any]:
        """Return what the expressions divide by."""
        from flint import fmpq_poly

        return [
            fmpq_poly(list(key))
            for key in {each: None for expression in expressions for each in self.polynomials(expression)[2]}
        ]

    def roots(self, expressions: Sequence[Any], divisors: Sequence[Any]) -> list[_Root]:
        """Return the real roots of all numerators and divisors in order, with bounds apart from each other."""
        parts = [*divisors, *(self.polynomials(expression)[0] for expression in expressions)]
        parts += self.divisors(expressions)
        factors = {_key(factor): factor for part in parts if part.degree() > 0 for factor, _ in part.factor()[1]}
        roots = [root for factor in factors.values() for root in _real_roots(factor)]
        while True:
            roots.sort(key=lambda root: (root.low, root.high))
            close = [(a, b) for a, b in pairwise(roots) if a.high >= b.low]
            if not close:
                return roots
            for pair in close:
                for root in pair:
                    root.refine()

    def sign_between(self, expression: Any, at: Fraction) -> int:
        """Return the sign at a rational point that is no root."""
        top, bottom, _ = self.polynomials(expression)
        value = top(fast(at)) * bottom(fast(at))
        return int(value > 0) - int(value < 0)

    def sign_at_root(self, expression: Any, factor: Any, nearby: Fraction) -> int | None:
        """Return the sign at a root of ``factor``, or None at a pole; ``nearby`` is a point of an adjacent piece."""
        top, _, divisors = self.polynomials(expression)
        if any(_divides(factor, each) for each in self.divisors([expression])) if divisors else False:
            return None
        if not top or _divides(factor, top):
            return 0
        return self.sign_between(expression, nearby)


def _key(polynomial: Any) -> tuple[Any, ...]:
    """Return the coefficients of a polynomial, which can be hashed."""
    return tuple(polynomial.coeffs())


def _divides(factor: Any, polynomial: Any) -> bool:
    return polynomial.degree() >= factor.degree() and not polynomial % factor


def _real_roots(factor: Any) -> list[_Root]:
    """Return the real roots of an irreducible polynomial, as SymPy numbers with rational bounds, in order."""
    import sympy

    coefficients = [sympy.Rational(int(each.p), int(each.q)) for each in reversed(factor.coeffs())]
    if factor.degree() == 1:
        root = -coefficients[1] / coefficients[0]
        exact_root = Fraction(int(root.p), int(root.q))
        return [_Root(root, factor, exact_root, exact_root)]
    polynomial = sympy.Poly(coefficients, sympy.Symbol("x"))
    bounds_of = [
        (Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q)))
        for (low, high), _ in polynomial.intervals()
    ]
    return [
        _Root(value, factor, low, high) for value, (low, high) in zip(polynomial.real_roots(), bounds_of, strict=True)
    ]


class _Transcendental(Exception):  # noqa: N818 - control flow, not an error
    """An expression is no rational function of the parameter that varies."""


class _Undefined(Exception):  # noqa: N818 - control flow, not an error
    """An expression has a pole at the point asked for."""


def _defined(sign: Any, expression: Any) -> int:
    found = sign(expression)
    if found is None:
        raise _Undefined
    return int(found)


def game_signs(game: SymbolicGame, sign: Any) -> Signs:
    """Return a :class:`Signs` view of a game; ``sign(expression)`` is -1, 0, 1 or None at a pole."""

    def defined(expression: Any) -> int:
        return _defined(sign, expression)

    def compare(player: int, a: Profile, b: Profile) -> int:
        return defined(game.payoff(player, a) - game.payoff(player, b))

    def risk(a: Profile, b: Profile) -> int:
        return defined(risk_expression(game, a, b))

    return Signs(game.players, game.strategies, compare, risk, lambda text: defined(game.expression(text)))


def risk_expression(game: SymbolicGame, a: Profile, b: Profile) -> Any:
    """Return the product of deviation losses at ``a`` minus that at ``b`` of a 2x2 game."""

    def loss(profile: Profile) -> Any:
        product = 1
        for player in (0, 1):
            other = tuple(1 - own if index == player else own for index, own in enumerate(profile))
            product = product * (game.payoff(player, profile) - game.payoff(player, other))
        return product

    return loss(a) - loss(b)


def thresholds(
    game: SymbolicGame,
    along: str,
    of: Conclusion | Formula | None = None,
    at: Mapping[str, object] | None = None,
    domain: tuple[Fraction | None, Fraction | None] = (None, None),
    name: str = "",
) -> Thresholds:
    """Return the exact values of ``along`` at which ``of`` changes.

    Parameters
    ----------
    game : SymbolicGame
        Where payoffs are rational functions of ``along`` at the point, thresholds are exact; else they are enclosed,
        and searched for inside the interval of ``along`` only.
    along : str
        A parameter, or a derived name, which is then held free in place of its formula.
    of : Conclusion or Formula, optional
        A conclusion changes where its truth does, a formula where its sign does; by default the set of
        equilibria: all of a two-player game (of one larger than 2x2 only along a parameter), else the pure ones.
    at : mapping, optional
        Values of other parameters, by default their baseline.
    domain : pair, optional
        Values of ``along`` that make sense; thresholds beyond it are left out, those between the interval
        and the domain are listed as ``outside``.

    Raises
    ------
    UsageError
        If a name is unknown.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (-1, 1)})
    >>> [(plain(each.at), each.before, each.after) for each in thresholds(s, "c")]
    [('0', ('1,1',), ('2,2',))]
    """
    _known(game, along)
    point = game.point({key: value for key, value in (at or {}).items() if key != along})
    label = name or (of.text if of is not None else "set of equilibria")
    # Off the domain of the payoffs there is no game, even where the comparisons could be continued.
    needs_game = of is None or (isinstance(of, Conclusion) and of.kind != "sign")
    defined = list(game.payoffs.values()) if needs_game else []
    only_pure = "only pure equilibria are followed here"
    # In games of two players larger than 2x2, signs of minors of the payoffs decide which supports have equilibria.
    if of is None and len(game.players) == 2 and game.shape != (2, 2) and along in game.parameters:
        try:
            supports = support_polynomials(game, along, point)
            return _exactly(game, along, supports.expressions, partial(_supports, supports), at, domain, label, defined)
        except (_Transcendental, NotRational):
            pass

    def state(sign: Callable[[Any], int]) -> Any:
        view = game_signs(game, sign)
        if of is None:
            return describe_set(view)
        return of.holds(view) if isinstance(of, Conclusion) else view.formula_sign(of)

    found = follow(game, along, _expressions(game, of), state, at, domain, label, defined)
    return replace(found, notes=(*found.notes, only_pure)) if of is None and game.shape != (2, 2) else found


def _supports(supports: SupportPolynomials, sign: Callable[[Any], int]) -> tuple[str, ...]:
    return tuple(",".join("+".join(own) for own in each) for each in supports.equilibria(sign))


def _known(game: SymbolicGame, along: str) -> None:
    if along not in game.parameters and along not in game.derived:
        known = (*game.parameters, *game.derived)
        raise UsageError(f"unknown parameter {along!r}; {did_you_mean(along, known) or 'see the list of parameters'}")


def follow(
    game: SymbolicGame,
    along: str,
    expressions: Sequence[Any],
    state: Callable[[Callable[[Any], int]], Any],
    at: Mapping[str, object] | None = None,
    domain: tuple[Fraction | None, Fraction | None] = (None, None),
    name: str = "",
    defined: Sequence[Any] = (),
) -> Thresholds:
    """Return the values of a parameter at which a state changes that depends on the signs of expressions.

    They are exact where every expression is rational in the parameter, else enclosed.

    Parameters
    ----------
    game : SymbolicGame
        Holds the parameters and derived names.
    along, at, domain
        As in :func:`thresholds`.
    expressions : sequence of SymPy expressions
        Their signs decide the state.
    state : callable
        From a function that gives the sign of any of ``expressions`` to the state.
    name : str
        What the state is of.
    defined : sequence of SymPy expressions
        Where one of these divides by zero there is no state.
    """
    _known(game, along)
    try:
        return _exactly(game, along, expressions, state, at, domain, name, defined)
    except (_Transcendental, NotRational):
        return _enclosed(game, along, expressions, state, at, name)


def _guarded(state: Callable[[Callable[[Any], int]], Any]) -> Callable[[Callable[[Any], int | None]], Any]:
    """Return a state as None where an expression that it looks at has no sign."""

    def guarded(sign: Callable[[Any], int | None]) -> Any:
        try:
            return state(lambda expression: _defined(sign, expression))
        except _Undefined:
            return None

    return guarded


def _value(game: SymbolicGame, along: str, at: Mapping[str, object] | None, point: Mapping[str, Fraction]) -> Any:
    """Return the value that the parameter has now."""
    if along in (at or {}):
        return exact((at or {})[along])
    return point[along] if along in game.parameters else game.evaluate(symbol(along), point)


def _exactly(
    game: SymbolicGame,
    along: str,
    expressions: Sequence[Any],
    state: Callable[[Callable[[Any], int]], Any],
    at: Mapping[str, object] | None,
    domain: tuple[Fraction | None, Fraction | None],
    name: str,
    defined: Sequence[Any],
) -> Thresholds:
    point = game.point({key: value for key, value in (at or {}).items() if key != along})
    line = _Line(game, along, point)
    divisors = line.divisors(list(defined))
    roots = line.roots(list(expressions), divisors)
    pieces, found = _changes(line, roots, divisors, _guarded(state), domain)
    low, high = _interval_of(game, along, point)
    within = [root.side(low) >= 0 and root.side(high) <= 0 for root, _ in found]
    inside = tuple(each for (_, each), is_in in zip(found, within, strict=True) if is_in)
    outside = tuple(each for (_, each), is_in in zip(found, within, strict=True) if not is_in)
    start = next((pieces[k] for k, root in enumerate(roots) if root.side(low) > 0), pieces[-1])
    notes = tuple(f"outside the interval of {along}: {plain(each.at)} = {short(each.at, 4)}" for each in outside)
    return Thresholds(along, name, (low, high), start, inside, outside, _value(game, along, at, point), notes)


def _enclosed(
    game: SymbolicGame,
    along: str,
    expressions: Sequence[Any],
    state: Callable[[Callable[[Any], int]], Any],
    at: Mapping[str, object] | None,
    name: str,
) -> Thresholds:
    """Return thresholds as enclosures, inside the interval of the parameter only."""
    from detente.conclusions.enclosed_thresholds import EnclosedLine

    point = game.point({key: value for key, value in (at or {}).items() if key != along})
    low, high = _interval_of(game, along, point)
    line = EnclosedLine(game, along, point, low, high)
    steps, start, notes = line.steps(expressions, _guarded(state))
    inside = tuple(Threshold(each.at, each.before, each.at_point, each.after) for each in steps)
    more = f"{along} enters through a power, a root or a case: values outside its interval were not searched"
    return Thresholds(along, name, (low, high), start, inside, (), _value(game, along, at, point), (*notes, more))


def _changes(
    line: _Line,
    roots: Sequence[_Root],
    divisors: Sequence[Any],
    state: Callable[[Callable[[Any], int | None]], Any],
    domain: tuple[Fraction | None, Fraction | None],
) -> tuple[list[Any], list[tuple[_Root, Threshold]]]:
    """Return the state on every open piece between the roots, and the roots at which it changes.

    ``state`` maps the signs of expressions to the state.
    """
    samples = _samples(roots)
    pieces = [state(lambda expression, s=sample: line.sign_between(expression, s)) for sample in samples]  # type: ignore[misc]
    found: list[tuple[_Root, Threshold]] = []
    for index, root in enumerate(roots):
        defined = not any(_divides(root.factor, each) for each in divisors)
        at_point = (
            state(lambda expression, f=root.factor, s=samples[index]: line.sign_at_root(expression, f, s))  # type: ignore[misc]
            if defined
            else None
        )
        # Beyond the ends of the domain there is nothing to change from, or to.
        sides = [None if end is None else root.side(end) for end in domain]
        if sides[0] == -1 or sides[1] == 1:
            continue
        before = None if sides[0] == 0 else pieces[index]
        after = None if sides[1] == 0 else pieces[index + 1]
        inner = [each for each, side in ((pieces[index], sides[0]), (pieces[index + 1], sides[1])) if side != 0]
        if any(each != at_point for each in inner):
            found.append((root, Threshold(root.value, before, at_point, after)))
    return pieces, found


def _expressions(game: SymbolicGame, of: Any) -> list[Any]:
    """Return the expressions whose signs decide ``of``."""
    from itertools import combinations

    if of is not None and not isinstance(of, Conclusion):
        return [game.expression(of)]
    if of is not None and of.formula is not None:
        return [game.expression(of.formula)]
    profiles = list(game.profiles())
    found = []
    for player in range(len(game.players)):
        for a, b in combinations(profiles, 2):
            own_deviation = all(x == y for index, (x, y) in enumerate(zip(a, b, strict=True)) if index != player)
            if own_deviation or (of is not None and of.kind == "class"):
                found.append(game.payoff(player, a) - game.payoff(player, b))
    if of is not None and of.kind == "selected" and game.shape == (2, 2):
        found += [risk_expression(game, (0, 0), (1, 1)), risk_expression(game, (0, 1), (1, 0))]
    return found


def _interval_of(game: SymbolicGame, along: str, point: Mapping[str, Fraction]) -> tuple[Fraction, Fraction]:
    if along in game.parameters:
        interval = game.parameters[along]
        return interval.low, interval.high
    box = {name: (interval.low, interval.high) for name, interval in game.parameters.items()}
    found = bounds(game.expand(symbol(along)), box)
    if found is None:
        value = Fraction(game.evaluate(symbol(along), point))
        return value, value
    return found


def _samples(roots: Sequence[_Root]) -> list[Fraction]:
    """Return one rational point in each open piece between the ordered roots."""
    if not roots:
        return [Fraction(0)]
    between = [(a.high + b.low) / 2 for a, b in pairwise(roots)]
    return [Fraction(math.floor(roots[0].low) - 1), *between, Fraction(math.ceil(roots[-1].high) + 1)]
