"""Stochastic games: players choose again and again in a state, and the state moves with what they choose.

In every period each player gets the payoff of the current state and of what was chosen there, and the next state is
drawn. Players choose at once, or in a stated order in which later ones see what earlier ones chose in the period. Play
may end: in a terminal state, which pays once and for all, or by a choice that leads nowhere. Payoffs are added up over
periods, each discounted with the player's own factor (Shapley 1953).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import isfinite
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.games.normal import Profile, labels
from detente.numbers import exact_or_float, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["IDLE", "Order", "State", "StochasticGame", "groups_of"]

#: Rows of a table of states that are shown.
MOST_ROWS = 60

#: A state: a number or a name.
State = int | str
#: Groups of players that choose at once, one group after another, as indices.
Order = tuple[tuple[int, ...], ...]
#: What a player without a choice does.
IDLE = "-"
#: Chances may miss 1 by so much in floats.
_ROUNDING = 1e-9


@dataclass(frozen=True, init=False, eq=False)
class StochasticGame(Displayed):
    """A game with finitely many states, discounted.

    Parameters
    ----------
    players : sequence of str
        Names in order.
    states : sequence of int or str
        Every state, terminal ones included, each once.
    actions : mapping
        Player to actions, the same in every state; or state to such a mapping. A player left out has no choice there:
        its one action is ``"-"``.
    payoffs : mapping or callable
        ``payoffs[state][profile]`` or ``payoffs(state, profile)``: one number per player for the period. A profile has
        one action per player, in order.
    next : mapping or callable
        Where play goes from there, in the same way: a state; a mapping of states to probabilities that add up to 1; or
        None where play ends.
    discount_factor : number, or one per player
        In (0, 1). The factor 1 is allowed where no state can come back.
    terminal : mapping, optional
        States in which nobody chooses any more, each with one number per player, paid once on arrival.
    order : sequence, optional
        Who moves when within a period: ``["us", "china"]`` lets China see what the United States chose;
        ``["us", ["china", "eu"]]`` lets the last two choose at once. By default all choose at once.
    start : state, optional
        Where play starts, by default the first state. Equilibria are for every state.

    Attributes
    ----------
    actions : mapping
        State to one tuple of actions per player.
    rewards, transitions : mapping
        State to profile (indices) to payoffs, and to pairs of (index of state, probability); no pair: play ends.
    arithmetic : str
        ``exact``, or ``float`` as soon as one number is a float.

    Raises
    ------
    UsageError
        If a name is unknown, a number missing, or chances do not add up to 1.

    Examples
    --------
    A worker rests or builds; the house stands after one day of building.

    >>> game = StochasticGame(
    ...     ["worker"], ["field", "house"], {"worker": ["rest", "build"]},
    ...     payoffs={"field": {("rest",): (1,), ("build",): (-2,)}},
    ...     next={"field": {("rest",): "field", ("build",): "house"}},
    ...     discount_factor="9/10", terminal={"house": (20,)},
    ... )
    >>> game.arithmetic, game.successors("field")
    ('exact', ('field', 'house'))
    """

    players: tuple[str, ...]
    states: tuple[State, ...]
    actions: Mapping[State, tuple[tuple[str, ...], ...]]
    rewards: Mapping[State, Mapping[Profile, tuple[Any, ...]]] = field(repr=False)
    transitions: Mapping[State, Mapping[Profile, tuple[tuple[int, Any], ...]]] = field(repr=False)
    terminal: Mapping[State, tuple[Any, ...]]
    discount_factors: tuple[Any, ...]
    order: Order
    start: State
    arithmetic: str

    def __init__(
        self,
        players: Sequence[str],
        states: Sequence[State],
        actions: Mapping[Any, Any],
        payoffs: Mapping[Any, Any] | Callable[..., Any],
        next: Mapping[Any, Any] | Callable[..., Any],  # noqa: A002 - the word that files use
        discount_factor: Any,
        *,
        terminal: Mapping[State, Any] | None = None,
        order: Sequence[Any] | None = None,
        start: State | None = None,
    ) -> None:
        if isinstance(players, str) or not players:
            raise UsageError(f"found players {players!r}; expected a list with at least one name")
        names = labels(players, len(players), "player")
        known = tuple(states)
        if not known or len(set(known)) < len(known) or len({str(each) for each in known}) < len(known):
            raise UsageError(f"found the states {known!r}; expected different states, at least one")
        ends = {
            _state(known, each, "terminal"): _numbers(given, names, f"terminal state {each}")
            for each, given in (terminal or {}).items()
        }
        playing = tuple(each for each in known if each not in ends)
        if not playing:
            raise UsageError("found terminal states only; expected a state in which somebody chooses")
        set_ = object.__setattr__
        set_(self, "players", names)
        set_(self, "states", known)
        set_(self, "terminal", ends)
        set_(self, "actions", {state: _actions(actions, state, names, known) for state in playing})
        set_(self, "order", groups_of(order, names))
        set_(self, "start", playing[0] if start is None else _state(known, start, "start"))
        rewards: dict[State, dict[Profile, tuple[Any, ...]]] = {}
        moves: dict[State, dict[Profile, tuple[tuple[int, Any], ...]]] = {}
        for state in playing:
            rewards[state], moves[state] = {}, {}
            for profile, chosen in zip(self.profiles(state), self.labels(state), strict=True):
                where = f"state {state}, {', '.join(chosen)}"
                rewards[state][profile] = _numbers(_looked_up(payoffs, state, chosen, "payoffs"), names, where)
                moves[state][profile] = _targets(_looked_up(next, state, chosen, "next"), known, where)
        factors = _factors(discount_factor, names)
        every = [*factors, *(x for each in ends.values() for x in each)]
        every += [x for own in rewards.values() for each in own.values() for x in each]
        every += [p for own in moves.values() for each in own.values() for _, p in each]
        arithmetic = "float" if any(isinstance(each, float) for each in every) else "exact"
        if arithmetic == "float":
            ends = {state: tuple(map(float, each)) for state, each in ends.items()}
            rewards = {s: {p: tuple(map(float, each)) for p, each in own.items()} for s, own in rewards.items()}
            moves = {
                s: {p: tuple((to, float(q)) for to, q in each) for p, each in own.items()} for s, own in moves.items()
            }
            factors = tuple(map(float, factors))
        set_(self, "terminal", ends)
        set_(self, "rewards", rewards)
        set_(self, "transitions", moves)
        set_(self, "discount_factors", factors)
        set_(self, "arithmetic", arithmetic)
        if any(factor == 1 for factor in factors) and any(
            len(part) > 1 or part[0] in self._stays for part in self.classes
        ):
            raise UsageError("found the discount factor 1 in a game in which a state can come back; expected less")

    # --- what can be chosen

    def shape(self, state: State) -> tuple[int, ...]:
        """Return the number of actions of each player in a state."""
        return tuple(len(own) for own in self.actions[state])

    def profiles(self, state: State) -> Iterator[Profile]:
        """Yield every profile of a state as indices, in lexicographic order."""
        return product(*(range(size) for size in self.shape(state)))

    def labels(self, state: State) -> Iterator[tuple[str, ...]]:
        """Yield every profile of a state as actions, in the same order."""
        return product(*self.actions[state])

    @property
    def playing(self) -> tuple[State, ...]:
        """The states in which somebody chooses."""
        return tuple(self.actions)

    # --- where play can go

    def successors(self, state: State) -> tuple[State, ...]:
        """Return the states that can follow a state, in their order; none behind a terminal one."""
        return self._followers[state]

    @cached_property
    def _followers(self) -> dict[State, tuple[State, ...]]:
        found: dict[State, tuple[State, ...]] = dict.fromkeys(self.terminal, ())
        for state in self.playing:
            reached = {to for each in self.transitions[state].values() for to, chance in each if chance != 0}
            found[state] = tuple(self.states[to] for to in sorted(reached))
        return found

    @cached_property
    def _stays(self) -> frozenset[State]:
        return frozenset(state for state in self.playing if state in self.successors(state))

    @cached_property
    def classes(self) -> tuple[tuple[State, ...], ...]:
        """The states in sets that can reach one another, those that play can only go to first; terminal ones left out.

        Where every set is a single state, the game is solved state by state: play never comes back once it has left.
        """
        return _strong_components(self)

    def table(self) -> Table:
        """Return what happens in each state, the first sixty profiles: rewards, and where play goes with which odds."""
        rows: list[tuple[str, ...]] = []
        for state in self.playing:
            for profile, chosen in zip(self.profiles(state), self.labels(state), strict=True):
                odds = ", ".join(f"{self.states[to]}: {plain(p)}" for to, p in self.transitions[state][profile] if p)
                paid = ", ".join(map(plain, self.rewards[state][profile]))
                rows.append((str(state), ", ".join(chosen), paid, odds))
        rows += [(str(state), "the end", ", ".join(map(plain, paid)), "") for state, paid in self.terminal.items()]
        notes = (f"{len(rows) - MOST_ROWS} more rows.",) if len(rows) > MOST_ROWS else ()
        factors = ", ".join(plain(each) for each in dict.fromkeys(self.discount_factors))
        title = f"stochastic game of {', '.join(self.players)}, discount factor {factors}"
        return Table(title, ("state", "actions", "rewards", "next"), tuple(rows[:MOST_ROWS]), notes)

    def __repr__(self) -> str:
        factors = ", ".join(plain(each) for each in dict.fromkeys(self.discount_factors))
        return (
            f"<StochasticGame of {', '.join(self.players)}: {len(self.playing)} states, {len(self.terminal)} terminal, "
            f"discount factor {factors}>"
        )


def groups_of(order: Sequence[Any] | None, players: Sequence[str]) -> Order:
    """Return an order of moves as groups of indices.

    Raises
    ------
    UsageError
        If it does not have every player exactly once.

    Examples
    --------
    >>> groups_of(["us", ["china", "eu"]], ["china", "eu", "us"])
    ((2,), (0, 1))
    """
    if order is None:
        return (tuple(range(len(players))),)
    groups = [[each] if isinstance(each, str) else list(each) for each in order]
    listed = [name for group in groups for name in group]
    for name in listed:
        if name not in players:
            hint = did_you_mean(str(name), players)
            raise UsageError(
                f"order: unknown player {name!r}; expected {', '.join(players)}" + (f"; {hint}" if hint else "")
            )
    if sorted(listed) != sorted(players) or not all(groups):
        raise UsageError(f"order: found {', '.join(listed)}; expected each of {', '.join(players)} once")
    return tuple(tuple(players.index(name) for name in group) for group in groups)


def _state(known: tuple[State, ...], given: object, what: str) -> State:
    for each in known:
        if each == given and type(each) is type(given):
            return each
    hint = did_you_mean(str(given), known)
    shown = ", ".join(str(each) for each in known[:12]) + (", ..." if len(known) > 12 else "")
    raise UsageError(f"{what}: unknown state {given!r}; expected one of {shown}" + (f"; {hint}" if hint else ""))


def _numbers(given: Any, players: tuple[str, ...], where: str) -> tuple[Any, ...]:
    if isinstance(given, Mapping):
        missing = [name for name in players if name not in given]
        if missing or len(given) != len(players):
            raise UsageError(f"{where}: found payoffs of {', '.join(map(str, given))}; expected {', '.join(players)}")
        given = [given[name] for name in players]
    if isinstance(given, str) or not hasattr(given, "__len__") or len(given) != len(players):
        raise UsageError(f"{where}: found {given!r}; expected one number for each of {', '.join(players)}")
    try:
        return tuple(exact_or_float(each) for each in given)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None


def _actions(
    given: Mapping[Any, Any], state: State, players: tuple[str, ...], states: tuple[State, ...]
) -> tuple[tuple[str, ...], ...]:
    by_state = bool(given) and all(isinstance(each, Mapping) for each in given.values())
    if by_state:
        for each in given:
            _state(states, each, "actions")
        if state not in given:
            raise UsageError(
                f"found no actions in the state {state}; expected them, or the state among the terminal ones"
            )
        given = given[state]
    for name in given:
        if name not in players:
            hint = did_you_mean(str(name), players)
            raise UsageError(
                f"actions: unknown player {name!r}; expected {', '.join(players)}" + (f"; {hint}" if hint else "")
            )
    found = []
    for name in players:
        own = given.get(name, (IDLE,))
        if isinstance(own, str) or not own:
            raise UsageError(f"found the actions {own!r} of {name}; expected a list with at least one")
        found.append(labels(own, len(own), f"action of {name}"))
    return tuple(found)


def _looked_up(given: Any, state: State, chosen: tuple[str, ...], what: str) -> Any:
    if callable(given):
        return given(state, chosen)
    if state not in given:
        raise UsageError(f"found no {what} in the state {state}")
    own = given[state]
    if callable(own):
        return own(chosen)
    key = chosen if chosen in own else chosen[0] if len(chosen) == 1 else chosen
    if key not in own:
        raise UsageError(f"found no {what} in the state {state} for {', '.join(chosen)}")
    return own[key]


def _targets(given: Any, states: tuple[State, ...], where: str) -> tuple[tuple[int, Any], ...]:
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        return ((states.index(_state(states, given, where)), Fraction(1)),)
    pairs = {states.index(_state(states, to, where)): exact_or_float(chance) for to, chance in given.items()}
    total = sum(pairs.values())
    off = abs(total - 1) > _ROUNDING if isinstance(total, float) else total != 1
    if off or min(pairs.values(), default=-1) < 0:
        shown = ", ".join(f"{states[to]} with {plain(chance)}" for to, chance in pairs.items())
        raise UsageError(
            f"{where}: found next states {shown or 'without any'}; expected probabilities that add up to 1"
        )
    return tuple((to, pairs[to]) for to in sorted(pairs) if pairs[to] != 0)


def _factors(given: Any, players: tuple[str, ...]) -> tuple[Any, ...]:
    if isinstance(given, Mapping):
        if set(given) != set(players):
            raise UsageError(f"found discount factors of {', '.join(map(str, given))}; expected {', '.join(players)}")
        given = [given[name] for name in players]
    listed = list(given) if isinstance(given, (list, tuple)) else [given] * len(players)
    if len(listed) != len(players):
        raise UsageError(f"found {len(listed)} discount factors; expected one, or {len(players)}, one per player")
    found = tuple(exact_or_float(each) for each in listed)
    for name, factor in zip(players, found, strict=True):
        if not (isfinite(factor) and 0 < factor <= 1):
            raise UsageError(f"discount factor of {name}: found {plain(factor)}; expected a number between 0 and 1")
    return found


def _strong_components(game: StochasticGame) -> tuple[tuple[State, ...], ...]:
    """Return the strongly connected sets of states, sinks first (Tarjan 1972, without recursion)."""
    index: dict[State, int] = {}
    low: dict[State, int] = {}
    stack: list[State] = []
    found: list[tuple[State, ...]] = []
    place = {state: k for k, state in enumerate(game.states)}
    for root in game.playing:
        if root in index:
            continue
        work = [(root, iter(game.successors(root)))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            state, ahead = work[-1]
            for each in ahead:
                if each in game.terminal:
                    continue
                if each not in index:
                    index[each] = low[each] = len(index)
                    stack.append(each)
                    work.append((each, iter(game.successors(each))))
                    break
                if each in stack:
                    low[state] = min(low[state], index[each])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[state])
                if low[state] == index[state]:
                    part = stack[stack.index(state) :]
                    del stack[stack.index(state) :]
                    found.append(tuple(sorted(part, key=place.__getitem__)))
    return tuple(found)
