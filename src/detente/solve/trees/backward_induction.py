"""Backward induction: all subgame-perfect equilibria of a tree with perfect information, ties included."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from detente.errors import UsageError
from detente.solve.trees._tree_values import subgame_regret
from detente.solve.trees.tree_result import TreeResult, tree_equilibrium

if TYPE_CHECKING:
    from detente.games.extensive import GameTree
    from detente.solve.trees._tree_values import Behavior
    from detente.solve.trees.tree_result import PathEnd

__all__ = ["backward_induction", "best_moves"]

#: The action chosen at each information set of a sub-tree, as pairs of set and action.
Choices = tuple[tuple[int, int], ...]
Values = tuple[Fraction, ...]
#: For each way to end (indices of terminal nodes): the payoffs, and one equilibrium that ends so.
Outcomes = dict[tuple[int, ...], tuple[Values, Choices]]


def backward_induction(tree: GameTree, *, ties: str = "all", limit: int = 1000) -> TreeResult:
    """Return the subgame-perfect equilibria of a finite tree with perfect information.

    Parameters
    ----------
    tree : GameTree
        Every information set a single node; any number of players, chance moves allowed.
    ties : str
        ``all`` (default): follow every choice between equally good actions. ``first``: of equally good
        actions the one listed first is taken, at every node; exactly one equilibrium results.
    limit : int
        With more pure equilibria than this, one is given for each outcome (each distinct way of play) instead
        of all of them; with more outcomes than this, only the one of the rule ``first``.

    Returns
    -------
    TreeResult
        The equilibrium of the rule ``first`` stands first. ``outcomes`` lists every way of play in a pure
        equilibrium. ``complete`` is True if there is one
        equilibrium (then there is no mixed one either); where ties make several, mixtures of tied actions are
        not listed.

    Raises
    ------
    UsageError
        If an information set has several nodes, or the rule is unknown.

    Notes
    -----
    Every tree has such an equilibrium (Zermelo 1913; Kuhn 1953, theorem 3; Selten 1965 for the concept). With
    ties, an outcome o that the mover i reaches by an action is an equilibrium outcome if and only if i gets
    at least as much as, for each other action, from the worst equilibrium outcome that can follow it; this
    gives the set of outcomes without listing the equilibria. Float payoffs are compared at the exact binary
    numbers stored.

    Cost: linear in the tree without ties; with them, the number of equilibria up to ``limit``.

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
    >>> result = backward_induction(entry)
    >>> print(result.equilibria[0], result.equilibria[0].payoffs["entrant"], result.complete)
    entrant [1] in; incumbent [1] share 1 True
    """
    if ties not in {"all", "first"}:
        raise UsageError(f"unknown tie rule {ties!r}; expected 'all' or 'first'")
    if not isinstance(limit, int) or limit < 1:
        raise UsageError(f"limit: found {limit!r}; expected an integer of at least 1")
    for each in tree.information_sets:
        if len(each.nodes) > 1:
            raise UsageError(
                f"backward induction needs perfect information; {tree.players[each.player]} cannot tell "
                f"{tree.node_labels[each.nodes[0]]!r} from {tree.node_labels[each.nodes[1]]!r}; "
                "use subgame_perfect"
            )
    first, unique = _first(tree)
    notes: list[str] = []
    missing = ""
    outcomes: Outcomes | None = None
    found = [first]
    if ties == "first" and not unique:
        missing = "equally good actions other than the first listed are not followed"
    elif not unique:
        missing = "mixtures of equally good actions are not listed"
        outcomes = _outcomes(tree, limit)
        every = _all(tree, limit)
        if every is not None:
            found = every
            notes.append("every pure equilibrium is listed")
        elif outcomes is not None:
            found = [choices for _, choices in outcomes.values()]
            missing = (
                f"more than {limit} pure equilibria; one is given for each of their outcomes, "
                "mixtures are not listed"
            )
        else:
            missing = (
                f"more than {limit} outcomes of pure equilibria; only the first action of equals is followed"
            )
    ruled = _behavior(tree, first)
    others = {_behavior(tree, choices) for choices in found} - {ruled}
    if others:
        notes.append("the first takes the first of equally good actions at every node")
    equilibria = [
        tree_equilibrium(tree, behavior, subgame_regret(tree, behavior))
        for behavior in (ruled, *sorted(others, reverse=True))
    ]
    ways: dict[tuple[tuple[str, ...], ...], tuple[PathEnd, ...]] = {}
    for found_one in equilibria:
        ways.setdefault(tuple(end.actions for end in found_one.path), found_one.path)
    return TreeResult(
        game=tree,
        equilibria=tuple(equilibria),
        method="backward induction",
        complete=unique,
        concept="subgame-perfect",
        missing=missing,
        notes=tuple(notes),
        outcomes=tuple(ways.values()) if unique or outcomes is not None else None,
    )


def _behavior(tree: GameTree, choices: Choices) -> Behavior:
    chosen = dict(choices)
    return tuple(
        tuple(Fraction(int(chosen[each.index] == a)) for a in range(len(each.actions)))
        for each in tree.information_sets
    )


def _first(tree: GameTree) -> tuple[Choices, bool]:
    """Return the equilibrium in which the first of equals is chosen, and whether there were no equals."""
    values: list[Values] = [()] * len(tree.nodes)
    choices: list[tuple[int, int]] = []
    unique = True
    for node in reversed(tree.nodes):
        below = [values[child] for child in node.children]
        if node.kind == "terminal":
            values[node.index] = tuple(Fraction(value) for value in tree.payoffs(node.index))
        elif node.kind == "chance":
            values[node.index] = _average(node.probabilities, below)
        else:
            assert node.player is not None
            assert node.information_set is not None
            own = [value[node.player] for value in below]
            best = own.index(max(own))
            unique = unique and own.count(own[best]) == 1
            choices.append((node.information_set, best))
            values[node.index] = below[best]
    return tuple(choices), unique


def _average(odds: tuple[Fraction, ...], below: list[Values] | tuple[Values, ...]) -> Values:
    return tuple(
        sum((p * value for p, value in zip(odds, column, strict=True)), Fraction(0))
        for column in zip(*below, strict=True)
    )


def _all(tree: GameTree, limit: int) -> list[Choices] | None:
    """Return every pure equilibrium, or None if there are more than ``limit``."""
    found: list[list[tuple[Values, Choices]]] = [[] for _ in tree.nodes]
    for node in reversed(tree.nodes):
        here: list[tuple[Values, Choices]] = []
        if node.kind == "terminal":
            here.append((tuple(Fraction(value) for value in tree.payoffs(node.index)), ()))
        else:
            below = [found[child] for child in node.children]
            # Each combination of equilibria below extends to at least one here.
            if prod(len(each) for each in below) > limit:
                return None
            for combination in product(*below):
                values = [value for value, _ in combination]
                joined = tuple(pair for _, choices in combination for pair in choices)
                if node.kind == "chance":
                    here.append((_average(node.probabilities, values), joined))
                    continue
                assert node.player is not None
                assert node.information_set is not None
                most = max(value[node.player] for value in values)
                here += [
                    (value, (*joined, (node.information_set, a)))
                    for a, value in enumerate(values)
                    if value[node.player] == most
                ]
            if len(here) > limit:
                return None
            for child in node.children:
                found[child] = []
        found[node.index] = here
    return [choices for _, choices in found[0]]


def _outcomes(tree: GameTree, limit: int) -> Outcomes | None:
    """Return every outcome of a pure equilibrium with one equilibrium that has it, or None if too many."""
    found: list[Outcomes] = [{} for _ in tree.nodes]
    for node in reversed(tree.nodes):
        here: Outcomes = {}
        below = [found[child] for child in node.children]
        if node.kind == "terminal":
            here[node.index,] = (tuple(Fraction(value) for value in tree.payoffs(node.index)), ())
        elif node.kind == "chance":
            if prod(len(each) for each in below) > limit:
                return None
            for combination in product(*(each.items() for each in below)):
                ends = tuple(end for key, _ in combination for end in key)
                values = _average(node.probabilities, tuple(value for _, (value, _) in combination))
                here[ends] = (values, tuple(pair for _, (_, choices) in combination for pair in choices))
        else:
            i, own = node.player, node.information_set
            assert i is not None
            assert own is not None
            worst = [min(each.values(), key=lambda item: item[0][i]) for each in below]
            for a, each in enumerate(below):
                bar = max((worst[b][0][i] for b in range(len(below)) if b != a), default=None)
                for ends, (values, choices) in each.items():
                    if bar is None or values[i] >= bar:
                        others = tuple(pair for b, (_, other) in enumerate(worst) if b != a for pair in other)
                        here[ends] = (values, (*choices, *others, (own, a)))
            if len(here) > limit:
                return None
        found[node.index] = here
    return found[0]


def best_moves(tree: GameTree) -> set[tuple[int, int]]:
    """Return the moves (node, position of the action) that are best given how play goes on, by the first tie rule.

    None where moves are hidden: a move is then best only together with a belief.

    Examples
    --------
    >>> from detente.games.extensive import GameTree, decision, terminal
    >>> best_moves(GameTree(["a"], decision("a", {"left": terminal(1), "right": terminal(2)})))
    {(0, 1)}
    """
    if not tree.perfect_information:
        return set()
    chosen = backward_induction(tree, ties="first").equilibria[0].profile
    found = set()
    for node in tree.nodes:
        if node.player is None or node.information_set is None or not node.children:
            continue
        own = chosen[tree.players[node.player]][tree.information_sets[node.information_set].label]
        found.add((node.index, [own[action] for action in node.actions].index(1)))
    return found
