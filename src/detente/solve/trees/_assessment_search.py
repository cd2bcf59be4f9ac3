"""Search for sequential equilibria by the actions used and the nodes believed in, each case a linear system.

*Cases.* A case names for each information set h the actions S(h) that its mover uses and the nodes B(h) that
it thinks possible: a basis in the sense of Kreps and Wilson. A labelling gives every unused action an order k
>= 1 (used ones have order 0) such that B(h) are the nodes of h of least total order; it exists if and only if
a linear program has a solution. An assessment with this basis is consistent if and only if, for some
labelling and some coefficients c > 0, its beliefs are the limits of Bayes' rule where unused actions have
probability c e^k (Kreps and Wilson 1982, lemmas A1 and A2).

*Unknowns.* With two players, one unknown per sequence of a player's own moves: the leading coefficient of the
probability of making them. Own moves cancel from a player's beliefs, so all that a player compares is linear
in the unknowns of the other: a case is a linear system per player, decided exactly. With more players, one
unknown per action; where products of unknowns remain, those that the linear part pins down are put in, and if
products are left over the case is undecided and said so.

*Search.* Sets are taken from the last to the first. What a player compares at a set depends on what is used
after it, and on the weights of its own nodes, so most cases fall as soon as they are formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from detente.solve.programs._positive_system import add, as_linear, positive_point
from detente.solve.programs._rational_lp import maximize
from detente.solve.trees._search_base import SearchBase, subsets
from detente.solve.trees._settling import Settled, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.games.extensive import GameTree
    from detente.solve.programs._positive_system import Constraint, Linear, Polynomial

__all__ = ["AssessmentSearch", "Case"]

#: Worths of actions that are kept for use again.
MOST_VALUES = 200_000


@dataclass(frozen=True)
class Case:
    """A feasible case: used actions and believed nodes by set, the linear system, and orders that prove it.

    ``pinned`` holds unknowns that have one value; ``products`` the numbers of unknowns that stand for a
    product.
    """

    used: tuple[tuple[int, ...], ...]
    believed: tuple[tuple[int, ...], ...]
    rows: tuple[Linear, ...]
    pinned: dict[int, Fraction]
    products: dict[tuple[int, ...], int]
    orders: tuple[tuple[int, ...], ...]


class AssessmentSearch(SearchBase):
    """All cases of sequential equilibria of one tree."""

    def __init__(self, tree: GameTree, budget: float | None) -> None:
        super().__init__(tree, budget)
        self.by_sequence = len(tree.players) <= 2
        self.believed: list[tuple[int, ...] | None] = [None] * len(self.sets)
        self.found: tuple[tuple[int, ...], ...] = ()
        self.values: dict[object, Polynomial | None] = {}
        #: The sets on which the worth of an action at a set may depend: those before and behind it.
        self.near = [
            sorted({k for x in each.nodes for k, _ in self.moves[x]} | self.below[each.index])
            for each in self.sets
        ]
        #: Whether the moves at a set bear on which nodes of some set are likeliest.
        ordered = {
            k for each in self.sets if len(each.nodes) > 1 for x in each.nodes for k, _ in self.moves[x]
        }
        self.orders_matter = [len(each.nodes) > 1 or each.index in ordered for each in self.sets]
        self.own = [tree.own_sequence(each.nodes[0], each.player) for each in self.sets]
        self.sequences = [
            [tree.own_sequence(x.index, player) for x in tree.nodes] for player in range(len(tree.players))
        ]

    def cases(self) -> Iterator[Case]:
        """Yield every feasible case; ``undecided`` and ``stopped`` tell afterwards what was left open."""
        yield from self._descend(0, ())

    def _descend(self, position: int, rows: tuple[Linear, ...]) -> Iterator[Case]:
        if position == len(self.order):
            case = self._finish()
            if case is not None:
                yield case
            return
        h = self.order[position]
        nodes = self.sets[h].nodes
        for chosen in subsets(len(nodes)):
            self.believed[h] = tuple(nodes[k] for k in chosen)
            allowed = self.allowed(h, self.believed[h] or ())
            for pick in subsets(len(allowed)):
                if self.late():
                    break
                self.used[h] = tuple(allowed[k] for k in pick)
                if self.orders_matter[h] and not self._bayes():
                    continue
                grown = self._grow(position, rows)
                if grown is not None and (not self.orders_matter[h] or self._orders() is not None):
                    yield from self._descend(position + 1, grown)
            self.used[h] = None
        self.believed[h] = None

    def _grow(self, position: int, rows: tuple[Linear, ...]) -> tuple[Linear, ...] | None:
        """Return the rows with those that the k-th set adds, or None if there is no positive solution."""
        added: list[Constraint] = self._links(self.order[position])
        for h in self.ready[position]:
            compared = self._comparisons(h)
            if compared is None:
                return None
            added += compared
        grown = list(rows)
        for constraint in added:
            linear = as_linear(constraint)
            if linear is False:
                return None
            if isinstance(linear, tuple):
                grown.append(linear)
        return tuple(grown) if positive_point(grown) is not None else None

    # Unknowns.

    def factor(self, player: int, sequence: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
        """Return the unknowns whose product is the leading coefficient of a player's moves."""
        if self.by_sequence:
            while sequence and self.used[sequence[-1][0]] == (sequence[-1][1],):
                sequence = sequence[:-1]
            return (self.number((player, sequence)),) if sequence else ()
        return tuple(self.number(move) for move in sequence if self.used[move[0]] != (move[1],))

    def weight(self, node: int, but: int) -> tuple[int, ...]:
        """Return the unknowns whose product, times the odds of chance, weighs a node for player ``but``."""
        return tuple(
            sorted(
                unknown
                for player in range(len(self.tree.players))
                if player != but
                for unknown in self.factor(player, self.sequences[player][node])
            )
        )

    def belief_weight(self, h: int, node: int) -> Polynomial:
        """Return what a believed node weighs in its set."""
        return {self.weight(node, self.sets[h].player): self.odds[node]}

    def share(self, h: int, action: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the monomials whose ratio is the probability of an action (its coefficient, if unused)."""
        player = self.sets[h].player
        if self.by_sequence:
            return self.factor(player, (*self.own[h], (h, action))), self.factor(player, self.own[h])
        return self.factor(player, ((h, action),)), ()

    def _links(self, h: int) -> list[Constraint]:
        """Return what ties the unknowns of a set: used actions take up all of the probability."""
        used = self.used[h]
        assert used is not None
        player = self.sets[h].player
        if len(used) == 1:
            key: object = (player, (*self.own[h], (h, used[0]))) if self.by_sequence else (h, used[0])
            if key not in self.numbers:
                return []
            # Rows made before this set was assigned speak of the action by its own unknown.
            tops: list[tuple[int, ...]] = [(self.numbers[key],)]
        else:
            tops = [self.share(h, a)[0] for a in used]
        polynomial: Polynomial = {self.share(h, used[0])[1]: -1}
        for top in tops:
            add(polynomial, {top: 1})
        return [("zero", polynomial)]

    # What a player compares.

    def _comparisons(self, h: int) -> list[Constraint] | None:
        """Return the comparisons of the actions at a set, or None if it contradicts a later set."""
        values = []
        for action in range(len(self.sets[h].actions)):
            key = (h, action, self.believed[h], *((self.used[k], self.believed[k]) for k in self.near[h]))
            if key in self.values:
                value = self.values[key]
            else:
                if len(self.values) > MOST_VALUES:
                    self.values.clear()
                value = self.values[key] = self._value(h, action)
            if value is None:
                return None
            values.append(value)
        used = self.used[h]
        assert used is not None
        made: list[Constraint] = []
        for action, value in enumerate(values):
            if action != used[0]:
                difference = dict(values[used[0]])
                add(difference, value, -1)
                made.append(("zero" if action in used else "atleast", difference))
        return made

    def _value(self, h: int, action: int) -> Polynomial | None:
        """Return what an action brings, weighted by the believed nodes; own later sets at their best."""
        player = self.sets[h].player
        nodes = self.believed[h]
        assert nodes is not None
        total: Polynomial = {}
        reached: dict[int, set[int]] = {}
        stack = [self.tree.nodes[x].children[action] for x in nodes]
        while stack:
            node = self.tree.nodes[stack.pop()]
            if node.kind == "terminal":
                worth = self.odds[node.index] * self.payoff[node.index][player]
                add(total, {self.weight(node.index, player): worth})
            elif node.kind == "chance":
                stack += node.children
            elif node.player == player:
                assert node.information_set is not None
                reached.setdefault(node.information_set, set()).add(node.index)
            else:
                assert node.information_set is not None
                stack += [node.children[a] for a in self.used[node.information_set] or ()]
        for k, inside in reached.items():
            # Consistency: where play may lead from here, beliefs follow from these by Bayes' rule.
            if set(self.believed[k] or ()) != inside:
                return None
            later = self._value(k, (self.used[k] or (0,))[0])
            if later is None:
                return None
            add(total, later)
        return total

    # Orders and the end of a branch.

    def _orders(self) -> tuple[tuple[int, ...], ...] | None:
        """Return whole orders that make the believed nodes those of least order, or None."""
        if not self._bayes():
            return None
        place: dict[tuple[int, int], int] = {}
        least: list[int] = []
        for h, each in enumerate(self.sets):
            for a in range(len(each.actions)):
                used = self.used[h]
                if used is None or a not in used:
                    place[h, a] = len(least)
                    least.append(0 if used is None else 1)

        def row(x: int, y: int) -> list[int]:
            made = [0] * len(least)
            for node, sign in ((x, 1), (y, -1)):
                for move in self.moves[node]:
                    if move in place:
                        made[place[move]] += sign
            return made

        equal: list[tuple[list[int], int]] = []
        above: list[tuple[list[int], int]] = []
        for h, each in enumerate(self.sets):
            believed = self.believed[h]
            if believed is None:
                continue
            for x in each.nodes:
                if x != believed[0]:
                    form = row(x, believed[0])
                    base = -sum(f * b for f, b in zip(form, least, strict=True))
                    (equal if x in believed else above).append((form, base + (x not in believed)))
        found = maximize([-1] * len(least), equal, above) if equal or above else None
        if found is None and (equal or above):
            return None
        whole = (
            [Fraction(b) for b in least]
            if found is None
            else [b + v for b, v in zip(least, found.point, strict=True)]
        )
        scale = lcm(*(v.denominator for v in whole)) if whole else 1
        return tuple(
            tuple(int(whole[place[h, a]] * scale) if (h, a) in place else 0 for a in range(len(each.actions)))
            for h, each in enumerate(self.sets)
        )

    def _bayes(self) -> bool:
        """Return whether sets at which play is sure to arrive are believed in where it arrives."""
        for h, each in enumerate(self.sets):
            believed = self.believed[h]
            if believed is None or len(each.nodes) == 1:
                continue
            arrives, misses = set(), set()
            for x in each.nodes:
                known = [(self.used[k], a) for k, a in self.moves[x]]
                if any(used is not None and a not in used for used, a in known):
                    misses.add(x)
                elif all(used is not None for used, _ in known):
                    arrives.add(x)
            if arrives and (arrives - set(believed) or misses & set(believed)):
                return False
        return True

    def _finish(self) -> Case | None:
        """Return the case that is now fully assigned, if it has a solution; note it where that stays open."""
        if self.by_sequence:
            orders = self._orders()
            assert orders is not None
            # Linear throughout, and found to have a solution on the way; its rows are made when it is looked
            # at.
            return Case(
                tuple(each or () for each in self.used),
                tuple(each or () for each in self.believed),
                (),
                {},
                {},
                orders,
            )
        constraints = self.constraints()
        if constraints is None:
            return None
        used = tuple(each or () for each in self.used)
        free = {
            self.numbers[h, a]
            for h, each in enumerate(self.sets)
            for a in range(len(each.actions))
            if a not in used[h] and (h, a) in self.numbers
        } | {n for key, n in self.numbers.items() if isinstance(key, tuple) and key[0] == "belief"}
        settled = settle(constraints, free, len(self.numbers))
        if settled is None:
            return None
        if settled == "open":
            self.undecided.append(used)
            return None
        assert isinstance(settled, Settled)
        orders = self._orders()
        if orders is None:
            return None
        return Case(
            used,
            tuple(each or () for each in self.believed),
            settled.rows,
            settled.pinned,
            settled.products,
            orders,
        )

    def constraints(self) -> list[Constraint] | None:
        """Return all constraints of a case that is fully assigned."""
        constraints: list[Constraint] = []
        for h in range(len(self.sets)):
            if len(self.used[h] or ()) > 1:
                constraints += self._links(h)
            compared = self._comparisons(h)
            if compared is None:
                return None
            constraints += compared
        return constraints

    def rows(self, case: Case) -> tuple[Linear, ...]:
        """Return the linear rows of a case."""
        if not self.by_sequence:
            return case.rows
        linear = [as_linear(constraint) for constraint in self.constraints() or ()]
        return tuple(row for row in linear if isinstance(row, tuple))
