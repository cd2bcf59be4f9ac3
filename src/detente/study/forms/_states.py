"""How a stochastic game of a study moves: states, what follows what, named outcomes of paths, named policies.

:class:`Dynamics` is what a game file says; :func:`structure` lays it out at given values of the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import plain
from detente.payoffs.by_state import names_at, with_values
from detente.payoffs.terms import STATE

if TYPE_CHECKING:
    from detente.formula import Formula
    from detente.games.stochastic import State
    from detente.solve.stochastic.markov_result import MarkovEquilibrium, Path

__all__ = [
    "MAX_STATES",
    "Dynamics",
    "OutcomeRule",
    "PolicyRule",
    "ReplyRule",
    "Rule",
    "States",
    "Structure",
    "chances",
    "path_outcome",
    "reply_at_start",
    "structure",
]

#: Most states that a game may have.
MAX_STATES = 400
#: Alternatives of a ``when``: who chose what, all of one alternative.
When = tuple[Mapping[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class States:
    """Names, or whole numbers from ``low`` to ``high``, a formula of fixed parameters."""

    names: tuple[str, ...] = ()
    low: int = 0
    high: Formula | None = None

    def listed(self, env: Mapping[str, Any]) -> tuple[State, ...]:
        """Return the states at given values, numbers from high to low."""
        if self.high is None:
            return self.names
        top = _whole(self.high.evaluate(env), f"the highest state, {self.high.text}")
        if not self.low <= top < self.low + MAX_STATES:
            raise UsageError(f"found the states {self.low} to {top}; expected 1 to {MAX_STATES} of them")
        return tuple(range(top, self.low - 1, -1))


@dataclass(frozen=True)
class Rule:
    """A ``[[next]]``: where play goes where ``when`` holds. Pairs of state and chance; no pair: play ends."""

    when: When
    targets: tuple[tuple[Formula | str, Formula | None], ...]


@dataclass(frozen=True)
class OutcomeRule:
    """An ``[outcomes.NAME]``: paths that end in one of some ways, states, and with some moves.

    ``low`` and ``high`` are formulas of a range of states, or ``states`` lists them.
    """

    name: str
    endings: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    low: Formula | None = None
    high: Formula | None = None
    moves: When = ()

    def fits(self, ending: str, last: State | None, moves: Mapping[str, str], env: Mapping[str, Any]) -> bool:
        """Return whether a path ends like this: its ending, its last state and what was done there."""
        if self.endings and ending not in self.endings:
            return False
        if self.states and str(last) not in self.states:
            return False
        for bound, sign in ((self.low, 1), (self.high, -1)):
            if bound is not None and (not isinstance(last, int) or sign * (last - bound.evaluate(env)) < 0):
                return False
        return not self.moves or any(all(moves.get(who) in what for who, what in each.items()) for each in self.moves)


@dataclass(frozen=True)
class ReplyRule:
    """A ``[replies.NAME]``: what a player answers, at the start, to what the one before it may do."""

    name: str
    player: str
    answers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class PolicyRule:
    """A ``[policies.NAME]``: what each player does in every state; ``states`` are those in which it is asked about."""

    name: str
    actions: Mapping[str, str]
    states: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dynamics:
    """What a game file says of a stochastic game, beside the actions."""

    states: States
    start: Formula | str
    terminal: tuple[str, ...]
    order: tuple[tuple[str, ...], ...]
    factors: tuple[Formula, ...]
    values: Mapping[str, Mapping[str, Mapping[str, Formula]]] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    outcomes: tuple[OutcomeRule, ...] = ()
    replies: tuple[ReplyRule, ...] = ()
    policies: tuple[PolicyRule, ...] = ()
    partner: Partner | None = None

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas that say which states there are and where play goes."""
        found = [self.states.high, self.start]
        found += [each for by_player in self.values.values() for own in by_player.values() for each in own.values()]
        found += [each for rule in self.rules for pair in rule.targets for each in pair]
        return tuple(each for each in found if each is not None and not isinstance(each, str))

    def policy(self, name: str) -> PolicyRule:
        """Return a policy by name."""
        return next(each for each in self.policies if each.name == name)


@dataclass(frozen=True)
class Partner:
    """A ``[partner]``: with a probability it keeps to a policy, else it answers best to that policy, as impatient as stated.

    This is a decision problem of each player against such a partner, not an equilibrium.
    """

    policy: str
    probability: Formula
    discount_factor: Formula


@dataclass(frozen=True)
class Structure:
    """States, and for every state and profile the states that follow with formulas of their chances; None: play ends."""

    states: tuple[State, ...]
    terminal: tuple[State, ...]
    start: State
    follow: Mapping[tuple[State, tuple[str, ...]], Mapping[State, Formula] | State | None]


def _whole(value: Any, what: str) -> int:
    number = value if isinstance(value, Fraction) else Fraction(value)
    if number.denominator != 1:
        raise UsageError(f"{what}, is {number}; expected a whole number")
    return int(number)


def structure(dynamics: Dynamics, strategies: Mapping[str, tuple[str, ...]], env: Mapping[str, Any]) -> Structure:
    """Return states and transitions at given values of all parameters and derived values.

    Raises
    ------
    UsageError
        If a state leads nowhere that is known, or a profile has no rule.
    """
    states = dynamics.states.listed(env)
    by_name = {str(each): each for each in states}

    def known(given: Any, where: str) -> State:
        name = str(given) if isinstance(given, (str, int)) else str(_whole(given, f"{where}: the next state"))
        if name not in by_name:
            raise UsageError(f"{where}: found the next state {name}; expected one of {states[0]} to {states[-1]}")
        return by_name[name]

    start = dynamics.start if isinstance(dynamics.start, str) else dynamics.start.evaluate(env)
    terminal = tuple(known(each, "terminal") for each in dynamics.terminal if each in by_name)
    follow: dict[tuple[State, tuple[str, ...]], Any] = {}
    for state in states:
        if state in terminal:
            continue
        for profile in product(*strategies.values()):
            chosen = {STATE: str(state), **dict(zip(strategies, profile, strict=True))}
            where = f"state {state}, {', '.join(profile)}"
            rule = next((each for each in dynamics.rules if _holds(each.when, chosen)), None)
            if rule is None:
                raise UsageError(f"{where}: found no rule under [[next]] that says where play goes")
            names = names_at(dynamics.values, chosen)
            found: dict[State, Formula] = {}
            for target, chance in rule.targets:
                to = (
                    target
                    if isinstance(target, str)
                    else with_values(target, names).evaluate(env)
                    if names
                    else target.evaluate(env)
                )
                there = known(to, where)
                if chance is None:
                    follow[state, profile] = there
                    break
                shown = with_values(chance, names) if names else chance
                found[there] = shown if there not in found else _sum(found[there], shown)
            else:
                follow[state, profile] = found or None
    return Structure(states, terminal, known(start, "start"), follow)


def chances(laid: Structure, env: Mapping[str, Any]) -> None:
    """Check that the chances after every profile are probabilities.

    Raises
    ------
    UsageError
        At the first state and profile whose chances are none.
    """
    for (state, profile), target in laid.follow.items():
        if not isinstance(target, Mapping):
            continue
        found = {to: chance.evaluate(env) for to, chance in target.items()}
        if any(each < 0 for each in found.values()) or sum(found.values()) != 1:
            told = ", ".join(f"{to} with {plain(each)}" for to, each in found.items())
            where = f"state {state}, {', '.join(profile)}"
            raise UsageError(f"{where}: found the chances {told}; expected numbers of at least 0 that add up to 1")


def _sum(one: Formula, other: Formula) -> Formula:
    from detente.formula import Formula, Node

    return Formula(f"{one.text} + {other.text}", Node("+", (one.root, other.root)))


def _holds(when: When, chosen: Mapping[str, str]) -> bool:
    return not when or any(all(chosen.get(each) in allowed for each, allowed in one.items()) for one in when)


def path_outcome(dynamics: Dynamics, players: tuple[str, ...], path: Path | None, env: Mapping[str, Any]) -> str:
    """Return the first named outcome that a path fits; what it is in words where none does."""
    if path is None:
        return "left to chance"
    _, moves = path.steps[-1] if path.steps else (path.last, ())
    done = dict(zip(players, moves, strict=False))
    rule: OutcomeRule | None = next(
        (each for each in dynamics.outcomes if each.fits(path.ending, path.last, done, env)), None
    )
    return rule.name if rule is not None else str(path)


def reply_at_start(dynamics: Dynamics, equilibrium: MarkovEquilibrium, start: State) -> str | None:
    """Return the first named pattern of answers at the start that an equilibrium has."""
    for rule in dynamics.replies:
        own = equilibrium.replies.get(rule.player, {}).get(start, {})
        played = {seen: next(a for a, p in each.items() if p != 0) for seen, each in own.items()}
        if all(played.get(seen) in answers for seen, answers in rule.answers.items()):
            return rule.name
    return None
