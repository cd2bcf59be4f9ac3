"""Subgame-perfect equilibria of trees with imperfect information, by recursion over subgames."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from detente.errors import UsageError
from detente.games._strategies import strategies
from detente.games.extensive import GameTree, Move, terminal
from detente.games.normal import NormalFormGame
from detente.solve.equilibria import equilibria
from detente.solve.trees._tree_values import node_values, require_recall, subgame_regret
from detente.solve.trees.backward_induction import backward_induction
from detente.solve.trees.tree_result import TreeResult, tree_equilibrium
from detente.solve.two_players.enumeration import enumerate_extreme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games._strategies import Strategy
    from detente.solve.trees._tree_values import Behavior

__all__ = ["subgame_perfect"]

Values = tuple[Fraction, ...]
#: Probabilities at some information sets, by index of the set.
Part = dict[int, tuple[Fraction, ...]]


def subgame_perfect(tree: GameTree, *, limit: int = 1000, budget: float | None = None) -> TreeResult:
    """Return the subgame-perfect equilibria of a tree: strategies that are an equilibrium in every subgame.

    Parameters
    ----------
    tree : GameTree
        Perfect recall. With perfect information throughout, :func:`~detente.solve.trees.backward_induction`
        answers.
    limit : int
        Largest number of equilibria that are kept, in any subgame.
    budget : float, optional
        Seconds after which no further subgame is solved; the answer is then empty or partial, never complete.

    Returns
    -------
    TreeResult
        Every combination of equilibria of the subgames. ``complete`` is True where each subgame has finitely
        many equilibria in reduced strategies and all were found; else ``missing`` names the subgame and what
        is missing. The regret is the largest gain of a player by any deviation in any subgame, computed apart
        from the search.

    Raises
    ------
    UsageError
        If a player forgets, or a subgame is too large for its normal form (300,000 profiles).

    Notes
    -----
    The last subgames are solved first, each in its reduced normal form with its own subgames replaced by
    payoffs, once for each combination of their equilibria (Selten 1965; Kaminski 2019 for the recursion). In
    a subgame where

    - two players move, the exact enumerator finds every extreme equilibrium. A connected set of more than
      one point is represented by its extreme points, and the result is not complete;
    - one player moves, the same with an opponent who has one strategy;
    - three or more move, the isolated equilibria are found (:mod:`~detente.solve.many_players.nplayer`); of a
      subgame with more than 200 profiles, and where probabilities are irrational, the pure ones alone.

    Mixed strategies become behavior (Kuhn 1953, theorem 4). A set that a player's own strategy rules out in
    its subgame leaves the choice open; the first action stands there.

    Cost: that of the equilibria of the largest subgame, times the number of combinations.

    References
    ----------
    R. Selten (1965), "Spieltheoretische Behandlung eines Oligopolmodells mit Nachfragetraegheit", Zeitschrift
    fuer die gesamte Staatswissenschaft 121. M. M. Kaminski (2019), "Generalized backward induction", Games 10
    (3), 34.

    Examples
    --------
    Before a battle of the sexes, player 1 may stay out:

    >>> from detente.games.extensive import GameTree, decision, terminal
    >>> tree = GameTree(["1", "2"], decision("1", {
    ...     "out": terminal(2, 0),
    ...     "in": decision("1", {
    ...         "B": decision("2", {"B": terminal(3, 1), "S": terminal(0, 0)}, "blind"),
    ...         "S": decision("2", {"B": terminal(0, 0), "S": terminal(1, 3)}, "blind"),
    ...     }, "inside"),
    ... }, "start"))
    >>> result = subgame_perfect(tree)
    >>> [[str(weight) for weight in each.payoffs.values()] for each in result.equilibria], result.complete
    ([['2', '0'], ['2', '0'], ['3', '1']], True)
    """
    if not isinstance(limit, int) or limit < 1:
        raise UsageError(f"limit: found {limit!r}; expected an integer of at least 1")
    if budget is not None and not budget >= 0:
        raise UsageError(f"budget: found {budget!r}; expected seconds, 0 or more, or None")
    require_recall(tree, "subgame-perfect equilibria")
    if tree.perfect_information:
        return backward_induction(tree, limit=limit)
    run = _Run(tree, limit, None if budget is None else time.monotonic() + budget)
    found = run.solve()
    behaviors = sorted({_behavior(tree, part) for part in found}, reverse=True)
    return TreeResult(
        game=tree,
        equilibria=tuple(tree_equilibrium(tree, each, subgame_regret(tree, each)) for each in behaviors),
        method="recursion over subgames",
        complete=not run.missing,
        concept="subgame-perfect",
        missing="; ".join(dict.fromkeys(run.missing)),
        notes=tuple(dict.fromkeys(run.notes)),
    )


def _behavior(tree: GameTree, part: Part) -> Behavior:
    return tuple(part[each.index] for each in tree.information_sets)


@dataclass
class _Run:
    """One recursion: the solutions of each subgame, last subgames first."""

    tree: GameTree
    limit: int
    deadline: float | None
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def solve(self) -> list[Part]:
        """Return the equilibria of the whole tree as probabilities by set."""
        solutions: dict[int, list[tuple[Part, Values]]] = {}
        for root in reversed(self.tree.subgame_roots):
            below = self._next_roots(root, solutions)
            here: list[tuple[Part, Values]] = []
            solved: dict[tuple[Values, ...], list[tuple[Part, Values]]] = {}
            for combination in product(*(solutions[child] for child in below)):
                if self.deadline is not None and time.monotonic() > self.deadline:
                    self.missing.append(f"the budget ran out in the subgame at {self._name(root)}")
                    break
                values = tuple(value for _, value in combination)
                if values not in solved:
                    solved[values] = self._local(root, dict(zip(below, values, strict=True)))
                joined: Part = {}
                for part, _ in combination:
                    joined.update(part)
                here += [({**joined, **part}, value) for part, value in solved[values]]
                if len(here) > self.limit:
                    self.missing.append(
                        f"equilibria beyond {self.limit} in the subgame at {self._name(root)}"
                    )
                    del here[self.limit :]
                    break
            for child in below:
                del solutions[child]
            solutions[root] = here
        return [part for part, _ in solutions[0]]

    def _name(self, root: int) -> str:
        return "the root" if root == 0 else repr(self.tree.node_labels[root])

    def _next_roots(self, root: int, solved: dict[int, list[tuple[Part, Values]]]) -> list[int]:
        """Return the roots of the largest proper subgames of a subgame: those solved and not yet absorbed."""
        return [index for index in sorted(solved) if root < index < self.tree.ends[root]]

    def _local(self, root: int, replaced: dict[int, Values]) -> list[tuple[Part, Values]]:
        """Return the equilibria of one subgame whose own subgames pay ``replaced``."""
        import numpy as np

        game, sets = _local_tree(self.tree, root, replaced)
        movers = [i for i in range(len(game.players)) if game.sets_of(i)]
        own = [strategies(game, i, reduced=True) for i in movers]
        normal = game.reduced_normal_form()
        # Players without a move have one strategy; their axes go.
        tables = [normal.payoffs[i].reshape([len(each) for each in own]) for i in movers]
        profiles: list[tuple[tuple[Fraction, ...], ...]]
        if not movers:
            profiles = [()]
        elif len(movers) <= 2:
            rows = tables[0].reshape(len(own[0]), -1)
            columns = tables[1] if len(movers) == 2 else rows * 0
            left = None if self.deadline is None else max(0.0, self.deadline - time.monotonic())
            found = enumerate_extreme(rows.tolist(), columns.tolist(), budget=left)
            profiles = [pair[: len(movers)] for pair in found.equilibria]
            if not found.complete:
                self.missing.append(f"in the subgame at {self._name(root)}: {found.missing}")
            if len(found.components) < len(found.equilibria):
                self.missing.append(
                    f"a continuum of equilibria in the subgame at {self._name(root)}; "
                    "its extreme points stand for it"
                )
        else:
            profiles = self._several(NormalFormGame(np.stack(tables)), root)
        made: dict[tuple[tuple[int, tuple[Fraction, ...]], ...], Values] = {}
        for mixed in profiles:
            part = self._kuhn(game, movers, own, mixed)
            behavior = _behavior(game, part)
            made[tuple((sets[k], weights) for k, weights in sorted(part.items()))] = node_values(
                game, behavior
            )[0]
        return [(dict(key), value) for key, value in made.items()]

    def _several(self, game: NormalFormGame, root: int) -> list[tuple[tuple[Fraction, ...], ...]]:
        """Return the equilibria of a subgame of three players and more; those with irrational numbers are left out."""
        where = f"the subgame at {self._name(root)}"
        left = None if self.deadline is None else max(0.0, self.deadline - time.monotonic())
        found = equilibria(game, budget=left)
        if not found.complete:
            self.missing.append(f"in {where}: {found.missing or 'more equilibria'}")
        profiles = []
        for each in found.equilibria:
            if all(isinstance(weight, (int, Fraction)) for row in each.mixed for weight in row):
                profiles.append(tuple(tuple(Fraction(weight) for weight in row) for row in each.mixed))
            else:
                self.missing.append(f"an equilibrium with irrational probabilities in {where}")
        return profiles

    def _kuhn(
        self,
        game: GameTree,
        movers: Sequence[int],
        own: Sequence[Sequence[Strategy]],
        mixed: Sequence[Sequence[Fraction]],
    ) -> Part:
        """Return mixed reduced strategies as behavior at every set of the local game."""
        part: Part = {}
        for k, player in enumerate(movers):
            for each in game.sets_of(player):
                totals = [
                    sum(
                        (
                            w
                            for chosen, w in zip(own[k], mixed[k], strict=True)
                            if chosen.get(each.index) == a
                        ),
                        Fraction(0),
                    )
                    for a in range(len(each.actions))
                ]
                if not any(totals):
                    totals[0] = Fraction(1)
                    self.notes.append(
                        "at sets that a player's own strategy rules out the first action stands for any"
                    )
                part[each.index] = tuple(weight / sum(totals) for weight in totals)
        return part


def _local_tree(tree: GameTree, root: int, replaced: dict[int, Values]) -> tuple[GameTree, list[int]]:
    """Return a subgame as a tree of its own, and the index in ``tree`` of each of its sets."""
    inside: list[int] = []
    index = root
    while index < tree.ends[root]:
        inside.append(index)
        index = tree.ends[index] if index in replaced else index + 1
    made: dict[int, Move] = {}
    for index in reversed(inside):
        node = tree.nodes[index]
        if index in replaced:
            made[index] = terminal(*replaced[index])
        elif node.kind == "terminal":
            made[index] = terminal(*(Fraction(value) for value in tree.payoffs(index)))
        else:
            odds = node.probabilities or (None,) * len(node.actions)
            made[index] = Move(
                node.kind,
                node.player,
                None if node.information_set is None else str(node.information_set),
                tuple(
                    (a, p, made[child]) for a, p, child in zip(node.actions, odds, node.children, strict=True)
                ),
            )
    local = GameTree(tree.players, made[root])
    return local, [int(each.label) for each in local.information_sets]
