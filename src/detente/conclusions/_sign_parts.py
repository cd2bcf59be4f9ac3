"""That a formula with smallest and greatest values and cases is positive, as cubes of its smooth parts.

A smallest value is positive where all its parts are, a greatest one where one of them is, and a formula with cases
where one of these applies and its value is positive. Over a box the parts are monotone in many parameters in which the
whole is nowhere proved to be; so searches are led, and end in proofs. What is added to a smallest or greatest value is
added to its parts, and so is a factor where it is not negative; where it is, the smallest becomes the greatest. At
points the formula itself decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions._conditions import Cube, Literal
from detente.conclusions.comparisons import Comparisons, as_conclusion, joined
from detente.conclusions.sole_equilibrium import conditions_of
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detente.conclusions._conditions import Conditions
    from detente.conclusions.conclusion import Conclusion
    from detente.formula import Formula
    from detente.games.symbolic import SymbolicGame

__all__ = ["SignParts", "searchable"]

#: Cubes up to which a formula is taken apart.
_MOST = 200
_PARTED = ("Min", "Max", "Piecewise")
#: That an expression is positive, or where not strict, at least 0.
Positive = tuple[Any, bool]
#: Alternatives, each a list of such.
Cases = list[tuple[Positive, ...]]


class _TooManyError(Exception):
    """A formula has more cases than are worth it, or a condition that is no comparison."""


def searchable(game: SymbolicGame, conclusion: Conclusion | Formula | str) -> Conditions:
    """Return a conclusion as conditions for a search over boxes: a formula with cases in its parts.

    Raises
    ------
    UsageError
        As :func:`~detente.conclusions.sole_equilibrium.conditions_of`.
    """
    parsed = as_conclusion(game, conclusion)
    if parsed.kind == "sign" and parsed.formula is not None:
        expanded = game.expand(game.expression(parsed.formula))
        if any(type(each).__name__ in _PARTED for each in _terms(expanded)):
            return SignParts(game, parsed)
    return conditions_of(game, parsed)


class SignParts(Comparisons):
    """A conclusion ``sign:FORMULA``, searched by the parts of its smallest and greatest values and cases.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[[0]], [[0]]], parameters={"a": (-1, 1), "b": (0, 2)})
    >>> c = SignParts(s, "sign:min(a + b, max(a - b, b) - 1)")
    >>> [[str(c.forms[each.index].expression) for each in cube] for cube in c.cubes(True)]
    [['a + b', 'b - 1'], ['a + b', 'a - b - 1']]
    """

    def __init__(self, game: SymbolicGame, conclusion: Conclusion | Formula | str) -> None:
        super().__init__(game, conclusion)
        self._parts: dict[bool, tuple[Cube, ...] | None] = {True: None, False: None}
        assert self.conclusion.formula is not None
        whole = game.expand(game.expression(self.conclusion.formula))
        for wanted in (True, False):
            try:
                cases = _positive(whole, True) if wanted else _positive(-whole, False)
                self._parts[wanted] = tuple(self._cubes(cases))
            except (_TooManyError, UsageError):  # the whole is searched as it is
                continue
        self.forms = tuple(self._forms)

    def _cubes(self, cases: Cases) -> Iterator[Cube]:
        """Yield cases as literals, without those that contradict themselves."""
        seen = set()
        for case in cases:
            cube: frozenset[Literal] | None = frozenset()
            for expression, strict in case:
                index, orient = self._register(expression)
                if index is not None and cube is not None:
                    cube = joined(cube, (Literal(index, orient, strict),))
                elif index is None and (orient < 0 or (strict and orient == 0)):
                    cube = None
                if cube is None:
                    break
            if cube is not None and cube not in seen:
                seen.add(cube)
                yield tuple(sorted(cube))

    def cubes(self, wanted: bool) -> tuple[Cube, ...] | None:
        """Return the cases as cubes, or the formula as one where they are too many."""
        found = self._parts[wanted]
        return super().cubes(wanted) if found is None else found


def _terms(expression: Any) -> Iterator[Any]:
    """Yield what an expression is a sum of products of: sums and products are looked into."""
    if expression.is_Add or expression.is_Mul:
        for each in expression.args:
            yield from _terms(each)
    else:
        yield expression


def _positive(expression: Any, strict: bool) -> Cases:
    """Return when an expression is positive, or where not strict, at least 0."""
    import sympy

    kind = type(expression).__name__
    if kind in _PARTED:
        return _lifted(sympy.Integer(0), sympy.Integer(1), expression, strict)
    terms = expression.args if expression.is_Add else (expression,)
    for k, term in enumerate(terms):
        factors = term.args if term.is_Mul else (term,)
        for j, factor in enumerate(factors):
            if not any(type(each).__name__ in _PARTED for each in _terms(factor)):
                continue
            rest = sympy.Add(*terms[:k], *terms[k + 1 :])
            others = sympy.Mul(*factors[:j], *factors[j + 1 :])
            if factor.is_Add:  # a product of a sum is a sum of products
                return _positive(sympy.Add(rest, *(others * each for each in factor.args)), strict)
            return _lifted(rest, others, factor, strict)
    if expression.is_Rational:
        return [()] if expression > 0 or (expression == 0 and not strict) else []
    return [((expression, strict),)]


def _lifted(rest: Any, factor: Any, parted: Any, strict: bool) -> Cases:
    """Return when ``rest + factor * parted`` is positive, by the parts of ``parted``."""
    if type(parted).__name__ == "Piecewise":
        found: Cases = []
        before: Cases = [()]
        for value, condition in parted.args:
            found += _all([before, _met(condition, True), _positive(rest + factor * value, strict)])
            before = _all([before, _met(condition, False)])
        return _few(found)
    parts = [_positive(rest + factor * each, strict) for each in parted.args]
    greatest = type(parted).__name__ == "Max"
    if factor.is_Rational:
        return _any(parts) if greatest == (factor > 0) else _all(parts)
    upward: Cases = [((factor, False),)]
    downward: Cases = [((-factor, True),)]
    return _any([
        _all([upward, _any(parts) if greatest else _all(parts)]),
        _all([downward, _all(parts) if greatest else _any(parts)]),
    ])  # fmt: skip


def _met(condition: Any, wanted: bool) -> Cases:
    """Return when a condition of a case holds, or fails."""
    kind = type(condition).__name__
    if kind in {"BooleanTrue", "BooleanFalse"}:
        return [()] if (kind == "BooleanTrue") == wanted else []
    if kind == "Not":
        return _met(condition.args[0], not wanted)
    if kind in {"And", "Or"}:
        parts = [_met(each, wanted) for each in condition.args]
        return _all(parts) if (kind == "And") == wanted else _any(parts)
    if not getattr(condition, "is_Relational", False):
        raise _TooManyError
    difference, sign = condition.lhs - condition.rhs, condition.rel_op
    if sign in {"==", "!="}:
        if (sign == "==") == wanted:
            return _all([_positive(difference, False), _positive(-difference, False)])
        return _any([_positive(difference, True), _positive(-difference, True)])
    strict, turned = (">" in sign or "<" in sign) and "=" not in sign, "<" in sign
    if not wanted:
        strict, turned = not strict, not turned
    return _positive(-difference if turned else difference, strict)


def _any(parts: Sequence[Cases]) -> Cases:
    return _few([case for part in parts for case in part])


def _all(parts: Sequence[Cases]) -> Cases:
    found: Cases = [()]
    for part in parts:
        both = (tuple(dict.fromkeys((*case, *more))) for case in found for more in part)
        found = _few([case for case in both if not _contradicts(case)])
    return found


def _contradicts(case: Sequence[Positive]) -> bool:
    """Return whether a case asks that an expression and its negative are positive."""
    known = dict(sorted(case, key=lambda each: each[1]))
    return any(-each in known and (strict or known[-each]) for each, strict in known.items())


def _few(cases: Cases) -> Cases:
    found = list(dict.fromkeys(cases))
    if len(found) > _MOST:
        raise _TooManyError
    return found
