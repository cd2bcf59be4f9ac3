"""Backward induction in many trees of one shape at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.conclusions.ensemble.solve_batch import check_relative
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from detente.games.extensive import GameTree

__all__ = ["TreeBatch", "backward_induction"]


@dataclass(frozen=True, eq=False)
class TreeBatch:
    """The subgame-perfect equilibrium of each tree of a batch that a tie rule picks.

    Attributes
    ----------
    choices : (batch, information sets) int64
        Position of the action chosen at each information set, reached or not.
    values : (batch, players) float64
        Payoffs expected at the root.
    reached : (batch, terminals) float64
        Probability of each terminal node, in the order of ``tree.terminals``; without chance 0 or 1.
    tied : (batch,) bool
        Whether some mover, anywhere in the tree, has another action as good within the tolerance.
    tied_on_path : (batch,) bool
        Whether that happens at a node that is reached.
    """

    choices: NDArray[np.int64]
    values: NDArray[np.float64]
    reached: NDArray[np.float64]
    tied: NDArray[np.bool_]
    tied_on_path: NDArray[np.bool_]

    def __repr__(self) -> str:
        return f"<TreeBatch of {len(self.choices)} trees: {int(self.tied.sum())} tied>"


def backward_induction(
    tree: GameTree,
    payoffs: ArrayLike,
    *,
    relative: float = 1e-9,
    prefer: Mapping[int, Sequence[int]] | None = None,
    probabilities: Mapping[int, ArrayLike] | None = None,
) -> TreeBatch:
    """Solve trees of perfect information that differ in their payoffs, node by node over the whole batch.

    Parameters
    ----------
    tree : GameTree
        The shape: players, moves, chance; its own payoffs are not used. Any object with ``players``, ``nodes`` and
        ``information_sets`` like those of a GameTree will do.
    payoffs : (batch, players, terminals) array
        What each player gets in all when play ends, terminals in the order of ``tree.terminals``.
    relative : float
        Actions count as equally good within this share of the spread of the mover's payoffs in its tree.
    prefer : mapping, optional
        The tie rule: from an information set to its actions in the order of preference among equals. By default the
        order in which actions are listed.
    probabilities : mapping, optional
        From a chance node to an array (batch, actions) or (actions,) in place of the tree's own.

    Raises
    ------
    UsageError
        If the tree has imperfect information, or an array does not fit it.

    Notes
    -----
    Cost: one vectorized pass per edge of the tree. With ties, other equilibria exist; ``tied`` says where.

    References
    ----------
    M. J. Osborne and A. Rubinstein (1994), A Course in Game Theory, section 6.2, proposition 99.2.

    Examples
    --------
    >>> from detente.games.extensive import GameTree, decision, terminal
    >>> entry = GameTree(["entrant", "incumbent"], decision("entrant", {
    ...     "out": terminal(0, 2),
    ...     "in": decision("incumbent", {"fight": terminal(-1, -1), "share": terminal(1, 1)}),
    ... }))
    >>> found = backward_induction(entry, [[[0, -1, 1], [2, -1, 1]], [[0, -1, 1], [2, 2, 1]]])
    >>> found.choices.tolist(), found.values.tolist()
    ([[1, 1], [0, 0]], [[1.0, 1.0], [0.0, 2.0]])
    """
    import numpy as np

    check_relative(relative)
    table = np.asarray(payoffs, dtype=np.float64)
    ends = [node.index for node in tree.nodes if node.kind == "terminal"]
    if table.ndim != 3 or table.shape[1:] != (len(tree.players), len(ends)):
        raise UsageError(
            f"found payoffs of shape {table.shape}; expected payoffs[batch, player, terminal] with {len(tree.players)} "
            f"players and {len(ends)} terminal nodes"
        )
    if not np.isfinite(table).all():
        raise UsageError("found payoffs that are not finite; expected numbers")
    for each in tree.information_sets:
        if len(each.nodes) > 1:
            raise UsageError(
                f"backward induction needs perfect information; {tree.players[each.player]} cannot tell apart the "
                f"{len(each.nodes)} nodes of [{each.label}]"
            )
    batch = len(table)
    slack = (
        relative * (table.max(axis=2, initial=-np.inf) - table.min(axis=2, initial=np.inf)) if batch else table[:, :, 0]
    )
    values: dict[int, Any] = {node: table[:, :, place] for place, node in enumerate(ends)}
    choices = np.zeros((batch, len(tree.information_sets)), dtype=np.int64)
    ties: dict[int, Any] = {}
    odds: dict[int, Any] = {}
    rows = np.arange(batch)
    for node in reversed(tree.nodes):
        if node.kind == "terminal":
            continue
        below = np.stack([values.pop(child) for child in node.children])
        if node.kind == "chance":
            weights = _weights(node, probabilities, batch)
            odds[node.index] = weights
            values[node.index] = (below * weights.T[:, :, None]).sum(axis=0)
            continue
        assert node.player is not None
        assert node.information_set is not None
        own = below[:, :, node.player]
        good = own >= own.max(axis=0) - slack[:, node.player]
        order = _order(node, prefer)
        chosen = order[np.argmax(good[order], axis=0)]
        choices[:, node.information_set] = chosen
        ties[node.index] = good.sum(axis=0) > 1
        values[node.index] = below[chosen, rows]
    reached = _forward(tree, choices, odds, batch)
    tied, on_path = np.zeros(batch, dtype=bool), np.zeros(batch, dtype=bool)
    for index, tie in ties.items():
        tied |= tie
        on_path |= tie & (reached[index] > 0)
    outcome = np.stack([reached[node] for node in ends], axis=1)
    return TreeBatch(choices, np.ascontiguousarray(values[0]), outcome, tied, on_path)


def _forward(tree: GameTree, choices: Any, odds: Mapping[int, Any], batch: int) -> dict[int, Any]:
    """Return the probability with which each node is reached."""
    import numpy as np

    reached: dict[int, Any] = {0: np.ones(batch)}
    for node in tree.nodes:
        for place, child in enumerate(node.children):
            if node.kind == "chance":
                reached[child] = reached[node.index] * odds[node.index][:, place]
            else:
                reached[child] = reached[node.index] * (choices[:, node.information_set] == place)
    return reached


def _order(node: Any, prefer: Mapping[int, Sequence[int]] | None) -> Any:
    import numpy as np

    given = (prefer or {}).get(node.information_set)
    order = list(range(len(node.children))) if given is None else [int(each) for each in given]
    if sorted(order) != list(range(len(node.children))):
        raise UsageError(
            f"prefer: found {given!r} for a set of {len(node.children)} actions; expected each position once"
        )
    return np.array(order)


def _weights(node: Any, probabilities: Mapping[int, ArrayLike] | None, batch: int) -> Any:
    import numpy as np

    given = (probabilities or {}).get(node.index)
    if given is None:
        return np.broadcast_to(np.array([float(each) for each in node.probabilities]), (batch, len(node.children)))
    weights = np.asarray(given, dtype=np.float64)
    if weights.shape not in {(len(node.children),), (batch, len(node.children))}:
        raise UsageError(
            f"probabilities: found shape {weights.shape} for node {node.index}; expected (batch, {len(node.children)})"
        )
    if not ((weights >= 0).all() and np.allclose(weights.sum(axis=-1), 1, rtol=0, atol=1e-9)):
        raise UsageError(f"probabilities: found some of node {node.index} that are negative or do not add up to 1")
    return np.broadcast_to(weights, (batch, len(node.children)))
