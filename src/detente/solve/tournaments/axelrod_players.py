"""Strategies of the Axelrod library in tournaments of this package (extra ``axelrod``).

The library is imported only when one of its strategies is asked for. A match with one of its players is sampled, so
many times with seeds that are written down, and carries a standard error; matches among automata of this package stay
exact. Only strategies that keep the library's own rules take part (``axelrod.strategies``): those that read their
opponent's code would meet a stand-in. Only the public interface is used: ``Player.strategy``, ``update_history``,
``reset``, ``set_seed``, ``set_match_attributes``, ``MockPlayer`` as the opponent that a player looks at, ``Action``
and ``Game``.
"""

from __future__ import annotations

import importlib
import importlib.util
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean
from detente.numbers import to_float
from detente.solve.memory_one.match import check_stage
from detente.solve.tournaments.exact_match import Horizon, machine_payoffs
from detente.solve.tournaments.machine import Machine
from detente.solve.tournaments.tournament import Tournament, checked_entrants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame

__all__ = ["AxelrodPlayer", "available", "mixed_tournament"]


def available() -> bool:
    """Return whether the Axelrod library is installed."""
    return importlib.util.find_spec("axelrod") is not None


def _library() -> Any:
    if not available():
        raise UsageError(
            "the Axelrod library is not installed; install detente[axelrod] (several GB, it needs PyTorch), or use the "
            "strategies of this package"
        )
    return importlib.import_module("axelrod")


@dataclass(frozen=True)
class AxelrodPlayer:
    """A strategy of the Axelrod library, by the name of its class, with keyword arguments for it.

    Examples
    --------
    >>> AxelrodPlayer("TitForTat").name
    'axelrod.TitForTat'
    """

    strategy: str
    arguments: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """The name in results."""
        inner = ", ".join(f"{key}={value}" for key, value in self.arguments)
        return f"axelrod.{self.strategy}" + (f"({inner})" if inner else "")

    def make(self) -> Any:
        """Return a player of the library."""
        library = _library()
        found = next((each for each in library.strategies if each.__name__ == self.strategy), None)
        if found is None:
            hint = did_you_mean(self.strategy, [each.__name__ for each in library.strategies])
            raise UsageError(
                f"unknown strategy {self.strategy!r} of the Axelrod library" + (f"; {hint}" if hint else "")
            )
        return found(**dict(self.arguments))


def mixed_tournament(
    stage: NormalFormGame,
    entrants: Sequence[Any],
    *,
    rounds: int,
    repetitions: int = 10,
    seed: int = 0,
    action_error: object = 0,
    self_play: bool = True,
) -> Tournament:
    """Return a round robin in which some entrants may be :class:`AxelrodPlayer`.

    Parameters
    ----------
    rounds : int
        Length of a match; the library's players are not made for endless ones.
    repetitions, seed : int
        How often a match with a player of the library is played, and from which seed on.

    Raises
    ------
    UsageError
        If the library is not installed, or a name is unknown.
    """
    check_stage(stage)
    if isinstance(repetitions, bool) or not isinstance(repetitions, int) or repetitions < 2:
        raise UsageError(f"found {repetitions!r} repetitions; expected at least 2, for the standard error")
    horizon = Horizon(rounds, None, action_error, 0)
    read = checked_entrants([each if isinstance(each, AxelrodPlayer) else Machine.of(each) for each in entrants])
    count = len(read)
    first: list[list[Any]] = [[None] * count for _ in range(count)]
    second: list[list[Any]] = [[None] * count for _ in range(count)]
    errors: list[list[Any]] = [[None] * count for _ in range(count)]
    for i in range(count):
        for j in range(count):
            pair = (read[i], read[j])
            if all(isinstance(each, Machine) for each in pair):
                first[i][j], second[j][i] = machine_payoffs(stage, *pair, horizon)
            else:
                seeds = [seed + (i * count + j) * repetitions + k for k in range(repetitions)]
                first[i][j], second[j][i], errors[i][j] = _sampled(stage, pair, horizon, seeds)
    note = f"Matches with players of the Axelrod library: {repetitions} each, from seed {seed} on."
    return Tournament(
        stage,
        tuple(each.name for each in read),
        tuple(map(tuple, first)),
        tuple(map(tuple, second)),
        self_play,
        horizon,
        tuple(map(tuple, errors)),
        (note,),
    )


def _sampled(
    stage: NormalFormGame, pair: tuple[Any, Any], horizon: Horizon, seeds: Sequence[int]
) -> tuple[float, float, float]:
    """Return mean payoffs per round and the standard error of the first."""
    import numpy as np

    totals = np.array([_one_match(stage, pair, horizon, each) for each in seeds])
    means = totals.mean(axis=0)
    error = totals[:, 0].std(ddof=1) / np.sqrt(len(seeds))
    return float(means[0]), float(means[1]), float(error)


def _one_match(stage: NormalFormGame, pair: tuple[Any, Any], horizon: Horizon, seed: int) -> tuple[float, float]:
    rng = random.Random(seed)  # noqa: S311 - play, no secrets
    seats = [_Seat(each, _own_payoffs(stage, k), horizon, rng.randrange(2**31)) for k, each in enumerate(pair)]
    pay = [0.0, 0.0]
    assert horizon.rounds is not None
    for _ in range(horizon.rounds):
        meant = [seats[0].move(seats[1], rng), seats[1].move(seats[0], rng)]
        done = [each ^ int(rng.random() < horizon.action_error) for each in meant]
        seats[0].see(done[0], done[1])
        seats[1].see(done[1], done[0])
        for k in (0, 1):
            pay[k] += to_float(stage.payoffs[(k, *done)])
    return pay[0] / horizon.rounds, pay[1] / horizon.rounds


def _own_payoffs(stage: NormalFormGame, player: int) -> list[float]:
    """Return what a player gets after CC, CD, DC, DD, own move first: what the library calls R, S, T, P."""
    cells = ((0, 0), (0, 1), (1, 0), (1, 1))
    return [to_float(stage.payoffs[(player, *(cell if player == 0 else cell[::-1]))]) for cell in cells]


class _Seat:
    """One side of a sampled match: an automaton of ours, or a player of the library, with the history others see."""

    def __init__(self, entrant: Any, payoffs: Sequence[float], horizon: Horizon, seed: int) -> None:
        library = _library()
        self.actions = (library.Action.C, library.Action.D)
        self.machine = entrant if isinstance(entrant, Machine) else None
        self.state = "" if self.machine is None else self.machine.start
        self.player = library.MockPlayer([]) if self.machine is not None else entrant.make()
        if self.machine is None:
            r, s, t, p = payoffs
            self.player.reset()
            self.player.set_match_attributes(
                length=horizon.rounds, game=library.Game(r=r, s=s, t=t, p=p), noise=to_float(horizon.action_error)
            )
            self.player.set_seed(seed)

    def move(self, other: _Seat, rng: random.Random) -> int:
        if self.machine is not None:
            return int(not rng.random() < self.machine.chance[self.state])
        return self.actions.index(self.player.strategy(other.player))

    def see(self, own: int, other: int) -> None:
        if self.machine is not None:
            self.state = self.machine.moves[self.state]["CD"[own] + "CD"[other]]
        self.player.update_history(self.actions[own], self.actions[other])
