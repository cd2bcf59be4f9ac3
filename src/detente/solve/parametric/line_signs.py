"""Signs of expressions along one parameter of a game, all others at exact values.

Expressions that are rational functions of the parameter become polynomials of FLINT, and are factored; the real roots
of the factors are exact. What is not rational is factored with its irrational parts as variables of their own;
factors that hold such parts are curves, whose roots are isolated with a certificate inside a window
(:mod:`detente.solve.parametric.curves`). Where an expression has cases (``piecewise``, ``max``, ``min``, ``abs``) the
line is cut where they change, and each piece has an expression without. Between neighboring places every sign is
constant, and one rational point gives it; at a place the factors say what vanishes.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.rational import NotRational, Tree, fast, is_known, tree
from detente.games.symbolic import symbol
from detente.solve.parametric._line_forms import Cases, Form, Other, Rational, parts, rational, switches, truth
from detente.solve.parametric._quotient import Quotient
from detente.solve.parametric.curves import Curve
from detente.solve.parametric.point_signs import span_at
from detente.solve.parametric.real_roots import (
    Root,
    apart,
    polynomial_roots,
    samples_between,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from detente.games.symbolic import SymbolicGame
    from detente.solve.parametric.intervals import Near

__all__ = ["Cells", "LineSigns", "OpenSign"]

#: Size of bounds, relative to their width, from which on they tell a float.
_NARROW = 2**60


class OpenSign(Exception):  # noqa: N818 - control flow, not an error
    """The sign of an expression at a place is not known: a root that is only enclosed does not tell it."""


@dataclass(frozen=True)
class Cells:
    """The line cut into places and open pieces: ``samples[k]`` lies between ``places[k - 1]`` and ``places[k]``."""

    places: tuple[Root, ...]
    samples: tuple[Fraction, ...]


class LineSigns:
    """Signs of expressions along one free parameter, all others at exact values.

    Where an expression as it is written divides by zero it has no sign, even if the division cancels elsewhere.

    Parameters
    ----------
    game : SymbolicGame
        Gives the derived names.
    along : str
        A parameter, or a derived name that is held free.
    point : mapping
        The values of all parameters.
    window : pair of Fraction
        Where roots of what is not rational are looked for. As long as all expressions are rational, piece by piece,
        the line has no ends.
    """

    def __init__(
        self, game: SymbolicGame, along: str, point: Mapping[str, Fraction], window: tuple[Fraction, Fraction]
    ) -> None:
        self.game, self.along, self.window = game, along, window
        self.keep = [along] if along in game.derived else []
        self.point = point
        #: True where something is not rational, so that nothing is known beyond the window.
        self.bounded = False
        self._forms: dict[Any, Form] = {}
        self._alone: dict[Any, Form] = {}
        self._roots: dict[Any, list[Root]] = {}
        self._names: dict[Any, str] = {}
        self._quotients: dict[Any, Quotient | None] = {}
        self._runs: dict[Any, list[int | None]] = {}

    # ------------------------------------------------------------------------------------------------ forms

    def form(self, expression: Any) -> Form:
        """Return an expression of the game's names along the parameter, or such a quotient.

        Raises
        ------
        UsageError
            If it divides by zero for every value of the parameter, or holds a function that is not known.
        """
        if isinstance(expression, Quotient):
            if expression not in self._forms:
                self._forms[expression] = rational(expression)
            return self._forms[expression]
        if expression not in self._forms:
            line = self.game.expand(expression, keep=self.keep)
            try:
                try:
                    self._forms[expression] = self._rational(tree(line))
                except NotRational:  # what is not rational may be once the numbers stand in
                    self._forms[expression] = self.alone(self._with_numbers(line))
            except ZeroDivisionError:
                raise UsageError(f"{expression} divides by zero here for every value of {self.along}") from None
            except NotRational:
                raise UsageError(f"{expression} has a part that cannot be enclosed along {self.along}") from None
        return self._forms[expression]

    def alone(self, expression: Any) -> Form:
        """Return an expression in the variable alone."""
        if expression not in self._alone:
            try:
                self._alone[expression] = self._rational(tree(expression))
            except NotRational:
                self._alone[expression] = self._irrational(expression)
        return self._alone[expression]

    def _with_numbers(self, line: Any) -> Any:
        import sympy

        numbers = {
            each: sympy.Rational(self.point[each.name].numerator, self.point[each.name].denominator)
            for each in line.free_symbols
            if each.name != self.along
        }
        return line.xreplace(numbers)

    def _rational(self, node: Tree) -> Rational:
        return rational(Quotient.along(node, self.along, self.point))

    def _irrational(self, expression: Any) -> Form:
        from detente.solve.parametric._polynomial_ring import Ring

        if not is_known(expression):
            raise NotRational
        own = symbol(self.along)
        deciding = dict.fromkeys(each for part in parts(expression) for each in switches(part))
        if deciding:
            return Cases(expression, tuple(each for each in deciding if own in each.free_symbols))
        ring = Ring([expression, own])
        top, _ = ring.quotient(expression)
        self.bounded = True
        keys: set[Any] = set()
        for factor, _ in top.factor()[1] if top else ():
            part = ring.expression(factor)
            if own in part.free_symbols:
                keys |= self._key(-part if part.could_extract_minus_sign() else part)
        guards = self._guards(expression)
        poles = frozenset().union(*(self._keys(each) for each, pole in guards.items() if pole))
        return Other(expression, tuple(guards), frozenset(keys), poles)

    def _key(self, factor: Any) -> frozenset[Any]:
        """Return the keys of an irreducible factor: that of a polynomial, or the factor itself."""
        try:
            return self._rational(tree(factor)).keys
        except NotRational:
            return frozenset({factor})

    def _guards(self, expression: Any) -> dict[Any, bool]:
        """Return the expressions at whose zeros one without cases may cease to be defined, and whether it has to."""
        own = symbol(self.along)
        guards: dict[Any, bool] = {}
        for part in parts(expression):
            if part.is_Pow and not part.exp.is_Integer:
                guards.setdefault(part.base, part.exp.is_negative is True)
            elif part.is_Pow and part.exp < 0:
                guards[part.base] = True
            elif type(part).__name__ == "log":
                guards[part.args[0]] = True
        return {each: pole for each, pole in guards.items() if own in each.free_symbols}

    def _keys(self, expression: Any) -> frozenset[Any]:
        """Return the keys of the factors at whose zeros an expression in the variable alone is zero."""
        form = self.alone(expression)
        return frozenset() if isinstance(form, Cases) else form.keys

    def _resolved(self, expression: Any, sign: Callable[[Any], int | None]) -> Any:
        """Return an expression without cases, given the signs of what decides them; None where it has no value."""
        if not expression.args or not any(True for part in parts(expression) for _ in switches(part)):
            return expression

        def signed(difference: Any) -> int:
            found = sign(difference)
            if found is None:
                raise _NoValue
            return found

        kind = type(expression).__name__
        if kind == "Piecewise":
            for value, condition in expression.args:
                if truth(condition, signed):
                    return self._resolved(value, sign)
            return None
        if kind in {"Max", "Min"}:
            best = expression.args[0]
            for each in expression.args[1:]:
                if signed(each - best) * (1 if kind == "Max" else -1) > 0:
                    best = each
            return self._resolved(best, sign)
        resolved = [self._resolved(each, sign) for each in expression.args]
        if any(each is None for each in resolved):
            return None
        if kind == "Abs":
            return resolved[0] if signed(expression.args[0]) >= 0 else -resolved[0]
        return expression.func(*resolved)

    # ------------------------------------------------------------------------------------------------ places

    def cells(self, expressions: Sequence[Any], defined: Sequence[Any] = ()) -> Cells:
        """Return the places at which a sign may change, or something in ``defined`` may cease to be defined."""
        forms = [(self.form(each), False) for each in defined] + [(self.form(each), True) for each in expressions]
        was = None
        found: list[Root] = []
        while was is not self.bounded:  # what is not rational may turn up on a piece
            was = self.bounded
            found = [root for form, zeros in forms for root in self._places(form, zeros=zeros)]
        return self.cut(found)

    def cut(self, roots: Iterable[Root]) -> Cells:
        """Return the line cut at some of the places that :meth:`cells` found."""
        low, high = self.window if self.bounded else (None, None)
        places = apart(self._inside(_once(roots)))
        return Cells(tuple(places), tuple(samples_between(places, low, high)))

    def _inside(self, roots: list[Root]) -> list[Root]:
        if not self.bounded:
            return roots
        low, high = self.window
        return [each for each in roots if each.side(low) >= 0 and each.side(high) <= 0]

    def _places(self, form: Form, *, zeros: bool) -> list[Root]:
        """Return the zeros of an expression, and everywhere that it may cease to be defined or change its case."""
        if isinstance(form, Rational):
            return self._named(form.poles | form.keys if zeros else form.poles)
        if isinstance(form, Other):
            found = [root for guard in form.guards for root in self._places(self.alone(guard), zeros=True)]
            return found + (self._named(form.keys) if zeros else [])
        cuts = self._cuts(form.decided_by)
        found = list(cuts)
        for k, sample in enumerate(samples_between(cuts, *(self.window if self.bounded else (None, None)))):
            inner = self._at_sample(form, sample)
            if inner is None:
                continue
            own = self._inside(_once(self._places(inner, zeros=zeros)))
            before, after = cuts[:k][-1:], cuts[k : k + 1]
            # Roots of the expression of one piece count there only.
            placed = apart([*before, *own, *after])
            found += [each for each in placed if _beyond(each, before) and _beyond(each, after, below=True)]
        return found

    def _named(self, keys: Iterable[Any]) -> list[Root]:
        return [root for key in sorted(keys, key=self._name) for root in self._roots_by(key)]

    def _name(self, key: Any) -> str:
        if key not in self._names:
            self._names[key] = str(key)
        return self._names[key]

    def _cuts(self, deciding: Iterable[Any]) -> list[Root]:
        found = [root for each in deciding for root in self._places(self.alone(each), zeros=True)]
        return apart(self._inside(_once(found)))

    def _roots_by(self, key: Any) -> list[Root]:
        if key not in self._roots:
            if isinstance(key, tuple):
                from flint import fmpq_poly

                self._roots[key] = polynomial_roots(fmpq_poly(list(key)))
            else:
                cuts = self._cuts(self._guards(key))
                self._roots[key] = Curve(key, self.along).roots(*self.window, key, cuts)
        return self._roots[key]

    # ------------------------------------------------------------------------------------------------ signs

    def sign_between(self, expression: Any, at: Fraction) -> int | None:
        """Return the sign at a fraction, None where there is no value.

        Raises
        ------
        OpenSign
            If the sign cannot be told.
        """
        return self._sign(self.form(expression), at)

    def unshared(self, expressions: Sequence[Any]) -> list[Root]:
        """Return the places at which no one expression is positive on both sides, or one has no certain sign beside it.

        A sign is constant on a run of pieces between two places of the same expression: there it is looked at once, and
        kept for the next time.
        """
        cells = self.cells(expressions)
        highs = [each.high for each in cells.places]
        shared, unsure = [False] * len(cells.places), [False] * len(cells.samples)
        for each in expressions:
            form = self.form(each)
            own = {bisect_left(highs, root.low) for root in self._inside(self._places(form, zeros=True))}
            runs = list(pairwise([0, *(k + 1 for k in sorted(own)), len(cells.samples)]))
            signs = self._by_run(each, form, [cells.samples[first] for first, _ in runs])
            for (first, last), sign, beyond in zip(runs, signs, [*signs[1:], None], strict=True):
                if sign is None:
                    unsure[first:last] = [True] * (last - first)
                elif sign > 0:  # the place behind the run counts if it is positive beyond it too
                    reach = last if beyond == 1 else last - 1
                    shared[first:reach] = [True] * (reach - first)
        return [place for k, place in enumerate(cells.places) if not shared[k] or unsure[k] or unsure[k + 1]]

    def _by_run(self, expression: Any, form: Form, points: Sequence[Fraction]) -> list[int | None]:
        """Return the sign of an expression at a point of each of its runs, None where it has none or no certain one."""
        key = expression, self.bounded
        found = self._runs.get(key)
        if found is None or len(found) != len(points):
            found = self._runs[key] = [self._certain(form, at) for at in points]
        return found

    def _certain(self, form: Form, at: Fraction) -> int | None:
        try:
            return self._sign(form, at)
        except OpenSign:
            return None

    def quotient(self, expression: Any) -> Quotient | None:
        """Return an expression of the game's names as a quotient of polynomials in the parameter, or None."""
        if expression not in self._quotients:
            line = self.game.expand(expression, keep=self.keep)
            try:
                try:
                    found = Quotient.along(tree(line), self.along, self.point)
                except NotRational:
                    found = Quotient.along(tree(self._with_numbers(line)), self.along, self.point)
            except (NotRational, ZeroDivisionError):
                found = None
            self._quotients[expression] = found
        return self._quotients[expression]

    def value(self, expression: Any, at: Fraction) -> float | None:
        """Return the value at a fraction of an expression that is not rational; None where it is, or is not known."""
        form = self.form(expression)
        if isinstance(form, Rational):
            return None
        try:
            low, high = span_at(tree(form.expression), {self.along: fast(at)})
        except NotRational:
            return None
        if low == high or (high - low) * _NARROW > abs(low):
            return None
        middle = (low + high) / 2
        return int(middle.p) / int(middle.q)

    def _sign(self, form: Form, at: Fraction, near: Near | None = None) -> int | None:
        if isinstance(form, Rational):
            return form.sign(at)
        curve = Curve(form.expression, self.along)
        found = curve.sign(at, near=near)
        if found is None and not curve.nowhere(at, at):
            raise OpenSign
        return found

    def sign_at(self, expression: Any, place: Root, nearby: Fraction) -> int | None:
        """Return the sign at a place, or None where there is no value; ``nearby`` is a point of an adjacent piece.

        Raises
        ------
        OpenSign
            If the place is only enclosed, and does not tell.
        """
        return self._sign_at(self.form(expression), place, nearby)

    def _sign_at(self, form: Form, place: Root, nearby: Fraction) -> int | None:
        if place.low == place.high:
            return self._sign(form, place.low)
        if isinstance(form, Cases):
            inner = self._resolved_at(form, place, nearby)
            return None if inner is None else self._sign_at(inner, place, nearby)
        if form.poles & place.keys or (form.keys & place.keys and not place.certain):
            if place.certain:
                return None
            raise OpenSign
        if isinstance(form, Other) and any(self._keys(guard) & place.keys for guard in form.guards):
            found = Curve(form.expression, self.along).over(place.low, place.high)
            if found is None:
                raise OpenSign
            return found
        if form.keys & place.keys or (isinstance(form, Rational) and not form.top):
            return 0
        return self._sign(form, nearby)

    def _at_sample(self, form: Cases, sample: Fraction) -> Form | None:
        try:
            found = self._resolved(form.expression, lambda each: self._sign(self.alone(each), sample))
        except _NoValue:
            return None
        return None if found is None else self.alone(found)

    def _resolved_at(self, form: Cases, place: Root, nearby: Fraction) -> Form | None:
        try:
            found = self._resolved(form.expression, lambda each: self._sign_at(self.alone(each), place, nearby))
        except _NoValue:
            return None
        return None if found is None else self.alone(found)

    def undefined_at(self, expressions: Iterable[Any], place: Root, nearby: Fraction) -> bool:
        """Return whether some expression has no value at a place."""
        for each in expressions:
            form = self.form(each)
            if isinstance(form, Rational) and not form.divisors:
                continue
            if isinstance(form, Rational) and place.low != place.high:
                if form.poles & place.keys:
                    if not place.certain:
                        raise OpenSign
                    return True
            elif self._sign_at(form, place, nearby) is None:
                return True
        return False


class _NoValue(Exception):  # noqa: N818 - control flow, not an error
    """What decides a case has no value."""


def _once(roots: Iterable[Root]) -> list[Root]:
    """Return roots, each once."""
    return list({id(each): each for each in roots}.values())


def _beyond(root: Root, cut: Sequence[Root], *, below: bool = False) -> bool:
    """Return whether a root lies strictly above (or below) a cut, if there is one; bounds do not meet."""
    if not cut:
        return True
    if root.keys >= cut[0].keys:
        return False
    return root.high <= cut[0].low if below else root.low >= cut[0].high
