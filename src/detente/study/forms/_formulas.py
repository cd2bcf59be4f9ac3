"""What forms without a payoff table share: named formulas over the box, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.formula import parse
from detente.games.symbolic import SymbolicGame, symbol
from detente.study._named_levers import unknown_target
from detente.study.form import Form

if TYPE_CHECKING:
    from fractions import Fraction

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.robustness.classifier import Subject
    from detente.conclusions.thresholds import Thresholds
    from detente.formula import Formula
    from detente.games.definition import Content, GameDefinition
    from detente.study.model import GameModel

__all__ = ["FormulaForm", "Formulas"]


@dataclass(frozen=True)
class Formulas:
    """Expressions by key over a box, and how their values at a point become a game.

    ``box`` is a table over the same parameters: it carries derived values and constraints, evaluates, and holds the
    payoffs that conclusions may name. Without payoffs it is a game of one player without choices.
    """

    box: SymbolicGame = field(repr=False)
    expressions: Mapping[Any, Any]
    build: Callable[[Mapping[Any, Any]], Any] = field(repr=False)

    @classmethod
    def of(
        cls,
        model: GameModel,
        named: Mapping[Any, Formula | Any],
        build: Callable[[Mapping[Any, Any]], Any],
        payoffs: tuple[Any, list[str], list[Any]] = ([[0]], ["all"], [["."]]),
    ) -> Formulas:
        """Return the formulas of a model; values may be parsed formulas or SymPy.

        ``payoffs`` is a table with its players and their strategies.
        """
        constraints = tuple(each.formula for each in model.payoff_model.constraints)
        table, players, strategies = payoffs
        box = SymbolicGame(table, model.intervals, players, strategies, model.derived, constraints)
        known = {name: symbol(name) for name in (*box.parameters, *box.derived)}
        found = {key: each if hasattr(each, "free_symbols") else each.to_sympy(known) for key, each in named.items()}
        return cls(box, found, build)

    @property
    def parameters(self) -> Any:
        """The box."""
        return self.box.parameters

    @property
    def derived(self) -> Any:
        """Derived values as expressions."""
        return self.box.derived

    @property
    def constraints(self) -> Any:
        """Conditions that every point has to meet."""
        return self.box.constraints

    def expression(self, parsed: Formula) -> Any:
        """Return a formula of parameters and of payoffs in the table as SymPy."""
        return self.box.expression(parsed)

    def evaluate(self, expression: Any, values: Mapping[str, Any]) -> Any:
        """Return an expression at a point."""
        return self.box.evaluate(expression, values)

    def expand(self, expression: Any) -> Any:
        """Return an expression in parameters alone."""
        return self.box.expand(expression)

    def at_point(self, values: Mapping[str, Any]) -> Any:
        """Return the game at a point.

        Raises
        ------
        UsageError
            If a formula leaves the rationals there: the games of these forms are exact.
        """
        numbers = {}
        for key, each in self.expressions.items():
            value = self.evaluate(each, values)
            if isinstance(value, float):
                raise UsageError(f"{each} is no rational number at this point; expected one")
            numbers[key] = value
        return self.build(numbers)


class FormulaForm(Form):
    """A form whose conclusions are formulas: where their sign changes, and on what share of the box they are positive.

    Its :meth:`game` is a :class:`Formulas`.
    """

    drops_terms = False
    sees_play = False
    exports = False

    def inherits(self, content: Content, game: GameDefinition) -> bool:
        """Keep the conclusions: they are formulas of parameters."""
        return True

    def formulas(self, model: GameModel, kind: str) -> SymbolicGame:
        """Return the table over the box: it evaluates formulas."""
        box: SymbolicGame = model.payoffs(kind).box
        return box

    def conclusion(self, game: GameDefinition, text: str) -> Formula:
        """Return the formula of a conclusion ``sign:FORMULA``."""
        kind, _, rest = text.partition(":")
        if kind != "sign" or not rest:
            names = f"; the names of the file are {', '.join(game.conclusions)}" if game.conclusions else ""
            raise UsageError(f"the form {self.name} has the conclusions sign:FORMULA{names}; found {text!r}")
        return parse(rest)

    def thresholds(
        self,
        model: GameModel,
        kind: str,
        along: str,
        of: Conclusion | Formula | None,
        values: Mapping[str, Fraction],
        name: str = "",
    ) -> Thresholds:
        """Return the values of a parameter at which the sign of a formula changes."""
        from detente.conclusions.thresholds import thresholds

        if of is None:
            raise UsageError(f"a game of the form {self.name} has thresholds of named formulas; name one with --of")
        return thresholds(model.payoffs(kind).box, along, of, values, model.parameters[along].domain, name)

    def subject(
        self, model: GameModel, kind: str, conclusions: Mapping[str, Any], held: Mapping[str, Fraction]
    ) -> Subject:
        """Return the named formulas as shares and importance look at them."""
        from detente.conclusions.robustness.formulas import formula_subject

        if not conclusions:
            raise UsageError(f"{model.name} names no formula under [conclusions]; ask for one as sign:FORMULA")
        return formula_subject(model.payoffs(kind).box, conclusions, held)

    def rests_on(
        self, model: GameModel, kind: str, of: Conclusion | Formula, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return the smallest sets of parameters that fix the sign of a formula whatever the others do."""
        from detente.conclusions.rests_on import rests_on

        return rests_on(self.formulas(model, kind), of, values, **more)

    def cheapest_changes(
        self, model: GameModel, kind: str, to: object, outcome: str, values: Mapping[str, Fraction], broken: bool, more: dict[str, Any]
    ) -> Any:
        """Refuse everything but formulas."""
        raise unknown_target(model, to, "sign:FORMULA")

    def holds(self, model: GameModel, of: Conclusion | Formula, values: Mapping[str, Fraction]) -> bool:
        """Return whether a formula is positive at a point."""
        game: Any = self.formulas(model, "strategic")
        return bool(game.evaluate(game.expression(of), values) > 0)
