"""Markov perfect equilibria: class of states by class of states, all that are pure, mixed ones where none is.

States that can reach one another form a class; classes are solved from the last to the first. Where play only moves on
or stays where it is, every class is one state and this is backward induction, with a fixed point in each state: to stay
for ever is worth what staying is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from detente.errors import NotConverged, UsageError, did_you_mean
from detente.numbers import is_exact
from detente.solve.stochastic._classes import MAX_COMBINATIONS, Part, combinations, pure_parts
from detente.solve.stochastic.markov_result import MarkovResult, certified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.games.stochastic import State, StochasticGame
    from detente.solve.stochastic._classes import Values
    from detente.solve.stochastic.markov_result import MarkovEquilibrium
    from detente.solve.stochastic.one_shot import Behavior

__all__ = ["METHODS", "markov_perfect"]

#: Methods by name, with their scope.
METHODS = {
    "classes": "all equilibria in pure stationary strategies, class by class; mixed ones where a class has no pure one",
    "zero-sum": "two players, one wins what the other loses: proved bounds on the value of every state",
    "logit": "any game: one equilibrium, in floats",
}
#: Lines of play values that are followed at most.
MAX_LINES = 4096


def markov_perfect(
    game: StochasticGame, method: str | None = None, *, limit: int = 100, relative: float = 1e-9
) -> MarkovResult:
    """Return equilibria in stationary strategies of the state, each certified, and say whether these are all.

    Parameters
    ----------
    game : StochasticGame
        Any number of players who choose at once or in sight of one another.
    method : str, optional
        One of :data:`METHODS`; by default ``classes``, and ``zero-sum`` or ``logit`` where that cannot be done.
    limit : int
        Equilibria that are listed one by one; all are counted.
    relative : float
        Tolerance of float comparisons, relative to the spread of a player's payoffs. Exact games are solved exactly.

    Returns
    -------
    MarkovResult
        ``complete`` where every pure stationary equilibrium was found. Where a class of states has no pure one, mixed
        equilibria take its place: every one, exactly, where nobody can stay and all choose at once (two players); one
        otherwise. Elsewhere mixed equilibria are not looked for, which ``missing`` says.

    Raises
    ------
    NotConverged
        If a mixed equilibrium is needed and the iteration does not reach one.
    UsageError
        If the method does not fit.

    Notes
    -----
    A pure stationary profile is worth what is played in each state, so a class is searched over combinations of one
    profile per state, exactly; beyond 200,000 combinations it is left to the other methods. A game with finitely many
    periods has the period in its state. Every discounted game has an equilibrium in mixed stationary strategies (Fink
    1964; Takahashi 1964). Each equilibrium returned has passed the one-shot deviation check of
    :mod:`detente.solve.stochastic.one_shot`, which shares no code with the search.

    Examples
    --------
    A deal lasts as long as both keep it. It can be kept for ever, and it can be broken at once.

    >>> from detente.games.stochastic import StochasticGame
    >>> deal = StochasticGame(
    ...     ["a", "b"], ["deal"], {"a": ["keep", "break"], "b": ["keep", "break"]},
    ...     {"deal": {("keep", "keep"): (1, 1), ("keep", "break"): (-1, 2),
    ...               ("break", "keep"): (2, -1), ("break", "break"): (0, 0)}},
    ...     lambda state, moves: "deal" if moves == ("keep", "keep") else None, "9/10",
    ... )
    >>> for each in markov_perfect(deal).equilibria:
    ...     print(each.path, "| worth", each.values["a"]["deal"])
    keep, keep in deal; rests in deal | worth 10
    break, break in deal; play ends there | worth 0
    """
    if not isinstance(limit, int) or limit < 1:
        raise UsageError(f"limit: found {limit!r}; expected an integer of at least 1")
    if method is not None and method not in METHODS:
        hint = did_you_mean(method, METHODS)
        raise UsageError(
            f"unknown method {method!r}; expected one of {', '.join(METHODS)}" + (f"; {hint}" if hint else "")
        )
    if method == "zero-sum":
        from detente.solve.stochastic.zero_sum import zero_sum_markov

        return zero_sum_markov(game)
    if method == "logit":
        from detente.solve.stochastic.mixed import mixed_markov

        return mixed_markov(game)
    return _Search(game, limit, relative).run()


class _Mixing(Exception):  # noqa: N818 - control flow, not an error
    """A zero-sum game has a state in which players mix: the whole game is left to Shapley's operator."""


@dataclass(frozen=True)
class _Line:
    """Values of the classes solved so far, with what may be played there."""

    values: Values = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    mixed: Behavior = field(default_factory=dict)

    @property
    def count(self) -> int:
        total = 1
        for part in self.parts:
            total *= part.count
        return total


class _Search:
    """Solves classes of states from the last to the first, following every vector of equilibrium values."""

    def __init__(self, game: StochasticGame, limit: int, relative: float) -> None:
        self.game, self.limit, self.relative = game, limit, relative
        self.methods: dict[str, None] = {"backward induction by classes of states": None}
        self.missing: dict[str, None] = {}
        self.notes: dict[str, None] = {}
        self.pure_only = True
        self.slack = self._slack(game.arithmetic == "exact")

    def _slack(self, exactly: bool) -> tuple[Any, ...]:
        if exactly:
            return (Fraction(0),) * len(self.game.players)
        spreads = []
        for i in range(len(self.game.players)):
            numbers = [float(each[i]) for own in self.game.rewards.values() for each in own.values()]
            numbers += [float(each[i]) for each in self.game.terminal.values()]
            spreads.append(self.relative * (max(numbers) - min(numbers)))
        return tuple(spreads)

    def run(self) -> MarkovResult:
        lines = [_Line(dict(self.game.terminal))]
        for states in self.game.classes:
            try:
                lines = [longer for line in lines for longer in self._continued(line, states)]
            except _Mixing:
                from detente.solve.stochastic.zero_sum import zero_sum_markov

                return zero_sum_markov(self.game)
            if len(lines) > MAX_LINES:
                self.missing[f"more than {MAX_LINES} vectors of values; only the first are followed"] = None
                lines = lines[:MAX_LINES]
        if len(self.game.classes) == len(self.game.playing) and not any(
            state in self.game.successors(state) for state in self.game.playing
        ):
            self.methods = {"backward induction": None} if self.pure_only else self.methods
        complete = self.pure_only and not self.missing
        count = sum(line.count for line in lines) if complete else None
        found = tuple(certified(self.game, each) for each in islice(self._behaviors(lines, count), self.limit))
        missing = dict.fromkeys(self.missing)
        if complete:
            missing["mixed ones are not looked for"] = None
        if count is not None and count > len(found):
            missing[f"{len(found)} are listed"] = None
        for each in found:
            if not self._small(each):
                raise NotConverged("what was found does not pass the one-shot deviation check", each, each.regret)
        return MarkovResult(
            self.game, found, ", ".join(self.methods), complete, count, "; ".join(missing), tuple(self.notes)
        )

    def _small(self, found: MarkovEquilibrium) -> bool:
        """Return whether the certificate agrees with the search: a gain above rounding would be a mistake here."""
        if self.pure_only and self.game.arithmetic == "exact":
            return bool(found.regret == 0)
        scale = max((abs(float(v)) for own in found.values.values() for v in own.values()), default=0.0)
        return float(found.regret) <= 1e-6 * (1 + scale)

    def _continued(self, line: _Line, states: tuple[State, ...]) -> Iterator[_Line]:
        """Yield the line with every equilibrium of one more class."""
        exactly = all(map(is_exact, (x for each in line.values.values() for x in each)))
        slack = self.slack if exactly else self._slack(exactly=False)
        if combinations(self.game, states) > MAX_COMBINATIONS:
            self.missing[f"a class of {len(states)} states has too many combinations of actions to go through"] = None
        else:
            parts = pure_parts(self.game, states, line.values, slack)
            for part in parts:
                yield replace(line, values={**line.values, **part.values}, parts=(*line.parts, part))
            if parts:
                return
            self.notes[f"No equilibrium in pure strategies in {', '.join(map(str, states))}: players mix there."] = None
        self.pure_only = False
        from detente.solve.stochastic.mixed import mixed_class
        from detente.solve.stochastic.zero_sum import is_zero_sum

        if is_zero_sum(self.game) and len(self.game.order) == 1:
            raise _Mixing
        found = mixed_class(self.game, states, line.values)
        self.methods[found.method] = None
        if found.missing:
            self.missing[found.missing] = None
        for behavior, values in found.solutions:
            yield replace(line, values={**line.values, **values}, mixed={**line.mixed, **behavior})

    def _behaviors(self, lines: list[_Line], count: int | None) -> Iterator[Behavior]:
        """Yield equilibria: all of them if there are few, else one for each way of play."""
        every = count is not None and count <= self.limit
        for line in lines:
            cells = [(state, part.stages[state], kept) for part in line.parts for state, kept in part.options.items()]
            for combined in product(*(kept for _, _, kept in cells)):
                listed = [
                    [(state, stage, moves) for moves in (stage.equilibria(kept) if every else [stage.moves(kept)])]
                    for (state, stage, _), kept in zip(cells, combined, strict=True)
                ]
                for each in product(*listed):
                    yield {**line.mixed, **self._behavior(each)}

    def _behavior(self, chosen: Any) -> Behavior:
        found: dict[tuple[State, tuple[str, ...]], Mapping[str, Mapping[str, Any]]] = {}
        for state, stage, moves in chosen:
            actions = self.game.actions[state]
            for seen, own in moves.items():
                words = tuple(actions[j][a] for j, a in zip(stage.sequence, seen, strict=False))
                found[state, words] = {self.game.players[i]: {actions[i][a]: Fraction(1)} for i, a in own.items()}
        return found
