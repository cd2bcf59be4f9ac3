"""Sequential and weak perfect Bayesian equilibria: textbook answers, certificates redone, brute force."""

import random
from fractions import Fraction as F
from itertools import product

import pytest

from detente.errors import UsageError
from detente.games import classic
from detente.games.extensive import GameTree, chance, decision, terminal
from detente.solve.programs._rational_lp import maximize
from detente.solve.trees._families import vertices
from detente.solve.trees._settling import unravel
from detente.solve.trees._tree_values import limit_beliefs, reach, set_regret
from detente.solve.trees.sequential import sequential_equilibria, weak_perfect_bayesian


def moves(equilibrium, player):
    return {label: {a for a, p in actions.items() if p} for label, actions in equilibrium.profile[player].items()}


def recheck(tree, result):
    """Redo both conditions from what the result prints, with nothing from the search."""
    for each in result.equilibria:
        behavior = tuple(
            tuple(each.profile[tree.players[own.player]][own.label].values()) for own in tree.information_sets
        )
        beliefs = [
            {x: each.beliefs[tree.players[own.player]][own.label][tree.node_labels[x]] for x in own.nodes}
            for own in tree.information_sets
        ]
        assert all(sum(row) == 1 and min(row) >= 0 for row in behavior)
        assert all(sum(own.values()) == 1 for own in beliefs)
        assert all(set_regret(tree, h, behavior, beliefs[h]) == 0 for h in range(len(beliefs)))
        if each.trembles is None:
            continue
        # A completely mixed profile at two small e: the error in beliefs must fall with e, towards 0.
        errors = []
        for e in (F(1, 10**6), F(1, 10**9)):
            mixed = []
            for own, row in zip(tree.information_sets, behavior):
                trembles = list(each.trembles[tree.players[own.player]][own.label].values())
                raw = [p if p else c * e**k for p, (k, c) in zip(row, trembles)]
                mixed.append([x / sum(raw) for x in raw])
            weight = [F(1)] * len(tree.nodes)
            for node in tree.nodes:
                odds = node.probabilities if node.kind == "chance" else mixed[node.information_set] if node.children else ()
                for child, p in zip(node.children, odds):
                    weight[child] = weight[node.index] * p
            worst = F(0)
            for own, stated in zip(tree.information_sets, beliefs):
                total = sum(weight[x] for x in own.nodes)
                worst = max(worst, max(abs(weight[x] / total - stated[x]) for x in own.nodes))
            errors.append(worst)
        assert errors[0] < F(1, 1000) and errors[1] <= errors[0] / 500


@pytest.mark.parametrize("name", [n for n in classic.names() if isinstance(classic.game(n), GameTree) and n != "job_market"])
def test_every_answer_on_classic_trees_is_certified_again(name):
    tree = classic.game(name)
    for result in (sequential_equilibria(tree), weak_perfect_bayesian(tree)):
        assert result.complete and result.equilibria
        recheck(tree, result)


def test_seltens_horse_keeps_only_the_sensible_kind():
    # Selten (1975), section 4: only (R, R, and 3 plays R with probability at most 1/4) survives; Kreps and Wilson
    # (1982), section 2, name the beliefs: 3 must think it at least twice as likely that 2 deviated.
    result = sequential_equilibria(classic.game("seltens_horse"))
    assert result.complete
    assert all(moves(each, "1")["1"] == moves(each, "2")["2"] == {"R"} for each in result.equilibria)
    pure, mixed = result.equilibria
    assert moves(pure, "3")["3"] == {"L"}
    assert pure.belief_ranges == {"3": {"3": {"R,L": (F(2, 3), 1), "L": (0, F(1, 3))}}}
    assert mixed.strategy_ranges == {"3": {"3": {"R": (0, F(1, 4)), "L": (F(3, 4), 1)}}}
    assert mixed.beliefs["3"]["3"] == {"R,L": F(2, 3), "L": F(1, 3)}


def test_beer_and_quiche_has_both_poolings_and_nothing_else():
    # Cho and Kreps (1987), section II: two outcomes, each with a duel at the other breakfast with probability at
    # least 1/2 and the wimp at least as likely as the surly there.
    result = sequential_equilibria(classic.game("beer_quiche"))
    assert result.complete and len(result.equilibria) == 4
    for breakfast, other in (("beer", "quiche"), ("quiche", "beer")):
        pooling = [each for each in result.equilibria if set(map(frozenset, moves(each, "sender").values())) == {frozenset({breakfast})}]
        pure = next(each for each in pooling if each.pure)
        mixed = next(each for each in pooling if not each.pure)
        assert moves(pure, "receiver") == {breakfast: {"leave"}, other: {"duel"}}
        assert pure.belief_ranges["receiver"][other][f"wimp,{other}"] == (F(1, 2), 1)
        assert pure.belief_vertices["receiver"][other][0][f"wimp,{other}"] in {F(1, 2), 1}
        assert mixed.strategy_ranges["receiver"][other]["duel"] == (F(1, 2), 1)
        assert pure.beliefs["receiver"][breakfast][f"surly,{breakfast}"] == F(9, 10)


def test_spences_market_separates_and_pools():
    # Spence (1973); Osborne (2004), section 10.7: separating with schooling for the able, pooling without.
    result = sequential_equilibria(classic.game("job_market"))
    assert result.complete
    kinds = {tuple(sorted((k, *v) for k, v in moves(each, "worker").items())) for each in result.pure}
    assert (("able", "school"), ("less able", "none")) in kinds
    assert (("able", "none"), ("less able", "none")) in kinds
    assert (("able", "none"), ("less able", "school")) not in kinds


def test_poker_has_its_one_mixed_equilibrium():
    # Myerson (1991), section 3.1 and 4.4: beliefs 3/4 on red when raised.
    (only,) = sequential_equilibria(classic.game("one_card_poker")).equilibria
    assert only.profile["1"]["black"] == {"raise": F(1, 3), "fold": F(2, 3)}
    assert only.profile["2"]["raised"] == {"meet": F(2, 3), "pass": F(1, 3)}
    assert only.beliefs["2"]["raised"] == {"red,raise": F(3, 4), "black,raise": F(1, 4)}


def dominated_entry():
    """Mas-Colell, Whinston and Green (1995), example 9.C.1: the threat to fight rests on no belief."""
    return GameTree(["E", "I"], decision("E", {
        "out": terminal(0, 2),
        "in1": decision("I", {"fight": terminal(-1, -1), "share": terminal(3, 0)}, "I"),
        "in2": decision("I", {"fight": terminal(-1, -1), "share": terminal(2, 1)}, "I"),
    }, "E"))


def test_a_threat_that_no_belief_supports_is_left_out():
    for solve in (sequential_equilibria, weak_perfect_bayesian):
        (only,) = solve(dominated_entry()).equilibria
        assert moves(only, "E") == {"E": {"in1"}} and moves(only, "I") == {"I": {"share"}}


def late_entry():
    """Mas-Colell, Whinston and Green (1995), example 9.C.5 (figure 9.C.5): weak beliefs can be absurd."""
    return GameTree(["E", "I"], decision("E", {
        "out": terminal(0, 2),
        "in": decision("E", {
            "fight": decision("I", {"fight": terminal(-3, -1), "share": terminal(1, -2)}, "I"),
            "share": decision("I", {"fight": terminal(-2, -1), "share": terminal(3, 1)}, "I"),
        }, "inside"),
    }, "E"))


def test_a_weak_equilibrium_need_not_be_subgame_perfect_but_a_sequential_one_is():
    weak = weak_perfect_bayesian(late_entry())
    absurd = [each for each in weak.pure if moves(each, "E")["E"] == {"out"}]
    assert absurd and moves(absurd[0], "I") == {"I": {"fight"}}
    (only,) = sequential_equilibria(late_entry()).equilibria
    assert moves(only, "E") == {"E": {"in"}, "inside": {"share"}}


def test_beliefs_of_two_sets_that_see_the_same_deviation_are_tied():
    # Both 2 and 3 wonder whether L or M was played; consistency makes them agree (Kreps and Wilson 1982, section 5).
    def tail(first, second):
        return decision("2", {
            "go": decision("3", {"l": terminal(-1, 0, first), "r": terminal(-1, 0, 0)}, "3"),
            "stop": terminal(-1, 1, 0),
        }, "2")

    tree = GameTree(["1", "2", "3"], decision("1", {"A": terminal(0, 0, 0), "L": tail(1, 0), "M": tail(-1, 0)}, "1"))
    result = sequential_equilibria(tree)
    assert result.complete and result.equilibria
    for each in result.equilibria:
        two, three = each.beliefs["2"]["2"], each.beliefs["3"]["3"]
        assert two["L"] == three["L,go"]
    recheck(tree, result)


def test_what_has_no_answer_here_is_refused():
    again = {"x": terminal(1), "y": terminal(0)}
    forgetful = GameTree(["1"], decision("1", {"L": decision("1", again, "h"), "R": decision("1", again, "h")}))
    with pytest.raises(UsageError, match="perfect recall"):
        sequential_equilibria(forgetful)
    never = GameTree(["1"], chance({"a": (1, decision("1", again)), "b": (0, terminal(0))}))
    with pytest.raises(UsageError, match="probability 0"):
        weak_perfect_bayesian(never)


def test_a_budget_that_is_spent_is_said():
    result = sequential_equilibria(classic.game("beer_quiche"), budget=0)
    assert not result.complete and "budget" in result.missing


def test_three_players_who_mix_at_once_leave_open_cases_that_are_counted():
    made = classic.game("irrational")
    leaf = lambda i, j, k: terminal(*(made.payoffs[(p, i, j, k)] for p in range(3)))
    tree = GameTree(["1", "2", "3"], decision("1", {
        str(i): decision("2", {str(j): decision("3", {str(k): leaf(i, j, k) for k in (0, 1)}, "3") for j in (0, 1)}, "2")
        for i in (0, 1)
    }, "1"))
    result = sequential_equilibria(tree)
    assert not result.equilibria and not result.complete and "undecided" in result.missing


def test_floats_in_give_floats_out_and_the_json_has_beliefs():
    tree = GameTree(["1", "2"], decision("1", {
        "A": terminal(2.0, 2), "L": decision("2", {"l": terminal(3, 1), "r": terminal(0, 0)}, "h"),
        "M": decision("2", {"l": terminal(1, 1), "r": terminal(0, 3)}, "h"),
    }))
    made = sequential_equilibria(tree).to_json()
    assert made["arithmetic"] == "float" and made["equilibria"][0]["regret"] == 0.0
    assert set(made["equilibria"][0]["beliefs"]["2"]["h"]) == {"L", "M"}
    assert made["equilibria"][0]["trembles"]["1"]["1"]["A"]["order"] == 0


def random_tree(rng, players, ends=8):
    """A random tree with perfect recall and at least one set of several nodes."""
    while True:
        count = [1]

        def grow(depth):
            if depth == 0 or (depth < 3 and rng.random() < 0.3) or count[0] >= ends:
                return terminal(*(rng.randint(0, 3) for _ in range(players)))
            size = rng.choice([2, 2, 2, 3])
            count[0] += size - 1
            below = {f"a{k}": grow(depth - 1) for k in range(size)}
            if rng.random() < 0.2:
                return chance({a: (F(1, size), each) for a, each in below.items()})
            return decision(rng.randrange(players), below, f"{size}.{rng.randrange(2)}.{rng.randrange(2)}")

        try:
            tree = GameTree([str(k + 1) for k in range(players)], grow(4))
        except UsageError:
            continue
        if tree.perfect_recall and any(len(each.nodes) > 1 for each in tree.information_sets):
            return tree


def pure_assessments(tree):
    """Yield pure sequential equilibria by trying orders 1 and 2 for every unused action, with coefficients 1."""
    sets = tree.information_sets
    for pure in product(*(range(len(each.actions)) for each in sets)):
        behavior = tuple(tuple(F(int(a == p)) for a in range(len(each.actions))) for each, p in zip(sets, pure))
        unused = [(h, a) for h, each in enumerate(sets) for a in range(len(each.actions)) if a != pure[h]]
        for chosen in product((1, 2), repeat=len(unused)):
            orders = [[0] * len(each.actions) for each in sets]
            for (h, a), k in zip(unused, chosen):
                orders[h][a] = k
            beliefs = limit_beliefs(tree, orders, [[F(1)] * len(each.actions) for each in sets])
            if all(set_regret(tree, h, behavior, beliefs[h]) == 0 for h in range(len(sets))):
                yield pure, beliefs


def weak_pure_assessments(tree):
    """Yield pure weak perfect Bayesian equilibria whose beliefs off the path are sure of a node, or even."""
    sets = tree.information_sets
    for pure in product(*(range(len(each.actions)) for each in sets)):
        behavior = tuple(tuple(F(int(a == p)) for a in range(len(each.actions))) for each, p in zip(sets, pure))
        reached = reach(tree, behavior)
        options = []
        for each in sets:
            total = sum(reached[x] for x in each.nodes)
            size = len(each.nodes)
            even = {x: F(1, size) for x in each.nodes}
            sure = [{x: F(int(x == y)) for x in each.nodes} for y in each.nodes]
            options.append([{x: reached[x] / total for x in each.nodes}] if total else [even, *sure])
        fine = [[b for b in own if set_regret(tree, h, behavior, b) == 0] for h, own in enumerate(options)]
        for beliefs in product(*fine):
            yield pure, list(beliefs)


def holds(tree, result, pure, beliefs):
    for each in result.pure:
        if all(
            each.profile[tree.players[own.player]][own.label][own.actions[a]] == 1
            for own, a in zip(tree.information_sets, pure)
        ) and all(
            low <= weight <= high
            for own, belief in zip(tree.information_sets, beliefs)
            for x, weight in belief.items()
            for low, high in [
                each.belief_ranges.get(tree.players[own.player], {})
                .get(own.label, {})
                .get(tree.node_labels[x], (each.beliefs[tree.players[own.player]][own.label][tree.node_labels[x]],) * 2)
            ]
        ):
            return True
    return False


@pytest.mark.parametrize(("players", "seed"), [(2, k) for k in range(10)] + [(3, k) for k in range(6)])
def test_on_random_trees_nothing_that_brute_force_finds_is_missing(players, seed):
    rng = random.Random(1000 * players + seed)
    tree = random_tree(rng, players)
    while sum(len(each.actions) - 1 for each in tree.information_sets) > 6:
        tree = random_tree(rng, players)
    sequential, weak = sequential_equilibria(tree), weak_perfect_bayesian(tree)
    # Kreps and Wilson (1982), proposition 1: one always exists.
    assert sequential.equilibria or not sequential.complete
    assert sequential.complete or players > 2
    recheck(tree, sequential)
    recheck(tree, weak)
    for pure, beliefs in pure_assessments(tree):
        assert holds(tree, sequential, pure, beliefs)
        assert holds(tree, weak, pure, beliefs)
    for pure, beliefs in weak_pure_assessments(tree):
        assert holds(tree, weak, pure, beliefs)


def test_the_linear_programs_agree_with_highs():
    from scipy.optimize import linprog

    rng = random.Random(5)
    for _ in range(150):
        n = rng.randint(1, 5)
        equal = [([rng.randint(-3, 3) for _ in range(n)], rng.randint(-3, 3)) for _ in range(rng.randint(0, 2))]
        above = [([rng.randint(-3, 3) for _ in range(n)], rng.randint(-3, 3)) for _ in range(rng.randint(0, 5))]
        goal = [rng.randint(-3, 3) for _ in range(n)]
        found = maximize(goal, equal, above)
        other = linprog(
            [-x for x in goal],
            A_ub=[[-x for x in row] for row, _ in above] or None, b_ub=[-b for _, b in above] or None,
            A_eq=[row for row, _ in equal] or None, b_eq=[b for _, b in equal] or None,
        )
        if found is None or found.value is None:
            assert other.status in {2, 3, 4}
        else:
            assert other.status == 0 and abs(float(found.value) + other.fun) < 1e-7
            assert all(sum(a * x for a, x in zip(row, found.point)) >= b for row, b in above)
            assert all(sum(a * x for a, x in zip(row, found.point)) == b for row, b in equal)


def test_products_are_unravelled_only_where_they_are_independent():
    assert unravel([(1, 2), (1,), (2,)]) is None
    assert unravel([(1, 1)]) is None
    assert unravel([(1, 2), (1, 3)]) is not None


def test_vertices_of_a_triangle_cut_by_a_line():
    assert set(vertices(3, [], [[F(1), F(-1), F(0)]])) == {(1, 0, 0), (0, 0, 1), (F(1, 2), F(1, 2), 0)}
    assert set(vertices(3, [[F(1), F(-1), F(0)]], [])) == {(0, 0, 1), (F(1, 2), F(1, 2), 0)}
