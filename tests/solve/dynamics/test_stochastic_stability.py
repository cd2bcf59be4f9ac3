"""Stochastic stability: published examples, hand-counted mistakes, brute force over trees, small mistakes in the full chain."""

import random
from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.dynamics.population_chain import long_run
from detente.solve.dynamics.stochastic_stability import minimum_tree, stochastic_stability


def symmetric(rows, labels=None):
    return NormalFormGame([rows, [list(column) for column in zip(*rows, strict=True)]], strategies=labels and [labels] * 2)


def test_the_risk_dominant_equilibrium_is_selected_with_the_mistakes_counted_by_hand():
    # Kandori, Mailath and Rob (1993). Stag pays 4 against stag, else 0; hare 3: stag is a best response where
    # 4 s/19 >= 3 among the 19 others, s >= 14.25. From all stag 5 mistakes leave at most 15 stags, of whom one sees 14.
    # From all hare 15 mistakes make 15 stags, which a hare sees.
    found = stochastic_stability(symmetric([[4, 0], [3, 3]], ["stag", "hare"]), 20)
    assert [found.name(k) for k in range(2)] == ["all stag", "all hare"]
    assert found.costs == ((0, 5), (15, 0))
    assert [found.name(k) for k in found.stable] == ["all hare"]


def test_youngs_three_by_three_example_selects_the_second_equilibrium():
    # Young (1993), example with three strategies: pairwise risk dominance would lead elsewhere
    found = stochastic_stability(symmetric([[6, 0, 0], [5, 7, 5], [0, 5, 8]]), 40)
    assert [found.name(k) for k in found.stable] == ["all 2"]


def test_equal_conventions_are_both_stable():
    assert len(stochastic_stability(symmetric([[2, 0], [0, 2]]), 9).stable) == 2


def test_two_populations_select_the_risk_dominant_convention():
    # he (3, 1), she (1, 2): products of deviation losses 3 * 1 and 1 * 2
    found = stochastic_stability(NormalFormGame([[[3, 0], [0, 1]], [[1, 0], [0, 2]]], ["he", "she"], [["a", "b"]] * 2), 30, 2)
    assert [found.name(k) for k in found.stable] == ["he all a, she all a"]
    # from b, b: a is best for him where 3 s >= 30 - s, s >= 7.5 (8 of her); for her where s >= 2 (30 - s), 20 of him
    assert found.costs[1][0] == 8


def test_the_full_chain_with_small_mistakes_agrees():
    game = symmetric([[4, 0], [3, 3]], ["stag", "hare"])
    stable = stochastic_stability(game, 8)
    assert [stable.name(k) for k in stable.stable] == ["all hare"]
    assert float(long_run(game, 8, "1/1000", process="best-response").shares["hare"]) > 0.999
    tilted = symmetric([[4, 2], [3, 3]], ["stag", "hare"])  # ties: both equally hard to leave among 8?
    found = stochastic_stability(tilted, 8)
    share = float(long_run(tilted, 8, "1/100000", process="best-response").shares["hare"])
    assert (share > 0.99) == (len(found.stable) == 1 and found.name(found.stable[0]) == "all hare")


def stationary(p):
    """Grassmann, Taufik and Heyman (1985): elimination without a subtraction, exact to rounding however rare a mistake is."""
    p = p.copy()
    n = len(p)
    for k in range(n - 1, 0, -1):
        p[:k, k] /= p[k, :k].sum()
        p[:k, :k] += np.outer(p[:k, k], p[k, :k])
    x = np.zeros(n)
    x[0] = 1
    for k in range(1, n):
        x[k] = x[:k] @ p[:k, k]
    return x / x.sum()


def test_two_populations_settle_where_their_chain_with_one_mistake_in_a_million_does():
    """The chain is built here, member by member: one of five answers the other side, or errs to any strategy."""
    error, members, outcomes = 1e-6, (3, 2), set()
    for seed in range(25):
        rng = random.Random(seed)
        table = [[[rng.randint(0, 4) for _ in range(2)] for _ in range(2)] for _ in range(2)]
        found = stochastic_stability(NormalFormGame(table), members, 2)
        states = list(product(range(4), range(3)))  # how many of each side play the first strategy
        p = np.zeros((12, 12))
        for row, at in enumerate(states):
            for side, other in ((0, 1), (1, 0)):
                met = (at[other], members[other] - at[other])
                pay = [sum(w * (table[0][s][j] if side == 0 else table[1][j][s]) for j, w in enumerate(met)) for s in (0, 1)]
                best = [s for s in (0, 1) if pay[s] == max(pay)]
                for own, number in ((0, at[side]), (1, members[side] - at[side])):
                    for new in (0, 1) if number else ():
                        to = list(at)
                        to[side] += (own == 1 and new == 0) - (own == 0 and new == 1)
                        chance = (1 - error) * (new in best) / len(best) + error / 2
                        p[row, states.index(tuple(to))] += number / 5 * chance
        share = dict(zip(states, stationary(p), strict=True))
        settled = {(x[0], y[0]) for k in found.stable for x, y in found.classes[k]}
        assert sum(share[each] for each in settled) > 0.99
        for k in found.stable:
            assert sum(share[x[0], y[0]] for x, y in found.classes[k]) > 1e-3
        outcomes.add((len(found.classes), len(found.stable)))
    assert {(1, 1), (2, 1), (2, 2)} <= outcomes


def test_a_cycle_of_best_responses_is_one_class():
    found = stochastic_stability(symmetric([[2, 1, 4], [4, 2, 1], [1, 4, 2]]), 6)
    assert len(found.classes) == 1
    assert found.potentials == (0,)
    assert "states" in str(found)


def brute(costs, root):
    nodes = [i for i in range(len(costs)) if i != root]
    best = None
    for heads in product(range(len(costs)), repeat=len(nodes)):
        leads = dict(zip(nodes, heads, strict=True))
        if any(i == j for i, j in leads.items()):
            continue
        reached = True
        for node in nodes:
            seen = set()
            while node != root and node not in seen:
                seen.add(node)
                node = leads[node]
            reached = reached and node == root
        if reached:
            cost = sum(costs[i][j] for i, j in leads.items())
            best = cost if best is None else min(best, cost)
    return best if nodes else 0


def test_cheapest_trees_equal_those_of_brute_force():
    rng = random.Random(1)
    for _ in range(250):
        n = rng.randint(1, 5)
        costs = [[rng.randint(0, 6) for _ in range(n)] for _ in range(n)]
        root = rng.randrange(n)
        cost, tree = minimum_tree(costs, root)
        assert cost == brute(costs, root)
        assert cost == sum(costs[i][j] for i, j in tree)
        assert len(tree) == n - 1


@pytest.mark.parametrize("population", [1, 0, True, (5, 5), (5, 5, 5), 10**6])
def test_bad_input_is_refused(population):
    with pytest.raises(UsageError):
        stochastic_stability(symmetric([[4, 0], [3, 3]]), population)


def test_results_carry_json():
    found = stochastic_stability(symmetric([[F(4), 0], [3, 3]]), 10)
    assert found.to_json()["stable"] == [1]
