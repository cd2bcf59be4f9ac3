"""Reading how a stochastic game moves from the keys of a game file or of a variant, with every fault in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, PlainValidator, WithJsonSchema

from detente.fields import Expression, Label, Name, Wrong, check_name, distinct, expression_of, kind_of, unknown, within
from detente.games.definition import Located
from detente.payoffs.terms import STATE, When
from detente.schema import Table, validate
from detente.study.forms._states import (
    MAX_STATES,
    Dynamics,
    OutcomeRule,
    Partner,
    PolicyRule,
    ReplyRule,
    Rule,
    States,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from detente.errors import Place
    from detente.formula import Formula
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.toml import KeyPath

__all__ = [
    "OutcomeTable",
    "PartnerTable",
    "PolicyTable",
    "ReplyTable",
    "StateList",
    "StatesField",
    "StatesReader",
]

ENDINGS = ("rests", "cycles", "terminal", "ends")


def _state(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise Wrong(kind_of(value), "expected a state, a number or a name")
    return str(value) if isinstance(value, int) else check_name(value)


def _state_list(value: object) -> list[str]:
    items: list[Any] = value if isinstance(value, list) else [value]
    return distinct([within((k,) if isinstance(value, list) else (), _state, each) for k, each in enumerate(items)])


#: States as text, from numbers and names.
StateList = Annotated[list[str], PlainValidator(_state_list), WithJsonSchema({"type": ["array", "integer", "string"]})]


def _states(value: object) -> Any:
    if isinstance(value, dict):
        for key in value:
            if key not in {"low", "high"}:
                raise Wrong(f"unknown key {key!r}", "expected low and high", below=(key,))
        if set(value) != {"low", "high"} or isinstance(value["low"], bool) or not isinstance(value["low"], int):
            raise Wrong(
                "found no range of states", 'expected { low = 0, high = 20 }, or names such as ["calm", "crisis"]'
            )
        return value["low"], within(("high",), expression_of, value["high"])
    if isinstance(value, list):
        return [within((k,), check_name, each) for k, each in enumerate(distinct(value))]
    raise Wrong(kind_of(value), 'expected { low = 0, high = 20 }, or names such as ["calm", "crisis"]')


StatesField = Annotated[Any, PlainValidator(_states), WithJsonSchema({"type": ["object", "array"]})]


def _ending(value: object) -> list[str]:
    items: list[Any] = value if isinstance(value, list) else [value]
    for each in items:
        if each not in ENDINGS:
            raise unknown("ending", each, ENDINGS)
    return distinct(items)


class OutcomeTable(Table):
    """An ``[outcomes.NAME]``: how a path ends."""

    label: Label | None = None
    ending: Annotated[list[str], PlainValidator(_ending), WithJsonSchema({"type": ["string", "array"]})] | None = None
    states: StateList | None = None
    low: Expression | None = None
    high: Expression | None = None
    moves: When | None = None


class ReplyTable(Table):
    """A ``[replies.NAME]``: answers at the start."""

    label: Label | None = None
    player: Name
    answers: dict[str, Annotated[list[Name], AfterValidator(distinct)]]


class PolicyTable(Table):
    """A ``[policies.NAME]``: an action for each player."""

    label: Label | None = None
    actions: dict[str, Name]
    states: StateList | None = None


class PartnerTable(Table):
    """A ``[partner]``: against whom a decision is made."""

    policy: Name
    probability: Expression
    discount_factor: Expression


def _target(value: object) -> Any:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return expression_of(value)
    if isinstance(value, dict):
        if not value:
            raise Wrong("found no states", "expected states with their probabilities")
        return {str(key): within((key,), expression_of, each) for key, each in value.items()}
    if isinstance(value, list) and value:
        found = []
        for k, each in enumerate(value):
            if not isinstance(each, dict) or set(each) != {"state", "p"}:
                raise Wrong(kind_of(each), 'expected { state = "state - 1", p = "1/2" }', below=(k,))
            pair = (within((k, "state"), expression_of, each["state"]), within((k, "p"), expression_of, each["p"]))
            found.append(pair)
        return found
    raise Wrong(kind_of(value), "expected a state, states with probabilities, or a list of { state, p }")


class NextTable(Table):
    """A ``[[next]]``."""

    when: When | None = None
    to: Annotated[Any, PlainValidator(_target), WithJsonSchema({"type": ["string", "integer", "object", "array"]})] = (
        None
    )
    end: bool = False


class StatesReader:
    """Reads the dynamics of one game; what a variant leaves out is as in the game."""

    def __init__(self, reader: GameReader, path: KeyPath, game: GameDefinition | None) -> None:
        self.reader, self.path = reader, path
        same = game is not None and game.form == "stochastic"
        self.above: Dynamics | None = game.data if same and game is not None else None
        self.formulas: list[Located] = list(game.content.formulas) if same and game is not None else []
        self.strategies: Mapping[str, Mapping[str, Place]] = {}

    def at(self, *keys: str | int) -> KeyPath:
        return (*self.path, *keys)

    def keep(self, formula: Any, *keys: str | int) -> Any:
        """Remember a formula with its place, so that its names and values are checked."""
        self.formulas.append(Located(formula, self.at(*keys), self.reader.file))
        return formula

    def forget(self, key: str) -> None:
        """Leave out the formulas of a key that the variant states anew."""
        self.formulas = [each for each in self.formulas if each.key != key]

    def states(self, given: Any) -> States:
        if given is None:
            assert self.above is not None
            return self.above.states
        self.forget("states")
        if isinstance(given, tuple):
            return States((), given[0], self.keep(given[1], "states", "high"))
        return States(tuple(given))

    def known(self, states: States) -> list[str]:
        """Return every state that may exist, as text."""
        if states.high is None:
            return list(states.names)
        top = states.low + MAX_STATES
        if not states.high.names:
            top = min(top, int(states.high.evaluate({})))
        return [str(k) for k in range(states.low, top + 1)]

    def listed(self, keys: tuple[str | int, ...], given: Iterable[str], states: States) -> None:
        """Compare states that are listed with those of the game."""
        known = self.known(states)
        for each in given:
            if each not in known:
                shown = known if states.names else [known[0], "...", known[-1]]
                self.reader.wrong(self.at(*keys), unknown("state", each, shown), key=False)

    def start(self, given: Any, states: States) -> Formula | str:
        if given is None:
            if self.above is not None and self.above.states == states:
                return self.above.start
            return states.names[0] if states.high is None else states.high
        self.forget("start")
        if states.high is None:
            self.listed(("start",), [given.text], states)
            return str(given.text)
        self.keep(given, "start")
        formula: Formula = given
        return formula

    def factors(self, given: Any) -> tuple[Formula, ...]:
        if given is None:
            return self.above.factors if self.above is not None else ()
        self.forget("discount_factor")
        if len(given) not in {1, len(self.strategies)}:
            expected = f"expected one, or {len(self.strategies)} in the order {', '.join(self.strategies)}"
            self.reader.fail(self.at("discount_factor"), f"found {len(given)} discount factors", expected, key=False)
        listed = isinstance(self.reader.file.at(self.at("discount_factor")), list)
        for k, each in enumerate(given):
            self.keep(each, *(("discount_factor", k) if listed else ("discount_factor",)))
        return tuple(given)

    def order(self, given: Any) -> tuple[tuple[str, ...], ...]:
        if given is None:
            return self.above.order if self.above is not None else (tuple(self.strategies),)
        listed = [name for group in given for name in group]
        for name in listed:
            if name not in self.strategies:
                self.reader.wrong(self.at("order"), unknown("player", name, tuple(self.strategies)), key=False)
        missing = [name for name in self.strategies if name not in listed]
        if missing:
            self.reader.fail(
                self.at("order"), f"found an order without {', '.join(missing)}", "expected every player", key=False
            )
        return tuple(tuple(group) for group in given)

    def values(self, given: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Formula]]]:
        """Read ``[values.NAME]``: numbers that go with actions."""
        found = {
            name: {who: dict(own) for who, own in each.items()}
            for name, each in (self.above.values if self.above else {}).items()
        }
        for name, by_player in given.items():
            try:
                check_name(name)
            except Wrong as wrong:
                self.reader.wrong(self.at("values", name), wrong)
            found[name] = {}
            for player, own in by_player.items():
                if player not in self.strategies:
                    self.reader.wrong(
                        self.at("values", name, player), unknown("player", player, tuple(self.strategies))
                    )
                    continue
                missing = [action for action in self.strategies[player] if action not in own]
                if missing:
                    expected = f"expected one for every action of {player}"
                    self.reader.fail(self.at("values", name, player), f"found no value of {missing[0]!r}", expected)
                for action, formula in own.items():
                    if action not in self.strategies[player]:
                        where = self.at("values", name, player, action)
                        self.reader.wrong(where, unknown(f"strategy of {player}", action, self.strategies[player]))
                    self.keep(formula, "values", name, player, action)
                found[name][player] = dict(own)
        return found

    def rules(self, given: Any, states: States) -> tuple[Rule, ...]:
        if given is None:
            return self.above.rules if self.above is not None else ()
        self.forget("next")
        found = []
        for k in range(len(given)):
            path: KeyPath = self.at("next", k)
            table = validate(self.reader.file, NextTable, self.reader.faults, path)
            if table is None:
                continue
            if table.end == (table.to is not None):
                what = "both" if table.end else "neither"
                self.reader.fail(path, f"found {what} of to and end", "expected one of the two", key=False)
                continue
            when = self.when(("next", k, "when"), table.when)
            found.append(Rule(when, tuple(self.targets(("next", k, "to"), table.to, states))))
        return tuple(found)

    def when(self, keys: tuple[str | int, ...], given: Any) -> tuple[Mapping[str, tuple[str, ...]], ...]:
        """Return a ``when`` after comparing its players, actions and states with the game."""
        alternatives = tuple({who: tuple(what) for who, what in each.items()} for each in given or ())
        for each in alternatives:
            for who, what in each.items():
                if who == STATE:
                    continue
                if who not in self.strategies:
                    self.reader.wrong(self.at(*keys), unknown("player", who, (*self.strategies, STATE)), key=False)
                    continue
                for action in what:
                    if action not in self.strategies[who]:
                        wrong = unknown(f"strategy of {who}", action, tuple(self.strategies[who]))
                        self.reader.wrong(self.at(*keys), wrong, key=False)
        return alternatives

    def targets(self, keys: tuple[str | int, ...], given: Any, states: States) -> Any:
        if given is None:
            return
        if isinstance(given, dict):
            for name, chance in given.items():
                if name not in self.known(states):
                    self.reader.wrong(self.at(*keys, name), unknown("state", name, self.known(states)[:20]))
                yield name, self.keep(chance, *keys, name)
        elif isinstance(given, list):
            for k, (state, chance) in enumerate(given):
                yield self.keep(state, *keys, k, "state"), self.keep(chance, *keys, k, "p")
        elif states.high is None:
            if given.text not in states.names:
                self.reader.wrong(self.at(*keys), unknown("state", given.text, states.names), key=False)
            yield given.text, None
        else:
            yield self.keep(given, *keys), None

    def outcomes(self, given: Mapping[str, OutcomeTable], states: States) -> tuple[OutcomeRule, ...]:
        found = {each.name: each for each in (self.above.outcomes if self.above else ())}
        for name, table in given.items():
            for key, each in (("low", table.low), ("high", table.high)):
                if each is not None:
                    self.keep(each, "outcomes", name, key)
            self.listed(("outcomes", name, "states"), table.states or (), states)
            moves = self.when(("outcomes", name, "moves"), table.moves)
            found[name] = OutcomeRule(
                name, tuple(table.ending or ()), tuple(table.states or ()), table.low, table.high, moves
            )
        return tuple(found.values())

    def replies(self, given: Mapping[str, ReplyTable], order: tuple[tuple[str, ...], ...]) -> tuple[ReplyRule, ...]:
        found = {each.name: each for each in (self.above.replies if self.above else ())}
        for name, table in given.items():
            where = self.at("replies", name, "player")
            groups = [k for k, group in enumerate(order) if table.player in group]
            if table.player not in self.strategies:
                self.reader.wrong(where, unknown("player", table.player, tuple(self.strategies)), key=False)
                continue
            if not groups or groups[0] != 1 or len(order[0]) != 1:
                expected = "expected the player that moves second, after a single one"
                self.reader.fail(where, f"found {table.player!r}", expected, key=False)
                continue
            before = order[0][0]
            for action, answers in table.answers.items():
                at = self.at("replies", name, "answers", action)
                if action not in self.strategies[before]:
                    self.reader.wrong(at, unknown(f"strategy of {before}", action, tuple(self.strategies[before])))
                for each in answers:
                    if each not in self.strategies[table.player]:
                        wrong = unknown(f"strategy of {table.player}", each, tuple(self.strategies[table.player]))
                        self.reader.wrong(at, wrong, key=False)
            found[name] = ReplyRule(name, table.player, {a: tuple(b) for a, b in table.answers.items()})
        return tuple(found.values())

    def policies(self, given: Mapping[str, PolicyTable], states: States) -> tuple[PolicyRule, ...]:
        found = {each.name: each for each in (self.above.policies if self.above else ())}
        for name, table in given.items():
            missing = [player for player in self.strategies if player not in table.actions]
            if missing:
                what = f"found a policy without {', '.join(missing)}"
                self.reader.fail(self.at("policies", name, "actions"), what, "expected an action of every player")
            for player, action in table.actions.items():
                at = self.at("policies", name, "actions", player)
                if player not in self.strategies:
                    self.reader.wrong(at, unknown("player", player, tuple(self.strategies)))
                elif action not in self.strategies[player]:
                    wrong = unknown(f"strategy of {player}", action, tuple(self.strategies[player]))
                    self.reader.wrong(at, wrong, key=False)
            self.listed(("policies", name, "states"), table.states or (), states)
            found[name] = PolicyRule(name, dict(table.actions), tuple(table.states or ()))
        return tuple(found.values())

    def partner(self, given: Any, policies: tuple[PolicyRule, ...]) -> Partner | None:
        if given is None:
            return self.above.partner if self.above is not None else None
        table = validate(self.reader.file, PartnerTable, self.reader.faults, self.at("partner"))
        if table is None:
            return None
        if table.policy not in {each.name for each in policies}:
            known = [each.name for each in policies]
            self.reader.wrong(self.at("partner", "policy"), unknown("policy", table.policy, known), key=False)
        self.keep(table.probability, "partner", "probability")
        self.keep(table.discount_factor, "partner", "discount_factor")
        return Partner(table.policy, table.probability, table.discount_factor)
