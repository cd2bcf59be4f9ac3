"""Ways of play in parametric trees: what pure choices and chance may make of each node, with the payoffs expected."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.solve.parametric._cases import cases, resolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.symbolic_tree import SymbolicTree

__all__ = ["Way", "WaysCase", "ways_of"]

#: Most ways of play from one node.
LIMIT = 2000


@dataclass(frozen=True)
class Way:
    """A way of play: the ends that it may reach, and the payoffs expected."""

    ends: tuple[int, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class WaysCase:
    """The ways of play from each node where payoffs are rational functions, and the conditions of the case."""

    conditions: tuple[tuple[Any, str], ...]
    ways: tuple[tuple[Way, ...], ...]
    #: All expressions that payoffs and chances are made of.
    written: tuple[Any, ...]


def ways_of(tree: SymbolicTree) -> list[WaysCase]:
    """Return the ways of play of a tree, case by case.

    Raises
    ------
    UsageError
        If players cannot tell nodes apart, or there are too many ways of play.
    """
    for each in tree.information_sets:
        if len(each.nodes) > 1:
            raise UsageError(
                f"this needs perfect information; {tree.players[each.player]} cannot tell apart the "
                f"{len(each.nodes)} nodes of [{each.label}]"
            )
    ends = [node.index for node in tree.nodes if node.kind == "terminal"]
    chances = [(node.index, k) for node in tree.nodes for k in range(len(node.probabilities))]
    written = [value for index in ends for value in tree.totals[index]]
    written += [tree.odds(tree.nodes[index])[k] for index, k in chances]
    size = len(tree.players)
    found = []
    for conditions, values in cases([resolved(tree.formulas, each) for each in written]):
        payoffs = {index: tuple(values[size * k : size * (k + 1)]) for k, index in enumerate(ends)}
        odds = dict(zip(chances, values[size * len(ends) :], strict=True))
        found.append(WaysCase(conditions, _ways(tree, payoffs, odds), values))
    return found


def _ways(
    tree: SymbolicTree, payoffs: Mapping[int, tuple[Any, ...]], odds: Mapping[Any, Any]
) -> tuple[tuple[Way, ...], ...]:
    import sympy

    found: list[tuple[Way, ...]] = [()] * len(tree.nodes)
    for node in reversed(tree.nodes):
        if node.kind == "terminal":
            found[node.index] = (Way((node.index,), payoffs[node.index]),)
        elif node.kind == "chance":
            below = [found[child] for child in node.children]
            if prod(map(len, below)) > LIMIT:
                raise UsageError(f"found more than {LIMIT} ways of play behind a chance move; expected fewer")
            weights = [odds[node.index, k] for k in range(len(below))]
            found[node.index] = tuple(
                Way(
                    tuple(end for way in each for end in way.ends),
                    tuple(
                        sympy.Add(*(p * way.values[i] for p, way in zip(weights, each, strict=True)))
                        for i in range(len(tree.players))
                    ),
                )
                for each in product(*below)
            )
        else:
            found[node.index] = tuple(way for child in node.children for way in found[child])
            if len(found[node.index]) > LIMIT:
                raise UsageError(f"found more than {LIMIT} ways of play; expected fewer")
    return tuple(found)
