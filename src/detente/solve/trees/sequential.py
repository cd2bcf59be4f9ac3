"""Sequential equilibria and weak perfect Bayesian equilibria of small trees, exact, with their beliefs."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.solve.trees._assessment_search import AssessmentSearch
from detente.solve.trees._families import belief_vertices, family, member, solution
from detente.solve.trees._tree_values import limit_beliefs, reach, require_recall, set_regret
from detente.solve.trees._weak_search import WeakSearch
from detente.solve.trees.tree_result import TreeEquilibrium, TreeResult, by_action, tree_equilibrium

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.games.extensive import GameTree
    from detente.solve.trees._assessment_search import Case
    from detente.solve.trees._families import Family, Range

__all__ = ["sequential_equilibria", "weak_perfect_bayesian"]


def sequential_equilibria(tree: GameTree, *, budget: float | None = None) -> TreeResult:
    r"""Return the sequential equilibria of a tree: strategies with consistent beliefs that make them optimal.

    Parameters
    ----------
    tree : GameTree
        Perfect recall, positive chance probabilities; some 50 terminal nodes.
    budget : float, optional
        Seconds after which to stop with what was found, ``complete`` False.

    Returns
    -------
    TreeResult
        One entry per *family*: all sequential equilibria in which the same actions are used. It shows one
        member, and the exact closed range of each probability that varies within the family
        (``strategy_ranges``, ``belief_ranges``); several entries share the used actions only where one box of
        ranges would not do. Where the strategy is fixed and beliefs vary freely of one another,
        ``belief_vertices`` gives their polytopes, all of whose points belong. Ranges hold
        for each number on its own; each end is that of a sequential equilibrium, in which an action may be
        unused or a node ruled out.

        ``complete`` is True if every sequential equilibrium belongs to a listed family. With two players that
        is always so unless the budget runs out. With three or more, a case where the unknown probabilities of
        several players multiply each other may stay undecided: ``missing`` says how many. Every pure
        equilibrium is found in any case in which beliefs leave no such products.

    Raises
    ------
    UsageError
        If a player forgets, or a chance move has probability 0.

    Notes
    -----
    An assessment is a behavior strategy :math:`\sigma` with beliefs :math:`\mu` at each information set. It
    is *sequentially rational* if at every set the mover cannot gain by any change of its whole strategy from
    there on, given :math:`\mu` and the others' :math:`\sigma`; and *consistent* if it is the limit of
    completely mixed strategies with beliefs by Bayes' rule (Kreps and Wilson 1982).

    *Certificate.* Each member carries ``trembles``: played with probability :math:`c\,\varepsilon^k` each
    unused action gives a completely mixed strategy whose beliefs tend to those stated; the limit is worked
    out afresh and must agree exactly. Rationality is checked at every set by dynamic programming over the
    mover's later sets, and ``regret`` (exactly 0) is the largest gain found. Neither check uses the search.

    *Search.* Over the actions used and the nodes believed in, see :mod:`detente.solve.trees._assessment_search`.
    Cost: the number of families, which is exponential in the number of sets off the path in the worst case. A
    signaling tree of 24 ends takes some seconds, one of 48 ends with many ties may take minutes: give a
    budget.

    References
    ----------
    D. M. Kreps and R. Wilson (1982), "Sequential equilibria", Econometrica 50, 863-894.

    Examples
    --------
    Kreps and Wilson's figure 1 idea: player 2 moves without knowing whether L or M was played.

    >>> from detente.games.extensive import GameTree, decision, terminal
    >>> tree = GameTree(["1", "2"], decision("1", {
    ...     "A": terminal(2, 2),
    ...     "L": decision("2", {"l": terminal(3, 1), "r": terminal(0, 0)}, "h"),
    ...     "M": decision("2", {"l": terminal(1, 1), "r": terminal(0, 3)}, "h"),
    ... }))
    >>> for each in sequential_equilibria(tree).equilibria:
    ...     print(each, "|", each.belief_text())
    1 [1] A; 2 [h] r | [h] L 1/3 in [0, 2/3], M 2/3 in [1/3, 1]
    1 [1] L; 2 [h] l | [h] L 1
    1 [1] A; 2 [h] 1/3 l + 2/3 r | [h] L 2/3, M 1/3
    """
    _check(tree, "sequential equilibria", budget)
    search = AssessmentSearch(tree, budget)
    kept = _families(search)
    equilibria = [_member(search, made) for own in kept for made in own]
    return _result(tree, equilibria, "sequential", search, kept)


def _families(search: AssessmentSearch) -> list[list[Family]]:
    """Return the families by used actions, fewest actions first, without those that lie in another."""
    grouped: dict[tuple[tuple[int, ...], ...], list[Case]] = {}
    for case in search.cases():
        grouped.setdefault(case.used, []).append(case)
    made = []
    for used in sorted(grouped, key=lambda each: (sum(len(own) for own in each), each)):
        kept: list[Family] = []
        for case in sorted(grouped[used], key=lambda each: -sum(len(nodes) for nodes in each.believed)):
            fresh = family(search, case)
            if not any(other.covers(fresh) for other in kept):
                kept.append(fresh)
        made.append(kept)
    return made


def _check(tree: GameTree, what: str, budget: float | None) -> None:
    if budget is not None and not budget >= 0:
        raise UsageError(f"budget: found {budget!r}; expected seconds, 0 or more, or None")
    require_recall(tree, what)
    for node in tree.nodes:
        if any(share == 0 for share in node.probabilities):
            label = tree.node_labels[node.index]
            raise UsageError(
                f"found a chance move of probability 0 at {label!r}; {what} need positive ones; remove it"
            )


def _result(
    tree: GameTree,
    equilibria: list[TreeEquilibrium],
    concept: str,
    search: AssessmentSearch,
    kept: list[list[Family]],
) -> TreeResult:
    notes = []
    if any(r is None for own in kept for made in own for r in _all_ranges(made)):
        notes.append(
            "where several players' unknown probabilities multiply, a family shows a member without ranges"
        )
    missing = []
    if search.stopped:
        missing.append("the budget ran out")
    open_cases = len(set(search.undecided))
    if open_cases:
        missing.append(
            f"{open_cases} sets of used actions in which unknown probabilities multiply are undecided; "
            "all are mixed or rest on mixed play"
        )
    return TreeResult(
        game=tree,
        equilibria=tuple(equilibria),
        method="search over used actions and believed nodes",
        complete=not missing,
        concept=concept,
        missing="; ".join(missing),
        notes=tuple(notes),
    )


def _all_ranges(made: Family) -> list[Range | None]:
    return [r for own in made.actions.values() for r in own] + [
        r for own in made.beliefs.values() for r in own.values()
    ]


def _member(search: AssessmentSearch, made: Family) -> TreeEquilibrium:
    """Return a member of a family, certified apart from the search, with the ranges of the family."""
    tree = search.tree
    behavior, coefficients = member(search, made)
    orders = made.case.orders
    beliefs = limit_beliefs(tree, orders, coefficients)
    regret = max(
        (set_regret(tree, h, behavior, beliefs[h]) for h in range(len(search.sets))), default=Fraction(0)
    )
    proper = all(
        sum(row) == 1
        and all((k == 0) == (p > 0) and c > 0 for k, p, c in zip(ks, row, cs, strict=True))
        and {x for x, weight in belief.items() if weight} == set(nodes)
        for row, ks, cs, belief, nodes in zip(
            behavior, orders, coefficients, beliefs, made.case.believed, strict=True
        )
    )
    if regret != 0 or not proper:
        raise AssertionError(f"not a sequential equilibrium: regret {regret} at {behavior}; please report")
    number: Any = float if tree.arithmetic == "float" else Fraction
    corners = belief_vertices(search, made, behavior)
    return tree_equilibrium(
        tree,
        behavior,
        regret,
        beliefs,
        **named_ranges(tree, made.actions, made.beliefs, number),
        belief_vertices=_named_vertices(tree, corners or {}, number),
        trembles=by_action(
            tree,
            [
                [(k, number(c)) for k, c in zip(ks, cs, strict=True)]
                for ks, cs in zip(orders, coefficients, strict=True)
            ],
        ),
    )


def named_ranges(
    tree: GameTree,
    actions: Mapping[int, Sequence[Range | None]],
    beliefs: Mapping[int, Mapping[int, Range | None]],
    number: Any,
) -> dict[str, Any]:
    """Return the ranges that are more than a point, under the names of players, sets, actions and nodes."""
    strategy: dict[str, Any] = {}
    believed: dict[str, Any] = {}
    for each in tree.information_sets:
        name = tree.players[each.player]
        varying = {
            label: (number(r[0]), number(r[1]))
            for label, r in zip(each.actions, actions[each.index], strict=True)
            if r is not None and r[0] != r[1]
        }
        if varying:
            strategy.setdefault(name, {})[each.label] = varying
        nodes = {
            tree.node_labels[x]: (number(r[0]), number(r[1]))
            for x, r in beliefs[each.index].items()
            if r is not None and r[0] != r[1]
        }
        if nodes:
            believed.setdefault(name, {})[each.label] = nodes
    return {"strategy_ranges": strategy, "belief_ranges": believed}


def _named_vertices(
    tree: GameTree, corners: Mapping[int, tuple[dict[int, Fraction], ...]], number: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for h, points in corners.items():
        each = tree.information_sets[h]
        made.setdefault(tree.players[each.player], {})[each.label] = tuple(
            {tree.node_labels[x]: number(weight) for x, weight in point.items()} for point in points
        )
    return made


def weak_perfect_bayesian(tree: GameTree, *, budget: float | None = None) -> TreeResult:
    """Return the weak perfect Bayesian equilibria: rational everywhere, Bayes' rule on the path.

    Parameters
    ----------
    tree, budget
        As in :func:`sequential_equilibria`.

    Returns
    -------
    TreeResult
        Families as in :func:`sequential_equilibria`, without ``trembles``. Every sequential equilibrium
        belongs to one. ``complete`` is False where the budget ran out, or where a case with products of
        unknown probabilities (a player who mixes and mixes again, several who mix) stays undecided.

    Notes
    -----
    At every information set the strategy must be optimal among all strategies from there on, given the
    beliefs there. Beliefs follow Bayes' rule at sets that play reaches with positive probability and are
    arbitrary at others: such an equilibrium need not even be subgame perfect. Both conditions are checked
    again apart from the search; ``regret`` is exactly 0.

    References
    ----------
    A. Mas-Colell, M. D. Whinston and J. R. Green (1995), Microeconomic Theory, definition 9.C.3.

    Examples
    --------
    Only beliefs that do not follow from play support (A, r) here: 2 must think M at least as likely as not.

    >>> from detente.games.extensive import GameTree, decision, terminal
    >>> tree = GameTree(["1", "2"], decision("1", {
    ...     "A": terminal(2, 2),
    ...     "L": decision("2", {"l": terminal(3, 1), "r": terminal(0, 0)}, "h"),
    ...     "M": decision("2", {"l": terminal(1, 0), "r": terminal(0, 1)}, "h"),
    ... }))
    >>> [each.belief_text() for each in weak_perfect_bayesian(tree).pure]
    ['[h] L 1/4 in [0, 1/2], M 3/4 in [1/2, 1]', '[h] L 1']
    """
    _check(tree, "weak perfect Bayesian equilibria", budget)
    search = WeakSearch(tree, budget)
    kept = _families(search)
    equilibria = [_weak_member(search, made) for own in kept for made in own]
    return _result(tree, equilibria, "weak-perfect-bayesian", search, kept)


def _weak_member(search: WeakSearch, made: Family) -> TreeEquilibrium:
    """Return a member of a family, certified apart from the search."""
    tree = search.tree
    behavior, _ = member(search, made)
    values = solution(made)
    reached = reach(tree, behavior)
    beliefs = []
    for h, each in enumerate(search.sets):
        weights = {x: reached[x] for x in each.nodes}
        if not any(weights.values()):
            inside = made.case.believed[h]
            free = {x: values.get(search.number(("belief", h, x)), Fraction(1)) for x in inside}
            weights = {x: free.get(x, Fraction(0)) for x in each.nodes}
        total = sum(weights.values(), Fraction(0))
        beliefs.append({x: weight / total for x, weight in weights.items()})
    regret = max(
        (set_regret(tree, h, behavior, beliefs[h]) for h in range(len(search.sets))), default=Fraction(0)
    )
    if regret != 0 or any(sum(row) != 1 or min(row) < 0 for row in behavior):
        raise AssertionError(
            f"not a weak perfect Bayesian equilibrium: regret {regret} at {behavior}; please report"
        )
    number: Any = float if tree.arithmetic == "float" else Fraction
    return tree_equilibrium(
        tree, behavior, regret, beliefs, **named_ranges(tree, made.actions, made.beliefs, number)
    )
