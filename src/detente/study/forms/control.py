"""One decision maker with a real state: terms are formulas of the state and of the action, which moves the state."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import Fault
from detente.fields import Expression, Wrong
from detente.games.file_tables import GameFile, VariantTable
from detente.numbers import plain
from detente.payoffs.terms import STATE
from detente.study.forms._control_reading import ActionField, ControlRule, Horizon, control_content
from detente.study.forms._formulas import FormulaForm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.conclusions.conclusion import Conclusion
    from detente.formula import Formula, Node
    from detente.games.control import SymbolicControl
    from detente.games.definition import Content, GameDefinition
    from detente.games.reader import GameReader
    from detente.payoffs.table import Payoffs
    from detente.solve.concepts import Options
    from detente.solve.control.control_result import ControlResult
    from detente.study.form import Values, View
    from detente.study.model import GameModel, Point
    from detente.study.trace import Trace
    from detente.toml import KeyPath

__all__ = ["FORM", "Control", "ControlFile", "ControlVariant"]


class ControlFile(GameFile):
    """The top of the file of a decision problem."""

    action: ActionField
    next: Expression
    start: Expression
    discount_factor: Expression
    states: list[Expression] | None = None
    horizon: Horizon | None = None


class ControlVariant(VariantTable):
    """A ``[variants.NAME]`` that is a decision problem; what it leaves out is as in the game, if that is one too."""

    action: ActionField | None = None
    next: Expression | None = None
    start: Expression | None = None
    discount_factor: Expression | None = None
    states: list[Expression] | None = None
    horizon: Horizon | None = None


class Control(FormulaForm):
    """``form = "control"``."""

    name = "control"
    words = "one decision maker with a real state"
    file = ControlFile
    variant = ControlVariant
    concepts = ("optimal",)

    # --- files

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return the action, the law of motion and the rest."""
        return control_content(reader, path, table, game)

    def names(self, content: Content) -> Mapping[str, tuple[Fraction, Fraction]]:
        """Return the state and the action, each with a range in which formulas are tried."""
        rule: ControlRule | None = content.data
        if rule is None:
            return {}
        numbers = [each.evaluate({}) for each in rule.choices if not each.names]
        ends = (min(numbers), max(numbers)) if len(numbers) == len(rule.choices) else (Fraction(0), Fraction(1))
        return {STATE: (Fraction(1, 10), Fraction(1)), rule.action: ends}

    def item_fault(self, reader: GameReader, content: Content, node: Node) -> Wrong | None:
        """Refuse items: there are no profiles."""
        return Wrong(f"found {node.value}[...]", "expected a formula of parameters: decision problems have no profiles")

    def inherits(self, content: Content, game: GameDefinition) -> bool:
        """Keep the conclusions of another decision problem."""
        return game.form == self.name

    def faults(self, game: GameDefinition, values: Values) -> Iterator[Fault]:
        """Yield the fault of a discount factor that is no number between 0 and 1 at the baseline, and of items."""
        for each in game.content.formulas:
            if each.formula.items:
                yield Fault(each.inside(1), "found square brackets", "expected parameters, the state and the action")
                continue
            number = values.value(each.formula)
            if each.key == "discount_factor" and number is not None and not 0 < number < 1:
                found = f"found the discount factor {each.formula.text} = {plain(number)}"
                yield Fault(each.inside(1), found, "expected a number between 0 and 1")

    # --- games

    def game(self, model: GameModel, material: bool) -> SymbolicControl:
        """Return the problem with formulas, over the box."""
        from detente.games.control import SymbolicControl
        from detente.games.symbolic import symbol

        rule: ControlRule = model.definition.data
        payoffs = self.table(model, material)
        symbols = {name: symbol(name) for name in (*model.parameters, STATE, rule.action)}
        flow = payoffs.payoff_where(self.maker(model), {})

        def here(formula: Formula) -> Any:
            return formula.to_sympy(symbols)

        choices = tuple(here(each) for each in rule.choices)
        return SymbolicControl(
            flow, here(rule.law), {rule.action: choices if rule.continuous else list(choices)},
            here(rule.factor), here(rule.start), model.intervals, model.derived,
            tuple(each.formula for each in model.payoff_model.constraints),
            None if rule.states is None else [here(each) for each in rule.states], rule.horizon,
        )  # fmt: skip

    def maker(self, model: GameModel) -> str:
        """Return the one who decides: the player of the payoff model."""
        return model.players[0]

    def table(self, model: GameModel, material: bool) -> Payoffs:
        """Return the terms of the flow."""
        from detente.payoffs.table import Payoffs

        own, rule = model.payoff_model, model.definition.data
        names = (*model.parameters, STATE, rule.action)
        return Payoffs(own.players, own.terms, names, material, own.utility, own.players)

    def payoffs(self, model: GameModel, kind: str) -> Payoffs:
        """Return the terms of the flow."""
        found: Payoffs = model.material_table if kind == "material" else model.table
        return found

    # --- questions

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> ControlResult:
        """Return the best policy and its value."""
        from detente.solve.control.optimal import optimal_control

        self.check_concept(concept)
        return optimal_control(self.at(model, point, kind), getattr(options, "method", None))

    def show(self, model: GameModel, point: Point, kind: str, terms: bool = False, title: str = "") -> View:
        """Return flow and law as formulas, and the flow at the start for some actions."""
        from detente.study.forms._control_view import flow_view

        return flow_view(self, model, point, kind, title)

    def trace_payoff(self, model: GameModel, point: Point, what: Any, player: str, kind: str) -> Trace:
        """Return where the flow at a state and an action comes from, at ``STATE,ACTION``."""
        from detente.study.forms._control_view import flow_trace

        return flow_trace(self, model, point, what, kind)

    def atlas(self, model: GameModel, kind: str, over: Any, values: Mapping[str, Fraction]) -> Any:
        """Return the best action in closed form with its conditions."""
        from detente.solve.control.closed_form import control_atlas

        return control_atlas(fixed_in(model.payoffs(kind), ()))

    def rests_on(
        self, model: GameModel, kind: str, of: Conclusion | Formula, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return the smallest sets of parameters that fix the sign of a formula."""
        from detente.conclusions.rests_on import rests_on

        return rests_on(self.formulas(model, kind), of, values, **more)


def fixed_in(problem: SymbolicControl, free: tuple[str, ...]) -> SymbolicControl:
    """Return a problem with numbers in place of the parameters whose interval is one point, but those named."""
    import sympy

    from detente.games.control import SymbolicControl
    from detente.games.symbolic import symbol

    numbers = {
        symbol(name): sympy.Rational(each.value.numerator, each.value.denominator)
        for name, each in problem.box.parameters.items()
        if each.low == each.high and name not in free
    }
    if not numbers:
        return problem

    def here(expression: Any) -> Any:
        return expression.xreplace(numbers)

    choices = tuple(here(each) for each in problem.choices)
    return SymbolicControl(
        here(problem.flow), here(problem.law), {problem.action: choices if problem.continuous else list(choices)},
        here(problem.discount_factor), here(problem.start), problem.box.parameters,
        {name: here(each) for name, each in problem.box.derived.items()},
        tuple(here(each) for each in problem.box.constraints),
        None if problem.interval is None else [here(each) for each in problem.interval], problem.horizon,
    )  # fmt: skip


FORM = Control()
