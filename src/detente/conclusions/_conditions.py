"""Conditions on the parameters of a game: expressions, each with an index, and what their signs decide.

The set of points at which a statement is true (or false) is covered by *cubes*, conjunctions of sign conditions
on the expressions. The searches over boxes (:mod:`detente.conclusions.decide`, :mod:`detente.conclusions.levers`)
work on cubes and ask for the statement itself at exact points.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

from detente.conclusions._forms import Form, RiskForm, Values, form_of, is_known
from detente.errors import UsageError
from detente.games.rational import fast
from detente.numbers import fraction_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from detente.games.symbolic import SymbolicGame

__all__ = ["Alternatives", "Conditions", "Cube", "Literal"]

_SIDES = {
    ">=": ((1, False),),
    ">": ((1, True),),
    "<=": ((-1, False),),
    "<": ((-1, True),),
    "==": ((1, False), (-1, False)),
}


class Literal(NamedTuple):
    """The condition that expression ``index`` times ``orient`` (1 or -1) is positive, or not negative."""

    index: int  # type: ignore[assignment]  # it hides a method of tuples that nothing asks for
    orient: int
    strict: bool

    def met(self, sign: int) -> bool:
        """Return whether the condition holds where the expression has a sign."""
        return sign * self.orient > 0 or (sign == 0 and not self.strict)


#: A conjunction of literals.
Cube = tuple[Literal, ...]


class Conditions(ABC):
    """A statement about the parameters of a game that depends on the signs of finitely many expressions.

    Attributes
    ----------
    text : str
        The statement.
    forms : tuple
        The expressions, over parameters alone; equal ones and those that differ by sign stand once. The first
        ``decisive`` decide the statement, the others are the constraints of the game.
    names : tuple of str
        The parameters that occur in any of them, in the order of the game.
    constraints : tuple of Literal
        Constraints of the game that are inequalities or equations. Others, ``opaque``, are met with at points only.
    """

    forms: tuple[Form | RiskForm, ...]
    names: tuple[str, ...]
    constraints: Cube
    opaque: tuple[Any, ...]
    decisive: int

    def __init__(self, game: SymbolicGame, text: str) -> None:
        self.game, self.text = game, text
        self._forms: list[Form | RiskForm] = []
        self._index: dict[Any, int] = {}
        self._registered: dict[Any, tuple[int | None, int]] = {}
        self._truth: dict[tuple[int, ...], bool] = {}

    @abstractmethod
    def holds(self, signs: tuple[int, ...]) -> bool:
        """Return whether the statement is true where the decisive expressions have these signs."""

    @abstractmethod
    def cubes(self, wanted: bool) -> tuple[Cube, ...] | None:
        """Return conjunctions that cover every point at which the statement is true (or false), or None if too many.

        A point of a cube may lack the truth, so a point found is checked; no point outside all cubes has it.
        Constraints are not in the cubes.
        """

    def _register(self, expression: Any) -> tuple[int | None, int]:
        """Return (index, orientation) of an expression; index None and its sign where it is constant."""
        if expression not in self._registered:
            self._registered[expression] = self._registered_anew(expression)
        return self._registered[expression]

    def _registered_anew(self, expression: Any) -> tuple[int | None, int]:
        expanded = self.game.expand(expression)
        if not expanded.free_symbols:
            value = Form(expanded).value({})
            if value is None:
                raise UsageError(f"{expression} has no value, or none whose sign is certain")
            return None, int(value > 0) - int(value < 0)
        for key, orient in ((expanded, 1), (-expanded, -1)):
            if key in self._index:
                return self._index[key], orient
        self._index[expanded] = len(self._forms)
        self._forms.append(form_of(expanded))
        return self._index[expanded], 1

    def _finish(self) -> None:
        """Close the list of decisive expressions and add the constraints of the game."""
        self.decisive = len(self._forms)
        literals: list[Literal] = []
        opaque: list[Any] = []
        for each in (part for given in self.game.constraints for part in _conjuncts(given)):
            index, orient = (None, 0)
            if each.is_Relational and each.rel_op in _SIDES and is_known(self.game.expand(each.lhs - each.rhs)):
                index, orient = self._register(each.lhs - each.rhs)
            if index is None:
                opaque.append(each)
                continue
            literals += [Literal(index, orient * side, strict) for side, strict in _SIDES[each.rel_op]]
        self.constraints, self.opaque = tuple(literals), tuple(opaque)
        self.forms = tuple(self._forms)
        used = {name for form in self.forms for name in form.names}
        used |= {str(each) for condition in self.opaque for each in self.game.expand(condition).free_symbols}
        self.names = tuple(name for name in self.game.parameters if name in used)

    def values(self, point: Mapping[str, object]) -> Values:
        """Return a point as the numbers that expressions are evaluated with; parameters left out are at baseline."""
        return {name: fast(value) for name, value in self.game.point(point).items()}

    def signs(self, values: Values) -> tuple[int, ...] | None:
        """Return the sign of every decisive expression, or None where one has no value or its sign is open."""
        known: dict[int, Any] = {}
        found = [form.value(values, known) for form in self.forms[: self.decisive]]
        if any(value is None for value in found):
            return None
        return tuple(int(value > 0) - int(value < 0) for value in found)

    def truth(self, point: Mapping[str, object]) -> bool:
        """Return whether the conclusion holds at an exact point; parameters left out are at baseline.

        Raises
        ------
        UsageError
            If an expression has no value there, or its sign is open.
        """
        found = self.truth_at(self.values(point))
        if found is None:
            raise UsageError(f"{self.text} is not decided here: a payoff is undefined, or too close to another to tell")
        return found

    def truth_at(self, values: Values) -> bool | None:
        """Return whether the conclusion holds at a point given by :meth:`values`, None where it is undefined."""
        signs = self.signs(values)
        return None if signs is None else self.holds(signs)

    def allowed_at(self, values: Values) -> bool:
        """Return whether a point given by :meth:`values` meets the constraints of the game."""
        for literal in self.constraints:
            value = self.forms[literal.index].value(values)
            if value is None or not literal.met(int(value > 0) - int(value < 0)):
                return False
        return not self.opaque or self.game.allowed({k: fraction_of(v) for k, v in values.items()})


class Alternatives(Conditions):
    """A statement that is true where all inequalities of at least one list hold.

    Parameters
    ----------
    game : SymbolicGame
        Gives the box and the constraints.
    text : str
        The statement.
    alternatives : iterable
        Lists of (expression, strict): the expression is positive, or where not strict, at least 0.
    """

    def __init__(self, game: SymbolicGame, text: str, alternatives: Iterable[Sequence[tuple[Any, bool]]]) -> None:
        super().__init__(game, text)
        cubes: list[Cube] = []
        for each in alternatives:
            literals: dict[Literal, None] = {}
            possible = True
            for expression, strict in each:
                index, orient = self._register(expression)
                if index is not None:
                    literals[Literal(index, orient, strict)] = None
                elif orient < 0 or (strict and orient == 0):
                    possible = False
            if possible:
                cubes.append(tuple(literals))
        self._cubes = tuple(dict.fromkeys(cubes))
        self._finish()

    def holds(self, signs: tuple[int, ...]) -> bool:
        """Return whether the statement is true where the decisive expressions have these signs."""
        return any(all(each.met(signs[each.index]) for each in cube) for cube in self._cubes)

    def cubes(self, wanted: bool) -> tuple[Cube, ...] | None:
        """Return the lists as cubes. One list fails where one of its inequalities does; of several none is at hand."""
        if wanted:
            return self._cubes
        if len(self._cubes) > 1:
            return None
        return tuple((Literal(x.index, -x.orient, not x.strict),) for each in self._cubes for x in each)


def _conjuncts(condition: Any) -> tuple[Any, ...]:
    """Return the parts of a conjunction, or the condition itself."""
    return condition.args if type(condition).__name__ == "And" else (condition,)
