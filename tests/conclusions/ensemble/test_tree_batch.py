from fractions import Fraction

import numpy as np
import pytest

from detente.conclusions.ensemble import backward_induction
from detente.errors import UsageError
from detente.games.extensive import GameTree, chance, decision, terminal
from detente.solve.trees.backward_induction import backward_induction as exact_induction


def random_tree(rng, payoffs):
    """A tree of two players and chance; payoffs come from an iterator, in the order of terminals."""

    def grow(depth):
        kind = rng.choice(["end", "chance", "us", "china", "us", "china"]) if depth else "us"
        if kind == "end" or depth == 4:
            return terminal(*next(payoffs))
        width = int(rng.integers(2, 4))
        if kind == "chance":
            odds = [Fraction(1, width)] * width
            return chance({f"c{k}": (odds[k], grow(depth + 1)) for k in range(width)})
        return decision(kind, {f"a{k}": grow(depth + 1) for k in range(width)})

    return GameTree(["us", "china"], grow(0))


@pytest.mark.parametrize("seed", range(12))
def test_a_batch_of_trees_has_the_choices_of_exact_backward_induction(seed):
    def draw(k):
        source = np.random.default_rng([seed, k])
        return iter(lambda: tuple(int(v) for v in source.integers(0, 4, 2) * 6), None)

    trees = [random_tree(np.random.default_rng(seed), draw(k)) for k in range(12)]
    table = np.array([[[float(tree.payoffs(e.index)[i]) for e in tree.terminals] for i in (0, 1)] for tree in trees])
    found = backward_induction(trees[0], table)
    for k, tree in enumerate(trees):
        result = exact_induction(tree, ties="first")
        (expected,) = result.equilibria
        choices = [list(weights.values()).index(1) for own in expected.profile.values() for weights in own.values()]
        order = [each.index for i in (0, 1) for each in tree.information_sets if each.player == i]
        assert found.choices[k][order].tolist() == choices
        assert found.values[k].tolist() == pytest.approx([float(each) for each in expected.payoffs.values()])
        assert found.tied[k] == (not result.complete)
        assert found.reached[k].sum() == pytest.approx(1)
        assert (found.reached[k] * table[k]).sum(axis=1) == pytest.approx(found.values[k])
        assert found.tied[k] or not found.tied_on_path[k]


ENTRY = GameTree(
    ["entrant", "incumbent"],
    decision(
        "entrant",
        {"out": terminal(0, 2), "in": decision("incumbent", {"fight": terminal(-1, 1), "share": terminal(1, 1)})},
    ),
)


def test_the_stated_rule_breaks_ties():
    payoffs = [[[0, -1, 1], [2, 1, 1]]]
    assert backward_induction(ENTRY, payoffs).choices.tolist() == [[0, 0]]
    other = backward_induction(ENTRY, payoffs, prefer={1: [1, 0]})
    assert other.choices.tolist() == [[1, 1]]
    assert other.tied.tolist() == [True] and other.tied_on_path.tolist() == [True]
    assert backward_induction(ENTRY, payoffs).tied_on_path.tolist() == [False]


def test_float_ties_are_those_within_the_tolerance():
    payoffs = [[[0, -1, 1], [2, 1, 1 + 1e-12]]]
    assert backward_induction(ENTRY, payoffs).choices.tolist() == [[0, 0]]
    assert backward_induction(ENTRY, payoffs, relative=0).choices.tolist() == [[1, 1]]


def test_chances_may_differ_between_draws():
    tree = GameTree(
        ["us"],
        decision("us", {"bet": chance({"w": ("1/2", terminal(1)), "l": ("1/2", terminal(-1))}), "pass": terminal(0)}),
    )
    table = np.tile([[[1.0, -1.0, 0.0]]], (3, 1, 1))
    odds = np.array([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]])
    found = backward_induction(tree, table, probabilities={1: odds})
    assert found.choices[:, 0].tolist() == [0, 0, 1]
    assert found.tied.tolist() == [False, True, False]
    assert np.allclose(found.reached, [[0.9, 0.1, 0], [0.5, 0.5, 0], [0, 0, 1]])
    with pytest.raises(UsageError, match="add up to 1"):
        backward_induction(tree, table, probabilities={1: odds * 2})


def test_trees_and_arrays_that_do_not_fit_are_refused():
    with pytest.raises(UsageError, match="3 terminal nodes"):
        backward_induction(ENTRY, np.zeros((5, 2, 4)))
    with pytest.raises(UsageError, match="finite"):
        backward_induction(ENTRY, np.full((5, 2, 3), np.nan))
    with pytest.raises(UsageError, match="each position once"):
        backward_induction(ENTRY, np.zeros((5, 2, 3)), prefer={0: [0, 0]})
    hidden = GameTree(
        ["us", "china"],
        decision("us", {k: decision("china", {"l": terminal(0, 0), "r": terminal(1, 1)}, "h") for k in "ab"}),
    )
    with pytest.raises(UsageError, match="perfect information"):
        backward_induction(hidden, np.zeros((1, 2, 4)))
    assert backward_induction(ENTRY, np.zeros((0, 2, 3))).choices.shape == (0, 2)
