"""Which conventions survive when mistakes are rare: stochastic stability by minimum-cost trees.

One member at a time answers the play of the others. Without mistakes the process ends in recurrent classes, the
conventions. The cost of going from one to another is the least number of mistakes that leads there; a state is
stochastically stable if the trees that lead to its class from all others cost least (Young 1993; Kandori,
Mailath and Rob 1993). In a symmetric 2x2 game with two strict equilibria and many members that is the risk-dominant
one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.solve.chains import Chain
from detente.solve.dynamics.population_chain import Counts, states_of
from detente.solve.dynamics.populations import Populations, populations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.games.normal import NormalFormGame

__all__ = ["StochasticStability", "minimum_tree", "stochastic_stability"]

MAX_STATES = 20_000
MAX_CLASSES = 200

#: Counts of members by strategy, one tuple per population.
Position = tuple[Counts, ...]


@dataclass(frozen=True, eq=False)
class StochasticStability(Displayed):
    """The conventions of a population and what it costs to leave them.

    Attributes
    ----------
    classes : tuple
        The recurrent classes of best responses without mistakes, each the tuple of its states.
    costs : tuple of tuples
        ``costs[i][j]``: the least number of mistakes that leads from class i to class j.
    potentials : tuple
        The cost of the cheapest tree into each class.
    trees : tuple
        Of each class, the cheapest tree as pairs (from, to).
    """

    setting: Populations
    members: tuple[int, ...]
    classes: tuple[tuple[Position, ...], ...]
    costs: tuple[tuple[int, ...], ...]
    potentials: tuple[int, ...]
    trees: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def stable(self) -> tuple[int, ...]:
        """The indices of the stochastically stable classes."""
        least = min(self.potentials)
        return tuple(k for k, value in enumerate(self.potentials) if value == least)

    def name(self, k: int, labels: Mapping[str, str] | None = None) -> str:
        """Return a class in words: a uniform population by its strategies, else its states."""
        states = self.classes[k]
        if len(states) == 1:
            return self._state(states[0], labels or {})
        shown = " / ".join(self._state(each, labels or {}) for each in states[:3])
        return f"{len(states)} states: {shown}{' ..' if len(states) > 3 else ''}"

    def _state(self, state: Position, labels: Mapping[str, str]) -> str:
        parts = []
        for name, own, counts in zip(self.setting.names, self.setting.labels, state, strict=True):
            played = [(labels.get(label, label), count) for label, count in zip(own, counts, strict=True) if count]
            text = (
                f"all {played[0][0]}" if len(played) == 1 else ", ".join(f"{count} {label}" for label, count in played)
            )
            parts.append(text if self.setting.count == 1 else f"{labels.get(name, name)} {text}")
        return ", ".join(parts)

    def explain(self) -> tuple[str, ...]:
        """Return the answer in sentences."""
        names = " and ".join(f"({self.name(k)})" for k in self.stable)
        size = " and ".join(map(str, self.members))
        verb = "is" if len(self.stable) == 1 else "are"
        first = f"When mistakes are rare, {names} {verb} played almost always: stochastically stable."
        second = (
            f"{size} members answer, one at a time, the play of the others; of several best responses any; costs count "
            "mistakes; exact."
        )
        return first, second

    def to_json(self) -> dict[str, Any]:
        """Return classes, costs and trees as JSON values."""
        return {
            "dynamic": "stochastic-stability",
            "members": list(self.members),
            "classes": [self.name(k) for k in range(len(self.classes))],
            "costs": [list(row) for row in self.costs],
            "potentials": list(self.potentials),
            "trees": [[list(edge) for edge in tree] for tree in self.trees],
            "stable": list(self.stable),
        }

    def table(self) -> Table:
        """Return one class per row: its potential, and the cost of going to each other one."""
        count = range(len(self.classes))
        rows = tuple(
            (str(k + 1), self.name(k), str(self.potentials[k]), "yes" if k in self.stable else "no",
             ", ".join(f"{self.costs[k][j]} to {j + 1}" for j in count if j != k))
            for k in count
        )  # fmt: skip
        heads = ("#", "convention", "tree cost", "stable", "mistakes to leave")
        return Table("stochastic stability", heads, rows, self.explain())


def stochastic_stability(
    game: NormalFormGame | Populations, population: int | Sequence[int], count: int | None = None
) -> StochasticStability:
    """Return which conventions are stochastically stable, exactly.

    Parameters
    ----------
    population : int or pair
        The number of members; of each population where there are two.
    count : 1 or 2, optional
        Populations; see :func:`~detente.solve.dynamics.populations.populations`. Members of one population answer the
        play of the others in it, members of two answer the play of the other population.

    Raises
    ------
    UsageError
        If there are more than 20,000 states or 200 recurrent classes.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> stag = NormalFormGame([[[4, 0], [3, 3]], [[4, 3], [0, 3]]], strategies=[["stag", "hare"]] * 2)
    >>> found = stochastic_stability(stag, 20)
    >>> [found.name(k) for k in found.stable], found.costs
    (['all hare'], ((0, 5), (15, 0)))
    """
    setting = game if isinstance(game, Populations) else populations(game, count)
    members = (population,) * setting.count if isinstance(population, int) else tuple(population)
    if len(members) != setting.count or any(isinstance(n, bool) or not isinstance(n, int) or n < 2 for n in members):
        raise UsageError(
            f"found the population {population!r}; expected a whole number from 2 up, or one per population"
        )
    many = 1
    for n, size in zip(members, setting.sizes, strict=True):
        ways = 1
        for k in range(1, size):
            ways = ways * (n + k) // k
        many *= ways
        if many > MAX_STATES:
            raise UsageError(f"found more than {MAX_STATES} states; expected fewer members or strategies")
    tables = [[[Fraction(each) for each in row] for row in table] for table in setting.tables]
    states: list[Position] = list(
        product(*(list(states_of(n, size)) for n, size in zip(members, setting.sizes, strict=True)))
    )
    index = {state: k for k, state in enumerate(states)}
    free, paid = [], []
    for state in states:
        answers, mistakes = _moves(tables, state)
        free.append({index[each] for each in answers})
        paid.append({index[each] for each in mistakes})
    chain = Chain(tuple(dict.fromkeys(row, 1) if row else {k: 1} for k, row in enumerate(free)))
    classes = chain.recurrent
    if len(classes) > MAX_CLASSES:
        raise UsageError(f"found {len(classes)} recurrent classes; expected at most {MAX_CLASSES}")
    costs = [_cheapest(each, classes, free, paid) for each in classes]
    found = [minimum_tree(costs, root) for root in range(len(classes))]
    return StochasticStability(
        setting,
        members,
        tuple(tuple(states[k] for k in each) for each in classes),
        tuple(tuple(row) for row in costs),
        tuple(cost for cost, _ in found),
        tuple(tree for _, tree in found),
    )


def _moves(tables: Sequence[Any], state: Position) -> tuple[set[Position], set[Position]]:
    """Return the states to which one member leads by a best response, and those by any other choice."""
    answers: set[Position] = set()
    mistakes: set[Position] = set()
    for k, counts in enumerate(state):
        for gone, number in enumerate(counts):
            if not number:
                continue
            met = list(state[0] if len(tables) == 1 else state[1 - k])
            if len(tables) == 1:
                met[gone] -= 1
            pays = [sum(a * w for a, w in zip(row, met, strict=True)) for row in tables[k]]
            for new, value in enumerate(pays):
                after = list(counts)
                after[gone] -= 1
                after[new] += 1
                moved = (*state[:k], tuple(after), *state[k + 1 :])
                (answers if value == max(pays) else mistakes).add(moved)
    return answers, mistakes - answers


def _cheapest(
    start: Sequence[int], classes: Sequence[Sequence[int]], free: Sequence[set[int]], paid: Sequence[set[int]]
) -> list[int]:
    """Return the least number of mistakes from a class to every class: breadth first, free moves first."""
    cost = dict.fromkeys(start, 0)
    queue = deque(start)
    while queue:
        state = queue.popleft()
        here = cost[state]
        for more, moves in ((0, free[state]), (1, paid[state])):
            for target in moves:
                if here + more < cost.get(target, here + more + 1):
                    cost[target] = here + more
                    (queue.append if more else queue.appendleft)(target)
    return [min(cost[state] for state in each) for each in classes]


def minimum_tree(costs: Sequence[Sequence[int]], root: int) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Return cost and edges of the cheapest tree from every node into the root (Chu and Liu 1965, Edmonds 1967).

    ``costs[i][j]`` is the cost of the edge from i to j.

    Examples
    --------
    >>> minimum_tree([[0, 5, 1], [2, 0, 9], [4, 3, 0]], 0)
    (5, ((1, 0), (2, 1)))
    """
    count = range(len(costs))
    edges = [_Edge(i, j, costs[i][j]) for i in count for j in count if i not in {j, root}]
    chosen = {(edge.tail, edge.head) for edge in _branching(set(count), edges, root)}
    return sum(costs[i][j] for i, j in chosen), tuple(sorted(chosen))


@dataclass(frozen=True)
class _Edge:
    """An edge of a graph in which cycles may have been merged; ``inner`` is the edge that it stands for."""

    tail: int
    head: int
    cost: int
    inner: _Edge | None = None


def _branching(nodes: set[int], edges: list[_Edge], root: int) -> set[_Edge]:
    """Return a cheapest tree into the root: cheapest exits, cycles among them merged and opened again."""
    best: dict[int, _Edge] = {}
    for edge in edges:
        if edge.tail not in best or edge.cost < best[edge.tail].cost:
            best[edge.tail] = edge
    cycle = _cycle_among(best, root)
    if cycle is None:
        return set(best.values())
    merged = max(nodes) + 1
    reduced = []
    for edge in edges:
        if edge.tail in cycle and edge.head in cycle:
            continue
        if edge.tail in cycle:  # leaving here replaces the exit that this node has now
            reduced.append(_Edge(merged, edge.head, edge.cost - best[edge.tail].cost, edge))
        elif edge.head in cycle:
            reduced.append(_Edge(edge.tail, merged, edge.cost, edge))
        else:
            reduced.append(_Edge(edge.tail, edge.head, edge.cost, edge))
    found = {edge.inner for edge in _branching((nodes - cycle) | {merged}, reduced, root) if edge.inner is not None}
    left = next(edge.tail for edge in found if edge.tail in cycle)
    return found | {best[node] for node in cycle if node != left}


def _cycle_among(best: dict[int, _Edge], root: int) -> set[int] | None:
    """Return the nodes of a cycle that following cheapest exits leads into, if there is one."""
    done: set[int] = {root}
    for start in best:
        path: list[int] = []
        node = start
        while node not in done and node not in path:
            path.append(node)
            node = best[node].head
        if node in path:
            return set(path[path.index(node) :])
        done.update(path)
    return None
