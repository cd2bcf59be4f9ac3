"""Backward induction: textbook answers, every tie, and agreement with brute force."""

import random
from fractions import Fraction
from itertools import product

import pytest

from detente.errors import UsageError
from detente.games import classic
from detente.games.extensive import GameTree, chance, decision, terminal
from detente.solve.trees.backward_induction import backward_induction


def moves(equilibrium):
    return {
        (player, label): next(a for a, p in actions.items() if p)
        for player, sets in equilibrium.profile.items()
        for label, actions in sets.items()
    }


def test_the_chain_store_gives_way():
    # Selten (1978): (in, cooperate) is the only subgame-perfect equilibrium of one market.
    (only,) = backward_induction(classic.game("chain_store")).equilibria
    assert moves(only) == {("entrant", "market"): "in", ("chain store", "entry"): "cooperate"}
    assert only.payoffs == {"entrant": 2, "chain store": 2} and only.regret == 0


def test_the_centipede_ends_at_once():
    # Rosenthal (1981); McKelvey and Palfrey (1992): taking at every node.
    result = backward_induction(classic.game("centipede"))
    assert result.complete
    assert set(moves(result.equilibria[0]).values()) == {"take"}
    assert [end.actions for end in result.equilibria[0].path] == [("take",)]


def ultimatum():
    """Four units to share; Osborne (2004), section 6.1.1: two equilibria with indivisible units."""
    return GameTree(
        ["1", "2"],
        decision("1", {
            f"offer {k}": decision("2", {"yes": terminal(4 - k, k), "no": terminal(0, 0)}, str(k)) for k in range(5)
        }, "offer"),
    )


def test_the_ultimatum_game_with_units_has_two_equilibria():
    # Osborne (2004), section 6.1.1: 2 accepts every offer, or every offer but 0 and then 1 offers one unit.
    result = backward_induction(ultimatum())
    assert [each.payoffs["2"] for each in result.equilibria] == [0, 1]
    assert not result.complete and "mixtures" in result.missing
    assert {tuple(end.actions for end in way) for way in result.outcomes} == {(("offer 0", "yes"),), (("offer 1", "yes"),)}


def test_the_tie_rule_takes_the_first_action():
    result = backward_induction(ultimatum(), ties="first")
    (only,) = result.equilibria
    assert only.payoffs == {"1": 4, "2": 0}
    assert not result.complete


def test_chance_is_averaged_exactly():
    tree = GameTree(["1"], decision("1", {"sure": terminal("1/3"), "risk": chance({"w": ("1/3", terminal(1)), "l": ("2/3", terminal(0))})}))
    result = backward_induction(tree)
    assert len(result.equilibria) == 2
    assert {each.payoffs["1"] for each in result.equilibria} == {Fraction(1, 3)}
    assert [end.probability for end in result.equilibria[1].path] == [Fraction(1, 3), Fraction(2, 3)]


def test_with_too_many_equilibria_one_is_given_for_each_outcome():
    # Everybody is indifferent: 2**5 strategies of the last movers for each first move, 2 outcomes per branch.
    tree = GameTree(["1", "2"], decision("1", {str(k): decision("2", {"a": terminal(0, 0), "b": terminal(0, 0)}) for k in range(5)}))
    every = backward_induction(tree)
    assert len(every.equilibria) == 5 * 2**5
    few = backward_induction(tree, limit=50)
    assert len(few.equilibria) == len(few.outcomes) == 10
    assert all(each.regret == 0 for each in few.equilibria)
    first = backward_induction(tree, limit=5)
    assert len(first.equilibria) == 1 and first.outcomes is None and not first.complete


def test_float_trees_give_floats():
    tree = GameTree(["1"], decision("1", {"a": terminal(0.5), "b": terminal(0.25)}))
    (only,) = backward_induction(tree).equilibria
    assert only.payoffs == {"1": 0.5} and isinstance(only.regret, float)


def test_imperfect_information_and_unknown_rules_are_refused():
    with pytest.raises(UsageError, match="use subgame_perfect"):
        backward_induction(classic.game("seltens_horse"))
    with pytest.raises(UsageError, match="tie rule"):
        backward_induction(classic.game("centipede"), ties="last")


def test_a_game_without_decisions_has_one_trivial_equilibrium():
    result = backward_induction(GameTree(["1"], terminal(3)))
    assert result.complete and result.equilibria[0].payoffs == {"1": 3}


def random_tree(rng, depth=3):
    if depth == 0 or (depth < 3 and rng.random() < 0.2):
        return terminal(*(rng.randint(0, 2) for _ in range(3)))
    kids = [random_tree(rng, depth - 1) for _ in range(2)]
    if rng.random() < 0.2:
        return chance({"x": ("1/3", kids[0]), "y": ("2/3", kids[1])})
    return decision(rng.randrange(3), {"x": kids[0], "y": kids[1]})


@pytest.mark.parametrize("seed", range(12))
def test_all_pure_equilibria_and_outcomes_are_found(seed):
    """Brute force over all profiles, with values by plain recursion over the tree."""
    tree = GameTree(["1", "2", "3"], random_tree(random.Random(seed)))
    found = set()
    for choice in product((0, 1), repeat=len(tree.information_sets)):

        def value(index):
            node = tree.nodes[index]
            if node.kind == "terminal":
                return tree.payoffs(index)
            below = [value(child) for child in node.children]
            if node.kind == "chance":
                return tuple(sum(p * v[i] for p, v in zip(node.probabilities, below)) for i in range(3))
            return below[choice[node.information_set]]

        # One-shot deviations suffice in finite trees with perfect information.
        if all(
            value(each.nodes[0])[each.player] >= max(value(child)[each.player] for child in tree.nodes[each.nodes[0]].children)
            for each in tree.information_sets
        ):
            found.add(choice)
    result = backward_induction(tree, limit=10_000)
    listed = {
        tuple(
            list(each.profile[tree.players[own.player]][own.label].values()).index(1) for own in tree.information_sets
        )
        for each in result.equilibria
    }
    assert listed == found
    assert (len(found) == 1) == result.complete
    few = backward_induction(tree, limit=max(1, len(found) - 1))
    if few.outcomes is not None:
        assert {tuple(e.actions for e in way) for way in few.outcomes} == {tuple(e.actions for e in way) for way in result.outcomes}
