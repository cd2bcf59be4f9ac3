"""Search for weak perfect Bayesian equilibria: beliefs by Bayes' rule where play arrives, anything elsewhere.

Cases, order and pruning are those of :mod:`detente.solve.trees._assessment_search`; two things differ. Beliefs at a
set that play does not reach are unknowns of their own, tied to nothing. And because beliefs at a player's
successive sets need not fit together, comparing single actions is not enough: at each set the strategy is
compared with every plan for the mover's moves from there on, as the definition asks (Mas-Colell, Whinston and
Green 1995, definition 9.C.2).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from detente.solve.programs._positive_system import add
from detente.solve.trees._assessment_search import AssessmentSearch

if TYPE_CHECKING:
    from detente.games.extensive import GameTree
    from detente.solve.programs._positive_system import Constraint, Polynomial

__all__ = ["WeakSearch"]

#: What the mover does from a set on: the action at each own set that may come.
Plan = dict[int, int]


class WeakSearch(AssessmentSearch):
    """All cases of weak perfect Bayesian equilibria of one tree."""

    def __init__(self, tree: GameTree, budget: float | None) -> None:
        super().__init__(tree, budget)
        self.by_sequence = False
        self.finishing = False

    def belief_weight(self, h: int, node: int) -> Polynomial:
        """Return the weight of a node in its set: by Bayes' rule where play arrives, else an unknown."""
        if self._arrives(h):
            return {self.weight(node, self.sets[h].player): self.odds[node]}
        return {(self.number(("belief", h, node)),): 1}

    def _arrives(self, h: int) -> bool:
        return any(all(a in (self.used[k] or ()) for k, a in self.moves[x]) for x in self.sets[h].nodes)

    def _orders(self) -> tuple[tuple[int, ...], ...] | None:
        """Return (), or None if the believed nodes are not those at which play is sure to arrive."""
        return () if self._bayes() else None

    def _finish(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - as in the base class
        self.finishing = True
        try:
            return super()._finish()
        finally:
            self.finishing = False

    def _start(self, h: int) -> dict[int, Polynomial]:
        """Return the weights of the believed nodes; before the case is complete they are free unknowns."""
        believed = self.believed[h] or ()
        if len(believed) == 1:
            return {believed[0]: {(): 1}}
        if self.finishing:
            return {x: self.belief_weight(h, x) for x in believed}
        return {x: {(self.number(("belief", h, x)),): 1} for x in believed}

    def _comparisons(self, h: int) -> list[Constraint] | None:
        used = self.used[h]
        assert used is not None
        start = self._start(h)
        base = self._play(h, start, {h: used[0]})
        made: list[Constraint] = []
        for action in range(len(self.sets[h].actions)):
            if action != used[0]:
                difference = dict(base)
                add(difference, self._play(h, start, {h: action}), -1)
                made.append(("zero" if action in used else "atleast", difference))
            for plan in self._plans(h, action):
                if len(plan) > 1:
                    difference = dict(base)
                    add(difference, self._play(h, start, plan), -1)
                    made.append(("atleast", difference))
        return made

    def _play(self, h: int, start: dict[int, Polynomial], plan: Plan) -> Polynomial:
        """Return the mover's payoff from a set on: ``plan`` where it speaks, else as in the case."""
        player = self.sets[h].player
        total: Polynomial = {}
        for x, weight in start.items():
            stack: list[tuple[int, Fraction | int, tuple[int, ...]]] = [(x, 1, ())]
            while stack:
                index, share, unknowns = stack.pop()
                node = self.tree.nodes[index]
                if node.kind == "terminal":
                    worth = share * self.payoff[index][player]
                    add(total, {tuple(sorted((*m, *unknowns))): c * worth for m, c in weight.items()})
                elif node.kind == "chance":
                    stack += [
                        (child, share * p, unknowns)
                        for child, p in zip(node.children, node.probabilities, strict=True)
                    ]
                else:
                    k = node.information_set
                    assert k is not None
                    if k in plan:
                        stack.append((node.children[plan[k]], share, unknowns))
                    else:
                        stack += [
                            (
                                node.children[a],
                                share,
                                (*unknowns, *self.factor(self.sets[k].player, ((k, a),))),
                            )
                            for a in self.used[k] or ()
                        ]
        return total

    def _plans(self, h: int, action: int) -> list[Plan]:
        """Return every plan that starts with ``action``, for the own sets that may come then."""
        player = self.sets[h].player
        reached: set[int] = set()
        stack = [self.tree.nodes[x].children[action] for x in self.believed[h] or ()]
        while stack:
            node = self.tree.nodes[stack.pop()]
            if node.player == player:
                assert node.information_set is not None
                reached.add(node.information_set)
            elif node.kind == "decision":
                assert node.information_set is not None
                stack += [node.children[a] for a in self.used[node.information_set] or ()]
            else:
                stack += node.children
        later = [
            [plan for a in range(len(self.sets[k].actions)) for plan in self._plans_at(k, a)]
            for k in sorted(reached)
        ]
        plans = []
        for parts in product(*later):
            plan: Plan = {h: action}
            for part in parts:
                plan.update(part)
            plans.append(plan)
        return plans

    def _plans_at(self, k: int, action: int) -> list[Plan]:
        """Return the plans from a later set on, wherever in it play may be."""
        believed = self.believed[k]
        self.believed[k] = self.sets[k].nodes
        try:
            return self._plans(k, action)
        finally:
            self.believed[k] = believed
