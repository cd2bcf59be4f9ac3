"""What levers aim at, as conditions: a profile is an equilibrium, unique, selected, sustainable or none; transfers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.conclusions._conditions import Alternatives, Conditions
from detente.conclusions._line import Line
from detente.conclusions.conclusion import parse_profile
from detente.conclusions.sole_equilibrium import conditions_of
from detente.errors import UsageError
from detente.games.definition import OUTCOMES
from detente.games.symbolic import SymbolicGame
from detente.numbers import number_to_json, plain, short

if TYPE_CHECKING:
    from detente.games.normal import Profile

__all__ = ["OUTCOMES", "Transfers", "broken", "outcome_conditions", "profile_of", "transfers"]

def profile_of(game: SymbolicGame, given: object) -> Profile:
    """Return a pure profile as indices, from text, labels, indices, or a mapping of player to label."""
    if isinstance(given, str):
        return parse_profile(given, game.players, game.strategies)
    if isinstance(given, Mapping):
        return parse_profile(
            ",".join(f"{player}={own}" for player, own in given.items()), game.players, game.strategies
        )
    if isinstance(given, Sequence) and len(given) == len(game.players):
        if all(isinstance(each, str) for each in given):
            return parse_profile(",".join(given), game.players, game.strategies)
        if all(isinstance(each, int) and 0 <= each < size for each, size in zip(given, game.shape, strict=True)):
            return tuple(given)
    raise UsageError(f"found the profile {given!r}; expected one strategy each for {', '.join(game.players)}")


def _label(game: SymbolicGame, profile: Profile) -> str:
    return ",".join(own[k] for own, k in zip(game.strategies, profile, strict=True))


def _deviations(game: SymbolicGame, player: int, profile: Profile) -> list[Profile]:
    return [
        (*profile[:player], other, *profile[player + 1 :])
        for other in range(game.shape[player])
        if other != profile[player]
    ]


def _stable(game: SymbolicGame, profile: Profile) -> list[tuple[Any, bool]]:
    """Return the inequalities under which a pure profile is an equilibrium."""
    return [
        (game.payoff(player, profile) - game.payoff(player, deviation), False)
        for player in range(len(game.players))
        for deviation in _deviations(game, player, profile)
    ]


def outcome_conditions(
    game: SymbolicGame, profile: Profile, outcome: str, discount_factor: object = None, punishment: object = None
) -> Conditions:
    """Return the statement that a profile is what ``outcome`` says."""
    if outcome not in OUTCOMES:
        raise UsageError(f"unknown outcome {outcome!r}; expected one of {', '.join(OUTCOMES)}")
    if outcome != "sustainable":
        if discount_factor is not None or punishment is not None:
            raise UsageError(f"found a discount factor or a punishment with {outcome!r}; only 'sustainable' has them")
        return conditions_of(game, f"{outcome}:{_label(game, profile)}")
    factors = _factors(game, discount_factor)
    choices = _punishments(game, punishment)
    # Nobody gains by a deviation: then no punishment is needed.
    alternatives = [_stable(game, profile)]
    for chosen in product(*choices):
        needs = {each: None for own in dict.fromkeys(chosen) for each in _stable(game, own)}
        for player, own in enumerate(chosen):
            needs |= {
                (-_needed(game, player, profile, deviation, factors[player], own), False): None
                for deviation in _deviations(game, player, profile)
            }
        alternatives.append(list(needs))
    return Alternatives(game, f"sustainable:{_label(game, profile)}", alternatives)


def _needed(
    game: SymbolicGame, player: int, profile: Profile, deviation: Profile, factor: Any, punishment: Profile
) -> Any:
    """Return what a player gains, in average payoff, by a deviation that grim trigger punishes for ever."""
    worst = game.payoff(player, punishment)
    return (1 - factor) * game.payoff(player, deviation) + factor * worst - game.payoff(player, profile)


def _factors(game: SymbolicGame, given: object) -> list[Any]:
    """Return a discount factor per player as an expression."""
    if given is None:
        raise UsageError("'sustainable' needs discount_factor=, a number, the name of a parameter, or one per player")
    each = [given[player] for player in game.players] if isinstance(given, Mapping) else [given] * len(game.players)
    if isinstance(given, (list, tuple)):
        each = list(given)
    return [
        one
        if hasattr(one, "free_symbols")
        else game.expression(one if isinstance(one, formula.Formula) else formula.parse(one))
        for one in each
    ]


def _punishments(game: SymbolicGame, given: object) -> list[list[Profile]]:
    """Return the punishments that each player may meet: the one stated, else every pure profile."""
    if given is None:
        return [list(game.profiles())] * len(game.players)
    if isinstance(given, Mapping) and not all(
        isinstance(own, str) and own in game.strategies[k] for k, own in enumerate(given.values())
    ):
        return [[profile_of(game, given[player])] for player in game.players]
    return [[profile_of(game, given)]] * len(game.players)


def broken(game: SymbolicGame, profile: Profile) -> Conditions:
    """Return the statement that a profile is no equilibrium."""
    alternatives = [[(-gain, True)] for gain, _ in _stable(game, profile)]
    return Alternatives(game, f"no equilibrium at {_label(game, profile)}", alternatives)


@dataclass(frozen=True)
class Transfers:
    """The least side payments that make a profile an equilibrium (or unique, selected, sustainable).

    Attributes
    ----------
    total : exact number or None
        What changes hands; None where no transfers do it.
    receives : dict
        Player to net transfer, negative for a payer; empty where there is none. With several payers the split is one
        of many.
    needs : dict
        Player to the least transfer at which this player does not gain by a deviation, negative where it can pay.
    formulas : dict
        The same as SymPy expressions, the largest of one per deviation.
    attained : bool
        False where the total has to be exceeded, by as little as one likes.
    """

    total: Any
    receives: dict[str, Any]
    needs: dict[str, Any]
    formulas: dict[str, Any]
    attained: bool = True

    @property
    def sentence(self) -> str:
        """The result in words."""
        if self.total is None:
            return "No transfers between the players bring it about."
        if self.total == 0 and self.attained:
            return "No transfers are needed."
        moves = ", ".join(
            f"{player} {'receives' if paid > 0 else 'pays'} {short(abs(paid), 4)}"
            for player, paid in self.receives.items()
            if paid != 0
        )
        more = "" if self.attained else ", or just more,"
        return f"Side payments of {short(self.total, 4)} in total{more} do it: {moves}."

    def to_json(self) -> dict[str, Any]:
        """Return the transfers as JSON values."""
        return {
            "total": number_to_json(self.total),
            "receives": {player: number_to_json(paid) for player, paid in self.receives.items()},
            "needs": {player: number_to_json(need) for player, need in self.needs.items()},
            "formulas": {player: plain(found) for player, found in self.formulas.items()},
            "attained": self.attained,
        }


def transfers(
    game: SymbolicGame,
    profile: Profile,
    outcome: str,
    point: Mapping[str, Fraction],
    discount_factor: object = None,
    punishment: object = None,
) -> Transfers:
    """Return the least transfers, paid where the profile is played, that bring the outcome about at a point.

    For an equilibrium, and for grim trigger, by the formula in :mod:`detente.conclusions.levers`; for ``unique`` and
    ``selected`` of two players by following the outcome along the one transfer there is.
    """
    import sympy

    if outcome in {"unique", "selected"}:
        return _along(game, profile, outcome, point)
    needs: dict[str, Fraction] = {}
    formulas: dict[str, Any] = {}
    if outcome == "sustainable":
        factors = _factors(game, discount_factor)
        choices = _punishments(game, punishment)
    for player, name in enumerate(game.players):
        deviations = _deviations(game, player, profile)
        if outcome == "equilibrium":
            gains = [game.payoff(player, each) - game.payoff(player, profile) for each in deviations]
        else:
            at_hand = [
                each for each in choices[player] if all(_exactly(game, e, point) >= 0 for e, _ in _stable(game, each))
            ]
            if not at_hand:
                gains = [game.payoff(player, each) - game.payoff(player, profile) for each in deviations]
            else:
                worst = min(at_hand, key=lambda each: _exactly(game, game.payoff(player, each), point))
                gains = [_needed(game, player, profile, each, factors[player], worst) for each in deviations]
        formulas[name] = sympy.Max(*gains) if gains else sympy.Integer(0)
        needs[name] = max((_exactly(game, each, point) for each in gains), default=Fraction(0))
    total = sum((max(need, Fraction(0)) for need in needs.values()), Fraction(0))
    room = sum((max(-need, Fraction(0)) for need in needs.values()), Fraction(0))
    if total > room:
        return Transfers(None, {}, dict(needs), formulas)
    receives = {name: need if need > 0 else need * total / room if room else need * 0 for name, need in needs.items()}
    return Transfers(total, receives, dict(needs), formulas)


def _exactly(game: SymbolicGame, expression: Any, point: Mapping[str, Fraction]) -> Fraction:
    value = game.evaluate(expression, point)
    if not isinstance(value, Fraction):
        raise UsageError(f"{expression} is irrational at this point, so transfers are not found exactly")
    return value


def _along(game: SymbolicGame, profile: Profile, outcome: str, point: Mapping[str, Fraction]) -> Transfers:
    """Return the least transfer between two players that makes a profile unique or selected."""
    if len(game.players) != 2:
        raise UsageError(f"found {len(game.players)} players; side payments for {outcome!r} are found for two")
    name = "side_payment"
    while name in game.parameters or name in game.derived:
        name += "_"
    values = {index: _exactly(game, cell, point) for index, cell in game.payoffs.items()}
    bound = 2 * sum((abs(value) for value in values.values()), Fraction(1))
    paid = formula.symbol(name)
    table = dict(game.payoffs)
    for player, sign in ((0, 1), (1, -1)):
        table[player, *profile] = table[player, *profile] + sign * paid
    box = {each: (i.low, i.value, i.high) for each, i in game.parameters.items()}
    with_transfer = SymbolicGame(
        table, {**box, name: (-bound, 0, bound)}, game.players, game.strategies, dict(game.derived), game.constraints
    )
    conditions = conditions_of(with_transfer, f"{outcome}:{_label(game, profile)}")
    found = Line(conditions).nearest(name, {**point, name: Fraction(0)}, -bound, bound)
    if found is None:
        return Transfers(None, {}, {}, {})
    first, second = game.players
    size = found.value if found.value >= 0 else -found.value
    return Transfers(size, {first: found.value, second: -found.value}, {}, {}, found.attained)
