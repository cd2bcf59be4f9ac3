"""What solvers of stochastic games return: policies by state, values, the path from the start, certificates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.numbers import is_exact, number_to_json, plain, short
from detente.solve.stochastic.one_shot import best_markov_deviation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.stochastic import State, StochasticGame
    from detente.solve.stochastic.one_shot import Behavior

__all__ = ["MarkovEquilibrium", "MarkovResult", "Path", "certified", "described", "path_of"]

#: Equilibria that are printed state by state.
_SHOWN = 3


@dataclass(frozen=True)
class Path:
    """Where play goes from the start if every choice and every next state is certain.

    Attributes
    ----------
    steps : tuple of (state, actions)
        Each state once, with what the players do there, in player order.
    ending : str
        ``rests`` in the last state, ``cycles`` back to ``last``, reaches the ``terminal`` state ``last``, or ``ends``
        by what is chosen in the last state.
    last : state or None
    """

    steps: tuple[tuple[State, tuple[str, ...]], ...]
    ending: str
    last: State | None

    def to_json(self) -> dict[str, Any]:
        """Return the path as data."""
        return {
            "steps": [{"state": str(state), "actions": list(actions)} for state, actions in self.steps],
            "ending": self.ending,
            "last": None if self.last is None else str(self.last),
        }

    def __str__(self) -> str:
        parts: list[str] = []
        for actions in dict.fromkeys(actions for _, actions in self.steps):
            states = [state for state, each in self.steps if each == actions]
            shown = f"{states[0]} to {states[-1]}" if len(states) > 2 else " and ".join(map(str, states))
            parts.append(f"{', '.join(actions)} in {shown}")
        words = {
            "rests": f"rests in {self.last}",
            "cycles": f"comes back to {self.last}",
            "terminal": f"reaches {self.last}",
            "ends": "play ends there",
        }
        return f"{'; '.join(parts)}; {words[self.ending]}"


@dataclass(frozen=True)
class MarkovEquilibrium(Displayed):
    """A profile of strategies of the state, certified.

    Attributes
    ----------
    policy : dict
        ``{player: {state: {action: probability}}}``: what each does in each state, as play goes there in a period.
    replies : dict
        ``{player: {state: {moves seen: {action: probability}}}}`` for players who see earlier moves of the period.
    values : dict
        ``{player: {state: number}}``, terminal states included.
    regret : number
        The most that anybody gains by one other choice in any state, after anything seen: 0 in exact arithmetic.
    path : Path or None
        From the start, where nothing on it is left to chance.
    """

    policy: dict[str, dict[State, dict[str, Any]]]
    replies: dict[str, dict[State, dict[str, dict[str, Any]]]]
    values: dict[str, dict[State, Any]]
    regret: Any
    path: Path | None

    @property
    def pure(self) -> bool:
        """Whether nobody mixes, in any state."""
        rows = [each for own in self.policy.values() for each in own.values()]
        rows += [each for own in self.replies.values() for seen in own.values() for each in seen.values()]
        return all(sum(1 for p in each.values() if p != 0) == 1 for each in rows)

    def action(self, player: str, state: State) -> str:
        """Return what a player does in a state, mixtures as text."""
        return _mixture(self.policy[player][state])

    def to_json(self) -> dict[str, Any]:
        """Return the equilibrium in the form of the contract."""
        return {
            "policy": _by_state(self.policy),
            "replies": {
                player: {
                    str(state): {
                        seen: {action: number_to_json(p) for action, p in each.items()}
                        for seen, each in by_seen.items()
                    }
                    for state, by_seen in own.items()
                }
                for player, own in self.replies.items()
            },
            "values": {
                player: {str(state): number_to_json(value) for state, value in own.items()}
                for player, own in self.values.items()
            },
            "regret": number_to_json(self.regret),
            "pure": self.pure,
            "path": None if self.path is None else self.path.to_json(),
        }

    def table(self, title: str = "") -> Table:
        """Return what everybody does in every state, with values; states with the same choices are joined."""
        players = tuple(self.policy)
        rows = []
        for state in next(iter(self.policy.values())):
            actions = tuple(self._told(player, state) for player in players)
            rows.append((str(state), *actions, *(short(self.values[player][state], 5) for player in players)))
        notes = (f"Path from the start: {self.path}.",) if self.path is not None else ()
        return Table(title, ("state", *players, *(f"value to {player}" for player in players)), tuple(rows), notes)

    def _told(self, player: str, state: State) -> str:
        """Return what a player does in a state in words: after which moves, where it sees some and they matter."""
        seen = self.replies.get(player, {}).get(state)
        if seen is None:
            return _mixture(self.policy[player][state])
        after: dict[str, list[str]] = {}
        for moves, weights in seen.items():
            after.setdefault(_mixture(weights), []).append(moves)
        if len(after) == 1:
            return next(iter(after))
        return "; ".join(f"{action} after {', '.join(moves)}" for action, moves in after.items())

    def __str__(self) -> str:
        return self.table().to_text()


def _by_state(policy: Mapping[str, Mapping[State, Mapping[str, Any]]]) -> dict[str, Any]:
    return {
        player: {str(state): {action: number_to_json(p) for action, p in each.items()} for state, each in own.items()}
        for player, own in policy.items()
    }


def _mixture(weights: Mapping[str, Any]) -> str:
    played = [(action, p) for action, p in weights.items() if p != 0]
    if len(played) == 1:
        return played[0][0]
    return " + ".join(f"{short(p, 4)} {action}" for action, p in played)


@dataclass(frozen=True)
class MarkovResult(Displayed):
    """Markov perfect equilibria of one game, how they were found, and whether these are all.

    Attributes
    ----------
    equilibria : tuple of MarkovEquilibrium
        That of the rule "of equals the first" stands first.
    method : str
    complete : bool
        Whether every equilibrium in pure stationary strategies is there; with ``count`` of them.
    count : int or None
        How many pure stationary equilibria there are, where that is known; more than are listed where many differ only
        in what is never seen.
    bounds : dict or None
        Of a zero-sum game: state to proved lower and upper bound of the value to the first player.
    """

    game: StochasticGame = field(repr=False)
    equilibria: tuple[MarkovEquilibrium, ...]
    method: str
    complete: bool
    count: int | None = None
    missing: str = ""
    notes: tuple[str, ...] = ()
    bounds: dict[State, tuple[Any, Any]] | None = None
    concept: str = "markov-perfect"

    @property
    def arithmetic(self) -> str:
        """``exact`` or ``float``."""
        values = [value for each in self.equilibria[:1] for own in each.values.values() for value in own.values()]
        return "exact" if self.game.arithmetic == "exact" and all(map(is_exact, values)) else "float"

    def per_period(self, value: Any, player: int = 0) -> Any:
        """Return a value as what it is worth per period: times 1 less the discount factor of the player."""
        return (1 - self.game.discount_factors[player]) * value

    def to_json(self) -> dict[str, Any]:
        """Return the result in the form of the contract; ``policy`` and ``values`` are the first equilibrium's."""
        each = [equilibrium.to_json() for equilibrium in self.equilibria]
        first = each[0] if each else {"policy": None, "values": None, "path": None}
        data = {
            "concept": self.concept,
            "method": self.method,
            "form": "stochastic",
            "players": list(self.game.players),
            "states": [str(state) for state in self.game.states],
            "order": [[self.game.players[i] for i in group] for group in self.game.order],
            "arithmetic": self.arithmetic,
            "complete": self.complete,
            "missing": self.missing,
            "count": self.count,
            "policy": first["policy"],
            "values": first["values"],
            "path": first["path"],
            "equilibria": each,
        }
        if self.bounds is not None:
            data["bounds"] = {str(state): [number_to_json(end) for end in ends] for state, ends in self.bounds.items()}
        return data

    def statement(self) -> str:
        """Return one sentence on method, arithmetic and completeness."""
        listed = len(self.equilibria)
        found = f"{listed} listed of {self.count}" if self.count not in {None, listed} else f"{listed} found"
        covers = "these are all in pure strategies of the state" if self.complete else "not shown to be all"
        missing = f": {self.missing}" if self.missing else ""
        return f"{found} by {self.method}, {self.arithmetic} arithmetic; {covers}{missing}."

    def table(self) -> Table:
        """Return the first equilibrium state by state, with a closing line on method and completeness."""
        if not self.equilibria:
            return Table("no equilibrium found", (), (), (self.statement(), *self.notes))
        first = self.equilibria[0]
        regret = f"Largest gain from one other choice anywhere: {plain(first.regret)}."
        table = first.table()
        others = []
        for number, each in enumerate(self.equilibria[1:], 2):
            if number > _SHOWN + 1:
                others.append(f"... and {len(self.equilibria) - _SHOWN - 1} more, see --json.")
                break
            others.append(f"Equilibrium {number}: {each.path if each.path is not None else _differences(first, each)}.")
        return Table("", table.columns, table.rows, (*table.notes, self.statement(), regret, *others, *self.notes))

    def tables(self) -> tuple[Table, ...]:
        """Return every equilibrium state by state."""
        return tuple(each.table(f"equilibrium {k}") for k, each in enumerate(self.equilibria, 1))

    def __repr__(self) -> str:
        return f"<MarkovResult: {len(self.equilibria)} equilibria by {self.method}, complete={self.complete}>"


def _differences(first: MarkovEquilibrium, other: MarkovEquilibrium) -> str:
    """Return in words where another equilibrium differs in what is done."""
    parts = [
        f"{player} {_mixture(each)} in {state}"
        for player, own in other.policy.items()
        for state, each in own.items()
        if each != first.policy[player][state]
    ]
    return ", ".join(parts[:6]) + (", ..." if len(parts) > 6 else "") if parts else "differs only in what is never seen"


def certified(game: StochasticGame, behavior: Behavior) -> MarkovEquilibrium:
    """Return a stationary profile with values and the largest gain, computed apart from the solver that found it."""
    checked = best_markov_deviation(game, behavior)
    values = {player: dict(own) for player, own in checked.values.items()}
    gain = checked.gain if checked.player is not None else 0
    return described(game, behavior, values, max(gain, 0))


def described(
    game: StochasticGame, behavior: Behavior, values: dict[str, dict[State, Any]], regret: Any
) -> MarkovEquilibrium:
    """Return a stationary profile whose values and largest gain are known; of the game no number is looked at."""
    policy: dict[str, dict[State, dict[str, Any]]] = {player: {} for player in game.players}
    replies: dict[str, dict[State, dict[str, dict[str, Any]]]] = {}
    by_state: dict[State, list[Any]] = {state: [] for state in game.playing}
    for (state, seen), own in behavior.items():
        if state in by_state:
            by_state[state].append((seen, own))
    for state in game.playing:
        actions = dict(zip(game.players, game.actions[state], strict=True))
        reached: dict[tuple[str, ...], Any] = {(): 1}
        for group in game.order:
            names = [game.players[i] for i in group]
            later: dict[tuple[str, ...], Any] = {}
            for seen, own in by_state[state]:
                if set(own) != set(names):
                    continue
                for name in names:
                    full = {action: own[name].get(action, 0) for action in actions[name]}
                    chance = reached.get(seen, 0)
                    if chance != 0:
                        before = policy[name].setdefault(state, dict.fromkeys(actions[name], 0))
                        policy[name][state] = {action: before[action] + chance * p for action, p in full.items()}
                    if seen and len(actions[name]) > 1:
                        replies.setdefault(name, {}).setdefault(state, {})[",".join(seen)] = full
                if reached.get(seen, 0) != 0:
                    for moves, p in _joint([own[name] for name in names]):
                        later[(*seen, *moves)] = later.get((*seen, *moves), 0) + reached[seen] * p
            reached = later
    return MarkovEquilibrium(policy, replies, values, regret, path_of(game, policy))


def _joint(mixed: list[Mapping[str, Any]]) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = [((), 1)]
    for own in mixed:
        found = [((*moves, action), p * q) for moves, p in found for action, q in own.items() if q != 0]
    return found


def path_of(game: StochasticGame, policy: Mapping[str, Mapping[State, Mapping[str, Any]]]) -> Path | None:
    """Return where a policy leads from the start, or None where chance has a part in it."""
    steps: list[tuple[State, tuple[str, ...]]] = []
    seen: set[State] = set()
    state = game.start
    while True:
        if state in game.terminal:
            return Path(tuple(steps), "terminal", state)
        if state in seen:
            return Path(tuple(steps), "rests" if steps[-1][0] == state else "cycles", state)
        seen.add(state)
        chosen = []
        for player in game.players:
            played = [action for action, p in policy[player][state].items() if p != 0]
            if len(played) != 1:
                return None
            chosen.append(played[0])
        profile = tuple(own.index(action) for own, action in zip(game.actions[state], chosen, strict=True))
        targets = game.transitions[state][profile]
        steps.append((state, tuple(chosen)))
        if not targets:
            return Path(tuple(steps), "ends", state)
        if len(targets) > 1:
            return None
        state = game.states[targets[0][0]]
