"""Strategies of repeated games that people know by name, as automata for a target and a punishment profile.

To cooperate is to play one's part of the target, to defect anything else; automata defect by playing their part of the
punishment. Those of two players are the same strategy for each, from :mod:`detente.solve.tournaments.machine`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean
from detente.solve.memory_one.strategy import NAMED
from detente.solve.repeated.automaton import ANY, Automaton
from detente.solve.tournaments.machine import MACHINES, Machine

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KNOWN", "LONGEST", "known_automaton"]

Pure = tuple[Any, ...]

#: Longest punishment that a name may ask for.
LONGEST = 1000
_PUNISHMENT = re.compile(r"punishment_([1-9][0-9]{0,3})", re.ASCII)


def _always_cooperate(target: Pure, _: Pure) -> Automaton:
    return Automaton({"agree": target}, {"agree": "agree"}, "always_cooperate")


def _always_defect(_: Pure, punishment: Pure) -> Automaton:
    return Automaton({"defect": punishment}, {"defect": "defect"}, "always_defect")


def _grim(target: Pure, punishment: Pure) -> Automaton:
    return Automaton(
        {"agree": target, "punish": punishment},
        {"agree": {"comply": "agree", "otherwise": "punish"}, "punish": "punish"},
        "grim",
    )


def _stick_and_carrot(target: Pure, punishment: Pure) -> Automaton:
    return Automaton(
        {"carrot": target, "stick": punishment},
        {state: {"comply": "carrot", "otherwise": "stick"} for state in ("carrot", "stick")},
        "stick_and_carrot",
    )


def _penance(target: Pure, punishment: Pure) -> Automaton:
    """Whoever defects alone cooperates alone until it has done so once."""
    first, second = "first atones", "second atones"
    return Automaton(
        {"agree": target, first: (target[0], punishment[1]), second: (punishment[0], target[1])},
        {
            "agree": {target: "agree", (ANY, target[1]): first, (target[0], ANY): second, "otherwise": "agree"},
            first: {(target[0], ANY): "agree", "otherwise": first},
            second: {(ANY, target[1]): "agree", "otherwise": second},
        },
        "penance",
    )


def _win_stay_lose_shift(target: Pure, punishment: Pure) -> Automaton:
    if len(target) == 2:
        return _of_machine(Machine.named("win_stay_lose_shift"), target, punishment)
    return Automaton(
        {"agree": target, "shift": punishment},
        {state: {target: "agree", punishment: "agree", "otherwise": "shift"} for state in ("agree", "shift")},
        "win_stay_lose_shift",
    )


#: Name to the function that makes the automaton, what it does, and for how many players (None: any number).
KNOWN: dict[str, tuple[Callable[[Pure, Pure], Automaton] | None, str, int | None]] = {
    "grim": (_grim, "the punishment for ever once anybody left the target; Friedman (1971)", None),
    "stick_and_carrot": (
        _stick_and_carrot,
        "the punishment until it was carried out for one period, then the target; Abreu (1986)",
        None,
    ),
    "win_stay_lose_shift": (
        _win_stay_lose_shift,
        "the target after everybody did the same, else the punishment; Nowak and Sigmund (1993)",
        None,
    ),
    "always_cooperate": (_always_cooperate, "the target whatever happens", None),
    "always_defect": (_always_defect, "the punishment whatever happens", None),
    "penance": (
        _penance,
        "who defected cooperates alone, until done once, while the other defects; van Damme (1989)",
        2,
    ),
    **{name: (None, words, 2) for name, (_, _, words) in MACHINES.items()},
    **{
        name: (None, words, 2)
        for name, (chances, words) in NAMED.items()
        if name not in ("always_cooperate", "always_defect", "grim", "win_stay_lose_shift")
        and all(each in (0, 1) for each in chances)
    },
}


def known_automaton(name: str, target: Pure, punishment: Pure) -> Automaton:
    """Return the automaton of a name; see :meth:`detente.Automaton.named`.

    Raises
    ------
    UsageError
        If there is none, it is stochastic, or it is for another number of players.
    """
    if not isinstance(name, str):
        raise UsageError(f"found the strategy {name!r}; expected the name of an automaton")
    if len(target) != len(punishment) or not target:
        raise UsageError(
            f"found a target of {len(target)} and a punishment of {len(punishment)} strategies; "
            "expected one strategy for each player in both"
        )
    found = _PUNISHMENT.fullmatch(name)
    if found and int(found.group(1)) <= LONGEST:
        return _punishment(name, int(found.group(1)), target, punishment)
    if name not in KNOWN:
        if name in NAMED:
            raise UsageError(
                f"{name} plays at random; expected an automaton whose states follow from what was played. How it fares "
                "for ever, and against whom: detente.long_run_payoffs, detente.invasion, detente.tournament"
            )
        known = (*KNOWN, "punishment_T")
        hint = did_you_mean(name, known)
        raise UsageError(
            f"unknown strategy {name!r}; expected one of {', '.join(known)}" + (f"; {hint}" if hint else "")
        )
    make, _, players = KNOWN[name]
    if players is not None and len(target) != players:
        raise UsageError(f"found {len(target)} players; {name.replace('_', ' ')} is for two")
    return _of_machine(Machine.named(name), target, punishment) if make is None else make(target, punishment)


def _punishment(name: str, periods: int, target: Pure, punishment: Pure) -> Automaton:
    """Return the punishment for so many periods, whatever happens in them, after anybody left the target."""
    strikes = [f"punish {left}" for left in range(periods, 0, -1)]
    moves: dict[str, Any] = {"agree": {"comply": "agree", "otherwise": strikes[0]}}
    moves.update(zip(strikes, [*strikes[1:], "agree"], strict=True))
    return Automaton({"agree": target, **dict.fromkeys(strikes, punishment)}, moves, name)


def _of_machine(machine: Machine, target: Pure, punishment: Pure) -> Automaton:
    """Return two players who both run a machine; states are pairs of theirs, one word where both are the same."""
    rules = {target: "CC", (target[0], ANY): "CD", (ANY, target[1]): "DC", "otherwise": "DD"}
    moves: dict[tuple[str, str], list[tuple[str, str]]] = {}
    queue = [(machine.start, machine.start)]
    for pair in queue:
        moves[pair] = [(machine.moves[pair[0]][seen], machine.moves[pair[1]][seen[::-1]]) for seen in rules.values()]
        queue += [after for after in dict.fromkeys(moves[pair]) if after not in queue]
    plays = {pair: tuple(bool(machine.chance[own]) for own in pair) for pair in queue}
    same = _merged(queue, plays, moves)
    outputs = {
        _pair_name(machine, pair): tuple((target if good else punishment)[k] for k, good in enumerate(plays[pair]))
        for pair in queue
        if same[pair] == pair
    }
    transitions = {
        _pair_name(machine, pair): {
            key: _pair_name(machine, same[after]) for key, after in zip(rules, moves[pair], strict=True)
        }
        for pair in queue
        if same[pair] == pair
    }
    return Automaton(outputs, transitions, machine.name)


def _merged(
    queue: list[tuple[str, str]], plays: dict[tuple[str, str], Any], moves: dict[tuple[str, str], Any]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return for each pair of states the first one that plays the same now and for ever after (Moore 1956)."""
    groups: dict[tuple[str, str], Any] = plays
    while True:
        finer = {pair: (groups[pair], tuple(groups[after] for after in moves[pair])) for pair in queue}
        number = {key: k for k, key in enumerate(dict.fromkeys(finer.values()))}
        numbered = {pair: number[finer[pair]] for pair in queue}
        if len(number) == len(set(groups.values())):
            return {pair: next(each for each in queue if numbered[each] == numbered[pair]) for pair in queue}
        groups = numbered


def _pair_name(machine: Machine, pair: tuple[str, str]) -> str:
    first, second = pair
    if machine.name == "contrite_tit_for_tat":
        return first  # a state says the standing of both, own first; the other's is its mirror image
    return first if first == second else f"{first} | {second}"
