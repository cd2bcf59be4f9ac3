"""What a period of a stochastic game pays in each state and where it leads, for ``show`` and ``trace``."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError, did_you_mean
from detente.numbers import number_to_json, short
from detente.payoffs.terms import STATE
from detente.study.form import View
from detente.study.forms._payoff_data import payoff_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.stochastic import State, StochasticGame
    from detente.payoffs.by_state import StatePayoffs
    from detente.study.forms.stochastic import Stochastic
    from detente.study.model import GameModel, Point

__all__ = ["period_view", "place_of"]

#: States whose payoffs are printed in full.
_SHOWN = 3


def period_view(form: Stochastic, model: GameModel, point: Point, kind: str, terms: bool, title: str) -> View:
    """Return the payoffs of every state and profile as data; those of the first states and the last as a table."""
    payoffs, symbolic = form.payoffs(model, kind), form.at_values(model, point.values, kind)
    numeric = symbolic.at_point(point.values)
    shown = [state for k, state in enumerate(numeric.playing) if k < _SHOWN or k == len(numeric.playing) - 1]
    at_point = partial(symbolic.formulas.evaluate, values=point.values)
    cells: list[dict[str, Any]] = []
    rows = []
    for state in numeric.states:
        ends = state in numeric.terminal
        for labels in [()] if ends else numeric.labels(state):
            chosen = {STATE: str(state), **dict(zip(model.players, labels, strict=False))}
            values, ahead = _period(numeric, state, labels)
            data = {
                player: payoff_data(payoffs, player, chosen, value, at_point)
                for player, value in zip(model.players, values, strict=True)
            }
            following = {str(to): number_to_json(chance) for to, chance in ahead.items()}
            cells.append({"profile": chosen, "payoffs": data, "best_response": [], "next": following})
            if ends or state in shown:
                leads = ", ".join(str(to) + (f" with {short(p, 4)}" if p != 1 else "") for to, p in ahead.items())
                told = "terminal" if ends else leads or "play ends"
                rows.append((str(state), *(labels or ("",) * len(model.players)), *(short(v, 5) for v in values), told))
    columns = ("state", *model.players, *(f"payoff of {player}" for player in model.players), "next")
    left_out = len(numeric.playing) - len(shown)
    notes = (f"{left_out} states are left out here; --json has all.",) if left_out else ()
    tables = [Table(title, columns, tuple(rows), notes), _terms_table(payoffs)]
    if terms:
        tables.append(_breakdown(model, payoffs, shown[0]))
    return View(tuple(tables), {"players": list(model.players), "cells": cells, "inert": {}})


def _period(game: StochasticGame, state: State, labels: tuple[str, ...]) -> tuple[tuple[Any, ...], Mapping[State, Any]]:
    """Return what a period pays and the states that follow with their chances; of a terminal state, what it is worth."""
    if not labels:
        return game.terminal[state], {}
    profile = tuple(own.index(action) for own, action in zip(game.actions[state], labels, strict=True))
    ahead = {game.states[to]: chance for to, chance in game.transitions[state][profile]}
    return game.rewards[state][profile], ahead


def _terms_table(payoffs: StatePayoffs) -> Table:
    rows = tuple(
        (player, term.name, _when_text(term.when), term.text) for player in payoffs.players for term in payoffs.own_terms(player)
    )
    return Table("terms as they are written", ("player", "term", "counts", "formula"), rows)


def _when_text(when: Any) -> str:
    if not when:
        return "always"
    return " or ".join(" and ".join(f"{name} {' or '.join(allowed)}" for name, allowed in each.items()) for each in when)


def _breakdown(model: GameModel, payoffs: StatePayoffs, state: State) -> Table:
    rows = []
    for profile in product(*model.definition.strategies.values()):
        chosen = {STATE: str(state), **dict(zip(model.players, profile, strict=True))}
        for player in model.players:
            rows += [(", ".join(profile), player, each.name, each.text) for each in payoffs.terms_where(player, chosen)]
    return Table(f"terms in the state {state}", ("profile", "player", "term", "formula"), tuple(rows))


def place_of(model: GameModel, what: Any) -> tuple[str, ...]:
    """Return a state and a profile, from text ``STATE,ACTION,..`` or ``state=..,PLAYER=..``, a list or a mapping.

    Raises
    ------
    UsageError
        If there is no such state or action.
    """
    names = (STATE, *model.players)
    if hasattr(what, "items"):
        what = ",".join(f"{name}={choice}" for name, choice in what.items())
    parts = [part.strip() for part in what.split(",")] if isinstance(what, str) else [str(part) for part in what]
    if any("=" in part for part in parts):
        named = {part.partition("=")[0].strip(): part.partition("=")[2].strip() for part in parts}
        if set(named) - set(names) or len(named) < len(parts):
            raise UsageError(f"found {what!r}; expected {','.join(f'{name}=..' for name in names)}")
        parts = [named.get(name, "") for name in names]
    known = [str(state) for state in model.symbolic.states]
    if not parts or parts[0] not in known:
        found = parts[0] if parts else ""
        hint = did_you_mean(found, known)
        raise UsageError(f"unknown state {found!r}; expected {known[0]} to {known[-1]}" + (f"; {hint}" if hint else ""))
    if parts[0] in {str(each) for each in model.symbolic.terminal}:
        return (parts[0],)
    if len(parts) != len(names):
        raise UsageError(f"found {','.join(parts)}; expected a state and an action of {', '.join(model.players)}")
    for player, action in zip(model.players, parts[1:], strict=True):
        own = model.definition.strategies[player]
        if action not in own:
            hint = did_you_mean(action, own)
            expected = f"expected {', '.join(own)}" + (f"; {hint}" if hint else "")
            raise UsageError(f"unknown strategy {action!r} of {player}; {expected}")
    return tuple(parts)
