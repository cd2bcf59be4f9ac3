"""Finite automata that one player of a 2x2 game runs, with those that people know by name.

In every state an automaton plays the first strategy with some probability; the round's outcome, own move first, leads
to the next state. Memory-one strategies are automata with a state for each outcome of the last round.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.numbers import plain
from detente.solve.chains import arithmetic_of
from detente.solve.memory_one.match import check_stage
from detente.solve.memory_one.strategy import NAMED, OUTCOMES, MemoryOne, probability
from detente.solve.repeated.automaton import Automaton

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame

__all__ = ["MACHINES", "Machine"]

#: Longest punishment that a name may ask for.
MAX_PERIODS = 1000
_PUNISHMENT = re.compile(r"punishment_(\d+)", re.ASCII)


@dataclass(frozen=True)
class Machine(Displayed):
    """One player's strategy as a finite automaton for a 2x2 game.

    Parameters
    ----------
    name : str
        How it is called in results.
    chance : mapping
        State to the probability of the first strategy in it; the first state is where play starts.
    moves : mapping
        State to ``{"CC": state, "CD": state, "DC": state, "DD": state}``, own move first.

    Raises
    ------
    UsageError
        If a state has no moves, a move leads nowhere, or a number is no probability.

    Examples
    --------
    >>> Machine.named("tit_for_two_tats").chance
    {'calm': Fraction(1, 1), 'warned': Fraction(1, 1), 'provoked': Fraction(0, 1)}
    """

    name: str
    chance: Mapping[str, Any]
    moves: Mapping[str, Mapping[str, str]]

    def __post_init__(self) -> None:
        if not self.chance:
            raise UsageError(f"automaton {self.name!r}: found no state; expected at least one")
        read = {state: probability(given, f"in state {state!r}") for state, given in self.chance.items()}
        if any(getattr(each, "free_symbols", None) for each in read.values()):
            raise UsageError(f"automaton {self.name!r}: found symbols; expected numbers")
        for state in read:
            moves = self.moves.get(state)
            if moves is None or set(moves) != set(OUTCOMES):
                raise UsageError(
                    f"automaton {self.name!r}: found {moves!r} as the moves of state {state!r}; expected a state for "
                    f"each of {', '.join(OUTCOMES)}"
                )
            lost = [each for each in moves.values() if each not in read]
            if lost:
                raise UsageError(f"automaton {self.name!r}: state {state!r} leads to {lost[0]!r}, which is no state")
        object.__setattr__(self, "chance", read)

    def displayed(self) -> tuple[Table, ...]:
        """Return the states: what is played there, and where play goes."""
        rows = tuple(
            (state, plain(chance), *(self.moves[state][outcome] for outcome in OUTCOMES))
            for state, chance in self.chance.items()
        )
        head = ("state", "plays the first strategy with", *(f"after {outcome}" for outcome in OUTCOMES))
        return (Table(self.name, head, rows, (f"Play starts in {self.start}.",)),)

    @property
    def start(self) -> str:
        """The state in which play starts."""
        return next(iter(self.chance))

    @property
    def arithmetic(self) -> str:
        """``exact`` or ``float``."""
        return arithmetic_of(*self.chance.values())

    @classmethod
    def of(cls, given: Machine | MemoryOne | str | Sequence[object]) -> Machine:
        """Return an automaton from a name, a memory-one strategy or its probabilities."""
        if isinstance(given, Machine):
            return given
        if isinstance(given, str):
            return cls.named(given)
        one = MemoryOne.of(given)
        follow = {outcome: f"after {outcome}" for outcome in OUTCOMES}
        chance = {"start": one.first, **dict(zip(follow.values(), one.after, strict=True))}
        return cls(one.name, chance, dict.fromkeys(chance, follow))

    @classmethod
    def named(cls, name: str) -> Machine:
        """Return a known automaton: those of :data:`MACHINES`, memory-one ones, and ``punishment_K``."""
        if name in MACHINES:
            chance, moves, _ = MACHINES[name]
            return cls(name, chance, moves)
        if name in NAMED:
            return cls.of(MemoryOne.named(name))
        found = _PUNISHMENT.fullmatch(name)
        if found and len(found.group(1)) <= len(str(MAX_PERIODS)) and 1 <= int(found.group(1)) <= MAX_PERIODS:
            return _punishment(name, int(found.group(1)))
        known = (*NAMED, *MACHINES, "punishment_K")
        hint = did_you_mean(name, known)
        raise UsageError(
            f"unknown strategy {name!r}; expected one of {', '.join(known)}" + (f"; {hint}" if hint else "")
        )

    @classmethod
    def from_profile(cls, stage: NormalFormGame, profile: Any, player: int | str = 0, name: str = "") -> Machine:
        """Return what one player does in a profile given as an automaton that both run.

        Parameters
        ----------
        profile : Automaton or Plan
            Of :mod:`detente.solve.repeated`. Only states that play can reach are kept.
        player : index or name
            Whose part to take.

        Examples
        --------
        >>> from detente.games.normal import NormalFormGame
        >>> from detente.solve.repeated.automaton import Automaton
        >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
        >>> Machine.from_profile(g, Automaton.named("contrite_tit_for_tat", (0, 0), (1, 1))).chance["good/bad"]
        Fraction(0, 1)
        """
        check_stage(stage)
        label = name or getattr(profile, "name", "") or f"automaton of {stage.players[stage.player_index(player)]}"
        if isinstance(profile, Automaton):
            profile = profile.on(stage)
        who = stage.player_index(player)
        chance: dict[str, Any] = {}
        moves: dict[str, dict[str, str]] = {}
        queue = [profile.states[0]]
        while queue:
            state = queue.pop(0)
            if str(state) in chance:
                continue
            given = profile.output[state]
            if all(isinstance(each, (int, str)) for each in given):
                chance[str(state)] = int(stage.profile_index(given)[who] == 0)
            else:
                chance[str(state)] = given[who][0]
            moves[str(state)] = {}
            for outcome in OUTCOMES:
                own, other = ("CD".index(each) for each in outcome)
                follow = profile.transition(state, (own, other) if who == 0 else (other, own))
                if isinstance(follow, Mapping):
                    raise UsageError(f"{label}: found chance moves between states; expected moves by what was played")
                moves[str(state)][outcome] = str(follow)
                queue.append(follow)
        return cls(label, chance, moves)

    def __str__(self) -> str:
        states = "; ".join(f"{state} {plain(p)}" for state, p in self.chance.items())
        return f"{self.name}: probability of C by state: {states}"


def by_other(after_c: str, after_d: str) -> dict[str, str]:
    """Return moves that depend on the other's move only."""
    return {"CC": after_c, "DC": after_c, "CD": after_d, "DD": after_d}


def _punishment(name: str, periods: int) -> Machine:
    """Return cooperation that answers any D with so many rounds of D."""
    strikes = [f"punish {left}" for left in range(periods, 0, -1)]
    again = dict.fromkeys(OUTCOMES, strikes[0])
    moves: dict[str, Mapping[str, str]] = {"cooperate": {**again, "CC": "cooperate"}}
    for state, following in zip(strikes, [*strikes[1:], "cooperate"], strict=True):
        moves[state] = dict.fromkeys(OUTCOMES, following)
    return Machine(name, {"cooperate": 1, **dict.fromkeys(strikes, 0)}, moves)


def _contrite() -> dict[str, dict[str, str]]:
    """Return the moves between standings (own, other's): D is an offense unless it answers one in good standing."""

    def after(own: str, other: str, outcome: str) -> str:
        mine, theirs = outcome[0], outcome[1]
        provoked, provoking = (own, other) == ("good", "bad"), (other, own) == ("good", "bad")
        return f"{'good' if mine == 'C' or provoked else 'bad'}/{'good' if theirs == 'C' or provoking else 'bad'}"

    pairs = [(own, other) for own in ("good", "bad") for other in ("good", "bad")]
    return {f"{own}/{other}": {outcome: after(own, other, outcome) for outcome in OUTCOMES} for own, other in pairs}


#: Automata that need more than the last round: chances, moves, what they are and where they come from.
MACHINES: dict[str, tuple[dict[str, object], dict[str, dict[str, str]], str]] = {
    "tit_for_two_tats": (
        {"calm": 1, "warned": 1, "provoked": 0},
        {
            "calm": by_other("calm", "warned"),
            "warned": by_other("calm", "provoked"),
            "provoked": by_other("calm", "provoked"),
        },
        "D after two D of the other in a row; Axelrod (1980)",
    ),
    "two_tits_for_tat": (
        {"calm": 1, "first": 0, "second": 0},
        {"calm": by_other("calm", "first"), "first": by_other("second", "first"), "second": by_other("calm", "first")},
        "two D for each D of the other",
    ),
    "contrite_tit_for_tat": (
        {"good/good": 1, "good/bad": 0, "bad/good": 1, "bad/bad": 1},
        _contrite(),
        "tit for tat that accepts the answer to its own errors; Sugden (1986), Boyd (1989)",
    ),
    "gradual_grim": (
        {"calm": 1, "warned": 1, "for ever": 0},
        {
            "calm": by_other("calm", "warned"),
            "warned": by_other("warned", "for ever"),
            "for ever": dict.fromkeys(OUTCOMES, "for ever"),
        },
        "forgives the first D of the other, then plays D for ever",
    ),
}
