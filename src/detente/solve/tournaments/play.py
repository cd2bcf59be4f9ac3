"""A person, or any function, against an automaton: step by step, with a log and a score.

Everything random comes from one generator with a seed, so that a session can be repeated move by move.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.numbers import plain, short
from detente.solve.memory_one.match import check_stage
from detente.solve.repeated.automaton import Automaton
from detente.solve.tournaments.exact_match import Horizon
from detente.solve.tournaments.machine import Machine

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame

__all__ = ["Round", "Session", "play"]


@dataclass(frozen=True)
class Round:
    """One round: what both did (after errors in action) and what both got."""

    number: int
    own: str
    other: str
    payoff: Any
    other_payoff: Any

    def __str__(self) -> str:
        return f"round {self.number}: {self.own} against {self.other}, payoff {plain(self.payoff)}"


@dataclass
class Session(Displayed):
    """A repeated game in progress. ``step`` plays a round; ``log``, ``score`` and ``history`` look back.

    The opponent is not shown before ``reveal`` is asked, so that a student can work out what it does.
    """

    stage: NormalFormGame
    opponent: Machine
    player: int
    horizon: Horizon
    seed: int
    history: list[Round] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - play, no secrets
        self._state = self.opponent.start

    @property
    def over(self) -> bool:
        """True once the stated number of rounds has been played."""
        return self.horizon.rounds is not None and len(self.history) >= self.horizon.rounds

    @property
    def score(self) -> Any:
        """The own payoffs added up."""
        return sum((each.payoff for each in self.history), start=0)

    @property
    def other_score(self) -> Any:
        """The opponent's payoffs added up."""
        return sum((each.other_payoff for each in self.history), start=0)

    def step(self, strategy: str | int) -> Round:
        """Play one round and return what happened.

        Raises
        ------
        UsageError
            If the strategy is unknown or the match is over.
        """
        if self.over:
            raise UsageError(f"the match of {self.horizon.rounds} rounds is over; start again with .again()")
        own_labels, other_labels = self.stage.strategies[self.player], self.stage.strategies[1 - self.player]
        if isinstance(strategy, bool) or (strategy not in own_labels and strategy not in (0, 1)):
            hint = did_you_mean(str(strategy), own_labels)
            raise UsageError(
                f"unknown strategy {strategy!r}; expected one of {', '.join(own_labels)}"
                + (f"; {hint}" if hint else "")
            )
        meant = own_labels.index(strategy) if isinstance(strategy, str) else int(strategy)
        theirs = int(not self._random.random() < self.opponent.chance[self._state])
        own, other = (self._tremble(each) for each in (meant, theirs))
        seen = own ^ int(self._random.random() < self.horizon.misperception)
        self._state = self.opponent.moves[self._state]["CD"[other] + "CD"[seen]]
        cell = (own, other) if self.player == 0 else (other, own)
        done = Round(
            len(self.history) + 1,
            own_labels[own],
            other_labels[other],
            self.stage.payoffs[(self.player, *cell)],
            self.stage.payoffs[(1 - self.player, *cell)],
        )
        self.history.append(done)
        return done

    def _tremble(self, move: int) -> int:
        return move ^ int(self._random.random() < self.horizon.action_error)

    def again(self, seed: int | None = None) -> Session:
        """Return a new session against the same opponent, with the same seed unless another is given."""
        return Session(self.stage, self.opponent, self.player, self.horizon, self.seed if seed is None else seed)

    def reveal(self) -> str:
        """Return who the opponent is and what it does in which state."""
        return str(self.opponent)

    @property
    def log(self) -> Table:
        """All rounds so far, with the scores below."""
        me, them = self.stage.players[self.player], self.stage.players[1 - self.player]
        rows = tuple(
            (str(each.number), each.own, each.other, plain(each.payoff), plain(each.other_payoff))
            for each in self.history
        )
        count = len(self.history)
        left = f" of {self.horizon.rounds}" if self.horizon.rounds is not None else ""
        note = f"{count}{left} rounds; {me} {plain(self.score)}, {them} {plain(self.other_score)}"
        if count:
            note += f"; per round {short(self.score / count)} and {short(self.other_score / count)}"
        heads = ("round", me, them, f"payoff of {me}", f"payoff of {them}")
        return Table("", heads, rows, (f"{note}.",))

    def __str__(self) -> str:
        return self.log.to_text()

    def __repr__(self) -> str:
        return f"<Session of {self.stage.players[self.player]}: {len(self.history)} rounds, seed {self.seed}>"

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return (self.log,)


def play(
    stage: NormalFormGame,
    opponent: Any,
    player: int | str = 0,
    *,
    rounds: int | None = None,
    seed: int = 0,
    action_error: object = 0,
    misperception: object = 0,
) -> Session:
    """Return a session of a person against an automaton in a 2x2 game.

    Parameters
    ----------
    opponent : name, MemoryOne, Machine, Automaton, or four or five probabilities
        What the other player runs; of an automaton for both, its part.
    player : index or name
        The person's side.
    rounds : int, optional
        After how many the match is over; by default never.
    action_error, misperception : probability
        A move of either side comes out as the other one; the opponent takes the person's move for the other one.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> acts = [["cooperate", "defect"]] * 2
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], ["me", "it"], acts)
    >>> session = play(g, "tit_for_tat", rounds=3)
    >>> for move in ("cooperate", "defect", "cooperate"):
    ...     print(session.step(move))
    round 1: cooperate against cooperate, payoff 3
    round 2: defect against cooperate, payoff 5
    round 3: cooperate against defect, payoff 0
    >>> session.score, session.over
    (Fraction(8, 1), True)
    """
    check_stage(stage)
    horizon = Horizon(rounds, None, action_error, misperception)
    who = stage.player_index(player)
    machine = (
        Machine.from_profile(stage, opponent, 1 - who) if isinstance(opponent, Automaton) else Machine.of(opponent)
    )
    return Session(stage, machine, who, horizon, int(seed))
