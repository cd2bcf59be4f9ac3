"""Punishments as they are given: profiles, mixed strategies or one of either per player, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from detente import formula as grammar
from detente.errors import UsageError
from detente.games.normal import NormalFormGame, Profile
from detente.games.symbolic import SymbolicGame, symbol
from detente.numbers import exact

__all__ = ["defections", "naming_game", "profile_or_mixture", "replies", "stated_punishments"]


def naming_game(stage: NormalFormGame | SymbolicGame) -> NormalFormGame:
    """Return a numeric game with the stage's labels, which resolves profiles."""
    if isinstance(stage, NormalFormGame):
        return stage
    import numpy as np

    return NormalFormGame(np.zeros((len(stage.players), *stage.shape), dtype=int), stage.players, stage.strategies)


def defections(names: NormalFormGame, aim: Profile, punishment: Any) -> Profile:
    """Return the profile of the defections of tit for tat: as given, or the other strategies of a 2x2 game."""
    if len(names.players) != 2:
        raise UsageError(f"found {len(names.players)} players; tit for tat is for two")
    if punishment is None:
        if names.shape != (2, 2):
            sizes = "x".join(map(str, names.shape))
            raise UsageError(
                f"found a {sizes} stage game; tit for tat needs the defections: give their profile as punishment="
            )
        return (1 - aim[0], 1 - aim[1])
    bad = names.profile_index(punishment)
    for player, (good, other) in enumerate(zip(aim, bad, strict=True)):
        if good == other:
            label = names.strategies[player][good]
            raise UsageError(
                f"found {label!r} as target and as defection of {names.players[player]}; expected two strategies"
            )
    return bad


def replies(names: NormalFormGame, aim: Profile, punishment: Any, strategy: str) -> Profile:
    """Return the pure profile that an automaton punishes with: as given, or the other strategies where each has two."""
    if punishment is None:
        if any(size != 2 for size in names.shape):
            sizes = "x".join(map(str, names.shape))
            raise UsageError(
                f"found a {sizes} stage game; {strategy} needs what is played to punish: give a profile as punishment="
            )
        return tuple(1 - own for own in aim)
    found = profile_or_mixture(names, getattr(punishment, "mixed", punishment))
    if any(not isinstance(each, int) for each in found):
        raise UsageError(f"{strategy}: found a mixed punishment; expected a pure profile, or give an Automaton")
    return found  # type: ignore[no-any-return]


def stated_punishments(stage: NormalFormGame | SymbolicGame, names: NormalFormGame, given: Any) -> list[Any]:
    """Return for each player the punishing profile as one tuple of probabilities per player."""
    if isinstance(given, Mapping) and set(given) == set(names.players):
        profiles, weights = [], []
        for player, name in enumerate(names.players):
            keys = set(given[name]) if isinstance(given[name], Mapping) else None
            profiles.append(keys == set(names.players) if keys is not None else not isinstance(given[name], (str, int)))
            weights.append(keys is not None and keys <= set(names.strategies[player]))
        if all(profiles) and all(weights):
            raise UsageError(
                "the strategies are called like the players; give each punishment as a sequence, not a mapping"
            )
        if all(profiles):
            return [_mixed(stage, names, given[name]) for name in names.players]
    profile = _mixed(stage, names, given)
    return [profile] * len(names.players)


def profile_or_mixture(names: NormalFormGame, given: Any) -> Any:
    """Return a profile of numbers: indices where it is pure, else one tuple of exact probabilities per player."""
    parts = list(given.values()) if isinstance(given, Mapping) else given
    if isinstance(parts, (list, tuple)) and all(isinstance(each, (str, int)) for each in parts):
        return names.profile_index(given)
    return _mixed(names, names, given)


def _mixed(stage: NormalFormGame | SymbolicGame, names: NormalFormGame, given: Any) -> Any:
    given = getattr(given, "mixed", given)
    if isinstance(given, str) or not (isinstance(given, Mapping) or hasattr(given, "__len__")):
        raise UsageError(f"found the punishment {given!r}; expected a profile, one strategy per player")
    parts = list(given.values()) if isinstance(given, Mapping) else list(given)
    if all(isinstance(each, (str, int)) for each in parts):
        chosen = names.profile_index(given)
        return tuple(
            tuple(Fraction(int(k == index)) for k in range(size))
            for index, size in zip(chosen, names.shape, strict=True)
        )
    if isinstance(given, Mapping):
        if set(given) != set(names.players):
            raise UsageError(f"found strategies for {', '.join(map(str, given))}; expected {', '.join(names.players)}")
        parts = [given[name] for name in names.players]
    if len(parts) != len(names.players):
        raise UsageError(f"found {len(parts)} mixed strategies; expected one for each of {', '.join(names.players)}")
    return tuple(_distribution(stage, names, player, each) for player, each in enumerate(parts))


def _distribution(
    stage: NormalFormGame | SymbolicGame, names: NormalFormGame, player: int, given: Any
) -> tuple[Any, ...]:
    labels, who = names.strategies[player], names.players[player]
    if isinstance(given, (str, int)):
        given = {
            labels[names.profile_index([given if k == player else 0 for k in range(len(names.players))])[player]]: 1
        }
    if isinstance(given, Mapping):
        unknown = [each for each in given if each not in labels]
        if unknown:
            raise UsageError(f"unknown strategy of {who} {unknown[0]!r}; expected one of {', '.join(labels)}")
        given = [given.get(label, 0) for label in labels]
    if len(given) != len(labels):
        raise UsageError(f"found {len(given)} probabilities of {who}; expected {len(labels)}")
    if isinstance(stage, SymbolicGame):
        import sympy

        known = {name: symbol(name) for name in (*stage.parameters, *stage.derived)}
        formulas = tuple(_formula(each, known) for each in given)
        if sympy.simplify(stage.expand(sum(formulas)) - 1) != 0:
            raise UsageError(f"found probabilities of {who} that sum to {sum(formulas)}; expected 1")
        return formulas
    floats = stage.arithmetic == "float"
    weights: tuple[Any, ...] = tuple(
        float(each) if floats and not isinstance(each, str) else exact(each) for each in given
    )
    total: Any = sum(weights)
    if min(weights) < 0 or (abs(total - 1) > 1e-9 if floats else total != 1):
        shown = ", ".join(map(str, weights))
        raise UsageError(f"found the probabilities {shown} of {who}; expected nonnegative numbers that sum to 1")
    return weights


def _formula(given: Any, known: Mapping[str, Any]) -> Any:
    if not hasattr(given, "free_symbols"):
        return grammar.parse(given).to_sympy(known)
    unknown = sorted(each.name for each in given.free_symbols if each.name not in known)
    if unknown:
        raise UsageError(f"unknown parameter {unknown[0]!r} in {given}; expected one of {', '.join(known)}")
    return given.xreplace({each: known[each.name] for each in given.free_symbols})
