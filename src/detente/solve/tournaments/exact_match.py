"""What two automata earn against each other, exactly: the chain of their joint states."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import plain
from detente.solve.chains import Chain
from detente.solve.memory_one.match import MAX_ROUNDS, check_stage
from detente.solve.memory_one.strategy import probability

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame
    from detente.solve.tournaments.machine import Machine

__all__ = ["Horizon", "machine_payoffs"]


@dataclass(frozen=True)
class Horizon:
    """How long matches last and which errors happen in them.

    Parameters
    ----------
    rounds : int, optional
        The number of rounds; or
    discount_factor : probability, optional
        The probability of another round. With neither, play is for ever and averages count.
    action_error, misperception : probability
        Of both players: a move comes out as the other one; the other's move is taken for the other one.
    """

    rounds: int | None = None
    discount_factor: Any = None
    action_error: Any = 0
    misperception: Any = 0

    def __post_init__(self) -> None:
        if self.rounds is not None and self.discount_factor is not None:
            raise UsageError("found both rounds and a discount factor; expected one of the two")
        if self.rounds is not None and (
            isinstance(self.rounds, bool) or not isinstance(self.rounds, int) or not 1 <= self.rounds <= MAX_ROUNDS
        ):
            raise UsageError(f"found {self.rounds!r} rounds; expected a whole number from 1 to {MAX_ROUNDS}")
        for name, what in (("discount_factor", "of another round"), ("action_error", "of an error in action"),
                           ("misperception", "of a misperception")):  # fmt: skip
            given = getattr(self, name)
            if given is None:
                continue
            value = probability(given, what)
            if getattr(value, "free_symbols", None):
                raise UsageError(f"{name}: found {given}; expected a number")
            object.__setattr__(self, name, value)
        if self.discount_factor == 1:
            raise UsageError("found the discount factor 1; leave it out for the average over all rounds")

    def __str__(self) -> str:
        text = (
            f"over {self.rounds} rounds"
            if self.rounds is not None
            else "for ever"
            if self.discount_factor is None
            else f"discounted by {plain(self.discount_factor)}"
        )
        errors = [
            f"{name} {plain(value)}"
            for name, value in (("errors in action", self.action_error), ("misperception", self.misperception))
            if value != 0
        ]
        return text + (f", with {' and '.join(errors)}" if errors else "")


def machine_payoffs(stage: NormalFormGame, first: Machine, second: Machine, horizon: Horizon) -> tuple[Any, Any]:
    """Return the expected payoffs per round of two automata, exact where all numbers are.

    Cost: the joint states that can be reached, times the rounds, or one elimination over them.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> from detente.solve.tournaments.machine import Machine
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> punish, alternate = Machine.named("punishment_2"), Machine.named("alternator")
    >>> [str(value) for value in machine_payoffs(g, punish, alternate, Horizon())]
    ['9/4', '9/4']
    """
    check_stage(stage)
    exact = stage.arithmetic == first.arithmetic == second.arithmetic == "exact" and not any(
        isinstance(each, float) for each in (horizon.discount_factor, horizon.action_error, horizon.misperception)
    )
    number: Any = Fraction if exact else float
    flip, misread = number(horizon.action_error), number(horizon.misperception)
    index: dict[tuple[str, str], int] = {(first.start, second.start): 0}
    rows: list[dict[int, Any]] = []
    pays: list[list[Any]] = []
    queue = [(first.start, second.start)]
    while queue:  # breadth first over the joint states that play can reach
        pair = queue.pop(0)
        chances = [
            (1 - flip) * number(one.chance[state]) + flip * (1 - number(one.chance[state]))
            for one, state in zip((first, second), pair, strict=True)
        ]
        row: dict[int, Any] = {}
        pay = [number(0), number(0)]
        for cell in product((0, 1), repeat=2):
            weight = (chances[0] if cell[0] == 0 else 1 - chances[0]) * (chances[1] if cell[1] == 0 else 1 - chances[1])
            if weight == 0:
                continue
            for k in (0, 1):
                pay[k] = pay[k] + weight * number(stage.payoffs[(k, *cell)])
            for seen, chance in _perceived(cell, misread):
                follow = (
                    first.moves[pair[0]]["CD"[cell[0]] + "CD"[seen[1]]],
                    second.moves[pair[1]]["CD"[cell[1]] + "CD"[seen[0]]],
                )
                if follow not in index:
                    index[follow] = len(index)
                    queue.append(follow)
                row[index[follow]] = row.get(index[follow], 0) + weight * chance
        rows.append(row)
        pays.append(pay)
    chain, start = Chain(tuple(rows)), {0: number(1)}
    if horizon.rounds is not None:
        shares = chain.finite(start, horizon.rounds)
    elif horizon.discount_factor is not None:
        shares = chain.discounted(start, number(horizon.discount_factor))
    else:
        shares = chain.long_run(start)
    totals = [sum((share * pay[k] for share, pay in zip(shares, pays, strict=True)), start=number(0)) for k in (0, 1)]
    return totals[0], totals[1]


def _perceived(cell: tuple[int, ...], misread: Any) -> list[tuple[tuple[int, int], Any]]:
    """Return what the players take the moves for, with chances; each misreads the other's move independently.

    Entry 1 of a pair is what the first player sees of the second, entry 0 what the second sees of the first.
    """
    if misread == 0:
        return [((cell[0], cell[1]), 1)]
    found = []
    for wrong in product((0, 1), repeat=2):
        chance = (misread if wrong[0] else 1 - misread) * (misread if wrong[1] else 1 - misread)
        if chance != 0:
            found.append(((cell[0] ^ wrong[0], cell[1] ^ wrong[1]), chance))
    return found
