r"""The one-shot deviation principle as a check of profiles of finite automata.

With discounting, a strategy profile of a repeated game is a subgame perfect equilibrium if and only if no
player, after any history, gains by deviating once and complying ever after (Blackwell 1965; Mailath and
Samuelson 2006, Proposition 2.2.1). For a profile given by an automaton with states ``w``, prescribed
(mixed) profile ``f(w)`` and transition ``t(w, a)`` the average discounted values solve the linear system

.. math:: v_i(w) = (1 - \delta_i)\, u_i(f(w)) + \delta_i \sum_a f(w)(a)\, v_i(t(w, a)),

and the gain of player ``i`` from action ``b`` in state ``w`` is what the right-hand side becomes when
``i`` plays ``b`` for sure, less ``v_i(w)``. The principle is applied at every state listed, so a state that
no history reaches should be left out.

Where the next state depends on a public signal, the transition gives a probability for each next state; the profile is
then a perfect public equilibrium (Abreu, Pearce and Stacchetti 1990).

This module knows no closed forms; it checks those of :mod:`detente.solve.repeated.critical_discount_factor`, with
which it shares no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import exact, plain
from detente.solve.repeated._one_shot_numbers import Numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from detente.games.normal import NormalFormGame, Profile

__all__ = [
    "OneShotDeviation",
    "Plan",
    "best_one_shot_deviation",
    "grim_trigger",
    "largest_gain",
    "largest_gains",
    "tit_for_tat",
]


@dataclass(frozen=True)
class Plan:
    """A strategy profile as a finite automaton that all players run.

    Parameters
    ----------
    states : sequence
        Distinct hashable states; the first is where play starts.
    output : mapping
        State to the profile played in it: a pure profile (indices or labels), or one sequence of
        probabilities per player.
    transition : callable
        ``transition(state, profile)`` is the next state after the pure profile (indices) that was
        realized, or ``{state: probability}`` where a public signal decides.
    """

    states: Sequence[Hashable]
    output: Mapping[Any, Any]
    transition: Callable[[Any, Profile], Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "states", tuple(self.states))
        if not self.states or len(set(self.states)) != len(self.states):
            raise UsageError(f"found the states {self.states!r}; expected distinct states, at least one")
        missing = [state for state in self.states if state not in self.output]
        if missing:
            raise UsageError(f"state {missing[0]!r} has no output; expected a profile for every state")


@dataclass(frozen=True)
class OneShotDeviation:
    """The most profitable one-shot deviation; the profile is subgame perfect iff ``gain <= 0``.

    ``gain`` and ``values`` are in average payoff per period: exact for exact games and factors.
    ``values`` maps each state to one value per player. ``player``, ``state``, ``action`` say where the
    largest gain arises; they are None where no player has an alternative action.
    """

    gain: Any
    player: str | None
    state: Any
    action: str | None
    values: Mapping[Any, tuple[Any, ...]]

    @property
    def subgame_perfect(self) -> bool:
        """True where no one-shot deviation gains."""
        return bool(self.gain <= 0)

    def __str__(self) -> str:
        if self.player is None:
            return "no player has an alternative action"
        return f"{self.player} gains {plain(self.gain)} by playing {self.action} once in state {self.state!r}"


def largest_gain(stage: NormalFormGame, automaton: Plan, discount_factor: object) -> Any:
    """Return the largest gain from a one-shot deviation; 0 or negative iff subgame perfect.

    Parameters
    ----------
    stage : NormalFormGame
        Any number of players.
    automaton : Plan
        The profile to check.
    discount_factor : number or sequence of numbers
        One for all or one per player, in (0, 1): exact numbers or text, SymPy algebraic numbers, floats.

    Returns
    -------
    Fraction, SymPy algebraic number or float
        In average payoff per period. A strictly negative value means that every deviation loses.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> grim = grim_trigger(g, (0, 0), (1, 1))
    >>> [largest_gain(g, grim, delta) for delta in ("1/4", "1/2", "3/4")]
    [Fraction(1, 1), Fraction(0, 1), Fraction(-1, 4)]
    """
    return best_one_shot_deviation(stage, automaton, discount_factor).gain


def best_one_shot_deviation(
    stage: NormalFormGame, automaton: Plan, discount_factor: object
) -> OneShotDeviation:
    """Return the most profitable one-shot deviation with the values of all states.

    Parameters are those of :func:`largest_gain`. Cost: one sparse linear system over the states per
    player.
    """
    return _Play(stage, automaton).best(discount_factor)


def largest_gains(stage: NormalFormGame, automaton: Plan, discount_factors: Iterable[object]) -> list[Any]:
    """Return :func:`largest_gain` at each of several discount factors, with what does not depend on them made once.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> largest_gains(g, grim_trigger(g, (0, 0), (1, 1)), ["1/4", "1/2", "3/4"])
    [Fraction(1, 1), Fraction(0, 1), Fraction(-1, 4)]
    """
    play = _Play(stage, automaton)
    return [play.best(each).gain for each in discount_factors]


def grim_trigger(
    stage: NormalFormGame,
    target: Any,
    punishment: Any,
    periods: int | None = None,
) -> Plan:
    """Return the automaton of a trigger profile: play ``target``, punish whoever deviates alone.

    A player who alone deviates from the target starts the punishment ``punishment[player]`` (or the one
    profile for all), for ``periods`` periods, for ever where it is None. Deviations by several players at
    once and deviations during a punishment are ignored.

    Parameters
    ----------
    target : pure profile
        Indices or labels.
    punishment : profile or mapping
        A pure profile, one distribution per player, or ``{player: such a profile}``.
    """
    aim = stage.profile_index(target)
    by_player = hasattr(punishment, "keys")
    lengths = range(1 if periods is None else periods)
    states: list[Hashable] = ["target"]
    output: dict[Any, Any] = {"target": aim}
    for player, name in enumerate(stage.players):
        for left in lengths:
            states.append((player, left))
            output[player, left] = punishment[name] if by_player else punishment

    def transition(state: Any, profile: Profile) -> Hashable:
        if state == "target":
            deviators = [
                player for player, (did, should) in enumerate(zip(profile, aim, strict=True)) if did != should
            ]
            return (deviators[0], lengths[-1]) if len(deviators) == 1 else "target"
        player, left = state
        if periods is None:
            return (player, left)
        return (player, left - 1) if left else "target"

    return Plan(states, output, transition)


def tit_for_tat(stage: NormalFormGame, target: Any, defection: Any) -> Plan:
    """Return the automaton of tit for tat between two players; a state is who played the target last.

    Each player plays the target strategy if the other did so in the last period, else ``defection``;
    every strategy but the target one counts as a defection.
    """
    good, bad = stage.profile_index(target), stage.profile_index(defection)
    states = [(True, True), (True, False), (False, True), (False, False)]
    output = {
        (first, second): (good[0] if second else bad[0], good[1] if first else bad[1])
        for first, second in states
    }
    return Plan(states, output, lambda _, profile: (profile[0] == good[0], profile[1] == good[1]))


def _factors(given: Any, count: int) -> tuple[Any, ...]:
    each = tuple(given) if isinstance(given, (list, tuple)) else (given,) * count
    if len(each) != count:
        raise UsageError(f"found {len(each)} discount factors; expected one, or {count}, one per player")
    factors = tuple(
        one
        if isinstance(one, float) or (hasattr(one, "free_symbols") and not one.is_Rational)
        else exact(one)
        for one in each
    )
    for one in factors:
        if not 0 < one < 1:
            raise UsageError(
                f"found the discount factor {plain(one)}; expected a number strictly between 0 and 1"
            )
    return factors


def _distributions(stage: NormalFormGame, profile: Any) -> list[list[tuple[int, Any]]]:
    """Return per player the list of (action, probability) with positive probability."""
    if all(isinstance(each, (int, str)) for each in profile):
        return [[(action, 1)] for action in stage.profile_index(profile)]
    if len(profile) != len(stage.players):
        raise UsageError(f"found {len(profile)} distributions; expected one per player")
    result = []
    for player, given in enumerate(profile):
        weights = [one if isinstance(one, float) else exact(one) for one in given]
        total = sum(weights)
        off = abs(total - 1) > 1e-9 if isinstance(total, float) else total != 1
        if len(weights) != stage.shape[player] or off or min(weights) < 0:
            raise UsageError(
                f"found {list(given)} for {stage.players[player]}; expected probabilities that sum to 1"
            )
        result.append([(action, weight) for action, weight in enumerate(weights) if weight > 0])
    return result


class _Play:
    """A profile in its stage game: what it leads to is worked out once, for all discount factors that are tried."""

    def __init__(self, stage: NormalFormGame, automaton: Plan) -> None:
        self.stage, self.automaton = stage, automaton
        self.index = {state: position for position, state in enumerate(automaton.states)}
        self.played = {state: _distributions(stage, automaton.output[state]) for state in automaton.states}
        self.following: dict[tuple[Any, Profile], dict[int, Any]] = {}
        self.kept: dict[tuple[int, Any], _Prospects] = {}

    def after(self, state: Any, profile: Profile) -> dict[int, Any]:
        """Return the positions of the next states after a profile, with their chances."""
        if (state, profile) not in self.following:
            reached = self.automaton.transition(state, profile)
            chances = dict(reached) if isinstance(reached, Mapping) else {reached: 1}
            lost = [each for each in chances if each not in self.index]
            if lost:
                raise UsageError(
                    f"the transition from {state!r} leads to {lost[0]!r}, which is not among the states"
                )
            if sum(chances.values()) != 1 or min(chances.values()) < 0:
                raise UsageError(f"found the chances {chances!r} after {state!r}; expected probabilities that sum to 1")
            self.following[state, profile] = {self.index[each]: chance for each, chance in chances.items()}
        return self.following[state, profile]

    def prospects(self, player: int, field: Numbers) -> _Prospects:
        """Return what a player has in prospect, in the numbers of a field."""
        if field.domain is not None:  # the numbers of one factor alone
            return _Prospects(self, player, field)
        key = player, field.kind
        if key not in self.kept:
            self.kept[key] = _Prospects(self, player, field)
        return self.kept[key]

    def best(self, discount_factor: object) -> OneShotDeviation:
        """Return the most profitable one-shot deviation at a discount factor."""
        stage, states = self.stage, self.automaton.states
        best: tuple[Any, str, Any, str] | None = None
        columns = []
        for player, factor in enumerate(_factors(discount_factor, len(stage.players))):
            field = Numbers(factor, stage.arithmetic)
            delta, weight = field.delta, field.one - field.delta
            own = self.prospects(player, field)
            rows, right = [], []
            for position, state in enumerate(states):
                pay, moves = own.prescribed(state)
                row = {position: field.one}
                for target, chance in moves.items():
                    row[target] = row.get(target, field.zero) - delta * chance
                rows.append({target: share for target, share in row.items() if share != field.zero})
                right.append(weight * pay)
            values = field.solve(rows, right)
            columns.append([field.out(value) for value in values])
            for position, state in enumerate(states):
                support = [action for action, _ in self.played[state][player]]
                for action in range(stage.shape[player]):
                    if [action] == support:
                        continue
                    pay, moves = own.alone(state, action)
                    gain = weight * pay - values[position]
                    for target, chance in moves.items():
                        gain = gain + delta * chance * values[target]
                    worth = field.out(gain)
                    if best is None or worth > best[0]:
                        best = (worth, stage.players[player], state, stage.strategies[player][action])
        by_state = {state: tuple(column[position] for column in columns) for position, state in enumerate(states)}
        if best is None:
            return OneShotDeviation(Fraction(0), None, None, None, by_state)
        return OneShotDeviation(*best, by_state)


#: Expected stage payoff and distribution of the next state.
Prospect = tuple[Any, dict[int, Any]]


class _Prospects:
    """What one player has in prospect in each state, in the numbers of a field, each made once."""

    def __init__(self, play: _Play, player: int, field: Numbers) -> None:
        self.play, self.player, self.field = play, player, field
        self.mixed = {
            state: [[(action, field.number(chance)) for action, chance in own] for own in each]
            for state, each in play.played.items()
        }
        self.pays: dict[Profile, Any] = {}
        self.known: dict[tuple[Any, int | None], Prospect] = {}

    def prescribed(self, state: Any) -> Prospect:
        """Return the prospect when the player does what it should."""
        if (state, None) not in self.known:
            self.known[state, None] = self._at(state, self.mixed[state][self.player])
        return self.known[state, None]

    def alone(self, state: Any, action: int) -> Prospect:
        """Return the prospect when the player takes an action and the others do what they should."""
        if (state, action) not in self.known:
            self.known[state, action] = self._at(state, [(action, self.field.one)])
        return self.known[state, action]

    def _pay(self, profile: Profile) -> Any:
        if profile not in self.pays:
            self.pays[profile] = self.field.number(self.play.stage.payoffs[(self.player, *profile)])
        return self.pays[profile]

    def _at(self, state: Any, own: list[tuple[int, Any]]) -> Prospect:
        zero, one = self.field.zero, self.field.one
        pay, moves = zero, dict[int, Any]()
        supports = [own if other == self.player else each for other, each in enumerate(self.mixed[state])]
        for cells in product(*supports):
            chance = one
            for _, probability in cells:
                chance = chance * probability
            profile = tuple(action for action, _ in cells)
            pay = pay + chance * self._pay(profile)
            for target, share in self.play.after(state, profile).items():
                moves[target] = moves.get(target, zero) + chance * self.field.number(share)
        return pay, moves
