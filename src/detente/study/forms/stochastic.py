"""Stochastic games: players choose again and again in a state, which moves with what they choose."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

from pydantic import Field

from detente.conclusions.conclusion import Conclusion
from detente.errors import Fault, FormulaError, UsageError, did_you_mean
from detente.fields import Expression, Names, Wrong
from detente.formula import parse
from detente.games.definition import Content
from detente.games.file_tables import GameFile, VariantTable
from detente.numbers import plain
from detente.payoffs.terms import STATE
from detente.study._named_levers import sign_formula
from detente.study.form import Form
from detente.study.forms._moves_reading import Order
from detente.study.forms._states import Dynamics, Structure, chances, path_outcome, reply_at_start, structure
from detente.study.forms._states_reading import (
    OutcomeTable,
    PolicyTable,
    ReplyTable,
    StateList,
    StatesField,
    StatesReader,
)
from detente.study.forms._states_view import period_view, place_of
from detente.study.forms.repeated import DiscountField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from fractions import Fraction

    from detente.conclusions.robustness.classifier import Subject
    from detente.conclusions.thresholds import Thresholds
    from detente.errors import Place
    from detente.formula import Formula, Node
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.games.stochastic import State, StochasticGame
    from detente.games.symbolic import SymbolicGame
    from detente.games.symbolic_stochastic import SymbolicStochasticGame
    from detente.payoffs.by_state import StatePayoffs
    from detente.solve.concepts import Options
    from detente.solve.stochastic.markov_result import MarkovEquilibrium, MarkovResult, Path
    from detente.solve.stochastic.partner import PartnerResult
    from detente.study.form import Values, View
    from detente.study.model import GameModel, Point
    from detente.study.trace import Trace
    from detente.toml import KeyPath

__all__ = ["FORM", "Stochastic", "StochasticFile", "StochasticVariant"]

#: What may have been worked out of a game before no more points of it are kept.
_KNOWN = 200


class StochasticFile(GameFile):
    """The top of the file of a stochastic game."""

    strategies: dict[str, Names]
    states: StatesField
    start: Expression | None = None
    terminal: StateList | None = None
    order: Order | None = None
    discount_factor: DiscountField
    values: dict[str, dict[str, dict[str, Expression]]] = Field(default_factory=dict)
    next: list[Any]
    outcomes: dict[str, Any] = Field(default_factory=dict)
    replies: dict[str, Any] = Field(default_factory=dict)
    policies: dict[str, Any] = Field(default_factory=dict)
    partner: Any = None


class StochasticVariant(VariantTable):
    """A ``[variants.NAME]`` that is a stochastic game; what it leaves out is as in the game."""

    strategies: dict[str, Names] | None = None
    states: StatesField | None = None
    start: Expression | None = None
    terminal: StateList | None = None
    order: Order | None = None
    discount_factor: DiscountField | None = None
    values: dict[str, dict[str, dict[str, Expression]]] = Field(default_factory=dict)
    next: list[Any] | None = None
    outcomes: dict[str, Any] = Field(default_factory=dict)
    replies: dict[str, Any] = Field(default_factory=dict)
    policies: dict[str, Any] = Field(default_factory=dict)
    partner: Any = None


class Stochastic(Form):
    """``form = "stochastic"``."""

    name = "stochastic"
    words = "players choose again and again in a state that moves with their choices"
    file = StochasticFile
    variant = StochasticVariant
    tables = {"outcomes": OutcomeTable, "replies": ReplyTable, "policies": PolicyTable}  # noqa: RUF012 - as declared
    concepts = ("markov-perfect",)
    exports = False

    # --- files

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return the actions and how the state moves."""
        found = StatesReader(reader, path, game)
        if game is not None and found.above is None:
            expected = "expected a stochastic game above"
            reader.fail((*path, "form"), f"found a stochastic variant of the form {game.form}", expected, key=False)
            return Content({}, {}, (), None)
        payoffs = getattr(table, "payoffs", None) or (game.payoffs if game is not None else None)
        if table.strategies is not None:
            choices = reader.strategies(path, table.strategies, payoffs)
        else:
            assert game is not None
            choices = {name: dict(own) for name, own in game.content.choices.items() if name != STATE}
        found.strategies = choices
        states = found.states(table.states)
        terminal = table.terminal
        if terminal is not None:
            found.listed(("terminal",), terminal, states)
        elif found.above is not None:
            terminal = [each for each in found.above.terminal if each in found.known(states)]
        order = found.order(table.order)
        policies = found.policies(reader.part(path, "policies"), states)
        dynamics = Dynamics(
            states,
            found.start(table.start, states),
            tuple(terminal or ()),
            order,
            found.factors(table.discount_factor),
            found.values(table.values),
            found.rules(table.next, states),
            found.outcomes(reader.part(path, "outcomes"), states),
            found.replies(reader.part(path, "replies"), order),
            policies,
            found.partner(table.partner, policies),
        )
        strategies = {player: tuple(own) for player, own in choices.items()}
        place = reader.file.key_place((*path, "states") if table.states is not None else path)
        named = {**choices, STATE: dict.fromkeys(found.known(states), place)}
        return Content(strategies, named, tuple(found.formulas), dynamics)

    def names(self, content: Content) -> Mapping[str, tuple[Fraction, Fraction]]:
        """Return ``state``, where it is a number, and the names of ``[values]``, each with its range."""
        from fractions import Fraction

        dynamics: Dynamics | None = content.data
        if dynamics is None:
            return {}
        found: dict[str, tuple[Fraction, Fraction]] = {}
        if dynamics.states.high is not None:
            listed = [int(each) for each in content.choices[STATE]]
            known = not dynamics.states.high.names
            found[STATE] = (Fraction(dynamics.states.low), Fraction(max(listed) if known else dynamics.states.low + 1))
        for name, by_player in dynamics.values.items():
            numbers = [
                each.evaluate({})
                for own in by_player.values()
                for each in own.values()
                if not each.names and not each.items
            ]
            found[name] = (min(numbers), max(numbers)) if numbers else (Fraction(0), Fraction(1))
        return found

    def item_fault(self, reader: GameReader, content: Content, node: Node) -> Wrong | None:
        """Refuse items: what a period pays has no name in formulas."""
        return Wrong(
            f"found {node.value}[...]", "expected a formula of parameters: periods of stochastic games have no names"
        )

    def chosen(self, content: Content, choices: Sequence[str]) -> Mapping[str, str]:
        """Return a state and what each player does there."""
        return {STATE: choices[0], **dict(zip(content.strategies, choices[1:], strict=False))}

    def faults(self, game: GameDefinition, values: Values) -> Iterator[Fault]:
        """Yield the faults of discount factors, of probabilities and of states that lead nowhere, at the baseline."""
        dynamics: Dynamics | None = game.data
        if dynamics is None:
            return
        places: dict[Any, Place] = {}
        for each in game.content.formulas:
            number = values.value(each.formula)
            key = each.key
            places.setdefault(key, each.inside(1))
            if number is None or each.formula.items:
                continue
            if key == "discount_factor" and not 0 < number < 1:
                found = f"found the discount factor {each.formula.text} = {plain(number)}"
                yield Fault(each.inside(1), found, "expected a number between 0 and 1")
            if key == "partner" and not 0 <= number <= 1:
                found = f"found {each.formula.text} = {plain(number)}"
                yield Fault(each.inside(1), found, "expected a number from 0 to 1")
        env = {name: values.value(parse(name)) for each in dynamics.formulas for name in each.names - self.names(game.content).keys()}
        if any(number is None for number in env.values()):
            return
        try:
            laid = structure(dynamics, game.strategies, env)
            chances(laid, env)
        except FormulaError:
            return  # a name without a value, or a value out of reach: told where the formula stands
        except UsageError as error:
            at = str(error).partition(":")[0]
            yield Fault(places.get("start" if at == "start" else "next", game.place), *str(error).partition("; ")[::2])

    # --- games

    def game(self, model: GameModel, material: bool) -> SymbolicStochasticGame:
        """Return the game with formulas, over the box; its states are those of the baseline."""
        env = {name: each.value for name, each in model.intervals.items()}
        return self._symbolic(model, material, self.structure(model, {**env, **model.derived_values(env)}))

    def structure(self, model: GameModel, env: Mapping[str, Any]) -> Structure:
        """Return states and transitions at given values."""
        return structure(model.definition.data, model.definition.strategies, env)

    def _symbolic(self, model: GameModel, material: bool, laid: Structure) -> SymbolicStochasticGame:
        from detente.games.symbolic import symbol
        from detente.games.symbolic_stochastic import SymbolicStochasticGame

        dynamics: Dynamics = model.definition.data
        payoffs = self.table(model, material)
        symbols = {name: symbol(name) for name in model.parameters}

        def pays(state: Any, moves: tuple[str, ...]) -> tuple[Any, ...]:
            chosen = {STATE: str(state), **dict(zip(model.players, moves, strict=True))}
            return tuple(payoffs.payoff_where(player, chosen) for player in model.players)

        def follow(state: Any, moves: tuple[str, ...]) -> Any:
            target = laid.follow[state, moves]
            if isinstance(target, Mapping):
                return {to: chance.to_sympy(symbols) for to, chance in target.items()}
            return target

        ends = {
            state: tuple(payoffs.payoff_where(player, {STATE: str(state)}) for player in model.players)
            for state in laid.terminal
        }
        factors = [each.to_sympy(symbols) for each in dynamics.factors]
        return SymbolicStochasticGame(
            model.players, laid.states, {p: list(own) for p, own in model.definition.strategies.items()}, pays, follow,
            factors * len(model.players) if len(factors) == 1 else factors, model.intervals, model.derived,
            tuple(each.formula for each in model.payoff_model.constraints),
            terminal=ends, order=[list(group) for group in dynamics.order], start=laid.start,
        )  # fmt: skip

    def at(self, model: GameModel, point: Point, kind: str) -> StochasticGame:
        """Return the numeric game at a point; where parameters say how many states there are, with those states."""
        return self.at_values(model, point.values, kind).at_point(point.values)

    def at_values(self, model: GameModel, values: Mapping[str, Any], kind: str) -> SymbolicStochasticGame:
        """Return the game with formulas whose states are those at given values of the parameters."""
        symbolic: SymbolicStochasticGame = model.payoffs(kind)
        baseline = {name: each.value for name, each in model.intervals.items()}
        if all(values.get(name) == value for name, value in baseline.items()):
            return symbolic
        here = self.structure(model, {**values, **model.derived_values(values)})
        there = self.structure(model, {**baseline, **model.derived_values(baseline)})
        if _shape(here) != _shape(there):
            return self._symbolic(model, kind == "material", here)
        return symbolic

    def solved(
        self, model: GameModel, values: Mapping[str, Any], kind: str, limit: int | None = None
    ) -> tuple[StochasticGame, MarkovResult]:
        """Return the numeric game at given values with its equilibria, or the first ``limit`` of them.

        Whoever asks about one point again has it solved once.
        """
        from detente.solve.stochastic.markov_perfect import markov_perfect

        known, point = model.worked_out, tuple(sorted(values.items()))
        for key in (("markov", kind, point), ("markov", kind, point, limit)):
            if key in known:
                return known[key]  # type: ignore[no-any-return]
        game = self.at_values(model, values, kind).at_point(values)
        found = game, markov_perfect(game) if limit is None else markov_perfect(game, limit=limit)
        if len(known) < _KNOWN:
            known["markov", kind, point, *([] if limit is None else [limit])] = found
        return found

    def formulas(self, model: GameModel, kind: str) -> SymbolicGame:
        """Return what evaluates formulas."""
        found: SymbolicStochasticGame = model.payoffs(kind)
        return found.formulas

    def payoffs(self, model: GameModel, kind: str) -> StatePayoffs:
        """Return the payoffs wherever state and choices are known."""
        found: StatePayoffs = model.material_table if kind == "material" else model.table
        return found

    def outcomes(self, model: GameModel) -> Iterator[tuple[str, ...]]:
        """Yield every state with every profile."""
        for state in model.symbolic.playing:
            for profile in product(*model.definition.strategies.values()):
                yield (str(state), *profile)

    def table(self, model: GameModel, material: bool) -> StatePayoffs:
        """Return the payoffs of a period with their terms."""
        from detente.payoffs.by_state import StatePayoffs

        own = model.payoff_model
        return StatePayoffs(
            model.players, own.terms, tuple(model.parameters), material, own.utility, own.players,
            model.definition.data.values,
        )  # fmt: skip

    # --- questions

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> MarkovResult | PartnerResult:
        """Return the Markov perfect equilibria; of a variant with a partner, the decisions."""
        from detente.solve.stochastic.markov_perfect import markov_perfect
        from detente.solve.stochastic.partner import uncertain_partner

        self.check_concept(concept)
        partner = model.definition.data.partner
        if partner is not None:
            game = self.at(model, point, kind)
            env = {**point.values, **model.derived_values(point.values)}
            policy = model.definition.data.policy(partner.policy).actions
            return uncertain_partner(
                game, policy, partner.probability.evaluate(env), partner.discount_factor.evaluate(env)
            )
        method = getattr(options, "method", None)
        if method is None:
            return self.solved(model, point.values, kind)[1]
        return markov_perfect(self.at(model, point, kind), method)

    def show(self, model: GameModel, point: Point, kind: str, terms: bool = False, title: str = "") -> View:
        """Return what a period pays in each state, where it leads, and the terms as they are written."""
        return period_view(self, model, point, kind, terms, title)

    def trace_payoff(self, model: GameModel, point: Point, what: Any, player: str, kind: str) -> Trace:
        """Return where the payoff of a period comes from, at ``STATE,ACTION,..``."""
        from detente.study.trace import trace_payoff

        return trace_payoff(model, point, place_of(model, what), player, kind)

    # --- conclusions

    def conclusion(self, game: GameDefinition, text: str) -> Conclusion | Formula:
        """Return ``sign:FORMULA``, or ``equilibrium``, ``unique`` or ``selected`` with an outcome, a policy or a reply."""
        kind, _, rest = text.partition(":")
        if kind == "sign":
            return sign_formula(text)
        dynamics: Dynamics = game.data
        policies = [each.name for each in dynamics.policies]
        known = [each.name for each in dynamics.outcomes]
        replies = [each.name for each in dynamics.replies]
        if kind == "equilibrium" and rest in policies:
            return Conclusion(text, "policy", name=rest)
        if kind in {"equilibrium", "unique", "selected"} and rest in known:
            return Conclusion(text, kind, name=rest)
        if kind == "selected" and rest in replies:
            return Conclusion(text, "reply", name=rest)
        every = [*known, *replies, *policies]
        hint = did_you_mean(rest, every)
        raise UsageError(
            f"found the conclusion {text!r} of a stochastic game; expected sign:FORMULA, or equilibrium, unique or selected "
            f"with one of {', '.join(every) or 'its outcomes'}" + (f"; {hint}" if hint else "")
        )

    def holds(self, model: GameModel, of: Conclusion | Formula, values: Mapping[str, Fraction]) -> bool:
        """Return whether a conclusion holds at a point; a formula holds where it is positive."""
        if not isinstance(of, Conclusion):
            game = self.formulas(model, "strategic")
            return bool(game.evaluate(game.expression(of), values) > 0)
        if of.kind == "policy":
            return all(
                self.formulas(model, "strategic").evaluate(each.gain, values) <= 0
                for each in self.incentives(model, "strategic", of.name, values)
            )
        env = {**values, **model.derived_values(values)}
        found = self.solved(model, values, "strategic", 1 if of.kind in {"reply", "selected"} else None)[1]
        dynamics: Dynamics = model.definition.data
        if of.kind == "reply":
            return reply_at_start(dynamics, found.equilibria[0], found.game.start) == of.name
        names = [path_outcome(dynamics, model.players, each.path, env) for each in found.equilibria]
        if of.kind == "selected":
            return names[:1] == [of.name]
        if of.kind == "unique":
            return found.complete and set(names) == {of.name}
        return of.name in names

    def incentives(self, model: GameModel, kind: str, policy: str, values: Mapping[str, Fraction] | None = None) -> Any:
        """Return the gains of all one-shot deviations from a named policy, in closed form."""
        from detente.solve.stochastic.incentives import policy_incentives

        rule = model.definition.data.policy(policy)
        game = model.payoffs(kind) if values is None else self.at_values(model, values, kind)
        states = [s for s in game.playing if not rule.states or str(s) in rule.states]
        return policy_incentives(game, rule.actions, states)

    def thresholds(
        self,
        model: GameModel,
        kind: str,
        along: str,
        of: Conclusion | Formula | None,
        values: Mapping[str, Fraction],
        name: str = "",
    ) -> Thresholds:
        """Return the values of a parameter at which the path, a conclusion or the sign of a formula changes."""
        from detente.conclusions.markov_line import markov_thresholds, policy_thresholds
        from detente.conclusions.thresholds import thresholds

        domain = model.parameters[along].domain
        if of is not None and not isinstance(of, Conclusion):
            return thresholds(self.formulas(model, kind), along, of, values, domain, name)
        if isinstance(of, Conclusion) and of.kind == "policy":
            gains = [each.gain for each in self.incentives(model, kind, of.name, values)]
            return policy_thresholds(self.at_values(model, values, kind), gains, along, values, name or of.text)
        if isinstance(of, Conclusion) and of.kind not in {"selected", "reply"}:
            known = "selected:OUTCOME, selected:REPLY and equilibrium:POLICY"
            raise UsageError(f"thresholds of stochastic games are those of {known}; found {of.text!r}")
        game = self.at_values(model, values, kind)
        return markov_thresholds(game, along, values, self._followed(model, of, game.start), name)

    def _followed(self, model: GameModel, of: Conclusion | None, start: State) -> Callable[..., Any]:
        """Return what is followed along a line: the outcome of the path, or whether a conclusion holds."""
        dynamics: Dynamics = model.definition.data
        bounds = [each for rule in dynamics.outcomes for each in (rule.low, rule.high) if each is not None]

        def state_of(path: Path | None, at: Mapping[str, Any], found: MarkovEquilibrium) -> Any:
            if of is not None and of.kind == "reply":
                return reply_at_start(dynamics, found, start) == of.name
            known = all(name in at for each in bounds for name in each.names)
            outcome = path_outcome(dynamics, model.players, path, at if known else {**at, **model.derived_values(at)})
            return outcome if of is None else outcome == of.name

        return state_of

    def cheapest_changes(
        self, model: GameModel, kind: str, to: object, outcome: str, values: Mapping[str, Fraction], broken: bool, more: dict[str, Any]
    ) -> Any:
        """Return the cheapest changes that make a policy an equilibrium, or an outcome or a reply that of the first; or not."""
        from detente.conclusions.levers import levers_for
        from detente.conclusions.markov_levers import path_levers, policy_conditions
        from detente.conclusions.markov_line import nearest_changes

        if more.pop("side_payments", False):
            raise UsageError("side payments are for normal forms; found a stochastic game")
        dynamics: Dynamics = model.definition.data
        if broken and str(to) not in {each.name for each in dynamics.policies}:
            outcome = "selected"
        text = f"{outcome}:{to}"
        of = self.conclusion(model.definition, text) if outcome in {"equilibrium", "selected"} else None
        if not isinstance(of, Conclusion) or of.kind not in {"policy", "selected", "reply"}:
            policies = ", ".join(each.name for each in dynamics.policies) or "no policy is named"
            named = [*(each.name for each in dynamics.outcomes), *(each.name for each in dynamics.replies)]
            paths = ", ".join(named) or "none is named"
            raise UsageError(
                f"found {text}; levers of a stochastic game make a policy an equilibrium ({policies}), or an outcome or reply "
                f"selected ({paths})"
            )
        box = self.formulas(model, kind)
        told = f"not {text}" if broken else text
        if of.kind == "policy":
            gains = [each.gain for each in self.incentives(model, kind, of.name, values)]
            conditions = policy_conditions(box, told, gains, broken=broken)
            return levers_for(conditions, values, exclude=model.definition.units, **more)
        game = self.at_values(model, values, kind)
        follow, reached = self._followed(model, of, game.start), self.reached(model, kind)
        return path_levers(
            told, self.holds(model, of, values), not broken, lambda name: nearest_changes(game, name, values, follow), box, values,
            names=[name for name in box.parameters if name in reached],
            exclude=model.definition.units, weights=more.get("weights"),
        )  # fmt: skip

    def reached(self, model: GameModel, kind: str) -> frozenset[str]:
        """Return the parameters that payoffs, chances and factors of the game rest on."""
        game: SymbolicStochasticGame = model.payoffs(kind)
        return frozenset(each.name for one in game.expressions for each in game.formulas.expand(one).free_symbols)

    def rests_on(
        self, model: GameModel, kind: str, of: Conclusion | Formula, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return the smallest sets of parameters that fix whether a policy is an equilibrium, or the sign of a formula."""
        from detente.conclusions.markov_levers import policy_conditions
        from detente.conclusions.rests_on import rests_on

        box = self.formulas(model, kind)
        if not isinstance(of, Conclusion):
            return rests_on(box, of, values, **more)
        if of.kind != "policy":
            known = ", ".join(f"equilibrium:{each.name}" for each in model.definition.data.policies) or "none is named"
            raise UsageError(
                f"found {of.text}; what a conclusion on a stochastic game rests on is proved of policies ({known}) and of formulas"
            )
        gains = [each.gain for each in self.incentives(model, kind, of.name, values)]
        return rests_on(box, policy_conditions(box, of.text, gains), values, **more)

    def options(
        self, model: GameModel, kind: str, player: str, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return each action of a player, the same in every state, as a commitment."""
        from detente.conclusions.markov_options import markov_options

        if model.definition.data.partner is not None:
            raise UsageError(f"{model.name} is a decision against a partner of uncertain kind: to start or not; see `detente solve`")
        return markov_options(self.at_values(model, values, kind), player, values, **more)

    def subject(
        self, model: GameModel, kind: str, conclusions: Mapping[str, Any], held: Mapping[str, Fraction]
    ) -> Subject:
        """Return the game with what sorts its draws by the outcome of their paths."""
        from detente.study.forms._states_shares import stochastic_subject

        return stochastic_subject(self, model, kind, conclusions, held)


def _shape(laid: Structure) -> Any:
    moves = {key: tuple(each) if isinstance(each, Mapping) else each for key, each in laid.follow.items()}
    return laid.states, laid.terminal, laid.start, moves


FORM = Stochastic()
