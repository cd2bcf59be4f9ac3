"""Stochastic games whose payoffs, chances and discount factors are formulas of parameters over a box."""

from __future__ import annotations

from functools import cached_property, lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.normal import labels
from detente.games.stochastic import StochasticGame, groups_of
from detente.games.symbolic import SymbolicGame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from detente.games.normal import Profile
    from detente.games.stochastic import Order, State

__all__ = ["SymbolicStochasticGame"]


class SymbolicStochasticGame:
    """A stochastic game in parameters.

    Parameters
    ----------
    players, states, actions, order, start
        As in :class:`~detente.games.stochastic.StochasticGame`.
    payoffs, terminal
        As there, with formulas (text, parsed or SymPy) in place of numbers.
    next : mapping or callable
        As there, with formulas in place of chances. Which states can follow does not depend on parameters.
    discount_factor : formula, or one per player
    parameters, derived, constraints
        As in :class:`~detente.games.symbolic.SymbolicGame`.

    Examples
    --------
    >>> game = SymbolicStochasticGame(
    ...     ["a", "b"], ["deal"], {"a": ["keep", "break"], "b": ["keep", "break"]},
    ...     {"deal": {("keep", "keep"): (1, 1), ("keep", "break"): ("-loss", "gain"),
    ...               ("break", "keep"): ("gain", "-loss"), ("break", "break"): (0, 0)}},
    ...     lambda state, moves: "deal" if moves == ("keep", "keep") else None, "delta",
    ...     {"gain": (1, 2, 3), "loss": (0, 1), "delta": ("1/2", "9/10", "99/100")},
    ... )
    >>> game.at(delta="3/4").discount_factors
    (Fraction(3, 4), Fraction(3, 4))
    """

    players: tuple[str, ...]
    states: tuple[State, ...]
    actions: dict[State, tuple[tuple[str, ...], ...]]
    terminal: tuple[State, ...]
    order: Order
    start: State
    formulas: SymbolicGame

    def __init__(
        self,
        players: Sequence[str],
        states: Sequence[State],
        actions: Mapping[Any, Any],
        payoffs: Any,
        next: Any,  # noqa: A002 - the word that files use
        discount_factor: Any,
        parameters: Mapping[str, Any],
        derived: Mapping[str, Any] | None = None,
        constraints: Sequence[Any] = (),
        *,
        terminal: Mapping[State, Any] | None = None,
        order: Sequence[Any] | None = None,
        start: State | None = None,
    ) -> None:
        names = labels(players, len(players), "player")
        every, ends = tuple(states), dict(terminal or {})
        # with 0 and chances of equal size in place of formulas, the numeric game checks everything but the formulas
        plain = StochasticGame(
            names, every, actions, lambda *_: (0,) * len(names), lambda s, m: _even(_at(next, s, m)),
            "1/2", terminal={s: (0,) * len(names) for s in ends}, order=order, start=start,
        )  # fmt: skip
        rows: list[Any] = []

        def slot(formula: Any) -> int:
            rows.append(formula)
            return len(rows) - 1

        factors = discount_factor if isinstance(discount_factor, (list, tuple)) else [discount_factor] * len(names)
        if len(factors) != len(names):
            raise UsageError(f"found {len(factors)} discount factors; expected one, or {len(names)}, one per player")
        set_ = self.__dict__.__setitem__
        set_("players", names)
        set_("states", every)
        set_("actions", dict(plain.actions))
        set_("terminal", tuple(ends))
        set_("order", groups_of(order, names))
        set_("start", plain.start)
        set_("_plain", plain)
        slots: dict[Any, Any] = {("factor", i): slot(each) for i, each in enumerate(factors)}
        for state, given in ends.items():
            slots["end", state] = tuple(slot(each) for each in _row(given, names))
        for state in plain.playing:
            for profile, chosen in zip(plain.profiles(state), plain.labels(state), strict=True):
                slots["pay", state, profile] = tuple(slot(each) for each in _row(_at(payoffs, state, chosen), names))
                target = _at(next, state, chosen)
                if hasattr(target, "items"):
                    slots["odds", state, profile] = {to: slot(p) for to, p in target.items()}
        set_("_slots", slots)
        set_("_next", next)
        set_("formulas", SymbolicGame([rows], parameters, ["all"], None, dict(derived or {}), constraints))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a game is frozen; make a new one instead of setting {name!r}")

    @property
    def shape_of(self) -> StochasticGame:
        """The same game with zeros as payoffs: states, actions and where they lead."""
        found: StochasticGame = self.__dict__["_plain"]
        return found

    @property
    def playing(self) -> tuple[State, ...]:
        """The states in which somebody chooses."""
        return tuple(self.actions)

    def with_formulas(self, of: Callable[[Any], Any]) -> SymbolicStochasticGame:
        """Return the same game with something else in place of each formula, such as its value along a line.

        ``of`` gets a SymPy expression. What it returns is added and multiplied as expressions are.
        """
        import sympy

        made = object.__new__(type(self))
        written = dict.fromkeys((*self.expressions, sympy.Integer(1)))
        made.__dict__.update(self.__dict__, _of={each: of(each) for each in written})
        for worked_out in ("worked_out", "expressions", "_written", "_rows", "_targets"):
            made.__dict__.pop(worked_out, None)
        return made

    def _formula(self, slot: int) -> Any:
        return self._instead(self.formulas.payoffs[0, slot])

    def _instead(self, formula: Any) -> Any:
        """Return what stands in place of a formula."""
        of = self.__dict__.get("_of")
        return formula if of is None else of[formula]

    def payoff(self, state: State, profile: Profile) -> tuple[Any, ...]:
        """Return what a period pays, as SymPy expressions in the order of the players."""
        if (state, profile) not in self._rows:
            slots = self.__dict__["_slots"]["pay", state, profile]
            self._rows[state, profile] = tuple(self._formula(each) for each in slots)
        return self._rows[state, profile]

    def end(self, state: State) -> tuple[Any, ...]:
        """Return what a terminal state pays, as SymPy expressions."""
        return tuple(self._formula(each) for each in self.__dict__["_slots"]["end", state])

    def factor(self, player: int) -> Any:
        """Return the discount factor of a player as a SymPy expression."""
        return self._formula(self.__dict__["_slots"]["factor", player])

    def moves(self, state: State, profile: Profile) -> tuple[tuple[State, Any], ...]:
        """Return the states that follow with their chances as SymPy expressions; none where play ends."""
        if (state, profile) not in self._targets:
            self._targets[state, profile] = self._follow(state, profile)
        return self._targets[state, profile]

    def _follow(self, state: State, profile: Profile) -> tuple[tuple[State, Any], ...]:
        import sympy

        odds = self.__dict__["_slots"].get(("odds", state, profile))
        if odds is not None:
            return tuple((to, self._formula(each)) for to, each in odds.items())
        sure = self._instead(sympy.Integer(1))
        return tuple((self.states[to], sure) for to, _ in self.shape_of.transitions[state][profile])

    @cached_property
    def _rows(self) -> dict[tuple[State, Profile], tuple[Any, ...]]:
        """What periods pay, once it was asked for."""
        return {}

    @cached_property
    def _targets(self) -> dict[tuple[State, Profile], tuple[tuple[State, Any], ...]]:
        """Where periods lead, once it was asked for."""
        return {}

    @cached_property
    def expressions(self) -> tuple[Any, ...]:
        """Every formula of the game."""
        return tuple(self.formulas.payoffs.values())

    @cached_property
    def worked_out(self) -> dict[Any, Any]:
        """Expressions about this game that are kept for the next time, by what they are made of."""
        return {}

    @property
    def parameters(self) -> Any:
        """The box: an interval for every parameter."""
        return self.formulas.parameters

    def point(self, values: Mapping[str, object] | None = None, **more: object) -> dict[str, Fraction]:
        """Return the baseline with ``values`` in it, as exact numbers; unknown names are refused."""
        return self.formulas.point(values, **more)

    def at(self, values: Mapping[str, object] | None = None, **more: object) -> StochasticGame:
        """Return the numeric game at a point; parameters not named keep their value."""
        return self.at_point(self.point(values, **more))

    def at_point(
        self, point: Mapping[str, Any], known: Callable[[Any], Fraction | None] = lambda _: None
    ) -> StochasticGame:
        """Return the numeric game where every parameter has the exact value in ``point``.

        ``known`` may tell the value of a formula there, in less time than working it out: None where it does not.
        """
        values: dict[Any, Any] = {}

        def value(expression: Any) -> Any:
            if expression not in values:
                found = known(expression)
                values[expression] = self.formulas.evaluate(expression, point) if found is None else found
            return values[expression]

        pays, leads = self._written
        pays = {
            state: {chosen: tuple(map(value, each)) for chosen, each in own.items()} for state, own in pays.items()
        }
        leads = {
            state: {chosen: {to: value(p) for to, p in each} or None for chosen, each in own.items()}
            for state, own in leads.items()
        }
        order = [[self.players[i] for i in group] for group in self.order]
        actions = {state: dict(zip(self.players, own, strict=True)) for state, own in self.actions.items()}
        return StochasticGame(
            self.players, self.states, actions, pays, leads,
            [value(self.factor(i)) for i in range(len(self.players))],
            terminal={state: tuple(value(each) for each in self.end(state)) for state in self.terminal},
            order=order, start=self.start,
        )  # fmt: skip

    @cached_property
    def _written(self) -> tuple[dict[State, dict[Any, Any]], dict[State, dict[Any, Any]]]:
        """What every profile of actions pays and where it leads, as formulas."""
        pays: dict[State, dict[Any, Any]] = {state: {} for state in self.playing}
        leads: dict[State, dict[Any, Any]] = {state: {} for state in self.playing}
        for state in self.playing:
            for profile, chosen in zip(self.shape_of.profiles(state), self.shape_of.labels(state), strict=True):
                pays[state][chosen] = self.payoff(state, profile)
                leads[state][chosen] = self.moves(state, profile)
        return pays, leads

    def points_of(self, state: State) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        """Return what can be seen at each point of a period, with who moves there."""
        return _points(self.order, tuple(map(len, self.actions[state])))

    def __repr__(self) -> str:
        return (
            f"<SymbolicStochasticGame of {', '.join(self.players)}: {len(self.playing)} states, "
            f"{len(self.parameters)} parameters>"
        )


@lru_cache(maxsize=64)
def _points(order: Order, shape: tuple[int, ...]) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    found = []
    earlier: tuple[int, ...] = ()
    for group in order:
        found += [(seen, group) for seen in product(*(range(shape[j]) for j in earlier))]
        earlier += group
    return tuple(found)


def _row(given: Any, players: tuple[str, ...]) -> list[Any]:
    if hasattr(given, "items"):
        return [given[name] for name in players]
    if len(given) != len(players):
        raise UsageError(f"found {given!r}; expected one formula for each of {', '.join(players)}")
    return list(given)


def _at(given: Any, state: State, chosen: tuple[str, ...]) -> Any:
    if callable(given):
        return given(state, chosen)
    own = given[state]
    return own(chosen) if callable(own) else own[chosen if chosen in own else chosen[0]]


def _even(target: Any) -> Any:
    """Return a target with equal chances in place of formulas."""
    from fractions import Fraction

    if hasattr(target, "items"):
        return dict.fromkeys(target, Fraction(1, len(target)))
    return target
