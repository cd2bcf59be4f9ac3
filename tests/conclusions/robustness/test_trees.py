"""Trees over many draws: every draw's outcomes against exact backward induction of that draw alone."""

from __future__ import annotations

import pickle
import random
from fractions import Fraction as F

import numpy as np
import pytest

from detente.conclusions.robustness.trees import Trees, tree_subject
from detente.errors import UsageError
from detente.formula import parse
from detente.games.extensive import chance, decision, terminal
from detente.games.symbolic import SymbolicGame
from detente.games.symbolic_tree import SymbolicTree
from detente.solve.trees.backward_induction import backward_induction

BOX = {"a": (0, 1, 2), "b": (0, 1, 2)}
FORMULAS = ["a", "b", "a - b", "1", "0", "a*b", "max(a, b)"]


def random_tree(seed):
    rnd = random.Random(seed)

    def below(depth):
        if depth == 0:
            return terminal(rnd.choice(FORMULAS), rnd.choice(FORMULAS))
        return decision(rnd.choice("pq"), {name: below(depth - 1) for name in "lmr"[: rnd.choice([2, 2, 3])]})

    return SymbolicTree(["p", "q"], below(2), BOX)


def paths_of(tree):
    ends = [node.index for node in tree.nodes if node.kind == "terminal"]
    return tuple({f"m{depth}": choice for depth, choice in enumerate(tree.history(end))} for end in ends)


def subject(tree, **more):
    formulas = SymbolicGame([[0]], BOX, ["f"], [["x"]])
    return tree_subject(tree, formulas, paths_of(tree), {"gap": parse("a - b")}, **more)


@pytest.mark.parametrize("seed", range(8))
def test_every_draw_has_the_outcomes_of_exact_backward_induction(seed):
    tree = random_tree(seed)
    own = pickle.loads(pickle.dumps(subject(tree).classifier))  # as it goes to other processes
    rnd = np.random.default_rng(seed)
    values = {name: rnd.integers(0, 9, 12) / 4 for name in BOX}  # exact in binary, with ties
    found = own.classify(values, 12)
    for k, code in enumerate(found.codes):
        p = {name: F(values[name][k]) for name in BOX}
        solved = backward_induction(tree.at_point(p))
        expected = {",".join(each[0].actions) for each in solved.outcomes}
        assert {each for each in (",".join(path.values()) for path in own.paths) if own.holds(f"equilibrium:{each}", code)} == expected
        first = ",".join(solved.equilibria[0].path[0].actions)
        assert own.holds(f"selected:{first}", code)
        assert own.label("selected", code) == first
        assert own.holds(f"set:{';'.join(expected)}", code)
        assert own.holds(f"unique:{first}", code) == (len(expected) == 1)
        assert bool(found.truths[0][k]) == (p["a"] > p["b"])
    assert own.measure(values, 12)[0].tolist() == (values["a"] - values["b"]).tolist()


def test_observed_moves_are_looked_for_along_the_paths():
    tree = SymbolicTree(["p", "q"], decision("p", {"l": terminal("a", 0), "r": decision("q", {"u": terminal("b", 1), "d": terminal(0, 0)})}), BOX)
    own = subject(tree).classifier
    (right, left) = own.classify({"a": np.array([0.5, 2.0]), "b": np.array([1.0, 1.0])}, 2).codes
    assert own.holds("played:m0=r,m1=u", right)
    assert not own.holds("played:m0=r", left)
    assert not own.holds("played:m1=u", left)  # the second point is not reached
    assert own.holds("equilibrium:m0=r,m1=u", right)
    assert own.listed([right, left]) == ("equilibrium:l", "equilibrium:r,u", "selected:l", "selected:r,u")


def test_shares_are_proved_where_the_box_decides():
    tree = SymbolicTree(["p"], decision("p", {"l": terminal("a + 3"), "r": terminal("b")}), BOX)
    found = subject(tree)
    assert found.decide("selected:l", True, 5.0, {}) is True
    assert found.decide("equilibrium:r", False, 5.0, {}) is True
    assert found.decide("gap", True, 5.0, {}) is False
    assert found.decide("set:l", True, 5.0, {}) is True


def test_held_parameters_stay_at_their_value():
    tree = SymbolicTree(["p"], decision("p", {"l": terminal("a"), "r": terminal("b")}), BOX)
    own = Trees.of(tree, SymbolicGame([[0]], BOX, ["f"], [["x"]]), paths_of(tree), {}, {"b": F(3, 2)})
    assert own.names == ("a",)
    assert [own.label("selected", code) for code in own.classify({"a": np.array([1.0, 1.5, 2.0])}, 3).codes] == ["r", "l", "l"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("equilibrium:x", "unknown path 'x'; expected one of l; r"),
        ("played:m0=x", "expected POINT=CHOICE"),
        ("dominant:p=l", "expected equilibrium, unique, selected or set"),
    ],
)
def test_what_is_not_understood_is_refused(statement, message):
    tree = SymbolicTree(["p"], decision("p", {"l": terminal("a"), "r": terminal("b")}), BOX)
    with pytest.raises(UsageError, match=message):
        subject(tree).classifier.check(statement)


def test_trees_with_chance_or_moves_that_stay_hidden_are_refused():
    blind = decision("q", {"l": terminal("a", 0), "r": terminal(0, "b")}, "x")
    # q does not know what p chose, after another choice of p that it does know
    late = decision("p", {"a": decision("p", {"c": blind, "d": terminal(1, 1)}), "b": decision("p", {"c": blind, "d": terminal(0, 0)})})
    chances = chance({"u": ("1/2", terminal("a", 0)), "d": ("1/2", terminal("b", 0))})
    for root, words in ((late, "does not see at"), (chances, "without chance moves")):
        tree = SymbolicTree(["p", "q"], root, BOX)
        with pytest.raises(UsageError, match=words):
            tree_subject(tree, SymbolicGame([[0]], BOX), ())
