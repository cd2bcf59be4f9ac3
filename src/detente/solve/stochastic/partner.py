"""Decisions against a partner of uncertain kind: it keeps to a policy, or answers best and leaves it when that pays.

This is no equilibrium: each player is asked, apart from the other, whether to start with a partner who keeps to the
policy with some probability and is otherwise an opportunist who picks the best date to leave it, with a discount factor
of its own, against a player who keeps to it. Not to start is worth 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.stochastic import StochasticGame
from detente.numbers import exact_or_float, number_to_json, short
from detente.solve.stochastic.markov_perfect import markov_perfect
from detente.solve.stochastic.markov_result import path_of
from detente.solve.stochastic.one_shot import best_markov_deviation

if TYPE_CHECKING:
    from detente.games.stochastic import State

#: What each player does in every state; nobody sees anything before.
Behavior = dict[tuple[Any, tuple[str, ...]], dict[str, Mapping[str, Any]]]

__all__ = ["Decision", "PartnerResult", "uncertain_partner"]


@dataclass(frozen=True)
class Decision:
    """Whether to start, for one player.

    Attributes
    ----------
    leaves : int or None
        The period, from 1, in which an opportunist leaves the policy; None: never.
    state : state or None
        The state in which it does.
    kept, betrayed : number
        What starting is worth with a partner who keeps to the policy, and with an opportunist.
    least : number or None
        The least probability of the former at which starting is worth at least 0; None: at no probability.
    starts : bool
        Whether it does at the stated probability.
    """

    leaves: int | None
    state: State | None
    kept: Any
    betrayed: Any
    least: Any
    starts: bool


@dataclass(frozen=True)
class PartnerResult(Displayed):
    """Decisions of both players, each against a partner of uncertain kind."""

    game: StochasticGame
    probability: Any
    decisions: Mapping[str, Decision]
    policy: Mapping[str, Mapping[State, Mapping[str, Any]]]

    @property
    def complete(self) -> bool:
        """The opportunist's best date is exact."""
        return True

    def to_json(self) -> dict[str, Any]:
        """Return the policy of each player as an opportunist, and the decisions."""
        return {
            "concept": "decision",
            "form": "stochastic",
            "method": "best date against a partner who keeps to the policy",
            "players": list(self.game.players),
            "arithmetic": self.game.arithmetic,
            "complete": True,
            "missing": "a decision problem of each player, not an equilibrium",
            "probability": number_to_json(self.probability),
            "policy": {
                player: {str(s): {a: number_to_json(p) for a, p in each.items()} for s, each in own.items()}
                for player, own in self.policy.items()
            },
            "values": {
                player: {"kept": number_to_json(each.kept), "betrayed": number_to_json(each.betrayed)}
                for player, each in self.decisions.items()
            },
            "decisions": {
                player: {
                    "leaves": each.leaves,
                    "state": None if each.state is None else str(each.state),
                    "least": number_to_json(each.least),
                    "starts": each.starts,
                }
                for player, each in self.decisions.items()
            },
        }

    def table(self) -> Table:
        """Return one row per player."""
        rows = tuple(
            (
                player,
                "never" if each.leaves is None else f"period {each.leaves}, state {each.state}",
                short(each.kept, 5),
                short(each.betrayed, 5),
                "none" if each.least is None else short(each.least, 4),
                "yes" if each.starts else "no",
            )
            for player, each in self.decisions.items()
        )
        columns = (
            "player", "an opportunist leaves it in", "worth if kept", "worth if left", "least probability",
            f"starts at {short(self.probability, 4)}",
        )  # fmt: skip
        note = "A decision of each player against a partner of uncertain kind, no equilibrium; not to start is worth 0."
        return Table("", columns, rows, (note,))


def uncertain_partner(
    game: StochasticGame, policy: Mapping[str, str], probability: Any, discount_factor: Any
) -> PartnerResult:
    """Return for each of two players whether to start with a partner of uncertain kind.

    Parameters
    ----------
    game : StochasticGame
        Two players who choose at once.
    policy : mapping of player to action
        What keeping means, in every state.
    probability : number
        That the partner keeps to the policy whatever happens.
    discount_factor : number
        Of an opportunist.

    Raises
    ------
    UsageError
        If the game is of another kind.

    Examples
    --------
    >>> game = StochasticGame(
    ...     ["a", "b"], [1, 2], {"a": ["keep", "leave"], "b": ["keep", "leave"]},
    ...     lambda s, m: {("keep", "keep"): (s, s), ("keep", "leave"): (-s, 3 * s),
    ...                   ("leave", "keep"): (3 * s, -s), ("leave", "leave"): (0, 0)}[m],
    ...     lambda s, m: 2 if m == ("keep", "keep") else None, "9/10",
    ... )
    >>> found = uncertain_partner(game, {"a": "keep", "b": "keep"}, "1/2", "1/2").decisions["a"]
    >>> found.leaves, print(found.kept, found.betrayed, found.least)
    19 -4/5 4/99
    (2, None)
    """
    if len(game.players) != 2 or len(game.order) != 1:
        raise UsageError("expected two players who choose at once")

    chance, factor = exact_or_float(probability), exact_or_float(discount_factor)
    keeping: Behavior = {(s, ()): {p: {policy[p]: 1} for p in game.players} for s in game.playing}
    kept = best_markov_deviation(game, keeping).values
    decisions: dict[str, Decision] = {}
    policies: dict[str, Mapping[State, Mapping[str, Any]]] = {}
    for i, player in enumerate(game.players):
        j = 1 - i
        other = game.players[j]
        alone = _alone(game, j, policy, factor)
        best = markov_perfect(alone, limit=1).equilibria[0].policy[other]
        policies[other] = best
        behavior: Behavior = {(s, ()): {player: {policy[player]: 1}, other: best[s]} for s in game.playing}
        values = best_markov_deviation(game, behavior).values[player]
        path = path_of(game, {player: {s: {policy[player]: 1} for s in game.playing}, other: best})
        steps = path.steps if path is not None else ()
        leaves = next((k for k, (s, _) in enumerate(steps, 1) if best[s][policy[other]] != 1), None)
        good, bad = kept[player][game.start], values[game.start]
        least = _least(good, bad)
        worth = chance * good + (1 - chance) * bad
        decisions[player] = Decision(
            leaves, None if leaves is None else steps[leaves - 1][0], good, bad, least, bool(worth >= 0)
        )
    return PartnerResult(game, chance, decisions, {player: policies[player] for player in game.players})


def _least(kept: Any, betrayed: Any) -> Any:
    """Return the least probability p with ``p*kept + (1 - p)*betrayed >= 0``, or None."""
    if betrayed >= 0 and kept >= 0:
        return Fraction(0)
    if kept < 0:
        return None
    return -betrayed / (kept - betrayed)


def _alone(game: StochasticGame, player: int, policy: Mapping[str, str], factor: Any) -> StochasticGame:
    """Return the problem of an opportunist against a partner who keeps to the policy."""
    name, other = game.players[player], game.players[1 - player]

    def full(state: State, moves: tuple[str, ...]) -> tuple[int, ...]:
        pair = {name: moves[0], other: policy[other]}
        return tuple(own.index(pair[p]) for p, own in zip(game.players, game.actions[state], strict=True))

    def follow(state: State, moves: tuple[str, ...]) -> Any:
        targets = game.transitions[state][full(state, moves)]
        return {game.states[to]: q for to, q in targets} or None

    actions = {state: {name: game.actions[state][player]} for state in game.playing}
    return StochasticGame(
        [name], game.states, actions, lambda s, m: (game.rewards[s][full(s, m)][player],), follow, factor,
        terminal={s: (each[player],) for s, each in game.terminal.items()}, start=game.start,
    )  # fmt: skip
