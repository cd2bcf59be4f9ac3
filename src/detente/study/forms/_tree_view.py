"""The order of play of a tree and the payoffs of its paths, for ``show``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.numbers import short
from detente.study.form import View
from detente.study.forms._payoff_data import payoff_data

if TYPE_CHECKING:
    from detente.games.extensive import GameTree
    from detente.payoffs.table import PathPayoffs
    from detente.study.model import GameModel, Point

__all__ = ["tree_view"]


def tree_view(model: GameModel, payoffs: PathPayoffs, numeric: GameTree, point: Point, kind: str, *, terms: bool, title: str) -> View:
    """Return the order of play and the payoffs of every path; a star marks moves that are best as play goes on."""
    tree = model.payoffs(kind)
    best = _best(numeric)
    at_point = partial(tree.formulas.evaluate, values=point.values)
    cells: list[dict[str, Any]] = []
    rows = []
    for path, end in zip(payoffs.paths, numeric.terminals, strict=True):
        values = dict(zip(model.players, numeric.payoffs(end.index), strict=True))
        shown = {player: payoff_data(payoffs, player, path, value, at_point) for player, value in values.items()}
        good = [] if best is None else [player for player in model.players if player in best[end.index]]
        cells.append({"profile": dict(path), "payoffs": shown, "best_response": good})
        stars = (short(value, 5) + ("*" if player in good else "") for player, value in values.items())
        rows.append((",".join(path.values()), *stars))
    note = (
        "* every move of the player on this path is best, given how play goes on elsewhere"
        if best is not None
        else "Where chance moves, or players do not know all that was chosen before, see `solve`."
    )
    columns = ("path", *(f"payoff of {player}" for player in model.players))
    tables = [Table(title, columns, tuple(rows), (note,)), _order_table(model), payoffs.table()]
    if terms:
        tables.append(payoffs.breakdown())
    return View(tuple(tables), {"players": list(model.players), "cells": cells, "inert": {}})


def _order_table(model: GameModel) -> Table:
    rows = []
    for point in model.definition.data.play.points:
        hidden = [each for each in sorted(point.unseen) if not each.startswith("type.")]
        notes = [f"{action} only if {_when_text(when)}" for action, when in point.only.items()]
        notes += [f"does not see {', '.join(hidden)}"] if hidden else []
        notes += [f"{each} with {odds.text}" for each, odds in point.chance.items()]
        rows.append(
            (
                point.name,
                point.owner or "chance",
                ", ".join(point.actions),
                _when_text(point.after) if point.after else "in any case",
                "; ".join(notes),
            )
        )
    return Table("order of play", ("point", "mover", "choices", "met", "notes"), tuple(rows))


def _when_text(when: Any) -> str:
    return " or ".join(
        " and ".join(f"{name} {' or '.join(allowed)}" for name, allowed in each.items()) for each in when
    )


def _best(tree: GameTree) -> dict[int, set[str]] | None:
    """Return for each end the players all of whose moves towards it are best, given how play goes on elsewhere.

    Elsewhere it goes on by the tie rule. None where a player does not know all that was chosen before, and where
    chance moves: then a path alone says nothing.
    """
    if not tree.perfect_information or any(node.kind == "chance" for node in tree.nodes):
        return None
    from detente.solve.trees.backward_induction import backward_induction

    chosen = backward_induction(tree, ties="first").equilibria[0].profile
    values: list[Any] = [None] * len(tree.nodes)
    for node in reversed(tree.nodes):
        below = [values[child] for child in node.children]
        if node.kind == "terminal":
            values[node.index] = tree.payoffs(node.index)
        else:
            assert node.player is not None
            assert node.information_set is not None
            own = chosen[tree.players[node.player]][tree.information_sets[node.information_set].label]
            values[node.index] = below[[own[action] for action in node.actions].index(1)]
    found: dict[int, set[str]] = {}
    for end in tree.terminals:
        good = set(tree.players)
        for at, action in tree.path(end.index):
            node = tree.nodes[at]
            assert node.player is not None
            others = (values[child][node.player] for k, child in enumerate(node.children) if k != action)
            if any(other > tree.payoffs(end.index)[node.player] for other in others):
                good.discard(tree.players[node.player])
        found[end.index] = good
    return found
