"""Payoffs of many members at a point, as functions of the counts of all actions.

Formulas are evaluated with counts as :class:`Line`, which is exact and tells lines from curves by how a formula is
built; what is no line that way is looked at point by point.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NoReturn

from detente.errors import UsageError
from detente.games.population import PopulationGame
from detente.payoffs.items import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from detente.payoffs.terms import Term
    from detente.study.model import GameModel

__all__ = ["Line", "member_payoffs"]


class Curved(Exception):  # noqa: N818 - an answer, no error: the caller looks point by point
    """What is computed is no line in the counts, or is not seen to be one."""


def _curved(*_: object) -> NoReturn:
    raise Curved


class Line:
    """An affine function of the counts of actions, to be put into a formula in place of counts.

    Parameters
    ----------
    base : Fraction
        Its value at no counts.
    steps : mapping of int to Fraction
        What one more member at an action adds; actions left out add nothing.

    Raises
    ------
    Curved
        By any operation whose result need not be a line, comparisons among them.

    Examples
    --------
    >>> share = Line(Fraction(0), {1: Fraction(1, 4)})
    >>> (3 - 2 * share).base, (3 - 2 * share).steps
    (Fraction(3, 1), {1: Fraction(-1, 2)})
    """

    __slots__ = ("base", "steps")

    def __init__(self, base: Fraction, steps: Mapping[int, Fraction]) -> None:
        self.base, self.steps = base, steps

    def __neg__(self) -> Line:
        return Line(-self.base, {a: -step for a, step in self.steps.items()})

    def __add__(self, other: object) -> Line:
        if isinstance(other, Line):
            steps = dict(self.steps)
            for a, step in other.steps.items():
                steps[a] = steps[a] + step if a in steps else step
            return Line(self.base + other.base, steps)
        return Line(self.base + _constant(other), self.steps)

    __radd__ = __add__

    def __sub__(self, other: object) -> Line:
        return self + -other if isinstance(other, Line) else Line(self.base - _constant(other), self.steps)

    def __rsub__(self, other: object) -> Line:
        return -self + other

    def __mul__(self, other: object) -> Line:
        factor = _constant(other)
        return Line(self.base * factor, {a: step * factor for a, step in self.steps.items()})

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Line:
        factor = _constant(other)
        return Line(self.base / factor, {a: step / factor for a, step in self.steps.items()})

    __rtruediv__ = __pow__ = __rpow__ = __abs__ = __float__ = __bool__ = _curved
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _curved
    __hash__ = None  # type: ignore[assignment]


def _constant(value: object) -> Fraction | int:
    return value if isinstance(value, (Fraction, int)) else _curved()


def member_payoffs(model: GameModel, env: Mapping[str, Any], material: bool) -> PopulationGame:
    """Return the game at values of all parameters and derived values.

    Payoffs are evaluated at no counts and at one more of each action; that they are affine is checked at another
    vector of counts. With two actions they may have any shape. Derived values that are floats, such as powers, are
    taken at the binary numbers that they store, so that what follows is exact.

    Raises
    ------
    UsageError
        If a payoff names other members, is not rational, or is not affine with more than two actions.
    """
    env = {name: Fraction(value) if isinstance(value, float) else value for name, value in env.items()}
    members = model.players
    actions = next(iter(model.definition.strategies.values()))
    for term in model.payoff_model.terms:
        others = {each for one in term.when for each in one} - {term.player}
        if others and term.player in members and (term.material or not material):
            raise UsageError(
                f"the term {term.player}.{term.name} names {min(others)}; "
                "here terms count members, with count() or share()"
            )
    payoffs = _Payoffs(model, actions, env, material)
    rows = [[payoffs.affine(member, action) for action in actions] for member in members]
    if not any(curve for row in rows for _, _, curve in row):
        return PopulationGame(
            actions, [[base for base, _, _ in row] for row in rows], [[slope for _, slope, _ in row] for row in rows], members
        )
    if len(actions) > 2:
        raise UsageError(
            f"payoffs of {model.name} are not affine in the counts; with {len(actions)} actions they have to be"
        )
    n = len(members)
    return PopulationGame.two_actions(
        actions, lambda i, a, k: payoffs.at(members[i], actions[a], (n - k, k)), members
    )


#: A payoff apart from counts, what one more member at each action adds, and how far it is from a line elsewhere.
Affine = tuple[Fraction, list[Fraction], Fraction]


class _Payoffs:
    """The payoffs of members as functions of the counts of all actions.

    Formulas that do not name the member are evaluated once for all members.
    """

    def __init__(self, model: GameModel, actions: tuple[str, ...], env: Mapping[str, Any], material: bool) -> None:
        self.model, self.actions, self.env, self.material = model, actions, env, material
        self.n = len(model.players)
        self.values: dict[Any, Fraction] = {}
        self.lines: dict[Any, Affine] = {}
        self.sums: dict[Any, Affine] = {}
        self.items: dict[Any, Line] = {}

    def affine(self, member: str, action: str) -> Affine:
        """Return the payoff of a member from an action as a line through two vectors of counts."""
        terms = self.terms(member, action)
        key = tuple((term.formula.text, term.condition and term.condition.text) for term in terms)
        if (action, key) not in self.sums:
            lines = [self.line(term, action) for term in terms]
            slopes = [_total(each) for each in zip(*(slope for _, slope, _ in lines), strict=True)]
            self.sums[action, key] = (
                _total(base for base, _, _ in lines),
                slopes or [Fraction(0)] * len(self.actions),
                _total(curve for _, _, curve in lines),
            )
        return self.sums[action, key]

    def at(self, member: str, action: str, counts: tuple[int, ...]) -> Fraction:
        """Return the payoff of a member from an action at counts of all actions."""
        return _total(self.value(term, action, counts if term.counts else None) for term in self.terms(member, action))

    def terms(self, member: str, action: str) -> list[Term]:
        """Return the terms that count for a member at an action."""
        chosen = self.model.payoff_model.terms_alone(member, action)
        return [term for term in chosen if term.material] if self.material else list(chosen)

    def line(self, term: Term, action: str) -> Affine:
        """Return a term at no counts, its steps to one more of each action, and how far it is off that at other counts."""
        key = (term.formula.text, term.condition and term.condition.text, action)
        if key not in self.lines:
            size = len(self.actions)
            if term.counts:
                self.lines[key] = self._straight(term, action) or self._probed(term, action)
            else:
                self.lines[key] = (self.value(term, action, None), [Fraction(0)] * size, Fraction(0))
        return self.lines[key]

    def _straight(self, term: Term, action: str) -> Affine | None:
        """Return a term that is built as a line of the counts, evaluated once; None if it is not, or not seen to be."""
        try:
            found = self._evaluated(term, lambda node: self._item(node.value, node.keys[0][0], action))
        except Curved:
            return None
        if not isinstance(found, Line):
            return found, [Fraction(0)] * len(self.actions), Fraction(0)
        return Fraction(found.base), [found.steps.get(a, Fraction(0)) for a in range(len(self.actions))], Fraction(0)

    def _item(self, function: str, counted: str, action: str) -> Line:
        key = (function, counted, action)
        if key not in self.items:
            none, one = (Tally({counted: n}, action, self.n).value(function, counted) for n in (0, 1))
            # nobody chooses what the variant leaves out
            steps = {self.actions.index(counted): one - none} if counted in self.actions else {}
            self.items[key] = Line(none, steps)
        return self.items[key]

    def _probed(self, term: Term, action: str) -> Affine:
        """Return the line through a term at no counts and at one more of each action, and how far it is off elsewhere."""
        size = len(self.actions)
        at_none = self.value(term, action, (0,) * size)
        steps = [self.value(term, action, tuple(int(a == b) for b in range(size))) - at_none for a in range(size)]
        probe = tuple(2 + 3 * a for a in range(size))
        line = at_none + _total(step * number for step, number in zip(steps, probe, strict=True))
        return at_none, steps, line - self.value(term, action, probe)

    def value(self, term: Term, action: str, counts: tuple[int, ...] | None) -> Fraction:
        """Return what a term is worth at counts of all actions, None where it does not look at them."""
        key = (term.formula.text, term.condition and term.condition.text, action, counts)
        if key not in self.values:
            item = (
                None if counts is None else Tally(dict(zip(self.actions, counts, strict=True)), action, self.n).item
            )
            self.values[key] = self._evaluated(term, item)
        return self.values[key]

    def _evaluated(self, term: Term, item: Any) -> Any:
        if term.condition is not None and not term.condition.evaluate(self.env, item):
            return Fraction(0)
        value = term.formula.evaluate(self.env, item)
        if not isinstance(value, (Fraction, Line)):
            value = Fraction(value) if isinstance(value, int) else _rational(value, term)
        return value


def _total(numbers: Iterable[Fraction]) -> Fraction:
    """Return a sum; zeros, of which there are many, cost nothing."""
    return sum(filter(None, numbers), Fraction(0))


def _rational(value: Any, term: Term) -> Fraction:
    """Return a float at the binary number that it stores: derived values such as powers may be irrational."""
    if not isinstance(value, float):
        raise UsageError(f"{term.formula.text} is no number at this point")
    return Fraction(value)
