"""Points of a stochastic game with their equilibria, for its analyses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.stochastic import State, StochasticGame
    from detente.solve.stochastic.markov_result import MarkovResult
    from detente.study.analyses import Task
    from detente.study.forms._states import Dynamics
    from detente.study.forms.stochastic import Stochastic
    from detente.study.model import Point

__all__ = ["Solved", "movers", "runs"]


@dataclass(frozen=True)
class Solved:
    """A point with its numeric game and its equilibria."""

    point: Point
    game: StochasticGame
    found: MarkovResult

    @classmethod
    def all(cls, task: Task) -> list[Solved]:
        """Return the points that are asked about, each solved once for all questions about a game."""
        return [cls.at(task, point) for point in task.points]

    @classmethod
    def at(cls, task: Task, point: Point) -> Solved:
        form = cast("Stochastic", task.model.form)
        return cls(point, *form.solved(task.model, point.values, task.kind))

    def values(self, player: str) -> Mapping[State, Any]:
        return self.found.equilibria[0].values[player]

    def worth(self, state: State, profile: tuple[int, ...], player: int, values: Mapping[State, Any]) -> Any:
        """Return what a profile is worth once, when play goes on with these values."""
        ahead = sum(q * values[self.game.states[to]] for to, q in self.game.transitions[state][profile])
        return self.game.rewards[state][profile][player] + self.game.discount_factors[player] * ahead


def runs(states: list[Any]) -> str:
    """Return states in words: runs of neighbors as ``20 to 13``."""
    parts: list[list[Any]] = []
    for each in states:
        if parts and isinstance(each, int) and isinstance(parts[-1][-1], int) and abs(parts[-1][-1] - each) == 1:
            parts[-1].append(each)
        else:
            parts.append([each])
    return ", ".join(
        f"{run[0]} to {run[-1]}" if len(run) > 2 else " and ".join(map(str, run)) if len(run) == 2 else str(run[0])
        for run in parts
    )


def movers(task: Task) -> tuple[int, int]:
    """Return the first mover and the one who sees its move."""
    dynamics: Dynamics = task.model.definition.data
    if len(dynamics.order) != 2 or any(len(group) != 1 for group in dynamics.order):
        raise UsageError("expected two players who move one after another")
    first, second = (task.model.players.index(group[0]) for group in dynamics.order)
    return first, second
