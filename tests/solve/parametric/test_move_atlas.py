"""Trees move by move: every comparison against the payoffs of the numeric tree, and plans made of them."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction as F

import pytest

from detente.errors import DetenteError, UsageError
from detente.games.extensive import chance, decision, terminal
from detente.games.symbolic_tree import SymbolicTree
from detente.solve.parametric.atlas import verify_atlas
from detente.solve.parametric.move_atlas import move_atlas
from detente.solve.trees.backward_induction import backward_induction

BOX = {"a": (0, 2), "b": (0, 2)}


def random_tree(seed):
    rnd = random.Random(seed)
    formulas = ["a", "b", "a - b", "1", "0", "a*b", "b/(a + 1)", "max(a, b)"]

    def below(depth):
        if depth == 0 or rnd.random() < 0.15:
            return terminal(rnd.choice(formulas), rnd.choice(formulas))
        if rnd.random() < 0.2:
            return chance({"u": ("1/3", below(depth - 1)), "v": ("2/3", below(depth - 1))})
        return decision(rnd.choice("pq"), {name: below(depth - 1) for name in "lr"})

    root = decision("p", {"l": below(1), "m": below(2), "r": below(1)})
    return rnd, SymbolicTree(["p", "q"], root, BOX)


@pytest.mark.parametrize("seed", range(8))
def test_plans_made_of_the_comparisons_are_those_of_backward_induction(seed):
    """A plan is an equilibrium exactly where each of its moves is at least as good as all others, given the plan behind."""
    rnd, tree = random_tree(seed)
    found = move_atlas(tree)
    verify_atlas(found, 20, seed)
    for _ in range(6):
        p = {"a": F(rnd.randrange(9), 4), "b": F(rnd.randrange(9), 4)}
        held = {}
        for region in found.regions:
            if all(each.holds_at(region.game, p) for each in region.comparisons if each.why == "case of the payoffs"):
                gap = region.comparisons[-1]
                value = region.game.evaluate(gap.expression, p)
                for one, other in region.pairs:
                    held[region.node, one, other] = value >= 0
                    held[region.node, other, one] = value <= 0
        for solved in backward_induction(tree.at_point(p)).equilibria:
            ends = {}
            for node in reversed(tree.nodes):
                if node.kind == "terminal":
                    ends[node.index] = (node.index,)
                elif node.kind == "chance":
                    ends[node.index] = tuple(end for child in node.children for end in ends[child])
                else:
                    own = solved.profile[tree.players[node.player]][tree.information_sets[node.information_set].label]
                    at = list(own.values()).index(1)
                    for k, child in enumerate(node.children):
                        if k != at:
                            assert held[node.index, ends[node.children[at]], ends[child]]
                    ends[node.index] = ends[node.children[at]]


def test_a_wrong_comparison_is_caught():
    tree = SymbolicTree(["p"], decision("p", {"l": terminal("a"), "r": terminal("b")}), BOX)
    found = move_atlas(tree)
    (only,) = found.moves
    assert (only.label, str(only.condition), only.status) == ("1: l over r", "a - b >= 0", "conditional")
    wrong = replace(found, moves=(replace(only, status="always"),))
    with pytest.raises(DetenteError, match="1: l over r disagrees with the payoffs"):
        verify_atlas(wrong, 30)


def test_what_the_box_settles_is_said():
    tree = SymbolicTree(["p"], decision("p", {"l": terminal("a + 3"), "r": terminal("b"), "s": terminal("b + 1")}), BOX)
    assert {each.label: each.status for each in move_atlas(tree).regions} == {
        "1: l over r": "always", "1: l over s": "always", "1: r over s": "never",
    }  # fmt: skip
    held = move_atlas(SymbolicTree(["p"], decision("p", {"l": terminal("a"), "r": terminal("b")}), BOX), over=["a"], at={"b": "1/2"})
    assert held.regions[0].holds_at(a="3/4")
    assert "which move is best" in str(held)


def test_what_is_outside_the_scope_is_refused():
    blind = decision("q", {"l": terminal("a", 0), "r": terminal(0, "b")}, "x")
    with pytest.raises(UsageError, match="perfect information"):
        move_atlas(SymbolicTree(["p", "q"], decision("p", {"a": blind, "b": blind}), BOX))
    with pytest.raises(UsageError, match="unknown parameter 'zz'"):
        move_atlas(SymbolicTree(["p"], decision("p", {"l": terminal("a"), "r": terminal("b")}), BOX), over=["zz"])
