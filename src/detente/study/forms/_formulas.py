"""A game whose numbers are named formulas of the parameters: what forms without a payoff table hand to the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame, symbol

if TYPE_CHECKING:
    from detente.formula import Formula
    from detente.study.model import GameModel

__all__ = ["Formulas"]


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
