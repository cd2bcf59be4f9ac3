"""Reading a decision problem from the keys of a game file or of a variant, with every fault in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from detente.fields import Wrong, check_name, expression_of, kind_of, within
from detente.games.definition import Content, Located
from detente.payoffs.players import EVERYBODY

if TYPE_CHECKING:
    from detente.formula import Formula
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.toml import KeyPath

__all__ = ["ActionField", "ControlRule", "Horizon", "control_content"]


def _action(value: object) -> Any:
    if not isinstance(value, dict) or len(value) != 1:
        raise Wrong(
            kind_of(value), "expected one action, such as { pressure = { from = 0, to = 1 } } or { pressure = [0, 1] }"
        )
    ((name, given),) = value.items()
    within((name,), check_name, name)
    if isinstance(given, dict):
        if set(given) != {"from", "to"}:
            raise Wrong("found no range", "expected { from = 0, to = 1 }", below=(name,))
        return name, True, [within((name, key), expression_of, given[key]) for key in ("from", "to")]
    if isinstance(given, list) and given:
        return name, False, [within((name, k), expression_of, each) for k, each in enumerate(given)]
    raise Wrong(kind_of(given), "expected a range { from = 0, to = 1 } or a list of numbers", below=(name,))


ActionField = Annotated[
    Any, PlainValidator(_action), WithJsonSchema({"type": "object", "minProperties": 1, "maxProperties": 1})
]


def _horizon(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
        raise Wrong(kind_of(value), "expected a number of periods from 1 to 1000")
    return value


Horizon = Annotated[int, PlainValidator(_horizon), WithJsonSchema({"type": "integer", "minimum": 1})]


@dataclass(frozen=True)
class ControlRule:
    """The action with what can be chosen, the law of motion, the start, the factor, the states looked at, the periods."""

    action: str
    continuous: bool
    choices: tuple[Formula, ...]
    law: Formula
    start: Formula
    factor: Formula
    states: tuple[Formula, Formula] | None
    horizon: int | None


class _Keys:
    """The keys of one table: what a variant leaves out is as in the problem that it varies."""

    def __init__(self, reader: GameReader, path: KeyPath, game: GameDefinition | None) -> None:
        self.reader, self.path = reader, path
        self.above: ControlRule | None = game.data if game is not None and isinstance(game.data, ControlRule) else None
        self.located: list[Located] = list(game.content.formulas) if self.above is not None and game is not None else []

    def needed(self, key: str) -> None:
        """Add the fault of a key that is neither here nor above."""
        self.reader.fail(self.path, f"found no {key!r}", "a decision problem needs it", key=False)

    def keep(self, key: str, formulas: list[Formula], *more: tuple[str | int, ...]) -> None:
        """Remember formulas with their places, in place of those that the key had above."""
        self.located = [each for each in self.located if each.key != key]
        for formula, inner in zip(formulas, more, strict=True):
            self.located.append(Located(formula, (*self.path, key, *inner), self.reader.file))

    def one(self, key: str, given: Formula | None, before: Formula | None) -> Formula | None:
        """Return the formula of a key."""
        if given is not None:
            self.keep(key, [given], ())
        elif before is None:
            self.needed(key)
        return given if given is not None else before


def control_content(reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
    """Return what the keys of a decision problem mean; faults are added to those of the reader."""
    keys = _Keys(reader, path, game)
    above = keys.above
    action = (above.action, above.continuous, list(above.choices)) if above is not None else None
    if table.action is not None:
        name, continuous, choices = action = table.action
        inner = [(name, ("from", "to")[k] if continuous else k) for k in range(len(choices))]
        keys.keep("action", choices, *inner)
    elif action is None:
        keys.needed("action")
    law = keys.one("next", table.next, above.law if above else None)
    start = keys.one("start", table.start, above.start if above else None)
    factor = keys.one("discount_factor", table.discount_factor, above.factor if above else None)
    states = above.states if above else None
    if table.states is not None:
        keys.keep("states", table.states, *((k,) for k in range(len(table.states))))
        states = tuple(table.states)
        if len(states) != 2:
            reader.fail((*path, "states"), f"found {len(states)} formulas", "expected [low, high]", key=False)
            states = None
    horizon = table.horizon if table.horizon is not None else above.horizon if above else None
    if action is None or law is None or start is None or factor is None:
        return Content({}, {}, tuple(keys.located), None)
    rule = ControlRule(action[0], action[1], tuple(action[2]), law, start, factor, states, horizon)
    payoffs = getattr(table, "payoffs", None) or (game.payoffs if game is not None else None)
    players = reader.groups.get(payoffs or "", {}).get(EVERYBODY, ())
    if len(players) > 1:
        expected = "expected a payoff model with one player: a decision problem has one decision maker"
        reader.fail((*path, "payoffs"), f"found the players {', '.join(players)}", expected, key=False)
    return Content(dict.fromkeys(players, ()), {}, tuple(keys.located), rule)
